"""Inbox of imported files: each has a copy beside the ledger. A folder in it is an account."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from collectors.characters import CONTROL_CHARACTER
from collectors.errors import SourceError
from collectors.imports import reader
from collectors.imports.dates import from_timestamp
from collectors.imports.formats import KINDS
from collectors.imports.reader import import_id_of
from collectors.imports.spend import reader as spend
from collectors.imports.spend.formats import KIND as SPEND
from collectors.imports.spend.json_file import open_json
from collectors.imports.surveys import reader as surveys
from collectors.imports.surveys.mapping import SurveyMap
from collectors.ledger.store import Store, now

#: bytes of a file that is read as a whole; spend files are not
MAX_SIZE = 256 << 20
ACCOUNT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class ParsedFile(Protocol):
    """Content of a file of any kind."""

    @property
    def kind(self) -> str:
        """Kind of its rows."""

    @property
    def source(self) -> str:
        """Tool that wrote it."""

    @property
    def identity(self) -> str:
        """Kind of its rows, and what else they depend on beside the file."""

    @property
    def has_copy(self) -> bool:
        """True if the inbox keeps a copy: none of a file with answers of people."""

    @property
    def row_count(self) -> int:
        """Number of its rows."""

    @property
    def time_range(self) -> tuple[datetime, datetime] | None:
        """First and last time in it."""

    @property
    def unread_columns(self) -> Sequence[str]:
        """Columns that are not read."""

    @property
    def notes(self) -> Sequence[str]:
        """Further notes for its summary."""

    def write(self, ledger: Store, import_id: str) -> None:
        """Insert its rows into the ledger."""


@dataclass(frozen=True)
class ImportFile:
    """A parsed file. ``exported_at`` is from the user if ``is_dated``, else its time of change."""

    path: Path
    name: str
    digest: str
    account: str
    exported_at: datetime
    is_dated: bool
    content: ParsedFile

    @property
    def import_id(self) -> str:
        """Identity of the import, which does not depend on the file's name."""
        return import_id_of(self.digest, self.content.identity, self.account)

    @property
    def summary(self) -> str:
        """Description in one line."""
        content, times = self.content, self.content.time_range
        source = "" if content.source == "generic" else f" from {content.source}"
        account = f" ({self.account})" if self.account else ""
        rows = "1 row" if content.row_count == 1 else f"{content.row_count:,} rows"
        days = f", {times[0]:%Y-%m-%d} to {times[1]:%Y-%m-%d}" if times else ""
        notes = "".join(f", {note}" for note in content.notes)
        columns = [textwrap.shorten(name, 60, placeholder="…") for name in content.unread_columns]
        more = f" and {len(columns) - 30:,} more" if len(columns) > 30 else ""
        unread = f"; not read: {', '.join(columns[:30])}{more}" if columns else ""
        return f"{self.name}: {content.kind}{source}{account}, {rows}{days}{notes}{unread}"


def read_file(
    path: Path,
    account: str = "",
    kind: str | None = None,
    until: datetime | None = None,
    mapping: SurveyMap | None = None,
) -> ImportFile:
    """Return the content of a file, which covers the time until ``until`` or its last change.

    Without a ``mapping`` no survey is read. Raises SourceError with file, line and column.
    """
    printable = printable_path(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # it is read more than once
            raise SourceError(f"{printable}: not a file; write it to one first")
        if not path.name.strip(".") or CONTROL_CHARACTER.search(str(path)):
            raise SourceError(f"{printable}: a name of dots or control characters; rename it")
        digest = _sha256(path)
        spend_file = open_json(path, printable, kind) or spend.recognize(path, printable, kind)
        if not spend_file and status.st_size > MAX_SIZE:
            raise SourceError(f"{printable}: above {MAX_SIZE >> 20} MB; split it")
        content = b"" if spend_file else path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{printable}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    exported_at = until or min(from_timestamp(status.st_mtime), now())
    parsed: ParsedFile
    if spend_file:
        import_id = import_id_of(digest, SPEND, account)
        parsed = spend.read(*spend_file, account, import_id, exported_at)
    elif mapping and (survey := surveys.read(printable, content, kind, mapping)):
        parsed = survey
    else:
        parsed = reader.read(printable, content, kind)
    name = printable.rpartition("/")[2]
    return ImportFile(path, name, digest, account, exported_at, until is not None, parsed)


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox; its hash is '' if it cannot be read, ``problem`` if it may not be."""

    path: Path
    account: str = ""
    size: int = 0
    modified_ns: int = 0
    sha256: str = ""
    problem: str = ""


def scan(inbox: Path, ledger: Store) -> list[InboxFile]:
    """Return the files of an inbox with their hashes; only files that changed are read."""
    hashes = {
        (row["path"], row["size"], row["modified_ns"]): row["sha256"]
        for row in ledger.rows("from inbox_files")
    }
    paths = [(path, "") for path in _visible(inbox)]
    files = []
    for folder in _visible(inbox):
        if folder.is_symlink() or not folder.is_dir():
            continue
        if ACCOUNT.fullmatch(folder.name):
            paths += [(path, folder.name) for path in _visible(folder)]
        else:
            files.append(_refused(folder, "not an account; name it with letters, digits, - and _"))
    for path, account in paths:
        if path.is_symlink():
            files.append(_refused(path, "a link; put a copy there"))
        elif path.is_file():
            status = path.stat()
            key = (_key(path, inbox), status.st_size, status.st_mtime_ns)
            digest = hashes.get(key) or _readable_sha256(path)
            files.append(InboxFile(path, account, status.st_size, status.st_mtime_ns, digest))
    return files


def _refused(path: Path, problem: str) -> InboxFile:
    return InboxFile(path, problem=f"{printable_path(path)}: {problem}")


def printable_path(path: Path) -> str:
    """Return a path for a message, on one line."""
    return CONTROL_CHARACTER.sub("\ufffd", os.fsencode(path).decode("utf-8", "replace"))


def remember(files: Sequence[InboxFile], inbox: Path, ledger: Store) -> None:
    """Store the hashes of an inbox, with which the next scan reads only files that changed."""
    rows = [
        {
            "path": _key(file.path, inbox),
            "size": file.size,
            "modified_ns": file.modified_ns,
            "sha256": file.sha256,
        }
        for file in files
        if file.sha256
    ]
    ledger.replace("inbox_files", rows)


def new_files(
    files: Sequence[InboxFile], ledger: Store, mapping: SurveyMap | None = None
) -> list[InboxFile]:
    """Return the files that are not in the ledger, or were read with another mapping."""
    imported = {row["import_id"] for row in ledger.rows("select import_id from imports")}
    kinds = (*KINDS, SPEND, surveys.identity_of(mapping.digest if mapping else ""))
    return [
        file
        for file in files
        if imported.isdisjoint(import_id_of(file.sha256, kind, file.account) for kind in kinds)
    ]


def load(file: ImportFile, inbox: Path, ledger: Store) -> bool:
    """Write a file into ledger and inbox, both or neither, and return whether it was new.

    An export of a survey has names of people, so it is not copied.

    An import that exists does not change, except for its date if the user gives one.
    """
    import_id = file.import_id
    is_new = not ledger.rows("select 1 from imports where import_id = ?", [import_id])
    row = {
        "import_id": import_id,
        "kind": file.content.kind,
        "source": file.content.source,
        "account": file.account,
        "file": file.name,
        "exported_at": file.exported_at,
        "loaded_at": now(),
        "rows_read": file.content.row_count,
    }
    copy = _copy(file, inbox) if file.content.has_copy else contextlib.nullcontext()
    with copy, ledger.transaction():
        if is_new:
            ledger.merge("imports", [row])
            file.content.write(ledger, import_id)
        elif file.is_dated:
            ledger.merge("imports", [{"import_id": import_id, "exported_at": file.exported_at}])
            spend.set_exported_at(ledger, import_id, file.exported_at)
    return is_new


@contextlib.contextmanager
def _copy(file: ImportFile, inbox: Path) -> Iterator[None]:
    """Copy a file to the inbox when the block succeeds, unless a copy is there."""
    folder = inbox / file.account if file.account else inbox
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for unfinished in folder.glob(".*.part"):  # by a killed process
        unfinished.unlink()
    if any(_is_copy(path, file) for path in _visible(folder)):
        yield
        return
    target = folder / file.name.lstrip(".")
    if target.exists():
        target = target.with_stem(f"{target.stem}-{file.import_id[:8]}")
    part = folder / f".{target.name}.part"
    try:
        with (
            file.path.open("rb") as source,
            open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy,
        ):
            shutil.copyfileobj(source, copy)
        if _sha256(part) != file.digest:
            raise SourceError(f"{file.name}: changed while it was read; import it again")
        exported_at = file.exported_at.replace(tzinfo=UTC).timestamp()
        os.utime(part, (exported_at, exported_at))
        yield
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _is_copy(path: Path, file: ImportFile) -> bool:
    has_same_size = path.is_file() and path.stat().st_size == file.path.stat().st_size
    return has_same_size and _sha256(path) == file.digest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _readable_sha256(path: Path) -> str:
    try:
        return _sha256(path)
    except OSError:  # reading the file as a new one reports the reason
        return ""


def _key(path: Path, inbox: Path) -> str:
    """Return a path in the inbox as text that the ledger can hold."""
    return os.fsencode(path.relative_to(inbox)).decode("utf-8", "backslashreplace")


def _visible(folder: Path) -> Sequence[Path]:
    """Return the entries of a folder by name, without hidden ones; none if it does not exist."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))
