"""Panels: headlines, chart data, notes and evidence of a panel in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from queries.catalog.catalog import METRICS, Panel
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.charts import CHART_FILES, chart_frame
from queries.read.evidence import Evidence, evidence, history, mature_window
from queries.read.headlines import Headline, MetricHeadlines, metric_headlines
from queries.read.listings import records
from queries.read.overview import unchanged_band
from queries.read.snapshot import Snapshot, listing
from queries.statistics.estimates import by_quarter, estimates, unsupported_filters
from queries.statistics.windows import Event, Window
from queries.text.next_steps import KNOWN, UNKNOWN
from queries.text.sentences import between, missing_sentence, number_sentence


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
    #: quarters of the first headline with the values between which they would lie unchanged
    bands: Sequence[tuple[Window, tuple[float, float]]]
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


def panel_data(snapshot: Snapshot, panel: Panel, period: Window, scope: Scope) -> PanelData:
    """Return the content of a panel."""
    first = panel.metrics[0]
    reported = [
        metric_headlines(snapshot, metric, scope, period.end_on) for metric in panel.headlines
    ]
    headlines = [headline for item in reported for headline in item.all]
    charts = [_chart(snapshot, metric, period, scope) for metric in panel.metrics]
    has_shipments = panel.subject.name == "shipment" and first.is_headline
    shipments = listing(snapshot, "shipments").to_dict("records") if has_shipments else []
    return PanelData(
        panel=panel,
        reported=reported,
        period_sentences=_period_sentences(snapshot, panel, period, scope),
        charts=charts,
        bands=_bands(snapshot, panel, scope),
        events=events(snapshot, period),
        evidence=evidence(snapshot, panel, headlines, period, scope),
        empty=[
            (metric, _nothing(snapshot, metric, period, scope))
            for metric in _empty_metrics(panel, reported, charts)
        ],
        has_rule_matches=not first.rule or _has_rule_matches(snapshot, first.rule),
        shipments=[(row["shipped_by"], row["repositories"]) for row in shipments],
    )


def supported(panels: Sequence[Panel], scope: Scope) -> tuple[list[Panel], list[Panel]]:
    """Return the panels that a scope can filter, and the others."""
    hidden = [panel for panel in panels if unsupported_filters(panel.metrics[0], scope)]
    return [panel for panel in panels if panel not in hidden], hidden


def events(snapshot: Snapshot, period: Window) -> list[Event]:
    """Return the events of a period."""
    rows = listing(snapshot, "events", start_on=period.start_on, end_on=period.end_on)
    return [
        Event(row["name"], row["happened_on"].date(), timedelta(days=row["transition_days"]))
        for row in rows.to_dict("records")
    ]


def _bands(
    snapshot: Snapshot, panel: Panel, scope: Scope
) -> list[tuple[Window, tuple[float, float]]]:
    if not panel.headlines or scope.published is None:
        return []
    kind, name = scope.published
    parameters = {"metric": panel.headlines[0].name, "scope_kind": kind, "scope": name}
    return [
        (Window(row["window_start"], row["window_end"]), band)
        for row in records(listing(snapshot, "compared_quarters", **parameters))
        if (band := unchanged_band(row))
    ]


def _chart(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> MetricChart:
    frame = chart_frame(snapshot, metric, period, scope)
    is_line = metric.chart not in CHART_FILES and metric.chart != "list"
    quarters = by_quarter(snapshot, metric, period, scope) if is_line else pd.DataFrame()
    return MetricChart(metric, frame, quarters)


def _period_sentences(snapshot: Snapshot, panel: Panel, period: Window, scope: Scope) -> list[str]:
    """Return the sentences of metrics that have items and no headline above the chart."""
    is_other_query = panel.metrics[0].chart in CHART_FILES
    sentences = []
    for metric in panel.metrics:
        if panel.headlines and (metric.is_headline or not is_other_query):
            continue
        window = mature_window(snapshot, metric, period)
        row = estimates(snapshot, metric, [window], scope).iloc[0]
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


def _nothing(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> str:
    """Return the sentence of a metric without items: what is unknown, or that there is none."""
    if metric.needs and not listing(snapshot, "connected")[KNOWN[metric.needs]].iloc[0]:
        return UNKNOWN[metric.needs]
    window = mature_window(snapshot, metric, period)
    row = estimates(snapshot, metric, [window], scope).iloc[0]
    missing = missing_sentence(metric, int(row["n"]), int(row["n_missing"]))
    return f"{metric.nothing.format(period=between(window))}.{missing}"


def _has_rule_matches(snapshot: Snapshot, rule: str) -> bool:
    """Return whether any metric of a kind of label rules has ever had an item."""
    windows, counts = [history(snapshot)], ["n", "n_missing", "n_excluded"]
    metrics = [metric for metric in METRICS if metric.rule == rule and metric.chart != "ages"]
    frames = (estimates(snapshot, metric, windows, Scope())[counts] for metric in metrics)
    return any(frame.to_numpy().sum() for frame in frames)
