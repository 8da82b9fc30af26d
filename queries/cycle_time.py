"""The metrics of cycle time: how long pull requests take, and where the time goes."""

from __future__ import annotations

from queries.metric import MEDIANS_MATURE, Metric, Page

PAGE = Page(
    "cycle-time", "Q2", "How has our cycle time on features changed?",
    overview=("feature_cycle_time", "merged_within_7_days", "pickup_time"),
)  # fmt: skip


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
        unmeasured="no pull request had been merged",
        chart="bars",
    ),
    Metric(
        "open_work_age", "cycle-time", "Ageing open work", "days", "median", "down",
        "Half of the open, ready pull requests have waited {value} or less",
        "No pull request is open and ready",
        chart="ages",
    ),
)  # fmt: skip
