"""Damaged responses of a vendor: by seed, with values and shapes that no documentation has."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.vendors import Reply, Request, Vendor

#: JSON that replaces a value
VALUES = (
    "1e99999999",
    "-1e-99999999",
    "9" * 400,
    "-1",
    "-86400",
    "4102444800000",
    "253402300800",
    "NaN",
    "-Infinity",
    "1e300",
    "0.1234567890123456789",
    "null",
    "true",
    "[]",
    "{}",
    '[{"id": []}]',
    '""',
    '"\\ud800"',
    '"\\u0000\\u001b]0;x\\u0007"',
    '"9999-12-31T23:59:59-23:59"',
    '"0001-01-01T00:00:00+23:59"',
    '"2099-01-01T00:00:00Z"',
    '"1e99999999"',
    '"1_000"',
    '"٣"',
    '"=cmd()"',
    '"' + "a" * 200_000 + '"',
    "[" * 90 + "]" * 90,
)
HEADERS = (
    {"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"},
    {"Retry-After": "9" * 5000},
    {"Retry-After": "86400", "Date": "not a date"},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"},
)
STATUSES = (204, 302, 400, 401, 403, 404, 418, 422)


@dataclass
class Hostile:
    """Vendor that damages a share of its responses."""

    vendor: Vendor
    secret: str
    share: float = 0.0
    random: random.Random = field(default_factory=random.Random)
    #: descriptions of the damage, for messages of tests
    damage: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        """Return the response to one request."""
        reply = self.vendor(request)
        if self.random.random() >= self.share:
            return reply
        damage = self.random.choice(
            (
                *(self._value,) * 4,
                self._missing,
                self._echo,
                self._endless,
                self._deep,
                self._deep_and_valid,
                self._other_shape,
                self._wait,
                self._misdated,
                self._compressed,
            )
        )
        self.damage.append(f"{damage.__name__} {request.path}")
        return damage(reply)

    def _value(self, reply: Reply) -> Reply:
        """Replace some values."""
        document = _document(reply)
        values: dict[str, str] = {}
        for _ in range(self.random.choice((1, 1, 4))):
            places = list(_places(document))
            if not places:
                continue
            parent, key = self.random.choice(places)
            mark = f"value {len(values)}"
            values[json.dumps(mark)] = self.random.choice((*VALUES, *self._echoes()))
            parent[key] = mark
            self.damage.append(f"{key} = {values[json.dumps(mark)][:60]}")
        text = json.dumps(document)
        for mark, value in values.items():
            text = text.replace(mark, value)
        return replace(reply, body=text)

    def _missing(self, reply: Reply) -> Reply:
        """Remove a value."""
        document = _document(reply)
        places = list(_places(document))
        if places:
            parent, key = self.random.choice(places)
            del parent[key]
        return replace(reply, body=json.dumps(document))

    def _echo(self, reply: Reply) -> Reply:
        """Refuse the request with a part of the secret."""
        echo = json.loads(self.random.choice(list(self._echoes())))
        message = {"error": {"message": f"bad {echo}"}, "message": f"key {echo} is wrong"}
        headers = {"Location": f"https://vendor.example/{echo}", "X-Key": echo}
        return Reply(self.random.choice(STATUSES), message, headers)

    def _echoes(self) -> Iterator[str]:
        """Yield the secret and parts of it, as JSON."""
        start = self.random.randrange(len(self.secret) - 12)
        part = self.secret[start : start + 12]
        encoded = base64.b64encode(f"{self.secret}:".encode()).decode()
        for text in (self.secret, f"x{part}x", part.upper(), f"Basic {encoded}"):
            yield json.dumps(text)
        yield '"' + "".join(f"\\u{ord(letter):04x}" for letter in self.secret) + '"'

    def _endless(self, reply: Reply) -> Reply:
        """Promise more pages."""
        more = {
            "has_more": True,
            "next_page": f"page_{self.random.randrange(10**9)}",
            "pagination": {"hasNextPage": True},
        }
        document = _document(reply)
        return replace(reply, body=document | more if isinstance(document, dict) else document)

    def _deep(self, reply: Reply) -> Reply:
        """Nest lists beyond any parser."""
        return replace(reply, body="[" * 200_000)

    def _deep_and_valid(self, reply: Reply) -> Reply:
        """Nest objects in valid JSON."""
        return replace(reply, body='{"data":' * 400 + "[]" + "}" * 400)

    def _other_shape(self, reply: Reply) -> Reply:
        """Return valid JSON of another shape."""
        shapes = ("[]", "{}", "null", "7", '"text"', '{"data": {}}', '{"data": [[], 7, null, {}]}')
        return replace(reply, body=self.random.choice(shapes))

    def _wait(self, reply: Reply) -> Reply:
        """Ask to wait for years."""
        return Reply(429, {"error": "slow down"}, self.random.choice(HEADERS[:1] + HEADERS[2:]))

    def _misdated(self, reply: Reply) -> Reply:
        """Send odd headers with a good response."""
        return replace(reply, headers=self.random.choice(HEADERS))

    def _compressed(self, reply: Reply) -> Reply:
        """Send forty megabytes in forty kilobytes."""
        body = gzip.compress(b"[" + b" " * 40_000_000 + b"]", 1)
        return replace(reply, body=body, headers={"Content-Encoding": "gzip"})


def _document(reply: Reply) -> Any:
    try:
        return json.loads(reply.content)
    except ValueError:
        return [reply.content.decode()]


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each value of a document as its parent and key."""
    keys: list[Any] = []
    if isinstance(document, dict):
        keys = list(document)
    elif isinstance(document, list):
        keys = list(range(len(document)))
    for key in keys:
        yield document, key
        yield from _places(document[key])
