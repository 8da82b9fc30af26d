"""What follows from the demo company's work: reverts, incidents, hotfixes, backports, bot updates and the backlog."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from headway.demo.company import HOME, REPOS, ROLLOUT, Person, Repo, later
from headway.demo.items import Change, Issue
from headway.demo.words import DEPENDENCIES, HOTFIXES, ISSUES, SEEN
from headway.demo.world import World

ECOSYSTEMS = {"web": "npm_and_yarn", "api": "pip", "mobile": "gradle"}
UPDATES_A_WEEK = 1.1
BACKLOG_A_WEEK = 2
REVERT_REASONS = (
    "",
    "",
    "Errors went up right after the release.",
    "Breaks the nightly run, more later.",
)
Versions = dict[str, tuple[int, ...]]
INCIDENT_SHARE, HOTFIX_SHARE, BACKPORT_SHARE = 0.012, 0.008, 0.06


def follow_up(world: World) -> None:
    """Add what merged changes lead to."""
    chance = world.chance
    merged = [
        (change.merged, change)
        for change in world.changes
        if change.merged and change.merged < world.end
    ]
    for at, change in sorted(merged, key=lambda pair: pair[0]):
        era, effect = at >= world.rollout, world.effect(change.team, at)
        share = (
            ROLLOUT.revert_share_before
            + (ROLLOUT.revert_share_after - ROLLOUT.revert_share_before) * effect
        )
        if change.repo.name == "docs":
            continue  # a wrong page is corrected, so that nothing there tells whether work lasts
        if chance.happens(share, "revert", change.team, era):
            _revert(world, change, at)
        elif change.kind in ("feature", "fix", "refactor"):
            if chance.happens(INCIDENT_SHARE, "incident", change.team):
                report(world, change, at + timedelta(hours=chance.rng.lognormvariate(1.8, 0.9)))
            elif chance.happens(HOTFIX_SHARE, "hotfix", change.team):
                repair(world, change, at + timedelta(hours=chance.rng.uniform(3, 60)), None)
        if (
            change.repo.name == "mobile"
            and change.kind == "fix"
            and chance.happens(BACKPORT_SHARE, "backport")
        ):
            _backport(world, change, at)


def _quick(world: World, change: Change, person: Person, minutes: float) -> None:
    """Merge it within the hour or so, mostly with somebody's approval, and add it."""
    rng, opened = world.chance.rng, change.opened
    change.ready, change.merged_by = opened, person.login
    change.merged = opened + timedelta(minutes=5 + minutes * rng.lognormvariate(0, 0.8))
    if rng.random() < 0.75:
        rest_rows = [p for p in world.members(change.team, opened.date()) if p != person]
        approved = opened + (change.merged - opened) * rng.uniform(0.3, 0.9)
        change.reviews.append((approved, rng.choice(rest_rows).login, "APPROVED"))
    world.changes.append(change)


def _follower(
    world: World, cause: Change, opened: datetime, title: str, body: str, kind: str
) -> Change:
    """A change by the same team, about an earlier one."""
    person = world.chance.rng.choice(
        [*[cause.person] * 3, *world.members(cause.team, opened.date())]
    )
    return Change(
        repo=cause.repo,
        opened=opened,
        author=person.login,
        title=title,
        body=body,
        labels=(),
        kind=kind,
        team=cause.team,
        person=person,
        branch="",
        files=[],
        oid=world.chance.oid(),
    )


def _revert(world: World, cause: Change, at: datetime) -> None:
    """Undo a change: by the button, or now and then by a commit pushed without a pull request."""
    chance, rng = world.chance, world.chance.rng
    undone = later(at + timedelta(hours=rng.lognormvariate(3.1, 1.2)), 0.2, cause.person.zone)
    if world.is_archived(cause.repo, undone):
        return
    message = f'Revert "{cause.title}"\n\nThis reverts commit {cause.oid}.'
    if chance.happens(0.08, "push"):
        world.pushes.append((cause.repo.name, undone, chance.oid(), message))
        return
    change = _follower(
        world, cause, undone, f'Revert "{cause.title}"', rng.choice(REVERT_REASONS), "revert"
    )
    change.reverts = cause
    change.notes.append((f"Reverts {cause.repo.full_name}#%d", cause))
    change.files = [
        (path, deletions, additions, _undone(kind))
        for path, additions, deletions, kind in cause.files
    ]
    change.commits.append((undone - timedelta(seconds=20), message, change.author))
    _quick(world, change, change.person, 45)


def _undone(kind: str) -> str:
    return {"ADDED": "DELETED", "DELETED": "ADDED"}.get(kind, kind)


def report(world: World, cause: Change, noticed: datetime) -> None:
    """Add an incident that names the change, mostly, and a hotfix that closes it, mostly."""
    rng = world.chance.rng
    phrase = rng.choice(ISSUES["incident"]).format(thing=cause.thing)
    author = rng.choice(world.members(cause.team, noticed.date())).login
    labels = ("incident", rng.choice(("sev-1", "sev-2", "sev-2", "sev-3")))
    body = "Noticed by the alert; customers are affected."
    incident = Issue(cause.repo, noticed, author, phrase[0].upper() + phrase[1:], body, labels)
    if rng.random() < 0.8:
        incident.notes.append(
            (rng.choice(("Started after #%d went out.", "Caused by #%d.")), cause)
        )
    world.issues.append(incident)
    over = noticed + timedelta(hours=rng.lognormvariate(1.2, 0.9))
    if rng.random() < 0.6:
        repair(world, cause, noticed + timedelta(hours=rng.uniform(0.5, 5)), incident)
    else:
        incident.close(over, author)


def repair(world: World, cause: Change, opened: datetime, incident: Issue | None) -> None:
    """Add a hotfix that names the change it repairs."""
    rng = world.chance.rng
    thing = cause.thing
    change = _follower(world, cause, opened, rng.choice(HOTFIXES).format(thing=thing), "", "fix")
    change.branch = f"hotfix/{thing.replace(' ', '-')}"
    change.labels = ("hotfix",) if rng.random() < 0.7 else ()
    if incident:
        change.link(incident, "Fixes #%d")
    change.notes.append((rng.choice(("Repairs what #%d broke.", "Regression from #%d.")), cause))
    path = cause.files[0][0]
    change.files = [(path, rng.randint(1, 14), rng.randint(0, 9), "MODIFIED")]
    change.commits.append(
        (opened - timedelta(minutes=rng.randint(5, 90)), change.title, change.author)
    )
    _quick(world, change, change.person, 70)


def _backport(world: World, cause: Change, at: datetime) -> None:
    """Bring a fix to the release branch of the app."""
    opened = later(at, world.chance.rng.uniform(0.3, 6), cause.person.zone)
    change = _follower(
        world,
        cause,
        opened,
        f"{cause.title} (backport)",
        "Same change for the release branch.",
        "fix",
    )
    weeks = int((opened - world.begin) / timedelta(weeks=2))
    change.base, change.branch = (
        f"release/{1 + weeks // 20}.{weeks % 20}",
        f"backport/{cause.branch.split('/')[-1]}",
    )
    change.files = list(cause.files)
    change.notes.append(("Backport of #%d", cause))
    change.commits.append((opened - timedelta(minutes=3), cause.title, change.author))
    _quick(world, change, change.person, 120)


# -- update bots ------------------------------------------------------------------------------------------------------


def plan_updates(world: World) -> None:
    """Add the pull requests of dependabot and renovate, and what becomes of them."""
    rng = world.chance.rng
    for repo in REPOS.values():
        packages = DEPENDENCIES.get(repo.name, ("", "", ()))[2]
        versions: Versions = {name: (rng.randint(0, 9), rng.randint(0, 20), 0) for name in packages}
        at = world.begin
        while repo.update_bot:
            at += timedelta(days=rng.expovariate(UPDATES_A_WEEK / 7))
            if at >= world.end:
                break
            opened = at.replace(
                hour=4 + rng.randrange(3), minute=rng.randrange(60), second=rng.randrange(60)
            )
            if opened >= world.begin:
                world.changes.append(_update(world, repo, opened.replace(microsecond=0), versions))


def _update(world: World, repo: Repo, opened: datetime, versions: Versions) -> Change:
    rng = world.chance.rng
    manifest, lock, _ = DEPENDENCIES[repo.name]
    name = rng.choice(list(versions))
    old, new, step = _next_version(rng, versions, name)
    person = rng.choice(world.members(repo.owner, opened.date()))
    if repo.update_bot == "dependabot":
        title, branch = (
            f"Bump {name} from {old} to {new}",
            f"dependabot/{ECOSYSTEMS[repo.name]}/{name}-{new}",
        )
    else:
        title, branch = (
            f"chore(deps): update dependency {name} to v{new}",
            f"renovate/{name}-{new.split('.')[0]}.x",
        )
    change = Change(
        repo=repo,
        opened=opened,
        author=repo.update_bot or "",
        title=title,
        body=f"Updates {name} from {old} to {new}. The release notes list no breaking change for us.",
        labels=("dependencies",) if repo.update_bot == "dependabot" or rng.random() < 0.5 else (),
        kind="dependencies",
        team=repo.owner,
        person=person,
        branch=branch,
        oid=world.chance.oid(),
        ready=opened,
        files=[(lock, rng.randint(2, 60), rng.randint(2, 60), "MODIFIED")],
    )
    if step < 2 or rng.random() < 0.5:
        change.files.insert(0, (manifest, 1, 1, "MODIFIED"))
    change.commits.append(
        (opened - timedelta(seconds=30), f"Bump {name} from {old} to {new}", change.author)
    )
    fate = rng.random()
    if fate < 0.22 and step == 2:
        change.merged, change.merged_by = (
            opened + timedelta(minutes=rng.randint(12, 50)),
            "github-actions",
        )
    elif fate < 0.8:
        approved = later(opened, rng.lognormvariate(2, 1.2), person.zone)
        change.reviews.append((approved, person.login, "APPROVED"))
        change.merged, change.merged_by = (
            later(approved, rng.lognormvariate(-2, 1), person.zone),
            person.login,
        )
    elif fate < 0.97:
        change.closed, change.closed_by = (
            opened + timedelta(days=rng.lognormvariate(2, 0.8)),
            change.author,
        )
        change.comments.append((change.closed, change.author))
    return change


def _next_version(rng: Random, versions: Versions, name: str) -> tuple[str, str, int]:
    """The present version, the next, and which part of it grows: 0 for a major version."""
    old = versions[name]
    step = rng.choices((0, 1, 2), (0.07, 0.38, 0.55))[0]
    new = versions[name] = (*old[:step], old[step] + 1, *(0,) * (2 - step))
    return ".".join(map(str, old)), ".".join(map(str, new)), step


# -- the backlog ------------------------------------------------------------------------------------------------------


def plan_backlog(world: World) -> None:
    """Add issues that no pull request closes: answered, declined, or still there."""
    rng = world.chance.rng
    at = world.begin
    while (at := at + timedelta(weeks=rng.expovariate(BACKLOG_A_WEEK))) < world.end:
        opened = later(at, rng.random() * 3, HOME)
        repo = REPOS[rng.choice([name for name in REPOS if name != "docs"])]
        label = rng.choices(("feature", "bug", "customer feedback"), (0.45, 0.4, 0.15))[0]
        thing = rng.choice([thing for things in repo.areas.values() for thing in things])
        phrase = rng.choice(ISSUES[label]).format(thing=thing)
        author = rng.choice(world.members(repo.owner, opened.date())).login
        issue = Issue(
            repo, opened, author, phrase[0].upper() + phrase[1:], rng.choice(SEEN), (label,)
        )
        if rng.random() < 0.55:
            over = later(opened + timedelta(days=rng.lognormvariate(3, 1)), 1, HOME)
            issue.close(over, author, rng.choice(("COMPLETED", "COMPLETED", "NOT_PLANNED")))
        world.issues.append(issue)
