"""Numbers of one metric: its estimate with n in any windows and scope, the items behind it, and the SQL that prints it.

One query serves the headline, the chart and whoever copies the printed SQL, so no two places can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.sql_files import ROOT, metric_sql, read_sql
from queries.statistics.windows import Window, quarters, weeks

if TYPE_CHECKING:
    from queries.read.snapshot import Snapshot

PARAMETER = re.compile(r"\$(\w+)")
#: the columns of a chart's estimates where there are none
ESTIMATE_COLUMNS = ("start_on", "end_on", "estimate", "n", "n_missing", "n_excluded", "is_partial")


def not_known_of(metric: Metric, scope: Scope) -> list[str]:
    """Return the parts of a scope by which a metric cannot be told apart."""
    return [
        part
        for part, value in asdict(scope).items()
        if value is not None and part not in metric.of.parts
    ]


def estimates_sql(metric: Metric, windows: str) -> str:
    """Return the query for a metric's estimates in the windows that a query selects."""
    return _with_window_items("estimates", metric.file.name).replace("{windows}", windows)


def weekly_inputs_sql(metric: Metric) -> str:
    """Return the query for the weekly sums behind the estimates in ``answer_estimates``."""
    sql = _with_window_items("weekly_inputs", metric.file.name)
    return sql.replace("{windows}", "select * from answer_estimates")


def window_parameters(
    metric: Metric, windows: Sequence[Window], until: date, scope: Scope
) -> dict[str, Any]:
    """Return the parameters of ``windows.sql`` and of the metric's own SQL."""
    bound = {"starts": [w.start_on for w in windows], "ends": [w.end_on for w in windows]}
    return (
        bound
        | {"required_until": until, "aggregate": metric.aggregate}
        | vars(scope)
        | dict(metric.parameters)
    )


def read_until(metric: Metric, windows: Iterable[Window], as_of: date) -> date:
    """Return the day through which a repository must have been read to count in any of these windows.

    That is their end and the days in which items mature: nothing that makes an item count is still unread.
    """
    end = max(window.end_on for window in windows) + timedelta(days=metric.matures_after)
    return min(end, as_of + timedelta(days=1))


def estimates(
    snapshot: Snapshot, metric: Metric, windows: Sequence[Window], scope: Scope
) -> pd.DataFrame:
    """Return one row per window: start_on, end_on, estimate, n, n_missing, n_excluded.

    The estimate is in the metric's unit, null where there is nothing to estimate or a median is not reached.
    """
    until = read_until(metric, windows, snapshot.as_of)
    sql = estimates_sql(metric, _indented(_body("windows")))
    return snapshot.query(sql, bound_in(sql, window_parameters(metric, windows, until, scope)))


def series(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> pd.DataFrame:
    """Return the estimates of each ISO week of a period, with ``is_partial`` where a week is cut or still immature."""
    result = mature_weeks(snapshot, metric, period)
    if not result:
        return pd.DataFrame(columns=list(ESTIMATE_COLUMNS))
    frame = estimates(snapshot, metric, result, scope)
    return frame.assign(is_partial=(frame["end_on"] - frame["start_on"]) < pd.Timedelta(days=7))


def mature_weeks(snapshot: Snapshot, metric: Metric, period: Window) -> list[Window]:
    """Return the ISO weeks of a period, up to the day from which items are too young to count."""
    end = min(period.end_on, _last(snapshot, metric))
    return weeks(Window(period.start_on, end)) if period.start_on < end else []


def by_quarter(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> pd.DataFrame:
    """Return the estimates of each quarter that a period touches, with ``is_partial`` where one is not complete yet."""
    result = mature_quarters(snapshot, metric, period)
    if not result:
        return pd.DataFrame(columns=list(ESTIMATE_COLUMNS))
    whole = quarters(Window(result[0].start_on, result[-1].end_on))
    partial = [window != quarter for window, quarter in zip(result, whole, strict=True)]
    return estimates(snapshot, metric, result, scope).assign(is_partial=partial)


def mature_quarters(snapshot: Snapshot, metric: Metric, period: Window) -> list[Window]:
    """Return the whole quarters that a period touches, up to the day from which items are too young to count."""
    last = _last(snapshot, metric)
    result = (
        quarters(Window(period.start_on, min(period.end_on, last)))
        if period.start_on < last
        else []
    )
    return [Window(window.start_on, min(window.end_on, last)) for window in result]


def rows(
    snapshot: Snapshot, metric: Metric, window: Window, scope: Scope, until: date | None = None
) -> pd.DataFrame:
    """Return the items behind a number, newest first, with what is known of each; ``value`` in the metric's unit.

    Items of repositories that were not read until ``until`` (by default ``read_until`` the window) are left out.
    """
    template = _body("rows").replace("{subject}", _indented(metric.of.file.statement))
    sql = with_items(template, metric).replace("{ids}", ", ".join(metric.of.ids))
    end = min(window.end_on, _last(snapshot, metric))
    required = until or read_until(metric, [Window(window.start_on, end)], snapshot.as_of)
    inputs = {"start_on": window.start_on, "end_on": end, "required_until": required}
    return snapshot.query(sql, bound_in(sql, inputs | asdict(scope) | dict(metric.parameters)))


def printed_sql(metric: Metric, windows: Sequence[Window], until: date, scope: Scope) -> str:
    """Return the query of some windows as text that any DuckDB client runs on the published file."""
    sql = estimates_sql(metric, _indented(_body("windows")))
    return printed(metric, sql, window_parameters(metric, windows, until, scope))


def printed(metric: Metric, sql: str, inputs: Mapping[str, Any]) -> str:
    """Return a query of a metric as text, its definition first and its parameters filled in."""
    return f"-- {metric.title}: {metric.definition}\n{PARAMETER.sub(lambda result: literal(inputs[result[1]]), sql)}\n"


def items_sql(metric: str) -> str:
    """Return the query for the items of a metric's SQL file, with all shared columns."""
    return _body("items").replace("{metric}", _indented(metric_sql(metric).statement, levels=2))


def with_items(template: str, metric: Metric) -> str:
    """Return a query around the items of a metric."""
    return template.replace("{items}", _indented(items_sql(metric.file.name)))


@cache
def _with_window_items(name: str, metric: str) -> str:
    """Return one of the queries around the items in windows; its windows are still to be named."""
    head = _body("window_items").replace("{items}", _indented(items_sql(metric)))
    return _body(name).replace("{window_items}", head)


def _last(snapshot: Snapshot, metric: Metric) -> date:
    """The day from which items are too young to count."""
    return snapshot.as_of + timedelta(days=1) - timedelta(days=metric.matures_after)


def bound_in(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a query names; DuckDB refuses others."""
    return {name: parameters[name] for name in dict.fromkeys(PARAMETER.findall(sql))}


def literal(value: Any) -> str:
    """Return a value as SQL text."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, datetime):
        return f"timestamp '{value}'"
    if isinstance(value, date):
        return f"date '{value}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _body(name: str) -> str:
    """The statement of one of the shared SQL files."""
    return read_sql(ROOT / "shared" / f"{name}.sql").statement


def _indented(text: str, levels: int = 1) -> str:
    return text.replace("\n", "\n" + levels * "    ")
