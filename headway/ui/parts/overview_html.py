"""Lines, guardrails and budgets of the overview as HTML, for pages and the report."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from headway.ui.parts import verdict
from headway.ui.parts.text import typeset
from queries.catalog import catalog
from queries.catalog.metric import Page
from queries.read.overview import RANKS, Line, MetricAnswer, Overview, event_quarter
from queries.sql_files import Row
from queries.text.overview_text import (
    budget_text,
    change_sentence,
    comparison_name,
    counts,
    effect_text,
    lowered,
    why,
    word,
)
from queries.text.sentences import short_value

WHOLE = "whole organisation"
#: the address of a page; an empty one makes no link
Address = Callable[[Page], str]
STYLE = """
.hw .line { display: grid; grid-template-columns: 8rem 8.5rem 1fr 9.5rem 9.5rem; gap: 0.75rem;
  align-items: center; padding: 0.375rem 0; border-bottom: 1px solid
  color-mix(in srgb, currentColor 18%, transparent) }
.hw a.line:hover, .hw a.cell:hover { background: color-mix(in srgb, currentColor 5%, transparent) }
.hw a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
.hw .head { padding: 0 }
.hw .question { font-weight: 600 }
.hw .cells { display: grid; grid-template-columns: repeat(5, 1fr); gap: 0.5rem }
.hw .cell { display: block; border: 1px solid color-mix(in srgb, currentColor 22%, transparent);
  border-radius: 0.375rem; padding: 0.375rem 0.625rem; height: 100% }
.hw .cell b { font-size: 1.0625rem }
.hw .cell.off { border-color: light-dark(#a8391c, #e8805c);
  background: light-dark(#fdf6f3, #2b1d19) }
.hw .cell.unknown { border-style: dashed }
.hw .bars { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem }
.hw .bar { display: block; height: 0.75rem; border-radius: 0.375rem; position: relative;
  overflow: hidden; background: color-mix(in srgb, currentColor 10%, transparent) }
.hw .bar i { position: absolute; left: 0; top: 0; bottom: 0 }
.hw .bar u { position: absolute; top: 0; bottom: 0; width: 2px; background: currentColor }
@media (max-width: 820px) {
  .hw .line { grid-template-columns: 1fr auto; row-gap: 0.25rem }
  .hw .head { display: none }
  .hw .line > .wide { grid-column: 1 / -1 }
  .hw .cells, .hw .bars { grid-template-columns: 1fr; gap: 0.375rem }
  .hw .cell { display: flex; justify-content: space-between; gap: 0.5rem; align-items: baseline }
}
"""


def lines(data: Overview, address: Address) -> str:
    """Return one line for each question: word, finding, effect and quarters."""
    return _lines([_question(line, address) for line in data.lines])


def answers(items: Sequence[MetricAnswer]) -> str:
    """Return one line for each headline of a question."""
    return _lines([_row(item.metric.title, item, _basis(item)) for item in items])


def _lines(rows: Sequence[str]) -> str:
    head = (
        '<div class="line small head" aria-hidden="true"><span></span><span></span><span></span>'
        "<span>change, with its interval</span><span>by quarter</span></div>"
    )
    return f"{head}<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


def _question(line: Line, address: Address) -> str:
    main = line.main
    if main is not None and line.page is not None:
        return _row(line.question.short, main, _notes(line, main), address(line.page))
    text = f"Not measured yet: to be answered by {line.question.answered_by}."
    return (
        f'<div class="line"><span class="question">{html.escape(line.question.short)}</span>'
        f'<span>{verdict.chip(None)}</span><span class="wide">{html.escape(text)}</span>'
        "<span></span><span></span></div>"
    )


def _row(label: str, item: MetricAnswer, notes: Sequence[str], address: str = "") -> str:
    """Return one line; a link if it has an address."""
    metric, row = item.metric, item.row
    event = event_quarter(row) if row["event"] else None
    small = _text(" · ".join(note for note in notes if note))
    parts = (
        f'<span class="question">{_text(label)}</span>',
        f"<span>{verdict.chip(row)}</span>",
        f'<span class="wide">{_text(change_sentence(metric, row))}<br>'
        f'<span class="small">{small}</span></span>',
        f"<span>{verdict.strip(metric, row)}"
        f'<span class="small">{_text(effect_text(metric, row))}</span></span>',
        f"<span>{verdict.strokes(metric, item.quarters, row['quarter'], event)}</span>",
    )
    return _linked(address, "line", "".join(parts))


def _basis(item: MetricAnswer) -> list[str]:
    """Return the reason of a word, and what the number rests on."""
    name = item.row["guardrail"]
    guardrail = catalog.metric(name) if name else None
    return [
        why(item.metric, item.row, guardrail),
        counts(item.metric, item.row),
        "beside the teams without it" if item.row["variant"] == "difference" else "",
        comparison_name(item.row) if item.is_fallback else "",
        WHOLE if item.is_whole else "",
    ]


def _notes(line: Line, main: MetricAnswer) -> list[str]:
    """Return what the number rests on, and the words of the question's other headlines."""
    by_word: dict[str, list[str]] = {}
    for other in line.other_answers:
        if (name := word(other.row)) in RANKS:
            by_word.setdefault(name, []).append(lowered(other.metric.title))
    return _basis(main) + [f"{name}: {', '.join(titles)}" for name, titles in by_word.items()]


def guardrail_title(data: Overview) -> str:
    """Return how many guardrails are worse, and how many cannot be judged."""
    words = [word(item.row) for item in data.guardrails]
    off, unknown = words.count("worse"), len(words) - sum(name in RANKS for name in words)
    if not words:
        return "Guardrails: nothing to measure yet"
    if unknown == len(words):
        return "Guardrails: none can be judged yet"
    state = f"{off} of {len(words)} {'is' if off == 1 else 'are'} worse" if off else "none is worse"
    return f"Guardrails: {state}" + (f", {unknown} cannot be judged yet" if unknown else "")


def guardrails(data: Overview, address: str) -> str:
    """Return the guardrails in cells; those that are worse have a frame."""
    return f'<div class="cells">{"".join(_cell(item, address) for item in data.guardrails)}</div>'


def _cell(item: MetricAnswer, address: str) -> str:
    row, metric = item.row, item.metric
    name = word(row)
    state = {"worse": " off", "too little data": " unknown"}.get(name, "")
    sign, _ = verdict.SIGNS.get(name, verdict.OTHER_SIGN)
    notes = [name, WHOLE if item.is_whole else ""]
    if row["baseline"] is not None:
        notes.insert(0, f"was {short_value(metric, row['baseline'], row['n_baseline'])}")
    value = short_value(metric, row["current"], row["n_current"])
    small = _text(" · ".join(note for note in notes if note))
    return _linked(
        address,
        f"cell{state}",
        f"<span>{sign} {_text(metric.title)}</span><br><span><b>{_text(value)}</b> "
        f'<span class="small">{small}</span></span>',
    )


def budgets(rows: Sequence[Row], address: str) -> str:
    """Return the month and the year against their budgets."""
    return _linked(address, "bars", "".join(_budget(row) for row in rows))


def _budget(row: Row) -> str:
    budget = float(row["budget_usd"] or 0)
    end = max(budget, row["point"], row["spent"]) or 1
    colour = "bad" if budget and row["breach_on"] is not None else "good"
    mark = f'<u style="left: {100 * budget / end:.1f}%"></u>' if 0 < budget < end else ""
    return (
        f'<span><span class="small">{_text(budget_text(row))}</span><span class="bar">'
        f'<i class="{colour}" style="width: {100 * row["spent"] / end:.1f}%; '
        f'background: currentColor"></i>{mark}</span></span>'
    )


def _linked(address: str, classes: str, content: str) -> str:
    """Return a block, which is a link if it has an address."""
    if not address:
        return f'<div class="{classes}">{content}</div>'
    target = html.escape(address, quote=True)
    return f'<a class="{classes}" href="{target}" target="_self">{content}</a>'


def _text(text: str) -> str:
    return html.escape(typeset(text))
