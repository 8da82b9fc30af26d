"""Issues, discussions and imported work items as typed records.

What had happened to each by the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.independent.recorded import (
    PullKey,
    Raw,
    Window,
    bare,
    milestone_of,
    moment,
    reference,
)

KINDS = ("items", "incidents", "experiments")
REASONS = {"NOT_PLANNED": "not planned", "OUTDATED": "not planned", "DUPLICATE": "duplicate"}


@dataclass(frozen=True)
class Turn:
    """A closing or a reopening; ``closer`` is the pull request that closed."""

    at: datetime
    is_close: bool
    by: str | None = None
    reason: str = "completed"
    closer: PullKey | None = None


@dataclass(frozen=True)
class LabelChange:
    """A label was set or taken off."""

    at: datetime
    label: str
    is_set: bool
    by: str | None


@dataclass(frozen=True)
class Reply:
    """A comment, or a reply to one."""

    author: str | None
    association: str
    at: datetime


@dataclass(frozen=True)
class Ticket:
    """An issue, a discussion or an imported item; ``first_labels`` are those it was opened with.

    What only imports tell: ``author_word`` (outside, inside), ``item_type`` and ``response_at``.
    """

    repo: str
    number: int
    tracker: str
    title: str
    url: str
    author: str | None
    association: str
    opened_at: datetime
    first_labels: list[str]
    label_changes: list[LabelChange] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    milestone: str | None = None
    category: str | None = None
    author_word: str | None = None
    item_type: str | None = None
    response_at: datetime | None = None
    item_key: str | None = None

    @property
    def key(self) -> PullKey:
        """The key under which other records refer to this one."""
        return self.repo.lower(), self.number

    @property
    def labels(self) -> list[str]:
        """The labels at the cutoff."""
        stored = dict.fromkeys(self.first_labels)
        for change in self.label_changes:
            stored.pop(change.label, None)
            if change.is_set:
                stored[change.label] = None
        return list(stored)

    @property
    def last_close(self) -> Turn | None:
        """The closing that holds at the cutoff; None while open."""
        return self.turns[-1] if self.turns and self.turns[-1].is_close else None


def read_tickets(raw: Raw, window: Window) -> list[Ticket]:
    """Return issues and discussions opened by the cutoff, by number."""
    repo = raw["repository"]["name_with_owner"]
    result = [
        _issue(row, repo, window) for row in raw["issues"] if window.has(moment(row["created_at"]))
    ]
    talks = raw.get("discussions", [])
    result += [
        _discussion(row, repo, window) for row in talks if window.has(moment(row["created_at"]))
    ]
    return sorted(result, key=lambda ticket: ticket.number)


def _issue(row: Raw, repo: str, window: Window) -> Ticket:
    visited = sorted(
        (e for e in row["events"] if window.saw(moment(e["created_at"]))),
        key=lambda e: str(e["created_at"]),
    )
    turns = [_turn(e, row, repo) for e in visited if e["type"] in ("ClosedEvent", "ReopenedEvent")]
    closed_at = moment(row["closed_at"]) if row["closed_at"] else None
    if (
        closed_at
        and window.saw(closed_at)
        and not any(e["type"] == "ClosedEvent" for e in row["events"])
    ):
        turns.append(
            Turn(closed_at, True, reason=REASONS.get(row.get("state_reason") or "", "unknown"))
        )
    changes = [
        LabelChange(
            moment(e["created_at"]), e["label"], e["type"] == "LabeledEvent", bare(e.get("actor"))
        )
        for e in visited
        if e["type"] in ("LabeledEvent", "UnlabeledEvent")
    ]
    return Ticket(
        repo=repo,
        number=row["number"],
        tracker="issue",
        title=row["title"],
        url=f"https://github.com/{repo}/issues/{row['number']}",
        author=bare(row["author"]),
        association=row["association"],
        opened_at=moment(row["created_at"]),
        first_labels=_first_labels(row, changes),
        label_changes=[change for change in changes if window.has(change.at)],
        turns=[turn for turn in sorted(turns, key=lambda turn: turn.at) if window.has(turn.at)],
        replies=_replies(row["comments"], window),
        milestone=milestone_of(row, window),
    )


def _turn(event: Raw, row: Raw, repo: str) -> Turn:
    is_close = event["type"] == "ClosedEvent"
    final = row.get("state_reason") if event["created_at"] == row["closed_at"] else None
    reason = REASONS.get(event.get("state_reason") or final or "", "completed")
    if reason == "completed" and not bare(event.get("actor")) and not event.get("closer"):
        reason = "unknown"
    return Turn(
        at=moment(event["created_at"]),
        is_close=is_close,
        by=bare(event.get("actor")),
        reason=reason,
        closer=reference(repo, event.get("closer")) if is_close else None,
    )


def _first_labels(row: Raw, changes: list[LabelChange]) -> list[str]:
    """Return labels whose first event removes them, and labels without an event."""
    first: dict[str, LabelChange] = {}
    for change in changes:
        first.setdefault(change.label, change)
    recorded = {e.get("label") for e in row["events"]}
    stored = [name for name in row["labels"] if name not in recorded]
    return stored + [name for name, change in first.items() if not change.is_set]


def _replies(rows: list[Raw], window: Window) -> list[Reply]:
    message = [Reply(bare(r["author"]), r["association"], moment(r["created_at"])) for r in rows]
    return sorted((reply for reply in message if window.has(reply.at)), key=lambda reply: reply.at)


def _discussion(row: Raw, repo: str, window: Window) -> Ticket:
    chosen_at = moment(row["answer_chosen_at"]) if row.get("answer_chosen_at") else None
    turns = [Turn(chosen_at, True, bare(row.get("answer_chosen_by")))] if chosen_at else []
    reopened_at = moment(row["reopened_at"]) if row.get("reopened_at") else None
    is_open_again = reopened_at is not None and window.saw(reopened_at)
    if row.get("closed_at") and not is_open_again:
        turns.append(
            Turn(
                moment(row["closed_at"]),
                True,
                None,
                REASONS.get(row.get("state_reason") or "", "completed"),
            )
        )
    message = [
        reply
        for comment in row.get("comments", [])
        for reply in (comment, *comment.get("replies", []))
    ]
    closing = min(
        (turn for turn in turns if window.has(turn.at)), key=lambda turn: turn.at, default=None
    )
    return Ticket(
        repo=repo,
        number=row["number"],
        tracker="discussion",
        title=row["title"],
        url=f"https://github.com/{repo}/discussions/{row['number']}",
        author=bare(row["author"]),
        association=row["association"],
        opened_at=moment(row["created_at"]),
        first_labels=list(row.get("labels", [])),
        turns=[closing] if closing else [],
        replies=_replies(message, window),
        category=row["category"]["name"],
    )


@dataclass(frozen=True)
class Imports:
    """Imported rows in the ledger's form: the newest of each key, by kind."""

    items: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    experiments: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, loads: list[dict[str, Any]]) -> Imports:
        """Return the newest row of each key.

        A load has ``import_id, kind, source, account, exported_at, rows``.
        """
        newest: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        for load in sorted(loads, key=lambda load: (load["exported_at"], load["import_id"])):
            for row in load["rows"]:
                about = {"source": load["source"], "account": load["account"]}
                newest[load["kind"], load["source"], load["account"], row["key"]] = about | row
        by_kind = {
            kind: [newest[key] for key in sorted(newest) if key[0] == kind] for kind in KINDS
        }
        return cls(**by_kind)


def imported_tickets(imports: Imports, cutoff: datetime) -> list[Ticket]:
    """Return the imported items that had been opened by the cutoff."""
    result = []
    for row in imports.items:
        closed_at, response_at = row["closed_at"], row["first_response_at"]
        if row["opened_at"] >= cutoff:
            continue
        account = f":{row['account']}" if row["account"] else ""
        reason = row["resolution"] or "completed"
        result.append(
            Ticket(
                repo=f"{row['source']}{account}/{row['project']}",
                number=row["number"],
                tracker=row["source"],
                title=row["title"],
                url=row["url"],
                author=None,
                association="",
                opened_at=row["opened_at"],
                first_labels=list(row["labels"]),
                turns=[Turn(closed_at, True, None, reason)]
                if closed_at and closed_at < cutoff
                else [],
                author_word=row["author_kind"],
                item_type=row["type"],
                response_at=response_at if response_at and response_at < cutoff else None,
                item_key=row["key"],
            )
        )
    return result
