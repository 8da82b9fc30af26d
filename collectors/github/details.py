"""One query for pull requests and issues in full, which takes pages of other lists along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.github.client import GitHubClient, QueryTooLargeError
from collectors.github.documents import Named, find_names, read_to_the_end
from collectors.github.graphql import compose, details_part
from collectors.github.repository import TABLES, PagedList, Scope
from collectors.github.responses import Answer, Json
from collectors.ledger.store import now

#: why a node is not of this repository any more
NOT_FOUND, TRANSFERRED = "NOT_FOUND", "TRANSFERRED"


@dataclass(frozen=True)
class Batch:
    """What one query brought: documents by node id, why others did not come, and the names of what has an id."""

    answer: Answer
    docs: dict[str, Json]
    problems: dict[str, str]
    names: dict[str, Named]


def fetch(api: GitHubClient, scope: Scope, ids: list[str], walks: Mapping[str, PagedList]) -> Batch:
    """Return pull requests and issues of a repository, and pages of walks, with every page of their lists.

    It needs nothing but the network, so any thread can run it. Raises as ``GitHubClient.graphql`` does, but for a single one
    that GitHub gives up on each time: that did not come, and must not be in the way of the others.
    """
    try:
        return _fetch(api, scope, ids, walks)
    except QueryTooLargeError as error:
        if len(ids) != 1 or walks:
            raise
        return Batch(Answer({}, [], now()), {}, {ids[0]: str(error)}, {})


def _fetch(
    api: GitHubClient, scope: Scope, ids: list[str], walks: Mapping[str, PagedList]
) -> Batch:
    parts = [walk.part(alias) for alias, walk in walks.items()]
    query, variables = compose([details_part(ids), *parts] if ids else parts)
    answer = api.graphql(query, variables, shrinkable=len(ids) > 1)
    nodes = answer.data.get("nodes") or [None] * len(ids)
    problems: dict[str, str] = {}
    for error in answer.errors:
        path = error.get("path") or []
        if len(path) > 1 and path[0] == "nodes":
            is_inside = len(path) > 2  # something in it was not found, say, and not itself
            problems[ids[path[1]]] = str(
                (not is_inside and error.get("type")) or error.get("message")
            )
    docs = {}
    for node_id, node in zip(ids, nodes, strict=True):
        if not node or node.get("__typename") not in TABLES:
            problems.setdefault(node_id, "GitHub answered nothing")
        elif node.pop("repository")["databaseId"] != scope.repo_id:
            problems[node_id] = TRANSFERRED
        elif node_id not in problems:
            docs[node_id] = node
    problems |= read_to_the_end(api, {i: (doc["__typename"], doc) for i, doc in docs.items()})
    whole = {i: doc for i, doc in docs.items() if i not in problems}
    reported = list(whole.values())
    for alias, walk in walks.items():
        if (result := answer.data.get(alias)) and not answer.problems(alias):
            page = walk.documents(result)
            broken = read_to_the_end(api, page)
            answer.errors.extend(
                {"path": [alias], "message": message} for message in broken.values()
            )
            reported += [document for _, document in page.values()]
    return Batch(answer, whole, problems, find_names(reported))
