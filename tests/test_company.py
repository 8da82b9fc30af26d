"""The company is complete, and its expected tables are consistent in themselves and with it."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest

from tests.company import AS_OF, EXPECTED, HERE, PEOPLE, datasets, expected

SEEDS = HERE.parents[1] / "queries" / "seeds"
FLAGS = {"true", "false"}
TABLES = sorted(path.stem for path in EXPECTED.glob("*.csv"))
KEYS = {
    "pull_request_areas": ("repo", "number", "area"),
    "pull_requests": ("repo", "number"),
    "releases": ("repo", "tag"),
    "repositories": ("repo",),
    "rework": ("repo", "number", "by_number", "kind"),
}
VALUES: dict[tuple[str, str], set[str]] = {
    ("pull_requests", "author_kind"): {"human", "bot", "agent"},
    ("pull_requests", "responsible_rule"): {"author", "assigner", "assignee", "co-author", "merger"},
    ("pull_requests", "authorship"): {"agent", "assisted", "no signal"},
    ("pull_requests", "state"): {"open", "merged", "closed"},
    ("pull_requests", "start_rule"): {"first commit", "opened", "first commit too old"},
    ("pull_requests", "merged_by_kind"): {"human", "bot", "agent"},
    ("pull_requests", "size_band"): {"XS", "S", "M", "L", "XL"},
    ("pull_requests", "durability"): {"durable", "undone", "provisional", "not observable"},
    ("pull_requests", "is_default_base"): FLAGS,
    ("pull_requests", "is_draft"): FLAGS,
    ("pull_requests", "was_draft"): FLAGS,
    ("pull_requests", "had_early_feedback"): FLAGS,
    ("pull_requests", "is_merged_unreviewed"): FLAGS,
    ("pull_requests", "is_independently_reviewed"): FLAGS,
    ("pull_requests", "is_revert"): FLAGS,
    ("pull_request_areas", "is_first_time"): FLAGS,
    ("releases", "is_prerelease"): FLAGS,
    ("repositories", "is_archived"): FLAGS,
    ("rework", "kind"): {"revert", "hotfix", "incident"},
}


def seed(name: str) -> list[dict[str, str]]:
    """The product's rules of one kind."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def column(table: str, name: str) -> set[str]:
    """The values of a column, without null."""
    return {row[name] for row in expected(table)} - {""}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_value_somewhere(table: str) -> None:
    rows = expected(table)
    assert [name for name in rows[0] if not column(table, name)] == []


@pytest.mark.parametrize(("table", "name"), VALUES)
def test_every_enumerated_value_occurs_and_no_other(table: str, name: str) -> None:
    assert column(table, name) == VALUES[table, name]


def test_every_rule_of_the_work_types_decides_somewhere() -> None:
    rules = seed("work_types")
    assert column("pull_requests", "work_type_rule") == {rule["rule"] for rule in rules}
    assert column("pull_requests", "work_type") == {rule["work_type"] for rule in rules} | {"unclassified"}


def test_every_field_of_the_ai_signals_decides_somewhere() -> None:
    rules = {rule["rule"]: rule for rule in seed("ai_signals")}
    decided = {rules[name]["field"] for name in column("pull_requests", "authorship_rule")}
    assert decided == {rule["field"] for rule in rules.values()}


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_told_apart_by_their_key(table: str) -> None:
    keys = [tuple(row[name] for name in KEYS[table]) for row in expected(table)]
    assert len(keys) == len(set(keys))


def test_whatever_was_opened_by_the_last_day_is_expected() -> None:
    last = f"{AS_OF.isoformat()}T23:59:59Z"
    opened = {
        (name, str(pull["number"]))
        for name, raw in datasets().items()
        for pull in raw["pulls"]
        if pull["created_at"] <= last
    }
    assert {(row["repo"], row["number"]) for row in expected("pull_requests")} == opened
    assert column("repositories", "repo") == set(datasets())


def test_stages_add_up() -> None:
    stages = ("coding_hours", "pickup_hours", "review_hours")
    whole = [row for row in expected("pull_requests") if all(row[stage] for stage in stages)]
    assert len(whole) > 30
    for row in whole:
        assert sum(float(row[stage]) for stage in stages) == float(row["cycle_hours"]), row["url"]


def test_areas_add_up_to_their_pull_request() -> None:
    areas = expected("pull_request_areas")
    for row in expected("pull_requests"):
        own = [area for area in areas if (area["repo"], area["number"]) == (row["repo"], row["number"])]
        for name in ("additions", "deletions"):
            assert sum(int(area[name]) for area in own) == int(row[name]), row["url"]


def test_releases_count_their_pull_requests() -> None:
    released = [row["released_at"] for row in expected("pull_requests")]
    for row in expected("releases"):
        assert released.count(row["published_at"]) == int(row["pull_request_count"]), row["tag"]


def test_inner_lists_are_longer_than_a_page() -> None:
    pulls: list[dict[str, Any]] = datasets()["acme/shop"]["pulls"]
    for name in ("commits", "files", "comments", "reviews", "events"):
        assert max(len(pull[name]) for pull in pulls) > 100, name
    assert len(datasets()["acme/shop"]["history"]) > 100


def test_some_groups_are_too_small_and_somebody_changes_team() -> None:
    with PEOPLE.open(encoding="utf-8", newline="") as lines:
        people = list(csv.DictReader(lines))
    sizes = {team: len({row["login"] for row in people if row["team"] == team}) for team in {r["team"] for r in people}}
    assert {team for team, size in sizes.items() if size >= 5} == column("pull_requests", "team")
    assert min(sizes.values()) < 5
    assert {row["team"] for row in expected("pull_requests") if row["responsible"] == "fay"} == {"Checkout", "Platform"}


def test_the_readme_names_every_pull_request() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    named = {(f"acme/{repo}", number) for repo, number in re.findall(r"\b(shop|web|infra|legacy)#(\d+)", text)}
    written = {(name, str(i["number"])) for name, raw in datasets().items() for i in [*raw["pulls"], *raw["issues"]]}
    assert named == written
