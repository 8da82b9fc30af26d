"""Privacy of spend: all files ever published together do not reveal the spend of a person."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from collectors.ledger.backups import restore
from queries.errors import PublishError
from queries.publish.atoms import FOLDER
from queries.publish.identities import identities
from queries.publish.settings import PublishSettings
from tests.support.spend_ledger import BASE, Attacker, Books, people, spent

K = 3
AS_OF = date(2026, 6, 30)
#: Mondays; May has whole weeks from the 4th on, and June begins on one
MAY, SECOND, JUNE = date(2026, 5, 4), date(2026, 5, 11), date(2026, 6, 8)
NINE = [f"p{index}" for index in range(9)]
SHARES = (
    "select provider, tool, model, date_trunc('week', day)::date, spread_days, "
    "round(sum(cost_usd)) from spend group by all order by all"
)
Step = Callable[["World"], None]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Return an empty ledger whose groups are small under three."""
    return Books(tmp_path, PublishSettings(small_group=K))


def test_attacker_derives_unprotected_spend(books: Books) -> None:
    """Without the group rules everybody would be known: the attack itself works."""
    open_books, attacker = Books(books.data, PublishSettings(small_group=1)), Attacker()
    open_books.load(
        [
            attacker.atom(MAY, person, model=f"m{index}-{half}")
            for index, person in enumerate(NINE)
            for half in "ab"
        ]
    )
    open_books.publish_spend(AS_OF)
    attacker.learn(open_books)
    assert attacker.derives(2) == [], "over four fifths of an amount belong to nobody even then"
    sums = [frozenset({index}) for index in range(len(attacker.persons))]
    attacker.sums.update(sums)
    assert len(attacker.derives(2)) == len(NINE)


def test_atoms_are_as_fine_as_their_people_allow(books: Books) -> None:
    """Three people a model in one week; what two people use is "other"."""
    models = {"sonnet": NINE[:3], "opus": NINE[3:6], "haiku": NINE[6:]}
    rows = [spent(MAY, person, 7.0, model=name) for name, own in models.items() for person in own]
    rows += [spent(SECOND, person, 7.0) for person in NINE[:3]]
    rows += [spent(SECOND, person, 14.0, model="opus") for person in NINE[3:5]]
    rows += [spent(JUNE, person, 7.0) for person in NINE[:5]]
    rows += [spent(JUNE, person, 7.0, provider="openai") for person in NINE[:2]]
    rows += [spent(JUNE, person, 7.0, provider="cursor") for person in NINE[2:4]]
    books.load(rows)
    books.publish_spend(AS_OF)
    assert books.ask(SHARES) == [
        ("anthropic", "api", "haiku", MAY, 7, 21.0),
        ("anthropic", "api", "opus", MAY, 7, 21.0),
        ("anthropic", "api", "other models", SECOND, 7, 49.0),
        ("anthropic", "api", "sonnet", MAY, 7, 21.0),
        ("anthropic", "api", "sonnet", JUNE, 7, 35.0),
        ("other", "api", "sonnet", JUNE, 7, 28.0),
    ]


def test_weeks_of_few_people_join_and_what_is_left_is_a_gap(books: Books) -> None:
    rows = [spent(MAY, person, 1.0) for person in NINE]
    rows += [spent(SECOND, person, 13.0) for person in NINE[:2]]
    rows += [spent(date(2026, 5, 29), "p5", 13.0), spent(JUNE, "p1", 5.0)]
    books.load(rows)
    books.publish_spend(AS_OF)
    assert books.ask("select distinct spread_days, gap from spend order by all") == [
        (1, "too few people"),
        (7, None),
        (14, None),
    ]
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(9.0 + 39.0,)]
    assert books.ask("select min(day), max(day), count(*) from spend where gap is not null") == [
        (JUNE, date(2026, 6, 14), 7)
    ]


def test_nobody_has_over_four_fifths_of_an_amount(books: Books) -> None:
    teams = {"Shop": NINE[:4], "Web": NINE[4:]}
    rows = [spent(MAY, person, 10.0) for person in NINE[1:]] + [spent(MAY, "p0", 150.0)]
    rows += [spent(JUNE, person, 1.0) for person in NINE[1:]] + [spent(JUNE, "p0", 33.0)]
    books.load(rows, people(teams))
    books.publish_spend(AS_OF)
    team = "select month, team, cost_usd from spend_by_team where provider is null"
    assert books.ask(team) == [(date(2026, 5, 1), "(other teams)", 230.0)]
    assert books.ask("select distinct gap from spend where day >= '2026-06-01'") == [
        ("too few people",)
    ]


@pytest.mark.parametrize(
    ("amounts", "is_large"),
    [
        ((4.0, 4.0, 4.0, 4.0, 4.0), True),
        ((60.0, 25.0, 5.0, 5.0, 5.0), True),
        ((85.0, 5.0, 5.0, 5.0, 5.0), False),
        ((50.0, 50.0, 1.0, 1.0, 1.0), False),
        ((50.0, 50.0, 3.0, 3.0, 3.0), True),
        ((50.0, 50.0, 50.0, 1.0, 1.0), False),
        ((50.0, 50.0, 50.0, 2.0, 2.0), True),
        ((1.0,) * 300, True),
    ],
)
def test_amounts_of_few_large_persons_are_not_published(
    amounts: tuple[float, ...], is_large: bool
) -> None:
    """Tiny amounts do not count, and the largest cannot be estimated by the second."""
    with duckdb.connect() as db:
        db.execute((FOLDER / "macros.sql").read_text(encoding="utf-8"))
        db.execute(
            "create table rows as select 1 as grp, 'person' as form, n as person, usd, "
            "0 as tokens, 0 as requests from unnest($1) with ordinality as persons(usd, n)",
            [list(amounts)],
        )
        answer = db.execute("select is_large(sizes, 5) from group_sizes('rows') as sizes")
        assert answer.fetchall() == [(is_large,)]


def test_measures_differ_in_enough_people_or_are_not_published(books: Books) -> None:
    """Tokens are dollars times ten for all but one; in June for all, in July for three."""
    july = date(2026, 7, 6)
    plan: tuple[tuple[date, dict[str, int]], ...] = (
        (MAY, {"p0": 99}),
        (JUNE, {}),
        (july, {"p0": 99, "p1": 98, "p2": 97}),
    )
    for day, odd in plan:
        books.load(
            [
                spent(day, person, 9.0 + n, tokens=odd.get(person, 90 + 10 * n))
                for n, person in enumerate(NINE)
            ]
        )
    books.publish_spend(date(2026, 7, 31))
    monthly = "select month(day), sum(tokens) from spend group by 1 order by 1"
    assert books.ask(monthly) == [
        (5, None),
        (6, sum(90 + 10 * n for n in range(9))),
        (7, 99 + 98 + 97 + sum(90 + 10 * n for n in range(3, 9))),
    ]


def test_names_of_one_person_count_once_without_people_csv(tmp_path: Path) -> None:
    books = Books(tmp_path, PublishSettings(small_group=5))
    names = ["alice@acme.io", "alice", "alice.smith@acme.io", "Alice Smith", "alice+gpt@acme.io"]
    books.load([spent(MAY, name, 10.0) for name in names])
    strangers = ["ann@acme.io", "bob@acme.io", "octocat", "hubot", "mona lisa"]
    books.load([spent(JUNE, name, 10.0) for name in strangers])
    books.publish_spend(AS_OF)
    assert books.ask("select sum(cost_usd), any_value(gap) from spend") == [
        (None, "too few people")
    ], "an address, a login and a name may belong to one person"
    books.load([spent(JUNE, f"{name}@acme.io", 10.0) for name in "abcde"])
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(50.0,)]


@pytest.mark.parametrize(
    "names",
    [
        ["Alice Smith", "Smith, Alice", "Dr. Alice Smith", "A. Smith", "Smith Alice (ext)"],
        ["alice", "asmith", "smitha", "alice.smith", "smith-alice"],
        ["alice", "alice2", "admin-alice", "alice_03", "dev.alice"],
        ["Alíce@a.io", "al\u200bice@a.io", "alice@a.io", "Alice <alice@b.io>", "mailto:alice@a.io"],
    ],
)
def test_spellings_of_one_name_are_one_person(names: list[str]) -> None:
    assert len({person for _, _, person in identities(names, {})}) == 1


@pytest.mark.parametrize(
    "names",
    [
        ["ann_acme", "bob_acme", "cho_acme", "dee_acme", "eli_acme"],
        [f"user-00{number}" for number in range(5)],
        ["person1@a.io", "person2@a.io", "engineer3", "engineer4", "Staff 5"],
    ],
)
def test_names_of_five_people_are_five(names: list[str]) -> None:
    assert len({person for _, _, person in identities(names, {})}) == 5


def test_with_people_csv_only_its_people_count(books: Books) -> None:
    rows = [spent(MAY, f"{person}@acme.example", 1.0) for person in NINE[:2]]
    books.load([*rows, spent(MAY, "guest", 1.0)], people({"Shop": NINE}))
    books.publish_spend(AS_OF)
    assert books.ask("select sum(cost_usd), any_value(gap) from spend") == [
        (None, "too few people")
    ]


def test_logins_with_one_address_in_people_csv_are_one_person(books: Books) -> None:
    """An account of the company beside the person's own."""
    rows = [row | {"email": "ann@acme.example"} for row in people({"Shop": ["ann", "ann_acme"]})]
    rows += people({"Shop": ["bob"]})
    books.load([spent(MAY, name, 1.0) for name in ("ann", "ann_acme", "bob")], rows)
    books.publish_spend(AS_OF)
    assert books.ask("select sum(cost_usd) from spend") == [(None,)]


def test_restatements_are_corrected_by_enough_people_only(books: Books) -> None:
    rows = {person: spent(MAY, person, 10.0) for person in NINE}

    def total(*changes: tuple[str, float]) -> float:
        for person, amount in changes:
            rows[person] = spent(MAY, person, amount)
        books.load(list(rows.values()))
        books.publish_spend(AS_OF)
        ((value,),) = books.ask("select round(sum(cost_usd), 6) from spend")
        return float(value)

    assert total() == 90.0
    assert total(("p0", 20.0), ("p1", 20.0)) == 90.0, "two people changed"
    assert books.ask("select distinct gap from spend where gap is not null") == [("restated",)]
    assert total(("p2", 20.0)) == 120.0
    assert total(("p0", 10.0), ("p1", 10.0)) == 120.0, "against the version before last: one"
    assert total(("p2", 10.0), ("p3", 9.0), ("p4", 9.0), ("p5", 9.0)) == 87.0
    assert total(*((person, 30.0) for person in NINE)) == 87.0, "two corrections are the limit"


def test_replaced_rows_keep_the_published_amounts(books: Books) -> None:
    """A second export names another model, or comes from another source."""
    rows = [spent(MAY, person, 10.0) for person in NINE[:5]]
    books.load(rows)
    books.publish_spend(AS_OF)
    renamed = [spent(MAY, person, 10.0, model="sonnet-4") for person in NINE[:6]]
    books.load(renamed)
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6), max(model) from spend") == [(50.0, "sonnet")]
    billed = [spent(MAY, person, 10.0, source="focus", basis="invoice") for person in NINE]
    books.load(billed)
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(50.0,)]
    nobodys = [spent(MAY, None, 60.0, actor_kind=None, model="sonnet-4")]
    books.load(nobodys)
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(50.0,)]


def test_totals_beside_published_people_are_not_published(books: Books) -> None:
    """A gateway's total of the same money would leave the one who is in no atom."""
    rows = [spent(MAY, person, 10.0) for person in NINE] + [spent(JUNE, "p0", 7.0)]
    rows += [
        spent(day, None, usd, actor_kind=None, source="litellm", basis="gateway")
        for day, usd in ((MAY, 90.0), (JUNE, 7.0))
    ]
    rows.append(spent(MAY, None, 3.0, actor_kind=None, provider="openai", source="openai"))
    rows.append(
        spent(MAY, None, 2.5, actor_kind=None, provider="openai", source="litellm", basis="gateway")
    )
    books.load(rows)
    books.publish_spend(AS_OF)
    assert books.ask(
        "select provider, sum(cost_usd) from spend where not is_counted group by all"
    ) == [("openai", 2.5)]
    assert books.ask(
        "select provider, source, cost_usd, days from spend_reconciliation order by all"
    ) == [
        ("anthropic", "anthropic", None, None),
        ("anthropic", "litellm", None, None),
        ("openai", "litellm", 2.5, 1),
        ("openai", "openai", 3.0, 1),
        ("other", "anthropic", None, None),
        ("other", "litellm", None, None),
    ]


INVOICE = spent(
    date(2026, 5, 31), None, 107.0, actor_kind=None, model=None, source="focus", basis="invoice"
)
GATEWAY = {"source": "litellm", "basis": "gateway"}
UNNAMED = GATEWAY | {"provider": "litellm"}
COUNTED = (
    "select round(sum(cost_usd), 6), string_agg(distinct gap) from spend where is_counted group by "
    "month(day)"
)


@pytest.mark.parametrize("source", [{}, GATEWAY, UNNAMED])
def test_total_of_the_same_month_does_not_reveal_who_is_held_back(
    books: Books, source: dict[str, str]
) -> None:
    """The invoice of 107 dollars, less three people's 30, would leave p3."""
    rows = [spent(MAY, person, 10.0, **source) for person in NINE[:3]]
    late = spent(SECOND, "p3", 77.0, **source)
    books.load(rows)
    books.publish_spend(AS_OF)
    books.load([late])
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(30.0, "too few people")]
    books.load([INVOICE])
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(30.0, "restated")]


CLIENT = {"source": "ccusage", "basis": "client"}
SAME_MONEY: tuple[tuple[dict[str, str], dict[str, object]], ...] = (
    ({}, {"amount": 20.33, "charge": "tax"}),
    ({}, {"amount": -10.7, "charge": "credit", "source": "focus", "basis": "invoice"}),
    ({}, {"amount": 107.0, "day": date(2026, 6, 3), "source": "focus", "basis": "invoice"}),
    ({}, {"amount": 107.0, "origin": "months.csv"}),
    ({}, {"amount": 107.0}),
    (CLIENT, {"amount": 107.0, "provider": "aws", "source": "focus", "basis": "invoice"}),
)


@pytest.mark.parametrize(("source", "total"), SAME_MONEY)
def test_money_of_nobody_that_contains_published_people_is_withheld(
    books: Books, source: dict[str, str], total: dict[str, object]
) -> None:
    """Tax, credit, an invoice, a total in a file or under one, a cloud: less 30 dollars, p3."""
    late = spent(SECOND, "p3", 77.0, **source)
    books.load([spent(MAY, person, 10.0, **source) for person in NINE[:3]])
    books.publish_spend(AS_OF)
    books.load([late, spent(date(2026, 5, 31), None, 0.0, actor_kind=None) | total])
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(30.0,)]
    assert books.ask("select sum(cost_usd), sum(counted_usd) from spend_reconciliation") == [
        (None, None)
    ]


def test_file_of_persons_beside_a_published_file_of_totals_is_withheld(books: Books) -> None:
    books.load([spent(date(2026, 5, 31), None, 107.0, actor_kind=None, origin="months.csv")])
    books.publish_spend(AS_OF)
    books.load([spent(MAY, person, 10.0, origin="people.csv") for person in NINE])
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(107.0, "restated")]


@pytest.mark.parametrize("other", [{"account": "eu"}, {"source": "b", "provider": "aws"}])
def test_copy_under_another_name_reveals_nobody(books: Books, other: dict[str, str]) -> None:
    """The copy comes whole: with p3, who was too late to be in the published atom."""
    rows = [spent(MAY, person, 10.0 + index) for index, person in enumerate(NINE[:3])]
    books.load(rows)
    books.publish_spend(AS_OF)
    rows.append(spent(SECOND, "p3", 7.0))
    books.load([*rows, *(row | other for row in rows)])
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(33.0,)]


@pytest.mark.parametrize(
    ("amounts", "origin"),
    [
        pytest.param((10.0, 10.0, 10.0), "api", id="the same amount for all"),
        pytest.param((10.0, 11.0, 12.0), "export.csv", id="in one file"),
    ],
)
def test_equal_spend_in_two_accounts_counts_twice(
    books: Books, amounts: tuple[float, ...], origin: str
) -> None:
    rows = [
        spent(MAY, person, usd, origin=origin)
        for person, usd in zip(NINE[:3], amounts, strict=True)
    ]
    books.load([*rows, *(row | {"account": "eu"} for row in rows)])
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(2 * sum(amounts),)]


def test_renamed_rows_are_copies_though_new_rows_have_their_names(books: Books) -> None:
    first = [spent(MAY, person, 10.0) for person in NINE[:3]]
    books.load(first)
    books.publish_spend(AS_OF)
    renamed = [row | {"model": "sonnet-2"} for row in (*first, spent(MAY, "p3", 5.0))]
    books.load([*renamed, *(row | {"amount": 11.0} for row in first)])
    books.publish_spend(AS_OF)
    assert books.ask("select round(sum(cost_usd), 6) from spend") == [(33.0,)]


def test_day_of_one_person_without_dollars_has_no_row(books: Books) -> None:
    """A day whose spend has no price, or does not count, is no day without spend."""
    idle = spent(date(2026, 5, 6), None, None, provider=None)
    books.load([idle, INVOICE, spent(SECOND, "p3", 7.0, **CLIENT)])
    books.load([spent(JUNE, "p3", 7.0, currency="EUR")])
    books.publish_spend(AS_OF)
    assert books.ask("select day, cost_usd from spend order by day") == [
        (date(2026, 5, 6), 0.0),
        (date(2026, 5, 31), 107.0),
    ]


def test_persons_beside_a_published_total_are_not_published(books: Books) -> None:
    rows = [spent(MAY, person, 10.0) for person in NINE[:3]] + [spent(SECOND, "p3", 77.0)]
    books.load([INVOICE])
    books.publish_spend(AS_OF)
    books.load(rows)
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(107.0, None)]


def test_published_total_stands_if_persons_replace_it(books: Books) -> None:
    days = [(MAY, 30.0), (SECOND, 77.0)]
    books.load([spent(day, None, usd, actor_kind=None, **UNNAMED) for day, usd in days])
    books.publish_spend(AS_OF)
    rows = [spent(MAY, person, 10.0) for person in NINE[:3]] + [spent(SECOND, "p3", 77.0)]
    books.load([*rows, spent(date(2026, 5, 19), "p4", 5.0)])
    books.publish_spend(AS_OF)
    assert books.ask(COUNTED) == [(107.0, "restated")], "a day that the total lacks is a gap"


def test_as_of_shows_an_atom_whole_or_not_at_all(books: Books) -> None:
    attacker = Attacker()
    rows = [attacker.atom(MAY, person) for person in NINE[:5]]
    rows += [attacker.atom(date(2026, 5, 6), "p8"), attacker.atom(SECOND, "p7")]
    books.load(rows)
    for as_of in (AS_OF, MAY, date(2026, 5, 6), date(2026, 5, 10), date(2026, 5, 17), AS_OF):
        books.publish_spend(as_of)
        attacker.learn(books)
    assert attacker.derives(K) == []
    earlier = sorted(books.data.glob("snapshots/*.duckdb"))
    assert len(earlier) == 6


def test_running_week_waits_and_is_no_news_later(books: Books) -> None:
    days = [date(2026, 5, day) for day in range(4, 9)]
    rows = []
    for day in days:
        rows += [spent(day, person, 1.0, is_provisional=day >= date(2026, 5, 7)) for person in NINE]
        books.load(rows)
        books.publish_spend(day)
        assert books.ask("select sum(cost_usd), any_value(gap) from spend") == [
            (None, "not final yet")
        ]
    books.publish_spend(date(2026, 5, 10))
    assert books.ask("select sum(cost_usd) from spend") == [(None,)], "vendors restate some days"
    books.publish_spend(date(2026, 5, 13))
    assert books.ask("select round(sum(cost_usd), 6), bool_and(is_provisional) from spend") == [
        (45.0, True)
    ]


def test_no_name_or_address_is_in_the_published_file(books: Books) -> None:
    rows = [spent(MAY, f"{person}@acme.example", BASE) for person in NINE]
    rows.append(spent(MAY, "sk-secret-key-name", 5.0, actor_kind="api key"))
    books.load(rows, people({"Shop": NINE}))
    books.publish(AS_OF)
    content = (books.data / "headway.duckdb").read_bytes()
    assert b"acme.example" not in content
    assert b"secret-key" not in content


def test_restored_ledger_reveals_no_person(books: Books) -> None:
    attacker, ledger = Attacker(), books.data / "ledger.duckdb"
    teams = {"Shop": NINE[:4], "Web": NINE[4:]}
    rows = [attacker.atom(MAY, person) for person in NINE]
    books.load(rows, people(teams))
    early = shutil.copy(ledger, books.data / "early.duckdb")
    books.load([*rows, *(attacker.atom(MAY, person, model="opus") for person in NINE[:4])])
    books.publish_spend(AS_OF)
    attacker.learn(books)
    restore(ledger, Path(early))
    books.publish_spend(AS_OF)
    attacker.learn(books)
    assert attacker.derives(K) == []
    with duckdb.connect(str(ledger)) as db:  # as if an older ledger had been copied by hand
        db.execute("delete from published_snapshots")
    with pytest.raises(PublishError, match="does not remember"):
        books.publish_spend(AS_OF)


class World:
    """A random company, whose spend is loaded, restated and published in several steps."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Make the company's ledger."""
        self.random = random.Random(seed)
        self.books = Books(folder, PublishSettings(small_group=K))
        self.attacker = Attacker()
        self.people = NINE[: self.random.randint(4, 9)]
        self.rows: list[dict[str, object]] = []
        self.has_people = self.random.random() < 0.5
        self.backup: Path | None = None
        #: whether a gateway reports each day's total beside the persons
        self.has_gateway = self.random.random() < 0.5

    def add(self) -> None:
        """Add spend of some people on some days; at most 30 amounts are distinct."""
        for _ in range(self.random.randint(2, 8)):
            if len(self.attacker.persons) < 30:
                other = self.random.random() < 0.3
                self.rows.append(
                    self.attacker.atom(
                        self.random.choice([MAY, MAY, SECOND, date(2026, 5, 6), JUNE]),
                        self.random.choice(self.people),
                        provider="openai" if other else "anthropic",
                        source="openai" if other else "anthropic",
                        model=self.random.choice(["sonnet", "sonnet", "opus"]),
                        account=self.random.choice(["acme", "acme", "second"]),
                    )
                )

    def add_clients(self) -> None:
        """Add what tools on the machines of some people report, beside bills or without one."""
        for _ in range(self.random.randint(1, 3)):
            provider = self.random.choice(["anthropic", "google"])
            bill = {"actor": None, "actor_kind": None, "provider": provider, "source": provider}
            self.rows.append(spent(MAY, None, 0.01) | bill | {"basis": "invoice"})
            if len(self.attacker.persons) < 30:
                self.rows.append(
                    self.attacker.atom(
                        self.random.choice([MAY, SECOND]),
                        self.random.choice(self.people),
                        provider=provider,
                        source="ccusage",
                        basis="client",
                    )
                )

    def bill(self) -> None:
        """Add once what contains the spend of May: a tax, a late invoice or a file of totals."""
        about: list[dict[str, object]] = [
            {"charge": "tax"},
            {"day": date(2026, 6, 3), "source": "focus", "basis": "invoice"},
            {"origin": "months.csv"},
        ]
        nobody = {"actor": None, "actor_kind": None, "model": None, "day": date(2026, 5, 31)}
        billed = [row for row in self.rows if row["actor"] and row["provider"] == "anthropic"]
        may = [row for row in billed if row["day"] != JUNE]
        is_first = all(row["actor"] for row in self.rows) and not self.has_gateway
        if is_first and len({row["actor"] for row in may}) >= K:
            shape = self.random.choice(about)
            self.rows += [row | nobody | shape for row in may]

    def totals(self) -> list[dict[str, object]]:
        """Return the gateway's rows of what persons' bills have; it names nobody."""
        gateway = {"provider": "litellm", "source": "litellm", "basis": "gateway", "model": None}
        nobody = {"actor": None, "actor_kind": None}
        billed = [row for row in self.rows if row["actor"] and row["basis"] == "cost_api"]
        return [row | gateway | nobody for row in billed if self.has_gateway]

    def restate(self) -> None:
        """Replace some amounts."""
        for index in range(len(self.rows)):
            if self.random.random() < 0.4 and len(self.attacker.persons) < 30:
                old = self.rows[index]
                if old["actor"]:
                    atom = self.attacker.atom(old["day"], old["actor"])  # type: ignore[arg-type]
                    self.rows[index] = old | {"amount": atom["amount"]}

    def narrow(self) -> None:
        """Export less: a person, a day or a model is missing, or all are under another name."""
        name = self.random.choice(["actor", "day", "model"])
        value = self.random.choice(self.rows)[name] if self.rows else None
        self.rows = [
            row
            for row in self.rows
            if row[name] != value or not row["actor"] or self.random.random() < 0.3
        ]

    def rename(self) -> None:
        """Report the same amounts under another model or account."""
        name = self.random.choice(["model", "account"])
        self.rows = [row | {name: f"{row[name]}-2"} for row in self.rows]

    def move(self) -> None:
        """Change the teams, or list fewer people."""
        self.has_people = self.random.random() < 0.7
        self.random.shuffle(self.people)

    def keep_backup(self) -> None:
        """Copy the ledger, or restore the copy."""
        ledger = self.books.data / "ledger.duckdb"
        if self.backup is None:
            self.backup = Path(shutil.copy(ledger, self.books.data / "copy.duckdb"))
        else:
            restore(ledger, self.backup)

    def first_day(self) -> date:
        """Return the first day of the ledger, which may have been restored."""
        with duckdb.connect(str(self.books.data / "ledger.duckdb"), read_only=True) as db:
            ((day,),) = db.execute("select min(day) from spend_partitions").fetchall()
        assert isinstance(day, date)
        return day

    def run(self) -> list[tuple[str, ...]]:
        """Publish after each of several steps, and return the groups that can be derived."""
        steps: list[Callable[[], None]] = [
            self.add,
            self.add_clients,
            self.bill,
            self.restate,
            self.narrow,
            self.rename,
            self.move,
            self.keep_backup,
        ]
        for index in range(4):
            step = self.add if not index else self.random.choice(steps)
            step()
            if step != self.keep_backup:
                cut = self.random.randint(2, len(self.people))
                teams = {"Shop": self.people[:cut], "Web": self.people[cut:]}
                listed = people(teams) if self.has_people else []
                self.books.load([*self.rows, *self.totals()], listed, is_whole=True)
            if self.rows:
                first = self.first_day()  # a publish of a day before it is refused
                days = [date(2026, 5, 10), date(2026, 5, 31), AS_OF, AS_OF]
                self.books.publish_spend(max(first, self.random.choice(days)))
                self.attacker.learn(self.books)
        return self.attacker.derives(K)


@pytest.mark.parametrize("seed", range(int(os.environ.get("HEADWAY_WORLDS", "4"))))
def test_random_histories_reveal_no_group(seed: int, tmp_path: Path) -> None:
    assert World(tmp_path, seed).run() == []
