"""GitHub's own counts by month of creation: the check that the ledger is complete.

Search is another index than the lists that the collector reads, so it shows what lists lost. A
token may not be allowed to search; then nothing is known, which is neither zero nor a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from collectors.errors import SourceError
from collectors.github.base_models import Json, UnexpectedAnswerError, read
from collectors.github.graphql import compose, search_part
from collectors.github.repository import SyncedRepository
from collectors.github.repository_models import SearchCount
from collectors.github.responses import SHARED_FAILURES, Query, QueryFailedError, QueryTooLargeError
from collectors.ledger.store import Store, now

#: searches in a query if GitHub can answer so many, and before their results are written
SEARCHES_PER_QUERY, SEARCHES_PER_COMMIT = 100, 1_000
#: all months are counted again after this, in at most so many repositories a refresh
RECOUNT_AFTER = timedelta(days=7)
RECOUNTS_PER_REFRESH = 25
#: by kind: its name in search, its ledger table and its list in a probe
KINDS = {
    "pull_request": ("pr", "github_pull_requests", "pullRequests"),
    "issue": ("issue", "github_issues", "issues"),
}
ITEMS = "where host = $host and repo_id = $repo_id and deleted_at is null"
CREATED_AT = "try_strptime(node->>'createdAt', '%Y-%m-%dT%H:%M:%SZ')"
COUNT = f"select count(*) as n from {{}} {ITEMS}"
#: an item created since a time changed since then: few documents are parsed
COUNT_SINCE = (
    f"select count(*) as n from {{}} {ITEMS} and updated_at >= $at and {CREATED_AT} >= $at"
)
COUNT_BY_MONTH = (
    f"select date_trunc('month', {CREATED_AT})::date as month, count(*) as n from {{}} {ITEMS} "
    f"and updated_at >= $since and {CREATED_AT} >= $since and {CREATED_AT} < $before "
    "group by month order by month"
)
#: GitHub's first month: a transferred item may be older than its repository
FIRST_MONTH = date(2008, 1, 1)
DAY = timedelta(days=1)
#: a kind and the first day of a month; all of the kind without a month
Cell = tuple[str, date | None]
#: by kind: items that GitHub lists beyond the ledger's, and the ledger's items of counted days
Balance = dict[str, list[int]]


@dataclass(frozen=True, eq=False)
class MonthlyCounts:
    """Counts of one repository: all months, or those from ``since`` on."""

    repository: SyncedRepository
    since: date | None
    #: last complete day of the probe
    until: date
    balance: Balance
    in_ledger: dict[Cell, int]
    at_github: dict[Cell, int] = field(default_factory=dict)

    @property
    def newest_month(self) -> date:
        """Month of the last day; it is written even if empty, as it shows the end of the count."""
        return self.until.replace(day=1)

    def first_cells(self) -> list[Cell]:
        """Return the cells to count first: totals, months in the ledger and new months."""
        new_months = months(self.since or self.newest_month, self.until)
        cells: list[Cell] = [(kind, None) for kind in KINDS]
        cells += self.in_ledger
        cells += [(kind, month) for kind in KINDS for month in new_months]
        return list(dict.fromkeys(cells))

    def other_cells(self) -> list[Cell]:
        """Return the other months, if GitHub's total is more than the months counted so far."""
        if self.since:
            return []
        cells: list[Cell] = []
        for kind in KINDS:
            total = self.at_github.get((kind, None))
            if self.is_searchable(kind) and _sum(self.at_github, kind) != total:
                cells += [(kind, month) for month in months(FIRST_MONTH, self.until)]
        return [cell for cell in cells if cell not in self.at_github]

    def is_searchable(self, kind: str) -> bool:
        """Return whether the token may search a kind: GitHub answers 0 if it may not."""
        listed = self.repository.probe[KINDS[kind][2]]["totalCount"]
        is_hidden = listed and _sum(self.in_ledger, kind) and not self.at_github.get((kind, None))
        return (kind, None) in self.at_github and not is_hidden

    def query(self, cell: Cell) -> str:
        """Return the search that counts a cell, complete days only."""
        kind, month = cell
        days = f"{month}..{min(last_day(month), self.until)}" if month else f"*..{self.until}"
        return f"repo:{self.repository.scope.repo} is:{KINDS[kind][0]} created:{days}"


def _sum(cells: dict[Cell, int], kind: str) -> int:
    return sum(n for (cell_kind, month), n in cells.items() if cell_kind == kind and month)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return (month + 31 * DAY).replace(day=1) - DAY


def months(first: date, until: date) -> list[date]:
    """Return the first days of the months from ``first`` to the month of ``until``."""
    days = []
    while first <= until:
        days.append(first)
        first = last_day(first) + DAY
    return days


def count(
    query: Query,
    store: Store,
    repositories: Iterable[SyncedRepository],
    notify: Callable[[str], None],
    full: bool = False,
) -> None:
    """Count what is due (``full``: everything) and write it; a failure is only reported."""
    due = _due(store, repositories)
    if full:
        due = (_start_count(store, repository, None) for repository in repositories)
    try:
        for group in _groups(due):
            for choose in (MonthlyCounts.first_cells, MonthlyCounts.other_cells):
                _search(query, [(counts, cell) for counts in group for cell in choose(counts)])
            for counts in group:
                _write(store, counts, notify)
    except (SourceError, UnexpectedAnswerError) as error:
        notify(f"GitHub's counts are not known: {error}")


# -- what is due ----------------------------------------------------------------------------------


def _due(store: Store, repositories: Iterable[SyncedRepository]) -> Iterator[MonthlyCounts]:
    """Yield what was never counted or has another balance, new days, then the oldest counts."""
    old: list[tuple[str, SyncedRepository]] = []
    for repository in repositories:
        last = store.watermark("github", repository.scope.watermark, "counts")
        if last is None and not repository.is_idle:
            yield _start_count(store, repository, None)
        elif last is None:
            old.append(("", repository))
        elif _is_outdated(store, repository, last):
            yield _start_count(store, repository, None)
        elif repository.is_idle:
            continue
        elif repository.at.date() - date.fromisoformat(last["all_until"]) > RECOUNT_AFTER:
            old.append((last["all_until"], repository))
        else:
            yield from _newest(store, repository)
    old.sort(key=lambda entry: entry[0])
    for _, repository in old[:RECOUNTS_PER_REFRESH]:
        yield _start_count(store, repository, None)
    for _, repository in old[RECOUNTS_PER_REFRESH:]:
        yield from _newest(store, repository)


def _is_outdated(store: Store, repository: SyncedRepository, last: Json) -> bool:
    """Return whether a count is invalid: another balance, or day-old gaps that search may close."""
    until = date.fromisoformat(last["until"])
    watermark = repository.scope.watermark
    if until < repository.at.date() - DAY and store.watermark("github", watermark, "gaps"):
        return True
    return not repository.is_idle and _balance(store, repository, until) != last["standing"]


def _newest(store: Store, repository: SyncedRepository) -> Iterator[MonthlyCounts]:
    """Yield the months of the days since the last count; nothing if it is of yesterday."""
    last = store.watermark("github", repository.scope.watermark, "counts")
    until = date.fromisoformat(last["until"]) if last else repository.at.date()
    if until < repository.at.date() - DAY:
        yield _start_count(store, repository, until.replace(day=1))


def _start_count(store: Store, repository: SyncedRepository, since: date | None) -> MonthlyCounts:
    until = repository.at.date() - DAY
    in_ledger: dict[Cell, int] = {}
    for kind, (_, table, _) in KINDS.items():
        parameters = repository.scope.key | {"since": since or FIRST_MONTH, "before": until + DAY}
        for row in store.rows(COUNT_BY_MONTH.format(table), parameters):
            in_ledger[kind, row["month"]] = row["n"]
    return MonthlyCounts(repository, since, until, _balance(store, repository, until), in_ledger)


def _balance(store: Store, repository: SyncedRepository, until: date) -> Balance:
    """Return what a count depends on: if it changes, ledger and count no longer correspond."""
    key = repository.scope.key
    balance = {}
    for kind, (_, table, listed) in KINDS.items():
        in_ledger = store.rows(COUNT.format(table), key)[0]["n"]
        since_probe, since_count = (
            store.rows(COUNT_SINCE.format(table), key | {"at": at})[0]["n"]
            for at in (repository.at, until + DAY)
        )
        total = repository.probe[listed]["totalCount"]
        balance[kind] = [total - in_ledger + since_probe, in_ledger - since_count]
    return balance


def _groups(due: Iterable[MonthlyCounts]) -> Iterator[list[MonthlyCounts]]:
    """Yield repositories that are counted and written together."""
    group: list[MonthlyCounts] = []
    for counts in due:
        group.append(counts)
        if sum(len(item.first_cells()) for item in group) >= SEARCHES_PER_COMMIT:
            yield group
            group = []
    if group:
        yield group


# -- search and results ---------------------------------------------------------------------------


def _search(query: Query, cells: Sequence[tuple[MonthlyCounts, Cell]]) -> None:
    """Count each cell by search; a repository that cannot be searched stays without its rest."""
    size, waiting = SEARCHES_PER_QUERY, list(cells)
    while waiting:
        batch = waiting[:size]
        queries = [counts.query(cell) for counts, cell in batch]
        parts = [search_part(f"s{index}", text) for index, text in enumerate(queries)]
        try:
            failures = SHARED_FAILURES if len(batch) > 1 else None
            answer = query(*compose(parts), failures)
        except QueryTooLargeError:
            size = len(batch) // 2
            continue
        except QueryFailedError:
            if len(batch) > 1:
                raise
            refused, again = {batch[0][0].repository.scope}, []
        else:
            for index, (counts, cell) in enumerate(batch):
                if result := answer.part(f"s{index}"):
                    counts.at_github[cell] = read(SearchCount, result, "a count").issue_count
            refused = {
                counts.repository.scope
                for index, (counts, _) in enumerate(batch)
                if answer.problems(f"s{index}")
            }
            # one refusal removes the answers of the others
            again = batch if refused and not answer.data else []
        waiting = [
            (counts, cell)
            for counts, cell in again + waiting[size:]
            if counts.repository.scope not in refused
        ]


def _write(store: Store, counts: MonthlyCounts, notify: Callable[[str], None]) -> None:
    """Write the counts of a repository and the day of their end in one transaction."""
    scope = counts.repository.scope
    kinds = [kind for kind in KINDS if counts.is_searchable(kind)]
    at_github = {
        (kind, month): n for (kind, month), n in counts.at_github.items() if month and kind in kinds
    }
    rows, gaps = [], []
    for (kind, month), n in at_github.items():
        cell = (kind, month)
        if n or cell in counts.in_ledger or month == counts.newest_month:
            row: Json = {"kind": kind, "month": month, "at_github": n}
            rows.append(row | {"counted_until": min(last_day(month), counts.until)})
        if difference := n - counts.in_ledger.get(cell, 0):
            gaps.append([kind, f"{month}", difference])
    state: Json = {"until": f"{counts.until}", "all_until": f"{counts.until}"}
    state["standing"] = counts.balance
    replaced: list[Json] = [{"kind": kind} for kind in kinds]
    if counts.since:
        replaced = [{"kind": kind, "month": month} for kind, month in at_github]
        last = store.watermark("github", scope.watermark, "counts")
        state["all_until"] = last["all_until"]
        older_gaps = store.watermark("github", scope.watermark, "gaps")
        gaps = [gap for gap in older_gaps if gap[1] < f"{counts.since}"] + gaps
    with store.transaction():
        store.delete("github_counts", [scope.key | cell for cell in replaced])
        store.merge("github_counts", [scope.key | row | {"counted_at": now()} for row in rows])
        store.set_watermark("github", scope.watermark, "counts", state)
        store.set_watermark("github", scope.watermark, "gaps", gaps)
    if hidden := [f"{kind.replace('_', ' ')}s" for kind in KINDS if kind not in kinds]:
        notify(
            f"{scope.repo}: GitHub's search does not show its {' and '.join(hidden)} "
            "to this token, so they are not compared"
        )
