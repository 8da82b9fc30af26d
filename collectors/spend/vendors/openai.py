"""OpenAI: costs of an organisation by user and line item, and its tokens.

https://platform.openai.com/docs/api-reference/usage
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import partial

from collectors.errors import RefusedError
from collectors.spend import fields
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.fields import DOLLARS, Json
from collectors.spend.records import DAY, Partition, SpendRecord, partitions
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


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers that authenticate a request."""
    return {"Authorization": f"Bearer {secret}"}


def read_costs(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the costs of each day."""
    try:
        by_day = _results(client, COSTS, first, last, group_by=("user_id", "line_item"))
    except RefusedError as error:
        if error.status != 400:
            raise
        # the permitted combinations of group_by depend on the organisation and the days
        client.notify_once("no costs by user for this organisation, reading costs by line item")
        by_day = _results(client, COSTS, first, last, group_by=("line_item",))
    users: Mapping[str, str] = {}
    for costs in by_day.values():
        if any(fields.text(cost, "user_id") for cost in costs):
            users = _users(client)
    yield from partitions(first, last, by_day, partial(_cost_records, users))


def read_usage(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the tokens of each day, for an estimate by the ledger's prices."""
    by_day: dict[date, list[Json]] = defaultdict(list)
    for path in USAGE:
        results = _results(client, path, first, last, group_by=("user_id", "model"))
        for day, day_results in results.items():
            by_day[day] += day_results
    users = _users(client) if by_day else {}
    yield from partitions(first, last, by_day, partial(_usage_records, users))


def _results(
    client: VendorClient, path: str, first: date, last: date, *, group_by: tuple[str, ...]
) -> dict[date, list[Json]]:
    """Return the results of all pages by day; a day may span pages."""
    parameters: Parameters = [
        ("start_time", _seconds(first)),
        ("end_time", _seconds(last + DAY)),
        ("bucket_width", "1d"),
        ("limit", PAGE_DAYS),
        *(("group_by[]", name) for name in group_by),
    ]
    by_day: dict[date, list[Json]] = defaultdict(list)
    for bucket in client.pages(path, parameters):
        if results := fields.objects(bucket, "results"):
            by_day[fields.epoch_day(bucket, "start_time")] += results
    return by_day


def _users(client: VendorClient) -> Mapping[str, str]:
    return client.names("/v1/organization/users", "email", cursor_parameter="after", page_size=100)


def _cost_records(users: Mapping[str, str], costs: Iterable[Json]) -> Iterator[SpendRecord]:
    for cost in costs:
        model, token_type = _model_and_token_type(fields.text(cost, "line_item"))
        kind, actor = _actor(users, cost)
        yield SpendRecord(
            provider="openai",
            tool="api",
            basis="cost_api",
            model=model,
            actor_kind=kind,
            actor=actor,
            token_type=token_type,
            currency=fields.currency(cost, "amount.currency"),
            tokens=_tokens(cost),
            amount=fields.required_money(cost, "amount.value", DOLLARS),
        )


def _model_and_token_type(line_item: str | None) -> tuple[str | None, str | None]:
    """Return the parts of a line item such as ``gpt-5.4-2026-03-05, cached input``."""
    if not line_item:
        return None, None
    model, comma, kind = line_item.rpartition(", ")
    if not comma:
        return None, "other"
    return model, TOKEN_TYPES.get(kind.lower().replace("_", " "), "other")


def _tokens(cost: Json) -> int | None:
    unit = TOKENS_PER_UNIT.get(fields.text(cost, "quantity_unit") or "")
    if unit is None or fields.value(cost, "quantity") is None:
        return None
    # quantities in thousands are fractions
    return int((fields.required_money(cost, "quantity", DOLLARS) * unit).to_integral_value())


def _usage_records(users: Mapping[str, str], results: Iterable[Json]) -> Iterator[SpendRecord]:
    for result in results:
        kind, actor = _actor(users, result)
        record: Callable[..., SpendRecord] = partial(
            SpendRecord,
            provider="openai",
            tool="api",
            basis="client",
            model=fields.text(result, "model"),
            actor_kind=kind,
            actor=actor,
            is_estimate=True,
        )
        cached = fields.count(result, "input_cached_tokens") or 0
        written = fields.count(result, "input_cache_write_tokens") or 0
        uncached = fields.count(result, "input_uncached_tokens")
        if uncached is None:
            # input_tokens includes cached tokens and cache writes
            uncached = max(0, (fields.count(result, "input_tokens") or 0) - cached - written)
        requests = fields.count(result, "num_model_requests")
        yield record(token_type="input", tokens=uncached, requests=requests)
        counts = {
            "cached input": cached,
            "cache write": written,
            "output": fields.count(result, "output_tokens"),
        }
        for token_type, tokens in counts.items():
            if tokens:
                yield record(token_type=token_type, tokens=tokens)


def _actor(users: Mapping[str, str], item: Json) -> tuple[str | None, str | None]:
    user_id = fields.text(item, "user_id")
    return ("user", users.get(user_id, user_id)) if user_id else (None, None)


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
