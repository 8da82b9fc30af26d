"""Tools: number, cost, outcomes and decisions."""

from headway.ui.charts import spend_charts
from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.listings import listing_query
from queries.text.sentences import Axis
from queries.text.spend_text import outcomes_sentence, overlap_sentence, tools_sentence


def tool_count(view: View) -> None:
    """Draw the number of tools by month."""
    query = listing_query("How many tools", "tools_by_month", view.period)
    rows = cache.row_values(query, view)
    columns = {"effective number": "effective_tools", "tools with cost": "tools"}
    chart = sections.chart(query.title, "by month", view, Axis("tools", 1))
    drawing = spend_charts.by_month(chart, rows, columns) if rows else None
    note = (
        "The effective number is that of equally large tools with the same concentration of spend "
        "(1 / Σ share²). Tools below the privacy threshold count as one, “other tools”."
    )
    sections.show(query, view, tools_sentence(rows), [note], drawing)


def costs(view: View) -> None:
    """Draw the cost of each tool, and of each decision."""
    for title, name, subtitle in (
        ("Cost by tool", "tool_costs", "counted usage and seats by month"),
        ("From experiment to intent", "tool_decisions", "counted usage and seats by decision"),
    ):
        query = listing_query(title, name, view.period)
        rows = cache.rows(query, view)
        chart = sections.chart(title, subtitle, view)
        drawing = spend_charts.stacked(chart, rows, "month", "partial month") if len(rows) else None
        sections.show(query, view, drawing=drawing)


def outcomes(view: View) -> None:
    """Draw outcomes by tool, and the teams that use several."""
    query = listing_query("Outcomes by tool", "tool_outcomes", view.period)
    if rows := cache.row_values(query, view):
        sections.show(query, view, outcomes_sentence(rows), is_table=True)
    else:
        sections.empty(query.title, "No outcome in this period has a merged pull request.")
    query = listing_query("Tools by team", "team_tools", view.period)
    if rows := cache.row_values(query, view):
        sections.show(query, view, overlap_sentence(rows), is_table=True)
    else:
        sections.empty(query.title, "No merged pull request of a known team has a tool's trace.")


view = filters.view()
answer.heading(catalog.extra_page("tools").title, view)
if sections.has_spend(view):
    tool_count(view)
    costs(view)
    note = (
        "Record decisions in headway.toml: [[tool_decisions]] with tool, decision (adopt, trial, "
        "hold or retire) and on."
    )
    decisions = listing_query("Decisions", "tools_now", view.period)
    sections.show(decisions, view, notes=[note], is_table=True)
outcomes(view)
