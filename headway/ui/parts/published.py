"""The published file that pages read: the same for all sessions until the next one is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx

from queries.read.snapshot import Snapshot, current

#: the file of all sessions, set by the server, and sessions that draw the next one ahead of them
_live: list[Snapshot] = []
_ahead: dict[str, Snapshot] = {}


def newest() -> Snapshot:
    """Return the newest published file, or the named one; NothingPublishedError without one."""
    snapshot = os.environ.get("HEADWAY_SNAPSHOT")
    data = Path(os.environ.get("HEADWAY_DATA", "data"))
    return current(data, Path(snapshot) if snapshot else None)


def live() -> Snapshot | None:
    """Return the file of all sessions; None before the server has set one."""
    return _live[0] if _live else None


def switch(snapshot: Snapshot | None) -> None:
    """Let all sessions read a file; None if nothing is published."""
    _live[:] = [snapshot] if snapshot else []


def of_session() -> Snapshot:
    """Return the file that this run reads; NothingPublishedError without one."""
    context = get_script_run_ctx(suppress_warning=True)
    return _ahead.get(context.session_id if context else "") or live() or newest()


@contextmanager
def ahead(session: str, snapshot: Snapshot) -> Iterator[None]:
    """Let one session read a file before all others."""
    _ahead[session] = snapshot
    try:
        yield
    finally:
        del _ahead[session]
