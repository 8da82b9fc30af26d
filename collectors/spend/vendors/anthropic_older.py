"""Anthropic's older reports: cost without users, split to users by their tokens so that the parts add up to the cost.

https://platform.claude.com/docs/en/manage-claude/usage-cost-api
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from collectors.errors import SourceError
from collectors.spend import fields
from collectors.spend.fields import CENTS, FieldError, Json
from collectors.spend.records import DAY, PLACES, Line, Parameters, Partition, partitions, split

if TYPE_CHECKING:
    from collectors.spend.client import Door

BUCKETS = 31
#: the names of token types in costs, and the same paths in usage
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cached input",
    "cache_creation.ephemeral_1h_input_tokens": "cache write",
    "cache_creation.ephemeral_5m_input_tokens": "cache write",
    "output_tokens": "output",
}
#: what a line of cost and the use that caused it have in common
SHARED = ("workspace_id", "model", "service_tier", "context_window", "inference_geo")
USED_BY = ("account_id", "api_key_id")
#: the workspace that Claude Code makes for its own keys
CLAUDE_CODE = "claude code"


@dataclass(frozen=True)
class Names:
    """What ids stand for: users by e-mail address, keys by name, and which workspaces are Claude Code's."""

    users: Mapping[str, str]
    keys: Mapping[str, str]
    workspaces: Mapping[str, str]

    def actor(self, used_by: tuple[str | None, ...]) -> tuple[str | None, str | None]:
        """Return kind and name of who used tokens: the user, else the key; the Workbench has neither."""
        account_id, api_key_id = used_by
        if account_id:
            return "user", self.users.get(account_id, account_id)
        return ("api key", self.keys.get(api_key_id, api_key_id)) if api_key_id else (None, None)

    def tool(self, workspace_id: str | None) -> str:
        """Return the tool that a workspace is for."""
        return CLAUDE_CODE if self.workspaces.get(workspace_id or "") == CLAUDE_CODE else "api"


def token_counts(usage: Any) -> dict[str, int]:
    """Return the tokens of one row of usage by type, those that are none left out."""
    result: dict[str, int] = defaultdict(int)
    for path, token_type in TOKEN_TYPES.items():
        result[token_type] += fields.count(usage, path) or 0
    return {token_type: tokens for token_type, tokens in result.items() if tokens}


def read_older(door: Door, first: date, last: date) -> Iterator[Partition]:
    """Yield the days from the first to the last with their costs, split to who used the tokens."""
    costs = _results(door, "cost_report", first, last, ("workspace_id", "description"))
    usage = _results(door, "usage_report/messages", first, last, (*USED_BY, *SHARED))
    names = (
        Names(
            _named(door, "users", "email"),
            _named(door, "api_keys", "name"),
            _named(door, "workspaces", "name"),
        )
        if costs or usage
        else Names({}, {}, {})
    )
    by_day = {day: [(costs[day], usage[day])] for day in [*costs, *usage]}

    def convert(result: Iterable[tuple[list[Json], list[Json]]]) -> Iterator[Line]:
        for of_day in result:
            yield from _split_lines(names, *of_day)

    yield from partitions(first, last, by_day, convert)


def _results(
    door: Door, report: str, first: date, last: date, groups: tuple[str, ...]
) -> dict[date, list[Json]]:
    """The results of every page by day; a day may be on more than one."""
    requested: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{last + DAY}T00:00:00Z"),
        ("bucket_width", "1d"),
        ("limit", BUCKETS),
        *(("group_by[]", group) for group in groups),
    ]
    by_day: dict[date, list[Json]] = defaultdict(list)
    for bucket in door.pages(f"/v1/organizations/{report}", requested):
        try:
            day = fields.day_of(bucket, "starting_at")
        except FieldError as error:
            raise SourceError(
                f"{door.title}: {report}, {error}; nothing of these days was taken"
            ) from None
        if results := door.listed(bucket, "results"):
            by_day[day] += results
    return by_day


def _named(door: Door, label: str, name: str) -> dict[str, str]:
    """The names of an organisation's users, keys or workspaces by their id."""
    by_key: dict[str, str] = {}
    after: str | None = None
    while True:
        requested: Parameters = [("limit", 1000), *([("after_id", after)] if after else [])]
        answer = door.get(f"/v1/organizations/{label}", requested)
        by_key |= {
            str(item.get("id")): fields.lowered(item, name) or ""
            for item in door.listed(answer, "data")
        }
        if not answer.get("has_more"):
            return {key: value for key, value in by_key.items() if value}
        if after == (after := fields.word(answer, "last_id")):
            raise SourceError(
                f"{door.title}: the list of {label} has more pages, but does not lead to them"
            )


def _split_lines(names: Names, costs: list[Json], usage: list[Json]) -> Iterator[Line]:
    """The costs of a day by user: each kind of cost is split by the tokens of that kind; the rest has no user."""
    used: dict[tuple[Any, ...], dict[tuple[str | None, ...], int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for row in usage:
        by = tuple(fields.word(row, name) for name in USED_BY)
        for path in TOKEN_TYPES:
            if tokens := fields.count(row, path):
                used[(*(fields.word(row, name) for name in SHARED), path)][by] += tokens
    owing: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in costs:
        key = (*(fields.word(row, name) for name in SHARED), fields.word(row, "token_type"))
        owing[(*key, (fields.word(row, "currency") or "USD").upper())] += fields.owed(
            row, "amount", CENTS
        )
    billed = {key[:-1] for key in owing}
    for (*shared, path, currency), amount in owing.items():
        users = used.get((*shared, path), {})
        parts = split(amount.quantize(PLACES), users) if users else {(None, None): amount}
        for by, part in parts.items():
            yield _line(names, shared, path, by, users.get(by), part, currency)
    for (*shared, path), users in used.items():
        if (
            *shared,
            path,
        ) not in billed:  # priority tier is paid by contract, and is in no line of cost
            for by, tokens in users.items():
                yield _line(names, shared, path, by, tokens, Decimal(0), "USD")


def _line(
    names: Names,
    shared: list[Any],
    path: str | None,
    by: tuple[str | None, ...],
    tokens: int | None,
    amount: Decimal,
    currency: str,
) -> Line:
    kind, actor = names.actor(by)
    return Line(
        provider="anthropic",
        tool=names.tool(shared[0]),
        basis="cost_api",
        model=shared[1],
        actor_kind=kind,
        actor=actor,
        token_type=TOKEN_TYPES.get(path or "", "other"),
        currency=currency,
        tokens=tokens,
        amount=amount,
    )
