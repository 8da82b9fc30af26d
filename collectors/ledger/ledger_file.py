"""Ledger file: connections, version, and errors that keep it from being used."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from collectors.errors import LedgerBusyError, LedgerError

#: SQL files, each of which upgrades the ledger to its number; a released one never changes
MIGRATIONS = Path(__file__).parent / "migrations"
#: reasons of the system that are about the disk and not the file
DISK_ERRORS = (
    "No space left",
    "File too large",
    "Disk quota",
    "Read-only file system",
    "Permission denied",
    "Not a directory",
)


def migrations() -> dict[int, Path]:
    """Return the file of each migration by its number, in order."""
    return {int(path.stem): path for path in sorted(MIGRATIONS.glob("*.sql"))}


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open or create the file for writing, readable only by its owner.

    Raises LedgerError, or LedgerBusyError if another program has it open.
    """
    umask = os.umask(0o077)
    try:
        return duckdb.connect(str(path), config={"storage_compatibility_version": "v1.5.0"})
    except duckdb.Error as error:
        raise ledger_error(path, error) from None
    finally:
        os.umask(umask)


def connect_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file for reading; raises as ``connect`` does."""
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise ledger_error(path, error) from None


def applied_migrations(path: Path, db: duckdb.DuckDBPyConnection) -> set[int]:
    """Return the migrations of an open ledger; none if it is an empty database.

    Raises LedgerError if it is another database, or of a newer Headway.
    """
    tables = {name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()}
    if not tables:
        return set()
    if "migrations" not in tables:
        raise LedgerError(
            f"{path} is a DuckDB file, but not a ledger of Headway; "
            "`headway restore` replaces it with a backup"
        )
    applied = {number for (number,) in db.execute("select number from migrations").fetchall()}
    if applied - set(migrations()):
        raise LedgerError(
            f"{path} was written by a newer Headway; upgrade this one, or restore a backup"
        )
    return applied


def read_version(path: Path) -> set[int]:
    """Return the migrations of a closed ledger; raises as ``applied_migrations`` does."""
    with connect_reader(path) as db:
        try:
            return applied_migrations(path, db)
        except duckdb.Error as error:
            raise ledger_error(path, error) from None


def checkpoint(path: Path) -> None:
    """Write the log of a killed process into the file itself; raises as ``connect`` does."""
    if Path(f"{path}.wal").exists():
        connect(path).close()


def ledger_error(path: Path, error: duckdb.Error) -> LedgerError:
    """Return an error of DuckDB as one line with what to do."""
    message = str(error).splitlines()[0]
    if "Could not set lock" in message:
        return LedgerBusyError(
            f"{path} is open in another program; close it there, or wait for it, then run again"
        )
    if any(reason in message for reason in DISK_ERRORS):
        reason = message.rpartition(": ")[2]
        return LedgerError(f"{path}: {reason}; check its permissions and space, then run again")
    return LedgerError(f"{path}: {message}; `headway restore` replaces it with a backup")
