"""Cells of CSV files, which spreadsheets open."""

from __future__ import annotations

import re

#: text that a spreadsheet runs as a formula
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?")


def harmless(cell: object) -> object:
    """Return a cell with an apostrophe before text that looks like a formula; numbers stay."""
    is_formula = isinstance(cell, str) and FORMULA.match(cell) and not NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
