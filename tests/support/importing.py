"""Desks with exports, the files of an inbox, and killed imports."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.command import Desk

WRITTEN_AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def desk_with(folder: Path, samples: Path) -> Desk:
    """Return a new desk with settings and the samples, all written at one time."""
    desk = Desk(folder, env={})
    folder.mkdir(parents=True)
    desk.set_up("http://127.0.0.1:1")
    for path in samples.glob("*.*"):
        write(folder / path.name, path.read_bytes())
    return desk


def write(path: Path, content: str | bytes, at: datetime = WRITTEN_AT) -> None:
    """Write a file that was last changed at some time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at.timestamp(), at.timestamp()))


def inbox(desk: Desk) -> dict[str, bytes]:
    """Return the files in the inbox, by path."""
    start = "data/inbox/"
    return {
        path.removeprefix(start): stored
        for path, stored in desk.files().items()
        if path.startswith(start)
    }


def kill_and_import_again(
    folder: Path,
    make: Callable[[Path], Desk],
    ledger: Callable[[Desk], Any],
    words: tuple[str, ...],
    last_line: str,
    moments: list[float],
) -> None:
    """Kill imports after their last line: each file is whole or absent, the next run clean."""
    clean = make(folder / "clean")
    assert clean.run(*words).code == 0
    expected, retained = ledger(clean), inbox(clean)
    strikes = 0
    for number, moment in enumerate(moments):
        desk = make(folder / f"killed-{number}")
        with desk.start(*words) as running:
            running.wait_for(last_line)
            running.process.join(moment)
            strikes += running.process.is_alive()
            running.process.kill()
            running.process.join()
        whole = {path: stored for path, stored in inbox(desk).items() if not path.startswith(".")}
        assert whole.items() <= retained.items()
        assert desk.run(*words).code == 0
        assert (ledger(desk), inbox(desk)) == (expected, retained)
    assert strikes > len(moments) // 4
