"""HTTP client of vendors' APIs: rate limits, retries, refusals, pages and secrets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from collectors.errors import SourceError
from collectors.spend.client import VendorClient, requested_wait
from collectors.spend.vendor import accounts
from collectors.spend.vendors import load_vendors
from collectors.spend.vendors.cursor import EventsPage
from tests.support.vendors import Json, Reply, Request, Server, serve
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.reading import read, totals
from tests.support.vendors.tables import EVENTS

CURSOR = {"CURSOR_ADMIN_KEY": "crsr_one"}
BODY: Json = {"startDate": 0, "endDate": 1, "page": 1, "pageSize": 10}


@pytest.fixture
def server() -> Iterator[Server]:
    """Yield a local server with a team's Cursor."""
    with serve(cursor=Cursor({"crsr_one": EVENTS})) as local:
        yield local


def cursor_client(server: Server, **options: Any) -> VendorClient:
    """Return a client of the team's Cursor."""
    client = VendorClient(load_vendors()["cursor"], f"{server.url}/cursor", "", "crsr_one")
    return replace(client, **options)


def post(client: VendorClient) -> EventsPage:
    """Return the response of one request."""
    return client.post("/teams/filtered-usage-events", EventsPage, BODY)


def test_limits_and_faults_are_retried_without_loss(tmp_path: Path, server: Server) -> None:
    notices: list[str] = []
    server.faults = [
        ("usage-events", Reply(429, {"error": "slow down"}, {"Retry-After": "1"})),
        ("usage-events", Reply(500, "oops")),
        ("usage-events", Reply(200, '{"usageEvents": [', cut=True)),
    ]
    read(tmp_path, server, "cursor", CURSOR, days=30, notices=notices)
    assert notices == ["cursor: waiting 1 s as the vendor asks (status 429)"]
    amounts = totals(tmp_path)
    assert amounts["cursor", "", "2026-11-20"] == Decimal("0.6152932")
    began, soon = time.monotonic(), datetime.now(UTC) + timedelta(seconds=2)
    retry_after = {"Retry-After": soon.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    server.faults += [
        ("usage-events", Reply(503, "", retry_after)),
        ("usage-events", Reply(200, '{"usageEvents": [')),
        ("usage-events", Reply(200, '{"usageEvents": [{"chargedCents": NaN}]}')),
    ]
    read(tmp_path, server, "cursor", CURSOR, days=30, is_full=True)
    assert time.monotonic() - began > 2
    assert (server.faults, totals(tmp_path)) == ([], amounts)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (
            Reply(429, {}, {"Retry-After": "7200"}),
            r"asks to wait 120 minutes\. Run again after that",
        ),
        (
            Reply(401, {"error": {"message": "crsr_one of ada@acme.example is wrong"}}),
            r"CURSOR_ADMIN_KEY was refused \(401\)\. It must be an Admin API key",
        ),
        (
            Reply(403, {"message": "no"}),
            r"/teams/filtered-usage-events was refused \(403\)\. CURSOR_ADMIN_KEY must",
        ),
        (Reply(400, "<html>"), r"/teams/filtered-usage-events was refused \(400\)$"),
        (Reply(302, "", {"Location": "https://elsewhere.example/"}), "redirects"),
    ],
)
def test_refused_request_is_not_retried(server: Server, reply: Reply, problem: str) -> None:
    server.faults = [("usage-events", reply)]
    with pytest.raises(SourceError, match=problem) as caught:
        post(cursor_client(server))
    assert "crsr_one" not in str(caught.value)
    assert len(server.requests) == 1


def test_vendor_without_response_is_an_error_after_all_tries(server: Server) -> None:
    server.latency_s = 0.5
    problem = r"cursor: no response in time after 2 tries\. Run again later, no data is lost"
    with pytest.raises(SourceError, match=problem):
        post(cursor_client(server, tries=2, timeout_s=(1.0, 0.1)))
    closed_port = cursor_client(server, tries=2, base_url="http://127.0.0.1:9")
    with pytest.raises(SourceError, match="cursor: the connection failed after 2 tries"):
        post(closed_port)


def test_wait_after_the_last_try_is_skipped(server: Server) -> None:
    server.faults = [("usage-events", Reply(429, {}, {"Retry-After": "600"}))]
    with pytest.raises(SourceError, match="cursor: status 429 after 1 tries"):
        post(cursor_client(server, tries=1))


def test_requests_per_minute_are_limited(server: Server) -> None:
    api = replace(load_vendors()["cursor"], requests_per_minute=3)
    client = cursor_client(server, api=api, minute_s=0.6)
    began = time.monotonic()
    for _ in range(7):
        post(client)
    assert time.monotonic() - began >= 1.2


def test_missing_page_is_an_error_and_no_smaller_sum(tmp_path: Path) -> None:
    def endless(_request: Request) -> Reply:
        return Reply(200, {"data": [], "has_more": True, "next_page": None})

    def short(_request: Request) -> Reply:
        pagination = {"hasNextPage": False}
        return Reply(200, {"usageEvents": [], "totalUsageEventsCount": 5, "pagination": pagination})

    with serve(openai=endless, cursor=short) as server:
        (costs, _) = read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "x"}, days=1)
        (events,) = read(tmp_path, server, "cursor", CURSOR, days=1)
    assert costs.message == (
        "openai: /v1/organization/costs has more pages but no cursor that leads to them"
    )
    assert events.message == (
        "cursor: received 0 of 5 events, 2026-11-20 to 2026-11-20. Run again later"
    )
    assert totals(tmp_path) == {}


def test_list_without_end_is_an_error(server: Server) -> None:
    def endless(request: Request) -> Reply:
        number = int(request.parameter("page") or 0)
        data = [{"id": f"user-{number}"}]
        return Reply(200, {"data": data, "has_more": True, "next_page": str(number + 1)})

    def same(_request: Request) -> Reply:
        page = f"page_{len(server.requests)}"
        return Reply(200, {"data": [{"id": "user"}], "has_more": True, "next_page": page})

    server.vendors["cursor"] = endless
    with pytest.raises(SourceError, match="/users has no end after 20 pages"):
        list(cursor_client(server, max_pages=20).pages("/users", []))
    server.vendors["cursor"] = same
    server.requests.clear()
    with pytest.raises(SourceError, match="/users has more pages but no cursor"):
        list(cursor_client(server).pages("/users", []))
    assert len(server.requests) == 2


def test_slow_response_ends_at_its_deadline(server: Server) -> None:
    server.latency_s = 1.0
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"usage-events has no complete answer within 0 s"):
        post(cursor_client(server, deadline_s=0.2))
    assert time.monotonic() - began < 0.9
    assert len(server.requests) <= 1


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "9" * 5000}, 60.0),
        ({"Retry-After": "soon"}, 60.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "nan"}, 60.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1e400"}, 60.0),
        (
            {
                "Retry-After": "Mon, 30 Nov 2026 09:00:30 GMT",
                "Date": "Mon, 30 Nov 2026 09:00:00 GMT",
            },
            31.0,
        ),
        (
            {
                "Retry-After": "Mon, 30 Nov 2026 09:00:30 GMT",
                "Date": "Fri, 31 Dec 9999 23:59:59 GMT",
            },
            1.0,
        ),
    ],
)
def test_wait_of_odd_headers_is_bounded(headers: dict[str, str], wait_s: float) -> None:
    assert requested_wait(429, CaseInsensitiveDict(headers)) == wait_s


def test_netrc_does_not_replace_the_secret(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    assert post(cursor_client(server)).usage_events == []


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        (
            {"CURSOR_ADMIN_KEY": "two words"},
            r"CURSOR_ADMIN_KEY contains characters that are invalid in a key\. Copy it again",
        ),
        (
            {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "ftp://x"},
            "HEADWAY_CURSOR_URL is not a URL",
        ),
        (
            {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "https://u:p@x"},
            "HEADWAY_CURSOR_URL is not a URL",
        ),
        (
            {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "http://proxy.example"},
            "would send the secret unencrypted; use https://, or name proxy.example in allow_http",
        ),
    ],
)
def test_error_of_an_invalid_secret_or_url_does_not_contain_it(
    environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(SourceError, match=problem) as caught:
        accounts(load_vendors()["cursor"], environment, (), "")
    assert "words" not in str(caught.value)


def test_named_host_is_read_without_tls() -> None:
    environment = {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "http://proxy.example/cursor"}
    (account,) = accounts(load_vendors()["cursor"], environment, (), "", ["proxy.example"])
    assert account.base_url == "http://proxy.example/cursor"


def test_blank_secret_is_no_account() -> None:
    assert accounts(load_vendors()["cursor"], {"CURSOR_ADMIN_KEY": " "}, (), "") == []
