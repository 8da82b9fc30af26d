"""Lists that GitHub does not return are unknown in the published tables, never empty or zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.field import Repository, closing, comment, review
from tests.support.github_server import Server, serve
from tests.support.refreshing import publish_file, refresh
from tests.support.schemas import with_issue_types

SHOP = "acme/shop"


def shop() -> Repository:
    """Return a repository with pull requests and issues of people inside and outside."""
    shop = Repository(SHOP)
    shop.items["labels"] = [{"name": "bug", "color": "ff0000", "description": ""}]
    mention: dict[str, Any] = {
        "type": "CrossReferencedEvent",
        "actor": "bob",
        "created_at": "2026-09-01T08:30:00Z",
    }
    mention["source"] = {"repo": SHOP, "number": 2}
    shop.merge(
        1,
        "Search in orders",
        at="2026-09-01T11:00:00Z",
        author="dan",
        association="CONTRIBUTOR",
        events=[mention],
        comments=[comment("bob", "2026-09-01T10:00:00Z")],
        reviews=[review("bob", "2026-09-01T10:30:00Z")],
        closing_issues=[2],
        additions=0,
        deletions=0,
        changed_files=0,
    )
    shop.issue(
        2,
        "Search finds nothing",
        opened="2026-09-01T08:00:00Z",
        state="CLOSED",
        closed_at="2026-09-01T11:00:00Z",
        author="eve",
        association="NONE",
        labels=["bug"],
        type="Bug",
        comments=[comment("bob", "2026-09-01T10:00:00Z")],
        events=[mention, closing("2026-09-01T11:00:00Z", "bob", state_reason="COMPLETED")],
    )
    shop.push("Tidy up", "2026-09-02T10:00:00Z", "cyd")
    shop.push("Apply a patch", "2026-09-02T11:00:00Z", "fay", committer_login="cyd")
    shop.push("Edit the page", "2026-09-02T12:00:00Z", "gil", committer_login="web-flow")
    # a rebase of two commits: the first one has an id of its own
    row = shop.pull(3, "Two steps", opened="2026-09-03T08:00:00Z", author="hal")
    row["commits"].append(shop.commit("Second step", "2026-09-03T09:00:00Z", "hal"))
    shop.push("First step", "2026-09-03T10:00:00Z", "hal")
    merge = shop.push("Second step", "2026-09-03T10:00:01Z", "hal")
    row |= {"state": "MERGED", "merged_at": "2026-09-03T10:00:01Z", "merged_by": "bob"}
    row |= {"closed_at": "2026-09-03T10:00:01Z", "merge_commit": merge}
    row["association"] = "CONTRIBUTOR"
    for number, author in enumerate(("cyd", "dan", "fay", "gil", "hal"), 10):
        opened = "2026-09-04T08:00:00Z"
        shop.issue(number, "Question", opened=opened, author=author, association="NONE")
    return shop


@pytest.fixture(scope="module")
def github(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, whose schema has issue types."""
    schema = tmp_path_factory.mktemp("schema") / "schema.graphql"
    text = with_issue_types(schema_path.read_text(encoding="utf-8"))
    schema.write_text(text, encoding="utf-8")
    with serve({SHOP: shop().dataset()}, schema=schema) as server:
        yield server


class Published:
    """Published tables of a refresh in which fields are hidden, and its message."""

    def __init__(self, server: Server, data: Path, kind: str = "", *fields: str) -> None:
        plan = [{"kind": kind, "fields": fields, "every": 1}] if kind else []
        server.faults(plan)
        (result,) = refresh(data, server.url, [SHOP])
        assert result.status == "read"
        self.message = result.message
        self.path = publish_file(data, date(2026, 11, 19))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.path), read_only=True) as db:
            return db.execute(sql).fetchall()


def test_pushers_are_inside_and_authors_of_merged_commits_are_not(
    github: Server, tmp_path: Path
) -> None:
    published = Published(github, tmp_path)
    rows = published.rows("select author, is_outside_author from issues where number >= 10")
    assert dict(rows) == {"cyd": False, "dan": True, "fay": True, "gil": False, "hal": True}
    assert published.rows(
        "select work_type, work_type_rule, work_type_reason from pull_requests where number = 1"
    ) == [("fix", "fix-linked-type", 'type "Bug" of the linked issue')]
    assert published.message == ""


def test_forbidden_event_and_files_cost_no_other_column(github: Server, tmp_path: Path) -> None:
    published = Published(
        github,
        tmp_path,
        "forbidden_field",
        *("PullRequestTimelineItemsConnection.nodes[]", "IssueTimelineItemsConnection.nodes[]"),
        *("PullRequest.files", "Issue.labels"),
    )
    assert published.rows(
        "select state, cycle_hours, pickup_hours, additions, deletions, changed_files, size_band, "
        "unread_lists from pull_requests where number = 1"
    ) == [("merged", 3, 2, None, None, None, None, ["files"])]
    assert published.rows(
        "select state, response_hours, is_feedback, labels, unread_lists from issues "
        "where number = 2"
    ) == [("closed", 2, True, None, ["labels"])]
    for part in ("part of timelineItems", "files", "labels", "sizes"):
        assert f"{part} could not be read of " in published.message


def test_unread_reviews_and_commits_are_unknown(github: Server, tmp_path: Path) -> None:
    fields = ("PullRequest.reviews", "PullRequestCommitConnection.nodes")
    published = Published(github, tmp_path, "null_field", *fields)
    assert published.rows(
        "select is_merged_unreviewed, is_independently_reviewed, reviewer_count, "
        "first_response_at, pickup_hours, started_at, cycle_hours, unread_lists "
        "from pull_requests where number = 1"
    ) == [(None, None, None, None, None, None, None, ["commits", "reviews"])]
    for metric in ("unreviewed_merge_share", "pickup_time"):
        assert published.rows(
            f"select value from ({_metric(published, metric)}) where number = 1"
        ) == [(None,)]


def _metric(published: Published, key: str) -> str:
    """Return the SQL of a metric."""
    ((sql,),) = published.rows(f"select sql from metrics where metric = '{key}'")
    return str(sql)
