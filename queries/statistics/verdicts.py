"""Words of verdicts: improving, worse, no clear change, too little data, not proven.

No database and no sentences: see ``queries.publish`` and ``queries.text``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from scipy.special import stdtr

from queries.statistics.judgements import Judgement, Lack

Key = TypeVar("Key", bound=Hashable)
Better = Literal["up", "down"]
GuardWord = Literal["worse", "no clear change", "too little data"]
VerdictWord = Literal[
    "improving", "worse", "no clear change", "too little data", "not proven", "not measured"
]
#: share of false words that a family of headlines may have
FALSE_SHARE = 0.05
#: level of the one-sided test of a guardrail
GUARDRAIL_LEVEL = 0.05
#: share of false words of a rollout by the weeks of its windows: two looks, each decided once
ROLLOUT_SHARES: Mapping[int, float] = {13: 0.01, 26: 0.04}


@dataclass(frozen=True)
class Verdict:
    """A word with the code of its reason.

    ``reason``: ``change``, ``no change``, ``guardrail`` (a guardrail is worse), ``guardrails``
    (none can be measured), ``not measured``, or the code of ``lack``. ``guardrail`` is the name of
    the worse guardrail. ``unmeasured`` are guardrails that cannot be measured.
    """

    word: VerdictWord
    reason: str
    guardrail: str | None = None
    unmeasured: Sequence[str] = ()
    lack: Lack | None = None


def false_share(comparison: str) -> float:
    """Return the share of false words that a family of this comparison may have."""
    by_name = {f"rollout {weeks} weeks": share for weeks, share in ROLLOUT_SHARES.items()}
    return by_name.get(comparison, FALSE_SHARE)


def guardrail(judgement: Judgement, better: Better, margin: float) -> GuardWord:
    """Return the word of a guardrail: one-sided, and worse only beyond its margin.

    ``margin`` is on the scale of ``effect``: 0.02 is 2 points of a share, 0.5 is 50 % more.
    """
    change, effect = judgement.change, judgement.effect
    if judgement.p is None or change is None or effect is None:
        return "too little data"
    harm = change if better == "down" else -change
    if better == "up":
        effect = 1 / (1 + effect) - 1 if judgement.is_ratio else -effect
    p = float(stdtr(judgement.df, -harm / judgement.se))
    if p < GUARDRAIL_LEVEL and effect > margin:
        return "worse"
    return "too little data" if judgement.lack else "no clear change"


def family(
    judgements: Mapping[Key, Judgement], share: float = FALSE_SHARE, n_unchanged: int = 0
) -> dict[Key, tuple[float, float]]:
    """Return the adjusted p and the level of the interval of each judged headline of a family.

    Benjamini–Hochberg. All headlines have the same level. The interval at this level excludes no
    change if the adjusted p is at most ``share``. Headlines without a p are not in the family.
    ``n_unchanged``: see ``adjust``.
    """
    values = {key: p_in_family(judgement) for key, judgement in judgements.items()}
    adjusted = adjust({key: p for key, p in values.items() if p is not None}, share, n_unchanged)
    return {key: row for key, row in adjusted.items() if not judgements[key].lack}


def p_in_family(judgement: Judgement) -> float | None:
    """Return the p of a headline in its family; None if it has none.

    A blind one gets no word, so it counts as unchanged. Without it, a family of a small team would
    be the two or three headlines with the narrowest intervals, and its words be false more often.
    """
    return 1.0 if judgement.lack and judgement.p is not None else judgement.p


def adjust(
    p: Mapping[Key, float], share: float = FALSE_SHARE, n_unchanged: int = 0
) -> dict[Key, tuple[float, float]]:
    """Return the adjusted p and the level of the interval of each p of a family.

    ``n_unchanged``: number of further headlines, which count as unchanged. Those of other teams do:
    so the teams of a quarter together have a false word as rarely as the organisation, and the word
    of a team does not depend on how the rest did.
    """
    if not p:
        return {}
    from scipy.stats import false_discovery_control  # half a second that other commands save

    size = len(p) + n_unchanged
    alone = false_discovery_control(list(p.values()), method="bh")
    adjusted = np.minimum(alone * (size / len(p)), 1.0)
    words = max(int((adjusted <= share).sum()), 1)
    level = 1 - words * share / size
    return {key: (float(value), level) for key, value in zip(p, adjusted, strict=True)}


def word(
    judgement: Judgement | None,
    adjusted_p: float | None,
    better: Better,
    guardrails: Mapping[str, GuardWord],
    share: float = FALSE_SHARE,
) -> Verdict:
    """Return the word of a headline; ``guardrails`` are the words of those that guard it.

    ``judgement`` is None if the number was never observed. Of several worse guardrails the first
    is named.
    """
    if judgement is None:
        return Verdict("not measured", "not measured")
    if judgement.lack or adjusted_p is None or judgement.change is None:
        lack = judgement.lack
        return Verdict("too little data", lack.code if lack else "undefined", lack=lack)
    if adjusted_p > share:
        return Verdict("no clear change", "no change")
    if (judgement.change > 0) != (better == "up"):
        return Verdict("worse", "change")
    unmeasured = tuple(name for name, word in guardrails.items() if word == "too little data")
    harmed = next((name for name, word in guardrails.items() if word == "worse"), None)
    if harmed:
        return Verdict("not proven", "guardrail", harmed, unmeasured)
    if guardrails and len(unmeasured) == len(guardrails):
        return Verdict("not proven", "guardrails", None, unmeasured)
    return Verdict("improving", "change", None, unmeasured)
