"""Which tools do we pay for, and are they converging from experiment to intent?"""

from headway.ui.charts import spend_charts
from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.listings import asked
from queries.text.sentences import Axis
from queries.text.spend_text import outcomes_sentence, overlap_sentence, tools_sentence


def number(view: View) -> None:
    """Draw how many tools money goes to in effect, by month."""
    of = asked("How many tools", "tools_by_month", view.period)
    rows = cache.records(of, view)
    lines = {"effective number": "effective_tools", "tools that cost something": "tools"}
    frame = sections.frame(of.title, "by month", view)
    drawing = spend_charts.by_month(frame, Axis("tools", 1), rows, lines) if rows else None
    aside = (
        "Effective number: as many tools with equal shares would spread the money as widely (1 / Σ share²). "
        "Those that too few people use to be told of count as one, other tools."
    )
    sections.show(of, view, tools_sentence(rows), [aside], drawing)


def costs(view: View) -> None:
    """Draw what each tool costs, and how much goes to what was decided on."""
    for title, name, message in (
        ("Cost by tool", "tool_costs", "counted usage and seats by month"),
        ("From experiment to intent", "tool_decisions", "counted usage and seats by decision"),
    ):
        of = asked(title, name, view.period)
        result = cache.listed(of, view)
        frame = sections.frame(title, message, view)
        drawing = (
            spend_charts.stacked(frame, result, "month", "a month that is not over")
            if len(result)
            else None
        )
        sections.show(of, view, drawing=drawing)


def outcomes(view: View) -> None:
    """Draw outcomes by the tool that left a trace, and the teams that work with several."""
    of = asked("Outcomes by tool", "tool_outcomes", view.period)
    rows = cache.records(of, view)
    if rows:
        sections.show(of, view, outcomes_sentence(rows), is_table=True)
    else:
        sections.lacking(of.title, "No outcome of the period shown has a merged pull request.")
    of = asked("Tools by team", "team_tools", view.period)
    rows = cache.records(of, view)
    if rows:
        sections.show(of, view, overlap_sentence(rows), is_table=True)
    else:
        sections.lacking(
            of.title, "No merged pull request of a known team carries the trace of a tool."
        )


view = filters.view()
page = catalog.beside("tools")
answer.heading(page.title, view)
if sections.has_spend(view):
    number(view)
    costs(view)
    aside = "Decide in headway.toml: [[tool_decisions]] with tool, decision (adopt, trial, hold or retire) and on."
    sections.show(
        asked("What was decided", "tools_now", view.period), view, asides=[aside], is_table=True
    )
outcomes(view)
