"""A killed command leaves no partial file, and the next one ends like a clean run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from tests.collectors.ledger.test_migrations import RELEASED, make
from tests.support import company
from tests.support.command import Desk, wait_until
from tests.support.github_server import Server, serve
from tests.support.striking import (
    KINDS,
    SIGNALS,
    WORKS,
    Outcome,
    Strike,
    Unharmed,
    figures,
    strikes,
    struck,
    unharmed,
)

#: each kind once, and each work; three times as many are every kind at every work
STRIKES = int(os.environ.get("HEADWAY_STRIKES", len(KINDS)))
SEED = int(os.environ.get("HEADWAY_SEED", 1))
#: more requests than a soak sends
LIMITLESS = 10**9
REFRESH: tuple[str, ...] = ("refresh", "github", "people")
PUBLISH: tuple[str, ...] = ("publish",)


@pytest.fixture(scope="module")
def github(schema_path: Path) -> Iterator[Server]:
    """The company's GitHub, as far away as one is, whose limits never end."""
    limits = {"rest_limit": LIMITLESS, "graphql_limit": LIMITLESS}
    with serve(company.datasets(), schema=schema_path, latency_ms=20, **limits) as result:
        yield result


@pytest.fixture(scope="module")
def clean(
    github: Server, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int, str], Unharmed]:
    """Return a function that measures an unharmed run of a strike's work, once each."""
    folder = tmp_path_factory.mktemp("clean")
    empty = Desk(folder / "empty")
    empty.folder.mkdir()
    repos = [repo.replace("infra", "ops") for repo in company.datasets()]
    empty.set_up(github.url, repos, '[publish]\npeople = "names"\n')
    by_key: dict[str, Unharmed] = {}

    def find(number: int, work: str) -> Unharmed:
        version = list(RELEASED)[number // len(KINDS) // len(WORKS) % len(RELEASED)]
        name = f"{work} of {version}" if work == "upgrade" else work
        if name not in by_key:
            desk, words = empty.copy(folder / name), REFRESH
            if work == "upgrade":
                make(version, desk.folder / "data" / "ledger.duckdb")
            if work == "publish":
                desk, words = find(number, "first refresh").after, PUBLISH
            by_key[name] = unharmed(desk, folder / f"{name}, unharmed", words)
        return by_key[name]

    return find


def test_struck_at_random_points_and_run_again_it_gives_the_same_tables(
    clean: Callable[[int, str], Unharmed], tmp_path: Path
) -> None:
    selected = strikes(STRIKES, SEED)
    known_values = [clean(strike.number, strike.work) for strike in selected]

    def trial(strike: Strike) -> Outcome:
        return struck(known_values[strike.number], strike, REFRESH, tmp_path / str(strike.number))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(trial, selected))
    print(f"strikes with HEADWAY_SEED={SEED}:\n{figures(outcomes)}")
    assert [item for item in outcomes if item.trouble] == [], (
        f"run it again with HEADWAY_SEED={SEED}"
    )
    seen_kinds = [
        item for item in outcomes if item.strike.kind in SIGNALS and item.phase != "the end"
    ]
    assert len(seen_kinds) >= STRIKES // 4, "most signals must strike before the end"


def test_a_lock_that_a_killed_refresh_held_is_free(github: Server, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.set_up(github.url)
    with desk.start("refresh") as running:
        wait_until(lambda: (tmp_path / "data" / "refresh.lock").exists())
        running.process.kill()
        assert running.done().code == -9
    assert desk.run("refresh", "--no-publish").code == 0


def test_a_ledger_with_a_log_left_by_a_kill_is_backed_up_whole(tmp_path: Path) -> None:
    from collectors.ledger.opening import open_ledger

    path = tmp_path / "ledger.duckdb"
    with open_ledger(path, "test") as store:
        store.set_watermark("github", "x", "feed", "2026-01-01T00:00:00Z")
    pid = os.fork()
    if pid == 0:  # commit, and die before the log is folded into the file
        store = open_ledger(path, "test")
        store.set_watermark("github", "y", "feed", "2026-01-02T00:00:00Z")
        os._exit(0)
    os.waitpid(pid, 0)
    assert Path(f"{path}.wal").exists()
    for stale in (tmp_path / "backups").glob("*"):
        stale.unlink()
    with open_ledger(path, "test") as store:
        assert len(store.rows("from watermarks")) == 2
    (backup,) = (tmp_path / "backups").glob("*.duckdb")
    assert backup.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(backup), read_only=True) as db:
        assert db.execute("select count(*) from watermarks").fetchall() == [(2,)]
