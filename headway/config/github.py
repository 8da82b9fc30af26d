"""What headway.toml says of each GitHub: which repositories are read, from where, and who asks."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from headway.config.validation import (
    Key,
    from_to,
    not_a_path,
    not_a_repository,
    not_a_variable,
    not_an_address,
    not_an_owner,
)
from queries.publish.settings import GitHubSettings, any_of

#: a part of a pattern: what names are made of, * and ?, or some characters in brackets
PART = r"(?:[\w.*?-]|\[!?-?(?:[\w.](?:-[\w.])?)+-?\])+"


def not_a_pattern(text: str) -> str:
    """Return what is wrong with a shell pattern for owner/name; nothing where it is right."""
    try:
        if re.fullmatch(f"{PART}/{PART}", text, re.A):
            re.compile(any_of([text]))
            return ""
    except re.error:  # a range such as [z-a]
        pass
    return f"{reprlib.repr(text)} is no pattern for owner/name; write one such as acme/*-internal"


KEYS: dict[str, Key] = {
    "repos": Key(str, not_a_repository, is_list=True),
    "orgs": Key(str, not_an_owner, is_list=True),
    "include": Key(str, not_a_pattern, is_list=True),
    "exclude": Key(str, not_a_pattern, is_list=True),
    "forks": Key(bool),
    "base_url": Key(str, not_an_address),
    "token_env": Key(str, not_a_variable),
    "app_id": Key(int, from_to(1, 10**12)),
    "app_key_env": Key(str, not_a_variable),
    "keep_bodies": Key(bool),
    "experiments": Key(str, not_a_path, is_list=True),
}
#: each of these names the other
TOGETHER = {"app_id": "app_key_env", "app_key_env": "app_id"}


def github_of(row: Mapping[str, Any]) -> GitHubSettings:
    """Return what a table of the file says, once it was checked."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    if "base_url" in values:
        values["base_url"] = values["base_url"].rstrip("/")
    return GitHubSettings(**values)


def conflicts(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with the tables together: the place of the table, the key, and what to do."""
    servers, variables = set(), set()
    for index, row in enumerate(rows):
        for key, other in TOGETHER.items():
            if key in row and other not in row:
                yield index, key, f"{other} is missing; a GitHub App needs both"
        github = github_of(row)
        server = _server(github.base_url)
        if server in servers:
            yield (
                index,
                "base_url",
                f"{github.base_url} is there already; put its repos and orgs under one [[github]]",
            )
        if github.app_id is None:
            if github.token_env in variables:  # no GitHub must see the token of another
                yield (
                    index,
                    "token_env",
                    f"{github.token_env} is for another GitHub; name a variable of its own",
                )
            variables.add(github.token_env)
        servers.add(server)


def _server(base_url: str) -> tuple[str, int]:
    """The server behind an address, however the address is written."""
    url = urlsplit(base_url)
    return (url.hostname or "").lower(), url.port or (443 if url.scheme == "https" else 80)
