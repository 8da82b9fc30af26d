"""Sentences about work that agents do."""

from __future__ import annotations

from collections.abc import Sequence

from queries.sql_files import Row
from queries.text.sentences import format_value

#: a category with fewer changes is not named in a sentence
LEAST_CHANGES = 10
NO_AGENTS = (
    "No change of an agent in this period. Headway knows agents by login, branch, label and text: "
    "run `headway rules` to see what its signals match."
)


def categories_sentence(rows: Sequence[Row]) -> str:
    """Return in which categories the share of agents is highest and lowest."""
    ranked = [row for row in rows if row["lasted"] >= LEAST_CHANGES]
    if not ranked:
        return f"No category has {LEAST_CHANGES} changes not known to be undone in this period."
    most, least = ranked[0], ranked[-1]
    text = (
        f"By their signals, the share of agents is highest in {most['category']} ({_least(most)})"
    )
    if least is not most:
        text += f" and lowest in {least['category']} ({_least(least)})"
    return f"{text}."


def _least(row: Row) -> str:
    return f"at least {format_value(row['at_least'], 'share')}"


def bounds(row: Row) -> str:
    """Return the bounds of the agents' share."""
    ends = [format_value(row[name], "share") for name in ("at_least", "at_most")]
    return f"{ends[0]} to {ends[1]}"


def category_cells(row: Row) -> dict[str, str | int]:
    """Return a category as cells."""
    count = row["rework_seen"]
    return {
        "category": row["category"],
        "lasted": row["lasted"],
        "by agents": row["by_agents"],
        "assisted": row["assisted"],
        "no signal": row["without_signal"],
        "agents' share": bounds(row) if row["lasted"] else "–",
        "handed off": _of(row["handed_off"], row["begun_by_agents"]),
        "unreviewed": row["merged_unreviewed"],
        "reworked": _of(row["reworked"], count) if count else "not observable",
    }


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "–"
