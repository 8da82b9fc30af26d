"""Cursor: cost of each use, by the Admin API of a team.

https://docs.cursor.com/account/teams/admin-api

``/teams/spend`` is a running total of the billing cycle without days, and is not read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from pydantic import Field

from collectors.errors import SourceError
from collectors.spend.client import VendorClient
from collectors.spend.models import (
    CamelModel,
    Cents,
    Count,
    Dated,
    LowerText,
    MillisecondsDay,
    Text,
)
from collectors.spend.records import DAY, Report, SpendRecord
from collectors.spend.vendor import Stream, Vendor

PATH = "/teams/filtered-usage-events"
#: maximum, https://docs.cursor.com/account/teams/admin-api#get-usage-events-data
PAGE_SIZE = 1000
#: kinds of use that the plan includes or that are free; their cents are a list price
FREE_KINDS = ("included", "free", "errored", "not charged", "trial")


class Pagination(CamelModel):
    """Position in the list."""

    has_next_page: bool | None = None


class EventsPage(CamelModel):
    """Page of usage events."""

    usage_events: list[Any]
    total_usage_events_count: Count | None = None
    pagination: Pagination | None = None


class EventTime(Dated):
    """Day of an event."""

    day: MillisecondsDay = Field(alias="timestamp")


class TokenUsage(CamelModel):
    """Tokens of an event, and their list price."""

    total_cents: Cents | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    cache_read_tokens: Count | None = None

    @property
    def total(self) -> int | None:
        """Tokens of all types, or None without any."""
        counts = (
            self.input_tokens,
            self.output_tokens,
            self.cache_write_tokens,
            self.cache_read_tokens,
        )
        present = [count for count in counts if count is not None]
        return sum(present) if present else None


class Event(CamelModel):
    """One use."""

    user_email: LowerText = None
    model: Text = None
    kind: Text = None
    charged_cents: Cents | None = None
    is_chargeable: bool | None = None
    is_free_bugbot: bool | None = None
    token_usage: TokenUsage | None = None

    @property
    def is_charged(self) -> bool:
        """True if the team pays for the use."""
        kind = (self.kind or "").lower().replace("_", " ")
        is_chargeable = self.is_chargeable is not False and not self.is_free_bugbot
        return is_chargeable and not any(free in kind for free in FREE_KINDS)

    @property
    def record(self) -> SpendRecord:
        """Record of the use."""
        usage = self.token_usage or TokenUsage()
        amount = usage.total_cents if self.charged_cents is None else self.charged_cents
        return SpendRecord(
            provider="cursor",
            tool="cursor",
            basis="tool_billing",
            model=self.model,
            actor_kind="user" if self.user_email else None,
            actor=self.user_email,
            tokens=usage.total,
            requests=1,
            amount=amount if self.is_charged else Decimal(0),
            list_amount=usage.total_cents,
        )


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request.

    The key is the user name, and the password is empty.
    """
    return {"Authorization": f"Basic {base64.b64encode(f'{secret}:'.encode()).decode()}"}


def read(client: VendorClient, report: Report) -> None:
    """Read the use of each day."""
    for day, event in report.dated_rows(EventTime, Event, _events(client, report)):
        report.add(day, event.record)


def _events(client: VendorClient, report: Report) -> Iterator[Any]:
    """Yield the events of all pages; raises SourceError if some are missing."""
    body = {
        "startDate": _milliseconds(report.first),
        "endDate": _milliseconds(report.last + DAY) - 1,
        "pageSize": PAGE_SIZE,
    }
    count = 0

    def read_page(number: str) -> tuple[list[Any], str | None]:
        nonlocal count
        page = client.post(PATH, EventsPage, body | {"page": int(number or 1)})
        count += len(page.usage_events)
        has_next = page.pagination and page.pagination.has_next_page
        expected = page.total_usage_events_count
        if expected is not None and (count > expected or (not has_next and count < expected)):
            raise SourceError(
                f"{client.title}: received {count:,} of {expected:,} events, "
                f"{report.first} to {report.last}. Run again later"
            )
        return page.usage_events, str(int(number or 1) + 1) if has_next else None

    return client.follow(PATH, read_page)


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
