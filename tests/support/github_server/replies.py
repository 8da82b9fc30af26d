"""Responses of the server, and requests since the last reset."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.types import Send

from .limits import Budget
from .rest import Listing

BAD_GATEWAY = (
    b"<html>\n<head><title>502 Bad Gateway</title></head>\n"
    b"<body><center><h1>502 Bad Gateway</h1></center></body>\n</html>\n"
)
WEB_PAGE = (
    b"<!DOCTYPE html>\n<html>\n<head><title>Sign in to the network</title></head>\n"
    b"<body></body>\n</html>\n"
)


@dataclass
class Reply:
    """An answer on its way out."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    route: str = ""


def as_json(
    status: int, value: Any, headers: dict[str, str] | None = None, route: str = ""
) -> Reply:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, headers or {}, route=route)


def http_date(moment: str | None, ahead_s: float = 0.0) -> str:
    """Return a time as a ``Date`` header, some seconds ahead; None means now."""
    at = datetime.fromisoformat(moment) if moment else datetime.now(UTC)
    return format_datetime(at + timedelta(seconds=ahead_s), usegmt=True)


class Stats:
    """Requests since the last reset."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.routes: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()
        self.bytes_sent = self.running = self.max_concurrency = 0

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Count request request while it runs."""
        self.running += 1
        self.max_concurrency = max(self.max_concurrency, self.running)
        try:
            yield
        finally:
            self.running -= 1

    def snapshot(self) -> dict[str, Any]:
        """Everything counted, by the names that ``/_emulator/stats`` shows."""
        return {
            "requests": sum(self.kinds.values()),
            "by_api": self.kinds,
            "by_route": self.routes,
            "by_status": self.statuses,
            "by_account": self.accounts,
            "points": self.points,
            "bytes_sent": self.bytes_sent,
            "max_concurrency": self.max_concurrency,
            "faults": self.faults,
        }


def limit_headers(budget: Budget, resource: str) -> dict[str, str]:
    """The rate-limit headers of an answer."""
    return {f"x-ratelimit-{k}": str(v) for k, v in budget.show().items()} | {
        "x-ratelimit-resource": resource
    }


def page_of(listing: Listing, request: Request, link: str) -> tuple[list[Any], dict[str, str]]:
    """One page of a list, with GitHub's ``Link`` header."""

    def page_argument(name: str, default: int, most: int) -> int:
        text = request.query_params.get(name, "")
        return min(most, int(text)) if text.isdigit() and int(text) > 0 else default

    size, page = page_argument("per_page", 30, 100), page_argument("page", 1, 10**6)
    last = max(1, -(-len(listing.items) // size))
    visible = [listing.show(item) for item in listing.items[(page - 1) * size : page * size]]
    places = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    expected = [
        name for name, n in places.items() if (n > page and page < last) or (n < page and page > 1)
    ]
    urls = {
        name: f"{link}?{urlencode({**request.query_params, 'page': places[name]})}"
        for name in expected
    }
    return visible, {
        "link": ", ".join(f'<{url}>; rel="{name}"' for name, url in urls.items())
    } if urls else {}


def abort(send: Send) -> None:
    """Reset the client's TCP connection, through uvicorn's transport behind ``send``."""
    transport = getattr(send, "__self__").transport  # noqa: B009 - the type of ``send`` knows no ``__self__``
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
