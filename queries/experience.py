"""The metrics of UX debt, experiments and the response to customers."""

from __future__ import annotations

from queries.metric import MEDIANS_MATURE, Metric, Page

PAGE = Page(
    "experience", "Q4", "More UX debt resolved, more experiments shipped, faster response to customers?",
    overview=("ux_debt_net_flow", "experiments_decided", "feedback_first_response"),
    label="UX debt, experiments, customers",
)  # fmt: skip


def _closed_within(days: int, is_headline: bool = False) -> Metric:
    return Metric(
        f"ux_debt_closed_within_{days}_days", "experience", f"UX debt completed within {days} days",
        "share", "share", "up",
        f"{{value}} of the UX debt that arrived {{period}} was completed within {days} days",
        "No UX debt arrived {period}",
        chart="incidence", subject="issue", sql="ux_debt_closed_within_days", parameters={"days": days},
        matures_after=days, is_headline=is_headline,
        panel="How soon UX debt is completed", label=f"within {days} days", horizon=180, rule="ux debt",
    )  # fmt: skip


def _closed(name: str, title: str, phrase: str, label: str, missing: str = "") -> Metric:
    """A way in which UX debt leaves the stock, per week."""
    return Metric(
        name, "experience", title, "issues per week", "per week", "up",
        phrase, f"{title}: none {{period}}",
        unmeasured=f"none had been {label}",
        missing=missing,
        chart="stacked", subject="issue", panel="Who closes UX debt", label=label, rule="ux debt",
    )  # fmt: skip


def _experiments(verb: str, done: str, is_headline: bool = False) -> Metric:
    return Metric(
        f"experiments_{verb}", "experience", f"Experiments {verb}", "experiments", "count", "up",
        f"{{value}} experiments were {done} {{period}}",
        f"No experiment was {done} {{period}}",
        one=f"1 experiment was {done} {{period}}",
        unmeasured=f"no experiment had been {done}",
        chart="lifecycle", subject="experiment", is_headline=is_headline, panel="Experiments", rule="experiment",
    )  # fmt: skip


METRICS = (
    Metric(
        "ux_debt_net_flow", "experience", "Net flow of UX debt", "net issues per week", "net per week", "down",
        "The open stock of UX debt changed by {value} issues per week {period}",
        "Nothing entered or left the stock of UX debt {period}",
        unmeasured="no issue had been marked as UX debt",
        chart="stock", subject="issue", is_headline=True, panel="What UX debt comes in and what leaves",
        rule="ux debt",
    ),
    _closed_within(90, is_headline=True),
    _closed_within(30),
    _closed(
        "ux_debt_completed_by_people", "UX debt completed by people",
        "People completed {value} issues of UX debt per week {period}", "completed by people",
        missing="completed by nobody known",
    ),
    _closed(
        "ux_debt_completed_by_agents", "UX debt completed by agents",
        "Agents completed {value} issues of UX debt per week {period}", "completed by agents",
    ),
    _closed(
        "ux_debt_declined", "UX debt declined",
        "{value} issues of UX debt per week were closed as not planned {period}", "declined",
    ),
    Metric(
        "ux_debt_age", "experience", "Age of open UX debt", "days", "median", "down",
        "Half of the open UX debt has been open for {value} or less",
        "No UX debt is open",
        chart="ages", subject="issue", rule="ux debt",
    ),
    _experiments("decided", "decided", is_headline=True),
    _experiments("started", "started"),
    _experiments("shipped", "shipped"),
    Metric(
        "experiment_decision_time", "experience", "Time to a decision", "days", "median", "down",
        "Half of the experiments started {period} were decided within {value}",
        "No experiment was started {period}",
        unreached="Fewer than half of the experiments started {period} have been decided",
        matures_after=MEDIANS_MATURE, subject="experiment", rule="experiment",
    ),
    Metric(
        "experiments_awaiting_decision", "experience", "Shipped and not decided", "days", "median", "down",
        "Half of the experiments that were shipped and not decided have waited {value} or less",
        "No experiment waits for a decision",
        chart="ages", subject="experiment", rule="experiment",
    ),
    Metric(
        "feedback_first_response", "experience", "First response to customers", "hours", "median", "down",
        "Half of the customer feedback opened {period} had a first answer within {value}",
        "No customer feedback was opened {period}",
        unreached="Less than half of the customer feedback opened {period} has been answered",
        missing="closed by the author before an answer",
        chart="incidence", subject="issue", matures_after=MEDIANS_MATURE, is_headline=True,
        panel="How soon customers are answered", horizon=28, rule="feedback",
    ),
    Metric(
        "feedback_answered_within_2_days", "experience", "Answered within 2 days", "share", "share", "up",
        "{value} of the customer feedback opened {period} was answered within 2 days",
        "No customer feedback was opened {period}",
        missing="closed by the author before an answer",
        subject="issue", matures_after=2, rule="feedback",
    ),
    Metric(
        "feedback_resolution_time", "experience", "Time until feedback is resolved", "hours", "median", "down",
        "Half of the customer feedback opened {period} was resolved within {value}",
        "No customer feedback was opened {period}",
        unreached="Less than half of the customer feedback opened {period} has been resolved",
        subject="issue", matures_after=MEDIANS_MATURE, rule="feedback",
    ),
)  # fmt: skip
