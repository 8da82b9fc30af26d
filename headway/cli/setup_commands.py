"""Commands that set up: ``init``, ``demo`` and ``doctor``."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import date

import click

from headway.cli import terminal
from headway.cli.exit_codes import DONE, SOME_FAILED
from headway.cli.log import say
from headway.cli.options import checked, day_option, placed, yesterday
from headway.config.fields import Address, Owner, Repository, problem
from headway.config.paths import DataPaths
from headway.config.settings import GitHubTable, write_settings


@click.command()
@placed
@click.option(
    "--repo",
    "repos",
    multiple=True,
    metavar="OWNER/NAME",
    callback=checked(Repository),
    help="Repeatable.",
)
@click.option(
    "--org",
    "orgs",
    multiple=True,
    metavar="OWNER",
    callback=checked(Owner),
    help="All of theirs; repeatable.",
)
@click.option(
    "--base-url",
    default=GitHubTable().base_url,
    show_default=True,
    callback=checked(Address),
    help="GitHub's API; Enterprise Server: https://HOST/api/v3.",
)
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
def init(
    paths: DataPaths, repos: tuple[str, ...], orgs: tuple[str, ...], base_url: str, force: bool
) -> None:
    """Write headway.toml; asks for repositories if none is named."""
    if paths.config.exists() and not force:
        raise click.ClickException(
            f"{paths.config} is there already; edit it, or replace it with --force"
        )
    if not repos and not orgs:
        if not sys.stdin.isatty():
            raise click.ClickException("name what to read: headway init --repo owner/name")
        repos = click.prompt(
            "Repositories to read (owner/name, separated by spaces)", value_proc=listed, err=True
        )
    paths.seeds.mkdir(parents=True, exist_ok=True)
    write_settings(paths.config, GitHubTable(repos=repos, orgs=orgs, base_url=base_url))
    variable = GitHubTable().token_env
    has_token = bool(os.environ.get(variable, "").strip())
    token = "" if has_token else f"set {variable} (or `gh auth login`), then "
    say(f"wrote {paths.config.absolute()}; next: {token}run `headway refresh`")


def listed(answer: str) -> tuple[str, ...]:
    """Return the repositories in an answer."""
    names = tuple(answer.replace(",", " ").split())
    for name in names:
        if message := problem(Repository, name):
            raise click.BadParameter(message)
    if not names:
        raise click.BadParameter("name at least one")
    return names


@click.command()
@placed
@day_option("--until", help="The last day of its history  [default: yesterday]")
@click.option("--no-effects", is_flag=True, help="Let its rollout of coding agents change nothing.")
def demo(paths: DataPaths, until: date | None, no_effects: bool) -> None:
    """Build a synthetic company in DIR/demo and publish it."""
    from headway.demo.publish import build_demo

    path = build_demo(paths.data, until or yesterday(), has_effects=not no_effects)
    say(f"published {path.absolute()}")
    say(f"see it with `headway serve --data {shlex.quote(str(paths.data.absolute() / 'demo'))}`")


@click.command()
@placed
def doctor(paths: DataPaths) -> None:
    """Check this machine: settings, credentials, data folder."""
    from headway.cli import pipeline

    results = list(pipeline.check_machine(paths))
    for result in results:
        text = terminal.single_line(result.text)
        mark = "FAIL" if not result.is_good else "WARN" if result.event == "warning" else "OK  "
        terminal.echo_text(f"{mark}  {text}")
    if failed := [result.text for result in results if not result.is_good]:
        terminal.echo_text(f"Do first: {terminal.single_line(failed[0])}")
    sys.exit(DONE if all(result.is_good for result in results) else SOME_FAILED)
