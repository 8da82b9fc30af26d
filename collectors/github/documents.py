"""GitHub's documents in the ledger's form: complete lists, first associations, kept texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from collectors.github.graphql import LISTS, compose, next_page_part
from collectors.github.responses import Answer, Json

INNER_PAGES_PER_QUERY = 20
#: characters of a text that rules can match; GitHub's own limit for bodies
MAX_TEXT = 65_536
REFERENCE = r"#\d|/(pull|issues)/\d|\b[0-9a-f]{7,40}\b"
TRAILER = r"^\s*[\w-]+:\s|^[\w-]+\(.*\)!?:\s"
Query = Callable[[str, Mapping[str, Any]], Answer]
Reduce = Callable[[Json], Json]
#: kind ('account' or 'label') and name
Name = tuple[str, str]


# -- complete lists -------------------------------------------------------------------------------


def read_all_pages(query: Query, documents: Mapping[str, tuple[str, Json]]) -> dict[str, str]:
    """Request the later pages of the documents' lists, and turn each list into a plain one.

    ``documents`` has type and document by node id. Returns why a document stays incomplete, by
    node id.
    """
    problems: dict[str, str] = {}
    lists = [(node_id, name) for node_id, (kind, _) in documents.items() for name in LISTS[kind]]
    unfinished = [item for item in lists if _has_next_page(documents, *item)]
    while unfinished:
        batch, unfinished = unfinished[:INNER_PAGES_PER_QUERY], unfinished[INNER_PAGES_PER_QUERY:]
        parts = []
        for index, (node_id, name) in enumerate(batch):
            kind, document = documents[node_id]
            cursor = document[name]["pageInfo"]["endCursor"]
            parts.append(next_page_part(f"p{index}", kind, node_id, name, cursor))
        answer = query(*compose(parts))
        for index, (node_id, name) in enumerate(batch):
            page = (answer.data.get(f"p{index}") or {}).get(name)
            if page is None or answer.problems(f"p{index}"):
                problems[node_id] = f"a page of {name} did not come"
                continue
            document = documents[node_id][1]
            nodes = document[name]["nodes"] + page["nodes"]
            document[name] = {"nodes": nodes, "pageInfo": page["pageInfo"]}
            if _has_next_page(documents, node_id, name):
                unfinished.append((node_id, name))
    for node_id, name in lists:
        if node_id not in problems:
            document = documents[node_id][1]
            nodes = (document[name] or {"nodes": []})["nodes"]
            document[name] = [node for node in nodes if node]
    discussions = {i: document for i, (kind, document) in documents.items() if kind == "Discussion"}
    return problems | _read_replies(query, discussions)


def _has_next_page(documents: Mapping[str, tuple[str, Json]], node_id: str, name: str) -> bool:
    page = documents[node_id][1][name]
    return bool(page and page["pageInfo"]["hasNextPage"])


def _read_replies(query: Query, discussions: dict[str, Json]) -> dict[str, str]:
    """Complete the replies to the comments of discussions, as ``read_all_pages`` does."""
    discussion_of: dict[str, str] = {}
    comments: dict[str, tuple[str, Json]] = {}
    for node_id, document in discussions.items():
        for comment in document["comments"] if isinstance(document["comments"], list) else ():
            discussion_of[comment["id"]] = node_id
            comments[comment["id"]] = ("DiscussionComment", comment)
    if not comments:
        return {}
    broken = read_all_pages(query, comments)
    for _, comment in comments.values():
        del comment["id"]
    return {discussion_of[comment_id]: problem for comment_id, problem in broken.items()}


# -- first associations ---------------------------------------------------------------------------


def keep_first_associations(node: Json, before: Json) -> Json:
    """Return a document with the author associations of an earlier reading of it.

    GitHub only returns the association of today.
    """
    known = {
        key: comment["authorAssociation"]
        for comment in _comments(before)
        if comment.get("authorAssociation")
        for key in _identities(comment)
    }
    for comment in _comments(node):
        first = (known[key] for key in _identities(comment) if key in known)
        comment["authorAssociation"] = next(first, comment["authorAssociation"])
    return node


def _comments(node: Json) -> Iterator[Json]:
    """Yield the document itself, its comments, reviews and replies."""
    yield node
    for comment in [*node.get("comments", ()), *node.get("reviews", ()), node.get("answer")]:
        if comment:
            yield comment
            yield from comment.get("replies", ())


def _identities(comment: Json) -> list[tuple[str | None, str | None]]:
    """Return the identities of a comment: time and author id, or login in older readings."""
    at = comment.get("createdAt") or comment.get("submittedAt")
    author = comment.get("author") or {"login": None}
    return [(at, author[name]) for name in ("id", "login") if name in author]


# -- kept texts -----------------------------------------------------------------------------------


def body_filter(keep_bodies: bool, markers: Sequence[str]) -> Reduce:
    """Return the function that reduces a document's texts to the lines that rules can use.

    With ``keep_bodies`` it keeps everything. DuckDB matches, as at publish: its time is linear in
    the text, whatever the pattern.
    """
    if keep_bodies:
        return lambda node: node
    patterns = (TRAILER, REFERENCE, *markers)
    is_useful = " or ".join("regexp_matches(line, ?, 'i')" for _ in patterns)
    sql = f"select list_filter(?::varchar[], lambda line: {is_useful})"
    db = duckdb.connect()

    def reduce(node: Json) -> Json:
        commits = [entry["commit"] for entry in node.get("commits") or ()]
        texts = [node.get("body"), *(commit["message"] for commit in commits)]
        lines = [(text or "")[:MAX_TEXT].splitlines() for text in texts]
        distinct = list(dict.fromkeys(line for text in lines for line in text))
        rows = db.cursor().execute(sql, [distinct, *patterns]).fetchall() if distinct else [([],)]
        useful = frozenset(rows[0][0])
        body, *messages = (
            "\n".join(line for line in text if line in useful) or None for text in lines
        )
        reduced = node | {"body": body}
        if "commits" in node:
            reduced["commits"] = [
                {"commit": commit | {"message": message}}
                for commit, message in zip(commits, messages, strict=True)
            ]
        return reduced

    return reduce


# -- names ----------------------------------------------------------------------------------------


def find_names(document: Any) -> dict[str, Name]:
    """Return the accounts and labels anywhere in a document, by node id."""
    names: dict[str, Name] = {}
    stack = [document]
    while stack:
        value = stack.pop()
        children = value
        if isinstance(value, dict):
            children = value.values()
            if "id" in value and "login" in value:
                names[value["id"]] = ("account", value["login"])
            elif "id" in value and "name" in value:
                names[value["id"]] = ("label", value["name"])
        stack += [child for child in children if isinstance(child, dict | list)]
    return names


def summarize_labels(labels: Json | None) -> Json | None:
    """Return the labels of a probe as their number and a digest that changes with any name."""
    if labels is None:
        return None
    names = [[node["id"], node["name"]] for node in labels["nodes"] if node]
    digest = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
    return {"totalCount": labels["totalCount"], "digest": digest}
