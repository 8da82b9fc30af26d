"""Levels of a metric with their intervals, and the state of an expectation about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from queries.catalog.metric import MIN_COMPARED, Aggregate, Metric
from queries.sql_files import ROOT, read_sql
from queries.statistics.estimates import items_sql, with_literals
from queries.statistics.windows import QUARTER_DAYS, WEEK, Window

State = Literal["met", "on course", "behind", "missed", "not proven", "cannot be told", "no owner"]
#: an interval needs this many weeks with items
LEAST_WEEKS = 4
#: quantile of the normal distribution for an interval of 95 %
NORMAL = 1.96
WEEKS_OF_WINDOW = QUARTER_DAYS // 7
#: guardrails are tested one-sided at 5 %
Z_95 = 1.645


@dataclass(frozen=True)
class Level:
    """A number of a window: its interval of 95 %, standard error and items.

    ``least`` and ``most``: what it can be, given what could not be observed.
    """

    value: float | None = None
    least: float | None = None
    most: float | None = None
    lo: float | None = None
    hi: float | None = None
    error: float | None = None
    n: int = 0

    def is_enough(self, aggregate: Aggregate) -> bool:
        """Return whether the number rests on enough items."""
        is_count = aggregate in ("count", "per week", "net per week")
        return self.value is not None and (is_count or self.n >= MIN_COMPARED)

    def around(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return the ends of the interval that a target should be in reach of; None without one.

        For a number that should be high: the upper end around the least and around the most. For
        one that should be low: the lower end around the most and around the least.
        """
        if self.value is None or self.least is None or self.most is None:
            return None
        if self.lo is None or self.hi is None:
            return None
        up, down = self.hi - self.value, self.value - self.lo
        return (self.least + up, self.most + up), (self.most - down, self.least - down)


def items_query(about: Metric, scope: str, category: str) -> str:
    """Return the query for the items of a metric in a scope and, if it has some, a category."""
    has_team = scope != "org" and "team" in about.of.parts
    template = read_sql(ROOT / "shared" / "expected_items.sql").statement
    condition = read_sql(ROOT / "shared" / "category_condition.sql").statement
    sql = template.replace("{items}", items_sql(about.sql_name))
    sql = sql.replace("{category}", condition if category and about.has_category else "true")
    parameters = {"team": scope if has_team else None, "category": category, **about.parameters}
    return with_literals(sql, parameters)


def with_days(items: pd.DataFrame) -> pd.DataFrame:
    """Return items with their days as dates."""
    return items.assign(day=pd.to_datetime(items["day"]).dt.date)


def window_until(end: date) -> Window:
    """Return the 13 whole ISO weeks that end on a day or before it."""
    last = end - timedelta(days=end.weekday())
    return Window(last - WEEKS_OF_WINDOW * WEEK, last)


def level(aggregate: Aggregate, items: pd.DataFrame, window: Window) -> Level:
    """Return the level of items (day, value, reviewer, cost_usd, is_excluded) in a window."""
    days = items["day"]
    inside = items[(days >= window.start_on) & (days < window.end_on) & ~items["is_excluded"]]
    known = inside[inside["value"].notna()]
    if aggregate == "median":
        return _median(known["value"].to_numpy(float))
    sums = _weekly(aggregate, inside, window)
    total, base = float(sums[:, 0].sum()), float(sums[:, 1].sum())
    if base <= 0 or (aggregate == "per outcome" and not len(known)):
        return Level(n=len(known))
    value = total / base
    error, degrees = _error(sums, value)
    half = None if error is None else float(stdtrit(degrees, 0.975)) * error
    result = Level(
        value,
        value,
        value,
        None if half is None else value - half,
        None if half is None else value + half,
        error,
        len(known),
    )
    if aggregate == "share":
        missing = int((inside["value"].isna() & inside["cost_usd"].isna()).sum())
        result = _share(result, total, missing)
    if aggregate == "count":
        result = _times(result, (window.end_on - window.start_on).days / 7)
    return result


def _weekly(aggregate: Aggregate, items: pd.DataFrame, window: Window) -> np.ndarray:
    """Return numerator and denominator of each week that counts."""
    rows = []
    start = window.start_on
    while start < window.end_on:
        week = items[(items["day"] >= start) & (items["day"] < start + WEEK)]
        start += WEEK
        value, cost = week["value"].to_numpy(float), week["cost_usd"].to_numpy(float)
        count = int(np.count_nonzero(~np.isnan(value)))
        if aggregate in ("count", "per week", "net per week"):
            rows.append((np.nansum(value), 1))
        elif aggregate == "per reviewer":
            rows.append((np.nansum(value), week.loc[~np.isnan(value), "reviewer"].nunique()))
        elif aggregate == "per outcome":
            rows.append((np.nansum(cost), count))
        elif aggregate == "cost share":
            rows.append((np.nansum(value * cost), np.nansum(cost)))
        else:
            rows.append((np.nansum(value), count))
    return np.array(rows, float).reshape(-1, 2)


def _error(sums: np.ndarray, ratio: float) -> tuple[float | None, int]:
    """Return the standard error of a ratio of sums over weeks, and its degrees of freedom."""
    active = sums[(sums != 0).any(axis=1)]
    weeks = len(active)
    base = float(active[:, 1].sum())
    if weeks < LEAST_WEEKS or base <= 0:
        return None, 0
    residuals = active[:, 0] - ratio * active[:, 1]
    variance = weeks / (weeks - 1) * float((residuals**2).sum()) / base**2
    return sqrt(variance), weeks - 1


def _share(result: Level, total: float, missing: int) -> Level:
    """Return a share with an interval at least as wide as Wilson's, and the bounds of missing."""
    assert result.value is not None
    n, p = result.n, result.value
    centre = (p + NORMAL**2 / (2 * n)) / (1 + NORMAL**2 / n)
    half = NORMAL * sqrt(p * (1 - p) / n + NORMAL**2 / (4 * n * n)) / (1 + NORMAL**2 / n)
    least, most = total / (n + missing), (total + missing) / (n + missing)
    return replace(
        result,
        least=least,
        most=most,
        lo=max(0.0, min(centre - half, inf if result.lo is None else result.lo)),
        hi=min(1.0, max(centre + half, -inf if result.hi is None else result.hi)),
        error=max(result.error or 0.0, sqrt(p * (1 - p) / n)),
    )


def _times(result: Level, factor: float) -> Level:
    """Return a level per week as one of a whole window."""
    scaled = {
        name: None if number is None else number * factor
        for name, number in vars(result).items()
        if name != "n"
    }
    return Level(**scaled, n=result.n)


def _median(values: np.ndarray) -> Level:
    """Return a median with the interval of its ranks; unfinished items are infinite."""
    n = len(values)
    if not n:
        return Level()
    ordered = np.sort(values)
    middle = float(ordered[(n - 1) // 2])
    rank = int((n - NORMAL * sqrt(n)) / 2)
    lo = float(ordered[max(rank - 1, 0)]) if rank >= 1 else None
    hi = float(ordered[n - rank]) if rank >= 1 else None
    if middle == inf:
        return Level(n=n)
    error = (hi - lo) / (2 * NORMAL) if lo is not None and hi is not None and hi < inf else None
    return Level(middle, middle, middle, lo, hi, error, n)


def line_at(day: date, start: tuple[date, float], end: tuple[date, float]) -> float:
    """Return the value of the straight line between two dated values on a day."""
    share = (day - start[0]) / (end[0] - start[0])
    return start[1] + share * (end[1] - start[1])


def decided(target: float, is_at_most: bool, current: Level) -> State:
    """Return the state at the date: the number is complete, only what is unseen is unknown."""
    assert current.least is not None and current.most is not None
    worst, best = (current.most, current.least) if is_at_most else (current.least, current.most)
    if _reaches(worst, target, is_at_most):
        return "met"
    return "cannot be told" if _reaches(best, target, is_at_most) else "missed"


def so_far(needed: float, is_at_most: bool, current: Level) -> State:
    """Return the state before the date, by the interval of what is observed and possible.

    ``needed`` is the line from the baseline to the target on the last day of the window.
    """
    ends = current.around()
    if ends is None:
        return "cannot be told"
    observed, possible = ends[1] if is_at_most else ends[0]
    if _reaches(observed, needed, is_at_most):
        return "on course"
    return "cannot be told" if _reaches(possible, needed, is_at_most) else "behind"


def _reaches(value: float, target: float, is_at_most: bool) -> bool:
    # sums of decimal fractions are not exact
    return value <= target + 1e-12 if is_at_most else value >= target - 1e-12


def has_worsened(
    aggregate: Aggregate,
    is_up_better: bool,
    now: Level,
    before: Level,
    margin: float,
    is_ratio: bool,
) -> bool | None:
    """Return whether a guardrail became worse by more than its margin; None if it is not known.

    One-sided at 5 %, so that chance alone is no reason.
    """
    if not (now.is_enough(aggregate) and before.is_enough(aggregate)):
        return None
    if now.error is None or before.error is None or now.value is None or before.value is None:
        return None
    change = before.value - now.value if is_up_better else now.value - before.value
    allowed = margin * abs(before.value) if is_ratio else margin
    return change > allowed and change > Z_95 * sqrt(now.error**2 + before.error**2)
