"""Nullable fields of the GraphQL queries that the collector sends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    SelectionSetNode,
    build_ast_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    parse,
)


def nullable_fields(schema_path: Path, queries: Iterable[str]) -> dict[int, list[str]]:
    """Return ``Type.field`` of the nullable fields in queries, by their smallest depth.

    ``Type.field[]`` is an entry of a list. No field contains another one of its depth.
    """
    document = parse(schema_path.read_text(encoding="utf-8"), no_location=True)
    schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    depths: dict[str, int] = {}
    for query in queries:
        for name, depth in _fields_of(schema, query):
            depths[name] = min(depth, depths.get(name, depth))
    groups = defaultdict(list)
    for name, depth in sorted(depths.items()):
        groups[depth].append(name)
    return dict(groups)


def _fields_of(schema: GraphQLSchema, query: str) -> Iterator[tuple[str, int]]:
    definitions = parse(query).definitions
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}

    def fields_in(selections: SelectionSetNode | None, parent: Any, depth: int) -> Iterator[Any]:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                if node.name.value.startswith("__"):
                    continue
                kind = parent.fields[node.name.value].type
                name = f"{parent.name}.{node.name.value}"
                if not is_non_null_type(kind):
                    yield name, depth
                inner = get_nullable_type(kind)
                if is_list_type(inner) and not is_non_null_type(inner.of_type):
                    yield f"{name}[]", depth + 1
                yield from fields_in(node.selection_set, get_named_type(kind), depth + 2)
                continue
            block: Any = (
                fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            condition = block.type_condition
            inside = schema.type_map[condition.name.value] if condition else parent
            yield from fields_in(block.selection_set, inside, depth)

    for definition in definitions:
        if not isinstance(definition, FragmentDefinitionNode):
            yield from fields_in(definition.selection_set, schema.query_type, 0)  # type: ignore[attr-defined]
