"""Engines that hold usage: a database by its SQLAlchemy URL, and a folder of Parquet by DuckDB.

Only the rows of a query come back. What the query reads stays in the engine.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from collectors.answers import Secrets
from collectors.errors import AccessError, SourceError

BATCH_ROWS = 10_000
MEMORY = "1GB"
#: parameters of every query: the first day, and the day after the last one
PARAMETERS = ("since", "until")
#: any table that the role of the connection may change, or the right to do everything
MAY_WRITE = """
select rolsuper or exists (
    select 1 from pg_class
    where relkind in ('r', 'p', 'v', 'm', 'f')
    and relnamespace not in (
        select oid from pg_namespace where nspname ~ '^(pg_|information_schema)'
    )
    and has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
)
from pg_roles where rolname = current_user
"""
#: limits of the server beside ours, and an end for a client that is gone
POSTGRESQL_LIMITS = "set statement_timeout = {ms}; set client_connection_check_interval = 1000"

Rows = Iterator[Sequence[tuple[Any, ...]]]


class Engine(Protocol):
    """A place that runs a query."""

    def check(self) -> str:
        """Return a warning about the connection, or an empty text; raises SourceError."""

    @contextmanager
    def run(self, statement: str, since: date, until: date) -> Iterator[tuple[list[str], Rows]]:
        """Yield the names of the columns and the rows in batches; raises SourceError."""


@dataclass(frozen=True)
class Folder:
    """A folder or bucket with Parquet files, which a query reads as the table ``usage``."""

    address: str
    timeout_s: float

    def check(self) -> str:
        """Return an empty text if there are files; raises SourceError."""
        self._files()
        return ""

    @contextmanager
    def run(self, statement: str, since: date, until: date) -> Iterator[tuple[list[str], Rows]]:
        """Run a query in a DuckDB that reaches nothing but these files."""
        import duckdb

        files = self._files()
        values = {"since": since, "until": until}
        try:
            with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as db:
                db.register("usage", files)
                db.execute("set enable_external_access = false; set lock_configuration = true")
                with _deadline(self.timeout_s, db.interrupt):
                    result = db.execute(_with_dollars(statement), values)
                    names = [column[0] for column in result.description]
                    yield names, iter(lambda: result.fetchmany(BATCH_ROWS), [])
        except duckdb.InterruptException:
            raise _too_slow(self.timeout_s) from None
        except duckdb.Error as error:
            raise SourceError(f"the query failed: {_first_line(error)}") from None

    def _files(self) -> Any:
        """Return the files as one data set."""
        from pyarrow import dataset

        try:
            result = dataset.dataset(self.address, format="parquet")
            if result.files:
                return result
        except FileNotFoundError:
            raise AccessError(f"{self.address}: there is no such folder or bucket") from None
        except (OSError, ValueError) as error:
            raise AccessError(f"{self.address}: {_first_line(error)}") from None
        raise AccessError(f"{self.address}: no Parquet file is there")


@dataclass(frozen=True)
class Database:
    """A database by its URL, which is a secret; the role of the URL may only read."""

    url: str = field(repr=False)
    variable: str
    timeout_s: float

    def check(self) -> str:
        """Return a warning if the rights of the role are unknown.

        Raises AccessError if the role may write.
        """
        with self._connected() as connection:
            return self._refuse_writers(connection)

    @contextmanager
    def run(self, statement: str, since: date, until: date) -> Iterator[tuple[list[str], Rows]]:
        """Run a query with bound parameters, as one statement."""
        from sqlalchemy import text

        with self._connected() as connection:
            self._refuse_writers(connection)
            options = connection.execution_options(stream_results=True, yield_per=BATCH_ROWS)
            with _deadline(self.timeout_s, lambda: _cancel(connection)):
                result = options.execute(text(statement), {"since": since, "until": until})
                rows = ([tuple(row) for row in part] for part in result.partitions())
                yield list(result.keys()), rows

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Connect, and turn errors into lines without the address."""
        try:
            from sqlalchemy import create_engine, exc
        except ModuleNotFoundError:
            raise AccessError(
                "SQLAlchemy is not installed; install it with pip install 'headway[warehouse]'"
            ) from None
        secrets = Secrets(*_passwords(self.url))
        try:
            engine = create_engine(self.url)
        except (exc.ArgumentError, ModuleNotFoundError) as error:
            problem = secrets.redact(_first_line(error).replace(self.url, self.variable))
            raise AccessError(f"{self.variable} cannot be used: {problem}") from None
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    limits = POSTGRESQL_LIMITS.format(ms=int(self.timeout_s * 1000))
                    for statement in limits.split(";"):
                        connection.exec_driver_sql(statement)
                yield connection
        except exc.SQLAlchemyError as error:
            problem = secrets.redact(_first_line(getattr(error, "orig", None) or error))
            if "statement timeout" in problem or "user request" in problem:
                raise _too_slow(self.timeout_s) from None
            raise SourceError(f"the query failed: {problem}") from None
        finally:
            engine.dispose()

    def _refuse_writers(self, connection: Any) -> str:
        if connection.dialect.name != "postgresql":
            return f"{self.variable}: use a role that may only read; Headway cannot see its rights"
        if connection.exec_driver_sql(MAY_WRITE).scalar():
            raise AccessError(
                f"the role of {self.variable} may write; give Headway one that may only read: "
                "create role headway login, then grant select on the tables"
            )
        return ""


def parameters_of(statement: str) -> set[str]:
    """Return which of the parameters a query names."""
    return {name for name in PARAMETERS if re.search(rf"(?<![:\w])[:$]{name}\b", statement)}


def _with_dollars(statement: str) -> str:
    """Return a query with DuckDB's form of the parameters."""
    return re.sub(r"(?<![:\w]):(since|until)\b", r"$\1", statement)


@contextmanager
def _deadline(seconds: float, cancel: Callable[[], None]) -> Iterator[None]:
    """Cancel what runs in the block after some seconds."""
    timer = threading.Timer(seconds, cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cancel(connection: Any) -> None:
    """Cancel a query from another thread, where the driver can."""
    driver = connection.connection.driver_connection
    cancel = getattr(driver, "cancel", driver.close)
    with contextlib.suppress(Exception):  # the query ended meanwhile
        cancel()


def _too_slow(seconds: float) -> SourceError:
    return SourceError(
        f"the query took longer than {seconds:,.0f} s; raise timeout_seconds, or read fewer days"
    )


def _passwords(url: str) -> list[str]:
    user, _, _ = url.partition("://")[2].rpartition("@")
    password = user.partition(":")[2]
    return [password] if password else []


def _first_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
