"""HTTP client of vendors' APIs: authentication, rate limits, retries, pages and private details.

The retry loop is our own. urllib3's ``Retry`` cannot report a wait, end at a wait of hours, repeat
a truncated response, or read ``x-ratelimit-reset``. General retry libraries need the same code for
each of these and save only the loop.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import ValidationError

from collectors.answers import (
    DEADLINE_S,
    Secrets,
    TooLargeError,
    TooSlowError,
    limit,
    parse_json,
)
from collectors.errors import AccessError, RefusedError, SourceError
from collectors.spend.models import LowerText, Model, Page, Text, reason
from collectors.spend.records import Report, require_memory

TRIES = 8
#: tries without a notice, as most faults are over by then
QUIET_TRIES = 3
#: seconds to connect, and seconds without a byte
TIMEOUT_S = (15, 120)
#: longer waits for one response are left to the next refresh
MAX_WAIT_S = 900.0
MAX_PAGES = 2_000
#: time of one list
MAX_LIST_S = 3600.0
#: wait after a rate limit without a time
DEFAULT_WAIT_S = 60.0
MAX_BACKOFF_S = 60.0
MINUTE_S = 60.0
#: seconds in a header
NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?")
#: query parameters in order; a name may repeat
Parameters = Sequence[tuple[str, str | int]]
LeftOut = Counter[tuple[date | None, str]]
Answer = TypeVar("Answer", bound=Model)


class Identified(Model):
    """Item of a list whose next page begins after an id."""

    id: Text = None


class ListItem(Identified):
    """User, API key or workspace."""

    name: LowerText = None


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
    refused or the response is empty, and SourceError for other failures. Errors contain no text of
    the vendor.
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
    #: seconds until a response is complete
    deadline_s: float = DEADLINE_S
    minute_s: float = MINUTE_S
    #: pages of one list
    max_pages: int = MAX_PAGES
    request_count: int = 0
    _recent: deque[float] = field(default_factory=deque, repr=False)
    _notices: set[str] = field(default_factory=set, repr=False)
    _names: dict[str, tuple[dict[str, str], LeftOut]] = field(default_factory=dict, repr=False)
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self._secrets = Secrets(self.secret)
        limit(self._session, deadline_s=self.deadline_s)

    @property
    def title(self) -> str:
        """Name of the account in messages."""
        return f"{self.api.name} ({self.account})" if self.account else self.api.name

    def get(
        self,
        path: str,
        model: type[Answer],
        parameters: Parameters = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the response of a GET."""
        return self._read("GET", path, model, headers, params=list(parameters))

    def post(self, path: str, model: type[Answer], body: Mapping[str, Any]) -> Answer:
        """Return the response of a POST."""
        return self._read("POST", path, model, json=body)

    def download(self, url: str) -> bytes:
        """Return the content of a signed link, which is requested without the secret."""
        address = urlsplit(self.base_url)
        if not url.startswith(("https://", f"{address.scheme}://{address.netloc}/")):
            raise SourceError(f"{self.title}: a download link is not an https:// address")
        content: bytes = self._request("GET", url, {}, bytes)
        return content

    def parse(self, content: bytes) -> Any:
        """Return JSON with exact numbers and without the secret, or raise ValueError."""
        return parse_json(content, self._secrets, is_exact=True)

    def pages(
        self, path: str, parameters: Parameters, headers: Mapping[str, str] | None = None
    ) -> Iterator[Any]:
        """Yield the items of all pages of a list with a ``next_page`` cursor."""

        def read_page(cursor: str) -> tuple[list[Any], str | None]:
            following: Parameters = [("page", cursor)] if cursor else []
            page = self.get(path, Page, [*parameters, *following], headers)
            return page.data, (page.next_page or "") if page.has_more else None

        return self.follow(path, read_page)

    def names(
        self,
        path: str,
        model: type[ListItem],
        report: Report,
        *,
        cursor_parameter: str,
        page_size: int,
    ) -> Mapping[str, str]:
        """Return the names of a list's items by id; each list is read once.

        The next page begins after the id of the last item. An item that does not fit makes all
        days of the report incomplete.
        """

        def read_page(cursor: str) -> tuple[list[Any], str | None]:
            following: Parameters = [(cursor_parameter, cursor)] if cursor else []
            page = self.get(path, Page, [("limit", page_size), *following])
            return page.data, _last_id(page.data) if page.has_more else None

        if path not in self._names:
            users = Report(report.first, report.last)
            names: dict[str, str] = {}
            for item in users.rows(model, self.follow(path, read_page), None):
                if item.id and item.name:
                    names[item.id] = item.name
                    require_memory(len(names))
            self._names[path] = names, users.left_out
        names, left_out = self._names[path]
        for (_, problem), count in left_out.items():
            report.left_out[None, f"{path}, {problem}"] = count
        return names

    def follow(
        self, path: str, read_page: Callable[[str], tuple[list[Any], str | None]]
    ) -> Iterator[Any]:
        """Yield the items of all pages of a list.

        ``read_page`` returns the items at a cursor, and the next cursor or None. Raises SourceError
        for a cursor that leads to no new page, and for lists beyond the limits.
        """
        cursor: str | None = ""
        digests: set[bytes] = set()
        end = time.monotonic() + MAX_LIST_S
        while cursor is not None:
            items, cursor = read_page(cursor)
            yield from items
            if cursor is None:
                return
            digest = hashlib.sha256(repr(items).encode()).digest()
            if not cursor or digest in digests:
                raise SourceError(
                    f"{self.title}: {path} has more pages but no cursor that leads to them"
                )
            digests.add(digest)
            if len(digests) >= self.max_pages or time.monotonic() > end:
                raise SourceError(
                    f"{self.title}: {path} has no end after {len(digests):,} pages. Run again later"
                )

    def notify_once(self, text: str) -> None:
        """Send a notice about this account once."""
        if text not in self._notices:
            self._notices.add(text)
            self.notify(f"{self.title}: {text}")

    def _headers(self, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        secret_headers = self.api.headers(self.secret)
        return {"Accept": "application/json", **secret_headers, **(headers or {})}

    def _read(
        self,
        method: str,
        path: str,
        model: type[Answer],
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        answer = self._request(
            method, f"{self.base_url}{path}", self._headers(headers), self.parse, **content
        )
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            raise SourceError(
                f"{self.title}: {path} has an invalid response ({reason(error)})"
            ) from None

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        parse: Callable[[bytes], Any],
        **content: Any,
    ) -> Any:
        """Return the parsed response, after as many tries as needed."""
        end = time.monotonic() + MAX_WAIT_S
        for attempt in itertools.count(1):
            self._throttle()
            try:
                return self._try(method, url, headers, parse, **content)
            except _RetryableError as error:
                if attempt == self.tries or time.monotonic() > end:
                    raise SourceError(
                        f"{self.title}: {error} after {attempt} tries. Run again later, "
                        "no data is lost"
                    ) from None
                self._wait(attempt, str(error), error.wait_s, end)

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
        except (TooLargeError, TooSlowError) as error:
            raise SourceError(f"{self.title}: {self._path(url)} has {error}") from None
        except requests.RequestException as error:
            if isinstance(error, ValueError):  # requests' errors of invalid addresses
                raise SourceError(f"{self.title}: {self._path(url)} is no valid address") from None
            raise _RetryableError(_network_problem(error)) from None
        status = answer.status_code
        if status == 200:
            try:
                parsed = parse(answer.content)
            except json.JSONDecodeError:
                raise _RetryableError("the response is truncated or invalid") from None
            except ValueError:
                raise SourceError(
                    f"{self.title}: the response of {self._path(url)} is too large or nested "
                    "too deeply"
                ) from None
            self._save(answer.content)
            return parsed
        wait_s = requested_wait(status, answer.headers)
        if wait_s is None and 200 < status < 500 and status != 408:
            self._refuse(status, url)
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

    def _wait(self, attempt: int, problem: str, wait_s: float | None, end: float) -> None:
        """Wait as long as the vendor asks, or else with exponential backoff and jitter."""
        if wait_s is None:
            if attempt > QUIET_TRIES:
                self.notify(f"{self.title}: {problem}, trying again")
            backoff_s = min(MAX_BACKOFF_S, 0.5 * 2 ** (attempt - 1))
            time.sleep(backoff_s * random.uniform(0.5, 1.0))
            return
        if wait_s > max(0.0, end - time.monotonic()):
            raise SourceError(
                f"{self.title}: {problem}, the vendor asks to wait {wait_s / 60:.0f} minutes. "
                "Run again after that"
            )
        self.notify(f"{self.title}: waiting {wait_s:.0f} s as the vendor asks ({problem})")
        time.sleep(wait_s)

    def _refuse(self, status: int, url: str) -> NoReturn:
        """Raise the error of a response that a retry cannot change."""
        path = self._path(url)
        need = f"{self.api.secret_variable} must be {self.api.permission}"
        if status == 401:
            raise AccessError(
                f"{self.title}: {self.api.secret_variable} was refused (401). "
                f"It must be {self.api.permission}"
            )
        if status == 204:
            raise RefusedError(f"{self.title}: {path} is empty (204)", status)
        if status < 400:
            raise SourceError(f"{self.title}: {path} redirects ({status}). Check the address")
        hint = f". {need}" if status in (403, 404) else ""
        raise RefusedError(f"{self.title}: {path} was refused ({status}){hint}", status)

    def _path(self, url: str) -> str:
        """Return a path for messages: links are the vendor's, and may be secret."""
        is_ours = url.startswith(self.base_url)
        return url.removeprefix(self.base_url) if is_ours else "a download link"

    def _save(self, content: bytes) -> None:
        """Save a copy of a response, readable by its owner only."""
        if self.dump is None:
            return
        self.dump.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self.dump / f"{self.title.replace(' ', '-')}-{stamp}-{self.request_count:05d}.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self._secrets.mask(content))


def _last_id(items: Sequence[Any]) -> str:
    for item in items[-1:]:
        with suppress(ValidationError):
            return Identified.model_validate(item).id or ""
    return ""


def requested_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, or None if it asks for no wait."""
    retry_after = headers.get("retry-after", "").strip()
    is_exhausted = headers.get("x-ratelimit-remaining") == "0"
    is_rate_limit = status == 429 or (status == 403 and is_exhausted)
    if not is_rate_limit and not (retry_after and status in (403, 503)):
        return None
    try:
        if NUMBER.fullmatch(retry_after):
            return float(retry_after) + 0.1
        if retry_after:
            end = _http_time(retry_after)
        elif is_exhausted and NUMBER.fullmatch(reset := headers.get("x-ratelimit-reset", "")):
            end = float(reset)
        else:
            return DEFAULT_WAIT_S
        # the vendor's clock, as this machine's may differ
        date_header = headers.get("date")
        clock = _http_time(date_header) if date_header else time.time()
    except (ValueError, OverflowError):
        return DEFAULT_WAIT_S
    return max(1.0, end - clock + 1.0)


def _http_time(text: str) -> float:
    """Return the seconds since 1970 of a header; raises ValueError or OverflowError."""
    return parsedate_to_datetime(text[:100]).timestamp()


def _network_problem(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate cannot be verified"
    if isinstance(error, requests.exceptions.Timeout):
        return "no response in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the response is truncated or invalid"
    return "the connection failed"
