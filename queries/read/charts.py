"""What the charts show: weeks of a metric, or for the kinds of chart that need other rows a query of their own."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, read_sql
from queries.statistics.estimates import bound_in, printed, series, with_items
from queries.statistics.windows import Window, weeks

#: the kinds of chart with a query of their own, under charts/
OWN = {
    "ages": "ages",
    "incidence": "incidence",
    "stock": "stock_and_flow",
    "lifecycle": "lifecycle",
}
SHOWN, BEFORE = "period shown", "period before"


def charted(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> pd.DataFrame:
    """Return what a metric's chart shows, each row with its n: weeks, bands of age, steps, experiments."""
    if metric.chart not in OWN:
        return series(snapshot, metric, period, scope)
    sql, inputs = _query(snapshot, metric, period, scope)
    return snapshot.query(sql, bound_in(sql, inputs))


def printed_chart_sql(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> str:
    """Return the query of a chart that has its own as text that any DuckDB client runs on the published file."""
    return printed(metric, *_query(snapshot, metric, period, scope))


def read_for(snapshot: Snapshot, metric: Metric, period: Window) -> date:
    """Return the day through which a repository must have been read to be in a chart that has its own query."""
    tomorrow = snapshot.as_of + timedelta(days=1)
    return tomorrow if metric.chart == "ages" else min(period.end_on, tomorrow)


def _query(
    snapshot: Snapshot, metric: Metric, period: Window, scope: Scope
) -> tuple[str, dict[str, Any]]:
    """The query of a chart that has its own, with its parameters and others."""
    before = Window(period.start_on - (period.end_on - period.start_on), period.start_on)
    windows = [period, before] if metric.chart == "incidence" else weeks(period)
    inputs: dict[str, Any] = {
        "required_until": read_for(snapshot, metric, period),
        "start_on": period.start_on,
        "end_on": period.end_on,
        "names": [SHOWN, BEFORE],
        "starts": [window.start_on for window in windows],
        "ends": [window.end_on for window in windows],
        "horizon": metric.horizon,
        "kind": metric.rule,
    }
    template = read_sql(ROOT / "charts" / f"{OWN[metric.chart]}.sql").statement
    return with_items(template, metric), inputs | asdict(scope) | dict(metric.parameters)
