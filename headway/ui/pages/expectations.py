"""Expectations: targets by a day, and what became of them."""

import pandas as pd
import streamlit as st

from headway.ui.parts import answer, cache, evidence_drawer, filters, question, sections
from headway.ui.parts.text import caption, escape
from queries.catalog import catalog
from queries.read.listings import EXPECTATIONS
from queries.text.expectation_text import NO_EXPECTATION, URGENT, cells, summary_sentence

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
else:
    answer.heading(page.title, view)
    sections.empty(EXPECTATIONS.title, NO_EXPECTATION)
