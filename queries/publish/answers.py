"""Published answers: each headline by quarter, comparison and scope, with its SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from queries.catalog.catalog import METRICS, PAGES
from queries.catalog.definitions import definition, definition_hash
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.sql_files import ROOT, metric_sql, read_sql
from queries.statistics.comparison import compare
from queries.statistics.estimates import (
    answer_items_sql,
    answers_sql,
    printable_sql,
    read_until,
)
from queries.statistics.windows import Comparison, comparisons
from queries.text.sentences import sentence

#: the columns of ``answers`` that the statistics will fill
LATER = ("lo", "hi", "p", "p_holm", "n_clusters", "guardrail")
#: what an answer takes of an estimate
ESTIMATED = ("estimate", "n", "n_missing", "n_excluded")
#: items and weekly inputs of the metrics that are estimated at once
ROWS_AT_ONCE = 250_000
WEEKS_OF_WINDOW = 13


@dataclass(frozen=True)
class NamedScope:
    """A scope as the published tables name it: its kind (org, team, repo or work_type) and name."""

    kind: str
    name: str

    @property
    def scope(self) -> Scope:
        """The scope itself."""
        return Scope() if self.kind == "org" else Scope(**{self.kind: self.name})


@dataclass(frozen=True)
class Headline:
    """A metric with the comparisons and scopes of its answers."""

    metric: Metric
    pairs: Sequence[Comparison]
    scopes: Sequence[NamedScope]


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
    db: duckdb.DuckDBPyConnection, as_of: date, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the rows of ``answers`` and ``answer_inputs``, some headlines at once.

    All rows of a large company do not fit into memory; a query has a fixed cost.
    """
    observed = dict(db.execute("select repo, synced_until from repositories").fetchall())
    headlines = _headlines(db, as_of)
    at_once = _metrics_at_once(db, headlines, rows_at_once)
    for first in range(0, len(headlines), at_once):
        batch = headlines[first : first + at_once]
        estimates = _estimates(db, batch, as_of)
        rows: list[dict[str, Any]] = []
        for headline in batch:
            shared = _shared_columns(headline.metric, observed, as_of)
            answered = _rows(headline, estimates[headline.metric.name], observed, as_of)
            rows += [shared | row for row in answered]
        yield pd.DataFrame(rows), _weekly_inputs(db)


def _headlines(db: duckdb.DuckDBPyConnection, as_of: date) -> list[Headline]:
    """Return the headlines with the parts of the organisation that they are split by."""
    parts = {kind: _parts(db, kind) for kind in ("team", "repo", "work_type")}
    return [
        Headline(
            metric,
            comparisons(as_of, metric.matures_after),
            [NamedScope("org", ""), *(scope for kind in _kinds(metric) for scope in parts[kind])],
        )
        for metric in METRICS
        if metric.is_headline
    ]


def _metrics_at_once(
    db: duckdb.DuckDBPyConnection, headlines: Sequence[Headline], rows_at_once: int
) -> int:
    """Return of how many metrics the items and weekly inputs fit into memory together."""
    sql = "select (select count(*) from pull_requests) + (select count(*) from issues)"
    items: int = db.execute(sql).fetchall()[0][0]
    windows = max(2 * len(headline.pairs) * len(headline.scopes) for headline in headlines)
    return max(1, rows_at_once // (items + windows * WEEKS_OF_WINDOW))


def _parts(db: duckdb.DuckDBPyConnection, kind: str) -> list[NamedScope]:
    """The parts of the organisation of one kind: its teams, repositories or work types."""
    rows = db.execute(read_sql(ROOT / "scopes" / f"{kind}.sql").statement).fetchall()
    return [NamedScope(kind, name) for (name,) in rows]


def _kinds(metric: Metric) -> list[str]:
    """The kinds of parts by which the metric is split; no work types where it is about one."""
    kinds = (
        ("team", "repo")
        if metric.parameters.get("only_work_type")
        else ("team", "repo", "work_type")
    )
    return [kind for kind in kinds if kind in metric.of.parts]


def _estimates(
    db: duckdb.DuckDBPyConnection, headlines: Sequence[Headline], as_of: date
) -> dict[str, Estimates]:
    """Return the estimates of some headlines by metric.

    They stay on the connection as ``answer_estimates``, which ``_weekly_inputs`` splits by week.
    """
    windows = [row for headline in headlines for row in _windows(headline, as_of)]
    db.register("windows_frame", pd.DataFrame(windows, dtype=object))
    db.execute(read_sql(ROOT / "inputs" / "windows.sql").text)
    items = answer_items_sql([headline.metric for headline in headlines])
    db.execute(f"create or replace temp table answer_items as\n{items}")
    sql = answers_sql("estimates", "answer_items", "input_windows")
    db.execute(f"create or replace temp table answer_estimates as\n{sql}")
    rows = db.execute("from answer_estimates")
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
                **asdict(item.scope),
                "aggregate": metric.aggregate,
            }


def _weekly_inputs(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the weekly sums behind each estimate."""
    return db.execute(answers_sql("weekly_inputs", "answer_items", "answer_estimates")).df()


def _shared_columns(
    metric: Metric, observed: Mapping[str, datetime | None], as_of: date
) -> dict[str, Any]:
    """Return the columns that all answers of a metric share."""
    return {
        "question": next(page.question for page in PAGES if page.name == metric.page),
        "metric": metric.name,
        **_description(metric),
        **dict.fromkeys(LATER),
        "variant": "raw",
        "as_of": as_of,
        "synced_until": max((until for until in observed.values() if until), default=None),
    }


def _rows(
    headline: Headline,
    estimates: Estimates,
    observed: Mapping[str, datetime | None],
    as_of: date,
) -> Iterator[dict[str, Any]]:
    """Yield the columns of each answer; a part without items on either side has none."""
    metric = headline.metric
    for pair in headline.pairs:
        until = read_until(metric, (pair.current, pair.baseline), as_of)
        unread = {
            repo: None for repo, read in observed.items() if read is None or read.date() < until
        }
        for by_name, result in estimates.items():
            current, baseline = (
                result[side.start_on, side.end_on, until] for side in (pair.current, pair.baseline)
            )
            if by_name.kind != "org" and not current["n"] and not baseline["n"]:
                continue
            left_out = (
                [by_name.name] * (by_name.name in unread)
                if by_name.kind == "repo"
                else list(unread)
            )
            row = compare(metric, pair, current, baseline)
            text = sentence(metric, pair, by_name.scope, row, left_out, until)
            yield {
                "quarter": pair.quarter,
                "comparison": pair.comparison,
                "status": pair.status,
                "scope_kind": by_name.kind,
                "scope": by_name.name,
                "window_start": pair.current.start_on,
                "window_end": pair.current.end_on,
                "baseline_start": pair.baseline.start_on,
                "baseline_end": pair.baseline.end_on,
                "sql": printable_sql(metric, [pair.current, pair.baseline], until, by_name.scope),
                **row,
                "sentence": text,
            }
