"""Spend: counted once, converted, priced and in scope, with results worked out by hand."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from queries.publish.settings import PublishSettings, ToolDecision
from tests.support.spend_ledger import Books, people, spent

DAY, NEXT = date(2026, 5, 4), date(2026, 5, 5)
AS_OF = date(2026, 6, 30)


def key(day: date, amount: float | None, **other: object) -> dict[str, object]:
    """Return a row of spend without a person."""
    return spent(day, "a key", amount, actor_kind="api key", **other)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Return an empty ledger."""
    return Books(tmp_path)


GAPS = "select distinct day from spend where gap is not null"
COUNTED = "select sum(cost_usd) from spend where is_counted"


def test_tokens_of_provider_gateway_and_client_count_once(
    books: Books,
) -> None:
    books.load(
        [
            key(DAY, 100.0),
            key(DAY, 97.0, source="litellm", account="proxy", basis="gateway"),
            key(DAY, 95.0, source="claude code", tool="claude code", basis="client"),
            key(NEXT, 40.0, source="litellm", account="proxy", basis="gateway"),
            key(NEXT, 38.0, source="claude code", tool="claude code", basis="client"),
        ]
    )
    books.publish_spend(AS_OF)
    assert books.ask(
        "select day, cost_basis, cost_usd from spend where is_counted and cost_usd > 0 order by day"
    ) == [
        (DAY, "cost_api", 100.0),
        (NEXT, "gateway", 40.0),
    ]
    reported = (
        "select source, cost_usd, counted_usd, counted_days, days from spend_reconciliation order "
        "by source"
    )
    assert books.ask(reported) == [
        ("anthropic", 100.0, 100.0, 1, 1),
        ("claude", 133.0, 0.0, 0, 2),
        ("litellm", 137.0, 40.0, 1, 2),
    ]


def test_an_invoice_outranks_the_cost_api_of_its_account_and_day_only(books: Books) -> None:
    books.load(
        [
            key(DAY, 10.0),
            key(DAY, 11.0, source="focus anthropic", basis="invoice"),
            key(DAY, 5.0, account="second"),
            key(NEXT, 20.0),
        ]
    )
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(11.0 + 5.0 + 20.0,)]


def test_accounts_that_are_addresses_are_one_row(books: Books) -> None:
    accounts = {"ann@acme.example": 3.0, "bob@acme.example": 4.0, "eu": 5.0}
    books.load([key(DAY, usd, account=account) for account, usd in accounts.items()])
    books.publish_spend(AS_OF)
    assert books.ask("select account, cost_usd from spend order by account") == [
        ("eu", 5.0),
        ("…@…", 7.0),
    ]
    assert books.ask("select account, cost_usd from spend_reconciliation order by account") == [
        ("eu", 5.0),
        ("…@…", 7.0),
    ]


def quarter_sums(rows: list[tuple[date, float]]) -> dict[str, float]:
    """Return dollars by quarter of 13 ISO weeks."""
    sums: dict[str, float] = defaultdict(float)
    for day, usd in rows:
        year, week, _ = day.isocalendar()
        sums[f"{year}-Q{min((week - 1) // 13 + 1, 4)}"] += usd
    return {name: round(usd, 6) for name, usd in sorted(sums.items()) if usd}


def test_small_weeks_are_added_up_within_their_quarter(tmp_path: Path) -> None:
    """The week of two persons joins one of its quarter, not the smaller one after its end."""
    books = Books(tmp_path, PublishSettings(small_group=5))
    weeks = {
        date(2026, 6, 15): (2, 50.0),
        date(2026, 6, 22): (6, 30.0),
        date(2026, 6, 29): (7, 1.0),
    }
    books.load(
        [
            spent(day, f"p{number}", usd)
            for day, (persons, usd) in weeks.items()
            for number in range(persons)
        ]
    )
    books.publish_spend(date(2026, 7, 20))
    days = books.ask("select day, sum(cost_usd) from spend where cost_usd > 0 group by day")
    assert quarter_sums(days) == {"2026-Q2": 2 * 50.0 + 6 * 30.0, "2026-Q3": 7 * 1.0}


@pytest.mark.parametrize("seed", range(4))
def test_dollars_of_each_quarter_are_those_of_the_ledger(seed: int, tmp_path: Path) -> None:
    """Weeks with a gap apart: what waits there is in no number."""
    draw = random.Random(seed)
    books = Books(tmp_path, PublishSettings(small_group=3))
    first, last = date(2026, 3, 16), date(2026, 7, 19)
    loaded = [
        spent(
            first + timedelta(days=number),
            f"p{draw.randrange(9)}",
            float(draw.randrange(1, 90)),
            tool=draw.choice(["api", "claude code"]),
        )
        for number in range((last - first).days + 1)
        for _ in range(draw.choice([0, 1, 3, 9]))
    ]
    books.load(loaded)
    books.publish_spend(date(2026, 7, 31))
    weeks = {day - timedelta(days=day.weekday()) for (day,) in books.ask(GAPS)}
    published = books.ask("select day, sum(cost_usd) from spend where gap is null group by day")
    in_quarters = quarter_sums(published)
    whole = quarter_sums([(row["day"], row["amount"]) for row in loaded])
    waiting = quarter_sums(
        [
            (row["day"], row["amount"])
            for row in loaded
            if row["day"] - timedelta(days=row["day"].weekday()) in weeks
        ]
    )
    assert set(in_quarters) == set(whole)
    for name, usd in whole.items():
        assert usd - waiting.get(name, 0) <= in_quarters[name] <= usd
    assert [name for name in whole if name not in waiting] != [], "a quarter is whole"
    if not weeks:
        assert in_quarters == whole


def test_gross_and_net_are_never_added(books: Books) -> None:
    books.load(
        [key(DAY, 0.0, list_amount=700.0, provider="github", tool="copilot", basis="tool_billing")]
    )
    books.publish_spend(AS_OF)
    assert books.ask("select cost_usd from spend") == [(0.0,)]


def test_newest_file_wins_in_any_order(tmp_path: Path) -> None:
    old = [key(DAY, 1.0, origin="old"), key(NEXT, 2.0, origin="old")]
    new = [key(NEXT, 3.0, origin="new")]
    reported = []
    for index, order in enumerate([(old, new), (new, old)]):
        books = Books(tmp_path / str(index))
        for rows in order:
            books.load(rows, exported_at=datetime(2026, 6, 2 if rows is new else 1))
        books.publish_spend(AS_OF)
        reported.append(books.ask("select day, cost_usd from spend order by day"))
    assert reported == [[(DAY, 1.0), (NEXT, 3.0)]] * 2


def test_a_restated_day_is_replaced_whole(books: Books) -> None:
    books.load([key(DAY, 1.0), key(DAY, 2.0, model="opus")])
    books.publish_spend(AS_OF)
    books.load([key(DAY, 5.0)])
    books.publish_spend(AS_OF)
    assert books.ask("select model, cost_usd from spend") == [("sonnet", 5.0)]


def test_currencies_are_converted_by_the_users_rates_and_never_guessed(books: Books) -> None:
    seeds = books.data / "seeds"
    seeds.mkdir()
    (seeds / "exchange_rates.csv").write_text(
        "currency,from_on,usd\nEUR,2026-01-01,1.10\nEUR,2026-05-05,1.20\n"
    )
    books.seeds = seeds
    books.load(
        [
            key(DAY, 10.0, currency="EUR"),
            key(NEXT, 10.0, currency="EUR"),
            key(NEXT, 10.0, currency="SEK", model="opus"),
        ]
    )
    books.publish_spend(AS_OF)
    result = books.ask("select day, model, round(cost_usd, 6) from spend order by all")
    assert result == [(DAY, "sonnet", 11.0), (NEXT, "opus", None), (NEXT, "sonnet", 12.0)]
    assert books.ask("select rows_without_price from spend_reconciliation") == [(1,)]


def test_tokens_without_an_amount_are_estimated_at_list_price(books: Books) -> None:
    """Claude Sonnet 4.5: 3 dollars a million input tokens, 15 for output, 0.30 for cached input."""
    model = "claude-sonnet-4-5-20250929"
    kinds = {"input": 1_000_000, "output": 100_000, "cached input": 10_000_000}
    books.load(
        [
            key(DAY, None, model=model, token_type=kind, tokens=tokens)
            for kind, tokens in kinds.items()
        ]
        + [key(DAY, None, model="no-such-model", token_type="input", tokens=5)]
    )
    books.publish_spend(AS_OF)
    result = books.ask(
        "select model, round(cost_usd, 6), tokens, is_estimate from spend order by model"
    )
    assert result == [(model, 3.0 + 1.5 + 3.0, 11_100_000, True), ("no-such-model", None, 5, True)]


def test_person_with_two_rows_counts_once(books: Books) -> None:
    books.settings = PublishSettings(small_group=3)
    listed = people({"Shop": ["ann", "bob", "cat"]})
    twice = [spent(DAY, "ann", 1.0), spent(DAY, "ANN@acme.example", 1.0), spent(DAY, "bob", 1.0)]
    books.load(twice, listed)
    books.publish_spend(AS_OF)
    assert books.ask("select distinct cost_usd, gap from spend") == [(None, "too few people")], (
        "two persons, one of them twice, are too few"
    )
    books.load([*twice, spent(DAY, "cat@acme.example", 1.0)])
    books.publish_spend(AS_OF)
    assert books.ask("select count(*), round(sum(cost_usd), 9) from spend") == [(7, 4.0)]
    assert books.ask(
        "select team, cost_usd, spenders_band from spend_by_team where provider is null"
    ) == [("Shop", 4.0, "1–4")]


def test_person_with_zero_cost_does_not_count_towards_k(books: Books) -> None:
    """Five persons have a row, one of them has all the money."""
    free = [spent(DAY, person, 0.0, tokens=10) for person in ("ann", "bob", "cat", "dan")]
    books.load([*free, spent(DAY, "eve", 50.0, tokens=10)])
    books.publish_spend(AS_OF)
    assert books.ask("select distinct cost_usd, gap from spend") == [(None, "too few people")]
    assert books.ask("from spend_by_team") == []
    assert books.ask("from spend_per_engineer") == []


def test_synced_day_without_spend_is_zero_and_unsynced_day_is_absent(
    books: Books,
) -> None:
    books.load([key(DAY, 1.0), key(NEXT, None, provider=None)])
    books.publish_spend(AS_OF)
    assert books.ask("select day, cost_usd from spend order by day") == [(DAY, 1.0), (NEXT, 0.0)]


def test_scope_and_decisions(books: Books) -> None:
    books.settings = PublishSettings(
        spend_scope=("API",),
        tool_decisions=(ToolDecision("copilot", "trial", NEXT), ToolDecision("api", "adopt", DAY)),
    )
    books.load(
        [key(DAY, 1.0), key(DAY, 2.0, tool="copilot", provider="github", basis="tool_billing")]
    )
    books.publish_spend(AS_OF)
    assert books.ask("select tool, is_in_scope from spend order by tool") == [
        ("api", True),
        ("copilot", False),
    ]
    assert books.ask("select tool, cost_usd, share, decision from tools") == [
        ("api", 1.0, 1.0, "adopt")
    ]


def test_engineers_are_those_of_people_csv(books: Books) -> None:
    listed = people({"Shop": [f"s{index}" for index in range(6)], "Lab": ["l1", "l2"]})
    listed.append({"login": "pat", "team": "Shop", "role": "product manager"})
    books.load([key(DAY, 1.0)], listed)
    books.publish(AS_OF)
    assert books.ask("from engineers") == []  # no pull request: no month to count in


def test_a_second_publish_knows_which_spend_is_final(tmp_path: Path) -> None:
    """Machines' rows of the last days are provisional; persons' of earlier weeks are final."""
    books = Books(tmp_path, PublishSettings(small_group=3))
    machine = spent(AS_OF, None, 5.0, is_provisional=True)
    books.load([machine, *(spent(DAY, f"p{number}", 10.0) for number in range(4))])
    for _ in range(2):
        books.publish_spend(AS_OF)
        assert books.ask(
            "select is_provisional, sum(cost_usd) from spend group by 1 order by 1"
        ) == [
            (False, 40.0),
            (True, 5.0),
        ]
