"""What goes wrong in production at the demo company: shipments that fail, and what the pager says of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.aftermath import repair, report
from headway.demo.company import REPOS, Repo
from headway.demo.items import Alarm, Change
from headway.demo.sayings import ALARMS, SERVICES
from headway.demo.shipping import carried, tag
from headway.demo.world import Shipment, World

#: which share of what goes out fails: releases carry more than deployments
FAILURE_SHARES = {"web": 0.07, "api": 0.035, "mobile": 0.09, "platform": 0.05}
#: whose shipments fail more often once agents came, and how much more
STRAINED, STRAIN = {"api": "platform", "platform": "platform"}, 1.3
#: how a failure shows: an incident or hotfix that names the change, or an alarm of the pager
SIGNS = {"incident": 0.4, "hotfix": 0.25, "alarm": 0.35}
#: so many are noticed long after it went out
LATE_SHARE = 0.14
#: how the cause of an alarm is written down, in turn
FORMS = ("number", "url", "commit")
#: alarms without a known cause
OTHER_ALARMS = 14


def plan_failures(world: World) -> None:
    """Let some shipments fail, and add the pager's alarms."""
    for name, share in FAILURE_SHARES.items():
        for shipment, changes in carried(world, REPOS[name]):
            causes = [
                change
                for change in changes
                if change.kind in ("feature", "fix", "refactor", "experiment")
            ]
            effect = world.effect(STRAINED.get(name, ""), shipment.out)
            era = shipment.out >= world.rollout
            if causes and world.chance.happens(share * (1 + STRAIN * effect), "failure", name, era):
                _fail(world, shipment, world.chance.rng.choice(causes))
    for _ in range(OTHER_ALARMS):
        repo = REPOS[world.chance.rng.choice(list(SERVICES))]
        _ring(world, repo, world.begin + (world.end - world.begin) * world.chance.rng.random())


def _fail(world: World, shipment: Shipment, cause: Change) -> None:
    chance, rng = world.chance, world.chance.rng
    noticed = shipment.out + timedelta(hours=rng.lognormvariate(2.1, 1.0))
    if chance.happens(LATE_SHARE, "late"):
        noticed += timedelta(days=rng.uniform(8, 20))
    sign = chance.pick(SIGNS, "sign")
    if sign == "incident":
        report(world, cause, noticed)
    elif sign == "hotfix":
        repair(world, cause, noticed, None)
    else:
        names_shipment = shipment.environment is None and chance.happens(0.3, "named")
        _ring(world, shipment.repo, noticed, cause, tag(shipment) if names_shipment else "")


def _ring(
    world: World, repo: Repo, opened: datetime, cause: Change | None = None, release: str = ""
) -> None:
    """Add an alarm of the pager; most are over within hours, and some stay open."""
    rng, opened = world.chance.rng, opened.replace(microsecond=0)
    is_open = world.chance.happens(0.1, "open alarm")
    over = None if is_open else opened + timedelta(minutes=round(60 * rng.lognormvariate(0.6, 1.0)))
    index, severity = len(world.alarms) + 1, rng.choice(("P1", "P2", "P2", "P3"))
    title = f"{rng.choice(ALARMS)} in {SERVICES[repo.name]}"
    form = "release" if release else FORMS[index % len(FORMS)]
    world.alarms.append(
        Alarm(f"Q{index:05d}FERN", title, repo, severity, opened, over, cause, release, form)
    )
