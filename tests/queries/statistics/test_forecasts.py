"""Forecasts of spend: points by hand, intervals, budgets and coverage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries.publish.budgets import by_month, forecast_rows
from queries.publish.settings import Budget, PublishSettings
from queries.statistics.change_points import newest_change_point
from queries.statistics.forecasts import (
    PROBABILITIES,
    WEEKLY_PRIOR,
    WIDENING,
    Array,
    Days,
    Forecast,
    Spread,
    days_of,
    forecast,
    month_of,
    remaining_totals,
    spread,
    what_if,
)
from tests.bench import forecast_study as study
from tests.support.spend_ledger import Books, spent

MONDAY = date(2026, 9, 21)
AS_OF = date(2026, 11, 14)  # a Saturday, 55 days later
NOVEMBER, YEAR = month_of(AS_OF), (date(2026, 1, 1), date(2026, 12, 31))
NO_MODELS = pd.DataFrame(columns=["day", "model", "usd", "tokens"])


def frame(
    first: date = MONDAY,
    last: date = AS_OF,
    seats: Mapping[date, float] | None = None,
    provisional: int = 0,
) -> pd.DataFrame:
    """Spend of $100 on weekdays and $20 on other days; the last few days may still change."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return pd.DataFrame(
        {
            "day": days,
            "usd": [20.0 if day.weekday() > 4 else 100.0 for day in days],
            "is_provisional": [day > last - timedelta(days=provisional) for day in days],
            "seats_usd": [(seats or {}).get(day) for day in days],
        }
    )


def made(result: pd.DataFrame, period: tuple[date, date] = NOVEMBER) -> Forecast:
    """Return the forecast of a period."""
    days = days_of(result)
    assert days is not None
    return forecast(days, *period)


def rows(result: pd.DataFrame, *budgets: Budget, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """Return the rows of ``forecasts``: the month's and the year's."""
    return list(forecast_rows(result, NO_MODELS, budgets, as_of)[0].to_dict("records"))  # type: ignore[arg-type]


def noisy(days: int, seed: int = 1) -> Days:
    """Return a history of so many days with a level that stays."""
    return Days(MONDAY, np.exp(np.random.default_rng(seed).normal(0, 0.3, days)) * 100, {}, {})


def test_point_is_spend_so_far_plus_the_weekday_profile() -> None:
    result = made(frame())
    assert result.spent == 10 * 100 + 4 * 20
    assert result.point == pytest.approx(1080 + 11 * 100 + 5 * 20)
    assert result.interval == pytest.approx((2280, 2280))  # no forecast was ever wrong
    assert made(frame(), YEAR).point == pytest.approx(
        (40 * 100 + 15 * 20) + 1200 + (23 * 100 + 8 * 20)
    )


def test_the_profile_is_of_the_last_four_weeks_only() -> None:
    reported = frame()
    reported.loc[: 55 - 28 - 1, "usd"] *= 9
    assert made(reported).point == pytest.approx(2280)


def test_budget_breach_is_the_day_the_sum_exceeds_it() -> None:
    month, year = rows(
        frame(), Budget(date(2026, 1, 1), 2000, is_from=True), Budget(date(2026, 5, 1), 5000)
    )
    assert (month["period"], month["budget_usd"], month["p_over_budget"]) == ("2026-11", 2000, 1.0)
    assert month["breach_on"] == date(2026, 11, 26)  # $1,940 through Wednesday the 25th
    assert (year["period"], year["budget_usd"], year["p_over_budget"]) == (
        "2026",
        11 * 2000 + 5000,
        0.0,
    )
    assert year["breach_on"] is None
    assert rows(frame(), Budget(date(2026, 11, 1), 1000))[0]["breach_on"] == date(2026, 11, 13)
    assert [row["budget_usd"] for row in rows(frame(), Budget(date(2026, 12, 1), 1))] == [
        None,
        None,
    ]


def test_the_chance_over_a_budget_falls_with_the_budget_and_is_a_half_near_the_point() -> None:
    result = forecast(noisy(300), *month_of(MONDAY + timedelta(days=290)))
    assert result.interval is not None
    lo, hi = result.interval
    chances = [result.chance_over(usd) for usd in (result.spent - 1, lo, result.point, hi, 10 * hi)]
    assert chances == pytest.approx([1, 0.9, 0.5, 0.1, 0], abs=0.1)
    assert all(
        remaining is not None and valid is not None and remaining > valid
        for remaining, valid in pairwise(chances)
    )


def test_provisional_days_are_forecast_and_counted_as_spent() -> None:
    reported = frame(provisional=3)
    reported.loc[reported["is_provisional"], "usd"] = 1.0
    result = made(reported)
    assert result.counted_until == date(2026, 11, 11)
    assert result.spent == 10 * 100 - 200 + 3 * 20 + 3 * 1
    assert result.point == pytest.approx(2280)
    reported.loc[reported["is_provisional"], "usd"] = 5000.0
    assert made(reported).point == made(reported).spent == 800 + 60 + 15000
    assert made(reported).interval == (15860, 15860)


def test_final_days_may_end_before_the_month_begins() -> None:
    result = made(frame(first=MONDAY - timedelta(days=28), provisional=20))
    assert result.counted_until == date(2026, 10, 25)
    assert result.point == pytest.approx(21 * 100 + 9 * 20)
    assert result.interval == pytest.approx((2280, 2280))


def test_finished_month_equals_its_cost() -> None:
    result = made(frame(last=date(2026, 11, 30)))
    assert (result.point, result.interval) == (2280, (2280, 2280))
    assert (result.chance_over(2279), result.chance_over(2280)) == (1, 0)


def test_history_under_six_weeks_has_a_point_without_interval() -> None:
    month, year = rows(frame(first=AS_OF - timedelta(days=40)), Budget(date(2026, 11, 1), 2000))
    assert month["point"] == pytest.approx(2280)
    reason = "no interval: it needs 42 days of history, and there are 41"
    assert month["reason"] == year["reason"] == reason
    assert (month["lo"], month["hi"], month["p_over_budget"], month["coverage"]) == (
        None,
        None,
        None,
        None,
    )
    assert month["breach_on"] == date(2026, 11, 26)
    assert (
        rows(frame(first=AS_OF - timedelta(days=40)), Budget(date(2026, 11, 1), 1000))[0][
            "p_over_budget"
        ]
        == 1
    )
    assert rows(frame(first=AS_OF - timedelta(days=41)))[0]["lo"] is not None
    assert made(frame(first=AS_OF)).point == pytest.approx(17 * 20)  # one day, and no weekday yet


def test_no_spend_has_no_forecast_and_ended_spend_no_interval() -> None:
    assert rows(frame().iloc[:0]) == []
    assert rows(frame(provisional=99)) == []
    reported = frame()
    reported.loc[20:, "usd"] = 0
    month, _ = rows(reported)
    assert month["reason"] == "no forecast: nothing was spent in the last 28 days"
    month, _ = rows(frame(first=MONDAY - timedelta(days=28), provisional=45))
    assert month["reason"] == "no interval: spend is final only through 2026-09-30"


@pytest.mark.parametrize(
    ("known", "as_of", "reason"),
    [
        (frame(), AS_OF + timedelta(days=14), None),
        (
            frame(),
            AS_OF + timedelta(days=15),
            "no forecast: spend is known only through 2026-11-14, 15 days before 2026-11-29",
        ),
        (
            frame(first=AS_OF - timedelta(days=26)),
            AS_OF,
            "no forecast: it needs 28 days of history and has 27",
        ),
        (
            frame(first=AS_OF),
            AS_OF,
            "no forecast: it needs 28 days of history and has 1",
        ),
        (frame()[::2], AS_OF - timedelta(days=1), None),
        (frame()[::3], AS_OF, "no forecast: spend is known for only 10 of 28 days"),
    ],
)
def test_old_or_thin_spend_has_a_reason_instead_of_a_forecast(
    known: pd.DataFrame, as_of: date, reason: str | None
) -> None:
    budgets = [Budget(date(2026, month, 1), 500) for month in (10, 11)]
    forecasts, ahead = forecast_rows(known, NO_MODELS, budgets, as_of)
    month = forecasts.iloc[0].to_dict()
    numbers = ("seats", "point", "lo", "hi", "p_over_budget", "coverage")
    assert month["reason"] == reason or (reason is None and month["point"] > 0)
    if reason:
        assert [name for name in numbers if pd.notna(month[name])] == []
        assert list(ahead["day"]) == []
        assert month["spent"] > 0
        assert month["breach_on"] is None or month["breach_on"] <= month["counted_until"]
    else:
        assert month["point"] > 0
        assert len(ahead) > 0


def test_seats_continue_as_booked() -> None:
    monthly = {date(2026, 10, 1): 300.0, date(2026, 11, 1): 330.0}
    result = made(frame(seats=monthly))
    assert (result.seats.sum(), result.spent) == (330, 1410)
    assert result.point == pytest.approx(2610)
    assert made(frame(seats=monthly), YEAR).seats.sum() == 300 + 330 + 330
    daily = {AS_OF - timedelta(days=n): 11.0 if n < 7 else 10.0 for n in range(40)}
    result = made(frame(seats=daily))
    assert result.seats.sum() == pytest.approx(7 * 10 + 7 * 11 + 16 * 11)
    assert result.interval == pytest.approx((2280 + 323, 2280 + 323))
    only = frame(seats=monthly)
    only["usd"] = 0.0
    assert (made(only).point, made(only).interval) == (330, None)


def test_changed_prices_seats_or_cap_change_the_forecast() -> None:
    result = made(frame())
    assert what_if(result).point == result.point
    assert what_if(result, price=0.5).point == pytest.approx(1080 + 600)
    assert what_if(result, price=0.5).interval == pytest.approx((1680, 1680))
    assert what_if(result, seats_usd=365).point == pytest.approx(2280 + 16 * 12)
    capped = what_if(result, cap_usd=2000)
    assert capped.point == pytest.approx(2000)
    assert capped.chance_over(2000) == 0
    assert capped.usage.loc[date(2026, 11, 26) :].tolist() == pytest.approx([60, 0, 0, 0, 0])
    assert what_if(result, cap_usd=10).point == pytest.approx(1080)  # what was spent stays spent
    wide = forecast(noisy(300), *month_of(MONDAY + timedelta(days=290)))
    assert wide.interval and wide.totals is not None
    cap = what_if(wide, cap_usd=wide.point)
    assert (
        cap.interval
        and cap.interval[0] == wide.interval[0]
        and cap.interval[1] == pytest.approx(wide.point)
    )


def test_past_forecasts_are_compared_with_actual_spend() -> None:
    usage = np.concatenate([np.full(14, 10.0), np.full(7, 20.0)])
    reported = spread(usage, 0, 7)  # one past forecast: 20 a day where 10 were expected
    assert reported.windows == pytest.approx(2 / 7)
    assert reported.center == pytest.approx(math.log(2) * (2 / 7) / (2 / 7 + 12))
    off = (math.log(2) - reported.center) ** 2
    assert reported.variance == pytest.approx((2 / 7 * off + 3 * math.log(2) ** 2) / (2 / 7 + 3))


@pytest.mark.parametrize(("freedom", "quantile"), [(3, 1.6377), (10, 1.3722), (1000, 1.2824)])
def test_student_t_is_that_of_the_tables(freedom: float, quantile: float) -> None:
    windows = freedom - WEEKLY_PRIOR
    scale = WIDENING * np.sqrt(1 + 1 / (windows + 1.5))
    quantiles = np.log(Spread(0.0, 1.0, windows).ratios()) / scale
    assert np.interp(0.9, PROBABILITIES, quantiles) == pytest.approx(quantile, abs=2e-3)


def test_an_interval_of_a_month_is_narrower_than_its_days_added() -> None:
    usage = noisy(300).usage
    day, month = (
        np.ptp(np.quantile(remaining_totals(usage, 0, ahead), [0.1, 0.9])) for ahead in (1, 28)
    )
    assert month < 28 * day / 2


def test_the_days_of_a_month_end_with_its_forecast_and_coverage_is_that_of_the_past() -> None:
    days = noisy(400)
    reported = pd.DataFrame(
        {
            "day": [days.start + timedelta(days=n) for n in range(400)],
            "usd": days.usage,
            "seats_usd": 1.0,
            "is_provisional": False,
        }
    )
    as_of = days.end
    forecasts, ahead = forecast_rows(reported, NO_MODELS, [], as_of)
    month, last = forecasts.iloc[0], ahead.iloc[-1]
    assert list(ahead["day"]) == [
        as_of + timedelta(days=n + 1) for n in range((month_of(as_of)[1] - as_of).days)
    ]
    assert [last[name] for name in ("point", "lo", "hi")] == pytest.approx(
        [month[n] for n in ("point", "lo", "hi")]
    )
    assert 0.7 < month["coverage"] < 0.95
    assert month["coverage_n"] > 40


def test_published_forecasts_equal_those_of_loaded_spend(tmp_path: Path) -> None:
    budgets = (Budget(NOVEMBER[0], 2000), Budget(date(2026, 12, 1), 9, is_from=True))
    books = Books(tmp_path, PublishSettings(budgets=budgets))
    loaded = [
        spent(row["day"], None, row["usd"], actor_kind="service")
        for row in frame().to_dict("records")
    ]
    seat = {
        "basis": "seat",
        "charge": "seat",
        "actor_kind": "service",
        "source": "copilot seats",
        "tool": "copilot",
    }
    books.load([*loaded, spent(date(2026, 11, 1), None, 30, **seat)])
    books.publish(AS_OF)
    assert books.ask("from budget order by month") == [
        (date(2026, 11, 1), 2000),
        (date(2026, 12, 1), 9),
    ]
    requested = (
        "select period, made_on, spent, seats, round(point), budget_usd, p_over_budget, "
        "breach_on, reason, break_on"
    )
    assert books.ask(f"{requested} from forecasts order by period desc") == [
        ("2026-11", AS_OF, 1110, 30, 2310, 2000, 1, date(2026, 11, 26), None, None),
        ("2026", AS_OF, 4330, 60, 8020, None, None, None, None, None),
    ]
    ahead = books.ask(
        "select day, round(point), round(lo), round(hi) from forecast_days order by day"
    )
    assert ahead[0] == (date(2026, 11, 15), 1130, 1130, 1130)
    assert ahead[-1] == (date(2026, 11, 30), 2310, 2310, 2310)
    assert len(ahead) == 16


def test_change_points_have_day_and_kind() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(90)]

    def change_point(
        usage: Array, models: pd.DataFrame = NO_MODELS
    ) -> tuple[date | None, str | None]:
        reported = newest_change_point(Days(MONDAY, usage, {}, {}), models)
        return reported["break_on"], reported["break_kind"]

    def by_model(tokens: Array, **usd: Array) -> pd.DataFrame:
        return pd.concat(
            pd.DataFrame({"day": days, "model": model, "usd": amounts, "tokens": tokens})
            for model, amounts in usd.items()
        )

    still = noisy(90).usage
    later = np.arange(90) >= 78
    assert change_point(still) == (None, None)
    assert change_point(still[:20]) == (None, None)
    assert change_point(np.where(later, still * 3, still)) == (days[78], "level")
    # all days of the profile are after it
    assert change_point(np.where(np.arange(90) >= 40, still * 3, still)) == (None, None)
    flat = np.full(90, 50.0)
    assert change_point(still, by_model(flat, a=flat, b=flat)) == (None, None)
    assert change_point(still, by_model(flat, a=np.where(later, 35.0, 50.0), b=flat)) == (
        days[78],
        "price",
    )
    old, new = by_model(flat * ~later, a=flat * ~later), by_model(flat * later, b=flat * later)
    assert change_point(still, pd.concat([old, new])) == (days[78], "model")


def test_month_has_its_own_budget_or_the_newest_one() -> None:
    budgets = [
        Budget(date(2026, 10, 1), 300, is_from=True),
        Budget(date(2026, 8, 1), 100, is_from=True),
        Budget(date(2026, 9, 1), 50),
        Budget(date(2027, 1, 1), 7),
    ]
    assert by_month(budgets, AS_OF) == {
        date(2026, 8, 1): 100,
        date(2026, 9, 1): 50,
        date(2026, 10, 1): 300,
        date(2026, 11, 1): 300,
        date(2026, 12, 1): 300,
        date(2027, 1, 1): 7,
    }
    assert by_month([], AS_OF) == {}


def test_extreme_days_give_a_plausible_forecast_or_none() -> None:
    forecast_count = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        count = int(draw.integers(1, 150))
        usd = draw.choice([0, 1, -3, 1e-9, 1e9], count) if seed % 3 else draw.lognormal(0, 3, count)
        reported = pd.DataFrame(
            {
                "day": [MONDAY + timedelta(days=n) for n in range(count)],
                "usd": usd,
                "seats_usd": draw.choice([0, np.nan, 5.0], count),
                "is_provisional": np.arange(count) >= count - draw.choice([0, 3, 40]),
            }
        )[draw.random(count) < draw.choice([0.1, 1])]
        models = reported.assign(model="a", tokens=draw.choice([0, np.nan, 9], len(reported)))
        as_of = MONDAY + timedelta(days=count - 1 + int(draw.choice([0, 60])))
        result, ahead = forecast_rows(
            reported, models, [Budget(date(2026, 1, 1), 99, is_from=True)], as_of
        )
        if result["reason"].str.startswith("no forecast").any():
            assert result["point"].isna().all()
            assert len(ahead) == 0
            continue
        forecast_count += 1
        assert (
            np.isfinite(result["point"].astype(float)).all()
            and np.isfinite(ahead["point"].astype(float)).all()
        )
        sure = result.dropna(subset="lo")
        assert (sure["lo"] <= sure["point"]).all() and (sure["point"] <= sure["hi"]).all()
        assert result["p_over_budget"].dropna().between(0, 1).all()
        if (usd >= 0).all():
            assert (result["spent"] <= result["point"] + 1e-6).all()
    assert forecast_count > 10


def within(stored: int, count: int) -> bool:
    """Return whether a number is compatible with the study's range, at the 1 % level."""
    chances = [
        [math.comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(count + 1)]
        for p in study.RANGE
    ]
    return sum(chances[0][: stored + 1]) > 0.01 and sum(chances[1][stored:]) > 0.01


def test_intervals_hold_as_often_as_they_say_and_points_err_no_more_than_the_weekday_profile() -> (
    None
):
    table = study.table(list(study.results(range(1000, 1060))))
    assert list(table["horizon"]) == [f"day {day} of the month" for day in study.MONTH_DAYS]
    assert all(within(round(stored * 60), 60) for stored in table["interval"]), table
    assert (table["error"] <= table["profile_error"] + 1e-9).all(), table
    assert not within(30, 60)
    assert not within(60, 60)
