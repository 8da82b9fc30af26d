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
