"""Vocabulary of exports: decisions, resolutions, authors, labels and keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

from collectors.characters import clean

DECISIONS = {
    "kept": """
        kept keep won win winner shipped ship launched adopted graduated validated confirmed
        success successful positive rolled_out roll_out""",
    "killed": """
        killed kill lost lose loss loser stopped dropped abandoned discarded rejected invalidated
        failed negative reverted removed canceled cancelled rolled_back roll_back""",
    "inconclusive": """
        inconclusive dnf did_not_finish neutral flat mixed unclear tie no_effect no_difference
        no_winner""",
    "": "undecided open pending running active in_progress started draft planned none tbd n_a",
}
RESOLUTIONS = {
    "not planned": """
        wont_do wont_fix wontfix will_not_do will_not_fix not_planned not_done duplicate duplicated
        cannot_reproduce cant_reproduce could_not_reproduce not_reproducible incomplete invalid
        declined rejected canceled cancelled abandoned obsolete out_of_scope not_a_bug not_an_issue
        as_designed by_design works_as_designed working_as_designed works_as_intended works_for_me
        deferred later withdrawn stale""",
    "completed": "done closed resolved completed complete fixed finished",
}
#: statuses of items that are open, also if they were closed before
OPEN = """
    open reopened to_do todo in_progress in_review backlog selected_for_development new no_category
    undefined indeterminate"""
DEPLOYMENT_STATUSES = {
    "succeeded": "succeeded success successful ok done complete completed finished deployed passed",
    "failed": "failed failure fail error errored broken",
    "pending": """
        pending queued waiting running in_progress started created canceled cancelled aborted
        skipped inactive""",
}
AUTHORS = {
    "outside": "outside outsider external customer client user",
    "inside": "inside insider internal employee staff member team",
}


def normalize(text: str) -> str:
    """Return words as they are listed here: ``Won’t Do`` is ``wont_do``."""
    return re.sub(r"[\W_]+", "_", re.sub("['’`]", "", text.lower())).strip("_")


def _look_up(meanings: dict[str, str], text: str) -> str | None:
    """Return the meaning of a word; None if it is not listed."""
    word = normalize(text)
    return next((meaning for meaning, words in meanings.items() if word in words.split()), None)


def decision(text: str) -> str | None:
    """Return the decision about an experiment: '' if there is none yet, None if unknown."""
    return _look_up(DECISIONS, text) if normalize(text) else ""


def deployment_status(text: str) -> str | None:
    """Return the status of a deployment: succeeded if it is empty, None if unknown."""
    return _look_up(DEPLOYMENT_STATUSES, text) if normalize(text) else "succeeded"


def resolution(*texts: str) -> str:
    """Return the resolution of a closed item from its texts; unknown words mean completed."""
    is_not_planned = any(_look_up(RESOLUTIONS, text) == "not planned" for text in texts)
    return "not planned" if is_not_planned else "completed"


def is_closed(status: str) -> bool:
    """Return whether a status means that an item is closed."""
    return _look_up(RESOLUTIONS, status) is not None


def is_open(status: str) -> bool:
    """Return whether a status means that an item is open."""
    return normalize(status) in OPEN.split()


def author_kind(text: str) -> str | None:
    """Return whether an author is outside or inside; None for other texts, such as a name."""
    return _look_up(AUTHORS, text)


def labels(cells: Iterable[str]) -> list[str]:
    """Return the distinct labels in cells that separate them by commas or semicolons."""
    texts = re.split(r"[,;]", ",".join(cells))
    return list(dict.fromkeys(label for label in map(clean, texts) if label))


def split_key(key: str) -> tuple[str, int] | None:
    """Return project and number of a key such as ``SHOP-12``; None if it does not end in one."""
    prefix = key.rstrip("0123456789")
    digits = key[len(prefix) :]
    if not 1 <= len(digits) <= 9:
        return None
    end = next((end for end in range(len(prefix), 0, -1) if prefix[end - 1].isalnum()), 0)
    return prefix[:end], int(digits)
