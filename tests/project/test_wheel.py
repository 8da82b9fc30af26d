"""The wheel works by itself, outside the project's folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.command import free_port, wait_until
from tests.support.machine import ROOT

BUILD = "from setuptools import build_meta; build_meta.build_wheel('dist')"
FILES = """
from importlib.util import find_spec
print(*(find_spec(name).origin for name in ("collectors", "dashboard", "headway", "queries")))
"""
SETTINGS = """
import os, headway.cli.serving as serving
os.chdir(serving.UI)
from streamlit import config
print(config.get_option("browser.gatherUsageStats"), config.get_option("client.showErrorDetails"))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the wheel, which does not know the project."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    for name in ("collectors", "headway", "queries"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dashboard.py", "LICENSE", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    subprocess.run([sys.executable, "-c", BUILD], cwd=copy, check=True, capture_output=True)
    (wheel,) = (copy / "dist").glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    dependencies = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
    return folder / "env" / "bin" / "python"


def run(python: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with nothing of this environment on its path."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_has_what_the_commands_and_the_server_need(python: Path, tmp_path: Path) -> None:
    done = run(python, tmp_path, "-c", FILES)
    assert [Path(path).is_relative_to(python.parents[1]) for path in done.stdout.split()] == [
        True
    ] * 4
    assert run(python, tmp_path, "-c", SETTINGS).stdout.splitlines()[-1] == "False none"
    done = run(python, tmp_path, "-m", "headway", "init", "--repo", "acme/app")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / "headway.toml").exists()


def test_the_dashboard_of_the_wheel_answers_to_its_own_host_only(
    python: Path, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/_stcore/health"
    words = ("-m", "headway", "serve", "--port", str(port))
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([python, *words], cwd=tmp_path, stdout=log, stderr=log) as server,
    ):
        try:
            wait_until(lambda: health(url, "127.0.0.1") == b"ok", 60)
            assert health(url, "example.com") == b"421"
        finally:
            server.terminate()
    assert "statistics" not in (tmp_path / "log").read_text("utf-8")


def health(url: str, host: str) -> bytes:
    """Return what the server answers to a Host header, or its status where it refuses."""
    request = urllib.request.Request(url, headers={"Host": host})
    with contextlib.suppress(urllib.error.URLError):
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            return str(error.code).encode()
    return b""


def test_a_package_that_wrote_over_ours_is_named_in_one_line(python: Path, tmp_path: Path) -> None:
    env = tmp_path / "env"
    shutil.copytree(python.parents[1], env, symlinks=True)
    (packages,) = env.glob("lib/python*/site-packages")
    (packages / "queries-2.1.1.dist-info").mkdir()
    for name, text in {
        "METADATA": "Name: queries\nVersion: 2.1.1\n",
        "top_level.txt": "queries\n",
    }.items():
        (packages / "queries-2.1.1.dist-info" / name).write_text(text, encoding="utf-8")
    own = env / "bin" / "python"
    done = run(own, tmp_path, "-m", "headway", "doctor")
    assert (
        "FAIL  another package has written over Headway's files (queries/ by queries)"
        in done.stdout
    )
    (packages / "queries" / "__init__.py").write_text("import a_driver\n", encoding="utf-8")
    done = run(own, tmp_path, "-m", "headway", "--version")
    assert (done.returncode, done.stderr) == (
        1,
        "headway: another package has written over Headway's files (queries/ by queries); "
        "install Headway by itself: `uv tool install headway` or `pipx install headway`\n",
    )
