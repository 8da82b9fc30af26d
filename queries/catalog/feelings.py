"""Metrics of how people feel, from an anonymous pulse survey."""

from __future__ import annotations

from typing import Literal

from queries.catalog.metric import Metric, Page

PAGE = Page(
    "feelings",
    "Q3",
    "Less burnout and frustration, more excitement?",
    overview=("burnout", "frustration", "excitement"),
    label="How people feel",
)
UNIT = "points of 5"


def _mean(item: str, better: Literal["up", "down"], gain: str, loss: str) -> Metric:
    title = item.capitalize()
    return Metric(
        item,
        "feelings",
        title,
        UNIT,
        "mean",
        better,
        f"{title} was {{value}} on a scale from 1 to 5 {{period}}",
        "No wave of the pulse was published {period}",
        subject="wave",
        sql="survey_mean",
        parameters={"item": item},
        is_headline=True,
        unreached=f"No number of {item} {{period}}",
        missing="answered by fewer than half of the people invited",
        gain=gain,
        loss=loss,
        changed=f"{title} is {{current}} on a scale from 1 to 5, {{baseline}} before",
        unchanged=f"{title} is about as before: {{current}} on a scale from 1 to 5, "
        "was {baseline}",
        panel=title,
        is_listed=True,
    )


METRICS = (
    _mean("burnout", "down", "people feel less burned out", "people feel more burned out"),
    _mean("frustration", "down", "less friction gets in the way", "more friction gets in the way"),
    _mean("excitement", "up", "people are more excited", "people are less excited"),
)
