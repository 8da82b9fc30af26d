"""HTTP answers of other machines: bounded in size, time and shape, and free of our secrets.

Every collector sends its requests through a session with a ``BoundedAdapter`` and parses JSON
with ``parse_json``.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from types import TracebackType
from typing import Any
from urllib.parse import quote

import numpy as np
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

#: after decompression; with the parsed JSON a process stays below 1 GB
MAX_BYTES = 32_000_000
#: from the request to the last byte
DEADLINE_S = 300.0
MAX_DEPTH = 64
#: values of one JSON text; a list of empty lists takes a hundred times its text
MAX_VALUES = 2_000_000
#: digits and exponent of a number; larger ones are no counts or amounts
MAX_DIGITS = 40
MAX_MESSAGE = 300
#: characters of a secret that are replaced wherever they stand together
PIECE = 8
WORD = PIECE // 2
MASK = "…"
#: beginnings of secrets that everybody knows
PUBLIC_PREFIX = re.compile(r"github_pat_|gh[a-z]_|sk-(?:ant-|admin-|proj-)?(?:admin\d*-)?|key_")
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([0-9a-fA-F]{4})|.)", re.S
)
#: escapes that ``_plain_escape`` replaces
ODD_ESCAPE = re.compile(rb"\\(?:u(?:00|[dD][89a-fA-F])|/)")
#: large answers are parsed one by one, as each takes many times its size
_PARSING = threading.Lock()
_LOCAL = threading.local()


class TooLargeError(requests.RequestException):
    """An answer has more bytes than allowed."""


class TooSlowError(requests.RequestException):
    """An answer is not complete at its deadline."""


# -- transport ------------------------------------------------------------------------------------


class _Deadline:
    """Time limit of one request: at its end the connection is cut."""

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def watch(self, connection: socket.socket | None) -> None:
        self._socket = connection
        if self.has_passed:
            self._cut()

    def _cut(self) -> None:
        self.has_passed = True
        if self._socket is not None:
            with suppress(OSError):  # closed already; SSL's own shutdown would wait
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def __enter__(self) -> _Deadline:
        _LOCAL.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        _LOCAL.deadline.watch(self.sock)
        return super().getresponse()


class _SecureConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        _LOCAL.deadline.watch(self.sock)
        return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


def limit(
    session: requests.Session, max_bytes: int = MAX_BYTES, deadline_s: float = DEADLINE_S
) -> None:
    """Let a session read whole answers within limits."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(max_bytes, deadline_s))


class BoundedAdapter(HTTPAdapter):
    """Adapter of a ``requests`` session that reads whole answers within limits.

    Raises TooLargeError and TooSlowError, both of them RequestExceptions. Texts are UTF-8.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, deadline_s: float = DEADLINE_S) -> None:
        super().__init__()
        self.max_bytes = max_bytes
        self.deadline_s = deadline_s

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Use connections that the deadline can cut."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the manager of a proxy, with connections that the deadline can cut."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """Return the response with its whole content."""
        with _Deadline(self.deadline_s) as deadline:
            too_slow = TooSlowError(f"no complete answer within {self.deadline_s:.0f} s")
            try:
                response = super().send(request, *args, **options | {"stream": True})
                content = self._read(response)
            except requests.RequestException as error:
                raise (too_slow if deadline.has_passed else error) from None
            if deadline.has_passed:  # a cut connection may look like the end of the answer
                raise too_slow
        response._content = bytes(content)
        response.encoding = "utf-8"
        return response

    def _read(self, response: requests.Response) -> bytearray:
        content = bytearray()
        for chunk in response.iter_content(1 << 16):
            content += chunk
            if len(content) > self.max_bytes:
                response.close()
                raise TooLargeError(f"an answer of more than {self.max_bytes / 1e6:.0f} MB")
        return content


# -- JSON -----------------------------------------------------------------------------------------


def parse_json(content: bytes, secrets: Secrets, is_exact: bool = False) -> Any:
    """Return parsed JSON without secrets and lone surrogates; raises ValueError if it is invalid.

    Nesting and the number of values are bounded. A number with too many digits, NaN and Infinity
    become None. If ``is_exact``, they become ``Decimal("NaN")`` and fractions become decimals.
    """
    with _PARSING:
        if ODD_ESCAPE.search(content):
            content = ESCAPE.sub(_plain_escape, content)
        content = secrets.mask(content)
        if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise ValueError("too many values")
        substitute = Decimal("NaN") if is_exact else None
        try:
            value = json.loads(
                content.decode("utf-8-sig", "replace"),
                parse_int=_bounded(int, substitute),
                parse_float=_bounded(Decimal if is_exact else float, substitute),
                parse_constant=lambda _name: substitute,
            )
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not _is_shallow(value):
            raise ValueError("nested too deeply")
        return value


def is_bounded(number: str) -> bool:
    """Return whether a number's text has no more digits and no larger exponent than allowed."""
    digits, _, exponent = number.lower().partition("e")
    size = exponent.lstrip("+-0")
    return len(digits) <= MAX_DIGITS and len(size) <= 2 and int(size or 0) <= MAX_DIGITS


def _bounded(read: Callable[[str], Any], substitute: Any) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        is_short = len(text) < 19 and text.isdigit()  # as nearly all numbers
        return read(text) if is_short or is_bounded(text) else substitute

    return convert


def _is_shallow(value: Any) -> bool:
    level = [value] if type(value) in (dict, list) else []
    for _ in range(MAX_DEPTH):
        groups = (item.values() if type(item) is dict else item for item in level)
        level = [child for group in groups for child in group if type(child) in (dict, list)]
    return not level


def _plain_escape(escape: re.Match[bytes]) -> bytes:
    """Return the text of an escape that could hide a secret, or that no text may contain."""
    if escape[0] == b"\\/":
        return b"/"
    if escape[1] is None:  # a pair of surrogates, or an escape by one letter
        return escape[0]
    code = int(escape[1], 16)
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        return b"\\ufffd"
    is_plain = 0x20 <= code < 0x7F and chr(code) not in '"\\'
    return chr(code).encode() if is_plain else escape[0]


# -- secrets and messages -------------------------------------------------------------------------


class Secrets:
    """Secrets of this process, and texts without them.

    Any eight consecutive characters of a secret are replaced, in upper or lower case, and of its
    forms in Basic authentication and in URLs.
    """

    def __init__(self, *values: str) -> None:
        self._values: set[str] = set()
        self._pieces: frozenset[bytes] = frozenset()
        #: hashes of the words of four bytes in pieces: each piece in a text has an aligned one
        self._words = np.zeros(1 << 16, dtype=bool)
        self._lock = threading.Lock()
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Add a secret; fewer than eight characters cannot be told from other text."""
        with self._lock:
            if value in self._values:
                return
            pieces = self._pieces | frozenset(_pieces(value))
            words = np.zeros_like(self._words)
            for piece in pieces:
                for start in range(WORD + 1):
                    words[_hash(np.frombuffer(piece[start : start + WORD], np.uint32))] = True
            self._values.add(value)
            self._words, self._pieces = words, pieces

    def redact(self, text: str) -> str:
        """Return a text without secrets."""
        return self.mask(text.encode("utf-8", "replace")).decode()

    def message(self, text: str, limit: int = MAX_MESSAGE) -> str:
        """Return a text of another machine as one short line, without secrets."""
        return single_line(self.redact(text[: 10 * limit]), limit)

    def mask(self, content: bytes) -> bytes:
        """Return UTF-8 bytes without secrets."""
        parts, end = [], 0
        for start in self._positions(content.lower()):
            if start >= end:  # else it continues the piece before it
                parts += [content[end:start], MASK.encode()]
            end = start + PIECE
        return b"".join([*parts, content[end:]]) if parts else content

    def _positions(self, content: bytes) -> Iterator[int]:
        """Yield where pieces of secrets begin."""
        pieces = self._pieces
        if not pieces:
            return
        words = np.frombuffer(content, np.uint32, len(content) // WORD)
        last = -1
        for index in np.flatnonzero(self._words[_hash(words)]).tolist():
            begin = max(last + 1, WORD * index - WORD)
            for last in range(begin, WORD * index + 1):
                if content[last : last + PIECE] in pieces:
                    yield last


def _hash(words: np.ndarray[Any, np.dtype[np.uint32]]) -> np.ndarray[Any, np.dtype[np.uint32]]:
    return words * np.uint32(2654435761) >> np.uint32(16)


def _pieces(value: str) -> Iterator[bytes]:
    """Yield all pieces of a secret that are not public."""
    prefix = PUBLIC_PREFIX.match(value)
    forms = {value: prefix.end() if prefix else 0, quote(value, safe=""): 0}
    for padding in range(3):  # a secret may begin at each of the three bytes of a group
        encoded = base64.b64encode(bytes(padding) + value.encode()).rstrip(b"=").decode()
        inside = encoded[(0, 2, 3)[padding] : len(encoded) - 1]
        forms |= {inside: 0, inside.translate(str.maketrans("+/", "-_")): 0}
    for form, public in forms.items():
        for start in range(max(0, public - PIECE + 1), len(form) - PIECE + 1):
            yield form[start : start + PIECE].lower().encode()


def single_line(text: str, limit: int = MAX_MESSAGE) -> str:
    """Return a text as one line of bounded length without control and direction characters."""
    printable = (letter if letter.isprintable() else " " for letter in text[: 10 * limit])
    line = " ".join("".join(printable).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}{MASK}"
