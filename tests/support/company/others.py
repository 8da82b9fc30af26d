"""The renamed acme/infra (once acme/ops) and the archived acme/legacy."""

from __future__ import annotations

from .source import ADDED, APPROVED, Commit, Deployment, Issue, Pull, sha

AIDER = "noreply@aider.chat"

INFRA_PULLS = [
    # Case: an agent by a trailer.
    Pull(
        1,
        "Bootstrap the cluster",
        "gus",
        "2025-09-10 08:00",
        labels=["infrastructure"],
        commits=[Commit("2025-09-10 06:00", "Bootstrap\n\nReplit-Commit-Session-Id: 42")],
        reviews=[("2025-09-10 20:00", "hal", APPROVED)],
        merged=("2025-09-11 08:00", "gus"),
        files=[("modules/cluster/main.tf", 210, 0, ADDED)],
    ),
    # Case: every commit is an agent's by its e-mail alone.
    Pull(
        2,
        "Bigger machines for the cluster",
        "hal",
        "2025-10-20 08:00",
        head="build/resize",
        commits=[
            Commit("2025-10-20 07:00", "Larger nodes", None, AIDER),
            Commit("2025-10-20 07:30", "Fewer nodes", None, AIDER),
        ],
        reviews=[("2025-10-20 10:00", "gus", APPROVED)],
        merged=("2025-10-20 12:00", "hal"),
        files=[("modules/cluster/nodes.tf", 4, 4)],
    ),
    # Case: merged into another branch than the default one, whose name is not main. A trailer in
    # the body.
    Pull(
        3,
        "feat: autoscaling",
        "jon",
        "2025-11-10 08:00",
        base="main",
        body="Scales.\n\n<!-- CURSOR_SUMMARY -->",
        commits=[Commit("2025-11-10 07:00")],
        comments=[("2025-11-10 09:00", "gus")],
        merged=("2025-11-10 11:00", "jon"),
        files=[("modules/scaling/main.tf", 33, 0, ADDED)],
    ),
    # Case: open without any response; a bot that nobody answers for. Dependencies by the branch.
    Pull(
        4,
        "Terraform 1.9",
        "renovate",
        "2026-02-23 08:00",
        association="NONE",
        head="renovate/terraform",
        commits=[
            Commit(
                "2026-02-23 07:45",
                login="renovate[bot]",
                email="29139614+renovate[bot]@users.noreply.github.com",
            )
        ],
        files=[("versions.tf", 1, 1)],
    ),
    # Case: only lock files. Reviewed by a mannequin, who is human. The author has joined by now.
    Pull(
        5,
        "Refresh the locks",
        "kim",
        "2026-04-20 08:00",
        commits=[Commit("2026-04-20 07:00")],
        reviews=[("2026-04-20 09:00", "mona-import", APPROVED)],
        merged=("2026-04-20 10:00", "kim"),
        files=[("go.sum", 300, 280)],
    ),
    # Case: an agent whose human co-author is told by his no-reply address. Provisional.
    Pull(
        6,
        "Budget alarms",
        "copilot-swe-agent",
        "2026-06-25 08:00",
        association="CONTRIBUTOR",
        commits=[
            Commit(
                "2026-06-25 07:00",
                login="copilot-swe-agent[bot]",
                email="198982749+Copilot@users.noreply.github.com",
                message="Alarms\n\nCo-authored-by: Gus <1007+gus@users.noreply.github.com>",
            )
        ],
        head="copilot/budget-alarms",
        reviews=[("2026-06-25 10:00", "hal", APPROVED)],
        merged=("2026-06-25 12:00", "hal"),
        files=[("alarms/budget.tf", 28, 0, ADDED)],
    ),
]

INFRA_DEPLOYMENTS = [
    Deployment(
        sha("infra", 1),
        "2025-09-11 08:30",
        [("SUCCESS", "2025-09-11 09:00"), ("INACTIVE", "2025-10-20 13:00")],
    ),
    Deployment(sha("infra", 2), "2025-10-20 12:30", [("SUCCESS", "2025-10-20 13:00")]),
    Deployment(sha("infra", 5), "2026-04-20 10:30", [("FAILURE", "2026-04-20 11:00")]),
]

LEGACY_ISSUES = [
    Issue(
        1,
        "Explain the export",
        "ada",
        "2024-06-05 08:00",
        labels=["documentation"],
        closed=("2024-06-10 12:00", "ada"),
    ),
    Issue(3, "Export to PDF", "cal", "2024-06-12 08:00", labels=["feature request"]),
]

LEGACY_PULLS = [
    # Case: a mannequin (an imported account) is human. Docs by the label of the issue that it
    # closes.
    Pull(
        2,
        "Explain the export",
        "mona-import",
        "2024-06-10 08:00",
        association="MANNEQUIN",
        body="Closes #1",
        closes=[1],
        commits=[Commit("2024-06-10 06:00", login=None, email="mona@old.example")],
        reviews=[("2024-06-10 10:00", "ada", APPROVED)],
        merged=("2024-06-10 12:00", "ada"),
        files=[("src/export/readme.rb", 7, 0)],
    ),
    # Case: closed unmerged by a human after a response. A feature by the label of the issue.
    Pull(
        4,
        "Export to PDF",
        "hal",
        "2024-06-17 08:00",
        body="Closes #3",
        closes=[3],
        commits=[Commit("2024-06-17 06:00")],
        comments=[("2024-06-18 08:00", "ada")],
        closed=("2024-06-20 08:00", "hal"),
        files=[("src/export/pdf.rb", 120, 0, ADDED)],
    ),
]
