"""Reading spend again: what vendors restate, kills, accounts, and secrets that stay secret."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.spend import sync
from collectors.spend import vendors as spend
from tests.support.command import Desk
from tests.support.vendors import Json, Server, serve
from tests.support.vendors import anthropic as ant
from tests.support.vendors import github as hub
from tests.support.vendors import openai as oai
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.reading import LAST, held, query, read, totals
from tests.support.vendors.tables import (
    ACME,
    ANALYTICS,
    EVENTS,
    KEY,
    OPENAI,
    cost,
    event,
    group,
    usage,
)

CURSOR = {"CURSOR_ADMIN_KEY": "crsr_one"}
DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[Server]:
    """A team's Cursor."""
    with serve(
        cursor=Cursor({"crsr_one": list(EVENTS), "crsr_two": [event(LAST, 5, 100, 100)]})
    ) as result:
        yield result


def days_asked(server: Server) -> tuple[date, date]:
    """The first and the last day that the latest requests to Cursor asked for."""
    result = [
        datetime.fromtimestamp(request.body[name] / 1000, UTC).date()
        for request in server.asked
        for name in ("startDate", "endDate")
    ]
    server.asked.clear()
    return min(result), max(result)


def test_a_second_reading_changes_nothing_and_asks_for_what_may_change_alone(
    tmp_path: Path, server: Server
) -> None:
    (first,) = read(tmp_path, server, "cursor", CURSOR)
    assert first.message == "cursor: read, 31 of 40 days changed, 4 rows"
    assert days_asked(server) == (LAST - 39 * DAY, LAST)
    latest = "select day, loaded_at from spend_partitions order by all"
    rows, loaded = held(tmp_path), query(tmp_path, latest)
    (second,) = read(tmp_path, server, "cursor", CURSOR)
    assert second.message == "cursor: unchanged, 2 days asked for"
    assert days_asked(server) == (LAST - DAY, LAST)
    assert held(tmp_path) == rows
    assert query(tmp_path, latest) == loaded
    (full,) = read(tmp_path, server, "cursor", CURSOR, full=True)
    assert (full.message, held(tmp_path)) == ("cursor: unchanged, 40 days asked for", rows)


def test_a_restated_day_is_replaced_whole_and_becomes_final(tmp_path: Path, server: Server) -> None:
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
        "a settled day is not asked for, and stays"
    )
    assert query(tmp_path, provisional) == [("2026-11-20",), ("2026-11-21",)]


def test_an_empty_day_that_the_vendor_may_have_forgotten_is_no_zero(
    tmp_path: Path, server: Server
) -> None:
    read(tmp_path, server, "cursor", CURSOR)
    days = [day for _, _, day in totals(tmp_path)]
    assert (min(days), len(days)) == ("2026-10-21", 31)
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    before = held(tmp_path)
    later = LAST + 60 * DAY
    team.teams["crsr_one"] = [event(later, 3, 7, 7)]
    read(tmp_path, server, "cursor", CURSOR, last=later, full=True, days=90)
    stored = [row for row in held(tmp_path) if row[2] <= LAST]
    assert stored == before, "what is no longer told is not erased"


def test_two_accounts_of_a_vendor_stay_apart(tmp_path: Path, server: Server) -> None:
    results = read(tmp_path, server, "cursor", {**CURSOR, "CURSOR_ADMIN_KEY__EU": "crsr_two"})
    assert [result.message.partition(":")[0] for result in results] == ["cursor", "cursor (eu)"]
    found = totals(tmp_path)
    assert found["cursor", "", "2026-11-20"] == Decimal("0.6152932")
    assert found["cursor", "eu", "2026-11-20"] == 1
    assert ("cursor", "eu", "2026-11-17") in found


def test_an_amount_that_is_none_is_an_error_of_its_day_alone(
    tmp_path: Path, server: Server
) -> None:
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
    problem = "cursor: 2026-11-20, tokenUsage.totalCents: not a number; what is wrong there stays as it was"
    assert (result.status, result.message) == ("failed", problem)
    (load,) = query(tmp_path, "select status, message from loads order by started_at desc limit 1")
    assert load == ("failed", problem.removeprefix("cursor: "))
    after = totals(tmp_path)
    assert after["cursor", "", "2026-11-20"] == before["cursor", "", "2026-11-20"]
    assert after["cursor", "", "2026-11-21"] == Decimal("0.085")
    team.teams["crsr_one"] = [event(LAST, 3, 6, 6)]
    server.asked.clear()
    read(tmp_path, server, "cursor", CURSOR, last=LAST + 20 * DAY)
    assert days_asked(server)[0] == LAST, "a day with a problem is asked for until it is whole"
    assert totals(tmp_path)["cursor", "", "2026-11-20"] == Decimal("0.06")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"tokenUsage": {"totalCents": True}}, "tokenUsage.totalCents: not a number"),
        ({"tokenUsage": {"totalCents": {}}}, "tokenUsage.totalCents: not a number"),
        (
            {"tokenUsage": {"totalCents": "1e15"}},
            "tokenUsage.totalCents: an amount too large to be one",
        ),
        ({"tokenUsage": []}, "tokenUsage.totalCents: not where the vendor's documentation has it"),
        (
            {"tokenUsage": {"totalCents": 1, "inputTokens": -1}},
            "tokenUsage.inputTokens: not a whole number from 0",
        ),
        ({"userEmail": 5}, "userEmail: not text"),
    ],
)
def test_what_cannot_be_read_names_day_and_field_and_no_value(
    tmp_path: Path, server: Server, told: Json, problem: str
) -> None:
    team = server.vendors["cursor"]
    assert isinstance(team, Cursor)
    team.teams["crsr_one"] = [event(LAST, 3, 1, 1) | told]
    (result,) = read(tmp_path, server, "cursor", CURSOR, days=1)
    assert result.message == f"cursor: 2026-11-20, {problem}; what is wrong there stays as it was"


# -- the command ------------------------------------------------------------------------------------------------------

OFFICE = {
    "ANTHROPIC_ADMIN_KEY": KEY,
    "ANTHROPIC_ADMIN_KEY__EU": "sk-ant-admin01-eu",
    "OPENAI_ADMIN_KEY": "sk-admin-1",
    "CURSOR_ADMIN_KEY": "crsr_one",
    "GITHUB_TOKEN": "ghp_spendtest",
}
ALL = ("anthropic", "openai", "copilot", "cursor")


def vendors(shift: timedelta) -> dict[str, object]:
    """Every vendor, with the days of the tables moved to now."""
    eu = [
        (LAST + shift, group(None, "claude-opus-5-5", None, "output_tokens"), cost("4200")),
        (LAST + shift, group(None, "claude-opus-5-5"), usage(1)),
    ]
    own = ant.Organization(
        analytics=[(day + shift, reported, row) for day, reported, row in ANALYTICS]
    )
    moved = oai.Organization(
        costs=[(day + shift, reported) for day, reported in OPENAI.costs], users=OPENAI.users
    )
    events = [
        item | {"timestamp": str(int(item["timestamp"]) + int(shift.total_seconds()) * 1000)}
        for item in EVENTS
    ]
    return {
        "anthropic": ant.Anthropic({KEY: own, "sk-ant-admin01-eu": ant.Organization(analytics=eu)}),
        "openai": oai.OpenAI({"sk-admin-1": moved}),
        "cursor": Cursor({"crsr_one": events}),
        "copilot": hub.GitHub("ghp_spendtest", {"acme": hub.Organization(seats=ACME.seats)}),
    }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Server, Desk]]:
    """A desk with every vendor's secret, whose addresses lead to a local server."""
    with serve(**vendors(sync.yesterday() - LAST)) as server:  # type: ignore[arg-type]
        result = Desk(tmp_path / "desk", {**OFFICE, **server.environment()})
        result.folder.mkdir()
        (result.folder / "headway.toml").write_text(
            '[spend]\ncopilot_orgs = ["acme"]\n', encoding="utf-8"
        )
        yield server, result


def no_secret_in(desk: Desk, *message: str) -> None:
    """Fail where a secret is in what was said or in any file."""
    for secret in OFFICE.values():
        assert not [text for text in message if secret in text]
        assert not [name for name, content in desk.files().items() if secret.encode() in content]


def test_refresh_reads_every_vendor_whose_secret_is_there(desk: tuple[Server, Desk]) -> None:
    server, mine = desk
    planned = mine.run("refresh", *ALL, "--dry-run")
    assert (planned.code, server.asked, (mine.folder / "data").exists()) == (0, [], False)
    last = sync.yesterday()
    assert (
        f"cursor: {last - 359 * DAY} to {last}, 360 days in 12 requests or more, one for each page"
        in planned.out
    )
    done = mine.run("refresh", *ALL, "--no-publish", "--dump-raw", "raw")
    assert done.code == 0, done.err
    lines = done.err.splitlines()
    assert (
        lines[-1]
        == "raw holds vendors' answers, with names and addresses of people; delete it after use"
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
    before = held(mine.folder / "data")
    again = mine.run("refresh", *ALL, "--no-publish")
    assert again.code == 0 and "rows" not in again.err, again.err
    assert held(mine.folder / "data") == before
    assert mine.run("publish", "--as-of", str(last)).code == 0
    assert mine.rows("select sum(cost_usd) from spend where account = 'eu'") == [(42.0,)]
    published = (mine.folder / "data" / "headway.duckdb").read_bytes()
    assert b"acme.example" not in published and b"apikey_1" not in published


def test_each_report_is_examined_without_a_ledger(server: Server) -> None:
    def examined(name: str, environment: dict[str, str]) -> list[tuple[str, str]]:
        environment |= server.environment()
        accounts = sync.accounts(spend.sources()[name], environment, ("acme",), "")
        return [
            (item.status, item.message)
            for account in accounts
            for item in sync.examine(account, LAST)
        ]

    closed = hub.GitHub("ghp_x", {"acme": hub.Organization(has_metrics=False)})
    server.vendors |= {"copilot": closed, "openai": oai.OpenAI({})}
    assert examined("cursor", {**CURSOR}) == [("read", "cursor: CURSOR_ADMIN_KEY can read it")]
    assert [status for status, _ in examined("copilot", {"GITHUB_TOKEN": "ghp_x"})] == [
        "read",
        "read",
        "closed",
    ]
    assert [status for status, _ in examined("openai", {"OPENAI_ADMIN_KEY": "x"})] == ["failed"]


def test_a_missing_secret_is_a_line_and_a_refused_one_an_error(desk: tuple[Server, Desk]) -> None:
    _, mine = desk
    done = mine.run("refresh", *ALL, "--no-publish", env=dict.fromkeys(OFFICE, ""))
    assert (done.code, done.err.splitlines()) == (
        0,
        [
            "anthropic: not read; set ANTHROPIC_ADMIN_KEY to read it",
            "copilot: not read; name organisations in copilot_orgs under [spend], and set GITHUB_TOKEN",
            "cursor: not read; set CURSOR_ADMIN_KEY to read it",
            "openai: not read; set OPENAI_ADMIN_KEY to read it",
        ],
    )
    refused = mine.run(
        "refresh", "openai", "--no-publish", env={"OPENAI_ADMIN_KEY": "sk-admin-wrong"}
    )
    assert refused.code == 1
    assert refused.err.count("OPENAI_ADMIN_KEY was refused (401: Incorrect API key provided") == 1
    assert "sk-adm" not in refused.err
    assert "sk-admin-wrong" not in str(query(mine.folder / "data", "from loads"))


# -- kills ------------------------------------------------------------------------------------------------------------


def _read(data: str, url: str) -> None:
    """What the child process does."""
    server = Server({}, url)
    read(Path(data), replace(server, vendors={"cursor": Cursor({})}), "cursor", CURSOR, days=360)


def test_killed_in_the_middle_and_run_again_it_is_as_after_a_clean_run(tmp_path: Path) -> None:
    events = [event(LAST - number * DAY, 3, number + 1, number + 1) for number in range(0, 360, 2)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.vendors.reading"])
    with serve(cursor=Cursor({"crsr_one": events}, page_size=1000)) as server:
        read(tmp_path / "clean", server, "cursor", CURSOR, days=360)
        server.latency_s = 0.05
        for pages in (1, 4, 9):
            data = tmp_path / f"killed-{pages}"
            server.asked.clear()
            process = context.Process(target=_read, args=(str(data), server.url))
            process.start()
            while len(server.asked) < pages and process.is_alive():
                time.sleep(0.005)
            process.kill()
            process.join()
            assert process.exitcode != 0
            server.latency_s = 0.0
            read(data, server, "cursor", CURSOR, days=360)
            assert held(data) == held(tmp_path / "clean")
            server.latency_s = 0.05
    assert "CURSOR_ADMIN_KEY" not in os.environ
