"""Jira's CSV export of issues ("all fields"), with one column for each label of an issue.

Its times have no zone: they are those of the exporting user and are read as UTC.
"""

from __future__ import annotations

from collectors.imports.formats import Format, Values


def _derive(values: Values) -> None:
    # team-managed projects close issues without a resolution; Resolved is then empty
    if values["category"].lower() == "done":
        values["closed_at"] = values["closed_at"] or values["done_at"] or values["updated_at"]


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
