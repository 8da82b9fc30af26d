"""Evidence of a panel: the windows with their n, the items, and the SQL of each number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.catalog import Panel
from queries.catalog.metric import COUNTED, Metric
from queries.catalog.scope import Scope
from queries.read.chart_sql import CHART_FILES, printable_chart_sql, required_until
from queries.read.headline import Headline
from queries.read.numbers import Numbers
from queries.read.snapshot import Snapshot
from queries.statistics.estimates import (
    mature_quarters,
    mature_weeks,
    printable_sql,
    read_until,
    rows,
)
from queries.statistics.windows import Window
from queries.text.sentences import dates, format_value

#: labels for the rows of chart queries
CHART_LABELS = {
    "ages": "by age",
    "incidence": "by days",
    "stock": "arrivals and departures",
    "lifecycle": "one by one",
}
SUMMARY_COLUMNS = ("number", "window", "value", "n", "without a value", "left out")


@dataclass(frozen=True)
class Evidence:
    """SQL that reproduces a number or a line of a chart, and the window of its items."""

    label: str
    metric: Metric
    window: Window
    until: date
    sql: str
    #: SQL of the weekly sums that a verdict was made from
    inputs_sql: str | None = None


def evidence(
    snapshot: Snapshot, panel: Panel, headlines: Iterable[Headline], period: Window, scope: Scope
) -> list[Evidence]:
    """Return the evidence for each number of a panel, headlines first."""
    return [
        *(_of_headline(headline) for headline in headlines),
        *(_of_chart(snapshot, metric, period, scope) for metric in panel.metrics),
        *(
            _of_quarters(snapshot, metric, period, scope)
            for metric in panel.metrics
            if metric.chart == "line"
        ),
    ]


def _of_headline(headline: Headline) -> Evidence:
    metric = headline.metric
    label = f"{metric.title}, {_quarter(headline)} against the {headline.comparison}"
    return Evidence(
        label, metric, headline.window, headline.until, headline.sql, headline.inputs_sql
    )


def _of_quarters(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> Evidence:
    windows = mature_quarters(snapshot, metric, period) or [period]
    until = read_until(metric, windows, snapshot.as_of)
    window = Window(windows[0].start_on, windows[-1].end_on)
    sql = printable_sql(metric, windows, until, scope)
    return Evidence(f"{metric.title}, by quarter", metric, window, until, sql)


def _of_chart(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> Evidence:
    if metric.chart in CHART_FILES:
        label = f"{metric.title}, {CHART_LABELS[metric.chart]}"
        window = last_day(snapshot) if metric.chart == "ages" else period
        until = required_until(snapshot, metric, period)
        sql = printable_chart_sql(snapshot, metric, period, scope)
        return Evidence(label, metric, window, until, sql)
    weeks = mature_weeks(snapshot, metric, period) or [period]
    until = read_until(metric, weeks, snapshot.as_of)
    window = Window(period.start_on, weeks[-1].end_on)
    sql = printable_sql(metric, weeks, until, scope)
    return Evidence(f"{metric.title}, by week", metric, window, until, sql)


def last_day(snapshot: Snapshot) -> Window:
    """Return the last day of the data; items that are open now count in it."""
    return Window(snapshot.as_of, snapshot.as_of + timedelta(days=1))


def history(snapshot: Snapshot) -> Window:
    """Return all time up to the cutoff."""
    return Window(date(1970, 1, 1), snapshot.as_of + timedelta(days=1))


def mature_window(snapshot: Snapshot, metric: Metric, period: Window) -> Window:
    """Return the part of a period whose items are mature; the last day for open items."""
    if metric.chart == "ages":
        return last_day(snapshot)
    weeks = mature_weeks(snapshot, metric, period)
    return Window(period.start_on, weeks[-1].end_on if weeks else period.start_on)


def items(snapshot: Snapshot, evidence: Evidence, scope: Scope, only: str = "") -> pd.DataFrame:
    """Return the items behind a number, newest first; ``only`` is a selection of ``rows``."""
    return rows(snapshot, evidence.metric, evidence.window, scope, evidence.until, only)


def summary(
    snapshot: Snapshot, panel: Panel, headlines: Iterable[Headline], period: Window, scope: Scope
) -> pd.DataFrame:
    """Return one row per number and window with value and counts, formatted for reading."""
    numbers, of_headlines = Numbers(snapshot, scope), list(headlines)
    windows = {metric.name: mature_window(snapshot, metric, period) for metric in panel.metrics}
    numbers.read((metric, [windows[metric.name]]) for metric in panel.metrics)
    numbers.read((headline.metric, _windows(headline)) for headline in of_headlines)
    lines = list(_quarter_lines(numbers, of_headlines))
    for metric in panel.metrics:
        window = windows[metric.name]
        label = "now" if metric.chart == "ages" else f"chart: {dates(window)}"
        row = numbers.of(metric, [window]).iloc[0]
        lines.append(_line(metric, label, row))
    return pd.DataFrame(lines, columns=list(SUMMARY_COLUMNS))


def _quarter_lines(numbers: Numbers, headlines: Iterable[Headline]) -> Iterator[tuple[Any, ...]]:
    """Yield one line per metric and window of the headlines: quarters and baselines."""
    visited: set[tuple[str, Window]] = set()
    for headline in headlines:
        metric, names = headline.metric, (_quarter(headline), headline.comparison)
        frame = numbers.of(metric, _windows(headline))
        for index, (window, name) in enumerate(zip(_windows(headline), names, strict=True)):
            if (metric.name, window) not in visited:
                visited.add((metric.name, window))
                yield _line(metric, f"{name}: {dates(window)}", frame.iloc[index])


def _windows(headline: Headline) -> list[Window]:
    return [headline.window, headline.baseline_window]


def _line(metric: Metric, window: str, row: pd.Series[Any]) -> tuple[Any, ...]:
    is_known = row["n"] or metric.aggregate in COUNTED
    value = format_value(row["estimate"], metric.unit) if is_known else "–"
    return metric.title, window, value, row["n"], row["n_missing"], row["n_excluded"]


def _quarter(headline: Headline) -> str:
    return headline.quarter + (" so far" if headline.status == "so far" else "")
