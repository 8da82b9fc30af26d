"""What the words of exports mean: decisions, resolutions, labels, keys; and texts without what must not be kept."""

from __future__ import annotations

import re

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
DECISIONS = {
    "kept": """
        kept keep won win winner shipped ship launched adopted graduated validated confirmed success successful positive
        rolled_out roll_out""",
    "killed": """
        killed kill lost lose loss loser stopped dropped abandoned discarded rejected invalidated failed negative
        reverted removed canceled cancelled rolled_back roll_back""",
    "inconclusive": """
        inconclusive dnf did_not_finish neutral flat mixed unclear tie no_effect no_difference no_winner""",
    "": "undecided open pending running active in_progress started draft planned none tbd n_a",
}
RESOLUTIONS = {
    "not planned": """
        wont_do wont_fix wontfix will_not_do will_not_fix not_planned not_done duplicate duplicated cannot_reproduce
        cant_reproduce could_not_reproduce not_reproducible incomplete invalid declined rejected canceled cancelled
        abandoned obsolete out_of_scope not_a_bug not_an_issue as_designed by_design works_as_designed
        working_as_designed works_as_intended works_for_me deferred later withdrawn stale""",
    "completed": "done closed resolved completed complete fixed finished",
}
AUTHORS = {
    "outside": "outside outsider external customer client user",
    "inside": "inside insider internal employee staff member team",
}


def plain(text: str) -> str:
    """Return words as they are listed here: ``Won’t Do`` is ``wont_do``."""
    return re.sub(r"[\W_]+", "_", re.sub("['’`]", "", text.lower())).strip("_")


def _meaning(meanings: dict[str, str], text: str) -> str | None:
    """What a word stands for; None where it is not listed."""
    word = plain(text)
    return next((meaning for meaning, words in meanings.items() if word in words.split()), None)


def decision(text: str) -> str | None:
    """Return what was decided of an experiment, '' where nothing is yet, None for a word that is not known."""
    return _meaning(DECISIONS, text) if plain(text) else ""


def resolution(*message: str) -> str:
    """Return how a closed item ended, by what its resolution and its status say: unknown words mean completed."""
    return (
        "not planned"
        if any(_meaning(RESOLUTIONS, text) == "not planned" for text in message)
        else "completed"
    )


def is_closed(status: str) -> bool:
    """Whether a status says that an item is closed."""
    return _meaning(RESOLUTIONS, status) is not None


def author_kind(text: str) -> str | None:
    """Return whether an author is outside or inside; None where the file says something else, such as a name."""
    return _meaning(AUTHORS, text)


def labels(cells: list[str]) -> list[str]:
    """Return the labels in cells that list them with commas or semicolons, each once."""
    match = (kept(label) for cell in cells for label in re.split(r"[,;]", cell))
    return list(dict.fromkeys(label for label in match if label))


def numbered(key: str) -> tuple[str, int] | None:
    """Return project and number in a key such as ``SHOP-12``; None where it does not end in a number."""
    match = re.fullmatch(r"(.*?)([0-9]+)", key)
    return (
        (re.sub(r"[\W_]+$", "", match[1]), int(match[2])) if match and len(match[2]) < 10 else None
    )


def kept(text: str) -> str:
    """Return a text as the ledger keeps it: on one line, without e-mail addresses."""
    whole = text.encode("utf-8", "replace").decode()  # JSON can hold halves of characters
    return ADDRESS.sub("…@…", " ".join(CONTROLS.sub(" ", whole).split()))
