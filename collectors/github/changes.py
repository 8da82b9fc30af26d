"""Change feed of a repository: its issues and pull requests, oldest change first.

https://docs.github.com/rest/issues/issues#list-repository-issues defines the order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from collectors.github.responses import Json

PAGE = 100


@dataclass(eq=False)
class ChangeFeed:
    """Position in the change feed, anchored by time and never by page number alone."""

    since: str | None
    page: int = 1
    is_done: bool = False
    in_flight: bool = False
    has_new_items: bool = False
    seen_items: set[tuple[str, str]] = field(default_factory=set)

    def advance(self, items: list[Json]) -> list[Json]:
        """Return the items that are new in this sync, and move to the next page."""
        new = [item for item in items if _identity(item) not in self.seen_items]
        self.seen_items |= {_identity(item) for item in new}
        self.has_new_items |= bool(new)
        last = items[-1]["updated_at"] if items else None
        is_last_page = len(items) < PAGE
        if not is_last_page and last == self.since:  # one second has more items than a page
            self.page += 1
        elif (
            self.page > 1 and self.has_new_items
        ):  # pages may have shifted: repeat until none is new
            self.page, self.has_new_items = 1, False
        else:
            self.since, self.page = last or self.since, 1
            self.is_done, self.has_new_items = is_last_page, False
            # an older item does not come again
            self.seen_items = {item for item in self.seen_items if item[1] >= (self.since or "")}
        return new


def _identity(item: Json) -> tuple[str, str]:
    return item["node_id"], item["updated_at"]
