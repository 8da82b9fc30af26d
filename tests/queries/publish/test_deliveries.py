"""Deployments and releases of small repositories, with values worked by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.github_server import serve
from tests.support.independent.examples import commit, dataset

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


@pytest.fixture(scope="module")
def desk(schema_path: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with the published repositories."""
    parts = {"names/shop": many_environments()}
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
        ("not-production-environment", 4),
        ("production-environment", 14),
    ]
    file.write_text(before, encoding="utf-8")
    assert desk.run("publish").code == 0
