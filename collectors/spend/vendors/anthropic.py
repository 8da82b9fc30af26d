"""Anthropic: cost and tokens by actor, and what Claude Code estimates of its own.

https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api (beta) tells cost by user. Where it is not
open, and for days before it began, the older reports are read; amounts of both are cents, as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from collectors.errors import RefusedError, SourceError
from collectors.spend import fields
from collectors.spend.fields import CENTS, FieldError, Json
from collectors.spend.records import DAY, Line, Parameters, Partition, Source, Stream, partitions
from collectors.spend.vendors.anthropic_older import TOKEN_TYPES, read_older, token_counts

if TYPE_CHECKING:
    from collectors.spend.client import Door

BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
#: the first day of the analytics, which reach back 365 days at most
ANALYTICS_FROM = date(2026, 1, 1)
GROUPS = ("actor", "model", "product")
ROWS = 1000
#: answers that say that the analytics are not open: an unknown beta, a key without the right, an unknown address
CLOSED = (400, 403, 404)
CLAUDE_CODE_TOKENS = ("input", "output", "cache_read", "cache_creation")
#: actors by their type: kind of actor, and where its name is
ACTORS = {
    "user_actor": ("user", ("email_address", "user_id")),
    "api_actor": ("api key", ("api_key_name", "name", "api_key_id")),
    "service_account_actor": ("service", ("name", "service_account_id")),
    "federated_actor": ("service", ("subject", "provider")),
}


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers of a request."""
    return {"x-api-key": secret, "anthropic-version": "2023-06-01"}


def read_costs(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield the days from the first to the last with their costs and tokens."""
    begin = max(first, ANALYTICS_FROM)
    if first < begin:
        yield from read_older(door, first, min(last, begin - DAY))
    if begin > last:
        return
    try:
        costs = _rows(door, "cost", begin, last, ("cost_type", "token_type"))
        usage = _rows(door, "usage", begin, last, ())
    except RefusedError as error:
        if error.status not in CLOSED:
            raise
        door.say_once(
            f"usage and cost analytics are not open to this key ({error.status}); reading the older reports"
        )
        yield from read_older(door, begin, last)
        return
    by_day: dict[date, list[Json]] = defaultdict(list)
    for row in [*costs, *usage]:
        by_day[_day(door, row)].append(row)
    yield from partitions(begin, last, by_day, _cost_lines)


def _rows(
    door: Door, report: str, first: date, last: date, more_groups: tuple[str, ...]
) -> list[Json]:
    requested: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{last + DAY}T00:00:00Z"),
        ("time_bucket_width", "1d"),
        ("order_by", "time"),
        ("order", "asc"),
        ("limit", ROWS),
        *(("group_by[]", group) for group in (*GROUPS, *more_groups)),
    ]
    return list(door.pages(f"/v1/organizations/analytics/{report}", requested, BETA))


def _cost_lines(rows: Iterable[Json]) -> Iterator[Line]:
    """Rows of cost with amounts, and rows of usage with the tokens and requests that go with them."""
    for row in rows:
        group = fields.at(row, "group") or {}
        kind, actor = _actor(fields.at(group, "actor"))
        product = fields.word(group, "product") or "api"
        line: Callable[..., Line] = partial(
            Line,
            provider="anthropic",
            tool=product.replace("_", " ").replace("-", " "),
            basis="cost_api",
            model=fields.word(group, "model"),
            actor_kind=kind,
            actor=actor,
        )
        if "usage" in row:
            # no amount of their own: what they cost is in the rows of cost, and nothing may price them again
            for token_type, tokens in token_counts(fields.at(row, "usage")).items():
                yield line(token_type=token_type, tokens=tokens, amount=Decimal(0))
            if requests := fields.count(row, "usage.requests"):
                yield line(token_type="other", requests=requests, amount=Decimal(0))
            continue
        yield line(
            token_type=TOKEN_TYPES.get(fields.word(group, "token_type") or "", "other"),
            currency=(fields.word(row, "cost.currency") or "USD").upper(),
            amount=fields.owed(row, "cost.amount", CENTS),
            list_amount=fields.money(row, "cost.list_amount", CENTS),
        )


def _actor(actor: Json | None) -> tuple[str | None, str | None]:
    kind, names = ACTORS.get(fields.word(actor, "type") or "", (None, ()))
    return kind, next((result for name in names if (result := fields.lowered(actor, name))), None)


def _day(door: Door, row: Json) -> date:
    try:
        return fields.day_of(row, "starting_at")
    except FieldError as error:
        raise SourceError(
            f"{door.title}: a row without a day ({error}); nothing of these days was taken"
        ) from None


def read_claude_code(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield a day with what Claude Code estimates of its use; one request tells of one day."""
    requested: Parameters = [("starting_at", first.isoformat()), ("limit", ROWS)]
    result = list(door.pages("/v1/organizations/usage_report/claude_code", requested))
    yield from partitions(first, last, {first: result}, _claude_code_lines)


def _claude_code_lines(result: Iterable[Json]) -> Iterator[Line]:
    for record in result:
        kind, actor = _actor(fields.at(record, "actor"))
        is_subscription = fields.word(record, "customer_type") == "subscription"
        for use in fields.records(record, "model_breakdown"):
            estimate = fields.owed(use, "estimated_cost.amount", CENTS)
            tokens = [fields.count(use, f"tokens.{name}") or 0 for name in CLAUDE_CODE_TOKENS]
            yield Line(
                provider="anthropic",
                tool="claude code",
                basis="client",
                model=fields.word(use, "model"),
                actor_kind=kind,
                actor=actor,
                is_estimate=True,
                currency=(fields.word(use, "estimated_cost.currency") or "USD").upper(),
                tokens=sum(tokens),
                list_amount=estimate,
                # a subscription's use is paid with its seat: the estimate is what it would have cost by the token
                amount=Decimal(0) if is_subscription else estimate,
            )


SOURCE = Source(
    name="anthropic",
    secret="ANTHROPIC_ADMIN_KEY",
    url="https://api.anthropic.com",
    headers=headers,
    permission="an Admin API key (Console, Settings, Admin keys), or for the analytics alone a key with read:analytics",
    streams=(
        # values are revised for up to 30 days, and at most 31 days come at once: the documentation of the analytics
        Stream("anthropic", read_costs, history_days=364, restated_days=30, days_at_once=31),
        # an hour late, and without a promise; two days that are read again are ours. A request a day of history
        Stream(
            "claude code",
            read_claude_code,
            history_days=90,
            restated_days=2,
            days_at_once=1,
            is_optional=True,
        ),
    ),
)
