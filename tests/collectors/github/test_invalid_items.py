"""Single invalid items: left out by number, read again at the next refresh, and the only loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.ledger.opening import open_ledger
from collectors.ledger.store import now
from tests.support import tiny
from tests.support.canned_server import Canned, canned
from tests.support.github_server import TOKEN, serve
from tests.support.hostile import Relay, relay
from tests.support.refreshing import HASTY, refresh

APP, WEB = "acme/app", "acme/web"


@pytest.fixture(scope="module")
def server(schema_path: Path) -> Iterator[Relay]:
    """A relay that can rewrite what GitHub answers about one of two repositories."""
    datasets = {APP: tiny.repository(APP, 1, 3), WEB: tiny.repository(WEB, 2, 2)}
    with serve(datasets, schema=schema_path) as github, relay(github.url, "app", 1) as running:
        yield running


@pytest.fixture
def github(server: Relay) -> Iterator[Relay]:
    """The relay, which changes nothing after the test."""
    yield server
    server.rewrite = lambda _part: None
    server.dated = 0.0


def numbers(data: Path, repo_id: int = 1) -> list[int]:
    """Return the issues in the ledger."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        sql = "select number from github_issues where repo_id = ? order by number"
        return [row["number"] for row in store.rows(sql, [repo_id])]


def results(data: Path, github: Relay) -> dict[str, tuple[str, str]]:
    """Refresh and return status and message by repository."""
    answer = refresh(data, github.url, (APP, WEB), retry_policy=HASTY)
    return {result.repo: (result.status, result.message) for result in answer}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("createdAt", "2026-13-45T00:00:00Z"),
        ("updatedAt", "2999-01-01T00:00:00Z"),
        ("closedAt", 5),
        ("issueState", None),
        ("id", []),
    ],
)
def test_invalid_issue_is_left_out_by_number_and_read_again(
    github: Relay, tmp_path: Path, field: str, value: Any
) -> None:
    def rewrite(part: Any) -> None:
        if isinstance(part, dict) and part.get("number") == 2 and "title" in part:
            part[field] = value

    github.rewrite = rewrite
    for _ in range(2):
        refreshed = results(tmp_path, github)
        assert refreshed[APP][1].startswith(f"left out #2 (invalid {field})")
        assert refreshed[APP][0] == "read"
        assert (numbers(tmp_path), numbers(tmp_path, 2)) == ([1, 3], [1, 2])
    github.rewrite = lambda _part: None
    assert results(tmp_path, github)[APP] == ("read", "")
    assert numbers(tmp_path) == [1, 2, 3]
    assert results(tmp_path, github)[APP] == ("unchanged", "")


@pytest.mark.parametrize("name", ["updated_at", "node_id", "number"])
def test_invalid_entry_of_the_change_feed_is_not_lost(
    github: Relay, tmp_path: Path, name: str
) -> None:
    def rewrite(part: Any) -> None:
        for entry in part if isinstance(part, list) else ():
            if entry["number"] == 3:
                entry[name] = "2026-13-45T00:00:00Z" if name == "updated_at" else None

    github.rewrite = rewrite
    assert results(tmp_path, github)[APP][0] == "read"
    github.rewrite = lambda _part: None
    results(tmp_path, github)
    assert numbers(tmp_path) == [1, 2, 3]


def test_repository_with_an_invalid_probe_fails_alone(github: Relay, tmp_path: Path) -> None:
    def rewrite(part: Any) -> None:
        if isinstance(part, dict) and "isArchived" in part:
            part["isArchived"] = "no"

    github.rewrite = rewrite
    refreshed = results(tmp_path, github)
    assert refreshed[APP][0] == "failed"
    assert refreshed[APP][1].endswith("acme/app cannot be read (isArchived); run again later")
    assert refreshed[WEB] == ("read", "")


def test_clock_of_github_in_the_future_moves_no_time_past_today(
    github: Relay, tmp_path: Path
) -> None:
    github.dated = 1.0
    notes: list[str] = []
    refresh(tmp_path, github.url, (APP, WEB), report=lambda step: notes.append(step.note))
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        rows = store.rows("select max(synced_until) as at from github_repositories")
    assert rows[0]["at"] <= now() + timedelta(minutes=1)


@pytest.mark.parametrize("status", [401, 403, 422])
def test_repeated_token_is_in_no_message_and_no_load(tmp_path: Path, status: int) -> None:
    body = b'{"message": "bad credentials Bearer ' + TOKEN.encode() + b'"}'
    with canned([Canned(status, {}, body)]) as server:
        (result,) = refresh(tmp_path, server.url, (APP,), retry_policy=HASTY)
    assert result.status == "failed"
    ledger = (tmp_path / "ledger.duckdb").read_bytes()
    for index in range(len(TOKEN) - 7):
        assert TOKEN[index : index + 8] not in result.message
        assert TOKEN[index : index + 8].encode() not in ledger
