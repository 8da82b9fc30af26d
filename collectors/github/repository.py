"""Repository as every module of the collector knows it: scope, requests, lists and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from collectors.github.graphql import Part
from collectors.github.responses import Json
from collectors.ledger.store import Store, now

#: GitHub's answers may lag behind its own changes by this much
REPLICATION_LAG = timedelta(seconds=120)
#: where documents of each type are kept
TABLES = {"PullRequest": "github_pull_requests", "Issue": "github_issues"}
#: how often a node that GitHub would not show is asked for again
ATTEMPTS = 5
OF_REPOSITORY = "where host = $host and repo_id = $repo_id"


@dataclass(frozen=True)
class GitHub:
    """What to read from one GitHub: ``owner/name`` repositories, and owners whose repositories are all read."""

    base_url: str
    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    #: of the owners' repositories those whose whole name the one expression matches and the other does not
    included: str = ".*"
    excluded: str = ""
    #: whether forks of the owners are read
    forks: bool = False
    keep_bodies: bool = True
    #: words worth keeping where bodies are not (regular expressions)
    markers: tuple[str, ...] = ()
    #: files and folders of the default branch that hold experiments
    experiments: tuple[str, ...] = ()
    #: the variable that holds the token; or the GitHubApp that asks, and the variable that holds its key
    token_env: str = "GITHUB_TOKEN"
    app_id: int | None = None
    app_key_env: str = ""


@dataclass(frozen=True)
class Result:
    """How one repository went, rows read, and the one line that explains.

    Its status is 'read', 'unchanged', 'moved' (to where no setting names it), 'gone' or 'failed'.
    """

    repo: str
    status: str
    rows: int
    message: str = ""


@dataclass(frozen=True)
class Scope:
    """One repository, as the ledger and GitHub name it."""

    host: str
    repo_id: int
    repo: str

    @property
    def key(self) -> dict[str, Any]:
        """The columns that tell its rows."""
        return {"host": self.host, "repo_id": self.repo_id}

    @property
    def mark(self) -> str:
        """The scope of its watermarks: it does not change when the repository is renamed."""
        return f"{self.host}/{self.repo_id}"


class PagedList(Protocol):
    """A list that is read page by page."""

    scope: Scope
    name: str
    done: bool
    in_flight: bool
    problem: str | None
    rows: int

    def start(self, store: Store) -> None:
        """Take up what the ledger knows."""
        ...

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        ...

    def documents(self, result: Json) -> Mapping[str, tuple[str, Json]]:
        """Return the documents of a page whose lists may go on: type and document by node id."""
        ...

    def absorb(self, store: Store, result: Json) -> int:
        """Keep a page and return its rows; called inside a transaction."""
        ...


@dataclass(frozen=True)
class Task:
    """One request: ``run`` sends it from any thread; the main thread absorbs the result, or shrinks the request.

    ``give_up`` takes it back, so that what was asked for can be asked for again.
    """

    run: Callable[[], Any]
    absorb: Callable[[Any], None]
    give_up: Callable[[], None]
    shrink: Callable[[], None] | None = None
    #: the walks that ride along, and whether there are pull requests or issues beside them
    walks: Sequence[PagedList] = ()
    has_rows: bool = False

    @property
    def is_joint(self) -> bool:
        """Whether it asks for several things, which may fail because of one of them."""
        return len(self.walks) + self.has_rows > 1


@dataclass(frozen=True)
class SyncedRepository:
    """A repository that was read to its end: what the probe told before that, and when, by GitHub's clock."""

    scope: Scope
    probe: Json
    at: datetime
    is_idle: bool = False


def parse_time(text: str) -> datetime:
    """Return a time of GitHub's (``2020-01-01T00:00:00Z``) as the ledger keeps it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def format_time(time: datetime) -> str:
    """Return a time as GitHub writes it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def queue_row(scope: Scope, number: int, node_id: str, updated_at: datetime) -> Json:
    """Return the row of the queue that asks for a pull request or an issue."""
    row = scope.key | {"number": number, "node_id": node_id, "updated_at": updated_at}
    return row | {"queued_at": now(), "attempts": 0, "reason": None}
