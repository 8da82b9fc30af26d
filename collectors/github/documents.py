"""GitHub's documents as the ledger keeps them: lists whole, associations as first seen, texts only where wanted."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from collectors.github.client import GitHubClient
from collectors.github.graphql import LISTS, compose, next_page_part
from collectors.github.responses import Json

INNER_PAGES_AT_ONCE = 20
REFERENCE = re.compile(r"(?:[\w.-]+/[\w.-]+)?#\d+|/(?:pull|issues)/\d+|\b[0-9a-f]{7,40}\b", re.I)
TRAILER = re.compile(r"^\s*[\w-]+:\s|^[\w-]+\(.*\)!?:\s", re.I)
Reduce = Callable[[Json], Json]


def read_to_the_end(api: GitHubClient, docs: Mapping[str, tuple[str, Json]]) -> dict[str, str]:
    """Ask for the later pages of the lists in documents, and leave plain lists in them.

    ``docs`` gives type and document by node id. Returns why those are not whole that could not be read to the end.
    """
    problems: dict[str, str] = {}
    lists = [(i, name) for i, (kind, _) in docs.items() for name in LISTS[kind]]
    unfinished = [index for index in lists if _goes_on(docs, *index)]
    while unfinished:
        requested, unfinished = unfinished[:INNER_PAGES_AT_ONCE], unfinished[INNER_PAGES_AT_ONCE:]
        parts = [
            next_page_part(f"p{n}", docs[i][0], i, name, docs[i][1][name]["pageInfo"]["endCursor"])
            for n, (i, name) in enumerate(requested)
        ]
        answer = api.graphql(*compose(parts))
        for n, (i, name) in enumerate(requested):
            page, doc = (answer.data.get(f"p{n}") or {}).get(name), docs[i][1]
            if page is None or answer.problems(f"p{n}"):
                problems[i] = f"a page of {name} did not come"
                continue
            doc[name] = {"nodes": doc[name]["nodes"] + page["nodes"], "pageInfo": page["pageInfo"]}
            if _goes_on(docs, i, name):
                unfinished.append((i, name))
    for i, name in lists:
        if i not in problems:
            docs[i][1][name] = [
                node for node in (docs[i][1][name] or {"nodes": []})["nodes"] if node
            ]
    return problems | _read_replies(
        api, {i: doc for i, (kind, doc) in docs.items() if kind == "Discussion"}
    )


def _goes_on(docs: Mapping[str, tuple[str, Json]], i: str, name: str) -> bool:
    result = docs[i][1][name]
    return bool(result and result["pageInfo"]["hasNextPage"])


def _read_replies(api: GitHubClient, discussions: dict[str, Json]) -> dict[str, str]:
    """The same for the replies to the comments of discussions."""
    whole = [(i, doc) for i, doc in discussions.items() if isinstance(doc["comments"], list)]
    comments = {message["id"]: (i, message) for i, doc in whole for message in doc["comments"]}
    if not comments:
        return {}
    broken = read_to_the_end(
        api, {own: ("DiscussionComment", message) for own, (_, message) in comments.items()}
    )
    for _, message in comments.values():
        del message["id"]
    return {comments[own][0]: problem for own, problem in broken.items()}


# -- as first seen ----------------------------------------------------------------------------------------------------


def as_first_seen(node: Json, before: Json) -> Json:
    """Return a document with the associations that its author and those who spoke had in an earlier reading of it.

    GitHub tells only what an account is to the repository today.
    """
    reported = [message for message in _sayings(before) if message.get("authorAssociation")]
    known_values = {
        key: message["authorAssociation"] for message in reported for key in _keys(message)
    }
    for message in _sayings(node):
        result = (known_values[key] for key in _keys(message) if key in known_values)
        message["authorAssociation"] = next(result, message["authorAssociation"])
    return node


def _sayings(node: Json) -> Iterator[Json]:
    """The document itself, and what was said in it."""
    yield node
    for message in [*node.get("comments", ()), *node.get("reviews", ()), node.get("answer")]:
        if message:
            yield message
            yield from message.get("replies", ())


def _keys(said: Json) -> list[tuple[str | None, str | None]]:
    """What tells a saying: its time with its author's id, which older readings lack, or with the login."""
    at, author = (
        said.get("createdAt") or said.get("submittedAt"),
        said.get("author") or {"login": None},
    )
    return [(at, author[name]) for name in ("id", "login") if name in author]


# -- texts that are not kept ------------------------------------------------------------------------------------------


def body_filter(keep_bodies: bool, markers: Sequence[str]) -> Reduce:
    """Return what keeps of a document all of it, or of its texts only the lines that rules can use."""
    if keep_bodies:
        return lambda node: node
    patterns = [re.compile(pattern, re.I | re.M) for pattern in markers]

    def lines(text: str | None) -> str | None:
        stored = [
            line
            for line in (text or "").splitlines()
            if TRAILER.search(line)
            or REFERENCE.search(line)
            or any(p.search(line) for p in patterns)
        ]
        return "\n".join(stored) or None

    def reduce(node: Json) -> Json:
        commits = [
            {"commit": c["commit"] | {"message": lines(c["commit"]["message"])}}
            for c in node.get("commits") or ()
        ]
        return (
            node
            | {"body": lines(node.get("body"))}
            | ({"commits": commits} if "commits" in node else {})
        )

    return reduce


# -- names ---

#: what has a name, 'account' or 'label', and the name
Named = tuple[str, str]


def find_names(document: Any) -> dict[str, Named]:
    """Return the accounts and labels anywhere in a document, by node id."""
    by_key: dict[str, Named] = {}
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "id" in item and ("login" in item or "name" in item):
                by_key[item["id"]] = (
                    ("account", item["login"]) if "login" in item else ("label", item["name"])
                )
            waiting += [value for value in item.values() if isinstance(value, dict | list)]
        else:
            waiting += [value for value in item if isinstance(value, dict | list)]
    return by_key


def summarize_labels(labels: Json | None) -> Json | None:
    """Return the labels that a probe saw as their number and what changes with each name."""
    if labels is None:
        return None
    names = [[node["id"], node["name"]] for node in labels["nodes"] if node]
    return {
        "totalCount": labels["totalCount"],
        "digest": hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16],
    }
