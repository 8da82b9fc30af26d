"""How data flows, one way: sources → ledger → published file. The one place that joins collectors and queries."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from collectors import backups, demo, doctor, github, people, progress, spend, spend_pass
from collectors.doctor import Finding
from collectors.errors import AccessError, SourceError
from collectors.exports import inbox
from collectors.github_api import Patience, host_of
from collectors.github_repositories import GitHub
from collectors.ledger import look
from collectors.progress import Progress
from collectors.store import Store, now, refresh_lock
from queries.errors import PublishError, SettingsError
from queries.rules import Rule, add_label_rule, compile_rules, text_markers
from queries.settings import Budget, Place, Rollout, Settings, ToolDecision, read_settings
from queries.snapshot import Source, publish

VERSION = version("headway")


def refresh(
    place: Place, sources: Sequence[str], as_of: date | None = None, full: bool = False, is_published: bool = True,
    dump: Path | None = None, max_wait: float | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """Collect from the sources named, then publish; yield how each went, as it goes.

    Vendors' answers about spend are kept as they came in the folder ``dump``, where one is named. Where GitHub asks for
    more than ``max_wait`` seconds, reading it ends there.
    Raises SettingsError before anything is read, PublishError where the snapshot before stays in place.
    """
    settings, rules = _read(place, sources)
    with refresh_lock(place.data):
        with Store(place.ledger, VERSION) as store:
            if "people" in sources:
                yield from _collect_people(place, store)
            if "github" in sources:
                yield from _collect_github(settings, rules, store, full, Patience(max_wait_s=max_wait))
            if "inbox" in sources:
                yield from _collect_inbox(place, store)
            yield from _collect_spend(settings, sources, store, full, dump)
            key = store.keepsake("pseudonyms")
        if is_published:
            yield _publish(place, settings, rules, key, as_of)


def publish_again(place: Place, as_of: date | None = None) -> Iterator[Finding]:
    """Publish what was collected with the people and rules of now; yields and raises as ``refresh`` does."""
    if not place.ledger.exists():
        raise PublishError(f"nothing was published: there is no ledger in {place.data}; run `headway refresh`")
    return refresh(place, ("people",), as_of)


def import_files(
    place: Place, paths: Sequence[Path], account: str, kind: str | None, until: datetime | None, is_published: bool
) -> Iterator[Finding]:
    """Take files that tools exported into the ledger and the inbox, then publish; yield how each went, as it goes.

    What a file is comes before anything is taken in. Raises as ``refresh`` does.
    """
    settings, rules = _read(place, ()) if is_published else (Settings(), [])
    found: list[inbox.Found] = []
    for finding, one in _found(paths, account, kind, until):
        yield finding
        found += [one] if one else []
    if not found:
        return
    with refresh_lock(place.data):
        with Store(place.ledger, VERSION) as store:
            for one in found:
                is_new = inbox.take(one, place.inbox, store)
                also = inbox.overlap(one, store)
                yield Finding(True, f"{one.name}: {'taken in' if is_new else 'was taken in before'}{also}")
            key = store.keepsake("pseudonyms")
        if is_published:
            yield _publish(place, settings, rules, key, None)


def preview_files(paths: Sequence[Path], account: str, kind: str | None, until: datetime | None) -> Iterator[Finding]:
    """Yield what files are, without taking them in."""
    return (finding for finding, _ in _found(paths, account, kind, until))


def restore(place: Place, backup: Path) -> str:
    """Put a backup in the ledger's place, and say what to do next; raises LedgerError where it cannot be used."""
    with refresh_lock(place.data):
        aside = backups.restore(place.ledger, backup)
    kept = f"; the ledger that was there is {aside} now" if aside else ""
    return f"{place.ledger} is as {backup} has it{kept}; `headway refresh` reads what came since"


def map_label(place: Place, label: str, kind: str) -> Iterator[Finding]:
    """Add a rule that a label means a kind, then publish; raises SettingsError where it cannot be one."""
    settings = read_settings(place.config)
    if place.ledger.exists():
        look(place.ledger)  # one that cannot be published from is told before anything is changed
    with refresh_lock(place.data):
        added = add_label_rule(settings, place.seeds, label, kind)
    yield Finding(True, added)
    if place.ledger.exists():
        yield from publish_again(place)


def preview(place: Place, sources: Sequence[str]) -> Iterator[Finding]:
    """Yield what a refresh would read, without writing anything."""
    settings, rules = _read(place, sources)
    if "people" in sources:
        yield from doctor.people_file(place.people)
    if "inbox" in sources:
        with Store(place.ledger, VERSION, read_only=True) as store:
            for path, account in inbox.waiting(place.inbox, store):
                yield from preview_files([path], account, None, None)
    if "github" in sources:
        with Store(place.ledger, VERSION, read_only=True) as store:
            for result in github.preview(_githubs(settings, rules), os.environ, store):
                said = result.message or f"{result.repo}: {result.status}, {result.rows:,} pull requests there"
                yield Finding(not result.message, said)
    for vendor in _spend_accounts(settings, sources):
        if isinstance(vendor, Finding):
            yield vendor
            continue
        with Store(place.ledger, VERSION, read_only=True) as store:
            for said in spend_pass.preview(vendor, store, spend_pass.yesterday()):
                yield Finding(True, said)


def examine(place: Place) -> Iterator[Finding]:
    """Yield what works on this machine, and what to do about what does not."""
    yield from doctor.versions()
    try:
        settings, rules = _read(place, ("github",))
        yield Finding(True, f"{place.config} can be used")
        for asked in _githubs(settings, rules):
            yield from doctor.github(asked, os.environ)
    except SettingsError as error:
        yield Finding(False, str(error))
    else:
        for vendor in _spend_accounts(settings, tuple(spend.sources())):
            if isinstance(vendor, spend_pass.Account):
                for result in spend_pass.examine(vendor, spend_pass.yesterday()):
                    yield Finding(result.status != "failed", result.message)
            elif not vendor.is_good:
                yield vendor
    yield from doctor.people_file(place.people)
    yield from doctor.data(place.data, place.ledger)


def demo_settings(until: date) -> Settings:
    """Return the settings of the demo company."""
    rollout_on = demo.rollout_on(until)
    return Settings(
        rollouts=(Rollout("Coding agents for three of four teams", rollout_on, 28),),
        budgets=(Budget(rollout_on.replace(day=1), demo.SPENDING.budget_usd, is_from=True),),
        tool_decisions=tuple(ToolDecision(*one) for one in demo.tool_decisions(until)),
    )


def build_demo(data: Path, until: date) -> Path:
    """Build the demo company anew, alone in its folder, and return the published file."""
    inside = Place(data / "demo", Path())
    with refresh_lock(inside.data):
        for left in (inside.ledger, Path(f"{inside.ledger}.wal")):
            left.unlink(missing_ok=True)
        inside.seeds.mkdir(parents=True, exist_ok=True)
        inside.people.write_text(demo.people_csv(until), encoding="utf-8")
        settings = demo_settings(until)
        with Store(inside.ledger, VERSION) as store:
            demo.build(store, until)
            people.collect(inside.people, store)
            key = store.keepsake("pseudonyms")
        source = Source(inside.ledger, settings, compile_rules(settings, inside.seeds), key, VERSION)
        return publish(dataclasses.replace(source, is_synthetic=True), inside.data, until)


def _read(place: Place, sources: Sequence[str]) -> tuple[Settings, list[Rule]]:
    """The settings, which must name something to read, and the rules in force."""
    settings = read_settings(place.config)
    if "github" in sources and not any(asked.repos or asked.orgs for asked in settings.githubs):
        raise SettingsError(f"{place.config}: names no repository; add one to repos under [github]")
    return settings, compile_rules(settings, place.seeds)


def _githubs(settings: Settings, rules: list[Rule]) -> list[GitHub]:
    """What the settings ask of each GitHub."""
    return [
        GitHub(
            asked.base_url, asked.repos, asked.orgs, asked.included, asked.excluded, asked.forks, asked.keep_bodies,
            text_markers(rules), asked.experiments, asked.token_env, asked.app_id, asked.app_key_env,
        )
        for asked in settings.githubs
    ]  # fmt: skip


def _collect_people(place: Place, store: Store) -> Iterator[Finding]:
    try:
        if count := people.collect(place.people, store):
            facts = {"source": "people", "status": "read", "rows": count}
            yield Finding(True, f"{place.people.name}: read, {count:,} rows", facts=facts)
    except SourceError as error:
        yield Finding(
            False, f"{error}; until then the people of the last good file are used", facts={"source": "people"}
        )


def _collect_inbox(place: Place, store: Store) -> Iterator[Finding]:
    started_at = now()
    taken, failed = 0, ""
    for path, account in inbox.waiting(place.inbox, store):
        for finding, found in _found([path], account, None, None):
            yield finding
            if found:
                inbox.take(found, place.inbox, store)
                if also := inbox.overlap(found, store):
                    yield Finding(True, f"{found.name}: taken in{also}")
                taken += found.export.count
            else:
                # what is wrong may quote the file, and loads are published
                failed = failed or f"{path}: cannot be used; `headway import {path} --dry-run` says why"
    if place.inbox.exists():
        status = "failed" if failed else "read" if taken else "unchanged"
        store.record_load("inbox", "", started_at, status, rows_read=taken, message=failed or None)


def _found(
    paths: Sequence[Path], account: str, kind: str | None, until: datetime | None
) -> Iterator[tuple[Finding, inbox.Found | None]]:
    """Each file as it was found, or None where it cannot be used, with the line that says so."""
    for path in paths:
        try:
            found = inbox.find(path, account, kind, until)
        except SourceError as error:
            yield Finding(False, str(error)), None
        else:
            yield Finding(True, found.summary), found


def _collect_github(
    settings: Settings, rules: list[Rule], store: Store, full: bool, patience: Patience
) -> Iterator[Finding]:
    with progress.shown() as report:
        results = github.collect(_githubs(settings, rules), os.environ, store, report, full, patience)
    for result in results:
        facts = {"source": "github", "repo": result.repo, "status": result.status, "rows": result.rows}
        if result.status == "failed":
            yield Finding(False, result.message, facts=facts)
        else:
            rows = f", {result.rows:,} rows" if result.rows else ""
            said = f"{result.repo}: {result.status}{rows}{'; ' if result.message else ''}{result.message}"
            yield Finding(True, said, facts=facts)


def _spend_accounts(settings: Settings, sources: Sequence[str]) -> Iterator[spend_pass.Account | Finding]:
    """The accounts of the vendors named, and a line for each vendor that has none."""
    for source in (found for name, found in spend.sources().items() if name in sources):
        try:
            accounts = spend_pass.accounts(source, os.environ, settings.copilot_orgs, settings.githubs[0].base_url)
        except AccessError as error:
            yield Finding(False, str(error))
            continue
        yield from accounts
        if not accounts:
            yield Finding(True, spend_pass.missing(source))


def _collect_spend(
    settings: Settings, sources: Sequence[str], store: Store, full: bool, dump: Path | None
) -> Iterator[Finding]:
    for account in _spend_accounts(settings, sources):
        if isinstance(account, Finding):
            yield account
            continue
        with progress.shown() as report:
            results = spend_pass.collect(
                account, store, lambda text: report(Progress("", 0, 0, text)), spend_pass.yesterday(), full, dump
            )
            for result in results:
                facts = {"source": account.source.name, "status": result.status}
                yield Finding(result.status != "failed", result.message, facts=facts)
    if dump and dump.exists():
        yield Finding(True, f"{dump} holds vendors' answers, with names and addresses of people; delete it after use")


def _publish(place: Place, settings: Settings, rules: list[Rule], key: str, as_of: date | None) -> Finding:
    hosts = [host_of(asked.base_url) for asked in settings.githubs]
    source = Source(place.ledger, settings, rules, key, VERSION, hosts)
    with progress.steps("publishing") as report:
        path = publish(source, place.data, as_of, report)
        size = path.stat().st_size
        told = {"snapshot": str(path), "bytes": size}
        return Finding(True, f"published {path}, {_size(size)}", "published", told)


def _size(size: int) -> str:
    """How large a file is, as people say it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
