"""Responses of faults, which replace the real response or omit parts of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, ValidationRule

from .errors import LIMIT_DOCS, SECONDARY_MESSAGE, WENT_WRONG, GraphQLApiError, HttpError, moved
from .faults import Fault
from .replies import BAD_GATEWAY, WEB_PAGE, Reply, as_json

SERVER_ERRORS = {503: "Service unavailable", 504: "We couldn't respond to your request in time."}


def instead(fault: Fault, identity: str, is_query: bool, moved_to: str) -> Reply | None:
    """The answer of a fault that comes in place of the real one; None for the other kinds.

    ``identity`` is the id of the request, ``moved_to`` another address of what was asked for.
    """
    went_wrong = {"message": WENT_WRONG.format(request_id=identity)}
    match fault.kind:
        case "status":
            return _status(fault)
        case "timeout":
            return as_json(
                502,
                {"data": None, "errors": [went_wrong]} if is_query else {"message": "Server Error"},
            )
        case "went_wrong":
            return (
                as_json(200, {"data": None, "errors": [went_wrong]})
                if is_query
                else as_json(500, went_wrong)
            )
        case "resource_limits":
            limits = {
                "type": "RESOURCE_LIMITS_EXCEEDED",
                "message": "Resource limits for this query exceeded.",
            }
            return as_json(200, {"data": None, "errors": [limits]})
        case "secondary":
            return secondary(
                identity,
                403 if fault.status is None else fault.status,
                fault.retry_after,
                fault.is_bare,
            )
        case "unauthorized":
            return _as_reply(HttpError(401, "Bad credentials"))
        case "html":
            return Reply(200, WEB_PAGE, content_type="text/html; charset=utf-8")
        case "redirect":
            error = moved(moved_to)
            error.status = fault.status or error.status
            return _as_reply(error)
    return None


def secondary(
    identity: str, status: int, retry_after: float | str | None, is_bare: bool = False
) -> Reply:
    """The secondary limit's answer; with status 200 the one that GraphQL also gives."""
    message, docs = (
        SECONDARY_MESSAGE.format(request_id=identity),
        f"{LIMIT_DOCS}#about-secondary-rate-limits",
    )
    headers = {} if is_bare else {"retry-after": str(60 if retry_after is None else retry_after)}
    if status == 200:
        return as_json(200, {"errors": [{"message": message}]}, headers)
    return _as_reply(HttpError(status, message, docs, headers))


def omit_node(
    answer: dict[str, Any], fault: Fault, nullable: list[str], dice: random.Random
) -> None:
    """Omit a node or a nullable field of a GraphQL response, if it has one.

    GitHub reports it in an error beside the data (``partial``), or not at all (``null_node``).
    Faults of other kinds omit nothing.
    """
    if fault.kind not in ("partial", "null_node"):
        return
    data: dict[str, Any] = answer.get("data") or {}
    places = [index for index, node in enumerate(data.get("nodes") or []) if node is not None]
    fields = [name for name in nullable if data.get(name) is not None]
    if places:
        path: list[str | int] = ["nodes", dice.choice(places)]
        data["nodes"][path[1]] = None
    elif fault.kind == "partial" and fields:
        path = [dice.choice(fields)]
        data[str(path[0])] = None
    else:
        return
    if fault.kind == "partial":
        answer.setdefault("errors", []).append(
            {"message": WENT_WRONG.format(request_id="0"), "path": path}
        )


def hiding(fault: Fault, hidden: Counter[str]) -> Callable[..., Any]:
    """Return the middleware that hides fields: null, or null with an error of type FORBIDDEN.

    It counts the ``hidden`` ones.
    """

    def hide(name: str) -> None:
        hidden[name] += 1
        if fault.kind == "forbidden_field":
            raise GraphQLApiError("FORBIDDEN", "Resource not accessible by integration")

    def resolve(
        resolver: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        name = f"{info.parent_type.name}.{info.field_name}"
        if fault.kind == "unknown_field":
            return resolver(source, info, **arguments)
        if name in fault.fields:
            hide(name)
            return None
        value = resolver(source, info, **arguments)
        if value and f"{name}[]" in fault.fields:
            value = list(value)
            try:
                value[0] = None
                hide(f"{name}[]")
            except GraphQLApiError as error:
                value[0] = error
        return value

    return resolve


def rule_of(unknown: tuple[str, ...], refused: Counter[str]) -> type[ValidationRule]:
    """Return the rule that refuses fields as a server whose schema lacks them, and counts them."""

    class KnownFields(ValidationRule):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = self.context.get_parent_type()
            if parent and f"{parent.name}.{node.name.value}" in unknown:
                text = f"Cannot query field '{node.name.value}' on type '{parent.name}'."
                refused[f"{parent.name}.{node.name.value}"] += 1
                self.report_error(GraphQLError(text, node))

    return KnownFields


def _status(fault: Fault) -> Reply:
    status = 502 if fault.status is None else fault.status
    if status == 502:
        return Reply(502, BAD_GATEWAY, content_type="text/html")
    retry = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    return as_json(status, {"message": SERVER_ERRORS.get(status, "Server Error")}, retry)


def _as_reply(error: HttpError) -> Reply:
    return as_json(error.status, error.body, dict(error.headers))
