"""The number of an expectation in the newest quarters, for its chart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from queries.catalog.catalog import metric as catalogued
from queries.read.snapshot import Snapshot
from queries.sql_files import Row
from queries.statistics.expectations import LEAST_WEEKS, items_query, level, with_days
from queries.statistics.windows import Window, quarter_of

#: quarters that are drawn, with the newest one
QUARTERS = 6


def history(snapshot: Snapshot, name: str, category: str, scope: str) -> list[Row]:
    """Return a metric of a category and scope by quarter, as rows of a chart, oldest first.

    The newest quarter counts through the last mature day, from four weeks on.
    """
    about = catalogued(name)
    items = with_days(snapshot.query(items_query(about, scope, category)))
    mature_end = snapshot.as_of + timedelta(days=1 - about.matures_after)
    quarter, rows = quarter_of(snapshot.as_of), list[Row]()
    for _ in range(QUARTERS):
        window = quarter.window
        end = min(window.end_on, mature_end)
        value: float | None = None
        if end - window.start_on >= timedelta(weeks=LEAST_WEEKS):
            current = level(about.aggregate, items, Window(window.start_on, end))
            value = current.value if current.is_enough(about.aggregate) else None
        row: dict[str, Any] = {
            "quarter": quarter.name,
            "status": "so far" if window.end_on > mature_end else "decided",
            "current": value,
            "window_start": window.start_on,
            "window_end": window.end_on,
            "effect_kind": "ratio",
            **dict.fromkeys(("baseline", "lo", "hi")),
        }
        rows.append(row)
        quarter = quarter.before()
    return rows[::-1]
