"""Published files, opened read-only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd

from queries.errors import NothingPublishedError, SqlError
from queries.sql_files import ROOT, read_sql

LINK = "headway.duckdb"
#: snapshots that a process keeps open: a page may still be reading the one before
OPEN_AT_ONCE = 3
READ_ONLY: dict[str, Any] = {
    "access_mode": "read_only",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}


@dataclass(frozen=True)
class Snapshot:
    """An open published file. Queries may come from any thread: each gets a cursor of its own."""

    path: Path
    id: str
    as_of: date
    published_at: datetime
    is_synthetic: bool
    _db: duckdb.DuckDBPyConnection

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the result of one query as a frame."""
        with self._db.cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if parameters else None).df()

    def texts(self, sql: str) -> tuple[list[str], list[tuple[str | None, ...]]]:
        """Return the columns and rows of a query that a user wrote, each value as DuckDB writes it.

        Raises SqlError, one line, where it cannot be answered.
        """
        return self._asked(sql, "select columns(*)::varchar from asked")

    def documents(self, sql: str) -> list[str]:
        """Return the rows of a query that a user wrote as JSON; raises SqlError as ``texts`` does."""
        return [row[0] for row in self._asked(sql, "select to_json(asked) from asked")[1]]

    def _asked(self, sql: str, form: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._db.cursor() as cursor:
            try:
                # None where there is nothing to answer, whatever its types say
                result = cast("duckdb.DuckDBPyRelation | None", cursor.sql(sql))
                rows = result.query("asked", form) if result is not None else None
                return (
                    (result.columns, rows.fetchall())
                    if result is not None and rows is not None
                    else ([], [])
                )
            except duckdb.Error as error:
                raise SqlError(" ".join(str(error).partition("\n\nLINE ")[0].split())) from None


def listing(snapshot: Snapshot, name: str, **parameters: Any) -> pd.DataFrame:
    """Return one of the lists under listings/."""
    return snapshot.query(read_sql(ROOT / "listings" / f"{name}.sql").text, parameters)


_open: dict[Path, Snapshot] = {}
_turn = threading.Lock()


def current(data: Path) -> Snapshot:
    """Return the newest published file of a data folder, opened once for each process.

    Raises NothingPublishedError where there is none.
    """
    for _ in range(10):
        path = (data / LINK).resolve()
        with _turn:
            if path in _open:
                return _open[path]
            try:
                _open[path] = _opened(path)
            except (duckdb.IOException, duckdb.CatalogException):
                if path != (data / LINK).resolve():
                    continue  # a publish came between the link and the file
                raise NothingPublishedError(
                    f"nothing is published in {data}; run `headway refresh`, or `headway demo` for a synthetic company"
                ) from None
            while len(_open) > OPEN_AT_ONCE:
                _open.pop(next(iter(_open)))
            return _open[path]
    raise NothingPublishedError(f"{data / LINK} keeps changing; try again")


def _opened(path: Path) -> Snapshot:
    db = duckdb.connect(str(path), config=READ_ONLY)
    rows = db.execute("select id, as_of, published_at, is_synthetic from snapshot").fetchone()
    if rows is None:
        raise duckdb.CatalogException(f"{path} is not a snapshot")
    return Snapshot(path, rows[0], rows[1], rows[2], rows[3], db)
