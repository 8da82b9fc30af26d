"""The five questions as a map: those with a page are answered in a sentence, the others say that they are not yet."""

import streamlit as st

from headway.ui.parts import answer, filters
from queries.catalog.catalog import BESIDE, PAGES, QUESTIONS

view = filters.view()
answer.heading("Engineering outcomes, not headcount", view)

for page in PAGES:
    st.header(page.title, anchor=False)
    answer.summary(page, view)
    st.page_link(
        page.file, label="The charts, the rows and the SQL", icon=":material/arrow_forward:"
    )

st.header("Beside the questions", anchor=False)
for page in BESIDE:
    st.page_link(page.file, label=f"{page.heading}: {page.title}", icon=":material/arrow_forward:")

answered = {page.question for page in PAGES}
st.header("Not collected yet", anchor=False)
for question in QUESTIONS:
    if question.name not in answered:
        st.markdown(
            f":gray[{question.name}] {question.text} :gray[To be answered by {question.answered_by}.]"
        )
