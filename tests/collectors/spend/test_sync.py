"""Repeated syncs of spend: restated days, interruptions, accounts and secrets."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from collectors.ledger.opening import open_ledger
from collectors.ledger.store import now
from collectors.spend import sync
from collectors.spend.client import VendorClient
from collectors.spend.records import Report, require_memory
from collectors.spend.vendor import accounts
from collectors.spend.vendors import load_vendors
from tests.support.command import Desk
from tests.support.forks import FORKS
from tests.support.vendors import Json, Reply, Request, Server, serve
from tests.support.vendors import anthropic as ant
from tests.support.vendors import github as hub
from tests.support.vendors import openai as oai
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.office import OFFICE, VENDORS, office
from tests.support.vendors.reading import LAST, query, read, totals, vendor_rows
from tests.support.vendors.tables import (
    EVENTS,
    KEY,
    OLDER,
    OPENAI,
    event,
    item,
    older,
)

CURSOR = {"CURSOR_ADMIN_KEY": "crsr_one"}
DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[Server]:
    """Yield a team's Cursor."""
    with serve(
        cursor=Cursor({"crsr_one": list(EVENTS), "crsr_two": [event(LAST, 5, 100, 100)]})
    ) as result:
        yield result


def requested_days(server: Server) -> tuple[date, date]:
    """Return the first and last day of the requests to Cursor since the previous call."""
    first = min(request.body["startDate"] for request in server.requests)
    last = max(request.body["endDate"] for request in server.requests)
    server.requests.clear()
    return _day(first), _day(last)


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


def test_second_sync_requests_only_provisional_days_and_changes_nothing(
    tmp_path: Path, server: Server
) -> None:
    (first,) = read(tmp_path, server, "cursor", CURSOR)
    assert first.message == "cursor: read, 31 of 40 days changed, 4 rows"
    assert requested_days(server) == (LAST - 39 * DAY, LAST)
    latest = "select day, loaded_at from spend_partitions order by all"
    rows, loaded = vendor_rows(tmp_path), query(tmp_path, latest)
    (second,) = read(tmp_path, server, "cursor", CURSOR)
    assert second.message == "cursor: unchanged, 2 days requested"
    assert requested_days(server) == (LAST - DAY, LAST)
    assert vendor_rows(tmp_path) == rows
    assert query(tmp_path, latest) == loaded
    (full,) = read(tmp_path, server, "cursor", CURSOR, is_full=True)
    assert (full.message, vendor_rows(tmp_path)) == ("cursor: unchanged, 40 days requested", rows)


def test_restated_day_is_replaced_and_becomes_final(tmp_path: Path, server: Server) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    read(tmp_path, server, "cursor", CURSOR)
    provisional = "select day::varchar from spend_partitions where is_provisional order by day"
    assert query(tmp_path, provisional) == [("2026-11-19",), ("2026-11-20",)]
    team.teams["crsr_one"] = [event(LAST, 3, 7, 7), event(LAST + DAY, 3, 8, 8)]
    read(tmp_path, server, "cursor", CURSOR, last=LAST + DAY)
    result = totals(tmp_path)
    assert (result["cursor", "", "2026-11-20"], result["cursor", "", "2026-11-21"]) == (
        Decimal("0.07"),
        Decimal("0.08"),
    )
    assert result["cursor", "", "2026-11-17"] == Decimal("1.5"), (
        "a final day is not requested again"
    )
    assert query(tmp_path, provisional) == [("2026-11-20",), ("2026-11-21",)]


def test_empty_day_beyond_retention_is_no_zero(tmp_path: Path, server: Server) -> None:
    read(tmp_path, server, "cursor", CURSOR)
    days = [day for _, _, day in totals(tmp_path)]
    assert (min(days), len(days)) == ("2026-10-21", 31)
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    before = vendor_rows(tmp_path)
    later = LAST + 60 * DAY
    team.teams["crsr_one"] = [event(later, 3, 7, 7)]
    read(tmp_path, server, "cursor", CURSOR, last=later, is_full=True, days=90)
    stored = [row for row in vendor_rows(tmp_path) if row[2] <= LAST]
    assert stored == before, "records that the vendor deleted remain"


def test_accounts_of_a_vendor_are_separate(tmp_path: Path, server: Server) -> None:
    results = read(tmp_path, server, "cursor", {**CURSOR, "CURSOR_ADMIN_KEY__EU": "crsr_two"})
    assert [result.message.partition(":")[0] for result in results] == ["cursor", "cursor (eu)"]
    amounts = totals(tmp_path)
    assert amounts["cursor", "", "2026-11-20"] == Decimal("0.6152932")
    assert amounts["cursor", "eu", "2026-11-20"] == 1
    assert ("cursor", "eu", "2026-11-17") in amounts


def test_invalid_amount_is_an_error_of_its_day_only(tmp_path: Path, server: Server) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    read(tmp_path, server, "cursor", CURSOR)
    before = totals(tmp_path)
    team.teams["crsr_one"] = [
        event(LAST - DAY, 3, 9, 9),
        event(LAST, 3, "n/a", 7),
        event(LAST + DAY, 3, 8, "8.5"),
    ]
    (result,) = read(tmp_path, server, "cursor", CURSOR, last=LAST + DAY)
    problem = (
        "cursor: 1 row left out: 2026-11-20, tokenUsage.totalCents: not a number. "
        "Days with such rows keep their earlier rows and are read again"
    )
    assert (result.status, result.message) == ("failed", problem)
    (load,) = query(tmp_path, "select status, message from loads order by started_at desc limit 1")
    assert load == ("failed", problem.removeprefix("cursor: "))
    after = totals(tmp_path)
    assert after["cursor", "", "2026-11-20"] == before["cursor", "", "2026-11-20"]
    assert after["cursor", "", "2026-11-21"] == Decimal("0.085")
    team.teams["crsr_one"] = [event(LAST, 3, 6, 6)]
    server.requests.clear()
    read(tmp_path, server, "cursor", CURSOR, last=LAST + 20 * DAY)
    assert requested_days(server)[0] == LAST, "an invalid day is requested until it is valid"
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.06")


def test_row_that_never_fits_fails_once_and_is_settled_after_a_month(
    tmp_path: Path, server: Server
) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    team.teams["crsr_one"] = [event(LAST, 3, 1, 1), event(LAST, 3, 1, 1) | {"model": 7}]
    (first,) = read(tmp_path, server, "cursor", CURSOR, days=3)
    (second,) = read(tmp_path, server, "cursor", CURSOR, days=3)
    assert (first.status, second.status) == ("failed", "unchanged")
    today = f"{now():%Y-%m-%d}"
    assert second.message == (
        f"cursor: 1 row left out: 2026-11-20, model: not text (as since {today}). "
        "Days with such rows keep their earlier rows and are read again"
    )
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.01")
    team.teams["crsr_one"].append(event(LAST, 3, 1, 1) | {"userEmail": 5})
    (third,) = read(tmp_path, server, "cursor", CURSOR, days=3)
    assert third.status == "failed"  # for another reason
    provisional = "select is_provisional from spend_partitions where day = '2026-11-20'"
    read(tmp_path, server, "cursor", CURSOR, last=LAST + 30 * DAY)
    assert query(tmp_path, provisional) == [(True,)]
    (late,) = read(tmp_path, server, "cursor", CURSOR, last=LAST + 31 * DAY)
    assert late.status != "failed"
    assert query(tmp_path, provisional) == [(False,)]
    server.requests.clear()
    (final,) = read(tmp_path, server, "cursor", CURSOR, last=LAST + 32 * DAY)
    assert (final.status, "left out" in final.message) == ("read", False)
    assert requested_days(server)[0] > LAST
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.01")


@pytest.mark.parametrize(
    ("invalid", "problem"),
    [
        ({"tokenUsage": {"totalCents": True}}, "tokenUsage.totalCents: not a number"),
        ({"tokenUsage": {"totalCents": {}}}, "tokenUsage.totalCents: not a number"),
        (
            {"tokenUsage": {"totalCents": "1e15"}},
            "tokenUsage.totalCents: implausibly large",
        ),
        (
            {"tokenUsage": []},
            "tokenUsage: another structure than documented",
        ),
        (
            {"tokenUsage": {"totalCents": 1, "inputTokens": -1}},
            "tokenUsage.inputTokens: not a plausible whole number from 0",
        ),
        ({"userEmail": 5}, "userEmail: not text"),
    ],
)
def test_invalid_field_is_named_without_its_value(
    tmp_path: Path, server: Server, invalid: Json, problem: str
) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    team.teams["crsr_one"] = [event(LAST, 3, 1, 1) | invalid]
    (result,) = read(tmp_path, server, "cursor", CURSOR, days=1)
    assert result.message == (
        f"cursor: 1 row left out: 2026-11-20, {problem}. "
        "Days with such rows keep their earlier rows and are read again"
    )


def test_rows_beside_one_that_does_not_fit_are_read(tmp_path: Path, server: Server) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    good = event(LAST, 3, 1, 1)
    team.teams["crsr_one"] = [good, good | {"model": 7}, event(LAST - DAY, 3, 2, 2)]
    (result,) = read(tmp_path, server, "cursor", CURSOR, days=3)
    assert (result.status, result.message) == (
        "failed",
        "cursor: 1 row left out: 2026-11-20, model: not text. "
        "Days with such rows keep their earlier rows and are read again",
    )
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.01")
    provisional = "select is_provisional from spend_partitions where day = '2026-11-20'"
    assert query(tmp_path, provisional) == [(True,)]
    team.teams["crsr_one"] = [good, good]
    read(tmp_path, server, "cursor", CURSOR, last=LAST + 9 * DAY)
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.02")
    assert query(tmp_path, provisional) == [(False,)]


@pytest.mark.parametrize(
    ("timestamp", "problem"),
    [
        ("4102444800000", "timestamp: after today"),
        ("1e40", "timestamp: not a time"),
        (-5, "timestamp: before 2000"),
        ("1e99999999", "timestamp: not a number"),
        (None, "timestamp: not a number"),
        (1700000000000, "a day before the requested days"),
    ],
)
def test_row_with_an_odd_time_leaves_every_day_as_it_was(
    tmp_path: Path, server: Server, timestamp: Any, problem: str
) -> None:
    read(tmp_path, server, "cursor", CURSOR)
    before = totals(tmp_path)

    def misdated(request: Request) -> Reply:
        events = [event(LAST, 3, 9, 9), event(LAST, 3, 1, 1) | {"timestamp": timestamp}]
        return Reply(200, {"usageEvents": events})

    server.vendors["cursor"] = misdated
    (result,) = read(tmp_path, server, "cursor", CURSOR)
    assert result.message == (
        f"cursor: 1 row left out: day unknown, {problem}. "
        "Days with such rows keep their earlier rows and are read again"
    )
    assert totals(tmp_path) == before


def test_user_that_does_not_fit_keeps_the_earlier_names(tmp_path: Path) -> None:
    openai = oai.OpenAI({"sk-1": OPENAI})
    with serve(openai=openai) as server:
        read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "sk-1"}, days=7)
        before = vendor_rows(tmp_path)
        users = [{"id": "user-a", "email": "a" * 301}, *OPENAI.users[1:]]
        openai.organizations["sk-1"] = replace(OPENAI, users=users)
        results = read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "sk-1"}, days=7)
    problem = "1 row left out: day unknown, /v1/organization/users, email: too long"
    assert [problem in result.message for result in results] == [True, True]
    assert vendor_rows(tmp_path) == before


def test_days_with_too_many_records_are_read_one_by_one(tmp_path: Path, server: Server) -> None:
    calls: list[tuple[date, date]] = []

    def few_days(_client: VendorClient, report: Report) -> None:
        calls.append((report.first, report.last))
        require_memory(60_000 * len(list(report.days)))

    vendor = load_vendors()["cursor"]
    stream = replace(vendor.streams[0], read=few_days, history_days=5)
    (account,) = accounts(vendor, {**server.environment(), **CURSOR}, (), "")
    account = replace(account, vendor=replace(vendor, streams=(stream,)))
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        (result,) = sync.collect(account, store, notify=print, last=LAST)
    assert result.status == "read"
    days = [LAST - number * DAY for number in range(4, -1, -1)]
    assert calls == [(days[0], LAST), *((day, day) for day in days)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Server, Desk]]:
    """Yield a desk with every vendor's secret and the URLs of a local server."""
    with serve(**office(sync.yesterday() - LAST)) as server:
        result = Desk(tmp_path / "desk", {**OFFICE, **server.environment()})
        result.folder.mkdir()
        (result.folder / "headway.toml").write_text(
            '[spend]\ncopilot_orgs = ["acme"]\n', encoding="utf-8"
        )
        yield server, result


def no_secret_in(desk: Desk, *messages: str) -> None:
    """Fail if a secret is in a message or in any file."""
    for secret in OFFICE.values():
        assert not [text for text in messages if secret in text]
        assert not [name for name, content in desk.files().items() if secret.encode() in content]


def test_refresh_reads_every_vendor_with_a_secret(desk: tuple[Server, Desk]) -> None:
    server, mine = desk
    planned = mine.run("refresh", *VENDORS, "--dry-run")
    assert (planned.code, server.requests, (mine.folder / "data").exists()) == (0, [], False)
    last = sync.yesterday()
    assert f"cursor: {last - 359 * DAY} to {last}, 360 days in at least 12 requests" in planned.out
    done = mine.run("refresh", *VENDORS, "--no-publish", "--dump-raw", "raw")
    assert done.code == 0, done.err
    lines = done.err.splitlines()
    assert (
        lines[-1]
        == "raw holds vendors' responses, with names and addresses of people; delete it after use"
    )
    by_key: dict[tuple[str, str], Decimal] = {}
    for (source, account, _), amount in totals(mine.folder / "data").items():
        by_key[source, account] = by_key.get((source, account), Decimal(0)) + amount
    assert {key: amount for key, amount in by_key.items() if amount} == {
        ("anthropic", ""): Decimal("14.5895"),
        ("anthropic", "eu"): Decimal(42),
        ("openai", ""): Decimal("2.66"),
        ("cursor", ""): Decimal("2.1152932"),
    }
    dumped = sorted((mine.folder / "raw").iterdir())
    assert len(dumped) > 20 and {path.stat().st_mode & 0o777 for path in dumped} == {0o600}
    assert (mine.folder / "raw").stat().st_mode & 0o777 == 0o700
    assert any(b"Ada@acme.example" in path.read_bytes() for path in dumped)
    no_secret_in(mine, planned.out, done.out, done.err)
    before = vendor_rows(mine.folder / "data")
    again = mine.run("refresh", *VENDORS, "--no-publish")
    assert again.code == 0 and "rows" not in again.err, again.err
    assert vendor_rows(mine.folder / "data") == before
    assert mine.run("publish", "--as-of", str(last)).code == 0
    assert mine.rows("select sum(cost_usd) from spend where account = 'eu'") == [(42.0,)]
    published = (mine.folder / "data" / "headway.duckdb").read_bytes()
    assert b"acme.example" not in published and b"apikey_1" not in published


def test_check_requests_each_report_without_a_ledger(server: Server) -> None:
    def check(name: str, environment: dict[str, str]) -> list[tuple[str, str]]:
        environment |= server.environment()
        (account,) = accounts(load_vendors()[name], environment, ("acme",), "")
        return [(result.status, result.message) for result in sync.check(account, LAST)]

    closed = hub.GitHub("ghp_x", {"acme": hub.Organization(has_metrics=False)})
    server.vendors |= {"copilot": closed, "openai": oai.OpenAI({})}
    assert check("cursor", {**CURSOR}) == [("read", "cursor: CURSOR_ADMIN_KEY can read it")]
    assert [status for status, _ in check("copilot", {"GITHUB_TOKEN": "ghp_x"})] == [
        "read",
        "read",
        "closed",
    ]
    assert [status for status, _ in check("openai", {"OPENAI_ADMIN_KEY": "x"})] == ["failed"]


def test_missing_secret_is_a_message_and_refused_secret_an_error(desk: tuple[Server, Desk]) -> None:
    _, mine = desk
    done = mine.run("refresh", *VENDORS, "--no-publish", env=dict.fromkeys(OFFICE, ""))
    assert (done.code, done.err.splitlines()) == (
        0,
        [
            "anthropic: not read. Set ANTHROPIC_ADMIN_KEY to read it",
            "copilot: not read. Name organisations in copilot_orgs under [spend], "
            "and set GITHUB_TOKEN",
            "cursor: not read. Set CURSOR_ADMIN_KEY to read it",
            "openai: not read. Set OPENAI_ADMIN_KEY to read it",
        ],
    )
    refused = mine.run(
        "refresh", "openai", "--no-publish", env={"OPENAI_ADMIN_KEY": "sk-admin-wrong"}
    )
    assert refused.code == 1
    assert refused.err.count("OPENAI_ADMIN_KEY was refused (401). It must be") == 1
    assert "sk-adm" not in refused.err
    assert "sk-admin-wrong" not in str(query(mine.folder / "data", "from loads"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_wait_that_a_vendor_asks_for(
    desk: tuple[Server, Desk], number: signal.Signals
) -> None:
    server, mine = desk
    server.faults = [("usage-events", Reply(429, {}, {"Retry-After": "600"}))]
    with mine.start("refresh", "cursor", "--no-publish") as running:
        running.wait_for("waiting 600 s")
        began = time.monotonic()
        os.kill(running.pid, number)
        done = running.done(20)
    assert time.monotonic() - began < 10
    assert done.code != 0 and "Traceback" not in done.err


def _read(data: str, url: str) -> None:
    """Sync in the child process."""
    server = Server({}, url)
    read(Path(data), replace(server, vendors={"cursor": Cursor({})}), "cursor", CURSOR, days=360)


def test_sync_after_a_kill_equals_a_clean_sync(tmp_path: Path) -> None:
    events = [event(LAST - number * DAY, 3, number + 1, number + 1) for number in range(0, 360, 2)]
    with serve(cursor=Cursor({"crsr_one": events}, page_size=1000)) as server:
        read(tmp_path / "clean", server, "cursor", CURSOR, days=360)
        server.latency_s = 0.05
        for pages in (1, 4, 9):
            data = tmp_path / f"killed-{pages}"
            server.requests.clear()
            process = FORKS.Process(target=_read, args=(str(data), server.url))
            process.start()
            while len(server.requests) < pages and process.is_alive():
                time.sleep(0.005)
            process.kill()
            process.join()
            assert process.exitcode != 0
            server.latency_s = 0.0
            read(data, server, "cursor", CURSOR, days=360)
            assert vendor_rows(data) == vendor_rows(tmp_path / "clean")
            server.latency_s = 0.05
    assert "CURSOR_ADMIN_KEY" not in os.environ


def test_list_of_users_is_read_once_a_sync(tmp_path: Path) -> None:
    day_in_each_call = [LAST - number * DAY for number in (0, 40, 80)]
    rows = [(day, item(1, "gpt-6-astra, output", "user-a")) for day in day_in_each_call]
    costs = [(day, older("100")) for day in day_in_each_call]
    lists = replace(OLDER, costs=costs, usage=[])
    with serve(
        openai=oai.OpenAI({"sk-1": replace(OPENAI, costs=rows)}),
        anthropic=ant.Anthropic({KEY: lists}),
    ) as server:
        read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "sk-1"}, days=90)
        read(tmp_path, server, "anthropic", {"ANTHROPIC_ADMIN_KEY": KEY}, days=90)
        paths = [request.path.removeprefix("/") for request in server.requests]
        parameters = [request.query for request in server.requests]
    calls = [path for path in paths if path.endswith("/cost_report")]
    assert len(calls) >= 3
    for label in ("organization/users", "organizations/users", "api_keys", "workspaces"):
        first_pages = [
            query
            for path, query in zip(paths, parameters, strict=True)
            if path.endswith(label) and not {"after", "after_id"} & set(query)
        ]
        assert len(first_pages) == 1, label
