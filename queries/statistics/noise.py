"""Noise of a change: all changes between equally distant windows of the same past.

Arrays have ISO weeks as their last axis, so that one call can serve many histories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["share", "median", "rate", "per reviewer", "per outcome", "net", "count", "mean"]
#: kind of number of each aggregate; a cost share of teams and months is not judged
KINDS: Mapping[str, Kind] = {
    "share": "share",
    "median": "median",
    "per week": "rate",
    "per reviewer": "per reviewer",
    "per outcome": "per outcome",
    "net per week": "net",
    "count": "count",
    "mean": "mean",
}
#: kinds whose changes are ratios; they are added up as logarithms
RATIOS: frozenset[Kind] = frozenset({"rate", "per reviewer", "per outcome"})
#: weeks of a quarter, as in ``windows``
QUARTER_WEEKS = 13
#: most weeks of history that a yardstick uses: 12 quarters
MOST_WEEKS = 156
#: fewest weeks that count in a window of a quarter; of a shorter window the same share of it
LEAST_COUNTED = 8
#: fewest degrees of freedom of a verdict
LEAST_DF = 4.0


@dataclass(frozen=True)
class Weeks:
    """Weekly sums of one metric and scope, without gaps, through the end of the judged window.

    ``denominator``: items of shares and medians, weeks of rates, net flows and counts (1 each),
    reviewers or outcomes. ``counts`` is False for weeks of closed periods. ``moves``: of a net
    flow, what came plus what went.
    """

    numerator: Array
    denominator: Array
    counts: Mask | None = None
    moves: Array | None = None

    @property
    def mask(self) -> Mask:
        """Return which weeks count."""
        if self.counts is not None:
            return self.counts
        return np.ones(self.numerator.shape[-1], dtype=np.bool_)


@dataclass(frozen=True)
class Windows:
    """The judged window and its baseline, as indexes of weeks.

    ``judged``: first week of the judged window. ``lag``: weeks from the start of the baseline to
    it. ``weeks``: length of the judged window, ``baseline_weeks`` of the baseline (default: the
    same). ``breaks``: for each earlier rollout its first week and the first week after its
    transition. ``transition``: weeks of the transition of a judged rollout; the history ends
    before them.
    """

    judged: int
    lag: int
    weeks: int = QUARTER_WEEKS
    breaks: Sequence[tuple[int, int]] = ()
    baseline_weeks: int = 0
    transition: int = 0

    @property
    def before(self) -> slice:
        """Return the weeks of the baseline."""
        start = self.judged - self.lag
        return slice(start, start + self.length_before)

    @property
    def now(self) -> slice:
        """Return the weeks of the judged window."""
        return slice(self.judged, self.judged + self.weeks)

    @property
    def length_before(self) -> int:
        """Return the length of the baseline."""
        return self.baseline_weeks or self.weeks

    @property
    def history(self) -> slice:
        """Return the weeks that the yardstick uses."""
        end = max(self.judged - self.transition, 0)
        return slice(end - self.history_weeks, end)

    @property
    def history_weeks(self) -> int:
        """Return the number of weeks that the yardstick uses."""
        end = max(self.judged - self.transition, 0)
        return min(end, MOST_WEEKS)

    @property
    def weeks_needed(self) -> int:
        """Return the fewest weeks of history that give the degrees of freedom of a verdict."""
        return least_weeks(self.lag, self.length_before, self.weeks)

    @property
    def pairs(self) -> tuple[NDArray[np.int_], Mask]:
        """Return the starts of all pairs of windows in the history, and which cross no break."""
        span = self.lag + self.weeks
        starts = np.arange(self.history.start, self.history.stop - span + 1)
        usable = np.ones(len(starts), dtype=np.bool_)
        for first, after in self.breaks:
            usable &= (starts >= after) | (starts + span <= first)
        return starts, usable


@dataclass(frozen=True)
class Noise:
    """Spread of the changes of the past, and the standard error of the judged change.

    ``variance``: mean square of the past changes. ``guard``: factor if the two windows are noisier
    than usual. ``floor``: variance if every item were independent.
    """

    variance: Array
    guard: Array
    floor: Array
    df: Array
    n_pairs: NDArray[np.int_]

    @property
    def se(self) -> Array:
        """Return the standard error."""
        larger: Array = np.sqrt(np.fmax(self.guard * self.variance, self.floor))
        return larger


@lru_cache(maxsize=4096)
def degrees_of_freedom(
    history: int, lag: int, before: int, now: int, starts: tuple[int, ...] | None = None
) -> float:
    """Return the degrees of freedom of the mean square of the changes of a history in weeks.

    ``starts``: first weeks of the pairs of windows; by default all pairs in the history.
    """
    if starts is None:
        starts = tuple(range(history - lag - now + 1))
    if not starts:
        return 0.0
    rows = np.zeros((len(starts), history))
    for row, start in zip(rows, starts, strict=True):
        row[start : start + before] -= 1 / before
        row[start + lag : start + lag + now] += 1 / now
    products = rows @ rows.T
    return float(np.trace(products) ** 2 / np.square(products).sum())


@lru_cache(maxsize=256)
def least_weeks(lag: int, before: int, now: int) -> int:
    """Return the fewest weeks of history with the degrees of freedom of a verdict."""
    weeks = lag + now
    while degrees_of_freedom(weeks, lag, before, now) < LEAST_DF:
        weeks += 1
    return weeks


def window_sums(values: Array, mask: Mask, length: int) -> Array:
    """Return the sum of each window of a length; float sums of nothing are exactly 0."""
    sums: Array = sliding_window_view(np.where(mask, values, 0.0), length, axis=-1).sum(axis=-1)
    return sums


def levels(kind: Kind, weeks: Weeks, length: int) -> Array:
    """Return the number of each window of a length, on the scale on which changes add up.

    NaN if too few weeks of a window count, or if its number is not finite.
    """
    mask = weeks.mask
    with np.errstate(divide="ignore", invalid="ignore"):
        level = window_sums(weeks.numerator, mask, length)
        level = level / window_sums(weeks.denominator, mask, length)
        if kind in RATIOS:
            level = np.log(level)
    if kind == "count":
        level = level * QUARTER_WEEKS
    counted = sliding_window_view(mask, length, axis=-1).sum(axis=-1)
    usable = (counted >= ceil(LEAST_COUNTED * min(length, QUARTER_WEEKS) / QUARTER_WEEKS)) & (
        np.isfinite(level)
    )
    return np.where(usable, level, np.nan)


def noise(before: Array, now: Array, windows: Windows, guard: Array, floor: Array) -> Noise:
    """Return the noise of a change; ``before`` and ``now`` are levels of windows by first week."""
    starts, uncrossed = windows.pairs
    changes = now[..., starts + windows.lag] - before[..., starts]
    usable = uncrossed & np.isfinite(changes)
    n_pairs = usable.sum(axis=-1)
    squares = np.square(np.where(usable, changes, 0.0)).sum(axis=-1)
    df = degrees_of_freedom(
        windows.history_weeks,
        windows.lag,
        windows.length_before,
        windows.weeks,
        tuple((starts[uncrossed] - windows.history.start).tolist()),
    )
    share = n_pairs / max(uncrossed.sum(), 1)
    return Noise(squares / np.maximum(n_pairs, 1), guard, floor, df * share, n_pairs)


def weekly_residuals(kind: Kind, weeks: Weeks, windows: Windows) -> tuple[Array, Mask]:
    """Return what each week of each quarter adds to the quarter's number, and which weeks count.

    The axes are quarters and weeks; the last two quarters are the baseline and the judged window.
    """
    index, inside = _blocks(windows)
    mask = inside & weeks.mask[..., index]
    numerator = np.where(mask, weeks.numerator[..., index], 0.0)
    denominator = np.where(mask, weeks.denominator[..., index], 0.0)
    total = denominator.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = numerator.sum(axis=-1, keepdims=True) / total
        residuals = (numerator - level * denominator) / total
        if kind in RATIOS:
            residuals = residuals / level
    return residuals, mask


def _blocks(windows: Windows) -> tuple[NDArray[np.int_], Mask]:
    """Return the weeks of each quarter of the history, of the baseline and the judged window.

    The quarters are as long as the baseline and aligned with it.
    """
    length, start = windows.length_before, windows.before.start
    first = start - (start - windows.history.start) // length * length
    starts = [*range(first, windows.history.stop - length + 1, length)]
    starts = [*(n for n in starts if n != start), start, windows.judged]
    positions = np.arange(max(length, windows.weeks))
    lengths = np.array([length] * (len(starts) - 1) + [windows.weeks])
    inside = positions < lengths[:, None]
    return np.where(inside, np.array(starts)[:, None] + positions, starts[-1]), inside


def guard_factor(residuals: Array, mask: Mask, windows: Windows) -> Array:
    """Return how much noisier than usual the weeks of the two windows are, at least 1."""
    n = mask.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(mask, residuals * n[..., None], 0.0)
        # a quarter's end is busy each time: that is no noise
        shared = scaled.sum(axis=-2) / np.maximum(mask.sum(axis=-2), 1)
        shared = shared - shared.mean(axis=-1, keepdims=True)
        rest = np.where(mask, scaled - shared[..., None, :], 0.0)
        variances = n / (n - 1) * np.square(rest / n[..., None]).sum(axis=-1)
        lengths = np.full(variances.shape[-1], windows.length_before)
        lengths[-1] = windows.weeks
        variances = variances * lengths
        known = np.isfinite(variances)
        no_quarter = ~known.any(axis=-1, keepdims=True)
        usual = np.nanmedian(np.where(no_quarter, 1.0, variances), axis=-1, keepdims=True)
        ratios = variances[..., -2:] / usual
    # a quarter of which nothing is known counts as usual
    factors: Array = np.where(np.isfinite(ratios), np.fmax(ratios, 1.0), 1.0).mean(axis=-1)
    return factors
