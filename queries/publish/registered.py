"""Registered comparisons: what is judged, and the columns of ``answers`` that a verdict fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from queries.catalog.catalog import metric
from queries.catalog.metric import Metric
from queries.statistics.estimates import Restriction
from queries.statistics.windows import Comparison

#: variant with the weights of repositories and work types in the baseline
ADJUSTED = "adjusted"
#: variant with the upper bound of a metric; its raw numbers are the lower one
UPPER = "bound_hi"
#: variants of a rollout: its teams alone, and against the teams without it
BEFORE_AND_AFTER, DIFFERENCE = "before and after", "difference"
#: columns of ``answers`` and of the ledger that name a comparison
KEY = ("metric", "scope_kind", "scope", "quarter", "comparison", "event", "variant")
#: columns of ``answers`` and of the ledger that a decision determines
DECIDED = (
    "effect",
    "lo",
    "hi",
    "level",
    "p",
    "p_adjusted",
    "se",
    "df",
    "history_weeks",
    "n_pairs",
    "n_family",
    "verdict",
    "reason",
    "guardrail",
    "decided_on",
)


@dataclass(frozen=True)
class Key:
    """One comparison of one metric in one scope."""

    metric: str
    scope_kind: str
    scope: str
    quarter: str
    comparison: str
    event: str = ""
    variant: str = "raw"

    @property
    def is_rollout(self) -> bool:
        """Return whether it compares the weeks after a rollout with those before."""
        return not self.quarter

    @property
    def family(self) -> tuple[str, ...]:
        """Return what the headlines of a family have in common."""
        return (self.scope_kind, self.scope, self.quarter, self.comparison, self.event)


@dataclass
class Registered:
    """One registered comparison with its columns of ``answers``."""

    key: Key
    pair: Comparison
    #: items that count in neither window; None if all count
    restriction: Restriction | None
    columns: dict[str, Any] = field(default_factory=dict, kw_only=True)
    #: estimates of the current window and the baseline if they are not those of all items
    estimates: tuple[dict[str, Any], dict[str, Any]] | None = field(default=None, kw_only=True)
    #: the same with the weights of repositories and work types in the baseline
    adjusted: tuple[dict[str, Any], dict[str, Any]] | None = field(default=None, kw_only=True)
    #: the same of the metric's upper bound
    bound: tuple[dict[str, Any], dict[str, Any]] | None = field(default=None, kw_only=True)
    #: first day of a week with over a third of the items of a window
    busy_week: date | None = field(default=None, kw_only=True)
    #: whether the ledger has no decision yet
    is_new: bool = field(default=False, kw_only=True)

    @property
    def metric(self) -> Metric:
        """Return the metric."""
        return metric(self.key.metric)


def is_guardrail(about: Metric) -> bool:
    """Return whether a metric is a headline of the guardrails."""
    return about.is_headline and about.page == "guardrails"
