"""The files of a default branch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .model import node_id

if TYPE_CHECKING:
    from .repository import Repository


@dataclass(eq=False)
class Blob:
    """File; ``text`` is None if the dataset has none, as for GitHub's very large files."""

    repository: Repository
    oid: str
    text: str | None
    byte_size: int
    mode: str = "100644"
    is_binary: ClassVar[bool] = False
    typename: ClassVar[str] = "Blob"

    def __post_init__(self) -> None:
        self.id = node_id("B", self.repository.identity, self.oid)
        self.abbreviated_oid, self.is_truncated = self.oid[:7], self.text is None


@dataclass(eq=False)
class Tree:
    """A folder, with what is in it by name."""

    repository: Repository
    path: str
    members: dict[str, Tree | Blob]
    #: the commit of a root folder: every commit has a tree of its own
    commit_oid: str = ""
    mode: ClassVar[str] = "040000"
    typename: ClassVar[str] = "Tree"

    @property
    def oid(self) -> str:
        """A name that changes with the content."""
        reported = self.commit_oid + "".join(
            f"{name}:{member.oid}" for name, member in sorted(self.members.items())
        )
        return hashlib.sha1(reported.encode()).hexdigest()

    @property
    def id(self) -> str:
        """The node id."""
        return node_id("T", self.repository.identity, self.oid)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return the entries of the folder by name."""
        visible = sorted(self.members.items())
        return [_entry(self, name, member) for name, member in visible]

    def at(self, path: str) -> Tree | Blob | None:
        """Return the entry at a path below this folder."""
        result: Tree | Blob | None = self
        for part in filter(None, path.split("/")):
            result = result.members.get(part) if isinstance(result, Tree) else None
        return result


def _entry(tree: Tree, name: str, member: Tree | Blob) -> dict[str, Any]:
    path = f"{tree.path}/{name}".lstrip("/")
    about = {
        "name": name,
        "path": path,
        "type": member.typename.lower(),
        "object": member,
        "oid": member.oid,
        "mode": int(member.mode, 8),
    }
    return about | {"repository": tree.repository, "size": getattr(member, "byte_size", 0)}


def tree(
    repository: Repository, files: dict[str, list[list[Any]]], texts: dict[str, str], now: str
) -> Tree:
    """The root folder as it was at a moment."""
    root = Tree(repository, "", {})
    for path, versions in files.items():
        version = version_at(versions, now)
        if version is None:
            continue
        _, mode, oid, size = version
        *folders, name = path.split("/")
        folder = root
        for part in folders:
            inner = folder.members.setdefault(
                part, Tree(repository, f"{folder.path}/{part}".lstrip("/"), {})
            )
            assert isinstance(inner, Tree), f"{path} lies in a file"
            folder = inner
        folder.members[name] = Blob(repository, oid, texts.get(oid), size, mode)
    if repository.history:
        root.commit_oid = repository.history[0].oid
    return root


def version_at(versions: list[list[Any]], time: str) -> list[Any] | None:
    """The version of a file at a time: time, mode, blob and size; None without the file."""
    landed = [version for version in versions if version[0] <= time]
    return landed[-1] if landed and landed[-1][2] is not None else None


def listing(root: Tree, is_recursive: bool, most: int) -> tuple[list[dict[str, Any]], bool]:
    """Entries of a folder as REST lists them, and whether there are more than it lists."""
    rows: list[dict[str, Any]] = []
    waiting = [(name, member) for name, member in sorted(root.members.items())]
    while waiting:
        path, member = waiting.pop(0)
        row = {"path": path, "mode": member.mode, "sha": member.oid}
        rows.append(row | {"type": member.typename.lower()})
        if isinstance(member, Blob):
            rows[-1]["size"] = member.byte_size
        elif is_recursive:
            inner = sorted(member.members.items())
            waiting = [(f"{path}/{name}", entry) for name, entry in inner] + waiting
    return rows[:most], len(rows) > most


def folder(root: Tree, oid: str) -> Tree | None:
    """The folder with this oid, the root included."""
    if root.oid == oid:
        return root
    inner = (folder(entry, oid) for entry in root.members.values() if isinstance(entry, Tree))
    return next(filter(None, inner), None)
