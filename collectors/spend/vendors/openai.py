"""OpenAI: costs of an organisation by user and line item, and its tokens.

https://platform.openai.com/docs/api-reference/usage
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from pydantic import Field

from collectors.errors import RefusedError
from collectors.spend.client import ListItem, Parameters, VendorClient
from collectors.spend.models import (
    Count,
    Currency,
    Dated,
    Dollars,
    LowerText,
    Model,
    Quantity,
    SecondsDay,
    Text,
)
from collectors.spend.records import DAY, Report, SpendRecord
from collectors.spend.vendor import Stream, Vendor

COSTS = "/v1/organization/costs"
#: reports of token use; images, seconds of audio and searches are only in the costs
USAGE = ("/v1/organization/usage/completions", "/v1/organization/usage/embeddings")
#: days a page: at most 180 of costs, 31 of usage
PAGE_DAYS = 31
#: token types by the second part of a line item
TOKEN_TYPES = {
    "input": "input",
    "output": "output",
    "cached input": "cached input",
    "cache write": "cache write",
    "input tokens": "input",
    "output tokens": "output",
    "cached input tokens": "cached input",
    "input cached tokens": "cached input",
    "cache write tokens": "cache write",
    "input cache write tokens": "cache write",
}
#: tokens by unit of quantity
TOKENS_PER_UNIT = {"tokens": 1, "1000_tokens": 1000}


class Bucket(Dated):
    """Results of one day; a day may have several buckets."""

    day: SecondsDay = Field(alias="start_time")
    results: list[Any]


class User(ListItem):
    """User of the organisation."""

    name: LowerText = Field(None, alias="email")


class Result(Model):
    """Use by one user."""

    user_id: Text = None


class Amount(Model):
    """Amount of a cost."""

    value: Dollars
    currency: Currency = "USD"


class Cost(Result):
    """Cost of a user and a line item."""

    line_item: Text = None
    amount: Amount
    quantity: Quantity | None = None
    quantity_unit: Text = None

    @property
    def tokens(self) -> int | None:
        """Tokens of a cost that is charged by tokens."""
        unit = TOKENS_PER_UNIT.get(self.quantity_unit or "")
        if unit is None or self.quantity is None:
            return None
        # quantities in thousands are fractions
        return int((self.quantity * unit).to_integral_value())


class Usage(Result):
    """Tokens of a user and a model."""

    model: Text = None
    #: includes cached tokens and cache writes
    input_tokens: Count | None = None
    input_uncached_tokens: Count | None = None
    input_cached_tokens: Count | None = None
    input_cache_write_tokens: Count | None = None
    output_tokens: Count | None = None
    num_model_requests: Count | None = None


AnyResult = TypeVar("AnyResult", bound=Result)


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {"Authorization": f"Bearer {secret}"}


def read_costs(client: VendorClient, report: Report) -> None:
    """Read the costs of each day."""
    try:
        _read_costs(client, report, "user_id", "line_item")
    except RefusedError as error:
        if error.status != 400:
            raise
        # the permitted combinations of group_by depend on the organisation and the days
        client.notify_once("no costs by user for this organisation, reading costs by line item")
        report.clear()
        _read_costs(client, report, "line_item")


def _read_costs(client: VendorClient, report: Report, *group_by: str) -> None:
    for day, cost in _results(client, report, COSTS, Cost, *group_by):
        model, token_type = _model_and_token_type(cost.line_item)
        kind, actor = _actor(client, report, cost)
        report.add(
            day,
            SpendRecord(
                provider="openai",
                tool="api",
                basis="cost_api",
                model=model,
                actor_kind=kind,
                actor=actor,
                token_type=token_type,
                currency=cost.amount.currency,
                tokens=cost.tokens,
                amount=cost.amount.value,
            ),
        )


def read_usage(client: VendorClient, report: Report) -> None:
    """Read the tokens of each day, for an estimate by the ledger's prices."""
    for path in USAGE:
        for day, usage in _results(client, report, path, Usage, "user_id", "model"):
            kind, actor = _actor(client, report, usage)
            for token_type, tokens, requests in _tokens_by_type(usage):
                report.add(
                    day,
                    SpendRecord(
                        provider="openai",
                        tool="api",
                        basis="client",
                        model=usage.model,
                        actor_kind=kind,
                        actor=actor,
                        token_type=token_type,
                        is_estimate=True,
                        tokens=tokens,
                        requests=requests,
                    ),
                )


def _results(
    client: VendorClient, report: Report, path: str, model: type[AnyResult], *group_by: str
) -> Iterator[tuple[date, AnyResult]]:
    """Yield the results of all pages with their days."""
    parameters: Parameters = [
        ("start_time", _seconds(report.first)),
        ("end_time", _seconds(report.last + DAY)),
        ("bucket_width", "1d"),
        ("limit", PAGE_DAYS),
        *(("group_by[]", name) for name in group_by),
    ]
    for bucket, _ in report.dated(Bucket, client.pages(path, parameters)):
        for result in report.rows(model, bucket.results, bucket.day):
            yield bucket.day, result


def _actor(client: VendorClient, report: Report, item: Result) -> tuple[str | None, str | None]:
    if not item.user_id:
        return None, None
    users = client.names(
        "/v1/organization/users", User, report, cursor_parameter="after", page_size=100
    )
    return "user", users.get(item.user_id, item.user_id)


def _model_and_token_type(line_item: str | None) -> tuple[str | None, str | None]:
    """Return the parts of a line item such as ``gpt-5.4-2026-03-05, cached input``."""
    if not line_item:
        return None, None
    model, comma, kind = line_item.rpartition(", ")
    if not comma:
        return None, "other"
    return model, TOKEN_TYPES.get(kind.lower().replace("_", " "), "other")


def _tokens_by_type(usage: Usage) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield token types with their tokens and requests; requests are counted once."""
    cached = usage.input_cached_tokens or 0
    written = usage.input_cache_write_tokens or 0
    uncached = usage.input_uncached_tokens
    if uncached is None:
        uncached = max(0, (usage.input_tokens or 0) - cached - written)
    yield "input", uncached, usage.num_model_requests
    counts = {"cached input": cached, "cache write": written, "output": usage.output_tokens}
    for token_type, tokens in counts.items():
        if tokens:
            yield token_type, tokens, None


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


VENDOR = Vendor(
    name="openai",
    secret_variable="OPENAI_ADMIN_KEY",
    url="https://api.openai.com",
    headers=headers,
    permission="an admin key of the organisation (Settings, Organization, Admin keys) "
    "with permission to read usage",
    streams=(
        # OpenAI does not document when costs are final; seven days is our choice
        Stream("openai", read_costs, history_days=365, restated_days=7, days_per_call=PAGE_DAYS),
        Stream(
            "openai usage",
            read_usage,
            history_days=365,
            restated_days=7,
            days_per_call=PAGE_DAYS,
            is_optional=True,
        ),
    ),
)
