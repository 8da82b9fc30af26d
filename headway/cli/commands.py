"""Command line.

Commands import their modules when they run: pandas and PyGithub take seconds to import, and
``--help`` does not need them.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path

import click

from collectors.imports.formats import KINDS
from collectors.imports.source import preview_files
from collectors.imports.spend.formats import KIND as SPEND
from collectors.spend.vendors import load_vendors
from headway.cli import terminal
from headway.cli.exit_codes import CROSSED, DONE, SOME_FAILED, answer, complain, print_results, run
from headway.cli.log import say
from headway.cli.options import (
    FilePath,
    as_of_option,
    checked,
    day_option,
    logged,
    placed,
    snapshot_option,
    yesterday,
)
from headway.config.fields import AccountName, Address, Owner, Repository, problem
from headway.config.paths import DataPaths
from headway.config.settings import GitHubTable, Settings, read_settings, write_settings

SOURCES = ("github", "people", "inbox", *load_vendors())
DUMP_HELP = "Keep vendors' answers about spend here as they came; they name people."


def main() -> None:
    """Run the command line; every error is one line and an exit code.

    Files and folders that it makes are private under every umask.
    """
    os.umask(0o077)
    run(cli)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("headway"), prog_name="headway")
def cli() -> None:
    """Headway: engineering outcomes, not headcount."""


@cli.command()
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
    say(
        f"wrote {paths.config}; next: set GITHUB_TOKEN (or `gh auth login`), "
        "then run `headway refresh`"
    )


def listed(answer: str) -> tuple[str, ...]:
    """Return the repositories in an answer."""
    names = tuple(answer.replace(",", " ").split())
    for name in names:
        if message := problem(Repository, name):
            raise click.BadParameter(message)
    if not names:
        raise click.BadParameter("name at least one")
    return names


@cli.command()
@placed
@day_option("--until", help="The last day of its history  [default: yesterday]")
@click.option("--no-effects", is_flag=True, help="Let its rollout of coding agents change nothing.")
def demo(paths: DataPaths, until: date | None, no_effects: bool) -> None:
    """Build a synthetic company in DIR/demo and publish it."""
    from headway.demo.publish import build_demo

    path = build_demo(paths.data, until or yesterday(), has_effects=not no_effects)
    say(f"published {path}")
    say(f"see it with `headway serve --data {paths.data / 'demo'}`")


@cli.command()
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


@cli.command(name="import")
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
    type=click.Choice((*KINDS, SPEND)),
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
def import_(
    paths: DataPaths,
    files: tuple[Path, ...],
    kind: str | None,
    account: str,
    until: date | None,
    no_publish: bool,
    dry_run: bool,
) -> None:
    """Import FILEs of other tools (incidents, work items, experiments, spend), then publish."""
    from headway.cli import pipeline

    end = datetime.combine(until + timedelta(days=1), time()) if until else None
    if dry_run:
        print_results(preview_files(files, account, kind, end), terminal.echo)
    print_results(pipeline.import_files(paths, files, account, kind, end, not no_publish))


@cli.command()
@placed
@logged
@as_of_option
def publish(paths: DataPaths, as_of: date | None) -> None:
    """Publish the ledger with the current people and rules."""
    from headway.cli import pipeline

    print_results(pipeline.publish_again(paths, as_of))


@cli.command()
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


@cli.command()
@placed
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8501,
    envvar="PORT",
    show_default=True,
    help="Its port.",
)
@click.option("--address", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    envvar="HEADWAY_HOSTS",
    metavar="NAME",
    help="A further name that readers open it by, of the proxy for instance; repeatable.",
)
@click.option(
    "--anyone-on-the-network",
    "is_open",
    is_flag=True,
    help="Listen beyond this machine; there is no sign-in.",
)
@click.option(
    "--demo", "with_demo", is_flag=True, help="While nothing is published, show the demo company."
)
@snapshot_option
def serve(
    paths: DataPaths,
    port: int,
    address: str,
    hosts: tuple[str, ...],
    is_open: bool,
    with_demo: bool,
    snapshot: Path | None,
) -> None:
    """Open the dashboard in a browser."""
    from headway.cli import serving

    serving.check_address(address, port, is_open)
    serving.check_hosts(hosts)
    data = paths.data.resolve()
    if with_demo and not snapshot and not paths.published.exists():
        data = data / "demo"
        if not DataPaths(data, paths.config).published.exists():
            from headway.demo.publish import build_demo

            say("nothing is published yet: building the demo company")
            build_demo(data.parent, yesterday())
    if is_open:
        say(f"anyone who reaches {address}, port {port}, can read the dashboard: it has no sign-in")
    name = f"[{address}]" if ":" in address else address
    say(f"Headway is at http://{name}:{port} (stop it with Ctrl-C)")
    serving.become_server(port, address, hosts, data, snapshot)


@cli.command()
@placed
@snapshot_option
@click.option("--json", "as_json", is_flag=True, help="All rows of the table answers, as JSON.")
def answers(paths: DataPaths, snapshot: Path | None, as_json: bool) -> None:
    """Print the newest answers."""
    from headway.cli import output
    from queries.read.snapshot import current

    published = current(paths.data, snapshot)
    if as_json:
        output.print_query(published.path, "from answers", "json")
    else:
        terminal.echo(output.as_answers(published))


@cli.command()
@placed
@snapshot_option
@click.argument("metric", default="")
@click.argument("quarter", default="")
def verify(paths: DataPaths, snapshot: Path | None, metric: str, quarter: str) -> None:
    """Work out the verdicts of METRIC again, of QUARTER (2026-Q3) or of the newest; exit 3 if not.

    Without METRIC, replay the cases of all metrics on this version.
    """
    from headway.cli import output
    from queries.catalog.catalog import METRICS
    from queries.read.snapshot import current

    names = [item.name for item in METRICS if item.is_headline]
    if metric and metric not in names:
        raise click.BadParameter(f"{metric!r} is no headline; one of {', '.join(names)}")
    published = current(paths.data, snapshot)
    lines, is_same = (
        output.as_verification(published, metric, quarter)
        if metric
        else output.as_replay(published)
    )
    terminal.echo("\n".join(lines))
    if not is_same:
        sys.exit(CROSSED)


@cli.command()
@placed
@snapshot_option
@click.option("--out", type=FilePath(dir_okay=False), metavar="FILE", help="Write HTML into FILE.")
@click.option(
    "--compare",
    type=click.Choice(["rollout", "quarter", "year"]),
    default=None,
    help="The comparison to show; by default since the rollout, if there is one.",
)
@click.option("--quarter", default="", metavar="QUARTER", help="As it was decided: 2026-Q3.")
@click.option("--slack", is_flag=True, help="Post headline and verdicts to the webhook.")
def report(
    paths: DataPaths,
    snapshot: Path | None,
    out: Path | None,
    compare: str | None,
    quarter: str,
    slack: bool,
) -> None:
    """Print the headline and the five verdicts, write them as a page, or post them."""
    from headway.cli import reporting
    from queries.read.snapshot import current

    choice = compare or ("quarter" if quarter else "")
    content = reporting.Report(current(paths.data, snapshot), choice, quarter)
    if out:
        answer(f"wrote {content.write(out)}", "written")
    if slack:
        settings = read_settings(paths.config)
        if failure := content.post(settings.check.webhook_env):
            complain(failure)
            sys.exit(SOME_FAILED)
        answer("posted to the webhook", "posted")
    if not out and not slack:
        terminal.echo("\n".join(content.lines))


@cli.command()
@placed
@snapshot_option
@click.argument("query", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
def sql(paths: DataPaths, snapshot: Path | None, query: str, as_json: bool, as_csv: bool) -> None:
    """Run one query on the published file, read-only; from standard input where none is given."""
    from headway.cli import output
    from queries.read.query import STATEMENT_BYTES
    from queries.read.snapshot import current

    if not query and sys.stdin.isatty():
        raise click.ClickException(
            "write a query: headway sql 'select count(*) from pull_requests', or pipe one in"
        )
    published = current(paths.data, snapshot)
    text = query or sys.stdin.buffer.read(STATEMENT_BYTES + 1).decode("utf-8", "replace")
    form = "json" if as_json else "csv" if as_csv else "table"
    output.print_query(published.path, text, form)


@cli.command()
@placed
@click.option(
    "--map",
    "mapped",
    nargs=2,
    metavar="LABEL KIND",
    help="Add a rule that a label means a kind; publish.",
)
def rules(paths: DataPaths, mapped: tuple[str, str] | None) -> None:
    """Show what each rule matched, labels without a rule, and accounts that may be machines."""
    if mapped:
        from headway.cli import pipeline

        print_results(pipeline.map_label(paths, *mapped))

    from headway.cli import output
    from queries.publish.machines import QUICK_ACCOUNTS
    from queries.read.snapshot import current

    terminal.echo(output.as_rules(current(paths.data), paths.data / QUICK_ACCOUNTS))


@cli.command()
@placed
@logged
@click.option(
    "--max-age-days",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How old the data may be.",
)
def check(paths: DataPaths, max_age_days: int) -> None:
    """Check that data is fresh and complete and spend within budget; exit 3 if not."""
    from headway.cli import webhook
    from queries.read.snapshot import current, listing

    source = click.get_current_context().get_parameter_source("config")
    is_optional = source == click.core.ParameterSource.DEFAULT and not paths.config.exists()
    settings = Settings() if is_optional else read_settings(paths.config)
    snapshot = current(paths.data)
    stale = listing(snapshot, "freshness", max_age_days=max_age_days, now=datetime.now(UTC))
    gaps = listing(snapshot, "gaps")
    crossed = listing(
        snapshot, "over_budget", share=settings.check.budget_share, risk=settings.check.budget_risk
    )
    if problems := [*stale["problem"], *gaps["problem"], *crossed["problem"]]:
        for line in problems:
            answer(line, "crossed", "error")
        address = os.environ.get(settings.check.webhook_env, "").strip()
        if failure := webhook.post(address, problems) if address else "":
            complain(failure)
        sys.exit(CROSSED)
    answer(f"as of {snapshot.as_of}: fresh, and every check passed", "fresh")


@cli.command()
@placed
def doctor(paths: DataPaths) -> None:
    """Check this machine: settings, credentials, data folder."""
    from headway.cli import pipeline

    results = list(pipeline.check_machine(paths))
    for result in results:
        text = terminal.single_line(result.text)
        mark = "FAIL" if not result.is_good else "WARN" if result.event == "warning" else "OK  "
        terminal.echo(f"{mark}  {text}")
    sys.exit(DONE if all(result.is_good for result in results) else SOME_FAILED)


if __name__ == "__main__":
    main()
