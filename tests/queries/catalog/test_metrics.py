"""Items, estimates and charts of every metric equal results computed by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from queries.catalog.catalog import METRICS, metric
from queries.catalog.scope import Scope
from queries.read.cases import FOLDER
from queries.read.chart_sql import CHART_FILES
from queries.read.charts import chart_frame
from queries.read.numbers import Numbers
from queries.read.snapshot import Snapshot
from queries.statistics.estimates import (
    bound_parameters,
    estimates,
    items_sql,
    rows,
)
from queries.statistics.windows import Window
from tests.support.facts import Row, published, read_tables

FIXTURES = FOLDER
NAMES = sorted(path.stem for path in FIXTURES.glob("*.txt"))
SCOPES = ("repo", "team", "work_type", "authorship")
#: what a fixture expects; its other tables are facts
EXPECTED = ("items", "estimates", "chart")
#: the period of the charts
PERIOD = Window(date(2026, 2, 2), date(2026, 3, 1))
#: what the dashboard calls an item, by whether it is left out and whether it has a value
LEFT_OUT, NO_VALUE, LONGER, COUNTED = "left out", "no value", "unfinished", "counted"


@pytest.fixture(scope="module", params=NAMES)
def case(
    request: pytest.FixtureRequest, empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, list[Row]], Snapshot]:
    """Return a metric's name, its fixture and the snapshot of the fixture."""
    tables = read_tables(FIXTURES / f"{request.param}.txt")
    snapshot = published(tmp_path_factory.mktemp(request.param), empty, facts(tables))
    return request.param, tables, snapshot


def facts(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the published tables of a fixture."""
    return {name: rows for name, rows in tables.items() if name not in EXPECTED}


def number(text: str | None) -> float | None:
    """Return a number of a fixture; None if it is empty."""
    return None if text is None else float(text)


def day(text: str | None) -> date:
    """Return a day of a fixture."""
    return date.fromisoformat(text or "")


def test_every_metric_has_its_fixture_and_every_fixture_its_metric() -> None:
    assert sorted(row.name for row in METRICS) == NAMES


def test_items_are_as_typed_by_hand(case: tuple[str, dict[str, list[Row]], Snapshot]) -> None:
    name, tables, snapshot = case
    statement, parameters = items_sql(metric(name).sql_name), metric(name).parameters
    rows = snapshot.query(f"from ({statement})", bound_parameters(statement, parameters) or None)
    last = metric(name).of.ids[-1]
    have = [
        (
            str(row[last] if row[last] == row[last] else None),
            row["day"].date(),
            None if row["value"] != row["value"] else row["value"],
            row["is_excluded"],
        )
        for row in rows.to_dict("records")
    ]
    typed = [
        (str(row[last]), day(row["day"]), number(row["value"]), row["left_out"] == "yes")
        for row in tables["items"]
    ]
    assert sorted(have, key=str) == sorted(typed, key=str)


def test_estimates_are_as_typed_by_hand(case: tuple[str, dict[str, list[Row]], Snapshot]) -> None:
    name, tables, snapshot = case
    for row in tables["estimates"]:
        windows = [Window(day(row["start_on"]), day(row["end_on"]))]
        if other_window := row.get("beside"):
            windows.append(Window(*map(day, other_window.split("/"))))
        result = estimates(
            snapshot, metric(name), windows, Scope(**{part: row.get(part) for part in SCOPES})
        )
        (have,) = result[result["start_on"] == str(windows[0].start_on)].to_dict("records")
        numbers = Numbers(snapshot, Scope(**{part: row.get(part) for part in SCOPES}))
        on_page = numbers.of(metric(name), windows).iloc[0].to_dict()
        for read in (have, on_page):
            value = None if read["estimate"] != read["estimate"] else read["estimate"]
            counts = (read["n"], read["n_missing"], read["n_excluded"])
            assert value == pytest.approx(number(row["estimate"])), row
            typed = tuple(int(row[count] or 0) for count in ("n", "missing", "left_out"))
            assert counts == typed, row


def test_evidence_rows_have_their_contribution(
    case: tuple[str, dict[str, list[Row]], Snapshot],
) -> None:
    name, tables, snapshot = case
    for row in tables["estimates"]:
        window = Window(day(row["start_on"]), day(row["end_on"]))
        if row.get("beside"):
            continue
        result = rows(
            snapshot, metric(name), window, Scope(**{part: row.get(part) for part in SCOPES})
        )
        counts = [
            int((result["counts_as"] == kind).sum())
            for kind in (COUNTED, LONGER, NO_VALUE, LEFT_OUT)
        ]
        assert counts[0] + counts[1] == int(row["n"] or 0), row
        assert counts[2:] == [int(row["missing"] or 0), int(row["left_out"] or 0)], row


def test_charts_end_at_mature_items_and_mark_incomplete_weeks(empty: Path, tmp_path: Path) -> None:
    tables = read_tables(FIXTURES / "merged_within_7_days.txt")
    snapshot = published(tmp_path, empty, facts(tables))
    name, everything = "merged_within_7_days", Scope()
    period = Window(
        date(2026, 2, 9), date(2026, 3, 1)
    )  # of which the last seven days are too young

    def weeks_of(frame: pd.DataFrame) -> list[tuple[str, str, bool]]:
        return [
            (f"{row['start_on']:%m-%d}", f"{row['end_on']:%m-%d}", row["is_partial"])
            for row in frame.to_dict("records")
        ]

    numbers = Numbers(snapshot, everything)
    weeks = numbers.weeks(metric(name), period)
    assert weeks_of(weeks) == [("02-09", "02-16", False), ("02-16", "02-22", True)]
    assert weeks["estimate"].isna().all(), "a week without work has no share"
    quarter = numbers.quarters(metric(name), period)
    assert weeks_of(quarter) == [("12-29", "02-22", True)]
    assert quarter["n"].tolist() == [7], "edge and late were not read so far"
    too_young = Window(date(2026, 2, 23), date(2026, 3, 1))
    assert numbers.weeks(metric(name), too_young).empty
    late = Numbers(snapshot, Scope(repo="acme/late")).quarters(metric(name), period)
    assert late["n"].tolist() == [0]


def test_charts_with_rows_of_their_own_are_as_typed_by_hand(
    case: tuple[str, dict[str, list[Row]], Snapshot],
) -> None:
    name, tables, snapshot = case
    assert metric(name).chart in CHART_FILES or "chart" not in tables
    if "chart" in tables:
        columns = list(tables["chart"][0])
        result = chart_frame(Numbers(snapshot, Scope()), metric(name), PERIOD)
        assert [tuple(map(fixture_text, row)) for row in result[columns].to_numpy().tolist()] == [
            tuple(row[column] for column in columns) for row in tables["chart"]
        ]


def fixture_text(value: object) -> str | None:
    """Return a value in the format of fixtures: three decimals, days without midnight."""
    if value is None or value != value:
        return None
    return (
        f"{round(value, 3):g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
    )
