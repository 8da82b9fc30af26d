"""The demo company's history shows the effects of its rollout, with realistic noise."""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from statistics import mean

import duckdb
import pytest

from collectors.ledger.opening import open_ledger
from headway.demo import EFFECTS, Calendar
from queries.read.snapshot import LINK
from tests.support.command import Desk
from tests.support.demo_history import UNTIL, Change, History, histories, hours, read

TRANSITION = timedelta(weeks=EFFECTS.transition_weeks)


@dataclass(frozen=True)
class WithoutEffects:
    """The demo of ``headway demo --no-effects``: its history, and its words by kind of scope."""

    history: History
    words: Counter[tuple[str, str]]


@cache
def published_without_effects() -> WithoutEffects:
    """Return the first demo with its effects switched off."""
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name), env={})
        with desk.start("demo", "--no-effects", "--until", str(UNTIL)) as running:
            done = running.done(300)
        assert done.code == 0, done.err
        folder = desk.folder / "data" / "demo"
        with duckdb.connect(str(folder / LINK), read_only=True) as db:
            rows = db.execute(
                "select scope_kind, verdict from verdicts inner join metrics using (metric) "
                "where page <> 'guardrails'"
            ).fetchall()
        with open_ledger(folder / "ledger.duckdb", "test") as store:
            return WithoutEffects(read(store, UNTIL), Counter(rows))


def without_effects() -> History:
    """Return the history of the demo with its effects switched off."""
    return published_without_effects().history


def test_without_effects_hardly_any_verdict_is_a_change() -> None:
    words = published_without_effects().words
    changes = [words["org", word] for word in ("improving", "worse", "not proven")]
    assert sum(changes) <= 1
    assert words["org", "no clear change"] > 80
    changes = [words["team", word] for word in ("improving", "worse", "not proven")]
    assert sum(changes) <= 0.02 * words["team", "no clear change"]


@dataclass(frozen=True)
class Sides:
    """The changes before the rollout and after its transition, and how many weeks each side has."""

    before: list[Change]
    after: list[Change]
    weeks: tuple[float, float]


def sides(demos: tuple[History, ...], is_rolled_out: bool) -> Sides:
    """Return both sides of the rollout, for its teams or for the others, of demos together."""
    before, after, weeks = list[Change](), list[Change](), [0.0, 0.0]
    for history in demos:
        later = history.rollout + TRANSITION
        selected = [
            c for c in history.changes if c.team and (c.team in EFFECTS.teams) == is_rolled_out
        ]
        before += [change for change in selected if change.opened < history.rollout]
        after += [change for change in selected if change.opened >= later]
        weeks[0] += hours(history.rollout - min(change.opened for change in history.changes)) / 168
        weeks[1] += hours(history.end - later) / 168
    return Sides(before, after, (weeks[0], weeks[1]))


def change_in(stage: str, result: Sides) -> float:
    """Return the relative change of a stage's geometric mean.

    Half an hour is added to each duration, so that zero hours have a logarithm.
    """
    before, after = (
        mean(
            math.log(value + 0.5)
            for c in side
            if c.merged and (value := getattr(c, stage)) is not None
        )
        for side in (result.before, result.after)
    )
    return math.exp(after - before) - 1


@pytest.mark.parametrize(
    ("stage", "change"), [("coding", -0.6), ("pickup", -0.5), ("review", -0.5)]
)
def test_stages_are_shorter_in_teams_with_agents(stage: str, change: float) -> None:
    assert getattr(EFFECTS, f"{stage}_change") == change
    assert change_in(stage, sides(histories(), True)) == pytest.approx(change, abs=0.07)


def test_more_features_are_opened() -> None:
    result = sides(histories(), True)
    before, after = (
        sum(change.is_feature for change in side) / weeks
        for side, weeks in zip((result.before, result.after), result.weeks, strict=True)
    )
    assert after / before - 1 == pytest.approx(EFFECTS.feature_change, abs=0.12)


def test_agents_and_assistants_open_pull_requests() -> None:
    result = sides(histories(), True)
    assert mean(change.has_ai for change in result.before) == pytest.approx(
        EFFECTS.ai_share_before, abs=0.015
    )
    assert mean(change.has_ai for change in result.after) == pytest.approx(
        EFFECTS.ai_share_after, abs=0.04
    )


def periods(history: History) -> tuple[tuple[datetime, datetime], ...]:
    """Return the time before the rollout, of the loss, and of the recovery."""
    recovery = datetime.combine(Calendar(history.until).recovery, time())
    settled = history.end - timedelta(days=14)
    return (
        (datetime.min, history.rollout),
        (history.rollout + TRANSITION, recovery),
        (recovery, settled),
    )


@pytest.mark.parametrize("index", range(3), ids=["before", "loss", "recovery"])
def test_guardrails_are_lost_for_a_quarter_and_recover(index: int) -> None:
    undone, alone = list[bool](), list[bool]()
    for history in histories():
        reverts, (first, last) = set(reverted(history)), periods(history)[index]
        nodes = {(n["repo_id"], n["number"]): n for n in history.nodes("pull_requests")}
        for change in history.changes:
            if change.merged and first <= change.merged < last and change.team in EFFECTS.teams:
                node = nodes[change.repo_id, change.number]
                people = [r for r in node["reviews"] if r["author"]["__typename"] == "User"]
                undone.append((change.repo_id, change.number) in reverts)
                alone.append(not people)
    assert len(undone) > 300
    assert mean(undone) == pytest.approx(EFFECTS.reverted[index], abs=0.035)
    assert mean(alone) == pytest.approx(EFFECTS.unreviewed[index], abs=0.05)


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


@pytest.mark.parametrize("has_effects", [True, False])
def test_nothing_changes_in_teams_without_agents_or_without_effects(has_effects: bool) -> None:
    demos = histories() if has_effects else (without_effects(),)
    result = sides(demos, is_rolled_out=not has_effects)
    for stage in ("coding", "pickup", "review"):
        assert change_in(stage, result) == pytest.approx(0, abs=0.12)
    assert mean(change.has_ai for change in result.after) == pytest.approx(
        EFFECTS.ai_share_before, abs=0.015
    )


def test_without_effects_spend_does_not_grow() -> None:
    history = without_effects()
    days = {row["partition_id"]: row["day"] for row in history.exports["spend_partitions"]}
    tokens = [0, 0]
    for row in history.exports["spend_rows"]:
        if row["tool"] == "claude code":
            tokens[days[row["partition_id"]] >= history.rollout.date()] += row["tokens"]
    before, after = 39 * 7, (history.until - history.rollout.date()).days + 1
    assert tokens[1] / after == pytest.approx(tokens[0] / before, rel=0.15)


def test_rollout_begins_a_quarter_after_ten_whole_ones_and_three_follow_it() -> None:
    # ISO years 2020 and 2026 have a week 53
    for until, begin, rollout, recovery in (
        ((2026, 11, 29), (2023, 6, 26), (2025, 12, 29), (2026, 3, 30)),
        ((2026, 10, 19), (2023, 6, 26), (2025, 12, 29), (2026, 3, 30)),
        ((2026, 10, 18), (2023, 3, 27), (2025, 9, 29), (2025, 12, 29)),
        ((2027, 1, 27), (2023, 9, 25), (2026, 3, 30), (2026, 6, 29)),
    ):
        days = Calendar(date(*until))
        assert (days.begin, days.rollout, days.recovery) == (
            date(*begin),
            date(*rollout),
            date(*recovery),
        )
