"""Experiments that a repository keeps in files: a table of them, or one Markdown file for each with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from collectors.errors import SourceError
from collectors.imports import reader
from collectors.imports.formats import GENERIC
from collectors.imports.reader import Export, import_id
from collectors.imports.tabular import Line, Table, named, read_text
from collectors.ledger.store import now

FENCE = "---"


def read_experiments(
    repo: str, path: str, content: bytes, exported_at: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the row of ``imports`` and the rows of ``imported_experiments`` of one file of a repository.

    A file ending in ``.md`` is one experiment; its key and title are the file's name where it gives no others. Anything
    else is a table with the generic columns. A file that says nothing of when an experiment started, shipped or was
    decided is about something else, whatever its name, and holds none. ``exported_at`` is when the repository
    was read. Raises SourceError, one line that names file, line and column.
    """
    name, none = f"{repo}: {path}", Export("experiments", "generic", [], [])
    if path.lower().endswith(".md"):
        table = _front_matter(name, PurePosixPath(path).stem, content)
        result = reader.read_as(table, EXPERIMENTS) if table else none
    else:
        first_line = read_text(name, content).partition("\n")[0]
        result = (
            reader.read(name, content, "experiments")
            if _tells(re.split("[,;\t]", first_line))
            else none
        )
    own = import_id(content, "experiments", repo, path)
    rows = [{"import_id": own} | row | {"repo": row["repo"] or repo} for row in result.rows]
    row = {
        "import_id": own,
        "kind": "experiments",
        "source": "github",
        "account": repo,
        "file": path,
    }
    return row | {"exported_at": exported_at, "loaded_at": now(), "rows_read": len(rows)}, rows


EXPERIMENTS = next(form for form in GENERIC if form.kind == "experiments")
#: the headers that nothing but a table of experiments has
ABOUT = ("started_at", "shipped_at", "decided_at", "decision")
TELLING = {header for column in ABOUT for header in EXPERIMENTS.columns[column]}


def _tells(headers: Iterable[str]) -> bool:
    """Whether some of these are about an experiment."""
    return bool(TELLING & {named(header.strip().strip('"')) for header in headers})


def _front_matter(name: str, stem: str, content: bytes) -> Table | None:
    """The front matter of a Markdown file as a table of one line; None where there is none."""
    lines = read_text(name, content).splitlines()
    if not lines or lines[0].rstrip() != FENCE:
        return None
    end = next(
        (number for number, line in enumerate(lines[1:], 1) if line.rstrip() in (FENCE, "...")),
        None,
    )
    if end is None:
        raise SourceError(f"{name}, line 1: the front matter does not end; close it with {FENCE}")
    try:
        root = yaml.compose("\n".join(lines[1:end]), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        raise SourceError(
            f"{name}, line {line}, column {column}: not YAML; mend the front matter"
        ) from None
    if not isinstance(root, yaml.MappingNode) or not _tells(
        key.value for key, _ in root.value if isinstance(key, yaml.ScalarNode)
    ):
        return None
    known_values = {header for headers in EXPERIMENTS.columns.values() for header in headers}
    cells = {"key": stem, "title": stem, "started_at": ""}
    marks = dict.fromkeys(cells, (1, 1))
    for key, value in root.value:
        if isinstance(key, yaml.ScalarNode) and named(key.value) in known_values:
            line, column = value.start_mark.line + 2, value.start_mark.column + 1
            if not isinstance(value, yaml.ScalarNode):
                raise SourceError(
                    f"{name}, line {line}, column {column}: {key.value} must be one text"
                )
            cells[named(key.value)] = "" if value.value in ("null", "~") else value.value.strip()
            marks[named(key.value)] = (line, column)
    places = [f"line {line}, column {column}" for line, column in marks.values()]
    return Table(
        name, list(cells), [Line(1, list(cells.values()))], lambda _, column: places[column]
    )
