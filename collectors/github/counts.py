"""What GitHub itself counts, by month of creation: the way to say whether all of it is here.

Search is another index than the lists that the collector reads, so it can tell what the lists lost. It may be closed to
a token or switched off; then nothing is known, which is neither zero nor a failure of the refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from collectors.errors import SourceError
from collectors.github.client import GitHubClient, QueryTooLargeError
from collectors.github.graphql import compose, search_part
from collectors.github.repository import SyncedRepository
from collectors.github.responses import Json
from collectors.ledger.store import Store, now

#: searches in one request, as long as GitHub can answer so many; and before they are kept
SEARCHES_AT_ONCE, SEARCHES_KEPT_AT_ONCE = 100, 1_000
#: after so long all months are counted again, in so many repositories a refresh
AGAIN_AFTER = timedelta(days=7)
OLD_AT_ONCE = 25
#: by kind: how search calls it, where it is kept, and where the probe tells how many there are
KINDS = {
    "pull_request": ("pr", "github_pull_requests", "pullRequests"),
    "issue": ("issue", "github_issues", "issues"),
}
HERE = "where host = $host and repo_id = $repo_id and deleted_at is null"
CREATED = "strptime(node->>'createdAt', '%Y-%m-%dT%H:%M:%SZ')"
HELD = f"select count(*) as n from {{}} {HERE}"
#: what was created since a parse_time changed since: only few documents are looked into
NEWER = f"select count(*) as n from {{}} {HERE} and updated_at >= $at and {CREATED} >= $at"
HELD_BY_MONTH = (
    f"select date_trunc('month', {CREATED})::date as month, count(*) as n from {{}} {HERE} "
    f"and updated_at >= $since and {CREATED} >= $since and {CREATED} < $before group by month"
)
#: of GitHub; what is transferred may be older than the repository that it is in
FIRST_MONTH = date(2008, 1, 1)
DAY = timedelta(days=1)
#: a kind and the first day of a month; without a month, all of it
Cell = tuple[str, date | None]
#: by kind: how many more GitHub lists than are held, and how many are held of the days that were counted
Standing = dict[str, list[int]]


@dataclass(frozen=True)
class Count:
    """What is to be counted of a repository, all or the months from ``since`` on, and what was found."""

    of: SyncedRepository
    since: date | None
    #: the last day that was over by the probe
    until: date
    standing: Standing
    held: dict[Cell, int]
    found: dict[Cell, int] = field(default_factory=dict)

    @property
    def newest(self) -> date:
        """The month of the last day, which is kept even where nothing is in it: it tells until when was counted."""
        return self.until.replace(day=1)

    def wanted(self) -> list[Cell]:
        """Return what to ask first: all of it, and the months that the ledger holds something of or that are new."""
        new = [
            (kind, month)
            for kind in KINDS
            for month in months(self.since or self.newest, self.until)
        ]
        return list(dict.fromkeys([*((kind, None) for kind in KINDS), *self.held, *new]))

    def unasked(self) -> list[Cell]:
        """Return the other months, where GitHub has more than in those that were asked for."""
        if self.since:
            return []
        return [
            (kind, month)
            for kind in KINDS
            if self.is_known(kind) and self._sum(self.found, kind) != self.found[kind, None]
            for month in months(FIRST_MONTH, self.until)
            if (kind, month) not in self.found
        ]

    def is_known(self, kind: str) -> bool:
        """Whether search shows a kind: it answers 0 where a token may not search, whatever the list tells."""
        listed = self.of.probe[KINDS[kind][2]]["totalCount"]
        return (kind, None) in self.found and not (
            listed and self._sum(self.held, kind) and not self.found[kind, None]
        )

    def query(self, cell: Cell) -> str:
        """Return the search that counts a cell, complete days only."""
        kind, month = cell
        days = f"{month}..{min(last_day(month), self.until)}" if month else f"*..{self.until}"
        return f"repo:{self.of.scope.repo} is:{KINDS[kind][0]} created:{days}"

    @staticmethod
    def _sum(cells: dict[Cell, int], kind: str) -> int:
        return sum(n for (of, month), n in cells.items() if of == kind and month)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return (month + 31 * DAY).replace(day=1) - DAY


def months(first: date, until: date) -> list[date]:
    """Return the first days of the months from one of them to that of a day."""
    result = []
    while first <= until:
        result.append(first)
        first = last_day(first) + DAY
    return result


def count(
    api: GitHubClient,
    store: Store,
    repositories: Iterable[SyncedRepository],
    say: Callable[[str], None],
    full: bool = False,
) -> None:
    """Count what is due of the repositories (``full``: all) and keep it; what cannot be counted is said, no failure."""
    due = (
        (_count(store, item, None) for item in repositories) if full else _due(store, repositories)
    )
    try:
        for group in _groups(due):
            for ask in (Count.wanted, Count.unasked):
                _search(api, [(item, cell) for item in group for cell in ask(item)])
            for item in group:
                _keep(store, item, say)
    except SourceError as error:
        say(f"what GitHub counts is not known: {error}")


# -- what is due ------------------------------------------------------------------------------------------------------


def _due(store: Store, repositories: Iterable[SyncedRepository]) -> Iterator[Count]:
    """What was never counted or stands otherwise than then; new days; what was counted long ago, oldest first."""
    long_ago: list[tuple[str, SyncedRepository]] = []
    for item in repositories:
        last = store.watermark("github", item.scope.mark, "counts")
        if last is None and not item.is_idle:
            yield _count(store, item, None)
        elif last is None:
            long_ago.append(("", item))
        elif _stands_otherwise(store, item, last):
            yield _count(store, item, None)
        elif item.is_idle:
            continue
        elif item.at.date() - date.fromisoformat(last["all_until"]) > AGAIN_AFTER:
            long_ago.append((last["all_until"], item))
        else:
            yield from _newest(store, item)
    long_ago.sort(key=lambda result: result[0])
    for _, item in long_ago[:OLD_AT_ONCE]:
        yield _count(store, item, None)
    for _, item in long_ago[OLD_AT_ONCE:]:
        yield from _newest(store, item)


def _stands_otherwise(store: Store, one: SyncedRepository, last: Json) -> bool:
    """Whether a count may not hold any more: where it found gaps, which search may have closed, after a day."""
    until = date.fromisoformat(last["until"])
    if until < one.at.date() - DAY and store.watermark("github", one.scope.mark, "gaps"):
        return True
    return not one.is_idle and _standing(store, one, until) != last["standing"]


def _newest(store: Store, one: SyncedRepository) -> Iterator[Count]:
    """The months of the days that were over since the last count; nothing where it is of yesterday."""
    last = store.watermark("github", one.scope.mark, "counts")
    until = date.fromisoformat(last["until"]) if last else one.at.date()
    if until < one.at.date() - DAY:
        yield _count(store, one, until.replace(day=1))


def _count(store: Store, one: SyncedRepository, since: date | None) -> Count:
    until = one.at.date() - DAY
    stored: dict[Cell, int] = {}
    for kind, (_, table, _) in KINDS.items():
        requested = one.scope.key | {"since": since or FIRST_MONTH, "before": until + DAY}
        rows = store.rows(HELD_BY_MONTH.format(table), requested)
        stored |= {
            (kind, row["month"]): row["n"] for row in sorted(rows, key=lambda row: row["month"])
        }
    return Count(one, since, until, _standing(store, one, until), stored)


def _standing(store: Store, one: SyncedRepository, until: date) -> Standing:
    """What a count rests on: where it changes, what was counted is no longer what is held, or the other way round."""
    standing = {}
    for kind, (_, table, listed) in KINDS.items():
        stored = store.rows(HELD.format(table), one.scope.key)[0]["n"]
        since_probe, since_count = (
            store.rows(NEWER.format(table), one.scope.key | {"at": at})[0]["n"]
            for at in (one.at, until + DAY)
        )
        standing[kind] = [
            one.probe[listed]["totalCount"] - stored + since_probe,
            stored - since_count,
        ]
    return standing


def _groups(counts: Iterable[Count]) -> Iterator[list[Count]]:
    """Repositories that are asked for together."""
    group: list[Count] = []
    for item in counts:
        group.append(item)
        if sum(len(row.wanted()) for row in group) >= SEARCHES_KEPT_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


# -- asking and keeping -----------------------------------------------------------------------------------------------


def _search(api: GitHubClient, requested: Sequence[tuple[Count, Cell]]) -> None:
    """Note what search finds for each cell; a repository that it refuses to search stays without the rest."""
    size, waiting = SEARCHES_AT_ONCE, list(requested)
    while waiting:
        part = waiting[:size]
        parts = [
            search_part(f"s{index}", item.query(cell)) for index, (item, cell) in enumerate(part)
        ]
        try:
            answer = api.graphql(*compose(parts), shrinkable=len(part) > 1)
        except QueryTooLargeError:
            size = len(part) // 2
            continue
        for index, (item, cell) in enumerate(part):
            if result := answer.data.get(f"s{index}"):
                item.found[cell] = result["issueCount"]
        refused = {
            item.of.scope for index, (item, _) in enumerate(part) if answer.problems(f"s{index}")
        }
        # one refusal takes the answers of the others with it
        again = part if refused and not answer.data else []
        waiting = [
            (item, cell) for item, cell in again + waiting[size:] if item.of.scope not in refused
        ]


def _keep(store: Store, one: Count, say: Callable[[str], None]) -> None:
    """Write what was counted and until when: one transaction."""
    scope = one.of.scope
    known_values = [kind for kind in KINDS if one.is_known(kind)]
    by_key = {
        (kind, month): n for (kind, month), n in one.found.items() if month and kind in known_values
    }
    requested: list[Json] = (
        [{"kind": kind, "month": month} for kind, month in by_key]
        if one.since
        else [{"kind": kind} for kind in known_values]
    )
    rows = [
        {
            "kind": kind,
            "month": month,
            "at_github": n,
            "counted_until": min(last_day(month), one.until),
        }
        for (kind, month), n in by_key.items()
        if n or (kind, month) in one.held or month == one.newest
    ]
    gaps = [
        [kind, f"{month}", n - one.held.get((kind, month), 0)]
        for (kind, month), n in by_key.items()
    ]
    gaps = [gap for gap in gaps if gap[2]]
    mark: Json = {"until": f"{one.until}", "all_until": f"{one.until}", "standing": one.standing}
    if one.since:
        mark["all_until"] = store.watermark("github", scope.mark, "counts")["all_until"]
        before = store.watermark("github", scope.mark, "gaps")
        gaps = [gap for gap in before if gap[1] < f"{one.since}"] + gaps
    with store.transaction():
        store.delete("github_counts", [scope.key | cell for cell in requested])
        store.merge("github_counts", [scope.key | row | {"counted_at": now()} for row in rows])
        store.set_watermark("github", scope.mark, "counts", mark)
        store.set_watermark("github", scope.mark, "gaps", gaps)
    if hidden := [kind.replace("_", " ") for kind in KINDS if kind not in known_values]:
        say(
            f"{scope.repo}: GitHub's search does not show its {'s and '.join(hidden)}s to this token, "
            "so they are not compared"
        )
