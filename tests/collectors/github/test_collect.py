"""GitHub collector against a local GitHub: rows, requests and failures of GitHub."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.github.base_models import UnexpectedAnswerError
from collectors.github.changes import ChangeFeed
from collectors.github.client import RetryPolicy
from collectors.github.graphql import DETAILS_VERSION, LISTS
from collectors.github.repository import GitHub
from collectors.ledger.opening import open_ledger
from tests.support import company
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import Tables, collect, publish_tables, raw_tables, refresh

REPOS = list(company.datasets())
LEDGER = "ledger.duckdb"


@pytest.fixture(scope="module")
def github(schema_path: Path) -> Iterator[Server]:
    """Return the company's GitHub."""
    with serve(company.datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture(autouse=True)
def healed(github: Server) -> None:
    """Start each test at the recorded end of history, without faults and counts."""
    github.reload(company.datasets())
    github.as_of(None)
    github.faults([])
    github.reset()


@pytest.fixture(scope="module")
def first(github: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the data folder of one refresh without faults, and the server's statistics of it."""
    data = tmp_path_factory.mktemp("clean")
    refresh(data, github.url, REPOS)
    return data, github.stats()


@pytest.fixture(scope="module")
def clean(first: tuple[Path, dict[str, Any]]) -> Path:
    """Return the data folder of that refresh, which no test changes."""
    return first[0]


@pytest.fixture
def copied(clean: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder."""
    return shutil.copytree(clean, tmp_path / "copied")


@pytest.fixture(scope="module")
def raw(clean: Path) -> Tables:
    """Return the raw tables of that refresh."""
    return raw_tables(clean)


@pytest.fixture(scope="module")
def whole(clean: Path) -> Tables:
    """Return the published tables of that refresh."""
    return published(clean)


def published(data: Path, as_of: date = company.AS_OF) -> Tables:
    """Return the published tables of a ledger."""
    return publish_tables(data, as_of, people_csv=company.PEOPLE)


def rows(data: Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query on a ledger."""
    with duckdb.connect(str(data / LEDGER), read_only=True) as db:
        result = db.execute(sql)
        names = [name for name, *_ in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


# -- rows -----------------------------------------------------------------------------------------


def test_ledger_has_every_item_with_its_complete_lists(clean: Path) -> None:
    counts = ", ".join(
        f"json_array_length(pulls.node->'{name}') as \"{name}\"" for name in LISTS["PullRequest"]
    )
    source = "github_pull_requests as pulls join github_repositories using (repo_id)"
    stored = rows(clean, f"select repo, number, {counts} from {source}")
    by_key = {(row["repo"], row["number"]): row for row in stored}
    for repo, dataset in company.datasets().items():
        for pull in dataset["pulls"]:
            row = by_key.pop((repo, pull["number"]))
            assert row["commits"] == max(1, len(pull["commits"]))
            assert row["files"] == len(pull["files"])
            assert row["comments"] == len(pull["comments"])
            assert row["reviews"] == len(pull["reviews"])
    assert not by_key
    issues = rows(clean, "select count(*) as n from github_issues")[0]["n"]
    assert issues == sum(len(dataset["issues"]) for dataset in company.datasets().values())
    sql = "select count(*) as n, count(distinct (repo_id, position)) as places from github_commits"
    commits = rows(clean, sql)[0]
    assert (
        commits["n"]
        == commits["places"]
        == sum(len(dataset["history"]) for dataset in company.datasets().values())
    )
    assert rows(clean, "from github_queue") == []


def test_queries_request_no_field_without_data(first: tuple[Path, dict[str, Any]]) -> None:
    assert first[1]["requests"] > 5
    assert first[1]["unbacked_fields"] == {}


def test_address_of_an_enterprise_server_gives_the_same_tables(
    github: Server, tmp_path: Path, raw: Tables
) -> None:
    refresh(tmp_path, f"{github.url}/api/v3", REPOS)
    assert raw_tables(tmp_path) == raw


def test_renamed_repository_keeps_its_id_and_history(github: Server, tmp_path: Path) -> None:
    before = {
        repo.replace("infra", "ops"): copy.deepcopy(d) for repo, d in company.datasets().items()
    }
    before["acme/ops"]["repository"] |= {"name_with_owner": "acme/ops", "former_names": []}
    github.reload(before)
    refresh(tmp_path, github.url, list(before))
    github.reload(company.datasets())
    results = refresh(tmp_path, github.url, list(before))  # still requested by its former name
    assert {result.repo for result in results} == set(REPOS)
    assert rows(tmp_path, "select repo from github_repositories where repo_id = 103") == [
        {"repo": "acme/infra"}
    ]


def test_all_repositories_of_an_owner_are_read(github: Server, tmp_path: Path) -> None:
    with open_ledger(tmp_path / LEDGER, "test") as store:
        results = collect(
            [GitHub(github.url, (), ("acme", "nobody"))],
            {"GITHUB_TOKEN": TOKEN},
            store,
            lambda _: None,
        )
    assert {result.repo for result in results if result.status == "read"} == set(REPOS)
    assert [result.message for result in results if result.status == "failed"] == [
        f"{github.url.removeprefix('http://')}: no owner 'nobody' that this token may see; "
        "check [github] orgs"
    ]


def test_without_bodies_the_tables_are_the_same_and_prose_is_dropped(
    github: Server, tmp_path: Path, whole: Tables
) -> None:
    refresh(tmp_path, github.url, REPOS, keep_bodies=False)
    reported = published(tmp_path)
    assert {name: reported[name] for name in reported if name != "rules"} == {
        n: whole[n] for n in whole if n != "rules"
    }
    texts = rows(
        tmp_path,
        "select node->>'body' as body from github_pull_requests where node->>'body' is not null",
    )
    prose = [
        line
        for row in texts
        for line in row["body"].splitlines()
        if line and ":" not in line and "#" not in line and not line.startswith("<!--")
    ]
    assert not [
        line for line in prose if "generated" not in line.lower() and "http" not in line.lower()
    ]


def test_rows_of_an_older_details_version_are_read_again(
    github: Server, copied: Path, raw: Tables
) -> None:
    with open_ledger(copied / LEDGER, "test") as store:
        store.merge(
            "github_pull_requests",
            [
                row | {"details_version": DETAILS_VERSION - 1, "node": "{}"}
                for row in store.rows(
                    "select host, repo_id, number from github_pull_requests where number % 2 = 0"
                )
            ],
        )
    github.reset()
    refresh(copied, github.url, REPOS)
    assert raw_tables(copied) == raw


# -- requests -------------------------------------------------------------------------------------


def test_second_refresh_costs_one_request_and_changes_no_row(github: Server, copied: Path) -> None:
    names = [row["name"] for row in rows(copied, "select table_name as name from duckdb_tables()")]
    stored = [name for name in names if name != "loads"]
    before = {name: rows(copied, f"select * from {name} order by all") for name in stored}
    github.reset()
    results = refresh(copied, github.url, REPOS)
    assert {result.status for result in results} == {"unchanged"}
    assert github.stats()["requests"] == 1
    after = {name: rows(copied, f"select * from {name} order by all") for name in stored}
    for table in stored:
        times = {"fetched_at", "synced_until"} if table == "github_repositories" else set()
        assert [drop(row, times) for row in after[table]] == [
            drop(row, times) for row in before[table]
        ]


def drop(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return a row without some columns."""
    return {name: value for name, value in row.items() if name not in names}


MOMENTS = [
    "2024-09-15T00:00:00Z",
    "2025-10-08T12:00:00Z",
    "2026-01-20T11:00:00Z",
    "2026-06-20T00:00:00Z",
]


def test_refreshes_through_time_equal_one_backfill(
    github: Server, tmp_path: Path, raw: Tables
) -> None:
    steps, fresh = tmp_path / "steps", tmp_path / "fresh"
    for moment in MOMENTS:
        github.as_of(moment)
        visible = [
            repo
            for repo, d in company.datasets().items()
            if d["repository"]["created_at"] <= moment
        ]
        results = refresh(steps, github.url, visible)
        assert {result.status for result in results} <= {"read", "unchanged"}
    refresh(fresh, github.url, REPOS)
    assert raw_tables(steps) == raw_tables(fresh)
    github.as_of(None)
    refresh(steps, github.url, REPOS)
    assert raw_tables(steps) == raw


def test_full_refresh_gives_the_same_tables(github: Server, copied: Path, raw: Tables) -> None:
    refresh(copied, github.url, REPOS, full=True)
    assert github.stats()["requests"] > 5
    assert raw_tables(copied) == raw


# -- failures of GitHub ---------------------------------------------------------------------------

BREAKS: dict[str, list[dict[str, Any]]] = {
    "502 as a page": [{"kind": "status", "at": [1, 3, 6]}],
    "500": [{"kind": "status", "status": 500, "at": [2, 5]}],
    "503 with retry-after": [{"kind": "status", "status": 503, "retry_after": 1, "at": 3}],
    "a timeout of the query": [{"kind": "timeout", "api": "graphql", "at": [1, 2, 3, 4]}],
    "resource limits": [{"kind": "resource_limits", "api": "graphql", "at": [2, 3, 4]}],
    "a cut body": [{"kind": "cut", "at": [1, 4, 7]}],
    "half a body": [{"kind": "truncate", "at": [1, 4, 7]}],
    "an empty body": [{"kind": "empty", "at": [1, 4, 7]}],
    "a reset connection": [{"kind": "reset", "at": [1, 4, 7]}],
    "the secondary limit": [{"kind": "secondary", "retry_after": 1, "at": [2, 5]}],
    "the secondary limit as 429": [
        {"kind": "secondary", "status": 429, "retry_after": 1, "at": [2, 5]}
    ],
    "a bit of everything": [
        {"kind": kind, "probability": 0.06}
        for kind in ("status", "cut", "truncate", "empty", "reset", "timeout")
    ],
}


@pytest.mark.parametrize("plan", BREAKS.values(), ids=BREAKS)
def test_broken_answer_loses_no_row(
    github: Server, tmp_path: Path, raw: Tables, plan: list[dict[str, Any]]
) -> None:
    github.faults(plan)
    results = refresh(tmp_path, github.url, REPOS)
    assert sum(github.stats()["faults"].values()) > 0
    assert {result.status for result in results} == {"read"}
    assert raw_tables(tmp_path) == raw


@pytest.mark.parametrize("style", ["current", "legacy", "http403"])
def test_primary_limit_is_waited_for_and_reported(
    schema_path: Path, tmp_path: Path, raw: Tables, style: str
) -> None:
    message: list[str] = []
    limits = {"graphql_limit": 4, "rest_limit": 4, "window_s": 1}
    with serve(
        company.datasets(), schema=schema_path, graphql_limit_style=style, **limits
    ) as server:
        with open_ledger(tmp_path / LEDGER, "test") as store:
            source = GitHub(server.url, tuple(REPOS))
            results = collect(
                [source], {"GITHUB_TOKEN": TOKEN}, store, lambda p: message.append(p.note)
            )
        assert {result.status for result in results} == {"read"}
    assert any("waiting" in note and "rate limit" in note for note in message)
    assert raw_tables(tmp_path) == raw


def test_invalid_token_is_one_line_without_the_token(github: Server, tmp_path: Path) -> None:
    source = GitHub(github.url, tuple(REPOS))
    with open_ledger(tmp_path / LEDGER, "test") as store:
        (result,) = collect([source], {"GITHUB_TOKEN": "ghp_wrongtoken123"}, store, lambda _: None)
    assert (result.repo, result.status, result.rows) == ("", "failed", 0)
    assert "the token was refused" in result.message and "gh auth login" in result.message
    assert "wrongtoken" not in result.message and "\n" not in result.message


def test_unknown_repository_is_reported_and_the_others_are_read(
    github: Server, tmp_path: Path
) -> None:
    results = refresh(tmp_path, github.url, ["acme/nothing", *REPOS])
    failed = [result for result in results if result.status == "failed"]
    assert [result.repo for result in failed] == ["acme/nothing"]
    assert "check its name under [github] repos" in failed[0].message
    assert len(results) == len(REPOS) + 1


def test_unreadable_repository_does_not_stop_the_others(github: Server, tmp_path: Path) -> None:
    github.faults(
        [{"kind": "status", "status": 500, "path": "/repos/acme/web/", "probability": 1.0}]
    )
    results = {
        result.repo: result
        for result in refresh(tmp_path, github.url, REPOS, retry_policy=RetryPolicy(tries=2))
    }
    assert (
        results["acme/web"].status == "failed" and "nothing is lost" in results["acme/web"].message
    )
    assert {result.status for repo, result in results.items() if repo != "acme/web"} == {"read"}


def test_missing_node_is_requested_again_and_erases_nothing(
    github: Server, copied: Path, raw: Tables
) -> None:
    datasets = company.datasets()
    with open_ledger(copied / LEDGER, "test") as store:
        (row,) = store.rows("select * from github_pull_requests where repo_id = 102 and number = 2")
        queued = {
            name: row[name] for name in ("host", "repo_id", "number", "node_id", "updated_at")
        }
        store.merge(
            "github_queue",
            [queued | {"queued_at": row["updated_at"], "attempts": 0, "reason": None}],
        )
    next(p for p in datasets["acme/web"]["pulls"] if p["number"] == 2)["is_unavailable"] = True
    github.reload(datasets)
    for attempts in (1, 2):
        results = {result.repo: result for result in refresh(copied, github.url, REPOS)}
        assert "1 pull request or issue will be requested again" in results["acme/web"].message
        assert [r["attempts"] for r in rows(copied, "select attempts from github_queue")] == [
            attempts
        ]
    github.reload(company.datasets())
    refresh(copied, github.url, REPOS)
    assert rows(copied, "from github_queue") == []
    assert raw_tables(copied) == raw


# -- the change feed ------------------------------------------------------------------------------


def item(number: int, updated_at: str) -> dict[str, Any]:
    """Return an item of the feed."""
    return {"number": number, "node_id": f"I_{number}", "updated_at": updated_at}


def test_feed_continues_from_the_last_change_and_not_by_page() -> None:
    feed = ChangeFeed("2026-01-01T00:00:00Z", 9)
    page = [item(n, f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z") for n in range(1, 101)]
    assert len(feed.advance(page)) == 100
    assert (feed.since, feed.page, feed.is_done) == ("2026-01-01T00:01:40Z", 1, False)
    new = feed.advance([page[-1], item(101, "2026-01-01T00:02:00Z")])
    assert [entry.number for entry in new] == [101]
    assert (feed.since, feed.is_done) == ("2026-01-01T00:02:00Z", True)


def test_feed_pages_through_a_crowded_second_until_nothing_is_new() -> None:
    second = "2026-01-01T00:00:00Z"
    crowd = [item(n, second) for n in range(1, 151)]
    late = item(999, second)
    feed = ChangeFeed(second, 9)
    assert len(feed.advance(crowd[:100])) == 100
    assert feed.page == 2
    assert len(feed.advance(crowd[100:])) == 50
    assert (feed.page, feed.is_done) == (1, False)  # the pages had something new: once more
    feed.advance(crowd[:100])
    assert [entry.number for entry in feed.advance([*crowd[100:], late])] == [999]
    assert (feed.page, feed.is_done) == (1, False)
    feed.advance(crowd[:100])
    assert feed.advance([*crowd[100:], late]) == []
    assert feed.is_done


def test_item_that_changes_while_paging_is_returned_again() -> None:
    feed = ChangeFeed(None, 9)
    feed.advance([item(1, "2026-01-01T00:00:01Z"), item(2, "2026-01-01T00:00:02Z")])
    new = feed.advance([item(1, "2026-01-01T00:00:03Z")])
    assert [entry.updated_at for entry in new] == ["2026-01-01T00:00:03Z"]


def test_invalid_entry_of_the_feed_holds_its_watermark() -> None:
    feed = ChangeFeed(None, 9)
    feed.advance([item(n, f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z") for n in range(1, 101)])
    broken = [item(102, "2026-01-01T00:02:00Z") | {"node_id": 5}, item(103, "2026-01-01T00:02:01Z")]
    assert [entry.number for entry in feed.advance(broken)] == [103]
    assert (feed.since, feed.watermark) == ("2026-01-01T00:02:01Z", "2026-01-01T00:01:40Z")
    assert (feed.left_out, feed.is_done) == (1, True)


@pytest.mark.parametrize("time", ["2026-13-45T00:00:00Z", "2999-01-01T00:00:00Z", "", None, 5])
def test_entry_without_a_valid_time_is_requested_and_moves_no_watermark(time: Any) -> None:
    feed = ChangeFeed("2026-01-01T00:00:00Z", 9)
    new = feed.advance([item(1, "2026-01-02T00:00:00Z"), item(2, "") | {"updated_at": time}])
    assert [(entry.number, entry.updated_at) for entry in new] == [
        (1, "2026-01-02T00:00:00Z"),
        (2, None),
    ]
    assert feed.watermark == "2026-01-02T00:00:00Z"


def test_feed_without_an_end_fails() -> None:
    feed, page = ChangeFeed(None, 3), [item(n, "2026-01-01T00:00:00Z") for n in range(1, 101)]
    for _ in range(3):
        feed.advance(page)
    with pytest.raises(UnexpectedAnswerError, match="the list of changes does not end"):
        feed.advance(page)
