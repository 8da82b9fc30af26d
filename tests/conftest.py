"""Fixtures of every test: the browser, GitHub's schema, published files and desks."""

import fcntl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from queries.read.snapshot import LINK
from tests.support import command, facts, machine
from tests.support.github_server import Server

pytest_plugins = ["tests.support.running"]

# The same examples every time, and no clock: the machine may be busy with other tests.
hypothesis.settings.register_profile("headway", deadline=None, derandomize=True)
hypothesis.settings.load_profile("headway")

# A machine that runs other tests too draws a page late.
expect.set_options(timeout=30_000)

Program = Callable[[str, str], Path]
#: Draw pages without a graphics card and without imitating one, which takes half of a page's time.
NO_GPU = ("--disable-gpu", "--disable-software-rasterizer")


@pytest.fixture(scope="session")
def schema_path() -> Path:
    """Path of GitHub's public GraphQL schema."""
    return machine.schema()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, one for the whole run; each test opens its own context or page in it."""
    executable = machine.chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=NO_GPU)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def empty(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file without rows, as an empty ledger gives it."""
    data = shared(pytestconfig, tmp_path_factory, "empty", facts.empty_file)
    return (data / LINK).resolve()


@pytest.fixture(scope="session")
def demo(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a published demo, which ends after a quarter of 14 weeks."""
    return shared(pytestconfig, tmp_path_factory, "demo", facts.demo_file)


def shared(
    config: pytest.Config,
    factory: pytest.TempPathFactory,
    name: str,
    build: Callable[[Path], object],
) -> Path:
    """A folder that is built once for all processes of the run; nobody writes into it later."""
    own = factory.getbasetemp()
    folder = (own.parent if hasattr(config, "workerinput") else own) / f"shared-{name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (built := folder.with_suffix(".built")).exists():
            folder.mkdir(exist_ok=True)
            build(folder)
            built.touch()
    return folder


@pytest.fixture(scope="session")
def offices(
    schema_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, command.Desk]]:
    """The company's GitHub, and a desk where it was refreshed."""
    with command.office(schema_path, tmp_path_factory.mktemp("office")) as both:
        yield both


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Restore ``__main__``: AppTest replaces it, and later processes would import it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return a function that writes shell programs into the only folder of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv(
        "PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:1"
    )  # nobody listens: as without a network

    def write(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write
