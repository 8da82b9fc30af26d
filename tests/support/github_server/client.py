"""A plain client of the server, for tests that look at single answers."""

from __future__ import annotations

import json
from functools import reduce
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from . import TOKEN, Server

Answer = tuple[int, dict[str, str], bytes]


def ask(server: Server, path: str, body: object = None, **headers: str) -> Answer:
    """Status, headers and body of one answer, without following redirects."""
    parts = urlsplit(server.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(
            "POST" if sent else "GET", path, sent, {"authorization": f"Bearer {TOKEN}", **headers}
        )
        answer = connection.getresponse()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            answer.read(),
        )
    finally:
        connection.close()


def rest_get(server: Server, path: str) -> Any:
    """The JSON of a REST answer."""
    status, _, body = ask(server, path)
    assert status == 200, body
    return json.loads(body)


def whole(server: Server, query: str, **variables: object) -> dict[str, Any]:
    """The whole GraphQL answer: data and errors."""
    status, _, body = ask(server, "/graphql", {"query": query, "variables": variables})
    assert status == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


def data(server: Server, query: str, **variables: object) -> Any:
    """The data of a GraphQL answer without errors."""
    answer = whole(server, query, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def nest(*parts: str) -> str:
    """The parts, each in the braces of the one before."""
    return reduce(lambda inner, outer: f"{outer} {{ {inner} }}", reversed(parts))
