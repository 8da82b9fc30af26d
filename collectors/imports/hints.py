"""Hints about a table of no known format: what it looks like, and which columns are near."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping, Sequence

from collectors.characters import clean
from collectors.imports.formats import normalize_header

#: names that people give to a column beside its own
OTHER_NAMES: Mapping[str, str] = {
    "day": """usage_date usage_day timestamp time datetime period created_at start_time start_date
        transaction_date""",
    "cost_usd": """total spend usd price charge charges total_cost total_usd net_amount fee sum
        spend_usd value billed costs amount_usd total_spend""",
    "key": "id number ticket issue item_id",
    "title": "name summary subject description",
    "opened_at": "created created_at started reported date opened",
    "closed_at": "resolved resolved_at done finished completed closed",
    "resolved_at": "closed closed_at ended ended_at fixed",
    "started_at": "start begin started launched",
}
#: columns of spend beside day and cost
SPEND_WORDS = "provider tool model email login user team tokens requests service sku"
#: likeness of two names, from 0 to 1
LIKENESS = 0.75


def nearest(header: Sequence[str], column: str, names: Sequence[str], used: set[str]) -> str:
    """Return the header that most likely is a column, by its names; '' without one."""
    headers = {normalize_header(name): name for name in header if normalize_header(name)}
    free = [name for name in headers if name not in used]
    possible = (*names, *OTHER_NAMES.get(column, "").split())
    if exact := next((name for name in possible if name in free), ""):
        return headers[exact]
    for name in possible:
        if longer := [other for other in free if set(name.split("_")) <= set(other.split("_"))]:
            return headers[longer[0]]
        if close := difflib.get_close_matches(name, free, 1, LIKENESS):
            return headers[close[0]]
    return ""


def missing_columns(
    header: Sequence[str], missing: Sequence[str], columns: Mapping[str, Sequence[str]]
) -> str:
    """Return which columns are missing, with the nearest one of the file for each."""
    used = {name for names in columns.values() for name in names}
    questions, unlike = [], []
    for column in missing:
        name, near = columns[column][0], nearest(header, column, columns[column], used)
        if near:
            questions.append(f"the column {name} is missing: is it `{printable(near)}`?")
        else:
            unlike.append(name)
    if unlike:
        is_single = len(unlike) == 1
        names = ", ".join(unlike)
        subject = f"the column {names} is" if is_single else f"the columns {names} are"
        questions.append(f"{subject} missing")
    return " ".join([questions[0], *(text[0].upper() + text[1:] for text in questions[1:])])


def spend_hint(header: Sequence[str]) -> str:
    """Return what a table lacks if it looks like spend; '' if it does not."""
    columns = {"day": ("day", "date"), "cost_usd": ("cost_usd", "amount", "cost")}
    headers = {normalize_header(name) for name in header}
    missing = [column for column, names in columns.items() if headers.isdisjoint(names)]
    near = [column for column in missing if nearest(header, column, columns[column], set())]
    has_spend_words = bool(headers.intersection(SPEND_WORDS.split()))
    is_like_spend = len(near) == len(missing) or (has_spend_words and len(missing) == 1)
    if not missing or not is_like_spend:
        return ""
    return f"looks like spend; {missing_columns(header, missing, columns)}"


def printable(name: str) -> str:
    """Return a header for a message: short, on one line, without e-mail addresses."""
    plain = clean(name).replace("`", "'")
    return textwrap.shorten(plain, 60, placeholder="…")
