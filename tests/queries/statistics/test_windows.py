"""Quarters are 13 whole ISO weeks; comparisons and weeks contain only mature items."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.statistics.windows import (
    QUARTERS_PUBLISHED,
    WEEK,
    Comparison,
    Quarter,
    Window,
    comparisons,
    quarter_of,
    quarters,
    weeks,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
QUARTERS = st.builds(Quarter, st.integers(1990, 2090), st.integers(1, 4))
MATURES = st.integers(0, 30)


def window(start_on: str, end_on: str) -> Window:
    return Window(date.fromisoformat(start_on), date.fromisoformat(end_on))


@pytest.mark.parametrize(
    ("quarter", "expected"),
    [
        (Quarter(2026, 1), window("2025-12-29", "2026-03-30")),
        (Quarter(2026, 2), window("2026-03-30", "2026-06-29")),
        (Quarter(2026, 3), window("2026-06-29", "2026-09-28")),
        (Quarter(2026, 4), window("2026-09-28", "2027-01-04")),  # 2026 has a week 53: 14 weeks
        (Quarter(2025, 4), window("2025-09-29", "2025-12-29")),
        (Quarter(2020, 4), window("2020-09-28", "2021-01-04")),  # so had 2020
        (Quarter(2021, 1), window("2021-01-04", "2021-04-05")),
    ],
)
def test_quarters_typed_by_hand(quarter: Quarter, expected: Window) -> None:
    assert quarter.window == expected


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-12-31", "2026-Q4"),
        ("2027-01-03", "2026-Q4"),  # the Sunday of week 53
        ("2027-01-04", "2027-Q1"),
        ("2025-12-28", "2025-Q4"),
        ("2025-12-29", "2026-Q1"),  # a Monday of December in the next ISO year
        ("2024-12-30", "2025-Q1"),
    ],
)
def test_days_around_new_year_are_in_the_quarter_of_their_iso_week(day: str, name: str) -> None:
    assert quarter_of(date.fromisoformat(day)).name == name


@given(QUARTERS)
def test_quarters_follow_each_other_without_gap_or_overlap(quarter: Quarter) -> None:
    assert quarter.before().window.end_on == quarter.window.start_on
    assert quarter.before().before().before().before() == quarter.year_before()


@given(QUARTERS)
def test_a_quarter_is_13_whole_weeks_and_14_only_with_week_53(quarter: Quarter) -> None:
    length = quarter.window.end_on - quarter.window.start_on
    has_week_53 = quarter.number == 4 and date(quarter.year, 12, 28).isocalendar().week == 53
    assert length == (14 if has_week_53 else 13) * WEEK
    assert quarter.window.start_on.weekday() == 0


@given(DAYS)
def test_every_day_is_in_its_named_quarter(day: date) -> None:
    result = quarter_of(day).window
    assert result.start_on <= day < result.end_on


@given(DAYS, st.integers(0, 800))
def test_weeks_cover_a_window_once_and_begin_on_mondays(start_on: date, length: int) -> None:
    whole = Window(start_on, start_on + timedelta(days=length))
    result = weeks(whole)
    days = [
        part.start_on + timedelta(days=n)
        for part in result
        for n in range((part.end_on - part.start_on).days)
    ]
    assert days == [start_on + timedelta(days=n) for n in range(length)]
    assert all(part.start_on.weekday() == 0 for part in result[1:])
    assert all(part.end_on - part.start_on == WEEK for part in result[1:-1])


@given(DAYS, st.integers(1, 800))
def test_the_quarters_of_a_window_cover_it_and_follow_each_other(
    start_on: date, length: int
) -> None:
    last = start_on + timedelta(days=length - 1)
    result = quarters(Window(start_on, last + timedelta(days=1)))
    assert (result[0], result[-1]) == (quarter_of(start_on).window, quarter_of(last).window)
    assert [part.start_on for part in result[1:]] == [part.end_on for part in result[:-1]]


def test_comparisons_typed_by_hand() -> None:
    result = comparisons(date(2026, 10, 8), 7, quarters=2)
    assert result == [
        Comparison(
            "2026-Q4",
            "quarter before",
            "so far",
            window("2026-09-28", "2026-10-02"),
            window("2026-06-29", "2026-09-28"),
        ),
        Comparison(
            "2026-Q4",
            "year before",
            "so far",
            window("2026-09-28", "2026-10-02"),
            window("2025-09-29", "2025-12-29"),
        ),
        Comparison(
            "2026-Q3",
            "quarter before",
            "decided",
            window("2026-06-29", "2026-09-28"),
            window("2026-03-30", "2026-06-29"),
        ),
        Comparison(
            "2026-Q3",
            "year before",
            "decided",
            window("2026-06-29", "2026-09-28"),
            window("2025-06-30", "2025-09-29"),
        ),
    ]


def test_fixed_baseline_is_compared_with_the_eight_quarters_after_it() -> None:
    result = comparisons(date(2026, 9, 27), 0, baselines=["2024-Q3", "2026-Q2", "2026-Q3"])
    fixed = [pair for pair in result if pair.comparison == "baseline"]
    assert [(pair.quarter, pair.event) for pair in fixed] == [
        ("2026-Q3", "2024-Q3"),
        ("2026-Q3", "2026-Q2"),
        ("2026-Q2", "2024-Q3"),
        ("2026-Q1", "2024-Q3"),
        ("2025-Q4", "2024-Q3"),
        ("2025-Q3", "2024-Q3"),
        ("2025-Q2", "2024-Q3"),
        ("2025-Q1", "2024-Q3"),
        ("2024-Q4", "2024-Q3"),
    ]
    assert fixed[0].baseline == window("2024-07-01", "2024-09-30")


@pytest.mark.parametrize(
    ("as_of", "matures_after", "statuses"),
    [
        ("2026-09-27", 0, {"2026-Q3": "decided"}),  # its last day
        ("2026-09-26", 0, {"2026-Q3": "so far"}),
        ("2026-09-28", 0, {"2026-Q4": "so far", "2026-Q3": "decided"}),
        ("2026-10-03", 7, {"2026-Q3": "so far"}),  # the new quarter has nothing of seven days
        ("2026-10-04", 7, {"2026-Q3": "decided"}),
        ("2026-10-05", 7, {"2026-Q4": "so far", "2026-Q3": "decided"}),
    ],
)
def test_quarter_is_decided_when_all_its_items_are_mature(
    as_of: str, matures_after: int, statuses: dict[str, str]
) -> None:
    result = comparisons(date.fromisoformat(as_of), matures_after, quarters=2)
    newest = {pair.quarter: pair.status for pair in result}
    assert list(newest.items())[: len(statuses)] == list(statuses.items())


@given(DAYS, MATURES)
def test_windows_end_at_mature_items_and_baselines_are_whole(
    as_of: date, matures_after: int
) -> None:
    last = as_of + timedelta(days=1 - matures_after)
    result = comparisons(as_of, matures_after)
    assert 2 * (QUARTERS_PUBLISHED - 1) <= len(result) <= 2 * QUARTERS_PUBLISHED
    for pair in result:
        year, number = pair.quarter.split("-Q")
        quarter = Quarter(int(year), int(number))
        assert pair.current.start_on == quarter.start < pair.current.end_on <= last
        assert (pair.status == "decided") == (pair.current == quarter.window)
        other = {"quarter before": quarter.before(), "year before": quarter.year_before()}[
            pair.comparison
        ]
        assert pair.baseline == other.window
        assert pair.baseline.end_on <= pair.current.start_on
