"""Attacks on published surveys: no group of fewer than k people can be derived, over all waves."""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from collectors.ledger.ledger_file import migrations
from queries.publish.surveys import publish_surveys
from queries.statistics.surveys import MANY, Cell, level

K = 5
WORLDS = int(os.environ.get("HEADWAY_SURVEY_WORLDS", "12"))
FIRST = date(2026, 1, 5)
ITEMS = ("burnout", "excitement")
#: team of each person, and the answers of a wave by person and item
Teams = Mapping[str, str]
Replies = Mapping[str, Mapping[str, int]]


@dataclass
class World:
    """A ledger in memory with surveys, and all that its snapshots published."""

    db: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    scores: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    waves: dict[str, tuple[Teams, Replies]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Create the ledger's tables."""
        self.db.execute("attach ':memory:' as ledger; use ledger")
        self.db.execute(
            "create table imports (import_id varchar, account varchar, exported_at timestamp, "
            "loaded_at timestamp)"
        )
        self.db.execute(migrations()[10].read_text("utf-8"))
        self.db.execute(
            "use memory; create temp table int_published_people "
            "(login varchar, team varchar, from_on date, to_on date)"
        )

    def start(self, week: int) -> date:
        """Return the first day of a wave."""
        return FIRST + timedelta(weeks=4 * week)

    def answer(
        self,
        week: int,
        teams: Teams,
        replies: Replies,
        comments: Iterable[str] = (),
        exported: int = 0,
        invited: int | None = None,
    ) -> None:
        """Add the export of a wave, in which these people answered."""
        start, name = self.start(week), f"{week} {exported}"
        end, at = start + timedelta(days=6), start + timedelta(days=8 + exported)
        self.db.execute("insert into ledger.imports values (?, '', ?, ?)", [name, at, at])
        rows: list[tuple[Any, ...]] = []
        for person, answers in replies.items():
            rows.append((teams.get(person), None, None, None, None, None))
            for item in ITEMS:
                polarity = 1 if item == "excitement" else -1
                rows.append((teams.get(person), item, 1, "1-5", polarity, answers.get(item)))
        for line, row in enumerate(rows):
            self.db.execute(
                "insert into ledger.imported_survey_answers "
                "values (?, ?, 'pulse', ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                [name, line, start, end, end, *row],
            )
        for line, text in enumerate(comments):
            self.db.execute(
                "insert into ledger.imported_survey_comments values (?, ?, 'pulse', ?, 'built', ?)",
                [name, line, start, text],
            )
        if invited:
            self.db.execute(
                "insert into ledger.survey_waves values ('pulse', ?, ?, null, ?)",
                [start, end, invited],
            )
        for person, team in teams.items():
            self.db.execute(
                "insert into int_published_people values (?, ?, ?, ?)",
                [person, team or None, start, end],
            )
        self.waves.setdefault(str(start), (teams, replies))

    def publish(self, k: int = K, weeks: int = 99) -> list[dict[str, Any]]:
        """Publish a snapshot, remember it in the ledger, and return its scores."""
        for name in ("survey_scores", "survey_comments"):
            self.db.execute(f"drop table if exists {name}")
        for name in ("new_survey_cells", "new_survey_comments", "input_settings"):
            self.db.execute(f"drop table if exists {name}")
        as_of = self.start(weeks)
        self.db.execute("create temp table input_settings as select $1::date as as_of", [as_of])
        publish_surveys(self.db, k, as_of)
        for name in ("cells", "comments"):
            self.db.execute(
                f"insert into ledger.published_survey_{name} by name from new_survey_{name}"
            )
        frame = self.db.table("survey_scores").df()
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        published = [{str(name): value for name, value in row.items()} for row in rows]
        self.scores += [row for row in published if row not in self.scores]
        texts = self.db.execute("select comment from survey_comments").fetchall()
        self.comments = [text for (text,) in texts]
        return published

    def answers(self, wave: str, item: str, team: str | None) -> dict[str, int]:
        """Return the true answers of a cell by person; '' is the rest outside public teams."""
        teams, replies = self.waves[wave]
        public = {row["team"] for row in self.cells(wave, item)}
        return {
            person: answers[item]
            for person, answers in replies.items()
            if item in answers
            and (
                team is None
                or teams.get(person) == team
                or (not team and teams.get(person) not in public)
            )
        }

    def cells(self, wave: str, item: str) -> list[dict[str, Any]]:
        """Return the published cells of an item in a wave."""
        return [row for row in self.scores if row["wave"] == wave and row["item"] == item]


def sums(answers: Mapping[str, int], mean: float) -> set[int]:
    """Return the sums that a reader who knows the exact number of answers cannot rule out."""
    n = len(answers)
    return {total for total in range(n, 5 * n + 1) if abs(total / n - mean) < 0.05 + 1e-9}


def is_mixed(item: str, answers: Iterable[int]) -> bool:
    """Return whether there are favourable answers and others."""
    return len({value > 3 if item == "excitement" else value < 3 for value in answers}) == 2


def attack(world: World) -> int:
    """Carry out the attacks on everything published, and return the number of groups attacked."""
    attacked = 0
    for item in ITEMS:
        waves = [wave for wave in world.waves if world.cells(wave, item)]
        for wave in waves:
            cells = world.cells(wave, item)
            assert sum(1 for row in cells if row["team"] is None) == 1
            for row in cells:
                answers = world.answers(wave, item, row["team"])
                assert len(answers) >= K
                assert is_mixed(item, answers.values())
                assert row["n"] <= len(answers)
                assert row["n"] in (5, 10, 20, 50)
                attacked += 1
            rest = world.answers(wave, item, "")  # the parent less its children
            assert not rest or (len(rest) >= K and is_mixed(item, rest.values()))
        for first, second in itertools.combinations(waves, 2):
            attacked += attack_change(world, item, first, second)
    return attacked


def attack_change(world: World, item: str, first: str, second: str) -> int:
    """Subtract any sums of cells of two waves, as if all who answered both times answered alike.

    The reader knows how many answered. By means alone many sums are possible. A reader who finds
    the very answers of a cell, by the favourable share, the spread and the interval, can subtract
    cells of at least 20 answers only, among which one person's answer cannot be told.
    """
    unions = [unions_of(world, wave, item) for wave in (first, second)]
    for people, answers, before in unions[0]:
        for rest_people, rest_answers, after in unions[1]:
            if 0 < len(people ^ rest_people) < K:
                assert len({new - old for old in before for new in after}) > 2
                assert min(answers, rest_answers) >= MANY
    return len(unions[0]) * len(unions[1])


def unions_of(world: World, wave: str, item: str) -> list[tuple[frozenset[str], int, set[int]]]:
    """Return each union of published parts: people, answers, and sums that these may have."""
    means = {row["team"]: row["mean"] for row in world.cells(wave, item)}
    members: dict[str, set[str]] = {}
    for person, group in world.waves[wave][0].items():
        members.setdefault(group if group in means else "", set()).add(person)
    answers = {team: world.answers(wave, item, team) for team in ("", None, *means)}
    possible = {team: sums(answers[team], mean) for team, mean in means.items()}
    whole = possible.pop(None)
    inner = {sum(values) for values in itertools.product(*possible.values())}
    n = len(answers[""])
    possible[""] = {total - part for total in whole for part in inner} & set(range(n, 5 * n + 1))
    unions = []
    for size in range(1, len(possible) + 1):
        for names in itertools.combinations(possible, size):
            people = frozenset[str]().union(*(members.get(name, ()) for name in names))
            totals = {sum(values) for values in itertools.product(*(possible[n] for n in names))}
            n = sum(len(answers[name]) for name in names)
            unions.append((people, n, whole if size == len(possible) else totals))
    return unions


def people(sizes: Mapping[str, int]) -> dict[str, str]:
    """Return people with their teams."""
    return {f"{team}{n}": team for team, size in sizes.items() for n in range(size)}


def mixed(teams: Iterable[str], luck: random.Random, skips: float = 0.0) -> Replies:
    """Return answers, of which some are skipped."""
    return {
        person: {item: luck.randint(1, 5) for item in ITEMS if luck.random() >= skips}
        for person in teams
    }


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_small_group_is_derived_from_any_waves(seed: int) -> None:
    luck = random.Random(seed)
    world = World()
    teams = people({name: luck.randint(2, 14) for name in ("red", "blue", "green", "gold")})
    teams |= {f"none{n}": "" for n in range(luck.choice([0, 0, 1, 6]))}
    for week in range(luck.randint(1, 4)):
        for person in luck.sample(sorted(teams), luck.choice([0, 1, 2, 6])):  # people leave
            del teams[person]
        for n in range(luck.choice([0, 0, 1, 7])):  # and join
            teams[f"new{week}-{n}"] = luck.choice(["red", "blue"])
        for person in luck.sample(sorted(teams), luck.choice([0, 0, 1, 6])):  # and move
            teams[person] = luck.choice(["red", "blue", "gold"])
        replies = mixed(teams, luck, luck.choice([0.0, 0.1]))
        answering = {name: replies[name] for name in replies if luck.random() < 0.9}
        world.answer(week, dict(teams), answering)
        if luck.random() < 0.7:
            world.publish(weeks=week + 1)
    world.publish()
    attack(world)


def test_parent_less_children_hides_a_second_team() -> None:
    world = World()
    teams = people({"red": 9, "blue": 6, "green": 3})
    world.answer(0, teams, mixed(teams, random.Random(1)))
    public = {row["team"] for row in world.publish() if row["item"] == "burnout"}
    # green is too small, and red + blue would reveal it
    assert public == {None, "red"}
    assert attack(world) == 4


def test_person_without_a_team_is_not_the_rest_of_the_organisation() -> None:
    world = World()
    teams = people({"red": 8, "blue": 7}) | {"lone": ""}
    world.answer(0, teams, mixed(teams, random.Random(2)))
    assert {row["team"] for row in world.publish()} == {None, "red"}


def test_team_without_a_favourable_answer_is_hidden_and_not_derived() -> None:
    world = World()
    teams = people({"red": 8, "blue": 7})
    replies = {
        name: {"burnout": 3 + n % 3 if team == "blue" else 1 + n % 4, "excitement": 1 + n % 5}
        for n, (name, team) in enumerate(teams.items())
    }
    world.answer(0, teams, replies)
    rows = world.publish()
    assert {row["team"] for row in rows if row["item"] == "burnout"} == {None}
    assert {row["team"] for row in rows if row["item"] == "excitement"} == {None, "red", "blue"}


def test_items_that_few_answered_are_hidden_one_by_one() -> None:
    world = World()
    teams = people({"red": 8, "blue": 8})
    replies = {
        name: {"burnout": 1 + n % 5}
        | ({} if name in ("red0", "red1", "red2", "red3") else {"excitement": 1 + n % 5})
        for n, name in enumerate(teams)
    }
    world.answer(0, teams, replies)
    rows = world.publish()
    assert {row["team"] for row in rows if row["item"] == "burnout"} == {None, "red", "blue"}
    # four answers of red are too few, and blue would reveal them
    assert {row["team"] for row in rows if row["item"] == "excitement"} == {None}
    attack(world)


@pytest.mark.parametrize(("leavers", "teams_shown"), [(1, set()), (4, set()), (5, {"red", "blue"})])
def test_wave_after_a_leaver_is_hidden(leavers: int, teams_shown: set[str]) -> None:
    world = World()
    teams = people({"red": 14, "blue": 14})
    world.answer(0, teams, mixed(teams, random.Random(3)))
    world.publish(weeks=1)
    rest = {
        name: team
        for name, team in teams.items()
        if name not in [f"red{n}" for n in range(leavers)]
    }
    world.answer(1, rest, mixed(rest, random.Random(4)))
    second = str(world.start(1))
    public = {row["team"] for row in world.publish() if row["wave"] == second} - {None}
    # blue alone would leave red, in which so few changed, as the rest of the organisation
    assert public == teams_shown
    attack(world)


def published_numbers(answers: Sequence[int]) -> list[float]:
    """Return what is published of answers that everybody gave, but for bounds and number."""
    frequencies = Counter(answers)
    cell = Cell(tuple(frequencies[value] for value in range(1, 6)))
    numbers = level(cell, 1, cell.n, K, cell.n + 2, None)
    return [numbers.mean, numbers.favourable, numbers.sd, numbers.lo, numbers.hi]


def hits(features: list[list[float]], truth: list[bool]) -> float:
    """Return how often a fit to one half of the rounds tells the truth of the other half."""
    values = np.column_stack([np.ones(len(truth)), np.array(features)])
    half = len(truth) // 2
    fit, *_ = np.linalg.lstsq(values[:half], np.array(truth[:half], float), rcond=None)
    return float(np.mean((values[half:] @ fit > 0.5) == truth[half:]))


def test_guess_from_two_large_waves_is_no_better_than_from_one() -> None:
    luck = random.Random(14)
    before, both, is_favourable = list[list[float]](), list[list[float]](), list[bool]()
    for _ in range(4000):
        moods = [luck.gauss(3, 0.77) for _ in range(MANY)]  # 60 % of the variance stays
        first, second = (
            [min(max(round(luck.gauss(mood, 0.63)), 1), 5) for mood in moods] for _ in range(2)
        )
        old, new = published_numbers(first), published_numbers(second[1:])
        # the leaver's answer, and whether it was favourable, if all others answered alike
        answer = MANY * old[0] - (MANY - 1) * new[0]
        count = MANY * old[1] - (MANY - 1) * new[1]
        before.append(old)
        both.append([*old, *new, answer, count, answer * count, answer**2, count**2])
        is_favourable.append(first[0] >= 4)
    common = max(np.mean(is_favourable), 1 - np.mean(is_favourable))
    assert hits(both, is_favourable) < common + 0.03
    assert hits(both, is_favourable) < hits(before, is_favourable) + 0.03


def test_small_organisation_with_a_leaver_shows_its_first_wave_only() -> None:
    world = World()
    teams = people({"": 9})
    world.answer(0, teams, mixed(teams, random.Random(5)))
    world.publish(weeks=1)
    rest = dict(list(teams.items())[1:])
    world.answer(1, rest, mixed(rest, random.Random(6)))
    assert {row["wave"] for row in world.publish()} == {str(world.start(0))}


def test_published_wave_never_changes() -> None:
    world = World()
    teams = people({"red": 12})
    replies = mixed(teams, random.Random(7))
    world.answer(0, teams, dict(list(replies.items())[:11]))
    before = world.publish(weeks=1)
    world.answer(0, teams, replies, exported=3)  # a straggler
    assert world.publish() == before
    # answers that arrive before the first publish replace the older export
    other = World()
    other.answer(0, teams, dict(list(replies.items())[:5]))
    other.answer(0, teams, replies, exported=3)
    assert {row["n"] for row in other.publish()} == {10}


def test_open_wave_is_not_published() -> None:
    world = World()
    teams = people({"red": 12})
    world.answer(0, teams, mixed(teams, random.Random(8)))
    assert world.publish(weeks=0) == []
    assert len(world.publish(weeks=1)) == 4


def test_higher_limit_hides_cells_of_earlier_waves() -> None:
    world = World()
    teams = people({"red": 12, "blue": 6})
    world.answer(0, teams, mixed(teams, random.Random(9)))
    assert {row["team"] for row in world.publish()} == {None, "red", "blue"}
    assert {row["team"] for row in world.publish(k=7)} == {None}
    # and a lower one shows no more than was published
    assert {row["team"] for row in world.publish(k=2)} == {None, "red", "blue"}


def test_small_list_of_invited_people_has_no_rate() -> None:
    world = World()
    teams = people({"": 9})
    world.answer(0, teams, mixed(teams, random.Random(10)), invited=9)
    assert {row["response_rate"] for row in world.publish()} == {None}
    world = World()
    teams = people({"": 12})
    world.answer(0, teams, mixed(list(teams)[:8], random.Random(10)), invited=12)
    assert {row["response_rate"] for row in world.publish()} == {0.65}  # 8 of 12 in steps of 5


def test_comments_are_shuffled_masked_and_ten_at_least() -> None:
    world = World()
    teams = people({"red": 12})
    replies = mixed(teams, random.Random(11))
    texts = [f"built number {n} with red3 of team RED" for n in range(10)]
    world.answer(0, teams, replies, comments=texts[:9])
    world.publish()
    assert world.comments == []
    world = World()
    world.answer(0, teams, replies, comments=texts)
    world.publish()
    first = world.comments
    assert sorted(first) == [f"built number {n} with … of team …" for n in range(10)]
    world.publish()
    assert world.comments == first  # in the same order for good


def test_wave_with_other_days_than_a_published_wave_is_not_published() -> None:
    world = World()
    teams = people({"red": 12})
    world.answer(0, teams, mixed(teams, random.Random(12)))
    before = world.publish()
    world.db.execute(
        "update ledger.imported_survey_answers set closes_on = closes_on + 3, final_on = final_on"
    )
    assert world.publish() == before


def names(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the columns of published rows."""
    return {name for row in rows for name in row}


def test_no_published_column_names_people() -> None:
    world = World()
    teams = people({"red": 12})
    world.answer(0, teams, mixed(teams, random.Random(13)))
    rows = world.publish()
    assert not names(rows) & {"members", "frequencies", "login", "week"}
    assert not any("red1" in str(value) for row in rows for value in row.values())
