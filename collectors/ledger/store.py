"""The ledger: raw rows and watermarks in one private DuckDB file, written here only."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

#: key columns of each table
KEYS: dict[str, tuple[str, ...]] = {
    "watermarks": ("source", "scope", "name"),
    "loads": ("load_id",),
    "github_repositories": ("host", "repo_id"),
    "github_pull_requests": ("host", "repo_id", "number"),
    "github_issues": ("host", "repo_id", "number"),
    "github_milestones": ("host", "repo_id", "node_id"),
    "github_discussions": ("host", "repo_id", "number"),
    "github_releases": ("host", "repo_id", "node_id"),
    "github_deployments": ("host", "repo_id", "node_id"),
    "github_tags": ("host", "repo_id", "node_id"),
    "github_workflow_runs": ("host", "repo_id", "run_id"),
    "github_ancestries": ("host", "repo_id", "oid"),
    "github_commits": ("host", "repo_id", "position"),
    "github_queue": ("host", "repo_id", "number"),
    "github_knowledge_files": ("host", "repo_id", "path"),
    "github_knowledge_edits": ("host", "repo_id", "path", "commit"),
    "github_codeowners": ("host", "repo_id", "path", "valid_from"),
    "github_names": ("host", "node_id", "name"),
    "github_counts": ("host", "repo_id", "kind", "month"),
    "imports": ("import_id",),
    "imported_items": ("import_id", "line"),
    "imported_incidents": ("import_id", "line"),
    "imported_experiments": ("import_id", "line"),
    "imported_deployments": ("import_id", "line"),
    "imported_survey_answers": ("import_id", "line"),
    "imported_survey_comments": ("import_id", "line"),
    "spend_partitions": ("partition_id",),
    "spend_rows": ("partition_id", "line"),
}
Row = Mapping[str, Any]


def now() -> datetime:
    """Return the time in the ledger's form: UTC, no zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def load_row(
    source: str, scope: str, started_at: datetime, status: str, **figures: Any
) -> dict[str, Any]:
    """Return the row of ``loads`` for one attempt to read a scope."""
    row = {"load_id": uuid.uuid4().hex, "source": source, "scope": scope, "started_at": started_at}
    row |= {"finished_at": now(), "status": status}
    return row | {"rows_read": 0, "requests": 0, "message": None} | figures


class Store:
    """An open ledger. Methods may be called from any thread; they take turns."""

    def __init__(self, path: Path, db: duckdb.DuckDBPyConnection) -> None:
        """Wrap an open database; ``open_ledger`` makes one that is backed up and migrated."""
        self.path = path
        self._db = db
        self._turn = threading.RLock()
        self._depth = 0
        # DuckDB's own files beside the ledger, its log above all, are as private as the ledger
        self._umask = os.umask(0o077)

    def __enter__(self) -> Store:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the ledger, leaving one file and no log beside it."""
        with self._turn:
            self._db.close()
        os.umask(self._umask)

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run statements that return nothing; migrations use it."""
        with self._turn:
            self._db.execute(sql, parameters)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block, rows and their watermark, or nothing."""
        with self._turn:
            if self._depth:
                yield
                return
            self._db.execute("begin")
            self._depth += 1
            try:
                yield
            except BaseException:
                # after a failed write to the disk, DuckDB has rolled back already
                with contextlib.suppress(duckdb.Error):
                    self._db.execute("rollback")
                raise
            else:
                self._db.execute("commit")
            finally:
                self._depth -= 1

    def rows(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries."""
        with self._turn:
            result = self._db.execute(sql, parameters or None)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def merge(self, table: str, rows: Sequence[Row]) -> int:
        """Insert or update rows by the table's key, and return their number.

        The last of several rows with one key wins. Columns that the rows lack keep their values.
        """
        if not rows:
            return 0
        keys, columns = KEYS[table], list(rows[0])
        latest = {tuple(row[key] for key in keys): row for row in rows}
        match = " and ".join(f"old.{key} is not distinct from new.{key}" for key in keys)
        update = ", ".join(f"{name} = new.{name}" for name in columns if name not in keys)
        values = ", ".join(f"new.{name}" for name in columns)
        with self.transaction(), self._frame("new_rows", columns, latest.values()):
            self._db.execute(
                f"merge into {table} as old using new_rows as new on {match} "
                f"when matched then update set {update} "
                f"when not matched then insert ({', '.join(columns)}) values ({values})"
            )
        return len(latest)

    def load(self, table: str, parquet: Path) -> None:
        """Insert the rows of a Parquet file with the table's columns and new keys."""
        with self.transaction():
            self._db.execute(f"insert into {table} by name from read_parquet(?)", [str(parquet)])

    def delete(self, table: str, rows: Sequence[Row]) -> None:
        """Delete the rows that have the same values in the columns of ``rows``."""
        if not rows:
            return
        match = " and ".join(f"{table}.{name} is not distinct from old.{name}" for name in rows[0])
        with self.transaction(), self._frame("old", list(rows[0]), rows):
            self._db.execute(f"delete from {table} using old where {match}")

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        """Replace all rows of a table."""
        with self.transaction():
            self._db.execute(f"delete from {table}")
            if rows:
                columns = list(rows[0])
                names = ", ".join(columns)
                with self._frame("new_rows", columns, rows):
                    self._db.execute(f"insert into {table} ({names}) select * from new_rows")

    @contextlib.contextmanager
    def _frame(self, name: str, columns: list[str], rows: Iterable[Row]) -> Iterator[None]:
        """Make rows a table of this name inside the block."""
        cells = [[_cell(row[column]) for column in columns] for row in rows]
        self._db.register(name, pd.DataFrame(cells, columns=columns, dtype=object))
        try:
            yield
        finally:
            self._db.unregister(name)

    def watermark(self, source: str, scope: str, name: str) -> Any:
        """Return the watermark of a source in one scope; None if it was never read."""
        sql = "select value from watermarks where source = ? and scope = ? and name = ?"
        rows = self.rows(sql, [source, scope, name])
        return json.loads(rows[0]["value"]) if rows else None

    def set_watermark(self, source: str, scope: str, name: str, value: Any) -> None:
        """Write a watermark; call it in the transaction of the rows."""
        row = {
            "source": source,
            "scope": scope,
            "name": name,
            "value": json.dumps(value),
            "updated_at": now(),
        }
        self.merge("watermarks", [row])

    def secret(self, name: str) -> str:
        """Return a secret of this ledger, made on first use."""
        with self.transaction():
            rows = self.rows("select value from secrets where name = ?", [name])
            if rows:
                return str(rows[0]["value"])
            value = secrets.token_hex(32)
            self._db.execute("insert into secrets values (?, ?)", [name, value])
            return value

    def record_load(
        self, source: str, scope: str, started_at: datetime, status: str, **figures: Any
    ) -> None:
        """Record one attempt to read a scope, with rows, requests and message.

        The status is 'read', 'unchanged' or 'failed'.
        """
        self.merge("loads", [load_row(source, scope, started_at, status, **figures)])


def _cell(value: Any) -> Any:
    """Return a value in the ledger's form: documents are JSON text."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
