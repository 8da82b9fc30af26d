"""Classification of GitHub's responses: limits, failures and refusals."""

from __future__ import annotations

import errno
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cached_property
from typing import Any

import requests

from collectors.answers import Secrets, TooLargeError, TooSlowError, parse_json
from collectors.errors import SourceError

Json = dict[str, Any]
#: types and codes of GraphQL's limits, and REST's words for them, which GraphQL also uses
LIMIT_ERRORS = {"RATE_LIMIT", "RATE_LIMITED", "graphql_rate_limit"}
LIMIT_WORDS = re.compile(
    r"rate limit (already )?exceeded|secondary rate limit|abuse detection", re.I
)
TOO_LARGE_ERRORS = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}
#: GitHub's own errors, most without a type; every other type is about the query
TRANSIENT_ERRORS = {"", "INTERNAL", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"}
#: refusals that a later try may not meet
TRANSIENT_STATUSES = {408, 409, 425}
UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
#: characters of a message that are matched
MAX_MATCHED = 1_000
MAX_POSITION = 1_000_000
#: codes of errors about parts that an older server does not know
UNKNOWN_PARTS = {"undefinedField", "undefinedType", "argumentNotAccepted"}
UNKNOWN_VALUE = "argumentLiteralsIncompatible"
EXPECTED_TYPE = re.compile(r"Expected type '\W*(\w{1,100})")
#: failures of a query about several things, and about one, after which it is divided or given up
SHARED_FAILURES, SINGLE_FAILURES = 2, 4
#: known messages of GitHub, and what they mean
REASONS = {
    re.compile(pattern, re.I): words
    for pattern, words in (
        ("bad credentials", "bad credentials"),
        ("JSON web token|not generate a valid|integration not found", "its signature is not valid"),
        ("SAML|single sign-on", "the token is not authorized for the organization's sign-on"),
        ("IP allow list", "this machine's address is not on the organization's allow list"),
        ("not accessible by|must have|requires .{0,40}scope", "the token lacks a permission"),
        ("forbids access via", "the organization forbids this kind of token"),
        ("lifetime is greater", "the token is valid for longer than the organization allows"),
        ("suspended", "the account or the App is suspended"),
        ("blocked|unavailable due to|DMCA", "GitHub blocks access to it"),
        ("could not resolve to|not found", "it does not exist, or this token may not read it"),
        ("something went wrong|timed? ?out", "GitHub failed"),
        (
            "doesn't exist on type|doesn't accept argument|has an invalid value",
            "it does not know a part of the query",
        ),
    )
}
KNOWN_TYPES = {
    "FORBIDDEN": "this token may not read it",
    "NOT_FOUND": "it does not exist, or this token may not read it",
    "INTERNAL": "GitHub failed",
    "INTERNAL_SERVER_ERROR": "GitHub failed",
    "SERVICE_UNAVAILABLE": "GitHub failed",
    "TIMEOUT": "GitHub failed",
}
#: the year 2200: a clock beyond it is no clock
LAST_DATE_S = 7_258_118_400
LONGEST_UNNAMED_WAIT_S, LONGEST_WAIT_S = 900.0, 86_400.0
LATER = "run again later, nothing is lost"
CHECK_ADDRESS = "check base_url under [github], and this machine's network"
CHECK_PROXY = "check HTTPS_PROXY and NO_PROXY"


class QueryFailedError(SourceError):
    """GitHub answers this query with errors each time."""


class QueryTooLargeError(QueryFailedError):
    """GitHub cannot answer a query of this size; the caller can make it smaller."""


class NotFoundError(SourceError):
    """GitHub has no such resource, or hides it from this token."""


class LongWaitError(SourceError):
    """GitHub requests a longer wait than allowed; this account reads nothing more until then."""


class Kind(Enum):
    """Next step after a response."""

    COMPLETE = "use it"
    PARTIAL = "request the missing part again"
    LIMIT = "wait"
    TOO_LARGE = "send a smaller query"
    UNAUTHORIZED = "renew the token"
    MOVED = "follow the redirect"
    NOT_FOUND = "fail: no such resource"
    REFUSED = "fail: no retry changes it"
    TRANSIENT = "retry"


@dataclass(frozen=True)
class QueryError:
    """Error of a GraphQL answer. Only this module reads its message: it may quote anything."""

    path: tuple[str | int, ...] = ()
    type: str = ""
    code: str = ""
    message: str = ""
    #: place in the query, from 1; 0 without one
    line: int = 0
    column: int = 0
    #: argument that is refused
    argument: str = ""

    @property
    def expected_type(self) -> str:
        """Type of the argument, if its value is refused."""
        match = EXPECTED_TYPE.search(self.message)
        return match[1] if match else ""

    @property
    def reason(self) -> str:
        """Reason in our own words."""
        return explain(self.message) or KNOWN_TYPES.get(self.type, "GitHub reports an error")


@dataclass(frozen=True)
class Response:
    """Response to one try: status (0 without a complete answer), headers, JSON and problem."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    problem: str = ""
    #: what to do about a problem that does not pass by itself
    advice: str = ""
    #: set if the answer could not be read
    kind: Kind | None = None

    @cached_property
    def errors(self) -> list[QueryError]:
        """Errors of a GraphQL answer."""
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        if not isinstance(errors, list):
            return []
        return [_query_error(error) for error in errors if isinstance(error, dict)]

    @property
    def message(self) -> str:
        """GitHub's message, to be matched and never to be written anywhere."""
        message = self.json.get("message") if isinstance(self.json, dict) else ""
        return _text(message) or next((error.message for error in self.errors), "")

    @property
    def reason(self) -> str:
        """Reason of a refusal in our own words."""
        error = self.errors[0].reason if self.errors else ""
        return explain(self.message) or error or self.problem or f"status {self.status}"

    @property
    def date(self) -> float | None:
        """GitHub's clock in seconds; None without a valid date."""
        return _parse_date(self.headers.get("date", ""))


@dataclass(frozen=True, eq=False)
class Answer:
    """Answer to a GraphQL query: data, errors and GitHub's clock (ours without a date)."""

    data: Json
    errors: list[QueryError]
    at: datetime

    def problems(self, alias: str) -> list[QueryError]:
        """Return the errors of one top-level field; errors without a path belong to all."""
        return [error for error in self.errors if not error.path or error.path[0] == alias]

    def part(self, alias: str) -> Json | None:
        """Return one top-level field; None if it is null or no object."""
        value = self.data.get(alias)
        return value if isinstance(value, dict) else None


#: sends a query with its variables, and gives up after so many failures: ``GitHubClient.graphql``
Query = Callable[[str, Mapping[str, Any], int | None], Answer]


def explain(message: str) -> str:
    """Return a known reason in a message of GitHub in our own words, or nothing."""
    return next((words for pattern, words in REASONS.items() if pattern.search(message)), "")


def _query_error(error: Json) -> QueryError:
    path, extensions = error.get("path"), error.get("extensions")
    names = path if isinstance(path, list) else []
    return QueryError(
        path=tuple(name for name in names if type(name) in (str, int)),
        type=_text(error.get("type")),
        code=_member(extensions, "code"),
        message=_text(error.get("message")),
        line=_position(error, "line"),
        column=_position(error, "column"),
        argument=_member(extensions, "argumentName"),
    )


def _member(value: Any, name: str) -> str:
    return _text(value.get(name)) if isinstance(value, dict) else ""


def _position(error: Json, name: str) -> int:
    locations = error.get("locations")
    first = locations[0] if isinstance(locations, list) and locations else None
    position = first.get(name) if isinstance(first, dict) else None
    return position if type(position) is int and 0 < position < MAX_POSITION else 0


def _text(value: Any) -> str:
    return value[:MAX_MATCHED] if isinstance(value, str) else ""


def parse(
    status: int, headers: Mapping[str, str], content: bytes, secrets: Secrets, is_query: bool
) -> Response:
    """Return the response of a complete HTTP answer, with its problem if it has one."""
    if status == 407:
        return Response(status, headers, problem="the proxy wants a password", advice=CHECK_PROXY)
    if content.lstrip()[:1] == b"<":  # an error page of GitHub, or of something between
        if status >= 500:
            return Response(status, headers, problem=f"status {status}")
        problem = f"a web page instead of an answer (status {status})"
        return Response(status, headers, problem=problem, advice=CHECK_ADDRESS)
    try:
        value = parse_json(content, secrets)
    except ValueError:
        value = None
    value = value if isinstance(value, dict | list) else None
    if status not in (200, 201):
        return Response(status, headers, value, f"status {status}")
    response = Response(status, headers, value)
    data = value.get("data") if isinstance(value, dict) else None
    has_data = isinstance(data, dict) and bool(data)
    if value is None or (is_query and not has_data and not response.errors):
        return Response(status, headers, problem="an empty or broken answer")
    return response


def classify(response: Response) -> Kind:
    """Return what to do after a response."""
    if response.kind:
        return response.kind
    kinds = {name for error in response.errors for name in (error.type, error.code)}
    if _is_limit(response, kinds):
        return Kind.LIMIT
    if kinds & TOO_LARGE_ERRORS:
        return Kind.TOO_LARGE
    if response.status in (200, 201) and not response.problem:
        has_data = not response.errors or bool(response.json.get("data"))
        if _is_partial(response):
            return Kind.PARTIAL if has_data else Kind.TRANSIENT
        return Kind.COMPLETE if has_data or "data" in response.json else Kind.REFUSED
    if response.status in (301, 302, 307, 308) and response.headers.get("location"):
        return Kind.MOVED
    if response.advice or response.status in TRANSIENT_STATUSES:
        return Kind.TRANSIENT
    if response.status == 401:
        return Kind.UNAUTHORIZED
    if response.status in (404, 410):
        return Kind.NOT_FOUND
    return Kind.REFUSED if 300 <= response.status < 500 else Kind.TRANSIENT


def requested_wait(response: Response, server_time: float, unnamed_s: float) -> float:
    """Return the seconds that a limit requests, ``unnamed_s`` if it names none.

    Never more than a day: then the request is sent again.
    """
    return min(LONGEST_WAIT_S, _requested_wait(response, server_time, unnamed_s))


def _requested_wait(response: Response, server_time: float, unnamed_s: float) -> float:
    retry_after = response.headers.get("retry-after", "")
    if (seconds := _parse_seconds(retry_after)) is not None:
        return seconds
    if (until := _parse_date(retry_after)) is not None:
        return max(0.0, until - server_time)
    reset = _parse_seconds(response.headers.get("x-ratelimit-reset", ""))
    if response.headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(1.0, reset - server_time + 1.0)
    return min(LONGEST_UNNAMED_WAIT_S, unnamed_s)


def without_answer(error: Exception, timeout_s: float) -> Response:
    """Return the response of a try without a complete answer, with problem and advice."""
    causes = list(_causes(error))

    def first(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if isinstance(error, TooLargeError):
        return Response(0, problem="an answer that is too large", kind=Kind.TOO_LARGE)
    if isinstance(error, TooSlowError):
        return Response(0, problem="an answer that does not end", kind=Kind.TOO_LARGE)
    if isinstance(error, requests.exceptions.ProxyError):
        return Response(0, problem="the proxy lets nothing through", advice=CHECK_PROXY)
    if first(socket.gaierror):
        return Response(0, problem="its name is not found", advice=CHECK_ADDRESS)
    if refused := first(ssl.SSLCertVerificationError):
        reason = getattr(refused, "verify_message", "") or "not trusted"
        advice = "set REQUESTS_CA_BUNDLE to the file of certificates that your company uses"
        return Response(0, problem=f"its certificate is not accepted ({reason})", advice=advice)
    if broken := first(ssl.SSLError):
        reason = str(getattr(broken, "reason", "") or "no reason given").replace("_", " ").lower()
        return Response(0, problem=f"no secure connection ({reason})", advice=CHECK_ADDRESS)
    if first(ConnectionRefusedError):
        return Response(0, problem="nothing answers there", advice=CHECK_ADDRESS)
    is_unreachable = any(isinstance(c, OSError) and c.errno in UNREACHABLE for c in causes)
    if isinstance(error, requests.exceptions.ConnectTimeout) or is_unreachable:
        return Response(0, problem="it cannot be reached", advice=CHECK_ADDRESS)
    if isinstance(error, requests.exceptions.Timeout):
        return Response(0, problem=f"no answer within {timeout_s:.0f} s")
    if isinstance(error, requests.exceptions.ConnectionError):
        return Response(0, problem="the connection failed")
    return Response(0, problem="a broken answer")


def _is_limit(response: Response, kinds: set[str]) -> bool:
    """Return whether GitHub requests a wait."""
    if response.status == 429 or kinds & LIMIT_ERRORS:
        return True
    if response.headers.get("retry-after") and (response.status == 403 or response.status >= 500):
        return True
    # a document may have a message of its own, but no address of an explanation beside it
    has_message = bool(response.errors) or "documentation_url" in (response.json or ())
    is_candidate = response.status == 403 or (response.status == 200 and has_message)
    return is_candidate and bool(LIMIT_WORDS.search(response.message))


def _is_partial(response: Response) -> bool:
    """Return whether GitHub left out something that it may return to the next request."""
    if any(is_transient(error) for error in response.errors):
        return True
    data = response.json.get("data") if isinstance(response.json, dict) else None
    nodes = data.get("nodes") if isinstance(data, dict) else None
    paths = [error.path for error in response.errors]
    explained = {path[1] for path in paths if len(path) > 1 and path[0] == "nodes"}
    return isinstance(nodes, list) and any(
        node is None and index not in explained for index, node in enumerate(nodes)
    )


def is_transient(error: QueryError) -> bool:
    """Return whether an error is GitHub's own; an error with a GraphQL code is the query's."""
    return not error.code and error.type in TRANSIENT_ERRORS


def _parse_seconds(text: str) -> float | None:
    """Return the seconds in a header, if they are valid."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _parse_date(text: str) -> float | None:
    """Return the date in a header in seconds, if it is valid."""
    try:
        seconds = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < LAST_DATE_S else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
