"""SQL files with their headers, and the order in which models are built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path
from typing import Any

#: a row of a result by column name
Row = Mapping[str, Any]
ROOT = Path(__file__).parent / "sql"
LAYERS = ("staging", "intermediate", "marts")
COLUMN = re.compile(r"^ (\w+): (.+)$", re.MULTILINE)
#: a line of a header that continues the comment of a column is indented
CONTINUATION = re.compile(r"\n {2,}")


@dataclass(frozen=True)
class SqlFile:
    """SQL file: name, definition and column comments of its header, and statement."""

    name: str
    text: str
    definition: str
    columns: dict[str, str]

    @cached_property
    def statement(self) -> str:
        """Return the SQL without its header."""
        lines = self.text.splitlines()
        first = next(index for index, line in enumerate(lines) if not line.startswith("--"))
        return "\n".join(lines[first:]).strip()

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names that the statement reads from, but for those it defines itself."""
        own = set(re.findall(r"^(?:with )?(\w+) as \($", self.text, re.M))
        return frozenset(re.findall(r"\b(?:from|join)\s+(\w+)", self.text)) - own

    @property
    def is_published(self) -> bool:
        """Return whether the model is published; ``stg_`` and ``int_`` exist at build time only."""
        return not self.name.startswith(("stg_", "int_"))


@cache
def read_sql(path: Path) -> SqlFile:
    """Return a file of SQL with its header.

    The definition comes first, then after an empty comment line the columns.
    """
    text = path.read_text(encoding="utf-8")
    lines = takewhile(lambda line: line.startswith("--"), text.splitlines())
    definition, _, entries = "\n".join(line[2:] for line in lines).partition("\n\n")
    columns = dict(COLUMN.findall(CONTINUATION.sub(" ", entries)))
    return SqlFile(path.stem, text, " ".join(definition.split()), columns)


@cache
def models() -> tuple[SqlFile, ...]:
    """Return every model in an order in which each comes after those it reads."""
    by_key = {
        path.stem: read_sql(path) for layer in LAYERS for path in (ROOT / layer).glob("*.sql")
    }
    order = TopologicalSorter(
        {name: sorted(file.reads & by_key.keys() - {name}) for name, file in sorted(by_key.items())}
    )
    return tuple(by_key[name] for name in order.static_order())


def lineage(*files: SqlFile) -> list[SqlFile]:
    """Return the models that statements read, also through other models, in build order."""
    upstream = _upstream()
    names = {name for file in files for read in file.reads for name in upstream.get(read, ())}
    return [model for model in models() if model.name in names]


@cache
def _upstream() -> Mapping[str, frozenset[str]]:
    """Return the name of each model, and those of all that it reads, also through others."""
    names: dict[str, frozenset[str]] = {}
    for model in models():
        read = [names[name] for name in model.reads if name in names]
        names[model.name] = frozenset({model.name}).union(*read)
    return names


def checks() -> list[SqlFile]:
    """Return the checks: queries for rows that must not exist."""
    return [read_sql(path) for path in sorted((ROOT / "checks").glob("*.sql"))]


@cache
def metric_sql(name: str) -> SqlFile:
    """Return the SQL of a metric: one row per item that counts."""
    return read_sql(ROOT / "metrics" / f"{name}.sql")
