"""Refresh during faults of every kind at one request in five: it ends and loses no row.

``HEADWAY_FAULT_SEEDS`` is the number of runs; each has other faults at other requests.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from collectors.github.client import RetryPolicy
from tests.support import company
from tests.support.github_server import Server, serve
from tests.support.github_server.client import data
from tests.support.refreshing import Tables, publish_tables, raw_tables, refresh

SEEDS = int(os.environ.get("HEADWAY_FAULT_SEEDS", "2"))
SHARE = 0.2
#: more requests than a refresh sends, however often it repeats them
REQUESTS = 400
REPOS = list(company.datasets())
QUICK = RetryPolicy(first_pause_s=0.01, timeout_s=1, unnamed_wait_s=0.05)
KINDS: list[dict[str, Any]] = [
    *({"kind": "status", "status": status} for status in (500, 502, 503, 504)),
    {"kind": "status", "status": 503, "retry_after": 0.1},
    *({"kind": "secondary", "status": status, "retry_after": 0.1} for status in (200, 403, 429)),
    *({"kind": "secondary", "status": status, "is_bare": True} for status in (200, 403, 429)),
    *(
        {"kind": kind}
        for kind in ("timeout", "went_wrong", "resource_limits", "unauthorized", "html", "redirect")
    ),
    *(
        {"kind": kind}
        for kind in (
            "partial",
            "null_node",
            "reset",
            "cut",
            "truncate",
            "empty",
            "primary",
            "stall",
        )
    ),
    {"kind": "slow", "seconds": 0.2},
    {"kind": "skew"},
]
#: faults that need no retry
HARMLESS = {"slow", "skew", "redirect"}


def plan(seed: int) -> list[dict[str, Any]]:
    """Return faults at one request in five, each kind equally often."""
    dice = random.Random(seed)
    kinds = cycle(dice.sample(range(len(KINDS)), len(KINDS)))
    struck = [(next(kinds), index) for index in range(1, REQUESTS) if dice.random() < SHARE]
    return [
        fault | {"at": [index for n, index in struck if n == number]}
        for number, fault in enumerate(KINDS)
    ]


@pytest.fixture(scope="module")
def github(schema_path: Path) -> Iterator[Server]:
    """Return the company's GitHub, whose budgets refill every second."""
    with serve(company.datasets(), schema=schema_path, window_s=1) as server:
        yield server


@pytest.fixture(scope="module")
def clean(github: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a refresh without faults."""
    folder = tmp_path_factory.mktemp("clean")
    refresh(folder, github.url, REPOS)
    return folder


@pytest.fixture(scope="module")
def raw(clean: Path) -> Tables:
    """Return the raw tables of that refresh."""
    return raw_tables(clean)


def published(folder: Path) -> Tables:
    """Return the published tables of a ledger."""
    return publish_tables(folder, company.AS_OF, people_csv=company.PEOPLE)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_faults_at_one_request_in_five_lose_no_row_and_are_reported(
    github: Server, tmp_path: Path, clean: Path, raw: Tables, seed: int
) -> None:
    messages: list[str] = []
    github.faults(plan(seed))
    github.reset()
    results = refresh(
        tmp_path,
        github.url,
        REPOS,
        report=lambda step: messages.append(step.note),
        retry_policy=QUICK,
    )
    stats = github.stats()
    github.faults([])
    assert {(result.status, result.message) for result in results} == {("read", "")}
    assert raw_tables(tmp_path) == raw
    struck = {kind: count for kind, count in stats["faults"].items() if kind not in HARMLESS}
    assert sum(struck.values()) > 0
    assert re.search(
        r": (waited [^,]+ for GitHub's limits, )?repeated \d+ requests?( \([^)]+\))?$", messages[-1]
    )
    if SEEDS >= 10:  # equal rows are published alike, which test_issues tries
        assert published(tmp_path) == published(clean)


def test_item_that_github_never_returns_does_not_block_the_others(
    github: Server, tmp_path: Path, raw: Tables
) -> None:
    query = 'query { repository(owner: "acme", name: "shop") { pullRequest(number: 7) { id } } }'
    seventh = data(github, query)["repository"]["pullRequest"]["id"]
    github.faults([{"kind": "timeout", "body": f'"{seventh}"', "every": 1}])
    results = {
        result.repo: result for result in refresh(tmp_path, github.url, REPOS, retry_policy=QUICK)
    }
    assert {result.status for result in results.values()} == {"read"}
    assert "1 pull request or issue will be requested again" in results["acme/shop"].message
    assert len(raw_tables(tmp_path)["github_pull_requests"]) == len(raw["github_pull_requests"]) - 1
    github.faults([])
    refresh(tmp_path, github.url, REPOS, retry_policy=QUICK)
    assert raw_tables(tmp_path) == raw
