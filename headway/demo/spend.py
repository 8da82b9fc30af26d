"""AI spend of the demo company: people, service keys and seats, and its known effects."""

from __future__ import annotations

import calendar
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from collectors.ledger.store import Store, now
from headway.demo.company import (
    DESIGNER,
    ENGINEER,
    OWNER,
    PEOPLE,
    PRODUCT,
    ROLLOUT,
    Person,
    is_workday,
    monday,
    month_start,
    rollout_on,
)
from headway.demo.documents import import_row
from headway.demo.items import Json
from headway.demo.world import World

#: the account at each vendor
ACCOUNT = OWNER
TOKEN_TYPES = ("input", "cached input", "cache write", "output")
#: dollars for a million tokens by type; the demo's own prices
PRICES = {
    model: dict(zip(TOKEN_TYPES, map(Decimal, prices.split()), strict=True))
    for model, prices in {
        "claude-opus-4-1": "15 1.5 18.75 75",
        "claude-sonnet-4": "3 0.3 3.75 15",
        "claude-sonnet-4-5": "3 0.3 3.75 15",
        "claude-haiku-4-5": "1 0.1 1.25 5",
        "gpt-5-codex": "1.25 0.125 0 10",
        "gpt-5-mini": "0.25 0.025 0 2",
    }.items()
}
MILLION = 1_000_000
MICRO = Decimal("0.00000001")
#: tokens by type of one unit of work with a tool
Tokens = Mapping[str, int]
AGENT_TOKENS = dict(zip(TOKEN_TYPES, (40_000, 6_000_000, 500_000, 60_000), strict=True))
CODEX_TOKENS = {"input": 500_000, "cached input": 5_000_000, "output": 80_000}
CHAT_TOKENS = {"input": 900_000, "output": 400_000}
SERVICE_TOKENS = {"input": 1_200_000, "cached input": 1_800_000, "output": 220_000}
NIGHT_TOKENS = {"input": 700_000, "output": 30_000}
#: share of working days with agents, and the amount of work on such a day
USE_BY_ROLE = {ENGINEER: (0.85, 1.0), DESIGNER: (0.5, 0.4), PRODUCT: (0.5, 0.35)}
WEEKEND_SHARE = 0.05
#: people of each team who try agents before the rollout
EARLY_OF_A_TEAM = 2
OPUS_USERS = ("rustlingpine", "ninepinfox", "lowtideling")
CODEX_TEAMS, CODEX_AFTER_WEEKS = ("storefront", "platform"), 8
#: dollars for a seat and month, and for a premium request beyond those included in the seats
SEAT_USD, REQUEST_USD, REQUESTS_OF_A_SEAT = Decimal(19), Decimal("0.04"), 300
#: vendors return seats as of now, so holders are known for days with Headway only
SEATS_READ_DAYS = 28
#: days that a vendor may restate
RESTATED_DAYS = {"anthropic": 30, "openai": 7, "copilot": 3}
COLUMNS = (
    "provider",
    "tool",
    "model",
    "actor_kind",
    "actor",
    "team",
    "token_type",
    "tokens",
    "requests",
    "amount",
    "list_amount",
    "basis",
)


@dataclass(frozen=True)
class Spending:
    """Known effects in the demo's spend.

    Spend starts ``weeks_before`` the rollout and grows with it, mostly in its teams. The price of
    ``price_model`` changes for all types of tokens. ``new_model`` replaces ``old_model`` at the
    same price within two weeks. A forgotten key spends ``night_usd`` each night, and is the only
    use of ``night_model`` through the API. In one quarter the agents of ``binge_team`` cost
    ``binge_factor`` times as much without more outcomes. A gateway counts the tokens of one
    service key again. Three people try ``trial_tool`` in one week. The monthly budget is below the
    cost of a current month without holidays. Vendors report ``listed_twice`` by e-mail on some
    days and by login on others.
    """

    weeks_before: int = 10
    price_model: str = "gpt-5-codex"
    price_change: float = -0.4
    price_change_months_ago: int = 4
    old_model: str = "claude-sonnet-4"
    new_model: str = "claude-sonnet-4-5"
    new_model_months_ago: int = 6
    night_model: str = "claude-opus-4-1"
    night_usd: float = 12.75
    night_weeks_ago: int = 20
    binge_team: str = "mobile"
    binge_factor: float = 2.5
    gateway_weeks_ago: int = 26
    trial_tool: str = "cowork"
    trial_weeks_ago: int = 13
    budget_usd: int = 8_000
    listed_twice: str = "hazelspool"


SPENDING = Spending()


def spend_begins_on(until: date) -> date:
    """Return the first day of spend."""
    return rollout_on(until) - timedelta(weeks=SPENDING.weeks_before)


def price_change_on(until: date) -> date:
    """Return the day of the price change: the first of a month."""
    return month_start(until, SPENDING.price_change_months_ago)


def new_model_on(until: date) -> date:
    """Return the first day of the new model: the tenth of a month."""
    return month_start(until, SPENDING.new_model_months_ago) + timedelta(days=9)


def night_on(until: date) -> date:
    """Return the first day of the forgotten key: a Monday."""
    return monday(until, SPENDING.night_weeks_ago)


def binge_quarter(until: date) -> tuple[date, date]:
    """Return the first and last day of the newest quarter that ended 60 days ago or earlier."""
    day = until - timedelta(days=59)
    last = date(day.year, 1 + (day.month - 1) // 3 * 3, 1) - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last


def tool_decisions(until: date) -> list[tuple[str, str, date]]:
    """Return the company's decisions about tools with their days."""
    begin, rollout = spend_begins_on(until), rollout_on(until)
    return [
        ("copilot", "adopt", begin),
        ("claude code", "trial", begin),
        ("claude code", "adopt", rollout + timedelta(weeks=12)),
        ("codex", "trial", rollout + timedelta(weeks=8)),
        ("copilot", "hold", rollout + timedelta(weeks=20)),
        (SPENDING.trial_tool, "retire", monday(until, SPENDING.trial_weeks_ago - 1)),
    ]


def write_spend(world: World, seed: int, store: Store) -> None:
    """Replace the demo's spend in the ledger."""
    started_at, counts = now(), Counter[str]()
    partitions, rows = list[Json](), list[Json]()
    import_id = import_row(world, "spend", "generic", "", 0)["import_id"]
    for source, day, spend in _plan(world, seed):
        origin = import_id if source == "generic" else "api"
        key = hashlib.sha256(f"{source}|{ACCOUNT}|{day}|{origin}".encode()).hexdigest()[:16]
        restated_from = world.until - timedelta(days=RESTATED_DAYS.get(source, 0))
        partition = {
            "partition_id": key,
            "source": source,
            "account": ACCOUNT,
            "day": day,
            "origin": origin,
            "exported_at": world.end,
            "loaded_at": world.end,
            "is_provisional": day > restated_from,
        }
        partitions.append(partition)
        rows += ({"partition_id": key, "line": line} | row for line, row in enumerate(spend, 1))
        counts[source] += len(spend)
    old = store.rows("select partition_id from spend_partitions where account = ?", [ACCOUNT])
    for table in ("spend_rows", "spend_partitions"):
        store.delete(table, old)
    store.merge("spend_partitions", partitions)
    store.merge("spend_rows", rows)
    count = counts["generic"]
    store.merge("imports", [import_row(world, "spend", "generic", "litellm-spend.csv", count)])
    for source in RESTATED_DAYS:
        store.record_load(source, ACCOUNT, started_at, "read", rows_read=counts[source])


def _plan(world: World, seed: int) -> Iterator[tuple[str, date, list[Json]]]:
    """Yield each source and day with its rows; days without spend have none."""
    day, until, requests = spend_begins_on(world.until), world.until, 0
    users = [_User(person, world, seed) for person in PEOPLE]
    services, copilot = Random(f"{seed} services"), Random(f"{seed} copilot")
    while day <= until:
        rows = [row for user in users for row in user.spend(day)]
        service_rows = list(_services(world, day, services))
        rows += service_rows
        for source in ("anthropic", "openai"):
            yield source, day, [row for row in rows if row["provider"] == source]
        if day >= monday(until, SPENDING.gateway_weeks_ago):
            gateway_rows = [row for row in service_rows if row["actor"] == "shop-assistant"]
            yield "generic", day, [_through_gateway(row) for row in gateway_rows]
        seats = [p.login for p in PEOPLE if p.role == ENGINEER and p.team_on(day, until)]
        requests = 0 if day.day == 1 else requests
        bill = list(_copilot(world, day, copilot, len(seats), requests))
        requests += sum(row["requests"] or 0 for row in bill)
        yield "copilot", day, bill
        if day > until - timedelta(days=SEATS_READ_DAYS):
            holders = [{"actor_kind": "user", "actor": login} for login in seats]
            holders = [{"model": "business", **holder} for holder in holders]
            yield "copilot seats", day, [_copilot_row("seat", "seat", **row) for row in holders]
        day += timedelta(days=1)


class _User:
    """Person with own habits, independent of other people."""

    def __init__(self, person: Person, world: World, seed: int) -> None:
        self.person, self.world, self.rng = person, world, Random(f"{seed} {person.login}")
        rollout, rng = world.rollout.date(), self.rng
        is_early = person in [p for p in PEOPLE if p.team == person.team][:EARLY_OF_A_TEAM]
        delay = rng.randrange(7 * ROLLOUT.ramp_weeks) + (0 if person.role == ENGINEER else 14)
        self.agents_on = rollout + timedelta(days=delay)
        if is_early:
            self.agents_on = spend_begins_on(world.until)
        self.codex_on = rollout + timedelta(weeks=CODEX_AFTER_WEEKS, days=rng.randrange(14))
        self.new_model_on = new_model_on(world.until) + timedelta(days=rng.randrange(14))
        self.share, self.appetite = USE_BY_ROLE[person.role]
        self.appetite *= rng.lognormvariate(0, 0.35)

    def spend(self, day: date) -> Iterator[Json]:
        """Yield the rows of a day."""
        rng, person, until = self.rng, self.person, self.world.until
        team = person.team_on(day, until)
        share = (self.share if is_workday(day) else WEEKEND_SHARE) * (0.8 if day.month == 8 else 1)
        if rng.random() >= share or team is None:
            return
        units = self.appetite * rng.lognormvariate(-0.1, 0.5)
        if team not in ROLLOUT.teams:
            yield from self._rows(day, "openai", "api", "gpt-5-mini", CHAT_TOKENS, units)
            return
        units *= _growth(self.world, day)
        model = SPENDING.new_model if day >= self.new_model_on else SPENDING.old_model
        agent = ("anthropic", "claude code")
        if day >= self.agents_on:
            begin, end = binge_quarter(until)
            is_binge = team == SPENDING.binge_team and begin <= day <= end
            factor = SPENDING.binge_factor if is_binge else 1.0
            yield from self._rows(day, *agent, model, AGENT_TOKENS, 2.2 * units * factor)
            haiku_units = 0.5 * units * factor
            yield from self._rows(day, *agent, "claude-haiku-4-5", AGENT_TOKENS, haiku_units)
            if person.login in OPUS_USERS and rng.random() < 0.4:
                yield from self._rows(day, *agent, "claude-opus-4-1", AGENT_TOKENS, 0.35 * units)
        is_codex = team in CODEX_TEAMS and person.role == ENGINEER and day >= self.codex_on
        if is_codex and rng.random() < 0.9:
            codex = ("openai", "codex", SPENDING.price_model)
            yield from self._rows(day, *codex, CODEX_TOKENS, 2.4 * units)
        trial_day = (day - monday(until, SPENDING.trial_weeks_ago)).days
        if person.role == PRODUCT and 0 <= trial_day < 5:
            trial = ("anthropic", SPENDING.trial_tool, model)
            yield from self._rows(day, *trial, CHAT_TOKENS, units)

    def _rows(
        self, day: date, provider: str, tool: str, model: str, tokens: Tokens, units: float
    ) -> Iterator[Json]:
        is_twice = self.person.login == SPENDING.listed_twice and provider == "anthropic"
        name = self.person.login if is_twice and day.day % 3 == 0 else self.person.email
        actor = {"provider": provider, "tool": tool, "actor_kind": "user", "actor": name}
        return _token_rows(self.world, day, actor, model, tokens, units)


def _growth(world: World, day: date) -> float:
    """Return the relative use of agents: low before the rollout, then rising."""
    weeks = (day - world.rollout.date()).days / 7
    if weeks < 0:
        return 0.4
    ramp = ROLLOUT.ramp_weeks
    return 0.4 + 0.6 * min(weeks / ramp, 1) + 0.008 * max(weeks - ramp, 0)


def _row(**values: Any) -> Json:
    """Return a row of spend in dollars."""
    row: Json = dict.fromkeys(COLUMNS) | {"currency": "USD", "is_estimate": False}
    return row | {"charge": "usage"} | values


def _token_rows(
    world: World, day: date, actor: Json, model: str, tokens: Tokens, units: float
) -> Iterator[Json]:
    """Yield a row for each type of tokens of a model."""
    change = Decimal(1)
    if model == SPENDING.price_model and day >= price_change_on(world.until):
        change += Decimal(str(SPENDING.price_change))
    for token_type, count in tokens.items():
        used = round(count * units)
        amount = (PRICES[model][token_type] * change * used / MILLION).quantize(MICRO)
        usage = {"model": model, "token_type": token_type, "tokens": used}
        yield _row(**actor, **usage, amount=amount, list_amount=amount, basis="cost_api")


def _services(world: World, day: date, rng: Random) -> Iterator[Json]:
    """Yield the spend of service keys, which is highest at weekends."""
    until, weeks = world.until, (day - spend_begins_on(world.until)).days / 7
    is_new = day >= new_model_on(until) + timedelta(days=13)
    model = SPENDING.new_model if is_new else SPENDING.old_model
    busy = (1.0 if day.weekday() < 5 else 1.2) * rng.lognormvariate(0, 0.08)
    keys = [
        ("anthropic", "shop-assistant", model, 0.5 + 0.02 * weeks),
        ("anthropic", "ticket-triage", "claude-haiku-4-5", 0.8),
        ("openai", "search-index", "gpt-5-mini", 4.0),
    ]
    for provider, key, model, units in keys:
        actor = {"provider": provider, "tool": "api", "actor_kind": "api key", "actor": key}
        yield from _token_rows(world, day, actor, model, SERVICE_TOKENS, units * busy)
    if day >= night_on(until):
        actor = {"provider": "anthropic", "tool": "api", "actor_kind": "service"}
        actor["actor"] = "nightly-eval"
        yield from _token_rows(world, day, actor, SPENDING.night_model, NIGHT_TOKENS, 1.0)


def _through_gateway(row: Json) -> Json:
    """Return a row as the gateway counts it: without discounts for cached tokens."""
    amount = (row["amount"] * Decimal("1.06")).quantize(MICRO)
    return row | {"amount": amount, "list_amount": None, "basis": "gateway", "is_estimate": True}


def _copilot_row(basis: str, charge: str, **values: Any) -> Json:
    return _row(provider="github", tool="copilot", basis=basis, charge=charge, **values)


def _copilot(world: World, day: date, rng: Random, seats: int, before: int) -> Iterator[Json]:
    """Yield the bill of a day: premium requests by model, and the day's part of the seats."""
    each = 24 / _growth(world, day) ** 0.3  # fewer with other agents
    count = seats * (0.75 if is_workday(day) else 0.04) * each * rng.lognormvariate(0, 0.1)
    free = max(REQUESTS_OF_A_SEAT * seats - before, 0)
    for model, share in (("Claude Sonnet 4.5", 0.6), ("GPT-5", 0.4)):
        requests = round(round(count) * share)
        covered = min(free, requests)
        free -= covered
        amount, list_amount = REQUEST_USD * (requests - covered), REQUEST_USD * requests
        usage = {"model": model, "requests": requests, "amount": amount}
        yield _copilot_row("tool_billing", "usage", **usage, list_amount=list_amount)
    fee = (SEAT_USD * seats / calendar.monthrange(day.year, day.month)[1]).quantize(MICRO)
    seat = {"model": "Copilot Business", "amount": fee, "list_amount": fee}
    yield _copilot_row("seat", "seat", **seat)
