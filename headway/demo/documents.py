"""Ledger rows of the demo company, in the shape that the GitHub collector and imports write."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from datetime import date, datetime
from typing import Any

from collectors.github.counts import KINDS, last_day
from collectors.github.graphql import DETAILS_VERSION
from collectors.github.repository import format_time
from collectors.ledger.store import Store
from headway.demo.company import BOTS, BY_LOGIN, DATA, HOST, OWNER, Repo
from headway.demo.items import (
    Alarm,
    Change,
    Comment,
    Discussion,
    Issue,
    Item,
    Json,
    Milestone,
    Shipment,
    Trial,
)
from headway.demo.world import World

BOT_ADDRESSES = {
    "dependabot": "49699333+dependabot[bot]@users.noreply.github.com",
    "renovate": "29139614+renovate[bot]@users.noreply.github.com",
    "copilot-swe-agent": "198982749+Copilot@users.noreply.github.com",
    "devin-ai-integration": "158243242+devin-ai-integration[bot]@users.noreply.github.com",
}
#: time, commit id and message
Landing = tuple[datetime, str, str]


def repository_tables(world: World, repo: Repo) -> dict[str, list[Json]]:
    """Return the rows of a repository by table."""
    landings = _landings(world, repo)
    shipments = sorted((s for s in world.shipments if s.repo is repo), key=lambda row: row.cut)
    shipments = [shipment for shipment in shipments if shipment.cut < world.end]
    links: dict[int, list[Change]] = {}
    for change in world.changes:
        if change.issue:
            links.setdefault(id(change.issue), []).append(change)

    def of_repo(items: list[Any]) -> list[Any]:
        return sorted((row for row in items if row.repo is repo), key=lambda row: row.number)

    def rows(nodes: list[Json], *columns: str) -> list[Json]:
        return [_row(world, repo, node, *columns) for node in nodes]

    issues = [_issue(issue, links.get(id(issue), [])) for issue in of_repo(world.issues)]
    changes = [_pull_request(world, change) for change in of_repo(world.changes)]
    discussions = [_discussion(discussion) for discussion in of_repo(world.discussions)]
    updated = ("number", "updated_at")
    tables = {
        "github_issues": rows(issues, *updated, "details_version"),
        "github_pull_requests": rows(changes, *updated, "details_version"),
        "github_milestones": rows([_milestone(row) for row in of_repo(world.milestones)]),
        "github_discussions": rows(discussions, *updated),
        "github_commits": [
            {"host": HOST, "repo_id": repo.repo_id, "oid": oid, "position": position}
            | {"node": {"oid": oid, "committedDate": format_time(at), "message": message}}
            for position, (at, oid, message) in enumerate(landings, 1)
        ],
        "github_releases": rows(_releases(world, shipments, landings)),
        "github_deployments": rows(_deployments(world, shipments, landings)),
    }
    counts = _counts(world, repo, tables)
    repository = _repository(world, repo, tables)
    return {"github_repositories": [repository], "github_counts": counts} | tables


def _row(world: World, repo: Repo, node: Json, *columns: str) -> Json:
    """Return a row of a table with the columns it has beside the document."""
    row = {"host": HOST, "repo_id": repo.repo_id, "node_id": node["id"], "node": node}
    row["fetched_at"] = world.end
    values = {"number": node.get("number"), "details_version": DETAILS_VERSION}
    values["updated_at"] = datetime.fromisoformat(node["updatedAt"].removesuffix("Z"))
    return row | {column: values[column] for column in columns}


def add_references(world: World) -> None:
    """Add an event to each item that another one mentions."""
    items: list[Issue | Change] = [*world.issues, *world.changes]
    for item in sorted(items, key=lambda item: (item.repo.repo_id, item.number)):
        kind = "Issue" if isinstance(item, Issue) else "PullRequest"
        source = {"__typename": kind, **_reference(item)}
        for _, mentioned in item.notes:
            event: Json = {"__typename": "CrossReferencedEvent"}
            if isinstance(mentioned, Issue):
                is_linked = isinstance(item, Change) and item.issue is mentioned
                event["willCloseTarget"] = is_linked and getattr(item, "is_closing", False)
            mentioned.events.append((item.opened, event | {"source": source}))


def _reference(item: Item) -> Json:
    return {"number": item.number, "repository": {"databaseId": item.repo.repo_id}}


def _actor(login: str | None) -> Json | None:
    """Return an account; deleted ones are null."""
    return {"__typename": "Bot" if login in BOTS else "User", "login": login} if login else None


def _author(login: str) -> Json:
    association = "MEMBER" if login in BY_LOGIN else "CONTRIBUTOR" if login in BOTS else "NONE"
    return {"authorAssociation": association, "author": _actor(login)}


def _optional_time(at: datetime | None) -> str | None:
    return format_time(at) if at else None


def _head(prefix: str, path: str, item: Item | Milestone) -> Json:
    """Return the first members of a document."""
    repo, number = item.repo, item.number
    url = f"https://{HOST}/{repo.full_name}/{path}/{number}"
    key = f"{prefix}_demo{repo.repo_id}x{number}"
    return {"id": key, "number": number, "title": item.title, "url": url}


def _body(item: Item) -> str:
    """Return the description with its mentions of other items."""
    notes = []
    for note, mentioned in item.notes:
        name = "" if item.repo is mentioned.repo else mentioned.repo.full_name
        notes.append(note.replace("#%d", f"{name}#{mentioned.number}"))
    parts = [item.body, "\n".join(notes)]
    if isinstance(item, Change) and item.reverts:
        parts.reverse()
    return "\n\n".join(part for part in parts if part)


def _labels(item: Item) -> list[Json]:
    return [{"name": name} for name in item.current_labels]


def _comment(at: datetime, login: str) -> Json:
    return {"createdAt": format_time(at)} | _author(login)


def _comments(item: Item) -> list[Json]:
    return [_comment(comment.at, comment.author) for comment in item.comments]


def _assignees(item: Item) -> list[Json | None]:
    events = [event for _, event in item.events if event["__typename"] == "AssignedEvent"]
    return [_actor(event["assignee"]) for event in events if event["assignee"] not in BOTS]


def _mark(milestone: Milestone | None) -> Json | None:
    return {"number": milestone.number, "title": milestone.title} if milestone else None


def _timeline(item: Item) -> list[Json]:
    """Return all events, those of the first labels first."""
    labels = [{"name": name} for name in item.labels]
    event: Json = {"__typename": "LabeledEvent", "actor": item.author}
    events = [(item.opened, event | {"label": label}) for label in labels] + item.events
    if isinstance(item, Change) and item.merged:
        for kind in ("MergedEvent", "ClosedEvent"):
            events.append((item.merged, {"__typename": kind, "actor": item.merged_by}))
    return [_event(at, event) for at, event in sorted(events, key=lambda row: row[0])]


def _event(at: datetime, event: Json) -> Json:
    node = {"__typename": event["__typename"], "createdAt": format_time(at)} | event
    closer = event.get("closer")
    if isinstance(closer, Item):
        node["closer"] = {"__typename": "PullRequest", **_reference(closer)}
    elif closer:
        node["closer"] = {"__typename": "Commit", "oid": closer}
    return node | {key: _actor(event[key]) for key in ("actor", "assignee") if key in event}


def _updated(item: Item, *times: datetime | None) -> str:
    """Return the last time that something happened to an item."""
    moments = [item.opened, *(at for at, _ in item.events), *(at for at in times if at)]
    for comment in item.comments:
        moments += [comment.at, *(at for at, _ in comment.replies)]
    return format_time(max(moments))


def _issue(issue: Issue, linked: list[Change]) -> Json:
    reasons = [event["stateReason"] for _, event in issue.events if "stateReason" in event]
    head = _head("I", "issues", issue)
    return {
        "__typename": "Issue",
        "id": head["id"],
        "number": issue.number,
        "title": issue.title,
        "body": _body(issue),
        "url": head["url"],
        "state": "CLOSED" if issue.closed else "OPEN",
        "stateReason": reasons[-1] if reasons else None,
        "createdAt": format_time(issue.opened),
        "updatedAt": _updated(issue),
        "closedAt": _optional_time(issue.closed),
        **_author(issue.author),
        "milestone": _mark(issue.milestone),
        "labels": _labels(issue),
        "assignees": _assignees(issue),
        "comments": _comments(issue),
        "closedByPullRequestsReferences": [_reference(change) for change in linked],
        "timelineItems": _timeline(issue),
    }


def _pull_request(world: World, change: Change) -> Json:
    closed, head, reviews = change.closed, _head("PR", "pull", change), sorted(change.reviews)
    times = [row[0] for row in (*change.commits, *reviews)]
    turns = [event["__typename"] for _, event in sorted(change.events, key=lambda row: row[0])]
    turns = [turn for turn in turns if turn in ("ReadyForReviewEvent", "ConvertToDraftEvent")]
    is_draft = turns[-1] == "ConvertToDraftEvent" if turns else change.is_opened_as_draft
    association = "CONTRIBUTOR" if change.author in BOTS else "MEMBER"
    return {
        "__typename": "PullRequest",
        "id": head["id"],
        "number": change.number,
        "title": change.title,
        "body": _body(change),
        "url": head["url"],
        "state": "MERGED" if change.merged else "CLOSED" if closed else "OPEN",
        "isDraft": is_draft,
        "createdAt": format_time(change.opened),
        "updatedAt": _updated(change, change.merged, *times),
        "closedAt": _optional_time(change.merged or closed),
        "mergedAt": _optional_time(change.merged),
        "authorAssociation": association,
        "author": _actor(change.author),
        "mergedBy": _actor(change.merged_by) if change.merged else None,
        "baseRefName": change.base,
        "headRefName": _branch(change),
        "isCrossRepository": False,
        "additions": sum(file[1] for file in change.files),
        "deletions": sum(file[2] for file in change.files),
        "changedFiles": len(change.files),
        "mergeCommit": {"oid": change.oid} if change.merged else None,
        "milestone": _mark(change.milestone),
        "labels": _labels(change),
        "assignees": _assignees(change),
        "closingIssuesReferences": [_closing(change.issue)] if change.issue else [],
        "commits": [_commit(world.chance.oid(), *row) for row in sorted(change.commits)],
        "files": [
            {"path": path, "additions": added, "deletions": deleted, "changeType": kind}
            for path, added, deleted, kind in change.files
        ],
        "reviews": [
            {"state": state, "submittedAt": format_time(at)} | _author(login)
            for at, login, state in reviews
        ],
        "comments": _comments(change),
        "timelineItems": _timeline(change),
    }


def _branch(change: Change) -> str:
    cause = change.reverts
    return f"revert-{cause.number}-{_branch(cause)}" if cause else change.branch


def _closing(issue: Issue) -> Json:
    repository = {"databaseId": issue.repo.repo_id, "nameWithOwner": issue.repo.full_name}
    labels = {"nodes": _labels(issue)}
    head = {"number": issue.number, "title": issue.title}
    return head | {"repository": repository, "labels": labels}


def _commit(oid: str, at: datetime, message: str, login: str) -> Json:
    name = f"{login}[bot]" if login in BOTS else login
    email = BOT_ADDRESSES.get(login) or BY_LOGIN[login].email
    author = {"name": name, "email": email, "user": {"__typename": "User", "login": login}}
    commit = {
        "oid": oid,
        "message": message,
        "authoredDate": format_time(at),
        "committedDate": format_time(at),
    }
    return {"commit": commit | {"author": author, "committer": author}}


def _milestone(milestone: Milestone) -> Json:
    closed = milestone.closed
    return _head("MI", "milestone", milestone) | {
        "state": "CLOSED" if closed else "OPEN",
        "dueOn": format_time(milestone.due),
        "createdAt": format_time(milestone.opened),
        "updatedAt": format_time(closed or milestone.opened),
        "closedAt": _optional_time(closed),
    }


def _discussion(discussion: Discussion) -> Json:
    answer, closed = discussion.answer, discussion.closed_at
    category = {"name": discussion.category, "isAnswerable": discussion.category == "Q&A"}
    return _head("D", "discussions", discussion) | {
        "createdAt": format_time(discussion.opened),
        "updatedAt": _updated(discussion, discussion.answered, closed),
        "closed": closed is not None,
        "closedAt": _optional_time(closed),
        "stateReason": discussion.reason,
        **_author(discussion.author),
        "category": category,
        "labels": [],
        "answerChosenAt": _optional_time(discussion.answered),
        "answerChosenBy": _actor(discussion.answered_by) if discussion.answered else None,
        "answer": _comment(answer.at, answer.author) if answer else None,
        "comments": [_thread(comment) for comment in discussion.comments],
    }


def _thread(comment: Comment) -> Json:
    replies = [_comment(*reply) for reply in comment.replies]
    return _comment(comment.at, comment.author) | {"replies": replies}


def _landings(world: World, repo: Repo) -> list[Landing]:
    """Return the commits of the default branch, oldest first."""
    landings = [(world.begin, world.chance.oid(), "Move to this home")]
    for change in world.changes:
        if change.repo is repo and change.merged and change.base == "main":
            landings.append((change.merged, change.oid, f"{change.title} (#{change.number})"))
    pushes = [push[1:] for push in world.pushes if push[0] is repo]
    return sorted(landings + [push for push in pushes if push[0] < world.ends[repo]])


def _tip(landings: list[Landing], at: datetime) -> str:
    """Return the newest commit of the default branch at a time."""
    return landings[bisect_right(landings, at, key=lambda landing: landing[0]) - 1][1]


def _releases(world: World, shipments: list[Shipment], landings: list[Landing]) -> list[Json]:
    """Return the releases with new commits; the last may be a draft."""
    nodes, last = list[Json](), ""
    for shipment in shipments:
        oid, tag, repo = _tip(landings, shipment.cut), shipment.tag, shipment.repo
        is_live = shipment.live < world.end
        if shipment.environment or oid == last:
            continue
        last = oid
        node = {
            "id": f"RE_demo{repo.repo_id}x{tag}",
            "tagName": tag,
            "name": tag,
            "url": f"https://{HOST}/{repo.full_name}/releases/tag/{tag}",
            "isDraft": not is_live,
            "isPrerelease": False,
            "createdAt": format_time(shipment.cut),
            "publishedAt": format_time(shipment.live) if is_live else None,
            "updatedAt": format_time(shipment.live if is_live else shipment.cut),
            "tagCommit": {"oid": oid} if is_live else None,
        }
        nodes.append(node)
    return nodes


def _deployments(world: World, shipments: list[Shipment], landings: list[Landing]) -> list[Json]:
    """Return the deployments of commits that are not yet active in their environment."""
    nodes, active = list[Json](), dict[str, Json]()
    for shipment in (shipment for shipment in shipments if shipment.environment):
        oid, environment, index = _tip(landings, shipment.cut), shipment.environment, len(nodes)
        before = active.get(environment)
        if before and before["commitOid"] == oid:
            continue
        states = [(at, state) for at, state in shipment.states if at < world.end]
        state = states[-1][1] if states else "PENDING"
        updated = format_time(states[-1][0] if states else shipment.cut)
        statuses = [{"state": name, "createdAt": format_time(at)} for at, name in reversed(states)]
        node = {
            "id": f"DE_demo{shipment.repo.repo_id}x{index}",
            "databaseId": shipment.repo.repo_id * 10_000 + index,
            "environment": environment,
            "task": "deploy",
            "ref": {"name": "main"},
            "commitOid": oid,
            "creator": _actor("github-actions"),
            "createdAt": format_time(shipment.cut),
            "updatedAt": updated,
            "state": "ACTIVE" if state == "SUCCESS" else state,
            "statuses": {"nodes": statuses},
        }
        nodes.append(node)
        if state == "SUCCESS":
            active[environment] = node
            if before:  # GitHub deactivates the deployment before
                before["state"], before["updatedAt"] = "INACTIVE", updated
                status = {"state": "INACTIVE", "createdAt": updated}
                before["statuses"]["nodes"].insert(0, status)
    return nodes


def _repository(world: World, repo: Repo, tables: dict[str, list[Json]]) -> Json:
    """Return the row of a repository as a probe reads it at the end."""

    def newest(table: str, at: str, *keys: str) -> Json:
        nodes = [row["node"] for row in tables[table]]
        latest = max(nodes, key=lambda node: str(node[at]), default=None)
        members = [{key: latest[key] for key in keys}] if latest else []
        return {"totalCount": len(nodes), "nodes": members}

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
        "defaultBranchRef": {
            "name": "main",
            "target": {"oid": tables["github_commits"][-1]["oid"]},
        },
        "issues": newest("github_issues", "updatedAt", "updatedAt"),
        "pullRequests": newest("github_pull_requests", "updatedAt", "updatedAt"),
        "milestones": newest("github_milestones", "updatedAt", "updatedAt"),
        "releases": newest("github_releases", "createdAt", "id", "updatedAt"),
        "deployments": newest("github_deployments", "createdAt", "id", "updatedAt"),
        "discussions": newest("github_discussions", "updatedAt", "updatedAt"),
    }
    return {
        "host": HOST,
        "repo_id": repo.repo_id,
        "repo": repo.full_name,
        "node": node,
        "fetched_at": world.end,
        "synced_until": world.end,
        "deleted_at": None,
    }


def _counts(world: World, repo: Repo, tables: dict[str, list[Json]]) -> list[Json]:
    """Return the rows of ``github_counts``, equal to what was collected."""
    rows: list[Json] = []
    for kind, (_, table, _) in KINDS.items():
        days = [date.fromisoformat(row["node"]["createdAt"][:10]) for row in tables[table]]
        row = {"host": HOST, "repo_id": repo.repo_id, "kind": kind, "counted_at": world.end}
        for month, count in sorted(Counter(day.replace(day=1) for day in days).items()):
            until = min(last_day(month), world.until)
            rows.append(row | {"month": month, "at_github": count, "counted_until": until})
    return rows


def write_imports(world: World, store: Store) -> None:
    """Replace the imported incidents and experiments in the ledger."""
    alarms = [_incident(world, alarm) for alarm in world.alarms if alarm.opened < world.end]
    trials = [_experiment(world, row) for row in world.trials if row.started < world.end]
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


def import_row(world: World, kind: str, source: str, file: str, count: int) -> Json:
    """Return the row of ``imports`` of a file."""
    return {
        "import_id": hashlib.sha256(f"{HOST} {kind}".encode()).hexdigest(),
        "kind": kind,
        "source": source,
        "account": OWNER if kind == "spend" else "",
        "file": file,
        "exported_at": world.end,
        "loaded_at": world.end,
        "rows_read": count,
    }


def _incident(world: World, alarm: Alarm) -> Json:
    resolved = alarm.resolved if alarm.resolved and alarm.resolved < world.end else None
    name, cause, caused_by = alarm.repo.full_name, alarm.cause, None
    if cause:
        caused_by = {
            "number": f"{name}#{cause.number}",
            "url": f"https://{HOST}/{name}/pull/{cause.number}",
            "commit": cause.oid,
            "release": f"{name}@{alarm.release}",
        }[alarm.form]
    return {
        "key": alarm.key,
        "title": alarm.title,
        "url": f"https://pager.{HOST}/incidents/{alarm.key}",
        "service": DATA["services"][alarm.repo.name],
        "severity": alarm.severity,
        "opened_at": alarm.opened,
        "resolved_at": resolved,
        "caused_by": caused_by,
        "updated_at": resolved or alarm.opened,
    }


def _experiment(world: World, trial: Trial) -> Json:
    times = [at if at and at < world.end else None for at in (trial.shipped, trial.decided)]
    shipped, decided = times
    url = f"https://experiments.{HOST}/experiment/{trial.key}"
    if item := trial.item:
        kind = "pull" if isinstance(item, Change) else "issues"
        url = f"https://{HOST}/{item.repo.full_name}/{kind}/{item.number}"
    return {
        "key": trial.key,
        "title": trial.title,
        "url": url,
        "repo": trial.repo.full_name if trial.repo else None,
        "started_at": trial.started,
        "shipped_at": shipped,
        "decided_at": decided,
        "decision": trial.decision if decided else None,
        "updated_at": max(at for at in (trial.started, *times) if at),
    }
