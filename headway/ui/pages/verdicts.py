"""Verdicts: what was decided when, and what the number was afterwards."""

import pandas as pd
import streamlit as st

from headway.ui.parts import answer, cache, evidence_drawer, filters, overview_html, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, lead
from queries.catalog import catalog
from queries.catalog.metric import Metric
from queries.read.listings import ListingQuery
from queries.sql_files import Row
from queries.text.overview_text import comparison_name, effect_text, verdicts_sentence
from queries.text.sentences import day, format_value

TITLE = "Decided verdicts"
ALL = "all words"


def decided(view: View) -> ListingQuery:
    """Return the query for the verdicts of the team of the filter, or of the organisation."""
    return ListingQuery(TITLE, "verdicts", (("scope", view.scope.team or ""),))


def known(metric: Metric, value: float | None) -> str:
    """Return a value with its unit; a dash without one."""
    return "–" if value is None else format_value(value, metric.unit)


def readable(row: Row) -> dict[str, str]:
    """Return a verdict as cells of text."""
    metric = catalog.metric(row["metric"])
    sign, _ = overview_html.SIGNS[row["verdict"]]
    weeks = row["comparison"].removeprefix("rollout ").removesuffix(" weeks")
    weeks = weeks if weeks.isdigit() else ""
    later = "not yet"
    if row["next_quarter_is"] == "decided":
        later = known(metric, row["in_next_quarter"])
    elif not row["is_current_definition"]:
        later = "replaced definition"
    return {
        "decided": day(row["decided_on"]),
        "number": metric.title,
        "compared": comparison_name(row) + (f", {weeks} weeks" if weeks else ""),
        "verdict": f"{sign} {row['verdict']}",
        "before": known(metric, row["baseline"]),
        "after": known(metric, row["current"]),
        "change": effect_text(metric, row),
        "next quarter": later,
    }


view = filters.view()
answer.heading(catalog.extra_page("verdicts").title, view)
query = decided(view)
if rows := cache.row_values(query, view):
    lead(verdicts_sentence(rows))
    words = [word for word in overview_html.SIGNS if any(row["verdict"] == word for row in rows)]
    only = st.selectbox("Word", [ALL, *words], key="word", bind="query-params", width=240)
    visible = [row for row in rows if only in (ALL, row["verdict"])]
    evidence_drawer.table(pd.DataFrame(map(readable, visible)), TITLE)
    caption(
        "A verdict is decided once, after its quarter or its weeks since a rollout have closed, "
        "and stays. In twenty groups of headlines without any change, one shows a false word. "
        "A metric with a new definition is decided anew, beside its old verdicts."
    )
    evidence_drawer.show_listing(query, None, view)
else:
    sections.empty(TITLE, "Nothing is decided yet. The first complete quarter decides the first.")
