"""People: the user's ``people.csv``, who is in which team and role since when. Read whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from collectors.errors import SourceError
from collectors.store import Store, now

COLUMNS = ("login", "email", "team", "role", "level", "from", "to")
FOREVER = (date.min, date.max)


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
        if rows:
            store.record_load("people", path.name, started_at, "read", rows_read=len(rows))
    return len(rows)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a people file, checked; columns that are not in the header are empty.

    Raises SourceError, which names file, line and column, and says what would be right.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            _check_header(path, header)
            periods: dict[str, list[tuple[date, date]]] = {}
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                yield _row(path, reader.line_num, header, cells, periods)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path}: cannot be read as CSV in UTF-8 ({error}); save it again as CSV UTF-8") from None


def _check_header(path: Path, header: Sequence[str]) -> None:
    for place, name in enumerate(header, 1):
        if name not in COLUMNS:
            raise SourceError(f"{path}, line 1, column {place}: unknown column {name!r}; known: {', '.join(COLUMNS)}")
        if header.count(name) > 1:
            raise SourceError(f"{path}, line 1, column {place}: {name!r} is there twice; keep one")
    if "login" not in header:
        raise SourceError(f"{path}, line 1, column 1: the column login is missing; the header is {','.join(COLUMNS)}")


def _row(
    path: Path, line: int, header: Sequence[str], cells: Sequence[str], periods: dict[str, list[tuple[date, date]]]
) -> dict[str, Any]:
    if len(cells) != len(header):
        raise SourceError(
            f"{path}, line {line}, column {min(len(cells), len(header)) + 1}: {len(cells)} cells where the header has "
            f"{len(header)}; add or remove a comma"
        )
    values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    found: dict[str, Any] = {name: values.get(name, "") or None for name in ("login", "email", "team", "role", "level")}
    if not found["login"]:
        place = header.index("login") + 1
        raise SourceError(f"{path}, line {line}, column {place}: login is empty; write the GitHub login")
    for name in ("from", "to"):
        try:
            found[f"{name}_on"] = date.fromisoformat(values[name]) if values.get(name) else None
        except ValueError:
            raise SourceError(
                f"{path}, line {line}, column {header.index(name) + 1}: "
                f"{values[name]!r} is not a date; write YYYY-MM-DD"
            ) from None
    start, end = found["from_on"] or FOREVER[0], found["to_on"] or FOREVER[1]
    if end < start:
        raise SourceError(
            f"{path}, line {line}, column {header.index('to') + 1}: ends before it starts; swap the dates"
        )
    others = periods.setdefault(found["login"].lower(), [])
    if any(start <= other_end and other_start <= end for other_start, other_end in others):
        raise SourceError(
            f"{path}, line {line}, column {header.index('login') + 1}: "
            f"{found['login']} has two rows for the same days; end the first with a date in column to"
        )
    others.append((start, end))
    return found
