"""Filters of the dashboard: choices, periods and freshness of a snapshot."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot, listing
from queries.sql_files import ROOT
from queries.statistics.windows import WEEK, Window
from queries.text.sentences import SCOPE_LABELS

#: if nothing has happened for longer, periods end with the last activity
MAX_SILENCE = timedelta(weeks=13)
#: weeks of each period, the default first
PERIODS = {"Last 52 weeks": 52, "Last 26 weeks": 26, "Last 13 weeks": 13, "Last 104 weeks": 104}
ALL_TIME = "All time"


@dataclass(frozen=True)
class SnapshotInfo:
    """Freshness and extent of a snapshot. ``ends_on`` is the day after the last of every period."""

    as_of: date
    ends_on: date
    first_day: date
    last_day: date | None
    repositories: int
    #: projects of other trackers
    imported: int
    #: repositories that are not synced to the end of ``as_of``, with their last complete day
    unread: tuple[tuple[str, date | None], ...]

    @property
    def is_silent(self) -> bool:
        """Return whether periods end before the cutoff because activity ended long ago."""
        return self.ends_on <= self.as_of


def snapshot_info(snapshot: Snapshot) -> SnapshotInfo:
    """Return freshness and extent of a snapshot."""
    (activity,) = listing(snapshot, "activity").to_dict("records")
    first, last = _day(activity["first_day"]), _day(activity["last_day"])
    tomorrow = snapshot.as_of + timedelta(days=1)
    is_silent = last is not None and snapshot.as_of - last > MAX_SILENCE
    ends_on = _monday(last) + WEEK if last and is_silent else tomorrow
    unread = listing(snapshot, "unread", until=tomorrow).to_dict("records")
    return SnapshotInfo(
        as_of=snapshot.as_of,
        ends_on=ends_on,
        first_day=first or snapshot.as_of,
        last_day=last,
        repositories=int(activity["repositories"]),
        imported=int(activity["imported"]),
        unread=tuple((row["repo"], _last_complete_day(row["synced_until"])) for row in unread),
    )


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _last_complete_day(until: Any) -> date | None:
    day = _day(until)
    return day and day - timedelta(days=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def periods(info: SnapshotInfo) -> dict[str, Window]:
    """Return the periods by name: whole weeks and the part of the current one."""
    monday = _monday(info.ends_on)
    by_name = {name: Window(monday - weeks * WEEK, info.ends_on) for name, weeks in PERIODS.items()}
    start = min(_monday(info.first_day), monday - WEEK)
    return by_name | {ALL_TIME: Window(start, info.ends_on)}


def choices(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return the values of each filter."""
    queries = {name: (ROOT / "scopes" / f"{name}.sql") for name in SCOPE_LABELS}
    return {
        name: snapshot.query(path.read_text(encoding="utf-8")).iloc[:, 0].tolist()
        for name, path in queries.items()
    }


def is_empty(snapshot: Snapshot, scope: Scope) -> bool:
    """Return whether a scope contains no item."""
    return not listing(snapshot, "in_scope", **asdict(scope))["n"].sum()
