"""Command `mcp`: answers for programs that speak the Model Context Protocol."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import click

from headway.cli.options import placed, snapshot_option
from headway.config.paths import DataPaths


@click.command()
@placed
@snapshot_option
def mcp(paths: DataPaths, snapshot: Path | None) -> None:
    """Answer an MCP client on standard input and output: answers, definitions, tables, queries."""
    try:
        from headway.cli import mcp_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise click.ClickException(
            "the package mcp is not installed; install it with pip install 'headway[mcp]'"
        ) from None
    mcp_server.serve(paths.data, snapshot, version("headway"))
