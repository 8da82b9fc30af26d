"""Levels, lines and states of expectations, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import inf, sqrt

import pandas as pd
import pytest

from queries.catalog.metric import Aggregate
from queries.catalog.scope import Scope
from queries.read.expectations import Target, target
from queries.statistics.expectations import (
    Level,
    decided,
    has_worsened,
    level,
    line_at,
    so_far,
    window_until,
)
from queries.statistics.windows import Window
from tests.bench.expectations import at_the_day, half_way

FIRST = date(2026, 1, 5)
FOUR_WEEKS = Window(FIRST, FIRST + timedelta(weeks=4))


def items(weeks: Sequence[Sequence[float | None]], **columns: object) -> pd.DataFrame:
    """Return items with the values of each week, on its Monday."""
    rows = [
        {"day": FIRST + timedelta(weeks=week), "value": value, "reviewer": None, "cost_usd": None}
        | {"is_excluded": False}
        | columns
        for week, values in enumerate(weeks)
        for value in values
    ]
    frame = pd.DataFrame(rows)
    return frame.astype({"value": float, "cost_usd": float, "is_excluded": bool})


def test_share_is_a_ratio_of_sums_with_a_wide_enough_interval() -> None:
    # 20 of 40; the weeks have 7, 3, 7 and 3 of 10: residuals of 2 each, so that the standard error
    # is sqrt(4 / 3 * 4 * 4) / 40 = 0.1155, and t of 3 degrees of freedom is 3.182
    seven, three = [1] * 7 + [0] * 3, [1] * 3 + [0] * 7
    result = level("share", items([seven, three, seven, three]), FOUR_WEEKS)
    assert (result.value, result.n) == (0.5, 40)
    assert result.lo == pytest.approx(0.5 - 3.182 * 0.1155, abs=0.0005)
    assert result.hi == pytest.approx(0.5 + 3.182 * 0.1155, abs=0.0005)
    # without variation between weeks, Wilson's interval of 10 of 20 is left
    even = level("share", items([[1, 0] * 5, [1, 0] * 5]), FOUR_WEEKS)
    assert even.lo == pytest.approx(0.2993, abs=1e-4)
    assert even.hi == pytest.approx(0.7007, abs=1e-4)


def test_items_without_a_value_widen_the_bounds_of_a_share() -> None:
    result = level("share", items([[1, 1, 0, None], [1, 0, 0, None]]), FOUR_WEEKS)
    assert (result.value, result.n) == (0.5, 6)
    assert (result.least, result.most) == (3 / 8, 5 / 8)


def test_counts_and_rates_are_weekly_sums() -> None:
    frame = items([[1, 1], [1, 1, 1, 1], [], [1, 1]])
    rate = level("per week", frame, FOUR_WEEKS)
    # 8 in 4 weeks; only weeks with items vary
    assert (rate.value, rate.n) == (2, 8)
    count = level("count", frame, FOUR_WEEKS)
    assert count.value == 8
    assert count.error == pytest.approx(4 * (rate.error or 0))
    assert rate.error == pytest.approx(sqrt(4 / 3 * 8) / 4)


def test_median_has_the_interval_of_its_ranks() -> None:
    # 25 values; (25 - 1.96 * 5) / 2 = 7.6: from the 7th to the 19th
    values = [float(value) for value in range(1, 26)]
    result = level("median", items([values]), FOUR_WEEKS)
    assert (result.value, result.lo, result.hi, result.n) == (13, 7, 19, 25)
    # unfinished items are the longest; fewer than half of them have no median
    assert level("median", items([[1.0, inf, inf]]), FOUR_WEEKS).value is None
    assert level("median", items([[1.0, 2.0, inf]]), FOUR_WEEKS).value == 2


@pytest.mark.parametrize(
    ("aggregate", "value", "expected"), [("per outcome", 1.0, 5.0), ("cost share", 0.4, 0.4)]
)
def test_costs_are_ratios_of_sums(aggregate: Aggregate, value: float, expected: float) -> None:
    result = level(aggregate, items([[value] * 3] * 4, cost_usd=5.0), FOUR_WEEKS)
    assert result.value == pytest.approx(expected)


def test_window_is_the_13_whole_weeks_before_a_day() -> None:
    assert window_until(date(2026, 9, 28)) == Window(date(2026, 6, 29), date(2026, 9, 28))
    assert window_until(date(2026, 10, 4)) == Window(date(2026, 6, 29), date(2026, 9, 28))


def test_line_is_straight_from_the_baseline_to_the_target() -> None:
    start, end = (date(2026, 1, 5), 0.2), (date(2026, 3, 30), 0.8)
    assert line_at(date(2026, 1, 5), start, end) == 0.2
    assert line_at(date(2026, 2, 16), start, end) == pytest.approx(0.5)
    assert line_at(date(2026, 3, 30), start, end) == 0.8


def known(least: float, most: float, half: float) -> Level:
    """Return a level with an interval of half this width around its least."""
    return Level(least, least, most, least - half, least + half, half / 2, 50)


@pytest.mark.parametrize(
    ("target", "is_at_most", "state"),
    [
        (0.5, False, "met"),
        (0.6, False, "cannot be told"),
        (0.71, False, "missed"),
        (0.7, True, "met"),
        (0.6, True, "cannot be told"),
        (0.49, True, "missed"),
    ],
)
def test_state_at_the_day_needs_both_bounds(target: float, is_at_most: bool, state: str) -> None:
    assert decided(target, is_at_most, known(0.5, 0.7, 0.2)) == state


@pytest.mark.parametrize(
    ("needed", "is_at_most", "state"),
    [
        (0.6, False, "on course"),
        (0.75, False, "cannot be told"),
        (0.85, False, "behind"),
        (0.6, True, "on course"),
        (0.5, True, "cannot be told"),
        (0.35, True, "behind"),
    ],
)
def test_state_before_the_day_needs_the_interval(
    needed: float, is_at_most: bool, state: str
) -> None:
    # at least: 0.5 + 0.1 and 0.7 + 0.1; at most: 0.7 - 0.1 and 0.5 - 0.1
    assert so_far(needed, is_at_most, known(0.5, 0.7, 0.1)) == state
    assert so_far(needed, is_at_most, Level(0.5, 0.5, 0.5, n=50)) == "cannot be told"


def test_guardrail_is_worse_beyond_its_margin_and_beyond_chance() -> None:
    before = Level(0.1, error=0.02, n=50)
    for value, error, margin, expected in (
        (0.2, 0.02, 0.05, True),
        (0.2, 0.02, 0.15, False),  # within the margin
        (0.2, 0.09, 0.05, False),  # 0.1 is less than 1.645 * sqrt(0.09² + 0.02²) = 0.15
        (0.05, 0.02, 0.02, False),  # better
    ):
        now = Level(value, error=error, n=50)
        assert has_worsened("share", False, now, before, margin, is_ratio=False) is expected
    few = Level(0.2, error=0.02, n=9)
    assert has_worsened("share", False, few, before, 0.05, is_ratio=False) is None
    # half as much again is allowed of a median of 10 hours
    slow = Level(14.9, error=0.1, n=50), Level(10.0, error=0.1, n=50)
    assert has_worsened("median", False, *slow, 0.5, is_ratio=True) is False
    assert has_worsened("median", False, *slow, 0.4, is_ratio=True) is True


def test_chart_shows_the_next_target_of_its_scope() -> None:
    def row(value: float, by: int, **more: object) -> dict[str, object]:
        shared = {"metric": "m", "category": None, "scope": "org", "decided_on": None}
        return shared | {"target": value, "by_on": date(2026, by, 1)} | more

    past = row(0.1, 1, decided_on=date(2026, 2, 1))
    rows = [past, row(0.3, 9), row(0.2, 6), row(0.9, 5, category="docs"), row(0.4, 7, scope="Web")]
    assert target(rows, "m", Scope()) == Target(0.2, date(2026, 6, 1))
    assert target(rows, "m", Scope(team="Web")) == Target(0.4, date(2026, 7, 1))
    assert target([past], "m", Scope()) == Target(0.1, date(2026, 1, 1))
    assert target(rows, "m", Scope(repo="acme/shop")) is None
    assert target(rows, "other", Scope()) is None


def test_chance_alone_rarely_decides_far_from_the_target() -> None:
    assert at_the_day(1, 60, -20, 0.0, 500)["met"] <= 2
    assert at_the_day(1, 60, 20, 0.0, 500)["missed"] <= 2
    # what could not be observed gives no wrong state
    assert at_the_day(1, 260, 0, 0.2, 500)["cannot be told"] > 450


def test_number_on_its_line_is_rarely_behind() -> None:
    assert half_way(1, 60, 0.45, 60)["behind"] <= 6
