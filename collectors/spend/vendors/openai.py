"""OpenAI: the costs of an organisation by user and line item, and its tokens.

https://platform.openai.com/docs/api-reference/usage
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TYPE_CHECKING

from collectors.errors import RefusedError, SourceError
from collectors.spend import fields
from collectors.spend.fields import DOLLARS, FieldError, Json
from collectors.spend.records import DAY, Line, Parameters, Partition, Source, Stream, partitions

if TYPE_CHECKING:
    from collectors.spend.client import Door

COSTS = "/v1/organization/costs"
#: what is paid by the token; images, seconds of sound and searches are in the costs
USAGE = ("/v1/organization/usage/completions", "/v1/organization/usage/embeddings")
#: buckets of a day on one page: up to 180 of costs, 31 of usage
BUCKETS = 31
#: the second half of a line item, in words of every vendor
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
#: how many tokens a unit of quantity is
TOKENS_IN = {"tokens": 1, "1000_tokens": 1000}


def headers(secret: str) -> Mapping[str, str]:
    """Return the headers of a request."""
    return {"Authorization": f"Bearer {secret}"}


def read_costs(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield the days from the first to the last with their costs."""
    try:
        by_day = _buckets(door, COSTS, first, last, ("user_id", "line_item"))
    except RefusedError as error:
        if error.status != 400:
            raise
        # the documentation of group_by: which fields go together depends on the organisation and the days
        door.say_once(
            "costs by user are not open to this organisation; they are read by line item alone"
        )
        by_day = _buckets(door, COSTS, first, last, ("line_item",))
    users = (
        _users(door)
        if any(fields.word(cost, "user_id") for costs in by_day.values() for cost in costs)
        else {}
    )
    yield from partitions(first, last, by_day, partial(_cost_lines, users))


def read_usage(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield the days from the first to the last with their tokens, which the ledger's prices make an estimate of."""
    by_day: dict[date, list[Json]] = defaultdict(list)
    for path in USAGE:
        for day, results in _buckets(door, path, first, last, ("user_id", "model")).items():
            by_day[day] += results
    users = _users(door) if by_day else {}
    yield from partitions(first, last, by_day, partial(_usage_lines, users))


def _buckets(
    door: Door, path: str, first: date, last: date, group_by: tuple[str, ...]
) -> dict[date, list[Json]]:
    """The results of every page by day; a day may be on more than one."""
    requested: Parameters = [
        ("start_time", _seconds(first)),
        ("end_time", _seconds(last + DAY)),
        ("bucket_width", "1d"),
        ("limit", BUCKETS),
        *(("group_by[]", name) for name in group_by),
    ]
    by_day: dict[date, list[Json]] = defaultdict(list)
    for bucket in door.pages(path, requested):
        try:
            day = fields.day_at(bucket, "start_time")
        except FieldError as error:
            raise SourceError(
                f"{door.title}: {path}, {error}; nothing of these days was taken"
            ) from None
        if results := door.listed(bucket, "results"):
            by_day[day] += results
    return by_day


def _users(door: Door) -> dict[str, str]:
    """The e-mail addresses of the organisation's users by their id."""
    by_key: dict[str, str] = {}
    after: str | None = None
    while True:
        answer = door.get(
            "/v1/organization/users", [("limit", 100), *([("after", after)] if after else [])]
        )
        users = door.listed(answer, "data")
        by_key |= {
            str(user.get("id")): email for user in users if (email := fields.lowered(user, "email"))
        }
        if not answer.get("has_more"):
            return by_key
        if not users or after == (after := fields.word(users[-1], "id")):
            raise SourceError(
                f"{door.title}: the list of users has more pages, but does not lead to them"
            )


def _cost_lines(users: Mapping[str, str], costs: Iterable[Json]) -> Iterator[Line]:
    for cost in costs:
        model, token_type = _item(fields.word(cost, "line_item"))
        kind, actor = _actor(users, fields.word(cost, "user_id"))
        yield Line(
            provider="openai",
            tool="api",
            basis="cost_api",
            model=model,
            actor_kind=kind,
            actor=actor,
            token_type=token_type,
            currency=(fields.word(cost, "amount.currency") or "usd").upper(),
            tokens=_tokens(cost),
            amount=fields.owed(cost, "amount.value", DOLLARS),
        )


def _item(line_item: str | None) -> tuple[str | None, str | None]:
    """The model and kind of token that a line item names, such as ``gpt-5.4-2026-03-05, cached input``."""
    if not line_item:
        return None, None
    model, comma, kind = line_item.rpartition(", ")
    return (
        (model, TOKEN_TYPES.get(kind.lower().replace("_", " "), "other"))
        if comma
        else (None, "other")
    )


def _tokens(cost: Json) -> int | None:
    unit = TOKENS_IN.get(fields.word(cost, "quantity_unit") or "")
    quantity = fields.at(cost, "quantity")
    if unit is None or quantity is None:
        return None
    # thousands come as fractions; of tokens there are none
    return int((fields.owed(cost, "quantity", DOLLARS) * unit).to_integral_value())


def _usage_lines(users: Mapping[str, str], results: Iterable[Json]) -> Iterator[Line]:
    for result in results:
        kind, actor = _actor(users, fields.word(result, "user_id"))
        line: Callable[..., Line] = partial(
            Line,
            provider="openai",
            tool="api",
            basis="client",
            model=fields.word(result, "model"),
            actor_kind=kind,
            actor=actor,
            is_estimate=True,
        )
        cached = fields.count(result, "input_cached_tokens") or 0
        written = fields.count(result, "input_cache_write_tokens") or 0
        # input_tokens holds the cached ones and those written to the cache too
        fresh = fields.count(result, "input_uncached_tokens")
        if fresh is None:
            fresh = max(0, (fields.count(result, "input_tokens") or 0) - cached - written)
        yield line(
            token_type="input", tokens=fresh, requests=fields.count(result, "num_model_requests")
        )
        for token_type, tokens in (
            ("cached input", cached),
            ("cache write", written),
            ("output", fields.count(result, "output_tokens") or 0),
        ):
            if tokens:
                yield line(token_type=token_type, tokens=tokens)


def _actor(users: Mapping[str, str], user_id: str | None) -> tuple[str | None, str | None]:
    return ("user", users.get(user_id, user_id)) if user_id else (None, None)


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


SOURCE = Source(
    name="openai",
    secret="OPENAI_ADMIN_KEY",
    url="https://api.openai.com",
    headers=headers,
    permission="an admin key of the organisation (Settings, Organization, Admin keys) that may read usage",
    streams=(
        # how late costs come is not documented; a week of days that are read again is ours
        Stream("openai", read_costs, history_days=365, restated_days=7, days_at_once=BUCKETS),
        Stream(
            "openai usage",
            read_usage,
            history_days=365,
            restated_days=7,
            days_at_once=BUCKETS,
            is_optional=True,
        ),
    ),
)
