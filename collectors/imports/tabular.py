"""The cells of an exported table, and where each stands. Any separator and encoding that spreadsheets write is read."""

from __future__ import annotations

import codecs
import csv
import io
import re
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.errors import SourceError

SEPARATORS = ",;\t"
#: a description in a tracker may be longer than what Python takes for a cell
LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class Line:
    """One row: the line that it begins in, and its cells."""

    number: int
    cells: Sequence[str]


def _in_file(number: int, column: int) -> str:
    return f"line {number}, column {column + 1}"


@dataclass(frozen=True)
class Table:
    """A header and its rows. ``where`` says where in the file the cell of a line and a column stands."""

    name: str
    header: Sequence[str]
    lines: Sequence[Line]
    where: Callable[[int, int], str] = _in_file

    def error(self, number: int, column: int, message: str) -> SourceError:
        """The error in one cell."""
        return SourceError(f"{self.name}, {self.where(number, column)}: {message}")


def named(header: str) -> str:
    """Return the name that a column's header stands for: ``Issue key`` and ``issue_key`` are one."""
    return re.sub(r"\W+", "_", header.lower()).strip("_")


def read_table(name: str, content: bytes) -> Table:
    """Return the table in a file's bytes.

    Raises SourceError, which names file and line, where they are no table.
    """
    text = read_text(name, content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    skipped = 1 if re.fullmatch(r"sep=.", first.strip()) else 0  # Excel's own first line
    separator = first.strip()[-1] if skipped else _separator(first)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Line] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(Line(begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"{name}, line {begins}: not CSV ({error}); mend the quotes there"
        ) from None
    if len(lines) <= skipped:
        raise SourceError(f"{name}, line 1: there is nothing in it; export it again")
    header, rows = lines[skipped], lines[skipped + 1 :]
    while header.cells and not header.cells[-1]:  # what a spreadsheet leaves right of a table
        header = Line(header.number, header.cells[:-1])
    return Table(name, header.cells, [_fitted(name, row, len(header.cells)) for row in rows])


def _separator(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=bare.count)


def _fitted(name: str, line: Line, width: int) -> Line:
    """The line without empty cells right of the header."""
    cells = list(line.cells)
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) > width:
        message = f"{len(cells)} cells where the header has {width}; put a text with a separator in quotes"
        raise SourceError(f"{name}, line {line.number}, column {width + 1}: {message}")
    return Line(line.number, cells)


def read_text(name: str, content: bytes) -> str:
    """Return the text in bytes: UTF-8, UTF-16 with its mark, or else what Excel calls ANSI (Windows-1252).

    Raises SourceError where they are none.
    """
    if content.startswith(b"PK\x03\x04"):
        raise SourceError(f"{name}: an Excel workbook; save it as CSV UTF-8")
    broken = 0
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            broken = error.start
            continue
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise SourceError(f"{name}, line {line}: not text; save it as CSV UTF-8")
        return text
    line = content[:broken].count(b"\n") + 1
    raise SourceError(
        f"{name}, line {line}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"
    )


def shown(text: str) -> str:
    """Return a cell as an error may show it: short, and on one line."""
    return reprlib.repr(text)
