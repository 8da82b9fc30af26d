"""Dashboard: navigation, filters, and the label of the demo company."""

from __future__ import annotations

import streamlit as st

from headway.ui.parts import comparison, filters, notices, sign_in
from queries.catalog.catalog import EXTRA_PAGES, PAGES, QUESTIONS

MAX_WIDTH = 1080  # pixels; longer lines of text are hard to read
#: less empty space around pages than Streamlit leaves
STYLE = """<style>
.stMainBlockContainer { padding: 3.75rem 2rem 1rem }
.st-key-address { display: none }
@media (max-width: 820px) {
  .stMainBlockContainer { padding: 3.75rem 1rem 2rem }
  .stMainBlockContainer h1 { font-size: 1.25rem }
}
</style>"""


def main() -> None:
    """Draw the page of the URL, or the page before it for readers who may not see it."""
    if reason := sign_in.refusal():
        st.set_page_config(page_title="Headway", page_icon=notices.ICON)
        sign_in.page(reason, [question.text for question in QUESTIONS])
        return
    pages = [st.Page("headway/ui/pages/overview.py", title="Overview", default=True)]
    for page in (*PAGES, *EXTRA_PAGES):
        pages.append(st.Page(page.file, title=page.heading, url_path=page.name))
    current = st.navigation(pages)
    title = f"{current.title} · Headway"
    st.set_page_config(page_title=title, page_icon=notices.ICON, layout="wide")
    st.html(STYLE)
    st.logo(notices.WORDMARK, icon_image=notices.ICON)
    snapshot = filters.published()
    filters.watch(snapshot.id if snapshot else None)
    with st.container(horizontal_alignment="center"), st.container(width=MAX_WIDTH):
        if snapshot is None:
            notices.nothing_published()
            return
        filters.choose(snapshot)
        comparison.remember()
        sign_in.sign_out()
        current.run()


main()
