"""Answers of pages: sentence, notes, chart and evidence of a panel."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from headway.ui.charts.figure import Drawing
from headway.ui.charts.panel_chart import draw_panel, draw_sparkline
from headway.ui.parts import cache, evidence_drawer, filters, notices
from headway.ui.parts.chart import draw
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, count, escape, lead
from queries.catalog import catalog
from queries.catalog.catalog import Panel
from queries.catalog.metric import Page
from queries.read.filters import SnapshotInfo, is_empty
from queries.read.headlines import Headline, MetricHeadlines, is_exploratory
from queries.read.panels import PanelData, page_summary, panel_data, supported
from queries.text.sentences import chart_subtitle, dates, day, short_value, tile_text


def heading(title: str, view: View) -> None:
    """Draw title, freshness and filters of a page; stop if the filters match nothing."""
    st.title(title, anchor=False)
    published = view.snapshot.published_at
    fresh = f"published {day(published)} at {published:%H:%M} (UTC)"
    caption(f"Data through {day(view.info.as_of)}, {fresh} · {_extent(view.info)}", _gaps(view))
    data_page = catalog.extra_page("data")
    if title != data_page.title:
        label = "Completeness of the data, and agreement with GitHub"
        st.page_link(data_page.file, label=label, icon=":material/fact_check:")
    if view.filters:
        exploratory = ""
        if is_exploratory(view.scope):
            exploratory = " Exploratory: no verdict exists for a filtered view."
        st.markdown(f":material/filter_alt: Only {escape(view.filters)}.{exploratory}")
        if cache.load(is_empty, view, view.scope):
            notices.nothing_in_view(view)
            st.stop()


def _extent(info: SnapshotInfo) -> str:
    text = count(info.repositories, "repository", "repositories")
    if info.imported:
        text += f", {count(info.imported, 'imported project', 'imported projects')}"
    return text


def _gaps(view: View) -> str:
    """Return the period of the charts, and why data is missing in it."""
    info, text = view.info, f"· charts: {dates(view.period)}."
    if info.is_silent and info.last_day:
        text += f" Nothing has happened since {day(info.last_day)}, so periods end there."
    if info.unread:
        names = ", ".join(
            f"{repo} ({f'synced through {day(until)}' if until else 'not synced yet'})"
            for repo, until in info.unread
        )
        text += f" Left out after their last synced day: {names}."
    return text


def page(name: str) -> None:
    """Draw a page of the catalogue with its panels."""
    content, view = catalog.page(name), filters.view()
    heading(content.title, view)
    show_panels(catalog.panels(content), view)


def show_panels(panels: Sequence[Panel], view: View) -> None:
    """Draw the panels that the filters apply to, and a notice about the others."""
    visible, hidden = supported(panels, view.scope)
    notices.unsupported(hidden, view)
    unmatched: set[str] = set()
    for panel in visible:
        rule = panel.metrics[0].rule
        if rule not in unmatched:  # other panels of an unmatched rule are empty too
            data = load(panel, view)
            show(data, view)
            unmatched |= set() if data.has_rule_matches else {rule}


def load(panel: Panel, view: View) -> PanelData:
    """Return the content of a panel."""
    return cache.load(panel_data, view, panel, view.period, view.scope)


def show(data: PanelData, view: View) -> None:
    """Draw a panel."""
    panel = data.panel
    st.header(panel.title, anchor=False)
    for reported in data.reported:
        _headline(reported)
    sentences = list(data.period_sentences)
    if sentences and not panel.headlines:
        lead(sentences.pop(0))
    caption(*sentences)
    for metric, sentence in data.empty:
        notices.no_items(metric, sentence, data.has_rule_matches, view)
    notices.shipments(data.shipments)
    chart = draw_panel(data, _origin(data, view), view.period)
    if chart:
        draw(chart, panel.title)
    if panel.metrics[0].chart == "ages":
        evidence_drawer.oldest(data, view)
    elif panel.metrics[0].chart == "list" or panel.metrics[0].is_listed:
        evidence_drawer.newest(data, view)
    evidence_drawer.show(data, chart, view)


def _origin(data: PanelData, view: View) -> str:
    """Return the subtitle of a panel's chart."""
    first = data.drawn[0].metric if data.drawn else data.panel.metrics[0]
    subtitle = chart_subtitle(first, view.snapshot.as_of)
    synthetic = "synthetic data" if view.snapshot.is_synthetic else ""
    return " · ".join(text for text in (subtitle, view.filters, synthetic) if text)


def _headline(reported: MetricHeadlines) -> None:
    """Draw the sentence, the year before, the quarter so far, and the verdict."""
    main, visible = reported.main, reported.visible
    if visible is None:
        lead("No quarter is complete in this period.")
        return
    lead(visible.sentence)
    if visible is not main:  # the first quarter is not over
        caption(*([main.sentence] if main else []))
    elif visible.is_known:
        notes = [headline.note for headline in (reported.year, reported.so_far) if headline]
        verdict = visible.verdict or visible.reason
        caption(*notes, f"{verdict[0].upper()}{verdict[1:]}.")


def summary(page: Page, view: View) -> None:
    """Draw a page on the overview: its first number as a sentence, all as tiles."""
    metrics = [catalog.metric(name) for name in page.overview]
    panels = [Panel(metric.title, (metric,)) for metric in metrics]
    visible, hidden = supported(panels, view.scope)
    notices.unsupported(hidden, view)
    if not visible:
        return
    metrics = [panel.metrics[0] for panel in visible]
    data = cache.load(page_summary, view, metrics, view.period, view.scope)
    _headline(data.reported[0])
    with st.grid(min_column_width=200):
        for metric, reported, weekly in zip(metrics, data.reported, data.weekly, strict=True):
            if reported.visible and reported.visible.is_known:
                _tile(reported.visible, draw_sparkline(metric, weekly))
    key = f"basis {page.name}"
    with st.expander("Definitions and counts", on_change="rerun", key=key) as basis:
        if basis.open:
            headlines = [headline for reported in data.reported for headline in reported.all]
            evidence_drawer.definitions(Panel(page.title, tuple(metrics)), headlines, view)


def _tile(headline: Headline, sparkline: Drawing | None) -> None:
    metric = headline.metric
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.metric(metric.title, short_value(metric, headline.current, headline.n_current))
        caption(tile_text(metric, headline.quarter, headline.status, vars(headline)))
        if sparkline:
            draw(sparkline, f"spark {metric.name}")
