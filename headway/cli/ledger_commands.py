"""Commands that write the ledger and publish it."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from collectors.imports.formats import KINDS, SURVEY
from collectors.imports.spend.formats import KIND as SPEND
from collectors.spend.vendors import load_vendors
from headway.cli import terminal
from headway.cli.exit_codes import print_results
from headway.cli.log import say
from headway.cli.options import FilePath, as_of_option, checked, day_option, logged, placed
from headway.config.fields import AccountName
from headway.config.paths import DataPaths

SOURCES = ("github", "people", "surveys", "inbox", *load_vendors(), "usage")
DUMP_HELP = "Keep vendors' answers about spend here as they came; they name people."


@click.command()
@placed
@logged
@click.argument(
    "sources", nargs=-1, type=click.Choice(SOURCES), metavar="[" + "|".join(SOURCES) + "]..."
)
@as_of_option
@click.option("--full", is_flag=True, help="Read the whole history again.")
@click.option("--no-publish", is_flag=True, help="Only collect.")
@click.option("--dry-run", is_flag=True, help="Print what a refresh would read; write nothing.")
@click.option(
    "--max-wait",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="End rather than wait longer for GitHub's limits.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Fail an answer that is not complete by then.  [default: GitHub 120, vendors 300]",
)
@click.option("--dump-raw", metavar="DIR", type=FilePath(file_okay=False), help=DUMP_HELP)
def refresh(
    paths: DataPaths,
    sources: tuple[str, ...],
    as_of: date | None,
    full: bool,
    no_publish: bool,
    dry_run: bool,
    max_wait: float | None,
    timeout: float | None,
    dump_raw: Path | None,
) -> None:
    """Collect what changed from the sources named (default: all), then publish."""
    from headway.cli import pipeline

    if dry_run:
        print_results(pipeline.preview(paths, sources or SOURCES), terminal.echo)
    print_results(
        pipeline.refresh(
            paths,
            sources or SOURCES,
            as_of,
            not no_publish,
            pipeline.Options(full=full, dump=dump_raw, max_wait=max_wait, timeout=timeout),
        )
    )


@click.command(name="import")
@placed
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=FilePath(exists=True, dir_okay=False),
)
@click.option(
    "--as",
    "kind",
    type=click.Choice((*KINDS, SPEND, SURVEY)),
    help="Read it as this kind, by the generic columns.",
)
@click.option(
    "--account",
    default="",
    metavar="NAME",
    callback=checked(AccountName),
    help="Whose it is, where you have a tool twice.",
)
@day_option("--until", help="Last day the file covers  [default: when it was last written]")
@click.option("--no-publish", is_flag=True, help="Import, and do not publish.")
@click.option("--dry-run", is_flag=True, help="Print what each file is; import nothing.")
@click.option(
    "--comments-read",
    is_flag=True,
    help="A person has read the comments of a survey, and nobody is named.",
)
def import_(
    paths: DataPaths,
    files: tuple[Path, ...],
    kind: str | None,
    account: str,
    until: date | None,
    no_publish: bool,
    dry_run: bool,
    comments_read: bool,
) -> None:
    """Import FILEs of other tools (items, incidents, experiments, spend, surveys), then publish."""
    from headway.cli import pipeline

    end = datetime.combine(until + timedelta(days=1), time()) if until else None
    if dry_run:
        results = pipeline.preview_import(paths, files, account, kind, end, comments_read)
        print_results(results, terminal.echo)
    print_results(
        pipeline.import_files(paths, files, account, kind, end, not no_publish, comments_read)
    )


@click.command()
@placed
@logged
@as_of_option
def publish(paths: DataPaths, as_of: date | None) -> None:
    """Publish the ledger with the current people and rules."""
    from headway.cli import pipeline

    print_results(pipeline.publish_again(paths, as_of))


@click.command()
@placed
@click.argument("backup", default="", metavar="[FILE|DATE]")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(paths: DataPaths, backup: str, yes: bool) -> None:
    """Replace the ledger with a backup by FILE or DATE (default: list, use the newest)."""
    from collectors.ledger import backups
    from headway.cli import output, pipeline

    if not backup and (result := backups.list_backups(paths.ledger)):
        rows = [
            (
                item.path.name,
                f"{item.size / 1e6:,.1f}",
                str(item.version or ""),
                f"{item.pull_requests:,}",
                item.problem,
            )
            for item in result
        ]
        columns = ("backup", "MB", "version", "pull requests", "problem")
        terminal.echo(output.as_table(columns, rows))
    selected = backups.select(paths.ledger, backup)
    if not yes and not sys.stdin.isatty():
        if backup:
            raise click.ClickException(
                f"{selected} would replace {paths.ledger}; confirm with --yes"
            )
        say(
            f"`headway restore --yes` replaces the ledger with {selected}; "
            "name another backup by its file or its day"
        )
    elif yes or terminal.confirm(f"Replace {paths.ledger} with {selected}?"):
        say(pipeline.restore(paths, selected), "restored")
