"""Headlines as a page tells them: published answers where there are some, the same comparison worked out elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.publish.answers import Number, compared
from queries.read.snapshot import Snapshot, listing
from queries.statistics.estimates import estimates, printed_sql, read_until
from queries.statistics.windows import Comparison, Window, comparisons, quarter_of
from queries.text.sentences import is_known, so_far_aside, year_aside


@dataclass(frozen=True)
class Headline:
    """One comparison of one metric, with what it rests on."""

    metric: Metric
    quarter: str
    comparison: str
    status: str
    current: Number
    baseline: Number
    effect: Number
    effect_kind: str
    n_current: int
    n_baseline: int
    n_missing: int
    n_excluded: int
    verdict: str | None
    reason: str
    sentence: str
    window: Window
    baseline_window: Window
    until: date
    sql: str

    @property
    def aside(self) -> str:
        """What is told beside the main sentence: the year before, or how the running quarter stands."""
        if self.status == "so far":
            return so_far_aside(
                self.metric, self.quarter, self.current, self.n_current, self.effect
            )
        return year_aside(self.metric, self.effect, self.baseline, self.n_baseline)

    @property
    def is_known(self) -> bool:
        """Whether there is a number to tell: of a count or rate one that is not null, else one with items."""
        return is_known(self.metric, self.current, self.n_current)


@dataclass(frozen=True)
class Told:
    """The headlines of one metric at the end of a period; those of a quarter that is not there are None."""

    main: Headline | None
    year: Headline | None
    so_far: Headline | None

    @property
    def all(self) -> list[Headline]:
        """Those there are."""
        return [row for row in (self.main, self.year, self.so_far) if row]


def tell(snapshot: Snapshot, metric: Metric, scope: Scope, end: date) -> Told:
    """Return the newest complete quarter of a period that ends at ``end`` against its baselines, and what runs so far.

    A quarter belongs to the period if more than half of it lies before its end.
    """
    last = quarter_of(min(end, snapshot.as_of))
    quarters = (
        4 * (quarter_of(snapshot.as_of).year - last.year)
        + quarter_of(snapshot.as_of).number
        - last.number
        + 3
    )
    pairs = comparisons(snapshot.as_of, metric.matures_after, quarters)

    def newest(status: str, comparison: str) -> Headline | None:
        by_name = [p for p in pairs if (p.status, p.comparison) == (status, comparison)]
        pair = next(
            (
                p
                for p in by_name
                if p.current.start_on + (p.current.end_on - p.current.start_on) / 2 < end
            ),
            None,
        )
        return _headline(snapshot, metric, scope, pair) if pair else None

    return Told(
        newest("decided", "quarter before"),
        newest("decided", "year before"),
        newest("so far", "quarter before"),
    )


def is_exploratory(scope: Scope) -> bool:
    """Whether a view is one that no verdict exists for: any other than the organisation or one of its teams."""
    return bool(scope.repo or scope.work_type or scope.authorship)


def _headline(snapshot: Snapshot, metric: Metric, scope: Scope, pair: Comparison) -> Headline:
    until = read_until(metric, [pair.current, pair.baseline], snapshot.as_of)
    row = _published(snapshot, metric, scope, pair) or _worked_out(
        snapshot, metric, scope, pair, until
    )
    return Headline(
        metric,
        pair.quarter,
        pair.comparison,
        pair.status,
        _number(row["current"]),
        _number(row["baseline"]),
        _number(row["effect"]),
        row["effect_kind"],
        int(row["n_current"]),
        int(row["n_baseline"]),
        int(row["n_missing"]),
        int(row["n_excluded"]),
        None if pd.isna(row["verdict"]) else row["verdict"],
        row["reason"],
        row["sentence"],
        pair.current,
        pair.baseline,
        until,
        row["sql"],
    )


def _published(
    snapshot: Snapshot, metric: Metric, scope: Scope, pair: Comparison
) -> Mapping[str, Any] | None:
    """The row of ``answers``; None where this comparison was not published."""
    by_name = [(kind, name) for kind, name in vars(scope).items() if name is not None]
    if len(by_name) > 1:
        return None
    kind, name = by_name[0] if by_name else ("org", "")
    result = listing(
        snapshot,
        "headline",
        metric=metric.name,
        quarter=pair.quarter,
        comparison=pair.comparison,
        scope_kind=kind,
        scope=name,
    )
    return _records(result)[0] if len(result) else None


def _worked_out(
    snapshot: Snapshot, metric: Metric, scope: Scope, pair: Comparison, until: date
) -> Mapping[str, Any]:
    baseline, current = _records(estimates(snapshot, metric, [pair.baseline, pair.current], scope))
    unread = listing(snapshot, "unread", until=until)["repo"]
    sql = printed_sql(metric, [pair.current, pair.baseline], until, scope)
    return compared(metric, pair, scope, current, baseline, list(unread), until) | {"sql": sql}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _number(value: Any) -> Number:
    return None if pd.isna(value) else float(value)
