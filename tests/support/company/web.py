"""acme/web: every sign of agents and assistants, and the people responsible for them.

Nothing here was ever undone, so its durability is not observable.
"""

from __future__ import annotations

from .source import (
    ADDED,
    APPROVED,
    CHANGES,
    COMMENTED,
    DELETED,
    Commit,
    Pull,
    assigned,
    closed,
    ready,
    reopened,
    to_draft,
)

CLAUDE = "noreply@anthropic.com"
DEVIN = Commit(
    "2025-03-03 09:30",
    "Add a footer",
    "devin-ai-integration[bot]",
    "158243242+devin-ai-integration[bot]@users.noreply.github.com",
)

PULLS = [
    # Case: chore by its branch.
    Pull(
        1,
        "Scaffolding",
        "jon",
        "2025-02-09 10:00",
        head="ci/scaffold",
        commits=[Commit("2025-02-09 08:00")],
        reviews=[("2025-02-09 22:00", "gus", APPROVED)],
        merged=("2025-02-10 10:00", "jon"),
        files=[("package.json", 30, 0, ADDED), ("src/app/main.ts", 20, 0, ADDED)],
    ),
    # Case: an agent ([bot] in REST and in its commits) that assigned a human: the assignee is
    # responsible.
    Pull(
        2,
        "Add a footer",
        "devin-ai-integration",
        "2025-03-03 10:00",
        association="NONE",
        labels=["enhancement"],
        commits=[DEVIN],
        head="devin/footer",
        assignees=["ivy"],
        events=[assigned("2025-03-03 10:15", "devin-ai-integration", "ivy")],
        reviews=[("2025-03-03 11:00", "ivy", APPROVED), ("2025-03-03 14:00", "jon", APPROVED)],
        merged=("2025-03-03 20:00", "jon"),
        files=[("src/footer/index.ts", 60, 0, ADDED)],
    ),
    # Case: an agent that is a plain account (no [bot]), and its human co-author, known by his
    # e-mail from #1. The first co-author is an agent. The responsible's approval is steering: a
    # comment is the response.
    Pull(
        3,
        "feat(nav): sticky menu",
        "cursoragent",
        "2025-03-10 10:00",
        association="CONTRIBUTOR",
        commits=[
            Commit(
                "2025-03-10 08:00",
                email="cursoragent@cursor.com",
                message="Sticky menu\n\n"
                "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n"
                "Co-authored-by: Jon Doe <jon@acme.example>",
            )
        ],
        head="cursor/sticky-menu",
        comments=[("2025-03-10 16:00", "hal")],
        reviews=[("2025-03-10 12:00", "jon", APPROVED)],
        merged=("2025-03-11 10:00", "jon"),
        files=[("src/nav/menu.ts", 35, 4)],
    ),
    # Case: an agent that only its merger can answer for.
    Pull(
        4,
        "Keyboard shortcuts",
        "chatgpt-codex-connector",
        "2025-03-17 10:00",
        association="NONE",
        commits=[
            Commit(
                "2025-03-17 09:00",
                login=None,
                email="199175422+chatgpt-codex-connector[bot]@users.noreply.github.com",
            )
        ],
        head="codex/add-keyboard-shortcuts",
        body="https://chatgpt.com/codex/tasks/task_e_123",
        reviews=[("2025-03-17 11:00", "eve", APPROVED)],
        merged=("2025-03-17 12:00", "eve"),
        files=[("src/keys/index.ts", 12, 0, ADDED)],
    ),
    # Case: an agent that nobody answers for, merged by a bot.
    Pull(
        5,
        "Speed up the image loader",
        "google-labs-jules",
        "2025-03-24 10:00",
        association="NONE",
        commits=[
            Commit(
                "2025-03-24 09:00",
                login="google-labs-jules[bot]",
                email="161369871+google-labs-jules[bot]@users.noreply.github.com",
            )
        ],
        head="feature/image-loader",
        labels=["performance"],
        reviews=[("2025-03-24 22:00", "cal", COMMENTED)],
        merged=("2025-03-25 10:00", "github-merge-queue"),
        files=[("src/images/loader.ts", 140, 60)],
    ),
    # Case: a bot with assignees but no assignment events: the first by name. A response by comment
    # only.
    Pull(
        6,
        "fix(deps): update react",
        "renovate",
        "2025-04-07 10:00",
        association="NONE",
        commits=[
            Commit(
                "2025-04-07 09:45",
                login="renovate[bot]",
                email="29139614+renovate[bot]@users.noreply.github.com",
            )
        ],
        head="renovate/react",
        assignees=["jon", "hal"],
        comments=[("2025-04-07 20:00", "jon")],
        merged=("2025-04-08 10:00", "jon"),
        files=[("package.json", 1, 1), ("package-lock.json", 40, 38)],
    ),
    # Case: an agent's branch under a human's name.
    Pull(
        7,
        "feat: search box",
        "ada",
        "2025-05-05 10:00",
        head="codex/search-box",
        commits=[Commit("2025-05-05 09:00")],
        reviews=[("2025-05-05 12:00", "bea", APPROVED)],
        merged=("2025-05-05 14:00", "ada"),
        files=[("src/search/box.ts", 25, 0, ADDED)],
    ),
    # Case: an agent's label. An experiment by its label.
    Pull(
        8,
        "Polish the search box",
        "bea",
        "2025-05-12 10:00",
        labels=["experiment", "codex"],
        commits=[Commit("2025-05-12 06:00")],
        reviews=[("2025-05-12 16:00", "ada", APPROVED)],
        merged=("2025-05-12 18:00", "bea"),
        files=[("src/search/box.ts", 5, 5)],
    ),
    # Case: every commit is an agent's, by e-mail or account. Closed unmerged. An experiment by its
    # title.
    Pull(
        9,
        "spike: offline mode",
        "cal",
        "2025-06-02 10:00",
        commits=[
            Commit("2025-06-02 08:00", "Cache pages", None, CLAUDE),
            Commit("2025-06-02 09:00", "Cache images", "claude", CLAUDE),
        ],
        reviews=[("2025-06-02 13:00", "dan", CHANGES)],
        closed=("2025-06-03 10:00", "cal"),
        files=[("src/offline/cache.ts", 500, 0, ADDED)],
    ),
    # Case: some commits are an agent's, by an account with [bot]. An experiment by its branch.
    Pull(
        10,
        "Dark mode",
        "dan",
        "2025-06-09 10:00",
        head="exp/dark-mode",
        commits=[
            Commit("2025-06-09 08:00", "Colours"),
            Commit(
                "2025-06-09 09:00",
                "Contrast",
                "claude[bot]",
                "209825114+claude[bot]@users.noreply.github.com",
            ),
        ],
        reviews=[("2025-06-09 22:00", "cal", APPROVED)],
        merged=("2025-06-10 10:00", "cal"),
        files=[("src/theme/dark.css", 80, 0, ADDED)],
    ),
    # Case: words of the low tier alone are no signal. Only tests, by the paths.
    Pull(
        11,
        "More keyboard checks",
        "eve",
        "2025-06-16 10:00",
        commits=[Commit("2025-06-16 09:30")],
        body="I asked Claude and Copilot about the cursor keys.",
        comments=[("2025-06-16 11:30", "bea")],
        reviews=[("2025-06-16 12:30", "bea", APPROVED)],
        merged=("2025-06-16 13:00", "eve"),
        files=[("tests/keys.test.ts", 20, 0, ADDED), ("src/keys/keys.spec.ts", 15, 0, ADDED)],
    ),
    # Case: a human in a co-author trailer is no signal. Only docs, by the paths.
    Pull(
        12,
        "Commas",
        "ivy",
        "2025-07-07 10:00",
        commits=[Commit("2025-07-07 09:00", "Fix typos\n\nCo-authored-by: Hal <hal@acme.example>")],
        reviews=[("2025-07-07 12:00", "hal", APPROVED)],
        merged=("2025-07-07 13:00", "ivy"),
        files=[("docs/guide.md", 3, 3), ("NOTES.txt", 1, 1)],
    ),
    # Case: an agent's run in the body.
    Pull(
        13,
        "More form checks",
        "gus",
        "2025-08-04 10:00",
        labels=["tests"],
        commits=[Commit("2025-08-03 10:00")],
        body="Link to Devin run: https://app.devin.ai/sessions/abc",
        reviews=[("2025-08-04 22:00", "ivy", APPROVED)],
        merged=("2025-08-05 10:00", "gus"),
        files=[("tests/forms/login.ts", 55, 5)],
    ),
    # Case: an assistant's sentence in the text.
    Pull(
        14,
        "Manual of the client",
        "hal",
        "2025-08-11 10:00",
        head="docs/api",
        commits=[Commit("2025-08-11 09:00")],
        body="Comments.\n\nGenerated with [Claude Code](https://claude.com)",
        reviews=[("2025-08-11 11:00", "gus", APPROVED)],
        merged=("2025-08-11 12:00", "hal"),
        files=[("src/api/client.ts", 9, 0)],
    ),
    # Case: an assistant's commit message, of medium tier.
    Pull(
        15,
        "refactor(api): rename handlers",
        "ivy",
        "2025-09-01 10:00",
        commits=[Commit("2025-09-01 08:00", "aider: rename handlers")],
        reviews=[("2025-09-01 14:00", "fay", APPROVED)],
        merged=("2025-09-01 16:00", "ivy"),
        files=[("src/api/handlers.ts", 22, 22)],
    ),
    # Case: made a draft and ready again: it was opened ready. An assistant's label.
    Pull(
        16,
        "feat: cookie banner",
        "fay",
        "2025-10-13 10:00",
        labels=["claude-code-assisted"],
        commits=[Commit("2025-10-13 08:00")],
        events=[to_draft("2025-10-13 12:00", "fay"), ready("2025-10-14 10:00", "fay")],
        comments=[("2025-10-13 16:00", "ada")],
        reviews=[("2025-10-14 12:00", "ada", APPROVED)],
        merged=("2025-10-14 14:00", "fay"),
        files=[("src/cookies/banner.ts", 100, 0, ADDED)],
    ),
    # Case: "Reverts owner/repo#N" of another repository. acme/shop has a #17 too, which reverts
    # nothing.
    Pull(
        17,
        "Take out the fast search",
        "gus",
        "2026-01-20 10:00",
        commits=[Commit("2026-01-20 09:00")],
        body="It is gone from the site.\nReverts acme/shop#33",
        reviews=[("2026-01-20 11:00", "jon", APPROVED)],
        merged=("2026-01-20 12:00", "gus"),
        files=[("src/search/fast.ts", 0, 90, DELETED)],
    ),
    # Case: a draft that was never ready, closed. An assistant's trailer.
    Pull(
        18,
        "Draft of the tables",
        "max",
        "2026-03-02 10:00",
        draft=True,
        commits=[
            Commit("2026-03-02 09:00", "Tables\n\nCo-authored-by: Claude Sonnet <ai@acme.example>")
        ],
        comments=[("2026-03-05 10:00", "github-actions")],
        closed=("2026-03-09 10:00", "github-actions"),
        files=[("src/tables/grid.ts", 20, 0, ADDED)],
    ),
    # Case: an area that the team last touched over a year ago.
    Pull(
        19,
        "feat: app shell",
        "ivy",
        "2026-03-16 10:00",
        commits=[Commit("2026-03-15 10:00")],
        reviews=[("2026-03-16 16:00", "jon", APPROVED)],
        merged=("2026-03-16 22:00", "ivy"),
        files=[("src/app/main.ts", 60, 10)],
    ),
    # Case: a team smaller than k.
    Pull(
        20,
        "fix: chart labels",
        "lea",
        "2026-04-06 10:00",
        commits=[Commit("2026-04-06 09:00")],
        comments=[("2026-04-06 12:00", "max")],
        reviews=[("2026-04-06 14:00", "max", APPROVED)],
        merged=("2026-04-06 16:00", "lea"),
        files=[("src/charts/axis.ts", 6, 2)],
    ),
    # Case: an agent merged its own work. A bot assigned it first, then a human, whose team has
    # touched the area.
    Pull(
        21,
        "feat: app theme switch",
        "devin-ai-integration",
        "2026-04-13 10:00",
        association="NONE",
        commits=[
            Commit(
                "2026-04-13 09:00",
                login="devin-ai-integration[bot]",
                email="158243242+devin-ai-integration[bot]@users.noreply.github.com",
            )
        ],
        head="devin/theme-switch",
        assignees=["devin-ai-integration"],
        events=[
            assigned("2026-04-13 10:15", "github-actions", "devin-ai-integration"),
            assigned("2026-04-13 10:30", "ivy", "devin-ai-integration"),
        ],
        reviews=[("2026-04-13 13:00", "jon", APPROVED)],
        merged=("2026-04-13 15:00", "devin-ai-integration"),
        files=[("src/app/theme.ts", 18, 0, ADDED)],
    ),
    # Case: a draft that was never ready as of the last day, with a response. An agent's e-mail in a
    # trailer.
    Pull(
        22,
        "Second router",
        "lea",
        "2026-06-01 10:00",
        draft=True,
        labels=["wip"],
        commits=[Commit("2026-05-31 10:00", f"Router\n\nCo-Authored-By: Claude <{CLAUDE}>")],
        events=[ready("2026-07-02 10:00", "lea")],
        comments=[("2026-06-02 10:00", "max")],
        files=[("src/router/index.ts", 33, 7)],
    ),
    # Case: closed as of the last day, reopened later.
    Pull(
        23,
        "Icons in place",
        "hal",
        "2026-06-15 10:00",
        commits=[Commit("2026-06-15 08:00")],
        comments=[("2026-06-15 20:00", "ivy")],
        events=[closed("2026-06-25 10:00", "hal"), reopened("2026-07-02 09:00", "hal")],
        files=[("assets/icons.svg", 15, 0)],
    ),
    # Case: open, with a response, after having been closed and reopened.
    Pull(
        24,
        "Load lists lazily",
        "jon",
        "2026-06-20 10:00",
        head="feat-lazy",
        commits=[Commit("2026-06-20 08:00")],
        reviews=[("2026-06-21 10:00", "gus", CHANGES)],
        events=[closed("2026-06-22 10:00", "jon"), reopened("2026-06-23 10:00", "jon")],
        files=[("src/lazy/load.ts", 75, 0, ADDED)],
    ),
]
