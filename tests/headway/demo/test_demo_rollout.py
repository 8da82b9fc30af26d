"""The demo company's history shows the effect of its rollout, with realistic noise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, median

import pytest

from headway.demo import ROLLOUT, rollout_on
from tests.support.demo_history import Change, History, histories, hours


@dataclass(frozen=True)
class Sides:
    """The changes before the rollout and after its ramp, and how many weeks each side has."""

    before: list[Change]
    after: list[Change]
    late: list[Change]
    weeks: tuple[float, float]


def sides(is_rolled_out: bool) -> Sides:
    """Return both sides of the rollout, for its teams or for the others, of all demos together."""
    before, after, late, weeks = [], [], [], [0.0, 0.0]
    for history in histories():
        ramped = history.rollout + timedelta(weeks=ROLLOUT.ramp_weeks)
        crowded = history.rollout + timedelta(weeks=ROLLOUT.pickup_after_weeks)
        selected = [
            c for c in history.changes if c.team and (c.team in ROLLOUT.teams) == is_rolled_out
        ]
        before += [change for change in selected if change.opened < history.rollout]
        after += [change for change in selected if change.opened >= ramped]
        late += [
            change
            for change in selected
            if change.opened >= ramped and (change.ready or ramped) >= crowded
        ]
        weeks[0] += hours(history.rollout - min(change.opened for change in history.changes)) / 168
        weeks[1] += hours(history.end - ramped) / 168
    return Sides(before, after, late, (weeks[0], weeks[1]))


def change_in(stage: str, before: list[Change], after: list[Change]) -> float:
    """Return the relative change of a stage's geometric mean.

    Half an hour is added to each duration, so that zero hours have a logarithm.
    """
    remaining, valid = (
        mean(
            math.log(value + 0.5)
            for c in side
            if c.merged and (value := getattr(c, stage)) is not None
        )
        for side in (before, after)
    )
    return math.exp(valid - remaining) - 1


def test_coding_time_falls_in_teams_with_agents() -> None:
    result = sides(is_rolled_out=True)
    assert change_in("coding", result.before, result.after) == pytest.approx(
        ROLLOUT.coding_change, abs=0.05
    )
    medians = [
        median(c.coding for c in side if c.merged and c.coding is not None)
        for side in (result.before, result.after)
    ]
    # a median jumps over nights, so it is looser
    assert medians[1] / medians[0] - 1 == pytest.approx(ROLLOUT.coding_change, abs=0.1)


def test_pickup_time_is_stable_at_first_and_grows_later() -> None:
    result = sides(is_rolled_out=True)
    late = set(map(id, result.late))
    early = [change for change in result.after if id(change) not in late]
    assert change_in("pickup", result.before, early) == pytest.approx(0, abs=0.09)
    assert change_in("pickup", result.before, result.late) == pytest.approx(
        ROLLOUT.pickup_change, abs=0.1
    )


def test_review_time_rises() -> None:
    result = sides(is_rolled_out=True)
    assert change_in("review", result.before, result.after) == pytest.approx(
        ROLLOUT.review_change, abs=0.07
    )


def test_more_features_are_opened() -> None:
    result = sides(is_rolled_out=True)
    before, after = (
        sum(change.is_feature for change in side) / weeks
        for side, weeks in zip((result.before, result.after), result.weeks, strict=True)
    )
    assert after / before - 1 == pytest.approx(ROLLOUT.feature_change, abs=0.05)


def test_agents_and_assistants_open_pull_requests() -> None:
    result = sides(is_rolled_out=True)
    assert mean(change.has_ai for change in result.before) == pytest.approx(
        ROLLOUT.ai_share_before, abs=0.01
    )
    assert mean(change.has_ai for change in result.after) == pytest.approx(
        ROLLOUT.ai_share_after, abs=0.02
    )


def test_reverts_become_more_frequent() -> None:
    before: list[bool] = []
    after: list[bool] = []
    for history in histories():
        undone = set(reverted(history))
        for change in history.changes:
            if change.merged and change.team in ROLLOUT.teams:
                ramped = history.rollout + timedelta(weeks=ROLLOUT.ramp_weeks)
                is_undone = (change.repo_id, change.number) in undone
                if change.merged < history.rollout:
                    before.append(is_undone)
                elif ramped <= change.merged < history.end - timedelta(days=14):
                    after.append(is_undone)
    assert mean(before) == pytest.approx(ROLLOUT.revert_share_before, abs=0.004)
    assert mean(after) == pytest.approx(ROLLOUT.revert_share_after, abs=0.005)


def reverted(history: History) -> Iterator[tuple[int, int]]:
    """Yield repository and number of each pull request reverted by a pull request or commit."""
    ids = {row["repo"]: row["repo_id"] for row in history.tables["github_repositories"]}
    shas = {n["mergeCommit"]["oid"]: n for n in history.nodes("pull_requests") if n["mergeCommit"]}
    for node in history.nodes("pull_requests"):
        if node["mergedAt"] and (match := re.match(r"Reverts (\S+)#(\d+)", node["body"])):
            yield ids[match[1]], int(match[2])
    for node in history.nodes("commits"):
        if match := re.search(r"This reverts commit (\w{40})", node["message"]):
            yield shas[match[1]]["repo_id"], shas[match[1]]["number"]


def test_nothing_changes_in_the_other_team() -> None:
    result = sides(is_rolled_out=False)
    for stage in ("coding", "pickup", "review"):
        assert change_in(stage, result.before, result.after) == pytest.approx(0, abs=0.15)
    assert mean(change.has_ai for change in result.after) == pytest.approx(
        ROLLOUT.ai_share_before, abs=0.015
    )


def test_the_rollout_is_on_the_first_monday_10_months_before() -> None:
    assert [rollout_on(date(*day)) for day in ((2026, 11, 21), (2026, 1, 1), (2024, 2, 29))] == [
        date(2026, 1, 5),
        date(2025, 3, 3),
        date(2023, 4, 3),
    ]
