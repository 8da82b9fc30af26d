"""Breaks in spend: a jump of its level, another price, another model. A forecast knows none of them.

Only breaks within the last 28 days are told: after that the forecast rests on days that are all of one kind.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from queries.statistics.forecasts import STEP, WEEK, Array, Days, profile

#: a break is told from so many days after it on
LEAST_AFTER = 5
#: a jump changes the level by at least a quarter, and by four times what weeks differ from their forecast
LEAST_JUMP, LEAST_SIGMAS, LEAST_SIGMA = np.log(1.25), 4.0, 0.03
#: a price is another one where a token costs a sixth more or less
LEAST_PRICE = 0.15
#: models are switched where one goes from under a tenth of the spend to more than half of it
FEW, MOST = 0.1, 0.5


def newest_break(days: Days, models: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return ``break_on`` and ``break_kind`` (model, price or level) of the last 28 days; both None without one.

    ``models`` is spend by day and model: day, model, usd, tokens. What explains a jump comes before the jump itself.
    """
    result = (_switch(models, days.end) if models is not None and len(models) else None) or jump(
        days
    )
    return dict(zip(("break_on", "break_kind"), result or (None, None), strict=True))


def jump(days: Days) -> tuple[date, str] | None:
    """Return the first day of another level, and that it is one."""
    usage = days.usage
    weeks = [_log_ratio(usage[:end], WEEK) for end in range(STEP + WEEK, len(usage) + 1)]
    reported = np.array([week for week in weeks if week is not None])
    if not len(reported):
        return None
    # the median holds where a jump is among the weeks
    sigma = max(1.4826 * float(np.median(np.abs(reported - np.median(reported)))), LEAST_SIGMA)
    best, most = None, 0.0
    for after in range(LEAST_AFTER, min(STEP, len(usage) - STEP) + 1):
        ratio = _log_ratio(usage, after)
        if ratio is None or abs(ratio) < LEAST_JUMP:
            continue
        score = abs(ratio) / sigma * float(np.sqrt(min(after, WEEK) / WEEK))
        if score > max(most, LEAST_SIGMAS):
            best, most = days.end - timedelta(days=after - 1), score
    return (best, "level") if best else None


def _log_ratio(usage: Array, after: int) -> float | None:
    """Logarithm of the last days' spend over what was forecast before them."""
    expected, actual = profile(usage[:-after], after).sum(), usage[-after:].sum()
    return float(np.log(actual / expected)) if expected > 0 and actual > 0 else None


def _switch(models: pd.DataFrame, end: date) -> tuple[date, str] | None:
    """The newest day from which on another model, or another price of one that stays, holds."""
    day = pd.to_datetime(models["day"]).dt.date
    table = (
        models.assign(day=day, model=models["model"].fillna(""))
        .groupby(["day", "model"])[["usd", "tokens"]]
        .sum()
    )
    known_values = [end - timedelta(days=n) for n in range(2 * STEP)][::-1]
    usd, tokens = (
        table[name].astype(float).unstack().reindex(known_values).fillna(0.0)
        for name in ("usd", "tokens")
    )
    best, most = None, 0.0
    for after in range(LEAST_AFTER, STEP + 1):
        old, new = usd.iloc[-after - STEP : -after].sum(), usd.iloc[-after:].sum()
        if old.sum() <= 0 or new.sum() <= 0:
            continue
        later, now = old / old.sum(), new / new.sum()
        switched = (now - later)[(later < FEW) & (now > MOST)].max()
        volumes = tokens.iloc[-after - STEP : -after].sum(), tokens.iloc[-after:].sum()
        stays = (
            (volumes[0] > 0)
            & (volumes[1] > 0)
            & (old > 0)
            & (new > 0)
            & (now > FEW)
            & (later > FEW)
        )
        moved = np.abs(np.log((new / volumes[1])[stays] / (old / volumes[0])[stays])).max()
        for kind, size, least in (("model", switched, 0.0), ("price", moved, LEAST_PRICE)):
            if size > max(least, most):
                best, most = (end - timedelta(days=after - 1), kind), float(size)
    return best
