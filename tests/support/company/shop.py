"""acme/shop, the first fourteen months: two years of dates, so that areas can be new to a team."""

from __future__ import annotations

from .source import (
    ADDED,
    APPROVED,
    CHANGES,
    COMMENTED,
    DELETED,
    MERGE,
    Commit,
    Issue,
    Pull,
    Push,
    assigned,
    closed,
    event,
    ready,
    reopened,
    sha,
    to_draft,
)

COPILOT = "198982749+Copilot@users.noreply.github.com"

PUSHES = [
    Push(0, "2024-06-03 09:00", "Initial commit", "ada"),
    # Case: a direct revert. By the short sha of #7's own commit, straight to the default branch.
    Push(
        1,
        "2025-01-15 09:00",
        f"Revert the rounding\n\nThis reverts commit {sha('shop', 7, 0)[:8]}.",
        "gus",
    ),
    # What was pushed without a pull request can be reverted too; no pull request is undone by that.
    Push(2, "2025-01-27 09:00", "Update the change log", "gus"),
    Push(
        3,
        "2025-01-28 09:00",
        f"Revert the change log\n\nThis reverts commit {sha('shop', 0, 2)}.",
        "gus",
    ),
]

ISSUES = [
    Issue(
        12,
        "Empty basket crashes",
        "cal",
        "2025-08-04 08:00",
        labels=["bug"],
        closed=("2025-08-06 10:00", "ada"),
    ),
]

PULLS = [
    # Case: the plain one. A comment, then an approval. Durability not observable: nothing was
    # undone here yet.
    Pull(
        1,
        "feat: basket page",
        "ada",
        "2024-07-01 10:00",
        commits=[Commit("2024-06-30 22:00")],
        comments=[("2024-07-01 12:00", "bea")],
        reviews=[("2024-07-01 16:00", "bea", APPROVED)],
        merged=("2024-07-02 10:00", "bea"),
        files=[("src/basket/page.py", 30, 0, ADDED), ("scripts/seed.py", 5, 0, ADDED)],
    ),
    # Case: a bot whose merger is responsible, so that the merger's review is not independent.
    Pull(
        2,
        "Bump requests from 2.31.0 to 2.32.3",
        "dependabot",
        "2024-08-05 08:00",
        association="NONE",
        commits=[
            Commit(
                "2024-08-05 07:30",
                login="dependabot[bot]",
                email="49699333+dependabot[bot]@users.noreply.github.com",
            )
        ],
        head="dependabot/pip/requests-2.32.3",
        labels=["python", "dependencies"],
        comments=[("2024-08-05 08:15", "github-actions")],
        reviews=[("2024-08-05 19:00", "hal", APPROVED)],
        merged=("2024-08-05 20:00", "hal"),
        files=[("requirements.lock", 2, 2)],
    ),
    # Case: reverted by the button (#4), within 14 days.
    Pull(
        3,
        "feat: discount codes",
        "cal",
        "2024-09-02 09:00",
        commits=[Commit("2024-09-01 09:00")],
        reviews=[("2024-09-02 15:00", "ada", CHANGES), ("2024-09-03 09:00", "ada", APPROVED)],
        merged=("2024-09-04 09:00", "cal"),
        files=[("src/basket/discount.py", 180, 0, ADDED), ("src/basket/page.py", 20, 10)],
    ),
    # Case: the button's revert, merged without any response.
    Pull(
        4,
        'Revert "feat: discount codes"',
        "bea",
        "2024-09-06 11:00",
        commits=[Commit("2024-09-06 10:45")],
        head="revert-3-cal-3",
        body="Reverts acme/shop#3",
        merged=("2024-09-06 12:00", "bea"),
        files=[("src/basket/discount.py", 0, 180, DELETED), ("src/basket/page.py", 10, 20)],
    ),
    # Case: reverted by `git revert` (#6), 20 days after the merge: recorded, and durable all the
    # same.
    Pull(
        5,
        "refactor: cart totals",
        "dan",
        "2024-11-04 10:00",
        commits=[Commit("2024-11-04 08:30")],
        reviews=[("2024-11-04 13:00", "eve", COMMENTED)],
        merged=("2024-11-05 10:00", "eve"),
        files=[("src/cart/totals.py", 120, 80)],
    ),
    # Case: `git revert`, seen by the commit message alone. Merged with its commit, which is no
    # direct push.
    Pull(
        6,
        "Back out the new cart totals",
        "eve",
        "2024-11-25 08:00",
        method=MERGE,
        commits=[
            Commit(
                "2024-11-25 07:00",
                f"Revert the cart totals\n\nThis reverts commit {sha('shop', 5)}.",
            )
        ],
        reviews=[("2024-11-25 09:00", "fay", APPROVED)],
        merged=("2024-11-25 10:00", "fay"),
        files=[("src/cart/totals.py", 80, 120)],
    ),
    # Case: reverted by a commit pushed to the default branch (push 1). The author is in her first
    # team.
    Pull(
        7,
        "fix: rounding of totals",
        "fay",
        "2025-01-13 09:00",
        commits=[Commit("2025-01-13 08:00")],
        reviews=[("2025-01-14 09:00", "bea", APPROVED)],
        merged=("2025-01-14 15:00", "fay"),
        files=[("src/cart/totals.py", 3, 2)],
    ),
    # Case: a response by comment only. The author is in no team. An area in the root, and exactly
    # 50 lines.
    Pull(
        8,
        "docs: how to run the shop",
        "zoe",
        "2025-07-07 12:00",
        association="CONTRIBUTOR",
        commits=[Commit("2025-07-06 12:00", email="zoe@mail.example")],
        comments=[("2025-07-08 12:00", "ada")],
        merged=("2025-07-08 18:00", "ada"),
        files=[("docs/run.md", 40, 0, ADDED), ("README.md", 5, 5)],
    ),
    # Case: opened as a draft and ready more than once: the first time counts. Exactly 250 lines.
    Pull(
        9,
        "feat: saved baskets",
        "ada",
        "2025-07-14 08:00",
        draft=True,
        commits=[Commit("2025-07-13 20:00")],
        events=[
            ready("2025-07-15 08:00", "ada"),
            to_draft("2025-07-15 20:00", "ada"),
            ready("2025-07-17 08:00", "ada"),
        ],
        comments=[("2025-07-15 14:00", "cal")],
        reviews=[("2025-07-17 12:00", "cal", APPROVED)],
        merged=("2025-07-17 20:00", "ada"),
        files=[("src/basket/saved.py", 240, 10)],
    ),
    # Case: commented on before ready: no pickup time is left. An area that is new to the team. 251
    # lines.
    Pull(
        10,
        "feat: wish list",
        "bea",
        "2025-07-21 09:00",
        draft=True,
        commits=[Commit("2025-07-21 08:00")],
        comments=[("2025-07-21 12:00", "cal")],
        events=[ready("2025-07-22 09:00", "bea")],
        reviews=[("2025-07-22 15:00", "cal", APPROVED)],
        merged=("2025-07-22 21:00", "bea"),
        files=[("src/wishlist/list.py", 251, 0, ADDED)],
    ),
    # Case: only bots, agents and a deleted account answered. The release bot is a plain account by
    # its name.
    Pull(
        11,
        "test: basket fixtures",
        "cal",
        "2025-07-28 10:00",
        commits=[Commit("2025-07-28 09:00")],
        comments=[("2025-07-28 10:10", "github-actions"), ("2025-07-28 12:00", None)],
        reviews=[
            ("2025-07-28 10:15", "coderabbitai", COMMENTED),
            ("2025-07-28 11:00", "acme-release-bot", APPROVED),
        ],
        merged=("2025-07-28 16:00", "cal"),
        files=[("tests/basket/test_fixtures.py", 60, 0, ADDED)],
    ),
    # Case: an agent asked by an assigner, who then reviewed: steering, no independent review. What
    # the agent assigned by itself does not count. The work type comes from the label of the issue
    # that it closes.
    Pull(
        13,
        "Correct the empty basket",
        "copilot-swe-agent",
        "2025-08-04 10:00",
        association="CONTRIBUTOR",
        draft=True,
        commits=[
            Commit("2025-08-04 09:45", "Initial plan", "copilot-swe-agent[bot]", COPILOT),
            Commit("2025-08-04 13:00", "Guard the total", "copilot-swe-agent[bot]", COPILOT),
        ],
        head="copilot/fix-empty-basket",
        body="Fixes #12",
        closes=[12],
        assignees=["copilot-swe-agent", "bea"],
        events=[
            assigned("2025-08-04 10:00", "copilot-swe-agent", "copilot-swe-agent"),
            assigned("2025-08-04 10:00", "copilot-swe-agent", "bea"),
            assigned("2025-08-04 10:15", "ada", "copilot-swe-agent"),
            ready("2025-08-04 14:00", "ada"),
        ],
        reviews=[("2025-08-04 15:00", "ada", CHANGES), ("2025-08-05 15:00", "ada", APPROVED)],
        merged=("2025-08-06 10:00", "ada"),
        files=[("src/basket/page.py", 8, 2)],
    ),
    # Case: self-review and a comment by the author, whose role has too few people in the team.
    Pull(
        14,
        "Tidy the icons",
        "dan",
        "2025-08-11 09:00",
        labels=["maintenance"],
        commits=[Commit("2025-08-10 21:00")],
        comments=[("2025-08-11 11:00", "dan")],
        reviews=[("2025-08-11 10:00", "dan", COMMENTED)],
        merged=("2025-08-11 21:00", "eve"),
        files=[("assets/icons/cart.svg", 11, 0)],
    ),
    # Case: comment and approval after the merge.
    Pull(
        15,
        "fix(cart): remove stale lines",
        "eve",
        "2025-08-18 09:00",
        commits=[Commit("2025-08-18 08:30")],
        comments=[("2025-08-18 11:00", "hal")],
        reviews=[("2025-08-18 12:00", "hal", APPROVED)],
        merged=("2025-08-18 10:00", "eve"),
        files=[("src/cart/lines.py", 10, 41)],
    ),
    # Case: reopened and merged later; the comment between counts. An area that the team has left
    # for over a year.
    Pull(
        16,
        "feat!: guest checkout",
        "fay",
        "2025-08-25 08:00",
        commits=[Commit("2025-08-24 08:00")],
        events=[closed("2025-08-26 08:00", "fay"), reopened("2025-08-28 08:00", "fay")],
        comments=[("2025-08-27 08:00", "ada")],
        reviews=[("2025-08-28 20:00", "ada", APPROVED)],
        merged=("2025-08-29 08:00", "ada"),
        files=[("src/checkout/guest.py", 400, 0, ADDED), ("scripts/seed.py", 50, 0)],
    ),
    # Case: force-pushed, so that the only commit is younger than the pull request.
    Pull(
        17,
        "ci: cache the wheels",
        "gus",
        "2025-09-01 10:00",
        commits=[Commit("2025-09-01 16:00")],
        events=[event("HeadRefForcePushed", "2025-09-01 16:15", "gus", after=sha("shop", 17, 0))],
        reviews=[("2025-09-02 10:00", "hal", APPROVED)],
        merged=("2025-09-02 12:00", "gus"),
        files=[(".github/workflows/ci.yml", 12, 3)],
    ),
    # Case: the first commit is a year old. More than 1,000 lines. No rule knows the type.
    Pull(
        18,
        "Upgrade the ORM",
        "hal",
        "2025-09-08 10:00",
        commits=[Commit("2024-09-08 10:00", committed="2025-09-08 09:00")],
        reviews=[("2025-09-08 16:00", "ivy", APPROVED)],
        merged=("2025-09-09 10:00", "hal"),
        files=[("src/orm/base.py", 600, 401)],
    ),
    # Case: the first commit is exactly 90 days old, which is not too old. Exactly 1,000 lines.
    Pull(
        19,
        "perf: index the orders",
        "ivy",
        "2025-09-15 10:00",
        commits=[Commit("2025-06-17 10:00", committed="2025-09-15 09:00")],
        comments=[("2025-09-15 22:00", "jon")],
        reviews=[("2025-09-16 04:00", "jon", APPROVED)],
        merged=("2025-09-16 10:00", "ivy"),
        files=[("src/orders/index.sql", 900, 100)],
    ),
]
