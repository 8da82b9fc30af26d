"""GitHub Copilot: bills of an organisation, its seats, and the consumption of each user.

https://docs.github.com/rest/billing/usage and https://docs.github.com/rest/copilot
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import Field

from collectors.errors import RefusedError, SourceError
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.models import (
    CamelModel,
    Cents,
    Count,
    Dollars,
    IsoDay,
    Link,
    LowerText,
    Model,
    Quantity,
    Text,
)
from collectors.spend.records import Report, SpendRecord, require_memory
from collectors.spend.vendor import Stream, Vendor

#: first day billed by AI credits and not by premium requests; each has a report of its own:
#: https://docs.github.com/copilot/concepts/billing
CREDITS_FROM = date(2026, 6, 1)
PAGE_SIZE = 100
#: names of the list that some reports contain in place of rows
WRAPPERS = ("user_totals", "day_totals")


class Bill(CamelModel):
    """Bill of a day."""

    usage_items: list[Any]


class Product(CamelModel):
    """Product of an item of a bill."""

    product: Text = None
    sku: Text = None
    unit_type: Text = None

    @property
    def is_copilot(self) -> bool:
        """True for an item of Copilot."""
        return "copilot" in f"{self.product} {self.sku}".lower()

    @property
    def is_seat(self) -> bool:
        """True for a fee of seats."""
        return "user" in (self.unit_type or "").lower()


class BillItem(Product):
    """Item of a bill."""

    model: Text = None
    gross_quantity: Quantity | None = None
    net_amount: Dollars
    gross_amount: Dollars | None = None

    @property
    def record(self) -> SpendRecord:
        """Record of the item."""
        is_requests = "request" in (self.unit_type or "").lower()
        quantity = self.gross_quantity if is_requests else None
        return SpendRecord(
            provider="github",
            tool="copilot",
            basis="seat" if self.is_seat else "tool_billing",
            model=self.model or self.sku,
            charge="seat" if self.is_seat else "usage",
            requests=None if quantity is None else int(quantity.to_integral_value()),
            amount=self.net_amount,
            list_amount=self.gross_amount,
        )


class Assignee(Model):
    """User of a seat."""

    login: LowerText = None


class Seat(Model):
    """Seat of a user."""

    assignee: Assignee | None = None
    created_at: IsoDay | None = None
    plan_type: Text = None


class SeatsPage(Model):
    """Page of seats."""

    seats: list[Any]
    total_seats: Count | None = None


class UserReport(Model):
    """Links to the files of a report."""

    download_links: list[Link] = Field(max_length=1000)


class UserDay(Model):
    """Consumption of a user on one day."""

    user_login: LowerText = None
    #: a credit is a cent
    ai_credits_used: Cents | None = None
    user_initiated_interaction_count: Count | None = None


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {
        "Authorization": f"Bearer {secret}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2026-03-10",
    }


def read_bills(client: VendorClient, report: Report) -> None:
    """Read the bill of each day: use, net and gross, and seat fees."""
    base = f"/organizations/{client.account}/settings/billing"
    for day in report.days:
        parameters: Parameters = [("year", day.year), ("month", day.month), ("day", day.day)]
        kind = "ai_credit" if day >= CREDITS_FROM else "premium_request"
        items = client.get(f"{base}/{kind}/usage", Bill, parameters).usage_items
        items += _seat_fees(client, report, day, f"{base}/usage", parameters)
        for item in report.rows(BillItem, items, day):
            report.add(day, item.record)


def _seat_fees(
    client: VendorClient, report: Report, day: date, path: str, parameters: Parameters
) -> Iterator[Any]:
    try:
        items = client.get(path, Bill, parameters).usage_items
    except RefusedError:
        client.notify_once(
            "the organisation's bill is not open to this token, so seat fees are unknown"
        )
        return
    for item in items:
        for product in report.rows(Product, [item], day):
            if product.is_copilot and product.is_seat:
                yield item


def read_seats(client: VendorClient, report: Report) -> None:
    """Read the current seats for each day since their creation."""
    by_login: dict[str, Seat] = {}
    for seat in report.rows(Seat, _seats(client), None):
        # a login has a seat for each team that granted one
        if seat.assignee and seat.assignee.login:
            by_login.setdefault(seat.assignee.login, seat)
            require_memory(len(by_login))
    for login, seat in by_login.items():
        record = SpendRecord(
            provider="github",
            tool="copilot",
            basis="seat",
            charge="seat",
            model=seat.plan_type,
            actor_kind="user",
            actor=login,
        )
        for day in report.days:
            if seat.created_at is None or seat.created_at <= day:
                report.add(day, record)


def _seats(client: VendorClient) -> Iterator[Any]:
    """Yield the seats of all pages; raises SourceError if some are missing."""
    path = f"/orgs/{client.account}/copilot/billing/seats"
    count = 0

    def read_page(number: str) -> tuple[list[Any], str | None]:
        nonlocal count
        page = client.get(path, SeatsPage, [("per_page", PAGE_SIZE), ("page", number or 1)])
        count += len(page.seats)
        if len(page.seats) >= PAGE_SIZE:
            return page.seats, str(int(number or 1) + 1)
        if page.total_seats is not None and count < page.total_seats:
            raise SourceError(
                f"{client.title}: received {count:,} of {page.total_seats:,} seats. Run again later"
            )
        return page.seats, None

    return client.follow(path, read_page)


def read_users(client: VendorClient, report: Report) -> None:
    """Read each user's consumption of each day with a report; other days are unknown."""
    path = f"/orgs/{client.account}/copilot/metrics/reports/users-1-day"
    for day in report.days:
        try:
            links = client.get(path, UserReport, [("day", day.isoformat())]).download_links
        except RefusedError as error:
            if error.status not in (204, 404):
                raise
            report.set_unknown(day)
            continue
        for link in links:
            items = _report_items(client, report, client.download(link), day)
            for row in report.rows(UserDay, items, day):
                if row.ai_credits_used or row.user_initiated_interaction_count:
                    report.add(day, _user_record(row))


def _report_items(client: VendorClient, report: Report, content: bytes, day: date) -> Iterator[Any]:
    """Yield the rows of a report: JSON lines, one list, or a list within an object."""
    for document in _documents(client, report, content, day):
        for item in document if isinstance(document, list) else [document]:
            is_object = isinstance(item, dict)
            wrapper = next((name for name in WRAPPERS if is_object and name in item), None)
            rows = item[wrapper] if wrapper else [item]
            yield from rows if isinstance(rows, list) else [rows]


def _documents(client: VendorClient, report: Report, content: bytes, day: date) -> Iterator[Any]:
    """Yield the JSON of each line, or of the whole text if its first line is not JSON."""
    lines = (line for line in io.BytesIO(content) if line.strip())
    for number, line in enumerate(lines):
        require_memory(number)
        try:
            yield client.parse(line)
        except ValueError:
            if number:
                report.leave_out(day, "a line is not JSON")
                continue
            break
    else:
        return
    try:
        yield client.parse(content)
    except ValueError:
        report.leave_out(day, "the report is not JSON")


def _user_record(row: UserDay) -> SpendRecord:
    return SpendRecord(
        provider="github",
        tool="copilot",
        basis="client",
        is_estimate=True,
        actor_kind="user",
        actor=row.user_login,
        requests=row.user_initiated_interaction_count,
        list_amount=row.ai_credits_used,
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
