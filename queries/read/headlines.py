"""Headlines of a metric: published answers, or the same comparison computed for other filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.headline import Headline, MetricHeadlines
from queries.read.numbers import Numbers
from queries.read.snapshot import Snapshot, listing
from queries.statistics.comparison import as_float, compare
from queries.statistics.estimates import printable_sql, read_until
from queries.statistics.windows import Comparison, comparisons, quarter_of
from queries.text.sentences import sentence


def metric_headlines(
    snapshot: Snapshot, metric: Metric, scope: Scope, end: date
) -> MetricHeadlines:
    """Return the newest complete quarter against both baselines, and the quarter so far.

    A quarter belongs to the period that ends at ``end`` if more than half of it is before that.
    """
    return page_headlines(Numbers(snapshot, scope), [metric], end)[0]


def page_headlines(numbers: Numbers, metrics: Sequence[Metric], end: date) -> list[MetricHeadlines]:
    """Return the headlines of several metrics, read with one query."""
    pairs = [_pairs(numbers.snapshot, metric, end) for metric in metrics]
    published = _published(numbers, metrics, [pair for own in pairs for pair in own.values()])
    computed = [
        (metric, pair)
        for metric, own in zip(metrics, pairs, strict=True)
        for pair in own.values()
        if (metric.name, pair.quarter, pair.comparison) not in published
    ]
    numbers.read((metric, [pair.baseline, pair.current]) for metric, pair in computed)

    def headline(metric: Metric, pair: Comparison | None) -> Headline | None:
        if pair is None:
            return None
        row = published.get((metric.name, pair.quarter, pair.comparison))
        until = read_until(metric, [pair.current, pair.baseline], numbers.snapshot.as_of)
        return _headline(metric, pair, until, row or _computed(numbers, metric, pair, until))

    return [
        MetricHeadlines(
            main=headline(metric, own.get(("decided", "quarter before"))),
            year=headline(metric, own.get(("decided", "year before"))),
            so_far=headline(metric, own.get(("so far", "quarter before"))),
        )
        for metric, own in zip(metrics, pairs, strict=True)
    ]


def _pairs(snapshot: Snapshot, metric: Metric, end: date) -> dict[tuple[str, str], Comparison]:
    """Return the newest comparison of each status and kind in a period that ends at a day."""
    newest, last = quarter_of(snapshot.as_of), quarter_of(min(end, snapshot.as_of))
    count = 4 * (newest.year - last.year) + newest.number - last.number + 3
    result: dict[tuple[str, str], Comparison] = {}
    for pair in comparisons(snapshot.as_of, metric.matures_after, count):
        if pair.current.start_on + (pair.current.end_on - pair.current.start_on) / 2 < end:
            result.setdefault((pair.status, pair.comparison), pair)
    return result


def is_exploratory(scope: Scope) -> bool:
    """Return whether no verdict exists: only the organisation and its teams have verdicts."""
    return bool(scope.repo or scope.work_type or scope.authorship)


def _headline(metric: Metric, pair: Comparison, until: date, row: Mapping[str, Any]) -> Headline:
    return Headline(
        metric=metric,
        quarter=pair.quarter,
        comparison=pair.comparison,
        status=pair.status,
        current=as_float(row["current"]),
        baseline=as_float(row["baseline"]),
        effect=as_float(row["effect"]),
        effect_kind=row["effect_kind"],
        n_current=int(row["n_current"]),
        n_baseline=int(row["n_baseline"]),
        n_missing=int(row["n_missing"]),
        n_excluded=int(row["n_excluded"]),
        verdict=None if pd.isna(row["verdict"]) else row["verdict"],
        reason=row["reason"],
        sentence=row["sentence"],
        verdict_sentence=None if pd.isna(row["verdict_sentence"]) else row["verdict_sentence"],
        window=pair.current,
        baseline_window=pair.baseline,
        until=until,
        sql=row["sql"],
        inputs_sql=None if pd.isna(row["inputs_sql"]) else row["inputs_sql"],
    )


def _published(
    numbers: Numbers, metrics: Sequence[Metric], pairs: Sequence[Comparison]
) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """Return the rows of ``answers`` by metric, quarter and comparison."""
    if numbers.scope.published is None:
        return {}
    kind, name = numbers.scope.published
    frame = listing(
        numbers.snapshot,
        "headlines",
        metrics=[metric.name for metric in metrics],
        quarters=sorted({pair.quarter for pair in pairs}),
        scope_kind=kind,
        scope=name,
    )
    return {(row["metric"], row["quarter"], row["comparison"]): row for row in _records(frame)}


def _computed(numbers: Numbers, metric: Metric, pair: Comparison, until: date) -> Mapping[str, Any]:
    baseline, current = _records(numbers.of(metric, [pair.baseline, pair.current]))
    row = compare(metric, pair, current, baseline)
    unread = listing(numbers.snapshot, "unread", until=until)["repo"].tolist()
    return row | {
        "sql": printable_sql(metric, [pair.current, pair.baseline], until, numbers.scope),
        "inputs_sql": None,
        "sentence": sentence(metric, pair, numbers.scope, row, unread, until),
        "verdict_sentence": None,
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
