"""Target of the kind ``postgresql``: a schema whose rows are replaced in one transaction.

Rows are deleted and inserted again. Other ways break readers: renamed schemas and truncated tables
show empty ones, replaced views end readers by deadlock. Tables, grants and views of others stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from queries.publish.targets.target import (
    BATCH_ROWS,
    Column,
    PublishedTable,
    TargetError,
    opened,
    published_tables,
)
from queries.statistics.estimates import literal

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor

SCHEMES = ("postgresql://", "postgres://")
#: types of the published file in PostgreSQL
TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "TIMESTAMP": "timestamp without time zone",
    "VARCHAR": "text",
    "VARCHAR[]": "text[]",
}
#: what PostgreSQL calls them where it lists columns
LISTED_TYPES = {"text[]": "ARRAY"}


class PostgresTarget:
    """A schema of a PostgreSQL database, whose URL with the password is in the environment."""

    def __init__(self, schema: str, url_env: str, environment: Mapping[str, str]) -> None:
        self.schema = schema
        self.url_env = url_env
        self._url = environment.get(url_env, "").strip()

    @property
    def name(self) -> str:
        """Name in messages."""
        return f"PostgreSQL, schema {self.schema}"

    def write(self, published: Path) -> int:
        """Replace the rows of all tables in one transaction; return the number of rows."""
        if not self._url.startswith(SCHEMES):
            raise TargetError(
                f"{self.name}: {self.url_env} holds no postgresql:// address; set it in the "
                "environment of the publish"
            )
        try:
            from adbc_driver_manager.dbapi import Error
            from adbc_driver_postgresql import dbapi
        except ModuleNotFoundError:
            raise TargetError(
                f"{self.name}: the package adbc-driver-postgresql is not installed; "
                "install it with pip install 'headway[postgresql]'"
            ) from None
        try:
            with (
                opened(published) as db,
                dbapi.connect(self._url) as connection,
                connection.cursor() as cursor,
            ):
                count = self._replace(db, cursor)
                connection.commit()
                return count
        except (Error, duckdb.Error) as error:
            raise TargetError(f"{self.name}: {self._without_secret(str(error))}") from None

    def _replace(self, db: duckdb.DuckDBPyConnection, cursor: Cursor) -> int:
        """Replace the rows of every table; the table ``snapshot`` is the last."""
        schema = quoted(self.schema)
        # one publish at a time; it ends with the transaction
        cursor.execute(f"select pg_advisory_xact_lock(hashtext({literal(self.schema)}))")
        cursor.fetchall()
        existing = self._columns(cursor)
        if not existing:
            cursor.execute(f"create schema if not exists {schema}")
        comments = self._comments(cursor)
        count = 0
        for table in published_tables(db):
            known = existing.get(table.name)
            self._shape(cursor, table, known)
            self._comment(cursor, table, comments)
            cursor.execute(f"delete from {schema}.{quoted(table.name)}")
            rows = db.sql(f"select {_selected(table)} from {quoted(table.name)}")
            count += cursor.adbc_ingest(
                table.name, rows.to_arrow_reader(BATCH_ROWS), "append", db_schema_name=self.schema
            )
        return count

    def _columns(self, cursor: Cursor) -> dict[str, dict[str, str]]:
        """Return the type of each column of each table in the schema."""
        cursor.execute(
            "select table_name::text, column_name::text, data_type::text "
            f"from information_schema.columns where table_schema = {literal(self.schema)}"
        )
        result: dict[str, dict[str, str]] = {}
        for table, column, data_type in cursor.fetchall():
            result.setdefault(table, {})[column] = data_type
        return result

    def _comments(self, cursor: Cursor) -> dict[tuple[str, str], str]:
        """Return the comment of each table, as column '', and of each column in the schema."""
        cursor.execute(
            "select c.relname::text, coalesce(a.attname, '')::text, d.description::text "
            "from pg_description d join pg_class c on c.oid = d.objoid "
            "left join pg_attribute a on a.attrelid = c.oid and a.attnum = nullif(d.objsubid, 0) "
            f"where d.classoid = 'pg_class'::regclass and c.relnamespace = "
            f"(select oid from pg_namespace where nspname = {literal(self.schema)})"
        )
        return {(table, column): text for table, column, text in cursor.fetchall()}

    def _shape(
        self, cursor: Cursor, table: PublishedTable, known: Mapping[str, str] | None
    ) -> None:
        """Create a table, or add the columns that it lacks; other columns stay, without values."""
        name = f"{quoted(self.schema)}.{quoted(table.name)}"
        if known is None:
            columns = ", ".join(f"{quoted(item.name)} {_type(item)}" for item in table.columns)
            cursor.execute(f"create table {name} ({columns})")
            return
        for item in table.columns:
            there = known.get(item.name)
            if there is None:
                cursor.execute(f"alter table {name} add column {quoted(item.name)} {_type(item)}")
            elif there != LISTED_TYPES.get(_type(item), _type(item)):
                raise TargetError(
                    f"{self.name}: {table.name}.{item.name} is {there} there and {_type(item)} "
                    "here; rename or drop that table, and the next publish makes it anew"
                )

    def _comment(
        self, cursor: Cursor, table: PublishedTable, existing: Mapping[tuple[str, str], str]
    ) -> None:
        """Set the comments that differ."""
        name = f"{quoted(self.schema)}.{quoted(table.name)}"
        if existing.get((table.name, ""), "") != table.comment:
            cursor.execute(f"comment on table {name} is {literal(table.comment)}")
        for item in table.columns:
            if existing.get((table.name, item.name), "") != item.comment:
                cursor.execute(
                    f"comment on column {name}.{quoted(item.name)} is {literal(item.comment)}"
                )

    def _without_secret(self, text: str) -> str:
        """Return the first line of a message, without the address, and what to do."""
        line = " ".join(text.replace(self._url, self.url_env).split())[:300]
        _, _, rest = self._url.partition("://")
        user, _, _ = rest.rpartition("@")
        _, _, password = user.partition(":")
        if password:
            line = line.replace(password, "***")
        return f"{line}; nothing was changed there"


def quoted(name: str) -> str:
    """Return an identifier as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _type(column: Column) -> str:
    return TYPES[column.data_type]


def _selected(table: PublishedTable) -> str:
    """Return the columns of a table; PostgreSQL's texts have no null character."""
    return ", ".join(
        f"replace({quoted(item.name)}, chr(0), '') as {quoted(item.name)}"
        if item.data_type == "VARCHAR"
        else quoted(item.name)
        for item in table.columns
    )
