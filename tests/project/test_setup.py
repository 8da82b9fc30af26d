"""`make setup` on machines of several kinds, and the files that it uses."""

import os
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from streamlit import config

from tests.conftest import Program
from tests.support import machine, running

MAKE = shutil.which("make")
TOOLS = [path for path in map(shutil.which, ("cat", "rm", "mkdir", "cp")) if path]


@pytest.fixture
def project(program: Program, tmp_path: Path) -> Path:
    """Return a folder with the files of `make setup` and a PATH with the test's Pythons only."""
    for tool in TOOLS:
        program(Path(tool).name, f'exec {tool} "$@"')
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "tests").mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "tests/requirements.lock"):
        shutil.copy(machine.ROOT / name, folder / name)
    return folder


def python(log: Path, install: str = "exit 0") -> str:
    """Return the script of a Python that logs its calls and creates environments."""
    return f"""case "$1 $2" in
        "-c "*) ;;
        "-m venv") echo venv >> {log}; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
        "-m pip") echo pip >> {log}; {install} ;;
    esac"""


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Return the output of make, without make's own variables and PYTHON."""
    assert MAKE is not None
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))
    }
    return subprocess.run(
        [MAKE, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def contrast(first: str, other: str) -> float:
    """Contrast ratio of two colours written as #rrggbb, by WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted(luminance(colour) + 0.05 for colour in (first, other))
    return lighter / darker


def test_setup_takes_the_first_python_that_serves_and_runs_once(
    program: Program, project: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.touch()
    program("python3.13", "echo command not found >&2; exit 127")
    program("python3.12", python(log))
    first = make(project, "setup")
    assert (first.returncode, first.stderr) == (0, "Setting up .venv with python3.12 and pip\n")
    assert log.read_text("utf-8").split() == ["venv", "pip", "pip"]
    assert make(project, "setup").stderr == ""
    assert log.read_text("utf-8").split() == ["venv", "pip", "pip"]


def test_setup_installs_again_when_the_lock_changed_and_starts_over_when_moved(
    program: Program, project: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    program("python3", python(log))
    make(project, "setup")
    newer = (project / ".venv" / ".setup-done").stat().st_mtime + 1
    os.utime(project / "requirements.lock", (newer, newer))
    make(project, "setup")
    assert log.read_text("utf-8").split() == ["venv", "pip", "pip", "pip", "pip"]
    moved = project.rename(tmp_path / "moved")
    make(moved, "setup")
    assert log.read_text("utf-8").split()[5:] == ["venv", "pip", "pip"]


def test_tests_add_their_packages_once_to_those_of_the_dashboard(
    program: Program, project: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    program("python3", python(log, install=f'echo "$@" >> {log}'))
    assert make(project, "tools").returncode == 0
    locks = [line.split()[-1] for line in log.read_text("utf-8").splitlines() if " -r " in line]
    assert locks == ["requirements.lock", "tests/requirements.lock"]
    assert make(project, "tools").stderr == ""
    newer = (project / ".venv" / ".tools-done").stat().st_mtime + 1
    os.utime(project / "tests" / "requirements.lock", (newer, newer))
    assert "Adding the packages of tests\n" in make(project, "tools").stderr


def test_a_setup_that_failed_starts_over(program: Program, project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program("python3", python(log, install="exit 1"))
    assert make(project, "setup").returncode == 2
    assert not (project / ".venv" / ".setup-done").exists()
    program("python3", python(log))
    assert make(project, "setup").returncode == 0
    assert log.read_text("utf-8").split() == ["venv", "pip", "venv", "pip", "pip"]


def test_setup_prefers_uv(program: Program, project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program("python3", python(log))
    program("uv", f'echo "$1 $2" >> {log}; mkdir -p .venv/bin; : > .venv/bin/python')
    assert make(project, "setup").stderr == "Setting up .venv with uv\n"
    assert log.read_text("utf-8").splitlines() == ["venv --quiet", "pip install", "pip install"]


def test_without_a_python_setup_says_in_one_line_what_to_install(
    program: Program, project: Path
) -> None:
    program("python3", "exit 1")
    done = make(project, "setup")
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if not line.startswith("make: ")] == [
        "Headway needs Python 3.11 or newer with venv, or uv: "
        "install python3 and python3-venv, or see https://docs.astral.sh/uv/"
    ]


def pinned(lock: Path) -> dict[str, str]:
    """Return the version of each package in a lock, all with hashes and without an address."""
    text = lock.read_text("utf-8")
    assert "://" not in text
    lines = [line for line in text.replace("\\\n", "").splitlines() if not line.startswith("#")]
    assert all("--hash=sha256:" in line for line in lines)
    versions = {}
    for line in lines:
        name, _, remainder = line.partition("==")
        versions[name] = remainder.split()[0]
    return versions


def test_the_locks_meet_the_project_and_only_the_second_has_packages_of_tests() -> None:
    project = tomllib.loads((machine.ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    run = pinned(machine.ROOT / "requirements.lock")
    tests = pinned(machine.ROOT / "tests" / "requirements.lock")
    assert run.items() <= tests.items()
    for versions, expected in (
        (run, [*project["project"]["dependencies"], *groups["build"]]),
        (tests, groups["dev"]),
        (pinned(machine.NODE_LOCK), groups["node"]),
    ):
        for requirement in map(Requirement, expected):
            assert Version(versions[requirement.name]) in requirement.specifier, requirement
    only_tests = {"duckdb-cli", "hypothesis", "mypy", "playwright", "pytest", "ruff"}
    assert only_tests <= set(tests) - set(run)


def test_streamlit_has_every_option_that_is_set() -> None:
    sections = tomllib.loads((machine.ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    themes = {f"theme.{name}": sections["theme"].pop(name) for name in ("light", "dark")}
    for section, options in {**sections, **themes}.items():
        assert set(options) <= set(config.get_options_for_section(section)), section
    for theme in themes.values():
        colours = theme["chartCategoricalColors"]
        assert len(colours) == 10  # Streamlit takes ten or none
        assert min(contrast(colour, theme["backgroundColor"]) for colour in colours) >= 3
        assert contrast(theme["textColor"], theme["backgroundColor"]) >= 7
        # the pages use it for text of selections and links, never for filled buttons
        assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 4.5


def run_of(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of the tests in a folder, as tests are run here."""
    words = [
        "-p",
        "tests.support.running",
        "-c",
        "/dev/null",
        "--rootdir",
        str(folder),
        *options,
        str(folder),
    ]
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True, check=False)


def test_a_skipped_test_fails_the_run(tmp_path: Path) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text(
        "import pytest\n\n\n@pytest.mark.skip\ndef test_nothing():\n    pass\n", encoding="utf-8"
    )
    module = tmp_path / "test_module.py"
    module.write_text("import pytest\n\npytest.importorskip('no_such_module')\n", encoding="utf-8")
    done = run_of(tmp_path, "--continue-on-collection-errors")
    assert done.returncode != 0, done.stdout
    assert "2 errors in" in done.stdout, done.stdout
    # a summary at the end repeats them, whole or cut, as wide as the terminal and as `CI` say
    reported = [
        line
        for line in done.stdout.splitlines()
        if line.startswith("A test was skipped, and here every test")
    ]
    assert len(reported) == 2, done.stdout


def test_the_tests_of_a_file_run_in_one_process_and_the_longest_first(tmp_path: Path) -> None:
    for name in ("test_demo", "test_demo_spend", "test_other", "test_pages"):
        text = """
            import os
            import pathlib
            import pytest

            @pytest.mark.parametrize("number", range(8))
            def test_where_it_runs(number):
                here = pathlib.Path(__file__)
                with here.with_suffix(".log").open("a") as log:
                    print(os.environ["PYTEST_XDIST_WORKER"], file=log)
            """
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    done = run_of(tmp_path, "-n", "2")
    assert "32 passed" in done.stdout, done.stdout
    ran = {path.stem: set(path.read_text().split()) for path in tmp_path.glob("*.log")}
    assert [len(workers) for workers in ran.values()] == [1, 1, 1, 1]
    assert ran["test_demo"] == ran["test_demo_spend"]
    assert ran["test_pages"] != ran["test_demo"]
    names = {path.stem for path in (machine.ROOT / "tests").rglob("test_*.py")}
    assert names >= running.HISTORIES | set(running.LONGEST)
