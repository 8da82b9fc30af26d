"""Backups of the ledger: before the first write of a day, before an upgrade, and how one is put back."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import duckdb

from collectors.errors import LedgerBusyError, LedgerError
from collectors.ledger import ledger_file

#: backups of days, and of upgrades, that are kept
DAYS_KEPT, UPGRADES_KEPT = 7, 2
DAY = re.compile(r"\d{4}-\d\d-\d\d")
OF_A_DAY = re.compile(r"-\d{4}-\d\d-\d\d\.duckdb$")
OF_AN_UPGRADE = re.compile(r"-\d{4}-\d\d-\d\d-before-\d{3}\.duckdb$")
SET_ASIDE = "before-restore"
#: Linux's request to share the blocks of another file (FICLONE); other systems and file systems refuse it
CLONE = 0x40049409


@dataclass(frozen=True)
class Backup:
    """A file that can be put in the ledger's place, or the line that says why not."""

    path: Path
    day: str
    size: int
    version: int = 0
    pull_requests: int = 0
    problem: str = ""

    @property
    def is_set_aside(self) -> bool:
        """Whether it is a ledger that another one was put in the place of."""
        return SET_ASIDE in self.path.name


def back_up(path: Path, upgrade_to: int | None) -> None:
    """Copy the closed ledger before its first write of a day, or before the migration ``upgrade_to``.

    Raises LedgerError where there is no room for it: then nothing is written at all.
    """
    of_today = _folder(path) / f"{path.stem}-{_now():%Y-%m-%d}.duckdb"
    target = (
        of_today.with_stem(f"{of_today.stem}-before-{upgrade_to:03}") if upgrade_to else of_today
    )
    if target == of_today and target.exists():
        return
    ledger_file.fold(path)  # a copy of the file alone would miss the rows of a log
    _copy(path, target, "the backup of the ledger")
    for pattern, stored in ((OF_A_DAY, DAYS_KEPT), (OF_AN_UPGRADE, UPGRADES_KEPT)):
        for stale in [row for row in _files(path) if pattern.search(row.name)][:-stored]:
            stale.unlink()
    for remaining in target.parent.glob(f"{path.stem}-*.part"):
        remaining.unlink()


def listed(path: Path) -> list[Backup]:
    """Return every backup of a ledger, the newest first."""
    result = [_looked_at(backup) for backup in _files(path)]
    return sorted(result, key=lambda item: (item.day, item.path.stat().st_mtime), reverse=True)


def chosen(path: Path, which: str) -> Path:
    """Return the backup that a user means by a day, a name or a path; '' is the newest that can be used.

    Raises LedgerError where there is none, or more than one.
    """
    folder = _folder(path)
    if not which:
        if usable := [
            item.path for item in listed(path) if not item.problem and not item.is_set_aside
        ]:
            return usable[0]
        raise LedgerError(
            f"{folder} holds no backup that can be used; name a file: headway restore FILE"
        )
    if DAY.fullmatch(which):
        of_day = [item.path for item in listed(path) if item.day == which and not item.is_set_aside]
        if len(of_day) == 1:
            return of_day[0]
        names = ", ".join(item.name for item in of_day)
        message = f"{folder} holds {len(of_day)} backups of {which}"
        raise LedgerError(
            f"{message}; name one: {names}"
            if names
            else f"{message}; `headway restore` lists what is there"
        )
    for row in (Path(which), folder / which):
        if row.exists():
            return row
    raise LedgerError(f"there is no backup {which}; `headway restore` lists what is there")


def restore(path: Path, backup: Path) -> Path | None:
    """Put a copy of a backup in the ledger's place, and return where the ledger that was there is kept now.

    Whoever is killed in it leaves the one or the other, whole. Raises LedgerError where the backup cannot be used;
    then nothing was changed.
    """
    if backup.exists() and path.exists() and backup.samefile(path):
        raise LedgerError(f"{backup} is the ledger itself; `headway restore` lists its backups")
    fresh = path.with_name(f"{path.stem}-restoring.duckdb")
    try:
        for of in ("", ".wal"):
            source = Path(f"{backup}{of}")
            if not of or source.exists():
                _copy(source, Path(f"{fresh}{of}"), "the backup")
        _check(fresh, backup)
        aside = _set_aside(path)
        fresh.replace(path)
        _sync(path.parent)
    finally:
        for remaining in (fresh, Path(f"{fresh}.wal")):
            remaining.unlink(missing_ok=True)
    return aside


def _set_aside(path: Path) -> Path | None:
    """Give the ledger a second name among the backups, and leave no log that would be taken for the next one's."""
    log = Path(f"{path}.wal")
    if not path.exists():
        log.unlink(missing_ok=True)
        return None
    try:
        ledger_file.connect_reader(path).close()
        ledger_file.fold(path)
    except LedgerBusyError:
        raise
    except LedgerError:
        pass  # it is broken, which is why it is replaced: it is kept as it is, with its log
    for stale in _files(path):
        if SET_ASIDE in stale.name and stale.samefile(path):  # left by a restore that was killed
            stale.unlink()
    aside = _folder(path) / f"{path.stem}-{SET_ASIDE}-{_now():%Y-%m-%dT%H%M%S%f}.duckdb"
    _make(aside.parent)
    try:
        os.link(path, aside)
    except OSError:  # not every file system has second names
        _copy(path, aside, "the ledger that is set aside")
    if log.exists():
        _copy(log, Path(f"{aside}.wal"), "the log of the ledger that is set aside")
        log.unlink()
    _sync(aside.parent)
    return aside


def _check(fresh: Path, backup: Path) -> None:
    """Read every row of a copy; raises LedgerError, which names the backup, where it is not a whole ledger."""
    try:
        ledger_file.fold(fresh)
        with ledger_file.connect_reader(fresh) as db:
            done = ledger_file.migrations_of(backup, db)
            for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
                db.execute(f"select bit_xor(hash(held)) from {table} as held").fetchall()
    except (LedgerError, duckdb.Error) as error:
        message = str(error).splitlines()[0].replace(str(fresh), str(backup)).partition(";")[0]
        raise LedgerError(
            f"{message}; nothing was changed: choose another, `headway restore` lists them"
        ) from None
    if not done:
        raise LedgerError(f"{backup} is an empty DuckDB file; nothing was changed: choose another")


def _looked_at(backup: Path) -> Backup:
    day = DAY.search(backup.name)
    known_values = Backup(backup, day[0] if day else "", backup.stat().st_size)
    try:
        with ledger_file.connect_reader(backup) as db:
            version = max(ledger_file.migrations_of(backup, db), default=0)
            (count,) = db.execute("select count(*) from github_pull_requests").fetchone() or (0,)
    except (LedgerError, duckdb.Error) as error:
        return Backup(
            known_values.path,
            known_values.day,
            known_values.size,
            problem=str(error).splitlines()[0].partition(";")[0],
        )
    return Backup(known_values.path, known_values.day, known_values.size, version, count)


def _files(path: Path) -> Iterator[Path]:
    """Every backup of a ledger, by name."""
    return (row for row in sorted(_folder(path).glob(f"{path.stem}-*.duckdb")) if row.is_file())


def _folder(path: Path) -> Path:
    return path.parent / "backups"


def _now() -> datetime:
    return datetime.now(UTC)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)


def _copy(source: Path, target: Path, label: str) -> None:
    """Copy a closed file, whole or not at all, readable by its owner alone; raises LedgerError with what it is for."""
    part = target.with_name(f"{target.name}.part")
    size = 0
    try:
        _make(target.parent)
        part.unlink(missing_ok=True)
        with source.open("rb") as old:
            size = os.fstat(old.fileno()).st_size
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                if not _cloned(old, new):
                    if size > shutil.disk_usage(part.parent).free:
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    shutil.copyfileobj(old, new, 1 << 20)
                new.flush()
                os.fsync(new.fileno())
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # a folder that cannot be written is told below
            part.unlink(missing_ok=True)
        raise LedgerError(
            f"{label} ({size / 1e6:,.1f} MB) cannot be copied from {source} to {part.parent} ({error.strerror}); "
            "free some space or mend its permissions, then run again; nothing was changed"
        ) from None


def _cloned(old: BinaryIO, new: BinaryIO) -> bool:
    """Whether the file system could share the blocks of one file with another, at no cost."""
    try:
        fcntl.ioctl(new.fileno(), CLONE, old.fileno())
    except OSError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
