"""acme/shop, autumn 2025: lists longer than a page, whose last page decides a published value."""

from __future__ import annotations

from .source import (
    ADDED,
    APPROVED,
    COMMENTED,
    MERGE,
    Commit,
    Event,
    Pull,
    closed,
    labeled,
    later,
    ready,
    reopened,
    unlabeled,
)


def _triage(start: str) -> list[Event]:
    """The label on and off again, 51 times."""
    result: list[Event] = []
    for turn in range(51):
        result.append(labeled(later(start, 10 * turn), "github-actions", "needs-triage"))
        result.append(unlabeled(later(start, 10 * turn + 5), "github-actions", "needs-triage"))
    return result


PULLS = [
    # Case: 105 commits and 104 files. The last commit was authored first and alone holds the AI
    # trailer; the last file alone is outside docs. Merged with its commits, so that the history of
    # the branch is longer than a page.
    Pull(
        20,
        "Books moved in",
        "jon",
        "2025-09-22 12:00",
        method=MERGE,
        commits=[
            *(Commit(later("2025-09-21 12:00", i), f"Page {i}") for i in range(1, 105)),
            Commit(
                "2025-09-20 12:00", "The script\n\nAssisted-by: Zed", committed="2025-09-21 20:00"
            ),
        ],
        reviews=[("2025-09-23 00:00", "gus", APPROVED)],
        merged=("2025-09-23 12:00", "gus"),
        files=[
            *((f"docs/pages/{i:03}.md", 2, 0, ADDED) for i in range(1, 104)),
            ("tools/move.py", 4, 0, ADDED),
        ],
    ),
    # Case: 102 comments and 104 reviews. Bots and agents fill the first page; people come after.
    Pull(
        21,
        "feat: address book",
        "gus",
        "2025-10-01 08:00",
        commits=[Commit("2025-10-01 06:00")],
        comments=[
            *((later("2025-10-01 08:05", 5 * i), "github-actions") for i in range(101)),
            ("2025-10-01 20:00", "hal"),
        ],
        reviews=[
            *((later("2025-10-01 08:05", 5 * i), "coderabbitai", COMMENTED) for i in range(102)),
            ("2025-10-01 22:00", "ivy", COMMENTED),
            ("2025-10-02 06:00", "ivy", APPROVED),
        ],
        merged=("2025-10-02 08:00", "gus"),
        files=[("src/account/address.py", 90, 0, ADDED)],
    ),
    # Case: more than 100 timeline events, with what matters at the end: ready, closed, reopened,
    # and the label that tells the work type.
    Pull(
        22,
        "Tune the queue",
        "hal",
        "2025-10-03 08:00",
        draft=True,
        labels=["feature"],
        commits=[Commit("2025-10-03 07:00")],
        events=[
            *_triage("2025-10-03 08:05"),
            ready("2025-10-03 20:00", "hal"),
            closed("2025-10-03 21:00", "hal"),
            reopened("2025-10-03 22:00", "hal"),
            labeled("2025-10-03 23:00", "gus", "feature"),
        ],
        reviews=[("2025-10-04 08:00", "gus", APPROVED)],
        merged=("2025-10-04 10:00", "hal"),
        files=[("src/queue/worker.py", 30, 15)],
    ),
]
