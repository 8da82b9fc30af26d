"""Metrics of the catalogue: SQL, page, unit and phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Literal

Value = str | int | float | date | None
Aggregate = Literal[
    "median",
    "share",
    "per week",
    "net per week",
    "per reviewer",
    "count",
    "per outcome",
    "cost share",
    "mean",
]
#: kind of effect of each aggregate
EFFECTS: Mapping[Aggregate, str] = {
    "median": "ratio",
    "share": "difference",
    "per week": "ratio",
    "net per week": "difference",
    "per reviewer": "ratio",
    "count": "difference",
    "per outcome": "ratio",
    "cost share": "difference",
    "mean": "difference",
}
#: aggregates that are null, not zero, before the first item ever
COUNTED: tuple[Aggregate, ...] = ("count", "per week", "net per week")
#: a comparison needs this many items on each side; counts are compared as they are
MIN_COMPARED = 10
#: Open items are right-censored, so a median is exact once all open items are older than it. Two
#: weeks cover the usual medians; before that the last days of a quarter would look slow.
MEDIANS_MATURE = 14
#: guardrails of what people build, and of how fast they build it
REWORK = ("revert_rate", "change_failure_rate")
REVIEWED_REWORK = (*REWORK, "unreviewed_merge_share")
#: default days for failures of a shipment, and for rework of a change; younger items have no value
FAILURE_DAYS, DURABLE_DAYS = 7, 14


@dataclass(frozen=True)
class Question:
    """One of the questions, with the step that gets it an answer, and a short form."""

    name: str
    text: str
    step: str
    short: str


@dataclass(frozen=True)
class Page:
    """A page of the dashboard: its URL path, question, and metrics on the overview."""

    name: str
    question: str
    title: str
    overview: tuple[str, ...]
    label: str = ""

    @property
    def heading(self) -> str:
        """Return its name in the navigation."""
        return self.label or self.name.replace("-", " ").capitalize()

    @property
    def file(self) -> str:
        """Return the path of its Python file."""
        return f"headway/ui/pages/{self.name.replace('-', '_')}.py"


@dataclass(frozen=True)
class Subject:
    """Kind of items of a metric, with their key ``ids`` and their columns in subjects/*.sql.

    ``parts`` are the filters that its items support, ``listed`` the columns of a short list.
    """

    name: str
    plural: str
    parts: tuple[str, ...]
    ids: tuple[str, ...] = ("repo", "number")
    sql: str = ""
    listed: tuple[str, ...] = ()

    @property
    def sql_name(self) -> str:
        """Return the name of the SQL file with the columns of its rows."""
        return self.sql or self.name.replace(" ", "_")


ALL_FILTERS = ("team", "repo", "work_type", "authorship")
SUBJECTS = {
    row.name: row
    for row in (
        Subject(
            "pull request",
            "pull requests",
            ALL_FILTERS,
            listed=("title", "value", "work_type", "team"),
        ),
        Subject("review", "reviews", ALL_FILTERS, sql="pull_request"),
        Subject(
            "area",
            "areas",
            ALL_FILTERS,
            ("repo", "number", "area"),
            listed=("area", "team", "merged_at", "title"),
        ),
        Subject("issue", "issues", ("repo",), listed=("title", "value", "labels")),
        Subject(
            "experiment",
            "experiments",
            ("repo",),
            ("repo", "key"),
            listed=("title", "value", "shipped_at"),
        ),
        Subject(
            "outcome",
            "outcomes",
            ("team", "repo", "authorship"),
            ("repo", "key"),
            listed=("title", "happened_on", "team", "pull_requests"),
        ),
        Subject(
            "release",
            "releases",
            ("repo",),
            ("repo", "key"),
            listed=("published_at", "pull_request_count", "features"),
        ),
        Subject("outcome with its cost", "outcomes", (), ("repo", "key"), sql="outcome"),
        Subject("team's month", "teams' months", ("team",), ("month", "team"), sql="team_month"),
        Subject(
            "decision",
            "decision records",
            ("repo",),
            ("repo", "key"),
            listed=("title", "status", "decided_on"),
        ),
        Subject("shipment", "deployments and releases", ("repo",), ("repo", "key")),
        Subject("wave", "waves", (), ("wave",), listed=("title", "value", "response_rate")),
        Subject("failure", "incidents and failed deployments", ("repo",), ("repo", "key")),
    )
}


@dataclass(frozen=True)
class Metric:
    """One metric. Phrases contain {value} and {period}.

    Phrases: ``phrase`` for a number, ``singular`` for a count of one, ``nothing`` without items,
    ``unreached`` for a median that is not reached, ``unmeasured`` for counts and rates before the
    first item ever, ``missing`` for items without a value ("3 more were …").
    Headlines have more: ``changed`` and ``unchanged`` with {current} and {baseline}, and what a
    change for better or worse means, ``gain`` and ``loss``, as clauses without numbers.

    ``sql``: file under metrics/ (default: its name), with ``parameters``.
    ``matures_after``: days until an item counts; windows end that many days before the cutoff.
    ``panel``: metrics with the same panel share a chart, in which ``label`` names this one.
    ``horizon``: days of a curve of cumulative incidence.
    ``is_listed``: whether the newest items are listed below the chart.
    ``rule``: kind of label rules that define its items.
    ``needs``: roles or teams of people, without which no item has a value.
    ``is_about_work_types``: whether the work type of an item determines its value.
    ``guardrails``: metrics that must not become worse if this one improves, most telling first.
    ``upper``: metric that is the upper bound of this one.
    """

    name: str
    page: str
    title: str
    unit: str
    aggregate: Aggregate
    better: Literal["up", "down"]
    phrase: str
    nothing: str
    chart: Literal["line", "bars", "stacked", "ages", "list", "stock", "incidence", "lifecycle"] = (
        "line"
    )
    subject: str = "pull request"
    sql: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    matures_after: int = 0
    is_headline: bool = False
    singular: str = ""
    unreached: str = ""
    unmeasured: str = ""
    missing: str = ""
    gain: str = ""
    loss: str = ""
    changed: str = ""
    unchanged: str = ""
    panel: str = ""
    label: str = ""
    horizon: int = 0
    is_listed: bool = False
    rule: str = ""
    needs: Literal["", "roles", "teams"] = ""
    is_about_work_types: bool = False
    guardrails: tuple[str, ...] = ()
    upper: str = ""

    def has_enough(self, *counts: int) -> bool:
        """Return whether a comparison of estimates that rest on so many items is made."""
        least = 1 if self.aggregate == "mean" else MIN_COMPARED
        return self.aggregate == "count" or min(counts) >= least

    @property
    def of(self) -> Subject:
        """Return the kind of its items."""
        return SUBJECTS[self.subject]

    @property
    def limits(self) -> tuple[float, float]:
        """Return its smallest and its largest possible value."""
        if self.aggregate == "net per week":
            return -inf, inf
        return {"share": (0.0, 1.0), "points of 5": (1.0, 5.0)}.get(self.unit, (0.0, inf))

    @property
    def has_category(self) -> bool:
        """Return whether its items are of pull requests, which have a work category."""
        return self.subject in ("pull request", "review", "area")

    @property
    def has_mix_of_types(self) -> bool:
        """Return whether its items have several work types that do not define it."""
        is_fixed = self.is_about_work_types or "only_work_type" in self.parameters
        return "work_type" in self.of.parts and not is_fixed

    @property
    def rests_on_rules(self) -> bool:
        """Return whether rules define its items."""
        return bool(self.rule or self.parameters.get("only_work_type"))

    @property
    def sql_name(self) -> str:
        """Return the name of its SQL file."""
        return self.sql or self.name

    def describe(self, header: str) -> str:
        """Return the header of its SQL file with its parameters."""
        for name, value in self.parameters.items():
            header = header.replace(f"${name}", str(value))
        header = header.replace(" 1 days", " 1 day")
        kind = self.parameters.get("only_work_type")
        return f"{header} Only work type {kind}." if kind else header
