"""Sentences of expectations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from queries.catalog.catalog import metric as catalogued
from queries.catalog.metric import Metric
from queries.sql_files import Row
from queries.text.sentences import capitalised, day, format_value, lowered

NO_EXPECTATION = (
    "Nothing is expected yet. Write [[expectations]] with metric, target, by and owner in "
    "headway.toml, then run headway publish."
)
#: states, the ones that need a decision first
STATES = ("missed", "not proven", "behind", "no owner", "cannot be told", "on course", "met")
#: states whose sentence is above the table
URGENT = ("missed", "not proven", "behind")
SIGNS = {
    **{"missed": "▼", "not proven": "?", "behind": "▽", "no owner": "○"},
    **{"cannot be told": "–", "on course": "△", "met": "▲"},
}


def expectation_name(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return what is expected of what, such as: offload share of routine tests in Checkout."""
    category = f" of {row['category']}" if row["category"] else ""
    scope = "" if row["scope"] == "org" else f" in {row['scope']}"
    return f"{lowered(metric.title)}{category}{scope}"


def expected(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return the target, such as: at least 60 % by 31 Mar 2027."""
    word = "at most" if row["is_at_most"] else "at least"
    return f"{word} {format_value(row['target'], metric.unit)} by {day(row['by_on'])}"


def chart_name(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return the name of the chart of an expectation."""
    return f"{capitalised(expectation_name(metric, row))}, {expected(metric, row)}"


def chart_note(metric: Metric, unit: str, *, is_drawn: bool) -> str:
    """Return what the chart of an expectation shows, or why there is none."""
    if not is_drawn:
        return "There is no chart: it needs two quarters with at least 10 items."
    bounds = " Lower bounds are drawn." if metric.upper else ""
    return f"{metric.title} by quarter, {unit}.{bounds}"


def number(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return the number with its bounds, such as: 43 % to 71 %."""
    if row["value"] is None:
        return "not measured"
    ends = [format_value(row[name], metric.unit) for name in ("least", "most")]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def expectation_sentence(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return expectation, number and state in one plain sentence."""
    name = capitalised(expectation_name(metric, row))
    current = number(metric, row)
    if row["decided_on"]:
        last = day(row["window_end"] - timedelta(days=1))
        tail = f"it was {current} in the 13 weeks to {last}, so it is {row['state']}"
    else:
        tail = f"it is {current} now: {row['state']}"
    if row["state"] in ("not proven", "cannot be told", "no owner"):
        tail += f", because {_because(row)}"
    return f"{name} should be {expected(metric, row)}; {tail}."


def _because(row: Mapping[str, Any]) -> str:
    """Return the reason of a state as a clause."""
    if row["state"] == "not proven" and row["guardrail"]:
        guardrail = lowered(catalogued(row["guardrail"]).title)
        verb = "became worse" if row["reason"].endswith("worse") else "cannot be measured"
        return f"the guardrail {guardrail} {verb}"
    known = {
        "too few items": "there are too few items",
        "not begun": "it has just begun",
        "no baseline": "there is no baseline",
        "nobody answers for it": "nobody answers for it",
    }
    return known.get(row["reason"], f"{row['reason']}")


def summary(rows: Sequence[Row]) -> str:
    """Return how many expectations have which state, such as: 1 missed, 2 met."""
    counts = Counter(row["state"] for row in rows)
    return ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])


def summary_sentence(rows: Sequence[Row]) -> str:
    """Return the states of all expectations in one sentence."""
    noun = "expectation" if len(rows) == 1 else "expectations"
    return f"{len(rows)} {noun}: {summary(rows)}."


def cells(row: Row) -> dict[str, str]:
    """Return an expectation as cells of text."""
    metric = catalogued(row["metric"])
    return {
        "state": f"{SIGNS[row['state']]} {row['state']}",
        "expectation": capitalised(expectation_name(metric, row)),
        "target": expected(metric, row),
        "number": number(metric, row),
        "interval": _interval(metric, row),
        "owner": row["owner"] or "nobody",
        "guardrail": _guardrail(row),
    }


def _interval(metric: Metric, row: Row) -> str:
    if row["lo"] is None or row["decided_on"]:
        return "–"
    return f"{format_value(row['lo'], metric.unit)} to {format_value(row['hi'], metric.unit)}"


def _guardrail(row: Row) -> str:
    if row["guardrail"] is None:
        return "–"
    guardrail = catalogued(row["guardrail"])
    before, now = (
        "not measured" if row[name] is None else format_value(row[name], guardrail.unit)
        for name in ("guardrail_baseline", "guardrail_value")
    )
    return f"{lowered(guardrail.title)}: {before} → {now}"
