"""Errors in settings and in files of rules and rates."""


class SettingsError(Exception):
    """An unusable file of settings, rules or rates; the message is one line."""
