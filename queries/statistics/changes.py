"""Changes of a number from its baseline with their noise, of one history or of many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from queries.statistics.noise import (
    QUARTER_WEEKS,
    Array,
    Kind,
    Noise,
    Weeks,
    Windows,
    guard_factor,
    levels,
    noise,
    weekly_residuals,
)


@dataclass(frozen=True)
class Change:
    """Change of a number on the scale on which changes add up, with its noise."""

    change: Array
    noise: Noise


@dataclass(frozen=True)
class Totals:
    """Sums of a window, and its number of weeks that count."""

    numerator: Array
    denominator: Array
    moves: Array
    weeks: int


def totals(weeks: Weeks, window: slice) -> Totals:
    """Return the sums of a window."""
    mask = weeks.mask[window]
    moves = weeks.numerator if weeks.moves is None else weeks.moves
    numerator, denominator, moved = (
        np.where(mask, values[..., window], 0.0).sum(axis=-1)
        for values in (weeks.numerator, weeks.denominator, moves)
    )
    return Totals(numerator, denominator, moved, int(mask.sum()))


def floor(kind: Kind, weeks: Weeks, windows: Windows) -> Array:
    """Return the variance of a change if every item were independent."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _floor(kind, totals(weeks, windows.now), totals(weeks, windows.before))


def _floor(kind: Kind, now: Totals, before: Totals) -> Array:
    if kind == "share":
        events = now.numerator + before.numerator
        share = (events + 0.5) / (now.denominator + before.denominator + 1)
        return share * (1 - share) * (1 / now.denominator + 1 / before.denominator)
    if kind == "median":
        return 0.25 * (1 / now.denominator + 1 / before.denominator)
    if kind == "rate":
        return 1 / now.numerator + 1 / before.numerator
    if kind == "per outcome":
        return 1 / now.denominator + 1 / before.denominator
    if kind == "net":
        return now.moves / now.weeks**2 + before.moves / before.weeks**2
    if kind == "count":
        events = now.numerator / now.weeks**2 + before.numerator / before.weeks**2
        return np.maximum(events * QUARTER_WEEKS**2, 1.0)
    return np.zeros_like(now.numerator)


def compare(kind: Kind, sides: Sequence[Weeks], windows: Windows) -> Change:
    """Return the change of a number; of two sides, that of the first less that of the second."""
    lengths = {windows.length_before, windows.weeks}
    by_length = {
        length: _less([levels(kind, side, length) for side in sides]) for length in lengths
    }
    before, now = by_length[windows.length_before], by_length[windows.weeks]
    return compare_levels(kind, before, now, sides, windows)


def compare_levels(
    kind: Kind,
    before: Array,
    now: Array,
    sides: Sequence[Weeks],
    windows: Windows,
    variance: Array | None = None,
) -> Change:
    """Return the change between levels of windows by first week.

    ``variance`` replaces the floor of the sums.
    """
    if variance is None:
        variance = sum((floor(kind, side, windows) for side in sides), np.zeros(()))
    residuals = [weekly_residuals(kind, side, windows) for side in sides]
    guard = guard_factor(_less([values for values, _ in residuals]), residuals[0][1], windows)
    change = now[..., windows.judged] - before[..., windows.before.start]
    return Change(change, noise(before, now, windows, guard, variance))


def _less(sides: Sequence[Array]) -> Array:
    """Return the first of one or two sides, less the second."""
    return sides[0] - sides[1] if len(sides) > 1 else sides[0]
