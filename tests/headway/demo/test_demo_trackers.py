"""The demo company's trackers, deployments and exports: collector's shapes and every case."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from statistics import mean, median
from typing import Any

from headway.demo import people_csv
from headway.demo.company import REPOS
from tests.support.demo_history import UNTIL, History, at, histories, hours

#: the members of what issues, discussions and deployments hold
INNER = {
    "labels": "name",
    "assignees": "__typename login",
    "comments": "createdAt authorAssociation author",
    "closedByPullRequestsReferences": "number repository",
}
EVENTS = {
    "ClosedEvent": "actor stateReason closer",
    "ReopenedEvent": "actor stateReason",
    "LabeledEvent": "actor label",
    "UnlabeledEvent": "actor label",
    "AssignedEvent": "actor assignee",
    "MarkedAsDuplicateEvent": "actor",
    "CrossReferencedEvent": "willCloseTarget source",
}
DEBT = {name for repo in REPOS.values() for name in repo.debt_labels}
TURNS = ("ClosedEvent", "ReopenedEvent")
Node = dict[str, Any]


def turns(node: Node) -> list[Node]:
    """Return when an issue was closed and opened again."""
    return [event for event in node["timelineItems"] if event["__typename"] in TURNS]


def outside(history: History) -> Iterator[Node]:
    """Yield the issues of customers."""
    return (
        node
        for node in history.nodes("issues")
        if node["authorAssociation"] == "NONE" and node["author"]
    )


def test_counts_are_plausible() -> None:
    for history in histories():
        counts = {
            table.removeprefix("github_"): len(rows) for table, rows in history.tables.items()
        }
        assert 2200 <= counts["issues"] <= 3200
        assert 130 <= counts["discussions"] <= 230
        assert 6 <= counts["milestones"] <= 12
        assert 1_050 <= counts["deployments"] <= 1_350
        exported = {table: len(rows) for table, rows in history.exports.items()}
        assert exported["imports"] == 7  # three trackers and tools, four waves
        assert (
            20 <= exported["imported_incidents"] <= 65
            and 20 <= exported["imported_experiments"] <= 55
        )


def test_issues_have_the_members_that_the_collector_stores() -> None:
    result: dict[str, set[str]] = defaultdict(set)
    for node in histories()[0].nodes("issues"):
        for name in INNER:
            result[name] |= {" ".join(item) for item in node[name]}
        for event in node["timelineItems"]:
            result[event["__typename"]].add(" ".join(event))
            result["actor"] |= {
                " ".join(event[key]) for key in ("actor", "assignee") if event.get(key)
            }
            result["closer"] |= {" ".join(event["closer"])} if event.get("closer") else set()
            result["source"] |= {" ".join(event["source"])} if event.get("source") else set()
    expected = {"actor": "__typename login"} | INNER
    expected |= dict.fromkeys(("closer", "source"), "__typename number repository")
    expected |= {name: f"__typename createdAt {remainder}" for name, remainder in EVENTS.items()}
    result["closer"].remove("__typename oid")
    assert result == {name: {members} for name, members in expected.items()}


def test_discussions_and_deployments_have_the_members_that_the_collector_stores() -> None:
    history, comment = histories()[0], "createdAt authorAssociation author"
    result: dict[str, set[str]] = defaultdict(set)
    for node in history.nodes("discussions"):
        result["category"].add(" ".join(node["category"]))
        result["answer"] |= {" ".join(node["answer"])} if node["answer"] else set()
        result["comment"] |= {" ".join(item) for item in node["comments"]}
        result["reply"] |= {
            " ".join(reply) for item in node["comments"] for reply in item["replies"]
        }
    for node in history.nodes("deployments"):
        result["status"] |= {" ".join(status) for status in node["statuses"]["nodes"]}
        result["ref"].add(" ".join(node["ref"]))
        result["creator"].add(" ".join(node["creator"]))
    expected = {
        "category": "name isAnswerable",
        "answer": comment,
        "comment": f"{comment} replies",
        "reply": comment,
    }
    expected |= {"status": "state createdAt", "ref": "name", "creator": "__typename login"}
    assert result == {name: {members} for name, members in expected.items()}


def test_events_of_an_issue_are_in_order() -> None:
    for node in (node for history in histories() for node in history.nodes("issues")):
        times = [event["createdAt"] for event in node["timelineItems"]]
        assert times == sorted(times) and all(
            node["createdAt"] <= time <= node["updatedAt"] for time in times
        )
        assert all(
            node["createdAt"] <= comment["createdAt"] <= node["updatedAt"]
            for comment in node["comments"]
        )
        ways = turns(node)
        assert [way["__typename"] for way in ways] == [
            TURNS[index % 2] for index in range(len(ways))
        ]
        assert node["state"] == ("CLOSED" if len(ways) % 2 else "OPEN")
        assert node["closedAt"] == (ways[-1]["createdAt"] if len(ways) % 2 else None)
        assert node["stateReason"] == (ways[-1]["stateReason"] if ways else None)
        carried = {label["name"] for label in node["labels"]}
        for event in node["timelineItems"]:
            if event["__typename"] == "UnlabeledEvent" and event["label"]["name"] not in carried:
                carried.add(event["label"]["name"])
        by_name = {
            e["label"]["name"] for e in node["timelineItems"] if e["__typename"] == "LabeledEvent"
        }
        assert carried == by_name


def test_links_of_issues_and_pull_requests_agree() -> None:
    for history in histories():
        from_issues = {
            (link["repository"]["databaseId"], link["number"], node["repo_id"], node["number"])
            for node in history.nodes("issues")
            for link in node["closedByPullRequestsReferences"]
        }
        from_changes = {
            (node["repo_id"], node["number"], link["repository"]["databaseId"], link["number"])
            for node in history.nodes("pull_requests")
            for link in node["closingIssuesReferences"]
        }
        assert from_issues == from_changes
        assert any(remaining != valid for remaining, _, valid, _ in from_issues), (
            "a capability reaches into another repository"
        )
        most = Counter((repo_id, number) for _, _, repo_id, number in from_issues).most_common(1)[
            0
        ][1]
        assert most >= 5, "one of them is split into many"
        merged = {
            (n["repo_id"], n["number"]): n["mergedAt"] for n in history.nodes("pull_requests")
        }
        landed = {
            (node["repo_id"], node["oid"]): node["committedDate"]
            for node in history.nodes("commits")
        }
        for node, event in (
            (n, event) for n in history.nodes("issues") for event in turns(n) if event.get("closer")
        ):
            closer = event["closer"]
            if closer["__typename"] == "Commit":
                assert landed[node["repo_id"], closer["oid"]] == event["createdAt"]
                continue
            assert (
                merged[closer["repository"]["databaseId"], closer["number"]] == event["createdAt"]
            )


def test_issues_are_closed_in_every_way() -> None:
    for history in histories():
        closes = [event for node in history.nodes("issues") for event in turns(node)]
        closes = [event for event in closes if event["__typename"] == "ClosedEvent"]
        ways = Counter(
            (event["stateReason"], event["actor"]["__typename"], bool(event["closer"]))
            for event in closes
        )
        by_hand = {(reason, "User", False) for reason in ("COMPLETED", "NOT_PLANNED", "DUPLICATE")}
        assert {*by_hand, ("COMPLETED", "User", True), ("NOT_PLANNED", "Bot", False)} <= set(ways)
        counts = {len(turns(node)) for node in history.nodes("issues")}
        assert counts >= {0, 1, 2, 3} and max(counts) > 3, "some are opened again, and some twice"
        by_author = [
            n for n in outside(history) if (t := turns(n)) and t[0]["actor"] == n["author"]
        ]
        assert len(by_author) > 5


def debt_of(node: Node) -> list[tuple[str, str]]:
    """Return when an issue became and ceased to be open debt."""
    result: list[tuple[str, str]] = []
    is_open, names, was = True, set[str](), False
    for event in node["timelineItems"]:
        kind = event["__typename"]
        if kind in TURNS:
            is_open = kind == "ReopenedEvent"
        elif kind == "LabeledEvent":
            names.add(event["label"]["name"])
        elif kind == "UnlabeledEvent":
            names.discard(event["label"]["name"])
        if (now := is_open and bool(names & DEBT)) != was:
            result.append((event["createdAt"], "entered" if now else "left"))
            was = now
    return result


def test_debt_grows_until_the_rollout_and_shrinks_slowly_after_it() -> None:
    for history in histories():
        flows = [flow for node in history.nodes("issues") for flow in debt_of(node)]
        steps = [(at(time), 1 if way == "entered" else -1) for time, way in flows]
        later = sum(step for time, step in steps if time < history.rollout)
        half = sum(step for time, step in steps if time < history.rollout - timedelta(weeks=30))
        assert 10 < half < later - 5
        assert 0.4 * later < sum(step for _, step in steps) < 0.95 * later
        ramped = history.rollout + timedelta(weeks=4)
        weeks = Counter((time - ramped).days // 35 for time, _ in steps if time >= ramped)
        after = [
            sum(s for time, s in steps if time >= ramped and (time - ramped).days // 35 == n)
            for n in weeks
        ]
        assert max(after) > 0, "not every month is a good one"


def test_debt_is_labelled_in_every_way() -> None:
    for history in histories():
        nodes = [node for node in history.nodes("issues") if debt_of(node)]
        assert {label["name"] for node in nodes for label in node["labels"]} >= DEBT
        late = [
            node for node in nodes if hours(at(debt_of(node)[0][0]) - at(node["createdAt"])) > 20
        ]
        soon = [
            node
            for node in nodes
            if 0 < hours(at(debt_of(node)[0][0]) - at(node["createdAt"])) < 1 / 60
        ]
        events = [[event["__typename"] for event in node["timelineItems"]] for node in nodes]
        again = [
            e
            for e in events
            if "UnlabeledEvent" in e and "LabeledEvent" in e[e.index("UnlabeledEvent") :]
        ]
        assert len(late) > 15 and len(soon) > 15 and len(again) > 1
        agents = {
            (node["repo_id"], node["number"])
            for node in history.nodes("pull_requests")
            if node["author"]["__typename"] == "Bot"
            or node["headRefName"].startswith(("codex/", "claude/"))
        }
        closers = [
            (event["createdAt"], event["closer"])
            for node in nodes
            for event in turns(node)
            if event.get("closer")
        ]
        by_agents = [
            at(time) >= history.rollout
            for time, closer in closers
            if "number" in closer
            and (closer["repository"]["databaseId"], closer["number"]) in agents
        ]
        assert sum(by_agents) > 5 and mean(by_agents) > 0.7


def responses(history: History) -> Iterator[tuple[Node, float]]:
    """Yield the customer reports with a comment of a member, and the hours until it."""
    for node in outside(history):
        answers = [
            at(c["createdAt"]) for c in node["comments"] if c["authorAssociation"] == "MEMBER"
        ]
        closed = [at(event["createdAt"]) for event in turns(node)]
        if answers and (not closed or min(answers) <= min(closed)):
            yield node, hours(min(answers) - at(node["createdAt"]))


def test_customers_are_outside_authors_and_get_answers() -> None:
    known_values = {row["login"] for row in csv.DictReader(io.StringIO(people_csv(UNTIL)))}
    for history in histories():
        reports = list(outside(history))
        assert 450 <= len(reports) <= 700
        assert not known_values & {node["author"]["login"] for node in reports}
        assert {
            node["authorAssociation"] for node in history.nodes("issues") if node["author"] is None
        } == {"NONE"}
        answered = list(responses(history))
        spans = [span for _, span in answered]
        assert 0.7 < len(answered) / len(reports) < 0.92 and mean(spans) > 1.3 * median(spans)
        weekend = [span for node, span in answered if at(node["createdAt"]).weekday() >= 5]
        assert median(weekend) > 1.2 * median(spans)
        first = [node["comments"][0] for node, _ in answered]
        assert {(c["author"]["__typename"], c["authorAssociation"]) for c in first} == {
            ("Bot", "CONTRIBUTOR"),
            ("User", "NONE"),
            ("User", "MEMBER"),
        }
        silent = [
            n
            for n in reports
            if n["state"] == "OPEN" and not any(who(c) == "MEMBER" for c in n["comments"])
        ]
        assert len(silent) > 10


def who(comment: Node) -> str:
    """Return what the author of a comment is to the repository."""
    return str(comment["authorAssociation"])


def test_discussions_are_answered_chosen_and_closed_in_every_way() -> None:
    for history in histories():
        nodes = history.nodes("discussions")
        assert {node["category"]["name"] for node in nodes} == {"Q&A", "Ideas", "General"}
        assert {node["stateReason"] for node in nodes} == {
            None,
            "RESOLVED",
            "OUTDATED",
            "DUPLICATE",
            "REOPENED",
        }
        selected = [node for node in nodes if node["answer"]]
        assert len(selected) > 30 and all(node["category"]["isAnswerable"] for node in selected)
        for node in nodes:
            comments = [(c["createdAt"], c["author"]["login"]) for c in node["comments"]]
            assert (
                bool(node["answer"]) == bool(node["answerChosenAt"]) == bool(node["answerChosenBy"])
            )
            assert node["closed"] == bool(node["closedAt"])
            assert all(node["createdAt"] < time for time, _ in comments)
            if node["answer"]:
                assert (node["answer"]["createdAt"], node["answer"]["author"]["login"]) in comments
                assert node["answer"]["createdAt"] <= node["answerChosenAt"]
        assert {node["answer"]["authorAssociation"] for node in selected} == {"MEMBER", "NONE"}
        assert {node["authorAssociation"] for node in nodes} == {"NONE"}
        assert any(c["replies"] for node in nodes for c in node["comments"])
        assert sum(not node["comments"] for node in nodes) > 3


def test_milestones_of_items_exist() -> None:
    for history in histories():
        titles = {
            (node["repo_id"], node["number"]): node["title"] for node in history.nodes("milestones")
        }
        for node in (*history.nodes("issues"), *history.nodes("pull_requests")):
            if node["milestone"]:
                assert (
                    titles[node["repo_id"], node["milestone"]["number"]]
                    == node["milestone"]["title"]
                )
        states = {
            (n["title"].startswith("Capability: "), n["state"]) for n in history.nodes("milestones")
        }
        assert states == {(True, "OPEN"), (True, "CLOSED")}
        labelled = [n for n in history.nodes("issues") if {"name": "capability"} in n["labels"]]
        assert {node["state"] for node in labelled} == {"OPEN", "CLOSED"} and 8 <= len(
            labelled
        ) <= 18


def test_experiments_are_decided_by_labels_or_closing_or_stay_open() -> None:
    for history in histories():
        nodes = [n for n in history.nodes("issues") if {"name": "experiment"} in n["labels"]]
        assert 90 <= len(nodes) <= 180
        names = Counter(label["name"] for node in nodes for label in node["labels"])
        assert min(names[f"decision: {word}"] for word in ("kept", "killed", "inconclusive")) > 2
        assert names["experiment: success"] + names["experiment: failed"] > 2
        shipped = [node for node in nodes if node["closedByPullRequestsReferences"]]
        undecided = [
            n
            for n in shipped
            if n["state"] == "OPEN" and not re.search("decision|experiment:", str(n["labels"]))
        ]
        assert len(shipped) > 30 and len(undecided) > 3
        years = Counter(at(node["createdAt"]) >= history.rollout for node in nodes)
        since = hours(history.end - history.rollout) / hours(history.end - history.begin)
        assert years[True] / since > 1.15 * years[False] / (1 - since)
        labels = {
            label["name"] for node in history.nodes("pull_requests") for label in node["labels"]
        }
        assert {"decision: kept", "decision: killed"} <= labels


def test_deployments_fail_in_every_way_and_are_restored() -> None:
    for history in histories():
        nodes = history.nodes("deployments")
        assert len({node["databaseId"] for node in nodes}) == len(nodes)
        assert len({node["repo_id"] for node in nodes}) == 1, "the others have releases, or nothing"
        ways = Counter[tuple[str, ...]]()
        for node in nodes:
            statuses = node["statuses"]["nodes"][::-1]
            times = [status["createdAt"] for status in statuses]
            assert (
                times == sorted(times)
                and node["createdAt"] <= times[0]
                and times[-1] == node["updatedAt"]
            )
            if node["environment"] == "production":
                ways[
                    tuple(
                        s["state"]
                        for s in statuses
                        if s["state"] not in ("QUEUED", "IN_PROGRESS", "INACTIVE")
                    )
                ] += 1
        assert set(ways) == {(), ("SUCCESS",), ("FAILURE",), ("ERROR",), ("FAILURE", "SUCCESS")}
        assert 0.03 < (ways["FAILURE",] + ways["ERROR",]) / ways.total() < 0.1


def test_exports_name_causes_in_every_form() -> None:
    for history in histories():
        incidents = history.exports["imported_incidents"]
        causes = [row["caused_by"] or "" for row in incidents]
        for form in (r"/[a-z]+#\d+$", r"/pull/\d+$", r"^[0-9a-f]{40}$", r"^$"):
            assert any(re.search(form, cause) for cause in causes), form
        assert all(row["opened_at"] < history.end for row in incidents)
        assert all(
            (row["resolved_at"] or row["opened_at"]) >= row["opened_at"] for row in incidents
        )
        trials = history.exports["imported_experiments"]
        assert {row["decision"] for row in trials} == {"kept", "killed", "inconclusive", None}
        assert all((row["decision"] is None) == (row["decided_at"] is None) for row in trials)
        items = {
            node["url"] for name in ("issues", "pull_requests") for node in history.nodes(name)
        }
        assert {row["url"] in items for row in trials} == {True, False}
        assert {row["repo"] is None for row in trials} == {True, False}
    assert any(
        re.search(r"@v\d", row["caused_by"] or "")
        for h in histories()
        for row in h.exports["imported_incidents"]
    )
