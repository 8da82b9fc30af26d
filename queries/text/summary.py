"""The overview in words: its headline, and one line for each question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from queries.read.overview import Overview
from queries.sql_files import Row
from queries.text.overview_text import change_sentence, headline, over_budget_clauses, word
from queries.text.sentences import capitalised


def headline_of(data: Overview, budgets: Iterable[Row]) -> str:
    """Return what all verdicts and budgets say together; ``budgets`` are rows of ``forecasts``."""
    questions, guardrails = (
        [(item.metric, item.row) for item in items if not item.is_fallback]
        for items in (data.answers, data.guardrails)
    )
    chosen_row = data.choices.get(data.choice)
    return headline(chosen_row, questions, guardrails, over_budget_clauses(budgets))


def summary(data: Overview, budgets: Sequence[Row]) -> list[str]:
    """Return the headline, then one line for each question: word and finding."""
    lines = []
    for line in data.lines:
        answer = "not measured"
        if line.main:
            answer = f"{word(line.main.row)}. {change_sentence(line.main.metric, line.main.row)}"
        lines.append(f"{line.question.short} {capitalised(answer)}")
    return [headline_of(data, budgets), *lines]
