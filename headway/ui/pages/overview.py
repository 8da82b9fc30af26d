"""Overview: what the verdicts say together, one line a question, guardrails and budgets."""

import streamlit as st

from headway.ui.parts import (
    cache,
    comparison,
    filters,
    notices,
    overview_html,
    question,
    question_html,
)
from headway.ui.parts.text import caption
from headway.ui.report import as_html
from queries.catalog import catalog
from queries.catalog.catalog import PAGES
from queries.read.evidence import history
from queries.read.listings import BUDGETS, EXPECTATIONS
from queries.read.overview import GUARDRAIL
from queries.read.panels import events
from queries.text.overview_text import budget_title
from queries.text.summary import headline_of

view = filters.view()
data = comparison.read(view)
budgets = cache.row_values(BUDGETS, view)
question.origin(view, is_start=True)
st.title(headline_of(data, budgets), anchor=False)
question.scope_line(view)
if not data.choices:
    notices.next_steps(view)
if view.scope.work_type or view.scope.authorship or (view.scope.team and view.scope.repo):
    caption("The overview shows one team or repository; other filters apply on the pages.")
with st.container(horizontal=True, vertical_alignment="center"):
    comparison.switch(data)
    if data.choices:
        marked = cache.load(events, view, history(view.snapshot))
        with st.container(key="board", width="content"):
            st.download_button(
                "Board page",
                lambda: as_html(view.snapshot, data, budgets, marked=marked),
                f"headway-{view.info.as_of}.html",
                "text/html",
                icon=":material/print:",
                help="This overview with the first chart of each question, to print.",
                on_click="ignore",
            )
comparison.draw(overview_html.lines(data, comparison.address))
comparison.draw(question_html.section(overview_html.guardrail_title(data)))
guardrails = next(page for page in PAGES if page.question == GUARDRAIL)
below = overview_html.guardrails(data, comparison.address(guardrails))
if expected := cache.row_values(EXPECTATIONS, view):
    page = catalog.extra_page("expectations")
    below += overview_html.expectations(expected, comparison.address(page))
comparison.draw(below)
if budgets:
    comparison.draw(question_html.section(budget_title(budgets)))
    page = catalog.extra_page("budget")
    comparison.draw(overview_html.budgets(budgets, comparison.address(page)))
if data.choices:
    notices.next_steps(view)
