"""A local server that answers as the vendors of AI document it: real HTTP, small pages, and faults on request."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Json
    #: where the server is reached
    url: str

    def one(self, name: str, default: str = "") -> str:
        """The value of a parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """What is answered; ``cut`` closes the connection in the middle of the body."""

    status: int
    body: Json | list[Any] | str
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Vendor = Callable[[Request], Reply]


@dataclass
class Server:
    """The vendors by the first part of the path, what they were asked, and the faults they answer with first."""

    vendors: dict[str, Vendor]
    url: str = ""
    asked: list[Request] = field(default_factory=list)
    #: answers to give before the real ones to requests whose path holds a text
    faults: list[tuple[str, Reply]] = field(default_factory=list)
    latency_s: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def environment(self) -> dict[str, str]:
        """What leads the collectors here."""
        return {f"HEADWAY_{name.upper()}_URL": f"{self.url}/{name}" for name in self.vendors}

    def answer(self, request: Request) -> Reply:
        """The answer to one request."""
        time.sleep(self.latency_s)
        name, _, remainder = request.path.lstrip("/").partition("/")
        with self._turn:
            self.asked.append(request)
            for number, (text, reply) in enumerate(self.faults):
                if text in request.path:
                    del self.faults[number]
                    return reply
        inner = Request(
            request.method,
            f"/{remainder}",
            request.query,
            request.headers,
            request.body,
            f"{self.url}/{name}",
        )
        return self.vendors[name](inner)

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.asked]


@contextlib.contextmanager
def serve(**vendors: Vendor) -> Iterator[Server]:
    """Run vendors until the block ends."""
    server = Server(vendors)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        #: head and body leave together, or each answer waits for the other side's acknowledgement
        wbufsize = -1

        def do_GET(self) -> None:
            """Answer a GET or a POST."""
            url = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(url.query, keep_blank_values=True)
            body = json.loads(text) if text else {}
            reply = server.answer(Request(self.command, url.path, query, headers, body, server.url))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.content) + reply.cut))
            self.end_headers()
            self.wfile.write(reply.content)
            self.close_connection = reply.cut

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def paged(rows: list[Json], size: int, token: str) -> tuple[list[Json], str | None]:
    """A page of rows, and the token of the next one."""
    start = int(token.removeprefix("page_") or 0)
    return rows[start : start + size], f"page_{start + size}" if start + size < len(rows) else None
