"""The few ways a source can fail; each message is one line that says what, where and what to do next."""

from __future__ import annotations


class SourceError(Exception):
    """A source, or one scope of it, could not be read."""


class AccessError(SourceError):
    """The source refuses us altogether: no scope of it can be read."""


class RefusedError(SourceError):
    """The source refuses one request: it is not open to this secret, or the source knows no such thing."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        #: the status of the answer
        self.status = status


class LedgerError(Exception):
    """The ledger cannot be opened or written."""


class LedgerBusyError(LedgerError):
    """Another process holds the ledger."""
