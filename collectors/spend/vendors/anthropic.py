"""Anthropic: costs and tokens by actor, and Claude Code's estimates of its use.

https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api (beta) has costs by
user. If it is not open to the key, and for days before it began, the older reports are read.
Amounts of both are cents, written as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from collectors.errors import RefusedError
from collectors.spend import fields
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.fields import CENTS, Json
from collectors.spend.records import DAY, Partition, SpendRecord, group_by_day, partitions
from collectors.spend.vendor import Stream, Vendor
from collectors.spend.vendors.anthropic_older import TOKEN_TYPES, read_older, token_counts

BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
#: first day of the analytics, which retain at most 365 days
ANALYTICS_FROM = date(2026, 1, 1)
GROUP_BY = ("actor", "model", "product")
PAGE_SIZE = 1000
#: unknown beta, key without permission, unknown path
CLOSED_STATUSES = (400, 403, 404)
CLAUDE_CODE_TOKENS = ("input", "output", "cache_read", "cache_creation")
#: by the type of an actor: our kind, and the fields of its name in order of preference
ACTORS = {
    "user_actor": ("user", ("email_address", "user_id")),
    "api_actor": ("api key", ("api_key_name", "name", "api_key_id")),
    "service_account_actor": ("service", ("name", "service_account_id")),
    "federated_actor": ("service", ("subject", "provider")),
}


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {"x-api-key": secret, "anthropic-version": "2023-06-01"}


def read_costs(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the costs and tokens of each day."""
    begin = max(first, ANALYTICS_FROM)
    if first < begin:
        yield from read_older(client, first, min(last, begin - DAY))
    if begin > last:
        return
    try:
        costs = _analytics(client, "cost", begin, last, (*GROUP_BY, "cost_type", "token_type"))
        usage = _analytics(client, "usage", begin, last, GROUP_BY)
    except RefusedError as error:
        if error.status not in CLOSED_STATUSES:
            raise
        client.notify_once(
            f"usage and cost analytics are not open to this key ({error.status}), "
            "reading the older reports"
        )
        yield from read_older(client, begin, last)
        return
    yield from partitions(begin, last, group_by_day([*costs, *usage], _day), _cost_records)


def _analytics(
    client: VendorClient, report: str, first: date, last: date, group_by: tuple[str, ...]
) -> list[Json]:
    parameters: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{last + DAY}T00:00:00Z"),
        ("time_bucket_width", "1d"),
        ("order_by", "time"),
        ("order", "asc"),
        ("limit", PAGE_SIZE),
        *(("group_by[]", name) for name in group_by),
    ]
    return list(client.pages(f"/v1/organizations/analytics/{report}", parameters, BETA))


def _day(row: Json) -> date:
    return fields.utc_day(row, "starting_at")


def _cost_records(rows: Iterable[Json]) -> Iterator[SpendRecord]:
    """Yield amounts from cost rows, tokens and requests from usage rows."""
    for row in rows:
        group = fields.value(row, "group") or {}
        kind, actor = _actor(group)
        product = fields.text(group, "product") or "api"
        record: Callable[..., SpendRecord] = partial(
            SpendRecord,
            provider="anthropic",
            tool=product.replace("_", " ").replace("-", " "),
            basis="cost_api",
            model=fields.text(group, "model"),
            actor_kind=kind,
            actor=actor,
        )
        if "usage" not in row:
            yield record(
                token_type=TOKEN_TYPES.get(fields.text(group, "token_type") or "", "other"),
                currency=fields.currency(row, "cost.currency"),
                amount=fields.required_money(row, "cost.amount", CENTS),
                list_amount=fields.money(row, "cost.list_amount", CENTS),
            )
            continue
        # zero and not None, as None would be priced by the ledger: cost rows have the amounts
        for token_type, tokens in token_counts(fields.value(row, "usage")).items():
            yield record(token_type=token_type, tokens=tokens, amount=Decimal(0))
        if requests := fields.count(row, "usage.requests"):
            yield record(token_type="other", requests=requests, amount=Decimal(0))


def _actor(item: Json) -> tuple[str | None, str | None]:
    """Return the kind and name of an item's actor."""
    kind, names = ACTORS.get(fields.text(item, "actor.type") or "", (None, ()))
    for name in names:
        if actor := fields.lower_text(item, f"actor.{name}"):
            return kind, actor
    return kind, None


def read_claude_code(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield one day of Claude Code's estimates, as a request covers one day."""
    parameters: Parameters = [("starting_at", first.isoformat()), ("limit", PAGE_SIZE)]
    items = list(client.pages("/v1/organizations/usage_report/claude_code", parameters))
    yield from partitions(first, last, {first: items}, _claude_code_records)


def _claude_code_records(items: Iterable[Json]) -> Iterator[SpendRecord]:
    for item in items:
        kind, actor = _actor(item)
        is_subscription = fields.text(item, "customer_type") == "subscription"
        for model in fields.objects(item, "model_breakdown"):
            estimate = fields.required_money(model, "estimated_cost.amount", CENTS)
            tokens = [fields.count(model, f"tokens.{name}") or 0 for name in CLAUDE_CODE_TOKENS]
            yield SpendRecord(
                provider="anthropic",
                tool="claude code",
                basis="client",
                model=fields.text(model, "model"),
                actor_kind=kind,
                actor=actor,
                is_estimate=True,
                currency=fields.currency(model, "estimated_cost.currency"),
                tokens=sum(tokens),
                list_amount=estimate,
                # the seat pays for a subscription's use; the estimate is its list price
                amount=Decimal(0) if is_subscription else estimate,
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
