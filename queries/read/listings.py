"""Questions to the published tables that rest on no metric: a list with its definition, its rows and its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.catalog.metric import Value
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, SqlFile, read_sql
from queries.statistics.estimates import PARAMETER, bound_in, literal
from queries.statistics.windows import Window

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One of the lists under listings/, the title of what is drawn from it, and its parameters, among others."""

    title: str
    name: str
    given: tuple[tuple[str, Value], ...] = ()

    @property
    def definition(self) -> str:
        """What is asked, as the SQL file says it."""
        return self._file.definition

    @property
    def sql(self) -> str:
        """The query as text that any DuckDB client runs on the published file."""
        inputs, body = dict(self.given), self._file.statement
        return f"-- {self.title}: {self.definition}\n{PARAMETER.sub(lambda result: literal(inputs[result[1]]), body)}\n"

    def rows(self, snapshot: Snapshot) -> pd.DataFrame:
        """Return the rows as a frame."""
        body = self._file.statement
        return snapshot.query(body, bound_in(body, dict(self.given)))

    @property
    def _file(self) -> SqlFile:
        return read_sql(ROOT / "listings" / f"{self.name}.sql")


def asked(title: str, name: str, window: Window, **inputs: Value) -> Asked:
    """Return a question about a window of time."""
    return Asked(
        title, name, (("start_on", window.start_on), ("end_on", window.end_on), *inputs.items())
    )


def records(frame: pd.DataFrame) -> list[Row]:
    """Return a frame as rows of plain values: None where there is none, days as dates."""
    return [
        {f"{name}": _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value
