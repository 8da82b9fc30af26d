"""Parts of a question's page as HTML: title, quarters, and tables of two windows."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from math import floor, isfinite, log10

from headway.ui.charts.figure import LABEL_LETTERS
from headway.ui.charts.scale import closed_part, position, wrapped
from headway.ui.parts.text import as_html
from queries.catalog.metric import Metric
from queries.read.expectations import Target
from queries.read.overview import MetricAnswer, unchanged_band
from queries.sql_files import Row
from queries.statistics.windows import CLOSED, Event
from queries.text.overview_text import effect_text
from queries.text.sentences import Axis, day, short_value

#: steps of an axis
TICKS = 5
#: events beyond this part of a chart have their label on the left
HALF = 0.5


def title(text: str, chip: str) -> str:
    """Return the title of a page with the chip of its word, which is HTML."""
    return f"<h1>{chip} {as_html(text)}</h1>"


def tour(links: Mapping[str, str]) -> str:
    """Return links by their text, for the first look at the demo company."""
    texts = " · ".join(
        f'<a href="{html.escape(address, quote=True)}" target="_self">{as_html(text)}</a>'
        for text, address in links.items()
    )
    return f'<div class="tour small">Start here: {texts}</div>'


def section(text: str) -> str:
    """Return the heading of a part of a page."""
    return f"<h2>{as_html(text)}</h2>"


def effect(strip: str, texts: Sequence[str]) -> str:
    """Return an effect, whose strip is HTML, and texts about it as one line."""
    small = as_html(" · ".join(text for text in texts if text))
    return f'<div class="effect">{strip}<span class="small">{small}</span></div>'


def quarters(
    item: MetricAnswer, axis: Axis, events: Sequence[Event], target: Target | None = None
) -> str:
    """Return the level of each quarter as a chart, with the band without a change.

    The judged quarter is dark, a running one dotted. ``events`` are lines with their names above
    the chart, closed periods are grey. Empty under two quarters with a number.
    """
    rows = item.quarters
    values = [_known(row["current"]) for row in rows]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    bands = [unchanged_band(item.metric, row) for row in rows]
    every = [*known, *(value for band in bands if band for value in band)]
    every += [] if target is None else [target.value]
    low, high = _range([value * axis.factor for value in every], max(item.metric.limits[0], 0.0))

    def at(value: float) -> float:
        return 100 * (value * axis.factor - low) / (high - low)

    columns = "".join(
        _column(item, row, band, axis, at) for row, band in zip(rows, bands, strict=True)
    )
    ticks = "".join(
        f'<u style="bottom: {100 * (tick - low) / (high - low):.1f}%"><span>'
        f"{as_html(_tick(tick, axis))}</span></u>"
        for tick in _ticks(low, high)
    )
    marks, lines = _events(events, rows)
    alt = _alt(item, axis)
    if target is not None:
        text = f"target {axis.number(target.value * axis.factor)} by {day(target.by_on)}"
        style = f"bottom: {at(target.value):.1f}%"
        marks += f'<u class="target" style="{style}"></u>'
        marks += f'<div class="aim">Dashed: {as_html(text)}</div>'
        lines += 1
        value = axis.with_unit(target.value * axis.factor)
        alt = f"{alt}, target {value} by {day(target.by_on)}"
    name = html.escape(alt, quote=True)
    return (
        f'<div class="plot" role="img" style="--lines: {lines}" aria-label="{name}">{ticks}'
        f'<div class="columns">{columns}</div>{marks}</div>'
    )


def _column(
    item: MetricAnswer,
    row: Row,
    band: tuple[float, float] | None,
    axis: Axis,
    at: Callable[[float], float],
) -> str:
    """Return a quarter with its band, its level and its name."""
    parts, value = [], _known(row["current"])
    if band and value is not None:
        start, end = at(band[0]), at(band[1])
        parts.append(
            f'<div class="band" style="bottom: {start:.1f}%; height: {end - start:.1f}%"></div>'
        )
    if value is not None:
        number = as_html(_signed(axis.number(value * axis.factor)))
        parts.append(f'<div class="level" style="bottom: {at(value):.1f}%">{number}</div>')
    states = {
        "judged": row["quarter"] == item.row["quarter"],
        "running": row["status"] == "so far",
    }
    classes = " ".join(["column", *(name for name, applies in states.items() if applies)])
    label = f'<div class="name">{as_html(_quarter_name(row, item.quarters))}</div>'
    return f'<div class="{classes}">{"".join(parts)}{label}</div>'


def _quarter_name(row: Row, rows: Sequence[Row]) -> str:
    """Return the name of a quarter; the year with the first one and with first quarters."""
    year, quarter = row["quarter"].split("-")
    if row["status"] == "so far":
        return f"{quarter} so far"
    is_first = row is rows[0] or quarter == "Q1"
    return f"{quarter} {year[2:]}" if is_first else quarter


def _alt(item: MetricAnswer, axis: Axis) -> str:
    """Return the values of all quarters as text."""
    texts = [
        f"{row['quarter']}: {axis.with_unit(row['current'] * axis.factor)}"
        for row in item.quarters
        if _known(row["current"]) is not None
    ]
    return f"{item.metric.title} by quarter: {', '.join(texts)}"


def _known(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _range(values: Sequence[float], base: float) -> tuple[float, float]:
    """Return the ends of an axis: from its base, with room for the labels above."""
    low, high = min(base, *values), max(base, *values)
    span = (high - low) or 1.0
    return low - (0.08 * span if low < 0 else 0), high + 0.1 * span


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers on an axis, zero among them."""
    rough = (high - low) / TICKS
    size = 10.0 ** floor(log10(rough))
    step = next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough)
    first = int(low / step)
    ticks = [step * number for number in range(first, first + TICKS + 2)]
    return [tick for tick in ticks if low <= tick <= high]


def _tick(value: float, axis: Axis) -> str:
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return _signed(f"${text}" if axis.is_money else text)


def _events(events: Sequence[Event], rows: Sequence[Row]) -> tuple[str, int]:
    """Return the marks of events in the quarters, and the number of lines of their names.

    Names are one below the other, so none is over another.
    """
    marks, count = [], 0
    for event in events:
        if closed := closed_part(event, rows):
            start, width = (f"{100 * part:.1f}%" for part in closed)
            marks.append(f'<div class="closed" style="left: {start}; width: {width}"></div>')
        part = position(event.on, rows)
        if event.kind == CLOSED or part is None:
            continue
        side = " left" if part > HALF else ""
        lines = wrapped(event.name, LABEL_LETTERS, 3)
        name = "<br>".join(map(as_html, lines))
        marks.append(
            f'<div class="event{side}" style="left: {100 * part:.1f}%">'
            f'<span style="top: {count}rem">{name}</span></div>'
        )
        count += len(lines)
    return "".join(marks), count


#: columns of a table of two windows
HEADS = ("before", "since", "change")


def comparison_table(caption: str, head: str, lines: Sequence[tuple[str, Metric, Row]]) -> str:
    """Return names with their numbers before and since, and their changes."""
    body = "".join(
        f'<tr><th scope="row">{as_html(name)}</th>'
        f"<td>{as_html(short_value(metric, row['baseline'], row['n_baseline']))}</td>"
        f"<td>{as_html(short_value(metric, row['current'], row['n_current']))}</td>"
        f"<td>{as_html(effect_text(metric, row) or '–')}</td></tr>"
        for name, metric, row in lines
    )
    heads = "".join(f'<th scope="col">{as_html(text)}</th>' for text in (head, *HEADS))
    return (
        f"<table><caption>{as_html(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _signed(text: str) -> str:
    return text.replace("-", "−")
