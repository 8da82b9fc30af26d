"""Repository as every module of the collector knows it: scope, requests, lists and results."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.github.base_models import Json, Node, Page, UnexpectedAnswerError, fit
from collectors.github.graphql import Part
from collectors.ledger.store import Store, now

#: GitHub's replicas may lag behind its own changes by this much
REPLICATION_LAG = timedelta(seconds=120)
#: ledger table of each document type
TABLES = {"PullRequest": "github_pull_requests", "Issue": "github_issues"}
#: attempts to read a node that GitHub does not return
ATTEMPTS = 5
#: a list may grow while it is read, so it may have more nodes than GitHub counts on one page
MORE_THAN_COUNTED, MORE_NODES = 2, 1_000
OF_REPOSITORY = "where host = $host and repo_id = $repo_id"
#: lists that a token may not be able to read, by the alias and the fragment of their probe
SEPARATE_LISTS = {"deployments": ("d", "DeploymentProbe"), "discussions": ("c", "DiscussionProbe")}


@dataclass(frozen=True)
class DeploymentRule:
    """Rule by which runs of a workflow, tags or an environment are deployments."""

    #: workflow, tag or environment
    field: str
    pattern: str
    #: regular expression on the names of its repositories; empty for all
    repositories: str = ""


@dataclass(frozen=True)
class GitHub:
    """Configured scope of one GitHub: repositories (``owner/name``) and whole owners."""

    base_url: str
    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    #: regular expressions on the whole name of an owner's repositories
    included: str = ".*"
    excluded: str = ""
    #: whether an owner's forks are read
    forks: bool = False
    keep_bodies: bool = True
    #: regular expressions of the lines that are kept if bodies are not
    markers: tuple[str, ...] = ()
    #: SQL of the macros ``prose`` and ``comments_in`` that are used if bodies are not kept
    text_macros: str = ""
    #: files and folders of the default branch that contain experiments
    experiments: tuple[str, ...] = ()
    deployments: tuple[DeploymentRule, ...] = ()
    #: environment variable of the token; or the App's id and the variable of its key
    token_env: str = "GITHUB_TOKEN"
    app_id: int | None = None
    app_key_env: str = ""
    #: hosts that may be reached without encryption
    allow_http: tuple[str, ...] = ()

    def deployment_patterns(self, field: str, repo: str) -> list[str]:
        """Return the patterns of a field by which something of a repository is a deployment."""
        return [
            rule.pattern
            for rule in self.deployments
            if rule.field == field
            and (not rule.repositories or re.fullmatch(rule.repositories, repo, re.I))
        ]

    def may_deploy_silently(self, probe: Json) -> bool:
        """Return whether a repository may have new deployments that its probe does not show."""
        repo = probe["nameWithOwner"]
        fields = ("workflow", "tag")
        return not probe["isArchived"] and any(self.deployment_patterns(f, repo) for f in fields)


@dataclass(frozen=True)
class Result:
    """Result of one repository: status, rows read and a line of explanation.

    The status is 'read', 'unchanged', 'moved' (to a name outside the settings), 'deleted' or
    'failed'.
    """

    repo: str
    status: str
    rows: int
    message: str = ""


@dataclass(frozen=True)
class Scope:
    """Identity of one repository in the ledger and at GitHub."""

    host: str
    repo_id: int
    repo: str

    @property
    def key(self) -> dict[str, Any]:
        """Columns of the ledger that identify its rows."""
        return {"host": self.host, "repo_id": self.repo_id}

    @property
    def watermark(self) -> str:
        """Scope of its watermarks; a rename does not change it."""
        return f"{self.host}/{self.repo_id}"


@dataclass(eq=False, kw_only=True)
class PagedList(ABC):
    """A list that is read page by page."""

    scope: Scope
    #: the list in GitHub's schema
    name: str
    is_done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    cursor: str | None = None
    #: cursors and nodes so far: pages that repeat or exceed GitHub's count never end
    cursors: set[str] = field(default_factory=set)
    nodes: int = 0
    #: nodes of another form than documented, and nodes that the token may not read
    left_out: int = 0
    hidden: int = 0
    #: why the list cannot be read, if no later try changes that
    refusal: str = ""
    #: whether a failure costs this list alone, and not the repository
    is_optional: bool = False

    def start(self, store: Store) -> None:  # noqa: B027  # most lists need nothing
        """Load the state of the last read from the ledger."""

    @abstractmethod
    def part(self, alias: str) -> Part:
        """Return the request for the next page."""

    def documents(self, _data: Json) -> Mapping[str, tuple[str, Json]]:
        """Return the documents of a page with lists of their own: type and document by node id."""
        return {}

    @abstractmethod
    def absorb(self, store: Store, data: Json) -> int:
        """Write a page and return its rows; runs in a transaction."""

    def fail(self, reason: str) -> None:
        """Read nothing more of this list in this sync."""
        self.problem = (
            f"{self.scope.host}: {self.scope.repo} could not be read further ({reason}); "
            "run again later"
        )
        self.is_done = True

    def give_up(self, reason: str) -> None:
        """Read nothing more of this list: no later try changes the reason."""
        self.refusal = reason
        self.is_done = True

    def fitting(self, model: type[Node], page: Page) -> dict[int, Json]:
        """Return the nodes of a page that fit their model, by position; count the others."""
        nodes = {}
        for index, node in enumerate(page.nodes):
            if node is None:
                self.hidden += 1
                continue
            try:
                nodes[index] = fit(model, node)[0]
            except UnexpectedAnswerError:
                self.left_out += 1
        return nodes

    def turn(self, page: Page) -> bool:
        """Move to the next page, if there is one; raises UnexpectedAnswerError without an end."""
        self.cursor = page.next
        self.nodes += len(page.nodes)
        if self.cursor is None:
            return False
        most = MORE_THAN_COUNTED * page.total_count + MORE_NODES
        is_endless = self.nodes > most or len(self.cursors) > most
        if not self.cursor or self.cursor in self.cursors or is_endless:
            raise UnexpectedAnswerError(f"the pages of {self.name} do not end")
        self.cursors.add(self.cursor)
        return True

    def restart(self) -> None:
        """Begin at the first page again."""
        self.cursor, self.cursors, self.nodes = None, set(), 0
        self.left_out = self.hidden = 0


@dataclass(frozen=True, eq=False)
class Task:
    """One request: any thread sends it with ``run``, the main thread absorbs the result.

    ``give_up`` returns its items to the queue; ``shrink`` does that and halves the next request.
    """

    run: Callable[[], Any]
    absorb: Callable[[Any], None]
    give_up: Callable[[], None]
    shrink: Callable[[], None] | None = None
    #: lists whose pages share the request, and whether pull requests or issues do
    lists: Sequence[PagedList] = ()
    has_rows: bool = False

    @property
    def is_joint(self) -> bool:
        """True if it requests several things, one of which may make the others fail."""
        return len(self.lists) + self.has_rows > 1


@dataclass(frozen=True)
class SyncedRepository:
    """A repository read to its end: the probe before that, and GitHub's clock at the probe."""

    scope: Scope
    probe: Json
    at: datetime
    is_idle: bool = False


def parse_time(text: str) -> datetime:
    """Return GitHub's time (``2020-01-01T00:00:00Z``) in the ledger's form: UTC, no zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def format_time(time: datetime) -> str:
    """Return a time in GitHub's form."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def queue_row(scope: Scope, number: int, node_id: str, updated_at: datetime) -> Json:
    """Return the queue row that requests a pull request or an issue."""
    row = scope.key | {"number": number, "node_id": node_id, "updated_at": updated_at}
    return row | {"queued_at": now(), "attempts": 0, "reason": None}
