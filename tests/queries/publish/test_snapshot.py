"""Publishing and reading at once: readers see the file before or the file after, whole."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from headway.config.compiled import compile_rules
from queries.catalog.catalog import METRICS
from queries.errors import NothingPublishedError, PublishError
from queries.publish.build import add
from queries.publish.publish import Source, publish
from queries.publish.settings import PublishSettings, Rule
from queries.read.snapshot import LINK, READ_ONLY, current
from queries.sql_files import ROOT, read_sql
from tests.support import company
from tests.support.forks import FORKS
from tests.support.github_server import serve
from tests.support.refreshing import refresh, tables

AS_OF = date(2026, 6, 30)
SMALL = "acme/legacy"
PULLS = sum(row["repo"] == SMALL for row in company.expected("pull_requests"))
PUBLISHES = int(os.environ.get("HEADWAY_PUBLISHES", 3))
READERS = int(os.environ.get("HEADWAY_READERS", 4))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Path:
    """Return a small ledger: one repository of the company."""
    data = tmp_path_factory.mktemp("small")
    with serve({SMALL: company.datasets()[SMALL]}, schema=schema_path) as github:
        refresh(data, github.url, [SMALL])
    with duckdb.connect(str(data / "ledger.duckdb")) as db:  # AS_OF is its newest complete day
        db.execute("update github_repositories set synced_until = ?", [AS_OF + timedelta(1)])
    return data / "ledger.duckdb"


def source(ledger: Path, version: str) -> Source:
    """Return the input of a publish; its version identifies the publish."""
    return Source(ledger, PublishSettings(rules=FEW_RULES), "key", version)


# one rule of each kind keeps a publish short
FEW_RULES: list[Rule] = [rule for rule in compile_rules(Path("none")) if rule.position == 1]


def test_a_published_file_is_whole_closed_and_read_only(ledger: Path, tmp_path: Path) -> None:
    path = publish(source(ledger, "1"), tmp_path, AS_OF)
    assert (tmp_path / LINK).resolve() == path.resolve()
    assert path.stat().st_mode & 0o777 == 0o444
    assert sorted(p.name for p in (tmp_path / "snapshots").iterdir()) == [path.name]
    with duckdb.connect(str(path), read_only=True) as db:
        assert db.execute("select count(*) from pull_requests").fetchall() == [(PULLS,)]
        assert db.execute("select as_of, is_synthetic from snapshot").fetchall() == [(AS_OF, False)]


def test_last_snapshots_are_kept_and_partial_ones_removed(ledger: Path, tmp_path: Path) -> None:
    first = publish(source(ledger, "0"), tmp_path, AS_OF)
    (tmp_path / "snapshots" / ".building-x.duckdb").write_bytes(b"half")
    (tmp_path / "snapshots" / ".building-x.spill").mkdir()
    (tmp_path / "snapshots" / ".building-x.spill" / "duckdb_temp_storage.tmp").write_bytes(b"rows")
    older = [
        tmp_path / "snapshots" / f"headway-2020010{n}T000000000000-aaaa.duckdb" for n in range(1, 6)
    ]
    with duckdb.connect(str(ledger)) as db:
        for path in older:
            path.write_bytes(b"published before")
            identifier = path.stem.removeprefix("headway-")
            db.execute("insert into published_snapshots values (?, null)", [identifier])
    paths = [first, publish(source(ledger, "1"), tmp_path, AS_OF)]
    assert sorted((tmp_path / "snapshots").iterdir()) == [*older[2:], *paths]
    assert paths == sorted(paths)


def test_the_same_ledger_rules_and_day_give_equal_tables(ledger: Path, tmp_path: Path) -> None:
    item, other = (
        tables(publish(source(ledger, "1"), tmp_path / name, AS_OF)) for name in ("a", "b")
    )
    assert item == other


def test_a_check_that_fails_leaves_the_old_file_in_place(ledger: Path, tmp_path: Path) -> None:
    old = publish(source(ledger, "1"), tmp_path, AS_OF)
    broken = tmp_path / "ledger.duckdb"
    shutil.copyfile(ledger, broken)
    with duckdb.connect(str(broken)) as db:  # a duplicate pull request
        db.execute("insert into github_pull_requests from github_pull_requests limit 1")
    with pytest.raises(
        PublishError, match=r"nothing was published.*pull_requests_are_all_there_once"
    ):
        publish(source(broken, "2"), tmp_path, AS_OF)
    assert (tmp_path / LINK).resolve() == old.resolve()
    assert sorted((tmp_path / "snapshots").iterdir()) == [old]


def test_publish_without_a_synced_repository_is_refused(ledger: Path, tmp_path: Path) -> None:
    empty = tmp_path / "ledger.duckdb"
    shutil.copyfile(ledger, empty)
    with duckdb.connect(str(empty)) as db:
        db.execute("update github_repositories set synced_until = null")
    with pytest.raises(PublishError, match="run `headway refresh`"):
        publish(source(empty, "1"), tmp_path)
    with pytest.raises(NothingPublishedError, match="run `headway refresh`"):
        current(tmp_path)


def test_the_last_complete_day_is_the_default(ledger: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(ledger), read_only=True) as db:
        (read_until,) = db.execute(
            "select max(synced_until)::date from github_repositories"
        ).fetchall()[0]
    publish(source(ledger, "1"), tmp_path)
    assert (read_until - current(tmp_path).as_of).days == 1


# -- readers and publisher ----------------------------------------------------------------


def read_by_file(data: Path) -> tuple[int, int, int]:
    """Return version, pull requests and metrics, read by a new connection to the link."""
    with duckdb.connect(str(data / LINK), config=READ_ONLY) as db:
        rows = db.execute(
            "select (select headway_version::integer from snapshot), (select count(*) from "
            "pull_requests), "
            "(select count(*) from metrics)"
        ).fetchall()
    return rows[0]


def read_by_snapshot(data: Path) -> tuple[int, int, int]:
    """Return the same, read as the dashboard does."""
    snapshot = current(data)
    version = int(snapshot.query("select headway_version from snapshot")["headway_version"][0])
    counts = snapshot.query(
        "select (select count(*) from pull_requests) as p, (select count(*) from metrics) as m"
    )
    return version, int(counts["p"][0]), int(counts["m"][0])


def watch(data: Path, by_file: bool, published: Synchronized[int], trouble: list[str]) -> None:
    """Read until the last publish is seen; note every error, half state and lag."""
    version = -1
    read = read_by_file if by_file else read_by_snapshot
    while version < PUBLISHES and published.value <= PUBLISHES:
        before = published.value
        try:
            version, pulls, metrics = read(data)
        except Exception as error:  # a reader must never get an error of any kind
            trouble.append(f"after publish {before}: {error!r}")
            return
        if (pulls, metrics) != (PULLS, EXPECTED_METRICS):
            trouble.append(
                f"publish {version} is half there: {pulls} pull requests, {metrics} metrics"
            )
        if version < before - 1:
            trouble.append(f"read publish {version} after publish {before}")
        time.sleep(0.4)


def watch_in_threads(
    data: Path, count: int, published: Synchronized[int], result: multiprocessing.Queue[list[str]]
) -> None:
    """Read in several threads of this process, every other one by file."""
    trouble: list[str] = []
    threads = [
        threading.Thread(target=watch, args=(data, n % 2 == 0, published, trouble))
        for n in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.put(trouble)


EXPECTED_METRICS = len(METRICS)


def test_readers_get_whole_snapshots_during_publishes(ledger: Path, tmp_path: Path) -> None:
    published: Synchronized[int] = FORKS.Value("i", 0)
    results: multiprocessing.Queue[list[str]] = FORKS.Queue()
    publish(source(ledger, "0"), tmp_path, AS_OF)
    sizes = [1] * READERS + [READERS]  # processes, and one process with as many threads
    readers = [
        FORKS.Process(target=watch_in_threads, args=(tmp_path, n, published, results))
        for n in sizes
    ]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, PUBLISHES + 1):
            publish(source(ledger, str(number)), tmp_path, AS_OF)
            published.value = number
        trouble = [results.get(timeout=60) for _ in readers]
    finally:
        published.value = PUBLISHES + 1  # stops the readers
        for reader in readers:
            reader.join(timeout=30)
    assert [line for lines in trouble for line in lines] == []
    assert read_by_file(tmp_path)[0] == read_by_snapshot(tmp_path)[0] == PUBLISHES


@pytest.fixture
def dashboard(tmp_path: Path, ledger: Path) -> Iterator[Path]:
    """Yield a data folder that another process reads repeatedly, as the dashboard does."""
    publish(source(ledger, "0"), tmp_path, AS_OF)
    script = (
        "import sys, time; from pathlib import Path; from queries.read.snapshot import current\n"
        "while True: current(Path(sys.argv[1])).query('from pull_requests'); print('read', "
        "flush=True); time.sleep(.05)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "read\n"
        yield tmp_path
        assert process.poll() is None, "the dashboard's reader died"
        process.kill()


def test_an_older_duckdb_command_line_reads_while_the_dashboard_runs_and_a_refresh_publishes(
    dashboard: Path, ledger: Path
) -> None:
    client = Path(sys.executable).with_name("duckdb")  # the package duckdb-cli
    reported = subprocess.run(
        [str(client), "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert reported.startswith("v1.5.")
    stop = threading.Event()

    def publish_on() -> None:
        for number in range(1, 1000):
            if stop.is_set():
                return
            publish(source(ledger, str(number)), dashboard, AS_OF)

    publisher = threading.Thread(target=publish_on)
    publisher.start()
    try:
        for _ in range(8):
            query = "select count(*) from pull_requests where labels is not null"
            requested = [
                str(client),
                "-readonly",
                "-csv",
                "-noheader",
                str(dashboard / LINK),
                query,
            ]
            answer = subprocess.run(requested, capture_output=True, text=True, check=False)
            assert (answer.stdout.strip(), answer.stderr) == (str(PULLS), "")
    finally:
        stop.set()
        publisher.join()


def test_list_that_is_empty_in_nearly_all_answers_is_published() -> None:
    columns = read_sql(ROOT / "frames" / "answers.sql").columns
    rows = [dict.fromkeys(columns) | {"left_out": []} for _ in range(2_500)]
    rows[2_001]["left_out"] = ["acme/new"]
    with duckdb.connect() as db:
        add(db, "answers", answers_frame=pd.DataFrame(rows, dtype=object))
        left_out = "select left_out from answers where len(left_out) > 0"
        assert db.execute(left_out).fetchall() == [(["acme/new"],)]
