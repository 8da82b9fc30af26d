"""Reading many repositories at once: each way in to a GitHub is a lane with a few requests of its own.

In a lane repositories take turns request by request, so that neither a giant nor the small ones wait for the other.
Ledger and passes are touched by the main thread alone; the others only ask.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github.client import GitHubClient, LongWaitError, QueryTooLargeError
from collectors.github.discovery import (
    ProbeResult,
    idle,
    keep,
    known_repositories,
    look,
    mark_deleted,
)
from collectors.github.documents import Reduce
from collectors.github.repository import GitHub, PagedList, Result, Scope, SyncedRepository, Task
from collectors.github.responses import Json
from collectors.github.sync import RepositorySync
from collectors.ledger.store import Store
from collectors.source import Progress

REQUESTS_AT_ONCE = 4
#: repositories that take turns; the others are not even begun
REPOSITORIES_AT_ONCE = 20
#: pages of walks that one query takes along
PIGGYBACKED_PAGES = 20
Report = Callable[[Progress], None]


@dataclass
class Worker:
    """What is read through one way in to a GitHub, and how far that is."""

    source: GitHub
    api: GitHubClient
    store: Store
    reduce: Reduce
    report: Report
    full: bool = False
    results: list[Result] = field(default_factory=list)
    #: what was read to its end
    whole: list[SyncedRepository] = field(default_factory=list)
    #: why nothing more comes through here, if so
    problem: str = ""
    #: by how much there is in them, the smallest first
    waiting: list[RepositorySync] = field(default_factory=list)
    active: deque[RepositorySync] = field(default_factory=deque)
    #: of the active ones those that came from the large end
    large: list[RepositorySync] = field(default_factory=list)
    #: walks whose query failed together with others: they are asked for one by one
    alone: list[PagedList] = field(default_factory=list)
    #: repositories whose queries take no walks along any more, for the same reason
    apart: list[RepositorySync] = field(default_factory=list)
    running: int = 0
    is_looking: bool = False
    has_looked: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more is read through here."""
        return bool(self.problem) or (self.has_looked and not self.active and not self.waiting)

    def next(self) -> tuple[RepositorySync | None, Task] | None:
        """Return the next request to send and whose it is; None while there is nothing to ask for."""
        if self.problem or self.running >= REQUESTS_AT_ONCE:
            return None
        if not self.is_looking:
            self.is_looking = True
            known_values = known_repositories(self.store, self.api.host, self.source)
            return None, Task(
                lambda: list(look(self.api, self.source, known_values)), self._absorb, lambda: None
            )
        finished = True
        while finished:  # its place is free for another
            self._start()
            finished = False
            for _ in range(len(self.active)):
                item = self.active.popleft()
                self.active.append(item)
                if task := self._task_of(item):
                    return item, task
                if item.is_done:
                    self._finish(item)
                    finished = True
        riders = [] if self.running else self._riders()
        return (self.active[0], self.active[0].walk_task(riders)) if riders else None

    def settle(self, one: RepositorySync | None, task: Task, answer: Future[Any]) -> None:
        """Take what a request brought; a failure ends its repository, or the lane where nothing more comes."""
        try:
            task.absorb(answer.result())
        except (AccessError, LongWaitError) as error:
            self._end(error)
        except SourceError as error:
            if one is None:
                self._end(error)
            elif isinstance(error, QueryTooLargeError) and task.shrink:
                task.shrink()
            else:
                task.give_up()
                self._blame(one, task, error)
        else:
            if one:
                self.report(Progress(one.scope.repo, one.read, one.total))

    # -- which repositories -------------------------------------------------------------------------------------------

    def _absorb(self, result: Sequence[ProbeResult]) -> None:
        """Note what is there and what is not, and make ready a pass for each repository that changed."""
        self.has_looked = True
        owners = {name.lower() for name in self.source.orgs}
        still = (
            set() if self.full else idle(self.store, self.api.host, result, self.source.experiments)
        )
        unchanged, rest_rows = [], []
        for item in result:
            if item.probe is None:
                self._miss(item)
                continue
            scope = Scope(self.api.host, item.probe["databaseId"], item.probe["nameWithOwner"])
            if scope.repo_id in still:
                unchanged.append(item)
                self.results.append(Result(scope.repo, "unchanged", 0))
                self.whole.append(SyncedRepository(scope, item.probe, item.at, is_idle=True))
                continue
            rest_rows.append(item)
            if item.was and scope.repo.partition("/")[0].lower() not in owners:
                message = f"it is {scope.repo} now, which no setting names"
                self.results.append(Result(item.was, "moved", 0, message))
            else:
                about = (item.probe, item.at, self.reduce, self.source.experiments, self.full)
                self.waiting.append(RepositorySync(self.api, self.store, scope, *about))
        self.waiting.sort(key=lambda item: size(item.probe))
        with self.store.transaction():
            keep(self.store, self.api.host, unchanged, is_read=True)
            keep(self.store, self.api.host, rest_rows, is_read=False)

    def _miss(self, one: ProbeResult) -> None:
        if not one.is_there:
            mark_deleted(self.store, self.api.host, one.name)
        if one.was and not one.is_there:
            message = "its owner no longer shows it to us; what was read of it stays"
            self.results.append(Result(one.was, "gone", 0, message))
        else:
            self.results.append(Result(one.name, "failed", 0, one.problem))

    # -- taking turns -------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Begin what there is a place for: half of the places are for the largest that wait, half for the smallest."""
        while self.waiting and len(self.active) < REPOSITORIES_AT_ONCE:
            is_large = len(self.large) < REPOSITORIES_AT_ONCE // 2
            item = self.waiting.pop(-1 if is_large else 0)
            item.start()
            if item.outdated:
                reported = f"{item.scope.repo}: pull requests and issues to read again, in more detail: {item.outdated:,}"
                self.report(Progress("", 0, 0, reported))
            self.active.append(item)
            self.large += [item] if is_large else []

    def _task_of(self, one: RepositorySync) -> Task | None:
        """The next request of a repository; a walk that failed with others is asked for without any."""
        if task := one.next_task(lambda: [] if one in self.apart else self._riders()):
            return task
        alone = [
            walk
            for walk in one.walks
            if walk in self.alone and not walk.done and not walk.in_flight
        ]
        return one.walk_task(alone[:1]) if alone else None

    def _riders(self) -> list[PagedList]:
        """The walks whose next page can be asked for along with something else."""
        free = (
            w
            for item in self.active
            for w in item.walks
            if not w.done and not w.in_flight and w not in self.alone
        )
        return list(islice(free, PIGGYBACKED_PAGES))

    def _blame(self, one: RepositorySync, task: Task, error: SourceError) -> None:
        """End the repository whose request failed; where it was several in one, find out which by asking apart."""
        if task.is_joint:
            self.alone += task.walks
            self.apart += [one]
        elif one in self.active:
            self._leave(one)
            self.results.append(Result(one.scope.repo, "failed", one.rows, str(error)))

    def _finish(self, one: RepositorySync) -> None:
        self._leave(one)
        self.results.append(_result(one))
        if not one.problem:
            self.whole.append(SyncedRepository(one.scope, one.probe, one.server_time))

    def _leave(self, one: RepositorySync) -> None:
        self.active.remove(one)
        if one in self.large:
            self.large.remove(one)

    def _end(self, error: SourceError) -> None:
        """Read nothing more through here."""
        if not self.problem:
            self.problem = str(error)
            self.results.append(Result("", "failed", 0, self.problem))
            self.active.clear()
            self.waiting.clear()
            self.api.stop()


def run(lanes: Sequence[Worker]) -> None:
    """Read all that the lanes are for, side by side; how each repository went is then in their results."""
    running: dict[Future[Any], tuple[Worker, RepositorySync | None, Task]] = {}
    pool = ThreadPoolExecutor(REQUESTS_AT_ONCE * max(1, len(lanes)), thread_name_prefix="github")
    try:
        while not all(lane.is_over for lane in lanes):
            for lane in lanes:
                while result := lane.next():
                    running[pool.submit(result[1].run)] = (lane, *result)
                    lane.running += 1
            if not running and not all(lane.is_over for lane in lanes):
                remaining = [item.scope.repo for lane in lanes for item in lane.active]
                raise RuntimeError(
                    f"nothing more is asked for, and not read to their end are {', '.join(remaining)}"
                )
            # not for ever: a Ctrl-C that comes just before the wait would not end it
            done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                lane, item, task = running.pop(future)
                lane.running -= 1
                lane.settle(item, task, future)
    except BaseException:
        for lane in lanes:
            lane.api.stop()
        raise
    finally:
        # what is still asked for is for passes that failed, or for nobody: it must not hold up the end
        pool.shutdown(wait=False, cancel_futures=True)


def size(probe: Json) -> int:
    """Return how much there is in a repository."""
    return int(probe["issues"]["totalCount"]) + int(probe["pullRequests"]["totalCount"])


def _result(one: RepositorySync) -> Result:
    if one.problem:
        return Result(one.scope.repo, "failed", one.rows, one.problem)
    one.finish()
    if one.wrong_files:
        first, *rest_rows = one.wrong_files
        more = f" (and {len(rest_rows)} more)" if rest_rows else ""
        return Result(one.scope.repo, "failed", one.rows, first + more)
    return Result(one.scope.repo, "read", one.rows, _left_over(one))


def _left_over(one: RepositorySync) -> str:
    sql = "select count(*) as n from github_queue where host = $host and repo_id = $repo_id"
    count = one.store.rows(sql, one.scope.key)[0]["n"]
    plural = "" if count == 1 else "s"
    again = (
        [f"{count} pull request{plural} or issue{plural} did not come and will be asked for again"]
        if count
        else []
    )
    return "; ".join([*one.remarks, *again])
