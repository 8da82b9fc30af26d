"""Checks of this machine: versions and the data folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from collectors.errors import LedgerBusyError, LedgerError
from collectors.ledger.opening import open_ledger
from collectors.source import CheckResult
from headway.installation import overwritten

PACKAGES = ("duckdb", "streamlit", "pandas", "plotly", "PyGithub")


def versions() -> CheckResult:
    """Return the versions of Python and the main packages."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return CheckResult(True, f"Python {platform.python_version()}; {packages}")


def packages() -> Iterator[CheckResult]:
    """Yield a failure if another package has written over a module of Headway."""
    if problem := overwritten():
        yield CheckResult(False, problem)


def data_folder(folder: Path, ledger: Path) -> CheckResult:
    """Return whether the data folder can be written and the ledger opened."""
    existing = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    if not os.access(existing, os.W_OK):
        hint = "change its permissions, or name another with --data"
        return CheckResult(False, f"{existing} cannot be written; {hint}")
    if not ledger.exists():
        return CheckResult(True, f"{folder} can be written; nothing is collected yet")
    try:
        with open_ledger(ledger, version("headway"), read_only=True) as store:
            count = store.rows("select count(*) as n from github_pull_requests")[0]["n"]
    except LedgerBusyError:
        return CheckResult(True, f"{ledger} is in use: a refresh is running")
    except LedgerError as error:
        return CheckResult(False, str(error))
    return CheckResult(True, f"{ledger} holds {count:,} pull requests")
