"""Models of GitHub's answers: what is invalid is cut, nulled or left out, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    SelectionSetNode,
    parse,
)

from collectors.github import base_models, models, repository_models
from collectors.github.base_models import Node, fit
from collectors.github.graphql import FRAGMENTS, LISTS
from collectors.github.models import DOCUMENTS, Event, Issue, PullRequest

FRAGMENT_MODELS: dict[str, type[Node]] = {
    "Who": models.Account,
    "Probe": repository_models.Probe,
    "LabelPage": models.Label,
    "AssigneePage": models.Account,
    "ClosingIssuePage": models.Reference,
    "ClosingPullRequestPage": models.Reference,
    "FilePage": models.File,
    "ReviewPage": models.Review,
    "CommentPage": models.Comment,
    "EventPage": Event,
    "IssueEventPage": Event,
    "StatusPage": models.Status,
    "ReplyPage": models.Comment,
    "ListedIssues": models.Listed,
    "ListedPullRequests": models.Listed,
    "ListedDiscussions": models.Listed,
    "RepositoryLabels": models.RepositoryLabel,
    "File": models.GitObject,
    "HistoryPage": models.HistoryCommit,
    **{f"{kind}Fields": model for kind, model in DOCUMENTS.items()},
}
#: read from an answer before its model
BEFORE = {"repository", "pageInfo", "totalCount"}
PULL_REQUEST: dict[str, Any] = {
    "__typename": "PullRequest",
    "id": "PR_1",
    "number": 7,
    "title": "Fix it",
    "url": "https://github.com/acme/app/pull/7",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-03T00:00:00Z",
    "closedAt": "2026-01-02T00:00:00Z",
    "mergedAt": "2026-01-02T00:00:00Z",
    "state": "MERGED",
    "additions": 3,
    "comments": [
        {"createdAt": "2026-01-01T01:00:00Z", "author": {"login": "ann", "id": "U_1"}},
        {"createdAt": "2026-01-01T02:00:00Z", "author": None},
    ],
    "commits": [{"commit": {"oid": "a" * 40, "authoredDate": "2026-01-01T00:00:00Z"}}],
}


def fields(selections: SelectionSetNode | None) -> set[str]:
    """Return the fields of a selection, or of the nodes of its page."""
    names: set[str] = set()
    for selection in selections.selections if selections else ():
        if isinstance(selection, InlineFragmentNode):
            names |= fields(selection.selection_set)
        elif isinstance(selection, FieldNode):
            if selection.name.value == "nodes":
                return fields(selection.selection_set)
            names.add(selection.name.value)
    return names


@pytest.mark.parametrize("name", FRAGMENT_MODELS)
def test_every_requested_field_has_a_place_in_its_model(name: str) -> None:
    model = FRAGMENT_MODELS[name]
    places = model.names() | {f"{f.validation_alias}" for f in model.model_fields.values()}
    (definition,) = parse(FRAGMENTS[name]).definitions
    assert isinstance(definition, FragmentDefinitionNode)
    requested = fields(definition.selection_set) - BEFORE
    assert requested
    assert requested - places - {"state"} == set()


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_list_of_a_document_has_a_place_in_its_model(kind: str) -> None:
    assert set(LISTS[kind]) <= DOCUMENTS[kind].names()


def fitted(**changes: Any) -> tuple[dict[str, Any], set[str]]:
    """Return the pull request with changes, as it is written."""
    item, _ = fit(PullRequest, copy.deepcopy(PULL_REQUEST))
    changed, lost = fit(PullRequest, copy.deepcopy(item) | copy.deepcopy(changes))
    return {key: value for key, value in changed.items() if value != item[key]}, lost


@pytest.mark.parametrize("value", ["many", -1, 2**31, 1.5, True, [], {"a": 1}])
def test_invalid_number_becomes_null(value: object) -> None:
    assert fitted(additions=value) == ({"additions": None}, {"additions"})


def test_long_text_is_cut() -> None:
    assert fitted(title="x" * 300_001) == ({"title": "x" * 300_000}, {"title"})


def test_address_of_another_kind_becomes_null() -> None:
    assert fitted(url="javascript:alert(1)") == ({"url": None}, {"url"})


def test_invalid_entry_of_a_list_is_removed_alone() -> None:
    first, second = PULL_REQUEST["comments"]
    broken = [first, {"createdAt": "2026-13-45T00:00:00Z"}, 5, None, second]
    item, lost = fit(PullRequest, copy.deepcopy(PULL_REQUEST) | {"comments": broken})
    assert item["comments"] == [first, second]
    assert "comments" in lost


def test_time_of_a_commit_that_no_clock_shows_becomes_null() -> None:
    commits = [{"commit": {"oid": "a" * 40, "authoredDate": "+294248-01-01T00:00:00Z"}}]
    changed, _ = fitted(commits=commits)
    assert changed == {"commits": [{"commit": {"oid": "a" * 40, "authoredDate": None}}]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "7"),
        ("number", 2**31),
        ("id", ""),
        ("createdAt", "2026-02-30T00:00:00Z"),
        ("updatedAt", "2999-01-01T00:00:00Z"),
        ("mergedAt", "soon"),
        ("closedAt", 5),
        ("state", None),
    ],
)
def test_item_without_a_field_whose_null_is_no_answer_is_left_out(field: str, value: Any) -> None:
    with pytest.raises(base_models.UnexpectedAnswerError, match=f"^{field}$"):
        fitted(**{field: value})


@pytest.mark.parametrize("value", [None, [], "text", 5, {}])
def test_item_of_another_form_is_left_out(value: object) -> None:
    with pytest.raises(base_models.UnexpectedAnswerError):
        fit(Issue, value)


def test_time_of_another_zone_is_written_in_utc() -> None:
    changed, lost = fitted(createdAt="2026-01-01T02:00:00.123+02:00")
    assert (changed, lost) == ({}, set())
