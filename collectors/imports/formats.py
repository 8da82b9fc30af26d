"""The forms of exports: which columns of a file are which columns of the ledger. The generic ones are ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.imports.tabular import named

Values = dict[str, Any]
#: the columns of each kind's table, but for those of the import and the line
LEDGER = {
    "items": (
        "key",
        "project",
        "number",
        "title",
        "url",
        "type",
        "status",
        "labels",
        "resolution",
        "author_kind",
        "opened_at",
        "first_response_at",
        "closed_at",
        "updated_at",
    ),
    "incidents": (
        "key",
        "title",
        "url",
        "service",
        "severity",
        "opened_at",
        "resolved_at",
        "caused_by",
        "updated_at",
    ),
    "experiments": (
        "key",
        "title",
        "url",
        "repo",
        "started_at",
        "shipped_at",
        "decided_at",
        "decision",
        "updated_at",
    ),
}
KINDS = tuple(LEDGER)
#: the times of each kind in their order
TIMES = {
    "items": ("opened_at", "first_response_at", "closed_at"),
    "incidents": ("opened_at", "resolved_at"),
    "experiments": ("started_at", "shipped_at", "decided_at"),
}


def _nothing(_: Values) -> None:
    """A form that says everything in its columns."""


@dataclass(frozen=True)
class Form:
    """How one tool exports one kind: by what its header is recognised, and what each of its columns is.

    ``columns`` gives the headers of a column, the best first; names are those that ``table.named`` makes. A header must
    have the columns of ``needed``. ``settle`` is given each row's values before they are checked.
    """

    kind: str
    source: str
    columns: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    is_strict: bool = False
    settle: Callable[[Values], None] = _nothing

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns that a header should have and has not."""
        names = {named(cell) for cell in header}
        return [column for column in self.needed if not names & set(self.columns[column])]


def _generic(kind: str, needed: Sequence[str], **rest_rows: Sequence[str]) -> Form:
    """The generic form of a kind: the ledger's own columns, ``_on`` for ``_at`` where only the day is known."""
    columns: dict[str, Sequence[str]] = {}
    for name in LEDGER[kind]:
        if name not in ("number", "author_kind"):
            stem = name.removesuffix("_at")
            columns[name] = (name,) if stem == name else (name, f"{stem}_on")
    columns |= {"title": ("title", "name", "summary"), "url": ("url", "link")}
    return Form(kind, "generic", columns | rest_rows, needed, is_strict=True)


OPENED = ("opened_at", "opened_on", "created_at", "created_on")
GENERIC = (
    _generic(
        "items",
        ("key", "title", "opened_at", "closed_at"),
        opened_at=OPENED,
        author_kind=("author",),
    ),
    _generic("incidents", ("key", "title", "opened_at", "resolved_at"), opened_at=OPENED),
    _generic("experiments", ("key", "title", "started_at")),
)
