"""Contract of a target: what it writes, and how it reads the published file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

#: memory of the connection that reads the published file; DuckDB's text form
MEMORY = "1GB"
#: rows that are read at once; one row of ``answers`` has some kilobytes of SQL
BATCH_ROWS = 5_000


class TargetError(Exception):
    """A target was not written; the message names it, the problem, and what to do."""


class Target(Protocol):
    """A place that gets the published tables, all of them or none."""

    @property
    def name(self) -> str:
        """Name in messages."""

    def write(self, published: Path) -> int:
        """Replace its tables by those of the published file; return the number of rows.

        Readers see the rows of before until all new ones are there. Raises TargetError, and then
        nothing has changed for them.
        """


@dataclass(frozen=True)
class Column:
    """A column of a published table."""

    name: str
    data_type: str
    comment: str


@dataclass(frozen=True)
class PublishedTable:
    """A table of the published file."""

    name: str
    comment: str
    columns: tuple[Column, ...]


@contextmanager
def opened(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file for reading, with bounded memory, in any order of rows."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "memory_limit": MEMORY,
        "preserve_insertion_order": False,
        "threads": "2",
    }
    with duckdb.connect(str(published), read_only=True, config=config) as db:
        yield db


def published_tables(db: duckdb.DuckDBPyConnection) -> list[PublishedTable]:
    """Return the tables with their columns in order; the table ``snapshot`` is the last."""
    rows = db.execute(
        "select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where not internal order by table_name = 'snapshot', table_name, column_index"
    ).fetchall()
    by_table: dict[str, list[Column]] = {}
    for table, *column in rows:
        by_table.setdefault(table, []).append(Column(*column))
    comments = dict(
        db.execute(
            "select table_name, coalesce(comment, '') from duckdb_tables() where not internal"
        ).fetchall()
    )
    return [
        PublishedTable(name, comments[name], tuple(columns)) for name, columns in by_table.items()
    ]


def snapshot_id(db: duckdb.DuckDBPyConnection) -> str:
    """Return the id of the snapshot."""
    ((result,),) = db.execute("select id from snapshot").fetchall()
    return str(result)
