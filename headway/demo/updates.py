"""Pull requests of the demo company's dependency bots."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from headway.demo.company import CODE_REPOS, Repo, later
from headway.demo.items import Change
from headway.demo.world import World

UPDATES_A_WEEK = 1.1
Versions = dict[str, tuple[int, ...]]


def plan_updates(world: World) -> None:
    """Add the updates of each repository, in the early morning."""
    rng = world.rng
    for repo in CODE_REPOS:
        packages = repo.dependencies["packages"]
        versions: Versions = {name: (rng.randint(0, 9), rng.randint(0, 20), 0) for name in packages}
        for at in world.times(UPDATES_A_WEEK):
            hour, minute, second = 4 + rng.randrange(3), rng.randrange(60), rng.randrange(60)
            opened = at.replace(hour=hour, minute=minute, second=second)
            _update(world, repo, opened, versions)


def _update(world: World, repo: Repo, opened: datetime, versions: Versions) -> None:
    rng, dependencies = world.rng, repo.dependencies
    name = rng.choice(list(versions))
    old, new, step = _next_version(rng, versions, name)
    person = world.member(repo.owner, opened)
    title = f"Bump {name} from {old} to {new}"
    labels: tuple[str, ...] = ("dependencies",)
    branch = f"dependabot/{dependencies.get('ecosystem')}/{name}-{new}"
    if repo.update_bot == "renovate":
        title = f"chore(deps): update dependency {name} to v{new}"
        branch = f"renovate/{name}-{new.split('.')[0]}.x"
        labels = labels if rng.random() < 0.5 else ()
    body = f"Updates {name} from {old} to {new}. The release notes list no breaking change for us."
    change = Change(
        *(repo, opened, repo.update_bot, title, body, labels),
        kind="dependencies",
        team=repo.owner,
        person=person,
        branch=branch,
        oid=world.oid(),
        ready=opened,
    )
    if step < 2 or rng.random() < 0.5:
        change.files.append((dependencies["manifest"], 1, 1, "MODIFIED"))
    lock = dependencies["lock"]
    change.files.append((lock, rng.randint(2, 60), rng.randint(2, 60), "MODIFIED"))
    written = opened - timedelta(seconds=30)
    change.commits.append((written, f"Bump {name} from {old} to {new}", change.author))
    fate = rng.random()
    if fate < 0.22 and step == 2:
        change.merged = opened + timedelta(minutes=rng.randint(12, 50))
        change.merged_by = "github-actions"
    elif fate < 0.8:
        approved = later(opened, rng.lognormvariate(2, 1.2), person.zone)
        change.reviews.append((approved, person.login, "APPROVED"))
        change.merged = later(approved, rng.lognormvariate(-2, 1), person.zone)
        change.merged_by = person.login
    elif fate < 0.97:
        closed = opened + timedelta(days=rng.lognormvariate(2, 0.8))
        change.add(closed, "ClosedEvent", change.author)
        change.comment(closed, change.author)
    world.changes.append(change)


def _next_version(rng: Random, versions: Versions, name: str) -> tuple[str, str, int]:
    """Return the old and new version, and the part that grows: 0 for a major version."""
    old = versions[name]
    step = rng.choices((0, 1, 2), (0.07, 0.38, 0.55))[0]
    new = versions[name] = (*old[:step], old[step] + 1, *(0,) * (2 - step))
    return ".".join(map(str, old)), ".".join(map(str, new)), step
