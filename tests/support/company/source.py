"""What the company is written in: small values that leave out what never differs.

Times are ``YYYY-MM-DD HH:MM``, UTC. ``expand.py`` turns these values into datasets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Event = dict[str, Any]

APPROVED, CHANGES, COMMENTED = "APPROVED", "CHANGES_REQUESTED", "COMMENTED"
DISMISSED, PENDING = "DISMISSED", "PENDING"
ADDED, DELETED, RENAMED = "ADDED", "DELETED", "RENAMED"
SQUASH, MERGE, FAST_FORWARD = "squash", "merge", "fast-forward"
COMPLETED, NOT_PLANNED, DUPLICATE = "COMPLETED", "NOT_PLANNED", "DUPLICATE"
RESOLVED, OUTDATED = "RESOLVED", "OUTDATED"
Q_AND_A, IDEAS = ("Q&A", True), ("Ideas", False)
#: a pull request's number in the same repository, ``owner/name#N``, or a commit's oid
Closer = int | str
#: (time, login), or (time, login, association) where the account's usual one does not hold
Said = tuple[str, str | None] | tuple[str, str | None, str]
PLACES = {"shop": 1, "web": 2, "infra": 3, "legacy": 4, "app": 5, "kit": 6}
MERGED = 255
AUTHOR = "(the author of the pull request)"


@dataclass(frozen=True)
class Commit:
    """A commit of a pull request.

    By its author, about its title, and committed when authored unless it says otherwise.

    ``login`` is the account that GitHub knows for the e-mail; None where it knows none.
    """

    authored: str
    message: str = ""
    login: str | None = AUTHOR
    email: str = ""
    committed: str = ""


@dataclass(frozen=True)
class Pull:
    """A pull request. ``merged`` and ``closed`` are (time, login).

    A review is (time, login, state).
    """

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
    comments: Sequence[Said] = ()
    reviews: Sequence[tuple[str, str | None, str]] = ()
    events: Sequence[Event] = ()
    labels: Sequence[str] = ()
    assignees: Sequence[str] = ()
    milestone: str | None = None
    closes: Sequence[int | str] = ()
    merged: tuple[str, str] | None = None
    closed: tuple[str, str] | None = None
    method: str = SQUASH
    association: str = "MEMBER"


@dataclass(frozen=True)
class Issue:
    """An issue. ``labels`` and ``milestone`` are those it ends with.

    Given when it was opened, unless events tell.

    ``closed`` is the last close (time, login), with its ``reason`` and what closed it; earlier ones
    are events.
    """

    number: int
    title: str
    author: str | None
    opened: str
    body: str = ""
    labels: Sequence[str] = ()
    closed: tuple[str, str | None] | None = None
    reason: str = COMPLETED
    closer: Closer | None = None
    comments: Sequence[Said] = ()
    events: Sequence[Event] = ()
    assignees: Sequence[str] = ()
    milestone: str | None = None
    association: str = ""


@dataclass(frozen=True)
class Milestone:
    """A milestone."""

    number: int
    title: str
    created: str
    due: str | None = None
    closed: str | None = None


@dataclass(frozen=True)
class Comment:
    """A comment of a discussion with its replies.

    ``is_answer`` marks the one that was chosen, a reply by its place.
    """

    time: str
    login: str | None
    association: str = ""
    replies: Sequence[Said] = ()
    is_answer: bool = False
    answering_reply: int | None = None


@dataclass(frozen=True)
class Discussion:
    """A discussion. ``answered`` (time, login) says when an answer was chosen, and by whom."""

    number: int
    title: str
    author: str | None
    opened: str
    category: tuple[str, bool] = Q_AND_A
    labels: Sequence[str] = ()
    comments: Sequence[Comment] = ()
    answered: tuple[str, str | None] | None = None
    closed: str | None = None
    reason: str = RESOLVED
    reopened: str | None = None
    association: str = ""


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
    """A deployment of the commit ``oid`` with its statuses (state, time).

    Its database id is a hundred times the repository's, and its place from 0.
    """

    oid: str
    created: str
    statuses: Sequence[tuple[str, str]]
    environment: str = "production"
    task: str = "deploy"
    ref: str | None = None
    creator: str | None = None


@dataclass(frozen=True)
class Repository:
    """A repository and everything in it.

    ``files`` are those of the default branch that are read as texts, by path: the texts with the
    time from which each holds (None: deleted). A push must go with a change, for the branch to get
    a new head.
    """

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
    deployments: Sequence[Deployment] = ()
    milestones: Sequence[Milestone] = ()
    discussions: Sequence[Discussion] = ()
    files: Mapping[str, Sequence[tuple[str, str | None]]] = field(default_factory=dict)


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


def closed(
    time: str, by: str | None, reason: str = COMPLETED, closer: Closer | None = None
) -> Event:
    """Closed, to be reopened later; ``reason`` and ``closer`` are of issues only."""
    return event("Closed", time, by, state_reason=reason, closer=closer)


def reopened(time: str, by: str | None) -> Event:
    """Reopened."""
    return event("Reopened", time, by)


def labeled(time: str, by: str | None, label: str) -> Event:
    """A label was added."""
    return event("Labeled", time, by, label=label)


def unlabeled(time: str, by: str | None, label: str) -> Event:
    """A label was taken off."""
    return event("Unlabeled", time, by, label=label)


def assigned(time: str, by: str, assignee: str) -> Event:
    """Somebody was assigned."""
    return event("Assigned", time, by, assignee=assignee)


def unassigned(time: str, by: str, assignee: str) -> Event:
    """Somebody is not assigned any more."""
    return event("Unassigned", time, by, assignee=assignee)


def milestoned(time: str, by: str, title: str) -> Event:
    """Put into a milestone."""
    return event("Milestoned", time, by, milestone=title)


def demilestoned(time: str, by: str, title: str) -> Event:
    """Taken out of a milestone."""
    return event("Demilestoned", time, by, milestone=title)


def referenced(time: str, by: str | None, repo: str, number: int) -> Event:
    """Mentioned by another issue or pull request.

    What a body mentions makes this event by itself.
    """
    return event("CrossReferenced", time, by, source={"repo": repo, "number": number})


def duplicate(time: str, by: str, original: int | str) -> Event:
    """Marked as a duplicate of another issue (its number, or ``owner/name#N``)."""
    return event("MarkedAsDuplicate", time, by, canonical=original)
