"""Spend and budget: forecast, what if, engineers, teams and reconciliation."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from headway.ui.charts import spend_charts
from headway.ui.charts.figure import Drawing
from headway.ui.parts import answer, cache, filters, question, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, escape, lead
from queries.catalog import catalog
from queries.read.listings import BUDGETS, ListingQuery, listing_query
from queries.sql_files import Row
from queries.statistics.forecasts import days_of, forecast, month_of, what_if
from queries.statistics.windows import Window
from queries.text.overview_text import budget_text
from queries.text.periods import month_name, period_name
from queries.text.spend_text import (
    engineer_sentence,
    per_whom,
    period_notes,
    period_sentence,
    team_sentence,
    what_if_sentence,
)

MONTH = ListingQuery("The month ahead", "month_ahead")
DAILY = ListingQuery("Spend by day", "daily_spend")


def periods(rows: Sequence[Row], view: View) -> None:
    """Draw the month against its budget and as a fan chart, and the year closed."""
    month, *years = rows
    caption(period_sentence(month), *period_notes(month))
    if month["point"] is not None:
        month_ahead(month, view)
    with question.fold("Year against its budget", "".join(map(budget_text, years))) as is_open:
        if is_open:
            for year in years:
                st.markdown(escape(period_sentence(year)))
                caption(*period_notes(year))
            sections.body(BUDGETS, view)
    if month["point"] is not None:
        with question.fold("What if", "prices, seats or a cap on usage change") as is_open:
            if is_open:
                other_conditions(month, view)


def month_ahead(month: Row, view: View) -> None:
    """Draw the month as a fan chart."""
    rows = cache.row_values(MONTH, view)
    subtitle = f"{period_name(month['period'])}, spent and expected through each day"
    chart = sections.chart(MONTH.title, subtitle, view)
    chart = replace(chart, period=Window(rows[0]["day"], rows[-1]["day"]), events=())
    sections.body(MONTH, view, spend_charts.fan(chart, rows, month["breach_on"]))


def other_conditions(month: Row, view: View) -> None:
    """Draw controls for other conditions, and the cost of the month under them."""
    days = days_of(cache.rows(DAILY, view))
    if days is None:
        return
    with st.container(horizontal=True):
        price = st.number_input(
            "Price change of usage, %", -100, 900, 0, 5, key="price", help="compared with today"
        )
        seats = st.number_input(
            "Added seats, $ a month", -1_000_000, 1_000_000, 0, 100, key="seats"
        )
        cap = st.number_input(
            "Cap on usage, $ a month", 0, None, None, 100, key="cap", placeholder="no cap"
        )
    budget = None if month["budget_usd"] is None else float(month["budget_usd"])
    before = forecast(days, *month_of(month["made_on"]))
    after = what_if(before, 1 + price / 100, float(seats), None if cap is None else float(cap))
    lead(what_if_sentence(before, after, budget))
    last = f"{month['counted_until']:%-d %b}"
    caption(f"Applies to the days after {last}. Earlier spend does not change. Nothing is saved.")


def engineers(view: View) -> None:
    """Draw spend per engineer by month, and the mean of those who are known to spend."""
    query = listing_query("Spend per engineer", "cost_per_engineer", view.period)
    rows = [row for row in cache.row_values(query, view) if row["usd_per_engineer"] is not None]
    if not rows:
        sections.empty(query.title, "Not measured: no month has both spend and engineers.")
        return
    query = replace(query, title=f"Spend per {per_whom(rows[-1]['basis'])}")

    def drawing() -> Drawing:
        chart = sections.chart(query.title, "dollars by month", view)
        return spend_charts.by_month(chart, rows, {query.title: "usd_per_engineer"})

    sections.folded(query, view, engineer_sentence(rows) or "by month", drawing=drawing)
    spread = listing_query("Mean spend of those who spend", "spend_spread", view.period)
    if len(cache.rows(spread, view)):
        note = "Published spend of persons in complete months, by those who spent; two digits."
        sections.folded(spread, view, "by month and team", [note])
    else:
        reason = "Not shown: no complete month has enough people with known spend."
        sections.empty(spread.title, reason)


def teams(view: View) -> None:
    """Draw the spend of teams in the newest complete month."""
    query = listing_query("Spend by team", "team_spend", view.period)
    rows = cache.row_values(query, view)
    if not rows:
        reason = "Not shown: no month is complete, or no spend belongs to a known team."
        sections.empty(query.title, reason)
        return
    newest = [row for row in rows if row["month"] == rows[0]["month"]]
    origin = sections.origin(f"{month_name(rows[0]['month'])}, with the number of spenders", view)
    bars = [
        (" · ".join(word for word in (row["team"], row["spenders"]) if word), row["cost_usd"])
        for row in newest
    ]
    note = (
        "(other teams): teams below the privacy threshold. unattributed: spend without a known "
        "person or team."
    )

    def drawing() -> Drawing:
        return spend_charts.ranked(query.title, origin, bars)

    sections.folded(query, view, team_sentence(newest) or "newest month", [note], drawing)


view = filters.view()
budgets = cache.row_values(BUDGETS, view)
if budgets:
    page = catalog.extra_page("budget")
    question.heading(page, view, f"{budget_text(budgets[0])}.")
else:
    answer.heading(catalog.extra_page("budget").title, view)
if sections.has_spend(view):
    if budgets:
        periods(budgets, view)
    else:
        sections.empty(BUDGETS.title, "No forecast yet: no day of usage is final.")
    engineers(view)
    teams(view)
    note = (
        "Amounts of each source beside the counted amount, so that no money counts twice. A "
        "gateway counts only on days that the provider's bill does not cover. Amounts that would "
        "identify a person are empty."
    )
    reconciliation = listing_query("Reconciliation", "reconciliation", view.period)
    sections.folded(reconciliation, view, "what counts, by source and month", [note])
    sections.unpriced(view)
