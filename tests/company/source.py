"""What the company is written in: small values that leave out what never differs.

Times are ``YYYY-MM-DD HH:MM``, UTC. ``expand.py`` turns these values into datasets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Event = dict[str, Any]

APPROVED, CHANGES, COMMENTED = "APPROVED", "CHANGES_REQUESTED", "COMMENTED"
DISMISSED, PENDING = "DISMISSED", "PENDING"
ADDED, DELETED, RENAMED = "ADDED", "DELETED", "RENAMED"
SQUASH, MERGE, FAST_FORWARD = "squash", "merge", "fast-forward"
PLACES = {"shop": 1, "web": 2, "infra": 3, "legacy": 4}
MERGED = 255
AUTHOR = "(the author of the pull request)"


@dataclass(frozen=True)
class Commit:
    """A commit of a pull request; by its author, about its title, and committed when authored unless it says otherwise.

    ``login`` is the account that GitHub knows for the e-mail; None where it knows none.
    """

    authored: str
    message: str = ""
    login: str | None = AUTHOR
    email: str = ""
    committed: str = ""


@dataclass(frozen=True)
class Pull:
    """A pull request. ``merged`` and ``closed`` are (time, login); a review is (time, login, state)."""

    number: int
    title: str
    author: str | None
    opened: str
    commits: Sequence[Commit]
    files: Sequence[tuple[Any, ...]]
    body: str = ""
    head: str = ""
    base: str = ""
    draft: bool = False
    comments: Sequence[tuple[str, str | None]] = ()
    reviews: Sequence[tuple[str, str | None, str]] = ()
    events: Sequence[Event] = ()
    labels: Sequence[str] = ()
    assignees: Sequence[str] = ()
    closes: Sequence[int] = ()
    merged: tuple[str, str] | None = None
    closed: tuple[str, str] | None = None
    method: str = SQUASH
    association: str = "MEMBER"


@dataclass(frozen=True)
class Issue:
    """An issue."""

    number: int
    title: str
    author: str
    opened: str
    body: str = ""
    labels: Sequence[str] = ()
    closed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Push:
    """A commit pushed to the default branch without a pull request; ``place`` tells its sha."""

    place: int
    committed: str
    message: str
    login: str


@dataclass(frozen=True)
class Release:
    """A release of the commit ``oid``; a draft has no time of publication."""

    tag: str
    oid: str
    created: str
    published: str | None
    is_prerelease: bool = False


@dataclass(frozen=True)
class Deployment:
    """A deployment of the commit ``oid`` with its statuses (state, time)."""

    oid: str
    created: str
    statuses: Sequence[tuple[str, str]]
    environment: str = "production"


@dataclass(frozen=True)
class Repository:
    """A repository and everything in it."""

    name: str
    database_id: int
    created: str
    default_branch: str = "main"
    language: str | None = None
    topics: Sequence[str] = ()
    former_names: Sequence[str] = ()
    is_archived: bool = False
    issues: Sequence[Issue] = ()
    pulls: Sequence[Pull] = ()
    pushes: Sequence[Push] = ()
    releases: Sequence[Release] = ()
    deployments: Sequence[Deployment] = field(default=())


def iso(time: str) -> str:
    """``2026-01-05 10:00`` as GitHub writes it."""
    return f"{time.replace(' ', 'T')}:00Z"


def later(time: str, minutes: int) -> str:
    """The time some minutes later."""
    return (datetime.fromisoformat(time) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")


def sha(repo: str, number: int, place: int = MERGED) -> str:
    """The oid of a pull request's commit (from 0), of its merge commit, or of a push (number 0).

    Its first seven digits tell which: repository, number, place.
    """
    start = f"{PLACES[repo]}{number:04d}{place:02x}"
    return start + hashlib.sha1(start.encode()).hexdigest()[:33]


def event(kind: str, time: str, by: str | None, **members: Any) -> Event:
    """A timeline event of the GraphQL type ``<kind>Event``."""
    return {"type": f"{kind}Event", "created_at": iso(time), "actor": by, **members}


def ready(time: str, by: str) -> Event:
    """Marked as ready for review."""
    return event("ReadyForReview", time, by)


def to_draft(time: str, by: str) -> Event:
    """Converted to a draft."""
    return event("ConvertToDraft", time, by)


def closed(time: str, by: str) -> Event:
    """Closed, to be reopened later."""
    return event("Closed", time, by)


def reopened(time: str, by: str) -> Event:
    """Reopened."""
    return event("Reopened", time, by)


def labeled(time: str, by: str, label: str) -> Event:
    """A label was added."""
    return event("Labeled", time, by, label=label)


def unlabeled(time: str, by: str, label: str) -> Event:
    """A label was taken off."""
    return event("Unlabeled", time, by, label=label)


def assigned(time: str, by: str, assignee: str) -> Event:
    """Somebody was assigned."""
    return event("Assigned", time, by, assignee=assignee)
