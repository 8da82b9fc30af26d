"""Repositories with next to nothing in them, for tests that need many."""

from __future__ import annotations

from typing import Any

AT = "2026-01-05T00:00:00Z"
CAPTURED_AT = "2026-02-01T00:00:00Z"


def repository(name: str, identity: int, issues: int = 0, **about: Any) -> dict[str, Any]:
    """Return the dataset of a repository with so many issues; ``about`` says more of it."""
    meta = {
        "name_with_owner": name,
        "database_id": identity,
        "default_branch": "main",
        "created_at": AT,
    }
    return {
        "format": 1,
        "captured_at": CAPTURED_AT,
        "repository": meta | about,
        "users": {},
        "labels": [],
        "pulls": [],
        "issues": [issue(number) for number in range(1, issues + 1)],
        "commits": {},
        "history": [],
        "releases": [],
    }


def issue(number: int, at: str = AT) -> dict[str, Any]:
    """Return an open issue; each is a minute younger than the one before."""
    hours, minutes = divmod(number, 60)
    at = f"{at[:8]}{int(at[8:10]) + hours // 24:02}T{hours % 24:02}:{minutes:02}:00Z"
    return {
        "number": number,
        "title": f"Issue {number}",
        "body": "",
        "author": "ann",
        "association": "MEMBER",
        "state": "OPEN",
        "created_at": at,
        "updated_at": at,
        "closed_at": None,
        "labels": [],
        "assignees": [],
        "comments": [],
        "events": [],
    }


def owned(owner: str, count: int, issues: int = 0, first: int = 1) -> dict[str, dict[str, Any]]:
    """Return the datasets of an owner's repositories, by name."""
    names = {f"{owner}/r{number:04}": first + number for number in range(count)}
    return {name: repository(name, identity, issues) for name, identity in names.items()}


def complete(name: str) -> dict[str, Any]:
    """Return a repository with one item of each kind, in which every list has an entry."""
    head, first, fix = "a" * 40, "b" * 40, "c" * 40
    merged_at = "2026-01-08T00:00:00Z"
    milestone, label = "Spring", "bug"
    about: dict[str, Any] = {
        "language": "Python",
        "topics": ["checkout"],
        "owner_type": "Organization",
    }
    people = [f"user{number:02}" for number in range(11)]

    def event(kind: str, hour: int, **members: Any) -> dict[str, Any]:
        at = f"2026-01-06T{hour:02}:00:00Z"
        return {"type": kind, "actor": "ann", "created_at": at} | members

    def comment(hour: int, **members: Any) -> dict[str, Any]:
        at = f"2026-01-07T{hour:02}:00:00Z"
        row = {"author": "bob", "association": "MEMBER", "body": "", "created_at": at}
        return row | {"updated_at": at} | members

    events = [
        event("ConvertToDraftEvent", 1),
        event("ReadyForReviewEvent", 2),
        event("LabeledEvent", 3, label=label),
        event("UnlabeledEvent", 4, label=label),
        event("LabeledEvent", 5, label=label),
        event("AssignedEvent", 6, assignee="bob"),
        event("UnassignedEvent", 7, assignee="bob"),
        event("MilestonedEvent", 8, milestone=milestone),
        event("DemilestonedEvent", 9, milestone=milestone),
        event("MilestonedEvent", 10, milestone=milestone),
        event("ClosedEvent", 11),
        event("ReopenedEvent", 12, state_reason="REOPENED"),
        event("CrossReferencedEvent", 14, source={"repo": name, "number": 3}),
    ]
    common = {"labels": [label], "assignees": people, "comments": [comment(1)]}
    common |= {"milestone": milestone}
    pull = issue(2) | common | {"state": "MERGED", "closed_at": merged_at, "merged_at": merged_at}
    pull |= {"title": "Pull request 2", "merged_by": "bob", "merge_commit": fix}
    pull |= {"base_ref": "main", "base_oid": first, "head_ref": "fix", "head_oid": fix}
    pull |= {"head_repository": name, "closing_issues": [1], "commits": [fix]}
    pull |= {"additions": 3, "deletions": 1, "changed_files": 1}
    pull |= {"files": [["src/app.py", 3, 1, "MODIFIED"]]}
    pull |= {"reviews": [comment(2, state="APPROVED", comments=[])]}
    pull["events"] = [*events, event("HeadRefForcePushedEvent", 13, before=first, after=fix)]
    closed = issue(1) | common | {"state": "CLOSED", "state_reason": "COMPLETED"}
    closed |= {"closed_at": "2026-01-06T16:00:00Z", "type": "Bug"}
    closed["events"] = [
        *(row for row in events if "Draft" not in row["type"] and "Ready" not in row["type"]),
        event("MarkedAsDuplicateEvent", 15, canonical=3),
        event("ClosedEvent", 16, state_reason="COMPLETED", closer=2),
    ]
    commit: dict[str, Any] = {"message": "Fix it", "author_name": "Ann", "author_login": "ann"}
    commit |= {"committer_name": "Ann", "committer_login": "ann", "files": []}
    commit |= {"author_email": "ann@acme.example", "committer_email": "ann@acme.example"}
    commit |= {"authored_at": AT, "committed_at": AT}
    discussion: dict[str, Any] = {
        "number": 4,
        "title": "How?",
        "author": "eve",
        "association": "NONE",
    }
    discussion |= {"created_at": AT, "category": {"name": "Q&A", "is_answerable": True}}
    discussion |= {"labels": [label], "closed_at": "2026-01-09T00:00:00Z"}
    discussion |= {"state_reason": "RESOLVED", "answer_chosen_by": "eve"}
    discussion |= {"answer_chosen_at": "2026-01-08T12:00:00Z"}
    reply = {"author": "eve", "association": "NONE", "created_at": "2026-01-08T02:00:00Z"}
    discussion["comments"] = [
        {"author": "bob", "association": "MEMBER", "created_at": "2026-01-08T01:00:00Z"}
        | {"is_answer": True, "replies": [reply]}
    ]
    deployment: dict[str, Any] = {"environment": "production", "oid": head, "created_at": merged_at}
    deployment |= {"creator": "bob", "ref": "main"}
    deployment["statuses"] = [{"state": "SUCCESS", "created_at": merged_at}]
    content = repository(name, 1, **about)
    content["users"] = {person: {"type": "User"} for person in ("ann", "bob", "eve", *people)}
    content["labels"] = [{"name": label, "color": "ff0000", "description": ""}]
    content["issues"] = [closed, issue(3)]
    content["pulls"] = [pull]
    content["commits"] = {
        first: commit | {"oid": first, "parents": []},
        fix: commit | {"oid": fix, "parents": [first], "landed_at": merged_at},
        head: commit | {"oid": head, "parents": [fix], "landed_at": merged_at},
    }
    content["history"] = [head, fix, first]
    release = {"tag": "v1", "name": "One", "created_at": merged_at, "oid": head}
    content["releases"] = [release, release | {"tag": "v2", "created_at": "2026-01-09T00:00:00Z"}]
    content["deployments"] = [deployment]
    content["milestones"] = [
        {"number": 1, "title": milestone, "created_at": AT}
        | {"due_on": "2026-02-01T00:00:00Z", "closed_at": "2026-01-20T00:00:00Z"}
    ]
    content["discussions"] = [discussion]
    content["files"] = {"docs/experiments/one.md": [[AT, "100644", "d" * 40, 40]]}
    content["texts"] = {"d" * 40: "---\nstarted_at: 2026-01-04\n---\nWe try it.\n"}
    return content
