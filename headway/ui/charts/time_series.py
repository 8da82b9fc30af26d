"""Charts of weeks: bars by time, and what charts of quarters share with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from headway.ui.charts.figure import (
    COLOURS,
    LABEL_SIZE,
    Drawing,
    Figure,
    base_layout,
    drawing,
    event_marks,
    labels_height,
    pattern,
    target_marks,
    with_legend,
)
from headway.ui.charts.scale import month_ticks
from queries.read.expectations import Target
from queries.statistics.windows import CLOSED, Event, Window
from queries.text.sentences import Axis, closed_note, dates, day

#: patterns of stacked bars
STACKED = ("", ".", "/")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
#: number of weeks that a note names
NAMED_WEEKS = 3


@dataclass(frozen=True)
class Point:
    """A value of a window of time; None if there is none."""

    start_on: date
    end_on: date
    value: float | None
    n: int
    is_partial: bool


@dataclass(frozen=True)
class Line:
    """One series of a chart, in the unit of its axis."""

    label: str
    is_main: bool
    weeks: Sequence[Point]
    quarters: Sequence[Point] = ()


@dataclass(frozen=True)
class Band:
    """Values between which a window would lie without a change, in the unit of the axis."""

    window: Window
    low: float
    high: float


@dataclass(frozen=True)
class Chart:
    """Content of a chart over time; ``origin`` is its subtitle."""

    title: str
    origin: str
    axis: Axis
    period: Window
    lines: Sequence[Line] = ()
    events: Sequence[Event] = ()
    bands: Sequence[Band] = ()
    #: the finding, which is then the title of the figure
    result: str = ""
    #: the value to reach, in the unit of the axis
    target: Target | None = None


def points(frame: pd.DataFrame, factor: float) -> list[Point]:
    """Return a frame of estimates as points, multiplied by a factor."""
    return [
        Point(
            start_on=row["start_on"].date(),
            end_on=row["end_on"].date(),
            value=None if pd.isna(row["estimate"]) else float(row["estimate"]) * factor,
            n=int(row["n"]),
            is_partial=bool(row["is_partial"]),
        )
        for row in frame.to_dict("records")
    ]


def bars(chart: Chart) -> Drawing:
    """Return bars by week; partial weeks are hatched."""
    styles = [
        {"pattern": {"shape": ["/" if point.is_partial else "" for point in line.weeks]}}
        for line in chart.lines
    ]
    return _bars(chart, styles, "Hatched", {})


def stacked(chart: Chart) -> Drawing:
    """Return stacked bars by week with patterns; partial weeks are pale."""
    styles = [
        {
            "pattern": pattern(STACKED[index]),
            "opacity": [0.4 if point.is_partial else 1 for point in line.weeks],
        }
        for index, line in enumerate(chart.lines)
    ]
    return _bars(chart, styles, "Pale", {"barmode": "stack"})


def _bars(chart: Chart, styles: Sequence[Figure], partial_style: str, options: Figure) -> Drawing:
    traces = [
        {
            "type": "bar",
            "name": line.label,
            **_data(chart, line.weeks),
            "marker": {"color": COLOURS[index]} | style,
        }
        for index, (line, style) in enumerate(zip(chart.lines, styles, strict=True))
    ]
    layout = time_layout(chart) | {"bargap": 0.25} | options
    if chart.target is not None:
        _draw_target(layout, chart, chart.target)
    names = [line.label for line in chart.lines]
    if names != [chart.title]:
        layout = with_legend(layout, names)
    notes = [*partial_note(chart, partial_style), *closed_note(chart.events)]
    return drawing(traces, layout, alternative("Bar chart", chart), notes)


def _draw_target(layout: Figure, chart: Chart, target: Target) -> None:
    """Draw the line of a target, with room for it above the bars."""
    values = [point.value or 0.0 for line in chart.lines for point in line.weeks]
    highest = max([target.value, *values])
    text, shift = target_text(chart, target), labels_height(chart.events)
    shape, label = target_marks(target.value, text, shift)
    layout["shapes"].append(shape)
    layout["annotations"].append(label)
    layout["yaxis"] |= {"range": [min([0.0, *values]), highest * 1.15]}


def _data(chart: Chart, weeks: Sequence[Point]) -> Figure:
    """Return the values of weeks with their hover text."""
    unit = f" {chart.axis.name}" if len(chart.axis.name) < 6 else ""
    value = f"%{{y:{chart.axis.form}}}{unit}"
    return {
        "x": [f"{point.start_on}" for point in weeks],
        "y": [point.value for point in weeks],
        "customdata": [[point.n, ", provisional" if point.is_partial else ""] for point in weeks],
        "hovertemplate": f"{value} (n = %{{customdata[0]:,}})%{{customdata[1]}}",
    }


def time_layout(chart: Chart, plot: int = 230) -> Figure:
    """Return a layout with time on the x axis and a line for each event."""
    above = labels_height(chart.events, chart.target is not None)
    layout = base_layout(chart.title, f"{chart.axis.name}, {chart.origin}", plot, above)
    layout["hovermode"] = "x unified"
    days, texts = month_ticks(chart.period)
    layout["xaxis"] |= {
        "type": "date",
        "hoverformat": "week of %-d %b %Y",
        "tickvals": days,
        "ticktext": texts,
        "tickangle": 0,
        "tickfont": {"size": LABEL_SIZE},
        "range": [f"{chart.period.start_on - timedelta(days=4)}", f"{chart.period.end_on}"],
    }
    if chart.axis.is_money:
        layout["yaxis"]["tickformat"] = chart.axis.form
    middle = chart.period.start_on + (chart.period.end_on - chart.period.start_on) / 2
    first = chart.period.start_on
    layout["shapes"], layout["annotations"] = event_marks(
        [
            (event, f"{max(event.on, first)}", f"{event.ends_on}", event.on < middle)
            for event in chart.events
        ]
    )
    return layout


def target_text(chart: Chart, target: Target) -> str:
    """Return the label of a target with its day."""
    return f"target {chart.axis.number(target.value)} by {day(target.by_on)}"


def partial_note(chart: Chart, style: str) -> list[str]:
    """Return a note on the style of partial weeks, if there are some."""
    if not any(point.is_partial for line in chart.lines for point in line.weeks):
        return []
    return [f"{style}: the week is not over, or its work is too recent to count."]


def missing_notes(chart: Chart, top: float) -> list[str]:
    """Return notes on invisible weeks: beyond the axis, or without an estimate."""
    weeks = [(line, point) for line in chart.lines for point in line.weeks]
    beyond = [
        f"{line.label} {chart.axis.with_unit(point.value)} in the week of {day(point.start_on)}"
        for line, point in weeks
        if point.value is not None and point.value > top
    ]
    missing = [
        day(point.start_on) + (f" ({line.label})" if len(chart.lines) > 1 else "")
        for line, point in weeks
        if point.n and point.value is None
    ]
    notes = [f"Beyond the axis: {_listed(beyond)}."] if beyond else []
    if missing:
        value, reason = "median", "fewer than half of the items are finished"
        if chart.axis.is_money:
            value, reason = "value", "too few outcomes, or incomplete spend"
        notes.append(f"No {value} for the weeks of {_listed(missing)}: {reason}.")
    return notes


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_WEEKS
    return ", ".join(names[:NAMED_WEEKS]) + (f" and {more} more" if more > 0 else "")


def alternative(kind: str, chart: Chart) -> str:
    """Return the chart in words: for each line its first, last and extreme values."""
    texts = [f"{kind}. {chart.title}, {chart.origin}, {dates(chart.period)}."]
    texts += [f"{chart.result}."] if chart.result else []
    for line in chart.lines:
        values = [point.value for point in line.weeks if point.value is not None]
        quarters = [point.value for point in line.quarters if point.value is not None]
        if values:
            first, low, high = map(chart.axis.number, (values[0], min(values), max(values)))
            texts.append(
                f"{line.label}: {len(values)} weeks with a value, from {first} to "
                f"{chart.axis.with_unit(values[-1])}, lowest {low}, highest {high}."
            )
        elif not quarters:
            texts.append(f"{line.label}: no values.")
        if quarters:
            texts.append(f"By quarter: {', '.join(map(chart.axis.number, quarters))}.")
    texts += [
        f"Marked: {event.name} on {day(event.on)}."
        for event in chart.events
        if event.kind != CLOSED
    ]
    texts += closed_note(chart.events)
    texts += [] if chart.target is None else [f"{target_text(chart, chart.target)}."]
    return " ".join(texts)
