"""Lists beside pull requests and issues: releases, milestones, deployments, discussions, commits.

They are read newest first until what is known already. Their pages share the queries for pull
requests and issues, so they cost few requests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import ClassVar

from collectors.github.base_models import Json, UnexpectedAnswerError, read_page
from collectors.github.documents import keep_first_associations
from collectors.github.graphql import (
    DETAILS_VERSION,
    HISTORY_VERSION,
    Part,
    fields_of,
    repository_part,
)
from collectors.github.models import DOCUMENTS, HistoryCommit
from collectors.github.repository import (
    OF_REPOSITORY,
    REPLICATION_LAG,
    PagedList,
    format_time,
    parse_time,
)
from collectors.ledger.store import Store, now

#: deployments that may still change are read again for this long
DEPLOYMENT_CHANGES = timedelta(days=30)
COMMITS_PER_PAGE = 100
UNFINISHED = ("PENDING", "QUEUED", "IN_PROGRESS", "WAITING")


@dataclass(eq=False, kw_only=True)
class NewestFirstList(PagedList):
    """Releases, milestones or deployments, until a page whose last row is known and unchanged."""

    kind: str
    table: str
    #: whether to read the whole list and delete other rows from the ledger
    full: bool
    read_ids: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    order: ClassVar[str] = "CREATED_AT"
    size: ClassVar[int] = 100

    def start(self, store: Store) -> None:
        """Load the deployments that were unfinished when they were read."""
        since = format_time(now() - DEPLOYMENT_CHANGES)
        sql = (
            f"select node_id from {self.table} {OF_REPOSITORY} "
            "and node->>'createdAt' >= $since and node->>'state' in (select unnest($states))"
        )
        rows = store.rows(sql, self.scope.key | {"since": since, "states": list(UNFINISHED)})
        self.unfinished = {row["node_id"] for row in rows}

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        order = f"orderBy: {{field: {self.order}, direction: DESC}}"
        page = f"first: {self.size}, after: ${alias}_after, {order}"
        nodes = f"nodes {{ {fields_of(self.kind)} }}"
        content = f"totalCount {nodes} pageInfo {{ hasNextPage endCursor }}"
        selection = f"{self.name}({page}) {{ {content} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def documents(self, data: Json) -> Mapping[str, tuple[str, Json]]:
        """Return the documents of a page, which have lists of their own."""
        return {
            node["id"]: (self.kind, node)
            for node in read_page(data, self.name).nodes
            if isinstance(node, dict) and isinstance(node.get("id"), str)
        }

    def absorb(self, store: Store, data: Json) -> int:
        """Write a page; if GitHub's count differs at the end, read the whole list."""
        page = read_page(data, self.name)
        nodes = list(self.fitting(DOCUMENTS[self.kind], page).values())
        is_known = not self.full and bool(nodes) and self._is_known(store, nodes[-1])
        self._write(store, nodes)
        self.read_ids |= {node["id"] for node in nodes}
        if not self.turn(page) or is_known:
            if self._is_complete(store, page.total_count):
                self._finish(store)
            else:
                self.restart()
                self.full, self.read_ids = True, set()
        return len(nodes)

    def _is_complete(self, store: Store, total: int) -> bool:
        """Return whether the ledger has the whole list; a full read deletes other rows first."""
        if self.full and not self.left_out and not self.hidden:
            deleted = self._updated_at(store).keys() - self.read_ids
            store.delete(self.table, [self.scope.key | {"node_id": i} for i in deleted])
        return self.full or len(self._updated_at(store)) + self.hidden == total

    def _write(self, store: Store, nodes: list[Json]) -> None:
        rows = []
        for node in nodes:
            if "statuses" in node:
                node["statuses"] = {"nodes": node["statuses"]}
            row = {"node_id": node["id"], "fetched_at": now(), "node": node}
            rows.append(self.scope.key | row)
        store.merge(self.table, rows)

    def _finish(self, _store: Store) -> None:
        self.is_done = True

    def _updated_at(self, store: Store) -> dict[str, str]:
        """Return the time of change of each row in the ledger, by node id."""
        sql = f"select node_id, node->>'updatedAt' as at from {self.table} {OF_REPOSITORY}"
        return {row["node_id"]: row["at"] for row in store.rows(sql, self.scope.key)}

    def _is_known(self, store: Store, last: Json) -> bool:
        """Return whether a page's last row is unchanged and no older one was unfinished."""
        is_unchanged = self._updated_at(store).get(last["id"]) == last["updatedAt"]
        return is_unchanged and self.unfinished <= self.read_ids | {last["id"]}


@dataclass(eq=False, kw_only=True)
class TagList(NewestFirstList):
    """Tags by the time of their commits, until a page whose last tag is known."""

    name: str = "tags"
    kind: str = "Tag"
    table: str = "github_tags"

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        order = "orderBy: {field: TAG_COMMIT_DATE, direction: DESC}"
        page = f'refPrefix: "refs/tags/", first: {self.size}, after: ${alias}_after, {order}'
        content = (
            f"totalCount nodes {{ {fields_of(self.kind)} }} pageInfo {{ hasNextPage endCursor }}"
        )
        selection = f"tags: refs({page}) {{ {content} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def _updated_at(self, store: Store) -> dict[str, str]:
        """Return the commit of each tag in the ledger, by node id: a moved tag is a changed one."""
        sql = f"select node_id, node->'target'->>'oid' as oid from {self.table} {OF_REPOSITORY}"
        return {row["node_id"]: row["oid"] for row in store.rows(sql, self.scope.key)}

    def _is_known(self, store: Store, last: Json) -> bool:
        return bool(self._updated_at(store).get(last["id"]) == last["target"]["oid"])


@dataclass(eq=False, kw_only=True)
class DiscussionList(NewestFirstList):
    """Discussions by newest change, until the changes that the last complete read has seen."""

    since: str = ""
    newest: str = ""
    order: ClassVar[str] = "UPDATED_AT"
    size: ClassVar[int] = 25

    def start(self, store: Store) -> None:
        """Load the time of the last read, unless the collector then requested less than now."""
        state = store.watermark("github", self.scope.watermark, self.name)
        is_current = isinstance(state, dict) and state["version"] == DETAILS_VERSION
        self.since = state["since"] if is_current and not self.full else ""

    def restart(self) -> None:
        """Begin again: an existing discussion was missing where the list should have had it."""
        super().restart()
        self.since, self.newest, self.is_done = "", "", False

    def _write(self, store: Store, nodes: list[Json]) -> None:
        self.newest = self.newest or max((node["updatedAt"] for node in nodes), default="")
        sql = (
            f"select node_id, node from {self.table} {OF_REPOSITORY} "
            "and node_id in (select unnest($ids::varchar[]))"
        )
        before = store.rows(sql, self.scope.key | {"ids": [node["id"] for node in nodes]})
        documents = {row["node_id"]: json.loads(row["node"]) for row in before}
        rows = []
        for node in nodes:
            keep_first_associations(node, documents.get(node["id"], {}))
            row = {"number": node["number"], "node_id": node["id"], "fetched_at": now()}
            row |= {"updated_at": parse_time(node["updatedAt"]), "node": node, "deleted_at": None}
            rows.append(self.scope.key | row)
        store.merge(self.table, rows)

    def _is_complete(self, _store: Store, _total: int) -> bool:
        """Return True: pages shift while they change; the deletion scan finds missing items."""
        return True

    def _finish(self, store: Store) -> None:
        if not self.left_out:
            state = {"since": self.newest, "version": DETAILS_VERSION}
            store.set_watermark("github", self.scope.watermark, self.name, state)
        self.is_done = True

    def _is_known(self, _store: Store, last: Json) -> bool:
        updated_at = parse_time(last["updatedAt"])
        return bool(self.since) and updated_at < parse_time(self.since) - REPLICATION_LAG


@dataclass(eq=False, kw_only=True)
class CommitHistory(PagedList):
    """Order of the commits on the default branch, back to what is known already."""

    name: str = "history"
    head: str
    full: bool
    state: Json = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Resume an unfinished read, or begin at the head unless it is known."""
        state = store.watermark("github", self.scope.watermark, "history") or {}
        is_outdated = state.get("version", 0) < HISTORY_VERSION
        if self.full or is_outdated:
            self.full, state = True, {}
        if state.get("complete") and state["head"] == self.head:
            self.is_done = True
        elif state and not state["complete"]:
            self.state, self.full = state, state["full"]
        else:
            self._begin()

    def _begin(self) -> None:
        self.restart()
        self.state = {"head": self.head, "cursor": None, "complete": False}
        self.state |= {"full": self.full, "version": HISTORY_VERSION}

    @property
    def remaining_pages(self) -> float:
        """Pages after the next one; infinite until the first page has come."""
        return (self.state["next"] - 1) // COMMITS_PER_PAGE if "next" in self.state else inf

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        page = f"history(first: {COMMITS_PER_PAGE}, after: ${alias}_after) {{ ...HistoryPage }}"
        selection = f"object(oid: ${alias}_head) {{ ... on Commit {{ {page} }} }}"
        head, after = ("GitObjectID!", self.state["head"]), ("String", self.state["cursor"])
        return repository_part(alias, self.scope.repo, selection, head=head, after=after)

    def absorb(self, store: Store, data: Json) -> int:
        """Write a page of commits with their positions, counted from the first commit."""
        if data.get("object") is None:
            if self.state["head"] == self.head:
                self.give_up("GitHub answered nothing")
            else:  # a force push removed the head of this read
                store.delete("github_commits", [self.scope.key])
                self._begin()
            return 0
        page = read_page(data["object"], "history")
        top = self.state.get("next") or page.total_count
        if len(page.nodes) > top:
            raise UnexpectedAnswerError("history has more commits than GitHub counts")
        nodes = self.fitting(HistoryCommit, page)
        self._mark_first_parents(list(nodes.values()))
        rows = [
            self.scope.key | {"oid": node["oid"], "position": top - index, "node": node}
            for index, node in nodes.items()
        ]
        is_known = bool(rows) and not self.full and self._is_known(store, rows[-1])
        store.merge("github_commits", rows)
        has_next_page = self.turn(page)
        self.state |= {
            "next": top - len(page.nodes),
            "cursor": self.cursor,
            "total": page.total_count,
        }
        if is_known or not has_next_page:
            self._finish(store)
        store.set_watermark("github", self.scope.watermark, "history", self.state)
        if self.state["complete"] and self.state["head"] != self.head:
            self._begin()
        return len(rows)

    def _mark_first_parents(self, nodes: list[Json]) -> None:
        """Mark the commits that the branch itself got: the head and the first parent of each.

        The others came with a merge. Newer commits come before their parents.
        """
        expected = self.state.get("first_parent", self.state["head"])
        for node in nodes:
            parents = (node.pop("parents", None) or {}).get("nodes")
            if node["oid"] == expected:
                node["isFirstParent"] = True
                expected = parents[0]["oid"] if parents else ""
        self.state["first_parent"] = expected

    def _is_known(self, store: Store, row: Json) -> bool:
        sql = (
            f"select 1 from github_commits {OF_REPOSITORY} and position = $position and oid = $oid"
        )
        identity = {"position": row["position"], "oid": row["oid"]}
        return bool(store.rows(sql, self.scope.key | identity))

    def _finish(self, store: Store) -> None:
        """Delete the positions above the head, which a rewritten branch leaves."""
        sql = f"select position from github_commits {OF_REPOSITORY} and position > $total"
        stale = store.rows(sql, self.scope.key | {"total": self.state["total"]})
        store.delete("github_commits", [self.scope.key | row for row in stale])
        self.state = {"head": self.state["head"], "cursor": None, "complete": True}
        self.state["version"] = HISTORY_VERSION
        self.is_done = self.state["head"] == self.head
