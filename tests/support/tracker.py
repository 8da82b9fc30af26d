"""Two small repositories whose issues, milestones, deployments and files have a history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from collectors.ledger.opening import open_ledger
from tests.support.company.source import (
    APPROVED,
    DUPLICATE,
    NOT_PLANNED,
    Comment,
    Commit,
    Deployment,
    Discussion,
    Issue,
    Milestone,
    Pull,
    Push,
    Repository,
    closed,
    demilestoned,
    duplicate,
    labeled,
    milestoned,
    referenced,
    reopened,
    sha,
    unlabeled,
)
from tests.support.github_server.model import node_id

PUSH = sha("shop", 0, 0)
SHOP = Repository(
    "acme/shop",
    101,
    "2026-01-01 08:00",
    issues=[
        Issue(
            1,
            "Unreadable",
            "zoe",
            "2026-01-02 08:00",
            labels=["ux debt"],
            milestone="Spring",
            events=[
                closed("2026-01-03 08:00", "ada", NOT_PLANNED),
                reopened("2026-01-04 08:00", "zoe"),
                labeled("2026-01-05 08:00", "ada", "ux debt"),
                milestoned("2026-01-05 09:00", "ada", "Winter"),
                demilestoned("2026-01-05 10:00", "ada", "Winter"),
                milestoned("2026-01-05 11:00", "ada", "Spring"),
                labeled("2026-01-05 12:00", "ada", "later"),
                unlabeled("2026-01-05 13:00", "ada", "later"),
                referenced("2026-01-05 14:00", "bob", "acme/web", 1),
            ],
            comments=[("2026-01-02 09:00", "zoe"), ("2026-01-02 10:00", "ada", "OWNER")],
            closed=("2026-01-07 08:00", "ada"),
            closer="acme/web#1",
        ),
        Issue(
            2,
            "Twice",
            None,
            "2026-01-02 08:00",
            closed=("2026-01-06 08:00", "ada"),
            reason=DUPLICATE,
            events=[duplicate("2026-01-06 07:00", "ada", 1)],
        ),
        Issue(
            3,
            "By a push",
            "ada",
            "2026-01-02 08:00",
            closed=("2026-01-06 08:00", "ada"),
            closer=PUSH,
        ),
    ],
    pushes=[Push(0, "2026-01-01 09:00", "Fixes #3", "ada")],
    milestones=[
        Milestone(
            1, "Spring", "2026-01-02 08:00", due="2026-03-01 00:00", closed="2026-01-08 08:00"
        ),
        Milestone(2, "Winter", "2026-01-02 09:00"),
    ],
    discussions=[
        Discussion(
            4,
            "How to pay?",
            "zoe",
            "2026-01-02 08:00",
            labels=["question"],
            comments=[
                Comment("2026-01-03 08:00", "max"),
                Comment(
                    "2026-01-04 08:00",
                    None,
                    replies=[("2026-01-05 08:00", "ada", "OWNER")],
                    answering_reply=0,
                ),
            ],
            answered=("2026-01-05 09:00", "zoe"),
            closed="2026-01-06 08:00",
            reopened="2026-01-07 08:00",
        )
    ],
    deployments=[
        Deployment(
            PUSH,
            "2026-01-02 08:00",
            [("FAILURE", "2026-01-02 09:00"), ("SUCCESS", "2026-01-02 10:00")],
            task="migrate",
            ref="main",
            creator="ada",
        )
    ],
    files={
        "docs/experiments/one.md": [("2026-01-01 09:00", "first"), ("2026-01-05 08:00", "second")]
    },
)
WEB = Repository(
    "acme/web",
    102,
    "2026-01-01 08:00",
    pulls=[
        Pull(
            1,
            "Readable",
            "ada",
            "2026-01-06 08:00",
            [Commit("2026-01-06 07:00")],
            [("a.css", 1, 1)],
            closes=["acme/shop#1"],
            reviews=[("2026-01-06 09:00", "bob", APPROVED)],
            merged=("2026-01-07 08:00", "ada"),
        )
    ],
)


def nodes(data: Path, table: str, of: str = "") -> list[dict[str, Any]]:
    """The documents of a table, the lowest number or the earliest first."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        rows = store.rows(
            f"select node from {table} {of} order by (node->>'number')::integer, node->>'createdAt'"
        )
    return [json.loads(row["node"]) for row in rows]


def who(login: str) -> dict[str, str]:
    """A user as the ledger has it."""
    return {"__typename": "User", "login": login, "id": node_id("U", login)}


def label(name: str, repo: str = "acme/shop") -> dict[str, str]:
    """A label of a repository as the ledger has it."""
    return {"name": name, "id": node_id("LA", repo, name)}
