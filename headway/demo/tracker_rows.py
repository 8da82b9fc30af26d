"""The demo company's issues, milestones and discussions as GitHub would show them: rows of the ledger."""

from __future__ import annotations

from datetime import datetime

from collectors.github.graphql import DETAILS_VERSION
from collectors.github.repository import format_time
from headway.demo.company import HOST
from headway.demo.items import Change, Comment, Discussion, Issue, Json, Milestone
from headway.demo.rows import body, labels, mark, standing, who
from headway.demo.world import World

#: the categories of discussions, and whether a comment in them can be the answer
CATEGORIES = {"Q&A": True, "Ideas": False, "General": False}


def issue_row(world: World, issue: Issue) -> Json:
    """Return an issue as a row of ``github_issues``."""
    closed = issue.closed
    moments = [at for at, _ in issue.comments] + [at for at, _ in issue.events]
    reason = next((e["stateReason"] for _, e in reversed(issue.events) if "stateReason" in e), None)
    updated = max([issue.opened, *moments]).replace(microsecond=0)
    node = {
        "__typename": "Issue",
        "id": f"I_demo{issue.repo.repo_id}x{issue.number}",
        "number": issue.number,
        "title": issue.title,
        "body": body(issue),
        "url": f"https://{HOST}/{issue.repo.full_name}/issues/{issue.number}",
        "state": "CLOSED" if closed else "OPEN",
        "stateReason": reason,
        "createdAt": format_time(issue.opened),
        "updatedAt": format_time(updated),
        "closedAt": format_time(closed) if closed else None,
        "authorAssociation": standing(issue.author),
        "author": who(issue.author),
        "milestone": mark(issue.milestone),
        "labels": [{"name": name} for name in labels(issue)],
        "assignees": _assignees(issue),
        "comments": [_comment(at, login) for at, login in issue.comments],
        "closedByPullRequestsReferences": [
            {"number": change.number, "repository": {"databaseId": change.repo.repo_id}}
            for change in world.links.get(issue, ())
        ],
        "timelineItems": [_event(at, event) for at, event in _timeline(issue)],
    }
    row = {
        "host": HOST,
        "repo_id": issue.repo.repo_id,
        "number": issue.number,
        "node_id": node["id"],
    }
    row |= {"updated_at": updated, "fetched_at": world.end}
    return row | {"details_version": DETAILS_VERSION, "node": node}


def _timeline(issue: Issue) -> list[tuple[datetime, Json]]:
    """All events in their order, those of the labels it was opened with first."""
    opening = [
        {"__typename": "LabeledEvent", "actor": issue.author, "label": {"name": name}}
        for name in issue.labels
    ]
    return sorted(
        [*((issue.opened, label) for label in opening), *issue.events], key=lambda pair: pair[0]
    )


def _event(at: datetime, event: Json) -> Json:
    visible = {"__typename": event["__typename"], "createdAt": format_time(at)} | event
    if isinstance(closer := event.get("closer"), Change):
        visible["closer"] = {"__typename": "PullRequest", "number": closer.number}
        visible["closer"] |= {"repository": {"databaseId": closer.repo.repo_id}}
    elif closer:
        visible["closer"] = {"__typename": "Commit", "oid": closer}
    return visible | {key: who(event[key]) for key in ("actor", "assignee") if key in event}


def _assignees(issue: Issue) -> list[Json | None]:
    return [
        who(event["assignee"])
        for _, event in issue.events
        if event["__typename"] == "AssignedEvent"
    ]


def _comment(at: datetime, login: str) -> Json:
    return {
        "createdAt": format_time(at),
        "authorAssociation": standing(login),
        "author": who(login),
    }


def milestone_row(world: World, milestone: Milestone) -> Json:
    """Return a milestone as a row of ``github_milestones``."""
    repo, closed = milestone.repo, milestone.closed
    node = {
        "id": f"MI_demo{repo.repo_id}x{milestone.number}",
        "number": milestone.number,
        "title": milestone.title,
        "url": f"https://{HOST}/{repo.full_name}/milestone/{milestone.number}",
        "state": "CLOSED" if closed else "OPEN",
        "dueOn": format_time(milestone.due),
        "createdAt": format_time(milestone.created),
        "updatedAt": format_time(closed or milestone.created),
        "closedAt": format_time(closed) if closed else None,
    }
    return {
        "host": HOST,
        "repo_id": repo.repo_id,
        "node_id": node["id"],
        "fetched_at": world.end,
        "node": node,
    }


def discussion_row(world: World, discussion: Discussion) -> Json:
    """Return a discussion as a row of ``github_discussions``."""
    repo, answer, closed = discussion.repo, discussion.answer, discussion.closed
    moments = [at for at in (discussion.answered, closed) if at]
    moments += [
        at
        for comment in discussion.comments
        for at in (comment.at, *(at for at, _ in comment.replies))
    ]
    updated = max([discussion.opened, *moments]).replace(microsecond=0)
    node = {
        "id": f"D_demo{repo.repo_id}x{discussion.number}",
        "number": discussion.number,
        "title": discussion.title,
        "url": f"https://{HOST}/{repo.full_name}/discussions/{discussion.number}",
        "createdAt": format_time(discussion.opened),
        "updatedAt": format_time(updated),
        "closed": closed is not None,
        "closedAt": format_time(closed) if closed else None,
        "stateReason": discussion.reason,
        "authorAssociation": standing(discussion.author),
        "author": who(discussion.author),
        "category": {"name": discussion.category, "isAnswerable": CATEGORIES[discussion.category]},
        "labels": [],
        "answerChosenAt": format_time(discussion.answered) if discussion.answered else None,
        "answerChosenBy": who(discussion.answered_by) if discussion.answered else None,
        "answer": _comment(answer.at, answer.author) if answer else None,
        "comments": [_thread(comment) for comment in discussion.comments],
    }
    row = {
        "host": HOST,
        "repo_id": repo.repo_id,
        "number": discussion.number,
        "node_id": node["id"],
    }
    return row | {"updated_at": updated, "fetched_at": world.end, "node": node}


def _thread(comment: Comment) -> Json:
    return _comment(comment.at, comment.author) | {
        "replies": [_comment(*reply) for reply in comment.replies]
    }
