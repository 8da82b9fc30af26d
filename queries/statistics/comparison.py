"""Comparison of two estimates of a metric: values, counts and effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from queries.catalog.metric import EFFECTS, Metric
from queries.statistics.windows import Comparison

#: the reason of an answer for which no verdict exists: only organisation and teams have one
EXPLORATORY = "exploratory"


def compare(
    metric: Metric, pair: Comparison, current: Mapping[str, Any], baseline: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of ``answers`` that two rows of estimates determine."""
    now, before = as_float(current["estimate"]), as_float(baseline["estimate"])
    kind = EFFECTS[metric.aggregate]
    # the count of a part of a quarter is not comparable with the count of a whole one
    is_whole = metric.aggregate != "count" or pair.status != "so far" or not pair.quarter
    is_comparable = is_whole and metric.has_enough(current["n"], baseline["n"])
    return {
        "current": now,
        "baseline": before,
        "effect": _effect(now, before, kind) if is_comparable else None,
        "effect_kind": kind,
        "n_current": current["n"],
        "n_baseline": baseline["n"],
        "n_missing": current["n_missing"],
        "n_excluded": current["n_excluded"],
        "verdict": None,
        "reason": EXPLORATORY,
    }


def as_float(value: Any) -> float | None:
    """Return a value of a frame as a float; None if it is missing."""
    return None if value is None or pd.isna(value) else float(value)


def _effect(current: float | None, baseline: float | None, kind: str) -> float | None:
    if current is None or baseline is None:
        return None
    if kind == "difference":
        return current - baseline
    return current / baseline - 1 if baseline else None
