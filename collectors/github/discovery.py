"""Repositories of a GitHub, and which of them changed: one probe for a hundred of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collectors.errors import AccessError, SourceError
from collectors.github.base_models import Json, UnexpectedAnswerError, fit, read_list, read_page
from collectors.github.client import GitHubClient
from collectors.github.deletions import has_unexplained_gaps
from collectors.github.documents import summarize_labels
from collectors.github.graphql import (
    DETAILS_VERSION,
    FIELDS,
    Part,
    compose,
    owner_part,
    repository_part,
    schema_part,
)
from collectors.github.repository import (
    ATTEMPTS,
    REPLICATION_LAG,
    SEPARATE_LISTS,
    TABLES,
    GitHub,
    parse_time,
)
from collectors.github.repository_models import OwnedRepository, Probe, SeparateProbe
from collectors.github.responses import (
    SHARED_FAILURES,
    Answer,
    LongWaitError,
    NotFoundError,
    QueryTooLargeError,
)
from collectors.ledger.store import Store, now

PROBES_PER_QUERY = 100
#: characters of GitHub's longest owner/name
MAX_NAME = 140
#: after so many repositories that fail alone in a row, the fault is not theirs
FAILURES_IN_A_ROW = 3
OWNER_PAGES_MOST = 1_000
#: repositories with something left to read, or read by an earlier version of the queries
UNFINISHED = " union ".join(
    [
        "select repo_id from github_queue where host = $host and attempts < $attempts",
        *(
            f"select repo_id from {table} "
            "where host = $host and details_version < $version and deleted_at is null"
            for table in TABLES.values()
        ),
        "select repo_id from github_deployments "
        "where host = $host and not json_exists(node, '$.databaseId')",
    ]
)


@dataclass(frozen=True)
class ProbeResult:
    """Probe of a repository and GitHub's clock, or the reason why there is none.

    ``former_name`` is the ledger's name of a repository that its owner no longer lists.
    """

    name: str
    probe: Json | None
    at: datetime
    problem: str = ""
    exists: bool = True
    former_name: str = ""
    #: fields that could not be read
    losses: frozenset[str] = frozenset()


# -- probes ---------------------------------------------------------------------------------------


def probe_repositories(
    client: GitHubClient, github: GitHub, known: Mapping[int, str]
) -> Iterator[ProbeResult]:
    """Yield each configured repository once, and the owners that cannot be listed.

    Named repositories come first, then those of owners, then repositories of the owners that
    the ledger has (``known``: names by id) and their owner no longer lists. Raises SourceError
    if nothing can be read at all.
    """
    probed_ids: set[int] = set()
    yield from _without_repetition(_probe_named(client, github.repos), probed_ids)
    listed_ids: set[int] = set()
    unlisted_owners: set[str] = set()
    for owner in github.orgs:
        try:
            repositories = _probe_owner(client, github, owner, listed_ids)
            for result in _without_repetition(repositories, probed_ids):
                if result.name == owner:
                    unlisted_owners.add(owner.lower())
                yield result
        except (AccessError, LongWaitError):
            raise
        except (SourceError, UnexpectedAnswerError) as error:
            if not probed_ids:
                raise
            unlisted_owners.add(owner.lower())
            yield ProbeResult(owner, None, now(), str(error))
    rest = [
        name
        for repo_id, name in known.items()
        if name.partition("/")[0].lower() not in unlisted_owners
        and repo_id not in listed_ids | probed_ids
    ]
    for result in _without_repetition(_probe_named(client, rest), probed_ids):
        yield ProbeResult(
            result.name,
            result.probe,
            result.at,
            problem=result.problem,
            exists=result.exists,
            former_name=result.name,
        )


def known_repositories(store: Store, host: str, github: GitHub) -> dict[int, str]:
    """Return the repositories that earlier refreshes read with their owner: names by id."""
    sql = (
        "select repo_id, repo, asked_as, node->>'isFork' = 'true' as is_fork "
        "from github_repositories where host = ? and deleted_at is null"
    )
    owners = {name.lower() for name in github.orgs}
    configured = {name.lower() for name in github.repos}
    return {
        row["repo_id"]: row["repo"]
        for row in store.rows(sql, [host])
        if row["repo"].partition("/")[0].lower() in owners
        and row["asked_as"].lower() not in configured
        and _is_included(github, row["repo"], row["is_fork"])
    }


def _without_repetition(
    results: Iterable[ProbeResult], probed_ids: set[int]
) -> Iterator[ProbeResult]:
    """Drop repositories that came before, under a former name or with their owner."""
    for result in results:
        if result.probe is None:
            yield result
        elif result.probe["databaseId"] not in probed_ids:
            probed_ids.add(result.probe["databaseId"])
            yield result


def _is_included(github: GitHub, name: str, is_fork: bool) -> bool:
    """Return whether the settings include a repository of an owner."""
    if is_fork and not github.forks:
        return False
    name = name[:MAX_NAME]
    is_included = re.fullmatch(github.included, name, re.I)
    return bool(is_included) and not re.fullmatch(github.excluded, name, re.I)


def _probe_owner(
    client: GitHubClient, github: GitHub, owner: str, listed_ids: set[int]
) -> Iterator[ProbeResult]:
    """Yield the repositories of an owner; a page includes their probes if GitHub can answer it."""
    cursor, cursors, with_probes = None, set[str](), True
    while True:
        lists = {"owner": "databaseId nameWithOwner isFork"}
        if with_probes:
            lists["r"] = "...Probe"
            lists |= {alias: f"databaseId ...{name}" for alias, name in SEPARATE_LISTS.values()}
        parts = [owner_part(alias, owner, cursor, selection) for alias, selection in lists.items()]
        parts += [] if client.has_schema else [schema_part("schema")]
        try:
            answer = client.graphql(*compose(parts), SHARED_FAILURES if with_probes else None)
        except QueryTooLargeError:
            with_probes = False
            continue
        client.learn_schema(answer)
        data = answer.part("owner")
        if data is None:
            yield ProbeResult(owner, None, now(), _owner_problem(client, answer, owner))
            return
        page = read_page(data, "repositories")
        nodes = read_list(
            OwnedRepository,
            [_identified(client, node) for node in page.nodes if node is not None],
            f"{client.host}: {owner}: a repository",
        )
        listed_ids |= {node.database_id for node in nodes}
        names = {
            node.database_id: node.name_with_owner
            for node in nodes
            if _is_included(github, node.name_with_owner, node.is_fork)
        }
        probes = _page_probes(answer) if with_probes else {}
        for repo_id, name in names.items():
            if repo_id in probes:
                yield ProbeResult(name, probes[repo_id], answer.at)
        yield from _probe_named(client, [name for i, name in names.items() if i not in probes])
        cursor = page.next
        if cursor is None:
            return
        if cursor in cursors or len(cursors) > OWNER_PAGES_MOST:
            raise UnexpectedAnswerError(f"{client.host}: the repositories of {owner} do not end")
        cursors.add(cursor)


def _page_probes(answer: Answer) -> dict[int, Json]:
    """Return the complete probes on a page of an owner's repositories, by id."""
    pages = {alias: _nodes_by_id(answer, alias) for alias, _ in SEPARATE_LISTS.values()}
    incomplete = {error.path[3] for error in answer.problems("r") if len(error.path) > 3}
    probes = {}
    for repo_id, (index, node) in _nodes_by_id(answer, "r").items():
        separate = {
            name: pages[alias].get(repo_id, (0, None))[1]
            for name, (alias, _) in SEPARATE_LISTS.items()
        }
        with suppress(UnexpectedAnswerError):
            probe, losses = _complete_probe(node, separate)
            if index not in incomplete and not losses:
                probes[repo_id] = probe
    return probes


def _nodes_by_id(answer: Answer, alias: str) -> dict[int, tuple[int, Json]]:
    """Return the repositories on a page with their positions, by id."""
    try:
        nodes = read_page(answer.part(alias), "repositories").nodes
    except UnexpectedAnswerError:
        return {}
    return {
        node["databaseId"]: (index, node)
        for index, node in enumerate(nodes)
        if isinstance(node, dict) and type(node.get("databaseId")) is int
    }


def _identified(client: GitHubClient, node: Any) -> Any:
    """Return a repository with its id, which REST has if GraphQL does not return it."""
    name = node.get("nameWithOwner") if isinstance(node, dict) else None
    if isinstance(name, str) and node.get("databaseId") is None:
        answer = client.rest(f"/repos/{name}", {})
        return node | {"databaseId": answer.get("id") if isinstance(answer, dict) else None}
    return node


def _owner_problem(client: GitHubClient, answer: Answer, owner: str) -> str:
    for problem in answer.problems("owner"):
        return (
            f"{client.host}: {owner} cannot be listed ({problem.reason}); "
            "check the token's permissions"
        )
    return f"{client.host}: no owner {owner!r} that this token may see; check [github] orgs"


def _probe_named(client: GitHubClient, names: Sequence[str]) -> Iterator[ProbeResult]:
    """Yield the probes of the named repositories."""
    size, failures, waiting = PROBES_PER_QUERY, 0, list(names)
    while waiting:
        batch, waiting = waiting[:size], waiting[size:]
        parts: list[Part] = [] if client.has_schema else [schema_part("schema")]
        for index, repo in enumerate(batch):
            parts.append(repository_part(f"r{index}", repo, "...Probe"))
            for alias, name in SEPARATE_LISTS.values():
                parts.append(repository_part(f"{alias}{index}", repo, f"...{name}"))
        try:
            failures_most = SHARED_FAILURES if len(batch) > 1 else None
            answer = client.graphql(*compose(parts), failures_most)
        except QueryTooLargeError:
            size, waiting = len(batch) // 2, batch + waiting
        except (AccessError, LongWaitError):
            raise
        except SourceError as error:
            failures += 1
            if len(batch) > 1 or failures == FAILURES_IN_A_ROW:
                raise
            yield ProbeResult(batch[0], None, now(), str(error))
        else:
            failures = 0
            client.learn_schema(answer)
            for index, repo in enumerate(batch):
                yield _named_result(client, answer, index, repo)


def _named_result(client: GitHubClient, answer: Answer, index: int, repo: str) -> ProbeResult:
    """Return the probe of one repository from the answer for many."""
    node = answer.part(f"r{index}")
    problems = answer.problems(f"r{index}")
    problem = next((error for error in problems if len(error.path) <= 1), None)
    if problem and problem.type == "NOT_FOUND":
        message = (
            f"no repository {repo} that this token may see; check its name under [github] repos"
        )
        return ProbeResult(repo, None, now(), f"{client.host}: {message}", exists=False)
    if node is None or problem:
        reason = problem.reason if problem else "no answer"
        message = f"{repo} cannot be read ({reason}); check the token's permissions"
        return ProbeResult(repo, None, now(), f"{client.host}: {message}")
    separate = {name: answer.part(f"{alias}{index}") for name, (alias, _) in SEPARATE_LISTS.items()}
    names = {f"{error.path[1]}" for error in problems if error.path[1] in FIELDS}
    try:
        probe, losses = _complete_probe(_identified(client, node), separate)
        return ProbeResult(repo, probe, answer.at, losses=frozenset(names | losses))
    except (UnexpectedAnswerError, NotFoundError) as error:
        message = f"{repo} cannot be read ({error}); run again later"
        return ProbeResult(repo, None, now(), f"{client.host}: {message}")


def _complete_probe(node: Json, separate: Mapping[str, Json | None]) -> tuple[Json, set[str]]:
    """Return a probe with its separate lists (None for a hidden one), and what it lacks.

    Raises UnexpectedAnswerError if a required field is invalid.
    """
    probe, losses = fit(Probe, node)
    lists: Json = {}
    for name, page in separate.items():
        lists[name] = fit(SeparateProbe, page)[0].get(name) if page else None
    return probe | {"labels": summarize_labels(probe["labels"])} | lists, losses


# -- repositories in the ledger -------------------------------------------------------------------


def write_repositories(
    store: Store, host: str, results: Sequence[ProbeResult], is_read: bool
) -> None:
    """Write repositories, and the time of synchronization if nothing is left to read."""
    rows = []
    for result in results:
        if result.probe:
            row = {"host": host, "repo_id": result.probe["databaseId"]}
            row |= {"repo": result.probe["nameWithOwner"], "asked_as": result.name}
            row |= {"node": result.probe, "fetched_at": now(), "deleted_at": None}
            rows.append(row | ({"synced_until": result.at} if is_read else {}))
    store.merge("github_repositories", rows)


def mark_repository_deleted(store: Store, host: str, repo: str) -> None:
    """Mark a repository that does not exist any more, if it was read before."""
    sql = (
        "select host, repo_id from github_repositories "
        "where host = ? and lower(?) in (lower(repo), lower(asked_as)) and deleted_at is null"
    )
    rows = store.rows(sql, [host, repo])
    store.merge("github_repositories", [row | {"deleted_at": now()} for row in rows])


def find_idle(store: Store, host: str, results: Sequence[ProbeResult], github: GitHub) -> set[int]:
    """Return the ids of repositories without a change since their last complete sync."""
    parameters = {"host": host, "attempts": ATTEMPTS, "version": DETAILS_VERSION}
    unfinished = {row["repo_id"] for row in store.rows(UNFINISHED, parameters)}
    sql = "select repo_id, synced_until from github_repositories where host = ?"
    synced_until = {row["repo_id"]: row["synced_until"] for row in store.rows(sql, [host])}
    probes, files, gaps, scans = (
        _watermarks(store, host, name) for name in ("probe", "experiments", "gaps", "sweep")
    )
    idle = set()
    for probe in (result.probe for result in results if result.probe):
        repo_id = probe["databaseId"]
        state = files.get(repo_id)
        files_are_read = not state or (
            not state["is_wrong"] and state["paths"] == list(github.experiments)
        )
        if (
            repo_id not in unfinished
            and not has_unexplained_gaps(gaps.get(repo_id), scans.get(repo_id))
            and files_are_read
            and not github.may_deploy_silently(probe)
            and _is_unchanged(probes.get(repo_id), probe)
            and _is_settled(probe, synced_until.get(repo_id))
        ):
            idle.add(repo_id)
    return idle


def _watermarks(store: Store, host: str, name: str) -> dict[int, Json]:
    """Return one watermark of every repository, by id."""
    sql = (
        "select scope, value from watermarks "
        "where source = 'github' and name = ? and starts_with(scope, ?)"
    )
    rows = store.rows(sql, [name, f"{host}/"])
    return {int(row["scope"].rpartition("/")[2]): json.loads(row["value"]) for row in rows}


def _is_settled(probe: Json, synced_until: datetime | None) -> bool:
    """Return whether the newest change was older than the replication lag when it was read."""
    if synced_until is None:
        return False
    names = ("issues", "pullRequests", "milestones", "releases", *SEPARATE_LISTS)
    newest = [probe[name].get("nodes") for name in names if probe.get(name)]
    if None in newest:
        return False
    changes = [parse_time(node["updatedAt"]) for nodes in newest for node in nodes]
    return not changes or synced_until >= max(changes) + REPLICATION_LAG


def _is_unchanged(before: Json | None, probe: Json) -> bool:
    """Return whether nothing that a sync reads changed; an archived repository is read once."""
    if before and before["isArchived"] and probe["isArchived"]:
        return all((before[name] is None) == (probe[name] is None) for name in SEPARATE_LISTS)
    return before == probe
