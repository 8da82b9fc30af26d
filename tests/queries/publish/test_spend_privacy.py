"""Privacy of spend: all files ever published together do not reveal the spend of a person."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from collectors.ledger.backups import restore
from queries.publish.settings import PublishSettings
from tests.support.command import Desk
from tests.support.spend_ledger import BASE, Attacker, Books, days, people, spent

K = 3
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 8)
#: an export of the day after the last day that is published
IMPORT = """
insert into imports (import_id, kind, source, account, exported_at)
values ('1', 'items', 'jira', '', timestamp '2026-07-01')
"""
NINE = [f"p{index}" for index in range(9)]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Return an empty ledger whose groups are small under three."""
    return Books(tmp_path, PublishSettings(small_group=K))


def test_attacker_derives_unprotected_spend(books: Books) -> None:
    """Without the group rules everybody would be known: the attack itself works."""
    open_books, attacker = Books(books.data, PublishSettings(small_group=1)), Attacker()
    open_books.load(
        [attacker.atom(MAY, person, model=f"m{index}") for index, person in enumerate(NINE)]
    )
    open_books.publish(date(2026, 6, 30))
    attacker.learn(open_books)
    assert len(attacker.derives(2)) == len(NINE)


def test_model_of_one_person_is_grouped_as_other(books: Books) -> None:
    attacker = Attacker()
    rows = [attacker.atom(MAY, person) for person in NINE]
    books.load([*rows, attacker.atom(MAY, "p0", model="opus")])
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("select distinct model from spend") == [("other models",)]


def test_groups_above_the_threshold_are_published(books: Books) -> None:
    attacker = Attacker()
    models = {"sonnet": NINE[:3], "opus": NINE[3:6], "haiku": NINE[6:]}
    books.load(
        [
            attacker.atom(MAY, person, model=model)
            for model, three in models.items()
            for person in three
        ]
    )
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("select model from spend order by model") == [
        ("haiku",),
        ("opus",),
        ("sonnet",),
    ]


def test_small_tools_providers_accounts_and_days_are_grouped(books: Books) -> None:
    attacker = Attacker()
    rows = [attacker.atom(MAY, person) for person in NINE]
    rows += [
        attacker.atom(MAY, "p0", tool="claude code"),
        attacker.atom(MAY, "p1", account="second"),
    ]
    rows += [attacker.atom(MAY, "p2", provider="openai", source="openai")]
    rows += [attacker.atom(date(2026, 5, 3), person) for person in NINE[:2]]
    rows += [attacker.atom(date(2026, 5, 2), person) for person in NINE[3:7]]
    books.load(rows)
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    (reported,) = books.ask("select sum(cost_usd) from spend")[0]
    assert reported == sum(row["amount"] for row in rows), (
        "nothing is lost where the week is large enough"
    )


def test_week_below_the_threshold_is_not_published(books: Books) -> None:
    attacker = Attacker()
    rows = [attacker.atom(MAY, person) for person in NINE] + [
        attacker.atom(date(2026, 5, 12), "p0")
    ]
    books.load(rows)
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("select day, cost_usd is null from spend order by day") == [
        (MAY, False),
        (date(2026, 5, 12), True),
    ]


def test_small_team_is_not_the_difference_of_organisation_and_teams(
    books: Books,
) -> None:
    attacker = Attacker()
    teams = {"Shop": NINE[:4], "Web": NINE[4:7], "Lab": NINE[7:]}
    rows = [attacker.atom(day, person) for day in days(MAY, 2) for person in NINE]
    books.load(rows, people(teams))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    reported = books.ask("select team, provider from spend_by_team order by all")
    assert {team for team, _ in reported} == {"Shop", "(other teams)"}


def test_provider_of_one_person_in_a_team_is_not_derived(books: Books) -> None:
    attacker = Attacker()
    teams = {"Shop": NINE[:4], "Web": NINE[4:]}
    rows = [attacker.atom(MAY, person) for person in NINE]
    openai = [attacker.atom(MAY, person, provider="openai", source="openai") for person in NINE[:5]]
    books.load([*rows, *openai], people(teams))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []


def test_joining_person_is_not_derived_from_two_months(books: Books) -> None:
    attacker = Attacker()
    teams = {"Shop": NINE[:4], "Web": [*NINE[4:], "new"]}
    rows = [attacker.atom(MAY, person) for person in NINE]
    rows += [attacker.atom(JUNE, person) for person in [*NINE, "new"]]
    books.load(rows, people(teams))
    for as_of in (date(2026, 6, 7), date(2026, 6, 30), date(2026, 7, 10)):
        books.publish(as_of)
        attacker.learn(books)
    assert attacker.derives(K) == []


def test_late_row_is_withheld_from_every_table(books: Books) -> None:
    attacker = Attacker()
    rows, teams = (
        [attacker.atom(MAY, person) for person in NINE],
        {"Shop": NINE[:4], "Web": [*NINE[4:], "late"]},
    )
    books.load(rows, people(teams))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    rows.append(attacker.atom(MAY, "late"))
    books.load(rows)
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("select sum(cost_usd) from spend") == [
        (sum(row["amount"] for row in rows[:-1]),)
    ]
    rows += [attacker.atom(MAY, person, model="opus") for person in NINE[:4]]
    books.load(rows)
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("select sum(cost_usd) from spend") == [(sum(row["amount"] for row in rows),)]


def test_person_who_changes_team_is_not_derived(books: Books) -> None:
    attacker = Attacker()
    rows = [attacker.atom(MAY, person) for person in NINE]
    books.load(rows, people({"Shop": NINE[:4], "Web": NINE[4:]}))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    before = books.ask("from spend_by_team order by all")
    books.load(rows, people({"Shop": NINE[:5], "Web": NINE[5:]}))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert attacker.derives(K) == []
    assert books.ask("from spend_by_team order by all") == before


def test_daily_publishes_reveal_no_person(books: Books) -> None:
    attacker, rows = Attacker(), []
    for index, day in enumerate(days(MAY, 5)):
        rows += [attacker.atom(day, person) for person in NINE[: 1 + 4 * index % 9]]
        books.load(rows)
        books.publish(day)
        attacker.learn(books)
    assert attacker.derives(K) == []


def test_dominant_spender_is_not_the_total_of_a_team(books: Books) -> None:
    teams = {"Shop": NINE[:4], "Web": NINE[4:]}
    rows = [spent(MAY, person, 10.0) for person in NINE[1:]] + [spent(MAY, "p0", 1000.0)]
    books.load(rows, people(teams))
    books.publish(date(2026, 6, 30))
    assert books.ask("select team, cost_usd from spend_by_team where provider is null") == [
        ("(other teams)", 1080.0)
    ]


def test_no_name_or_address_is_in_the_published_file(books: Books) -> None:
    rows = [spent(MAY, f"{person}@acme.example", BASE) for person in NINE]
    rows.append(spent(MAY, "sk-secret-key-name", 5.0, actor_kind="api key"))
    books.load(rows, people({"Shop": NINE}))
    books.publish(date(2026, 6, 30))
    content = (books.data / "headway.duckdb").read_bytes()
    assert b"acme.example" not in content
    assert b"secret-key" not in content
    (folder,) = (books.data / "shown").iterdir()
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_restored_ledger_reveals_no_person(books: Books) -> None:
    attacker, ledger = Attacker(), books.data / "ledger.duckdb"
    rows, teams = (
        [attacker.atom(MAY, person) for person in NINE],
        {"Shop": NINE[:4], "Web": NINE[4:]},
    )
    books.load(rows, people(teams))
    early = shutil.copy(ledger, books.data / "early.duckdb")
    books.load([*rows, attacker.atom(MAY, "p0", model="opus")], people(teams))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    reported = books.ask("from spend_by_team order by all")
    restore(ledger, Path(early))
    books.publish(date(2026, 6, 30))
    attacker.learn(books)
    assert books.ask("from spend_by_team order by all") == reported != []
    assert attacker.derives(K) == []


def test_removed_snapshot_link_does_not_reset_the_comparison(tmp_path: Path) -> None:
    desk, attacker = Desk(tmp_path), Attacker()
    books = Books(tmp_path / "data")
    (tmp_path / "headway.toml").write_text(f"[publish]\nsmall_group = {K}\n", encoding="utf-8")
    rows = [attacker.atom(MAY, person) for person in NINE]
    books.load(rows)
    with duckdb.connect(str(books.data / "ledger.duckdb")) as ledger:
        ledger.execute(IMPORT)
    assert desk.run("publish").code == 0
    attacker.learn(books)
    (books.data / "headway.duckdb").unlink()
    books.load([*rows, attacker.atom(MAY, "p0", model="opus")])
    assert desk.run("publish").code == 0
    attacker.learn(books)
    assert attacker.derives(K) == []


def test_missing_record_of_published_spend_stops_publish(tmp_path: Path) -> None:
    desk, books = Desk(tmp_path), Books(tmp_path / "data")
    (tmp_path / "headway.toml").write_text(f"[publish]\nsmall_group = {K}\n", encoding="utf-8")
    books.load([spent(MAY, person, BASE) for person in NINE])
    with duckdb.connect(str(books.data / "ledger.duckdb")) as ledger:
        ledger.execute(IMPORT)
    assert desk.run("publish").code == 0
    shutil.rmtree(books.data / "shown")
    refusal = desk.run("publish")
    assert refusal.code == 2
    assert "restore it from a backup" in refusal.problem
