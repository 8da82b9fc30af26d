"""Text of pages: escaped, typeset, and as a lead sentence."""

from __future__ import annotations

import html
import re

import streamlit as st

MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|$~:<>&])")
LEAD_STYLE = "font-size:1.25rem;line-height:1.5;margin:0"
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#: spaces in days and quarters, and before a separator
FIXED = re.compile(
    rf"(?<=\d) (?={MONTH}\b)|(?<=\d {MONTH}) (?=\d)|(?<=\bQ\d) (?=\d{{4}})"
    r"|(?<=against) (?=Q\d)| (?=·)"
)


def escape(text: str) -> str:
    """Return text without Markdown markup; names and titles are not trusted."""
    return MARKUP.sub(r"\\\1", typeset(text))


def typeset(text: str) -> str:
    """Return text whose numbers stay on one line with their signs and units."""
    text = re.sub(r"−(?=\$)", "−\N{WORD JOINER}", text)
    return re.sub(r"(?<=\d) (?=%)|(?<=\bn) (?==)|(?<==) (?=\d)", "\N{NO-BREAK SPACE}", text)


def as_html(text: str) -> str:
    """Return text for HTML; no line ends within a day or a quarter, or before a separator."""
    return html.escape(FIXED.sub("\N{NO-BREAK SPACE}", typeset(text)))


def lead(text: str) -> None:
    """Draw the main sentence of a section."""
    st.html(f'<p style="{LEAD_STYLE}">{html.escape(typeset(text))}</p>')


def caption(*texts: str) -> None:
    """Draw small text, if there is any."""
    if texts:
        st.caption(escape(" ".join(texts)))


def count(number: int, noun: str, plural: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun if number == 1 else plural}"


def slug(text: str) -> str:
    """Return a text as a part of an address or of a file's name."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")
