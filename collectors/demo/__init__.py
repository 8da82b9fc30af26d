"""A seeded synthetic company that enters through the ledger like a real one: see ``ROLLOUT`` for what it shows.

Everything is counted back from the last day of its history, so it looks alive whenever it is built.
"""

from __future__ import annotations

from datetime import date

from collectors.demo.aftermath import follow_up, plan_backlog, plan_updates
from collectors.demo.company import HOST, REPOS, ROLLOUT, Repo, people_csv, rollout_on
from collectors.demo.plan import plan_work
from collectors.demo.rows import (
    Json,
    change_row,
    commit_rows,
    cross_reference,
    deployment_rows,
    history,
    issue_row,
    release_rows,
    repository_row,
)
from collectors.demo.world import Chance, World
from collectors.store import Store, now

__all__ = ["HOST", "ROLLOUT", "build", "people_csv", "rollout_on"]


def build(store: Store, until: date, seed: int = 7) -> None:
    """Put two years of the company's history, to the end of the day ``until``, into the ledger; the rest of it stays.

    The same seed and day give the same rows, but for ``loads``.
    """
    started_at = now()
    world = World(until, Chance(seed))
    plan_work(world)
    follow_up(world)
    plan_updates(world)
    plan_backlog(world)
    world.settle()
    found = {repo: _tables(world, repo) for repo in REPOS.values()}
    with store.transaction():
        for table in next(iter(found.values())):
            store.delete(table, [{"host": HOST}])
            store.merge(table, [row for tables in found.values() for row in tables[table]])
        for repo, tables in found.items():
            count = sum(len(rows) for rows in tables.values())
            store.record_load("github", repo.full_name, started_at, "read", rows_read=count)


def _tables(world: World, repo: Repo) -> dict[str, list[Json]]:
    """The rows of one repository, by table."""
    issues = sorted((issue for issue in world.issues if issue.repo is repo), key=lambda issue: issue.number)
    changes = sorted((change for change in world.changes if change.repo is repo), key=lambda change: change.number)
    cross_reference(repo, [*issues, *changes])
    landings = history(world, repo, changes)
    tables = {
        "github_issues": [issue_row(world, issue) for issue in issues],
        "github_pull_requests": [change_row(world, change) for change in changes],
        "github_commits": commit_rows(repo, landings),
        "github_releases": release_rows(world, repo, landings),
        "github_deployments": deployment_rows(world, repo, landings),
    }
    return {"github_repositories": [repository_row(world, repo, tables)]} | tables
