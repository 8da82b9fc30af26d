"""Will the budget hold, and where does the money go? The forecast, what if, people and teams, and reconciliation."""

from collections.abc import Sequence

import streamlit as st

from headway.ui.charts import spend_charts
from headway.ui.charts.spend_charts import Frame
from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from headway.ui.parts.notices import plain
from queries.catalog import catalog
from queries.read.listings import Asked, Row, asked
from queries.statistics.forecasts import days_of, forecast, month_of, what_if
from queries.statistics.windows import Window
from queries.text.spend_text import (
    engineer_sentence,
    month_name,
    per_whom,
    period_asides,
    period_name,
    period_sentence,
    team_sentence,
    what_if_sentence,
)

PERIODS = Asked("Spend against budget", "budget_periods")
AHEAD = Asked("The month ahead", "month_ahead")
DAILY = Asked("Spend by day", "daily_spend")


def periods(view: View) -> Sequence[Row]:
    """Draw the month and the year against their budgets, and return the month."""
    rows = cache.records(PERIODS, view)
    if not rows:
        sections.lacking(PERIODS.title, "No forecast yet: no day of usage is final.")
        return ()
    month, *years = rows
    sections.show(PERIODS, view, period_sentence(month), period_asides(month))
    for year in years:
        st.markdown(plain(period_sentence(year)))
        st.caption(plain(" ".join(period_asides(year))))
    return rows


def ahead(month: Row, view: View) -> None:
    """Draw the month as a fan."""
    rows = cache.records(AHEAD, view)
    window = Window(rows[0]["day"], rows[-1]["day"])
    message = f"{period_name(month['period'])}, spent and expected through each day"
    frame = Frame(AHEAD.title, sections.origin(message, view), window)
    sections.show(AHEAD, view, drawing=spend_charts.fan(frame, rows, month["breach_on"]))


def other_conditions(month: Row, view: View) -> None:
    """Draw controls for other conditions, and what the month would then cost."""
    days = days_of(cache.listed(DAILY, view))
    if days is None:
        return
    st.header("What if", anchor=False)
    result = forecast(days, *month_of(month["made_on"]))
    with st.container(horizontal=True):
        price = st.number_input(
            "Price of usage, %", -100, 900, 0, 5, key="price", help="against today's"
        )
        seats = st.number_input(
            "Seats added, $ a month", -1_000_000, 1_000_000, 0, 100, key="seats"
        )
        cap = st.number_input(
            "Cap on usage, $ a month", 0, None, None, 100, key="cap", placeholder="no cap"
        )
    budget = None if month["budget_usd"] is None else float(month["budget_usd"])
    later = what_if(result, 1 + price / 100, float(seats), None if cap is None else float(cap))
    answer.lead(what_if_sentence(result, later, budget))
    st.caption(
        plain(
            f"For the days after {month['counted_until']:%-d %b}; what is spent is spent. Nothing here is kept."
        )
    )


def engineers(view: View) -> None:
    """Draw what an engineer, or without people.csv an active author, costs a month, and how that spreads."""
    of = asked("Spend per engineer", "cost_per_engineer", view.period)
    rows = [row for row in cache.records(of, view) if row["usd_per_engineer"] is not None]
    if not rows:
        sections.lacking(of.title, "Not measured: no month has both spend and engineers.")
        return
    of = asked(f"Spend per {per_whom(rows[-1]['basis'])}", "cost_per_engineer", view.period)
    frame = sections.frame(of.title, "dollars by month", view)
    drawing = spend_charts.by_month(frame, spend_charts.AXIS, rows, {of.title: "usd_per_engineer"})
    sections.show(of, view, engineer_sentence(rows), drawing=drawing)
    spread = asked("How spend spreads over people", "spend_spread", view.period)
    if len(cache.listed(spread, view)):
        aside = "A median takes 10 people, the ninth decile and the share of the top tenth 50."
        sections.show(spread, view, asides=[aside], is_table=True)
    else:
        sections.lacking(
            spread.title, "Not told: no complete month has ten people who are known to spend."
        )


def teams(view: View) -> None:
    """Draw what teams spent in the newest complete month."""
    of = asked("Spend by team", "team_spend", view.period)
    rows = cache.records(of, view)
    if not rows:
        sections.lacking(
            of.title, "Not told: no month is complete yet, or no team is known of what was spent."
        )
        return
    newest = [row for row in rows if row["month"] == rows[0]["month"]]
    origin = sections.origin(f"{month_name(rows[0]['month'])}, and how many spent", view)
    bars = [
        (" · ".join(word for word in (row["team"], row["spenders"]) if word), row["cost_usd"])
        for row in newest
    ]
    aside = (
        "Teams too small to be told of are in (other teams); unattributed is what no person or team is known for. "
        "A month stays as it was first told."
    )
    sections.show(
        of, view, team_sentence(newest), [aside], spend_charts.ranked(of.title, origin, bars)
    )


view = filters.view()
page = catalog.beside("budget")
answer.heading(page.title, view)
if sections.has_spend(view):
    found = periods(view)
    if found:
        ahead(found[0], view)
        other_conditions(found[0], view)
    engineers(view)
    teams(view)
    sections.show(
        asked("Reconciliation", "reconciliation", view.period),
        view,
        asides=[
            "What each source says beside what counts, so that no two numbers are added that mean the same money. "
            "An amount that persons stand behind is left empty."
        ],
        is_table=True,
    )
    sections.unpriced(view)
