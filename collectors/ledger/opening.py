"""Opening of the ledger: backup of the day, migrations, errors in one line."""

from __future__ import annotations

from pathlib import Path

import duckdb

from collectors.errors import LedgerError
from collectors.ledger import backups, ledger_file
from collectors.ledger.store import Store, now

#: DuckDB's memory for the ledger: batches are small, and written rows are not read again
MEMORY = "192MB"


def open_ledger(path: Path, version: str, read_only: bool = False) -> Store:
    """Open or create the ledger, back it up once a day and apply missing migrations.

    With ``read_only`` nothing is written; without a file, an empty ledger in memory is opened.
    Raises LedgerError, or LedgerBusyError if another program has the file open.
    """
    try:
        db, applied = _connect_reader(path) if read_only else _connect(path)
        store = Store(path, db)
    except OSError as error:
        raise LedgerError(
            f"{path}: {error.strerror}; check the folder's permissions and space"
        ) from None
    try:
        _migrate(store, version, applied)
    except BaseException:
        store.__exit__()
        raise
    return store


def _migrate(store: Store, version: str, applied: set[int]) -> None:
    """Apply the missing migrations, one transaction each."""
    for number, migration in ledger_file.migrations().items():
        if number in applied:
            continue
        try:
            with store.transaction():
                store.execute(migration.read_text(encoding="utf-8"))
                store.execute("insert into migrations values (?, ?, ?)", [number, now(), version])
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise LedgerError(
                f"{store.path} could not be upgraded to version {number} ({reason}) and keeps the "
                "version before; free some space or fix its permissions, then run again"
            ) from None
    store.execute(f"set enable_progress_bar = false; set memory_limit = '{MEMORY}'")


def _connect(path: Path) -> tuple[duckdb.DuckDBPyConnection, set[int]]:
    """Connect for writing, after the backup; return the connection and the applied migrations."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        applied = ledger_file.read_version(path)
        missing = [number for number in ledger_file.migrations() if number not in applied]
        backups.back_up(path, missing[0] if applied and missing else None)
        return ledger_file.connect(path), applied
    part = path.with_suffix(".part")  # a process killed while it creates the file leaves no half
    try:
        part.unlink(missing_ok=True)
        ledger_file.connect(part).close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return ledger_file.connect(path), set()


def _connect_reader(path: Path) -> tuple[duckdb.DuckDBPyConnection, set[int]]:
    """Connect read-only, to an empty database if there is no ledger."""
    if not path.exists():
        return duckdb.connect(), set()
    applied = ledger_file.read_version(path)
    if set(ledger_file.migrations()) - applied:
        raise LedgerError(
            f"{path} was written by an older Headway; run `headway refresh`, which upgrades it"
        )
    return ledger_file.connect_reader(path), applied
