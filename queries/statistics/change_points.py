"""Change points of spend: a new level, price or model, which forecasts do not know.

Only those of the last 28 days matter: later the forecast uses only days after them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from queries.statistics.forecasts import STEP, WEEK, Array, Days, profile

#: days after a change point until it is ratios
MIN_DAYS_AFTER = 5
#: a new level differs by at minimum a quarter, and by 4 standard deviations of weekly forecasts
MIN_JUMP, MIN_SIGMAS, MIN_SIGMA = np.log(1.25), 4.0, 0.03
#: relative change of the price of a token
MIN_PRICE_CHANGE = 0.15
#: a switch: a model rises from less than the first share of spend to more than the second
SHARE_BEFORE, SHARE_AFTER = 0.1, 0.5


def newest_change_point(days: Days, models: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return ``break_on`` and ``break_kind`` of the last 28 days; both None without one.

    ``models`` is spend by day and model: day, model, usd, tokens. The kinds are model, price and
    level; a new model or price explains a new level, so it takes precedence.
    """
    switch = _switch(models, days.end) if models is not None and len(models) else None
    point = switch or jump(days)
    return dict(zip(("break_on", "break_kind"), point or (None, None), strict=True))


def jump(days: Days) -> tuple[date, str] | None:
    """Return the first day of a new level with the kind; None without one."""
    usage = days.usage
    weeks = [_log_ratio(usage[:end], WEEK) for end in range(STEP + WEEK, len(usage) + 1)]
    ratios = np.array([week for week in weeks if week is not None])
    if not len(ratios):
        return None
    # the median is robust against a jump among the weeks
    sigma = max(1.4826 * float(np.median(np.abs(ratios - np.median(ratios)))), MIN_SIGMA)
    best, highest = None, 0.0
    for after in range(MIN_DAYS_AFTER, min(STEP, len(usage) - STEP) + 1):
        ratio = _log_ratio(usage, after)
        if ratio is None or abs(ratio) < MIN_JUMP:
            continue
        score = abs(ratio) / sigma * float(np.sqrt(min(after, WEEK) / WEEK))
        if score > max(highest, MIN_SIGMAS):
            best, highest = days.end - timedelta(days=after - 1), score
    return (best, "level") if best else None


def _log_ratio(usage: Array, after: int) -> float | None:
    """Return the log ratio of actual to forecast spend of the last days."""
    expected, actual = profile(usage[:-after], after).sum(), usage[-after:].sum()
    return float(np.log(actual / expected)) if expected > 0 and actual > 0 else None


def _switch(models: pd.DataFrame, end: date) -> tuple[date, str] | None:
    """Return the first day of the largest change of models, or of a model's price."""
    day = pd.to_datetime(models["day"]).dt.date
    table = (
        models.assign(day=day, model=models["model"].fillna(""))
        .groupby(["day", "model"])[["usd", "tokens"]]
        .sum()
    )
    index = [end - timedelta(days=n) for n in range(2 * STEP)][::-1]
    usd, tokens = (
        table[name].astype(float).unstack().reindex(index).fillna(0.0) for name in ("usd", "tokens")
    )
    best, highest = None, 0.0
    for after in range(MIN_DAYS_AFTER, STEP + 1):
        old, new = usd.iloc[-after - STEP : -after].sum(), usd.iloc[-after:].sum()
        if old.sum() <= 0 or new.sum() <= 0:
            continue
        later, now = old / old.sum(), new / new.sum()
        switched = (now - later)[(later < SHARE_BEFORE) & (now > SHARE_AFTER)].max()
        volumes = tokens.iloc[-after - STEP : -after].sum(), tokens.iloc[-after:].sum()
        stays = (
            (volumes[0] > 0)
            & (volumes[1] > 0)
            & (old > 0)
            & (new > 0)
            & (now > SHARE_BEFORE)
            & (later > SHARE_BEFORE)
        )
        moved = np.abs(np.log((new / volumes[1])[stays] / (old / volumes[0])[stays])).max()
        for kind, size, minimum in (("model", switched, 0.0), ("price", moved, MIN_PRICE_CHANGE)):
            if size > max(minimum, highest):
                best, highest = (end - timedelta(days=after - 1), kind), float(size)
    return best
