"""Delivery of a merge: its release, deployment, durability and areas."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.independent.rework import Rework
from tests.support.independent.view import Pull, Release, Repo

YEAR = timedelta(days=365)
Row = dict[str, object]


def durability(
    repo: Repo, pull: Pull, rework: list[Rework], durable_for: timedelta, cutoff: datetime
) -> str | None:
    """Return what became of a change that was merged into the default branch; None for others."""
    if pull.merged_at is None or not is_for_default_branch(repo, pull):
        return None
    due = pull.merged_at + durable_for
    here = [row for row in rework if row.repo == repo.name]
    if any(row.number == pull.number and pull.merged_at <= row.happened_at < due for row in here):
        return "undone"
    if due > cutoff:
        return "provisional"
    is_watched = any(due - YEAR < row.happened_at <= due for row in here)
    return "durable" if is_watched else "not observable"


def is_for_default_branch(repo: Repo, pull: Pull) -> bool:
    """Return whether its base is the default branch, perhaps under a former name."""
    return pull.base == repo.default_branch or (pull.merge_commit or "") in repo.position


def contents(repo: Repo, oid: str | None) -> tuple[int | None, set[str]]:
    """Return the position from which a commit has the default branch, and what else it has.

    A commit of another branch has it from the newest ancestor that is there; the position is None,
    and nothing is known, where there is none.
    """
    if oid is None or oid in repo.position:
        return repo.position.get(oid or ""), set()
    own, bases, waiting = set[str](), list[int](), [oid]
    while waiting:
        ancestor = waiting.pop()
        if ancestor in repo.position:
            bases.append(repo.position[ancestor])
        elif ancestor in repo.parents and ancestor not in own:
            own.add(ancestor)
            waiting += repo.parents[ancestor]
    return (min(bases), own) if bases else (None, set())


def base(repo: Repo, oid: str | None) -> int | None:
    """Return the position from which a commit has the default branch, None if unknown."""
    return contents(repo, oid)[0]


def contains(repo: Repo, oid: str | None, pull: Pull) -> bool:
    """Return whether a commit has the merge commit, on the default branch or its own."""
    index, own = contents(repo, oid)
    merged = repo.position.get(pull.merge_commit or "")
    return pull.merge_commit in own or (
        index is not None and merged is not None and index <= merged
    )


def first_release(repo: Repo, pull: Pull) -> Release | None:
    """Return the earliest release with a merge.

    Of several at once the one that stands nearest to it, then by tag.
    """
    return first_of_releases(repo, repo.releases, pull)


def first_of_releases(repo: Repo, releases: list[Release], pull: Pull) -> Release | None:
    """Return the earliest of releases with a merge, if another one precedes it."""
    result = [release for release in releases if contains(repo, release.oid, pull)]
    first = min(
        result, key=lambda r: (r.published_at, -(base(repo, r.oid) or 0), r.tag), default=None
    )
    return first if first and has_known_content(repo, releases, first) else None


def has_known_content(repo: Repo, releases: list[Release], release: Release) -> bool:
    """Return whether the contents of a release and of an earlier one are known."""
    here = [r.published_at for r in releases if base(repo, r.oid) is not None]
    return base(repo, release.oid) is not None and min(here) < release.published_at


def first_deployment(repo: Repo, pull: Pull) -> datetime | None:
    """Return the time of the first production deployment with a merge."""
    here = [at for at, oid in repo.deployments if base(repo, oid) is not None]
    first = min((at for at, oid in repo.deployments if contains(repo, oid, pull)), default=None)
    return first if first and min(here) < first else None


def first_shipped(repo: Repo, pull: Pull) -> datetime | None:
    """Return the time of the first release or deployment with a merge, if it is a known one."""
    release, deployed_at = first_release(repo, pull), first_deployment(repo, pull)
    times = [r.published_at for r in repo.releases if contains(repo, r.oid, pull)]
    times += [at for at, oid in repo.deployments if contains(repo, oid, pull)]
    first = min(times, default=None)
    return first if first in (release and release.published_at, deployed_at) else None


def release_rows(repo: Repo, sources: list[Release]) -> list[Row]:
    """Return rows of ``releases``; ``sources`` holds one release for each released pull request."""
    return [
        {
            "repo": repo.name,
            "tag": release.tag,
            "name": release.name,
            "url": f"https://github.com/{repo.name}/releases/tag/{release.tag}",
            "is_prerelease": release.is_prerelease,
            "published_at": release.published_at,
            "pull_request_count": sum(source is release for source in sources)
            if has_known_content(repo, repo.releases, release)
            else None,
        }
        for release in repo.releases
    ]


def area_of(path: str) -> str:
    """Return the first two segments of a file's folder."""
    return "/".join(path.split("/")[:-1][:2]) or "(root)"


def area_rows(repo: Repo, teams: dict[int, object]) -> list[Row]:
    """Return rows of ``pull_request_areas``; ``teams`` by number of the pull request."""
    touched: dict[tuple[object, str], list[datetime]] = {}
    for pull in repo.pulls.values():
        if pull.merged_at:
            for area in {area_of(file[0]) for file in pull.files}:
                touched.setdefault((teams[pull.number], area), []).append(pull.merged_at)
    first_merge = min(
        (pull.merged_at for pull in repo.pulls.values() if pull.merged_at), default=None
    )
    rows: list[Row] = []
    for pull in repo.pulls.values():
        for area in sorted({area_of(file[0]) for file in pull.files}):
            files = [file for file in pull.files if area_of(file[0]) == area]
            is_first: bool | None = None
            team = teams[pull.number]
            if (
                team is not None
                and pull.merged_at
                and first_merge
                and pull.merged_at - first_merge >= YEAR
            ):
                recent = [
                    at for at in touched[team, area] if pull.merged_at - YEAR <= at < pull.merged_at
                ]
                is_first = not recent and any(file[3] != "RENAMED" for file in files)
            rows.append(
                {
                    "repo": repo.name,
                    "number": pull.number,
                    "area": area,
                    "additions": sum(file[1] for file in files),
                    "deletions": sum(file[2] for file in files),
                    "is_first_time": is_first,
                }
            )
    return rows
