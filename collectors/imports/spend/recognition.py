"""Recognition of spend by the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.errors import SourceError
from collectors.imports.formats import normalize_header
from collectors.imports.hints import missing_columns
from collectors.imports.spend.formats import GENERIC, VENDORS, SpendFormat

#: share of the required columns with which a file counts as an incomplete export
LIKENESS = 0.7


def vendor_format(name: str, header: Sequence[str]) -> SpendFormat | None:
    """Return the format of a vendor's export; None if the header is not one.

    Raises SourceError if the header lacks a few columns of a vendor's export.
    """
    for candidate in VENDORS:
        missing = candidate.missing(header)
        if not missing:
            return candidate
        if len(missing) <= len(candidate.required) * (1 - LIKENESS):
            columns = missing_columns(header, missing, candidate.columns)
            advice = "" if "`" in columns else "; export it whole"
            raise SourceError(
                f"{name}, line 1, column 1: looks like {candidate.title}; {columns}{advice}"
            )
    return None


def is_generic(header: Sequence[str]) -> bool:
    """Return whether a header has a day and an amount, as Headway's own format."""
    headers = {normalize_header(cell) for cell in header}
    amounts = {"cost_usd", *GENERIC.columns["amount"]}
    return not GENERIC.missing(header) and bool(headers & amounts)
