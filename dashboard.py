"""Dashboard: navigation, filters, and the label of the demo company."""

from __future__ import annotations

import streamlit as st

from headway.ui.parts import filters, notices
from queries.catalog.catalog import EXTRA_PAGES, PAGES

MAX_WIDTH = 980  # pixels; longer lines of text are hard to read


def main() -> None:
    """Draw the page of the URL."""
    pages = [st.Page("headway/ui/pages/overview.py", title="Overview", default=True)]
    for page in (*PAGES, *EXTRA_PAGES):
        pages.append(st.Page(page.file, title=page.heading, url_path=page.name))
    current = st.navigation(pages)
    title = f"{current.title} · Headway"
    st.set_page_config(page_title=title, page_icon=notices.ICON, layout="wide")
    st.logo(notices.WORDMARK, icon_image=notices.ICON)
    snapshot = filters.published()
    filters.watch(snapshot.id if snapshot else None)
    with st.container(horizontal_alignment="center"), st.container(width=MAX_WIDTH):
        if snapshot is None:
            notices.nothing_published()
            return
        filters.choose(snapshot)
        if snapshot.is_synthetic:
            notices.synthetic()
        current.run()


main()
