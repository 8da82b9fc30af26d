"""Pull requests of the demo company's dependency bots."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import CODE_REPOS, Repo, later
from headway.demo.items import Change
from headway.demo.world import World

UPDATES_A_WEEK = 0.8


def plan_updates(world: World) -> None:
    """Add the updates of each repository, in the early morning."""
    for repo in CODE_REPOS:
        for index, at in enumerate(world.times(UPDATES_A_WEEK)):
            _update(world, repo, at.replace(hour=4 + world.rng.randrange(3)), f"4.{index}.0")


def _update(world: World, repo: Repo, opened: datetime, version: str) -> None:
    rng, name = world.rng, world.rng.choice(repo.dependencies["packages"])
    title, branch = f"Bump {name} to {version}", f"dependabot/{name}-{version}"
    if repo.update_bot == "renovate":
        title, branch = f"chore(deps): update dependency {name} to v{version}", f"renovate/{name}"
    person, fate = world.member(repo.owner, opened), rng.random()
    change = Change(
        *(repo, opened, repo.update_bot, title),
        labels=("dependencies",) if "Bump" in title or world.happens(0.5) else (),
        kind="dependencies",
        team=repo.owner,
        person=person,
        branch=branch,
        oid=world.oid(),
        files=[(repo.dependencies["lock"], rng.randint(2, 60), rng.randint(2, 60), "MODIFIED")],
        ready=opened,
        commits=[(opened - timedelta(seconds=30), title, repo.update_bot)],
    )
    if fate < 0.1:
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
