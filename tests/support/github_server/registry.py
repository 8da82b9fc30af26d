"""Registry of resolvers, and the context of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from .errors import GraphQLApiError
from .model import Actor
from .relay import Connection, Key, connect
from .world import World

RESOLVERS: dict[str, Callable[..., Any]] = {}


@dataclass
class Context:
    """Context of one query."""

    world: World
    viewer: Actor
    rate_limit: dict[str, Any]


def resolver(*paths: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a resolver for ``Type.field`` names (``*`` for any type)."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        RESOLVERS.update(dict.fromkeys(paths, function))
        return function

    return register


def context_of(info: Any) -> Context:
    """The context of the running query."""
    return cast(Context, info.context)


def missing(kind: str, how: str) -> GraphQLApiError:
    """GitHub's answer for an object that is not there."""
    article = "an" if kind[0] in "IO" else "a"
    return GraphQLApiError("NOT_FOUND", f"Could not resolve to {article} {kind} with the {how}.")


def ordered(items: Iterable[Any], page: dict[str, Any], **keys: Key) -> Connection:
    """Page of items in the order asked for (``orderBy``), by default the first of ``keys``."""
    order = page.get("orderBy") or {"field": next(iter(keys)), "direction": "ASC"}
    key = keys.get(order["field"]) or next(iter(keys.values()))
    return connect(list(items), page, key, descending=order["direction"] == "DESC")
