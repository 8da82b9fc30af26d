"""The demo company's history while it is made up: its items, seeded chance, and where time stands."""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from statistics import NormalDist
from typing import TypeVar

from headway.demo.company import HISTORY, PEOPLE, REPOS, ROLLOUT, Person, Repo, later, rollout_on
from headway.demo.items import Alarm, Change, Discussion, Issue, Milestone, Trial

T = TypeVar("T", bound=Hashable)
#: draws that are spread evenly are drawn from decks of so many cards
DECK = 50
#: how many hours people begin and end earlier or later than usual, at most
LEEWAY = 4.0
#: how often work goes on in the evening, at night or at the weekend as if it were day
OFF_HOURS = 0.25
WEEK_HOURS, WORKING_WEEK_HOURS = 168, 55
#: who closes what is open when a repository is archived
ARCHIVIST = "rustlingpine"
#: agents that open pull requests, by what the plan calls them
AGENT_LOGINS = {"copilot": "copilot-swe-agent", "devin": "devin-ai-integration"}


class Chance:
    """Seeded draws. Those with a key come from a shuffled deck, so that every few dozen are spread evenly."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self._decks: dict[Hashable, list[float]] = {}

    def uniform(self, *key: Hashable) -> float:
        """Return a number between 0 and 1, evenly spread over the draws with this key."""
        deck = self._decks.setdefault(key, [])
        if not deck:
            deck += [(card + self.rng.random()) / DECK for card in range(DECK)]
            self.rng.shuffle(deck)
        return deck.pop()

    def happens(self, share: float, *key: Hashable) -> bool:
        """Return whether something that has this share of the draws with this key happens."""
        return self.uniform(*key) < share

    def spread(self, sigma: float, *key: Hashable) -> float:
        """Return a log-normal factor around 1."""
        return math.exp(sigma * NormalDist().inv_cdf(min(max(self.uniform(*key), 1e-6), 1 - 1e-6)))

    def pick(self, weights: Mapping[T, float], *key: Hashable) -> T:
        """Return one of the choices, by weight."""
        at = self.uniform(*key) * sum(weights.values())
        for choice, weight in weights.items():
            at -= weight
            if at < 0:
                return choice
        return next(iter(weights))

    def after(self, at: datetime, hours: float, zone: float) -> datetime:
        """Return the moment after so many working hours; nobody keeps the same hours every day, or keeps to them."""
        if self.rng.random() < OFF_HOURS:
            return (at + timedelta(hours=hours * WEEK_HOURS / WORKING_WEEK_HOURS)).replace(
                microsecond=0
            )
        return later(at, hours, zone + self.rng.triangular(-LEEWAY, LEEWAY))

    def oid(self) -> str:
        """Return a new commit id."""
        return f"{self.rng.getrandbits(160):040x}"


@dataclass(eq=False)
class Shipment:
    """A release, or a deployment to an environment with the states it went through, oldest first.

    What had landed when it was ``cut`` is ``out`` then, if all went well.
    """

    repo: Repo
    cut: datetime
    out: datetime
    environment: str | None = None
    states: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass
class World:
    """The company up to the end of the day ``until``, and what has been planned of its history."""

    until: date
    chance: Chance
    changes: list[Change] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    #: what exports of other tools hold
    alarms: list[Alarm] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    #: commits pushed to a default branch without a pull request: repository, time, id, message
    pushes: list[tuple[str, datetime, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.end = datetime.combine(self.until, time()) + timedelta(days=1)
        self.begin = self.end - HISTORY
        self.rollout = datetime.combine(rollout_on(self.until), time())

    def effect(self, team: str, at: datetime) -> float:
        """Return how much of the rollout's effect a team shows: 0 before it and for others, 1 after the ramp."""
        if team not in ROLLOUT.teams:
            return 0.0
        return min(max((at - self.rollout) / timedelta(weeks=ROLLOUT.ramp_weeks), 0.0), 1.0)

    def members(self, team: str, day: date) -> list[Person]:
        """Return who is in a team on a day."""
        return [person for person in PEOPLE if person.team_on(day, self.until) == team]

    def is_archived(self, repo: Repo, at: datetime) -> bool:
        """Return whether a repository was archived by then."""
        archived_on = repo.archived_on(self.until)
        return archived_on is not None and at.date() >= archived_on

    def free(self, *kinds: str) -> list[Change]:
        """Return the merged pull requests of these kinds of work that are not linked to an issue, by their merge."""
        result = [
            (change.merged, change)
            for change in self.changes
            if change.kind in kinds and change.merged
        ]
        result = [
            (at, change)
            for at, change in result
            if not change.closes and change.base == "main" and at < self.end
        ]
        return [change for _, change in sorted(result, key=lambda pair: pair[0])]

    def settle(self) -> None:
        """Leave out what has not happened by the end, or by the day a repository was archived, and number the rest."""
        ends = {repo: self._closing_time(repo) for repo in REPOS.values()}
        self.changes = [change for change in self.changes if change.opened < ends[change.repo]]
        self.issues = [issue for issue in self.issues if issue.opened < ends[issue.repo]]
        self.discussions = [row for row in self.discussions if row.opened < ends[row.repo]]
        self.milestones = [row for row in self.milestones if row.created < self.end]
        for change in self.changes:
            _cut(change, ends[change.repo])
            if change.closes and change.is_closing and change.merged and change.base == "main":
                change.closes.close(change.merged, change.merged_by or "", closer=change)
            if ends[change.repo] < self.end and not (change.merged or change.closed):
                change.closed, change.closed_by = ends[change.repo], ARCHIVIST
        for issue in self.issues:
            issue.cut(ends[issue.repo])
            if ends[issue.repo] < self.end and not issue.closed:
                issue.close(ends[issue.repo], ARCHIVIST, "NOT_PLANNED")
        for discussion in self.discussions:
            discussion.cut(ends[discussion.repo])
        for milestone in self.milestones:
            milestone.closed = (
                milestone.closed if milestone.closed and milestone.closed < self.end else None
            )
        self._number()

    @functools.cached_property
    def links(self) -> dict[Issue, list[Change]]:
        """The pull requests that are linked to each issue."""
        by_key: dict[Issue, list[Change]] = {}
        for change in self.changes:
            if change.closes:
                by_key.setdefault(change.closes, []).append(change)
        return by_key

    def _number(self) -> None:
        for repo in REPOS.values():
            items: list[Issue | Change | Discussion] = [
                *self.issues,
                *self.changes,
                *self.discussions,
            ]
            items = [item for item in items if item.repo is repo]
            for index, item in enumerate(sorted(items, key=lambda item: item.opened), 1):
                item.number = index
            milestones = [milestone for milestone in self.milestones if milestone.repo is repo]
            for index, milestone in enumerate(
                sorted(milestones, key=lambda result: result.created), 1
            ):
                milestone.number = index

    def _closing_time(self, repo: Repo) -> datetime:
        archived_on = repo.archived_on(self.until)
        return datetime.combine(archived_on, time(9)) if archived_on else self.end


def _cut(change: Change, end: datetime) -> None:
    """Leave out what happened to a pull request at or after the end."""
    change.merged = change.merged if change.merged and change.merged < end else None
    change.closed = change.closed if change.closed and change.closed < end else None
    change.commits = [row for row in change.commits if row[0] < end]
    change.reviews = [
        row for row in change.reviews if row[0] < end and row[0] <= (change.merged or end)
    ]
    change.comments = [row for row in change.comments if row[0] < end]
    change.events = sorted((row for row in change.events if row[0] < end), key=lambda row: row[0])
    closings = [
        row for row in change.events if row[1]["__typename"] in ("ClosedEvent", "ReopenedEvent")
    ]
    if (
        not change.merged and closings and closings[-1][1]["__typename"] == "ClosedEvent"
    ):  # not reopened in time
        change.events.remove(closings[-1])
        change.closed, change.closed_by = closings[-1][0], closings[-1][1]["actor"]
