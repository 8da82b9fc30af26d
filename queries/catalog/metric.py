"""What a metric is: an entry with its SQL, its page, its unit and what can be said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from queries.sql_files import ROOT, SqlFile, lineage, metric_sql, read_sql

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
]
#: how the effect of each kind of estimate is told
EFFECTS: Mapping[Aggregate, str] = {
    "median": "ratio",
    "share": "difference",
    "per week": "ratio",
    "net per week": "difference",
    "per reviewer": "ratio",
    "count": "difference",
    "per outcome": "ratio",
    "cost share": "difference",
}
#: what is not known, rather than nought, before the first item ever
COUNTED: tuple[Aggregate, ...] = ("count", "per week", "net per week")
#: What is not done yet counts as longer than any, so a median is exact once all that is open is older than it. Two
#: weeks cover the medians seen; without them the last days of a quarter would look slow until their work is done.
MEDIANS_MATURE = 14


@dataclass(frozen=True)
class Question:
    """One of the questions, and in a few words what answers it."""

    name: str
    text: str
    answered_by: str


@dataclass(frozen=True)
class Page:
    """A page of the dashboard: the question it answers, its place in the address, and what the overview shows of it."""

    name: str
    question: str
    title: str
    overview: tuple[str, ...]
    label: str = ""

    @property
    def heading(self) -> str:
        """What the navigation calls it."""
        return self.label or self.name.replace("-", " ").capitalize()

    @property
    def file(self) -> str:
        """The file of the page."""
        return f"headway/ui/pages/{self.name.replace('-', '_')}.py"


@dataclass(frozen=True)
class Subject:
    """What the items of a metric are: its columns in common with subjects/*.sql, and what tells its items apart.

    ``parts`` are the parts of a scope that are known of it; ``shown`` the columns of a short list of it.
    """

    name: str
    plural: str
    parts: tuple[str, ...]
    ids: tuple[str, ...] = ("repo", "number")
    sql: str = ""
    shown: tuple[str, ...] = ()

    @property
    def file(self) -> SqlFile:
        """What rows of it show beside their value."""
        return read_sql(ROOT / "subjects" / f"{self.sql or self.name.replace(' ', '_')}.sql")


OF_PULL_REQUESTS = ("team", "repo", "work_type", "authorship")
SUBJECTS = {
    row.name: row
    for row in (
        Subject(
            "pull request",
            "pull requests",
            OF_PULL_REQUESTS,
            shown=("title", "value", "work_type", "team"),
        ),
        Subject("review", "reviews", OF_PULL_REQUESTS, sql="pull_request"),
        Subject(
            "area",
            "areas",
            OF_PULL_REQUESTS,
            ("repo", "number", "area"),
            shown=("area", "team", "merged_at", "title"),
        ),
        Subject("issue", "issues", ("repo",), shown=("title", "value", "labels")),
        Subject(
            "experiment",
            "experiments",
            ("repo",),
            ("repo", "key"),
            shown=("title", "value", "shipped_at"),
        ),
        Subject(
            "outcome",
            "outcomes",
            ("team", "repo", "authorship"),
            ("repo", "key"),
            shown=("title", "happened_on", "team", "pull_requests"),
        ),
        Subject(
            "release",
            "releases",
            ("repo",),
            ("repo", "key"),
            shown=("published_at", "pull_request_count", "features"),
        ),
        Subject("outcome with its cost", "outcomes", (), ("repo", "key"), sql="outcome"),
        Subject("team's month", "teams' months", ("team",), ("month", "team"), sql="team_month"),
        Subject("shipment", "deployments and releases", ("repo",), ("repo", "key")),
        Subject("failure", "incidents and failed deployments", ("repo",), ("repo", "key")),
    )
}


@dataclass(frozen=True)
class Metric:
    """One metric. ``phrase`` is what an answer says: {value} and {period} are filled in.

    ``nothing`` is said where no item counts, ``unreached`` where fewer than half got there, ``unmeasured`` of a count
    or rate before the first item ever; ``missing`` tells what became of items that have no value ("3 more were …").
    ``one`` is the phrase of a count of one.
    ``sql`` names its file under metrics/ (by default its own name), ``parameters`` the file's own parameters;
    ``matures_after`` the days an item must have been open to count (a window ends that long before the cutoff).
    Metrics of one ``panel`` share a chart, in which ``label`` names this one; ``horizon`` is how many days a curve of
    cumulative incidence covers. The newest items of one that ``is_listed`` stand under its chart. ``rule`` is the kind
    of label rules without which there is nothing to measure.
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
    one: str = ""
    unreached: str = ""
    unmeasured: str = ""
    missing: str = ""
    panel: str = ""
    label: str = ""
    horizon: int = 0
    is_listed: bool = False
    rule: str = ""

    @property
    def of(self) -> Subject:
        """What its items are."""
        return SUBJECTS[self.subject]

    @property
    def rests_on_rules(self) -> bool:
        """Whether rules decide what is an item of it."""
        return bool(self.rule or self.parameters.get("only_work_type"))

    @cached_property
    def file(self) -> SqlFile:
        """The metric's SQL: one row per item that counts."""
        return metric_sql(self.sql or self.name)

    @cached_property
    def definition(self) -> str:
        """What is measured, as the SQL file says it."""
        text = self.file.definition
        for name, value in self.parameters.items():
            text = text.replace(f"${name}", str(value))
        text = text.replace(" 1 days", " 1 day")
        kind = self.parameters.get("only_work_type")
        return f"{text} Only work type {kind}." if kind else text

    @cached_property
    def definition_hash(self) -> str:
        """Changes whenever the metric's SQL or anything that it reads changes."""
        shared = [
            read_sql(ROOT / "shared" / f"{name}.sql")
            for name in ("estimates", "window_items", "items")
        ]
        read = [
            self.file,
            *shared,
            read_sql(ROOT / "shared" / "macros.sql"),
            *lineage(self.file, *shared),
        ]
        message = repr((dict(self.parameters), self.aggregate, self.matures_after))
        return hashlib.sha256(
            "\n".join([message, *(file.text for file in read)]).encode()
        ).hexdigest()[:16]
