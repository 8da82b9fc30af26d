"""Reading a vendor's reports day by day into the ledger: which days, what changed, and how far it is settled."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from collectors.errors import AccessError, RefusedError, SourceError
from collectors.ledger.store import Store, now
from collectors.spend.client import Door
from collectors.spend.fields import FieldError
from collectors.spend.records import DAY, Line, Partition, Source, Stream

ORIGIN = "api"
#: every vendor remembers a month; an empty day before that may be one that it no longer keeps
REMEMBERED = 31 * DAY
DAYS_A_COMMIT = 31
#: where somebody waits, not the minutes of tries of a refresh
TRIES_WHILE_WAITED_FOR = 2
COLUMNS = ", ".join(item.name for item in fields(Line))
LINES = f"select partition_id, {COLUMNS} from spend_rows where list_contains(?, partition_id) order by line"
TOLD_LATELY = "select 1 from spend_partitions where source = ? and account = ? and day = ? and origin = ? and exported_at > ?"
LOADED = "select partition_id, loaded_at from spend_partitions where list_contains(?, partition_id)"


@dataclass(frozen=True)
class Account:
    """One account of a vendor: its name in the user's words ('' where there is one alone), address and secret."""

    source: Source
    name: str
    base_url: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Result:
    """How one report of one account went: status 'read', 'unchanged', 'failed' or 'closed', and a line that says so."""

    status: str
    message: str


def accounts(
    source: Source, environment: Mapping[str, str], organizations: Sequence[str], github_url: str
) -> list[Account]:
    """Return the accounts whose secret is in the environment; none where there is none.

    ``HEADWAY_<SOURCE>_URL`` replaces the vendor's address. Raises AccessError for a secret or address that cannot be.
    """
    names = {source.secret: ""}
    if not source.is_by_organization:
        keys = [key for key in sorted(environment) if key.startswith(f"{source.secret}__")]
        names |= {key: key.removeprefix(f"{source.secret}__").lower() for key in keys}
    url = (
        environment.get(f"HEADWAY_{source.name.upper()}_URL", "").strip()
        or source.url
        or github_url
    )
    if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#@\s]*)?", url):
        raise AccessError(f"HEADWAY_{source.name.upper()}_URL is no address; write https://HOST")
    result = []
    for key, account in names.items():
        secret = environment.get(key, "").strip()
        if secret and not re.fullmatch(
            r"[!-~]+", secret
        ):  # no request could carry it, and an error might show it
            raise AccessError(f"{key} holds characters that no key has; copy it again")
        whose = [org.lower() for org in organizations] if source.is_by_organization else [account]
        result += [Account(source, name, url.rstrip("/"), secret) for name in whose if secret]
    return result


def missing(source: Source) -> str:
    """Return the line for a source that has no account."""
    if source.is_by_organization:
        return f"{source.name}: not read; name organisations in copilot_orgs under [spend], and set {source.secret}"
    return f"{source.name}: not read; set {source.secret} to read it"


def yesterday() -> date:
    """Return the last day that is over, in UTC: vendors count by UTC days, and a running day is no day yet."""
    return datetime.now(UTC).date() - DAY


def span(
    stream: Stream, account: Account, store: Store, last: date, full: bool = False
) -> tuple[date, date]:
    """Return the first and the last day to read: those that may have changed since, and those never read."""
    first = last - max(stream.history_days - 1, 0) * DAY
    settled = store.watermark(stream.name, account.name, "settled")
    if settled and not full:
        first = date.fromisoformat(settled) + DAY
    return first, last


def preview(account: Account, store: Store, last: date) -> Iterator[str]:
    """Yield what each report would be asked for; the vendor is not asked."""
    for stream in account.source.streams:
        first, until = span(stream, account, store, last)
        reported = _told(stream, account)
        if first > until:
            yield f"{reported}: nothing to read, settled until {until}"
        else:
            count = (until - first).days + 1
            asked = -(-count // stream.days_at_once)
            yield f"{reported}: {first} to {until}, {count:,} days in {asked:,} requests or more, one for each page"


def collect(
    account: Account,
    store: Store,
    say: Callable[[str], None],
    last: date,
    full: bool = False,
    dump: Path | None = None,
) -> Iterator[Result]:
    """Read every report of an account into the ledger and yield how each went; what was committed stays."""
    door = Door(account.source, account.base_url, account.name, account.secret, say, dump)
    for stream in account.source.streams:
        started_at, sent = now(), door.requests_sent
        first, until = span(stream, account, store, last, full)
        if until - first > REMEMBERED:  # the first reading takes minutes
            say(f"{_told(stream, account)}: reading {first} to {until}")
        reading = _Reading(stream, account, store, first, until, full)
        status, message, is_refused = "failed", "", False
        try:
            reading.run(door)
            status, message = reading.outcome()
        except RefusedError as error:
            status, message = "closed" if stream.is_optional else "failed", str(error)
        except FieldError as error:
            message = f"{_told(stream, account)}: {error}"
        except SourceError as error:
            message, is_refused = str(error), isinstance(error, AccessError)
        store.record_load(
            stream.name,
            account.name,
            started_at,
            "unchanged" if status == "closed" else status,
            rows_read=reading.rows,
            requests=door.requests_sent - sent,
            # beside the source and scope that it is of
            message=message.removeprefix(f"{_told(stream, account)}: ")
            if status == "failed"
            else None,
        )
        yield Result(
            status, message if status == "failed" else f"{_told(stream, account)}: {message}"
        )
        if is_refused:
            return


def examine(account: Account, last: date) -> Iterator[Result]:
    """Ask each report for one day, without a ledger, and yield whether it is open to the secret."""
    door = Door(
        account.source, account.base_url, account.name, account.secret, tries=TRIES_WHILE_WAITED_FOR
    )
    for stream in account.source.streams:
        try:
            result = [item.problem for item in stream.read(door, last, last) if item.problem]
        except SourceError as error:
            is_closed = isinstance(error, RefusedError) and stream.is_optional
            yield Result("closed" if is_closed else "failed", str(error))
            if isinstance(error, AccessError):
                return
        else:
            message = f"{last}, {result[0]}" if result else f"{account.source.secret} can read it"
            yield Result("failed" if result else "read", f"{_told(stream, account)}: {message}")


def _told(stream: Stream, account: Account) -> str:
    return f"{stream.name} ({account.name})" if account.name else stream.name


class _Reading:
    """One report being read: days are compared with the ledger, and replaced whole where they differ."""

    def __init__(
        self, stream: Stream, account: Account, store: Store, first: date, last: date, full: bool
    ) -> None:
        self.stream, self.account, self.store = stream, account, store
        self.first, self.last = first, last
        self.days = self.rows = self.changed = 0
        self.problems: list[str] = []
        # an empty day is a zero where the vendor told of the day before it, now or not long ago
        before = [stream.name, account.name, first - DAY, ORIGIN, now() - REMEMBERED]
        self._is_known = not full and bool(store.rows(TOLD_LATELY, before))

    def run(self, door: Door) -> None:
        """Read the days; some at once are committed with the mark that says how far the report is settled."""
        start = self.first
        waiting: list[Partition] = []
        try:
            while start <= self.last:
                end = min(start + (self.stream.days_at_once - 1) * DAY, self.last)
                for partition in self.stream.read(door, start, end):
                    waiting.append(partition)
                    if len(waiting) == DAYS_A_COMMIT:
                        self._commit(waiting)
                        waiting = []
                start = end + DAY
        finally:  # what came before an error, or a Ctrl-C, stays
            self._commit(waiting)

    def outcome(self) -> tuple[str, str]:
        """Return the status and what there is to say."""
        if self.problems:
            more = (
                f" (and {len(self.problems) - 1} more such days)" if len(self.problems) > 1 else ""
            )
            return "failed", f"{self.problems[0]}{more}; what is wrong there stays as it was"
        if not self.changed:
            return "unchanged", f"unchanged, {self.days:,} days asked for"
        return "read", f"read, {self.changed:,} of {self.days:,} days changed, {self.rows:,} rows"

    def _commit(self, result: list[Partition]) -> None:
        """Write days, oldest first, in one transaction."""
        self.days += len(result)
        settled: date | None = None
        stored: dict[str, Partition] = {}
        for item in result:
            if item.problem:
                self.problems.append(
                    f"{_told(self.stream, self.account)}: {item.day}, {item.problem}"
                )
                continue
            self._is_known = self._is_known or bool(item.lines)
            if self._is_known or item.day > self.last - REMEMBERED:
                stored[self._partition_id(item.day)] = item
            if not self.problems:
                settled = min(item.day, self._final)
        with self.store.transaction():
            self._replace(stored)
            if settled and settled >= self.first:
                self.store.set_watermark(
                    self.stream.name, self.account.name, "settled", settled.isoformat()
                )

    def _replace(self, result: dict[str, Partition]) -> None:
        stored: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.store.rows(LINES, [list(result)]):
            stored[row.pop("partition_id")].append(row)
        loaded = self.store.rows(LOADED, [list(result)])
        loaded_at = {row["partition_id"]: row["loaded_at"] for row in loaded}
        rows = {key: [_row(line) for line in item.lines] for key, item in result.items()}
        changed = [key for key in result if key not in loaded_at or stored[key] != rows[key]]
        self.store.merge(
            "spend_partitions",
            [
                {
                    "partition_id": key,
                    "source": self.stream.name,
                    "account": self.account.name,
                    "day": item.day,
                    "origin": ORIGIN,
                    "exported_at": now(),
                    "loaded_at": now() if key in changed else loaded_at[key],
                    "is_provisional": item.day > self._final,
                }
                for key, item in result.items()
            ],
        )
        self.store.delete("spend_rows", [{"partition_id": key} for key in changed])
        written = [
            {"partition_id": key, "line": number, "team": None} | row | _as_text(row)
            for key in changed
            for number, row in enumerate(rows[key], 1)
        ]
        self.store.merge("spend_rows", written)
        self.changed += len(changed)
        self.rows += len(written)

    @property
    def _final(self) -> date:
        """The last day that the vendor no longer tells anew."""
        return self.last - self.stream.restated_days * DAY

    def _partition_id(self, day: date) -> str:
        reported = "|".join((self.stream.name, self.account.name, day.isoformat(), ORIGIN))
        return hashlib.sha256(reported.encode()).hexdigest()[:16]


def _row(line: Line) -> dict[str, Any]:
    return {item.name: getattr(line, item.name) for item in fields(line)}


def _as_text(row: Mapping[str, Any]) -> dict[str, str | None]:
    """The amounts of a row as text: the database reads their digits, whatever amounts stand beside them."""
    return {
        name: None if row[name] is None else f"{row[name]:f}" for name in ("amount", "list_amount")
    }
