"""Readers of the fields of vendors' answers, which promise one form and come in another.

A number is read from its digits, never through a binary fraction, and whether an amount counts cents or dollars is said
where it is read.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from collectors.errors import SourceError

DOLLARS, CENTS = Decimal(1), Decimal("0.01")
MOST = Decimal("1e10")
MOST_COUNTED = 2**63 - 1
Json = dict[str, Any]


class FieldError(SourceError):
    """A field of a vendor's answer cannot be read; the text says which and why."""


def at(record: Any, path: str) -> Any:
    """Return what stands at a path of names with dots between; None where it or something on the way is absent."""
    for name in path.split("."):
        if record is None:
            return None
        if not isinstance(record, dict):
            raise FieldError(f"{path}: not where the vendor's documentation has it")
        record = record.get(name)
    return record


def money(record: Any, path: str, unit: Decimal) -> Decimal | None:
    """Return an amount in units of the currency, from a number or text in cents or dollars; None where it is absent."""
    value = at(record, path)
    if value is None:
        return None
    amount = _number(value, path) * unit
    if abs(amount) >= MOST:
        raise FieldError(f"{path}: an amount too large to be one")
    return amount


def owed(record: Any, path: str, unit: Decimal) -> Decimal:
    """Return an amount that must be there."""
    amount = money(record, path, unit)
    if amount is None:
        raise FieldError(f"{path}: no amount is there")
    return amount


def count(record: Any, path: str) -> int | None:
    """Return a whole number, also where it is written 59200.0 or as text; None where it is absent."""
    value = at(record, path)
    if value is None:
        return None
    number = _number(value, path)
    if number != number.to_integral_value() or not 0 <= number <= MOST_COUNTED:
        raise FieldError(f"{path}: not a whole number from 0")
    return int(number)


def word(record: Any, path: str) -> str | None:
    """Return a text without spaces around it; None where it is absent or empty."""
    value = at(record, path)
    if value is not None and not isinstance(value, str):
        raise FieldError(f"{path}: not text")
    return (value or "").strip() or None


def lowered(record: Any, path: str) -> str | None:
    """Return a login, address or name in lower case; None where it is absent or empty."""
    result = word(record, path)
    return result.lower() if result else None


def records(answer: Any, path: str) -> list[Json]:
    """Return the list of records at a path; raises FieldError where there is none, for a missing list is no zero."""
    result = at(answer, path)
    if not isinstance(result, list) or not all(isinstance(record, dict) for record in result):
        raise FieldError(f"{path}: the answer holds no such list")
    return result


def day_of(record: Any, path: str) -> date:
    """Return the day, in UTC, of a time that is written as text with a zone, or as a date alone."""
    text = word(record, path)
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        raise FieldError(f"{path}: not a time") from None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def day_at(record: Any, path: str, per_second: int = 1) -> date:
    """Return the day, in UTC, of a time in seconds since 1970, or in as many parts of a second as are given."""
    value = at(record, path)
    try:
        return (
            datetime(1970, 1, 1) + timedelta(seconds=int(_number(value, path)) // per_second)
        ).date()
    except OverflowError:
        raise FieldError(f"{path}: not a time") from None


def _number(value: Any, path: str) -> Decimal:
    """A vendor's number by its digits; it may come as text where a number is promised, and the other way round."""
    try:
        number = (
            Decimal(str(value).strip())
            if isinstance(value, int | Decimal | str)
            else Decimal("nan")
        )
    except InvalidOperation:
        number = Decimal("nan")
    if isinstance(value, bool) or not number.is_finite():
        raise FieldError(f"{path}: not a number")
    return number
