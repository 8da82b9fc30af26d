"""Overview in words: the headline, findings of one sentence, effects and budgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from queries.catalog.metric import Metric
from queries.sql_files import Row
from queries.statistics.windows import BASELINE
from queries.text.periods import is_passed, period_name, quarter_name
from queries.text.sentences import capitalised, day, dollars, lowered, short_value, size_of
from queries.text.verdict_text import REASONS, range_text, shortage_text

SO_FAR, NOT_JUDGED = "so far", "not judged"
#: words for a change
CHANGED = ("improving", "worse", "not proven")
#: reasons that have the number of items on one side
COUNTED_REASONS = ("items", "outcomes", "waves")
#: a headline has at most so many clauses in each of its two sentences
MOST_CLAUSES = 3


def word(row: Row) -> str:
    """Return the verdict of an answer, or why it has none in two words."""
    if row["verdict"] is not None:
        return str(row["verdict"])
    return SO_FAR if row["status"] == SO_FAR else NOT_JUDGED


def change_sentence(metric: Metric, row: Row) -> str:
    """Return the answer in one short sentence; a change only where one was judged.

    If it is about the teams of a rollout only, the sentence begins with them.
    """
    text = _change(metric, row)
    teams = row.get("rollout_teams")
    return f"In the {rollout_teams(teams)}, {lowered(text)}" if teams else text


def rollout_teams(count: int) -> str:
    """Return the teams of a rollout as a noun: ``4 rollout teams``."""
    return "rollout team" if count == 1 else f"{count} rollout teams"


def _change(metric: Metric, row: Row) -> str:
    current, baseline = (
        short_value(metric, row[name], row[n])
        for name, n in (("current", "n_current"), ("baseline", "n_baseline"))
    )
    name, has_baseline = word(row), row["baseline"] is not None
    if has_baseline and name == "no clear change":
        return f"{metric.unchanged.format(current=current, baseline=baseline)}."
    if has_baseline and name in CHANGED:
        return f"{metric.changed.format(current=current, baseline=baseline)}."
    title = f"{metric.title} (1 to 5)" if metric.unit == "points of 5" else metric.title
    if name == SO_FAR and metric.aggregate == "count":
        return f"{title}: {current} so far."
    if not has_baseline or not metric.has_enough(row["n_current"], row["n_baseline"]):
        return f"{title}: {current}."
    return f"{title}: {current}, was {baseline}."


def basis(metric: Metric, row: Row, guardrail: Metric | None) -> list[str]:
    """Return the reason of a word and the items behind both numbers, each count once.

    For example ``446 and 493 pull requests``. ``guardrail`` is the one that stops a gain.
    """
    reason = why(metric, row, guardrail)
    if metric.aggregate == "count":
        return [reason]
    counts = f"{row['n_current']:,} and {row['n_baseline']:,} {metric.of.plural}"
    code, _, figures = (row["reason"] or "").partition(": ")
    if word(row) == "too little data" and code in COUNTED_REASONS:
        return [f"{counts}; a verdict needs {figures.partition(' of ')[2]} on each side"]
    return [reason, counts]


def effect_text(metric: Metric, row: Row) -> str:
    """Return an effect with its interval: ``−14 % (−27 to −6)``; empty without one."""
    effect, lo, hi = row["effect"], row["lo"], row["hi"]
    if effect is None:
        return ""
    unit, scale = _scale(metric, row["effect_kind"])
    number = f"{_signed(effect * scale)}{unit}"
    if lo is None or hi is None:
        return number
    return f"{number} ({_signed(lo * scale)} to {_signed(hi * scale)})"


def why(metric: Metric, row: Row, guardrail: Metric | None) -> str:
    """Return the reason of a word: what an interval leaves possible, is missing, or stops a gain.

    Empty for words that need none. ``guardrail`` is the one that stops a gain.
    """
    name = word(row)
    if name == "no clear change":
        return capitalised(range_text(metric, row))
    if name == "too little data":
        return capitalised(shortage_text(metric, row, row["reason"] or ""))
    if name == "not measured" and row["current"] is not None:
        return "Never above 0, so there is no change to judge"
    if name == NOT_JUDGED and row["reason"] in REASONS:
        return REASONS[row["reason"]]
    if name == "not proven":
        return capitalised(guardrail.loss if guardrail else "no guardrail can be measured")
    return ""


def _scale(metric: Metric, kind: str) -> tuple[str, int]:
    """Return the unit of an effect after its number, and the factor of the number."""
    if kind == "ratio":
        return " %", 100
    return (" points", 100) if metric.unit == "share" else ("", 1)


def _signed(value: float) -> str:
    size = size_of(value)
    return size if size == "0" else f"{'+' if value > 0 else '−'}{size}"


def comparison_name(row: Row) -> str:
    """Return the name of a comparison: ``Q3 2026 against Q2``, ``Since agents, 5 Jan 2026``."""
    if not row["quarter"]:
        return f"Since {lowered(row['event'])}, {day(row['baseline_end'])}"
    year, quarter = row["quarter"].split("-")
    against = "a year before"
    if row["comparison"] == "quarter before":
        against = f"Q{(int(quarter[1]) + 2) % 4 + 1}"
    elif row["comparison"] == BASELINE:
        against = quarter_name(row["event"])
    running = f" {SO_FAR}" if row["status"] == SO_FAR else ""
    return f"{quarter} {year}{running} against {against}"


def headline(
    row_of_choice: Row | None,
    questions: Sequence[tuple[Metric, Row]],
    guardrails: Sequence[tuple[Metric, Row]],
    over_budget: Sequence[str],
) -> str:
    """Return what the verdicts say together, in at most two sentences.

    ``over_budget`` has clauses about budgets. The organisation's gains come first, then losses.
    """
    if row_of_choice is None:
        return "No answer yet: no complete quarter has a number."
    gains = [metric.gain for metric, row in questions if word(row) == "improving"]
    unproven_gains = [metric.gain for metric, row in questions if word(row) == "not proven"]
    losses = [metric.loss for metric, row in (*questions, *guardrails) if word(row) == "worse"]
    rest = [*losses[:MOST_CLAUSES], *over_budget[:1]]
    since = _since(row_of_choice)
    if gains:
        unproven = [f"it is not proven that {clause}" for clause in unproven_gains[:1]]
        return _two(f"{since}{_joined(gains)}.", rest or unproven)
    if unproven_gains:
        return _two(f"{since}{_joined(unproven_gains)}, but that is not proven a gain.", rest, "")
    if losses:
        return _two(f"{since}{_joined(losses)}.", over_budget[:1], "")
    if any(word(row) == "no clear change" for _, row in questions):
        return _two(f"{since}nothing changed by more than it usually does.", over_budget[:1])
    return _two(
        "Nothing is certain yet: no number has enough history for a verdict.", over_budget[:1]
    )


def _two(first: str, clauses: Sequence[str], link: str = "But ") -> str:
    """Return a sentence and, if there are more clauses, a second one."""
    if not clauses:
        return first
    return f"{first} {capitalised(f'{link}{_joined(clauses)}')}."


def _since(row: Row) -> str:
    """Return the first words of a headline: when, compared with when."""
    if row["quarter"]:
        return f"{comparison_name(row)}: "
    since = f"since {lowered(row['event'])}, "
    teams = row.get("rollout_teams")
    return f"In {teams} team{'' if teams == 1 else 's'} {since}" if teams else capitalised(since)


def _joined(clauses: Iterable[str]) -> str:
    """Return the first clauses as one; the lines below say the others."""
    parts = list(dict.fromkeys(clauses))[: MOST_CLAUSES + 1]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def verdicts_sentence(rows: Sequence[Row]) -> str:
    """Return how many verdicts there are, by word."""
    numbers = Counter(row["verdict"] for row in rows)
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{number:,} {name}" for name, number in ordered]
    total = f"{len(rows):,} verdict{'' if len(rows) == 1 else 's'}"
    since = min(row["decided_on"] for row in rows)
    return f"{total} since {day(since)}: {', '.join(parts)}."


def budget_text(row: Row) -> str:
    """Return a period's spend, budget and forecast in one line."""
    budget = f" of {dollars(float(row['budget_usd']))}" if row["budget_usd"] is not None else ""
    name = period_name(row["period"])
    is_final = row["counted_until"] >= row["made_on"]
    text = f"{name}: {'' if is_final else 'at least '}{dollars(row['spent'])}{budget}"
    if is_passed(row):
        text += f", passed on {_short(row['breach_on'])}"
    if row["point"] is None:
        return f"{text}; no forecast"
    text += f"; {dollars(row['point'])} expected"
    if row["breach_on"] is not None and not is_passed(row):
        is_past = row["breach_on"] <= row["made_on"]
        text += f", over {'since ' if is_past else ''}about {_short(row['breach_on'])}"
    return text


def over_budget_clauses(rows: Iterable[Row]) -> list[str]:
    """Return a clause for each period whose budget is passed, or expected to be."""
    clauses = []
    for row in rows:
        if row["breach_on"] is not None:
            verb = "is" if is_passed(row) else "is expected to go"
            clauses.append(f"{period_name(row['period'])} {verb} over budget")
    return clauses


def budget_title(rows: Sequence[Row]) -> str:
    """Return which of the budgets are passed, or expected to be."""
    over = [row for row in rows if row["breach_on"] is not None]
    groups = (
        ("over", [period_name(row["period"]) for row in over if is_passed(row)]),
        ("expected to go over", [period_name(row["period"]) for row in over if not is_passed(row)]),
    )
    if over:
        texts = [f"{_joined(names)} {state}" for state, names in groups if names]
        return f"Budget: {'; '.join(texts)}"
    known = any(row["budget_usd"] is not None for row in rows)
    return "Budget: nothing is expected to go over" if known else "Spend, without a budget"


def _short(moment: date) -> str:
    return f"{moment.day} {moment:%b}"
