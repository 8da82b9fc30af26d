"""Anthropic's older reports: costs without users, split by the users' tokens.

The parts of a split sum to the cost.
https://platform.claude.com/docs/en/manage-claude/usage-cost-api
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import Field

from collectors.spend.client import ListItem, Parameters, VendorClient
from collectors.spend.models import Cents, Count, Currency, Dated, IsoDay, LowerText, Model, Text
from collectors.spend.records import DAY, PLACES, Report, SpendRecord, require_memory, split

PAGE_DAYS = 31
#: our token types by the names in costs
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cached input",
    "cache_creation.ephemeral_1h_input_tokens": "cache write",
    "cache_creation.ephemeral_5m_input_tokens": "cache write",
    "output_tokens": "output",
}
#: name of the workspace that Claude Code creates for its own keys
CLAUDE_CODE = "claude code"
Key = tuple[str | None, ...]
NO_USER: Key = (None, None)


class Bucket(Dated):
    """Results of one day; a day may have several buckets."""

    day: IsoDay = Field(alias="starting_at")
    results: list[Any]


class User(ListItem):
    """User of the organisation."""

    name: LowerText = Field(None, alias="email")


class CacheCreation(Model):
    """Tokens of cache writes."""

    ephemeral_1h_input_tokens: Count | None = None
    ephemeral_5m_input_tokens: Count | None = None


class Tokens(Model):
    """Tokens of a usage row."""

    uncached_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    output_tokens: Count | None = None

    @property
    def by_name(self) -> Iterator[tuple[str, int]]:
        """Tokens by the name that they have in costs, without zeros."""
        cache = self.cache_creation or CacheCreation()
        for name in TOKEN_TYPES:
            parent, _, child = name.rpartition(".")
            if tokens := getattr(cache if parent else self, child):
                yield name, tokens

    @property
    def by_type(self) -> dict[str, int]:
        """Tokens by our type, without zeros."""
        counts: dict[str, int] = defaultdict(int)
        for name, tokens in self.by_name:
            counts[TOKEN_TYPES[name]] += tokens
        return counts


class Shared(Model):
    """Fields that join costs and usage, with the type of tokens."""

    workspace_id: Text = None
    model: Text = None
    service_tier: Text = None
    context_window: Text = None
    inference_geo: Text = None

    def key(self, token_name: str | None) -> Key:
        """Return the key of the join."""
        return (
            self.workspace_id,
            self.model,
            self.service_tier,
            self.context_window,
            self.inference_geo,
            token_name,
        )


class Cost(Shared):
    """Cost without a user."""

    token_type: Text = None
    amount: Cents
    currency: Currency = "USD"


class Usage(Shared, Tokens):
    """Tokens of a user or an API key."""

    account_id: Text = None
    api_key_id: Text = None


AnyResult = TypeVar("AnyResult", bound=Model)


@dataclass
class DayUse:
    """Costs of a day by key and currency, and its tokens by key and user."""

    amounts: dict[tuple[Key, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    tokens: dict[Key, dict[Key, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


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


def read_older(client: VendorClient, report: Report, first: date, last: date) -> None:
    """Read the costs of each day, split by user."""
    by_day: dict[date, DayUse] = defaultdict(DayUse)
    count = 0
    group_by = ["workspace_id", "description"]
    for day, cost in _results(client, report, "cost_report", Cost, (first, last), group_by):
        by_day[day].amounts[cost.key(cost.token_type), cost.currency] += cost.amount
        count += 1
        require_memory(count)
    group_by = ["account_id", "api_key_id", *Shared.model_fields]
    usages = _results(client, report, "usage_report/messages", Usage, (first, last), group_by)
    for day, usage in usages:
        for name, tokens in usage.by_name:
            user = (usage.account_id, usage.api_key_id)
            by_day[day].tokens[usage.key(name)][user] += tokens
        count += 1
        require_memory(count)
    if by_day:
        names = _names(client, report)
        for day, use in by_day.items():
            for record in _split_records(names, use):
                report.add(day, record)


def _results(
    client: VendorClient,
    report: Report,
    name: str,
    model: type[AnyResult],
    days: tuple[date, date],
    group_by: list[str],
) -> Iterator[tuple[date, AnyResult]]:
    """Yield the results of all pages with their days."""
    first, last = days
    parameters: Parameters = [
        ("starting_at", f"{first}T00:00:00Z"),
        ("ending_at", f"{last + DAY}T00:00:00Z"),
        ("bucket_width", "1d"),
        ("limit", PAGE_DAYS),
        *(("group_by[]", group) for group in group_by),
    ]
    items = client.pages(f"/v1/organizations/{name}", parameters)
    for bucket, _ in report.dated(Bucket, items):
        for result in report.rows(model, bucket.results, bucket.day):
            yield bucket.day, result


def _names(client: VendorClient, report: Report) -> Names:
    def read(label: str, model: type[ListItem]) -> Mapping[str, str]:
        path = f"/v1/organizations/{label}"
        return client.names(path, model, report, cursor_parameter="after_id", page_size=1000)

    return Names(read("users", User), read("api_keys", ListItem), read("workspaces", ListItem))


def _split_records(names: Names, use: DayUse) -> Iterator[SpendRecord]:
    """Yield the costs of a day, split by the tokens of the same key.

    Costs without tokens have no user.
    """
    for (key, currency), amount in use.amounts.items():
        by_user = use.tokens.get(key, {})
        parts = split(amount.quantize(PLACES), by_user) if by_user else {NO_USER: amount}
        for user, part in parts.items():
            yield _record(names, key, user, by_user.get(user), part, currency)
    billed = {key for key, _ in use.amounts}
    for key, by_user in use.tokens.items():
        # a contract pays for the priority tier, which is in no cost row
        if key not in billed:
            for user, count in by_user.items():
                yield _record(names, key, user, count, Decimal(0), "USD")


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
