"""GitHub: repositories, pull requests and issues in full, and what surrounds them, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github_access import Personal
from collectors.github_api import PATIENT, Answer, Api, Json, Patience, TooMuchError
from collectors.github_counts import Probed, count
from collectors.github_documents import reducer
from collectors.github_feed import SETTLED, moment
from collectors.github_pass import ATTEMPTS, MINE, OUTDATED_DEPLOYMENTS, TABLES, Pass, Task
from collectors.github_queries import DETAILS_VERSION, Part, compose, organization_part, repository_part
from collectors.github_walks import Scope, Walk
from collectors.progress import Progress
from collectors.store import Store, now

REPOSITORIES_AT_ONCE = 50
REQUESTS_AT_ONCE = 4
#: pages of walks that one query takes along
RIDERS_AT_ONCE = 20
#: lists that are asked for apart, by the alias and the fragment of their probe
APART = {"deployments": ("d", "DeploymentProbe"), "discussions": ("c", "DiscussionProbe")}


@dataclass(frozen=True)
class GitHub:
    """What to read from one GitHub: ``owner/name`` repositories, and owners whose repositories are all read."""

    base_url: str
    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    keep_bodies: bool = True
    #: words worth keeping where bodies are not (regular expressions)
    markers: tuple[str, ...] = ()
    #: files and folders of the default branch that hold experiments
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How one repository went: status 'read', 'unchanged' or 'failed', rows read, and the one line that explains."""

    repo: str
    status: str
    rows: int
    message: str = ""


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
    names, results = _expand(api, source)
    passes: list[Pass] = []
    unchanged: list[Probed] = []
    for repo, probe, server_time, problem in _probe(api, names):
        if probe is None:
            results.append(_not_found(store, api.host, repo, problem))
            continue
        scope = Scope(api.host, probe["databaseId"], probe["nameWithOwner"])
        idle = not full and _is_idle(store, scope, probe, source.experiments)
        _keep_repository(store, scope, repo, probe, server_time if idle else None)
        if idle:
            results.append(Result(scope.repo, "unchanged", 0))
            unchanged.append(Probed(scope, probe, server_time, is_idle=True))
        else:
            passes.append(Pass(api, store, scope, probe, server_time, reduce, source.experiments, full))
    results += _run(passes, report)
    read = [Probed(one.scope, one.probe, one.server_time) for one in passes if one.is_done and not one.problem]
    count(api, store, [*read, *unchanged], api.say)
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
    names, results = _expand(api, source)
    for repo, probe, _, problem in _probe(api, names):
        if probe is None:
            results.append(Result(repo, "failed", 0, problem))
            continue
        scope = Scope(api.host, probe["databaseId"], probe["nameWithOwner"])
        idle = _is_idle(store, scope, probe, source.experiments)
        results.append(Result(scope.repo, "unchanged" if idle else "to read", probe["pullRequests"]["totalCount"]))
    return results


def visible(api: Api, source: GitHub) -> list[Result]:
    """Return the repositories asked for, with their pull requests as rows; a message where one cannot be seen.

    The status names the lists of it that cannot be seen, if any.
    """
    names, results = _expand(api, source)
    for repo, probe, _, problem in _probe(api, names):
        hidden = " and ".join(name for name in APART if probe and probe[name] is None)
        results.append(Result(repo, hidden, probe["pullRequests"]["totalCount"] if probe else 0, problem))
    return results


# -- which repositories -----------------------------------------------------------------------------------------------


def _expand(api: Api, source: GitHub) -> tuple[list[str], list[Result]]:
    """The repositories asked for, those of owners included, and a failure for each owner that is not there."""
    names, failed = dict.fromkeys(source.repos), []
    for org in source.orgs:
        cursor: str | None = None
        while True:
            answer = api.graphql(*compose([organization_part(org, cursor)]))
            owner = answer.data.get("owner")
            if owner is None:
                failed.append(
                    Result(
                        org, "failed", 0, f"{api.host}: no owner {org!r} that this token may see; check [github] orgs"
                    )
                )
                break
            page = owner["repositories"]
            names |= dict.fromkeys(node["nameWithOwner"] for node in page["nodes"] if node and not node["isFork"])
            if not page["pageInfo"]["hasNextPage"]:
                break
            cursor = page["pageInfo"]["endCursor"]
    return list(names), failed


def _probe(api: Api, names: Sequence[str]) -> Iterable[tuple[str, Json | None, datetime, str]]:
    """For each repository: what shows a change (None where it is not there), GitHub's clock, and the problem."""
    size = REPOSITORIES_AT_ONCE
    waiting, seen = list(names), set()
    while waiting:
        asked, waiting = waiting[:size], waiting[size:]
        parts: list[Part] = []
        for index, repo in enumerate(asked):
            parts.append(repository_part(f"r{index}", repo, "...Probe"))
            parts += [repository_part(f"{alias}{index}", repo, f"...{name}") for alias, name in APART.values()]
        try:
            answer = api.graphql(*compose(parts), shrinkable=len(asked) > 1)
        except TooMuchError:
            size, waiting = max(1, size // 2), asked + waiting
            continue
        date = parsedate_to_datetime(answer.date).replace(tzinfo=None) if answer.date else now()
        for index, repo in enumerate(asked):
            found = _probed(answer, index)
            if found and found["databaseId"] in seen:
                continue  # named twice: under an old name and the present one
            if found:
                seen.add(found["databaseId"])
            yield repo, found, date, "" if found else _probe_problem(api, answer, index, repo)


def _probed(answer: Answer, index: int) -> Json | None:
    found: Json | None = answer.data.get(f"r{index}")
    if found is None or answer.problems(f"r{index}"):
        return None
    return found | {name: (answer.data.get(f"{alias}{index}") or {}).get(name) for name, (alias, _) in APART.items()}


def _probe_problem(api: Api, answer: Answer, index: int, repo: str) -> str:
    problem = next(iter(answer.problems(f"r{index}")), {})
    if problem.get("type") == "NOT_FOUND":
        return f"{api.host}: no repository {repo} that this token may see; check its name under [github] repos"
    said = problem.get("message") or "no answer"
    return f"{api.host}: {repo} could not be read ({said}); check the token's permissions"


def _not_found(store: Store, host: str, repo: str, problem: str) -> Result:
    """A repository that did not answer; one that was read before is marked as gone."""
    known = store.rows("select host, repo_id from github_repositories where host = ? and repo = ?", [host, repo])
    store.merge("github_repositories", [row | {"gone_at": now()} for row in known])
    return Result(repo, "failed", 0, problem)


def _keep_repository(store: Store, scope: Scope, asked_as: str, probe: Json, observed_until: datetime | None) -> None:
    row = scope.key | {"repo": scope.repo, "asked_as": asked_as, "node": probe, "fetched_at": now(), "gone_at": None}
    store.merge("github_repositories", [row | ({"observed_until": observed_until} if observed_until else {})])


def _is_idle(store: Store, scope: Scope, probe: Json, experiments: Sequence[str]) -> bool:
    """Whether nothing changed since the last complete pass, and nothing is left to read."""
    if store.watermark("github", scope.mark, "probe") != probe:
        return False
    files = store.watermark("github", scope.mark, "experiments")
    if files and (files["is_wrong"] or files["paths"] != list(experiments)):
        return False
    names = ("issues", "pullRequests", "milestones", "releases", *APART)
    lists = [probe[name] for name in names if probe.get(name)]
    newest = max((moment(node["updatedAt"]) for found in lists for node in found["nodes"]), default=None)
    sql = "select observed_until from github_repositories where host = $host and repo_id = $repo_id"
    read = store.rows(sql, scope.key)
    if newest and (not read or read[0]["observed_until"] < newest + SETTLED):
        return False
    asked = scope.key | {"attempts": ATTEMPTS, "version": DETAILS_VERSION}
    queued = f"select 1 from github_queue {MINE} and attempts < $attempts"
    outdated = [f"select 1 from {table} {MINE} and details_version < $version" for table in TABLES.values()]
    left = store.rows(" union all ".join([queued, *outdated]), asked)
    left += store.rows(OUTDATED_DEPLOYMENTS, scope.key)
    return not left


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
    return f"{count} pull request{plural} or issue{plural} did not come and will be asked for again" if count else ""
