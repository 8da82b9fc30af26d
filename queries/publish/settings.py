"""Settings of a publish, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from queries.catalog.guardrails import MARGINS
from queries.catalog.metric import DURABLE_DAYS, FAILURE_DAYS

#: days of a rollout that are neither before nor after it
TRANSITION_DAYS = 14
#: snapshots that are kept: the last ones, one a day and one a week for so many days and weeks
KEEP_LAST, KEEP_DAILY, KEEP_WEEKLY = 5, 7, 4
#: fields of values by the field of a rule, if that is another
VALUE_FIELDS = {
    "text": ["body", "message"],
    "linked_label": ["label"],
    "linked_type": ["type"],
    "paths": ["path"],
}


@dataclass(frozen=True)
class Rollout:
    """A dated change, such as a new tool; days of transition are neither before nor after it."""

    name: str
    on: date
    transition_days: int = TRANSITION_DAYS
    #: teams that got it; everybody if empty
    teams: Sequence[str] = ()


@dataclass(frozen=True)
class ClosedPeriod:
    """Days on which nobody works, the first and the last of them included."""

    name: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Budget:
    """US dollars for a month, by its first day, or for each month from it on."""

    month: date
    usd: int
    is_from: bool = False


@dataclass(frozen=True)
class ToolDecision:
    """A decision about a tool: adopt, trial, hold or retire."""

    tool: str
    decision: str
    on: date


@dataclass(frozen=True)
class Rule:
    """A rule or a setting, a row of the published table ``rules``; lower positions match first."""

    kind: str
    rule: str
    position: int
    field: str | None
    pattern: str | None
    value: str
    tier: str | None
    tool: str | None
    source: str
    #: expression for the repositories it is limited to; None for all
    repositories: str | None = None
    #: limits of a work category: lines and files of source, and percent of deleted lines
    max_lines: int | None = None
    max_files: int | None = None
    min_lines: int | None = None
    min_areas: int | None = None
    min_deleted: int | None = None

    @property
    def value_fields(self) -> list[str]:
        """Fields of the values that the pattern may match."""
        return VALUE_FIELDS.get(self.field or "", [self.field or ""])


@dataclass(frozen=True)
class ExchangeRate:
    """US dollars for one unit of a currency from a day on."""

    currency: str
    from_on: date
    usd: Decimal


@dataclass(frozen=True)
class RepositoryScope:
    """The published repositories of one GitHub; names are in lower case."""

    host: str
    repos: Sequence[str] = ()
    owners: Sequence[str] = ()
    #: regular expressions for the full names of the owners' repositories
    included: str = ".*"
    excluded: str = ""
    #: publish the owners' forks too
    forks: bool = False


@dataclass(frozen=True)
class Expectation:
    """Target of a metric by a day, and its owner."""

    metric: str
    target: float
    by: date
    #: work category; all if empty
    category: str = ""
    #: a team, or org
    scope: str = "org"
    owner: str = ""
    why: str = ""
    #: day from which the number should move from its baseline to the target
    from_on: date | None = None
    #: whether the number should be at most the target; None: as the metric is better
    at_most: bool | None = None
    #: metric that must not become worse; empty for the usual one
    guardrail: str = ""


@dataclass(frozen=True)
class PublishSettings:
    """Settings of a publish."""

    people: str = "none"
    durable_days: int = DURABLE_DAYS
    failure_days: int = FAILURE_DAYS
    small_group: int = 5
    keep_last: int = KEEP_LAST
    keep_daily: int = KEEP_DAILY
    keep_weekly: int = KEEP_WEEKLY
    #: tools and accounts whose spend counts; all if empty
    spend_scope: Sequence[str] = ()
    rollouts: Sequence[Rollout] = ()
    #: names of quarters that are fixed baselines
    baselines: Sequence[str] = ()
    closed_periods: Sequence[ClosedPeriod] = ()
    #: by metric: how much worse a guardrail may become, in points of a share or as a ratio
    guardrail_margins: Mapping[str, float] = field(default_factory=lambda: dict(MARGINS))
    budgets: Sequence[Budget] = ()
    tool_decisions: Sequence[ToolDecision] = ()
    expectations: Sequence[Expectation] = ()
    rules: Sequence[Rule] = ()
    rates: Sequence[ExchangeRate] = ()
    #: of two repositories with one name, the one of the first GitHub is published under it;
    #: all repositories of the ledger are published if empty
    repositories: Sequence[RepositoryScope] = ()
