"""Jira's CSV export of issues ("all fields"), with one column for each label of an issue.

Its times have no zone: they are those of the exporting user and are read as UTC.
"""

from __future__ import annotations

from collectors.imports import vocabulary
from collectors.imports.formats import Format, Values


def _derive(values: Values) -> None:
    category = values["category"].lower()
    # team-managed projects close issues without a resolution; Resolved is then empty
    if category == "done":
        values["closed_at"] = values["closed_at"] or values["done_at"] or values["updated_at"]
    # reopened: Resolved and Resolution keep what was set before
    elif vocabulary.is_open(category or values["status"]):
        values["closed_at"] = None


FORMAT = Format(
    "items",
    "jira",
    {
        "key": ("issue_key", "key"),
        "project": ("project_key",),
        "title": ("summary",),
        "type": ("issue_type",),
        "status": ("status",),
        "labels": ("labels",),
        "resolution": ("resolution",),
        "opened_at": ("created",),
        "closed_at": ("resolved",),
        "updated_at": ("updated",),
        "category": ("status_category",),
        "done_at": ("status_category_changed",),
    },
    ("key", "title", "type", "opened_at", "closed_at"),
    derive=_derive,
)
