"""Weekly history of a metric: sums of one scope over a panel of repositories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.catalog.metric import Aggregate
from queries.statistics.noise import MOST_WEEKS, Array, Weeks
from queries.statistics.windows import WEEK, Window, quarter_of

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: a Monday; weeks and days are counted from it
ORIGIN = date(1970, 1, 5)
#: repositories that are not in both windows are left out if they hold a larger share of the items
MOST_UNSHARED = 0.2
#: a week is masked if so many of its five working days are closed
CLOSED_DAYS = 3
#: a team is not judged if a larger share of its members changed
MOST_CHANGED = 0.3
#: a week is named if it has a larger share of a window of at least so many weeks and items
BUSY_SHARE, BUSY_WINDOW, BUSY_ITEMS = 1 / 3, 8, 20
#: cost per outcome needs so many outcomes, and known spend on this share of the days
LEAST_OUTCOMES, KNOWN_DAYS = 5, 0.8


#: columns of items
COLUMNS = ("day", "repo", "team", "reviewer", "value", "cost", "is_excluded", "stratum")


def week_of(day: date) -> int:
    """Return the number of a day's ISO week."""
    return (day - ORIGIN).days // 7


def week_from(day: date) -> int:
    """Return the number of the first ISO week that begins on or after a day."""
    return -(-(day - ORIGIN).days // 7)


def monday(week: int) -> date:
    """Return the first day of a week."""
    return ORIGIN + week * WEEK


def closed_weeks(periods: Iterable[tuple[date, date]]) -> frozenset[int]:
    """Return the weeks with three or more working days in periods, whose last days are included."""
    days = {
        start + timedelta(days=index)
        for start, end in periods
        for index in range((end - start).days + 1)
    }
    weeks = [week_of(day) for day in days if day.weekday() < 5]
    return frozenset(week for week in set(weeks) if weeks.count(week) >= CLOSED_DAYS)


def changed_members(before: frozenset[str], after: frozenset[str]) -> float:
    """Return the larger of the shares of members who left and who joined."""
    shared = len(before & after)
    return max((1 - shared / len(people) for people in (before, after) if people), default=0.0)


@dataclass(frozen=True)
class Span:
    """Weeks of a comparison: first week of each window, and the week after it."""

    baseline: tuple[int, int]
    judged: tuple[int, int]


def span(current: Window, baseline: Window) -> Span:
    """Return the weeks of two windows; the last week of the current one can be partial."""
    weeks = [(week_of(side.start_on), week_from(side.end_on)) for side in (baseline, current)]
    return Span(*weeks)


@dataclass(frozen=True)
class WeeklySums:
    """Sums of each week from ``first``: the metric's numerator and denominator, and items.

    ``empty``: denominator of a week without items. ``is_net``: whether items come and go.
    """

    first: int
    numerator: Array
    denominator: Array
    items: Array
    empty: float
    is_net: bool

    def cut(self, start: int, end: int) -> WeeklySums:
        """Return the sums from one week up to another; weeks before the first have no items."""
        numerator, items = (
            _cut(column, self.first, start, end) for column in (self.numerator, self.items)
        )
        denominator = _cut(self.denominator, self.first, start, end, self.empty)
        return WeeklySums(start, numerator, denominator, items, self.empty, self.is_net)

    def weeks(self, start: int, end: int, counts: Flags) -> Weeks:
        """Return the sums from one week up to another as they are judged."""
        part = self.cut(start, end)
        moves = part.items if self.is_net else None
        return Weeks(part.numerator, part.denominator, counts, moves)

    def busy_week(self, window: Window, closed: frozenset[int]) -> date | None:
        """Return the Monday of a week with over a third of a window's items; None without one.

        Windows of a few weeks or items have none.
        """
        start, end = week_of(window.start_on), week_from(window.end_on)
        items = _cut(self.items, self.first, start, end)
        if end - start < BUSY_WINDOW or items.sum() < BUSY_ITEMS:
            return None
        if any(start <= week < end for week in closed):
            items = np.where(open_weeks(start, end, closed), items, 0)
        total = items.sum()
        is_busy = total >= BUSY_ITEMS and items.max() > BUSY_SHARE * total
        return monday(start + int(items.argmax())) if is_busy else None


@dataclass(frozen=True)
class Items:
    """Items of a metric in one scope, in the order of their days.

    ``last``: first day whose items are too young to count.
    """

    aggregate: Aggregate
    last: date
    day: Ints
    repo: Ints
    team: Ints
    reviewer: NDArray[np.uint64]
    value: Array
    cost: Array
    is_excluded: Flags
    #: numbers from 0 of repository and work type
    stratum: Ints

    def of_teams(self, teams: Sequence[int]) -> Items:
        """Return the items of some teams, by position; all items if there are none."""
        return self._part(np.isin(self.team, teams)) if teams else self

    def without_teams(self, teams: Sequence[int]) -> Items:
        """Return the items of all other teams."""
        return self._part((self.team > 0) & ~np.isin(self.team, teams))

    def _part(self, rows: Flags) -> Items:
        columns = (getattr(self, name)[rows] for name in COLUMNS)
        return Items(self.aggregate, self.last, *columns)

    def first_week(self, panel: Flags) -> int | None:
        """Return the start of the first whole quarter of a panel's history; None without items.

        It begins on or after the first item; of cost, the first day with spend.
        """
        is_known = ~np.isnan(self.cost if self.aggregate == "per outcome" else self.value)
        days = self.day[is_known & panel[self.repo]]
        if not len(days):
            return None
        first = ORIGIN + timedelta(days=int(days[0]))
        quarter = quarter_of(first).window
        return week_of(quarter.start_on if quarter.start_on == first else quarter.end_on)

    def by_repo(self, weeks: tuple[int, int], size: int) -> Array:
        """Return the number of items with a value in some weeks, by position of the repository."""
        rows = self._rows(*weeks)
        return np.bincount(self.repo[rows], ~np.isnan(self.value[rows]), size).astype(float)

    def durations(self, start: int, end: int, panel: Flags) -> tuple[Array, Ints]:
        """Return the values from one week up to another and their weeks, counted from the first."""
        rows = self._rows(start, end)
        counts = panel[self.repo[rows]] & ~np.isnan(self.value[rows])
        return self.value[rows][counts], self.day[rows][counts] // 7 - start

    def weekly(self, panel: Flags) -> WeeklySums:
        """Return the sums of all weeks over a panel of repositories."""
        end = week_from(self.last)
        first = min(int(self.day[0]) // 7, end) if len(self.day) else end
        rows = panel[self.repo]
        week, value, cost = self.day[rows] // 7 - first, self.value[rows], self.cost[rows]
        has_value = ~np.isnan(value)
        items: Array = np.bincount(week, has_value, end - first).astype(float)
        is_cost = self.aggregate == "per outcome"
        is_rate = self.aggregate in ("per week", "net per week", "count")
        summed = cost if is_cost else np.where(np.isfinite(value), value, 0)
        numerator = np.bincount(week, np.nan_to_num(summed), end - first).astype(float)
        if self.aggregate == "per reviewer":
            denominator = _distinct(week[has_value], self.reviewer[rows][has_value], end - first)
        elif is_rate:
            denominator = np.ones(end - first)
            if len(denominator) and self.last.weekday():
                denominator[-1] = self.last.weekday() / 7
        else:
            denominator = items
        is_net = self.aggregate == "net per week"
        return WeeklySums(first, numerator, denominator, items, float(is_rate), is_net)

    def known_days(self, weeks: tuple[int, int]) -> int:
        """Return the number of days of some weeks whose cost is known."""
        return int(np.count_nonzero(~np.isnan(self.cost[self._rows(*weeks)])))

    def estimate(self, window: Window, panel: Flags, closed: frozenset[int]) -> dict[str, Any]:
        """Return the estimate of a window with its counts, as ``estimates.sql`` does."""
        start, end = ((day - ORIGIN).days for day in (window.start_on, window.end_on))
        counts = panel[self.repo] & ~np.isin(self.day // 7, list(closed)) & (self.day < end)
        is_begun = bool((counts & ~np.isnan(self.value)).any())
        counts &= self.day >= start
        value, cost = self.value[counts], self.cost[counts]
        has_value, has_cost = ~np.isnan(value), ~np.isnan(cost)
        n, items = int(np.count_nonzero(has_value)), value[has_value]
        days = end - start - 7 * sum(start <= 7 * week < end for week in closed)
        reviews = np.stack([self.day[counts] // 7, self.reviewer[counts].astype(np.int64)])
        is_known = np.count_nonzero(has_cost) >= KNOWN_DAYS * days
        estimate: float | None = None
        match self.aggregate:
            case "median" if n:
                middle = float(np.partition(items, (n - 1) // 2)[(n - 1) // 2])
                estimate = None if np.isinf(middle) else middle
            case "share" | "mean" if n:
                estimate = float(items.mean())
            case "per reviewer" if n:
                estimate = float(items.sum() / np.unique(reviews[:, has_value], axis=1).shape[1])
            case "per outcome" if n >= LEAST_OUTCOMES and is_known:
                estimate = float(cost[has_cost].sum() / n)
            case "count" if is_begun:
                estimate = float(items.sum())
            case "per week" | "net per week" if is_begun and days:
                estimate = float(items.sum() * 7 / days)
        excluded = self.is_excluded[counts]
        return {
            "estimate": estimate,
            "n": n,
            "n_missing": int(np.count_nonzero(~has_value & ~has_cost & ~excluded)),
            "n_excluded": int(np.count_nonzero(excluded)),
        }

    def adjusted(
        self, current: Window, baseline: Window, panel: Flags, closed: frozenset[int]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the estimates of both windows with the strata's weights of the baseline.

        This is what ``adjusted.sql`` computes. None if no two strata have items in both windows.
        """
        sides = []
        for window in (current, baseline):
            start, end = ((day - ORIGIN).days for day in (window.start_on, window.end_on))
            rows = slice(*np.searchsorted(self.day, [start, end]))
            counts = panel[self.repo[rows]] & ~np.isnan(self.value[rows])
            if closed:
                counts &= ~np.isin(self.day[rows] // 7, list(closed))
            sides.append((self.value[rows][counts], self.stratum[rows][counts]))
        (now, strata_now), (before, strata_before) = sides
        size = 1 + max(int(strata.max(initial=-1)) for _, strata in sides)
        n_now, n_before = (np.bincount(strata, minlength=size) for _, strata in sides)
        is_shared = (n_now > 0) & (n_before > 0)
        if np.count_nonzero(is_shared) < 2:
            return None
        weights = n_before[strata_now] / n_now[strata_now]
        results = []
        for values, code, weight in (
            (now, strata_now, weights),
            (before, strata_before, np.ones(len(before))),
        ):
            rows_shared = is_shared[code]
            results.append(self._weighted(values[rows_shared], weight[rows_shared]))
        return results[0], results[1]

    def _weighted(self, values: Array, weights: Array) -> dict[str, Any]:
        """Return the estimate of a share or median of weighted items."""
        if self.aggregate == "share":
            estimate = float((values * weights).sum() / weights.sum())
        else:
            order = np.argsort(values, kind="stable")
            cumulative = np.cumsum(weights[order])
            middle = np.searchsorted(cumulative, cumulative[-1] * (0.5 - 1e-9))
            estimate = float(values[order][middle])
        return {
            "estimate": None if np.isinf(estimate) else estimate,
            "n": len(values),
            "n_missing": 0,
            "n_excluded": 0,
        }

    def _rows(self, start: int, end: int) -> slice:
        return slice(*np.searchsorted(self.day, [7 * start, 7 * end]))


@dataclass(frozen=True)
class Repositories:
    """Repositories with the day through which each is synced and its first and last active week.

    Their positions begin at 1; items of no repository have the position 0.
    """

    names: Sequence[str]
    synced: Sequence[date | None]
    first: Ints
    last: Ints
    #: results by day and by weeks, which are few: each of many comparisons needs them
    _flags: dict[date | Span, Flags] = field(default_factory=dict, compare=False)

    def panel(self, items: Items, weeks: Span, until: date) -> tuple[Flags, list[str]]:
        """Return which repositories are judged, and the names of those in one window only.

        Repositories that are not synced until a day are left out. Those that are not active in both
        windows are left out if they hold over a fifth of the items of either. If no other
        repository has items in both windows, all are kept: see ``has_shared_items``.
        """
        panel = self._is_synced(until)
        unshared = panel & ~self._is_shared(weeks)
        if not unshared.any():
            return panel, []
        counts_by_window = [
            items.by_repo(side, len(panel)) for side in (weeks.judged, weeks.baseline)
        ]
        is_much = any(n[unshared].sum() > MOST_UNSHARED * n[panel].sum() for n in counts_by_window)
        if not is_much or not all(n[panel & ~unshared].any() for n in counts_by_window):
            return panel, []
        is_left_out = unshared & ((counts_by_window[0] > 0) | (counts_by_window[1] > 0))
        names = [self.names[int(index)] for index in np.flatnonzero(is_left_out[1:])]
        return panel & ~is_left_out, names

    def has_shared_items(self, items: Items, weeks: Span, panel: Flags) -> bool:
        """Return whether repositories that are active in both windows have items in both."""
        shared = panel & self._is_shared(weeks)
        sides = (weeks.judged, weeks.baseline)
        return all(items.by_repo(side, len(panel))[shared].any() for side in sides)

    def _is_synced(self, until: date) -> Flags:
        """Return which repositories are synced until a day."""
        if until not in self._flags:
            flags = [day is not None and day >= until for day in self.synced]
            self._flags[until] = np.array([True, *flags])
        return self._flags[until]

    def _is_shared(self, weeks: Span) -> Flags:
        """Return which repositories were active in both windows."""
        if weeks not in self._flags:
            sides = (weeks.judged, weeks.baseline)
            active = [(self.first < end) & (self.last >= start) for start, end in sides]
            self._flags[weeks] = np.concatenate([[True], active[0] & active[1]])
        return self._flags[weeks]


def repositories(rows: Sequence[tuple[str, date | None, int, int]]) -> Repositories:
    """Return repositories from their names, days and weeks."""
    names, synced = [row[0] for row in rows], [row[1] for row in rows]
    first, last = (np.array([row[at] for row in rows], dtype=np.int64) for at in (2, 3))
    return Repositories(names, synced, first, last)


def by_scope(
    aggregate: Aggregate, last: date, columns: Mapping[str, Any], teams: int
) -> list[Items]:
    """Return the items of the organisation, and then of each team."""
    columns = {name: np.asarray(columns[name]) for name in COLUMNS}
    columns["stratum"] = np.unique(columns["stratum"], return_inverse=True)[1]
    order = np.argsort(columns["team"], kind="stable")
    ends = np.searchsorted(columns["team"][order], np.arange(1, teams + 2))
    parts: list[slice | Ints] = [slice(None)]
    parts += [order[ends[n] : ends[n + 1]] for n in range(teams)]
    return [Items(aggregate, last, *(columns[name][rows] for name in COLUMNS)) for rows in parts]


def open_weeks(start: int, end: int, closed: frozenset[int]) -> Flags:
    """Return which weeks from one up to another are not closed."""
    return ~np.isin(np.arange(start, end), list(closed))


@dataclass(frozen=True)
class Series:
    """Weekly sums of one side of a judged comparison, from a first week, with its breaks."""

    position: int
    name: str
    first: int
    weeks: Weeks
    breaks: Sequence[tuple[int, int]]

    @property
    def size(self) -> int:
        """Return the number of weeks."""
        return len(self.weeks.numerator)

    @property
    def regimes(self) -> Ints:
        """Return the number of breaks before each week; −1 in a transition."""
        week = self.first + np.arange(self.size)
        regime = np.zeros(self.size, dtype=np.int64)
        for _, after in self.breaks:
            regime += week >= after
        for start, after in self.breaks:
            regime[(week >= start) & (week < after)] = -1
        return regime


def stacked(series: Sequence[Series]) -> dict[str, NDArray[Any]]:
    """Return weekly sums as columns."""
    sizes = [item.size for item in series]
    columns: dict[str, list[NDArray[Any]]] = {
        "week": [item.first + np.arange(item.size) for item in series],
        "numerator": [item.weeks.numerator for item in series],
        "denominator": [item.weeks.denominator for item in series],
        "moves": [_or_nan(item.weeks.moves, item.size) for item in series],
        "is_masked": [~item.weeks.mask for item in series],
        "regime": [item.regimes for item in series],
    }
    empty = [np.empty(0)]
    return {
        "position": np.repeat([item.position for item in series], sizes),
        "series": np.repeat(np.array([item.name for item in series], dtype=object), sizes),
    } | {name: np.concatenate(parts or empty) for name, parts in columns.items()}


def breaks_of(regimes: Sequence[int | None]) -> list[tuple[int, int]]:
    """Return the breaks that regimes of weeks contain, as indexes of weeks."""
    breaks, start = list[tuple[int, int]](), None
    for index, regime in enumerate(regimes):
        if regime is None:
            start = index if start is None else start
        elif start is not None:
            breaks.append((start, index))
            start = None
        elif index and regime != regimes[index - 1]:
            breaks.append((index, index))
    return breaks + ([(start, len(regimes))] if start is not None else [])


def history_start(items: Items, panel: Flags, judged: int) -> int | None:
    """Return the first week of the history before a judged window; None without items."""
    first = items.first_week(panel)
    return None if first is None else max(first, judged - MOST_WEEKS)


def _distinct(week: Ints, reviewer: NDArray[np.uint64], size: int) -> Array:
    """Return the number of distinct reviewers of each week."""
    order = np.lexsort((reviewer, week))
    week, reviewer = week[order], reviewer[order]
    is_new = np.ones(len(week), dtype=np.bool_)
    is_new[1:] = (week[1:] != week[:-1]) | (reviewer[1:] != reviewer[:-1])
    return np.bincount(week[is_new], minlength=size).astype(float)


def _cut(column: Array, first: int, start: int, end: int, empty: float = 0) -> Array:
    """Return the part of a column from one week up to another, filled where it has none."""
    result = np.full(max(end - start, 0), empty, dtype=float)
    inside = column[max(start - first, 0) : max(end - first, 0)]
    offset = max(first - start, 0)
    result[offset : offset + len(inside)] = inside
    return result


def _or_nan(column: Array | None, size: int) -> Array:
    return np.full(size, np.nan) if column is None else column
