"""Backups of the ledger and `headway restore`: no row is lost, no ledger is half restored."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from collectors.errors import LedgerError
from collectors.ledger import backups, ledger_file
from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from tests.collectors.ledger.test_migrations import desk, in_a_child, make, rows, schema
from tests.support.command import Desk, read_terminal, typed
from tests.support.github_server import Server
from tests.support.refreshing import raw_tables

__all__ = ["desk"]  # a fixture
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def mark(path: Path, scope: str) -> None:
    """Write a mark into a ledger that identifies it."""
    with open_ledger(path, "test") as store:
        store.set_watermark("test", scope, "mark", scope)


def marks(path: Path) -> list[str]:
    """Return the marks in a ledger."""
    with duckdb.connect(str(path), read_only=True) as db:
        rows = db.execute(
            "select scope from watermarks where source = 'test' order by scope"
        ).fetchall()
    return [scope for (scope,) in rows]


def backup_names(path: Path) -> list[str]:
    """Return the names of a ledger's backups."""
    return sorted(row.name for row in (path.parent / "backups").glob("*"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger of today and its backup of yesterday, with different rows."""
    path = tmp_path / "data" / "ledger.duckdb"
    mark(path, "yesterday")
    shutil.copytree(path.parent, path.parent / "backups")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    (path.parent / "backups" / path.name).rename(
        path.parent / "backups" / f"ledger-{yesterday:%Y-%m-%d}.duckdb"
    )
    path.unlink()
    mark(path, "today")
    return path


# -- backing up ------------------------------------------------------------------------------------


def test_upgrade_keeps_a_backup_of_the_old_version_and_of_the_day(
    tmp_path: Path,
) -> None:
    path = make(3, tmp_path / "ledger.duckdb")
    columns = schema(path)
    old = rows(path, columns)
    of_today = tmp_path / "backups" / f"ledger-{TODAY}.duckdb"
    of_today.parent.mkdir()
    of_today.write_bytes(b"made this morning, by the old version")
    mark(path, "new")
    assert of_today.read_bytes() == b"made this morning, by the old version"
    before = tmp_path / "backups" / f"ledger-{TODAY}-before-004.duckdb"
    assert backup_names(path) == [before.name, of_today.name]
    assert before.stat().st_mode & 0o777 == 0o600
    assert schema(before) == columns
    assert rows(before, columns) == old
    backups.restore(path, before)
    assert rows(path, columns) == old


def test_last_daily_and_upgrade_backups_and_all_replaced_ledgers_are_kept(
    path: Path,
) -> None:
    folder = path.parent / "backups"
    for days in range(1, 12):
        day = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"
        for name in (day, f"{day}-before-002", f"before-restore-{day}T000000"):
            (folder / f"ledger-{name}.duckdb").write_bytes(b"old")
    (folder / "ledger-2026-01-01.duckdb.part").write_bytes(b"left by a kill")
    (folder / "of-the-user.duckdb").write_bytes(b"somebody's own")
    mark(path, "later")
    names = backup_names(path)
    assert (
        len([name for name in names if re.fullmatch(r"ledger-[\d-]{10}\.duckdb", name)])
        == backups.DAILY_BACKUPS
    )
    assert len([name for name in names if "before-002" in name]) == backups.UPGRADE_BACKUPS
    assert len([name for name in names if "before-restore" in name]) == 11
    assert "of-the-user.duckdb" in names
    assert not [name for name in names if name.endswith(".part")]


def test_no_space_for_the_backup_writes_nothing(desk: Desk) -> None:
    data = desk.folder / "data"
    before, size = desk.files(), (data / "ledger.duckdb").stat().st_size
    done = desk.run("refresh", largest_file=size // 2)
    assert done.code == 2
    assert re.search(
        r"^the backup of the ledger \([\d.]+ MB\) cannot be copied from data/ledger.duckdb to "
        r"data/backups "
        r"\(File too large\); free some space .*; nothing was changed$",
        done.problem,
    )
    after = desk.files()
    for files in (before, after):
        files.pop("data/refresh.lock", None)
    assert after == before
    assert desk.run("refresh").code == 0


# -- restoring -------------------------------------------------------------------------------------


def test_restore_without_argument_lists_backups_and_changes_nothing(path: Path) -> None:
    desk, folder = Desk(path.parent.parent), path.parent / "backups"
    make(2, folder / "ledger-2026-01-02.duckdb")
    (folder / "ledger-2026-01-01.duckdb").write_bytes(b"garbage" * 1000)
    before = desk.files()
    done = desk.run("restore")
    assert done.code == 0
    newest, older, broken = done.out.splitlines()[-3:]
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    assert newest.split()[0] == f"ledger-{yesterday}.duckdb"
    assert older.split() == ["ledger-2026-01-02.duckdb", older.split()[1], "2", "3"]
    assert broken.startswith("ledger-2026-01-01.duckdb") and "IO Error" in broken
    assert (
        f"`headway restore --yes` replaces the ledger with data/backups/{newest.split()[0]}"
        in done.err
    )
    by_name = desk.run("restore", "2026-01-02")
    assert (by_name.code, by_name.problem.endswith("confirm with --yes")) == (64, True)
    assert desk.files() == before


@pytest.mark.parametrize("which", ["", "day", "name", "path"])
def test_restore_replaces_the_ledger_and_keeps_the_old_one(path: Path, which: str) -> None:
    desk = Desk(path.parent.parent)
    (backup,) = (path.parent / "backups").iterdir()
    words = {
        "": [],
        "day": [backup.stem[-10:]],
        "name": [backup.name],
        "path": [f"data/backups/{backup.name}"],
    }
    done = desk.run("restore", *words[which], "--yes")
    assert done.code == 0
    assert (
        f"data/ledger.duckdb is now data/backups/{backup.name}; the replaced ledger is " in done.err
    )
    assert done.err.endswith("`headway refresh` reads later changes\n")
    assert marks(path) == ["yesterday"]
    assert path.stat().st_mode & 0o777 == 0o600
    (aside,) = [row for row in (path.parent / "backups").iterdir() if row != backup]
    assert marks(aside) == ["today"]
    assert sorted(row.name for row in path.parent.iterdir()) == [
        "backups",
        "ledger.duckdb",
        "refresh.lock",
    ]
    mark(path, "later")  # goes into the ledger alone
    assert (marks(aside), marks(backup)) == (["today"], ["yesterday"])
    assert desk.run("restore", aside.name, "--yes").code == 0
    assert marks(path) == ["today"]


def test_restore_on_a_terminal_asks_first(path: Path) -> None:
    desk = Desk(path.parent.parent)
    for answer, result in (("n", ["today"]), ("y", ["yesterday"])):
        with desk.on_terminal("restore") as (running, terminal):
            read_terminal(terminal, lambda text: "Replace data/ledger.duckdb with" in text)
            typed(terminal, answer)
            assert running.done().code == 0
        assert marks(path) == result


def test_restore_without_a_ledger_creates_one(path: Path) -> None:
    path.unlink()
    Path(f"{path}.wal").write_bytes(b"of the ledger that is gone")
    done = Desk(path.parent.parent).run("restore", "--yes")
    assert (done.code, "the ledger that was there" in done.err) == (0, False)
    assert marks(path) == ["yesterday"]
    assert not Path(f"{path}.wal").exists()


WRONG = {
    "cut": "IO Error",
    "damaged": "checksum",
    "garbage": "not a valid DuckDB database file",
    "other": "not a ledger of Headway",
    "empty": "is an empty DuckDB file",
    "newer": "was written by a newer Headway",
    "folder": "Is a directory",
    "missing": "there is no backup missing",
    "2020-01-01": "data/backups has 0 backups of 2020-01-01",
    "/proc/self/mem": "Input/output error",
    "data/ledger.duckdb": "is the ledger itself",
}


@pytest.mark.parametrize("which", WRONG)
def test_invalid_backup_is_one_line_and_changes_nothing(path: Path, which: str) -> None:
    desk = Desk(path.parent.parent)
    whole, file = path.read_bytes(), desk.folder / which
    match which:
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "damaged":
            file.write_bytes(damaged(whole))
        case "garbage":
            file.write_bytes(b"garbage" * 1000)
        case "other" | "empty":
            with duckdb.connect(str(file)) as db:
                db.execute("create table other (a integer)" if which == "other" else "checkpoint")
        case "newer":
            shutil.copy(path, file)
            with duckdb.connect(str(file)) as db:
                db.execute("insert into migrations values (999, '2030-01-01', '9.9')")
        case "folder":
            file.mkdir()
    before = desk.files()
    done = desk.run("restore", which, "--yes")
    assert (done.code, WRONG[which] in done.problem) == (2, True), done.err
    assert len(done.err.splitlines()) == 1
    after = desk.files()
    after.pop("data/refresh.lock", None)
    assert after == before


def damaged(content: bytes) -> bytes:
    """Return a DuckDB file with one bit of each block inverted."""
    damaged = bytearray(content)
    for start in range(3 * 4096, len(content), 1 << 18):
        damaged[start + 5000] ^= 1
    return bytes(damaged)


def test_a_day_with_two_backups_and_a_folder_without_any_are_named(path: Path) -> None:
    folder = path.parent / "backups"
    (backup,) = folder.iterdir()
    shutil.copy(backup, folder / f"{backup.stem}-before-004.duckdb")
    day = backup.stem[-10:]
    with pytest.raises(LedgerError, match=rf"has 2 backups of {day}; name one: .*{backup.name}"):
        backups.select(path, day)
    shutil.rmtree(folder)
    done = Desk(path.parent.parent).run("restore", "--yes")
    assert (
        done.code,
        done.problem.startswith("data/backups has no usable backup"),
    ) == (2, True)


def test_restore_fails_at_once_if_the_ledger_is_in_use(path: Path) -> None:
    desk, (backup,) = Desk(path.parent.parent), (path.parent / "backups").iterdir()
    with open_ledger(path, "test"):
        done = desk.run("restore", backup.name, "--yes")
    assert (done.code, "is open in another program" in done.problem) == (75, True)
    with refresh_lock(path.parent):
        done = desk.run("restore", backup.name, "--yes")
    assert (done.code, "another refresh is running" in done.problem) == (75, True)
    assert marks(path) == ["today"]


def test_replaced_ledger_keeps_its_write_ahead_log(path: Path) -> None:
    (backup,) = (path.parent / "backups").iterdir()

    def leave_a_log() -> None:
        store = open_ledger(path, "test")
        store.set_watermark("test", "in the log", "mark", 1)
        os._exit(0)

    assert in_a_child(leave_a_log) == 0
    assert Path(f"{path}.wal").exists()
    aside = backups.restore(path, backup)
    assert aside is not None
    assert (marks(path), marks(aside)) == (["yesterday"], ["in the log", "today"])
    assert not list(path.parent.glob("**/*.wal"))


def test_a_ledger_that_cannot_be_opened_is_replaced_and_kept_with_its_log(path: Path) -> None:
    (backup,) = (path.parent / "backups").iterdir()
    path.write_bytes(b"garbage" * 1000)
    Path(f"{path}.wal").write_bytes(b"more garbage")
    aside = backups.restore(path, backup)
    assert aside is not None
    assert marks(path) == ["yesterday"]
    assert aside.read_bytes() == b"garbage" * 1000
    assert Path(f"{aside}.wal").read_bytes() == b"more garbage"
    assert not Path(f"{path}.wal").exists()


def test_killed_restore_leaves_the_old_or_the_new_ledger(path: Path) -> None:
    (backup,) = (path.parent / "backups").iterdir()
    original = shutil.copytree(path.parent, path.parent.parent / "original")
    began = time.monotonic()
    assert (
        in_a_child(
            lambda: backups.restore(original / path.name, original / "backups" / backup.name)
        )
        == 0
    )
    whole_time = time.monotonic() - began
    for trial in range(6):
        pid = os.fork()
        if pid == 0:
            backups.restore(path, backup)
            os._exit(0)
        time.sleep(random.Random(trial).uniform(0, whole_time))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert marks(path) in (["today"], ["yesterday"])
        assert ledger_file.read_version(path) == set(ledger_file.migrations())
    backups.restore(path, backup)
    assert marks(path) == ["yesterday"]
    for aside in (
        row
        for row in (path.parent / "backups").iterdir()
        if row != backup and ".part" not in row.name
    ):
        assert not aside.samefile(path)
        assert marks(aside) in (["today"], ["yesterday"])


def test_a_folder_with_an_apostrophe_is_backed_up_and_restored(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "Ann's desk")
    desk.folder.mkdir()
    desk.set_up("http://127.0.0.1:1")
    path = desk.folder / "data" / "ledger.duckdb"
    mark(path, "first")
    mark(path, "second")
    mark(path, "third")
    assert len(backup_names(path)) == 1
    done = desk.run("restore", "--data", str(path.parent), "--yes")
    assert done.code == 0, done.err
    assert marks(path) == ["first"]


def test_after_a_restore_a_refresh_reads_what_is_missing(
    offices: tuple[Server, Desk], desk: Desk, tmp_path: Path
) -> None:
    github, clean = offices
    early = Desk(tmp_path / "early")
    early.folder.mkdir()
    early.set_up(github.url)
    github.as_of("2026-04-01T00:00:00Z")
    assert early.run("refresh", "--no-publish").code == 0
    github.as_of(None)
    assert early.run("refresh", "--no-publish").code == 0  # backs up what was read in April
    done = early.run("restore", "--yes")
    assert done.code == 0
    assert early.run("refresh").code == 0
    assert raw_tables(early.folder / "data") == raw_tables(clean.folder / "data")
    assert early.facts() == clean.facts()
    assert early.run("check").code == 0
