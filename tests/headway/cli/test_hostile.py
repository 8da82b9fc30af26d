"""Hostile answers of GitHub about one repository: the others are read and published.

Seeded mutations of the answers of the local GitHub: types, sizes, depth, pages, times, clocks and
the token of the request. ``HEADWAY_HOSTILE_SEEDS`` is the number of runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.github.client import RetryPolicy
from tests.support import company
from tests.support.canned_server import Canned, canned
from tests.support.command import FACTS, WINDOW_S, Desk
from tests.support.github_server import TOKEN, Server, serve
from tests.support.hostile import Relay, relay
from tests.support.refreshing import refresh as read

SEEDS = int(os.environ.get("HEADWAY_HOSTILE_SEEDS", "1"))
#: seconds of one refresh, on a machine that does other things too
LONGEST_S = 300
MEMORY = 1_000_000_000
QUICK = RetryPolicy(first_pause_s=0.001, timeout_s=20, unnamed_wait_s=0.01, max_wait_s=3)
VICTIM, OTHER = "acme/shop", "acme/infra"


@pytest.fixture(scope="module")
def github(schema_path: Path) -> Iterator[Server]:
    """The company's GitHub with the two repositories."""
    datasets = {name: company.datasets()[name] for name in (VICTIM, OTHER)}
    with serve(datasets, schema=schema_path, window_s=WINDOW_S) as server:
        yield server


@pytest.fixture(scope="module")
def hostile(github: Server) -> Iterator[Relay]:
    """A relay that can mutate the answers about the victim."""
    identity = company.datasets()[VICTIM]["repository"]["database_id"]
    with relay(github.url, VICTIM.partition("/")[2], identity) as running:
        yield running


@pytest.fixture(scope="module")
def desk(hostile: Relay, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has read both repositories through the relay."""
    desk = Desk(tmp_path_factory.mktemp("clean"))
    desk.folder.mkdir(parents=True, exist_ok=True)
    desk.set_up(hostile.url, (VICTIM, OTHER))
    assert desk.run("refresh").code == 0
    return desk


def facts(desk: Desk, repo: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the published rows of one repository."""
    return {name: desk.rows(f"from {name} where repo = '{repo}' order by all") for name in FACTS}


def pieces(token: str) -> list[bytes]:
    """Return the token's pieces of eight characters."""
    return [token[index : index + 8].encode() for index in range(len(token) - 7)]


def peak_memory(pid: int) -> int:
    """Return the most bytes that a process has had in memory; 0 after its end."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def refresh(desk: Desk) -> None:
    """Refresh through the relay; fail if it takes too long, ends badly or lets the token out."""
    began, peak = time.monotonic(), 0
    with desk.start("refresh", "--max-wait", "5") as running:
        while running.process.is_alive() and time.monotonic() < began + LONGEST_S:
            peak = max(peak, peak_memory(running.pid))
            running.process.join(0.1)
        done = running.done(timeout=0)
    assert 0 < peak < MEMORY
    assert done.code in (0, 1), done.err
    assert "Traceback" not in done.err
    contents = [done.out.encode(), done.err.encode(), *desk.files().values()]
    for piece in pieces(TOKEN):
        assert not any(piece in content for content in contents)
    assert desk.rows("select as_of from snapshot")[0][0] < datetime.now(UTC).date()


@contextlib.contextmanager
def struck(hostile: Relay, seed: int) -> Iterator[None]:
    """Mutate the answers about the victim in the block."""
    hostile.seed, hostile.requests = seed, 0
    hostile.mutated, hostile.replaced, hostile.dated = 0.9, 0.1, 0.1
    hostile.is_endless = seed % 3 == 1
    try:
        yield
    finally:
        hostile.mutated = hostile.replaced = hostile.dated = 0.0
        hostile.is_endless = False


@pytest.mark.parametrize("seed", range(1000, 1000 + 3 * SEEDS))
def test_hostile_answers_end_one_repository_at_most(
    hostile: Relay, tmp_path: Path, seed: int
) -> None:
    with struck(hostile, seed):
        results = read(tmp_path, hostile.url, (VICTIM, OTHER), retry_policy=QUICK)
    status = {result.repo: result.status for result in results}
    assert status.pop(OTHER) == "read"
    assert set(status.values()) <= {"read", "failed"}
    ledger = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [piece for piece in pieces(TOKEN) if piece in ledger]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_hostile_answers_about_one_repository_leave_the_other_and_heal(
    desk: Desk, hostile: Relay, tmp_path: Path, seed: int
) -> None:
    victim = Desk(tmp_path)
    victim.set_up(hostile.url, (VICTIM, OTHER))
    with struck(hostile, seed):
        refresh(victim)
    assert facts(victim, OTHER) == facts(desk, OTHER)
    assert victim.run("refresh", "--full").code == 0  # wrong and valid values stay until then
    assert facts(victim, OTHER) == facts(desk, OTHER)
    assert facts(victim, VICTIM) == facts(desk, VICTIM)


def test_answers_of_one_byte_a_second_end_at_their_timeout(
    desk: Desk, hostile: Relay, tmp_path: Path
) -> None:
    with canned([Canned(body=b" " * 400, drip_s=1.0)]) as vendor:
        slow = Desk(
            tmp_path,
            {**desk.env, "HEADWAY_OPENAI_URL": vendor.url, "OPENAI_ADMIN_KEY": "sk-admin-Ze4kTr0B"},
        )
        slow.set_up(hostile.url, (VICTIM, OTHER))
        hostile.drip_s, began = 1.0, time.monotonic()
        try:
            done = slow.run("refresh", "--timeout", "2")
        finally:
            hostile.drip_s = 0.0
    assert done.code == 1
    assert time.monotonic() < began + 60
    assert "an answer that does not end after 2 tries" in done.err  # the repository
    assert "no complete answer within 2 s" in done.err  # OpenAI
    assert facts(slow, OTHER) == facts(desk, OTHER)


def test_invalid_times_in_an_older_ledger_cost_their_items_alone(
    desk: Desk, tmp_path: Path
) -> None:
    older = desk.copy(tmp_path / "older")
    times = ["2026-13-45T00:00:00Z", "", "+294248-01-01T00:00:00Z"]
    with duckdb.connect(str(older.folder / "data" / "ledger.duckdb")) as db:
        sql = "select distinct number from github_pull_requests order by number desc limit 3"
        for (number,), time in zip(db.execute(sql).fetchall(), times, strict=True):
            db.execute(
                "update github_pull_requests set node = json_merge_patch(node, ?) "
                "where number = ? and repo_id = (select max(repo_id) from github_pull_requests "
                "where number = ?)",
                [json.dumps({"createdAt": time}), number, number],
            )
    assert older.run("publish").code == 0
    sql = "select count(*) from pull_requests"
    assert older.rows(sql)[0][0] == desk.rows(sql)[0][0] - 3
