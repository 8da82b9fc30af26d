"""Experiments in files of repositories, read with each new head of the default branch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collectors.ledger.opening import open_ledger
from tests.support.command import Desk
from tests.support.company.expand import expand
from tests.support.company.source import Push
from tests.support.github_server import Server, serve
from tests.support.refreshing import publish_tables, raw_tables, refresh
from tests.support.tracker import SHOP, WEB

REPOS = ["acme/shop", "acme/web"]
FIRST, SECOND, THIRD = "2026-01-01 09:00", "2026-01-10 09:00", "2026-01-20 09:00"
HEADER = "key,title,started_on,decision,decided_on\n"
TABLE = HEADER + "E1,Short form,2026-01-02,,\nE2,Long form,2026-01-03,killed,2026-01-05\n"
PAGE = "---\nstarted_at: 2026-01-04\n---\nWe try it.\n"
BROKEN = HEADER + "E1,Short form,2026-01-02,perhaps,\n"
PERHAPS = (
    "acme/shop: experiments.csv, line 2, column 4: 'perhaps' is not a decision; "
    "write kept, killed or inconclusive; or remove it from [github] experiments"
)
Texts = Mapping[str, Sequence[tuple[str, str | None]]]


def world(files: Texts, pushes: Sequence[str] = (FIRST,)) -> dict[str, dict[str, Any]]:
    """Return the datasets of a shop with these files, and pushes at these times."""
    heads = [Push(index, time, "Change", "ada") for index, time in enumerate(pushes)]
    return expand([dataclasses.replace(SHOP, files=files, pushes=heads), WEB])


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve(world({}), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """Return the server without faults afterwards."""
    yield shared
    shared.as_of(None)
    shared.faults([])


def experiments_in(data: Path) -> list[tuple[str, str, str | None]]:
    """Return file, key and decision of the experiments in the ledger."""
    sql = (
        "select file, key, decision from imported_experiments "
        "join imports using (import_id) order by all"
    )
    with open_ledger(data / "ledger.duckdb", "test") as store:
        assert all(row["source"] == "github" for row in store.rows("from imports"))
        return [(row["file"], row["key"], row["decision"]) for row in store.rows(sql)]


def test_files_are_read_with_each_new_head(github: Server, tmp_path: Path) -> None:
    table = [(FIRST, TABLE), (SECOND, HEADER + "E1,Short form,2026-01-02,kept,2026-01-09\n")]
    pages: Texts = {
        "experiments/a.md": [(FIRST, PAGE), (THIRD, None)],
        "experiments/b.md": [(SECOND, PAGE)],
    }
    other: Texts = {
        "experiments/notes.txt": [(FIRST, "no")],
        "experiments/README.md": [(FIRST, "# All of them\n")],
    }
    github.reload(world({"experiments.csv": table, **pages, **other}, [FIRST, SECOND, THIRD]))
    expected = {
        "2026-01-05T00:00:00Z": [
            ("experiments.csv", "E1", None),
            ("experiments.csv", "E2", "killed"),
            ("experiments/a.md", "a", None),
        ],
        "2026-01-15T00:00:00Z": [
            ("experiments.csv", "E1", "kept"),
            ("experiments/a.md", "a", None),
            ("experiments/b.md", "b", None),
        ],
        "2026-01-25T00:00:00Z": [
            ("experiments.csv", "E1", "kept"),
            ("experiments/b.md", "b", None),
        ],
    }
    for moment, rows in expected.items():
        github.as_of(moment)
        refresh(tmp_path, github.url, REPOS)
        assert experiments_in(tmp_path) == rows
        github.reset()
        assert {result.status for result in refresh(tmp_path, github.url, REPOS)} == {"unchanged"}
        assert github.stats()["requests"] == 1
        assert experiments_in(tmp_path) == rows
    reported = publish_tables(tmp_path, date(2026, 2, 1))["experiments"]
    assert {("acme/shop", "E1"), ("acme/shop", "b")} <= {row[:2] for row in reported}


def test_changed_paths_are_read_at_once_and_a_folder_can_have_many_files(
    github: Server, tmp_path: Path
) -> None:
    many = {f"docs/tests/{n:03}.md": [(FIRST, PAGE)] for n in range(120)}
    github.reload(world({"experiments.csv": [(FIRST, TABLE)], **many}))
    refresh(tmp_path, github.url, REPOS)
    assert len(experiments_in(tmp_path)) == 2
    refresh(tmp_path, github.url, REPOS, experiments=["docs/tests/", "nothing.csv"])
    assert [file for file, _, _ in experiments_in(tmp_path)] == sorted(many)
    refresh(tmp_path, github.url, REPOS, experiments=[])
    assert experiments_in(tmp_path) == []


def test_invalid_file_keeps_its_last_valid_content_and_stops_nothing_else(
    github: Server, tmp_path: Path
) -> None:
    table = [(FIRST, TABLE), (SECOND, BROKEN), (THIRD, HEADER + "E3,New,2026-01-19,,\n")]
    github.reload(
        world(
            {"experiments.csv": table, "experiments/a.md": [(SECOND, PAGE)]}, [FIRST, SECOND, THIRD]
        )
    )
    github.as_of("2026-01-05T00:00:00Z")
    refresh(tmp_path, github.url, REPOS)
    before = experiments_in(tmp_path)
    github.as_of("2026-01-15T00:00:00Z")
    for _ in range(2):  # until it is corrected
        results = {result.repo: result for result in refresh(tmp_path, github.url, REPOS)}
        assert (results["acme/shop"].status, results["acme/shop"].message) == ("failed", PERHAPS)
        assert experiments_in(tmp_path) == [*before, ("experiments/a.md", "a", None)]
    whole = tmp_path / "whole"
    refresh(whole, github.url, REPOS, experiments=[])
    assert raw_tables(tmp_path) == raw_tables(whole)
    github.as_of(None)
    assert {result.status for result in refresh(tmp_path, github.url, REPOS)} == {
        "read",
        "unchanged",
    }
    assert experiments_in(tmp_path) == [
        ("experiments.csv", "E3", None),
        ("experiments/a.md", "a", None),
    ]


def test_file_without_text_is_reported(github: Server, tmp_path: Path) -> None:
    datasets = world(
        {
            "experiments.csv": [(FIRST, TABLE)],
            "experiments/a.md": [(FIRST, "---\nstarted_on: [a]\n---\n")],
        }
    )
    datasets["acme/shop"]["texts"] = {
        oid: text for oid, text in datasets["acme/shop"]["texts"].items() if text != TABLE
    }
    github.reload(datasets)
    (message,) = (
        result.message
        for result in refresh(tmp_path, github.url, REPOS)
        if result.status == "failed"
    )
    assert message == (
        "acme/shop: experiments.csv: no text, or more than GitHub returns; split it; "
        "or remove it from [github] experiments (and 1 more)"
    )


def test_renamed_repository_keeps_its_experiments(github: Server, tmp_path: Path) -> None:
    datasets = world({"experiments.csv": [(FIRST, TABLE)]})
    github.reload(datasets)
    refresh(tmp_path, github.url, REPOS)
    renamed = datasets.pop("acme/shop")
    renamed["repository"] |= {"name_with_owner": "acme/store", "former_names": ["acme/shop"]}
    github.reload({**datasets, "acme/store": renamed})
    refresh(tmp_path, github.url, REPOS)
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        assert {row["account"] for row in store.rows("from imports")} == {"acme/store"}
    assert len(experiments_in(tmp_path)) == 2


def test_refresh_reports_an_invalid_file_publishes_the_rest_and_exits_1(
    github: Server, tmp_path: Path
) -> None:
    github.reload(world({"experiments.csv": [(FIRST, BROKEN)]}))
    desk = Desk(tmp_path / "desk")
    desk.folder.mkdir()
    desk.set_up(github.url, REPOS)
    done = desk.run("refresh")
    assert (done.code, done.problem) == (1, PERHAPS)
    assert desk.rows("select count(*) from issues") == [(4,)]
    assert desk.run("check").code == 3
    settings = (desk.folder / "headway.toml").read_text("utf-8")
    corrected = settings.replace("[github]\n", "[github]\nexperiments = []\n")
    (desk.folder / "headway.toml").write_text(corrected, encoding="utf-8")
    assert desk.run("refresh").code == 0
    assert desk.run("check").code == 0
