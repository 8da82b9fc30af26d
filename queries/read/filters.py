"""What a view of the published file can be: what there is to choose from, the periods, and how fresh it all is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot, listing
from queries.sql_files import ROOT
from queries.statistics.windows import WEEK, Window
from queries.text.sentences import SCOPE_WORDS

#: a company that was silent for longer is shown up to its last day
SILENCE = timedelta(weeks=13)
#: the weeks of each period that can be chosen, the default first
PERIODS = {"Last 52 weeks": 52, "Last 26 weeks": 26, "Last 13 weeks": 13, "Last 104 weeks": 104}
ALL_TIME = "All time"


@dataclass(frozen=True)
class Facts:
    """What a page says of the file itself. ``ends_on`` is the day after the last of every period."""

    as_of: date
    ends_on: date
    first_day: date
    last_day: date | None
    repositories: int
    #: projects of other trackers
    imported: int
    #: repositories not read to the end of ``as_of``, each with the day it was read through
    unread: tuple[tuple[str, date | None], ...]

    @property
    def is_silent(self) -> bool:
        """Whether nothing has happened for so long that periods end with the last day on which something did."""
        return self.ends_on <= self.as_of


def facts(snapshot: Snapshot) -> Facts:
    """Return what a page says of a published file."""
    (activity,) = listing(snapshot, "activity").to_dict("records")
    first, last = _day(activity["first_day"]), _day(activity["last_day"])
    tomorrow = snapshot.as_of + timedelta(days=1)
    ends_on = (
        last - timedelta(days=last.weekday()) + WEEK
        if last and snapshot.as_of - last > SILENCE
        else tomorrow
    )
    unread = listing(snapshot, "unread", until=tomorrow)
    names = [(row["repo"], _last_day(row["synced_until"])) for row in unread.to_dict("records")]
    return Facts(
        snapshot.as_of,
        ends_on,
        first or snapshot.as_of,
        last,
        int(activity["repositories"]),
        int(activity["imported"]),
        tuple(names),
    )


def _day(value: Any) -> date | None:
    """A date or time of a frame as a day; None where it is missing."""
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _last_day(until: Any) -> date | None:
    """The last day before a moment that is over by then; None where nothing was read."""
    day = _day(until)
    return day and day - timedelta(days=1)


def periods(about: Facts) -> dict[str, Window]:
    """Return the periods that can be chosen: so many whole weeks and what there is of the running one."""
    monday = about.ends_on - timedelta(days=about.ends_on.weekday())
    by_key = {name: Window(monday - weeks * WEEK, about.ends_on) for name, weeks in PERIODS.items()}
    first = about.first_day - timedelta(days=about.first_day.weekday())
    return by_key | {ALL_TIME: Window(min(first, monday - WEEK), about.ends_on)}


def choices(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return the values there are for each part of a scope."""
    return {
        name: snapshot.query((ROOT / "scopes" / f"{name}.sql").read_text(encoding="utf-8"))
        .iloc[:, 0]
        .tolist()
        for name in SCOPE_WORDS
    }


def is_empty(snapshot: Snapshot, scope: Scope) -> bool:
    """Whether nothing is in a scope."""
    return not listing(snapshot, "in_scope", **asdict(scope))["n"].sum()
