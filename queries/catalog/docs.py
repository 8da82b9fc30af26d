"""Generated docs: the table of metrics and the data dictionary.

``python -m queries.catalog.docs`` writes both files under ``docs/``.
"""

from __future__ import annotations

import re
from pathlib import Path

from queries.catalog.catalog import METRICS, PAGES
from queries.catalog.definitions import definition
from queries.sql_files import ROOT, SqlFile, read_sql

BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
#: folders of published tables: built from the ledger, or written by Python
PUBLISHED = ("marts", "frames")
GRAIN = re.compile(r"^(?P<text>.*?) *\bGrain: (?P<grain>[^.]+)\.")


def metrics_table() -> str:
    """Return the catalogue as a Markdown table; names of headlines are bold."""
    lines = [
        "| metric | question | unit | better | definition |",
        "| --- | --- | --- | --- | --- |",
    ]
    questions = {page.name: page.question for page in PAGES}
    for metric in METRICS:
        name = f"**`{metric.name}`**" if metric.is_headline else f"`{metric.name}`"
        cells = (name, questions[metric.page], metric.unit, metric.better, definition(metric))
        lines.append(_row(cells))
    return "\n".join(lines)


def data_dictionary() -> str:
    """Return all published tables with their columns as Markdown."""
    paths = [path for folder in PUBLISHED for path in (ROOT / folder).glob("*.sql")]
    tables = [read_sql(path) for path in sorted(paths, key=lambda path: path.stem)]
    names = ", ".join(f"[`{table.name}`](#{table.name})" for table in tables)
    return "\n\n".join([f"{len(tables)} tables: {names}.", *map(_table, tables)])


def write(path: Path, text: str) -> None:
    """Replace the generated part of a page, between its two marks."""
    head, _, remainder = path.read_text(encoding="utf-8").partition(BEGIN)
    tail = remainder.partition(END)[2]
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def _table(table: SqlFile) -> str:
    match = GRAIN.match(table.definition)
    text, grain = (match["text"], f"Grain: {match['grain']}.") if match else (table.definition, "")
    columns = [_row((f"`{name}`", comment)) for name, comment in table.columns.items()]
    head = [f"## {table.name}", "", text, "", grain, "", "| column | content |", "| --- | --- |"]
    return "\n".join([*head, *columns])


def _row(cells: tuple[str, ...]) -> str:
    texts = (re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(texts)} |"


if __name__ == "__main__":
    write(Path("docs/metrics.md"), metrics_table())
    write(Path("docs/data-dictionary.md"), data_dictionary())
