"""The ledger: rows and watermarks in one transaction, one writer, backups, schema version."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.errors import LedgerBusyError, LedgerError
from collectors.ledger.backups import DAILY_BACKUPS
from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import KEYS, Store, now


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty ledger."""
    return open_ledger(tmp_path / "ledger.duckdb", "test")


def mark(scope: str, value: int) -> dict[str, object]:
    """Return a row of watermarks."""
    return {
        "source": "s",
        "scope": scope,
        "name": "n",
        "value": value,
        "updated_at": datetime(2026, 1, 1),
    }


def test_merge_inserts_updates_and_keeps_the_last_of_rows_with_one_key(store: Store) -> None:
    assert store.merge("watermarks", [mark("a", 1), mark("b", 2), mark("a", 3)]) == 2
    assert store.merge("watermarks", [mark("b", 4), mark("c", 5)]) == 2
    rows = store.rows("select scope, value from watermarks order by scope")
    assert [(row["scope"], row["value"]) for row in rows] == [("a", "3"), ("b", "4"), ("c", "5")]


def test_merge_of_some_columns_keeps_the_others(store: Store) -> None:
    key = {"host": "h", "repo_id": 1}
    store.merge("github_repositories", [key | {"repo": "a/b", "node": {"x": 1}}])
    store.merge("github_repositories", [key | {"deleted_at": datetime(2026, 1, 1)}])
    assert store.rows("select repo, node, deleted_at from github_repositories") == [
        {"repo": "a/b", "node": '{"x":1}', "deleted_at": datetime(2026, 1, 1)}
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(-9, 9)), max_size=6), max_size=5
    )
)
def test_merge_equals_a_dictionary_update(
    store: Store, batches: list[list[tuple[int, int]]]
) -> None:
    store.replace("watermarks", [])
    model: dict[str, int] = {}
    for batch in batches:
        store.merge("watermarks", [mark(str(key), value) for key, value in batch])
        model |= {str(key): value for key, value in batch}
    rows = store.rows("select scope, value from watermarks")
    assert {row["scope"]: int(row["value"]) for row in rows} == model
    assert len(rows) == len(model)


def test_delete_removes_matching_rows_and_null_equals_null(store: Store) -> None:
    store.merge(
        "github_queue",
        [
            {
                "host": "h",
                "repo_id": 1,
                "number": n,
                "node_id": None,
                "updated_at": None,
                "queued_at": None,
                "attempts": 0,
                "reason": None,
            }
            for n in (1, 2, 3)
        ],
    )
    store.delete(
        "github_queue",
        [{"host": "h", "repo_id": 1, "number": n, "updated_at": None} for n in (1, 3)],
    )
    assert [row["number"] for row in store.rows("from github_queue")] == [2]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.merge("watermarks", [mark("a", 1)])
        with store.transaction():
            store.set_watermark("github", "x", "feed", "2026")
        raise RuntimeError
    assert store.rows("from watermarks") == []
    assert store.watermark("github", "x", "feed") is None


def test_every_table_with_a_key_is_in_the_ledger_and_has_its_columns(store: Store) -> None:
    for table, keys in KEYS.items():
        names = {row["column_name"] for row in store.rows(f"describe {table}")}
        assert set(keys) <= names


def test_secret_is_created_once(store: Store) -> None:
    first = store.secret("pseudonyms")
    assert len(first) == 64 and store.secret("pseudonyms") == first


def test_ledger_and_its_log_are_readable_by_the_owner_only(store: Store) -> None:
    store.set_watermark("github", "x", "feed", "2026-01-01T00:00:00Z")
    log = Path(f"{store.path}.wal")
    assert log.stat().st_size > 0
    assert {path.stat().st_mode & 0o777 for path in (store.path, log)} == {0o600}


def test_a_ledger_of_a_newer_headway_is_refused_in_one_line(store: Store) -> None:
    with store:
        store._db.execute("insert into migrations values (999, now(), '9.9')")
    with pytest.raises(
        LedgerError, match=r"ledger\.duckdb was written by a newer Headway; upgrade this one"
    ):
        open_ledger(store.path, "test")


def test_other_file_is_an_error_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(LedgerError, match=r"`headway restore` replaces it with a backup") as caught:
        open_ledger(path, "test")
    assert "\n" not in str(caught.value)


def test_a_backup_is_made_before_the_first_write_of_a_day_and_the_last_few_are_kept(
    tmp_path: Path,
) -> None:
    path, folder = tmp_path / "ledger.duckdb", tmp_path / "backups"
    open_ledger(path, "test").__exit__()
    assert not folder.exists()
    folder.mkdir()
    for days in range(1, DAILY_BACKUPS + 3):
        (folder / f"ledger-{now() - timedelta(days=days):%Y-%m-%d}.duckdb").write_bytes(b"old")
    open_ledger(path, "test").__exit__()
    stored = sorted(folder.glob("*.duckdb"))
    assert len(stored) == DAILY_BACKUPS
    assert stored[-1].name == f"ledger-{now():%Y-%m-%d}.duckdb"
    with duckdb.connect(str(stored[-1]), read_only=True) as db:
        numbers = db.execute("select number from migrations order by all").fetchall()
        assert numbers == [(number,) for number in range(1, 13)]


def test_second_refresh_names_the_process_that_has_the_lock(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from collectors.ledger.lock import "
        "refresh_lock\n"
        "with refresh_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(
            LedgerBusyError, match=rf"another refresh is running on .*process {holder.pid} since"
        ):
            refresh_lock(tmp_path).__enter__()
        holder.kill()
        holder.wait()
        with refresh_lock(tmp_path):  # the system freed it
            pass


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    (tmp_path / "refresh.lock").write_text(
        "process 1 since 2026-01-01 00:00:00 UTC, and more of it", encoding="utf-8"
    )
    with refresh_lock(tmp_path):
        stored = (tmp_path / "refresh.lock").read_text(encoding="utf-8")
    assert stored.startswith(f"process {os.getpid()} since ") and stored.endswith(" UTC")


def test_file_system_without_locks_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        LedgerError,
        match=r"is on a file system without locks \(No locks available\); use a disk",
    ):
        refresh_lock(tmp_path).__enter__()
