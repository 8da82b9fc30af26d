"""Synthetic company that enters the ledger like a real one; ``build`` writes it.

``Calendar`` has the days of its history, ``EFFECTS`` and ``SPENDING`` the known effects.
"""

from __future__ import annotations

from datetime import date

from collectors.ledger.store import Store, now
from headway.demo.capabilities import plan_capabilities, plan_dead_ends
from headway.demo.company import EFFECTS, HOST, REPOS, people_csv
from headway.demo.customers import plan_customers, plan_discussions
from headway.demo.debt import plan_debt
from headway.demo.documents import add_references, repository_tables, write_imports
from headway.demo.experiments import plan_experiments
from headway.demo.knowledge import write_knowledge
from headway.demo.periods import Calendar
from headway.demo.production import plan_failures, plan_reactions, plan_shipments
from headway.demo.pulse import write_pulse
from headway.demo.spend import SPENDING, tool_decisions, write_spend
from headway.demo.updates import plan_updates
from headway.demo.work import plan_work
from headway.demo.world import World

__all__ = ["EFFECTS", "HOST", "SPENDING", "Calendar", "build", "people_csv", "tool_decisions"]

#: later steps link and extend the items of earlier ones
STEPS = (
    plan_work,
    plan_dead_ends,
    plan_reactions,
    plan_updates,
    plan_shipments,
    plan_failures,
    plan_experiments,
    plan_capabilities,
    plan_debt,
    plan_customers,
    plan_discussions,
)


def build(store: Store, until: date, seed: int = 7, has_effects: bool = True) -> None:
    """Write a history of three and a half years; other rows of the ledger stay.

    The same arguments give the same rows, except in ``loads``. Without effects the rollout of
    coding agents changes nothing.
    """
    started_at = now()
    world = World(until, seed, has_effects)
    for plan in STEPS:
        plan(world)
    world.settle()
    add_references(world)
    by_repo = {repo: repository_tables(world, repo) for repo in REPOS.values()}
    with store.transaction():
        for table in next(iter(by_repo.values())):
            store.delete(table, [{"host": HOST}])
            store.merge(table, [row for tables in by_repo.values() for row in tables[table]])
        for repo, tables in by_repo.items():
            count = sum(len(rows) for rows in tables.values())
            store.record_load("github", repo.full_name, started_at, "read", rows_read=count)
        write_imports(world, store)
        write_knowledge(world, store)
        write_spend(world, seed, store)
        write_pulse(world, seed, has_effects, store)
