"""The inbox: files that tools exported, taken into the ledger and kept beside it. A folder in it is an account."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collectors.errors import SourceError
from collectors.exports import files
from collectors.exports.dates import from_timestamp
from collectors.exports.files import Export, import_id
from collectors.exports.forms import KINDS
from collectors.store import Store, now


@dataclass(frozen=True)
class Found:
    """A file that was read and is not taken in yet; ``exported_at`` is until when it tells, as somebody said or not."""

    name: str
    content: bytes
    account: str
    exported_at: datetime
    is_said: bool
    export: Export

    @property
    def import_id(self) -> str:
        """What makes it the same import, whatever its name."""
        return import_id(self.content, self.export.kind, self.account)

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        export, times = self.export, self.export.times
        source = "" if export.source == "generic" else f" from {export.source}"
        account = f" ({self.account})" if self.account else ""
        rows = "1 row" if len(export.rows) == 1 else f"{len(export.rows):,} rows"
        days = f", {times[0]:%Y-%m-%d} to {times[1]:%Y-%m-%d}" if times else ""
        unread = f"; not read: {', '.join(export.unread)}" if export.unread else ""
        return f"{self.name}: {export.kind}{source}{account}, {rows}{days}{unread}"


def find(path: Path, account: str = "", kind: str | None = None, until: datetime | None = None) -> Found:
    """Return what a file says; it tells until it was last written, or until a time that is given.

    Raises SourceError, one line that names file, line and column.
    """
    shown = os.fsencode(path).decode("utf-8", "replace")
    try:
        with path.open("rb") as file:
            written_at = from_timestamp(os.fstat(file.fileno()).st_mtime)
            content = file.read()
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read ({error.strerror}); check its permissions") from None
    export = files.read(shown, content, kind)
    return Found(shown.rpartition("/")[2], content, account, until or min(written_at, now()), until is not None, export)


def waiting(inbox: Path, store: Store) -> Iterator[tuple[Path, str]]:
    """Yield the files in the inbox that are not in the ledger, each with its account."""
    known = {row["import_id"] for row in store.rows("select import_id from imports")}
    places = [(path, "") for path in _listed(inbox)]
    places += [(path, folder.name) for folder in _listed(inbox) if folder.is_dir() for path in _listed(folder)]
    for path, account in places:
        if path.is_file():
            try:
                content = path.read_bytes()
            except OSError:
                content = b""  # it is told why when it is read
            if not any(import_id(content, kind, account) in known for kind in KINDS):
                yield path, account


def take(found: Found, inbox: Path, store: Store) -> bool:
    """Take a file into the ledger, keep a copy in the inbox, and return whether it was new: both, or neither.

    A file that the ledger has, under whatever name, changes nothing, but for until when it tells if somebody said so.
    """
    own = found.import_id
    held = store.rows("select file from imports where import_id = ?", [own])
    row = {
        "import_id": own, "kind": found.export.kind, "source": found.export.source, "account": found.account,
        "file": found.name, "exported_at": found.exported_at, "loaded_at": now(),
        "rows_read": len(found.export.rows),
    }  # fmt: skip
    with _copied(found, inbox), store.transaction():
        if not held:
            store.merge("imports", [row])
            store.merge(f"imported_{found.export.kind}", [{"import_id": own} | one for one in found.export.rows])
        elif found.is_said:
            store.merge("imports", [{"import_id": own, "exported_at": found.exported_at}])
    return not held


@contextlib.contextmanager
def _copied(found: Found, inbox: Path) -> Iterator[None]:
    """Have a copy of a file in the inbox once the block ended well; one that is there stays."""
    folder = inbox / found.account if found.account else inbox
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):  # by a process that was killed
        left.unlink()
    if any(_holds(path, found.content) for path in _listed(folder)):
        yield
        return
    target = folder / found.name.lstrip(".")
    if target.exists():
        target = target.with_stem(f"{target.stem}-{found.import_id[:8]}")
    part = folder / f".{target.name}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(found.content)
        told_at = found.exported_at.replace(tzinfo=UTC).timestamp()
        os.utime(part, (told_at, told_at))
        yield
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _listed(folder: Path) -> Sequence[Path]:
    """What is in a folder, by name, without what is hidden; nothing where there is no such folder."""
    return sorted(path for path in folder.glob("*") if not path.name.startswith(".")) if folder.is_dir() else []
