"""The metrics of what outcomes cost."""

from __future__ import annotations

from queries.catalog.metric import Metric, Page

PAGE = Page(
    "cost",
    "Q5",
    "What is the ratio of inference cost to meaningful output? Is it improving?",
    overview=("cost_per_outcome", "spend_without_outcome_share"),
    label="Inference cost and output",
)
#: an outcome lasts 14 days, and vendors restate what they bill for up to 30
SETTLED = 30
#: a month, and the quarter in which an outcome may follow it
FOLLOWED = 31 + 91

METRICS = (
    Metric(
        "cost_per_outcome",
        "cost",
        "Cost per outcome",
        "dollars per outcome",
        "per outcome",
        "down",
        "Each outcome that lasted came to {value} of AI spend {period}",
        "No cost per outcome {period}: no outcome is known",
        unreached="No cost per outcome {period}: it takes 5 outcomes, and spend known for four fifths of the days",
        subject="outcome with its cost",
        matures_after=SETTLED,
        is_headline=True,
    ),
    Metric(
        "spend_without_outcome_share",
        "cost",
        "Spend that no outcome followed",
        "share",
        "cost share",
        "down",
        "{value} of what teams spent in months that began {period} was followed by no outcome that lasted",
        "Not measured {period}: no month of a team's spend is known",
        subject="team's month",
        matures_after=FOLLOWED,
        is_headline=True,
    ),
)
