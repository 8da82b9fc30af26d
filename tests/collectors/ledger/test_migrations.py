"""Upgrades of released ledgers keep every row; ledgers that cannot be opened do not change.

`ledgers/NNN.sql` is a ledger as that Headway wrote it. It uses no migration of today and never
changes. A released migration adds its hash here and its ledger there.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.errors import LedgerError
from collectors.ledger import ledger_file
from collectors.ledger.opening import open_ledger
from tests.support.command import Desk
from tests.support.github_server import Server
from tests.support.refreshing import publish_file, tables

LEDGERS = Path(__file__).parent / "ledgers"
#: released migrations and their SHA-256
RELEASED = {
    1: "f67bde8d785ab9f42afa20934ef3841f73708237e592f16e5125d10f8d416a4b",
    2: "25e518153fbf5684473f79006f0e27253e9d1afeab16fe55f3451b6c19c1e7bf",
    3: "d487723810251290d184e422cf126609137e673f2f4b0bbbc54afbffeafef441",
    4: "3505b344ecbb57da3bb231a4a483fcede3f19df1d9911c08ae34a7e7a617fb14",
}
#: columns and tables that migration 005 renames
RENAMED = {"observed_until": "synced_until", "gone_at": "deleted_at", "keepsakes": "secrets"}
LAST = date(2026, 1, 31)
Rows = dict[str, list[tuple[Any, ...]]]


def make(version: int, path: Path) -> Path:
    """Write the ledger of a released Headway."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path), config={"storage_compatibility_version": "v1.5.0"}) as db:
        db.execute((LEDGERS / f"{version:03}.sql").read_text(encoding="utf-8"))
    return path


def schema(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of each table with their types, in order."""
    by_key: dict[str, list[tuple[str, str]]] = {}
    with duckdb.connect(str(path), read_only=True) as db:
        sql = (
            "select table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by column_index"
        )
        for table, column, kind in db.execute(sql).fetchall():
            by_key.setdefault(table, []).append((column, kind))
    return by_key


def rows(path: Path, columns: dict[str, list[tuple[str, str]]]) -> Rows:
    """Return the rows of these columns of each table, under the names of before and of today."""
    today = schema(path)
    tables: Rows = {}
    with duckdb.connect(str(path), read_only=True) as db:
        for old_table, old_columns in columns.items():
            table = old_table if old_table in today else RENAMED[old_table]
            present = {name for name, _ in today[table]}
            names = [name if name in present else RENAMED[name] for name, _ in old_columns]
            sql = f"select {', '.join(names)} from {table} order by all"
            tables[old_table] = db.execute(sql).fetchall()
    return tables


def in_a_child(work: Callable[[], object]) -> int:
    """Do something in a process of its own, and return its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except LedgerError:
            os._exit(2)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Return a ledger as this Headway makes it."""
    open_ledger(tmp_path / "fresh" / "ledger.duckdb", "test").__exit__()
    return tmp_path / "fresh" / "ledger.duckdb"


# -- released migrations ---------------------------------------------------------------------------


def test_a_released_migration_never_changes() -> None:
    for number, expected in RELEASED.items():
        result = hashlib.sha256(ledger_file.migrations()[number].read_bytes()).hexdigest()
        assert result == expected, (
            f"collectors/ledger/migrations/{number:03}.sql was released and must not change: "
            f"restore it and write a new file, {max(ledger_file.migrations()) + 1:03}.sql"
        )


def test_every_released_ledger_is_here_and_numbers_have_no_gap() -> None:
    assert [int(path.stem) for path in sorted(LEDGERS.glob("*.sql"))] == list(RELEASED)
    assert list(ledger_file.migrations()) == list(range(1, max(ledger_file.migrations()) + 1))
    assert set(RELEASED) <= set(ledger_file.migrations())


@pytest.mark.parametrize("version", RELEASED)
def test_upgrade_keeps_every_row(version: int, fresh: Path, tmp_path: Path) -> None:
    path = make(version, tmp_path / "data" / "ledger.duckdb")
    columns, before = schema(path), rows(path, schema(path))
    assert all(before.values()), "every table of it holds rows"
    if version == 3:  # a table that nothing ever wrote to
        del columns["frozen_cells"], before["frozen_cells"]
    open_ledger(path, "test").__exit__()
    assert schema(path) == schema(fresh)
    after = rows(path, columns)
    assert after.pop("migrations")[:version] == before.pop("migrations")
    if version == 1:  # issues came in the form of the feed then, and are read again in full
        with duckdb.connect(str(path), read_only=True) as db:
            issues = (
                "select number, node->>'title', node->>'state', details_version "
                "from github_issues order by number"
            )
            assert db.execute(issues).fetchall() == [
                (4, "Cards are refused", "CLOSED", 0),
                (5, "Totals are hard to read", "OPEN", 0),
            ]
        stored = [[row[:6] for row in table.pop("github_issues")] for table in (before, after)]
        assert stored[0] == stored[1]
    assert after == before


@pytest.mark.parametrize("version", RELEASED)
def test_upgraded_ledger_is_published(version: int, tmp_path: Path) -> None:
    make(version, tmp_path / "ledger.duckdb")
    open_ledger(tmp_path / "ledger.duckdb", "test").__exit__()
    path = publish_file(tmp_path, LAST)
    result = tables(path)
    with duckdb.connect(str(path), read_only=True) as db:

        def query(sql: str) -> list[tuple[Any, ...]]:
            return db.execute(sql).fetchall()

        assert query(
            "select number, title, state, author, team from pull_requests order by number"
        ) == [
            (1, "feat: pay by card", "merged", "ada", None),
            (2, "fix: rounding of it's total", "open", "bob", None),
            (3, "Try another colour", "closed", "zoe", None),
        ]
        assert query(
            "select number, title, state from issues where number < 6 order by number"
        ) == [
            (4, "Cards are refused", "closed"),
            (5, "Totals are hard to read", "open"),
        ]
        assert query("select tag from releases") == [("v1.0",)]
        assert query("select environment, state from deployments") == [("production", "succeeded")]
        # spend of one person is below the privacy threshold: its week is a gap of seven days
        assert query("select count(*), sum(cost_usd) from spend") == [
            (8, 0.5) if version > 2 else (0, None)
        ]
    assert len(result["milestones"]) == (version > 1)


# -- interrupted migrations -----------------------------------------------------


def test_ledger_is_whole_after_a_killed_upgrade(fresh: Path, tmp_path: Path) -> None:
    old = make(1, tmp_path / "old.duckdb")
    columns = schema(old)
    del columns["github_issues"], columns["migrations"]
    before, expected = rows(old, columns), schema(fresh)
    began = time.monotonic()
    shutil.copy(old, tmp_path / "whole.duckdb")
    assert in_a_child(lambda: open_ledger(tmp_path / "whole.duckdb", "test").__exit__()) == 0
    whole_time = time.monotonic() - began
    for trial in range(6):
        path = tmp_path / str(trial) / "ledger.duckdb"
        path.parent.mkdir()
        shutil.copy(old, path)
        pid = os.fork()
        if pid == 0:
            open_ledger(path, "test").__exit__()
            os._exit(0)
        time.sleep(random.Random(trial).uniform(0, whole_time))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        done = ledger_file.read_version(path)
        assert done == set(range(1, max(done) + 1))
        assert rows(path, columns) == before
        open_ledger(path, "test").__exit__()
        assert schema(path) == expected
        assert rows(path, columns) == before


@pytest.fixture
def next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a migration that comes after those of today."""
    folder = tmp_path / "migrations"
    shutil.copytree(ledger_file.MIGRATIONS, folder)
    monkeypatch.setattr(ledger_file, "MIGRATIONS", folder)
    return folder / f"{max(ledger_file.migrations()) + 1:03}.sql"


def test_a_migration_that_fails_halfway_leaves_the_version_before(
    fresh: Path, next_step: Path
) -> None:
    before, number = schema(fresh), int(next_step.stem)
    next_step.write_text(
        "create table half (a integer); alter table people add column b integer; select error('no')"
    )
    for _ in range(2):
        with pytest.raises(
            LedgerError,
            match=rf"could not be upgraded to version {number} \(.*no\) and keeps the",
        ):
            open_ledger(fresh, "test")
        assert schema(fresh) == before
        assert ledger_file.read_version(fresh) == set(range(1, number))
    next_step.write_text("create table half (a integer)")
    open_ledger(fresh, "test").__exit__()
    assert schema(fresh) == before | {"half": [("a", "INTEGER")]}


def test_full_disk_during_an_upgrade_leaves_the_version_before(
    fresh: Path, next_step: Path
) -> None:
    before = schema(fresh)
    next_step.write_text(
        "create table large as select md5(n::varchar) as a from range(200_000) as numbers (n)"
    )

    def on_a_small_disk() -> None:
        size = fresh.stat().st_size + 1_000_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        open_ledger(fresh, "test").__exit__()

    assert in_a_child(on_a_small_disk) == 2
    assert schema(fresh) == before
    open_ledger(fresh, "test").__exit__()
    assert schema(fresh).keys() == before.keys() | {"large"}


# -- a ledger of another Headway -------------------------------------------------------------------


@pytest.fixture
def desk(offices: tuple[Server, Desk], tmp_path: Path) -> Desk:
    """Yield a desk with the company after a refresh without faults."""
    offices[0].faults([])
    offices[0].reset()
    return offices[1].copy(tmp_path / "desk")


COMMANDS = {
    "refresh": 2,
    "refresh --dry-run": 2,
    "refresh people": 2,
    "publish": 2,
    "import incidents.csv": 2,
    "doctor": 1,
    "rules --map polish feedback": 2,
}


def test_a_newer_ledger_is_refused_by_every_command_and_nothing_is_changed(desk: Desk) -> None:
    shutil.copy(LEDGERS.parents[1] / "imports" / "exports" / "incidents.csv", desk.folder)
    with duckdb.connect(str(desk.folder / "data" / "ledger.duckdb")) as db:
        db.execute("insert into migrations values (999, '2030-01-01', '9.9')")
    before = desk.files()
    for words, code in COMMANDS.items():
        done = desk.run(*words.split())
        assert done.code == code, words
        assert (
            "ledger.duckdb was written by a newer Headway; upgrade this one" in done.out + done.err
        ), words
        after = desk.files()
        for files in (before, after):
            files.pop("data/refresh.lock", None)
        assert after == before, words


def test_read_only_commands_do_not_upgrade_a_ledger(desk: Desk) -> None:
    data = desk.folder / "data"
    (data / "ledger.duckdb").unlink()
    make(3, data / "ledger.duckdb")
    shutil.rmtree(data / "snapshots")  # another ledger was published as these
    before = desk.files()
    done = desk.run("refresh", "--dry-run")
    assert done.code == 2
    assert done.problem.endswith(
        "was written by an older Headway; run `headway refresh`, which upgrades it"
    )
    assert "was written by an older Headway; run `headway refresh`" in desk.run("doctor").out
    assert desk.files() == before
    assert desk.run("refresh", "--no-publish").code == 0
    assert desk.run("refresh", "--dry-run").code == 0
