"""How data flows, one way: sources → ledger → published file. The one place that joins collectors and queries."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from collectors import demo, doctor, github, people, progress
from collectors.doctor import Finding
from collectors.errors import AccessError, SourceError
from collectors.github_api import find_token, host_of
from collectors.store import Store, now, refresh_lock
from queries.errors import PublishError, SettingsError
from queries.rules import Rule, compile_rules, text_markers
from queries.settings import Place, Rollout, Settings, read_settings
from queries.snapshot import Source, publish

VERSION = version("headway")
NO_TOKEN = "no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`"


def refresh(
    place: Place, sources: Sequence[str], as_of: date | None = None, full: bool = False, is_published: bool = True
) -> Iterator[Finding]:
    """Collect from the sources named, then publish; yield how each went, as it goes.

    Raises SettingsError before anything is read, PublishError where the snapshot before stays in place.
    """
    settings, rules = _read(place, sources)
    with refresh_lock(place.data):
        with Store(place.ledger, VERSION) as store:
            if "people" in sources:
                yield from _collect_people(place, store)
            if "github" in sources:
                yield from _collect_github(settings, rules, store, full)
            key = store.keepsake("pseudonyms")
        if is_published:
            yield _publish(place, settings, rules, key, as_of)


def publish_again(place: Place, as_of: date | None = None) -> Iterator[Finding]:
    """Publish what was collected with the people and rules of now; yields and raises as ``refresh`` does."""
    if not place.ledger.exists():
        raise PublishError(f"nothing was published: there is no ledger in {place.data}; run `headway refresh`")
    return refresh(place, ("people",), as_of)


def preview(place: Place, sources: Sequence[str]) -> Iterator[Finding]:
    """Yield what a refresh would read, without writing anything."""
    settings, rules = _read(place, sources)
    if "people" in sources:
        yield from doctor.people_file(place.people)
    if "github" in sources:
        with Store(place.ledger, VERSION, read_only=True) as store:
            for result in github.preview(_github(settings, rules), _token(settings), store):
                said = result.message or f"{result.repo}: {result.status}, {result.rows:,} pull requests there"
                yield Finding(not result.message, said)


def examine(place: Place) -> Iterator[Finding]:
    """Yield what works on this machine, and what to do about what does not."""
    yield from doctor.versions()
    try:
        settings, rules = _read(place, ("github",))
        yield Finding(True, f"{place.config} can be used")
        yield from doctor.github(_github(settings, rules), _token(settings))
    except (SettingsError, AccessError) as error:
        yield Finding(False, str(error))
    yield from doctor.people_file(place.people)
    yield from doctor.data(place.data, place.ledger)


def build_demo(data: Path, until: date) -> Path:
    """Build the demo company anew, alone in its folder, and return the published file."""
    inside = Place(data / "demo", Path())
    with refresh_lock(inside.data):
        for left in (inside.ledger, Path(f"{inside.ledger}.wal")):
            left.unlink(missing_ok=True)
        inside.seeds.mkdir(parents=True, exist_ok=True)
        inside.people.write_text(demo.people_csv(until), encoding="utf-8")
        settings = Settings(rollouts=(Rollout("Coding agents for three of four teams", demo.rollout_on(until), 28),))
        with Store(inside.ledger, VERSION) as store:
            demo.build(store, until)
            people.collect(inside.people, store)
            key = store.keepsake("pseudonyms")
        source = Source(inside.ledger, settings, compile_rules(settings, inside.seeds), key, VERSION)
        return publish(dataclasses.replace(source, is_synthetic=True), inside.data, until)


def _read(place: Place, sources: Sequence[str]) -> tuple[Settings, list[Rule]]:
    """The settings, which must name something to read, and the rules in force."""
    settings = read_settings(place.config)
    if "github" in sources and not settings.repos and not settings.orgs:
        raise SettingsError(f"{place.config}: names no repository; add one to repos under [github]")
    return settings, compile_rules(settings, place.seeds)


def _github(settings: Settings, rules: list[Rule]) -> github.GitHub:
    """What the settings ask of GitHub."""
    return github.GitHub(settings.base_url, settings.repos, settings.orgs, settings.keep_bodies, text_markers(rules))


def _token(settings: Settings) -> str:
    """The token for GitHub; AccessError where there is none that could be one."""
    token = find_token(os.environ, settings.base_url)
    if token is None:
        raise AccessError(NO_TOKEN)
    if not re.fullmatch(r"[!-~]+", token):  # no request could carry it, and an error might show it
        raise AccessError("the token for GitHub holds characters that no token has; copy it again")
    return token


def _collect_people(place: Place, store: Store) -> Iterator[Finding]:
    try:
        if count := people.collect(place.people, store):
            yield Finding(True, f"{place.people.name}: read, {count:,} rows")
    except SourceError as error:
        yield Finding(False, f"{error}; until then the people of the last good file are used")


def _collect_github(settings: Settings, rules: list[Rule], store: Store, full: bool) -> Iterator[Finding]:
    started_at = now()
    try:
        with progress.shown() as report:
            results = github.collect(_github(settings, rules), _token(settings), store, report, full)
    except SourceError as error:
        store.record_load("github", "", started_at, "failed", message=str(error))
        yield Finding(False, str(error))
        return
    for result in results:
        if result.status == "failed":
            yield Finding(False, result.message)
        else:
            rows = f", {result.rows:,} rows" if result.rows else ""
            yield Finding(True, f"{result.repo}: {result.status}{rows}{'; ' if result.message else ''}{result.message}")


def _publish(place: Place, settings: Settings, rules: list[Rule], key: str, as_of: date | None) -> Finding:
    source = Source(place.ledger, settings, rules, key, VERSION, host_of(settings.base_url))
    with progress.steps("publishing") as report:
        return Finding(True, f"published {publish(source, place.data, as_of, report)}")
