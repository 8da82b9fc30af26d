"""Attack on every number of every published table: of snapshots, days, quarters and variants.

The spend of a person is an amount that identifies it in any sum. The attacker undoes what tables do
with sums: parts of days, people and outcomes, shares of known totals, and differences.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headway.config.compiled import publish_settings
from headway.config.settings import read_settings
from tests.support.field import Repository, refreshed
from tests.support.spend_ledger import BASE, Attacker, Books, people

K = 3
TOML = """[publish]
small_group = 3
[[budgets]]
from = "2026-01"
usd = 1000
"""
SIX = [f"p{index}" for index in range(6)]
WORLDS = int(os.environ.get("HEADWAY_WORLDS", "1"))
MOST_ATOMS = 28


def shop() -> Repository:
    """Return a repository with an outcome of each person in most weeks from January on."""
    shop = Repository("acme/shop", 41)
    for number in range(1, 49):
        day = date(2026, 1, 5) + timedelta(days=3 * number)
        author = SIX[number % len(SIX)]
        shop.merge(number, f"feat: f{number}", at=f"{day}T12:00:00Z", author=author)
    return shop


def numbers(value: Any) -> Iterator[float]:
    """Yield the numbers in a value, also those of lists and structures."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, float) and math.isfinite(value):
        yield value


def published_numbers(path: Path) -> set[float]:
    """Return all numbers of a published file that are no counts."""
    amounts: set[float] = set()
    with duckdb.connect(str(path), read_only=True) as db:
        for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
            for row in db.execute(f"from {table}").fetchall():
                amounts |= {abs(number) for number in numbers(row) if number}
    return amounts


def learn(attacker: Attacker, amounts: set[float]) -> int:
    """Learn all sums in the numbers; return how many there are in all."""
    for amount in amounts:
        if amount * 400 > BASE:
            for parts in range(1, 61):
                attacker.add_sum(amount * parts)
    totals = [sum(BASE + 2**index for index in rows) for rows in attacker.sums]
    for share in amounts:
        if 0 < share < 1:
            for total in totals:
                attacker.add_sum(share * total)
    ordered = sorted(amount for amount in amounts if amount * 400 > BASE)[-300:]
    for index, amount in enumerate(ordered):
        for less in ordered[:index]:
            attacker.add_sum(amount - less)
    return len(attacker.sums)


class Company:
    """A company whose spend is published in several snapshots."""

    def __init__(self, data: Path, seed: int) -> None:
        """Begin with the ledger of its repository."""
        settings = publish_settings(read_settings(data.parent / "headway.toml"), data / "seeds")
        self.books, self.random = Books(data, settings), random.Random(seed)
        self.attacker = Attacker()
        self.rows: list[dict[str, object]] = []

    def spend(self, first: date, weeks: int) -> None:
        """Add some amounts of some people in these weeks."""
        for _ in range(9):
            if len(self.attacker.persons) < MOST_ATOMS:
                day = first + timedelta(days=self.random.randrange(7 * weeks))
                provider = self.random.choice(["anthropic", "anthropic", "openai"])
                about = {"provider": provider, "source": provider}
                tool = {"tool": self.random.choice(["api", "api", "editor"])}
                person = self.random.choice(SIX)
                self.rows.append(self.attacker.atom(day, person, **about, **tool))

    def restate(self) -> None:
        """Let the vendor restate amounts of three people."""
        for index in self.random.sample(range(len(self.rows)), 3):
            if len(self.attacker.persons) < MOST_ATOMS:
                old = self.rows[index]
                atom = self.attacker.atom(date(2026, 5, 4), f"{old['actor']}")
                self.rows[index] = old | {"amount": atom["amount"]}

    def publish(self, day: date, cut: int) -> None:
        """Publish everything as of a day, with teams that are cut there."""
        teams = {"Shop": SIX[:cut], "Web": SIX[cut:]}
        self.books.load(self.rows, people(teams), is_whole=True)
        self.books.publish(day)
        assert self.books.newest
        learn(self.attacker, published_numbers(self.books.newest))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Path:
    """Return the data folder of a company whose repository was read."""
    folder = tmp_path_factory.mktemp("company")
    with refreshed([shop()], folder, schema_path, TOML) as desk:
        return desk.folder / "data"


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_number_of_any_table_reveals_a_group(ledger: Path, tmp_path: Path, seed: int) -> None:
    for name in ("headway.toml", "data/ledger.duckdb"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ledger.parent / name).read_bytes())
    company = Company(tmp_path / "data", seed)
    company.spend(date(2026, 3, 2), 8)
    company.spend(date(2026, 5, 4), 4)
    company.publish(date(2026, 6, 14), 4)
    company.restate()
    company.publish(date(2026, 5, 17), 2)
    company.publish(date(2026, 6, 30), 3)
    assert len(company.attacker.sums) > 1
    assert company.attacker.derives(K) == []
