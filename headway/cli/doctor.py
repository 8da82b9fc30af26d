"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collectors import people
from collectors.errors import LedgerBusyError, LedgerError, SourceError
from collectors.github.app import AppInstallation
from collectors.github.client import GitHubClient, NotFoundError, RetryPolicy
from collectors.github.collector import visible_repositories
from collectors.github.connections import Connection, connections_of
from collectors.github.repository import GitHub
from collectors.ledger.opening import open_ledger
from collectors.source import CheckResult

#: somebody is waiting: no minutes of tries as in a refresh
TRIES = 2


def versions() -> list[CheckResult]:
    """Return what Headway runs on."""
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("duckdb", "streamlit", "pandas", "plotly", "PyGithub")
    )
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [CheckResult(True, f"Python {python}; {packages}")]


def github(source: GitHub, environment: Mapping[str, str]) -> Iterator[CheckResult]:
    """Yield whether a GitHub answers, what is left of its limits, and which repositories can be seen."""
    try:
        results, failed = connections_of(source, environment, RetryPolicy(tries=TRIES))
    except SourceError as error:
        yield CheckResult(False, str(error))
        return
    yield from (CheckResult(False, result.message) for result in failed)
    for door in results:
        try:
            yield from _behind(door)
        except SourceError as error:
            yield CheckResult(False, str(error))


def _behind(door: Connection) -> Iterator[CheckResult]:
    """What one way in lets us see."""
    api = GitHubClient(door.source.base_url, door.access, patience=RetryPolicy(tries=TRIES))
    limits = _limits(api)
    yield limits
    if isinstance(door.access, AppInstallation) and door.access.lacking:
        missing = " and ".join(door.access.lacking)
        yield CheckResult(
            False,
            f"{api.host}: {door.access.name} may not read {missing}; give it these permissions",
        )
    for result in visible_repositories(api, door.source) if limits.is_good else ():
        hidden = (
            f"; its {result.status} cannot be read by {door.access.name}" if result.status else ""
        )
        message = result.message or f"{result.repo}: {result.rows:,} pull requests{hidden}"
        yield CheckResult(not result.message, message)


def _limits(api: GitHubClient) -> CheckResult:
    try:
        limits: dict[str, Any] = api.rest("/rate_limit", {})["resources"]
    except NotFoundError:  # an Enterprise Server whose limits are switched off
        return CheckResult(True, f"{api.host} answers, and sets no limits")
    for kind in ("core", "graphql"):
        if not limits[kind]["remaining"]:
            until = datetime.fromtimestamp(limits[kind]["reset"], UTC)
            return CheckResult(
                False,
                f"{api.host}: no {kind} requests are left until {until:%H:%M} UTC; wait until then",
            )
    remaining = ", ".join(
        f"{k} {limits[k]['remaining']:,} of {limits[k]['limit']:,}" for k in ("core", "graphql")
    )
    return CheckResult(
        True, f"{api.host} accepts {api.access.name}; requests left this hour: {remaining}"
    )


def people_file(path: Path) -> list[CheckResult]:
    """Return whether people.csv can be used."""
    if not path.exists():
        return [CheckResult(True, f"no {path}: teams and roles are not known")]
    try:
        return [CheckResult(True, f"{path} has {len(list(people.read(path))):,} rows")]
    except SourceError as error:
        return [CheckResult(False, str(error))]


def data(folder: Path, ledger: Path) -> list[CheckResult]:
    """Return whether the data folder can be written and the ledger opened."""
    above = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    if not os.access(above, os.W_OK):
        return [
            CheckResult(
                False,
                f"{above} cannot be written; change its permissions, or name another with --data",
            )
        ]
    if not ledger.exists():
        return [CheckResult(True, f"{folder} can be written; nothing is collected yet")]
    try:
        with open_ledger(ledger, version("headway"), read_only=True) as store:
            count = store.rows("select count(*) as n from github_pull_requests")[0]["n"]
    except LedgerBusyError:
        return [CheckResult(True, f"{ledger} is in use: a refresh is running")]
    except LedgerError as error:
        return [CheckResult(False, str(error))]
    return [CheckResult(True, f"{ledger} holds {count:,} pull requests")]
