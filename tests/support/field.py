"""Repositories written by hand in a few lines, and a desk that has refreshed them.

shop = Repository("acme/shop")
shop.merge(1, "feat: search", at="2026-09-01T12:00:00Z", body="Reverts #2")
with refreshed([shop], tmp_path, schema_path) as desk:
    desk.rows("select number, state from pull_requests")
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.command import Desk
from tests.support.github_server import serve

Row = dict[str, Any]
CAPTURED_AT = "2026-11-20T00:00:00Z"
FIRST_AT = "2026-01-02T10:00:00Z"


def oid_of(*parts: object) -> str:
    """Return the id of a commit made of these parts."""
    return hashlib.sha1(repr(parts).encode()).hexdigest()


class Repository:
    """A dataset of the local GitHub under construction; items are added in order of time."""

    def __init__(self, name: str = "acme/shop", identity: int = 11, **about: Any) -> None:
        self.name = name
        self.commits: dict[str, Row] = {}
        self.history: list[str] = []
        self.items: dict[str, list[Row]] = {
            kind: []
            for kind in (
                *("labels", "issues", "pulls", "releases", "deployments"),
                *("tags", "workflow_runs"),
            )
        }
        self.about = {
            "name_with_owner": name,
            "database_id": identity,
            "default_branch": "main",
            "created_at": FIRST_AT,
        } | about
        self.bots: set[str] = set()
        self.push("Initial commit", FIRST_AT)

    def dataset(self) -> Row:
        """Return the dataset as the local GitHub reads it."""
        return self.items | {
            "format": 1,
            "captured_at": CAPTURED_AT,
            "repository": self.about,
            "users": {login: {"type": "Bot"} for login in self.bots},
            "commits": self.commits,
            "history": self.history[::-1],
        }

    def commit(self, message: str, at: str, author: str = "ann", **more: Any) -> str:
        """Add a commit outside of the default branch and return its id."""
        oid: str = more.pop("oid", "") or oid_of(self.name, message, at)
        self.commits[oid] = {
            "oid": oid,
            "message": message,
            "parents": [],
            "files": [["src/app.py", 3, 1]],
            "authored_at": at,
            "committed_at": at,
            **{f"{side}_login": author for side in ("author", "committer")},
            **{f"{side}_name": author for side in ("author", "committer")},
            **{f"{side}_email": f"{author}@acme.example" for side in ("author", "committer")},
        } | more
        return oid

    def push(self, message: str, at: str, author: str = "ann", **more: Any) -> str:
        """Add a commit to the default branch and return its id."""
        oid = self.commit(message, at, author, **{"parents": self.history[-1:]} | more)
        self.history.append(oid)
        return oid

    def pull(self, number: int, title: str, *, opened: str, **more: Any) -> Row:
        """Add an open pull request with one commit; ``message`` is that of the commit."""
        author = more.get("author", "ann")
        message = more.pop("message", title)
        row = self._item(number, title, opened) | {
            "state": "OPEN",
            "merged_at": None,
            "base_ref": "main",
            "head_ref": f"{author}-{number}",
            "head_repository": self.name,
            "closing_issues": [],
            "reviews": [],
            "additions": 3,
            "deletions": 1,
            "changed_files": 1,
            "files": [["src/app.py", 3, 1, "MODIFIED"]],
            "commits": [self.commit(message, opened, author, oid=oid_of(self.name, number))],
        }
        row |= more
        row["head_oid"] = row["commits"][-1]
        self.items["pulls"].append(row)
        return row

    def merge(self, number: int, title: str, *, at: str, by: str = "bob", **more: Any) -> Row:
        """Add a pull request that was squashed and merged, opened at 8:00 of that day."""
        row = self.pull(number, title, **{"opened": f"{at[:10]}T08:00:00Z"} | more)
        oid = self.push(f"{title} (#{number})", at, row["author"], oid=oid_of(number, self.name))
        row |= {
            "state": "MERGED",
            "closed_at": at,
            "merged_at": at,
            "merged_by": by,
            "merge_commit": oid,
        }
        row["events"] = [
            *row["events"],
            {"type": "MergedEvent", "created_at": at, "actor": by, "commit": oid},
            closing(at, by),
        ]
        return row

    def issue(self, number: int, title: str, *, opened: str, **more: Any) -> Row:
        """Add an open issue."""
        row = self._item(number, title, opened) | {"state": "OPEN"} | more
        self.items["issues"].append(row)
        return row

    def deploy(self, environment: str, oid: str, at: str, state: str = "SUCCESS") -> None:
        """Add a deployment with one status."""
        self.items["deployments"].append(
            {
                "database_id": 1100 + len(self.items["deployments"]),
                "environment": environment,
                "oid": oid,
                "created_at": at,
                "statuses": [{"state": state, "created_at": at}],
            }
        )

    def release(self, tag: str, oid: str, at: str) -> None:
        """Add a release."""
        self.items["releases"].append(
            {"tag": tag, "name": tag, "oid": oid, "created_at": at, "published_at": at}
        )

    def tag(self, name: str, oid: str, at: str = "") -> None:
        """Add a tag without a release: an annotated one if it has a time."""
        self.items["tags"].append({"name": name, "oid": oid, "tagged_at": at or None})

    def run(self, file: str, oid: str, at: str, ended_at: str, result: str, **more: Any) -> None:
        """Add a run of a workflow."""
        row = {"id": 900 + len(self.items["workflow_runs"]), "path": f".github/workflows/{file}"}
        row |= {"oid": oid, "created_at": at, "ended_at": ended_at, "conclusion": result}
        self.items["workflow_runs"].append(row | more)

    def _item(self, number: int, title: str, opened: str) -> Row:
        return {
            "number": number,
            "title": title,
            "body": "",
            "author": "ann",
            "association": "MEMBER",
            "created_at": opened,
            "updated_at": CAPTURED_AT,
            "closed_at": None,
            "labels": [],
            "assignees": [],
            "comments": [],
            "events": [],
        }


def closing(at: str, actor: str, **more: Any) -> Row:
    """Return the event that closes an item; ``closer`` may be a commit."""
    return {"type": "ClosedEvent", "created_at": at, "actor": actor} | more


def comment(author: str, at: str, body: str = "", association: str = "MEMBER") -> Row:
    """Return a comment."""
    return {
        "author": author,
        "association": association,
        "body": body,
        "created_at": at,
        "updated_at": at,
    }


def review(author: str, at: str, state: str = "APPROVED", association: str = "MEMBER") -> Row:
    """Return a review."""
    return comment(author, at, "", association) | {"state": state, "comments": []}


@contextlib.contextmanager
def refreshed(
    repositories: Sequence[Repository],
    folder: Path,
    schema: Path,
    toml: str = "",
    inbox: Mapping[str, str] | None = None,
) -> Iterator[Desk]:
    """Yield a desk that has refreshed the repositories.

    ``toml`` are more lines of headway.toml, ``inbox`` are files to import, by name.
    """
    datasets = {repository.name: repository.dataset() for repository in repositories}
    desk = Desk(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with serve(datasets, schema=schema) as github:
        desk.set_up(github.url, list(datasets), toml)
        (folder / "data" / "inbox").mkdir()
        for name, text in (inbox or {}).items():
            (folder / "data" / "inbox" / name).write_text(text, encoding="utf-8")
        done = desk.run("refresh")
        assert done.code == 0, done.err
        yield desk
