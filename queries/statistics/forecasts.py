"""Forecasts of spend by month and year, with 80 % intervals.

The point is actual spend so far, plus the mean of each weekday over the last 28 days. The interval
is learnt from history: the same forecast is made on every past day with the same horizon and
compared with actual spend. Past windows overlap, so few of them are independent. The interval is
therefore Student's t over log(actual / forecast), wider for fewer windows.
``python -m tests.bench.forecast_study`` shows its coverage, and the lower one of plain quantiles.
"""

from __future__ import annotations

import calendar
import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

WEEK = 7
#: weeks of the weekday profile; days of a step of long horizons
WEEKS, STEP = 4, 28
#: days of history that an interval needs
MIN_DAYS = 42
#: days of history that a forecast needs, of which this part must have rows of spend
MIN_HISTORY, MIN_KNOWN_PART = 28, 0.5
#: days between the last day with a row of spend and the day of the forecast
MAX_AGE = 14
LEVEL = 0.8
#: overlapping windows carry as much information on the spread as this many times fewer others
OVERLAP = 2
#: prior windows: without bias, and with the spread of one-week forecasts
UNBIASED_PRIOR, WEEKLY_PRIOR = 12, 3
#: factor for spread that past windows do not show
WIDENING = 1.06
#: limit of log(actual / forecast)
MAX_LOG_RATIO = 2.0
#: autocorrelation of the level between months; the rest is noise
AUTOCORRELATION = 0.85
#: probabilities of the totals of one month; draws for more months
PROBABILITIES = (np.arange(999) + 0.5) / 999
DRAWS, SEED = 1999, 20261122
#: number of past forecasts for the coverage
MIN_CHECKS, MAX_CHECKS = 5, 52


@dataclass(frozen=True)
class Days:
    """Spend by day: final usage from ``start`` on, provisional usage and seats."""

    start: date
    usage: Array
    #: usage of later days, which can still change
    provisional: dict[date, float]
    #: all known days
    seats: dict[date, float]
    #: final days with a row among the last ones that a forecast needs
    known_days: int = MIN_HISTORY

    @property
    def end(self) -> date:
        """Return the last final day."""
        return self.start + timedelta(days=len(self.usage) - 1)


@dataclass(frozen=True)
class Spread:
    """Spread of forecasts: Student's t over log(actual / forecast)."""

    center: float
    variance: float
    #: effective number of independent past windows
    windows: float

    def ratios(self) -> Array:
        """Return equally likely ratios of actual to forecast."""
        scale = WIDENING * np.sqrt(self.variance * (1 + 1 / (self.windows + 1.5)))
        result: Array = np.exp(
            self.center + scale * stdtrit(self.windows + WEEKLY_PRIOR, PROBABILITIES)
        )
        return result


@dataclass(frozen=True)
class Forecast:
    """Spend of a period by day: actual on final days, expected on others."""

    first: date
    last: date
    counted_until: date
    usage: pd.Series[float]
    seats: pd.Series[float]
    #: spend so far, provisional days included
    spent_usage: float
    spent_seats: float
    #: equally likely totals of usage; None without enough history
    totals: Array | None

    @property
    def spent(self) -> float:
        """Return spend so far."""
        return self.spent_usage + self.spent_seats

    @property
    def point(self) -> float:
        """Return the expected total, at least spend so far."""
        return max(float(self.usage.sum()), self.spent_usage) + float(self.seats.sum())

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the ends of the 80 % interval; None without enough history."""
        if self.totals is None:
            return None
        lo, hi = np.quantile(self.totals, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) + float(
            self.seats.sum()
        )
        return min(float(lo), self.point), max(float(hi), self.point)

    def chance_over(self, usd: float) -> float | None:
        """Return the probability that the total exceeds an amount; None if it is unknown."""
        if self.spent > usd:
            return 1.0
        return (
            None
            if self.totals is None
            else float(np.mean(self.totals + float(self.seats.sum()) > usd))
        )

    def breach_on(self, usd: float) -> date | None:
        """Return the day on which an amount is exceeded, actually or in the forecast."""
        passed = (self.usage + self.seats).cumsum() > usd
        if passed.any():
            result: date = passed.index[int(np.argmax(passed))]
            return result
        return self.counted_until if self.spent > usd else None


def days_of(frame: pd.DataFrame) -> Days | None:
    """Return spend by day from a frame; None without a final day of usage.

    The frame has day, usd, is_provisional and seats_usd. Final days end before the first
    provisional one; missing days in between have zero spend.
    """
    days = [pd.Timestamp(day).date() for day in frame["day"]]
    spend = pd.DataFrame(
        {
            name: pd.to_numeric(frame[name].astype(object)).fillna(0.0).to_numpy(float)
            for name in ("usd", "seats_usd")
        }
        | {"is_provisional": frame["is_provisional"].astype(bool).to_numpy()},
        index=pd.Index(days, dtype=object),
    ).sort_index()
    final = spend["usd"][~spend["is_provisional"].cummax()]
    used = final[final != 0] if final.any() else final[spend["seats_usd"] != 0]
    if used.empty:
        return None
    start, end = used.index[0], final.index[-1]
    usage = np.zeros((end - start).days + 1)
    usage[[(day - start).days for day in used.index]] = used
    later = spend["usd"][spend.index > end]
    oldest = end - timedelta(days=MIN_HISTORY)
    known_days = int((final.index > oldest).sum())
    return Days(start, usage, _by_day(later), _by_day(spend["seats_usd"]), known_days)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and last day of a month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def forecast(days: Days, first: date, last: date) -> Forecast:
    """Return the forecast for the days from the first through the last."""
    index = pd.Index(
        [first + timedelta(days=n) for n in range((last - first).days + 1)], dtype=object
    )
    ahead = max((last - days.end).days, 0)
    gap = min(max((first - days.end).days - 1, 0), ahead)
    low, high = max((first - days.start).days, 0), max((last - days.start).days + 1, 0)
    counted, remainder = days.usage[low:high], profile(days.usage, ahead)[gap:]
    usage = np.concatenate(
        [np.zeros(len(index) - len(counted) - len(remainder)), counted, remainder]
    )
    seats = days.seats | _seats_ahead(days.seats, last)
    spent_usage = counted.sum() + sum(
        usd for day, usd in days.provisional.items() if first <= day <= last
    )
    totals = None
    if not ahead:
        totals = np.full(1, counted.sum())
    elif interval_problem(days, first) is None:
        totals = np.maximum(counted.sum() + remaining_totals(days.usage, gap, ahead), spent_usage)
    return Forecast(
        first,
        last,
        min(days.end, last),
        pd.Series(usage, index),
        pd.Series([seats.get(day, 0.0) for day in index], index, dtype=float),
        float(spent_usage),
        sum(usd for day, usd in days.seats.items() if first <= day <= last),
        totals,
    )


def what_if(
    result: Forecast, price: float = 1.0, seats_usd: float = 0.0, cap_usd: float | None = None
) -> Forecast:
    """Return a forecast with another price factor, added seats or a cap on usage.

    ``seats_usd`` are dollars a month; all conditions apply to the days that are not final.
    """
    is_ahead = result.usage.index > result.counted_until
    counted = float(result.usage[~is_ahead].sum())
    usage = result.usage.where(~is_ahead, result.usage * price)
    totals = None if result.totals is None else counted + price * (result.totals - counted)
    if cap_usd is not None:
        cap = max(cap_usd, result.spent_usage)
        usage = usage.cumsum().clip(upper=cap).diff().fillna(usage.clip(upper=cap))
        totals = None if totals is None else np.minimum(totals, cap)
    totals = None if totals is None else np.maximum(totals, result.spent_usage)
    seats = result.seats + is_ahead * (seats_usd * 12 / 365)
    return dataclasses.replace(result, usage=usage, seats=seats, totals=totals)


def forecast_problem(days: Days, as_of: date) -> str | None:
    """Return the reason why there is no forecast on a day; None if there is one."""
    last = max([days.end, *days.provisional])
    age = (as_of - last).days
    if age > MAX_AGE:
        return f"no forecast: spend is known only through {last}, {age} days before {as_of}"
    if len(days.usage) < MIN_HISTORY:
        return f"no forecast: it needs {MIN_HISTORY} days of history and has {len(days.usage)}"
    if days.known_days < MIN_KNOWN_PART * MIN_HISTORY:
        return f"no forecast: spend is known for only {days.known_days} of {MIN_HISTORY} days"
    recent_seats = [usd for day, usd in days.seats.items() if (as_of - day).days <= 31]
    if not days.usage[-STEP:].any() and not any(recent_seats):
        return f"no forecast: nothing was spent in the last {STEP} days"
    return None


def interval_problem(days: Days, first: date) -> str | None:
    """Return the reason why a period has no interval; None if it has one."""
    if (first - days.end).days > STEP:
        return f"no interval: spend is final only through {days.end}"
    if len(days.usage) < MIN_DAYS:
        return f"no interval: it needs {MIN_DAYS} days of history, and there are {len(days.usage)}"
    return (
        None
        if days.usage[-STEP:].sum() > 0
        else f"no interval: nothing was spent in the last {STEP} days"
    )


def profile(usage: Array, ahead: int) -> Array:
    """Return expected spend of each day ahead: the mean of its weekday over four weeks."""
    weeks = min(WEEKS, len(usage) // WEEK)
    if not weeks:
        return np.full(ahead, usage.mean())
    return np.resize(usage[-weeks * WEEK :].reshape(weeks, WEEK).mean(axis=0), ahead)


def remaining_totals(usage: Array, gap: int, ahead: int) -> Array:
    """Return equally likely totals of the days after a gap, ``ahead`` days from now.

    Horizons of more than a month are chains of monthly steps.
    """
    remainder = profile(usage, ahead)
    remainder[:gap] = 0
    if ahead - gap <= 31:
        month: Array = spread(usage, gap, ahead).ratios() * remainder.sum()
        return month
    step, draw = spread(usage, 0, STEP), np.random.default_rng(SEED)
    free, steps = step.windows + WEEKLY_PRIOR, -(-ahead // STEP)
    # the mean change of the level by month is uncertain too, and constant along a path
    drift = step.center + draw.standard_t(free, (DRAWS, 1)) * np.sqrt(
        step.variance / (step.windows + UNBIASED_PRIOR)
    )
    level = np.cumsum(
        drift + AUTOCORRELATION * draw.standard_t(free, (DRAWS, steps)) * np.sqrt(step.variance),
        axis=1,
    )
    weights = np.add.reduceat(remainder, np.arange(0, ahead, STEP))
    totals: Array = np.exp(np.clip(level, -2 * MAX_LOG_RATIO, 2 * MAX_LOG_RATIO)) @ weights
    return totals


def spread(usage: Array, gap: int, ahead: int) -> Spread:
    """Return the spread of past forecasts with the same gap and horizon."""
    result, week = _log_ratios(usage, gap, ahead), _log_ratios(usage, 0, WEEK)
    weekly = float(np.mean(week**2)) if len(week) else MAX_LOG_RATIO**2
    if not len(result):
        return Spread(0.0, weekly, 0.0)
    windows = OVERLAP * len(result) / ahead
    center = float(result.mean()) * windows / (windows + UNBIASED_PRIOR)
    squares = windows * np.mean((result - center) ** 2) + WEEKLY_PRIOR * weekly
    return Spread(center, float(squares / (windows + WEEKLY_PRIOR)), windows)


def past_coverage(days: Days, first: date, last: date) -> tuple[float | None, int]:
    """Return the coverage of past intervals with the same horizon, and their number.

    The coverage is None if they are too few. There is one past forecast a week.
    """
    ahead = (last - days.end).days
    gap = max((first - days.end).days - 1, 0)
    origins = (
        range(MIN_DAYS, len(days.usage) - ahead + 1, WEEK)[-MAX_CHECKS:]
        if ahead > gap
        else range(0)
    )
    stored = []
    for origin in origins:
        lo, hi = np.quantile(
            remaining_totals(days.usage[:origin], gap, ahead), [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        )
        stored.append(lo <= days.usage[origin + gap : origin + ahead].sum() <= hi)
    return (
        (float(np.mean(stored)), len(stored)) if len(stored) >= MIN_CHECKS else (None, len(stored))
    )


def _by_day(usd: pd.Series[float]) -> dict[date, float]:
    return dict(zip(usd.index, usd.tolist(), strict=True))


def _log_ratios(usage: Array, gap: int, ahead: int) -> Array:
    """Return log(actual / forecast) from each past day with two weeks before it."""
    result = []
    for weeks in range(2, WEEKS + 1):
        origins = np.arange(weeks * WEEK, len(usage) - ahead + 1)
        if weeks < WEEKS:
            origins = origins[:WEEK]
        if len(origins):
            past = sliding_window_view(usage, weeks * WEEK)[origins - weeks * WEEK]
            means = past.reshape(-1, weeks, WEEK).mean(axis=1)
            expected = means[:, np.arange(gap, ahead) % WEEK].sum(axis=1)
            actual = sliding_window_view(usage, ahead - gap)[origins + gap].sum(axis=1)
            has_history = expected > 0
            ratio = np.maximum(actual[has_history] / expected[has_history], np.exp(-MAX_LOG_RATIO))
            result.append(np.minimum(np.log(ratio), MAX_LOG_RATIO))
    return np.concatenate(result) if result else np.zeros(0)


def _seats_ahead(seats: dict[date, float], last: date) -> dict[date, float]:
    """Return seats after the last known day: daily, or on their day of the month."""
    if not seats:
        return {}
    end = max(seats)
    recent = {end - timedelta(days=n): seats.get(end - timedelta(days=n), 0.0) for n in range(31)}
    ahead = [end + timedelta(days=n + 1) for n in range(max((last - end).days, 0))]
    if sum(usd != 0 for usd in recent.values()) > len(recent) // 2:
        daily = sum(list(recent.values())[:WEEK]) / WEEK
        return dict.fromkeys(ahead, daily)
    booked = {day.day: usd for day, usd in reversed(recent.items()) if usd}
    return {day: booked.get(day.day, 0.0) for day in ahead}
