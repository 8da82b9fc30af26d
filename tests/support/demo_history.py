"""Ledgers of demo companies and the stages of pull requests, computed without Headway's SQL."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from collectors.ledger.opening import open_ledger
from collectors.ledger.store import Store
from headway.demo import Calendar, build, people_csv

UNTIL = date(2026, 11, 21)
HISTORIES = ((UNTIL, 7), (date(2024, 2, 29), 11))
TABLES = (
    "github_repositories",
    "github_pull_requests",
    "github_issues",
    "github_releases",
    "github_deployments",
    "github_commits",
    "github_milestones",
    "github_discussions",
)
EXPORTS = {
    "imports": "import_id",
    "imported_incidents": "line",
    "imported_experiments": "line",
    "spend_partitions": "partition_id",
    "spend_rows": "partition_id, line",
}
ORDERS = {
    "github_commits": "repo_id, position",
    "github_repositories": "repo_id",
    "github_releases": "repo_id, node_id",
    "github_deployments": "repo_id, node_id",
    "github_milestones": "repo_id, node_id",
}
UPDATE_BOTS = ("dependabot", "renovate")
AI_TRACE = re.compile(
    r"^co-authored-by: (claude|cursor|copilot)\b|generated with \[claude code", re.I | re.M
)
CO_AUTHOR = re.compile(r"^Co-authored-by: \S+ <(\S+)@users\.noreply\.github\.com>", re.M)


@dataclass(frozen=True)
class History:
    """Ledger rows of a demo; ``changes`` are the pull requests opened, without reverts."""

    until: date
    tables: dict[str, list[dict[str, Any]]]
    exports: dict[str, list[dict[str, Any]]]
    changes: list[Change] = field(default_factory=list)

    @property
    def end(self) -> datetime:
        """Return the time of the sync."""
        return datetime.combine(self.until, time()) + timedelta(days=1)

    @property
    def begin(self) -> datetime:
        """Return the first time of the history."""
        return datetime.combine(Calendar(self.until).begin, time())

    @property
    def rollout(self) -> datetime:
        """Return the start of the rollout."""
        return datetime.combine(Calendar(self.until).rollout, time())

    def nodes(self, name: str) -> list[dict[str, Any]]:
        """Return the documents of a table, each with the id of its repository."""
        return [row["node"] | {"repo_id": row["repo_id"]} for row in self.tables[f"github_{name}"]]


@dataclass(frozen=True)
class Change:
    """Pull request with the hours of its stages; None if a stage has no end."""

    repo_id: int
    number: int
    team: str | None
    opened: datetime
    ready: datetime | None
    merged: datetime | None
    is_feature: bool
    has_ai: bool
    coding: float | None
    pickup: float | None
    review: float | None


@functools.cache
def histories() -> tuple[History, ...]:
    """Return several demos, built from different seeds to average out chance.

    They are built in one ledger, where each replaces the one before; the first is built last.
    """
    result = []
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(Path(folder) / "ledger.duckdb", "test") as store,
    ):
        for until, seed in reversed(HISTORIES):
            build(store, until, seed)
            result.append(read(store, until))
    return tuple(reversed(result))


def read(store: Store, until: date) -> History:
    """Return what a ledger holds, in the order of its keys."""
    tables = {
        table: store.rows(f"select * from {table} order by {ORDERS.get(table, 'repo_id, number')}")
        for table in TABLES
    }
    for row in (row for rows in tables.values() for row in rows):
        row["text"] = row["node"]
        row["node"] = json.loads(row["node"])
    exports = {
        table: store.rows(f"select * from {table} order by {order}")
        for table, order in EXPORTS.items()
    }
    history = History(until, tables, exports)
    teams = team_lookup(until)
    for node in history.nodes("pull_requests"):
        if node["author"]["login"] not in UPDATE_BOTS and not node["title"].startswith("Revert "):
            history.changes.append(measure(node, teams))
    return history


def moment(text: str | None) -> datetime | None:
    """Return a time of GitHub's without its zone."""
    return datetime.fromisoformat(text.removesuffix("Z")) if text else None


def at(text: str) -> datetime:
    """Return a time that GitHub always sends."""
    result = moment(text)
    assert result is not None
    return result


def team_lookup(until: date) -> Callable[[str | None, date], str | None]:
    """Return a function that looks up a person's team on a day in people.csv."""
    memberships = list(csv.DictReader(io.StringIO(people_csv(until))))

    def team(login: str | None, day: date) -> str | None:
        for row in memberships:
            if row["login"] == login and (row["from"] or "0") <= f"{day}" <= (row["to"] or "9"):
                return row["team"]
        return None

    return team


def responsible(node: dict[str, Any]) -> str | None:
    """Return the person responsible for a pull request: its author, or the agent's assigner."""
    if node["author"]["__typename"] == "User":
        return str(node["author"]["login"])
    for event in node["timelineItems"]:
        if event["__typename"] == "AssignedEvent":
            return str(
                next(
                    who["login"]
                    for who in (event["actor"], event["assignee"])
                    if who["__typename"] == "User"
                )
            )
    for commit in node["commits"]:
        if match := CO_AUTHOR.search(commit["commit"]["message"]):
            return match[1]
    return node["mergedBy"]["login"] if node["mergedBy"] else None


def measure(node: dict[str, Any], teams: Callable[[str | None, date], str | None]) -> Change:
    """Return a pull request with its stages, as the definitions say."""
    person, opened, merged = responsible(node), at(node["createdAt"]), moment(node["mergedAt"])
    first = min(at(commit["commit"]["authoredDate"]) for commit in node["commits"])
    start = opened if opened - first > timedelta(days=90) else min(first, opened)
    names = [event["__typename"] for event in node["timelineItems"]]
    readied = [
        at(e["createdAt"])
        for e in node["timelineItems"]
        if e["__typename"] == "ReadyForReviewEvent"
    ]
    was_opened_as_draft = (bool(readied) or node["isDraft"]) and "ConvertToDraftEvent" not in names
    ready = (readied[0] if readied else None) if was_opened_as_draft else opened
    message = [(review["author"], review["submittedAt"]) for review in node["reviews"]]
    message += [(comment["author"], comment["createdAt"]) for comment in node["comments"]]
    rest_rows = [
        at(time) for who, time in message if who["__typename"] == "User" and who["login"] != person
    ]
    answers = [
        time for time in rest_rows if opened <= time <= (merged or moment(node["closedAt"]) or time)
    ]
    coding = pickup = review = None
    if ready:
        coding = hours(max(start, ready) - start)
        if merged and answers:
            visited = min(max(min(answers), ready), merged)
            pickup, review = hours(visited - ready), hours(merged - visited)
    labels = [label["name"] for label in node["labels"]]
    labels += [
        label["name"]
        for issue in node["closingIssuesReferences"]
        for label in issue["labels"]["nodes"]
    ]
    is_feature = (
        "feature" in labels
        or node["title"].startswith("feat")
        or node["headRefName"].startswith("feat/")
    )
    text = "\n".join([node["body"], *(commit["commit"]["message"] for commit in node["commits"])])
    is_agents = node["author"]["__typename"] == "Bot" or node["headRefName"].startswith(
        ("codex/", "claude/")
    )
    return Change(
        repo_id=node["repo_id"],
        number=node["number"],
        team=teams(person, opened.date()),
        opened=opened,
        ready=ready,
        merged=merged,
        is_feature=is_feature,
        has_ai=is_agents or bool(AI_TRACE.search(text)),
        coding=coding,
        pickup=pickup,
        review=review,
    )


def hours(span: timedelta) -> float:
    """Return a span in hours."""
    return span.total_seconds() / 3600
