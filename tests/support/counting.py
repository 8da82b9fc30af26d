"""Headlines counted straight from the published facts in pandas, without Headway's SQL."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd

from tests.support.facts import DEMO_UNTIL

Row = dict[str, Any]
Counted = tuple[float | None, int]
FOREVER = float("inf")
CUTOFF = pd.Timestamp(DEMO_UNTIL) + pd.Timedelta(days=1)
#: the column of a fact in which each kind of scope is found
COLUMNS = {"team": "team", "repo": "repo", "work_type": "work_type"}


def middle(values: list[float]) -> float | None:
    """The least value that half of them do not exceed; None where that is no end at all."""
    result = sorted(values)[(len(values) + 1) // 2 - 1]
    return result if result != FOREVER else None


def is_close(first: float | None, second: float | None) -> bool:
    """Return whether two numbers are equal, but for the order in which fractions were added."""
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-12)


def within(frame: pd.DataFrame, moment: str, row: Row) -> pd.DataFrame:
    """The rows whose moment falls into an answer's current window."""
    start, end = pd.Timestamp(row["window_start"]), pd.Timestamp(row["window_end"])
    return frame[(frame[moment] >= start) & (frame[moment] < end)]


def hours(later: pd.Series[Any], earlier: pd.Series[Any], unknown: float) -> list[float]:
    """Hours between two moments, where the later one is not known a given value."""
    spans = (later - earlier).dt.total_seconds() / 3600
    return [unknown if span != span else float(span) for span in spans]


def share(flags: pd.Series[Any]) -> Counted:
    """The share of rows that are true."""
    return (float(flags.astype(float).mean()) if len(flags) else None), len(flags)


class Published:
    """The tables of a published file, each read once."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db = db
        self._frames: dict[str, pd.DataFrame] = {}

    def frame(self, table: str) -> pd.DataFrame:
        """Return the rows of a table."""
        if table not in self._frames:
            self._frames[table] = self._db.execute(f"from {table}").df()
        return self._frames[table]


class Facts:
    """The published facts of one scope."""

    def __init__(self, published: Published, row: Row) -> None:
        self._published, self._row = published, row

    def all(self, table: str) -> pd.DataFrame:
        """The rows of a table in any scope."""
        return self._published.frame(table)

    def read(self, sql: str) -> pd.DataFrame:
        """The rows of a table that are in the scope."""
        frame = self.all(sql)
        column = COLUMNS.get(self._row["scope_kind"])
        return frame[frame[column] == self._row["scope"]] if column else frame

    def pull_requests(self) -> pd.DataFrame:
        """Those of people and agents."""
        frame = self.read("pull_requests")
        return frame[frame["author_kind"] != "bot"]


def feature_cycle_time(facts: Facts, row: Row) -> Counted:
    """Hours from start to merged."""
    frame = facts.pull_requests()
    result = within(frame[frame["work_type"] == "feature"], "opened_at", row)
    return middle(hours(result["merged_at"], result["started_at"], FOREVER)), len(result)


def merged_within_7_days(facts: Facts, row: Row) -> Counted:
    """Of those that became ready, those merged soon."""
    result = within(facts.pull_requests(), "ready_at", row)
    return share((result["merged_at"] - result["ready_at"]) <= pd.Timedelta(days=7))


def _answered(facts: Facts) -> pd.DataFrame:
    ready = facts.pull_requests().dropna(subset="ready_at")
    answered = (
        ready[["ready_at", "first_response_at"]]
        .max(axis=1)
        .where(ready["first_response_at"].notna())
    )
    return ready.assign(answered_at=answered)


def pickup_time(facts: Facts, row: Row) -> Counted:
    """Hours from ready to the first response."""
    result = within(_answered(facts), "ready_at", row)
    result = result[result["first_response_at"].notna() | (result["state"] == "open")]
    return middle(hours(result["answered_at"], result["ready_at"], FOREVER)), len(result)


def review_time(facts: Facts, row: Row) -> Counted:
    """Hours from the first response to merged."""
    result = within(_answered(facts), "answered_at", row)
    return middle(hours(result["merged_at"], result["answered_at"], FOREVER)), len(result)


def capabilities_delivered(facts: Facts, row: Row) -> Counted:
    """Outcomes of that kind."""
    frame = facts.read("outcomes")
    result = frame[(frame["kind"] == "capability delivered") & (frame["durability"] != "undone")]
    n = len(within(result, "happened_on", row))
    return n, n


def first_time_areas(facts: Facts, row: Row) -> Counted:
    """Areas new to a team that are still there."""
    frame = facts.pull_requests().merge(facts.all("pull_request_areas"), on=["repo", "number"])
    frame = frame.merge(facts.all("areas"), on=["repo", "area"])
    frame = frame[
        frame["is_first_time"].eq(True) & frame["is_alive"] & (frame["durability"] != "undone")
    ]
    n = len(within(frame, "merged_at", row))
    return n, n


def new_work_share(facts: Facts, row: Row) -> Counted:
    """Features and experiments among what was merged."""
    frame = facts.pull_requests()
    result = within(
        frame[frame["is_default_base"] & (frame["work_type"] != "unclassified")], "merged_at", row
    )
    return share(result["work_type"].isin(["feature", "experiment"]))


def ux_debt_net_flow(facts: Facts, row: Row) -> Counted:
    """In minus out per week."""
    intervals = facts.read("issue_intervals where kind = 'ux debt'")
    entered, remaining = (
        len(within(intervals, "entered_at", row)),
        len(within(intervals, "left_at", row)),
    )
    return (entered - remaining) * 7 / (
        row["window_end"] - row["window_start"]
    ).days, entered + remaining


def ux_debt_closed_within_90_days(facts: Facts, row: Row) -> Counted:
    """Of what came in, what was completed in time."""
    result = within(facts.read("issue_intervals where kind = 'ux debt'"), "entered_at", row)
    is_soon = (result["left_at"] - result["entered_at"]) <= pd.Timedelta(days=90)
    counted = result[~(is_soon & (result["left_by"] == "unlabelled"))]
    return share((is_soon & (result["left_by"] == "completed")).loc[counted.index])


def experiments_decided(facts: Facts, row: Row) -> Counted:
    """By the day of the decision."""
    n = len(within(facts.read("experiments"), "decided_at", row))
    return n, n


def feedback_first_response(facts: Facts, row: Row) -> Counted:
    """Hours to the first answer of a maintainer."""
    result = within(facts.read("issues where is_feedback"), "opened_at", row)
    waits = (result["state"] == "open") | result["closed_by_kind"].isin(["bot", "agent"])
    result = result[result["first_response_at"].notna() | waits]
    return middle(hours(result["first_response_at"], result["opened_at"], FOREVER)), len(result)


def change_failure_rate(facts: Facts, row: Row) -> Counted:
    """Shipments that a failure followed, where one can be seen."""
    deployed = facts.read("deployments").query("is_production and state == 'succeeded'")
    released = facts.read("releases").query("not is_prerelease and repo not in @deployed.repo")
    shipped = pd.concat(
        [
            deployed.assign(key=deployed["deployment"].astype(str), at=deployed["deployed_at"]),
            released.assign(key=released["tag"], at=released["published_at"]),
        ]
    )
    failures = facts.read("change_failures")
    signs = pd.concat(
        [facts.read("rework")[["repo", "happened_at"]], failures[["repo", "happened_at"]]]
    )
    result = within(shipped, "at", row)
    values = []
    for item in result.itertuples():
        end = item.at + pd.Timedelta(days=7)  # type: ignore[operator]
        year = signs[(signs["repo"] == item.repo) & (signs["happened_at"] < end)]
        if len(year[year["happened_at"] >= end - pd.Timedelta(days=365)]):
            values.append(
                len(
                    failures[
                        (failures["repo"] == item.repo) & (failures["shipment_key"] == item.key)
                    ]
                )
                > 0
            )
    return share(pd.Series(values, dtype=float))


def time_to_restore(facts: Facts, row: Row) -> Counted:
    """Hours of incidents and failed deployments to production."""
    failed = facts.read("deployments").query("is_production and state == 'failed'")
    began = pd.concat([facts.read("incidents")["opened_at"], failed["failed_at"]])
    over = pd.concat([facts.read("incidents")["resolved_at"], failed["restored_at"]])
    result = within(pd.DataFrame({"began_at": began, "over_at": over}), "began_at", row)
    return middle(hours(result["over_at"], result["began_at"], FOREVER)), len(result)


def _lasting(facts: Facts, row: Row) -> pd.DataFrame:
    frame = facts.pull_requests()
    known_values = frame["is_default_base"] & ~frame["durability"].isin(
        ["not observable", "provisional"]
    )
    return within(frame[known_values], "merged_at", row)


def revert_rate(facts: Facts, row: Row) -> Counted:
    """Of what was merged, what was reverted within fourteen days."""
    result = _lasting(facts, row)
    return share((result["reverted_at"] - result["merged_at"]) < pd.Timedelta(days=14))


def unreviewed_merge_share(facts: Facts, row: Row) -> Counted:
    """Of what was merged, what nobody else reviewed."""
    result = within(facts.pull_requests(), "merged_at", row)
    return share(result["first_review_at"].isna())


def review_load(facts: Facts, row: Row) -> Counted:
    """Reviews per reviewer and week."""
    # of a team, only weeks in which enough people reviewed name it
    is_team = row["scope_kind"] == "team"
    frame = facts.read("review_load") if is_team else facts.all("review_load")
    frame = frame.merge(facts.read("pull_requests")[["repo", "number"]], on=["repo", "number"])
    result = within(frame, "week", row)
    return len(result) / len(result.drop_duplicates(["week", "reviewer"])), len(result)


def _outcomes_that_last(facts: Facts) -> pd.DataFrame:
    """Outcomes that count beside what was spent."""
    frame = facts.all("outcomes")
    return frame[frame["durability"].isin(["durable", "not observable"])]


def cost_per_outcome(facts: Facts, row: Row) -> Counted:
    """Return spend per outcome."""
    spend, n = facts.all("spend"), len(within(_outcomes_that_last(facts), "happened_on", row))
    result = within(spend[spend["is_counted"] & ~spend["is_provisional"]], "day", row)
    days = (pd.Timestamp(row["window_end"]) - pd.Timestamp(row["window_start"])).days
    if n < 5 or result["day"].nunique() < 0.8 * days:
        return None, n
    return result[result["is_in_scope"] & result["charge"].isin(["usage", "seat"])][
        "cost_usd"
    ].sum() / n, n


def spend_without_outcome_share(facts: Facts, row: Row) -> Counted:
    """Return the share of team spend without outcomes."""
    spend, outcomes = facts.read("spend_by_team"), _outcomes_that_last(facts)
    by_name = spend["provider"].isna() & ~spend["team"].isin(["(other teams)", "unattributed"])
    result, wasted = within(spend[by_name], "month", row), 0.0
    for month, team, cost in zip(result["month"], result["team"], result["cost_usd"], strict=True):
        last = month + pd.DateOffset(months=1) + pd.Timedelta(days=91)
        theirs = outcomes[outcomes["team"] == team]["happened_on"]
        wasted += 0 if ((theirs >= month) & (theirs < last)).any() else cost
    return (wasted / result["cost_usd"].sum() if len(result) else None), len(result)


def pulse_mean(facts: Facts, row: Row) -> Counted:
    """Mean of the waves that at least half answered, each with the same weight."""
    scores = facts.all("survey_scores where survey = 'pulse' and team is null and scale = '1-5'")
    scores = scores[scores["item"] == row["metric"]]
    scores = scores[scores["version"] == scores["version"].max()]
    result = within(scores[~(scores["response_rate"] < 0.5)], "wave_end", row)["mean"]
    return (float(result.mean()) if len(result) else None), len(result)


def offload_share(facts: Facts, row: Row) -> Counted:
    """Of what was merged and lasted, what agents wrote."""
    frame = facts.pull_requests()
    lasted = frame["is_default_base"] & ~frame["durability"].isin(["undone", "provisional"])
    return share(within(frame[lasted], "merged_at", row)["authorship"] == "agent")


def hand_off_rate(facts: Facts, row: Row) -> Counted:
    """Of the work that agents began, what any attempt handed off."""
    own, flags = facts.read("pull_requests").set_index(["repo", "number"]).index, []
    attempts = within(facts.all("agent_changes"), "first_opened_at", row).dropna(subset="hand_off")
    for (repo, _), work in attempts.sort_values("attempt").groupby(["repo", "first_number"]):
        handed_off = work[work["hand_off"] == "handed off"]
        decisive = handed_off if len(handed_off) else work
        is_waiting = work["hand_off"].isin(["open", "provisional"]).any()
        if (repo, decisive["number"].iloc[-1]) in own and (len(handed_off) or not is_waiting):
            flags.append(len(handed_off) > 0)
    return share(pd.Series(flags, dtype=float))


def codified_and_owned_share(facts: Facts, row: Row) -> Counted:
    """Of the files of each change, those with guidance of their own and an owner."""
    frame = facts.pull_requests()
    merged = within(frame[frame["is_default_base"]], "merged_at", row)
    files = facts.all("knowledge_coverage").groupby(["repo", "number"], as_index=False)
    counted = merged.merge(files[["files", "scoped_fresh_owned"]].sum(), on=["repo", "number"])
    return share(counted["scoped_fresh_owned"] / counted["files"])


COUNTS: dict[str, Callable[[Facts, Row], Counted]] = {
    count.__name__: count
    for count in (
        feature_cycle_time,
        merged_within_7_days,
        pickup_time,
        review_time,
        capabilities_delivered,
        first_time_areas,
        new_work_share,
        ux_debt_net_flow,
        ux_debt_closed_within_90_days,
        experiments_decided,
        feedback_first_response,
        change_failure_rate,
        time_to_restore,
        revert_rate,
        unreviewed_merge_share,
        review_load,
        cost_per_outcome,
        spend_without_outcome_share,
        offload_share,
        hand_off_rate,
        codified_and_owned_share,
    )
}
COUNTS |= dict.fromkeys(("burnout", "frustration", "excitement"), pulse_mean)
