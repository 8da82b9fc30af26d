"""Query for complete pull requests and issues, which also carries pages of other lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import ValidationError

from collectors.github.documents import Name, find_names
from collectors.github.graphql import LISTS, compose, details_part, list_part, next_page_part
from collectors.github.models import (
    DOCUMENTS,
    Json,
    Page,
    RepositoryId,
    UnexpectedAnswerError,
    fit,
    read,
)
from collectors.github.repository import TABLES, PagedList, Scope
from collectors.github.responses import (
    SHARED_FAILURES,
    SINGLE_FAILURES,
    Answer,
    Query,
    QueryError,
    QueryFailedError,
    QueryTooLargeError,
    is_transient,
)
from collectors.ledger.store import now

INNER_PAGES_PER_QUERY = 20
#: pages of one list, more than GitHub allows comments or events
INNER_PAGES_MOST = 200
#: fields that could not be read, by node id
Losses = dict[str, set[str]]
#: reasons why a node does not belong to the repository any more
NOT_FOUND, TRANSFERRED = "NOT_FOUND", "TRANSFERRED"
#: beginning of the reason for an item of another form than documented, before its field
MISFIT = "invalid"


@dataclass(frozen=True, eq=False)
class Batch:
    """Result of one query: documents and problems by node id, and the names in the documents."""

    answer: Answer
    documents: dict[str, Json] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    #: fields that are missing in documents, by node id, and the documents to read again for them
    losses: Losses = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    #: why a list cannot be read further, by alias
    broken_lists: dict[str, str] = field(default_factory=dict)


def fetch(query: Query, scope: Scope, ids: list[str], lists: Mapping[str, PagedList]) -> Batch:
    """Return pull requests and issues by id, and pages of lists, with every page of their lists.

    Any thread can call it. Raises as ``GitHubClient.graphql`` does, except for a single node
    that GitHub cannot answer: it is read list by list, or becomes a problem.
    """
    parts = [paged_list.part(alias) for alias, paged_list in lists.items()]
    text, variables = compose([details_part(ids), *parts] if ids else parts)
    failures = SHARED_FAILURES if len(ids) > 1 else None
    if len(ids) == 1 and not lists:
        failures = SINGLE_FAILURES
    try:
        answer = query(text, variables, failures)
    except QueryFailedError as error:
        if len(ids) > 1:
            raise QueryTooLargeError(str(error)) from error
        if lists or not ids:
            raise
        return _fetch_apart(query, scope, ids[0])
    batch = Batch(answer)
    _add_documents(query, scope, ids, batch)
    sources = list(batch.documents.values())
    for alias, paged_list in lists.items():
        data = answer.part(alias)
        if data is None or answer.problems(alias):
            continue
        try:
            page = paged_list.documents(data)
            losses = read_all_pages(query, page)
        except UnexpectedAnswerError as error:
            batch.broken_lists[alias] = str(error)
            continue
        if losses:
            names = sorted(set().union(*losses.values()))
            batch.broken_lists[alias] = f"{' and '.join(names)} of {paged_list.name}"
        sources += [document for _, document in page.values()]
    batch.names.update(find_names(sources))
    return batch


def _fetch_apart(query: Query, scope: Scope, node_id: str) -> Batch:
    """Return one pull request or issue with the lists that GitHub can answer one by one."""
    try:
        answer = query(*compose([details_part([node_id], with_lists=False)]), SINGLE_FAILURES)
    except QueryFailedError:
        return Batch(Answer({}, [], now()), problems={node_id: "GitHub failed"})
    nodes = answer.data.get("nodes")
    node = nodes[0] if isinstance(nodes, list) and nodes and isinstance(nodes[0], dict) else {}
    kind = f"{node.get('__typename')}"
    for name in LISTS[kind] if kind in TABLES else ():
        try:
            part = list_part("p", kind, node_id, name)
            page = query(*compose([part]), SINGLE_FAILURES)
        except QueryFailedError:
            node[name] = "GitHub failed"
        else:
            node[name] = (page.part("p") or {}).get(name, "GitHub answered nothing")
    batch = Batch(answer)
    _add_documents(query, scope, [node_id], batch)
    batch.names.update(find_names(list(batch.documents.values())))
    return batch


def _add_documents(query: Query, scope: Scope, ids: list[str], batch: Batch) -> None:
    """Add the answered documents to a batch, and the reasons for the others."""
    nodes = batch.answer.data.get("nodes") if ids else []
    if not isinstance(nodes, list) or len(nodes) != len(ids):
        raise UnexpectedAnswerError("not as many items as requested")
    raw: dict[str, tuple[str, Json]] = {}
    for index, (node_id, node) in enumerate(zip(ids, nodes, strict=True)):
        errors = [error for error in batch.answer.errors if error.path[:2] == ("nodes", index)]
        if problem := _problem(scope, node):
            own = next((error for error in errors if len(error.path) == 2), None)
            batch.problems[node_id] = _reason(own) if own else problem
            continue
        kind = node["__typename"]
        raw[node_id] = (kind, node)
        for error in errors:
            name = next(iter(error.path[2:]), "")
            if name in LISTS[kind] and len(error.path) == 3:
                node[name] = _reason(error)  # no list
            is_whole = len(error.path) == 3
            label = f"{name}" if name in DOCUMENTS[kind].names() else "a field"
            batch.losses.setdefault(node_id, set()).add(label if is_whole else f"part of {label}")
            if is_transient(error):
                batch.unsettled.add(node_id)
    for node_id, names in read_all_pages(query, raw).items():
        batch.losses.setdefault(node_id, set()).update(names)
        batch.unsettled.add(node_id)
    for node_id, (kind, node) in raw.items():
        try:
            batch.documents[node_id], lost = fit(DOCUMENTS[kind], node)
        except UnexpectedAnswerError as error:
            batch.problems[node_id] = f"{MISFIT} {error}"
            continue
        if lost:
            batch.losses.setdefault(node_id, set()).update(lost)


def _problem(scope: Scope, node: Any) -> str:
    """Return why a node is no document of the repository, if so."""
    if not isinstance(node, dict) or node.get("__typename") not in TABLES:
        return "GitHub answered nothing"
    try:
        repository = read(RepositoryId, node.pop("repository", None), "repository")
    except UnexpectedAnswerError as error:
        return f"{MISFIT} {error}"
    return "" if repository.database_id == scope.repo_id else TRANSFERRED


def _reason(error: QueryError) -> str:
    return NOT_FOUND if error.type == NOT_FOUND else error.reason


# -- complete lists -------------------------------------------------------------------------------


def read_all_pages(query: Query, documents: Mapping[str, tuple[str, Json]]) -> Losses:
    """Request the later pages of the documents' lists, and turn each list into a plain one.

    ``documents`` has type and document by node id. A list that cannot be read becomes null: it is
    returned by node id.
    """
    losses: Losses = {}
    unfinished: dict[tuple[str, str], Page] = {}
    for node_id, (kind, document) in documents.items():
        for name in LISTS[kind]:
            if name in document and document[name] is None:
                document[name] = []
                continue
            page = _page(document.get(name))
            document[name] = page and page.nodes
            if page is None:
                losses.setdefault(node_id, set()).add(name)
            elif page.next:
                unfinished[node_id, name] = page
    read = dict.fromkeys(unfinished, 1)
    size = INNER_PAGES_PER_QUERY
    while unfinished:
        batch = dict(islice(unfinished.items(), size))
        try:
            pages = _next_pages(query, documents, batch)
        except QueryFailedError:
            if len(batch) > 1:
                size = 1
                continue
            pages = dict.fromkeys(batch, None)
        for (node_id, name), page in pages.items():
            before, document = unfinished.pop((node_id, name)), documents[node_id][1]
            read[node_id, name] += 1
            is_repeated = page is not None and page.next in (before.next, "")
            if page is None or is_repeated or read[node_id, name] > INNER_PAGES_MOST:
                document[name] = None
                losses.setdefault(node_id, set()).add(name)
                continue
            document[name] += page.nodes
            if page.next:
                unfinished[node_id, name] = page
    discussions = {i: document for i, (kind, document) in documents.items() if kind == "Discussion"}
    for node_id, names in _read_replies(query, discussions).items():
        losses.setdefault(node_id, set()).update(names)
    return losses


def _next_pages(
    query: Query,
    documents: Mapping[str, tuple[str, Json]],
    pages: Mapping[tuple[str, str], Page],
) -> dict[tuple[str, str], Page | None]:
    """Return the pages after these, by node id and list; None for one that cannot be read."""
    parts = [
        next_page_part(f"p{index}", documents[node_id][0], node_id, name, page.next)
        for index, ((node_id, name), page) in enumerate(pages.items())
    ]
    failures = SHARED_FAILURES if len(pages) > 1 else SINGLE_FAILURES
    answer = query(*compose(parts), failures)
    results = {}
    for index, (node_id, name) in enumerate(pages):
        part, problems = answer.part(f"p{index}"), answer.problems(f"p{index}")
        results[node_id, name] = _page(part.get(name)) if part and not problems else None
    return results


def _page(value: Any) -> Page | None:
    """Return a page; None if it has another form than documented."""
    try:
        return Page.model_validate(value)
    except ValidationError:
        return None


def _read_replies(query: Query, discussions: dict[str, Json]) -> Losses:
    """Complete the replies to the comments of discussions, as ``read_all_pages`` does."""
    discussion_of: dict[str, str] = {}
    comments: dict[str, tuple[str, Json]] = {}
    for node_id, document in discussions.items():
        for comment in document["comments"] or ():
            if isinstance(comment, dict) and isinstance(comment.get("id"), str):
                discussion_of[comment["id"]] = node_id
                comments[comment["id"]] = ("DiscussionComment", comment)
    if not comments:
        return {}
    losses = read_all_pages(query, comments)
    return {discussion_of[comment_id]: names for comment_id, names in losses.items()}
