"""Sentences of the overview, typed by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from queries.catalog import catalog
from queries.text.overview_text import (
    basis,
    budget_text,
    change_sentence,
    comparison_name,
    effect_text,
    headline,
    over_budget_clauses,
    verdicts_sentence,
    why,
    word,
)

ANSWER: dict[str, Any] = {
    "quarter": "2026-Q3",
    "comparison": "quarter before",
    "event": None,
    "status": "decided",
    "current": 115.2,
    "baseline": 134.4,
    "effect": -0.143,
    "effect_kind": "ratio",
    "lo": -0.272,
    "hi": -0.06,
    "n_current": 446,
    "n_baseline": 1493,
    "verdict": "improving",
    "window_start": date(2026, 6, 29),
    "baseline_end": date(2026, 6, 29),
    "decided_on": date(2026, 10, 12),
}
MONTH: dict[str, Any] = {
    "period": "2026-11",
    "made_on": date(2026, 11, 29),
    "counted_until": date(2026, 11, 29),
    "spent": 8893.4,
    "point": 9125.0,
    "budget_usd": 8000,
    "breach_on": date(2026, 11, 26),
}


def answer(**values: Any) -> dict[str, Any]:
    """Return a row of ``answers`` with some values of its own."""
    return ANSWER | values


@pytest.mark.parametrize(
    ("metric", "values", "words"),
    [
        ("feature_cycle_time", {}, "Features take 4.8 days instead of 5.6 days."),
        (
            "feature_cycle_time",
            {"verdict": "no clear change"},
            "Features take about as long as before: 4.8 days, was 5.6 days.",
        ),
        (
            "ux_debt_closed_within_90_days",
            {"current": 0.66, "baseline": 0.45},
            "66 % of UX debt is fixed within 90 days, 45 % before.",
        ),
        ("cost_per_outcome", {"current": 190.2, "baseline": None}, "Cost per outcome: $190."),
        (
            "feature_cycle_time",
            {"verdict": "too little data", "reason": "history: 53 of 66"},
            "Cycle time of features: 4.8 days, was 5.6 days.",
        ),
        (
            "feature_cycle_time",
            {"verdict": "too little data", "n_current": 9},
            "Cycle time of features: 4.8 days.",
        ),
        (
            "experiments_decided",
            {"current": 4.0, "baseline": 9.0, "status": "so far", "verdict": None},
            "Experiments decided: 4 so far.",
        ),
    ],
)
def test_findings(metric: str, values: dict[str, Any], words: str) -> None:
    assert change_sentence(catalog.metric(metric), answer(**values)) == words


@pytest.mark.parametrize(
    ("metric", "values", "words"),
    [
        ("feature_cycle_time", {}, "−14 % (−27 to −6)"),
        ("feature_cycle_time", {"lo": None, "hi": None}, "−14 %"),
        ("feature_cycle_time", {"effect": None}, ""),
        (
            "change_failure_rate",
            {"effect": 0.041, "lo": -0.0004, "hi": 0.104, "effect_kind": "difference"},
            "+4.1 points (0 to +10)",
        ),
        (
            "experiments_decided",
            {"effect": -3.0, "lo": -12.4, "hi": 6.0, "effect_kind": "difference"},
            "−3 (−12 to +6)",
        ),
    ],
)
def test_effects_with_their_intervals(metric: str, values: dict[str, Any], words: str) -> None:
    assert effect_text(catalog.metric(metric), answer(**values)) == words


@pytest.mark.parametrize(
    ("values", "guardrail", "words"),
    [
        (
            {"verdict": "no clear change", "lo": -0.38, "hi": 0.64},
            None,
            "Anything between 38 % faster and 64 % slower would look like this",
        ),
        (
            {"verdict": "too little data", "reason": "items: 9 of 20"},
            None,
            "9 features; a verdict needs 20",
        ),
        ({"verdict": "not proven"}, "revert_rate", "More changes are reverted"),
        ({"verdict": "not proven"}, None, "No guardrail can be measured"),
        ({"verdict": "worse"}, None, ""),
        (
            {"verdict": "not measured", "current": 0},
            None,
            "Never above 0, so there is no change to judge",
        ),
    ],
)
def test_reasons_of_words(values: dict[str, Any], guardrail: str | None, words: str) -> None:
    guard = catalog.metric(guardrail) if guardrail else None
    assert why(catalog.metric("feature_cycle_time"), answer(**values), guard) == words


@pytest.mark.parametrize(
    ("metric", "values", "words"),
    [
        ("feature_cycle_time", {}, ["", "446 and 1,493 pull requests"]),
        ("experiments_decided", {}, [""]),
        (
            "feature_cycle_time",
            {"verdict": "too little data", "reason": "items: 9 of 20", "n_baseline": 9},
            ["446 and 9 pull requests; a verdict needs 20 on each side"],
        ),
        (
            "burnout",
            {"verdict": "too little data", "reason": "waves: 2 of 6"}
            | {"n_current": 2, "n_baseline": 2},
            ["2 and 2 waves; a verdict needs 6 on each side"],
        ),
        (
            "feature_cycle_time",
            {"verdict": "too little data", "reason": "history: 8 of 26"},
            ["8 weeks of history; a verdict needs 26", "446 and 1,493 pull requests"],
        ),
    ],
)
def test_basis_says_each_count_once(metric: str, values: dict[str, Any], words: list[str]) -> None:
    assert (
        basis(
            catalog.metric(metric),
            answer(**{"verdict": "improving", "reason": None} | values),
            None,
        )
        == words
    )


def test_sentence_about_a_rollout_names_its_teams() -> None:
    metric = catalog.metric("feature_cycle_time")
    row = answer(verdict="improving", quarter="", event="Agents", rollout_teams=4)
    sentence = change_sentence(metric, row)
    assert sentence == "In the 4 rollout teams, features take 4.8 days instead of 5.6 days."
    everybody = change_sentence(metric, row | {"rollout_teams": None})
    assert everybody == "Features take 4.8 days instead of 5.6 days."


def test_headline_about_a_rollout_names_its_teams() -> None:
    row = answer(verdict="improving", quarter="", event="Agents", rollout_teams=4)
    metric = catalog.metric("feature_cycle_time")
    assert (
        headline(row, [(metric, row)], [], []) == "In 4 teams since agents, features ship faster."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Q3 2026 against Q2"),
        ({"quarter": "2026-Q1"}, "Q1 2026 against Q4"),
        ({"comparison": "year before"}, "Q3 2026 against a year before"),
        ({"status": "so far"}, "Q3 2026 so far against Q2"),
        ({"comparison": "baseline", "event": "2025-Q1"}, "Q3 2026 against Q1 2025"),
        ({"quarter": "", "event": "Coding agents"}, "Since coding agents, 29 Jun 2026"),
    ],
)
def test_names_of_comparisons(values: dict[str, Any], words: str) -> None:
    assert comparison_name(answer(**values)) == words


def test_word_without_a_verdict_says_why() -> None:
    assert word(answer()) == "improving"
    assert word(answer(verdict=None, status="so far")) == "so far"
    assert word(answer(verdict=None)) == "not judged"


@pytest.mark.parametrize(
    ("questions", "guardrails", "budget", "words"),
    [
        (
            {"feature_cycle_time": "improving", "ux_debt_closed_within_90_days": "improving"},
            {"revert_rate": "worse"},
            ["November 2026 is over budget"],
            "Q3 2026 against Q2: features ship faster and UX debt clears sooner. "
            "But more changes are reverted and November 2026 is over budget.",
        ),
        (
            {"feature_cycle_time": "not proven"},
            {"revert_rate": "worse"},
            [],
            "Q3 2026 against Q2: features ship faster, but that is not proven a gain. "
            "More changes are reverted.",
        ),
        (
            {"feature_cycle_time": "too little data"},
            {},
            ["November 2026 is over budget"],
            "Nothing is certain yet: no number has enough history for a verdict. "
            "But November 2026 is over budget.",
        ),
        (
            {"feature_cycle_time": "improving", "pickup_time": "not proven"},
            {},
            [],
            "Q3 2026 against Q2: features ship faster. "
            "But it is not proven that pull requests get a first reply sooner.",
        ),
        (
            {"cost_per_outcome": "worse"},
            {},
            [],
            "Q3 2026 against Q2: each outcome costs more.",
        ),
        (
            {"cost_per_outcome": "no clear change", "pickup_time": "too little data"},
            {"revert_rate": "no clear change"},
            [],
            "Q3 2026 against Q2: nothing changed by more than it usually does.",
        ),
        (
            {"cost_per_outcome": "too little data"},
            {},
            [],
            "Nothing is certain yet: no number has enough history for a verdict.",
        ),
    ],
)
def test_headlines(
    questions: dict[str, str], guardrails: dict[str, str], budget: list[str], words: str
) -> None:
    first, second = (
        [(catalog.metric(name), answer(verdict=verdict)) for name, verdict in words_of.items()]
        for words_of in (questions, guardrails)
    )
    assert headline(answer(), first, second, budget) == words


def test_headline_without_any_number() -> None:
    text = "No answer yet: no complete quarter has a number."
    assert headline(None, [], [], []) == text


def test_budgets_say_spent_expected_and_passed() -> None:
    assert budget_text(MONTH) == (
        "November 2026: $8,893 of $8,000, passed on 26 Nov; $9,125 expected"
    )
    early = MONTH | {"counted_until": date(2026, 11, 24), "spent": 7012.0}
    assert budget_text(early) == (
        "November 2026: at least $7,012 of $8,000; $9,125 expected, over since about 26 Nov"
    )
    later = MONTH | {"period": "2026", "breach_on": date(2026, 12, 23), "budget_usd": 96_000}
    assert budget_text(later) == ("2026: $8,893 of $96,000; $9,125 expected, over about 23 Dec")
    assert over_budget_clauses([MONTH, later]) == [
        "November 2026 is over budget",
        "2026 is expected to go over budget",
    ]
    assert over_budget_clauses([MONTH | {"breach_on": None}]) == []


def test_verdicts_are_counted_by_word() -> None:
    rows = [answer(), answer(decided_on=date(2026, 7, 6)), answer(verdict="worse")]
    assert verdicts_sentence(rows) == "3 verdicts since 6 Jul 2026: 2 improving, 1 worse."
