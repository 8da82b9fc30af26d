"""A file that a tool exported, read whole or not at all: recognised by its header, every value checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.errors import SourceError
from collectors.imports import vocabulary
from collectors.imports.dates import ORDERS, Reading, possible_orders, readings
from collectors.imports.formats import GENERIC, LEDGER, TIMES, Form, Values
from collectors.imports.tabular import Line, Table, named, read_table, shown
from collectors.imports.tools import growthbook, jira, linear, pagerduty
from collectors.ledger.store import Store

FORMS = (*GENERIC, jira.FORM, linear.FORM, pagerduty.FORM, growthbook.FORM)
TOOLS = "FOCUS files and exports of Jira, Linear, PagerDuty, GrowthBook, Anthropic, OpenAI, Cursor and GitHub"


@dataclass(frozen=True)
class Export:
    """What a file says: its kind and source, its rows as the ledger has them, and the columns that are not read.

    ``remarks`` are what more there is to say of it.
    """

    kind: str
    source: str
    rows: Sequence[dict[str, Any]]
    unread: Sequence[str]
    remarks: Sequence[str] = ()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def put(self, store: Store, own: str) -> None:
        """Put the rows into the ledger, as those of an import."""
        store.merge(f"imported_{self.kind}", [{"import_id": own} | row for row in self.rows])

    @property
    def times(self) -> tuple[datetime, datetime] | None:
        """The first and the last time in it."""
        result = [row[name] for row in self.rows for name in TIMES[self.kind] if row[name]]
        return (min(result), max(result)) if result else None


def import_id(content: bytes, *message: str) -> str:
    """Return what makes an import the same: the file's bytes, its kind and its account."""
    return id_of(hashlib.sha256(content).hexdigest(), *message)


def id_of(digest: str, *message: str) -> str:
    """Return the same of the SHA-256 of a file's bytes."""
    return hashlib.sha256("\0".join([digest, *message]).encode()).hexdigest()


def read(name: str, content: bytes, kind: str | None = None) -> Export:
    """Return what a file's bytes say; with a kind, its header must be the generic one of that kind.

    Raises SourceError, one line that names file, line and column, and what would be right.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and kind in (None, "experiments"):
        return read_as(growthbook.read_json(name, content), growthbook.FORM)
    table = read_table(name, content)
    return read_as(table, _form(table, kind))


def read_as(table: Table, form: Form) -> Export:
    """Return what a table of a form says; raises SourceError as ``read`` does."""
    return Export(form.kind, form.source, list(_rows(table, form)), _unread(table, form))


def _form(table: Table, kind: str | None) -> Form:
    """The form of a table; SourceError where it has none."""
    where = f"{table.name}, line 1, column 1"
    if kind:
        form = next(form for form in GENERIC if form.kind == kind)
        if missing := form.missing(table.header):
            message = f"no column {', '.join(missing)}; {kind} need {', '.join(form.needed)}"
            raise SourceError(f"{where}: {message}; {TOOLS} are recognised without --as")
        return form
    result = [form for form in FORMS if not form.missing(table.header)]
    if not result:
        generic = "; ".join(f"{form.kind} ({', '.join(form.needed)})" for form in GENERIC)
        columns = f"{generic}; spend (day, cost_usd)"
        raise SourceError(
            f"{where}: no form that is known: {TOOLS}, or with the columns of {columns}; see --as"
        )
    if len(result) > 1 and result[1] in GENERIC:
        kinds = " or ".join(f"--as {form.kind}" for form in result if form in GENERIC)
        raise SourceError(f"{where}: its columns fit more than one kind; say which with {kinds}")
    return result[0]


def _places(table: Table, form: Form) -> dict[str, list[int]]:
    """Where each column of a form stands in the table."""
    names = [named(cell) for cell in table.header]
    places: dict[str, list[int]] = {}
    for column, headers in form.columns.items():
        best = next((header for header in headers if header in names), None)
        places[column] = [index for index, name in enumerate(names) if name == best]
        if len(places[column]) > 1 and column != "labels":
            raise SourceError(
                f"{table.name}, line 1, column {places[column][1] + 1}: {best} is there twice; keep one"
            )
    return places


def _unread(table: Table, form: Form) -> list[str]:
    read = {index for places in _places(table, form).values() for index in places}
    return list(
        dict.fromkeys(
            vocabulary.kept(name)
            for index, name in enumerate(table.header)
            if name and index not in read
        )
    )


def _rows(table: Table, form: Form) -> Iterator[dict[str, Any]]:
    """The rows of a table, each checked."""
    places = _places(table, form)
    read = max(index for row in places.values() for index in row)
    for line in table.lines:
        if len(line.cells) <= read:
            message = (
                f"{len(line.cells)} cells where the header has {len(table.header)}; export it again"
            )
            raise table.error(line.number, len(line.cells), message)
    times = _times(table, {column: row for column, row in places.items() if column.endswith("_at")})
    visited: dict[Any, int] = {}
    for line in table.lines:
        values: Values = {
            name: [vocabulary.kept(line.cells[index]) for index in row]
            for name, row in places.items()
        }
        values = {
            name: cells if name == "labels" else (cells or [""])[0]
            for name, cells in values.items()
        }
        values |= {name: row.get(line.number) for name, row in times.items()}
        yield _row(_Row(table, form, places, line), values, visited)


def _times(table: Table, columns: dict[str, list[int]]) -> dict[str, dict[int, datetime]]:
    """The times in each column, by the number of their line.

    Whether the day or the month comes first is decided over the whole column, or else by the file's other columns.
    """
    cells: dict[str, dict[int, Reading]] = {}
    for column, places in columns.items():
        cells[column] = {}
        for line in table.lines:
            if places and (text := line.cells[places[0]]):
                row = readings(text)
                if not row:
                    message = f"{shown(text)} is not a time; write 2026-11-19 or 2026-11-19 14:05"
                    raise table.error(line.number, places[0], message)
                cells[column][line.number] = row
    orders = {column: possible_orders(row.values()) for column, row in cells.items()}
    sure = [row for row in orders.values() if len(row) < len(ORDERS)]
    rest_rows = set(ORDERS).intersection(*sure) if sure else set(ORDERS)
    times: dict[str, dict[int, datetime]] = {}
    for column, stored in cells.items():
        allowed = orders[column] & rest_rows or orders[column]
        for number, reading in stored.items():
            if not allowed or (len(allowed) > 1 and not reading.is_clear):
                both = " or ".join(f"{time:%Y-%m-%d}" for time in reading.by_order.values())
                said = (
                    f"this may be {both}"
                    if allowed
                    else "in other lines the day and the month change places"
                )
                raise table.error(
                    number, columns[column][0], f"{said}; write times such as 2026-11-19"
                )
        times[column] = {
            number: reading.by_order[sorted(allowed)[0]] for number, reading in stored.items()
        }
    return times


@dataclass(frozen=True)
class _Row:
    """A line and where its columns stand, for errors."""

    table: Table
    form: Form
    places: dict[str, list[int]]
    line: Line

    def error(self, column: str, message: str) -> SourceError:
        """The error in one column; in the first where the file has no such column."""
        return self.table.error(self.line.number, (self.places.get(column) or [0])[0], message)


def _row(where: _Row, values: Values, visited: dict[Any, int]) -> dict[str, Any]:
    """One row as the ledger has it; ``seen`` holds the lines of the keys so far."""
    form = where.form
    form.settle(values)
    if not values["key"]:
        raise where.error("key", "the key is empty; write one")
    if form.kind == "items":
        _settle_item(where, values)
    if form.kind == "experiments":
        _settle_experiment(where, values)
    _put_in_order(where, values)
    keys = (
        [values["key"], (values["project"], values["number"])]
        if form.kind == "items"
        else [values["key"]]
    )
    for key in keys:
        if key in visited:
            first = where.table.where(visited[key], where.places["key"][0])
            raise where.error(
                "key", f"{shown(values['key'])} is there twice, first in {first}; keep one"
            )
        visited[key] = where.line.number
    values["title"] = values["title"] or values["key"]
    row: dict[str, Any] = {"line": where.line.number}
    for name in LEDGER[form.kind]:
        value = values.get(name)
        row[name] = None if value == "" else value
    return row


def _settle_item(where: _Row, values: Values) -> None:
    result = vocabulary.numbered(values["key"])
    if not result:
        raise where.error(
            "key",
            f"{shown(values['key'])} does not end in a number of up to 9 digits; write keys such as SHOP-12",
        )
    project, values["number"] = result
    values["project"] = values.get("project") or project
    if not values["project"]:
        raise where.error("key", "no project; write keys such as SHOP-12, or add a column project")
    values["labels"] = vocabulary.labels(values["labels"])
    values["author_kind"] = vocabulary.author_kind(values.get("author_kind", ""))
    if where.form.is_strict and vocabulary.is_closed(values["status"]) and not values["closed_at"]:
        raise where.error(
            "closed_at", f"{shown(values['status'])}, but not when; write the day it was closed"
        )
    message = (values.get("resolution", ""), values["status"])
    values["resolution"] = vocabulary.resolution(*message) if values["closed_at"] else None


def _settle_experiment(where: _Row, values: Values) -> None:
    message = values["decision"]
    values["decision"] = vocabulary.decision(message)
    if values["decision"] is None:
        raise where.error(
            "decision", f"{shown(message)} is no decision; write kept, killed or inconclusive"
        )
    decided_at = values.get("decided_at")
    if values["decision"] and not decided_at:
        raise where.error(
            "decided_at", f"{shown(message)}, but not when; write the day it was decided"
        )
    if decided_at and not values["decision"]:
        raise where.error("decision", "decided, but not how; write kept, killed or inconclusive")


def _put_in_order(where: _Row, values: Values) -> None:
    """Refuse times that are before the first one; a tool's own, which nobody can mend, become the first."""
    first, *later = TIMES[where.form.kind]
    if where.form.kind != "experiments" and not values[first]:
        raise where.error(first, f"{first.removesuffix('_at')} is empty; write when")
    for name in later:
        if values[first] and values.get(name) and values[name] < values[first]:
            if where.form.is_strict:
                raise where.error(name, f"before {first.removesuffix('_at')}; swap the times")
            values[name] = values[first]
