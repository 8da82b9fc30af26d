"""What the demo company spends on AI, and what an honest dashboard finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from headway.demo.company import OWNER, monday, rollout_on

#: the account at every vendor, by which a demo finds what an earlier one left
ACCOUNT = OWNER
Prices = Mapping[str, Decimal]
#: dollars for a million tokens; the demo's own, whatever the vendors ask
PRICES: Mapping[str, Prices] = {
    model: dict(
        zip(
            ("input", "cached input", "cache write", "output"),
            map(Decimal, prices.split()),
            strict=True,
        )
    )
    for model, prices in {
        "claude-opus-4-1": "15 1.5 18.75 75",
        "claude-sonnet-4": "3 0.3 3.75 15",
        "claude-sonnet-4-5": "3 0.3 3.75 15",
        "claude-haiku-4-5": "1 0.1 1.25 5",
        "gpt-5-codex": "1.25 0.125 0 10",
        "gpt-5-mini": "0.25 0.025 0 2",
    }.items()
}


@dataclass(frozen=True)
class Spending:
    """What is put into the demo's spend, and so what is to be found there.

    It begins ``weeks_before`` the rollout and grows with it: the teams that got agents spend most. Service keys belong
    to nobody.

    The price of ``price_model`` changes on ``price_change_on``, for all tokens alike. ``old_model`` gives way to
    ``new_model``, at the same price, within two weeks from ``new_model_on``. A forgotten key burns ``night_usd`` every
    night from ``night_on`` on, weekends and holidays included; nothing else uses ``night_model`` through the API. In
    the quarter of ``binge_quarter`` the agents of ``binge_team`` cost ``binge_factor`` times as much, while the team
    gets no more done than before. A gateway sees the tokens of one service key again. ``trial_tool`` was looked at by
    three people for one week. The budget, the same each month, is less than a month without holidays costs by now.
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
    #: who is told of by e-mail on some days, and by login on others
    listed_twice: str = "hazelspool"


SPENDING = Spending()


def spend_begins_on(until: date) -> date:
    """Return the first day of spend."""
    return rollout_on(until) - timedelta(weeks=SPENDING.weeks_before)


def price_change_on(until: date) -> date:
    """Return the day on which the price changes: the first of a month."""
    return _month(until, SPENDING.price_change_months_ago)


def new_model_on(until: date) -> date:
    """Return the day from which the new model replaces the old one: the tenth of a month."""
    return _month(until, SPENDING.new_model_months_ago) + timedelta(days=9)


def night_on(until: date) -> date:
    """Return the first day of the forgotten key: a Monday."""
    return monday(until, SPENDING.night_weeks_ago)


def binge_quarter(until: date) -> tuple[date, date]:
    """Return the first and last day of the newest quarter that ended 60 days or more ago."""
    day = until - timedelta(days=59)
    after = date(day.year, 1 + (day.month - 1) // 3 * 3, 1)
    last = after - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last


def tool_decisions(until: date) -> list[tuple[str, str, date]]:
    """Return what the company decided about its tools, and when."""
    begin, rollout = spend_begins_on(until), rollout_on(until)
    return [
        ("copilot", "adopt", begin),
        ("claude code", "trial", begin),
        ("claude code", "adopt", rollout + timedelta(weeks=12)),
        ("codex", "trial", rollout + timedelta(weeks=8)),
        ("copilot", "hold", rollout + timedelta(weeks=20)),
        (SPENDING.trial_tool, "retire", monday(until, SPENDING.trial_weeks_ago - 1)),
    ]


def price(model: str, token_type: str, day: date, until: date) -> Decimal:
    """Return the dollars for a million tokens on a day."""
    requested = PRICES[model][token_type]
    is_changed = model == SPENDING.price_model and day >= price_change_on(until)
    return requested * (1 + Decimal(str(SPENDING.price_change))) if is_changed else requested


def _month(until: date, months_ago: int) -> date:
    months = until.year * 12 + until.month - 1 - months_ago
    return date(months // 12, months % 12 + 1, 1)
