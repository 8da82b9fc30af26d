"""A refresh that is killed anywhere leaves nothing half-written, and the next one ends where a clean one does."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from tests import company
from tests.github_server import TOKEN, serve
from tests.refreshing import Tables, raw_tables, tables

KILLS = 12
SETTINGS = """
[github]
repos = {repos}
base_url = "{url}"
[publish]
people = "names"
"""


def run_headway(data: str, config: str) -> None:
    """What the child process does: `headway refresh`."""
    os.environ["GITHUB_TOKEN"] = TOKEN
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it ends with the process
    from headway import cli

    cli.main(["refresh", "--data", data, "--config", config, "--as-of", str(company.AS_OF)], "headway")


class Refreshes:
    """Starts refreshes as processes that have everything imported, so that a kill strikes the work itself."""

    def __init__(self, folder: Path, url: str) -> None:
        repos = [repo.replace("infra", "ops") for repo in company.datasets()]
        self.folder, self.config = folder, folder / "headway.toml"
        self.config.write_text(SETTINGS.format(repos=repos, url=url).replace("'", '"'), encoding="utf-8")
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["flow", "headway"])

    def run(self, name: str, kill_after: float | None = None, kill_once: Path | None = None) -> int | None:
        """Run one refresh of a data folder, killed after some seconds or once a file is there; its exit code."""
        process = self.context.Process(target=run_headway, args=(str(self.folder / name), str(self.config)))
        process.start()
        while kill_once and process.is_alive() and not kill_once.exists():
            time.sleep(0.01)
        if kill_once:
            process.kill()
        process.join(timeout=kill_after if kill_after is not None else 120)
        process.kill()
        process.join()
        return process.exitcode


def test_killed_at_random_points_and_run_again_it_gives_the_same_tables(tmp_path: Path, schema_path: Path) -> None:
    with serve(company.datasets(), schema=schema_path, latency_ms=20) as github:
        refreshes = Refreshes(tmp_path, github.url)
        refreshes.run("warm-up")
        began = time.monotonic()
        assert refreshes.run("clean") == 0
        whole_run = time.monotonic() - began
        clean = tables(tmp_path / "clean" / "headway.duckdb")
        raw = raw_tables(tmp_path / "clean")
        moments = [random.Random(number).uniform(0.02, 1.0) * whole_run for number in range(KILLS)]

        def trial(number: int) -> tuple[int | None, str]:
            name = f"killed-{number}"
            code = refreshes.run(name, moments[number])
            return code, trouble_after_kill(tmp_path / name, clean) or again(refreshes, name, clean, raw)

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(trial, range(KILLS)))
    assert [problem for _, problem in outcomes if problem] == []
    assert sum(code != 0 for code, _ in outcomes) >= KILLS // 2, "most kills must strike before the end"


def trouble_after_kill(data: Path, clean: Tables) -> str:
    """What a reader would meet right after the kill: nothing published yet, or a whole file."""
    link = data / "headway.duckdb"
    if not link.exists():
        return ""
    return "" if tables(link) == clean else f"{data.name}: a reader sees a half-published file"


def again(refreshes: Refreshes, name: str, clean: Tables, raw: Tables) -> str:
    """Run the refresh to its end and compare."""
    if (code := refreshes.run(name)) != 0:
        return f"{name}: the next refresh exits {code}"
    if raw_tables(refreshes.folder / name) != raw:
        return f"{name}: the ledger differs"
    if tables(refreshes.folder / name / "headway.duckdb") != clean:
        return f"{name}: the published tables differ"
    left = [p.name for p in (refreshes.folder / name / "snapshots").iterdir() if not p.name.startswith("headway-")]
    return f"{name}: left over: {left}" if left else ""


def test_a_lock_that_a_killed_refresh_held_is_free(tmp_path: Path, schema_path: Path) -> None:
    with serve(company.datasets(), schema=schema_path, latency_ms=200) as github:
        refreshes = Refreshes(tmp_path, github.url)
        refreshes.run("data", kill_once=tmp_path / "data" / "refresh.lock")
        assert (tmp_path / "data" / "refresh.lock").exists()
        assert refreshes.run("data") == 0


def test_a_ledger_with_a_log_left_by_a_kill_is_backed_up_whole(tmp_path: Path) -> None:
    from collectors.store import Store

    path = tmp_path / "ledger.duckdb"
    with Store(path, "test") as store:
        store.set_watermark("github", "x", "feed", "2026-01-01T00:00:00Z")
    pid = os.fork()
    if pid == 0:  # commit, and die before the log is folded into the file
        store = Store(path, "test")
        store.set_watermark("github", "y", "feed", "2026-01-02T00:00:00Z")
        os._exit(0)
    os.waitpid(pid, 0)
    assert Path(f"{path}.wal").exists()
    for stale in (tmp_path / "backups").glob("*"):
        stale.unlink()
    with Store(path, "test") as store:
        assert len(store.rows("from watermarks")) == 2
    (backup,) = (tmp_path / "backups").glob("*.duckdb")
    assert backup.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(backup), read_only=True) as db:
        assert db.execute("select count(*) from watermarks").fetchall() == [(2,)]


@pytest.fixture(autouse=True)
def _no_token_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
