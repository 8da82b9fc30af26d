"""One door to GitHub's API: every answer is interpreted here, and every wait and retry happens here."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from github import Auth, Github

from collectors.errors import AccessError, SourceError

if TYPE_CHECKING:
    from collectors.github_access import Access

PUBLIC = "https://api.github.com"
TRIES = 8
TIMEOUT_S = 60
#: the wait that GitHub asks for where a secondary limit names none
SECONDARY_WAIT_S = 60
LIMIT_ERRORS = {"RATE_LIMIT", "RATE_LIMITED"}
TOO_MUCH_ERRORS = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}
TOKEN_SHAPE = re.compile(r"\b(gh[a-z]_[\w.-]+|github_pat_\w+|eyJ[\w.-]+)")
Json = dict[str, Any]
Say = Callable[[str], None]


class TooMuchError(SourceError):
    """GitHub could not answer a request of this size; a smaller one may pass."""


class NotFoundError(SourceError):
    """GitHub knows no such thing, or does not show it to this token."""


@dataclass(frozen=True)
class Answer:
    """A GraphQL answer: what came, what did not, and GitHub's own clock."""

    data: Json
    errors: list[Json]
    date: str

    def problems(self, alias: str) -> list[Json]:
        """Return the errors under one top-level field; errors without a place count for all."""
        return [e for e in self.errors if not e.get("path") or e["path"][0] == alias]


@dataclass
class Api:
    """GitHub at one base address, let in one way. Safe to use from several threads."""

    base_url: str
    access: Access
    say: Say = lambda _text: None
    tries: int = field(default_factory=lambda: TRIES)
    requests_sent: int = 0
    _local: threading.local = field(default_factory=threading.local, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _not_before: float = 0.0
    _clock_ahead: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def host(self) -> str:
        """The name rows are kept under."""
        return host_of(self.base_url)

    def rest(self, path: str, parameters: Mapping[str, Any]) -> Any:
        """Return the JSON of one GET.

        Raises NotFoundError, AccessError, or SourceError once every try has failed.
        """
        return self._send("GET", path, dict(parameters), None)[0]

    def post(self, path: str, body: Json) -> Any:
        """Return the JSON of one REST POST; raises as ``rest`` does."""
        return self._send("POST", path, {}, body)[0]

    def graphql(self, query: str, variables: Mapping[str, Any], shrinkable: bool = False) -> Answer:
        """Return the answer to one query, errors beside the data.

        Raises AccessError, or SourceError once every try has failed; where the caller could ask for less
        (``shrinkable``), TooMuchError as soon as GitHub gives up on a query of this size.
        """
        sent = {"query": query, "variables": dict(variables)}
        body, headers = self._send("POST", "graphql", {}, sent, shrinkable)
        return Answer(body.get("data") or {}, body.get("errors") or [], headers.get("date", ""))

    def clock(self) -> float:
        """Return GitHub's time, as its last answer told it; this machine's where it has not answered."""
        return time.time() + self._clock_ahead

    def stop(self) -> None:
        """Let every thread that waits or is about to ask give up."""
        self._stopped.set()
        self.access.stop()

    # -- one request, however many tries it takes ---------------------------------------------------------------------

    def _send(
        self, verb: str, path: str, parameters: Json, body: Json | None, shrinkable: bool = False
    ) -> tuple[Any, Mapping[str, str]]:
        problem, is_renewed = "", False
        for attempt in range(self.tries):
            self._hold()
            status, headers, found, problem = self._once(verb, path, parameters, body)
            kinds = _error_kinds(found)
            if status in (200, 201) and found is not None and not kinds & (LIMIT_ERRORS | TOO_MUCH_ERRORS):
                return found, headers
            if kinds & TOO_MUCH_ERRORS:
                problem = "GitHub's resource limits"
            if shrinkable and (kinds & TOO_MUCH_ERRORS or (status in (502, 504) and attempt)):
                raise TooMuchError(f"{self.host}: {problem} on a query of this size")
            if wait := _limit_wait(429 if kinds & LIMIT_ERRORS else status, headers, found):
                problem = "GitHub's rate limit"
                self._pause_all(wait, problem)
            elif status == 401 and not is_renewed and self.access.renew(self._local.token):
                is_renewed = True
            else:
                self._refuse(status, path, found)
                if attempt >= 3:
                    self.say(f"{problem}, trying again")
                self._stopped.wait(min(60.0, 0.5 * 2**attempt) * (0.5 + random.random() / 2))
        raise SourceError(f"{self.host}: {problem} after {self.tries} tries; run again later, nothing is lost")

    def _once(
        self, verb: str, path: str, parameters: Json, body: Json | None
    ) -> tuple[int, Mapping[str, str], Any, str]:
        """Status, headers, JSON and what is wrong with them, of one try; status 0 where no whole answer came."""
        self._local.token = self.access.token()
        requester = self._client().requester
        url = requester.graphql_url if path == "graphql" else path
        with self._turn:
            self.requests_sent += 1
        try:
            status, headers, text = requester.requestJson(verb, url, parameters=parameters, input=body)
        except requests.RequestException as error:
            return 0, {}, None, _network_problem(error)
        except RuntimeError as error:  # PyGithub's word for a redirect to another host or scheme
            raise SourceError(f"{self.host}: {error}") from None
        if "date" in headers:
            self._clock_ahead = _server_time(headers) - time.time()
        try:
            found = json.loads(text) if text else None
        except ValueError:
            found = None
        return status, headers, found, "an empty or broken answer" if status == 200 else f"status {status}"

    def _client(self) -> Github:
        """This thread's client: PyGithub keeps one connection each, and pauses that we do not want."""
        if not hasattr(self._local, "client"):
            self._local.client = Github(
                base_url=self.base_url, auth=_Bearer(self._local), timeout=TIMEOUT_S, retry=None, per_page=100,
                user_agent="headway", seconds_between_requests=None, seconds_between_writes=None,
            )  # fmt: skip
        client: Github = self._local.client
        return client

    def _hold(self) -> None:
        """Wait until the pause that any thread was told to make is over."""
        while (left := self._not_before - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(left, 1.0))
        if self._stopped.is_set():
            raise SourceError(f"{self.host}: stopped")

    def _pause_all(self, seconds: float, why: str) -> None:
        """Make every thread wait: a limit holds for the account, not for one request."""
        self.say(f"waiting {seconds:.0f} s for {why}")
        with self._turn:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _refuse(self, status: int, path: str, found: Any) -> None:
        """Raise for the answers that no second try will change."""
        message = TOKEN_SHAPE.sub("…", str(found.get("message", "")) if isinstance(found, dict) else "")
        if status == 401:
            raise AccessError(
                f"{self.host}: the token was refused ({message or 'Bad credentials'}); {self.access.advice}"
            )
        if status in (404, 410, 301, 302):
            raise NotFoundError(f"{self.host}: {path} is not there, or this token may not see it")
        if status in (400, 403, 422, 451):
            raise SourceError(f"{self.host}: {path} was refused ({message or status}); check the token's permissions")


class _Bearer(Auth.Auth):
    """The token that a thread sends: what lets us in may change between two requests."""

    def __init__(self, local: threading.local) -> None:
        self._local = local

    @property
    def token_type(self) -> str:
        return "Bearer"

    @property
    def token(self) -> str:
        token: str = self._local.token
        return token


def _limit_wait(status: int, headers: Mapping[str, str], found: Any) -> float:
    """Seconds GitHub wants us to wait; 0 where the answer is not about a limit."""
    message = str(found.get("message", "")).lower() if isinstance(found, dict) else ""
    limited = status == 429 or (status == 403 and ("rate limit" in message or "abuse" in message))
    asked = headers.get("retry-after", "")
    if asked.isdigit() and (limited or status in (403, 503)):
        return float(asked) + 0.5
    if not limited:
        return 0.0
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        return max(1.0, float(headers["x-ratelimit-reset"]) - _server_time(headers) + 1.0)
    return float(SECONDARY_WAIT_S)


def _server_time(headers: Mapping[str, str]) -> float:
    """GitHub's clock where the answer tells it, so that a wrong clock here does not lengthen a wait."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()


def _error_kinds(found: Any) -> set[str]:
    return {str(e.get("type", "")) for e in found.get("errors") or ()} if isinstance(found, dict) else set()


def _network_problem(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate could not be verified"
    if isinstance(error, requests.exceptions.Timeout):
        return f"no answer within {TIMEOUT_S} s"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "the connection failed"
    return "a broken answer"


def host_of(base_url: str) -> str:
    """Return the name that rows of a GitHub are kept under: ``github.com``, or the server's own."""
    place = urlsplit(base_url)
    return "github.com" if place.hostname == "api.github.com" else place.netloc
