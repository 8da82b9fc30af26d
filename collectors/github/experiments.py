"""ExperimentFiles that a repository keeps in files of its default branch, read again when the branch has a new head.

A path is a table, or a folder whose Markdown files are one experiment each. What the files say replaces what they said
before; a file that is wrong keeps what it said when it was right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.errors import SourceError
from collectors.github.graphql import Part, repository_part
from collectors.github.repository import Scope
from collectors.github.responses import Json
from collectors.imports.experiment_files import read_experiments
from collectors.ledger.store import Store

FILES_AT_ONCE = 50
HELD = "select import_id, file from imports where source = 'github' and account in ($repo, $former)"


@dataclass
class ExperimentFiles:
    """The files of experiments: first what is at each path, then the files of folders."""

    scope: Scope
    head: str
    paths: Sequence[str]
    server_time: datetime
    full: bool
    name: str = "experiments"
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    former: str = ""
    asked: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    found: dict[str, Json] = field(default_factory=dict)
    #: what is wrong with files, each one line
    wrong: dict[str, str] = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Begin unless the files were read at this head, without an error."""
        stored = store.watermark("github", self.scope.mark, self.name) or {}
        self.former = stored.get("repo", self.scope.repo)
        self.waiting = list(self.paths)
        self.done = not self.full and stored == self._state()

    def part(self, alias: str) -> Part:
        """Return the request for the next files."""
        self.asked = self.waiting[:FILES_AT_ONCE]
        selection = " ".join(
            f"f{n}: object(expression: ${alias}_{n}) {{ ...File }}" for n in range(len(self.asked))
        )
        places = {f"{n}": ("String", f"HEAD:{path}") for n, path in enumerate(self.asked)}
        return repository_part(alias, self.scope.repo, selection or "id", **places)

    def documents(self, _found: Json) -> Mapping[str, tuple[str, Json]]:
        """Return nothing: files hold no lists."""
        return {}

    def absorb(self, store: Store, result: Json) -> int:
        """Take files, and ask for those of folders; once all are there, keep what they say."""
        self.waiting = self.waiting[len(self.asked) :]
        for n, path in enumerate(self.asked):
            stored = result[f"f{n}"] or {}
            if stored.get("__typename") == "Blob":
                self.found[path] = stored
            for entry in stored.get("entries") or ():
                if entry["type"] == "blob" and entry["name"].lower().endswith(".md"):
                    self.waiting.append(f"{path.rstrip('/')}/{entry['name']}")
        if self.waiting:
            return 0
        self.done = True
        return self._keep(store)

    def _keep(self, store: Store) -> int:
        read = {
            path: reported
            for path, blob in self.found.items()
            if (reported := self._read(path, blob))
        }
        rows = store.rows(HELD, {"repo": self.scope.repo, "former": self.former})
        stored_rows = {row["import_id"]: row["file"] for row in rows}
        stored = {file["import_id"] for file, _ in read.values()} | {
            i for i, file in stored_rows.items() if file in self.wrong
        }
        deleted = [{"import_id": i} for i in stored_rows.keys() - stored]
        store.delete("imports", deleted)
        store.delete("imported_experiments", deleted)
        fresh = [
            (file, rows) for file, rows in read.values() if file["import_id"] not in stored_rows
        ]
        store.merge("imports", [file for file, _ in fresh])
        store.merge("imported_experiments", [row for _, rows in fresh for row in rows])
        store.set_watermark("github", self.scope.mark, self.name, self._state())
        return sum(len(rows) for _, rows in fresh)

    def _read(self, path: str, blob: Json) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """The rows of a file; None where it holds no experiment, or is wrong."""
        try:
            if blob["text"] is None or blob["isTruncated"]:
                raise SourceError(
                    f"{self.scope.repo}: {path}: no text, or more than GitHub shows; split it"
                )
            file, rows = read_experiments(
                self.scope.repo, path, blob["text"].encode(), self.server_time
            )
        except SourceError as error:
            self.wrong[path] = f"{error}; or take it out of [github] experiments"
            return None
        return (file, rows) if rows else None

    def _state(self) -> Json:
        """What was read: until it changes, nothing is read again but files that were wrong."""
        return {
            "head": self.head,
            "repo": self.scope.repo,
            "paths": list(self.paths),
            "is_wrong": bool(self.wrong),
        }
