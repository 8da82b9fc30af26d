"""What a key of headway.toml may hold; each check returns what is wrong with a value, nothing where it is right."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

#: GitHub's own logins and names; nothing else is a repository
NAME = r"[A-Za-z0-9_.-]+"
WORDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    date: "a date, such as 2026-03-02",
}


def not_a_repository(name: str) -> str:
    """Return what is wrong with the name of a repository; nothing where it is right."""
    return (
        ""
        if re.fullmatch(f"{NAME}/{NAME}", name)
        else f"{reprlib.repr(name)} is not a repository; write owner/name"
    )


def not_an_owner(name: str) -> str:
    """Return what is wrong with the name of an owner of repositories; nothing where it is right."""
    return (
        ""
        if re.fullmatch(NAME, name)
        else f"{reprlib.repr(name)} is not an owner; write the name without a slash"
    )


def not_an_account(name: str) -> str:
    """Return what is wrong with the name of an account of a tool; nothing where it is right, or empty."""
    valid = re.fullmatch(r"([A-Za-z0-9_-][A-Za-z0-9_.-]*)?", name)
    return (
        ""
        if valid
        else f"{reprlib.repr(name)} is not a name of an account; write letters, digits, - and _"
    )


def not_a_path(path: str) -> str:
    """Return what is wrong with the path of a file or folder in a repository; nothing where it is right."""
    parts = path.removesuffix("/").split("/")
    is_path = (
        all(part.strip() not in ("", ".", "..") for part in parts)
        and ":" not in path
        and path.isprintable()
    )
    return (
        ""
        if is_path
        else f"{reprlib.repr(path)} is no path; write a file or folder such as docs/experiments"
    )


def not_an_address(text: str) -> str:
    """Return what is wrong with the address of a GitHub API; nothing where it is right."""
    right = "write https://api.github.com, or https://HOST/api/v3 for Enterprise Server"
    try:
        url = urlsplit(text)
        is_address = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return f"not an address; {right}"
    if not is_address or not re.fullmatch(r"[!-~]+", text):
        return f"not an address; {right}"
    if url.username or url.password or url.query or url.fragment:
        return f"more than an address; {right}"
    if url.hostname in ("github.com", "www.github.com"):
        return f"the address of GitHub's pages; {right}"
    return ""


def one_of(*names: str) -> Callable[[Any], str]:
    """Return the check for one of these words."""
    return lambda value: (
        "" if value in names else f"{reprlib.repr(value)} is unknown; write {' or '.join(names)}"
    )


def from_to(least: float, most: float) -> Callable[[Any], str]:
    """Return the check for a number in a range."""
    return lambda value: "" if least <= value <= most else f"must be from {least} to {most}"


def not_empty(value: str) -> str:
    """Return what is wrong with a text that must say something."""
    return "" if value.strip() else "must not be empty"


def not_a_month(text: str) -> str:
    """Return what is wrong with a month."""
    return (
        "" if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text) else "must be a month, such as 2026-11"
    )


def not_a_variable(text: str) -> str:
    """Return what is wrong with the name of a variable; the value, which may be a secret, is never repeated."""
    return (
        ""
        if re.fullmatch(r"[A-Z_][A-Z0-9_]*", text)
        else "must be the name of a variable of the environment"
    )


@dataclass(frozen=True)
class Key:
    """What a key may hold: its type, and what is wrong with a value of that type (nothing where it is right)."""

    type: type
    problem: Callable[[Any], str] = lambda _: ""
    is_required: bool = False
    is_list: bool = False

    @property
    def words(self) -> str:
        """What to write there."""
        return (
            'a list of texts in quotes, such as ["one", "two"]'
            if self.is_list
            else WORDS[self.type]
        )

    def is_of_type(self, value: object) -> bool:
        """Whether a value has this type; true is no number, and a time is no date."""
        valid = (int, float) if self.type is float else self.type
        invalid = {int: bool, float: bool, date: datetime}.get(self.type, ())
        return isinstance(value, valid) and not isinstance(value, invalid)
