"""Work handed off to agents: attempts, rework by people and reviews, through the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.field import Repository, closing, comment, refreshed, review
from tests.support.independent import compute

AGENT = "copilot-swe-agent"
TOML = """
[[review_rules]]
rule = "little-docs"
pattern = "^docs$"
repo = "acme/*"
max_lines = 0
"""
DOCS = [["docs/cart.md", 3, 1, "MODIFIED"]]


def shop() -> Repository:
    """Return a repository with one case in each change of its agent."""
    shop = Repository("acme/shop")
    shop.bots = {AGENT, "github-actions"}
    shop.merge(1, "Old cart", at="2026-03-02T12:00:00Z")
    shop.merge(2, "Back out", at="2026-03-03T12:00:00Z", body="Reverts acme/shop#1")

    def own(number: int, day: str) -> str:
        return shop.commit(f"Agent {number}", f"{day}T07:00:00Z", AGENT)

    def agent(
        number: int, day: str, *more: str, title: str = "", by: str = "eve", **kind: Any
    ) -> None:
        reviews = [review(by, f"{day}T10:00:00Z")] if by else []
        changed: dict[str, Any] = {"commits": [own(number, day), *more], "reviews": reviews}
        shop.merge(
            number,
            title or f"Change {number}",
            at=f"{day}T12:00:00Z",
            author=AGENT,
            **changed | kind,
        )

    def later(message: str, day: str, author: str, **kind: Any) -> str:
        return shop.commit(message, f"{day}T09:00:00Z", author, **kind)

    agent(11, "2026-09-01")
    agent(12, "2026-09-02", later("Repair it", "2026-09-02", "dan"))
    before = later("Sketch", "2026-09-03", "dan")
    agent(13, "2026-09-03", commits=[before, own(13, "2026-09-03")])
    agent(14, "2026-09-04", later("Merge branch 'main' into cart", "2026-09-04", "dan"))
    agent(15, "2026-09-07", later("Format", "2026-09-07", "github-actions"))
    unknown = {"author_login": None, "committer_login": None, "author_email": "x@elsewhere.example"}
    agent(16, "2026-09-08", later("Typo", "2026-09-08", "x", **unknown))
    agent(
        17,
        "2026-09-09",
        reviews=[
            review("dan", "2026-09-09T09:00:00Z", "CHANGES_REQUESTED"),
            review("dan", "2026-09-09T10:00:00Z"),
        ],
    )
    for number, pusher in ((18, "dan"), (19, AGENT)):
        day = f"2026-09-{number - 8}"
        pushed = {
            "type": "HeadRefForcePushedEvent",
            "created_at": f"{day}T09:00:00Z",
            "actor": pusher,
        }
        agent(number, day, events=[pushed])
    shop.merge(
        20,
        "Codex task",
        at="2026-09-14T12:00:00Z",
        head_ref="codex/task",
        reviews=[review("eve", "2026-09-14T10:00:00Z")],
    )
    agent(21, "2026-09-15", by="")
    agent(22, "2026-09-16", by="", files=DOCS)
    agent(
        23, "2026-09-17", files=DOCS, reviews=[], comments=[comment("eve", "2026-09-17T09:00:00Z")]
    )
    # attempts at the same title, the second of which is merged
    shop.pull(
        31,
        "Add search",
        opened="2026-09-21T08:00:00Z",
        author=AGENT,
        state="CLOSED",
        closed_at="2026-09-22T08:00:00Z",
        events=[closing("2026-09-22T08:00:00Z", "ann")],
    )
    agent(32, "2026-10-12", title="[WIP] add: Search!")
    shop.pull(33, "Add search", opened="2026-10-14T08:00:00Z", author=AGENT)
    # attempts at the same issue, two months apart
    shop.issue(90, "Faster pages", opened="2026-08-03T08:00:00Z")
    for number, opened in ((34, "2026-08-04"), (35, "2026-10-05")):
        shop.pull(
            number,
            f"Speed {number}",
            opened=f"{opened}T08:00:00Z",
            author=AGENT,
            closing_issues=[90],
            state="CLOSED",
            closed_at=f"{opened}T20:00:00Z",
            events=[closing(f"{opened}T20:00:00Z", "ann")],
        )
    # the same title again after 31 days is new work
    for number, opened in ((36, "2026-09-14"), (37, "2026-10-15")):
        shop.pull(number, "Weekly report", opened=f"{opened}T08:00:00Z", author=AGENT)
    return shop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """Yield a desk that has published the repository."""
    with refreshed([shop()], tmp_path_factory.mktemp("offload"), schema_path, TOML) as desk:
        yield desk


def test_rework_and_hand_off_are_as_typed_by_hand(desk: Desk) -> None:
    rows = desk.rows(
        "select number, human_rework, human_rework_reason, needs_review, hand_off "
        "from agent_changes where number < 30 order by number"
    )
    unseen = "not observable"
    assert rows == [
        (11, "no", None, True, "handed off"),
        (12, "yes", "commit of a person", True, "reworked"),
        (13, "no", None, True, "handed off"),
        (14, "no", None, True, "handed off"),
        (15, "no", None, True, "handed off"),
        (16, unseen, "commit of an unknown author", True, unseen),
        (17, "yes", "changes requested", True, "reworked"),
        (18, "yes", "force push of a person", True, "reworked"),
        (19, "no", None, True, "handed off"),
        (20, unseen, "no commit of the agent itself", True, unseen),
        (21, "no", None, True, "merged unreviewed"),
        (22, "no", None, False, "handed off"),
        (23, "no", None, False, "handed off"),
    ]
    assert desk.rows("select matched from rules where kind = 'review_rules'") == [(2,)]


def test_attempts_at_the_same_work_are_one_chain_until_a_merge(desk: Desk) -> None:
    rows = desk.rows(
        "select number, first_number, attempt, attempts, hand_off from agent_changes "
        "where number > 30 order by number"
    )
    assert rows == [
        (31, 31, 1, 2, "not merged"),
        (32, 31, 2, 2, "handed off"),
        (33, 33, 1, 1, "open"),
        (34, 34, 1, 2, "not merged"),
        (35, 34, 2, 2, "not merged"),
        (36, 36, 1, 1, "open"),
        (37, 37, 1, 1, "open"),
    ]


def test_changes_of_agents_are_those_of_an_independent_computation(desk: Desk) -> None:
    datasets = {"acme/shop": shop().dataset()}
    (as_of,) = desk.rows("select as_of from snapshot")[0]
    computed = compute(datasets, as_of)["agent_changes"]
    names = [name for name in computed[0] if name != "needs_review"]
    published = desk.rows(f"select {', '.join(names)} from agent_changes where needs_review")
    exempt = [row[:2] for row in desk.rows("select * from agent_changes where not needs_review")]
    assert len(exempt) == 2
    assert sorted(published) == sorted(
        tuple(row[name] for name in names)
        for row in computed
        if (row["repo"], row["number"]) not in exempt
    )


def test_offload_counts_each_change_once_by_month_and_category(desk: Desk) -> None:
    rows = desk.rows(
        "select month::varchar, category, authorship, n, merged, durable, human_rework, "
        "human_rework_observable, handed_off from offload where month >= '2026-08-01' order by all"
    )
    assert rows == [
        ("2026-08-01", "product work", "agent", 1, 0, 0, 0, 0, 0),
        ("2026-09-01", "docs", "agent", 2, 2, 2, 0, 2, 2),
        ("2026-09-01", "product work", "agent", 13, 11, 11, 3, 9, 5),
        ("2026-10-01", "product work", "agent", 4, 1, 1, 0, 1, 1),
    ]
    assert desk.rows("select sum(n) from offload") == desk.rows(
        "select count(*) from pull_requests"
    )
