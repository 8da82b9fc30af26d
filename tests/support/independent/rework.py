"""Rework of earlier merges: reverts, hotfixes and incidents that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.support.independent.recorded import PullKey
from tests.support.independent.rules import Rules, is_labelled
from tests.support.independent.view import Issue, Pull, Repo

REFERENCE = re.compile(r"(?:https?://[\w.:-]+/)?([\w.-]+/[\w.-]+)?(?:#|/pull/)(\d+)", re.A)
REVERTS_IN_BODY = re.compile(r"\breverts:?\s+", re.I | re.A)
REVERTS_IN_TITLE = re.compile(r"^\W*reverts?:?\s+", re.I | re.A)
AND = re.compile(r",?\s*and\s+|,\s*|\s*&\s*", re.I | re.A)
REVERTS_COMMITS = re.compile(
    r"(?:^\W*|\bthis (?:\w+ ){0,3})reverts?:?\s+(?:commits?:?\s+)?"
    r"((?:[0-9a-f]{7,40}\b(?:,|\s|and\s)*)+)",
    re.I | re.A | re.M,
)
SHA = re.compile(r"\b[0-9a-f]{7,40}\b", re.I)
QUOTED_TITLE = re.compile(r"\W*reverts?:?\s+\"?(.+?)\"?(?: \(#\d+\))?$", re.I | re.A)
# the number must not be the tail of something else: a word, an HTML entity, an anchor in an address
NUMBER = re.compile(r"(?:\b([\w-]+/[\w.-]+)|(?<![\w&/]))#(\d+)\b", re.A)
ADDRESS = re.compile(r"https?://[^/\s]+/([\w-]+/[\w.-]+)/pull/(\d+)\b", re.I | re.A)
SHORTEST_SHA = 7


@dataclass(frozen=True)
class Rework:
    """Return the repairs of the merged pull request ``repo``#``number``.

    ``by_number`` and ``by_key`` are None for a commit pushed directly, ``by_number`` and
    ``by_repo`` for an import.
    """

    repo: str
    number: int
    by_number: int | None
    kind: str
    happened_at: datetime
    by: PullKey | None
    by_repo: str | None
    by_key: str | None


@dataclass(frozen=True)
class Named:
    """Return the causes in an imported incident: pull requests, commits and tags."""

    key: str
    at: datetime
    text: str
    shas: set[str]
    tags: set[tuple[str, str]]


def mentions(item: Issue) -> set[PullKey]:
    """Return what the title and body of an issue or pull request name."""
    result = set()
    for text in (item.title, item.body):
        for repo, number in [*NUMBER.findall(text), *ADDRESS.findall(text)]:
            result.add(((repo or item.repo).lower(), int(number)))
    return result


def find_rework(repos: list[Repo], rules: Rules, imported: Sequence[Named] = ()) -> list[Rework]:
    """Return the earliest row for each change, repairing item and kind, by time."""
    merged = {pull.key: pull for repo in repos for pull in repo.pulls.values() if pull.merged_at}
    issues = {issue.key: issue for repo in repos for issue in repo.issues.values()}
    earliest: dict[tuple[str, int, str | None, str], Rework] = {}
    candidates = [
        row
        for repo in repos
        for rows in (
            _reverts(repo, merged),
            _hotfixes(repo, merged, issues, rules),
            _incidents(repo, merged, rules),
        )
        for row in rows
    ]
    candidates += [row for incident in imported for row in _imported(incident, repos, merged)]
    for row in sorted(candidates, key=lambda row: row.happened_at):
        earliest.setdefault((row.repo, row.number, row.by_key, row.kind), row)
    return list(earliest.values())


def _row(
    fixed: Pull, by: Issue | None, kind: str, happened_at: datetime, pushed_to: str = ""
) -> Iterator[Rework]:
    """One row, if the change was merged before it was repaired, and not by itself."""
    if not fixed.merged_at or fixed.merged_at >= happened_at:
        return
    if by is None:
        yield Rework(fixed.repo, fixed.number, None, kind, happened_at, None, pushed_to, None)
    elif by.key != fixed.key:
        key = f"{by.repo}#{by.number}"
        yield Rework(fixed.repo, fixed.number, by.number, kind, happened_at, by.key, by.repo, key)


def _imported(incident: Named, repos: list[Repo], merged: dict[PullKey, Pull]) -> Iterator[Rework]:
    """Return the changes that an imported incident names by number, URL or commit."""
    result = {(repo.lower(), int(number)) for repo, number in NUMBER.findall(incident.text) if repo}
    result |= {(repo.lower(), int(number)) for repo, number in ADDRESS.findall(incident.text)}
    for repo in repos:
        owners = _owners(repo)
        for sha in incident.shas:
            result |= {
                key for oid, key in owners.get(sha[:SHORTEST_SHA], []) if oid.startswith(sha)
            }
    for key in sorted(result & merged.keys()):
        fixed = merged[key]
        if fixed.merged_at and fixed.merged_at < incident.at:
            yield Rework(
                fixed.repo, fixed.number, None, "incident", incident.at, None, None, incident.key
            )


def _reverts(repo: Repo, merged: dict[PullKey, Pull]) -> Iterator[Rework]:
    owners = _owners(repo)
    for pull in repo.pulls.values():
        if not pull.merged_at:
            continue
        by_name = {((name or repo.name).lower(), int(number)) for name, number in _references(pull)}
        texts = [pull.title, pull.body, *(commit.message for commit in pull.commits)]
        by_name |= {key for text in texts for key in _reverted(text, owners)}
        by_name = by_name or _quoted(pull.title, pull.merged_at, repo)
        for key in by_name & merged.keys():
            yield from _row(merged[key], pull, "revert", pull.merged_at)
    for commit in repo.direct_commits:
        by_name = _reverted(commit.message, owners)
        by_name = by_name or _quoted(commit.message.split("\n")[0], commit.committed_at, repo)
        for key in by_name & merged.keys():
            yield from _row(merged[key], None, "revert", commit.committed_at, repo.name)


def _references(pull: Pull) -> Iterator[tuple[str | None, str]]:
    """Yield repository (None for its own) and number of what the texts say is reverted."""
    for text, beginning in ((pull.body, REVERTS_IN_BODY), (pull.title, REVERTS_IN_TITLE)):
        for start in beginning.finditer(text):
            end = start.end()
            while match := REFERENCE.match(text, end):
                yield match[1], match[2]
                sign = AND.match(text, match.end())
                end = sign.end() if sign else match.end()


def _quoted(title: str, at: datetime, repo: Repo) -> set[PullKey]:
    """Return the newest earlier change of the title that a title reverts."""
    match = QUOTED_TITLE.match(title)
    if not match:
        return set()
    title = match[1].strip().lower()
    number = re.search(r" \(#(\d+)\)$", title)
    name = title[: number.start()] if number else title
    earlier = [
        (pull.merged_at, pull.number, pull.key)
        for pull in repo.pulls.values()
        if pull.merged_at and pull.merged_at < at and pull.title.strip().lower() == name
    ]
    earlier = [row for row in earlier if not number or str(row[1]) == number[1]]
    return {max(earlier)[2]} if earlier else set()


def _owners(repo: Repo) -> dict[str, list[tuple[str, PullKey]]]:
    """Return commits and merge commits of merged pull requests by their shortest sha."""
    owners: dict[str, list[tuple[str, PullKey]]] = {}
    for pull in repo.pulls.values():
        if pull.merged_at:
            for oid in {pull.merge_commit, *(commit.oid for commit in pull.commits)} - {None}:
                owners.setdefault(str(oid)[:SHORTEST_SHA], []).append((str(oid), pull.key))
    return owners


def _reverted(message: str, owners: dict[str, list[tuple[str, PullKey]]]) -> set[PullKey]:
    shas = [
        sha.lower() for phrase in REVERTS_COMMITS.findall(message) for sha in SHA.findall(phrase)
    ]
    return {
        key
        for sha in shas
        for oid, key in owners.get(sha[:SHORTEST_SHA], [])
        if oid.startswith(sha)
    }


def _hotfixes(
    repo: Repo, merged: dict[PullKey, Pull], issues: dict[PullKey, Issue], rules: Rules
) -> Iterator[Rework]:
    for pull in repo.pulls.values():
        if not pull.merged_at:
            continue
        by_name = mentions(pull) if is_labelled(pull, "hotfix", rules) else set()
        for key in pull.closes:
            issue = issues.get(key)
            if issue and is_labelled(issue, "incident", rules):
                by_name |= _named_by_issue(issue, merged)
        for key in by_name & merged.keys():
            yield from _row(merged[key], pull, "hotfix", pull.merged_at)


def _incidents(repo: Repo, merged: dict[PullKey, Pull], rules: Rules) -> Iterator[Rework]:
    for issue in repo.issues.values():
        if is_labelled(issue, "incident", rules):
            for key in _named_by_issue(issue, merged):
                yield from _row(merged[key], issue, "incident", issue.opened_at)


def _named_by_issue(issue: Issue, merged: dict[PullKey, Pull]) -> set[PullKey]:
    """Return the pull requests that an issue names, in its text or in their timelines."""
    recorded = {
        key
        for key, pull in merged.items()
        if any(e.kind == "CrossReferencedEvent" and e.source == issue.key for e in pull.events)
    }
    return (mentions(issue) & merged.keys()) | recorded
