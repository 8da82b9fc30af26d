"""Models of what GitHub may answer: the fields that are read, with their bounds.

An answer of another form loses as little as possible: a text is cut, a nullable field becomes
null, an invalid entry of a list is left out. Without a required field the whole item is left out.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
)

from collectors.github.base_models import (
    Code,
    Count,
    DatabaseId,
    Entries,
    FullName,
    Head,
    Name,
    Node,
    NodeId,
    Number,
    Oid,
    PastTime,
    Text,
    Time,
    Url,
)


class Ancestor(Head):
    """Ancestor of a released or deployed commit."""

    message: Text | None = None


# -- accounts, labels and references --------------------------------------------------------------


class Account(Node):
    """Account of a person or a machine. The id follows the name: the SQL models rely on it."""

    typename: Code | None = Field(default=None, alias="__typename")
    login: Name | None = None
    id: NodeId | None = None


class Label(Node):
    """Label of an item, or of a repository."""

    name: Name
    id: NodeId | None = None


class RepositoryId(Node):
    """Repository of a reference."""

    database_id: DatabaseId
    name_with_owner: FullName | None = None


class IssueType(Node):
    """Type of an issue, which the organization defines."""

    name: Name


class Labels(Node):
    """First labels of a linked issue."""

    nodes: Entries[Label]


class Reference(Node):
    """Issue, pull request or commit that another item refers to."""

    typename: Code | None = Field(default=None, alias="__typename")
    number: Number | None = None
    title: Text | None = None
    repository: RepositoryId | None = None
    labels: Labels | None = None
    issue_type: IssueType | None = None
    oid: Oid | None = None


class Milestone(Node):
    """Milestone of an item."""

    number: Number
    title: Text | None = None


# -- parts of pull requests and issues ------------------------------------------------------------


class CommitAuthor(Node):
    """Author or committer of a commit."""

    name: Name | None = None
    email: Name | None = None
    user: Account | None = None


class Commit(Node):
    """Commit of a pull request, or of the default branch."""

    oid: Oid
    message: Text | None = None
    authored_date: Time | None = None
    committed_date: Time | None = None
    author: CommitAuthor | None = None
    committer: CommitAuthor | None = None


class CommitEntry(Node):
    """Entry of a pull request's commits."""

    commit: Commit


class File(Node):
    """Changed file of a pull request."""

    path: Name
    additions: Count | None = None
    deletions: Count | None = None
    change_type: Code | None = None


class Comment(Node):
    """Comment, reply or answer, without its text."""

    created_at: Time
    author_association: Code | None = None
    author: Account | None = None


class Review(Node):
    """Review of a pull request, without its text."""

    state: Code
    submitted_at: Time | None = None
    author_association: Code | None = None
    author: Account | None = None


class Event(Node):
    """Event of a timeline; each type has some of the fields."""

    typename: Code = Field(alias="__typename")
    created_at: Time
    actor: Account | None = None
    label: Label | None = None
    assignee: Account | None = None
    milestone_title: Text | None = None
    state_reason: Code | None = None
    closer: Reference | None = None
    will_close_target: bool | None = None
    source: Reference | None = None


# -- items ----------------------------------------------------------------------------------------


class Item(Node):
    """Common part of pull requests and issues."""

    exact = frozenset({"closedAt", "mergedAt"})
    typename: Code = Field(alias="__typename")
    id: NodeId
    number: Number
    title: Text | None
    body: Text | None = None
    url: Url | None
    created_at: Time
    updated_at: PastTime
    closed_at: Time | None
    author_association: Code | None
    author: Account | None
    milestone: Milestone | None
    labels: Entries[Label] | None
    assignees: Entries[Account] | None
    comments: Entries[Comment] | None


class PullRequest(Item):
    """Pull request with complete lists."""

    state: Code
    is_draft: bool | None
    merged_at: Time | None
    merged_by: Account | None
    base_ref_name: Name | None
    head_ref_name: Name | None
    is_cross_repository: bool | None
    additions: Count | None
    deletions: Count | None
    changed_files: Count | None
    merge_commit: Reference | None
    closing_issues_references: Entries[Reference] | None
    commits: Entries[CommitEntry] | None
    files: Entries[File] | None
    reviews: Entries[Review] | None
    timeline_items: Entries[Event] | None


class Issue(Item):
    """Issue with complete lists."""

    state: Code = Field(validation_alias="issueState", serialization_alias="state")
    state_reason: Code | None
    issue_type: IssueType | None = None
    closed_by_pull_requests_references: Entries[Reference] | None
    timeline_items: Entries[Event] | None


# -- lists beside them ----------------------------------------------------------------------------


class Listed(Node):
    """Id of an item in a list of everything that exists."""

    id: NodeId
    number: Number
    updated_at: PastTime


class RepositoryLabel(Node):
    """Label in the list of a repository."""

    id: NodeId
    name: Name


class Release(Node):
    """Release of a repository."""

    exact = frozenset({"publishedAt"})
    id: NodeId
    tag_name: Name
    name: Name | None
    url: Url | None
    is_draft: bool
    is_prerelease: bool
    created_at: Time
    published_at: Time | None
    updated_at: PastTime
    tag_commit: Reference | None


class Branch(Node):
    """Branch of a deployment."""

    name: Name


class Status(Node):
    """Status of a deployment."""

    state: Code
    created_at: Time


class Deployment(Node):
    """Deployment with its statuses."""

    id: NodeId
    database_id: DatabaseId | None
    environment: Name | None
    task: Name | None
    ref: Branch | None
    commit_oid: Oid
    creator: Account | None
    created_at: Time
    updated_at: PastTime
    state: Code | None
    statuses: Entries[Status] | None


class Tagger(Node):
    """Person and time of an annotated tag."""

    date: Time | None = None


class TagTarget(Node):
    """Commit of a tag, or the annotated tag that has a time of its own."""

    typename: Code | None = Field(default=None, alias="__typename")
    oid: Oid
    committed_date: Time | None = None
    tagger: Tagger | None = None
    target: TagTarget | None = None


class Tag(Node):
    """Tag of a repository."""

    id: NodeId
    name: Name
    target: TagTarget


class RepositoryMilestone(Node):
    """Milestone in the list of a repository."""

    exact = frozenset({"closedAt"})
    id: NodeId
    number: Number
    title: Text
    url: Url | None
    state: Code
    due_on: Time | None
    created_at: Time
    updated_at: PastTime
    closed_at: Time | None


class Category(Node):
    """Category of a discussion."""

    name: Name | None = None
    is_answerable: bool | None = None


class DiscussionComment(Comment):
    """Comment of a discussion with its replies."""

    replies: Entries[Comment] | None


class Discussion(Node):
    """Discussion with its comments and their replies."""

    exact = frozenset({"closedAt", "answerChosenAt"})
    id: NodeId
    number: Number
    title: Text | None
    url: Url | None
    created_at: Time
    updated_at: PastTime
    closed: bool | None
    closed_at: Time | None
    state_reason: Code | None
    author_association: Code | None
    author: Account | None
    category: Category | None
    answer_chosen_at: Time | None
    answer_chosen_by: Account | None
    answer: Comment | None
    labels: Entries[Label] | None
    comments: Entries[DiscussionComment] | None


class Parents(Node):
    """First parent of a commit."""

    nodes: Entries[Head]


class HistoryCommit(Node):
    """Commit of the default branch."""

    oid: Oid
    committed_date: Time | None
    message: Text | None
    author: CommitAuthor | None = None
    committer: CommitAuthor | None = None
    parents: Parents | None = None


class FolderEntry(Node):
    """Entry of a folder."""

    name: Name
    type: Code


class GitObject(Node):
    """File or folder of the default branch."""

    oid: Oid | None = None
    typename: Code | None = Field(default=None, alias="__typename")
    text: Annotated[str, StringConstraints(max_length=1_000_000)] | None = None
    is_truncated: bool | None = None
    entries: list[FolderEntry] | None = None


class TreeEntry(BaseModel):
    """Entry of a folder in REST: a file, a link or a folder."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]
    mode: Annotated[str, StringConstraints(pattern=r"^[0-7]{5,6}$")]
    type: Code
    sha: Oid
    size: Count = 0


class Tree(BaseModel):
    """Folder in REST, with all below it; GitHub cuts it off after 100,000 entries."""

    tree: list[TreeEntry]
    truncated: bool = False


class FileVersion(Node):
    """A file as it was at a commit."""

    oid: Oid
    object: GitObject | None = None


class FileChange(Node):
    """Commit that changed a file; ``file`` is null if it deleted it."""

    oid: Oid
    committed_date: Time | None = None
    file: FileVersion | None = None


class FileHistory(Node):
    """Newest commits of the default branch that changed a file."""

    total_count: Count
    nodes: Entries[FileChange]


class CodeownersError(Node):
    """Line of CODEOWNERS in which GitHub finds an error."""

    line: Count


class CodeownersErrors(Node):
    """All of them."""

    errors: Entries[CodeownersError]


#: model of each document type
DOCUMENTS: dict[str, type[Node]] = {
    "PullRequest": PullRequest,
    "Issue": Issue,
    "Release": Release,
    "Deployment": Deployment,
    "Milestone": RepositoryMilestone,
    "Discussion": Discussion,
    "Tag": Tag,
}
