"""Connections to a GitHub: one for a personal token, one for each GitHubApp installation."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from collectors.errors import AccessError
from collectors.github.app import GitHubApp
from collectors.github.client import Credentials, RetryPolicy, host_of
from collectors.github.credentials import PersonalToken, find_key, find_token
from collectors.github.repository import GitHub, Result


@dataclass(frozen=True)
class Connection:
    """What is read of one GitHub through one way in."""

    source: GitHub
    access: Credentials


def connections_of(
    source: GitHub,
    environment: Mapping[str, str],
    patience: RetryPolicy,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[list[Connection], list[Result]]:
    """Return the ways in to a GitHub, and a failure for each owner that its GitHubApp is not installed on.

    Raises AccessError where there is no token or key that could be one, SourceError where GitHub does not answer.
    """
    if source.app_id is None:
        return [
            Connection(source, PersonalToken(_token(source, environment), source.token_env))
        ], []
    key = find_key(environment, source.app_key_env)
    installed = GitHubApp(str(source.app_id), key, source.base_url, say, patience).installations()
    result, failed = [], []
    for owner in dict.fromkeys(
        name.partition("/")[0].lower() for name in (*source.repos, *source.orgs)
    ):
        mine = dataclasses.replace(
            source,
            repos=tuple(name for name in source.repos if name.lower().startswith(f"{owner}/")),
            orgs=tuple(name for name in source.orgs if name.lower() == owner),
        )
        if access := installed.get(owner):
            result.append(Connection(mine, access))
        else:
            message = f"App {source.app_id} is not installed on {owner}; install it there, or take {owner} out of [github]"
            failed.append(Result(owner, "failed", 0, f"{host_of(source.base_url)}: {message}"))
    return result, failed


def _token(source: GitHub, environment: Mapping[str, str]) -> str:
    """The token for a GitHub; AccessError where there is none that could be one."""
    token = find_token(environment, source.base_url, source.token_env)
    if token is None:
        raise AccessError(f"no token for GitHub; set {source.token_env}, or run `gh auth login`")
    if not re.fullmatch(r"[!-~]+", token):  # no request could carry it, and an error might show it
        raise AccessError("the token for GitHub holds characters that no token has; copy it again")
    return token
