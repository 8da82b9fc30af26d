"""Relay connections with opaque, key-based cursors.

A cursor names the sort key of its item, not its position, so a page boundary survives items that
appear or move while a client pages, as GitHub's do.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from .errors import GraphQLApiError

Key = Callable[[Any], Any]
PREFIX = b"cursor:v2:"


class Connection:
    """One page of a list; its attributes are the fields of every ``…Connection`` type."""

    __slots__ = ("items", "keys", "nodes", "start", "total_count")

    def __init__(self, items: Sequence[Any], start: int, stop: int, keys: Sequence[Any]) -> None:
        self.items, self.start, self.keys = items, start, keys
        self.nodes = items[start:stop]
        self.total_count = len(items)

    @property
    def filtered_count(self) -> int:
        """Items after filtering (timelines)."""
        return self.total_count

    @property
    def issue_count(self) -> int:
        """Issues and pull requests that were found (searches)."""
        return self.total_count

    @property
    def updated_at(self) -> str:
        """Time of the newest item (timelines)."""
        return (
            max((getattr(x, "created_at", "") for x in self.items), default="")
            or "1970-01-01T00:00:00Z"
        )

    @property
    def page_count(self) -> int:
        """Items on this page (timelines)."""
        return len(self.nodes)

    @property
    def edges(self) -> list[dict[str, Any]]:
        """Nodes with their cursors."""
        return [
            {"cursor": encode(self.keys[self.start + i]), "node": node}
            for i, node in enumerate(self.nodes)
        ]

    @property
    def page_info(self) -> dict[str, Any]:
        """Return this page's position in the list."""
        stop = self.start + len(self.nodes)
        return {
            "has_next_page": stop < len(self.items),
            "has_previous_page": self.start > 0,
            "start_cursor": encode(self.keys[self.start]) if self.nodes else None,
            "end_cursor": encode(self.keys[stop - 1]) if self.nodes else None,
        }


def encode(key: Any) -> str:
    """An opaque cursor for a sort key."""
    return base64.b64encode(PREFIX + json.dumps(key, separators=(",", ":")).encode()).decode()


def decode(cursor: str) -> Any:
    """The sort key in a cursor; GitHub's error for anything else."""
    try:
        raw = base64.b64decode(cursor, validate=True)
        if not raw.startswith(PREFIX):
            raise ValueError
        return json.loads(raw[len(PREFIX) :])
    except ValueError:
        raise GraphQLApiError(
            "INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor."
        ) from None


def connect(
    items: Sequence[Any], page: Mapping[str, Any], key: Key | None = None, descending: bool = False
) -> Connection:
    """Cut one page out of ``items``, sorting them by ``key`` where one is given."""
    if key:
        items = sorted(items, key=key, reverse=descending)
        keys: Sequence[Any] = [key(item) for item in items]
    else:
        keys = range(len(items))
    start, stop = 0, len(items)
    after, before, first, last = (page.get(name) for name in ("after", "before", "first", "last"))
    if after:
        start = _index(keys, decode(after), descending, past=True)
    if before:
        stop = _index(keys, decode(before), descending, past=False)
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    return Connection(items, start, max(start, stop), keys)


def _index(keys: Sequence[Any], cursor: Any, descending: bool, past: bool) -> int:
    """Index of the first key beyond the cursor (``past``), or at or beyond it."""
    if descending:
        ascending = list(reversed(keys))
        return len(keys) - (
            bisect_left(ascending, cursor) if past else bisect_right(ascending, cursor)
        )
    return (bisect_right if past else bisect_left)(keys, cursor)


def by(*names: str) -> Key:
    """A sort key of attributes, as the list that JSON gives back for it."""
    get = attrgetter(*names)
    return (lambda item: [get(item)]) if len(names) == 1 else (lambda item: list(get(item)))
