"""Charts as plain dictionaries, with text alternatives. Colours are the theme's; dashes and markers tell too."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles
from typing import Any

import pandas as pd

from queries.statistics.windows import Window
from queries.text.sentences import Axis, dates, day

Figure = dict[str, Any]
DASHES = ("solid", "dash", "dot", "dashdot")
#: patterns over bars that stand on each other
STACKED = tuple({"shape": shape, "fillmode": "overlay", "size": 6} for shape in ("", ".", "/"))
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
#: the theme's colours as Streamlit's own template writes them: the browser puts in those of light or dark
COLOURS = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006", "#000007")
GREY = "#84827f"  # reads on both backgrounds
NAMED = 3
LABELLED = timedelta(weeks=3)  # a shorter stretch has no room for its value
LIFT = 0.01  # of the chart's height: how far a label stands off its line


@dataclass(frozen=True)
class Point:
    """A value of a window of time; None where there is none."""

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
class Event:
    """Something dated that a chart marks; its days of transition count as neither before nor after."""

    name: str
    on: date
    transition: timedelta


@dataclass(frozen=True)
class Chart:
    """What a chart over time shows. ``origin`` is said under its title."""

    title: str
    origin: str
    axis: Axis
    period: Window
    lines: Sequence[Line]
    events: Sequence[Event]

    @property
    def values(self) -> list[float]:
        """All values there are."""
        return [
            point.value for line in self.lines for point in line.weeks if point.value is not None
        ]

    @property
    def whole(self) -> int:
        """Of an axis of shares the per cent that it reaches to: all, or less where all values are small."""
        return next(
            (most for most in (12, 24, 48) if self.values and max(self.values) <= most), 100
        )

    @property
    def top(self) -> float:
        """Where the axis of its lines ends: below the largest value when a few weeks would flatten all others."""
        if self.axis.name == "%" or not self.values:
            return 1.04 * self.whole
        usual = quantiles(self.values, n=20)[-1] if len(self.values) >= 20 else 0
        return usual * 1.25 if max(self.values) > 2 * usual > 0 else max(self.values) * 1.08


@dataclass(frozen=True)
class Drawing:
    """A figure with its text alternative, and what a reader must know to read it."""

    figure: Figure
    alt: str
    notes: tuple[str, ...] = ()
    is_small: bool = False


def points(frame: pd.DataFrame, axis: Axis) -> list[Point]:
    """Return a frame of estimates as points, in the unit of an axis."""
    return [
        Point(
            row["start_on"].date(),
            row["end_on"].date(),
            None if pd.isna(row["estimate"]) else float(row["estimate"]) * axis.factor,
            int(row["n"]),
            bool(row["is_partial"]),
        )
        for _, row in frame.iterrows()
    ]


def coloured(figure: Figure, palette: Sequence[str]) -> Figure:
    """Return a figure for outside the dashboard, where nobody puts in the theme's colours."""
    text = json.dumps(figure)
    for placeholder, colour in zip(COLOURS, palette, strict=False):
        text = text.replace(f'"{placeholder}"', f'"{colour}"')
    result: Figure = json.loads(text)
    return result


def lines(chart: Chart) -> Drawing:
    """Return weeks as faint lines, hollow where provisional, with gaps where there is no value; quarters in bold."""
    traces = [_weeks(chart, line, index) for index, line in enumerate(chart.lines)]
    traces += [_quarters(chart, line, index) for index, line in enumerate(chart.lines)]
    traces += [
        _labels(chart, line, index) for index, line in enumerate(chart.lines) if line.is_main
    ]
    notes = (
        ["Bold: quarters, as in the sentences. Faint: weeks."] if any(_told_quarters(chart)) else []
    )
    notes += [*provisional(chart, "Hollow"), *_missing(chart)]
    return Drawing(
        {"data": traces, "layout": over_time(chart)}, _alt("Line chart", chart), tuple(notes)
    )


def bars(chart: Chart) -> Drawing:
    """Return bars over weeks, those of provisional weeks hatched."""
    looks = [
        {"pattern": {"shape": ["/" if point.is_partial else "" for point in line.weeks]}}
        for line in chart.lines
    ]
    return _bars(chart, looks, "Hatched", {})


def stacked(chart: Chart) -> Drawing:
    """Return bars over weeks on top of each other, told apart by their patterns too; provisional weeks are pale."""
    looks = [
        {
            "pattern": STACKED[index],
            "opacity": [0.4 if point.is_partial else 1 for point in line.weeks],
        }
        for index, line in enumerate(chart.lines)
    ]
    return _bars(chart, looks, "Pale", {"barmode": "stack"})


def _bars(chart: Chart, looks: Sequence[Figure], provisional_look: str, more: Figure) -> Drawing:
    traces = [
        {
            "type": "bar",
            "name": line.label,
            **_hover(chart, line.weeks),
            "marker": {"color": COLOURS[index]} | look,
        }
        for index, (line, look) in enumerate(zip(chart.lines, looks, strict=True))
    ]
    drawn = over_time(chart) | {"bargap": 0.25} | more
    drawn["legend"] |= {"traceorder": "normal"}
    drawn["yaxis"].pop("range")
    notes = tuple(provisional(chart, provisional_look))
    return Drawing({"data": traces, "layout": drawn}, _alt("Bar chart", chart), notes)


def sparkline(title: str, weeks: Sequence[Point], is_counted: bool = False) -> Drawing:
    """Return one line without axes, as small as a word; bars where something is counted."""
    days, values = [f"{point.start_on}" for point in weeks], [point.value for point in weeks]
    looks: Figure = {"type": "bar", "marker": {"color": COLOURS[0]}}
    if not is_counted:  # with small markers, as a week between two gaps has no line
        marker = {"size": 2, "color": COLOURS[0]}
        looks = {
            "type": "scatter",
            "mode": "lines+markers",
            "line": {"width": 1.5, "color": COLOURS[0]},
            "marker": marker,
        }
    trace = looks | {"x": days, "y": values, "hoverinfo": "skip"}
    hidden = {"visible": False, "fixedrange": True}
    drawn = {
        "height": 48,
        "margin": {"l": 0, "r": 0, "t": 4, "b": 4},
        "showlegend": False,
        "dragmode": False,
        "xaxis": hidden,
        "yaxis": hidden | {"rangemode": "tozero"},
    }
    return Drawing(
        {"data": [trace], "layout": drawn},
        f"Small chart of {title} over {len(weeks)} weeks.",
        is_small=True,
    )


def _weeks(chart: Chart, line: Line, place: int) -> Figure:
    symbol, colour = SYMBOLS[place % len(SYMBOLS)], COLOURS[place % len(COLOURS)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.label,
        "legendgroup": line.label,
        "showlegend": False,
        "connectgaps": False,
        "opacity": 0.4,
        "line": {"width": 1, "color": colour},
        **_hover(chart, line.weeks),
        "marker": {
            "color": colour,
            "line": {"width": 1.5, "color": colour},
            "symbol": [f"{symbol}-open" if point.is_partial else symbol for point in line.weeks],
            "size": [9 if point.is_partial else 4 for point in line.weeks],
        },
    }


def _quarters(chart: Chart, line: Line, place: int) -> Figure:
    """A level stretch for each quarter."""
    days: list[str | None] = []
    values: list[float | None] = []
    for point in line.quarters:
        start, end = _shown(chart, point)
        days += [f"{start}", f"{end - timedelta(days=1)}", None]
        values += [point.value, point.value, None]
    dash, colour = DASHES[place % len(DASHES)], COLOURS[place % len(COLOURS)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": line.label,
        "legendgroup": line.label,
        "connectgaps": False,
        "x": days,
        "y": values,
        "hoverinfo": "skip",
        "line": {"dash": dash, "color": colour, "width": 3 if line.is_main else 2},
    }


def _labels(chart: Chart, line: Line, place: int) -> Figure:
    """The values of a headline's quarters, each on the side of its stretch that is freer."""
    days, heights, texts, sides = [], [], [], []
    for nth, point in enumerate(line.quarters):
        start, end = _shown(chart, point)
        if point.value is None or end - start < LABELLED:
            continue
        rest_rows = [other.quarters[nth].value for other in chart.lines if other is not line]
        gaps = [other - point.value for other in rest_rows if other is not None]
        above, below = (
            min((gap for gap in way if gap > 0), default=chart.top)
            for way in (gaps, [-g for g in gaps])
        )
        side = 1 if above >= below else -1
        days.append(f"{start + (end - start) / 2}")
        heights.append(point.value + side * LIFT * chart.top)
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
        "textfont": {"size": 13, "color": COLOURS[place % len(COLOURS)]},
    }


def _shown(chart: Chart, point: Point) -> tuple[date, date]:
    """The part of a window that a chart shows."""
    return max(point.start_on, chart.period.start_on), min(point.end_on, chart.period.end_on)


def _hover(chart: Chart, weeks: Sequence[Point]) -> Figure:
    unit = f" {chart.axis.name}" if len(chart.axis.name) < 6 else ""
    return {
        "x": [f"{point.start_on}" for point in weeks],
        "y": [point.value for point in weeks],
        "customdata": [[point.n, ", provisional" if point.is_partial else ""] for point in weeks],
        "hovertemplate": f"%{{y:{chart.axis.form}}}{unit} (n = %{{customdata[0]:,}})%{{customdata[1]}}",
    }


def layout(title: str, origin: str, height: int) -> Figure:
    """Return what every chart shares: its title with where it comes from, its height, and axes that stay put."""
    small = f'<br><span style="font-size:12px;font-weight:400">{html.escape(origin)}</span>'
    return {
        "title": {
            "text": html.escape(title) + small,
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 16, "l": 2},
            "font": {"size": 14},
        },
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 72, "b": 0},
        "dragmode": False,
        "showlegend": False,
        # of the container: below a plot that many lines of it make low, it would cover the axis
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        "xaxis": {"title": {"text": ""}, "fixedrange": True, "showgrid": False},
        "yaxis": {"fixedrange": True, "rangemode": "tozero", "automargin": True},
    }


def over_time(chart: Chart) -> Figure:
    """Return a layout with weeks along the bottom, and a line for each event."""
    drawn = layout(chart.title, chart.origin, 350)
    drawn["hovermode"] = "x unified"
    drawn["showlegend"] = len(chart.lines) > 1 or chart.lines[0].label != chart.title
    drawn["xaxis"] |= {
        "type": "date",
        "hoverformat": "week of %-d %b %Y",
        "tickformat": "%b\n%Y",
        "automargin": True,
        "range": [f"{chart.period.start_on - timedelta(days=4)}", f"{chart.period.end_on}"],
    }
    money = {"tickformat": chart.axis.form} if chart.axis.is_money else {}
    drawn["yaxis"] |= {"title": {"text": chart.axis.name}, "range": [0, chart.top], **money}
    if chart.axis.name == "%":
        drawn["yaxis"] |= {"tickvals": [chart.whole * part / 4 for part in range(5)]}
    drawn["shapes"] = [shape for event in chart.events for shape in _marks(event)]
    drawn["annotations"] = [_name(chart, event, index) for index, event in enumerate(chart.events)]
    return drawn


def _marks(event: Event) -> list[Figure]:
    """The line of an event, and the band of its days of transition."""
    index = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "x0": f"{event.on}"}
    return [
        index
        | {
            "type": "line",
            "x1": f"{event.on}",
            "line": {"color": GREY, "width": 1.5, "dash": "dash"},
        },
        index
        | {
            "type": "rect",
            "x1": f"{event.on + event.transition}",
            "fillcolor": GREY,
            "opacity": 0.15,
        }
        | {"line": {"width": 0}},
    ]


def _name(chart: Chart, event: Event, place: int) -> Figure:
    is_early = event.on < chart.period.start_on + (chart.period.end_on - chart.period.start_on) / 2
    return {
        "x": f"{event.on}",
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 13 * (place % 2),
        "xanchor": "left" if is_early else "right",
        "showarrow": False,
        "text": html.escape(event.name),
        "font": {"size": 12},
    }


def _told_quarters(chart: Chart) -> Iterator[bool]:
    return (point.value is not None for line in chart.lines for point in line.quarters)


def provisional(chart: Chart, look: str) -> list[str]:
    """Return how weeks look that are not final, where there are some."""
    if not any(point.is_partial for line in chart.lines for point in line.weeks):
        return []
    return [f"{look}: a week that is not over, or whose work is too young to count yet."]


def _missing(chart: Chart) -> list[str]:
    """Weeks that a reader does not see: beyond the axis, or without a median."""
    weeks = [(line, point) for line in chart.lines for point in line.weeks]
    beyond = [
        f"{line.label} {chart.axis.told(point.value)} in the week of {day(point.start_on)}"
        for line, point in weeks
        if point.value is not None and point.value > chart.top
    ]
    unreached = [
        day(point.start_on) + (f" ({line.label})" if len(chart.lines) > 1 else "")
        for line, point in weeks
        if point.n and point.value is None
    ]
    notes = [f"Beyond the axis: {_listed(beyond)}."] if beyond else []
    notes += (
        [f"Too few got there, or too little is known, in the weeks of {_listed(unreached)}."]
        if unreached
        else []
    )
    return notes


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _alt(kind: str, chart: Chart) -> str:
    """The chart in words: what it shows, and for each line where it starts, ends, and reaches."""
    message = [f"{kind}. {chart.title}, {chart.origin}, {dates(chart.period)}."]
    for line in chart.lines:
        values = [point.value for point in line.weeks if point.value is not None]
        if not values:
            message.append(f"{line.label}: no values.")
            continue
        first, low, high = map(chart.axis.number, (values[0], min(values), max(values)))
        message.append(
            f"{line.label}: {len(values)} weeks with a value, from {first} to {chart.axis.told(values[-1])}, "
            f"lowest {low}, highest {high}."
        )
        quarters = [
            chart.axis.number(point.value) for point in line.quarters if point.value is not None
        ]
        message += [f"By quarter: {', '.join(quarters)}."] if quarters else []
    return " ".join(
        [*message, *(f"Marked: {event.name} on {day(event.on)}." for event in chart.events)]
    )
