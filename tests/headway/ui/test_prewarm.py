"""A new snapshot is drawn before readers see it, in a session that nobody sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from headway.ui.access import Access
from headway.ui.parts import published, sign_in
from queries.read.snapshot import Snapshot
from tests.bench.pages import link, settle
from tests.bench.viewers import DASHBOARD, server
from tests.support.command import wait_until

#: CPU seconds that nine empty pages take at least; looking at the link takes nearly none
DRAWN = 0.25


def snapshot(name: str) -> Snapshot:
    """Return a snapshot that is only a name."""
    day = date(2026, 1, 1)
    return Snapshot(Path(name), name, day, datetime(2026, 1, 1), False, duckdb.connect())


@pytest.fixture
def signed_out() -> Iterator[None]:
    """Nobody is signed in, and all must be."""
    sign_in.use(Access(("acme.example",), (), 12, "", ()))
    yield
    sign_in.use(None)
    published.switch(None)


@pytest.mark.usefixtures("signed_out")
def test_only_the_session_that_draws_ahead_reads_the_next_file_without_sign_in() -> None:
    old, new = snapshot("old"), snapshot("new")
    published.switch(old)
    with published.ahead("another session", new), sign_in.unseen("another session"):
        assert published.of_session() is old
        assert sign_in.refusal()
    with published.ahead("", new), sign_in.unseen(""):  # this run has no session
        assert published.of_session() is new
        assert not sign_in.refusal()
    assert published.of_session() is old
    assert sign_in.refusal()


def test_a_new_snapshot_is_drawn_without_a_reader(empty: Path, tmp_path: Path) -> None:
    link(tmp_path, empty)
    second = tmp_path / "second.duckdb"
    shutil.copyfile(empty, second)
    with duckdb.connect(str(second)) as db:
        db.execute("update snapshot set id = 'second'")
    with server(DASHBOARD, tmp_path) as served:
        settle(served)
        before = served.cpu
        link(tmp_path, second)
        wait_until(lambda: served.cpu - before > DRAWN, 60)
