"""Retention of snapshots: the last ones, then one a day, then one a week."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from queries.publish.settings import PublishSettings
from queries.read.snapshot import ID, ID_TIME

#: names of live snapshots and of those of earlier days, each with the time of its publish
NAMES = tuple(re.compile(rf"{kind}-{ID}\.duckdb") for kind in ("headway", r"as-of-\d{4}-\d\d-\d\d"))


def drop_old(folder: Path, newest: Path, settings: PublishSettings) -> None:
    """Remove the snapshots that are not kept; other files of the folder stay."""
    for name in NAMES:
        times = {
            path: datetime.strptime(match[1], ID_TIME)
            for path in folder.iterdir()
            if (match := name.fullmatch(path.name))
        }
        for path in times.keys() - _selection(times, settings) - {newest}:
            path.unlink(missing_ok=True)


def _selection(times: dict[Path, datetime], settings: PublishSettings) -> set[Path]:
    """Return the snapshots to keep, by the UTC times at which they were published.

    Days and weeks are counted back from the newest snapshot.
    """
    order = sorted(times, key=lambda path: times[path])
    paths = set(order[-settings.keep_last :])
    if not order:
        return paths
    today = times[order[-1]].date()
    by_day: dict[int, Path] = {}
    by_week: dict[int, Path] = {}
    for path in order:  # a later one of the same day or week replaces the earlier one
        day = times[path].date()
        by_day[(today - day).days] = path
        by_week[_week(today) - _week(day)] = path
    paths |= {path for age, path in by_day.items() if age < settings.keep_daily}
    return paths | {path for age, path in by_week.items() if age < settings.keep_weekly}


def _week(day: date) -> int:
    """Return the number of the week, which begins on a Monday as in ISO 8601."""
    return (day.toordinal() - 1) // 7
