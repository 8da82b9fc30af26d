"""Source of usage: runs each query of the settings, and replaces whole days in the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from collectors.errors import SourceError
from collectors.imports.spend import reader
from collectors.imports.spend.workspace import Workspace
from collectors.ledger.store import Store, now
from collectors.source import CheckResult, Progress, Report
from collectors.spend.records import DAY
from collectors.spend.sync import first_day, yesterday
from collectors.spend.usage.engines import Database, Engine, Folder, parameters_of

NAME = "usage"
SHIPPED = Path(__file__).with_name("queries")
#: days of one query, whose rows are committed together
DAYS_PER_QUERY = 31
#: a day with less than this share of what is stored is no restatement: logs are deleted by age
LEAST_SHARE = 0.5
#: what tells whether a partition is the same, of the ledger and of a result
FINGERPRINTS = """
select
    partition_id,
    bit_xor(hash(
        line, provider, tool, model, actor_kind, actor, team, token_type, tokens, requests,
        amount::decimal(18, 8), list_amount::decimal(18, 8), currency, basis, is_estimate, charge
    ))::varchar as fingerprint,
    coalesce(sum(abs(amount)), 0)::double as amount,
    coalesce(sum(tokens), 0)::double as tokens,
    count(*) as row_count
from {rows}
group by partition_id
"""
STORED_DAYS = """
select partition_id, day from spend_partitions where origin = ? and day between ? and ?
"""


@dataclass(frozen=True)
class UsageQuery:
    """A query of the settings; ``name`` is its account, or else its engine."""

    name: str
    account: str
    statement: str
    engine: Engine = field(repr=False)
    #: days that are read again, because the engine may restate them
    days_back: int
    #: days of the first sync
    history_days: int

    @property
    def origin(self) -> str:
        """Column ``origin`` of its days in the ledger."""
        return f"query {self.name}"


@dataclass(frozen=True)
class UsageSource:
    """All queries of the settings."""

    queries: Sequence[UsageQuery]
    #: read the whole history again, and let a smaller day replace a larger one
    is_full: bool = False
    name: str = NAME

    def check(self) -> Iterator[CheckResult]:
        """Yield whether each engine can be read, by one day of its query."""
        last = yesterday()
        for query in self.queries:
            try:
                warning = query.engine.check()
                with _read(query, last, last) as parsed:
                    count = parsed.row_count if parsed else 0
            except SourceError as error:
                yield CheckResult(False, f"{query.origin}: {error}")
            else:
                yield CheckResult(True, f"{query.origin}: {count:,} rows for {last}")
                if warning:
                    yield CheckResult(True, f"{query.origin}: {warning}", "warning")

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield the days that each query would read."""
        for query in self.queries:
            first, last = self._first_day(query, ledger), yesterday()
            yield CheckResult(True, f"{query.origin}: {first} to {last}")

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Run each query, a month at once; a query that fails leaves the others."""
        for query in self.queries:
            started_at, total = now(), _Result()
            message = None
            try:
                for first, last in _parts(self._first_day(query, ledger), yesterday()):
                    report(Progress("", 0, 0, note=f"{query.origin}: reading {first} to {last}"))
                    total += self._collect(query, ledger, first, last)
                result = CheckResult(True, f"{query.origin}: {total}")
            except SourceError as error:
                message = str(error)
                result = CheckResult(False, f"{query.origin}: {message}")
            status = "failed" if message else "read" if total.changed else "unchanged"
            rows = total.row_count
            ledger.record_load(
                NAME, query.name, started_at, status, rows_read=rows, message=message
            )
            yield result

    def _first_day(self, query: UsageQuery, ledger: Store) -> date:
        """Return the first day that is new or may have changed."""
        settled = ledger.watermark(NAME, query.name, "settled")
        return first_day(None if self.is_full else settled, yesterday(), query.history_days)

    def _collect(self, query: UsageQuery, ledger: Store, first: date, last: date) -> _Result:
        """Read days and write those that changed, with the watermark, in one transaction."""
        with _read(query, first, last) as parsed:
            result = _Result(days=(last - first).days + 1)
            settled = min(last, yesterday() - query.days_back * DAY)
            with ledger.transaction():
                if parsed:
                    self._replace(query, ledger, parsed.workspace.folder, result)
                self._settle_absent(query, ledger, first, last, result)
                if settled >= first:
                    ledger.set_watermark(NAME, query.name, "settled", settled.isoformat())
            return result

    def _settle_absent(
        self, query: UsageQuery, ledger: Store, first: date, last: date, result: _Result
    ) -> None:
        """Keep stored days that the result lacks; delete them in a full refresh."""
        absent = [
            row
            for row in ledger.rows(STORED_DAYS, [query.origin, first, last])
            if row["day"] not in result.read_days
        ]
        if not self.is_full:
            result.smaller += dict.fromkeys(row["day"] for row in absent)
            return
        for table in ("spend_rows", "spend_partitions"):
            ledger.delete(table, [{"partition_id": row["partition_id"]} for row in absent])
        result.changed += len({row["day"] for row in absent})

    def _replace(self, query: UsageQuery, ledger: Store, folder: Path, result: _Result) -> None:
        """Replace each day that changed as a whole, unless much of it is gone."""
        path = folder / "spend_rows.parquet"
        with duckdb.connect() as db:
            days = _dicts(
                db.execute("from read_parquet(?)", [f"{folder}/spend_partitions.parquet"])
            )
            source = f"read_parquet('{path}')"
            new = _by_id(_dicts(db.execute(FINGERPRINTS.format(rows=source))))
            by_id = {row["partition_id"]: row for row in days}
            result.read_days |= {row["day"] for row in days}
            stored_rows = (
                "(select spend_rows.* from spend_rows where list_contains(?, partition_id))"
            )
            stored = _by_id(ledger.rows(FINGERPRINTS.format(rows=stored_rows), [list(by_id)]))
            changed = []
            for key, row in by_id.items():
                fresh, before = new.get(key), stored.get(key)
                result.row_count += fresh["row_count"] if fresh else 0
                if not self.is_full and _is_smaller(fresh, before):
                    result.smaller.append(row["day"])
                elif not before or fresh != before:
                    changed.append(key)
            if not changed:
                return
            part = folder / "changed.parquet"
            db.execute(
                f"copy (from {source} where list_contains($keys, partition_id)) to '{part}'",
                {"keys": changed},
            )
        provisional_from = yesterday() - (query.days_back - 1) * DAY
        rows = [
            by_id[key] | {"is_provisional": by_id[key]["day"] >= provisional_from}
            for key in changed
        ]
        ledger.merge("spend_partitions", rows)
        ledger.delete("spend_rows", [{"partition_id": key} for key in changed])
        ledger.load("spend_rows", part)
        result.changed += len({row["day"] for row in rows})


@dataclass
class _Result:
    """Days that were read and changed, and those that kept their larger amounts."""

    days: int = 0
    changed: int = 0
    row_count: int = 0
    smaller: list[date] = field(default_factory=list)
    read_days: set[date] = field(default_factory=set)

    def __add__(self, other: _Result) -> _Result:
        return _Result(
            self.days + other.days,
            self.changed + other.changed,
            self.row_count + other.row_count,
            [*self.smaller, *other.smaller],
        )

    def __str__(self) -> str:
        """Return the summary for the user."""
        if self.changed:
            text = f"{self.changed:,} of {self.days:,} days changed, {self.row_count:,} rows"
        else:
            text = f"unchanged, {self.days:,} days requested"
        if self.smaller:
            text += (
                f"; {len(self.smaller):,} days from {min(self.smaller)} have less than half of the "
                "stored amount and keep it; `headway refresh usage --full` replaces them"
            )
        return text


@contextmanager
def _read(query: UsageQuery, first: date, last: date) -> Iterator[reader.ParsedSpend | None]:
    """Run a query for some days, and yield its rows as those of a spend file; None without any."""
    with contextlib.ExitStack() as stack:
        workspace = Workspace()
        stack.callback(workspace.remove)
        path = workspace.folder / "result.parquet"
        if not _write(query, path, first, last):
            yield None
            return
        known = reader.recognize(path, query.origin, None)
        if not known:
            raise SourceError("the result has no columns of spend; return day and cost_usd")
        parsed = reader.read(*known, query.account, query.origin, now())
        stack.callback(parsed.workspace.remove)
        days = parsed.time_range
        if days and not first <= days[0].date() <= days[1].date() <= last:
            raise SourceError(
                f"rows of {days[0]:%Y-%m-%d} to {days[1]:%Y-%m-%d} came for {first} to {last}; "
                "restrict the query to :since <= day < :until"
            )
        yield parsed


def _write(query: UsageQuery, path: Path, first: date, last: date) -> int:
    """Write the result of a query as Parquet with texts only, and return the number of rows."""
    import pyarrow as pa
    from pyarrow import parquet

    count = 0
    with query.engine.run(query.statement, first, last + timedelta(days=1)) as (names, batches):
        schema = pa.schema([(name, pa.string()) for name in names])
        with parquet.ParquetWriter(path, schema) as writer:
            for rows in batches:
                columns = [[_text(cell) for cell in column] for column in zip(*rows, strict=True)]
                writer.write_table(
                    pa.Table.from_arrays(list(map(pa.array, columns)), schema=schema)
                )
                count += len(rows)
    return count


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(first + (DAYS_PER_QUERY - 1) * DAY, last)
        yield first, end
        first = end + DAY


def _is_smaller(new: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> bool:
    """Return whether much of a stored day is gone."""
    if not stored:
        return False
    if not new:
        return True
    measure = "amount" if stored["amount"] else "tokens"
    return bool(new[measure] < LEAST_SHARE * stored[measure])


def _dicts(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_id(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {row["partition_id"]: row for row in rows}


def usage_queries(
    rows: Sequence[Mapping[str, Any]], environment: Mapping[str, str], folder: Path
) -> list[UsageQuery]:
    """Return the queries of the settings; files are relative to the folder of the settings.

    Raises SourceError for a file that cannot be read, and for a query without its parameters.
    """
    result = []
    for row in rows:
        path = SHIPPED / f"{row['shipped']}.sql" if row["shipped"] else folder / row["file"]
        try:
            statement = path.read_text(encoding="utf-8").strip().removesuffix(";")
        except (OSError, ValueError) as error:
            raise SourceError(f"{path}: cannot be read ({type(error).__name__})") from None
        if parameters_of(statement) != {"since", "until"}:
            raise SourceError(f"{path}: names no :since and :until; restrict its days by them")
        engine: Engine
        if row["folder"]:
            engine = Folder(row["folder"], row["timeout_seconds"])
        else:
            url = environment.get(row["url_env"], "").strip()
            engine = Database(url, row["url_env"], row["timeout_seconds"])
        name = row["account"] or row["shipped"] or path.stem
        result.append(
            UsageQuery(
                name,
                row["account"],
                statement,
                engine,
                days_back=row["days_back"],
                history_days=row["history_days"],
            )
        )
    return result
