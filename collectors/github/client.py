"""One door to GitHub's API: every request is sent here, and every wait and every repeat happens here."""

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

from collectors.errors import AccessError, SourceError
from collectors.github.responses import (
    LATER,
    Answer,
    Json,
    Kind,
    Response,
    asked_wait,
    classify,
    no_answer,
    read,
)
from collectors.ledger.store import now

CONNECT_S = 15
#: tries where nobody has answered yet and somebody has to mend it, such as a wrong address
FEW = 3
#: repeats that are made at once; later ones are told, and count as a wait
QUICK = 3
#: a good token is now and then refused for some seconds, above all a new one
DENIALS = 4
#: how often GitHub is asked again for what it left out of an answer
LACKING = 3
#: one request may meet another limit after each wait, where others use the same account
LIMITS = 24
REDIRECTS = 5
LONGEST_PAUSE_S = 60.0
#: what is wrong with an answer that is whole in itself
PROBLEMS = {Kind.TOO_MUCH: "GitHub's resource limits", Kind.PARTIAL: "GitHub left something out"}
Notify = Callable[[str], None]


class QueryTooLargeError(SourceError):
    """GitHub could not answer a request of this size; a smaller one may pass."""


class NotFoundError(SourceError):
    """GitHub knows no such thing, or does not show it to this token."""


class LongWaitError(SourceError):
    """GitHub asks for a longer wait than we may make; nothing more comes of this account until then."""


class Credentials(Protocol):
    """A token that is valid now. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def advice(self) -> str:
        """What to do where GitHub refuses it."""
        ...

    def token(self) -> str:
        """Return a token that is valid now; raises SourceError where none can be had."""
        ...

    def renew(self, refused: str) -> bool:
        """Return whether there is another token to try than the one refused."""
        ...

    def stop(self) -> None:
        """Let every thread that waits for a token give up."""
        ...


@dataclass(frozen=True)
class RetryPolicy:
    """How long to bear with GitHub: tries of one request, and seconds before the first repeat and for an answer."""

    tries: int = 10
    first_pause_s: float = 0.5
    timeout_s: int = 60
    #: seconds to wait for a limit that does not say how long, doubled each time it comes again
    unnamed_wait_s: float = 60.0
    #: seconds to wait for limits in all; None: as long as GitHub asks
    max_wait_s: float | None = None


DEFAULT_RETRY_POLICY = RetryPolicy()


@dataclass
class GitHubClient:
    """GitHub at one base address, let in one way. Safe to use from several threads."""

    base_url: str
    access: Credentials
    say: Notify = lambda _text: None
    patience: RetryPolicy = DEFAULT_RETRY_POLICY
    #: by how many seconds GitHub's clock is ahead of this machine's, as its last answer told it
    clock_ahead: float = 0.0
    requests_sent: int = 0
    #: requests that were sent again, and the seconds in which at least one was
    repeats: int = 0
    repeating_s: float = 0.0
    #: seconds waited because GitHub asked for it
    waited_s: float = 0.0
    _local: threading.local = field(default_factory=threading.local, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _not_before: float = 0.0
    _repeating_until: float = 0.0
    _has_answered: bool = False
    _over: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def host(self) -> str:
        """The name rows are kept under."""
        return host_of(self.base_url)

    def rest(self, path: str, parameters: Mapping[str, Any]) -> Any:
        """Return the JSON of one GET.

        Raises NotFoundError, AccessError, LongWaitError, or SourceError once every try has failed.
        """
        return self._send("GET", path, dict(parameters), None).found

    def post(self, path: str, body: Json) -> Any:
        """Return the JSON of one REST POST; raises as ``rest`` does."""
        return self._send("POST", path, {}, body).found

    def graphql(self, query: str, variables: Mapping[str, Any], shrinkable: bool = False) -> Answer:
        """Return the answer to one query, errors beside the data.

        What GitHub left out without a reason that would stay is asked for again a few times. Raises AccessError,
        LongWaitError, or SourceError once every try has failed, which is QueryTooLargeError where it is the query that fails;
        where the caller could ask for less (``shrinkable``), that comes at its second failure.
        """
        reply = self._send(
            "POST", "graphql", {}, {"query": query, "variables": dict(variables)}, shrinkable
        )
        at = (
            now()
            if reply.date is None
            else datetime.fromtimestamp(reply.date, UTC).replace(tzinfo=None)
        )
        return Answer(reply.found.get("data") or {}, reply.errors, at)

    def clock(self) -> float:
        """Return GitHub's time, as its last answer told it; this machine's where it has not answered."""
        return time.time() + self.clock_ahead

    def lost(self) -> str:
        """Return one line about the time that limits and failures took; empty where they took none."""
        reported = (
            [f"waited {span(self.waited_s)} for GitHub's limits"] if self.waited_s >= 1 else []
        )
        if self.repeats:
            took = f" ({span(self.repeating_s)})" if self.repeating_s >= 1 else ""
            reported.append(
                f"repeated {self.repeats:,} request{'' if self.repeats == 1 else 's'}{took}"
            )
        return f"{self.host}: {', '.join(reported)}" if reported else ""

    def stop(self) -> None:
        """Let every thread that waits or is about to ask give up."""
        self._stopped.set()
        self.access.stop()

    # -- one request, however many tries it takes ---------------------------------------------------------------------

    def _send(
        self, verb: str, path: str, parameters: Json, body: Json | None, shrinkable: bool = False
    ) -> Response:
        seen_kinds = dict.fromkeys(Kind, 0)
        while True:
            self._hold()
            began = time.monotonic()
            reply = self._once(verb, path, parameters, body)
            kind = classify(reply)
            if kind is Kind.WHOLE or (
                kind is Kind.PARTIAL and seen_kinds[kind] == min(LACKING, self.patience.tries - 1)
            ):
                return reply
            is_given_up = bool(reply.errors) or reply.status in (502, 504)
            if shrinkable and (
                kind is Kind.TOO_MUCH or (kind is Kind.BROKEN and is_given_up and seen_kinds[kind])
            ):
                raise QueryTooLargeError(f"{self.host}: GitHub gave up on a query of this size")
            seen_kinds[kind] += 1
            if kind is Kind.LIMIT:
                self._wait_out(reply, seen_kinds[kind])
            elif kind is Kind.MOVED:
                path = self._moved_to(path, reply, seen_kinds[kind])
                continue
            elif kind in (Kind.GONE, Kind.REFUSED) or (
                kind is Kind.DENIED and seen_kinds[kind] == self._most(DENIALS)
            ):
                self._refuse(kind, path, reply)
            else:
                is_new = (
                    kind is Kind.DENIED
                    and seen_kinds[kind] == 1
                    and self.access.renew(self._local.token)
                )
                if not is_new:
                    self._pause(
                        reply,
                        reply.problem or PROBLEMS.get(kind, "GitHub failed"),
                        seen_kinds[kind],
                    )
            self._note_repeat(began)

    def _once(self, verb: str, path: str, parameters: Json, body: Json | None) -> Response:
        """What one try brought."""
        self._local.token = self.access.token()
        requester = self._client().requester
        url = requester.graphql_url if path == "graphql" else path
        with self._turn:
            self.requests_sent += 1
        try:
            status, headers, text = requester.requestJson(
                verb, url, parameters=parameters, input=body, cnx=self._local.connection
            )
        except requests.RequestException as error:
            return no_answer(error, self.patience.timeout_s)
        except (
            ValueError,
            OverflowError,
        ):  # PyGithub reads numbers in headers, whatever a proxy wrote there
            return Response(0, problem="a broken answer")
        reply = read(status, headers, text, "query" in (body or ()))
        if reply.date is not None:
            self.clock_ahead = reply.date - time.time()
        self._has_answered |= reply.found is not None
        return reply

    def _client(self) -> Github:
        """This thread's client: PyGithub keeps one connection each, and pauses that we do not want."""
        if not hasattr(self._local, "client"):
            url = urlsplit(self.base_url)
            connect = _Https if url.scheme == "https" else _Http
            self._local.connection = connect(url.hostname or "", url.port)
            self._local.connection.timeout = (CONNECT_S, self.patience.timeout_s)
            self._local.client = Github(
                base_url=self.base_url,
                auth=_Bearer(self._local),
                retry=None,
                per_page=100,
                user_agent="headway",
                seconds_between_requests=None,
                seconds_between_writes=None,
            )
        client: Github = self._local.client
        return client

    # -- waits and repeats --------------------------------------------------------------------------------------------

    def _hold(self) -> None:
        """Wait until the pause that any thread was told to make is over."""
        while (remaining := self._not_before - time.monotonic()) > 0 and not self._stopped.is_set():
            self._stopped.wait(min(remaining, 1.0))
        if self._stopped.is_set():
            raise SourceError(f"{self.host}: stopped")
        if self._over:
            raise LongWaitError(self._over)

    def _wait_out(self, reply: Response, count: int) -> None:
        """Make every thread wait as long as a limit asks: it holds for the account, not for one request."""
        if count > LIMITS:
            raise SourceError(f"{self.host}: GitHub's rate limit, {LIMITS} times in a row; {LATER}")
        now = self.clock()
        unnamed = self.patience.unnamed_wait_s * 2.0 ** (count - 1)
        seconds = asked_wait(reply, now if reply.date is None else reply.date, unnamed)
        until = datetime.fromtimestamp(now + seconds, UTC)
        with self._turn:
            start = max(self._not_before, time.monotonic())
            longer = max(0.0, time.monotonic() + seconds - start)
            if (
                self.patience.max_wait_s is not None
                and self.waited_s + longer > self.patience.max_wait_s
            ):
                self._over = self._over or (
                    f"{self.host}: GitHub asks to wait until {until:%H:%M:%S} UTC ({span(seconds)}), longer than "
                    f"--max-wait {self.patience.max_wait_s:.0f} allows; what was read is kept, run again after that"
                )
                return
            self._not_before = start + longer
            self.waited_s += longer
        if longer >= 1:
            self.say(
                f"{self.host}: waiting for GitHub's rate limit until {until:%H:%M:%S} UTC ({span(seconds)})"
            )

    def _pause(self, reply: Response, problem: str, count: int) -> None:
        """Wait before the next try, twice as long each time; raises SourceError where there is none."""
        if reply.advice and not self._has_answered and count >= self._most(FEW):
            raise SourceError(f"{self.host}: {problem}; {reply.advice}")
        if count >= self.patience.tries:
            # errors of a query, unlike those of the whole service, come of what it asks for
            raise (QueryTooLargeError if reply.errors else SourceError)(
                f"{self.host}: {problem} after {count} tries; {reply.advice or LATER}"
            )
        seconds = min(LONGEST_PAUSE_S, self.patience.first_pause_s * 2 ** (count - 1))
        if count > QUICK:
            # those before it took as long together
            if self.patience.max_wait_s is not None and 2 * seconds > self.patience.max_wait_s:
                message = f"{problem} after {count} tries, and --max-wait allows no longer pause"
                raise SourceError(f"{self.host}: {message}; {LATER}")
            self.say(f"{self.host}: {problem}, trying again")
        self._stopped.wait(seconds * (0.5 + random.random() / 2))

    def _most(self, tries: int) -> int:
        return min(tries, self.patience.tries)

    def _note_repeat(self, began: float) -> None:
        """Count a repeat, and the time since its try began in which no other thread repeated either."""
        with self._turn:
            self.repeats += 1
            start = max(began, self._repeating_until, self._not_before)
            self._repeating_until = max(self._repeating_until, time.monotonic())
            self.repeating_s += max(0.0, self._repeating_until - start)

    # -- answers that lead elsewhere, or nowhere ----------------------------------------------------------------------

    def _moved_to(self, path: str, reply: Response, count: int) -> str:
        """The address GitHub sends us on to: of a renamed repository the one by its id."""
        index, target = (
            urlsplit(self.base_url),
            urlsplit(urljoin(f"{self.base_url}/", reply.headers["location"])),
        )
        if (target.scheme, target.netloc) != (index.scheme, index.netloc):
            there = f"{target.scheme}://{target.netloc}"
            raise SourceError(
                f"{self.host}: sends us on to {there}; set base_url under [github] to where it answers"
            )
        if count > REDIRECTS:
            raise SourceError(
                f"{self.host}: {path} leads round in circles; check base_url under [github]"
            )
        return target.geturl()

    def _refuse(self, kind: Kind, path: str, reply: Response) -> None:
        """Raise for the answers that no further try will change."""
        if kind is Kind.DENIED:
            message = reply.message or "Bad credentials"
            raise AccessError(
                f"{self.host}: the token was refused ({message}); {self.access.advice}"
            )
        if kind is Kind.GONE:
            raise NotFoundError(f"{self.host}: {path} is not there, or this token may not see it")
        label, message = "a query" if path == "graphql" else path, reply.message or reply.problem
        raise SourceError(
            f"{self.host}: {label} was refused ({message}); check the token's permissions"
        )


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


class _Http(HTTPRequestsConnectionClass):
    """A connection whose redirects come to us: PyGithub would follow a 301, and lose the parameters."""

    def getresponse(self) -> RequestsResponse:
        return _unfollowed(super().getresponse())


class _Https(HTTPSRequestsConnectionClass):
    """The same, encrypted."""

    def getresponse(self) -> RequestsResponse:
        return _unfollowed(super().getresponse())


def _unfollowed(response: RequestsResponse) -> RequestsResponse:
    """The answer, with the other status for the same redirect."""
    response.status = 308 if response.status == 301 else response.status
    return response


def span(seconds: float) -> str:
    """Return a length of time in words: ``3 min 20 s``."""
    minutes, remainder = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {remainder} s" if minutes else f"{remainder} s"


def host_of(base_url: str) -> str:
    """Return the name that rows of a GitHub are kept under: ``github.com``, or the server's own."""
    url = urlsplit(base_url)
    return "github.com" if url.hostname == "api.github.com" else url.netloc
