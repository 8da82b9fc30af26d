"""Sentences of the page Knowledge."""

from __future__ import annotations

from collections.abc import Sequence

from queries.sql_files import Row

#: percent of an area's changed files below which it counts as having none
LEAST = 50
#: agents' changes that each side of a comparison needs
MIN_COMPARED = 10


def areas_sentence(rows: Sequence[Row]) -> str:
    """Return how many of the areas that change most lack guidance, an owner, or fresh guidance."""
    bare = sum(row["own_guidance_percent"] < LEAST for row in rows)
    unowned = sum(row["owner_percent"] < LEAST for row in rows)
    stale = sum(row["stale_guidance_percent"] >= LEAST for row in rows)
    which = "the area that changes" if len(rows) == 1 else f"the {len(rows)} areas that change most"
    lacks = {
        f"no guidance of {'its' if bare == 1 else 'their'} own": bare,
        "no owner": unowned,
        "stale guidance": stale,
    }
    parts = [f"{_most(number)} {lack}" for lack, number in lacks.items() if number]
    if not parts:
        return f"No lack in {which}: fresh guidance of its own, and an owner."
    comma = "," if len(parts) > 2 else ""
    first = f"{', '.join(parts[:-1])}{comma} and " if len(parts) > 1 else ""
    return f"Of {which}, {first}{parts[-1]}."


def unplaced_sentence(rows: Sequence[Row]) -> str:
    """Return which files cover no change because their history is not known; empty without any."""
    if not rows:
        return ""
    names = ", ".join(f"{row['repo']}/{row['path']}" for row in rows)
    return (
        f"No change is known to be covered by a file, because their history is not known: {names}."
    )


def outcomes_sentence(rows: Sequence[Row]) -> str:
    """Return agents' changes merged and reworked with and without guidance, as an association."""
    if _fewest(rows, "opened") < MIN_COMPARED:
        return (
            "Too few changes by agents to compare with and without guidance: each side needs "
            f"{MIN_COMPARED}."
        )
    merged = _compared(rows, "merged", "agents' changes with guidance of their own")
    if _fewest(rows, "rework_observed") < MIN_COMPARED:
        observed = " and ".join(f"{row['rework_observed']}" for row in rows)
        reworked = (
            "Rework by people cannot be compared: it can be observed for "
            f"{observed} merged changes, and each side needs {MIN_COMPARED}"
        )
    else:
        merged_changes = "merged changes with guidance whose rework can be observed"
        reworked = _compared(rows, "reworked", merged_changes, " by people")
    return f"{merged}. {reworked}. This is an association, not an effect."


def _compared(rows: Sequence[Row], name: str, changes: str, by: str = "") -> str:
    """Return the shares of both sides, and within the same repositories and sizes."""
    with_guidance, without = (row[f"{name}_percent"] for row in rows)
    text = f"{with_guidance:.0f} % of {changes} were {name}{by}, {without:.0f} % of those without"
    alike = [row[f"{name}_alike_percent"] for row in rows]
    if None not in alike:
        text += f"; {alike[0]:.0f} % and {alike[1]:.0f} % within the same repositories and sizes"
    return text


def _fewest(rows: Sequence[Row], column: str) -> int:
    """Return the smaller number of both sides; zero if there is one side only."""
    return 0 if len(rows) < 2 else int(min(row[column] for row in rows))


def documents_sentence(rows: Sequence[Row]) -> str:
    """Return how many documents guide changes, are stale, lack an owner, or have a senior one."""
    stale = sum(row["is_stale"] is True for row in rows)
    unowned = sum(row["owner_kind"] is None for row in rows)
    ranks = [row["owner_is_senior"] for row in rows if row["owner_is_senior"] is not None]
    text = (
        f"{len(rows)} {'document guides' if len(rows) == 1 else 'documents guide'} changes: "
        f"{stale} stale, {unowned} without an owner."
    )
    if ranks:
        documents = "document" if len(ranks) == 1 else "documents"
        text += (
            f" {sum(ranks)} of the {len(ranks)} {documents} whose owner's level is known "
            f"{'has' if sum(ranks) == 1 else 'have'} a senior owner."
        )
    return text


def _most(number: int) -> str:
    return f"{number} {'has' if number == 1 else 'have'}"
