"""The published answers: each headline for each quarter, comparison and scope, with the SQL that reproduces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd

from queries.catalog import EFFECTS, METRICS, PAGES, Metric
from queries.models import ROOT, read_sql
from queries.numbers import Scope, bound_in, printed_sql, window_sql
from queries.sentences import sentence
from queries.windows import Comparison, Window, comparisons

NOT_JUDGED = "not judged yet"
Number = float | None


@dataclass(frozen=True)
class NamedScope:
    """A scope as the published tables name it: its kind (org, team, repo or work_type) and name."""

    kind: str
    name: str

    @property
    def scope(self) -> Scope:
        """The scope itself."""
        return Scope() if self.kind == "org" else Scope(**{self.kind: self.name})


def metric_rows() -> pd.DataFrame:
    """Return the catalogue as rows of the published table ``metrics``."""
    questions = {page.name: page.question for page in PAGES}
    shown = ("page", "title", "unit", "aggregate", "better", "chart", "definition", "definition_hash", "is_headline")
    rows = [
        {"metric": m.name, "question": questions[m.page]}
        | {name: getattr(m, name) for name in shown}
        | {"matures_after_days": m.matures_after, "sql": m.file.text}
        for m in METRICS
    ]
    return pd.DataFrame(rows)


def answer(db: duckdb.DuckDBPyConnection, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of ``answers`` and ``answer_inputs``, from the facts that a build connection holds."""
    observed = dict(db.execute("select repo, observed_until from repositories").fetchall())
    answers: list[dict[str, Any]] = []
    inputs: list[pd.DataFrame] = []
    for metric in (m for m in METRICS if m.is_headline):
        pairs = comparisons(as_of, metric.matures_after)
        scopes = list(_scopes(db, metric))
        numbers = _numbers(db, metric, pairs, scopes, as_of)
        inputs.append(_inputs(db, metric))
        for pair in pairs:
            for scope in scopes:
                found = _row(metric, pair, scope, numbers, observed, as_of)
                if scope.kind == "org" or found["n_current"] or found["n_baseline"]:
                    answers.append(found)
    return pd.DataFrame(answers), pd.concat(inputs)


def _scopes(db: duckdb.DuckDBPyConnection, metric: Metric) -> Iterator[NamedScope]:
    yield NamedScope("org", "")
    kinds = ("team", "repo") if metric.parameters.get("only_work_type") else ("team", "repo", "work_type")
    for kind in kinds:
        for (name,) in db.execute((ROOT / "scopes" / f"{kind}.sql").read_text(encoding="utf-8")).fetchall():
            yield NamedScope(kind, name)


def _until(pair: Comparison, as_of: date) -> date:
    """The day through which a repository must have been read to count on either side."""
    return min(max(pair.current.end_on, pair.baseline.end_on), as_of + timedelta(days=1))


def _numbers(
    db: duckdb.DuckDBPyConnection,
    metric: Metric,
    pairs: Iterable[Comparison],
    scopes: Iterable[NamedScope],
    as_of: date,
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Estimate and counts by scope, window and the day through which repositories must have been read."""
    wanted = {(window, _until(pair, as_of)): None for pair in pairs for window in (pair.current, pair.baseline)}
    windows = pd.DataFrame([
        {"scope_kind": s.kind, "scope": s.name, **asdict(s.scope), "start_on": w.start_on, "end_on": w.end_on}
        | {"required_until": until, "aggregate": metric.aggregate, "metric": metric.name}
        for s in scopes for w, until in wanted
    ])  # fmt: skip
    db.register("windows_frame", windows)
    db.execute((ROOT / "stg_windows.sql").read_text(encoding="utf-8"))
    sql = window_sql(metric, "select * from stg_windows")
    db.execute(f"create or replace temp table stg_inputs as\n{sql}", bound_in(sql, metric.parameters) or None)
    frame = db.execute("from stg_inputs").df()
    return {
        (r["scope_kind"], r["scope"], r["start_on"].date(), r["end_on"].date(), r["required_until"].date()): dict(r)
        for _, r in frame.iterrows()
    }


def _inputs(db: duckdb.DuckDBPyConnection, metric: Metric) -> pd.DataFrame:
    """What each estimate adds up, by week."""
    sql = read_sql(ROOT / "inputs.sql").statement.replace("{items}", metric.file.statement)
    return db.execute(sql, bound_in(sql, metric.parameters) or None).df()


def _row(
    metric: Metric,
    pair: Comparison,
    scope: NamedScope,
    numbers: dict[tuple[Any, ...], dict[str, Any]],
    observed: dict[str, datetime | None],
    as_of: date,
) -> dict[str, Any]:
    until = _until(pair, as_of)

    def at(window: Window) -> dict[str, Any]:
        return numbers[(scope.kind, scope.name, window.start_on, window.end_on, until)]

    read = [until_at for until_at in observed.values() if until_at]
    left_out = [repo for repo, at_ in observed.items() if at_ is None or at_.date() < until]
    return {
        "question": next(page.question for page in PAGES if page.name == metric.page), "metric": metric.name,
        "title": metric.title, "unit": metric.unit, "better": metric.better, "quarter": pair.quarter,
        "comparison": pair.comparison, "status": pair.status, "scope_kind": scope.kind, "scope": scope.name,
        "variant": "raw", **compared(metric, pair, scope.name, at(pair.current), at(pair.baseline), left_out, until),
        "lo": None, "hi": None, "p": None, "p_holm": None, "n_clusters": None, "guardrail": None,
        "window_start": pair.current.start_on, "window_end": pair.current.end_on,
        "baseline_start": pair.baseline.start_on, "baseline_end": pair.baseline.end_on,
        "as_of": as_of, "observed_until": max(read, default=None), "definition": metric.definition,
        "definition_hash": metric.definition_hash,
        "sql": printed_sql(metric, [pair.current, pair.baseline], until, scope.scope),
    }  # fmt: skip


def compared(
    metric: Metric,
    pair: Comparison,
    scope: str,
    current: Mapping[str, Any],
    baseline: Mapping[str, Any],
    left_out: Sequence[str],
    until: date,
) -> dict[str, Any]:
    """Return what an answer says of two estimates (as ``numbers.estimates`` gives them): values, n, effect, sentence.

    ``scope`` is empty for the organisation; ``left_out`` are the repositories not read until ``until``.
    """
    now, then = _number(current["estimate"]), _number(baseline["estimate"])
    kind = EFFECTS[metric.aggregate]
    effect = _effect(now, then, kind)
    against = {"quarter before": "the quarter before", "year before": "the same quarter a year before"}[pair.comparison]
    said = sentence(
        metric, now, current["n"], then, baseline["n"], effect, kind,
        f"in {pair.quarter}" + (" so far" if pair.status == "so far" else ""), against,
    )  # fmt: skip
    if scope:
        said = f"{scope}: {said[0].lower()}{said[1:]}"
    if left_out:
        said += f" Left out, as not read until {until}: {', '.join(sorted(left_out))}."
    return {
        "current": now, "baseline": then, "effect": effect, "effect_kind": kind, "n_current": current["n"],
        "n_baseline": baseline["n"], "n_missing": current["n_missing"], "n_excluded": current["n_excluded"],
        "verdict": None, "reason": NOT_JUDGED, "sentence": said,
    }  # fmt: skip


def _number(value: Any) -> Number:
    return None if value is None or pd.isna(value) else float(value)


def _effect(current: Number, baseline: Number, kind: str) -> Number:
    if current is None or baseline is None:
        return None
    if kind == "difference":
        return current - baseline
    return current / baseline - 1 if baseline else None
