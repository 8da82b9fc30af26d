"""What the month and the year will cost: a point, an interval that simulation showed to hold, and what follows.

The point is what was counted so far, and for the rest what each weekday cost on average over the last 28 days. How far
off that may be is learnt from the history itself: the same forecast is made on every past day for as many days ahead
and compared with what came. Past windows overlap, so few of them are independent: the interval is Student's t over the
logarithm of actual / forecast, wider the fewer there are. ``python -m tests.forecast_study`` shows how often it holds,
and how much less often the plain quantiles of past ratios do.
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

Array = NDArray[np.float64]

WEEK = 7
#: the weekday profile: the mean of four weeks, of fewer where history has no more; a month's chain has steps as long
WEEKS, STEP = 4, 28
#: an interval needs so many days of history
LEAST_DAYS = 42
LEVEL = 0.8
#: windows that overlap tell of the spread what so many times fewer would that do not
OVERLAP = 2
#: windows added to the ones there are: so many without bias, and so many as far off as one-week forecasts were
STILL, WEEKLY = 12, 3
#: what past windows do not show of the spread
WIDER = 1.06
#: no actual counts as more than e² times its forecast, or less than 1/e²
FARTHEST = 2.0
#: how much of a month's deviation stays in the level of the next; the rest is noise that comes and goes
CHAIN = 0.85
#: totals of one month; of more months, which are drawn
CHANCES = (np.arange(999) + 0.5) / 999
DRAWS, SEED = 1999, 20261122
#: past forecasts that realised coverage looks back on: at least, at most
LEAST_CHECKS, MOST_CHECKS = 5, 52


@dataclass(frozen=True)
class Days:
    """Spend by day: usage through the last final day from ``start`` on, and what is known besides."""

    start: date
    usage: Array
    #: usage of later days, which may still change
    provisional: dict[date, float]
    #: all known days
    seats: dict[date, float]

    @property
    def end(self) -> date:
        """The last final day."""
        return self.start + timedelta(days=len(self.usage) - 1)


@dataclass(frozen=True)
class Spread:
    """How far off forecasts are: Student's t over the logarithm of actual / forecast."""

    center: float
    variance: float
    #: past windows that do not overlap, in effect
    windows: float

    def ratios(self) -> Array:
        """Equally likely ratios of actual to forecast."""
        scale = WIDER * np.sqrt(self.variance * (1 + 1 / (self.windows + 1.5)))
        result: Array = np.exp(self.center + scale * _t_quantiles(self.windows + WEEKLY))
        return result


@dataclass(frozen=True)
class Forecast:
    """What a period will cost, by day: counted on final days, expected on the others; seats are known in advance."""

    first: date
    last: date
    counted_until: date
    usage: pd.Series[float]
    seats: pd.Series[float]
    #: counted so far, provisional days too: usage, and seats
    spent_usage: float
    spent_seats: float
    #: equally likely totals of usage; None where history does not tell
    totals: Array | None

    @property
    def spent(self) -> float:
        """What was spent so far."""
        return self.spent_usage + self.spent_seats

    @property
    def point(self) -> float:
        """The expected total, never less than what was spent."""
        return max(float(self.usage.sum()), self.spent_usage) + float(self.seats.sum())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the 80 % interval; None where history does not tell."""
        if self.totals is None:
            return None
        lo, hi = np.quantile(self.totals, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) + float(
            self.seats.sum()
        )
        return min(float(lo), self.point), max(float(hi), self.point)

    def chance_over(self, usd: float) -> float | None:
        """The chance that the total is over an amount; None where history does not tell, and it is not over yet."""
        if self.spent > usd:
            return 1.0
        return (
            None
            if self.totals is None
            else float(np.mean(self.totals + float(self.seats.sum()) > usd))
        )

    def breach_on(self, usd: float) -> date | None:
        """The day on which an amount was, or is expected to be, passed."""
        passed = (self.usage + self.seats).cumsum() > usd
        if passed.any():
            result: date = passed.index[int(np.argmax(passed))]
            return result
        return self.counted_until if self.spent > usd else None


def days_of(frame: pd.DataFrame) -> Days | None:
    """Return spend by day from a frame with day, usd, is_provisional and seats_usd; None without a final day of usage.

    Final days end where the first provisional one begins; a day between that is not there cost nothing.
    """
    days = [pd.Timestamp(day).date() for day in frame["day"]]
    known_values = pd.DataFrame(
        {
            name: pd.to_numeric(frame[name].astype(object)).fillna(0.0).to_numpy(float)
            for name in ("usd", "seats_usd")
        }
        | {"is_provisional": frame["is_provisional"].astype(bool).to_numpy()},
        index=pd.Index(days, dtype=object),
    ).sort_index()
    final = known_values["usd"][~known_values["is_provisional"].cummax()]
    used = final[final != 0] if final.any() else final[known_values["seats_usd"] != 0]
    if used.empty:
        return None
    start, end = used.index[0], final.index[-1]
    usage = np.zeros((end - start).days + 1)
    usage[[(day - start).days for day in used.index]] = used
    later = known_values["usd"][known_values.index > end]
    return Days(start, usage, _by_day(later), _by_day(known_values["seats_usd"]))


def month_of(day: date) -> tuple[date, date]:
    """Return the first and last day of a month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def forecast(days: Days, first: date, last: date) -> Forecast:
    """Return what the days from the first through the last will cost."""
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
    elif why_no_interval(days, first) is None:
        totals = np.maximum(counted.sum() + rest_totals(days.usage, gap, ahead), spent_usage)
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
    """Return a forecast with another price of usage to come, seats added (dollars a month), usage stopped at a cap."""
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


def why_no_interval(days: Days, first: date) -> str | None:
    """Return why history tells no interval of a period; None where it does."""
    if (first - days.end).days > STEP:
        return f"no interval: spend is final only through {days.end}"
    if len(days.usage) < LEAST_DAYS:
        return f"no interval: {len(days.usage)} days of history, and it takes {LEAST_DAYS}"
    return (
        None
        if days.usage[-STEP:].sum() > 0
        else "no interval: nothing was spent in the last 28 days"
    )


def profile(usage: Array, ahead: int) -> Array:
    """Return what each of the days ahead will cost: the mean of its weekday over the last four weeks, or fewer."""
    weeks = min(WEEKS, len(usage) // WEEK)
    if not weeks:
        return np.full(ahead, usage.mean())
    return np.resize(usage[-weeks * WEEK :].reshape(weeks, WEEK).mean(axis=0), ahead)


def rest_totals(usage: Array, gap: int, ahead: int) -> Array:
    """Return equally likely totals of the days after a gap through so many ahead; months are chained beyond one."""
    remainder = profile(usage, ahead)
    remainder[:gap] = 0
    if ahead - gap <= 31:
        month: Array = spread(usage, gap, ahead).ratios() * remainder.sum()
        return month
    step, draw = spread(usage, 0, STEP), np.random.default_rng(SEED)
    free, steps = step.windows + WEEKLY, -(-ahead // STEP)
    # what a month adds to the level on average is itself uncertain, and the same along a whole path
    drift = step.center + draw.standard_t(free, (DRAWS, 1)) * np.sqrt(
        step.variance / (step.windows + STILL)
    )
    level = np.cumsum(
        drift + CHAIN * draw.standard_t(free, (DRAWS, steps)) * np.sqrt(step.variance), axis=1
    )
    weights = np.add.reduceat(remainder, np.arange(0, ahead, STEP))
    totals: Array = np.exp(np.clip(level, -2 * FARTHEST, 2 * FARTHEST)) @ weights
    return totals


def spread(usage: Array, gap: int, ahead: int) -> Spread:
    """Return how far off forecasts of the days after a gap through so many ahead were on every past day."""
    result, week = _log_ratios(usage, gap, ahead), _log_ratios(usage, 0, WEEK)
    weekly = float(np.mean(week**2)) if len(week) else FARTHEST**2
    if not len(result):
        return Spread(0.0, weekly, 0.0)
    windows = OVERLAP * len(result) / ahead
    center = float(result.mean()) * windows / (windows + STILL)
    squares = windows * np.mean((result - center) ** 2) + WEEKLY * weekly
    return Spread(center, float(squares / (windows + WEEKLY)), windows)


def realised(days: Days, first: date, last: date) -> tuple[float | None, int]:
    """Return how often the intervals of past forecasts as far ahead held, and how many forecasts that were.

    None where they are too few. One forecast a week is looked at, each with what was known then.
    """
    ahead = (last - days.end).days
    gap = max((first - days.end).days - 1, 0)
    origins = (
        range(LEAST_DAYS, len(days.usage) - ahead + 1, WEEK)[-MOST_CHECKS:]
        if ahead > gap
        else range(0)
    )
    stored = []
    for origin in origins:
        lo, hi = np.quantile(
            rest_totals(days.usage[:origin], gap, ahead), [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        )
        stored.append(lo <= days.usage[origin + gap : origin + ahead].sum() <= hi)
    return (
        (float(np.mean(stored)), len(stored))
        if len(stored) >= LEAST_CHECKS
        else (None, len(stored))
    )


def _by_day(usd: pd.Series[float]) -> dict[date, float]:
    return dict(zip(usd.index, usd.tolist(), strict=True))


def _log_ratios(usage: Array, gap: int, ahead: int) -> Array:
    """Logarithms of actual / forecast, from each past day with at least two weeks before it."""
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
            is_told = expected > 0
            ratio = np.maximum(actual[is_told] / expected[is_told], np.exp(-FARTHEST))
            result.append(np.minimum(np.log(ratio), FARTHEST))
    return np.concatenate(result) if result else np.zeros(0)


def _t_quantiles(freedom: float) -> Array:
    """Quantiles of Student's t at CHANCES: for t = √f tan a the density is cos(a) to the power f − 1."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
    density = np.cos(angle) ** (freedom - 1)
    below = (np.cumsum(density) - density / 2) / density.sum()
    result: Array = np.sqrt(freedom) * np.tan(np.interp(CHANCES, below, angle))
    return result


def _seats_ahead(seats: dict[date, float], last: date) -> dict[date, float]:
    """Seats after the last known day: day by day as in the last week, or on the day of the month they were booked."""
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
