"""The hand-written company, collected over HTTP and published, equals tables typed by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from collectors.ledger.opening import open_ledger
from queries.publish.decisions import Judging
from queries.publish.items import batches
from queries.publish.publish import judged_answers
from queries.publish.settings import ClosedPeriod, PublishSettings, Rollout
from tests.support import company
from tests.support.company import imported, typed
from tests.support.company.expand import expand
from tests.support.company.source import ADDED
from tests.support.github_server import serve
from tests.support.independent import compute
from tests.support.independent.__main__ import compare, read_tables
from tests.support.independent.tickets import Imports
from tests.support.refreshing import publish_file, refresh


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, schema_path: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the company as published, open for reading."""
    data = tmp_path_factory.mktemp("company")
    with serve(company.datasets(), schema=schema_path) as github:
        results = refresh(data, github.url, list(company.datasets()))
        github.reload(without("acme/empty"))
        (deleted,) = refresh(data, github.url, ["acme/empty"])
    assert [result.status for result in results] == ["read"] * 7
    assert "no repository acme/empty" in deleted.message
    with open_ledger(data / "ledger.duckdb", "test") as store:
        imported.bring(store)
    settings = PublishSettings(
        people="names",
        rollouts=(
            Rollout("Agents for everybody", date(2025, 10, 6), 28),
            Rollout("Pair reviews", date(2025, 11, 3), 0, ["Growth", "Data", "Checkout"]),
            Rollout("Notebooks", date(2025, 12, 1), teams=["Data"]),
        ),
        closed_periods=(ClosedPeriod("Winter break", date(2025, 12, 24), date(2026, 1, 1)),),
    )
    path = publish_file(data, company.AS_OF, settings, company.PEOPLE)
    with duckdb.connect(str(path), read_only=True) as db:
        yield db


def without(name: str) -> dict[str, dict[str, Any]]:
    """Return the company's datasets but one."""
    return {repo: dataset for repo, dataset in company.datasets().items() if repo != name}


def normal(text: str, name: str) -> str:
    """Return a typed value with numbers written one way."""
    return typed(float(text)) if text and name.endswith("_hours") else text


@pytest.mark.parametrize("table", sorted(path.stem for path in company.EXPECTED.glob("*.csv")))
def test_table_is_as_typed_by_hand(published: duckdb.DuckDBPyConnection, table: str) -> None:
    expected = company.expected(table)
    columns = [name for name in expected[0] if name != "host"]  # a port of the local server
    result = published.execute(f"select {', '.join(columns)} from {table}").fetchall()
    rows = sorted(tuple(typed(value) for value in row) for row in result)
    typed_rows = sorted(tuple(normal(row[name], name) for name in columns) for row in expected)
    differing = [
        f"{want[:2]} {name}: published {have[index]!r}, typed {want[index]!r}"
        for want, have in zip(typed_rows, rows, strict=False)
        for index, name in enumerate(columns)
        if want[index] != have[index]
    ]
    assert not differing, "\n".join(differing[:40])
    assert len(rows) == len(typed_rows)


#: the company spends and expects nothing; the demo company does, and tests of its own look at these
OF_MONEY = (
    "budget",
    "engineers",
    "expectations",
    "forecast_days",
    "forecasts",
    "spend",
    "spend_by_team",
    "spend_per_engineer",
    "spend_reconciliation",
    "tools",
)
#: the company has no such files; a repository of `test_knowledge.py` does
OF_KNOWLEDGE = ("decisions", "knowledge_files")
#: and it has not been asked how it feels
OF_SURVEYS = ("survey_comments", "survey_scores")


def test_every_column_has_a_value_and_future_columns_are_null(
    published: duckdb.DuckDBPyConnection,
) -> None:
    # the company has too short a history for them
    later = {"lo", "hi", "level", "p", "p_adjusted", "n_family", "guardrail", "busy_week"}
    columns = published.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall()
    empty = {
        (table, column)
        for table, column in columns
        if published.execute(f'select count("{column}") from {table}').fetchall() == [(0,)]
    }
    assert {column for table, column in empty if table == "answers"} == later
    elsewhere = ("answers", "verdicts", *OF_MONEY, *OF_KNOWLEDGE, *OF_SURVEYS)
    assert {pair for pair in empty if pair[0] not in elsewhere} == {
        ("pull_requests", "merge_rule"),  # GitHub merged them all
        ("rules", "repositories"),  # no rule of the product is limited to some
        ("review_load", "team"),  # no team has five reviewers in a week
        ("issues", "unread_lists"),  # GitHub returns every list
        ("pull_requests", "unread_lists"),
    }


def test_offload_is_counted_from_the_tables_typed_by_hand(
    published: duckdb.DuckDBPyConnection,
) -> None:
    agents = {(row["repo"], row["number"]): row for row in company.expected("agent_changes")}
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in company.expected("pull_requests"):
        who = "automation" if row["author_kind"] == "bot" else row["authorship"]
        cell = counts[f"{row['opened_at'][:7]}-01", row["team"], row["work_category"], who]
        agent = agents.get((row["repo"], row["number"]), {})
        cell["n"] += 1
        cell["merged"] += bool(row["durability"])
        cell["durable"] += row["durability"] in ("durable", "not observable")
        cell["provisional"] += row["durability"] == "provisional"
        cell["handed_off"] += agent.get("hand_off") == "handed off"
        if row["durability"] and agent:
            cell["human_rework"] += agent["human_rework"] == "yes"
            cell["human_rework_observable"] += agent["human_rework"] != "not observable"
    names = ("n", "merged", "durable", "provisional")
    of_agents = ("human_rework", "human_rework_observable", "handed_off")
    key = "month::varchar, coalesce(team, ''), category, authorship"
    rows = published.execute(f"select {key}, {', '.join((*names, *of_agents))} from offload")
    result = {row[:4]: row[4:] for row in rows.fetchall()}
    assert result == {
        cell: tuple(count[name] for name in names)
        + tuple(count[name] if cell[3] == "agent" else None for name in of_agents)
        for cell, count in counts.items()
    }
    assert sum(count["handed_off"] for count in counts.values()) == 5


def test_rollouts_and_closed_periods_are_events_that_name_no_small_team(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.execute("from events").fetchall() == [
        ("rollout", "Agents for everybody", date(2025, 10, 6), date(2025, 11, 2), 28, None),
        ("rollout", "Pair reviews", date(2025, 11, 3), None, 0, ["Growth", "Checkout"]),
        ("rollout", "Notebooks", date(2025, 12, 1), date(2025, 12, 14), 14, []),
        ("closed period", "Winter break", date(2025, 12, 24), date(2026, 1, 1), None, None),
    ]


def test_independent_computation_agrees(
    published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    imports = Imports.of(imported.LOADS)
    computed = compute(company.datasets(), company.AS_OF, company.PEOPLE, imports=imports)
    result = read_tables(published)
    for table, rows in computed.items():
        differing = [
            str(comparison)
            for comparison in compare(table, result[table], rows)
            if comparison.differing
        ]
        assert not differing, "\n".join([table, *differing])


def test_splitting_one_linked_change_into_ten_leaves_the_outcomes_unchanged(
    published: duckdb.DuckDBPyConnection, tmp_path: Path, schema_path: Path
) -> None:
    app = next(repository for repository in company.REPOSITORIES if repository.name == "acme/app")
    whole = next(pull for pull in app.pulls if pull.number == 8)
    parts = [
        replace(whole, number=100 + part, files=[(f"src/offline/part{part}.ts", 2, 0, ADDED)])
        for part in range(9)
    ]
    split = expand(
        [replace(app, pulls=[*(pull for pull in app.pulls if pull is not whole), *parts, whole])]
    )
    with serve(split, schema=schema_path) as github:
        refresh(tmp_path, github.url, list(split))
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        imported.bring(store)
    path = publish_file(tmp_path, company.AS_OF, people_csv=company.PEOPLE)
    query = "from outcomes where repo = 'acme/app' order by outcome_id"
    with duckdb.connect(str(path), read_only=True) as db:
        assert db.execute(query).fetchall() == published.execute(query).fetchall()
        items = db.execute(
            "select number from outcome_items where outcome_id = 'acme/app#4' order by 1"
        ).fetchall()
    assert items == [(number,) for number in (4, 5, 6, 7, 8, *range(100, 109))]


def test_metrics_estimated_one_by_one_or_together_have_the_same_answers(
    published: duckdb.DuckDBPyConnection,
) -> None:
    def reported(rows_at_once: int) -> list[pd.DataFrame]:
        groups = batches(published, company.AS_OF, rows_at_once)
        _, frames = judged_answers(published, company.AS_OF, Judging(), groups)
        return list(frames)

    (together,), separate = reported(10**6), reported(1)
    assert len(separate) == together["metric"].nunique() > 15
    assert len(together) > 100
    lines, expected = (
        sorted(map(str, frame.astype(object).fillna("").itertuples(index=False)))
        for frame in (together, pd.concat(separate)[together.columns])
    )
    assert lines == expected
