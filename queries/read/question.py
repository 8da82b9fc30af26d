"""Both windows of an answer by team, by stage and as items, for the page of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from queries.catalog.metric import EFFECTS, Metric
from queries.catalog.scope import Scope
from queries.read.filters import choices
from queries.read.headlines import metric_headlines
from queries.read.listings import records
from queries.read.numbers import Numbers, page_estimates
from queries.read.overview import MetricAnswer
from queries.read.snapshot import Snapshot, listing
from queries.sql_files import Row
from queries.statistics.estimates import (
    Restriction,
    mature_quarters,
    read_until,
    rows,
    supported_scope,
)
from queries.statistics.windows import Window, quarter_of

#: variants of a rollout's answer: its teams alone, and beside the other teams
ALONE, BESIDE = "before and after", "difference"
#: years of quarters that are drawn of a filtered answer
YEARS_DRAWN = 2


@dataclass(frozen=True)
class Sides:
    """Teams with a rollout and teams without it, each with both windows and its change.

    ``difference`` is the change of the first beside that of the second, with its interval.
    """

    teams_with: Sequence[str]
    teams_without: Sequence[str]
    with_it: Row
    without_it: Row
    difference: Row


@dataclass(frozen=True)
class Detail:
    """SQL of an answer, hash of its definition, and repositories that it leaves out."""

    sql: str
    definition_hash: str
    left_out: Sequence[str]


def filtered_answer(
    snapshot: Snapshot, metric: Metric, scope: Scope, end: date
) -> MetricAnswer | None:
    """Return the newest quarter until ``end`` under filters that have no published answer."""
    own = supported_scope(metric, scope)
    headline = metric_headlines(snapshot, metric, own, end).visible
    if headline is None:
        return None
    row = {
        **{name: value for name, value in vars(headline).items() if name != "metric"},
        "event": None,
        "variant": "raw",
        "lo": None,
        "hi": None,
        "level": None,
        "verdict": None,
        "reason": "exploratory",
        "guardrail": None,
        "decided_on": None,
        "window_start": headline.window.start_on,
        "window_end": headline.window.end_on,
        "baseline_start": headline.baseline_window.start_on,
        "baseline_end": headline.baseline_window.end_on,
    }
    start = end.replace(year=end.year - YEARS_DRAWN, day=1)
    windows = mature_quarters(snapshot, metric, Window(start, end))
    frame = Numbers(snapshot, own).of(metric, windows)
    quarters = [_quarter(quarter, snapshot.as_of) for quarter in records(frame)]
    return MetricAnswer(metric, row, quarters, is_whole=own != scope)


def _quarter(row: Row, as_of: date) -> Row:
    """Return an estimate as a quarter of a chart, which has no interval."""
    name = quarter_of(row["start_on"]).name
    status = "so far" if name == quarter_of(as_of).name else "decided"
    unknown = dict.fromkeys(("baseline", "lo", "hi"))
    return {
        "quarter": name,
        "status": status,
        "current": row["estimate"],
        "window_start": row["start_on"],
        "window_end": row["end_on"],
        "effect_kind": "ratio",
        **unknown,
    }


def windows_of(row: Row) -> list[Window]:
    """Return the window before and the window since of an answer."""
    return [
        Window(row["baseline_start"], row["baseline_end"]),
        Window(row["window_start"], row["window_end"]),
    ]


def detail(
    snapshot: Snapshot, metric: Metric, row: Row, scope_kind: str, scope: str
) -> Detail | None:
    """Return the detail of a published answer; None if it was computed for other filters."""
    variants = _variants(snapshot, metric, row, scope_kind, scope)
    same = [variant for variant in variants if variant["variant"] == row["variant"]]
    if not same:
        return None
    return Detail(same[0]["sql"], same[0]["definition_hash"], _names(same[0]["left_out"]))


def rollout_teams(snapshot: Snapshot, row: Row) -> list[str]:
    """Return the published teams of an answer's rollout; none of another comparison."""
    if not row["event"]:
        return []
    frame = listing(snapshot, "rollout_teams", event=row["event"])
    return sorted(frame["team"].tolist())


def sides(snapshot: Snapshot, metric: Metric, row: Row) -> Sides | None:
    """Return the teams with and without a rollout; None if there is nothing to compare."""
    teams = rollout_teams(snapshot, row)
    rest = [team for team in choices(snapshot)["team"] if team not in teams]
    if not teams or not rest or "team" not in metric.of.parts:
        return None
    variants = {
        variant["variant"]: variant for variant in _variants(snapshot, metric, row, "org", "")
    }
    if ALONE not in variants or BESIDE not in variants:
        return None
    left_out = _names(variants[BESIDE]["left_out"])
    alone = variants[ALONE]
    with_it = {**row, "effect": alone["effect"], "lo": alone["lo"], "hi": alone["hi"]}
    without_it = in_windows(snapshot, metric, row, Scope(), rest, left_out)
    return Sides(teams, rest, with_it, without_it, {**row, **_interval(variants[BESIDE])})


def _interval(row: Row) -> Row:
    return {name: row[name] for name in ("effect", "lo", "hi")}


def in_windows(
    snapshot: Snapshot,
    metric: Metric,
    row: Row,
    scope: Scope,
    teams: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> Row:
    """Return a metric in both windows of an answer, as a row of ``answers`` without interval."""
    restriction = Restriction(repos=left_out, teams=teams) if teams or left_out else None
    frame = page_estimates(snapshot, [(metric, windows_of(row))], scope, restriction)[0]
    before, since = records(frame)
    kind = EFFECTS[metric.aggregate]
    values = before["estimate"], since["estimate"]
    return {
        "current": since["estimate"],
        "baseline": before["estimate"],
        "n_current": int(since["n"]),
        "n_baseline": int(before["n"]),
        "effect": _effect(kind, *values),
        "effect_kind": kind,
        "lo": None,
        "hi": None,
    }


def _effect(kind: str, before: float | None, since: float | None) -> float | None:
    if before is None or since is None:
        return None
    if kind == "difference":
        return since - before
    return since / before - 1 if before else None


def team_answers(snapshot: Snapshot, metric: Metric, comparison: str, quarter: str) -> list[Row]:
    """Return the answer of each team in a quarter, under a comparison with another quarter."""
    return records(
        listing(
            snapshot,
            "team_answers",
            metric=metric.name,
            comparison=comparison,
            quarter=quarter,
        )
    )


def answer_items(
    snapshot: Snapshot,
    metric: Metric,
    row: Row,
    scope: Scope,
    left_out: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the items of both windows of an answer, newest first, with the window of each."""
    windows = windows_of(row)
    until = read_until(metric, windows, snapshot.as_of)
    teams = rollout_teams(snapshot, row)
    frames = []
    for name, window in zip(("before", "since"), windows, strict=True):
        frame = rows(snapshot, metric, window, scope, until)
        frame.insert(0, "window", name)
        frames.append(frame)
    filled = [frame for frame in reversed(frames) if len(frame)] or frames[:1]
    items = pd.concat(filled, ignore_index=True)
    if teams:
        items = items[items["team"].isin(teams)]
    return items[~items["repo"].isin(list(left_out))] if left_out else items


def _variants(
    snapshot: Snapshot, metric: Metric, row: Row, scope_kind: str, scope: str
) -> list[Row]:
    frame = listing(
        snapshot,
        "compared",
        metric=metric.name,
        scope_kind=scope_kind,
        scope=scope,
        comparison=row["comparison"],
        window_start=row["window_start"],
        event=row["event"] or "",
    )
    return [dict(variant) for variant in _rows(frame)]


def _rows(frame: pd.DataFrame) -> Iterable[Row]:
    """Return rows as plain values; lists stay as they are."""
    for row in frame.to_dict("records"):
        yield {f"{name}": _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _names(value: Any) -> list[str]:
    """Return names in a list column, which is empty if it is null."""
    return [] if value is None else [f"{name}" for name in value]
