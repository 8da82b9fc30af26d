"""GitHub's documents in the ledger's form: first associations, kept texts and names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb

from collectors.github.base_models import Json

REFERENCE = r"#\d|/(pull|issues)/\d|\b[0-9a-f]{7,40}\b"
TRAILER = r"^\s*[\w-]+:\s|^[\w-]+\(.*\)!?:\s"
Reduce = Callable[[Json], Json]
#: kind ('account' or 'label') and name
Name = tuple[str, str]


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
        comment["authorAssociation"] = next(first, comment.get("authorAssociation"))
    return node


def _comments(node: Json) -> Iterator[Json]:
    """Yield the document itself, its comments, reviews and replies."""
    yield node
    comments = [*(node.get("comments") or ()), *(node.get("reviews") or ()), node.get("answer")]
    for comment in filter(None, comments):
        yield comment
        yield from comment.get("replies") or ()


def _identities(comment: Json) -> list[tuple[str | None, str | None]]:
    """Return the identities of a comment: time and author id, or login in older readings."""
    at = comment.get("createdAt") or comment.get("submittedAt")
    author = comment.get("author") or {"login": None}
    return [(at, author[name]) for name in ("id", "login") if name in author]


# -- kept texts -----------------------------------------------------------------------------------


def body_filter(keep_bodies: bool, markers: Sequence[str], text_macros: str) -> Reduce:
    """Return the function that reduces a document's texts to the lines that rules can use.

    With ``keep_bodies`` it keeps everything. ``text_macros`` take quotations, code and comments
    out. DuckDB matches, as at publish: its time is linear in the text, for any pattern.
    """
    if keep_bodies:
        return lambda node: node
    patterns = (TRAILER, REFERENCE, *markers)
    is_useful = " or ".join("regexp_matches(line, ?, 'i')" for _ in patterns)
    is_marker = " or ".join(["false", *("regexp_matches(line, ?, 'i')" for _ in markers)])
    sql = (
        "select list_transform(?::varchar[], lambda text: "
        f"list_filter(string_split(prose(text), chr(10)), lambda line: {is_useful}) "
        f"|| list_filter(comments_in(text), lambda line: {is_marker}))"
    )
    db = duckdb.connect()
    db.execute(text_macros)

    def reduce(node: Json) -> Json:
        commits = [entry["commit"] for entry in node.get("commits") or ()]
        texts = [node.get("body"), *(commit.get("message") for commit in commits)]
        parameters = [[text or "" for text in texts], *patterns, *markers]
        (rows,) = db.execute(sql, parameters).fetchall()
        body, *messages = ("\n".join(lines) or None for lines in rows[0])
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
    names = [[node["id"], node["name"]] for node in labels.get("nodes") or ()]
    digest = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
    return {"totalCount": labels["totalCount"], "digest": digest}
