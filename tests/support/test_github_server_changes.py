"""The local GitHub after deletions, transfers and renames.

What GitHub says of them, and what it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.company.expand import expand
from tests.support.github_server import Server, changes, serve
from tests.support.github_server.client import ask, data, nest, rest_get, whole
from tests.support.tracker import SHOP, WEB

AT = "2026-02-01T00:00:00Z"
ISSUE = (
    "id createdAt updatedAt labels(first: 9) { nodes { id name } } author { login ... on "
    "Node { id } }"
)
EVENTS = (
    "timelineItems(first: 9, itemTypes: [LABELED_EVENT]) { nodes { ... on LabeledEvent { "
    "label { id name } } } }"
)
Raw = dict[str, Any]


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """One process for the whole module."""
    with serve(expand([SHOP, WEB]), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """As recorded, before anything changed."""
    shared.reload(expand([SHOP, WEB]))
    yield shared
    shared.clock([])
    shared.as_of(None)


def of(server: Server, fields: str, repo: str = "shop") -> Any:
    """Fields of a repository."""
    return data(server, nest("query", f'repository(owner: "acme", name: "{repo}")', fields))[
        "repository"
    ]


def issue(server: Server, number: int = 1, repo: str = "shop") -> Raw:
    """An issue."""
    result: Raw = of(server, f"issue(number: {number}) {{ {ISSUE} {EVENTS} }}", repo)["issue"]
    return result


def node(server: Server, node_id: str, fields: str) -> Raw:
    """The whole answer for a node id."""
    return whole(server, f"query ($id: ID!) {{ node(id: $id) {{ {fields} }} }}", id=node_id)


def test_what_is_deleted_is_absent_everywhere(github: Server) -> None:
    node_id, result = issue(github)["id"], expand([SHOP, WEB])
    changes.delete(result["acme/shop"], 1)
    github.reload(result)
    assert of(github, "issues(first: 9) { totalCount nodes { number } }")["issues"] == {
        "totalCount": 2,
        "nodes": [{"number": 2}, {"number": 3}],
    }
    assert [error["type"] for error in node(github, node_id, "id")["errors"]] == ["NOT_FOUND"]
    assert ask(github, "/repos/acme/shop/issues/1")[0] == 410
    assert [item["number"] for item in rest_get(github, "/repos/acme/shop/issues?state=all")] == [
        3,
        2,
    ]
    closing = of(
        github, "pullRequest(number: 1) { closingIssuesReferences(first: 9) { totalCount } }", "web"
    )
    assert closing["pullRequest"]["closingIssuesReferences"] == {"totalCount": 0}


@pytest.mark.parametrize("keeps_id", [True, False])
def test_what_is_transferred_has_a_new_number_and_has_just_changed(
    github: Server, keeps_id: bool
) -> None:
    before, result = issue(github), expand([SHOP, WEB])
    number = changes.transfer(result, 1, "acme/shop", "acme/web", AT, keeps_id)
    github.reload(result)
    after = issue(github, number, "web")
    assert (number, after["createdAt"], after["updatedAt"]) == (2, before["createdAt"], AT)
    status, headers, _ = ask(github, "/repos/acme/shop/issues/1")
    assert (status, headers["location"]) == (301, f"{github.url}/repositories/102/issues/2")
    answer = node(github, before["id"], "... on Issue { number repository { databaseId } }")
    if keeps_id:
        assert answer["data"]["node"] == {"number": 2, "repository": {"databaseId": 102}}
    else:
        assert answer["errors"][0]["type"] == "NOT_FOUND"
    assert after["id"] != before["id"]
    linked = "pullRequest(number: 1) { closingIssuesReferences(first: 9) { nodes { number } } }"
    assert of(github, linked, "web")["pullRequest"]["closingIssuesReferences"] == {
        "nodes": [{"number": 2}]
    }
    assert of(github, "issues(first: 9) { totalCount }") == {"issues": {"totalCount": 2}}


def test_a_renamed_label_and_account_have_their_new_names_everywhere_and_nothing_has_changed(
    github: Server,
) -> None:
    before, result = issue(github), expand([SHOP, WEB])
    changes.rename_label(result["acme/shop"], "ux debt", "design debt")
    changes.rename_user(result["acme/web"], "zoe", "zoe-lee")
    github.reload(result)
    after = issue(github)
    assert after["labels"]["nodes"] == [
        {"id": before["labels"]["nodes"][0]["id"], "name": "design debt"}
    ]
    assert after["timelineItems"]["nodes"][0]["label"] == after["labels"]["nodes"][0]
    assert after["author"] == before["author"] | {"login": "zoe-lee"}
    assert after["updatedAt"] == before["updatedAt"]
    assert "ux debt" not in [row["name"] for row in rest_get(github, "/repos/acme/shop/labels")]


def test_a_deleted_label_is_carried_by_nothing_and_named_by_events(github: Server) -> None:
    before, result = issue(github), expand([SHOP, WEB])
    changes.delete_label(result["acme/shop"], "ux debt")
    github.reload(result)
    after = issue(github)
    assert after["labels"] == {"nodes": []}
    assert (after["timelineItems"], after["updatedAt"]) == (
        before["timelineItems"],
        before["updatedAt"],
    )


def test_a_renamed_milestone_has_changed_and_what_carries_it_has_not(github: Server) -> None:
    before, result = issue(github), expand([SHOP, WEB])
    changes.rename_milestone(result["acme/shop"], "Spring", "May", AT)
    github.reload(result)
    carried = of(github, "issue(number: 1) { updatedAt milestone { number title updatedAt } }")[
        "issue"
    ]
    assert carried["milestone"] == {"number": 1, "title": "May", "updatedAt": AT}
    assert carried["updatedAt"] == before["updatedAt"]


def test_a_repository_that_moved_to_another_owner_keeps_its_id(github: Server) -> None:
    result = changes.rename_repository(expand([SHOP, WEB]), "acme/shop", "labs/store")
    github.reload(result)
    assert of(github, "databaseId nameWithOwner") == {
        "databaseId": 101,
        "nameWithOwner": "labs/store",
    }
    assert (
        ask(github, "/repos/acme/shop/issues")[1]["location"]
        == f"{github.url}/repositories/101/issues"
    )


def test_github_may_count_what_it_does_not_list(github: Server) -> None:
    result = expand([SHOP, WEB])
    result["acme/shop"]["repository"]["unlisted"] = {"issues": 2}
    github.reload(result)
    listed = of(github, "issues(first: 9) { totalCount nodes { number } }")["issues"]
    assert (listed["totalCount"], len(listed["nodes"])) == (5, 3)


def test_the_clock_moves_before_each_request_and_answers_tell_its_time(github: Server) -> None:
    moments = ["2026-01-02T08:00:00Z", "2026-01-07T07:00:00Z", "2026-01-07T09:00:00Z"]
    github.clock(moments)
    visited = [ask(github, "/repos/acme/shop/issues?state=open") for _ in range(4)]
    reported = [
        f"{parsedate_to_datetime(headers['date']):%Y-%m-%dT%H:%M:%SZ}" for _, headers, _ in visited
    ]
    assert reported == [*moments, moments[-1]]
    assert [body.count(b'"number":') for _, _, body in visited] == [3, 2, 0, 0]
