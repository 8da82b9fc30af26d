"""Which repositories of a GitHub are read, and which of them changed: the probe of a hundred in one request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collectors.errors import AccessError, SourceError
from collectors.github.client import GitHubClient, LongWaitError, QueryTooLargeError
from collectors.github.deletions import is_unexplained
from collectors.github.documents import summarize_labels
from collectors.github.graphql import DETAILS_VERSION, Part, compose, owner_part, repository_part
from collectors.github.repository import ATTEMPTS, REPLICATION_LAG, TABLES, GitHub, parse_time
from collectors.github.responses import Answer, Json
from collectors.ledger.store import Store, now

PROBES_PER_QUERY = 100
#: so many repositories that fail alone, one after another, are not to blame for it
FAILURES_IN_A_ROW = 3
#: lists that are asked for apart, by the alias and the fragment of their probe
SEPARATE_LISTS = {"deployments": ("d", "DeploymentProbe"), "discussions": ("c", "DiscussionProbe")}
#: the repositories of which something is left to read, or was read when the collector asked for less than now
UNFINISHED = " union ".join(
    [
        "select repo_id from github_queue where host = $host and attempts < $attempts",
        *(
            f"select repo_id from {table} where host = $host and details_version < $version and deleted_at is null"
            for table in TABLES.values()
        ),
        "select repo_id from github_deployments where host = $host and not json_exists(node, '$.databaseId')",
    ]
)


@dataclass(frozen=True)
class ProbeResult:
    """A repository as it was asked for: what shows a change, and GitHub's clock; or why it did not come.

    ``was`` is the name that the ledger has for a repository which its owner no longer lists.
    """

    name: str
    probe: Json | None
    at: datetime
    problem: str = ""
    is_there: bool = True
    was: str = ""


# -- asking -----------------------------------------------------------------------------------------------------------


def look(
    api: GitHubClient, source: GitHub, known_values: Mapping[int, str]
) -> Iterator[ProbeResult]:
    """Yield the repositories that are asked for, each once, and the owners that could not be listed.

    Those that are named come first, then those of owners, then what ``known`` (names by id) has of theirs and they no
    longer list. Raises SourceError where nothing at all can be read.
    """
    visited: set[int] = set()
    yield from _once(_probed(api, source.repos), visited)
    listed: set[int] = set()
    missing: set[str] = set()
    for owner in source.orgs:
        try:
            for item in _once(_of_owner(api, source, owner, listed), visited):
                missing |= {owner.lower()} if item.name == owner else set()
                yield item
        except (AccessError, LongWaitError):
            raise
        except SourceError as error:
            if not visited:
                raise
            missing.add(owner.lower())
            yield ProbeResult(owner, None, now(), str(error))
    remaining = {
        i: name for i, name in known_values.items() if name.partition("/")[0].lower() not in missing
    }
    for row in _once(
        _probed(api, [name for i, name in remaining.items() if i not in listed | visited]), visited
    ):
        yield ProbeResult(row.name, row.probe, row.at, row.problem, row.is_there, was=row.name)


def known_repositories(store: Store, host: str, source: GitHub) -> dict[int, str]:
    """Return the repositories that earlier refreshes read because of their owners: names by id."""
    sql = (
        "select repo_id, repo, asked_as, node->>'isFork' = 'true' as fork from github_repositories "
    )
    rows = store.rows(f"{sql} where host = ? and deleted_at is null", [host])
    owners, by_name = ({name.lower() for name in names} for names in (source.orgs, source.repos))
    return {
        row["repo_id"]: row["repo"]
        for row in rows
        if row["repo"].partition("/")[0].lower() in owners
        and row["asked_as"].lower() not in by_name
        and _is_wanted(source, row["repo"], row["fork"])
    }


def _once(result: Iterable[ProbeResult], visited: set[int]) -> Iterator[ProbeResult]:
    """Leave out what came before, under a former name or with its owner."""
    for item in result:
        if item.probe is None or item.probe["databaseId"] not in visited:
            visited |= {item.probe["databaseId"]} if item.probe else set()
            yield item


def _is_wanted(source: GitHub, name: str, is_fork: bool) -> bool:
    """Whether the settings want a repository that comes with its owner."""
    is_named = re.fullmatch(source.included, name, re.I) and not re.fullmatch(
        source.excluded, name, re.I
    )
    return bool(is_named) and (source.forks or not is_fork)


def _of_owner(
    api: GitHubClient, source: GitHub, owner: str, listed: set[int]
) -> Iterator[ProbeResult]:
    """The repositories of an owner: a page brings what shows a change in each, as long as GitHub can answer so much."""
    cursor, is_whole = None, True
    while True:
        lists = {"owner": "databaseId nameWithOwner isFork"}
        if is_whole:
            lists |= {"r": "...Probe"} | {
                alias: f"databaseId ...{name}" for alias, name in SEPARATE_LISTS.values()
            }
        parts = [owner_part(alias, owner, cursor, selection) for alias, selection in lists.items()]
        try:
            answer = api.graphql(*compose(parts), shrinkable=is_whole)
        except QueryTooLargeError:
            is_whole = False
            continue
        result = answer.data.get("owner")
        if result is None:
            yield ProbeResult(owner, None, now(), _owner_problem(api, answer, owner))
            return
        page = result["repositories"]
        nodes = [node for node in page["nodes"] if node]
        listed |= {node["databaseId"] for node in nodes}
        names = {
            n["databaseId"]: n["nameWithOwner"]
            for n in nodes
            if _is_wanted(source, n["nameWithOwner"], n["isFork"])
        }
        probes = _probes(answer) if is_whole else {}
        yield from (
            ProbeResult(name, probes[i], answer.at) for i, name in names.items() if i in probes
        )
        yield from _probed(api, [name for i, name in names.items() if i not in probes])
        if not page["pageInfo"]["hasNextPage"]:
            return
        cursor = page["pageInfo"]["endCursor"]


def _probes(answer: Answer) -> dict[int, Json]:
    """What a page of an owner's repositories shows of changes, by id."""
    pages = {
        alias: _by_id(answer, alias)
        for alias in ("r", *(alias for alias, _ in SEPARATE_LISTS.values()))
    }
    return {
        i: _whole(
            probe, {name: pages[alias].get(i, {}) for name, (alias, _) in SEPARATE_LISTS.items()}
        )
        for i, probe in pages["r"].items()
    }


def _by_id(answer: Answer, alias: str) -> dict[int, Json]:
    nodes = ((answer.data.get(alias) or {}).get("repositories") or {}).get("nodes") or ()
    return {node["databaseId"]: node for node in nodes if node}


def _owner_problem(api: GitHubClient, answer: Answer, owner: str) -> str:
    if message := next((problem.get("message") for problem in answer.problems("owner")), None):
        return f"{api.host}: {owner} could not be listed ({message}); check the token's permissions"
    return f"{api.host}: no owner {owner!r} that this token may see; check [github] orgs"


def _probed(api: GitHubClient, names: Sequence[str]) -> Iterator[ProbeResult]:
    """What shows a change in each repository of these names."""
    size, failures, waiting = PROBES_PER_QUERY, 0, list(names)
    while waiting:
        requested, waiting = waiting[:size], waiting[size:]
        parts: list[Part] = []
        for index, repo in enumerate(requested):
            parts.append(repository_part(f"r{index}", repo, "...Probe"))
            parts += [
                repository_part(f"{alias}{index}", repo, f"...{name}")
                for alias, name in SEPARATE_LISTS.values()
            ]
        try:
            answer = api.graphql(*compose(parts), shrinkable=len(requested) > 1)
        except QueryTooLargeError:
            size, waiting = max(1, size // 2), requested + waiting
        except (AccessError, LongWaitError):
            raise
        except SourceError as error:
            failures += 1
            if len(requested) > 1 or failures == FAILURES_IN_A_ROW:
                raise
            yield ProbeResult(requested[0], None, now(), str(error))
        else:
            failures = 0
            yield from (
                _one_probed(api, answer, index, repo) for index, repo in enumerate(requested)
            )


def _one_probed(api: GitHubClient, answer: Answer, index: int, repo: str) -> ProbeResult:
    result: Json | None = answer.data.get(f"r{index}")
    problem = next(iter(answer.problems(f"r{index}")), {})
    if result is None or problem:
        is_there = problem.get("type") != "NOT_FOUND"
        message = f"{api.host}: no repository {repo} that this token may see; check its name under [github] repos"
        if is_there:
            why = problem.get("message") or "no answer"
            message = f"{api.host}: {repo} could not be read ({why}); check the token's permissions"
        return ProbeResult(repo, None, now(), message, is_there)
    apart = {
        name: answer.data.get(f"{alias}{index}") or {}
        for name, (alias, _) in SEPARATE_LISTS.items()
    }
    return ProbeResult(repo, _whole(result, apart), answer.at)


def _whole(probe: Json, apart: Mapping[str, Json]) -> Json:
    """What shows a change, with the lists that are asked for apart: None where the token may not read one."""
    return (
        probe
        | {"labels": summarize_labels(probe["labels"])}
        | {name: result.get(name) for name, result in apart.items()}
    )


# -- what the ledger knows of them ------------------------------------------------------------------------------------


def keep(store: Store, host: str, result: Sequence[ProbeResult], is_read: bool) -> None:
    """Keep what repositories are, and until when they were read where nothing is left to read."""
    rows = [
        {
            "host": host,
            "repo_id": item.probe["databaseId"],
            "repo": item.probe["nameWithOwner"],
            "asked_as": item.name,
        }
        | {"node": item.probe, "fetched_at": now(), "deleted_at": None}
        | ({"synced_until": item.at} if is_read else {})
        for item in result
        if item.probe
    ]
    store.merge("github_repositories", rows)


def mark_deleted(store: Store, host: str, repo: str) -> None:
    """Mark a repository that GitHub says is not there, if it was read before."""
    sql = "select host, repo_id from github_repositories where host = ? and lower(?) in (lower(repo), lower(asked_as))"
    known_values = store.rows(f"{sql} and deleted_at is null", [host, repo])
    store.merge("github_repositories", [row | {"deleted_at": now()} for row in known_values])


def idle(
    store: Store, host: str, result: Sequence[ProbeResult], experiments: Sequence[str]
) -> set[int]:
    """Return the repositories in which nothing changed since the last complete pass, with nothing left to read: ids."""
    about = {"host": host, "attempts": ATTEMPTS, "version": DETAILS_VERSION}
    unfinished = {row["repo_id"] for row in store.rows(UNFINISHED, about)}
    rows = store.rows(
        "select repo_id, synced_until from github_repositories where host = ?", [host]
    )
    read_until = {row["repo_id"]: row["synced_until"] for row in rows if row["synced_until"]}
    probes, files, gaps, sweeps = (
        _marks(store, host, name) for name in ("probe", "experiments", "gaps", "sweep")
    )
    unfinished |= {i for i, result in gaps.items() if is_unexplained(result, sweeps.get(i))}
    ids = set()
    for probe in (item.probe for item in result if item.probe):
        i = probe["databaseId"]
        tried = files.get(i)
        is_tried = not tried or (not tried["is_wrong"] and tried["paths"] == list(experiments))
        if (
            i not in unfinished
            and is_tried
            and _is_same(probes.get(i), probe)
            and _is_settled(probe, read_until.get(i))
        ):
            ids.add(i)
    return ids


def _marks(store: Store, host: str, name: str) -> dict[int, Json]:
    """One watermark of every repository, by id."""
    sql = "select scope, value from watermarks where source = 'github' and name = ? and starts_with(scope, ?)"
    return {
        int(row["scope"].rpartition("/")[2]): json.loads(row["value"])
        for row in store.rows(sql, [name, f"{host}/"])
    }


def _is_settled(probe: Json, read_until: datetime | None) -> bool:
    """Whether the newest change had been there for a while when it was read: GitHub's answers may lag behind it."""
    lists = [
        probe[name]
        for name in ("issues", "pullRequests", "milestones", "releases", *SEPARATE_LISTS)
        if probe.get(name)
    ]
    newest = max(
        (parse_time(node["updatedAt"]) for row in lists for node in row["nodes"]), default=None
    )
    return read_until is not None and (newest is None or read_until >= newest + REPLICATION_LAG)


def _is_same(before: Json | None, probe: Json) -> bool:
    """Whether nothing that a pass reads changed; what is archived was read once and stays as it is until it is not."""
    if before and before["isArchived"] and probe["isArchived"]:
        return all((before[name] is None) == (probe[name] is None) for name in SEPARATE_LISTS)
    return before == probe
