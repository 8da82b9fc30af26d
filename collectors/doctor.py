"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collectors import people
from collectors.errors import LedgerBusyError, LedgerError, SourceError
from collectors.github import visible
from collectors.github_access import Installation
from collectors.github_api import Api, NotFoundError, Patience
from collectors.github_doors import Door, doors
from collectors.github_repositories import GitHub
from collectors.store import Store

#: somebody is waiting: no minutes of tries as in a refresh
TRIES = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is good, and one line that says so or what to do."""

    is_good: bool
    text: str
    #: what a log calls it, and keeps beside the text
    event: str = "finding"
    facts: Mapping[str, Any] = field(default_factory=dict)


def versions() -> list[Finding]:
    """Return what Headway runs on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "streamlit", "pandas", "plotly", "PyGithub"))
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [Finding(True, f"Python {python}; {packages}")]


def github(source: GitHub, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield whether a GitHub answers, what is left of its limits, and which repositories can be seen."""
    try:
        found, failed = doors(source, environment, Patience(tries=TRIES))
    except SourceError as error:
        yield Finding(False, str(error))
        return
    yield from (Finding(False, result.message) for result in failed)
    for door in found:
        try:
            yield from _behind(door)
        except SourceError as error:
            yield Finding(False, str(error))


def _behind(door: Door) -> Iterator[Finding]:
    """What one way in lets us see."""
    api = Api(door.source.base_url, door.access, patience=Patience(tries=TRIES))
    limits = _limits(api)
    yield limits
    if isinstance(door.access, Installation) and door.access.lacking:
        lacking = " and ".join(door.access.lacking)
        yield Finding(False, f"{api.host}: {door.access.name} may not read {lacking}; give it these permissions")
    for result in visible(api, door.source) if limits.is_good else ():
        hidden = f"; its {result.status} cannot be read by {door.access.name}" if result.status else ""
        said = result.message or f"{result.repo}: {result.rows:,} pull requests{hidden}"
        yield Finding(not result.message, said)


def _limits(api: Api) -> Finding:
    try:
        limits: dict[str, Any] = api.rest("/rate_limit", {})["resources"]
    except NotFoundError:  # an Enterprise Server whose limits are switched off
        return Finding(True, f"{api.host} answers, and sets no limits")
    for kind in ("core", "graphql"):
        if not limits[kind]["remaining"]:
            until = datetime.fromtimestamp(limits[kind]["reset"], UTC)
            return Finding(False, f"{api.host}: no {kind} requests are left until {until:%H:%M} UTC; wait until then")
    left = ", ".join(f"{k} {limits[k]['remaining']:,} of {limits[k]['limit']:,}" for k in ("core", "graphql"))
    return Finding(True, f"{api.host} accepts {api.access.name}; requests left this hour: {left}")


def people_file(path: Path) -> list[Finding]:
    """Return whether people.csv can be used."""
    if not path.exists():
        return [Finding(True, f"no {path}: teams and roles are not known")]
    try:
        return [Finding(True, f"{path} has {len(list(people.read(path))):,} rows")]
    except SourceError as error:
        return [Finding(False, str(error))]


def data(folder: Path, ledger: Path) -> list[Finding]:
    """Return whether the data folder can be written and the ledger opened."""
    above = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    if not os.access(above, os.W_OK):
        return [Finding(False, f"{above} cannot be written; change its permissions, or name another with --data")]
    if not ledger.exists():
        return [Finding(True, f"{folder} can be written; nothing is collected yet")]
    try:
        with Store(ledger, version("headway"), read_only=True) as store:
            count = store.rows("select count(*) as n from github_pull_requests")[0]["n"]
    except LedgerBusyError:
        return [Finding(True, f"{ledger} is in use: a refresh is running")]
    except LedgerError as error:
        return [Finding(False, str(error))]
    return [Finding(True, f"{ledger} holds {count:,} pull requests")]
