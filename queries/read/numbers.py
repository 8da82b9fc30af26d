"""Numbers of a page: estimates of several metrics in many windows, read with one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

import pandas as pd

from queries.catalog.metric import COUNTED, Metric
from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, read_sql
from queries.statistics.estimates import (
    ESTIMATE_COLUMNS,
    Restriction,
    items_sql,
    literal,
    mature_quarters,
    mature_weeks,
    read_until,
    with_literals,
)
from queries.statistics.windows import Window, quarters

#: a metric and windows of it
Request = tuple[Metric, Sequence[Window]]
#: sums of items by day; items of repositories that were read to the last window's end are alike
DAYS = """select
    {name} as metric,
    day,
    reviewer,
    least(synced_until, {latest}) as synced_until,
    sum(if(isinf(value), null, value)) as total,
    sum(cost_usd::decimal(24, 6)) as cost,
    sum((if(isinf(value), null, value) * cost_usd)::decimal(24, 6)) as cost_of_value,
    count(value) as n,
    count(*) filter (value is null and cost_usd is null and not is_excluded) as n_missing,
    count(*) filter (is_excluded) as n_excluded
from ({items})
where synced_until is not null and {scope} and {days}
group by all"""
FINISHED = """select
    {name} as metric,
    day,
    least(synced_until, {latest}) as synced_until,
    value
from ({items})
where value is not null and synced_until is not null and {scope} and {days}"""
FIRST_DAYS = """select
    {name} as metric,
    least(synced_until, {latest}) as synced_until,
    min(day) as first_day
from ({items})
where value is not null and synced_until is not null and repo is not null and {repo}
group by all"""


@dataclass(frozen=True)
class Numbers:
    """Estimates of a snapshot for one scope, kept by metric and windows."""

    snapshot: Snapshot
    scope: Scope
    _frames: dict[tuple[str, tuple[Window, ...]], pd.DataFrame] = field(default_factory=dict)

    def read(self, requests: Iterable[Request]) -> None:
        """Read estimates with one query, so that they need none later."""
        unread = {
            (metric.name, key): metric
            for metric, windows in requests
            if (key := tuple(windows)) and (metric.name, key) not in self._frames
        }
        if unread:
            groups = [(metric, windows) for (_, windows), metric in unread.items()]
            frames = page_estimates(self.snapshot, groups, self.scope)
            self._frames.update(zip(unread, frames, strict=True))

    def of(self, metric: Metric, windows: Sequence[Window]) -> pd.DataFrame:
        """Return one row per window in their order, with the columns of ``ESTIMATE_COLUMNS``."""
        if not windows:
            return pd.DataFrame(columns=list(ESTIMATE_COLUMNS))
        self.read([(metric, windows)])
        return self._frames[metric.name, tuple(windows)]

    def weeks(self, metric: Metric, period: Window) -> pd.DataFrame:
        """Return the estimates of each ISO week; ``is_partial`` if a week is cut or immature."""
        frame = self.of(metric, mature_weeks(self.snapshot, metric, period))
        is_partial = (frame["end_on"] - frame["start_on"]) < pd.Timedelta(days=7)
        return frame.assign(is_partial=is_partial) if len(frame) else frame

    def quarters(self, metric: Metric, period: Window) -> pd.DataFrame:
        """Return the estimates of each quarter; ``is_partial`` if one is incomplete."""
        windows = mature_quarters(self.snapshot, metric, period)
        frame = self.of(metric, windows)
        if not windows:
            return frame
        whole = quarters(Window(windows[0].start_on, windows[-1].end_on))
        partial = [window != quarter for window, quarter in zip(windows, whole, strict=True)]
        return frame.assign(is_partial=partial)


def page_estimates(
    snapshot: Snapshot,
    requests: Sequence[Request],
    scope: Scope,
    restriction: Restriction | None = None,
) -> list[pd.DataFrame]:
    """Return a frame for each request, with one row for each of its windows.

    A restriction has no closed weeks.
    """
    by_metric: dict[str, list[Window]] = {}
    rows = []
    for metric, windows in requests:
        until = read_until(metric, windows, snapshot.as_of)
        by_metric.setdefault(metric.name, []).extend(windows)
        rows += [(metric, window, until) for window in windows]
    metrics = {metric.name: metric for metric, _ in requests}
    latest = max(until for _, _, until in rows)
    grouped = [(metrics[name], windows) for name, windows in by_metric.items()]
    sql = _sql(grouped, scope, restriction or Restriction(), latest)
    frame = snapshot.query(
        sql,
        {
            "positions": list(range(len(rows))),
            "metrics": [metric.name for metric, _, _ in rows],
            "aggregates": [metric.aggregate for metric, _, _ in rows],
            "starts": [window.start_on for _, window, _ in rows],
            "ends": [window.end_on for _, window, _ in rows],
            "untils": [until for _, _, until in rows],
        },
    ).drop(columns="position")
    frames, first = [], 0
    for _, windows in requests:
        frames.append(frame.iloc[first : first + len(windows)].reset_index(drop=True))
        first += len(windows)
    return frames


def _sql(requests: Sequence[Request], scope: Scope, restriction: Restriction, latest: date) -> str:
    """Return the query with the items of each metric, of the scope and its windows' days only."""
    filters = [
        f"{name} = {literal(value)}" for name, value in asdict(scope).items() if value is not None
    ]
    repo = [f"repo = {literal(scope.repo)}"] if scope.repo else []
    own = [f"({restriction.conditions})"] if restriction.conditions else []
    parts: dict[str, list[str]] = {"days": [], "finished": [], "first_days": []}
    for metric, windows in requests:
        first = min(window.start_on for window in windows)
        last = max(window.end_on for window in windows) - timedelta(days=1)
        texts = {
            "name": literal(metric.name),
            "latest": f"timestamp '{latest}'",
            "items": with_literals(items_sql(metric.sql_name), metric.parameters),
            "scope": " and ".join([*filters, *own]) or "true",
            "days": f"day between {literal(first)} and {literal(last)}",
            "repo": " and ".join([*repo, *own]) or "true",
        }
        parts["days"].append(DAYS.format(**texts))
        if metric.aggregate == "median":
            parts["finished"].append(FINISHED.format(**texts))
        if metric.aggregate in COUNTED:
            parts["first_days"].append(FIRST_DAYS.format(**texts))
    none = {
        "finished": "select '' as metric, date '1970-01-01' as day, "
        "timestamp '1970-01-01' as synced_until, 0.0::double as value where false",
        "first_days": "select '' as metric, timestamp '1970-01-01' as synced_until, "
        "date '1970-01-01' as first_day where false",
    }
    sql = read_sql(ROOT / "shared" / "page_estimates.sql").statement
    for name, texts_of_metrics in parts.items():
        text = "\nunion all\n".join(texts_of_metrics) or none[name]
        sql = sql.replace(f"{{{name}}}", text.replace("\n", "\n    "))
    return sql
