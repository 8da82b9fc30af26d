"""GitHub's counts by month: when they are requested, their cost, and unknown counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.github import counts as github_counts
from collectors.github.client import GitHubClient, RetryPolicy
from collectors.github.counts import count
from collectors.github.credentials import PersonalToken
from collectors.github.repository import Scope, SyncedRepository
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import Store
from tests.support import company
from tests.support.github_server import TOKEN, Server, serve
from tests.support.github_server.client import data, whole
from tests.support.refreshing import refresh

SHOP, WEB = "acme/shop", "acme/web"
KINDS = {"pulls": "pull_request", "issues": "issue"}
#: by GitHub's clock; the company's last items were opened four days before
TODAY = datetime(2026, 7, 7, 12)
Datasets = dict[str, dict[str, Any]]
Cells = dict[tuple[str, str, date], int]


def datasets() -> Datasets:
    """Return two repositories of the company."""
    return {name: deepcopy(company.datasets()[name]) for name in (SHOP, WEB)}


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return one server process for the whole module."""
    with serve(datasets(), schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """Return the server as recorded, with counters at zero."""
    shared.reload(datasets())
    shared.reset()
    yield shared
    shared.faults([])


@pytest.fixture(scope="module")
def read(shared: Server, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a ledger of both repositories without counts."""
    folder = tmp_path_factory.mktemp("read")
    shared.reload(datasets())
    refresh(folder, shared.url, [SHOP, WEB])
    with open_ledger(folder / "ledger.duckdb", "test") as store:
        store.replace("github_counts", [])
        store.delete("watermarks", [{"name": "counts"}, {"name": "gaps"}])
    return (folder / "ledger.duckdb").read_bytes()


@pytest.fixture
def store(read: bytes, tmp_path: Path) -> Iterator[Store]:
    """Return that ledger, open."""
    (tmp_path / "ledger.duckdb").write_bytes(read)
    with open_ledger(tmp_path / "ledger.duckdb", "test") as opened:
        yield opened


def counting(
    github: Server,
    store: Store,
    at: datetime = TODAY,
    repos: Sequence[str] = (SHOP, WEB),
    is_idle: bool = False,
    faults: Sequence[dict[str, Any]] = (),
) -> str:
    """Count after a complete sync at a time, during faults of GitHub; return the messages."""
    messages: list[str] = []
    client = GitHubClient(github.url, PersonalToken(TOKEN), retry_policy=RetryPolicy(tries=2))
    totals = "databaseId createdAt pullRequests { totalCount } issues { totalCount }"
    probed = []
    for repo in repos:
        owner, _, name = repo.partition("/")
        probe = data(github, f'{{ repository(owner: "{owner}", name: "{name}") {{ {totals} }} }}')[
            "repository"
        ]
        probed.append(
            SyncedRepository(Scope(client.host, probe["databaseId"], repo), probe, at, is_idle)
        )
    github.faults(faults)
    github.reset()
    count(client.graphql, store, probed, messages.append)
    github.faults([])
    return "\n".join(messages)


def request_count(github: Server) -> int:
    """Return the number of requests since the last count began."""
    return int(github.stats()["requests"])


def counts(store: Store) -> Cells:
    """Return the counts in the ledger, without empty newest months."""
    sql = "from github_counts join github_repositories using (host, repo_id)"
    rows = store.rows(f"{sql} where at_github > 0 or month < '2026-07-01'")
    return {(row["repo"], row["kind"], row["month"]): row["at_github"] for row in rows}


def months(repositories: Datasets, until: date) -> Cells:
    """Return the items of datasets by month, until the end of a day."""
    opened = [
        (repo, kind, date.fromisoformat(item["created_at"][:10]))
        for repo, dataset in repositories.items()
        for member, kind in KINDS.items()
        for item in dataset[member]
    ]
    return Counter((repo, kind, day.replace(day=1)) for repo, kind, day in opened if day <= until)


# -- counts ---------------------------------------------------------------------------------------


def test_complete_days_are_counted_once_a_day_in_one_request(github: Server, store: Store) -> None:
    for at, requests in (
        (TODAY - timedelta(days=6), 1),
        (TODAY - timedelta(days=6, hours=-8), 0),
        (TODAY, 1),
        (TODAY, 0),
    ):
        assert counting(github, store, at) == ""
        assert request_count(github) == requests
        until = at.date() - timedelta(days=1)
        assert +Counter(counts(store)) == months(datasets(), until)
        days = store.rows("select max(counted_until) as until from github_counts")
        assert days == [{"until": until}]
    assert store.rows("select distinct value from watermarks where name = 'gaps'") == [
        {"value": "[]"}
    ]


def test_refresh_counts_repositories_that_it_read_to_their_end(
    github: Server, tmp_path: Path
) -> None:
    refresh(tmp_path, github.url, [SHOP, WEB])
    with open_ledger(tmp_path / "ledger.duckdb", "test") as result:
        assert counts(result) == months(datasets(), date(2026, 7, 31))
    github.reset()
    refresh(tmp_path, github.url, [SHOP, WEB])
    assert request_count(github) == 1, "only the probe: an idle repository costs nothing"


def test_difference_from_github_is_counted_again_at_once(github: Server, store: Store) -> None:
    counting(github, store)
    key = {
        "repo_id": 101,
        "number": next(
            p["number"] for p in datasets()[SHOP]["pulls"] if "2026-06" in p["created_at"]
        ),
    }
    lost = store.rows(
        "select * from github_pull_requests where repo_id = $repo_id and number = $number", key
    )
    store.delete("github_pull_requests", [key])
    counting(github, store)
    assert request_count(github) == 1
    gap = "select value from watermarks where name = 'gaps' and value <> '[]'"
    assert store.rows(gap) == [{"value": '[["pull_request", "2026-06-01", 1]]'}]
    counting(github, store)
    assert request_count(github) == 0, "the same difference is not counted again"
    store.merge("github_pull_requests", lost)
    counting(github, store)
    assert (request_count(github), store.rows(gap)) == (1, [])
    changed = datasets()
    deleted = changed[WEB]["pulls"].pop(0)
    github.reload(changed)
    counting(github, store)
    assert +Counter(counts(store)) == months(changed, TODAY.date())
    store.delete("github_pull_requests", [{"repo_id": 102, "number": deleted["number"]}])
    counting(github, store)
    assert (request_count(github), store.rows(gap)) == (1, [])


def test_month_missing_in_the_ledger_is_counted_if_github_has_more(
    github: Server, store: Store
) -> None:
    changed = datasets()
    moved = deepcopy(changed[WEB]["pulls"][0]) | {
        "number": 9000,
        "created_at": "2020-02-29T23:59:59Z",
    }
    changed[WEB]["pulls"].append(moved)  # older than the repository, as what is transferred may be
    github.reload(changed)
    counting(github, store)
    assert 2 < request_count(github) < 5
    assert counts(store)[WEB, "pull_request", date(2020, 2, 1)] == 1
    assert counts(store) == months(changed, TODAY.date())


def test_old_counts_are_renewed_in_parts_oldest_first(
    github: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting(github, store, TODAY, [WEB])
    counting(github, store, TODAY + timedelta(days=1), [SHOP])
    monkeypatch.setattr(github_counts, "RECOUNTS_PER_REFRESH", 1)
    counting(github, store, TODAY + timedelta(days=9))
    watermarks = store.rows(
        "select scope, value->>'all_until' as day from watermarks "
        "where name = 'counts' order by scope"
    )
    assert [row["day"] for row in watermarks] == ["2026-07-07", "2026-07-15"]
    assert {
        row["value"]
        for row in store.rows(
            "select value->>'until' as value from watermarks where name = 'counts'"
        )
    } == {"2026-07-15"}


def test_idle_repository_is_counted_once(github: Server, store: Store) -> None:
    for days, requests in ((0, 1), (1, 0), (30, 0)):
        counting(github, store, TODAY + timedelta(days=days), is_idle=True)
        assert request_count(github) == requests
    assert counts(store) == months(datasets(), TODAY.date())


# -- unknown counts -------------------------------------------------------------------------------


def test_item_hidden_from_search_is_a_gap_and_not_a_failure(github: Server, store: Store) -> None:
    changed = datasets()
    pull = changed[SHOP]["pulls"][0]
    changed[SHOP]["repository"]["hidden_from_search"] = [pull["number"]]
    github.reload(changed)
    assert counting(github, store) == ""
    there = months(datasets(), TODAY.date())
    there[SHOP, "pull_request", date.fromisoformat(pull["created_at"][:10]).replace(day=1)] -= 1
    assert counts(store) == there
    changed[SHOP]["repository"]["hidden_from_search"] = []
    github.reload(changed)
    counting(github, store, is_idle=True)
    assert (request_count(github), counts(store)) == (0, there)
    counting(github, store, TODAY + timedelta(days=1), is_idle=True)
    assert (request_count(github), counts(store)) == (1, months(datasets(), TODAY.date())), (
        "a day later it is counted again"
    )


@pytest.mark.parametrize("member", [{"hidden_from_search": "all"}, {"forbidden": ["search"]}])
def test_counts_are_unknown_and_not_zero_if_search_is_forbidden(
    github: Server, store: Store, member: dict[str, Any]
) -> None:
    changed = datasets()
    changed[SHOP]["repository"] |= member
    github.reload(changed)
    assert counting(github, store) == (
        "acme/shop: GitHub's search does not show its pull requests and issues to this token, "
        "so they are not compared"
    )
    assert counts(store) == {
        cell: n for cell, n in months(datasets(), TODAY.date()).items() if cell[0] == WEB
    }
    assert counting(github, store) == "", (
        "request_count again when there is something new, not at once"
    )
    assert request_count(github) == 0


def test_counts_stay_if_search_fails(github: Server, store: Store) -> None:
    counting(github, store)
    before, later = counts(store), TODAY + timedelta(days=9)
    message = counting(github, store, later, faults=[{"kind": "status", "status": 500, "every": 1}])
    assert message.startswith("GitHub's counts are not known: ") and message.endswith(
        "run again later, nothing is lost"
    )
    assert counts(store) == before
    assert counting(github, store, later) == ""
    assert request_count(github) == 1


def test_too_many_searches_for_a_query_are_sent_in_parts(github: Server, store: Store) -> None:
    counting(github, store, faults=[{"kind": "resource_limits", "at": [1, 2]}])
    assert 4 < request_count(github) < 9
    assert counts(store) == months(datasets(), TODAY.date())


def test_renamed_repository_is_counted_under_its_current_name(
    github: Server, tmp_path: Path
) -> None:
    changed = {"acme/store": datasets()[SHOP]}
    changed["acme/store"]["repository"] |= {"name_with_owner": "acme/store", "former_names": [SHOP]}
    github.reload(changed)
    refresh(tmp_path, github.url, [SHOP])
    with open_ledger(tmp_path / "ledger.duckdb", "test") as result:
        assert counts(result) == months(changed, date(2026, 7, 31))


# -- the local GitHub's search --------------------------------------------------------------------


def search(github: Server, query: str) -> dict[str, Any]:
    """Return the answer to a search with its newest item."""
    visible = (
        "issueCount nodes { __typename ... on PullRequest { number } ... on Issue { number } }"
    )
    return whole(github, f'{{ search(query: "{query}", type: ISSUE, first: 1) {{ {visible} }} }}')


def test_search_counts_items_created_within_days_as_of_a_time(github: Server) -> None:
    all_of_it = [item for member in KINDS for item in datasets()[SHOP][member]]
    newest = max(all_of_it, key=lambda item: item["created_at"])
    result = search(github, f"repo:{SHOP} created:*..2026-12-31")["data"]["search"]
    assert (result["issueCount"], result["nodes"][0]["number"]) == (
        len(all_of_it),
        newest["number"],
    )
    day = newest["created_at"][:10]
    same = sum(item["created_at"][:10] == day for item in all_of_it)
    assert (
        search(github, f"repo:{SHOP} created:{day}..{day}")["data"]["search"]["issueCount"] == same
    )
    github.as_of(f"{date.fromisoformat(day) - timedelta(days=1)}T23:59:59Z")
    assert search(github, f"repo:{SHOP} created:{day}..{day}")["data"]["search"]["issueCount"] == 0
    github.as_of(None)
    assert search(github, "repo:acme/unknown is:pr")["data"]["search"]["issueCount"] == 0
    assert search(github, f"repo:{SHOP} label:bug")["errors"][0]["type"] == "NOT_EMULATED"
