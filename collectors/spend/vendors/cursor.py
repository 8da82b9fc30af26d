"""Cursor: cost of each use, by the Admin API of a team.

https://docs.cursor.com/account/teams/admin-api

``/teams/spend`` is a running total of the billing cycle without days, and is not read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time

from collectors.errors import SourceError
from collectors.spend import fields
from collectors.spend.client import VendorClient
from collectors.spend.fields import CENTS, Json
from collectors.spend.records import DAY, Partition, SpendRecord, group_by_day, partitions
from collectors.spend.vendor import Stream, Vendor

#: maximum, https://docs.cursor.com/account/teams/admin-api#get-usage-events-data
PAGE_SIZE = 1000
#: kinds of use that the plan includes or that are free; their cents are a list price
FREE_KINDS = ("included", "free", "errored", "not charged", "trial")
TOKENS = ("inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens")


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request.

    The key is the user name, and the password is empty.
    """
    return {"Authorization": f"Basic {base64.b64encode(f'{secret}:'.encode()).decode()}"}


def read(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the use of each day."""
    body = {
        "startDate": _milliseconds(first),
        "endDate": _milliseconds(last + DAY) - 1,
        "pageSize": PAGE_SIZE,
        "page": 1,
    }
    events: list[Json] = []
    while True:
        answer = client.post("/teams/filtered-usage-events", body)
        events += fields.objects(answer, "usageEvents")
        if not fields.value(answer, "pagination.hasNextPage"):
            break
        body["page"] += 1
    expected = fields.count(answer, "totalUsageEventsCount")
    if expected is not None and len(events) != expected:
        raise SourceError(
            f"{client.title}: received {len(events):,} of {expected:,} events, {first} to {last}. "
            "Run again later"
        )
    yield from partitions(first, last, group_by_day(events, _day), _records)


def _records(events: Iterable[Json]) -> Iterator[SpendRecord]:
    for event in events:
        list_amount = fields.money(event, "tokenUsage.totalCents", CENTS)
        amount = fields.money(event, "chargedCents", CENTS)
        if not _is_charged(event):
            amount = CENTS * 0
        elif amount is None:
            amount = list_amount
        counts = [fields.count(event, f"tokenUsage.{name}") for name in TOKENS]
        present = [count for count in counts if count is not None]
        actor = fields.lower_text(event, "userEmail")
        yield SpendRecord(
            provider="cursor",
            tool="cursor",
            basis="tool_billing",
            model=fields.text(event, "model"),
            actor_kind="user" if actor else None,
            actor=actor,
            tokens=sum(present) if present else None,
            requests=1,
            amount=amount,
            list_amount=list_amount,
        )


def _is_charged(event: Json) -> bool:
    kind = (fields.text(event, "kind") or "").lower().replace("_", " ")
    is_chargeable = fields.value(event, "isChargeable") is not False
    is_free_bugbot = fields.value(event, "isFreeBugbot") is True
    return is_chargeable and not is_free_bugbot and not any(free in kind for free in FREE_KINDS)


def _day(event: Json) -> date:
    return fields.epoch_day(event, "timestamp", ticks_per_second=1000)


def _milliseconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


VENDOR = Vendor(
    name="cursor",
    secret_variable="CURSOR_ADMIN_KEY",
    url="https://api.cursor.com",
    headers=headers,
    permission="an Admin API key of the team, created by a team admin",
    # at most 20 requests a minute and 30 days a request; use is aggregated by the hour, so days
    # are final after two days: https://docs.cursor.com/account/teams/admin-api
    requests_per_minute=20,
    streams=(Stream("cursor", read, history_days=360, restated_days=2, days_per_call=30),),
)
