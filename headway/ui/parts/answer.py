"""Answers of pages: sentence, notes, chart and evidence of a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from headway.ui.charts.figure import Drawing
from headway.ui.charts.panel_chart import draw_panel
from headway.ui.parts import (
    cache,
    comparison,
    evidence_drawer,
    filters,
    notices,
    overview_html,
    question,
)
from headway.ui.parts.chart import draw
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, lead, slug
from queries.catalog import catalog
from queries.catalog.catalog import Panel
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.evidence import mature_window
from queries.read.headline import MetricHeadlines
from queries.read.numbers import Numbers
from queries.read.overview import MetricAnswer
from queries.read.panels import PanelData, panels_data
from queries.read.snapshot import Snapshot
from queries.statistics.estimates import supported_scope
from queries.statistics.windows import Window
from queries.text.question_text import closed_line, number, position
from queries.text.sentences import capitalised, chart_subtitle, lowered

Answers = Mapping[str, MetricAnswer]
#: parts of long pages, by title, with the rule of their panels
PARTS = {
    "experience": {
        "UX debt": "ux debt",
        "Experiments": "experiment",
        "Response to customers": "feedback",
    }
}
Section = Callable[[MetricAnswer | None, View], None]


def heading(title: str, view: View, question_name: str = "", *, is_here: bool = False) -> None:
    """Draw freshness, title and filters of a page; stop if the filters match nothing."""
    question.origin(view, question_name, is_here=is_here)
    st.title(title, anchor=False)
    question.scope_line(view)


def page(name: str, section: Section | None = None) -> None:
    """Draw a page of the catalogue; ``section`` is drawn below its first answer."""
    content, view = catalog.page(name), filters.view()
    data = comparison.read(view)
    items = question.answers(content, data, view)
    if not items:
        heading(content.title, view, position(content))
        if section:
            section(None, view)
        show_panels(catalog.panels(content), view)
        return
    main = items[0]
    question.head(content, main, data, view)
    panels = catalog.panels(content)
    first = next(panel for panel in panels if panel_has(panel, main))
    if main.row["current"] is None:  # the panel names the missing data
        is_weekly = question.weeks_switch()
        show(load(first, view), view, is_weekly, has_title=False)
    elif is_weekly := question.quarters(main, view):
        weeks(load(first, view), view)
    question.beside(content, main, view)
    question.in_the_way(main, data)
    evidence_drawer.show_answer(main, first, view)
    if section:
        section(main, view)
    by_name = {item.metric.name: item for item in items}
    parts = PARTS.get(name, {})
    for title, rule in parts.items():
        own = [panel for panel in panels if panel.metrics[0].rule == rule]
        part(title, own, by_name, view, is_weekly)
    if not parts:
        question.compare_teams(main, view)
        rest(first, main, by_name, view)
        for panel in panels:
            if panel is not first:
                more(panel, by_name, view, is_weekly)


def part(
    title: str, panels: Sequence[Panel], by_name: Answers, view: View, is_weekly: bool
) -> None:
    """Draw a part of a page: its own anchor, a line for each verdict, and its closed panels."""
    st.header(title, anchor=slug(title))
    metrics = [metric for panel in panels for metric in panel.metrics]
    if items := [by_name[metric.name] for metric in metrics if metric.name in by_name]:
        comparison.draw(overview_html.answers(items))
    for panel in panels:
        more(panel, by_name, view, is_weekly)


def panel_has(panel: Panel, item: MetricAnswer) -> bool:
    """Return whether a panel is about the metric of an answer."""
    return item.metric.name in [metric.name for metric in panel.metrics]


def show_panels(panels: Sequence[Panel], view: View) -> None:
    """Draw panels below each other."""
    unmatched: set[str] = set()
    is_weekly = (
        any(panel.metrics[0].chart == "line" for panel in panels) and question.weeks_switch()
    )
    for panel in panels:
        rule = panel.metrics[0].rule
        if rule not in unmatched:  # other panels of an unmatched rule are empty too
            data = load(panel, view)
            show(data, view, is_weekly)
            unmatched |= set() if data.has_rule_matches else {rule}


def load(panel: Panel, view: View) -> PanelData:
    """Return the content of a panel under the filters that its items have a column for."""
    scope = supported_scope(panel.metrics[0], view.scope)
    (data,) = cache.load(panels_data, view, [panel], view.period, scope)
    return data


def show(data: PanelData, view: View, is_weekly: bool, *, has_title: bool = True) -> None:
    """Draw a panel."""
    panel = data.panel
    view = notices.narrowed(panel.metrics[0], view)
    if has_title:
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
    chart = drawn(data, view, is_weekly)
    if chart:
        draw(chart, panel.title)
    if panel.metrics[0].chart == "ages":
        evidence_drawer.oldest(data, view)
    elif panel.metrics[0].chart == "list" or panel.metrics[0].is_listed:
        evidence_drawer.newest(data, view)
    evidence_drawer.show(data, chart, view)


def drawn(data: PanelData, view: View, is_weekly: bool) -> Drawing | None:
    """Return the chart of a panel with the target of its first metric."""
    goal = question.target_of(data.panel.metrics[0], view)
    return draw_panel(data, _origin(data, view), view.period, is_weekly, goal)


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


def weeks(data: PanelData, view: View) -> None:
    """Draw the chart of a panel by week."""
    chart = drawn(data, view, is_weekly=True)
    if chart:
        draw(chart, f"{data.panel.title} by week")


def rest(panel: Panel, main: MetricAnswer, by_name: Answers, view: View) -> None:
    """Draw the first panel in words and by quarter, with its other metrics, closed."""
    text = " · ".join(
        f"{lowered(metric.title)} {_number(metric, by_name, view)}"
        for metric in panel.metrics
        if metric.name != main.metric.name
    )
    with question.fold(panel.title, text or "in words") as is_open:
        if is_open:
            show(load(panel, view), view, is_weekly=False, has_title=False)


def more(panel: Panel, by_name: Answers, view: View, is_weekly: bool) -> None:
    """Draw a further panel, closed, with its number."""
    first = next((metric for metric in panel.metrics if metric.name in by_name), panel.metrics[0])
    text = _number(first, by_name, view)
    if len(panel.metrics) > 1 and not first.title.startswith(panel.title):
        text = f"{lowered(first.title)} {text}"
    with question.fold(panel.title, text) as is_open:
        if is_open:
            show(load(panel, view), view, is_weekly, has_title=False)


def _number(metric: Metric, by_name: Answers, view: View) -> str:
    """Return the number of a metric for a closed line."""
    if item := by_name.get(metric.name):
        return closed_line(metric, item.row)
    return cache.load(_latest, view, metric, view.period, view.scope)


def _latest(snapshot: Snapshot, metric: Metric, period: Window, scope: Scope) -> str:
    """Return the number of a metric over a period."""
    own = supported_scope(metric, scope)
    window = mature_window(snapshot, metric, period)
    row = Numbers(snapshot, own).of(metric, [window]).iloc[0]
    return number(metric, row["estimate"], int(row["n"]))
