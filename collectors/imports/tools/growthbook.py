"""GrowthBook's experiments: the JSON of its API, or the same fields as CSV.

An experiment ships when its first phase starts, as users then see it. Its decision is at the end
of its last phase.
"""

from __future__ import annotations

import json
from typing import Any

from collectors.errors import SourceError
from collectors.imports.formats import Format, Values
from collectors.imports.partial import document_problem
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
#: fields that GrowthBook alone has, and fields of LaunchDarkly, Optimizely, PostHog and Statsig
OWN = {"trackingKey", "phases", "dateCreated", "dateStarted", "resultSummary"}
FOREIGN = {
    *("_id", "conclusion", "created", "createdTime", "currentIteration", "decisionReason"),
    *("earliest", "end_date", "endTime", "feature_flag_key", "groups", "hypothesis", "latest"),
    *("metrics", "parameters", "start_date", "startTime", "traffic_allocation", "variants"),
    "winner",
}


def _derive(values: Values) -> None:
    status = values["status"].lower()
    if status == "draft":
        values["started_at"] = None
    values["shipped_at"] = values["started_at"]
    if status == "stopped" and values["decision"]:
        values["decided_at"] = values["ended_at"] or values["updated_at"]
    else:
        values["decision"] = ""


FORMAT = Format(
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
    derive=_derive,
)


def parse(name: str, content: bytes) -> Any:
    """Return a JSON document. Raises SourceError with line and column if it is not JSON."""
    try:
        return json.loads(read_text(name, content))
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        ) from None
    except (RecursionError, ValueError):  # a number may have thousands of digits
        raise SourceError(f"{name}, line 1: not JSON that can be read") from None


def is_response(response: Any) -> bool:
    """Return whether a document has experiments, also if some are invalid."""
    members = experiments_of(response)
    if not isinstance(members, list):
        return isinstance(response, dict) and members is not None
    objects = [set(item) for item in members if isinstance(item, dict)]
    if any(keys & OWN for keys in objects):
        return True
    is_foreign = any(keys & FOREIGN for keys in objects)
    return not is_foreign and (isinstance(response, dict) or any("id" in keys for keys in objects))


def experiments_of(response: Any) -> Any:
    """Return what a document has in the place of experiments; None without such a place."""
    if not isinstance(response, dict):
        return response
    if {"experiments", "experiment", "trackingKey"}.isdisjoint(response):
        return None
    return response.get("experiments", [response.get("experiment", response)])


def table(name: str, response: Any) -> Table:
    """Return the experiments in a response of the API as a table.

    Raises SourceError with the experiment if the response is invalid or a page of several.
    """
    experiments = experiments_of(response)
    if not isinstance(experiments, list):
        raise SourceError(f"{name}, line 1: no list of experiments; save the response of the API")
    if problem := document_problem(response, len(experiments)):
        raise SourceError(f"{name}, line 1, column 1: {problem}")
    numbered = enumerate(experiments, 1)
    lines = [Line(number, _cells(name, number, experiment)) for number, experiment in numbered]
    return Table(
        name, FIELDS, lines, lambda number, column: f"experiment {number}, {FIELDS[column]}"
    )


def _cells(name: str, number: int, experiment: Any) -> list[str]:
    label = f"{name}, experiment {number}"
    if not isinstance(experiment, dict) or not isinstance(experiment.get("id"), str):
        raise SourceError(f"{label}: not an experiment of GrowthBook: no id")
    phases = experiment.get("phases") or []
    if not isinstance(phases, list) or not all(isinstance(phase, dict) for phase in phases):
        raise SourceError(f"{label}, phases: not a list of phases")
    summary = experiment.get("resultSummary")
    result = summary.get("status") if isinstance(summary, dict) else experiment.get("results")
    times = {
        "dateStarted": phases[0].get("dateStarted") if phases else None,
        "dateEnded": phases[-1].get("dateEnded") if phases else None,
    }
    values = experiment | times | {"results": result}
    return ["" if values.get(field) is None else str(values[field]).strip() for field in FIELDS]
