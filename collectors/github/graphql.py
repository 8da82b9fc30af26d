"""GraphQL queries, composed of parts that use the fragments in ``queries.graphql``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("queries.graphql")
FRAGMENT = re.compile(r"^fragment (\w+) on .*?^}", re.S | re.M)
SPREAD = re.compile(r"\.\.\.(\w+)")
SELECTION = re.compile(r"\.\.\. ?on \w+|(?:\w+: ?)?\w+")
ARGUMENT = re.compile(r"\w+: ?[^,()]+(?:, ?)?")
#: raise it if the fragments of a pull request or an issue request more: older rows are read again
DETAILS_VERSION = 4
PULL_REQUEST_EVENTS = (
    "READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, CLOSED_EVENT, REOPENED_EVENT, "
    "MERGED_EVENT, LABELED_EVENT, UNLABELED_EVENT, ASSIGNED_EVENT, UNASSIGNED_EVENT, "
    "HEAD_REF_FORCE_PUSHED_EVENT, CROSS_REFERENCED_EVENT, "
    "MILESTONED_EVENT, DEMILESTONED_EVENT"
)
ISSUE_EVENTS = (
    "CLOSED_EVENT, REOPENED_EVENT, LABELED_EVENT, UNLABELED_EVENT, ASSIGNED_EVENT, "
    "UNASSIGNED_EVENT, "
    "MILESTONED_EVENT, DEMILESTONED_EVENT, MARKED_AS_DUPLICATE_EVENT, CROSS_REFERENCED_EVENT"
)
COMMON_LISTS = {
    "labels": "labels(first: 30%s) { ...LabelPage }",
    "assignees": "assignees(first: 10%s) { ...AssigneePage }",
    "comments": "comments(first: 100%s) { ...CommentPage }",
}
#: lists of each document type, with the text of a page (``%s`` takes the cursor)
LISTS: dict[str, dict[str, str]] = {
    "PullRequest": COMMON_LISTS
    | {
        "closingIssuesReferences": "closingIssuesReferences(first: 10%s) { ...ClosingIssuePage }",
        "commits": "commits(first: 100%s) { ...CommitPage }",
        "files": "files(first: 100%s) { ...FilePage }",
        "reviews": "reviews(first: 100%s) { ...ReviewPage }",
        "timelineItems": (
            f"timelineItems(first: 100%s, itemTypes: [{PULL_REQUEST_EVENTS}]) {{ ...EventPage }}"
        ),
    },
    "Issue": COMMON_LISTS
    | {
        "closedByPullRequestsReferences": (
            "closedByPullRequestsReferences(first: 10%s, includeClosedPrs: true) "
            "{ ...ClosingPullRequestPage }"
        ),
        "timelineItems": (
            f"timelineItems(first: 100%s, itemTypes: [{ISSUE_EVENTS}]) {{ ...IssueEventPage }}"
        ),
    },
    "Discussion": {
        "labels": "labels(first: 10%s) { ...LabelPage }",
        "comments": "comments(first: 30%s) { ...DiscussionCommentPage }",
    },
    "DiscussionComment": {"replies": "replies(first: 100%s) { ...ReplyPage }"},
    "Deployment": {"statuses": "statuses(first: 20%s) { ...StatusPage }"},
    "Milestone": {},
    "Release": {},
}
FRAGMENTS = {row[1]: row[0] for row in FRAGMENT.finditer(SOURCE.read_text(encoding="utf-8"))}


@dataclass(frozen=True)
class Part:
    """Top-level field of a query with its alias; variables as ``{name: (type, value)}``."""

    alias: str
    text: str
    variables: Mapping[str, tuple[str, Any]]


def compose(parts: Iterable[Part]) -> tuple[str, dict[str, Any]]:
    """Return the query of all parts with the required fragments, and its variables."""
    parts = list(parts)
    body = "\n".join(f"  {part.alias}: {part.text}" for part in parts)
    declared = {f"{name}": kind for part in parts for name, (kind, _) in part.variables.items()}
    head = ", ".join(f"${name}: {kind}" for name, kind in declared.items())
    needed: dict[str, None] = {}
    waiting = SPREAD.findall(body)
    while waiting:
        name = waiting.pop(0)
        if name not in needed:
            needed[name] = None
            waiting += SPREAD.findall(FRAGMENTS[name])
    query = f"query ({head}) {{\n{body}\n}}\n" + "\n".join(FRAGMENTS[name] for name in needed)
    return query, {name: value for part in parts for name, (_, value) in part.variables.items()}


def repository_part(alias: str, repo: str, selection: str, **variables: tuple[str, Any]) -> Part:
    """Return the part that requests a selection of one repository, by its name."""
    owner, _, name = repo.partition("/")
    text = f"repository(owner: ${alias}_owner, name: ${alias}_name) {{ {selection} }}"
    mine = {f"{alias}_owner": ("String!", owner), f"{alias}_name": ("String!", name)}
    return Part(alias, text, mine | {f"{alias}_{key}": value for key, value in variables.items()})


def fields_of(kind: str) -> str:
    """Return the selection of a document type with the first page of its lists."""
    return " ".join([f"...{kind}Fields", *(text % "" for text in LISTS[kind].values())])


def details_part(node_ids: list[str], with_lists: bool = True) -> Part:
    """Return the part that requests pull requests and issues with the first page of their lists."""
    kinds = " ".join(
        f"... on {kind} {{ {fields_of(kind) if with_lists else f'...{kind}Fields'} }}"
        for kind in ("PullRequest", "Issue")
    )
    return Part(
        "nodes", f"nodes(ids: $ids) {{ __typename {kinds} }}", {"ids": ("[ID!]!", node_ids)}
    )


def list_part(alias: str, kind: str, node_id: str, name: str) -> Part:
    """Return the part that requests the first page of one list of one document."""
    text = f"node(id: ${alias}_id) {{ ... on {kind} {{ {LISTS[kind][name] % ''} }} }}"
    return Part(alias, text, {f"{alias}_id": ("ID!", node_id)})


def next_page_part(alias: str, kind: str, node_id: str, name: str, cursor: str | None) -> Part:
    """Return the part that requests the next page of one list of one document."""
    page = LISTS[kind][name] % f", after: ${alias}_after"
    text = f"node(id: ${alias}_id) {{ ... on {kind} {{ {page} }} }}"
    return Part(
        alias, text, {f"{alias}_id": ("ID!", node_id), f"{alias}_after": ("String!", cursor)}
    )


def owner_part(alias: str, login: str, cursor: str | None, selection: str) -> Part:
    """Return the part that lists the repositories of an organization or a user by name."""
    order = "orderBy: {field: NAME, direction: ASC}"
    page = f"first: 100, after: $after, ownerAffiliations: OWNER, {order}"
    content = f"nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }}"
    text = f"repositoryOwner(login: $login) {{ repositories({page}) {{ {content} }} }}"
    return Part(alias, text, {"login": ("String!", login), "after": ("String", cursor)})


def search_part(alias: str, query: str) -> Part:
    """Return the part that counts the pull requests and issues of a search."""
    text = f"search(query: ${alias}_query, type: ISSUE, first: 1) {{ issueCount }}"
    return Part(alias, text, {f"{alias}_query": ("String!", query)})


# -- servers that lack a part of the schema -------------------------------------------------------


def text_at(query: str, line: int, column: int, is_argument: bool) -> str:
    """Return the selection or the argument at a place of a query; nothing without one."""
    offset = sum(len(text) + 1 for text in query.split("\n")[: line - 1]) + column - 1
    pattern = ARGUMENT if is_argument else SELECTION
    if not line > 0 or not column > 0 or not (start := pattern.match(query, offset)):
        return ""
    end = start.end()
    while not is_argument and (bracket := re.compile(r"\s*[({]").match(query, end)):
        depth = 0
        for end in range(bracket.end() - 1, len(query)):
            depth += (query[end] in "({") - (query[end] in ")}")
            if depth == 0:
                break
        end += 1
    return query[offset:end]


def fragment_at(query: str, line: int) -> str:
    """Return the fragment that contains a line of a query; nothing outside of fragments."""
    names = re.findall(r"^fragment (\w+) on", "\n".join(query.split("\n")[:line]), re.M)
    return f"{names[-1]}" if names else ""


def omit(query: str, parts: Iterable[tuple[str, str]]) -> str:
    """Return a query without parts, each given by its fragment and its text."""
    for fragment, text in parts:
        start = query.find(f"fragment {fragment} on") if fragment else 0
        if (index := query.find(text, start)) >= 0 <= start:
            query = query[:index] + query[index + len(text) :]
    return query.replace("()", "")
