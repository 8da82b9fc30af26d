"""Published answers: their SQL runs in any client, and pandas computes the same numbers."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from queries import sql_files
from queries.catalog import definitions
from queries.catalog.catalog import METRICS, metric
from queries.catalog.scope import Scope
from queries.publish.decisions import Judging
from queries.publish.items import batches
from queries.publish.publish import judged_answers
from queries.read.snapshot import current
from queries.read.verification import verify
from queries.statistics.estimates import estimates
from queries.statistics.estimates import rows as item_rows
from queries.statistics.windows import Quarter, Window
from tests.support import facts
from tests.support.counting import COUNTS, Facts, Published, is_close
from tests.support.facts import DEMO_UNTIL, fill, read_tables

HEADLINES = [row.name for row in METRICS if row.is_headline]
DIFFERENCES = ("share", "count", "net per week", "cost share", "mean")
SAMPLE = 29  # every 29th answer of a team or repository; all answers of the organisation
CUTOFF = pd.Timestamp(DEMO_UNTIL + timedelta(days=1))
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")


@pytest.fixture(scope="module")
def db(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published demo, as any client opens it."""
    with facts.opened(demo) as result:
        yield result


@pytest.fixture(scope="module")
def rows(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the rows of ``answers`` about quarters."""
    return records(db, "from answers where event = '' and variant = 'raw'")


def last_quarters() -> list[Quarter]:
    """Return the nine published quarters, the newest first."""
    result = [Quarter(2027, 1)]
    while len(result) < 9:
        result.append(result[-1].before())
    return result


def mature_until(name: str) -> date:
    """Return the day from which items of a metric are too young to count."""
    return DEMO_UNTIL + timedelta(days=1 - metric(name).matures_after)


def records(db: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query by column."""
    rows = db.execute(sql)
    names = [name for name, *_ in rows.description]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def test_the_printed_sql_gives_both_numbers_in_any_client(
    db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    requested = [
        row for index, row in enumerate(rows) if row["scope_kind"] == "org" or index % SAMPLE == 0
    ]
    assert len(requested) > 150
    for row in requested:
        by_key = {(item["start_on"], item["end_on"]): item for item in records(db, row["sql"])}
        assert len(by_key) == 2
        for side, n, start, end in (
            ("current", "n_current", "window_start", "window_end"),
            ("baseline", "n_baseline", "baseline_start", "baseline_end"),
        ):
            item = by_key[row[start], row[end]]
            assert is_close(item["estimate"], row[side]), row["sentence"]
            assert item["n"] == row[n], row["sentence"]
        item = by_key[row["window_start"], row["window_end"]]
        assert (item["n_missing"], item["n_excluded"]) == (row["n_missing"], row["n_excluded"])


def test_printed_sql_gives_the_numbers_of_the_same_mix(db: duckdb.DuckDBPyConnection) -> None:
    rows = records(db, "from answers where variant = 'adjusted'")
    assert {metric(row["metric"]).aggregate for row in rows} == {"share", "median"}
    assert {row["verdict"] for row in rows} == {row["inputs_sql"] for row in rows} == {None}
    for row in rows[::SAMPLE]:
        current, baseline = records(db, row["sql"])
        assert (current["start_on"], current["n"]) == (row["window_start"], row["n_current"])
        assert (baseline["start_on"], baseline["n"]) == (row["baseline_start"], row["n_baseline"])
        assert current["estimate"] == pytest.approx(row["current"], rel=1e-9)
        assert baseline["estimate"] == pytest.approx(row["baseline"], rel=1e-9)


def test_printed_sql_gives_the_upper_bound(db: duckdb.DuckDBPyConnection) -> None:
    bounds = records(db, "from answers where variant = 'bound_hi'")
    assert {row["metric"] for row in bounds} == {"offload_share", "hand_off_rate"}
    assert {row["scope_kind"] for row in bounds} == {"org", "team"}
    assert {row["verdict"] for row in bounds} == {row["inputs_sql"] for row in bounds} == {None}
    lower = {
        tuple(row[name] for name in ("metric", "scope", "comparison", "quarter")): row
        for row in records(db, "from answers where variant in ('raw', 'before and after')")
        if row["scope_kind"] in ("org", "team")
    }
    for row in bounds:
        raw = lower[tuple(row[name] for name in ("metric", "scope", "comparison", "quarter"))]
        for side, n in (("current", "n_current"), ("baseline", "n_baseline")):
            assert (raw[side] or 0) <= (row[side] or 0), row["sentence"]
            if metric(row["metric"]).name == "hand_off_rate":
                assert raw[n] == row[n]
    for row in bounds[::SAMPLE]:
        baseline, current = records(db, row["sql"])
        assert (current["n"], baseline["n"]) == (row["n_current"], row["n_baseline"])
        assert is_close(current["estimate"], row["current"])
        assert is_close(baseline["estimate"], row["baseline"])


def test_verdicts_without_a_standard_error_are_verified(demo: Path) -> None:
    rows = verify(current(demo), metric("hand_off_rate"), "2026-Q1")
    assert any("standard error inf" in step for row in rows for step in row.steps)
    assert {difference for row in rows for difference in row.differences} == set()


def test_printed_sql_gives_the_weekly_sums_as_judged(
    db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    names = "metric, scope_kind, scope, quarter, comparison, event, variant"
    sums = {
        tuple(key): n
        for *key, n in db.execute(
            f"select {names}, count(*) from answer_inputs group by all"
        ).fetchall()
    }
    judged = [row for row in rows if tuple(row[name] for name in names.split(", ")) in sums]
    assert len(judged) > 500
    for row in judged[::SAMPLE]:
        weeks = records(db, row["inputs_sql"])
        assert len(weeks) == sums[tuple(row[name] for name in names.split(", "))]
        now = [week for week in weeks if week["window"] == "judged" and not week["is_masked"]]
        if metric(row["metric"]).aggregate == "share" and row["n_current"]:
            total = sum(week["numerator"] for week in now)
            assert total / row["n_current"] == pytest.approx(row["current"])


@pytest.fixture(scope="module")
def published(db: duckdb.DuckDBPyConnection) -> Published:
    """Return the tables of the demo as frames."""
    return Published(db)


@pytest.mark.parametrize("name", HEADLINES)
def test_pandas_finds_the_same_numbers(
    published: Published, rows: list[dict[str, Any]], name: str
) -> None:
    requested = [
        row
        for row in rows
        if row["metric"] == name
        and row["n_current"]
        and row["quarter"] >= "2026-Q3"
        and row["comparison"][0] == "q"
    ]
    kinds = {"org", *metric(name).of.parts} - {"authorship"}
    assert {row["scope_kind"] for row in requested} >= kinds - {"work_type"}
    assert {row["scope_kind"] for row in requested} <= kinds
    assert {row["quarter"] for row in requested} >= {
        quarter.name
        for quarter in last_quarters()[1:3]
        if quarter.window.start_on < mature_until(name)
    }
    for row in requested:
        value, n = COUNTS[name](Facts(published, row), row)
        assert (row["current"], row["n_current"]) == (pytest.approx(value), n), row["sentence"]


@pytest.mark.parametrize("name", HEADLINES)
def test_evidence_has_as_many_rows_as_n(demo: Path, name: str) -> None:
    snapshot, window = current(demo), Window(date(2026, 1, 1), date(2026, 7, 1))
    (number,) = estimates(snapshot, metric(name), [window], Scope()).to_dict("records")
    counts = item_rows(snapshot, metric(name), window, Scope())["counts_as"].value_counts()
    assert counts.get("counted", 0) + counts.get("unfinished", 0) == number["n"]


def test_windows_are_whole_quarters_and_say_whether_they_are_over(
    rows: list[dict[str, Any]],
) -> None:
    lengths = {}
    for row in rows:
        year, number = map(int, row["quarter"].split("-Q"))
        quarter = Quarter(year, number)
        other = {"quarter before": quarter.before(), "year before": quarter.year_before()}[
            row["comparison"]
        ]
        assert (row["baseline_start"], row["baseline_end"]) == (
            other.window.start_on,
            other.window.end_on,
        )
        assert row["window_start"] == quarter.window.start_on
        lengths[row["quarter"]] = (quarter.window.end_on - quarter.window.start_on).days // 7
        mature = DEMO_UNTIL + timedelta(days=1 - metric(row["metric"]).matures_after)
        assert row["window_end"] == min(quarter.window.end_on, mature)
        assert row["status"] == ("decided" if quarter.window.end_on <= mature else "so far")
        assert (f"in {row['quarter']} so far" in row["sentence"]) == (row["status"] == "so far")
    assert set(lengths.values()) == {13, 14}
    assert [name for name, weeks in lengths.items() if weeks == 14] == ["2026-Q4"]
    assert len(lengths) == 9
    so_far = {(row["metric"], row["quarter"]) for row in rows if row["status"] == "so far"}
    quarters = [quarter for quarter in last_quarters() if quarter.name >= "2026-Q3"]
    assert so_far == {
        (name, quarter.name)
        for name in HEADLINES
        for quarter in quarters
        if quarter.window.start_on < mature_until(name) < quarter.window.end_on
    }


def test_every_headline_has_an_answer_for_every_quarter_and_comparison(
    rows: list[dict[str, Any]],
) -> None:
    reported = {
        (
            row["metric"],
            row["quarter"],
            row["comparison"],
            row["scope_kind"],
            row["scope"],
            row["variant"],
        )
        for row in rows
    }
    assert len(reported) == len(rows)
    org = [key for key in reported if key[3] == "org"]
    begun = [
        q for q in last_quarters() for name in HEADLINES if q.window.start_on < mature_until(name)
    ]
    assert len(org) == len(begun) * 2
    assert {row["scope_kind"] for row in rows} == {"org", "team", "repo", "work_type"}
    assert not [
        row
        for row in rows
        if row["scope_kind"] != "org" and not row["n_current"] + row["n_baseline"]
    ]
    assert not [
        row
        for row in rows
        if row["metric"] == "feature_cycle_time" and row["scope_kind"] == "work_type"
    ]


def test_only_complete_quarters_of_organisation_and_teams_have_a_verdict(
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        is_judged = row["scope_kind"] in ("org", "team")
        if not is_judged:
            assert (row["verdict"], row["reason"]) == (None, "exploratory")
        elif row["status"] == "so far" and row["verdict"] != "not measured":
            assert (row["verdict"], row["reason"]) == (None, "so far")
        elif row["verdict"] is None:
            assert row["reason"] in ("members", "guardrails open")
        if row["lo"] is not None:
            assert row["lo"] <= row["effect"] <= row["hi"]
            assert 0.9 <= row["level"] < 1
        assert (row["decided_on"] is not None) <= (row["status"] == "decided")
        assert (row["event"], row["variant"]) == ("", "raw")


def test_rollout_is_answered_twice_with_equal_windows_around_its_transition(
    db: duckdb.DuckDBPyConnection,
) -> None:
    rows = records(db, "from answers where event <> '' and variant not in ('adjusted', 'bound_hi')")
    began, after = date(2026, 3, 30), date(2026, 4, 13)
    for row in rows:
        weeks = timedelta(weeks=int(row["comparison"].split()[1]))
        assert (row["event"], row["quarter"]) == ("Coding agents", "")
        assert (row["baseline_start"], row["baseline_end"]) == (began - weeks, began)
        assert (row["window_start"], row["window_end"]) == (after, after + weeks)
        by_key = {item["start_on"]: item for item in records(db, row["sql"])}
        for side, n, start in (
            ("current", "n_current", "window_start"),
            ("baseline", "n_baseline", "baseline_start"),
        ):
            item = by_key[row[start]]
            assert (item["estimate"], item["n"]) == (pytest.approx(row[side]), row[n])
    by_comparison = [row["comparison"] for row in rows]
    assert by_comparison.count("rollout 13 weeks") == by_comparison.count("rollout 26 weeks")
    # the rollout was of some teams: it is judged by headlines of teams, but for shares of cost
    judged = {
        name
        for name in HEADLINES
        if "team" in metric(name).of.parts and metric(name).aggregate != "cost share"
    }
    # no team without the rollout has work of agents with which theirs could be compared
    assert not records(
        db,
        "from agent_changes inner join pull_requests using (repo, number) "
        "where team not in (select unnest(teams) from events where kind = 'rollout')",
    )
    assert Counter((row["metric"], row["variant"]) for row in rows) == {
        **{(name, "before and after"): 2 for name in judged},
        **{(name, "difference"): 2 for name in judged - {"hand_off_rate"}},
    }


def test_effects_are_ratios_or_differences(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        current, baseline = row["current"], row["baseline"]
        kind = metric(row["metric"]).aggregate
        if current is None or baseline is None or (row["effect_kind"] == "ratio" and not baseline):
            assert row["effect"] is None
        elif kind == "count" and row["status"] == "so far":
            assert row["effect"] is None  # a quarter in progress is not compared with a whole one
        elif kind == "count" and row["p"] is not None:
            weeks = [
                (row[f"{side}_end"] - row[f"{side}_start"]).days / 7
                for side in ("window", "baseline")
            ]
            assert row["effect"] == pytest.approx(13 * (current / weeks[0] - baseline / weeks[1]))
        elif kind not in ("count", "mean") and min(row["n_current"], row["n_baseline"]) < 10:
            assert row["effect"] is None
        elif row["effect_kind"] == "difference":
            assert row["effect"] == pytest.approx(current - baseline)
        else:
            assert row["effect"] == pytest.approx((current - baseline) / baseline)
        assert row["effect_kind"] == ("difference" if kind in DIFFERENCES else "ratio")


def test_inputs_add_up_week_by_week(
    db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    by_key: dict[tuple[Any, ...], dict[date, dict[str, Any]]] = defaultdict(dict)
    names = ("metric", "scope_kind", "scope", "quarter", "comparison")
    for item in records(db, "from answer_inputs"):
        assert item["block"].weekday() == 0
        by_key[tuple(item[name] for name in names)][item["block"]] = item
    compared = 0
    for row in rows:
        inputs = by_key.get(tuple(row[name] for name in names))
        if inputs is None:
            continue
        weeks = sorted(inputs)
        assert weeks == [weeks[0] + timedelta(7 * n) for n in range(len(weeks))]
        assert weeks[-1] < row["window_end"] <= weeks[-1] + timedelta(7)
        judged = [item for week, item in inputs.items() if week >= row["window_start"]]
        assert {item["window"] for item in judged} == {"judged"}
        numerator = sum(item["numerator"] for item in judged)
        denominator = sum(item["denominator"] for item in judged)
        kind = metric(row["metric"]).aggregate
        if kind in ("share", "median", "per outcome"):
            assert denominator == row["n_current"]
        if kind == "median" and row["n_current"] and row["n_baseline"]:
            threshold = {item["threshold"] for item in judged}
            assert len(threshold) == 1
        elif kind == "count" and row["current"] is not None:
            assert numerator == row["current"]
        elif kind not in ("median", "count") and denominator and row["current"] is not None:
            assert numerator / denominator == pytest.approx(row["current"])
        compared += 1
    assert compared > 500


def test_answers_equal_the_catalogue(
    db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    reported = {row["metric"]: row for row in records(db, "from metrics")}
    assert list(reported) == [entry.name for entry in METRICS]
    assert {name for name, row in reported.items() if row["is_headline"]} == set(HEADLINES)
    for row in rows:
        for name in ("question", "title", "unit", "better", "definition", "definition_hash"):
            assert row[name] == reported[row["metric"]][name]
        assert row["as_of"] == DEMO_UNTIL
        assert row["synced_until"] == CUTOFF


@pytest.fixture
def small(empty: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a file with two repositories, of which one was not read through the newest quarter."""
    tables = read_tables(Path(__file__).parent / "answers.txt")
    with duckdb.connect() as result:
        fill(result, empty, tables)
        yield result


def answer_rows(db: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Return the rows of ``answers`` of published tables."""
    _, frames = judged_answers(db, as_of, Judging(), batches(db, as_of))
    return pd.concat(frames)


def test_unsynced_repository_is_excluded_from_both_quarters_and_named(
    small: duckdb.DuckDBPyConnection,
) -> None:
    frame = answer_rows(small, date(2026, 2, 28))
    by_key = {
        (row["quarter"], row["comparison"], row["scope"]): row
        for row in frame[frame["metric"] == "pickup_time"].to_dict("records")
    }
    newest = by_key["2026-Q1", "quarter before", ""]
    assert (newest["n_current"], newest["n_baseline"]) == (1, 1)
    assert (newest["current"], newest["baseline"]) == (2.0, 4.0)
    assert newest["sentence"] == (
        "Half of the pull requests that became ready in 2026-Q1 so far (until 14 Feb 2026) had a "
        "human reply within 2 hours (n = 1); "
        "too few to compare with the quarter before. "
        "Left out on both sides, because not synced through 28 Feb 2026: acme/never, acme/old."
    )
    before = by_key["2025-Q4", "quarter before", ""]
    assert (before["n_current"], before["current"]) == (2, 4.0)
    assert before["sentence"].endswith(
        "Left out on both sides, because not synced through 11 Jan 2026: acme/never."
    )
    assert by_key["2025-Q4", "quarter before", "acme/old"]["sentence"] == (
        "Repository acme/old: half of the pull requests that became ready in 2025-Q4 had a human "
        "reply within "
        "10 hours (n = 1); there is nothing to compare it with in the quarter before."
    )
    assert ("2026-Q1", "quarter before", "acme/old") not in by_key


def test_comparison_counts_repositories_synced_for_both_quarters(
    small: duckdb.DuckDBPyConnection,
) -> None:
    """Comparisons of one window can have different repositories: ``read_until`` separates them."""
    frame = answer_rows(small, date(2026, 2, 28))
    merged = frame[(frame["metric"] == "merged_within_7_days") & (frame["scope_kind"] == "org")]
    n = {
        (row.quarter, row.comparison): (row.n_current, row.n_baseline)
        for row in merged.itertuples()
    }
    assert n["2026-Q1", "quarter before"] == (1, 1)
    assert n["2025-Q4", "quarter before"] == (2, 0)


def test_definition_hash_changes_only_with_what_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "queries"
    shutil.copytree(sql_files.ROOT, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(sql_files, "ROOT", copy)
    monkeypatch.setattr(definitions, "ROOT", copy)

    def forget() -> None:
        sql_files.read_sql.cache_clear()
        sql_files.models.cache_clear()
        sql_files.metric_sql.cache_clear()

    def fingerprint(**changes: Any) -> str:
        forget()
        return definitions.definition_hash(dataclasses.replace(metric("pickup_time"), **changes))

    first = fingerprint()
    assert first == definitions.definition_hash(metric("pickup_time"))
    assert fingerprint(parameters={"days": 3}) != first
    assert fingerprint(aggregate="share") != first
    for name, is_read in {
        "metrics/pickup_time.sql": True,
        "metrics/review_time.sql": False,
        "marts/pull_requests.sql": True,
        "staging/stg_events.sql": True,
        "marts/repositories.sql": True,
        "marts/rework.sql": True,
        "marts/releases.sql": False,
        "marts/loads.sql": False,
        "shared/estimates.sql": True,
        "shared/items.sql": True,
        "shared/window_items.sql": True,
        "shared/macros.sql": True,
    }.items():
        path = copy / name
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n-- changed\n", encoding="utf-8")
        assert (fingerprint() != first) == is_read, name
        path.write_text(text, encoding="utf-8")
    forget()


def strings(db: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], set[str]]:
    """Every text of a published file by table and column, lists taken apart."""
    columns = db.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where not internal and data_type like 'VARCHAR%'"
    ).fetchall()
    return {
        (table, column): {
            value
            for (value,) in db.execute(
                f'select distinct {"unnest" if kind.endswith("[]") else ""}("{column}") from '
                f"{table}"
            ).fetchall()
            if value
        }
        for table, column, kind in columns
    }


def test_addresses_bodies_and_people_are_not_published(
    demo: Path, db: duckdb.DuckDBPyConnection
) -> None:
    published = strings(db)
    everything = {value for values in published.values() for value in values}
    assert not {value for value in everything if EMAIL.search(value)}
    with duckdb.connect(str(demo / "ledger.duckdb"), read_only=True) as ledger:
        nodes = [
            json.loads(node)
            for (node,) in ledger.execute("select node from github_pull_requests").fetchall()
        ]
    bodies = {line for node in nodes for line in node["body"].splitlines() if len(line) > 25}
    messages = {
        line
        for node in nodes
        for item in node["commits"]
        for line in item["commit"]["message"].splitlines()[1:]
        if len(line) > 25
    }
    assert len(bodies) > 100
    assert not everything & (bodies | messages)
    people = {
        who["login"]
        for node in nodes
        for who in [
            node["author"],
            *node["assignees"],
            *(review["author"] for review in node["reviews"]),
        ]
        if who and who["__typename"] == "User"
    }
    assert len(people) > 20
    by_name = re.compile(rf"\b({'|'.join(map(re.escape, people))})\b", re.IGNORECASE)
    shown_by_github = {("pull_requests", "url"), ("pull_requests", "title"), ("releases", "url")}
    assert {
        index: hits
        for index, values in published.items()
        if index not in shown_by_github
        and (hits := {value for value in values if by_name.search(value)})
    } == {}
    assert db.execute("select count(author), count(responsible) from pull_requests").fetchall() == [
        (0, 0)
    ]
