"""Sentences of verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from queries.catalog.catalog import METRICS
from queries.text.verdict_text import change_text, verdict_sentence

BY_NAME = {metric.name: metric for metric in METRICS}


def row(verdict: str | None, reason: str = "change", **columns: Any) -> dict[str, Any]:
    """Return columns of an answer."""
    numbers = dict.fromkeys(("current", "baseline", "effect", "lo", "hi"))
    answer = {"verdict": verdict, "reason": reason, "comparison": "quarter before"}
    return numbers | answer | {"variant": "raw"} | columns


FASTER: dict[str, Any] = {
    "current": 115.2,
    "baseline": 134.4,
    "effect": -0.14,
    "lo": -0.27,
    "hi": -0.06,
}


@pytest.mark.parametrize(
    ("name", "numbers", "expected"),
    [
        (
            "feature_cycle_time",
            row("improving", **FASTER),
            "Features take 4.8 days instead of 5.6 days: more than quarters here usually differ.",
        ),
        (
            "revert_rate",
            row("worse", current=0.08, baseline=0.02, effect=0.06),
            "8 % of merged changes are reverted, 2 % before: more than quarters here usually "
            "differ.",
        ),
        (
            "feature_cycle_time",
            row("no clear change", "no change", lo=-0.38, hi=0.64),
            "No clear change; anything between 38 % faster and 64 % slower would look like this.",
        ),
        (
            "feature_cycle_time",
            row("no clear change", "no change", lo=-0.004, hi=1.6),
            "No clear change; anything between no change and 2.6 times as long would look like "
            "this.",
        ),
        (
            "merged_within_7_days",
            row("no clear change", "no change", lo=-0.124, hi=0.013),
            "No clear change; anything between 12 points lower and 1 point higher would look like "
            "this.",
        ),
        (
            "experiments_decided",
            row("no clear change", "no change", lo=-4.0, hi=18.06),
            "No clear change; anything between 4 fewer and 18 more would look like this.",
        ),
        (
            "ux_debt_net_flow",
            row("no clear change", "no change", lo=-3.84, hi=0.5),
            "No clear change; anything between 3.8 lower and 0.5 higher would look like this.",
        ),
        (
            "cost_per_outcome",
            row("no clear change", "no change", lo=-0.47, hi=0.92),
            "No clear change; anything between 47 % cheaper and 92 % more expensive would look "
            "like this.",
        ),
        (
            "review_load",
            row("no clear change", "no change", lo=-0.2, hi=1.0),
            "No clear change; anything between 20 % less and twice as many would look like this.",
        ),
        (
            "feature_cycle_time",
            row("too little data", "items: 9 of 20"),
            "9 features; a verdict needs 20.",
        ),
        (
            "merged_within_7_days",
            row("too little data", "items: 1 of 20"),
            "1 pull request; a verdict needs 20.",
        ),
        (
            "feature_cycle_time",
            row("too little data", "history: 31 of 52"),
            "31 weeks of history; a verdict needs 52.",
        ),
        (
            "revert_rate",
            row("too little data", "events: 3 of 5"),
            "3 events in both windows; a verdict needs 5.",
        ),
        (
            "ux_debt_closed_within_90_days",
            row("too little data", "non-events: 1 of 5"),
            "1 item without it in both windows; a verdict needs 5.",
        ),
        (
            "review_load",
            row("too little data", "reviews: 12 of 20"),
            "12 reviews; a verdict needs 20.",
        ),
        (
            "cost_per_outcome",
            row("too little data", "outcomes: 1 of 5"),
            "1 outcome; a verdict needs 5.",
        ),
        (
            "cost_per_outcome",
            row("too little data", "spend: 40 of 72.8"),
            "40 days of known spend; a verdict needs 73.",
        ),
        (
            "ux_debt_net_flow",
            row("too little data", "moves: 6 of 10"),
            "6 issues that came or went; a verdict needs 10.",
        ),
        (
            "feature_cycle_time",
            row("too little data", "blind: 3.4 of 3", lo=-0.8, hi=2.5),
            "Too few to see even a threefold change; anything between 80 % faster and 3.5 times as "
            "long would look like this.",
        ),
        (
            "new_work_share",
            row("too little data", "blind: 0.3 of 0.25", lo=-0.2, hi=0.4),
            "Too few to see even a change of 25 points; anything between 20 points lower and 40 "
            "points higher would look like this.",
        ),
        (
            "experiments_decided",
            row("too little data", "blind: 9 of 6", lo=-8, hi=10),
            "Too few to see even twice as many; anything between 8 fewer and 10 more would look "
            "like this.",
        ),
        (
            "feature_cycle_time",
            row("too little data", "not reached: 0 of 0"),
            "Fewer than half are finished, so there is no median to compare.",
        ),
        (
            "feature_cycle_time",
            row("too little data", "pairs: 1.7 of 4"),
            "Too few comparable quarters in the past.",
        ),
        (
            "feature_cycle_time",
            row("not proven", "guardrails", **FASTER),
            "Not proven: features take 4.8 days instead of 5.6 days, and none of its guardrails "
            "can be measured.",
        ),
        (
            "experiments_decided",
            row("not measured", "not measured"),
            "Not measured: nothing of this kind was ever observed.",
        ),
        (
            "feature_cycle_time",
            row(None, "so far", effect=-0.15, lo=-0.3, hi=0.05),
            "So far 15 % faster; anything between 30 % faster and 5 % slower would look like this.",
        ),
        ("feature_cycle_time", row(None, "so far", effect=-0.15), "So far 15 % faster."),
        ("feature_cycle_time", row(None, "so far"), "So far there is nothing to compare."),
        (
            "feature_cycle_time",
            row(None, "exploratory"),
            "Repositories and work types have effects and no verdicts.",
        ),
    ],
)
def test_sentence_of_a_verdict(name: str, numbers: dict[str, Any], expected: str) -> None:
    assert verdict_sentence(BY_NAME[name], numbers) == expected


def test_gain_that_a_guardrail_stops_names_its_figures() -> None:
    reverts = row("worse", current=0.08, baseline=0.02)
    text = verdict_sentence(
        BY_NAME["feature_cycle_time"],
        row("not proven", "guardrail", **FASTER),
        (BY_NAME["revert_rate"], reverts),
    )
    assert text == (
        "Not proven: features take 4.8 days instead of 5.6 days, while more changes are reverted "
        "(8 %, was 2 %)."
    )


def test_rollout_is_an_association() -> None:
    metric, columns = BY_NAME["feature_cycle_time"], {"comparison": "rollout 13 weeks"}
    text = verdict_sentence(metric, row("improving", **FASTER, **columns))
    assert text == (
        "Features take 4.8 days instead of 5.6 days: more than quarters here usually differ; "
        "an association, not a cause."
    )
    few = verdict_sentence(metric, row("too little data", "items: 9 of 20", **columns))
    assert few == "9 features; a verdict needs 20."
    alone = verdict_sentence(
        metric, row("no clear change", "no change", lo=-0.1, hi=0.1, **columns), is_alone=True
    )
    assert alone == (
        "No clear change; anything between 10 % faster and 10 % slower would look like this; "
        "an association, not a cause; there is no team without it to compare with."
    )


def test_difference_to_other_teams_names_them() -> None:
    metric = BY_NAME["feature_cycle_time"]
    columns = {"comparison": "rollout 26 weeks", "variant": "difference"}
    numbers: dict[str, Any] = {
        "current": 115.2,
        "baseline": 134.4,
        "effect": -0.2,
        "lo": -0.3,
        "hi": -0.1,
    }
    assert verdict_sentence(metric, row("improving", **numbers, **columns)) == (
        "Features take 4.8 days instead of 5.6 days, 20 % faster against the teams without it: "
        "more than such differences usually are; an association, not a cause."
    )
    numbers |= {"effect": 0.02, "lo": -0.2, "hi": 0.3}
    assert verdict_sentence(metric, row("no clear change", "no change", **numbers, **columns)) == (
        "No clear change against the teams without it; anything between 20 % faster and 30 % "
        "slower would look like this; an association, not a cause."
    )


@pytest.mark.parametrize("metric", [m for m in METRICS if m.is_headline], ids=lambda m: m.name)
def test_every_headline_has_words_for_its_changes(metric: Any) -> None:
    texts = {change_text(metric, effect) for effect in (-0.5, 0.0, 0.5)}
    assert len(texts) == 3
    assert "no change" in texts
    assert metric.changed
    assert metric.loss
