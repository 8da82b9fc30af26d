"""What undid or repaired an earlier merge: reverts, hotfixes and incidents that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.independent.rules import Rules, is_labelled
from tests.independent.view import Issue, Pull, PullKey, Repo

REVERTS_NUMBER = re.compile(r"\breverts\s+([\w-]+/[\w.-]+)?#(\d+)\b", re.I | re.A)
REVERTS_COMMIT = re.compile(r"\bthis reverts commit ([0-9a-f]{7,40})\b", re.I | re.A)
# the number must not be the tail of something else: a word, an HTML entity, an anchor in an address
NUMBER = re.compile(r"(?:\b([\w-]+/[\w.-]+)|(?<![\w&/]))#(\d+)\b", re.A)
ADDRESS = re.compile(r"https?://[^/\s]+/([\w-]+/[\w.-]+)/pull/(\d+)\b", re.I | re.A)
SHORTEST_SHA = 7


@dataclass(frozen=True)
class Rework:
    """``by_number`` repaired the merged pull request ``repo``#``number``; None for a commit pushed directly."""

    repo: str
    number: int
    by_number: int | None
    kind: str
    happened_at: datetime
    by: PullKey | None


def mentions(item: Issue) -> set[PullKey]:
    """Return what the title and body of an issue or pull request name."""
    found = set()
    for text in (item.title, item.body):
        for repo, number in [*NUMBER.findall(text), *ADDRESS.findall(text)]:
            found.add(((repo or item.repo).lower(), int(number)))
    return found


def find_rework(repos: list[Repo], rules: Rules) -> list[Rework]:
    """Return the earliest row for each repaired change, repairing item and kind, in order of time."""
    merged = {pull.key: pull for repo in repos for pull in repo.pulls.values() if pull.merged_at}
    earliest: dict[tuple[str, int, int | None, str], Rework] = {}
    candidates = [
        row
        for repo in repos
        for rows in (_reverts(repo, merged), _hotfixes(repo, merged, rules), _incidents(repo, merged, rules))
        for row in rows
    ]
    for row in sorted(candidates, key=lambda row: row.happened_at):
        earliest.setdefault((row.repo, row.number, row.by_number, row.kind), row)
    return list(earliest.values())


def _row(fixed: Pull, by: Issue | None, kind: str, happened_at: datetime) -> Iterator[Rework]:
    """One row, if the change was merged before it was repaired, and not by itself."""
    is_itself = by is not None and by.key == fixed.key
    if fixed.merged_at and fixed.merged_at < happened_at and not is_itself:
        yield Rework(fixed.repo, fixed.number, by.number if by else None, kind, happened_at, by.key if by else None)


def _reverts(repo: Repo, merged: dict[PullKey, Pull]) -> Iterator[Rework]:
    owners = _owners(repo)
    for pull in repo.pulls.values():
        if not pull.merged_at:
            continue
        named = {((name or repo.name).lower(), int(number)) for name, number in REVERTS_NUMBER.findall(pull.body)}
        named |= {key for commit in pull.commits for key in _reverted(commit.message, owners)}
        for key in named & merged.keys():
            yield from _row(merged[key], pull, "revert", pull.merged_at)
    for commit in repo.direct_commits:
        for key in _reverted(commit.message, owners) & merged.keys():
            yield from _row(merged[key], None, "revert", commit.committed_at)


def _owners(repo: Repo) -> dict[str, list[tuple[str, PullKey]]]:
    """The commits of merged pull requests and their merge commits, by the shortest sha that may name them."""
    owners: dict[str, list[tuple[str, PullKey]]] = {}
    for pull in repo.pulls.values():
        if pull.merged_at:
            for oid in {pull.merge_commit, *(commit.oid for commit in pull.commits)} - {None}:
                owners.setdefault(str(oid)[:SHORTEST_SHA], []).append((str(oid), pull.key))
    return owners


def _reverted(message: str, owners: dict[str, list[tuple[str, PullKey]]]) -> set[PullKey]:
    shas = [sha.lower() for sha in REVERTS_COMMIT.findall(message)]
    return {key for sha in shas for oid, key in owners.get(sha[:SHORTEST_SHA], []) if oid.startswith(sha)}


def _hotfixes(repo: Repo, merged: dict[PullKey, Pull], rules: Rules) -> Iterator[Rework]:
    for pull in repo.pulls.values():
        if not pull.merged_at:
            continue
        named = mentions(pull) if is_labelled(pull, "hotfix", rules) else set()
        for number in pull.closes:
            issue = repo.issues.get(number)
            if issue and is_labelled(issue, "incident", rules):
                named |= _named_by_issue(issue, merged)
        for key in named & merged.keys():
            yield from _row(merged[key], pull, "hotfix", pull.merged_at)


def _incidents(repo: Repo, merged: dict[PullKey, Pull], rules: Rules) -> Iterator[Rework]:
    for issue in repo.issues.values():
        if is_labelled(issue, "incident", rules):
            for key in _named_by_issue(issue, merged):
                yield from _row(merged[key], issue, "incident", issue.opened_at)


def _named_by_issue(issue: Issue, merged: dict[PullKey, Pull]) -> set[PullKey]:
    """What an issue names: in its text, or as the timeline of the pull request recorded it."""
    recorded = {
        key
        for key, pull in merged.items()
        if any(e.kind == "CrossReferencedEvent" and e.source == issue.key for e in pull.events)
    }
    return (mentions(issue) & merged.keys()) | recorded
