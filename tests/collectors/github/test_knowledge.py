"""Knowledge files: requests, truncated folders, links, and parts that fail."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from collectors.ledger.opening import open_ledger
from tests.support.company.expand import expand
from tests.support.company.source import Push
from tests.support.github_server import Server, serve
from tests.support.refreshing import refresh
from tests.support.tracker import SHOP, WEB

FIRST, SECOND = "2026-01-01 09:00", "2026-01-10 09:00"
READ_AT = ("2026-01-05T00:00:00Z", "2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z")
TREES = "GET /repos/{owner}/{repo}/git/trees/{sha}"
RULES = "- Keep it.\n" * 6
FILES = {
    "AGENTS.md": [(FIRST, RULES)],
    "src/AGENTS.md": [(FIRST, RULES), (SECOND, RULES + "- And that.\n")],
    "src/deep/down/AGENTS.md": [(FIRST, RULES)],
    ".github/CODEOWNERS": [(FIRST, "/src/ @ada\n/lib/ @ghost\n"), (SECOND, "/src/ @bea\n")],
    "src/main.py": [(FIRST, "pass\n")],
}
Texts = Mapping[str, Sequence[tuple[str, str | None]]]


def world(files: Texts = FILES, **about: Any) -> dict[str, dict[str, Any]]:
    """Return the dataset of a shop with these files."""
    pushes = [Push(index, time, "Change", "ada") for index, time in enumerate((FIRST, SECOND))]
    datasets = expand([dataclasses.replace(SHOP, files=files, pushes=pushes), WEB])
    datasets["acme/shop"]["repository"] |= about
    return datasets


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve(world(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """Return the server with the usual files, without faults afterwards."""
    shared.reload(world())
    yield shared
    shared.as_of(None)
    shared.faults([])


def requests(github: Server) -> tuple[int, int]:
    """Return how often the list of files and its texts were requested."""
    texts = sum(
        "...Document" in query or "history(first: 50" in query for query in github.queries()
    )
    return github.stats()["by_route"].get(TREES, 0), texts


def paths(data: Path) -> list[str]:
    """Return the files in the ledger that are there."""
    sql = "select path from github_knowledge_files where deleted_at is null order by path"
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return [row["path"] for row in store.rows(sql)]


def test_files_cost_two_requests_after_a_change_and_none_without(
    github: Server, tmp_path: Path
) -> None:
    spent = []
    for moment in READ_AT:
        github.as_of(moment)
        github.reset()
        refresh(tmp_path, github.url, ["acme/shop"])
        spent.append(requests(github))
    assert spent == [(1, 1), (1, 1), (0, 0)]
    assert paths(tmp_path) == [
        ".github/CODEOWNERS",
        "AGENTS.md",
        "src/AGENTS.md",
        "src/deep/down/AGENTS.md",
    ]


def test_change_of_other_files_costs_one_request(github: Server, tmp_path: Path) -> None:
    files = {"AGENTS.md": [(FIRST, RULES)], "a.py": [(FIRST, "1"), (SECOND, "2")]}
    github.reload(world(files))
    for moment, expected in zip(READ_AT[:2], [(1, 1), (1, 0)], strict=True):
        github.as_of(moment)
        github.reset()
        refresh(tmp_path, github.url, ["acme/shop"])
        assert requests(github) == expected


def test_truncated_folder_is_read_folder_by_folder(github: Server, tmp_path: Path) -> None:
    github.reload(world(tree_most=5))
    (result,) = refresh(tmp_path, github.url, ["acme/shop"])
    assert (result.status, result.message) == ("read", "")
    assert "src/deep/down/AGENTS.md" in paths(tmp_path)
    assert len(paths(tmp_path)) == 4


def test_versions_of_owners_have_their_own_rules(github: Server, tmp_path: Path) -> None:
    datasets = world()
    datasets["acme/shop"]["codeowners_errors"] = [{"kind": "Unknown owner", "line": 1}]
    github.reload(datasets)
    refresh(tmp_path, github.url, ["acme/shop"])
    sql = "select json_extract_string(rules, '$[*].owners[0]') as owners from github_codeowners"
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        versions = [row["owners"] for row in store.rows(f"{sql} order by valid_from")]
    assert versions == [["@ada", "@ghost"], []]


def test_link_and_stub_name_their_document(github: Server, tmp_path: Path) -> None:
    files = {"AGENTS.md": [(FIRST, RULES)], "GEMINI.md": [(FIRST, "@AGENTS.md\n")]}
    datasets = world(files | {"CLAUDE.md": [(FIRST, "AGENTS.md")]})
    datasets["acme/shop"]["files"]["CLAUDE.md"][0][1] = "120000"
    github.reload(datasets)
    refresh(tmp_path, github.url, ["acme/shop"])
    sql = "select path, is_link, facts->>'pointer' as target from github_knowledge_files"
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        rows = [tuple(row.values()) for row in store.rows(f"{sql} order by path")]
    assert rows == [
        ("AGENTS.md", False, None),
        ("CLAUDE.md", True, "AGENTS.md"),
        ("GEMINI.md", False, "AGENTS.md"),
    ]


def test_list_of_files_that_cannot_be_read_costs_only_itself(
    github: Server, tmp_path: Path
) -> None:
    github.faults([{"kind": "status", "status": 404, "path": "git/trees", "every": 1}])
    (result,) = refresh(tmp_path, github.url, ["acme/shop"])
    assert result.status == "read"
    assert result.message.startswith("knowledge files could not be read (")
    assert paths(tmp_path) == []


def test_list_of_files_that_fails_is_read_at_the_next_refresh(
    github: Server, tmp_path: Path
) -> None:
    github.faults([{"kind": "status", "status": 500, "path": "git/trees", "every": 1}])
    (result,) = refresh(tmp_path, github.url, ["acme/shop"])
    assert result.status == "read"
    assert "knowledge files could not be read" in result.message
    github.faults([])
    refresh(tmp_path, github.url, ["acme/shop"])
    assert len(paths(tmp_path)) == 4


def test_errors_of_owners_that_are_null_cost_no_file(github: Server, tmp_path: Path) -> None:
    github.faults([{"kind": "null_field", "fields": ["RepositoryCodeowners.errors"], "every": 1}])
    (result,) = refresh(tmp_path, github.url, ["acme/shop"])
    assert result.status == "read"
    github.faults([])
    refresh(tmp_path, github.url, ["acme/shop"])
    assert len(paths(tmp_path)) == 4


def test_deleted_file_keeps_its_history(github: Server, tmp_path: Path) -> None:
    files = FILES | {"src/AGENTS.md": [(FIRST, RULES), (SECOND, None)]}
    github.reload(world(files))
    for moment in READ_AT[:2]:
        github.as_of(moment)
        refresh(tmp_path, github.url, ["acme/shop"])
    assert "src/AGENTS.md" not in paths(tmp_path)
    sql = (
        "select committed_at::date::text as day, blob is null as is_deleted "
        "from github_knowledge_edits where path = 'src/AGENTS.md' order by day"
    )
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        rows = [tuple(row.values()) for row in store.rows(sql)]
    assert rows == [("2026-01-01", False), ("2026-01-10", True)]
