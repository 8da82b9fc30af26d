"""Numbers without a comparison, on the closed lines of a question's page."""

from __future__ import annotations

import pytest

from queries.catalog.catalog import metric
from queries.text.question_text import number


@pytest.mark.parametrize(
    ("name", "value", "n", "expected"),
    [
        ("hotfixes_per_week", None, 0, "not measured"),
        ("hotfixes_per_week", 0.0, 0, "0 a week"),
        ("time_to_restore", None, 0, "not measured"),
        ("time_to_restore", None, 3, "not reached"),
        ("feedback_resolution_time", 30.0, 3, "30 hours"),
        ("open_work_age", None, 0, "nothing is open"),
    ],
)
def test_number_without_items_is_not_measured(
    name: str, value: float | None, n: int, expected: str
) -> None:
    assert number(metric(name), value, n) == expected
