"""GitHub's documents as the ledger keeps them: lists whole, associations as first seen, texts only where wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from collectors.github_api import Api, Json
from collectors.github_queries import LISTS, compose, next_page_part

INNER_PAGES_AT_ONCE = 20
REFERENCE = re.compile(r"(?:[\w.-]+/[\w.-]+)?#\d+|/(?:pull|issues)/\d+|\b[0-9a-f]{7,40}\b", re.I)
TRAILER = re.compile(r"^\s*[\w-]+:\s|^[\w-]+\(.*\)!?:\s", re.I)
Reduce = Callable[[Json], Json]


def read_to_the_end(api: Api, docs: Mapping[str, tuple[str, Json]]) -> dict[str, str]:
    """Ask for the later pages of the lists in documents, and leave plain lists in them.

    ``docs`` gives type and document by node id. Returns why those are not whole that could not be read to the end.
    """
    problems: dict[str, str] = {}
    lists = [(i, name) for i, (kind, _) in docs.items() for name in LISTS[kind]]
    unfinished = [place for place in lists if _goes_on(docs, *place)]
    while unfinished:
        asked, unfinished = unfinished[:INNER_PAGES_AT_ONCE], unfinished[INNER_PAGES_AT_ONCE:]
        parts = [
            next_page_part(f"p{n}", docs[i][0], i, name, docs[i][1][name]["pageInfo"]["endCursor"])
            for n, (i, name) in enumerate(asked)
        ]
        answer = api.graphql(*compose(parts))
        for n, (i, name) in enumerate(asked):
            page, doc = (answer.data.get(f"p{n}") or {}).get(name), docs[i][1]
            if page is None or answer.problems(f"p{n}"):
                problems[i] = f"a page of {name} did not come"
                continue
            doc[name] = {"nodes": doc[name]["nodes"] + page["nodes"], "pageInfo": page["pageInfo"]}
            if _goes_on(docs, i, name):
                unfinished.append((i, name))
    for i, name in lists:
        if i not in problems:
            docs[i][1][name] = [node for node in (docs[i][1][name] or {"nodes": []})["nodes"] if node]
    return problems | _read_replies(api, {i: doc for i, (kind, doc) in docs.items() if kind == "Discussion"})


def _goes_on(docs: Mapping[str, tuple[str, Json]], i: str, name: str) -> bool:
    found = docs[i][1][name]
    return bool(found and found["pageInfo"]["hasNextPage"])


def _read_replies(api: Api, discussions: dict[str, Json]) -> dict[str, str]:
    """The same for the replies to the comments of discussions."""
    whole = [(i, doc) for i, doc in discussions.items() if isinstance(doc["comments"], list)]
    comments = {said["id"]: (i, said) for i, doc in whole for said in doc["comments"]}
    if not comments:
        return {}
    broken = read_to_the_end(api, {own: ("DiscussionComment", said) for own, (_, said) in comments.items()})
    for _, said in comments.values():
        del said["id"]
    return {comments[own][0]: problem for own, problem in broken.items()}


# -- as first seen ----------------------------------------------------------------------------------------------------


def as_first_seen(node: Json, before: Json) -> Json:
    """Return a document with the associations that its author and those who spoke had in an earlier reading of it.

    GitHub tells only what an account is to the repository today.
    """
    told = [said for said in _sayings(before) if said.get("authorAssociation")]
    known = {key: said["authorAssociation"] for said in told for key in _keys(said)}
    for said in _sayings(node):
        found = (known[key] for key in _keys(said) if key in known)
        said["authorAssociation"] = next(found, said["authorAssociation"])
    return node


def _sayings(node: Json) -> Iterator[Json]:
    """The document itself, and what was said in it."""
    yield node
    for said in [*node.get("comments", ()), *node.get("reviews", ()), node.get("answer")]:
        if said:
            yield said
            yield from said.get("replies", ())


def _keys(said: Json) -> list[tuple[str | None, str | None]]:
    """What tells a saying: its time with its author's id, which older readings lack, or with the login."""
    at, author = said.get("createdAt") or said.get("submittedAt"), said.get("author") or {"login": None}
    return [(at, author[name]) for name in ("id", "login") if name in author]


# -- texts that are not kept ------------------------------------------------------------------------------------------


def reducer(keep_bodies: bool, markers: Sequence[str]) -> Reduce:
    """Return what keeps of a document all of it, or of its texts only the lines that rules can use."""
    if keep_bodies:
        return lambda node: node
    patterns = [re.compile(pattern, re.I | re.M) for pattern in markers]

    def lines(text: str | None) -> str | None:
        kept = [
            line for line in (text or "").splitlines()
            if TRAILER.search(line) or REFERENCE.search(line) or any(p.search(line) for p in patterns)
        ]  # fmt: skip
        return "\n".join(kept) or None

    def reduce(node: Json) -> Json:
        commits = [
            {"commit": c["commit"] | {"message": lines(c["commit"]["message"])}} for c in node.get("commits") or ()
        ]
        return node | {"body": lines(node.get("body"))} | ({"commits": commits} if "commits" in node else {})

    return reduce
