"""What can be wrong with what the user wrote, or with what would be published; each message is one line."""

from __future__ import annotations

import re

#: how DuckDB tells what the disk refused
REFUSED = re.compile(r'file "(?P<path>[^"]+)": (?P<reason>[^"]+)$')


class SettingsError(Exception):
    """headway.toml, or a file of rules, cannot be used."""


class PublishError(Exception):
    """Nothing was published; the snapshot before is still in place."""


class NothingPublishedError(Exception):
    """There is no published file to read."""


class SqlError(Exception):
    """A query that the user wrote cannot be answered."""


def database_problem(error: Exception) -> str:
    """Return in one line what a database could not do, where, and what to do about it."""
    message = str(error).splitlines()[0]
    if refused := REFUSED.search(message):
        return f"{refused['path']}: {refused['reason']}; free some space or mend its permissions, then run again"
    if "Out of Memory" in message:
        return "out of memory; give it more, then run again"
    return f"the database said: {message}; check space, then run again"
