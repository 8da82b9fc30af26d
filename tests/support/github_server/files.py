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
    typename: ClassVar[str] = "Tree"

    @property
    def oid(self) -> str:
        """A name that changes with the content."""
        reported = "".join(f"{name}:{member.oid}" for name, member in sorted(self.members.items()))
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
    }
    return about | {"repository": tree.repository, "size": getattr(member, "byte_size", 0)}


def tree(
    repository: Repository, files: dict[str, list[list[Any]]], texts: dict[str, str], now: str
) -> Tree:
    """The root folder as it was at a moment."""
    root = Tree(repository, "", {})
    for path, versions in files.items():
        landed = [version for version in versions if version[0] <= now]
        if not landed or landed[-1][2] is None:
            continue
        _, _, oid, size = landed[-1]
        *folders, name = path.split("/")
        folder = root
        for part in folders:
            inner = folder.members.setdefault(
                part, Tree(repository, f"{folder.path}/{part}".lstrip("/"), {})
            )
            assert isinstance(inner, Tree), f"{path} lies in a file"
            folder = inner
        folder.members[name] = Blob(repository, oid, texts.get(oid), size)
    return root
