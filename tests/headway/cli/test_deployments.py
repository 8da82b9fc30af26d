"""Deployments by rule, from workflow runs and tags, and what releases of other branches contain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.field import Repository, refreshed
from tests.support.github_server import Server, serve
from tests.support.refreshing import raw_tables

RULES = """[[deployments]]
rule = "deploy-workflow"
field = "workflow"
pattern = "^deploy"
repo = "acme/ru*"
[[deployments]]
rule = "version-tags"
field = "tag"
pattern = '^v\\d'
repo = "acme/tags"
[[deployments]]
rule = "rc-tags"
field = "tag"
pattern = "^rc"
environment = "staging"
repo = "acme/tags"
"""


def deployed_by_runs(name: str = "acme/runs", number: int = 21) -> Repository:
    """Return a repository whose workflow deploys on days 2, 3 (fails), 3 and 4 of September."""
    shop = Repository(name, number)
    oids = [
        shop.merge(day, f"feat: f{day}", at=f"2026-09-0{day}T12:00:00Z")["merge_commit"]
        for day in range(1, 6)
    ]
    runs = [
        ("deploy.yml", oids[1], 2, "success", {}),
        ("deploy.yml", oids[2], 3, "failure", {}),
        ("deploy.yml", oids[2], 4, "success", {}),
        ("deploy.yml", oids[3], 5, "cancelled", {}),
        ("deploy.yml", oids[3], 6, "success", {"event": "pull_request"}),
        ("tests.yml", oids[3], 7, "success", {}),
        ("Deploy-EU.yml", oids[3], 8, "success", {}),
    ]
    for file, oid, day, result, more in runs:
        at = f"2026-09-{day:02}T14:"
        shop.run(file, oid, f"{at}00:00Z", f"{at}30:00Z", result, **more)
    return shop


def deployed_by_tags() -> Repository:
    """Return a repository whose tags are deployments: one with a release, two without."""
    shop = Repository("acme/tags", 22)
    oids = [
        shop.merge(day, f"feat: f{day}", at=f"2026-09-0{day}T12:00:00Z")["merge_commit"]
        for day in range(1, 6)
    ]
    shop.tag("v1", oids[0])
    shop.tag("v2", oids[2], "2026-09-04T06:00:00Z")
    shop.tag("rc-3", oids[3])
    shop.tag("docs-1", oids[3])
    shop.release("v3", oids[3], "2026-09-05T06:00:00Z")
    return shop


def released_from_branches() -> Repository:
    """Return a repository that releases from branches, one of which is merged back.

    main: #1 #2 #3 #4 … v2.0 on main; release/1 from #2, with #11, then #12 and a copy of #4.
    """
    shop = Repository("acme/branches", 23)

    def merge(number: int, at: str) -> str:
        return str(shop.merge(number, f"feat: f{number}", at=at)["merge_commit"])

    def backport(number: int, parent: str, at: str) -> str:
        row = shop.pull(number, f"fix: f{number}", opened=at, base_ref="release/1")
        oid = shop.commit(f"fix: f{number} (#{number})", at, parents=[parent])
        row |= {"state": "MERGED", "closed_at": at, "merged_at": at, "merged_by": "bob"}
        row["merge_commit"] = oid
        event = {"type": "MergedEvent", "created_at": at, "actor": "bob", "commit": oid}
        row["events"] = [*row["events"], event]
        return oid

    shop.release("v0.9", merge(1, "2026-09-01T12:00:00Z"), "2026-09-01T18:00:00Z")
    fork = merge(2, "2026-09-02T12:00:00Z")
    merge(3, "2026-09-03T12:00:00Z")
    first = backport(11, fork, "2026-09-04T12:00:00Z")
    shop.release("v1.0", shop.commit("1.0", "2026-09-05T12:00:00Z", parents=[first]), SIXTH)
    head = merge(4, "2026-09-07T12:00:00Z")
    second = backport(12, first, "2026-09-08T12:00:00Z")
    copy = f"feat: f4\n\n(cherry picked from commit {head})"
    picked = shop.commit(copy, "2026-09-09T10:00:00Z", parents=[second])
    tagged = shop.commit("1.1", "2026-09-09T12:00:00Z", parents=[picked])
    shop.release("v1.1", tagged, "2026-09-09T18:00:00Z")
    # GitHub lists the commits of a merged branch by their dates among those of the default branch
    back = shop.push("Merge release/1", "2026-09-10T12:00:00Z", parents=[head, tagged])
    shop.history[:] = [
        *shop.history[: shop.history.index(head)],
        first,
        head,
        second,
        picked,
        tagged,
        back,
    ]
    shop.release("v2.0", back, "2026-09-11T18:00:00Z")
    orphan = shop.commit("docs", "2026-09-12T12:00:00Z")
    shop.release("docs-1", orphan, "2026-09-12T18:00:00Z")
    # more commits of its own than are read
    old = fork
    for number in range(1_001):
        old = shop.commit(f"Old {number}", "2026-09-13T12:00:00Z", parents=[old])
    shop.release("lts-1", old, "2026-09-13T18:00:00Z")
    return shop


SIXTH = "2026-09-06T18:00:00Z"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """A desk that has refreshed the three repositories, and one whose runs it may not read."""
    refused = deployed_by_runs("acme/rubble", 24)
    refused.about["forbidden"] = ["actions"]
    repositories = [deployed_by_runs(), deployed_by_tags(), released_from_branches(), refused]
    folder = tmp_path_factory.mktemp("deployments")
    with refreshed(repositories, folder, schema_path, RULES) as desk:
        yield desk


def test_runs_of_matching_workflows_are_deployments(desk: Desk) -> None:
    columns = "deployment, environment, state, created_at::varchar, restore_hours"
    rows = desk.rows(
        f"select {columns}, pull_request_count from deployments where repo like '%runs'"
    )
    assert rows == [
        ("run 900", "production", "succeeded", "2026-09-02 14:00:00", None, None),
        ("run 901", "production", "failed", "2026-09-03 14:00:00", 24, 0),
        ("run 902", "production", "succeeded", "2026-09-04 14:00:00", None, 1),
        ("run 906", "production", "succeeded", "2026-09-08 14:00:00", None, 1),
    ]
    shipped = "select number, deployed_at::varchar, lead_hours from pull_requests"
    assert desk.rows(f"{shipped} where repo like '%runs' order by number") == [
        *((1, None, None), (2, None, None)),
        (3, "2026-09-04 14:30:00", 30.5),
        (4, "2026-09-08 14:30:00", 102.5),
        (5, None, None),
    ]
    urls = desk.rows("select distinct url from shipments where shipment_key = 'run 906'")
    assert urls == [("https://github.com/acme/runs/actions/runs/906",)]


def test_tags_by_rule_are_deployments_with_or_without_a_release(desk: Desk) -> None:
    columns = "deployment, environment, is_production, deployed_at::varchar, pull_request_count"
    rows = desk.rows(f"select {columns} from deployments where repo like '%tags' order by 4, 1")
    assert rows == [
        ("tag v1", "production", True, "2026-09-01 12:00:00", None),
        ("tag v2", "production", True, "2026-09-04 06:00:00", 2),
        ("tag rc-3", "staging", False, "2026-09-04 12:00:00", 0),
        ("tag v3", "production", True, "2026-09-05 06:00:00", 1),
    ]


def test_releases_of_branches_contain_their_ancestors(desk: Desk) -> None:
    rows = desk.rows(
        "select tag, pull_request_count from releases where repo like '%branches' "
        "order by published_at"
    )
    assert rows == [
        ("v0.9", None),
        ("v1.0", 2),
        ("v1.1", 2),
        ("v2.0", 1),
        ("docs-1", None),
        ("lts-1", None),
    ]
    released = "select number, released_at::date::varchar from pull_requests"
    assert desk.rows(f"{released} where repo like '%branches' order by number") == [
        *((1, None), (2, "2026-09-06"), (3, "2026-09-11"), (4, "2026-09-09")),
        *((11, "2026-09-06"), (12, "2026-09-09")),
    ]
    shipments = "select shipment_key, pull_request_count from shipments where repo like '%branches'"
    assert desk.rows(f"{shipments} order by shipped_at") == rows


def test_rules_count_the_runs_and_tags_that_they_match(desk: Desk) -> None:
    rows = desk.rows("select rule, value, matched from rules where kind = 'deployments' order by 1")
    assert rows == [
        ("deploy-workflow", "production", 4),
        ("rc-tags", "staging", 1),
        ("version-tags", "production", 3),
    ]


def workflow_requests(github: Server) -> int:
    """Return the number of requests for workflows and runs since the last call."""
    routes = github.stats()["by_route"]
    github.reset()
    return sum(count for route, count in routes.items() if "/actions/" in route)


def test_runs_are_read_once_and_new_ones_with_one_page(tmp_path: Path, schema_path: Path) -> None:
    shop = Repository("acme/runs", 21)
    for index in range(250):
        at = f"2026-0{1 + index // 28 % 9}-{1 + index % 28:02}T"
        shop.run("deploy.yml", shop.history[0], f"{at}10:00:00Z", f"{at}10:05:00Z", "success")
    desk = Desk(tmp_path)
    with serve({shop.name: shop.dataset()}, schema=schema_path) as github:
        desk.set_up(github.url, [shop.name], RULES)
        assert desk.run("refresh", "--no-publish").code == 0
        first = workflow_requests(github)
        assert desk.run("refresh", "--no-publish").code == 0
        second = workflow_requests(github)
    assert first == 1 + 3  # the workflows, and 250 runs
    assert second == 1 + 1
    assert len(raw_tables(tmp_path / "data")["github_workflow_runs"]) == 250


def test_refused_runs_cost_no_item(desk: Desk) -> None:
    done = desk.run("refresh", "--no-publish")
    assert "workflow runs could not be read" in done.out + done.err
    counts = "select count(*) from {} where repo = 'acme/rubble'"
    assert desk.rows(counts.format("pull_requests")) == [(5,)]
    assert desk.rows(counts.format("deployments")) == [(0,)]
