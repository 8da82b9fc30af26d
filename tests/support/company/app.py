"""acme/app: capabilities, experiments and what its deployments brought.

The issues stand in ``app_issues.py``.

Most pull requests take one day: written at 8, opened at 10, reviewed at 12, merged at 14 o'clock by
their author.
"""

from __future__ import annotations

from typing import Any

from .source import (
    ADDED,
    APPROVED,
    DELETED,
    Commit,
    Deployment,
    Milestone,
    Pull,
    Push,
    assigned,
    labeled,
    sha,
)

COPILOT = "198982749+Copilot@users.noreply.github.com"


def _pull(
    number: int, title: str, author: str, day: str, path: str, reviewer: str, **members: Any
) -> Pull:
    """A pull request of one day that adds 20 lines in one file."""
    plain: dict[str, Any] = {
        "commits": [Commit(f"{day} 08:00")],
        "files": [(path, 20, 0, ADDED)],
        "reviews": [(f"{day} 12:00", reviewer, APPROVED)],
        "merged": (f"{day} 14:00", author),
    }
    return Pull(number, title, author, f"{day} 10:00", **plain | members)


PUSHES = [
    Push(0, "2025-01-06 10:00", "Initial commit", "ada"),
    # What was pushed without a pull request is deployed too.
    Push(1, "2026-04-14 09:00", "Update the texts", "gus"),
]

PULLS = [
    # Case: a feature without an issue. Durability not observable: nothing was undone here yet.
    _pull(1, "feat: start page", "ada", "2025-01-08", "src/app/start.ts", "bea"),
    _pull(2, "feat: widget of the basket", "gus", "2025-01-15", "src/widget/basket.ts", "hal"),
    # Case: an area that was deleted.
    _pull(
        3,
        "chore: remove the widget",
        "hal",
        "2026-01-12",
        "",
        "gus",
        files=[("src/widget/basket.ts", 0, 20, DELETED)],
    ),
    # Case: four pull requests and the issue #4 are one outcome, by two teams. Two reviewers, in two
    # weeks.
    _pull(
        5,
        "feat: keep the basket offline",
        "ada",
        "2026-01-24",
        "src/offline/basket.ts",
        "bea",
        closes=[4],
        reviews=[("2026-01-24 12:00", "bea", APPROVED), ("2026-01-26 09:00", "cal", APPROVED)],
        merged=("2026-01-26 14:00", "ada"),
    ),
    _pull(
        6,
        "feat: sync the basket",
        "bea",
        "2026-01-28",
        "src/offline/sync.ts",
        "ada",
        head="codex/sync",
        closes=[4],
    ),
    _pull(
        7,
        "chore: raise the storage limit",
        "gus",
        "2026-02-02",
        "config/storage.yml",
        "hal",
        closes=[4],
    ),
    _pull(
        8,
        "feat: page of the offline basket",
        "cal",
        "2026-02-10",
        "src/offline/page.ts",
        "ada",
        closes=[4],
    ),
    # Case: an experiment by its title, merged, deployed and reverted three days after: killed.
    _pull(9, "spike: swipe to pay", "nia", "2026-02-12", "src/pay/swipe.ts", "oli"),
    _pull(
        10,
        'Revert "spike: swipe to pay"',
        "bea",
        "2026-02-16",
        "",
        "nia",
        body="Reverts acme/app#9",
        files=[("src/pay/swipe.ts", 0, 20, DELETED)],
    ),
    # Case: in a milestone that is a capability, without an issue of its own.
    _pull(
        12,
        "feat: split the bill",
        "dan",
        "2026-03-19",
        "src/split/bill.ts",
        "eve",
        milestone="Capability: split the bill",
    ),
    # Case: ships the experiment #14, which is decided by a label later.
    _pull(
        15,
        "Checkout in one step",
        "ada",
        "2026-03-02",
        "src/onepage/form.ts",
        "eve",
        closes=[14],
    ),
    # Case: ships the experiment #16, which is never decided.
    _pull(
        17,
        "Bigger taps",
        "nia",
        "2026-03-09",
        "src/buttons/big.ts",
        "pam",
        closes=[16],
    ),
    # Case: ships the experiment #20, which its close decides.
    _pull(21, "Fewer fields", "cal", "2026-03-23", "src/onepage/fields.ts", "ada", closes=[20]),
    # Case: an experiment without an issue, decided by its own label; another label came after the
    # last day.
    _pull(
        23,
        "spike: voice search",
        "dan",
        "2026-04-07",
        "src/voice/search.ts",
        "cal",
        labels=["experiment: inconclusive", "experiment: kept"],
        events=[
            labeled("2026-04-21 09:00", "dan", "experiment: inconclusive"),
            labeled("2026-07-01 09:00", "dan", "experiment: kept"),
        ],
    ),
    # Case: an agent's change that closes UX debt (#24).
    _pull(
        25,
        "Raise the contrast of links",
        "copilot-swe-agent",
        "2026-04-13",
        "src/theme/links.css",
        "hal",
        association="CONTRIBUTOR",
        head="copilot/contrast",
        closes=[24],
        assignees=["copilot-swe-agent"],
        commits=[Commit("2026-04-13 08:00", "Contrast", "copilot-swe-agent[bot]", COPILOT)],
        events=[assigned("2026-04-13 10:15", "ivy", "copilot-swe-agent")],
        merged=("2026-04-13 14:00", "ivy"),
    ),
    # Case: a feature whose issue (#46) was reopened: not done yet.
    _pull(45, "feat: sort the list", "eve", "2026-05-28", "src/lists/sort.ts", "bea", closes=[46]),
    # Case: undone by a hotfix (#48) within 14 days, but more than 7 days after its deployment.
    _pull(47, "feat: gift notes", "fay", "2026-04-20", "src/gifts/notes.ts", "gus"),
    _pull(
        48,
        "Gift notes lose their breaks (#47)",
        "gus",
        "2026-04-29",
        "",
        "fay",
        labels=["hotfix"],
        files=[("src/gifts/notes.ts", 2, 1)],
    ),
    # Case: named by an incident on GitHub (#50) and by an imported one.
    _pull(49, "feat: receipts by mail", "cal", "2026-05-11", "src/mail/receipt.ts", "ada"),
    # Case: a team that is new to an area, and a role that is not engineering.
    _pull(
        51,
        "Greeting, reworded",
        "pam",
        "2026-05-14",
        "",
        "quo",
        files=[("src/app/start.ts", 4, 4)],
    ),
]

DEPLOYMENTS = [
    Deployment(sha("app", 1), "2025-01-09 08:00", [("SUCCESS", "2025-01-09 09:00")]),
    Deployment(
        sha("app", 2), "2025-01-16 08:00", [("SUCCESS", "2025-01-16 09:00")], environment="staging"
    ),
    # Case: fails and is restored by the next one, three hours later. What went to staging restores
    # nothing.
    Deployment(
        sha("app", 3),
        "2026-01-13 08:00",
        [("IN_PROGRESS", "2026-01-13 08:10"), ("FAILURE", "2026-01-13 08:30")],
    ),
    Deployment(
        sha("app", 3), "2026-01-13 09:00", [("SUCCESS", "2026-01-13 09:30")], environment="staging"
    ),
    Deployment(sha("app", 3), "2026-01-13 10:00", [("SUCCESS", "2026-01-13 11:30")]),
    # Case: an error that the same deployment got over.
    Deployment(
        sha("app", 8),
        "2026-02-10 15:00",
        [("ERROR", "2026-02-10 15:30"), ("SUCCESS", "2026-02-10 16:00")],
    ),
    # Case: ships a change that is reverted three days later.
    Deployment(sha("app", 9), "2026-02-13 08:00", [("SUCCESS", "2026-02-13 09:00")]),
    Deployment(sha("app", 21), "2026-03-23 15:00", [("SUCCESS", "2026-03-23 16:00")]),
    # Case: ships a commit that was pushed, which an imported incident names.
    Deployment(sha("app", 0, 1), "2026-04-14 10:00", [("SUCCESS", "2026-04-14 11:00")]),
    # Case: ships a change that is repaired more than 7 days later.
    Deployment(sha("app", 47), "2026-04-21 08:00", [("SUCCESS", "2026-04-21 09:00")]),
    Deployment(sha("app", 49), "2026-05-12 08:00", [("SUCCESS", "2026-05-12 09:00")]),
    # Case: fails for good; the success after it came after the last day.
    Deployment(sha("app", 45), "2026-06-29 08:00", [("FAILURE", "2026-06-29 09:00")]),
    # Case: not finished by the last day.
    Deployment(
        sha("app", 45),
        "2026-06-30 20:00",
        [("IN_PROGRESS", "2026-06-30 20:10"), ("SUCCESS", "2026-07-01 00:00")],
    ),
    # Case: after the last day.
    Deployment(sha("app", 45), "2026-07-02 08:00", [("SUCCESS", "2026-07-02 09:00")]),
]

MILESTONES = [
    # Case: a capability that is delivered when its milestone is closed.
    Milestone(
        1, "Capability: split the bill", "2026-03-02 09:00", "2026-03-31 00:00", "2026-03-20 09:00"
    ),
    # Case: a capability that was closed with nothing done.
    Milestone(2, "[Capability] Gift registry", "2026-03-02 09:00", None, "2026-04-30 09:00"),
    # Case: no capability; closed after the last day.
    Milestone(3, "Spring clean", "2026-04-01 09:00", "2026-06-30 00:00", "2026-07-02 09:00"),
    # Case: made after the last day.
    Milestone(4, "Autumn", "2026-07-01 00:00"),
]
