"""Errors of publishing and reading; each message is one line."""

from __future__ import annotations

import re

#: DuckDB's message for a file that the disk refused
REFUSED = re.compile(r'file "(?P<path>[^"]+)": (?P<reason>[^"]+)$')


class PublishError(Exception):
    """A publish that did not replace the live snapshot."""


class NothingPublishedError(Exception):
    """A missing published file."""


class SqlError(Exception):
    """A user's query that cannot be answered."""


def database_problem(error: Exception) -> str:
    """Return in one line what failed in the database, where, and what to do."""
    message = str(error).splitlines()[0]
    if refused := REFUSED.search(message):
        path, reason = refused["path"], refused["reason"]
        return f"{path}: {reason}; free some space or change its permissions, then run again"
    if "Out of Memory" in message:
        return "out of memory; give it more, then run again"
    return f"database error: {message}; check space, then run again"
