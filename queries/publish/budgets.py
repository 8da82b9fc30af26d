"""Rows of the published tables budget, forecasts and forecast_days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from queries.publish.settings import Budget
from queries.statistics.change_points import newest_change_point
from queries.statistics.forecasts import (
    Days,
    Forecast,
    days_of,
    forecast,
    forecast_problem,
    interval_problem,
    month_of,
    past_coverage,
    remaining_totals,
)

BUDGET = ["month", "budget_usd"]
FORECASTS = [
    "made_on",
    "period",
    "counted_until",
    "spent",
    "seats",
    "point",
    "lo",
    "hi",
    "budget_usd",
    "p_over_budget",
    "breach_on",
    "coverage",
    "coverage_n",
    "reason",
    "break_on",
    "break_kind",
]
FORECAST_DAYS = ["made_on", "period", "day", "point", "lo", "hi"]


def budget_rows(budgets: Sequence[Budget], as_of: date) -> pd.DataFrame:
    """Return the rows of ``budget``: each month that has one, through the end of the year."""
    return pd.DataFrame(list(by_month(budgets, as_of).items()), columns=BUDGET, dtype=object)


def by_month(budgets: Sequence[Budget], as_of: date) -> dict[date, int]:
    """Return the budget of each month by its first day.

    It is the month's own, else the newest one that is valid from a month on.
    """
    last = max([date(as_of.year, 12, 1), *(budget.month for budget in budgets)])
    own = {budget.month: budget.usd for budget in budgets if not budget.is_from}
    lasting = {budget.month: budget.usd for budget in budgets if budget.is_from}
    result, month, usd = {}, min([last, *own, *lasting]), None
    while month <= last:
        usd = lasting.get(month, usd)
        if (budget := own.get(month, usd)) is not None:
            result[month] = budget
        month = (month + timedelta(days=31)).replace(day=1)
    return result


def forecast_rows(
    frame: pd.DataFrame, models: pd.DataFrame, budgets: Sequence[Budget], as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of ``forecasts`` and ``forecast_days`` for the month and the year of a day.

    ``frame`` is spend by day (day, usd, is_provisional, seats_usd), ``models`` the same by model
    (day, model, usd, tokens). Without a final day of usage there is no row. If spend is old or
    thin, rows have a reason instead of a forecast.
    """
    days = days_of(frame)
    if days is None:
        return pd.DataFrame(columns=FORECASTS, dtype=object), pd.DataFrame(
            columns=FORECAST_DAYS, dtype=object
        )
    problem = forecast_problem(days, as_of)
    months = by_month(budgets, as_of)
    year = [months.get(date(as_of.year, month, 1)) for month in range(1, 13)]
    yearly = None if None in year else sum(filter(None, year))
    shared = {"made_on": as_of} | newest_change_point(days, models)
    first, last = month_of(as_of)
    monthly = forecast(days, first, last)
    rows = [
        shared | _row(days, monthly, f"{as_of:%Y-%m}", months.get(first), problem),
        shared
        | _row(
            days,
            forecast(days, date(as_of.year, 1, 1), date(as_of.year, 12, 31)),
            f"{as_of:%Y}",
            yearly,
            problem,
        ),
    ]
    made = {"made_on": as_of, "period": f"{as_of:%Y-%m}"}
    fan = [] if problem else [made | row for row in fan_rows(days, monthly)]
    return (
        pd.DataFrame(rows, columns=FORECASTS, dtype=object),
        pd.DataFrame(fan, columns=FORECAST_DAYS, dtype=object),
    )


def fan_rows(days: Days, month: Forecast) -> Iterator[dict[str, Any]]:
    """Yield the expected spend of a month through each day to come, with its interval."""
    expected, seats = month.usage.cumsum(), month.seats.cumsum()
    counted = float(month.usage[month.usage.index <= month.counted_until].sum())
    gap = max((month.first - days.end).days - 1, 0)
    has_history = month.totals is not None
    for day in month.usage.index[month.usage.index > month.counted_until]:
        row = {"day": day, "point": expected[day] + seats[day]}
        if has_history:
            totals = counted + remaining_totals(days.usage, gap, (day - days.end).days)
            row |= dict(
                zip(("lo", "hi"), np.quantile(totals, [0.1, 0.9]) + seats[day], strict=True)
            )
        yield row


def _row(
    days: Days, result: Forecast, period: str, budget: int | None, problem: str | None
) -> dict[str, Any]:
    """Return a row of ``forecasts`` of a period; with a problem it has only what was spent."""
    breach_on = None if budget is None else result.breach_on(budget)
    row = {
        "period": period,
        "counted_until": result.counted_until,
        "spent": result.spent,
        "budget_usd": budget,
        "breach_on": breach_on,
        "coverage_n": 0,
        "reason": problem,
    }
    if problem:
        is_past = breach_on is not None and breach_on <= result.counted_until
        return row | {"breach_on": breach_on if is_past else None}
    lo, hi = result.interval or (None, None)
    coverage, checked = past_coverage(days, result.first, result.last)
    return row | {
        "seats": float(result.seats.sum()),
        "point": result.point,
        "lo": lo,
        "hi": hi,
        "p_over_budget": None if budget is None else result.chance_over(budget),
        "coverage": coverage,
        "coverage_n": checked,
        "reason": interval_problem(days, result.first),
    }
