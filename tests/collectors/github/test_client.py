"""GitHub client: limits and failures are retried and counted; a lasting one is one line."""

from __future__ import annotations

import dataclasses
import gzip
import re
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import AccessError, SourceError
from collectors.github.client import (
    GitHubClient,
    RetryPolicy,
    duration,
)
from collectors.github.credentials import PersonalToken
from collectors.github.responses import (
    LongWaitError,
    NotFoundError,
    QueryTooLargeError,
)
from collectors.ledger.store import now
from tests.support import company
from tests.support.canned_server import Canned, canned, self_signed
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import HASTY

SOON = dataclasses.replace(HASTY, unnamed_wait_s=0.01, timeout_s=1)
NODES = (
    "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { number title } } "
    "viewer { login } }"
)
VIEWER = "query { viewer { login } }"
ISSUES = (
    "/repos/acme/shop/issues",
    {"state": "all", "per_page": 100, "sort": "updated", "direction": "asc"},
)
LIMITED = (
    b'{"message": "You have exceeded a secondary rate limit.", '
    b'"documentation_url": "https://docs.github.com"}'
)
SPENT = b'{"message": "API rate limit exceeded for user ID 1."}'
PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return the company's GitHub."""
    with serve(company.datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Server:
    """Return the same server as if newly started."""
    shared.faults([])
    shared.reset()
    return shared


def new_client(
    url: str, retry_policy: RetryPolicy = SOON, messages: list[str] | None = None
) -> GitHubClient:
    """Return a client with the usual token, which adds its messages to a list."""
    messages = [] if messages is None else messages
    return GitHubClient(url, PersonalToken(TOKEN), messages.append, retry_policy)


def pulls_of(client: GitHubClient) -> dict[str, Any]:
    """Return the data of a query for nodes."""
    ids = [row["node_id"] for row in client.rest("/repos/acme/shop/pulls", {"state": "all"})[:3]]
    return client.graphql(NODES, {"ids": ids}).data


# -- each kind of fault ---------------------------------------------------------------------------

ALL_REQUESTS: list[dict[str, Any]] = [
    *({"kind": "status", "status": status} for status in (500, 502, 503, 504)),
    {"kind": "status", "status": 503, "retry_after": 0.1},
    {"kind": "secondary", "retry_after": 0.1},
    {"kind": "secondary", "retry_after": 0, "status": 429},
    {"kind": "secondary", "is_bare": True},
    {"kind": "secondary", "is_bare": True, "status": 429},
    *(
        {"kind": kind}
        for kind in (
            "timeout",
            "went_wrong",
            "unauthorized",
            "html",
            "reset",
            "cut",
            "truncate",
            "empty",
        )
    ),
    {"kind": "stall"},
    {"kind": "redirect", "status": 307},
]
QUERIES_ONLY: list[dict[str, Any]] = [
    {"kind": "secondary", "retry_after": 0.1, "status": 200},
    {"kind": "secondary", "is_bare": True, "status": 200},
    *({"kind": kind} for kind in ("resource_limits", "partial", "null_node")),
]


@pytest.mark.parametrize(
    "fault",
    [*ALL_REQUESTS, *QUERIES_ONLY],
    ids=lambda fault: "-".join(str(v) for v in fault.values()),
)
def test_passing_fault_is_retried_and_counted(github: Server, fault: dict[str, Any]) -> None:
    clean = pulls_of(new_client(github.url))
    client = new_client(github.url)
    times = 2 if fault["kind"] not in ("stall", "secondary") else 1
    github.faults([fault | {"path": "graphql", "every": 1, "times": times}])
    assert pulls_of(client) == clean
    if fault in ALL_REQUESTS:
        issues = new_client(github.url).rest(*ISSUES)
        github.faults([fault | {"every": 1, "times": times}])
        assert client.rest(*ISSUES) == issues
    assert github.stats()["faults"][fault["kind"]] == times * (2 if fault in ALL_REQUESTS else 1)
    assert client.retries == (
        0 if fault["kind"] == "redirect" else github.stats()["faults"][fault["kind"]]
    )


def test_partial_answer_is_returned_after_its_retries(github: Server) -> None:
    client = new_client(github.url)
    github.faults([{"kind": "partial", "api": "graphql", "every": 1}])
    ids = [row["node_id"] for row in client.rest("/repos/acme/shop/pulls", {"state": "all"})[:3]]
    answer = client.graphql(NODES, {"ids": ids})
    assert [node is None for node in answer.data["nodes"]].count(True) == 1
    assert len(answer.errors) == 1 and client.requests_sent == 1 + 4


def test_deleted_node_is_not_requested_again(github: Server) -> None:
    client = new_client(github.url)
    answer = client.graphql(NODES, {"ids": ["PR_kwDOnothing"]})
    assert answer.data["nodes"] == [None] and answer.errors[0].type == "NOT_FOUND"
    assert (client.requests_sent, client.retries, client.retry_summary()) == (1, 0, "")


def test_invalid_query_is_refused_with_its_reason(github: Server) -> None:
    with pytest.raises(SourceError, match="a query was refused \\(GitHub reports an error\\)"):
        new_client(github.url).graphql("query { node(id: $id) { id } }", {})


def test_field_that_the_server_does_not_know_is_left_out_of_the_query(github: Server) -> None:
    answer = new_client(github.url).graphql("query { viewer { shoeSize login } }", {})
    assert answer.data == {"viewer": {"login": "emulator-user"}}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_keeps_the_parameters(github: Server, status: int) -> None:
    path, parameters = ISSUES
    there = new_client(github.url).rest(path, parameters)
    assert {row["state"] for row in there} == {"open", "closed"}
    github.faults([{"kind": "redirect", "status": status, "at": 1}])
    assert new_client(github.url).rest(path, parameters) == there
    infra = new_client(github.url).rest("/repos/acme/infra/issues", parameters)
    assert (
        new_client(github.url).rest("/repos/acme/ops/issues", parameters) == infra
    )  # its former name


def test_too_large_query_is_reported_to_a_caller_that_can_shrink_it(github: Server) -> None:
    for fault in (
        {"kind": "resource_limits", "at": 1},
        {"kind": "status", "status": 502, "at": [1, 2]},
    ):
        github.faults([fault])
        with pytest.raises(QueryTooLargeError):
            new_client(github.url).graphql(VIEWER, {}, failures=2)


# -- limits ---------------------------------------------------------------------------------------


LIMITS = {
    "403 with the seconds to wait": Canned(403, {"retry-after": "1"}, LIMITED),
    "429 with the seconds to wait and a web page": Canned(429, {"retry-after": "1"}, PAGE),
    "429 without anything": Canned(429, {}, b""),
    "403 with the message alone": Canned(403, {}, LIMITED),
    "403 for abuse, as it was": Canned(
        403, {}, b'{"message": "You have triggered an abuse detection mechanism."}'
    ),
    "a query's errors, without a type": Canned(200, {}, b'{"errors": [%s]}' % LIMITED),
    "a query's message": Canned(200, {}, LIMITED),
    "RATE_LIMITED, as it was": Canned(
        200, {}, b'{"errors": [{"type": "RATE_LIMITED", "message": "slow down"}]}'
    ),
    "RATE_LIMIT": Canned(
        200, {}, b'{"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit"}]}'
    ),
    "the code alone": Canned(
        200, {}, b'{"data": null, "errors": [{"code": "graphql_rate_limit"}]}'
    ),
    "an invalid wait": Canned(429, {"retry-after": "soon"}, LIMITED),
    "a negative wait": Canned(429, {"retry-after": "-5"}, LIMITED),
    "a primary limit that is over": Canned(
        403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000"}, SPENT
    ),
    "503 that asks to wait": Canned(503, {"retry-after": "0"}, b""),
}


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_every_shape_of_a_limit_is_waited_for(limit: Canned) -> None:
    messages: list[str] = []
    with canned([limit, Canned()]) as server:
        client = new_client(server.url, messages=messages)
        assert client.graphql(VIEWER, {}).data == {"viewer": {"login": "ada"}}
        assert (len(server.paths), client.retries) == (2, 1)
    assert client.waited_s == pytest.approx(
        float(limit.headers.get("retry-after", "") == "1"), abs=0.05
    ) or ("x-ratelimit-reset" in limit.headers and client.waited_s == pytest.approx(1, abs=0.05))
    assert len(messages) == (client.waited_s >= 1)


@pytest.mark.parametrize("year", [2020, 2040])
def test_wait_is_computed_and_reported_by_the_clock_of_github(year: int) -> None:
    at = datetime(year, 11, 22, 10, 0, 1, tzinfo=UTC)
    date = {"date": format_datetime(at, usegmt=True)}
    for requested in (
        {"retry-after": format_datetime(at + timedelta(seconds=1), usegmt=True)},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{at.timestamp():.0f}"},
    ):
        messages: list[str] = []
        with canned([Canned(403, date | requested, SPENT), Canned(headers=date)]) as server:
            client = new_client(server.url, messages=messages)
            client.graphql(VIEWER, {})
        assert client.waited_s == pytest.approx(1, abs=0.01)
        assert messages == [
            f"{client.host}: waiting for GitHub's rate limit until 10:00:02 UTC (1 s)"
        ]


@pytest.mark.parametrize(
    "text",
    [
        "three hours ago",
        "Sun, 22 Nov 2020 10:00:01 GMT",
        "Thu, 01 Jan 2099 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sun, 99 Nov 2020 10:00:01 GMT",
        "yesterday",
    ],
)
def test_answer_has_the_time_of_github_or_ours_without_a_plausible_date(text: str) -> None:
    earlier = now() - timedelta(hours=3)
    date = f"{earlier:%a, %d %b %Y %H:%M:%S} GMT" if text == "three hours ago" else text
    plausible = {
        "three hours ago": earlier,
        "Sun, 22 Nov 2020 10:00:01 GMT": datetime(2020, 11, 22, 10, 0, 1),
    }
    expected = plausible.get(text, now())
    with canned([Canned(headers={"date": date})]) as server:
        client = new_client(server.url)
        at = client.graphql(VIEWER, {}).at
    assert abs(at - expected) < timedelta(minutes=10)
    assert bool(client.clock_problem()) is (
        date[-17:-13] in ("2020", "2099") and "99 N" not in date
    )


def test_limit_met_by_several_requests_is_waited_for_and_reported_once() -> None:
    messages: list[str] = []
    limit = Canned(429, {"retry-after": "1"}, LIMITED, threading.Barrier(4))
    with canned([*[limit] * 4, Canned()]) as server, ThreadPoolExecutor(4) as pool:
        client = new_client(server.url, messages=messages)
        list(pool.map(lambda _: client.graphql(VIEWER, {}), range(4)))
    assert len(server.paths) == 8 and 1 <= client.waited_s < 4
    assert messages[0].endswith("UTC (1 s)") and len(messages) < 4
    waited = f"waited {duration(client.waited_s)} for GitHub's limits"
    assert client.retry_summary() == f"{client.host}: {waited}, repeated 4 requests"


def test_longer_wait_than_allowed_ends_all_requests_with_the_time(
    github: Server,
) -> None:
    client = new_client(github.url, dataclasses.replace(SOON, max_wait_s=0))
    github.faults([{"kind": "secondary", "retry_after": 20, "every": 1}])
    with ThreadPoolExecutor(4) as pool:
        result = [pool.submit(client.graphql, VIEWER, {}) for _ in range(8)]
    assert {type(item.exception()) for item in result} == {LongWaitError}
    reported = {str(item.exception()) for item in result}
    assert len(reported) == 1 and re.fullmatch(
        r"127\.0\.0\.1:\d+: GitHub requests a wait until \d\d:\d\d:\d\d UTC \(.+\), "
        r"longer than --max-wait 0 allows; "
        r"what was read is kept, run again after that",
        reported.pop(),
    )
    assert client.waited_s == 0


def test_short_waits_add_up_to_the_longest_allowed(github: Server) -> None:
    client = new_client(github.url, dataclasses.replace(SOON, max_wait_s=0.5))
    github.faults([{"kind": "secondary", "retry_after": 0.2, "every": 1}])
    with pytest.raises(LongWaitError):
        client.rest("/user", {})
    assert 0.3 < client.waited_s <= 0.5


def test_longer_pauses_count_as_a_wait_and_short_ones_do_not(github: Server) -> None:
    client = new_client(github.url, RetryPolicy(first_pause_s=0.01, max_wait_s=0))
    github.faults([{"kind": "status", "at": [1, 2, 3]}])
    assert client.rest("/user", {})["login"] == "emulator-user"
    github.faults([{"kind": "status", "every": 1}])
    with pytest.raises(
        SourceError,
        match="status 502 after 4 tries, and --max-wait allows no longer pause; run again",
    ):
        client.rest("/user", {})


def test_limit_without_end_fails_after_24_times() -> None:
    message = "GitHub's rate limit, 24 times in a row; run again later"
    with (
        canned([Canned(429, {"retry-after": "0"}, b"")]) as server,
        pytest.raises(SourceError, match=message),
    ):
        new_client(server.url).rest("/user", {})


# -- lasting failures -----------------------------------------------------------------------------

FAILURES = {
    "401": (
        Canned(401, {}, b'{"message": "Bad credentials"}'),
        "the token was refused (bad credentials); set GITHUB",
    ),
    "401 that repeats the token": (
        Canned(401, {}, b'{"message": "ghs_123.abc-def is not one, nor eyJhbGciOi.eyJpc3Mi.sig"}'),
        "the token was refused (status 401); set GITHUB_TOKEN",
    ),
    "403": (
        Canned(403, {}, b'{"message": "Resource not accessible by integration"}'),
        "was refused (the token lacks a permission); check",
    ),
    "403 with a page": (
        Canned(403, {}, PAGE),
        "a web page instead of an answer (status 403); check base_url under",
    ),
    "404": (
        Canned(404, {}, b'{"message": "Not Found"}'),
        "does not exist, or this token may not read it",
    ),
    "404 with a page": (
        Canned(404, {}, PAGE),
        "a web page instead of an answer (status 404); check base_url under",
    ),
    "a page": (
        Canned(200, {}, PAGE),
        "a web page instead of an answer (status 200); check base_url under [github]",
    ),
    "a proxy without a password": (
        Canned(407),
        "the proxy wants a password; check HTTPS_PROXY and NO_PROXY",
    ),
    "redirect to another host": (
        Canned(301, {"location": "https://github.example/client/v3/user"}, b""),
        "redirects to another host; set base_url under [github] to its API",
    ),
    "redirect in circles": (
        Canned(302, {"location": "/user"}, b""),
        "/user redirects in circles; check base_url",
    ),
    "redirect without an address": (Canned(302, {}, b""), "was refused (status 302); check"),
    "an answer without meaning": (
        Canned(200, {}, b'"ok"'),
        "an empty or broken answer after 10 tries; run again",
    ),
    "headers of a proxy": (
        Canned(200, {"x-ratelimit-remaining": "", "x-ratelimit-limit": "many"}),
        "a broken answer after 10 tries; run again later, nothing is lost",
    ),
}


@pytest.mark.parametrize(("answer", "expected"), FAILURES.values(), ids=FAILURES)
def test_lasting_failure_is_one_line_after_at_most_ten_tries(answer: Canned, expected: str) -> None:
    with canned([answer]) as server, pytest.raises(SourceError) as caught:
        new_client(server.url, RetryPolicy(first_pause_s=0.001)).rest("/user", {})
    assert expected in str(caught.value) and "\n" not in str(caught.value)
    assert isinstance(caught.value, AccessError) == (answer.status == 401)
    assert isinstance(caught.value, NotFoundError) == ("does not exist" in expected)
    assert len(server.paths) <= 10
    assert set(server.secrets) == {f"Bearer {TOKEN}"}


def test_web_page_after_a_first_answer_is_retried_as_a_failure(github: Server) -> None:
    client = new_client(github.url)
    client.rest("/user", {})
    github.faults([{"kind": "html", "every": 1, "times": 5}])
    assert client.rest("/user", {})["login"] == "emulator-user"


def test_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    certificate, secret = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    with canned([Canned()], context) as server, pytest.raises(SourceError) as caught:
        new_client(server.url).rest("/user", {})
    assert not server.paths
    assert re.search(
        r"its certificate is not accepted \(self[- ]signed certificate\); set REQUESTS_CA",
        str(caught.value),
    )


def test_duration_is_in_words() -> None:
    assert [duration(seconds) for seconds in (0.4, 59, 60, 200, 3_599.7, 3_900)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "3 min 20 s",
        "1 h 0 min",
        "1 h 5 min",
    ]


@pytest.mark.parametrize(
    ("answer", "deadline_s", "expected"),
    [
        (Canned(body=b"x" * 500, drip_s=0.02), 0.3, "an answer that does not end after 2 tries"),
        (
            Canned(headers={"content-encoding": "gzip"}, body=gzip.compress(b" " * 40_000_000)),
            60.0,
            "an answer that is too large after 2 tries",
        ),
    ],
    ids=["slow", "large"],
)
def test_answer_without_an_end_fails_after_two_tries(
    answer: Canned, deadline_s: float, expected: str
) -> None:
    policy = RetryPolicy(first_pause_s=0.001, deadline_s=deadline_s)
    with canned([answer]) as server, pytest.raises(SourceError, match=expected):
        new_client(server.url, policy).rest("/user", {})
    assert len(server.paths) == 2


def test_accepted_answer_is_retried_as_a_failure() -> None:
    with canned([Canned(202, {}, b"{}"), Canned()]) as server:
        answer = new_client(server.url, RetryPolicy(first_pause_s=0.001)).graphql(VIEWER, {})
    assert answer.data == {"viewer": {"login": "ada"}}
