"""One door to the vendors' APIs: every wait and retry happens here, and no secret goes further than to its vendor."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn

import requests

from collectors.errors import AccessError, RefusedError, SourceError
from collectors.spend.fields import FieldError, Json, records
from collectors.spend.records import Parameters, Source

TRIES = 8
#: seconds to connect, and seconds without a byte
TIMEOUT_S = (15, 120)
#: a vendor that wants a longer wait is asked again by the next refresh
LONGEST_WAIT_S = 900.0
#: the wait where a vendor's limit names none
LIMIT_WAIT_S = 60.0
MINUTE_S = 60.0
MOST_SAID = 200
#: an e-mail address, a word long enough to be a key, or one with its middle starred out
PRIVATE = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+|\b[\w-]*\w{24,}[\w-]*\b|[\w-]*\*{2,}[\w*-]*")
Say = Callable[[str], None]


@dataclass
class Door:
    """One account of one vendor: asks, waits and asks again until there is an answer or a reason for none."""

    source: Source
    base_url: str
    account: str
    secret: str = field(repr=False)
    say: Say = lambda _text: None
    #: where each answer is kept as it came
    dump: Path | None = None
    tries: int = TRIES
    timeout_s: tuple[float, float] = TIMEOUT_S
    minute_s: float = MINUTE_S
    requests_sent: int = 0
    _recent: deque[float] = field(default_factory=deque, repr=False)
    _told: set[str] = field(default_factory=set, repr=False)
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def title(self) -> str:
        """What messages call this account."""
        return f"{self.source.name} ({self.account})" if self.account else self.source.name

    def get(
        self, path: str, parameters: Parameters = (), headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return the JSON of one GET, numbers as decimals; None where the vendor answers that there is nothing.

        Raises AccessError where the secret is refused, RefusedError where this request is, SourceError otherwise.
        """
        return self._parsed("GET", f"{self.base_url}{path}", parameters, None, headers or {})

    def post(self, path: str, body: Json) -> Any:
        """Return the JSON of one POST; raises as ``get`` does."""
        return self._parsed("POST", f"{self.base_url}{path}", (), body, {})

    def pages(
        self, path: str, parameters: Parameters, headers: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Yield the records of every page, where ``next_page`` names the next; raises as ``get`` does."""
        page, visited = "", {""}
        while True:
            answer = self.get(path, [*parameters, *([("page", page)] if page else [])], headers)
            yield from self.listed(answer, "data")
            if not answer.get("has_more"):
                return
            page = str(answer.get("next_page") or "")
            if page in visited:
                raise SourceError(f"{self.title}: {path} has more pages, but does not lead to them")
            visited.add(page)

    def listed(self, answer: Any, path: str) -> list[Json]:
        """Return the list of records in an answer; SourceError where there is none."""
        try:
            return records(answer, path)
        except FieldError as error:
            raise SourceError(f"{self.title}: {error}") from None

    def fetch(self, url: str) -> str:
        """Return the text behind a signed link, which is asked for without the secret; raises as ``get`` does."""
        if not re.match(r"https?://", url):
            raise SourceError(f"{self.title}: a download link that is no address")
        return self._sent("GET", url, (), None, None, lambda content: content.decode("utf-8-sig"))  # type: ignore[no-any-return]

    def say_once(self, text: str) -> None:
        """Tell the user something of this account, once."""
        if text not in self._told:
            self._told.add(text)
            self.say(f"{self.title}: {text}")

    # -- one request, however many tries it takes ---------------------------------------------------------------------

    def _parsed(
        self,
        verb: str,
        url: str,
        parameters: Parameters,
        body: Json | None,
        headers: Mapping[str, str],
    ) -> Any:
        whole = {"Accept": "application/json", **self.source.headers(self.secret), **headers}
        return self._sent(verb, url, parameters, body, whole, _json)

    def _sent(
        self,
        verb: str,
        url: str,
        parameters: Parameters,
        body: Json | None,
        headers: Mapping[str, str] | None,
        parse: Callable[[bytes], Any],
    ) -> Any:
        """The parsed answer; without headers, a request that carries no secret."""
        problem = ""
        for attempt in range(self.tries):
            self._pace()
            status, message, content, problem = self._once(verb, url, parameters, body, headers)
            if status == 204:
                return None
            if status == 200:
                try:
                    result = parse(content)
                except ValueError:
                    problem = "an answer that is cut off or broken"
                else:
                    self._keep(content)
                    return result
            elif wait := _asked_wait(status, message):
                self._wait(wait, problem)
                continue
            elif 300 <= status < 500 and status != 408:
                self._refuse(status, url, content)
            if attempt >= 3:
                self.say(f"{self.title}: {problem}, trying again")
            if attempt < self.tries - 1:
                time.sleep(min(60.0, 0.5 * 2**attempt) * (0.5 + random.random() / 2))
        raise SourceError(
            f"{self.title}: {problem} after {self.tries} tries; run again later, nothing is lost"
        )

    def _once(
        self,
        verb: str,
        url: str,
        parameters: Parameters,
        body: Json | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[int, Mapping[str, str], bytes, str]:
        """Status, headers, body and what is wrong with them, of one try; status 0 where no whole answer came."""
        self.requests_sent += 1

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            # as the request's own authentication, so that no .netrc puts another in its place
            request.headers.update({"User-Agent": "headway", **(headers or {})})
            return request

        try:
            answer = self._session.request(
                verb,
                url,
                params=list(parameters),
                json=body,
                auth=sign,
                timeout=self.timeout_s,
                # a redirect would carry the vendor's own headers to wherever it leads
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return 0, {}, b"", _network_problem(error)
        return answer.status_code, answer.headers, answer.content, f"status {answer.status_code}"

    def _pace(self) -> None:
        """Wait until the vendor lets one more request pass in this minute."""
        if self.source.per_minute is None:
            return
        while self._recent and time.monotonic() - self._recent[0] >= self.minute_s:
            self._recent.popleft()
        if len(self._recent) >= self.source.per_minute:
            time.sleep(max(0.0, self._recent[0] + self.minute_s - time.monotonic()))
            self._recent.popleft()
        self._recent.append(time.monotonic())

    def _wait(self, seconds: float, problem: str) -> None:
        if seconds > LONGEST_WAIT_S:
            raise SourceError(
                f"{self.title}: {problem}, asks to wait {seconds / 60:.0f} minutes; run again after that"
            )
        self.say(f"{self.title}: waiting {seconds:.0f} s, as the vendor asks ({problem})")
        time.sleep(seconds)

    def _refuse(self, status: int, url: str, content: bytes) -> NoReturn:
        """Raise for the answers that no second try will change."""
        path = (
            url.removeprefix(self.base_url) if url.startswith(self.base_url) else "a download link"
        )
        message = self._said(content)
        reported = f"{status}: {message}" if message else str(status)
        if status == 401:
            need = self.source.permission
            raise AccessError(
                f"{self.title}: {self.source.secret} was refused ({reported}); it must be {need}"
            )
        if status < 400:
            raise SourceError(
                f"{self.title}: {path} leads elsewhere ({status}); check the address it is asked at"
            )
        need = (
            f"; {self.source.secret} must be {self.source.permission}"
            if status in (403, 404)
            else ""
        )
        raise RefusedError(f"{self.title}: {path} was refused ({reported}){need}", status)

    def _said(self, content: bytes) -> str:
        """What the vendor says of an error, in one short line without what could be a name or a key."""
        try:
            result = json.loads(content)
        except ValueError:
            return ""
        for name in ("error", "message"):
            result = result.get(name, result) if isinstance(result, dict) else result
        if not isinstance(result, str):
            return ""
        return PRIVATE.sub("…", " ".join(result.replace(self.secret, "…").split()))[:MOST_SAID]

    def _keep(self, content: bytes) -> None:
        """Keep an answer as the vendor gave it, readable by its owner alone."""
        if self.dump is None:
            return
        self.dump.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        path = self.dump / f"{self.title.replace(' ', '-')}-{stamp}-{self.requests_sent:05d}.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content.replace(self.secret.encode(), "…".encode()))


def _json(content: bytes) -> Any:
    return json.loads(content, parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _asked_wait(status: int, headers: Mapping[str, str]) -> float:
    """Seconds that a vendor asks to wait before the next request; 0 where it does not ask."""
    requested, remaining = (
        headers.get("retry-after", "").strip(),
        headers.get("x-ratelimit-remaining"),
    )
    reset = headers.get("x-ratelimit-reset", "")
    is_limit = status == 429 or (status == 403 and remaining == "0")
    if not is_limit and not (requested and status in (403, 503)):
        return 0.0
    if re.fullmatch(r"\d+(\.\d+)?", requested):
        return float(requested) + 0.1
    try:
        clock = (
            parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else time.time()
        )
        until = (
            parsedate_to_datetime(requested).timestamp()
            if requested
            else float(reset)
            if remaining == "0"
            else None
        )
    except ValueError:
        return LIMIT_WAIT_S
    return LIMIT_WAIT_S if until is None else max(1.0, until - clock + 1.0)


def _network_problem(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate could not be verified"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "an answer that is cut off or broken"
    return "the connection failed"
