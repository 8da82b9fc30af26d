"""GrowthBook's experiments: what its API answers, as JSON, or the same fields as CSV.

An experiment is shipped when its first phase starts, since its users then see it, and decided when its last one ends.
"""

from __future__ import annotations

import json
from typing import Any

from collectors.errors import SourceError
from collectors.imports.formats import Form, Values
from collectors.imports.tabular import Line, Table, read_text

FIELDS = (
    "id",
    "trackingKey",
    "name",
    "status",
    "results",
    "dateCreated",
    "dateUpdated",
    "dateStarted",
    "dateEnded",
)


def _settle(values: Values) -> None:
    status = values["status"].lower()
    if status == "draft":
        values["started_at"] = None
    values["shipped_at"] = values["started_at"]
    if status == "stopped" and values["decision"]:
        values["decided_at"] = values["ended_at"] or values["updated_at"]
    else:
        values["decision"] = ""


FORM = Form(
    "experiments",
    "growthbook",
    {
        "key": ("id",),
        "tracking_key": ("trackingkey", "tracking_key"),
        "title": ("name",),
        "status": ("status",),
        "decision": ("results", "resultsummary_status"),
        "started_at": ("datestarted", "date_started", "phases_0_datestarted"),
        "ended_at": ("dateended", "date_ended"),
        "updated_at": ("dateupdated", "date_updated"),
    },
    ("key", "tracking_key", "title", "status", "decision", "started_at", "ended_at"),
    settle=_settle,
)


def read_json(name: str, content: bytes) -> Table:
    """Return the experiments in the API's answer as a table of its fields.

    Raises SourceError, which says where it is none.
    """
    try:
        result = json.loads(read_text(name, content))
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        ) from None
    except (RecursionError, ValueError):  # or a number of thousands of digits
        raise SourceError(f"{name}, line 1: not JSON that can be read") from None
    if isinstance(result, dict):
        result = result.get("experiments", [result.get("experiment", result)])
    if not isinstance(result, list):
        raise SourceError(
            f"{name}, line 1: there is no list of experiments in it; save what the API answers"
        )
    lines = [Line(number, _cells(name, number, item)) for number, item in enumerate(result, 1)]
    return Table(
        name, FIELDS, lines, lambda number, column: f"experiment {number}, {FIELDS[column]}"
    )


def _cells(name: str, number: int, one: Any) -> list[str]:
    where = f"{name}, experiment {number}"
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        raise SourceError(f"{where}: not an experiment of GrowthBook, which has an id")
    phases = one.get("phases") or []
    if not isinstance(phases, list) or not all(isinstance(phase, dict) for phase in phases):
        raise SourceError(f"{where}, phases: not a list of phases")
    summary = one.get("resultSummary")
    result = summary.get("status") if isinstance(summary, dict) else one.get("results")
    times = {
        "dateStarted": phases[0].get("dateStarted") if phases else None,
        "dateEnded": phases[-1].get("dateEnded") if phases else None,
    }
    values = one | times | {"results": result}
    return ["" if values.get(field) is None else str(values[field]).strip() for field in FIELDS]
