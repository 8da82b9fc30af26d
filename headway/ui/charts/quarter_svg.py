"""Quarters of one number as SVG, for the report and for download: no script, sharp on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

from headway.ui.charts.scale import closed_part, position, wrapped
from queries.read.expectations import Target
from queries.read.overview import MetricAnswer, unchanged_band
from queries.sql_files import Row
from queries.statistics.windows import CLOSED, Event
from queries.text.sentences import day, format_value

WIDTH, PLOT, BELOW = 860, 166, 30
#: height of a line of the title and of a label
LINE = 17
#: letters of a line of the title and of the text below it, in bold letters of 15 pixels
TITLE_LETTERS, NOTE_LETTERS = 100, 125
#: letters stay legible over lines
HALO = ' paint-order="stroke" stroke="#ffffff" stroke-width="3"'
BLUE, DARK, GREY, TEXT, RED = "#4d96e0", "#1b4a87", "#84827f", "#5f6670", "#93301a"


def quarter_svg(
    item: MetricAnswer,
    events: Sequence[Event] = (),
    target: Target | None = None,
    texts: tuple[str, str] | None = None,
) -> str:
    """Return the level of each quarter with the band without a change; empty under two numbers.

    ``texts`` are a title and a text below it, for a picture that stands alone.
    """
    metric, quarters = item.metric, item.quarters
    known = [row for row in quarters if row["current"] is not None]
    if len(known) < 2:
        return ""
    bands = [band for row in known if (band := unchanged_band(metric, row))]
    values = [row["current"] for row in known] + [value for band in bands for value in band]
    values += [] if target is None else [target.value]
    base = max(metric.limits[0], 0.0)
    low, high = min(base, *values), max(values)
    step = WIDTH / len(quarters)
    marks = [
        (event, share)
        for event in events
        if event.kind != CLOSED and (share := position(event.on, quarters)) is not None
    ]
    head, start_y = _head(texts)
    top = start_y + 24 + LINE * (len(marks) + (target is not None))
    bottom = top + PLOT

    def at(value: float) -> float:
        return float(bottom - PLOT * (value - low) / ((high - low) or 1))

    parts = [*head, *_closed(events, quarters, top), _line(0, WIDTH, at(base), "#c6ccd5", 1)]
    for number, (event, share) in enumerate(marks):
        x, y = share * WIDTH, start_y + LINE * (number + 1)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 11}" y2="{bottom}" stroke="{GREY}" '
            'stroke-dasharray="4 3"/>'
        )
        anchor, beside = ("start", 5) if share < 0.5 else ("end", -5)
        parts.append(_text(x + beside, y, event.name, TEXT, anchor=anchor))
    for number, row in enumerate(quarters):
        start, end = number * step + 6, (number + 1) * step - 6
        parts.append(_text((start + end) / 2, bottom + 22, _quarter_name(row), TEXT))
        if row["current"] is None:
            continue
        if band := unchanged_band(metric, row):
            highest = at(band[1])
            parts.append(
                f'<rect x="{start:.1f}" y="{highest:.1f}" width="{end - start:.1f}" '
                f'height="{max(at(band[0]) - highest, 1):.1f}" fill="{BLUE}" opacity="0.16"/>'
            )
        colour = DARK if row["quarter"] == item.row["quarter"] else BLUE
        level = at(row["current"])
        parts.append(_line(start, end, level, colour, 3, row["status"] == "so far"))
        value = format_value(row["current"], metric.unit)
        parts.append(_text((start + end) / 2, level - 6, value, colour, is_bold=True))
    if target is not None:
        parts.append(_line(0, WIDTH, at(target.value), RED, 1.5, is_dashed=True))
        name = f"target {format_value(target.value, metric.unit)} by {day(target.by_on)}"
        parts.append(_text(0, top - 16, f"Dashed: {name}", RED, anchor="start"))
    name = html.escape(f"{metric.title} by quarter", quote=True)
    height = bottom + BELOW
    namespace = 'xmlns="http://www.w3.org/2000/svg" ' if texts else ""
    return (
        f'<svg {namespace}viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" role="img" aria-label="{name}">'
        f"{''.join(parts)}</svg>"
    )


def _head(texts: tuple[str, str] | None) -> tuple[list[str], int]:
    """Return the background and the title of a picture that stands alone, and where they end."""
    if texts is None:
        return [], 0
    titles, notes = wrapped(texts[0], TITLE_LETTERS, 3), wrapped(texts[1], NOTE_LETTERS, 3)
    parts = ['<rect width="100%" height="100%" fill="#ffffff"/>']
    lines = [(line, True) for line in titles] + [(line, False) for line in notes]
    for number, (line, is_title) in enumerate(lines, start=1):
        colour = "#12161c" if is_title else TEXT
        parts.append(_text(0, LINE * number, line, colour, is_bold=is_title, anchor="start"))
    return parts, LINE * len(lines) + 4


def _closed(events: Sequence[Event], rows: Sequence[Row], top: int) -> list[str]:
    """Return the closed periods as grey parts of the plot."""
    parts = [part for event in events if (part := closed_part(event, rows))]
    return [
        f'<rect x="{WIDTH * start:.1f}" y="{top}" width="{max(WIDTH * length, 2):.1f}" '
        f'height="{PLOT}" fill="{GREY}" opacity="0.2"/>'
        for start, length in parts
    ]


def _quarter_name(row: Row) -> str:
    year, quarter = row["quarter"].split("-")
    return f"{quarter} {year}" + (" so far" if row["status"] == "so far" else "")


def _line(
    start: float, end: float, y: float, colour: str, width: float, is_dashed: bool = False
) -> str:
    dash = ' stroke-dasharray="5 4"' if is_dashed else ""
    return (
        f'<line x1="{start:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dash}/>'
    )


def _text(
    x: float, y: float, text: str, colour: str, is_bold: bool = False, anchor: str = "middle"
) -> str:
    weight = ' font-weight="600"' if is_bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{colour}"'
        f"{weight}{HALO}>{html.escape(text)}</text>"
    )
