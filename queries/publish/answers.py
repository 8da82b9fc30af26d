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
    bound_parameters,
    estimates_sql,
    printable_sql,
    read_until,
    weekly_inputs_sql,
)
from queries.statistics.windows import Comparison, comparisons
from queries.text.sentences import sentence

#: the columns of ``answers`` that the statistics will fill
LATER = ("lo", "hi", "p", "p_holm", "n_clusters", "guardrail")
#: what an answer takes of an estimate
ESTIMATED = ("estimate", "n", "n_missing", "n_excluded")
#: after so many rows of ``answers`` and ``answer_inputs`` they are written
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class NamedScope:
    """A scope as the published tables name it: its kind (org, team, repo or work_type) and name."""

    kind: str
    name: str

    @property
    def scope(self) -> Scope:
        """The scope itself."""
        return Scope() if self.kind == "org" else Scope(**{self.kind: self.name})


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
    db: duckdb.DuckDBPyConnection, as_of: date
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the rows of ``answers`` and ``answer_inputs``, some headlines at once.

    All rows of a large company do not fit into memory; a batch has a fixed cost.
    """
    observed = dict(db.execute("select repo, synced_until from repositories").fetchall())
    parts = {kind: _parts(db, kind) for kind in ("team", "repo", "work_type")}
    rows: list[dict[str, Any]] = []
    inputs: list[pd.DataFrame] = []
    for metric in (m for m in METRICS if m.is_headline):
        pairs = comparisons(as_of, metric.matures_after)
        scopes = [
            NamedScope("org", ""),
            *(scope for kind in _kinds(metric) for scope in parts[kind]),
        ]
        numbers = _numbers(db, metric, pairs, scopes, as_of)
        shared = _shared_columns(metric, observed, as_of)
        rows += [shared | row for row in _rows(metric, pairs, numbers, observed, as_of)]
        inputs.append(_inputs(db, metric))
        if len(rows) + sum(map(len, inputs)) > ROWS_AT_ONCE:
            yield pd.DataFrame(rows), _joined(inputs)
            rows, inputs = [], []
    if rows:
        yield pd.DataFrame(rows), _joined(inputs)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One frame of all; of a single one, which may be large, no copy is made."""
    return frames[0] if len(frames) == 1 else pd.concat(frames)


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


def _numbers(
    db: duckdb.DuckDBPyConnection,
    metric: Metric,
    pairs: Sequence[Comparison],
    scopes: Sequence[NamedScope],
    as_of: date,
) -> Estimates:
    """Estimates by scope, window and the day through which repositories must have been read.

    They stay on the connection as ``answer_estimates``, which ``weekly_inputs.sql`` splits by week.
    """
    expected = dict.fromkeys(
        (window, read_until(metric, (pair.current, pair.baseline), as_of))
        for pair in pairs
        for window in (pair.current, pair.baseline)
    )
    windows = [
        {
            "metric": metric.name,
            "aggregate": metric.aggregate,
            "start_on": window.start_on,
            "end_on": window.end_on,
        }
        | {"required_until": until}
        for window, until in expected
    ]
    db.register("windows_frame", pd.DataFrame(windows))
    by_name = [
        {"scope_kind": item.kind, "scope": item.name} | asdict(item.scope) for item in scopes
    ]
    db.register("parts_frame", pd.DataFrame(by_name, dtype=object))
    db.execute(read_sql(ROOT / "inputs" / "windows.sql").text)
    sql = estimates_sql(metric, "select * from input_windows")
    db.execute(
        f"create or replace temp table answer_estimates as\n{sql}",
        bound_parameters(sql, metric.parameters) or None,
    )
    rows = db.execute("from answer_estimates")
    columns = [name for name, *_ in rows.description]
    estimates: Estimates = {scope: {} for scope in scopes}
    for values in rows.fetchall():
        row = dict(zip(columns, values, strict=True))
        at = (row["start_on"], row["end_on"], row["required_until"].date())
        estimates[NamedScope(row["scope_kind"], row["scope"])][at] = {
            name: row[name] for name in ESTIMATED
        }
    return estimates


def _inputs(db: duckdb.DuckDBPyConnection, metric: Metric) -> pd.DataFrame:
    """Return the weekly sums behind each estimate."""
    sql = weekly_inputs_sql(metric)
    return db.execute(sql, bound_parameters(sql, metric.parameters) or None).df()


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
    metric: Metric,
    pairs: Sequence[Comparison],
    numbers: Estimates,
    observed: Mapping[str, datetime | None],
    as_of: date,
) -> Iterator[dict[str, Any]]:
    """Yield the columns of each answer; a part without items on either side has none."""
    for pair in pairs:
        until = read_until(metric, (pair.current, pair.baseline), as_of)
        unread = {
            repo: None for repo, read in observed.items() if read is None or read.date() < until
        }
        for by_name, result in numbers.items():
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
