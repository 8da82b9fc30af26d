"""Changes of datasets between two syncs: deletions, transfers and renames, in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import node_id

Raw = dict[str, Any]
#: the lists of a dataset that hold numbered things, with the prefix of their node ids
NUMBERED = {"issues": "I", "pulls": "PR", "discussions": "D"}


def delete(dataset: Raw, number: int) -> None:
    """Delete an issue, pull request or discussion."""
    kind, row = _find(dataset, number)
    dataset[kind].remove(row)
    dataset.setdefault("gone", []).append({"number": number})


def transfer(
    datasets: Mapping[str, Raw],
    number: int,
    source: str,
    target: str,
    at: str,
    keeps_id: bool = True,
) -> int:
    """Transfer an issue or discussion to another repository and return its number there.

    It keeps when it was made, and changes at ``at``. ``keeps_id``: the node id it had answers the
    new one.
    """
    here, there = datasets[source], datasets[target]
    kind, row = _find(here, number)
    here[kind].remove(row)
    new: int = 1 + max(
        [0, *(r["number"] for name in NUMBERED for r in there.get(name, [])), *_deleted(there)]
    )
    here.setdefault("gone", []).append({"number": number, "moved_to": f"{target}#{new}"})
    old_id = row.get("id") or node_id(NUMBERED[kind], _identity(here), number)
    moved = row | {"number": new, "updated_at": at, "former_ids": [old_id] if keeps_id else []}
    moved.pop("id", None)
    for event in moved.get("events", []):
        references = {
            name: event[name]
            for name in ("closer", "canonical")
            if isinstance(event.get(name), int)
        }
        event |= {name: f"{source}#{reference}" for name, reference in references.items()}
    there.setdefault(kind, []).append(moved)
    return new


def rename_label(dataset: Raw, old: str, new: str) -> None:
    """Rename a label: what carries it does not change."""
    row = _listed(dataset, old)
    row |= {"name": new, "former": [*row.get("former", []), old]}


def delete_label(dataset: Raw, name: str) -> None:
    """Delete a label: what carried it does not change, and its events stay."""
    _listed(dataset, name)["is_deleted"] = True


def rename_user(dataset: Raw, old: str, new: str) -> None:
    """Rename an account, everywhere: one dataset tells it for all."""
    known_values = dataset["users"].pop(old, {})
    dataset["users"][new] = known_values | {"former": [*known_values.get("former", []), old]}


def rename_milestone(dataset: Raw, old: str, new: str, at: str) -> None:
    """Rename a milestone, which changes it and nothing that carries it."""
    row = next(row for row in dataset["milestones"] if row["title"] == old)
    row |= {"title": new, "former": [*row.get("former", []), old], "updated_at": at}


def rename_repository(datasets: Mapping[str, Raw], old: str, new: str) -> dict[str, Raw]:
    """Return the datasets with one repository under another name or owner.

    The old name leads to it.
    """
    about = datasets[old]["repository"]
    former = [*about.get("former_names", []), old]
    about |= {"name_with_owner": new, "former_names": former}
    return {new if name == old else name: dataset for name, dataset in datasets.items()}


def _find(dataset: Raw, number: int) -> tuple[str, Raw]:
    return next(
        (kind, row) for kind in NUMBERED for row in dataset.get(kind, []) if row["number"] == number
    )


def _deleted(dataset: Raw) -> list[int]:
    return [row["number"] for row in dataset.get("gone", [])]


def _listed(dataset: Raw, name: str) -> Raw:
    """The row of a label, made where the dataset lists none."""
    for row in dataset["labels"]:
        if row["name"] == name:
            result: Raw = row
            return result
    dataset["labels"].append({"name": name, "color": "ededed", "description": ""})
    made: Raw = dataset["labels"][-1]
    return made


def _identity(dataset: Raw) -> str:
    about = dataset["repository"]
    return str((about.get("former_names") or [about["name_with_owner"]])[0])
