"""Anthropic: costs and tokens by actor, and Claude Code's estimates of its use.

https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api (beta) has costs by
user. If it is not open to the key, and for days before it began, the older reports are read.
Amounts of both are cents, written as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic import Field

from collectors.errors import RefusedError
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.models import Cents, Count, Currency, Dated, IsoDay, LowerText, Model, Text
from collectors.spend.records import DAY, Report, SpendRecord
from collectors.spend.vendor import Stream, Vendor
from collectors.spend.vendors.anthropic_older import TOKEN_TYPES, Tokens, read_older

BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
#: first day of the analytics, which retain at most 365 days
ANALYTICS_FROM = date(2026, 1, 1)
GROUP_BY = ("actor", "model", "product")
PAGE_SIZE = 1000
#: unknown beta, key without permission, unknown path
CLOSED_STATUSES = (400, 403, 404)
#: by the type of an actor: our kind, and the fields of its name in order of preference
ACTORS = {
    "user_actor": ("user", ("email_address", "user_id")),
    "api_actor": ("api key", ("api_key_name", "name", "api_key_id")),
    "service_account_actor": ("service", ("name", "service_account_id")),
    "federated_actor": ("service", ("subject", "provider")),
}


class Actor(Model):
    """User, API key or service."""

    type: Text = None
    email_address: LowerText = None
    user_id: LowerText = None
    api_key_name: LowerText = None
    api_key_id: LowerText = None
    name: LowerText = None
    service_account_id: LowerText = None
    subject: LowerText = None
    provider: LowerText = None

    @property
    def kind_and_name(self) -> tuple[str | None, str | None]:
        """Our kind of actor, and its name."""
        kind, names = ACTORS.get(self.type or "", (None, ()))
        return kind, next(filter(None, (getattr(self, name) for name in names)), None)


class RowTime(Dated):
    """Day of a row."""

    day: IsoDay = Field(alias="starting_at")


class Group(Model):
    """Group of a row of the analytics."""

    actor: Actor | None = None
    model: Text = None
    product: Text = None
    token_type: Text = None


class Row(Model):
    """Row of the analytics."""

    group: Group | None = None

    @property
    def record(self) -> Callable[..., SpendRecord]:
        """Constructor of the row's records."""
        group = self.group or Group()
        kind, actor = (group.actor or Actor()).kind_and_name
        return partial(
            SpendRecord,
            provider="anthropic",
            tool=(group.product or "api").replace("_", " ").replace("-", " "),
            basis="cost_api",
            model=group.model,
            actor_kind=kind,
            actor=actor,
        )


class Cost(Model):
    """Amounts of a row."""

    amount: Cents
    list_amount: Cents | None = None
    currency: Currency = "USD"


class CostRow(Row):
    """Row with a cost."""

    cost: Cost

    @property
    def records(self) -> Iterator[SpendRecord]:
        """Record of the amounts."""
        group = self.group or Group()
        yield self.record(
            token_type=TOKEN_TYPES.get(group.token_type or "", "other"),
            currency=self.cost.currency,
            amount=self.cost.amount,
            list_amount=self.cost.list_amount,
        )


class Usage(Tokens):
    """Use of a row."""

    requests: Count | None = None


class UsageRow(Row):
    """Row with tokens and requests."""

    usage: Usage

    @property
    def records(self) -> Iterator[SpendRecord]:
        """Records of tokens and requests, with zero amounts: cost rows have the amounts."""
        # not None, as the ledger would price it
        for token_type, tokens in self.usage.by_type.items():
            yield self.record(token_type=token_type, tokens=tokens, amount=Decimal(0))
        if self.usage.requests:
            yield self.record(token_type="other", requests=self.usage.requests, amount=Decimal(0))


class Estimate(Model):
    """Estimated cost of a model in Claude Code."""

    amount: Cents
    currency: Currency = "USD"


class ClaudeCodeTokens(Model):
    """Tokens of a model in Claude Code."""

    input: Count | None = None
    output: Count | None = None
    cache_read: Count | None = None
    cache_creation: Count | None = None

    @property
    def total(self) -> int:
        """Tokens of all types."""
        counts = (self.input, self.output, self.cache_read, self.cache_creation)
        return sum(count or 0 for count in counts)


class ModelUse(Model):
    """Use of one model in Claude Code."""

    model: Text = None
    tokens: ClaudeCodeTokens | None = None
    estimated_cost: Estimate


class ClaudeCodeUse(Model):
    """Use of Claude Code by one actor."""

    actor: Actor | None = None
    customer_type: Text = None
    model_breakdown: list[Any]

    @property
    def is_subscription(self) -> bool:
        """True if a seat pays for the use."""
        return self.customer_type == "subscription"


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {"x-api-key": secret, "anthropic-version": "2023-06-01"}


def read_costs(client: VendorClient, report: Report) -> None:
    """Read the costs and tokens of each day."""
    begin = max(report.first, ANALYTICS_FROM)
    if report.first < begin:
        read_older(client, report, report.first, min(report.last, begin - DAY))
    if begin > report.last:
        return
    try:
        for report_name, model in (("cost", CostRow), ("usage", UsageRow)):
            _read_analytics(client, report, begin, report_name, model)
    except RefusedError as error:
        if error.status not in CLOSED_STATUSES:
            raise
        client.notify_once(
            f"usage and cost analytics are not open to this key ({error.status}), "
            "reading the older reports"
        )
        report.clear()
        read_older(client, report, report.first, report.last)


def _read_analytics(
    client: VendorClient, report: Report, first: date, name: str, model: type[CostRow | UsageRow]
) -> None:
    group_by = (*GROUP_BY, "cost_type", "token_type") if name == "cost" else GROUP_BY
    parameters: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{report.last + DAY}T00:00:00Z"),
        ("time_bucket_width", "1d"),
        ("order_by", "time"),
        ("order", "asc"),
        ("limit", PAGE_SIZE),
        *(("group_by[]", group) for group in group_by),
    ]
    items = client.pages(f"/v1/organizations/analytics/{name}", parameters, BETA)
    for day, row in report.dated_rows(RowTime, model, items):
        for record in row.records:
            report.add(day, record)


def read_claude_code(client: VendorClient, report: Report) -> None:
    """Read one day of Claude Code's estimates, as a request covers one day."""
    day = report.first
    parameters: Parameters = [("starting_at", day.isoformat()), ("limit", PAGE_SIZE)]
    items = client.pages("/v1/organizations/usage_report/claude_code", parameters)
    for use in report.rows(ClaudeCodeUse, items, day):
        kind, actor = (use.actor or Actor()).kind_and_name
        for model_use in report.rows(ModelUse, use.model_breakdown, day):
            estimate = model_use.estimated_cost
            report.add(
                day,
                SpendRecord(
                    provider="anthropic",
                    tool="claude code",
                    basis="client",
                    model=model_use.model,
                    actor_kind=kind,
                    actor=actor,
                    is_estimate=True,
                    currency=estimate.currency,
                    tokens=(model_use.tokens or ClaudeCodeTokens()).total,
                    list_amount=estimate.amount,
                    # the seat pays for a subscription's use; the estimate is its list price
                    amount=Decimal(0) if use.is_subscription else estimate.amount,
                ),
            )


VENDOR = Vendor(
    name="anthropic",
    secret_variable="ANTHROPIC_ADMIN_KEY",
    url="https://api.anthropic.com",
    headers=headers,
    permission="an Admin API key (Console, Settings, Admin keys), "
    "or for the analytics alone a key with read:analytics",
    streams=(
        # documented: values are revised for up to 30 days, and a request covers at most 31 days
        Stream("anthropic", read_costs, history_days=364, restated_days=30, days_per_call=31),
        # documented: an hour late, without a guarantee; two days is our choice
        Stream(
            "claude code",
            read_claude_code,
            history_days=90,
            restated_days=2,
            days_per_call=1,
            is_optional=True,
        ),
    ),
)
