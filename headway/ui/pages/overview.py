"""Overview: the questions with their main numbers, and links to all pages."""

import streamlit as st

from headway.ui.parts import answer, filters, notices
from queries.catalog.catalog import EXTRA_PAGES, PAGES, QUESTIONS

view = filters.view()
answer.heading("Engineering outcomes, not headcount", view)
notices.next_steps(view)

for page in PAGES:
    st.header(page.title, anchor=False)
    answer.summary(page, view)
    st.page_link(page.file, label="Charts, rows and SQL", icon=":material/arrow_forward:")

st.header("More pages", anchor=False)
for page in EXTRA_PAGES:
    st.page_link(page.file, label=f"{page.heading}: {page.title}", icon=":material/arrow_forward:")

answered = {page.question for page in PAGES}
st.header("Not collected yet", anchor=False)
for question in QUESTIONS:
    if question.name not in answered:
        source = f":gray[To be answered by {question.answered_by}.]"
        st.markdown(f":gray[{question.name}] {question.text} {source}")
