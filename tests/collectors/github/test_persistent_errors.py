"""Errors that GitHub repeats for ever: a bounded number of requests, one line, the others read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.github.client import GitHubClient, RetryPolicy
from collectors.github.credentials import PersonalToken
from collectors.github.deletions import DeletionScan
from collectors.github.lists import CommitHistory, DiscussionList, NewestFirstList
from collectors.github.names import LabelList
from collectors.github.repository import GitHub, Scope, Task
from collectors.github.sync import RepositorySync
from collectors.imports.experiment_files import read_experiments
from collectors.ledger.opening import open_ledger
from tests.support import company, tiny
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import collect

#: so that a query which is sent for ever is noticed by its number of requests
POLICY = RetryPolicy(tries=3, first_pause_s=0.01)
APP, OLD, WEB = "acme/app", "acme/old", "acme/web"
ERRORS: list[dict[str, Any]] = [
    {"kind": "resource_limits"},
    {"kind": "timeout"},
    {"kind": "status", "status": 502},
]
SCOPE = Scope("github.example", 1, APP)


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Three repositories of one owner and one of another, in one process for the module."""
    datasets = {
        name: tiny.repository(name, repo_id, 2)
        for repo_id, name in enumerate((APP, OLD, WEB, "lab/tool"), 1)
    }
    with serve(datasets, schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """The server with fresh counters."""
    shared.reset()
    yield shared
    shared.faults([])


@pytest.fixture(params=ERRORS, ids=lambda error: str(error["kind"]))
def error(request: pytest.FixtureRequest) -> dict[str, Any]:
    """An error that can be due to the size of a query, at every matching request."""
    return dict(request.param) | {"every": 1}


def messages_by_repo(
    data: Path, source: GitHub, notes: list[str] | None = None
) -> dict[str, tuple[str, str]]:
    """Return status and message of each result of one refresh."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        report = (lambda _: None) if notes is None else lambda step: notes.append(step.note)
        results = collect([source], {"GITHUB_TOKEN": TOKEN}, store, report, retry_policy=POLICY)
    assert len({result.repo for result in results}) == len(results)
    return {result.repo: (result.status, result.message) for result in results}


def test_error_at_one_probe_fails_that_repository_alone(
    github: Server, tmp_path: Path, error: dict[str, Any]
) -> None:
    github.faults([error | {"body": r'"r\d+_name": ?"web"'}])
    results = messages_by_repo(tmp_path, GitHub(github.url, (APP, WEB, OLD)))
    status, message = results.pop(WEB)
    assert status == "failed"
    assert message.endswith("after 3 tries; run again later, nothing is lost")
    assert results == {APP: ("read", ""), OLD: ("read", "")}
    assert github.stats()["faults"][error["kind"]] <= 6
    assert github.stats()["requests"] <= 20


def test_error_at_the_listing_of_an_owner_fails_that_owner_alone(
    github: Server, tmp_path: Path, error: dict[str, Any]
) -> None:
    github.faults([error | {"body": '"login": ?"acme"'}])
    results = messages_by_repo(tmp_path, GitHub(github.url, ("lab/tool",), ("acme",)))
    status, message = results.pop("acme")
    assert status == "failed"
    assert message.endswith("after 3 tries; run again later, nothing is lost")
    assert results == {"lab/tool": ("read", "")}
    assert github.stats()["faults"][error["kind"]] <= 5
    assert github.stats()["requests"] <= 12


def test_error_at_the_only_owner_is_one_failure(
    github: Server, tmp_path: Path, error: dict[str, Any]
) -> None:
    github.faults([error | {"body": '"login": ?"acme"'}])
    results = messages_by_repo(tmp_path, GitHub(github.url, orgs=("acme",)))
    assert [status for status, _ in results.values()] == ["failed"]
    assert github.stats()["requests"] <= 5


def test_error_at_one_search_of_counts_leaves_that_repository_uncounted(
    github: Server, tmp_path: Path, error: dict[str, Any]
) -> None:
    github.faults([error | {"body": "repo:acme/web "}])
    notes: list[str] = []
    results = messages_by_repo(tmp_path, GitHub(github.url, (APP, WEB, OLD)), notes)
    assert results == dict.fromkeys((APP, WEB, OLD), ("read", ""))
    lines = [note for note in notes if "counts" in note or "compared" in note]
    assert len(lines) == 1
    assert github.stats()["requests"] <= 60
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        rows = store.rows("select distinct repo_id from github_counts order by repo_id")
    counted = [row["repo_id"] for row in rows]
    if error["kind"] == "status":  # an error of the service, not of this query
        assert counted == []
        assert lines[0].startswith("GitHub's counts are not known: ")
    else:
        assert counted == [1, 2]
        assert lines[0].startswith(f"{WEB}: GitHub's search does not show ")


def test_error_at_a_later_page_of_one_item_does_not_stop_the_others(
    schema_path: Path, tmp_path: Path
) -> None:
    dataset = tiny.repository(APP, 1, 4)
    comment = {"author": "ann", "association": "MEMBER", "body": ""}
    dataset["issues"][0]["comments"] = [
        comment
        | {"created_at": f"2026-01-05T{minute // 60:02}:{minute % 60:02}:30Z"}
        | {"updated_at": f"2026-01-05T{minute // 60:02}:{minute % 60:02}:30Z"}
        for minute in range(2, 122)
    ]
    with serve({APP: dataset}, schema=schema_path) as server:
        server.faults([{"kind": "timeout", "body": '"p0_id"', "every": 1}])
        results = messages_by_repo(tmp_path, GitHub(server.url, (APP,)))
        assert server.stats()["requests"] <= 60
        with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
            rows = store.rows(
                "select number, node->>'comments' is null as is_partial from github_issues "
                "order by number"
            )
        numbers = {row["number"]: row["is_partial"] for row in rows}
        assert numbers == {1: True, 2: False, 3: False, 4: False}
        server.faults([])
        again = messages_by_repo(tmp_path, GitHub(server.url, (APP,)))
        with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
            rows = store.rows(
                "select json_array_length(node->'comments') as n from github_issues "
                "where number = 1"
            )
    assert results[APP] == (
        "read",
        "comments could not be read of #1; 1 pull request or issue will be requested again",
    )
    assert again[APP] == ("read", "")
    assert rows == [{"n": 120}]


# -- identity -------------------------------------------------------------------------------------


def sync() -> RepositorySync:
    """Return a sync that differs from another one only in its identity."""
    return RepositorySync(
        client=CLIENT,
        store=None,  # type: ignore[arg-type]
        scope=SCOPE,
        probe={},
        server_time=datetime(2026, 1, 5),
        reduce=dict,
        read_experiments=read_experiments,
        github=GitHub("https://github.example"),
    )


def nothing(*_: object) -> None:
    """Do nothing."""


CLIENT = GitHubClient("https://github.example", PersonalToken(TOKEN))
PAIRS: dict[str, Callable[[], object]] = {
    "task": lambda: Task(run=nothing, absorb=nothing, give_up=nothing),
    "list": lambda: NewestFirstList(
        scope=SCOPE, name="releases", kind="Release", table="github_releases", full=False
    ),
    "discussions": lambda: DiscussionList(
        scope=SCOPE, name="discussions", kind="Discussion", table="github_discussions", full=False
    ),
    "labels": lambda: LabelList(scope=SCOPE),
    "history": lambda: CommitHistory(scope=SCOPE, head="abc", full=False),
    "deletion scan": lambda: DeletionScan(scope=SCOPE, name="issues"),
    "sync": sync,
}


@pytest.mark.parametrize("build", PAIRS.values(), ids=PAIRS)
def test_equal_values_are_kept_apart_by_identity(build: Callable[[], object]) -> None:
    first, second = build(), build()
    waiting = [first, second]
    waiting.remove(second)
    assert waiting[0] is first
    assert len({first, second}) == 2


# -- parts of the schema --------------------------------------------------------------------------

#: what an older Enterprise Server lacks: a text of the schema, and its replacement
OLDER = {
    "a field": (r"\n  isCrossRepository:", "\n  isFromElsewhere:"),
    "a field with an argument": (r"\n  stateReason\(", "\n  reasonOfState("),
    "an argument": (r"\n    enableDuplicate: Boolean", "\n    another: Boolean"),
    "a field of a list": (r"\n  willCloseTarget:", "\n  closesTarget:"),
}


@pytest.mark.parametrize("older_schema", OLDER)
def test_field_that_an_older_server_lacks_stays_empty(
    schema_path: Path, tmp_path: Path, older_schema: str
) -> None:
    pattern, replacement = OLDER[older_schema]
    text = schema_path.read_text(encoding="utf-8")
    older, count = re.subn(pattern, replacement, text)
    assert count >= 1
    schema = tmp_path / "schema.graphql"
    schema.write_text(older, encoding="utf-8")
    name = "acme/shop"
    notes: list[str] = []
    with serve({name: company.datasets()[name]}, schema=schema) as server:
        results = messages_by_repo(tmp_path, GitHub(server.url, (name,)), notes)
        assert server.stats()["by_status"].get("502", 0) == 0
    assert results[name][0] == "read"
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        rows = store.rows(
            "select count(*) as n from github_issues union all "
            "select count(*) from github_pull_requests"
        )
    dataset = company.datasets()[name]
    assert sorted(row["n"] for row in rows) == sorted(
        [len(dataset["issues"]), len(dataset["pulls"])]
    )
    assert [note for note in notes if "it does not know" in note]


def test_timeline_that_github_cannot_answer_costs_the_timeline_alone(
    schema_path: Path, tmp_path: Path
) -> None:
    with serve({APP: tiny.repository(APP, 1, 3)}, schema=schema_path) as server:
        server.faults([{"kind": "timeout", "body": r"timelineItems\(", "every": 1}])
        first = messages_by_repo(tmp_path, GitHub(server.url, (APP,)))
        requests = server.stats()["requests"]
        with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
            rows = store.rows(
                "select number, node->>'title' as title, node->>'timelineItems' as timeline, "
                "node->>'comments' as comments from github_issues order by number"
            )
        server.faults([])
        again = messages_by_repo(tmp_path, GitHub(server.url, (APP,)))
    assert first[APP] == (
        "read",
        "timelineItems could not be read of #1, #2, #3; "
        "3 pull requests or issues will be requested again",
    )
    assert requests <= 90
    assert rows == [
        {"number": number, "title": f"Issue {number}", "timeline": None, "comments": "[]"}
        for number in (1, 2, 3)
    ]
    assert again[APP] == ("read", "")
