"""Validation of spend files: all cells are checked before one is used, errors name the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Protocol

import duckdb

from collectors.characters import clean
from collectors.errors import SourceError
from collectors.imports.dates import parse_time, possible_orders
from collectors.imports.formats import normalize_header
from collectors.imports.spend.formats import PATTERNS, SpendFormat
from collectors.imports.tabular import quote

SQL = Path(__file__).parent / "sql"
#: separators of spreadsheets in countries where the comma is the decimal mark
SEPARATORS_BESIDE_DECIMAL_COMMAS = (";", "\t")
#: difference from a total that comes from rounding, in units and as a part
ROUNDING, ROUNDING_SHARE = Decimal("0.01"), Decimal("0.001")
#: columns of days
DAYS = ("day", "period_end")
#: a charge of three years and a day
MAX_PERIOD_DAYS = 1097
#: macros that read a number: 1234.56, 1,234.56 and 1.234,56
PLAIN, COMMA_GROUPS, DECIMAL_COMMA = "plain", "comma_groups", "decimal_comma"


class TableFile(Protocol):
    """Part of a spend file that validation needs."""

    @property
    def name(self) -> str:
        """Name in errors."""
        ...

    @property
    def header(self) -> Sequence[str]:
        """Names of the columns as the file has them."""
        ...

    @property
    def separator(self) -> str:
        """Separator of cells; empty for Parquet."""
        ...

    def where(self, row: int, index: int) -> str:
        """Return the place of a cell by row (from 1) and column index."""
        ...


class InvalidCell(NamedTuple):
    """An invalid cell, by the number of its row (from 1) and its column index."""

    row: int
    column_index: int
    column: str
    text: str


@dataclass(frozen=True)
class Validation:
    """Validation of one file. ``check`` creates the view ``cells`` with typed columns.

    Rows of ``cells`` are sums: rows that differ only in numbers are one row, with ``rows_read``,
    if the same numbers are missing. So millions of rows are read only once.
    """

    db: duckdb.DuckDBPyConnection
    file: TableFile
    format: SpendFormat
    folder: Path

    @property
    def indexes(self) -> Mapping[str, int]:
        """Index of each column that the file has; raises SourceError if one is there twice."""
        headers = [normalize_header(cell) for cell in self.file.header]
        indexes: dict[str, int] = {}
        for column, alternatives in self.format.columns.items():
            header = next((name for name in alternatives if name in headers), None)
            if header is None:
                continue
            indexes[column] = headers.index(header)
            if headers.count(header) > 1:
                second = headers.index(header, indexes[column] + 1)
                raise SourceError(
                    f"{self.file.name}, line 1, column {second + 1}: "
                    f"duplicate column {header}; keep one"
                )
        return indexes

    def check(self, raw: duckdb.DuckDBPyRelation) -> int:
        """Return the number of rows; ``raw`` has their texts in columns c0, c1, …

        Raises SourceError about the first invalid cell.
        """
        raw.create_view("raw")
        texts = ", ".join(f"{self._text(column)} as {column}" for column in self.format.columns)
        indexes = dict.fromkeys(self.indexes.values())
        first_text = f"coalesce({', '.join(f'word(c{index})' for index in indexes)})"
        self.db.execute(
            f"create or replace view texts as "
            f"select {texts} from raw where {first_text} is not null"
        )
        self.db.execute(
            f"create or replace view numbered as "
            f"select {texts}, n, {first_text} is null as is_blank "
            "from (select *, row_number() over () as n from raw)"
        )
        is_plain = self.file.separator not in SEPARATORS_BESIDE_DECIMAL_COMMAS
        number_format = PLAIN if is_plain else self._number_format()
        invalid_counts = self._group(number_format)
        if is_plain and any(invalid_counts[column] for column in self._numbers()):
            number_format = self._number_format()
            invalid_counts = self._group(number_format)
        if invalid_counts["day"]:
            self._read_other_days()
        checks = {**self._number_checks(number_format), **self._pattern_checks()}
        self._raise_first(checks, invalid_counts)
        return self._create_cells()

    def check_totals(self, footer: Sequence[str]) -> None:
        """Raise SourceError if a last line of totals has another sum than the rows."""
        for column in self._numbers():
            index = self.indexes[column]
            sql = (
                "select coalesce(plain(bare($cell)), comma_groups($cell), decimal_comma($cell)), "
                f"coalesce(sum({column}), 0), (select count(*) from raw) + 1 from cells"
            )
            ((stated, total, row),) = self.db.execute(sql, {"cell": footer[index]}).fetchall()
            if stated is None or abs(stated - total) <= max(ROUNDING, ROUNDING_SHARE * abs(total)):
                continue
            raise SourceError(
                f"{self.file.where(row, index)}: the total is {stated:,.2f} and the rows add up to "
                f"{total:,.2f}: a part of the export; export it whole"
            )

    def _text(self, column: str) -> str:
        """Return SQL for the text of a column; for a flag or mark, whether it has one."""
        if column not in self.indexes:
            return "null::varchar"
        text = f"word(c{self.indexes[column]})"
        if column in self.format.flags:
            return f"{text} is not null"
        if pattern := self.format.marks.get(column):
            return f"regexp_matches(lower({text}), '{pattern}')"
        if column in self.format.numbers and self.format.zero_words:
            words = ", ".join(f"'{word}'" for word in self.format.zero_words)
            return f"if(lower({text}) in ({words}), null, {text})"
        return text

    def _group(self, number_format: str) -> Mapping[str, int]:
        """Sum up the file as the view ``grouped``; return the number of invalid groups a column."""
        numbers = self._numbers()
        number_checks = self._number_checks(number_format)
        columns = [
            *(f"short_day({column}) as {column}" for column in DAYS if column in self.indexes),
            *(column for column in self.indexes if column not in (*DAYS, *numbers)),
            *(f"{column} is null as has_no_{column}" for column in numbers),
            *(f"sum({number_format}({column})) as {column}" for column in numbers),
            *(f"count_if({check}) as invalid_{column}" for column, check in number_checks.items()),
            "count(*) as rows_read",
        ]
        path = self.folder / "grouped.parquet"
        grouped = self.db.sql(f"select {', '.join(columns)} from texts group by all")
        grouped.write_parquet(str(path))
        self.db.read_parquet(str(path)).create_view("grouped")
        checks = {"day": "iso_day(day) is null"}
        checks |= {column: f"invalid_{column} > 0" for column in numbers}
        return self._count({**checks, **self._pattern_checks()}, "grouped")

    def _create_cells(self) -> int:
        """Create the view ``cells`` and return its number of rows in the file."""
        absent = dict.fromkeys(self.format.columns, "null::varchar")
        absent |= dict.fromkeys(self.format.numbers, "null::decimal(38, 18)")
        columns = ", ".join(
            column if column in self.indexes else f"{absent[column]} as {column}"
            for column in self.format.columns
            if column != "day"
        )
        self.db.execute(
            f"create or replace view cells as "
            f"select coalesce(iso_day(day), parsed) as day, {columns}, rows_read "
            "from grouped left join other_days on day = text"
        )
        self._check_days()
        sql = "select coalesce(sum(rows_read), 0)::bigint from cells"
        ((row_count,),) = self.db.execute(sql).fetchall()
        return int(row_count)

    def _check_days(self) -> None:
        """Raise SourceError about the first day after today, or the first period of many years."""
        # this machine's day or that of UTC, as exports have either
        today = max(date.today(), datetime.now(UTC).date())
        days = "coalesce(iso_day(short_day(day)), (select parsed from other_days where text = day))"
        checks = {"day": f"{days} > date '{today}'"}
        if "period_end" in self.indexes:
            checks["period_end"] = f"iso_day(short_day(period_end)) - {days} > {MAX_PERIOD_DAYS}"
        in_cells = {column: check.replace(days, "day") for column, check in checks.items()}
        counts = self._count(in_cells, "cells")
        if not any(counts.values()):
            return
        if cell := self._first({column: checks[column] for column in checks if counts[column]}):
            problem = (
                "after today" if cell.column == "day" else "years after the start of its charge"
            )
            raise self._error(cell, f"{_quote(cell.text)} is {problem}; correct it")

    def _count(self, checks: Mapping[str, str], view: str) -> Mapping[str, int]:
        """Return how many rows of a view meet each condition."""
        counts = ", ".join(f'count_if({check}) as "{name}"' for name, check in checks.items())
        (row,) = self.db.execute(f"select {counts} from {view}").fetchall()
        return dict(zip(checks, row, strict=True))

    def _numbers(self) -> Sequence[str]:
        return [column for column in self.format.numbers if column in self.indexes]

    def _number_checks(self, number_format: str) -> dict[str, str]:
        """Return SQL that is true for invalid numbers, by column."""
        return {
            column: f"{column} is not null and {number_format}({column}) is null"
            for column in self._numbers()
        }

    def _pattern_checks(self) -> dict[str, str]:
        """Return SQL that is true for texts outside of a column's pattern, by column."""
        return {
            column: f"not regexp_full_match(lower({column}), '{pattern}')"
            for column, (pattern, _) in PATTERNS.items()
            if column in self.indexes
        }

    def _number_format(self) -> str:
        """Return whether commas group digits or are decimal marks, by all columns together.

        Raises SourceError about the first number that both formats allow with different values.
        """
        formats = (COMMA_GROUPS, DECIMAL_COMMA)
        invalid_counts = {
            number_format: self._count(self._number_checks(number_format), "texts")
            for number_format in formats
            if self._numbers()
        }
        possible = [name for name, counts in invalid_counts.items() if not any(counts.values())]
        if len(possible) > 1:
            checks = {column: self._ambiguity_check(column) for column in self._numbers()}
            message = "has two meanings as a number; write 1234.56"
            self._raise_first(checks, self._count(checks, "texts"), message)
        return possible[0] if possible else COMMA_GROUPS

    def _ambiguity_check(self, column: str) -> str:
        has_mark = "true" if self.file.separator == ";" else f"contains({column}, ',')"
        return f"{COMMA_GROUPS}({column}) <> {DECIMAL_COMMA}({column}) and {has_mark}"

    def _read_other_days(self) -> None:
        """Parse the days that are not ISO; the order of day and month is that of all of them."""
        sql = "select distinct day from grouped where day is not null and iso_day(day) is null"
        parsed = {text: parse_time(text) for (text,) in self.db.execute(sql).fetchall()}
        times = {text: time for text, time in parsed.items() if time}
        orders = sorted(possible_orders(times.values()))
        days = {
            text: time.by_order[orders[0]].date()
            for text, time in times.items()
            if orders and (len(orders) == 1 or time.is_unambiguous)
        }
        self.db.execute(
            "insert into other_days select unnest(?), unnest(?)", [list(days), list(days.values())]
        )
        if empty := self._first({"day": "day is null"}):
            raise self._error(empty, "the day is empty; write one")
        is_valid = (
            "iso_day(short_day(day)) is not null or short_day(day) in (select text from other_days)"
        )
        if invalid := self._first({"day": f"not ({is_valid})"}):
            raise self._error(invalid, _day_message(invalid.text, bool(orders)))

    def _raise_first(
        self, checks: Mapping[str, str], counts: Mapping[str, int], message: str = ""
    ) -> None:
        """Raise SourceError about the first cell that meets a condition, if ``counts`` has any."""
        cell = self._first({column: check for column, check in checks.items() if counts[column]})
        if cell:
            expected = "a number below a trillion; write 1234.56"
            if cell.column in PATTERNS:
                _, expected = PATTERNS[cell.column]
            raise self._error(cell, f"{_quote(cell.text)} {message or f'is not {expected}'}")

    def _first(self, checks: Mapping[str, str]) -> InvalidCell | None:
        """Return the first cell of the file that meets its column's condition."""
        cells = []
        for column, check in checks.items():
            sql = (
                f"select n, {column} from numbered where not is_blank and ({check}) "
                "order by n limit 1"
            )
            for row, text in self.db.execute(sql).fetchall():
                cells.append(InvalidCell(row, self.indexes[column], column, text or ""))
        return min(cells, default=None)

    def _error(self, cell: InvalidCell, message: str) -> SourceError:
        return SourceError(f"{self.file.where(cell.row, cell.column_index)}: {message}")


def _quote(text: str) -> str:
    """Return a cell for an error: short, and without e-mail addresses."""
    return quote(clean(text))


def _day_message(text: str, has_order: bool) -> str:
    """Return why a text is not a day; ``has_order`` if one order of day and month fits all."""
    times = parse_time(text)
    if not times:
        return f"{_quote(text)} is not a day; write 2026-11-19"
    return f"{times.conflict(has_order)}; write days such as 2026-11-19"
