"""Owners and repositories: selection, requests for many, and turns."""

from __future__ import annotations

import fnmatch
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.github.client import GitHubClient, RetryPolicy
from collectors.github.credentials import PersonalToken
from collectors.github.discovery import probe_repositories, write_repositories
from collectors.github.repository import GitHub, Result
from collectors.github.scheduler import REPOSITORIES_AT_ONCE
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import now
from collectors.source import Progress
from headway.config.compiled import github_sources, repository_scope
from headway.config.fields import ShellPattern, problem, shell_expression
from headway.config.settings import GitHubTable, Settings
from queries.publish.publish import scopes
from queries.publish.settings import PublishSettings
from queries.sql_files import ROOT
from tests.support import tiny
from tests.support.command import Desk
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import HASTY, collect

ENVIRONMENT = {"GITHUB_TOKEN": TOKEN}
MANY = tiny.owned("many", 1_000)

LETTERS = st.text("abAB-._1", min_size=1, max_size=4)
PIECES = st.one_of(LETTERS, st.sampled_from(["*", "?", "[ab]", "[!a]", "[a-b1]", "[-b]", "[!.-]"]))
PATTERNS = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@pytest.fixture(scope="module")
def shared(schema_path: Path) -> Iterator[Server]:
    """Return a GitHub with an owner of a thousand repositories."""
    with serve(MANY, schema=schema_path) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Server:
    """Return the same server as if newly started."""
    shared.faults([])
    shared.reset()
    return shared


def read(
    data: Path,
    source: GitHub,
    reports: list[Progress] | None = None,
    retry_policy: RetryPolicy = HASTY,
) -> list[Result]:
    """Collect into the ledger of a folder."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        report = (lambda _: None) if reports is None else reports.append
        return collect([source], ENVIRONMENT, store, report, retry_policy=retry_policy)


def statuses(results: list[Result]) -> dict[str, str]:
    """Return the status of each repository."""
    return {result.repo: result.status for result in results}


def as_read_before(data: Path, server: Server, source: GitHub) -> None:
    """Write a ledger as a refresh of empty repositories does, in less than its minute."""
    client = GitHubClient(server.url, PersonalToken(TOKEN))
    with open_ledger(data / "ledger.duckdb", "test") as store:
        result = list(probe_repositories(client, source, {}))
        write_repositories(store, client.host, result, is_read=True)
        probes = {
            f"{client.host}/{item.probe['databaseId']}": json.dumps(item.probe)
            for item in result
            if item.probe
        }
        watermark = {"source": "github", "name": "probe", "updated_at": now()}
        store.merge(
            "watermarks",
            [watermark | {"scope": scope, "value": value} for scope, value in probes.items()],
        )


# -- requests for a thousand ----------------------------------------------------------------------


def test_thousand_unchanged_repositories_cost_few_requests(github: Server, tmp_path: Path) -> None:
    as_read_before(tmp_path, github, GitHub(github.url, orgs=("many",)))
    for source in (GitHub(github.url, orgs=("many",)), GitHub(github.url, tuple(MANY))):
        github.reset()
        assert Counter(result.status for result in read(tmp_path, source)) == {"unchanged": 1_000}
        assert github.stats()["requests"] <= 20


def test_one_of_two_hundred_repositories_fails_and_the_others_are_published(
    github: Server, tmp_path: Path
) -> None:
    names = sorted(MANY)[:200]
    desk = Desk(tmp_path, {"GITHUB_TOKEN": TOKEN})
    desk.set_up(github.url, names)
    as_read_before(tmp_path / "data", github, GitHub(github.url, tuple(names[:-3])))
    github.faults(
        [{"kind": "status", "status": 403, "path": f"/repos/{names[-2]}/", "probability": 1.0}]
    )
    done = desk.run("refresh")
    assert done.code == 1
    assert f"/repos/{names[-2]}/issues was refused" in done.problem
    published = desk.rows(
        "select repo from repositories where synced_until is not null order by repo"
    )
    assert [repo for (repo,) in published] == [name for name in names if name != names[-2]]


def test_pages_of_commits_share_the_requests_of_items(schema_path: Path, tmp_path: Path) -> None:
    """Twelve pages of commits and six batches of items share their requests."""
    ids = [f"{index:040x}" for index in range(1_200)]
    dataset = tiny.repository("acme/app", 1, 450) | {"history": ids}
    commit: dict[str, object] = {"message": "Step", "parents": [], "files": []}
    for role, at in (("author", "authored_at"), ("committer", "committed_at")):
        commit |= {at: tiny.AT, f"{role}_login": None, f"{role}_name": "Ann", f"{role}_email": ""}
    dataset["commits"] = {oid: {"oid": oid, **commit} for oid in ids}
    with serve({"acme/app": dataset}, schema=schema_path) as server:
        for folder, plan in (
            ("once", []),
            ("again", [{"kind": "slow", "api": "graphql", "at": 2, "seconds": 1}]),
        ):
            server.faults(plan)  # the feed is ahead of the first page, or not
            server.reset()
            assert statuses(read(tmp_path / folder, GitHub(server.url, ("acme/app",)))) == {
                "acme/app": "read"
            }
            # the probe, twelve pages and the counts; five pages of the feed and the tree
            assert server.stats()["by_api"] == {"graphql": 1 + 12 + 1, "rest": 5 + 1}


# -- selection of repositories --------------------------------------------------------------------


def company() -> dict[str, dict[str, Any]]:
    """Return an owner's repositories: two plain, a fork, an archived and an internal one."""
    return {
        "acme/app": tiny.repository("acme/app", 1, 1),
        "acme/web": tiny.repository("acme/web", 2, 1),
        "acme/fork": tiny.repository("acme/fork", 3, 1, is_fork=True),
        "acme/old": tiny.repository("acme/old", 4, 1, is_archived=True),
        "acme/tool-internal": tiny.repository("acme/tool-internal", 5, 1),
    }


@pytest.fixture
def acme(schema_path: Path) -> Iterator[Server]:
    """Return a GitHub with one small owner."""
    with serve(company(), schema=schema_path) as server:
        yield server


def scoped(data: Path, url: str, github: GitHubTable, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the repositories that are published."""
    scope = repository_scope(github.model_copy(update={"base_url": url}))
    with duckdb.connect() as db:
        db.execute("attach $ledger as ledger (read_only)", {"ledger": str(data / "ledger.duckdb")})
        db.register("scopes_frame", scopes(PublishSettings(repositories=[scope])))
        db.execute((ROOT / "inputs" / "scopes.sql").read_text("utf-8"))
        return db.execute(sql).fetchall()


def in_scope(data: Path, url: str, github: GitHubTable) -> list[str]:
    """Return the published repositories of these settings; deleted ones with a cross."""
    rows = scoped(
        data,
        url,
        github,
        "select repo, deleted_at is not null from input_repositories order by repo",
    )
    return [f"{repo} †" if is_deleted else repo for repo, is_deleted in rows]


def test_newest_day_depends_on_published_repositories_only(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        store.merge(
            "github_repositories",
            [
                {
                    "host": "here",
                    "repo_id": day,
                    "repo": f"acme/r{day}",
                    "asked_as": f"acme/r{day}",
                    "node": {"isFork": False},
                    "fetched_at": now(),
                    "synced_until": datetime(2026, 3, day, 9),
                }
                for day in (10, 20)
            ],
        )
    newest = (ROOT / "shared" / "newest_day.sql").read_text("utf-8")
    for settings, day in ((GitHubTable(orgs=("acme",)), 19), (GitHubTable(repos=("ACME/r10",)), 9)):
        assert scoped(tmp_path, "http://here", settings, newest) == [(date(2026, 3, day),)]
    assert scoped(tmp_path, "http://there", GitHubTable(orgs=("acme",)), newest) == [(None,)]


def source_of(url: str, settings: GitHubTable) -> GitHub:
    """Return the scope of these settings at a server."""
    (github,) = github_sources(Settings(github=(settings,)), [])
    return replace(github, base_url=url)


def test_patterns_and_forks_select_what_is_read_and_published(acme: Server, tmp_path: Path) -> None:
    all_of_it = GitHubTable(orgs=("Acme",), forks=True)
    every = sorted(company())
    assert sorted(statuses(read(tmp_path, source_of(acme.url, all_of_it)))) == every
    assert in_scope(tmp_path, acme.url, all_of_it) == every
    narrower = {
        GitHubTable(orgs=("acme",)): ["acme/app", "acme/old", "acme/tool-internal", "acme/web"],
        GitHubTable(orgs=("acme",), exclude=("ACME/*-Internal",)): [
            "acme/app",
            "acme/old",
            "acme/web",
        ],
        GitHubTable(orgs=("acme",), include=("acme/[aw]*",), exclude=("*/web",)): ["acme/app"],
        GitHubTable(repos=("acme/fork",), orgs=("acme",), exclude=("acme/*",)): ["acme/fork"],
    }
    for settings, expected in narrower.items():
        assert sorted(statuses(read(tmp_path, source_of(acme.url, settings)))) == expected
        assert in_scope(tmp_path, acme.url, settings) == expected


def test_new_repository_is_read_and_archived_one_is_not_read_again(
    acme: Server, tmp_path: Path
) -> None:
    source = GitHub(acme.url, orgs=("acme",))
    assert set(statuses(read(tmp_path, source)).values()) == {"read"}
    changed = company() | {"acme/new": tiny.repository("acme/new", 6, 1)}
    changed["acme/old"]["repository"]["topics"] = ["retired"]
    acme.reload(changed)
    again = statuses(read(tmp_path, source))
    assert again.pop("acme/new") == "read"
    assert set(again.values()) == {"unchanged"}
    changed["acme/old"]["repository"]["is_archived"] = False
    acme.reload(changed)
    assert [
        repo for repo, status in statuses(read(tmp_path, source)).items() if status == "read"
    ] == ["acme/old"]


def test_repository_that_its_owner_no_longer_lists_is_deleted_or_moved(
    acme: Server, tmp_path: Path
) -> None:
    settings = GitHubTable(orgs=("acme", "lab"))
    read(tmp_path, source_of(acme.url, settings))
    moved = {name: company()[name] for name in ("acme/app", "acme/old")}
    for name, former in (("lab/web", "acme/web"), ("shed/tool", "acme/tool-internal")):
        moved[name] = company()[former]
        moved[name]["repository"] |= {"name_with_owner": name, "former_names": [former]}
    del moved["acme/app"]
    acme.reload(moved)
    results = {result.repo: result for result in read(tmp_path, source_of(acme.url, settings))}
    assert {repo: result.status for repo, result in results.items()} == {
        "acme/old": "unchanged",
        "lab/web": "read",
        "acme/app": "deleted",
        "acme/tool-internal": "moved",
    }
    assert results["acme/tool-internal"].message == "it is shed/tool now, which no setting names"
    assert in_scope(tmp_path, acme.url, settings) == ["acme/app †", "acme/old", "lab/web"]
    assert set(statuses(read(tmp_path, source_of(acme.url, settings))).values()) == {"unchanged"}


def test_renamed_owner_keeps_its_repositories(acme: Server, tmp_path: Path) -> None:
    read(tmp_path, GitHub(acme.url, orgs=("acme",)))
    renamed = {name.replace("acme", "acne"): dataset for name, dataset in company().items()}
    for name, dataset in renamed.items():
        dataset["repository"] |= {
            "name_with_owner": name,
            "former_names": [dataset["repository"]["name_with_owner"]],
        }
    acme.reload(renamed)
    (result,) = read(tmp_path, GitHub(acme.url, orgs=("acme",)))
    host = acme.url.removeprefix("http://")
    assert (result.status, result.message) == (
        "failed",
        f"{host}: no owner 'acme' that this token may see; check [github] orgs",
    )
    before = in_scope(tmp_path, acme.url, GitHubTable(orgs=("acme",)))
    read(tmp_path, GitHub(acme.url, orgs=("acne",)))
    after = in_scope(tmp_path, acme.url, GitHubTable(orgs=("acne",)))
    assert after == [name.replace("acme", "acne") for name in before]


def test_forbidden_lists_and_too_large_answers_lose_no_repository(
    acme: Server, tmp_path: Path
) -> None:
    datasets = company()
    datasets["acme/app"]["repository"]["forbidden"] = ["deployments", "discussions"]
    datasets["acme/web"]["repository"]["forbidden"] = ["deployments"]
    acme.reload(datasets)
    acme.faults([{"kind": "resource_limits", "api": "graphql", "at": [1, 3]}])
    expected = set(company()) - {"acme/fork"}
    source = GitHub(acme.url, orgs=("acme",))
    assert statuses(read(tmp_path, source)) == dict.fromkeys(expected, "read")
    acme.faults([])
    acme.reset()
    assert statuses(read(tmp_path, source)) == dict.fromkeys(expected, "unchanged")
    assert acme.stats()["requests"] == 1


# -- turns ----------------------------------------------------------------------------------------


def test_large_and_small_repositories_take_turns(schema_path: Path, tmp_path: Path) -> None:
    large = ["big/a", "big/b"]
    datasets = tiny.owned("big", 24, 1, first=100)
    datasets |= {name: tiny.repository(name, index, 600) for index, name in enumerate(large, 1)}
    reports: list[Progress] = []
    with serve(datasets, schema=schema_path) as server:
        results = read(tmp_path, GitHub(server.url, orgs=("big",)), reports)
    assert statuses(results) == dict.fromkeys(datasets, "read")
    finished = [result.repo for result in results]
    assert set(finished[:24]) == set(datasets) - set(large)  # before either large one
    turns = [step.repo for step in reports if step.repo]
    until = max(index for index, repo in enumerate(turns) if repo not in large)
    for repo_name in large:
        mine = [index for index, repo in enumerate(turns[: until + 1]) if repo == repo_name]
        assert len(mine) >= until / REPOSITORIES_AT_ONCE / 2
        assert (
            max(b - a for a, b in zip(mine, [*mine[1:], until], strict=True))
            <= 2 * REPOSITORIES_AT_ONCE
        )


def test_failed_joint_query_does_not_fail_all_repositories(acme: Server, tmp_path: Path) -> None:
    acme.faults([{"kind": "status", "status": 500, "api": "graphql", "at": [2, 3, 4]}])
    once = RetryPolicy(tries=1, first_pause_s=0.0)
    results = read(
        tmp_path, GitHub(acme.url, ("acme/app", "acme/web", "acme/old")), retry_policy=once
    )
    assert len(results) == 3
    assert Counter(result.status for result in results)["read"] >= 1
    acme.faults([])
    assert {result.status for result in read(tmp_path, GitHub(acme.url, orgs=("acme",)))} <= {
        "read",
        "unchanged",
    }


# -- patterns -------------------------------------------------------------------------------------


@given(st.tuples(PATTERNS, PATTERNS).map("/".join), st.tuples(LETTERS, LETTERS).map("/".join))
def test_pattern_matches_the_same_names_in_collector_publisher_and_shell(
    pattern: str, name: str
) -> None:
    assert problem(ShellPattern, pattern) == ""
    expected = fnmatch.fnmatchcase(name.lower(), pattern.lower())
    expression = shell_expression([pattern, "other/one"])
    assert bool(re.fullmatch(expression, name, re.I)) == expected
    sql = "select regexp_full_match($name, $expression, 'i')"
    assert duckdb.execute(sql, {"name": name, "expression": expression}).fetchone() == (expected,)
