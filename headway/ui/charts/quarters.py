"""Charts of quarters: levels with their values, the quarter so far dashed, weeks on demand."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, timedelta

from headway.ui.charts.figure import (
    COLOURS,
    LABEL_SIZE,
    LINE_HEIGHT,
    Drawing,
    Figure,
    base_layout,
    drawing,
    event_marks,
    labels_height,
    target_marks,
)
from headway.ui.charts.scale import Scale, apart, scale, wrapped
from headway.ui.charts.time_series import (
    SYMBOLS,
    Chart,
    Line,
    Point,
    alternative,
    missing_notes,
    partial_note,
    target_text,
)
from queries.statistics.windows import CLOSED, Event, Window, quarter_of
from queries.text.sentences import closed_note

#: height of the plot, and the distance of a value from its level, in pixels
PLOT, DISTANCE = 230, 11
#: width of a plot on a phone, of a letter of a value and of a name, in pixels
PHONE, DIGIT, LETTER = 230, 8, 6.5
#: letters of a line of a series' name
NAME_LETTERS = 14
#: how far a level reaches into its quarter
EDGE = 0.06
#: a band reaches at most so far beyond the values
MOST_OF_BAND = 1.5


def quarter_levels(chart: Chart, is_weekly: bool = False) -> Drawing | None:
    """Return the level of each quarter of each line; None if all are zero or unknown.

    Weeks are added if ``is_weekly``, or if no quarter has a value.
    """
    windows = _windows(chart)
    levels = [point for line in chart.lines for point in line.quarters if point.value is not None]
    is_weekly = is_weekly or not levels
    weeks = [point for line in chart.lines for point in line.weeks if point.value is not None]
    if not any(point.value for point in (*levels, *weeks)):
        return None
    axis = _scale(chart, levels, weeks if is_weekly else ())
    layout = _layout(chart, windows, axis)
    traces = []
    for index, line in enumerate(chart.lines):
        if is_weekly:
            traces.append(_weeks(chart, line, index, windows))
        traces += _levels(chart, line, index)
    shapes, labels = _events(chart, windows)
    layout["shapes"] += [*_bands(chart, windows, axis), *shapes]
    layout["annotations"] += [*_values(chart, windows, axis), *labels]
    if len(chart.lines) > 1:
        layout["annotations"] += _names(chart, axis)
    if chart.target is not None:
        text, shift = target_text(chart, chart.target), labels_height(_visible(chart, windows))
        shape, label = target_marks(chart.target.value, text, shift)
        layout["shapes"].append(shape)
        layout["annotations"].append(label)
    return drawing(traces, layout, alternative("Line chart", chart), _notes(chart, is_weekly, axis))


def _notes(chart: Chart, is_weekly: bool, axis: Scale) -> list[str]:
    notes = closed_note(chart.events)
    if chart.bands:
        notes.append("Band: where a quarter would lie without a change from the one before.")
    if any(point.is_partial and point.value is not None for point in chart.lines[0].quarters):
        notes.append("Dashed: the quarter is not over.")
    if axis.starts_above_zero:
        notes.append(f"The axis starts at {chart.axis.with_unit(axis.low)}, not at zero.")
    if is_weekly:
        notes += [*partial_note(chart, "Hollow"), *missing_notes(chart, axis.high)]
    return notes


def _windows(chart: Chart) -> list[Window]:
    """Return the quarters of the chart; the newest is as long as the other_levels."""
    starts = sorted({point.start_on for line in chart.lines for point in line.quarters})
    if not starts:
        first, last = (
            quarter_of(chart.period.start_on),
            quarter_of(chart.period.end_on - timedelta(1)),
        )
        starts = sorted({first.start, last.start})
    return [quarter_of(start).window for start in starts]


def _position(day: date, windows: Sequence[Window]) -> float:
    """Return where a day is on the axis: each quarter is one wide."""
    for index, window in enumerate(windows):
        if day < window.end_on:
            return index + max((day - window.start_on) / (window.end_on - window.start_on), 0.0)
    return float(len(windows))


def _scale(chart: Chart, levels: Sequence[Point], weeks: Sequence[Point]) -> Scale:
    values = [point.value for point in (*levels, *weeks) if point.value is not None]
    values += [] if chart.target is None else [chart.target.value]
    low, high = min(values), max(values)
    room = (MOST_OF_BAND - 1) * (high - min(low, 0))
    for band in chart.bands:
        values += [min(band.high, high + room), max(band.low, low - room, min(low, 0))]
    return scale(values, chart.axis.name == "%")


def _layout(chart: Chart, windows: Sequence[Window], axis: Scale) -> Figure:
    above = labels_height(_visible(chart, windows), chart.target is not None)
    title, origin = chart.title, f"{chart.axis.name}, {chart.origin}"
    if chart.result:
        title, origin = chart.result, f"{chart.title}: {origin}"
    layout = base_layout(title, origin, PLOT, above)
    names = [f"Q{quarter_of(window.start_on).number}" for window in windows]
    years = [f"{quarter_of(window.start_on).year}" for window in windows]
    texts = [
        f"{name}<br>{year}" if index == 0 or name == "Q1" else name
        for index, (name, year) in enumerate(zip(names, years, strict=True))
    ]
    if any(
        point.is_partial and point.start_on == windows[-1].start_on
        for point in chart.lines[0].quarters
    ):
        texts[-1] = f"{names[-1]}<br>so far"
    layout["xaxis"] |= {
        "type": "linear",
        "range": [0, len(windows)],
        "tickvals": [index + 0.5 for index in range(len(windows))],
        "ticktext": texts,
        "zeroline": False,
        "ticks": "",
        "tickangle": 0,
        "tickfont": {"size": LABEL_SIZE},
    }
    layout["yaxis"] |= {
        "range": [axis.low, axis.high],
        "tickvals": list(axis.ticks),
        "tickformat": _tick_format(chart, axis),
        "rangemode": "normal",
    }
    layout |= {"hovermode": "x", "hoverdistance": -1, "shapes": [], "annotations": []}
    if len(chart.lines) > 1:
        longest = max(len(part) for line in chart.lines for part in _name(line))
        layout["margin"] |= {"r": 12 + int(LETTER * longest)}
    return layout


def _tick_format(chart: Chart, axis: Scale) -> str:
    if chart.axis.is_money:
        return chart.axis.form
    return ".0f" if all(float(tick).is_integer() for tick in axis.ticks) else ".1f"


def _levels(chart: Chart, line: Line, index: int) -> list[Figure]:
    """Return the levels of the closed quarters, and the one of the quarter so far."""
    windows, colour = _windows(chart), COLOURS[index % len(COLOURS)]
    styles = {
        False: {"width": 4 if line.is_main else 2.5, "color": colour},
        True: {"width": 3 if line.is_main else 2, "color": colour, "dash": "dash"},
    }
    traces = []
    for is_partial, style in styles.items():
        x: list[float | None] = []
        y: list[float | None] = []
        texts: list[str | None] = []
        for point in line.quarters:
            if point.value is None or point.is_partial != is_partial:
                continue
            position = _position(point.start_on, windows)
            x += [position + EDGE, position + 0.5, position + 1 - EDGE, None]
            y += [*[point.value] * 3, None]
            texts += [*[_hover(chart, line, point)] * 3, None]
        if x:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": line.label,
                    "x": x,
                    "y": y,
                    "text": texts,
                    "hovertemplate": "%{text}<extra></extra>",
                    "connectgaps": False,
                    "opacity": 0.6 if is_partial else 1,
                    "line": style,
                }
            )
    return traces


def _hover(chart: Chart, line: Line, point: Point) -> str:
    """Return the text of a quarter, as its sentence has it."""
    quarter = quarter_of(point.start_on)
    label = f"{html.escape(line.label)}, " if len(chart.lines) > 1 else ""
    so_far = " so far" if point.is_partial else ""
    value = chart.axis.with_unit(point.value or 0)
    return f"{label}Q{quarter.number} {quarter.year}{so_far}: {value} (n = {point.n:,})"


def _weeks(chart: Chart, line: Line, index: int, windows: Sequence[Window]) -> Figure:
    """Return weeks as faint points; partial weeks are hollow."""
    symbol, colour = SYMBOLS[index % len(SYMBOLS)], COLOURS[index % len(COLOURS)]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.label,
        "connectgaps": False,
        "opacity": 0.45,
        "line": {"width": 1, "color": colour},
        "x": [round(_position(point.start_on, windows), 4) for point in line.weeks],
        "y": [point.value for point in line.weeks],
        "customdata": [
            [f"{point.start_on}", point.n, ", provisional" if point.is_partial else ""]
            for point in line.weeks
        ],
        "hovertemplate": (
            f"{html.escape(line.label)}, week of %{{customdata[0]}}: %{{y:{chart.axis.form}}} "
            "(n = %{customdata[1]:,})%{customdata[2]}<extra></extra>"
        ),
        "marker": {
            "color": colour,
            "line": {"width": 1.5, "color": colour},
            "symbol": [f"{symbol}-open" if point.is_partial else symbol for point in line.weeks],
            "size": [8 if point.is_partial else 4 for point in line.weeks],
        },
    }


def _bands(chart: Chart, windows: Sequence[Window], axis: Scale) -> list[Figure]:
    by_start = {window.start_on: index for index, window in enumerate(windows)}
    return [
        {
            "type": "rect",
            "x0": by_start[band.window.start_on] + EDGE,
            "x1": by_start[band.window.start_on] + 1 - EDGE,
            "y0": max(band.low, axis.low),
            "y1": min(band.high, axis.high),
            "layer": "below",
            "fillcolor": COLOURS[0],
            "opacity": 0.14,
            "line": {"width": 0},
        }
        for band in chart.bands
        if band.window.start_on in by_start and band.high > axis.low and band.low < axis.high
    ]


def _values(chart: Chart, windows: Sequence[Window], axis: Scale) -> list[Figure]:
    """Return the values of the headlines, each above or below its level, and none over another."""
    texts = [
        chart.axis.number(point.value)
        for line in chart.lines
        for point in line.quarters
        if point.value is not None
    ]
    widest = max((len(text) for text in texts), default=1) * DIGIT
    every = max(1, -(-widest * len(windows) // PHONE))
    labels = []
    for index, window in enumerate(windows):
        if (len(windows) - 1 - index) % every:
            continue
        levels = [
            (number, line, point, axis.pixels(point.value, PLOT))
            for number, line in enumerate(chart.lines)
            for point in line.quarters
            if point.start_on == window.start_on and point.value is not None
        ]
        labelled: list[float] = []
        for number, line, point, height in levels:
            if not line.is_main:
                continue
            other_levels = [other for _, own, _, other in levels if own is not line]
            centre = _free(height, other_levels, labelled)
            if centre is None:
                continue
            labelled.append(centre)
            labels.append(
                {
                    "x": index + _beside(chart, window),
                    "y": point.value,
                    "yshift": centre - height,
                    "showarrow": False,
                    "text": chart.axis.number(point.value or 0),
                    "opacity": 0.75 if point.is_partial else 1,
                    "font": {"size": 13, "color": COLOURS[number % len(COLOURS)]},
                }
            )
    return labels


def _free(height: float, levels: Sequence[float], labelled: Sequence[float]) -> float | None:
    """Return where a value is not over a level or another value; None if nowhere."""
    for centre in (height + DISTANCE, height - DISTANCE):
        is_inside = 8 < centre < PLOT - 6
        is_clear = all(abs(centre - other) > 9 for other in levels)
        if is_inside and is_clear and all(abs(centre - other) > 16 for other in labelled):
            return centre
    return None


def _beside(chart: Chart, window: Window) -> float:
    """Return where in a quarter its value is: beside the line of an event."""
    positions = [
        (event.on - window.start_on) / (window.end_on - window.start_on)
        for event in chart.events
        if event.kind != CLOSED and window.start_on <= event.on < window.end_on
    ]
    return next(
        (0.25 if position > 0.5 else 0.75 for position in positions if 0.25 < position < 0.75), 0.5
    )


def _name(line: Line) -> list[str]:
    return wrapped(line.label, NAME_LETTERS, 2)


def _names(chart: Chart, axis: Scale) -> list[Figure]:
    """Return the names of the lines at the right of their last levels."""
    ends = [
        next((point.value for point in reversed(line.quarters) if point.value is not None), None)
        for line in chart.lines
    ]
    lines = [
        (index, line, end)
        for index, (line, end) in enumerate(zip(chart.lines, ends, strict=True))
        if end is not None
    ]
    heights = [axis.pixels(end, PLOT) for _, _, end in lines]
    most = max((len(_name(line)) for _, line, _ in lines), default=1)
    positions = apart(heights, LINE_HEIGHT * most, 7, PLOT - 7)
    return [
        {
            "x": 1,
            "xref": "paper",
            "xshift": 6,
            "y": end,
            "yshift": position - height,
            "xanchor": "left",
            "align": "left",
            "showarrow": False,
            "text": "<br>".join(map(html.escape, _name(line))),
            "font": {"size": LABEL_SIZE, "color": COLOURS[index % len(COLOURS)]},
        }
        for (index, line, end), height, position in zip(lines, heights, positions, strict=True)
    ]


def _visible(chart: Chart, windows: Sequence[Window]) -> list[Event]:
    """Return the events in the quarters of the chart."""
    span = Window(windows[0].start_on, windows[-1].end_on)
    return [
        event
        for event in chart.events
        if event.on < span.end_on
        and (event.on >= span.start_on or (event.kind == CLOSED and event.ends_on > span.start_on))
    ]


def _events(chart: Chart, windows: Sequence[Window]) -> tuple[list[Figure], list[Figure]]:
    """Return the shapes and labels of events."""
    return event_marks(
        [
            (
                event,
                start := _position(event.on, windows),
                _position(event.ends_on, windows),
                start < len(windows) / 2,
            )
            for event in _visible(chart, windows)
        ]
    )
