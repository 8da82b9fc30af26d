"""Deletions, transfers and renames at GitHub: the ledger then equals a backfill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.github import deletions
from collectors.github.graphql import DETAILS_VERSION
from collectors.ledger.opening import open_ledger
from collectors.source import Progress
from tests.support.company.expand import expand
from tests.support.github_server import Server, changes, serve
from tests.support.independent.histories import history
from tests.support.refreshing import Tables, publish_file, publish_tables, raw_tables, refresh
from tests.support.tracker import SHOP, WEB

REPOS = ["acme/shop", "acme/web"]
DICE = ["dice/1", "dice/2"]
AT = "2026-01-04T00:00:00Z"
DAYS = [date(2026, 1, 5), date(2025, 7, 1)]
LAST = date(2026, 2, 1)
Raw = dict[str, Any]


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve(expand([SHOP, WEB]), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Server:
    """Return two small repositories before any change."""
    shared.reload(expand([SHOP, WEB]))
    shared.reset()
    return shared


def rows(data: Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query on a ledger."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return store.rows(sql)


def deleted_numbers(data: Path) -> dict[str, list[int]]:
    """Return the numbers of deleted items, by table."""
    tables = ("github_issues", "github_pull_requests", "github_discussions")
    sql = "select number from {} where deleted_at is not null order by number"
    return {table: [row["number"] for row in rows(data, sql.format(table))] for table in tables}


def histories() -> dict[str, Raw]:
    """Return two repositories with each kind of event."""
    return {f"dice/{seed}": history(seed, 25) for seed in (1, 2)}


def number_of(dataset: Raw, kind: str, index: int = 0) -> int:
    """Return the number of an item."""
    number: int = dataset[kind][index]["number"]
    return number


def with_all_changes(datasets: dict[str, Raw]) -> dict[str, Raw]:
    """Return the datasets after each change that the feed does not list."""
    first, second = datasets["dice/1"], datasets["dice/2"]
    for kind in ("issues", "pulls", "discussions"):
        changes.delete(first, number_of(first, kind, 1))
    changes.transfer(datasets, number_of(first, "issues"), "dice/1", "dice/2", AT)
    changes.transfer(datasets, number_of(second, "issues"), "dice/2", "dice/1", AT, keeps_id=False)
    changes.transfer(datasets, number_of(second, "discussions"), "dice/2", "dice/1", AT)
    for dataset in (first, second):
        changes.rename_label(dataset, "papercut", 'UX "debt" \\1')
        changes.delete_label(dataset, "bug")
        changes.rename_milestone(dataset, "Sprint 1", "Capability: two", AT)
    changes.rename_label(first, "a11y", "accessible")
    changes.rename_user(first, "cem", "cem-x")
    changes.rename_user(second, "renovate", "renovate-two")
    return changes.rename_repository(datasets, "dice/2", "craft/two")


def published(data: Path, people: Path | None = None) -> list[Tables]:
    """Return the published tables as of the last day and as of an earlier one."""
    return [publish_tables(data, day, people_csv=people) for day in DAYS]


def differing(first: Sequence[Tables], second: Sequence[Tables]) -> list[str]:
    """Return the tables that differ; counts of months that became empty are left out."""
    names = first[0].keys() - {"reconciliation"}
    return [
        name for a, b in zip(first, second, strict=True) for name in names if a[name] != b[name]
    ]


def test_tables_equal_a_backfill_after_changes_that_the_feed_omits(
    github: Server, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "login,team\n" + "".join(f"{login},core\n" for login in ("ann", "bob", "cem", "dee", "eva"))
    )
    github.reload(histories())
    refresh(tmp_path, github.url, DICE)
    github.reload(with_all_changes(histories()))
    fresh = tmp_path / "fresh"
    refresh(fresh, github.url, DICE)
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(people.read_text().replace("cem,", "cem-x,"))
    whole = published(fresh, renamed)
    assert {result.status for result in refresh(tmp_path, github.url, DICE)} == {"read"}
    refresh(tmp_path, github.url, DICE)
    assert {result.status for result in refresh(tmp_path, github.url, DICE)} == {"unchanged"}
    assert differing(published(tmp_path, people), whole) == []
    labels = {label for *_, labels, _ in whole[0]["issues"] for label in labels}
    assert {'UX "debt" \\1', "accessible"} <= labels and not labels & {"papercut", "a11y"}


class KilledError(Exception):
    """Stop of a refresh between two requests."""


def killed_after(steps: int) -> Any:
    """Return a report that stops a refresh after a number of steps."""
    remaining = iter(range(steps))

    def report(_: Progress) -> None:
        if next(remaining, None) is None:
            raise KilledError

    return report


def test_refresh_killed_between_two_requests_ends_as_an_undisturbed_one(
    github: Server, tmp_path: Path
) -> None:
    github.reload(histories())
    for data in (tmp_path / "whole", tmp_path / "killed"):
        refresh(data, github.url, DICE)
    github.reload(with_all_changes(histories()))
    for _ in range(2):
        refresh(tmp_path / "whole", github.url, DICE)
    kills = 0
    for steps in range(30):
        try:
            refresh(tmp_path / "killed", github.url, DICE, report=killed_after(steps))
            break
        except KilledError:
            kills += 1
    assert kills > 3
    refresh(tmp_path / "killed", github.url, DICE)
    assert deleted_numbers(tmp_path / "killed") == deleted_numbers(tmp_path / "whole")
    reported, whole = (present(tmp_path / name) for name in ("killed", "whole"))
    assert [name for name in whole if reported[name] != whole[name]] == []


def present(data: Path) -> Tables:
    """Return the raw rows without deleted items."""
    tables = raw_tables(data)
    for name in deleted_numbers(data):
        tables[name] = [row for row in tables[name] if row[-1] is None]
    return tables


# -- single changes -------------------------------------------------------------------------------


def again(github: Server, data: Path, datasets: dict[str, Raw]) -> list[str]:
    """Refresh after a change of the datasets; return status and message by repository."""
    github.reload(datasets)
    github.reset()
    results = sorted(refresh(data, github.url, REPOS), key=lambda result: result.repo)
    return [
        f"{result.status}{'; ' if result.message else ''}{result.message}" for result in results
    ]


def test_deleted_item_is_removed_and_restored_item_returns(github: Server, tmp_path: Path) -> None:
    refresh(tmp_path, github.url, REPOS)
    whole = publish_tables(tmp_path, LAST)
    datasets = expand([SHOP, WEB])
    changes.delete(datasets["acme/shop"], 1)
    changes.delete(datasets["acme/shop"], 4)
    message = again(github, tmp_path, datasets)
    assert message == ["read; 1 issue is deleted; 1 discussion is deleted", "unchanged"]
    assert deleted_numbers(tmp_path) == {
        "github_issues": [1],
        "github_pull_requests": [],
        "github_discussions": [4],
    }
    reported = publish_tables(tmp_path, LAST)
    assert len(reported["issues"]) == len(whole["issues"]) - 2
    assert reported["pull_request_issues"] == []
    again(github, tmp_path, datasets)  # the pull request that closed it
    assert again(github, tmp_path, datasets) == ["unchanged", "unchanged"]
    assert github.stats()["requests"] == 1
    again(github, tmp_path, expand([SHOP, WEB]))
    assert deleted_numbers(tmp_path) == {name: [] for name in github_tables()}
    assert publish_tables(tmp_path, LAST)["issues"] == whole["issues"]


def test_item_that_refers_to_a_deleted_item_is_read_again(github: Server, tmp_path: Path) -> None:
    datasets = histories()
    github.reload(datasets)
    refresh(tmp_path, github.url, ["dice/2"])
    by_name = """
        select number from (
            select number, unnest(from_json(node->'timelineItems', '["json"]')) as event
            from github_issues
        ) where (event->>'$.closer.number')::integer = 10"""
    assert rows(tmp_path, by_name) == [{"number": 8}]
    changes.delete(datasets["dice/2"], 10)
    github.reload(datasets)
    refresh(tmp_path, github.url, ["dice/2"])
    assert rows(tmp_path, by_name) == []


def github_tables() -> list[str]:
    """Return the tables of items that can be deleted."""
    return [table for table, _, _ in deletions.KINDS.values()]


def test_counted_but_unlisted_items_are_scanned_for_once(
    github: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    shop = datasets["acme/shop"]
    shop["repository"]["unlisted"] = {"issues": 2}
    line = "read; GitHub counts 5 issues, 3 could be read"
    assert again(github, tmp_path, datasets)[0] == line
    shop["repository"]["topics"] = ["one"]
    assert again(github, tmp_path, datasets)[0] == "read"
    monkeypatch.setattr(deletions, "RESCAN_AFTER", timedelta(0))
    shop["repository"]["topics"] = ["two"]
    assert again(github, tmp_path, datasets)[0] == line
    monkeypatch.undo()
    changes.delete(shop, 2)  # deleted, though GitHub counts more than it lists
    assert again(github, tmp_path, datasets)[0] == (
        "read; 1 issue is deleted; GitHub counts 4 issues, 2 could be read"
    )
    assert deleted_numbers(tmp_path)["github_issues"] == [2]


@pytest.mark.parametrize("signal", ["node", "moved", "months"])
def test_deletion_with_an_equal_count_is_detected_by_another_signal(
    github: Server, tmp_path: Path, signal: str
) -> None:
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    datasets["acme/shop"]["repository"] |= {"unlisted": {"issues": 1}, "topics": ["changed"]}
    if signal == "moved":
        changes.transfer(datasets, 2, "acme/shop", "acme/web", "2026-01-06T08:00:00Z")
    else:
        changes.delete(datasets["acme/shop"], 2)
    assert again(github, tmp_path, datasets)[0] == "read"
    assert deleted_numbers(tmp_path)["github_issues"] == []
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        stored = store.rows("select host, repo_id, number from github_issues where repo_id = 101")
        if signal == "months":
            watermark = f"{stored[0]['host']}/101"
            store.set_watermark("github", watermark, "gaps", [["issue", "2026-01", 3, 2]])
        else:
            store.merge(
                "github_issues", [row | {"details_version": DETAILS_VERSION - 1} for row in stored]
            )
    message = again(github, tmp_path, datasets)[0]
    assert message == "read; 1 issue is deleted; GitHub counts 3 issues, 2 could be read"
    assert deleted_numbers(tmp_path)["github_issues"] == [2]
    assert again(github, tmp_path, datasets)[0] == "unchanged"


def test_label_renamed_in_an_unchanged_repository_is_read(github: Server, tmp_path: Path) -> None:
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    changes.rename_label(datasets["acme/shop"], "later", "soon")
    assert again(github, tmp_path, datasets) == ["read", "unchanged"]
    names = rows(
        tmp_path,
        "select name from github_names where kind = 'label' order by seen_at desc, name limit 1",
    )
    assert names == [{"name": "soon"}]


@pytest.mark.parametrize("is_reassigned", [False, True])
def test_former_login_in_the_people_file_belongs_to_its_current_owner(
    github: Server, tmp_path: Path, is_reassigned: bool
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "login,team\n" + "".join(f"{login},core\n" for login in ("Zoe", "b", "c", "d", "e"))
    )
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    shop = datasets["acme/shop"]
    changes.rename_user(shop, "zoe", "zoe-lee")
    if is_reassigned:
        shop["users"]["zoe"] = {"id": "U_other"}
        shop["issues"][0]["author"] = "zoe-lee"
        message = {
            "author": "zoe",
            "association": "NONE",
            "body": "",
            "created_at": AT,
            "updated_at": AT,
        }
        shop["issues"][2]["comments"].append(message)
    again(github, tmp_path, datasets)
    refresh(tmp_path, github.url, REPOS, full=True)
    path = publish_file(tmp_path, LAST, people_csv=people)
    with duckdb.connect(str(path), read_only=True) as db:
        issue = db.execute(
            "select author, is_outside_author from issues where number = 1 and repo = 'acme/shop'"
        )
        assert issue.fetchall() == [("zoe-lee", is_reassigned)]
