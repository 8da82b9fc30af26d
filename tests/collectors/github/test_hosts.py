"""Several GitHubs in one configuration, Enterprise Servers and GitHub Apps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.github.repository import GitHub, Result
from collectors.ledger.opening import open_ledger
from tests.support import company, tiny
from tests.support.app_key import APP_ID, app_settings, pem
from tests.support.command import Desk
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import HASTY, Tables, check, collect, tables

NAMES = ("acme/shop", "acme/infra")
#: tables whose rows belong to one repository
REPOSITORY_TABLES = (
    "pull_requests",
    "pull_request_issues",
    "issues",
    "issue_intervals",
    "milestones",
    "releases",
    "deployments",
    "rework",
)


def datasets() -> dict[str, dict[str, Any]]:
    """Return two repositories of the company."""
    return {name: company.datasets()[name] for name in NAMES}


@pytest.fixture(scope="module")
def hosts(schema_path: Path) -> Iterator[tuple[Server, Server]]:
    """Return two GitHubs with equal names and ids and a token of their own each."""
    with (
        serve(datasets(), schema=schema_path) as first,
        serve(datasets(), schema=schema_path, token="other") as second,
    ):
        yield first, second


def configured(folder: Path, *githubs: dict[str, Any], **environment: str) -> Desk:
    """Return a desk with these GitHubs in its settings."""
    folder.mkdir(parents=True)
    tables = [
        "\n".join(["[[github]]", *(f"{key} = {json.dumps(value)}" for key, value in g.items())])
        for g in githubs
    ]
    (folder / "headway.toml").write_text("\n".join(tables), encoding="utf-8")
    return Desk(folder, environment)


def published_of(desk: Desk) -> Tables:
    """Return the published tables whose rows belong to one repository."""
    result = tables((desk.folder / "data" / "headway.duckdb").resolve())
    return {name: result[name] for name in REPOSITORY_TABLES}


def test_two_githubs_with_equal_names_and_ids_are_kept_apart(
    hosts: tuple[Server, Server], tmp_path: Path
) -> None:
    first, other = ({"base_url": f"{server.url}/api/v3"} for server in hosts)
    alone = configured(tmp_path / "alone", first | {"repos": list(NAMES)}, GITHUB_TOKEN=TOKEN)
    assert alone.run("refresh").code == 0
    both = configured(
        tmp_path / "both",
        first | {"repos": list(NAMES)},
        other | {"orgs": ["acme"], "token_env": "OTHER"},
        GITHUB_TOKEN=TOKEN,
        OTHER="other",
    )
    done = both.run("refresh")
    assert done.code == 0, done.err
    second = hosts[1].url.removeprefix("http://")
    published = both.rows("select repo, host from repositories order by repo")
    assert published == sorted(
        [(name, hosts[0].url.removeprefix("http://")) for name in NAMES]
        + [(f"{second}/{name}", second) for name in NAMES]
    )
    expected, result = published_of(alone), published_of(both)
    for table in REPOSITORY_TABLES:
        mine = [row for row in result[table] if second not in repr(row)]
        rest_rows = sorted(
            (unprefixed(row, second) for row in result[table] if second in repr(row)), key=repr
        )
        assert mine == expected[table], table
        assert rest_rows == expected[table], table
    assert both.run("answers").code == 0


def unprefixed(row: tuple[Any, ...], host: str) -> tuple[Any, ...]:
    """Return a row with names as they are on their host."""
    return tuple(
        value.replace(f"{host}/", "") if isinstance(value, str) else value for value in row
    )


def read(data: Path, *sources: GitHub, **environment: str) -> list[Result]:
    """Collect into the ledger of a folder."""
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return collect(sources, environment, store, lambda _: None, retry_policy=HASTY)


def test_unreachable_or_refusing_github_fails_alone(
    hosts: tuple[Server, Server], tmp_path: Path
) -> None:
    down = GitHub("http://127.0.0.1:9", orgs=("acme",), token_env="ANY")
    closed = GitHub(hosts[1].url, ("acme/shop",), token_env="WRONG")
    keyless = GitHub("http://127.0.0.1:7", ("acme/shop",), token_env="NONE")
    good = GitHub(hosts[0].url, ("acme/infra",))
    results = read(
        tmp_path,
        down,
        closed,
        keyless,
        good,
        GITHUB_TOKEN=TOKEN,
        ANY="x",
        WRONG="ghp_wrong123",
        PATH="",
    )
    assert [(result.repo, result.status) for result in results if result.status != "failed"] == [
        ("acme/infra", "read")
    ]
    refused = hosts[1].url.removeprefix("http://")
    failures = {
        result.message.partition(": ")[0]: result.message
        for result in results
        if result.status == "failed"
    }
    assert failures.keys() == {
        "127.0.0.1:9",
        refused,
        "no token for GitHub; set NONE, or run `gh auth login`",
    }
    assert failures[refused] == (
        f"{refused}: the token was refused (bad credentials); "
        "set WRONG to a valid token, or run `gh auth login`"
    )
    assert "ghp_wrong123" not in repr(results)


def test_app_reads_each_owner_through_its_installation(schema_path: Path, tmp_path: Path) -> None:
    repositories = {
        f"{owner}/app": tiny.repository(f"{owner}/app", index, 1, private=True)
        for index, owner in enumerate(("acme", "lab", "shed"), 1)
    }
    settings = app_settings(tmp_path)
    with serve(repositories, schema=schema_path, suspended=["shed"], **settings) as server:
        source = GitHub(
            f"{server.url}/api/v3",
            ("Lab/app", "shed/app"),
            ("acme",),
            app_id=int(APP_ID),
            app_key_env="KEY",
        )
        results = read(tmp_path, source, KEY=pem())
        assert sorted((result.repo, result.status) for result in results) == [
            ("acme/app", "read"),
            ("lab/app", "read"),
            ("shed", "failed"),
        ]
        (failure,) = (result.message for result in results if result.status == "failed")
        message = (
            f"App {APP_ID} is not installed on shed; install it there, or remove shed from [github]"
        )
        assert failure == f"{server.url.removeprefix('http://')}: {message}"
        checks = list(check([source], {"KEY": pem()}))
        assert [result.is_good for result in checks].count(False) == 1
        (problem,) = read(tmp_path, source, KEY="")
        assert (
            problem.message
            == "no key for the GitHub App; set KEY to it, or to the path of its .pem file"
        )
