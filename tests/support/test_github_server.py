"""The local GitHub answers as GitHub does: its schema, names, pages, limits and faults."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from github import Auth, Github

from tests.support.company import datasets
from tests.support.github_server import TOKEN, Server, serve
from tests.support.github_server.client import ask, data, nest, rest_get, whole
from tests.support.machine import ROOT

SCRIPT = """
import sys
from pathlib import Path

from tests.support.company import datasets
from tests.support.github_server import serve

print("start")
with serve(datasets(), schema=Path(sys.argv[1])) as server:
    print(server.url)
"""


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """The company's GitHub, one process for the whole module."""
    with serve(datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """The company's GitHub as if newly started."""
    shared.reset()
    yield shared
    shared.faults([])
    shared.as_of(None)


def repository(server: Server, fields: str, name: str = "shop") -> Any:
    """Fields of one of the company's repositories."""
    query = nest("query($name: String!)", 'repository(owner: "acme", name: $name)', fields)
    return data(server, query, name=name)["repository"]


def pull(server: Server, number: int, fields: str) -> Any:
    """Fields of a pull request of acme/shop."""
    return repository(server, nest(f"pullRequest(number: {number})", fields))["pullRequest"]


def test_a_script_can_start_it(schema_path: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(schema_path)]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.stdout.startswith("start\nhttp://127.0.0.1:"), done.stderr


# -- the schema and the limits ---------------------------------------------------------------------


def test_a_field_that_github_lacks_fails(github: Server) -> None:
    (error,) = whole(github, "query { viewer { shoeSize } }")["errors"]
    assert error["message"] == "Field 'shoeSize' doesn't exist on type 'User'"
    assert error["extensions"]["code"] == "undefinedField"


def test_a_page_of_more_than_100_fails(github: Server) -> None:
    too_many = 'repository(owner: "acme", name: "shop")', "labels(first: 101)", "totalCount"
    (error,) = whole(github, nest("query", *too_many))["errors"]
    assert error["type"] == "EXCESSIVE_PAGINATION"


def test_what_the_data_does_not_back_is_told(github: Server) -> None:
    assert pull(github, 1, "lastEditedAt") == {"lastEditedAt": None}
    assert github.stats()["unbacked_fields"] == {"PullRequest.lastEditedAt": 1}


def test_a_wrong_token_and_no_token_are_refused(github: Server) -> None:
    assert ask(github, "/user", authorization="Bearer wrong")[0] == 401
    assert (
        ask(github, "/graphql", {"query": "query { viewer { login } }"}, authorization="")[0] == 401
    )


def test_a_spent_budget_is_refused_until_the_reset(schema_path: Path) -> None:
    with serve(datasets(), schema=schema_path, graphql_limit=1, rest_limit=1) as server:
        assert data(server, "query { viewer { login } }") == {"viewer": {"login": "emulator-user"}}
        (error,) = whole(server, "query { viewer { login } }")["errors"]
        assert (error["type"], error["code"]) == ("RATE_LIMIT", "graphql_rate_limit")
        assert ask(server, "/user")[0] == 200
        status, headers, _ = ask(server, "/user")
        assert (status, headers["x-ratelimit-remaining"]) == (403, "0")
        server.reset()
        assert ask(server, "/user")[0] == 200


def test_the_paths_of_an_enterprise_server_work(github: Server) -> None:
    client = Github(
        base_url=f"{github.url}/api/v3", auth=Auth.Token(TOKEN), seconds_between_requests=None
    )
    assert client.get_repo("acme/shop").get_pull(13).user.login == "Copilot"
    _, answer = client.requester.graphql_query("query { viewer { login } }", {})
    assert answer["data"]["viewer"]["login"] == "emulator-user"


def test_an_unchanged_answer_is_304_and_free(github: Server) -> None:
    _, headers, _ = ask(github, "/repos/acme/shop")
    status, again, body = ask(github, "/repos/acme/shop", **{"if-none-match": headers["etag"]})
    assert (status, body, again["x-ratelimit-used"]) == (304, b"", headers["x-ratelimit-used"])


# -- repositories ----------------------------------------------------------------------------------


def test_a_former_name_leads_to_the_repository_as_it_is_now_named(github: Server) -> None:
    assert repository(github, "nameWithOwner databaseId", "ops") == {
        "nameWithOwner": "acme/infra",
        "databaseId": 103,
    }
    strict = 'query { repository(owner: "acme", name: "ops", followRenames: false) { id } }'
    assert whole(github, strict)["errors"][0]["type"] == "NOT_FOUND"

    status, headers, _ = ask(github, "/repos/acme/ops/issues?state=all")
    assert (status, headers["location"]) == (301, f"{github.url}/repositories/103/issues?state=all")
    assert len(rest_get(github, "/repositories/103/issues?state=all")) == 6
    assert rest_get(github, "/repositories/103")["full_name"] == "acme/infra"
    client = Github(base_url=github.url, auth=Auth.Token(TOKEN), seconds_between_requests=None)
    assert client.get_repo("acme/ops").full_name == "acme/infra"


def test_ids_outlive_a_new_name_and_what_is_deleted_is_gone(schema_path: Path) -> None:
    world = {"acme/shop": datasets()["acme/shop"]}
    with serve(world, schema=schema_path) as server:
        before = repository(server, "id pullRequest(number: 1) { id } issue(number: 12) { id }")
        renamed = copy.deepcopy(world["acme/shop"])
        renamed["repository"] |= {"name_with_owner": "acme/store", "former_names": ["acme/shop"]}
        renamed["issues"] = []
        server.reload({"acme/store": renamed})
        after = repository(server, "id nameWithOwner pullRequest(number: 1) { id url }")
        assert after["nameWithOwner"] == "acme/store"
        assert after["pullRequest"]["url"] == "https://github.com/acme/store/pull/1"
        assert (after["id"], after["pullRequest"]["id"]) == (
            before["id"],
            before["pullRequest"]["id"],
        )
        deleted = [before["issue"]["id"], before["id"]]
        answer = whole(server, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=deleted)
        assert answer["data"]["nodes"] == [None, {"id": before["id"]}]
        assert [(error["type"], error["path"]) for error in answer["errors"]] == [
            ("NOT_FOUND", ["nodes", 0])
        ]


def test_an_empty_repository_has_no_branch(github: Server) -> None:
    fields = "isEmpty pushedAt defaultBranchRef { name } pullRequests(first: 1) { totalCount }"
    visible = {
        "isEmpty": True,
        "pushedAt": None,
        "defaultBranchRef": None,
        "pullRequests": {"totalCount": 0},
    }
    assert repository(github, fields, "empty") == visible
    assert ask(github, "/repos/acme/empty/commits")[0] == 409


def test_what_a_repository_is_about(github: Server) -> None:
    fields = (
        "isArchived primaryLanguage { name } repositoryTopics(first: 9) { nodes { topic "
        "{ name } } }"
    )
    visible = repository(github, fields)
    assert visible["primaryLanguage"] == {"name": "Python"}
    assert [node["topic"]["name"] for node in visible["repositoryTopics"]["nodes"]] == [
        "checkout",
        "payments",
    ]
    assert (visible["isArchived"], repository(github, fields, "legacy")["isArchived"]) == (
        False,
        True,
    )
    row = rest_get(github, "/repos/acme/shop")
    assert (row["archived"], row["language"], row["topics"]) == (
        False,
        "Python",
        ["checkout", "payments"],
    )


def test_a_draft_release_is_unpublished_and_never_the_latest(github: Server) -> None:
    visible = repository(
        github,
        "latestRelease { tagName } releases(first: 9) { nodes { tagName isDraft publishedAt } }",
    )
    draft = {"tagName": "v2.0.0", "isDraft": True, "publishedAt": None}
    assert [node for node in visible["releases"]["nodes"] if node["isDraft"]] == [draft]
    assert visible["latestRelease"] == {"tagName": "v1.5.0"}
    assert rest_get(github, "/repos/acme/shop/releases/latest")["tag_name"] == "v1.5.0"
    github.as_of("2026-06-30T00:00:00Z")
    late = 'release(tagName: "v1.5.0") { isDraft publishedAt } latestRelease { tagName }'
    assert repository(github, late) == {
        "release": {"isDraft": True, "publishedAt": None},
        "latestRelease": {"tagName": "v1.4.0"},
    }


def test_deployments_come_with_their_statuses(github: Server) -> None:
    order = "orderBy: {field: CREATED_AT, direction: DESC}"
    statuses = "latestStatus { state } statuses(first: 5) { nodes { state createdAt } }"
    page = f"totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ state commitOid {statuses} }}"
    requested = f'deployments(first: 2, environments: ["production"], {order}'
    visible = repository(github, nest(f"{requested})", page))["deployments"]
    assert (visible["totalCount"], visible["pageInfo"]["hasNextPage"]) == (9, True)
    newest, never_began = visible["nodes"]
    assert (newest["state"], newest["latestStatus"]) == ("ACTIVE", {"state": "SUCCESS"})
    assert [status["state"] for status in newest["statuses"]["nodes"]] == ["SUCCESS", "IN_PROGRESS"]
    assert (never_began["state"], never_began["latestStatus"]) == ("PENDING", None)

    after = f'after: "{visible["pageInfo"]["endCursor"]}"'
    (_, superseded) = repository(github, nest(f"{requested}, {after})", page))["deployments"][
        "nodes"
    ]
    assert [status["state"] for status in superseded["statuses"]["nodes"]] == [
        "INACTIVE",
        "SUCCESS",
    ]
    staging = repository(
        github, 'deployments(first: 9, environments: ["staging"]) { nodes { state } }'
    )
    assert staging == {"deployments": {"nodes": [{"state": "ACTIVE"}]}}


# -- pull requests ---------------------------------------------------------------------------------


def test_cross_references_tell_their_source(github: Server) -> None:
    source = (
        "__typename ... on Issue { number title } ... on PullRequest { number repository "
        "{ nameWithOwner } }"
    )
    event = nest(
        "... on CrossReferencedEvent", f"isCrossRepository willCloseTarget {nest('source', source)}"
    )
    fields = nest("timelineItems(first: 9, itemTypes: [CROSS_REFERENCED_EVENT])", "nodes", event)
    (incident,) = pull(github, 26, fields)["timelineItems"]["nodes"]
    assert incident["source"] == {
        "__typename": "Issue",
        "number": 27,
        "title": "[Incident] Checkout is down",
    }
    (revert,) = pull(github, 33, fields)["timelineItems"]["nodes"]
    assert revert["isCrossRepository"]
    assert revert["source"]["repository"] == {"nameWithOwner": "acme/web"}
    events = repository(github, nest("issue(number: 12)", fields))["issue"]["timelineItems"][
        "nodes"
    ]
    (closing,) = [event for event in events if event["willCloseTarget"]]
    assert closing["source"]["number"] == 13


def test_a_closed_issue_tells_its_reason(github: Server) -> None:
    visible = repository(
        github, "done: issue(number: 12) { stateReason } open: issue(number: 30) { stateReason }"
    )
    assert visible == {"done": {"stateReason": "COMPLETED"}, "open": {"stateReason": None}}
    assert rest_get(github, "/repos/acme/shop/issues/12")["state_reason"] == "completed"


def test_a_force_push_and_the_e_mails_of_a_commit(github: Server) -> None:
    pushes = "timelineItems(first: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT])"
    visible = pull(github, 17, nest(pushes, "nodes", "... on HeadRefForcePushedEvent", "createdAt"))
    (event,) = visible["timelineItems"]["nodes"]
    assert event == {"createdAt": "2025-09-01T16:15:00Z"}
    sides = "author { email user { login } } committer { email }"
    (commit,) = pull(github, 2, nest("commits(first: 1)", "nodes", "commit", sides))["commits"][
        "nodes"
    ]
    address = "49699333+dependabot[bot]@users.noreply.github.com"
    author = {"email": address, "user": {"login": "dependabot[bot]"}}
    assert commit == {"commit": {"author": author, "committer": {"email": address}}}
    assert (
        rest_get(github, "/repos/acme/shop/pulls/2/commits")[0]["commit"]["author"]["email"]
        == address
    )


def test_a_commit_without_a_recorded_e_mail_has_a_no_reply_address(schema_path: Path) -> None:
    world = {"acme/legacy": datasets()["acme/legacy"]}
    for commit in world["acme/legacy"]["commits"].values():
        del commit["author_email"]
    with serve(world, schema=schema_path) as server:
        rows = rest_get(server, "/repos/acme/legacy/commits")
    assert all(
        row["commit"]["author"]["email"].endswith("@users.noreply.github.com") for row in rows
    )


def test_pending_reviews_are_not_submitted_and_the_deleted_have_no_login(github: Server) -> None:
    reviews = "reviews(first: 9) { nodes { state submittedAt } }"
    pending, dismissed = pull(github, 35, reviews)["reviews"]["nodes"]
    assert (pending["state"], pending["submittedAt"]) == ("PENDING", None)
    assert (dismissed["state"], dismissed["submittedAt"]) == ("DISMISSED", "2026-02-09T14:00:00Z")
    assert pull(github, 32, "author { login }") == {"author": None}


@pytest.mark.parametrize(
    ("number", "name", "count"), [(20, "commits", 105), (20, "files", 104), (21, "reviews", 104)]
)
def test_a_long_list_is_read_page_by_page(
    github: Server, number: int, name: str, count: int
) -> None:
    after, total = "", 0
    while True:
        fields = "pageInfo { hasNextPage endCursor } nodes { __typename }"
        page = pull(github, number, nest(f"{name}(first: 50{after})", fields))[name]
        total += len(page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{page["pageInfo"]["endCursor"]}"'
    assert total == count


def test_the_change_feed_pages_by_link(github: Server) -> None:
    path, visited = "/repos/acme/shop/issues?state=all&sort=updated&direction=asc&per_page=30", []
    while path:
        status, headers, body = ask(github, path)
        assert status == 200
        visited += [(row["updated_at"], row["number"]) for row in json.loads(body)]
        match = re.search(r'<([^>]+)>; rel="next"', headers.get("link", ""))
        path = match[1].removeprefix(github.url) if match else ""
    assert visited == sorted(visited)
    assert len(visited) == 40
    since = rest_get(github, "/repos/acme/shop/issues?state=all&since=2026-07-01T00:00:00Z")
    assert sorted(row["number"] for row in since) == [37, 38, 39, 40]


def test_the_past_shows_what_was_there(github: Server) -> None:
    fields = (
        "state isDraft mergedAt labels(first: 9) { nodes { name } } timelineItems(first: "
        "9) { updatedAt }"
    )
    assert pull(github, 38, fields)["state"] == "MERGED"
    github.as_of("2026-07-01T10:00:00Z")
    visible = pull(github, 38, fields)
    assert (visible["state"], visible["isDraft"], visible["mergedAt"]) == ("OPEN", True, None)
    assert pull(github, 37, fields)["labels"]["nodes"] == [{"name": "release-notes"}]
    github.as_of("2025-09-22T12:00:00Z")  # the commits of #20 are written, but have not landed
    history = (
        "defaultBranchRef { target { ... on Commit { history(first: 1) { nodes { "
        "messageHeadline } } } } }"
    )
    (head,) = repository(github, history)["defaultBranchRef"]["target"]["history"]["nodes"]
    assert head == {"messageHeadline": "perf: index the orders (#19)"}


# -- counts ----------------------------------------------------------------------------------------


def test_requests_are_counted_until_the_reset(github: Server) -> None:
    rest_get(github, "/repos/acme/shop")
    data(github, "query { viewer { login } }")
    stats = github.stats()
    assert (stats["requests"], stats["by_api"], stats["points"]) == (
        2,
        {"rest": 1, "graphql": 1},
        {"core": 1, "graphql": 1},
    )
    github.reset()
    assert github.stats()["requests"] == 0


def test_a_server_that_cannot_start_says_why(tmp_path: Path, schema_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no dataset"), serve(tmp_path, schema=schema_path):
        pass
