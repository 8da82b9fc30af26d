"""A webhook on this machine."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Hook:
    """A webhook that answers with a status, and what was posted to it."""

    status: int = 200
    posted: list[tuple[str, str, Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def webhook(path: str) -> Iterator[Hook]:
    """Serve a webhook at a path until the block ends."""
    result = Hook()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            result.posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(result.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        result.url = f"http://127.0.0.1:{server.server_port}{path}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield result
        server.shutdown()
