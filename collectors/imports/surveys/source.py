"""Source of surveys: waves and invited people from the user's ``surveys.toml``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collectors.errors import SourceError
from collectors.imports.surveys.mapping import SurveyMap, read_mapping
from collectors.ledger.store import Store, now
from collectors.source import CheckResult
from collectors.user_file import UserFile


class SurveySource(UserFile):
    """The file ``surveys.toml``; without it the shipped pulse is known and nobody is invited."""

    name = "surveys"
    entries = "waves"

    def check(self) -> Iterator[CheckResult]:
        """Yield whether the file can be used."""
        if not self.path.exists():
            return
        try:
            waves = sum(len(survey.waves) for survey in read_mapping(self.path).surveys)
            yield CheckResult(True, f"{self.path} has {waves:,} waves")
        except SourceError as error:
            yield CheckResult(False, str(error))

    def load(self, ledger: Store) -> int:
        """Replace the ledger's waves; raises SourceError."""
        return load(self.path, ledger)


def load(path: Path, ledger: Store) -> int:
    """Replace the ledger's waves with those of the file and return their number.

    Raises SourceError if the file is invalid; the ledger then keeps its waves.
    """
    started_at = now()
    try:
        mapping = read_mapping(path)
    except SourceError as error:
        ledger.record_load("surveys", path.name, started_at, "failed", message=str(error))
        raise
    rows = wave_rows(mapping)
    with ledger.transaction():
        ledger.replace("survey_waves", rows)
        if rows:
            ledger.record_load("surveys", path.name, started_at, "read", rows_read=len(rows))
    return sum(len(survey.waves) for survey in mapping.surveys)


def wave_rows(mapping: SurveyMap) -> list[dict[str, Any]]:
    """Return the rows of the ledger for the waves of all surveys, one for each invited team."""
    everybody: dict[str, int | None] = {"": None}
    return [
        {
            "survey": survey.key,
            "opens_on": wave.opens_on,
            "closes_on": wave.closes_on,
            "team": team or None,
            "invited": count,
        }
        for survey in mapping.surveys
        for wave in survey.waves
        for team, count in (wave.invited or everybody).items()
    ]
