"""What the command line prints of a published file: answers as paragraphs, rows as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from queries.catalog import METRICS, PAGES
from queries.headlines import Told, tell
from queries.numbers import Scope
from queries.sentences import dates, day
from queries.snapshot import Snapshot, listing
from queries.views import facts

NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d+)?")
Cell = str | None


def as_answers(snapshot: Snapshot) -> str:
    """Return the newest answers for the organisation: what they are as of, and a paragraph for each headline."""
    about = facts(snapshot)
    told = [(m, tell(snapshot, m, Scope(), about.ends_on)) for m in METRICS if m.is_headline]
    opening = ["Synthetic company: no real team did any of this."] if snapshot.is_synthetic else []
    opening.append(f"As of {day(about.as_of)}.")
    if about.is_silent and about.last_day:
        opening.append(f"Nothing has happened since {day(about.last_day)}.")
    windows = {found.main.quarter: found.main.window for _, found in told if found.main}
    opening += [f"{quarter} is {dates(window)}." for quarter, window in sorted(windows.items(), reverse=True)]
    parts = [" ".join(opening)]
    for page in PAGES:
        parts.append(f"{page.question[0].upper()}{page.question[1:]}  {page.title}")
        parts += [f"{m.title}: {_paragraph(found)}" for m, found in told if m.page == page.name]
    if reasons := {one.reason for _, found in told for one in found.all if one.verdict is None}:
        parts.append(f"{', '.join(sorted(reasons)).capitalize()}: these are numbers, not verdicts.")
    return "\n\n".join(parts)


def _paragraph(told: Told) -> str:
    """One headline: its newest complete quarter, how that compares with a year before, and the quarter that runs."""
    said = [told.main.sentence] if told.main else []
    if told.main and told.main.is_known and told.year:
        said.append(told.year.aside)
    if told.so_far:
        said.append(told.so_far.aside)
    return " ".join(said)


def as_rules(snapshot: Snapshot) -> str:
    """Return what each rule matched, kind by kind, and the labels that no rule looks for."""
    parts: list[str] = []
    rules = listing(snapshot, "rules")
    for kind in rules["kind"].unique():
        found = rules[rules["kind"] == kind].drop(columns="kind")
        parts.append(f"{kind}\n{as_table(list(found.columns), _texts(found.to_numpy().tolist()))}")
    labels = listing(snapshot, "unmatched_labels")
    if labels.empty:
        return "\n\n".join([*parts, "A rule looks for every label that is in use."])
    table = as_table(list(labels.columns), _texts(labels.to_numpy().tolist()))
    return "\n\n".join([*parts, f"labels that no rule looks for\n{table}"])


def _texts(rows: Iterable[Iterable[object]]) -> list[tuple[Cell, ...]]:
    return [tuple(None if cell is None else str(cell) for cell in row) for row in rows]


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows as columns of text, numbers to the right; null is empty."""
    shown = [[" ".join((cell or "").split("\n")) for cell in row] for row in rows]
    lines = [""] * (len(shown) + 1)
    for place, name in enumerate(columns):
        cells = [name, *(row[place] for row in shown)]
        width = max(map(len, cells))
        is_number = all(NUMBER.fullmatch(cell) for cell in cells[1:] if cell) and any(cells[1:])
        for line, cell in enumerate(cells):
            lines[line] += (cell.rjust(width) if is_number else cell.ljust(width)) + "  "
    return "\n".join(line.rstrip() for line in lines)


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows as CSV with a header; null is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().removesuffix("\n")


def as_json(documents: Sequence[str]) -> str:
    """Return JSON documents as one list, each on a line of its own."""
    return "[" + ",".join(f"\n{document}" for document in documents) + "\n]"
