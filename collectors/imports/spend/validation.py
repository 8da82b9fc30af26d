"""Every cell of a spend file is checked before one is used; the first that is wrong is named by line and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from collectors.errors import SourceError
from collectors.imports import vocabulary
from collectors.imports.dates import Reading, possible_orders, readings
from collectors.imports.spend.formats import WORDS, SpendForm
from collectors.imports.spend.spend_file import SpendFile
from collectors.imports.tabular import named, shown

FOLDER = Path(__file__).parent / "sql"
#: what spreadsheets part columns with where the comma is the decimal mark
MARKED_WITH_COMMAS = (";", "\t")


class Wrong(NamedTuple):
    """A cell that is wrong, by its record, counted from 1, and its place there."""

    record: int
    place: int
    column: str
    text: str


@dataclass(frozen=True)
class Cells:
    """The cells of a file of a known form. After ``check`` SQL reads them from the view ``cells``, each of its type.

    Rows that differ in numbers only are one row there, with their sums and how many they are, if the same numbers are
    missing in them. So millions of rows are read once, and all else is done with what they come to.
    """

    db: duckdb.DuckDBPyConnection
    file: SpendFile
    form: SpendForm
    folder: Path

    @property
    def places(self) -> Mapping[str, int]:
        """Where each column of the form stands that the file has.

        Raises SourceError where one is there twice.
        """
        names = [named(cell) for cell in self.file.header]
        by_key: dict[str, int] = {}
        for column, headers in self.form.columns.items():
            best = next((header for header in headers if header in names), None)
            if best:
                by_key[column] = names.index(best)
                if names.count(best) > 1:
                    second = names.index(best, by_key[column] + 1)
                    raise SourceError(
                        f"{self.file.name}, line 1, column {second + 1}: {best} is there twice; keep one"
                    )
        return by_key

    def check(self, raw: duckdb.DuckDBPyRelation) -> int:
        """Return how many rows there are; ``raw`` holds their texts in columns c0, c1 and so on.

        Raises SourceError, which names the first cell that is wrong.
        """
        raw.create_view("raw")
        texts = ", ".join(f"{self._text(column)} as {column}" for column in self.form.columns)
        some = ", ".join(f"word(c{index})" for index in dict.fromkeys(self.places.values()))
        self.db.execute(
            f"create or replace view texts as select {texts} from raw where coalesce({some}) is not null"
        )
        self.db.execute(
            f"create or replace view numbered as select {texts}, n, coalesce({some}) is null as is_blank "
            "from (select *, row_number() over () as n from raw)"
        )
        way = self._way() if self.file.separator in MARKED_WITH_COMMAS else "plain"
        result = self._sum_up(way)
        if way == "plain" and any(result[column] for column in self._numbers()):
            way = self._way()
            result = self._sum_up(way)
        if result["days"]:
            self._read_days()
        self._refuse({**self._wrong_numbers(way), **self._wrong_words()}, result)
        return self._view()

    def _text(self, column: str) -> str:
        if column not in self.places:
            return "null::varchar"
        text = f"word(c{self.places[column]})"
        if column in self.form.flags:
            return f"{text} is not null"
        if column in self.form.numbers and self.form.unpaid:
            unpaid = ", ".join(f"'{word}'" for word in self.form.unpaid)
            return f"if(lower({text}) in ({unpaid}), null, {text})"
        return text

    def _sum_up(self, way: str) -> dict[str, int]:
        """Read the whole file with its numbers written one way, and return how many days, numbers, words are wrong."""
        numbers = self._numbers()
        keys = [column for column in self.places if column not in ("day", *numbers)]
        missing = [f"{column} is null as no_{column}" for column in numbers]
        sums = [f"sum({way}({column})) as {column}" for column in numbers]
        wrong = [
            f"count_if({is_so}) as wrong_{column}"
            for column, is_so in self._wrong_numbers(way).items()
        ]
        columns = ", ".join(
            ["short_day(day) as day", *keys, *missing, *sums, *wrong, "count(*) as rows_read"]
        )
        path = self.folder / "grouped.parquet"
        self.db.sql(f"select {columns} from texts group by all").write_parquet(str(path))
        self.db.read_parquet(str(path)).create_view("grouped")
        wrong_numbers = {column: f"wrong_{column} > 0" for column in numbers}
        return self._counted(
            {"days": "iso_day(day) is null", **wrong_numbers, **self._wrong_words()}, "grouped"
        )

    def _view(self) -> int:
        """Make the view, and return how many rows are in it."""
        nothing = dict.fromkeys(self.form.numbers, "null::decimal(38, 18)")
        rest_rows = [column for column in self.form.columns if column != "day"]
        columns = ", ".join(
            column
            if column in self.places
            else f"{nothing.get(column, 'null::varchar')} as {column}"
            for column in rest_rows
        )
        self.db.execute(
            f"create or replace view cells as select coalesce(iso_day(day), read_as) as day, {columns}, rows_read "
            "from grouped left join other_days on day = written"
        )
        ((rows,),) = self.db.execute(
            "select coalesce(sum(rows_read), 0)::bigint from cells"
        ).fetchall()
        return int(rows)

    def _counted(self, checks: Mapping[str, str], view: str) -> dict[str, int]:
        counts = ", ".join(f'count_if({is_so}) as "{name}"' for name, is_so in checks.items())
        (row,) = self.db.execute(f"select {counts} from {view}").fetchall()
        return dict(zip(checks, row, strict=True))

    def _numbers(self) -> Sequence[str]:
        return [column for column in self.form.numbers if column in self.places]

    def _wrong_numbers(self, way: str) -> dict[str, str]:
        return {
            column: f"{column} is not null and {way}({column}) is null"
            for column in self._numbers()
        }

    def _wrong_words(self) -> dict[str, str]:
        return {
            column: f"not regexp_full_match(lower({column}), '{pattern}')"
            for column, (pattern, _) in WORDS.items()
            if column in self.places
        }

    def _way(self) -> str:
        """Find whether a comma parts thousands or is the decimal mark: over whole columns, and each of them."""
        checks: dict[str, str] = {}
        for way in ("dotted", "commaed"):
            checks |= {
                f"{column} {way}": is_so for column, is_so in self._wrong_numbers(way).items()
            }
        unclear = {column: self._unclear(column) for column in self._numbers()}
        result = self._counted({**checks, **unclear}, "texts")
        ways = [
            way
            for way in ("dotted", "commaed")
            if not any(result[f"{each} {way}"] for each in self._numbers())
        ]
        if len(ways) > 1:
            self._refuse(unclear, result, "may be read in two ways; write 1234.56")
        return ways[0] if ways else "dotted"

    def _unclear(self, column: str) -> str:
        mark = "true" if self.file.separator == ";" else f"contains({column}, ',')"
        return f"dotted({column}) <> commaed({column}) and {mark}"

    def _read_days(self) -> None:
        """Read the times that are not ISO; which of day and month comes first is decided over the whole column."""
        sql = "select distinct day from grouped where day is not null and iso_day(day) is null"
        texts = [text for (text,) in self.db.execute(sql).fetchall()]
        by_key = {text: readings(text) for text in texts}
        times = {text: reading for text, reading in by_key.items() if reading}
        orders = sorted(possible_orders(times.values()))
        clear = {
            text: reading
            for text, reading in times.items()
            if orders and (len(orders) == 1 or reading.is_clear)
        }
        days = [reading.by_order[orders[0]].date() for reading in clear.values()]
        self.db.execute("insert into other_days select unnest(?), unnest(?)", [list(clear), days])
        if missing := self._first({"day": "day is null"}):
            raise self._error(missing, "the day is empty; write one")
        known_values = "iso_day(short_day(day)) is not null or short_day(day) in (select written from other_days)"
        if invalid := self._first({"day": f"not ({known_values})"}):
            raise self._error(invalid, _said(invalid.text, readings(invalid.text), bool(orders)))

    def _refuse(
        self, invalid: Mapping[str, str], counts: Mapping[str, int], message: str = ""
    ) -> None:
        """Name the first cell that is wrong, if one is; ``counts`` says how many are, in each column."""
        if first := self._first(
            {column: is_so for column, is_so in invalid.items() if counts[column]}
        ):
            expected = (
                WORDS[first.column][1]
                if first.column in WORDS
                else "a number below a trillion; write 1234.56"
            )
            raise self._error(first, f"{_quoted(first.text)} {message or f'is not {expected}'}")

    def _first(self, invalid: Mapping[str, str]) -> Wrong | None:
        """The first cell of which something is so that is wrong in its column."""
        result = []
        for column, is_so in invalid.items():
            sql = f"select n, {column} from numbered where not is_blank and ({is_so}) order by n limit 1"
            for record, text in self.db.execute(sql).fetchall():
                result.append(Wrong(record, self.places[column], column, text or ""))
        return min(result, default=None)

    def _error(self, invalid: Wrong, message: str) -> SourceError:
        return SourceError(f"{self.file.where(invalid.record, invalid.place)}: {message}")


def _quoted(text: str) -> str:
    """A cell as an error may show it: short, and without addresses."""
    return shown(vocabulary.kept(text))


def _said(text: str, reading: Reading | None, is_in_order: bool) -> str:
    """What is wrong with a text that should be a day."""
    if not reading:
        return f"{_quoted(text)} is not a day; write 2026-11-19"
    both = " or ".join(f"{time:%Y-%m-%d}" for time in reading.by_order.values())
    message = (
        f"this may be {both}"
        if is_in_order
        else "in other lines the day and the month change places"
    )
    return f"{message}; write days such as 2026-11-19"
