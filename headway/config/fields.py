"""Types of the fields of settings and rules, and their errors in plain words."""

from __future__ import annotations

import functools
import ipaddress
import re
import reprlib
import warnings
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import duckdb
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

#: characters of logins and repository names on GitHub
NAME = r"[A-Za-z0-9_.-]+"
#: one side of a shell pattern for owner/name
PATTERN_PART = r"(?:[\w.*?-]|\[!?-?(?:[\w.](?:-[\w.])?)+-?\])+"
ADDRESS_HINT = "write https://api.github.com, or https://HOST/api/v3 for Enterprise Server"
#: names of this machine, on which no TLS is needed
LOOPBACK = ("localhost", "127.0.0.1", "::1")
HINTS = {
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "decimal_parsing": "must be a number with a point, such as 1.09",
    "date_type": "must be a date, such as 2026-03-02",
    "tuple_type": 'must be a list of texts in quotes, such as ["one", "two"]',
}
#: context of the product's own values, whose regular expressions a test compiles
PRODUCT = object()
T = TypeVar("T")


class Table(BaseModel):
    """A table of settings, or a row of rules, that accepts no unknown key."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def explain(error: ErrorDetails) -> str:
    """Return what is wrong with a value, without the value: it may be a secret."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    plain = error["msg"].replace("Input should be", "must be")
    return HINTS.get(error["type"], plain)


def problem(kind: Any, value: str) -> str:
    """Return what is wrong with the text of a type of this module; empty if it is valid."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return explain(error.errors()[0])
    return ""


def shell_expression(patterns: Sequence[str]) -> str:
    """Return the regular expression for any of some shell patterns, for Python and DuckDB."""
    return "|".join(f"(?:{_expression(pattern)})" for pattern in patterns)


def _expression(pattern: str) -> str:
    signs = {"*": ".*", "?": ".", "[": "[", "]": "]", "[!": "[^", "-": "-"}
    return "".join(signs.get(sign) or re.escape(sign) for sign in re.findall(r"\[!|.", pattern))


def _matches(expression: str, message: str, is_shown: bool = True) -> AfterValidator:
    """Return a validator for a regular expression; ``is_shown`` repeats the value."""

    def check(text: str) -> str:
        if not re.fullmatch(expression, text):
            raise ValueError(f"{reprlib.repr(text)} {message}" if is_shown else message)
        return text

    return AfterValidator(check)


def _check_shell_pattern(text: str) -> str:
    with warnings.catch_warnings(action="error"):
        try:
            if re.fullmatch(f"{PATTERN_PART}/{PATTERN_PART}", text, re.ASCII):
                re.compile(shell_expression([text]))
                return text
        except (re.error, FutureWarning):  # a range such as [z-a]
            pass
    raise ValueError(
        f"{reprlib.repr(text)} is not a pattern for owner/name; write one such as acme/*-internal"
    )


def _check_expression(text: str, info: ValidationInfo) -> str:
    return text if info.context is PRODUCT else _compiled(text)


@functools.cache
def _compiled(text: str) -> str:
    """Return a regular expression that DuckDB, which alone matches it, compiles."""
    try:
        duckdb.execute("select regexp_matches('', ?, 'i')", [text]).fetchone()
    except duckdb.OutOfMemoryException:  # no mistake of the rule
        raise MemoryError from None
    except duckdb.Error as error:
        message = " ".join(str(error).partition(": ")[2].split())
        raise ValueError(f"not a regular expression ({message}); correct it") from None
    return text


def _check_path(path: str) -> str:
    parts = path.removesuffix("/").split("/")
    is_relative = all(part.strip() not in ("", ".", "..") for part in parts)
    if is_relative and ":" not in path and path.isprintable():
        return path
    raise ValueError(
        f"{reprlib.repr(path)} is not a path; write a file or folder such as docs/experiments"
    )


def _check_address(text: str) -> str:
    try:
        url = urlsplit(text)
        is_address = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        raise ValueError(f"not an address; {ADDRESS_HINT}") from None
    if not is_address or not re.fullmatch(r"[!-~]+", text):
        raise ValueError(f"not an address; {ADDRESS_HINT}")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError(f"more than an address; {ADDRESS_HINT}")
    if url.hostname in ("github.com", "www.github.com"):
        raise ValueError(f"the address of GitHub's pages; {ADDRESS_HINT}")
    return text.rstrip("/")


def _check_web_address(text: str) -> str:
    if not text:
        return text
    try:
        url = urlsplit(text)
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        is_address = is_safe and bool(url.hostname) and url.port != 0
    except ValueError:
        is_address = False
    if not is_address or not re.fullmatch(r"[!-~]+", text) or re.search(r"[?#@]", text):
        raise ValueError("not a web address; write one such as https://headway.example.com")
    return text.rstrip("/")


def _check_ip_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"{reprlib.repr(text)} is not an IP address; write 10.0.0.7") from None


ListOf = Annotated[tuple[T, ...], Field(strict=False)]
Text = Annotated[str, _matches(r"(?s).*\S.*", "must not be empty", False)]
Repository = Annotated[str, _matches(f"{NAME}/{NAME}", "is not a repository; write owner/name")]
Owner = Annotated[str, _matches(NAME, "is not an owner; write the name without a slash")]
AccountName = Annotated[
    str,
    _matches(
        r"([A-Za-z0-9_-][A-Za-z0-9_.-]*)?",
        "is not an account name; write letters, digits, - and _",
    ),
]
ShellPattern = Annotated[str, AfterValidator(_check_shell_pattern)]
Expression = Annotated[str, AfterValidator(_check_expression)]
RepositoryPath = Annotated[str, AfterValidator(_check_path)]
Address = Annotated[str, AfterValidator(_check_address)]
WebAddress = Annotated[str, AfterValidator(_check_web_address)]
IpAddress = Annotated[str, AfterValidator(_check_ip_address)]
Month = Annotated[
    str, _matches(r"20[0-9]{2}-(0[1-9]|1[0-2])", "is not a month; write one such as 2026-11")
]
Quarter = Annotated[
    str, _matches(r"20[0-9]{2}-Q[1-4]", "is not a quarter; write one such as 2026-Q1")
]
Domain = Annotated[
    str,
    _matches(
        r"[a-z0-9-]+(\.[a-z0-9-]+)+",
        "is not a domain; write one such as example.com, in lower case",
    ),
]
MailAddress = Annotated[
    str,
    _matches(
        r"[^@\sA-Z]+@[a-z0-9-]+(\.[a-z0-9-]+)+",
        "is not an address; write one such as ada@example.com, in lower case",
    ),
]
Header = Annotated[
    str,
    _matches(r"([A-Za-z][A-Za-z0-9-]*)?", "is not a header; write one such as X-Forwarded-Email"),
]
Identifier = Annotated[
    str, _matches(r"[a-z_][a-z0-9_]{0,62}", "is not a name; write small letters, digits and _")
]
#: an environment variable's name; a wrong value may be the secret itself and is not repeated
Variable = Annotated[
    str, _matches(r"[A-Z_][A-Z0-9_]*", "must be the name of an environment variable", False)
]
