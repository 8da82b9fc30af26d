"""The metrics of what can be built now: capabilities, areas that are new to a team, new work, outcomes, releases."""

from __future__ import annotations

from queries.metric import MEDIANS_MATURE, Metric, Page

PAGE = Page(
    "capabilities", "Q1", "What can we build now that we couldn't before?",
    overview=("capabilities_delivered", "first_time_areas", "new_work_share"),
)  # fmt: skip

METRICS = (
    Metric(
        "capabilities_delivered", "capabilities", "Capabilities delivered", "capabilities", "count", "up",
        "{value} capabilities were delivered {period}",
        "No capability was delivered {period}",
        one="1 capability was delivered {period}",
        unmeasured="no capability had been delivered",
        chart="list", subject="outcome", is_headline=True, rule="capability",
    ),
    Metric(
        "first_time_areas", "capabilities", "First-time areas", "areas", "count", "up",
        "{value} areas of the code were new to the team that changed them {period}",
        "No team changed an area of the code that was new to it {period}",
        one="1 area of the code was new to the team that changed it {period}",
        unmeasured="no team with a year of history had changed an area that was new to it",
        missing="changes of areas by no known team or before a year of history",
        chart="list", subject="area", matures_after=MEDIANS_MATURE, is_headline=True,
    ),
    Metric(
        "new_work_share", "capabilities", "New work", "share", "share", "up",
        "{value} of the pull requests merged {period} were features or experiments",
        "No pull request of a known work type was merged {period}",
        missing="of no known work type",
        is_headline=True,
    ),
    Metric(
        "outcomes_per_week", "capabilities", "Outcomes", "outcomes per week", "per week", "up",
        "Work came to {value} outcomes per week {period}",
        "No work came to an outcome {period}",
        unmeasured="no work had come to an outcome",
        chart="bars", subject="outcome",
    ),
    Metric(
        "releases_per_week", "capabilities", "Releases", "releases per week", "per week", "up",
        "Releases were published at a rate of {value} per week {period}",
        "No release was published {period}",
        unmeasured="no release had been published",
        chart="bars", subject="release", is_listed=True,
    ),
    Metric(
        "shipped_by_other_roles", "capabilities", "Shipped by other roles", "pull requests per week", "per week", "up",
        "People whose role is not engineering shipped {value} pull requests per week {period}",
        "Nobody whose role is not engineering shipped a pull request {period}",
        unmeasured="nobody whose role is known not to be engineering had shipped a pull request",
        missing="by people of no known role",
        chart="bars",
    ),
)  # fmt: skip
