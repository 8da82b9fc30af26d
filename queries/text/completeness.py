"""What was read, and whether it agrees with GitHub, as words that a leader can read aloud."""

from __future__ import annotations

from collections.abc import Sequence

from queries.read.listings import Row
from queries.text.sentences import day


def totals_sentence(row: Row) -> str:
    """Return how far the repositories were read, and how many of what GitHub counts are here."""
    whole, read = row["repositories"], row["read_repositories"]
    if not read:
        return "No repository of GitHub has been read to its end yet."
    which = (
        f"All {whole:,} repositories were"
        if read == whole > 1
        else f"{read:,} of {whole:,} repositories were"
    )
    which = "The one repository was" if read == whole == 1 else which
    message = f"{which} read through {day(row['read_through'])}"
    if not row["at_github"]:
        return f"{message}; what GitHub itself counts in them is not known."
    counted = row["at_github"]
    here = counted - row["missing_here"]
    are = "all are" if here == counted else f"{here:,} {'is' if here == 1 else 'are'}"
    return f"{message}; of {counted:,} pull requests and issues that GitHub counts, {are} here."


def totals_asides(row: Row) -> list[str]:
    """Return what stands beside that sentence: what GitHub does not count, what is not known, what is still to come."""
    message = []
    if row["missing_there"]:
        message.append(
            f"{row['missing_there']:,} more {_are(row['missing_there'])} here that GitHub does not count."
        )
    if row["counted_until"]:
        message.append(
            f"GitHub's count is that of its search, of complete days through {day(row['counted_until'])}."
        )
    if not row["at_github"] and row["read_repositories"]:
        message.append(
            "Its search does not show them to this token, or nothing was opened in them by then."
        )
    elif row["uncounted_repositories"]:
        many = f"{row['uncounted_repositories']:,} of the repositories"
        message.append(
            f"Not counted, as GitHub's search does not show it or was not asked yet: {many}."
        )
    if row["discussions_at_github"]:
        message.append(
            f"GitHub lists {row['discussions_at_github']:,} discussions, and {row['discussions']:,} are here."
        )
    if row["still_to_come"]:
        message.append(
            f"{row['still_to_come']:,} that changed {_are(row['still_to_come'])} still to come."
        )
    return message


def loads_sentence(rows: Sequence[Row]) -> str:
    """Return how the last attempt of every source went."""
    failed = [row for row in rows if row["status"] == "failed"]
    names = dict.fromkeys(row["scope"] or row["source"] for row in failed)
    newest = max(rows, key=lambda row: row["started_at"])
    message = f"The last refresh began on {day(newest['started_at'])} (UTC)"
    if not failed:
        return f"{message}, and nothing failed."
    return f"{message}; {', '.join(names)} failed, and what was read before stays."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
