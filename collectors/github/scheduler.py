"""Scheduler of many repositories: one worker for each connection, with a few requests at once.

A worker's repositories take turns request by request, so that neither a large nor a small one
waits for the others. Only the main thread changes the ledger and the syncs; others send requests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github.base_models import UnexpectedAnswerError
from collectors.github.client import GitHubClient
from collectors.github.discovery import (
    ProbeResult,
    find_idle,
    known_repositories,
    mark_repository_deleted,
    probe_repositories,
    write_repositories,
)
from collectors.github.documents import Reduce
from collectors.github.experiments import ReadExperiments
from collectors.github.repository import (
    OF_REPOSITORY,
    GitHub,
    PagedList,
    Result,
    Scope,
    SyncedRepository,
    Task,
)
from collectors.github.responses import LATER, LongWaitError, QueryTooLargeError
from collectors.github.sync import RepositorySync, size_of
from collectors.ledger.store import Store
from collectors.source import Progress, Report

REQUESTS_AT_ONCE = 4
#: repositories that take turns; the others have not begun
REPOSITORIES_AT_ONCE = 20
#: pages of lists that one query carries
PIGGYBACKED_PAGES = 20


@dataclass(eq=False)
class Worker:
    """Reader of one connection: its repositories, their state and their results."""

    github: GitHub
    client: GitHubClient
    store: Store
    reduce: Reduce
    read_experiments: ReadExperiments
    report: Report
    full: bool = False
    results: list[Result] = field(default_factory=list)
    #: repositories read to their end
    complete: list[SyncedRepository] = field(default_factory=list)
    #: why the connection reads nothing more, if so
    problem: str = ""
    #: by size, the smallest first
    waiting: list[RepositorySync] = field(default_factory=list)
    active: deque[RepositorySync] = field(default_factory=deque)
    #: active syncs that came from the large end
    large: list[RepositorySync] = field(default_factory=list)
    #: lists whose query failed together with others: requested one by one
    isolated_lists: list[PagedList] = field(default_factory=list)
    #: syncs whose queries carry no other lists, for the same reason
    isolated_syncs: list[RepositorySync] = field(default_factory=list)
    running: int = 0
    has_begun: bool = False
    has_probed: bool = False

    @property
    def is_over(self) -> bool:
        """True if the connection reads nothing more, and no answer to keep is under way."""
        if self.problem:
            return not self.running
        return self.has_probed and not self.active and not self.waiting

    def next(self) -> tuple[RepositorySync | None, Task] | None:
        """Return the next request and its sync; None while there is none to send."""
        if self.problem or self.running >= REQUESTS_AT_ONCE:
            return None
        if not self.has_begun:
            self.has_begun = True
            return None, self._probe_task()
        has_free_slot = True
        while has_free_slot:
            self._start_waiting()
            has_free_slot = False
            for _ in range(len(self.active)):
                sync = self.active.popleft()
                self.active.append(sync)
                if task := self._next_task(sync):
                    return sync, task
                if sync.is_done:
                    self._finish(sync)
                    has_free_slot = True
        lists = [] if self.running else self._piggybacked()
        return (self.active[0], self.active[0].lists_task(lists)) if lists else None

    def settle(self, sync: RepositorySync | None, task: Task, answer: Future[Any]) -> None:
        """Absorb an answer; a failure ends its repository, or the worker if nothing more comes."""
        try:
            task.absorb(answer.result())
        except (AccessError, LongWaitError) as error:
            self._end(error)
        except UnexpectedAnswerError as error:
            repo = f": {sync.scope.repo}" if sync else ""
            self._fail(sync, task, SourceError(f"{self.client.host}{repo}: {error}; {LATER}"))
        except SourceError as error:
            if sync and isinstance(error, QueryTooLargeError) and task.shrink:
                task.shrink()
            else:
                self._fail(sync, task, error)
        else:
            if sync:
                self.report(Progress(sync.scope.repo, sync.read, sync.total))

    def _fail(self, sync: RepositorySync | None, task: Task, error: SourceError) -> None:
        if sync is None:
            self._end(error)
        else:
            task.give_up()
            self._isolate(sync, task, error)

    # -- repositories -----------------------------------------------------------------------------

    def _probe_task(self) -> Task:
        known = known_repositories(self.store, self.client.host, self.github)
        return Task(
            run=lambda: list(probe_repositories(self.client, self.github, known)),
            absorb=self._absorb_probes,
            give_up=lambda: None,
        )

    def _absorb_probes(self, probes: Sequence[ProbeResult]) -> None:
        """Record what exists and what does not, and prepare a sync of each changed repository."""
        self.has_probed = True
        host = self.client.host
        idle = set() if self.full else find_idle(self.store, host, probes, self.github)
        unchanged, changed = [], []
        for probed in probes:
            if probed.probe is None:
                self._record_missing(probed)
                continue
            scope = Scope(host, probed.probe["databaseId"], probed.probe["nameWithOwner"])
            if scope.repo_id in idle:
                unchanged.append(probed)
                self.results.append(Result(scope.repo, "unchanged", 0))
                repository = SyncedRepository(scope, probed.probe, probed.at, is_idle=True)
                self.complete.append(repository)
                continue
            changed.append(probed)
            self._prepare(probed, scope)
        self.waiting.sort(key=lambda sync: size_of(sync.probe))
        with self.store.transaction():
            write_repositories(self.store, host, unchanged, is_read=True)
            write_repositories(self.store, host, changed, is_read=False)

    def _prepare(self, probed: ProbeResult, scope: Scope) -> None:
        """Prepare a sync, unless the repository moved to an owner outside the settings."""
        owner = scope.repo.partition("/")[0].lower()
        if probed.former_name and owner not in {name.lower() for name in self.github.orgs}:
            message = f"it is {scope.repo} now, which no setting names"
            self.results.append(Result(probed.former_name, "moved", 0, message))
            return
        sync = RepositorySync(
            client=self.client,
            store=self.store,
            scope=scope,
            probe=probed.probe or {},
            server_time=probed.at,
            reduce=self.reduce,
            read_experiments=self.read_experiments,
            github=self.github,
            repository_losses=probed.losses,
            full=self.full,
        )
        self.waiting.append(sync)

    def _record_missing(self, probed: ProbeResult) -> None:
        if not probed.exists:
            mark_repository_deleted(self.store, self.client.host, probed.name)
        if probed.former_name and not probed.exists:
            message = "its owner no longer lists it for this token; what was read of it stays"
            self.results.append(Result(probed.former_name, "deleted", 0, message))
        else:
            self.results.append(Result(probed.name, "failed", 0, probed.problem))

    # -- turns ------------------------------------------------------------------------------------

    def _start_waiting(self) -> None:
        """Fill the free slots: half of them for the largest repositories, half for the smallest."""
        while self.waiting and len(self.active) < REPOSITORIES_AT_ONCE:
            is_large = len(self.large) < REPOSITORIES_AT_ONCE // 2
            sync = self.waiting.pop(-1 if is_large else 0)
            sync.start()
            if sync.outdated:
                note = "pull requests and issues to read again, in more detail"
                self.report(Progress("", 0, 0, f"{sync.scope.repo}: {note}: {sync.outdated:,}"))
            self.active.append(sync)
            if is_large:
                self.large.append(sync)

    def _next_task(self, sync: RepositorySync) -> Task | None:
        """Return a sync's next request; an isolated list is requested by itself."""
        is_isolated = sync in self.isolated_syncs
        if task := sync.next_task(lambda: [] if is_isolated else self._piggybacked()):
            return task
        for paged_list in sync.lists:
            is_free = not paged_list.is_done and not paged_list.in_flight
            if is_free and paged_list in self.isolated_lists:
                return sync.lists_task([paged_list])
        return None

    def _piggybacked(self) -> list[PagedList]:
        """Return lists whose next page can share the next request."""
        free = (
            paged_list
            for sync in self.active
            for paged_list in sync.lists
            if not paged_list.is_done
            and not paged_list.in_flight
            and paged_list not in self.isolated_lists
        )
        return list(islice(free, PIGGYBACKED_PAGES))

    def _isolate(self, sync: RepositorySync, task: Task, error: SourceError) -> None:
        """End the repository of a failed request; find it by single requests if it was joint."""
        if task.is_joint:
            self.isolated_lists += task.lists
            self.isolated_syncs.append(sync)
        elif task.lists and all(paged_list.is_optional for paged_list in task.lists):
            sync.is_partial = True
            for paged_list in task.lists:
                paged_list.give_up(str(error))
        elif sync in self.active:
            self._leave(sync)
            self.results.append(Result(sync.scope.repo, "failed", sync.rows, str(error)))

    def _finish(self, sync: RepositorySync) -> None:
        self._leave(sync)
        self.results.append(_finish(sync))
        if not sync.problem:
            self.complete.append(SyncedRepository(sync.scope, sync.probe, sync.server_time))

    def _leave(self, sync: RepositorySync) -> None:
        self.active.remove(sync)
        if sync in self.large:
            self.large.remove(sync)

    def _end(self, error: SourceError) -> None:
        """Read nothing more through this connection."""
        if not self.problem:
            self.problem = str(error)
            self.results.append(Result("", "failed", 0, self.problem))
            self.active.clear()
            self.waiting.clear()
            self.client.stop()


def run(workers: Sequence[Worker]) -> None:
    """Read everything that the workers have to read, side by side; they keep the results."""
    running: dict[Future[Any], tuple[Worker, RepositorySync | None, Task]] = {}
    threads = REQUESTS_AT_ONCE * max(1, len(workers))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="github")
    try:
        while not all(worker.is_over for worker in workers):
            for worker in workers:
                while request := worker.next():
                    running[pool.submit(request[1].run)] = (worker, *request)
                    worker.running += 1
            if not running and not all(worker.is_over for worker in workers):
                unread = [sync.scope.repo for worker in workers for sync in worker.active]
                raise RuntimeError(
                    f"no request is left to send, but unread are {', '.join(unread)}"
                )
            # not for ever: a Ctrl-C just before the wait would not end it
            done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                worker, sync, task = running.pop(future)
                worker.running -= 1
                worker.settle(sync, task, future)
    except BaseException:
        for worker in workers:
            worker.client.stop()
        raise
    finally:
        # requests of failed syncs must not delay the end
        pool.shutdown(wait=False, cancel_futures=True)


def _finish(sync: RepositorySync) -> Result:
    """Return the result of a sync that has nothing left to request."""
    if sync.problem:
        return Result(sync.scope.repo, "failed", sync.rows, sync.problem)
    sync.finish()
    if sync.file_errors:
        first, *rest = sync.file_errors
        more = f" (and {len(rest)} more)" if rest else ""
        return Result(sync.scope.repo, "failed", sync.rows, first + more)
    sql = f"select count(*) as n from github_queue {OF_REPOSITORY}"
    remarks = list(sync.remarks)
    if count := sync.store.rows(sql, sync.scope.key)[0]["n"]:
        plural = "" if count == 1 else "s"
        remarks.append(f"{count} pull request{plural} or issue{plural} will be requested again")
    return Result(sync.scope.repo, "read", sync.rows, "; ".join(remarks))
