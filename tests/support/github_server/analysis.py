"""Static checks of a query before it runs.

GitHub's pagination rules, node limit, point cost and error wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_location,
    get_named_type,
)

PAGE_LIMIT = 100
NODE_LIMIT = 500_000
TOO_MANY_NODES, EXCEEDS = "MAX_NODE_LIMIT_EXCEEDED", f"exceeds the maximum limit of {NODE_LIMIT:,}."
#: graphql-core's wording; GitHub's wording and error code; names of the captured parts ("" for
#: those not told)
WORDINGS: list[tuple[str, str, str, tuple[str, ...]]] = [
    (
        r"Cannot query field '(.+?)' on type '(.+?)'",
        "Field '{0}' doesn't exist on type '{1}'",
        "undefinedField",
        ("fieldName", "typeName"),
    ),
    (
        r"Unknown argument '(.+?)' on field '(.+?)\.(.+?)'",
        "Field '{2}' doesn't accept argument '{0}'",
        "argumentNotAccepted",
        ("argumentName", "", "name"),
    ),
    (
        r"Argument '(?:\w+\.)?(\w+)\((\w+):\)' of type .+ is required",
        "Field '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
        ("name", "arguments"),
    ),
    (
        r"Field '(.+?)' of type '(.+?)' must have a selection",
        "Field must have selections (field '{0}' returns {1} but has no selections. "
        "Did you mean '{0} {{ ... }}'?)",
        "selectionMismatch",
        ("nodeName", ""),
    ),
    (
        r"Field '(.+?)' must not have a selection since type '(.+?)'",
        "Selections can't be made on scalars (field '{0}' returns {1} but has selections)",
        "selectionMismatch",
        ("nodeName", ""),
    ),
    (
        r"Variable '\$(.+?)' is not defined",
        "Variable ${0} is used but not declared",
        "variableNotDefined",
        ("variableName",),
    ),
    (
        r"Variable '\$(.+?)' is never used",
        "Variable ${0} is declared but not used",
        "variableNotUsed",
        ("variableName",),
    ),
    (
        r"Unknown fragment '(.+?)'",
        "Fragment {0} was used, but not defined",
        "useAndDefineFragment",
        ("fragmentName",),
    ),
    (
        r"Variable '\$(.+?)' of type '(.+?)' used in position expecting type '(.+?)'",
        "Type mismatch on variable ${0} and argument ({1} / {2})",
        "variableMismatch",
        ("variableName", "typeName", ""),
    ),
]


@dataclass
class Analysis:
    """Cost of a query, and the reason if it may not run."""

    requests: int = 0
    nodes: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cost(self) -> int:
        """Points: the requests needed to fill every connection, per hundred, at least one."""
        return max(1, round(self.requests / 100))


class Analyser:
    """Walks one operation with its fragments and variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]
    ) -> None:
        self.schema, self.variables, self.result = schema, variables, Analysis()
        self.fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def run(self, operation: OperationDefinitionNode) -> Analysis:
        """Analyse one operation."""
        root = self.schema.get_root_type(operation.operation)
        name = (
            f"{operation.operation.value} {operation.name.value}"
            if operation.name
            else operation.operation.value
        )
        self._visit(operation.selection_set, root, 1, [name])
        if self.result.nodes > NODE_LIMIT and not any(
            e["type"] == TOO_MANY_NODES for e in self.result.errors
        ):
            message = (
                f"This query requests up to {self.result.nodes:,} possible nodes which {EXCEEDS}"
            )
            self.result.errors.append({"type": TOO_MANY_NODES, "message": message})
        return self.result

    def _visit(
        self, selections: SelectionSetNode | None, parent: Any, outer: int, path: list[str]
    ) -> None:
        for node, kind in self._fields(selections, parent):
            definition = getattr(kind, "fields", {}).get(node.name.value)
            if definition is None:
                continue
            inner, below = outer, [*path, (node.alias or node.name).value]
            by_name = get_named_type(definition.type)
            if by_name.name.endswith("Connection") and "first" in definition.args:
                inner = outer * self._page(node, by_name, below, outer)
            self._visit(node.selection_set, by_name, inner, below)

    def _fields(
        self, selections: SelectionSetNode | None, parent: Any
    ) -> Iterator[tuple[FieldNode, Any]]:
        """Fields of a selection set, through its fragments, with the type each is selected on."""
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield node, parent
                continue
            target: Any = node
            if isinstance(node, FragmentSpreadNode):
                target = self.fragments.get(node.name.value)
            if isinstance(target, InlineFragmentNode | FragmentDefinitionNode):
                condition = target.type_condition
                kind = self.schema.type_map.get(condition.name.value) if condition else parent
                yield from self._fields(target.selection_set, kind)

    def _page(self, node: FieldNode, connection: Any, path: list[str], outer: int) -> int:
        """Records one connection asks for; counts them and checks the page size."""
        values = {
            a.name.value: self._value(a.value)
            for a in node.arguments or ()
            if a.name.value in ("first", "last")
        }
        sizes = {name: value for name, value in values.items() if value is not None}
        name = node.name.value
        self.result.requests += outer
        if not sizes:
            if {"nodes", "edges"} & {
                f.name.value for f, _ in self._fields(node.selection_set, connection)
            }:
                message = (
                    "You must provide a `first` or `last` value to properly paginate "
                    f"the `{name}` connection."
                )
                self._error("MISSING_PAGINATION_BOUNDARIES", message, node, path)
            return 1
        for argument, size in sizes.items():
            if size > PAGE_LIMIT:
                label = f"Requesting {size} records on the `{name}` connection"
                message = f"{label} exceeds the `{argument}` limit of {PAGE_LIMIT} records."
                self._error("EXCESSIVE_PAGINATION", message, node, path)
            elif size < 0:
                message = f"`{argument}` on the `{name}` connection cannot be less than zero."
                self._error("INVALID_PAGINATION", message, node, path)
        size = max([0, *sizes.values()])
        self.result.nodes += outer * size
        if outer * size > NODE_LIMIT >= outer:
            index = f"By the time this query traverses to the {name} connection"
            message = (
                f"{index}, it is requesting up to {outer * size:,} possible nodes which {EXCEEDS}"
            )
            self._error(TOO_MANY_NODES, message, node, path)
        return size

    def _value(self, node: Any) -> int | None:
        if isinstance(node, VariableNode):
            value = self.variables.get(node.name.value)
            return value if isinstance(value, int) else None
        return int(node.value) if isinstance(node, IntValueNode) else None

    def _error(self, kind: str, message: str, node: FieldNode, path: list[str]) -> None:
        self.result.errors.append(
            {"type": kind, "path": path, "locations": locations(node), "message": message}
        )


def locations(node: Any) -> list[dict[str, int]]:
    """Line and column of a syntax node."""
    if node is None or node.loc is None:
        return []
    index = get_location(node.loc.source, node.loc.start)
    return [{"line": index.line, "column": index.column}]


def syntax_error(error: GraphQLError) -> dict[str, Any]:
    """A parse error in GitHub's words."""
    places = [{"line": index.line, "column": index.column} for index in error.locations or []]
    at = f" at [{places[0]['line']}, {places[0]['column']}]" if places else ""
    match = re.match(r"Syntax Error: Expected (.+), found (.+?)\.$", error.message)
    if not match:
        return {"locations": places, "message": f"Parse error: {error.message}{at}"}
    expected, actual = match.groups()
    visible = '(none) ("")' if actual == "<EOF>" else actual
    return {"locations": places, "message": f"Expected {expected.upper()}, actual: {visible}{at}"}


def validation_error(error: GraphQLError, document: DocumentNode) -> dict[str, Any]:
    """A validation error in GitHub's words and shape."""
    node = error.nodes[0] if error.nodes else None
    unknown_value = re.search(r"does not exist in '(.+?)' enum", error.message)
    if node and (unknown_value or error.message.startswith("Unknown type")):
        return _about_parent(document, node, unknown_value[1] if unknown_value else "")
    answer: dict[str, Any] = {
        "path": _path_to(document, node),
        "locations": locations(node),
        "message": error.message,
    }
    for pattern, wording, code, names in WORDINGS:
        if match := re.search(pattern, error.message):
            parts = match.groups()
            extra = {name: part for name, part in zip(names, parts, strict=True) if name}
            return answer | {
                "message": wording.format(*parts),
                "extensions": {"code": code} | extra,
            }
    return answer


def _about_parent(document: DocumentNode, node: Any, enum: str) -> dict[str, Any]:
    """An error that GitHub reports at the field or the fragment around a syntax node."""
    parent = list(_holders(document, node))[-1]
    answer = {"path": _path_to(document, node), "locations": locations(parent)}
    if not enum:
        name = node.name.value
        message = f"No such type {name}, so it can't be a fragment condition"
        extra = {"code": "undefinedType", "typeName": name}
        return answer | {"message": message, "extensions": extra}
    argument = next(row for row in parent.arguments if _is_inside(node, row))
    name, field_name = argument.name.value, parent.name.value
    value = argument.loc.source.body[argument.value.loc.start : argument.value.loc.end]
    message = (
        f"Argument '{name}' on Field '{field_name}' has an invalid value ({value}). "
        f"Expected type '[{enum}!]'."
    )
    extra = {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": name}
    return answer | {"message": message, "extensions": extra}


def _is_inside(node: Any, outer: Any) -> bool:
    return bool(
        outer.loc
        and node.loc
        and outer.loc.start <= node.loc.start
        and node.loc.end <= outer.loc.end
    )


def _holders(document: DocumentNode, expected: Any) -> Iterator[Any]:
    """Yield the definitions, fields and fragments around a syntax node, the outermost first."""
    nodes: list[Any] = list(document.definitions) if expected is not None else []
    while holder := next((n for n in nodes if _is_inside(expected, n)), None):
        yield holder
        selected = getattr(holder, "selection_set", None)
        nodes = list(selected.selections) if selected else []


def _path_to(document: DocumentNode, expected: Any) -> list[str]:
    """``["query Name", "field", …]`` down to a syntax node, as GitHub's static errors tell it."""
    path: list[str] = []
    for holder in _holders(document, expected):
        if isinstance(holder, FieldNode):
            path.append((holder.alias or holder.name).value)
        elif isinstance(holder, OperationDefinitionNode):
            path.append(
                f"{holder.operation.value} {holder.name.value}"
                if holder.name
                else holder.operation.value
            )
        elif isinstance(holder, FragmentDefinitionNode):
            path.append(f"fragment {holder.name.value}")
        elif isinstance(holder, InlineFragmentNode):
            path.append(
                f"... on {holder.type_condition.name.value}" if holder.type_condition else "..."
            )
    return path
