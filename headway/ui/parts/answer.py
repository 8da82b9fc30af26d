"""Answers of pages: sentence, notes, chart and evidence of a panel."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from headway.ui.charts.panel_chart import draw_panel
from headway.ui.parts import (
    cache,
    comparison,
    evidence_drawer,
    filters,
    notices,
    overview_html,
)
from headway.ui.parts.chart import draw
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, count, escape, lead
from queries.catalog import catalog
from queries.catalog.catalog import Panel
from queries.catalog.metric import Page
from queries.read.filters import SnapshotInfo, is_empty
from queries.read.headlines import MetricHeadlines, is_exploratory
from queries.read.panels import PanelData, panels_data, supported
from queries.text.sentences import capitalised, chart_subtitle, day


def heading(title: str, view: View) -> None:
    """Draw freshness, title and filters of a page; stop if the filters match nothing."""
    data_page = catalog.extra_page("data")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if view.snapshot.is_synthetic:
            notices.synthetic()
        caption(f"Data through {day(view.info.as_of)} · {_extent(view.info)}{_gaps(view)}")
        if title != data_page.title:
            st.page_link(data_page.file, label="Is it complete?", icon=":material/fact_check:")
    st.title(title, anchor=False)
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
    """Return why data is missing in the period of the charts."""
    info, text = view.info, ""
    if info.is_silent and info.last_day:
        text += f". Nothing has happened since {day(info.last_day)}, so periods end there"
    if info.unread:
        names = ", ".join(
            f"{repo} ({f'synced through {day(until)}' if until else 'not synced yet'})"
            for repo, until in info.unread
        )
        text += f". Left out after their last synced day: {names}"
    return text


def page(name: str) -> None:
    """Draw a page of the catalogue with its panels."""
    content, view = catalog.page(name), filters.view()
    heading(content.title, view)
    verdicts(content, view)
    show_panels(catalog.panels(content), view)


def verdicts(page: Page, view: View) -> None:
    """Draw the verdicts of a page's headlines under the chosen comparison."""
    data = comparison.read(view)
    comparison.switch(data)
    if items := data.of_page(page):
        comparison.draw(overview_html.answers(items))


def show_panels(panels: Sequence[Panel], view: View) -> None:
    """Draw the panels that the filters apply to, and a notice about the others."""
    visible, hidden = supported(panels, view.scope)
    notices.unsupported(hidden, view)
    unmatched: set[str] = set()
    for data in load(visible, view):
        rule = data.panel.metrics[0].rule
        if rule not in unmatched:  # other panels of an unmatched rule are empty too
            show(data, view)
            unmatched |= set() if data.has_rule_matches else {rule}


def load(panels: Sequence[Panel], view: View) -> list[PanelData]:
    """Return the content of panels of a page."""
    return cache.load(panels_data, view, panels, view.period, view.scope) if panels else []


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
        caption(*notes, f"{capitalised(verdict)}.")
