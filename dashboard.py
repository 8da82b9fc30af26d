"""The dashboard: navigation, and what every page shares: the published file, the controls, the label of the demo."""

from __future__ import annotations

import streamlit as st

from headway.ui.parts import filters, notices
from queries.catalog.catalog import BESIDE, PAGES

WIDTH = 980  # lines of text and charts stay readable on a wide screen


def main() -> None:
    """Draw the page that the address names."""
    pages = [st.Page("headway/ui/pages/overview.py", title="Overview", default=True)]
    pages += [
        st.Page(page.file, title=page.heading, url_path=page.name) for page in (*PAGES, *BESIDE)
    ]
    page = st.navigation(pages)
    st.set_page_config(page_title=f"{page.title} · Headway", page_icon=notices.ICON, layout="wide")
    st.logo(notices.WORDMARK, icon_image=notices.ICON)
    snapshot = filters.published()
    filters.watch(snapshot.id if snapshot else None)
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH):
        if snapshot is None:
            notices.nothing_published()
            return
        filters.choose(snapshot)
        if snapshot.is_synthetic:
            notices.synthetic()
        page.run()


main()
