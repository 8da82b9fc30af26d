"""Models of repositories and of what a probe asks about them."""

from __future__ import annotations

from collectors.github.base_models import (
    Count,
    DatabaseId,
    Entries,
    FullName,
    Head,
    Name,
    Node,
    NodeId,
    Time,
    Url,
)
from collectors.github.models import RepositoryLabel


class Language(Node):
    """Programming language."""

    name: Name


class Topic(Node):
    """Topic of a repository."""

    topic: Language


class Topics(Node):
    """Topics of a repository."""

    nodes: Entries[Topic]


class Change(Node):
    """Newest row of a list."""

    id: NodeId | None = None
    updated_at: Time


class Newest(Node):
    """Size and newest row of a list; without its rows nothing shows that it is unchanged."""

    total_count: Count
    nodes: Entries[Change] | None = None


class AllLabels(Node):
    """First labels of a repository, which show that one was renamed."""

    total_count: Count
    nodes: Entries[RepositoryLabel] | None = None


class RootFolder(Head):
    """Root folder of a commit: its id changes with any file."""


class BranchHead(Head):
    """Newest commit of a branch, with its root folder."""

    tree: RootFolder | None = None


class DefaultBranch(Node):
    """Default branch of a repository."""

    name: Name
    target: BranchHead


class OwnedRepository(Node):
    """Repository in the list of its owner."""

    database_id: DatabaseId
    name_with_owner: FullName
    is_fork: bool


class Probe(OwnedRepository):
    """State that shows whether a repository changed."""

    url: Url
    created_at: Time
    is_archived: bool
    is_private: bool
    primary_language: Language | None
    repository_topics: Topics | None
    default_branch_ref: DefaultBranch | None
    issues: Newest
    pull_requests: Newest
    milestones: Newest | None
    releases: Newest | None
    labels: AllLabels | None


class SearchCount(Node):
    """Number of results of a search."""

    issue_count: Count


class SeparateProbe(Node):
    """Lists that a token may not be able to read."""

    deployments: Newest | None = None
    discussions: Newest | None = None
