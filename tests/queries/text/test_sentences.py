"""Sentences equal texts that were typed by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from queries.catalog.catalog import METRICS, metric
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.statistics.comparison import compare
from queries.statistics.windows import Comparison, Quarter, Window, comparisons
from queries.text.sentences import (
    Axis,
    axis,
    chart_subtitle,
    dates,
    day,
    format_effect,
    format_value,
    number_sentence,
    scope_words,
    sentence,
    so_far_note,
    year_note,
)

SLIPS = ("  ", "{", "None", "nan", "-0", "..", "not comparable")
QUARTER = Quarter(2026, 3)
BEFORE = Comparison("2026-Q3", "quarter before", "decided", QUARTER.window, QUARTER.before().window)
YEAR = Comparison("2026-Q3", "year before", "decided", QUARTER.window, QUARTER.year_before().window)
SO_FAR = Comparison("2026-Q3", "quarter before", "so far", QUARTER.window, QUARTER.before().window)


def say(
    name: str,
    current: tuple[float | None, int],
    baseline: tuple[float | None, int],
    pair: Comparison = BEFORE,
    missing: int = 0,
    scope: Scope = Scope(),  # noqa: B008 - a frozen value
    left_out: tuple[str, ...] = (),
) -> str:
    """Return the sentence of two estimates, each a value with its n."""
    row = compared(name, current, baseline, pair, missing)
    return sentence(metric(name), pair, scope, row, left_out, date(2026, 9, 28))


def compared(
    name: str,
    current: tuple[float | None, int],
    baseline: tuple[float | None, int],
    pair: Comparison,
    missing: int = 0,
) -> dict[str, Any]:
    """Return the columns of ``answers`` of two estimates, each a value with its n."""
    now, later = (
        {"estimate": value, "n": n, "n_missing": missing, "n_excluded": 0}
        for value, n in (current, baseline)
    )
    return compare(metric(name), pair, now, later)


def year(name: str, current: tuple[float, int], baseline: tuple[float | None, int]) -> str:
    """Return the note on the year before."""
    return year_note(metric(name), compared(name, current, baseline, YEAR))


def so_far(name: str, current: tuple[float | None, int], baseline: tuple[float | None, int]) -> str:
    """Return the note on the quarter so far."""
    row = compared(name, current, baseline, SO_FAR)
    return so_far_note(metric(name), SO_FAR.quarter, row)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.0, "hours", "0 minutes"),
        (0.001, "hours", "1 minute"),
        (1 / 60, "hours", "1 minute"),
        (0.5, "hours", "30 minutes"),
        (0.999, "hours", "1 hour"),
        (1.0, "hours", "1 hour"),
        (1.04, "hours", "1 hour"),
        (1.5, "hours", "1.5 hours"),
        (47.94, "hours", "47.9 hours"),
        (47.96, "hours", "2 days"),
        (49.0, "hours", "2 days"),
        (24 * 99.94, "hours", "99.9 days"),
        (24 * 1234.0, "hours", "1,234 days"),
        (0.5, "days", "12 hours"),
        (3.25, "days", "3.2 days"),
        (0.0, "share", "0 %"),
        (0.009, "share", "less than 1 %"),
        (0.01, "share", "1 %"),
        (0.714, "share", "71 %"),
        (0.99, "share", "99 %"),
        (0.991, "share", "more than 99 %"),
        (1.0, "share", "100 %"),
        (1.5, "net issues per week", "+1.5"),
        (-0.4, "net issues per week", "−0.4"),
        (-0.04, "net issues per week", "0"),
        (None, "capabilities", "not measured"),
        (0.0, "pull requests per week", "0"),
        (1.0, "pull requests per week", "1"),
        (12.34, "pull requests per week", "12.3"),
        (1234.5, "pull requests per week", "1,234"),
        (None, "hours", "not reached"),
        (float("nan"), "share", "not reached"),
    ],
)
def test_values(value: float | None, unit: str, words: str) -> None:
    assert format_value(value, unit) == words


@pytest.mark.parametrize(
    ("effect", "kind", "words"),
    [
        (0.0, "ratio", "about the same"),
        (-0.0, "ratio", "about the same"),
        (-0.004, "ratio", "about the same"),
        (0.006, "ratio", "1 % more"),
        (-0.15, "ratio", "15 % less"),
        (-1.0, "ratio", "100 % less"),
        (0.994, "ratio", "99 % more"),
        (1.0, "ratio", "twice as much"),
        (1.4, "ratio", "2.4 times as much"),
        (149.0, "ratio", "150 times as much"),
        (0.0, "difference", "about the same"),
        (-0.009, "difference", "about the same"),
        (0.01, "difference", "1 percentage point more"),
        (-0.05, "difference", "5 percentage points less"),
        (1.0, "difference", "100 percentage points more"),
        (None, "ratio", "not comparable"),
        (float("nan"), "ratio", "not comparable"),
    ],
)
def test_effects(effect: float | None, kind: str, words: str) -> None:
    assert format_effect(effect, kind, "share") == words


def test_a_number_beside_the_quarter_before() -> None:
    assert say("feature_cycle_time", (78.0, 120), (96.0, 1110)) == (
        "Half of the features opened in 2026-Q3 were merged within 3.2 days of starting (n = 120), "
        "19 % less than in the quarter before (4 days, n = 1,110)."
    )


def test_a_share_beside_the_year_before() -> None:
    assert say("merged_within_7_days", (0.71, 300), (0.7, 280), YEAR) == (
        "71 % of the pull requests that became ready in 2026-Q3 were merged within 7 days (n "
        "= 300), "
        "1 percentage point more than in the same quarter a year before (70 %, n = 280)."
    )
    assert say("merged_within_7_days", (0.998, 900), (1.0, 280), YEAR) == (
        "More than 99 % of the pull requests that became ready in 2026-Q3 were merged within "
        "7 days (n = 900), "
        "about the same as in the same quarter a year before (100 %, n = 280)."
    )


def test_a_quarter_that_is_not_over() -> None:
    assert say("pickup_time", (0.75, 12), (0.3, 90), SO_FAR) == (
        "Half of the pull requests that became ready in 2026-Q3 so far (until "
        "27 Sep 2026) had a human reply within 45 minutes "
        "(n = 12), 2.5 times as long as in the quarter before (18 minutes, n = 90)."
    )


def test_a_rate() -> None:
    assert say("throughput", (24.0, 312), (12.0, 156)) == (
        "Pull requests were merged at a rate of 24 per week in 2026-Q3 (n = 312), "
        "twice as many as in the quarter before (12, n = 156)."
    )
    assert say("throughput", (0.0, 0), (12.0, 156)) == "No pull request was merged in 2026-Q3."


def test_no_items_in_either_quarter() -> None:
    assert say("feature_cycle_time", (None, 0), (78.0, 3)) == "No feature was opened in 2026-Q3."
    assert say("feature_cycle_time", (78.0, 3), (None, 0)) == (
        "Half of the features opened in 2026-Q3 were merged within 3.2 days of starting (n = 3); "
        "there is nothing to compare it with in the quarter before."
    )


def test_a_median_that_is_not_reached() -> None:
    assert say("review_time", (None, 17), (2.0, 19)) == (
        "Fewer than half of the pull requests first answered in 2026-Q3 have been merged (n = 17); "
        "in the quarter before it was 2 hours (n = 19)."
    )
    assert say("review_time", (2.0, 19), (None, 17)) == (
        "Half of the pull requests first answered in 2026-Q3 were merged within 2 hours of "
        "that response (n = 19); "
        "in the quarter before fewer than half were finished (n = 17)."
    )


def test_zero_baseline_has_no_ratio() -> None:
    assert say("pickup_time", (1.0, 14), (0.0, 13)) == (
        "Half of the pull requests that became ready in 2026-Q3 had a human reply within 1 "
        "hour (n = 14); "
        "in the quarter before it was 0 minutes (n = 13)."
    )


@pytest.mark.parametrize(
    ("name", "current", "baseline", "end"),
    [
        ("feature_cycle_time", (78.0, 9), (96.0, 400), "(n = 9); too few to compare with the {}."),
        ("feature_cycle_time", (78.0, 9), (96.0, 2), "(n = 9); too few to compare with the {}."),
        (
            "feature_cycle_time",
            (78.0, 400),
            (96.0, 9),
            "(n = 400); the {} had too few to compare with (n = 9).",
        ),
        ("feature_cycle_time", (None, 2), (96.0, 40), "(n = 2); too few to compare with the {}."),
        ("throughput", (0.2, 2), (0.8, 10), "(n = 2); too few to compare with the {}."),
        ("change_failure_rate", (0.5, 2), (0.0, 0), "incident; there is nothing to compare it "),
        ("feature_cycle_time", (48.0, 10), (96.0, 10), ", 50 % less than in the {} (4 days, "),
        ("capabilities_delivered", (2.0, 2), (1.0, 1), ", 1 more than in the {} (1)."),
    ],
)
def test_fewer_than_ten_items_on_either_side_are_not_compared(
    name: str, current: tuple[float | None, int], baseline: tuple[float, int], end: str
) -> None:
    assert end.format("quarter before") in say(name, current, baseline)


def test_share_of_fewer_than_ten_items_is_printed_as_a_count() -> None:
    assert say("change_failure_rate", (0.5, 2), (0.1, 90)) == (
        "1 of 2 deployments and releases in 2026-Q3 were followed by a revert, hotfix or "
        "incident; too few to compare with the quarter before."
    )
    assert say("ux_debt_closed_within_90_days", (2 / 3, 9), (0.1, 90)) == (
        "6 of 9 UX debt issues that arrived in 2026-Q3 were completed within 90 days; "
        "too few to compare with the quarter before."
    )


@pytest.mark.parametrize(
    ("name", "current", "baseline", "words"),
    [
        ("merged_within_7_days", 0.714, 0.706, ", about the same as in the quarter before (71 %,"),
        ("merged_within_7_days", 0.714, 0.6951, ", 1 percentage point more than"),
        ("merged_within_7_days", 0.7151, 0.7049, ", 2 percentage points more than"),
        ("merged_within_7_days", 0.716, 0.714, ", 1 percentage point more than"),
        ("merged_within_7_days", 0.004, 0.0, ", about the same as in the quarter before (0 %,"),
        ("ux_debt_net_flow", 1.24, 0.86, ", 0.3 higher than in the quarter before (+0.9,"),
        ("ux_debt_net_flow", 1.24, 1.16, ", about the same as in the quarter before (+1.2,"),
        ("pickup_time", 1.04, 1.0, ", about the same as in the quarter before (1 hour,"),
    ],
)
def test_difference_is_that_of_the_printed_values(
    name: str, current: float, baseline: float, words: str
) -> None:
    assert words in say(name, (current, 500), (baseline, 400))


def test_missing_items_are_named_if_they_matter() -> None:
    message = say("pickup_time", (1.0, 9), (1.0, 9), missing=1)
    assert message.endswith(". 1 more was merged or closed without a response and has no value.")
    assert say("pickup_time", (1.0, 10), (1.0, 12), missing=1).endswith("(1 hour, n = 12).")
    message = say("review_time", (1.0, 9), (1.0, 9), missing=1200)
    assert message.endswith(". 1,200 more were ready but not answered and have no value.")
    assert say("pickup_time", (None, 0), (1.0, 9), missing=2) == (
        "No pull request that became ready in 2026-Q3 had a human reply. "
        "2 were merged or closed without a response and have no value."
    )


def test_a_part_of_the_organisation_is_named_first() -> None:
    assert say("throughput", (1.0, 13), (1.0, 13), scope=Scope(team="Checkout")) == (
        "Team Checkout: pull requests were merged at a rate of 1 per week in 2026-Q3 (n = 13), "
        "about the same as in the quarter before (1, n = 13)."
    )
    filtered = Scope(repo="acme/shop", work_type="fix", authorship="no signal")
    assert say("review_time", (2.0, 9), (2.0, 9), scope=filtered).startswith(
        "Repository acme/shop, work type fix, authorship no signal: half of the pull requests"
    )
    assert scope_words(Scope()) == ""


def test_repositories_that_were_not_read_are_named() -> None:
    message = say("throughput", (None, 0), (None, 0), left_out=("acme/web", "acme/old"))
    assert message == (
        "Not measured in 2026-Q3: no pull request had been merged by then in the synced "
        "repositories. "
        "Left out on both sides, because not synced through 27 Sep 2026: acme/old, acme/web."
    )
    many = say(
        "throughput",
        (None, 0),
        (None, 0),
        left_out=tuple(f"acme/{number:04}" for number in range(1020)),
    )
    assert many.endswith("acme/0018, acme/0019 and 1,000 more.")


def test_notes() -> None:
    assert year("new_work_share", (0.65, 50), (0.6, 40)) == (
        "Against the same quarter a year before: 5 percentage points more (60 %, n = 40)."
    )
    assert year("pickup_time", (5.001, 50), (5.0, 40)) == (
        "Against the same quarter a year before: about the same (5 hours, n = 40)."
    )
    assert year("pickup_time", (5.0, 50), (None, 14)) == (
        "Against the same quarter a year before: not comparable (not reached, n = 14)."
    )
    assert year("pickup_time", (5.0, 50), (None, 4)) == (
        "Against the same quarter a year before: too few to compare (n = 4)."
    )
    assert year("pickup_time", (5.0, 50), (None, 0)) == (
        "There is nothing to compare it with in the same quarter a year before."
    )
    assert so_far("pickup_time", (5.0, 14), (10.0, 20)) == (
        "2026-Q3 so far: 5 hours (n = 14), 50 % less than in the quarter before."
    )
    assert so_far("pickup_time", (5.0, 4), (10.0, 20)) == "2026-Q3 so far: 5 hours (n = 4)."
    message = so_far("change_failure_rate", (0.5, 2), (0.1, 90))
    assert message == "2026-Q3 so far: 1 of 2."
    message = so_far("pickup_time", (None, 4), (None, 0))
    assert message == "2026-Q3 so far: not reached (n = 4)."
    assert so_far("pickup_time", (None, 0), (10.0, 20)) == "2026-Q3 so far: nothing yet."


def test_counts_are_not_compared_before_the_quarter_ends() -> None:
    assert say("capabilities_delivered", (5.0, 5), (4.0, 4)) == (
        "5 capabilities were delivered in 2026-Q3, 1 more than in the quarter before (4)."
    )
    assert say("capabilities_delivered", (1.0, 1), (3.0, 3), YEAR) == (
        "1 capability was delivered in 2026-Q3, 2 fewer than in the same quarter a year before (3)."
    )
    assert say("capabilities_delivered", (0.0, 0), (0.0, 0)) == (
        "No capability was delivered in 2026-Q3, the same as in the quarter before (0)."
    )
    assert say("experiments_decided", (1200.0, 1200), (None, 0)) == (
        "1,200 experiments were decided in 2026-Q3; the quarter before was not measured."
    )
    assert (
        say("experiments_decided", (2.0, 2), (9.0, 9), SO_FAR)
        == "2 experiments were decided in 2026-Q3 so far."
    )
    assert so_far("experiments_decided", (2.0, 2), (9.0, 9)) == "2026-Q3 so far: 2."


def test_unobserved_metric_is_not_measured() -> None:
    assert say("ux_debt_net_flow", (None, 0), (None, 0)) == (
        "Not measured in 2026-Q3: no issue had been marked as UX debt by then in the synced "
        "repositories."
    )
    assert say(
        "capabilities_delivered", (None, 0), (None, 0), SO_FAR, scope=Scope(repo="acme/shop")
    ) == (
        "Repository acme/shop: not measured in 2026-Q3 so far: "
        "no capability had been delivered by then in the synced repositories."
    )
    assert say("change_failure_rate", (None, 0), (0.1, 9), missing=3) == (
        "Not measured in 2026-Q3: no shipment could be observed for failures. "
        "3 were shipped without failures being observable and have no value."
    )
    assert year("ux_debt_net_flow", (1.0, 20), (None, 0)) == (
        "The same quarter a year before was not measured."
    )
    message = so_far("ux_debt_net_flow", (None, 0), (None, 0))
    assert message == "2026-Q3 so far: not measured."


def test_a_net_rate_has_its_sign() -> None:
    assert say("ux_debt_net_flow", (1.5, 31), (-0.4, 25)) == (
        "The open stock of UX debt changed by +1.5 issues per week in 2026-Q3 (n = 31), "
        "1.9 higher than in the quarter before (−0.4, n = 25)."
    )
    assert say("ux_debt_net_flow", (0.0, 14), (0.04, 25)) == (
        "The open stock of UX debt changed by 0 issues per week in 2026-Q3 (n = 14), "
        "about the same as in the quarter before (0, n = 25)."
    )
    assert (
        say("ux_debt_net_flow", (0.0, 0), (1.0, 13))
        == "Nothing entered or left the stock of UX debt in 2026-Q3."
    )
    assert so_far("ux_debt_net_flow", (-2.0, 19), (-1.0, 20)) == (
        "2026-Q3 so far: −2 (n = 19), 1 lower than in the quarter before."
    )


def test_rates_per_reviewer_and_shares_of_what_is_shipped() -> None:
    assert say("review_load", (4.2, 466), (2.0, 400)) == (
        "Each active reviewer reviewed 4.2 pull requests a week in 2026-Q3 (n = 466), "
        "2.1 times as many as in the quarter before (2, n = 400)."
    )
    assert say("change_failure_rate", (4 / 23, 23), (0.0, 12)) == (
        "17 % of the deployments and releases in 2026-Q3 were followed by a revert, hotfix or "
        "incident (n = 23), "
        "17 percentage points more than in the quarter before (0 %, n = 12)."
    )
    assert say("feedback_first_response", (None, 17), (46.7, 19), missing=2) == (
        "Less than half of the customer feedback opened in 2026-Q3 has been answered (n = 17); "
        "in the quarter before it was 46.7 hours (n = 19). 2 more were closed "
        "before an answer, by the author or an unknown account, and have no value."
    )


@pytest.mark.parametrize("entry", METRICS, ids=lambda result: result.name)
@pytest.mark.parametrize("n", [0, 1, 20])
def test_every_metric_makes_whole_sentences(entry: Metric, n: int) -> None:
    for pair in comparisons(date(2026, 10, 8), entry.matures_after, quarters=2):
        for value in (None, 0.0, 1.0):
            now: dict[str, Any] = {
                "estimate": value if n else None,
                "n": n,
                "n_missing": n,
                "n_excluded": 0,
            }
            row = compare(entry, pair, now, now)
            message = sentence(entry, pair, Scope(), row, (), date(2026, 9, 28))
            assert message[0].isupper() or message[0].isdigit()
            assert message.endswith(".")
            assert [part for part in SLIPS if part in message] == [], message


def test_days_and_charts() -> None:
    assert day(date(2026, 9, 5)) == "5 Sep 2026"
    assert dates(Window(date(2026, 9, 5), date(2026, 9, 7))) == "5 Sep 2026 to 6 Sep 2026"
    assert number_sentence(metric("open_work_age"), 3.0, 5, "") == (
        "Half of the open, ready pull requests have waited 3 days or less (n = 5)"
    )
    assert chart_subtitle(metric("open_work_age"), date(2026, 9, 5)) == "open on 5 Sep 2026"
    assert chart_subtitle(metric("throughput"), date(2026, 9, 5)) == "by week"
    short, long = pd.DataFrame({"estimate": [1.0, None]}), pd.DataFrame({"estimate": [None, 48.0]})
    assert axis(metric("cycle_time"), [short]) == Axis("hours", 1)
    assert axis(metric("cycle_time"), [short, long]) == Axis("days", 1 / 24)
    assert axis(metric("merged_within_7_days"), [short]) == Axis("%", 100)
    assert axis(metric("open_work_age"), [short]) == Axis("open", 1)
