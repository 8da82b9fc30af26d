"""The metrics beside the five questions: building is not running, and somebody must read what is built."""

from __future__ import annotations

from queries.metric import Metric, Page

PAGE = Page(
    "guardrails", "guardrail", "Is what we build still running well?",
    overview=("change_failure_rate", "time_to_restore", "unreviewed_merge_share"),
)  # fmt: skip
#: the product's failure_days and durable_days; what is younger under a user's longer ones has no value
FAILURE_DAYS, DURABLE_DAYS = 7, 14

METRICS = (
    Metric(
        "change_failure_rate", "guardrails", "Change failure rate", "share", "share", "down",
        "{value} of the deployments and releases {period} were followed by a revert, hotfix or incident",
        "Not measured {period}: nothing was shipped where a failure could be observed",
        missing="shipped where no failure could be observed",
        subject="shipment", matures_after=FAILURE_DAYS, is_headline=True,
    ),
    Metric(
        "time_to_restore", "guardrails", "Time to restore", "hours", "median", "down",
        "Half of the incidents and failed deployments {period} were over within {value}",
        "No incident and no failed deployment is known {period}",
        unreached="Fewer than half of the incidents and failed deployments {period} are over",
        subject="failure", is_headline=True,
    ),
    Metric(
        "revert_rate", "guardrails", "Revert rate", "share", "share", "down",
        "{value} of the changes merged {period} were reverted soon after",
        "Not measured {period}: nothing was merged where a revert could be observed",
        missing="merged where no rework could be observed",
        matures_after=DURABLE_DAYS, is_headline=True, panel="What is merged and then undone", label="reverted",
    ),
    Metric(
        "rework_rate", "guardrails", "Rework rate", "share", "share", "down",
        "{value} of the changes merged {period} were reverted, hotfixed or blamed by an incident soon after",
        "Not measured {period}: nothing was merged where rework could be observed",
        missing="merged where no rework could be observed",
        matures_after=DURABLE_DAYS, panel="What is merged and then undone", label="any rework",
    ),
    Metric(
        "unreviewed_merge_share", "guardrails", "Merged without review", "share", "share", "down",
        "{value} of the pull requests merged {period} had no independent human review",
        "No pull request was merged {period}",
        is_headline=True,
    ),
    Metric(
        "review_load", "guardrails", "Review load", "pull requests per reviewer and week", "per reviewer", "down",
        "Each active reviewer reviewed {value} pull requests a week {period}",
        "No review was submitted {period}",
        subject="review", is_headline=True,
    ),
    Metric(
        "review_load_lines", "guardrails", "Lines under review", "lines per reviewer and week", "per reviewer", "down",
        "Each active reviewer reviewed {value} changed lines a week {period}",
        "No review was submitted {period}",
        subject="review",
    ),
    Metric(
        "deployment_frequency", "guardrails", "Deployment frequency", "deployments or releases per week", "per week",
        "up",
        "There were {value} deployments or releases per week {period}",
        "Nothing was deployed or released {period}",
        unmeasured="nothing had been deployed or released",
        chart="bars", subject="shipment",
    ),
    Metric(
        "hotfixes_per_week", "guardrails", "Hotfixes", "hotfixes per week", "per week", "down",
        "There were {value} hotfixes per week {period}",
        "No hotfix was merged {period}",
        unmeasured="no hotfix had named the change that it repairs",
        chart="bars",
    ),
)  # fmt: skip
