"""Query for complete pull requests and issues, which also carries pages of other lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.github.client import GitHubClient, QueryFailedError, QueryTooLargeError
from collectors.github.documents import Name, find_names, read_all_pages
from collectors.github.graphql import compose, details_part
from collectors.github.repository import TABLES, PagedList, Scope
from collectors.github.responses import Answer, Json
from collectors.ledger.store import now

#: reasons why a node does not belong to the repository any more
NOT_FOUND, TRANSFERRED = "NOT_FOUND", "TRANSFERRED"


@dataclass(frozen=True, eq=False)
class Batch:
    """Result of one query: documents and problems by node id, and the names in the documents."""

    answer: Answer
    documents: dict[str, Json]
    problems: dict[str, str]
    names: dict[str, Name]


def fetch(
    client: GitHubClient, scope: Scope, ids: list[str], lists: Mapping[str, PagedList]
) -> Batch:
    """Return pull requests and issues by id, and pages of lists, with every page of their lists.

    Any thread can call it. Raises as ``GitHubClient.graphql`` does, except for a single node
    that GitHub cannot answer: it becomes a problem and does not block the others.
    """
    try:
        return _fetch(client, scope, ids, lists)
    except QueryFailedError as error:
        if len(ids) > 1:  # also if it was a later page of one item's list
            raise QueryTooLargeError(str(error)) from error
        if lists or not ids:
            raise
        return Batch(Answer({}, [], now()), {}, {ids[0]: str(error)}, {})


def _fetch(
    client: GitHubClient, scope: Scope, ids: list[str], lists: Mapping[str, PagedList]
) -> Batch:
    parts = [paged_list.part(alias) for alias, paged_list in lists.items()]
    query, variables = compose([details_part(ids), *parts] if ids else parts)
    answer = client.graphql(query, variables, can_shrink=len(ids) > 1)
    documents, problems = _documents(answer, scope, ids)
    nodes = {node_id: (node["__typename"], node) for node_id, node in documents.items()}
    problems |= read_all_pages(client.graphql, nodes)
    complete = {node_id: node for node_id, node in documents.items() if node_id not in problems}
    sources = list(complete.values())
    for alias, paged_list in lists.items():
        data = answer.data.get(alias)
        if data and not answer.problems(alias):
            page = paged_list.documents(data)
            broken = read_all_pages(client.graphql, page)
            answer.errors.extend({"path": [alias], "message": text} for text in broken.values())
            sources += [document for _, document in page.values()]
    return Batch(answer, complete, problems, find_names(sources))


def _documents(
    answer: Answer, scope: Scope, ids: list[str]
) -> tuple[dict[str, Json], dict[str, str]]:
    """Return the answered documents, and the reasons for the others, by node id."""
    problems: dict[str, str] = {}
    for error in answer.errors:
        path = error.get("path") or []
        if len(path) > 1 and path[0] == "nodes":
            is_node_itself = len(path) == 2  # a longer path names a part of the node
            reason = (is_node_itself and error.get("type")) or error.get("message")
            problems[ids[path[1]]] = str(reason)
    documents = {}
    for node_id, node in zip(ids, answer.data.get("nodes") or [None] * len(ids), strict=True):
        if not node or node.get("__typename") not in TABLES:
            problems.setdefault(node_id, "GitHub answered nothing")
        elif node.pop("repository")["databaseId"] != scope.repo_id:
            problems[node_id] = TRANSFERRED
        elif node_id not in problems:
            documents[node_id] = node
    return documents, problems
