"""Rows of ``outcomes`` and ``outcome_items``.

Each connected set of issues, pull requests and milestones is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.support.independent.experiments import Experiment, Links
from tests.support.independent.issues import Clerk
from tests.support.independent.recorded import PullKey
from tests.support.independent.rework import Rework
from tests.support.independent.tickets import Ticket, Turn
from tests.support.independent.view import Pull

Row = dict[str, object]
KINDS = (
    "capability delivered",
    "experiment decided",
    "ux debt resolved",
    "feedback resolved",
    "feature merged",
)
YEAR = timedelta(days=365)


@dataclass(frozen=True, order=True)
class Node:
    """Something that can be part of a set.

    ``index`` orders milestones before issues before pull requests.
    """

    index: int
    repo: str
    number: int
    ref: str


@dataclass(frozen=True)
class Event:
    """Something that makes a set an outcome, and the item it rests on."""

    kind: str
    at: datetime
    repo: str | None
    ref: str
    is_undone: bool = False


@dataclass(frozen=True)
class Milestone:
    """A capability milestone."""

    repo: str
    number: int
    title: str
    url: str
    closed_at: datetime | None

    @property
    def node(self) -> Node:
        """Its index in the graph."""
        return Node(0, self.repo, self.number, self.url)


@dataclass(frozen=True)
class Registrar:
    """All that outcomes are made of."""

    tickets: Mapping[PullKey, Ticket]
    pulls: Mapping[PullKey, tuple[Pull, Row]]
    links: Links
    milestones: Sequence[Milestone]
    experiments: Sequence[Experiment]
    rework: Sequence[Rework]
    clerk: Clerk
    durable_for: timedelta
    cutoff: datetime

    def rows(self) -> tuple[list[Row], list[Row]]:
        """Return the rows of ``outcomes`` and of ``outcome_items``."""
        outcomes: list[Row] = []
        items: list[Row] = []
        for nodes in self._sets():
            events = [event for node in nodes for event in self._events(node, nodes)]
            if not events:
                continue
            row = self._row(min(nodes).ref, nodes, events)
            outcomes.append(row)
            items += [
                {"outcome_id": row["outcome_id"], "repo": node.repo, "number": node.number}
                for node in sorted(nodes)
                if node.index
            ]
        for item in self.experiments:
            if item.decided_at and item.item is None:
                event = Event("experiment decided", item.decided_at, item.repo, item.key)
                outcomes.append(self._row(f"{item.repo}/{item.key}", [], [event]))
        return outcomes, items

    def _ticket_node(self, ticket: Ticket) -> Node:
        return Node(1, ticket.repo, ticket.number, f"{ticket.repo}#{ticket.number}")

    def _pull_node(self, pull: Pull) -> Node:
        return Node(2, pull.repo, pull.number, f"{pull.repo}#{pull.number}")

    def _sets(self) -> list[list[Node]]:
        tickets = {key: self._ticket_node(ticket) for key, ticket in self.tickets.items()}
        pulls = {key: self._pull_node(pull) for key, (pull, _) in self.pulls.items()}
        milestones = {(m.repo, m.title): m.node for m in self.milestones}
        edges = [
            (pulls[pull], tickets[issue])
            for pull, issue in self.links
            if pull in pulls and issue in tickets
        ]
        for key, ticket in self.tickets.items():
            if ticket.milestone and (ticket.repo, ticket.milestone) in milestones:
                edges.append((tickets[key], milestones[ticket.repo, ticket.milestone]))
        for key, (pull, row) in self.pulls.items():
            if (pull.repo, row["milestone"]) in milestones:
                edges.append((pulls[key], milestones[pull.repo, str(row["milestone"])]))
        return connected([*tickets.values(), *pulls.values(), *milestones.values()], edges)

    def _events(self, node: Node, nodes: list[Node]) -> list[Event]:
        """The events of one item of a set."""
        key = (node.repo.lower(), node.number)
        if node.index == 0:
            return self._of_milestone(next(m for m in self.milestones if m.node == node))
        decided = [
            Event(
                "experiment decided",
                item.decided_at,
                node.repo,
                item.key if item.source not in OWN else node.ref,
            )
            for item in self.experiments
            if item.item == key and item.decided_at
        ]
        return decided + (
            self._of_issue(self.tickets[key]) if node.index == 1 else self._of_pull(key)
        )

    def _of_milestone(self, milestone: Milestone) -> list[Event]:
        here = (milestone.repo, milestone.title)
        done = any(t.last_close for t in self.tickets.values() if (t.repo, t.milestone) == here)
        done = done or any(
            p.merged_at for p, row in self.pulls.values() if (p.repo, row["milestone"]) == here
        )
        if not milestone.closed_at or not done:
            return []
        return [Event("capability delivered", milestone.closed_at, milestone.repo, milestone.url)]

    def _of_issue(self, ticket: Ticket) -> list[Event]:
        def is_delivery(close: Turn) -> bool:
            kind = self.clerk.closer_kind(close)
            return (
                close.closer is not None
                or kind == "human"
                or (ticket.item_key is not None and kind != "bot")
            )

        def is_not_by_bot(close: Turn) -> bool:
            return self.clerk.closer_kind(close) != "bot"

        has_response = self.clerk.response_at(ticket) is not None
        expected = (
            ("capability delivered", "capability", is_delivery),
            ("ux debt resolved", "ux debt", is_not_by_bot),
            ("feedback resolved", "feedback", lambda close: has_response and is_not_by_bot(close)),
        )
        result = []
        for kind, flag, counts in expected:
            closes = [
                turn
                for turn in ticket.turns
                if turn.is_close and self.clerk.reason(ticket, turn) == "completed" and counts(turn)
            ]
            if closes and self.clerk.is_a(ticket, flag):
                lasting = [close for close in closes if not self._is_reopened(ticket, close.at)]
                event = (lasting or closes[-1:])[0]
                ref = f"{ticket.repo}#{ticket.number}"
                result.append(Event(kind, event.at, ticket.repo, ref, not lasting))
        return result

    def _is_reopened(self, ticket: Ticket, at: datetime) -> bool:
        """Return whether an issue was reopened within the durable days of a time."""
        return any(
            not turn.is_close and at < turn.at < at + self.durable_for for turn in ticket.turns
        )

    def _of_pull(self, key: PullKey) -> list[Event]:
        pull, row = self.pulls[key]
        is_feature = (
            row["work_type"] == "feature" and row["author_kind"] != "bot" and row["is_default_base"]
        )
        linked = [
            self.tickets[issue] for own, issue in self.links if own == key and issue in self.tickets
        ]
        closes = [(ticket, ticket.last_close) for ticket in linked]
        if not is_feature or not pull.merged_at or not all(close for _, close in closes):
            return []
        done = [(c.at, t) for t, c in closes if c and self.clerk.reason(t, c) == "completed"]
        if not done:
            return [
                Event("feature merged", pull.merged_at, pull.repo, f"{pull.repo}#{pull.number}")
            ]
        at, ticket = max(done, key=lambda pair: pair[0])
        is_reopened = self._is_reopened(ticket, at)
        return [
            Event("feature merged", at, ticket.repo, f"{ticket.repo}#{ticket.number}", is_reopened)
        ]

    def _row(self, outcome_id: str, nodes: list[Node], events: list[Event]) -> Row:
        kinds = [kind for kind in KINDS if any(event.kind == kind for event in events)]
        event = min((e for e in events if e.kind == kinds[0]), key=lambda e: e.at)
        here = [
            self.pulls[key]
            for n in nodes
            if (key := (n.repo.lower(), n.number)) in self.pulls and n.index == 2
        ]
        merged = sorted(
            ((p.merged_at, row) for p, row in here if p.merged_at), key=lambda pair: pair[0]
        )
        team = most_common(row["team"] for _, row in merged if row["team"])
        classes = {row["authorship"] for _, row in merged}
        due = event.at + self.durable_for
        is_undone = event.is_undone or any(row["durability"] == "undone" for _, row in merged)
        watched = [
            row
            for row in self.rework
            if row.repo == event.repo and due - YEAR < row.happened_at <= due
        ]
        settled = "durable" if watched else "not observable"
        return {
            "outcome_id": outcome_id,
            "kind": kinds[0],
            "also_kinds": sorted(kinds[1:]),
            "is_linked": any(node.index < 2 for node in nodes),
            "repo": event.repo,
            "ref": event.ref,
            "team": team if self.clerk.people.has_team(team, event.at.date()) else None,
            "authorship": next(
                (c for c in ("agent", "assisted", "no signal") if c in classes), None
            ),
            "happened_on": event.at.date(),
            "durable_after": due,
            "durability": "undone"
            if is_undone
            else "provisional"
            if due > self.cutoff
            else settled,
        }


OWN = ("issue", "pull request")


def most_common(values: Iterable[object]) -> object:
    """Return the value that occurs most, of several the one that comes first.

    None where there is none.
    """
    counts = Counter(values)
    return max(counts, key=lambda value: counts[value], default=None)


def connected(nodes: list[Node], edges: list[tuple[Node, Node]]) -> list[list[Node]]:
    """Return the connected sets of a graph."""
    root = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while root[node] != node:
            node = root[node]
        return node

    for remaining, valid in edges:
        root[find(remaining)] = find(valid)
    sets: dict[Node, list[Node]] = {}
    for node in nodes:
        sets.setdefault(find(node), []).append(node)
    return list(sets.values())
