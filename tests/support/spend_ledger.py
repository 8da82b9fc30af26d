"""Ledger of spend only, and an attacker who combines all of its published numbers.

The amount of each atom (one person, day and model) differs from all sums of other atoms. So a
published number reveals its atoms, and linear algebra shows which groups can be derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from collectors.ledger.opening import open_ledger
from headway.config.compiled import compile_rules
from headway.config.rules import RATES, read_rates
from queries.publish.publish import Source, publish
from queries.publish.settings import PublishSettings
from queries.read.snapshot import LINK

LOADED_AT = datetime(2026, 7, 1)
#: dollars of each atom, so that no person dominates a group; the ledger's limit is 10**10
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
PEOPLE_COLUMNS = ("login", "email", "team", "role", "level", "from_on", "to_on")
Row = Mapping[str, Any]


def spent(day: date, actor: str | None, amount: float | None, **other: Any) -> dict[str, Any]:
    """Return a row of spend, by default of a person at Anthropic."""
    return PARTITION | ROW | {"day": day, "actor": actor, "amount": amount} | other


@dataclass
class Books:
    """Data folder with a ledger of spend."""

    data: Path
    settings: PublishSettings = field(default_factory=PublishSettings)
    seeds: Path | None = None

    def load(
        self, rows: Sequence[Row], people: Sequence[Row] = (), exported_at: datetime = LOADED_AT
    ) -> None:
        """Load rows and replace their partitions."""
        partitions: dict[str, Row] = {}
        spend_rows: list[Row] = []
        for line, row in enumerate(rows):
            partition_id = _partition(row)
            partitions[partition_id] = {
                **_columns(row, ("source", "account", "day", "origin", "is_provisional")),
                "partition_id": partition_id,
                "exported_at": exported_at,
                "loaded_at": exported_at,
            }
            if row["provider"]:
                key = {"partition_id": partition_id, "line": line}
                spend_rows.append({**key, **_columns(row, ROW)})
        with open_ledger(self.data / "ledger.duckdb", "test") as store, store.transaction():
            store.delete("spend_rows", [{"partition_id": name} for name in partitions])
            store.merge("spend_partitions", list(partitions.values()))
            store.merge("spend_rows", spend_rows)
            if people:
                store.replace("people", [_columns(row, PEOPLE_COLUMNS) for row in people])

    def publish(self, as_of: date) -> None:
        """Publish as of a day."""
        settings = replace(
            self.settings,
            rules=compile_rules(self.data / "seeds"),
            rates=read_rates(self.seeds / RATES) if self.seeds else (),
        )
        source = Source(self.data / "ledger.duckdb", settings, "key", "test")
        publish(source, self.data, as_of)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the newest published file."""
        with duckdb.connect(str(self.data / LINK), read_only=True) as db:
            return db.execute(sql).fetchall()


def _columns(row: Row, columns: Iterable[str]) -> Row:
    return {column: row.get(column) for column in columns}


def _partition(row: Row) -> str:
    return "|".join(str(row[name]) for name in ("source", "account", "day", "origin"))


@dataclass
class Attacker:
    """An attacker with all published numbers and all atoms."""

    #: person by atom; the amount of an atom is ``BASE`` plus a power of two
    persons: list[str] = field(default_factory=list)
    sums: set[frozenset[int]] = field(default_factory=set)

    def atom(self, day: date, person: str, **other: Any) -> dict[str, Any]:
        """Return a row of spend with an amount that identifies it."""
        self.persons.append(person)
        return spent(day, person, BASE + 2 ** (len(self.persons) - 1), **other)

    def learn(self, books: Books) -> None:
        """Learn all amounts of the newest published file."""
        for table in ("spend", "spend_by_team", "tools", "spend_reconciliation"):
            for (amount,) in books.ask(f"select cost_usd from {table} where cost_usd > 0"):
                self.sums.add(self._atoms(amount))

    def _atoms(self, amount: float) -> frozenset[int]:
        count, remainder = divmod(round(amount), BASE)
        atoms = frozenset(index for index in range(len(self.persons)) if remainder >> index & 1)
        assert len(atoms) == count, f"{amount} is not a sum of atoms"
        return atoms

    def derives(self, fewer_than: int) -> list[tuple[str, ...]]:
        """Return the groups of fewer persons whose spend the published sums reveal."""
        matrix = np.zeros((len(self.sums), len(self.persons)))
        for row, atoms in enumerate(self.sums):
            matrix[row, list(atoms)] = 1
        rank, groups = np.linalg.matrix_rank(matrix), list[tuple[str, ...]]()
        for size in range(1, fewer_than):
            for group in combinations(sorted(set(self.persons)), size):
                rest_rows = [
                    index for index, person in enumerate(self.persons) if person not in group
                ]
                if np.linalg.matrix_rank(matrix[:, rest_rows]) < rank:
                    groups.append(group)
        return groups


def people(teams: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """Return rows of people.csv by team."""
    rows: list[dict[str, Any]] = []
    for team, logins in teams.items():
        for login in logins:
            email = f"{login}@acme.example"
            rows.append({"login": login, "email": email, "team": team, "role": "engineer"})
    return rows


def days(first: date, count: int) -> list[date]:
    """Return consecutive days."""
    return [first + timedelta(days=index) for index in range(count)]
