"""Connections to a GitHub: one for a personal token, or one for each App installation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from collectors.addresses import require_encryption
from collectors.github.app import GitHubApp
from collectors.github.client import Credentials, Notify, RetryPolicy, host_of
from collectors.github.credentials import PersonalToken, find_key, find_token, valid_token
from collectors.github.repository import GitHub, Result


@dataclass(frozen=True)
class Connection:
    """Part of a GitHub that is read with the same credentials."""

    github: GitHub
    credentials: Credentials


def connections_of(
    github: GitHub,
    environment: Mapping[str, str],
    retry_policy: RetryPolicy,
    notify: Notify = lambda _text: None,
) -> tuple[list[Connection], list[Result]]:
    """Return the connections, and a failure for each owner without the App.

    Raises AccessError without a usable token or key, SourceError if GitHub does not answer or
    the address would carry the secret unencrypted.
    """
    require_encryption(github.base_url, github.allow_http, "allow_http under [github]")
    if github.app_id is None:
        token = find_token(environment, github.base_url, github.token_env)
        secret = valid_token(token, github.token_env)
        return [Connection(github, PersonalToken(secret, github.token_env))], []
    key = find_key(environment, github.app_key_env)
    app = GitHubApp(str(github.app_id), key, github.base_url, notify, retry_policy)
    installations = app.installations()
    connections, failures = [], []
    owners = [name.partition("/")[0].lower() for name in (*github.repos, *github.orgs)]
    for owner in dict.fromkeys(owners):
        part = dataclasses.replace(
            github,
            repos=tuple(name for name in github.repos if name.lower().startswith(f"{owner}/")),
            orgs=tuple(name for name in github.orgs if name.lower() == owner),
        )
        if credentials := installations.get(owner):
            connections.append(Connection(part, credentials))
            continue
        message = (
            f"App {github.app_id} is not installed on {owner}; "
            f"install it there, or remove {owner} from [github]"
        )
        failures.append(Result(owner, "failed", 0, f"{host_of(github.base_url)}: {message}"))
    return connections, failures
