"""Backups of the ledger: before the first write of a day, before an upgrade; and restore."""

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

#: number of newest backups that are not deleted
DAILY_BACKUPS, UPGRADE_BACKUPS = 7, 2
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DAILY = re.compile(r"-\d{4}-\d\d-\d\d\.duckdb$")
UPGRADE = re.compile(r"-\d{4}-\d\d-\d\d-before-\d{3}\.duckdb$")
SET_ASIDE = "before-restore"
#: Linux's FICLONE: shares the blocks of another file; some file systems do not support it
CLONE = 0x40049409


@dataclass(frozen=True)
class Backup:
    """A file that can replace the ledger, or the problem why it cannot."""

    path: Path
    day: str
    size: int
    version: int = 0
    pull_requests: int = 0
    problem: str = ""

    @property
    def is_replaced_ledger(self) -> bool:
        """Return whether it is a ledger that a restore replaced."""
        return SET_ASIDE in self.path.name


def back_up(path: Path, upgrade_to: int | None) -> None:
    """Copy the closed ledger once a day, or before it is upgraded to version ``upgrade_to``.

    Raises LedgerError if there is no space; nothing is written then.
    """
    daily = _folder(path) / f"{path.stem}-{_now():%Y-%m-%d}.duckdb"
    target = daily.with_stem(f"{daily.stem}-before-{upgrade_to:03}") if upgrade_to else daily
    if target == daily and target.exists():
        return
    ledger_file.checkpoint(path)  # a copy of the file alone has no rows of its log
    _copy(path, target, "the backup of the ledger")
    for pattern, limit in ((DAILY, DAILY_BACKUPS), (UPGRADE, UPGRADE_BACKUPS)):
        for stale in [file for file in _backup_files(path) if pattern.search(file.name)][:-limit]:
            stale.unlink()
    for remaining in target.parent.glob(f"{path.stem}-*.part"):
        remaining.unlink()


def list_backups(path: Path) -> list[Backup]:
    """Return the backups of a ledger, newest first."""
    backups = [_inspect(file) for file in _backup_files(path)]
    return sorted(backups, key=lambda item: (item.day, item.path.stat().st_mtime), reverse=True)


def select(path: Path, which: str) -> Path:
    """Return a backup by day, name or path; by '' the newest usable one.

    Raises LedgerError if there is none, or more than one.
    """
    folder = _folder(path)
    candidates = [backup for backup in list_backups(path) if not backup.is_replaced_ledger]
    if not which:
        usable = [backup.path for backup in candidates if not backup.problem]
        if not usable:
            raise LedgerError(f"{folder} has no usable backup; name a file: headway restore FILE")
        return usable[0]
    if DAY.fullmatch(which):
        of_day = [backup.path for backup in candidates if backup.day == which]
        if len(of_day) == 1:
            return of_day[0]
        names = ", ".join(file.name for file in of_day)
        advice = f"name one: {names}" if names else "`headway restore` lists the backups"
        raise LedgerError(f"{folder} has {len(of_day)} backups of {which}; {advice}")
    for file in (Path(which), folder / which):
        if file.exists():
            return file
    raise LedgerError(f"there is no backup {which}; `headway restore` lists the backups")


def restore(path: Path, backup: Path) -> Path | None:
    """Replace the ledger with a backup; return where the replaced ledger is now.

    A kill at any time leaves one of the two, whole. Raises LedgerError if the backup cannot be
    used; nothing is changed then.
    """
    if backup.exists() and path.exists() and backup.samefile(path):
        raise LedgerError(f"{backup} is the ledger itself; `headway restore` lists its backups")
    fresh = path.with_name(f"{path.stem}-restoring.duckdb")
    try:
        for suffix in ("", ".wal"):
            source = Path(f"{backup}{suffix}")
            if not suffix or source.exists():
                _copy(source, Path(f"{fresh}{suffix}"), "the backup")
        _check(fresh, backup)
        _keep_published(path, fresh)
        aside = _set_aside(path)
        fresh.replace(path)
        _sync(path.parent)
    finally:
        for remaining in (fresh, Path(f"{fresh}.wal")):
            remaining.unlink(missing_ok=True)
    return aside


def _keep_published(path: Path, fresh: Path) -> None:
    """Copy what the ledger was published as into the copy of a backup.

    A ledger that cannot be read has nothing to copy: the next publish refuses to go on beside
    snapshots that it does not remember.
    """
    try:
        ledger_file.connect_reader(path).close()
    except LedgerBusyError:
        raise
    except LedgerError:
        return
    with ledger_file.connect(fresh) as db:
        db.execute("attach $path as replaced (read_only)", {"path": str(path)})
        names = db.execute(
            "select database_name = 'replaced', table_name from duckdb_tables() "
            "where starts_with(table_name, 'published_')"
        ).fetchall()
        db.begin()
        if (False, "published_spend") in names:  # as last published; of no person, so not added up
            db.execute("delete from published_spend where atom_id is null")
        for table in (name for is_replaced, name in names if is_replaced):
            is_added = (False, table) in names and table != "published_people"
            own = f"union from {table}" if is_added else ""
            db.execute(f"create or replace table {table} as from replaced.{table} {own}")
        db.commit()
        db.execute("detach replaced")


def _set_aside(path: Path) -> Path | None:
    """Link the ledger among the backups, and move its log, which DuckDB would replay otherwise."""
    log = Path(f"{path}.wal")
    if not path.exists():
        log.unlink(missing_ok=True)
        return None
    try:
        ledger_file.connect_reader(path).close()
        ledger_file.checkpoint(path)
    except LedgerBusyError:
        raise
    except LedgerError:
        pass  # a broken ledger is linked as it is, with its log
    for stale in _backup_files(path):
        if SET_ASIDE in stale.name and stale.samefile(path):  # by a killed restore
            stale.unlink()
    aside = _folder(path) / f"{path.stem}-{SET_ASIDE}-{_now():%Y-%m-%dT%H%M%S%f}.duckdb"
    _make(aside.parent)
    try:
        os.link(path, aside)
    except OSError:  # file systems without hard links
        _copy(path, aside, "the ledger that is set aside")
    if log.exists():
        _copy(log, Path(f"{aside}.wal"), "the log of the ledger that is set aside")
        log.unlink()
    _sync(aside.parent)
    return aside


def _check(fresh: Path, backup: Path) -> None:
    """Read every row of a copy; raises LedgerError about the backup if it is not a whole ledger."""
    try:
        ledger_file.checkpoint(fresh)
        with ledger_file.connect_reader(fresh) as db:
            applied = ledger_file.applied_migrations(backup, db)
            for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
                db.execute(f"select bit_xor(hash(rows)) from {table} as rows").fetchall()
    except (LedgerError, duckdb.Error) as error:
        message = str(error).splitlines()[0].replace(str(fresh), str(backup)).partition(";")[0]
        raise LedgerError(
            f"{message}; nothing was changed; `headway restore` lists other backups"
        ) from None
    if not applied:
        raise LedgerError(
            f"{backup} is an empty DuckDB file; nothing was changed; name another backup"
        )


def _inspect(file: Path) -> Backup:
    """Return a backup with its version and size, or its problem."""
    match = DAY.search(file.name)
    day = match[0] if match else ""
    size = file.stat().st_size
    try:
        with ledger_file.connect_reader(file) as db:
            version = max(ledger_file.applied_migrations(file, db), default=0)
            (count,) = db.execute("select count(*) from github_pull_requests").fetchone() or (0,)
    except (LedgerError, duckdb.Error) as error:
        problem = str(error).splitlines()[0].partition(";")[0]
        return Backup(file, day, size, problem=problem)
    return Backup(file, day, size, version, count)


def _backup_files(path: Path) -> Iterator[Path]:
    """Yield the backups of a ledger, by name."""
    return (file for file in sorted(_folder(path).glob(f"{path.stem}-*.duckdb")) if file.is_file())


def _folder(path: Path) -> Path:
    return path.parent / "backups"


def _now() -> datetime:
    return datetime.now(UTC)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)


def _copy(source: Path, target: Path, label: str) -> None:
    """Copy a closed file, readable only by its owner; ``label`` describes it in a LedgerError."""
    part = target.with_name(f"{target.name}.part")
    size = 0
    try:
        _make(target.parent)
        part.unlink(missing_ok=True)
        with source.open("rb") as old:
            size = os.fstat(old.fileno()).st_size
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                if not _clone(old, new):
                    if size > shutil.disk_usage(part.parent).free:
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    shutil.copyfileobj(old, new, 1 << 20)
                new.flush()
                os.fsync(new.fileno())
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # the error below covers it
            part.unlink(missing_ok=True)
        raise LedgerError(
            f"{label} ({size / 1e6:,.1f} MB) cannot be copied from {source} to {part.parent} "
            f"({error.strerror}); free some space or change its permissions, then run again; "
            "nothing was changed"
        ) from None


def _clone(old: BinaryIO, new: BinaryIO) -> bool:
    """Share the blocks of a file, which takes no space; return whether that is supported."""
    try:
        fcntl.ioctl(new.fileno(), CLONE, old.fileno())
    except OSError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
