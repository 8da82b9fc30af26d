"""Dashboard: navigation, filters, and the label of the demo company."""

from __future__ import annotations

import streamlit as st

from headway.ui.parts import filters, history, notices, pictures, sign_in
from queries.catalog.catalog import EXTRA_PAGES, PAGES, QUESTIONS

MAX_WIDTH = 1080  # pixels; longer lines of text are hard to read
#: less empty space around pages than Streamlit leaves
STYLE = """<style>
.stMainBlockContainer { padding: 0.75rem 2rem 0.25rem }
.stMainBlockContainer .stVerticalBlock { gap: 0.625rem }
.stMainBlockContainer .stHeading h1 { padding: 0 0 1rem }
.stAppHeader { background: none }
.stAppHeader, .stAppHeader * { pointer-events: none }
.stAppHeader :is(button, a), .stAppHeader :is(button, a) * { pointer-events: auto }
.st-key-address, .st-key-filters > div:has(.st-key-address) { display: none }
.st-key-filters { padding-right: 2.5rem }
.st-key-filters > div { flex: 1 1 8rem; min-width: 0 }
.st-key-origin { flex-wrap: nowrap }
.st-key-origin > div { min-width: 0 }
.st-key-origin :is(p, .stMarkdownBadge) { font-size: 0.8125rem !important }
.st-key-origin > div:has([data-testid=stPageLink], .tour) { flex: none }
.st-key-origin > div:has([data-testid=stPageLink]) { margin-left: auto }
.st-key-board button { min-height: 2rem; padding: 0 0.75rem }
.st-key-steps { padding: 0.75rem 1rem }
.st-key-steps :is(p, li) { font-size: 0.9375rem; line-height: 1.5; margin-bottom: 0.125rem }
.st-key-sql textarea { font-family: monospace; font-size: 0.875rem }
[data-testid=stBaseButton-primary] { color: light-dark(#ffffff, #12161c) }
a:focus-visible, button:focus-visible, summary:focus-visible {
  outline: 2px solid light-dark(#1f5fa8, #6aa5e3) !important; outline-offset: 2px }
@media (max-width: 820px) {
  .stMainBlockContainer { padding: 3.75rem 1rem 0.5rem }
  .stMainBlockContainer .stVerticalBlock { gap: 0.375rem }
  .stAppHeader { background: light-dark(#ffffff, #14171c) }
  .st-key-filters { flex-wrap: nowrap; overflow-x: auto; padding: 0 0 0.25rem }
  .st-key-filters > div { flex: 0 0 9.5rem }
  .stMainBlockContainer h1 { font-size: 1.25rem }
  .st-key-board { display: none }
  .st-key-origin { flex-wrap: wrap }
  .st-key-origin > div:has([data-testid=stPageLink]) { margin: 0 }
}
@media (min-width: 769px) {
  .stSidebar[data-collapsed=false] { width: 15.5rem !important; min-width: 15.5rem !important }
}
@media print {
  .stSidebar, .stAppHeader, .st-key-filters, .stToggle, [data-testid=stPageLink], .save,
  .stDownloadButton { display: none !important }
  .stMainBlockContainer { padding: 0 }
  .hw { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  .hw .line, .hw .plot, .hw table { break-inside: avoid }
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
    current = st.navigation(pages, expanded=True)
    title = f"{current.title} · Headway"
    st.set_page_config(page_title=title, page_icon=notices.ICON, layout="wide")
    st.html(STYLE)
    scripts = "".join(f"<script>{text}</script>" for text in (history.SCRIPT, pictures.SCRIPT))
    st.html(scripts, unsafe_allow_javascript=True)
    st.logo(notices.WORDMARK, icon_image=notices.ICON)
    snapshot = filters.published()
    filters.watch(snapshot.id if snapshot else None)
    with st.container(horizontal_alignment="center"), st.container(width=MAX_WIDTH):
        if snapshot is None:
            notices.nothing_published()
            return
        filters.choose(snapshot)
        sign_in.sign_out()
        current.run()


main()
