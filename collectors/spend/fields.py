"""Typed readers of JSON fields, strict about values and lenient about numbers written as text.

Numbers are decimals, never binary fractions. The caller names the unit: dollars or cents.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from collectors.errors import SourceError

DOLLARS, CENTS = Decimal(1), Decimal("0.01")
MAX_AMOUNT = Decimal("1e10")
MAX_COUNT = 2**63 - 1
Json = dict[str, Any]


class FieldError(SourceError):
    """An invalid field of a vendor's response; the text names the field and the reason."""


def value(item: Any, path: str) -> Any:
    """Return the value at a path of names joined by dots, or None if it is absent."""
    for name in path.split("."):
        if item is None:
            return None
        if not isinstance(item, dict):
            raise FieldError(f"{path}: the response has another structure than documented")
        item = item.get(name)
    return item


def money(item: Any, path: str, unit: Decimal) -> Decimal | None:
    """Return an amount in units of the currency, or None if it is absent."""
    content = value(item, path)
    if content is None:
        return None
    amount = _number(content, path) * unit
    if abs(amount) >= MAX_AMOUNT:
        raise FieldError(f"{path}: the amount is implausibly large")
    return amount


def required_money(item: Any, path: str, unit: Decimal) -> Decimal:
    """Return an amount in units of the currency; FieldError if it is absent."""
    amount = money(item, path, unit)
    if amount is None:
        raise FieldError(f"{path}: the amount is missing")
    return amount


def count(item: Any, path: str) -> int | None:
    """Return a whole number, or None if it is absent; reads 59200.0 and text too."""
    content = value(item, path)
    if content is None:
        return None
    number = _number(content, path)
    if number != number.to_integral_value() or not 0 <= number <= MAX_COUNT:
        raise FieldError(f"{path}: not a whole number from 0")
    return int(number)


def text(item: Any, path: str) -> str | None:
    """Return a text without surrounding spaces, or None if it is absent or empty."""
    content = value(item, path)
    if content is not None and not isinstance(content, str):
        raise FieldError(f"{path}: not text")
    return (content or "").strip() or None


def lower_text(item: Any, path: str) -> str | None:
    """Return a login, address or name in lower case, or None if it is absent or empty."""
    content = text(item, path)
    return content.lower() if content else None


def currency(item: Any, path: str) -> str:
    """Return a currency code in upper case, by default USD."""
    return (text(item, path) or "USD").upper()


def objects(item: Any, path: str) -> list[Json]:
    """Return the list of objects at a path; FieldError if it is absent."""
    content = value(item, path)
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise FieldError(f"{path}: the response contains no such list")
    return content


def utc_day(item: Any, path: str) -> date:
    """Return the day in UTC of an ISO 8601 time or date."""
    try:
        moment = datetime.fromisoformat(text(item, path) or "")
    except ValueError:
        raise FieldError(f"{path}: not a time") from None
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def epoch_day(item: Any, path: str, ticks_per_second: int = 1) -> date:
    """Return the day in UTC of a time in seconds (or finer ticks) since 1970."""
    ticks = int(_number(value(item, path), path))
    try:
        return (datetime(1970, 1, 1) + timedelta(seconds=ticks // ticks_per_second)).date()
    except OverflowError:
        raise FieldError(f"{path}: not a time") from None


def _number(content: Any, path: str) -> Decimal:
    is_number = isinstance(content, int | Decimal | str) and not isinstance(content, bool)
    try:
        number = Decimal(str(content).strip() if is_number else "nan")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise FieldError(f"{path}: not a number")
    return number
