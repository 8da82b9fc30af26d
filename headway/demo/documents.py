"""Ledger rows of the demo company, in the shape that the GitHub collector and imports write."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import Any

from collectors.github.counts import KINDS, last_day
from collectors.github.graphql import DETAILS_VERSION
from collectors.github.repository import format_time
from collectors.ledger.store import Store
from headway.demo.company import BOTS, BY_LOGIN, HOST, Json, Repo, account, author_members
from headway.demo.items import Change, Discussion, Issue, Item, Milestone, Shipment
from headway.demo.world import World, import_row

#: time, commit id and message
Landing = tuple[datetime, str, str]
#: by table: the repository's member, the members in a probe, and the columns beside the document
TABLES = {
    "github_issues": ("issues", "updatedAt", "number updated_at details_version"),
    "github_pull_requests": ("pullRequests", "updatedAt", "number updated_at details_version"),
    "github_milestones": ("milestones", "updatedAt", ""),
    "github_releases": ("releases", "id updatedAt", ""),
    "github_deployments": ("deployments", "id updatedAt", ""),
    "github_discussions": ("discussions", "updatedAt", "number updated_at"),
}
TURNS = {"ReadyForReviewEvent": False, "ConvertToDraftEvent": True}


def repository_tables(world: World, repo: Repo) -> dict[str, list[Json]]:
    """Return the rows of a repository by table."""
    landings = _landings(world, repo)
    shipments = [s for s in world.shipments if s.repo is repo and s.cut < world.end]
    shipments.sort(key=attrgetter("cut"))
    links = defaultdict[Issue | None, list[Change]](list)
    for change in world.changes:
        links[change.issue].append(change)
    documents = {
        "github_issues": [_issue(row, links[row]) for row in _own(world.issues, repo)],
        "github_pull_requests": [_pull_request(world, row) for row in _own(world.changes, repo)],
        "github_milestones": [_milestone(row) for row in _own(world.milestones, repo)],
        "github_discussions": [_discussion(row) for row in _own(world.discussions, repo)],
        "github_releases": list(_releases(world, shipments, landings)),
        "github_deployments": _deployments(world, shipments, landings),
    }
    tables = {
        table: [_row(world, repo, table, document) for document in rows]
        for table, rows in documents.items()
    }
    tables["github_commits"] = [
        {"host": HOST, "repo_id": repo.repo_id, "oid": oid, "position": position}
        | {"node": {"oid": oid, "committedDate": format_time(at), "message": message}}
        for position, (at, oid, message) in enumerate(landings, 1)
    ]
    counts = list(_counts(world, repo, tables))
    repository = _repository(world, repo, tables, landings[-1][1])
    return {"github_repositories": [repository], "github_counts": counts} | tables


def _own(items: list[Any], repo: Repo) -> list[Any]:
    return sorted((row for row in items if row.repo is repo), key=attrgetter("number"))


def _row(world: World, repo: Repo, table: str, node: Json) -> Json:
    """Return a row of a table with the columns it has beside the document."""
    values = {"number": node.get("number"), "details_version": DETAILS_VERSION}
    values["updated_at"] = node["updatedAt"].replace(microsecond=0)
    row = {"host": HOST, "repo_id": repo.repo_id, "node_id": node["id"], "node": _plain(node)}
    return (
        row | {"fetched_at": world.end} | {name: values[name] for name in TABLES[table][2].split()}
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON: times as texts, items and milestones as references."""
    match value:
        case datetime():
            return format_time(value)
        case Item():
            return {"__typename": _kind(value)} | _reference(value)
        case Milestone():
            return {"number": value.number, "title": value.title}
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
    return value


def add_references(world: World) -> None:
    """Add an event to each item that another one mentions."""
    items: list[Issue | Change] = [*world.issues, *world.changes]
    for item in sorted(items, key=lambda item: (item.repo.repo_id, item.number)):
        for _, mentioned in item.notes:
            event: Json = {"__typename": "CrossReferencedEvent", "createdAt": item.opened}
            if isinstance(mentioned, Issue):
                is_linked = isinstance(item, Change) and item.issue is mentioned
                event["willCloseTarget"] = is_linked and getattr(item, "is_closing", False)
            mentioned.events.append(event | {"source": item})


def _kind(item: Item) -> str:
    return "Issue" if isinstance(item, Issue) else "PullRequest"


def _reference(item: Item) -> Json:
    return {"number": item.number, "repository": {"databaseId": item.repo.repo_id}}


def _head(
    prefix: str, path: str, item: Item | Milestone, closed: datetime | None, *times: datetime | None
) -> Json:
    """Return the first members of a document; it was updated at the last of the times."""
    return {
        "id": f"{prefix}_demo{item.repo.repo_id}x{item.number}",
        "number": item.number,
        "title": item.title,
        "url": f"{item.repo.url}/{path}/{item.number}",
        "createdAt": item.opened,
        "updatedAt": max(at for at in (item.opened, closed, *times) if at),
        "closedAt": closed,
    }


def _members(item: Item) -> Json:
    """Return the members that issues, pull requests and discussions have."""
    labels = [{"name": name} for name in item.current_labels]
    return author_members(item.author) | {"labels": labels, "comments": item.comments}


def _tracked_members(item: Issue | Change) -> Json:
    """Return the members that issues and pull requests have."""
    assignees = [e["assignee"] for e in item.events if e["__typename"] == "AssignedEvent"]
    opened: Json = {"__typename": "LabeledEvent", "createdAt": item.opened}
    opened["actor"] = account(item.author)
    events = [opened | {"label": {"name": name}} for name in item.labels] + item.events
    if isinstance(item, Change) and item.merged:
        event = {"createdAt": item.merged, "actor": account(item.merged_by)}
        events += [{"__typename": kind} | event for kind in ("MergedEvent", "ClosedEvent")]
    return _members(item) | {
        "__typename": _kind(item),
        "body": _body(item),
        "milestone": item.milestone,
        "assignees": [assignee for assignee in assignees if assignee["login"] not in BOTS],
        "timelineItems": sorted(events, key=itemgetter("createdAt")),
    }


def _body(item: Issue | Change) -> str:
    """Return the description with its mentions of other items."""
    notes = []
    for note, mentioned in item.notes:
        name = "" if item.repo is mentioned.repo else mentioned.repo.full_name
        notes.append(note.replace("#%d", f"{name}#{mentioned.number}"))
    parts = [item.body, "\n".join(notes)]
    if isinstance(item, Change) and item.reverts:
        parts.reverse()
    return "\n\n".join(part for part in parts if part)


def _times(item: Item) -> Iterator[datetime]:
    """Yield the times of events, comments and replies."""
    for row in (*item.events, *item.comments):
        yield row["createdAt"]
        yield from (reply["createdAt"] for reply in row.get("replies", ()))


def _issue(issue: Issue, linked: list[Change]) -> Json:
    reasons = [event["stateReason"] for event in issue.events if "stateReason" in event]
    return _head("I", "issues", issue, issue.closed, *_times(issue)) | {
        "state": "CLOSED" if issue.closed else "OPEN",
        "stateReason": reasons[-1] if reasons else None,
        "closedByPullRequestsReferences": [_reference(change) for change in linked],
        **_tracked_members(issue),
    }


def _pull_request(world: World, change: Change) -> Json:
    closed, reviews = change.merged or change.closed, sorted(change.reviews)
    times = [row[0] for row in (*change.commits, *reviews)]
    turns = [TURNS[e["__typename"]] for e in change.events if e["__typename"] in TURNS]
    cause = change.reverts
    return _head("PR", "pull", change, closed, *times, *_times(change)) | {
        "state": "MERGED" if change.merged else "CLOSED" if closed else "OPEN",
        "isDraft": [change.is_opened_as_draft, *turns][-1],
        "mergedAt": change.merged,
        "mergedBy": account(change.merged_by) if change.merged else None,
        "mergeCommit": {"oid": change.oid} if change.merged else None,
        "baseRefName": "main",
        "headRefName": f"revert-{cause.number}-{cause.branch}" if cause else change.branch,
        "isCrossRepository": False,
        "additions": sum(file[1] for file in change.files),
        "deletions": sum(file[2] for file in change.files),
        "changedFiles": len(change.files),
        "closingIssuesReferences": [_closing(change.issue)] if change.issue else [],
        "commits": [_commit(world.oid(), *row) for row in sorted(change.commits)],
        "files": [
            {"path": path, "additions": added, "deletions": deleted, "changeType": kind}
            for path, added, deleted, kind in change.files
        ],
        "reviews": [
            {"state": state, "submittedAt": at} | author_members(login)
            for at, login, state in reviews
        ],
        **_tracked_members(change),
    }


def _closing(issue: Issue) -> Json:
    repository = {"databaseId": issue.repo.repo_id, "nameWithOwner": issue.repo.full_name}
    labels = {"nodes": [{"name": name} for name in issue.current_labels]}
    head = {"number": issue.number, "title": issue.title}
    return head | {"repository": repository, "labels": labels}


def _commit(oid: str, at: datetime, message: str, login: str) -> Json:
    name = f"{login}[bot]" if login in BOTS else login
    email = BOTS.get(login) or BY_LOGIN[login].email
    author = {"name": name, "email": email, "user": {"__typename": "User", "login": login}}
    commit = {"oid": oid, "message": message, "authoredDate": at, "committedDate": at}
    return {"commit": commit | {"author": author, "committer": author}}


def _milestone(milestone: Milestone) -> Json:
    head = _head("MI", "milestone", milestone, milestone.closed)
    return head | {"state": "CLOSED" if milestone.closed else "OPEN", "dueOn": milestone.due}


def _discussion(discussion: Discussion) -> Json:
    times, closed, answer = _times(discussion), discussion.closed_at, discussion.answer
    posted = ("createdAt", "authorAssociation", "author")
    return _head("D", "discussions", discussion, closed, discussion.answered, *times) | {
        "closed": closed is not None,
        "stateReason": discussion.reason,
        "category": {"name": discussion.category, "isAnswerable": discussion.category == "Q&A"},
        "answerChosenAt": discussion.answered,
        "answerChosenBy": account(discussion.answered_by) if discussion.answered else None,
        "answer": {name: answer[name] for name in posted} if answer else None,
        **_members(discussion),
    }


def _landings(world: World, repo: Repo) -> list[Landing]:
    """Return the commits of the default branch, oldest first."""
    landings = [(world.begin, world.oid(), "Move to this home")]
    landings += [
        (change.merged, change.oid, f"{change.title} (#{change.number})")
        for change in world.changes
        if change.repo is repo and change.merged
    ]
    pushes = [push[1:] for push in world.pushes if push[0] is repo]
    return sorted(landings + [push for push in pushes if push[0] < world.ends[repo]])


def _tip(landings: list[Landing], at: datetime) -> str:
    """Return the newest commit of the default branch at a time."""
    return landings[bisect_right(landings, at, key=itemgetter(0)) - 1][1]


def _releases(world: World, shipments: list[Shipment], landings: list[Landing]) -> Iterator[Json]:
    """Yield the releases with new commits; the last may be a draft."""
    last = ""
    for shipment in shipments:
        oid, tag, repo = _tip(landings, shipment.cut), shipment.tag, shipment.repo
        is_live = shipment.live < world.end
        if shipment.environment or oid == last:
            continue
        last = oid
        yield {
            "id": f"RE_demo{repo.repo_id}x{tag}",
            "tagName": tag,
            "name": tag,
            "url": f"{repo.url}/releases/tag/{tag}",
            "isDraft": not is_live,
            "isPrerelease": False,
            "createdAt": shipment.cut,
            "publishedAt": shipment.live if is_live else None,
            "updatedAt": shipment.live if is_live else shipment.cut,
            "tagCommit": {"oid": oid} if is_live else None,
        }


def _deployments(world: World, shipments: list[Shipment], landings: list[Landing]) -> list[Json]:
    """Return the deployments of commits that are not yet active in their environment."""
    nodes, active = list[Json](), dict[str, Json]()
    for shipment in (shipment for shipment in shipments if shipment.environment):
        oid, environment, index = _tip(landings, shipment.cut), shipment.environment, len(nodes)
        before = active.get(environment)
        if before and before["commitOid"] == oid:
            continue
        states = [state for state in shipment.states if state[0] < world.end]
        updated, state = states[-1] if states else (shipment.cut, "PENDING")
        statuses = [{"state": name, "createdAt": at} for at, name in reversed(states)]
        node = {
            "id": f"DE_demo{shipment.repo.repo_id}x{index}",
            "databaseId": shipment.repo.repo_id * 10_000 + index,
            "environment": environment,
            "task": "deploy",
            "ref": {"name": "main"},
            "commitOid": oid,
            "creator": account("github-actions"),
            "createdAt": shipment.cut,
            "updatedAt": updated,
            "state": "ACTIVE" if state == "SUCCESS" else state,
            "statuses": {"nodes": statuses},
        }
        nodes.append(node)
        if state == "SUCCESS":
            active[environment] = node
            if before:  # GitHub deactivates the deployment before
                status = {"state": "INACTIVE", "createdAt": updated}
                before |= {"state": "INACTIVE", "updatedAt": updated}
                before["statuses"]["nodes"].insert(0, status)
    return nodes


def _repository(world: World, repo: Repo, tables: Mapping[str, list[Json]], tip: str) -> Json:
    """Return the row of a repository as a probe reads it at the end."""
    node = {
        "databaseId": repo.repo_id,
        "nameWithOwner": repo.full_name,
        "url": repo.url,
        "createdAt": world.begin,
        "isArchived": world.is_archived(repo, world.end),
        "isFork": False,
        "isPrivate": not repo.is_public,
        "primaryLanguage": {"name": repo.language},
        "repositoryTopics": {"nodes": [{"topic": {"name": topic}} for topic in repo.topics]},
        "defaultBranchRef": {"name": "main", "target": {"oid": tip}},
    }
    for table, (name, keys, _) in TABLES.items():
        time = itemgetter("createdAt" if "id" in keys else "updatedAt")
        nodes = sorted((row["node"] for row in tables[table]), key=time, reverse=True)
        members = [{key: newest[key] for key in keys.split()} for newest in nodes[:1]]
        node[name] = {"totalCount": len(nodes), "nodes": members}
    row = {"host": HOST, "repo_id": repo.repo_id, "repo": repo.full_name, "node": _plain(node)}
    return row | {"fetched_at": world.end, "synced_until": world.end, "deleted_at": None}


def _counts(world: World, repo: Repo, tables: Mapping[str, list[Json]]) -> Iterator[Json]:
    """Yield the rows of ``github_counts``, equal to what was collected."""
    for kind, (_, table, _) in KINDS.items():
        days = [date.fromisoformat(row["node"]["createdAt"][:10]) for row in tables[table]]
        row = {"host": HOST, "repo_id": repo.repo_id, "kind": kind, "counted_at": world.end}
        for month, count in sorted(Counter(day.replace(day=1) for day in days).items()):
            until = min(last_day(month), world.until)
            yield row | {"month": month, "at_github": count, "counted_until": until}


def write_imports(world: World, store: Store) -> None:
    """Replace the imported incidents and experiments in the ledger."""
    alarms = [
        row | {"caused_by": cause and row["caused_by"].format(item=cause)}
        for row, cause in world.alarms
        if row["opened_at"] < world.end
    ]
    trials = [
        row | ({"url": f"{item.repo.url}/{_path(item)}/{item.number}"} if item else {})
        for row, item in world.trials
        if row["started_at"] < world.end
    ]
    for kind, source, file, rows in (
        ("incidents", "pagerduty", "incidents.csv", alarms),
        ("experiments", "growthbook", "experiments.json", trials),
    ):
        load = import_row(world, kind, source, file, len(rows))
        key = {"import_id": load["import_id"]}
        store.delete(f"imported_{kind}", [key])
        store.merge("imports", [load])
        numbered = [key | {"line": line} | row for line, row in enumerate(rows, 2)]
        store.merge(f"imported_{kind}", numbered)


def _path(item: Item) -> str:
    return "pull" if isinstance(item, Change) else "issues"
