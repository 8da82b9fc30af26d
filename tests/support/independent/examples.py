"""Small rows in the dataset format, for cases that are worked by hand.

Each takes the members that matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Raw = dict[str, Any]
AGENT = "copilot-swe-agent"


def commit(oid: str, at: str, **members: Any) -> Raw:
    """Return a commit by alice that changes nothing, but for the given members."""
    base = {
        "oid": oid,
        "parents": [],
        "message": "work",
        "authored_at": at,
        "author_name": "A",
        "committed_at": at,
    }
    return (
        base
        | {"author_login": "alice", "committer_name": "A", "committer_login": "alice", "files": []}
        | members
    )


def pull(number: int, at: str, **members: Any) -> Raw:
    """Return an open pull request by alice, but for the given members."""
    lists = ("labels", "assignees", "comments", "events", "reviews", "commits", "closing_issues")
    base = {
        "number": number,
        "title": "A change",
        "body": "",
        "author": "alice",
        "association": "MEMBER",
    }
    base |= {
        "created_at": at,
        "updated_at": at,
        "closed_at": members.get("merged_at"),
        "merged_at": None,
    }
    base |= {
        "merged_by": None,
        "merge_commit": None,
        "base_ref": "main",
        "head_ref": "topic",
        "head_oid": None,
    }
    base |= {
        "additions": 8,
        "deletions": 3,
        "changed_files": 1,
        "files": [["src/core/deep/a.py", 8, 3, "MODIFIED"]],
    }
    return base | {name: [] for name in lists} | members


def issue(number: int, at: str, **members: Any) -> Raw:
    """Return an open issue by alice, but for the given members."""
    row = pull(number, at)
    return {
        key: row[key]
        for key in row.keys() - {"merged_at", "merged_by", "files", "commits", "reviews"}
    } | members


def dataset(
    pulls: list[Raw], commits: Sequence[Raw] = (), name: str = "acme/app", **members: Any
) -> Raw:
    """Return a dataset of one repository."""
    return {
        "format": 1,
        "captured_at": "2025-01-01T00:00:00Z",
        "repository": {
            "name_with_owner": name,
            "default_branch": "main",
            "created_at": "2020-01-01T00:00:00Z",
        },
        "users": {AGENT: {"type": "Bot"}, "reviewer-app": {"type": "Bot"}},
        "labels": [],
        "issues": [],
        "pulls": pulls,
        "commits": {row["oid"]: row for row in commits},
        "history": [],
        "releases": [],
    } | members


def comment(author: str | None, at: str, state: str | None = None) -> Raw:
    """Return a comment, or a review where there is a state."""
    row = {"author": author, "association": "NONE", "body": "", "created_at": at, "updated_at": at}
    return row | ({"state": state, "comments": []} if state else {})


def event(kind: str, at: str, **members: Any) -> Raw:
    """Return a timeline event of alice's."""
    return {"type": f"{kind}Event", "actor": "alice", "created_at": at} | members
