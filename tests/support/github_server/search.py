"""Search, as far as collectors count with it.

Issues and pull requests of repositories, created within some days.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from .errors import GraphQLApiError
from .model import Issue
from .registry import context_of, resolver
from .relay import Connection, connect
from .repository import Repository

KINDS = {"pr": "PullRequest", "pull-request": "PullRequest", "issue": "Issue"}
FIRST, LAST = "0", "~"
#: results that GitHub lets a search page through
MOST_SHOWN = 1_000


@resolver("Query.search")
def _search(_root: Any, info: Any, query: str, type: str, **page: Any) -> Connection:
    """Return search results, newest first: the count of all, and the first thousand."""
    if not type.startswith("ISSUE"):
        raise GraphQLApiError("NOT_EMULATED", f"The emulator does not search for {type}.")
    world = context_of(info).world
    names, kinds, since, until = _understood(query)
    places = [repository for name in names if (repository := world.repository(name))]
    if any("search" in repository.forbidden for repository in places):
        raise GraphQLApiError("FORBIDDEN", "Resource not accessible by personal access token")
    result = [
        item for index in places for kind in kinds for item in _created(index, kind, since, until)
    ]
    result.sort(key=lambda item: (item.created_at, item.number), reverse=True)
    visible = connect(result[:MOST_SHOWN], page)
    visible.total_count = len(result)
    return visible


def _understood(query: str) -> tuple[list[str], list[str], str, str]:
    """The repositories, the kinds of items and the days that a query names.

    Raises for what is not emulated.
    """
    names, kinds, since, until = [], ["Issue", "PullRequest"], FIRST, LAST
    for word in query.split():
        name, _, value = word.partition(":")
        if name == "repo":
            names.append(value)
        elif name in ("is", "type") and value in KINDS:
            kinds = [KINDS[value]]
        elif name == "created" and ".." in value:
            first, last = value.split("..")
            since = FIRST if first == "*" else first
            until = LAST if last == "*" else f"{last}T~"  # the whole of the last day
        else:
            raise GraphQLApiError("NOT_EMULATED", f"The emulator does not search by {word}.")
    return names, kinds, since, until


def _created(repository: Repository, kind: str, since: str, until: str) -> list[Issue]:
    """The items of one kind that search sees, created within some days."""
    items = repository.searchable[kind]
    places = [bisect_left(items, end, key=lambda item: item.created_at) for end in (since, until)]
    return items[places[0] : places[1]]
