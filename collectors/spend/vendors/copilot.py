"""GitHub Copilot: bills of an organisation, its seats, and the consumption of each user.

https://docs.github.com/rest/billing/usage and https://docs.github.com/rest/copilot
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from collectors.errors import RefusedError, SourceError
from collectors.spend import fields
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.fields import DOLLARS, Json
from collectors.spend.records import Partition, SpendRecord, days, partitions
from collectors.spend.vendor import Stream, Vendor

#: first day billed by AI credits and not by premium requests; each has a report of its own:
#: https://docs.github.com/copilot/concepts/billing
CREDITS_FROM = date(2026, 6, 1)
#: dollars a credit
CREDIT = Decimal("0.01")
PAGE_SIZE = 100
#: names of the list that some reports contain in place of rows
WRAPPERS = ("user_totals", "day_totals")


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {
        "Authorization": f"Bearer {secret}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2026-03-10",
    }


def read_bills(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the bill of each day: use, net and gross, and seat fees."""
    base = f"/organizations/{client.account}/settings/billing"
    for day in days(first, last):
        parameters: Parameters = [("year", day.year), ("month", day.month), ("day", day.day)]
        kind = "ai_credit" if day >= CREDITS_FROM else "premium_request"
        items = fields.objects(client.get(f"{base}/{kind}/usage", parameters), "usageItems")
        items += _seat_fees(client, f"{base}/usage", parameters)
        yield from partitions(day, day, {day: items}, _bill_records)


def _seat_fees(client: VendorClient, path: str, parameters: Parameters) -> list[Json]:
    try:
        items = fields.objects(client.get(path, parameters), "usageItems")
    except RefusedError:
        client.notify_once(
            "the organisation's bill is not open to this token, so seat fees are unknown"
        )
        return []
    return [item for item in items if _is_copilot(item) and _is_seat(item)]


def _is_copilot(item: Json) -> bool:
    return "copilot" in f"{item.get('product')} {item.get('sku')}".lower()


def _is_seat(item: Json) -> bool:
    return "user" in str(item.get("unitType")).lower()


def _bill_records(items: Iterable[Json]) -> Iterator[SpendRecord]:
    for item in items:
        is_seat = _is_seat(item)
        requests: int | None = None
        if "request" in (fields.text(item, "unitType") or "").lower():
            quantity = fields.required_money(item, "grossQuantity", DOLLARS)
            requests = int(quantity.to_integral_value())
        yield SpendRecord(
            provider="github",
            tool="copilot",
            basis="seat" if is_seat else "tool_billing",
            model=fields.text(item, "model") or fields.text(item, "sku"),
            charge="seat" if is_seat else "usage",
            requests=requests,
            amount=fields.required_money(item, "netAmount", DOLLARS),
            list_amount=fields.money(item, "grossAmount", DOLLARS),
        )


def read_seats(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the current seats for each day since their creation."""
    path = f"/orgs/{client.account}/copilot/billing/seats"
    seats: list[Json] = []
    page = 1
    while True:
        answer = client.get(path, [("per_page", PAGE_SIZE), ("page", page)])
        page_seats = fields.objects(answer, "seats")
        seats += page_seats
        if len(page_seats) < PAGE_SIZE:
            break
        page += 1
    expected = fields.count(answer, "total_seats")
    if expected is not None and len(seats) < expected:
        raise SourceError(
            f"{client.title}: received {len(seats):,} of {expected:,} seats. Run again later"
        )
    by_login: dict[str, Json] = {}
    for seat in seats:  # a login has a seat for each team that granted one
        if login := fields.lower_text(seat, "assignee.login"):
            by_login.setdefault(login, seat)
    for day in days(first, last):
        day_seats = [seat for seat in by_login.values() if _exists(seat, day)]
        yield from partitions(day, day, {day: day_seats}, _seat_records)


def _exists(seat: Json, day: date) -> bool:
    created_at = fields.value(seat, "created_at")
    return created_at is None or fields.utc_day(seat, "created_at") <= day


def _seat_records(seats: Iterable[Json]) -> Iterator[SpendRecord]:
    for seat in seats:
        yield SpendRecord(
            provider="github",
            tool="copilot",
            basis="seat",
            charge="seat",
            model=fields.text(seat, "plan_type"),
            actor_kind="user",
            actor=fields.lower_text(seat, "assignee.login"),
        )


def read_users(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield each user's consumption of each day with a report; other days are unknown."""
    path = f"/orgs/{client.account}/copilot/metrics/reports/users-1-day"
    for day in days(first, last):
        try:
            answer = client.get(path, [("day", day.isoformat())])
        except RefusedError as error:
            if error.status != 404:
                raise
            continue
        if answer is None:
            continue
        links = fields.value(answer, "download_links")
        if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
            raise SourceError(f"{client.title}: the usage report of {day} has no download_links")
        rows: list[Json] = []
        for link in links:
            rows += _report_rows(client, client.download(link), day)
        yield from partitions(day, day, {day: rows}, _user_records)


def _report_rows(client: VendorClient, report: str, day: date) -> list[Json]:
    """Return the rows of a report: JSON lines, one list, or a list within an object."""
    try:
        documents = [_json(line) for line in report.splitlines() if line.strip()]
    except ValueError:
        try:
            documents = [_json(report)]
        except ValueError:
            raise SourceError(
                f"{client.title}: the usage report of {day} is not JSON. Run again later"
            ) from None
    items: list[Any] = []
    for document in documents:
        items += document if isinstance(document, list) else [document]
    rows: list[Json] = []
    for item in items:
        if not isinstance(item, dict):
            raise SourceError(
                f"{client.title}: the usage report of {day} contains an item that is not an object"
            )
        wrapper = next((name for name in WRAPPERS if name in item), None)
        rows += fields.objects(item, wrapper) if wrapper else [item]
    return rows


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _user_records(rows: Iterable[Json]) -> Iterator[SpendRecord]:
    for row in rows:
        credits = fields.money(row, "ai_credits_used", CREDIT)
        requests = fields.count(row, "user_initiated_interaction_count")
        if credits or requests:
            yield SpendRecord(
                provider="github",
                tool="copilot",
                basis="client",
                is_estimate=True,
                actor_kind="user",
                actor=fields.lower_text(row, "user_login"),
                requests=requests,
                list_amount=credits,
            )


VENDOR = Vendor(
    name="copilot",
    secret_variable="GITHUB_TOKEN",
    url="",  # the settings have GitHub's URL
    headers=headers,
    permission="a token of an owner of the organisation: fine-grained with Administration: read, "
    "GitHub Copilot Business: read and Organization Copilot metrics: read, "
    "or classic with read:org and manage_billing:copilot",
    # 900 points a minute, one a request:
    # https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    requests_per_minute=900,
    is_by_organization=True,
    streams=(
        # GitHub does not document when bills are final; three days is our choice
        Stream("copilot", read_bills, history_days=365, restated_days=3, days_per_call=1),
        # the API has current seats only
        Stream(
            "copilot seats",
            read_seats,
            history_days=1,
            restated_days=0,
            days_per_call=31,
            is_optional=True,
        ),
        # complete after two UTC days: https://docs.github.com/rest/copilot/copilot-usage-metrics
        Stream(
            "copilot users",
            read_users,
            history_days=90,
            restated_days=3,
            days_per_call=1,
            is_optional=True,
        ),
    ),
)
