"""What tests do with spend: read a vendor into a ledger, and look at what the ledger then holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from collectors.ledger.opening import open_ledger
from collectors.spend import sync, vendors
from collectors.spend.sync import Result
from tests.support.vendors import Server

#: the last day that is over, in tests that do not go by the clock
LAST = date(2026, 11, 20)
SECRETS = {
    "anthropic": "ANTHROPIC_ADMIN_KEY",
    "cursor": "CURSOR_ADMIN_KEY",
    "openai": "OPENAI_ADMIN_KEY",
}


def read(
    data: Path,
    server: Server,
    name: str,
    environment: Mapping[str, str],
    *,
    last: date = LAST,
    full: bool = False,
    organizations: Sequence[str] = (),
    said: list[str] | None = None,
    dump: Path | None = None,
    days: int = 40,
) -> list[Result]:
    """Read every account of one vendor into the ledger of a folder, from at most some days on; how each report went."""
    source = vendors.sources()[name]
    streams = tuple(
        replace(item, history_days=min(item.history_days, days)) for item in source.streams
    )
    source = replace(source, streams=streams)
    say = (said if said is not None else []).append
    accounts = sync.accounts(source, {**server.environment(), **environment}, organizations, "")
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return [
            result
            for account in accounts
            for result in sync.collect(account, store, say, last, full, dump)
        ]


def query(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return rows of a ledger, spend and its partitions joined as ``found``."""
    with duckdb.connect(str(data / "ledger.duckdb"), read_only=True) as db:
        joined = "with found as (from spend_partitions join spend_rows using (partition_id)) "
        return db.execute(joined + sql).fetchall()


def totals(data: Path, column: str = "amount") -> dict[tuple[str, str, str], Decimal]:
    """Return the amounts by source, account and day; a day that was read and is empty is 0, another is not there."""
    rows = query(
        data,
        f"""select source, account, day::varchar, coalesce(sum({column}), 0)
        from spend_partitions left join spend_rows using (partition_id) group by all""",
    )
    return {(source, account, day): amount for source, account, day, amount in rows}


def held(data: Path) -> list[tuple[Any, ...]]:
    """Return everything of the ledger that the vendors decide, in order."""
    reported = "source, account, day, origin, is_provisional"
    whole = f"select {reported}, spend_rows.* exclude (partition_id) from spend_partitions left join spend_rows"
    return query(data, f"{whole} using (partition_id) order by all")
