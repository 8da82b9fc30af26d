"""Production of the demo company: releases, deployments, failures, reverts and hotfixes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from headway.demo.company import CODE_REPOS, DATA, EFFECTS, HOST, Repo, is_workday, later
from headway.demo.items import Change, File, Issue, Shipment
from headway.demo.world import World

PRODUCTION, STAGING = "production", "staging"
#: how a deployment to production ends; a stuck one has no end
FATES = {"success": 0.925, "second try": 0.015, "failure": 0.04, "error": 0.012, "stuck": 0.008}
RESTORED_THE_SAME_DAY = 0.75
#: relative number of other failures: before the rollout, in its quarter, and later
STRAIN = (1.0, 2.0, 1.0)
SIGNS = {"incident": 0.4, "hotfix": 0.25, "alarm": 0.35}
LATE_SHARE, OTHER_ALARMS = 0.14, 24
NAMES_OF_CAUSES = (
    "{item.repo.full_name}#{item.number}",
    "{item.repo.url}/pull/{item.number}",
    "{item.oid}",
)
INCIDENT_SHARE, HOTFIX_SHARE = 0.012, 0.008


def plan_reactions(world: World) -> None:
    """Add reverts, incidents and hotfixes of merged changes."""
    rng = world.rng
    for at, change in world.merged():
        share = world.guarded(EFFECTS.reverted, change.team, at)
        if change.repo.name == "docs":
            continue  # pages are corrected, never reverted
        if world.happens(share):
            _revert(world, change, at)
        elif change.kind in ("feature", "fix", "refactor"):
            if world.happens(INCIDENT_SHARE):
                _report(world, change, at + timedelta(hours=rng.lognormvariate(1.8, 0.9)))
            elif world.happens(HOTFIX_SHARE):
                _repair(world, change, at + timedelta(hours=rng.uniform(3, 60)))


def _follow(
    world: World, cause: Change, opened: datetime, title: str, files: list[File], minutes: float
) -> Change:
    """Add a change of the same team that is merged within the hour, mostly approved."""
    rng, crew = world.rng, world.members(cause.team, opened)
    person = rng.choice([*[cause.person] * 3, *crew])
    change = Change(
        *(cause.repo, opened, person.login, title),
        kind="fix",
        component=cause.component,
        team=cause.team,
        person=person,
        oid=world.oid(),
        files=files,
        ready=opened,
    )
    written = opened - timedelta(minutes=rng.randint(1, 60))
    change.commits.append((written, title, person.login))
    span = timedelta(minutes=5 + minutes * rng.lognormvariate(0, 0.8))
    change.merged, change.merged_by = opened + span, person.login
    if world.happens(0.9):
        reviewer = rng.choice([member for member in crew if member != person])
        approved = opened + span * rng.uniform(0.3, 0.9)
        change.reviews.append((approved, reviewer.login, "APPROVED"))
    world.changes.append(change)
    return change


def _revert(world: World, cause: Change, at: datetime) -> None:
    """Revert a change by a pull request, or sometimes by a pushed commit."""
    rng = world.rng
    undone = later(at + timedelta(hours=rng.lognormvariate(3.1, 1.0)), 0.2, cause.person.zone)
    title = f'Revert "{cause.title}"'
    message = f"{title}\n\nThis reverts commit {cause.oid}."
    if world.happens(0.08):
        world.pushes.append((cause.repo, undone, world.oid(), message))
        return
    inverse = {"ADDED": "DELETED", "DELETED": "ADDED"}
    files = [(path, deleted, added, inverse.get(k, k)) for path, added, deleted, k in cause.files]
    change = _follow(world, cause, undone, title, files, minutes=45)
    change.commits = [(at, message, login) for at, _, login in change.commits]
    change.kind, change.reverts = "revert", cause
    change.body = rng.choice(DATA["revert_reasons"])
    change.notes.append((f"Reverts {cause.repo.full_name}#%d", cause))


def _report(world: World, cause: Change, noticed: datetime) -> None:
    """Add an incident that mostly names its cause, and mostly a hotfix that closes it."""
    rng = world.rng
    title = world.describe(DATA["issues"]["incident"], component=cause.component)
    severity = rng.choice(("sev-1", "sev-2", "sev-2", "sev-3"))
    login = world.member(cause.team, noticed).login
    body = "Noticed by the alert; customers are affected."
    incident = world.open_issue(cause.repo, noticed, title, body, "incident", severity, by=login)
    if world.happens(0.8):
        note = rng.choice(("Started after #%d went out.", "Caused by #%d."))
        incident.notes.append((note, cause))
    if world.happens(0.6):
        _repair(world, cause, noticed + timedelta(hours=rng.uniform(0.5, 5)), incident)
    else:
        incident.close(noticed + timedelta(hours=rng.lognormvariate(1.2, 0.9)), login)


def _repair(world: World, cause: Change, opened: datetime, incident: Issue | None = None) -> None:
    """Add a hotfix that names the change it repairs."""
    rng, title = world.rng, world.describe(DATA["hotfixes"], component=cause.component)
    files = [(cause.files[0][0], rng.randint(1, 14), rng.randint(0, 9), "MODIFIED")]
    change = _follow(world, cause, opened, title, files, minutes=70)
    change.branch = f"hotfix/{cause.component.replace(' ', '-')}"
    change.labels = ("hotfix",) if world.happens(0.7) else ()
    if incident:
        change.link(incident, "Fixes #%d")
    change.notes.append((rng.choice(("Regression from #%d.", "Repairs #%d.")), cause))


def plan_shipments(world: World) -> None:
    """Add the releases and deployments of each repository."""
    rng = world.rng
    for repo in CODE_REPOS:
        cut = world.begin + timedelta(days=3, hours=10)
        while repo.release_days and cut < world.end:
            world.shipments.append(Shipment(repo, cut, later(cut, rng.uniform(0.3, 5.0))))
            cut += timedelta(days=repo.release_days + rng.choice((-1, 0, 0, 0, 1)))
        day = world.begin + timedelta(days=1)
        while repo.has_deployments and day < world.end:
            if is_workday(day.date()) and world.happens(0.8):
                start = day + timedelta(hours=9, minutes=rng.randrange(300))
                _deploy(
                    world, repo, start, STAGING, "success" if world.happens(0.97) else "failure"
                )
                start += timedelta(minutes=rng.randint(20, 150))
                fate = world.pick(FATES)
                _deploy(world, repo, start, PRODUCTION, fate)
                if fate in ("failure", "error") and world.happens(RESTORED_THE_SAME_DAY):
                    again = start + timedelta(minutes=25 + 80 * rng.lognormvariate(0, 0.7))
                    _deploy(world, repo, again, PRODUCTION, "success")
            day += timedelta(days=1)


def _deploy(world: World, repo: Repo, start: datetime, environment: str, fate: str) -> None:
    """Add a deployment with its states."""
    rng = world.rng
    ended = start + timedelta(seconds=rng.randint(120, 900))
    queued, running = timedelta(seconds=2), timedelta(seconds=15)
    states = [(start + queued, "QUEUED"), (start + running, "IN_PROGRESS")]
    if fate == "second try":
        states += [(ended, "FAILURE"), (ended + timedelta(minutes=6), "IN_PROGRESS")]
        ended += timedelta(minutes=rng.randint(9, 30))
        fate = "success"
    if fate != "stuck":
        states.append((ended, fate.upper()))
    world.shipments.append(Shipment(repo, start, ended, environment, states))


def _contents(world: World, repo: Repo) -> Iterable[tuple[Shipment, list[Change]]]:
    """Yield the shipments that reached customers, each with the changes that are new in it."""
    changes = [row for row in world.merged() if row[1].repo is repo]
    environment, since = PRODUCTION if repo.has_deployments else "", world.begin
    for shipment in sorted(world.shipments, key=lambda row: row.cut):
        is_live = not shipment.states or shipment.states[-1][1] == "SUCCESS"
        is_live = is_live and shipment.live < world.end
        if shipment.repo is repo and shipment.environment == environment and is_live:
            yield shipment, [change for at, change in changes if since < at <= shipment.cut]
            since = shipment.cut


def plan_failures(world: World) -> None:
    """Let some shipments fail, and add the pager's alarms."""
    kinds = ("feature", "fix", "refactor", "experiment")
    for repo in CODE_REPOS:
        for shipment, changes in _contents(world, repo):
            causes = [change for change in changes if change.kind in kinds]
            share = repo.failure_share * world.guarded(STRAIN, repo.owner, shipment.live)
            if causes and world.happens(share):
                _fail(world, shipment, world.rng.choice(causes))
    for _ in range(OTHER_ALARMS):
        _ring(world, world.rng.choice(CODE_REPOS), world.at(world.rng.random()))


def _fail(world: World, shipment: Shipment, cause: Change) -> None:
    """Add the incident, hotfix or alarm that follows a failure."""
    noticed = shipment.live + timedelta(hours=world.rng.lognormvariate(2.1, 1.0))
    if world.happens(LATE_SHARE):
        noticed += world.span(8, 20)
    sign = world.pick(SIGNS)
    if sign == "incident":
        _report(world, cause, noticed)
    elif sign == "hotfix":
        _repair(world, cause, noticed)
    else:
        is_release = not shipment.environment and world.happens(0.3)
        _ring(world, shipment.repo, noticed, cause, shipment.tag if is_release else "")


def _ring(
    world: World, repo: Repo, opened: datetime, cause: Change | None = None, release: str = ""
) -> None:
    """Add an incident of the pager; it names its cause in different forms."""
    rng, opened, index = world.rng, opened.replace(microsecond=0), len(world.alarms) + 1
    resolved = opened + timedelta(minutes=round(60 * rng.lognormvariate(0.6, 1.0)))
    is_open = world.happens(0.1) or resolved >= world.end
    key = f"Q{index:05d}FERN"
    alarm = {
        "key": key,
        "title": f"{rng.choice(DATA['alarms'])} in {repo.service}",
        "url": f"https://pager.{HOST}/incidents/{key}",
        "service": repo.service,
        "severity": rng.choice(("P1", "P2", "P2", "P3")),
        "opened_at": opened,
        "resolved_at": None if is_open else resolved,
        "caused_by": f"{repo.full_name}@{release}" if release else NAMES_OF_CAUSES[index % 3],
        "updated_at": opened if is_open else resolved,
    }
    world.alarms.append((alarm, cause))
