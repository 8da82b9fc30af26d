"""Jira's CSV export of issues ("all fields"). Labels and sprints have a column for each value that an issue has.

Its times are those of the person who exported, without a zone; they are taken as UTC.
"""

from __future__ import annotations

from collectors.imports.formats import Form, Values


def _settle(values: Values) -> None:
    # projects that people manage themselves close an issue without a resolution, and then Resolved is empty
    if values["category"].lower() == "done":
        values["closed_at"] = values["closed_at"] or values["done_at"] or values["updated_at"]


FORM = Form(
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
    settle=_settle,
)
