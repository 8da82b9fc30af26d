"""Every metric with its page, unit and chart: an entry, not a code path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from queries.models import ROOT, SqlFile, lineage, metric_sql, read_sql

Value = str | int | float | date | None
BEGIN, END = "<!-- metrics: begin -->", "<!-- metrics: end -->"
#: what the estimate of a metric is, and how its effect is told
EFFECTS = {"median": "ratio", "share": "difference", "per week": "ratio"}


@dataclass(frozen=True)
class Question:
    """One of the five questions, and in a few words what answers it."""

    name: str
    text: str
    answered_by: str


@dataclass(frozen=True)
class Page:
    """A page of the dashboard: the question it answers, and its place in the address."""

    name: str
    question: str
    title: str

    @property
    def label(self) -> str:
        """What the navigation calls it."""
        return self.name.replace("-", " ").capitalize()

    @property
    def file(self) -> str:
        """The file of the page."""
        return f"pages/{self.name.replace('-', '_')}.py"


@dataclass(frozen=True)
class Metric:
    """One metric. ``phrase`` is what an answer says: {value} and {period} are filled in.

    ``nothing`` is said where no item counts, ``unreached`` where fewer than half got there; ``missing`` tells what
    became of items that have no value ("3 more were …").
    ``sql`` names its file under metrics/ (by default its own name), ``parameters`` the file's own parameters;
    ``matures_after`` the days an item must have been open to count (a window ends that long before the cutoff).
    Metrics of one ``panel`` share a chart, in which ``label`` names this one.
    """

    name: str
    page: str
    title: str
    unit: Literal["hours", "share", "pull requests per week", "days"]
    aggregate: Literal["median", "share", "per week"]
    better: Literal["up", "down"]
    phrase: str
    nothing: str
    chart: Literal["line", "bars", "ages"] = "line"
    sql: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    matures_after: int = 0
    is_headline: bool = False
    unreached: str = ""
    missing: str = ""
    panel: str = ""
    label: str = ""

    @cached_property
    def file(self) -> SqlFile:
        """The metric's SQL: one row per item that counts."""
        return metric_sql(self.sql or self.name)

    @cached_property
    def definition(self) -> str:
        """What is measured, as the SQL file says it."""
        days = self.parameters.get("days")
        text = self.file.definition.replace("within so many days", f"within {days} day{'s' if days != 1 else ''}")
        kind = self.parameters.get("only_work_type")
        return f"{text} Only work type {kind}." if kind else text

    @cached_property
    def definition_hash(self) -> str:
        """Changes whenever the metric's SQL or anything that it reads changes."""
        window = read_sql(ROOT / "window.sql")
        read = [self.file, window, read_sql(ROOT / "macros.sql"), *lineage(self.file, window)]
        said = repr((dict(self.parameters), self.aggregate, self.matures_after))
        return hashlib.sha256("\n".join([said, *(file.text for file in read)]).encode()).hexdigest()[:16]


QUESTIONS = (
    Question("Q1", "What can we build now that we couldn't before?", "capabilities delivered and first-time areas"),
    Question("Q2", "How has our cycle time on features changed?", "stages from first commit to merge"),
    Question("Q3", "Less burnout and frustration, more excitement?", "an anonymous pulse survey"),
    Question(
        "Q4", "More UX debt resolved, more experiments shipped, faster response to customers?",
        "issues, experiments and first answers to customers",
    ),
    Question(
        "Q5", "What is the ratio of inference cost to meaningful output? Is it improving?",
        "spend beside durable outcomes",
    ),
)  # fmt: skip

PAGES = (Page("cycle-time", "Q2", "How has our cycle time on features changed?"),)


def _merged_within(days: int, is_headline: bool = False) -> Metric:
    plural = "day" if days == 1 else "days"
    return Metric(
        f"merged_within_{days}_{plural}", "cycle-time", f"Merged within {days} {plural} of ready",
        "share", "share", "up",
        f"{{value}} of the pull requests that became ready {{period}} were merged within {days} {plural}",
        "No pull request became ready {period}",
        sql="merged_within_days", parameters={"days": days}, matures_after=days, is_headline=is_headline,
        panel="How soon ready work is merged", label=f"within {days} {plural}",
    )  # fmt: skip


#: What is not done yet counts as longer than any, so a median is exact once all that is open is older than it. Two
#: weeks cover the medians seen; without them the last days of a quarter would look slow until their work is merged.
MEDIANS_MATURE = 14

METRICS = (
    Metric(
        "feature_cycle_time", "cycle-time", "Cycle time of features", "hours", "median", "down",
        "Half of the features opened {period} were merged within {value} of starting",
        "No feature was opened {period}",
        unreached="Fewer than half of the features opened {period} have been merged",
        sql="cycle_time", parameters={"only_work_type": "feature"},
        matures_after=MEDIANS_MATURE, is_headline=True,
        panel="Cycle time", label="features",
    ),
    Metric(
        "cycle_time", "cycle-time", "Cycle time of all work", "hours", "median", "down",
        "Half of the pull requests opened {period} were merged within {value} of starting",
        "No pull request was opened {period}",
        unreached="Fewer than half of the pull requests opened {period} have been merged",
        parameters={"only_work_type": None}, matures_after=MEDIANS_MATURE,
        panel="Cycle time", label="all work",
    ),
    _merged_within(1),
    _merged_within(3),
    _merged_within(7, is_headline=True),
    _merged_within(14),
    Metric(
        "coding_time", "cycle-time", "Coding time", "hours", "median", "down",
        "Half of the pull requests that became ready {period} got there within {value} of starting",
        "No pull request became ready {period}",
        missing="never ready for review",
        panel="Where the time goes", label="coding",
    ),
    Metric(
        "pickup_time", "cycle-time", "Pickup time", "hours", "median", "down",
        "Half of the pull requests that became ready {period} had a human response within {value}",
        "No pull request that became ready {period} had a human response",
        unreached="Fewer than half of the pull requests that became ready {period} have had a human response",
        missing="merged or closed without a response",
        matures_after=MEDIANS_MATURE, is_headline=True, panel="Where the time goes", label="pickup",
    ),
    Metric(
        "review_time", "cycle-time", "Review time", "hours", "median", "down",
        "Half of the pull requests first answered {period} were merged within {value} of that response",
        "No pull request was first answered {period}",
        unreached="Fewer than half of the pull requests first answered {period} have been merged",
        missing="ready but not answered",
        matures_after=MEDIANS_MATURE, is_headline=True, panel="Where the time goes", label="review",
    ),
    Metric(
        "throughput", "cycle-time", "Throughput", "pull requests per week", "per week", "up",
        "Pull requests were merged at a rate of {value} per week {period}",
        "No pull request was merged {period}",
        chart="bars",
    ),
    Metric(
        "open_work_age", "cycle-time", "Ageing open work", "days", "median", "down",
        "Half of the open, ready pull requests have waited {value} or less",
        "No pull request is open and ready",
        chart="ages",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """Metrics of one page, unit and kind of chart that are drawn together."""

    title: str
    metrics: tuple[Metric, ...]

    @property
    def headlines(self) -> tuple[Metric, ...]:
        """Those answered by quarter."""
        return tuple(metric for metric in self.metrics if metric.is_headline)


def panels(page: Page) -> list[Panel]:
    """Return the panels of a page: metrics that name the same panel, or else share their SQL, in one chart."""
    found: dict[tuple[str, str, str], list[Metric]] = {}
    for metric in METRICS:
        if metric.page == page.name:
            found.setdefault((metric.panel or metric.file.name, metric.unit, metric.chart), []).append(metric)
    return [Panel(metrics[0].panel or metrics[0].title, tuple(metrics)) for metrics in found.values()]


def headlines_of(page: Page) -> list[Metric]:
    """Return the metrics of a page that are answered by quarter."""
    return [metric for metric in METRICS if metric.page == page.name and metric.is_headline]


def page(name: str) -> Page:
    """Return the page of this name; KeyError where there is none."""
    return {found.name: found for found in PAGES}[name]


def metric(name: str) -> Metric:
    """Return the metric of this name; KeyError where there is none."""
    return {found.name: found for found in METRICS}[name]


def readme_table() -> str:
    """Return the catalogue as a Markdown table."""
    lines = ["| metric | question | unit | better | what it measures |", "| --- | --- | --- | --- | --- |"]
    questions = {page.name: page.question for page in PAGES}
    for found in METRICS:
        name = f"**`{found.name}`**" if found.is_headline else f"`{found.name}`"
        definition = re.sub(r"\s+", " ", found.definition)
        lines.append(f"| {name} | {questions[found.page]} | {found.unit} | {found.better} | {definition} |")
    return "\n".join(lines)


def write_readme(path: Path) -> None:
    """Put the catalogue's table between its two marks in a README."""
    head, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text(f"{head}{BEGIN}\n{readme_table()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    write_readme(Path("README.md"))
