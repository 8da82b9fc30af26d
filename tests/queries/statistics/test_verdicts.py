"""Words of verdicts, their order, families of headlines and guardrails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit

from queries.statistics.judgements import Judgement, Lack
from queries.statistics.noise import Kind, Noise, Windows
from queries.statistics.verdicts import (
    ROLLOUT_SHARES,
    Better,
    GuardWord,
    Verdict,
    VerdictWord,
    family,
    guardrail,
    word,
)

DF, SE = 10.0, 0.015


def judgement(
    change: float, p: float | None = 0.01, lack: Lack | None = None, kind: Kind = "share"
) -> Judgement:
    """Return a judgement with 10 degrees of freedom and a standard error of 0.015."""
    noise = Noise(np.array(SE**2), np.array(1.0), np.array(0.0), np.array(DF), np.array(40))
    effect = float(np.expm1(change)) if kind == "rate" else change
    return Judgement(kind, Windows(104, 13), noise, effect, change, lack, p)


def of_p(p: float) -> Judgement:
    """Return a judgement with a p."""
    return judgement(SE * float(stdtrit(DF, 1 - p / 2)), p)


def test_family_is_adjusted_by_benjamini_and_hochberg() -> None:
    p = {"a": 0.02, "b": 0.9, "c": 0.001, "d": 0.2, "e": 0.04}
    judgements = {key: of_p(value) for key, value in p.items()}
    adjusted = family(judgements)
    # by rank: 0.001 × 5, 0.02 × 5/2, 0.04 × 5/3, 0.2 × 5/4, 0.9
    assert {key: value for key, (value, _) in adjusted.items()} == pytest.approx(
        {"a": 0.05, "b": 0.9, "c": 0.005, "d": 0.25, "e": 0.2 / 3}
    )
    # two words of five: 1 − 2 × 0.05 / 5
    assert {level for _, level in adjusted.values()} == {0.98}


def test_interval_of_a_family_excludes_no_change_where_the_word_is_given() -> None:
    chance = np.random.default_rng(3)
    for _ in range(200):
        p = chance.beta(chance.choice([0.1, 1.0]), 1, chance.integers(1, 14))
        judgements = {n: of_p(float(value)) for n, value in enumerate(p)}
        for key, (adjusted, level) in family(judgements).items():
            low, high = judgements[key].interval(level) or (0, 0)
            assert (adjusted <= 0.05) == (not low <= 0 <= high)


def test_blind_headline_counts_as_unchanged_and_one_without_p_not_at_all() -> None:
    blind = judgement(0.2, 0.0001, Lack("blind", 0.3, 0.25))
    few = judgement(0.2, None, Lack("items", 9, 20, "now"))
    assert family({"a": of_p(0.04), "c": few}) == {"a": (0.04, 0.95)}
    # the smaller of two p: 0.04 × 2, and 1 − 0.05 / 2
    assert family({"a": of_p(0.04), "b": blind, "c": few}) == {"a": (0.08, 0.975)}
    assert family({"b": blind, "c": few}) == {}


def test_headlines_of_other_teams_count_as_unchanged() -> None:
    adjusted = family({"a": of_p(0.001), "b": of_p(0.02), "c": of_p(0.9)}, n_unchanged=7)
    # by rank, of ten: 0.001 × 10, 0.02 × 10/2, 0.9 × 10/3; one word: 1 − 0.05 / 10
    assert {key: value for key, (value, _) in adjusted.items()} == pytest.approx(
        {"a": 0.01, "b": 0.1, "c": 1.0}
    )
    assert {level for _, level in adjusted.values()} == {0.995}


def test_the_two_looks_of_a_rollout_share_5_per_cent() -> None:
    assert ROLLOUT_SHARES == {13: 0.01, 26: 0.04}
    adjusted, level = family({"a": of_p(0.02)}, ROLLOUT_SHARES[13])["a"]
    assert (adjusted, level) == (0.02, 0.99)
    assert word(of_p(0.02), adjusted, "up", {}, ROLLOUT_SHARES[13]).word == "no clear change"
    assert word(of_p(0.02), adjusted, "up", {}, ROLLOUT_SHARES[26]).word == "improving"


@pytest.mark.parametrize(
    ("change", "better", "margin", "kind", "expected"),
    [
        # t = 2 of 10 degrees of freedom: one-sided 0.037, two-sided 0.073
        (0.03, "down", 0.02, "share", "worse"),
        (0.03, "down", 0.05, "share", "no clear change"),
        (0.03, "up", 0.02, "share", "no clear change"),
        (-0.03, "up", 0.02, "share", "worse"),
        (-0.03, "down", 0.02, "share", "no clear change"),
        # t = 1.33: 0.106
        (0.02, "down", 0.01, "share", "no clear change"),
        # exp(0.5) − 1 = 65 % more, exp(0.4) − 1 = 49 % more
        (0.5, "down", 0.5, "rate", "worse"),
        (0.4, "down", 0.5, "rate", "no clear change"),
        (-0.5, "up", 0.5, "rate", "worse"),
        (-0.4, "up", 0.5, "rate", "no clear change"),
    ],
)
def test_guardrail_is_worse_if_harm_is_clear_and_beyond_the_margin(
    change: float, better: Better, margin: float, kind: Kind, expected: GuardWord
) -> None:
    assert guardrail(judgement(change, 0.05, None, kind), better, margin) == expected


def test_guardrail_without_data_is_not_measured() -> None:
    few = judgement(0.03, None, Lack("items", 9, 20, "now"))
    blind = Lack("blind", 0.3, 0.25)
    assert guardrail(few, "down", 0.02) == "too little data"
    assert guardrail(judgement(0.01, 0.5, blind), "down", 0.02) == "too little data"
    # a harm that is larger than a blind interval is one
    assert guardrail(judgement(0.03, 0.05, blind), "down", 0.02) == "worse"


BLIND = Lack("blind", 0.3, 0.25)


@pytest.mark.parametrize(
    ("change", "adjusted", "better", "guardrails", "expected"),
    [
        (0.1, 0.05, "up", {}, Verdict("improving", "change")),
        (-0.1, 0.05, "down", {}, Verdict("improving", "change")),
        (-0.1, 0.05, "up", {}, Verdict("worse", "change")),
        (0.1, 0.05, "down", {"reverts": "worse"}, Verdict("worse", "change")),
        (0.1, 0.0501, "up", {"reverts": "worse"}, Verdict("no clear change", "no change")),
        (
            0.1,
            0.01,
            "up",
            {"failed changes": "no clear change", "reverts": "worse", "unreviewed": "worse"},
            Verdict("not proven", "guardrail", "reverts"),
        ),
        (
            0.1,
            0.01,
            "up",
            {"failed changes": "too little data", "reverts": "worse"},
            Verdict("not proven", "guardrail", "reverts", ("failed changes",)),
        ),
        (
            0.1,
            0.01,
            "up",
            {"failed changes": "too little data", "reverts": "no clear change"},
            Verdict("improving", "change", None, ("failed changes",)),
        ),
        (
            0.1,
            0.01,
            "up",
            {"failed changes": "too little data", "reverts": "too little data"},
            Verdict("not proven", "guardrails", None, ("failed changes", "reverts")),
        ),
    ],
)
def test_word_of_a_judged_headline(
    change: float,
    adjusted: float,
    better: Better,
    guardrails: dict[str, GuardWord],
    expected: Verdict,
) -> None:
    assert word(judgement(change), adjusted, better, guardrails) == expected


@pytest.mark.parametrize(
    ("case", "expected", "reason"),
    [
        (None, "not measured", "not measured"),
        # too little data comes before any p
        (judgement(0.2, 0.0001, BLIND), "too little data", "blind"),
        (judgement(0.2, None, Lack("history", 31, 52)), "too little data", "history"),
    ],
)
def test_word_of_a_headline_that_is_not_judged(
    case: Judgement | None, expected: VerdictWord, reason: str
) -> None:
    verdict = word(case, None, "up", {"reverts": "worse"})
    assert (verdict.word, verdict.reason) == (expected, reason)
    assert verdict.lack == (case.lack if case else None)
