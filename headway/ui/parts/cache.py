"""What pages read and draw: once for each published file, metric and choice of the reader's."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from headway.ui.charts import durations, time_series
from headway.ui.charts.durations import Curve, Flow, Life
from headway.ui.charts.time_series import Chart, Drawing, Event, Line, points
from headway.ui.parts.filters import View
from queries.catalog.catalog import METRICS, Panel
from queries.catalog.metric import COUNTED, Metric
from queries.catalog.scope import Scope
from queries.read import charts, evidence, filters, headlines, listings
from queries.read.evidence import Evidence
from queries.read.headlines import Headline, Told
from queries.read.listings import Asked, Row
from queries.read.snapshot import listing
from queries.statistics import estimates
from queries.text import sentences

KINDS = {"line": time_series.lines, "bars": time_series.bars, "stacked": time_series.stacked}
#: the days after which a curve is told in words: those of its metrics, or else these
DAYS = (2, 7)
_once = st.cache_data(
    show_spinner=False,
    max_entries=2000,
    hash_funcs={
        View: lambda view: view.key,
        Metric: lambda metric: metric.name,
        Evidence: lambda result: result.sql,
        Asked: lambda requested: requested.sql,
    },
)


@_once
def told(metric: Metric, view: View) -> Told:
    """Return a metric's headlines at the end of the period shown."""
    return headlines.tell(view.snapshot, metric, view.scope, view.period.end_on)


@_once
def total(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimate over the period shown, in one row."""
    window = evidence.whole(view.snapshot, metric, view.period)
    return estimates.estimates(view.snapshot, metric, [window], view.scope)


@_once
def charted(metric: Metric, view: View) -> pd.DataFrame:
    """Return what a metric's chart shows in the period shown."""
    return charts.charted(view.snapshot, metric, view.period, view.scope)


@_once
def drawing(panel: Panel, view: View) -> Drawing | None:
    """Return the chart of a panel, with those of its metrics that have items; None where none has or it is a list."""
    filled = [metric for metric in panel.metrics if charted(metric, view)["n"].sum()]
    if not filled or filled[0].chart == "list":
        return None
    first, frames = filled[0], [charted(metric, view) for metric in filled]
    synthetic = "synthetic data" if view.snapshot.is_synthetic else ""
    origin = " · ".join(
        message
        for message in (sentences.drawn(first, view.snapshot.as_of), view.filters, synthetic)
        if message
    )
    if first.chart == "ages":
        return durations.ages(
            panel.title, origin, list(zip(frames[0]["band"], frames[0]["n"], strict=True))
        )
    if first.chart == "stock":
        return _stock(panel.title, origin, frames[0], view)
    if first.chart == "incidence":
        inputs = {
            value
            for metric in panel.metrics
            for value in metric.parameters.values()
            if isinstance(value, int)
        }
        days = sorted(inputs) or DAYS
        return durations.incidence(panel.title, origin, _curves(frames[0]), days, first.horizon)
    if first.chart == "lifecycle":
        return durations.lifecycle(panel.title, origin, _lives(frames[0]), view.period)
    axis = sentences.axis(first, frames)
    series = [
        Line(
            metric.label or metric.title,
            metric.is_headline or len(filled) == 1,
            points(frame, axis),
            points(by_quarter(metric, view), axis),
        )
        for metric, frame in zip(filled, frames, strict=True)
    ]
    return KINDS[first.chart](Chart(panel.title, origin, axis, view.period, series, events(view)))


def _stock(title: str, origin: str, frame: pd.DataFrame, view: View) -> Drawing:
    axis = sentences.Axis("open", 1)
    flows = [
        Flow(
            row["start_on"].date(),
            row["end_on"].date(),
            row["entered"],
            {way: row[way] for way in durations.WAYS},
            row["open"],
        )
        for row in frame.to_dict("records")
    ]
    weeks = [
        time_series.Point(flow.start_on, flow.end_on, flow.open, flow.open, flow.is_partial)
        for flow in flows
    ]
    line = Line("open", True, weeks)
    return durations.stock(Chart(title, origin, axis, view.period, [line], events(view)), flows)


def _curves(frame: pd.DataFrame) -> list[Curve]:
    result = []
    for period in (charts.SHOWN, charts.BEFORE):
        steps = frame[frame["period"] == period]
        result.append(
            Curve(period, steps["days"].tolist(), steps["share"].tolist(), steps["n"].tolist())
        )
    return result


def _lives(frame: pd.DataFrame) -> list[Life]:
    return [
        Life(
            row["title"],
            row["started_at"],
            None if pd.isna(row["shipped_at"]) else row["shipped_at"],
            None if pd.isna(row["decision"]) else row["decision"],
            row["ends_at"],
        )
        for row in frame.to_dict("records")
    ]


@_once
def weekly(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimates of each week of the period shown."""
    return estimates.series(view.snapshot, metric, view.period, view.scope)


@_once
def sparkline(metric: Metric, view: View) -> Drawing:
    """Return the small chart of a metric."""
    frame = weekly(metric, view)
    axis = sentences.axis(metric, [frame])
    return time_series.sparkline(metric.title, points(frame, axis), metric.aggregate in COUNTED)


@_once
def by_quarter(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimates in the quarters of the period shown."""
    return estimates.by_quarter(view.snapshot, metric, view.period, view.scope)


def events(view: View) -> list[Event]:
    """Return what the charts of a period mark."""
    frame = listing(
        view.snapshot, "events", start_on=view.period.start_on, end_on=view.period.end_on
    )
    return [
        Event(row["name"], row["happened_on"].date(), timedelta(days=row["transition_days"]))
        for _, row in frame.iterrows()
    ]


@_once
def behind(panel: Panel, reported: list[Headline], view: View) -> list[Evidence]:
    """Return the evidence for each number of a panel."""
    return evidence.evidence(view.snapshot, panel, reported, view.period, view.scope)


@_once
def measured(panel: Panel, reported: list[Headline], view: View) -> pd.DataFrame:
    """Return what each number of a panel rests on."""
    return evidence.measured(view.snapshot, panel, reported, view.period, view.scope)


@_once
def rows(result: Evidence, view: View) -> pd.DataFrame:
    """Return the items behind a number, newest first."""
    return estimates.rows(view.snapshot, result.metric, result.window, view.scope, result.until)


@_once
def listed(requested: Asked, view: View) -> pd.DataFrame:
    """Return the rows of a list."""
    return requested.rows(view.snapshot)


def records(requested: Asked, view: View) -> list[Row]:
    """Return the rows of a list as plain values."""
    return listings.records(listed(requested, view))


@_once
def is_empty(view: View) -> bool:
    """Whether the filters leave nothing."""
    return filters.is_empty(view.snapshot, view.scope)


@_once
def has_matched(rule: str, view: View) -> bool:
    """Whether any metric that rests on a kind of label rules has had an item, in all of history."""
    requested = [metric for metric in METRICS if metric.rule == rule and metric.chart != "ages"]
    windows, counts = [evidence.history(view.snapshot)], ["n", "n_missing", "n_excluded"]
    result = (
        estimates.estimates(view.snapshot, metric, windows, Scope())[counts] for metric in requested
    )
    return any(frame.to_numpy().sum() for frame in result)


@_once
def rules_for(kind: str, view: View) -> pd.DataFrame:
    """Return the rules that look for a work type, or for a kind of labels."""
    return listing(view.snapshot, "rules_for", kind=kind)


@_once
def unmatched_labels(view: View) -> pd.DataFrame:
    """Return the labels that no rule looks for, the commonest first."""
    return listing(view.snapshot, "unmatched_labels")


@_once
def shipments(view: View) -> list[tuple[str, int]]:
    """Return what stands for shipping in how many repositories."""
    return [
        (row["shipped_by"], row["repositories"])
        for row in listing(view.snapshot, "shipments").to_dict("records")
    ]
