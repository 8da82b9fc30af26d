"""Commands that read what is published."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from headway.cli import terminal
from headway.cli.exit_codes import CROSSED, SOME_FAILED, answer, complain, print_results
from headway.cli.log import say
from headway.cli.options import FilePath, logged, placed, snapshot_option, yesterday
from headway.config.paths import DataPaths
from headway.config.settings import Settings, read_settings


@click.command()
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
    help="Listen beyond this machine without sign-in.",
)
@click.option(
    "--demo", "with_demo", is_flag=True, help="While nothing is published, show the demo company."
)
@click.option(
    "--log-requests", is_flag=True, help="Log method, page, status and time of each request."
)
@logged
@snapshot_option
def serve(
    paths: DataPaths,
    port: int,
    address: str,
    hosts: tuple[str, ...],
    is_open: bool,
    with_demo: bool,
    log_requests: bool,
    snapshot: Path | None,
) -> None:
    """Open the dashboard in a browser."""
    from headway.cli import serving

    sign_in = _optional_settings(paths).sign_in
    more = serving.sign_in_variables(sign_in, os.environ)
    serving.check_address(address, port, is_open or bool(more))
    serving.check_hosts(hosts)
    data = paths.data.resolve()
    if with_demo and not snapshot and not paths.published.exists():
        data = data / "demo"
        if not DataPaths(data, paths.config).published.exists():
            from headway.demo.publish import build_demo

            say("nothing is published yet: building the demo company")
            build_demo(data.parent, yesterday())
    name = f"[{address}]" if ":" in address else address
    note = "with sign-in" if more else "without sign-in, for this machine only"
    if is_open and not more:
        say(f"anyone who reaches {address}, port {port}, can read the dashboard: it has no sign-in")
        note = "without sign-in"
    say(f"Headway is at http://{name}:{port}, {note} (stop it with Ctrl-C)")
    if log_requests:
        more = {**more, **serving.request_log()}
    own_hosts = [host for host in (serving.host_of(sign_in),) if host]
    serving.become_server(port, address, [*hosts, *own_hosts], data, snapshot, more)


def _optional_settings(paths: DataPaths) -> Settings:
    """Return the settings; the defaults if there is no file and none was named."""
    source = click.get_current_context().get_parameter_source("config")
    is_optional = source == click.core.ParameterSource.DEFAULT and not paths.config.exists()
    return Settings() if is_optional else read_settings(paths.config)


@click.command()
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
        terminal.echo_text(output.as_answers(published))


@click.command()
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


@click.command()
@placed
@snapshot_option
@click.option("--out", type=FilePath(dir_okay=False), metavar="FILE", help="Write HTML into FILE.")
@click.option(
    "--compare",
    type=click.Choice(["rollout", "quarter", "year", "baseline"]),
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
    published = current(paths.data, snapshot)
    content = reporting.Report(published, choice, quarter, None if snapshot else paths.data)
    if out:
        answer(f"wrote {content.write(out)}", "written")
    if slack:
        settings = read_settings(paths.config)
        if failure := content.post(settings.check.webhook_env):
            complain(failure)
            sys.exit(SOME_FAILED)
        answer("posted to the webhook", "posted")
    if not out and not slack:
        terminal.echo_text("\n".join(content.lines))


@click.command()
@placed
@snapshot_option
@click.argument("query", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@click.option("--wide", is_flag=True, help="Print whole cells and all rows on a terminal too.")
def sql(
    paths: DataPaths,
    snapshot: Path | None,
    query: str,
    as_json: bool,
    as_csv: bool,
    wide: bool,
) -> None:
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
    output.print_query(published.path, text, form, is_fitted=not wide and sys.stdout.isatty())


@click.command()
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


@click.command()
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
    """Check data, budgets and expectations; exit 3 if one needs attention."""
    from headway.cli import webhook
    from queries.read.snapshot import current, listing

    settings = _optional_settings(paths)
    snapshot = current(paths.data)
    stale = listing(snapshot, "freshness", max_age_days=max_age_days, now=datetime.now(UTC))
    gaps = listing(snapshot, "gaps")
    crossed = listing(
        snapshot, "over_budget", share=settings.check.budget_share, risk=settings.check.budget_risk
    )
    missed = listing(snapshot, "missed_expectations")
    lists = (stale, gaps, crossed, missed)
    if problems := [line for rows in lists for line in rows["problem"]]:
        for line in problems:
            answer(line, "crossed", "error")
        address = os.environ.get(settings.check.webhook_env, "").strip()
        if failure := webhook.post(address, problems) if address else "":
            complain(failure)
        sys.exit(CROSSED)
    answer(f"as of {snapshot.as_of}: fresh, and every check passed", "fresh")
