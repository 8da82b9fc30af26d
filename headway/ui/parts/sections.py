"""Sections of pages that show one listing: sentence, chart or rows, and evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from headway.ui.charts.figure import Drawing
from headway.ui.charts.spend_charts import DOLLARS
from headway.ui.charts.time_series import Chart
from headway.ui.parts import cache, evidence_drawer, notices, question
from headway.ui.parts.chart import draw
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, escape, lead
from queries.read.listings import ListingQuery, listing_query
from queries.read.panels import events
from queries.text.sentences import Axis
from queries.text.spend_text import unpriced_sentence


def show(
    query: ListingQuery,
    view: View,
    sentence: str | None = None,
    notes: Sequence[str] = (),
    drawing: Drawing | None = None,
    is_table: bool = False,
) -> None:
    """Draw a section with its title, sentence and notes."""
    st.header(query.title, anchor=False)
    if sentence:
        lead(sentence)
    body(query, view, drawing, notes, is_table)


def body(
    query: ListingQuery,
    view: View,
    drawing: Drawing | None = None,
    notes: Sequence[str] = (),
    is_table: bool = False,
) -> None:
    """Draw notes, the chart or the rows of a section, and the evidence."""
    caption(*notes)
    if drawing:
        draw(drawing, query.title)
    if is_table:
        evidence_drawer.table(cache.rows(query, view), query.title)
    evidence_drawer.show_listing(query, drawing, view)


def folded(
    query: ListingQuery,
    view: View,
    text: str,
    notes: Sequence[str] = (),
    drawing: Callable[[], Drawing] | None = None,
) -> None:
    """Draw a closed section with its number; its chart or its rows are drawn if it is open."""
    with question.fold(query.title, text.removesuffix(".")) as is_open:
        if is_open:
            drawn = drawing() if drawing else None
            body(query, view, drawn, notes, is_table=drawing is None)


def empty(title: str, reason: str) -> None:
    """Draw a section without data, and the reason."""
    st.header(title, anchor=False)
    st.info(escape(reason), icon=":material/search_off:")


def chart(title: str, subtitle: str, view: View, axis: Axis = DOLLARS) -> Chart:
    """Return an empty chart over the period with its events."""
    marked = cache.load(events, view, view.period)
    return Chart(title, origin(subtitle, view), axis, view.period, events=marked)


def origin(subtitle: str, view: View) -> str:
    """Return the subtitle of a chart, with a mark for synthetic data."""
    return f"{subtitle} · synthetic data" if view.snapshot.is_synthetic else subtitle


def knows_spend(view: View) -> bool:
    """Return whether any spend counts."""
    (facts,) = cache.row_values(ListingQuery("Spend", "spend_facts"), view)
    return bool(facts["counted"])


def has_spend(view: View) -> bool:
    """Return whether any spend counts; draw a notice if none does or filters are ignored."""
    if not knows_spend(view):
        notices.no_spend()
        return False
    notices.whole_organisation(view)
    return True


def unpriced(view: View) -> None:
    """Draw a warning about spend whose price is unknown."""
    query = listing_query("Without a price", "spend_without_price", view.period)
    if sentence := unpriced_sentence(cache.row_values(query, view)):
        st.warning(escape(sentence), icon=":material/money_off:")
