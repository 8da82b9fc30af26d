"""Experiments in files of a repository: a table, or one Markdown file each with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from collectors.errors import SourceError
from collectors.imports import reader
from collectors.imports.formats import EXPERIMENTS, normalize_header
from collectors.imports.reader import ParsedTable, import_id
from collectors.imports.tabular import Line, Table, read_text
from collectors.ledger.store import now

FENCE = "---"
#: characters of front matter; YAML takes seconds for more
MAX_FRONT_MATTER = 16_384
#: headers that only a table of experiments has
DISTINCTIVE_HEADERS = {
    header
    for column in ("started_at", "shipped_at", "decided_at", "decision")
    for header in EXPERIMENTS.columns[column]
}


def read_experiments(
    repo: str, path: str, content: bytes, exported_at: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a file's row of ``imports`` and its rows of ``imported_experiments``.

    A file ending in ``.md`` is one experiment, with the file's name as default of key and title.
    Others are tables with the generic columns. A file without a start, a shipping or a decision is
    not about experiments and has no rows. ``exported_at`` is when the repository was read.
    Raises SourceError with file, line and column.
    """
    name = f"{repo}: {path}"
    parsed = ParsedTable("experiments", "generic", [], [])
    if path.lower().endswith(".md"):
        table = _front_matter(name, PurePosixPath(path).stem, content)
        if table:
            parsed = reader.read_as(table, EXPERIMENTS)
    else:
        first_line = read_text(name, content).partition("\n")[0]
        if _is_about_experiments(re.split("[,;\t]", first_line)):
            parsed = reader.read(name, content, "experiments")
    file_id = import_id(content, "experiments", repo, path)
    rows = [{"import_id": file_id} | row | {"repo": row["repo"] or repo} for row in parsed.rows]
    imports_row = {
        "import_id": file_id,
        "kind": "experiments",
        "source": "github",
        "account": repo,
        "file": path,
        "exported_at": exported_at,
        "loaded_at": now(),
        "rows_read": len(rows),
    }
    return imports_row, rows


def _is_about_experiments(headers: Iterable[str]) -> bool:
    normalized = {normalize_header(header.strip().strip('"')) for header in headers}
    return not DISTINCTIVE_HEADERS.isdisjoint(normalized)


def _front_matter(name: str, stem: str, content: bytes) -> Table | None:
    """Return the front matter of a Markdown file as a table of one line; None without one."""
    mapping = _yaml_mapping(name, read_text(name, content).splitlines())
    if not mapping:
        return None
    fields = {
        normalize_header(key.value): value
        for key, value in mapping.value
        if isinstance(key, yaml.ScalarNode)
    }
    if not _is_about_experiments(fields):
        return None
    cells = {"key": stem, "title": stem, "started_at": ""}
    positions = dict.fromkeys(cells, "line 1, column 1")
    known = {header for headers in EXPERIMENTS.columns.values() for header in headers}
    for header, node in fields.items():
        if header in known:
            position = f"line {node.start_mark.line + 2}, column {node.start_mark.column + 1}"
            if not isinstance(node, yaml.ScalarNode):
                raise SourceError(f"{name}, {position}: {header} must be one text")
            cells[header] = "" if node.value in ("null", "~") else node.value.strip()
            positions[header] = position
    columns = list(positions.values())
    line = Line(1, list(cells.values()))
    return Table(name, list(cells), [line], lambda _, column: columns[column])


def _yaml_mapping(name: str, lines: list[str]) -> yaml.MappingNode | None:
    """Return the YAML mapping at the top of a Markdown file; None without one."""
    if not lines or lines[0].rstrip() != FENCE:
        return None
    ends = (
        number for number, line in enumerate(lines) if number and line.rstrip() in (FENCE, "...")
    )
    end = next(ends, None)
    if end is None:
        raise SourceError(f"{name}, line 1: the front matter does not end; close it with {FENCE}")
    front_matter = "\n".join(lines[1:end])
    if len(front_matter) > MAX_FRONT_MATTER:
        raise SourceError(f"{name}, line 1: front matter above 16 kB; shorten it")
    try:
        root = yaml.compose(front_matter, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        raise SourceError(
            f"{name}, line {line}, column {column}: not YAML; fix the front matter"
        ) from None
    return root if isinstance(root, yaml.MappingNode) else None
