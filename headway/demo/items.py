"""Items of the demo company's trackers while its history is generated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from headway.demo.company import Json, Person, Repo, account, post

#: path, additions, deletions, kind of change
File = tuple[str, int, int, str]
TURNS = ("ClosedEvent", "ReopenedEvent")


@dataclass(eq=False)
class Milestone:
    """Milestone of a repository; it gets its number at the end."""

    repo: Repo
    title: str
    opened: datetime
    due: datetime
    closed: datetime | None = None
    number: int = 0


@dataclass(eq=False)
class Item:
    """Issue, pull request or discussion; it gets its number at the end.

    ``labels`` are those it is opened with. Later changes are ``events``. ``notes`` are sentences
    that mention another item. The author of a deleted account is an empty string. Comments and
    events are members of the document, with times and items instead of their texts.
    """

    repo: Repo
    opened: datetime
    author: str
    title: str
    body: str = ""
    labels: tuple[str, ...] = ()
    milestone: Milestone | None = None
    comments: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    notes: list[tuple[str, Item]] = field(default_factory=list)
    number: int = 0

    def add(self, at: datetime, kind: str, actor: str | None, **details: Any) -> None:
        """Add an event of the timeline."""
        event = {"__typename": kind, "createdAt": at.replace(microsecond=0)}
        self.events.append(event | {"actor": account(actor)} | details)

    def assign(self, at: datetime, actor: str, assignee: str) -> None:
        """Assign an account."""
        self.add(at, "AssignedEvent", actor, assignee=account(assignee))

    def comment(self, at: datetime, login: str) -> Json:
        """Add a comment and return it."""
        self.comments.append(post(at, login))
        return self.comments[-1]

    def label(self, at: datetime, actor: str, name: str) -> None:
        """Add a label."""
        self.add(at, "LabeledEvent", actor, label={"name": name})

    def schedule(self, at: datetime, actor: str, milestone: Milestone) -> None:
        """Add it to a milestone."""
        self.milestone = milestone
        self.add(at, "MilestonedEvent", actor, milestoneTitle=milestone.title)

    @property
    def closed(self) -> datetime | None:
        """The time it was closed, None if it is open."""
        turns = [event for event in self.events if event["__typename"] in TURNS]
        return turns[-1]["createdAt"] if turns and turns[-1]["__typename"] == TURNS[0] else None

    @property
    def current_labels(self) -> list[str]:
        """The labels after all events."""
        names = dict.fromkeys(self.labels)
        for event in self.events:
            if event["__typename"] == "LabeledEvent":
                names.setdefault(event["label"]["name"])
            elif event["__typename"] == "UnlabeledEvent":
                names.pop(event["label"]["name"], None)
        return list(names)

    def cut(self, end: datetime) -> None:
        """Sort comments and events, and drop those after the end or without effect."""
        self.comments = in_order(self.comments, end)
        events, self.events, is_open = in_order(self.events, end), [], True
        for event in events:
            if event["__typename"] in TURNS:
                if is_open != (event["__typename"] == TURNS[0]):
                    continue
                is_open = not is_open
            self.events.append(event)


def in_order(rows: list[Json], end: datetime) -> list[Json]:
    """Return comments or events until the end by their time."""
    return sorted((r for r in rows if r["createdAt"] < end), key=lambda row: row["createdAt"])


@dataclass(eq=False)
class Issue(Item):
    """Issue."""

    def close(
        self, at: datetime, actor: str, reason: str = "COMPLETED", closer: Item | Json | None = None
    ) -> None:
        """Close it by hand, by a pull request or by a commit."""
        if reason == "DUPLICATE":
            self.add(at, "MarkedAsDuplicateEvent", actor)
        self.add(at, "ClosedEvent", actor, stateReason=reason, closer=closer)

    def reopen(self, at: datetime, actor: str) -> None:
        """Open it again."""
        self.add(at, "ReopenedEvent", actor, stateReason="REOPENED")


def settle(issue: Issue, end: str, at: datetime, actor: str) -> None:
    """Close an issue without a change: as stale, declined, duplicate, or by its author."""
    if end == "wontfix":
        issue.label(at - timedelta(minutes=4), actor, end)
    if end == "stale":
        actor = "github-actions"
        issue.label(at - timedelta(days=7), actor, end)
        issue.comment(at - timedelta(days=7), actor)
    reasons = {"wontfix": "COMPLETED", "author": "COMPLETED", "duplicate": "DUPLICATE"}
    issue.close(at, actor, reasons.get(end, "NOT_PLANNED"))


@dataclass(eq=False, kw_only=True)
class Change(Item):
    """Pull request; ``person`` is responsible for it, ``author`` may be an agent."""

    kind: str
    team: str
    person: Person
    oid: str
    component: str = ""
    branch: str = ""
    files: list[File] = field(default_factory=list)
    is_opened_as_draft: bool = False
    ready: datetime | None = None
    merged: datetime | None = None
    merged_by: str | None = None
    #: linked issue; the merge closes it if ``is_closing``
    issue: Issue | None = None
    is_closing: bool = True
    reverts: Change | None = None
    #: time, message and author
    commits: list[tuple[datetime, str, str]] = field(default_factory=list)
    #: time, reviewer and state
    reviews: list[tuple[datetime, str, str]] = field(default_factory=list)

    @property
    def is_by_agent(self) -> bool:
        """True for agents' accounts and branches."""
        is_branch = self.branch.startswith(("codex/", "claude/"))
        return self.author != self.person.login or is_branch

    def link(self, issue: Issue, note: str, is_closing: bool = True) -> None:
        """Link it to an issue and mention the issue."""
        self.issue, self.is_closing = issue, is_closing
        self.notes.append((note, issue))

    def cut(self, end: datetime) -> None:
        """Drop what happened after the end."""
        super().cut(end)
        self.merged = self.merged if self.merged and self.merged < end else None
        self.commits = [row for row in self.commits if row[0] < end]
        until = self.merged or end
        self.reviews = [row for row in self.reviews if row[0] < end and row[0] <= until]


@dataclass(eq=False, kw_only=True)
class Discussion(Item):
    """Discussion; the answer is one of its comments, which have replies."""

    category: str
    answer: Json | None = None
    answered: datetime | None = None
    answered_by: str = ""
    closed_at: datetime | None = None
    reason: str | None = None

    def comment(self, at: datetime, login: str) -> Json:
        """Add a comment and return it."""
        comment = super().comment(at, login)
        comment["replies"] = []
        return comment

    def cut(self, end: datetime) -> None:
        """Drop what happened after the end."""
        super().cut(end)
        for comment in self.comments:
            comment["replies"] = in_order(comment["replies"], end)
        if self.answered and self.answered >= end:
            self.answer = self.answered = None
        if self.closed_at and self.closed_at >= end:
            self.closed_at = self.reason = None


@dataclass(eq=False)
class Shipment:
    """Release, or deployment to an environment with its states, oldest first.

    It contains the commits of the default branch at ``cut``, and is live from ``live`` on.
    """

    repo: Repo
    cut: datetime
    live: datetime
    environment: str = ""
    states: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The tag of a release: the day of its cut."""
        return f"v{self.cut:%Y.%-m.%-d}"
