"""Every check returns exactly the rows that must not exist; every publish runs every check."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from queries.sql_files import checks
from tests.support import facts
from tests.support.facts import as_text, create, read_tables

FIXTURES = Path(__file__).parent / "checks"
CHECKS = {check.name: check for check in checks()}


def test_every_check_has_its_fixture() -> None:
    assert {path.stem for path in FIXTURES.glob("*.txt")} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_check_returns_exactly_the_planted_rows(name: str) -> None:
    inputs = read_tables(FIXTURES / f"{name}.txt")
    expected = inputs.pop("expected")
    with duckdb.connect() as db:
        create(db, inputs)
        result = as_text(db, CHECKS[name].statement, expected[0])
    assert result == sorted((tuple(row.values()) for row in expected), key=str)


def test_published_file_lists_its_checks(demo: Path) -> None:
    with facts.opened(demo) as db:
        listed = db.execute("select check_name, description, failing_rows from checks").fetchall()
    assert listed == [(name, check.definition, 0) for name, check in CHECKS.items()]
