"""Typed records of a dataset file, as GitHub would show it at the end of the day ``as_of``.

Two times matter. *observed* is the time of the sync: later items are absent. The *cutoff* is
midnight after ``as_of``: later events are ignored. Some values need all observed data: whether an
item was opened as a draft, or its labels before the first label event. So both cuts are made only
here. The records below contain only events before the cutoff.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.support.independent.recorded import (
    PullKey,
    Raw,
    Window,
    bare,
    milestone_of,
    moment,
    reference,
    window_of,
)
from tests.support.independent.texts import marks, statements

File = tuple[str, int, int, str]  # path, additions, deletions, kind of change
PRODUCTION = {"production", "prod", "prd", "live"}
NOT_PRODUCTION = {"pre", "non", "not", "dev", "development", "test", "testing", "stag", "stage"}
NOT_PRODUCTION |= {"staging", "stg", "qa", "uat", "sandbox", "preview", "demo", "local", "ci"}


def is_production(environment: str) -> bool:
    """Return whether a word of a name, apart from its number, means production, and none other."""
    words = {word.rstrip("0123456789") for word in re.split(r"[\W_]+", environment.lower())}
    return bool(words & PRODUCTION) and not words & NOT_PRODUCTION


@dataclass(frozen=True)
class Commit:
    """Commit; logins and e-mails are None if unknown."""

    oid: str
    message: str
    authored_at: datetime
    committed_at: datetime
    author_login: str | None
    committer_login: str | None
    author_email: str | None
    committer_email: str | None
    files: list[File]


@dataclass(frozen=True)
class Event:
    """A timeline event; ``source`` is where a cross-reference comes from."""

    kind: str
    at: datetime
    actor: str | None
    assignee: str | None
    label: str | None
    source: PullKey | None


@dataclass(frozen=True)
class Remark:
    """A comment (state ``COMMENT``) or a submitted review."""

    author: str | None
    at: datetime
    state: str


@dataclass(frozen=True)
class Issue:
    """Common fields of issues and pull requests."""

    repo: str
    number: int
    title: str
    body: str
    author: str | None
    opened_at: datetime
    labels: list[str]
    events: list[Event]

    @property
    def key(self) -> PullKey:
        """The key under which other records refer to this one."""
        return self.repo.lower(), self.number


@dataclass(frozen=True)
class Pull(Issue):
    """Pull request; merge fields are None while unmerged, assignees None if events have them."""

    association: str
    merged_at: datetime | None
    merged_by: str | None
    merge_commit: str | None
    base: str
    branch: str
    opened_as_draft: bool
    assignees: list[str] | None
    additions: int
    deletions: int
    changed_files: int
    files: list[File]
    comments: list[Remark]
    reviews: list[Remark]
    commits: list[Commit]
    closes: list[PullKey]
    milestone: str | None
    marks: list[str]


@dataclass(frozen=True)
class Release:
    """A published release."""

    tag: str
    name: str | None
    is_prerelease: bool
    published_at: datetime
    oid: str | None


@dataclass(frozen=True)
class Repo:
    """Repository; ``position`` numbers the default branch from its newest commit (0).

    ``parents`` has those of every commit that is known.
    """

    name: str
    default_branch: str
    pulls: dict[int, Pull]
    issues: dict[int, Issue]
    direct_commits: list[Commit]
    position: dict[str, int]
    parents: dict[str, list[str]]
    releases: list[Release]
    deployments: list[tuple[datetime, str]]


def show(raw: Raw, observed: datetime | None, cutoff: datetime) -> Repo | None:
    """Return a repository as it was seen, or None where it did not exist yet."""
    window = window_of(raw, observed, cutoff)
    meta = raw["repository"]
    if not window.saw(moment(meta["created_at"])):
        return None
    name = meta["name_with_owner"]
    commits = {oid: _commit(row) for oid, row in raw["commits"].items()}
    pulls = [
        _pull(row, name, commits, window)
        for row in raw["pulls"]
        if window.has(moment(row["created_at"]))
    ]
    issues = [
        Issue(**_shared(row, name, window))
        for row in raw["issues"]
        if window.has(moment(row["created_at"]))
    ]
    landed = [
        commits[oid]
        for oid in raw["history"]
        if oid in commits and window.saw(commits[oid].committed_at)
    ]
    by_pull = {
        oid
        for row in raw["pulls"]
        for oid in [*row["commits"], row.get("head_oid"), row.get("merge_commit")]
    }
    return Repo(
        name=name,
        default_branch=meta["default_branch"],
        pulls={pull.number: pull for pull in pulls},
        issues={issue.number: issue for issue in issues},
        direct_commits=[c for c in landed if c.oid not in by_pull and window.has(c.committed_at)],
        position={c.oid: index for index, c in enumerate(landed)},
        parents={oid: row["parents"] for oid, row in raw["commits"].items()},
        releases=_releases(raw["releases"], window),
        deployments=_deployments(raw.get("deployments", []), window),
    )


def _commit(row: Raw) -> Commit:
    return Commit(
        oid=row["oid"],
        message=statements(row["message"]),
        authored_at=moment(row["authored_at"]),
        committed_at=moment(row["committed_at"]),
        author_login=bare(row.get("author_login")),
        committer_login=bare(row.get("committer_login")),
        author_email=row.get("author_email"),
        committer_email=row.get("committer_email"),
        files=_files(row["files"]),
    )


def _files(rows: Iterable[list[Any]]) -> list[File]:
    return [(f[0], f[1], f[2], f[3] if len(f) > 3 else "MODIFIED") for f in rows]


def _event(row: Raw) -> Event:
    source = row.get("source")
    return Event(
        kind=row["type"],
        at=moment(row["created_at"]),
        actor=bare(row.get("actor")),
        assignee=bare(row.get("assignee")),
        label=row.get("label"),
        source=(source["repo"].lower(), source["number"]) if source else None,
    )


def _events(row: Raw, window: Window) -> list[Event]:
    """Observed events, oldest first, with the closing that a source without events implies."""
    events = [_event(e) for e in row["events"]]
    if row["closed_at"] and not any(e.kind == "ClosedEvent" for e in events):
        events.append(Event("ClosedEvent", moment(row["closed_at"]), None, None, None, None))
    return sorted((e for e in events if window.saw(e.at)), key=lambda e: e.at)


def _labels(row: Raw, events: list[Event], window: Window) -> list[str]:
    """Labels held at the cutoff.

    What the last label event before it says, else what the first one after it undoes.

    A label that no event mentions was there from the start.
    """
    changes = [e for e in events if e.kind in ("LabeledEvent", "UnlabeledEvent") and e.label]
    stored = []
    for name in dict.fromkeys([*row["labels"], *(e.label for e in changes)]):
        own = [e for e in changes if e.label == name]
        before = [e for e in own if window.has(e.at)]
        recorded = any(e.get("label") == name for e in row["events"])
        if before:
            is_labeled = before[-1].kind == "LabeledEvent"
        elif own:
            is_labeled = own[0].kind == "UnlabeledEvent"
        else:
            is_labeled = name in row["labels"] and not recorded
        if is_labeled:
            stored.append(name)
    return stored


def _shared(row: Raw, repo: str, window: Window) -> dict[str, Any]:
    events = _events(row, window)
    return {
        "repo": repo,
        "number": row["number"],
        "title": row["title"],
        "body": statements(row["body"]),
        "author": bare(row["author"]),
        "opened_at": moment(row["created_at"]),
        "labels": _labels(row, events, window),
        "events": [e for e in events if window.has(e.at)],
    }


def _pull(row: Raw, repo: str, known_values: dict[str, Commit], window: Window) -> Pull:
    observed_events = _events(row, window)
    merged_at = moment(row["merged_at"]) if row["merged_at"] else None
    is_merged = window.has(merged_at)
    commits = _commits(row, repo, known_values, window)
    assigned = any(e.kind == "AssignedEvent" for e in observed_events)
    return Pull(
        **_shared(row, repo, window),
        association=row["association"],
        merged_at=merged_at if is_merged else None,
        merged_by=bare(row.get("merged_by")) if is_merged else None,
        merge_commit=row.get("merge_commit") if is_merged else None,
        base=row["base_ref"],
        branch=row["head_ref"],
        opened_as_draft=_opened_as_draft(row, observed_events),
        assignees=None
        if assigned
        else [login for item in row["assignees"] if (login := bare(item))],
        **_sizes(row, commits),
        comments=_remarks(row["comments"], window),
        reviews=[r for r in _remarks(row["reviews"], window) if r.state != "PENDING"],
        commits=[c for c in commits if c.authored_at < window.cutoff],
        closes=[key for reported in row["closing_issues"] if (key := reference(repo, reported))],
        milestone=milestone_of(row, window),
        marks=marks(row["body"]),
    )


def _opened_as_draft(row: Raw, events: list[Event]) -> bool:
    changes = [e for e in events if e.kind in ("ReadyForReviewEvent", "ConvertToDraftEvent")]
    return (
        changes[0].kind == "ReadyForReviewEvent" if changes else bool(row.get("draft_at_creation"))
    )


def _remarks(rows: Iterable[Raw], window: Window) -> list[Remark]:
    message = [
        Remark(bare(r["author"]), moment(r["created_at"]), r.get("state", "COMMENT")) for r in rows
    ]
    return [remark for remark in message if window.has(remark.at)]


def _commits(row: Raw, repo: str, known_values: dict[str, Commit], window: Window) -> list[Commit]:
    """The commits that showed, oldest first.

    At their commit time, though not before opening nor after closing.
    """
    opened, closed = (
        moment(row["created_at"]),
        moment(row["closed_at"]) if row["closed_at"] else datetime.max,
    )
    result = [known_values[oid] for oid in row["commits"] if oid in known_values]
    visible = [c for c in result if window.saw(min(max(c.committed_at, opened), closed))]
    return visible or result[:1] or [_lost_commit(row, repo)]


def _number(*parts: object) -> int:
    """The dataset's stable 31-bit number for what the source lacks."""
    return int.from_bytes(hashlib.sha1("\x1f".join(map(str, parts)).encode()).digest()[:4]) >> 1


def _lost_commit(row: Raw, repo: str) -> Commit:
    """Return the commit that replaces deleted ones: by the author, at most 72 hours before."""
    at = moment(row["created_at"]) - timedelta(
        minutes=1 + _number(repo, row["number"], "lag") % (72 * 60)
    )
    oid = row.get("head_oid") or f"{_number(row['number'], row['created_at']):040x}"
    author = bare(row["author"])
    return Commit(oid, row["title"], at, at, author, author, None, None, [])


def _sizes(row: Raw, commits: list[Commit]) -> dict[str, Any]:
    """Return sizes and files: as recorded if all commits are visible, else their sum."""
    if len(commits) == max(1, len(row["commits"])) and "additions" in row:
        sizes = {name: row[name] for name in ("additions", "deletions", "changed_files")}
        return sizes | {"files": _files(row["files"])}
    files = [file for commit in commits for file in commit.files]
    added, deleted = sum(f[1] for f in files), sum(f[2] for f in files)
    return {
        "additions": added,
        "deletions": deleted,
        "changed_files": len({f[0] for f in files}),
        "files": files,
    }


def _releases(rows: Iterable[Raw], window: Window) -> list[Release]:
    published = [
        Release(r["tag"], r["name"], bool(r.get("is_prerelease")), moment(at), r["oid"])
        for r, at in ((r, r.get("published_at") or r["created_at"]) for r in rows)
        if not r.get("is_draft")
    ]
    return [release for release in published if window.has(release.published_at)]


def _deployments(rows: Iterable[Raw], window: Window) -> list[tuple[datetime, str]]:
    """Production deployments as (time of the first success, commit)."""
    result = []
    for row in rows:
        successes = [
            moment(s["created_at"]) for s in row["statuses"] if s["state"].upper() == "SUCCESS"
        ]
        done = sorted(at for at in successes if window.has(at))
        if done and is_production(row["environment"]) and window.saw(moment(row["created_at"])):
            result.append((done[0], row["oid"]))
    return result
