"""CSV reader with errors by line and column, for any separator and encoding of spreadsheets."""

from __future__ import annotations

import codecs
import csv
import io
import re
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from collectors.errors import SourceError
from collectors.imports.formats import normalize_header

SEPARATORS = ",;\t"
#: lines of an end that may be no rows
END_LINES = 5
#: characters of a row; descriptions in a tracker exceed Python's default for a cell
MAX_ROW = 4 << 20


@dataclass(frozen=True)
class Line:
    """Cells of one row, with the number of the line in which it begins."""

    number: int
    cells: Sequence[str]


def _in_file(number: int, column: int) -> str:
    return f"line {number}, column {column + 1}"


@dataclass(frozen=True)
class Table:
    """Header and rows. ``where`` describes the place of a cell, given its line and column index."""

    name: str
    header: Sequence[str]
    lines: Sequence[Line]
    where: Callable[[int, int], str] = _in_file
    header_line: int = 1

    def error(self, number: int, column: int, message: str) -> SourceError:
        """Return the error about one cell."""
        return SourceError(f"{self.name}, {self.where(number, column)}: {message}")

    def header_error(self, column: int, message: str) -> SourceError:
        """Return the error about one column of the header."""
        return SourceError(f"{self.name}, {_in_file(self.header_line, column)}: {message}")


@dataclass(frozen=True)
class Record:
    """One row of a file with known columns; a cell that is empty or absent is ''."""

    table: Table
    line: int
    columns: Sequence[str]
    values: Mapping[str, str]

    def where(self, column: str) -> str:
        """Return file, line and column of a cell; column 1 if the file does not have it."""
        index = self.columns.index(column) if column in self.columns else 0
        return f"{self.table.name}, {self.table.where(self.line, index)}"

    def error(self, column: str, message: str) -> SourceError:
        """Return the error about one cell."""
        return SourceError(f"{self.where(column)}: {message}")


def read_records(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[Record]:
    """Return the rows of a CSV file whose columns are known; their order is free.

    Raises SourceError with file, line and column if any row or the header is invalid.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    table = read_table(str(path), content)
    columns = _known_columns(table, required, optional)
    records = []
    for line in table.lines:
        if len(line.cells) != len(columns):
            raise table.error(
                line.number,
                len(line.cells),
                f"{_cell_count(line.cells)} where the header has {len(columns)}; add a separator",
            )
        values = dict.fromkeys((*required, *optional), "")
        values |= zip(columns, line.cells, strict=True)
        records.append(Record(table, line.number, columns, values))
    return records


def _known_columns(table: Table, required: Sequence[str], optional: Sequence[str]) -> Sequence[str]:
    """Return the normalized header; raise SourceError if it is not one of these columns."""
    known = (*required, *optional)
    columns = [normalize_header(name) for name in table.header]
    for index, column in enumerate(columns):
        if column not in known:
            message = f"unknown column {quote(table.header[index])}; known: {', '.join(known)}"
            raise table.header_error(index, message)
        if column in columns[:index]:
            raise table.header_error(index, f"duplicate column {column}; keep one")
    for column in required:
        if column not in columns:
            message = f"the column {column} is missing; the header is {','.join(known)}"
            raise table.header_error(0, message)
    return columns


def read_table(name: str, content: bytes, problem_of: Callable[[str], str] = lambda _: "") -> Table:
    """Return the table in a file's bytes, without blank lines and blank columns on the right.

    Raises SourceError with file and line if the bytes are not a table, or if ``problem_of`` has a
    problem with a line of one text at an end.
    """
    text = read_text(name, content)
    lines = [
        Line(line.number, [cell.strip() for cell in line.cells])
        for line in parse_lines(name, io.StringIO(text, newline=""), separator_of(text))
    ]
    lines = [line for line in lines if any(line.cells)]
    if not lines:
        raise SourceError(f"{name}, line 1: the file is empty; export or save it again")
    for line in (*lines[:END_LINES], *lines[-END_LINES:]):
        texts = [cell for cell in line.cells if cell]
        if len(texts) == 1 and (problem := problem_of(texts[0])):
            raise SourceError(f"{name}, line {line.number}: {problem}")
    header = without_blanks(lines[0].cells)
    rows = [fit_line(name, line, len(header)) for line in lines[1:]]
    return Table(name, header, rows, header_line=lines[0].number)


def separator_of(text: str) -> str:
    """Return the column separator of a table, by its first line or Excel's ``sep=`` line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if match := re.fullmatch(r"sep=(.)", first.strip(" ")):
        return match[1]
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=unquoted.count)


def parse_lines(name: str, text: IO[str], separator: str) -> Iterator[Line]:
    """Yield header and rows as they are written, without empty lines and Excel's ``sep=`` line.

    Raises SourceError with file and line if the text is not CSV, or a row too long for memory.
    """
    csv.field_size_limit(MAX_ROW)
    number, size = 1, 0

    def lines() -> Iterator[str]:
        nonlocal size
        while line := text.readline(MAX_ROW):
            size += len(line)
            if size >= MAX_ROW:
                raise SourceError(f"{name}, line {number}: a row above 4 MB; fix the quotes there")
            yield line

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    is_first = True
    try:
        for cells in reader:
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                if not (is_first and re.fullmatch("sep=.?", "".join(cells).strip())):
                    yield Line(number, cells)
                is_first = False
            number, size = reader.line_num + 1, 0
    except csv.Error as error:
        raise SourceError(
            f"{name}, line {number}: not CSV ({error}); fix the quotes there"
        ) from None


def fit_line(name: str, line: Line, width: int) -> Line:
    """Return the line without blanks right of the header; raise SourceError for other cells."""
    cells = without_blanks(line.cells, width)
    if len(cells) > width:
        raise SourceError(
            f"{name}, line {line.number}, column {width + 1}: {_cell_count(cells)} where "
            f"the header has {width}; put texts that contain a separator in quotes"
        )
    return Line(line.number, cells)


def without_blanks(cells: Sequence[str], width: int = 0) -> Sequence[str]:
    """Return the cells without blank ones at the end, which spreadsheets write beyond a width."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def short_line_error(name: str, line: Line, width: int) -> SourceError:
    """Return the error about a line with too few cells, as in a file that was cut off."""
    return SourceError(
        f"{name}, line {line.number}, column {len(line.cells) + 1}: {_cell_count(line.cells)} "
        f"where the header has {width}; export it again"
    )


def _cell_count(cells: Sequence[str]) -> str:
    return "1 cell" if len(cells) == 1 else f"{len(cells)} cells"


def read_text(name: str, content: bytes) -> str:
    """Return text from bytes in UTF-8, UTF-16 with a byte order mark, or else Windows-1252.

    Raises SourceError if the bytes are none of these.
    """
    if content.startswith(b"PK\x03\x04"):
        raise SourceError(f"{name}: an Excel workbook; save it as CSV UTF-8")
    invalid_at = 0
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            invalid_at = error.start
            continue
        if "\0" in text:
            line = text[: text.index("\0")].count("\n") + 1
            raise SourceError(f"{name}, line {line}: not text; save it as CSV UTF-8")
        return text
    line = content[:invalid_at].count(b"\n") + 1
    raise SourceError(
        f"{name}, line {line}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"
    )


def quote(text: str) -> str:
    """Return a cell for an error: short, and on one line."""
    return reprlib.repr(text)
