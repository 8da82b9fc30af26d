"""Rules of a CODEOWNERS file, as GitHub reads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.knowledge.patterns import Pattern, owner_pattern

#: GitHub ignores larger files
SIZE_MOST = 3 * 2**20
#: heading of a section of GitLab, or its first word
HEADING = re.compile(r"\^?\[[^\]]*(?:\](?:\[\d+\])?)?")
OWNER = re.compile(r"@[\w-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class OwnerRule:
    """Line of CODEOWNERS: its pattern and owners; without owners it clears ownership."""

    line: int
    pattern: Pattern
    owners: tuple[str, ...]

    @property
    def row(self) -> dict[str, Any]:
        """Its fields as they are written to the ledger."""
        row = self.pattern.row | {"line": self.line, "owners": list(self.owners)}
        return row | {"is_catch_all": self.pattern.is_everything}


def read_rules(text: str, invalid_lines: Collection[int] = ()) -> list[OwnerRule]:
    """Return the rules of a file; an invalid line is skipped, a file that is too large has none.

    ``invalid_lines`` are those in which GitHub finds an error, such as an unknown owner.
    """
    if len(text.encode()) > SIZE_MOST:
        return []
    rules = []
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        words = _words(raw)
        if not words or number in invalid_lines or not _is_valid(words):
            continue
        rules.append(OwnerRule(number, owner_pattern(words[0]), tuple(words[1:])))
    return rules


def _words(line: str) -> list[str]:
    """Return pattern and owners of a line without its comment; a backslash keeps a blank."""
    words = re.findall(r"(?:\\.|\S)+", line)
    for index, word in enumerate(words):
        if word.startswith("#"):
            return words[:index]
    return words


def _is_valid(words: Sequence[str]) -> bool:
    """Return whether GitHub accepts a line."""
    pattern, *owners = words
    is_heading = HEADING.fullmatch(pattern) is not None
    has_bad_escape = r"\#" in pattern
    if pattern.startswith("!") or is_heading or has_bad_escape:
        return False
    return all(OWNER.fullmatch(owner) for owner in owners)
