"""GitHub's official GraphQL schema, bound to the server's resolvers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_ast_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
)

from . import item_resolvers, resolvers, search
from .errors import GraphQLApiError
from .registry import RESOLVERS
from .relay import connect

DEFAULTS: dict[str, Any] = {
    "Boolean": False,
    "Int": 0,
    "Float": 0.0,
    "String": "",
    "HTML": "",
    "URI": "",
}
REGISTERED = (resolvers, item_resolvers, search)
Resolver = Callable[..., Any]


@cache
def read_schema(path: Path) -> GraphQLSchema:
    """Return GitHub's schema without resolvers; a process has one, because it takes a second."""
    document = parse(path.read_text(encoding="utf-8"), no_location=True)
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def build_schema(path: Path, on_unbacked: Callable[[str], None]) -> GraphQLSchema:
    """Bind the schema to resolvers; ``on_unbacked`` hears of each field the data cannot answer."""
    schema = read_schema(path)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _runtime_type
        elif isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                path_name = f"{kind.name}.{name}"
                field.resolve = (
                    RESOLVERS.get(path_name)
                    or RESOLVERS.get(f"*.{name}")
                    or _attribute(path_name, field, on_unbacked)
                )
    return schema


def _runtime_type(value: Any, _info: Any, _kind: GraphQLAbstractType) -> str:
    return str(value.typename)


def snake(name: str) -> str:
    """``isDraft`` to ``is_draft``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _attribute(path: str, field: GraphQLField, on_unbacked: Callable[[str], None]) -> Resolver:
    """Resolver that reads the attribute of the same name, or falls back on a documented default."""
    attribute = snake(path.partition(".")[2])
    by_name, nullable = get_named_type(field.type).name, not isinstance(field.type, GraphQLNonNull)
    is_list = is_list_type(get_nullable_type(field.type))

    def fallback() -> Any:
        on_unbacked(path)
        if by_name.endswith("Connection"):
            return connect([], {})
        if nullable:
            return None
        if is_list:
            return []
        if by_name in DEFAULTS:
            return DEFAULTS[by_name]
        raise GraphQLApiError(
            "NOT_EMULATED", f"The emulator has no data for the non-null field {path}."
        )

    def resolve(source: Any, _info: Any, **_arguments: Any) -> Any:
        try:
            return source[attribute] if type(source) is dict else getattr(source, attribute)
        except (AttributeError, KeyError):
            return fallback()

    return resolve
