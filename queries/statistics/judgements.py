"""Judgements: a change against the changes that the number usually makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import expm1, isfinite, isinf, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from queries.statistics.changes import Change, Totals, compare, compare_levels, totals
from queries.statistics.medians import (
    effect_of,
    factor_interval,
    log_median_variance,
    log_medians,
    lower_median,
    slower_share,
    weekly_shares,
)
from queries.statistics.noise import (
    LEAST_DF,
    QUARTER_WEEKS,
    RATIOS,
    Array,
    Kind,
    Mask,
    Noise,
    Weeks,
    Windows,
)

Shortage = Literal[
    "items",
    "events",
    "non-events",
    "reviews",
    "outcomes",
    "moves",
    "waves",
    "rate unknown",
    "response",
    "silence",
    "spend",
    "repositories",
    "history",
    "pairs",
    "not reached",
    "undefined",
    "blind",
]
#: what each of both windows needs at least
LEAST: Mapping[Kind, tuple[Shortage, int]] = {
    "share": ("items", 20),
    "median": ("items", 20),
    "rate": ("events", 10),
    "per reviewer": ("reviews", 20),
    "per outcome": ("outcomes", 5),
    "net": ("moves", 10),
}
#: waves of a survey that each of both windows needs
LEAST_WAVES = 6
#: what both windows together need: events of a share and the others, and events of a count
LEAST_OF_A_SHARE, LEAST_OF_A_COUNT = 5, 6
#: the widest half of a 95 % interval: threefold ratios, 25 points, twice the count and at least 6
WIDEST_RATIO, WIDEST_SHARE, WIDEST_COUNT = 3.0, 0.25, 6.0


@dataclass(frozen=True)
class Lack:
    """Reason for ``too little data``, with the figure and the limit.

    ``items``, ``events``, ``non-events``, ``reviews``, ``outcomes``, ``moves``, ``waves``: fewer
    than needed in the window. ``spend``: days with known spend, and ``repositories`` with items
    in both windows, which callers count. ``rate unknown``: waves without a response rate,
    ``response``: its change between the windows, ``silence``: by how much people who did not answer
    plausibly move the mean of the better window, and the change; callers compare these.
    ``history``: weeks before the judged window. ``pairs``: degrees of freedom, if breaks and closed
    periods leave too few.
    ``not reached``: fewer than half of the items got there. ``undefined``: a number of 0 has no
    ratio, or nothing ever changed. ``blind``: half width of the 95 % interval; of a ratio, the
    factor.
    """

    code: Shortage
    actual: float
    needed: float
    window: Literal["now", "before", "both"] = "both"


@dataclass(frozen=True)
class Judgement:
    """A change with its noise.

    ``effect`` is on the scale of ``answers.effect``, a difference or a ratio less 1. ``change`` is
    the tested statistic. ``p`` is None if anything is lacking; a ``blind`` judgement has one.
    ``threshold`` is the median of both windows together, ``weeks`` the weekly sums as judged.
    """

    kind: Kind
    windows: Windows
    noise: Noise
    effect: float | None
    change: float | None
    lack: Lack | None
    p: float | None = None
    weeks: Weeks | None = None
    threshold: float | None = None
    durations: tuple[Array, Array] | None = field(default=None, repr=False)

    @property
    def se(self) -> float:
        """Return the standard error of ``change``."""
        return float(self.noise.se)

    @property
    def df(self) -> float:
        """Return the degrees of freedom."""
        return float(self.noise.df)

    @property
    def n_pairs(self) -> int:
        """Return the number of past changes."""
        return int(self.noise.n_pairs)

    @property
    def history_weeks(self) -> int:
        """Return the weeks of history that the yardstick uses."""
        return self.windows.history_weeks

    @property
    def is_ratio(self) -> bool:
        """Return whether the effect is a ratio less 1."""
        return self.kind == "median" or self.kind in RATIOS

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the interval of ``effect`` at a level; None without ``p``."""
        if self.p is None or self.change is None:
            return None
        margin = self.se * float(stdtrit(self.df, (1 + level) / 2))
        if self.durations:
            low, high = factor_interval(*self.durations, margin)
            return low - 1, high - 1
        if self.is_ratio:
            return expm1(self.change - margin), expm1(self.change + margin)
        # a share cannot change by more than 100 points
        most = max(1.0, abs(self.change)) if self.kind == "share" else float("inf")
        return max(self.change - margin, -most), min(self.change + margin, most)


def judge(kind: Kind, weeks: Weeks, windows: Windows) -> Judgement:
    """Return the change of one number from its baseline; for medians see ``judge_median``."""
    if kind == "mean":
        return judge_waves(weeks, windows)
    judgement = _judgement(
        kind, windows, compare(kind, [weeks], windows), lack=_shortage(kind, weeks, windows)
    )
    return _tested(replace(judgement, weeks=weeks), _quarterly(weeks, windows))


def judge_waves(weeks: Weeks, windows: Windows) -> Judgement:
    """Return the change of a mean of waves: Welch's test with the waves as units.

    Waves differ by the mood of their days, which a test of people's answers would leave out. With
    fewer than six waves on either side there is an interval, and no verdict.
    """
    levels = []
    for window in (windows.now, windows.before):
        counts = weeks.mask[window] & (weeks.denominator[window] > 0)
        levels.append(weeks.numerator[window][counts] / weeks.denominator[window][counts])
    now, before = levels
    sizes = [len(side) for side in levels]
    lack = None
    if min(sizes) < LEAST_WAVES:
        side: Literal["now", "before"] = "now" if sizes[0] < LEAST_WAVES else "before"
        lack = Lack("waves", min(sizes), LEAST_WAVES, side)
    change = float(now.mean() - before.mean()) if all(sizes) else None
    variances = [float(side.var(ddof=1)) / len(side) for side in levels if len(side) > 1]
    variance, df = sum(variances), 0.0
    if len(variances) == len(levels) and variance > 0:
        parts = zip(variances, sizes, strict=True)
        df = variance**2 / sum(part**2 / (size - 1) for part, size in parts)
    noise = Noise(
        np.array(variance), np.ones(()), np.zeros(()), np.array(df), np.array(0, dtype=np.int_)
    )
    judgement = Judgement("mean", windows, noise, effect=change, change=change, lack=lack)
    if change is None or not df:
        return replace(judgement, lack=lack or Lack("undefined", 0, 0), weeks=weeks)
    p = 2 * float(stdtr(df, -abs(change) / judgement.se))
    return replace(judgement, p=p, weeks=weeks)


def judge_median(
    hours: Array, week: NDArray[np.int_], windows: Windows, counts: Mask | None = None
) -> Judgement:
    """Return the change of a median of durations.

    ``hours`` has one entry an item, infinity if it never got there; ``week`` is its index.
    """
    mask = _mask(windows, counts)
    now, before = (_durations(hours, week, mask, part) for part in (windows.now, windows.before))
    threshold = _median_of([now, before])
    weeks = weekly_shares(hours, week, mask, threshold)
    return judge_durations(now, before, weeks, threshold, windows)


def judge_durations(
    now: Array, before: Array, weeks: Weeks, threshold: float, windows: Windows
) -> Judgement:
    """Return the change of a median from the sorted durations of both windows.

    ``weeks`` has the items within their common median, ``threshold``, and all items.
    """
    lack = _shortage("median", weeks, windows)
    judgement = _judgement("median", windows, compare("median", [weeks], windows), lack=lack)
    judgement = replace(judgement, weeks=weeks, threshold=threshold)
    if not (len(now) and len(before)):
        return replace(judgement, effect=None, change=None)
    effect = effect_of(now, before)
    return _tested(
        replace(
            judgement,
            effect=effect if isfinite(effect) else None,
            change=slower_share(now, before),
            durations=(now, before),
        )
    )


def difference(kind: Kind, having: Weeks, without: Weeks, windows: Windows) -> Judgement:
    """Return the change of teams with a rollout less the change of those without it."""
    sides = [having, without]
    lack = _first([_shortage(kind, side, windows) for side in sides])
    judgement = _judgement(kind, windows, compare(kind, sides, windows), lack=lack)
    return _tested(judgement, _quarterly(having, windows))


def difference_of_medians(
    having: tuple[Array, NDArray[np.int_]],
    without: tuple[Array, NDArray[np.int_]],
    windows: Windows,
    counts: Mask | None = None,
) -> Judgement:
    """Return the difference of two changes of medians, as a ratio less 1.

    Each side is the hours and the weeks of its items, as in ``judge_median``.
    """
    mask, floor = _mask(windows, counts), 0.0
    sides: list[Weeks] = []
    for hours, week in (having, without):
        samples = [_durations(hours, week, mask, part) for part in (windows.now, windows.before)]
        sides.append(weekly_shares(hours, week, mask, _median_of(samples)))
        floor += sum(log_median_variance(sample) for sample in samples if len(sample))
    before, now = (
        log_medians(*having, mask, length) - log_medians(*without, mask, length)
        for length in (windows.length_before, windows.weeks)
    )
    result = compare_levels("median", before, now, sides, windows, np.array(floor))
    lack = _first([_shortage("median", side, windows) for side in sides])
    return _tested(_judgement("median", windows, result, lack=lack))


def _mask(windows: Windows, counts: Mask | None) -> Mask:
    return np.ones(windows.now.stop, dtype=np.bool_) if counts is None else counts


def _durations(hours: Array, week: NDArray[np.int_], mask: Mask, window: slice) -> Array:
    """Return the sorted durations of the items of a window."""
    is_inside = (week >= window.start) & (week < window.stop) & mask[week]
    return np.sort(hours[is_inside])


def _median_of(samples: Sequence[Array]) -> float:
    """Return the median of all samples together; NaN if they are empty."""
    values = np.concatenate(samples)
    return lower_median(values) if len(values) else float("nan")


def _quarterly(weeks: Weeks, windows: Windows) -> float:
    """Return the baseline of a count, for a quarter of 13 weeks."""
    before = totals(weeks, windows.before)
    return float(before.numerator) / max(before.weeks, 1) * QUARTER_WEEKS


def _first(lacks: Sequence[Lack | None]) -> Lack | None:
    return next((lack for lack in lacks if lack), None)


def _shortage(kind: Kind, weeks: Weeks, windows: Windows) -> Lack | None:
    """Return what the windows have too little of."""
    now, before = totals(weeks, windows.now), totals(weeks, windows.before)
    if kind in LEAST:
        code, needed = LEAST[kind]
        counts = _count(code, now), _count(code, before)
        if min(counts) < needed:
            return Lack(code, min(counts), needed, "now" if counts[0] < needed else "before")
    events = float(now.numerator + before.numerator)
    if kind == "count" and events < LEAST_OF_A_COUNT:
        return Lack("events", events, LEAST_OF_A_COUNT)
    if kind == "share":
        non_events = float(now.denominator + before.denominator) - events
        if events < LEAST_OF_A_SHARE:
            return Lack("events", events, LEAST_OF_A_SHARE)
        if non_events < LEAST_OF_A_SHARE:
            return Lack("non-events", non_events, LEAST_OF_A_SHARE)
    return None


def _count(code: Shortage, part: Totals) -> float:
    """Return how many there are in a window."""
    if code in ("items", "outcomes"):
        return float(part.denominator)
    return float(part.moves if code == "moves" else part.numerator)


def _judgement(kind: Kind, windows: Windows, result: Change, *, lack: Lack | None) -> Judgement:
    """Return a judgement that is not tested yet."""
    change = float(result.change)
    effect = expm1(change) if kind == "median" or kind in RATIOS else change
    if not isfinite(change):
        return Judgement(kind, windows, result.noise, effect=None, change=None, lack=lack)
    return Judgement(kind, windows, result.noise, effect=effect, change=change, lack=lack)


def _tested(judgement: Judgement, baseline: float = 0.0) -> Judgement:
    """Return a judgement with its p, or with what it lacks."""
    lack = judgement.lack or _lack_of_noise(judgement)
    if lack or judgement.change is None:
        return replace(judgement, lack=lack)
    p = 2 * float(stdtr(judgement.df, -abs(judgement.change) / judgement.se))
    tested = replace(judgement, p=p)
    return replace(tested, lack=_blindness(tested, baseline))


def _lack_of_noise(judgement: Judgement) -> Lack | None:
    """Return why a change has no test although its windows have enough."""
    windows, effect = judgement.windows, judgement.effect
    if judgement.df < LEAST_DF:
        if windows.history_weeks < windows.weeks_needed:
            return Lack("history", windows.history_weeks, windows.weeks_needed)
        return Lack("pairs", judgement.df, LEAST_DF)
    if effect is None or judgement.change is None or isinf(judgement.se):
        return Lack("not reached" if judgement.kind == "median" else "undefined", 0, 0)
    return None if judgement.se > 0 else Lack("undefined", 0, 0)


def _blindness(judgement: Judgement, baseline: float) -> Lack | None:
    """Return the width of the 95 % interval if it is too wide to see a threefold change."""
    interval = judgement.interval()
    if interval is None or judgement.kind == "net":
        return None
    low, high = interval
    if judgement.is_ratio:
        width, widest = sqrt((1 + high) / (1 + low)), WIDEST_RATIO
    elif judgement.kind == "share":
        width, widest = (high - low) / 2, WIDEST_SHARE
    else:
        width, widest = (high - low) / 2, max(2 * baseline, WIDEST_COUNT)
    return Lack("blind", width, widest) if width > widest else None
