"""Ledger of spend only, and an attacker who combines all of its published numbers.

The amount of each atom (one person, day and model) differs from all sums of other atoms. So a
published number reveals its atoms, and linear algebra shows which groups can be derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from collectors.ledger.opening import open_ledger
from headway.config.compiled import compile_rules
from headway.config.rules import RATES, read_rates
from queries.publish.atoms import check_memory, remember
from queries.publish.build import limit
from queries.publish.publish import Source, create_models, publish, set_up, snapshot_facts
from queries.publish.settings import PublishSettings
from queries.read.snapshot import LINK
from queries.sql_files import ROOT, read_sql

LOADED_AT = datetime(2026, 7, 1)
#: published tables made from spend and nothing else
MONEY = tuple(
    read_sql(ROOT / "marts" / f"{name}.sql")
    for name in ("spend", "spend_by_team", "spend_per_engineer", "tools", "spend_reconciliation")
)
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
    #: the file that was published last
    newest: Path | None = None

    def load(
        self,
        rows: Sequence[Row],
        people: Sequence[Row] = (),
        exported_at: datetime = LOADED_AT,
        is_whole: bool = False,
    ) -> None:
        """Load rows and replace their partitions, or all spend and people if they are the whole."""
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
            if is_whole:
                store.replace("spend_rows", [])
                store.replace("people", [])
            store.delete("spend_rows", [{"partition_id": name} for name in partitions])
            store.merge("spend_partitions", list(partitions.values()))
            store.merge("spend_rows", spend_rows)
            if people:
                store.replace("people", [_columns(row, PEOPLE_COLUMNS) for row in people])

    def publish(self, as_of: date) -> None:
        """Publish as of a day."""
        self.newest = publish(self._source(), self.data, as_of)

    def publish_spend(self, as_of: date) -> None:
        """Publish the tables of spend alone, which takes a tenth of the time."""
        source, published_at = self._source(), datetime.now(UTC).replace(tzinfo=None)
        snapshot_id = f"{published_at:%Y%m%dT%H%M%S%f}"
        self.newest = self.data / "snapshots" / f"as-of-{as_of}-{snapshot_id}.duckdb"
        self.newest.parent.mkdir(exist_ok=True)
        with duckdb.connect() as db:
            limit(db, source.ledger)
            facts = snapshot_facts(source, snapshot_id, published_at)
            set_up(db, source, facts, as_of)
            check_memory(db, self.newest.parent)
            create_models(db, source.settings.rules, lambda _: None, MONEY)
            db.execute("detach ledger")
            remember(db, source.ledger)
            db.execute(f"attach '{self.newest}' as file")
            for table in MONEY:
                db.execute(f"create table file.{table.name} as from {table.name}")

    def _source(self) -> Source:
        settings = replace(
            self.settings,
            rules=compile_rules(self.data / "seeds"),
            rates=read_rates(self.seeds / RATES) if self.seeds else (),
        )
        return Source(self.data / "ledger.duckdb", settings, "key", "test")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the file that was published last."""
        with duckdb.connect(str(self.newest or self.data / LINK), read_only=True) as db:
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
        """Learn all numbers of the last published file: also equal parts of amounts, by day."""
        for table in MONEY:
            for column, kind, *_ in books.ask(f"describe {table.name}"):
                if kind == "DOUBLE":
                    query = f"select distinct {column} from {table.name} where {column} > 0"
                    for (amount,) in books.ask(query):
                        self._learn(amount)
        total = "select sum(cost_usd) from spend where is_counted and cost_usd > 1000"
        for (amount,) in books.ask(total):
            assert amount is None or self._learn(amount), f"{amount} is not a sum of amounts"

    def _learn(self, amount: float) -> bool:
        """Add the rows whose sum a number, or up to 31 times it, is; return whether any is."""
        are_sums = [self.add_sum(amount * days) for days in range(1, 32)]
        return any(are_sums)

    def add_sum(self, amount: float) -> bool:
        """Add the rows whose sum an amount is; return whether it is one."""
        whole = round(amount)
        if abs(amount - whole) > 0.001:
            return False
        count, remainder = divmod(whole, BASE)
        rows = frozenset(index for index in range(len(self.persons)) if remainder >> index & 1)
        is_sum = 0 < len(rows) == count and remainder >> len(self.persons) == 0
        if is_sum:
            self.sums.add(rows)
        return is_sum

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
