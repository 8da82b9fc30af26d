"""Scales of charts: ranges that fit the values, round ticks, months, and labels apart."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from queries.sql_files import Row
from queries.statistics.windows import CLOSED, Event, Window

#: ticks of a value axis, and of months, at most
MOST_TICKS, MOST_MONTHS = 5, 7
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
#: an axis of values that all lie above this share of the largest does not start at zero
NEAR = 0.6


@dataclass(frozen=True)
class Scale:
    """Range of an axis with its ticks."""

    low: float
    high: float
    ticks: Sequence[float]

    def pixels(self, value: float, height: float) -> float:
        """Return the height of a value above the axis in pixels."""
        return (value - self.low) / (self.high - self.low) * height

    @property
    def starts_above_zero(self) -> bool:
        """Return whether zero is not on the axis."""
        return self.low > 0


def scale(values: Sequence[float], is_share: bool = False) -> Scale:
    """Return an axis that fits values with room for labels above and below them."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    is_near = high > 0 and low > NEAR * high
    spread = high - low if is_near else high - min(low, 0.0)
    room = 0.18 * (spread or abs(high) or 1.0)
    first = low - room if is_near or low < 0 else 0.0
    last = high + room
    step = _step((last - first) / MOST_TICKS)
    first = math.floor(first / step) * step
    top = min(last, 100.0) if is_share else last
    count = math.floor((top - first) / step + 1e-9)
    ticks = [round(first + step * number, 6) for number in range(count + 1)]
    return Scale(first, last, ticks)


def _step(size: float) -> float:
    """Return the smallest round number that is not below a size."""
    magnitude: float = 10.0 ** math.floor(math.log10(size))
    return next(step * magnitude for step in ROUND if step * magnitude >= size * (1 - 1e-9))


def month_ticks(period: Window) -> tuple[list[str], list[str]]:
    """Return days and names of months, each once, with the year at the first and in January."""
    months, first = [], period.start_on.replace(day=1)
    while first < period.end_on:
        if first >= period.start_on:
            months.append(first)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    every = next(step for step in (1, 2, 3, 4, 6, 12, 1200) if len(months) / step <= MOST_MONTHS)
    visible = [month for month in months if (month.month - 1) % every == 0] or months[:1]
    texts = [
        f"{month:%b}<br>{month.year}" if index == 0 or month.month == 1 else f"{month:%b}"
        for index, month in enumerate(visible)
    ]
    return [f"{month}" for month in visible], texts


def position(moment: date, rows: Sequence[Row]) -> float | None:
    """Return where a day is on an axis of quarters, from 0 to 1; None outside of them."""
    for index, row in enumerate(rows):
        start, end = row["window_start"], row["window_end"]
        if start <= moment < end:
            return float((index + (moment - start) / (end - start)) / len(rows))
    return None


def closed_part(event: Event, rows: Sequence[Row]) -> tuple[float, float] | None:
    """Return start and length of a closed period on an axis of quarters; None outside of them."""
    if event.kind != CLOSED or not rows:
        return None
    first, last = rows[0]["window_start"], rows[-1]["window_end"]
    if event.ends_on <= first or event.on >= last:
        return None
    start = position(max(event.on, first), rows) or 0.0
    end = 1.0 if event.ends_on >= last else position(event.ends_on, rows)
    return start, (end or start) - start


def apart(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return places in their order, moved so that each is at least a distance from the next."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    floor = low
    for index in order:
        moved[index] = max(moved[index], floor)
        floor = moved[index] + distance
    ceiling = high
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - distance
    return moved


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Return a text in lines of a width in letters, cut after so many lines."""
    return textwrap.wrap(
        text, width, max_lines=lines, placeholder=" …", break_on_hyphens=False
    ) or [""]
