"""GitHub Copilot: what an organisation is billed, who holds a seat, and what each user consumed.

https://docs.github.com/rest/billing/usage and https://docs.github.com/rest/copilot
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from collectors.errors import RefusedError, SourceError
from collectors.spend import fields
from collectors.spend.fields import DOLLARS, Json
from collectors.spend.records import Line, Parameters, Partition, Source, Stream, days, partitions

if TYPE_CHECKING:
    from collectors.spend.client import Door

#: https://docs.github.com/copilot/concepts/billing: premium requests until then, AI credits from then on; each has a
#: report of its own, which is empty for the days of the other
CREDITS_FROM = date(2026, 6, 1)
#: what a credit is worth
CREDIT = Decimal("0.01")
PAGE_SIZE = 100
#: reports are rows, or come as a list under one of these names
WRAPPERS = ("user_totals", "day_totals")


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers of a request."""
    return {
        "Authorization": f"Bearer {secret}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2026-03-10",
    }


def read_bills(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield each day with what it was billed: use net and gross, and the fees for seats."""
    for day in days(first, last):
        requested: Parameters = [("year", day.year), ("month", day.month), ("day", day.day)]
        kind = "ai_credit" if day >= CREDITS_FROM else "premium_request"
        base = f"/organizations/{door.account}/settings/billing"
        # each answer tells of the one day that it was asked for
        items = door.listed(door.get(f"{base}/{kind}/usage", requested), "usageItems")
        yield from partitions(
            day, day, {day: items + _seat_fees(door, f"{base}/usage", requested)}, _bill_lines
        )


def _seat_fees(door: Door, path: str, requested: Parameters) -> list[Json]:
    try:
        items = door.listed(door.get(path, requested), "usageItems")
    except RefusedError:
        door.say_once(
            "the bill of the organisation is not open to this token; fees for seats are not known"
        )
        return []
    return [item for item in items if _is_copilot(item) and _is_seat(item)]


def _is_copilot(item: Json) -> bool:
    return "copilot" in f"{item.get('product')} {item.get('sku')}".lower()


def _is_seat(item: Json) -> bool:
    return "user" in str(item.get("unitType")).lower()


def _bill_lines(items: Iterable[Json]) -> Iterator[Line]:
    for item in items:
        is_seat = _is_seat(item)
        is_request = "request" in (fields.word(item, "unitType") or "").lower()
        quantity = fields.owed(item, "grossQuantity", DOLLARS) if is_request else None
        yield Line(
            provider="github",
            tool="copilot",
            basis="seat" if is_seat else "tool_billing",
            model=fields.word(item, "model") or fields.word(item, "sku"),
            charge="seat" if is_seat else "usage",
            requests=int(quantity.to_integral_value()) if quantity is not None else None,
            amount=fields.owed(item, "netAmount", DOLLARS),
            list_amount=fields.money(item, "grossAmount", DOLLARS),
        )


def read_seats(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield each day with the logins that hold a seat now and held it then."""
    seats: dict[str, Json] = {}
    path, page, came = f"/orgs/{door.account}/copilot/billing/seats", 1, 0
    while True:
        answer = door.get(path, [("per_page", PAGE_SIZE), ("page", page)])
        result = door.listed(answer, "seats")
        came += len(result)
        for seat in result:  # once for every team that gave the seat
            if login := fields.lowered(seat, "assignee.login"):
                seats.setdefault(login, seat)
        if len(result) < PAGE_SIZE:
            break
        page += 1
    if (promised := fields.count(answer, "total_seats")) is not None and came < promised:
        raise SourceError(f"{door.title}: {came:,} of {promised:,} seats came; run again later")
    for day in days(first, last):
        yield from partitions(
            day, day, {day: [s for s in seats.values() if _is_held(s, day)]}, _seat_lines
        )


def _is_held(seat: Json, day: date) -> bool:
    return fields.at(seat, "created_at") is None or fields.day_of(seat, "created_at") <= day


def _seat_lines(seats: Iterable[Json]) -> Iterator[Line]:
    for seat in seats:
        yield Line(
            provider="github",
            tool="copilot",
            basis="seat",
            charge="seat",
            model=fields.word(seat, "plan_type"),
            actor_kind="user",
            actor=fields.lowered(seat, "assignee.login"),
        )


def read_users(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield each day that GitHub has a report of, with what each user consumed; without a report nothing is known."""
    for day in days(first, last):
        try:
            answer = door.get(
                f"/orgs/{door.account}/copilot/metrics/reports/users-1-day",
                [("day", day.isoformat())],
            )
        except RefusedError as error:
            if error.status != 404:
                raise
            continue
        if answer is None:
            continue
        links = fields.at(answer, "download_links")
        if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
            raise SourceError(f"{door.title}: a usage report of {day} without download_links")
        rows = [row for link in links for row in _report(door, door.fetch(link), day)]
        yield from partitions(day, day, {day: rows}, _user_lines)


def _report(door: Door, text: str, day: date) -> list[Json]:
    """The rows of a report: a line of JSON each, or one list, or a list within an object."""
    try:
        result = [_decoded(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        try:
            result = [_decoded(text)]
        except ValueError:
            raise SourceError(
                f"{door.title}: the usage report of {day} is no JSON; run again later"
            ) from None
    rows: list[Json] = []
    for row in [row for item in result for row in (item if isinstance(item, list) else [item])]:
        if not isinstance(row, dict):
            raise SourceError(
                f"{door.title}: the usage report of {day} holds something else than rows"
            )
        rows += next((fields.records(row, name) for name in WRAPPERS if name in row), [row])
    return rows


def _decoded(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


def _user_lines(rows: Iterable[Json]) -> Iterator[Line]:
    for row in rows:
        credits = fields.money(row, "ai_credits_used", CREDIT)
        requests = fields.count(row, "user_initiated_interaction_count")
        if credits or requests:
            yield Line(
                provider="github",
                tool="copilot",
                basis="client",
                is_estimate=True,
                actor_kind="user",
                actor=fields.lowered(row, "user_login"),
                requests=requests,
                list_amount=credits,
            )


SOURCE = Source(
    name="copilot",
    secret="GITHUB_TOKEN",
    url="",  # the GitHub of the settings
    headers=headers,
    permission="a token of an owner of the organisation: fine-grained with Administration: read, GitHub Copilot "
    "Business: read and Organization Copilot metrics: read, or classic with read:org and manage_billing:copilot",
    # 900 points a minute, one a request: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    per_minute=900,
    is_by_organization=True,
    streams=(
        # how late billing comes is not documented; three days that are read again are ours
        Stream("copilot", read_bills, history_days=365, restated_days=3, days_at_once=1),
        # seats are told as of now
        Stream(
            "copilot seats",
            read_seats,
            history_days=1,
            restated_days=0,
            days_at_once=31,
            is_optional=True,
        ),
        # a report is whole after two full UTC days: https://docs.github.com/rest/copilot/copilot-usage-metrics
        Stream(
            "copilot users",
            read_users,
            history_days=90,
            restated_days=3,
            days_at_once=1,
            is_optional=True,
        ),
    ),
)
