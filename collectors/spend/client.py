"""HTTP client of vendors' APIs: authentication, rate limits, retries, pages and private details.

The retry loop is our own. urllib3's ``Retry`` cannot report a wait, end at a wait of hours, repeat
a truncated response, or read ``x-ratelimit-reset``. General retry libraries need the same code for
each of these and save only the loop.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn

import requests

from collectors.errors import AccessError, RefusedError, SourceError
from collectors.spend import fields
from collectors.spend.fields import Json

TRIES = 8
#: tries without a notice, as most faults are over by then
QUIET_TRIES = 3
#: seconds to connect, and seconds without a byte
TIMEOUT_S = (15, 120)
#: longer waits are left to the next refresh
MAX_WAIT_S = 900.0
#: wait after a rate limit without a time
DEFAULT_WAIT_S = 60.0
MAX_BACKOFF_S = 60.0
MINUTE_S = 60.0
MAX_ERROR_LENGTH = 200
#: an e-mail address, a word long enough to be a key, or a key with a masked middle
PRIVATE = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+|\b[\w-]*\w{24,}[\w-]*\b|[\w-]*\*{2,}[\w*-]*")
#: query parameters in order; a name may repeat
Parameters = Sequence[tuple[str, str | int]]


@dataclass(frozen=True, kw_only=True)
class VendorApi:
    """Address, authentication and limits of a vendor's API."""

    name: str
    #: environment variable of the secret
    secret_variable: str
    url: str
    #: headers that authenticate with a secret
    headers: Callable[[str], Mapping[str, str]]
    #: description of the secret for messages
    permission: str
    #: documented limit; without one, responses contain the wait
    requests_per_minute: int | None = None


class _RetryableError(Exception):
    """A failed try that may be repeated, after a wait if the vendor asks for one."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


@dataclass(eq=False)
class VendorClient:
    """Client of one account. Create one a sync: lists of names are read once a client.

    All requests raise AccessError if the secret is refused, RefusedError if only the request is
    refused, and SourceError for other failures.
    """

    api: VendorApi
    base_url: str
    account: str
    secret: str = field(repr=False)
    #: receives notices for the user
    notify: Callable[[str], None] = lambda _text: None
    #: folder for copies of responses
    dump: Path | None = None
    tries: int = TRIES
    timeout_s: tuple[float, float] = TIMEOUT_S
    minute_s: float = MINUTE_S
    request_count: int = 0
    _recent: deque[float] = field(default_factory=deque, repr=False)
    _notices: set[str] = field(default_factory=set, repr=False)
    _names: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def title(self) -> str:
        """Name of the account in messages."""
        return f"{self.api.name} ({self.account})" if self.account else self.api.name

    def get(
        self, path: str, parameters: Parameters = (), headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return the JSON of a GET with decimal numbers, or None for status 204."""
        return self._request(
            "GET", f"{self.base_url}{path}", self._headers(headers), _json, params=list(parameters)
        )

    def post(self, path: str, body: Json) -> Any:
        """Return the JSON of a POST with decimal numbers, or None for status 204."""
        return self._request("POST", f"{self.base_url}{path}", self._headers(), _json, json=body)

    def download(self, url: str) -> str:
        """Return the text at a signed link, which is requested without the secret."""
        if not re.match(r"https?://", url):
            raise SourceError(f"{self.title}: a download link is not a URL")
        text: str = self._request("GET", url, {}, lambda content: content.decode("utf-8-sig"))
        return text

    def pages(
        self, path: str, parameters: Parameters, headers: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Yield the items of all pages of a list with a ``next_page`` cursor."""
        cursor, cursors = "", {""}
        while True:
            page: Parameters = [("page", cursor)] if cursor else []
            answer = self.get(path, [*parameters, *page], headers)
            yield from fields.objects(answer, "data")
            if not answer.get("has_more"):
                return
            cursor = str(answer.get("next_page") or "")
            if cursor in cursors:
                raise self._lost_page(path)
            cursors.add(cursor)

    def names(
        self, path: str, field_name: str, *, cursor_parameter: str, page_size: int
    ) -> Mapping[str, str]:
        """Return a field of a list's items by id, in lower case; each list is read once."""
        if path not in self._names:
            names = {}
            for item in self._items_after(path, cursor_parameter, page_size):
                if name := fields.lower_text(item, field_name):
                    names[str(item.get("id"))] = name
            self._names[path] = names
        return self._names[path]

    def notify_once(self, text: str) -> None:
        """Send a notice about this account once."""
        if text not in self._notices:
            self._notices.add(text)
            self.notify(f"{self.title}: {text}")

    def _items_after(self, path: str, cursor_parameter: str, page_size: int) -> Iterator[Json]:
        """Yield the items of a list whose next page begins after the id of the last item."""
        cursor = ""
        while True:
            page: Parameters = [(cursor_parameter, cursor)] if cursor else []
            answer = self.get(path, [("limit", page_size), *page])
            items = fields.objects(answer, "data")
            yield from items
            if not answer.get("has_more"):
                return
            previous = cursor
            cursor = (fields.text(items[-1], "id") or "") if items else ""
            if cursor in ("", previous):
                raise self._lost_page(path)

    def _lost_page(self, path: str) -> SourceError:
        return SourceError(f"{self.title}: {path} has more pages but no cursor that leads to them")

    def _headers(self, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        secret_headers = self.api.headers(self.secret)
        return {"Accept": "application/json", **secret_headers, **(headers or {})}

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        parse: Callable[[bytes], Any],
        **content: Any,
    ) -> Any:
        """Return the parsed response, after as many tries as needed."""
        problem = ""
        for attempt in range(1, self.tries + 1):
            self._throttle()
            try:
                return self._try(method, url, headers, parse, **content)
            except _RetryableError as error:
                problem = str(error)
                if attempt < self.tries:
                    self._wait(attempt, problem, error.wait_s)
        raise SourceError(
            f"{self.title}: {problem} after {self.tries} tries. Run again later, no data is lost"
        )

    def _try(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        parse: Callable[[bytes], Any],
        **content: Any,
    ) -> Any:
        self.request_count += 1

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            # an authentication callable, as requests would otherwise apply a .netrc
            request.headers.update({"User-Agent": "headway", **headers})
            return request

        try:
            answer = self._session.request(
                method,
                url,
                auth=sign,
                timeout=self.timeout_s,
                # a redirect would send the secret to another host
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as error:
            raise _RetryableError(_network_problem(error)) from None
        status = answer.status_code
        if status == 204:
            return None
        if status == 200:
            try:
                parsed = parse(answer.content)
            except ValueError:
                raise _RetryableError("the response is truncated or invalid") from None
            self._save(answer.content)
            return parsed
        wait_s = _requested_wait(status, answer.headers)
        if wait_s is None and 300 <= status < 500 and status != 408:
            self._refuse(status, url, answer.content)
        raise _RetryableError(f"status {status}", wait_s)

    def _throttle(self) -> None:
        """Wait until the limit of requests per minute permits one more."""
        if self.api.requests_per_minute is None:
            return
        while self._recent and time.monotonic() - self._recent[0] >= self.minute_s:
            self._recent.popleft()
        if len(self._recent) >= self.api.requests_per_minute:
            time.sleep(max(0.0, self._recent.popleft() + self.minute_s - time.monotonic()))
        self._recent.append(time.monotonic())

    def _wait(self, attempt: int, problem: str, wait_s: float | None) -> None:
        """Wait as long as the vendor asks, or else with exponential backoff and jitter."""
        if wait_s is None:
            if attempt > QUIET_TRIES:
                self.notify(f"{self.title}: {problem}, trying again")
            backoff_s = min(MAX_BACKOFF_S, 0.5 * 2 ** (attempt - 1))
            time.sleep(backoff_s * random.uniform(0.5, 1.0))
            return
        if wait_s > MAX_WAIT_S:
            raise SourceError(
                f"{self.title}: {problem}, the vendor asks to wait {wait_s / 60:.0f} minutes. "
                "Run again after that"
            )
        self.notify(f"{self.title}: waiting {wait_s:.0f} s as the vendor asks ({problem})")
        time.sleep(wait_s)

    def _refuse(self, status: int, url: str, content: bytes) -> NoReturn:
        """Raise the error of a response that a retry cannot change."""
        path = (
            url.removeprefix(self.base_url) if url.startswith(self.base_url) else "a download link"
        )
        reason = self._error_message(content)
        reason = f"{status}: {reason}" if reason else str(status)
        need = f"{self.api.secret_variable} must be {self.api.permission}"
        if status == 401:
            raise AccessError(
                f"{self.title}: {self.api.secret_variable} was refused ({reason}). "
                f"It must be {self.api.permission}"
            )
        if status < 400:
            raise SourceError(f"{self.title}: {path} redirects ({status}). Check the address")
        hint = f". {need}" if status in (403, 404) else ""
        raise RefusedError(f"{self.title}: {path} was refused ({reason}){hint}", status)

    def _error_message(self, content: bytes) -> str:
        """Return the vendor's error message in one line without names and keys."""
        try:
            message = json.loads(content)
        except ValueError:
            return ""
        for name in ("error", "message"):
            message = message.get(name, message) if isinstance(message, dict) else message
        if not isinstance(message, str):
            return ""
        line = " ".join(message.replace(self.secret, "…").split())
        return PRIVATE.sub("…", line)[:MAX_ERROR_LENGTH]

    def _save(self, content: bytes) -> None:
        """Save a copy of a response, readable by its owner only."""
        if self.dump is None:
            return
        self.dump.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self.dump / f"{self.title.replace(' ', '-')}-{stamp}-{self.request_count:05d}.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content.replace(self.secret.encode(), "…".encode()))


def _json(content: bytes) -> Any:
    return json.loads(content, parse_float=Decimal, parse_constant=_reject_constant)


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _requested_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, or None if it asks for no wait."""
    retry_after = headers.get("retry-after", "").strip()
    is_exhausted = headers.get("x-ratelimit-remaining") == "0"
    is_rate_limit = status == 429 or (status == 403 and is_exhausted)
    if not is_rate_limit and not (retry_after and status in (403, 503)):
        return None
    if re.fullmatch(r"\d+(\.\d+)?", retry_after):
        return float(retry_after) + 0.1
    try:
        if retry_after:
            end = parsedate_to_datetime(retry_after).timestamp()
        elif is_exhausted:
            end = float(headers.get("x-ratelimit-reset", ""))
        else:
            return DEFAULT_WAIT_S
        # the vendor's clock, as this machine's may differ
        date = headers.get("date")
        clock = parsedate_to_datetime(date).timestamp() if date else time.time()
    except ValueError:
        return DEFAULT_WAIT_S
    return max(1.0, end - clock + 1.0)


def _network_problem(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate cannot be verified"
    if isinstance(error, requests.exceptions.Timeout):
        return "no response in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the response is truncated or invalid"
    return "the connection failed"
