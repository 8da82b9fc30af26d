"""The door to GitHub: every shape of its limits and failures is met, said and counted; what stays wrong is one line."""

from __future__ import annotations

import dataclasses
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
    LongWaitError,
    NotFoundError,
    QueryTooLargeError,
    RetryPolicy,
    duration,
)
from collectors.github.credentials import PersonalToken
from collectors.ledger.store import now
from tests.support import company
from tests.support.canned_server import Canned, canned, self_signed
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import HASTY

SOON = dataclasses.replace(HASTY, unnamed_wait_s=0.01, timeout_s=1)
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { number title } } viewer { login } }"
ISSUES = (
    "/repos/acme/shop/issues",
    {"state": "all", "per_page": 100, "sort": "updated", "direction": "asc"},
)
LIMITED = b'{"message": "You have exceeded a secondary rate limit.", "documentation_url": "https://docs.github.com"}'
SPENT = b'{"message": "API rate limit exceeded for user ID 1."}'
PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """The company's GitHub."""
    with serve(company.datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Server:
    """The same as if newly started."""
    shared.faults([])
    shared.reset()
    return shared


def door(url: str, retry_policy: RetryPolicy = SOON, said: list[str] | None = None) -> GitHubClient:
    """A way in with the usual token."""
    return GitHubClient(
        url, PersonalToken(TOKEN), (said if said is not None else []).append, retry_policy
    )


def pulls_of(api: GitHubClient) -> dict[str, Any]:
    """An answer with nodes, whole or not at all."""
    ids = [row["node_id"] for row in api.rest("/repos/acme/shop/pulls", {"state": "all"})[:3]]
    return api.graphql(NODES, {"ids": ids}).data


# -- every kind of fault apart ----------------------------------------------------------------------------------------

BOTH: list[dict[str, Any]] = [
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
OF_QUERIES: list[dict[str, Any]] = [
    {"kind": "secondary", "retry_after": 0.1, "status": 200},
    {"kind": "secondary", "is_bare": True, "status": 200},
    *({"kind": kind} for kind in ("resource_limits", "partial", "null_node")),
]


@pytest.mark.parametrize(
    "fault", [*BOTH, *OF_QUERIES], ids=lambda fault: "-".join(str(v) for v in fault.values())
)
def test_what_passes_is_borne_and_counted(github: Server, fault: dict[str, Any]) -> None:
    clean = pulls_of(door(github.url))
    api = door(github.url)
    times = 2 if fault["kind"] not in ("stall", "secondary") else 1
    github.faults([fault | {"path": "graphql", "every": 1, "times": times}])
    assert pulls_of(api) == clean
    if fault in BOTH:
        issues = door(github.url).rest(*ISSUES)
        github.faults([fault | {"every": 1, "times": times}])
        assert api.rest(*ISSUES) == issues
    assert github.stats()["faults"][fault["kind"]] == times * (2 if fault in BOTH else 1)
    assert api.retries == (
        0 if fault["kind"] == "redirect" else github.stats()["faults"][fault["kind"]]
    )


def test_what_github_never_gives_is_handed_on_as_it_is(github: Server) -> None:
    api = door(github.url)
    github.faults([{"kind": "partial", "api": "graphql", "every": 1}])
    ids = [row["node_id"] for row in api.rest("/repos/acme/shop/pulls", {"state": "all"})[:3]]
    answer = api.graphql(NODES, {"ids": ids})
    assert [node is None for node in answer.data["nodes"]].count(True) == 1
    assert len(answer.errors) == 1 and api.requests_sent == 1 + 4


def test_a_deleted_node_is_no_reason_to_ask_again(github: Server) -> None:
    api = door(github.url)
    answer = api.graphql(NODES, {"ids": ["PR_kwDOnothing"]})
    assert answer.data["nodes"] == [None] and answer.errors[0]["type"] == "NOT_FOUND"
    assert (api.requests_sent, api.retries, api.retry_summary()) == (1, 0, "")


def test_a_query_that_github_does_not_understand_is_told(github: Server) -> None:
    with pytest.raises(
        SourceError, match="a query was refused \\(Field 'shoeSize' doesn't exist on type 'User'\\)"
    ):
        door(github.url).graphql("query { viewer { shoeSize } }", {})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_keeps_the_parameters(github: Server, status: int) -> None:
    path, parameters = ISSUES
    there = door(github.url).rest(path, parameters)
    assert {row["state"] for row in there} == {"open", "closed"}
    github.faults([{"kind": "redirect", "status": status, "at": 1}])
    assert door(github.url).rest(path, parameters) == there
    infra = door(github.url).rest("/repos/acme/infra/issues", parameters)
    assert door(github.url).rest("/repos/acme/ops/issues", parameters) == infra  # its former name


def test_too_much_is_said_to_whoever_can_ask_for_less(github: Server) -> None:
    for fault in (
        {"kind": "resource_limits", "at": 1},
        {"kind": "status", "status": 502, "at": [1, 2]},
    ):
        github.faults([fault])
        with pytest.raises(QueryTooLargeError):
            door(github.url).graphql("query { viewer { login } }", {}, can_shrink=True)


# -- limits -----------------------------------------------------------------------------------------------------------


LIMITS = {
    "403 with the seconds to wait": Canned(403, {"retry-after": "1"}, LIMITED),
    "429 with the seconds to wait and a web page": Canned(429, {"retry-after": "1"}, PAGE),
    "429 without anything": Canned(429, {}, b""),
    "403 that only says so": Canned(403, {}, LIMITED),
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
    "nonsense to wait for": Canned(429, {"retry-after": "soon"}, LIMITED),
    "less than nothing to wait": Canned(429, {"retry-after": "-5"}, LIMITED),
    "a primary limit that is over": Canned(
        403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000"}, SPENT
    ),
    "503 that asks to wait": Canned(503, {"retry-after": "0"}, b""),
}


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_every_shape_of_a_limit_is_waited_out(limit: Canned) -> None:
    message: list[str] = []
    with canned([limit, Canned()]) as server:
        api = door(server.url, said=message)
        assert api.graphql("query { viewer { login } }", {}).data == {"viewer": {"login": "ada"}}
        assert (len(server.asked), api.retries) == (2, 1)
    assert api.waited_s == pytest.approx(
        float(limit.headers.get("retry-after", "") == "1"), abs=0.05
    ) or ("x-ratelimit-reset" in limit.headers and api.waited_s == pytest.approx(1, abs=0.05))
    assert len(message) == (api.waited_s >= 1)


@pytest.mark.parametrize("year", [2020, 2040])
def test_a_wait_is_reckoned_and_told_by_githubs_clock(year: int) -> None:
    at = datetime(year, 11, 22, 10, 0, 1, tzinfo=UTC)
    date = {"date": format_datetime(at, usegmt=True)}
    for requested in (
        {"retry-after": format_datetime(at + timedelta(seconds=1), usegmt=True)},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{at.timestamp():.0f}"},
    ):
        message: list[str] = []
        with canned([Canned(403, date | requested, SPENT), Canned(headers=date)]) as server:
            api = door(server.url, said=message)
            api.graphql("query { viewer { login } }", {})
        assert api.waited_s == pytest.approx(1, abs=0.01)
        assert message == [f"{api.host}: waiting for GitHub's rate limit until 10:00:02 UTC (1 s)"]


def test_an_answer_is_dated_by_githubs_clock_or_by_ours_where_that_tells_no_time() -> None:
    for date, expected in (
        ("Sun, 22 Nov 2020 10:00:01 GMT", datetime(2020, 11, 22, 10, 0, 1)),
        ("Sun, 99 Nov 2020 10:00:01 GMT", now()),
        ("yesterday", now()),
    ):
        with canned([Canned(headers={"date": date})]) as server:
            at = door(server.url).graphql("query { viewer { login } }", {}).at
        assert abs(at - expected) < timedelta(minutes=1)


def test_a_limit_that_several_requests_meet_is_waited_out_and_said_once() -> None:
    message: list[str] = []
    limit = Canned(429, {"retry-after": "1"}, LIMITED, threading.Barrier(4))
    with canned([*[limit] * 4, Canned()]) as server, ThreadPoolExecutor(4) as pool:
        api = door(server.url, said=message)
        list(pool.map(lambda _: api.graphql("query { viewer { login } }", {}), range(4)))
    assert len(server.asked) == 8 and 1 <= api.waited_s < 4
    assert message[0].endswith("UTC (1 s)") and len(message) < 4
    assert (
        api.retry_summary()
        == f"{api.host}: waited {duration(api.waited_s)} for GitHub's limits, repeated 4 requests"
    )


def test_a_longer_wait_than_allowed_ends_every_request_at_once_and_says_when(
    github: Server,
) -> None:
    api = door(github.url, dataclasses.replace(SOON, max_wait_s=0))
    github.faults([{"kind": "secondary", "retry_after": 20, "every": 1}])
    with ThreadPoolExecutor(4) as pool:
        result = [pool.submit(api.graphql, "query { viewer { login } }", {}) for _ in range(8)]
    assert {type(item.exception()) for item in result} == {LongWaitError}
    reported = {str(item.exception()) for item in result}
    assert len(reported) == 1 and re.fullmatch(
        r"127\.0\.0\.1:\d+: GitHub requests a wait until \d\d:\d\d:\d\d UTC \(.+\), longer than --max-wait 0 allows; "
        r"what was read is kept, run again after that",
        reported.pop(),
    )
    assert api.waited_s == 0


def test_waits_that_are_short_enough_add_up_to_what_is_allowed(github: Server) -> None:
    api = door(github.url, dataclasses.replace(SOON, max_wait_s=0.5))
    github.faults([{"kind": "secondary", "retry_after": 0.2, "every": 1}])
    with pytest.raises(LongWaitError):
        api.rest("/user", {})
    assert 0.3 < api.waited_s <= 0.5


def test_quick_repeats_are_no_wait_and_longer_ones_are(github: Server) -> None:
    api = door(github.url, RetryPolicy(first_pause_s=0.01, max_wait_s=0))
    github.faults([{"kind": "status", "at": [1, 2, 3]}])
    assert api.rest("/user", {})["login"] == "emulator-user"
    github.faults([{"kind": "status", "every": 1}])
    with pytest.raises(
        SourceError,
        match="status 502 after 4 tries, and --max-wait allows no longer pause; run again",
    ):
        api.rest("/user", {})


def test_a_limit_for_ever_is_given_up_in_the_end() -> None:
    message = "GitHub's rate limit, 24 times in a row; run again later"
    with (
        canned([Canned(429, {"retry-after": "0"}, b"")]) as server,
        pytest.raises(SourceError, match=message),
    ):
        door(server.url).rest("/user", {})


# -- answers that somebody has to mend, or nobody can -----------------------------------------------------------------

MENDED = {
    "401": (
        Canned(401, {}, b'{"message": "Bad credentials"}'),
        "the token was refused (Bad credentials); set GITHUB",
    ),
    "401 that repeats the token": (
        Canned(401, {}, b'{"message": "ghs_123.abc-def is not one, nor eyJhbGciOi.eyJpc3Mi.sig"}'),
        "the token was refused (… is not one, nor …); set GITHUB_TOKEN",
    ),
    "403": (
        Canned(403, {}, b'{"message": "Resource not accessible"}'),
        "was refused (Resource not accessible); check",
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
    "elsewhere": (
        Canned(301, {"location": "https://github.example/api/v3/user"}, b""),
        "redirects to https://github.example; set base_url under [github] to its API",
    ),
    "in circles": (
        Canned(302, {"location": "/user"}, b""),
        "/user redirects in circles; check base_url",
    ),
    "nowhere": (Canned(302, {}, b""), "was refused (status 302); check"),
    "no answer that means anything": (
        Canned(200, {}, b'"ok"'),
        "an empty or broken answer after 10 tries; run again",
    ),
    "headers of a proxy": (
        Canned(200, {"x-ratelimit-remaining": "", "x-ratelimit-limit": "many"}),
        "a broken answer after 10 tries; run again later, nothing is lost",
    ),
}


@pytest.mark.parametrize(("answer", "said"), MENDED.values(), ids=MENDED)
def test_what_stays_wrong_is_one_line_after_a_few_tries(answer: Canned, said: str) -> None:
    with canned([answer]) as server, pytest.raises(SourceError) as caught:
        door(server.url, RetryPolicy(first_pause_s=0.001)).rest("/user", {})
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert isinstance(caught.value, AccessError) == (answer.status == 401)
    assert isinstance(caught.value, NotFoundError) == ("does not exist" in said)
    assert len(server.asked) <= 10
    assert set(server.secrets) == {f"Bearer {TOKEN}"}


def test_a_page_in_between_is_borne_as_long_as_a_failure(github: Server) -> None:
    api = door(github.url)
    api.rest("/user", {})
    github.faults([{"kind": "html", "every": 1, "times": 5}])
    assert api.rest("/user", {})["login"] == "emulator-user"


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path) -> None:
    certificate, secret = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    with canned([Canned()], context) as server, pytest.raises(SourceError) as caught:
        door(server.url).rest("/user", {})
    assert not server.asked
    assert re.search(
        r"its certificate is not accepted \(self[- ]signed certificate\); set REQUESTS_CA",
        str(caught.value),
    )


def test_a_length_of_time_is_in_words() -> None:
    assert [duration(seconds) for seconds in (0.4, 59, 60, 200, 3_599.7, 3_900)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "3 min 20 s",
        "1 h 0 min",
        "1 h 5 min",
    ]
