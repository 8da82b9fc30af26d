"""Paths of an installation: the data folder and the settings file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DataPaths:
    """Data folder and settings file of an installation."""

    data: Path
    config: Path

    @property
    def ledger(self) -> Path:
        """The private ledger."""
        return self.data / "ledger.duckdb"

    @property
    def published(self) -> Path:
        """The link to the published file."""
        return self.data / "headway.duckdb"

    @property
    def seeds(self) -> Path:
        """The user's own rules and people."""
        return self.data / "seeds"

    @property
    def inbox(self) -> Path:
        """Files exported by other tools."""
        return self.data / "inbox"

    @property
    def people(self) -> Path:
        """The user's teams and roles."""
        return self.seeds / "people.csv"

    @property
    def surveys(self) -> Path:
        """The user's surveys."""
        return self.seeds / "surveys.toml"
