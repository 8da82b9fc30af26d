"""Report: the overview and each question's verdicts as one HTML file that prints."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import timedelta

from headway.ui.charts.quarter_svg import quarter_svg
from headway.ui.parts import overview_html
from headway.ui.parts.style import PRINTED_STYLE
from queries.catalog.catalog import PAGES
from queries.read.overview import MetricAnswer, Overview
from queries.read.snapshot import Snapshot
from queries.sql_files import Row
from queries.statistics.windows import Event
from queries.text.overview_text import budget_title, comparison_name
from queries.text.sentences import closed_note, day
from queries.text.summary import headline_of

STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
@page { size: auto; margin: 15mm }
body { font: 15px/1.45 "Source Sans 3", "Segoe UI", Roboto, sans-serif; color: #12161c;
  background: #fff; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem;
  -webkit-print-color-adjust: exact; print-color-adjust: exact }
h1 { font-size: 1.6rem; line-height: 1.25 }
h2 { font-size: 1.15rem; margin: 1.5rem 0 0.25rem }
section { break-inside: avoid }
svg { width: 100%; height: auto }
.small { color: #3b4350 }
.meanings { margin-top: 0.5rem }
@media print {
  html { font-size: 10.5px }
  body { margin: 0; padding: 0; max-width: none; font-size: 1rem }
  svg { width: 75% }
  .hw .line { grid-template-columns: 7rem 10rem 1fr 12rem 7.5rem }
  .hw .meanings { line-height: 1.2 }
}
"""
BAND = "Light band: where the number would lie without a change from the quarter before."


def as_html(
    snapshot: Snapshot,
    data: Overview,
    budgets: Sequence[Row],
    *,
    note: str = "",
    marked: Sequence[Event] = (),
) -> str:
    """Return the report as HTML without scripts or outside resources.

    ``budgets`` are rows of ``forecasts``. ``note``: why there is none of them. ``marked`` are the
    events in charts; without them, the rollout of each answer.
    """
    parts = [
        f"<p class=small>{html.escape(_origin(snapshot, data))}</p>",
        f"<h1>{html.escape(headline_of(data, budgets))}</h1>",
        overview_html.lines(data, lambda _: ""),
        f"<h2>{html.escape(overview_html.guardrail_title(data))}</h2>",
        overview_html.guardrails(data, ""),
    ]
    if note:
        parts.append(f"<h2>Budget</h2><p>{html.escape(note)}</p>")
    if budgets:
        title = html.escape(budget_title(budgets))
        parts += [f"<h2>{title}</h2>", overview_html.budgets(budgets, "")]
    items = {page.title: data.of_page(page) for page in PAGES}
    parts += [_section(title, answers, marked) for title, answers in items.items() if answers]
    parts.append(_meanings([item for answers in items.values() for item in answers]))
    content = "".join(part for part in parts if part)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Headway report</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{PRINTED_STYLE}{STYLE}</style></head>"
        f'<body><main class="hw">{content}</main></body></html>\n'
    )


def _origin(snapshot: Snapshot, data: Overview) -> str:
    """Return what the report is about, through which day, and when its verdicts were decided."""
    parts = ["Demo company: all of this is synthetic"] if snapshot.is_synthetic else []
    parts += [comparison_name(data.choices[data.choice]), f"data through {day(snapshot.as_of)}"]
    decided = {item.row["decided_on"] for item in data.answers if item.row["decided_on"]}
    if decided:
        parts.append(f"as decided on {', '.join(day(moment) for moment in sorted(decided))}")
    return " · ".join(parts)


def _section(title: str, items: Sequence[MetricAnswer], marked: Sequence[Event]) -> str:
    """Return a question with all its headlines, and the quarters of the first."""
    first = items[0]
    if not marked and not first.row["quarter"]:
        marked = [Event(first.row["event"], first.row["baseline_end"], timedelta(0))]
    drawn = quarter_svg(first, marked)
    chart = ""
    if drawn:
        text = " ".join([f"{first.metric.title} by quarter. {BAND}", *closed_note(marked)])
        chart = f"<p class=small>{html.escape(text)}</p>{drawn}"
    answers = overview_html.answers(items)
    return f"<section><h2>{html.escape(title)}</h2>{answers}{chart}</section>"


def _meanings(items: Sequence[MetricAnswer]) -> str:
    """Return the definitions of all headlines."""
    texts = "".join(
        f"<li><b>{html.escape(item.metric.title)}</b>: {_meaning(item.row)}</li>" for item in items
    )
    return f'<h2>How each number is measured</h2><ul class="small meanings">{texts}</ul>'


def _meaning(row: Row) -> str:
    """Return the definition of an answer as it was when the answer was decided, with its hash."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(row["definition"]))
    return f"{text} Definition {row['definition_hash'][:6]}."
