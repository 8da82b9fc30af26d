"""Q3: burnout, frustration and excitement, from an anonymous pulse."""

import streamlit as st

from headway.ui.charts import survey_chart
from headway.ui.parts import answer, cache, filters, notices, question, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import escape
from queries.catalog import catalog
from queries.read.listings import ListingQuery
from queries.read.overview import MetricAnswer
from queries.sql_files import Row
from queries.text.survey_text import (
    DISCLAIMER,
    ITEMS,
    answers_sentence,
    hidden_sentence,
    waves_sentence,
)

WAVES = ListingQuery("Waves", "survey_waves")


def waves(query: ListingQuery, rows: list[Row], view: View) -> None:
    """Draw the waves of the organisation."""
    newest = {row["item"]: row["version"] for row in rows}
    items = {
        item: [row for row in rows if row["item"] == item and row["version"] == newest[item]]
        for item in ITEMS
        if item in newest
    }
    origin = sections.origin("mean and 95 % interval, whole organisation", view)
    drawing = survey_chart.waves("Answers by wave", origin, items)
    sections.show(query, view, waves_sentence(rows), [answers_sentence(rows), DISCLAIMER], drawing)


def teams(view: View) -> None:
    """Draw the newest wave by team, and the teams that are hidden."""
    query = ListingQuery("Teams in the newest wave", "survey_teams")
    if rows := cache.row_values(query, view):
        sections.body(query, view, notes=[hidden_sentence(rows)], is_table=True)


def comments(view: View) -> None:
    """Draw the comments of the newest wave."""
    query = ListingQuery(
        "What people built that they could not have built before", "survey_comments"
    )
    rows = cache.row_values(query, view)
    if not rows:
        sections.empty(query.title, "Comments are shown from ten in a wave on.")
        return
    st.markdown("\n".join(f"- {escape(row['comment'])}" for row in rows))
    sections.body(query, view)


def survey(_: MetricAnswer | None, view: View) -> None:
    """Draw the waves of the organisation, and closed, its teams and comments."""
    waves(WAVES, cache.row_values(WAVES, view), view)
    with question.fold("Teams in the newest wave") as is_open:
        if is_open:
            teams(view)
    with question.fold("What people built that they could not have built before") as is_open:
        if is_open:
            comments(view)


view = filters.view()
if cache.row_values(WAVES, view):
    answer.page("feelings", survey)
else:
    answer.heading(catalog.page("feelings").title, view)
    notices.no_survey()
