"""Every check finds the rows that must not exist, and only those; and every publish runs every check."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from queries.models import checks
from tests import facts
from tests.facts import as_text, create, read_tables

FIXTURES = Path(__file__).parent / "checks"
CHECKS = {check.name: check for check in checks()}


def test_every_check_has_its_fixture() -> None:
    assert {path.stem for path in FIXTURES.glob("*.txt")} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_finds_what_was_planted_and_nothing_else(name: str) -> None:
    given = read_tables(FIXTURES / f"{name}.txt")
    wanted = given.pop("expected")
    with duckdb.connect() as db:
        create(db, given)
        found = as_text(db, CHECKS[name].statement, wanted[0])
    assert found == sorted((tuple(row.values()) for row in wanted), key=str)


def test_a_published_file_lists_what_was_checked(demo: Path) -> None:
    with facts.opened(demo) as db:
        listed = db.execute("select check_name, description, failing_rows from checks").fetchall()
    assert listed == [(name, check.definition, 0) for name, check in CHECKS.items()]
