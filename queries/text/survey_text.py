"""Waves of a survey as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from queries.sql_files import Row
from queries.text.sentences import capitalised, day

#: items of the pulse by key, in the order of the questions
ITEMS = {
    "burnout": "burnout",
    "frustration": "frustration",
    "excitement": "excitement",
    "flow": "flow",
    "ai_help": "help by AI tools",
}
DISCLAIMER = (
    "A pulse, not a diagnosis. The questions about frustration, excitement and AI tools are not "
    "validated. Scale from 1 to 5; for burnout and frustration, less is better."
)


def waves_sentence(rows: Sequence[Row]) -> str:
    """Return how many waves there are, with the numbers of the newest."""
    starts = sorted({row["wave_start"] for row in rows})
    newest = [row for row in rows if row["wave_start"] == starts[-1]]
    parts = [f"{ITEMS[row['item']]} {row['mean']:.1f}" for row in newest if row["item"] in ITEMS]
    parts.sort(key=lambda text: list(ITEMS.values()).index(text.rpartition(" ")[0]))
    count = "1 wave" if len(starts) == 1 else f"{len(starts)} waves"
    return f"{count}. In the newest, {_dates(newest[0])}: {', '.join(parts)}."


def answers_sentence(rows: Sequence[Row]) -> str:
    """Return how many answered the newest wave, and the bounds that the others leave."""
    newest = max(rows, key=lambda row: (row["wave_start"], row["item"] == "burnout"))
    text = f"At least {newest['n']} people answered"
    rate = newest["response_rate"]
    if rate is None:
        return f"{text}. The response rate is not known: write `invited` into surveys.toml."
    text += f", about {rate:.0%} of those invited".replace("%", " %")
    if rate >= 1:
        return f"{text}."
    item, least, most = newest["item"], newest["mean_least"], newest["mean_most"]
    plausible = newest["mean_plausible"]
    still = "still " if plausible == newest["mean"] else ""
    return (
        f"{text}. In a plausible case, in which the others are less content, "
        f"{ITEMS.get(item, item)} would {still}be {plausible:.1f}. If all of them had given the "
        f"lowest or the highest answer, it would be {least:.1f} or {most:.1f}."
    )


def hidden_sentence(rows: Sequence[Row]) -> str:
    """Return how many teams are hidden in the newest wave; empty if none."""
    hidden = [row["team"] for row in rows if row["n"] is None]
    if not hidden:
        return ""
    return (
        f"Hidden: {', '.join(hidden)}. A team needs enough answers, favourable ones and others. "
        "No number may reveal a smaller group, beside the organisation or an earlier wave."
    )


def wave_name(start: date) -> str:
    """Return the name of a wave in a chart."""
    return day(start)


def item_name(item: str) -> str:
    """Return the title of an item."""
    return capitalised(ITEMS.get(item, item.replace("_", " ")))


def _dates(row: Row) -> str:
    return f"{day(row['wave_start'])} to {day(row['wave_end'])}"
