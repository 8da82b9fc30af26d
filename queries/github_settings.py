"""What headway.toml says of each GitHub: which repositories are read, from where, and who asks."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from queries.setting_values import (
    Key,
    from_to,
    not_a_path,
    not_a_repository,
    not_a_variable,
    not_an_address,
    not_an_owner,
)

#: a part of a pattern: what names are made of, * and ?, or some characters in brackets
PART = r"(?:[\w.*?-]|\[!?-?(?:[\w.](?:-[\w.])?)+-?\])+"


def any_of(patterns: Sequence[str]) -> str:
    """Return the regular expression that matches what any of some shell patterns does, for Python and DuckDB alike."""
    return "|".join(f"(?:{_expression(pattern)})" for pattern in patterns)


def _expression(pattern: str) -> str:
    signs = {"*": ".*", "?": ".", "[": "[", "]": "]", "[!": "[^", "-": "-"}
    return "".join(signs.get(sign) or re.escape(sign) for sign in re.findall(r"\[!|.", pattern))


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


@dataclass(frozen=True)
class GitHubSettings:
    """One GitHub: ``owner/name`` repositories, owners whose repositories are all read, and how to reach it."""

    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    #: shell patterns on owner/name: which repositories of the owners are read; all of them without any
    include: tuple[str, ...] = ()
    #: and which of those are not
    exclude: tuple[str, ...] = ()
    #: whether an owner's forks are read
    forks: bool = False
    base_url: str = "https://api.github.com"
    #: the variable of the environment that holds the token; never the token
    token_env: str = "GITHUB_TOKEN"
    #: the GitHub App that asks instead of a person, and the variable that holds its private key or the path to it
    app_id: int | None = None
    app_key_env: str = ""
    keep_bodies: bool = True
    #: files and folders of repositories that hold experiments
    experiments: tuple[str, ...] = ("experiments.csv", "experiments")

    @property
    def included(self) -> str:
        """The regular expression for the whole name of the owners' repositories that are read."""
        return any_of(self.include) if self.include else ".*"

    @property
    def excluded(self) -> str:
        """The regular expression for the whole name of those that are not; it matches no name without patterns."""
        return any_of(self.exclude)


def github_of(row: Mapping[str, Any]) -> GitHubSettings:
    """Return what a table of the file says, once it was checked."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if "base_url" in values:
        values["base_url"] = values["base_url"].rstrip("/")
    return GitHubSettings(**values)


def conflicts(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with the tables together: the place of the table, the key, and what to do."""
    servers, variables = set(), set()
    for place, row in enumerate(rows):
        for key, other in TOGETHER.items():
            if key in row and other not in row:
                yield place, key, f"{other} is missing; a GitHub App needs both"
        github = github_of(row)
        server = _server(github.base_url)
        if server in servers:
            yield place, "base_url", f"{github.base_url} is there already; put its repos and orgs under one [[github]]"
        if github.app_id is None:
            if github.token_env in variables:  # no GitHub must see the token of another
                yield place, "token_env", f"{github.token_env} is for another GitHub; name a variable of its own"
            variables.add(github.token_env)
        servers.add(server)


def _server(base_url: str) -> tuple[str, int]:
    """The server behind an address, however the address is written."""
    place = urlsplit(base_url)
    return (place.hostname or "").lower(), place.port or (443 if place.scheme == "https" else 80)
