"""Windows of time: ISO weeks, quarters of 13 ISO weeks, and comparisons. Half-open dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

QUARTERS_PUBLISHED = 9
#: quarters after a fixed baseline that are compared with it; two years
QUARTERS_AFTER_BASELINE = 8
BASELINE = "baseline"
#: kind of events on whose days nobody works
CLOSED = "closed period"
QUARTER_WEEKS, QUARTER_DAYS = 13, 91
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """From ``start_on`` up to, and not including, ``end_on``."""

    start_on: date
    end_on: date

    @property
    def text(self) -> str:
        """Return its name in published tables."""
        return f"{self.start_on}/{self.end_on}"


@dataclass(frozen=True)
class Event:
    """A dated event; days of its transition count neither as before nor as after.

    The days of a closed period are its transition.
    """

    name: str
    on: date
    transition: timedelta
    kind: str = "rollout"

    @property
    def ends_on(self) -> date:
        """Return the day after its transition."""
        return self.on + self.transition


@dataclass(frozen=True)
class Quarter:
    """A quarter of an ISO year: 13 weeks; week 53 belongs to the fourth."""

    year: int
    number: int

    @classmethod
    def of_name(cls, name: str) -> Quarter:
        """Return the quarter of a name, such as ``2026-Q3``."""
        year, _, number = name.partition("-Q")
        return cls(int(year), int(number))

    @property
    def name(self) -> str:
        """Return its name, for example ``2026-Q3``."""
        return f"{self.year}-Q{self.number}"

    @property
    def window(self) -> Window:
        """Return its whole ISO weeks."""
        return Window(self.start, self._next().start)

    @property
    def start(self) -> date:
        """Return its first Monday."""
        return date.fromisocalendar(self.year, QUARTER_WEEKS * (self.number - 1) + 1, 1)

    def _next(self) -> Quarter:
        return (
            Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)
        )

    def before(self) -> Quarter:
        """Return the quarter before."""
        return (
            Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
        )

    def year_before(self) -> Quarter:
        """Return the same quarter a year before."""
        return Quarter(self.year - 1, self.number)


def quarter_of(day: date) -> Quarter:
    """Return the quarter of a day."""
    year, week, _ = day.isocalendar()
    return Quarter(year, min(4, (week - 1) // QUARTER_WEEKS + 1))


@dataclass(frozen=True)
class Comparison:
    """A window and its baseline; ``status`` is "decided" if the window is complete.

    ``quarter`` is its name, empty for the weeks after the rollout ``event``. Of a fixed baseline,
    ``event`` is the name of its quarter.
    """

    quarter: str
    comparison: str
    status: str
    current: Window
    baseline: Window
    event: str = ""

    @property
    def weeks(self) -> int:
        """Return the length of the window."""
        return (self.current.end_on - self.current.start_on).days // 7


def comparisons(
    as_of: date,
    matures_after: int,
    quarters: int = QUARTERS_PUBLISHED,
    baselines: Sequence[str] = (),
) -> list[Comparison]:
    """Return the comparisons of the newest quarters, newest first, without immature items.

    Quarters without mature items are left out. Baselines are whole quarters. Those of
    ``baselines`` are fixed.
    """
    last = as_of + timedelta(days=1) - timedelta(days=matures_after)
    quarter, result = quarter_of(as_of), []
    for _ in range(quarters):
        current = _clipped(quarter.window, last)
        pairs = [
            ("quarter before", quarter.before(), ""),
            ("year before", quarter.year_before(), ""),
        ]
        fixed = [Quarter.of_name(name) for name in baselines]
        pairs += [
            (BASELINE, other, other.name) for other in fixed if _is_soon_after(quarter, other)
        ]
        status = "decided" if current == quarter.window else "so far"
        if current.start_on < current.end_on:
            result += [
                Comparison(quarter.name, name, status, current, other.window, event)
                for name, other, event in pairs
            ]
        quarter = quarter.before()
    return result


def _is_soon_after(quarter: Quarter, baseline: Quarter) -> bool:
    """Return whether a quarter is compared with a fixed baseline."""
    distance = 4 * (quarter.year - baseline.year) + quarter.number - baseline.number
    return 0 < distance <= QUARTERS_AFTER_BASELINE


def weeks(window: Window) -> list[Window]:
    """Return the ISO weeks of a window; the first and last can be partial."""
    start, result = window.start_on - timedelta(days=window.start_on.weekday()), []
    while start < window.end_on:
        result.append(Window(max(start, window.start_on), min(start + WEEK, window.end_on)))
        start += WEEK
    return result


def quarters(window: Window) -> list[Window]:
    """Return the whole quarters that overlap a window, oldest first."""
    quarter, result = quarter_of(window.end_on - timedelta(days=1)), []
    while quarter.window.end_on > window.start_on:
        result.append(quarter.window)
        quarter = quarter.before()
    return result[::-1]


def _clipped(window: Window, last: date) -> Window:
    return Window(window.start_on, max(window.start_on, min(window.end_on, last)))
