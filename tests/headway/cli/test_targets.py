"""Targets of a publish through the command line: PostgreSQL, and Parquet in a folder."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from pyarrow import parquet

from queries.publish.targets.postgresql import PostgresTarget
from queries.read.snapshot import LINK
from tests.support.command import Desk, wait_until
from tests.support.forks import FORKS
from tests.support.github_server import Server
from tests.support.postgresql import Database, running_postgresql

TARGETS = """
[[publish.targets]]
kind = "postgresql"
schema = "numbers"
url_env = "WAREHOUSE"

[[publish.targets]]
kind = "parquet"
folder = "lake"
"""
#: under readers; `make soak` runs more
PUBLISHES = int(os.environ.get("HEADWAY_TARGET_PUBLISHES", 4))
READERS = int(os.environ.get("HEADWAY_READERS", 3))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a PostgreSQL for the tests of this file."""
    with running_postgresql() as result:
        yield result


@pytest.fixture(scope="module")
def desk(
    offices: tuple[Server, Desk], database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Desk:
    """Return a desk whose settings name two targets, which are written."""
    copy = offices[1].copy(tmp_path_factory.mktemp("targets") / "desk")
    result = Desk(copy.folder, {**copy.env, "WAREHOUSE": database.url})
    add(result, TARGETS)
    done = result.run("publish")
    assert done.code == 0, done.err
    assert "rows to PostgreSQL, schema numbers" in done.err + done.out
    return result


def add(desk: Desk, text: str) -> None:
    """Add a text to the desk's settings."""
    path = desk.folder / "headway.toml"
    path.write_text(path.read_text("utf-8") + text, encoding="utf-8")


def published(desk: Desk) -> Path:
    """Return the published file."""
    return (desk.folder / "data" / LINK).resolve()


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table of the published file."""
    with duckdb.connect(str(path), read_only=True) as db:
        names = db.execute("select table_name from duckdb_tables()").fetchall()
        return {name: db.execute(f"from {name}").fetchall() for (name,) in names}


def same(first: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> bool:
    """Return whether two lists have the same rows in any order; NaN equals itself."""
    return Counter(map(repr, first)) == Counter(map(repr, other))


def test_every_value_type_and_comment_is_in_the_schema(desk: Desk, database: Database) -> None:
    expected = contents(published(desk))
    assert len(expected) > 30 and sum(map(bool, expected.values())) > 20
    for name, rows in expected.items():
        assert same(database.rows(f'select * from numbers."{name}"'), rows), name
    types = database.rows(
        "select table_name::text, column_name::text, data_type::text "
        "from information_schema.columns where table_schema = 'numbers'"
    )
    assert ("pull_requests", "opened_at", "timestamp without time zone") in types
    assert ("pull_requests", "number", "bigint") in types or (
        "pull_requests",
        "number",
        "integer",
    ) in types
    comments = (
        "select c.relname::text || coalesce('.' || a.attname::text, ''), d.description::text "
        "from pg_description d join pg_class c on c.oid = d.objoid and c.relkind = 'r' "
        "left join pg_attribute a on a.attrelid = c.oid and a.attnum = nullif(d.objsubid, 0) "
        "where c.relnamespace = 'numbers'::regnamespace"
    )
    with duckdb.connect(str(published(desk)), read_only=True) as db:
        described = db.execute(
            "select table_name || '.' || column_name, comment from duckdb_columns() "
            "where not internal and comment <> '' "
            "union all select table_name, comment from duckdb_tables() where comment <> ''"
        ).fetchall()
    assert same(database.rows(comments), described)


def test_grants_and_views_stay_and_a_column_of_a_later_version_is_added(
    desk: Desk, database: Database
) -> None:
    database.run(
        "create role reader login password 'reads'",
        "grant usage on schema numbers to reader",
        "grant select on all tables in schema numbers to reader",
        "create view own_view as select count(*) as n from numbers.pull_requests",
        "create table numbers.own_table as select 1 as a",
    )
    before = database.rows("select n from own_view")
    database.run("alter table numbers.releases drop column published_at")
    assert desk.run("publish").code == 0
    assert same(
        database.rows("select published_at from numbers.releases"),
        desk.rows("select published_at from releases"),
    )
    assert database.rows("select n from own_view") == before
    assert database.rows("select a from numbers.own_table") == [(1,)]
    url = database.url_of("reader", "reads")
    assert database.rows("select count(*) from numbers.pull_requests", url) == before
    with pytest.raises(dbapi.Error, match="permission denied"):
        database.rows("delete from numbers.snapshot", url)
    database.run("drop view own_view", "drop table numbers.own_table")


def test_a_column_of_another_type_is_an_error(desk: Desk, database: Database) -> None:
    database.run("alter table numbers.releases alter column tag type varchar(99)")
    snapshot = database.rows("select id from numbers.snapshot")
    done = desk.run("publish")
    assert done.code == 1
    assert "numbers: releases.tag is character varying there and text here" in done.problem
    assert database.rows("select id from numbers.snapshot") == snapshot
    assert desk.rows("select id from snapshot") != snapshot
    database.run("alter table numbers.releases alter column tag type text")


def test_a_target_that_fails_is_named_without_its_secret_and_the_others_are_written(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    problems = {
        database.url_of("headway", "wr0ng-and-secret"): "password authentication failed",
        "postgresql://headway:wr0ng-and-secret@127.0.0.1:1/x": "Connection refused",
        "mysql://headway:wr0ng-and-secret@127.0.0.1/x": "URL_2 holds no postgresql://",
        "": "URL_3 holds no postgresql://",
    }
    urls = {f"URL_{number}": url for number, url in enumerate(problems)}
    other = Desk(desk.copy(tmp_path / "other").folder, {**desk.env, **urls})
    settings = other.folder / "headway.toml"
    settings.write_text(settings.read_text("utf-8").replace(TARGETS, ""), encoding="utf-8")
    for name in urls:
        kind = 'kind = "postgresql"'
        add(other, f'[[publish.targets]]\n{kind}\nschema = "{name.lower()}"\nurl_env = "{name}"\n')
    add(other, '[[publish.targets]]\nkind = "parquet"\nfolder = "lake"\n')
    done = other.run("publish")
    lines = [line for line in done.err.splitlines() if line.startswith("headway: ")]
    assert (done.code, len(lines)) == (1, len(problems)), done.err
    for line, problem in zip(lines, problems.values(), strict=True):
        assert problem in line
    assert "secret" not in done.out + done.err
    manifest = json.loads((other.folder / "lake" / "manifest.json").read_text("utf-8"))
    assert manifest["folder"] == f"snapshot={other.rows('select id from snapshot')[0][0]}"


def test_readers_see_one_snapshot_while_publishes_replace_it(
    desk: Desk, database: Database
) -> None:
    file, ended, problems = published(desk), threading.Event(), []
    target = PostgresTarget("race", "URL", {"URL": database.url})
    target.write(file)
    counts = {name: len(rows) for name, rows in contents(file).items()}
    reads = Counter[int]()

    def read(number: int) -> None:
        with dbapi.connect(database.url) as connection, connection.cursor() as cursor:
            while not ended.is_set():
                try:
                    cursor.execute("set transaction isolation level repeatable read")
                    counted = {}
                    for name in ("answers", "pull_requests", "snapshot"):
                        cursor.execute(f"select count(*) from race.{name}")
                        ((counted[name],),) = cursor.fetchall()
                    connection.commit()
                except dbapi.Error as error:
                    problems.append(str(error))
                    return
                if counted != {name: counts[name] for name in counted}:
                    problems.append(str(counted))
                reads[number] += 1

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for _ in range(PUBLISHES):
        target.write(file)
    ended.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert min(reads[number] for number in range(READERS)) > PUBLISHES


def write_again(url: str, file: str) -> None:
    """Write the target in a process of its own."""
    PostgresTarget("race", "URL", {"URL": url}).write(Path(file))


def test_a_killed_publish_leaves_the_rows_of_before(desk: Desk, database: Database) -> None:
    file = published(desk)
    PostgresTarget("race", "URL", {"URL": database.url}).write(file)
    database.run("update race.snapshot set headway_version = 'before'")
    counts = "select (select count(*) from race.answers), (select count(*) from race.rules)"
    before = database.rows(counts)
    of_race = "query ilike '%race%' and pid <> pg_backend_pid()"
    active = f"select count(*) from pg_stat_activity where {of_race}"
    struck = 0
    for wait in (0.0, 0.1, 0.3):
        process = FORKS.Process(target=write_again, args=(database.url, str(file)))
        process.start()
        while database.rows(active) == [(0,)] and process.is_alive():
            time.sleep(0.01)
        time.sleep(wait)
        struck += process.is_alive()
        process.kill()
        process.join()
        wait_until(lambda: database.rows(active) == [(0,)])
        if process.exitcode != 0:
            assert database.rows(counts) == before
            assert database.rows("select headway_version from race.snapshot") == [("before",)]
    assert struck
    PostgresTarget("race", "URL", {"URL": database.url}).write(file)
    assert database.rows("select headway_version from race.snapshot") != [("before",)]


def test_parquet_has_every_value_and_old_folders_go_a_day_after_they_were_replaced(
    desk: Desk,
) -> None:
    lake = desk.folder / "lake"
    path = lake / "manifest.json"
    before = json.loads(path.read_text("utf-8"))
    old, interrupted, other = (
        lake / name
        for name in (
            "snapshot=20200101T000000000000-aaaa",
            "snapshot=20200102T000000000000-bbbb",
            "snapshot=2020-01-01",
        )
    )
    for folder in (old, interrupted, other):
        folder.mkdir()
    replaced = {"folder": old.name, "replaced_at": "2020-01-03T00:00:00+00:00"}
    before["older"] = [replaced, *before["older"]]
    path.write_text(json.dumps(before), encoding="utf-8")
    done = desk.run("publish")
    assert done.code == 0, done.err
    assert [folder.exists() for folder in (old, interrupted, other)] == [False, False, True]
    other.rmdir()
    manifest = json.loads(path.read_text("utf-8"))
    expected = contents(published(desk))
    assert [table["name"] for table in manifest["tables"]][-1] == "snapshot"
    for table in manifest["tables"]:
        stored = parquet.read_table(lake / table["path"])
        rows = [tuple(row.values()) for row in stored.to_pylist()]
        assert same(rows, expected.pop(table["name"]))
        assert [item["name"] for item in table["columns"]] == stored.column_names
        assert table["comment"] and len(rows) == table["rows"]
    assert expected == {}
    assert manifest["older"][-1]["folder"] == before["folder"]
    assert (lake / before["folder"] / "snapshot").is_dir()
    assert len(list(lake.glob("snapshot=*"))) == len(manifest["older"]) + 1
    assert not list(lake.glob(".*"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('kind = "parquet"', "folder is missing; write a folder or an address"),
        ('kind = "oracle"', "kind: must be 'parquet' or 'postgresql'"),
        ('kind = "parquet"\nfolder = "s3://key:secret@bucket"', "no key belongs in this file"),
        ('kind = "postgresql"\nschema = "a; drop"', "is not a name"),
        ('kind = "postgresql"\npassword = "x"', "no token belongs in this file"),
    ],
)
def test_a_wrong_target_is_named_with_line_and_column(
    desk: Desk, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "headway.toml").write_text(f"[github]\n\n[[publish.targets]]\n{text}\n", "utf-8")
    done = Desk(tmp_path, desk.env).run("publish", "--data", str(desk.folder / "data"))
    assert done.code == 64
    assert done.problem.startswith("headway.toml, line ") and problem in done.problem
