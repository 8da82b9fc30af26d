"""How the demo company's work goes out: releases, and deployments that fail now and then and are restored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from headway.demo.company import HOME, REPOS, Repo, is_workday, later
from headway.demo.items import Change
from headway.demo.world import Shipment, World

#: after the tip of a release is cut, it takes so many hours to come out
PUBLISHING_HOURS = (0.3, 5.0)
PRODUCTION, STAGING = "production", "staging"
#: how a deployment to production goes: at once, after a second try, not at all, or without an end
FATES = {"fine": 0.925, "second try": 0.015, "failure": 0.04, "error": 0.012, "stuck": 0.008}
RESTORED_THE_SAME_DAY = 0.75


def plan_shipments(world: World) -> None:
    """Add when each repository releases and deploys; with nothing new since the last time, a turn is left out."""
    for repo in REPOS.values():
        if repo.release_days:
            _plan_releases(world, repo, repo.release_days)
        if repo.has_deployments:
            _plan_deployments(world, repo)


def _plan_releases(world: World, repo: Repo, days: int) -> None:
    rng, cut = world.chance.rng, world.begin + timedelta(days=3, hours=10)
    while cut < world.end:
        world.shipments.append(
            Shipment(repo, cut, later(cut, rng.uniform(*PUBLISHING_HOURS), HOME))
        )
        cut += timedelta(days=days + rng.choice((-1, 0, 0, 0, 1)))


def _plan_deployments(world: World, repo: Repo) -> None:
    """To staging, then to production, most working days."""
    chance, rng, day = world.chance, world.chance.rng, world.begin + timedelta(days=1)
    while day < world.end:
        if is_workday(day.date()) and rng.random() < 0.8:
            start = day + timedelta(hours=9, minutes=rng.randrange(300))
            world.shipments.append(
                _deployment(rng, repo, start, STAGING, "fine" if rng.random() < 0.97 else "failure")
            )
            start += timedelta(minutes=rng.randint(20, 150))
            fate = chance.pick(FATES, "deployment", repo.name)
            world.shipments.append(_deployment(rng, repo, start, PRODUCTION, fate))
            if fate in ("failure", "error") and rng.random() < RESTORED_THE_SAME_DAY:
                again = start + timedelta(minutes=25 + 80 * rng.lognormvariate(0, 0.7))
                world.shipments.append(_deployment(rng, repo, again, PRODUCTION, "fine"))
        day += timedelta(days=1)


def _deployment(rng: Random, repo: Repo, start: datetime, environment: str, fate: str) -> Shipment:
    """A deployment with the states that it goes through."""
    ended = start + timedelta(seconds=rng.randint(120, 900))
    steps = [
        (start + timedelta(seconds=2), "QUEUED"),
        (start + timedelta(seconds=15), "IN_PROGRESS"),
    ]
    if fate == "second try":
        steps += [(ended, "FAILURE"), (ended + timedelta(minutes=6), "IN_PROGRESS")]
        ended += timedelta(minutes=rng.randint(9, 30))
    if fate != "stuck":
        steps.append((ended, fate.upper() if fate in ("failure", "error") else "SUCCESS"))
    return Shipment(repo, start, ended, environment, steps)


def tag(shipment: Shipment) -> str:
    """Return the tag of a release: the day on which it was cut."""
    return f"v{shipment.cut:%Y.%-m.%-d}"


def carried(world: World, repo: Repo) -> Iterable[tuple[Shipment, list[Change]]]:
    """Yield what brought a repository's work to customers, each with the pull requests that came with it first."""
    way = PRODUCTION if repo.has_deployments else None
    changes = [
        change
        for change in world.changes
        if change.repo is repo and change.merged and change.base == "main"
    ]
    since = world.begin
    for shipment in sorted(world.shipments, key=lambda result: result.cut):
        is_fine = not shipment.states or shipment.states[-1][1] == "SUCCESS"
        if (
            shipment.repo is repo
            and shipment.environment == way
            and is_fine
            and shipment.out < world.end
        ):
            yield (
                shipment,
                [
                    change
                    for change in changes
                    if change.merged and since < change.merged <= shipment.cut
                ],
            )
            since = shipment.cut
