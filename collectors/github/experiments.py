"""Experiments in files of the default branch, read again if the branch has a new head.

A path is a table, or a folder whose Markdown files are one experiment each. A file replaces its
earlier content; an invalid file keeps its last valid content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.errors import SourceError
from collectors.github.base_models import Json, UnexpectedAnswerError, read
from collectors.github.graphql import Part, repository_part
from collectors.github.models import GitObject
from collectors.github.repository import PagedList
from collectors.ledger.store import Store

FILES_PER_QUERY, FILES_MOST = 50, 10_000
IMPORTS = (
    "select import_id, file from imports where source = 'github' and account in ($repo, $former)"
)
FileRows = tuple[dict[str, Any], list[dict[str, Any]]]
#: (repo, path, content, time) → row of ``imports`` and rows of ``imported_experiments``
ReadExperiments = Callable[[str, str, bytes, datetime], FileRows]


@dataclass(eq=False, kw_only=True)
class ExperimentFiles(PagedList):
    """Files of experiments: first the configured paths, then the files of folders."""

    name: str = "experiments"
    head: str
    paths: Sequence[str]
    server_time: datetime
    full: bool
    parse: ReadExperiments
    former_repo: str = ""
    requested: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    blobs: dict[str, GitObject] = field(default_factory=dict)
    #: one line for each invalid file
    errors: dict[str, str] = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Begin unless the files were read at this head without an error."""
        state = store.watermark("github", self.scope.watermark, self.name) or {}
        self.former_repo = state.get("repo", self.scope.repo)
        self.waiting = list(self.paths)
        self.is_done = not self.full and state == self._state()

    def part(self, alias: str) -> Part:
        """Return the request for the next files."""
        self.requested = self.waiting[:FILES_PER_QUERY]
        selection = " ".join(
            f"f{index}: object(expression: ${alias}_{index}) {{ ...File }}"
            for index in range(len(self.requested))
        )
        expressions = {
            f"{index}": ("String", f"HEAD:{path}") for index, path in enumerate(self.requested)
        }
        return repository_part(alias, self.scope.repo, selection or "id", **expressions)

    def absorb(self, store: Store, data: Json) -> int:
        """Collect files and folders; after the last file, write the experiments."""
        self.waiting = self.waiting[len(self.requested) :]
        for index, path in enumerate(self.requested):
            value = data.get(f"f{index}")
            item = read(GitObject, {} if value is None else value, "a file of experiments")
            if item.typename == "Blob":
                self.blobs[path] = item
            for entry in item.entries or ():
                if entry.type == "blob" and entry.name.lower().endswith(".md"):
                    self.waiting.append(f"{path.rstrip('/')}/{entry.name}")
        if len(self.waiting) > FILES_MOST:
            raise UnexpectedAnswerError("more files of experiments than can be read")
        if self.waiting:
            return 0
        self.is_done = True
        return self._write(store)

    def _write(self, store: Store) -> int:
        """Replace the experiments of this repository, and return the new rows."""
        parsed = [rows for path, blob in self.blobs.items() if (rows := self._parse(path, blob))]
        before = {
            row["import_id"]: row["file"]
            for row in store.rows(IMPORTS, {"repo": self.scope.repo, "former": self.former_repo})
        }
        current = {file["import_id"] for file, _ in parsed}
        current |= {import_id for import_id, file in before.items() if file in self.errors}
        deleted = [{"import_id": import_id} for import_id in before.keys() - current]
        store.delete("imports", deleted)
        store.delete("imported_experiments", deleted)
        new = [(file, rows) for file, rows in parsed if file["import_id"] not in before]
        store.merge("imports", [file for file, _ in new])
        experiments = [row for _, rows in new for row in rows]
        store.merge("imported_experiments", experiments)
        store.set_watermark("github", self.scope.watermark, self.name, self._state())
        return len(experiments)

    def _parse(self, path: str, blob: GitObject) -> FileRows | None:
        """Return the rows of a file; None if it has no experiment or is invalid."""
        try:
            if blob.text is None or blob.is_truncated:
                raise SourceError(
                    f"{self.scope.repo}: {path}: no text, or more than GitHub returns; split it"
                )
            content = blob.text.encode()
            file, rows = self.parse(self.scope.repo, path, content, self.server_time)
        except SourceError as error:
            self.errors[path] = f"{error}; or remove it from [github] experiments"
            return None
        return (file, rows) if rows else None

    def _state(self) -> Json:
        """Return what decides whether the files are read again."""
        return {
            "head": self.head,
            "repo": self.scope.repo,
            "paths": list(self.paths),
            "is_wrong": bool(self.errors),
        }
