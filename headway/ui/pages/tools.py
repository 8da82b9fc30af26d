"""Tools: number, cost, outcomes and decisions."""

from headway.ui.charts import spend_charts
from headway.ui.charts.figure import Drawing
from headway.ui.parts import answer, cache, filters, question, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.listings import ListingQuery, listing_query
from queries.text.sentences import Axis
from queries.text.spend_text import (
    concentration_sentence,
    outcomes_sentence,
    overlap_sentence,
    tools_sentence,
)

#: rows of all spend of the period, which every part of the page needs
HOW_MANY = "How many tools"


def stacked(query: ListingQuery, subtitle: str, view: View) -> Drawing:
    """Return a query's costs by month as bars."""
    chart = sections.chart(query.title, subtitle, view)
    return spend_charts.stacked(chart, cache.rows(query, view), "month", "partial month")


def costs(view: View) -> None:
    """Draw the cost of each tool, and closed, the number of tools and their decisions."""
    by_tool = listing_query("Cost by tool", "tool_costs", view.period)
    if len(cache.rows(by_tool, view)):
        drawn = stacked(by_tool, "counted usage and seats by month", view)
        sections.body(by_tool, view, drawn)
    how_many = listing_query(HOW_MANY, "tools_by_month", view.period)
    if rows := cache.row_values(how_many, view):
        columns = {"equally large tools": "effective_tools", "tools with cost": "tools"}

        def counted() -> Drawing:
            chart = sections.chart(HOW_MANY, "by month", view, Axis("tools", 1))
            return spend_charts.by_month(chart, rows, columns)

        note = (
            "So many equally large tools have the same concentration of spend (1 / Σ share²). "
            "Tools below the privacy threshold count as one, “other tools”."
        )
        sections.folded(how_many, view, concentration_sentence(rows) or "", [note], counted)
    decided = listing_query("Cost by decision", "tool_decisions", view.period)
    if len(cache.rows(decided, view)):

        def by_decision() -> Drawing:
            return stacked(decided, "counted usage and seats by decision", view)

        sections.folded(decided, view, "adopt, trial, hold or retire", drawing=by_decision)
    note = (
        "Record decisions in headway.toml: [[tool_decisions]] with tool, decision (adopt, trial, "
        "hold or retire) and on."
    )
    decisions = listing_query("Decisions", "tools_now", view.period)
    sections.folded(decisions, view, "tool by tool", [note])


def outcomes(view: View) -> None:
    """Draw outcomes by tool, and the teams that use several, closed."""
    query = listing_query("Outcomes by tool", "tool_outcomes", view.period)
    if rows := cache.row_values(query, view):
        sections.folded(query, view, outcomes_sentence(rows) or "no outcome has a tool's trace")
    else:
        sections.empty(query.title, "No outcome in this period has a merged pull request.")
    query = listing_query("Tools by team", "team_tools", view.period)
    if rows := cache.row_values(query, view):
        sections.folded(query, view, overlap_sentence(rows))
    else:
        sections.empty(query.title, "No merged pull request of a known team has a tool's trace.")


view = filters.view()
page = catalog.extra_page("tools")
if title := tools_sentence(
    cache.row_values(listing_query(HOW_MANY, "tools_by_month", view.period), view)
):
    question.heading(page, view, title)
else:
    answer.heading(page.title, view)
if sections.has_spend(view):
    costs(view)
outcomes(view)
