"""Deleted and transferred pull requests, issues and discussions.

The change feed does not list them. If the ledger's counts differ from GitHub's, a deletion scan
lists the ids of everything that exists.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.github.base_models import Json, read_page
from collectors.github.graphql import Part, repository_part
from collectors.github.models import Listed
from collectors.github.repository import (
    OF_REPOSITORY,
    TABLES,
    PagedList,
    Scope,
    parse_time,
    queue_row,
)
from collectors.ledger.store import Store, now

PAGE = 100
#: by the list in GitHub's schema: ledger table, fragment of a page, noun
KINDS = {
    "issues": ("github_issues", "ListedIssues", "issue"),
    "pullRequests": ("github_pull_requests", "ListedPullRequests", "pull request"),
    "discussions": ("github_discussions", "ListedDiscussions", "discussion"),
}
#: counts may differ for ever, as GitHub counts items that it does not list: scan again after this
RESCAN_AFTER = timedelta(days=7)
ITEMS = f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} and deleted_at is null"
COUNT = (
    f"select count(*) as n from {{}} {OF_REPOSITORY} and deleted_at is null "
    "and not (updated_at > $until "
    "and node->>'createdAt' > strftime($until, '%Y-%m-%dT%H:%M:%SZ'))"
)
DOCUMENTS = (
    f"select number, node from {{}} {OF_REPOSITORY} and deleted_at is null "
    "and number in (select unnest($numbers::integer[]))"
)
#: items that a document names, in any repository of the host
NAMED_ITEMS = (
    "select item.host, item.repo_id, item.number, item.node_id, item.updated_at "
    "from {} as item inner join (select unnest($repo_ids::bigint[]) as repo_id, "
    "unnest($numbers::integer[]) as number) as named "
    "on named.repo_id = item.repo_id and named.number = item.number "
    "where item.host = $host and item.deleted_at is null"
)
#: items whose documents name one of the numbers; the pattern spares parsing most documents
NAMING_ITEMS = (
    f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} and deleted_at is null "
    "and regexp_matches(node, $pattern) "
    "and exists (select 1 from (select unnest(list_concat("
    "node->'$.closingIssuesReferences[*]', node->'$.closedByPullRequestsReferences[*]', "
    "node->'$.timelineItems[*].source', node->'$.timelineItems[*].closer')) as reference) "
    "where (reference->>'$.repository.databaseId')::bigint = $repo_id "
    "and (reference->>'number')::integer in (select unnest($numbers::integer[])))"
)


@dataclass(frozen=True)
class DeletedItems:
    """Numbers of the items marked as deleted, and queue rows of the items that refer to them."""

    numbers: list[int]
    referring: list[Json]


@dataclass(eq=False, kw_only=True)
class DeletionScan(PagedList):
    """Ids of all pull requests, issues or discussions, oldest first; others are deleted."""

    total: int = 0
    deleted_count: int = 0
    #: queue rows that the scan added
    queued: list[Json] = field(default_factory=list)
    #: whether the discussions list is missing something
    is_behind: bool = False
    items: dict[int, Json] = field(default_factory=dict)
    listed: dict[int, Json] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Ledger table of the listed items."""
        return KINDS[self.name][0]

    def start(self, store: Store) -> None:
        """Load the ledger's items: later ones cannot turn out to be deleted."""
        rows = store.rows(ITEMS.format(self.table), self.scope.key)
        self.items = {row["number"]: row for row in rows}

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        order = "orderBy: {field: CREATED_AT, direction: ASC}"
        page = f"first: {PAGE}, after: ${alias}_after, {order}"
        selection = f"{self.name}({page}) {{ ...{KINDS[self.name][1]} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def absorb(self, store: Store, data: Json) -> int:
        """Collect a page of ids; after the last one, mark deleted items and queue missing ones."""
        page = read_page(data, self.name)
        self.listed |= {node["number"]: node for node in self.fitting(Listed, page).values()}
        self.total = page.total_count
        if self.turn(page):
            return 0
        self.is_done = True
        missing = [node for number, node in self.listed.items() if self._is_missing(number, node)]
        absent = self.items.keys() - self.listed.keys()
        if self.name == "discussions":
            self.is_behind = bool(missing)
            self.deleted_count = len(mark_deleted(store, self.scope, self.table, absent).numbers)
            return 0
        for node in missing:
            updated_at = parse_time(node["updatedAt"])
            self.queued.append(queue_row(self.scope, node["number"], node["id"], updated_at))
        if len(self.listed) == self.total:
            deleted = mark_deleted(store, self.scope, self.table, absent)
            self.deleted_count = len(deleted.numbers)
            self.queued += deleted.referring
        else:  # GitHub counts items that it does not list: request each absent one
            self.queued += [queue_row(self.scope, **self.items[number]) for number in absent]
        store.merge("github_queue", self.queued)
        return 0

    def _is_missing(self, number: int, node: Json) -> bool:
        item = self.items.get(number)
        return item is None or item["updated_at"] < parse_time(node["updatedAt"])


def mark_deleted(store: Store, scope: Scope, table: str, numbers: Collection[int]) -> DeletedItems:
    """Mark items as deleted, remove them from the queue and queue the items that refer to them.

    The references change without a trace. Call it in the transaction of the answer.
    """
    rows: list[Json] = []
    if numbers:
        rows = store.rows(DOCUMENTS.format(table), scope.key | {"numbers": list(numbers)})
    deleted_at = now()
    store.merge(
        table, [scope.key | {"number": row["number"], "deleted_at": deleted_at} for row in rows]
    )
    store.delete("github_queue", [scope.key | {"number": number} for number in numbers])
    deleted = [row["number"] for row in rows]
    linked = _named_items(store, scope, [json.loads(row["node"]) for row in rows])
    linked += _naming_items(store, scope, deleted)
    referring = list({(row["repo_id"], row["number"]): row for row in linked}.values())
    store.merge("github_queue", referring)
    own = [row for row in referring if row["repo_id"] == scope.repo_id]
    return DeletedItems(deleted, own)


def _naming_items(store: Store, scope: Scope, numbers: list[int]) -> list[Json]:
    """Return queue rows of the repository's items whose documents name the numbers."""
    if not numbers:
        return []
    pattern = rf'"number": ?({"|".join(map(str, numbers))})\b'
    parameters = scope.key | {"numbers": numbers, "pattern": pattern}
    rows: list[Json] = []
    for table in TABLES.values():
        rows += store.rows(NAMING_ITEMS.format(table), parameters)
    return [queue_row(scope, **row) for row in rows]


def _named_items(store: Store, scope: Scope, documents: Iterable[Json]) -> list[Json]:
    """Return queue rows of the items that the documents name."""
    references: list[Json] = []
    for document in documents:
        references += document.get("closingIssuesReferences") or ()
        references += document.get("closedByPullRequestsReferences") or ()
        references += [event.get("source") or {} for event in document.get("timelineItems") or ()]
    numbers = {
        (reference["repository"]["databaseId"], reference["number"])
        for reference in references
        if reference.get("repository") and reference.get("number")
    }
    if not numbers:
        return []
    parameters = {
        "host": scope.host,
        "repo_ids": [repo_id for repo_id, _ in numbers],
        "numbers": [number for _, number in numbers],
    }
    rows: list[Json] = []
    for table in TABLES.values():
        rows += store.rows(NAMED_ITEMS.format(table), parameters)
    return [queue_row(Scope(row.pop("host"), row.pop("repo_id"), ""), **row) for row in rows]


# -- when to scan ---------------------------------------------------------------------------------


def required_scans(
    store: Store, scope: Scope, probe: Json, until: datetime, deleted: Collection[str], full: bool
) -> list[DeletionScan]:
    """Return the deletion scans that a repository needs after everything changed was read.

    A list is scanned if its count differs from GitHub's at ``until`` in another way than after
    the last scan, if one of its items turned out to be deleted, or if monthly counts differ.
    """
    last_scans = store.watermark("github", scope.watermark, "sweep") or {}
    gaps = store.watermark("github", scope.watermark, "gaps")
    scans = []
    for name in KINDS:
        if probe.get(name) is None:  # the token may not read it
            continue
        difference = probe[name]["totalCount"] - count_items(store, scope, name, until)
        last = last_scans.get(name) or {"difference": 0, "swept_at": f"{now()}"}
        is_new = difference != last["difference"]
        scanned_at = datetime.fromisoformat(last["swept_at"])
        is_old = difference != 0 and scanned_at < now() - RESCAN_AFTER
        has_gaps = name != "discussions" and has_unexplained_gaps(gaps, last_scans)
        if full or name in deleted or is_new or is_old or has_gaps:
            scans.append(DeletionScan(scope=scope, name=name))
    return scans


def has_unexplained_gaps(gaps: Any, last_scans: Json | None) -> bool:
    """Return whether monthly counts differ in another way than at the last scan."""
    return bool(gaps) and gaps != (last_scans or {}).get("gaps")


def count_items(store: Store, scope: Scope, name: str, until: datetime) -> int:
    """Return the number of the ledger's items created up to a time and not deleted."""
    rows = store.rows(COUNT.format(KINDS[name][0]), scope.key | {"until": until})
    return int(rows[0]["n"])


def record_scans(
    store: Store, scans: Collection[DeletionScan], deleted: Mapping[str, int]
) -> list[str]:
    """Record what still differs after a repository's scans, and return remarks about it.

    ``deleted`` counts by list the items that turned out to be deleted otherwise.
    """
    remarks = []
    for scan in scans:
        count = count_items(store, scan.scope, scan.name, datetime.max)
        watermark = ("github", scan.scope.watermark, "sweep")
        state = {"difference": scan.total - count, "swept_at": f"{now()}"}
        gaps = store.watermark("github", scan.scope.watermark, "gaps")
        last_scans = store.watermark(*watermark) or {}
        store.set_watermark(*watermark, last_scans | {scan.name: state, "gaps": gaps})
        noun = KINDS[scan.name][2]
        if total := scan.deleted_count + deleted.get(scan.name, 0):
            remarks.append(f"{total:,} {noun}{' is' if total == 1 else 's are'} deleted")
        if scan.total != count:
            remarks.append(f"GitHub counts {scan.total:,} {noun}s, {count:,} could be read")
    return remarks
