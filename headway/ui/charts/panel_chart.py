"""Chart of a panel from its data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from headway.ui.charts import durations, time_series
from headway.ui.charts.durations import Curve, Flow, Life
from headway.ui.charts.figure import Drawing
from headway.ui.charts.quarters import quarter_levels
from headway.ui.charts.time_series import Band, Chart, Line, Point, points
from queries.read.chart_sql import CURRENT_PERIOD, PERIOD_BEFORE
from queries.read.expectations import Target
from queries.read.panels import MetricChart, PanelData
from queries.statistics.windows import Window, quarter_of
from queries.text.sentences import Axis, axis

SERIES = {"bars": time_series.bars, "stacked": time_series.stacked}
#: notable days of curves whose metrics have no parameter with days
DEFAULT_MARKS = (2, 7)


def draw_panel(
    data: PanelData,
    origin: str,
    period: Window,
    is_weekly: bool = False,
    target: Target | None = None,
) -> Drawing | None:
    """Return the chart of a panel; None if there is nothing to draw.

    Levels of quarters get their weeks if ``is_weekly``. ``target`` is in the unit of the metric; it
    is drawn on levels and bars.
    """
    charts = data.drawn
    if not charts:
        return None
    metric, frame, title = charts[0].metric, charts[0].frame, data.panel.title
    if metric.chart == "ages":
        return durations.ages(title, origin, list(zip(frame["band"], frame["n"], strict=True)))
    if metric.chart == "incidence":
        values = [value for item in data.panel.metrics for value in item.parameters.values()]
        marks = sorted({value for value in values if isinstance(value, int)}) or DEFAULT_MARKS
        return durations.incidence(title, origin, _curves(frame), marks, metric.horizon)
    if metric.chart == "lifecycle":
        return durations.lifecycle(title, origin, _lives(frame), period)
    unit = axis(metric, [chart.frame for chart in charts])
    if metric.chart == "stock":
        flows = _flows(frame)
        weeks = [
            Point(flow.start_on, flow.end_on, flow.open, flow.open, flow.is_partial)
            for flow in flows
        ]
        line = Line("open", True, weeks)
        return durations.stock(Chart(title, origin, unit, period, [line], data.events), flows)
    is_alone = len(charts) == 1
    lines = [_line(chart, unit.factor, is_alone) for chart in charts]
    bands = [
        Band(window, low * unit.factor, high * unit.factor) for window, (low, high) in data.bands
    ]
    chart = Chart(title, origin, unit, period, lines, data.events, bands)
    if target is not None and metric.chart != "stacked":
        chart = replace(chart, target=replace(target, value=target.value * unit.factor))
    if metric.chart != "line":
        return SERIES[metric.chart](chart)
    return quarter_levels(replace(chart, result=_result(data, unit)), is_weekly)


def _result(data: PanelData, unit: Axis) -> str:
    """Return the newest complete quarter of the first headline and its baseline, if known."""
    main = data.reported[0].main if data.reported else None
    if main is None or main.current is None or main.baseline is None:
        return ""
    now, before = quarter_of(main.window.start_on), quarter_of(main.baseline_window.start_on)
    year = "" if now.year == before.year else f" {before.year}"
    return (
        f"{unit.with_unit(main.current * unit.factor)} in Q{now.number} {now.year}, "
        f"{unit.number(main.baseline * unit.factor)} in Q{before.number}{year}"
    )


def _line(chart: MetricChart, factor: float, is_alone: bool) -> Line:
    metric = chart.metric
    return Line(
        label=metric.label or metric.title,
        is_main=metric.is_headline or is_alone,
        weeks=points(chart.frame, factor),
        quarters=points(chart.quarters, factor),
    )


def _curves(frame: pd.DataFrame) -> list[Curve]:
    curves = []
    for period in (CURRENT_PERIOD, PERIOD_BEFORE):
        steps = frame[frame["period"] == period]
        days, shares, at_risk = (steps[name].tolist() for name in ("days", "share", "n"))
        curves.append(Curve(period, days, shares, at_risk))
    return curves


def _flows(frame: pd.DataFrame) -> list[Flow]:
    return [
        Flow(
            start_on=row["start_on"].date(),
            end_on=row["end_on"].date(),
            entered=row["entered"],
            departed={way: row[way] for way in durations.DEPARTURES},
            open=row["open"],
        )
        for row in frame.to_dict("records")
    ]


def _lives(frame: pd.DataFrame) -> list[Life]:
    return [
        Life(
            name=row["title"],
            started_at=row["started_at"],
            shipped_at=None if pd.isna(row["shipped_at"]) else row["shipped_at"],
            decision=None if pd.isna(row["decision"]) else row["decision"],
            ends_at=row["ends_at"],
        )
        for row in frame.to_dict("records")
    ]
