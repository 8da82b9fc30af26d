"""A nullable field that is null, forbidden or unknown to the server costs that field, no item."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.github.repository import GitHub, Result
from collectors.ledger.opening import open_ledger
from tests.support import tiny
from tests.support.github_server import TOKEN, Server, serve
from tests.support.nullable_fields import nullable_fields
from tests.support.refreshing import HASTY, collect
from tests.support.schemas import with_issue_types

SHOP = "acme/shop"
#: keys of the items in each table of the ledger
TABLES = {
    "github_repositories": "repo_id",
    "github_pull_requests": "number",
    "github_issues": "number",
    "github_discussions": "number",
    "github_releases": "node_id",
    "github_deployments": "node_id",
    "github_milestones": "node_id",
    "github_commits": "oid",
}
#: fields that are an item or a list of items themselves, with its table
ITEMS = {
    "Repository.defaultBranchRef": "github_commits",
    "Ref.target": "github_commits",
    "Repository.object": "github_commits",
    "CommitHistoryConnection.nodes": "github_commits",
    "CommitHistoryConnection.nodes[]": "github_commits",
    "Repository.milestones": "github_milestones",
    "MilestoneConnection.nodes": "github_milestones",
    "MilestoneConnection.nodes[]": "github_milestones",
    "ReleaseConnection.nodes": "github_releases",
    "ReleaseConnection.nodes[]": "github_releases",
    "DeploymentConnection.nodes": "github_deployments",
    "DeploymentConnection.nodes[]": "github_deployments",
    "DiscussionConnection.nodes": "github_discussions",
    "DiscussionConnection.nodes[]": "github_discussions",
}
#: without these there is no repository, or no pull request or issue
ROOTS = {
    "Query.repository",
    "Query.repositoryOwner",
    "Query.nodes[]",
    "RepositoryConnection.nodes",
    "RepositoryConnection.nodes[]",
}
#: files of experiments: without them the refresh fails with the file's name
FILES = {"Blob.text", "Tree.entries"}
FAULTS = ("null_field", "forbidden_field", "unknown_field")
#: whether each field is hidden by itself, instead of together with those of its depth
IS_SINGLE = bool(os.environ.get("HEADWAY_SINGLE_FIELDS"))
Keys = dict[str, list[Any]]


@dataclass
class World:
    """The server, the fields of the queries to it and the items that a refresh reads."""

    server: Server
    groups: dict[int, list[str]]
    items: Keys
    #: data folder of a refresh without a fault
    data: Path

    def cases(self, fault: str) -> list[list[str]]:
        """Return the fields that are hidden together; a schema lacks no entries of lists."""
        groups = [
            [name for name in names if not (fault == "unknown_field" and name.endswith("[]"))]
            for names in self.groups.values()
        ]
        if IS_SINGLE:
            return [[name] for names in groups for name in names]
        # other fields of their depth hide them in some query
        apart = ["CommitHistoryConnection.nodes", "Blob.text"]
        return [[name for name in names if name not in apart] for names in groups] + [apart]


def refresh(data: Path, server: Server, full: bool = False) -> Result:
    """Read the repository and return the result."""
    source = GitHub(server.url, orgs=("acme",), experiments=("docs/experiments",))
    with open_ledger(data / "ledger.duckdb", "test") as store:
        results = collect([source], {"GITHUB_TOKEN": TOKEN}, store, full=full, retry_policy=HASTY)
    (result,) = results
    return result


def items(data: Path) -> Keys:
    """Return the keys of the items in a ledger that are not deleted."""
    with duckdb.connect(str(data / "ledger.duckdb"), read_only=True) as db:
        return {
            table: sorted(
                key
                for key, deleted_at in db.execute(
                    f"select {key}, columns(lambda name: name = 'deleted_at') from {table}"
                    if table in list(TABLES)[:4]
                    else f"select {key}, null from {table}"
                ).fetchall()
                if deleted_at is None
            )
            for table, key in TABLES.items()
        }


def queue(data: Path) -> list[tuple[int, str]]:
    """Return the items that the next refresh requests again."""
    with duckdb.connect(str(data / "ledger.duckdb"), read_only=True) as db:
        return db.execute("select number, reason from github_queue").fetchall()


@pytest.fixture(scope="module")
def world(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with one repository that was read once."""
    data = tmp_path_factory.mktemp("complete")
    schema = data / "schema.graphql"
    text = with_issue_types(schema_path.read_text(encoding="utf-8"))
    schema.write_text(text, encoding="utf-8")
    with serve({SHOP: tiny.complete(SHOP)}, schema=schema) as server:
        result = refresh(data, server)
        assert (result.status, result.message) == ("read", "")
        yield World(server, nullable_fields(schema, server.queries()), items(data), data)


def test_repository_has_a_value_for_every_field(world: World) -> None:
    assert {table: len(keys) for table, keys in world.items.items()} == {
        "github_repositories": 1,
        "github_pull_requests": 1,
        "github_issues": 2,
        "github_discussions": 1,
        "github_releases": 2,
        "github_deployments": 1,
        "github_milestones": 1,
        "github_commits": 3,
    }
    names = {name for names in world.groups.values() for name in names}
    assert names >= set(ITEMS) | ROOTS | FILES
    assert len(names) == 116


def check(world: World, data: Path, fault: str, names: list[str]) -> set[str]:
    """Assert that refreshes without these fields read every item; return the hidden fields."""
    world.server.reset()
    world.server.faults([{"kind": fault, "fields": names, "every": 1}])
    result = refresh(data, world.server)
    stats = world.server.stats()
    absent = " ".join(ITEMS.get(name, "") for name in names).split()
    expected = {table: keys for table, keys in world.items.items() if table not in absent}
    assert {table: keys for table, keys in items(data).items() if table in expected} == expected
    assert result.status == "read" or FILES & set(names), result
    if fault != "null_field" and names != ["Issue.issueType"] and not FILES & set(names):
        assert "could not be read" in result.message or "does not know" in result.message
    assert queue(data) == []
    if IS_SINGLE or fault == "forbidden_field":
        assert refresh(data, world.server).status in ("read", "unchanged", result.status)
        assert world.server.stats()["requests"] <= 2 * stats["requests"]
    return set(stats["hidden_fields"])


@pytest.mark.parametrize("fault", FAULTS)
def test_hidden_field_costs_no_item(world: World, tmp_path: Path, fault: str) -> None:
    hidden, requested = set[str](), set[str]()
    for index, names in enumerate(world.cases(fault)):
        if rows := [name for name in names if name not in ROOTS]:
            hidden |= check(world, tmp_path / f"{index}", fault, rows)
            requested |= set(rows)
    assert requested - hidden == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_hidden_list_deletes_nothing_that_was_read(
    world: World, tmp_path: Path, fault: str
) -> None:
    groups = [[name] for name in (*ITEMS, *ROOTS)] if IS_SINGLE else [list(ITEMS), list(ROOTS)]
    for index, names in enumerate(groups):
        rows = [name for name in names if not (fault == "unknown_field" and name.endswith("[]"))]
        data = tmp_path / f"{index}"
        shutil.copytree(world.data, data)
        world.server.reset()
        world.server.faults([{"kind": fault, "fields": rows, "every": 1}])
        refresh(data, world.server, full=True)
        assert items(data) == world.items, rows
