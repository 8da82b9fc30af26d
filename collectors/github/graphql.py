"""GraphQL queries, composed of parts that use the fragments in ``queries.graphql``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("queries.graphql")
FRAGMENT = re.compile(r"^fragment (\w+) on .*?^}", re.S | re.M)
SPREAD = re.compile(r"\.\.\.(\w+)")
SELECTION = re.compile(r"\.\.\. ?on \w+|(?:\w+: ?)?\w+")
BRACKET = re.compile(r"\s*[({]")
ARGUMENT = re.compile(r"\w+: ?[^,()]+(?:, ?)?")
BRACE = re.compile(r"(fragment \w+ on \w+|\.\.\. on \w+|^query)?(?: ?\([^)]*\))?\s*\{|\}", re.M)
VARIABLE = re.compile(r"\$(\w+): [\w!\[\]]+(?:, )?")
EMPTY = re.compile(r"\{[\s,]*\}")
#: raise it if the fragments of a pull request or an issue request more: older rows are read again
DETAILS_VERSION = 4
#: raise it if the fragments of a commit of the history request more: the history is read again
HISTORY_VERSION = 1
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
    "Tag": {},
}
#: names that a field of the queries can have
FIELDS = frozenset(re.findall(r"\w+", SOURCE.read_text(encoding="utf-8"))) - {"nodes"} | {
    name for lists in LISTS.values() for name in lists
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


def enum_part(alias: str, name: str) -> Part:
    """Return the part that requests the values of an enumeration of the schema."""
    text = "__type(name: $name) { enumValues(includeDeprecated: true) { name } }"
    return Part(alias, text, {"name": ("String!", name)})


def schema_part(alias: str) -> Part:
    """Return the part that requests the fields of issues in the schema."""
    return Part(alias, '__type(name: "Issue") { fields(includeDeprecated: true) { name } }', {})


def search_part(alias: str, query: str) -> Part:
    """Return the part that counts the pull requests and issues of a search."""
    text = f"search(query: ${alias}_query, type: ISSUE, first: 1) {{ issueCount }}"
    return Part(alias, text, {f"{alias}_query": ("String!", query)})


# -- servers that lack a part of the schema -------------------------------------------------------


#: field that is newer than the oldest server: requested if the schema has it, else not reported
NEWER_FIELD = "issueType"
NEWER_SELECTION = re.compile(rf"\b{NEWER_FIELD} \{{ name \}}")


@dataclass(frozen=True)
class UnknownPart:
    """Part of the queries that a server does not know: a selection, an argument or a value."""

    #: fragment, inline fragment or query that contains it
    block: str
    #: braces between the beginning of the block and the part
    depth: int
    text: str
    #: of the field, the argument, the value or the type
    name: str

    @property
    def is_newer(self) -> bool:
        """True if an older server need not know it."""
        return self.name == NEWER_FIELD

    @property
    def label(self) -> str:
        """Name with the type that lacks it."""
        return f"{self.name} of {self.block.split()[-1]}"


def newer_parts() -> list[UnknownPart]:
    """Return the parts of the queries that an older server need not know."""
    parts = [
        _part(fragment, selection.start(), selection[0], NEWER_FIELD)
        for fragment in FRAGMENTS.values()
        for selection in NEWER_SELECTION.finditer(fragment)
    ]
    return [part for part in parts if part]


def unknown_part(query: str, line: int, column: int, is_argument: bool) -> UnknownPart | None:
    """Return the selection or the argument at a position of a query; None without one."""
    offset = _offset(query, line, column)
    pattern = ARGUMENT if is_argument else SELECTION
    start = pattern.match(query, offset) if offset >= 0 else None
    if not start:
        return None
    end = start.end()
    while not is_argument and (bracket := BRACKET.match(query, end)):
        depth = 0
        for end in range(bracket.end() - 1, len(query)):
            depth += (query[end] in "({") - (query[end] in ")}")
            if depth == 0:
                break
        end += 1
    text = query[offset:end]
    name = text.split(":")[0] if is_argument else start[0].split()[-1]
    return _part(query, offset, text, name)


def unknown_values(
    query: str, line: int, column: int, argument: str, known: Collection[str]
) -> list[UnknownPart]:
    """Return the values in a list argument of the field at a position that are not known."""
    offset = _offset(query, line, column)
    values = re.compile(rf"\w+\([^)]*?\b{argument}: ?\[([^\]]*)\]").match(query, max(offset, 0))
    if not values or offset < 0:
        return []
    unknown = [name for name in re.findall(r"\w+", values[1]) if name not in known]
    return [part for name in unknown if (part := _part(query, offset, name, name))]


def omit(query: str, parts: Iterable[UnknownPart]) -> str:
    """Return a query without the parts; a selection that loses all its fields is of its type."""
    shorter = query
    for part in parts:
        text = re.compile(rf"(?<![\w$]){re.escape(part.text)}(?!\w)")
        for block, start, end in reversed(list(_blocks(shorter))):
            if block != part.block:
                continue
            for match in reversed(list(text.finditer(shorter, start, end))):
                if _depth(shorter[start : match.start()]) == part.depth:
                    shorter = shorter[: match.start()] + shorter[match.end() :]
    if shorter == query:
        return query
    shorter = _without_unused_fragments(EMPTY.sub("{ __typename }", shorter.replace("()", "")))
    head, _, body = shorter.partition("{")
    used = set(re.findall(r"\$(\w+)", body))
    head = VARIABLE.sub(lambda row: row[0] if row[1] in used else "", head)
    return f"{head.replace('()', '')}{{{body}"


def _without_unused_fragments(query: str) -> str:
    """Return a query without the fragments that no selection uses: GitHub refuses them."""
    used = set(SPREAD.findall(query))
    shorter = FRAGMENT.sub(lambda row: row[0] if row[1] in used else "", query)
    return query if shorter == query else _without_unused_fragments(shorter)


def _offset(query: str, line: int, column: int) -> int:
    """Return the index of a position in a query; negative without a position."""
    lines = query.split("\n")
    if not 0 < line <= len(lines) or not 0 < column <= len(lines[line - 1]):
        return -1
    return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1


def _part(query: str, offset: int, text: str, name: str) -> UnknownPart | None:
    """Return the part that begins at an offset; None outside of selections."""
    blocks = [entry for entry in _blocks(query) if entry[1] <= offset < entry[2]]
    if not blocks:
        return None
    block, start, _ = max(blocks, key=lambda entry: entry[1])
    return UnknownPart(block, _depth(query[start:offset]), text, name)


def _blocks(query: str) -> Iterator[tuple[str, int, int]]:
    """Yield the fragments and inline fragments of a query with the range of their content."""
    opened: list[tuple[str, int]] = []
    for match in BRACE.finditer(query):
        if match[0] != "}":
            opened.append((match[1] or "", match.end()))
        elif opened:
            block, start = opened.pop()
            if block:
                yield block, start, match.start()


def _depth(text: str) -> int:
    return text.count("{") - text.count("}")
