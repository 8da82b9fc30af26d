"""Lists beside the pull requests, read newest first until what is already known: releases, deployments, commits.

A walk asks for one page at a time. Its pages ride along in the queries for pull requests, so they cost few requests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from collectors.github_api import Json
from collectors.github_queries import Part, repository_part
from collectors.store import Store, now

#: deployments that may still change are read again for this long
DEPLOYMENT_CHANGES = timedelta(days=30)
FINAL_STATES = {"SUCCESS", "FAILURE", "ERROR", "INACTIVE", "DESTROYED"}


@dataclass(frozen=True)
class Scope:
    """One repository, as the ledger and GitHub name it."""

    host: str
    repo_id: int
    repo: str

    @property
    def key(self) -> dict[str, Any]:
        """The columns that tell its rows."""
        return {"host": self.host, "repo_id": self.repo_id}

    @property
    def mark(self) -> str:
        """The scope of its watermarks: it does not change when the repository is renamed."""
        return f"{self.host}/{self.repo_id}"


class Walk(Protocol):
    """A list that is read page by page."""

    scope: Scope
    done: bool
    in_flight: bool
    problem: str | None
    rows: int

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        ...

    def absorb(self, store: Store, found: Json) -> int:
        """Keep a page and return its rows; called inside a transaction."""
        ...


@dataclass
class NewestFirst:
    """Releases or deployments: newest first, until a page whose last row is known as it is."""

    scope: Scope
    name: str
    fragment: str
    table: str
    full: bool
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    cursor: str | None = None
    seen: set[str] = field(default_factory=set)

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        order = "orderBy: {field: CREATED_AT, direction: DESC}"
        selection = f"{self.name}(first: 100, after: ${alias}_after, {order}) {{ ...{self.fragment} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def absorb(self, store: Store, found: Json) -> int:
        """Keep a page; when the count then disagrees with GitHub's, walk the whole list and drop what is gone."""
        page = found[self.name]
        nodes = [node for node in page["nodes"] if node]
        known = {} if self.full else self._known(store)
        rows = [self.scope.key | {"node_id": n["id"], "fetched_at": now(), "node": n} for n in nodes]
        store.merge(self.table, rows)
        self.seen |= {n["id"] for n in nodes}
        more = page["pageInfo"]["hasNextPage"]
        self.cursor = page["pageInfo"]["endCursor"]
        if self.full and not more:
            gone = [i for i in self._known(store) if i not in self.seen]
            store.delete(self.table, [self.scope.key | {"node_id": i} for i in gone])
            self.done = True
        elif not self.full and (not more or (nodes and self._is_settled(known, nodes[-1]))):
            if len(self._known(store)) == page["totalCount"]:
                self.done = True
            else:
                self.full, self.cursor, self.seen = True, None, set()
        return len(rows)

    def _known(self, store: Store) -> dict[str, str]:
        sql = f"select node_id, node->>'updatedAt' as at from {self.table} where host = $host and repo_id = $repo_id"
        return {row["node_id"]: row["at"] for row in store.rows(sql, self.scope.key)}

    def _is_settled(self, known: dict[str, str], node: Json) -> bool:
        if known.get(node["id"]) != node["updatedAt"]:
            return False
        old = node["createdAt"] < f"{now() - DEPLOYMENT_CHANGES:%Y-%m-%dT%H:%M:%SZ}"
        return old or node.get("state") in FINAL_STATES or "tagName" in node


@dataclass
class History:
    """The commits of the default branch: which stands before which, back to what is known."""

    scope: Scope
    head: str
    full: bool
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    state: Json = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Take up an unfinished walk, or begin one from the head unless it is known already."""
        held = {} if self.full else store.watermark("github", self.scope.mark, "history") or {}
        if held.get("complete") and held["head"] == self.head:
            self.done = True
        elif held and not held["complete"]:
            self.state = held
        else:
            self.state = {"head": self.head, "cursor": None, "complete": False}

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        selection = (
            f"object(oid: ${alias}_head) "
            f"{{ ... on Commit {{ history(first: 100, after: ${alias}_after) {{ ...HistoryPage }} }} }}"
        )
        head, after = ("GitObjectID!", self.state["head"]), ("String", self.state["cursor"])
        return repository_part(alias, self.scope.repo, selection, head=head, after=after)

    def absorb(self, store: Store, found: Json) -> int:
        """Keep a page of commits with their positions, counted from the first commit."""
        page = (found["object"] or {}).get("history")
        if page is None:  # the head we were walking from was force-pushed away
            store.delete("github_commits", [self.scope.key])
            self.done = self.state["head"] == self.head
            self.state = {"head": self.head, "cursor": None, "complete": False}
            return 0
        top = self.state.get("next") or page["totalCount"]
        rows = [
            self.scope.key | {"oid": node["oid"], "position": top - index, "node": node}
            for index, node in enumerate(page["nodes"])
        ]
        known = bool(rows) and not self.full and self._is_known(store, rows[-1])
        store.merge("github_commits", rows)
        self.state |= {"next": top - len(rows), "cursor": page["pageInfo"]["endCursor"], "total": page["totalCount"]}
        if known or not page["pageInfo"]["hasNextPage"]:
            self._finish(store)
        store.set_watermark("github", self.scope.mark, "history", self.state)
        if self.state["complete"] and self.state["head"] != self.head:
            self.state = {"head": self.head, "cursor": None, "complete": False}
        return len(rows)

    def _is_known(self, store: Store, row: dict[str, Any]) -> bool:
        sql = (
            "select 1 from github_commits "
            "where host = $host and repo_id = $repo_id and position = $position and oid = $oid"
        )
        return bool(store.rows(sql, self.scope.key | {"position": row["position"], "oid": row["oid"]}))

    def _finish(self, store: Store) -> None:
        """Drop what a rewritten branch left above the head."""
        sql = "select position from github_commits where host = $host and repo_id = $repo_id and position > $total"
        stale = store.rows(sql, self.scope.key | {"total": self.state["total"]})
        store.delete("github_commits", [self.scope.key | {"position": row["position"]} for row in stale])
        self.state = {"head": self.state["head"], "cursor": None, "complete": True}
        self.done = self.state["head"] == self.head
