"""Coverage of forecasts: simulated spend histories, the forecasts made in them, and what came.

``python -m tests.bench.forecast_study`` prints the table of docs/sources.md. Every history is
another: its shape, weekday pattern, growth, drift, noise, holidays, jumps and length are drawn. Its
last month is forecast from its 7th, 14th and 21st day, and its last year from 3, 6 and 9 months
before the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from queries.statistics.forecasts import Array, Days, forecast, month_of, profile

SHAPES = ("steady", "growing", "drifting", "jumping", "adopted", "bursts")
HISTORIES = 200
MONTH_DAYS = (7, 14, 21)
MONTHS_AHEAD = (3, 6, 9)
#: how often an 80 % interval may hold
RANGE = (0.76, 0.88)


@dataclass(frozen=True)
class Result:
    """One forecast beside what came.

    Whether its interval and plain quantiles held it, and relative errors.
    """

    shape: str
    horizon: str
    is_covered: bool
    is_covered_by_weekdays: bool
    width: float
    error: float
    profile_error: float
    run_rate_error: float


def simulated(seed: int, days_after: int = 0) -> tuple[str, date, Array]:
    """Return a history: its shape, first day and daily spend.

    It ends with a month, so many days longer than usual.
    """
    draw = np.random.default_rng(seed)
    shape = SHAPES[seed % len(SHAPES)]
    start = date(2024, 1, 1) + timedelta(days=int(draw.integers(0, 366)))
    _, last = month_of(start + timedelta(days=int(draw.integers(75, 480)) + days_after))
    count = (last - start).days + 1
    day = np.arange(count)
    level = np.cumsum(draw.normal(0, {"steady": 0.002, "drifting": 0.025}.get(shape, 0.01), count))
    level += (
        draw.uniform(0.02, 0.15) / 30 * day
        if shape == "growing"
        else draw.uniform(-0.02, 0.04) / 30 * day
    )
    for _ in range(draw.integers(1, 4) if shape == "jumping" else draw.integers(0, 2)):
        level[draw.integers(0, count) :] += draw.choice([-1, 1]) * draw.uniform(0.2, 0.6)
    if shape == "adopted":
        level -= np.log1p(np.exp(-(day - draw.uniform(0.2, 0.7) * count) / draw.uniform(20, 60)))
    noise = draw.normal(0, draw.uniform(0.05, 0.4), count)
    bursts = (
        1 + (draw.random(count) < 0.04) * draw.uniform(1, 6, count) if shape == "bursts" else 1.0
    )
    week = draw.uniform(0.8, 1.2, 7)
    week[5:] *= draw.choice([0.0, 0.1, 0.4, 1.0])
    usd = (
        draw.uniform(20, 5000) * np.exp(level + noise) * bursts * week[(day + start.weekday()) % 7]
    )
    if draw.random() < 0.7:
        usd[[_is_holiday(start + timedelta(days=int(item))) for item in day]] *= 0.25
    return shape, start, usd


def results(seeds: range) -> Iterator[Result]:
    """Yield the forecasts of each history's last month."""
    for seed in seeds:
        shape, start, usd = simulated(seed)
        first, last = month_of(start + timedelta(days=len(usd) - 1))
        for day in MONTH_DAYS:
            yield _result(
                shape,
                f"day {day} of the month",
                start,
                usd,
                first,
                last,
                (last - first).days + 1 - day,
            )


def year_results(seeds: range) -> Iterator[Result]:
    """Yield the forecasts of each history's last year."""
    for seed in seeds:
        shape, start, usd = simulated(seed, 31 * MONTHS_AHEAD[-1])
        last = start + timedelta(days=len(usd) - 1)
        for months in MONTHS_AHEAD:
            first = max(start, last - timedelta(days=364))
            yield _result(
                shape,
                f"{months} months before the year ends",
                start,
                usd,
                first,
                last,
                round(months * 30.5),
            )


def table(result: list[Result]) -> pd.DataFrame:
    """Return the table of a study: one row per horizon."""
    frame = pd.DataFrame(result)
    rows = frame.groupby("horizon", sort=False).agg(
        histories=("is_covered", "size"),
        interval=("is_covered", "mean"),
        plain=("is_covered_by_weekdays", "mean"),
        width=("width", "median"),
        error=("error", "mean"),
        profile_error=("profile_error", "mean"),
        run_rate_error=("run_rate_error", "mean"),
    )
    return rows.reset_index()


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in ((1, 1), (5, 1), (7, 4), (11, 26)) or (
        day.month == 12 and day.day >= 24
    )


def _result(
    shape: str, horizon: str, start: date, usd: Array, first: date, last: date, ahead: int
) -> Result:
    known_values, counted = usd[:-ahead], usd[max((first - start).days, 0) : -ahead].sum()
    total, remainder = counted + usd[-ahead:].sum(), _profile(known_values, ahead)
    result = forecast(Days(start, known_values, {}, {}), first, last)
    assert result.interval is not None
    lo, hi = result.interval
    plain = _plain_ratios(known_values, ahead) * remainder + counted
    run_rate = counted * (1 + ahead / ((last - first).days + 1 - ahead))
    return Result(
        shape,
        horizon,
        lo <= total <= hi,
        bool(plain[0] <= total <= plain[1]),
        (hi - lo) / total,
        abs(result.point - total) / total,
        abs(counted + remainder - total) / total,
        abs(run_rate - total) / total,
    )


def _profile(known_values: Array, ahead: int) -> float:
    """Return the forecast to compare with, by itself.

    Each day to come costs the mean of the last four on its weekday.
    """
    return float(sum(np.mean([known_values[-1 - back] for back in _same(n)]) for n in range(ahead)))


def _same(n: int) -> list[int]:
    """Return the distances from the last known day to the four same weekdays before."""
    return [6 - n % 7 + 7 * week for week in range(4)]


def _plain_ratios(known_values: Array, ahead: int) -> Array:
    """Return the 10th and 90th percentile of past actual / forecast, without any correction."""
    origins = range(28, len(known_values) - ahead + 1)
    ratios = [
        known_values[item : item + ahead].sum() / profile(known_values[:item], ahead).sum()
        for item in origins
    ]
    result: Array = np.quantile(ratios or [1.0], [0.1, 0.9])
    return result


def main() -> None:
    """Print the table of the docs, then how often intervals held by the shape of the history."""
    print(
        "| forecast made | 80 % interval held | plain quantiles held | width | error "
        "| weekday profile | run rate |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    result = [*results(range(HISTORIES)), *year_results(range(HISTORIES))]
    for row in table(result).to_dict("records"):
        shares = (
            f"{share:.1%}".replace("%", " %")
            for name, share in row.items()
            if name not in ("horizon", "histories")
        )
        print(f"| {row['horizon']} |", *(f"{share} |" for share in shares))
    by_shape = pd.DataFrame(result).pivot_table(
        index="horizon", columns="shape", values="is_covered", sort=False
    )
    print(by_shape.round(2).to_string())


if __name__ == "__main__":
    main()
