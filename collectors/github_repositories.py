"""Which repositories of a GitHub are read, and which of them changed: the probe of many in one request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from collectors.github_api import Answer, Api, Json, TooMuchError
from collectors.github_details import TABLES
from collectors.github_feed import SETTLED, moment
from collectors.github_names import in_short
from collectors.github_pass import ATTEMPTS, MINE, OUTDATED_DEPLOYMENTS
from collectors.github_queries import DETAILS_VERSION, Part, compose, organization_part, repository_part
from collectors.github_sweep import is_called_for
from collectors.github_walks import Scope
from collectors.store import Store, now

REPOSITORIES_AT_ONCE = 50
#: lists that are asked for apart, by the alias and the fragment of their probe
APART = {"deployments": ("d", "DeploymentProbe"), "discussions": ("c", "DiscussionProbe")}


@dataclass(frozen=True)
class GitHub:
    """What to read from one GitHub: ``owner/name`` repositories, and owners whose repositories are all read."""

    base_url: str
    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    #: of the owners' repositories those whose whole name the one expression matches and the other does not
    included: str = ".*"
    excluded: str = ""
    #: whether forks of the owners are read
    forks: bool = False
    keep_bodies: bool = True
    #: words worth keeping where bodies are not (regular expressions)
    markers: tuple[str, ...] = ()
    #: files and folders of the default branch that hold experiments
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """How one repository went: status 'read', 'unchanged' or 'failed', rows read, and the one line that explains."""

    repo: str
    status: str
    rows: int
    message: str = ""


def expand(api: Api, source: GitHub) -> tuple[list[str], list[Result]]:
    """Return the repositories asked for, those of owners included, and a failure for each owner that is not there."""
    names, failed = dict.fromkeys(source.repos), []
    for org in source.orgs:
        cursor: str | None = None
        while True:
            answer = api.graphql(*compose([organization_part(org, cursor)]))
            owner = answer.data.get("owner")
            if owner is None:
                failed.append(
                    Result(
                        org, "failed", 0, f"{api.host}: no owner {org!r} that this token may see; check [github] orgs"
                    )
                )
                break
            page = owner["repositories"]
            names |= dict.fromkeys(node["nameWithOwner"] for node in page["nodes"] if node and _is_wanted(source, node))
            if not page["pageInfo"]["hasNextPage"]:
                break
            cursor = page["pageInfo"]["endCursor"]
    return list(names), failed


def _is_wanted(source: GitHub, node: Json) -> bool:
    """Whether the settings want a repository that comes with its owner."""
    name = node["nameWithOwner"]
    is_named = re.fullmatch(source.included, name, re.I) and not re.fullmatch(source.excluded, name, re.I)
    return bool(is_named) and (source.forks or not node["isFork"])


def probe_all(api: Api, names: Sequence[str]) -> Iterable[tuple[str, Json | None, datetime, str]]:
    """Yield for each repository what shows a change (None where it is not there), GitHub's clock, and the problem."""
    size = REPOSITORIES_AT_ONCE
    waiting, seen = list(names), set()
    while waiting:
        asked, waiting = waiting[:size], waiting[size:]
        parts: list[Part] = []
        for index, repo in enumerate(asked):
            parts.append(repository_part(f"r{index}", repo, "...Probe"))
            parts += [repository_part(f"{alias}{index}", repo, f"...{name}") for alias, name in APART.values()]
        try:
            answer = api.graphql(*compose(parts), shrinkable=len(asked) > 1)
        except TooMuchError:
            size, waiting = max(1, size // 2), asked + waiting
            continue
        date = parsedate_to_datetime(answer.date).replace(tzinfo=None) if answer.date else now()
        for index, repo in enumerate(asked):
            found = _probed(answer, index)
            if found and found["databaseId"] in seen:
                continue  # named twice: under an old name and the present one
            if found:
                seen.add(found["databaseId"])
            yield repo, found, date, "" if found else _probe_problem(api, answer, index, repo)


def _probed(answer: Answer, index: int) -> Json | None:
    found: Json | None = answer.data.get(f"r{index}")
    if found is None or answer.problems(f"r{index}"):
        return None
    found |= {"labels": in_short(found["labels"])}
    return found | {name: (answer.data.get(f"{alias}{index}") or {}).get(name) for name, (alias, _) in APART.items()}


def _probe_problem(api: Api, answer: Answer, index: int, repo: str) -> str:
    problem = next(iter(answer.problems(f"r{index}")), {})
    if problem.get("type") == "NOT_FOUND":
        return f"{api.host}: no repository {repo} that this token may see; check its name under [github] repos"
    said = problem.get("message") or "no answer"
    return f"{api.host}: {repo} could not be read ({said}); check the token's permissions"


def mark_gone(store: Store, host: str, repo: str, problem: str) -> Result:
    """Return a repository that did not answer as failed; one that was read before is marked as gone."""
    known = store.rows("select host, repo_id from github_repositories where host = ? and repo = ?", [host, repo])
    store.merge("github_repositories", [row | {"gone_at": now()} for row in known])
    return Result(repo, "failed", 0, problem)


def keep(store: Store, scope: Scope, asked_as: str, probe: Json, observed_until: datetime | None) -> None:
    """Keep what a repository is, and until when it was read where nothing is left to read."""
    row = scope.key | {"repo": scope.repo, "asked_as": asked_as, "node": probe, "fetched_at": now(), "gone_at": None}
    store.merge("github_repositories", [row | ({"observed_until": observed_until} if observed_until else {})])


def is_idle(store: Store, scope: Scope, probe: Json, experiments: Sequence[str]) -> bool:
    """Return whether nothing changed since the last complete pass, and nothing is left to read."""
    if store.watermark("github", scope.mark, "probe") != probe:
        return False
    files = store.watermark("github", scope.mark, "experiments")
    if files and (files["is_wrong"] or files["paths"] != list(experiments)):
        return False
    names = ("issues", "pullRequests", "milestones", "releases", *APART)
    lists = [probe[name] for name in names if probe.get(name)]
    newest = max((moment(node["updatedAt"]) for found in lists for node in found["nodes"]), default=None)
    sql = "select observed_until from github_repositories where host = $host and repo_id = $repo_id"
    read = store.rows(sql, scope.key)
    if newest and (not read or read[0]["observed_until"] < newest + SETTLED):
        return False
    asked = scope.key | {"attempts": ATTEMPTS, "version": DETAILS_VERSION}
    queued = f"select 1 from github_queue {MINE} and attempts < $attempts"
    outdated = [
        f"select 1 from {table} {MINE} and details_version < $version and gone_at is null" for table in TABLES.values()
    ]
    left = store.rows(" union all ".join([queued, *outdated]), asked)
    left += store.rows(OUTDATED_DEPLOYMENTS, scope.key)
    return not left and not is_called_for(store, scope)
