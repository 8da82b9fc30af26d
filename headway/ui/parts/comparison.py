"""Verdicts of a page under the comparison that the reader chose, kept in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

import streamlit as st

from headway.ui.parts import cache
from headway.ui.parts.filters import COMPARE, View
from headway.ui.parts.style import QUESTION_STYLE, STYLE
from queries.catalog.metric import Metric, Page
from queries.read.overview import Overview, overview
from queries.text.overview_text import comparison_name, word

SWITCH = "comparison"
#: parts of the address that links to other pages have
LINK_PARAMETERS = (COMPARE, "team", "repo", "work_type", "authorship", "period", "from", "to")
#: choice of headlines that have no answer under another one
FALLBACK_CHOICE = "quarter"
#: kinds of scopes that have published answers
PUBLISHED = ("team", "repo", "work_type")


def scope(view: View) -> tuple[str, str]:
    """Return the kind and name of the scope whose published answers a view shows."""
    filters = ((kind, getattr(view.scope, kind)) for kind in PUBLISHED)
    return next(((kind, name) for kind, name in filters if name), ("org", ""))


def read(view: View, choice: str = "") -> Overview:
    """Return the lines of the questions under a comparison, by default that of the reader."""
    name = choice or st.session_state.get(COMPARE) or st.query_params.get(COMPARE, "")
    return cache.load(overview, view, *scope(view), name)


def switch(data: Overview, words: Mapping[str, str] | None = None) -> None:
    """Draw the choice, if there is more than one comparison.

    ``words`` has the word of a page's answer by comparison; the others are not offered.
    """
    options = [name for name in data.choices if words is None or name in words]
    if len(options) < 2:
        return

    def label(name: str) -> str:
        text = comparison_name(data.choices[name])
        return f"{text}: {words[name]}" if words else text

    choice = data.choice if data.choice in options else FALLBACK_CHOICE
    st.session_state[SWITCH] = choice if choice in options else options[0]
    st.segmented_control(
        "Compare",
        options,
        format_func=label,
        key=SWITCH,
        on_change=_choose,
        required=True,
        label_visibility="collapsed",
    )


def _choose() -> None:
    st.session_state[COMPARE] = st.session_state[SWITCH]


def words(view: View, metric: Metric, data: Overview) -> dict[str, str]:
    """Return the word of a headline under each comparison that has an answer."""
    by_choice = {}
    for choice in data.choices:
        for item in read(view, choice).all_answers:
            if item.metric.name == metric.name and not item.is_fallback:
                by_choice[choice] = word(item.row)
    return by_choice


def address(page: Page) -> str:
    """Return the address of a page with the filters and the comparison of this one."""
    parameters = st.query_params.to_dict()
    query = urlencode(
        {name: value for name, value in parameters.items() if name in LINK_PARAMETERS}
    )
    return page.name + (f"?{query}" if query else "")


def draw(content: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """Draw a part of a page."""
    style = f"<style>{STYLE}{QUESTION_STYLE}</style>"
    st.html(f'{style}<div class="hw">{content}</div>', width=width)
