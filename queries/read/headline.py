"""One comparison of a metric with its evidence, and those at the end of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queries.catalog.metric import Metric
from queries.statistics.windows import Window
from queries.text.sentences import is_known, so_far_note, year_note


@dataclass(frozen=True)
class Headline:
    """One comparison of one metric with its evidence."""

    metric: Metric
    quarter: str
    comparison: str
    status: str
    current: float | None
    baseline: float | None
    effect: float | None
    effect_kind: str
    n_current: int
    n_baseline: int
    n_missing: int
    n_excluded: int
    verdict: str | None
    reason: str
    sentence: str
    verdict_sentence: str | None
    window: Window
    baseline_window: Window
    until: date
    sql: str
    inputs_sql: str | None

    @property
    def note(self) -> str:
        """Return the text below the main sentence: the year before, or the quarter so far."""
        if self.status == "so far":
            return so_far_note(self.metric, self.quarter, vars(self))
        return year_note(self.metric, vars(self))

    @property
    def is_known(self) -> bool:
        """Return whether there is a number: counts and rates can be 0, others need items."""
        return is_known(self.metric, self.current, self.n_current)


@dataclass(frozen=True)
class MetricHeadlines:
    """Headlines of a metric at the end of a period; None for quarters without data."""

    main: Headline | None
    year: Headline | None
    so_far: Headline | None

    @property
    def visible(self) -> Headline | None:
        """Return the complete quarter; before the first one with a number, the quarter so far."""
        is_first = not (self.main and self.main.is_known)
        return self.so_far if is_first and self.so_far and self.so_far.is_known else self.main

    @property
    def all(self) -> list[Headline]:
        """Return the headlines that exist."""
        return [headline for headline in (self.main, self.year, self.so_far) if headline]
