"""The independent computation, on cases small enough to be worked by hand."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.independent import compute
from tests.support.independent.__main__ import KEYS, compare, main
from tests.support.independent.examples import (
    AGENT,
    Raw,
    comment,
    commit,
    dataset,
    event,
    issue,
    pull,
)

Row = dict[str, Any]
AS_OF = date(2024, 6, 30)


def tables(*datasets: Raw, as_of: date = AS_OF, **options: Any) -> dict[str, list[Row]]:
    """Return the computed tables of some datasets."""
    return compute(
        {raw["repository"]["name_with_owner"]: raw for raw in datasets}, as_of, **options
    )


def only(row: Raw, *commits: Raw, as_of: date = AS_OF, **members: Any) -> Row:
    """Return the computed row of a single pull request."""
    (result,) = tables(dataset([row], list(commits), **members), as_of=as_of)["pull_requests"]
    return result


def test_stages_of_an_agents_draft_add_up() -> None:
    """Bots, agents, deleted accounts and the agent's requester give no response."""
    row = only(
        pull(
            1,
            "2024-01-10T10:00:00Z",
            author=AGENT,
            draft_at_creation=True,
            merged_at="2024-01-11T12:00:00Z",
            merged_by="carol",
            commits=["c1"],
            events=[
                event("Assigned", "2024-01-10T10:00:00Z", actor=AGENT, assignee="dave"),
                event("Assigned", "2024-01-10T10:00:01Z", assignee=AGENT),
                event("ReadyForReview", "2024-01-10T18:00:00Z"),
                event("ConvertToDraft", "2024-01-10T19:00:00Z"),
                event("ReadyForReview", "2024-01-10T20:00:00Z"),
            ],
            comments=[
                comment("reviewer-app", "2024-01-10T10:30:00Z"),
                comment("bob", "2024-01-10T12:00:00Z"),
            ],
            reviews=[
                comment("alice", "2024-01-10T11:00:00Z", "APPROVED"),
                comment(None, "2024-01-10T11:10:00Z", "APPROVED"),
                comment("dependabot", "2024-01-10T11:20:00Z", "APPROVED"),
                comment("bob", "2024-01-11T09:00:00Z", "PENDING"),
                comment("bob", "2024-01-11T10:00:00Z", "COMMENTED"),
                comment("bob", "2024-01-11T11:00:00Z", "APPROVED"),
                comment("carol", "2024-01-11T13:00:00Z", "APPROVED"),
            ],
        ),
        commit("c1", "2024-01-10T08:00:00Z", author_login=AGENT),
    )
    assert (row["author_kind"], row["responsible"], row["responsible_rule"]) == (
        "agent",
        "alice",
        "assigner",
    )
    assert (row["start_rule"], row["ready_at"]) == ("first commit", datetime(2024, 1, 10, 18))
    assert (row["was_draft"], row["is_draft"], row["had_early_feedback"]) == (True, False, True)
    assert row["first_response_at"] == datetime(2024, 1, 10, 12)
    assert row["first_review_at"] == datetime(2024, 1, 11, 10)
    assert row["first_approval_at"] == datetime(2024, 1, 11, 11)
    stages = [row[name] for name in ("coding_hours", "pickup_hours", "review_hours", "cycle_hours")]
    assert stages == [10.0, 0.0, 18.0, 28.0]
    assert (row["is_independently_reviewed"], row["is_merged_unreviewed"]) == (True, False)
    assert (row["authorship"], row["ai_tool"], row["merged_by_kind"]) == (
        "agent",
        "GitHub Copilot",
        "human",
    )


@pytest.mark.parametrize(
    ("authored_at", "rule", "started_at"),
    [
        ("2024-03-03T00:00:00Z", "first commit", datetime(2024, 3, 3)),  # 90 days to the second
        ("2024-03-02T23:59:59Z", "first commit too old", datetime(2024, 6, 1)),
        ("2024-06-02T00:00:00Z", "opened", datetime(2024, 6, 1)),
    ],
)
def test_start(authored_at: str, rule: str, started_at: datetime) -> None:
    """The first commit starts the work, if at most 90 days older than the opening."""
    row = only(pull(1, "2024-06-01T00:00:00Z", commits=["c1"]), commit("c1", authored_at))
    assert (row["start_rule"], row["started_at"]) == (rule, started_at)


def test_state_is_the_one_at_the_end_of_the_day() -> None:
    """A day earlier the same pull request was still closed, unlabelled, unmerged."""
    row = pull(
        1,
        "2024-01-01T00:00:00Z",
        merged_at="2024-01-05T00:00:00Z",
        labels=["bug"],
        events=[
            event("Closed", "2024-01-02T00:00:00Z"),
            event("Reopened", "2024-01-03T00:00:00Z"),
            event("Labeled", "2024-01-03T01:00:00Z", label="bug"),
            event("Closed", "2024-01-05T00:00:00Z"),
        ],
    )
    visited = [only(row, as_of=date(2024, 1, day)) for day in (1, 2, 3, 4, 5)]
    assert [r["state"] for r in visited] == ["open", "closed", "open", "open", "merged"]
    assert [r["reopened_count"] for r in visited] == [0, 0, 1, 1, 1]
    assert [r["closed_at"] for r in visited[:3]] == [None, datetime(2024, 1, 2), None]
    assert [r["work_type"] for r in visited[1:3]] == ["unclassified", "fix"]
    assert tables(dataset([row]), as_of=date(2023, 12, 31))["pull_requests"] == []


@pytest.mark.parametrize(
    ("members", "commits", "expected"),
    [
        ({}, [{"author_email": "noreply@anthropic.com"}], ("agent", "claude-email", "Claude Code")),
        (
            {},
            [{"author_email": "noreply@anthropic.com"}, {}],
            ("assisted", "claude-email", "Claude Code"),
        ),
        (
            {},
            [{"message": "x\n\nCo-authored-by: Claude <a@b.c>"}],
            ("assisted", "claude-trailer", "Claude Code"),
        ),
        ({}, [{"message": "x\n\nCo-authored-by: Bob <bob@b.c>"}], ("no signal", None, None)),
        ({"head_ref": "Codex/fix"}, [{}], ("agent", "codex-branch", "Codex")),
        ({"body": "Assisted-by: a model"}, [{}], ("assisted", "assisted-trailer", None)),
        ({"body": "asked copilot"}, [{}], ("no signal", None, None)),
        ({"author": "dependabot"}, [{}], ("no signal", None, None)),
    ],
)
def test_authorship(
    members: Raw, commits: list[Raw], expected: tuple[str, str | None, str | None]
) -> None:
    """An agent that wrote all commits is the author; one that wrote some assisted.

    Weak words decide nothing.
    """
    rows = [commit(f"c{n}", "2024-01-01T00:00:00Z", **extra) for n, extra in enumerate(commits)]
    row = only(pull(1, "2024-01-02T00:00:00Z", commits=[c["oid"] for c in rows], **members), *rows)
    assert (row["authorship"], row["authorship_rule"], row["ai_tool"]) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"assignees": ["zoe", "Carl", AGENT]}, ("Carl", "assignee")),
        ({"commits": ["c1"]}, ("kim", "co-author")),
        (
            {"commits": ["c2"], "merged_at": "2024-01-03T00:00:00Z", "merged_by": "mia"},
            ("mail-known", "co-author"),
        ),
        ({"merged_at": "2024-01-03T00:00:00Z", "merged_by": "mia"}, ("mia", "merger")),
        ({}, (None, None)),
        ({"author": None, "assignees": ["zoe"]}, (None, None)),
    ],
)
def test_responsible(members: Raw, expected: tuple[str | None, str | None]) -> None:
    """For a bot the first human who was assigned, else helped, else merged.

    Nobody for a deleted account.
    """
    commits = [
        commit(
            "c1",
            "2024-01-01T00:00:00Z",
            message="x\n\nCo-authored-by: Kim <1+kim@users.noreply.github.com>",
        ),
        commit(
            "c2",
            "2024-01-01T00:00:00Z",
            message="x\n\nCo-authored-by: M <M@b.c>",
            author_email="n@b.c",
        ),
        commit("c3", "2024-01-01T00:00:00Z", author_login="mail-known", author_email="m@b.c"),
    ]
    rows = [
        pull(1, "2024-01-02T00:00:00Z", **{"author": "dependabot"} | members),
        pull(2, "2024-01-02T00:00:00Z"),
    ]
    rows[1]["commits"] = ["c3"]
    row = tables(dataset(rows, commits))["pull_requests"][0]
    assert (row["responsible"], row["responsible_rule"]) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"labels": ["Type: Bug"], "title": "feat: x"}, ("fix", "fix-label")),
        ({"closing_issues": [90, 91]}, ("feature", "feature-linked")),
        ({"title": "chore(deps): bump"}, ("dependencies", "dependencies-prefix")),
        ({"body": "x\nReverts acme/app#7"}, ("revert", "revert-body")),
        (
            {"files": [["a.md", 1, 0, "ADDED"], ["docs/b.png", 1, 0, "ADDED"]]},
            ("docs", "only-docs"),
        ),
        (
            {"files": [["a.md", 1, 0, "ADDED"], ["tests/b.py", 1, 0, "ADDED"]]},
            ("unclassified", None),
        ),
        ({"files": []}, ("unclassified", None)),
    ],
)
def test_work_type(members: Raw, expected: tuple[str, str | None]) -> None:
    """The first rule wins, and all paths must match the same one."""
    linked = [issue(90, "2024-01-01T00:00:00Z", labels=["enhancement"])]
    row = only(pull(1, "2024-01-02T00:00:00Z", **members), issues=linked)
    assert (row["work_type"], row["work_type_rule"]) == expected


def test_rework_and_durability() -> None:
    """Every kind of repair counts within 14 days, in and across repositories."""
    sha = {n: f"{n}abcdef0{n:032x}" for n in range(1, 8)}
    merged = {n: f"2024-0{n}-01T00:00:00Z" for n in range(1, 7)}

    def landed(number: int, at: str, **members: Any) -> Raw:
        return pull(number, "2023-12-31T00:00:00Z", merged_at=at, **members)

    app = dataset(
        [
            landed(1, merged[1], merge_commit=sha[1], commits=[]),
            landed(2, "2024-01-15T00:00:00Z", commits=[sha[2]]),
            landed(3, "2024-03-01T00:00:00Z", commits=[sha[3]]),
            landed(
                4,
                "2024-03-02T00:00:00Z",
                head_ref="hotfix/x",
                title="Repair #3, not lib#1",
                closing_issues=[80],
            ),
            landed(5, "2024-06-20T00:00:00Z", body="acme/app#5 https://github.com/acme/lib/pull/1"),
        ],
        [
            commit(
                sha[2],
                "2024-01-14T00:00:00Z",
                message=f"Revert\n\nThis reverts commit {sha[1][:9]}.",
            ),
            commit(sha[3], "2024-02-01T00:00:00Z"),
            commit(sha[6], "2024-03-05T00:00:00Z", message=f"This reverts commit {sha[3]}."),
        ],
        history=[sha[6], sha[3], sha[2]],
        issues=[
            issue(80, "2024-03-01T12:00:00Z", title="Incident: down"),
            issue(
                81,
                "2024-06-21T00:00:00Z",
                labels=["sev1"],
                body="caused by https://github.com/acme/app/pull/5",
            ),
        ],
    )
    app["pulls"][1]["events"] = [
        event("CrossReferenced", "2024-03-01T12:00:00Z", source={"repo": "acme/app", "number": 80})
    ]
    lib = dataset([landed(1, "2024-02-01T00:00:00Z", body="Reverts acme/app#2")], name="acme/lib")
    result = tables(app, lib)
    assert {(r["repo"], r["number"], r["by_number"], r["kind"]) for r in result["rework"]} == {
        ("acme/app", 1, 2, "revert"),
        ("acme/app", 2, 1, "revert"),
        ("acme/app", 2, 4, "hotfix"),
        ("acme/app", 2, 80, "incident"),
        ("acme/app", 3, 4, "hotfix"),
        ("acme/app", 3, None, "revert"),
        ("acme/app", 5, 81, "incident"),
    }
    rows = {(r["repo"], r["number"]): r for r in result["pull_requests"]}
    assert [rows["acme/app", n]["durability"] for n in (1, 2, 3, 4, 5)] == [
        # reverted on the fourteenth day: too late to undo it, in time to show that rework is
        # recorded
        "durable",
        "durable",
        "undone",
        "durable",
        "undone",
    ]
    assert rows["acme/lib", 1]["durability"] == "not observable"
    assert (rows["acme/lib", 1]["is_revert"], rows["acme/app", 2]["work_type_rule"]) == (
        True,
        "revert-reference",
    )
    assert rows["acme/app", 3]["reverted_at"] == datetime(2024, 3, 5)
    earlier = tables(app, lib, as_of=date(2024, 6, 20))["pull_requests"]
    assert [r["durability"] for r in earlier if r["number"] == 5] == ["provisional"]


def test_release_and_deployment_by_position() -> None:
    """A release contains the commits before its own on the default branch, not by date."""
    commits = [commit(oid, "2024-01-01T00:00:00Z") for oid in ("c1", "m1", "m2", "m3")]
    rows = [
        pull(
            1,
            "2024-01-01T00:00:00Z",
            merged_at="2024-01-02T00:00:00Z",
            merge_commit="m1",
            commits=["c1"],
        ),
        pull(
            2,
            "2024-01-01T00:00:00Z",
            merged_at="2024-01-02T00:00:00Z",
            merge_commit="m3",
            commits=["c1"],
        ),
    ]
    releases = [
        {
            "tag": "v1",
            "name": "One",
            "created_at": "2024-01-05T00:00:00Z",
            "oid": "m2",
            "is_prerelease": True,
        },
        {
            "tag": "v2",
            "name": "Two",
            "created_at": "2024-01-04T00:00:00Z",
            "oid": "m3",
            "is_draft": True,
        },
        {"tag": "v3", "name": "Three", "created_at": "2024-01-06T00:00:00Z", "oid": "m3"},
        {"tag": "v4", "name": "Side", "created_at": "2024-01-03T00:00:00Z", "oid": "elsewhere"},
    ]
    success = [
        {"state": "FAILURE", "created_at": "2024-01-02T11:00:00Z"},
        {"state": "success", "created_at": "2024-01-02T12:00:00Z"},
    ]
    deployments = [
        {
            "environment": "Production-EU",
            "oid": "m1",
            "created_at": "2024-01-02T10:00:00Z",
            "statuses": success,
        },
        {
            "environment": "staging",
            "oid": "m3",
            "created_at": "2024-01-02T10:00:00Z",
            "statuses": success,
        },
    ]
    result = tables(
        dataset(
            rows, commits, history=["m3", "m2", "m1"], releases=releases, deployments=deployments
        )
    )
    item, two = result["pull_requests"]
    assert (item["released_at"], two["released_at"]) == (None, datetime(2024, 1, 6))
    assert (item["deployed_at"], two["deployed_at"]) == (None, None)
    assert (item["lead_hours"], two["lead_hours"]) == (None, 120.0)
    assert [
        (r["tag"], r["is_prerelease"], r["pull_request_count"]) for r in result["releases"]
    ] == [
        ("v1", True, None),
        ("v3", False, 1),
        ("v4", False, None),
    ]


def test_teams_and_first_time_areas(tmp_path: Path) -> None:
    """A team of five is shown, one of one is not.

    An area is new after a year without a merge of the team.
    """
    people = tmp_path / "people.csv"
    members = [
        f"{login},,core,engineer,,2020-01-01,2024-06-01" for login in ("Alice", "b", "c", "d", "e")
    ]
    people.write_text(
        "\n".join(["login,email,team,role,level,from,to", *members, "zoe,,small,lead,,,"]) + "\n"
    )

    def landed(number: int, at: str, path: str, change: str = "ADDED", **extra: Any) -> Raw:
        return pull(number, at, merged_at=at, files=[[path, 1, 0, change]], **extra)

    rows = [
        landed(1, "2022-06-01T00:00:00Z", "src/core/a.py"),
        landed(2, "2023-05-31T23:00:00Z", "docs/a.md"),  # the repository is younger than a year
        landed(3, "2023-06-01T00:00:00Z", "src/core/x/b.py"),  # a year to the second
        landed(4, "2024-05-31T00:00:00Z", "src/core/b.py"),
        landed(5, "2024-05-31T01:00:00Z", "README.md"),
        landed(6, "2024-05-31T02:00:00Z", "src/new/b.py", "RENAMED"),
        landed(7, "2024-05-31T03:00:00Z", "lib/b.py", author="zoe"),
        landed(8, "2024-06-02T00:00:00Z", "lib/b.py"),  # after alice left
    ]
    result = tables(dataset(rows), people_csv=people)
    assert [(r["area"], r["is_first_time"]) for r in result["pull_request_areas"]] == [
        ("src/core", None),
        ("docs", None),
        ("src/core", False),
        ("src/core", False),
        ("(root)", True),
        ("src/new", False),
        ("lib", None),
        ("lib", None),
    ]
    assert [(r["team"], r["role"]) for r in result["pull_requests"]][5:] == [
        ("core", "engineer"),
        (None, None),
        (None, None),
    ]


def test_what_was_not_yet_there_when_the_data_was_collected() -> None:
    """Looked at a day before as_of, the later review, merge and pull request are absent."""
    reviews = [comment("bob", "2024-01-02T00:00:00Z", "APPROVED")]
    first = pull(1, "2024-01-01T00:00:00Z", merged_at="2024-01-03T00:00:00Z", reviews=reviews)
    (row,) = tables(
        dataset([first, pull(2, "2024-01-02T00:00:01Z")]), observed_at="2024-01-01T12:00:00Z"
    )["pull_requests"]
    assert (row["state"], row["first_review_at"], row["size_band"]) == ("open", None, "S")


def test_what_github_counts_ends_with_the_last_complete_day_when_it_is_asked() -> None:
    """Counted on 21 March: February is complete, March ends on the 20th, without issues."""
    days = ("2024-02-28", "2024-02-29", "2024-03-05", "2024-03-20", "2024-03-21")
    data = dataset([pull(number, f"{day}T12:00:00Z") for number, day in enumerate(days, 1)])

    def counts(as_of: date, counted_at: str | None) -> list[tuple[object, ...]]:
        heads = ("kind", "month", "stored", "at_github", "counted_until")
        result = tables(data, as_of=as_of, observed_at=counted_at)["reconciliation"]
        return sorted(tuple(str(row[head]) for head in heads) for row in result)

    february, none = (
        ("pull_request", "2024-02-01", "2", "2", "2024-02-29"),
        ("issue", "2024-03-01", "0", "0", "2024-03-20"),
    )
    so_far = ("pull_request", "2024-03-01", "2", "2", "2024-03-20")
    assert counts(date(2024, 3, 20), "2024-03-21T09:00:00Z") == [none, february, so_far]
    # the count of a complete March continues after the cutoff
    march = ("pull_request", "2024-03-01", "2", "None", "None")
    assert (
        counts(date(2024, 3, 20), None)
        == counts(date(2024, 3, 20), "2024-04-09T09:00:00Z")
        == [february, march]
    )
    assert counts(date(2024, 3, 31), None)[1] == (
        "pull_request",
        "2024-03-01",
        "3",
        "3",
        "2024-03-31",
    )


def test_comparison_finds_a_changed_value_and_a_missing_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One wrong value and one missing row are two differences; equal tables are none.

    Of an empty file a repository's only pull request, its area and its count of the month are
    missing.
    """
    valid: list[dict[str, object]] = [
        {"repo": "a/b", "tag": "v1", "n": 1.0},
        {"repo": "a/b", "tag": "v2", "n": None},
    ]
    invalid: list[dict[str, object]] = [{"repo": "a/b", "tag": "v1", "n": 2.0}]
    assert sum(f.differing for f in compare("releases", invalid, valid)) == 2
    assert sum(f.differing for f in compare("releases", valid, valid)) == 0
    published = tmp_path / "empty.duckdb"
    with duckdb.connect(str(published)) as connection:
        for table in KEYS:
            connection.execute(f"create table {table} (repo text)")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "acme__app.json").write_text(
        json.dumps(dataset([pull(1, "2024-01-01T00:00:00Z")]))
    )
    assert (
        main(
            [
                "--data",
                str(tmp_path / "data"),
                "--as-of",
                "2024-06-30",
                "--published",
                str(published),
            ]
        )
        == 1
    )
    assert "3 differences" in capsys.readouterr().out
