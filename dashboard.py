"""The dashboard: navigation, and what every page shares: the published file, the controls, the label of the demo."""

from __future__ import annotations

import streamlit as st

from pages import answer, controls
from queries.catalog import PAGES

WIDTH = 980  # lines of text and charts stay readable on a wide screen


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="Headway", page_icon=answer.ICON, layout="wide")
    pages = [st.Page("pages/overview.py", title="Overview", default=True)]
    pages += [st.Page(page.file, title=page.label, url_path=page.name) for page in PAGES]
    page = st.navigation(pages)
    snapshot = controls.published()
    controls.watch(snapshot.id if snapshot else None)
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH):
        if snapshot is None:
            answer.nothing_published()
            return
        controls.choose(snapshot)
        if snapshot.is_synthetic:
            answer.synthetic()
        page.run()


main()
