"""From raw GitHub data to a verdict, beside a computation that shares no code with the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from tests.support.field import Repository, Row, refreshed, review

#: the first day of five quarters of history, and of the judged one
FIRST, JUDGED = datetime(2025, 3, 31, 9, tzinfo=UTC), datetime(2026, 6, 29, 9, tzinfo=UTC)
QUARTER, HISTORY = 13, 65
Array = NDArray[np.float64]


def stamp(moment: datetime) -> str:
    """Return a time as GitHub writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def history() -> Repository:
    """Return 78 weeks of five pull requests; in the last 13 nearly all are merged in two days."""
    dice, shop = np.random.default_rng(3), Repository("acme/shop", created_at=stamp(FIRST))
    pulls = []
    for number in range(5 * (HISTORY + QUARTER)):
        opened = FIRST + timedelta(weeks=number // 5, hours=23 * (number % 5))
        is_soon = dice.random() < (0.95 if opened >= JUDGED else 0.35)
        pulls.append((opened + timedelta(days=2 if is_soon else 9), number + 1, opened))
    for merged, number, opened in sorted(pulls):
        reviews = [review("cid", stamp(merged - timedelta(hours=3)))] if dice.random() < 0.9 else []
        times = {"at": stamp(merged), "opened": stamp(opened)}
        shop.merge(number, f"fix: case {number}", reviews=reviews, **times)
    return shop


def weekly(pulls: Sequence[Row]) -> tuple[Array, Array]:
    """Return the pull requests that were merged within seven days, and all, by week."""
    soon, every = np.zeros(HISTORY + QUARTER), np.zeros(HISTORY + QUARTER)
    for row in pulls:
        opened, merged = (datetime.fromisoformat(row[n]) for n in ("created_at", "merged_at"))
        week = (opened.date() - FIRST.date()).days // 7
        every[week] += 1
        soon[week] += merged - opened <= timedelta(days=7)
    return soon, every


def spread(soon: Array, every: Array) -> Array:
    """Return the variance within each quarter, without what all quarters have in common."""
    x, n = soon.reshape(-1, QUARTER), every.reshape(-1, QUARTER)
    total = n.sum(axis=1, keepdims=True)
    rest = (x - x.sum(axis=1, keepdims=True) / total * n) / total
    shared = rest.mean(axis=0) - rest.mean()
    result: Array = QUARTER / (QUARTER - 1) * ((rest - shared) ** 2).sum(axis=1)
    return result


def judged(soon: Array, every: Array) -> tuple[float, float, float]:
    """Return change, standard error and degrees of freedom, as in docs/verdicts.md."""
    shares = np.array(
        [
            soon[first : first + QUARTER].sum() / every[first : first + QUARTER].sum()
            for first in range(HISTORY + 1)
        ]
    )
    pairs = range(HISTORY - 2 * QUARTER + 1)
    variance = np.mean([(shares[k + QUARTER] - shares[k]) ** 2 for k in pairs])
    signs = np.zeros((len(pairs), HISTORY))
    for k in pairs:
        signs[k, k : k + QUARTER], signs[k, k + QUARTER : k + 2 * QUARTER] = -1, 1
    products = signs @ signs.T
    df = np.trace(products) ** 2 / np.trace(products @ products)
    within = spread(soon, every)
    guard = np.maximum(within[-2:] / np.median(within), 1).mean()
    x, n = (part[-2 * QUARTER :].reshape(2, QUARTER).sum(axis=1) for part in (soon, every))
    p = (x.sum() + 0.5) / (n.sum() + 1)
    floor = p * (1 - p) * (1 / n).sum()
    return x[1] / n[1] - x[0] / n[0], float(np.sqrt(max(guard * variance, floor))), float(df)


def adjusted(values: Sequence[float], position: int) -> float:
    """Return the p of one of several headlines, adjusted by Benjamini and Hochberg."""
    order = sorted(values)
    larger = range(order.index(values[position]), len(order))
    return min(order[rank] * len(order) / (rank + 1) for rank in larger)


def test_verdict_of_raw_data_is_as_computed_independently(
    tmp_path: Path, schema_path: Path
) -> None:
    shop = history()
    change, se, df = judged(*weekly(shop.items["pulls"]))
    with refreshed([shop], tmp_path, schema_path) as desk:
        rows = desk.rows(
            "select metric, p, effect, se, df, p_adjusted, level, lo, hi, verdict, history_weeks "
            "from answers inner join metrics using (metric) where scope_kind = 'org' "
            "and quarter = '2026-Q3' and comparison = 'quarter before' and variant = 'raw' "
            "and p_adjusted is not null"
        )
        guardrails = desk.rows(
            "select verdict from answers where scope_kind = 'org' and quarter = '2026-Q3' "
            "and comparison = 'quarter before' and variant = 'raw' "
            "and metric in ('revert_rate', 'change_failure_rate', 'unreviewed_merge_share')"
        )
    values, names = [row[1] for row in rows], [row[0] for row in rows]
    position = names.index("merged_within_7_days")
    p = 2 * float(t.sf(abs(change) / se, df))
    margin = se * float(t.ppf((1 + rows[position][6]) / 2, df))
    assert rows[position][1:5] == pytest.approx((p, change, se, df), rel=1e-9)
    assert rows[position][5] == pytest.approx(adjusted(values, position), rel=1e-9)
    assert rows[position][7:9] == pytest.approx((change - margin, change + margin), rel=1e-9)
    # five merges a week are too few for any guardrail, so the gain is not proven
    assert set(guardrails) <= {("too little data",), ("not measured",)}
    assert rows[position][9:] == ("not proven", HISTORY)
