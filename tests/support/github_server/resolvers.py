"""Resolvers of the query root and of repositories.

The GraphQL fields that are more than an attribute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import GraphQLApiError
from .files import Blob, Tree, version_at
from .model import Actor, Issue, PullRequest, node_id
from .registry import context_of, missing, ordered, resolver
from .relay import Connection, by, connect
from .repository import Commit, Deployment, Ref, Release, Repository
from .world import timestamp

NEWEST = {"orderBy": {"field": "CREATED_AT", "direction": "DESC"}}
OLDEST = {"orderBy": {"field": "CREATED_AT", "direction": "ASC"}}


@resolver("Query.repository")
def _repository(
    _root: Any, info: Any, owner: str, name: str, followRenames: bool = True
) -> Repository:
    world, requested = context_of(info).world, f"{owner}/{name}"
    if result := world.repository(requested) or (
        world.renamed(requested) if followRenames else None
    ):
        return result
    raise missing("Repository", f"name '{requested}'")


@resolver("Query.organization", "Query.repositoryOwner")
def _organization(_root: Any, info: Any, login: str) -> Actor | None:
    result = context_of(info).world.organization(login)
    if not result and info.field_name == "organization":
        raise missing("Organization", f"login of '{login}'")
    return result


@resolver("Query.user")
def _user(_root: Any, info: Any, login: str) -> Actor:
    context = context_of(info)
    _ = context.world.repositories  # builds every repository, and so every account
    result = context.world.actors.get(login.lower(), context.viewer)
    if result.login.lower() != login.lower() or result.typename != "User":
        raise missing("User", f"login of '{login}'")
    return result


@resolver("Query.viewer")
def _viewer(_root: Any, info: Any) -> Actor:
    return context_of(info).viewer


@resolver("Query.rateLimit")
def _rate_limit(_root: Any, info: Any, **_: Any) -> dict[str, Any]:
    return context_of(info).rate_limit


def refuse(repository: Repository, name: str) -> None:
    """Answer as GitHub does where the token may not read a list."""
    if name in repository.forbidden:
        raise GraphQLApiError("FORBIDDEN", "Resource not accessible by personal access token")


def _node_by_id(info: Any, identity: str) -> Any:
    result = context_of(info).world.nodes.get(identity) or missing(
        "node", f"global id of '{identity}'"
    )
    if getattr(result, "is_unavailable", False):
        return GraphQLApiError(
            "SERVICE_UNAVAILABLE", "Something went wrong while loading this node."
        )
    return result


@resolver("Query.node")
def _node(_root: Any, info: Any, id: str) -> Any:
    result = _node_by_id(info, id)
    if isinstance(result, GraphQLApiError):
        raise result
    return result


@resolver("Query.nodes")
def _nodes(_root: Any, info: Any, ids: list[str]) -> list[Any]:
    """Return the nodes of the ids; an unknown id gives an error and null at its index."""
    return [_node_by_id(info, item) for item in ids]


# -- repositories ----------------------------------------------------------------------------------


@resolver("Organization.repositories", "User.repositories")
def _repositories(owner: Actor, info: Any, **page: Any) -> Connection:
    result = [r for r in context_of(info).world.repositories if r.owner is owner]
    if page.get("privacy"):
        result = [r for r in result if r.visibility == page["privacy"]]
    if page.get("isArchived") is not None:
        result = [r for r in result if r.is_archived == page["isArchived"]]
    made, pushed = by("created_at"), by("pushed_at")
    return ordered(
        result,
        page,
        NAME=by("name"),
        CREATED_AT=made,
        UPDATED_AT=by("updated_at"),
        PUSHED_AT=pushed,
    )


@resolver("Organization.repository", "User.repository")
def _owned(owner: Actor, info: Any, name: str, **_: Any) -> Repository | None:
    return context_of(info).world.repository(f"{owner.login}/{name}")


@resolver("Repository.repositoryTopics")
def _topics(repository: Repository, _info: Any, **page: Any) -> Connection:
    def field_options(name: str) -> dict[str, Any]:
        path = f"/topics/{name}"
        topic = {"id": node_id("TO", name), "name": name}
        return {
            "id": node_id("RT", repository.identity, name),
            "topic": topic,
            "resource_path": path,
            "url": path,
        }

    return connect([field_options(name) for name in repository.topics], page)


@resolver("Repository.languages")
def _languages(repository: Repository, _info: Any, **page: Any) -> Connection:
    return connect([repository.primary_language] if repository.primary_language else [], page)


def _filtered(
    items: Iterable[Any], states: list[str] | None, labels: list[str] | None
) -> list[Any]:
    result = [i for i in items if not states or i.state in states]
    expected = {name.lower() for name in labels or []}
    return [i for i in result if not expected or any(x.name.lower() in expected for x in i.labels)]


@resolver("Repository.pullRequests")
def _pull_requests(
    repo: Repository, info: Any, states: Any = None, labels: Any = None, **page: Any
) -> Connection:
    result: list[PullRequest] = _filtered(repo.pull_requests.values(), states, labels)
    for argument, attribute in (("headRefName", "head_ref_name"), ("baseRefName", "base_ref_name")):
        if page.get(argument):
            result = [p for p in result if getattr(p, attribute) == page[argument]]
    return counted(
        ordered(
            result,
            page,
            CREATED_AT=by("created_at", "number"),
            UPDATED_AT=by("updated_at", "number"),
        ),
        repo,
        info,
    )


def counted(connection: Connection, repository: Repository, info: Any) -> Connection:
    """A list with GitHub's count, which at times is of more than it lists."""
    connection.total_count += repository.unlisted.get(info.field_name, 0)
    return connection


@resolver("Repository.issues")
def _issues(
    repository: Repository, info: Any, states: Any = None, labels: Any = None, **page: Any
) -> Connection:
    requested = page.get("filterBy") or {}
    result: list[Issue] = _filtered(
        repository.issues.values(),
        states or requested.get("states"),
        labels or requested.get("labels"),
    )
    if requested.get("since"):
        since = timestamp(requested["since"])
        result = [i for i in result if i.updated_at >= since]
    if requested.get("createdBy"):
        result = [
            i
            for i in result
            if i.author and i.author.login.lower() == requested["createdBy"].lower()
        ]
    if requested.get("assignee"):
        result = [i for i in result if any(a.login == requested["assignee"] for a in i.assignees)]
    created, updated = by("created_at", "number"), by("updated_at", "number")

    def by_comments(issue: Issue) -> list[int]:
        return [len(issue.comments), issue.number]

    return counted(
        ordered(result, page, CREATED_AT=created, UPDATED_AT=updated, COMMENTS=by_comments),
        repository,
        info,
    )


@resolver("Repository.pullRequest", "Repository.issue", "Repository.issueOrPullRequest")
def _numbered(repository: Repository, info: Any, number: int) -> Issue:
    name = info.field_name
    pull = repository.pull_requests.get(number) if name != "issue" else None
    if result := pull or (repository.issues.get(number) if name != "pullRequest" else None):
        return result
    if name == "issueOrPullRequest":
        raise GraphQLApiError(
            "NOT_FOUND",
            f"Could not resolve to an issue or pull request with the number of {number}.",
        )
    raise missing("PullRequest" if name == "pullRequest" else "Issue", f"number of {number}")


@resolver("Repository.labels")
def _labels(repository: Repository, _info: Any, **page: Any) -> Connection:
    index = {label.id: n for n, label in enumerate(repository.labels.values())}
    return ordered(
        repository.labels.values(),
        page,
        NAME=by("name"),
        CREATED_AT=lambda label: [index[label.id]],
    )


@resolver("Repository.label")
def _label(repository: Repository, _info: Any, name: str) -> Any:
    return repository.labels.get(name)


@resolver("Repository.releases")
def _releases(repository: Repository, _info: Any, **page: Any) -> Connection:
    return ordered(
        repository.releases,
        NEWEST | page,
        CREATED_AT=by("created_at", "tag_name"),
        NAME=by("tag_name"),
    )


@resolver("Repository.release", "Repository.latestRelease")
def _release(repository: Repository, _info: Any, tagName: str | None = None) -> Release | None:
    result = [
        r for r in repository.releases if tagName == r.tag_name or (tagName is None and is_full(r))
    ]
    return max(result, key=by("created_at"), default=None)


def is_full(release: Release) -> bool:
    """Return whether a release may be the latest: published, and no prerelease."""
    return not (release.is_draft or release.is_prerelease)


@resolver("Repository.deployments")
def _deployments(
    repository: Repository, _info: Any, environments: Any = None, **page: Any
) -> Connection:
    refuse(repository, "deployments")
    result = [
        d for d in repository.deployments if not environments or d.environment in environments
    ]
    return ordered(result, OLDEST | page, CREATED_AT=by("created_at", "index"))


@resolver("Deployment.statuses")
def _statuses(deployment: Deployment, _info: Any, **page: Any) -> Connection:
    return connect(deployment.statuses, page)


@resolver("Repository.discussions")
def _discussions(
    repository: Repository, info: Any, answered: bool | None = None, **page: Any
) -> Connection:
    """Discussions, newest change first; none where they are switched off."""
    refuse(repository, "discussions")
    result = repository.discussions if repository.has_discussions_enabled else []
    result = [d for d in result if answered is None or d.is_answered == answered]
    page = {"orderBy": {"field": "UPDATED_AT", "direction": "DESC"}} | page
    made, changed = by("created_at", "number"), by("updated_at", "number")
    return counted(ordered(result, page, CREATED_AT=made, UPDATED_AT=changed), repository, info)


@resolver("Repository.milestones")
def _milestones(repository: Repository, _info: Any, states: Any = None, **page: Any) -> Connection:
    refuse(repository, "milestones")
    result = [m for m in repository.milestones.values() if not states or m.state in states]
    keys = {"CREATED_AT": by("created_at", "number"), "UPDATED_AT": by("updated_at", "number")}
    return ordered(result, page, NUMBER=by("number"), **keys)


@resolver("Repository.object")
def _object(
    repository: Repository, _info: Any, expression: str | None = None, oid: str | None = None
) -> Commit | Tree | Blob | None:
    """Return a commit by its oid, the head, or a file or folder of it (``HEAD:path``)."""
    revision, _, path = (oid or expression or "").partition(":")
    head = repository.history[0] if repository.history else None
    if path or (expression or "").endswith(":"):
        return repository.tree.at(path) if head and repository.tree and revision == "HEAD" else None
    is_head = revision in (
        "HEAD",
        repository.default_branch,
        f"refs/heads/{repository.default_branch}",
    )
    return head if is_head else repository.commits.get(revision)


@resolver("Commit.tree")
def _tree(commit: Commit, _info: Any) -> Tree:
    """Return the root folder; only that of the head has its content."""
    repository = commit.repository
    is_head = bool(repository.history) and repository.history[0] is commit
    members = repository.tree.members if is_head and repository.tree else {}
    return Tree(repository, "", members, commit.oid)


@resolver("Commit.file")
def _file(commit: Commit, _info: Any, path: str) -> dict[str, Any] | None:
    """Return the entry of a file as it was at the commit."""
    repository = commit.repository
    versions = repository.file_versions.get(path, [])
    version = version_at(versions, commit.committed_date or "")
    if version is None:
        return None
    _, mode, oid, size = version
    blob = Blob(repository, oid, repository.texts.get(oid), size, mode)
    entry = {"name": path.rpartition("/")[2], "path": path, "type": "blob", "object": blob}
    return entry | {"oid": oid, "mode": int(mode, 8), "size": size, "repository": repository}


@resolver("Repository.codeowners")
def _codeowners(
    repository: Repository, _info: Any, refName: str | None = None
) -> dict[str, Any] | None:
    """Return the errors of the first CODEOWNERS file; None without one."""
    for path in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"):
        if repository.tree and isinstance(repository.tree.at(path), Blob):
            about = {"path": path, "column": 1, "source": "", "message": "", "suggestion": None}
            return {"errors": [about | error for error in repository.codeowners_errors]}
    return None


@resolver("Repository.ref")
def _ref(repository: Repository, _info: Any, qualifiedName: str) -> Ref | None:
    name = qualifiedName.removeprefix("refs/heads/")
    return repository.default_branch_ref if name == repository.default_branch else None


@resolver("Repository.refs")
def _refs(repository: Repository, _info: Any, refPrefix: str, **page: Any) -> Connection:
    branch = repository.default_branch_ref
    if refPrefix == "refs/tags/":
        return ordered(repository.tags, page, TAG_COMMIT_DATE=by("tagged_at", "name"))
    return connect([branch] if branch and refPrefix == "refs/heads/" else [], page)
