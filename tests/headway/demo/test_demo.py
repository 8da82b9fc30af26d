"""The demo company: its ledger rows have the GitHub collector's shape and are consistent."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import mean, median

from collectors.ledger.opening import open_ledger
from headway.demo import HOST, build, people_csv
from tests.support.demo_history import UNTIL, UPDATE_BOTS, at, histories, read

#: the members of a real ledger's documents
REPOSITORY = (
    "databaseId nameWithOwner url createdAt isArchived isFork isPrivate primaryLanguage "
    "repositoryTopics "
    "defaultBranchRef issues pullRequests milestones releases deployments discussions"
)
PULL_REQUEST = (
    "__typename id number title body url state isDraft createdAt updatedAt closedAt mergedAt "
    "authorAssociation author "
    "mergedBy baseRefName headRefName isCrossRepository additions deletions changedFiles "
    "mergeCommit milestone labels "
    "assignees closingIssuesReferences commits files reviews comments timelineItems"
)
ISSUE = (
    "__typename id number title body url state stateReason createdAt updatedAt closedAt "
    "authorAssociation author "
    "milestone labels assignees comments closedByPullRequestsReferences timelineItems"
)
MILESTONE = "id number title url state dueOn createdAt updatedAt closedAt"
DISCUSSION = (
    "id number title url createdAt updatedAt closed closedAt stateReason authorAssociation author "
    "category labels "
    "answerChosenAt answerChosenBy answer comments"
)
RELEASE = "id tagName name url isDraft isPrerelease createdAt publishedAt updatedAt tagCommit"
DEPLOYMENT = (
    "id databaseId environment task ref commitOid creator createdAt updatedAt state statuses"
)
INNER = {
    "labels": "name",
    "assignees": "__typename login",
    "closingIssuesReferences": "number title repository labels",
    "commits": "commit",
    "files": "path additions deletions changeType",
    "reviews": "state submittedAt authorAssociation author",
    "comments": "createdAt authorAssociation author",
}
EVENTS = {
    "ReadyForReviewEvent": "actor",
    "ConvertToDraftEvent": "actor",
    "ClosedEvent": "actor",
    "ReopenedEvent": "actor",
    "MergedEvent": "actor",
    "LabeledEvent": "actor label",
    "AssignedEvent": "actor assignee",
    "CrossReferencedEvent": "source",
    "MilestonedEvent": "actor milestoneTitle",
}


def test_the_same_seed_and_day_give_the_same_rows(tmp_path: Path) -> None:
    """Histories are built over others in one ledger, and this one in an empty ledger."""
    history, other = histories()
    assert other.tables != history.tables
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        build(store, UNTIL)
        again = read(store, UNTIL)
        assert again.tables == history.tables and again.exports == history.exports


def test_size_is_useful() -> None:
    for history in histories():
        counts = {table: len(rows) for table, rows in history.tables.items()}
        assert counts["github_repositories"] == 6
        assert 5500 <= counts["github_pull_requests"] <= 7500
        assert (
            min(counts["github_releases"], counts["github_deployments"], counts["github_issues"])
            > 200
        )
        assert all({row["host"] for row in rows} == {HOST} for rows in history.tables.values())


def test_documents_have_the_members_that_the_collector_stores() -> None:
    history = histories()[0]
    shapes = {"repositories": REPOSITORY, "pull_requests": PULL_REQUEST, "issues": ISSUE}
    shapes |= {"milestones": MILESTONE, "discussions": DISCUSSION}
    shapes |= {
        "releases": RELEASE,
        "deployments": DEPLOYMENT,
        "commits": "oid committedDate message",
    }
    for name, members in shapes.items():
        result = {tuple(sorted(row["node"])) for row in history.tables[f"github_{name}"]}
        assert result == {tuple(sorted(members.split()))}


def test_lists_in_pull_requests_have_the_members_that_the_collector_stores() -> None:
    history = histories()[0]
    result: dict[str, set[str]] = defaultdict(set)
    for node in history.nodes("pull_requests"):
        for name in INNER:
            result[name] |= {" ".join(item) for item in node[name]}
        for event in node["timelineItems"]:
            result[event["__typename"]].add(" ".join(event))
        for commit in (item["commit"] for item in node["commits"]):
            result["commit"].add(" ".join(commit))
            result["author"] |= {" ".join(commit[role]) for role in ("author", "committer")}
        result["actor"] |= {" ".join(node[role]) for role in ("author", "mergedBy") if node[role]}
        result["milestone"] |= {" ".join(node["milestone"])} if node["milestone"] else set()
    expected = INNER | {
        "commit": "oid message authoredDate committedDate author committer",
        "author": "name email user",
        "actor": "__typename login",
        "milestone": "number title",
    }
    expected |= {name: f"__typename createdAt {remainder}" for name, remainder in EVENTS.items()}
    assert result == {name: {members} for name, members in expected.items()}


def test_no_event_is_after_the_last_day() -> None:
    for history in histories():
        text = "\n".join(row["text"] for rows in history.tables.values() for row in rows)
        text = re.sub(r'"dueOn":"[^"]+"', "", text)  # due dates may be in the future
        times = re.findall(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"', text)
        assert len(times) > 40_000
        assert max(times) < f"{history.end:%Y-%m-%dT%H:%M:%SZ}"
        assert {row["synced_until"] for row in history.tables["github_repositories"]} == {
            history.end
        }
        newest = max(change.opened for change in history.changes)
        assert history.end - newest < timedelta(days=9), (
            "the last week is as busy as any, Christmas aside"
        )


def test_numbers_are_unique_in_a_repository() -> None:
    history = histories()[0]
    for row in history.tables["github_repositories"]:
        items = [
            *history.nodes("issues"),
            *history.nodes("pull_requests"),
            *history.nodes("discussions"),
        ]
        numbers = sorted(item["number"] for item in items if item["repo_id"] == row["repo_id"])
        assert numbers == list(range(1, len(numbers) + 1))


def test_events_of_a_pull_request_are_in_order() -> None:
    for node in (node for history in histories() for node in history.nodes("pull_requests")):
        opened, end = node["createdAt"], node["closedAt"] or "9"
        events = [(event["__typename"], event["createdAt"]) for event in node["timelineItems"]]
        assert (
            (node["state"] == "MERGED")
            == bool(node["mergedAt"])
            == bool(node["mergeCommit"])
            == bool(node["mergedBy"])
        )
        assert (node["state"] == "OPEN") == (node["closedAt"] is None)
        assert node["mergedAt"] in (None, node["closedAt"])
        assert [moment for _, moment in events] == sorted(moment for _, moment in events)
        turns = [name for name, _ in events if name in ("ClosedEvent", "ReopenedEvent")]
        assert turns == ["ClosedEvent", "ReopenedEvent"] * (len(turns) // 2) + ["ClosedEvent"] * (
            len(turns) % 2
        )
        assert bool(len(turns) % 2) == (node["state"] != "OPEN")
        late = ("CrossReferencedEvent", "LabeledEvent")
        assert all(opened <= moment and (moment <= end or name in late) for name, moment in events)
        for review in node["reviews"]:
            assert opened <= review["submittedAt"] <= end
        assert all(opened <= comment["createdAt"] for comment in node["comments"])
        authored = [commit["commit"]["authoredDate"] for commit in node["commits"]]
        assert authored and authored[0] <= opened and max(authored) <= end
        assert node["updatedAt"] >= max([opened, *authored, *(moment for _, moment in events)])
        assert node["additions"] == sum(file["additions"] for file in node["files"])
        assert node["deletions"] == sum(file["deletions"] for file in node["files"])
        assert (
            node["changedFiles"]
            == len(node["files"])
            == len({file["path"] for file in node["files"]})
        )


def test_references_point_to_earlier_items() -> None:
    history = histories()[0]
    items = {
        (item["repo_id"], item["number"]): item
        for item in (*history.nodes("issues"), *history.nodes("pull_requests"))
    }
    mentions = Counter[str]()
    for item in items.values():
        opened = item["createdAt"]
        for note, number in re.findall(
            r"(Reverts|Closes|Fixes|Resolves|out|Caused by|Regression from|Repairs)[^#\n]*#(\d+)",
            item["body"],
        ):
            target = items[item["repo_id"], int(number)]
            if note in ("Closes", "Fixes", "Resolves"):
                assert target["createdAt"] <= opened
                assert {
                    "number": item["number"],
                    "repository": {"databaseId": item["repo_id"]},
                } in target["closedByPullRequestsReferences"]
            else:
                assert target["mergedAt"] <= opened
            mentions[note] += 1
    assert min(mentions[note] for note in ("Reverts", "Closes", "Caused by", "Repairs")) > 3


def test_merges_releases_and_deployments_follow_the_default_branch() -> None:
    history = histories()[0]
    for row in history.tables["github_repositories"]:
        commits = [c for c in history.tables["github_commits"] if c["repo_id"] == row["repo_id"]]
        index = {commit["oid"]: commit["position"] for commit in commits}
        landed = {commit["oid"]: commit["node"]["committedDate"] for commit in commits}
        assert list(index.values()) == list(range(1, len(commits) + 1))
        assert list(landed.values()) == sorted(landed.values())
        assert row["node"]["defaultBranchRef"]["target"]["oid"] == commits[-1]["oid"]
        pulls = [
            node
            for node in history.nodes("pull_requests")
            if node["repo_id"] == row["repo_id"] and node["mergedAt"]
        ]
        for node in pulls:
            assert (node["mergeCommit"]["oid"] in index) == (node["baseRefName"] == "main")
            assert landed.get(node["mergeCommit"]["oid"], node["mergedAt"]) == node["mergedAt"]
        releases = [node for node in history.nodes("releases") if node["repo_id"] == row["repo_id"]]
        tips = sorted(
            (n["publishedAt"], n["tagCommit"]["oid"]) for n in releases if not n["isDraft"]
        )
        assert [index[oid] for _, oid in tips] == sorted(index[oid] for _, oid in tips)
        assert all(landed[oid] <= published for published, oid in tips)
        for node in (
            node for node in history.nodes("deployments") if node["repo_id"] == row["repo_id"]
        ):
            assert landed[node["commitOid"]] <= node["createdAt"]
        for name in (
            "issues",
            "pull_requests",
            "milestones",
            "releases",
            "deployments",
            "discussions",
        ):
            member = "pullRequests" if name == "pull_requests" else name
            count = sum(node["repo_id"] == row["repo_id"] for node in history.nodes(name))
            assert row["node"][member]["totalCount"] == count


def test_archived_repository_has_no_activity() -> None:
    history = histories()[0]
    (archived,) = (
        row for row in history.tables["github_repositories"] if row["node"]["isArchived"]
    )
    nodes = [
        node for node in history.nodes("pull_requests") if node["repo_id"] == archived["repo_id"]
    ]
    assert nodes and all(node["closedAt"] for node in nodes)
    assert max(at(node["updatedAt"]) for node in nodes) < history.end - timedelta(weeks=26)


def test_every_work_type_and_merge_method_occurs() -> None:
    history = histories()[0]
    nodes = history.nodes("pull_requests")
    authors = {node["author"]["login"] for node in nodes}
    assert {*UPDATE_BOTS, "copilot-swe-agent", "devin-ai-integration"} <= authors
    branches = {node["headRefName"].split("/")[0] for node in nodes}
    assert {
        "codex",
        "claude",
        "copilot",
        "hotfix",
        "feat",
        "fix",
        "exp",
        "dependabot",
        "renovate",
    } <= branches
    labels = {
        label["name"] for node in (*nodes, *history.nodes("issues")) for label in node["labels"]
    }
    assert {
        "feature",
        "bug",
        "docs",
        "chore",
        "tests",
        "dependencies",
        "hotfix",
        "incident",
        "experiment",
    } <= labels
    assert {event["__typename"] for node in nodes for event in node["timelineItems"]} == set(EVENTS)
    assert {file["changeType"] for node in nodes for file in node["files"]} == {
        "ADDED",
        "MODIFIED",
        "RENAMED",
        "DELETED",
    }
    assert {review["state"] for node in nodes for review in node["reviews"]} == {
        "APPROVED",
        "CHANGES_REQUESTED",
        "COMMENTED",
    }
    stale = [
        node
        for node in nodes
        if node["state"] == "OPEN" and at(node["createdAt"]) < history.end - timedelta(days=90)
    ]
    alone = [
        node
        for node in nodes
        if node["mergedBy"] == node["author"] and not node["reviews"] and not node["comments"]
    ]
    assert len(stale) > 5 and len(alone) > 20
    assert len({node["title"] for node in nodes}) > 0.85 * len(nodes)


def test_durations_are_skewed_and_work_is_on_working_days() -> None:
    history = histories()[0]
    coding = sorted(change.coding for change in history.changes if change.coding is not None)
    assert mean(coding) > 1.5 * median(coding)
    weekdays = Counter(change.opened.weekday() for change in history.changes)
    assert weekdays[5] + weekdays[6] < 0.1 * weekdays.total()
    hours_of_day = Counter(change.opened.hour for change in history.changes)
    assert sum(hours_of_day[hour] for hour in range(6, 20)) > 0.7 * hours_of_day.total()
    holidays = [c for c in history.changes if (c.opened.month, c.opened.day) >= (12, 24)]
    assert len(holidays) < 0.01 * len(history.changes)


def test_people_csv_has_teams_and_roles_above_the_privacy_threshold() -> None:
    rows = list(csv.DictReader(io.StringIO(people_csv(UNTIL))))
    assert list(rows[0]) == ["login", "email", "team", "role", "level", "from", "to"]
    teams, roles = defaultdict(set), defaultdict(set)
    for row in rows:
        teams[row["team"]].add(row["login"])
        roles[row["role"]].add(row["login"])
        assert row["email"].endswith("@example.invalid")
    assert len(teams) == 8 and all(6 <= len(people) <= 9 for people in teams.values())
    assert {"engineering", "design", "product"} == set(roles) and min(map(len, roles.values())) >= 5
    assert sum(count > 1 for count in Counter(row["login"] for row in rows).values()) == 1


def test_people_csv_has_every_author_of_pull_requests() -> None:
    for history in histories():
        known_values = [change.team is not None for change in history.changes]
        assert mean(known_values) > 0.99
