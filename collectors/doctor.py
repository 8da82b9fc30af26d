"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from collectors.errors import SourceError
from collectors.github import GitHub, visible
from collectors.github_api import Api


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is good, and one line that says so or what to do."""

    is_good: bool
    text: str


def versions() -> list[Finding]:
    """Return what Headway runs on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "streamlit", "pandas", "plotly", "PyGithub"))
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [Finding(True, f"Python {python}; {packages}")]


def github(source: GitHub, token: str | None) -> list[Finding]:
    """Return whether GitHub answers, what is left of its limits, and which repositories this token sees."""
    if token is None:
        return [Finding(False, "no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`")]
    try:
        api = Api(source.base_url, token)
        limits = api.rest("/rate_limit", {})["resources"]
        kinds = ("core", "graphql")
        left = ", ".join(f"{kind} {limits[kind]['remaining']} of {limits[kind]['limit']}" for kind in kinds)
        found = [Finding(True, f"{api.host} accepts the token; requests left this hour: {left}")]
        for result in visible(api, source):
            found.append(Finding(not result.message, result.message or f"{result.repo}: {result.rows:,} pull requests"))
        return found
    except SourceError as error:
        return [Finding(False, str(error))]


def data(folder: Path, ledger: Path) -> list[Finding]:
    """Return whether the data folder can be written and the ledger opened."""
    above = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    if not os.access(above, os.W_OK):
        return [Finding(False, f"{above} cannot be written; change its permissions, or name another with --data")]
    if not ledger.exists():
        return [Finding(True, f"{folder} can be written; nothing is collected yet")]
    try:
        with duckdb.connect(str(ledger), read_only=True) as db:
            count = db.execute("select count(*) from github_pull_requests").fetchone()
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        return [Finding(False, f"{ledger}: {said}; wait for a running refresh, or restore backups/")]
    return [Finding(True, f"{ledger} holds {count[0] if count else 0:,} pull requests")]
