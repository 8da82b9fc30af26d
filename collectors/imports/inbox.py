"""The inbox: files that tools exported, taken into the ledger and kept beside it. A folder in it is an account."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from collectors.errors import SourceError
from collectors.imports import reader
from collectors.imports.dates import from_timestamp
from collectors.imports.formats import KINDS
from collectors.imports.reader import id_of
from collectors.imports.spend import reader as spend
from collectors.imports.spend.formats import KIND as SPEND
from collectors.ledger.store import Store, now


class Export(Protocol):
    """What a file says, whatever its kind."""

    @property
    def kind(self) -> str:
        """What its rows are."""

    @property
    def source(self) -> str:
        """Which tool wrote it."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    @property
    def times(self) -> tuple[datetime, datetime] | None:
        """The first and the last time in it."""

    @property
    def unread(self) -> Sequence[str]:
        """The columns that are not read."""

    @property
    def remarks(self) -> Sequence[str]:
        """What more there is to say of it."""

    def put(self, store: Store, own: str) -> None:
        """Put the rows into the ledger, as those of an import."""


@dataclass(frozen=True)
class Found:
    """A file that was read and is not taken in yet; ``exported_at`` is until when it tells, as somebody said or not."""

    path: Path
    name: str
    digest: str
    account: str
    exported_at: datetime
    is_said: bool
    export: Export

    @property
    def import_id(self) -> str:
        """What makes it the same import, whatever its name."""
        return id_of(self.digest, self.export.kind, self.account)

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        export, times = self.export, self.export.times
        source = "" if export.source == "generic" else f" from {export.source}"
        account = f" ({self.account})" if self.account else ""
        rows = "1 row" if export.count == 1 else f"{export.count:,} rows"
        days = f", {times[0]:%Y-%m-%d} to {times[1]:%Y-%m-%d}" if times else ""
        unread = (
            "; not read: " + ", ".join(" ".join(name.split()) for name in export.unread)
            if export.unread
            else ""
        )
        message = "".join(f", {remark}" for remark in export.remarks)
        return f"{self.name}: {export.kind}{source}{account}, {rows}{days}{message}{unread}"


def find(
    path: Path, account: str = "", kind: str | None = None, until: datetime | None = None
) -> Found:
    """Return what a file says; it tells until it was last written, or until a time that is given.

    Raises SourceError, one line that names file, line and column.
    """
    visible = os.fsencode(path).decode("utf-8", "replace")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # it is read more than once
            raise SourceError(f"{visible}: not a file; write it to one first")
        digest = _digest(path)
        spent = spend.recognised(path, visible, kind)
        content = b"" if spent else path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{visible}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    exported_at = until or min(from_timestamp(status.st_mtime), now())
    export: Export
    if spent:
        export = spend.read(*spent, account, id_of(digest, SPEND, account), exported_at)
    else:
        export = reader.read(visible, content, kind)
    return Found(
        path, visible.rpartition("/")[2], digest, account, exported_at, until is not None, export
    )


def waiting(inbox: Path, store: Store) -> Iterator[tuple[Path, str]]:
    """Yield the files in the inbox that are not in the ledger, each with its account."""
    known_values = {row["import_id"] for row in store.rows("select import_id from imports")}
    places = [(path, "") for path in _listed(inbox)]
    places += [
        (path, folder.name)
        for folder in _listed(inbox)
        if folder.is_dir()
        for path in _listed(folder)
    ]
    for path, account in places:
        if path.is_file():
            try:
                digest = _digest(path)
            except OSError:
                digest = ""  # it is told why when it is read
            if not any(id_of(digest, kind, account) in known_values for kind in (*KINDS, SPEND)):
                yield path, account


def take(result: Found, inbox: Path, store: Store) -> bool:
    """Take a file into the ledger, keep a copy in the inbox, and return whether it was new: both, or neither.

    A file that the ledger has, under whatever name, changes nothing, but for until when it tells if somebody said so.
    """
    own = result.import_id
    stored = store.rows("select file from imports where import_id = ?", [own])
    row = {
        "import_id": own,
        "kind": result.export.kind,
        "source": result.export.source,
        "account": result.account,
        "file": result.name,
        "exported_at": result.exported_at,
        "loaded_at": now(),
        "rows_read": result.export.count,
    }
    with _copied(result, inbox), store.transaction():
        if not stored:
            store.merge("imports", [row])
            result.export.put(store, own)
        elif result.is_said:
            store.merge("imports", [{"import_id": own, "exported_at": result.exported_at}])
            spend.tell_until(store, own, result.exported_at)
    return not stored


def overlap(result: Found, store: Store) -> str:
    """Return what to add to the line of a file that was taken: which of its days of spend others tell of as well."""
    also = spend.overlap(store, result.import_id)
    return f"; {also}" if also else ""


@contextlib.contextmanager
def _copied(result: Found, inbox: Path) -> Iterator[None]:
    """Have a copy of a file in the inbox once the block ended well; one that is there stays."""
    folder = inbox / result.account if result.account else inbox
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for remaining in folder.glob(".*.part"):  # by a process that was killed
        remaining.unlink()
    if any(_holds(path, result) for path in _listed(folder)):
        yield
        return
    target = folder / result.name.lstrip(".")
    if target.exists():
        target = target.with_stem(f"{target.stem}-{result.import_id[:8]}")
    part = folder / f".{target.name}.part"
    try:
        with (
            result.path.open("rb") as stored,
            open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        ):
            shutil.copyfileobj(stored, file)
        if _digest(part) != result.digest:
            raise SourceError(f"{result.name}: changed while it was read; import it again")
        told_at = result.exported_at.replace(tzinfo=UTC).timestamp()
        os.utime(part, (told_at, told_at))
        yield
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _holds(path: Path, found: Found) -> bool:
    """Whether a file of the inbox is the one that was found."""
    is_as_long = path.is_file() and path.stat().st_size == found.path.stat().st_size
    return is_as_long and _digest(path) == found.digest


def _digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(folder: Path) -> Sequence[Path]:
    """What is in a folder, by name, without what is hidden; nothing where there is no such folder."""
    return (
        sorted(path for path in folder.glob("*") if not path.name.startswith("."))
        if folder.is_dir()
        else []
    )
