"""Rows of exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Cells of one row, with the number of the line in which it begins."""

    number: int
    cells: Sequence[str]
