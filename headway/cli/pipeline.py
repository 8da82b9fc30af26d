"""Pipeline: sources → ledger → published file. It alone joins collectors and queries."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from collectors.errors import SourceError
from collectors.github.client import RetryPolicy
from collectors.github.source import GitHubSource
from collectors.imports.experiment_files import read_experiments
from collectors.imports.inbox import ImportFile
from collectors.imports.source import InboxSource, load_file, preview_files, read_files
from collectors.imports.surveys.mapping import read_mapping
from collectors.imports.surveys.source import SurveySource
from collectors.imports.surveys.source import load as load_waves
from collectors.ledger import backups
from collectors.ledger.ledger_file import read_version
from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from collectors.people import PeopleSource
from collectors.people import read as read_people
from collectors.source import NOT_READ, CheckResult
from collectors.source import Source as CollectedSource
from collectors.spend.source import spend_sources
from collectors.spend.usage.source import UsageQuery, UsageSource, usage_queries
from collectors.spend.vendors import load_vendors
from headway.cli import doctor, progress
from headway.config.compiled import (
    compile_rules,
    github_sources,
    publish_settings,
    publish_targets,
)
from headway.config.errors import SettingsError
from headway.config.paths import DataPaths
from headway.config.rules import add_label_rule
from headway.config.settings import SMALL_GROUP, Settings, read_settings
from queries.errors import PublishError
from queries.publish.publish import Source, publish
from queries.publish.settings import PublishSettings
from queries.publish.targets.target import TargetError

VERSION = version("headway")


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of a refresh."""

    #: read everything again
    full: bool = False
    #: folder for copies of the vendors' responses about spend
    dump: Path | None = None
    #: seconds to wait for GitHub's rate limits; unlimited if None
    max_wait: float | None = None
    #: seconds until an answer is complete; the limit of each API if None
    timeout: float | None = None


def sources(
    settings: Settings,
    paths: DataPaths,
    names: Collection[str],
    options: Options | None = None,
) -> list[CollectedSource]:
    """Return the named sources, in the order in which they are read."""
    options = options or Options()
    policy = RetryPolicy(max_wait_s=options.max_wait)
    if options.timeout:
        policy = dataclasses.replace(policy, deadline_s=options.timeout)
    githubs = github_sources(settings, compile_rules(paths.seeds, settings))
    every: list[CollectedSource] = [
        PeopleSource(paths.people),
        GitHubSource(githubs, os.environ, read_experiments, options.full, policy),
        SurveySource(paths.surveys),
        InboxSource(paths.inbox, paths.surveys),
        *spend_sources(
            load_vendors(),
            os.environ,
            settings.spend.copilot_orgs,
            settings.github[0].base_url,
            settings.spend.allow_http,
            options.full,
            options.dump,
            options.timeout,
        ),
        UsageSource(_usage_queries(settings, paths), options.full),
    ]
    return [source for source in every if source.name in names]


def _usage_queries(settings: Settings, paths: DataPaths) -> list[UsageQuery]:
    """Return the queries of the settings; raises SettingsError for one that cannot be used."""
    rows = [row.model_dump() for row in settings.usage]
    try:
        return usage_queries(rows, os.environ, paths.config.parent)
    except SourceError as error:
        raise SettingsError(f"{paths.config}: {error}") from None


def refresh(
    paths: DataPaths,
    names: Sequence[str],
    as_of: date | None = None,
    is_published: bool = True,
    options: Options | None = None,
) -> Iterator[CheckResult]:
    """Collect from the named sources, then publish; yield each result at once.

    Raises SettingsError before anything is read, PublishError if nothing was published.
    """
    settings = _read(paths, names)
    values = publish_settings(settings, paths.seeds)
    # once is enough: later refreshes repeat it only for sources that are named
    is_known = paths.ledger.exists() and {"github", *load_vendors()} <= set(names)
    with refresh_lock(paths.data):
        with open_ledger(paths.ledger, VERSION) as ledger:
            for source in sources(settings, paths, names, options):
                with progress.show_progress() as report:
                    results = source.collect(ledger, report)
                    if source.name == "github":  # its progress bars end before its results
                        results = iter(list(results))
                    yield from (
                        item for item in results if not (is_known and item.event == NOT_READ)
                    )
            key = ledger.secret("pseudonyms")
        if options and options.dump and options.dump.exists():
            yield CheckResult(
                True,
                f"{options.dump} holds vendors' responses, with names and addresses of people; "
                "delete it after use",
            )
        if is_published:
            yield from _unknown_teams(paths, values)
            yield from _publish(paths, settings, Source(paths.ledger, values, key, VERSION), as_of)


def publish_again(paths: DataPaths, as_of: date | None = None) -> Iterator[CheckResult]:
    """Publish the ledger with the current people and rules; raises as ``refresh`` does."""
    if not paths.ledger.exists():
        raise PublishError(
            f"nothing was published: there is no ledger in {paths.data}; run `headway refresh`"
        )
    return refresh(paths, ("people", "surveys"), as_of)


def import_files(
    paths: DataPaths,
    files: Sequence[Path],
    account: str,
    kind: str | None,
    until: datetime | None,
    is_published: bool,
    are_comments_read: bool = False,
) -> Iterator[CheckResult]:
    """Import files into the ledger and the inbox, then publish; yield each result at once.

    The summaries of all files come before the first import. Raises as ``refresh`` does.
    """
    settings, values = Settings(), PublishSettings()
    if is_published:
        settings = _read(paths, ())
        values = publish_settings(settings, paths.seeds)
    mapping = dataclasses.replace(read_mapping(paths.surveys), are_comments_read=are_comments_read)
    valid: list[ImportFile] = []
    for result, file in read_files(files, account, kind, until, mapping):
        yield result
        valid += [file] if file else []
    if not valid:
        return
    with refresh_lock(paths.data):
        with open_ledger(paths.ledger, VERSION) as ledger:
            for file in valid:
                yield load_file(file, paths.inbox, ledger)
            load_waves(paths.surveys, ledger)
            if is_published:  # what is published of a team stays so
                people = PeopleSource(paths.people).collect(ledger, lambda _: None)
                yield from (item for item in people if not item.is_good)
            key = ledger.secret("pseudonyms")
        if is_published:
            yield from _publish(paths, settings, Source(paths.ledger, values, key, VERSION))


def preview_import(
    paths: DataPaths,
    files: Sequence[Path],
    account: str,
    kind: str | None,
    until: datetime | None,
    are_comments_read: bool = False,
) -> Iterator[CheckResult]:
    """Yield the summary or the error of each file; nothing is imported."""
    mapping = dataclasses.replace(read_mapping(paths.surveys), are_comments_read=are_comments_read)
    return preview_files(files, account, kind, until, mapping)


def restore(paths: DataPaths, backup: Path) -> str:
    """Replace the ledger with a backup, and return what was done; raises LedgerError."""
    with refresh_lock(paths.data):
        replaced = backups.restore(paths.ledger, backup)
    note = f"; the replaced ledger is {replaced}" if replaced else ""
    return f"{paths.ledger} is now {backup}{note}; `headway refresh` reads later changes"


def map_label(paths: DataPaths, label: str, kind: str) -> Iterator[CheckResult]:
    """Add a rule that a label means a kind, then publish; raises SettingsError."""
    settings = read_settings(paths.config)
    if paths.ledger.exists():
        read_version(paths.ledger)  # fails before the rule is added
    with refresh_lock(paths.data):
        rules = compile_rules(paths.seeds, settings)
        message = add_label_rule(rules, paths.seeds, label, kind)
    yield CheckResult(True, message)
    if paths.ledger.exists():
        yield from publish_again(paths)


def preview(paths: DataPaths, names: Sequence[str]) -> Iterator[CheckResult]:
    """Yield what a refresh would read, without writing anything."""
    settings = _read(paths, names)
    publish_settings(settings, paths.seeds)
    for source in sources(settings, paths, names):
        with open_ledger(paths.ledger, VERSION, read_only=True) as ledger:
            yield from source.preview(ledger)


def check_machine(paths: DataPaths) -> Iterator[CheckResult]:
    """Yield whether settings, sources and the data folder can be used."""
    yield doctor.versions()
    yield from doctor.packages()
    names: Collection[str] = ("github", *load_vendors(), "usage")
    try:
        settings = _read(paths, names)
        values = publish_settings(settings, paths.seeds)
        yield CheckResult(True, f"{paths.config} can be used")
        yield from _unknown_teams(paths, values)
        if (size := settings.publish.small_group) < SMALL_GROUP:
            text = f"{paths.config}: groups of {size} people are published; {SMALL_GROUP} are safer"
            yield CheckResult(True, text, "warning")
        for source in sources(settings, paths, names):
            yield from source.check()
    except SettingsError as error:
        yield CheckResult(False, str(error))
    for local in (
        PeopleSource(paths.people),
        SurveySource(paths.surveys),
        InboxSource(paths.inbox, paths.surveys),
    ):
        yield from local.check()
    yield doctor.data_folder(paths.data, paths.ledger)


def _read(paths: DataPaths, names: Collection[str]) -> Settings:
    """Return the settings; raises SettingsError if GitHub is to be read and nothing is named."""
    settings = read_settings(paths.config)
    if "github" in names and not any(github.repos or github.orgs for github in settings.github):
        raise SettingsError(f"{paths.config}: names no repository; add one to repos under [github]")
    return settings


def _unknown_teams(paths: DataPaths, settings: PublishSettings) -> Iterator[CheckResult]:
    """Yield a warning for each rollout of a team that people.csv does not have."""
    try:
        people = read_people(paths.people) if paths.people.exists() else []
    except SourceError:  # reported by the people source
        return
    known = {row["team"] for row in people}
    for rollout in settings.rollouts:
        if unknown := [team for team in rollout.teams if team not in known]:
            text = (
                f"{paths.config}: rollout {rollout.name} names {', '.join(unknown)}, "
                f"no team of {paths.people}; write its teams as they are there"
            )
            yield CheckResult(True, text, "warning")


def _publish(
    paths: DataPaths, settings: Settings, source: Source, as_of: date | None = None
) -> Iterator[CheckResult]:
    """Publish, then write the targets if the snapshot is the live one."""
    with progress.steps("publishing") as report:
        path = publish(source, paths.data, as_of, report)
    size = path.stat().st_size
    facts = {"snapshot": str(path), "bytes": size}
    is_live = path.name == paths.published.resolve().name
    note = "" if is_live else "; the live file is unchanged, read this one with --snapshot"
    yield CheckResult(
        True, f"published {path.absolute()}, {_format_size(size)}{note}", "published", facts
    )
    for target in publish_targets(settings, os.environ) if is_live else ():
        try:
            with progress.steps(f"writing {target.name}"):
                count = target.write(path)
        except TargetError as error:
            yield CheckResult(False, str(error))
        else:
            yield CheckResult(True, f"wrote {count:,} rows to {target.name}", "target")


def _format_size(size: int) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:,.{1 if name == 'GB' else 0}f} {name}"
    return f"{size / 1e3:.0f} kB"
