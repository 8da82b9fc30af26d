"""Verdicts: what was decided when, and what the number was afterwards."""

import pandas as pd
import streamlit as st

from headway.ui.parts import answer, cache, evidence_drawer, filters, overview_html, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, lead
from queries.catalog import catalog
from queries.read.listings import ListingQuery
from queries.sql_files import Row
from queries.text.overview_text import comparison_name, effect_text, verdicts_sentence
from queries.text.sentences import day, format_value

DECIDED = ListingQuery("Decided verdicts", "verdicts")
ALL = "all words"


def rows_of(view: View) -> list[Row]:
    """Return the verdicts of the team of the filter, or of the organisation."""
    team = view.scope.team or ""
    return [row for row in cache.row_values(DECIDED, view) if row["scope"] == team]


def readable(row: Row) -> dict[str, str]:
    """Return a verdict as cells of text."""
    metric = catalog.metric(row["metric"])
    sign, _ = overview_html.SIGNS[row["verdict"]]
    later = "not yet"
    if row["next_quarter_is"] == "decided":
        later = format_value(row["in_next_quarter"], metric.unit)
    return {
        "decided": day(row["decided_on"]),
        "number": metric.title,
        "compared": comparison_name(row),
        "verdict": f"{sign} {row['verdict']}",
        "before": format_value(row["baseline"], metric.unit),
        "after": format_value(row["current"], metric.unit),
        "change": effect_text(metric, row),
        "in the quarter after": later,
    }


view = filters.view()
answer.heading(catalog.extra_page("verdicts").title, view)
if rows := rows_of(view):
    lead(verdicts_sentence(rows))
    words = [word for word in overview_html.SIGNS if any(row["verdict"] == word for row in rows)]
    only = st.selectbox("Word", [ALL, *words], key="word", bind="query-params")
    visible = [row for row in rows if only in (ALL, row["verdict"])]
    evidence_drawer.table(pd.DataFrame(map(readable, visible)), DECIDED.title)
    caption(
        "A verdict is decided once, after its quarter or its weeks since a rollout have closed, "
        "and stays. In twenty groups of headlines without any change, one shows a false word."
    )
    evidence_drawer.show_listing(DECIDED, None, view)
else:
    sections.empty(
        DECIDED.title, "Nothing is decided yet. The first complete quarter decides the first."
    )
