"""The company is complete, and its expected tables are consistent in themselves and with it."""

from __future__ import annotations

import csv
import itertools
import re
from typing import Any

import pytest

from tests.support.company import AS_OF, EXPECTED, HERE, PEOPLE, datasets, expected, imported, typed
from tests.support.independent import compute
from tests.support.independent.tickets import Imports

SEEDS = HERE.parents[2] / "queries" / "sql" / "seeds"
FLAGS = {"true", "false"}
TABLES = sorted(path.stem for path in EXPECTED.glob("*.csv"))
KEYS = {
    "agent_changes": ("repo", "number"),
    "areas": ("repo", "area"),
    "change_failures": ("repo", "shipment_key", "kind", "number", "by_key"),
    "deployments": ("deployment",),
    "experiments": ("repo", "key"),
    "incidents": ("repo", "key"),
    "issue_intervals": ("repo", "number", "kind", "entered_at"),
    "issues": ("repo", "number"),
    "milestones": ("repo", "number"),
    "outcome_items": ("repo", "number"),
    "outcomes": ("outcome_id",),
    "pull_request_areas": ("repo", "number", "area"),
    "pull_request_issues": ("repo", "number", "issue_repo", "issue_number"),
    "pull_requests": ("repo", "number"),
    "reconciliation": ("repo", "month", "kind"),
    "releases": ("repo", "tag"),
    "repositories": ("repo",),
    "review_load": ("repo", "number", "week"),
    "rework": ("repo", "number", "by_key", "kind"),
}
VALUES: dict[tuple[str, str], set[str]] = {
    ("pull_requests", "author_kind"): {"human", "bot", "agent"},
    ("pull_requests", "responsible_rule"): {
        "author",
        "assigner",
        "assignee",
        "co-author",
        "merger",
    },
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
    ("pull_requests", "is_engineering_role"): FLAGS,
    ("pull_requests", "reviewer_count"): {"0", "1", "2"},
    ("pull_request_areas", "is_first_time"): FLAGS,
    ("areas", "is_alive"): FLAGS,
    ("change_failures", "shipment"): {"deployment", "release"},
    ("change_failures", "kind"): {"revert", "hotfix", "incident"},
    ("deployments", "is_production"): FLAGS,
    ("deployments", "state"): {"succeeded", "failed", "pending"},
    ("experiments", "source"): {"issue", "pull request", "generic", "growthbook"},
    ("experiments", "decision"): {"kept", "killed", "inconclusive"},
    ("incidents", "source"): {"github", "jira", "pagerduty"},
    ("issue_intervals", "kind"): {"ux debt", "experiment", "feedback", "incident", "capability"},
    ("issue_intervals", "entered_by"): {"opened", "labelled", "reopened"},
    ("issue_intervals", "left_by"): {"completed", "not planned", "unlabelled"},
    ("issue_intervals", "left_by_kind"): {"human", "agent", "bot"},
    ("issues", "tracker"): {"issue", "discussion", "jira", "linear"},
    ("issues", "author_kind"): {"human", "bot", "agent"},
    ("issues", "is_outside_author"): FLAGS,
    ("issues", "state"): {"open", "closed"},
    ("issues", "state_reason"): {"completed", "not planned", "duplicate", "unknown"},
    ("issues", "closed_by_kind"): {"human", "agent", "bot"},
    ("issues", "is_ux_debt"): FLAGS,
    ("issues", "is_experiment"): FLAGS,
    ("issues", "is_feedback"): FLAGS,
    ("issues", "is_incident"): FLAGS,
    ("issues", "is_capability"): FLAGS,
    ("milestones", "state"): {"open", "closed"},
    ("milestones", "is_capability"): FLAGS,
    ("outcomes", "kind"): {
        "capability delivered",
        "experiment decided",
        "ux debt resolved",
        "feedback resolved",
        "feature merged",
    },
    ("outcomes", "is_linked"): FLAGS,
    ("outcomes", "authorship"): {"agent", "assisted", "no signal"},
    ("outcomes", "durability"): {"durable", "undone", "provisional", "not observable"},
    ("reconciliation", "kind"): {"pull_request", "issue"},
    ("releases", "is_prerelease"): FLAGS,
    ("repositories", "is_archived"): FLAGS,
    ("repositories", "is_imported"): FLAGS,
    ("rework", "kind"): {"revert", "hotfix", "incident"},
}


def seed(name: str) -> list[dict[str, str]]:
    """The product's rules of one kind."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def computed() -> dict[str, list[dict[str, object]]]:
    """The tables of the independent computation."""
    return compute(datasets(), AS_OF, PEOPLE, imports=Imports.of(imported.LOADS))


def column(table: str, name: str) -> set[str]:
    """The values of a column, without null."""
    return {row[name] for row in expected(table)} - {""}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_value_somewhere(table: str) -> None:
    rows = expected(table)
    # no team has five reviewers in a week, and GitHub returns every list
    hidden = {
        "review_load": ["team"],
        "pull_requests": ["unread_lists"],
        "issues": ["unread_lists"],
    }
    assert [name for name in rows[0] if not column(table, name)] == hidden.get(table, [])


@pytest.mark.parametrize(("table", "name"), VALUES)
def test_every_enumerated_value_occurs_and_no_other(table: str, name: str) -> None:
    assert column(table, name) == VALUES[table, name]


def test_every_field_of_the_work_types_decides_somewhere() -> None:
    rules = {rule["rule"]: rule for rule in seed("work_types")}
    decided = {rules[name]["field"] for name in column("pull_requests", "work_type_rule")}
    # types of issues are imported, and the company's deletions have titles that say more
    assert decided == {rule["field"] for rule in rules.values()} - {"linked_type", "size"}
    assert column("pull_requests", "work_type") == {
        rule["work_type"] for rule in rules.values()
    } | {"unclassified"}


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
    for table, kinds in (("pull_requests", ["pulls"]), ("issues", ["issues", "discussions"])):
        opened = {
            (name, str(item["number"]))
            for name, raw in datasets().items()
            for kind in kinds
            for item in raw[kind]
            if item["created_at"] <= last
        }
        typed = {(row["repo"], row["number"]) for row in expected(table)}
        assert {key for key in typed if key[0].startswith("acme/")} == opened
    imported = {row["repo"] for row in expected("repositories") if row["is_imported"] == "true"}
    assert column("repositories", "repo") == set(datasets()) | imported
    reported = {
        name for table in ("issues", "incidents", "experiments") for name in column(table, "repo")
    }
    assert reported - set(datasets()) == imported


def test_stages_add_up() -> None:
    stages = ("coding_hours", "pickup_hours", "review_hours")
    whole = [row for row in expected("pull_requests") if all(row[stage] for stage in stages)]
    assert len(whole) > 30
    for row in whole:
        assert sum(float(row[stage]) for stage in stages) == float(row["cycle_hours"]), row["url"]


def test_areas_add_up_to_their_pull_request() -> None:
    areas = expected("pull_request_areas")
    for row in expected("pull_requests"):
        own = [
            area for area in areas if (area["repo"], area["number"]) == (row["repo"], row["number"])
        ]
        for name in ("additions", "deletions"):
            assert sum(int(area[name]) for area in own) == int(row[name]), row["url"]


def test_releases_count_their_pull_requests() -> None:
    released = [row["released_at"] for row in expected("pull_requests")]
    for row in expected("releases"):
        assert released.count(row["published_at"]) == int(row["pull_request_count"] or 0), row[
            "tag"
        ]


def test_inner_lists_are_longer_than_a_page() -> None:
    pulls: list[dict[str, Any]] = datasets()["acme/shop"]["pulls"]
    for name in ("commits", "files", "comments", "reviews", "events"):
        assert max(len(pull[name]) for pull in pulls) > 100, name
    assert len(datasets()["acme/shop"]["history"]) > 100


def test_some_groups_are_too_small_and_somebody_changes_team() -> None:
    with PEOPLE.open(encoding="utf-8", newline="") as lines:
        people = list(csv.DictReader(lines))
    sizes = {
        team: len({row["login"] for row in people if row["team"] == team})
        for team in {r["team"] for r in people}
    }
    assert {team for team, size in sizes.items() if size >= 5} == column("pull_requests", "team")
    assert min(sizes.values()) < 5
    assert {row["team"] for row in expected("pull_requests") if row["responsible"] == "fay"} == {
        "Checkout",
        "Platform",
    }


def test_spells_of_an_issue_follow_each_other() -> None:
    intervals: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in sorted(expected("issue_intervals"), key=lambda row: row["entered_at"]):
        intervals.setdefault((row["repo"], row["number"], row["kind"]), []).append(row)
    for own in intervals.values():
        for before, after in itertools.pairwise(own):
            assert before["entered_at"] < before["left_at"] < after["entered_at"], before
    assert max(len(own) for own in intervals.values()) == 3


def test_every_item_is_in_one_outcome_at_most_and_every_outcome_has_its_items() -> None:
    items = [(row["repo"], row["number"]) for row in expected("outcome_items")]
    assert len(items) == len(set(items))
    alone = {row["outcome_id"] for row in expected("outcomes")} - column(
        "outcome_items", "outcome_id"
    )
    assert alone == {"acme/app/gb_banner"}


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"repositories"}))
def test_the_independent_computation_gives_what_was_typed(
    computed: dict[str, list[dict[str, object]]], table: str
) -> None:
    columns = [name for name in computed[table][0] if name != "reviewers"]  # who have no names
    inputs = {tuple(typed(row[name]) for name in columns) for row in computed[table]}
    assert inputs == {tuple(row[name] for name in columns) for row in expected(table)}


def test_the_readme_names_every_pull_request() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    repos = "|".join(name.removeprefix("acme/") for name in datasets())
    by_name = {(f"acme/{repo}", number) for repo, number in re.findall(rf"\b({repos})#(\d+)", text)}
    written = {
        (name, str(item["number"]))
        for name, raw in datasets().items()
        for item in [*raw["pulls"], *raw["issues"], *raw["discussions"]]
    }
    assert by_name == written
