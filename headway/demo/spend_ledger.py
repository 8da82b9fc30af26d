"""The demo company's spend in the ledger, as the vendors' APIs and one file of a gateway would have told it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from collectors.ledger.store import Store, now
from headway.demo.company import HOST
from headway.demo.spend_facts import ACCOUNT
from headway.demo.spend_plan import Json, plan_spend
from headway.demo.world import World

#: days that a vendor may still restate
RESTATED_DAYS = {"anthropic": 30, "openai": 7, "copilot": 3}
GATEWAY_FILE = "litellm-spend.csv"


def write_spend(world: World, seed: int, store: Store) -> None:
    """Put all spend into the ledger, in place of that of an earlier demo."""
    started_at = now()
    import_id = hashlib.sha256(f"{HOST} spend".encode()).hexdigest()
    partitions, rows, counts = list[Json](), list[Json](), dict[str, int]()
    for spend in plan_spend(world, seed):
        origin = import_id if spend.source == "generic" else "api"
        partition_id = _partition_id(spend.source, spend.day, origin)
        restated_from = world.until - timedelta(days=RESTATED_DAYS.get(spend.source, 0))
        partitions.append(
            {
                "partition_id": partition_id,
                "source": spend.source,
                "account": ACCOUNT,
                "day": spend.day,
                "origin": origin,
                "exported_at": world.end,
                "loaded_at": world.end,
                "is_provisional": spend.day > restated_from,
            }
        )
        rows += (
            {"partition_id": partition_id, "line": line} | row
            for line, row in enumerate(spend.rows, 1)
        )
        counts[spend.source] = counts.get(spend.source, 0) + len(spend.rows)
    old = store.rows("select partition_id from spend_partitions where account = ?", [ACCOUNT])
    for table in ("spend_rows", "spend_partitions"):
        store.delete(table, old)
    store.merge("spend_partitions", partitions)
    store.merge("spend_rows", rows)
    file: Json = {"import_id": import_id, "kind": "spend", "source": "generic", "account": ACCOUNT}
    file |= {
        "file": GATEWAY_FILE,
        "exported_at": world.end,
        "loaded_at": world.end,
        "rows_read": counts["generic"],
    }
    store.merge("imports", [file])
    for source in RESTATED_DAYS:
        store.record_load(source, ACCOUNT, started_at, "read", rows_read=counts[source])


def _partition_id(source: str, day: date, origin: str) -> str:
    return hashlib.sha256(f"{source}|{ACCOUNT}|{day}|{origin}".encode()).hexdigest()[:16]
