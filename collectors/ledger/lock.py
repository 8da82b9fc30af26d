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
    """Hold the data folder for one refresh; the system frees it even if the holder is killed.

    Raises LedgerBusyError where another process holds it, LedgerError where the file system knows no locks.
    """
    data.mkdir(parents=True, exist_ok=True)
    opened = os.open(data / "refresh.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _hold(data, opened)
        with contextlib.suppress(
            OSError
        ):  # who holds it is told as a courtesy, where the disk lets us
            os.ftruncate(opened, 0)
            os.pwrite(
                opened, f"process {os.getpid()} since {now():%Y-%m-%d %H:%M:%S} UTC".encode(), 0
            )
        yield
    finally:
        os.close(opened)


def _hold(data: Path, opened: int) -> None:
    """Take the lock of a data folder; raises LedgerError where that cannot be."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(opened, 200, 0).decode("utf-8", "replace").strip()
        raise LedgerBusyError(
            f"another refresh is running on {data}{f' ({holder})' if holder else ''}; wait for it, then run again"
        ) from None
    except OSError as error:
        raise LedgerError(
            f"{data} is on a file system without locks ({error.strerror}); keep it on a disk of this machine"
        ) from None
