"""One answer on a page: the sentence, what stands beside it, the chart that shows it, and the way to its evidence."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from headway.ui.charts.time_series import Drawing
from headway.ui.parts import cache, evidence_drawer, filters, notices
from headway.ui.parts.filters import View
from headway.ui.parts.notices import plain, typeset
from queries.catalog import catalog
from queries.catalog.catalog import Panel
from queries.catalog.metric import COUNTED, Metric, Page
from queries.read import evidence
from queries.read.charts import OWN
from queries.read.headlines import Headline, Told, is_exploratory
from queries.statistics.estimates import not_known_of
from queries.text import sentences
from queries.text.sentences import dates, day, effect_shown, shown, with_n

SMALL = {"staticPlot": True}
LEAD = "font-size:1.25rem;line-height:1.5;margin:0"


def heading(title: str, view: View) -> None:
    """Draw a page's title, how fresh it is, and what it is limited to; stop where nothing is left."""
    st.title(title, anchor=False)
    st.caption(plain(_freshness(view)))
    about = catalog.beside("data")
    if title != about.title:
        st.page_link(
            about.file,
            label="What was read, and whether it agrees with GitHub",
            icon=":material/fact_check:",
        )
    if view.filters:
        exploratory = (
            " Exploratory: no verdict exists for a filtered view."
            if is_exploratory(view.scope)
            else ""
        )
        st.markdown(f":material/filter_alt: Only {plain(view.filters)}.{exploratory}")
        if cache.is_empty(view):
            notices.nothing_in_view(view)
            st.stop()


def page(name: str) -> None:
    """Draw a page of the catalogue: its question, and its panels with their evidence."""
    result, view = catalog.page(name), filters.view()
    heading(result.title, view)
    show_panels(catalog.panels(result), view)


def show_panels(panels: Sequence[Panel], view: View) -> None:
    """Draw those panels of a page that can be told apart by what is filtered, and name the others."""
    known_values = [panel for panel in panels if not not_known_of(panel.metrics[0], view.scope)]
    notices.not_apart([panel for panel in panels if panel not in known_values], view)
    unmatched: set[str] = set()
    for panel in known_values:
        rule = panel.metrics[0].rule
        if rule not in unmatched:
            show(panel, view)
        if rule and not cache.has_matched(rule, view):
            unmatched.add(rule)  # said once; its other panels would be as empty


def show(panel: Panel, view: View) -> None:
    """Draw a panel: its headlines as sentences, its chart, and the way to the evidence."""
    st.header(panel.title, anchor=False)
    reported = [cache.told(metric, view) for metric in panel.headlines]
    for item in reported:
        _tell(item)
    first = panel.metrics[0]
    remainder = [
        m
        for m in panel.metrics
        if not panel.headlines or (first.chart in OWN and not m.is_headline)
    ]
    _tell_period(remainder, view, is_lead=not panel.headlines)
    drawing = cache.drawing(panel, view)
    for metric in _without_items(panel, reported, drawing, view):
        notices.no_items(metric, _during(metric, view), view)
    if panel.subject.name == "shipment" and first.is_headline:
        notices.shipments(view)
    if drawing:
        draw(drawing, panel.title)
    if first.chart == "ages":
        evidence_drawer.oldest(panel, view)
    elif first.chart == "list" or first.is_listed:
        evidence_drawer.newest(panel, view)
    evidence_drawer.show(
        panel, [headline for item in reported for headline in item.all], drawing, view
    )


def _without_items(
    panel: Panel, reported: Sequence[Told], drawing: Drawing | None, view: View
) -> list[Metric]:
    """The metrics of which it must be said that there is nothing: no sentence says it, or there are rules to show."""
    message = [item.main.metric for item in reported if item.main and not item.main.n_current]
    result = [
        metric
        for metric in panel.metrics
        if not cache.charted(metric, view)["n"].sum()
        and (metric not in message or metric.rests_on_rules)
    ]
    if panel.metrics[0].chart == "line":
        return result
    return [] if drawing else result[:1]  # they share what the chart would show


def summary(page: Page, view: View) -> None:
    """Draw what the overview shows of a page: the first number as a sentence, and each with a small chart."""
    shown_here = [catalog.metric(name) for name in page.overview]
    known_values = [metric for metric in shown_here if not not_known_of(metric, view.scope)]
    notices.not_apart(
        [Panel(metric.title, (metric,)) for metric in shown_here if metric not in known_values],
        view,
    )
    if not known_values:
        return
    reported = [cache.told(metric, view) for metric in known_values]
    _tell(reported[0])
    with st.grid(min_column_width=200):
        for item in reported:
            _tile(item, view)
    with st.expander(
        "What these numbers rest on", on_change="rerun", key=f"basis {page.name}"
    ) as basis:
        if basis.open:
            evidence_drawer.measured(
                Panel(page.title, tuple(known_values)),
                [headline for item in reported for headline in item.all],
                view,
            )


def _freshness(view: View) -> str:
    about, at = view.facts, view.snapshot.published_at
    message = f"Data to the end of {day(about.as_of)}, published {day(at)} at {at:%H:%M} (UTC)"
    message += (
        f" · {about.repositories} {'repository' if about.repositories == 1 else 'repositories'}"
    )
    message += (
        f", {about.imported} imported {'project' if about.imported == 1 else 'projects'}"
        if about.imported
        else ""
    )
    message += f" · charts: {dates(view.period)}."
    if about.is_silent and about.last_day:
        message += f" Nothing has happened since {day(about.last_day)}, so periods end there."
    if about.unread:
        names = ", ".join(
            f"{repo} ({f'read to the end of {day(until)}' if until else 'not read yet'})"
            for repo, until in about.unread
        )
        message += f" Left out of what they were not read for: {names}."
    return message


def lead(text: str) -> None:
    """Draw a sentence that answers."""
    st.html(f'<p style="{LEAD}">{html.escape(typeset(text))}</p>')


def _tell(reported: Told) -> None:
    """The sentence, and under it the year before, the quarter so far, and the verdict or why there is none."""
    main = reported.main
    if main is None:
        lead("No quarter is complete in this period.")
        return
    lead(main.sentence)
    if main.is_known:
        asides = [beside.aside for beside in (reported.year, reported.so_far) if beside]
        verdict = main.verdict or main.reason
        st.caption(plain(" ".join([*asides, f"{verdict[0].upper()}{verdict[1:]}."])))


def _tell_period(metrics: Sequence[Metric], view: View, is_lead: bool) -> None:
    """The sentences of metrics that are not compared by quarter: over the period shown, the first as the lead if so."""
    result = [(metric, cache.total(metric, view).iloc[0]) for metric in metrics]
    message = [
        f"{sentences.plain(metric, row['estimate'], row['n'], _during(metric, view))}."
        for metric, row in result
        if row["n"]
    ]
    if is_lead and message:
        lead(message.pop(0))
    if message:
        st.caption(plain(" ".join(message)))


def _during(metric: Metric, view: View) -> str:
    window = evidence.whole(view.snapshot, metric, view.period)
    return f"between {day(window.start_on)} and {day(window.end_on - timedelta(days=1))}"


def _tile(reported: Told, view: View) -> None:
    main = reported.main
    if main is None:
        return
    metric = main.metric
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.metric(metric.title, shown(main.current, metric.unit) if main.is_known else "–")
        st.caption(plain(_tile_text(main)))
        if cache.weekly(metric, view)["n"].sum():
            draw(cache.sparkline(metric, view), f"spark {metric.name}")


def _tile_text(main: Headline) -> str:
    metric = main.metric
    if not main.is_known:
        return f"{main.quarter}, {'not measured' if metric.aggregate in COUNTED else 'n = 0'}"
    quarter = (
        main.quarter if metric.aggregate == "count" else f"{main.quarter}, n = {main.n_current:,}"
    )
    if main.effect is None:
        return f"{quarter}; nothing to compare with in the quarter before"
    change = effect_shown(main.effect, main.effect_kind, metric.unit)
    return f"{quarter}; {change}: {with_n(metric, main.baseline, main.n_baseline)} in the quarter before"


def draw(drawing: Drawing, name: str) -> None:
    """Draw a chart with what must be known to read it."""
    st.plotly_chart(
        drawing.figure,
        config=SMALL if drawing.is_small else evidence_drawer.CONFIG,
        alt=drawing.alt,
        key=f"chart {name}",
    )
    if drawing.notes:
        st.caption(plain(" ".join(drawing.notes)))
