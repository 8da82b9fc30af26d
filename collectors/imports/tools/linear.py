"""Linear's CSV export of issues."""

from __future__ import annotations

from collectors.imports.formats import Format, Values


def _derive(values: Values) -> None:
    if values["canceled_at"] or values["duplicate_of"]:
        values["resolution"] = "canceled"
    values["closed_at"] = values["canceled_at"] or values["closed_at"]


FORMAT = Format(
    "items",
    "linear",
    {
        "key": ("id",),
        "title": ("title",),
        "status": ("status",),
        "labels": ("labels",),
        "opened_at": ("created",),
        "closed_at": ("completed",),
        "canceled_at": ("canceled",),
        "updated_at": ("updated",),
        "duplicate_of": ("duplicate_of",),
    },
    ("key", "title", "status", "opened_at", "closed_at", "canceled_at"),
    derive=_derive,
)
