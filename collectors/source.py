"""Contract of every source: GitHub, the vendors of AI, people and imported files.

The command line knows sources only by this contract. A new source is one folder that implements
it and one line where the pipeline lists its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collectors.ledger.store import Store


#: event of a source that is not read, because its secret is not set
NOT_READ = "not_read"


@dataclass(frozen=True)
class CheckResult:
    """One line about a source: what worked, or what failed and what to do next."""

    is_good: bool
    text: str
    #: the event of the line in the log for machines, with fields of its own
    event: str = "finding"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Progress of one repository, or a wait (``note`` describes it and ``repo`` is empty)."""

    repo: str
    done: int
    total: int
    note: str = ""


Report = Callable[[Progress], None]


class Source(Protocol):
    """A source of raw rows. It computes nothing: a new metric never needs a new collection."""

    @property
    def name(self) -> str:
        """Name on the command line and in the ledger's table ``loads``."""
        ...

    def check(self) -> Iterator[CheckResult]:
        """Yield whether the source can be read with its credentials; changes nothing."""
        ...

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield what a refresh would read; ``ledger`` is open read-only."""
        ...

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Read what is new into the ledger, a batch a transaction, and yield each result."""
        ...
