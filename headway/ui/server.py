"""Web server of the dashboard: Streamlit behind checks of host and reader, security headers.

``headway serve`` runs this module. Its arguments are the port, the address to listen on, and the
host names that it answers to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from headway.cli import log
from headway.ui import prewarm
from headway.ui.access import LOG_REQUESTS, PROVIDER, RULES, Access
from headway.ui.parts import history, pictures, sign_in
from headway.ui.parts.published import newest
from queries.catalog.catalog import EXTRA_PAGES, PAGES
from queries.errors import NothingPublishedError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).parents[2]
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
#: answers whether a published file can be read
READY = "/ready"
#: path of files for download
FILES = "/media/"
#: path that ends the session of a reader
SIGN_OUT = "/auth/logout"
SIGNED_OUT = "Sign in to read this file.\n"
#: paths, first folders and methods that the log names
KNOWN = {"/", READY, "/_stcore/health", "/_stcore/stream", "/auth/login", "/auth/logout"} | {
    f"/{page.name}" for page in (*PAGES, *EXTRA_PAGES)
}
KNOWN_FOLDERS = {"static", "media", "_stcore", "oauth2callback"}
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "WEBSOCKET"}
#: messages that decide a request, with the status of a WebSocket
STATUSES = {"http.response.start": 0, "websocket.accept": 101, "websocket.close": 403}
WRONG_HOST = "This server does not answer to this host name; see `headway serve --host`.\n"


class Gate:
    """ASGI middleware: refuse unknown hosts on every path, add security headers to the rest."""

    def __init__(
        self, app: ASGIApp, hosts: Collection[str], access: Access | None, has_log: bool
    ) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.access = access
        self.has_log = has_log
        #: readers who signed out; a copy of their cookie is worth nothing then
        self.ended: set[bytes] = set()
        self.headers = {
            "Content-Security-Policy": policy(),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or a WebSocket, with security headers and a line of the log."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        began = time.monotonic()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            if self.has_log and message["type"] in STATUSES:
                status = message.get("status", STATUSES[message["type"]])
                log_request(scope, status, time.monotonic() - began)
            await send(message)

        await self.respond(scope, receive, send_with_headers)

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or a WebSocket; unknown hosts and readers of files are refused."""
        if host_of(Headers(scope=scope).getlist("host")) not in self.hosts:
            await refuse(scope, receive, send, WRONG_HOST, 421)
            return
        if self.access and self.access.proxy_header:
            drop_foreign_header(scope, self.access)
        elif self.access:
            self.end_session(scope)
        if scope["path"] == READY:
            problem = await run_in_threadpool(snapshot_problem)
            response = PlainTextResponse(f"{problem or 'ready'}\n", 503 if problem else 200)
            await response(scope, receive, send)
        elif scope["path"].startswith(FILES) and self.access and not may_read(scope, self.access):
            await refuse(scope, receive, send, SIGNED_OUT, 403)
        else:
            await self.app(scope, receive, send)

    def end_session(self, scope: Scope) -> None:
        """Remember who signs out, and remove the cookie of who signed out before."""
        session = session_of(scope)
        if session in self.ended:
            scope["headers"] = [item for item in scope["headers"] if item[0] != b"cookie"]
        elif session and scope["path"] == SIGN_OUT:
            self.ended.add(session)


async def refuse(scope: Scope, receive: Receive, send: Send, text: str, status: int) -> None:
    """Refuse a request with a status, or a WebSocket with status 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(text, status)(scope, receive, send)


def drop_foreign_header(scope: Scope, access: Access) -> None:
    """Remove the header of the proxy from a request, unless the proxy sent it and only once."""
    name = access.proxy_header.lower().encode()
    values = [value for key, value in scope["headers"] if key == name]
    client = (scope.get("client") or ("",))[0]
    if client not in access.proxies or len(values) != 1:
        scope["headers"] = [item for item in scope["headers"] if item[0] != name]


def may_read(scope: Scope, access: Access) -> bool:
    """Return whether the reader of a request may see the dashboard."""
    if access.proxy_header:
        return not access.refusal_of(Headers(scope=scope).get(access.proxy_header))
    session = session_of(scope)
    user = json.loads(session) if session else {}
    return not access.refusal(user, datetime.now(UTC))


def session_of(scope: Scope) -> bytes | None:
    """Return the claims in the signed cookie of a request as JSON; None without a valid one."""
    connection = HTTPConnection(scope)

    def signed(name: str) -> bytes | None:
        text = connection.cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(get_cookie_secret(), name, text) if text else None

    return get_cookie_with_chunks(signed, USER_COOKIE_NAME)


def snapshot_problem() -> str:
    """Return why no published file can be read now; empty if one can be."""
    try:
        published = newest()
        if not published.path.exists():
            return "the published file was deleted"
        published.query("select id from snapshot")
    except (NothingPublishedError, OSError):
        return "nothing is published"
    return ""


def log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log a request without personal data: no address, query, cookie or unknown path."""
    path = scope["path"]
    first = path.strip("/").partition("/")[0]
    name = path if path in KNOWN else f"/{first}/…" if first in KNOWN_FOLDERS else "other"
    method = scope.get("method", "WEBSOCKET")
    method = method if method in METHODS else "other"
    log.say(
        f"{method} {name} {status} {seconds * 1000:.0f} ms",
        "request",
        method=method,
        path=name,
        status=status,
        milliseconds=round(seconds * 1000),
    )


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
    scripts = [*INLINE_SCRIPT.findall(page), history.SCRIPT, pictures.SCRIPT]
    digests = [hashlib.sha256(text.encode()).digest() for text in scripts]
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
    rules, provider = os.environ.pop(RULES, ""), os.environ.pop(PROVIDER, "")
    access = Access.parse(rules) if rules else None
    sign_in.use(access)
    form = os.environ.pop(LOG_REQUESTS, "")
    log.set_up(form or "text")
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # the client of a request is who sent it, the proxy too
    app = streamlit.App(
        ROOT / "dashboard.py",
        lifespan=prewarm.lifespan,
        middleware=[Middleware(Gate, hosts=hosts, access=access, has_log=bool(form))],
        secrets={"auth": json.loads(provider)} if provider else None,
    )
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
