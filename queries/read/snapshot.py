"""Published files, opened read-only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from queries.errors import NothingPublishedError
from queries.sql_files import ROOT, read_sql

LINK = "headway.duckdb"
#: id of a snapshot in names of files: its UTC time in the form ``ID_TIME``, and four letters
ID, ID_TIME = r"(\d{8}T\d{12})-[0-9a-f]{4}", "%Y%m%dT%H%M%S%f"
#: snapshots that a process keeps open: a page may still read the previous one
OPEN_AT_ONCE = 3
READ_ONLY: dict[str, Any] = {
    "access_mode": "read_only",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}


@dataclass(frozen=True)
class Snapshot:
    """An open published file. Any thread can query it; each query has its own cursor."""

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


def listing(snapshot: Snapshot, name: str, **parameters: Any) -> pd.DataFrame:
    """Return the rows of a query under listings/."""
    return snapshot.query(read_sql(ROOT / "listings" / f"{name}.sql").text, parameters)


_open: dict[Path, Snapshot] = {}
_lock = threading.Lock()


def current(data: Path, snapshot: Path | None = None) -> Snapshot:
    """Return the live published file of a data folder, or a named one, opened once a process.

    Raises NothingPublishedError if there is none.
    """
    source = snapshot or data / LINK
    for _ in range(10):
        path = source.resolve()
        with _lock:
            if path in _open:
                return _open[path]
            try:
                _open[path] = _opened(path)
            except (duckdb.IOException, duckdb.CatalogException):
                if path != source.resolve():
                    continue  # a publish replaced the link in the meantime
                if snapshot:
                    raise NothingPublishedError(
                        f"{snapshot} is not a published file; name one under {data / 'snapshots'}"
                    ) from None
                raise NothingPublishedError(
                    f"nothing is published in {data}; run `headway refresh`, "
                    "or `headway demo` for a synthetic company"
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
