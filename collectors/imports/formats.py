"""Import formats: the columns of a file that become columns of the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]
#: columns of each kind's table, without import and line
LEDGER_COLUMNS = {
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
    "deployments": (
        "key",
        "repo",
        "environment",
        "commit",
        "status",
        "url",
        "deployed_at",
        "updated_at",
    ),
}
KINDS = tuple(LEDGER_COLUMNS)
#: kind of exports of surveys, which become counts
SURVEY = "survey"
#: time columns of each kind in chronological order
TIME_COLUMNS = {
    "items": ("opened_at", "first_response_at", "closed_at"),
    "incidents": ("opened_at", "resolved_at"),
    "experiments": ("started_at", "shipped_at", "decided_at"),
    "deployments": ("deployed_at",),
}


def _keep(_: Values) -> None:
    """Derive nothing."""


def normalize_header(header: str) -> str:
    """Return a header in snake case: ``Issue key`` and ``issue_key`` are the same column."""
    return re.sub(r"\W+", "_", header.lower()).strip("_")


@dataclass(frozen=True)
class Format:
    """Format of one kind of export: the headers by which it is recognized and their columns.

    ``columns`` has the possible headers of each column, normalized, the preferred one first. A file
    needs the columns of ``required``. ``derive`` completes the values of a row before validation.
    In a strict format a time before the first one is an error.
    """

    kind: str
    source: str
    columns: Mapping[str, Sequence[str]]
    required: Sequence[str]
    is_strict: bool = False
    derive: Callable[[Values], None] = _keep

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the required columns that a header does not have."""
        headers = {normalize_header(cell) for cell in header}
        return [column for column in self.required if headers.isdisjoint(self.columns[column])]


def _generic(kind: str, required: Sequence[str], **columns: Sequence[str]) -> Format:
    """Return Headway's own format: the ledger's columns, ``_on`` for ``_at`` if a time is a day."""
    defaults: dict[str, Sequence[str]] = {}
    for name in LEDGER_COLUMNS[kind]:
        if name not in ("number", "author_kind"):
            stem = name.removesuffix("_at")
            defaults[name] = (name,) if stem == name else (name, f"{stem}_on")
    defaults |= {"title": ("title", "name", "summary"), "url": ("url", "link")}
    return Format(kind, "generic", defaults | columns, required, is_strict=True)


OPENED = ("opened_at", "opened_on", "created_at", "created_on")
EXPERIMENTS = _generic("experiments", ("key", "title", "started_at"))
GENERIC = (
    _generic(
        "items",
        ("key", "title", "opened_at", "closed_at"),
        opened_at=OPENED,
        author_kind=("author",),
    ),
    _generic("incidents", ("key", "title", "opened_at", "resolved_at"), opened_at=OPENED),
    EXPERIMENTS,
    _generic(
        "deployments",
        ("repo", "commit", "deployed_at"),
        repo=("repo", "repository"),
        environment=("environment", "env"),
        commit=("commit", "sha", "commit_sha", "commit_oid", "revision", "version", "tag"),
        deployed_at=("deployed_at", "deployed_on", "finished_at", "time", "timestamp", "date"),
    ),
)
