"""Listings: queries of published tables without a metric, with definition, rows and SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.catalog.metric import Value
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, Row, SqlFile, read_sql
from queries.statistics.estimates import bound_parameters, with_literals
from queries.statistics.windows import Window


@dataclass(frozen=True)
class ListingQuery:
    """A query under listings/ with its title and parameters."""

    title: str
    name: str
    parameters: tuple[tuple[str, Value], ...] = ()

    @property
    def definition(self) -> str:
        """Return the definition in the header of the SQL file."""
        return self._file.definition

    @property
    def sql(self) -> str:
        """Return the query as text that any DuckDB client runs."""
        body = with_literals(self._file.statement, dict(self.parameters))
        return f"-- {self.title}: {self.definition}\n{body}\n"

    def rows(self, snapshot: Snapshot) -> pd.DataFrame:
        """Return the rows as a frame."""
        sql = self._file.statement
        return snapshot.query(sql, bound_parameters(sql, dict(self.parameters)))

    @property
    def _file(self) -> SqlFile:
        return read_sql(ROOT / "listings" / f"{self.name}.sql")


#: the month and the year against their budgets
BUDGETS = ListingQuery("Spend against budget", "budget_periods")

#: what is expected, the most urgent first
EXPECTATIONS = ListingQuery("Expectations", "expectations")


def listing_query(title: str, name: str, window: Window, **parameters: Value) -> ListingQuery:
    """Return a query with the window as ``start_on`` and ``end_on``."""
    dates = (("start_on", window.start_on), ("end_on", window.end_on))
    return ListingQuery(title, name, (*dates, *parameters.items()))


def records(frame: pd.DataFrame) -> list[Row]:
    """Return a frame as rows of plain values: None for null, dates for days."""
    return [
        {f"{name}": _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value
