"""Expectations: targets by a day, and what became of them."""

import pandas as pd

from headway.ui.parts import answer, cache, evidence_drawer, filters, sections
from headway.ui.parts.text import caption, lead
from queries.catalog import catalog
from queries.read.listings import EXPECTATIONS
from queries.text.expectation_text import NO_EXPECTATION, cells, summary_sentence

view = filters.view()
answer.heading(catalog.extra_page("expectations").title, view)
if rows := cache.row_values(EXPECTATIONS, view):
    lead(summary_sentence(rows))
    caption(*(row["sentence"] for row in rows if row["state"] in ("missed", "not proven")))
    evidence_drawer.table(pd.DataFrame(map(cells, rows)), EXPECTATIONS.title)
    caption(
        "Before its day an expectation is behind if the whole interval is short of the line to "
        "the target. At its day it is decided once. Met counts only while its guardrail holds."
    )
    evidence_drawer.show_listing(EXPECTATIONS, None, view)
else:
    sections.empty(EXPECTATIONS.title, NO_EXPECTATION)
