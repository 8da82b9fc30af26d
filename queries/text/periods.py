"""Periods of budgets in words, and whether their budget is spent."""

from __future__ import annotations

from datetime import date

from queries.sql_files import Row


def quarter_name(quarter: str) -> str:
    """Return a quarter such as 2026-Q3 as ``Q3 2026``."""
    return " ".join(reversed(quarter.split("-")))


def month_name(first: date) -> str:
    """Return a month, for example September 2026."""
    return f"{first:%B %Y}"


def period_name(period: str) -> str:
    """Return the period of a forecast, 2026-11 or 2026, in words."""
    return month_name(date.fromisoformat(f"{period}-01")) if "-" in period else period


def is_passed(row: Row) -> bool:
    """Return whether a budget is spent by the last day of known spend; later days are forecast."""
    return row["breach_on"] is not None and bool(row["breach_on"] <= row["counted_until"])
