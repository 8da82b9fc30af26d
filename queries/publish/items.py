"""Items of the headlines: some metrics at once in a table that estimates and histories read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from queries.catalog.catalog import METRICS, metric
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.sql_files import ROOT, read_sql
from queries.statistics.estimates import answer_items_sql
from queries.statistics.windows import Comparison, comparisons

#: items and estimates of the metrics that are read at once
ROWS_AT_ONCE = 250_000
#: characters of the name of a scope that count as one more row
NAME_OF_ROW = 200
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
    #: all teams, also of a metric that is not split by them
    teams: Sequence[NamedScope]


def batches(
    db: duckdb.DuckDBPyConnection,
    as_of: date,
    rows_at_once: int = ROWS_AT_ONCE,
    baselines: Sequence[str] = (),
) -> list[list[Headline]]:
    """Return the headlines in groups whose items fit into memory; a query has a fixed cost."""
    headlines = _headlines(db, as_of, baselines)
    size = _metrics_at_once(db, headlines, rows_at_once)
    return [headlines[first : first + size] for first in range(0, len(headlines), size)]


def create_items(db: duckdb.DuckDBPyConnection, headlines: Sequence[Headline]) -> None:
    """Create the table ``answer_items`` of some headlines and of their upper bounds."""
    metrics = [headline.metric for headline in headlines]
    uppers = [metric(name) for name in dict.fromkeys(each.upper for each in metrics) if name]
    sql = answer_items_sql([*metrics, *uppers])
    db.execute(f"create or replace temp table answer_items as\n{sql}")


def _headlines(
    db: duckdb.DuckDBPyConnection, as_of: date, baselines: Sequence[str]
) -> list[Headline]:
    """Return the headlines with the parts of the organisation that they are split by."""
    parts = {kind: _parts(db, kind) for kind in ("team", "repo", "work_type")}
    return [
        Headline(
            about,
            comparisons(as_of, about.matures_after, baselines=baselines),
            [NamedScope("org", ""), *(scope for kind in _kinds(about) for scope in parts[kind])],
            parts["team"],
        )
        for about in METRICS
        if about.is_headline
    ]


def _metrics_at_once(
    db: duckdb.DuckDBPyConnection, headlines: Sequence[Headline], rows_at_once: int
) -> int:
    """Return of how many metrics the items and weekly inputs fit into memory together.

    A row has the name of its scope, so a long name counts as several.
    """
    sql = "select (select count(*) from pull_requests) + (select count(*) from issues)"
    items: int = db.execute(sql).fetchall()[0][0]
    windows = max(
        2
        * len(headline.pairs)
        * sum(1 + len(scope.name) // NAME_OF_ROW for scope in headline.scopes)
        for headline in headlines
    )
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
