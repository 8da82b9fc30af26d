"""Verdicts, guardrails and budgets as HTML, for pages and the report."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from math import isfinite, log

from headway.ui.parts.text import as_html
from queries.catalog import catalog
from queries.catalog.metric import Metric, Page
from queries.read.overview import RANKS, Line, MetricAnswer, Overview, event_quarter
from queries.sql_files import Row
from queries.text.expectation_text import summary
from queries.text.overview_text import (
    CHANGED,
    basis,
    budget_text,
    change_sentence,
    comparison_name,
    effect_text,
    word,
)
from queries.text.sentences import format_value, lowered, short_value, with_rate

WHOLE = "whole organisation"
AGAINST = "against the other teams"
#: the address of a page; an empty one makes no link
Address = Callable[[Page], str]
#: sign and colour of each word; colours are classes of ``STYLE``
SIGNS = {
    "improving": ("▲", "good"),
    "worse": ("▼", "bad"),
    "no clear change": ("=", "quiet"),
    "too little data": ("·", "quiet"),
    "not proven": ("?", "held"),
    "not measured": ("–", "quiet"),
}
OTHER_SIGN = ("…", "quiet")
#: an interval as wide as this would show not even a threefold change
WIDEST_RATIO, WIDEST_SHARE = log(3), 0.25


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
    text = f"Not measured yet. {line.question.step}"
    parts = (
        f'<span class="question">{html.escape(line.question.short)}</span>'
        f'<span>{chip(None)}</span><span class="wide">{html.escape(text)}</span>'
        "<span></span><span></span>"
    )
    return _linked(address(line.page) if line.page else "", "line", parts)


def _row(label: str, item: MetricAnswer, notes: Sequence[str], address: str = "") -> str:
    """Return one line; a link if it has an address."""
    metric, row = item.metric, item.row
    event = event_quarter(row) if not row["quarter"] else None
    small = as_html(" · ".join(note for note in notes if note))
    parts = (
        f'<span class="question">{as_html(label)}</span>',
        f"<span>{chip(row)}</span>",
        f'<span class="wide">{as_html(change_sentence(metric, row))}<br>'
        f'<span class="small">{small}</span></span>',
        f"<span>{strip(metric, row)}"
        f'<span class="small">{as_html(effect_text(metric, row))}</span></span>',
        f"<span>{strokes(metric, item.quarters, row['quarter'], event)}</span>",
    )
    return _linked(address, "line", "".join(parts))


def _basis(item: MetricAnswer) -> list[str]:
    """Return the reason of a word, and what the number rests on."""
    name = item.row["guardrail"]
    guardrail = catalog.metric(name) if name else None
    return [
        *basis(item.metric, item.row, guardrail),
        AGAINST if item.row["variant"] == "difference" else "",
        comparison_name(item.row) if item.has_own_period else "",
        WHOLE if item.is_whole else "",
    ]


def _notes(line: Line, main: MetricAnswer) -> list[str]:
    """Return the basis of a question's line, and its other headlines that changed.

    The interval is beside it, so its sentence is left to the question's page.
    """
    by_word: dict[str, list[str]] = {}
    for other in line.other_answers:
        if (name := word(other.row)) in CHANGED:
            by_word.setdefault(name, []).append(lowered(other.metric.title))
    notes = _basis(main)[word(main.row) == "no clear change" :]
    return notes + [f"{name}: {', '.join(titles)}" for name, titles in by_word.items()]


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
    sign, _ = SIGNS.get(name, OTHER_SIGN)
    notes = ["" if name == "no clear change" else name, WHOLE if item.is_whole else ""]
    if row["baseline"] is not None:
        notes.insert(0, f"was {short_value(metric, row['baseline'], row['n_baseline'])}")
    value = with_rate(metric, short_value(metric, row["current"], row["n_current"]))
    small = as_html(" · ".join(note for note in notes if note))
    return _linked(
        address,
        f"cell{state}",
        f"<span>{sign} {as_html(metric.title)}</span><br><span><b>{as_html(value)}</b> "
        f'<span class="small">{small}</span></span>',
    )


def budgets(rows: Sequence[Row], address: str) -> str:
    """Return the month and the year against their budgets."""
    return _linked(address, "bars", "".join(_budget(row) for row in rows))


def expectations(rows: Sequence[Row], address: str) -> str:
    """Return the states of all expectations in one line."""
    return _linked(address, "small", as_html(f"Expectations: {summary(rows)}"))


def _budget(row: Row) -> str:
    budget = float(row["budget_usd"] or 0)
    end = max(budget, row["point"] or 0, row["spent"] or 0) or 1
    colour = "bad" if budget and row["breach_on"] is not None else "good"
    mark = f'<u style="left: {100 * budget / end:.1f}%"></u>' if 0 < budget < end else ""
    return (
        f'<span><span class="small">{as_html(budget_text(row))}</span><span class="bar">'
        f'<i class="{colour}" style="width: {100 * (row["spent"] or 0) / end:.1f}%; '
        f'background: currentColor"></i>{mark}</span></span>'
    )


def _linked(address: str, classes: str, content: str) -> str:
    """Return a block, which is a link if it has an address."""
    if not address:
        return f'<div class="{classes}">{content}</div>'
    target = html.escape(address, quote=True)
    return f'<a class="{classes}" href="{target}" target="_self">{content}</a>'


def chip(row: Row | None) -> str:
    """Return the chip of an answer's word; sign and colour repeat the word."""
    name = word(row) if row else "not measured"
    sign, colour = SIGNS.get(name, OTHER_SIGN)
    return f'<span class="chip {colour}">{sign}&nbsp;{html.escape(name)}</span>'


def strip(metric: Metric, row: Row) -> str:
    """Return the effect and its interval around a line at no change; empty without an effect.

    Boxes of CSS, because pages may not contain SVG.
    """
    if row["effect"] is None:
        return ""
    bar = ""
    if row["lo"] is not None and row["hi"] is not None:
        start, end = (_position(metric, row, row[name]) for name in ("lo", "hi"))
        bar = f'<i style="left: {start:.1f}%; width: {max(end - start, 1):.1f}%"></i>'
    at = _position(metric, row, row["effect"])
    name = html.escape(effect_text(metric, row), quote=True)
    return (
        f'<span class="strip {_colour(metric, row)}" role="img" aria-label="{name}">{bar}'
        f'<b style="left: {at:.1f}%"></b></span>'
    )


def _position(metric: Metric, row: Row, effect: float) -> float:
    """Return the place of an effect in per cent; the ends are the widest that has a verdict."""
    if row["effect_kind"] == "ratio":
        size = log(max(effect + 1, 1e-9)) / WIDEST_RATIO
    elif metric.unit == "share":
        size = effect / WIDEST_SHARE
    else:
        size = effect / max(2 * abs(row["baseline"] or 0), 6)
    return 50 + 46 * max(-1.0, min(1.0, size))


def _colour(metric: Metric, row: Row) -> str:
    """Return the colour of an effect: none without a word for a change."""
    if word(row) not in CHANGED:
        return "quiet"
    return "good" if (row["effect"] > 0) == (metric.better == "up") else "bad"


def strokes(metric: Metric, quarters: Sequence[Row], judged: str, event: str | None) -> str:
    """Return the level of each quarter, oldest first; the judged one is dark, a running dashed.

    ``event`` is the quarter in which a rollout began, marked before its stroke.
    """
    values = [row["current"] for row in quarters]
    known = [value for value in values if value is not None and isfinite(value)]
    if len(known) < 2:
        return ""
    low, high = min(0.0, *known), max(known)
    span = (high - low) or 1.0
    levels = "".join(
        f'<i class="{_stroke(row, judged, event)}">{_level(value, low, span)}</i>'
        for row, value in zip(quarters, values, strict=True)
    )
    values_text = ", ".join(
        f"{row['quarter']}: {format_value(value, metric.unit)}"
        for row, value in zip(quarters, values, strict=True)
        if value is not None
    )
    name = html.escape(f"{metric.title} by quarter: {values_text}", quote=True)
    return f'<span class="strokes" role="img" aria-label="{name}">{levels}</span>'


def _stroke(row: Row, judged: str, event: str | None) -> str:
    """Return the classes of a quarter: judged, running, and the first of a rollout."""
    names = {
        "judged": row["quarter"] == judged,
        "running": row["status"] == "so far",
        "event": row["quarter"] == event,
    }
    return " ".join(name for name, applies in names.items() if applies)


def _level(value: float | None, low: float, span: float) -> str:
    if value is None or not isfinite(value):
        return ""
    return f'<b style="bottom: {90 * (value - low) / span:.1f}%"></b>'
