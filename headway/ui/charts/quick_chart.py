"""A chart of any rows: the numbers by the first column."""

from __future__ import annotations

from datetime import date

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from headway.ui.charts.figure import (
    COLOURS,
    DASHES,
    Drawing,
    Figure,
    base_layout,
    drawing,
    with_legend,
)

#: series and bars that a chart can show
MOST_SERIES, MOST_BARS = 6, 60


def quick_chart(rows: pd.DataFrame, title: str, origin: str) -> Drawing | None:
    """Return numbers by time as lines, or by name as bars; None if the rows have no such shape."""
    names = [str(name) for name in rows.columns]
    numbers = [
        name for name in names[1:] if is_numeric_dtype(rows[name]) and not is_bool_dtype(rows[name])
    ][:MOST_SERIES]
    if len(rows) < 2 or not numbers:
        return None
    first = rows[names[0]]
    is_time = is_datetime64_any_dtype(first) or isinstance(first.iloc[0], date)
    if not is_time and (is_numeric_dtype(first) or len(rows) > MOST_BARS):
        return None
    x = [f"{value}" for value in first]
    traces = [_trace(x, rows[name], name, index, is_time) for index, name in enumerate(numbers)]
    layout = base_layout(title, origin)
    if len(numbers) > 1:
        layout = with_legend(layout, numbers)
    layout["xaxis"] |= {"type": "date" if is_time else "category"}
    alt = f"{'Line' if is_time else 'Bar'} chart. {', '.join(numbers)} by {names[0]}."
    return drawing(traces, layout, alt)


def _trace(x: list[str], values: pd.Series, name: str, index: int, is_time: bool) -> Figure:
    colour = COLOURS[index % len(COLOURS)]
    trace: Figure = {
        "x": x,
        "y": [None if pd.isna(value) else float(value) for value in values],
        "name": name,
    }
    if is_time:
        line = {"color": colour, "dash": DASHES[index % len(DASHES)]}
        return trace | {"type": "scatter", "mode": "lines+markers", "line": line}
    return trace | {"type": "bar", "marker": {"color": colour}}
