"""Published files of small hand-written tables, with the column types of a real publish."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from collectors import people
from collectors.ledger.opening import open_ledger
from headway import demo
from headway.config.compiled import compile_rules
from headway.demo.publish import demo_settings
from queries.publish.publish import Source, publish
from queries.publish.settings import Rollout
from queries.read.snapshot import LINK, Snapshot, current
from tests.support.refreshing import publish_tables

AS_OF = date(2026, 2, 28)
#: a Wednesday; 2026 has a week 53, so its last quarter ended on 3 January
DEMO_UNTIL = date(2027, 1, 27)
Row = Mapping[str, str | None]
Tables = Mapping[str, Sequence[Row]]


def read_tables(path: Path) -> dict[str, list[Row]]:
    """Return the tables of a text file by name.

    ``[name]`` begins a table and its first line names the columns. Two or more blanks separate
    cells, ``-`` is null, and a blank with ``#`` begins a comment.
    """
    by_key: dict[str, list[Row]] = {}
    name, columns = "", list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        message = re.split(r"(?:^|\s)#", line)[0].strip()
        if head := re.fullmatch(r"\[([\w.]+)\]", message):
            name, columns = head[1], []
            by_key[name] = []
        elif message and name:
            cells = re.split(r"\s{2,}", message)
            if columns:
                values = [None if cell == "-" else cell for cell in cells]
                by_key[name].append(dict(zip(columns, values, strict=True)))
            else:
                columns = cells
    return by_key


def empty_file(data: Path) -> Path:
    """Publish a ledger that holds nothing into a folder and return the file."""
    with open_ledger(data / "ledger.duckdb", "test"):
        pass
    publish_tables(data, AS_OF)
    return (data / LINK).resolve()


def demo_file(data: Path) -> Path:
    """Publish the demo company without people into a folder and return the folder."""
    people_csv = data / "people.csv"
    people_csv.write_text(demo.people_csv(DEMO_UNTIL), encoding="utf-8")
    with open_ledger(data / "ledger.duckdb", "test") as store:
        demo.build(store, DEMO_UNTIL)
        people.load(people_csv, store)
    rollout = Rollout("Agents", demo.rollout_on(DEMO_UNTIL), 28)
    settings = dataclasses.replace(demo_settings(DEMO_UNTIL), rollouts=(rollout,))
    settings = dataclasses.replace(settings, rules=compile_rules(data / "seeds"))
    source = Source(data / "ledger.duckdb", settings, "key", "test", is_synthetic=True)
    publish(source, data, DEMO_UNTIL)
    return data


def opened(data: Path) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection to a data folder's published file; several may be open."""
    db = duckdb.connect()
    db.execute(f"attach '{(data / LINK).resolve()}' as published (read_only)")
    db.execute("use published")
    return db


def published(data: Path, empty: Path, tables: Tables) -> Snapshot:
    """Write a published file with these rows beside the schema of an empty one, and open it."""
    with duckdb.connect(str(data / LINK)) as db:
        fill(db, empty, tables)
    return current(data)


def fill(db: duckdb.DuckDBPyConnection, empty: Path, tables: Tables) -> None:
    """Give a connection the tables of an empty file, and these rows."""
    db.execute(f"attach '{empty}' as empty (read_only)")
    for (name,) in db.execute(
        "select table_name from duckdb_tables() where database_name = 'empty'"
    ).fetchall():
        limit = "" if name == "snapshot" else " limit 0"
        db.execute(f"create table {name} as from empty.{name}{limit}")
    for name, rows in tables.items():
        insert(db, name, rows)


def create(db: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Create tables whose columns name their type, as in ``number:integer`` (default text)."""
    for name, rows in tables.items():
        columns = {head: head.partition(":")[::2] for head in rows[0]}
        typed = ", ".join(f'"{column}" {kind or "varchar"}' for column, kind in columns.values())
        if schema := name.rpartition(".")[0]:
            db.execute(f"create schema if not exists {schema}")
        db.execute(f"create table {name} ({typed})")
        insert(db, name, [{columns[head][0]: value for head, value in row.items()} for row in rows])


def as_text(
    db: duckdb.DuckDBPyConnection, statement: str, columns: Iterable[str]
) -> list[tuple[str | None, ...]]:
    """Return columns of a query's rows as fixtures write them, sorted."""
    visible = ", ".join(f'"{column}"::varchar' for column in columns)
    return sorted(db.execute(f"select {visible} from ({statement})").fetchall(), key=str)


def insert(db: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows of text, each value cast to its column's type; other columns are null."""
    for row in rows:
        names, places = ", ".join(f'"{column}"' for column in row), ", ".join("?" for _ in row)
        db.execute(f"insert into {table} ({names}) values ({places})", list(row.values()))
