"""The shape that every vendor's spend is brought into. Amounts are decimals in units of the currency, never cents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from collectors.spend.fields import FieldError

if TYPE_CHECKING:
    from collectors.spend.client import Door

#: what the ledger keeps of an amount
PLACES = Decimal("0.00000001")
DAY = timedelta(days=1)
Record = TypeVar("Record")
#: what a GET asks, in order
Parameters = Sequence[tuple[str, str | int]]


@dataclass(frozen=True)
class Line:
    """Spend of one kind on one day, as a row of the ledger; what the vendor does not tell is None."""

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


#: what is added up, and what tells lines apart
ADDED = ("tokens", "requests", "amount", "list_amount")
TOLD = tuple(field.name for field in fields(Line) if field.name not in ADDED)


@dataclass(frozen=True)
class Partition:
    """One day of one account: its lines, or the problem for which the day stays as it was."""

    day: date
    lines: tuple[Line, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Stream:
    """One kind of report of a vendor: how it is read, and for how long its days may still change."""

    #: the source that rows of the ledger name
    name: str
    read: Callable[[Door, date, date], Iterator[Partition]]
    #: how far back the first reading goes
    history_days: int
    #: for so many days after it is over, the vendor may tell a day anew
    restated_days: int
    #: how many days one call of ``read`` is asked for
    days_at_once: int
    #: whether a vendor may refuse this report, to a plan or key that has the others
    is_optional: bool = False


@dataclass(frozen=True)
class Source:
    """A vendor: its address, the secret it asks for, and the reports that it gives."""

    name: str
    #: the environment variable that holds the secret; with ``__NAME`` behind it, the secret of account ``name``
    secret: str
    url: str
    #: the headers that carry a secret
    headers: Callable[[str], Mapping[str, str]]
    #: what the secret must be allowed to do, in words
    permission: str
    streams: tuple[Stream, ...]
    #: requests that the vendor's documentation lets pass in a minute; where it names no number, its answers say when
    per_minute: int | None = None
    #: whether an account is an organisation that the settings name, all read with one secret
    is_by_organization: bool = False


def days(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def partitions(
    first: date,
    last: date,
    by_day: Mapping[date, Sequence[Record]],
    convert: Callable[[Sequence[Record]], Iterable[Line]],
) -> Iterator[Partition]:
    """Yield every day from the first to the last with the lines of its records; without records, it is an empty day.

    A record that cannot be read is the problem of its day, and of no other.
    """
    for day in days(first, last):
        try:
            yield Partition(day, summed(convert(by_day.get(day, ()))))
        except FieldError as error:
            yield Partition(day, problem=str(error))


def summed(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with those of one kind added up, rounded once, in an order of their own."""
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        total = totals.setdefault(tuple(getattr(line, name) for name in TOLD), dict.fromkeys(ADDED))
        for name in ADDED:
            if (value := getattr(line, name)) is not None:
                total[name] = value + (total[name] or 0)
    for total in totals.values():
        total |= {
            name: total[name].quantize(PLACES)
            for name in ("amount", "list_amount")
            if total[name] is not None
        }
    order = sorted(totals, key=lambda reported: tuple(str(value or "") for value in reported))
    return tuple(
        Line(**dict(zip(TOLD, reported, strict=True)), **totals[reported]) for reported in order
    )


def split(amount: Decimal, weights: Mapping[Any, int]) -> dict[Any, Decimal]:
    """Return an amount split by weights to the last place: the parts add up to it, by the largest remainders."""
    whole = int(amount / PLACES)
    total = sum(weights.values())
    floors = {key: divmod(abs(whole) * weight, total) for key, weight in weights.items()}
    remaining = abs(whole) - sum(floor for floor, _ in floors.values())
    first = sorted(floors, key=lambda key: (-floors[key][1], str(key)))[:remaining]
    sign = -1 if whole < 0 else 1
    return {key: (floor + (key in first)) * sign * PLACES for key, (floor, _) in floors.items()}
