"""Excel workbooks: the texts of the first sheet, within bounds.

Only the standard library reads them. A parser in C or Rust allocates what a file asks for: one far
cell, or one part that unpacks to gigabytes, ends the process.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Sequence
from xml.parsers import expat

from collectors.errors import SourceError
from collectors.imports.surveys.rows import Row

MAGIC, OLD_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: bytes of one unpacked part, parts, rows, columns and cells that are read at most
MAX_PART, MAX_PARTS = 64 << 20, 2000
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 100_000, 1000, 2_000_000
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
SAVE = "save it again as .xlsx or CSV UTF-8"


def is_archive(content: bytes) -> bool:
    """Return whether bytes are a workbook or an archive."""
    return content.startswith((MAGIC, OLD_MAGIC))


def read_archive(name: str, content: bytes) -> list[Row] | bytes:
    """Return the rows of a workbook, or the bytes of the only file in an archive.

    Raises SourceError for other archives and for those beyond the bounds.
    """
    if content.startswith(OLD_MAGIC):
        raise SourceError(f"{name}: an old or protected Excel file; {SAVE} without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [item.filename for item in archive.infolist() if not item.is_dir()]
            if len(names) > MAX_PARTS:
                raise SourceError(f"{name}: above {MAX_PARTS:,} parts; {SAVE}")
            if "xl/workbook.xml" in names:
                return _Workbook(name, archive).lines()
            # macOS adds a hidden twin of each file
            files = [item for item in names if not item.startswith("__MACOSX/")]
            tables = [item for item in files if item.lower().endswith((".csv", ".tsv"))]
            if len(tables) == 1:
                return _part(name, archive, tables[0])
    except BROKEN:
        raise SourceError(f"{name}: a damaged archive; {SAVE}") from None
    except RuntimeError:  # the module's error for a password
        raise SourceError(f"{name}: it has a password; {SAVE} without one") from None
    raise SourceError(f"{name}: an archive without exactly one CSV file; unpack it first")


def _part(name: str, archive: zipfile.ZipFile, part: str) -> bytes:
    """Return a part of an archive; raises SourceError if it is too large."""
    with archive.open(part) as file:
        content = file.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise SourceError(f"{name}: {part[:60]!r} unpacks to over {MAX_PART >> 20} MB; {SAVE}")
    return content


class _Workbook:
    """A workbook whose first sheet is read."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name, self.archive = name, archive

    def lines(self) -> list[Row]:
        """Return the rows of the first sheet with their numbers."""
        sheet = self._first_sheet()
        texts = _Texts()
        if "xl/sharedStrings.xml" in self.archive.namelist():
            self._parse("xl/sharedStrings.xml", texts)
        cells = _Cells(self.name, texts.texts)
        self._parse(sheet, cells)
        return cells.lines

    def _first_sheet(self) -> str:
        """Return the part of the first sheet; links to other files are never opened."""
        sheets = _Elements("sheet", f"{RELATIONS}|id")
        self._parse("xl/workbook.xml", sheets)
        part = "xl/worksheets/sheet1.xml"
        relations = "xl/_rels/workbook.xml.rels"
        if sheets.values and relations in self.archive.namelist():
            links = _Elements("Relationship", "Id", "Target")
            self._parse(relations, links)
            targets = {row[0]: row[1] for row in links.rows}
            if target := targets.get(sheets.values[0]):
                part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if part not in self.archive.namelist():
            raise SourceError(f"{self.name}: it has no sheet; {SAVE}")
        return part

    def _parse(self, part: str, handler: _Handler) -> None:
        parser = expat.ParserCreate(namespace_separator="|")
        parser.buffer_text = True
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(_part(self.name, self.archive, part), True)
        except expat.ExpatError as error:
            raise SourceError(f"{self.name}: damaged at {part[:60]!r} ({error}); {SAVE}") from None

    def _refuse(self, *_: object) -> None:
        """Refuse definitions of entities: small files could grow to any size."""
        raise SourceError(f"{self.name}: it defines entities, which no spreadsheet does; {SAVE}")


class _Handler:
    """Handler of XML that ignores everything."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def text(self, data: str) -> None:
        """Take text."""


class _Elements(_Handler):
    """Attributes of all elements of one name."""

    def __init__(self, name: str, *attributes: str) -> None:
        self.name, self.attributes = name, attributes
        self.rows: list[tuple[str, ...]] = []

    @property
    def values(self) -> list[str]:
        """Return the first attribute of each element."""
        return [row[0] for row in self.rows]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Keep the attributes."""
        if tag.rpartition("|")[2] == self.name:
            self.rows.append(tuple(attributes.get(name, "") for name in self.attributes))


class _Texts(_Handler):
    """Shared texts, without the reading aids of Japanese."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.is_text, self.is_aid = False, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note where a text begins."""
        name = tag.rpartition("|")[2]
        if name == "si":
            self.parts = []
        self.is_aid = self.is_aid or name == "rPh"
        self.is_text = name == "t" and not self.is_aid

    def end(self, tag: str) -> None:
        """Keep a text."""
        name = tag.rpartition("|")[2]
        if name == "si":
            self.texts.append("".join(self.parts))
        if name == "rPh":
            self.is_aid = False
        self.is_text = False

    def text(self, data: str) -> None:
        """Add a part of a text."""
        if self.is_text:
            self.parts.append(data)


class _Cells(_Handler):
    """Rows of a sheet as texts; a date is the number that Excel stores."""

    def __init__(self, name: str, shared: Sequence[str]) -> None:
        self.name, self.shared = name, shared
        self.lines: list[Row] = []
        self.row: dict[int, str] = {}
        self.number, self.column, self.count = 0, -1, 0
        self.kind, self.parts, self.is_text = "", list[str](), False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note row, column and kind of a cell."""
        name = tag.rpartition("|")[2]
        if name == "row":
            self.row, self.column = {}, -1
            self.number = self._row_number(attributes.get("r", ""))
        elif name == "c":
            self.column = self._column_of(attributes.get("r", ""))
            self.kind, self.parts = attributes.get("t", "n"), []
            self.count += 1
            if self.count > MAX_CELLS:
                raise SourceError(f"{self.name}: above {MAX_CELLS:,} cells; export fewer columns")
        elif name == "f":
            raise self._error("a formula; save the sheet with values")
        self.is_text = name == "v" or (name == "t" and self.kind == "inlineStr")

    def end(self, tag: str) -> None:
        """Keep a cell or a row."""
        name = tag.rpartition("|")[2]
        if name == "c" and self.column >= 0:
            self.row[self.column] = self._value("".join(self.parts))
        elif name == "row" and any(cell.strip() for cell in self.row.values()):
            width = max(self.row) + 1
            cells = [self.row.get(index, "").strip() for index in range(width)]
            self.lines.append(Row(self.number, cells))
        self.is_text = False

    def text(self, data: str) -> None:
        """Add a part of a value."""
        if self.is_text:
            self.parts.append(data)

    def _value(self, text: str) -> str:
        if self.kind != "s":
            return re.sub(r"(?<=\d)\.0+$", "", text) if self.kind == "n" else text
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise self._error("no text of the workbook")
        if int(text) >= len(self.shared):
            raise self._error("no text of the workbook")
        return self.shared[int(text)]

    def _row_number(self, text: str) -> int:
        """Return the number of a row; rows that have none are counted."""
        is_number = text.isascii() and text.isdigit() and len(text) <= 9
        number = int(text) if is_number else self.number + 1
        if len(self.lines) >= MAX_ROWS:
            raise SourceError(f"{self.name}: above {MAX_ROWS:,} rows; split it")
        return number

    def _column_of(self, reference: str) -> int:
        """Return the index of a cell's column; cells without a reference are counted."""
        match = re.match(r"([A-Z]{1,3})\d", reference)
        if not match:
            column = self.column + 1
        else:
            column = -1
            for letter in match[1]:
                column = (column + 1) * 26 + ord(letter) - ord("A")
        if column >= MAX_COLUMNS:
            raise self._error(f"above {MAX_COLUMNS:,} columns; export fewer", column)
        return column

    def _error(self, message: str, column: int | None = None) -> SourceError:
        index = max(self.column if column is None else column, 0)
        return SourceError(f"{self.name}, line {self.number}, column {index + 1}: {message}")
