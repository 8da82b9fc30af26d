"""Strikes on a command at random points: signals, full disks and low memory, with readers."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

from collectors.ledger import ledger_file
from queries.read.snapshot import LINK, READ_ONLY, current
from tests.support.command import Desk, Done, address_space
from tests.support.forks import FORKS
from tests.support.refreshing import Tables, raw_tables, tables

SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM}
KINDS = (*SIGNALS, "disk full", "memory full")
WORKS = ("first refresh", "upgrade", "publish")
#: what appears in a data folder on the way; a strike by a signal may wait for it
EVENTS = {
    "first refresh": (
        "refresh.lock",
        "ledger.duckdb",
        "ledger.duckdb.wal",
        "snapshots/.building-*",
        "shown/*/*.parquet",
    ),
    "upgrade": ("backups/*", "backups/*.duckdb", "ledger.duckdb.wal"),
    "publish": (
        "ledger.duckdb.wal",
        "snapshots/.building-*.wal",
        "snapshots/headway-*",
        "shown/*",
        f".{LINK}-*",
    ),
}
#: files that no command leaves after the next one ends
LEFT_OVER = ("*.part", "*.wal", "*.tmp", ".building-*", f".{LINK}-*", "*-restoring.duckdb")
#: bytes of memory assumed for a process if the system does not report them
UNKNOWN_USE = 500_000_000
SMALLEST_FILE = BLOCK = 4096
#: bytes of a disk on which there is room for everything
ROOMY = 1 << 30
#: how long a command may take on a busy machine
TIMEOUT_S = 300


@dataclass(frozen=True)
class Strike:
    """Strike of a kind at a share of the time, file sizes or memory of an unharmed run."""

    number: int
    kind: str
    work: str
    share: float
    event: str = ""

    @property
    def is_small_disk(self) -> bool:
        """Return whether the strike gets its own disk, if this user may create one."""
        return self.kind == "disk full" and self.number // len(KINDS) // len(WORKS) % 2 == 1


@dataclass(frozen=True)
class Unharmed:
    """Unharmed run of a command: its start, the resources it used and its tables."""

    before: Desk
    after: Desk
    words: Sequence[str]
    seconds: float
    largest: int
    memory: int
    raw: Tables
    published: Tables


@dataclass(frozen=True)
class Outcome:
    """Result of a strike: the command's step, its end, and the problems after it."""

    strike: Strike
    phase: str
    code: int
    trouble: Sequence[str]


def strikes(count: int, seed: int) -> list[Strike]:
    """Return strikes of every kind; signals come at a time or after an event.

    Twelve are every kind at every work, as the numbers of kinds and works have no common divisor.
    """
    result = []
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")
        kind, work = KINDS[number % len(KINDS)], WORKS[number % len(WORKS)]
        share, event = dice.uniform(0, 1), dice.choice(EVENTS[work])
        result.append(
            Strike(
                number, kind, work, share, event if kind in SIGNALS and dice.random() < 0.5 else ""
            )
        )
    return result


def unharmed(before: Desk, folder: Path, words: Sequence[str]) -> Unharmed:
    """Run a command on a copy of a desk to its end, and return what it takes and gives."""
    desk = before.copy(folder)
    began, used = time.monotonic(), [0]
    with desk.start(*words) as running:
        while running.process.is_alive():
            used.append(address_space(running.pid))
            time.sleep(0.01)
        done = running.done(TIMEOUT_S)
    assert done.code == 0, done.err
    seconds = time.monotonic() - began
    largest = max(path.stat().st_size for path in (desk.folder / "data").rglob("*.duckdb"))
    memory = max(used) - next(filter(None, used), 0) or UNKNOWN_USE
    data = desk.folder / "data"
    return Unharmed(
        before, desk, words, seconds, largest, memory, raw_tables(data), tables(data / LINK)
    )


def struck(clean: Unharmed, strike: Strike, refresh: Sequence[str], folder: Path) -> Outcome:
    """Strike a command on a copy of its desk, run the next refresh, and return all problems."""
    trouble: list[str] = []
    with contextlib.ExitStack() as stack:
        room = stack.enter_context(_small_disk(folder)) if strike.is_small_disk else None
        desk = clean.before.copy(folder / "desk")
        stack.enter_context(reading(desk.folder / "data", set(clean.published), trouble))
        if room:
            stored, more = (sum(map(_size, item.folder.rglob("*"))) for item in (desk, clean.after))
            room(stored + SMALLEST_FILE + int(strike.share * (more - stored)))
        done = _strike(clean, strike, desk, is_limited=not room)
        if room:
            room(ROOMY)
        phase = _phase(strike, desk, done)
        trouble += _ending(strike, done)
        trouble += _meantime(clean, strike, desk, done)
        trouble += _next(clean, refresh, desk)
    return Outcome(strike, phase, done.code, trouble)


# -- the strike ------------------------------------------------------------------------------------


def _size(path: Path) -> int:
    """The bytes that a file takes of a file system, in whole blocks."""
    return (
        -(-path.stat().st_size // BLOCK) * BLOCK if path.is_file() and not path.is_symlink() else 0
    )


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Callable[[int], None] | None]:
    """Give a folder its own file system and yield its size setter; None without permission."""
    folder.mkdir()
    made = _ran("mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder))
    try:
        yield (
            (lambda size: _must("mount", "-o", f"remount,size={size}", str(folder)))
            if made
            else None
        )
    finally:
        if made:
            _must("umount", str(folder))


def _ran(*words: str) -> bool:
    """Return whether a program exists and succeeds."""
    return (
        bool(shutil.which(words[0]))
        and subprocess.run(words, capture_output=True, check=False).returncode == 0
    )


def _must(*words: str) -> None:
    assert _ran(*words), words


def _strike(clean: Unharmed, strike: Strike, desk: Desk, is_limited: bool) -> Done:
    """Run the command until it ends of itself or by the strike."""
    largest = (
        SMALLEST_FILE + int(strike.share * clean.largest)
        if strike.kind == "disk full" and is_limited
        else 0
    )
    # most of what a process reserves it never uses, so the points lie closer where there is less
    more = int(strike.share**2 * clean.memory) if strike.kind == "memory full" else None
    data = desk.folder / "data"
    there = set(data.glob(strike.event)) if strike.event else set()
    with desk.start(*clean.words, largest_file=largest, more_memory=more) as running:
        if strike.kind in SIGNALS:
            while (
                strike.event
                and running.process.is_alive()
                and not set(data.glob(strike.event)) - there
            ):
                time.sleep(0.002)
            running.process.join(strike.share * clean.seconds * (0.1 if strike.event else 1))
            if running.process.is_alive():
                os.kill(running.pid, SIGNALS[strike.kind])
        return running.done(TIMEOUT_S)


def _phase(strike: Strike, desk: Desk, done: Done) -> str:
    """Return the step of the command at the strike."""
    if "published " in done.err:
        return "the end"
    path = desk.folder / "data" / "ledger.duckdb"
    if not path.exists() or ledger_file.read_version(path) != set(ledger_file.migrations()):
        return "making or migrating the ledger"
    is_read = any(line.startswith("acme/") for line in done.err.splitlines())
    return "publishing" if is_read or strike.work == "publish" else "reading"


# -- what must be so -------------------------------------------------------------------------------


def _ending(strike: Strike, done: Done) -> Iterator[str]:
    """Return the problems of a command's end: not the signal, nor a code with one line."""
    message = [line for line in done.err.splitlines() if line.startswith("headway: ")]
    if "Traceback" in done.err:
        yield f"a traceback: {done.err.splitlines()[-2:]}"
    if strike.kind in SIGNALS:
        number = SIGNALS[strike.kind]
        if done.code not in (0, -number, 128 + number):
            yield f"exit code {done.code}: {done.err}"
        if done.code == 128 + number and message != ["headway: stopped; what was committed stays"]:
            yield f"stopped without a message: {done.err}"
        return
    is_reported = done.code == 0 or (done.code in (1, 2) and message)
    # native code aborts if an error itself needs memory; the system's loader exits with 127
    is_stopped = strike.kind == "memory full" and (done.code < 0 or done.code == 127)
    if not is_reported and not is_stopped:
        yield f"exit code {done.code}: {done.err}"


def _meantime(clean: Unharmed, strike: Strike, desk: Desk, done: Done) -> Iterator[str]:
    """Return the problems of a reader right after: the old or the new snapshot must be whole."""
    link = desk.folder / "data" / LINK
    if not link.exists():
        if (clean.before.folder / "data" / LINK).exists():
            yield "what was published is gone"
        return
    if (strike.kind in SIGNALS or done.code == 0) and tables(link) != clean.published:
        yield "what is published differs before the next refresh"


def _next(clean: Unharmed, refresh: Sequence[str], desk: Desk) -> Iterator[str]:
    """Return the problems after the next refresh: ledger, published tables or files left over."""
    data = desk.folder / "data"
    with desk.start(*refresh) as running:
        done = running.done(TIMEOUT_S)
    if done.code != 0:
        yield f"the next refresh exits {done.code}: {done.err}"
        return
    for label, result, expected in (
        ("ledger", raw_tables(data), clean.raw),
        ("published file", tables(data / LINK), clean.published),
    ):
        if other := [name for name in expected if result.get(name) != expected[name]]:
            yield f"the {label} differs in {other}"
    if remaining := [path.name for pattern in LEFT_OVER for path in data.rglob(pattern)]:
        yield f"left over: {remaining}"


# -- readers ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def reading(data: Path, expected: set[str], trouble: list[str]) -> Iterator[None]:
    """Read the snapshot repeatedly in a process of its own, and record each error."""
    stop, result = FORKS.Event(), FORKS.Queue()
    reader = FORKS.Process(target=_read_both_ways, args=(data, expected, stop, result))
    reader.start()
    try:
        yield
    finally:
        stop.set()
        trouble += result.get(timeout=TIMEOUT_S)
        reader.join()


def _read_both_ways(data: Path, expected: set[str], stop: Event, result: Queue[list[str]]) -> None:
    """Read in a process, as any client and as the dashboard."""
    trouble: list[str] = []
    ways = [
        threading.Thread(target=_read_on, args=(data, read, expected, stop, trouble))
        for read in (_by_file, _by_page)
    ]
    for way in ways:
        way.start()
    for way in ways:
        way.join()
    result.put(trouble)


def _read_on(
    data: Path,
    read: Callable[[Path], set[str]],
    expected: set[str],
    stop: Event,
    trouble: list[str],
) -> None:
    is_there, pause_s = False, 0.3
    while not stop.wait(pause_s):
        began = time.monotonic()
        is_there |= (data / LINK).exists()
        try:
            tables_read = read(data) if is_there else expected
        except Exception as error:  # any error of a reader is a result
            trouble.append(f"a reader met {error!r}")
            return
        if missing := expected - tables_read:
            trouble.append(f"a reader missed {sorted(missing)}")
        # on a busy machine readers leave the processor to the command
        pause_s = max(0.3, 5 * (time.monotonic() - began))


def _by_file(data: Path) -> set[str]:
    """The tables that any client finds in the published file, after reading one to its end."""
    with duckdb.connect(str(data / LINK), config=READ_ONLY) as db:
        db.execute("from checks").fetchall()
        return {name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()}


def _by_page(data: Path) -> set[str]:
    """The same, as the dashboard reads it."""
    snapshot = current(data)
    snapshot.query("from checks")
    return set(snapshot.query("select table_name from duckdb_tables()")["table_name"])


def figures(outcomes: Sequence[Outcome]) -> str:
    """Return how many strikes of each kind met what."""
    counts: dict[tuple[str, str], int] = {}
    for item in outcomes:
        counts[item.phase, item.strike.kind] = counts.get((item.phase, item.strike.kind), 0) + 1
    phases = sorted({phase for phase, _ in counts})
    rows = [[phase, *(str(counts.get((phase, kind), 0)) for kind in KINDS)] for phase in phases]
    widths = [
        max(len(row[index]) for row in [["", *KINDS], *rows]) for index in range(len(KINDS) + 1)
    ]
    return "\n".join(
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in [["", *KINDS], *rows]
    )
