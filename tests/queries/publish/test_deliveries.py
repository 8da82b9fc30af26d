"""Deployments and releases of small repositories, with values worked by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.github_server import serve
from tests.support.independent.examples import commit, dataset, event, pull

DAY = "2026-09-02"
OWN_RULES = """
[[label_rules]]
rule = "ours"
kind = "production"
field = "environment"
pattern = "^(blue|pre-prod)$"

[[label_rules]]
rule = "not-ours"
kind = "not production"
field = "environment"
pattern = "^live-feed$"
"""
#: whether an environment is production, without and with OWN_RULES
ENVIRONMENTS = {
    "production": (True, True),
    "Production (eu)": (True, True),
    "prod_eu": (True, True),
    "production_us": (True, True),
    "prod1": (True, True),
    "PROD-EU": (True, True),
    "live": (True, True),
    "prd": (True, True),
    "eu-production": (True, True),
    "shop-prod": (True, True),
    "live-feed": (True, False),
    "blue": (False, True),
    "pre-prod": (False, True),
    "non_prod": (False, False),
    "preproduction": (False, False),
    "prod-test2": (False, False),
    "staging": (False, False),
    "products": (False, False),
    "delivery": (False, False),
}


def deployment(
    number: int, oid: str, at: str, environment: str = "production", **members: Any
) -> dict[str, Any]:
    """Return a deployment that worked at once, but for the given members."""
    about = {"database_id": number, "environment": environment, "oid": oid, "created_at": at}
    return about | {"statuses": [{"state": "SUCCESS", "created_at": at}]} | members


def many_environments() -> dict[str, Any]:
    """Return a repository with one deployment to each environment."""
    deployments = [
        deployment(number, "a" * 40, f"{DAY}T10:{number:02}:00Z", environment)
        for number, environment in enumerate(ENVIRONMENTS)
    ]
    return dataset(
        [],
        [commit("a" * 40, f"{DAY}T09:00:00Z")],
        name="names/shop",
        history=["a" * 40],
        deployments=deployments,
        captured_at="2026-10-01T00:00:00Z",
    )


def merged(number: int, opened_at: str, merged_at: str, **members: Any) -> dict[str, Any]:
    """Return a pull request that its own number's commit merged."""
    oid, head = f"{number:040x}", f"c{number:039x}"
    about: dict[str, Any] = {
        "merged_at": merged_at,
        "merged_by": "bob",
        "merge_commit": oid,
        "state": "MERGED",
    }
    about |= {"head_oid": head, "commits": [head]}
    done = [event(kind, merged_at, actor="bob") for kind in ("Merged", "Closed")]
    return pull(number, opened_at, **{"events": done} | about | members)


def history(name: str, pulls: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """Return a repository with the merge commits of pull requests, and one on another branch."""
    commits, head = list[dict[str, Any]](), list[str]()
    for row in pulls:
        about = {"message": f"{row['title']} (#{row['number']})", "parents": head}
        commits.append(commit(row["merge_commit"], row["merged_at"], **about))
        head = [row["merge_commit"]]
    oids = [row["oid"] for row in reversed(commits)]
    commits += [commit(row["head_oid"], row["created_at"]) for row in pulls]
    commits.append(commit("b" * 40, "2026-09-01T00:00:00Z"))
    captured = {"history": oids, "captured_at": "2026-10-01T00:00:00Z"}
    return dataset(pulls, commits, name=name, **captured, **members)


def late_start() -> dict[str, Any]:
    """Return a repository that records deployments long after it began to deploy."""
    pulls = [
        merged(1, "2026-01-05T08:00:00Z", "2026-01-05T12:00:00Z", title="feat: one"),
        merged(9, "2026-09-05T08:00:00Z", "2026-09-05T12:00:00Z", title="feat: nine"),
        merged(
            20,
            "2026-09-12T08:00:00Z",
            "2026-09-12T12:00:00Z",
            title='Revert "feat: one"',
            body="Reverts late/shop#1",
        ),
    ]
    deployments = [
        deployment(99, "b" * 40, "2026-09-09T10:00:00Z"),
        deployment(100, f"{9:040x}", "2026-09-10T10:05:00Z"),
        deployment(101, f"{20:040x}", "2026-09-12T12:15:00Z"),
        deployment(102, f"{20:040x}", "2026-09-14T12:15:00Z"),
        deployment(103, "b" * 40, "2026-09-09T11:00:00Z", "prod-eu"),
        deployment(104, f"{20:040x}", "2026-09-12T12:20:00Z", "prod-eu"),
    ]
    return history("late/shop", pulls, deployments=deployments)


def tags() -> dict[str, Any]:
    """Return a repository with three releases, the second of them of another branch."""
    pulls = [
        merged(n, f"2026-09-0{n}T08:00:00Z", f"2026-09-0{n}T12:00:00Z", title=f"feat: {n}")
        for n in (1, 2, 3)
    ]
    releases = [
        {"tag": "v1", "name": "v1", "oid": f"{1:040x}", "created_at": "2026-09-04T00:00:00Z"},
        {"tag": "v1.1", "name": "v1.1", "oid": "b" * 40, "created_at": "2026-09-05T00:00:00Z"},
        {"tag": "v2", "name": "v2", "oid": f"{3:040x}", "created_at": "2026-09-06T00:00:00Z"},
    ]
    return history("tags/shop", pulls, releases=releases)


@pytest.fixture(scope="module")
def desk(schema_path: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with the published repositories."""
    parts = {"names/shop": many_environments(), "late/shop": late_start(), "tags/shop": tags()}
    with serve(parts, schema=schema_path) as github:
        desk = Desk(tmp_path_factory.mktemp("deliveries"))
        text = f"[github]\nrepos = {json.dumps([*parts])}\nbase_url = {json.dumps(github.url)}\n"
        (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
        done = desk.run("refresh")
        assert done.code == 0, done.err
        yield desk


def production(desk: Desk) -> dict[str, bool]:
    """Return whether each environment is production, as published."""
    sql = "select environment, is_production from deployments where repo = 'names/shop'"
    return dict(desk.rows(sql))


def test_production_is_recognised_by_a_word_of_the_name(desk: Desk) -> None:
    assert production(desk) == {name: product for name, (product, _) in ENVIRONMENTS.items()}


def test_own_rules_decide_what_production_is(desk: Desk) -> None:
    file = desk.folder / "headway.toml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before + OWN_RULES, encoding="utf-8")
    assert desk.run("publish").code == 0
    assert production(desk) == {name: own for name, (_, own) in ENVIRONMENTS.items()}
    matched = "select rule, matched from rules where field = 'environment' order by position"
    assert desk.rows(matched) == [
        ("ours", 2),
        ("not-ours", 1),
        ("not-production-environment", 5),
        ("production-environment", 20),
    ]
    file.write_text(before, encoding="utf-8")
    assert desk.run("publish").code == 0


def test_changes_of_the_first_recorded_deployment_have_no_lead_time(desk: Desk) -> None:
    changes = desk.rows(
        "select number, deployed_at is not null, lead_hours from pull_requests "
        "where repo = 'late/shop' order by number"
    )
    assert changes == [(1, False, None), (9, False, None), (20, True, 4.25)]
    assert desk.rows("select * from change_failures") == []
    shipments = desk.rows(
        "select shipment_key, pull_request_count from shipments "
        "where repo = 'late/shop' order by all"
    )
    assert shipments == [("100", None), ("101", 1), ("102", 0), ("99", None)]


def test_a_commit_in_several_environments_within_a_day_is_one_shipment(desk: Desk) -> None:
    counts = desk.rows(
        "select deployment, pull_request_count from deployments "
        "where repo = 'late/shop' order by all"
    )
    assert counts == [
        ("100", None),
        ("101", 1),
        ("102", 0),
        ("103", None),
        ("104", 0),
        ("99", None),
    ]
    elsewhere = (
        "select * from shipments where shipment_key in ('103', '104') and repo = 'late/shop'"
    )
    assert desk.rows(elsewhere) == []


def test_release_off_the_default_branch_and_the_first_one_have_unknown_changes(desk: Desk) -> None:
    where = "from releases where repo = 'tags/shop' order by tag"
    assert desk.rows(f"select tag, pull_request_count {where}") == [
        ("v1", None),
        ("v1.1", None),
        ("v2", 2),
    ]
    lead = "select number, lead_hours from pull_requests where repo = 'tags/shop' order by number"
    assert desk.rows(lead) == [(1, None), (2, 88), (3, 64)]
