"""Accounts that answer too fast for a person, saved in a private file for ``headway rules``."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from queries.sql_files import ROOT, read_sql

QUICK_ACCOUNTS = "quick_accounts.csv"


def save_quick_accounts(db: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Write the accounts that answer within a minute into a private file of the data folder."""
    result = db.execute(read_sql(ROOT / "shared" / "quick_accounts.sql").statement)
    rows = [[column[0] for column in result.description or ()], *result.fetchall()]
    path = data / QUICK_ACCOUNTS
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
