"""Published answers: each headline by quarter, comparison and scope, with its SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from queries.catalog.catalog import METRICS, PAGES
from queries.catalog.catalog import metric as catalogued
from queries.catalog.definitions import definition, definition_hash
from queries.catalog.metric import Metric
from queries.publish.items import Headline, NamedScope
from queries.publish.registered import (
    ADJUSTED,
    BEFORE_AND_AFTER,
    DECIDED,
    DIFFERENCE,
    KEY,
    UPPER,
    Key,
    Registered,
)
from queries.sql_files import ROOT, metric_sql, read_sql
from queries.statistics.comparison import compare
from queries.statistics.estimates import (
    adjusted_sql,
    answers_sql,
    printable_sql,
    read_until,
    with_literals,
)
from queries.statistics.windows import Comparison
from queries.text.sentences import restriction_sentence, sentence
from queries.text.verdict_text import bound_sentence, mix_sentence, verdict_sentence

#: what an answer takes of an estimate
ESTIMATED = ("estimate", "n", "n_missing", "n_excluded")
#: end of the sentence of an answer with the baseline's weights
WEIGHTED = " Repositories and work types have their weights in the baseline."
#: kinds of scopes that have verdicts
JUDGED_KINDS = ("org", "team")
#: by scope, then by the window and the day through which repositories must have been read
Estimates = dict[NamedScope, dict[tuple[date, date, date], dict[str, Any]]]


def metric_rows() -> pd.DataFrame:
    """Return the catalogue as rows of the published table ``metrics``."""
    questions = {page.name: page.question for page in PAGES}
    columns = ("page", "aggregate", "chart", "is_headline")
    rows = [
        {"metric": metric.name, "question": questions[metric.page], **_description(metric)}
        | {name: getattr(metric, name) for name in columns}
        | {"matures_after_days": metric.matures_after, "sql": metric_sql(metric.sql_name).text}
        for metric in METRICS
    ]
    return pd.DataFrame(rows)


def _description(metric: Metric) -> dict[str, str]:
    """Return the columns of a metric that ``metrics`` and ``answers`` share."""
    return {
        "title": metric.title,
        "unit": metric.unit,
        "better": metric.better,
        "definition": definition(metric),
        "definition_hash": definition_hash(metric),
    }


def answers(
    db: duckdb.DuckDBPyConnection,
    as_of: date,
    judged: Mapping[Key, Registered],
    groups: Sequence[Sequence[Headline]],
    estimated: Mapping[str, Estimates],
) -> Iterator[pd.DataFrame]:
    """Yield the rows of ``answers``, some headlines at once, from the estimates of each metric.

    All rows of a large company do not fit into memory.
    """
    observed = dict(db.execute("select repo, synced_until from repositories").fetchall())
    for group in groups:
        rows: list[dict[str, Any]] = []
        for headline in group:
            shared = _shared_columns(headline.metric, observed, as_of)
            of_metric = estimated[headline.metric.name]
            answered = _rows(headline, of_metric, observed, judged, as_of)
            rows += [shared | row for row in answered]
        yield pd.DataFrame(rows)


def estimates(
    db: duckdb.DuckDBPyConnection, headlines: Sequence[Headline], as_of: date
) -> dict[str, Estimates]:
    """Return the estimates of some headlines by metric, from the table of their items."""
    windows = [row for headline in headlines for row in _windows(headline, as_of)]
    db.register("windows_frame", pd.DataFrame(windows, dtype=object))
    db.execute(read_sql(ROOT / "inputs" / "windows.sql").text)
    rows = db.execute(answers_sql("answer_items", "input_windows"))
    columns = [name for name, *_ in rows.description]
    by_metric: dict[str, Estimates] = {
        headline.metric.name: {scope: {} for scope in headline.scopes} for headline in headlines
    }
    for values in rows.fetchall():
        row = dict(zip(columns, values, strict=True))
        at = (row["start_on"], row["end_on"], row["required_until"].date())
        scope = NamedScope(row["scope_kind"], row["scope"])
        by_metric[row["metric"]][scope][at] = {name: row[name] for name in ESTIMATED}
    return by_metric


def _windows(headline: Headline, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield the windows of a headline's estimates in each of its scopes."""
    metric = headline.metric
    expected = dict.fromkeys(
        (window, read_until(metric, (pair.current, pair.baseline), as_of))
        for pair in headline.pairs
        for window in (pair.current, pair.baseline)
    )
    for window, until in expected:
        for item in headline.scopes:
            yield {
                "metric": metric.name,
                "scope_kind": item.kind,
                "scope": item.name,
                "start_on": window.start_on,
                "end_on": window.end_on,
                "required_until": until,
                **vars(item.scope),
                "aggregate": metric.aggregate,
            }


def _shared_columns(
    metric: Metric, observed: Mapping[str, datetime | None], as_of: date
) -> dict[str, Any]:
    """Return the columns that all answers of a metric share."""
    return {
        "question": next(page.question for page in PAGES if page.name == metric.page),
        "metric": metric.name,
        **_description(metric),
        "as_of": as_of,
        "synced_until": max((until for until in observed.values() if until), default=None),
    }


def _rows(
    headline: Headline,
    estimates: Estimates,
    observed: Mapping[str, datetime | None],
    judged: Mapping[Key, Registered],
    as_of: date,
) -> Iterator[dict[str, Any]]:
    """Yield the columns of each answer; a part without items on either side has none."""
    metric = headline.metric
    for pair in headline.pairs:
        until = read_until(metric, (pair.current, pair.baseline), as_of)
        unread = _unread(observed, until)
        for by_name, result in estimates.items():
            key = Key(
                metric.name,
                by_name.kind,
                by_name.name,
                pair.quarter,
                pair.comparison,
                pair.event,
            )
            item = judged.get(key)
            current, baseline = (item and item.estimates) or (
                result[side.start_on, side.end_on, until] for side in (pair.current, pair.baseline)
            )
            if by_name.kind != "org" and not current["n"] and not baseline["n"]:
                continue
            left_out = (
                [by_name.name] * (by_name.name in unread) if by_name.kind == "repo" else unread
            )
            row = compare(metric, pair, current, baseline)
            row |= _verdict(row, item) if by_name.kind in JUDGED_KINDS else {}
            yield from _variants(metric, pair, by_name, row, item, left_out, until)
    for item in judged.values():
        if item.key.is_rollout and item.key.metric == metric.name and item.estimates:
            until = read_until(metric, (item.pair.current, item.pair.baseline), as_of)
            row = compare(metric, item.pair, *item.estimates)
            row |= _verdict(row, item)
            scope, unread = NamedScope("org", ""), _unread(observed, until)
            yield from _variants(metric, item.pair, scope, row, item, unread, until)


def _variants(
    metric: Metric,
    pair: Comparison,
    by_name: NamedScope,
    row: Mapping[str, Any],
    item: Registered | None,
    left_out: Sequence[str],
    until: date,
) -> Iterator[dict[str, Any]]:
    """Yield an answer, then the ones with the baseline's weights and with the upper bound."""
    answer = _answer(metric, pair, by_name, row, item, left_out, until)
    windows, variants = [pair.current, pair.baseline], list[dict[str, Any]]()
    if item and item.adjusted:
        adjusted = compare(metric, pair, *item.adjusted) | {"variant": ADJUSTED, "reason": ADJUSTED}
        sql = adjusted_sql(metric, windows, until, by_name.scope, item.restriction)
        text = sentence(metric, pair, by_name.scope, adjusted, left_out, until) + WEIGHTED
        variants.append(adjusted | {"sql": sql, "sentence": text})
        answer["sentence"] += mix_sentence(metric, row["effect"], adjusted["effect"])
    if item and item.bound:
        upper = catalogued(metric.upper)
        bound = compare(upper, pair, *item.bound) | {"variant": UPPER, "reason": UPPER}
        sql = printable_sql(upper, windows, until, by_name.scope, item.restriction)
        text = sentence(upper, pair, by_name.scope, bound, left_out, until)
        variants.append(bound | {"sql": sql, "sentence": text})
        answer["sentence"] += bound_sentence(upper, bound)
    yield answer
    undecided = dict.fromkeys((*DECIDED, "verdict_sentence", "inputs_sql"))
    for variant in variants:
        yield answer | undecided | variant


def _inputs_sql(key: Key) -> str:
    """Return the query for the weekly sums of an answer, as any DuckDB client runs it."""
    return with_literals(read_sql(ROOT / "listings" / "verdict_inputs.sql").text, vars(key))


def _unread(observed: Mapping[str, datetime | None], until: date) -> list[str]:
    """Return the repositories that were not synced until a day."""
    return [repo for repo, read in observed.items() if read is None or read.date() < until]


def _answer(
    metric: Metric,
    pair: Comparison,
    by_name: NamedScope,
    row: Mapping[str, Any],
    item: Registered | None,
    left_out: Sequence[str],
    until: date,
) -> dict[str, Any]:
    """Return the columns of an answer; ``row`` has its numbers and its verdict."""
    windows = [pair.current, pair.baseline]
    restriction = item.restriction if item else None
    text = sentence(metric, pair, by_name.scope, row, left_out, until)
    if restriction:
        text += restriction_sentence(restriction.repos, restriction.weeks, restriction.teams)
    columns = {
        "quarter": pair.quarter,
        "comparison": pair.comparison,
        "status": pair.status,
        "scope_kind": by_name.kind,
        "scope": by_name.name,
        "window_start": pair.current.start_on,
        "window_end": pair.current.end_on,
        "baseline_start": pair.baseline.start_on,
        "baseline_end": pair.baseline.end_on,
        "sql": printable_sql(metric, windows, until, by_name.scope, restriction),
        "event": pair.event,
        "variant": item.key.variant if item else "raw",
        "inputs_sql": _inputs_sql(item.key) if item else None,
        "busy_week": item.busy_week if item else None,
        **dict.fromkeys(DECIDED),
        **row,
        "sentence": text,
        "left_out": list(restriction.repos) if restriction else [],
    }
    return columns | {"verdict_sentence": _verdict_sentence(metric, columns)}


def _verdict(row: Mapping[str, Any], item: Registered | None) -> dict[str, Any]:
    """Return the columns of a verdict; a headline that was never observed is not measured.

    The effect is that of the printed numbers, unless the windows of a count have different lengths.
    """
    if item is None:
        return {"verdict": "not measured", "reason": "not measured"}
    columns = dict(item.columns)
    is_stored = item.columns["decided_on"] is not None and not item.is_new
    is_scaled = columns["p"] is not None and item.metric.aggregate == "count"
    if item.key.variant != DIFFERENCE and not is_stored and not is_scaled:
        columns["effect"] = row["effect"]
    return columns


def _verdict_sentence(metric: Metric, row: Mapping[str, Any]) -> str | None:
    """Return the sentence of a verdict; None without one, or if it needs a guardrail's numbers."""
    has_none = row["scope_kind"] not in JUDGED_KINDS or row["reason"] == DIFFERENCE
    if has_none or row["guardrail"]:
        return None
    return verdict_sentence(metric, row, is_alone=row["variant"] == BEFORE_AND_AFTER)


def add_guardrail_sentences(db: duckdb.DuckDBPyConnection) -> None:
    """Write the sentences of gains that a guardrail stops, when all answers are written."""
    rows = db.execute(read_sql(ROOT / "inputs" / "stopped_gains.sql").statement)
    columns = [name for name, *_ in rows.description]
    for values in rows.fetchall():
        row = dict(zip(columns, values, strict=True))
        guard = {"current": row["guard_current"], "baseline": row["guard_baseline"]}
        text = verdict_sentence(
            catalogued(row["metric"]),
            row,
            (catalogued(row["guardrail"]), guard),
            is_alone=row["variant"] == BEFORE_AND_AFTER,
        )
        condition = " and ".join(f"{name} = ${name}" for name in KEY)
        parameters = {name: row[name] for name in KEY} | {"text": text}
        db.execute(f"update answers set verdict_sentence = $text where {condition}", parameters)
