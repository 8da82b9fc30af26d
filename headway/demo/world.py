"""State of the demo company's history while it is generated, and seeded random draws."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from headway.demo.company import (
    EFFECTS,
    HOST,
    OWNER,
    PEOPLE,
    REPOS,
    Json,
    Person,
    Repo,
    later,
    monday,
)
from headway.demo.items import Change, Discussion, Issue, Item, Milestone, Shipment
from headway.demo.periods import Calendar

T = TypeVar("T")
#: hours by which people start and end earlier or later, at most
LEEWAY = 4.0
#: share of work that continues in the evening, at night or at the weekend
OFF_HOURS = 0.25
WEEK_HOURS, WORKING_WEEK_HOURS = 168, 55
#: closes the open items of an archived repository
ARCHIVIST = "rustlingpine"


class World:
    """History of the company to the end of the day ``until``, filled by independent draws.

    Without effects the rollout changes nothing.
    """

    def __init__(self, until: date, seed: int, has_effects: bool = True) -> None:
        self.rng = Random(seed)
        self.until, self.has_effects = until, has_effects
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
        self.days = Calendar(until)
        self.begin, self.rollout, self.recovery = (
            datetime.combine(day, time())
            for day in (self.days.begin, self.days.rollout, self.days.recovery)
        )
        self.end = datetime.combine(until, time()) + timedelta(days=1)
        self.length = self.end - self.begin
        #: when each repository is archived, or the end
        self.ends = dict.fromkeys(REPOS.values(), self.end)
        for repo in REPOS.values():
            if repo.archived_weeks_ago:
                self.ends[repo] = datetime.combine(monday(until, repo.archived_weeks_ago), time(9))
        self._members: dict[tuple[str, date], list[Person]] = {}

    def happens(self, share: float) -> bool:
        """Return True for this share of the draws."""
        return self.rng.random() < share

    def spread(self, sigma: float) -> float:
        """Return a log-normal factor with the median 1."""
        return self.rng.lognormvariate(0, sigma)

    def pick(self, weights: Mapping[T, float]) -> T:
        """Return a choice by weight."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def oid(self) -> str:
        """Return a new commit id."""
        return f"{self.rng.getrandbits(160):040x}"

    def describe(self, phrases: list[str], repo: Repo | None = None, component: str = "") -> str:
        """Return a random phrase about a component, by default a random one."""
        component = component or (self.rng.choice(repo.components) if repo else "")
        phrase = self.rng.choice(phrases).format(thing=component)
        return phrase[:1].upper() + phrase[1:]

    def after(self, at: datetime, hours: float, zone: float) -> datetime:
        """Return the time after a number of working hours; habits differ by day and person."""
        if self.happens(OFF_HOURS):
            span = timedelta(hours=hours * WEEK_HOURS / WORKING_WEEK_HOURS)
            return (at + span).replace(microsecond=0)
        return later(at, hours, zone + self.rng.triangular(-LEEWAY, LEEWAY))

    def soon(self, at: datetime, hours: float = 8.0) -> datetime:
        """Return a working time in the next hours after a time."""
        return later(at, self.rng.random() * hours)

    def span(self, first: float, last: float) -> timedelta:
        """Return a random number of days."""
        return timedelta(days=self.rng.uniform(first, last))

    def at(self, share: float) -> datetime:
        """Return the time after a share of the history."""
        return self.begin + self.length * share

    def share(self, at: datetime) -> float:
        """Return the share of the history at a time."""
        return (at - self.begin) / self.length

    def times(self, per_week: float) -> Iterator[datetime]:
        """Yield random times at a rate."""
        at = self.begin
        while True:
            at += timedelta(weeks=self.rng.expovariate(per_week))
            if at >= self.end:
                return
            yield at.replace(microsecond=0)

    def effect(self, team: str, at: datetime) -> float:
        """Return the share of the rollout's effect on a team: 1 after the transition."""
        if team not in EFFECTS.teams or not self.has_effects:
            return 0.0
        weeks = timedelta(weeks=EFFECTS.transition_weeks)
        return min(max((at - self.rollout) / weeks, 0.0), 1.0)

    def guarded(self, shares: tuple[float, float, float], team: str, at: datetime) -> float:
        """Return a share of a guardrail: before the rollout, in the loss, or since the recovery."""
        before, lost, recovery = shares
        after = lost if at < self.recovery else recovery
        return before + (after - before) * self.effect(team, at)

    def members(self, team: str, at: datetime) -> list[Person]:
        """Return the members of a team on a day."""
        day = at.date()
        if (team, day) not in self._members:
            crew = [person for person in PEOPLE if person.team_on(day, self.until) == team]
            self._members[team, day] = crew
        return self._members[team, day]

    def member(self, team: str, at: datetime, *roles: str) -> Person:
        """Return a random member of a team, if possible with one of the roles."""
        crew = self.members(team, at)
        return self.rng.choice([p for p in crew if not roles or p.role in roles] or crew)

    def is_archived(self, repo: Repo, at: datetime) -> bool:
        """Return True if a repository is archived on that day."""
        return self.ends[repo] < self.end and at.date() >= self.ends[repo].date()

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

    def unlinked(self, repo: Repo, start: datetime, end: datetime, *kinds: str) -> list[Change]:
        """Return pull requests of a repository without an issue, in the order of their merge.

        They are of these kinds and were merged in the time.
        """
        merges = [
            (change.merged, change)
            for change in self.changes
            if change.repo is repo and change.merged and start <= change.merged < end
        ]
        free = [row for row in merges if row[1].kind in kinds and not row[1].issue]
        return [c for at, c in sorted(free, key=lambda row: row[0]) if at < self.end]

    def settle(self) -> None:
        """Drop what happens after the end or an archival, close issues by merges, add numbers."""
        self.changes = [row for row in self.changes if row.opened < self.ends[row.repo]]
        self.issues = [row for row in self.issues if row.opened < self.ends[row.repo]]
        self.discussions = [row for row in self.discussions if row.opened < self.ends[row.repo]]
        self.milestones = [row for row in self.milestones if row.opened < self.end]
        for change in self.changes:
            end = self.ends[change.repo]
            change.cut(end)
            if change.issue and change.is_closing and change.merged:
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
                own = sorted((row for row in rows if row.repo is repo), key=lambda row: row.opened)
                for index, row in enumerate(own, 1):
                    row.number = index


def import_row(world: World, kind: str, source: str, file: str, count: int) -> Json:
    """Return the row of ``imports`` of a file."""
    return {
        "import_id": hashlib.sha256(f"{HOST} {kind}".encode()).hexdigest(),
        "kind": kind,
        "source": source,
        "account": OWNER if kind == "spend" else "",
        "file": file,
        "exported_at": world.end,
        "loaded_at": world.end,
        "rows_read": count,
    }
