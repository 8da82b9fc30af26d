"""Panels: headlines, chart data, notes and evidence of a panel in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from queries.catalog.catalog import METRICS, Panel
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.chart_sql import CHART_FILES
from queries.read.charts import chart_frame
from queries.read.evidence import Evidence, evidence, history, mature_window
from queries.read.headline import Headline, MetricHeadlines
from queries.read.headlines import page_headlines
from queries.read.listings import records
from queries.read.numbers import Numbers, Request, page_estimates
from queries.read.overview import unchanged_band
from queries.read.snapshot import Snapshot, listing
from queries.statistics.estimates import mature_quarters, mature_weeks
from queries.statistics.windows import Event, Window
from queries.text.next_steps import KNOWN, UNKNOWN
from queries.text.sentences import between, missing_sentence, number_sentence

#: a quarter with the values between which it would lie without a change
Bounds = tuple[Window, tuple[float, float]]


@dataclass(frozen=True)
class MetricChart:
    """Chart rows of a metric, and its quarters if it is drawn as a line."""

    metric: Metric
    frame: pd.DataFrame
    quarters: pd.DataFrame

    @property
    def has_items(self) -> bool:
        """Return whether any row counts an item."""
        return bool(self.frame["n"].sum())


@dataclass(frozen=True)
class PanelData:
    """Content of a panel for one period and scope."""

    panel: Panel
    reported: Sequence[MetricHeadlines]
    #: sentences over the whole period, of metrics without a comparison by quarter
    period_sentences: Sequence[str]
    charts: Sequence[MetricChart]
    #: quarters of the first headline
    bands: Sequence[Bounds]
    events: Sequence[Event]
    evidence: Sequence[Evidence]
    #: metrics without items, with the sentence that explains it
    empty: Sequence[tuple[Metric, str]]
    #: False if no label rule of the panel's kind has ever matched an item
    has_rule_matches: bool
    #: number of repositories by what counts as shipping there
    shipments: Sequence[tuple[str, int]]

    @property
    def headlines(self) -> list[Headline]:
        """Return all headlines of all metrics."""
        return [headline for item in self.reported for headline in item.all]

    @property
    def drawn(self) -> list[MetricChart]:
        """Return the charts to draw together; empty if there are no items or it is a list."""
        filled = [chart for chart in self.charts if chart.has_items]
        return [] if filled and filled[0].metric.chart == "list" else filled


def panels_data(
    snapshot: Snapshot, panels: Sequence[Panel], period: Window, scope: Scope
) -> list[PanelData]:
    """Return the content of the panels of a page; their numbers are read with one query."""
    numbers = Numbers(snapshot, scope)
    numbers.read(
        request for panel in panels for request in _requests(snapshot, panel.metrics, period)
    )
    metrics = [metric for panel in panels for metric in panel.headlines]
    headlines = page_headlines(numbers, metrics, period.end_on) if metrics else []
    reported = {metric.name: own for metric, own in zip(metrics, headlines, strict=True)}
    bands, marked = _bands(numbers, panels), events(snapshot, period)
    return [
        _panel_data(
            numbers,
            panel,
            period,
            reported=[reported[metric.name] for metric in panel.headlines],
            bands=bands.get(panel.headlines[0].name, ()) if panel.headlines else (),
            marked=marked,
        )
        for panel in panels
    ]


def _panel_data(
    numbers: Numbers,
    panel: Panel,
    period: Window,
    reported: Sequence[MetricHeadlines],
    bands: Sequence[Bounds],
    marked: Sequence[Event],
) -> PanelData:
    first, snapshot = panel.metrics[0], numbers.snapshot
    headlines = [headline for item in reported for headline in item.all]
    charts = [_chart(numbers, metric, period) for metric in panel.metrics]
    has_shipments = panel.subject.name == "shipment" and first.is_headline
    shipments = listing(snapshot, "shipments").to_dict("records") if has_shipments else []
    has_items = any(chart.has_items for chart in charts)
    return PanelData(
        panel=panel,
        reported=reported,
        period_sentences=_period_sentences(numbers, panel, period),
        charts=charts,
        bands=bands,
        events=marked,
        evidence=evidence(snapshot, panel, headlines, period, numbers.scope),
        empty=[
            (metric, _nothing(numbers, metric, period))
            for metric in _empty_metrics(panel, reported, charts)
        ],
        has_rule_matches=has_items or not first.rule or _has_rule_matches(snapshot, first.rule),
        shipments=[(row["shipped_by"], row["repositories"]) for row in shipments],
    )


def _requests(snapshot: Snapshot, metrics: Sequence[Metric], period: Window) -> Iterator[Request]:
    """Yield the windows of metrics that a page shows: weeks, quarters and the whole period."""
    for metric in metrics:
        if metric.chart not in CHART_FILES:
            yield metric, mature_weeks(snapshot, metric, period)
        if _is_line(metric):
            yield metric, mature_quarters(snapshot, metric, period)
        yield metric, [mature_window(snapshot, metric, period)]


def events(snapshot: Snapshot, period: Window) -> list[Event]:
    """Return the events of a period."""
    rows = listing(snapshot, "events", start_on=period.start_on, end_on=period.end_on)
    return [
        Event(
            row["name"],
            row["happened_on"].date(),
            timedelta(days=row["days"]),
            row["kind"],
        )
        for row in rows.to_dict("records")
    ]


def _bands(numbers: Numbers, panels: Sequence[Panel]) -> dict[str, list[Bounds]]:
    """Return the bounds of the quarters of each panel's first headline."""
    firsts = {panel.headlines[0].name: panel.headlines[0] for panel in panels if panel.headlines}
    if not firsts or numbers.scope.published is None:
        return {}
    kind, name = numbers.scope.published
    parameters = {"metrics": list(firsts), "scope_kind": kind, "scope": name}
    result: dict[str, list[Bounds]] = {}
    for row in records(listing(numbers.snapshot, "compared_quarters", **parameters)):
        if band := unchanged_band(firsts[row["metric"]], row):
            bounds = Window(row["window_start"], row["window_end"]), band
            result.setdefault(row["metric"], []).append(bounds)
    return result


def _chart(numbers: Numbers, metric: Metric, period: Window) -> MetricChart:
    frame = chart_frame(numbers, metric, period)
    quarters = numbers.quarters(metric, period) if _is_line(metric) else pd.DataFrame()
    return MetricChart(metric, frame, quarters)


def _is_line(metric: Metric) -> bool:
    return metric.chart not in CHART_FILES and metric.chart != "list"


def _period_sentences(numbers: Numbers, panel: Panel, period: Window) -> list[str]:
    """Return the sentences of metrics that have items and no headline above the chart."""
    is_other_query = panel.metrics[0].chart in CHART_FILES
    sentences = []
    for metric in panel.metrics:
        if panel.headlines and (metric.is_headline or not is_other_query):
            continue
        window = mature_window(numbers.snapshot, metric, period)
        row = numbers.of(metric, [window]).iloc[0]
        if row["n"]:
            text = number_sentence(metric, row["estimate"], row["n"], between(window))
            sentences.append(f"{text}.")
    return sentences


def _empty_metrics(
    panel: Panel, reported: Sequence[MetricHeadlines], charts: Sequence[MetricChart]
) -> list[Metric]:
    """Return the metrics whose lack of items needs a notice.

    A headline already reports it, unless there are rules to show.
    """
    mains = [item.main for item in reported if item.main]
    reported_empty = [main.metric for main in mains if not main.n_current]
    empty = [
        chart.metric
        for chart in charts
        if not chart.has_items
        and (
            chart.metric not in reported_empty or chart.metric.rests_on_rules or chart.metric.needs
        )
    ]
    if panel.metrics[0].chart == "line":
        return empty
    is_drawn = panel.metrics[0].chart != "list" and any(chart.has_items for chart in charts)
    return [] if is_drawn else empty[:1]  # they share what the chart would show


def _nothing(numbers: Numbers, metric: Metric, period: Window) -> str:
    """Return the sentence of a metric without items: what is unknown, or that there is none."""
    snapshot = numbers.snapshot
    if metric.needs and not listing(snapshot, "connected")[KNOWN[metric.needs]].iloc[0]:
        return UNKNOWN[metric.needs]
    window = mature_window(snapshot, metric, period)
    row = numbers.of(metric, [window]).iloc[0]
    missing = missing_sentence(metric, int(row["n"]), int(row["n_missing"]))
    return f"{metric.nothing.format(period=between(window))}.{missing}"


def _has_rule_matches(snapshot: Snapshot, rule: str) -> bool:
    """Return whether any metric of a kind of label rules has ever had an item."""
    windows, counts = [history(snapshot)], ["n", "n_missing", "n_excluded"]
    metrics = [metric for metric in METRICS if metric.rule == rule and metric.chart != "ages"]
    frames = page_estimates(snapshot, [(metric, windows) for metric in metrics], Scope())
    return any(frame[counts].to_numpy().sum() for frame in frames)
