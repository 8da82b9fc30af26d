"""GitHub: repositories, pull requests and issues in full, and what surrounds them, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from collectors.errors import SourceError
from collectors.github.client import DEFAULT_RETRY_POLICY, GitHubClient, RetryPolicy
from collectors.github.connections import Connection, connections_of
from collectors.github.counts import count
from collectors.github.discovery import SEPARATE_LISTS, idle, known_repositories, look
from collectors.github.documents import body_filter
from collectors.github.repository import GitHub, Result
from collectors.github.scheduler import Report, Worker, run
from collectors.ledger.store import Store, load_row, now
from collectors.source import Progress


def collect(
    sources: Sequence[GitHub],
    environment: Mapping[str, str],
    store: Store,
    report: Report,
    full: bool = False,
    patience: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> list[Result]:
    """Bring the ledger up to date, all GitHubs side by side, and return how each repository went.

    Where a GitHub, an owner's installation of its GitHubApp or a token fails, that is one failure without a repository, and
    the others are read.
    """
    started_at = now()
    lanes: list[Worker] = []
    results: list[tuple[Result, int]] = []
    for source in sources:
        found, failed = _opened(source, environment, patience, report)
        results += [(result, 0) for result in failed]
        for door in found:
            api = GitHubClient(door.source.base_url, door.access, _note(report), patience)
            reduce = body_filter(source.keep_bodies, source.markers)
            lanes.append(Worker(door.source, api, store, reduce, report, full))
    run(lanes)
    for lane in lanes:
        if not lane.problem:
            count(lane.api, store, lane.whole, lane.api.say, full)
        if lost := lane.api.lost():
            report(Progress("", 0, 0, lost))
        results += [(result, lane.api.requests_sent) for result in lane.results]
    loads = [
        load_row("github", item.repo, started_at, item.status)
        | {"rows_read": item.rows, "requests": sent, "message": item.message or None}
        for item, sent in results
    ]
    store.merge("loads", loads)
    return [result for result, _ in results]


def preview(
    sources: Sequence[GitHub], environment: Mapping[str, str], store: Store
) -> Iterator[Result]:
    """Yield what a refresh would do, without writing anything."""
    for source in sources:
        result, failed = _opened(source, environment, DEFAULT_RETRY_POLICY, lambda _: None)
        yield from failed
        for door in result:
            api = GitHubClient(door.source.base_url, door.access)
            try:
                looked = list(
                    look(api, door.source, known_repositories(store, api.host, door.source))
                )
            except SourceError as error:
                yield Result("", "failed", 0, str(error))
                continue
            still = idle(store, api.host, looked, door.source.experiments)
            for item in looked:
                if item.probe is None:
                    yield Result(item.name, "failed", 0, item.problem)
                else:
                    status = "unchanged" if item.probe["databaseId"] in still else "to read"
                    yield Result(
                        item.probe["nameWithOwner"],
                        status,
                        item.probe["pullRequests"]["totalCount"],
                    )


def visible_repositories(api: GitHubClient, source: GitHub) -> Iterator[Result]:
    """Yield the repositories asked for, with their pull requests as rows; a message where one cannot be seen.

    The status names the lists of it that cannot be seen, if any.
    """
    for item in look(api, source, {}):
        hidden = " and ".join(
            name for name in SEPARATE_LISTS if item.probe and item.probe[name] is None
        )
        yield Result(
            item.name,
            hidden,
            item.probe["pullRequests"]["totalCount"] if item.probe else 0,
            item.problem,
        )


def _opened(
    source: GitHub, environment: Mapping[str, str], patience: RetryPolicy, report: Report
) -> tuple[list[Connection], list[Result]]:
    """The ways in to a GitHub, and what failed about that."""
    try:
        return (
            connections_of(source, environment, patience, _note(report))
            if source.repos or source.orgs
            else ([], [])
        )
    except SourceError as error:
        return [], [Result("", "failed", 0, str(error))]


def _note(report: Report) -> Callable[[str], None]:
    return lambda text: report(Progress("", 0, 0, text))
