"""How data flows, one way: sources → ledger → published file. The one place that joins collectors and queries."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from collectors.github.client import DEFAULT_RETRY_POLICY, RetryPolicy, host_of
from collectors.github.repository import GitHub
from collectors.github.source import GitHubSource
from collectors.imports.experiment_files import read_experiments
from collectors.imports.inbox import ImportFile
from collectors.imports.source import InboxSource, load_file, read_files
from collectors.ledger import backups
from collectors.ledger.ledger_file import read_version
from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import Store
from collectors.people import PeopleSource
from collectors.people import load as load_people
from collectors.source import CheckResult, Progress
from collectors.spend.source import SpendSource, spend_sources
from collectors.spend.vendors import load_vendors
from headway import demo
from headway.cli import doctor, progress
from headway.config.paths import DataPaths
from headway.config.settings import read_settings
from queries.errors import PublishError, SettingsError
from queries.publish.publish import Source, publish
from queries.publish.rules import Rule, add_label_rule, compile_rules, text_markers
from queries.publish.settings import Budget, Rollout, Settings, ToolDecision

VERSION = version("headway")


def refresh(
    place: DataPaths,
    sources: Sequence[str],
    as_of: date | None = None,
    full: bool = False,
    is_published: bool = True,
    dump: Path | None = None,
    max_wait: float | None = None,
) -> Iterator[CheckResult]:
    """Collect from the sources named, then publish; yield how each went, as it goes.

    Vendors' answers about spend are kept as they came in the folder ``dump``, where one is named. Where GitHub asks for
    more than ``max_wait`` seconds, reading it ends there.
    Raises SettingsError before anything is read, PublishError where the snapshot before stays in place.
    """
    settings, rules = _read(place, sources)
    with refresh_lock(place.data):
        with open_ledger(place.ledger, VERSION) as store:
            if "people" in sources:
                yield from PeopleSource(place.people).collect(store, _no_report)
            if "github" in sources:
                yield from _collect_github(
                    settings, rules, store, full, RetryPolicy(max_wait_s=max_wait)
                )
            if "inbox" in sources:
                yield from InboxSource(place.inbox).collect(store, _no_report)
            yield from _collect_spend(settings, sources, store, full, dump)
            key = store.secret("pseudonyms")
        if is_published:
            yield _publish(place, settings, rules, key, as_of)


def publish_again(place: DataPaths, as_of: date | None = None) -> Iterator[CheckResult]:
    """Publish what was collected with the people and rules of now; yields and raises as ``refresh`` does."""
    if not place.ledger.exists():
        raise PublishError(
            f"nothing was published: there is no ledger in {place.data}; run `headway refresh`"
        )
    return refresh(place, ("people",), as_of)


def import_files(
    place: DataPaths,
    paths: Sequence[Path],
    account: str,
    kind: str | None,
    until: datetime | None,
    is_published: bool,
) -> Iterator[CheckResult]:
    """Take files that tools exported into the ledger and the inbox, then publish; yield how each went, as it goes.

    What a file is comes before anything is taken in. Raises as ``refresh`` does.
    """
    settings, rules = _read(place, ()) if is_published else (Settings(), [])
    files: list[ImportFile] = []
    for result, file in read_files(paths, account, kind, until):
        yield result
        files += [file] if file else []
    if not files:
        return
    with refresh_lock(place.data):
        with open_ledger(place.ledger, VERSION) as store:
            for file in files:
                yield load_file(file, place.inbox, store)
            key = store.secret("pseudonyms")
        if is_published:
            yield _publish(place, settings, rules, key, None)


def restore(place: DataPaths, backup: Path) -> str:
    """Put a backup in the ledger's place, and say what to do next; raises LedgerError where it cannot be used."""
    with refresh_lock(place.data):
        aside = backups.restore(place.ledger, backup)
    stored = f"; the ledger that was there is {aside} now" if aside else ""
    return f"{place.ledger} is as {backup} has it{stored}; `headway refresh` reads what came since"


def map_label(place: DataPaths, label: str, kind: str) -> Iterator[CheckResult]:
    """Add a rule that a label means a kind, then publish; raises SettingsError where it cannot be one."""
    settings = read_settings(place.config)
    if place.ledger.exists():
        read_version(place.ledger)  # one that cannot be published from is told before anything is changed
    with refresh_lock(place.data):
        added = add_label_rule(settings, place.seeds, label, kind)
    yield CheckResult(True, added)
    if place.ledger.exists():
        yield from publish_again(place)


def preview(place: DataPaths, sources: Sequence[str]) -> Iterator[CheckResult]:
    """Yield what a refresh would read, without writing anything."""
    settings, rules = _read(place, sources)
    if "people" in sources:
        yield from PeopleSource(place.people).check()
    if "inbox" in sources:
        with open_ledger(place.ledger, VERSION, read_only=True) as store:
            yield from InboxSource(place.inbox).preview(store)
    if "github" in sources:
        with open_ledger(place.ledger, VERSION, read_only=True) as store:
            yield from _github_source(settings, rules).preview(store)
    for source in _spend(settings, sources):
        with open_ledger(place.ledger, VERSION, read_only=True) as store:
            yield from source.preview(store)


def examine(place: DataPaths) -> Iterator[CheckResult]:
    """Yield what works on this machine, and what to do about what does not."""
    yield from doctor.versions()
    try:
        settings, rules = _read(place, ("github",))
        yield CheckResult(True, f"{place.config} can be used")
        yield from _github_source(settings, rules).check()
    except SettingsError as error:
        yield CheckResult(False, str(error))
    else:
        for source in _spend(settings, tuple(load_vendors())):
            yield from source.check()
    yield from PeopleSource(place.people).check()
    yield from InboxSource(place.inbox).check()
    yield from doctor.data(place.data, place.ledger)


def demo_settings(until: date) -> Settings:
    """Return the settings of the demo company."""
    rollout_on = demo.rollout_on(until)
    return Settings(
        rollouts=(Rollout("Coding agents for three of four teams", rollout_on, 28),),
        budgets=(Budget(rollout_on.replace(day=1), demo.SPENDING.budget_usd, is_from=True),),
        tool_decisions=tuple(ToolDecision(*item) for item in demo.tool_decisions(until)),
    )


def build_demo(data: Path, until: date) -> Path:
    """Build the demo company anew, alone in its folder, and return the published file."""
    inside = DataPaths(data / "demo", Path())
    with refresh_lock(inside.data):
        for remaining in (inside.ledger, Path(f"{inside.ledger}.wal")):
            remaining.unlink(missing_ok=True)
        inside.seeds.mkdir(parents=True, exist_ok=True)
        inside.people.write_text(demo.people_csv(until), encoding="utf-8")
        settings = demo_settings(until)
        with open_ledger(inside.ledger, VERSION) as store:
            demo.build(store, until)
            load_people(inside.people, store)
            key = store.secret("pseudonyms")
        source = Source(
            inside.ledger, settings, compile_rules(settings, inside.seeds), key, VERSION
        )
        return publish(dataclasses.replace(source, is_synthetic=True), inside.data, until)


def _read(place: DataPaths, sources: Sequence[str]) -> tuple[Settings, list[Rule]]:
    """The settings, which must name something to read, and the rules in force."""
    settings = read_settings(place.config)
    if "github" in sources and not any(
        requested.repos or requested.orgs for requested in settings.githubs
    ):
        raise SettingsError(f"{place.config}: names no repository; add one to repos under [github]")
    return settings, compile_rules(settings, place.seeds)


def _github_source(
    settings: Settings,
    rules: list[Rule],
    full: bool = False,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> GitHubSource:
    """Return the source of all configured GitHubs."""
    githubs = [
        GitHub(
            base_url=github.base_url,
            repos=github.repos,
            orgs=github.orgs,
            included=github.included,
            excluded=github.excluded,
            forks=github.forks,
            keep_bodies=github.keep_bodies,
            markers=text_markers(rules),
            experiments=github.experiments,
            token_env=github.token_env,
            app_id=github.app_id,
            app_key_env=github.app_key_env,
        )
        for github in settings.githubs
    ]
    return GitHubSource(githubs, os.environ, read_experiments, full, retry_policy)


def _no_report(_: Progress) -> None:
    """Ignore the progress of sources that are read in a moment."""


def _collect_github(
    settings: Settings, rules: list[Rule], store: Store, full: bool, retry_policy: RetryPolicy
) -> Iterator[CheckResult]:
    source = _github_source(settings, rules, full, retry_policy)
    with progress.shown() as report:
        results = list(source.collect(store, report))
    yield from results


def _spend(
    settings: Settings, sources: Sequence[str], full: bool = False, dump: Path | None = None
) -> list[SpendSource]:
    return spend_sources(
        sources, os.environ, settings.copilot_orgs, settings.githubs[0].base_url, full, dump
    )


def _collect_spend(
    settings: Settings, sources: Sequence[str], store: Store, full: bool, dump: Path | None
) -> Iterator[CheckResult]:
    for source in _spend(settings, sources, full, dump):
        with progress.shown() as report:
            yield from source.collect(store, report)
    if dump and dump.exists():
        yield CheckResult(
            True,
            f"{dump} holds vendors' answers, with names and addresses of people; delete it after use",
        )


def _publish(
    place: DataPaths, settings: Settings, rules: list[Rule], key: str, as_of: date | None
) -> CheckResult:
    hosts = [host_of(requested.base_url) for requested in settings.githubs]
    source = Source(place.ledger, settings, rules, key, VERSION, hosts)
    with progress.steps("publishing") as report:
        path = publish(source, place.data, as_of, report)
        size = path.stat().st_size
        reported = {"snapshot": str(path), "bytes": size}
        return CheckResult(True, f"published {path}, {_size(size)}", "published", reported)


def _size(size: int) -> str:
    """How large a file is, as people say it."""
    return (
        f"{size / 1e9:.1f} GB"
        if size >= 1e9
        else f"{size / 1e6:,.0f} MB"
        if size >= 1e6
        else f"{size / 1e3:.0f} kB"
    )
