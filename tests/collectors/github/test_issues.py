"""Issues, milestones, discussions and deployments: complete, and as they change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.github.repository import GitHub
from collectors.source import CheckResult
from tests.support.company.expand import expand
from tests.support.company.source import (
    Comment,
    Deployment,
    Discussion,
    Issue,
    Milestone,
    Repository,
    labeled,
    later,
    unlabeled,
)
from tests.support.github_server import TOKEN, Server, serve
from tests.support.github_server.client import rest_get
from tests.support.refreshing import check, publish_tables, raw_tables, refresh
from tests.support.tracker import PUSH, SHOP, WEB, label, nodes, who

REPOS = ["acme/shop", "acme/web"]
LAST = date(2026, 2, 1)
MOMENTS = [f"2026-01-{day:02}T12:00:00Z" for day in range(2, 9)]


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve(expand([SHOP, WEB]), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """Return the server as recorded, with counters at zero."""
    shared.reset()
    yield shared
    shared.as_of(None)
    shared.reload(expand([SHOP, WEB]))


# -- documents ------------------------------------------------------------------------------------


def test_issue_is_kept_complete(github: Server, tmp_path: Path) -> None:
    refresh(tmp_path, github.url, REPOS)
    first, second, third = nodes(tmp_path, "github_issues")
    node_id = rest_get(github, "/repos/acme/shop/issues/1")["node_id"]
    ada, pull = who("ada"), {"number": 1, "repository": {"databaseId": 102}}

    def event(kind: str, day: int, hour: int, actor: str = "ada", **members: Any) -> dict[str, Any]:
        stamp = f"2026-01-{day:02}T{hour:02}:00:00Z"
        return {"__typename": f"{kind}Event", "createdAt": stamp, "actor": who(actor), **members}

    winter, spring = {"milestoneTitle": "Winter"}, {"milestoneTitle": "Spring"}
    referenced = event(
        "CrossReferenced", 5, 14, willCloseTarget=True, source={"__typename": "PullRequest", **pull}
    )
    del referenced["actor"]
    assert first == {
        "__typename": "Issue",
        "id": node_id,
        "number": 1,
        "title": "Unreadable",
        "body": "",
        "state": "CLOSED",
        "url": "https://github.com/acme/shop/issues/1",
        "stateReason": "COMPLETED",
        "author": who("zoe"),
        "createdAt": "2026-01-02T08:00:00Z",
        "updatedAt": "2026-01-07T08:00:00Z",
        "closedAt": "2026-01-07T08:00:00Z",
        "authorAssociation": "NONE",
        "milestone": {"number": 1, "title": "Spring"},
        "labels": [label("ux debt")],
        "assignees": [],
        "closedByPullRequestsReferences": [pull],
        "comments": [
            {
                "createdAt": "2026-01-02T09:00:00Z",
                "authorAssociation": "NONE",
                "author": who("zoe"),
            },
            {"createdAt": "2026-01-02T10:00:00Z", "authorAssociation": "OWNER", "author": ada},
        ],
        "timelineItems": [
            event("Closed", 3, 8, stateReason="NOT_PLANNED", closer=None),
            event("Reopened", 4, 8, "zoe", stateReason="REOPENED"),
            event("Labeled", 5, 8, label=label("ux debt")),
            event("Milestoned", 5, 9, **winter),
            event("Demilestoned", 5, 10, **winter),
            event("Milestoned", 5, 11, **spring),
            event("Labeled", 5, 12, label=label("later")),
            event("Unlabeled", 5, 13, label=label("later")),
            referenced,
            event(
                "Closed",
                7,
                8,
                stateReason="COMPLETED",
                closer={"__typename": "PullRequest", **pull},
            ),
        ],
    }
    assert (second["stateReason"], second["author"]) == ("DUPLICATE", None)
    assert [e["__typename"] for e in second["timelineItems"]] == [
        "MarkedAsDuplicateEvent",
        "ClosedEvent",
    ]
    assert third["timelineItems"][0]["closer"] == {"__typename": "Commit", "oid": PUSH}


def test_milestones_discussions_and_deployments_are_kept(github: Server, tmp_path: Path) -> None:
    refresh(tmp_path, github.url, REPOS)
    spring, winter = nodes(tmp_path, "github_milestones")
    assert {
        name: spring[name]
        for name in ("number", "title", "state", "dueOn", "createdAt", "closedAt")
    } == {
        "number": 1,
        "title": "Spring",
        "state": "CLOSED",
        "dueOn": "2026-03-01T00:00:00Z",
        "createdAt": "2026-01-02T08:00:00Z",
        "closedAt": "2026-01-08T08:00:00Z",
    }
    assert (winter["state"], winter["closedAt"]) == ("OPEN", None)
    (requested,) = nodes(tmp_path, "github_discussions")
    reply = {
        "createdAt": "2026-01-05T08:00:00Z",
        "authorAssociation": "OWNER",
        "author": who("ada"),
    }
    first = {
        "createdAt": "2026-01-03T08:00:00Z",
        "authorAssociation": "MEMBER",
        "author": who("max"),
        "replies": [],
    }
    second = {
        "createdAt": "2026-01-04T08:00:00Z",
        "authorAssociation": "NONE",
        "author": None,
        "replies": [reply],
    }
    assert requested.pop("id")
    assert requested == {
        "number": 4,
        "title": "How to pay?",
        "url": "https://github.com/acme/shop/discussions/4",
        "createdAt": "2026-01-02T08:00:00Z",
        "updatedAt": "2026-01-07T08:00:00Z",
        "closed": False,
        "closedAt": None,
        "stateReason": "REOPENED",
        "author": who("zoe"),
        "authorAssociation": "NONE",
        "category": {"name": "Q&A", "isAnswerable": True},
        "labels": [label("question")],
        "answerChosenAt": "2026-01-05T09:00:00Z",
        "answerChosenBy": who("zoe"),
        "answer": reply,
        "comments": [first, second],
    }
    (deployed,) = nodes(tmp_path, "github_deployments")
    assert deployed.pop("databaseId") > 0 and deployed.pop("id")
    assert deployed == {
        "environment": "production",
        "task": "migrate",
        "ref": {"name": "main"},
        "commitOid": PUSH,
        "creator": who("ada"),
        "createdAt": "2026-01-02T08:00:00Z",
        "updatedAt": "2026-01-02T10:00:00Z",
        "state": "ACTIVE",
        "statuses": {
            "nodes": [
                {"state": "SUCCESS", "createdAt": "2026-01-02T10:00:00Z"},
                {"state": "FAILURE", "createdAt": "2026-01-02T09:00:00Z"},
            ]
        },
    }


def test_lists_are_read_to_their_end(schema_path: Path, tmp_path: Path) -> None:
    begin = "2026-01-02 08:00"
    times = [later(begin, minutes) for minutes in range(1, 251)]
    turns = [labeled, unlabeled]
    replies = [(later(time, 1), "ada") for time in times]
    long = Repository(
        "acme/shop",
        101,
        "2026-01-01 08:00",
        issues=[
            Issue(
                1,
                "Long",
                "zoe",
                begin,
                comments=[(time, "ada") for time in times],
                events=[turns[n % 2](time, "ada", "again") for n, time in enumerate(times)],
            )
        ],
        milestones=[Milestone(n, f"Sprint {n}", time) for n, time in enumerate(times, 1)],
        discussions=[
            Discussion(2, "Long", "zoe", begin, comments=[Comment(time, "ada") for time in times]),
            Discussion(
                3, "Deep", "zoe", begin, comments=[Comment(begin, "ada", replies=replies)] * 2
            ),
            *(Discussion(n, "More", "zoe", time) for n, time in enumerate(times[:120], 4)),
        ],
        deployments=[Deployment(PUSH, begin, [("IN_PROGRESS", time) for time in times])] * 120,
    )
    with serve(expand([long]), schema=schema_path) as server:
        refresh(tmp_path, server.url, ["acme/shop"])
    (issue,) = nodes(tmp_path, "github_issues")
    assert [c["createdAt"] for c in issue["comments"]] == sorted(
        {c["createdAt"] for c in issue["comments"]}
    )
    assert (len(issue["comments"]), len(issue["timelineItems"])) == (250, 250)
    assert len(nodes(tmp_path, "github_milestones")) == 250
    wide, deep, *more = nodes(tmp_path, "github_discussions")
    assert (len(wide["comments"]), [len(c["replies"]) for c in deep["comments"]]) == (
        250,
        [250, 250],
    )
    assert len(more) == 120
    assert {len(d["statuses"]["nodes"]) for d in nodes(tmp_path, "github_deployments")} == {250}
    assert len(nodes(tmp_path, "github_deployments")) == 120


def test_without_bodies_the_prose_of_an_issue_is_dropped(schema_path: Path, tmp_path: Path) -> None:
    reported = dataclasses.replace(
        SHOP, issues=[Issue(1, "Down", "zoe", "2026-01-02 08:00", "Secret.\nCaused by #2\nOh.")]
    )
    with serve(expand([reported]), schema=schema_path) as server:
        refresh(tmp_path, server.url, ["acme/shop"], keep_bodies=False)
    assert [node["body"] for node in nodes(tmp_path, "github_issues")] == ["Caused by #2"]


# -- changes --------------------------------------------------------------------------------------


def test_refreshes_through_time_equal_one_backfill(github: Server, tmp_path: Path) -> None:
    steps, fresh = tmp_path / "steps", tmp_path / "fresh"
    for moment in MOMENTS:
        github.as_of(moment)
        refresh(steps, github.url, REPOS)
        refresh(fresh / moment, github.url, REPOS)
        assert raw_tables(steps) == raw_tables(fresh / moment), moment
    assert publish_tables(steps, LAST) == publish_tables(fresh / moment, LAST)


def test_second_refresh_costs_one_request_and_changes_no_row(
    github: Server, tmp_path: Path
) -> None:
    refresh(tmp_path, github.url, REPOS)
    before = raw_tables(tmp_path)
    github.reset()
    assert {result.status for result in refresh(tmp_path, github.url, REPOS)} == {"unchanged"}
    assert github.stats()["requests"] == 1
    assert raw_tables(tmp_path) == before
    refresh(tmp_path, github.url, REPOS, full=True)
    assert raw_tables(tmp_path) == before


@pytest.mark.parametrize("changed", ["milestones", "discussions"])
def test_single_change_or_deletion_of_a_list_item_is_read(
    github: Server, tmp_path: Path, changed: str
) -> None:
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    if changed == "milestones":
        datasets["acme/shop"]["milestones"][1]["closed_at"] = "2026-01-20T08:00:00Z"
    else:
        datasets["acme/shop"]["discussions"][0]["comments"][0]["replies"] = [
            {"author": "ada", "association": "OWNER", "created_at": "2026-01-20T08:00:00Z"}
        ]
    github.reload(datasets)
    refresh(tmp_path, github.url, REPOS)
    stored = nodes(tmp_path, f"github_{changed}")
    assert max(node["updatedAt"] for node in stored) == "2026-01-20T08:00:00Z"
    del datasets["acme/shop"][changed][0]
    github.reload(datasets)
    refresh(tmp_path, github.url, REPOS)
    remaining = nodes(
        tmp_path,
        f"github_{changed}",
        "where deleted_at is null" if changed == "discussions" else "",
    )
    assert len(remaining) == len(stored) - 1


def test_associations_keep_their_first_value(github: Server, tmp_path: Path) -> None:
    refresh(tmp_path, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    shop, message = (
        datasets["acme/shop"],
        {"author": "zoe", "body": "", "created_at": "2026-01-20T08:00:00Z"},
    )
    later_comment = message | {"updated_at": message["created_at"], "association": "MEMBER"}
    for item in (shop["issues"][0], shop["discussions"][0], datasets["acme/web"]["pulls"][0]):
        item["association"] = "MEMBER" if item["author"] == "zoe" else "NONE"
        for spoken in [*item["comments"], *item.get("reviews", ())]:
            spoken["association"] = "MEMBER" if spoken["author"] == "zoe" else "NONE"
        item["comments"].append(later_comment)
    github.reload(datasets)
    refresh(tmp_path, github.url, REPOS)
    issue, discussion, pull = (
        nodes(tmp_path, f"github_{table}")[0]
        for table in ("issues", "discussions", "pull_requests")
    )
    assert [issue["authorAssociation"], *(c["authorAssociation"] for c in issue["comments"])] == [
        "NONE",
        "NONE",
        "OWNER",
        "MEMBER",
    ]
    reported = [c["authorAssociation"] for c in discussion["comments"]]
    assert (discussion["authorAssociation"], reported) == ("NONE", ["MEMBER", "NONE", "MEMBER"])
    assert (pull["authorAssociation"], pull["reviews"][0]["authorAssociation"]) == (
        "MEMBER",
        "MEMBER",
    )


def test_unfinished_deployments_are_read_again(schema_path: Path, tmp_path: Path) -> None:
    today = datetime.now(UTC).replace(tzinfo=None, hour=0, minute=0)

    def days_ago(days: float) -> str:
        return f"{today - timedelta(days=days):%Y-%m-%d %H:%M}"

    def world(state: str, count: int) -> dict[str, Any]:
        waited = Deployment(
            PUSH, days_ago(20), [("IN_PROGRESS", days_ago(20)), (state, days_ago(19))]
        )
        later = [
            Deployment(PUSH, days_ago(10 - n / 100), [("SUCCESS", days_ago(9 - n / 100))])
            for n in range(count)
        ]
        made = expand([dataclasses.replace(SHOP, deployments=[waited, *later])])
        made["acme/shop"]["captured_at"] = f"{today:%Y-%m-%d}T00:00:00Z"
        return made

    with serve(world("WAITING", 150), schema=schema_path) as server:
        refresh(tmp_path, server.url, ["acme/shop"])
        server.reload(world("FAILURE", 151))
        refresh(tmp_path, server.url, ["acme/shop"])
    first, *rest_rows = nodes(tmp_path, "github_deployments")
    assert (first["state"], len(rest_rows)) == ("FAILURE", 151)


# -- lists that a token may not read --------------------------------------------------------------


def test_disabled_and_hidden_lists_do_not_affect_other_tables(
    github: Server, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    refresh(whole, github.url, REPOS)
    datasets = expand([SHOP, WEB])
    datasets["acme/shop"]["repository"]["forbidden"] = ["discussions", "deployments"]
    datasets["acme/web"]["repository"]["has_discussions"] = False
    github.reload(datasets)
    assert {result.status for result in refresh(tmp_path, github.url, REPOS)} == {"read"}
    missing = {"github_discussions", "github_deployments"}
    reported, expected = raw_tables(tmp_path), raw_tables(whole)
    assert {name for name in reported if reported[name] != expected[name]} == missing | {
        "github_names",
        "github_repositories",
    }
    assert all(reported[name] == [] for name in missing)
    github.reset()
    assert {result.status for result in refresh(tmp_path, github.url, REPOS)} == {"unchanged"}
    assert github.stats()["requests"] == 1
    _, shop, web = check([GitHub(github.url, tuple(REPOS))], {"GITHUB_TOKEN": TOKEN})
    hidden = (
        "acme/shop: 0 pull requests; its deployments and discussions cannot be read by the token"
    )
    assert (shop, web) == (
        CheckResult(True, hidden),
        CheckResult(True, "acme/web: 1 pull requests"),
    )
