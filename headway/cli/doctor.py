"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

from collectors.errors import LedgerBusyError, LedgerError
from collectors.ledger.opening import open_ledger
from collectors.source import CheckResult


def versions() -> list[CheckResult]:
    """Return what Headway runs on."""
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("duckdb", "streamlit", "pandas", "plotly", "PyGithub")
    )
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [CheckResult(True, f"Python {python}; {packages}")]


def data(folder: Path, ledger: Path) -> list[CheckResult]:
    """Return whether the data folder can be written and the ledger opened."""
    above = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    if not os.access(above, os.W_OK):
        return [
            CheckResult(
                False,
                f"{above} cannot be written; change its permissions, or name another with --data",
            )
        ]
    if not ledger.exists():
        return [CheckResult(True, f"{folder} can be written; nothing is collected yet")]
    try:
        with open_ledger(ledger, version("headway"), read_only=True) as store:
            count = store.rows("select count(*) as n from github_pull_requests")[0]["n"]
    except LedgerBusyError:
        return [CheckResult(True, f"{ledger} is in use: a refresh is running")]
    except LedgerError as error:
        return [CheckResult(False, str(error))]
    return [CheckResult(True, f"{ledger} holds {count:,} pull requests")]
