"""The demo company's history as GitHub would show it: rows of the ledger, cut off at the end of the last day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from collectors.demo.company import BOTS, HOME, HOST, Repo, address, is_workday, later
from collectors.demo.world import Change, Issue, World
from collectors.github_pass import stamp
from collectors.github_queries import DETAILS_VERSION

Json = dict[str, Any]
BOT_ADDRESSES = {
    "dependabot": "49699333+dependabot[bot]@users.noreply.github.com",
    "renovate": "29139614+renovate[bot]@users.noreply.github.com",
    "copilot-swe-agent": "198982749+Copilot@users.noreply.github.com",
    "devin-ai-integration": "158243242+devin-ai-integration[bot]@users.noreply.github.com",
}
#: after the tip of a release is cut, it takes so many hours to come out
PUBLISHING_HOURS = (0.3, 5.0)


def who(login: str) -> Json:
    """Return an account as GraphQL shows an actor."""
    return {"__typename": "Bot" if login in BOTS else "User", "login": login}


def cross_reference(repo: Repo, items: Iterable[Issue | Change]) -> None:
    """Show, on each pull request, which issues and pull requests mention it."""
    for item in items:
        kind = "Issue" if isinstance(item, Issue) else "PullRequest"
        source = {"__typename": kind, "number": item.number, "repository": {"databaseId": repo.repo_id}}
        for _, mentioned in item.notes:
            if isinstance(mentioned, Change):
                mentioned.events.append((item.opened, {"__typename": "CrossReferencedEvent", "source": source}))


# -- issues and pull requests -----------------------------------------------------------------------------------------


def issue_row(world: World, issue: Issue) -> Json:
    """Return an issue as a row of ``github_issues``."""
    closed, updated = issue.closed, issue.closed or issue.opened
    node = {
        "__typename": "Issue",
        "id": f"I_demo{issue.repo.repo_id}x{issue.number}",
        "number": issue.number,
        "title": issue.title,
        "body": _body(issue),
        "url": f"https://{HOST}/{issue.repo.full_name}/issues/{issue.number}",
        "state": "CLOSED" if closed else "OPEN",
        "stateReason": (issue.reason or "completed").upper() if closed else None,
        "createdAt": stamp(issue.opened),
        "updatedAt": stamp(updated),
        "closedAt": stamp(closed) if closed else None,
        "authorAssociation": "MEMBER",
        "author": {"__typename": "User", "login": issue.author},
        "milestone": None,
        "labels": [{"name": label} for label in issue.labels],
        "assignees": [],
        "comments": [],
        "closedByPullRequestsReferences": [],
        "timelineItems": [],
    }
    row = {"host": HOST, "repo_id": issue.repo.repo_id, "number": issue.number, "node_id": node["id"]}
    row |= {"updated_at": updated.replace(microsecond=0), "fetched_at": world.end}
    return row | {"details_version": DETAILS_VERSION, "node": node}


def change_row(world: World, change: Change) -> Json:
    """Return a pull request as a row of ``github_pull_requests``."""
    events, ended = _timeline(change), change.merged or change.closed
    updated = max(change.opened, *_moments(change), *(at for at, _ in events))
    node = {
        "__typename": "PullRequest",
        "id": f"PR_demo{change.repo.repo_id}x{change.number}",
        "number": change.number,
        "title": change.title,
        "body": _body(change),
        "url": f"https://{HOST}/{change.repo.full_name}/pull/{change.number}",
        "state": "MERGED" if change.merged else "CLOSED" if change.closed else "OPEN",
        "isDraft": _is_draft(change),
        "createdAt": stamp(change.opened),
        "updatedAt": stamp(updated),
        "closedAt": stamp(ended) if ended else None,
        "mergedAt": stamp(change.merged) if change.merged else None,
        "authorAssociation": "CONTRIBUTOR" if change.author in BOTS else "MEMBER",
        "author": who(change.author),
        "mergedBy": who(change.merged_by) if change.merged and change.merged_by else None,
        "baseRefName": change.base,
        "headRefName": _branch(change),
        "isCrossRepository": False,
        "additions": sum(file[1] for file in change.files),
        "deletions": sum(file[2] for file in change.files),
        "changedFiles": len(change.files),
        "mergeCommit": {"oid": change.oid} if change.merged else None,
        "milestone": _milestone(world, change),
        "labels": [{"name": label} for label in change.labels],
        "assignees": _assignees(change),
        "closingIssuesReferences": [_closing(change.closes)] if change.closes else [],
        "commits": [_commit(world.chance.oid(), *found) for found in sorted(change.commits)],
        "files": [
            {"path": path, "additions": additions, "deletions": deletions, "changeType": kind}
            for path, additions, deletions, kind in change.files
        ],
        "reviews": [
            {"state": state, "submittedAt": stamp(at), "authorAssociation": _standing(login), "author": who(login)}
            for at, login, state in sorted(change.reviews)
        ],
        "comments": [
            {"createdAt": stamp(at), "authorAssociation": _standing(login), "author": who(login)}
            for at, login in sorted(change.comments)
        ],
        "timelineItems": [_event(at, event) for at, event in events],
    }
    row = {"host": HOST, "repo_id": change.repo.repo_id, "number": change.number, "node_id": node["id"]}
    row |= {"updated_at": updated.replace(microsecond=0), "details_version": DETAILS_VERSION, "fetched_at": world.end}
    return row | {"node": node}


def _moments(change: Change) -> list[datetime]:
    moments = [at for at, *_ in change.commits] + [at for at, *_ in change.reviews]
    return moments + [at for at, _ in change.comments]


def _timeline(change: Change) -> list[tuple[datetime, Json]]:
    """All events in their order; accounts are still logins."""
    labels = [{"__typename": "LabeledEvent", "actor": change.author, "label": {"name": name}} for name in change.labels]
    events = [*((change.opened, label) for label in labels), *change.events]
    if change.merged:
        events.append((change.merged, {"__typename": "MergedEvent", "actor": change.merged_by}))
        events.append((change.merged, {"__typename": "ClosedEvent", "actor": change.merged_by}))
    elif change.closed:
        events.append((change.closed, {"__typename": "ClosedEvent", "actor": change.closed_by}))
    return sorted(events, key=lambda pair: pair[0])


def _event(at: datetime, event: Json) -> Json:
    shown = {"__typename": event["__typename"], "createdAt": stamp(at)} | event
    return shown | {key: who(event[key]) for key in ("actor", "assignee") if key in event}


def _is_draft(change: Change) -> bool:
    turns = [e["__typename"] for _, e in sorted(change.events, key=lambda pair: pair[0])]
    turns = [turn for turn in turns if turn in ("ReadyForReviewEvent", "ConvertToDraftEvent")]
    return turns[-1] == "ConvertToDraftEvent" if turns else change.opened_as_draft


def _assignees(change: Change) -> list[Json]:
    logins = [event["assignee"] for _, event in change.events if event["__typename"] == "AssignedEvent"]
    return [who(login) for login in logins if login not in BOTS]


def _standing(login: str) -> str:
    return "CONTRIBUTOR" if login in BOTS else "MEMBER"


def _body(item: Issue | Change) -> str:
    notes = "\n".join(note % mentioned.number for note, mentioned in item.notes)
    parts = (notes, item.body) if isinstance(item, Change) and item.reverts else (item.body, notes)
    return "\n\n".join(part for part in parts if part)


def _branch(change: Change) -> str:
    cause = change.reverts
    return f"revert-{cause.number}-{_branch(cause)}" if cause else change.branch


def _milestone(world: World, change: Change) -> Json | None:
    """The quarter, for features that customers see."""
    if change.kind != "feature" or change.repo.name not in ("web", "mobile"):
        return None
    quarter = change.opened.year * 4 + (change.opened.month - 1) // 3
    first = world.begin.year * 4 + (world.begin.month - 1) // 3
    return {"number": quarter - first + 1, "title": f"{quarter // 4} Q{quarter % 4 + 1}"}


def _closing(issue: Issue) -> Json:
    repository = {"databaseId": issue.repo.repo_id, "nameWithOwner": issue.repo.full_name}
    labels = {"nodes": [{"name": label} for label in issue.labels]}
    return {"number": issue.number, "title": issue.title, "repository": repository, "labels": labels}


def _commit(oid: str, at: datetime, message: str, login: str) -> Json:
    name = f"{login}[bot]" if login in BOTS else login
    email = BOT_ADDRESSES.get(login) or address(login)
    author = {"name": name, "email": email, "user": {"__typename": "User", "login": login}}
    commit = {"oid": oid, "message": message, "authoredDate": stamp(at), "committedDate": stamp(at)}
    return {"commit": commit | {"author": author, "committer": author}}


# -- default branches, releases, deployments --------------------------------------------------------------------------

Landing = tuple[datetime, str, str]  # time, commit, message


def history(world: World, repo: Repo, changes: Iterable[Change]) -> list[Landing]:
    """Return the commits of the default branch, oldest first: one for each merge, pushed ones, and the first."""
    found: list[Landing] = [(world.begin, world.chance.oid(), "Move to this home")]
    for change in changes:
        if change.merged and change.base == "main":
            found.append((change.merged, change.oid, f"{change.title} (#{change.number})"))
    found += [(at, oid, message) for name, at, oid, message in world.pushes if name == repo.name and at < world.end]
    return sorted(found)


def _tip(landings: list[Landing], at: datetime) -> str:
    """The newest commit of the default branch at a time."""
    return landings[bisect_right(landings, at, key=lambda landing: landing[0]) - 1][1]


def commit_rows(repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_commits``."""
    return [
        {"host": HOST, "repo_id": repo.repo_id, "oid": oid, "position": place}
        | {"node": {"oid": oid, "committedDate": stamp(at), "message": message}}
        for place, (at, oid, message) in enumerate(landings, 1)
    ]


def release_rows(world: World, repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_releases``: each points at what had landed when it was cut; the last is a draft."""
    rng, rows, last, count = world.chance.rng, [], "", 0
    cut = world.begin + timedelta(days=3, hours=10)
    while repo.release_days and cut < world.end:
        tip = _tip(landings, cut)
        if tip != last:
            last, count = tip, count + 1
            published = later(cut, rng.uniform(*PUBLISHING_HOURS), HOME)
            rows.append(_release(world, repo, f"v{1 + count // 40}.{count % 40}.0", cut, published, last))
        cut += timedelta(days=repo.release_days + rng.choice((-1, 0, 0, 0, 1)))
    return rows


def _release(world: World, repo: Repo, tag: str, cut: datetime, published: datetime, oid: str) -> Json:
    is_out = published < world.end
    node = {
        "id": f"RE_demo{repo.repo_id}x{tag}",
        "tagName": tag,
        "name": tag,
        "url": f"https://{HOST}/{repo.full_name}/releases/tag/{tag}",
        "isDraft": not is_out,
        "isPrerelease": False,
        "createdAt": stamp(cut),
        "publishedAt": stamp(published) if is_out else None,
        "updatedAt": stamp(published if is_out else cut),
        "tagCommit": {"oid": oid} if is_out else None,
    }
    return {"host": HOST, "repo_id": repo.repo_id, "node_id": node["id"], "fetched_at": world.end, "node": node}


def deployment_rows(world: World, repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_deployments``: to staging, then to production, most working days; some fail."""
    rng, nodes = world.chance.rng, list[Json]()
    at, last = world.begin + timedelta(days=1), ""
    while repo.has_deployments and at + timedelta(hours=18) < world.end:
        tip = _tip(landings, at + timedelta(hours=9))
        if is_workday(at.date()) and tip != last and rng.random() < 0.8:
            start = at + timedelta(hours=9, minutes=rng.randrange(300))
            nodes.append(
                _deployment(repo, len(nodes), "staging", tip, start, rng.random() < 0.97, rng.randint(90, 400))
            )
            is_fine = rng.random() < 0.94
            start += timedelta(minutes=rng.randint(20, 150))
            nodes.append(_deployment(repo, len(nodes), "production", tip, start, is_fine, rng.randint(120, 900)))
            last = tip if is_fine else last
        at += timedelta(days=1)
    rows = [{"host": HOST, "repo_id": repo.repo_id, "node_id": n["id"], "fetched_at": world.end} for n in nodes]
    return [row | {"node": node} for row, node in zip(rows, _retired(nodes), strict=True)]


def _deployment(repo: Repo, place: int, environment: str, oid: str, at: datetime, is_fine: bool, seconds: int) -> Json:
    ended = stamp(at + timedelta(seconds=seconds))
    statuses = [
        {"state": "SUCCESS" if is_fine else "FAILURE", "createdAt": ended},
        {"state": "IN_PROGRESS", "createdAt": stamp(at + timedelta(seconds=15))},
    ]
    return {
        "id": f"DE_demo{repo.repo_id}x{place}",
        "environment": environment,
        "commitOid": oid,
        "createdAt": stamp(at),
        "updatedAt": ended,
        "state": "ACTIVE" if is_fine else "FAILURE",
        "statuses": {"nodes": statuses},
    }


def _retired(nodes: list[Json]) -> list[Json]:
    """Mark deployments inactive once the next one to the same place has worked, as GitHub does."""
    successors: dict[str, str] = {}
    for node in reversed(nodes):
        ended = successors.get(node["environment"])
        if node["state"] == "ACTIVE":
            successors[node["environment"]] = node["updatedAt"]
            if ended:
                node["state"], node["updatedAt"] = "INACTIVE", ended
                node["statuses"]["nodes"].insert(0, {"state": "INACTIVE", "createdAt": ended})
    return nodes


# -- the repository itself --------------------------------------------------------------------------------------------


def repository_row(world: World, repo: Repo, rows: dict[str, list[Json]]) -> Json:
    """Return the row of ``github_repositories``: what the probe would have answered at the end."""

    def newest(table: str, at: str, *keys: str) -> Json:
        found = [row["node"] for row in rows[table]]
        latest = max(found, key=lambda node: node[at]) if found else None
        return {"totalCount": len(found), "nodes": [{key: latest[key] for key in keys}] if latest else []}

    node = {
        "databaseId": repo.repo_id,
        "nameWithOwner": repo.full_name,
        "url": f"https://{HOST}/{repo.full_name}",
        "createdAt": stamp(world.begin),
        "isArchived": world.is_archived(repo, world.end),
        "isFork": False,
        "isPrivate": True,
        "primaryLanguage": {"name": repo.language},
        "repositoryTopics": {"nodes": [{"topic": {"name": topic}} for topic in repo.topics]},
        "defaultBranchRef": {"name": "main", "target": {"oid": rows["github_commits"][-1]["oid"]}},
        "issues": newest("github_issues", "updatedAt", "updatedAt"),
        "pullRequests": newest("github_pull_requests", "updatedAt", "updatedAt"),
        "releases": newest("github_releases", "createdAt", "id", "updatedAt"),
        "deployments": newest("github_deployments", "createdAt", "id", "updatedAt"),
    }
    row = {"host": HOST, "repo_id": repo.repo_id, "repo": repo.full_name, "node": node, "fetched_at": world.end}
    return row | {"observed_until": world.end, "gone_at": None}
