"""What can be wrong with what the user wrote, or with what would be published; each message is one line."""

from __future__ import annotations


class SettingsError(Exception):
    """headway.toml, or a file of rules, cannot be used."""


class PublishError(Exception):
    """Nothing was published; the snapshot before is still in place."""


class NothingPublishedError(Exception):
    """There is no published file to read."""


class SqlError(Exception):
    """A query that the user wrote cannot be answered."""
