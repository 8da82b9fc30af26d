"""What an answer of GitHub means: each shape of its limits, failures and refusals is told apart here, once."""

from __future__ import annotations

import errno
import json
import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import requests

Json = dict[str, Any]
#: types and codes under which GraphQL tells of a limit, and the words of REST, which GraphQL also uses
LIMIT_ERRORS = {"RATE_LIMIT", "RATE_LIMITED", "graphql_rate_limit"}
LIMIT_WORDS = re.compile(
    r"rate limit (already )?exceeded|secondary rate limit|abuse detection", re.I
)
TOO_MUCH_ERRORS = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}
#: errors of GitHub's own; it gives most of them no type. Every other type says something of what was asked for.
PASSING_ERRORS = {"", "INTERNAL", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"}
#: refusals that a later try may not meet
PASSING_STATUSES = {408, 409, 425}
UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
TOKEN_SHAPE = re.compile(r"\b(gh[a-z]_[\w.-]+|github_pat_\w+|eyJ[\w.-]+)")
LONGEST_UNNAMED_WAIT_S, LONGEST_WAIT_S = 900.0, 86_400.0
LATER = "run again later, nothing is lost"
CHECK_ADDRESS = "check base_url under [github], and this machine's network"
CHECK_PROXY = "check HTTPS_PROXY and NO_PROXY"


class Kind(Enum):
    """What to do with an answer."""

    WHOLE = "take it"
    PARTIAL = "ask again for what is missing in it"
    LIMIT = "wait as long as it asks"
    TOO_MUCH = "ask for less"
    DENIED = "the token is not accepted"
    MOVED = "ask where it says"
    GONE = "there is no such thing"
    REFUSED = "no second try will change it"
    BROKEN = "try again"


@dataclass(frozen=True)
class Response:
    """What came back of one try: status (0 where no whole answer came), headers, JSON, and what is wrong with them."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    found: Any = None
    problem: str = ""
    #: what to do where it stays so, unlike what passes by itself
    advice: str = ""

    @property
    def errors(self) -> list[Json]:
        """The errors of a GraphQL answer."""
        errors = self.found.get("errors") if isinstance(self.found, dict) else None
        return [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []

    @property
    def message(self) -> str:
        """What GitHub says of it, without anything that looks like a token."""
        message = self.found.get("message") if isinstance(self.found, dict) else ""
        message = message or next((error.get("message") for error in self.errors), "")
        return TOKEN_SHAPE.sub("…", message if isinstance(message, str) else "")

    @property
    def date(self) -> float | None:
        """GitHub's clock when it answered, in seconds; None where it does not say."""
        return _moment(self.headers.get("date", ""))


def read(status: int, headers: Mapping[str, str], text: str, is_query: bool) -> Response:
    """Return a whole answer as it came, with what is wrong with it."""
    if status == 407:
        return Response(status, headers, problem="the proxy wants a password", advice=CHECK_PROXY)
    if text.lstrip()[:1] == "<":  # GitHub's own page of a failure, or somebody else's
        problem = (
            f"a web page instead of an answer (status {status})"
            if status < 500
            else f"status {status}"
        )
        return Response(
            status, headers, problem=problem, advice=CHECK_ADDRESS if status < 500 else ""
        )
    try:
        result = json.loads(text)
    except ValueError:
        result = None
    result = result if isinstance(result, dict | list) else None
    if status not in (200, 201):
        return Response(status, headers, result, f"status {status}")
    is_whole = result is not None
    if is_query:
        is_whole = isinstance(result, dict) and bool(result.get("data") or result.get("errors"))
    return Response(status, headers, result, "" if is_whole else "an empty or broken answer")


def classify(reply: Response) -> Kind:
    """Return what an answer means."""
    kinds = {str(error.get(name)) for error in reply.errors for name in ("type", "code")}
    if _is_limit(reply, kinds):
        return Kind.LIMIT
    if kinds & TOO_MUCH_ERRORS:
        return Kind.TOO_MUCH
    if reply.status in (200, 201) and not reply.problem:
        has_data = not reply.errors or bool(reply.found.get("data"))
        if _is_lacking(reply):
            return Kind.PARTIAL if has_data else Kind.BROKEN
        return Kind.WHOLE if has_data or "data" in reply.found else Kind.REFUSED
    if reply.status in (301, 302, 307, 308) and reply.headers.get("location"):
        return Kind.MOVED
    if reply.advice or reply.status in PASSING_STATUSES:
        return Kind.BROKEN
    known_values = {401: Kind.DENIED, 404: Kind.GONE, 410: Kind.GONE}
    return known_values.get(
        reply.status, Kind.REFUSED if 300 <= reply.status < 500 else Kind.BROKEN
    )


def asked_wait(reply: Response, time: float, unnamed_s: float) -> float:
    """Return the seconds that a limit asks to wait at GitHub's ``time``, ``unnamed_s`` where it names none.

    Never more than a day: then it is asked again.
    """
    return min(LONGEST_WAIT_S, _asked_wait(reply, time, unnamed_s))


def _asked_wait(reply: Response, time: float, unnamed_s: float) -> float:
    requested = reply.headers.get("retry-after", "")
    if (seconds := _number(requested)) is not None:
        return seconds
    if (until := _moment(requested)) is not None:
        return max(0.0, until - time)
    reset = _number(reply.headers.get("x-ratelimit-reset", ""))
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(1.0, reset - time + 1.0)
    return min(LONGEST_UNNAMED_WAIT_S, unnamed_s)


def no_answer(error: Exception, timeout_s: float) -> Response:
    """Return what to make of a try that brought no whole answer: what passes, and what somebody has to mend."""
    causes = list(_causes(error))

    def caused_by(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if isinstance(error, requests.exceptions.ProxyError):
        return Response(0, problem="the proxy lets nothing through", advice=CHECK_PROXY)
    if caused_by(socket.gaierror):
        return Response(0, problem="its name is not found", advice=CHECK_ADDRESS)
    if refused := caused_by(ssl.SSLCertVerificationError):
        why = getattr(refused, "verify_message", "") or "not trusted"
        advice = "set REQUESTS_CA_BUNDLE to the file of certificates that your company uses"
        return Response(0, problem=f"its certificate is not accepted ({why})", advice=advice)
    if broken := caused_by(ssl.SSLError):
        why = str(getattr(broken, "reason", "") or "no reason given").replace("_", " ").lower()
        return Response(0, problem=f"no secure connection ({why})", advice=CHECK_ADDRESS)
    if caused_by(ConnectionRefusedError):
        return Response(0, problem="nothing answers there", advice=CHECK_ADDRESS)
    if isinstance(error, requests.exceptions.ConnectTimeout) or any(
        isinstance(cause, OSError) and cause.errno in UNREACHABLE for cause in causes
    ):
        return Response(0, problem="it cannot be reached", advice=CHECK_ADDRESS)
    if isinstance(error, requests.exceptions.Timeout):
        return Response(0, problem=f"no answer within {timeout_s:.0f} s")
    if isinstance(error, requests.exceptions.ConnectionError):
        return Response(0, problem="the connection failed")
    return Response(0, problem="a broken answer")


def _is_limit(reply: Response, kinds: set[str]) -> bool:
    """Whether GitHub asks to wait."""
    if reply.status == 429 or kinds & LIMIT_ERRORS:
        return True
    if reply.headers.get("retry-after") and (reply.status == 403 or reply.status >= 500):
        return True
    # a document may hold a message of its own, but no address of an explanation beside it
    is_said = reply.status == 403 or reply.errors or "documentation_url" in (reply.found or ())
    return bool(is_said) and reply.status in (200, 403) and bool(LIMIT_WORDS.search(reply.message))


def _is_lacking(reply: Response) -> bool:
    """Whether GitHub left out something that it may give when asked again."""
    if any(_is_passing(error) for error in reply.errors):
        return True
    data = reply.found.get("data") if isinstance(reply.found, dict) else None
    nodes = data.get("nodes") if isinstance(data, dict) else None
    paths: list[list[Any]] = [error.get("path") or [] for error in reply.errors]
    explained = {path[1] for path in paths if len(path) > 1 and path[0] == "nodes"}
    return any(node is None and index not in explained for index, node in enumerate(nodes or ()))


def _is_passing(error: Json) -> bool:
    """Whether an error is GitHub's own; one that GraphQL has a code for is about the query."""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return code is None and (error.get("type") or "") in PASSING_ERRORS


def _number(text: str) -> float | None:
    """Seconds, where a header holds some that make sense."""
    try:
        result = float(text)
    except ValueError:
        return None
    return result if math.isfinite(result) and result >= 0 else None


def _moment(text: str) -> float | None:
    """A header's date, in seconds."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    result: BaseException | None = error
    while result is not None:
        yield result
        result = result.__cause__ or result.__context__


@dataclass(frozen=True)
class Answer:
    """A GraphQL answer: what came, what did not, and when, by GitHub's own clock where it tells the time."""

    data: Json
    errors: list[Json]
    at: datetime

    def problems(self, alias: str) -> list[Json]:
        """Return the errors under one top-level field; errors without a place count for all."""
        return [e for e in self.errors if not e.get("path") or e["path"][0] == alias]
