"""A ledger that holds nothing but spend, published once or several times, and what an attacker learns from all of it.

Every atom of spend (one person, day and model) has an amount that no sum of others has, so that a published number
tells which atoms it is made of. What can be derived from all numbers together is then a question of linear algebra.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from collectors.ledger.opening import open_ledger
from queries.publish.publish import Source, publish
from queries.publish.rules import compile_rules
from queries.publish.settings import Settings
from queries.read.snapshot import LINK

LOADED_AT = datetime(2026, 7, 1)
#: dollars that every atom has, so that no person holds most of a group; the ledger takes amounts under 10**10
BASE = 2**32
ROW: dict[str, Any] = {
    "provider": "anthropic",
    "tool": "api",
    "model": "sonnet",
    "actor_kind": "user",
    "actor": None,
    "team": None,
    "token_type": None,
    "tokens": None,
    "requests": None,
    "amount": None,
    "list_amount": None,
    "currency": "USD",
    "basis": "cost_api",
    "is_estimate": False,
    "charge": "usage",
}
PARTITION: dict[str, Any] = {
    "source": "anthropic",
    "account": "acme",
    "origin": "api",
    "is_provisional": False,
}
Row = Mapping[str, Any]


def spent(day: date, actor: str | None, amount: float | None, **other: Any) -> dict[str, Any]:
    """A row of spend, by default of a person at Anthropic."""
    return PARTITION | ROW | {"day": day, "actor": actor, "amount": amount} | other


@dataclass
class Books:
    """A data folder with a ledger of spend."""

    data: Path
    settings: Settings = field(default_factory=Settings)
    seeds: Path | None = None

    def load(
        self, rows: Sequence[Row], people: Sequence[Row] = (), exported_at: datetime = LOADED_AT
    ) -> None:
        """Put rows into the ledger; a day of an account of a source is replaced whole."""
        partitions = {_partition(row): row for row in rows}
        with open_ledger(self.data / "ledger.duckdb", "test") as store, store.transaction():
            store.delete("spend_rows", [{"partition_id": name} for name in partitions])
            store.merge(
                "spend_partitions",
                [
                    {
                        name: row[name]
                        for name in ("source", "account", "day", "origin", "is_provisional")
                    }
                    | {
                        "partition_id": partition,
                        "exported_at": exported_at,
                        "loaded_at": exported_at,
                    }
                    for partition, row in partitions.items()
                ],
            )
            store.merge(
                "spend_rows",
                [
                    {"partition_id": _partition(row), "line": line}
                    | {name: row[name] for name in ROW}
                    for line, row in enumerate(rows)
                    if row["provider"]
                ],
            )
            if people:
                columns = ("login", "email", "team", "role", "level", "from_on", "to_on")
                store.replace(
                    "people", [{name: row.get(name) for name in columns} for row in people]
                )

    def publish(self, as_of: date) -> None:
        """Publish as of a day."""
        rules = compile_rules(self.settings, self.data / "seeds")
        source = Source(
            self.data / "ledger.duckdb", self.settings, rules, "key", "test", seeds=self.seeds
        )
        publish(source, self.data, as_of)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the newest published file."""
        with duckdb.connect(str(self.data / LINK), read_only=True) as db:
            return db.execute(sql).fetchall()


def _partition(row: Row) -> str:
    return "|".join(str(row[name]) for name in ("source", "account", "day", "origin"))


@dataclass
class Attacker:
    """Knows every number that was ever published, and which atoms there are."""

    #: the person of each atom; its amount is ``BASE`` plus a power of two
    persons: list[str] = field(default_factory=list)
    seen: set[frozenset[int]] = field(default_factory=set)

    def atom(self, day: date, person: str, **other: Any) -> dict[str, Any]:
        """A row of spend that a published number can be read from."""
        self.persons.append(person)
        return spent(day, person, BASE + 2 ** (len(self.persons) - 1), **other)

    def learn(self, books: Books) -> None:
        """Take in every amount of the newest published file."""
        for table in ("spend", "spend_by_team", "tools", "spend_reconciliation"):
            for (amount,) in books.ask(f"select cost_usd from {table} where cost_usd > 0"):
                self.seen.add(self._atoms(amount))

    def _atoms(self, amount: float) -> frozenset[int]:
        count, remainder = divmod(round(amount), BASE)
        result = frozenset(index for index in range(len(self.persons)) if remainder >> index & 1)
        assert len(result) == count, f"{amount} is no sum of atoms"
        return result

    def derives(self, fewer_than: int) -> list[tuple[str, ...]]:
        """Groups of fewer persons than that, of whom a combination of all that was seen tells something."""
        matrix = np.array(
            [[index in atoms for index in range(len(self.persons))] for atoms in self.seen],
            dtype=float,
        )
        everything, result = np.linalg.matrix_rank(matrix), list[tuple[str, ...]]()
        for size in range(1, fewer_than):
            for group in combinations(sorted(set(self.persons)), size):
                rest_rows = [
                    index for index, person in enumerate(self.persons) if person not in group
                ]
                if np.linalg.matrix_rank(matrix[:, rest_rows]) < everything:
                    result.append(group)
        return result


def people(teams: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """Rows of people.csv by team."""
    return [
        {"login": login, "email": f"{login}@acme.example", "team": team, "role": "engineer"}
        for team, logins in teams.items()
        for login in logins
    ]


def days(first: date, count: int) -> list[date]:
    """Days in a row."""
    return [first + timedelta(days=index) for index in range(count)]
