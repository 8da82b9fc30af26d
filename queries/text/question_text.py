"""Question pages in words: the title, the closed lines, and what two groups of teams differ by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from queries.catalog.catalog import EXTRA_PAGES, PAGES, QUESTIONS
from queries.catalog.metric import Metric, Page
from queries.sql_files import Row
from queries.text.overview_text import CHANGED, change_sentence, effect_text, word
from queries.text.sentences import day, format_value, is_known, lowered, short_value, with_rate

GUARDRAIL = "guardrail"
#: digits of a definition's hash that a page prints
HASH_DIGITS = 6


def position(page: Page) -> str:
    """Return which question a page answers: ``Question 2 of 5``; empty for other pages."""
    names = [question.name for question in QUESTIONS if question.name != GUARDRAIL]
    pages = (other for other in (*PAGES, *EXTRA_PAGES) if other.question == page.question)
    if page.question not in names or next(pages) is not page:
        return ""
    return f"Question {names.index(page.question) + 1} of {len(names)}"


def title(metric: Metric, row: Row, guardrail: tuple[Metric, Row] | None) -> str:
    """Return an answer as the title of its page; a gain that is not proven says why."""
    text = change_sentence(metric, row)
    if word(row) != "not proven":
        return text
    if guardrail is None:
        return f"{text} It is not proven a gain: none of its guardrails can be measured."
    return f"{text} It is not proven a gain: {lowered(change_sentence(*guardrail))}"


def guardrail_line(metric: Metric, row: Row) -> str:
    """Return the guardrail that stops a gain, with its figures."""
    current, baseline = (
        short_value(metric, row[name], row[n])
        for name, n in (("current", "n_current"), ("baseline", "n_baseline"))
    )
    items = f"{row['n_current']:,} and {row['n_baseline']:,} {metric.of.plural}"
    return f"{lowered(metric.title)} {current}, was {baseline} ({items})"


def closed_line(metric: Metric, row: Row) -> str:
    """Return a headline's number and word for the closed line of its panel."""
    if row["current"] is None and word(row) == "not measured":
        return "not measured"
    value = short_value(metric, row["current"], row["n_current"])
    name = "never above 0" if word(row) == "not measured" else word(row)
    text = f"{with_rate(metric, value)}, {name}"
    if word(row) in CHANGED and row["baseline"] is not None:
        text += f", was {short_value(metric, row['baseline'], row['n_baseline'])}"
    return text


def number(metric: Metric, value: float | None, n: int) -> str:
    """Return a number of a metric without a comparison: ``29 a week``, ``23 open now``."""
    text = format_value(value, metric.unit)
    if metric.chart == "ages":
        return f"{n:,} open now, half of them for over {text}" if n else "nothing is open"
    if not is_known(metric, value, n):
        return "not measured"
    return with_rate(metric, text)


def difference_sentence(metric: Metric, row: Row) -> str:
    """Return whether the teams with a rollout changed more than the others.

    ``row`` is the answer beside the other teams.
    """
    lo, hi = row["lo"], row["hi"]
    if lo is None or hi is None:
        return "Too little data to compare the two groups of teams."
    effect = effect_text(metric, row)
    if lo <= 0 <= hi:
        return f"Not enough to rule out that all teams changed alike: {effect} against the others."
    return f"The rollout teams changed more than the others: {effect} against them."


def decided_text(row: Row, definition: str) -> str:
    """Return when an answer was decided, and by which definition."""
    by = f" (definition {definition[:HASH_DIGITS]}…)" if definition else ""
    if row["decided_on"]:
        return f"As decided on {day(row['decided_on'])}{by}"
    return f"Not decided{by}"


def teams_text(count: int, kind: str) -> str:
    """Return a number of teams of a kind: ``3 rollout teams``."""
    return f"{count} {kind} team{'' if count == 1 else 's'}"


def definition_lines(definition: str) -> Sequence[str]:
    """Return a definition in at most three lines: what, who, and exceptions."""
    first, *rest = re.split(r"(?<=\.) ", definition)
    if share := re.fullmatch(r"Of (.+?), (the share .+)", first):
        who, subject = share.groups()
    else:
        subject, _, who = re.sub(r", (?:over all|of) ", "\0", first, count=1).partition("\0")
    lines = [f"What: {subject.removesuffix('.')}."]
    if who:
        lines.append(f"Who: {who.removesuffix('.')}.")
    return [*lines, f"Exceptions: {' '.join(rest)}"] if rest else lines
