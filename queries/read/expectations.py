"""Targets of expectations for the charts of metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from queries.catalog.scope import Scope
from queries.sql_files import Row


@dataclass(frozen=True)
class Target:
    """A value to reach by a day, in the unit of its metric."""

    value: float
    by_on: date


def target(rows: Sequence[Row], metric: str, scope: Scope) -> Target | None:
    """Return the target that a chart of a metric shows: of the next day, else of the newest.

    Expectations of one work category are not about all that the chart shows.
    """
    name = scope.team or "org"
    if scope not in (Scope(), Scope(team=scope.team)):
        return None
    own = [
        row
        for row in rows
        if row["metric"] == metric and row["category"] is None and row["scope"] == name
    ]
    ahead = sorted((row for row in own if not row["decided_on"]), key=lambda row: row["by_on"])
    newest = ahead or sorted(own, key=lambda row: row["by_on"], reverse=True)
    return Target(newest[0]["target"], newest[0]["by_on"]) if newest else None
