"""GitHub API client: sends every request, waits for rate limits and retries.

PyGithub builds the requests, signs them and keeps the connections. It pauses a second before each
GraphQL request, does not recognise GraphQL's own rate limits, drops partial data, retries neither
a cut nor an empty body, and loses parameters at a redirect: these are switched off or handled here.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from github import Auth, Github
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    RequestsResponse,
)

from collectors.answers import BoundedAdapter, Secrets
from collectors.errors import AccessError, RefusedError, SourceError
from collectors.github.graphql import (
    NEWER_FIELD,
    UnknownPart,
    compose,
    enum_part,
    newer_parts,
    omit,
    unknown_part,
    unknown_values,
)
from collectors.github.responses import (
    LATER,
    UNKNOWN_PARTS,
    UNKNOWN_VALUE,
    Answer,
    Json,
    Kind,
    LongWaitError,
    NotFoundError,
    QueryError,
    QueryFailedError,
    QueryTooLargeError,
    Response,
    classify,
    parse,
    requested_wait,
    without_answer,
)

CONNECT_S = 15
#: tries before any answer, if a person has to fix the cause, such as a wrong address
TRIES_WITHOUT_ANSWER = 3
#: retries without a message; later ones are reported
SILENT_RETRIES = 3
#: GitHub refuses a good token now and then for some seconds, above all a new one
REFUSALS = 4
#: requests for what GitHub left out of an answer
PARTIAL_RETRIES = 3
#: a request may meet a new limit after each wait if others use the same account
LIMITS = 24
REDIRECTS = 5
#: tries of an answer that is too large or does not end
UNREADABLE_TRIES = 2
LONGEST_PAUSE_S = 60.0
#: GitHub's clock is not used if it is ahead of this machine's by more
MAX_CLOCK_AHEAD_S = 86_400.0
#: problems of answers that are complete in themselves
PROBLEMS = {
    Kind.TOO_LARGE: "GitHub's resource limits",
    Kind.PARTIAL: "GitHub left something out",
}
Notify = Callable[[str], None]


class Credentials(Protocol):
    """Source of valid tokens, safe to use from several threads."""

    @property
    def name(self) -> str:
        """Name in messages."""
        ...

    @property
    def advice(self) -> str:
        """Advice if GitHub refuses a token."""
        ...

    def token(self) -> str:
        """Return a valid token; raises SourceError if there is none."""
        ...

    def renew(self, refused: str) -> bool:
        """Return whether another token than the refused one can be tried."""
        ...

    def stop(self) -> None:
        """Stop every thread that waits for a token."""
        ...


@dataclass(frozen=True)
class RetryPolicy:
    """Tries of one request, and seconds before the first retry and until a timeout."""

    tries: int = 10
    first_pause_s: float = 0.5
    timeout_s: int = 60
    #: from a request to the last byte of its answer
    deadline_s: float = 120.0
    #: wait for a limit that names no time, doubled at each repetition
    unnamed_wait_s: float = 60.0
    #: total wait for limits; None for as long as GitHub requests
    max_wait_s: float | None = None


DEFAULT_RETRY_POLICY = RetryPolicy()


@dataclass(eq=False)
class GitHubClient:
    """Client of one GitHub with one set of credentials, safe to use from several threads."""

    base_url: str
    credentials: Credentials
    notify: Notify = lambda _text: None
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY
    #: seconds by which GitHub's clock is ahead of ours, from its last answer
    clock_ahead: float = 0.0
    #: replaced in every answer
    secrets: Secrets = field(default_factory=Secrets, repr=False)
    #: parts of queries that an older server does not know
    unknown_parts: list[UnknownPart] = field(default_factory=list)
    has_schema: bool = False
    requests_sent: int = 0
    #: retried requests, and the seconds in which at least one was retried
    retries: int = 0
    retrying_s: float = 0.0
    #: seconds of rate-limit waits
    waited_s: float = 0.0
    _local: threading.local = field(default_factory=threading.local, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _not_before: float = 0.0
    _retrying_until: float = 0.0
    _has_answered: bool = False
    _long_wait: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def host(self) -> str:
        """Host name of the rows in the ledger."""
        return host_of(self.base_url)

    def rest(self, path: str, parameters: Mapping[str, Any]) -> Any:
        """Return the JSON of a GET.

        Raises NotFoundError, AccessError, LongWaitError, or SourceError after the last try.
        """
        return self._send("GET", path, dict(parameters), None).json

    def post(self, path: str, body: Json) -> Any:
        """Return the JSON of a REST POST; raises as ``rest`` does."""
        return self._send("POST", path, {}, body).json

    def graphql(
        self, query: str, variables: Mapping[str, Any], failures: int | None = None
    ) -> Answer:
        """Return the answer to a query, with data and errors.

        Partial answers are requested again a few times. Raises AccessError, LongWaitError, or
        SourceError after the last try: QueryFailedError if the query itself fails, and
        QueryTooLargeError after so many ``failures`` if the caller can request less.
        """
        body = {"query": omit(query, self.unknown_parts), "variables": dict(variables)}
        response = self._send("POST", "graphql", {}, body, failures)
        data = response.json.get("data")
        now = time.time()
        date = now if response.date is None else response.date
        at = now if date > now + MAX_CLOCK_AHEAD_S else date  # never past this machine's today
        return Answer(
            data=data if isinstance(data, dict) else {},
            errors=response.errors,
            at=datetime.fromtimestamp(at, UTC).replace(tzinfo=None),
        )

    def learn_schema(self, answer: Answer) -> None:
        """Omit from later queries a newer field that the answered schema of issues lacks."""
        fields = (answer.part("schema") or {}).get("fields")
        if not isinstance(fields, list) or self.has_schema:
            return
        self.has_schema = True
        if {"name": NEWER_FIELD} not in fields:
            self.unknown_parts += newer_parts()

    def clock_problem(self) -> str:
        """Return a line if GitHub's clock and this machine's differ by more than a day."""
        if abs(self.clock_ahead) <= MAX_CLOCK_AHEAD_S:
            return ""
        direction = "ahead of" if self.clock_ahead > 0 else "behind"
        days = abs(self.clock_ahead) / 86_400
        return (
            f"{self.host}: its clock is {days:,.0f} days {direction} this machine's, "
            "whose today is never exceeded; set the clock that is wrong"
        )

    def clock(self) -> float:
        """Return GitHub's time in seconds, or ours before its first answer."""
        return time.time() + self.clock_ahead

    def retry_summary(self) -> str:
        """Return one line about time lost to limits and failures; empty without any."""
        parts = []
        if self.waited_s >= 1:
            parts.append(f"waited {duration(self.waited_s)} for GitHub's limits")
        if self.retries:
            took = f" ({duration(self.retrying_s)})" if self.retrying_s >= 1 else ""
            plural = "" if self.retries == 1 else "s"
            parts.append(f"repeated {self.retries:,} request{plural}{took}")
        return f"{self.host}: {', '.join(parts)}" if parts else ""

    def stop(self) -> None:
        """Stop every thread that waits or is about to send a request."""
        self._stopped.set()
        self.credentials.stop()

    # -- one request, with all its tries ----------------------------------------------------------

    def _send(
        self, verb: str, path: str, parameters: Json, body: Json | None, failures: int | None = None
    ) -> Response:
        counts, address = dict.fromkeys(Kind, 0), path
        partial_retries = min(PARTIAL_RETRIES, self.retry_policy.tries - 1)
        while True:
            self._wait_until_allowed()
            began = time.monotonic()
            response = self._try(verb, address, parameters, body)
            kind = classify(response)
            if kind is Kind.COMPLETE:
                return response
            if kind is Kind.PARTIAL and counts[kind] == partial_retries:
                return response
            if failures and _is_too_large(kind, response, counts[kind], failures):
                raise QueryTooLargeError(f"{self.host}: GitHub cannot answer a query of this size")
            counts[kind] += 1
            if kind is Kind.REFUSED and body and self._omit_unknown(body, response):
                continue
            if kind is Kind.MOVED:
                address = self._redirect(path, response, counts[kind])
                continue
            if kind is Kind.LIMIT:
                self._wait_for_limit(response, counts[kind])
            elif kind in (Kind.NOT_FOUND, Kind.REFUSED) or (
                kind is Kind.UNAUTHORIZED and counts[kind] == self._at_most(REFUSALS)
            ):
                self._refuse(kind, path, response)
            elif not self._has_new_token(kind, counts[kind]):
                problem = response.problem or PROBLEMS.get(kind, "GitHub failed")
                self._pause(response, problem, counts[kind], failures is not None)
            self._record_retry(began)

    def _has_new_token(self, kind: Kind, count: int) -> bool:
        """Return whether a refused token was replaced, so that no pause is needed."""
        is_refused = kind is Kind.UNAUTHORIZED and count == 1
        return is_refused and self.credentials.renew(self._local.token)

    def _try(self, verb: str, path: str, parameters: Json, body: Json | None) -> Response:
        """Return the response of one try."""
        self._local.token = self.credentials.token()
        self.secrets.add(self._local.token)
        requester = self._github().requester
        url = requester.graphql_url if path == "graphql" else path
        with self._lock:
            self.requests_sent += 1
        try:
            status, headers, _ = requester.requestJson(
                verb, url, parameters=parameters, input=body, cnx=self._local.connection
            )
        except requests.RequestException as error:
            return without_answer(error, self.retry_policy.timeout_s)
        except (ValueError, OverflowError):  # PyGithub parses numbers in a proxy's headers
            return Response(0, problem="a broken answer")
        content = self._local.connection.content
        response = parse(status, headers, content, self.secrets, "query" in (body or ()))
        if response.date is not None:
            self.clock_ahead = response.date - time.time()
        self._has_answered |= response.json is not None
        return response

    def _github(self) -> Github:
        """Return this thread's PyGithub client: it keeps one connection each."""
        if not hasattr(self._local, "github"):
            url = urlsplit(self.base_url)
            connect = _Https if url.scheme == "https" else _Http
            self._local.connection = connect(url.hostname or "", url.port)
            self._local.connection.timeout = (CONNECT_S, self.retry_policy.timeout_s)
            adapter = BoundedAdapter(deadline_s=self.retry_policy.deadline_s)
            self._local.connection.session.mount(f"{url.scheme}://", adapter)
            self._local.github = Github(
                base_url=self.base_url,
                auth=_ThreadToken(self._local),
                retry=None,
                per_page=100,
                user_agent="headway",
                seconds_between_requests=None,
                seconds_between_writes=None,
            )
        github: Github = self._local.github
        return github

    # -- rate limits and retries ------------------------------------------------------------------

    def _wait_until_allowed(self) -> None:
        """Wait for the end of a rate limit that any thread has met."""
        while (seconds := self._not_before - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(seconds, 1.0))
        if self._stopped.is_set():
            raise SourceError(f"{self.host}: stopped")
        if self._long_wait:
            raise LongWaitError(self._long_wait)

    def _wait_for_limit(self, response: Response, count: int) -> None:
        """Make every thread wait: a limit is the account's, not one request's."""
        if count > LIMITS:
            raise SourceError(f"{self.host}: GitHub's rate limit, {LIMITS} times in a row; {LATER}")
        policy, now = self.retry_policy, self.clock()
        unnamed = policy.unnamed_wait_s * 2.0 ** (count - 1)
        server_time = now if response.date is None else response.date
        seconds = requested_wait(response, server_time, unnamed)
        until = f"{datetime.fromtimestamp(now + seconds, UTC):%H:%M:%S} UTC ({duration(seconds)})"
        with self._lock:
            start = max(self._not_before, time.monotonic())
            longer = max(0.0, time.monotonic() + seconds - start)
            if policy.max_wait_s is not None and self.waited_s + longer > policy.max_wait_s:
                self._long_wait = self._long_wait or (
                    f"{self.host}: GitHub requests a wait until {until}, longer than --max-wait "
                    f"{policy.max_wait_s:.0f} allows; what was read is kept, run again after that"
                )
                return
            self._not_before = start + longer
            self.waited_s += longer
        if longer >= 1:
            self.notify(f"{self.host}: waiting for GitHub's rate limit until {until}")

    def _pause(self, response: Response, problem: str, count: int, can_shrink: bool) -> None:
        """Wait before the next try, twice as long each time; raises SourceError after the last."""
        is_unreachable = bool(response.advice) and not self._has_answered
        if is_unreachable and count >= self._at_most(TRIES_WITHOUT_ANSWER):
            raise SourceError(f"{self.host}: {problem}; {response.advice}")
        policy = self.retry_policy
        if count >= self._at_most(UNREADABLE_TRIES if response.kind else policy.tries):
            message = f"{self.host}: {problem} after {count} tries; {response.advice or LATER}"
            if not response.errors:
                raise SourceError(message)
            # errors of a query, unlike those of the whole service, depend on what it requests
            raise (QueryTooLargeError if can_shrink else QueryFailedError)(message)
        seconds = min(LONGEST_PAUSE_S, policy.first_pause_s * 2 ** (count - 1))
        if count > SILENT_RETRIES:
            # the pauses before this one took as long together
            if policy.max_wait_s is not None and 2 * seconds > policy.max_wait_s:
                message = f"{problem} after {count} tries, and --max-wait allows no longer pause"
                raise SourceError(f"{self.host}: {message}; {LATER}")
            self.notify(f"{self.host}: {problem}, trying again")
        self._stopped.wait(seconds * (0.5 + random.random() / 2))

    def _at_most(self, tries: int) -> int:
        return min(tries, self.retry_policy.tries)

    def _record_retry(self, began: float) -> None:
        """Count a retry, and its seconds in which no other thread retried."""
        with self._lock:
            self.retries += 1
            start = max(began, self._retrying_until, self._not_before)
            self._retrying_until = max(self._retrying_until, time.monotonic())
            self.retrying_s += max(0.0, self._retrying_until - start)

    # -- redirects and refusals -------------------------------------------------------------------

    def _redirect(self, path: str, response: Response, count: int) -> str:
        """Return the new address: of a renamed repository, the one by its id."""
        base = urlsplit(self.base_url)
        try:
            target = urlsplit(urljoin(f"{self.base_url}/", response.headers["location"]))
        except ValueError:
            raise SourceError(f"{self.host}: redirects to no address; {LATER}") from None
        if (target.scheme, target.netloc) != (base.scheme, base.netloc):
            to = "https" if target.hostname == base.hostname else "another host"
            raise SourceError(
                f"{self.host}: redirects to {to}; set base_url under [github] to its API"
            )
        if count > REDIRECTS:
            raise SourceError(
                f"{self.host}: {path} redirects in circles; check base_url under [github]"
            )
        return target.geturl()

    def _omit_unknown(self, body: Json, response: Response) -> bool:
        """Omit the parts of a query that the server does not know; return whether it may pass."""
        errors = response.errors if "query" in body else []
        if not errors or any(error.code not in (*UNKNOWN_PARTS, UNKNOWN_VALUE) for error in errors):
            return False
        parts: list[UnknownPart] = []
        for error in errors:
            unknown = self._unknown_parts(body["query"], error)
            if not unknown:
                return False
            parts += unknown
        query = omit(body["query"], parts)
        for part in parts:
            if part not in self.unknown_parts:
                self.unknown_parts.append(part)
                if not part.is_newer:
                    self.notify(f"{self.host}: it does not know {part.label}, which is left out")
        is_shorter = bool(query != body["query"])
        body["query"] = query
        return is_shorter

    def _unknown_parts(self, query: str, error: QueryError) -> list[UnknownPart]:
        """Return the parts of a query that an error is about."""
        if error.code in UNKNOWN_PARTS:
            is_argument = error.code == "argumentNotAccepted"
            part = unknown_part(query, error.line, error.column, is_argument)
            return [part] if part else []
        if "__type(" in query:
            return []
        answer = self.graphql(*compose([enum_part("type", error.expected_type)]))
        rows = (answer.part("type") or {}).get("enumValues") or []
        known = {f"{row['name']}" for row in rows}
        if not known or not error.argument.isidentifier():
            return []
        return unknown_values(query, error.line, error.column, error.argument, known)

    def _refuse(self, kind: Kind, path: str, response: Response) -> None:
        """Raise the error of an answer that no further try changes."""
        if kind is Kind.UNAUTHORIZED:
            raise AccessError(
                f"{self.host}: the token was refused ({response.reason}); {self.credentials.advice}"
            )
        if kind is Kind.NOT_FOUND:
            raise NotFoundError(
                f"{self.host}: {path} does not exist, or this token may not read it"
            )
        request = "a query" if path == "graphql" else path
        message = f"{self.host}: {request} was refused ({response.reason})"
        raise RefusedError(f"{message}; check the token's permissions", response.status)


def _is_too_large(kind: Kind, response: Response, count: int, failures: int) -> bool:
    """Return whether a smaller query may pass: GitHub reports its size, or failed before."""
    is_timeout = bool(response.errors) or response.status in (502, 504)
    is_repeated = kind is Kind.TRANSIENT and is_timeout and count + 1 >= failures
    return kind is Kind.TOO_LARGE or is_repeated


class _ThreadToken(Auth.Auth):
    """Token of the thread: it may change between two requests."""

    def __init__(self, local: threading.local) -> None:
        self._local = local

    @property
    def token_type(self) -> str:
        return "Bearer"

    @property
    def token(self) -> str:
        token: str = self._local.token
        return token


class _WholeAnswer:
    """Connection that keeps the bytes of an answer and returns its redirects.

    PyGithub would decode each answer, follow a 301 without its parameters and repeat a 202.
    """

    content: bytes = b""

    def getresponse(self) -> RequestsResponse:
        response: RequestsResponse = super().getresponse()  # type: ignore[misc]
        self.content = response.response.content
        response.response._content = b""
        response.status = {202: 503, 301: 308}.get(response.status, response.status)
        return response


class _Http(_WholeAnswer, HTTPRequestsConnectionClass):
    """Connection without encryption."""


class _Https(_WholeAnswer, HTTPSRequestsConnectionClass):
    """Encrypted connection."""


def duration(seconds: float) -> str:
    """Return a length of time in words: ``3 min 20 s``."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest_s} s" if minutes else f"{rest_s} s"


def host_of(base_url: str) -> str:
    """Return the host name of a GitHub's rows: ``github.com``, or the server's own."""
    url = urlsplit(base_url)
    return "github.com" if url.hostname == "api.github.com" else url.netloc
