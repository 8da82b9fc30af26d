"""Processes of the ``headway`` command, forked from one that has imported everything.

A process has its own folder, environment, output, exit code and locks. Only the import of
pandas, which takes seconds, is shared.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import multiprocessing.context
import os
import pty
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from headway.cli import commands as headway
from tests.support import company
from tests.support.forks import FORKS
from tests.support.github_server import TOKEN, Server, serve

REPOS = ("acme/shop", "acme/infra")
FACTS = ("pull_requests", "pull_request_areas", "releases", "rework")
WINDOW_S = 2


@dataclass(frozen=True)
class Done:
    """End of a command: exit code and output."""

    code: int
    out: str
    err: str

    @property
    def problem(self) -> str:
        """Return the only error line; fail on none, several, or a traceback."""
        lines = [line for line in self.err.splitlines() if line.startswith("headway: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0].removeprefix("headway: ")


@dataclass
class Running:
    """A command that runs."""

    process: multiprocessing.context.ForkServerProcess
    folder: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.pid is not None
        return self.process.pid

    def read(self, name: str) -> str:
        """Return the output so far on ``out`` or ``err``."""
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def wait_for(self, text: str, name: str = "err") -> None:
        """Wait until it has written a text."""
        wait_until(lambda: text in self.read(name) or not self.process.is_alive())
        assert text in self.read(name), self.read(name)

    def interrupt(self) -> None:
        """Press Ctrl-C, and again if native code swallowed the signal's exception."""
        for _ in range(5):
            if self.process.is_alive():
                os.kill(self.pid, signal.SIGINT)
                self.process.join(3)

    def done(self, timeout: float = 180) -> Done:
        """Wait for its end."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, (
            f"still running after {timeout} s: {self.read('err')}"
        )
        return Done(self.process.exitcode, self.read("out"), self.read("err"))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(is_true: Callable[[], bool], timeout: float = 30) -> None:
    """Wait until something is true."""
    end = time.monotonic() + timeout
    while not is_true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@dataclass(frozen=True)
class Desk:
    """A user's folder and environment, by default with a token."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=lambda: {"GITHUB_TOKEN": TOKEN})

    def run(
        self,
        *words: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        largest_file: int = 0,
    ) -> Done:
        """Run a command to its end; fail on a traceback or a token in its output or files."""
        with self.start(*words, stdin=stdin, env=env, largest_file=largest_file) as running:
            done = running.done()
        assert "Traceback" not in done.err, done.err
        self.search(done.out, done.err)
        return done

    def search(self, *message: str) -> None:
        """Fail where the token is in what was said or in any file."""
        for token in filter(None, {TOKEN, self.env.get("GITHUB_TOKEN", "").strip()}):
            assert not [text for text in message if token in text]
            assert not [name for name, content in self.files().items() if token.encode() in content]

    @contextlib.contextmanager
    def start(
        self,
        *words: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        terminal: str = "",
        largest_file: int = 0,
        more_memory: int | None = None,
        umask: int = 0o022,
    ) -> Iterator[Running]:
        """Run a command until the block ends; ``terminal`` is the path of one to run it on.

        ``largest_file`` limits the bytes of each file, as a full disk would. ``more_memory`` limits
        the bytes of address space beyond those at the start of the process.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "in").write_bytes(stdin)
            whole = {
                "PATH": os.environ["PATH"],
                "HOME": name,
                "TERM": "xterm",
                **self.env,
                **(env or {}),
            }
            about = (words, self.folder, whole, Path(name), terminal, largest_file, more_memory)
            process = FORKS.Process(target=_become_headway, args=(*about, umask))
            process.start()
            try:
                yield Running(process, Path(name))
            finally:
                process.kill()
                process.join()

    @contextlib.contextmanager
    def on_terminal(self, *words: str) -> Iterator[tuple[Running, int]]:
        """Run a command on a terminal until the block ends; yield the terminal's other end too."""
        ours, theirs = pty.openpty()
        try:
            with self.start(*words, terminal=os.ttyname(theirs)) as running:
                yield running, ours
        finally:
            os.close(ours)
            os.close(theirs)

    def set_up(self, url: str, repos: Sequence[str] = REPOS, more: str = "") -> None:
        """Write headway.toml for these repositories, and the company's people."""
        text = f"[github]\nrepos = {json.dumps(repos)}\nbase_url = {json.dumps(url)}\n{more}"
        (self.folder / "headway.toml").write_text(text, encoding="utf-8")
        seeds = self.folder / "data" / "seeds"
        seeds.mkdir(parents=True, exist_ok=True)
        shutil.copy(company.PEOPLE, seeds / "people.csv")

    def copy(self, folder: Path) -> Desk:
        """The same desk elsewhere, as it is now."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Desk(folder, self.env)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read what is published, as any DuckDB client does."""
        with duckdb.connect(
            str((self.folder / "data" / "headway.duckdb").resolve()), read_only=True
        ) as db:
            return db.execute(sql).fetchall()

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every published row that GitHub alone decides."""
        return {name: self.rows(f"from {name} order by all") for name in FACTS}

    def files(self) -> dict[str, bytes]:
        """Every file below the folder, by path."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


def _become_headway(
    words: tuple[str, ...],
    folder: Path,
    env: Mapping[str, str],
    files: Path,
    terminal: str,
    largest_file: int,
    more_memory: int | None,
    umask: int,
) -> None:
    """Turn this process into ``headway WORDS``."""
    os.setsid()
    os.umask(umask)
    _give_up_what_only_root_may()
    if largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if more_memory is not None:
        most = address_space(os.getpid()) + more_memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    names = {
        0: ("in", os.O_RDONLY),
        1: ("out", os.O_WRONLY | os.O_CREAT),
        2: ("err", os.O_WRONLY | os.O_CREAT),
    }
    for fd, (name, flags) in names.items():
        opened = os.open(terminal or files / name, os.O_RDWR if terminal else flags, 0o600)
        os.dup2(opened, fd)
    encoding = env.get("PYTHONIOENCODING")
    sys.stdin, sys.stderr = open(0), open(2, "w")  # noqa: SIM115  # for the process's life
    sys.stdout = open(1, "w", encoding=encoding)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["headway", *words]
    headway.main()


def address_space(pid: int) -> int:
    """Return the bytes of address space of a process; 0 if unknown or ended."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[0]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    return 0


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that run."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text("ascii").split()]


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _give_up_what_only_root_may() -> None:
    """Enforce file modes for this process and its children if tests run as root."""
    if os.geteuid() or sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # of capset: version 3, this process
    stored = (ctypes.c_uint32 * 6)()
    libc.capget(header, stored)
    for capability in (1, 2):  # to write, and to read, what the mode does not let
        libc.prctl(24, capability, 0, 0, 0)  # for what it becomes
        for index in range(3):
            stored[index] &= ~(1 << capability)
    libc.capset(header, stored)


def typed(terminal: int, text: str) -> None:
    """Type a text and Enter."""
    os.write(terminal, f"{text}\n".encode())


def read_terminal(terminal: int, until: Callable[[str], bool], timeout: float = 30) -> str:
    """Read a terminal until what is seen satisfies a condition, or the other end closes."""
    result, end = b"", time.monotonic() + timeout
    os.set_blocking(terminal, False)
    while not until(result.decode("utf-8", "replace")):
        assert time.monotonic() < end, result
        with contextlib.suppress(BlockingIOError):
            result += os.read(terminal, 65536)
        time.sleep(0.01)
    return result.decode("utf-8", "replace")


@contextlib.contextmanager
def office(schema: Path, folder: Path) -> Iterator[tuple[Server, Desk]]:
    """Run the company's GitHub with short rate limits, and refresh its repositories once."""
    with serve(company.datasets(), schema=schema, window_s=WINDOW_S) as github:
        desk = Desk(folder)
        desk.folder.mkdir(parents=True, exist_ok=True)
        desk.set_up(github.url)
        done = desk.run("refresh")
        assert done.code == 0, done.err
        yield github, desk
