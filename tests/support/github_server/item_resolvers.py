"""Resolvers of issues, pull requests, their events and their commits."""

from __future__ import annotations

import re
from typing import Any

from .errors import GraphQLApiError
from .model import Event, Issue, PullRequest
from .registry import context_of, ordered, resolver
from .relay import Connection, by, connect
from .repository import Commit, GitActor, Ref, Repository
from .world import timestamp

CO_AUTHOR = re.compile(r"^co-authored-by:\s*(.+?)\s*<([^>]*)>\s*$", re.I | re.M)
NOREPLY = re.compile(r"^(?:\d+\+)?([\w-]+)(?:\[bot\])?@users\.noreply\.github\.com$", re.I)
MAX_INT = 2**31


@resolver("*.databaseId")
def _database_id(source: Any, _info: Any) -> int | None:
    value = getattr(source, "database_id", None)
    return value if value is not None and value < MAX_INT else None


@resolver("*.fullDatabaseId")
def _full_database_id(source: Any, _info: Any) -> str | None:
    return str(source.database_id)


def _plain(attribute: str, *paths: str) -> None:
    """Register fields that page over a list attribute in its own order."""

    def resolve(source: Any, _info: Any, **page: Any) -> Connection:
        return connect(getattr(source, attribute), page)

    resolver(*paths)(resolve)


_plain("labels", "Issue.labels", "PullRequest.labels", "Discussion.labels")
_plain("participants", "Issue.participants", "PullRequest.participants")
_plain("commits", "PullRequest.commits")
_plain("comments", "PullRequestReview.comments", "Discussion.comments")
_plain("replies", "DiscussionComment.replies")


@resolver("Issue.assignees", "PullRequest.assignees")
def _assignees(item: Issue, _info: Any, **page: Any) -> Connection:
    """Assigned users; the schema's type has no room for assigned bots, whom their events tell."""
    return connect([a for a in item.assignees if a.typename == "User"], page)


@resolver("Issue.comments", "PullRequest.comments")
def _comments(item: Issue, _info: Any, **page: Any) -> Connection:
    created, updated = by("created_at", "database_id"), by("updated_at", "database_id")
    return ordered(item.comments, page, CREATED_AT=created, UPDATED_AT=updated)


@resolver("PullRequest.reviews")
def _reviews(
    pull: PullRequest, _info: Any, states: Any = None, author: str | None = None, **page: Any
) -> Connection:
    result = [r for r in pull.reviews if not states or r.state in states]
    return connect(
        [r for r in result if not author or (r.author and r.author.login == author)], page
    )


@resolver("PullRequest.latestReviews", "PullRequest.latestOpinionatedReviews")
def _latest_reviews(pull: PullRequest, info: Any, **page: Any) -> Connection:
    opinionated = info.field_name == "latestOpinionatedReviews"
    stored = [
        r
        for r in pull.reviews
        if r.author and (not opinionated or r.state in ("APPROVED", "CHANGES_REQUESTED"))
    ]
    return connect(list({r.author.login: r for r in stored if r.author}.values()), page)


@resolver("PullRequest.reviewRequests")
def _review_requests(pull: PullRequest, _info: Any, **page: Any) -> Connection:
    last = max((r.created_at for r in pull.reviews), default="")
    pending = [
        e for e in pull.events if e.typename == "ReviewRequestedEvent" and e.created_at > last
    ]
    rows = [
        {"id": e.id, "requested_reviewer": e.assignee, "pull_request": pull, "as_code_owner": False}
        for e in pending
    ]
    return connect(rows, page)


@resolver("PullRequest.files")
def _files(pull: PullRequest, _info: Any, **page: Any) -> Connection:
    names, unseen = (
        ("path", "additions", "deletions", "change_type"),
        {"viewer_viewed_state": "UNVIEWED"},
    )
    return connect([dict(zip(names, row, strict=True)) | unseen for row in pull.files], page)


@resolver("PullRequest.closingIssuesReferences")
def _closing(pull: PullRequest, info: Any, **page: Any) -> Connection:
    result = [context_of(info).world.item(pull.repository, reference) for reference in pull.closing]
    return connect([issue for issue in result if issue and issue.typename == "Issue"], page)


@resolver("Issue.closedByPullRequestsReferences")
def _closed_by(issue: Issue, info: Any, includeClosedPrs: bool = False, **page: Any) -> Connection:
    result = context_of(info).world.closing.get(issue.id, [])
    return connect([p for p in result if includeClosedPrs or p.state == "OPEN"], page)


@resolver("Issue.stateReason")
def _state_reason(issue: Issue, _info: Any, enableDuplicate: bool = False) -> str | None:
    """Return the state reason; a duplicate is not planned unless the client asks for duplicates."""
    return (
        "NOT_PLANNED"
        if issue.state_reason == "DUPLICATE" and not enableDuplicate
        else issue.state_reason
    )


@resolver("ClosedEvent.closer")
def _closer(event: Event, info: Any) -> Any:
    """Return the closing pull request or commit; null if a person closed it or it is hidden."""
    if event.closing is None:
        return None
    here = event.subject.repository
    return context_of(info).world.item(here, event.closing) or here.commits.get(str(event.closing))


@resolver("MarkedAsDuplicateEvent.canonical")
def _canonical(event: Event, info: Any) -> Issue | None:
    return (
        context_of(info).world.item(event.subject.repository, event.original)
        if event.original
        else None
    )


@resolver("Issue.timelineItems", "PullRequest.timelineItems")
def _timeline(
    item: Issue, info: Any, itemTypes: Any = None, since: str | None = None, **page: Any
) -> Connection:
    suffix = f"{item.typename}TimelineItems"
    known_values = {t.name for t in info.schema.get_possible_types(info.schema.type_map[suffix])}
    expected = {
        "".join(part.capitalize() for part in name.split("_")) for name in itemTypes or []
    } or known_values
    start = timestamp(since) if since else ""
    world = context_of(info).world
    visible = [
        x for x in item.timeline if x.typename in expected & known_values and x.created_at >= start
    ]
    return connect([x for x in visible if not world.is_from_deleted(x)], page)


@resolver("CrossReferencedEvent.source")
def _source(event: Event, info: Any) -> Issue:
    """The issue or pull request that mentioned this one; an error where it is hidden or gone."""
    name, number = event.origin or ("", 0)
    result = context_of(info).world.item(event.subject.repository, f"{name}#{number}")
    if not result:
        raise GraphQLApiError("NOT_FOUND", "Could not resolve to the source of the reference.")
    return result


@resolver("CrossReferencedEvent.willCloseTarget")
def _will_close(event: Event, info: Any) -> bool:
    return _source(event, info) in context_of(info).world.closing.get(event.subject.id, [])


@resolver("PullRequest.headRepository", "PullRequest.baseRepository")
def _head_repository(pull: PullRequest, info: Any) -> Repository | None:
    if info.field_name == "baseRepository":
        return pull.repository
    return context_of(info).world.repository(pull.head_repository_name or "")


@resolver("PullRequest.headRepositoryOwner")
def _head_owner(pull: PullRequest, info: Any) -> Any:
    return context_of(info).world.actor((pull.head_repository_name or "").partition("/")[0])


@resolver("PullRequest.baseRef", "PullRequest.headRef")
def _pull_ref(pull: PullRequest, info: Any) -> Ref | None:
    branch = pull.repository.default_branch_ref
    return (
        branch
        if branch and info.field_name == "baseRef" and pull.base_ref_name == branch.name
        else None
    )


# -- git -------------------------------------------------------------------------------------------


@resolver("Commit.history")
def _history(
    commit: Commit, _info: Any, path: str | None = None, author: Any = None, **page: Any
) -> Connection:
    repository = commit.repository
    since, until = page.pop("since", None), page.pop("until", None)
    if commit.oid not in repository.first_parents:
        return connect(ancestors_of(commit), page)
    result = commits_of(repository, path, since, until)
    later = set(repository.history[: repository.history.index(commit)])
    return connect([c for c in result if c not in later], page)


def ancestors_of(commit: Commit) -> list[Commit]:
    """Return a commit of another branch and its ancestors, newest first."""
    known, waiting = {commit.oid: commit}, [commit]
    while waiting:
        for oid in waiting.pop().parent_oids:
            parent = commit.repository.commits.get(oid)
            if parent and oid not in known:
                known[oid] = parent
                waiting.append(parent)
    return sorted(known.values(), key=lambda c: c.committed_date or "", reverse=True)


def commits_of(
    repository: Repository, path: str | None, since: str | None, until: str | None
) -> list[Commit]:
    """Default-branch commits, newest first, that touched a path within a time range."""
    result = repository.history
    if path:
        path = path.strip("/")
        # a file's versions come with the commits of their time
        times = {version[0] for version in repository.file_versions.get(path, ())}
        result = [
            c
            for c in result
            if c.committed_date in times
            or any(f[0] == path or f[0].startswith(path + "/") for f in c.files)
        ]
    if since:
        result = [c for c in result if (c.committed_date or "") >= timestamp(since)]
    return [c for c in result if (c.committed_date or "") <= timestamp(until)] if until else result


@resolver("Commit.parents")
def _parents(commit: Commit, _info: Any, **page: Any) -> Connection:
    known_values = commit.repository.commits
    return connect([known_values[o] for o in commit.parent_oids if o in known_values], page)


@resolver("Commit.authors")
def _authors(commit: Commit, info: Any, **page: Any) -> Connection:
    world, people = context_of(info).world, [commit.author]
    for name, email in CO_AUTHOR.findall(commit.message):
        known_values = NOREPLY.match(email)
        people.append(
            GitActor(
                name,
                commit.author.date,
                world.actor(known_values.group(1)) if known_values else None,
                email,
            )
        )
    return connect(people, page)


@resolver("Commit.associatedPullRequests")
def _associated(commit: Commit, _info: Any, **page: Any) -> Connection:
    result = commit.repository.pulls_by_commit.get(commit.oid, [])
    return ordered(
        result, page, CREATED_AT=by("created_at", "number"), UPDATED_AT=by("updated_at", "number")
    )
