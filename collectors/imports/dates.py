"""Times as tools write them, in UTC; without a zone they are UTC, without a time midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1990, 2100
#: characters of the longest time that a tool writes, and more
MAX_LENGTH = 100
DAY_FIRST, MONTH_FIRST = "day first", "month first"
ORDERS = (DAY_FIRST, MONTH_FIRST)

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(:(?P<second>\d\d)([.,]\d+)?)?"
    r"(\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|(UTC|GMT)?[+-]\d\d:?(\d\d)?)?(\s*\([^()]*(\([^()]*\))?\))?"
_CLOCK = rf"((,?\s+|T){_TIME}{_ZONE})?"
_MONTH = r"(?P<name>[A-Za-z]{3})[a-z]*\.?"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_DATES = (
    # 2026-11-19
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    # 19/Nov/26, as Jira writes
    rf"(?P<day>\d{{1,2}})[-/. ]\s*{_MONTH}[-/. ]\s*{_YEAR}",
    # Thu Nov 19 2026, as Linear writes
    rf"([A-Za-z]{{3,9}},?\s+)?{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
    # 19.11.2026
    rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}",
    # 11/19/2026 or 19/11/2026
    rf"(?P<first>\d{{1,2}})(?P<mark>[/-])(?P<second_number>\d{{1,2}})(?P=mark){_YEAR}",
)
PATTERNS = tuple(re.compile(pattern + _CLOCK) for pattern in _DATES)


@dataclass(frozen=True)
class PossibleTimes:
    """Meanings of a text: its time by each order of day and month that gives one."""

    by_order: dict[str, datetime]

    @property
    def is_unambiguous(self) -> bool:
        """Return whether both orders give the same time."""
        return len(self.by_order) == 2 and len(set(self.by_order.values())) == 1

    def conflict(self, has_order: bool) -> str:
        """Return why the time is unclear; ``has_order`` if one order fits the whole column."""
        if not has_order:
            return "day and month have another order in other lines"
        return "this may be " + " or ".join(f"{time:%Y-%m-%d}" for time in self.by_order.values())


def parse_time(text: str) -> PossibleTimes | None:
    """Return the times that a text can mean; None if there are none."""
    for pattern in PATTERNS if len(text) <= MAX_LENGTH else ():
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            times = {order: _time(parts, order) for order in ORDERS}
            by_order = {order: time for order, time in times.items() if time}
            return PossibleTimes(by_order) if by_order else None
    return None


def possible_orders(column: Iterable[PossibleTimes]) -> set[str]:
    """Return the orders of day and month in which every time of a column is valid."""
    return set(ORDERS).intersection(*(times.by_order for times in column))


def _time(parts: dict[str, str | None], order: str) -> datetime | None:
    try:
        if parts.get("first"):
            day, month = int(parts["first"] or 0), int(parts["second_number"] or 0)
            if order == MONTH_FIRST:
                day, month = month, day
        else:
            name = parts.get("name")
            day = int(parts["day"] or 0)
            month = MONTHS.index(name.lower()) + 1 if name else int(parts["month"] or 0)
        year, hour = int(parts["year"] or 0), int(parts["hour"] or 0)
        if half := parts["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half in "Pp" else 0)
        year += 2000 if year < 100 else 0
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
        local = datetime(year, month, day, hour, minute, second)
    except ValueError:  # no such month, day or hour
        return None
    return local - _utc_offset(parts["zone"] or "")


def _utc_offset(zone: str) -> timedelta:
    """Return how far the clocks of a zone are ahead of UTC."""
    match = re.search(r"([+-])(\d\d):?(\d\d)?", zone)
    if not match:
        return timedelta()
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -offset if match[1] == "-" else offset


def from_timestamp(seconds: float) -> datetime:
    """Return a file's time in UTC, without a zone."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
