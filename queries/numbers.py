"""Numbers of one metric: its estimate with n in any windows and scope, the items behind it, and the SQL that prints it.

One query serves the headline, the chart and whoever copies the printed SQL, so no two places can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from queries.catalog import Metric
from queries.models import ROOT
from queries.windows import Window, weeks

if TYPE_CHECKING:
    from queries.snapshot import Snapshot

PARAMETER = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Scope:
    """What a number is about; None means all."""

    repo: str | None = None
    team: str | None = None
    work_type: str | None = None
    authorship: str | None = None


def window_sql(metric: Metric, windows: str) -> str:
    """Return the query for a metric's estimates in the windows that a query names; parameters are still to be bound."""
    template = _body((ROOT / "window.sql").read_text(encoding="utf-8"))
    items = _indented(_body(metric.file.text))
    return template.replace("{items}", items).replace("{windows}", _indented(windows))


def window_parameters(metric: Metric, windows: Sequence[Window], until: date, scope: Scope) -> dict[str, Any]:
    """Return the parameters of ``windows.sql`` and of the metric's own SQL."""
    bound = {"starts": [w.start_on for w in windows], "ends": [w.end_on for w in windows]}
    return bound | {"required_until": until, "aggregate": metric.aggregate} | asdict(scope) | dict(metric.parameters)


def estimates(snapshot: Snapshot, metric: Metric, windows: Sequence[Window], scope: Scope) -> pd.DataFrame:
    """Return one row per window: start_on, end_on, estimate, n, n_missing, n_excluded.

    The estimate is in the metric's unit, null where there is nothing to estimate or a median is not reached.
    """
    until = min(max(w.end_on for w in windows), snapshot.as_of + timedelta(days=1))
    sql = window_sql(metric, _body((ROOT / "windows.sql").read_text(encoding="utf-8")))
    return snapshot.query(sql, bound_in(sql, window_parameters(metric, windows, until, scope)))


def series(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> pd.DataFrame:
    """Return the estimates of each ISO week of a period, with ``is_partial`` where a week is cut or still immature."""
    last = snapshot.as_of + timedelta(days=1) - timedelta(days=metric.matures_after)
    found = [w for w in weeks(Window(period.start_on, min(period.end_on, last)))] if period.start_on < last else []
    if not found:
        return pd.DataFrame(columns=["start_on", "end_on", "estimate", "n", "n_missing", "n_excluded", "is_partial"])
    frame = estimates(snapshot, metric, found, scope)
    return frame.assign(is_partial=(frame["end_on"] - frame["start_on"]) < pd.Timedelta(days=7))


def rows(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> pd.DataFrame:
    """Return the items behind a number, newest first, with title and address; ``value`` in the metric's unit."""
    sql = _body((ROOT / "rows.sql").read_text(encoding="utf-8")).replace("{items}", _indented(_body(metric.file.text)))
    last = snapshot.as_of + timedelta(days=1) - timedelta(days=metric.matures_after)
    given = {"start_on": period.start_on, "end_on": min(period.end_on, last)} | asdict(scope) | dict(metric.parameters)
    return snapshot.query(sql, bound_in(sql, given))


def printed_sql(metric: Metric, windows: Sequence[Window], until: date, scope: Scope) -> str:
    """Return the query of some windows as text that any DuckDB client runs on the published file."""
    sql = window_sql(metric, _body((ROOT / "windows.sql").read_text(encoding="utf-8")))
    given = window_parameters(metric, windows, until, scope)
    return f"-- {metric.title}: {metric.definition}\n{PARAMETER.sub(lambda found: literal(given[found[1]]), sql)}\n"


def bound_in(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a query names; DuckDB refuses others."""
    return {name: parameters[name] for name in dict.fromkeys(PARAMETER.findall(sql))}


def literal(value: Any) -> str:
    """Return a value as SQL text."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(literal(one) for one in value)}]"
    if isinstance(value, datetime):
        return f"timestamp '{value}'"
    if isinstance(value, date):
        return f"date '{value}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _body(text: str) -> str:
    """A file's SQL without its header."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if not line.startswith("--"))
    return "\n".join(lines[first:]).strip()


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")
