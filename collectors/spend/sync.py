"""Sync of vendors' reports into the ledger: days to read, changed days, watermarks.

A day of an account is a partition: it is replaced as a whole if one of its records changed.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from collectors.answers import DEADLINE_S
from collectors.errors import AccessError, RefusedError, SourceError
from collectors.ledger.store import Store, now
from collectors.spend.client import VendorClient
from collectors.spend.records import (
    AMOUNT_COLUMNS,
    DAY,
    GROUP_COLUMNS,
    SUM_COLUMNS,
    Partition,
    Report,
    SpendRecord,
    TooManyRecordsError,
)
from collectors.spend.vendor import Account, Stream

ORIGIN = "api"
#: every vendor retains a month; an older empty day may be one that the vendor deleted
RETENTION = 31 * DAY
PARTITIONS_PER_COMMIT = 31
#: reasons of rows that are left out, which are remembered
MAX_REASONS = 100
#: a check has a user who waits; a sync may retry for minutes
CHECK_TRIES = 2
COLUMNS = (*GROUP_COLUMNS, *SUM_COLUMNS)
STORED_RECORDS = f"""
    select partition_id, {", ".join(COLUMNS)} from spend_rows
    where list_contains(?, partition_id) order by line
"""
RECENT_PARTITION = """
    select 1 from spend_partitions
    where source = ? and account = ? and day = ? and origin = ? and exported_at > ?
"""
KNOWN_PARTITIONS = """
    select partition_id from spend_partitions where list_contains(?, partition_id)
"""
LOAD_TIMES = """
    select partition_id, loaded_at from spend_partitions where list_contains(?, partition_id)
"""


@dataclass(frozen=True)
class StreamResult:
    """Result of one report: status 'read', 'unchanged', 'failed' or 'closed', and a message."""

    status: str
    message: str


def yesterday() -> date:
    """Return the last complete day in UTC, as vendors count by UTC days."""
    return datetime.now(UTC).date() - DAY


def preview(account: Account, store: Store, last: date) -> Iterator[str]:
    """Yield the days and requests of the next sync of each report, without a request."""
    for stream in account.vendor.streams:
        title = account.title(stream)
        first = _first_day(stream, account, store, last)
        if first > last:
            yield f"{title}: nothing to read, final until {last}"
        else:
            count = (last - first).days + 1
            calls = -(-count // stream.days_per_call)
            yield f"{title}: {first} to {last}, {count:,} days in at least {calls:,} requests"


def check(account: Account, last: date) -> Iterator[StreamResult]:
    """Request one day of each report and yield the result; needs no ledger."""
    client = _client(account, tries=CHECK_TRIES)
    for stream in account.vendor.streams:
        title = account.title(stream)
        report = Report(last, last)
        try:
            stream.read(client, report)
        except SourceError as error:
            yield StreamResult(_failed_status(stream, error), str(error))
            if isinstance(error, AccessError):
                return
        else:
            if report.left_out:
                yield StreamResult("failed", f"{title}: {_left_out(report.left_out)}")
            else:
                secret = account.vendor.secret_variable
                yield StreamResult("read", f"{title}: {secret} can read it")


def collect(
    account: Account,
    store: Store,
    *,
    notify: Callable[[str], None],
    last: date,
    is_full: bool = False,
    dump: Path | None = None,
    deadline_s: float = DEADLINE_S,
) -> Iterator[StreamResult]:
    """Sync each report of an account and yield its result; committed days remain."""
    client = _client(account, notify=notify, dump=dump, deadline_s=deadline_s)
    for stream in account.vendor.streams:
        title = account.title(stream)
        started_at, earlier_requests = now(), client.request_count
        first = _first_day(stream, account, store, last, is_full=is_full)
        if last - first > RETENTION:  # takes minutes
            notify(f"{title}: reading {first} to {last}")
        stream_sync = _StreamSync(stream, account, store, first=first, last=last, is_full=is_full)
        is_refused = False
        try:
            stream_sync.run(client)
        except SourceError as error:
            status, message = _failed_status(stream, error), str(error)
            is_refused = isinstance(error, AccessError)
        else:
            status, message = stream_sync.status, f"{title}: {stream_sync.summary}"
        store.record_load(
            stream.name,
            account.name,
            started_at,
            "unchanged" if status == "closed" else status,
            rows_read=stream_sync.row_count,
            requests=client.request_count - earlier_requests,
            # the load has the title in columns of its own
            message=message.removeprefix(f"{title}: ") if stream_sync.has_message(status) else None,
        )
        yield StreamResult(status, message)
        if is_refused:
            return


def _client(account: Account, **options: Any) -> VendorClient:
    return VendorClient(
        account.vendor, account.base_url, account.name, secret=account.secret, **options
    )


def _first_day(
    stream: Stream, account: Account, store: Store, last: date, is_full: bool = False
) -> date:
    """Return the first day of a report that is new or may have changed."""
    settled = store.watermark(stream.name, account.name, "settled")
    return first_day(None if is_full else settled, last, stream.history_days)


def first_day(settled: str | None, last: date, history_days: int) -> date:
    """Return the day after the last settled one; without it, the first of the history."""
    if settled:
        return date.fromisoformat(settled) + DAY
    return last - max(history_days - 1, 0) * DAY


def _failed_status(stream: Stream, error: SourceError) -> str:
    return "closed" if stream.is_optional and isinstance(error, RefusedError) else "failed"


def _left_out(left_out: Mapping[tuple[date | None, str], int]) -> str:
    """Return the number of rows that are left out, with the first day and reason."""
    (day, problem), _ = min(left_out.items(), key=lambda item: (item[0][0] or date.max, item[0][1]))
    count = sum(left_out.values())
    first = f"{day or 'day unknown'}, {problem}"
    return f"{count:,} {'row' if count == 1 else 'rows'} left out: {first}"


class _StreamSync:
    """Sync of one report. Compares its days with the ledger and replaces those that differ."""

    def __init__(
        self,
        stream: Stream,
        account: Account,
        store: Store,
        *,
        first: date,
        last: date,
        is_full: bool,
    ) -> None:
        self.stream, self.account, self.store = stream, account, store
        self.first, self.last = first, last
        self.final_until = last - stream.restated_days * DAY
        self.day_count = self.row_count = self.changed_count = 0
        #: rows that do not fit, by day and reason
        self.left_out: Counter[tuple[date | None, str]] = Counter()
        #: reasons for which the sync before left out rows, with the day of the first such sync
        self.known_reasons: dict[str, str] = (
            store.watermark(stream.name, account.name, "left_out") or {}
        )
        #: whether all days so far are complete, or too old to be read again
        self._is_complete = True
        # an empty day is a zero if a recent sync has read the day before
        day_before = [stream.name, account.name, first - DAY, ORIGIN, now() - RETENTION]
        self._is_retained = not is_full and bool(store.rows(RECENT_PARTITION, day_before))

    def run(self, client: VendorClient) -> None:
        """Read the days and commit them in batches with the watermark."""
        batch: list[Partition] = []
        try:
            for partition in self._partitions(client):
                batch.append(partition)
                if len(batch) == PARTITIONS_PER_COMMIT:
                    self._commit(batch)
                    batch = []
        finally:  # also after an error or Ctrl-C
            self._commit(batch)
        self._remember_reasons()

    @property
    def status(self) -> str:
        """Status of the load: failed if rows are left out for a reason that is new."""
        if {reason for _, reason in self.left_out} - self.known_reasons.keys():
            return "failed"
        return "read" if self.changed_count else "unchanged"

    def has_message(self, status: str) -> bool:
        """Return whether the load with this status has a message."""
        return status == "failed" or bool(self.left_out)

    def _remember_reasons(self) -> None:
        """Store the reasons for which rows are left out: only the first sync fails by them."""
        today = f"{now():%Y-%m-%d}"
        reasons = {
            reason: self.known_reasons.get(reason, today)
            for reason in sorted({reason for _, reason in self.left_out})[:MAX_REASONS]
        }
        if reasons != self.known_reasons:
            with self.store.transaction():
                self.store.set_watermark(self.stream.name, self.account.name, "left_out", reasons)

    @property
    def summary(self) -> str:
        """Summary of the load for the user."""
        if self.left_out:
            since = min(self.known_reasons.values(), default="")
            known = f" (as since {since})" if self.status != "failed" else ""
            return (
                f"{_left_out(self.left_out)}{'' if len(self.left_out) == 1 else ' and others'}"
                f"{known}. Days with such rows keep their earlier rows and are read again"
            )
        if not self.changed_count:
            return f"unchanged, {self.day_count:,} days requested"
        return (
            f"read, {self.changed_count:,} of {self.day_count:,} days changed, "
            f"{self.row_count:,} rows"
        )

    def _partitions(self, client: VendorClient) -> Iterator[Partition]:
        start, day_count = self.first, self.stream.days_per_call
        while start <= self.last:
            report = Report(start, min(start + (day_count - 1) * DAY, self.last))
            try:
                self.stream.read(client, report)
            except TooManyRecordsError as error:
                if report.last == start:
                    raise SourceError(f"{client.title}: {start}, {error}") from None
                day_count = 1
                continue
            self.left_out += report.left_out
            yield from report.partitions()
            start = report.last + DAY

    def _commit(self, batch: Sequence[Partition]) -> None:
        """Write days, oldest first, in one transaction with the watermark."""
        self.day_count += len(batch)
        watermark: date | None = None
        settled: list[str] = []
        known: dict[str, Partition] = {}
        for partition in batch:
            if not partition.is_complete and partition.day <= self.last - RETENTION:
                settled.append(self._partition_id(partition.day))
            elif not partition.is_complete:
                self._is_complete = False
            self._is_retained = self._is_retained or bool(partition.records)
            is_zero = self._is_retained or partition.day > self.last - RETENTION
            if partition.records or (partition.is_complete and is_zero):
                known[self._partition_id(partition.day)] = partition
            if self._is_complete:
                watermark = min(partition.day, self.final_until)
        with self.store.transaction():
            self._replace(known)
            self._settle(settled)
            if watermark and watermark >= self.first:
                self.store.set_watermark(
                    self.stream.name, self.account.name, "settled", watermark.isoformat()
                )

    def _settle(self, partition_ids: Sequence[str]) -> None:
        """Mark days as final that are incomplete and too old to be read again."""
        rows = self.store.rows(KNOWN_PARTITIONS, [list(partition_ids)])
        self.store.merge("spend_partitions", [{**row, "is_provisional": False} for row in rows])

    def _replace(self, partitions: Mapping[str, Partition]) -> None:
        stored: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.store.rows(STORED_RECORDS, [list(partitions)]):
            stored[row.pop("partition_id")].append(row)
        # an incomplete day never replaces rows
        partitions = {
            key: partition
            for key, partition in partitions.items()
            if partition.is_complete or key not in stored
        }
        load_times = self.store.rows(LOAD_TIMES, [list(partitions)])
        loaded_at = {row["partition_id"]: row["loaded_at"] for row in load_times}
        changed: list[str] = []
        rows: list[dict[str, Any]] = []
        for key, partition in partitions.items():
            current = [_row(record) for record in partition.records]
            if key not in loaded_at or stored[key] != current:
                changed.append(key)
                loaded_at[key] = now()
                rows += _ledger_rows(key, current)
        partition_rows = [
            {
                "partition_id": key,
                "source": self.stream.name,
                "account": self.account.name,
                "day": partition.day,
                "origin": ORIGIN,
                "exported_at": now(),
                "loaded_at": loaded_at[key],
                "is_provisional": partition.day > self.final_until or not partition.is_complete,
            }
            for key, partition in partitions.items()
        ]
        self.store.merge("spend_partitions", partition_rows)
        self.store.delete("spend_rows", [{"partition_id": key} for key in changed])
        self.store.merge("spend_rows", rows)
        self.changed_count += len(changed)
        self.row_count += len(rows)

    def _partition_id(self, day: date) -> str:
        key = "|".join((self.stream.name, self.account.name, day.isoformat(), ORIGIN))
        return hashlib.sha256(key.encode()).hexdigest()[:16]


def _row(record: SpendRecord) -> dict[str, Any]:
    return {column: getattr(record, column) for column in COLUMNS}


def _ledger_rows(partition_id: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of ``spend_rows``; amounts are text so that no digit is lost."""
    ledger_rows = []
    for line, row in enumerate(rows, 1):
        amounts = {
            column: None if row[column] is None else f"{row[column]:f}" for column in AMOUNT_COLUMNS
        }
        ledger_rows.append(
            {"partition_id": partition_id, "line": line, "team": None, **row, **amounts}
        )
    return ledger_rows
