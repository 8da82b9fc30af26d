"""Verdicts: a change against the changes that a number usually makes, and the words for it.

No database and no sentences: see ``queries.publish.answers`` and ``queries.text``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from queries.statistics.noise import Array, Kind, Noise, Weeks, Windows

Key = TypeVar("Key", bound=Hashable)
Better = Literal["up", "down"]
GuardWord = Literal["worse", "no clear change", "too little data"]
VerdictWord = Literal[
    "improving", "worse", "no clear change", "too little data", "not proven", "not measured"
]
Shortage = Literal[
    "items",
    "events",
    "non-events",
    "reviews",
    "outcomes",
    "moves",
    "history",
    "pairs",
    "not reached",
    "undefined",
    "blind",
]
#: share of false words that a family of headlines may have
FALSE_SHARE = 0.05
#: level of a one-sided test of a guardrail
GUARDRAIL_LEVEL = 0.05
#: share of the false words of a rollout, by the weeks of its windows: two looks, decided once each
ROLLOUT_SHARES: Mapping[int, float] = {13: 0.01, 26: 0.04}


@dataclass(frozen=True)
class Lack:
    """Reason for ``too little data``, with the figure and the limit.

    ``items``, ``events``, ``non-events``, ``reviews``, ``outcomes``, ``moves``: fewer than needed.
    ``history``: weeks before the judged window. ``pairs``: breaks and masks leave too few degrees
    of freedom. ``not reached``: fewer than half of the items got there. ``undefined``: a number of
    0 has no ratio. ``blind``: half width of the 95 % interval, on the scale of its limit.
    """

    code: Shortage
    actual: float
    needed: float
    window: Literal["now", "before", "both"] = "both"


@dataclass(frozen=True)
class Judgement:
    """A change with its noise.

    ``effect`` is on the scale of ``answers.effect`` (ratio − 1, or a difference); ``change`` is
    the tested statistic. ``p`` is None if ``lack`` is set to anything but ``blind``. ``threshold``
    is the median of both windows together, ``weeks`` the weekly sums as judged.
    """

    kind: Kind
    effect: float | None
    change: float | None
    se: float | None
    df: float
    p: float | None
    history_weeks: int
    n_pairs: int
    lack: Lack | None
    noise: Noise | None = None
    threshold: float | None = None
    weeks: Weeks | None = None
    durations: tuple[Array, Array] | None = field(default=None, repr=False)

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the interval of ``effect`` at a level; None without an effect or noise."""
        raise NotImplementedError


@dataclass(frozen=True)
class Verdict:
    """A word with the code of its reason.

    ``reason``: ``change``, ``no change``, ``guardrail`` (a guardrail is worse), ``guardrails``
    (none can be measured), ``not measured``, or the code of ``lack``. ``guardrail`` is the name of
    the worse one. ``unmeasured``: guardrails that cannot be measured and stop nothing.
    """

    word: VerdictWord
    reason: str
    guardrail: str | None = None
    unmeasured: Sequence[str] = ()
    lack: Lack | None = None


def judge(kind: Kind, weeks: Weeks, windows: Windows) -> Judgement:
    """Return the change of one number from its baseline; medians use ``judge_median``."""
    raise NotImplementedError


def judge_median(
    hours: Array, week: NDArray[np.int_], windows: Windows, counts: NDArray[np.bool_] | None = None
) -> Judgement:
    """Return the change of a median of durations.

    ``hours`` has one entry an item, infinity if it never got there; ``week`` is its index.
    """
    raise NotImplementedError


def difference(kind: Kind, having: Weeks, without: Weeks, windows: Windows) -> Judgement:
    """Return the change of teams with a rollout less the change of those without it."""
    raise NotImplementedError


def difference_of_medians(
    having: tuple[Array, NDArray[np.int_]],
    without: tuple[Array, NDArray[np.int_]],
    windows: Windows,
    counts: NDArray[np.bool_] | None = None,
) -> Judgement:
    """Return the difference of two changes of medians; each side is hours and weeks of items."""
    raise NotImplementedError


def guardrail(judgement: Judgement, better: Better, margin: float) -> GuardWord:
    """Return the word of a guardrail: one-sided, and worse only beyond its margin.

    ``margin`` is on the scale of ``effect``: 0.02 is 2 points of a share, 0.5 is half as much more.
    """
    raise NotImplementedError


def family(
    judgements: Mapping[Key, Judgement], share: float = FALSE_SHARE
) -> dict[Key, tuple[float, float]]:
    """Return the adjusted p and the level of the interval of each judged headline of a family.

    Benjamini–Hochberg. All headlines have the same level; its interval leaves out no change if the
    adjusted p is at most ``share``. Headlines with a ``lack`` are not part of the family.
    """
    raise NotImplementedError


def word(
    judgement: Judgement | None,
    adjusted_p: float | None,
    better: Better,
    guardrails: Mapping[str, GuardWord],
    share: float = FALSE_SHARE,
) -> Verdict:
    """Return the word of a headline; ``guardrails`` are those that guard it, most telling first.

    ``judgement`` is None if the number was never observed. A headline without guardrails has an
    empty mapping.
    """
    raise NotImplementedError
