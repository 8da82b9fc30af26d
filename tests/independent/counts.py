"""What GitHub counts of each month, when it is asked long after the cutoff: all that was created in it."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

KINDS = {"pulls": "pull_request", "issues": "issue"}
Row = dict[str, object]
NOT_COUNTED: Row = {"at_github": None, "difference": None, "counted_until": None}


def reconciliation_rows(datasets: Iterable[dict[str, Any]], as_of: date) -> list[Row]:
    """Return rows of ``reconciliation``; the count of a month that was not over at the cutoff tells of later days."""
    days = [
        (raw["repository"]["name_with_owner"], kind, date.fromisoformat(item["created_at"][:10]))
        for raw in datasets
        for member, kind in KINDS.items()
        for item in raw[member]
    ]
    counts = Counter((repo, kind, day.replace(day=1)) for repo, kind, day in days if day <= as_of)
    rows: list[Row] = []
    for (repo, kind, month), n in counts.items():
        last = month.replace(day=monthrange(month.year, month.month)[1])
        counted = {"at_github": n, "difference": 0, "counted_until": last} if last <= as_of else NOT_COUNTED
        rows.append({"repo": repo, "month": month, "kind": kind, "stored": n} | counted)
    return rows
