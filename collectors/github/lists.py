"""Lists beside the pull requests and issues: releases, milestones, deployments, discussions, commits.

They are read newest first until what is already known, one page at a time. The pages ride along in the queries for pull
requests and issues, so they cost few requests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import Any, ClassVar

from collectors.github.documents import as_first_seen
from collectors.github.graphql import DETAILS_VERSION, Part, fields_of, repository_part
from collectors.github.repository import REPLICATION_LAG, Scope, parse_time
from collectors.github.responses import Json
from collectors.ledger.store import Store, now

#: deployments that may still change are read again for this long
DEPLOYMENT_CHANGES = timedelta(days=30)
#: commits of a page
COMMITS = 100
UNFINISHED = ("PENDING", "QUEUED", "IN_PROGRESS", "WAITING")


@dataclass
class NewestFirstList:
    """Releases, milestones or deployments: newest first, until a page whose last row is known as it is."""

    scope: Scope
    name: str
    kind: str
    table: str
    #: whether to read the whole list, and drop from the ledger what is not in it
    full: bool
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    cursor: str | None = None
    seen: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    order: ClassVar[str] = "CREATED_AT"
    size: ClassVar[int] = 100

    def start(self, store: Store) -> None:
        """Note the deployments that were not finished when they were read."""
        since = f"{now() - DEPLOYMENT_CHANGES:%Y-%m-%dT%H:%M:%SZ}"
        sql = (
            f"select node_id from {self.table} where host = $host and repo_id = $repo_id "
            "and node->>'createdAt' >= $since and node->>'state' in (select unnest($states))"
        )
        rows = store.rows(sql, self.scope.key | {"since": since, "states": list(UNFINISHED)})
        self.unfinished = {row["node_id"] for row in rows}

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        page = f"first: {self.size}, after: ${alias}_after, orderBy: {{field: {self.order}, direction: DESC}}"
        content = (
            f"totalCount nodes {{ {fields_of(self.kind)} }} pageInfo {{ hasNextPage endCursor }}"
        )
        selection = f"{self.name}({page}) {{ {content} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def documents(self, result: Json) -> Mapping[str, tuple[str, Json]]:
        """Return the documents of a page, whose lists may go on."""
        return {node["id"]: (self.kind, node) for node in result[self.name]["nodes"] if node}

    def absorb(self, store: Store, result: Json) -> int:
        """Keep a page; when the count then disagrees with GitHub's, walk the whole list and drop what is gone."""
        page = result[self.name]
        nodes = [node for node in page["nodes"] if node]
        is_known = not self.full and bool(nodes) and self._is_known(store, nodes[-1])
        self._keep(store, nodes)
        self.seen |= {n["id"] for n in nodes}
        more = page["pageInfo"]["hasNextPage"]
        self.cursor = page["pageInfo"]["endCursor"]
        if not more or is_known:
            if self._is_whole(store, page["totalCount"]):
                self._finish(store)
            else:
                self.full, self.cursor, self.seen = True, None, set()
        return len(nodes)

    def _is_whole(self, store: Store, total: int) -> bool:
        """Whether the ledger holds what there is, once what is gone was dropped after a walk of the whole list."""
        if self.full:
            deleted = self._held(store).keys() - self.seen
            store.delete(self.table, [self.scope.key | {"node_id": i} for i in deleted])
        return self.full or len(self._held(store)) == total

    def _keep(self, store: Store, nodes: list[Json]) -> None:
        for node in nodes:
            if "statuses" in node:
                node["statuses"] = {"nodes": node["statuses"]}
        store.merge(
            self.table,
            [self.scope.key | {"node_id": n["id"], "fetched_at": now(), "node": n} for n in nodes],
        )

    def _finish(self, _store: Store) -> None:
        self.done = True

    def _held(self, store: Store) -> dict[str, str]:
        sql = f"select node_id, node->>'updatedAt' as at from {self.table} where host = $host and repo_id = $repo_id"
        return {row["node_id"]: row["at"] for row in store.rows(sql, self.scope.key)}

    def _is_known(self, store: Store, last: Json) -> bool:
        """Whether a page's last row is known as it is, and nothing older was unfinished."""
        return self._held(store).get(last["id"]) == last[
            "updatedAt"
        ] and self.unfinished <= self.seen | {last["id"]}


@dataclass
class DiscussionList(NewestFirstList):
    """DiscussionList: newest change first, until what had changed before the last walk that came to its end."""

    since: str = ""
    newest: str = ""
    order: ClassVar[str] = "UPDATED_AT"
    size: ClassVar[int] = 25

    def start(self, store: Store) -> None:
        """Take up until when they were read, unless that was when the collector asked for less than now."""
        stored = store.watermark("github", self.scope.mark, self.name)
        is_current = isinstance(stored, dict) and stored["version"] == DETAILS_VERSION
        self.since = stored["since"] if is_current and not self.full else ""

    def again(self) -> None:
        """Begin anew: one that is there was not in the list where it should have been."""
        self.since, self.newest, self.cursor, self.done = "", "", None, False

    def _keep(self, store: Store, nodes: list[Json]) -> None:
        self.newest = self.newest or max((node["updatedAt"] for node in nodes), default="")
        sql = (
            f"select node_id, node from {self.table} where host = $host and repo_id = $repo_id "
            "and node_id in (select unnest($ids::varchar[]))"
        )
        stored = store.rows(sql, self.scope.key | {"ids": [node["id"] for node in nodes]})
        known_values = {row["node_id"]: json.loads(row["node"]) for row in stored}
        rows = [
            self.scope.key
            | {
                "number": node["number"],
                "node_id": node["id"],
                "updated_at": parse_time(node["updatedAt"]),
            }
            | {
                "fetched_at": now(),
                "node": as_first_seen(node, known_values.get(node["id"], {})),
                "deleted_at": None,
            }
            for node in nodes
        ]
        store.merge(self.table, rows)

    def _is_whole(self, _store: Store, _total: int) -> bool:
        """Always: what is gone or missing is left to the sweep, as what changes while paging leaves its page."""
        return True

    def _finish(self, store: Store) -> None:
        value = {"since": self.newest, "version": DETAILS_VERSION}
        store.set_watermark("github", self.scope.mark, self.name, value)
        self.done = True

    def _is_known(self, _store: Store, last: Json) -> bool:
        return (
            bool(self.since)
            and parse_time(last["updatedAt"]) < parse_time(self.since) - REPLICATION_LAG
        )


@dataclass
class CommitHistory:
    """The commits of the default branch: which stands before which, back to what is known."""

    scope: Scope
    head: str
    full: bool
    name: str = "history"
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    state: Json = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Take up an unfinished walk, or begin one from the head unless it is known already."""
        stored = {} if self.full else store.watermark("github", self.scope.mark, "history") or {}
        if stored.get("complete") and stored["head"] == self.head:
            self.done = True
        elif stored and not stored["complete"]:
            self.state = stored
        else:
            self.state = {"head": self.head, "cursor": None, "complete": False}

    @property
    def pages_left(self) -> float:
        """Pages that follow the next one; there is no saying until a first one came."""
        return (self.state["next"] - 1) // COMMITS if "next" in self.state else inf

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        selection = (
            f"object(oid: ${alias}_head) "
            f"{{ ... on Commit {{ history(first: {COMMITS}, after: ${alias}_after) {{ ...HistoryPage }} }} }}"
        )
        head, after = ("GitObjectID!", self.state["head"]), ("String", self.state["cursor"])
        return repository_part(alias, self.scope.repo, selection, head=head, after=after)

    def documents(self, _found: Json) -> Mapping[str, tuple[str, Json]]:
        """Return nothing: commits hold no lists."""
        return {}

    def absorb(self, store: Store, result: Json) -> int:
        """Keep a page of commits with their positions, counted from the first commit."""
        page = (result["object"] or {}).get("history")
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
        known_values = bool(rows) and not self.full and self._is_known(store, rows[-1])
        store.merge("github_commits", rows)
        self.state |= {
            "next": top - len(rows),
            "cursor": page["pageInfo"]["endCursor"],
            "total": page["totalCount"],
        }
        if known_values or not page["pageInfo"]["hasNextPage"]:
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
        return bool(
            store.rows(sql, self.scope.key | {"position": row["position"], "oid": row["oid"]})
        )

    def _finish(self, store: Store) -> None:
        """Drop what a rewritten branch left above the head."""
        sql = "select position from github_commits where host = $host and repo_id = $repo_id and position > $total"
        stale = store.rows(sql, self.scope.key | {"total": self.state["total"]})
        store.delete(
            "github_commits", [self.scope.key | {"position": row["position"]} for row in stale]
        )
        self.state = {"head": self.state["head"], "cursor": None, "complete": True}
        self.done = self.state["head"] == self.head
