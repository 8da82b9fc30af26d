"""POST /graphql: parse, validate, price and run one query as GitHub does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    is_non_null_type,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from .analysis import Analyser, Analysis, locations, syntax_error, validation_error
from .disturbances import hiding, rule_of
from .errors import GraphQLApiError
from .faults import Fault
from .registry import Context
from .schema import build_schema

Answer = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A query ready to run, or the answer that refuses it."""

    text: str = ""
    operation: OperationDefinitionNode | None = None
    document: DocumentNode | None = None
    variables: dict[str, Any] | None = None
    analysis: Analysis = field(default_factory=Analysis)
    refusal: Answer | None = None


class GraphQLApi:
    """The schema and the two steps of answering a query."""

    def __init__(self, schema_path: Path) -> None:
        self.unbacked: Counter[str] = Counter()
        #: fields that a fault has hidden
        self.hidden: Counter[str] = Counter()
        #: all valid queries, by their texts
        self.queries: dict[str, DocumentNode] = {}
        self.schema = build_schema(schema_path, self._note)
        self._check = lru_cache(maxsize=1024)(self._parse)

    def _note(self, path: str) -> None:
        self.unbacked[path] += 1

    def _parse(
        self, query: str, unknown: tuple[str, ...]
    ) -> tuple[DocumentNode | None, tuple[Answer, ...]]:
        """Parsed document and static errors of a query text.

        The same texts come again and again.
        """
        try:
            document = parse(query)
        except GraphQLError as error:
            return None, (syntax_error(error),)
        rules = [*specified_rules, *([rule_of(unknown, self.hidden)] if unknown else [])]
        return document, tuple(
            validation_error(e, document) for e in validate(self.schema, document, rules)
        )

    def prepare(self, payload: Any, fault: Fault | None = None) -> Prepared:
        """Check a request body and price its operation."""
        query = payload.get("query") if isinstance(payload, dict) else None
        if not isinstance(query, str) or not query:
            return refused("A query attribute must be specified and must be a string.")
        is_older = fault is not None and fault.kind == "unknown_field"
        document, errors = self._check(query, tuple(fault.fields) if fault and is_older else ())
        if document is None or errors:
            return Prepared(refusal={"errors": list(errors)})
        expected = payload.get("operationName")
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        by_name = [o for o in operations if not expected or (o.name and o.name.value == expected)]
        if len(by_name) != 1:
            return refused(
                f'No operation named "{expected}"' if expected else "An operation name is required"
            )
        operation = by_name[0]
        if operation.operation.value == "mutation":
            return refused("The emulator serves queries only.")
        inputs = payload.get("variables") or {}
        values = get_variable_values(self.schema, operation.variable_definitions or (), inputs)
        if isinstance(values, list):
            return Prepared(refusal={"errors": [_variable_error(e) for e in values]})
        analysis = Analyser(self.schema, document, values.coerced).run(operation)
        refusal = {"errors": analysis.errors} if analysis.errors else None
        return Prepared(query, operation, document, inputs, analysis, refusal)

    def nullable(self, prepared: Prepared) -> list[str]:
        """The top-level fields of a query that may be null, by the names of its answer."""
        assert prepared.operation is not None and self.schema.query_type is not None
        known_values = self.schema.query_type.fields
        requested = [
            node
            for node in prepared.operation.selection_set.selections
            if isinstance(node, FieldNode) and node.name.value in known_values
        ]
        result = [
            node for node in requested if not is_non_null_type(known_values[node.name.value].type)
        ]
        return [(node.alias or node.name).value for node in result]

    def run(self, prepared: Prepared, context: Context, fault: Fault | None = None) -> Answer:
        """Run a prepared query; field errors come beside the data, typed as GitHub types them."""
        assert prepared.document is not None
        self.queries[prepared.text] = prepared.document
        name = (
            prepared.operation.name.value
            if prepared.operation and prepared.operation.name
            else None
        )
        result = execute_sync(
            self.schema,
            prepared.document,
            context_value=context,
            variable_values=prepared.variables,
            operation_name=name,
            middleware=[hiding(fault, self.hidden)] if fault and fault.fields else None,
        )
        answer: Answer = {"data": result.data}
        if result.errors:
            answer["errors"] = [_field_error(error) for error in result.errors]
        return answer


def refused(message: str) -> Prepared:
    """A refusal without a place in the query."""
    return replace(Prepared(), refusal={"errors": [{"message": message}]})


def _variable_error(error: GraphQLError) -> Answer:
    node = error.nodes[0] if error.nodes else None
    name, kind = getattr(getattr(node, "variable", None), "name", None), getattr(node, "type", None)
    text = (
        f"Variable ${name.value} of type {_type_text(kind)} was provided invalid value"
        if name
        else error.message
    )
    return {
        "extensions": {"problems": [{"path": [], "explanation": error.message}]},
        "locations": locations(node),
        "message": text,
    }


def _type_text(node: Any) -> str:
    if node.kind == "non_null_type":
        return _type_text(node.type) + "!"
    return f"[{_type_text(node.type)}]" if node.kind == "list_type" else str(node.name.value)


def _field_error(error: GraphQLError) -> Answer:
    places = [{"line": index.line, "column": index.column} for index in error.locations or []]
    cause = error.original_error
    kind = {"type": cause.kind} if isinstance(cause, GraphQLApiError) else {}
    return {
        **kind,
        "path": error.path,
        "locations": places,
        "message": str(cause) if kind else error.message,
    }
