"""The REST API's routes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import HttpError, deleted, missing_item, moved
from .files import folder, listing
from .item_resolvers import commits_of
from .limits import Accounts, Principal
from .model import Comment, Issue, PullRequest
from .repository import Repository
from .resolvers import is_full
from .rest_shapes import Json, Shapes
from .world import World, timestamp

STATES = {"open": ("OPEN",), "closed": ("CLOSED", "MERGED"), "all": ("OPEN", "CLOSED", "MERGED")}
ROUTES: list[tuple[str, str, re.Pattern[str], Callable[..., Any]]] = []


@dataclass
class Call:
    """One REST request."""

    world: World
    principal: Principal
    accounts: Accounts
    query: Mapping[str, str]
    base: str

    def repository(self, owner: str, repo: str) -> Repository:
        """The repository in the path, or 404."""
        if result := self.world.repository(f"{owner}/{repo}"):
            return result
        raise missing_item()


@dataclass
class Listing:
    """A list answered page by page, and how to show one member."""

    items: Sequence[Any]
    show: Callable[[Any], Any]
    #: key of the list in an object with the total count, if the answer is no array
    key: str = ""


def route(method: str, template: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a handler for ``/path/{name}`` (``{name*}`` spans slashes)."""
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.*)", template)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        ROUTES.append((method, template, re.compile(f"^{pattern}$"), function))
        return function

    return register


def find(method: str, path: str) -> tuple[str, Callable[..., Any], dict[str, str]]:
    """Template, handler and parameters of a path, or 404."""
    for verb, template, pattern, function in ROUTES:
        if verb == method and (match := pattern.match(path)):
            return template, function, match.groupdict()
    raise missing_item()


def located(world: World, path: str, base: str, query: str) -> str:
    """The path under the repository's present name.

    ``/repositories/{id}/…`` is served as it is; a former name answers 301 with that form as its
    ``Location``.
    """
    if match := re.match(r"/repositories/(\d+)(/.*)?$", path):
        repository = world.numbered(int(match[1]))
        if repository is None:
            raise missing_item()
        return f"/repos/{repository.name_with_owner}{match[2] or ''}"
    if match := re.match(r"/repos/([^/]+/[^/]+)(/.*)?$", path):
        renamed = None if world.repository(match[1]) else world.renamed(match[1])
        if renamed:
            tail = f"{match[2] or ''}{'?' if query else ''}{query}"
            raise moved(f"{base}/repositories/{renamed.database_id}{tail}")
    return path


def number(text: str) -> int:
    """A number in a path, or 404."""
    if not text.isdigit():
        raise missing_item()
    return int(text)


# -- accounts --------------------------------------------------------------------------------------


@route("GET", "/rate_limit")
def _rate_limit(call: Call) -> Json:
    visible = {name: call.principal.budget(name).show() for name in call.principal.budgets}
    return {"resources": visible, "rate": visible["core"]}


@route("GET", "/user")
def _me(call: Call) -> Json:
    if call.principal.kind == "anonymous":
        raise HttpError(401, "Requires authentication")
    if call.principal.kind == "installation":
        raise HttpError(403, "Resource not accessible by integration")
    return Shapes(call.base).user(call.principal.actor)


@route("GET", "/users/{login}")
def _user(call: Call, login: str) -> Json:
    _ = call.world.repositories  # builds every repository, and so every account
    actor = call.world.actors.get(login.lower()) or call.world.actors.get(
        login.lower().removesuffix("[bot]")
    )
    if actor is None:
        raise missing_item()
    return Shapes(call.base).user(actor) | {
        "name": None,
        "company": None,
        "created_at": actor.created_at,
    }


@route("GET", "/orgs/{org}")
def _org(call: Call, org: str) -> Json:
    actor = call.world.organization(org)
    if actor is None:
        raise missing_item()
    repos = sum(r.owner is actor for r in call.world.repositories)
    return Shapes(call.base).user(actor) | {
        "name": actor.login,
        "public_repos": repos,
        "created_at": actor.created_at,
    }


@route("GET", "/orgs/{org}/teams")
def _teams(call: Call, org: str) -> Listing:
    """Return the teams of an organization, for which a token needs Members: read."""
    actor = call.world.organization(org)
    if actor is None or actor.typename != "Organization":
        raise missing_item()
    if any("members" in r.forbidden for r in call.world.repositories if r.owner is actor):
        raise HttpError(403, "Resource not accessible by personal access token")
    return Listing([], lambda team: team)


@route("GET", "/orgs/{org}/repos")
@route("GET", "/users/{org}/repos")
def _org_repos(call: Call, org: str) -> Listing:
    actor = call.world.organization(org)
    if actor is None:
        raise missing_item()
    return Listing(
        [r for r in call.world.repositories if r.owner is actor], Shapes(call.base).repository
    )


# -- issues and pull requests ----------------------------------------------------------------------


def _sorted(call: Call, items: Iterable[Issue], descending_by_default: bool = True) -> list[Any]:
    """Sort as ``sort`` and ``direction`` say; by creation, newest first, without them."""
    sort = call.query.get("sort", "created")
    down = call.query.get("direction", "desc" if descending_by_default else "asc") != "asc"
    if sort == "comments":
        return sorted(items, key=lambda i: (len(i.comments), i.number), reverse=down)
    attribute = "updated_at" if sort == "updated" else "created_at"
    return sorted(items, key=lambda i: (getattr(i, attribute), i.number), reverse=down)


@route("GET", "/repos/{owner}/{repo}")
def _repository(call: Call, owner: str, repo: str) -> Json:
    return Shapes(call.base).repository(call.repository(owner, repo))


@route("GET", "/repos/{owner}/{repo}/pulls")
def _pulls(call: Call, owner: str, repo: str) -> Listing:
    states = STATES.get(call.query.get("state", "open"), STATES["open"])
    base, head = call.query.get("base"), call.query.get("head")
    result = [p for p in call.repository(owner, repo).pull_requests.values() if p.state in states]
    result = [p for p in result if base in (None, p.base_ref_name)]
    result = [
        p
        for p in result
        if head in (None, f"{(p.head_repository_name or '').partition('/')[0]}:{p.head_ref_name}")
    ]
    newest_first = "sort" not in call.query or call.query["sort"] == "created"
    return Listing(_sorted(call, result, newest_first), Shapes(call.base).pull)


def _since(call: Call, comments: Iterable[Comment]) -> list[Comment]:
    since = timestamp(call.query["since"]) if call.query.get("since") else ""
    return [c for c in comments if c.updated_at >= since]


@route("GET", "/repos/{owner}/{repo}/pulls/comments")
def _all_review_comments(call: Call, owner: str, repo: str) -> Listing:
    pulls = call.repository(owner, repo).pull_requests.values()
    result = _since(call, (c for p in pulls for r in p.reviews for c in r.comments))
    return Listing(_by_age(call, result), Shapes(call.base).comment)


@route("GET", "/repos/{owner}/{repo}/issues/comments")
def _all_comments(call: Call, owner: str, repo: str) -> Listing:
    repository = call.repository(owner, repo)
    items: list[Issue] = [*repository.issues.values(), *repository.pull_requests.values()]
    return Listing(
        _by_age(call, _since(call, (c for i in items for c in i.comments))),
        Shapes(call.base).comment,
    )


def _by_age(call: Call, comments: Iterable[Comment]) -> list[Comment]:
    attribute = "updated_at" if call.query.get("sort") == "updated" else "created_at"
    down = "sort" in call.query and call.query.get("direction", "desc") == "desc"
    return sorted(comments, key=lambda c: (getattr(c, attribute), c.database_id), reverse=down)


def _pull(call: Call, owner: str, repo: str, n: str) -> PullRequest:
    result = call.repository(owner, repo).pull_requests.get(number(n))
    if result is None:
        raise missing_item()
    return result


@route("GET", "/repos/{owner}/{repo}/pulls/{n}")
def _pull_response(call: Call, owner: str, repo: str, n: str) -> Json:
    return Shapes(call.base).whole_pull(_pull(call, owner, repo, n))


@route("GET", "/repos/{owner}/{repo}/pulls/{n}/reviews")
def _reviews(call: Call, owner: str, repo: str, n: str) -> Listing:
    return Listing(_pull(call, owner, repo, n).reviews, Shapes(call.base).review)


@route("GET", "/repos/{owner}/{repo}/pulls/{n}/comments")
def _review_comments(call: Call, owner: str, repo: str, n: str) -> Listing:
    result = _since(call, (c for r in _pull(call, owner, repo, n).reviews for c in r.comments))
    return Listing(result, Shapes(call.base).comment)


@route("GET", "/repos/{owner}/{repo}/pulls/{n}/commits")
def _pull_commits(call: Call, owner: str, repo: str, n: str) -> Listing:
    return Listing(
        [c.commit for c in _pull(call, owner, repo, n).commits][:250], Shapes(call.base).commit
    )


@route("GET", "/repos/{owner}/{repo}/pulls/{n}/files")
def _pull_files(call: Call, owner: str, repo: str, n: str) -> Listing:
    return Listing(_pull(call, owner, repo, n).files, Shapes(call.base).file)


@route("GET", "/repos/{owner}/{repo}/issues")
def _issues(call: Call, owner: str, repo: str) -> Listing:
    repository, query = call.repository(owner, repo), call.query
    states = STATES.get(query.get("state", "open"), STATES["open"])
    expected = {name.strip().lower() for name in query.get("labels", "").split(",") if name.strip()}
    since = timestamp(query["since"]) if query.get("since") else ""
    changed = repository.by_change
    result = changed[bisect_left(changed, since, key=lambda item: item.updated_at) :]
    if len(states) < len(STATES["all"]) or expected:
        result = [
            i
            for i in result
            if i.state in states and expected <= {x.name.lower() for x in i.labels}
        ]
    if query.get("creator"):
        result = [
            i
            for i in result
            if i.author and query["creator"] in (i.author.login, i.author.rest_login)
        ]
    if query.get("sort") == "updated":
        return Listing(
            result if query.get("direction") == "asc" else result[::-1], Shapes(call.base).issue
        )
    return Listing(_sorted(call, result), Shapes(call.base).issue)


def _issue(call: Call, owner: str, repo: str, n: str) -> Issue:
    """An issue or pull request; 301 where it was transferred, 410 where it was deleted."""
    repository = call.repository(owner, repo)
    result = repository.issues.get(number(n)) or repository.pull_requests.get(number(n))
    if result is None and number(n) in repository.deleted_items:
        result = call.world.item(repository, number(n))
        if result is None:
            raise deleted()
        raise moved(
            f"{call.base}/repositories/{result.repository.database_id}/issues/{result.number}"
        )
    if result is None:
        raise missing_item()
    return result


@route("GET", "/repos/{owner}/{repo}/issues/{n}")
def _issue_response(call: Call, owner: str, repo: str, n: str) -> Json:
    return Shapes(call.base).issue(_issue(call, owner, repo, n))


@route("GET", "/repos/{owner}/{repo}/issues/{n}/comments")
def _comments(call: Call, owner: str, repo: str, n: str) -> Listing:
    return Listing(_since(call, _issue(call, owner, repo, n).comments), Shapes(call.base).comment)


@route("GET", "/repos/{owner}/{repo}/issues/{n}/timeline")
def _timeline(call: Call, owner: str, repo: str, n: str) -> Listing:
    return Listing(_issue(call, owner, repo, n).timeline, Shapes(call.base).event)


@route("GET", "/repos/{owner}/{repo}/issues/{n}/events")
def _events(call: Call, owner: str, repo: str, n: str) -> Listing:
    result = [e for e in _issue(call, owner, repo, n).events if e.origin is None]
    return Listing(result, Shapes(call.base).event)


@route("GET", "/repos/{owner}/{repo}/labels")
def _labels(call: Call, owner: str, repo: str) -> Listing:
    return Listing(list(call.repository(owner, repo).labels.values()), Shapes(call.base).label)


# -- code and releases -----------------------------------------------------------------------------


@route("GET", "/repos/{owner}/{repo}/releases")
def _releases(call: Call, owner: str, repo: str) -> Listing:
    result = sorted(
        call.repository(owner, repo).releases,
        key=lambda r: (r.created_at, r.tag_name),
        reverse=True,
    )
    return Listing(result, Shapes(call.base).release)


@route("GET", "/repos/{owner}/{repo}/releases/latest")
def _latest_release(call: Call, owner: str, repo: str) -> Json:
    result = [r for r in call.repository(owner, repo).releases if is_full(r)]
    if not result:
        raise missing_item()
    return Shapes(call.base).release(max(result, key=lambda r: r.created_at))


@route("GET", "/repos/{owner}/{repo}/branches/{branch*}")
def _branch(call: Call, owner: str, repo: str, branch: str) -> Json:
    repository = call.repository(owner, repo)
    if branch != repository.default_branch or not repository.history:
        raise HttpError(404, "Branch not found", "/rest/branches/branches#get-a-branch")
    return {
        "name": branch,
        "commit": Shapes(call.base).commit(repository.history[0]),
        "protected": False,
    }


@route("GET", "/repos/{owner}/{repo}/git/trees/{sha}")
def _git_tree(call: Call, owner: str, repo: str, sha: str) -> Json:
    repository = call.repository(owner, repo)
    if repository.is_empty or repository.tree is None:
        raise HttpError(409, "Git Repository is empty.", "/rest/git/trees#get-a-tree")
    is_head = sha in ("HEAD", repository.default_branch)
    result = repository.tree if is_head else folder(repository.tree, sha)
    if result is None:
        raise missing_item()
    rows, is_truncated = listing(result, "recursive" in call.query, repository.tree_most)
    return {"sha": result.oid, "url": "", "tree": rows, "truncated": is_truncated}


@route("GET", "/repos/{owner}/{repo}/commits")
def _commits(call: Call, owner: str, repo: str) -> Listing:
    query, repository = call.query, call.repository(owner, repo)
    if repository.is_empty:
        raise HttpError(409, "Git Repository is empty.", "/rest/commits/commits#list-commits")
    result = commits_of(repository, query.get("path"), query.get("since"), query.get("until"))
    if query.get("author"):
        result = [
            c
            for c in result
            if c.author.user and query["author"] in (c.author.user.login, c.author.user.rest_login)
        ]
    return Listing(result, Shapes(call.base).commit)


@route("GET", "/repos/{owner}/{repo}/commits/{sha}")
def _commit_response(call: Call, owner: str, repo: str, sha: str) -> Json:
    repository = call.repository(owner, repo)
    is_head = sha in ("HEAD", repository.default_branch, f"heads/{repository.default_branch}")
    commit = (
        repository.history[0] if is_head and repository.history else repository.commits.get(sha)
    )
    if commit is None:
        raise HttpError(
            422, f"No commit found for SHA: {sha}", "/rest/commits/commits#get-a-commit"
        )
    return Shapes(call.base).whole_commit(commit)


# -- workflows -------------------------------------------------------------------------------------


@route("GET", "/repos/{owner}/{repo}/actions/workflows")
def _workflows(call: Call, owner: str, repo: str) -> Listing:
    repository = _actions_of(call, owner, repo)
    workflows = {
        run.workflow_id: {"id": run.workflow_id, "name": run.name, "path": run.path}
        for run in repository.workflow_runs
    }
    return Listing(list(workflows.values()), lambda workflow: workflow, "workflows")


@route("GET", "/repos/{owner}/{repo}/actions/workflows/{workflow}/runs")
def _workflow_runs(call: Call, owner: str, repo: str, workflow: str) -> Listing:
    runs = [
        run
        for run in _actions_of(call, owner, repo).workflow_runs
        if run.workflow_id == number(workflow)
    ]
    runs.sort(key=lambda run: (run.created_at, run.id), reverse=True)
    return Listing(runs, Shapes(call.base).workflow_run, "workflow_runs")


def _actions_of(call: Call, owner: str, repo: str) -> Repository:
    repository = call.repository(owner, repo)
    if "actions" in repository.forbidden:
        raise HttpError(403, "Resource not accessible by personal access token")
    return repository
