"""What pages read and draw: once for each published file, metric and choice of the reader's."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from pages import figures
from pages.controls import View
from pages.figures import Chart, Drawing, Event, Line, points
from queries import evidence, headlines, numbers, sentences, views
from queries.catalog import Metric, Panel
from queries.evidence import Evidence
from queries.headlines import Headline, Told
from queries.snapshot import listing

KINDS = {"line": figures.lines, "bars": figures.bars}
_once = st.cache_data(
    show_spinner=False, max_entries=2000,
    hash_funcs={View: lambda view: view.key, Metric: lambda metric: metric.name, Evidence: lambda found: found.sql},
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
    return numbers.charted(view.snapshot, metric, view.period, view.scope)


@_once
def drawing(panel: Panel, view: View) -> Drawing | None:
    """Return the chart of a panel, with those of its metrics that have items; None where none has."""
    filled = [metric for metric in panel.metrics if charted(metric, view)["n"].sum()]
    if not filled:
        return None
    first, frames = filled[0], [charted(metric, view) for metric in filled]
    synthetic = "synthetic data" if view.snapshot.is_synthetic else ""
    origin = " · ".join(said for said in (sentences.drawn(first, view.snapshot.as_of), view.filters, synthetic) if said)
    if first.chart == "ages":
        return figures.ages(panel.title, origin, list(zip(frames[0]["band"], frames[0]["n"], strict=True)))
    axis = sentences.axis(first, frames)
    series = [
        Line(
            metric.label or metric.title, metric.is_headline or len(filled) == 1, points(frame, axis),
            points(by_quarter(metric, view), axis),
        )
        for metric, frame in zip(filled, frames, strict=True)
    ]  # fmt: skip
    return KINDS[first.chart](Chart(panel.title, origin, axis, view.period, series, _events(view)))


@_once
def sparkline(metric: Metric, view: View) -> Drawing:
    """Return the small chart of a metric."""
    frame = charted(metric, view)
    return figures.sparkline(metric.title, points(frame, sentences.axis(metric, [frame])))


@_once
def by_quarter(metric: Metric, view: View) -> pd.DataFrame:
    """Return a metric's estimates in the quarters of the period shown."""
    return numbers.by_quarter(view.snapshot, metric, view.period, view.scope)


def _events(view: View) -> list[Event]:
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
def is_empty(view: View) -> bool:
    """Whether the filters leave nothing."""
    return views.is_empty(view.snapshot, view.scope)


@_once
def work_type_rules(work_type: str, view: View) -> pd.DataFrame:
    """Return the rules that look for a work type."""
    return listing(view.snapshot, "work_type_rules", work_type=work_type)
