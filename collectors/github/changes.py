"""The change feed of a repository: its issues and pull requests, oldest change first.

See https://docs.github.com/rest/issues/issues#list-repository-issues for the feed's order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from collectors.github.responses import Json

PAGE = 100


@dataclass
class ChangeFeed:
    """Where the change feed stands: always re-anchored by time, never by page number alone."""

    since: str | None
    page: int = 1
    done: bool = False
    in_flight: bool = False
    walk_was_new: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)

    def advance(self, items: list[Json]) -> list[Json]:
        """Return the items not seen in this pass, and move to where the next page is asked for."""
        fresh = [i for i in items if (i["node_id"], i["updated_at"]) not in self.seen]
        self.seen |= {(i["node_id"], i["updated_at"]) for i in fresh}
        self.walk_was_new |= bool(fresh)
        last = items[-1]["updated_at"] if items else None
        is_last_page = len(items) < PAGE
        if not is_last_page and last == self.since:  # more items in one second than a page holds
            self.page += 1
        elif (
            self.page > 1 and self.walk_was_new
        ):  # pages may have shifted: until a walk brings nothing new
            self.page, self.walk_was_new = 1, False
        else:
            self.since, self.page, self.done, self.walk_was_new = (
                last or self.since,
                1,
                is_last_page,
                False,
            )
            self.seen = {
                item for item in self.seen if item[1] >= (self.since or "")
            }  # nothing older comes again
        return fresh
