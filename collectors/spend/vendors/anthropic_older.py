"""Anthropic's older reports: costs without users, split by the users' tokens.

The parts of a split sum to the cost.
https://platform.claude.com/docs/en/manage-claude/usage-cost-api
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from collectors.spend import fields
from collectors.spend.client import Parameters, VendorClient
from collectors.spend.fields import CENTS, Json
from collectors.spend.records import DAY, PLACES, Partition, SpendRecord, partitions, split

PAGE_DAYS = 31
#: our token types by the names in costs, which are the paths in usage
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cached input",
    "cache_creation.ephemeral_1h_input_tokens": "cache write",
    "cache_creation.ephemeral_5m_input_tokens": "cache write",
    "output_tokens": "output",
}
#: key of the join between costs and usage, with the token type
SHARED_COLUMNS = ("workspace_id", "model", "service_tier", "context_window", "inference_geo")
USER_COLUMNS = ("account_id", "api_key_id")
#: name of the workspace that Claude Code creates for its own keys
CLAUDE_CODE = "claude code"
Key = tuple[str | None, ...]
NO_USER: Key = (None, None)


@dataclass(frozen=True)
class Names:
    """Names by id: e-mail addresses of users, names of API keys and of workspaces."""

    users: Mapping[str, str]
    api_keys: Mapping[str, str]
    workspaces: Mapping[str, str]

    def actor(self, user: Key) -> tuple[str | None, str | None]:
        """Return kind and name of the user, or else of the key; the Workbench has neither."""
        account_id, api_key_id = user
        if account_id:
            return "user", self.users.get(account_id, account_id)
        if api_key_id:
            return "api key", self.api_keys.get(api_key_id, api_key_id)
        return None, None

    def tool(self, workspace_id: str | None) -> str:
        """Return the tool of a workspace."""
        return CLAUDE_CODE if self.workspaces.get(workspace_id or "") == CLAUDE_CODE else "api"


def token_counts(usage: Any) -> dict[str, int]:
    """Return the tokens of a usage row by type, without zeros."""
    counts: dict[str, int] = defaultdict(int)
    for path, token_type in TOKEN_TYPES.items():
        if tokens := fields.count(usage, path):
            counts[token_type] += tokens
    return counts


def read_older(client: VendorClient, first: date, last: date) -> Iterator[Partition]:
    """Yield the costs of each day, split by user."""
    costs = _results(client, "cost_report", first, last, ("workspace_id", "description"))
    usage = _results(client, "usage_report/messages", first, last, (*USER_COLUMNS, *SHARED_COLUMNS))
    names = _names(client) if costs or usage else Names({}, {}, {})
    by_day = {day: [(costs[day], usage[day])] for day in [*costs, *usage]}

    def convert(reports: Iterable[tuple[list[Json], list[Json]]]) -> Iterator[SpendRecord]:
        for cost_rows, usage_rows in reports:
            yield from _split_records(names, cost_rows, usage_rows)

    yield from partitions(first, last, by_day, convert)


def _results(
    client: VendorClient, report: str, first: date, last: date, group_by: tuple[str, ...]
) -> dict[date, list[Json]]:
    """Return the results of all pages by day; a day may span pages."""
    parameters: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{last + DAY}T00:00:00Z"),
        ("bucket_width", "1d"),
        ("limit", PAGE_DAYS),
        *(("group_by[]", name) for name in group_by),
    ]
    by_day: dict[date, list[Json]] = defaultdict(list)
    for bucket in client.pages(f"/v1/organizations/{report}", parameters):
        if results := fields.objects(bucket, "results"):
            by_day[fields.utc_day(bucket, "starting_at")] += results
    return by_day


def _names(client: VendorClient) -> Names:
    def read(label: str, field_name: str) -> Mapping[str, str]:
        path = f"/v1/organizations/{label}"
        return client.names(path, field_name, cursor_parameter="after_id", page_size=1000)

    return Names(read("users", "email"), read("api_keys", "name"), read("workspaces", "name"))


def _split_records(
    names: Names, costs: Iterable[Json], usage: Iterable[Json]
) -> Iterator[SpendRecord]:
    """Yield the costs of a day, split by the tokens of the same key.

    Costs without tokens have no user.
    """
    tokens = _tokens_by_user(usage)
    amounts = _amounts(costs)
    for (key, currency), amount in amounts.items():
        by_user = tokens.get(key, {})
        parts = split(amount.quantize(PLACES), by_user) if by_user else {NO_USER: amount}
        for user, part in parts.items():
            yield _record(names, key, user, by_user.get(user), part, currency)
    billed = {key for key, _ in amounts}
    for key, by_user in tokens.items():
        # a contract pays for the priority tier, which is in no cost row
        if key not in billed:
            for user, count in by_user.items():
                yield _record(names, key, user, count, Decimal(0), "USD")


def _tokens_by_user(usage: Iterable[Json]) -> dict[Key, dict[Key, int]]:
    tokens: dict[Key, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
    for row in usage:
        shared, user = _key(row, SHARED_COLUMNS), _key(row, USER_COLUMNS)
        for path in TOKEN_TYPES:
            if count := fields.count(row, path):
                tokens[(*shared, path)][user] += count
    return tokens


def _amounts(costs: Iterable[Json]) -> dict[tuple[Key, str], Decimal]:
    """Return the amounts by key and currency."""
    amounts: dict[tuple[Key, str], Decimal] = defaultdict(Decimal)
    for row in costs:
        key = _key(row, (*SHARED_COLUMNS, "token_type"))
        amounts[key, fields.currency(row, "currency")] += fields.required_money(
            row, "amount", CENTS
        )
    return amounts


def _key(row: Json, columns: Iterable[str]) -> Key:
    return tuple(fields.text(row, column) for column in columns)


def _record(
    names: Names, key: Key, user: Key, tokens: int | None, amount: Decimal, currency: str
) -> SpendRecord:
    workspace_id, model, *_, token_path = key
    kind, actor = names.actor(user)
    return SpendRecord(
        provider="anthropic",
        tool=names.tool(workspace_id),
        basis="cost_api",
        model=model,
        actor_kind=kind,
        actor=actor,
        token_type=TOKEN_TYPES.get(token_path or "", "other"),
        currency=currency,
        tokens=tokens,
        amount=amount,
    )
