"""Change feed of a repository: its issues and pull requests, oldest change first.

https://docs.github.com/rest/issues/issues#list-repository-issues defines the order.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from collectors.github.base_models import UnexpectedAnswerError, read
from collectors.github.rest_models import Changed

PAGE = 100


@dataclass(eq=False)
class ChangeFeed:
    """Position in the change feed, anchored by time and never by page number alone."""

    since: str | None
    #: pages after which the feed does not end; items may change while they are listed
    pages_most: int
    page: int = 1
    pages: int = 0
    is_done: bool = False
    in_flight: bool = False
    has_new_items: bool = False
    seen_items: set[tuple[str, str]] = field(default_factory=set)
    #: entries that cannot be requested, and the position of the first of them
    left_out: int = 0
    position: str | None = None
    is_behind: bool = False

    @property
    def watermark(self) -> str | None:
        """Time up to which the feed need not be read again."""
        return self.position if self.is_behind else self.since

    def advance(self, answer: Any) -> list[Changed]:
        """Return the items that are new in this sync, and move to the next page.

        Raises UnexpectedAnswerError if the answer is no list or the feed does not end.
        """
        self.pages += 1
        if not isinstance(answer, list) or self.pages > self.pages_most:
            reason = "does not end" if isinstance(answer, list) else "is no list"
            raise UnexpectedAnswerError(f"the list of changes {reason}")
        items = [item for entry in answer if (item := self._read(entry))]
        new = [item for item in items if _identity(item) not in self.seen_items]
        self.seen_items |= {_identity(item) for item in new}
        self.has_new_items |= bool(new)
        last = max((item.updated_at for item in items if item.updated_at), default=None)
        is_last_page = len(answer) < PAGE
        if not is_last_page and (last is None or last <= (self.since or "")):
            self.page += 1  # one second has more items than a page
        elif (
            self.page > 1 and self.has_new_items
        ):  # pages may have shifted: repeat until none is new
            self.page, self.has_new_items = 1, False
        else:
            self.since, self.page = max(filter(None, (last, self.since)), default=None), 1
            self.is_done, self.has_new_items = is_last_page, False
            # an older item does not come again
            self.seen_items = {
                item for item in self.seen_items if not item[1] or item[1] >= (self.since or "")
            }
        return new

    def _read(self, entry: Any) -> Changed | None:
        """Return an entry, without its time if that is invalid; hold the watermark without an id.

        An entry without a time is requested as if it had changed now.
        """
        for repair in ({}, {"updated_at": None}):
            with suppress(UnexpectedAnswerError):
                return read(Changed, entry | repair if isinstance(entry, dict) else None, "")
        if not self.is_behind:
            self.position, self.is_behind = self.since, True
        self.left_out += 1
        return None


def _identity(item: Changed) -> tuple[str, str]:
    return item.node_id, item.updated_at or ""
