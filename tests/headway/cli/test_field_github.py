"""Answers of GitHub that users of similar products reported, and what is right in each case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.field import Repository, Row, closing, comment, review
from tests.support.github_server import serve
from tests.support.schemas import oldest_enterprise_server

#: the first event of each timeline, of an organization with single sign-on, and files
HIDDEN = [
    {
        "kind": "forbidden_field",
        "fields": [
            "PullRequestTimelineItemsConnection.nodes[]",
            "IssueTimelineItemsConnection.nodes[]",
        ],
        "every": 1,
    }
]
#: files of which GitHub does not compute the changes
UNCOMPUTED = [{"kind": "null_field", "fields": ["PullRequest.files"], "every": 1}]


def with_hidden_events() -> Repository:
    """Return a repository whose first events are references by another organization.

    #4 changes no file.
    """
    shop = Repository("acme/shop", 31)
    reference = {"type": "CrossReferencedEvent", "actor": "bob"}
    source = {"source": {"repo": "acme/shop", "number": 2}}
    at = {"created_at": "2026-09-02T11:30:00Z"}
    answered = review("bob", "2026-09-02T12:00:00Z")
    opened = {"opened": "2026-09-02T10:00:00Z"}
    shop.merge(1, "feat: a", at="2026-09-02T13:00:00Z", reviews=[answered], **opened)
    events = shop.items["pulls"][0]["events"]
    events.insert(0, reference | source | at)
    issue = shop.issue(2, "Cannot log in", opened="2026-09-03T10:00:00Z", author="zoe")
    issue |= {"association": "NONE", "state": "CLOSED", "closed_at": "2026-09-04T10:00:00Z"}
    issue["comments"] = [comment("bob", "2026-09-03T12:00:00Z")]
    issue["events"] = [
        reference | source | {"created_at": "2026-09-03T11:30:00Z"},
        closing("2026-09-04T10:00:00Z", "bob"),
    ]
    nothing: Row = {"additions": 0, "deletions": 0, "files": []}
    shop.merge(4, "chore: start again", at="2026-09-06T12:00:00Z", **nothing, changed_files=0)
    shop.merge(5, "feat: more files", at="2026-09-07T12:00:00Z", additions=900, deletions=9)
    for row in shop.items["pulls"][1:]:
        row["events"].insert(0, reference | source | {"created_at": f"{row['created_at']}"})
    return shop


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """A desk that has refreshed a repository of which GitHub hides a part."""
    desk = Desk(tmp_path_factory.mktemp("hidden"))
    shop = with_hidden_events()
    with serve({shop.name: shop.dataset()}, schema=schema_path) as github:
        github.faults(HIDDEN)
        desk.set_up(github.url, [shop.name])
        done = desk.run("refresh")
        assert done.code == 0, done.err
        assert "part of timelineItems could not be read" in done.err
        yield desk


def test_hidden_event_costs_no_item(hidden: Desk) -> None:
    columns = "number, state, cycle_hours, pickup_hours"
    assert hidden.rows(f"select {columns} from pull_requests where number = 1") == [
        (1, "merged", 3, 2)
    ]
    issues = "select repo, number, state, response_hours from issues"
    assert hidden.rows(issues) == [("acme/shop", 2, "closed", 2)]
    assert hidden.run("check").code == 0


def test_change_without_files_has_a_known_size(hidden: Desk) -> None:
    columns = "number, additions, deletions, changed_files, size_band"
    assert hidden.rows(f"select {columns} from pull_requests order by number") == [
        (1, 3, 1, 1, "XS"),
        (4, 0, 0, 0, "XS"),
        (5, 900, 9, 1, "L"),
    ]


def with_private_members() -> Repository:
    """Return a repository whose members GitHub calls contributors; #9 is too large for a diff."""
    shop = Repository("acme/shop", 32)
    for number in range(1, 9):
        author, other = ("ann", "bob") if number % 2 else ("bob", "ann")
        opened = {"opened": "2026-09-02T10:00:00Z", "association": "CONTRIBUTOR"}
        at = "2026-09-02T13:00:00Z"
        shop.merge(number, f"feat: {number}", at=at, by=other, author=author, **opened)
    nothing: Row = {"additions": 0, "deletions": 0, "changed_files": 0, "files": []}
    shop.merge(9, "feat: vendor the world", at="2026-09-05T12:00:00Z", **nothing)
    opened_at = "2026-09-03T10:00:00Z"
    for number in (100, 101, 102):
        answer = comment("bob", "2026-09-03T11:00:00Z", association="CONTRIBUTOR")
        question = {"author": "zoe", "association": "NONE", "comments": [answer]}
        shop.issue(number, f"Cannot export {number}", opened=opened_at, **question)
    for number in (110, 111, 112):
        own = {"author": "bob", "association": "CONTRIBUTOR"}
        shop.issue(number, f"Tidy module {number}", opened=opened_at, **own)
    return shop


@pytest.fixture(scope="module")
def old_server(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """A desk that has refreshed from the oldest Enterprise Server, and has asked the doctor."""
    desk = Desk(tmp_path_factory.mktemp("old"))
    schema = desk.folder / "schema.graphql"
    text = oldest_enterprise_server(schema_path.read_text(encoding="utf-8"))
    schema.write_text(text, encoding="utf-8")
    shop = with_private_members()
    shop.about["forbidden"] = ["members"]
    with serve({shop.name: shop.dataset()}, schema=schema) as github:
        github.faults(UNCOMPUTED)
        desk.set_up(f"{github.url}/api/v3", [shop.name])
        done = desk.run("refresh")
        assert done.code == 0, done.err
        doctor = desk.run("doctor").out
        assert "may not read members: people whose membership is private count as outside" in doctor
        assert "(read:org for a classic token)" in doctor
        yield desk


def test_old_enterprise_server_is_read(old_server: Desk) -> None:
    rows = old_server.rows("select number, state from pull_requests order by number")
    assert rows == [(number, "merged") for number in range(1, 10)]


def test_sizes_that_github_does_not_compute_are_unknown(old_server: Desk) -> None:
    columns = "additions, deletions, changed_files, size_band"
    rows = old_server.rows(f"select {columns} from pull_requests where number = 9")
    assert rows == [(None, None, None, None)]


def test_who_merged_here_is_no_customer(old_server: Desk) -> None:
    columns = "number, is_outside_author, response_hours, is_feedback"
    assert old_server.rows(f"select {columns} from issues order by number") == [
        *((number, True, 1, True) for number in (100, 101, 102)),
        *((number, False, None, False) for number in (110, 111, 112)),
    ]
