"""Reader of spend files: recognizes, validates and sums them up to rows of the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import duckdb

from collectors.errors import SourceError
from collectors.imports.formats import normalize_header
from collectors.imports.spend.formats import GENERIC, KIND, SpendFormat
from collectors.imports.spend.recognition import is_generic, vendor_format
from collectors.imports.spend.spend_file import (
    DUCKDB_ERRORS,
    SpendFile,
    open_spend_file,
    relation,
    rewrite,
)
from collectors.imports.spend.validation import SQL, Validation
from collectors.imports.spend.workspace import Workspace
from collectors.ledger.store import Store, now

TABLES = ("spend_partitions", "spend_rows")
#: DuckDB's memory for one file; beyond it DuckDB writes to the disk
MEMORY = "1GB"


@dataclass(frozen=True, eq=False)
class ParsedSpend:
    """Content of a spend file. Its rows are Parquet files in a workspace."""

    source: str
    row_count: int
    time_range: tuple[datetime, datetime] | None
    unread_columns: Sequence[str]
    notes: Sequence[str]
    workspace: Workspace
    kind: str = KIND
    has_copy: bool = True

    @property
    def identity(self) -> str:
        """Kind of the rows."""
        return self.kind

    def write(self, ledger: Store, import_id: str) -> None:
        """Insert the rows into the ledger; they contain the id of their import."""
        for table in TABLES:
            ledger.load(table, self.workspace.folder / f"{table}.parquet")


def recognize(path: Path, name: str, kind: str | None) -> tuple[SpendFile, SpendFormat] | None:
    """Return a file with its format; None if it is not about spend, or ``kind`` is another kind.

    Raises SourceError if the file cannot be read or nearly has a format.
    """
    if kind not in (None, KIND):
        return None
    file = open_spend_file(path, name)
    if not file:
        if kind:
            raise SourceError(f"{name}: not a table; save it as CSV UTF-8")
        return None
    if not kind and (fmt := vendor_format(name, file.header)):
        return file, fmt
    if is_generic(file.header):
        return file, GENERIC
    if kind:
        raise SourceError(f"{name}, line 1, column 1: no column day or cost_usd; {KIND} needs both")
    return None


def read(
    file: SpendFile, fmt: SpendFormat, account: str, import_id: str, exported_at: datetime
) -> ParsedSpend:
    """Return the content of a file. Raises SourceError with file, line and column."""
    workspace = Workspace()
    folder = workspace.folder
    file = file.prepared(workspace)
    variables = {
        "source": fmt.source,
        "account": account,
        "origin": import_id,
        "exported_at": exported_at,
        "loaded_at": now(),
    }
    try:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(folder),
        }
        with duckdb.connect(config=settings) as db:
            db.execute(_sql("cells"))
            row_count = _validate(db, file, fmt, folder)
            for name, value in variables.items():
                db.execute(f"set variable {name} = ?", [value])
            totals = _sum_up(db, file, fmt, folder)
    except BaseException:
        workspace.remove()
        raise
    known = {header for headers in fmt.columns.values() for header in headers}
    unread = [
        header
        for header in dict.fromkeys(file.header)
        if header.strip() and normalize_header(header) not in known
    ]
    days = [row[name] for row in totals for name in ("first_day", "last_day")]
    midnights = [datetime.combine(day, time()) for day in days]
    time_range = (min(midnights), max(midnights)) if midnights else None
    notes = [*_notes(fmt, unread, totals), *file.notes]
    return ParsedSpend(fmt.source, row_count, time_range, unread, notes, workspace)


def set_exported_at(ledger: Store, import_id: str, exported_at: datetime) -> None:
    """Change the time until which an import in the ledger covers spend."""
    sql = "select partition_id, day from spend_partitions where origin = ?"
    rows = [
        {
            "partition_id": row["partition_id"],
            "exported_at": exported_at,
            "is_provisional": row["day"] >= exported_at.date(),
        }
        for row in ledger.rows(sql, [import_id])
    ]
    ledger.merge("spend_partitions", rows)


def overlap(ledger: Store, import_id: str) -> str:
    """Return the number of days of an import that other imports cover too; '' if none do."""
    days = [
        f"{row['days']:,} of its days {'is' if row['days'] == 1 else 'are'} also in {row['other']}"
        for row in ledger.rows(_sql("overlap"), {"origin": import_id})
    ]
    if not days:
        return ""
    advice = "the newest export of a day counts; to add both, import one under another --account"
    return f"{', '.join(days)}; {advice}"


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text("utf-8")


def _validate(
    db: duckdb.DuckDBPyConnection, file: SpendFile, fmt: SpendFormat, folder: Path
) -> int:
    """Create the view ``cells`` and return the number of rows in the file."""
    validation = Validation(db, file, fmt, folder)
    if file.is_plain:
        with contextlib.suppress(*DUCKDB_ERRORS):
            row_count = validation.check(relation(db, file))
            # DuckDB reads some invalid tables as empty ones; the copy below has the error
            if row_count or not file.separator:
                return row_count
    if not file.separator:
        raise SourceError(f"{file.name}: not Parquet that can be read; fetch it again")
    try:
        row_count = validation.check(relation(db, rewrite(file, folder)))
        if file.footer:
            validation.check_totals(file.footer)
        return row_count
    except DUCKDB_ERRORS:
        raise SourceError(
            f"{file.name}: not a table that can be read; export it again as CSV UTF-8"
        ) from None


def _sum_up(
    db: duckdb.DuckDBPyConnection, file: SpendFile, fmt: SpendFormat, folder: Path
) -> Sequence[Mapping[str, Any]]:
    """Write the ledger's rows to the folder and return their totals by currency."""
    db.execute(f"create view converted as {_sql(fmt.name)}")
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


def _notes(
    fmt: SpendFormat, unread: Sequence[str], totals: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return the totals of the rows, and of those that are left out, as text."""
    notes = []
    amounts = [_amount(row) for row in totals if row["amount"] is not None]
    if amounts:
        notes.append(" and ".join(amounts))
    if tokens := sum(row["tokens"] or 0 for row in totals):
        notes.append(f"{tokens:,} tokens without an amount")
    if row_count := sum(row["left_out_rows"] for row in totals):
        rows = "1 row" if row_count == 1 else f"{row_count:,} rows"
        left_out = [
            f"{row['left_out']:,.2f} {row['currency']}" for row in totals if row["left_out"]
        ]
        sums = f" ({' and '.join(left_out)})" if left_out else ""
        notes.append(f"left out: {rows} of services that are not AI{sums}")
    if any(row["gateway_rows"] for row in totals):
        notes.append("a gateway counts only on days without the provider's bill")
    if totals and all(row["only_clients"] for row in totals):
        notes.append("a client's estimate")
    if fmt.note and unread:
        notes.append(fmt.note)
    return notes


def _amount(row: Mapping[str, Any]) -> str:
    """Return an amount as text, with the list price if it is another."""
    amount = f"{row['amount']:,.2f} {row['currency']}"
    if row["list_amount"] == row["amount"]:
        return amount
    return f"{amount} ({row['list_amount']:,.2f} at list price)"
