"""Values of a dataset file: times, logins, references, milestones and the time of the sync."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Raw = dict[str, Any]
PullKey = tuple[str, int]  # repository in lower case, number
BOT_SUFFIX = re.compile(r"\[bot\]$", re.I)


@dataclass(frozen=True)
class Window:
    """When the dataset was looked at, and from when on things have not happened."""

    observed: datetime
    cutoff: datetime

    def saw(self, at: datetime) -> bool:
        """Return whether GitHub showed this at all."""
        return at <= self.observed

    def has(self, at: datetime | None) -> bool:
        """Return whether this had happened by the cutoff."""
        return at is not None and self.saw(at) and at < self.cutoff


def moment(text: str) -> datetime:
    """Return a recorded time as naive UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def bare(login: str | None) -> str | None:
    """Return a login as GraphQL writes it, without ``[bot]``; None for a deleted account."""
    return None if not login or login == "ghost" else BOT_SUFFIX.sub("", login)


def window_of(raw: Raw, observed: datetime | None, cutoff: datetime) -> Window:
    """Return when a dataset was looked at (at the latest when it was captured), and the cutoff."""
    captured = moment(raw["captured_at"])
    return Window(min(observed or captured, captured), cutoff)


def reference(here: str, reported: object) -> PullKey | None:
    """Return what a dataset refers to by a number or by ``owner/name#N``.

    None for a commit or nothing.
    """
    if isinstance(reported, int):
        return here.lower(), reported
    name, _, number = str(reported or "").partition("#")
    return (name.lower(), int(number)) if number else None


def milestone_of(row: Raw, window: Window) -> str | None:
    """Return the title of the milestone of an issue or pull request, as it was last visible."""
    events = [e for e in row["events"] if e["type"] in ("MilestonedEvent", "DemilestonedEvent")]
    visible = sorted(
        (e for e in events if window.saw(moment(e["created_at"]))),
        key=lambda e: str(e["created_at"]),
    )
    if not events:
        return row.get("milestone") or None
    return (
        str(visible[-1]["milestone"])
        if visible and visible[-1]["type"] == "MilestonedEvent"
        else None
    )
