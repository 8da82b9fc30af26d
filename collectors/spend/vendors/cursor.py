"""Cursor: what each use cost, from the Admin API of a team. https://docs.cursor.com/account/teams/admin-api

``/teams/spend`` is a running total of the billing cycle, not of days, and is not read.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from collectors.errors import SourceError
from collectors.spend import fields
from collectors.spend.fields import CENTS, FieldError, Json
from collectors.spend.records import DAY, Line, Partition, Source, Stream, partitions

if TYPE_CHECKING:
    from collectors.spend.client import Door

TOOL = "cursor"
#: the most that a page holds, https://docs.cursor.com/account/teams/admin-api#get-usage-events-data
PAGE_SIZE = 1000
#: kinds of use that the plan covers or that are given away: their cents are what they would have cost
NOT_CHARGED = ("included", "free", "errored", "not charged", "trial")
TOKENS = ("inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens")


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers of a request: the key is the user name, and there is no password."""
    return {"Authorization": f"Basic {base64.b64encode(f'{secret}:'.encode()).decode()}"}


def read(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield the days from the first to the last with what was used on them."""
    requested = {
        "startDate": _milliseconds(first),
        "endDate": _milliseconds(last + DAY) - 1,
        "pageSize": PAGE_SIZE,
    }
    by_day: dict[date, list[Json]] = defaultdict(list)
    page, came = 1, 0
    while True:
        answer = door.post("/teams/filtered-usage-events", {**requested, "page": page})
        for event in door.listed(answer, "usageEvents"):
            by_day[_day(door, event)].append(event)
            came += 1
        if not fields.at(answer, "pagination.hasNextPage"):
            break
        page += 1
    if (promised := fields.count(answer, "totalUsageEventsCount")) is not None and came != promised:
        raise SourceError(
            f"{door.title}: {came:,} of {promised:,} events came, {first} to {last}; run again later"
        )
    yield from partitions(first, last, by_day, _lines)


def _lines(events: Iterable[Json]) -> Iterator[Line]:
    for event in events:
        cost = fields.money(event, "tokenUsage.totalCents", CENTS)
        charged = fields.money(event, "chargedCents", CENTS)
        tokens = [
            result
            for name in TOKENS
            if (result := fields.count(event, f"tokenUsage.{name}")) is not None
        ]
        actor = fields.lowered(event, "userEmail")
        yield Line(
            provider="cursor",
            tool=TOOL,
            basis="tool_billing",
            model=fields.word(event, "model"),
            actor_kind="user" if actor else None,
            actor=actor,
            tokens=sum(tokens) if tokens else None,
            requests=1,
            amount=(charged if charged is not None else cost) if _is_charged(event) else CENTS * 0,
            list_amount=cost,
        )


def _is_charged(event: Json) -> bool:
    kind = (fields.word(event, "kind") or "").lower().replace("_", " ")
    if fields.at(event, "isChargeable") is False or fields.at(event, "isFreeBugbot") is True:
        return False
    return not any(word in kind for word in NOT_CHARGED)


def _day(door: Door, event: Json) -> date:
    try:
        return fields.day_at(event, "timestamp", per_second=1000)
    except FieldError as error:
        raise SourceError(
            f"{door.title}: an event without a day ({error}); nothing of these days was taken"
        ) from None


def _milliseconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


SOURCE = Source(
    name="cursor",
    secret="CURSOR_ADMIN_KEY",
    url="https://api.cursor.com",
    headers=headers,
    permission="an Admin API key of the team, made by a team admin",
    # 20 requests a minute and at most 30 days a request; use is counted by the hour, so that the day before yesterday
    # is final: https://docs.cursor.com/account/teams/admin-api
    per_minute=20,
    streams=(Stream("cursor", read, history_days=360, restated_days=2, days_at_once=30),),
)
