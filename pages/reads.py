"""What pages read and draw: once for each published file, metric and choice of the reader's."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from pages import figures, lifetimes
from pages.controls import View
from pages.figures import Chart, Drawing, Event, Line, points
from pages.lifetimes import Curve, Flow, Life
from queries import charts, evidence, headlines, numbers, sentences, tables, views
from queries.catalog import METRICS, Panel
from queries.evidence import Evidence
from queries.headlines import Headline, Told
from queries.metric import COUNTED, Metric
from queries.snapshot import listing
from queries.tables import Asked, Row

KINDS = {"line": figures.lines, "bars": figures.bars, "stacked": figures.stacked}
#: the days after which a curve is told in words: those of its metrics, or else these
DAYS = (2, 7)
_once = st.cache_data(
    show_spinner=False, max_entries=2000,
    hash_funcs={
        View: lambda view: view.key, Metric: lambda metric: metric.name, Evidence: lambda found: found.sql,
        Asked: lambda asked: asked.sql,
    },
)  # fmt: skip


@_once
def told(metric: Metric, view: View) -> Told:
    """Return a metric's headlines at the end of the period shown."""
    return headlines.tell(view.snapshot, metric, view.scope, view.period.end_on)


@_once
def total(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimate over the period shown, in one row."""
    window = evidence.whole(view.snapshot, metric, view.period)
    return numbers.estimates(view.snapshot, metric, [window], view.scope)


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
    origin = " · ".join(said for said in (sentences.drawn(first, view.snapshot.as_of), view.filters, synthetic) if said)
    if first.chart == "ages":
        return lifetimes.ages(panel.title, origin, list(zip(frames[0]["band"], frames[0]["n"], strict=True)))
    if first.chart == "stock":
        return _stock(panel.title, origin, frames[0], view)
    if first.chart == "incidence":
        given = {value for metric in panel.metrics for value in metric.parameters.values() if isinstance(value, int)}
        days = sorted(given) or DAYS
        return lifetimes.incidence(panel.title, origin, _curves(frames[0]), days, first.horizon)
    if first.chart == "lifecycle":
        return lifetimes.lifecycle(panel.title, origin, _lives(frames[0]), view.period)
    axis = sentences.axis(first, frames)
    series = [
        Line(
            metric.label or metric.title, metric.is_headline or len(filled) == 1, points(frame, axis),
            points(by_quarter(metric, view), axis),
        )
        for metric, frame in zip(filled, frames, strict=True)
    ]  # fmt: skip
    return KINDS[first.chart](Chart(panel.title, origin, axis, view.period, series, events(view)))


def _stock(title: str, origin: str, frame: pd.DataFrame, view: View) -> Drawing:
    axis = sentences.Axis("open", 1)
    flows = [
        Flow(row["start_on"].date(), row["end_on"].date(), row["entered"],
             {way: row[way] for way in lifetimes.WAYS}, row["open"])
        for row in frame.to_dict("records")
    ]  # fmt: skip
    weeks = [figures.Point(flow.start_on, flow.end_on, flow.open, flow.open, flow.is_partial) for flow in flows]
    line = Line("open", True, weeks)
    return lifetimes.stock(Chart(title, origin, axis, view.period, [line], events(view)), flows)


def _curves(frame: pd.DataFrame) -> list[Curve]:
    found = []
    for period in (charts.SHOWN, charts.BEFORE):
        steps = frame[frame["period"] == period]
        found.append(Curve(period, steps["days"].tolist(), steps["share"].tolist(), steps["n"].tolist()))
    return found


def _lives(frame: pd.DataFrame) -> list[Life]:
    return [
        Life(
            row["title"], row["started_at"], None if pd.isna(row["shipped_at"]) else row["shipped_at"],
            None if pd.isna(row["decision"]) else row["decision"], row["ends_at"],
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip


@_once
def weekly(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimates of each week of the period shown."""
    return numbers.series(view.snapshot, metric, view.period, view.scope)


@_once
def sparkline(metric: Metric, view: View) -> Drawing:
    """Return the small chart of a metric."""
    frame = weekly(metric, view)
    axis = sentences.axis(metric, [frame])
    return figures.sparkline(metric.title, points(frame, axis), metric.aggregate in COUNTED)


@_once
def by_quarter(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimates in the quarters of the period shown."""
    return numbers.by_quarter(view.snapshot, metric, view.period, view.scope)


def events(view: View) -> list[Event]:
    """Return what the charts of a period mark."""
    frame = listing(view.snapshot, "events", start_on=view.period.start_on, end_on=view.period.end_on)
    return [
        Event(row["name"], row["happened_on"].date(), timedelta(days=row["transition_days"]))
        for _, row in frame.iterrows()
    ]


@_once
def behind(panel: Panel, told: list[Headline], view: View) -> list[Evidence]:
    """Return the evidence for each number of a panel."""
    return evidence.evidence(view.snapshot, panel, told, view.period, view.scope)


@_once
def measured(panel: Panel, told: list[Headline], view: View) -> pd.DataFrame:
    """Return what each number of a panel rests on."""
    return evidence.measured(view.snapshot, panel, told, view.period, view.scope)


@_once
def rows(found: Evidence, view: View) -> pd.DataFrame:
    """Return the items behind a number, newest first."""
    return numbers.rows(view.snapshot, found.metric, found.window, view.scope, found.until)


@_once
def listed(asked: Asked, view: View) -> pd.DataFrame:
    """Return the rows of a list."""
    return asked.rows(view.snapshot)


def records(asked: Asked, view: View) -> list[Row]:
    """Return the rows of a list as plain values."""
    return tables.records(listed(asked, view))


@_once
def is_empty(view: View) -> bool:
    """Whether the filters leave nothing."""
    return views.is_empty(view.snapshot, view.scope)


@_once
def has_matched(rule: str, view: View) -> bool:
    """Whether any metric that rests on a kind of label rules has had an item, in all of history."""
    asked = [metric for metric in METRICS if metric.rule == rule and metric.chart != "ages"]
    windows, counts = [evidence.history(view.snapshot)], ["n", "n_missing", "n_excluded"]
    found = (numbers.estimates(view.snapshot, metric, windows, numbers.Scope())[counts] for metric in asked)
    return any(frame.to_numpy().sum() for frame in found)


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
    return [(row["shipped_by"], row["repositories"]) for row in listing(view.snapshot, "shipments").to_dict("records")]
