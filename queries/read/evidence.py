"""What stands behind the numbers of a panel: windows with their n, the items, and the SQL that prints each number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.catalog import Panel
from queries.catalog.metric import COUNTED, Metric
from queries.catalog.scope import Scope
from queries.read.charts import OWN, printed_chart_sql, read_for
from queries.read.headlines import Headline
from queries.read.snapshot import Snapshot
from queries.statistics.estimates import (
    estimates,
    mature_quarters,
    mature_weeks,
    printed_sql,
    read_until,
)
from queries.statistics.windows import Window
from queries.text.sentences import dates, shown

#: what the rows of a chart are, of the kinds that have a query of their own
CHARTS = {
    "ages": "by age",
    "incidence": "by days",
    "stock": "what came in and what left",
    "lifecycle": "one by one",
}


@dataclass(frozen=True)
class Evidence:
    """What reproduces one number or one line of a chart: the SQL, and the window of the items behind it."""

    label: str
    metric: Metric
    window: Window
    until: date
    sql: str


def evidence(
    snapshot: Snapshot, panel: Panel, headlines: Iterable[Headline], period: Window, scope: Scope
) -> list[Evidence]:
    """Return the evidence for each number that a panel shows, those of its sentences first."""
    against = {"quarter before": "the quarter before", "year before": "the year before"}
    result = [
        Evidence(
            f"{h.metric.title}, {_named(h)} against {against[h.comparison]}",
            h.metric,
            h.window,
            h.until,
            h.sql,
        )
        for h in headlines
    ]
    result += [_charted(snapshot, metric, period, scope) for metric in panel.metrics]
    return result + [
        _by_quarter(snapshot, metric, period, scope)
        for metric in panel.metrics
        if metric.chart == "line"
    ]


def _by_quarter(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> Evidence:
    result = mature_quarters(snapshot, metric, period) or [period]
    until = read_until(metric, result, snapshot.as_of)
    whole = Window(result[0].start_on, result[-1].end_on)
    sql = printed_sql(metric, result, until, scope)
    return Evidence(f"{metric.title}, by quarter", metric, whole, until, sql)


def _charted(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> Evidence:
    if metric.chart in OWN:
        window = today(snapshot) if metric.chart == "ages" else period
        sql = printed_chart_sql(snapshot, metric, period, scope)
        until = read_for(snapshot, metric, period)
        return Evidence(f"{metric.title}, {CHARTS[metric.chart]}", metric, window, until, sql)
    weeks = mature_weeks(snapshot, metric, period) or [period]
    until = read_until(metric, weeks, snapshot.as_of)
    sql = printed_sql(metric, weeks, until, scope)
    return Evidence(
        f"{metric.title}, by week", metric, Window(period.start_on, weeks[-1].end_on), until, sql
    )


def today(snapshot: Snapshot) -> Window:
    """Return the last day, in which what is open now is counted."""
    return Window(snapshot.as_of, snapshot.as_of + timedelta(days=1))


def history(snapshot: Snapshot) -> Window:
    """Return all time up to the cutoff."""
    return Window(date(1970, 1, 1), snapshot.as_of + timedelta(days=1))


def whole(snapshot: Snapshot, metric: Metric, period: Window) -> Window:
    """Return the part of a period in which items are old enough to count; for what is open now the last day."""
    if metric.chart == "ages":
        return today(snapshot)
    weeks = mature_weeks(snapshot, metric, period)
    return (
        Window(period.start_on, weeks[-1].end_on)
        if weeks
        else Window(period.start_on, period.start_on)
    )


def measured(
    snapshot: Snapshot, panel: Panel, headlines: Iterable[Headline], period: Window, scope: Scope
) -> pd.DataFrame:
    """Return what each number rests on, in words: number, window, value, n, without a value, left out."""
    lines = list(_quarters(snapshot, headlines, scope))
    for metric in panel.metrics:
        window = whole(snapshot, metric, period)
        index = "now" if metric.chart == "ages" else f"chart: {dates(window)}"
        lines.append(_line(metric, index, estimates(snapshot, metric, [window], scope).iloc[0]))
    return pd.DataFrame(
        lines, columns=["number", "window", "value", "n", "without a value", "left out"]
    )


def _quarters(
    snapshot: Snapshot, headlines: Iterable[Headline], scope: Scope
) -> Iterator[tuple[Any, ...]]:
    """The windows of the headlines: the quarter with its two baselines, then what runs so far."""
    visited: set[tuple[str, Window]] = set()
    for h in headlines:
        result = estimates(snapshot, h.metric, [h.baseline_window, h.window], scope)
        by_name = (
            (_named(h), h.window, result.iloc[1]),
            (h.comparison, h.baseline_window, result.iloc[0]),
        )
        for name, window, row in by_name:
            if (h.metric.name, window) not in visited:
                visited.add((h.metric.name, window))
                yield _line(h.metric, f"{name}: {dates(window)}", row)


def _line(metric: Metric, window: str, row: pd.Series[Any]) -> tuple[Any, ...]:
    value = shown(row["estimate"], metric.unit) if row["n"] or metric.aggregate in COUNTED else "–"
    return metric.title, window, value, row["n"], row["n_missing"], row["n_excluded"]


def _named(headline: Headline) -> str:
    return headline.quarter + (" so far" if headline.status == "so far" else "")
