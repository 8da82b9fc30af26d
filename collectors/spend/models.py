"""Field types and base class of the models of vendors' responses.

A model has the fields that Headway reads, each with its range. Numbers are decimals or whole
numbers, also if they are written as text. Errors contain names of fields and our own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

#: amounts of a row, in units of its currency
MAX_AMOUNT = Decimal("1e9")
MAX_COUNT = 10**15
MAX_TEXT = 300
NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{0,100})?([eE][-+]?[0-9]{1,2})?")
FIRST_DAY = date(2000, 1, 1)
OTHER_STRUCTURE = "another structure than documented"
#: our words by pydantic's error types
REASONS = {
    "missing": "missing",
    "list_type": "not a list",
    "string_type": "not text",
    "string_unicode": "not text",
    "string_too_long": "too long",
    "string_pattern_mismatch": "not a currency code",
}


class Model(BaseModel):
    """Part of a response. Other fields than those of the model are ignored."""

    model_config = ConfigDict(frozen=True)


class CamelModel(Model):
    """Part of a response with names in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class Dated(Model):
    """Part of a response that has a day."""

    day: date


class Page(Model):
    """Page of a list with a ``next_page`` cursor."""

    data: list[Any]
    has_more: bool | None = None
    next_page: str | None = None


def reason(error: ValidationError) -> str:
    """Return the name of the first invalid field, and the reason."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    words = first["msg"] if first["type"] == "headway" else REASONS.get(first["type"])
    path = ".".join(str(name) for name in first["loc"])
    return f"{path}: {words or OTHER_STRUCTURE}" if path else OTHER_STRUCTURE


def _invalid(words: str) -> PydanticCustomError:
    return PydanticCustomError("headway", words)


def _number(value: Any) -> Decimal:
    """Return a finite number; numbers of JSON are bounded by its parser."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    number = Decimal(value) if is_number else Decimal("NaN")
    if not number.is_finite():
        raise _invalid("not a number")
    return number


def _amount(unit: Decimal) -> Callable[[Any], Decimal]:
    def read(value: Any) -> Decimal:
        amount = _number(value) * unit
        if abs(amount) >= MAX_AMOUNT:
            raise _invalid("implausibly large")
        return amount

    return read


def _count(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value() or not 0 <= number <= MAX_COUNT:
        raise _invalid("not a plausible whole number from 0")
    return int(number)


def _quantity(value: Any) -> Decimal:
    number = _number(value)
    if abs(number) > MAX_COUNT:
        raise _invalid("implausibly large")
    return number


def _iso_day(value: Any) -> date:
    try:
        moment = datetime.fromisoformat(value)
        return _plausible((moment.astimezone(UTC) if moment.tzinfo else moment).date())
    except (TypeError, ValueError, OverflowError):
        raise _invalid("not a time") from None


def _epoch_day(ticks_per_second: int) -> Callable[[Any], date]:
    def read(value: Any) -> date:
        seconds = int(_number(value)) // ticks_per_second
        try:
            return _plausible((datetime(1970, 1, 1) + timedelta(seconds=seconds)).date())
        except OverflowError:
            raise _invalid("not a time") from None

    return read


def _plausible(day: date) -> date:
    if day > datetime.now(UTC).date():
        raise _invalid("after today")
    if day < FIRST_DAY:
        raise _invalid(f"before {FIRST_DAY.year}")
    return day


_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]
_Lower = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT, to_lower=True)
]

#: text without surrounding spaces; None if it is empty
Text = Annotated[_Text | None, AfterValidator(lambda text: text or None)]
#: login, address or name in lower case
LowerText = Annotated[_Lower | None, AfterValidator(lambda text: text or None)]
#: currency code in upper case
Currency = Annotated[
    str,
    BeforeValidator(lambda code: code or "USD"),
    StringConstraints(to_upper=True, pattern="^[A-Za-z]{3}$"),
]
#: address of a signed download
Link = Annotated[str, StringConstraints(max_length=10_000)]
#: amounts in units of the currency, from units or hundredths of it
Dollars = Annotated[Decimal, BeforeValidator(_amount(Decimal(1)))]
Cents = Annotated[Decimal, BeforeValidator(_amount(Decimal("0.01")))]
Count = Annotated[int, BeforeValidator(_count)]
#: number that may have a fraction
Quantity = Annotated[Decimal, BeforeValidator(_quantity)]
#: days in UTC, from an ISO 8601 time, or from seconds or milliseconds since 1970
IsoDay = Annotated[date, BeforeValidator(_iso_day)]
SecondsDay = Annotated[date, BeforeValidator(_epoch_day(1))]
MillisecondsDay = Annotated[date, BeforeValidator(_epoch_day(1000))]
