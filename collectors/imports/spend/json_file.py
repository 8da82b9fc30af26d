"""Spend in JSON: one document or one a line, as a table with the keys of its rows as columns."""

from __future__ import annotations

import csv
import dataclasses
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from collectors.characters import CONTROL_CHARACTER
from collectors.errors import SourceError
from collectors.imports import partial
from collectors.imports.spend import telemetry
from collectors.imports.spend.formats import GENERIC, KIND, TELEMETRY, SpendFormat
from collectors.imports.spend.json_text import Number, documents, locate, position
from collectors.imports.spend.json_text import Path as JsonPath
from collectors.imports.spend.recognition import is_generic, vendor_format
from collectors.imports.spend.shapes import LISTS, SHAPES, Shape, row_paths, value_at
from collectors.imports.spend.spend_file import GZIP, READ_ERRORS, SpendFile
from collectors.imports.spend.workspace import Workspace
from collectors.imports.tabular import read_text

#: bytes of a file, as its documents are in memory
MAX_SIZE = 100 << 20
#: columns of all rows, and characters of a text
MAX_COLUMNS, MAX_TEXT = 300, 10_000
#: objects of a row whose keys are columns too
NESTED = ("metrics", "metadata")
#: difference from a total that comes from rounding, in dollars and as a part
ROUNDING, ROUNDING_SHARE = Decimal("0.01"), Decimal("0.001")
#: cells of a row by column, with the paths of their values
Cells = dict[str, tuple[JsonPath, str]]


@dataclass(frozen=True)
class JsonRow:
    """A row of a file: where its document begins, its path in it, and its cells."""

    offset: int
    path: JsonPath
    cells: Cells


@dataclass(frozen=True, kw_only=True)
class JsonFile(SpendFile):
    """A file of JSON. ``write`` makes a table of it that DuckDB reads."""

    text: str = field(repr=False)
    rows: Sequence[JsonRow] = field(repr=False)

    def where(self, row: int, index: int) -> str:
        """Return file, line and column of a cell, by the number of its row and its column."""
        json_row = self.rows[row - 1]
        path, _ = json_row.cells.get(self.header[index], (json_row.path, ""))
        return position(self.name, self.text, locate(self.text, json_row.offset, path))

    def prepared(self, workspace: Workspace) -> SpendFile:
        """Return the file with its rows as plain CSV in a workspace."""
        path = workspace.folder / "rows.csv"
        with path.open("w", encoding="utf-8", errors="replace", newline="") as plain_csv:
            writer = csv.writer(plain_csv, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerow(self.header)
            for row in self.rows:
                writer.writerow(row.cells.get(name, ((), ""))[1] for name in self.header)
        return dataclasses.replace(self, path=path, is_gzip=False)


def _is_json(path: Path) -> bool:
    """Return whether a file, packed or not, is JSON by its first character."""
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == GZIP
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            head: bytes = file.read(1000)
    except READ_ERRORS:
        return False
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def open_json(path: Path, name: str, kind: str | None) -> tuple[JsonFile, SpendFormat] | None:
    """Return a file of JSON with its format; None if it is not about spend, or of another kind.

    Raises SourceError with line and column if the file is not JSON, or a part of an export.
    """
    if kind not in (None, KIND) or not _is_json(path):
        return None
    text = read_text(name, _content(path, name))
    items = list(documents(name, text))
    if not items:
        return None
    if any(telemetry.is_telemetry(document) for _, document in items):
        cells = list(telemetry.rows(name, text, items))
        rows = [JsonRow(offset, path, values) for offset, path, values in cells]
        return _file(path, name, text, rows), TELEMETRY
    pages = _pages(items)
    shape = next(
        (shape for shape in SHAPES if any(shape.matches(page) for _, _, page in pages)), None
    )
    if shape and shape.problem:
        raise SourceError(f"{name}, line 1, column 1: {shape.problem}")
    if shape:
        rows = list(_checked_rows(name, text, shape, pages))
        return _file(path, name, text, rows), shape.format
    return _list(path, name, text, items)


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == GZIP
        with gzip.open(path) if is_gzip else path.open("rb") as file:
            content: bytes = file.read(MAX_SIZE + 1)
    except READ_ERRORS:
        raise SourceError(f"{name}: gzip that is damaged or cut off; fetch it again") from None
    if len(content) > MAX_SIZE:
        raise SourceError(f"{name}: JSON above {MAX_SIZE >> 20} MB; export fewer days")
    return content


def _pages(items: Sequence[tuple[int, Any]]) -> list[tuple[int, JsonPath, Any]]:
    """Return the documents of a file, or those in its only list, with offset and path."""
    if len(items) == 1 and isinstance(items[0][1], list):
        offset, pages = items[0]
        if any(shape.matches(pages[0]) for shape in SHAPES if pages):
            return [(offset, (index,), page) for index, page in enumerate(pages)]
    return [(offset, (), document) for offset, document in items]


def _checked_rows(
    name: str, text: str, shape: Shape, pages: Sequence[tuple[int, JsonPath, Any]]
) -> Iterator[JsonRow]:
    """Yield the rows of all pages. Raises SourceError if they are not all of the export."""
    total, expected, last_expected = Decimal(0), Decimal(0), Decimal(0)
    where, has_amounts = name, True
    read = [
        (offset, prefix, page, list(_rows(shape, page, prefix, offset)))
        for offset, prefix, page in pages
    ]
    _refuse_parts(
        [
            (position(name, text, locate(text, offset, prefix)), page, len(rows))
            for offset, prefix, page, rows in read
        ]
    )
    for offset, prefix, page, rows in read:
        where = position(name, text, locate(text, offset, prefix))
        texts = [row.cells[shape.amount][1] for row in rows if shape.amount in row.cells]
        has_amounts = has_amounts and all(map(_is_number, texts))  # validation reports others
        total += sum((_amount(row.cells, shape) for row in rows), Decimal(0))
        stated = next(filter(None, (_decimal(value_at(page, path)) for path in shape.totals)), None)
        last_expected = stated if stated is not None else last_expected
        expected += stated or 0
        yield from rows
    if has_amounts and expected and not (_agree(total, expected) or _agree(total, last_expected)):
        raise SourceError(
            f"{where}: the total is {expected:,.2f} and its rows add up to {total:,.2f}: "
            "a part of the export; export it whole"
        )


def _refuse_parts(pages: Sequence[tuple[str, Any, int]]) -> None:
    """Raise SourceError if documents, with their places and row counts, are not all pages."""
    numbers: set[int] = set()
    for index, (where, page, row_count) in enumerate(pages):
        problem = partial.filter_problem(page)
        number, page_total = partial.page_number(page), partial.page_total(page)
        if number and number in numbers:
            problem = f"page {number:,} is there twice; keep one"
        numbers.add(number)
        if index == len(pages) - 1 and not problem:
            if page_total > len(numbers):
                problem = partial.missing_pages(len(numbers), page_total)
            elif page_total < 2:
                problem = partial.more_problem(page, row_count)
        if problem:
            raise SourceError(f"{where}: {problem}")


def _rows(shape: Shape, page: Any, prefix: JsonPath, offset: int) -> Iterator[JsonRow]:
    """Yield the rows of a page: those of the first part that an entry has, else the entry."""
    for path, parents, entry in row_paths(page, shape.rows):
        whole: Cells = {}
        for depth, parent in parents:
            whole |= _scalars(parent, (*prefix, *path[:depth]))
        whole |= _scalars(entry, (*prefix, *path), shape.names)
        labels = {
            column: (at, cell)
            for column, (at, cell) in whole.items()
            if not isinstance(cell, Number)
        }
        parts = list(_parts(shape, entry, (*prefix, *path)))
        if shape.amount in whole and not any(shape.amount in cells for _, cells in parts):
            # parts without dollars, as in Codex reports of ccusage; one is the model of them all
            labels |= {"model": parts[0][1]["model"]} if _has_single_model(parts) else {}
            parts = []
        for part_path, cells in parts:
            yield JsonRow(offset, part_path, labels | cells)
        amount = _amount(whole, shape)
        remainder = amount - sum((_amount(cells, shape) for _, cells in parts), Decimal(0))
        if not parts:
            yield JsonRow(offset, (*prefix, *path), whole | labels)
        elif not _agree(amount, amount - remainder) and shape.amount in whole:
            at, _ = whole[shape.amount]
            rest = {shape.amount: (at, Number(f"{remainder:f}"))}
            yield JsonRow(offset, (*prefix, *path), labels | rest)


def _has_single_model(parts: Sequence[tuple[JsonPath, Cells]]) -> bool:
    return len(parts) == 1 and "model" in parts[0][1]


def _parts(shape: Shape, entry: Any, path: JsonPath) -> Iterator[tuple[JsonPath, Cells]]:
    """Yield the cells of each part of an entry, such as one model of a day."""
    for part in shape.parts:
        members = value_at(entry, part.path)
        base = (*path, *part.path)
        if isinstance(members, dict) and members:
            for key, member in members.items():
                at = (*base, key)
                cells: Cells = _scalars(member, at, part.names)
                if isinstance(member, Number):
                    cells = {shape.amount: (at, member)}
                yield at, {part.key: (base, key)} | cells
            return
        if isinstance(members, list) and all(isinstance(member, dict) for member in members):
            for index, member in enumerate(members):
                yield (*base, index), _scalars(member, (*base, index), part.names)
            if members:
                return


def _scalars(value: Any, path: JsonPath, names: Mapping[str, str] | None = None) -> Cells:
    """Return the texts, numbers and flags of an object by column, with names for some keys."""
    cells: Cells = {}
    for key, item in value.items() if isinstance(value, dict) else ():
        column = (names or {}).get(key, key)
        if isinstance(item, dict) and key in NESTED:
            nested = _scalars(item, (*path, key))
            cells |= {f"{key}.{name}": cell for name, cell in nested.items()}
        elif isinstance(item, str | bool):
            cells[column] = ((*path, key), item if isinstance(item, Number) else str(item))
    return cells


def _list(
    path: Path, name: str, text: str, items: Sequence[tuple[int, Any]]
) -> tuple[JsonFile, SpendFormat] | None:
    """Return a file of rows with the columns of a known table; None if it has others."""
    for keys in LISTS if len(items) == 1 else ((), *LISTS):
        rows = [
            JsonRow(offset, at, _scalars(entry, at))
            for offset, document in items
            for at, _, entry in row_paths(document, keys)
        ]
        if not rows or len(_header(name, rows)) < 2:
            continue
        header = _header(name, rows)
        fmt = vendor_format(name, header) or (GENERIC if is_generic(header) else None)
        if fmt:
            counts = Counter(row.offset for row in rows)
            _refuse_parts(
                [
                    (position(name, text, offset), document, counts[offset])
                    for offset, document in items
                ]
            )
            return _file(path, name, text, rows), fmt
    return None


def _file(path: Path, name: str, text: str, rows: Sequence[JsonRow]) -> JsonFile:
    for row in rows:
        for at, cell in row.cells.values():
            if len(cell) > MAX_TEXT:
                where = position(name, text, locate(text, row.offset, at))
                raise SourceError(f"{where}: a text above {MAX_TEXT:,} characters; shorten it")
    cleaned = [
        JsonRow(
            row.offset,
            row.path,
            {
                column: (at, CONTROL_CHARACTER.sub(" ", cell))
                for column, (at, cell) in row.cells.items()
            },
        )
        for row in rows
    ]
    return JsonFile(path, name, _header(name, cleaned), separator=",", text=text, rows=cleaned)


def _header(name: str, rows: Sequence[JsonRow]) -> Sequence[str]:
    columns: dict[str, None] = {}
    for row in rows:
        columns |= dict.fromkeys(row.cells)
        if len(columns) > MAX_COLUMNS:
            raise SourceError(f"{name}: rows with more than {MAX_COLUMNS} keys; export fewer")
    return list(columns)


def _amount(cells: Cells, shape: Shape) -> Decimal:
    """Return the dollars of a row; 0 if it has none."""
    _, cell = cells.get(shape.amount, ((), ""))
    return _decimal(cell) or Decimal(0)


def _is_number(cell: str) -> bool:
    return _decimal(cell) is not None


def _decimal(cell: Any) -> Decimal | None:
    """Return a number; None for other values, and for one that is implausibly large."""
    try:
        number = Decimal(cell) if isinstance(cell, str) and len(cell) < 100 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**15 else None


def _agree(first: Decimal, second: Decimal) -> bool:
    """Return whether two amounts differ only by rounding."""
    return abs(first - second) <= max(ROUNDING, ROUNDING_SHARE * abs(second))
