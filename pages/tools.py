"""Which tools do we pay for, and are they converging from experiment to intent?"""

from pages import answer, controls, money, reads, sections
from pages.controls import View
from queries import catalog
from queries.money import outcomes_sentence, overlap_sentence, tools_sentence
from queries.sentences import Axis
from queries.tables import asked


def number(view: View) -> None:
    """Draw how many tools money goes to in effect, by month."""
    of = asked("How many tools", "tools_by_month", view.period)
    rows = reads.records(of, view)
    lines = {"effective number": "effective_tools", "tools that cost something": "tools"}
    frame = sections.frame(of.title, "by month", view)
    drawing = money.by_month(frame, Axis("tools", 1), rows, lines) if rows else None
    aside = (
        "Effective number: as many tools with equal shares would spread the money as widely (1 / Σ share²). "
        "Those that too few people use to be told of count as one, other tools."
    )
    sections.show(of, view, tools_sentence(rows), [aside], drawing)


def costs(view: View) -> None:
    """Draw what each tool costs, and how much goes to what was decided on."""
    for title, name, said in (
        ("Cost by tool", "tool_costs", "counted usage and seats by month"),
        ("From experiment to intent", "tool_decisions", "counted usage and seats by decision"),
    ):
        of = asked(title, name, view.period)
        found = reads.listed(of, view)
        frame = sections.frame(title, said, view)
        drawing = money.stacked(frame, found, "month", "a month that is not over") if len(found) else None
        sections.show(of, view, drawing=drawing)


def outcomes(view: View) -> None:
    """Draw outcomes by the tool that left a trace, and the teams that work with several."""
    of = asked("Outcomes by tool", "tool_outcomes", view.period)
    rows = reads.records(of, view)
    if rows:
        sections.show(of, view, outcomes_sentence(rows), is_table=True)
    else:
        sections.lacking(of.title, "No outcome of the period shown has a merged pull request.")
    of = asked("Tools by team", "team_tools", view.period)
    rows = reads.records(of, view)
    if rows:
        sections.show(of, view, overlap_sentence(rows), is_table=True)
    else:
        sections.lacking(of.title, "No merged pull request of a known team carries the trace of a tool.")


view = controls.view()
page = catalog.beside("tools")
answer.heading(page.title, view)
if sections.has_spend(view):
    number(view)
    costs(view)
    aside = "Decide in headway.toml: [[tool_decisions]] with tool, decision (adopt, trial, hold or retire) and on."
    sections.show(asked("What was decided", "tools_now", view.period), view, asides=[aside], is_table=True)
outcomes(view)
