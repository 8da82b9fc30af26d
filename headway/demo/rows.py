"""The demo company's pull requests and repositories as GitHub would show them: rows of the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from collectors.github.counts import KINDS, last_day
from collectors.github.graphql import DETAILS_VERSION
from collectors.github.repository import format_time
from headway.demo.company import BOTS, BY_LOGIN, HOST, Repo, address
from headway.demo.items import Change, Issue, Milestone
from headway.demo.world import World

Json = dict[str, Any]
BOT_ADDRESSES = {
    "dependabot": "49699333+dependabot[bot]@users.noreply.github.com",
    "renovate": "29139614+renovate[bot]@users.noreply.github.com",
    "copilot-swe-agent": "198982749+Copilot@users.noreply.github.com",
    "devin-ai-integration": "158243242+devin-ai-integration[bot]@users.noreply.github.com",
}


def who(login: str) -> Json | None:
    """Return an account as GraphQL shows an actor; one that is gone is nobody."""
    return {"__typename": "Bot" if login in BOTS else "User", "login": login} if login else None


def standing(login: str) -> str:
    """Return what an account is to the repositories: its authorAssociation."""
    return "MEMBER" if login in BY_LOGIN else "CONTRIBUTOR" if login in BOTS else "NONE"


def mark(milestone: Milestone | None) -> Json | None:
    """Return a milestone as an item of it shows it."""
    return {"number": milestone.number, "title": milestone.title} if milestone else None


def body(item: Issue | Change) -> str:
    """Return what an item says, with its mentions of others."""
    notes = "\n".join(_note(item, note, mentioned) for note, mentioned in item.notes)
    parts = (notes, item.body) if isinstance(item, Change) and item.reverts else (item.body, notes)
    return "\n\n".join(part for part in parts if part)


def _note(item: Issue | Change, note: str, mentioned: Issue | Change) -> str:
    """A mention, with the name of the repository where it is another one."""
    number = (
        f"#{mentioned.number}"
        if item.repo is mentioned.repo
        else f"{mentioned.repo.full_name}#{mentioned.number}"
    )
    return note.replace("#%d", number)


def cross_reference(world: World) -> None:
    """Show, on each issue and pull request, which others mention it."""
    items: list[Issue | Change] = [*world.issues, *world.changes]
    for item in sorted(items, key=lambda item: (item.repo.repo_id, item.number)):
        kind = "Issue" if isinstance(item, Issue) else "PullRequest"
        source = {
            "__typename": kind,
            "number": item.number,
            "repository": {"databaseId": item.repo.repo_id},
        }
        for _, mentioned in item.notes:
            event: Json = {"__typename": "CrossReferencedEvent"}
            if isinstance(mentioned, Issue):
                event["willCloseTarget"] = (
                    isinstance(item, Change) and item.closes is mentioned and item.is_closing
                )
            mentioned.events.append((item.opened, event | {"source": source}))


def labels(item: Issue | Change) -> list[str]:
    """Return the labels that an item carries in the end."""
    names = list(item.labels)
    for _, event in item.events:
        name = event.get("label", {}).get("name")
        if event["__typename"] == "LabeledEvent" and name not in names:
            names.append(name)
        elif event["__typename"] == "UnlabeledEvent" and name in names:
            names.remove(name)
    return names


# -- pull requests -----------------------------------------------------------------------------------------------------


def change_row(world: World, change: Change) -> Json:
    """Return a pull request as a row of ``github_pull_requests``."""
    events, ended = _timeline(change), change.merged or change.closed
    updated = max(change.opened, *_moments(change), *(at for at, _ in events))
    node = {
        "__typename": "PullRequest",
        "id": f"PR_demo{change.repo.repo_id}x{change.number}",
        "number": change.number,
        "title": change.title,
        "body": body(change),
        "url": f"https://{HOST}/{change.repo.full_name}/pull/{change.number}",
        "state": "MERGED" if change.merged else "CLOSED" if change.closed else "OPEN",
        "isDraft": _is_draft(change),
        "createdAt": format_time(change.opened),
        "updatedAt": format_time(updated),
        "closedAt": format_time(ended) if ended else None,
        "mergedAt": format_time(change.merged) if change.merged else None,
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
        "milestone": mark(change.milestone),
        "labels": [{"name": name} for name in labels(change)],
        "assignees": _assignees(change),
        "closingIssuesReferences": [_closing(change.closes)] if change.closes else [],
        "commits": [_commit(world.chance.oid(), *entry) for entry in sorted(change.commits)],
        "files": [
            {"path": path, "additions": additions, "deletions": deletions, "changeType": kind}
            for path, additions, deletions, kind in change.files
        ],
        "reviews": [
            {
                "state": state,
                "submittedAt": format_time(at),
                "authorAssociation": standing(login),
                "author": who(login),
            }
            for at, login, state in sorted(change.reviews)
        ],
        "comments": [
            {
                "createdAt": format_time(at),
                "authorAssociation": standing(login),
                "author": who(login),
            }
            for at, login in sorted(change.comments)
        ],
        "timelineItems": [_event(at, event) for at, event in events],
    }
    row = {
        "host": HOST,
        "repo_id": change.repo.repo_id,
        "number": change.number,
        "node_id": node["id"],
    }
    row |= {
        "updated_at": updated.replace(microsecond=0),
        "details_version": DETAILS_VERSION,
        "fetched_at": world.end,
    }
    return row | {"node": node}


def _moments(change: Change) -> list[datetime]:
    moments = [at for at, *_ in change.commits] + [at for at, *_ in change.reviews]
    return moments + [at for at, _ in change.comments]


def _timeline(change: Change) -> list[tuple[datetime, Json]]:
    """All events in their order; accounts are still logins."""
    opening = [
        {"__typename": "LabeledEvent", "actor": change.author, "label": {"name": name}}
        for name in change.labels
    ]
    events = [*((change.opened, label) for label in opening), *change.events]
    if change.merged:
        events.append((change.merged, {"__typename": "MergedEvent", "actor": change.merged_by}))
        events.append((change.merged, {"__typename": "ClosedEvent", "actor": change.merged_by}))
    elif change.closed:
        events.append((change.closed, {"__typename": "ClosedEvent", "actor": change.closed_by}))
    return sorted(events, key=lambda pair: pair[0])


def _event(at: datetime, event: Json) -> Json:
    visible = {"__typename": event["__typename"], "createdAt": format_time(at)} | event
    return visible | {key: who(event[key]) for key in ("actor", "assignee") if key in event}


def _is_draft(change: Change) -> bool:
    turns = [e["__typename"] for _, e in sorted(change.events, key=lambda pair: pair[0])]
    turns = [turn for turn in turns if turn in ("ReadyForReviewEvent", "ConvertToDraftEvent")]
    return turns[-1] == "ConvertToDraftEvent" if turns else change.opened_as_draft


def _assignees(change: Change) -> list[Json | None]:
    logins = [
        event["assignee"] for _, event in change.events if event["__typename"] == "AssignedEvent"
    ]
    return [who(login) for login in logins if login not in BOTS]


def _branch(change: Change) -> str:
    cause = change.reverts
    return f"revert-{cause.number}-{_branch(cause)}" if cause else change.branch


def _closing(issue: Issue) -> Json:
    repository = {"databaseId": issue.repo.repo_id, "nameWithOwner": issue.repo.full_name}
    names = {"nodes": [{"name": name} for name in labels(issue)]}
    return {"number": issue.number, "title": issue.title, "repository": repository, "labels": names}


def _commit(oid: str, at: datetime, message: str, login: str) -> Json:
    name = f"{login}[bot]" if login in BOTS else login
    email = BOT_ADDRESSES.get(login) or address(login)
    author = {"name": name, "email": email, "user": {"__typename": "User", "login": login}}
    commit = {
        "oid": oid,
        "message": message,
        "authoredDate": format_time(at),
        "committedDate": format_time(at),
    }
    return {"commit": commit | {"author": author, "committer": author}}


# -- the repository itself --------------------------------------------------------------------------------------------


def repository_row(world: World, repo: Repo, rows: dict[str, list[Json]]) -> Json:
    """Return the row of ``github_repositories``: what the probe would have answered at the end."""

    def newest(table: str, at: str, *keys: str) -> Json:
        result = [row["node"] for row in rows[table]]
        latest = max(result, key=lambda node: node[at]) if result else None
        return {
            "totalCount": len(result),
            "nodes": [{key: latest[key] for key in keys}] if latest else [],
        }

    node = {
        "databaseId": repo.repo_id,
        "nameWithOwner": repo.full_name,
        "url": f"https://{HOST}/{repo.full_name}",
        "createdAt": format_time(world.begin),
        "isArchived": world.is_archived(repo, world.end),
        "isFork": False,
        "isPrivate": not repo.is_public,
        "primaryLanguage": {"name": repo.language},
        "repositoryTopics": {"nodes": [{"topic": {"name": topic}} for topic in repo.topics]},
        "defaultBranchRef": {"name": "main", "target": {"oid": rows["github_commits"][-1]["oid"]}},
        "issues": newest("github_issues", "updatedAt", "updatedAt"),
        "pullRequests": newest("github_pull_requests", "updatedAt", "updatedAt"),
        "milestones": newest("github_milestones", "updatedAt", "updatedAt"),
        "releases": newest("github_releases", "createdAt", "id", "updatedAt"),
        "deployments": newest("github_deployments", "createdAt", "id", "updatedAt"),
        "discussions": newest("github_discussions", "updatedAt", "updatedAt"),
    }
    row = {
        "host": HOST,
        "repo_id": repo.repo_id,
        "repo": repo.full_name,
        "node": node,
        "fetched_at": world.end,
    }
    return row | {"synced_until": world.end, "deleted_at": None}


def count_rows(world: World, repo: Repo, rows: dict[str, list[Json]]) -> list[Json]:
    """Return the rows of ``github_counts``: GitHub counts what it showed."""
    result: list[Json] = []
    for kind, (_, table, _) in KINDS.items():
        months = Counter(
            date.fromisoformat(row["node"]["createdAt"][:10]).replace(day=1) for row in rows[table]
        )
        row = {"host": HOST, "repo_id": repo.repo_id, "kind": kind, "counted_at": world.end}
        result += [
            row
            | {"month": month, "at_github": n, "counted_until": min(last_day(month), world.until)}
            for month, n in sorted(months.items())
        ]
    return result
