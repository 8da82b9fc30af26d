"""Verification of published verdicts: interval and word again, from the published file alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot, listing
from queries.statistics import judgements, verdicts
from queries.statistics.estimates import read_until, rows
from queries.statistics.histories import breaks_of
from queries.statistics.judgements import Judgement
from queries.statistics.noise import KINDS, Weeks, Windows
from queries.statistics.windows import Window

#: numbers agree if they differ by less than this, beside this share of their size
TOLERANCE = 1e-6
#: columns of ``answers`` that name one
KEY = ("metric", "scope_kind", "scope", "quarter", "comparison", "event", "variant")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Verification:
    """A published verdict that was worked out again.

    ``differences``: each number that differs, with both values.
    """

    title: str
    steps: Sequence[str]
    differences: Sequence[str]


def verify(snapshot: Snapshot, metric: Metric, quarter: str | None) -> list[Verification]:
    """Return the verdicts of a metric in one quarter, by default in all, worked out again."""
    frame = listing(snapshot, "decided", metric=metric.name, quarter=quarter)
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [_verified(snapshot, metric, {str(k): v for k, v in row.items()}) for row in records]


def _verified(snapshot: Snapshot, metric: Metric, row: Row) -> Verification:
    inputs = listing(snapshot, "verdict_inputs", **{name: row[name] for name in KEY})
    sides = {name: part.reset_index(drop=True) for name, part in inputs.groupby("series")}
    title = f"{metric.title}, {_named(row)}"
    if "judged" not in sides:
        return Verification(title, [f"no weekly sums; {row['verdict']}: {row['reason']}"], [])
    first = sides["judged"]
    windows = _windows(row, first)
    judgement = _judgement(snapshot, metric, row, sides, windows)
    family = listing(
        snapshot,
        "verdict_family",
        **{name: row[name] for name in KEY[1:-1]},
        decided_on=row["decided_on"],
    )
    guards = {
        name: word
        for name, word in zip(family["metric"], family["verdict"], strict=True)
        if name in metric.guardrails and word in ("worse", "no clear change")
    }
    adjusted = _adjusted(row, family, judgement)
    level = row["level"] or 0.95
    interval = judgement.interval(level)
    word = _word(metric, row, judgement, adjusted, guards, snapshot)
    numbers = {
        "effect": row["effect"] if row["p"] is None else judgement.effect,
        "se": judgement.se,
        "df": judgement.df,
        "p": judgement.p,
        "p_adjusted": adjusted,
        "lo": interval and interval[0],
        "hi": interval and interval[1],
    }
    differences = [
        f"{name}: {_number(value)}, published {_number(row[name])}"
        for name, value in numbers.items()
        if not _agrees(value, row[name])
    ]
    if word != row["verdict"]:
        differences.append(f"word: {word}, published {row['verdict']}")
    steps = [*_sums(first, windows), *_noise(judgement)]
    if judgement.lack:
        lack = judgement.lack
        steps.append(f"too little data: {lack.code}, {lack.actual:g} of {lack.needed:g}")
    if interval and judgement.p is not None:
        steps.append(
            f"effect {_number(judgement.effect)}, p {judgement.p:.6f}"
            + (f", adjusted among {row['n_family']} {adjusted:.6f}" if adjusted else "")
        )
        steps.append(f"interval at {level:.2%}: {_number(interval[0])} to {_number(interval[1])}")
    if guards and word not in ("no clear change", "too little data"):
        steps.append("guardrails: " + ", ".join(f"{name} {word}" for name, word in guards.items()))
    steps.append(f"word: {word}")
    return Verification(title, steps, differences)


def _named(row: Row) -> str:
    """Return scope and comparison of an answer in words."""
    scope = f"team {row['scope']}" if row["scope"] else "organisation"
    if not row["quarter"]:
        return f"{scope}, {row['comparison']} after and before {row['event']}, {row['variant']}"
    against = f"{row['comparison']} {row['event']}".strip()
    return f"{scope}, {row['quarter']} against the {against}"


def _windows(row: Row, inputs: pd.DataFrame) -> Windows:
    """Return the windows of an answer as indexes of the weeks of its inputs."""
    start = inputs["block"].iloc[0]

    def index(day: Any) -> int:
        return int((pd.Timestamp(day) - start).days // 7)

    judged, before = index(row["window_start"]), index(row["baseline_start"])
    length_before = index(row["baseline_end"]) - before
    regimes = [None if pd.isna(regime) else int(regime) for regime in inputs["regime"]]
    transition = 0 if row["quarter"] else judged - before - length_before
    return Windows(
        judged=judged,
        lag=judged - before,
        weeks=len(inputs) - judged,
        baseline_weeks=length_before,
        breaks=breaks_of(regimes) if row["quarter"] else [],
        transition=transition,
    )


def _weeks(inputs: pd.DataFrame) -> Weeks:
    moves = None if inputs["moves"].isna().all() else inputs["moves"].to_numpy(dtype=float)
    return Weeks(
        inputs["numerator"].to_numpy(dtype=float),
        inputs["denominator"].to_numpy(dtype=float),
        ~inputs["is_masked"].to_numpy(dtype=bool),
        moves,
    )


def _judgement(
    snapshot: Snapshot,
    metric: Metric,
    row: Row,
    sides: Mapping[Any, pd.DataFrame],
    windows: Windows,
) -> Judgement:
    """Return the judgement of the weekly sums; of medians with the items of both windows."""
    kind, weeks = KINDS[metric.aggregate], _weeks(sides["judged"])
    if "others" in sides and kind != "median":
        return judgements.difference(kind, weeks, _weeks(sides["others"]), windows)
    if kind != "median":
        return judgements.judge(kind, weeks, windows)
    if "others" in sides:
        return _difference_of_medians(snapshot, metric, row, sides["judged"], windows)
    closed = {block.date() for block in sides["judged"]["block"][~weeks.mask]}
    now, before = (
        _durations(snapshot, metric, row, window, closed)
        for window in (
            Window(row["window_start"].date(), row["window_end"].date()),
            Window(row["baseline_start"].date(), row["baseline_end"].date()),
        )
    )
    threshold = float(sides["judged"]["threshold"].iloc[0])
    return judgements.judge_durations(now, before, weeks, threshold, windows)


def _durations(
    snapshot: Snapshot, metric: Metric, row: Row, window: Window, closed: set[date]
) -> Any:
    """Return the sorted durations of a window; infinite if unfinished."""
    items = _items(snapshot, metric, row, window)
    if teams := _teams(snapshot, row):
        items = items[items["team"].isin(teams)]
    monday = items["day"] - pd.to_timedelta(items["day"].dt.weekday, unit="D")
    items = items[~monday.dt.date.isin(closed)]
    return items["value"].sort_values().to_numpy(dtype=float)


def _difference_of_medians(
    snapshot: Snapshot, metric: Metric, row: Row, inputs: pd.DataFrame, windows: Windows
) -> Judgement:
    """Return the difference of two changes of medians from the items of all weeks."""
    first = inputs["block"].iloc[0]
    items = _items(snapshot, metric, row, Window(first.date(), row["window_end"].date()))
    is_with = items["team"].isin(_teams(snapshot, row))
    having, without = (
        (part["value"].to_numpy(dtype=float), ((part["day"] - first).dt.days // 7).to_numpy())
        for part in (items[is_with], items[~is_with & items["team"].notna()])
    )
    counts = ~inputs["is_masked"].to_numpy(dtype=bool)
    return judgements.difference_of_medians(having, without, windows, counts)


def _items(snapshot: Snapshot, metric: Metric, row: Row, window: Window) -> pd.DataFrame:
    """Return the items of a window that count, with their durations, infinite if unfinished."""
    ends = [Window(row[name].date(), row[name].date()) for name in ("window_end", "baseline_end")]
    until = read_until(metric, ends, snapshot.as_of)
    items = rows(snapshot, metric, window, Scope(team=row["scope"] or None), until)
    items = items[items["counts_as"].isin(["counted", "unfinished"])]
    items = items[~items["repo"].isin(list(row["left_out"]))]
    return items.assign(value=items["value"].fillna(float("inf")))


def _teams(snapshot: Snapshot, row: Row) -> list[str]:
    """Return the published teams of a rollout; none for quarters, and if everybody has it."""
    events = listing(snapshot, "rollout_teams", event=row["event"])
    return [str(team) for team in events["team"]]


def _adjusted(row: Row, family: pd.DataFrame, judgement: Judgement) -> float | None:
    """Return the adjusted p among the family as it was when the verdict was decided.

    Headlines that were open on that day counted as unchanged, and so do those of other teams.
    """
    if row["n_family"] is None or judgement.p is None:
        return None
    judged = family[family["p_adjusted"].notna()]
    p = dict(zip(judged["metric"], judged["p"], strict=True)) | {row["metric"]: judgement.p}
    return verdicts.adjust(p, n_unchanged=int(row["n_family"]) - len(p))[row["metric"]][0]


def _word(
    metric: Metric,
    row: Row,
    judgement: Judgement,
    adjusted: float | None,
    guards: Mapping[str, Any],
    snapshot: Snapshot,
) -> str:
    if metric.page == "guardrails":
        margins = listing(snapshot, "margins").set_index("metric")["margin"]
        return verdicts.guardrail(judgement, metric.better, float(margins[metric.name]))
    share = verdicts.false_share(row["comparison"])
    words = {name: guards.get(name, "too little data") for name in metric.guardrails}
    return verdicts.word(judgement, adjusted, metric.better, words, share).word


def _sums(inputs: pd.DataFrame, windows: Windows) -> list[str]:
    """Return the sums of both windows as lines."""
    lines = []
    for name, part in (("baseline", windows.before), ("judged", windows.now)):
        side = inputs.iloc[part]
        side = side[~side["is_masked"]]
        numerator, denominator = side["numerator"].sum(), side["denominator"].sum()
        first, last = inputs["block"].iloc[part.start], inputs["block"].iloc[part.stop - 1]
        ratio = numerator / denominator if denominator else float("nan")
        lines.append(
            f"{name}: weeks of {first.date()} to {last.date()}, "
            f"{numerator:g} of {denominator:g} = {ratio:.6g}"
        )
    return lines


def _noise(judgement: Judgement) -> list[str]:
    """Return how the standard error comes about as lines."""
    noise = judgement.noise
    return [
        f"history: {judgement.history_weeks} weeks, {judgement.n_pairs} pairs of earlier windows",
        f"mean square of their changes {float(noise.variance):.6g}, "
        f"guard {float(noise.guard):.4g}, floor {float(noise.floor):.6g}",
        f"standard error {judgement.se:.6g}, degrees of freedom {judgement.df:.4g}",
    ]


def _agrees(value: float | None, published: Any) -> bool:
    if value is None or published is None:
        # a standard error that is not finite is published as null
        return (value is None or not isfinite(value)) == (published is None)
    return bool(abs(value - published) <= TOLERANCE * max(1.0, abs(published)))


def _number(value: Any) -> str:
    return "none" if value is None else f"{value:.6g}"
