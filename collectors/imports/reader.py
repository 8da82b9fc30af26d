"""Reader of exported files: the header determines the format, and every value is validated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.characters import clean
from collectors.errors import SourceError
from collectors.imports import vocabulary
from collectors.imports.dates import ORDERS, PossibleTimes, parse_time, possible_orders
from collectors.imports.formats import (
    EXPERIMENTS,
    GENERIC,
    LEDGER_COLUMNS,
    TIME_COLUMNS,
    Format,
    Values,
    normalize_header,
)
from collectors.imports.hints import missing_columns, spend_hint
from collectors.imports.partial import text_problem
from collectors.imports.tabular import Line, Table, quote, read_table, short_line_error
from collectors.imports.tools import growthbook, jira, linear, pagerduty
from collectors.ledger.store import Store

FORMATS = (*GENERIC, jira.FORMAT, linear.FORMAT, pagerduty.FORMAT, growthbook.FORMAT)
TOOLS = (
    "FOCUS files and exports of Jira, Linear, PagerDuty, GrowthBook, Anthropic, OpenAI, Cursor, "
    "GitHub, LiteLLM and OpenRouter"
)
#: part of the required columns that a table of a format may lack, to look like it
MAX_MISSING = 0.5
GENERIC_COLUMNS = "; ".join(f"{fmt.kind} ({', '.join(fmt.required)})" for fmt in GENERIC)
KNOWN = f"Known: {TOOLS}, or files with the columns of {GENERIC_COLUMNS}; spend (day, cost_usd)"
JSON = (
    "GrowthBook's experiments, `ccusage daily --json`, LiteLLM's spend, OpenRouter's activity, "
    "OpenTelemetry of Claude Code and Codex, and lists of objects with the columns of a CSV"
)


@dataclass(frozen=True)
class ParsedTable:
    """Content of a file: its kind and source, its rows for the ledger, and unread columns."""

    kind: str
    source: str
    rows: Sequence[dict[str, Any]]
    unread_columns: Sequence[str]
    notes: Sequence[str] = ()
    has_copy: bool = True

    @property
    def identity(self) -> str:
        """Kind of the rows."""
        return self.kind

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def time_range(self) -> tuple[datetime, datetime] | None:
        """First and last time; None without any."""
        times = [row[name] for row in self.rows for name in TIME_COLUMNS[self.kind] if row[name]]
        return (min(times), max(times)) if times else None

    def write(self, ledger: Store, import_id: str) -> None:
        """Insert the rows into the ledger."""
        rows = [{"import_id": import_id} | row for row in self.rows]
        ledger.merge(f"imported_{self.kind}", rows)


def import_id(content: bytes, *parts: str) -> str:
    """Return the identity of an import: the hash of the file's bytes, its kind and account."""
    return import_id_of(hashlib.sha256(content).hexdigest(), *parts)


def import_id_of(digest: str, *parts: str) -> str:
    """Return the identity of an import, given the SHA-256 of the file's bytes."""
    return hashlib.sha256("\0".join([digest, *parts]).encode()).hexdigest()


def read(name: str, content: bytes, kind: str | None = None) -> ParsedTable:
    """Return the content of a file; with a kind, the header must be the generic one of that kind.

    Raises SourceError with file, line and column.
    """
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    if is_json and kind in (None, "experiments"):
        response = growthbook.parse(name, content)
        if not kind and not growthbook.is_response(response):
            keys = _keys(response)
            hint = spend_hint(keys) or "unknown JSON"
            if growthbook.FOREIGN & set(keys) and {"name", "title"} & set(keys):
                columns = ", ".join(EXPERIMENTS.required)
                hint = f"looks like experiments of another tool; write a CSV ({columns}, decision)"
            raise SourceError(f"{name}, line 1, column 1: {hint}. Known JSON: {JSON}")
        return read_as(growthbook.table(name, response), growthbook.FORMAT)
    table = read_table(name, content, text_problem)
    return read_as(table, _format(table, kind))


def _keys(response: Any) -> Sequence[str]:
    """Return the keys of the first object in the first list of a JSON document."""
    lists = response.values() if isinstance(response, dict) else [response]
    first: Any = next((item[0] for item in lists if isinstance(item, list) and item), None)
    return list(first) if isinstance(first, dict) else ()


def read_as(table: Table, fmt: Format) -> ParsedTable:
    """Return the content of a table in a format; raises SourceError as ``read`` does."""
    indexes = _indexes(table, fmt)
    used = {index for column in indexes.values() for index in column}
    unread = [name for index, name in enumerate(table.header) if name and index not in used]
    unread_columns = list(dict.fromkeys(map(clean, unread)))
    return ParsedTable(fmt.kind, fmt.source, list(_rows(table, fmt, indexes)), unread_columns)


def _format(table: Table, kind: str | None) -> Format:
    """Return the format of a table. Raises SourceError if there is none, or more than one."""
    if kind:
        fmt = next(fmt for fmt in GENERIC if fmt.kind == kind)
        if missing := fmt.missing(table.header):
            message = missing_columns(table.header, missing, fmt.columns)
            needs = f"{kind} need {', '.join(fmt.required)}"
            raise table.header_error(0, f"{needs}; {message}; {TOOLS} are recognized without --as")
        return fmt
    matches = [fmt for fmt in FORMATS if not fmt.missing(table.header)]
    if not matches:
        if hint := _hint(table.header):
            raise table.header_error(0, hint)
        raise table.header_error(0, f"unknown format. {KNOWN}; see --as")
    if len(matches) > 1 and matches[1] in GENERIC:
        kinds = " or ".join(f"--as {fmt.kind}" for fmt in matches if fmt in GENERIC)
        raise table.header_error(0, f"its columns fit more than one kind; choose with {kinds}")
    return matches[0]


def _hint(header: Sequence[str]) -> str:
    """Return what a table looks like, and which columns it lacks; '' if it is like no format."""
    fmt = min(FORMATS, key=lambda fmt: len(fmt.missing(header)) / len(fmt.required))
    missing = fmt.missing(header)
    if len(missing) > len(fmt.required) * MAX_MISSING:
        return spend_hint(header)
    label = fmt.kind if fmt in GENERIC else f"{fmt.kind} of {fmt.source}"
    return f"looks like {label}; {missing_columns(header, missing, fmt.columns)}"


def _indexes(table: Table, fmt: Format) -> dict[str, list[int]]:
    """Return the indexes of each column of a format in the table; labels may have several."""
    headers = [normalize_header(cell) for cell in table.header]
    indexes: dict[str, list[int]] = {}
    for column, alternatives in fmt.columns.items():
        header = next((name for name in alternatives if name in headers), None)
        indexes[column] = [index for index, name in enumerate(headers) if name == header]
        if len(indexes[column]) > 1 and column != "labels":
            raise table.header_error(indexes[column][1], f"duplicate column {header}; keep one")
    return indexes


def _rows(
    table: Table, fmt: Format, indexes: Mapping[str, Sequence[int]]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table for the ledger, each validated."""
    last_index = max(index for column in indexes.values() for index in column)
    for line in table.lines:
        if len(line.cells) <= last_index:
            raise short_line_error(table.name, line, len(table.header))
    times = {
        column: _times(table, places)
        for column, places in indexes.items()
        if column.endswith("_at") and places
    }
    times_by_column = _resolve(table, indexes, times)
    lines_by_key: dict[Any, int] = {}
    for line in table.lines:
        values: Values = {}
        for column, places in indexes.items():
            cells = [clean(line.cells[index]) for index in places]
            values[column] = cells if column == "labels" else next(iter(cells), "")
            if column.endswith("_at"):
                values[column] = times_by_column.get(column, {}).get(line.number)
        yield _Row(table, fmt, indexes, line).validate(values, lines_by_key)


def _times(table: Table, places: Sequence[int]) -> dict[int, PossibleTimes]:
    """Return the possible times of a column, by the number of their line."""
    column: dict[int, PossibleTimes] = {}
    for line in table.lines:
        if text := line.cells[places[0]]:
            times = parse_time(text)
            if not times:
                message = f"{quote(text)} is not a time; write 2026-11-19 or 2026-11-19 14:05"
                raise table.error(line.number, places[0], message)
            column[line.number] = times
    return column


def _resolve(
    table: Table,
    indexes: Mapping[str, Sequence[int]],
    times: Mapping[str, Mapping[int, PossibleTimes]],
) -> dict[str, dict[int, datetime]]:
    """Return the times of each column, by the number of their line.

    The order of day and month is that of the whole column, or else that of the other columns.
    """
    orders = {column: possible_orders(cells.values()) for column, cells in times.items()}
    certain = [column_orders for column_orders in orders.values() if len(column_orders) == 1]
    certain += [column_orders for column_orders in orders.values() if not column_orders]
    file_orders = set(ORDERS).intersection(*certain)
    resolved: dict[str, dict[int, datetime]] = {}
    for column, cells in times.items():
        allowed = sorted(orders[column] & file_orders or orders[column])
        for number, cell in cells.items():
            if not allowed or (len(allowed) > 1 and not cell.is_unambiguous):
                message = f"{cell.conflict(bool(allowed))}; write times such as 2026-11-19"
                raise table.error(number, indexes[column][0], message)
        resolved[column] = {number: cell.by_order[allowed[0]] for number, cell in cells.items()}
    return resolved


@dataclass(frozen=True)
class _Row:
    """A line with the indexes of its columns."""

    table: Table
    fmt: Format
    indexes: Mapping[str, Sequence[int]]
    line: Line

    def error(self, column: str, message: str) -> SourceError:
        """Return the error about one column; about the first if the file does not have it."""
        index = next(iter(self.indexes.get(column, ())), 0)
        return self.table.error(self.line.number, index, message)

    def validate(self, values: Values, lines_by_key: dict[Any, int]) -> dict[str, Any]:
        """Return the row for the ledger; ``lines_by_key`` has the keys of the lines before."""
        kind = self.fmt.kind
        self.fmt.derive(values)
        if kind == "deployments":
            self._complete_deployment(values)
        if not values["key"]:
            raise self.error("key", "the key is empty; write one")
        if kind == "items":
            self._complete_item(values)
        elif kind == "experiments":
            self._complete_experiment(values)
        self._check_order(values)
        keys = [values["key"]]
        if kind == "items":
            keys.append((values["project"], values["number"]))
        for key in keys:
            if key in lines_by_key:
                index = next(iter(self.indexes["key"]), 0)
                first = self.table.where(lines_by_key[key], index)
                message = f"duplicate key {quote(values['key'])}, first in {first}; keep one"
                raise self.error("key", message)
            lines_by_key[key] = self.line.number
        values["title"] = values["title"] or values["key"]
        row: dict[str, Any] = {"line": self.line.number}
        for name in LEDGER_COLUMNS[kind]:
            value = values.get(name)
            row[name] = None if value == "" else value
        return row

    def _complete_item(self, values: Values) -> None:
        """Derive project, number, labels, author and resolution of an item."""
        key = vocabulary.split_key(values["key"])
        if not key:
            raise self.error(
                "key",
                f"{quote(values['key'])} does not end in a number of up to 9 digits; "
                "write keys such as SHOP-12",
            )
        project, values["number"] = key
        values["project"] = values.get("project") or project
        if not values["project"]:
            raise self.error(
                "key", "no project; write keys such as SHOP-12, or add a column project"
            )
        values["labels"] = vocabulary.labels(values["labels"])
        values["author_kind"] = vocabulary.author_kind(values.get("author_kind", ""))
        status, is_closed = values["status"], bool(values["closed_at"])
        if self.fmt.is_strict and vocabulary.is_closed(status) and not is_closed:
            message = f"{quote(status)} without a date; write the day it was closed"
            raise self.error("closed_at", message)
        resolution = vocabulary.resolution(values.get("resolution", ""), status)
        values["resolution"] = resolution if is_closed else None

    def _complete_experiment(self, values: Values) -> None:
        """Translate the decision of an experiment, which needs a date."""
        text = values["decision"]
        decision = values["decision"] = vocabulary.decision(text)
        allowed = "write kept, killed or inconclusive"
        if decision is None:
            raise self.error("decision", f"{quote(text)} is not a decision; {allowed}")
        decided_at = values.get("decided_at")
        if decision and not decided_at:
            message = f"{quote(text)} without a date; write the day it was decided"
            raise self.error("decided_at", message)
        if decided_at and not decision:
            raise self.error("decision", f"a date without a decision; {allowed}")

    def _complete_deployment(self, values: Values) -> None:
        """Derive key and environment of a deployment, and translate its status."""
        for column in ("repo", "commit"):
            if not values[column]:
                raise self.error(column, f"the {column} is empty; write one")
        name = re.fullmatch(r"(?:https?://[^/]+/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?", values["repo"])
        if not name:
            raise self.error("repo", f"{quote(values['repo'])} is no repository; write owner/name")
        values["repo"] = name[1]
        values["environment"] = values["environment"] or "production"
        status = vocabulary.deployment_status(values["status"])
        if status is None:
            allowed = "write succeeded, failed or pending"
            raise self.error("status", f"{quote(values['status'])} is not a status; {allowed}")
        values["status"] = status
        parts = (values["repo"], values["environment"], values["commit"], values["deployed_at"])
        values["key"] = values["key"] or " ".join(map(str, parts))

    def _check_order(self, values: Values) -> None:
        """Reject times before the first one, or replace them by it in a tool's own export."""
        first, *later = TIME_COLUMNS[self.fmt.kind]
        label = first.removesuffix("_at")
        if self.fmt.kind != "experiments" and not values[first]:
            raise self.error(first, f"{label} is empty; write a time")
        for name in later:
            if values[first] and values.get(name) and values[name] < values[first]:
                if self.fmt.is_strict:
                    raise self.error(name, f"before {label}; swap the times")
                values[name] = values[first]
