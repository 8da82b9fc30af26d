"""Completeness of the data as sentences: sync, agreement with GitHub, and failures."""

from __future__ import annotations

from collections.abc import Sequence

from queries.sql_files import Row
from queries.text.sentences import day


def totals_sentence(row: Row) -> str:
    """Return how far repositories are synced, and how many of GitHub's items are here."""
    total, synced = row["repositories"], row["read_repositories"]
    if not synced:
        return "No GitHub repository is completely synced yet."
    if synced < total:
        subject = f"{synced:,} of {total:,} repositories are"
    else:
        subject = "The only repository is" if total == 1 else f"All {total:,} repositories are"
    text = f"{subject} synced through {day(row['read_through'])}"
    counted = row["at_github"]
    if not counted:
        return f"{text}. GitHub's own counts of them are unknown."
    here = counted - row["missing_here"]
    are = "all are" if here == counted else f"{here:,} {_are(here)}"
    return f"{text}. Of {counted:,} pull requests and issues that GitHub counts, {are} here."


def totals_notes(row: Row) -> list[str]:
    """Return notes on the totals: uncounted items, unknown counts and pending changes."""
    notes = []
    if row["missing_there"]:
        count = row["missing_there"]
        notes.append(f"{count:,} more {_are(count)} here that GitHub does not count.")
    if row["counted_until"]:
        last = day(row["counted_until"])
        notes.append(f"GitHub's counts are those of its search, for whole days through {last}.")
    if not row["at_github"] and row["read_repositories"]:
        notes.append("The token cannot search them, or nothing was opened in them by then.")
    elif row["uncounted_repositories"]:
        count = row["uncounted_repositories"]
        noun, are = ("repository", "is") if count == 1 else ("repositories", "are")
        notes.append(
            f"Without a count: {count:,} {noun} that the token cannot search or that {are} not "
            "counted yet."
        )
    if row["discussions_at_github"]:
        listed, here = row["discussions_at_github"], row["discussions"]
        notes.append(f"GitHub lists {listed:,} discussions, and {here:,} are here.")
    if row["still_to_come"]:
        count = row["still_to_come"]
        notes.append(f"{count:,} changed {'item is' if count == 1 else 'items are'} not read yet.")
    return notes


def loads_sentence(rows: Sequence[Row]) -> str:
    """Return the result of the last attempt of every source."""
    failed = [row for row in rows if row["status"] == "failed"]
    names = dict.fromkeys(row["scope"] or row["source"] for row in failed)
    started = day(max(row["started_at"] for row in rows))
    if not failed:
        return f"The last refresh started on {started} (UTC) without a failure."
    return (
        f"The last refresh started on {started} (UTC). Failed: {', '.join(names)}; "
        "their earlier data is still used."
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
