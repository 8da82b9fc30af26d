"""The ledger as a file: how it is opened, which version it has, and what keeps it from being used."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from collectors.errors import LedgerBusyError, LedgerError

#: each brings the ledger from the version before to its number; a released one never changes
MIGRATIONS = Path(__file__).parent / "migrations"
#: what the system says where the disk, and not the file, is in the way
DISK = (
    "No space left",
    "File too large",
    "Disk quota",
    "Read-only file system",
    "Permission denied",
    "Not a directory",
)


def steps() -> dict[int, Path]:
    """Return the file of each migration by its number, in order."""
    return {int(path.stem): path for path in sorted(MIGRATIONS.glob("*.sql"))}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file for writing, readable by its owner alone; make it where there is none.

    Raises LedgerError, or LedgerBusyError where another program has it open.
    """
    old = os.umask(0o077)
    try:
        return duckdb.connect(str(path), config={"storage_compatibility_version": "v1.5.0"})
    except duckdb.Error as error:
        raise problem(path, error) from None
    finally:
        os.umask(old)


def connect_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file for reading; raises as ``connect`` does."""
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise problem(path, error) from None


def migrations_of(path: Path, db: duckdb.DuckDBPyConnection) -> set[int]:
    """Return the migrations that a ledger has had; none where it was made and never filled.

    Raises LedgerError where it is no ledger, or one of a newer Headway.
    """
    tables = {name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()}
    if tables and "migrations" not in tables:
        raise LedgerError(
            f"{path} is a DuckDB file, but no ledger of Headway; `headway restore` puts a backup there"
        )
    done = (
        {number for (number,) in db.execute("select number from migrations").fetchall()}
        if tables
        else set()
    )
    if done - set(steps()):
        raise LedgerError(
            f"{path} was written by a newer Headway; upgrade this one, or restore a backup"
        )
    return done


def look(path: Path) -> set[int]:
    """Return the migrations that a closed ledger has had, without changing it; raises LedgerError as they do."""
    with connect_reader(path) as db:
        try:
            return migrations_of(path, db)
        except duckdb.Error as error:
            raise problem(path, error) from None


def fold(path: Path) -> None:
    """Bring the rows of a log that a killed process left into the file itself; raises as ``connect`` does."""
    if Path(f"{path}.wal").exists():
        connect(path).close()


def problem(path: Path, error: duckdb.Error) -> LedgerError:
    """Return as an error what keeps a ledger from being used."""
    message = str(error).splitlines()[0]
    if "Could not set lock" in message:
        return LedgerBusyError(
            f"{path} is open in another program; close it there, or wait for it, then run again"
        )
    if any(reason in message for reason in DISK):
        return LedgerError(
            f"{path}: {message.rpartition(': ')[2]}; check its permissions and space, then run again"
        )
    return LedgerError(f"{path}: {message}; `headway restore` puts a backup in its place")
