"""Synchronization of one repository: changed items, then each of them in full.

The change feed fills a queue in the ledger and the details empty it, so an interrupted sync
resumes where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.errors import AccessError, RefusedError, SourceError
from collectors.github.ancestries import AncestryList
from collectors.github.base_models import Json, NoPageError, UnexpectedAnswerError
from collectors.github.changes import PAGE, ChangeFeed
from collectors.github.client import GitHubClient
from collectors.github.deletions import (
    KINDS,
    DeletionScan,
    mark_deleted,
    record_scans,
    required_scans,
)
from collectors.github.details import MISFIT, NOT_FOUND, TRANSFERRED, Batch, fetch
from collectors.github.documents import Reduce, keep_first_associations
from collectors.github.experiments import ExperimentFiles, ReadExperiments
from collectors.github.graphql import DETAILS_VERSION
from collectors.github.knowledge import Failure, KnowledgeFiles, Listing
from collectors.github.lists import CommitHistory, DiscussionList, NewestFirstList, TagList
from collectors.github.names import LabelList, write_names
from collectors.github.repository import (
    ATTEMPTS,
    OF_REPOSITORY,
    REPLICATION_LAG,
    TABLES,
    GitHub,
    PagedList,
    Scope,
    Task,
    format_time,
    parse_time,
    queue_row,
)
from collectors.github.responses import LongWaitError, NotFoundError, is_transient
from collectors.github.workflows import WorkflowRuns
from collectors.ledger.store import Store, now

BATCH_START, BATCH_MOST = 75, 100
BATCHES_AT_ONCE = 2
#: the feed waits while the queue is this long, so that memory does not grow with the repository
QUEUE_MOST = 1000
FEED_PAGES_MORE = 20
NUMBERS_SHOWN = 3
DOCUMENTS = (
    f"select number, node from {{}} {OF_REPOSITORY} "
    "and number in (select unnest($numbers::integer[]))"
)
OUTDATED_ITEMS = (
    f"select number, node_id, updated_at from {{}} {OF_REPOSITORY} "
    "and details_version < $version and deleted_at is null"
)
OUTDATED_DEPLOYMENTS = (
    f"select 1 from github_deployments {OF_REPOSITORY} "
    "and not json_exists(node, '$.databaseId') limit 1"
)
SETTLED_ITEMS = (
    f"select number, updated_at from {{}} {OF_REPOSITORY} "
    "and number in (select unnest($numbers::integer[])) "
    "and details_version >= $version and fetched_at >= updated_at + to_seconds($lag_s)"
)
QUEUE = f"select * from github_queue {OF_REPOSITORY} order by updated_at desc, number"


@dataclass(eq=False)
class RepositorySync:
    """Sync of one repository. Only its tasks run in other threads than the main one."""

    client: GitHubClient
    store: Store
    scope: Scope
    probe: Json
    server_time: datetime
    reduce: Reduce
    read_experiments: ReadExperiments
    github: GitHub
    full: bool = False
    files: ExperimentFiles | None = None
    runs: WorkflowRuns = field(init=False)
    history: CommitHistory | None = None
    knowledge: KnowledgeFiles | None = None
    read: int = 0
    total: int = 0
    items: int = 0
    #: items read again because the queries request more than they used to
    outdated: int = 0
    #: deleted items by the list in GitHub's schema
    deleted: dict[str, int] = field(default_factory=dict)
    scans: list[DeletionScan] | None = None
    remarks: list[str] = field(default_factory=list)
    #: invalid field of each item that was left out, and items without a field, by number
    left_out: dict[int, str] = field(default_factory=dict)
    losses: dict[str, set[int]] = field(default_factory=dict)
    #: fields that could not be read of the repository, and of the nodes of a list
    repository_losses: Collection[str] = ()
    list_losses: dict[str, set[str]] = field(default_factory=dict)
    #: whether a later try may read what is missing in a list
    is_partial: bool = False
    batch_size: int = BATCH_START
    batches_in_flight: int = 0

    def start(self) -> None:
        """Load the state of the repository from the ledger."""
        feed = self.store.watermark("github", self.scope.watermark, "feed")
        since = None if self.full or not feed else format_time(parse_time(feed) - REPLICATION_LAG)
        # every item may change while the feed is read, and pages of one second are read twice
        self.feed = ChangeFeed(since, FEED_PAGES_MORE + 4 * size_of(self.probe) // PAGE)
        self.runs = WorkflowRuns(
            scope=self.scope, patterns=self._patterns("workflow"), full=self.full
        )
        self.runs.start(self.store)
        self.lists = self._lists()
        for paged_list in self.lists:
            paged_list.start(self.store)
            # some tokens may read pull requests and not, say, discussions
            is_hidden = paged_list.name in self.probe and self.probe[paged_list.name] is None
            paged_list.is_done |= is_hidden
        with self.store.transaction():
            if self.full:
                self.store.delete("github_queue", [self.scope.key])
            self._queue_outdated()
        queue = self.store.rows(QUEUE, self.scope.key)
        self.waiting = [row for row in queue if row["attempts"] < ATTEMPTS]
        self.total = len(self.waiting)

    def _patterns(self, name: str) -> list[str]:
        """Return the patterns of the rules by which something of a field is a deployment."""
        return self.github.deployment_patterns(name, self.scope.repo)

    def _lists(self) -> list[PagedList]:
        """Return the lists beside pull requests and issues."""
        scope, full = self.scope, self.full
        # deployments read by an earlier version of the queries are all read again
        is_outdated = bool(self.store.rows(OUTDATED_DEPLOYMENTS, scope.key))
        tables = {"releases": full, "milestones": True, "deployments": full or is_outdated}
        lists: list[PagedList] = [
            NewestFirstList(
                scope=scope,
                name=name,
                kind=name.removesuffix("s").capitalize(),
                table=f"github_{name}",
                full=is_whole,
            )
            for name, is_whole in tables.items()
        ]
        lists.append(LabelList(scope=scope))
        if self._patterns("tag"):
            lists.append(TagList(scope=scope, full=full))
        lists.append(
            DiscussionList(
                scope=scope,
                name="discussions",
                kind="Discussion",
                table="github_discussions",
                full=full,
            )
        )
        if branch := self.probe.get("defaultBranchRef"):
            head = branch["target"]["oid"]
            self.history = CommitHistory(scope=scope, head=head, full=full)
            self.files = ExperimentFiles(
                scope=scope,
                head=head,
                paths=self.github.experiments,
                server_time=self.server_time,
                full=full,
                parse=self.read_experiments,
            )
            self.knowledge = KnowledgeFiles(
                scope=scope,
                tree=(branch["target"].get("tree") or {}).get("oid"),
                server_time=self.server_time,
                full=full,
            )
            lists += [self.history, self.files, self.knowledge]
        return lists

    def next_task(self, piggyback: Callable[[], list[PagedList]]) -> Task | None:
        """Return the next request, or None while there is none to send.

        A query for items also carries the next page of other lists, of any repository.
        """
        self._scan_deletions()
        if self.knowledge and self.knowledge.needs_listing:
            return self._knowledge_task(self.knowledge)
        if not self.feed.is_done and not self.feed.in_flight and len(self.waiting) < QUEUE_MOST:
            self.feed.in_flight = True
            return self._feed_task(self.feed.since, self.feed.page)
        if not self.runs.is_done and not self.runs.in_flight:
            self.runs.in_flight = True
            return self._runs_task()
        if self.batches_in_flight >= BATCHES_AT_ONCE or self._waits_for_history:
            return None
        if not self.waiting or (len(self.waiting) < self.batch_size and not self.feed.is_done):
            return None
        rows, self.waiting = self.waiting[: self.batch_size], self.waiting[self.batch_size :]
        return self._batch_task(rows, piggyback())

    @property
    def _waits_for_history(self) -> bool:
        """True if the next batch waits for a page of commits, to carry the one after it.

        Pages follow one another: those left over after the last batch would cost requests.
        """
        if self.history is None or not self.history.in_flight:
            return False
        batches = len(self.waiting) / self.batch_size
        return self.history.remaining_pages * BATCHES_AT_ONCE > batches

    def lists_task(self, lists: list[PagedList]) -> Task:
        """Return a request for pages of lists only."""
        return self._batch_task([], lists)

    @property
    def is_done(self) -> bool:
        """True if everything was read and deletions are known."""
        is_scanned = self.scans is not None and not any(
            scan.queued or scan.is_behind for scan in self.scans
        )
        return self._is_read and (is_scanned or self.problem is not None)

    @property
    def _is_read(self) -> bool:
        is_queue_empty = not self.waiting and not self.batches_in_flight
        is_listed = self.runs.is_done and all(item.is_done for item in self.lists)
        return self.feed.is_done and is_queue_empty and is_listed

    @property
    def rows(self) -> int:
        """Rows read so far, of every kind."""
        lists = sum(paged_list.rows for paged_list in self.lists)
        return self.items + self.runs.rows + lists

    @property
    def problem(self) -> str | None:
        """Problem of the first list that could not be read, if any."""
        return next((item.problem for item in self.lists if item.problem), None)

    @property
    def file_errors(self) -> list[str]:
        """One line for each invalid file of the repository."""
        return list(self.files.errors.values()) if self.files else []

    # -- change feed ------------------------------------------------------------------------------

    def _feed_task(self, since: str | None, page: int) -> Task:
        parameters = {"state": "all", "sort": "updated", "direction": "asc"}
        parameters |= {"per_page": f"{PAGE}", "page": f"{page}"}
        if since:
            parameters["since"] = since

        def give_up() -> None:
            self.feed.in_flight = False

        return Task(
            run=lambda: self.client.rest(f"/repos/{self.scope.repo}/issues", parameters),
            absorb=self._absorb_feed,
            give_up=give_up,
        )

    def _absorb_feed(self, answer: Any) -> None:
        """Queue what changed and move the watermark in one transaction."""
        new = self.feed.advance(answer)
        self.feed.in_flight = False
        with self.store.transaction():
            settled = self._settled([item.number for item in new])
            rows = []
            for item in new:
                updated_at = parse_time(item.updated_at) if item.updated_at else now()
                if settled.get(item.number) != updated_at:
                    rows.append(queue_row(self.scope, item.number, item.node_id, updated_at))
            self.store.merge("github_queue", rows)
            if self.feed.watermark:
                self.store.set_watermark(
                    "github", self.scope.watermark, "feed", self.feed.watermark
                )
        self._enqueue(rows)

    def _enqueue(self, rows: list[Json]) -> None:
        """Add queue rows to this sync, in place of earlier rows of the same number."""
        changed = {row["number"] for row in rows}
        self.waiting = [row for row in self.waiting if row["number"] not in changed] + rows
        self.total += len(rows)

    def _settled(self, numbers: list[int]) -> dict[int, datetime]:
        """Return the time of change of items read after the replication lag, by number."""
        if self.full:
            return {}
        parameters = self.scope.key | {"version": DETAILS_VERSION, "numbers": numbers}
        rows = self._items(SETTLED_ITEMS, parameters | {"lag_s": REPLICATION_LAG.total_seconds()})
        return {row["number"]: row["updated_at"] for row in rows}

    def _queue_outdated(self) -> None:
        """Queue items that were read by an earlier version of the queries."""
        outdated = self._items(OUTDATED_ITEMS, self.scope.key | {"version": DETAILS_VERSION})
        self.store.merge("github_queue", [queue_row(self.scope, **row) for row in outdated])
        self.outdated = len(outdated)

    def _items(self, sql: str, parameters: Json) -> list[Json]:
        """Return the rows of a query on both pull requests and issues."""
        rows: list[Json] = []
        for table in TABLES.values():
            rows += self.store.rows(sql.format(table), parameters)
        return rows

    # -- workflow runs ----------------------------------------------------------------------------

    def _runs_task(self) -> Task:
        path, parameters = self.runs.request()

        def run() -> Any:
            """Return a page, or the reason why there is none."""
            try:
                return self.client.rest(path, parameters)
            except (AccessError, LongWaitError):
                raise
            except (NotFoundError, RefusedError):
                return "the token lacks Actions: read, or Actions are off"
            except SourceError as error:
                return f"{error}"

        def give_up() -> None:
            self.runs.in_flight = False

        return Task(run=run, absorb=self._absorb_runs, give_up=give_up)

    def _absorb_runs(self, answer: Any) -> None:
        self.runs.in_flight = False
        if isinstance(answer, str):
            self.runs.give_up(answer)
            return
        try:
            with self.store.transaction():
                self.runs.absorb(self.store, answer)
        except UnexpectedAnswerError as error:
            self.runs.give_up(f"{error}")

    # -- knowledge files --------------------------------------------------------------------------

    def _knowledge_task(self, files: KnowledgeFiles) -> Task:
        """Return the request for the list of files; its texts share the request of other lists."""
        files.is_listing = True

        def absorb(answer: Listing | Failure) -> None:
            files.in_flight = False
            with self.store.transaction():
                files.absorb_listing(self.store, answer)

        def give_up() -> None:
            files.is_listing = False

        return Task(run=lambda: files.list_files(self.client.rest), absorb=absorb, give_up=give_up)

    # -- complete items, with pages of lists ------------------------------------------------------

    def _batch_task(self, rows: list[Json], lists: list[PagedList]) -> Task:
        self.batches_in_flight += 1
        for paged_list in lists:
            paged_list.in_flight = True
        aliases = {f"w{index}": paged_list for index, paged_list in enumerate(lists)}
        ids = [row["node_id"] for row in rows]

        def give_up() -> None:
            """Return the items to the queue."""
            self._release(lists)
            self.waiting = rows + self.waiting

        def shrink() -> None:
            """Return the items to the queue, and request half as many next time."""
            give_up()
            self.batch_size = max(1, len(rows) // 2)

        return Task(
            run=lambda: fetch(self.client.graphql, self.scope, ids, aliases),
            absorb=lambda batch: self._absorb_batch(batch, rows, aliases),
            give_up=give_up,
            shrink=shrink if len(rows) > 1 else None,
            lists=lists,
            has_rows=bool(rows),
        )

    def _absorb_batch(self, batch: Batch, rows: list[Json], lists: dict[str, PagedList]) -> None:
        """Write what came, remove it from the queue and note what did not: one transaction."""
        with self.store.transaction():
            for alias, paged_list in lists.items():
                self._absorb_list(batch, alias, paged_list)
            renumbered = self._separate_renumbered(batch, rows)
            self._write_documents(batch)
            came = [row for row in rows if row["node_id"] in batch.documents]
            self._leave_queue(came)
            write_names(self.store, self.scope.host, batch.names)
            deleted = {row["number"] for row in rows if self._is_deleted(row, batch.problems)}
            referring = self._mark_deleted(deleted)
            failed = []
            for row in rows:
                if row["number"] in deleted:
                    continue
                if reason := self._unread(row, batch):
                    is_invalid = reason.startswith(MISFIT)  # costs nothing to read again
                    attempts = row["attempts"] + (not is_invalid)
                    failed.append(row | {"attempts": attempts, "reason": reason})
            self.store.merge("github_queue", failed + renumbered)
        self._release(list(lists.values()))
        self.read += len(rows)
        self.items += len(came)
        self._enqueue(referring)
        if rows:
            self.batch_size = min(BATCH_MOST, self.batch_size * 2)

    def _separate_renumbered(self, batch: Batch, rows: list[Json]) -> list[Json]:
        """Leave out documents with another number than requested; return their new queue rows.

        Only the next reading shows which of the two numbers was wrong.
        """
        renumbered = []
        for row in rows:
            document = batch.documents.get(row["node_id"])
            if document and document["number"] != row["number"]:
                del batch.documents[row["node_id"]]
                batch.problems[row["node_id"]] = f"{MISFIT} number"
                self._leave_queue([row])
                renumbered.append(
                    row | {"number": document["number"], "reason": f"{MISFIT} number"}
                )
        return renumbered

    def _leave_queue(self, rows: list[Json]) -> None:
        keys = ("host", "repo_id", "number", "updated_at")
        self.store.delete("github_queue", [{key: row[key] for key in keys} for row in rows])

    def _unread(self, row: Json, batch: Batch) -> str:
        """Return why an item is requested again at the next refresh, if so."""
        node_id, number = row["node_id"], row["number"]
        if reason := batch.problems.get(node_id):
            if reason.startswith(MISFIT):
                self.left_out[number] = reason.removeprefix(MISFIT).strip()
            return reason
        for name in batch.losses.fields.get(node_id, ()):
            self.losses.setdefault(name, set()).add(number)
        return "a part did not come" if node_id in batch.losses.unsettled else ""

    def _write_documents(self, batch: Batch) -> None:
        """Write pull requests and issues with the associations of their first reading."""
        for kind, table in TABLES.items():
            nodes = [node for node in batch.documents.values() if node["__typename"] == kind]
            parameters = self.scope.key | {"numbers": [node["number"] for node in nodes]}
            before = {
                row["number"]: json.loads(row["node"])
                for row in self.store.rows(DOCUMENTS.format(table), parameters)
            }
            for node in nodes:
                keep_first_associations(node, before.get(node["number"], {}))
            self.store.merge(table, [self._row(node) for node in nodes])

    def _row(self, node: Json) -> Json:
        row = self.scope.key | {"number": node["number"], "node_id": node["id"]}
        row |= {"updated_at": parse_time(node["updatedAt"]), "details_version": DETAILS_VERSION}
        return row | {
            "fetched_at": self.server_time,
            "deleted_at": None,
            "node": self.reduce(node),
        }

    def _is_deleted(self, row: Json, problems: dict[str, str]) -> bool:
        """Return whether GitHub has no such node; a replica may not know a new one yet."""
        reason = problems.get(row["node_id"])
        is_settled = row["updated_at"] < self.server_time - REPLICATION_LAG
        return reason == TRANSFERRED or (reason == NOT_FOUND and is_settled)

    def _mark_deleted(self, numbers: set[int]) -> list[Json]:
        """Mark items as deleted and return queue rows of the items that refer to them."""
        referring: list[Json] = []
        for name in ("issues", "pullRequests") if numbers else ():
            items = mark_deleted(self.store, self.scope, KINDS[name][0], numbers)
            referring += items.referring
            if items.numbers:
                self.deleted[name] = self.deleted.get(name, 0) + len(items.numbers)
        return referring

    def _absorb_list(self, batch: Batch, alias: str, paged_list: PagedList) -> None:
        """Write a page; without one the list ends here, for good if no later try changes that."""
        problems, data = batch.answer.problems(alias), batch.answer.part(alias)
        refusal = next((problem for problem in problems if problem.type == "FORBIDDEN"), None)
        if refusal and len(refusal.path) <= 2:
            paged_list.give_up(refusal.reason)
            return
        try:
            if data is None or alias in batch.broken_lists:
                raise UnexpectedAnswerError(batch.broken_lists.get(alias, "no answer"))
            paged_list.rows += paged_list.absorb(self.store, data)
        except NoPageError as error:
            paged_list.give_up(refusal.reason if refusal else f"{error}")
        except UnexpectedAnswerError as error:
            paged_list.fail(problems[0].reason if problems else f"{error}")
        else:
            losses = batch.list_losses.get(alias, set())
            self.list_losses.setdefault(paged_list.name, set()).update(losses)
            self.is_partial |= any(map(is_transient, problems))

    def _release(self, lists: list[PagedList]) -> None:
        for paged_list in lists:
            paged_list.in_flight = False
        self.batches_in_flight -= 1

    # -- deletions and end ------------------------------------------------------------------------

    def _scan_deletions(self) -> None:
        """Start the required deletion scans after everything changed was read; queue results."""
        if self.scans is None and self._is_read and not self.problem:
            self.scans = required_scans(
                self.store, self.scope, self.probe, self.server_time, self.deleted, self.full
            )
            ancestries = AncestryList(
                scope=self.scope,
                tags=self._patterns("tag"),
                environments=self._patterns("environment"),
            )
            for paged_list in (*self.scans, ancestries):
                paged_list.start(self.store)
            self.lists += [*self.scans, ancestries]
        for scan in self.scans or ():
            self._enqueue(scan.queued)
            if scan.is_behind:
                for paged_list in self.lists:
                    if isinstance(paged_list, DiscussionList):
                        paged_list.restart()
            scan.queued, scan.is_behind = [], False

    def finish(self) -> None:
        """Record that everything up to the probe was read, but for what was left out."""
        self.remarks = self._omissions()
        with self.store.transaction():
            # without its probe a repository is read again at the next refresh
            is_partial = self.is_partial or (self.knowledge and self.knowledge.is_partial)
            probe = None if self.remarks or is_partial else self.probe
            self.store.set_watermark("github", self.scope.watermark, "probe", probe)
            row = self.scope.key | {"synced_until": self.server_time}
            self.store.merge("github_repositories", [row])
            self.remarks += record_scans(self.store, self.scans or (), self.deleted)
        self.remarks += self._losses()

    def _losses(self) -> list[str]:
        """Return one remark for each part of GitHub's answers that could not be read."""
        unknown = {part.name for part in self.client.unknown_parts}
        remarks = [
            f"{name} could not be read of {_numbers(numbers)}"
            for name, numbers in sorted(self.losses.items())
            if name not in unknown
        ]
        groups = {"the repository": self.repository_losses} | self.list_losses
        for whole, names in groups.items():
            if known := sorted(set(names) - unknown):
                remarks.append(f"{' and '.join(known)} of {whole} could not be read")
        for paged_list in self.lists:
            if paged_list.refusal:
                remarks.append(f"{paged_list.name} could not be read ({paged_list.refusal})")
            if paged_list.hidden:
                remarks.append(f"{paged_list.hidden:,} of the {paged_list.name} could not be read")
        remarks += self.runs.remarks()
        parts = [part for part in self.client.unknown_parts if not part.is_newer]
        if labels := sorted({part.label for part in parts}):
            remarks.append(f"{self.scope.host} does not know {', '.join(labels)}")
        return remarks

    def _omissions(self) -> list[str]:
        """Return one remark for each kind of item that was left out, which is read again."""
        fields: dict[str, set[int]] = {}
        for number, name in self.left_out.items():
            fields.setdefault(name, set()).add(number)
        remarks = [
            f"left out {_numbers(numbers)} (invalid {name})"
            for name, numbers in sorted(fields.items())
        ]
        counts = {item.name: item.left_out for item in self.lists}
        counts["changes"] = self.feed.left_out
        return remarks + [
            f"left out {count:,} of the {name} (invalid)" for name, count in counts.items() if count
        ]


def _numbers(numbers: set[int]) -> str:
    """Return the first numbers of items, and how many more there are."""
    first = ", ".join(f"#{number}" for number in sorted(numbers)[:NUMBERS_SHOWN])
    more = len(numbers) - NUMBERS_SHOWN
    return f"{first} and {more:,} more" if more > 0 else first


def size_of(probe: Json) -> int:
    """Return the number of issues and pull requests of a repository."""
    return int(probe["issues"]["totalCount"]) + int(probe["pullRequests"]["totalCount"])
