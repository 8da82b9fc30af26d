"""Sections of the pages about money: each rests on one list, with its sentence, chart, and the way to its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from headway.ui.charts.spend_charts import Frame
from headway.ui.charts.time_series import Drawing
from headway.ui.parts import answer, cache, evidence_drawer, notices
from headway.ui.parts.filters import View
from headway.ui.parts.notices import plain
from queries.read.listings import Asked, Row, asked
from queries.text.spend_text import without_price


def show(
    of: Asked,
    view: View,
    said: str | None = None,
    asides: Sequence[str] = (),
    drawing: Drawing | None = None,
    is_table: bool = False,
) -> None:
    """Draw what rests on a list: its sentence, what stands beside it, the chart or the rows, and the evidence."""
    st.header(of.title, anchor=False)
    if said:
        answer.lead(said)
    if asides:
        st.caption(plain(" ".join(asides)))
    body(of, view, drawing, is_table)


def body(of: Asked, view: View, drawing: Drawing | None = None, is_table: bool = False) -> None:
    """Draw the chart or the rows of a section, and the evidence."""
    if drawing:
        answer.draw(drawing, of.title)
    if is_table:
        evidence_drawer.table(cache.listed(of, view), of.title)
    evidence_drawer.of_list(of, drawing, view)


def lacking(title: str, why: str) -> None:
    """Draw a section of which there is nothing to show, and why."""
    st.header(title, anchor=False)
    st.info(plain(why), icon=":material/search_off:")


def frame(title: str, said: str, view: View) -> Frame:
    """Return what a chart over the period shown shares."""
    return Frame(title, origin(said, view), view.period, cache.events(view))


def origin(said: str, view: View) -> str:
    """Return what is said under a chart's title."""
    return f"{said} · synthetic data" if view.snapshot.is_synthetic else said


def has_spend(view: View) -> bool:
    """Whether any spend counts; says what to do where none does, and what a filter does not tell apart."""
    (facts,) = cache.records(Asked("Spend", "spend_facts"), view)
    if not facts["counted"]:
        notices.no_spend()
        return False
    notices.whole_organisation(view)
    return True


def unpriced(view: View) -> None:
    """Draw which spend counts as nothing because nobody knows its price."""
    rows: list[Row] = cache.records(
        asked("Without a price", "spend_without_price", view.period), view
    )
    message = without_price(rows)
    if message:
        st.warning(plain(message), icon=":material/money_off:")
