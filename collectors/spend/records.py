"""Spend records of all vendors. Amounts are decimals in units of the currency, never cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from collectors.spend.fields import FieldError

#: precision of amounts in the ledger
PLACES = Decimal("0.00000001")
DAY = timedelta(days=1)
Item = TypeVar("Item")


@dataclass(frozen=True)
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


AMOUNT_COLUMNS = ("amount", "list_amount")
SUM_COLUMNS = ("tokens", "requests", *AMOUNT_COLUMNS)
GROUP_COLUMNS = tuple(item.name for item in fields(SpendRecord) if item.name not in SUM_COLUMNS)


@dataclass(frozen=True)
class Partition:
    """One day of one account: its records, or the problem that leaves the day unchanged."""

    day: date
    records: tuple[SpendRecord, ...] = ()
    problem: str = ""


def days(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def group_by_day(items: Iterable[Item], day_of: Callable[[Item], date]) -> dict[date, list[Item]]:
    """Return the items by day; FieldError for an item without a day."""
    by_day: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        by_day[day_of(item)].append(item)
    return by_day


def partitions(
    first: date,
    last: date,
    by_day: Mapping[date, Sequence[Item]],
    convert: Callable[[Sequence[Item]], Iterable[SpendRecord]],
) -> Iterator[Partition]:
    """Yield a partition for each day, also for days without items.

    An invalid item is a problem of its own day only.
    """
    for day in days(first, last):
        try:
            yield Partition(day, sum_records(convert(by_day.get(day, ()))))
        except FieldError as error:
            yield Partition(day, problem=str(error))


def sum_records(records: Iterable[SpendRecord]) -> tuple[SpendRecord, ...]:
    """Return one record a group with rounded sums, in a stable order."""
    groups: dict[tuple[str, ...], list[SpendRecord]] = defaultdict(list)
    for record in records:
        key = tuple(str(getattr(record, column) or "") for column in GROUP_COLUMNS)
        groups[key].append(record)
    return tuple(replace(groups[key][0], **_sums(groups[key])) for key in sorted(groups))


def _sums(records: Sequence[SpendRecord]) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for column in SUM_COLUMNS:
        values = [getattr(record, column) for record in records]
        present = [value for value in values if value is not None]
        sums[column] = sum(present) if present else None
    for column in AMOUNT_COLUMNS:
        if sums[column] is not None:
            sums[column] = sums[column].quantize(PLACES)
    return sums


def split(amount: Decimal, weights: Mapping[Any, int]) -> dict[Any, Decimal]:
    """Split an amount by weights, with the largest remainder method.

    The parts sum to the amount.
    """
    units = int(abs(amount) / PLACES)
    total = sum(weights.values())
    shares = {key: divmod(units * weight, total) for key, weight in weights.items()}
    undistributed = units - sum(quotient for quotient, _ in shares.values())
    by_remainder = sorted(shares, key=lambda key: (-shares[key][1], str(key)))
    unit = PLACES.copy_sign(amount)
    return {key: (shares[key][0] + (key in by_remainder[:undistributed])) * unit for key in weights}
