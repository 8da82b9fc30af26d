"""Charts as plain dictionaries, each with its text alternative. Colours are the theme's; dashes and markers tell too."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.sentences import Axis, day
from queries.windows import Window

Figure = dict[str, Any]
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")
GREY = "#84827f"  # reads on both backgrounds
BY_WEEK = {"median": "median by week", "share": "share by week", "per week": "by week"}


@dataclass(frozen=True)
class Line:
    """One series of a chart: a row per week, or per band of age."""

    label: str
    is_main: bool
    frame: pd.DataFrame


@dataclass(frozen=True)
class Chart:
    """What a chart shows. ``events`` are the dated events of its period; ``origin`` is said under the title."""

    title: str
    axis: Axis
    period: Window
    lines: Sequence[Line]
    events: pd.DataFrame
    origin: Sequence[str]


@dataclass(frozen=True)
class Drawing:
    """A figure with its text alternative, and what a reader must know to read it."""

    figure: Figure
    alt: str
    notes: tuple[str, ...] = ()


def weekly_lines(chart: Chart) -> Drawing:
    """Return lines over weeks: gaps where there is no value, a hollow marker where a week is provisional."""
    traces = [_line(chart, place, line) for place, line in enumerate(chart.lines)]
    figure = _figure(chart, traces) | {"layout": _over_time(chart, len(traces) > 1)}
    return Drawing(figure, _alt("Line chart", chart), tuple(_notes(chart, "A hollow marker is")))


def weekly_bars(chart: Chart) -> Drawing:
    """Return bars over weeks, those of provisional weeks hatched."""
    traces = [_bars(chart, line) for line in chart.lines]
    figure = _figure(chart, traces) | {"layout": _over_time(chart, len(traces) > 1) | {"bargap": 0.25}}
    return Drawing(figure, _alt("Bar chart", chart), tuple(_notes(chart, "A hatched bar is")))


def age_bars(chart: Chart) -> Drawing:
    """Return one bar for each band of age, with its count above it."""
    traces = [
        {
            "type": "bar", "name": line.label, "x": line.frame["band"].tolist(), "y": line.frame["n"].tolist(),
            "text": line.frame["n"].tolist(), "textposition": "outside", "cliponaxis": False,
            "hovertemplate": "%{y} open for %{x}<extra></extra>",
        }
        for line in chart.lines
    ]  # fmt: skip
    layout = _layout(chart, len(traces) > 1)
    layout["xaxis"] |= {"type": "category", "tickangle": 0, "automargin": True}
    layout["yaxis"] |= {"showgrid": False, "showticklabels": False}
    bands = ", ".join(f"{row.band} {row.n}" for line in chart.lines for row in line.frame.itertuples())
    return Drawing({"data": traces, "layout": layout}, f"Bar chart. {chart.title}, {_origin(chart)}. {bands}.")


def sparkline(frame: pd.DataFrame, title: str) -> Drawing:
    """Return one line without axes, as small as a word."""
    trace = {
        "type": "scatter", "mode": "lines", "x": _days(frame), "y": _values(frame, 1), "hoverinfo": "skip",
        "line": {"width": 2},
    }  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    layout = {
        "height": 56, "margin": {"l": 0, "r": 0, "t": 4, "b": 4}, "showlegend": False, "dragmode": False,
        "xaxis": hidden, "yaxis": hidden | {"rangemode": "tozero"},
    }  # fmt: skip
    return Drawing({"data": [trace], "layout": layout}, f"Small line chart of {title}, {len(frame)} weeks.")


KINDS = {"line": weekly_lines, "bars": weekly_bars, "ages": age_bars}


def _figure(chart: Chart, traces: list[Figure]) -> Figure:
    return {"data": traces}


def _line(chart: Chart, place: int, line: Line) -> Figure:
    frame = line.frame
    symbol = SYMBOLS[place % len(SYMBOLS)]
    return {
        "type": "scatter", "mode": "lines+markers", "name": line.label, "connectgaps": False,
        "x": _days(frame), "y": _values(frame, chart.axis.factor), "customdata": _hover(frame),
        "line": {"dash": DASHES[place % len(DASHES)], "width": 2.5 if line.is_main else 1.5},
        "marker": {
            "symbol": [f"{symbol}-open" if partial else symbol for partial in frame["is_partial"]],
            "size": [10 if partial else 5 for partial in frame["is_partial"]],
        },
        "hovertemplate": f"%{{y:{_digits(chart)}}} {chart.axis.name} (n = %{{customdata[0]:,}})%{{customdata[1]}}",
    }  # fmt: skip


def _bars(chart: Chart, line: Line) -> Figure:
    frame = line.frame
    return {
        "type": "bar", "name": line.label, "x": _days(frame), "y": _values(frame, chart.axis.factor),
        "customdata": _hover(frame),
        "marker": {
            "pattern": {"shape": ["/" if partial else "" for partial in frame["is_partial"]]},
            "opacity": [0.6 if partial else 1 for partial in frame["is_partial"]],
        },
        "hovertemplate": f"%{{y:{_digits(chart)}}} (n = %{{customdata[0]:,}})%{{customdata[1]}}<extra></extra>",
    }  # fmt: skip


def _digits(chart: Chart) -> str:
    return ".0f" if chart.axis.name == "%" else ".1f"


def _hover(frame: pd.DataFrame) -> list[list[Any]]:
    return [[int(n), ", provisional" if partial else ""] for n, partial in zip(frame["n"], frame["is_partial"], strict=True)]


def _days(frame: pd.DataFrame) -> list[str]:
    return [f"{when:%Y-%m-%d}" for when in frame["start_on"]]


def _values(frame: pd.DataFrame, factor: float) -> list[float | None]:
    return [None if pd.isna(value) else float(value) * factor for value in frame["estimate"]]


def _layout(chart: Chart, has_legend: bool) -> Figure:
    return {
        "title": {
            "text": html.escape(chart.title), "x": 0, "xref": "paper", "y": 1, "yref": "container", "yanchor": "top",
            "pad": {"t": 6}, "font": {"size": 15},
            "subtitle": {"text": html.escape(_origin(chart)), "font": {"size": 12.5}},
        },
        "height": 360, "margin": {"l": 0, "r": 8, "t": 76, "b": 0}, "dragmode": False, "hovermode": "x unified",
        "showlegend": has_legend, "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "title": {"text": ""}},
        "xaxis": {"title": {"text": ""}, "fixedrange": True, "showgrid": False},
        "yaxis": {"title": {"text": chart.axis.name}, "fixedrange": True, "rangemode": "tozero", "automargin": True},
    }  # fmt: skip


def _over_time(chart: Chart, has_legend: bool) -> Figure:
    """A layout with weeks along the bottom, and a line for each event."""
    layout = _layout(chart, has_legend)
    layout["xaxis"] |= {
        "type": "date", "hoverformat": "week of %-d %b %Y", "tickformat": "%b\n%Y", "automargin": True,
        "range": [f"{chart.period.start_on - pd.Timedelta(days=4)}", f"{chart.period.end_on}"],
    }  # fmt: skip
    if chart.axis.name == "%":
        layout["yaxis"] |= {"range": [0, 104], "tickvals": [0, 25, 50, 75, 100]}
    layout["shapes"] = [shape for event in chart.events.itertuples() for shape in _marks(event)]
    middle = pd.Timestamp(chart.period.start_on) + (chart.period.end_on - chart.period.start_on) / 2
    layout["annotations"] = [
        {
            "x": f"{event.happened_on:%Y-%m-%d}", "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom",
            "yshift": 13 * (place % 2), "showarrow": False, "text": html.escape(str(event.name)), "font": {"size": 12},
            "xanchor": "left" if event.happened_on < middle else "right",
        }
        for place, event in enumerate(_events(chart))
    ]  # fmt: skip
    return layout


def _events(chart: Chart) -> list[Any]:
    return list(chart.events.itertuples(index=False))


def _marks(event: Any) -> list[Figure]:
    """The line of an event, and the band of days that count as neither before nor after."""
    start, end = event.happened_on, event.happened_on + pd.Timedelta(days=event.transition_days)
    place = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    line = {"type": "line", "x0": f"{start:%Y-%m-%d}", "x1": f"{start:%Y-%m-%d}"}
    band = {"type": "rect", "x0": f"{start:%Y-%m-%d}", "x1": f"{end:%Y-%m-%d}"}
    return [
        place | line | {"line": {"color": GREY, "width": 1.5, "dash": "dash"}},
        place | band | {"fillcolor": GREY, "opacity": 0.15, "line": {"width": 0}},
    ]


def _origin(chart: Chart) -> str:
    return " · ".join(chart.origin)


def _notes(chart: Chart, provisional: str) -> list[str]:
    """What a reader must know: which weeks are not final, and where a median is not reached."""
    notes = []
    if any(line.frame["is_partial"].any() for line in chart.lines):
        notes.append(f"{provisional} a week that is not over, or whose work is too young to count: provisional.")
    unreached = [
        f"{day(when)} ({line.label})"
        for line in chart.lines
        for when in line.frame.loc[line.frame["estimate"].isna() & (line.frame["n"] > 0), "start_on"]
    ]
    if unreached:
        more = f" and {len(unreached) - 4} more" if len(unreached) > 4 else ""
        notes.append(f"Gaps with work: fewer than half got there, in the weeks of {', '.join(unreached[:4])}{more}.")
    return notes


def _alt(kind: str, chart: Chart) -> str:
    """The chart in words: what it shows, and for each line where it starts, ends, and reaches."""
    said = [f"{kind}. {chart.title}, {_origin(chart)}, {day(chart.period.start_on)} to {day(chart.period.end_on)}."]
    for line in chart.lines:
        known = line.frame.dropna(subset=["estimate"])
        if known.empty:
            said.append(f"{line.label}: no values.")
            continue
        first, last, low, high = (
            f"{value * chart.axis.factor:{_digits(chart)}}"
            for value in (*known["estimate"].iloc[[0, -1]], known["estimate"].min(), known["estimate"].max())
        )
        said.append(
            f"{line.label}: {len(known)} weeks with a value, the first {first} {chart.axis.name}, the last {last}, "
            f"lowest {low}, highest {high}."
        )
    said += [f"Marked: {event.name} on {day(event.happened_on)}." for event in _events(chart)]
    return " ".join(said)
