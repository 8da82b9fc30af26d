"""AI spend of the demo company: people, service keys and seats, and its known effects."""

from __future__ import annotations

import calendar
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace

from collectors.ledger.store import Store, now
from headway.demo.company import (
    DATA,
    EFFECTS,
    OWNER,
    PEOPLE,
    Json,
    Person,
    is_workday,
    monday,
    month_start,
)
from headway.demo.periods import Calendar
from headway.demo.world import World, import_row

TOKEN_TYPES = ("input", "cached input", "cache write", "output")
#: dollars for a million tokens by type; the demo's own prices
PRICES = {
    model: dict(zip(TOKEN_TYPES, map(Decimal, prices.split()), strict=True))
    for model, prices in DATA["prices"].items()
}
MILLION, MICRO = 1_000_000, Decimal("0.00000001")
#: tokens by type of one unit of work with a tool
Tokens = Mapping[str, int]
TOKENS: dict[str, Tokens] = DATA["tokens"]
#: share of working days with agents, and the amount of work on such a day
USE_BY_ROLE = {"engineering": (0.85, 1.0), "design": (0.5, 0.4), "product": (0.5, 0.35)}
WEEKEND_SHARE, SMALL_MODEL_SHARE = 0.05, 0.3
#: people of each team who try agents before the rollout
EARLY_OF_A_TEAM = 2
OPUS_USERS = ("rustlingpine", "ninepinfox", "lowtideling")
CODEX_TEAMS, CODEX_AFTER_WEEKS = ("Checkout", "Platform"), 8
#: dollars for a seat and month, and for a premium request beyond those included in the seats
SEAT_USD, REQUEST_USD, REQUESTS_OF_A_SEAT = Decimal(19), Decimal("0.04"), 300
#: vendors return seats as of now, so holders are known for days with Headway only
SEATS_READ_DAYS = 28
#: days that a vendor may restate
RESTATED_DAYS = {"anthropic": 30, "openai": 7, "copilot": 3}
#: a row of spend without its own values
ROW: Json = {"charge": "usage", "basis": "cost_api", "currency": "USD", "is_estimate": False}
ROW |= dict.fromkeys(("team", "actor_kind", "actor", "model", "token_type", "tokens", "requests"))
COPILOT = ROW | {"provider": "github", "tool": "copilot", "basis": "tool_billing"}
SEAT = {"basis": "seat", "charge": "seat"}


#: known effects: see ``company.toml``
SPENDING = SimpleNamespace(**DATA["spending"])


class SpendDays:
    """Days of the known effects in the spend of a history that ends on a day."""

    def __init__(self, until: date, has_effects: bool = True) -> None:
        self.until, self.rollout = until, Calendar(until).rollout
        self.has_effects = has_effects
        self.begin = self.rollout - timedelta(weeks=SPENDING.weeks_before)
        self.price_change = month_start(until, SPENDING.price_change_months_ago)
        self.new_model = month_start(until, SPENDING.new_model_months_ago) + timedelta(days=9)
        self.night = monday(until, SPENDING.night_weeks_ago)
        self.gateway = monday(until, SPENDING.gateway_weeks_ago)
        self.trial = monday(until, SPENDING.trial_weeks_ago)
        #: first and last day of the newest quarter that ended 60 days ago or earlier
        day = until - timedelta(days=59)
        last = date(day.year, 1 + (day.month - 1) // 3 * 3, 1) - timedelta(days=1)
        self.binge = date(last.year, last.month - 2, 1), last

    def growth(self, day: date) -> float:
        """Return the relative use of agents: low before the rollout, then rising."""
        weeks, ramp = (day - self.rollout).days / 7, EFFECTS.transition_weeks
        if weeks < 0 or not self.has_effects:
            return 0.4
        return 0.4 + 0.6 * min(weeks / ramp, 1) + 0.008 * max(weeks - ramp, 0)


def tool_decisions(until: date) -> list[tuple[str, str, date]]:
    """Return the company's decisions about tools with their days."""
    days = SpendDays(until)
    return [
        ("copilot", "adopt", days.begin),
        ("claude code", "trial", days.begin),
        ("claude code", "adopt", days.rollout + timedelta(weeks=12)),
        ("codex", "trial", days.rollout + timedelta(weeks=8)),
        ("copilot", "hold", days.rollout + timedelta(weeks=20)),
        (SPENDING.trial_tool, "retire", days.trial + timedelta(weeks=1)),
    ]


def write_spend(world: World, seed: int, store: Store) -> None:
    """Replace the demo's spend in the ledger."""
    started_at, counts = now(), Counter[str]()
    partitions, rows = list[Json](), list[Json]()
    import_id = import_row(world, "spend", "generic", "", 0)["import_id"]
    for source, day, spend in _plan(SpendDays(world.until, world.has_effects), seed):
        origin = import_id if source == "generic" else "api"
        key = hashlib.sha256(f"{source}|{OWNER}|{day}|{origin}".encode()).hexdigest()[:16]
        restated_from = world.until - timedelta(days=RESTATED_DAYS.get(source, 0))
        partition = {"partition_id": key, "source": source, "account": OWNER, "day": day}
        partition |= {"origin": origin, "is_provisional": day > restated_from}
        partitions.append(partition | {"exported_at": world.end, "loaded_at": world.end})
        rows += ({"partition_id": key, "line": line} | row for line, row in enumerate(spend, 1))
        counts[source] += len(spend)
    old = store.rows("select partition_id from spend_partitions where account = ?", [OWNER])
    for table in ("spend_rows", "spend_partitions"):
        store.delete(table, old)
    store.merge("spend_partitions", partitions)
    store.merge("spend_rows", rows)
    count = counts["generic"]
    store.merge("imports", [import_row(world, "spend", "generic", "litellm-spend.csv", count)])
    for source in RESTATED_DAYS:
        store.record_load(source, OWNER, started_at, "read", rows_read=counts[source])


def _plan(days: SpendDays, seed: int) -> Iterator[tuple[str, date, list[Json]]]:
    """Yield each source and day with its rows; days without spend have none."""
    day, until, requests = days.begin, days.until, 0
    users = [_User(person, days, Random(f"{seed} {person.login}")) for person in PEOPLE]
    services, copilot = Random(f"{seed} services"), Random(f"{seed} copilot")
    while day <= until:
        service_rows = list(_services(days, day, services))
        rows = [row for user in users for row in user.spend(day)] + service_rows
        for source in ("anthropic", "openai"):
            yield source, day, [row for row in rows if row["provider"] == source]
        if day >= days.gateway:
            gateway_rows = [row for row in service_rows if row["actor"] == "shop-assistant"]
            yield "generic", day, [_through_gateway(row) for row in gateway_rows]
        seats = [p.login for p in PEOPLE if p.is_engineer and p.team_on(day, until)]
        requests = 0 if day.day == 1 else requests
        bill = list(_copilot(days, day, copilot, len(seats), requests))
        requests += sum(row["requests"] or 0 for row in bill)
        yield "copilot", day, bill
        if day > until - timedelta(days=SEATS_READ_DAYS):
            seat = COPILOT | SEAT | {"model": "business", "actor_kind": "user"}
            seat |= {"amount": None, "list_amount": None}
            yield "copilot seats", day, [seat | {"actor": login} for login in seats]
        day += timedelta(days=1)


class _User:
    """Person with own habits, independent of other people."""

    def __init__(self, person: Person, days: SpendDays, rng: Random) -> None:
        self.person, self.days, self.rng = person, days, rng
        delay = rng.randrange(7 * EFFECTS.transition_weeks) + (0 if person.is_engineer else 14)
        self.agents_on = days.rollout + timedelta(days=delay) if days.has_effects else date.max
        if person in [p for p in PEOPLE if p.team == person.team][:EARLY_OF_A_TEAM]:
            self.agents_on = days.begin
        self.codex_on = days.rollout + timedelta(weeks=CODEX_AFTER_WEEKS, days=rng.randrange(14))
        self.new_model_on = days.new_model + timedelta(days=rng.randrange(14))
        self.share, self.appetite = USE_BY_ROLE[person.role]
        self.appetite *= rng.lognormvariate(0, 0.35)

    def spend(self, day: date) -> Iterator[Json]:
        """Yield the rows of a day."""
        rng, person, days = self.rng, self.person, self.days
        team = person.team_on(day, days.until)
        share = (self.share if is_workday(day) else WEEKEND_SHARE) * (0.8 if day.month == 8 else 1)
        if rng.random() >= share or team is None:
            return
        units = self.appetite * rng.lognormvariate(-0.1, 0.5)
        if team not in EFFECTS.teams:
            yield from self._rows(day, "openai", "api", "gpt-5-mini", TOKENS["chat"], units)
            return
        units *= days.growth(day)
        model = SPENDING.new_model if day >= self.new_model_on else SPENDING.old_model
        if day >= self.agents_on:
            is_binge = team == SPENDING.binge_team and days.binge[0] <= day <= days.binge[1]
            factor = SPENDING.binge_factor if is_binge else 1.0
            uses = {model: 2.2 * units * factor}
            if rng.random() < SMALL_MODEL_SHARE:
                uses["claude-haiku-4-5"] = 1.6 * units * factor
            if person.login in OPUS_USERS and rng.random() < 0.4:
                uses["claude-opus-4-1"] = 0.35 * units
            for name, use in uses.items():
                yield from self._rows(day, "anthropic", "claude code", name, TOKENS["agents"], use)
        is_codex = team in CODEX_TEAMS and person.is_engineer and day >= self.codex_on
        if is_codex and rng.random() < 0.9:
            name = SPENDING.price_model
            yield from self._rows(day, "openai", "codex", name, TOKENS["codex"], 2.4 * units)
        if person.role == "product" and 0 <= (day - days.trial).days < 5:
            tool = SPENDING.trial_tool
            yield from self._rows(day, "anthropic", tool, model, TOKENS["chat"], units)

    def _rows(
        self, day: date, provider: str, tool: str, model: str, tokens: Tokens, units: float
    ) -> Iterator[Json]:
        row = ROW | {"provider": provider, "tool": tool, "actor_kind": "user"}
        row |= {"actor": self.person.email}
        return _token_rows(self.days, day, row, model, tokens, units)


def _token_rows(
    days: SpendDays, day: date, row: Json, model: str, tokens: Tokens, units: float
) -> Iterator[Json]:
    """Yield a row for each type of tokens of a model."""
    change = Decimal(1)
    if model == SPENDING.price_model and day >= days.price_change:
        change += Decimal(str(SPENDING.price_change))
    for token_type, count in tokens.items():
        used = round(count * units)
        amount = (PRICES[model][token_type] * change * used / MILLION).quantize(MICRO)
        usage = {"model": model, "token_type": token_type, "tokens": used}
        yield row | usage | {"amount": amount, "list_amount": amount}


def _services(days: SpendDays, day: date, rng: Random) -> Iterator[Json]:
    """Yield the spend of service keys, which is highest at weekends."""
    weeks, is_new = (day - days.begin).days / 7, day >= days.new_model + timedelta(days=13)
    model = SPENDING.new_model if is_new else SPENDING.old_model
    busy = (1.0 if day.weekday() < 5 else 1.2) * rng.lognormvariate(0, 0.08)
    keys = [
        ("anthropic", "shop-assistant", model, 0.5 + 0.02 * weeks),
        ("anthropic", "ticket-triage", "claude-haiku-4-5", 0.8),
        ("openai", "search-index", "gpt-5-mini", 4.0),
    ]
    for provider, key, name, units in keys:
        row = ROW | {"provider": provider, "tool": "api", "actor_kind": "api key", "actor": key}
        yield from _token_rows(days, day, row, name, TOKENS["service"], units * busy)
    if day >= days.night:
        row = ROW | {"provider": "anthropic", "tool": "api"}
        row |= {"actor_kind": "service", "actor": "nightly-eval"}
        yield from _token_rows(days, day, row, SPENDING.night_model, TOKENS["night"], 1.0)


def _through_gateway(row: Json) -> Json:
    """Return a row as the gateway counts it: without discounts for cached tokens."""
    amount = (row["amount"] * Decimal("1.06")).quantize(MICRO)
    return row | {"amount": amount, "list_amount": None, "basis": "gateway", "is_estimate": True}


def _copilot(days: SpendDays, day: date, rng: Random, seats: int, before: int) -> Iterator[Json]:
    """Yield the bill of a day: premium requests by model, and the day's part of the seats."""
    each = 24 / days.growth(day) ** 0.3  # fewer with other agents
    count = seats * (0.75 if is_workday(day) else 0.04) * each * rng.lognormvariate(0, 0.1)
    free = max(REQUESTS_OF_A_SEAT * seats - before, 0)
    for model, share in (("Claude Sonnet 4.5", 0.6), ("GPT-5", 0.4)):
        requests = round(round(count) * share)
        covered = min(free, requests)
        free -= covered
        amounts = {"amount": REQUEST_USD * (requests - covered)}
        amounts["list_amount"] = REQUEST_USD * requests
        yield COPILOT | {"model": model, "requests": requests} | amounts
    fee = (SEAT_USD * seats / calendar.monthrange(day.year, day.month)[1]).quantize(MICRO)
    yield COPILOT | SEAT | {"model": "Copilot Business", "amount": fee, "list_amount": fee}
