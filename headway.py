"""The command line, and the one place that joins collectors and queries."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from collectors import demo as demo_company
from collectors import doctor as machine
from collectors import github, people, progress
from collectors.errors import AccessError, LedgerBusyError, LedgerError, SourceError
from collectors.github_api import PUBLIC, find_token, host_of
from collectors.store import Store, now, refresh_lock
from queries.errors import NothingPublishedError, PublishError, SettingsError
from queries.rules import Rule, compile_rules, text_markers
from queries.settings import Rollout, Settings, read_settings, write_settings
from queries.snapshot import LINK, QueryError, Source, current, listing, publish

ROOT = Path(__file__).parent
DONE, SOME_FAILED, NOTHING_PUBLISHED, CROSSED, WRONG_USAGE, BUSY = 0, 1, 2, 3, 64, 75
SOURCES = ("github", "people")


@dataclass(frozen=True)
class Place:
    """Where a command works: the data folder and the settings file."""

    data: Path
    config: Path

    @property
    def ledger(self) -> Path:
        """The private ledger."""
        return self.data / "ledger.duckdb"

    @property
    def seeds(self) -> Path:
        """The user's own rules and people."""
        return self.data / "seeds"


def placed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--data`` and ``--config``, and pass it the place they name first."""

    @functools.wraps(command)
    def run(data: Path, config: Path, **rest: Any) -> None:
        command(Place(data, config), **rest)

    folder, file = click.Path(path_type=Path, file_okay=False), click.Path(path_type=Path, dir_okay=False)
    data = click.option(
        "--data", type=folder, default=Path("data"), envvar="HEADWAY_DATA", show_default=True, help="The data folder."
    )
    config = click.option("--config", type=file, default=Path("headway.toml"), show_default=True, help="The settings.")
    return data(config(run))


def say(text: str) -> None:
    """Tell the user something that is not the command's output."""
    click.echo(text, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("headway"), prog_name="headway")
def cli() -> None:
    """Headway: engineering outcomes, not headcount."""


@cli.command()
@placed
@click.option("--repo", "repos", multiple=True, metavar="OWNER/NAME", help="A repository to read; repeatable.")
@click.option("--org", "orgs", multiple=True, metavar="OWNER", help="Read all repositories of an owner; repeatable.")
@click.option("--base-url", default=PUBLIC, show_default=True, help="GitHub's API; Enterprise: https://HOST/api/v3.")
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
def init(place: Place, repos: tuple[str, ...], orgs: tuple[str, ...], base_url: str, force: bool) -> None:
    """Write headway.toml. Asks for a repository where none is given; never asks for or writes a token."""
    if place.config.exists() and not force:
        raise click.UsageError(f"{place.config} is there already; edit it, or use --force to replace it")
    if not repos and not orgs:
        if not sys.stdin.isatty():
            raise click.UsageError("name at least one repository: headway init --repo owner/name")
        repos = tuple(click.prompt("Repositories to read (owner/name, separated by spaces)").split())
    write_settings(place.config, Settings(repos=repos, orgs=orgs, base_url=base_url.rstrip("/")))
    place.seeds.mkdir(parents=True, exist_ok=True)
    say(f"wrote {place.config}; next: set GITHUB_TOKEN (or `gh auth login`), then run `headway refresh`")


@cli.command()
@placed
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of its history  [default: yesterday]")
def demo(place: Place, until: datetime | None) -> None:
    """Build a synthetic company in DIR/demo and publish it."""
    day = until.date() if until else datetime.now(UTC).date() - timedelta(days=1)
    say(f"published {build_demo(place.data, day)}; see it with `headway serve --data {place.data / 'demo'}`")


def build_demo(data: Path, until: date) -> Path:
    """Build the demo company anew, alone in its folder, and return the published file."""
    inside = Place(data / "demo", Path())
    with refresh_lock(inside.data):
        for left in (inside.ledger, Path(f"{inside.ledger}.wal")):
            left.unlink(missing_ok=True)
        inside.seeds.mkdir(parents=True, exist_ok=True)
        (inside.seeds / "people.csv").write_text(demo_company.people_csv(until), encoding="utf-8")
        started = demo_company.rollout_on(until)
        settings = Settings(rollouts=(Rollout("Coding agents for three of four teams", started, 28),))
        with Store(inside.ledger, version("headway")) as store:
            demo_company.build(store, until)
            people.collect(inside.seeds / "people.csv", store)
            key = store.keepsake("pseudonyms")
        rules = compile_rules(settings, inside.seeds)
        source = Source(inside.ledger, settings, rules, key, version("headway"), is_synthetic=True)
        return publish(source, inside.data, until)


@cli.command()
@placed
@click.argument("sources", nargs=-1, type=click.Choice(SOURCES))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Show things as they stood at the end of this day.")
@click.option("--full", is_flag=True, help="Read everything again, whatever was read before.")
@click.option("--no-publish", is_flag=True, help="Only collect.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and write nothing.")
def refresh(
    place: Place, sources: tuple[str, ...], as_of: datetime | None, full: bool, no_publish: bool, dry_run: bool
) -> None:
    """Collect what changed, then publish. SOURCE: github, people (default: all)."""
    settings = read_settings(place.config)
    rules = compile_rules(settings, place.seeds)
    with refresh_lock(place.data):
        if dry_run:
            preview(place, settings)
            return
        with Store(place.ledger, version("headway")) as store:
            problems = collect(place, settings, rules, store, sources or SOURCES, full)
            key = store.keepsake("pseudonyms")
        for problem in problems:
            say(problem)
        if not no_publish:
            publish_ledger(place, settings, rules, key, as_of)
    sys.exit(SOME_FAILED if problems else DONE)


def collect(
    place: Place, settings: Settings, rules: list[Rule], store: Store, sources: tuple[str, ...], full: bool = False
) -> list[str]:
    """Read every source into the ledger and return a line for each that failed."""
    problems: list[str] = []
    if "people" in sources:
        try:
            people.collect(place.seeds / "people.csv", store)
        except SourceError as error:
            problems.append(f"{error}; until then the people of the last good file are used")
    if "github" in sources:
        problems += collect_github(settings, rules, store, full)
    return problems


def collect_github(settings: Settings, rules: list[Rule], store: Store, full: bool) -> list[str]:
    """Read GitHub and return a line for each repository that failed."""
    token = find_token(os.environ, settings.base_url)
    if token is None:
        return ["no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`"]
    started = now()
    try:
        with progress.shown() as report:
            results = github.collect(github_source(settings, rules), token, store, report, full)
    except SourceError as error:
        store.record_load("github", "", started, "failed", message=str(error))
        return [str(error)]
    for result in results:
        if result.status != "failed":
            say(f"{result.repo}: {result.status}" + (f", {result.rows:,} rows" if result.rows else "")
                + (f"; {result.message}" if result.message else ""))  # fmt: skip
    return [result.message for result in results if result.status == "failed"]


def github_source(settings: Settings, rules: list[Rule]) -> github.GitHub:
    """What the settings ask of GitHub."""
    return github.GitHub(settings.base_url, settings.repos, settings.orgs, settings.keep_bodies, text_markers(rules))


def preview(place: Place, settings: Settings) -> None:
    """Say what a refresh would read."""
    token = find_token(os.environ, settings.base_url)
    if token is None:
        raise AccessError("no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`")
    with Store(place.ledger, version("headway")) as store:
        for result in github.preview(github_source(settings, []), token, store):
            click.echo(result.message or f"{result.repo}: {result.status}, {result.rows:,} pull requests there")


def publish_ledger(place: Place, settings: Settings, rules: list[Rule], key: str, as_of: datetime | None) -> None:
    """Publish the closed ledger as the settings say."""
    host = host_of(settings.base_url)
    source = Source(place.ledger, settings, rules, key, version("headway"), host)
    path = publish(source, place.data, as_of.date() if as_of else None)
    say(f"published {path}")


@cli.command("publish")
@placed
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Show things as they stood at the end of this day.")
def publish_command(place: Place, as_of: datetime | None) -> None:
    """Build a new published file from the ledger, without collecting."""
    settings = read_settings(place.config)
    rules = compile_rules(settings, place.seeds)
    if not place.ledger.exists():
        raise PublishError(f"nothing was published: there is no ledger in {place.data}; run `headway refresh`")
    with refresh_lock(place.data):
        with Store(place.ledger, version("headway")) as store:
            problems = collect(place, settings, rules, store, ("people",))
            key = store.keepsake("pseudonyms")
        for problem in problems:
            say(problem)
        publish_ledger(place, settings, rules, key, as_of)
    sys.exit(SOME_FAILED if problems else DONE)


@cli.command()
@placed
@click.option("--port", default=8501, envvar="PORT", show_default=True, help="The port to listen on.")
@click.option("--address", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--demo", "with_demo", is_flag=True, help="While nothing is published, show the demo company.")
def serve(place: Place, port: int, address: str, with_demo: bool) -> None:
    """Open the dashboard in a browser."""
    data = place.data.resolve()
    if with_demo and not (data / LINK).exists():
        data = data / "demo"
        if not (data / LINK).exists():
            say("nothing is published yet: building the demo company")
            build_demo(place.data.resolve(), datetime.now(UTC).date() - timedelta(days=1))
    say(f"Headway is at http://{address}:{port} (stop it with Ctrl-C)")
    os.chdir(ROOT)  # where Streamlit finds its settings
    options = [f"--server.port={port}", f"--server.address={address}"]
    os.execve(
        sys.executable,
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard.py"), *options],
        {**os.environ, "HEADWAY_DATA": str(data)},
    )


@cli.command()
@placed
@click.option("--json", "as_json", is_flag=True, help="All rows of the table answers, as JSON.")
def answers(place: Place, as_json: bool) -> None:
    """Print the newest answers."""
    snapshot = current(place.data)
    if as_json:
        click.echo(snapshot.query("from answers").to_json(orient="records", date_format="iso"))
        return
    if snapshot.is_synthetic:
        click.echo("Synthetic company: no real team did any of this.\n")
    for row in listing(snapshot, "answers").to_dict("records"):
        click.echo(f"{row['question']}  {row['title']}, against the {row['comparison']}: {row['sentence']}")


@cli.command()
@placed
@click.argument("query", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
def sql(place: Place, query: str, as_json: bool, as_csv: bool) -> None:
    """Run one query on the published file, read-only; from standard input where none is given."""
    text = query or sys.stdin.read()
    try:
        frame = current(place.data).query(text)
    except QueryError as error:
        raise click.UsageError(str(error).splitlines()[0]) from None
    if as_json:
        click.echo(frame.to_json(orient="records", date_format="iso"))
    else:
        click.echo(frame.to_csv(index=False) if as_csv else frame.to_string(index=False), nl=not as_csv)


@cli.command()
@placed
def rules(place: Place) -> None:
    """Show what each rule matched, and which labels no rule looks for."""
    snapshot = current(place.data)
    for kind, group in listing(snapshot, "rules").groupby("kind"):
        click.echo(f"{kind}\n{group.drop(columns='kind').to_string(index=False)}\n")
    unmatched = listing(snapshot, "unmatched_labels")
    click.echo("labels that no rule looks for" if len(unmatched) else "a rule looks for every label")
    if len(unmatched):
        click.echo(unmatched.to_string(index=False))


@cli.command()
@placed
@click.option("--max-age-days", default=3, show_default=True, help="How old the data may be.")
def check(place: Place, max_age_days: int) -> None:
    """Check that the published data is fresh and whole; exits 3 if not."""
    snapshot = current(place.data)
    found = listing(snapshot, "freshness", max_age_days=max_age_days, now=datetime.now(UTC))
    for problem in found["problem"]:
        click.echo(problem)
    if len(found):
        sys.exit(CROSSED)
    click.echo(f"as of {snapshot.as_of}: fresh, and every check passed")


@cli.command()
@placed
def doctor(place: Place) -> None:
    """Say what works on this machine, and what to do about what does not."""
    settings, problem = None, ""
    try:
        settings = read_settings(place.config)
        compile_rules(settings, place.seeds)
    except SettingsError as error:
        problem = str(error)
    found = [*machine.versions(), machine.Finding(not problem, problem or f"{place.config} can be used")]
    if settings:
        token = find_token(os.environ, settings.base_url)
        found += machine.github(github_source(settings, []), token)
    found += machine.data(place.data, place.ledger)
    for finding in found:
        click.echo(f"{'ok  ' if finding.is_good else 'MEND'}  {finding.text}")
    sys.exit(DONE if all(finding.is_good for finding in found) else SOME_FAILED)


def main() -> None:
    """Run the command line; every error of the user's or the world's is one line and an exit code."""
    codes: list[tuple[type[Exception], int]] = [
        (SettingsError, WRONG_USAGE), (LedgerBusyError, BUSY), (LedgerError, NOTHING_PUBLISHED),
        (PublishError, NOTHING_PUBLISHED), (NothingPublishedError, NOTHING_PUBLISHED), (SourceError, SOME_FAILED),
    ]  # fmt: skip
    try:
        cli.main(prog_name="headway", standalone_mode=False)
    except click.ClickException as error:
        say(f"headway: {error.format_message()}; see `headway --help`")
        sys.exit(WRONG_USAGE)
    except click.exceptions.Abort:
        say("headway: stopped; what was committed stays")
        sys.exit(130)
    except tuple(kind for kind, _ in codes) as error:
        say(f"headway: {error}")
        sys.exit(next(code for kind, code in codes if isinstance(error, kind)))


if __name__ == "__main__":
    main()
