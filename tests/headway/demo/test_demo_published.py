"""The published demo: every table has plausible rows and every kind of value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headway.demo import Calendar
from tests.support import facts
from tests.support.facts import DEMO_UNTIL

CALENDAR = Calendar(DEMO_UNTIL)
ROLLOUT = CALENDAR.rollout
#: columns whose every value occurs
VALUES: dict[str, dict[str, set[Any]]] = {
    "issues": {
        "tracker": {"issue", "discussion"},
        "state": {"open", "closed"},
        "state_reason": {"completed", "not planned", "duplicate", None},
        "closed_by_kind": {"human", "agent", "bot", None},
        "is_outside_author": {True, False, None},
        "is_ux_debt": {True, False},
        "is_experiment": {True, False},
        "is_feedback": {True, False},
        "is_incident": {True, False},
        "is_capability": {True, False},
    },
    "issue_intervals": {
        "kind": {"ux debt", "experiment", "feedback", "incident", "capability"},
        "entered_by": {"opened", "labelled", "reopened"},
        "left_by": {"completed", "not planned", "unlabelled", None},
        "left_by_kind": {"human", "agent", "bot", None},
    },
    "milestones": {"state": {"open", "closed"}, "is_capability": {True}},
    "areas": {"is_alive": {True, False}},
    "deployments": {
        "environment": {"production", "staging"},
        "is_production": {True, False},
        "state": {"succeeded", "failed", "pending"},
    },
    "incidents": {"source": {"github", "pagerduty"}},
    "rework": {"kind": {"revert", "hotfix", "incident"}},
    "change_failures": {
        "shipment": {"deployment", "release"},
        "kind": {"revert", "hotfix", "incident"},
    },
    "experiments": {
        "source": {"issue", "pull request", "growthbook"},
        "decision": {"kept", "killed", "inconclusive", None},
    },
    "outcomes": {
        "kind": {
            "capability delivered",
            "experiment decided",
            "ux debt resolved",
            "feedback resolved",
            "feature merged",
        },
        "is_linked": {True, False},
        "authorship": {"agent", "assisted", "no signal", None},
        "durability": {"durable", "undone", "provisional", "not observable"},
    },
    "pull_requests": {
        "is_engineering_role": {True, False, None},
        "durability": {"durable", "undone", "provisional", "not observable", None},
    },
}


@pytest.fixture(scope="module")
def db(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published demo, as any client opens it."""
    with facts.opened(demo) as result:
        yield result


def rows(db: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Return the rows of a published table."""
    rows = db.execute(f"from {table}")
    names = [column[0] for column in rows.description]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


@pytest.mark.parametrize("table", VALUES)
def test_every_value_of_a_published_table_occurs(db: duckdb.DuckDBPyConnection, table: str) -> None:
    result = rows(db, table)
    for column, values in VALUES[table].items():
        assert {row[column] for row in result} == values, column


def test_debt_intervals_begin_and_end_in_every_way(db: duckdb.DuckDBPyConnection) -> None:
    intervals = [row for row in rows(db, "issue_intervals") if row["kind"] == "ux debt"]
    ways = Counter((row["entered_by"], row["left_by"]) for row in intervals)
    for entered in ("opened", "labelled", "reopened"):
        assert (
            min(ways[entered, remaining] for remaining in ("completed", "not planned", None)) > 0
        ), entered
    by_agents = [row for row in intervals if row["left_by_kind"] == "agent"]
    assert sum(row["left_at"].date() >= ROLLOUT for row in by_agents) > 0.7 * len(by_agents) > 5


def test_more_experiments_are_started_and_decided_after_the_rollout(
    db: duckdb.DuckDBPyConnection,
) -> None:
    experiments = rows(db, "experiments")
    assert 150 <= len(experiments) <= 260
    shipped = [row for row in experiments if row["shipped_at"]]
    assert 10 <= sum(row["decision"] is None for row in shipped) < 0.4 * len(shipped)
    year = timedelta(days=300)
    for column in ("started_at", "decided_at"):
        days = [row[column].date() for row in experiments if row[column]]
        before, after = (
            sum(start <= day < start + year for day in days) for start in (ROLLOUT - year, ROLLOUT)
        )
        assert after > 1.15 * before, column


def test_capabilities_are_delivered_and_some_are_open(db: duckdb.DuckDBPyConnection) -> None:
    delivered = [row for row in rows(db, "outcomes") if row["kind"] == "capability delivered"]
    assert 14 <= len(delivered) <= 26
    assert sum(row["happened_on"] >= ROLLOUT for row in delivered) > len(delivered) / 2
    items = Counter(row["outcome_id"] for row in rows(db, "outcome_items"))
    assert max(items[row["outcome_id"]] for row in delivered) >= 6, "some are split into many"
    also = {kind for row in rows(db, "outcomes") for kind in row["also_kinds"]}
    assert {"feature merged", "feedback resolved"} <= also


def test_more_changes_fail_in_the_quarter_of_the_rollout(db: duckdb.DuckDBPyConnection) -> None:
    shares = []
    for first, last in (
        (CALENDAR.begin, ROLLOUT),
        (ROLLOUT + timedelta(days=14), CALENDAR.recovery),
        (CALENDAR.recovery, DEMO_UNTIL - timedelta(days=7)),
    ):
        failed = [
            row["has_failed"]
            for row in rows(db, "shipments")
            if row["is_observable"] and first <= row["shipped_at"].date() < last
        ]
        shares.append(sum(failed) / len(failed))
    before, lost, recovery = shares
    assert 0.04 < before < 0.15 and lost > 1.4 * before and recovery < 0.75 * lost


def test_failed_deployments_and_incidents_are_restored_or_still_open(
    db: duckdb.DuckDBPyConnection,
) -> None:
    failed = [
        row for row in rows(db, "deployments") if row["state"] == "failed" and row["is_production"]
    ]
    assert len(failed) > 8 and all(
        row["restore_hours"] is None or row["restore_hours"] > 0 for row in failed
    )
    incidents = rows(db, "incidents")
    assert len(incidents) > 40
    assert {row["resolved_at"] is None for row in incidents} == {True, False}
    late = [row for row in rows(db, "rework") if row["kind"] != "revert"]
    assert len(late) > sum(row["kind"] != "revert" for row in rows(db, "change_failures")), (
        "some came too late"
    )


def test_repository_without_repairs_has_no_observable_durability(
    db: duckdb.DuckDBPyConnection,
) -> None:
    result = {
        row["durability"] for row in rows(db, "pull_requests") if row["repo"].endswith("/docs")
    }
    assert result == {"not observable", None}


def test_non_engineers_ship_more_after_the_rollout(db: duckdb.DuckDBPyConnection) -> None:
    merged = [
        row
        for row in rows(db, "pull_requests")
        if row["merged_at"] and row["is_engineering_role"] is not None
    ]
    shares = []
    for is_after in (False, True):
        side = [
            not row["is_engineering_role"]
            for row in merged
            if (row["merged_at"].date() >= ROLLOUT) is is_after
        ]
        shares.append(sum(side) / len(side))
    assert shares[0] > 0.04 and 1.3 * shares[0] < shares[1] < 0.25


def test_expectations_are_met_missed_and_not_proven(db: duckdb.DuckDBPyConnection) -> None:
    states = {row["target"]: (row["state"], row["guardrail"]) for row in rows(db, "expectations")}
    assert states == {
        0.05: ("not proven", "unreviewed_merge_share"),
        0.08: ("met", "unreviewed_merge_share"),
        0.8: ("missed", "unreviewed_merge_share"),
    }


def test_texts_of_people_are_not_published(demo: Path, db: duckdb.DuckDBPyConnection) -> None:
    with duckdb.connect(str(demo / "ledger.duckdb"), read_only=True) as ledger:
        bodies = {
            body
            for (body,) in ledger.execute(
                "select distinct node->>'body' from github_issues"
            ).fetchall()
        }
    assert len(bodies) > 20
    columns = "from duckdb_columns() where data_type = 'VARCHAR' and not internal"
    tables = db.execute(f"select table_name, column_name {columns}").fetchall()
    for table, column in tables:
        message = {
            value
            for (value,) in db.execute(f'select distinct "{column}" from "{table}"').fetchall()
        }
        assert not {value for value in message & bodies if value}, f"{table}.{column}"
        assert not any("@example.invalid" in value for value in message if value), (
            f"{table}.{column}"
        )
