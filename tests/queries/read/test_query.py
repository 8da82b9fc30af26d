"""Queries of users: limits of the process, and statements that try to leave the published file."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from queries.errors import SqlError
from queries.read import query_child
from queries.read.query import Limits, Query
from queries.read.query_child import NOT_READING, NOT_SINGLE, ProblemError

OFF = "file system operations are disabled"
NO_TABLE = "Table with name"
NO_FUNCTION = "unction with name"
TOP_LEVEL = "a data-modifying statement must be at the top level"
SYNTAX = "syntax error"

#: statements, and the reason for which each is refused
ESCAPES: dict[str, str] = {
    # files of every format, patterns of names
    "from read_text('{file}')": OFF,
    "from read_blob('{file}')": OFF,
    "from read_csv('{file}')": OFF,
    "from read_csv_auto(['{file}'])": OFF,
    "from sniff_csv('{file}')": OFF,
    "from read_json('{file}')": OFF,
    "from read_ndjson_objects('{file}')": OFF,
    "from read_parquet('{file}')": OFF,
    "from parquet_metadata('{file}')": OFF,
    "from parquet_schema('{file}')": OFF,
    "from glob('{folder}/*')": OFF,
    "from read_text('{folder}/*')": OFF,
    "from read_csv('/dev/stdin')": OFF,
    "from read_text('/proc/self/environ')": OFF,
    "from read_xlsx('{file}')": NO_FUNCTION,
    "from sqlite_scan('{file}', 't')": NO_FUNCTION,
    # tables that are files or variables of the program
    "from '{file}'": OFF,
    'from "{file}"': OFF,
    "from '{folder}/other.parquet'": OFF,
    "from '{folder}/*.csv'": OFF,
    "from query_table('{file}')": OFF,
    "from secret_frame": NO_TABLE,
    # the network
    "from read_text('{url}')": OFF,
    "from '{url}/data.csv'": OFF,
    "from read_parquet('s3://bucket/data.parquet')": OFF,
    "connect '{url}'": NOT_READING,
    "from quack_serve()": NO_FUNCTION,
    # queries in texts
    "from query('from read_text(''{file}'')')": OFF,
    "from query('copy (select 1) to ''{folder}/new''')": "Expected a single SELECT",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{file}'')'))": OFF,
    # environment, secrets and extensions
    "select getenv('CANARY')": NO_FUNCTION,
    "from duckdb_secrets()": OFF,
    "create secret s (type s3, key_id 'a', secret 'b')": NOT_READING,
    "install httpfs": NOT_READING,
    "load httpfs": NOT_READING,
    "load '{file}'": NOT_READING,
    "update extensions": NOT_READING,
    # writing
    "copy snapshot to '{folder}/new.csv'": NOT_READING,
    "copy (select 1) to '{db}'": NOT_READING,
    "copy snapshot from '{file}'": NOT_READING,
    "explain analyze copy (select 1) to '{folder}/new.csv'": NOT_READING,
    "explain (analyze) copy (select 1) to '{db}'": NOT_READING,
    "export database '{folder}/new'": NOT_READING,
    "import database '{folder}'": NOT_READING,
    "attach '{folder}/new.duckdb'": NOT_READING,
    "attach ':memory:' as other": NOT_READING,
    "detach snapshot": NOT_READING,
    "with a as (insert into snapshot default values returning *) from a": TOP_LEVEL,
    "with a as (delete from snapshot returning *) from a": TOP_LEVEL,
    "insert into snapshot default values": NOT_READING,
    "update snapshot set id = ''": NOT_READING,
    "merge into snapshot using snapshot as b on true when matched then delete": NOT_READING,
    "truncate snapshot": NOT_READING,
    "drop table snapshot": NOT_READING,
    "alter table snapshot add column new int": NOT_READING,
    "comment on table snapshot is 'new'": NOT_READING,
    "create temp table new as select 1": NOT_READING,
    "create temp macro new() as 1": NOT_READING,
    "select 1 into new": SYNTAX,
    "from snapshot into outfile '{folder}/new'": SYNTAX,
    # settings and logs
    "set memory_limit = '100GB'": NOT_READING,
    "set temp_directory = '{folder}'": NOT_READING,
    "set enable_external_access = true": NOT_READING,
    "set variable new = 1": NOT_READING,
    "reset threads": NOT_READING,
    "pragma enable_profiling": NOT_READING,
    "pragma memory_limit = '100GB'": NOT_READING,
    "call enable_logging(storage='file', storage_path='{folder}/new')": NOT_READING,
    "from enable_logging(storage='file', storage_path='{folder}/new')": "has been locked",
    "from enable_profiling(save_location='{folder}/new')": "locked",
    "checkpoint": NOT_READING,
    "vacuum": NOT_READING,
    "use memory": NOT_READING,
    # sessions, several statements, none
    "begin": NOT_READING,
    "prepare new as select 1": NOT_READING,
    "execute new": NOT_READING,
    "select $1": "Values were not provided",
    "select 1; select 2": NOT_SINGLE,
    "select 1 /* ; */; attach ':memory:' as other": NOT_SINGLE,
    "select 1 -- one\n; drop table snapshot": NOT_SINGLE,
    "select 1\0; drop table snapshot": NOT_SINGLE,
    "select 1) as result; drop table snapshot; --": SYNTAX,
    "select 1) union all (select 2": SYNTAX,
    "drop\u00a0table snapshot": NOT_READING,
    "select 1\uff1b drop table snapshot": SYNTAX,
    "; ;": NOT_SINGLE,
    "-- nothing": NOT_SINGLE,
    "": NOT_SINGLE,
}

#: queries that DuckDB alone does not stop, and what ends each
TIME, MEMORY = "takes longer than 1 s", "needs more than 1.0 GB of memory"
ENDLESS = "select count(*) from range(1000000000) as a, range(1000000000) as b"
BOMBS = {
    "with recursive a as (select 1 as i union all select i + 1 from a) select max(i) from a": TIME,
    "select levenshtein(repeat('a', 200000), repeat('b', 200000))": TIME,
    "select length(repeat('x', 2000000000))": MEMORY,
    "select format('{:>2000000000}', 'x')": MEMORY,
    "select len(range(500000000))": MEMORY,
    "select repeat('x', 8000000)": "are larger than 4 MB",
    "select repeat('x', 10000) from range(1000000)": "is larger than 8 MB",
}
SMALL = Limits(memory_bytes=1_000_000_000, result_bytes=8_000_000, batch_bytes=4_000_000)


def result(path: Path, statement: str, limits: Limits | None = None) -> tuple[list[str], list[Any]]:
    """Return the columns and rows of a query that runs in its own process."""
    with Query(path, statement, limits=limits) as query:
        return query.columns(), list(query.rows())


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A port that shows who connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_no_statement_leaves_the_published_file(
    empty: Path, listener: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "sesame-open"
    monkeypatch.setenv("CANARY", canary)
    secret_frame = pd.DataFrame({"name": [canary]})
    (tmp_path / "file.csv").write_text(f"name\n{canary}\n", encoding="utf-8")
    before, names = empty.read_bytes(), set(os.listdir(empty.parent))
    places = {
        "file": tmp_path / "file.csv",
        "folder": tmp_path,
        "db": empty,
        "url": f"http://127.0.0.1:{listener.getsockname()[1]}",
    }

    with query_child.opened(str(empty), Limits().memory_bytes) as db:
        for template, message in ESCAPES.items():
            statement = template
            for name, value in places.items():
                statement = statement.replace(f"{{{name}}}", str(value))
            with pytest.raises((ProblemError, duckdb.Error)) as error:
                list(query_child.answer(db, statement, "text"))
            assert message in str(error.value), statement
            assert canary not in str(error.value)
            assert list(query_child.answer(db, "select 6 * 7 as n", "text")) == [["n"], [("42",)]]
    assert len(ESCAPES) >= 60
    assert len(secret_frame) == 1
    assert (empty.read_bytes(), set(os.listdir(empty.parent))) == (before, names)
    assert os.listdir(tmp_path) == ["file.csv"]
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("statement", BOMBS)
def test_a_query_without_end_or_measure_ends_in_one_sentence(empty: Path, statement: str) -> None:
    with pytest.raises(SqlError, match=BOMBS[statement]) as error:
        result(empty, statement, replace(SMALL, seconds=1 if BOMBS[statement] == TIME else 30))
    assert "\n" not in str(error.value)


def test_the_process_has_limits_and_no_environment(empty: Path) -> None:
    with Query(empty, "from range(1000000000)") as query:
        query.columns()
        process = Path("/proc") / str(query.pid)
        assert (process / "environ").read_bytes() == b""
        assert (process / "cwd").resolve() == Path("/")
        limits = (process / "limits").read_text("ascii")
    values = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert values["Max address space"] == ["2000000000", "2000000000"]
    assert values["Max cpu time"] == ["61", "61"]
    assert values["Max file size"] == ["0", "0"]
    assert values["Max core file size"] == ["0", "0"]
    assert values["Max open files"] == ["16", "16"]
    assert not process.exists()


def test_another_thread_cancels_a_query(empty: Path) -> None:
    with Query(empty, ENDLESS) as query:
        threading.Timer(0.3, query.cancel).start()
        began = time.monotonic()
        with pytest.raises(SqlError):
            query.columns()
        assert time.monotonic() - began < 5


def test_a_slow_reader_is_no_slow_query(empty: Path) -> None:
    with Query(empty, "from range(100000)", limits=Limits(seconds=3)) as query:
        rows = query.rows() if query.columns() else iter(())
        assert next(rows) == ["0"]
        time.sleep(3.2)
        assert sum(1 for _ in rows) == 99_999


def test_values_are_texts_as_duckdb_formats_them_and_names_are_unique(empty: Path) -> None:
    statement = (
        "select 1 as a, null as a, true, date '2026-11-30', [1, 2], {'b': 'é'} -- ;\n ; -- x"
    )
    columns, rows = result(empty, statement)
    assert columns[:2] == ["a", "a_1"]
    assert rows == [["1", None, "true", "2026-11-30", "[1, 2]", "{'b': é}"]]
    assert result(empty, "describe snapshot")[0][:2] == ["column_name", "column_type"]
    with Query(empty, "select 1 as a, [null] as b", form="json") as query:
        assert query.columns() == ["to_json(result)"]
        assert list(query.rows()) == [['{"a":1,"b":[null]}']]


def test_a_query_of_more_than_a_million_bytes_is_refused(empty: Path) -> None:
    with pytest.raises(SqlError, match="longer than 1,000,000 bytes"):
        result(empty, f"select '{'x' * 1_000_000}'")
    assert result(empty, f"select length('{'x' * 900_000}') as n")[1] == [["900000"]]
