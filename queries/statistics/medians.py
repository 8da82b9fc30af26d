"""Medians of durations: shares within a common median, factors, and logarithms of medians."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from queries.statistics.noise import Array, Mask, Weeks

#: an interval of a factor is searched from a hundredth to a hundredfold
MOST_LOG_FACTOR = float(np.log(100))
#: halvings of that search; its bounds are exact to a millionth
HALVINGS = 24


def lower_median(values: Array) -> float:
    """Return the median, of an even number the lower of the two in the middle."""
    middle = (len(values) - 1) // 2
    return float(np.partition(values, middle)[middle])


def effect_of(now: Array, before: Array) -> float:
    """Return the ratio of two medians less 1; NaN if one is infinite or the baseline is 0."""
    later, earlier = lower_median(now), lower_median(before)
    is_defined = np.isfinite(later) and np.isfinite(earlier) and earlier > 0
    return later / earlier - 1 if is_defined else float("nan")


def weekly_shares(hours: Array, week: NDArray[np.int_], counts: Mask, threshold: float) -> Weeks:
    """Return the items within a threshold and all items, by week."""
    within = np.bincount(week[hours <= threshold], minlength=len(counts))
    items = np.bincount(week, minlength=len(counts))
    return Weeks(within.astype(float), items.astype(float), counts)


def slower_share(now: Array, before: Array) -> float:
    """Return how much smaller the share within the common median is now than before.

    Both are sorted. Items equal to the median count by half.
    """
    threshold = lower_median(np.concatenate([now, before]))
    return _within(before, threshold) - _within(now, threshold)


def factor_interval(now: Array, before: Array, limit: float) -> tuple[float, float]:
    """Return the smallest and the largest factor of durations that the data do not rule out.

    Both are sorted. ``limit`` is the largest difference of shares that is no evidence.
    """
    low = _search(now, before, limit, slower_share(now, before) > limit)
    high = -_search(before, now, limit, slower_share(before, now) > limit)
    return float(np.exp(low)), float(np.exp(high))


def _search(now: Array, before: Array, limit: float, is_slower: bool) -> float:
    """Return the logarithm of the smallest factor for which slower is no evidence."""
    # the search stays on one side of no change, so that interval and p always agree
    low, high = (0.0, MOST_LOG_FACTOR) if is_slower else (-MOST_LOG_FACTOR, 0.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if slower_share(now / np.exp(middle), before) > limit:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def log_medians(
    hours: Array,
    week: NDArray[np.int_],
    counts: Mask,
    length: int,
) -> Array:
    """Return the logarithm of the median of each window of a length; NaN if it is not reached."""
    hours, week = hours[counts[week]], week[counts[week]]
    order = np.argsort(week, kind="stable")
    edges = np.searchsorted(week[order], np.arange(len(counts) + 1))
    windows = zip(edges[:-length], edges[length:], strict=True)
    samples = [hours[order][first:after] for first, after in windows]
    medians = [lower_median(sample) if len(sample) else np.inf for sample in samples]
    with np.errstate(divide="ignore"):
        logarithms = np.log(medians)
    return np.where(np.isfinite(logarithms), logarithms, np.nan)


def log_median_variance(hours: Array) -> float:
    """Return the variance of the logarithm of a median of independent items."""
    ordered, n = np.sort(hours), len(hours)
    half = 0.5 / sqrt(n)
    low, high = (
        float(ordered[min(max(ceil(n * share) - 1, 0), n - 1)])
        for share in (0.5 - half, 0.5 + half)
    )
    with np.errstate(divide="ignore"):
        return float(((np.log(high) - np.log(low)) / 2) ** 2)


def _within(ordered: Array, threshold: float) -> float:
    below = np.searchsorted(ordered, threshold, side="left")
    through = np.searchsorted(ordered, threshold, side="right")
    return float(below + through) / 2 / len(ordered)
