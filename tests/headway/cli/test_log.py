"""JSON log on standard error: one object a line, with documented fields and events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.project.test_docs import code, table
from tests.support.command import Desk, Done
from tests.support.github_server import Server
from tests.support.machine import ROOT

FIELDS = code(table("docs/operations.md", "field of the log"))
EVENTS = code(table("docs/operations.md", "event of the log"))


@pytest.fixture
def desk(offices: tuple[Server, Desk], tmp_path: Path) -> Desk:
    """A desk where the company was refreshed, whose GitHub breaks nothing."""
    offices[0].faults([])
    offices[0].reset()
    return offices[1].copy(tmp_path / "desk")


def events(done: Done) -> list[dict[str, Any]]:
    """The events of a run, each with documented fields."""
    result = [json.loads(line) for line in done.err.splitlines()]
    for event in result:
        assert list(event)[:4] == ["time", "level", "event", "text"]
        assert set(event) <= set(FIELDS), event
        assert event["event"] in EVENTS
        assert datetime.fromisoformat(event["time"]).tzinfo
        assert event["level"] in ("info", "warning", "error")
    assert (result[-1]["event"], result[-1]["exit_code"]) == ("ended", done.code)
    return result


def test_a_refresh_tells_what_was_waited_for_read_and_published(
    offices: tuple[Server, Desk], desk: Desk
) -> None:
    offices[0].faults([{"kind": "secondary", "at": 3, "retry_after": 1}])
    done = desk.run("refresh", "--full", "--log", "json")
    assert (done.code, done.out) == (0, "")
    result = events(done)
    assert [event["level"] for event in result if event["event"] == "waiting"] == ["warning"]
    read = {event["repo"]: event for event in result if event.get("repo")}
    assert set(read) == {"acme/shop", "acme/infra"}
    shop = read["acme/shop"]
    assert (shop["event"], shop["source"], shop["status"]) == ("finding", "github", "read")
    assert shop["rows"] > 37
    assert [
        (event["source"], event["rows"]) for event in result if event.get("source") == "people"
    ] == [("people", 20)]
    (published,) = [event for event in result if event["event"] == "published"]
    assert (desk.folder / published["snapshot"]).samefile(desk.folder / "data" / "headway.duckdb")


def test_what_failed_is_an_error_and_so_is_what_check_finds(
    offices: tuple[Server, Desk], desk: Desk
) -> None:
    desk.set_up(offices[0].url, ["acme/nothing", "acme/infra"])
    requested = {"HEADWAY_LOG": "json"}
    done = desk.run("refresh", env=requested)
    assert done.code == 1
    (failed,) = [event for event in events(done) if event["event"] == "failed"]
    assert (failed["level"], failed["repo"], failed["status"]) == (
        "error",
        "acme/nothing",
        "failed",
    )
    check = desk.run("check", env=requested)
    assert (check.code, check.out) == (3, "")
    assert [event["event"] for event in events(check)] == ["crossed", "ended"]
    desk.set_up(offices[0].url, ["acme/infra"])
    assert events(desk.run("refresh", env=requested))
    assert [event["event"] for event in events(desk.run("check", env=requested))] == [
        "fresh",
        "ended",
    ]


def test_what_ends_a_command_is_an_error(desk: Desk) -> None:
    (desk.folder / "data" / "ledger.duckdb").unlink()
    error, ended = events(desk.run("publish", "--log", "json"))
    assert (error["event"], error["level"], ended["exit_code"]) == ("error", "error", 2)
    assert error["text"].startswith("nothing was published: there is no ledger in data")


def test_another_form_is_wrong_usage(desk: Desk) -> None:
    done = desk.run("check", env={"HEADWAY_LOG": "xml"})
    assert (done.code, "'xml' is not one of 'text', 'json'" in done.problem) == (64, True)


def test_a_log_that_cannot_be_written_does_not_end_the_work(desk: Desk) -> None:
    command = f"{sys.executable} -m headway.cli.commands publish --log json 2>/dev/full"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert (
        subprocess.run(
            ["sh", "-c", command], cwd=desk.folder, env=env, timeout=120, check=False
        ).returncode
        == 0
    )
