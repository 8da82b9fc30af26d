"""GitHub credentials: tokens and App keys, their absence, and tokens that expire."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from collectors.errors import AccessError, SourceError
from collectors.github.app import AppInstallation, GitHubApp
from collectors.github.client import GitHubClient, RetryPolicy
from collectors.github.credentials import find_key, find_token
from tests.support import company
from tests.support.app_key import APP_ID, app_settings, key, pem
from tests.support.command import Desk
from tests.support.github_server import Server, serve
from tests.support.refreshing import HASTY

NOWHERE = "http://127.0.0.1:1"
TOKENS = "POST /app/installations/{identity}/access_tokens"
VIEWER = "query { viewer { login } }"
CLI = '#!/bin/sh\nenv > "$HOME/environment"\necho "$@" > "$HOME/words"\necho token-of-gh\n'


@pytest.fixture(scope="module")
def shared(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the company's GitHub, which knows the App; its clock is two hours ahead."""
    datasets = company.datasets() | {"other/kit": company.datasets()["acme/kit"]}
    datasets["other/kit"] = datasets["other/kit"] | {
        "repository": datasets["other/kit"]["repository"]
        | {"name_with_owner": "other/kit", "database_id": 901}
    }
    settings = app_settings(tmp_path_factory.mktemp("app"))
    with serve(
        datasets, schema=schema_path, skew_s=7_200, suspended=["other"], **settings
    ) as server:
        yield server


@pytest.fixture
def github(shared: Server) -> Iterator[Server]:
    """Return the same server as if newly started."""
    shared.reset()
    yield shared
    shared.faults([])


def app_of(server: Server, retry_policy: RetryPolicy = HASTY) -> GitHubApp:
    """Return the App, signed in at a server."""
    return GitHubApp(APP_ID, pem(), server.url, retry_policy=retry_policy)


# -- sources of tokens and keys -------------------------------------------------------------------


def test_token_is_read_from_the_configured_variable() -> None:
    assert (
        find_token({"GHES_TOKEN": " abc\n", "GITHUB_TOKEN": "other"}, NOWHERE, "GHES_TOKEN")
        == "abc"
    )


def test_key_is_read_from_the_variable_or_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(pem())
    for stored in (pem(), pem().replace("\n", "\\n"), str(tmp_path / "app.pem")):
        assert find_key({"HEADWAY_KEY": stored}, "HEADWAY_KEY").strip() == pem().strip()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "",
            "no key for the GitHub App; set HEADWAY_KEY to it, or to the path of its .pem file",
        ),
        (
            "nothing.pem",
            "HEADWAY_KEY names no readable key (No such file or directory); set it to",
        ),
        (".", "HEADWAY_KEY names no readable key (Is a directory); set it to"),
        (
            "MIIEow" * 200,
            "HEADWAY_KEY names no readable key (File name too long); set it to",
        ),
        ("a\0b", "HEADWAY_KEY names no readable key (not a text); set it to"),
    ],
    ids=["nothing", "no file", "a folder", "a key without its frame", "no name of a file"],
)
def test_unreadable_key_is_one_line(value: str, expected: str) -> None:
    with pytest.raises(AccessError) as caught:
        find_key({"HEADWAY_KEY": value}, "HEADWAY_KEY")
    assert (
        str(caught.value).startswith(expected)
        and "\n" not in str(caught.value)
        and "MII" not in str(caught.value)
    )


@pytest.mark.parametrize(
    "invalid_key",
    [
        "nonsense",
        pem().replace("a", "b"),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(password=b"secret"),
        pem(rsa.generate_private_key(65537, 1024)),
    ],
    ids=["no key", "a damaged key", "a key of another kind", "an encrypted key", "a short key"],
)
def test_invalid_key_is_one_line_without_the_key(invalid_key: str) -> None:
    with pytest.raises(AccessError) as caught:
        GitHubApp(APP_ID, invalid_key, NOWHERE)
    message = (
        "the key of App 12345 is no RSA private key; download one from the App's settings on GitHub"
    )
    assert str(caught.value) == message


def test_app_signs_with_its_key_and_does_not_show_it() -> None:
    app = GitHubApp(APP_ID, pem(), NOWHERE)
    assert "PRIVATE" not in repr(app) and "PRIVATE" not in repr(app.client)
    claims = jwt.decode(app.client.credentials.token(), key().public_key(), ["RS256"])
    assert claims["iss"] == APP_ID and claims["exp"] - claims["iat"] <= 600


# -- a GitHub App, its installations and their tokens ---------------------------------------------


def test_app_signs_by_the_clock_of_github_and_lists_its_installations(github: Server) -> None:
    app = app_of(github)
    result = app.installations()
    assert set(result) == {"acme"}  # the other owner suspended it
    assert abs(app.client.clock() - time.time() - 7_200) < 60
    # the first signature was made by this machine's clock, which is two hours behind
    assert github.stats()["by_status"]["401"] == 1
    assert GitHubClient(github.url, result["acme"]).graphql(VIEWER, {}).data == {
        "viewer": {"login": "emulator-app"}
    }
    assert github.stats()["by_account"]["installation of acme"] == 1


def test_unknown_app_and_invalid_signature_are_one_line(github: Server) -> None:
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(AccessError) as caught:
        GitHubApp(APP_ID, pem(other), github.url, retry_policy=HASTY).installations()
    assert str(caught.value).endswith(
        "the token was refused (its signature is not valid); "
        "check app_id under [github], and that the key is one of this App's"
    )
    with pytest.raises(SourceError, match="does not exist, or this token may not read it"):
        GitHubApp("99", pem(), github.url, retry_policy=HASTY).installations()


def test_threads_share_one_token_until_shortly_before_it_expires(github: Server) -> None:
    access = app_of(github).installations()["acme"]
    assert isinstance(access, AppInstallation)
    with ThreadPoolExecutor(8) as pool:
        first = set(pool.map(lambda _: access.token(), range(40)))
    assert len(first) == 1 and github.stats()["by_route"][TOKENS] == 1
    for seconds, count in (
        (3_200, 1),
        (3_300, 2),
    ):  # nine tenths of an hour are 54 minutes
        github.faults([])
        access.client.rest("/app", {})
        github.faults([{"kind": "skew", "seconds": seconds, "at": 1}])
        access.client.rest("/app", {})
        assert ({access.token()} == first) == (count == 1)
        assert github.stats()["by_route"][TOKENS] == count


def test_refused_token_is_renewed_once_by_each_thread(github: Server) -> None:
    client = GitHubClient(github.url, app_of(github).installations()["acme"], retry_policy=HASTY)
    client.graphql(VIEWER, {})
    github.faults([{"kind": "unauthorized", "at": [1, 2, 3], "api": "graphql"}])
    with ThreadPoolExecutor(3) as pool:
        result = list(
            pool.map(lambda _: client.graphql(VIEWER, {}).data["viewer"]["login"], range(3))
        )
    assert result == ["emulator-app"] * 3
    assert 2 <= github.stats()["by_route"][TOKENS] <= 4


def test_sync_continues_while_tokens_expire(schema_path: Path, tmp_path: Path) -> None:
    settings = app_settings(tmp_path)
    with serve(
        company.datasets(), schema=schema_path, token_lifetime_s=0.3, latency_ms=20, **settings
    ) as server:
        client = GitHubClient(
            server.url, app_of(server).installations()["acme"], retry_policy=HASTY
        )
        for _ in range(30):
            assert client.graphql(VIEWER, {}).data == {"viewer": {"login": "emulator-app"}}
        assert server.stats()["by_route"][TOKENS] >= 2


def test_github_cli_gets_its_own_variables_only(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(CLI, encoding="ascii")
    (tmp_path / "gh").chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "GH_CONFIG_DIR": "/etc/gh",
        "ANTHROPIC_ADMIN_KEY": "key-1",
        "HEADWAY_WEBHOOK": "https://hooks.example.com/2",
        "HEADWAY_TOKEN": "token-3",
        "GITHUB_TOKEN": " ",
    }
    assert find_token(variables, "https://api.github.com") == "token-of-gh"
    assert (tmp_path / "words").read_text("ascii") == "auth token --hostname github.com\n"
    lines = (tmp_path / "environment").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"}
    assert names == {"PATH", "HOME", "GH_CONFIG_DIR"}


# -- through the command --------------------------------------------------------------------------


def test_refresh_and_doctor_work_for_an_app(schema_path: Path, tmp_path: Path) -> None:
    missing = {
        "permission": ["contents", "deployments", "issues", "metadata", "pull_requests"],
        "installed": ["acme"],
    }
    settings = app_settings(tmp_path) | missing
    desk = Desk(tmp_path / "desk", {"HEADWAY_APP_KEY": pem()})
    desk.folder.mkdir()
    with serve(
        company.datasets(), schema=schema_path, token_lifetime_s=1, latency_ms=400, **settings
    ) as server:
        more = f'app_id = {APP_ID}\napp_key_env = "HEADWAY_APP_KEY"\n'
        desk.set_up(server.url, ["acme/shop", "acme/infra", "other/kit"], more)
        done = desk.run("refresh", "--no-publish")
        assert (
            done.code,
            "App 12345 is not installed on other; install it there" in done.problem,
        ) == (1, True)
        counts = server.stats()
        assert counts["by_account"]["installation of acme"] > 5 and counts["by_route"][TOKENS] >= 2
        result = desk.run("doctor")
        host = server.url.removeprefix("http://")
        assert f"OK    {host} accepts the App on acme; requests left this hour: core " in result.out
        assert (
            f"FAIL  {host}: the App on acme may not read discussions; give it these permissions"
            in result.out
        )
        assert f"OK    {host}: the App on acme may not read members: people whose" in result.out
        invalid = desk.run("refresh", "--no-publish", env={"HEADWAY_APP_KEY": "nothing.pem"})
        assert (
            "HEADWAY_APP_KEY names no readable key (No such file or directory)" in invalid.problem
        )
    secret = "".join(pem().splitlines()[5:7])
    texts = [done.err, result.out, result.err, invalid.err, *map(repr, desk.files().values())]
    assert not [
        text for text in texts if "PRIVATE KEY" in text or secret[:40] in text or "ghs_" in text
    ]
