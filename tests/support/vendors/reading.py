"""Sync of a local vendor into a ledger, and queries of that ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from collectors.ledger.opening import open_ledger
from collectors.spend import sync
from collectors.spend.sync import StreamResult
from collectors.spend.vendor import accounts
from collectors.spend.vendors import load_vendors
from tests.support.vendors import Server

#: last complete day in tests without the clock
LAST = date(2026, 11, 20)


def read(
    data: Path,
    server: Server,
    name: str,
    environment: Mapping[str, str],
    *,
    last: date = LAST,
    is_full: bool = False,
    organizations: Sequence[str] = (),
    notices: list[str] | None = None,
    days: int = 40,
) -> list[StreamResult]:
    """Sync all accounts of a vendor into a ledger; return each report's result.

    ``days`` limits the history of the first sync.
    """
    vendor = load_vendors()[name]
    streams = [
        replace(stream, history_days=min(stream.history_days, days)) for stream in vendor.streams
    ]
    vendor = replace(vendor, streams=tuple(streams))
    notify = ([] if notices is None else notices).append
    secrets = {**server.environment(), **environment}
    results: list[StreamResult] = []
    with open_ledger(data / "ledger.duckdb", "test") as store:
        for account in accounts(vendor, secrets, organizations, ""):
            results += sync.collect(account, store, notify=notify, last=last, is_full=is_full)
    return results


def query(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return rows of a ledger; ``days`` is spend joined to its partitions."""
    with duckdb.connect(str(data / "ledger.duckdb"), read_only=True) as db:
        joined = "with days as (from spend_partitions join spend_rows using (partition_id)) "
        return db.execute(joined + sql).fetchall()


def totals(data: Path, column: str = "amount") -> dict[tuple[str, str, str], Decimal]:
    """Return the amounts by source, account and day.

    An empty day is 0. A day that was not read is absent.
    """
    rows = query(
        data,
        f"""select source, account, day::varchar, coalesce(sum({column}), 0)
        from spend_partitions left join spend_rows using (partition_id) group by all""",
    )
    return {(source, account, day): amount for source, account, day, amount in rows}


def vendor_rows(data: Path) -> list[tuple[Any, ...]]:
    """Return all columns of the ledger that depend only on the vendor, in order."""
    return query(
        data,
        """select source, account, day, origin, is_provisional, spend_rows.* exclude (partition_id)
        from spend_partitions left join spend_rows using (partition_id) order by all""",
    )
