"""Command line.

Commands import their modules when they run: pandas and PyGithub take seconds to import, and
``--help`` does not need them.
"""

from __future__ import annotations

import os
from importlib.metadata import version

import click

from headway.cli import ledger_commands, mcp_command, reader_commands, setup_commands
from headway.cli.exit_codes import run

COMMANDS = (
    setup_commands.init,
    setup_commands.demo,
    ledger_commands.refresh,
    ledger_commands.import_,
    ledger_commands.publish,
    ledger_commands.restore,
    reader_commands.serve,
    reader_commands.answers,
    reader_commands.verify,
    reader_commands.report,
    reader_commands.sql,
    mcp_command.mcp,
    reader_commands.rules,
    reader_commands.check,
    setup_commands.doctor,
)


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


for command in COMMANDS:
    cli.add_command(command)

if __name__ == "__main__":
    main()
