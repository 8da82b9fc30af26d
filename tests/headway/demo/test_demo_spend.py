"""The demo company's spend: it is consistent, and SQL on the published file shows its events."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import mean
from typing import Any

import duckdb
import pytest

from headway.demo import EFFECTS, SPENDING, Calendar, people_csv, tool_decisions
from headway.demo.company import OWNER
from headway.demo.publish import demo_settings
from headway.demo.spend import SpendDays
from tests.support.demo_history import History, histories
from tests.support.facts import DEMO_UNTIL, opened

OF_MONEY = (
    "budget",
    "engineers",
    "forecast_days",
    "forecasts",
    "spend",
    "spend_by_team",
    "spend_per_engineer",
    "spend_reconciliation",
    "tools",
)
K = 5
RAMPED = Calendar(DEMO_UNTIL).rollout + timedelta(days=EFFECTS.transition_days)
#: dollars of a whole month: before the rollout, and once the ramp is over
MONTHLY = {
    "anthropic": ((150, 1_500), (2_500, 14_000)),
    "openai": ((80, 600), (80, 3_000)),
    "github": ((700, 1_500),) * 2,
}


@pytest.fixture(scope="module")
def db(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published demo with its ledger's spend as ``records``, without the gateway's."""
    with opened(demo) as result:
        result.execute(f"attach '{demo / 'ledger.duckdb'}' as ledger (read_only)")
        result.execute(
            "create temp view records as select * from ledger.spend_rows "
            "inner join ledger.spend_partitions using (partition_id) where basis <> 'gateway'"
        )
        yield result


def test_spend_columns_have_values_except_those_of_breaks(
    db: duckdb.DuckDBPyConnection,
) -> None:
    columns = db.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'published' "
        "and "
        f"table_name in {OF_MONEY}"
    ).fetchall()
    assert len({table for table, _ in columns}) == len(OF_MONEY)
    empty = {
        (table, column)
        for table, column in columns
        if db.execute(f'select count("{column}") from {table}').fetchone() == (0,)
    }
    # on this day no budget is expected to be passed, and spend has no break
    names = ("reason", "break_on", "break_kind", "breach_on")
    assert empty <= {("forecasts", name) for name in names}


def scalar(db: duckdb.DuckDBPyConnection, sql: str, *values: object) -> Any:
    """Return the only value of a query's only row."""
    ((result,),) = db.execute(sql, values).fetchall()
    return result


def spent(history: History) -> list[dict[str, Any]]:
    """Return the rows of spend with the source and day of each."""
    partitions = {row["partition_id"]: row for row in history.exports["spend_partitions"]}
    return [partitions[row["partition_id"]] | row for row in history.exports["spend_rows"]]


# -- in the ledger --------------------------------------------------------------------------------


def test_size_is_useful_and_every_source_occurs() -> None:
    for history in histories():
        result = Counter(row["source"] for row in spent(history))
        assert 55_000 <= result.total() <= 80_000
        assert set(result) == {"anthropic", "openai", "copilot", "copilot seats", "generic"}
        days = (history.until - SpendDays(history.until).begin).days + 1
        read = Counter(row["source"] for row in history.exports["spend_partitions"])
        assert {read[source] for source in ("anthropic", "openai", "copilot")} == {days}, (
            "every day was read"
        )
        assert {row["account"] for row in history.exports["spend_partitions"]} == {OWNER}


def test_monthly_cost_of_each_vendor_is_plausible() -> None:
    for history in histories():
        begin, rollout = SpendDays(history.until).begin, Calendar(history.until).rollout
        months = defaultdict[tuple[str, date], Decimal](Decimal)
        for row in spent(history):
            if row["basis"] != "gateway":
                months[row["provider"], row["day"].replace(day=1)] += row["amount"] or 0
        for (provider, month), usd in months.items():
            before, after = MONTHLY[provider]
            if begin <= month < (rollout - timedelta(days=31)):
                assert before[0] < usd < before[1], (provider, month)
            elif rollout + timedelta(days=31) <= month < history.until.replace(day=1):
                assert after[0] < usd < after[1], (provider, month)


def test_agents_are_used_by_rollout_teams_on_working_days() -> None:
    history = histories()[0]
    teams = {
        row["email"]: row["team"] for row in csv.DictReader(io.StringIO(people_csv(history.until)))
    }
    weekdays, where = defaultdict[int, float](float), defaultdict[str, float](float)
    for row in spent(history):
        if row["tool"] in ("claude code", "codex") and "@" in row["actor"]:
            weekdays[row["day"].weekday()] += float(row["amount"])
            where[teams[row["actor"]]] += float(row["amount"])
    total = sum(where.values())
    assert weekdays[5] + weekdays[6] < 0.05 * total
    assert all(where[team] > 0.12 * total for team in EFFECTS.teams)


def test_spenders_are_in_people_csv() -> None:
    history = histories()[0]
    people = list(csv.DictReader(io.StringIO(people_csv(history.until))))
    emails, logins = ({row[name] for row in people} for name in ("email", "login"))
    actors = {
        row["actor"]
        for row in spent(history)
        if row["actor_kind"] == "user" and row["source"] == "anthropic"
    }
    assert len(actors) > 20 and actors <= emails
    assert {row["actor"] for row in spent(history) if row["source"] == "copilot seats"} <= logins


def test_seats_are_billed_by_day_and_requests_only_beyond_the_included() -> None:
    rows = [row for row in spent(histories()[0]) if row["source"] == "copilot"]
    by_month = defaultdict[tuple[date, str], Decimal](Decimal)
    for row in rows:
        by_month[row["day"].replace(day=1), row["basis"]] += row["amount"]
        assert row["amount"] <= row["list_amount"]
    assert mean(usd for (_, basis), usd in by_month.items() if basis == "seat") == pytest.approx(
        19 * 41, rel=0.05
    )
    usage = [row for row in rows if row["basis"] == "tool_billing"]
    net, gross = (sum(row[name] for row in usage) for name in ("amount", "list_amount"))
    assert 0 < 2 * net < gross


def test_spend_days_follow_the_calendar_of_the_demo() -> None:
    until = date(2026, 11, 21)
    assert SpendDays(until).begin == date(2025, 3, 31)
    assert (SpendDays(until).price_change, SpendDays(until).new_model, SpendDays(until).night) == (
        date(2026, 7, 1),
        date(2026, 5, 10),
        date(2026, 6, 29),
    )
    assert SpendDays(until).binge == (date(2026, 4, 1), date(2026, 6, 30))
    assert SpendDays(date(2027, 1, 27)).binge == (date(2026, 7, 1), date(2026, 9, 30))
    assert SpendDays(date(2026, 3, 1)).binge == (date(2025, 10, 1), date(2025, 12, 31))


# -- published ----------------------------------------------------------------------------


def test_counted_spend_equals_recorded_spend(db: duckdb.DuckDBPyConnection) -> None:
    # the week of the last day is not over: its spend of persons is published later
    week = DEMO_UNTIL - timedelta(days=DEMO_UNTIL.weekday())
    assert scalar(db, "select min(day) from spend where gap = 'not final yet'") == week
    total = scalar(db, "select sum(amount) from records where day < ?", week)
    counted = "select sum(cost_usd) from spend where is_counted and day < ?"
    assert scalar(db, counted, week) == pytest.approx(float(total), abs=0.01)
    monthly = (
        "select date_trunc('month', day)::date, sum({}) from {} where provider = ? and {} group by "
        "1 order by 1"
    )
    for provider in ("anthropic", "openai", "github"):
        late = f"day >= '{RAMPED}' and day < '{DEMO_UNTIL.replace(day=1)}'"
        recorded = db.execute(monthly.format("amount", "records", late), [provider]).fetchall()
        published = db.execute(
            monthly.format("cost_usd", "spend", f"is_counted and {late}"), [provider]
        ).fetchall()
        # a provider below the threshold on a day is grouped with the smallest of the others
        assert [month for month, _ in recorded] == [month for month, _ in published]
        assert [usd for _, usd in published] == pytest.approx(
            [float(usd) for _, usd in recorded], rel=0.03
        )


def test_gateway_spend_is_not_counted(db: duckdb.DuckDBPyConnection) -> None:
    assert scalar(db, "select sum(amount) from ledger.spend_rows where basis = 'gateway'") > 1_000
    of_gateway = "cost_basis = 'gateway' and (is_counted or cost_usd > 0)"
    assert scalar(db, f"select count(*) from spend where {of_gateway}") == 0
    months = "select count(*) from spend_reconciliation where cost_basis = 'gateway'"
    assert scalar(db, f"{months} and cost_usd is null") == scalar(db, months) > 3


def test_price_change_applies_from_its_day(
    db: duckdb.DuckDBPyConnection,
) -> None:
    """Days of a week are equal parts of it, so the week of the change is left out."""
    per_token = (
        "select sum(cost_usd) / sum(tokens) from spend "
        "where model = ? and tokens is not null "
        "and date_trunc('week', day) {} date_trunc('week', ?)"
    )
    before, after = (
        scalar(db, per_token.format(side), SPENDING.price_model, SpendDays(DEMO_UNTIL).price_change)
        for side in ("<", ">")
    )
    assert after / before - 1 == pytest.approx(SPENDING.price_change, abs=0.001)


def test_forgotten_key_costs_the_same_every_night(db: duckdb.DuckDBPyConnection) -> None:
    rows = db.execute(
        "select day, sum(cost_usd) from spend where tool = 'api' and model = ? group by day order "
        "by day",
        [SPENDING.night_model],
    ).fetchall()
    count = (DEMO_UNTIL - SpendDays(DEMO_UNTIL).night).days + 1
    assert rows == [
        (SpendDays(DEMO_UNTIL).night + timedelta(days=index), SPENDING.night_usd)
        for index in range(count)
    ]
    steady = "having count(*) > 60 and max(cost_usd) - min(cost_usd) < 0.01 and min(cost_usd) > 0"
    models = db.execute(
        f"select model from spend where charge = 'usage' group by tool, model {steady}"
    ).fetchall()
    assert models == [(SPENDING.night_model,)], "nothing else is so steady"


def test_one_team_pays_more_without_more_outcomes_in_one_quarter(
    db: duckdb.DuckDBPyConnection,
) -> None:
    begin, end = SpendDays(DEMO_UNTIL).binge
    months = db.execute(
        """
        select
            month,
            sum(cost_usd) filter (team = $team)
                / sum(cost_usd) filter (team in ('Checkout', 'Platform')) as cost,
            (
                select count(*)
                from outcomes
                where
                    team = $team
                    and date_trunc('month', happened_on) = month
                    and durability <> 'undone'
            ) as outcomes
        from spend_by_team
        where provider = 'anthropic' and month >= $ramped
        group by month
        """,
        {"team": SPENDING.binge_team, "ramped": RAMPED},
    ).fetchall()
    inside, outside = (
        [row for row in months if (begin <= row[0] <= end) is side] for side in (True, False)
    )
    assert len(inside) == 3 and len(outside) >= 3
    cost, outcomes = (
        mean(row[index] for row in inside) / mean(row[index] for row in outside) for index in (1, 2)
    )
    assert cost == pytest.approx(SPENDING.binge_factor, rel=0.2)
    assert outcomes < 1.2


def test_new_model_replaces_the_old_one(db: duckdb.DuckDBPyConnection) -> None:
    moved_on = SpendDays(DEMO_UNTIL).new_model
    newest = "select max(day) from spend where model = ? and is_counted"
    oldest = "select min(day) from spend where model = ? and is_counted"
    assert (
        moved_on - timedelta(days=3)
        < scalar(db, newest, SPENDING.old_model)
        < moved_on + timedelta(days=21)
    )
    assert moved_on <= scalar(db, oldest, SPENDING.new_model) < moved_on + timedelta(days=14)


def test_tools_and_models_below_five_users_are_grouped_as_other(
    db: duckdb.DuckDBPyConnection,
) -> None:
    assert scalar(
        db, "select count(distinct actor) from records where tool = ?", SPENDING.trial_tool
    ) in range(1, K)
    assert scalar(db, "select count(*) from spend where tool = ?", SPENDING.trial_tool) == 0
    assert scalar(db, "select count(*) from spend where tool = 'other tools'") > 0
    assert scalar(db, "select count(*) from spend where model = 'other models'") > 0
    persons = "count(distinct split_part(actor, '@', 1))"
    small = db.execute(
        f"""
        select records.day, records.tool, records.model
        from records
        join spend
            on spend.day = records.day
            and spend.tool = records.tool
            and spend.model = records.model
        where records.actor_kind = 'user' and records.tool in ('claude code', 'codex')
        group by all
        having {persons} < {K}
        """
    ).fetchall()
    # these days are grouped with smaller ones of their week, which add the missing persons
    for day, tool, model in small:
        begin, end = day - timedelta(days=10), day + timedelta(days=10)
        near = f"select {persons} from records where tool = ? and model = ? and day between ? and ?"
        assert scalar(db, near, tool, model, begin, end) >= K


def test_teams_with_five_spenders_or_more_are_published(db: duckdb.DuckDBPyConnection) -> None:
    teams = dict[tuple[str, date], str]()
    for row in csv.DictReader(io.StringIO(people_csv(DEMO_UNTIL))):
        day = max(date.fromisoformat(row["from"] or "2000-01-01"), SpendDays(DEMO_UNTIL).begin)
        while day <= date.fromisoformat(row["to"] or f"{DEMO_UNTIL}"):
            teams[row["login"], day] = row["team"]
            day += timedelta(days=1)
    spenders = defaultdict[tuple[date, str], set[str]](set)
    rows = db.execute(
        "select distinct day, split_part(actor, '@', 1) from records where actor_kind = 'user'"
    ).fetchall()
    for day, login in rows:
        spenders[day.replace(day=1), teams[login, day]].add(login)
    published = db.execute(
        "select distinct month, team from spend_by_team where team not in (?, ?)",
        [
            "unattributed",
            "(other teams)",
        ],
    ).fetchall()
    assert {team for _, team in published} >= {*EFFECTS.teams, "Insights"}
    assert all(len(spenders[month, team]) >= K for month, team in published)
    assert scalar(db, "select count(*) from spend_by_team where team = '(other teams)'") > 0, (
        "before the rollout"
    )


def test_decisions_and_the_budget_are_in_the_settings(db: duckdb.DuckDBPyConnection) -> None:
    settings = demo_settings(DEMO_UNTIL)
    decided = dict(
        db.execute(
            "select tool, arg_max(decision, month) from tools where tool <> 'api' group by tool"
        ).fetchall()
    )
    assert (
        decided["claude code"] == "adopt"
        and decided["codex"] == "trial"
        and decided["copilot"] == "hold"
    )
    assert len(settings.tool_decisions) == len(tool_decisions(DEMO_UNTIL))
    assert [(budget.month, budget.usd, budget.is_from) for budget in settings.budgets] == [
        (date(2026, 4, 1), 8_000, True),
        (date(2026, 7, 1), 10_500, True),
    ]
    for history in histories():
        newest = history.until - timedelta(days=28)
        usd = sum(
            row["amount"] or 0
            for row in spent(history)
            if row["basis"] != "gateway" and row["day"] > newest
        )
        assert usd / 28 * 30 > SPENDING.raised_usd, "the last month is on its way over it"
