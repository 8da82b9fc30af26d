"""Judgements: worked cases, and small cases that can be worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from queries.statistics.changes import compare
from queries.statistics.judgements import (
    Judgement,
    Lack,
    difference,
    difference_of_medians,
    judge,
    judge_median,
)
from queries.statistics.medians import log_median_variance
from queries.statistics.noise import (
    Array,
    Kind,
    Weeks,
    Windows,
    degrees_of_freedom,
    guard_factor,
)

CASES = json.loads((Path(__file__).parent / "verdict_cases.json").read_text(encoding="utf-8"))


def by_name(name: str) -> list[Any]:
    """Return the cases of one kind as parameters of a test."""
    return [pytest.param(case, id=case["name"]) for case in CASES[name]]


def figures(judgement: Judgement) -> dict[str, Any]:
    """Return the figures of a worked case."""
    low, high = judgement.interval() or (None, None)
    return {
        "effect": judgement.effect,
        "lo": low,
        "hi": high,
        "p": judgement.p,
        "df": judgement.df,
        "se": judgement.se,
    }


def test_degrees_of_freedom_are_those_of_the_table() -> None:
    table = [
        round(degrees_of_freedom(case["weeks"], case["lag"], 13, 13), 3)
        for case in CASES["degrees_of_freedom"]
    ]
    assert table == [case["df"] for case in CASES["degrees_of_freedom"]]
    assert len(table) == 18


@pytest.mark.parametrize("case", by_name("numbers"))
def test_worked_cases_of_numbers(case: dict[str, Any]) -> None:
    n = len(case["numerator"])
    counts = np.ones(n, dtype=np.bool_)
    counts[case.get("closed_weeks", [])] = False
    weeks = Weeks(np.array(case["numerator"], float), np.array(case["denominator"], float), counts)
    judgement = judge(case["kind"], weeks, Windows(n - 13, case["lag"]))
    assert figures(judgement) == pytest.approx(case["expected"], abs=1e-6)


@pytest.mark.parametrize("case", by_name("medians"))
def test_worked_cases_of_medians(case: dict[str, Any]) -> None:
    hours = np.array([np.inf if value is None else value for value in case["hours"]])
    judgement = judge_median(
        hours, np.array(case["week"]), Windows(case["weeks"] - 13, case["lag"])
    )
    assert figures(judgement) == pytest.approx(case["expected"], abs=1e-3)
    assert judgement.lack is None


def steady(history: int, before: float, now: float, items: float = 10.0) -> Weeks:
    """Return weeks that are all alike, with another value in the judged quarter."""
    numerator = np.array([before] * history + [now] * 13)
    return Weeks(numerator, np.full(len(numerator), items))


@pytest.mark.parametrize(
    ("kind", "weeks", "effect", "se"),
    [
        # p = (78 + 52 + 0.5) / 261 = 0.5, then 0.25 × 2 / 130
        ("share", steady(52, 4, 6), 0.2, 0.0620174),
        # 1/26 + 1/13
        ("rate", steady(52, 1, 2, 1), 1.0, 0.3396832),
        # 26 + 13 events
        ("count", steady(52, 1, 2, 1), 13.0, 6.2449980),
        # 39 outcomes in each quarter: 2/39
        ("per outcome", steady(52, 300, 150, 3), -0.5, 0.2264554),
        # 26 moves in each of 13 weeks: 2 × 26 / 169
        (
            "net",
            Weeks(np.array([1.0] * 52 + [0.0] * 13), np.ones(65), moves=np.full(65, 2.0)),
            -1.0,
            0.5547002,
        ),
    ],
)
def test_without_any_past_change_items_count_as_independent(
    kind: Kind, weeks: Weeks, effect: float, se: float
) -> None:
    judgement = judge(kind, weeks, Windows(52, 13))
    assert judgement.noise.variance == pytest.approx(0, abs=1e-20)
    assert (judgement.effect, judgement.se) == pytest.approx((effect, se), abs=1e-6)


def test_floor_of_a_median_is_that_of_a_share_of_one_half() -> None:
    hours = np.tile([1.0, 2.0, 3.0, 4.0], 65)
    judgement = judge_median(hours, np.repeat(np.arange(65), 4), Windows(52, 13))
    # 0.25 × 2 / 52
    assert judgement.se == pytest.approx(0.0980581, abs=1e-6)
    assert (judgement.effect, judgement.change, judgement.threshold) == (0.0, 0.0, 2.0)


def test_number_without_floor_and_without_past_changes_is_not_judged() -> None:
    judgement = judge("per reviewer", steady(52, 8, 16, 2), Windows(52, 13))
    assert judgement.lack == Lack("undefined", 0, 0)


def test_noisier_quarter_widens_the_interval() -> None:
    residuals = np.array([[1.0, -1.0], [1.0, -1.0], [4.0, -4.0]])
    mask = np.ones((3, 2), dtype=np.bool_)
    # times 2 weeks, less what all share (4, −4): 2, 2 and 4 away, so 4, 4 and 16 as squares
    factor = guard_factor(residuals, mask, Windows(4, 2, weeks=2))
    assert factor == pytest.approx((1 + 4) / 2)


def test_busy_quarter_ends_are_no_noise() -> None:
    residuals = np.tile([-1.0, -1.0, 2.0], (4, 1))
    mask = np.ones((4, 3), dtype=np.bool_)
    assert guard_factor(residuals, mask, Windows(9, 3, weeks=3)) == pytest.approx(1)


def test_windows_of_fewer_than_8_open_weeks_are_left_out() -> None:
    weeks = steady(52, 4, 6)
    counts = np.ones(65, dtype=np.bool_)
    counts[20:26] = False
    judgement = judge("share", Weeks(weeks.numerator, weeks.denominator, counts), Windows(52, 13))
    # of 27 pairs those that begin in week 13 to 20, and those whose second window does
    assert judgement.n_pairs == 27 - 16
    assert judgement.df == pytest.approx(4.067 * 11 / 27, abs=1e-3)
    assert judgement.lack is not None
    assert judgement.lack.code == "pairs"


def test_closed_weeks_count_in_neither_sum() -> None:
    weeks = steady(52, 4, 6)
    counts = np.ones(65, dtype=np.bool_)
    counts[-3:] = False
    numerator = np.where(counts, weeks.numerator, 1000.0)
    judgement = judge("count", Weeks(numerator, np.ones(65), counts), Windows(52, 13))
    assert judgement.effect == pytest.approx(26)


def test_pairs_across_a_rollout_are_left_out() -> None:
    windows = Windows(65, 13, breaks=((39, 43),))
    # of 40 pairs of 26 weeks those that end by week 39
    assert judge("share", steady(65, 4, 6), windows).n_pairs == 14
    # a rollout where one pair ends and the next begins divides none of the two
    assert judge("share", steady(52, 4, 6), Windows(52, 13, breaks=((26, 26),))).n_pairs == 2


def test_pairs_on_both_sides_of_a_rollout_add_their_degrees_of_freedom() -> None:
    # 52 weeks on each side, which have 4.067 each, share no week
    judgement = judge("share", steady(104, 4, 6), Windows(104, 13, breaks=((52, 52),)))
    assert (judgement.n_pairs, round(judgement.df, 3)) == (54, 8.135)
    # with a transition of 13 weeks 39 weeks are left, which have 2.768
    judgement = judge("share", steady(104, 4, 6), Windows(104, 13, breaks=((52, 65),)))
    # (27 + 14)² × 26² / (27² × 26² / 4.067 + 14² × 26² / 2.768)
    assert (judgement.n_pairs, round(judgement.df, 2)) == (41, 6.72)


def test_at_most_12_quarters_of_history_are_used() -> None:
    weeks = steady(208, 4, 6)
    judgement = judge("share", weeks, Windows(208, 13))
    assert (judgement.history_weeks, round(judgement.df, 3)) == (156, 15.784)
    assert judgement.n_pairs == 131


@pytest.mark.parametrize(
    ("windows", "actual", "needed"),
    [
        (Windows(39, 13), 39, 52),
        (Windows(91, 52), 91, 96),
        (Windows(64, 17, transition=4), 60, 66),
        (Windows(64, 30, weeks=26, transition=4), 60, 121),
    ],
)
def test_weeks_of_history_that_are_missing(windows: Windows, actual: int, needed: int) -> None:
    weeks = Weeks(np.full(windows.now.stop, 4.0), np.full(windows.now.stop, 10.0))
    judgement = judge("share", weeks, windows)
    assert judgement.lack == Lack("history", actual, needed)
    assert (judgement.p, judgement.interval()) == (None, None)


@pytest.mark.parametrize(
    ("kind", "weeks", "lack"),
    [
        ("share", steady(52, 1, 0.5, 1.5), Lack("items", 19.5, 20, "both")),
        ("share", steady(52, 0, 0.25), Lack("events", 3.25, 5)),
        ("share", steady(52, 10, 9.75), Lack("non-events", 3.25, 5)),
        ("rate", steady(52, 2, 0.5, 1), Lack("events", 6.5, 10, "now")),
        ("rate", steady(52, 2, 0, 1), Lack("events", 0, 10, "now")),
        ("per reviewer", steady(52, 1, 3, 1), Lack("reviews", 13, 20, "before")),
        ("per outcome", steady(52, 100, 50, 0.25), Lack("outcomes", 3.25, 5, "now")),
        ("net", steady(52, 0.5, 0.75, 1), Lack("moves", 6.5, 10, "now")),
        ("count", steady(52, 0.125, 0.25, 1), Lack("events", 4.875, 6)),
    ],
)
def test_too_few_of_a_kind(kind: Kind, weeks: Weeks, lack: Lack) -> None:
    judgement = judge(kind, weeks, Windows(52, 13))
    assert judgement.lack is not None
    assert (judgement.lack.code, judgement.lack.actual, judgement.lack.needed) == (
        lack.code,
        lack.actual,
        lack.needed,
    )
    assert judgement.p is None


def test_median_that_fewer_than_half_reach_has_no_effect() -> None:
    hours = np.where(np.arange(65 * 4) // 4 < 52, 5.0, np.inf)
    judgement = judge_median(hours, np.repeat(np.arange(65), 4), Windows(52, 13))
    assert (judgement.effect, judgement.lack) == (None, Lack("not reached", 0, 0))


def test_median_without_items_has_no_effect() -> None:
    judgement = judge_median(np.array([]), np.array([], dtype=np.int64), Windows(52, 13))
    assert (judgement.effect, judgement.lack) == (None, Lack("items", 0, 20, "now"))


@pytest.mark.parametrize(
    ("kind", "weeks", "width", "widest"),
    [
        # t(4.067) = 2.7579: exp(2.7579 × √(2/13))
        ("rate", steady(52, 1, 1, 1), 2.9500, 3.0),
        ("rate", steady(52, 0.8, 0.8, 1), 3.3530, 3.0),
        # 2.7579 × √(2 × 0.25 / 26)
        ("share", steady(52, 1, 1, 2), 0.3825, 0.25),
        # 2.7579 × √6.5, more than 6
        ("count", steady(52, 0.25, 0.25, 1), 7.0312, 6.5),
    ],
)
def test_interval_in_which_no_threefold_change_shows_is_blind(
    kind: Kind, weeks: Weeks, width: float, widest: float
) -> None:
    judgement = judge(kind, weeks, Windows(52, 13))
    assert judgement.p == pytest.approx(1)
    if width < widest:
        assert judgement.lack is None
    else:
        assert judgement.lack is not None
        figures = (judgement.lack.actual, judgement.lack.needed)
        assert judgement.lack.code == "blind"
        assert figures == pytest.approx((width, widest), abs=2e-3)


def test_windows_of_the_past_are_as_long_as_those_compared() -> None:
    # a fourth quarter of 14 weeks, and 4 weeks of a running quarter, both against 13
    for length, pairs in ((14, 26), (4, 36)):
        numerator = np.array([4.0] * 52 + [6.0] * length)
        windows = Windows(52, 13, weeks=length, baseline_weeks=13)
        judgement = judge("share", Weeks(numerator, np.full(52 + length, 10.0)), windows)
        assert judgement.n_pairs == pairs
        assert judgement.effect == pytest.approx(0.2)
    assert judge("count", steady(52, 2, 2), Windows(52, 13)).effect == 0


def noisy(seed: int, histories: int = 1, n: int = 169) -> tuple[Array, Array]:
    """Return weekly events and items of histories that only chance moves."""
    chance = np.random.default_rng(seed)
    items = chance.poisson(10, (histories, n)).astype(float)
    return chance.binomial(items.astype(int), 0.4).astype(float), items


def test_many_histories_at_once_are_judged_as_each_alone() -> None:
    events, items = noisy(1, histories=5)
    counts = np.ones(169, dtype=np.bool_)
    counts[[40, 150, 165]] = False
    windows = Windows(156, 52, breaks=((100, 104),))
    batch = compare("share", [Weeks(events, items, counts)], windows)
    for n in range(5):
        alone = judge("share", Weeks(events[n], items[n], counts), windows)
        assert alone.change == pytest.approx(batch.change[n], abs=1e-12)
        assert alone.se == pytest.approx(batch.noise.se[n], abs=1e-12)


def test_interval_excludes_no_change_exactly_if_p_is_small() -> None:
    chance = np.random.default_rng(7)
    week = np.repeat(np.arange(65), 3)
    small = 0
    for _ in range(60):
        # whole hours: many ties
        hours = np.ceil(chance.exponential(chance.choice([6, 40], 65), (3, 65)).T.ravel())
        hours[week >= 52] = np.ceil(hours[week >= 52] * chance.choice([0.1, 1, 8]))
        judgement = judge_median(hours, week, Windows(52, 13))
        assert judgement.p is not None
        for level in (0.5, 0.8, 0.95):
            low, high = judgement.interval(level) or (0, 0)
            assert (judgement.p < 1 - level) == (not low <= 0 <= high)
            small += judgement.p < 1 - level
    assert 10 < small < 150


def test_noise_of_a_rollout_ends_before_it() -> None:
    events, items = noisy(2)
    windows = Windows(104, 17, transition=4)
    judgement = judge("share", Weeks(events[0, :117], items[0, :117]), windows)
    # 13 weeks before week 100, and 13 after week 103
    now, before = (
        events[0, part].sum() / items[0, part].sum() for part in (windows.now, windows.before)
    )
    assert windows.before == slice(87, 100)
    assert judgement.effect == pytest.approx(now - before)
    assert (judgement.history_weeks, judgement.n_pairs) == (100, 71)
    later = np.concatenate([events[0, :100], events[0, 100:117] * 0.5])
    assert judge("share", Weeks(later, items[0, :117]), windows).n_pairs == 71


def test_shock_to_all_teams_cancels_in_the_difference() -> None:
    having, without = steady(52, 4, 8), steady(52, 5, 9)
    judgement = difference("share", having, without, Windows(52, 13))
    assert judgement.effect == pytest.approx(0)
    # p = 156.5 / 261 and 182.5 / 261, of each p (1 − p) 2 / 130
    assert judgement.se == pytest.approx((0.0036928 + 0.0032350) ** 0.5, abs=1e-5)
    assert judgement.lack is None


def test_difference_needs_enough_on_both_sides() -> None:
    small = steady(52, 0.5, 0.5, 1)
    judgement = difference("share", steady(52, 4, 8), small, Windows(52, 13))
    assert judgement.lack == Lack("items", 13, 20, "now")


def test_difference_of_medians_is_a_ratio_of_ratios() -> None:
    week = np.repeat(np.arange(65), 5)
    hours = np.tile([4.0, 6.0, 8.0, 10.0, np.inf], 65)
    fast, slow = np.where(week >= 52, 0.5, 1), np.where(week >= 52, 2.0, 1)
    windows = Windows(52, 13)
    both = difference_of_medians((hours * slow, week), (hours * slow, week), windows)
    apart = difference_of_medians((hours * fast, week), (hours * slow, week), windows)
    assert (both.effect, apart.effect) == pytest.approx((0, -0.75))
    # all windows of the past and both quantiles are 8 hours: no noise is known
    assert apart.lack == Lack("undefined", 0, 0)


def test_variance_of_the_logarithm_of_a_median() -> None:
    # of four items the quantiles 0.25 and 0.75 are the first and the third
    assert log_median_variance(np.array([3.0, 1.0, 9.0, 2.0])) == pytest.approx(0.3017372)
    assert log_median_variance(np.array([1.0, 2.0, np.inf, np.inf])) == np.inf
