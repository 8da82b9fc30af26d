"""The one door to vendors' APIs: limits, faults, refusals, pages, and secrets that go to their vendor alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.errors import AccessError, SourceError
from collectors.spend import sync, vendors
from collectors.spend.client import Door
from collectors.spend.records import Source
from tests.support.vendors import Json, Reply, Request, Server, serve
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.reading import read, totals
from tests.support.vendors.tables import EVENTS

CURSOR = {"CURSOR_ADMIN_KEY": "crsr_one"}


@pytest.fixture
def server() -> Iterator[Server]:
    """A team's Cursor."""
    with serve(cursor=Cursor({"crsr_one": EVENTS})) as result:
        yield result


def door(server: Server, **reported: object) -> Door:
    """A door to the team's Cursor."""
    source = vendors.sources()["cursor"]
    return replace(Door(source, f"{server.url}/cursor", "", "crsr_one"), **reported)  # type: ignore[arg-type]


ASKED: Json = {"startDate": 0, "endDate": 1, "page": 1, "pageSize": 10}


def ask(result: Door) -> Json:
    """One request."""
    answer: Json = result.post("/teams/filtered-usage-events", ASKED)
    return answer


def test_limits_and_faults_are_waited_out_and_nothing_is_lost(
    tmp_path: Path, server: Server
) -> None:
    message: list[str] = []
    server.faults = [
        ("usage-events", Reply(429, {"error": "slow down"}, {"Retry-After": "1"})),
        ("usage-events", Reply(500, "oops")),
        ("usage-events", Reply(200, '{"usageEvents": [', cut=True)),
    ]
    read(tmp_path, server, "cursor", CURSOR, days=30, said=message)
    assert message == ["cursor: waiting 1 s, as the vendor asks (status 429)"]
    result = totals(tmp_path)
    assert result["cursor", "", "2026-11-20"] == Decimal("0.6152932")
    began, soon = time.monotonic(), datetime.now(UTC) + timedelta(seconds=2)
    server.faults += [
        (
            "usage-events",
            Reply(503, "", {"Retry-After": soon.strftime("%a, %d %b %Y %H:%M:%S GMT")}),
        ),
        ("usage-events", Reply(200, '{"usageEvents": [')),
        ("usage-events", Reply(200, '{"usageEvents": [{"chargedCents": NaN}]}')),
    ]
    read(tmp_path, server, "cursor", CURSOR, days=30, full=True)
    assert time.monotonic() - began > 2
    assert (server.faults, totals(tmp_path)) == ([], result)


def test_what_no_second_try_changes_is_told_at_once(server: Server) -> None:
    for reply, problem in (
        (Reply(429, {}, {"Retry-After": "7200"}), "asks to wait 120 minutes; run again after that"),
        (
            Reply(401, {"error": {"message": "crsr_one of ada@acme.example is wrong"}}),
            r"CURSOR_ADMIN_KEY was refused \(401: … of … is wrong\); it must be an Admin API key",
        ),
        (
            Reply(403, {"message": "no"}),
            r"/teams/filtered-usage-events was refused \(403: no\); CURSOR_ADMIN_KEY must",
        ),
        (Reply(400, "<html>"), r"/teams/filtered-usage-events was refused \(400\)$"),
        (Reply(302, "", {"Location": "https://elsewhere.example/"}), "leads elsewhere"),
    ):
        server.faults = [("usage-events", reply)]
        requested = len(server.asked)
        with pytest.raises(SourceError, match=problem) as caught:
            ask(door(server))
        assert "crsr_one" not in str(caught.value)
        assert len(server.asked) == requested + 1


def test_a_vendor_that_does_not_answer_is_left_after_some_tries(server: Server) -> None:
    server.latency_s = 0.5
    with pytest.raises(
        SourceError,
        match="cursor: no answer in time after 2 tries; run again later, nothing is lost",
    ):
        ask(door(server, tries=2, timeout_s=(1.0, 0.1)))
    silent = door(server, tries=2, base_url="http://127.0.0.1:9")
    with pytest.raises(SourceError, match="cursor: the connection failed after 2 tries"):
        ask(silent)


def test_no_more_requests_pass_in_a_minute_than_the_vendor_lets(server: Server) -> None:
    result = door(server, source=replace(vendors.sources()["cursor"], per_minute=3), minute_s=0.6)
    began = time.monotonic()
    for _ in range(7):
        ask(result)
    assert time.monotonic() - began >= 1.2


def test_pages_that_lead_nowhere_are_an_error_and_no_smaller_sum(tmp_path: Path) -> None:
    def endless(_request: Request) -> Reply:
        return Reply(200, {"data": [], "has_more": True, "next_page": None})

    def short(_request: Request) -> Reply:
        return Reply(
            200,
            {"usageEvents": [], "totalUsageEventsCount": 5, "pagination": {"hasNextPage": False}},
        )

    with serve(openai=endless, cursor=short) as server:
        (costs, _) = read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "x"}, days=1)
        (events,) = read(tmp_path, server, "cursor", CURSOR, days=1)
    assert (
        costs.message == "openai: /v1/organization/costs has more pages, but does not lead to them"
    )
    assert events.message == "cursor: 0 of 5 events came, 2026-11-20 to 2026-11-20; run again later"
    assert totals(tmp_path) == {}


def test_a_netrc_of_the_machine_replaces_no_secret(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(
        "machine 127.0.0.1 login other password other\n", encoding="utf-8"
    )
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert ask(door(server))["usageEvents"] == []


def test_secrets_and_addresses_that_cannot_be_are_told_without_them() -> None:
    source: Source = vendors.sources()["cursor"]
    for environment, problem in (
        (
            {"CURSOR_ADMIN_KEY": "two words"},
            "CURSOR_ADMIN_KEY holds characters that no key has; copy it again",
        ),
        (
            {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "ftp://x"},
            "HEADWAY_CURSOR_URL is no address",
        ),
        (
            {"CURSOR_ADMIN_KEY": "x", "HEADWAY_CURSOR_URL": "https://u:p@x"},
            "HEADWAY_CURSOR_URL is no address",
        ),
    ):
        with pytest.raises(AccessError, match=problem) as caught:
            sync.accounts(source, environment, (), "")
        assert "words" not in str(caught.value)
    assert sync.accounts(source, {"CURSOR_ADMIN_KEY": " "}, (), "") == []
