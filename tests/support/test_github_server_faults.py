"""The local GitHub breaks as a plan says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.support.company import datasets
from tests.support.github_server import Server, serve
from tests.support.github_server.client import ask, data, whole


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """The company's GitHub, one process for the whole module."""
    with serve(datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """The company's GitHub as if newly started."""
    shared.faults([])
    shared.reset()
    yield shared


def id_of(server: Server, number: int) -> str:
    """The node id of a pull request of acme/shop."""
    query = (
        'query($n: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: '
        "$n) { id } } }"
    )
    result: str = data(server, query, n=number)["repository"]["pullRequest"]["id"]
    return result


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "status", "status": 502}, 502),
        ({"kind": "timeout"}, 502),
        ({"kind": "secondary", "retry_after": 7}, 403),
        ({"kind": "secondary", "status": 429, "retry_after": 7}, 429),
        ({"kind": "primary"}, 403),
        ({"kind": "unauthorized"}, 401),
        ({"kind": "html"}, 200),
        ({"kind": "went_wrong"}, 500),
        ({"kind": "redirect", "status": 307}, 307),
        ({"kind": "skew", "seconds": 60}, 200),
    ],
)
def test_a_planned_fault_strikes_once_and_where_it_should(
    github: Server, fault: dict[str, Any], status: int
) -> None:
    github.faults([fault | {"at": 2, "api": "rest"}])
    result = [
        ask(github, "/users/ada")[0],
        data(github, "query { viewer { login } }"),
        ask(github, "/users/ada"),
    ]
    assert result[0] == 200
    assert result[2][0] == status
    assert result[2][1].get("retry-after") == ("7" if fault["kind"] == "secondary" else None)
    assert (result[2][2][:1] == b"<") == (fault["kind"] in ("html", "status"))
    assert github.stats()["faults"] == {fault["kind"]: 1}
    github.reset()
    assert ask(github, "/users/ada")[0] == 200


def test_a_query_is_answered_in_part_or_not_at_all(github: Server) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } viewer { login } }"
    ids = [id_of(github, number) for number in (1, 2)]
    kinds = ("partial", "null_node", "went_wrong", "secondary")
    github.faults([{"kind": kind, "at": at, "status": 200} for at, kind in enumerate(kinds, 1)])
    part, silent, invalid, limited = (whole(github, query, ids=ids) for _ in kinds)
    (index,) = [error["path"] for error in part["errors"]]
    assert index[0] == "nodes" and [node for node in part["data"]["nodes"] if node] == [
        {"id": ids[1 - index[1]]}
    ]
    assert silent["data"]["nodes"].count(None) == 1 and "errors" not in silent
    assert invalid["data"] is None and "type" not in invalid["errors"][0]
    assert "data" not in limited and "secondary rate limit" in limited["errors"][0]["message"]
    github.faults([{"kind": "partial", "at": 1}])
    field = whole(
        github, 'query { viewer { login } repository(owner: "acme", name: "shop") { id } }'
    )
    assert field["data"] == {
        "viewer": {"login": "emulator-user"},
        "repository": None,
    }  # the viewer cannot be null


def test_what_is_late_or_told_by_another_clock_is_the_right_answer(github: Server) -> None:
    query, ids = (
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        [id_of(github, number) for number in (1, 2)],
    )
    github.faults(
        [{"kind": "slow", "at": 1, "seconds": 0.1}, {"kind": "skew", "at": 2, "seconds": 60}]
    )
    for _ in range(2):
        assert whole(github, query, ids=ids) == {"data": {"nodes": [{"id": item} for item in ids]}}
    assert github.stats()["faults"] == {"slow": 1, "skew": 1}


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_a_connection_breaks(github: Server, kind: str) -> None:
    github.faults([{"kind": kind, "at": 1}])
    with pytest.raises((ConnectionError, HTTPException)):
        ask(github, "/repos/acme/shop")
    assert ask(github, "/repos/acme/shop")[0] == 200


def test_bodies_are_spoilt(github: Server) -> None:
    github.faults(
        [
            {"kind": "empty", "at": 1},
            {"kind": "truncate", "at": 2},
            {"kind": "resource_limits", "at": 3},
        ]
    )
    assert ask(github, "/repos/acme/shop")[2] == b""
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|Invalid"):
        json.loads(ask(github, "/repos/acme/shop")[2])
    (error,) = whole(github, "query { viewer { login } }")["errors"]
    assert error["type"] == "RESOURCE_LIMITS_EXCEEDED"
