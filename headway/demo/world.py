"""State of the demo company's history while it is generated, and seeded random draws."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from statistics import NormalDist
from typing import TypeVar

from headway.demo.company import (
    HISTORY,
    PEOPLE,
    REPOS,
    ROLLOUT,
    Json,
    Person,
    Repo,
    later,
    rollout_on,
)
from headway.demo.items import Change, Discussion, Issue, Item, Milestone, Shipment

T = TypeVar("T", bound=Hashable)
#: cards of a deck, from which evenly spread draws are taken
DECK = 50
#: hours by which people start and end earlier or later, at most
LEEWAY = 4.0
#: share of work that continues in the evening, at night or at the weekend
OFF_HOURS = 0.25
WEEK_HOURS, WORKING_WEEK_HOURS = 168, 55
#: closes the open items of an archived repository
ARCHIVIST = "rustlingpine"


class Chance:
    """Seeded draws; those with a key are taken from a shuffled deck, so they spread evenly."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self._decks: dict[Hashable, list[float]] = {}

    def uniform(self, *key: Hashable) -> float:
        """Return a number between 0 and 1."""
        deck = self._decks.setdefault(key, [])
        if not deck:
            deck += [(card + self.rng.random()) / DECK for card in range(DECK)]
            self.rng.shuffle(deck)
        return deck.pop()

    def happens(self, share: float, *key: Hashable) -> bool:
        """Return True for this share of the draws."""
        return self.uniform(*key) < share

    def spread(self, sigma: float, *key: Hashable) -> float:
        """Return a log-normal factor with the median 1."""
        return math.exp(sigma * NormalDist().inv_cdf(min(max(self.uniform(*key), 1e-6), 1 - 1e-6)))

    def pick(self, weights: Mapping[T, float], *key: Hashable) -> T:
        """Return a choice by weight."""
        at = self.uniform(*key) * sum(weights.values())
        for choice, weight in weights.items():
            at -= weight
            if at < 0:
                return choice
        return next(iter(weights))

    def after(self, at: datetime, hours: float, zone: float) -> datetime:
        """Return the time after a number of working hours; habits differ by day and person."""
        if self.rng.random() < OFF_HOURS:
            span = timedelta(hours=hours * WEEK_HOURS / WORKING_WEEK_HOURS)
            return (at + span).replace(microsecond=0)
        return later(at, hours, zone + self.rng.triangular(-LEEWAY, LEEWAY))

    def soon(self, at: datetime, hours: float = 8.0) -> datetime:
        """Return a working time in the next hours after a time."""
        return later(at, self.rng.random() * hours)

    def days(self, first: float, last: float) -> timedelta:
        """Return a random number of days."""
        return timedelta(days=self.rng.uniform(first, last))

    def oid(self) -> str:
        """Return a new commit id."""
        return f"{self.rng.getrandbits(160):040x}"


class World(Chance):
    """History of the company, to the end of the day ``until``, and the draws that fill it."""

    def __init__(self, until: date, seed: int) -> None:
        super().__init__(seed)
        self.until = until
        self.changes: list[Change] = []
        self.issues: list[Issue] = []
        self.discussions: list[Discussion] = []
        self.milestones: list[Milestone] = []
        self.shipments: list[Shipment] = []
        #: rows of the pager and of the experiment platform, with the item that each names
        self.alarms: list[tuple[Json, Change | None]] = []
        self.trials: list[tuple[Json, Item | None]] = []
        #: commits without a pull request: repository, time, id, message
        self.pushes: list[tuple[Repo, datetime, str, str]] = []
        self.end = datetime.combine(until, time()) + timedelta(days=1)
        self.begin = self.end - HISTORY
        self.rollout = datetime.combine(rollout_on(until), time())
        #: when each repository is archived, or the end
        self.ends = {repo: repo.ends_at(until) or self.end for repo in REPOS.values()}
        self._members: dict[tuple[str, date], list[Person]] = {}

    def at(self, share: float) -> datetime:
        """Return the time after a share of the history."""
        return self.begin + HISTORY * share

    def share(self, at: datetime) -> float:
        """Return the share of the history at a time."""
        return (at - self.begin) / HISTORY

    def times(self, per_week: float, growth: float = 0.0) -> Iterator[datetime]:
        """Yield random times; the rate grows over the history by this share."""
        at = self.begin
        while True:
            rate = per_week * (1 + growth * self.share(at))
            at += timedelta(weeks=self.rng.expovariate(rate))
            if at >= self.end:
                return
            yield at.replace(microsecond=0)

    def effect(self, team: str, at: datetime) -> float:
        """Return the share of the rollout's effect on a team: 1 after the ramp."""
        if team not in ROLLOUT.teams:
            return 0.0
        return min(max((at - self.rollout) / timedelta(weeks=ROLLOUT.ramp_weeks), 0.0), 1.0)

    def members(self, team: str, at: datetime) -> list[Person]:
        """Return the members of a team on a day."""
        day = at.date()
        if (team, day) not in self._members:
            crew = [person for person in PEOPLE if person.team_on(day, self.until) == team]
            self._members[team, day] = crew
        return self._members[team, day]

    def member(self, team: str, at: datetime, *roles: str) -> Person:
        """Return a random member of a team."""
        crew = self.members(team, at)
        return self.rng.choice([p for p in crew if not roles or p.role in roles])

    def is_archived(self, repo: Repo, at: datetime) -> bool:
        """Return True if a repository is archived on that day."""
        return self.ends[repo] < self.end and at.date() >= self.ends[repo].date()

    def describe(self, phrases: list[str], repo: Repo | None = None, component: str = "") -> str:
        """Return a random phrase about a component, by default a random one."""
        component = component or (self.rng.choice(repo.components) if repo else "")
        phrase = self.rng.choice(phrases).format(thing=component)
        return phrase[:1].upper() + phrase[1:]

    def open_issue(
        self, repo: Repo, at: datetime, title: str, body: str, *labels: str, by: str | None = None
    ) -> Issue:
        """Add an issue, by default by a member of the owner team."""
        login = self.member(repo.owner, at).login if by is None else by
        self.issues.append(Issue(repo, at, login, title, body, labels))
        return self.issues[-1]

    def merged(self) -> list[tuple[datetime, Change]]:
        """Return merged pull requests with the time of their merge, in order."""
        merges = [(c.merged, c) for c in self.changes if c.merged and c.merged < self.end]
        return sorted(merges, key=lambda row: row[0])

    def unlinked(self, *kinds: str) -> list[tuple[datetime, Change]]:
        """Return merged pull requests of these kinds without an issue, as ``merged`` does."""
        rows = [row for row in self.merged() if row[1].kind in kinds]
        return [(at, c) for at, c in rows if not c.issue and c.base == "main"]

    def candidates(self, issue: Issue, hours: int, *kinds: str) -> list[tuple[datetime, Change]]:
        """Return those ``unlinked`` that can close an issue, opened these hours after it."""
        soonest = issue.opened + timedelta(hours=hours)
        rows = [row for row in self.unlinked(*kinds) if row[1].repo is issue.repo]
        return [row for row in rows if row[1].opened > soonest and not row[1].milestone]

    def settle(self) -> None:
        """Drop what happens after the end or an archival, close issues by merges, add numbers."""
        self.changes = [row for row in self.changes if row.opened < self.ends[row.repo]]
        self.issues = [row for row in self.issues if row.opened < self.ends[row.repo]]
        self.discussions = [row for row in self.discussions if row.opened < self.ends[row.repo]]
        self.milestones = [row for row in self.milestones if row.opened < self.end]
        for change in self.changes:
            end = self.ends[change.repo]
            change.cut(end)
            if change.issue and change.is_closing and change.merged and change.base == "main":
                change.issue.close(change.merged, change.merged_by or "", closer=change)
            if end < self.end and not (change.merged or change.closed):
                change.add(end, "ClosedEvent", ARCHIVIST)
        for issue in self.issues:
            end = self.ends[issue.repo]
            issue.cut(end)
            if end < self.end and not issue.closed:
                issue.close(end, ARCHIVIST, "NOT_PLANNED")
        for discussion in self.discussions:
            discussion.cut(self.ends[discussion.repo])
        for milestone in self.milestones:
            if milestone.closed and milestone.closed >= self.end:
                milestone.closed = None
        for repo in REPOS.values():
            items: list[Item] = [*self.issues, *self.changes, *self.discussions]
            for rows in (items, self.milestones):
                number([row for row in rows if row.repo is repo])


def number(rows: Sequence[Item | Milestone]) -> None:
    """Number items of a repository by the time they were opened."""
    for index, row in enumerate(sorted(rows, key=lambda row: row.opened), 1):
        row.number = index
