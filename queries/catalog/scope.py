"""Scope of a number: repository, team, work type and authorship."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Filters of a number; None means all."""

    repo: str | None = None
    team: str | None = None
    work_type: str | None = None
    authorship: str | None = None

    @property
    def published(self) -> tuple[str, str] | None:
        """Return its kind and name in ``answers``; None for several filters at once."""
        filters = [(kind, name) for kind, name in vars(self).items() if name is not None]
        return None if len(filters) > 1 else filters[0] if filters else ("org", "")
