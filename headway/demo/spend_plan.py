"""Who of the demo company spends what on AI, day by day: people, service keys and seats."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from headway.demo.company import (
    DESIGNER,
    ENGINEER,
    PEOPLE,
    PRODUCT,
    ROLLOUT,
    Person,
    address,
    is_workday,
    monday,
)
from headway.demo.spend_facts import (
    PRICES,
    SPENDING,
    binge_quarter,
    new_model_on,
    night_on,
    price,
    spend_begins_on,
)
from headway.demo.world import World

Json = dict[str, Any]
MILLION = 1_000_000
CENT_OF_A_CENT = Decimal("0.00000001")
#: tokens for one unit of work, in the proportions of each tool: what is read again and again is cached
AGENT_TOKENS = {
    "input": 40_000,
    "cached input": 6_000_000,
    "cache write": 500_000,
    "output": 60_000,
}
CODEX_TOKENS = {"input": 500_000, "cached input": 5_000_000, "output": 80_000}
CHAT_TOKENS = {"input": 900_000, "output": 400_000}
SERVICE_TOKENS = {"input": 1_200_000, "cached input": 1_800_000, "output": 220_000}
NIGHT_TOKENS = {"input": 700_000, "output": 30_000}
#: how often somebody works with agents on a working day, and how much then
KEENNESS = {ENGINEER: (0.85, 1.0), DESIGNER: (0.5, 0.4), PRODUCT: (0.5, 0.35)}
WEEKEND = 0.05
#: how many of each team try agents out before the rollout
EARLY_OF_A_TEAM = 2
OPUS_USERS = ("rustlingpine", "ninepinfox", "lowtideling")
CODEX_TEAMS, CODEX_AFTER_WEEKS = ("storefront", "platform"), 8
#: dollars for a seat and a month, and for a premium request beyond those that come with the seats of a month
SEAT_USD, REQUEST_USD, REQUESTS_OF_A_SEAT = Decimal(19), Decimal("0.04"), 300
#: seats are told as of now, so that who held one is known since Headway runs
SEATS_READ_DAYS = 28


@dataclass
class Spend:
    """The rows of one source and day; an empty day was read too."""

    source: str
    day: date
    rows: list[Json]


def plan_spend(world: World, seed: int) -> Iterator[Spend]:
    """Yield each source's days, from the first of spend to the end of the history."""
    first, until = spend_begins_on(world.until), world.until
    days = [first + timedelta(days=index) for index in range((until - first).days + 1)]
    users = [_User(person, world, seed) for person in PEOPLE]
    services = Random(f"{seed} services")
    copilot = Random(f"{seed} copilot")
    gateway_on = monday(until, SPENDING.gateway_weeks_ago)
    requests = 0
    for day in days:
        used = [row for user in users for row in user.spend(day)]
        served = list(_services(world, day, services))
        rows = used + served
        for source in ("anthropic", "openai"):
            yield Spend(source, day, [row for row in rows if row["provider"] == source])
        if day >= gateway_on:
            yield Spend(
                "generic",
                day,
                [_through_gateway(row) for row in served if row["actor"] == "shop-assistant"],
            )
        requests = 0 if day.day == 1 else requests
        requested = _requests(world, day, copilot)
        yield Spend("copilot", day, list(_copilot(world, day, requested, requests)))
        requests += sum(requested.values())
        if day > until - timedelta(days=SEATS_READ_DAYS):
            yield Spend("copilot seats", day, [_seat(login) for login in _seats(world, day)])


class _User:
    """A person with habits of their own, whatever others do."""

    def __init__(self, person: Person, world: World, seed: int) -> None:
        self.person, self.world, self.rng = person, world, Random(f"{seed} {person.login}")
        rollout, rng = world.rollout.date(), self.rng
        is_early = person in [p for p in PEOPLE if p.team == person.team][:EARLY_OF_A_TEAM]
        delay = rng.randrange(7 * ROLLOUT.ramp_weeks) + (0 if person.role == ENGINEER else 14)
        self.agents_on = (
            spend_begins_on(world.until) if is_early else rollout + timedelta(days=delay)
        )
        self.codex_on = rollout + timedelta(weeks=CODEX_AFTER_WEEKS, days=rng.randrange(14))
        self.new_model_on = new_model_on(world.until) + timedelta(days=rng.randrange(14))
        self.share, self.appetite = KEENNESS[person.role]
        self.appetite *= rng.lognormvariate(0, 0.35)

    def spend(self, day: date) -> Iterator[Json]:
        """Yield what they spend on a day."""
        rng, person = self.rng, self.person
        team = person.team_on(day, self.world.until)
        is_at_work = rng.random() < (self.share if is_workday(day) else WEEKEND) * (
            0.8 if day.month == 8 else 1
        )
        if team is None or not is_at_work:
            return
        units = self.appetite * rng.lognormvariate(-0.1, 0.5)
        if team not in ROLLOUT.teams:
            yield from self._rows(day, "openai", "api", "gpt-5-mini", CHAT_TOKENS, units)
            return
        units *= growth(self.world, day)
        if day >= self.agents_on:
            begin, end = binge_quarter(self.world.until)
            factor = (
                SPENDING.binge_factor
                if team == SPENDING.binge_team and begin <= day <= end
                else 1.0
            )
            yield from self._agent(day, self._main_model(day), 2.2 * units * factor)
            yield from self._agent(day, "claude-haiku-4-5", 0.5 * units * factor)
            if person.login in OPUS_USERS and rng.random() < 0.4:
                yield from self._agent(day, "claude-opus-4-1", 0.35 * units)
        if (
            team in CODEX_TEAMS
            and person.role == ENGINEER
            and day >= self.codex_on
            and rng.random() < 0.9
        ):
            yield from self._rows(
                day, "openai", "codex", SPENDING.price_model, CODEX_TOKENS, 2.4 * units
            )
        week = (day - monday(self.world.until, SPENDING.trial_weeks_ago)).days
        if person.role == PRODUCT and 0 <= week < 5:
            yield from self._rows(
                day, "anthropic", SPENDING.trial_tool, self._main_model(day), CHAT_TOKENS, units
            )

    def _main_model(self, day: date) -> str:
        return SPENDING.new_model if day >= self.new_model_on else SPENDING.old_model

    def _agent(self, day: date, model: str, units: float) -> Iterator[Json]:
        return self._rows(day, "anthropic", "claude code", model, AGENT_TOKENS, units)

    def _rows(
        self, day: date, provider: str, tool: str, model: str, tokens: dict[str, int], units: float
    ) -> Iterator[Json]:
        name = address(self.person.login)
        if (
            self.person.login == SPENDING.listed_twice
            and provider == "anthropic"
            and day.day % 3 == 0
        ):
            name = self.person.login
        who = {"provider": provider, "tool": tool, "actor_kind": "user", "actor": name}
        return _token_rows(self.world, day, who, model, tokens, units)


def growth(world: World, day: date) -> float:
    """Return how much agents are used: little before the rollout, up over its ramp, and slowly on from there."""
    weeks = (day - world.rollout.date()).days / 7
    if weeks < 0:
        return 0.4
    return (
        0.4 + 0.6 * min(weeks / ROLLOUT.ramp_weeks, 1) + 0.008 * max(weeks - ROLLOUT.ramp_weeks, 0)
    )


def _token_rows(
    world: World, day: date, who: Json, model: str, tokens: dict[str, int], units: float
) -> Iterator[Json]:
    """A row for each kind of token of one model."""
    for token_type, count in tokens.items():
        used = round(count * units)
        amount = (price(model, token_type, day, world.until) * used / MILLION).quantize(
            CENT_OF_A_CENT
        )
        yield row(
            model=model,
            token_type=token_type,
            tokens=used,
            amount=amount,
            list_amount=amount,
            basis="cost_api",
            **who,
        )


def row(**values: Any) -> Json:
    """Return a row of spend in dollars."""
    by_key: Json = {
        "provider": None,
        "tool": None,
        "model": None,
        "actor_kind": None,
        "actor": None,
        "team": None,
        "token_type": None,
        "tokens": None,
        "requests": None,
        "amount": None,
        "list_amount": None,
        "currency": "USD",
        "basis": None,
        "is_estimate": False,
        "charge": "usage",
    }
    return by_key | values


def _services(world: World, day: date, rng: Random) -> Iterator[Json]:
    """What service keys use: customers never rest, and are most at the weekend."""
    until, begin = world.until, spend_begins_on(world.until)
    weeks = (day - begin).days / 7
    main = (
        SPENDING.new_model
        if day >= new_model_on(until) + timedelta(days=13)
        else SPENDING.old_model
    )
    busy = (1.0 if day.weekday() < 5 else 1.2) * rng.lognormvariate(0, 0.08)
    for provider, key, model, units in (
        ("anthropic", "shop-assistant", main, 0.5 + 0.02 * weeks),
        ("anthropic", "ticket-triage", "claude-haiku-4-5", 0.8),
        ("openai", "search-index", "gpt-5-mini", 4.0),
    ):
        who = {"provider": provider, "tool": "api", "actor_kind": "api key", "actor": key}
        yield from _token_rows(
            world,
            day,
            who,
            model,
            {t: n for t, n in SERVICE_TOKENS.items() if PRICES[model][t]},
            units * busy,
        )
    if day >= night_on(until):
        who = {
            "provider": "anthropic",
            "tool": "api",
            "actor_kind": "service",
            "actor": "nightly-eval",
        }
        yield from _token_rows(world, day, who, SPENDING.night_model, NIGHT_TOKENS, 1.0)


def _through_gateway(result: Json) -> Json:
    """The same tokens as the gateway counts and prices them: it knows nothing of what is cached."""
    amount = (result["amount"] * Decimal("1.06")).quantize(CENT_OF_A_CENT)
    return result | {"amount": amount, "list_amount": None, "basis": "gateway", "is_estimate": True}


# -- seats ------------------------------------------------------------------------------------------------------------


def _seats(world: World, day: date) -> list[str]:
    return [p.login for p in PEOPLE if p.role == ENGINEER and p.team_on(day, world.until)]


def _seat(login: str) -> Json:
    return row(
        provider="github",
        tool="copilot",
        model="business",
        actor_kind="user",
        actor=login,
        basis="seat",
        charge="seat",
    )


def _requests(world: World, day: date, rng: Random) -> dict[str, int]:
    """Premium requests by model; fewer once other agents do the work."""
    share = 0.75 if is_workday(day) else 0.04
    each = 24 / growth(world, day) ** 0.3
    count = round(len(_seats(world, day)) * share * each * rng.lognormvariate(0, 0.1))
    return {"Claude Sonnet 4.5": round(count * 0.6), "GPT-5": round(count * 0.4)}


def _copilot(world: World, day: date, requested: dict[str, int], before: int) -> Iterator[Json]:
    """The bill of a day: requests at list price and what is owed for them, and the day's part of the seats."""
    seats = len(_seats(world, day))
    free = max(REQUESTS_OF_A_SEAT * seats - before, 0)
    for model, count in requested.items():
        covered = min(free, count)
        free -= covered
        yield row(
            provider="github",
            tool="copilot",
            model=model,
            requests=count,
            basis="tool_billing",
            amount=REQUEST_USD * (count - covered),
            list_amount=REQUEST_USD * count,
        )
    fee = (SEAT_USD * seats / calendar.monthrange(day.year, day.month)[1]).quantize(CENT_OF_A_CENT)
    yield row(
        provider="github",
        tool="copilot",
        model="Copilot Business",
        basis="seat",
        charge="seat",
        amount=fee,
        list_amount=fee,
    )
