"""Metrics of inference cost and output."""

from __future__ import annotations

from queries.catalog.metric import REWORK, Metric, Page
from queries.statistics.windows import QUARTER_DAYS

PAGE = Page(
    "cost",
    "Q5",
    "What is the ratio of inference cost to meaningful output? Is it improving?",
    overview=("cost_per_outcome", "spend_without_outcome_share"),
    label="Inference cost and output",
)
#: a cost per outcome needs this many outcomes, and this share of days with final spend
MIN_OUTCOMES, MIN_KNOWN_DAYS = 5, 0.8
#: days until spend is final: vendors restate bills for up to 30 days
SPEND_MATURES = 30
#: days of a month, and of the quarter after it in which an outcome counts for it
OUTCOME_FOLLOWS = 31 + QUARTER_DAYS

METRICS = (
    Metric(
        "cost_per_outcome",
        "cost",
        "Cost per outcome",
        "dollars per outcome",
        "per outcome",
        "down",
        "Each outcome that lasted cost {value} of AI spend {period}",
        "No cost per outcome {period}: there is no outcome",
        unreached=f"No cost per outcome {{period}}: it needs {MIN_OUTCOMES} outcomes, and "
        f"final spend for {MIN_KNOWN_DAYS * 100:.0f} % of the days",
        subject="outcome with its cost",
        matures_after=SPEND_MATURES,
        is_headline=True,
        guardrails=REWORK,
        gain="each outcome costs less",
        loss="each outcome costs more",
        changed="Each outcome that lasted cost {current}, {baseline} before",
        unchanged="Each outcome that lasted cost about as much as before: "
        "{current}, was {baseline}",
    ),
    Metric(
        "spend_without_outcome_share",
        "cost",
        "Spend without outcomes",
        "share",
        "cost share",
        "down",
        "{value} of team spend in months that began {period} led to no outcome that lasted",
        "Not measured {period}: there is no team spend by month",
        subject="team's month",
        matures_after=OUTCOME_FOLLOWS,
        is_headline=True,
        guardrails=REWORK,
        gain="less spend leads to nothing that lasts",
        loss="more spend leads to nothing that lasts",
        changed="{current} of team spend led to no outcome that lasted, {baseline} before",
        unchanged="About as much team spend led to no outcome that lasted: "
        "{current}, was {baseline}",
    ),
)
