"""Sources that are one file of the user's, which each refresh reads whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from collectors.errors import SourceError
from collectors.ledger.store import Store
from collectors.source import CheckResult, Report


@dataclass(frozen=True)
class UserFile(ABC):
    """A file whose rows replace those of the ledger, unless one of them is invalid."""

    path: Path
    name: ClassVar[str]
    #: what its entries are called in messages
    entries: ClassVar[str]

    @abstractmethod
    def load(self, ledger: Store) -> int:
        """Replace the ledger's rows and return the number of entries; raises SourceError."""

    @abstractmethod
    def check(self) -> Iterator[CheckResult]:
        """Yield whether the file can be used."""

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield whether the file can be used; a refresh reads it whole."""
        yield from self.check()

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Replace the ledger's rows with those of the file, or keep them if it is invalid."""
        try:
            count = self.load(ledger)
        except SourceError as error:
            message = f"{error}; until then the last valid {self.path.name} is used"
            yield CheckResult(False, message, facts={"source": self.name})
            return
        if count:
            facts = {"source": self.name, "status": "read", "rows": count}
            text = f"{self.path.name}: read, {count:,} {self.entries}"
            yield CheckResult(True, text, facts=facts)
