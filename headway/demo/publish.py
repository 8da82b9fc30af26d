"""The demo company published: its ledger, settings and snapshot in a folder of their own."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from collectors.people import load as load_people
from headway import demo
from headway.config.compiled import compile_rules
from headway.config.paths import DataPaths
from headway.demo.company import month_start
from queries.publish.publish import Source, publish
from queries.publish.settings import (
    Budget,
    Expectation,
    PublishSettings,
    Rollout,
    ToolDecision,
)


def demo_settings(until: date) -> PublishSettings:
    """Return the settings of the demo company."""
    days, effects = demo.Calendar(until), demo.EFFECTS
    first = (days.rollout + timedelta(weeks=1)).replace(day=1)
    raised = month_start(first, -demo.SPENDING.raised_after_months)
    return PublishSettings(
        rollouts=(
            Rollout(
                name="Coding agents",
                on=days.rollout,
                transition_days=effects.transition_days,
                teams=effects.teams,
            ),
        ),
        budgets=(
            Budget(first, demo.SPENDING.budget_usd, is_from=True),
            Budget(raised, demo.SPENDING.raised_usd, is_from=True),
        ),
        tool_decisions=tuple(ToolDecision(*item) for item in demo.tool_decisions(until)),
        expectations=_expectations(days.rollout, until),
    )


def _expectations(rollout: date, until: date) -> tuple[Expectation, ...]:
    """Return what is expected of agents: one is met, one missed and one not proven."""
    soon = rollout + timedelta(weeks=13, days=-1)
    sunday = until - timedelta(weeks=6)
    sunday -= timedelta(days=sunday.isoweekday() % 7)
    return (
        Expectation(
            "offload_share",
            0.05,
            soon,
            owner="VP Engineering",
            why="Agents take real work in their first quarter",
            from_on=rollout,
        ),
        Expectation(
            "offload_share",
            0.08,
            sunday,
            owner="VP Engineering",
            why="Agents keep their share once they are usual",
            from_on=rollout,
        ),
        Expectation(
            "offload_share",
            0.8,
            sunday,
            category="routine tests",
            owner="QA lead",
            why="Engineers design; agents write fixtures",
            from_on=rollout,
        ),
    )


def build_demo(data: Path, until: date, seed: int = 7, has_effects: bool = True) -> Path:
    """Build the demo company in ``DIR/demo``, and return the published file.

    Without effects nothing changes with the rollout.
    """
    paths = DataPaths(data / "demo", Path())
    with refresh_lock(paths.data):
        for stale in (paths.ledger, Path(f"{paths.ledger}.wal")):
            stale.unlink(missing_ok=True)
        paths.seeds.mkdir(parents=True, exist_ok=True)
        paths.people.write_text(demo.people_csv(until), encoding="utf-8")
        with open_ledger(paths.ledger, version("headway")) as ledger:
            demo.build(ledger, until, seed, has_effects)
            load_people(paths.people, ledger)
            key = ledger.secret("pseudonyms")
        settings = dataclasses.replace(demo_settings(until), rules=compile_rules(paths.seeds))
        source = Source(paths.ledger, settings, key, version("headway"), is_synthetic=True)
        return publish(source, paths.data, until)
