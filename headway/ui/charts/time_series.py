"""Charts of weeks and quarters: lines and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

import pandas as pd

from headway.ui.charts.figure import (
    COLOURS,
    DASHES,
    GREY,
    Drawing,
    Figure,
    base_layout,
    drawing,
    pattern,
    top_label,
    vertical_line,
)
from queries.statistics.windows import Event, Window
from queries.text.sentences import Axis, dates, day

#: patterns of stacked bars
STACKED = ("", ".", "/")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
#: number of weeks that a note names
NAMED_WEEKS = 3
#: a shorter quarter has no room for its label
MIN_LABELLED = timedelta(weeks=3)
#: distance of a label from its line, as a share of the chart's height
LABEL_DISTANCE = 0.01
#: axes of shares end at the first of these per cents that covers all values
SHARE_AXES = (12, 24, 48, 100)


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

    @property
    def values(self) -> list[float]:
        """Return all values of the weeks."""
        return [
            point.value for line in self.lines for point in line.weeks if point.value is not None
        ]

    @property
    def whole(self) -> int:
        """Return the per cent at which an axis of shares ends."""
        largest = max(self.values, default=100)
        return next((end for end in SHARE_AXES if largest <= end), 100)

    @property
    def top(self) -> float:
        """Return the end of the axis; a few outliers do not flatten all other weeks."""
        if self.axis.name == "%" or not self.values:
            return 1.04 * self.whole
        usual = quantiles(self.values, n=20)[-1] if len(self.values) >= 20 else 0
        has_outliers = max(self.values) > 2 * usual > 0
        return usual * 1.25 if has_outliers else max(self.values) * 1.08

    def visible(self, point: Point) -> tuple[date, date]:
        """Return the part of a window inside the period."""
        return max(point.start_on, self.period.start_on), min(point.end_on, self.period.end_on)


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


def lines(chart: Chart) -> Drawing:
    """Return weeks as faint lines with gaps, quarters in bold; partial weeks are hollow."""
    traces = [_weeks(chart, line, index) for index, line in enumerate(chart.lines)]
    traces += [_quarters(chart, line, index) for index, line in enumerate(chart.lines)]
    traces += [
        _labels(chart, line, index) for index, line in enumerate(chart.lines) if line.is_main
    ]
    quarters = [point for line in chart.lines for point in line.quarters]
    notes = []
    if any(point.value is not None for point in quarters):
        notes.append("Bold: quarters, as in the sentences. Faint: weeks.")
    if visible := [band for band in chart.bands if band.window.end_on > chart.period.start_on]:
        notes.append("Band: where a quarter would lie without a change from the one before.")
    notes += [*partial_note(chart, "Hollow"), *_missing_notes(chart)]
    layout = time_layout(chart)
    layout["shapes"] += [_band(chart, band) for band in visible]
    return drawing(traces, layout, _alt("Line chart", chart), notes)


def _band(chart: Chart, band: Band) -> Figure:
    return {
        "type": "rect",
        "x0": f"{max(band.window.start_on, chart.period.start_on)}",
        "x1": f"{min(band.window.end_on, chart.period.end_on) - timedelta(days=1)}",
        "y0": max(band.low, 0) if chart.axis.name == "%" else band.low,
        "y1": min(band.high, chart.top),
        "layer": "below",
        "fillcolor": COLOURS[0],
        "opacity": 0.12,
        "line": {"width": 0},
    }


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
    layout["legend"] |= {"traceorder": "normal"}
    layout["yaxis"].pop("range")
    return drawing(traces, layout, _alt("Bar chart", chart), partial_note(chart, partial_style))


def _weeks(chart: Chart, line: Line, index: int) -> Figure:
    symbol, colour = SYMBOLS[index % len(SYMBOLS)], COLOURS[index % len(COLOURS)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.label,
        "legendgroup": line.label,
        "showlegend": False,
        "connectgaps": False,
        "opacity": 0.4,
        "line": {"width": 1, "color": colour},
        **_data(chart, line.weeks),
        "marker": {
            "color": colour,
            "line": {"width": 1.5, "color": colour},
            "symbol": [f"{symbol}-open" if point.is_partial else symbol for point in line.weeks],
            "size": [9 if point.is_partial else 4 for point in line.weeks],
        },
    }


def _quarters(chart: Chart, line: Line, index: int) -> Figure:
    """Return a horizontal segment for each quarter."""
    days: list[str | None] = []
    values: list[float | None] = []
    for point in line.quarters:
        start, end = chart.visible(point)
        days += [f"{start}", f"{end - timedelta(days=1)}", None]
        values += [point.value, point.value, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.label,
        "legendgroup": line.label,
        "connectgaps": False,
        "x": days,
        "y": values,
        "hoverinfo": "skip",
        "line": {
            "dash": DASHES[index % len(DASHES)],
            "color": COLOURS[index % len(COLOURS)],
            "width": 3 if line.is_main else 2,
        },
    }


def _labels(chart: Chart, line: Line, index: int) -> Figure:
    """Return the values of a headline's quarters, each on the side with more room."""
    days, heights, texts, sides = [], [], [], []
    for number, point in enumerate(line.quarters):
        start, end = chart.visible(point)
        if point.value is None or end - start < MIN_LABELLED:
            continue
        values = [other.quarters[number].value for other in chart.lines if other is not line]
        gaps = [value - point.value for value in values if value is not None]
        above = min((gap for gap in gaps if gap > 0), default=chart.top)
        below = min((-gap for gap in gaps if gap < 0), default=chart.top)
        side = 1 if above >= below else -1
        days.append(f"{start + (end - start) / 2}")
        heights.append(point.value + side * LABEL_DISTANCE * chart.top)
        texts.append(chart.axis.number(point.value))
        sides.append("top center" if side > 0 else "bottom center")
    return {
        "type": "scatter",
        "mode": "text",
        "legendgroup": line.label,
        "showlegend": False,
        "hoverinfo": "skip",
        "x": days,
        "y": heights,
        "text": texts,
        "textposition": sides,
        "textfont": {"size": 13, "color": COLOURS[index % len(COLOURS)]},
    }


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


def time_layout(chart: Chart) -> Figure:
    """Return a layout with weeks on the x axis and a line for each event."""
    layout = base_layout(chart.title, chart.origin)
    layout["hovermode"] = "x unified"
    layout["showlegend"] = [line.label for line in chart.lines] != [chart.title]
    layout["xaxis"] |= {
        "type": "date",
        "hoverformat": "week of %-d %b %Y",
        "tickformat": "%b\n%Y",
        "automargin": True,
        "range": [f"{chart.period.start_on - timedelta(days=4)}", f"{chart.period.end_on}"],
    }
    layout["yaxis"] |= {"title": {"text": chart.axis.name}, "range": [0, chart.top]}
    if chart.axis.is_money:
        layout["yaxis"]["tickformat"] = chart.axis.form
    if chart.axis.name == "%":
        layout["yaxis"]["tickvals"] = [chart.whole * part / 4 for part in range(5)]
    middle = chart.period.start_on + (chart.period.end_on - chart.period.start_on) / 2
    layout["shapes"], layout["annotations"] = [], []
    for index, event in enumerate(chart.events):
        layout["shapes"] += [vertical_line(f"{event.on}"), _transition(event)]
        label = top_label(f"{event.on}", event.name, event.on < middle, 13 * (index % 2))
        layout["annotations"].append(label)
    return layout


def _transition(event: Event) -> Figure:
    """Return the band of an event's days of transition."""
    return {
        "type": "rect",
        "x0": f"{event.on}",
        "x1": f"{event.on + event.transition}",
        "y0": 0,
        "y1": 1,
        "xref": "x",
        "yref": "paper",
        "layer": "below",
        "fillcolor": GREY,
        "opacity": 0.15,
        "line": {"width": 0},
    }


def partial_note(chart: Chart, style: str) -> list[str]:
    """Return a note on the style of partial weeks, if there are some."""
    if not any(point.is_partial for line in chart.lines for point in line.weeks):
        return []
    return [f"{style}: the week is not over, or its work is too recent to count."]


def _missing_notes(chart: Chart) -> list[str]:
    """Return notes on invisible weeks: beyond the axis, or without an estimate."""
    weeks = [(line, point) for line in chart.lines for point in line.weeks]
    beyond = [
        f"{line.label} {chart.axis.with_unit(point.value)} in the week of {day(point.start_on)}"
        for line, point in weeks
        if point.value is not None and point.value > chart.top
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


def _alt(kind: str, chart: Chart) -> str:
    """Return the chart in words: for each line its first, last and extreme values."""
    texts = [f"{kind}. {chart.title}, {chart.origin}, {dates(chart.period)}."]
    for line in chart.lines:
        values = [point.value for point in line.weeks if point.value is not None]
        if not values:
            texts.append(f"{line.label}: no values.")
            continue
        first, low, high = map(chart.axis.number, (values[0], min(values), max(values)))
        texts.append(
            f"{line.label}: {len(values)} weeks with a value, from {first} to "
            f"{chart.axis.with_unit(values[-1])}, lowest {low}, highest {high}."
        )
        quarters = [point.value for point in line.quarters if point.value is not None]
        if quarters:
            texts.append(f"By quarter: {', '.join(map(chart.axis.number, quarters))}.")
    texts += [f"Marked: {event.name} on {day(event.on)}." for event in chart.events]
    return " ".join(texts)
