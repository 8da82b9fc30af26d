"""Query for complete pull requests and issues, which also carries pages of other lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import ValidationError

from collectors.github.base_models import Json, Page, UnexpectedAnswerError, fit, read
from collectors.github.documents import Name, find_names
from collectors.github.graphql import (
    FIELDS,
    LISTS,
    compose,
    details_part,
    list_part,
    next_page_part,
)
from collectors.github.models import DOCUMENTS, RepositoryId
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
SIZES = ("additions", "deletions", "changedFiles")
#: reasons why a node does not belong to the repository any more
NOT_FOUND, TRANSFERRED = "NOT_FOUND", "TRANSFERRED"
#: beginning of the reason for an item of another form than documented, before its field
MISFIT = "invalid"


@dataclass(frozen=True)
class Losses:
    """Fields that could not be read, by node id, and the nodes of which a later try may read them.

    A list that is null, forbidden or unknown to the server is lost for good.
    """

    fields: dict[str, set[str]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)

    def add(self, node_id: str, names: Iterable[str], is_settled: bool) -> None:
        """Add fields of a node."""
        self.fields.setdefault(node_id, set()).update(names)
        if not is_settled:
            self.unsettled.add(node_id)

    def update(self, losses: Losses, node_ids: Mapping[str, str] | None = None) -> None:
        """Add other losses, under other node ids if there are any."""
        for node_id, names in losses.fields.items():
            key = node_ids[node_id] if node_ids else node_id
            self.add(key, names, node_id not in losses.unsettled)


@dataclass(frozen=True, eq=False)
class Batch:
    """Result of one query: documents and problems by node id, and the names in the documents."""

    answer: Answer
    documents: dict[str, Json] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    #: fields that are missing in documents
    losses: Losses = field(default_factory=Losses)
    #: why a list cannot be read further, and fields that are missing in its nodes, by alias
    broken_lists: dict[str, str] = field(default_factory=dict)
    list_losses: dict[str, set[str]] = field(default_factory=dict)


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
        sources += _add_list(query, batch, alias, paged_list)
    batch.names.update(find_names(sources))
    return batch


def _add_list(query: Query, batch: Batch, alias: str, paged_list: PagedList) -> list[Json]:
    """Complete the documents on a page of a list and return them; add what is missing in them."""
    data = batch.answer.part(alias)
    if data is None:
        return []
    try:
        page = paged_list.documents(data)
        losses = read_all_pages(query, page)
    except UnexpectedAnswerError:  # the list reports it
        return []
    names = set().union(*losses.fields.values())
    if losses.unsettled:
        batch.broken_lists[alias] = f"{' and '.join(sorted(names))} of {paged_list.name}"
    for error in batch.answer.problems(alias):
        known = [part for part in error.path if part in FIELDS]
        names |= {f"{part}" for part in known[-1:]}
    batch.list_losses[alias] = names
    return [document for _, document in page.values()]


def _fetch_apart(query: Query, scope: Scope, node_id: str) -> Batch:
    """Return one pull request or issue with the lists that GitHub can answer one by one."""
    try:
        answer = query(*compose([details_part([node_id], with_lists=False)]), SINGLE_FAILURES)
    except QueryFailedError:
        return Batch(Answer({}, [], now()), problems={node_id: "GitHub failed"})
    batch = Batch(answer)
    nodes = answer.data.get("nodes")
    node = nodes[0] if isinstance(nodes, list) and nodes and isinstance(nodes[0], dict) else {}
    kind = f"{node.get('__typename')}"
    for name in LISTS[kind] if kind in TABLES else ():
        try:
            part = list_part("p", kind, node_id, name)
            page = query(*compose([part]), SINGLE_FAILURES)
        except QueryFailedError:
            node[name] = None
            batch.losses.add(node_id, [name], is_settled=False)
        else:
            node[name] = (page.part("p") or {}).get(name)
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
            label = f"{name}" if name in DOCUMENTS[kind].names() else "a field"
            label = label if len(error.path) == 3 else f"part of {label}"
            batch.losses.add(node_id, [label], not is_transient(error))
    batch.losses.update(read_all_pages(query, raw))
    for node_id, (kind, node) in raw.items():
        try:
            batch.documents[node_id], lost = fit(DOCUMENTS[kind], node)
        except UnexpectedAnswerError as error:
            batch.problems[node_id] = f"{MISFIT} {error}"
            continue
        lost |= _without_unknown_sizes(batch.documents[node_id])
        if lost:
            batch.losses.add(node_id, lost, is_settled=True)


def _without_unknown_sizes(document: Json) -> set[str]:
    """Set sizes to null that GitHub did not compute, and return what is lost.

    GitHub then answers no files and zeros, without an error.
    """
    if document.get("files", []) is not None or any(document.get(name) for name in SIZES):
        return set()
    document.update(dict.fromkeys(SIZES))
    return {"sizes"}


def _problem(scope: Scope, node: Any) -> str:
    """Return why a node is no document of the repository, if so."""
    if not isinstance(node, dict) or node.get("__typename") not in TABLES:
        return "GitHub answered nothing"
    repository = node.pop("repository", None)
    if isinstance(repository, dict) and repository.get("databaseId", 0) in (None, 0):
        return ""  # GitHub does not return the ids of repositories
    try:
        repo_id = read(RepositoryId, repository, "repository").database_id
    except UnexpectedAnswerError as error:
        return f"{MISFIT} {error}"
    return "" if repo_id == scope.repo_id else TRANSFERRED


def _reason(error: QueryError) -> str:
    return NOT_FOUND if error.type == NOT_FOUND else error.reason


# -- complete lists -------------------------------------------------------------------------------


def read_all_pages(query: Query, documents: Mapping[str, tuple[str, Json]]) -> Losses:
    """Request the later pages of the documents' lists, and turn each list into a plain one.

    ``documents`` has type and document by node id. A list that cannot be read becomes null: its
    name is returned by node id.
    """
    losses = Losses()
    unfinished: dict[tuple[str, str], Page] = {}
    for node_id, (kind, document) in documents.items():
        for name in LISTS[kind]:
            page = _page(document.get(name))
            document[name] = page and page.nodes
            if page is None or page.next == "":
                document[name] = None
                losses.add(node_id, [name], is_settled=True)
            elif page.next:
                unfinished[node_id, name] = page
    read = dict.fromkeys(unfinished, 1)
    size = INNER_PAGES_PER_QUERY
    while unfinished:
        batch = dict(islice(unfinished.items(), size))
        try:
            pages, unsettled = _next_pages(query, documents, batch)
        except QueryFailedError:
            if len(batch) > 1:
                size = 1
                continue
            pages, unsettled = dict.fromkeys(batch, None), set(batch)
        for (node_id, name), page in pages.items():
            before, document = unfinished.pop((node_id, name)), documents[node_id][1]
            read[node_id, name] += 1
            is_repeated = page is not None and page.next in (before.next, "")
            if page is None or is_repeated or read[node_id, name] > INNER_PAGES_MOST:
                document[name] = None
                losses.add(node_id, [name], (node_id, name) not in unsettled)
                continue
            document[name] += page.nodes
            if page.next:
                unfinished[node_id, name] = page
    discussions = {i: document for i, (kind, document) in documents.items() if kind == "Discussion"}
    losses.update(_read_replies(query, discussions))
    return losses


def _next_pages(
    query: Query,
    documents: Mapping[str, tuple[str, Json]],
    pages: Mapping[tuple[str, str], Page],
) -> tuple[dict[tuple[str, str], Page | None], set[tuple[str, str]]]:
    """Return the pages after these, by node id and list, None for one that cannot be read.

    The second value are those that a later try may read.
    """
    parts = [
        next_page_part(f"p{index}", documents[node_id][0], node_id, name, page.next)
        for index, ((node_id, name), page) in enumerate(pages.items())
    ]
    failures = SHARED_FAILURES if len(pages) > 1 else SINGLE_FAILURES
    answer = query(*compose(parts), failures)
    results, unsettled = {}, set()
    for index, (node_id, name) in enumerate(pages):
        part, problems = answer.part(f"p{index}"), answer.problems(f"p{index}")
        results[node_id, name] = _page(part.get(name)) if part and not problems else None
        if any(problem.type != "FORBIDDEN" for problem in problems):
            unsettled.add((node_id, name))
    return results, unsettled


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
    losses = Losses()
    if comments:
        losses.update(read_all_pages(query, comments), discussion_of)
    return losses
