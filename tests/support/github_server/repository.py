"""A repository and its git side as both APIs serve them.

Commits, labels, branches, releases, deployments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha1
from typing import Any, ClassVar

from .discussions import Discussion
from .files import Tree
from .model import WEB, Actor, Issue, PullRequest, node_id, seeded

#: a deployment's state by its newest status, where the words differ
STATES = {"SUCCESS": "ACTIVE"}


@dataclass(eq=False)
class Label:
    """A repository label."""

    repository: Repository
    name: str
    color: str
    description: str | None
    #: its first name, which its id derives from
    identity: str = ""
    id: str = ""
    #: only events still know it
    is_deleted: bool = False
    typename: ClassVar[str] = "Label"

    def __post_init__(self) -> None:
        self.id = self.id or node_id("LA", self.repository.identity, self.identity or self.name)
        self.database_id = seeded(self.id)
        self.url = f"{self.repository.url}/labels/{self.name.replace(' ', '%20')}"
        self.is_default = False


@dataclass(eq=False)
class Milestone:
    """A milestone of a repository."""

    repository: Repository
    number: int
    title: str
    created_at: str
    due_on: str | None
    closed_at: str | None
    changed_at: str = ""
    typename: ClassVar[str] = "Milestone"

    def __post_init__(self) -> None:
        self.id = node_id("MI", self.repository.identity, self.number)
        self.database_id = seeded(self.id)
        self.state, self.closed = ("CLOSED", True) if self.closed_at else ("OPEN", False)
        self.updated_at = max(self.closed_at or self.created_at, self.changed_at)
        self.url = f"{self.repository.url}/milestone/{self.number}"
        self.description, self.creator = None, None


@dataclass(eq=False)
class GitActor:
    """Name, e-mail, date and (when known) account behind one side of a commit."""

    name: str
    date: str | None
    user: Actor | None
    email: str | None = None
    typename: ClassVar[str] = "GitActor"


def no_reply(actor: Actor | None) -> str:
    """The no-reply address of an account, for commits whose e-mail is not recorded."""
    name = f"{actor.database_id}+{actor.rest_login}" if actor else "unknown"
    return f"{name}@users.noreply.github.com"


@dataclass(eq=False)
class Commit:
    """A git commit."""

    repository: Repository
    oid: str
    message: str
    author: GitActor
    committer: GitActor
    parent_oids: list[str]
    files: list[list[Any]]
    typename: ClassVar[str] = "Commit"

    def __post_init__(self) -> None:
        self.id = node_id("C", self.repository.identity, self.oid)
        self.abbreviated_oid = self.oid[:7]
        self.authored_date, self.committed_date = self.author.date, self.committer.date
        headline, _, remainder = self.message.partition("\n")
        self.message_headline, self.message_body = headline, remainder.strip("\n")
        self.additions, self.deletions = (
            sum(f[1] for f in self.files),
            sum(f[2] for f in self.files),
        )
        self.changed_files = self.changed_files_if_available = len(self.files)
        self.url = self.commit_url = f"{self.repository.url}/commit/{self.oid}"
        self.committed_via_web = bool(
            self.committer.user and self.committer.user.login == "web-flow"
        )


@dataclass(eq=False)
class Release:
    """A release; a draft has no time of publication."""

    repository: Repository
    tag_name: str
    name: str
    created_at: str
    published_at: str | None
    is_prerelease: bool
    tag_commit: Commit | None

    typename: ClassVar[str] = "Release"

    def __post_init__(self) -> None:
        self.is_draft = self.published_at is None
        self.updated_at = self.published_at or self.created_at
        self.id = node_id("RE", self.repository.identity, self.tag_name)
        self.database_id = seeded(self.id)
        self.url = f"{self.repository.url}/releases/tag/{self.tag_name}"
        self.description, self.author = "", None


@dataclass(eq=False)
class Deployment:
    """A deployment with its statuses, newest first."""

    repository: Repository
    environment: str
    commit_oid: str
    created_at: str
    creator: Actor
    index: int
    task: str = "deploy"
    branch: str | None = None
    statuses: list[DeploymentStatus] = field(default_factory=list)
    typename: ClassVar[str] = "Deployment"

    def __post_init__(self) -> None:
        self.id = node_id("DE", self.repository.identity, self.index)
        self.database_id = seeded(self.id)
        self.latest_environment = self.original_environment = self.environment
        self.commit = self.repository.commits.get(self.commit_oid)
        self.ref = Ref(self.repository, self.branch, self.commit) if self.branch else None

    @property
    def latest_status(self) -> DeploymentStatus | None:
        """The newest status, if any was set."""
        return self.statuses[0] if self.statuses else None

    @property
    def state(self) -> str:
        """Return the deployment's state by its newest status."""
        return (
            STATES.get(self.statuses[0].state, self.statuses[0].state)
            if self.statuses
            else "PENDING"
        )

    @property
    def updated_at(self) -> str:
        """Time of the newest status, or of creation."""
        return self.statuses[0].created_at if self.statuses else self.created_at


@dataclass(eq=False)
class DeploymentStatus:
    """One status of a deployment."""

    deployment: Deployment
    state: str
    created_at: str
    index: int
    typename: ClassVar[str] = "DeploymentStatus"

    def __post_init__(self) -> None:
        self.id = node_id("DES", self.deployment.id, self.index)
        self.updated_at, self.environment = self.created_at, self.deployment.environment
        self.creator = self.deployment.creator


@dataclass(eq=False)
class Ref:
    """A branch or a tag."""

    repository: Repository
    name: str
    target: Commit | Tag | None
    prefix: str = "refs/heads/"
    typename: ClassVar[str] = "Ref"

    def __post_init__(self) -> None:
        self.id = node_id("REF", self.repository.identity, self.prefix, self.name)

    @property
    def tagged_at(self) -> str:
        """Time of the tag's commit, by which GitHub sorts tags."""
        commit = self.target.target if isinstance(self.target, Tag) else self.target
        return (commit.committed_date if commit else None) or ""


@dataclass(eq=False)
class Tag:
    """An annotated tag."""

    repository: Repository
    name: str
    target: Commit
    tagger: GitActor
    typename: ClassVar[str] = "Tag"

    def __post_init__(self) -> None:
        self.id = node_id("TA", self.repository.identity, self.name)
        self.oid = sha1(self.id.encode()).hexdigest()


@dataclass(eq=False)
class WorkflowRun:
    """A run of a workflow as REST serves it."""

    repository: Repository
    id: int
    path: str
    name: str
    head_sha: str
    event: str
    created_at: str
    updated_at: str
    conclusion: str | None

    @property
    def workflow_id(self) -> int:
        """Id of the workflow, which its path decides."""
        return seeded("workflow", self.repository.identity, self.path)


@dataclass(eq=False)
class Repository:
    """A repository as it looked at one moment.

    Its ids derive from ``identity``, which outlives a new name.
    """

    owner: Actor
    name: str
    identity: str
    database_id: int
    created_at: str
    description: str | None
    default_branch: str
    is_private: bool = False
    is_archived: bool = False
    is_fork: bool = False
    language: str | None = None
    topics: list[str] = field(default_factory=list)
    has_discussions_enabled: bool = True
    #: the lists that no token may read
    forbidden: list[str] = field(default_factory=list)
    #: how many more than it lists GitHub counts, by list
    unlisted: dict[str, int] = field(default_factory=dict)
    #: numbers that are deleted (None) or transferred (to ``owner/name#N``)
    deleted_items: dict[int, str | None] = field(default_factory=dict)
    #: the numbers that search does not find, or "all"
    hidden_from_search: list[int] | str = field(default_factory=list)
    pushed_at: str | None = None
    updated_at: str = ""
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    discussions: list[Discussion] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    tags: list[Ref] = field(default_factory=list)
    workflow_runs: list[WorkflowRun] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    commits: dict[str, Commit] = field(default_factory=dict)
    history: list[Commit] = field(default_factory=list)
    #: the files of the default branch, where the dataset has them
    tree: Tree | None = None
    #: versions of these files by path: time, mode, blob (None if deleted) and size
    file_versions: dict[str, list[list[Any]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    #: entries that one answer of the tree has at most
    tree_most: int = 100_000
    #: errors of the CODEOWNERS file: kind and line
    codeowners_errors: list[dict[str, Any]] = field(default_factory=list)
    typename: ClassVar[str] = "Repository"

    def __post_init__(self) -> None:
        self.name_with_owner = f"{self.owner.login}/{self.name}"
        self.id = node_id("R", self.identity)
        self.resource_path = f"/{self.name_with_owner}"
        self.url = WEB + self.resource_path
        self.is_disabled = self.is_template = False
        self.has_issues_enabled, self.visibility = True, "PRIVATE" if self.is_private else "PUBLIC"
        self.stargazer_count = self.fork_count = 0

    @property
    def is_empty(self) -> bool:
        """Return whether the repository has no commit."""
        return not self.history

    @property
    def default_branch_ref(self) -> Ref | None:
        """The default branch, or None while the repository has no commit."""
        return Ref(self, self.default_branch, self.history[0]) if self.history else None

    @cached_property
    def first_parents(self) -> set[str]:
        """Commits that the default branch itself got, beginning at its head."""
        oids: set[str] = set()
        commit = self.history[0] if self.history else None
        while commit and commit.oid not in oids:
            oids.add(commit.oid)
            commit = self.commits.get(commit.parent_oids[0]) if commit.parent_oids else None
        return oids

    @property
    def primary_language(self) -> dict[str, Any] | None:
        """The language most of the code is written in."""
        return (
            {"id": node_id("LN", self.language), "name": self.language, "color": None}
            if self.language
            else None
        )

    @cached_property
    def searchable(self) -> dict[str, list[Issue]]:
        """Return the search results by kind, oldest first."""
        items: list[Issue] = [*self.issues.values(), *self.pull_requests.values()]
        hidden = self.hidden_from_search
        result = [item for item in items if hidden != "all" and item.number not in hidden]
        result.sort(key=lambda item: item.created_at)
        return {
            kind: [item for item in result if item.typename == kind]
            for kind in ("Issue", "PullRequest")
        }

    @cached_property
    def by_change(self) -> list[Issue]:
        """Issues and pull requests, oldest change first."""
        every: list[Issue] = [*self.issues.values(), *self.pull_requests.values()]
        return sorted(every, key=lambda item: (item.updated_at, item.number))

    @cached_property
    def pulls_by_commit(self) -> dict[str, list[PullRequest]]:
        """Pull requests by the commits they hold or were merged as."""
        index: dict[str, list[PullRequest]] = {}
        for pull in self.pull_requests.values():
            for commit in dict.fromkeys([*(c.commit for c in pull.commits), pull.merge_commit]):
                if commit:
                    index.setdefault(commit.oid, []).append(pull)
        return index
