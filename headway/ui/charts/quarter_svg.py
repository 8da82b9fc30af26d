"""Quarters of one number as SVG, for the report: no script, and sharp on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

from queries.catalog.metric import Metric
from queries.read.overview import unchanged_band
from queries.sql_files import Row
from queries.text.sentences import format_value

WIDTH, HEIGHT = 860, 220
TOP, BOTTOM = 24, 190
BLUE, DARK, GREY = "#4d96e0", "#1b4a87", "#84827f"


def quarter_svg(metric: Metric, quarters: Sequence[Row], judged: str, event: str | None) -> str:
    """Return the level of each quarter with the band without a change; empty under two numbers."""
    known = [row for row in quarters if row["current"] is not None]
    if len(known) < 2:
        return ""
    bands = [band for row in known if (band := unchanged_band(row))]
    values = [row["current"] for row in known] + [value for band in bands for value in band]
    low, high = min(0.0, *values), max(values)
    step = WIDTH / len(quarters)

    def at(value: float) -> float:
        return float(BOTTOM - (BOTTOM - TOP) * (value - low) / ((high - low) or 1))

    parts = [_line(0, WIDTH, at(0.0), "#c6ccd5", 1)]
    for number, row in enumerate(quarters):
        start, end = number * step + 6, (number + 1) * step - 6
        if row["quarter"] == event:
            parts.append(
                f'<line x1="{start - 6:.1f}" x2="{start - 6:.1f}" y1="{TOP - 14}" y2="{BOTTOM}" '
                f'stroke="{GREY}" stroke-dasharray="4 3"/>'
            )
        parts.append(_text((start + end) / 2, HEIGHT - 8, _quarter_name(row), "#5f6670"))
        if row["current"] is None:
            continue
        if band := unchanged_band(row):
            y = at(band[1])
            parts.append(
                f'<rect x="{start:.1f}" y="{y:.1f}" width="{end - start:.1f}" '
                f'height="{max(at(band[0]) - y, 1):.1f}" fill="{BLUE}" opacity="0.16"/>'
            )
        colour = DARK if row["quarter"] == judged else BLUE
        level = at(row["current"])
        parts.append(_line(start, end, level, colour, 3, row["status"] == "so far"))
        value = format_value(row["current"], metric.unit)
        parts.append(_text((start + end) / 2, level - 6, value, colour, is_bold=True))
    name = html.escape(f"{metric.title} by quarter", quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{"".join(parts)}</svg>'
    )


def _quarter_name(row: Row) -> str:
    year, quarter = row["quarter"].split("-")
    return f"{quarter} {year}" + (" so far" if row["status"] == "so far" else "")


def _line(
    start: float, end: float, y: float, colour: str, width: int, is_dashed: bool = False
) -> str:
    dash = ' stroke-dasharray="5 4"' if is_dashed else ""
    return (
        f'<line x1="{start:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dash}/>'
    )


def _text(x: float, y: float, text: str, colour: str, is_bold: bool = False) -> str:
    weight = ' font-weight="600"' if is_bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="12" fill="{colour}"'
        f"{weight}>{html.escape(text)}</text>"
    )
