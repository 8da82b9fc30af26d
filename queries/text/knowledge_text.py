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
    return (
        f"Of {which}, {_most(bare)} no guidance of {'its' if bare == 1 else 'their'} own, "
        f"{_most(unowned)} no owner, and {_most(stale)} stale guidance."
    )


def outcomes_sentence(rows: Sequence[Row]) -> str:
    """Return the shares of agents' changes merged with and without guidance, as an association."""
    opened = {row["guidance"]: row["opened"] for row in rows}
    if len(rows) < 2 or min(opened.values()) < MIN_COMPARED:
        return (
            "Too few changes by agents to compare with and without guidance: each side needs "
            f"{MIN_COMPARED}."
        )
    with_guidance, without = rows
    alike = [row["merged_alike_percent"] for row in rows]
    text = (
        f"{with_guidance['merged_percent']:.0f} % of agents' changes with guidance of "
        f"their own were merged, {without['merged_percent']:.0f} % of those without"
    )
    if None not in alike:
        text += f"; {alike[0]:.0f} % and {alike[1]:.0f} % within the same repositories and sizes"
    return f"{text}. This is an association, not an effect."


def documents_sentence(rows: Sequence[Row]) -> str:
    """Return how many documents guide changes, and how many are stale or have no owner."""
    stale = sum(row["is_stale"] is True for row in rows)
    unowned = sum(row["owner_kind"] is None for row in rows)
    return (
        f"{len(rows)} {'document guides' if len(rows) == 1 else 'documents guide'} changes: "
        f"{stale} stale, {unowned} without an owner."
    )


def _most(number: int) -> str:
    return f"{number} {'has' if number == 1 else 'have'}"
