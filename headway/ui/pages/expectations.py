"""Expectations: targets by a day, and what became of them."""

import pandas as pd
import streamlit as st

from headway.ui.parts import (
    answer,
    cache,
    evidence_drawer,
    filters,
    question,
    question_html,
    sections,
)
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, escape
from queries.catalog import catalog
from queries.catalog.catalog import metric as catalogued
from queries.read.expectation_history import history
from queries.read.expectations import Target
from queries.read.listings import EXPECTATIONS
from queries.read.overview import MetricAnswer
from queries.read.panels import events
from queries.sql_files import Row
from queries.statistics.windows import Window
from queries.text.expectation_text import (
    NO_EXPECTATION,
    URGENT,
    cells,
    chart_name,
    chart_note,
    summary_sentence,
)


def chart(name: str, row: Row, view: View) -> None:
    """Draw the number of an expectation by quarter with its target, closed at first."""
    metric = catalogued(row["metric"])
    with question.fold(name, row["state"]) as is_open:
        if not is_open:
            return
        quarters = cache.load(history, view, metric.name, row["category"] or "", row["scope"])
        item = MetricAnswer(metric, {"quarter": None}, quarters, is_whole=False)
        window = Window(quarters[0]["window_start"], quarters[-1]["window_end"])
        goal = Target(row["target"], row["by_on"])
        axis = question.axis_of(item)
        marked = cache.load(events, view, window)
        drawn = question_html.quarters(item, axis, marked, goal)
        if drawn:
            question.draw_quarters(item, drawn, marked, goal, row["sentence"])
        caption(row["sentence"], chart_note(metric, axis.name, is_drawn=bool(drawn)))


view = filters.view()
page = catalog.extra_page("expectations")
if rows := cache.row_values(EXPECTATIONS, view):
    question.heading(page, view, summary_sentence(rows))
    urgent = [row for row in rows if row["state"] in URGENT]
    texts = (f"{row['sentence']} Why expected: {row['why'] or 'not written'}." for row in urgent)
    st.markdown("\n".join(f"- {escape(text)}" for text in texts))
    frame = pd.DataFrame(map(cells, rows)).replace("–", None).dropna(axis="columns", how="all")
    evidence_drawer.table(frame, EXPECTATIONS.title)
    caption(
        "Before its day an expectation is behind if the whole interval is short of the line to "
        "the target. At its day it is decided once. Met counts only while its guardrail holds."
    )
    evidence_drawer.show_listing(EXPECTATIONS, None, view)
    st.header("Numbers by quarter", anchor=False)
    by_name = {chart_name(catalogued(row["metric"]), row): row for row in reversed(rows)}
    for name, expectation in reversed(by_name.items()):
        chart(name, expectation, view)
else:
    answer.heading(page.title, view)
    sections.empty(EXPECTATIONS.title, NO_EXPECTATION)
