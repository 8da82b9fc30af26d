"""One pass over one repository: what changed, then each changed pull request and issue in full.

The change feed fills a queue in the ledger and the details empty it, so a pass that is killed anywhere goes on from
where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collectors.github import deletions
from collectors.github.changes import PAGE, ChangeFeed
from collectors.github.client import GitHubClient
from collectors.github.deletions import DeletionScan, mark_deleted
from collectors.github.details import NOT_FOUND, TRANSFERRED, Batch, fetch
from collectors.github.documents import Reduce, as_first_seen
from collectors.github.experiments import ExperimentFiles
from collectors.github.graphql import DETAILS_VERSION
from collectors.github.lists import CommitHistory, DiscussionList, NewestFirstList
from collectors.github.names import LabelList, keep_names
from collectors.github.repository import (
    ATTEMPTS,
    OF_REPOSITORY,
    REPLICATION_LAG,
    TABLES,
    PagedList,
    Scope,
    Task,
    format_time,
    parse_time,
    queue_row,
)
from collectors.github.responses import Answer, Json
from collectors.ledger.store import Store, now

BATCH_START, BATCH_MOST = 75, 100
BATCHES_AT_ONCE = 2
#: the feed waits while so many wait to be read, so that memory does not grow with the repository
WAITING_MOST = 1000
HELD_NODES = f"select number, node from {{}} {OF_REPOSITORY} and number in (select unnest($numbers::integer[]))"
OUTDATED_ROWS = f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} and details_version < $version and deleted_at is null"
OUTDATED_DEPLOYMENTS = f"select 1 from github_deployments {OF_REPOSITORY} and not json_exists(node, '$.databaseId') limit 1"
SETTLED_ROWS = (
    f"select number, updated_at from {{}} {OF_REPOSITORY} and number in (select unnest($numbers::integer[])) "
    "and details_version >= $version and fetched_at >= updated_at + to_seconds($settled)"
)


@dataclass
class RepositorySync:
    """The state of one repository's pass. The main thread calls it; only its tasks run in other threads."""

    api: GitHubClient
    store: Store
    scope: Scope
    probe: Json
    server_time: datetime
    reduce: Reduce
    #: files and folders of the default branch that hold experiments
    experiments: Sequence[str] = ()
    full: bool = False
    files: ExperimentFiles | None = None
    history: CommitHistory | None = None
    read: int = 0
    total: int = 0
    items: int = 0
    #: what is read again because the collector asks for more than it used to
    outdated: int = 0
    #: how much turned out to be gone, by the list in GitHub's schema
    lost: dict[str, int] = field(default_factory=dict)
    sweeps: list[DeletionScan] | None = None
    #: what is to be said of what is gone
    remarks: list[str] = field(default_factory=list)
    batch_size: int = BATCH_START
    batches_in_flight: int = 0
    started_at: datetime = field(default_factory=now)

    def start(self) -> None:
        """Take up what the ledger knows of this repository."""
        since = None if self.full else self.store.watermark("github", self.scope.mark, "feed")
        self.feed = ChangeFeed(format_time(parse_time(since) - REPLICATION_LAG) if since else None)
        self.walks: list[PagedList] = [
            NewestFirstList(self.scope, "releases", "Release", "github_releases", self.full),
            NewestFirstList(self.scope, "milestones", "Milestone", "github_milestones", True),
            NewestFirstList(
                self.scope,
                "deployments",
                "Deployment",
                "github_deployments",
                self._is_deployments_anew(),
            ),
            LabelList(self.scope),
            DiscussionList(
                self.scope, "discussions", "Discussion", "github_discussions", self.full
            ),
        ]
        if branch := self.probe.get("defaultBranchRef"):
            head = branch["target"]["oid"]
            self.files = ExperimentFiles(
                self.scope, head, self.experiments, self.server_time, self.full
            )
            self.history = CommitHistory(self.scope, head, self.full)
            self.walks += [self.history, self.files]
        for walk in self.walks:
            walk.start(self.store)
            # the probe could not see it: some tokens may read pull requests and not, say, discussions
            walk.done |= walk.name in self.probe and self.probe[walk.name] is None
        with self.store.transaction():
            if self.full:
                self.store.delete("github_queue", [self.scope.key])
            self._queue_outdated()
        self.waiting = [row for row in self._queued() if row["attempts"] < ATTEMPTS]
        self.total = len(self.waiting)

    def _is_deployments_anew(self) -> bool:
        """Whether to read every deployment: some were read when the collector asked for less than now."""
        return self.full or bool(self.store.rows(OUTDATED_DEPLOYMENTS, self.scope.key))

    def next_task(self, riders: Callable[[], list[PagedList]]) -> Task | None:
        """Return the next request to send, or None while there is nothing to ask for.

        A query for pull requests and issues takes along the next page of the walks given, of other repositories too.
        """
        self._sweep()
        if not self.feed.done and not self.feed.in_flight and len(self.waiting) < WAITING_MOST:
            self.feed.in_flight = True
            return self._feed_task(self.feed.since, self.feed.page)
        if self.batches_in_flight >= BATCHES_AT_ONCE or self._is_history_behind:
            return None
        if not self.waiting or (len(self.waiting) < self.batch_size and not self.feed.done):
            return None
        rows, self.waiting = self.waiting[: self.batch_size], self.waiting[self.batch_size :]
        return self._batch_task(rows, riders())

    @property
    def _is_history_behind(self) -> bool:
        """Whether the next batch waits for the page of commits that is under way, to take along the one after it.

        Pages follow one another: where more of them are left than rounds of batches, the others would cost requests.
        """
        if self.history is None or not self.history.in_flight:
            return False
        return self.history.pages_left * BATCHES_AT_ONCE > len(self.waiting) / self.batch_size

    def walk_task(self, riders: list[PagedList]) -> Task:
        """Return a request for nothing but pages of walks."""
        return self._batch_task([], riders)

    @property
    def is_done(self) -> bool:
        """Whether everything was read, and what is gone is known."""
        is_swept = self.sweeps is not None and not any(
            item.queued or item.is_behind for item in self.sweeps
        )
        return self._is_read and (is_swept or self.problem is not None)

    @property
    def _is_read(self) -> bool:
        return (
            self.feed.done
            and not self.waiting
            and not self.batches_in_flight
            and all(w.done for w in self.walks)
        )

    @property
    def rows(self) -> int:
        """Rows read so far, of every kind."""
        return self.items + sum(walk.rows for walk in self.walks)

    @property
    def problem(self) -> str | None:
        """Why a list beside the pull requests and issues could not be read, if so."""
        return next((walk.problem for walk in self.walks if walk.problem), None)

    @property
    def wrong_files(self) -> list[str]:
        """What is wrong with files of the repository, each one line."""
        return list(self.files.wrong.values()) if self.files else []

    # -- the change feed ----------------------------------------------------------------------------------------------

    def _feed_task(self, since: str | None, page: int) -> Task:
        parameters = {
            "state": "all",
            "sort": "updated",
            "direction": "asc",
            "per_page": PAGE,
            "page": page,
        }
        if since:
            parameters["since"] = since

        def give_up() -> None:
            self.feed.in_flight = False

        return Task(
            lambda: self.api.rest(f"/repos/{self.scope.repo}/issues", parameters),
            self._absorb_feed,
            give_up,
        )

    def _absorb_feed(self, items: list[Json]) -> None:
        """Queue what changed, and move the watermark: one transaction."""
        fresh = self.feed.advance(items)
        self.feed.in_flight = False
        with self.store.transaction():
            settled = self._settled([item["number"] for item in fresh])
            rows = [
                queue_row(self.scope, i["number"], i["node_id"], parse_time(i["updated_at"]))
                for i in fresh
            ]
            rows = [row for row in rows if settled.get(row["number"]) != row["updated_at"]]
            self.store.merge("github_queue", rows)
            if self.feed.since:
                self.store.set_watermark("github", self.scope.mark, "feed", self.feed.since)
        self._wait_for(rows)

    def _wait_for(self, rows: list[Json]) -> None:
        """Read these rows of the queue in this pass, in place of earlier ones of the same number."""
        changed = {row["number"] for row in rows}
        self.waiting = [row for row in self.waiting if row["number"] not in changed] + rows
        self.total += len(rows)

    def _settled(self, numbers: list[int]) -> dict[int, datetime]:
        """Of some items those read once GitHub had settled: the change they were read at, by number."""
        if self.full:
            return {}
        requested = {
            "version": DETAILS_VERSION,
            "settled": REPLICATION_LAG.total_seconds(),
            "numbers": numbers,
        } | self.scope.key
        rows = [
            row
            for table in TABLES.values()
            for row in self.store.rows(SETTLED_ROWS.format(table), requested)
        ]
        return {row["number"]: row["updated_at"] for row in rows}

    def _queue_outdated(self) -> None:
        """Queue what was read when the collector asked for less than now."""
        requested = self.scope.key | {"version": DETAILS_VERSION}
        outdated = [
            row
            for table in TABLES.values()
            for row in self.store.rows(OUTDATED_ROWS.format(table), requested)
        ]
        self.store.merge("github_queue", [queue_row(self.scope, **row) for row in outdated])
        self.outdated = len(outdated)

    def _queued(self) -> list[Json]:
        sql = "select * from github_queue where host = $host and repo_id = $repo_id order by updated_at desc, number"
        return self.store.rows(sql, self.scope.key)

    # -- pull requests and issues in full, with pages of the walks ----------------------------------------------------

    def _batch_task(self, rows: list[Json], walks: list[PagedList]) -> Task:
        self.batches_in_flight += 1
        for walk in walks:
            walk.in_flight = True
        aliases = {f"w{index}": walk for index, walk in enumerate(walks)}
        ids = [row["node_id"] for row in rows]

        def give_up() -> None:
            """Take back what was asked for."""
            self._release(walks)
            self.waiting = rows + self.waiting

        def shrink() -> None:
            """Take it back, and ask for less of it."""
            give_up()
            self.batch_size = max(1, len(rows) // 2)

        return Task(
            lambda: fetch(self.api, self.scope, ids, aliases),
            lambda batch: self._absorb_batch(batch, rows, aliases),
            give_up,
            shrink if len(rows) > 1 else None,
            walks,
            bool(rows),
        )

    def _absorb_batch(self, batch: Batch, rows: list[Json], aliases: dict[str, PagedList]) -> None:
        """Keep what came and take it off the queue: one transaction; note what did not come."""
        fetched_at = self.server_time
        with self.store.transaction():
            for alias, walk in aliases.items():
                self._absorb_walk(batch.answer, alias, walk)
            came = [row for row in rows if row["node_id"] in batch.docs]
            for kind, table in TABLES.items():
                docs = [doc for doc in batch.docs.values() if doc["__typename"] == kind]
                self.store.merge(
                    table, [self._row(doc, fetched_at) for doc in self._as_first_seen(table, docs)]
                )
            keys = ("host", "repo_id", "number", "updated_at")
            self.store.delete("github_queue", [{key: row[key] for key in keys} for row in came])
            keep_names(self.store, self.scope.host, batch.names)
            lost = {row["number"] for row in rows if self._is_lost(row, batch.problems)}
            referring = self._mark_gone(lost)
            missed = [
                row
                for row in rows
                if row["node_id"] not in batch.docs and row["number"] not in lost
            ]
            noted = [
                r | {"attempts": r["attempts"] + 1, "reason": batch.problems[r["node_id"]]}
                for r in missed
            ]
            self.store.merge("github_queue", noted)
        self._release(list(aliases.values()))
        self.read += len(rows)
        self.items += len(came)
        self._wait_for(referring)
        if rows:
            self.batch_size = min(BATCH_MOST, self.batch_size * 2)

    def _is_lost(self, row: Json, problems: dict[str, str]) -> bool:
        """Whether GitHub says that a node is not there; of what has just changed a copy may not have heard yet."""
        reason = problems.get(row["node_id"])
        return reason == TRANSFERRED or (
            reason == NOT_FOUND and row["updated_at"] < self.server_time - REPLICATION_LAG
        )

    def _mark_gone(self, numbers: set[int]) -> list[Json]:
        """Mark what is gone and return the queue's rows of what refers to it."""
        referring: list[Json] = []
        for name in ("issues", "pullRequests") if numbers else ():
            marked = mark_deleted(self.store, self.scope, deletions.KINDS[name][0], numbers)
            referring += marked.referring
            if marked.gone:
                self.lost[name] = self.lost.get(name, 0) + len(marked.gone)
        return referring

    def _absorb_walk(self, answer: Answer, alias: str, walk: PagedList) -> None:
        problems = answer.problems(alias)
        if any(problem.get("type") == "FORBIDDEN" for problem in problems):
            walk.done = True
        elif problems or answer.data.get(alias) is None:
            message = problems[0].get("message") if problems else "no answer"
            walk.problem = f"{walk.scope.host}: {walk.scope.repo} could not be read on ({message}); run again later"
            walk.done = True
        else:
            walk.rows += walk.absorb(self.store, answer.data[alias])

    def _as_first_seen(self, table: str, docs: list[Json]) -> list[Json]:
        """Documents with the associations that an earlier reading of them found."""
        requested = self.scope.key | {"numbers": [doc["number"] for doc in docs]}
        stored = {
            row["number"]: json.loads(row["node"])
            for row in self.store.rows(HELD_NODES.format(table), requested)
        }
        return [as_first_seen(doc, stored.get(doc["number"], {})) for doc in docs]

    def _row(self, node: Json, fetched_at: datetime) -> Json:
        if "issueState" in node:
            node["state"] = node.pop("issueState")
        result = self.scope.key | {"number": node["number"], "node_id": node["id"]}
        result |= {"updated_at": parse_time(node["updatedAt"]), "details_version": DETAILS_VERSION}
        return result | {"fetched_at": fetched_at, "deleted_at": None, "node": self.reduce(node)}

    def _release(self, walks: list[PagedList]) -> None:
        for walk in walks:
            walk.in_flight = False
        self.batches_in_flight -= 1

    # -- what is gone -------------------------------------------------------------------------------------------------

    def _sweep(self) -> None:
        """Once all that changed is read, look for what is gone where something tells of it; read what that brings."""
        if self.sweeps is None and self._is_read and not self.problem:
            about = (self.store, self.scope, self.probe, self.server_time)
            self.sweeps = deletions.needed(*about, self.lost, self.full)
            for sweep in self.sweeps:
                sweep.start(self.store)
            self.walks += self.sweeps
        for sweep in self.sweeps or ():
            self._wait_for(sweep.queued)
            for walk in self.walks:
                if sweep.is_behind and isinstance(walk, DiscussionList):
                    walk.again()
            sweep.queued, sweep.is_behind = [], False

    # -- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Note that everything up to the parse_time of the probe was read."""
        with self.store.transaction():
            self.store.set_watermark("github", self.scope.mark, "probe", self.probe)
            row = self.scope.key | {"synced_until": self.server_time}
            self.store.merge("github_repositories", [row])
            self.remarks = deletions.finish(self.store, self.sweeps or (), self.lost)
