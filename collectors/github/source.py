"""GitHub as a source: repositories, pull requests, issues and what surrounds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from collectors.errors import RefusedError, SourceError
from collectors.github.app import AppInstallation
from collectors.github.base_models import UnexpectedAnswerError, read
from collectors.github.client import (
    DEFAULT_RETRY_POLICY,
    GitHubClient,
    RetryPolicy,
)
from collectors.github.connections import Connection, connections_of
from collectors.github.counts import count
from collectors.github.discovery import find_idle, known_repositories, probe_repositories
from collectors.github.documents import body_filter
from collectors.github.experiments import ReadExperiments
from collectors.github.repository import SEPARATE_LISTS, GitHub, Result
from collectors.github.responses import NotFoundError
from collectors.github.rest_models import RateLimit
from collectors.github.scheduler import Worker, run
from collectors.ledger.store import Store, load_row, now
from collectors.source import CheckResult, Progress, Report

#: owners of which a check asks whether the token may read their members
OWNERS_CHECKED = 10
#: a person waits for a check: no minutes of retries as in a refresh
CHECK_POLICY = RetryPolicy(tries=2)


@dataclass(frozen=True)
class GitHubSource:
    """All configured GitHubs, read side by side."""

    githubs: Sequence[GitHub]
    environment: Mapping[str, str]
    #: parser of the files in which a repository keeps its experiments
    read_experiments: ReadExperiments
    #: whether to read everything again
    full: bool = False
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY
    name: str = "github"

    def check(self) -> Iterator[CheckResult]:
        """Yield whether each GitHub answers, its remaining limits and the visible repositories."""
        for github in self.githubs:
            connections, failures = self._connect(github, CHECK_POLICY)
            yield from (CheckResult(False, failure.message) for failure in failures)
            for connection in connections:
                try:
                    yield from _check_connection(connection)
                except (SourceError, UnexpectedAnswerError) as error:
                    yield CheckResult(False, str(error))

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield what a refresh would read of each repository."""
        for github in self.githubs:
            connections, failures = self._connect(github, DEFAULT_RETRY_POLICY)
            yield from (CheckResult(False, failure.message) for failure in failures)
            for connection in connections:
                yield from _preview_connection(connection, ledger)

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Bring the ledger up to date and yield the result of each repository.

        If a GitHub, an App installation or a token fails, that is one failure without a
        repository, and the others are read.
        """
        for result in self.sync(ledger, report):
            facts = {
                "source": self.name,
                "repo": result.repo,
                "status": result.status,
                "rows": result.rows,
            }
            rows = f", {result.rows:,} rows" if result.rows else ""
            remark = f"; {result.message}" if result.message else ""
            text = f"{result.repo}: {result.status}{rows}{remark}"
            is_good = result.status != "failed"
            yield CheckResult(is_good, text if is_good else result.message, facts=facts)

    def sync(self, ledger: Store, report: Report) -> list[Result]:
        """Bring the ledger up to date, record the loads and return each repository's result."""
        started_at = now()
        workers: list[Worker] = []
        results: list[tuple[Result, int]] = []

        def notify(text: str) -> None:
            report(Progress("", 0, 0, text))

        for github in self.githubs:
            connections, failures = self._connect(github, self.retry_policy, notify)
            results += [(failure, 0) for failure in failures]
            for connection in connections:
                client = GitHubClient(
                    connection.github.base_url, connection.credentials, notify, self.retry_policy
                )
                workers.append(
                    Worker(
                        connection.github,
                        client,
                        ledger,
                        body_filter(github.keep_bodies, github.markers, github.text_macros),
                        self.read_experiments,
                        report,
                        self.full,
                    )
                )
        run(workers)
        for worker in workers:
            if not worker.problem:
                count(worker.client.graphql, ledger, worker.complete, notify, self.full)
            for line in (worker.client.retry_summary(), worker.client.clock_problem()):
                if line:
                    notify(line)
            results += [(result, worker.client.requests_sent) for result in worker.results]
        loads = [
            load_row("github", result.repo, started_at, result.status)
            | {"rows_read": result.rows, "requests": sent, "message": result.message or None}
            for result, sent in results
        ]
        ledger.merge("loads", loads)
        return [result for result, _ in results]

    def _connect(
        self, github: GitHub, policy: RetryPolicy, notify: Callable[[str], None] = lambda _: None
    ) -> tuple[list[Connection], list[Result]]:
        """Return the connections to a GitHub, and the failures to connect."""
        if not github.repos and not github.orgs:
            return [], []
        try:
            return connections_of(github, self.environment, policy, notify)
        except (SourceError, UnexpectedAnswerError) as error:
            return [], [Result("", "failed", 0, str(error))]


def _preview_connection(connection: Connection, ledger: Store) -> Iterator[CheckResult]:
    """Yield what a refresh would read through one connection."""
    github = connection.github
    client = GitHubClient(github.base_url, connection.credentials)
    try:
        known = known_repositories(ledger, client.host, github)
        probes = list(probe_repositories(client, github, known))
    except (SourceError, UnexpectedAnswerError) as error:
        yield CheckResult(False, str(error))
        return
    idle = find_idle(ledger, client.host, probes, github)
    for result in probes:
        if result.probe is None:
            yield CheckResult(False, result.problem)
            continue
        status = "unchanged" if result.probe["databaseId"] in idle else "to read"
        total = result.probe["pullRequests"]["totalCount"]
        name = result.probe["nameWithOwner"]
        yield CheckResult(True, f"{name}: {status}, {total:,} pull requests there")


def _check_connection(connection: Connection) -> Iterator[CheckResult]:
    """Yield what one connection can read."""
    credentials = connection.credentials
    client = GitHubClient(connection.github.base_url, credentials, retry_policy=CHECK_POLICY)
    limits = _check_limits(client)
    yield limits
    if isinstance(credentials, AppInstallation) and credentials.missing_permissions:
        missing = " and ".join(credentials.missing_permissions)
        yield CheckResult(
            False,
            f"{client.host}: {credentials.name} may not read {missing}; give it these permissions",
        )
    if isinstance(credentials, AppInstallation) and not credentials.can_read_members:
        yield _hidden_members(client, credentials.name)
    if not limits.is_good:
        return
    owners: dict[str, None] = {}
    for result in probe_repositories(client, connection.github, {}):
        if result.probe is None:
            yield CheckResult(False, result.problem)
            continue
        hidden = " and ".join(name for name in SEPARATE_LISTS if result.probe[name] is None)
        remark = f"; its {hidden} cannot be read by {credentials.name}" if hidden else ""
        total = result.probe["pullRequests"]["totalCount"]
        yield CheckResult(True, f"{result.name}: {total:,} pull requests{remark}")
        owners[result.probe["nameWithOwner"].partition("/")[0]] = None
    if not isinstance(credentials, AppInstallation):
        for owner in list(owners)[:OWNERS_CHECKED]:
            if not _can_read_members(client, owner):
                yield _hidden_members(client, f"{credentials.name} of {owner}")


def _can_read_members(client: GitHubClient, owner: str) -> bool:
    """Return False if GitHub hides private memberships of an organization from the token.

    Its teams need the same permission. A user has no members.
    """
    try:
        client.rest(f"/orgs/{owner}/teams", {"per_page": "1"})
    except RefusedError:
        return False
    except NotFoundError:
        with suppress(NotFoundError):
            client.rest(f"/orgs/{owner}", {})
            return False
    return True


def _hidden_members(client: GitHubClient, name: str) -> CheckResult:
    """Return what follows if private memberships are hidden."""
    return CheckResult(
        True,
        f"{client.host}: {name} may not read members: people whose membership is "
        "private count as outside until they merge, push to the default branch, or label, "
        "assign or close the work of others; "
        "give it Members: read (read:org for a classic token), or list them in people.csv",
    )


def _check_limits(client: GitHubClient) -> CheckResult:
    """Return the remaining requests of the hour."""
    try:
        answer = read(RateLimit, client.rest("/rate_limit", {}), f"{client.host}: its limits")
    except NotFoundError:  # an Enterprise Server without rate limits
        return CheckResult(True, f"{client.host} answers, and sets no limits")
    limits = {"core": answer.resources.core, "graphql": answer.resources.graphql}
    for kind, limit in limits.items():
        if not limit.remaining:
            until = datetime.fromtimestamp(limit.reset, UTC)
            message = f"no {kind} requests are left until {until:%H:%M} UTC; wait until then"
            return CheckResult(False, f"{client.host}: {message}")
    remaining = ", ".join(
        f"{kind} {limit.remaining:,} of {limit.limit:,}" for kind, limit in limits.items()
    )
    name = client.credentials.name
    return CheckResult(True, f"{client.host} accepts {name}; requests left this hour: {remaining}")
