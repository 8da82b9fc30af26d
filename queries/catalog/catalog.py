"""Catalogue of metrics, pages and questions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from queries.catalog import (
    capabilities,
    cost,
    cycle_time,
    experience,
    feelings,
    guardrails,
    knowledge,
    offload,
)
from queries.catalog.metric import Metric, Page, Question, Subject

QUESTIONS = (
    Question(
        "Q1",
        "What can we build now that we couldn't before?",
        "Collect repositories with headway refresh.",
        "What can we build now?",
    ),
    Question(
        "Q2",
        "How has our cycle time on features changed?",
        "Collect repositories with headway refresh.",
        "Are features faster?",
    ),
    Question(
        "Q3",
        "Less burnout and frustration, more excitement?",
        "Ask six questions: headway pulse prints the survey.",
        "Do people feel better?",
    ),
    Question(
        "Q4",
        "More UX debt resolved, more experiments shipped, faster response to customers?",
        "Map labels to UX debt, experiments and feedback with headway rules.",
        "Do users get more?",
    ),
    Question(
        "Q5",
        "What is the ratio of inference cost to meaningful output? Is it improving?",
        "Import spend with headway import spend.csv.",
        "What does output cost?",
    ),
    Question(
        "guardrail",
        "Is what we build still running well?",
        "Collect repositories with headway refresh.",
        "Does it run well?",
    ),
)

PAGES = tuple(
    module.PAGE
    for module in (
        capabilities,
        cycle_time,
        feelings,
        experience,
        cost,
        guardrails,
        offload,
        knowledge,
    )
)
METRICS = (
    *capabilities.METRICS,
    *cycle_time.METRICS,
    *feelings.METRICS,
    *experience.METRICS,
    *cost.METRICS,
    *guardrails.METRICS,
    *offload.METRICS,
    *knowledge.METRICS,
)

#: pages without metrics: they show listings of published tables
EXTRA_PAGES = (
    Page(
        "budget", "Q5", "Will the budget hold, and where does the money go?", (), "Spend & budget"
    ),
    Page("tools", "Q5", "Which tools do we pay for, and are they converging?", (), "Tools"),
    Page("expectations", "guardrail", "Do we reach what we expect?", (), "Expectations"),
    Page("verdicts", "guardrail", "What was decided, and what came after?", (), "Verdicts"),
    Page("sql", "guardrail", "What else do you want to know?", (), "SQL"),
    Page("data", "guardrail", "Is the data complete, and does it agree with GitHub?", (), "Data"),
)


@dataclass(frozen=True)
class Panel:
    """Metrics of one page that share a unit and a chart."""

    title: str
    metrics: tuple[Metric, ...]

    @property
    def subject(self) -> Subject:
        """Return the kind of its items."""
        return self.metrics[0].of

    @property
    def headlines(self) -> tuple[Metric, ...]:
        """Return the metrics that are compared by quarter."""
        return tuple(metric for metric in self.metrics if metric.is_headline)


def panels(page: Page) -> list[Panel]:
    """Return the panels of a page: metrics with the same panel name or the same SQL."""
    groups: dict[tuple[str, str, str], list[Metric]] = {}
    for metric in METRICS:
        if metric.page == page.name:
            groups.setdefault(
                (metric.panel or metric.sql_name, metric.unit, metric.chart), []
            ).append(metric)
    return [
        Panel(metrics[0].panel or metrics[0].title, tuple(metrics)) for metrics in groups.values()
    ]


def page(name: str) -> Page:
    """Return the page of a question by name; raise KeyError if there is none."""
    pages: dict[str, Page] = {row.name: row for row in PAGES}
    return pages[name]


def extra_page(name: str) -> Page:
    """Return a page without metrics by name; raise KeyError if there is none."""
    return {row.name: row for row in EXTRA_PAGES}[name]


@cache
def metric(name: str) -> Metric:
    """Return a metric by name; raise KeyError if there is none."""
    return {row.name: row for row in METRICS}[name]
