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
