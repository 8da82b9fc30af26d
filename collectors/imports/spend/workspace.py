"""Temporary folders of imports; those of killed processes are removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path

PREFIX = "headway-import-"


class Workspace:
    """A private temporary folder, deleted with its object. The process has a lock on it."""

    def __init__(self) -> None:
        """Create the folder, and remove those of killed processes."""
        self.folder, descriptor = _create()
        self.remove = weakref.finalize(self, _remove, self.folder, descriptor)
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _remove_unlocked(folder)

    def link(self, path: Path) -> Path:
        """Return a link to a file with a name of ours: in some names DuckDB sees a pattern."""
        link = self.folder / "input"
        with contextlib.suppress(FileExistsError):
            link.symlink_to(path.resolve())
        return link


def _create() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if folder.exists():  # no other process took it for one without an owner
            return folder, descriptor
        os.close(descriptor)


def _remove_unlocked(folder: Path) -> None:
    """Remove a folder of this user, and no link, that no process has locked."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:  # its process runs
        pass
    finally:
        os.close(descriptor)


def _remove(folder: Path, descriptor: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(descriptor)
