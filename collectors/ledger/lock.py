"""Lock of a data folder: one refresh at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from collectors.errors import LedgerBusyError, LedgerError
from collectors.ledger.store import now


@contextlib.contextmanager
def refresh_lock(data: Path) -> Iterator[None]:
    """Lock the data folder for one refresh; the system unlocks it even if the process is killed.

    Raises LedgerBusyError if another process has the lock, LedgerError if the file system does not
    support locks.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = os.open(data / "refresh.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(data, lock)
        owner = f"process {os.getpid()} since {now():%Y-%m-%d %H:%M:%S} UTC"
        with contextlib.suppress(OSError):  # the owner is only information: a full disk is fine
            os.ftruncate(lock, 0)
            os.pwrite(lock, owner.encode(), 0)
        yield
    finally:
        os.close(lock)


def _acquire(data: Path, lock: int) -> None:
    """Acquire the lock of a data folder; raises LedgerError if that fails."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 200, 0).decode("utf-8", "replace").strip()
        raise LedgerBusyError(
            f"another refresh is running on {data}{f' ({owner})' if owner else ''}; "
            "wait for it, then run again"
        ) from None
    except OSError as error:
        raise LedgerError(
            f"{data} is on a file system without locks ({error.strerror}); "
            "use a disk of this machine"
        ) from None
