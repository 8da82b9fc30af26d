"""GitHub: repositories, pull requests and issues in full, and what surrounds them, into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github_access import Personal
from collectors.github_api import PATIENT, Api, Patience, TooMuchError
from collectors.github_counts import Probed, count
from collectors.github_documents import reducer
from collectors.github_pass import Pass, Task
from collectors.github_repositories import APART, GitHub, Result, expand, is_idle, keep, mark_gone, probe_all
from collectors.github_walks import Scope, Walk
from collectors.progress import Progress
from collectors.store import Store, now

REQUESTS_AT_ONCE = 4
#: pages of walks that one query takes along
RIDERS_AT_ONCE = 20


def collect(
    source: GitHub, token: str, store: Store, report: Callable[[Progress], None], full: bool = False,
    patience: Patience = PATIENT,
) -> list[Result]:  # fmt: skip
    """Bring the ledger up to date and return how each repository went.

    Raises AccessError where GitHub refuses the token; what was committed until then stays.
    """
    api = Api(source.base_url, Personal(token), lambda text: report(Progress("", 0, 0, text)), patience)
    reduce = reducer(source.keep_bodies, source.markers)
    started_at = now()
    names, results = expand(api, source)
    passes: list[Pass] = []
    unchanged: list[Probed] = []
    for repo, probe, server_time, problem in probe_all(api, names):
        if probe is None:
            results.append(mark_gone(store, api.host, repo, problem))
            continue
        scope = Scope(api.host, probe["databaseId"], probe["nameWithOwner"])
        idle = not full and is_idle(store, scope, probe, source.experiments)
        keep(store, scope, repo, probe, server_time if idle else None)
        if idle:
            results.append(Result(scope.repo, "unchanged", 0))
            unchanged.append(Probed(scope, probe, server_time, is_idle=True))
        else:
            passes.append(Pass(api, store, scope, probe, server_time, reduce, source.experiments, full))
    results += _run(passes, report)
    read = [Probed(one.scope, one.probe, one.server_time) for one in passes if one.is_done and not one.problem]
    count(api, store, [*read, *unchanged], api.say, full)
    if lost := api.lost():
        report(Progress("", 0, 0, lost))
    for result in results:
        store.record_load(
            "github", result.repo, started_at, result.status,
            rows_read=result.rows, requests=api.requests_sent, message=result.message or None,
        )  # fmt: skip
    return results


def preview(source: GitHub, token: str, store: Store) -> list[Result]:
    """Return what a refresh would do, without writing anything."""
    api = Api(source.base_url, Personal(token))
    names, results = expand(api, source)
    for repo, probe, _, problem in probe_all(api, names):
        if probe is None:
            results.append(Result(repo, "failed", 0, problem))
            continue
        scope = Scope(api.host, probe["databaseId"], probe["nameWithOwner"])
        idle = is_idle(store, scope, probe, source.experiments)
        results.append(Result(scope.repo, "unchanged" if idle else "to read", probe["pullRequests"]["totalCount"]))
    return results


def visible(api: Api, source: GitHub) -> list[Result]:
    """Return the repositories asked for, with their pull requests as rows; a message where one cannot be seen.

    The status names the lists of it that cannot be seen, if any.
    """
    names, results = expand(api, source)
    for repo, probe, _, problem in probe_all(api, names):
        hidden = " and ".join(name for name in APART if probe and probe[name] is None)
        results.append(Result(repo, hidden, probe["pullRequests"]["totalCount"] if probe else 0, problem))
    return results


# -- reading them -----------------------------------------------------------------------------------------------------


def _run(passes: list[Pass], report: Callable[[Progress], None]) -> list[Result]:
    """Run every pass with a few requests at once, taking turns, so that a giant does not starve the small."""
    results: list[Result] = []
    active = list(passes)
    for one in active:
        one.start()
        if one.outdated:
            told = f"{one.scope.repo}: pull requests and issues to read again, in more detail: {one.outdated:,}"
            report(Progress("", 0, 0, told))
    running: dict[Future[Any], tuple[Pass, Task]] = {}
    pool = ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="github")
    try:
        while active:
            _fill(pool, active, running)
            # not for ever: a Ctrl-C that comes just before the wait would not end it
            done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                one, task = running.pop(future)
                if one not in active:
                    continue
                try:
                    _settle(future, task)
                except AccessError:
                    raise
                except SourceError as error:
                    active.remove(one)
                    results.append(Result(one.scope.repo, "failed", one.rows, str(error)))
                    continue
                report(Progress(one.scope.repo, one.read, one.total))
            for one in [one for one in active if one.is_done]:
                active.remove(one)
                results.append(_finished(one))
    except BaseException:
        for one in passes:
            one.api.stop()
        raise
    finally:
        # what is still asked for is for passes that failed, or for nobody: it must not hold up the end
        pool.shutdown(wait=False, cancel_futures=True)
    return results


def _fill(pool: ThreadPoolExecutor, active: list[Pass], running: dict[Future[Any], tuple[Pass, Task]]) -> None:
    """Send as many requests as are allowed at once, one repository after another."""
    asking = True
    while asking and len(running) < REQUESTS_AT_ONCE:
        asking = False
        for one in active:
            if len(running) < REQUESTS_AT_ONCE and (task := one.next_task(lambda: _riders(active))):
                running[pool.submit(task.run)] = (one, task)
                asking = True
    if not running and (riders := _riders(active)):
        task = active[0].walk_task(riders)
        running[pool.submit(task.run)] = (active[0], task)


def _riders(active: list[Pass]) -> list[Walk]:
    """The walks whose next page can be asked for."""
    return [w for one in active for w in one.walks if not w.done and not w.in_flight][:RIDERS_AT_ONCE]


def _settle(future: Future[Any], task: Task) -> None:
    try:
        task.absorb(future.result())
    except TooMuchError:
        if task.shrink is None:
            raise
        task.shrink()


def _finished(one: Pass) -> Result:
    if one.problem:
        return Result(one.scope.repo, "failed", one.rows, one.problem)
    one.finish()
    if one.wrong_files:
        first, *others = one.wrong_files
        more = f" (and {len(others)} more)" if others else ""
        return Result(one.scope.repo, "failed", one.rows, first + more)
    return Result(one.scope.repo, "read", one.rows, _left_over(one))


def _left_over(one: Pass) -> str:
    sql = "select count(*) as n from github_queue where host = $host and repo_id = $repo_id"
    count = one.store.rows(sql, one.scope.key)[0]["n"]
    plural = "" if count == 1 else "s"
    again = [f"{count} pull request{plural} or issue{plural} did not come and will be asked for again"] if count else []
    return "; ".join([*one.remarks, *again])
