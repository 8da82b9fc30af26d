"""Queries of charts that are no line of weeks, and the repositories that they need."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, read_sql
from queries.statistics.estimates import printable, with_items
from queries.statistics.windows import Window, weeks

#: kinds of chart with a query under charts/
CHART_FILES = {
    "ages": "ages",
    "incidence": "incidence",
    "stock": "stock_and_flow",
    "lifecycle": "lifecycle",
}
CURRENT_PERIOD, PERIOD_BEFORE = "period shown", "period before"


def printable_chart_sql(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> str:
    """Return the query of a chart as text that any DuckDB client runs."""
    return printable(metric, *chart_query(snapshot, metric, period, scope))


def required_until(snapshot: Snapshot, metric: Metric, period: Window) -> date:
    """Return the day through which a repository must be synced to be in a chart query."""
    tomorrow = snapshot.as_of + timedelta(days=1)
    return tomorrow if metric.chart == "ages" else min(period.end_on, tomorrow)


def chart_query(
    snapshot: Snapshot, metric: Metric, period: Window, scope: Scope
) -> tuple[str, dict[str, Any]]:
    """Return the query of a chart and its parameters."""
    before = Window(period.start_on - (period.end_on - period.start_on), period.start_on)
    windows = [period, before] if metric.chart == "incidence" else weeks(period)
    parameters = {
        "required_until": required_until(snapshot, metric, period),
        "start_on": period.start_on,
        "end_on": period.end_on,
        "names": [CURRENT_PERIOD, PERIOD_BEFORE],
        "starts": [window.start_on for window in windows],
        "ends": [window.end_on for window in windows],
        "horizon": metric.horizon,
        "kind": metric.rule,
        **asdict(scope),
        **metric.parameters,
    }
    template = read_sql(ROOT / "charts" / f"{CHART_FILES[metric.chart]}.sql").statement
    return with_items(template, metric), parameters
