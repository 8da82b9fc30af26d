"""Spend file as DuckDB reads it: directly if possible, otherwise as a copy in plain CSV."""

from __future__ import annotations

import codecs
import csv
import dataclasses
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from collectors.errors import SourceError
from collectors.imports.partial import line_problem
from collectors.imports.spend.workspace import Workspace
from collectors.imports.tabular import (
    Line,
    fit_line,
    parse_lines,
    separator_of,
    short_line_error,
    without_blanks,
)

#: bytes
HEAD = 1 << 18
#: bytes and lines of an end that are searched for marks of a part
TAIL, END_LINES = 1 << 16, 5
#: bytes of a file after decompression
MAX_UNPACKED = 4 << 30
GZIP, PARQUET, WORKBOOK = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: errors of Python for a file that is cut off or has another format than its head
READ_ERRORS = (EOFError, OSError, zlib.error)
#: errors of DuckDB; RuntimeError if a column name in Parquet is not text
DUCKDB_ERRORS = (duckdb.Error, RuntimeError)


@dataclass(frozen=True)
class SpendFile:
    """A file with its header and encoding. Parquet has no separator.

    DuckDB reads the file directly if ``is_plain``. ``footer`` has the cells of a last line of
    totals, which is no row.
    """

    path: Path
    name: str
    header: Sequence[str]
    separator: str = ""
    encoding: str = "utf-8-sig"
    is_gzip: bool = False
    is_plain: bool = True
    footer: Sequence[str] = ()
    notes: Sequence[str] = ()

    def prepared(self, workspace: Workspace) -> SpendFile:
        """Return the file as a path in a workspace."""
        return dataclasses.replace(self, path=workspace.link(self.path))

    def where(self, row: int, index: int) -> str:
        """Return the place of a cell, by the number of its row (from 1) and its column index."""
        if not self.separator:
            return f"{self.name}, row {row}, column {self.header[index]}"
        line = next(line for number, line in enumerate(_lines(self)) if number == row)
        return f"{self.name}, line {line.number}, column {index + 1}"


def open_spend_file(path: Path, name: str) -> SpendFile | None:
    """Return a file with its header; None if it is not a table.

    Raises SourceError if the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(WORKBOOK):
        return None
    if head.startswith(PARQUET):
        return SpendFile(path, name, _parquet_header(path, name))
    if is_gzip := head.startswith(GZIP):
        try:
            head, tail = _unpacked_ends(path, name)
        except READ_ERRORS:
            raise SourceError(f"{name}: gzip that is damaged or cut off; fetch it again") from None
    else:
        tail = _tail(path)
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        encoding, text = "cp1252", head.decode("cp1252", "replace")
    separator = separator_of(text)
    try:
        header = next(parse_lines(name, io.StringIO(text, newline=""), separator), None)
    except (SourceError, csv.Error):
        return None
    if not header:
        return None
    newline = re.search(r"\r\n|\n|\r", text)
    has_plain_newlines = not newline or newline[0] != "\r"
    is_plain = encoding == "utf-8-sig" and header.number == 1 and has_plain_newlines
    last_lines = text if len(head) < HEAD else tail.decode(encoding, "replace")
    lines = [*_ends(text), *_ends(last_lines)]
    ends = [_cells(line, separator) for line in lines]
    for line, cells in zip(lines, ends, strict=True):
        if problem := line_problem([*cells, line]):
            number = _line_number(path, is_gzip, encoding, line)
            raise SourceError(f"{name}, line {number}: {problem}")
    footer = ends[-1] if _is_footer(ends[-1]) and len(ends[-1]) == len(header.cells) else ()
    is_cut = len(ends) > 1 and not last_lines.endswith(("\n", "\r")) and not footer
    notes = ["the last line has no line break: it may be cut off"] if is_cut else []
    return SpendFile(
        path,
        name,
        header.cells,
        separator,
        encoding,
        is_gzip,
        is_plain and not footer,
        footer,
        notes,
    )


def _line_number(path: Path, is_gzip: bool, encoding: str, line: str) -> int:
    """Return the number of the last line with this text; 1 if no line has it."""
    with gzip.open(path) if is_gzip else path.open("rb") as raw:
        text = io.TextIOWrapper(cast(IO[bytes], raw), encoding, "replace", newline=None)
        numbers = [number for number, content in enumerate(text, 1) if content.rstrip("\n") == line]
    return numbers[-1] if numbers else 1


def _unpacked_ends(path: Path, name: str) -> tuple[bytes, bytes]:
    """Return the first and last bytes of a packed file."""
    with gzip.open(path) as unpacked:
        head = tail = unpacked.read(HEAD)
        while chunk := unpacked.read(1 << 20):
            tail = (tail + chunk)[-TAIL:]
            if unpacked.tell() > MAX_UNPACKED:
                raise SourceError(f"{name}: unpacked above 4 GB; split it")
    return head, tail


def _tail(path: Path) -> bytes:
    """Return the last bytes of a file."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        return file.read()


def _ends(text: str) -> Sequence[str]:
    """Return the first and the last lines of a text; the first of a tail is a part of a line."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [*lines[:END_LINES], *lines[-END_LINES:]]


def _cells(line: str, separator: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _is_footer(cells: Sequence[str]) -> bool:
    """Return whether a line has totals: its first text is a word for it."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return bool(re.fullmatch(r"(grand )?(total|sum)s?( \(?usd\)?)?:?", first, re.IGNORECASE))


def _parquet_header(path: Path, name: str) -> Sequence[str]:
    workspace = Workspace()
    try:
        with duckdb.connect() as db:
            return db.read_parquet(str(workspace.link(path))).columns
    except DUCKDB_ERRORS:
        raise SourceError(f"{name}: not Parquet that can be read; fetch it again") from None
    finally:
        workspace.remove()


def relation(db: duckdb.DuckDBPyConnection, file: SpendFile) -> duckdb.DuckDBPyRelation:
    """Return the cells as text in columns c0, c1, …; reading them may raise duckdb.Error."""
    if not file.separator:
        columns = [
            duckdb.ColumnExpression(name).cast("varchar").alias(f"c{index}")
            for index, name in enumerate(file.header)
        ]
        return db.read_parquet(str(file.path)).select(*columns)
    return db.read_csv(
        str(file.path),
        header=True,
        sep=file.separator,
        quotechar='"',
        escapechar='"',
        columns={f"c{index}": "varchar" for index in range(len(file.header))},
        auto_detect=False,
        strict_mode=True,
        compression="gzip" if file.is_gzip else "none",
    )


def rewrite(file: SpendFile, folder: Path) -> SpendFile:
    """Write the table as plain CSV to a folder and return that file.

    Raises SourceError with file, line and column if it is not a table.
    """
    header = without_blanks(file.header)
    width = len(header)
    path = folder / "plain.csv"
    with path.open("w", encoding="utf-8", newline="") as plain_csv:
        writer = csv.writer(plain_csv, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for raw in _without_last(_lines(file)) if file.footer else _lines(file):
            line = fit_line(file.name, raw, width)
            cells = [" ".join(cell.split()) for cell in line.cells]
            if any(cells) and len(cells) < width:
                raise short_line_error(file.name, line, width)
            if any("\0" in cell for cell in cells):
                raise SourceError(
                    f"{file.name}, line {line.number}: not text; save it as CSV UTF-8"
                )
            writer.writerow(cells + [""] * (width - len(cells)))
    return SpendFile(path, file.name, header, ",")


def _without_last(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield all lines but the last."""
    for line, _ in itertools.pairwise(lines):
        yield line


def _lines(file: SpendFile) -> Iterator[Line]:
    """Yield the header and the rows of a file."""
    encoding = _encoding(file)
    with _unpacked(file) as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        yield from parse_lines(file.name, text, file.separator)


def _encoding(file: SpendFile) -> str:
    """Return the encoding of the whole file, as its head may be plain ASCII."""
    for encoding in dict.fromkeys((file.encoding, "cp1252")):
        try:
            with _unpacked(file) as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
                while text.read(HEAD):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceError(f"{file.name}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8")


def _unpacked(file: SpendFile) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file.path)) if file.is_gzip else file.path.open("rb")
