"""Knowledge files of the default branch: read again only if its root folder changed.

One REST request lists the folder. One query reads the new texts with their history, and the errors
of CODEOWNERS. The ledger keeps facts of the texts, never the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github.base_models import Json, UnexpectedAnswerError, read
from collectors.github.graphql import Part, repository_part
from collectors.github.models import CodeownersErrors, FileHistory, GitObject, Tree, TreeEntry
from collectors.github.repository import OF_REPOSITORY, PagedList, parse_time
from collectors.github.responses import LongWaitError, NotFoundError
from collectors.knowledge import codeowners
from collectors.knowledge.documents import FACTS_VERSION, link_target, read_facts
from collectors.knowledge.paths import OWNERS_FILES, KnowledgeFile, classify
from collectors.ledger.store import Store

FILES_PER_QUERY, FILES_MOST = 100, 5_000
#: folders that are listed one by one if a repository has more files than one answer
FOLDERS_MOST = 200
#: newest changes that are read of a file that covers paths, and of another
CHANGES, OTHER_CHANGES = 50, 10
LINK_MODE = "120000"
KNOWN = f"select path, oid, deleted_at from github_knowledge_files {OF_REPOSITORY}"
#: a request of GitHub's REST API: path and parameters
Rest = Callable[[str, Mapping[str, Any]], Any]
#: the folder of a repository, or why it cannot be read, and whether a later try may read it
Listing = tuple[list[TreeEntry], bool]


@dataclass(frozen=True)
class Failure:
    """Reason why the folder cannot be read."""

    reason: str
    is_transient: bool


@dataclass(eq=False, kw_only=True)
class KnowledgeFiles(PagedList):
    """Files that codify knowledge: first the list of all files, then the new texts."""

    name: str = "knowledge files"
    #: object id of the root folder; None if GitHub does not return it
    tree: str | None
    is_optional: bool = True
    server_time: datetime
    full: bool
    is_listed: bool = False
    is_listing: bool = False
    #: whether a later try may read what is missing
    is_partial: bool = False
    waiting: list[TreeEntry] = field(default_factory=list)
    requested: list[TreeEntry] = field(default_factory=list)
    #: paths with an earlier version in the ledger that are no longer there
    deleted: list[str] = field(default_factory=list)
    owners_path: str | None = None
    invalid_lines: set[int] | None = None

    def start(self, store: Store) -> None:
        """Begin unless the root folder was read."""
        state = store.watermark("github", self.scope.watermark, "knowledge")
        self.is_done = self.tree is None or (not self.full and state == self._state())
        self.in_flight = not self.is_done  # texts are not requested before the list of files

    def fail(self, reason: str) -> None:
        """Read nothing more of the files in this sync: the repository is read without them."""
        self.is_partial = True
        self.give_up(reason)

    @property
    def needs_listing(self) -> bool:
        """True if the list of files is the next request."""
        return not self.is_done and not self.is_listed and not self.is_listing

    # -- list of files ----------------------------------------------------------------------------

    def list_files(self, rest: Rest) -> Listing | Failure:
        """Return the files of the root folder, and whether there are more; any thread calls it."""
        try:
            return self._list(rest)
        except (AccessError, LongWaitError):
            raise
        except (NotFoundError, UnexpectedAnswerError) as error:
            return Failure(f"{error}", is_transient=False)
        except SourceError as error:
            return Failure(f"{error}", is_transient=True)

    def _list(self, rest: Rest) -> Listing:
        root = self._folder(rest, f"{self.tree}", is_recursive=True)
        if not root.truncated:
            return root.tree, False
        entries: list[TreeEntry] = []
        waiting = [("", f"{self.tree}")]
        folders, is_incomplete = 0, False
        while waiting and folders < FOLDERS_MOST:
            prefix, oid = waiting.pop(0)
            folders += 1
            # the root is known to be too large, each of its folders may not be
            inner = self._folder(rest, oid, is_recursive=bool(prefix))
            if prefix and inner.truncated:
                inner = self._folder(rest, oid, is_recursive=False)
                folders += 1
            is_nested = any("/" in entry.path for entry in inner.tree)
            for entry in inner.tree:
                whole = entry.model_copy(update={"path": prefix + entry.path})
                entries.append(whole)
                if entry.type == "tree" and not is_nested and not (prefix and not inner.truncated):
                    waiting.append((f"{whole.path}/", entry.sha))
            is_incomplete |= inner.truncated
        return entries, is_incomplete or bool(waiting)

    def _folder(self, rest: Rest, oid: str, is_recursive: bool) -> Tree:
        parameters = {"recursive": "1"} if is_recursive else {}
        answer = rest(f"/repos/{self.scope.repo}/git/trees/{oid}", parameters)
        return read(Tree, answer, "the list of files")

    def absorb_listing(self, store: Store, answer: Listing | Failure) -> None:
        """Compare the files with the ledger, and queue the new texts."""
        self.is_listing, self.is_listed = False, True
        if isinstance(answer, Failure):
            self.is_partial = answer.is_transient
            self.give_up(answer.reason)
            return
        entries, self.is_partial = answer
        files = [e for e in entries if e.type == "blob" and classify(e.path)][:FILES_MOST]
        self.owners_path = next((p for p in OWNERS_FILES if any(e.path == p for e in files)), None)
        known = {row["path"]: row for row in store.rows(KNOWN, self.scope.key)}
        state = store.watermark("github", self.scope.watermark, "knowledge") or {}
        is_outdated = self.full or state.get("facts") != FACTS_VERSION
        for entry in files:
            before = known.get(entry.path)
            is_same = before and before["oid"] == entry.sha and before["deleted_at"] is None
            if not is_same or is_outdated or entry.path == self.owners_path:
                self.waiting.append(entry)
        if not self.is_partial:
            paths = {entry.path for entry in files}
            self.deleted = [
                path
                for path, row in known.items()
                if path not in paths and row["deleted_at"] is None
            ]
        if not self.waiting and not self.deleted:
            self._finish(store)

    # -- texts ------------------------------------------------------------------------------------

    def part(self, alias: str) -> Part:
        """Return the request for the next texts, their history and that of deleted files."""
        self.requested = self.waiting[:FILES_PER_QUERY]
        files, changes, variables = [], [], {}
        for index, path in enumerate(self._paths()):
            variables[f"p{index}"] = ("String!", path)
            variables[f"e{index}"] = ("String!", f"HEAD:{path}")
            is_deleted = index >= len(self.requested)
            if is_deleted:
                del variables[f"e{index}"]
            else:
                files.append(f"f{index}: object(expression: ${alias}_e{index}) {{ ...Document }}")
            count = CHANGES if _covers(path) else OTHER_CHANGES
            entry = "...OwnersVersion" if path in OWNERS_FILES else "oid"
            changes.append(
                f"c{index}: history(first: {count}, path: ${alias}_p{index}) {{ totalCount nodes "
                f"{{ oid committedDate file(path: ${alias}_p{index}) {{ {entry} }} }} }}"
            )
        selection = " ".join(files)
        if changes:
            selection += (
                f' h: object(expression: "HEAD") {{ ... on Commit {{ {" ".join(changes)} }} }}'
            )
        if self.owners_path:
            selection += " ...OwnerErrors"
        return repository_part(alias, self.scope.repo, selection, **variables)

    def _paths(self) -> list[str]:
        """Return the requested paths: new texts, and with the last of them the deleted files."""
        paths = [entry.path for entry in self.requested]
        is_last = len(self.waiting) <= FILES_PER_QUERY
        return paths + (self.deleted[:FILES_PER_QUERY] if is_last else [])

    def absorb(self, store: Store, data: Json) -> int:
        """Write the facts of the texts and the changes of the files."""
        self._read_owner_errors(data)
        history = data.get("h") or {}
        paths, rows = self._paths(), 0
        for index, path in enumerate(paths):
            entry = self.requested[index] if index < len(self.requested) else None
            value = history.get(f"c{index}")
            changes = read(FileHistory, value, f"the history of {path}") if value else None
            rows += self._write(store, path, entry, data.get(f"f{index}"), changes)
        self.waiting = self.waiting[len(self.requested) :]
        self.deleted = [path for path in self.deleted if path not in paths]
        if not self.waiting and not self.deleted:
            self._finish(store)
        return rows

    def _read_owner_errors(self, data: Json) -> None:
        """Keep the lines of CODEOWNERS in which GitHub finds an error."""
        answer = data.get("codeowners")
        if answer is not None:
            errors = read(CodeownersErrors, answer, "the errors of CODEOWNERS").errors
            self.invalid_lines = {error.line for error in errors}

    def _write(
        self,
        store: Store,
        path: str,
        entry: TreeEntry | None,
        value: Any,
        changes: FileHistory | None,
    ) -> int:
        """Write one file with its changes, and return the new rows.

        A text that did not come is read again. GitHub returns no text of a binary or very large
        file: it has no facts.
        """
        file = classify(path)
        assert file is not None
        key = self.scope.key | {"path": path}
        nodes = changes.nodes if changes else []
        edits = [
            key
            | {
                "commit": node.oid,
                "committed_at": parse_time(node.committed_date),
                "blob": node.file.oid if node.file else None,
            }
            for node in nodes
            if node.committed_date
        ]
        store.merge("github_knowledge_edits", edits)
        if entry is None:
            last = max((row["committed_at"] for row in edits), default=self.server_time)
            store.merge("github_knowledge_files", [key | {"deleted_at": last}])
            if file.kind == "codeowners":
                store.merge("github_codeowners", [self._owners_row(path, last, None)])
            return 1
        blob = read(GitObject, value or {}, f"the text of {path}")
        if value is None:
            self.is_partial = True
            return 0
        is_link = entry.mode == LINK_MODE
        facts: Json = {}
        if blob.text is not None and not blob.is_truncated:
            if is_link:
                facts = {"pointer": link_target(path, blob.text)}
            elif file.kind != "codeowners":
                facts = read_facts(file, path, blob.text)
        row = key | {
            "oid": blob.oid or entry.sha,
            "kind": file.kind,
            "covers": file.covers,
            "is_link": is_link,
            "size": entry.size,
            "facts": facts,
            "deleted_at": None,
            "read_at": self.server_time,
        }
        store.merge("github_knowledge_files", [row])
        if path == self.owners_path:
            self._write_owners(store, path, blob.text or "", nodes)
        return 1

    def _write_owners(self, store: Store, path: str, text: str, nodes: list[Any]) -> None:
        """Write the versions of CODEOWNERS; a line with an error today had it before, too."""
        lines = self.invalid_lines or set()
        invalid = {line for number, line in enumerate(text.splitlines(), 1) if number in lines}
        rows = []
        for index, node in enumerate(nodes):
            if not node.committed_date:
                continue
            old = node.file.object if node.file else None
            rules = None
            if not index:
                rules = codeowners.read_rules(text, lines)
            elif old and old.text is not None:
                before = enumerate(old.text.splitlines(), 1)
                same = {number for number, line in before if line in invalid}
                rules = codeowners.read_rules(old.text, same)
            rows.append(self._owners_row(path, parse_time(node.committed_date), rules))
        if not rows:
            rules = codeowners.read_rules(text, lines)
            rows.append(self._owners_row(path, self.server_time, rules))
        store.merge("github_codeowners", rows)

    def _owners_row(
        self, path: str, valid_from: datetime, rules: list[codeowners.OwnerRule] | None
    ) -> Json:
        """Return the row of one version; a version without the file has no rules."""
        row = self.scope.key | {"path": path, "valid_from": valid_from}
        return row | {"rules": None if rules is None else [rule.row for rule in rules]}

    def _finish(self, store: Store) -> None:
        self.is_done = True
        if not self.is_partial:
            store.set_watermark("github", self.scope.watermark, "knowledge", self._state())

    def _state(self) -> Mapping[str, Any]:
        """Return what decides whether the files are read again."""
        return {"tree": self.tree, "facts": FACTS_VERSION}


def _covers(path: str) -> bool:
    """Return whether a file covers paths, or decides owners."""
    file = classify(path) or KnowledgeFile("", "none")
    return file.covers != "none" or file.kind == "codeowners"
