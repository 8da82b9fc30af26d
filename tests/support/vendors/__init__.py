"""Local HTTP server with the documented APIs of AI vendors, small pages and configured faults."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """A request that the server received."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Json
    #: base URL of the vendor
    url: str

    def parameter(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Reply:
    """A response. ``cut`` closes the connection within the body."""

    status: int
    body: Json | list[Any] | str | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        """Body in bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Vendor = Callable[[Request], Reply]


@dataclass
class Server:
    """Vendors by the first part of the path, received requests, and pending faults."""

    vendors: dict[str, Vendor]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    #: single responses in place of the vendor's, by a part of the path
    faults: list[tuple[str, Reply]] = field(default_factory=list)
    latency_s: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def environment(self) -> dict[str, str]:
        """Return the environment that directs the collectors to this server."""
        return {f"HEADWAY_{name.upper()}_URL": f"{self.url}/{name}" for name in self.vendors}

    def answer(self, request: Request) -> Reply:
        """Return the response to one request."""
        time.sleep(self.latency_s)
        name, _, remainder = request.path.lstrip("/").partition("/")
        with self._turn:
            self.requests.append(request)
            for number, (text, reply) in enumerate(self.faults):
                if text in request.path:
                    del self.faults[number]
                    return reply
        vendor_request = replace(request, path=f"/{remainder}", url=f"{self.url}/{name}")
        return self.vendors[name](vendor_request)


@contextlib.contextmanager
def serve(**vendors: Vendor) -> Iterator[Server]:
    """Run vendors until the block ends."""
    server = Server(vendors)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        #: buffered, as a separate packet for the body would wait for an acknowledgement
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
            """Log nothing."""

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
    """Return a page of rows and the token of the next page."""
    start = int(token.removeprefix("page_") or 0)
    return rows[start : start + size], f"page_{start + size}" if start + size < len(rows) else None
