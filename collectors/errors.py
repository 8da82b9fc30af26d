"""Errors of sources and the ledger: one line with what is wrong, where and what to do."""

from __future__ import annotations


class SourceError(Exception):
    """A source, or one scope of it, cannot be read."""


class AccessError(SourceError):
    """A source rejects the credentials: none of its scopes can be read."""


class RefusedError(SourceError):
    """A source rejects one request: the credentials lack a permission, or it does not exist."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        #: HTTP status
        self.status = status


class LedgerError(Exception):
    """The ledger cannot be opened or written."""


class LedgerBusyError(LedgerError):
    """Another process uses the ledger."""
