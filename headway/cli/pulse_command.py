"""Command `pulse`: the form of the next wave, and how many have answered."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

import click

from headway.cli import terminal
from headway.cli.options import placed
from headway.config.paths import DataPaths


@click.command()
@placed
def pulse(paths: DataPaths) -> None:
    """Print the questions of the next pulse survey, and the response rate so far."""
    from collectors.imports.surveys.form import form_text, so_far
    from collectors.imports.surveys.mapping import read_mapping
    from collectors.ledger.opening import open_ledger

    mapping, today = read_mapping(paths.surveys), datetime.now(UTC).date()
    for line in form_text(mapping, today):
        terminal.echo(line)
    with open_ledger(paths.ledger, version("headway"), read_only=True) as ledger:
        terminal.echo(f"\n{so_far(ledger, mapping.surveys[0])}")
