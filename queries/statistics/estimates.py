"""Estimates of one metric in any windows and scope, the items behind them, and their SQL.

Headlines, charts and the SQL for copying use the same query, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.sql_files import ROOT, metric_sql, read_sql
from queries.statistics.windows import Window, quarters, weeks

PARAMETER = re.compile(r"\$(\w+)")
#: text of a template for windows of several metrics
OF_SEVERAL = re.compile(r"\{([^{}\n]+ )\}")
#: columns of items that estimates read
ITEM_COLUMNS = (
    "day",
    "repo",
    "team",
    "work_type",
    "authorship",
    "reviewer",
    "value",
    "cost_usd",
    "is_excluded",
    "synced_until",
)
#: parts of the query of items that choose some: the newest that count, and the largest values
SELECTIONS = {
    "newest": (
        "select *, count(*) over () as total\n    from matching\n"
        "    where counts_as = 'counted'\n    order by day desc, {ids}\n    limit 20"
    ),
    "longest": "from matching\n    order by value desc nulls last, day desc, {ids}\n    limit 10",
}
#: columns of a chart's estimates if there are no rows
ESTIMATE_COLUMNS = ("start_on", "end_on", "estimate", "n", "n_missing", "n_excluded", "is_partial")


class Database(Protocol):
    """Published data with a cutoff: a snapshot."""

    @property
    def as_of(self) -> date:
        """Return the last day of the data."""

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the result of one query."""


def unsupported_filters(metric: Metric, scope: Scope) -> list[str]:
    """Return the filters of a scope that a metric's items have no column for."""
    filters = {name for name, value in asdict(scope).items() if value is not None}
    return [name for name in asdict(scope) if name in filters - set(metric.of.parts)]


def supported_scope(metric: Metric, scope: Scope) -> Scope:
    """Return a scope without the filters that a metric's items have no column for."""
    return replace(scope, **dict.fromkeys(unsupported_filters(metric, scope)))


@dataclass(frozen=True)
class Restriction:
    """Items that count: none of some repositories and closed weeks, only those of some teams.

    Weeks are their Mondays. Without ``teams``, items of all teams and of none count.
    """

    repos: Sequence[str] = ()
    weeks: Sequence[date] = ()
    teams: Sequence[str] = ()

    @property
    def conditions(self) -> str:
        """Return the condition of the items that count as SQL."""
        terms = []
        if self.repos:
            terms.append(f"(repo is null or not list_contains({literal(list(self.repos))}, repo))")
        if self.weeks:
            weeks = literal(list(self.weeks))
            terms.append(f"not list_contains({weeks}, date_trunc('week', day)::date)")
        if self.teams:
            terms.append(f"list_contains({literal(list(self.teams))}, team)")
        return "\n    and ".join(terms)

    @property
    def closed_days(self) -> str:
        """Return the number of closed days of a window as SQL."""
        weeks = literal(list(self.weeks))
        is_inside = "lambda week: week >= start_on and week < end_on"
        return f"7 * len(list_filter({weeks}, {is_inside}))" if self.weeks else ""


def estimates_sql(metric: Metric, windows: str, restriction: Restriction | None = None) -> str:
    """Return the query for a metric's estimates in the windows that a query selects."""
    if restriction is None:
        return _estimates_of(metric.sql_name).replace("{windows}", windows)
    items = _restricted(metric, restriction)
    template = OF_SEVERAL.sub("", _estimates_template(items, restriction.closed_days))
    return template.replace("{windows}", windows)


def answers_sql(items: str, windows: str) -> str:
    """Return the query of estimates for items and windows of many metrics.

    ``items`` and ``windows`` are tables with a column ``metric``.
    """
    template = OF_SEVERAL.sub(r"\1", _estimates_template(f"from {items}"))
    return template.replace("{windows}", f"from {windows}")


def answer_items_sql(metrics: Sequence[Metric]) -> str:
    """Return the query for the items of several metrics, with all shared columns."""
    columns = ", ".join(ITEM_COLUMNS)
    return "\nunion all\n".join(
        f"select {literal(metric.name)} as metric, {columns}\n"
        f"from ({with_literals(items_sql(metric.sql_name), metric.parameters)})"
        for metric in metrics
    )


def window_parameters(
    metric: Metric, windows: Sequence[Window], until: date, scope: Scope
) -> dict[str, Any]:
    """Return the parameters of ``windows.sql`` and of the metric's own SQL."""
    return {
        "starts": [window.start_on for window in windows],
        "ends": [window.end_on for window in windows],
        "required_until": until,
        "aggregate": metric.aggregate,
        **vars(scope),
        **metric.parameters,
    }


def read_until(metric: Metric, windows: Iterable[Window], as_of: date) -> date:
    """Return the day through which a repository must be synced to count in these windows.

    This is the last end plus the days in which items mature.
    """
    end = max(window.end_on for window in windows) + timedelta(days=metric.matures_after)
    return min(end, as_of + timedelta(days=1))


def estimates(
    database: Database,
    metric: Metric,
    windows: Sequence[Window],
    scope: Scope,
    restriction: Restriction | None = None,
) -> pd.DataFrame:
    """Return one row per window: start_on, end_on, estimate, n, n_missing, n_excluded.

    The estimate has the metric's unit; it is null without items or if a median is not reached.
    """
    until = read_until(metric, windows, database.as_of)
    sql = estimates_sql(metric, _indented(_body("windows")), restriction)
    parameters = window_parameters(metric, windows, until, scope)
    return database.query(sql, bound_parameters(sql, parameters))


def mature_weeks(database: Database, metric: Metric, period: Window) -> list[Window]:
    """Return the ISO weeks of a period, up to the day from which items are immature."""
    end = min(period.end_on, _mature_end(database, metric))
    return weeks(Window(period.start_on, end)) if period.start_on < end else []


def mature_quarters(database: Database, metric: Metric, period: Window) -> list[Window]:
    """Return the whole quarters of a period, up to the day from which items are immature."""
    end = _mature_end(database, metric)
    if period.start_on >= end:
        return []
    whole = quarters(Window(period.start_on, min(period.end_on, end)))
    return [Window(window.start_on, min(window.end_on, end)) for window in whole]


def rows(
    database: Database,
    metric: Metric,
    window: Window,
    scope: Scope,
    until: date | None = None,
    only: str = "",
) -> pd.DataFrame:
    """Return the items behind a number, newest first, with their value in the metric's unit.

    ``only`` is one of ``SELECTIONS``; the newest have the number of all such items as ``total``.

    Items of repositories that are not synced until ``until`` (by default ``read_until`` of the
    window) are left out.
    """
    subject = read_sql(ROOT / "subjects" / f"{metric.of.sql_name}.sql").statement
    listed = SELECTIONS.get(only, "from matching")
    total = "\n    listed.total," if only == "newest" else ""
    template = _body("rows").replace("{subject}", _indented(subject)).replace("{total}", total)
    sql = with_items(template.replace("{listed}", listed), metric)
    sql = sql.replace("{ids}", ", ".join(metric.of.ids))
    end = min(window.end_on, _mature_end(database, metric))
    required = until or read_until(metric, [Window(window.start_on, end)], database.as_of)
    parameters = {"start_on": window.start_on, "end_on": end, "required_until": required}
    parameters |= asdict(scope) | dict(metric.parameters)
    return database.query(sql, bound_parameters(sql, parameters))


def printable_sql(
    metric: Metric,
    windows: Sequence[Window],
    until: date,
    scope: Scope,
    restriction: Restriction | None = None,
) -> str:
    """Return the query for some windows as text that any DuckDB client runs."""
    sql = estimates_sql(metric, _indented(_body("windows")), restriction)
    return printable(metric, sql, window_parameters(metric, windows, until, scope))


def adjusted_sql(
    metric: Metric,
    windows: Sequence[Window],
    until: date,
    scope: Scope,
    restriction: Restriction | None = None,
) -> str:
    """Return the query for two windows with the weights of the second, as any client runs it."""
    items = _indented(items_sql(metric.sql_name))
    if restriction:
        items = _restricted(metric, restriction)
    sql = _body("adjusted").replace("{items}", items)
    sql = sql.replace("{windows}", _indented(_body("windows")))
    parameters = window_parameters(metric, windows, until, scope)
    return printable(metric, sql, parameters | {"by_work_type": metric.has_mix_of_types})


def printable(metric: Metric, sql: str, parameters: Mapping[str, Any]) -> str:
    """Return a query with the metric's definition as comment and without parameters."""
    definition = metric.describe(metric_sql(metric.sql_name).definition)
    return f"-- {metric.title}: {definition}\n{with_literals(sql, parameters)}\n"


def items_sql(metric: str) -> str:
    """Return the query for the items of a metric's SQL file, with all shared columns."""
    return _body("items").replace("{metric}", _indented(metric_sql(metric).statement, levels=2))


def with_items(template: str, metric: Metric) -> str:
    """Return a query around the items of a metric."""
    return template.replace("{items}", _indented(items_sql(metric.sql_name)))


def _restricted(metric: Metric, restriction: Restriction) -> str:
    """Return the query for the items of a metric that count."""
    items = f"select *\nfrom (\n    {_indented(items_sql(metric.sql_name))}\n)"
    return _indented(f"{items}\nwhere\n    {restriction.conditions}")


@cache
def _estimates_of(metric: str) -> str:
    """Return the query for a metric's estimates; its windows are still to be named."""
    return OF_SEVERAL.sub("", _estimates_template(_indented(items_sql(metric))))


def _estimates_template(items: str, closed_days: str = "") -> str:
    """Return the query for estimates of items, with the text for several metrics in braces."""
    sql = _body("estimates").replace("{window_items}", _body("window_items"))
    sql = sql.replace(" - {closed_days}", f" - {closed_days}" if closed_days else "")
    return sql.replace("{items}", items)


def _mature_end(database: Database, metric: Metric) -> date:
    """Return the first day whose items are too young to count."""
    return database.as_of + timedelta(days=1) - timedelta(days=metric.matures_after)


def bound_parameters(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a query uses; DuckDB refuses others."""
    return {name: parameters[name] for name in dict.fromkeys(PARAMETER.findall(sql))}


def with_literals(sql: str, parameters: Mapping[str, Any]) -> str:
    """Return a query with its parameters replaced by SQL literals."""
    texts, names = _split(sql)
    literals = {name: literal(parameters[name]) for name in dict.fromkeys(names)}
    parts = [texts[0]]
    for name, text in zip(names, texts[1:], strict=True):
        parts += (literals[name], text)
    return "".join(parts)


@lru_cache(maxsize=64)
def _split(sql: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the texts of a query around its parameters, and the names of these."""
    parts = PARAMETER.split(sql)
    return parts[::2], parts[1::2]


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


@cache
def _body(name: str) -> str:
    """Return the statement of one of the shared SQL files."""
    return read_sql(ROOT / "shared" / f"{name}.sql").statement


def _indented(text: str, levels: int = 1) -> str:
    return text.replace("\n", "\n" + levels * "    ")
