"""The demo company's history while it is made up: issues, pull requests, seeded chance, and where time stands."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from statistics import NormalDist
from typing import Any, TypeVar

from collectors.demo.company import HISTORY, PEOPLE, REPOS, ROLLOUT, Person, Repo, later, rollout_on
from collectors.demo.text import File

Json = dict[str, Any]
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


@dataclass(eq=False)
class Issue:
    """An issue as it will stand in the end; it gets its number once all are known. ``notes`` mention other items."""

    repo: Repo
    opened: datetime
    author: str
    title: str
    body: str
    labels: tuple[str, ...]
    closed: datetime | None = None
    reason: str | None = None
    notes: list[tuple[str, Issue | Change]] = field(default_factory=list)
    number: int = 0


@dataclass(eq=False)
class Change:
    """A pull request as it will stand in the end. What lies after the end of the history is left out when written."""

    repo: Repo
    opened: datetime
    author: str
    title: str
    body: str
    labels: tuple[str, ...]
    kind: str
    team: str
    person: Person
    branch: str
    files: list[File]
    oid: str
    base: str = "main"
    opened_as_draft: bool = False
    ready: datetime | None = None
    merged: datetime | None = None
    merged_by: str | None = None
    closed: datetime | None = None
    closed_by: str | None = None
    closes: Issue | None = None
    reverts: Change | None = None
    commits: list[tuple[datetime, str, str]] = field(default_factory=list)
    reviews: list[tuple[datetime, str, str]] = field(default_factory=list)
    comments: list[tuple[datetime, str]] = field(default_factory=list)
    events: list[tuple[datetime, Json]] = field(default_factory=list)
    notes: list[tuple[str, Issue | Change]] = field(default_factory=list)
    number: int = 0


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
            return (at + timedelta(hours=hours * WEEK_HOURS / WORKING_WEEK_HOURS)).replace(microsecond=0)
        return later(at, hours, zone + self.rng.triangular(-LEEWAY, LEEWAY))

    def oid(self) -> str:
        """Return a new commit id."""
        return f"{self.rng.getrandbits(160):040x}"


@dataclass
class World:
    """The company up to the end of the day ``until``, and what has been planned of its history."""

    until: date
    chance: Chance
    changes: list[Change] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
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

    def settle(self) -> None:
        """Leave out what has not happened by the end, or by the day a repository was archived, and number the rest."""
        ends = {repo: self._closing_time(repo) for repo in REPOS.values()}
        self.changes = [change for change in self.changes if change.opened < ends[change.repo]]
        self.issues = [issue for issue in self.issues if issue.opened < ends[issue.repo]]
        for change in self.changes:
            _cut(change, ends[change.repo])
            if change.closes and change.merged:
                change.closes.closed = change.merged
            if ends[change.repo] < self.end and not (change.merged or change.closed):
                change.closed, change.closed_by = ends[change.repo], ARCHIVIST
        for issue in self.issues:
            if issue.closed is None or issue.closed >= ends[issue.repo]:
                is_left = ends[issue.repo] < self.end
                issue.closed, issue.reason = (ends[issue.repo], "not_planned") if is_left else (None, None)
        for repo in REPOS.values():
            items: list[Issue | Change] = [*self.issues, *self.changes]
            items = [item for item in items if item.repo is repo]
            for place, item in enumerate(sorted(items, key=lambda item: item.opened), 1):
                item.number = place

    def _closing_time(self, repo: Repo) -> datetime:
        archived_on = repo.archived_on(self.until)
        return datetime.combine(archived_on, time(9)) if archived_on else self.end


def _cut(change: Change, end: datetime) -> None:
    """Leave out what happened to a pull request at or after the end."""
    change.merged = change.merged if change.merged and change.merged < end else None
    change.closed = change.closed if change.closed and change.closed < end else None
    change.commits = [found for found in change.commits if found[0] < end]
    change.reviews = [found for found in change.reviews if found[0] < end and found[0] <= (change.merged or end)]
    change.comments = [found for found in change.comments if found[0] < end]
    change.events = sorted((found for found in change.events if found[0] < end), key=lambda found: found[0])
    closings = [found for found in change.events if found[1]["__typename"] in ("ClosedEvent", "ReopenedEvent")]
    if not change.merged and closings and closings[-1][1]["__typename"] == "ClosedEvent":  # not reopened in time
        change.events.remove(closings[-1])
        change.closed, change.closed_by = closings[-1][0], closings[-1][1]["actor"]
