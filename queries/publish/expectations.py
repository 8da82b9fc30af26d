"""Rows of the published table expectations: targets of headway.toml and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pandas as pd

from queries.catalog.catalog import metric as catalogued
from queries.catalog.guardrails import MARGINS
from queries.catalog.metric import EFFECTS, Metric
from queries.publish.settings import Expectation
from queries.sql_files import ROOT, read_sql
from queries.statistics.expectations import (
    Level,
    State,
    decided,
    has_worsened,
    items_query,
    level,
    line_at,
    so_far,
    window_until,
    with_days,
)
from queries.statistics.windows import Window
from queries.text.expectation_text import chart_name, expectation_sentence

#: what decides that two expectations are the same
KEY = ("metric", "category", "scope", "is_at_most", "target", "from_on", "by_on")
MEASURED = ("value", "least", "most", "lo", "hi", "n", "needed", "baseline")
UNTYPED = (
    *("window_start", "window_end", "guardrail", "guardrail_value", "guardrail_baseline"),
    *("state", "reason", "decided_on"),
)
COLUMNS = ("position", *KEY, "owner", "why", "sentence", *MEASURED, *UNTYPED)
#: margin of a guardrail without one in headway.toml: points of a share, or a ratio
SHARE_MARGIN, RATIO_MARGIN = 0.05, 0.25


def expectation_rows(
    db: duckdb.DuckDBPyConnection,
    expectations: Sequence[Expectation],
    margins: Mapping[str, float],
    as_of: date,
) -> pd.DataFrame:
    """Return the rows of ``expectations`` in the order of the settings."""
    stored = {tuple(row[name] for name in KEY): row for row in _stored(db)}
    rows = []
    for position, expectation in enumerate(expectations, 1):
        row = _columns(expectation)
        known = stored.get(tuple(row[name] for name in KEY))
        if known and known["decided_on"] <= as_of:
            row |= known
        else:
            row |= _Judge(db, expectation, margins, as_of).columns()
        if not expectation.owner:
            row |= {"state": "no owner", "reason": "nobody answers for it", "decided_on": None}
        metric = catalogued(expectation.metric)
        rows.append(row | {"position": position, "sentence": expectation_sentence(metric, row)})
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def expectation_events(expectations: Sequence[Expectation]) -> pd.DataFrame:
    """Return the day of each expectation with what is expected."""
    rows = [(chart_name(catalogued(item.metric), _columns(item)), item.by) for item in expectations]
    return pd.DataFrame([*dict.fromkeys(rows)], columns=["name", "on"], dtype=object)


def _stored(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    result = db.execute(read_sql(ROOT / "shared" / "stored_expectations.sql").statement)
    names = [name for name, *_ in result.description]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def _columns(expectation: Expectation) -> dict[str, Any]:
    """Return the columns that headway.toml gives."""
    is_down = catalogued(expectation.metric).better == "down"
    return {
        "metric": expectation.metric,
        "category": expectation.category or None,
        "scope": expectation.scope,
        "is_at_most": is_down if expectation.at_most is None else expectation.at_most,
        "target": float(expectation.target),
        "from_on": expectation.from_on,
        "by_on": expectation.by,
        "owner": expectation.owner or None,
        "why": expectation.why or None,
    }


def guardrail_of(expectation: Expectation) -> Metric | None:
    """Return the guardrail of an expectation; None if its metric is a guardrail."""
    about = catalogued(expectation.metric)
    if expectation.guardrail:
        return catalogued(expectation.guardrail)
    if about.page == "guardrails":
        return None
    return catalogued("unreviewed_merge_share" if about.page == "offload" else "revert_rate")


class _Judge:
    """Measures one expectation and gives it a state."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        expectation: Expectation,
        margins: Mapping[str, float],
        as_of: date,
    ) -> None:
        self.db, self.expectation, self.margins = db, expectation, margins
        self.metric, self.guardrail = catalogued(expectation.metric), guardrail_of(expectation)
        self.is_at_most: bool = _columns(expectation)["is_at_most"]
        matures = max(
            item.matures_after for item in (self.metric, self.guardrail) if item is not None
        )
        mature_end = as_of + timedelta(days=1 - matures)
        last = window_until(expectation.by + timedelta(days=1))
        self.is_over = last.end_on <= mature_end
        self.window = last if self.is_over else window_until(mature_end)
        self.as_of = as_of
        self.before = window_until(expectation.from_on or self.window.start_on)

    def columns(self) -> dict[str, Any]:
        """Return what is measured, with state and reason."""
        current = self._level(self.metric, self.window)
        if self.metric.upper:
            current = replace(
                current, most=self._level(catalogued(self.metric.upper), self.window).most
            )
        baseline = self._level(self.metric, self.before) if self.expectation.from_on else Level()
        needed = self._needed(baseline)
        state, reason = self._state(current, needed)
        guards = self._guardrail_levels()
        if state == "met" and (doubt := self._doubt(*guards)):
            state, reason = "not proven", doubt
        lo, hi = self._interval(current)
        return {
            **{name: getattr(current, name) for name in ("value", "least", "most", "n")},
            "lo": lo,
            "hi": hi,
            "needed": needed,
            "baseline": baseline.value,
            "window_start": self.window.start_on,
            "window_end": self.window.end_on,
            "guardrail": self.guardrail.name if self.guardrail else None,
            "guardrail_value": guards[0].value,
            "guardrail_baseline": guards[1].value,
            "state": state,
            "reason": reason,
            "decided_on": self.as_of if self.is_over else None,
        }

    def _interval(self, current: Level) -> tuple[float | None, float | None]:
        """Return the interval around the bounds; shares stay between 0 and 1."""
        ends = current.around()
        if ends is None:
            return None, None
        (_, hi), (_, lo) = ends
        return (max(lo, 0.0), min(hi, 1.0)) if self.metric.aggregate == "share" else (lo, hi)

    def _needed(self, baseline: Level) -> float | None:
        """Return the line on the last day of the window; None without a needed baseline."""
        target = self.expectation.target
        if self.is_over or self.expectation.from_on is None:
            return target
        if not baseline.is_enough(self.metric.aggregate) or baseline.value is None:
            return None
        end = window_until(self.expectation.by + timedelta(days=1)).end_on
        if self.window.end_on <= self.before.end_on:
            return baseline.value
        return line_at(self.window.end_on, (self.before.end_on, baseline.value), (end, target))

    def _state(self, current: Level, needed: float | None) -> tuple[State, str]:
        """Return state and reason, without the guardrail."""
        target, is_at_most = self.expectation.target, self.is_at_most
        if not current.is_enough(self.metric.aggregate):
            return "cannot be told", "too few items"
        if self.is_over:
            state = decided(target, is_at_most, current)
            reason = "the target is between the bounds" if state == "cannot be told" else "decided"
            return state, reason
        if self.expectation.from_on and self.window.end_on <= self.before.end_on:
            return "cannot be told", "not begun"
        if needed is None:
            return "cannot be told", "no baseline"
        state = so_far(needed, is_at_most, current)
        reasons = {
            "on course": "the interval reaches the line",
            "behind": "the interval is short of the line",
        }
        usual = "no interval" if current.around() is None else "the line is between the bounds"
        return state, reasons.get(state, usual)

    def _doubt(self, now: Level, before: Level) -> str:
        """Return why the guardrail leaves a gain unproven; empty if it held."""
        guardrail = self.guardrail
        if guardrail is None:
            return ""
        is_ratio = EFFECTS[guardrail.aggregate] == "ratio"
        usual = RATIO_MARGIN if is_ratio else SHARE_MARGIN
        margin = self.margins.get(guardrail.name, MARGINS.get(guardrail.name, usual))
        is_up = guardrail.better == "up"
        is_worse = has_worsened(guardrail.aggregate, is_up, now, before, margin, is_ratio)
        if is_worse is None:
            return "the guardrail cannot be measured"
        return "the guardrail became worse" if is_worse else ""

    def _guardrail_levels(self) -> tuple[Level, Level]:
        """Return the guardrail in the window and before; without the category if it is too rare."""
        if self.guardrail is None:
            return Level(), Level()
        windows = (self.window, self.before)
        now = before = Level()
        for category in dict.fromkeys((self.expectation.category, "")):
            now, before = (self._level(self.guardrail, window, category) for window in windows)
            if all(item.is_enough(self.guardrail.aggregate) for item in (now, before)):
                break
        return now, before

    def _level(self, about: Metric, window: Window, category: str | None = None) -> Level:
        """Return the level of a metric in a window, over repositories that were read through it."""
        expectation = self.expectation
        category = expectation.category if category is None else category
        sql = items_query(about, expectation.scope, category)
        items = with_days(self.db.execute(sql).df())
        until = window.end_on + timedelta(days=about.matures_after)
        required = pd.Timestamp(min(until, self.as_of + timedelta(days=1)))
        is_read = items["repo"].isna() | (pd.to_datetime(items["synced_until"]) >= required)
        return level(about.aggregate, items[is_read], window)
