"""Capabilities of the demo company, and features that disappear again."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, REPOS, Repo
from headway.demo.items import Change, Item, Milestone
from headway.demo.world import World

WITHIN = timedelta(days=75)
#: every sixth may contain changes that had to be repaired
REPAIRED_EVERY = 6
FATES = ("delivered", "delivered", "open", "delivered", "dropped", "delivered", "delivered")
#: repository, file and name of what is added and removed, at these shares of the history
DEAD_ENDS = (
    ("web", "src/quiz/PlantQuiz.tsx", "plant quiz", (0.3, 0.55)),
    ("mobile", "app/mirror/GardenMirror.kt", "garden mirror", (0.45, 0.8)),
)
PART = "Part of #%d"
#: when a capability is done, and whether it is delivered
End = tuple[datetime, str]
BODY = "Until now this took a call to support. It is there once a customer can do it alone."


def plan_capabilities(world: World) -> None:
    """Group features into capabilities, as issues or milestones, and deliver most of them.

    Half of them start after the rollout.
    """
    count = len(DATA["capabilities"])
    middle = world.share(world.rollout) if world.has_effects else 0.48
    for index, (name, label) in enumerate(DATA["capabilities"]):
        early, part = 2 * index < count, 2 * index / count
        share = 0.01 + part * (middle - 0.01) if early else middle + (part - 1) * (0.96 - middle)
        begun, fate = world.soon(world.at(share)), FATES[index % len(FATES)]
        changes = _parts(world, name, begun, index % REPAIRED_EVERY == 0)
        last = max((change.merged for change in changes if change.merged), default=begun)
        done = world.soon(last + world.span(0.2, 5))
        plan = _plan_milestone if index % 3 == 1 else _plan_issue
        plan(world, REPOS[name], label, begun, changes, (done, fate))


def _parts(world: World, name: str, begun: datetime, is_repaired: bool) -> list[Change]:
    """Return features of a repository, and of the API for the shop."""
    rng = world.rng
    items: list[Item] = [*world.issues, *world.changes]
    repaired = {id(mentioned) for item in items for _, mentioned in item.notes}

    def features(repo: str) -> list[Change]:
        return [
            change
            for change in world.unlinked(REPOS[repo], begun, world.end, "feature")
            if timedelta(days=1) < change.opened - begun < WITHIN
            and not change.milestone
            and (is_repaired or id(change) not in repaired)
        ]

    own = features(name)
    size = rng.choices((1, 2, 3, 4, 6, 9), (1, 3, 4, 4, 3, 2))[0]
    parts = rng.sample(own, min(size, len(own)))
    if name in ("web", "mobile"):
        parts += features("api")[:1]
    return sorted(parts, key=lambda change: change.opened)


def _plan_issue(
    world: World, repo: Repo, label: str, begun: datetime, changes: list[Change], end: End
) -> None:
    """Add a capability as an issue."""
    author, (done, fate) = world.member(repo.owner, begun, "product").login, end
    issue = world.open_issue(repo, begun, label[0].upper() + label[1:], BODY, by=author)
    if world.happens(0.2):
        issue.label(begun + world.span(1, 20), author, "capability")
    elif world.happens(0.2):
        issue.title = f"Capability: {label}"
    else:
        issue.labels = ("capability",)
    for change in changes:
        change.link(issue, PART, is_closing=False)
    if fate == "delivered" and changes and changes[-1].repo is repo and world.happens(0.35):
        newest = max(changes, key=lambda change: change.merged or change.opened)
        newest.notes.remove((PART, issue))
        newest.link(issue, "Closes #%d")
    elif fate != "open":
        issue.close(done, author, "COMPLETED" if fate == "delivered" else "NOT_PLANNED")


def _plan_milestone(
    world: World, repo: Repo, label: str, begun: datetime, changes: list[Change], end: End
) -> None:
    """Add a capability as a milestone with its features and requests."""
    due = (begun + WITHIN).replace(hour=0, minute=0)
    closed = end[0] if end[1] == "delivered" else None
    milestone = Milestone(repo, f"Capability: {label}", begun, due, closed)
    world.milestones.append(milestone)
    for change in changes:
        if change.repo is repo:
            at = min(change.opened + timedelta(minutes=5), change.merged or world.end)
            change.schedule(at, change.person.login, milestone)


def plan_dead_ends(world: World) -> None:
    """Let some folders appear with a feature and disappear months later."""
    for name, path, label, shares in DEAD_ENDS:
        first, last = (
            next(
                change
                for change in world.unlinked(REPOS[name], world.at(share), world.end, kind)
                if change.opened > world.at(share)
            )
            for share, kind in zip(shares, ("feature", "refactor"), strict=True)
        )
        first.title, last.title = f"Add the {label}", f"Remove the {label}"
        first.files.append((path, 48, 0, "ADDED"))
        last.files = [(path, 0, 48, "DELETED")]
