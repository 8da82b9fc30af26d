"""A spend file read whole or not at all: recognised, checked, and summed up to the rows that the ledger takes."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import duckdb

from collectors.errors import SourceError
from collectors.imports.spend.formats import GENERIC, KIND, SpendForm, is_generic, vendors_form
from collectors.imports.spend.spend_file import REFUSED, SpendFile, look, plain, relation
from collectors.imports.spend.validation import FOLDER, Cells
from collectors.imports.tabular import named
from collectors.ledger.store import Store, now

TABLES = ("spend_partitions", "spend_rows")
#: for the reading alone; what it does not fit goes to the disk
MEMORY = "1GB"


@dataclass(frozen=True, eq=False)
class SpendExport:
    """What a spend file says; its rows wait in Parquet files in a folder of their own until they are taken."""

    source: str
    count: int
    times: tuple[datetime, datetime] | None
    unread: Sequence[str]
    remarks: Sequence[str]
    folder: Path
    kind: str = KIND

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def put(self, store: Store, own: str) -> None:
        """Put the rows into the ledger; they say of which import they are."""
        for table in TABLES:
            store.load(table, self.folder / f"{table}.parquet")


def recognised(path: Path, name: str, kind: str | None) -> tuple[SpendFile, SpendForm] | None:
    """Return a file with its form, None where it does not tell of spend; a kind that is given must be that of its form.

    Raises SourceError where it all but tells of spend, or cannot be read.
    """
    if kind not in (None, KIND):
        return None
    file = look(path, name)
    if not file:
        if kind:
            raise SourceError(f"{name}: not a table; save it as CSV UTF-8")
        return None
    if kind != KIND and (form := vendors_form(name, file.header)):
        return file, form
    if is_generic(file.header):
        return file, GENERIC
    if kind == KIND:
        raise SourceError(f"{name}, line 1, column 1: no column day or cost_usd; {KIND} needs both")
    return None


def read(
    file: SpendFile, form: SpendForm, account: str, origin: str, exported_at: datetime
) -> SpendExport:
    """Return what a file says, of which nothing is kept that nobody takes; ``origin`` is the id of the import.

    Raises SourceError, one line that names file, line and column, and what would be right.
    """
    folder = Path(tempfile.mkdtemp(prefix="headway-"))
    try:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(folder),
        }
        with duckdb.connect(config=settings) as db:
            db.execute(_sql("cells"))
            count = _check(db, file, form, folder)
            message = {
                "source": form.source,
                "account": account,
                "origin": origin,
                "exported_at": exported_at,
            }
            for variable, value in {**message, "loaded_at": now()}.items():
                db.execute(f"set variable {variable} = ?", [value])
            totals = _sum_up(db, file, form, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    known_values = {header for headers in form.columns.values() for header in headers}
    unread = [
        header
        for header in dict.fromkeys(file.header)
        if header.strip() and named(header) not in known_values
    ]
    days = [row[name] for row in totals for name in ("first_day", "last_day")]
    times = (
        (datetime.combine(min(days), time()), datetime.combine(max(days), time())) if days else None
    )
    return SpendExport(form.source, count, times, unread, _remarks(form, unread, totals), folder)


def tell_until(store: Store, origin: str, exported_at: datetime) -> None:
    """Say until when an import that the ledger has tells."""
    days = store.rows("select partition_id, day from spend_partitions where origin = ?", [origin])
    message = []
    for row in days:
        is_provisional = row["day"] >= exported_at.date()
        message.append(
            {
                "partition_id": row["partition_id"],
                "exported_at": exported_at,
                "is_provisional": is_provisional,
            }
        )
    store.merge("spend_partitions", message)


def overlap(store: Store, origin: str) -> str:
    """Return in words how many days of an import others tell of as well; '' where none do."""
    rows = store.rows(_sql("overlap"), {"origin": origin})
    message = "; ".join(f"days that {row['other']} tells of too: {row['days']:,}" for row in rows)
    return (
        f"{message}; the newest export of a day counts, or both under another --account"
        if message
        else ""
    )


def _sql(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text("utf-8")


def _check(db: duckdb.DuckDBPyConnection, file: SpendFile, form: SpendForm, folder: Path) -> int:
    """Check every cell, let SQL read them, and return how many rows they are in."""
    cells = Cells(db, file, form, folder)
    if file.is_plain:
        with contextlib.suppress(*REFUSED):
            rows = cells.check(relation(db, file))
            if rows or not file.separator:
                return rows  # DuckDB now and then takes a table that it does not understand for an empty one
    if not file.separator:
        raise SourceError(f"{file.name}: not Parquet that can be read; fetch it again")
    try:
        return cells.check(relation(db, plain(file, folder)))
    except REFUSED:
        raise SourceError(
            f"{file.name}: not a table that can be read; export it again as CSV UTF-8"
        ) from None


def _sum_up(
    db: duckdb.DuckDBPyConnection, file: SpendFile, form: SpendForm, folder: Path
) -> Sequence[Mapping[str, Any]]:
    """Leave the ledger's rows in the folder, and return what they come to."""
    db.execute(f"create view converted as {_sql(form.name)}")
    summed = folder / "summed.parquet"
    try:
        db.sql(_sql("summed")).write_parquet(str(summed))
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        raise SourceError(
            f"{file.name}: its amounts add up to billions; write them in units of the currency"
        ) from None
    db.read_parquet(str(summed)).create_view("summed")
    for table in TABLES:
        db.sql(_sql(table)).write_parquet(str(folder / f"{table}.parquet"))
    totals = db.execute(_sql("totals"))
    names = [column[0] for column in totals.description]
    return [dict(zip(names, row, strict=True)) for row in totals.fetchall()]


def _remarks(
    form: SpendForm, unread: Sequence[str], totals: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What the rows come to, and what is left out of that, in words."""
    paid = [
        f"{row['amount']:,.2f} {row['currency']}{_at_list(row)}"
        for row in totals
        if row["amount"] is not None
    ]
    message = [" and ".join(paid)] if paid else []
    if tokens := sum(row["tokens"] or 0 for row in totals):
        message.append(f"{tokens:,} tokens without an amount")
    if rows := sum(row["left_out_rows"] for row in totals):
        money = " and ".join(
            f"{row['left_out']:,.2f} {row['currency']}" for row in totals if row["left_out"]
        )
        counted = "1 row" if rows == 1 else f"{rows:,} rows"
        message.append(
            f"left out: {counted} of services that are not AI{f' ({money})' if money else ''}"
        )
    if form.remark and unread:
        message.append(form.remark)
    return message


def _at_list(row: Mapping[str, Any]) -> str:
    return (
        f" ({row['list_amount']:,.2f} at list price)" if row["list_amount"] != row["amount"] else ""
    )
