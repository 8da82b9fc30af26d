"""People: the user's ``people.csv``, who is in which team and role since when. Read whole or not at all."""

from __future__ import annotations

import csv
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from collectors.errors import SourceError
from collectors.ledger.store import Store, now

COLUMNS = ("login", "email", "team", "role", "level", "from", "to")
LOGIN = re.compile(r"[A-Za-z0-9_.-]+(\[bot\])?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def collect(path: Path, store: Store) -> int:
    """Replace the ledger's people by those of the file, and return how many rows it has.

    Without a file there are no people. Raises SourceError, which names file, line and column; the ledger then keeps
    the people it had.
    """
    started_at = now()
    try:
        rows = list(read(path)) if path.exists() else []
    except SourceError as error:
        store.record_load("people", path.name, started_at, "failed", message=str(error))
        raise
    with store.transaction():
        store.replace("people", rows)
        store.record_load("people", path.name, started_at, "read", rows_read=len(rows))
    return len(rows)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a people file, checked; columns that are not in the header are empty.

    Raises SourceError, which names file, line and column, and says what would be right.
    """
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            line = reader.line_num
            _check_header(path, header)
            periods: dict[str, list[tuple[date, date]]] = {}
            for cells in reader:
                line = reader.line_num
                if any(cell.strip() for cell in cells):
                    yield _row(_Line(path, line, header, [cell.strip() for cell in cells]), periods)
    except csv.Error as error:
        raise SourceError(
            f"{path}, after line {line}: not CSV ({error}); mend the quotes there"
        ) from None
    except UnicodeDecodeError:
        raise SourceError(f"{path}: not UTF-8 text; save it again as CSV UTF-8") from None
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None


def _check_header(path: Path, header: Sequence[str]) -> None:
    for index, name in enumerate(header, 1):
        where = f"{path}, line 1, column {index}"
        if ";" in name or "\t" in name:
            raise SourceError(f"{where}: columns must be separated by commas; save it again so")
        if name not in COLUMNS:
            raise SourceError(
                f"{where}: unknown column {reprlib.repr(name)}; known: {', '.join(COLUMNS)}"
            )
        if header.count(name) > 1:
            raise SourceError(f"{where}: {reprlib.repr(name)} is there twice; keep one")
    if "login" not in header:
        raise SourceError(
            f"{path}, line 1, column 1: the column login is missing; the header is {','.join(COLUMNS)}"
        )


@dataclass(frozen=True)
class _Line:
    """One line of the file: where it stands, and its cells."""

    path: Path
    number: int
    header: Sequence[str]
    cells: Sequence[str]

    def error(self, column: str | int, message: str) -> SourceError:
        """The error in one column, by name or place."""
        place = column if isinstance(column, int) else self.header.index(column) + 1
        return SourceError(f"{self.path}, line {self.number}, column {place}: {message}")


def _row(line: _Line, periods: dict[str, list[tuple[date, date]]]) -> dict[str, Any]:
    """One row of people; ``periods`` holds those of the logins so far."""
    result, expected = len(line.cells), len(line.header)
    if result != expected:
        message = f"{result} cells where the header has {expected}; add or remove a comma"
        raise line.error(min(result, expected) + 1, message)
    values = dict(zip(line.header, line.cells, strict=True))
    login = values["login"]
    if not LOGIN.fullmatch(login):
        said = f"{reprlib.repr(login)} is not a login" if login else "login is empty"
        raise line.error("login", f"{said}; write the GitHub login, without @")
    start, end = _day(line, values, "from"), _day(line, values, "to")
    _keep_period(line, login, start or date.min, end or date.max, periods)
    row: dict[str, Any] = {
        name: values.get(name) or None for name in ("login", "email", "team", "role", "level")
    }
    return row | {"from_on": start, "to_on": end}


def _day(line: _Line, values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name)
    if not text:
        return None
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise line.error(name, f"{reprlib.repr(text)} is not a date; write YYYY-MM-DD")


def _keep_period(
    line: _Line, login: str, start: date, end: date, periods: dict[str, list[tuple[date, date]]]
) -> None:
    if end < start:
        raise line.error("to", "ends before it starts; swap the dates")
    rest_rows = periods.setdefault(login.lower(), [])
    if any(start <= other_end and other_start <= end for other_start, other_end in rest_rows):
        message = f"{login} has two rows for the same days; end the first with a date in column to"
        raise line.error("login", message)
    rest_rows.append((start, end))
