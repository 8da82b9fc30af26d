"""The local GitHub's issues, milestones, discussions, deployments and files.

As GitHub has them, at any moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.company.expand import expand
from tests.support.github_server import Server, serve
from tests.support.github_server.client import data, nest, rest_get, whole
from tests.support.tracker import PUSH, SHOP, WEB


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """One process for the whole module."""
    with serve(expand([SHOP, WEB]), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """As recorded."""
    yield shared
    shared.as_of(None)


def shop(server: Server, fields: str) -> Any:
    """Fields of acme/shop."""
    return data(server, nest("query", 'repository(owner: "acme", name: "shop")', fields))[
        "repository"
    ]


def issue(server: Server, number: int, fields: str) -> Any:
    """Fields of an issue."""
    return shop(server, nest(f"issue(number: {number})", fields))["issue"]


CLOSED = """timelineItems(first: 9, itemTypes: [CLOSED_EVENT, REOPENED_EVENT]) { nodes {
  ... on ReopenedEvent { stateReason }
  ... on ClosedEvent { stateReason closer { __typename
    ... on PullRequest { number repository { databaseId } } ... on Commit { oid } } } } }"""


def test_a_close_tells_its_reason_and_what_closed_it(github: Server) -> None:
    pull = {"__typename": "PullRequest", "number": 1, "repository": {"databaseId": 102}}
    assert issue(github, 1, CLOSED)["timelineItems"]["nodes"] == [
        {"stateReason": "NOT_PLANNED", "closer": None},
        {"stateReason": "REOPENED"},
        {"stateReason": "COMPLETED", "closer": pull},
    ]
    (by_push,) = issue(github, 3, CLOSED)["timelineItems"]["nodes"]
    assert by_push["closer"] == {"__typename": "Commit", "oid": PUSH}


def test_a_duplicate_is_told_to_those_who_ask_for_it(github: Server) -> None:
    marked = (
        "... on MarkedAsDuplicateEvent { canonical { ... on Issue { number } } isCrossRepository }"
    )
    result = issue(
        github,
        2,
        f"stateReason told: stateReason(enableDuplicate: true) author {{ login }} "
        f"timelineItems(first: 9) {{ nodes {{ {marked} }} }}",
    )
    assert (result["stateReason"], result["told"], result["author"]) == (
        "NOT_PLANNED",
        "DUPLICATE",
        None,
    )
    assert result["timelineItems"]["nodes"][0] == {
        "canonical": {"number": 1},
        "isCrossRepository": False,
    }
    assert rest_get(github, "/repos/acme/shop/issues/2")["state_reason"] == "duplicate"


def test_pull_requests_that_close_an_issue_are_told_once_merged_only_on_request(
    github: Server,
) -> None:
    closing = (
        "closedByPullRequestsReferences(first: 9%s) { nodes { number repository { "
        "nameWithOwner } } }"
    )
    assert issue(github, 1, closing % "")["closedByPullRequestsReferences"]["nodes"] == []
    result = issue(github, 1, closing % ", includeClosedPrs: true")[
        "closedByPullRequestsReferences"
    ]["nodes"]
    assert result == [{"number": 1, "repository": {"nameWithOwner": "acme/web"}}]


@pytest.mark.parametrize(
    ("moment", "state", "reason", "milestone", "labels"),
    [
        ("2026-01-02T12:00:00Z", "OPEN", None, None, []),
        ("2026-01-03T12:00:00Z", "CLOSED", "NOT_PLANNED", None, []),
        ("2026-01-04T12:00:00Z", "OPEN", "REOPENED", None, []),
        ("2026-01-05T09:30:00Z", "OPEN", "REOPENED", "Winter", ["ux debt"]),
        ("2026-01-05T10:30:00Z", "OPEN", "REOPENED", None, ["ux debt"]),
        ("2026-01-05T12:30:00Z", "OPEN", "REOPENED", "Spring", ["ux debt", "later"]),
        ("2026-01-07T08:00:00Z", "CLOSED", "COMPLETED", "Spring", ["ux debt"]),
    ],
)
def test_an_issue_is_as_it_was_at_the_moment(
    github: Server,
    moment: str,
    state: str,
    reason: str | None,
    milestone: str | None,
    labels: list[str],
) -> None:
    github.as_of(moment)
    result = issue(
        github, 1, "state stateReason milestone { title } labels(first: 9) { nodes { name } }"
    )
    assert (
        result["state"],
        result["stateReason"],
        result["milestone"] and result["milestone"]["title"],
    ) == (
        state,
        reason,
        milestone,
    )
    assert [label["name"] for label in result["labels"]["nodes"]] == labels


def test_a_milestone_closed_later_is_open(github: Server) -> None:
    query = (
        "milestones(first: 9) { totalCount nodes { number title state dueOn updatedAt closedAt } }"
    )
    spring, winter = shop(github, query)["milestones"]["nodes"]
    assert (spring["state"], spring["closedAt"], winter["state"]) == (
        "CLOSED",
        "2026-01-08T08:00:00Z",
        "OPEN",
    )
    github.as_of("2026-01-07T08:00:00Z")
    spring, _ = shop(github, query)["milestones"]["nodes"]
    assert (spring["state"], spring["closedAt"], spring["dueOn"]) == (
        "OPEN",
        None,
        "2026-03-01T00:00:00Z",
    )


DISCUSSIONS = """discussions(first: 9) { totalCount nodes { number closed stateReason updatedAt
    isAnswered category { name isAnswerable }
    answer { author { login } authorAssociation } answerChosenBy { login }
  comments(first: 9) { nodes { author { login } replies(first: 9) { totalCount } } } } }"""


@pytest.mark.parametrize(
    ("moment", "comments", "answer", "closed", "reason"),
    [
        ("2026-01-03T12:00:00Z", 1, None, False, None),
        ("2026-01-05T08:30:00Z", 2, None, False, None),
        ("2026-01-05T09:00:00Z", 2, "ada", False, None),
        ("2026-01-06T08:00:00Z", 2, "ada", True, "RESOLVED"),
        (None, 2, "ada", False, "REOPENED"),
    ],
)
def test_a_discussion_is_as_it_was_at_the_moment(
    github: Server,
    moment: str | None,
    comments: int,
    answer: str | None,
    closed: bool,
    reason: str | None,
) -> None:
    github.as_of(moment)
    (result,) = shop(github, DISCUSSIONS)["discussions"]["nodes"]
    assert len(result["comments"]["nodes"]) == comments
    assert (result["answer"] and result["answer"]["author"]["login"], result["isAnswered"]) == (
        answer,
        answer is not None,
    )
    assert (result["closed"], result["stateReason"]) == (closed, reason)
    assert result["category"] == {"name": "Q&A", "isAnswerable": True}


def test_lists_that_are_off_are_empty_and_those_a_token_may_not_read_are_an_error(
    schema_path: Path,
) -> None:
    datasets = expand([SHOP, WEB])
    datasets["acme/shop"]["repository"]["has_discussions"] = False
    datasets["acme/web"]["repository"]["forbidden"] = ["discussions", "deployments"]
    with serve(datasets, schema=schema_path) as server:
        result = shop(server, "hasDiscussionsEnabled discussions(first: 1) { totalCount }")
        assert result == {"hasDiscussionsEnabled": False, "discussions": {"totalCount": 0}}
        query = (
            'query { repository(owner: "acme", name: "web") { discussions(first: 1) { '
            "totalCount } } }"
        )
        answer = whole(server, query)
        assert (answer["data"]["repository"], answer["errors"][0]["type"]) == (None, "FORBIDDEN")


def test_a_deployment_tells_its_task_its_branch_and_who_made_it(github: Server) -> None:
    query = (
        "deployments(first: 1) { nodes { databaseId task ref { name } creator { login } state } }"
    )
    (result,) = shop(github, query)["deployments"]["nodes"]
    assert result.pop("databaseId") > 0
    assert result == {
        "task": "migrate",
        "ref": {"name": "main"},
        "creator": {"login": "ada"},
        "state": "ACTIVE",
    }


@pytest.mark.parametrize(("moment", "text"), [("2026-01-04T00:00:00Z", "first"), (None, "second")])
def test_a_file_is_as_it_was_at_the_moment(github: Server, moment: str | None, text: str) -> None:
    github.as_of(moment)
    folder = 'object(expression: "HEAD:docs/experiments")'
    entries = (
        "... on Tree { entries { name type path object { ... on Blob { text isTruncated "
        "byteSize } } } }"
    )
    assert shop(github, nest(folder, entries))["object"]["entries"] == [
        {
            "name": "one.md",
            "type": "blob",
            "path": "docs/experiments/one.md",
            "object": {"text": text, "isTruncated": False, "byteSize": len(text)},
        }
    ]
    document = nest('object(expression: "HEAD:docs/experiments/one.md")', "... on Blob { text }")
    assert shop(github, document)["object"] == {"text": text}
    assert (
        shop(github, nest('object(expression: "HEAD:nothing.csv")', "... on Blob { text }"))[
            "object"
        ]
        is None
    )
