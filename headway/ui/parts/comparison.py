"""Verdicts of a page under the comparison that the reader chose, kept in the URL."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from headway.ui.parts import cache, overview_html
from headway.ui.parts.filters import View
from queries.catalog.metric import Page
from queries.read.overview import Overview, overview
from queries.text.overview_text import comparison_name

KEY = "compare"


def read(view: View) -> Overview:
    """Return the lines of the questions under the chosen comparison, for a team or repository."""
    kind, name = next(
        ((kind, name) for kind in ("team", "repo") if (name := getattr(view.scope, kind))),
        ("org", ""),
    )
    choice = st.session_state.get(KEY) or st.query_params.get(KEY, "")
    return cache.load(overview, view, kind, name, choice)


def switch(data: Overview) -> None:
    """Draw the choice, if there is more than one comparison."""
    if len(data.choices) > 1:
        st.segmented_control(
            "Compare",
            list(data.choices),
            default=data.choice,
            format_func=lambda name: comparison_name(data.choices[name]),
            key=KEY,
            bind="query-params",
            label_visibility="collapsed",
        )


def address(page: Page) -> str:
    """Return the address of a page with the filters and the comparison of this one."""
    query = urlencode(st.query_params.to_dict())
    return page.name + (f"?{query}" if query else "")


def draw(content: str) -> None:
    """Draw a part of the overview."""
    st.html(f'<style>{overview_html.STYLE}</style><div class="hw">{content}</div>')
