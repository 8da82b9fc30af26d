"""Command line.

A command's module is imported when it runs: pandas, PyGithub and Streamlit take seconds to import.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
from importlib.metadata import version

import click

from headway.cli.exit_codes import run

#: where each command is, by section and name, in the order of use
SECTIONS = {
    "Start": {
        "init": "headway.cli.setup_commands:init",
        "demo": "headway.cli.setup_commands:demo",
        "doctor": "headway.cli.setup_commands:doctor",
        "refresh": "headway.cli.ledger_commands:refresh",
    },
    "Read": {
        "serve": "headway.cli.reader_commands:serve",
        "answers": "headway.cli.reader_commands:answers",
        "report": "headway.cli.reader_commands:report",
        "sql": "headway.cli.reader_commands:sql",
        "mcp": "headway.cli.mcp_command:mcp",
    },
    "Data": {
        "import": "headway.cli.ledger_commands:import_",
        "pulse": "headway.cli.pulse_command:pulse",
        "rules": "headway.cli.reader_commands:rules",
        "publish": "headway.cli.ledger_commands:publish",
    },
    "Operate": {
        "check": "headway.cli.reader_commands:check",
        "verify": "headway.cli.reader_commands:verify",
        "restore": "headway.cli.ledger_commands:restore",
    },
}
COMMANDS = {name: path for section in SECTIONS.values() for name, path in section.items()}


class Commands(click.Group):
    """Group that imports a command's module when the command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name; None where there is none."""
        module_path = COMMANDS.get(cmd_name)
        return pkgutil.resolve_name(module_path) if module_path else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section with the whole first sentence of its commands."""
        for section, names in SECTIONS.items():
            lines = []
            for name in names:
                command = self.get_command(ctx, name)
                text = inspect.cleandoc((command and command.help) or "").partition("\n\n")[0]
                lines.append((name, " ".join(text.split())))
            with formatter.section(section):
                formatter.write_dl(lines)


def main() -> None:
    """Run the command line; every error is one line and an exit code.

    Files and folders that it makes are private under every umask.
    """
    os.umask(0o077)
    run(cli)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(version("headway"), prog_name="headway")
def cli() -> None:
    """Headway: engineering outcomes, not headcount."""


if __name__ == "__main__":
    main()
