"""What the demo company's trackers hold while it is made up: pull requests, issues, discussions and milestones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headway.demo.company import Person, Repo
from headway.demo.text import File

Json = dict[str, Any]
TURNS = ("ClosedEvent", "ReopenedEvent")


@dataclass(eq=False)
class Milestone:
    """A milestone, which is closed once what it stands for is there."""

    repo: Repo
    title: str
    created: datetime
    due: datetime
    closed: datetime | None = None
    number: int = 0


@dataclass(eq=False)
class Issue:
    """An issue; ``labels`` are those it was opened with, ``notes`` mention other items, and the rest is its events.

    An author who has left GitHub is an empty string. It gets its number once all are known.
    """

    repo: Repo
    opened: datetime
    author: str
    title: str
    body: str
    labels: tuple[str, ...] = ()
    milestone: Milestone | None = None
    comments: list[tuple[datetime, str]] = field(default_factory=list)
    events: list[tuple[datetime, Json]] = field(default_factory=list)
    notes: list[tuple[str, Issue | Change]] = field(default_factory=list)
    number: int = 0

    def close(
        self,
        at: datetime,
        actor: str,
        reason: str = "COMPLETED",
        closer: Change | str | None = None,
    ) -> None:
        """Close it, by hand, by a pull request or by a commit; where it is closed then, this comes to nothing."""
        if reason == "DUPLICATE":
            self._add(at, "MarkedAsDuplicateEvent", actor)
        self._add(at, "ClosedEvent", actor, stateReason=reason, closer=closer)

    def reopen(self, at: datetime, actor: str) -> None:
        """Open it again; where it is open then, this comes to nothing."""
        self._add(at, "ReopenedEvent", actor, stateReason="REOPENED")

    def label(self, at: datetime, actor: str, name: str) -> None:
        """Give it a label."""
        self._add(at, "LabeledEvent", actor, label={"name": name})

    def unlabel(self, at: datetime, actor: str, name: str) -> None:
        """Take a label away."""
        self._add(at, "UnlabeledEvent", actor, label={"name": name})

    def assign(self, at: datetime, actor: str, assignee: str) -> None:
        """Give it to somebody."""
        self._add(at, "AssignedEvent", actor, assignee=assignee)

    def plan_for(self, at: datetime, actor: str, milestone: Milestone) -> None:
        """Put it into a milestone."""
        self.milestone = milestone
        self._add(at, "MilestonedEvent", actor, milestoneTitle=milestone.title)

    def postpone(self, at: datetime, actor: str, milestone: Milestone) -> None:
        """Take it out of a milestone."""
        self.milestone = None
        self._add(at, "DemilestonedEvent", actor, milestoneTitle=milestone.title)

    def _add(self, at: datetime, kind: str, actor: str, **more: Any) -> None:
        self.events.append((at.replace(microsecond=0), {"__typename": kind, "actor": actor} | more))

    @property
    def closed(self) -> datetime | None:
        """When it was closed, if it is."""
        turns = [(at, event) for at, event in self.events if event["__typename"] in TURNS]
        return turns[-1][0] if turns and turns[-1][1]["__typename"] == "ClosedEvent" else None

    def cut(self, end: datetime) -> None:
        """Put its events in order, without those at or after the end and those that change nothing."""
        self.comments = sorted(row for row in self.comments if row[0] < end)
        events, self.events, is_open = sorted(self.events, key=lambda row: row[0]), [], True
        for at, event in events:
            kind = event["__typename"]
            if at < end and (kind not in TURNS or is_open == (kind == "ClosedEvent")):
                self.events.append((at, event))
                is_open = kind == "ReopenedEvent" if kind in TURNS else is_open


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
    #: the issue that it is linked to, which its merge closes or not
    closes: Issue | None = None
    is_closing: bool = True
    reverts: Change | None = None
    milestone: Milestone | None = None
    commits: list[tuple[datetime, str, str]] = field(default_factory=list)
    reviews: list[tuple[datetime, str, str]] = field(default_factory=list)
    comments: list[tuple[datetime, str]] = field(default_factory=list)
    events: list[tuple[datetime, Json]] = field(default_factory=list)
    notes: list[tuple[str, Issue | Change]] = field(default_factory=list)
    number: int = 0

    @property
    def thing(self) -> str:
        """What it is about, in words, from the name of its first file."""
        name = self.files[0][0].rsplit("/", 1)[-1].split(".")[0].replace("_", " ").replace("-", " ")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()

    def link(self, issue: Issue, note: str, is_closing: bool = True) -> None:
        """Link it to an issue, and say so in its text."""
        self.closes, self.is_closing = issue, is_closing
        self.notes.append((note, issue))


@dataclass(eq=False)
class Discussion:
    """A discussion; each comment has the replies to it, and the answer is one of the comments."""

    repo: Repo
    opened: datetime
    author: str
    title: str
    category: str
    comments: list[Comment] = field(default_factory=list)
    answer: Comment | None = None
    answered: datetime | None = None
    answered_by: str = ""
    closed: datetime | None = None
    reason: str | None = None
    number: int = 0

    def cut(self, end: datetime) -> None:
        """Leave out what happened at or after the end."""
        self.comments = [comment for comment in self.comments if comment.at < end]
        for comment in self.comments:
            comment.replies = sorted(row for row in comment.replies if row[0] < end)
        if self.answered and self.answered >= end:
            self.answer = self.answered = None
        if self.closed and self.closed >= end:
            self.closed = self.reason = None


@dataclass(eq=False)
class Comment:
    """A comment of a discussion."""

    at: datetime
    author: str
    replies: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(eq=False)
class Alarm:
    """An incident in the pager; what caused it is named in the ``form`` of a number, a URL, a commit or a release."""

    key: str
    title: str
    repo: Repo
    severity: str
    opened: datetime
    resolved: datetime | None
    cause: Change | None
    release: str
    form: str


@dataclass(eq=False)
class Trial:
    """An experiment in the experiment platform; it may point at the item where the work is tracked."""

    key: str
    title: str
    repo: Repo | None
    started: datetime
    shipped: datetime | None = None
    decided: datetime | None = None
    decision: str | None = None
    item: Issue | Change | None = None
