"""What GitHub no longer shows: deleted and transferred pull requests, issues and discussions.

The change feed tells nothing of them. Counts that disagree do; then a sweep lists the ids of all that is there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.github.graphql import Part, repository_part
from collectors.github.repository import OF_REPOSITORY, TABLES, Scope, parse_time, queue_row
from collectors.github.responses import Json
from collectors.ledger.store import Store, now

PAGE = 100
#: by the list in GitHub's schema: the table, the fragment of a page, and the word for one
KINDS = {
    "issues": ("github_issues", "ListedIssues", "issue"),
    "pullRequests": ("github_pull_requests", "ListedPullRequests", "pull request"),
    "discussions": ("github_discussions", "ListedDiscussions", "discussion"),
}
#: counts may disagree for ever, as GitHub counts what it does not list; then look again after this long
AGAIN = timedelta(days=7)
HELD = f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} and deleted_at is null"
COUNT = (
    f"select count(*) as n from {{}} {OF_REPOSITORY} and deleted_at is null "
    "and not (updated_at > $until and node->>'createdAt' > strftime($until, '%Y-%m-%dT%H:%M:%SZ'))"
)
NODES = f"select number, node from {{}} {OF_REPOSITORY} and deleted_at is null and number in (select unnest($numbers::integer[]))"
REFERRING = (
    "select held.host, held.repo_id, held.number, held.node_id, held.updated_at from {} as held "
    "inner join (select unnest($repo_ids::bigint[]) as repo_id, unnest($numbers::integer[]) as number) as found "
    "on found.repo_id = held.repo_id and found.number = held.number "
    "where held.host = $host and held.deleted_at is null"
)
#: what names others by their numbers, looked for only in texts that hold one of these numbers at all
NAMING = (
    f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} and deleted_at is null and regexp_matches(node, $pattern) "
    "and exists (select 1 from (select unnest(list_concat("
    "node->'$.closingIssuesReferences[*]', node->'$.closedByPullRequestsReferences[*]', "
    "node->'$.timelineItems[*].source', node->'$.timelineItems[*].closer')) as one) "
    "where (one->>'$.repository.databaseId')::bigint = $repo_id "
    "and (one->>'number')::integer in (select unnest($numbers::integer[])))"
)


@dataclass
class DeletionScan:
    """The ids of all pull requests, issues or discussions, oldest first; what is not among them is gone."""

    scope: Scope
    #: the list in GitHub's schema
    name: str
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    cursor: str | None = None
    total: int = 0
    #: how many it marked as gone
    gone: int = 0
    #: rows of the queue that it added, and whether something was listed that no queue holds
    queued: list[Json] = field(default_factory=list)
    is_behind: bool = False
    held: dict[int, Json] = field(default_factory=dict)
    listed: dict[int, Json] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The table of what it lists."""
        return KINDS[self.name][0]

    def start(self, store: Store) -> None:
        """Note what the ledger holds: nothing that comes later can turn out to be gone."""
        self.held = {
            row["number"]: row for row in store.rows(HELD.format(self.table), self.scope.key)
        }

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        page = (
            f"first: {PAGE}, after: ${alias}_after, orderBy: {{field: CREATED_AT, direction: ASC}}"
        )
        selection = f"{self.name}({page}) {{ ...{KINDS[self.name][1]} }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def documents(self, _found: Json) -> Mapping[str, tuple[str, Json]]:
        """Return nothing: ids hold no lists."""
        return {}

    def absorb(self, store: Store, result: Json) -> int:
        """Take a page of ids; with the last, mark what is gone and queue what is missing: one transaction."""
        page = result[self.name]
        self.listed |= {node["number"]: node for node in page["nodes"] if node}
        self.cursor, self.total = page["pageInfo"]["endCursor"], page["totalCount"]
        if page["pageInfo"]["hasNextPage"]:
            return 0
        self.done = True
        missing = [node for number, node in self.listed.items() if self._is_missing(number, node)]
        absent = self.held.keys() - self.listed.keys()
        if self.name == "discussions":
            self.is_behind = bool(missing)
            self.gone = len(mark_deleted(store, self.scope, self.table, absent).gone)
            return 0
        self.queued = [
            queue_row(self.scope, n["number"], n["id"], parse_time(n["updatedAt"])) for n in missing
        ]
        if len(self.listed) == self.total:
            marked = mark_deleted(store, self.scope, self.table, absent)
            self.gone, self.queued = len(marked.gone), self.queued + marked.referring
        else:  # GitHub counts what it does not list: ask for each whether it is still there
            self.queued += [queue_row(self.scope, **self.held[number]) for number in absent]
        store.merge("github_queue", self.queued)
        return 0

    def _is_missing(self, number: int, node: Json) -> bool:
        stored = self.held.get(number)
        return stored is None or stored["updated_at"] < parse_time(node["updatedAt"])


@dataclass(frozen=True)
class DeletedItems:
    """What was marked as gone, by number, and the queue's rows of what refers to it in the same repository."""

    gone: list[int]
    referring: list[Json]


def mark_deleted(store: Store, scope: Scope, table: str, numbers: Collection[int]) -> DeletedItems:
    """Mark what GitHub no longer shows, take it off the queue, and queue what refers to it: that changed unseen.

    Call it inside the transaction of the answer that tells of it.
    """
    stored = (
        store.rows(NODES.format(table), scope.key | {"numbers": list(numbers)}) if numbers else []
    )
    deleted_at = now()
    keys = [scope.key | {"number": row["number"]} for row in stored]
    store.merge(table, [key | {"deleted_at": deleted_at} for key in keys])
    store.delete("github_queue", [scope.key | {"number": number} for number in numbers])
    deleted = [row["number"] for row in stored]
    tied = _named(store, scope, [json.loads(row["node"]) for row in stored]) + _naming(
        store, scope, deleted
    )
    referring = list({(row["repo_id"], row["number"]): row for row in tied}.values())
    store.merge("github_queue", referring)
    return DeletedItems(deleted, [row for row in referring if row["repo_id"] == scope.repo_id])


def _naming(store: Store, scope: Scope, numbers: list[int]) -> list[Json]:
    """The queue's rows of the pull requests and issues of a repository whose documents name numbers of it."""
    if not numbers:
        return []
    pattern = rf'"number": ?({"|".join(map(str, numbers))})\b'
    requested = scope.key | {"numbers": numbers, "pattern": pattern}
    rows = [row for table in TABLES.values() for row in store.rows(NAMING.format(table), requested)]
    return [queue_row(scope, **row) for row in rows]


def _named(store: Store, scope: Scope, documents: Iterable[Json]) -> list[Json]:
    """The queue's rows of the pull requests and issues that documents say are tied to them."""
    tied = {
        (item["repository"]["databaseId"], item["number"])
        for document in documents
        for item in [
            *document.get("closingIssuesReferences", ()),
            *document.get("closedByPullRequestsReferences", ()),
            *(event.get("source") or {} for event in document.get("timelineItems", ())),
        ]
        if item.get("repository")
    }
    requested = {
        "repo_ids": [repo_id for repo_id, _ in tied],
        "numbers": [number for _, number in tied],
    }
    rows: list[Json] = []
    for table in TABLES.values():
        rows += (
            store.rows(REFERRING.format(table), requested | {"host": scope.host}) if tied else []
        )
    return [queue_row(Scope(row.pop("host"), row.pop("repo_id"), ""), **row) for row in rows]


# -- when to sweep ----------------------------------------------------------------------------------------------------


def needed(
    store: Store, scope: Scope, probe: Json, until: datetime, lost: Collection[str], full: bool
) -> list[DeletionScan]:
    """Return the sweeps that a repository needs, once all that changed was read.

    One is called for where the ledger holds another number than GitHub counted at ``until``, unless that was so after
    the last sweep; where something turned out to be gone; and where the counts of months disagree.
    """
    swept = store.watermark("github", scope.mark, "sweep") or {}
    sweeps = []
    for name in KINDS:
        if probe.get(name) is None:  # the token may not read it
            continue
        difference = probe[name]["totalCount"] - held_count(store, scope, name, until)
        last = swept.get(name) or {"difference": 0, "swept_at": f"{now()}"}
        is_new = difference != last["difference"]
        is_old = difference != 0 and datetime.fromisoformat(last["swept_at"]) < now() - AGAIN
        is_called = name != "discussions" and is_called_for(store, scope)
        if full or name in lost or is_new or is_old or is_called:
            sweeps.append(DeletionScan(scope, name))
    return sweeps


def is_called_for(store: Store, scope: Scope) -> bool:
    """Whether counts of months disagree in a way that no sweep has looked into."""
    return is_unexplained(
        *(store.watermark("github", scope.mark, name) for name in ("gaps", "sweep"))
    )


def is_unexplained(gaps: Any, swept: Json | None) -> bool:
    """Return whether months disagree in another way than at the last sweep, by the watermarks of both."""
    return bool(gaps) and gaps != (swept or {}).get("gaps")


def held_count(store: Store, scope: Scope, name: str, until: datetime) -> int:
    """Return how many of a kind the ledger holds that were made up to a parse_time and are not gone."""
    rows = store.rows(COUNT.format(KINDS[name][0]), scope.key | {"until": until})
    return int(rows[0]["n"])


def finish(store: Store, sweeps: Collection[DeletionScan], lost: Mapping[str, int]) -> list[str]:
    """Note what still differs after sweeps of one repository, and return what is to be said of it.

    ``lost`` counts by list what was found to be gone otherwise.
    """
    message = []
    for sweep in sweeps:
        stored = held_count(store, sweep.scope, sweep.name, datetime.max)
        mark = ("github", sweep.scope.mark, "sweep")
        last = {"difference": sweep.total - stored, "swept_at": f"{now()}"}
        gaps = store.watermark("github", sweep.scope.mark, "gaps")
        store.set_watermark(
            *mark, (store.watermark(*mark) or {}) | {sweep.name: last, "gaps": gaps}
        )
        word = KINDS[sweep.name][2]
        if deleted := sweep.gone + lost.get(sweep.name, 0):
            message.append(f"{deleted:,} {word}{' is' if deleted == 1 else 's are'} gone")
        if sweep.total != stored:
            message.append(f"GitHub counts {sweep.total:,} {word}s where {stored:,} can be read")
    return message
