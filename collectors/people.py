"""People source: teams, roles and levels over time, from the user's ``people.csv``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from collectors.errors import SourceError
from collectors.imports.tabular import Record, quote, read_records
from collectors.ledger.store import Store, now
from collectors.source import CheckResult
from collectors.user_file import UserFile

OPTIONAL_COLUMNS = ("email", "team", "role", "level", "from", "to")
LOGIN = re.compile(r"[A-Za-z0-9_.-]+(\[bot\])?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PeopleSource(UserFile):
    """The file ``people.csv``; without one, teams and roles are unknown."""

    name = "people"
    entries = "rows"

    def check(self) -> Iterator[CheckResult]:
        """Yield whether the file can be used."""
        if not self.path.exists():
            yield CheckResult(True, f"no {self.path}: teams and roles are not known")
            return
        try:
            yield CheckResult(True, f"{self.path} has {len(read(self.path)):,} rows")
        except SourceError as error:
            yield CheckResult(False, str(error))

    def load(self, ledger: Store) -> int:
        """Replace the ledger's people; raises SourceError."""
        return load(self.path, ledger)


def load(path: Path, ledger: Store) -> int:
    """Replace the ledger's people with those of the file and return the number of rows.

    Without a file there are no people. Raises SourceError if the file is invalid; the ledger then
    keeps its people.
    """
    started_at = now()
    try:
        rows = read(path) if path.exists() else []
    except SourceError as error:
        ledger.record_load("people", path.name, started_at, "failed", message=str(error))
        raise
    with ledger.transaction():
        ledger.replace("people", rows)
        ledger.record_load("people", path.name, started_at, "read", rows_read=len(rows))
    return len(rows)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a people file. Raises SourceError with file, line and column."""
    periods: dict[str, list[tuple[date, date]]] = {}
    return [_row(record, periods) for record in read_records(path, ("login",), OPTIONAL_COLUMNS)]


def _row(record: Record, periods: dict[str, list[tuple[date, date]]]) -> dict[str, Any]:
    """Return one row; ``periods`` has those of the lines before, by login in lower case."""
    login = record.values["login"]
    if not LOGIN.fullmatch(login):
        problem = f"{quote(login)} is not a login" if login else "login is empty"
        raise record.error("login", f"{problem}; write the GitHub login, without @")
    start, end = _day(record, "from"), _day(record, "to")
    first, last = start or date.min, end or date.max
    if last < first:
        raise record.error("to", "ends before it starts; swap the dates")
    other_periods = periods.setdefault(login.lower(), [])
    if any(
        first <= other_last and other_first <= last for other_first, other_last in other_periods
    ):
        message = f"{login} has two rows for the same days; end the first with a date in column to"
        raise record.error("login", message)
    other_periods.append((first, last))
    texts = {name: record.values[name] or None for name in ("email", "team", "role", "level")}
    return {"login": login, **texts, "from_on": start, "to_on": end}


def _day(record: Record, column: str) -> date | None:
    text = record.values[column]
    if not text:
        return None
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # no such month or day
        pass
    raise record.error(column, f"{quote(text)} is not a date; write YYYY-MM-DD")
