"""Turns the written company into datasets.

Fills in ids, implied events, merge commits, history and references.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from .source import (
    AUTHOR,
    FAST_FORWARD,
    MERGE,
    SQUASH,
    Comment,
    Commit,
    Deployment,
    Discussion,
    Event,
    Issue,
    Milestone,
    Pull,
    Push,
    Release,
    Repository,
    Said,
    event,
    iso,
    sha,
)

Raw = dict[str, Any]
CAPTURED_AT = "2026-07-05 00:00"
ROBOTS = (
    "chatgpt-codex-connector",
    "coderabbitai",
    "copilot-swe-agent",
    "dependabot",
    "devin-ai-integration",
    "github-actions",
    "github-merge-queue",
    "google-labs-jules",
    "renovate",
)
USERS: dict[str, Raw] = {login: {"type": "Bot"} for login in ROBOTS}
USERS["copilot-swe-agent"]["rest_login"] = "Copilot"
USERS["mona-import"] = {"type": "Mannequin"}
OUTSIDERS = (*USERS, "zoe", "yan", "uma", "acme-release-bot", "cursoragent")
MENTION = re.compile(r"(?:(?P<repo>[\w-]+/[\w-]+))?#(?P<number>\d+)\b")
LINK = re.compile(r"https://github\.com/(?P<repo>[\w-]+/[\w-]+)/(?:pull|issues)/(?P<number>\d+)\b")


def expand(repositories: Sequence[Repository]) -> dict[str, Raw]:
    """The datasets of the repositories, by name."""
    mentions = _mentions(repositories)
    return {repository.name: _dataset(repository, mentions) for repository in repositories}


def _dataset(repository: Repository, mentions: dict[tuple[str, int], list[Event]]) -> Raw:
    slug = repository.name.partition("/")[2]
    commits = {
        sha(slug, 0, push.place): _pushed(sha(slug, 0, push.place), push)
        for push in repository.pushes
    }
    landings = [(push.committed, [sha(slug, 0, push.place)]) for push in repository.pushes]
    pulls = []
    for pull in repository.pulls:
        own, merge = _commits_of(slug, pull)
        commits |= {c["oid"]: c for c in [*own, *merge]}
        pulls.append(_pull(repository, pull, [c["oid"] for c in own], merge, mentions))
        if pull.merged and pull.base in ("", repository.default_branch):
            landed = {SQUASH: merge, MERGE: [*own, *merge], FAST_FORWARD: own}[pull.method]
            landings.append((pull.merged[0], [c["oid"] for c in landed]))
    history = _land(commits, landings)
    issues = [_item(repository, issue, mentions) for issue in repository.issues]
    used = {e["label"] for item in [*issues, *pulls] for e in item["events"] if "label" in e}
    return {
        "format": 1,
        "captured_at": iso(CAPTURED_AT),
        "repository": _about(repository, history, commits),
        "users": copy.deepcopy(USERS),
        "labels": [{"name": name, "color": "ededed", "description": ""} for name in sorted(used)],
        "issues": issues,
        "pulls": pulls,
        "commits": commits,
        "history": history,
        "releases": [_release(release) for release in repository.releases],
        "deployments": [
            {"database_id": 100 * repository.database_id + index} | _deployment(deployment)
            for index, deployment in enumerate(repository.deployments)
        ],
        "milestones": [_milestone(milestone) for milestone in repository.milestones],
        "discussions": [_discussion(discussion) for discussion in repository.discussions],
        "files": {
            path: [_version(*version) for version in vs] for path, vs in repository.files.items()
        },
        "texts": {
            _blob(text): text
            for vs in repository.files.values()
            for _, text in vs
            if text is not None
        },
    }


def _milestone(milestone: Milestone) -> Raw:
    times = {
        "created_at": milestone.created,
        "due_on": milestone.due,
        "closed_at": milestone.closed,
    }
    stamps = {name: iso(time) if time else None for name, time in times.items()}
    return {"number": milestone.number, "title": milestone.title} | stamps


def _discussion(discussion: Discussion) -> Raw:
    answered, (category, is_answerable) = discussion.answered, discussion.category
    return {
        "number": discussion.number,
        "title": discussion.title,
        "author": discussion.author,
        "association": discussion.association or _association(discussion.author),
        "created_at": iso(discussion.opened),
        "category": {"name": category, "is_answerable": is_answerable},
        "labels": list(discussion.labels),
        "closed_at": iso(discussion.closed) if discussion.closed else None,
        "state_reason": discussion.reason if discussion.closed else None,
        "reopened_at": iso(discussion.reopened) if discussion.reopened else None,
        "answer_chosen_at": iso(answered[0]) if answered else None,
        "answer_chosen_by": answered[1] if answered else None,
        "comments": [_comment(comment) for comment in discussion.comments],
    }


def _comment(comment: Comment) -> Raw:
    places = range(len(comment.replies))
    replies = [
        _said(reply, is_answer=index == comment.answering_reply)
        for index, reply in zip(places, comment.replies, strict=True)
    ]
    message = (comment.time, comment.login, comment.association)
    return _said(message, is_answer=comment.is_answer, replies=replies)


def _blob(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def _version(time: str, text: str | None) -> list[Any]:
    """Version of a file: time, mode, blob (None if deleted) and size."""
    return [iso(time), "100644", None if text is None else _blob(text), len((text or "").encode())]


def _release(release: Release) -> Raw:
    return {
        "tag": release.tag,
        "name": release.tag.removeprefix("v"),
        "oid": release.oid,
        "created_at": iso(release.created),
        "published_at": iso(release.published) if release.published else None,
        "is_draft": release.published is None,
        "is_prerelease": release.is_prerelease,
    }


def _deployment(deployment: Deployment) -> Raw:
    statuses = [{"state": state, "created_at": iso(time)} for state, time in deployment.statuses]
    about: Raw = {
        "environment": deployment.environment,
        "oid": deployment.oid,
        "task": deployment.task,
    }
    about |= {"ref": deployment.ref, "creator": deployment.creator}
    return about | {"created_at": iso(deployment.created), "statuses": statuses}


def _about(repository: Repository, history: list[str], commits: dict[str, Raw]) -> Raw:
    return {
        "name_with_owner": repository.name,
        "database_id": repository.database_id,
        "default_branch": repository.default_branch,
        "created_at": iso(repository.created),
        "pushed_at": max((commits[oid]["committed_at"] for oid in history), default=None),
        "is_archived": repository.is_archived,
        "language": repository.language,
        "topics": list(repository.topics),
        "former_names": list(repository.former_names),
    }


# -- git -------------------------------------------------------------------------------------------


def _commit(
    oid: str, message: str, authored: str, committed: str, login: str | None, email: str
) -> Raw:
    name = (login or email.partition("@")[0]).removesuffix("[bot]")
    sides = {
        f"{side}_{member}": v
        for side in ("author", "committer")
        for member, v in (("name", name), ("email", email))
    }
    return {
        "oid": oid,
        "message": message,
        "parents": [],
        "files": [],
        "authored_at": iso(authored),
        "committed_at": iso(committed),
        "author_login": login,
        "committer_login": login,
        **sides,
    }


def _pushed(oid: str, push: Push) -> Raw:
    return _commit(
        oid, push.message, push.committed, push.committed, push.login, f"{push.login}@acme.example"
    )


def _commits_of(slug: str, pull: Pull) -> tuple[list[Raw], list[Raw]]:
    """Return a pull request's commits and its merge commit (None without one)."""
    own = []
    for index, c in enumerate(pull.commits):
        login = pull.author if c.login == AUTHOR else c.login
        email = c.email or f"{login}@acme.example"
        message, committed = c.message or pull.title, c.committed or c.authored
        own.append(
            _commit(sha(slug, pull.number, index), message, c.authored, committed, login, email)
        )
    own[0]["files"] = [list(f[:3]) for f in pull.files]
    if not pull.merged:
        return own, []
    time = pull.merged[0]
    if pull.method == FAST_FORWARD:
        own[-1]["landed_at"] = iso(time)
        return own, []
    if pull.method == MERGE:
        title = f"Merge pull request #{pull.number} from acme/{_head(pull)}\n\n{pull.title}"
        for row in own:
            row["landed_at"] = iso(time)
    else:
        title = f"{pull.title} (#{pull.number})\n\n" + "\n\n".join(_messages(pull.commits))
    first = own[0]
    merge = _commit(
        sha(slug, pull.number),
        title.strip(),
        time,
        time,
        first["author_login"],
        first["author_email"],
    )
    merge |= {
        "committer_name": "GitHub",
        "committer_login": "web-flow",
        "committer_email": "noreply@github.com",
    }
    merge["files"] = first["files"] if pull.method != MERGE else []
    return own, [merge]


def _messages(commits: Iterable[Commit]) -> list[str]:
    return [f"* {c.message}" for c in commits if c.message]


def _land(commits: dict[str, Raw], landings: list[tuple[str, list[str]]]) -> list[str]:
    """The default branch, newest first, in the order in which things landed.

    Every commit stands on the one before.
    """
    oldest_first = [
        oid for _, oids in sorted(landings, key=lambda landing: landing[0]) for oid in oids
    ]
    for before, oid in itertools.pairwise(oldest_first):
        commits[oid]["parents"] = [before]
    return oldest_first[::-1]


# -- issues and pull requests ----------------------------------------------------------------------


def _head(pull: Pull) -> str:
    return pull.head or f"{pull.author or 'someone'}-{pull.number}"


def _association(login: str | None) -> str:
    return "NONE" if login is None or login in OUTSIDERS else "MEMBER"


def _item(
    repository: Repository, item: Issue | Pull, mentions: dict[tuple[str, int], list[Event]]
) -> Raw:
    """What an issue and a pull request share."""
    events = [*item.events, *mentions.get((repository.name, item.number), [])]
    recorded = {e.get("label") for e in events}
    events += [
        event("Labeled", item.opened, item.author, label=name)
        for name in item.labels
        if name not in recorded
    ]
    if item.milestone and not any(e["type"] == "MilestonedEvent" for e in events):
        events.append(event("Milestoned", item.opened, item.author, milestone=item.milestone))
    merged = getattr(item, "merged", None)
    if merged:
        events.append(event("Merged", merged[0], merged[1]))
    end = merged or item.closed
    if end:
        why = (
            {"state_reason": item.reason, "closer": item.closer} if isinstance(item, Issue) else {}
        )
        events.append(event("Closed", end[0], end[1], **why))
    events.sort(key=lambda e: str(e["created_at"]))
    comments = [_said(message) for message in item.comments]
    return {
        "number": item.number,
        "title": item.title,
        "body": item.body,
        "author": item.author,
        "association": item.association or _association(item.author),
        "state": "MERGED" if merged else "CLOSED" if item.closed else "OPEN",
        "state_reason": item.reason if item.closed and isinstance(item, Issue) else None,
        "created_at": iso(item.opened),
        "updated_at": max([iso(item.opened), *(e["created_at"] for e in [*events, *comments])]),
        "closed_at": iso(end[0]) if end else None,
        "labels": list(item.labels),
        "assignees": list(item.assignees),
        "milestone": item.milestone,
        "comments": comments,
        "events": events,
    }


def _said(comment: Said, **members: Any) -> Raw:
    time, login, *association = comment
    stamp, inputs = iso(time), "".join(association) or _association(login)
    return {
        "author": login,
        "association": inputs,
        "body": "",
        "created_at": stamp,
        "updated_at": stamp,
    } | members


def _pull(
    repository: Repository,
    pull: Pull,
    own: list[str],
    merge: list[Raw],
    mentions: dict[tuple[str, int], list[Event]],
) -> Raw:
    files = [[*f[:3], f[3] if len(f) > 3 else "MODIFIED"] for f in pull.files]
    reviews = [
        _said((time, login), state=state, comments=[]) for time, login, state in pull.reviews
    ]
    row = _item(repository, pull, mentions)
    row["updated_at"] = max([row["updated_at"], *(message["updated_at"] for message in reviews)])
    merged_as = merge[0]["oid"] if merge else own[-1]
    for e in row["events"]:
        if e["type"] == "MergedEvent":
            e["commit"] = merged_as
    return row | {
        "merged_at": iso(pull.merged[0]) if pull.merged else None,
        "merged_by": pull.merged[1] if pull.merged else None,
        "merge_commit": merged_as if pull.merged else None,
        "base_ref": pull.base or repository.default_branch,
        "head_ref": _head(pull),
        "head_oid": own[-1],
        "head_repository": repository.name,
        "closing_issues": list(pull.closes),
        "reviews": reviews,
        "commits": own,
        "additions": sum(f[1] for f in files),
        "deletions": sum(f[2] for f in files),
        "changed_files": len(files),
        "files": files,
        "draft_at_creation": pull.draft,
    }


def _mentions(repositories: Sequence[Repository]) -> dict[tuple[str, int], list[Event]]:
    """The cross-references that GitHub makes of mentions in a body, by what is mentioned."""
    by_key: dict[tuple[str, int], list[Event]] = {}
    for repository in repositories:
        items: list[Issue | Pull] = [*repository.issues, *repository.pulls]
        for item in items:
            here = {"repo": repository.name, "number": item.number}
            text = LINK.sub("", item.body)
            places = {
                ((m["repo"] or repository.name), int(m["number"])) for m in MENTION.finditer(text)
            }
            places |= {(m["repo"], int(m["number"])) for m in LINK.finditer(item.body)}
            for index in sorted(places - {(repository.name, item.number)}):
                by_key.setdefault(index, []).append(
                    event("CrossReferenced", item.opened, item.author, source=here)
                )
    return by_key
