"""Times as tools write them, in UTC. A time that names no zone is UTC, a day without a time is its midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1990, 2100
DAY_FIRST, MONTH_FIRST = "day first", "month first"
ORDERS = (DAY_FIRST, MONTH_FIRST)

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(:(?P<second>\d\d)([.,]\d+)?)?(\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|(UTC|GMT)?[+-]\d\d:?(\d\d)?)?(\s*\([^()]*(\([^()]*\))?\))?"
_CLOCK = rf"((,?\s+|T){_TIME}{_ZONE})?"
_NAMED = r"(?P<name>[A-Za-z]{3})[a-z]*\.?"
FORMS = tuple(
    re.compile(form + _CLOCK)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",  # 2026-11-19
        rf"(?P<day>\d{{1,2}})[-/. ]\s*{_NAMED}[-/. ]\s*(?P<year>\d{{4}}|\d\d)",  # 19/Nov/26, as Jira writes
        rf"([A-Za-z]{{3,9}},?\s+)?{_NAMED}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",  # Thu Nov 19 2026, as Linear
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)",  # 19.11.2026
        r"(?P<one>\d{1,2})(?P<mark>[/-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)",  # 11/19/2026 or 19/11/2026
    )
)


@dataclass(frozen=True)
class Reading:
    """What a text can mean: a time by each order of day and month that gives one."""

    by_order: dict[str, datetime]

    @property
    def is_clear(self) -> bool:
        """Whether it is the same time whatever the order."""
        return len(self.by_order) == 2 and len(set(self.by_order.values())) == 1


def readings(text: str) -> Reading | None:
    """Return what a text can mean; None where it is no time."""
    for form in FORMS:
        if match := form.fullmatch(text):
            result = match.groupdict()
            orders = {order: _time(result, order) for order in ORDERS}
            by_order = {order: time for order, time in orders.items() if time}
            return Reading(by_order) if by_order else None
    return None


def possible_orders(column: Iterable[Reading]) -> set[str]:
    """Return the orders in which every time of a column can be read."""
    orders = set(ORDERS)
    for reading in column:
        orders &= set(reading.by_order)
    return orders


def _time(result: dict[str, str | None], order: str) -> datetime | None:
    try:
        if result.get("one"):
            places = ("one", "two") if order == DAY_FIRST else ("two", "one")
            day, month = (int(result[index] or 0) for index in places)
        else:
            name = result.get("name")
            day = int(result["day"] or 0)
            month = MONTHS.index(name.lower()) + 1 if name else int(result["month"] or 0)
        year, hour = int(result["year"] or 0), int(result["hour"] or 0)
        if half := result["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half in "Pp" else 0)
        year += 2000 if year < 100 else 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        return datetime(
            year, month, day, hour, int(result["minute"] or 0), int(result["second"] or 0)
        ) - _offset(result["zone"] or "")
    except ValueError:  # no such month, day or hour
        return None


def _offset(zone: str) -> timedelta:
    """How far a zone's clock is ahead of UTC."""
    sign = re.search(r"([+-])(\d\d):?(\d\d)?", zone)
    if not sign:
        return timedelta()
    ahead = timedelta(hours=int(sign[2]), minutes=int(sign[3] or 0))
    return -ahead if sign[1] == "-" else ahead


def from_timestamp(seconds: float) -> datetime:
    """Return a file's time in UTC, without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
