"""A seeded synthetic company that enters through the ledger like a real one: ``ROLLOUT``, ``SPENDING`` tell of it.

Everything is counted back from the last day of its history, so it looks alive whenever it is built.
"""

from __future__ import annotations

from datetime import date

from collectors.ledger.store import Store, now
from headway.demo.aftermath import follow_up, plan_backlog, plan_updates
from headway.demo.capabilities import plan_capabilities, plan_dead_ends, plan_quarters
from headway.demo.company import HOST, REPOS, ROLLOUT, Repo, people_csv, rollout_on
from headway.demo.customers import plan_customers
from headway.demo.debt import plan_debt
from headway.demo.discussions import plan_discussions
from headway.demo.exports import import_exports
from headway.demo.failures import plan_failures
from headway.demo.landings import commit_rows, deployment_rows, history, release_rows
from headway.demo.plan import plan_work
from headway.demo.rows import Json, change_row, count_rows, cross_reference, repository_row
from headway.demo.shipping import plan_shipments
from headway.demo.spend_facts import SPENDING, tool_decisions
from headway.demo.spend_ledger import write_spend
from headway.demo.tracker_rows import discussion_row, issue_row, milestone_row
from headway.demo.trials import plan_experiments
from headway.demo.world import Chance, World

__all__ = ["HOST", "ROLLOUT", "SPENDING", "build", "people_csv", "rollout_on", "tool_decisions"]


def build(store: Store, until: date, seed: int = 7) -> None:
    """Put two years of the company's history, to the end of the day ``until``, into the ledger; the rest of it stays.

    The same seed and day give the same rows, but for ``loads``.
    """
    started_at = now()
    world = World(until, Chance(seed))
    plan_work(world)
    plan_dead_ends(world)
    follow_up(world)
    plan_updates(world)
    plan_backlog(world)
    plan_shipments(world)
    plan_failures(world)
    plan_experiments(world)
    plan_capabilities(world)
    plan_debt(world)
    plan_customers(world)
    plan_discussions(world)
    plan_quarters(world)
    world.settle()
    cross_reference(world)
    by_key = {repo: _tables(world, repo) for repo in REPOS.values()}
    with store.transaction():
        for table in next(iter(by_key.values())):
            store.delete(table, [{"host": HOST}])
            store.merge(table, [row for tables in by_key.values() for row in tables[table]])
        for repo, tables in by_key.items():
            count = sum(len(rows) for rows in tables.values())
            store.record_load("github", repo.full_name, started_at, "read", rows_read=count)
        import_exports(world, store)
        write_spend(world, seed, store)


def _tables(world: World, repo: Repo) -> dict[str, list[Json]]:
    """The rows of one repository, by table."""
    issues = sorted(
        (issue for issue in world.issues if issue.repo is repo), key=lambda issue: issue.number
    )
    changes = sorted(
        (change for change in world.changes if change.repo is repo),
        key=lambda change: change.number,
    )
    landings = history(world, repo, changes)
    discussions = sorted(
        (row for row in world.discussions if row.repo is repo), key=lambda row: row.number
    )
    milestones = sorted(
        (row for row in world.milestones if row.repo is repo), key=lambda row: row.number
    )
    tables = {
        "github_issues": [issue_row(world, issue) for issue in issues],
        "github_pull_requests": [change_row(world, change) for change in changes],
        "github_milestones": [milestone_row(world, milestone) for milestone in milestones],
        "github_discussions": [discussion_row(world, discussion) for discussion in discussions],
        "github_commits": commit_rows(repo, landings),
        "github_releases": release_rows(world, repo, landings),
        "github_deployments": deployment_rows(world, repo, landings),
    }
    counts = count_rows(world, repo, tables)
    return {
        "github_repositories": [repository_row(world, repo, tables)],
        "github_counts": counts,
    } | tables
