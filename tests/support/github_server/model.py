"""Accounts, issues and pull requests as both APIs serve them, at one moment in time.

Attribute names are the snake_case of GitHub's GraphQL field names, so most GraphQL fields resolve
by plain attribute access. Timestamps are ISO strings (``2020-01-01T00:00:00Z``): they sort and
compare as they are.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .repository import Commit, Label, Milestone, Repository

WEB = "https://github.com"
#: what a dataset refers to: a number of the same repository, ``owner/name#N``, or a commit's oid
Reference = int | str


def seeded(*parts: object) -> int:
    """A stable 31-bit number for the given parts: ids and lags the source data lacks."""
    digest = hashlib.sha1("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4]) >> 1


def node_id(prefix: str, *parts: object) -> str:
    """A stable opaque node id in the shape of GitHub's own (``PR_kwDO…``)."""
    raw = hashlib.sha1("\x1f".join(map(str, (prefix, *parts))).encode()).digest()[:12]
    return f"{prefix}_kwDO{base64.urlsafe_b64encode(raw).decode()}"


@dataclass(eq=False)
class Actor:
    """A user, bot, mannequin or organization."""

    login: str
    typename: str = "User"
    rest_login: str = ""
    #: what its ids derive from: its first login, by default the present one
    identity: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        self.identity = (self.identity or self.login).lower()
        self.rest_login = self.rest_login or (
            f"{self.login}[bot]" if self.typename == "Bot" else self.login
        )
        self.database_id = seeded("user", self.identity)
        self.id = self.id or node_id(
            {"Bot": "BOT", "Organization": "O", "Mannequin": "M"}.get(self.typename, "U"),
            self.identity,
        )
        app = "apps/" if self.typename == "Bot" else ""
        self.resource_path = f"/{app}{self.login}"
        self.url = WEB + self.resource_path
        self.avatar_url = f"https://avatars.githubusercontent.com/u/{self.database_id}?v=4"
        self.created_at = self.updated_at = "2008-04-10T02:10:23Z"
        self.email = ""


@dataclass(eq=False)
class Comment:
    """An issue comment, a pull-request comment or (with a review) a review comment."""

    subject: Issue | PullRequest
    id: str
    author: Actor | None
    author_association: str
    body: str
    created_at: str
    updated_at: str
    typename: str = "IssueComment"
    position: int | None = None
    review: Review | None = None

    def __post_init__(self) -> None:
        self.database_id = seeded(self.id)
        anchor = "issuecomment-" if self.typename == "IssueComment" else "discussion_r"
        self.url = f"{self.subject.url}#{anchor}{self.database_id}"
        self.body_text, self.published_at = self.body, self.created_at
        self.repository = self.subject.repository
        self.issue = self.subject
        self.pull_request = self.subject if self.subject.typename == "PullRequest" else None
        self.pull_request_review, self.original_position = self.review, self.position
        self.state, self.path, self.outdated, self.diff_hunk = "SUBMITTED", "", False, ""


@dataclass(eq=False)
class Review:
    """A pull-request review; a pending one has no time of submission."""

    pull_request: PullRequest
    id: str
    database_id: int
    author: Actor | None
    author_association: str
    state: str
    body: str
    created_at: str
    updated_at: str
    commit: Commit | None
    comments: list[Comment] = field(default_factory=list)
    typename: ClassVar[str] = "PullRequestReview"

    def __post_init__(self) -> None:
        self.submitted_at = self.published_at = None if self.state == "PENDING" else self.created_at
        self.body_text, self.repository = self.body, self.pull_request.repository
        self.url = f"{self.pull_request.url}#pullrequestreview-{self.database_id}"


@dataclass(eq=False)
class Event:
    """A timeline event; ``typename`` is its GraphQL type."""

    subject: Issue | PullRequest
    typename: str
    created_at: str
    actor: Actor | None
    label: Label | None = None
    assignee: Actor | None = None
    commit: Commit | None = None
    origin: tuple[str, int] | None = None
    before_commit: Commit | None = None
    after_commit: Commit | None = None
    state_reason: str | None = None
    milestone_title: str = ""
    closing: Reference | None = None
    original: Reference | None = None

    def __post_init__(self) -> None:
        self.id = node_id(
            "EV", self.subject.id, self.typename, self.created_at, len(self.subject.events)
        )
        self.database_id = seeded(self.id)
        self.issue = self.pull_request = self.closable = self.labelable = self.assignable = (
            self.target
        ) = self.subject
        self.user, self.requested_reviewer, self.duplicate = (
            self.assignee,
            self.assignee,
            self.subject,
        )
        self.merge_ref_name = getattr(self.subject, "base_ref_name", None)
        self.referenced_at = self.created_at
        self.resource_path = f"{self.subject.resource_path}#event-{self.database_id}"
        self.url = WEB + self.resource_path
        here = self.subject.repository.name_with_owner.lower()
        self.is_cross_repository = self.origin is not None and self.origin[0].lower() != here


@dataclass(eq=False)
class PullRequestCommit:
    """A commit's place in a pull request."""

    pull_request: PullRequest
    commit: Commit
    created_at: str
    typename: ClassVar[str] = "PullRequestCommit"

    def __post_init__(self) -> None:
        self.id = node_id("PURC", self.pull_request.id, self.commit.oid)
        self.url = f"{self.pull_request.url}/commits/{self.commit.oid}"


@dataclass(eq=False)
class Issue:
    """An issue, and what a pull request shares with one."""

    repository: Repository
    number: int
    id: str
    database_id: int
    title: str
    body: str
    author: Actor | None
    author_association: str
    state: str
    created_at: str
    updated_at: str
    closed_at: str | None
    assignees: list[Actor]
    labels: list[Label] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    state_reason: str | None = None
    milestone: Milestone | None = None
    #: node ids that answer it since it was transferred
    former_ids: list[str] = field(default_factory=list)
    is_unavailable: bool = False
    issue_type: dict[str, str] | None = None
    typename: ClassVar[str] = "Issue"
    web_path: ClassVar[str] = "issues"

    def __post_init__(self) -> None:
        self.resource_path = f"/{self.repository.name_with_owner}/{self.web_path}/{self.number}"
        self.url = self.permalink = WEB + self.resource_path
        self.body_text, self.published_at = self.body, self.created_at
        self.closed, self.locked = self.state != "OPEN", False

    @cached_property
    def participants(self) -> list[Actor]:
        """Everyone who wrote here, in order of appearance."""
        talk = [
            self.author,
            *(c.author for c in self.comments),
            *(r.author for r in getattr(self, "reviews", [])),
        ]
        return list(dict.fromkeys(a for a in talk if a and a.typename == "User"))

    @cached_property
    def timeline(self) -> list[Any]:
        """All timeline items, oldest first."""
        extra = [*getattr(self, "commits", []), *getattr(self, "reviews", [])]
        return sorted([*extra, *self.comments, *self.events], key=lambda x: x.created_at)


@dataclass(eq=False)
class PullRequest(Issue):
    """A pull request."""

    is_draft: bool = False
    merged_at: str | None = None
    merged_by: Actor | None = None
    merge_commit: Commit | None = None
    base_ref_name: str = ""
    base_ref_oid: str = ""
    head_ref_name: str = ""
    head_ref_oid: str = ""
    head_repository_name: str | None = None
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0
    files: list[list[Any]] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    commits: list[PullRequestCommit] = field(default_factory=list)
    closing: list[Reference] = field(default_factory=list)
    typename: ClassVar[str] = "PullRequest"
    web_path: ClassVar[str] = "pull"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.merged = self.state == "MERGED"
        self.is_cross_repository = self.head_repository_name != self.repository.name_with_owner
        self.mergeable, self.merge_state_status = "UNKNOWN", "UNKNOWN"

    @property
    def total_comments_count(self) -> int:
        """Comments in the conversation and on the diff."""
        return len(self.comments) + sum(len(r.comments) for r in self.reviews)
