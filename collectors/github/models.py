"""Models of what GitHub may answer: the fields that are read, with their bounds.

An answer of another form loses as little as possible: a text is cut, a nullable field becomes
null, an invalid entry of a list is left out. Without a required field the whole item is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel

#: repairs of one item; each repairs every invalid field it finds
ROUNDS = 12
#: an item cannot have changed later than this after our own time
CLOCK_TOLERANCE = timedelta(days=1)
Json = dict[str, Any]


class UnexpectedAnswerError(ValueError):
    """An answer has another form than GitHub documents; the text names the part.

    It ends what needs the answer: an item, a list or a repository.
    """


class NoPageError(UnexpectedAnswerError):
    """A list, or the nodes of its page, are null."""


def _time(text: str) -> str:
    """Return a time in GitHub's form: UTC, whole seconds."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None or not 1970 <= time.year <= 9998:
        raise ValueError
    if len(text) == 20 and (text[4], text[7], text[10], text[19]) == ("-", "-", "T", "Z"):
        return text  # as nearly all times
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _past_time(text: str) -> str:
    """Return a time of change, which cannot be in the future."""
    text = _time(text)
    if datetime.fromisoformat(text) > datetime.now(UTC) + CLOCK_TOLERANCE:
        raise ValueError
    return text


def _without_null(values: Any) -> Any:
    """Remove the entries of a list that the token may not read, or that were invalid."""
    if isinstance(values, list) and None in values:
        values[:] = [value for value in values if value is not None]
    return values


Entry = TypeVar("Entry")
Model = TypeVar("Model", bound=BaseModel)
Entries = Annotated[list[Entry], BeforeValidator(_without_null)]
Time = Annotated[str, StringConstraints(max_length=40), AfterValidator(_time)]
PastTime = Annotated[str, StringConstraints(max_length=40), AfterValidator(_past_time)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
DatabaseId = Annotated[int, Field(ge=1, lt=2**63)]
NodeId = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Oid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")]
Name = Annotated[str, StringConstraints(max_length=1_000)]
Text = Annotated[str, StringConstraints(max_length=300_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"<>]+$", max_length=4_000)]
FullName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}/[\w.-]{1,100}$")]


class Node(BaseModel):
    """Object of an answer."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)
    #: nullable fields whose null has a meaning: an invalid value makes the item invalid
    exact: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def names(cls) -> set[str]:
        """Return the fields' names in GitHub's schema."""
        return {f"{entry.alias or name}" for name, entry in cls.model_fields.items()}


# -- pages ----------------------------------------------------------------------------------------


class PageInfo(Node):
    """Position of a page in its list."""

    has_next_page: bool
    end_cursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class Page(Node):
    """Page of a list, with unchecked nodes."""

    total_count: Count = 0
    #: None for a node that the token may not read
    nodes: list[Any]
    page_info: PageInfo

    @property
    def next(self) -> str | None:
        """Cursor of the next page; None after the last, empty if GitHub does not return it."""
        return self.page_info.end_cursor or "" if self.page_info.has_next_page else None


class Head(Node):
    """Newest commit of a branch, or a parent of a commit."""

    oid: Oid


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


# -- repositories ---------------------------------------------------------------------------------


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


# -- REST -----------------------------------------------------------------------------------------


class Changed(BaseModel):
    """Entry of the change feed."""

    model_config = ConfigDict(strict=True)
    number: Number
    node_id: NodeId
    #: None for a time of another form, or in the future
    updated_at: PastTime | None


class Workflow(BaseModel):
    """Workflow of a repository, with the path of its file."""

    id: DatabaseId
    path: Name


class WorkflowRun(Node):
    """Run of a workflow."""

    exact = frozenset({"conclusion"})
    id: DatabaseId
    event: Code | None
    status: Code | None
    conclusion: Code | None
    head_sha: Oid = Field(validation_alias="head_sha", serialization_alias="headSha")
    created_at: Time = Field(validation_alias="created_at", serialization_alias="createdAt")
    updated_at: PastTime = Field(validation_alias="updated_at", serialization_alias="updatedAt")
    html_url: Url | None = Field(validation_alias="html_url", serialization_alias="url")


class InstallationOwner(BaseModel):
    """Owner of an App installation."""

    login: Name


class Installation(BaseModel):
    """Installation of an App."""

    id: DatabaseId
    account: InstallationOwner
    suspended_at: Any = None
    permissions: dict[str, Any] | None = None


class InstallationToken(BaseModel):
    """Token of an App installation."""

    model_config = ConfigDict(strict=True)
    token: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,2000}$")]
    expires_at: Time


class Limit(BaseModel):
    """Requests of one kind in an hour."""

    limit: Count
    remaining: Count
    reset: Annotated[int, Field(ge=0, lt=2**33)]


class Limits(BaseModel):
    """Limits of an account."""

    core: Limit
    graphql: Limit


class RateLimit(BaseModel):
    """Answer of ``/rate_limit``."""

    resources: Limits


# -- reading --------------------------------------------------------------------------------------


def read(model: type[Model], value: Any, name: str) -> Model:
    """Return the model of a value; raises UnexpectedAnswerError with this name."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"{name} ({_field(error)})") from None


def read_list(model: type[Model], values: Any, name: str) -> list[Model]:
    """Return the models of a list; raises UnexpectedAnswerError."""
    if not isinstance(values, list):
        raise UnexpectedAnswerError(f"{name} (no list)")
    return [read(model, value, name) for value in values]


def read_page(value: Any, name: str) -> Page:
    """Return a page of a list of an answer; raises UnexpectedAnswerError."""
    page = value.get(name) if isinstance(value, dict) else value
    if page is None or (isinstance(page, dict) and page.get("nodes") is None):
        raise NoPageError("GitHub answered nothing")
    return read(Page, page, f"a page of {name}")


def fit(model: type[Node], value: Any) -> tuple[Json, set[str]]:
    """Return an item within the bounds of its model, and the fields that lost something.

    Raises UnexpectedAnswerError with a field's name if a required field is invalid.
    """
    lost: set[str] = set()
    for _ in range(ROUNDS):
        try:
            item = model.model_validate(value)
        except ValidationError as error:
            if not isinstance(value, dict):
                break
            lost |= _repair(model, value, error)
        else:
            return item.model_dump(by_alias=True, exclude_unset=True), lost
    raise UnexpectedAnswerError("its form")


def _repair(model: type[Node], value: Json, error: ValidationError) -> set[str]:
    """Cut, set to null or remove what is invalid in a value, and return its fields."""
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems:
        path = problem["loc"]
        is_missing = problem["type"] == "missing"  # the server does not know it
        if len(path) == 1 and path[0] in model.exact and not is_missing:
            raise UnexpectedAnswerError(f"{path[0]}")
        most = problem.get("ctx", {}).get("max_length")
        while path and not _repair_at(value, path, most):
            path, most = path[:-1], None
        if not path:
            raise UnexpectedAnswerError(_field(error))
    return {f"{problem['loc'][0]}" for problem in problems}


def _repair_at(value: Json, path: tuple[int | str, ...], most: int | None) -> bool:
    """Repair the value at a path; return False if it is null already, so that no repair helps."""
    container: Any = value
    for name in path[:-1]:
        container = container[name]
        if container is None:  # the repair of another problem
            return True
    name = path[-1]
    if isinstance(container, dict):
        if name in container and container[name] is None:
            return False
        container[name] = container[name][:most] if most else None
    else:
        container[name] = None  # the next round removes it
    return True


def _field(error: ValidationError) -> str:
    """Return the first invalid field, which is a name of ours."""
    location = error.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
    return f"{location[0]}" if location else "its form"
