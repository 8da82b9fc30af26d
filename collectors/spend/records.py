"""Spend records of all vendors. Amounts are decimals in units of the currency, never cents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import ValidationError

from collectors.errors import SourceError
from collectors.spend.models import MAX_AMOUNT, MAX_COUNT, Dated, Model, reason

#: precision of amounts in the ledger
PLACES = Decimal("0.00000001")
DAY = timedelta(days=1)
#: records of one call, which are in memory at once
MAX_RECORDS = 100_000
Row = TypeVar("Row", bound=Model)
DatedRow = TypeVar("DatedRow", bound=Dated)


class TooManyRecordsError(SourceError):
    """A call has more records than fit into memory; fewer days may have less."""


@dataclass(frozen=True, slots=True)
class SpendRecord:
    """Spend of one day and one group, as in a row of the ledger. Absent values are None."""

    provider: str
    tool: str
    basis: str
    model: str | None = None
    actor_kind: str | None = None
    actor: str | None = None
    token_type: str | None = None
    currency: str = "USD"
    is_estimate: bool = False
    charge: str = "usage"
    tokens: int | None = None
    requests: int | None = None
    amount: Decimal | None = None
    list_amount: Decimal | None = None


COUNT_COLUMNS = ("tokens", "requests")
AMOUNT_COLUMNS = ("amount", "list_amount")
SUM_COLUMNS = (*COUNT_COLUMNS, *AMOUNT_COLUMNS)
GROUP_COLUMNS = tuple(item.name for item in fields(SpendRecord) if item.name not in SUM_COLUMNS)
_group = attrgetter(*GROUP_COLUMNS)
_sums = attrgetter(*SUM_COLUMNS)
Sums = list[Any]


@dataclass(frozen=True)
class Partition:
    """One day of one account: its records, and whether they are all of the day."""

    day: date
    records: tuple[SpendRecord, ...] = ()
    is_complete: bool = True


class Report:
    """Days of one call: sums of records by group, and rows that are left out.

    A row that does not fit is counted by its reason. It makes its day incomplete, or all days of
    the call if its day is unknown.
    """

    def __init__(self, first: date, last: date) -> None:
        self.first = first
        self.last = last
        self._unknown_days: set[date] = set()
        self.clear()

    def clear(self) -> None:
        """Remove all rows, before the same days are read by another request."""
        #: rows that are left out, by day and reason
        self.left_out: Counter[tuple[date | None, str]] = Counter()
        self._sums: dict[date, dict[tuple[Any, ...], Sums]] = defaultdict(dict)
        self._record_count = 0

    @property
    def days(self) -> Iterator[date]:
        """Yield the days from the first to the last."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * DAY

    def rows(self, model: type[Row], items: Iterable[Any], day: date | None) -> Iterator[Row]:
        """Yield the items of a day that fit the model."""
        for item in items:
            try:
                row = model.model_validate(item)
            except ValidationError as error:
                self.leave_out(day, reason(error))
            else:
                yield row

    def dated(
        self, model: type[DatedRow], items: Iterable[Any]
    ) -> Iterator[tuple[DatedRow, dict[str, Any]]]:
        """Yield the items of the days of the call, parsed for their day."""
        for item in items:
            for row in self.rows(model, [item], None):
                if self.first <= row.day <= self.last:
                    yield row, item
                elif row.day < self.first:
                    self.leave_out(None, "a day before the requested days")

    def dated_rows(
        self, time: type[Dated], model: type[Row], items: Iterable[Any]
    ) -> Iterator[tuple[date, Row]]:
        """Yield the items that fit the model with their days, which another model has."""
        for dated, item in self.dated(time, items):
            for row in self.rows(model, [item], dated.day):
                yield dated.day, row

    def leave_out(self, day: date | None, problem: str, count: int = 1) -> None:
        """Count rows that do not fit."""
        self.left_out[day, problem] += count

    def set_unknown(self, day: date) -> None:
        """Mark a day that the vendor has no report of: it is not zero."""
        self._unknown_days.add(day)

    def add(self, day: date, record: SpendRecord) -> None:
        """Add a record to its group."""
        groups, group = self._sums[day], _group(record)
        if group not in groups:
            self._record_count += 1
            require_memory(self._record_count)
        sums = [
            value if before is None else before if value is None else before + value
            for before, value in zip(groups.get(group, [None] * 4), _sums(record), strict=True)
        ]
        limits = (MAX_COUNT, MAX_COUNT, MAX_AMOUNT, MAX_AMOUNT)
        if any(value and abs(value) > limit for value, limit in zip(sums, limits, strict=True)):
            self.leave_out(day, "a sum is implausibly large")
        else:
            groups[group] = sums

    def partitions(self) -> Iterator[Partition]:
        """Yield each known day with its records, in a stable order."""
        incomplete = {day for day, _ in self.left_out}
        for day in self.days:
            if day not in self._unknown_days:
                yield Partition(
                    day,
                    tuple(_records(self._sums.get(day, {}))),
                    is_complete=not incomplete & {day, None},
                )


def require_memory(count: int) -> None:
    """Raise TooManyRecordsError if this many records do not fit into memory."""
    if count > MAX_RECORDS:
        raise TooManyRecordsError(f"more than {MAX_RECORDS:,} records a day")


def _records(groups: Mapping[tuple[Any, ...], Sums]) -> Iterator[SpendRecord]:
    for group in sorted(groups, key=lambda names: [str(name or "") for name in names]):
        tokens, requests, amount, list_amount = groups[group]
        sums: tuple[Any, ...] = (tokens, requests, _rounded(amount), _rounded(list_amount))
        yield SpendRecord(*group, *sums)


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(PLACES)


def split(amount: Decimal, weights: Mapping[Any, int]) -> dict[Any, Decimal]:
    """Split an amount by weights, with the largest remainder method.

    The parts sum to the amount.
    """
    units = int(abs(amount) / PLACES)
    total = sum(weights.values())
    shares = {key: divmod(units * weight, total) for key, weight in weights.items()}
    undistributed = units - sum(quotient for quotient, _ in shares.values())
    by_remainder = sorted(shares, key=lambda key: (-shares[key][1], str(key)))
    larger = set(by_remainder[:undistributed])
    unit = PLACES.copy_sign(amount)
    return {key: (shares[key][0] + (key in larger)) * unit for key in weights}
