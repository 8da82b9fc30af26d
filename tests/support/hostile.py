"""Relay to the local GitHub that mutates its answers about one repository.

Answers about other repositories pass unchanged. Mutations depend on a seed and the number of the
request.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.support.canned_server import drip

#: values in place of others; SECRET is replaced by the token of the request
SECRET = "the token of the request"
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    5,
    2**31,
    10**30,
    1e300,
    "",
    [],
    {},
    [None],
    "2026-13-45T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "+294248-01-01T00:00:00Z",
    "2099-01-01T00:00:00Z",
    "infinity",
    "\x00\x1b]0;title\x07\u202e",
    "\ud800",
    "'; drop table x; --",
    "x" * 400_000,
    SECRET,
    f"Bearer {SECRET}",
    "javascript:alert(1)",
    "ok@acme.example",
    [[[[{"a": []}]]]],
    {"databaseId": 1, "nodes": 5, "pageInfo": None},
]
#: whole answers: status, headers and body
ANSWERS: list[tuple[int, dict[str, str], bytes]] = [
    (200, {}, b"[" * 300_000),
    (200, {}, b"[[]" + b",[]" * 3_000_000 + b"]"),
    (200, {}, b'{"data": ' + b'{"a": ' * 500 + b"1" + b"}" * 501),
    (200, {}, b"{}"),
    (200, {}, b'"text"'),
    (200, {}, b'{"data": [], "errors": {"a": 1}}'),
    (200, {}, b'{"data": {"nodes": 7}, "errors": [5, {"path": 3, "message": [], "type": {}}]}'),
    (200, {}, b'{"data": {"nodes": [{"number": NaN}, {"number": 1e99999999}]}}'),
    (200, {"content-encoding": "gzip"}, gzip.compress(b" " * 200_000_000)),
    (200, {"content-encoding": "gzip"}, b"no gzip"),
    (202, {}, b"{}"),
    (401, {}, b'{"message": "bad credentials SECRET"}'),
    (403, {}, b'{"message": "SECRET"}'),
    (422, {}, b'{"message": "SECRET", "errors": [{"message": "SECRET"}]}'),
    (500, {}, b"\xff\xfe"),
    (302, {"location": "http://[::1"}, b""),
    (302, {"location": "https://evil.example/SECRET"}, b""),
    (418, {"retry-after": "nan", "x-ratelimit-reset": "9" * 400}, b"null"),
]
DATES = ["Thu, 01 Jan 2099 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "never", ""]


@dataclass
class Relay:
    """Running relay: its address, its victim and what it may do."""

    url: str
    target: str
    #: repository whose answers are mutated: name without its owner, and id
    victim: str
    victim_id: int
    seed: int = 0
    #: probability of each kind; nothing is mutated by default
    mutated: float = 0.0
    replaced: float = 0.0
    dated: float = 0.0
    is_endless: bool = False
    #: seconds between two bytes of an answer that is about the victim alone
    drip_s: float = 0.0
    #: change of each part of an answer
    rewrite: Callable[[Any], None] = lambda _part: None
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, path: str, body: bytes, token: str, content: bytes) -> bytes:
        """Return a mutated answer."""
        with self.lock:
            self.requests += 1
            dice = random.Random(self.seed * 1_000_003 + self.requests)
        with contextlib.suppress(ValueError):
            answer = json.loads(content)
            if parts := self._parts(path, body, answer):
                for part in parts:
                    self.rewrite(part)
                if self.is_endless:
                    for part in parts:
                        _without_end(part)
                if dice.random() < self.mutated:
                    for _ in range(dice.randint(1, 4)):
                        mutate(dice.choice(parts), dice)
                text = json.dumps(answer).replace(SECRET, token)
                return text.encode()
        return content

    def replacement(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        """Return a whole answer in place of one that is about the victim alone, if any."""
        dice = random.Random(self.seed * 7_368_787 + self.requests)
        is_struck = self.is_about_victim(path, body) and dice.random() < self.replaced
        return dice.choice(ANSWERS) if is_struck else None

    def is_about_victim(self, path: str, body: bytes) -> bool:
        """Return whether a request is about the victim alone."""
        about = json.loads(body)["variables"] if body else {}
        names = {value for name, value in about.items() if name.endswith("_name")}
        return names == {self.victim} if body else f"/{self.victim}/" in path

    def date(self) -> str | None:
        """Return a wrong date for a header, if any."""
        dice = random.Random(self.seed * 15_485_863 + self.requests)
        return dice.choice(DATES) if dice.random() < self.dated else None

    def _parts(self, path: str, body: bytes, answer: Any) -> list[Any]:
        """Return the parts of an answer that are about the victim."""
        if not body:
            return [answer] if f"/{self.victim}/" in path and answer else []
        variables = json.loads(body)["variables"]
        data = answer.get("data") or {}
        parts = [
            value
            for alias, value in data.items()
            if value and variables.get(f"{alias}_name") == self.victim
        ]
        for node in data.get("nodes") or ():
            repository = (node or {}).get("repository") or {}
            if repository.get("databaseId") == self.victim_id:
                parts.append(node)
        return parts


def mutate(value: Any, dice: random.Random) -> None:
    """Replace, remove or repeat something at a random place of a JSON value."""
    places = list(_places(value))
    if not places:
        return
    container, key = dice.choice(places)
    action = dice.random()
    if action < 0.15:
        del container[key]
    elif action < 0.25 and isinstance(container, list):
        container += container[:] * dice.randint(1, 3)
    else:
        container[key] = json.loads(json.dumps(dice.choice(VALUES)))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _without_end(value: Any) -> None:
    """Make every list of an answer have one more page."""
    for container, key in list(_places(value)):
        if key == "pageInfo":
            cursor = container[key]["endCursor"] or "Y3Vyc29yOjE="
            container[key] = {"hasNextPage": True, "endCursor": cursor}


@contextlib.contextmanager
def relay(target: str, victim: str, victim_id: int) -> Iterator[Relay]:
    """Run a relay to a server on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            request = Request(target + self.path, data=body or None, method=self.command)
            for name in ("authorization", "content-type", "accept"):
                if value := self.headers.get(name):
                    request.add_header(name, value)
            try:
                with urlopen(request, timeout=60) as answer:
                    status, headers, content = answer.status, answer.headers, answer.read()
            except HTTPError as error:
                status, headers, content = error.code, error.headers, error.read()
            content = running.strike(self.path, body, token, content)
            reply_headers = {"content-type": "application/json", "date": headers["date"]}
            if replacement := running.replacement(self.path, body):
                status, reply_headers, content = (
                    replacement[0],
                    dict(replacement[1]),
                    replacement[2],
                )
                content = content.replace(b"SECRET", token.encode())
                reply_headers = {
                    name: text.replace("SECRET", token) for name, text in reply_headers.items()
                }
            if (date := running.date()) is not None:
                reply_headers = {**reply_headers, "date": date}
            self.send_response_only(status)
            for name, value in (reply_headers | {"content-length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                pause = running.drip_s if running.is_about_victim(self.path, body) else 0
                drip(self.wfile, content, pause)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:  # clients that read enough
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Relay(f"http://127.0.0.1:{server.server_port}", target, victim, victim_id)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
