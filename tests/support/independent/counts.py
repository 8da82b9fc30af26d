"""GitHub's counts of each month: all items created up to the last complete day."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

KINDS = {"pulls": "pull_request", "issues": "issue"}
Row = dict[str, object]
NOT_COUNTED: Row = {"at_github": None, "difference": None, "counted_until": None}


def reconciliation_rows(
    datasets: Iterable[dict[str, Any]], as_of: date, requested: datetime | None
) -> list[Row]:
    """Return rows of ``reconciliation``, counted at ``requested``.

    None means long after the cutoff. A count that continues after the cutoff is null. The newest
    counted month has a row even without items.
    """
    newest = requested.date() - timedelta(days=1) if requested else date.max
    opened: dict[tuple[str, str, date], list[date]] = defaultdict(list)
    for raw in datasets:
        repo = raw["repository"]["name_with_owner"]
        for member, kind in KINDS.items():
            for day in (date.fromisoformat(item["created_at"][:10]) for item in raw[member]):
                if day <= as_of:
                    opened[repo, kind, day.replace(day=1)].append(day)
            if newest <= as_of:
                opened[repo, kind, newest.replace(day=1)] += []
    rows: list[Row] = []
    for (repo, kind, month), days in opened.items():
        until = min(month.replace(day=monthrange(month.year, month.month)[1]), newest)
        is_counted = month <= until <= as_of
        stored = sum(day <= until for day in days) if is_counted else len(days)
        counted = (
            {"at_github": stored, "difference": 0, "counted_until": until}
            if is_counted
            else NOT_COUNTED
        )
        rows.append({"repo": repo, "month": month, "kind": kind, "stored": stored} | counted)
    return rows
