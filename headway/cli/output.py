"""Printed answers and rows: paragraphs, tables, CSV, JSON."""

from __future__ import annotations

import csv
import io
import itertools
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from headway.cli import log, terminal
from queries.catalog.catalog import METRICS, PAGES
from queries.catalog.catalog import metric as catalogued
from queries.catalog.scope import Scope
from queries.read.cases import replay
from queries.read.filters import snapshot_info
from queries.read.headline import Headline, MetricHeadlines
from queries.read.headlines import metric_headlines
from queries.read.query import Limits, Query
from queries.read.snapshot import Snapshot, listing
from queries.read.verification import verify
from queries.text.cells import harmless
from queries.text.sentences import capitalised, dates, day

NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d+)?")
Cell = str | None
#: rows of a table that `headway sql` prints
TABLE_ROWS = 10_000
#: rows on a terminal, and characters of a cell there
SCREEN_ROWS, CELL_WIDTH = 40, 40
#: a result that is printed row by row, into a file for instance
WHOLE = Limits(seconds=600, result_bytes=2_000_000_000)


def as_answers(snapshot: Snapshot) -> str:
    """Return the newest answers for the organisation: their date and a paragraph a headline."""
    about = snapshot_info(snapshot)
    reported = [
        (m, metric_headlines(snapshot, m, Scope(), about.ends_on)) for m in METRICS if m.is_headline
    ]
    opening = ["Synthetic company: no real team did any of this."] if snapshot.is_synthetic else []
    opening.append(f"As of {day(about.as_of)}, the last day that was read to its end.")
    if about.is_silent and about.last_day:
        opening.append(f"Nothing has happened since {day(about.last_day)}.")
    windows = {result.main.quarter: result.main.window for _, result in reported if result.main}
    opening += [
        f"{quarter} is {dates(window)}."
        for quarter, window in sorted(windows.items(), reverse=True)
    ]
    parts = [" ".join(opening)]
    for page in PAGES:
        parts.append(f"{capitalised(page.question)}  {page.title}")
        of_page = [(m, result) for m, result in reported if m.page == page.name]
        of_page.sort(key=lambda pair: not (pair[1].main and pair[1].main.is_known))
        parts += [f"{m.title}: {_paragraph(result)}" for m, result in of_page]
    return "\n\n".join(parts)


def _paragraph(reported: MetricHeadlines) -> str:
    """Return a headline: its newest complete quarter, the year before and the running quarter."""
    message: list[str] = []
    if reported.main:
        message += filter(None, (reported.main.sentence, _verdict(reported.main)))
    if reported.main and reported.main.is_known and reported.year:
        message += filter(None, (reported.year.note, _verdict(reported.year)))
    if reported.so_far:
        message.append(reported.so_far.note)
    return " ".join(message)


def _verdict(headline: Headline) -> str:
    """Return the word of a verdict and its sentence; empty without a word."""
    word, text = headline.verdict, headline.verdict_sentence or ""
    if word is None or word == "not measured":
        return ""
    # a sentence that begins with its word needs no second one
    return text if text.lower().startswith(word) else f"{word.capitalize()}: {text}"


def as_verification(snapshot: Snapshot, metric: str, quarter: str) -> tuple[list[str], bool]:
    """Return the steps of a metric's verdicts as lines, and whether all agree with the file."""
    results = verify(snapshot, catalogued(metric), quarter or None)
    if not results:
        return [f"{metric} has no decided verdict" + (f" in {quarter}" * bool(quarter))], True
    lines = []
    for result in results:
        lines += [result.title, *(f"  {step}" for step in result.steps)]
        lines += [f"  differs: {difference}" for difference in result.differences]
        lines += ["  as published"] if not result.differences else []
    return lines, not any(result.differences for result in results)


def as_replay(snapshot: Snapshot) -> tuple[list[str], bool]:
    """Return the estimates of the metrics' cases as lines, and whether all are as expected."""
    results = list(replay(snapshot))
    rows = [
        (item.case, item.expected, item.got, "" if item.is_same else "differs") for item in results
    ]
    failed = sum(not item.is_same for item in results)
    last = f"{len(results):,} estimates, {failed:,} differ"
    return [as_table(("case", "expected", "got", ""), rows), last], not failed


def as_rules(snapshot: Snapshot, quick_accounts: Path) -> str:
    """Return the matches of each rule by kind, quick accounts, and labels without a rule."""
    parts: list[str] = []
    rules = listing(snapshot, "rules")
    for kind in rules["kind"].unique():
        result = rules[rules["kind"] == kind].drop(columns="kind")
        parts.append(
            f"{kind}\n{as_table(list(result.columns), _texts(result.to_numpy().tolist()))}"
        )
    if quick_accounts.exists():
        with quick_accounts.open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        if rows:
            parts.append(f"accounts that answer within a minute\n{as_table(columns, rows)}")
    labels = listing(snapshot, "unmatched_labels")
    if labels.empty:
        return "\n\n".join([*parts, "A rule looks for every label that is in use."])
    table = as_table(list(labels.columns), _texts(labels.to_numpy().tolist()))
    return "\n\n".join([*parts, f"labels that no rule looks for\n{table}"])


def _texts(rows: Iterable[Iterable[object]]) -> list[tuple[Cell, ...]]:
    return [tuple(None if cell is None else str(cell) for cell in row) for row in rows]


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return rows as columns of text, numbers to the right; null is empty."""
    visible = [[terminal.single_line(cell or "") for cell in row] for row in rows]
    lines = [""] * (len(visible) + 1)
    for index, name in enumerate(columns):
        cells = [terminal.single_line(name), *(row[index] for row in visible)]
        width = max(map(len, cells))
        is_number = all(NUMBER.fullmatch(cell) for cell in cells[1:] if cell) and any(cells[1:])
        for line, cell in enumerate(cells):
            lines[line] += (cell.rjust(width) if is_number else cell.ljust(width)) + "  "
    return "\n".join(line.rstrip() for line in lines)


def print_query(path: Path, statement: str, form: str, is_fitted: bool = False) -> None:
    """Run a user's query on a published file and print the result: table, csv or json.

    A table is bounded, because it is laid out as a whole; ``is_fitted``: to the terminal. The other
    forms print rows as they come.
    """
    whole = None if form == "table" else WHOLE
    with Query(path, statement, form="json" if form == "json" else "text", limits=whole) as query:
        columns = query.columns()
        if form == "json":
            print_json(document or "" for (document,) in query.rows())
        elif form == "csv":
            print_csv(columns, query.rows())
        else:
            rows = list(itertools.islice(query.rows(), TABLE_ROWS + 1))
            if is_fitted:
                print_fitted(columns, rows)
                return
            terminal.echo(as_table(columns, rows[:TABLE_ROWS]))
            if len(rows) > TABLE_ROWS:
                log.say(f"only the first {TABLE_ROWS:,} rows; print all with --csv", "cut")


def print_fitted(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print the first rows and columns that fit the terminal, and how many there are in all."""
    width = shutil.get_terminal_size().columns
    first = [[_cut(cell) for cell in row] for row in rows[:SCREEN_ROWS]]
    names = [_cut(name) or "" for name in columns]
    count = len(names)
    lines = as_table(names[:count], [row[:count] for row in first]).splitlines()
    while count > 1 and max(map(len, lines)) > width:
        count -= 1
        lines = as_table(names[:count], [row[:count] for row in first]).splitlines()
    terminal.echo("\n".join(line[:width] for line in lines))
    total = f"{len(rows):,}" if len(rows) <= TABLE_ROWS else f"more than {TABLE_ROWS:,}"
    is_whole = len(rows) <= SCREEN_ROWS and count == len(columns)
    limits = "" if is_whole else f"; shown: {len(first)} rows, {count} columns; --wide prints all"
    log.say(f"{total} rows, {len(columns)} columns{limits}", "cut")


def _cut(cell: Cell) -> Cell:
    """Return the beginning of a long cell."""
    return cell if cell is None or len(cell) <= CELL_WIDTH else f"{cell[: CELL_WIDTH - 1]}…"


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows as CSV with a header and without formulas; null is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in itertools.chain([columns], rows):
        writer.writerow(map(harmless, row))
        terminal.write(text.getvalue())
        text.seek(0)
        text.truncate()
    terminal.flush()


def print_json(documents: Iterable[str]) -> None:
    """Print JSON documents as one list, each on a line of its own."""
    separator = "["
    for document in documents:
        terminal.write(f"{separator}\n{terminal.escaped(document)}")
        separator = ","
    terminal.echo("\n]" if separator == "," else "[\n]")
