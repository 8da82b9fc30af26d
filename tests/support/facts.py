"""Published files of small hand-written tables, with the column types of a real publish."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from collectors import people
from collectors.ledger.opening import open_ledger
from headway import demo
from headway.config.compiled import compile_rules
from headway.demo.publish import demo_settings
from queries.publish.publish import Source, publish
from queries.read.cases import AS_OF, Row, Tables, fill, insert, read_tables
from queries.read.snapshot import LINK, Snapshot, current
from tests.support.refreshing import publish_tables

__all__ = ["AS_OF", "Row", "Tables", "fill", "insert", "read_tables"]
#: a Wednesday; 2026 has a week 53, so its last quarter ended on 3 January
DEMO_UNTIL = date(2027, 1, 27)


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
    settings = demo_settings(DEMO_UNTIL)
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
