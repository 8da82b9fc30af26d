"""Rows of ``issues`` and ``issue_intervals``: state, first response, flags, intervals by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.support.independent.groups import People
from tests.support.independent.recorded import PullKey, bare, moment
from tests.support.independent.rules import Accounts, Rule, Rules
from tests.support.independent.stages import hours
from tests.support.independent.tickets import Ticket, Turn

Row = dict[str, object]
KINDS = ("ux debt", "experiment", "feedback", "incident", "capability")
DECISIONS = ("kept", "killed", "inconclusive")
MEMBERS = ("OWNER", "MEMBER", "COLLABORATOR")
AT_ONCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Interval:
    """A stretch of time in which an issue was open and of a kind.

    ``close`` is the closing that ended it.
    """

    entered_at: datetime
    entered_by: str
    left_at: datetime | None = None
    left_by: str | None = None
    left_by_kind: str | None = None


@dataclass(frozen=True)
class Clerk:
    """Inputs of the rows of issues; ``authorship`` has the class of each pull request."""

    rules: Rules
    accounts: Accounts
    people: People
    authorship: Mapping[PullKey, object]
    first_acts: Mapping[tuple[str, str], datetime]

    def row(self, ticket: Ticket) -> Row:
        """Return one row of ``issues``."""
        close, response_at = ticket.last_close, self.response_at(ticket)
        closed_at = close.at if close else None
        return {
            "repo": ticket.repo,
            "number": ticket.number,
            "tracker": ticket.tracker,
            "title": ticket.title,
            "url": ticket.url,
            "author": ticket.author,
            "author_kind": self.accounts.kind(ticket.author),
            "is_outside_author": self.is_outside(ticket),
            "state": "closed" if close else "open",
            "state_reason": self.reason(ticket, close) if close else None,
            "opened_at": ticket.opened_at,
            "closed_at": closed_at,
            "closed_by_kind": self.closer_kind(close) if close else None,
            "reopened_count": sum(not turn.is_close for turn in ticket.turns),
            "first_response_at": response_at,
            "response_hours": hours(ticket.opened_at, response_at),
            "resolution_hours": hours(ticket.opened_at, closed_at),
            **{f"is_{kind.replace(' ', '_')}": self.is_a(ticket, kind) for kind in KINDS},
            "milestone": ticket.milestone,
            "labels": sorted(ticket.labels),
        }

    def is_maintainer(self, repo: str, login: str | None, association: str, at: datetime) -> bool:
        """Return whether this is a person of the company at a time, by people file or GitHub."""
        own = [m for m in self.people.members if login and m.login == login.lower()]
        since = self.first_acts.get((repo.split("/")[0].lower(), (login or "").lower()))
        return (
            association in MEMBERS
            or any(m.first_on <= at.date() <= m.last_on for m in own)
            or (since is not None and since <= at)
        )

    def is_outside(self, ticket: Ticket) -> bool | None:
        """Return whether a human from outside opened it; None if unknown."""
        if ticket.item_key is not None:
            return {"outside": True, "inside": False}.get(ticket.author_word or "")
        if ticket.author is None:
            return None
        is_known = self.accounts.is_human(ticket.author)
        return is_known and not self.is_maintainer(
            ticket.repo, ticket.author, ticket.association, ticket.opened_at
        )

    def response_at(self, ticket: Ticket) -> datetime | None:
        """Return the first maintainer's response, or close by another human, while it is open."""
        if ticket.item_key is not None:
            return ticket.response_at
        author = (ticket.author or "").lower()

        def is_other(login: str | None) -> bool:
            return self.accounts.is_human(login) and (login or "").lower() != author

        def is_closed_by_author(at: datetime) -> bool:
            before = [turn for turn in ticket.turns if turn.at < at]
            own = bool(before) and before[-1].is_close and before[-1].by is not None
            return own and (before[-1].by or "").lower() == author

        message = [
            r.at
            for r in ticket.replies
            if is_other(r.author) and self.is_maintainer(ticket.repo, r.author, r.association, r.at)
        ]
        closed = [turn.at for turn in ticket.turns if turn.is_close and is_other(turn.by)]
        return min((at for at in [*message, *closed] if not is_closed_by_author(at)), default=None)

    def reason(self, ticket: Ticket, close: Turn) -> str:
        """Return the reason of a close; for the last one a label may mean not planned."""
        is_declined = close is ticket.last_close and any(
            self._labels_of(ticket.labels, "not planned")
        )
        is_open_to_it = close.reason in ("completed", "unknown")
        return "not planned" if is_open_to_it and is_declined else close.reason

    def closer_kind(self, close: Turn) -> str | None:
        """Return what kind of account closed it.

        A pull request's is agent or human, by its authorship.
        """
        if close.closer:
            return "agent" if self.authorship.get(close.closer) == "agent" else "human"
        return self.accounts.kind(close.by)

    def _rules(self, kind: str, *fields: str) -> list[Rule]:
        return [rule for rule in self.rules.labels if rule.gives == kind and rule.field in fields]

    def _labels_of(self, labels: list[str], kind: str) -> list[str]:
        return [
            name
            for name in labels
            if any(rule.pattern.search(name) for rule in self._rules(kind, "label"))
        ]

    def _always(self, ticket: Ticket, kind: str) -> bool:
        """Return whether title, milestone or type, not a label, give it a kind."""
        reported = {
            "title": ticket.title,
            "milestone": None
            if kind == "capability"
            else ticket.milestone,  # that is one by itself
            "category": ticket.category,
            "author": "outside" if self.is_outside(ticket) else None,
            "type": ticket.item_type,
        }
        return any(
            text and r.pattern.search(text)
            for name, text in reported.items()
            for r in self._rules(kind, name)
        )

    def _cannot_be(self, ticket: Ticket, kind: str) -> bool:
        return kind == "feedback" and self.accounts.kind(ticket.author) in ("bot", "agent")

    def is_a(self, ticket: Ticket, kind: str) -> bool:
        """Return whether it is of a kind at the cutoff."""
        is_marked = self._always(ticket, kind) or bool(self._labels_of(ticket.labels, kind))
        return is_marked and not self._cannot_be(ticket, kind)

    def is_capability_milestone(self, title: str) -> bool:
        """Return whether a milestone's title matches a capability rule."""
        return any(rule.pattern.search(title) for rule in self._rules("capability", "milestone"))

    def decision(self, label: str) -> str | None:
        """Return what a label decides of an experiment, if anything."""
        inputs = [d for d in DECISIONS if self._labels_of([label], f"decision {d}")]
        return inputs[0] if inputs else None

    def intervals(self, ticket: Ticket, kind: str) -> list[Interval]:
        """Return the intervals in which it was open and of the kind, oldest first."""
        if self._cannot_be(ticket, kind):
            return []
        always = self._always(ticket, kind)
        stored = set(self._labels_of(ticket.first_labels, kind))
        changes = [c for c in ticket.label_changes if self._labels_of([c.label], kind)]
        stored |= {c.label for c in changes if c.is_set and c.at - ticket.opened_at <= AT_ONCE}
        is_open, intervals = True, list[Interval]()
        for at in sorted(
            {ticket.opened_at, *(c.at for c in changes), *(turn.at for turn in ticket.turns)}
        ):
            turns = [turn for turn in ticket.turns if turn.at == at]
            now = [c for c in changes if c.at == at]
            for change in now:
                stored = stored | {change.label} if change.is_set else stored - {change.label}
            is_open = not turns[-1].is_close if turns else is_open
            is_in = bool(intervals) and intervals[-1].left_at is None
            if is_open and (always or stored) and not is_in:
                way = "opened" if at == ticket.opened_at else "reopened" if turns else "labelled"
                intervals.append(Interval(at, way))
            elif is_in and not is_open:
                why = self.reason(ticket, turns[-1])
                left_by = why if why in ("completed", "unknown") else "not planned"
                intervals[-1] = Interval(
                    intervals[-1].entered_at,
                    intervals[-1].entered_by,
                    at,
                    left_by,
                    self.closer_kind(turns[-1]),
                )
            elif is_in and not (always or stored):
                intervals[-1] = Interval(
                    intervals[-1].entered_at,
                    intervals[-1].entered_by,
                    at,
                    "unlabelled",
                    self.accounts.kind(now[-1].by),
                )
        return intervals

    def interval_rows(self, ticket: Ticket) -> list[Row]:
        """Return rows of ``issue_intervals``."""
        return [
            {
                "repo": ticket.repo,
                "number": ticket.number,
                "kind": kind,
                "entered_at": interval.entered_at,
                "left_at": interval.left_at,
                "entered_by": interval.entered_by,
                "left_by": interval.left_by,
                "left_by_kind": interval.left_by_kind,
            }
            for kind in KINDS
            for interval in self.intervals(ticket, kind)
        ]


TRIAGE = ("LabeledEvent", "UnlabeledEvent", "AssignedEvent", "ClosedEvent")


def first_acts(
    datasets: Iterable[Mapping[str, Any]], until: datetime
) -> dict[tuple[str, str], datetime]:
    """Return the first act of each login that needs access, by owner of the repository."""
    acts: list[tuple[str, str | None, str]] = []
    for raw in datasets:
        owner = raw["repository"]["name_with_owner"].split("/")[0].lower()
        for item in [*raw["pulls"], *raw["issues"]]:
            acts += [
                (owner, event.get("actor"), event["created_at"])
                for event in item["events"]
                if event["type"] in TRIAGE and bare(event.get("actor")) != bare(item["author"])
            ]
        for pull in raw["pulls"]:
            if pull["merged_at"]:
                acts.append((owner, pull.get("merged_by"), pull["merged_at"]))
            acts += [
                (owner, remark["author"], remark["created_at"])
                for remark in [pull, *pull["reviews"]]
                if remark.get("association") in MEMBERS and remark["created_at"]
            ]
    result: dict[tuple[str, str], datetime] = {}
    for owner, login, at in acts:
        key = (owner, (bare(login) or "").lower())
        if login and moment(at) < until:
            result[key] = min(result.get(key, until), moment(at))
    return result
