"""A spend file as DuckDB reads it: as it is where it is plain, else by way of a copy that is.

Python looks at the header, and again at the lines only where something is wrong in one of them.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from collectors.errors import SourceError
from collectors.imports.tabular import LONGEST_CELL, SEPARATORS, Line

HEAD = 1 << 18
GZIP, PARQUET, WORKBOOK = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: what reading bytes can raise where a file is cut off or is not what it begins as
UNREADABLE = (EOFError, OSError, zlib.error)

#: what DuckDB raises where it cannot read a file; the second where a name in Parquet is no text
REFUSED = (duckdb.Error, RuntimeError)


@dataclass(frozen=True)
class SpendFile:
    """A file that may tell of spend: its header, and how its bytes are written. Parquet has no separator."""

    path: Path
    name: str
    header: Sequence[str]
    separator: str = ""
    encoding: str = "utf-8-sig"
    is_gzip: bool = False
    is_plain: bool = True

    def where(self, record: int, place: int) -> str:
        """Return where the cell of a record, counted from 1, stands."""
        if not self.separator:
            return f"{self.name}, row {record}, column {self.header[place]}"
        line = next(line for number, line in enumerate(_records(self)) if number == record)
        return f"{self.name}, line {line.number}, column {place + 1}"


def look(path: Path, name: str) -> SpendFile | None:
    """Return a file with its header; None where it is no table, SourceError where it cannot be read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(WORKBOOK):
        return None
    if head.startswith(PARQUET):
        return SpendFile(path, name, _parquet_header(path, name))
    if is_gzip := head.startswith(GZIP):
        try:
            with gzip.open(path) as unpacked:
                head = unpacked.read(HEAD)
        except UNREADABLE:
            raise SourceError(f"{name}: packed, and cannot be unpacked; fetch it again") from None
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        encoding, text = "cp1252", head.decode("cp1252", "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    message = re.fullmatch(r"sep=(.)", first.strip())  # Excel's own first line
    bare = re.sub(r'"[^"]*"', "", first)
    separator = message[1] if message else max(SEPARATORS, key=bare.count)
    newline = next(iter(re.findall(r"\r\n|\n|\r", text)), "\n")
    result = SpendFile(path, name, (), separator, encoding, is_gzip)
    try:
        header = next(_parsed(result, io.StringIO(text, newline="")), None)
    except (SourceError, csv.Error):
        return None
    if not header:
        return None
    is_plain = encoding == "utf-8-sig" and header.number == 1 and newline != "\r"
    return dataclasses.replace(result, header=header.cells, is_plain=is_plain)


def _parquet_header(path: Path, name: str) -> Sequence[str]:
    try:
        with duckdb.connect() as db:
            return db.read_parquet(str(path)).columns
    except REFUSED:
        raise SourceError(f"{name}: not Parquet that can be read; fetch it again") from None


def relation(db: duckdb.DuckDBPyConnection, file: SpendFile) -> duckdb.DuckDBPyRelation:
    """Return the cells of a file as text, in columns c0, c1 and so on; reading them may raise duckdb.Error."""
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


def plain(file: SpendFile, folder: Path) -> SpendFile:
    """Return the same table in a file that DuckDB reads.

    Raises SourceError, one line that names file, line and column, where it is not a table after all.
    """
    header = _without_blanks(file.header, 0)
    path = folder / "plain.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for line in _records(file):
            cells = [" ".join(cell.split()) for cell in _without_blanks(line.cells, len(header))]
            where = f"{file.name}, line {line.number}"
            if len(cells) > len(header):
                message = f"{len(cells)} cells where the header has {len(header)}; put a text with a separator in quotes"
                raise SourceError(f"{where}, column {len(header) + 1}: {message}")
            if any(cells) and len(cells) < len(
                header
            ):  # one that is left out puts others in its place
                message = f"{len(cells)} cells where the header has {len(header)}; export it again"
                raise SourceError(f"{where}, column {len(cells)}: {message}")
            if any("\0" in cell for cell in cells):
                raise SourceError(f"{where}: not text; save it as CSV UTF-8")
            writer.writerow(cells + [""] * (len(header) - len(cells)))
    return SpendFile(path, file.name, header, ",")


def _without_blanks(cells: Sequence[str], width: int) -> list[str]:
    """The cells without what is empty right of a width, as spreadsheets leave it."""
    result = list(cells)
    while len(result) > width and not result[-1].strip():
        result.pop()
    return result


def _records(file: SpendFile) -> Iterator[Line]:
    """The header and the rows of a file."""
    try:
        with _unpacked(file) as raw, io.TextIOWrapper(raw, _encoding(file), newline="") as text:
            yield from _parsed(file, text)
    except UNREADABLE:
        raise SourceError(f"{file.name}: packed, and cut off; fetch it again") from None


def _encoding(file: SpendFile) -> str:
    """In what the whole file is written, which its head may not show: UTF-8, UTF-16 or what Excel calls ANSI."""
    for encoding in dict.fromkeys((file.encoding, "cp1252")):
        with _unpacked(file) as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
            try:
                while text.read(HEAD):
                    pass
            except UnicodeDecodeError:
                continue
            return encoding
    raise SourceError(f"{file.name}: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8")


def _unpacked(file: SpendFile) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file.path)) if file.is_gzip else file.path.open("rb")


def _parsed(file: SpendFile, text: IO[str]) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=file.separator, strict=True)
    begins, is_first = 1, True
    try:
        for cells in reader:
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                if not (is_first and re.fullmatch("sep=.?", "".join(cells).strip())):
                    yield Line(begins, cells)
                is_first = False
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"{file.name}, line {begins}: not CSV ({error}); mend the quotes there"
        ) from None
