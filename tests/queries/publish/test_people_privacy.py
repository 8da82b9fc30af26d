"""Teams and roles: no group of fewer than k people is published, nor derived from several files."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries.sql_files import ROOT, models, read_sql
from tests.support.command import Desk
from tests.support.github_server import serve
from tests.support.independent.examples import comment, dataset, pull

K = 5
WORLDS = int(os.environ.get("HEADWAY_PEOPLE_WORLDS", "6"))
FIRST = date(2026, 3, 1)
DAYS = 12
TEAMS, ROLES = ("red", "blue", ""), ("engineer", "designer", "writer", "")
MODELS = {model.name: model for model in models()}
BUILT = (
    "int_periods",
    "int_person_periods",
    "int_person_groups",
    "int_published_people",
    "int_group_periods",
    "int_pull_request_groups",
)
Label = tuple[str | None, str | None, bool | None]
NO_LABEL: Label = (None, None, None)


@dataclass(frozen=True)
class Row:
    """One line of people.csv."""

    login: str
    team: str
    role: str
    from_on: date = FIRST
    to_on: date = date(9999, 12, 31)


@dataclass
class World:
    """A ledger in memory in which each person opens a pull request for each pair of days."""

    db: duckdb.DuckDBPyConnection
    logins: Sequence[str]
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Create the tables that the models read."""
        days = [FIRST + timedelta(days=n) for n in range(DAYS)]
        pairs = [(a, b) for a in days for b in days[days.index(a) :: 3]]
        pulls = [(login, a, b) for login in self.logins for a, b in pairs]
        self.db.execute(
            "create table pulls as select 'a/b' as repo, row_number() over () as number, * from "
            "(select unnest($1) as login, unnest($2)::date as opened_on, "
            "unnest($3)::date as closed_on)",
            [[str(value) for value in column] for column in zip(*pulls, strict=True)],
        )
        self.db.execute(
            "create table input_settings (as_of date, small_group integer); "
            "create view stg_pull_requests as select repo, number, opened_on::timestamp as "
            "opened_at from pulls, input_settings where opened_on <= as_of; "
            "create view int_stages as select repo, number, if(closed_on <= as_of, "
            "closed_on::timestamp, null) as closed_at from pulls, input_settings; "
            "create view int_responsible as select repo, number, login as responsible from pulls; "
            "create table int_former_logins (former varchar, login varchar); "
            "create table int_rule_matches as select 'label_rules' as kind, 'engineering' as "
            "meaning, 'role' as field, 'engineer' as value; "
            "create table int_listed_people (login varchar, team varchar, role varchar, "
            "from_on date, to_on date)"
        )
        self.db.execute(
            "create table input_published_people (login varchar, from_on date, to_on date, "
            "team varchar, role varchar, is_engineering_role boolean, class varchar)"
        )

    def publish(self, as_of: date, k: int = K) -> dict[int, Label]:
        """Return the published team and role of each pull request, by its number."""
        self.db.execute(
            "delete from input_settings; delete from int_listed_people; "
            f"insert into input_settings values ('{as_of}', {k})"
        )
        for row in self.rows:
            values = [row.login, row.team or None, row.role or None, row.from_on, row.to_on]
            self.db.execute("insert into int_listed_people values (?, ?, ?, ?, ?)", values)
        for name in BUILT:
            self.db.execute(f"create or replace table {name} as {MODELS[name].statement}")
        remembered = read_sql(ROOT / "shared" / "published_people.sql").statement
        self.db.execute(
            f"create table remembered as {remembered}; drop table input_published_people; "
            "alter table remembered rename to input_published_people"
        )
        rows = self.db.execute(
            "select number, team, role, is_engineering_role from stg_pull_requests "
            "left join int_pull_request_groups using (repo, number)"
        ).fetchall()
        return {number: (team, role, kind) for number, team, role, kind in rows}

    def derivable(self, snapshots: Sequence[dict[int, Label]]) -> list[Any]:
        """Return the groups of fewer than k people that the snapshots together distinguish.

        A group has the rows of the same days with the same labels in every snapshot. All sums over
        published labels, and differences of such sums, are sums of these groups.
        """
        people: dict[Any, set[str]] = defaultdict(set)
        for number, login, *days in self.db.execute(
            "select number, login, opened_on, closed_on from pulls"
        ).fetchall():
            labels = tuple(snapshot.get(number, NO_LABEL) for snapshot in snapshots)
            if set(labels) != {NO_LABEL}:
                people[(*days, labels)].add(login)
        return [group for group, who in people.items() if len(who) < K]

    def misnamed(self, labels: dict[int, Label]) -> list[Any]:
        """Return rows whose team, role or both had fewer than k people on a day in between."""
        result = []
        for number, a, b in self.db.execute(
            "select number, opened_on, least(closed_on, as_of) from pulls, input_settings "
            "where opened_on <= as_of"
        ).fetchall():
            team, role, _ = labels[number]
            for day in (a + timedelta(days=n) for n in range((b - a).days + 1)):
                present = {
                    row.login
                    for row in self.rows
                    if row.from_on <= day <= row.to_on
                    and team in (None, row.team)
                    and role in (None, row.role)
                }
                if (team or role) and len(present) < K:
                    result.append((number, team, role, day))
        return result


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory."""
    with duckdb.connect(config={"threads": 1}) as db:
        yield db


def random_rows(dice: random.Random, logins: Sequence[str]) -> list[Row]:
    """Return one or two memberships for most people."""
    rows = []
    for login in dice.sample(logins, dice.randint(len(logins) - 3, len(logins))):
        team, role = dice.choice(TEAMS), dice.choices(ROLES, (6, 3, 2, 1))[0]
        row = Row(login, team, role)
        if dice.random() < 0.3:
            last_on = FIRST + timedelta(days=dice.randrange(DAYS - 1))
            rows.append(replace(row, to_on=last_on))
            if dice.random() < 0.6:
                team = dice.choice(TEAMS)
                rows.append(Row(login, team, role, last_on + timedelta(days=1)))
        else:
            rows.append(row)
    return rows


def changed_rows(dice: random.Random, rows: Sequence[Row]) -> list[Row]:
    """Return the memberships after a change of the file: of one person, of a few, or of all."""
    result = list(rows)
    for _ in range(dice.choice((0, 1, 2, 6))):
        index = dice.randrange(len(result))
        change = dice.choice(("team", "role", "drop"))
        if change == "drop":
            del result[index]
        else:
            row = result[index]
            team = dice.choice(TEAMS) if change == "team" else row.team
            role = dice.choice(ROLES) if change == "role" else row.role
            result[index] = replace(row, team=team, role=role)
    return result


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_group_under_k_is_derivable_from_a_sequence_of_snapshots(
    db: duckdb.DuckDBPyConnection, seed: int
) -> None:
    dice = random.Random(seed)
    logins = [f"p{n}" for n in range(dice.randint(8, 22))]
    world = World(db, logins, random_rows(dice, logins))
    snapshots = []
    for _ in range(3):
        as_of = FIRST + timedelta(days=dice.randrange(DAYS))
        snapshots.append(world.publish(as_of))
        if len(snapshots) == 1:
            assert world.misnamed(snapshots[0]) == []
        world.rows = changed_rows(dice, world.rows)
    assert world.derivable(snapshots) == []


#: the five of Checkout, five designers, four of Growth, and one without a line at first
CHECKOUT = ("ada", "bob", "cho", "dee", "eli")
DESIGNERS = ("fay", "gil", "hui", "ida", "jan")
GROWTH = ("kim", "lou", "mia", "ned")
NEW = ("oda",)
OPENED = ("2026-03-02", "2026-04-06", "2026-05-04", "2026-06-01")
HEAD = "login,team,role,from,to"
AT_FIRST = [
    *(f"{login},Checkout,engineer,," for login in CHECKOUT),
    *(f"{login},Design,designer,," for login in DESIGNERS),
    *(f"{login},Growth,product manager,," for login in GROWTH),
]


@pytest.fixture(scope="module")
def first_desk(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose ledger has pull requests of fifteen people, each merged within two hours."""
    people = (*CHECKOUT, *DESIGNERS, *GROWTH, *NEW)
    pulls = [
        pull(
            number=len(people) * month + index + 1,
            at=f"{day}T{index:02}:00:00Z",
            author=login,
            merged_at=f"{day}T{index + 2:02}:00:00Z",
        )
        for month, day in enumerate(OPENED)
        for index, login in enumerate(people)
    ]
    data = dataset(pulls, captured_at="2026-07-01T00:00:00Z")
    with serve({"acme/app": data}, schema=schema_path) as github:
        desk = Desk(tmp_path_factory.mktemp("people"))
        text = f'[github]\nrepos = ["acme/app"]\nbase_url = {json.dumps(github.url)}\n'
        (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
        done = desk.run("refresh", "--no-publish")
        assert done.code == 0, done.err
        yield desk


def publish(desk: Desk, lines: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Publish with a people.csv and return the groups of each login's pull requests, by month."""
    path = desk.folder / "data" / "seeds" / "people.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    done = desk.run("refresh", "people")
    assert done.code == 0, done.err
    rows = desk.rows("select team, role from pull_requests order by number")
    people = (*CHECKOUT, *DESIGNERS, *GROWTH, *NEW)
    return {login: rows[index :: len(people)] for index, login in enumerate(people)}


@pytest.fixture(scope="module")
def small(first_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with small groups in people.csv.

    Checkout's five have a designer among them, Solo had four people one after another, and Design
    has five until May 3.
    """
    desk = first_desk.copy(tmp_path_factory.mktemp("small") / "desk")
    periods = (",2026-03-31", "2026-04-01,2026-04-30", "2026-05-01,2026-05-31", "2026-06-01,")
    publish(
        desk,
        [
            *(f"{login},Checkout,engineer,," for login in CHECKOUT[:4]),
            "eli,Checkout,designer,,",
            *(f"{login},Design,designer,," for login in DESIGNERS[:4]),
            "jan,Design,designer,,2026-05-03",
            *(f"{who},Solo,engineer,{days}" for who, days in zip(GROWTH, periods, strict=True)),
            "oda,Solo,engineer,2027-01-01,",
        ],
    )
    return desk


def test_person_who_is_alone_with_a_role_in_a_team_is_in_no_group_of_both(small: Desk) -> None:
    rows = small.rows(
        "select team, role, is_engineering_role, count(*) from pull_requests group by all order by "
        "all"
    )
    assert rows == [
        ("Checkout", None, None, 20),
        ("Design", "designer", False, 10),
        (None, None, None, 30),
    ]


def test_team_of_people_one_after_another_is_never_named(small: Desk) -> None:
    tables = [name for (name,) in small.rows("select table_name from duckdb_tables()")]
    assert {"pull_requests", "outcomes", "review_load", "spend_by_team", "answers"} < set(tables)
    for table in tables:
        rows = small.rows(f"from {table} as facts where contains(facts::varchar, 'Solo')")
        assert rows == [], table


def test_team_is_named_until_it_has_fewer_than_five_people(small: Desk) -> None:
    opened = small.rows("select opened_at from pull_requests where team = 'Design' order by all")
    assert {f"{at:%m}" for (at,) in opened} == {"03", "04"}
    assert small.rows("select count(*) from engineers where team = 'Design'") == [(0,)]
    bands = small.rows("select distinct team, engineers_band, engineers from engineers")
    assert set(bands) == {("Checkout", "5–9", None), (None, "5–9", 5)}


def test_published_days_change_only_for_groups_of_five(first_desk: Desk, tmp_path: Path) -> None:
    desk = first_desk.copy(tmp_path / "desk")
    before = publish(desk, AT_FIRST)
    assert set(before["ada"]) == {("Checkout", "engineer")}
    assert set(before["kim"]) == {(None, None)}  # four people
    moved, joined = "ada,Design,designer,,", "oda,Checkout,engineer,,"
    removed = AT_FIRST[2:]  # bob
    assert publish(desk, [moved, joined, *removed]) == before
    renamed = [line.replace("Checkout", "Payments") for line in AT_FIRST]
    groups = publish(desk, ["oda,Growth,product manager,,", *renamed])
    assert set(groups["ada"]) == {("Payments", "engineer")}
    assert set(groups["oda"]) == set(groups["kim"]) == {("Growth", "product manager")}


#: Mondays, and who reviewed pull requests of Checkout, Design and people without a team in the week
REVIEWS = {
    "2026-03-02": ("vwx", "abcdef", ""),  # Checkout's three are joined by Design's six
    "2026-03-09": ("vwx", "abcdef", "yz"),  # five who review the rows without a team
    "2026-03-16": ("vwxyz", "abcdef", ""),
    "2026-03-23": ("vwxyz", "abcdef", "q"),  # one is joined by the smallest team
}


@pytest.fixture(scope="module")
def reviews(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose pull requests have reviewers, each of whom reviews one a week in a team."""
    numbers = itertools.count(1)
    pulls = [
        pull(
            number=next(numbers),
            at=f"{monday}T08:00:00Z",
            author=author,
            reviews=[comment(f"rev-{reviewer}", f"{monday}T09:00:00Z", "APPROVED")],
            merged_at=f"{monday}T10:00:00Z",
        )
        for monday, teams in REVIEWS.items()
        for author, reviewers in zip(("ada", "fay", "oda"), teams, strict=True)
        for reviewer in reviewers
    ]
    data = dataset(pulls, captured_at="2026-07-01T00:00:00Z")
    with serve({"acme/app": data}, schema=schema_path) as github:
        desk = Desk(tmp_path_factory.mktemp("reviews"))
        text = f'[github]\nrepos = ["acme/app"]\nbase_url = {json.dumps(github.url)}\n'
        (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
        seeds = desk.folder / "data" / "seeds"
        seeds.mkdir(parents=True)
        people = "\n".join([HEAD, *AT_FIRST])
        (seeds / "people.csv").write_text(people, encoding="utf-8")
        done = desk.run("refresh")
        assert done.code == 0, done.err
        yield desk


def test_team_with_few_reviewers_in_a_week_is_not_named_beside_its_reviewers(reviews: Desk) -> None:
    rows = reviews.rows(
        "select week::varchar, team, count(distinct reviewer) from review_load group by all "
        "order by all"
    )
    assert rows == [
        ("2026-03-02", None, 9),
        ("2026-03-09", "Design", 6),
        ("2026-03-09", None, 5),
        ("2026-03-16", "Checkout", 5),
        ("2026-03-16", "Design", 6),
        ("2026-03-23", "Design", 6),
        ("2026-03-23", None, 6),
    ]


def test_no_answer_counts_few_reviewers_of_a_team(reviews: Desk) -> None:
    rows = reviews.rows(
        "select distinct scope, block::varchar, denominator from answer_inputs "
        "where metric = 'review_load' and scope_kind = 'team' and denominator > 0 "
        "order by all"
    )
    assert rows == [
        ("Checkout", "2026-03-16", 5),
        ("Design", "2026-03-09", 6),
        ("Design", "2026-03-16", 6),
        ("Design", "2026-03-23", 6),
    ]
