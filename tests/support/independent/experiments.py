"""Rows of ``experiments``: issues and pull requests that are one, and what was imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.support.independent.issues import AT_ONCE, Clerk
from tests.support.independent.recorded import PullKey
from tests.support.independent.tickets import Imports, Ticket
from tests.support.independent.view import Pull

Row = dict[str, object]
Links = list[tuple[PullKey, PullKey]]  # pull request, issue


@dataclass(frozen=True)
class Experiment:
    """An experiment; ``item`` is the issue or pull request that it is about."""

    repo: str
    key: str
    item: PullKey | None
    title: str
    url: str | None
    source: str
    started_at: datetime | None
    shipped_at: datetime | None
    decided_at: datetime | None
    decision: str | None

    def row(self) -> Row:
        """Return the published row."""
        about: Row = {
            "repo": self.repo,
            "key": self.key,
            "number": self.item[1] if self.item else None,
        }
        about |= {
            "title": self.title,
            "url": self.url,
            "source": self.source,
            "started_at": self.started_at,
        }
        return about | {
            "shipped_at": self.shipped_at,
            "decided_at": self.decided_at,
            "decision": self.decision,
        }


def find_experiments(
    tickets: list[Ticket],
    pulls: dict[PullKey, tuple[Pull, Row]],
    links: Links,
    imports: Imports,
    clerk: Clerk,
    cutoff: datetime,
) -> list[Experiment]:
    """Return every experiment that had begun by the cutoff.

    An import replaces the issue or pull request it names.
    """
    issues = [
        (ticket, intervals)
        for ticket in tickets
        if (intervals := clerk.intervals(ticket, "experiment")) or clerk.is_a(ticket, "experiment")
    ]
    result = [
        _of_issue(
            ticket, intervals[0].entered_at if intervals else ticket.opened_at, pulls, links, clerk
        )
        for ticket, intervals in issues
    ]
    known_values = {ticket.key for ticket, _ in issues}
    for key, (pull, row) in pulls.items():
        is_linked = any(own == key and issue in known_values for own, issue in links)
        if row["work_type"] == "experiment" and row["author_kind"] != "bot" and not is_linked:
            result.append(_of_pull(pull, row, clerk))
    brought = _imported(
        imports, {**{t.url: (t.repo, t.key) for t in tickets}, **_addresses(pulls)}, cutoff
    )
    replaced = {experiment.item for experiment in brought if experiment.item}
    return [experiment for experiment in result if experiment.item not in replaced] + brought


def _addresses(pulls: dict[PullKey, tuple[Pull, Row]]) -> dict[str, tuple[str, PullKey]]:
    return {str(row["url"]): (pull.repo, key) for key, (pull, row) in pulls.items()}


def _of_issue(
    ticket: Ticket,
    started_at: datetime,
    pulls: dict[PullKey, tuple[Pull, Row]],
    links: Links,
    clerk: Clerk,
) -> Experiment:
    linked = [pulls[pull] for pull, issue in links if issue == ticket.key and pull in pulls]
    merges = [pull.merged_at for pull, row in linked if pull.merged_at and row["is_default_base"]]
    shipped_at = min(merges, default=None)
    # the labels of discussions and imports have no dates
    labels = [(ticket.opened_at, name) for name in ticket.first_labels if ticket.tracker == "issue"]
    for change in ticket.label_changes:
        is_at_once = change.at - ticket.opened_at <= AT_ONCE
        labels += (
            [(ticket.opened_at if is_at_once else change.at, change.label)] if change.is_set else []
        )
    decided_at, decision = _by_label(labels, started_at, clerk)
    close = ticket.last_close
    reason = clerk.reason(ticket, close) if close else "unknown"
    if not decision and close and reason != "unknown":
        decided_at = close.at
        is_completed = reason == "completed"
        decision = "killed" if not is_completed else "kept" if shipped_at else "inconclusive"
    is_import = ticket.item_key is not None
    return Experiment(
        repo=ticket.repo,
        key=ticket.item_key or f"{ticket.repo}#{ticket.number}",
        item=ticket.key,
        title=ticket.title,
        url=ticket.url,
        source=ticket.tracker if is_import else "issue",
        started_at=started_at,
        shipped_at=shipped_at,
        decided_at=decided_at,
        decision=decision,
    )


def _by_label(
    labels: list[tuple[datetime, str]], started_at: datetime, clerk: Clerk
) -> tuple[datetime | None, str | None]:
    """The first label that decides, and when; never before the start."""
    for at, name in sorted(labels, key=lambda pair: pair[0]):
        if decision := clerk.decision(name):
            return max(at, started_at), decision
    return None, None


def _of_pull(pull: Pull, row: Row, clerk: Clerk) -> Experiment:
    events = [(e.at, e.label) for e in pull.events if e.kind == "LabeledEvent" and e.label]
    reported = {e.label for e in pull.events if e.kind in ("LabeledEvent", "UnlabeledEvent")}
    events += [(pull.opened_at, name) for name in pull.labels if name not in reported]
    started_at, closed_at, reverted_at = row["started_at"], row["closed_at"], row["reverted_at"]
    assert isinstance(started_at, datetime), "every pull request has a start"
    decided_at, decision = _by_label(events, started_at, clerk)
    if not decision and isinstance(reverted_at, datetime):
        decided_at, decision = reverted_at, "killed"
    if not decision and row["state"] == "closed" and isinstance(closed_at, datetime):
        decided_at, decision = closed_at, "killed"
    return Experiment(
        repo=pull.repo,
        key=f"{pull.repo}#{pull.number}",
        item=pull.key,
        title=pull.title,
        url=str(row["url"]),
        source="pull request",
        started_at=started_at,
        shipped_at=pull.merged_at,
        decided_at=decided_at,
        decision=decision,
    )


def _imported(
    imports: Imports, addresses: dict[str, tuple[str, PullKey]], cutoff: datetime
) -> list[Experiment]:
    def visible_at(at: datetime | None) -> datetime | None:
        return at if at and at < cutoff else None

    result = []
    for row in imports.experiments:
        begun = [at for at in (row["started_at"], row["shipped_at"], row["decided_at"]) if at]
        if begun and min(begun) >= cutoff:
            continue
        repo, item = addresses.get(row["url"] or "", (row["repo"] or row["source"], None))
        decided_at = visible_at(row["decided_at"])
        result.append(
            Experiment(
                repo=repo,
                key=row["key"],
                item=item,
                title=row["title"],
                url=row["url"],
                source=row["source"],
                started_at=visible_at(row["started_at"]),
                shipped_at=visible_at(row["shipped_at"]),
                decided_at=decided_at,
                decision=row["decision"] if decided_at else None,
            )
        )
    return result
