"""Web server of the dashboard: Streamlit behind checks of the Host header and security headers.

``headway serve`` runs this module. Its arguments are the port, the address to listen on, and the
host names that it answers to.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).parents[2]
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
WRONG_HOST = "This server does not answer to this host name; see `headway serve --host`.\n"


class Gate:
    """ASGI middleware: refuse unknown hosts on every path, add security headers to the rest."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.headers = {
            "Content-Security-Policy": policy(),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or a WebSocket."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        if host_of(Headers(scope=scope).getlist("host")) in self.hosts:
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # status 403
        else:
            refusal = PlainTextResponse(WRONG_HOST, status_code=421)
            await refusal(scope, receive, send_with_headers)


def host_of(values: list[str]) -> str:
    """Return the name in the only Host header, without its port; empty where it is not valid."""
    if len(values) != 1 or not re.fullmatch(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?", values[0]):
        return ""
    return (urlsplit(f"//{values[0]}").hostname or "").removesuffix(".")


def policy() -> str:
    """Return the content security policy: everything comes from this server.

    Streamlit's page has inline scripts, which are allowed by their hash, and sets inline styles.
    """
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(text.encode()).digest() for text in INLINE_SCRIPT.findall(page)]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def main() -> None:
    """Serve the dashboard until a signal."""
    port, address, *hosts = sys.argv[1:]
    app = streamlit.App(ROOT / "dashboard.py", middleware=[Middleware(Gate, hosts=hosts)])
    app.run(
        config={
            "logger.hideWelcomeMessage": True,
            "server.address": address,
            "server.allowedHosts": hosts,
            "server.port": int(port),
        }
    )


if __name__ == "__main__":
    main()
