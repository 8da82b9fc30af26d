"""Items that change during paging: the clock moves between requests; none is skipped."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collectors.github import changes as feed_changes
from collectors.github import deletions, sync
from collectors.github.lists import DiscussionList, NewestFirstList
from collectors.ledger.opening import open_ledger
from collectors.source import Progress
from tests.support.github_server import Server, changes, serve
from tests.support.independent.histories import history
from tests.support.refreshing import Tables, publish_tables, raw_tables, refresh

#: `make soak` runs 50
SEEDS = int(os.environ.get("HEADWAY_PAGING_SEEDS", "2"))
COUNT, MOMENTS = 30, 60
REPO = "dice/1"
END = "2026-01-04T00:00:00Z"
Raw = dict[str, Any]


@pytest.fixture(scope="module")
def github(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve({REPO: history(1, COUNT)}, schema=schema_path) as server:
        yield server


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the page sizes, so that a small repository has many pages."""
    for module in (feed_changes, sync):
        monkeypatch.setattr(module, "PAGE", 3)
    monkeypatch.setattr(deletions, "PAGE", 3)
    for name in ("BATCH_START", "BATCH_MOST"):
        monkeypatch.setattr(sync, name, 2)
    for kind in (NewestFirstList, DiscussionList):
        monkeypatch.setattr(kind, "size", 2)


def moments(dice: random.Random, dataset: Raw, count: int) -> list[str]:
    """Return sorted times of the later half of changes: the first read has several pages."""
    every = [row["updated_at"] for kind in ("issues", "pulls") for row in dataset[kind]]
    every += [
        row["created_at"] for kind in ("issues", "pulls", "discussions") for row in dataset[kind]
    ]
    every += [
        event["created_at"]
        for kind in ("issues", "pulls")
        for row in dataset[kind]
        for event in row["events"]
    ]
    return sorted(dice.choices(every, k=2 * count))[count:]


def present(data: Path) -> Tables:
    """Return the raw rows without deleted items, former names and empty counted months.

    A closing pull request does not change the issue: either document may have the reference,
    and models read both. So the pairs are compared instead of the lists.
    """
    tables = {name: rows for name, rows in raw_tables(data).items() if name != "github_names"}
    pairs: set[tuple[str, ...]] = set()
    for table, _, _ in deletions.KINDS.values():
        tables[table] = [
            tuple(paired(cell, row, pairs) for cell in row)
            for row in tables[table]
            if row[-1] is None
        ]
    return (
        tables
        | {"pairs": sorted(pairs)}
        | {"github_counts": [row for row in tables["github_counts"] if row[-1]]}
    )


def published(data: Path) -> Tables:
    """Return the published tables without months that are empty in ledger and counts."""
    tables = publish_tables(data, date.fromisoformat(END[:10]))
    return tables | {
        "reconciliation": [row for row in tables["reconciliation"] if row[3:] != (0, 0, 0)]
    }


def paired(cell: Any, row: tuple[Any, ...], pairs: set[tuple[str, ...]]) -> Any:
    """Return a cell; of a document, move the closing references to the pairs."""
    if not isinstance(cell, str) or not cell.startswith("{"):
        return cell
    document = json.loads(cell)
    here = f"{row[0]}#{row[1]}"
    for name, is_issue in (
        ("closingIssuesReferences", False),
        ("closedByPullRequestsReferences", True),
    ):
        for item in document.pop(name, ()):
            there = f"{item['repository']['databaseId']}#{item['number']}"
            pairs.add((there, here) if is_issue else (here, there))
    return document


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_item_is_skipped_while_the_clock_moves(
    github: Server, tmp_path: Path, seed: int
) -> None:
    dice, datasets = random.Random(seed), {REPO: history(seed + 1, COUNT)}
    datasets[REPO]["repository"] |= {"name_with_owner": REPO, "database_id": 1}
    deleted_kinds = {
        step: kind
        for kind in ("issues", "pulls", "discussions")
        for step in [dice.randrange(5, MOMENTS - 10)]
    }
    github.reload(datasets)
    github.reset()
    github.clock(moments(dice, datasets[REPO], MOMENTS))
    steps = iter(range(10_000))

    def report(_: Progress) -> None:
        """Delete an item at the chosen steps."""
        kind = deleted_kinds.get(next(steps))
        if kind and datasets[REPO].get(kind):
            changes.delete(datasets[REPO], dice.choice(datasets[REPO][kind])["number"])
            github.reload(datasets)

    incremental, fresh = tmp_path / "incremental", tmp_path / "fresh"
    while github.stats()["requests"] < MOMENTS:
        (result,) = refresh(incremental, github.url, [REPO], report=report)
        assert result.status in ("read", "unchanged"), result.message
    github.clock([END])
    assert [refresh(incremental, github.url, [REPO])[0].status for _ in range(3)][-1] == "unchanged"
    refresh(fresh, github.url, [REPO])
    reported, whole = present(incremental), present(fresh)
    assert [name for name in whole if reported[name] != whole[name]] == []
    if seed == 0 or SEEDS >= 10:
        reported, whole = published(incremental), published(fresh)
        assert [name for name in whole if reported[name] != whole[name]] == []
    with open_ledger(incremental / "ledger.duckdb", "test") as store:
        assert store.rows("from github_queue") == []
