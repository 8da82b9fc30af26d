"""One answer on a page: the sentence, what stands beside it, the chart that shows it, and the way to its evidence."""

from __future__ import annotations

import html
from datetime import timedelta

import streamlit as st

from pages import notices, reads, trail
from pages.controls import View
from pages.figures import Drawing
from pages.notices import plain, typeset
from queries import evidence, sentences
from queries.catalog import Metric, Page, Panel, headlines_of
from queries.headlines import Headline, Told, is_exploratory
from queries.sentences import dates, day, effect_shown, shown

SMALL = {"staticPlot": True}
LEAD = "font-size:1.25rem;line-height:1.5;margin:0"


def heading(title: str, view: View) -> None:
    """Draw a page's title, how fresh it is, and what it is limited to; stop where nothing is left."""
    st.title(title, anchor=False)
    st.caption(plain(_freshness(view)))
    if view.filters:
        exploratory = " Exploratory: no verdict exists for a filtered view." if is_exploratory(view.scope) else ""
        st.markdown(f":material/filter_alt: Only {plain(view.filters)}.{exploratory}")
        if reads.is_empty(view):
            notices.nothing_in_view(view)
            st.stop()


def show(panel: Panel, view: View) -> None:
    """Draw a panel: its headlines as sentences, its chart, and the way to the evidence."""
    st.header(panel.title, anchor=False)
    told = [reads.told(metric, view) for metric in panel.headlines]
    for one in told:
        _tell(one)
    if not panel.headlines:
        _tell_period(panel.metrics[0], view)
    for metric in panel.metrics:
        if not reads.charted(metric, view)["n"].sum():
            notices.no_items(metric, _during(metric, view), view)
    drawing = reads.drawing(panel, view)
    if drawing:
        _draw(drawing, panel.title)
    if panel.metrics[0].chart == "ages":
        trail.oldest(panel, view)
    trail.show(panel, [headline for one in told for headline in one.all], drawing, view)


def summary(page: Page, view: View) -> None:
    """Draw a page's headlines in short: the first as a sentence, and each as a figure with a small chart."""
    told = [reads.told(metric, view) for metric in headlines_of(page)]
    _tell(told[0])
    with st.grid(min_column_width=200):
        for one in told:
            _tile(one, view)
    with st.expander("What these numbers rest on", on_change="rerun", key=f"basis {page.name}") as basis:
        if basis.open:
            panel = Panel(page.title, tuple(headlines_of(page)))
            trail.measured(panel, [headline for one in told for headline in one.all], view)


def _freshness(view: View) -> str:
    about, at = view.facts, view.snapshot.published_at
    said = f"Data to the end of {day(about.as_of)}, published {day(at)} at {at:%H:%M} (UTC)"
    said += f" · {about.repositories} {'repository' if about.repositories == 1 else 'repositories'}"
    said += f" · charts: {dates(view.period)}."
    if about.is_silent and about.last_day:
        said += f" Nothing has happened since {day(about.last_day)}, so periods end there."
    if about.unread:
        names = ", ".join(
            f"{repo} ({f'read to the end of {day(until)}' if until else 'not read yet'})"
            for repo, until in about.unread
        )
        said += f" Left out of what they were not read for: {names}."
    return said


def _lead(text: str) -> None:
    st.html(f'<p style="{LEAD}">{html.escape(typeset(text))}</p>')


def _tell(told: Told) -> None:
    """The sentence, and under it the year before, the quarter so far, and the verdict or why there is none."""
    main = told.main
    if main is None:
        _lead("No quarter is complete in this period.")
        return
    _lead(main.sentence)
    if main.n_current:
        asides = [beside.aside for beside in (told.year, told.so_far) if beside]
        verdict = main.verdict or main.reason
        st.caption(plain(" ".join([*asides, f"{verdict[0].upper()}{verdict[1:]}."])))


def _tell_period(metric: Metric, view: View) -> None:
    """The sentence of a metric that is not compared by quarter: over the period shown."""
    found = reads.total(metric, view).iloc[0]
    if found["n"]:
        _lead(f"{sentences.plain(metric, found['estimate'], found['n'], _during(metric, view))}.")


def _during(metric: Metric, view: View) -> str:
    window = evidence.whole(view.snapshot, metric, view.period)
    return f"between {day(window.start_on)} and {day(window.end_on - timedelta(days=1))}"


def _tile(told: Told, view: View) -> None:
    main = told.main
    if main is None:
        return
    metric = main.metric
    with st.container(border=True, gap="xsmall", height="stretch"):
        st.metric(metric.title, shown(main.current, metric.unit) if main.n_current else "–")
        st.caption(plain(_tile_text(main)))
        if reads.charted(metric, view)["n"].sum():
            _draw(reads.sparkline(metric, view), f"spark {metric.name}")


def _tile_text(main: Headline) -> str:
    if main.effect is None:
        before = "not comparable with" if main.n_current and main.n_baseline else "nothing to compare with in"
        return f"{main.quarter}, n = {main.n_current:,}; {before} the quarter before"
    change = effect_shown(main.effect, main.effect_kind, main.metric.unit)
    before = f"{shown(main.baseline, main.metric.unit)} in the quarter before"
    return f"{main.quarter}, n = {main.n_current:,}; {change}: {before}, n = {main.n_baseline:,}"


def _draw(drawing: Drawing, name: str) -> None:
    st.plotly_chart(
        drawing.figure, config=SMALL if drawing.is_small else trail.CONFIG, alt=drawing.alt, key=f"chart {name}"
    )
    if drawing.notes:
        st.caption(plain(" ".join(drawing.notes)))
