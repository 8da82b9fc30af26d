"""Linear's CSV export of issues."""

from __future__ import annotations

from collectors.imports import vocabulary
from collectors.imports.formats import Format, Values


def _derive(values: Values) -> None:
    if values["canceled_at"] or values["duplicate_of"]:
        values["resolution"] = "canceled"
    is_open = vocabulary.is_open(values["status"])
    values["closed_at"] = None if is_open else values["canceled_at"] or values["closed_at"]


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
