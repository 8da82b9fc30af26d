"""Steps of tests with the product.

Collect from a server, publish, and read the published tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from collectors import people
from collectors.github.client import DEFAULT_RETRY_POLICY, RetryPolicy
from collectors.github.repository import DeploymentRule, GitHub, Result
from collectors.github.source import GitHubSource
from collectors.imports.experiment_files import read_experiments
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import Store
from collectors.source import CheckResult, Progress
from headway.config.compiled import TEXT_MACROS, compile_rules, text_markers
from headway.config.settings import GitHubTable
from queries.publish.publish import Source, publish
from queries.publish.settings import PublishSettings
from tests.support.github_server import TOKEN

#: repeats at once: the local server needs no rest
HASTY = RetryPolicy(first_pause_s=0.01)
#: what two runs may tell differently: when they ran
TABLES_OF_THE_RUN = {"loads", "checks", "snapshot"}
Tables = dict[str, list[tuple[Any, ...]]]


def collect(
    githubs: Sequence[GitHub],
    environment: Mapping[str, str],
    store: Store,
    report: Callable[[Progress], None] = lambda _: None,
    full: bool = False,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> list[Result]:
    """Collect from GitHubs into an open ledger and return the result of each repository."""
    source = GitHubSource(githubs, environment, read_experiments, full, retry_policy)
    return source.sync(store, report)


def check(githubs: Sequence[GitHub], environment: Mapping[str, str]) -> list[CheckResult]:
    """Return whether GitHubs can be read, as the command doctor shows it."""
    return list(GitHubSource(githubs, environment, read_experiments).check())


def refresh(
    data: Path,
    url: str,
    repos: Sequence[str],
    *,
    full: bool = False,
    keep_bodies: bool = True,
    experiments: Sequence[str] = GitHubTable().experiments,
    deployments: Sequence[DeploymentRule] = (),
    report: Callable[[Progress], None] = lambda _: None,
    retry_policy: RetryPolicy = HASTY,
) -> list[Result]:
    """Collect repositories into the ledger of a folder and return how each went."""
    markers = text_markers(compile_rules(data / "seeds"))
    source = GitHub(
        url,
        tuple(repos),
        keep_bodies=keep_bodies,
        markers=markers,
        text_macros=TEXT_MACROS,
        experiments=tuple(experiments),
        deployments=tuple(deployments),
    )
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return collect([source], {"GITHUB_TOKEN": TOKEN}, store, report, full, retry_policy)


def raw_tables(data: Path) -> Tables:
    """Return the sorted raw rows of a ledger, without time and address of the sync."""
    left_out = (
        "host",
        "fetched_at",
        "synced_until",
        "queued_at",
        "counted_at",
        "counted_until",
        "seen_at",
    )
    with duckdb.connect(str(data / "ledger.duckdb"), read_only=True) as db:
        names = [
            name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()
        ]
        stored = f"columns(lambda name: name not in {left_out})"
        return {
            name: sorted(db.execute(f"select {stored} from {name}").fetchall(), key=repr)
            for name in sorted(names)
            if name.startswith("github_")
        }


def publish_file(
    data: Path, as_of: date, settings: PublishSettings | None = None, people_csv: Path | None = None
) -> Path:
    """Publish a folder's ledger, with people "names" by default, and return the file's path."""
    settings = settings or PublishSettings(people="names")
    if people_csv:
        with open_ledger(data / "ledger.duckdb", "test") as store:
            people.load(people_csv, store)
    settings = replace(settings, rules=compile_rules(data / "seeds"))
    return publish(Source(data / "ledger.duckdb", settings, "key", "test"), data, as_of)


def publish_tables(
    data: Path, as_of: date, settings: PublishSettings | None = None, people_csv: Path | None = None
) -> Tables:
    """Publish a folder's ledger as ``publish_file`` does, and return its tables."""
    return tables(publish_file(data, as_of, settings, people_csv))


def tables(path: Path) -> Tables:
    """Return the sorted rows of every published table that depends on the sources.

    Columns that differ between runs are left out: the host with its port, the keyed hashes of
    reviewers, and GitHub's counts, which end at the day of the refresh.
    """
    with duckdb.connect(str(path), read_only=True) as db:
        names = [
            name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()
        ]
        stored = (
            "columns(lambda name: name not in ('host', 'reviewer', 'counted_until', 'counted_at'))"
        )
        return {
            name: sorted(db.execute(f"select {stored} from {name}").fetchall(), key=repr)
            for name in sorted(set(names) - TABLES_OF_THE_RUN)
        }
