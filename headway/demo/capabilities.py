"""Capabilities of the demo company, features that disappear again, and quarterly milestones."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, REPOS, Repo
from headway.demo.items import Change, Item, Milestone
from headway.demo.world import World

#: share of the history at which each starts: faster after the rollout
STARTS = [0.01 + 0.062 * index for index in range(10)]
STARTS += [0.62 + 0.0225 * index for index in range(16)]
WITHIN = timedelta(days=75)
#: every sixth may contain changes that had to be repaired
REPAIRED_EVERY = 6
FATES = ("delivered", "delivered", "open", "delivered", "dropped", "delivered", "delivered")
#: repository, file and name of what is added and removed, at these shares of the history
DEAD_ENDS = (
    ("web", "src/quiz/PlantQuiz.tsx", "plant quiz", (0.3, 0.55)),
    ("mobile", "app/mirror/GardenMirror.kt", "garden mirror", (0.45, 0.8)),
    ("pipeline", "pipelines/surveys/answers.py", "survey answers", (0.65, 0.9)),
)
PART = "Part of #%d"
#: when a capability is done, and whether it is delivered
End = tuple[datetime, str]
BODY = "Until now this took a call to support. It is there once a customer can do it alone."


def plan_capabilities(world: World) -> None:
    """Group features into capabilities, as issues or milestones, and deliver most of them."""
    for index, ((name, label), share) in enumerate(zip(DATA["capabilities"], STARTS, strict=True)):
        begun, fate = world.soon(world.at(share)), FATES[index % len(FATES)]
        changes = _parts(world, name, begun, index % REPAIRED_EVERY == 0)
        last = max((change.merged for change in changes if change.merged), default=begun)
        done = world.soon(last + world.days(0.2, 5))
        plan = _plan_milestone if index % 3 == 1 else _plan_issue
        plan(world, REPOS[name], label, begun, changes, (done, fate))


def _parts(world: World, name: str, begun: datetime, is_repaired: bool) -> list[Change]:
    """Return features of a repository, and of the API for the shop."""
    rng = world.rng
    features = [change for _, change in world.unlinked("feature") if not change.milestone]
    features = [c for c in features if timedelta(days=1) < c.opened - begun < WITHIN]
    if not is_repaired:
        items: list[Item] = [*world.issues, *world.changes]
        repaired = {id(mentioned) for item in items for _, mentioned in item.notes}
        features = [change for change in features if id(change) not in repaired]
    own = [change for change in features if change.repo.name == name]
    size = rng.choices((1, 2, 3, 4, 6, 9), (1, 3, 4, 4, 3, 2))[0]
    parts = rng.sample(own, min(size, len(own)))
    if name in ("web", "mobile"):
        parts += [change for change in features if change.repo.name == "api"][:1]
    return sorted(parts, key=lambda change: change.opened)


def _plan_issue(
    world: World, repo: Repo, label: str, begun: datetime, changes: list[Change], end: End
) -> None:
    """Add a capability as an issue."""
    rng, author = world.rng, world.member(repo.owner, begun, "product").login
    (done, fate), mark = end, rng.random()
    issue = world.open_issue(repo, begun, label[0].upper() + label[1:], BODY, by=author)
    if mark < 0.2:
        issue.label(begun + world.days(1, 20), author, "capability")
    elif mark < 0.35:
        issue.title = f"Capability: {label}"
    else:
        issue.labels = ("capability",)
    for change in changes:
        change.link(issue, PART, is_closing=False)
    if fate == "delivered" and changes and changes[-1].repo is repo and rng.random() < 0.35:
        newest = max(changes, key=lambda change: change.merged or change.opened)
        newest.notes.remove((PART, issue))
        newest.link(issue, "Closes #%d")
    elif fate != "open":
        issue.close(done, author, "COMPLETED" if fate == "delivered" else "NOT_PLANNED")


def _plan_milestone(
    world: World, repo: Repo, label: str, begun: datetime, changes: list[Change], end: End
) -> None:
    """Add a capability as a milestone with its features and requests."""
    author = world.member(repo.owner, begun, "product").login
    due = (begun + WITHIN).replace(hour=0, minute=0)
    closed = end[0] if end[1] == "delivered" else None
    milestone = Milestone(repo, f"Capability: {label}", begun, due, closed)
    world.milestones.append(milestone)
    for change in changes:
        if change.repo is repo:
            _schedule(change, milestone, change.opened + timedelta(minutes=5))
    requests = [i for i in world.issues if i.repo is repo and i.labels == ("feature",)]
    requests = [i for i in requests if begun < i.opened < begun + WITHIN and not i.milestone][:4]
    for issue in requests:
        issue.schedule(world.soon(issue.opened + timedelta(hours=5)), author, milestone)
    for issue in requests[-1:]:
        issue.postpone(world.soon(issue.opened + timedelta(days=9)), author, milestone)


def _schedule(change: Change, milestone: Milestone, at: datetime) -> None:
    """Add a pull request to a milestone before it is merged or closed."""
    at = min(at, change.merged or change.closed or at)
    change.schedule(at, change.person.login, milestone)


def plan_dead_ends(world: World) -> None:
    """Let some folders appear with a feature and disappear months later."""
    for name, path, label, (first_share, last_share) in DEAD_ENDS:
        first = _next(world, name, "feature", first_share)
        prefix, colon, _ = first.title.partition(": ")
        first.title = f"{prefix}: add the {label}" if colon else f"Add the {label}"
        first.files.append((path, 48, 0, "ADDED"))
        last = _next(world, name, "refactor", last_share)
        last.title, last.files = f"Remove the {label}", [(path, 0, 48, "DELETED")]
        for change in (first, last):
            at, message, login = change.commits[0]
            change.commits[0] = (at, "\n\n".join([change.title, *message.split("\n\n")[1:]]), login)


def _next(world: World, name: str, kind: str, share: float) -> Change:
    """Return the first merged pull request of a kind after a share of the history."""
    changes = [change for _, change in world.unlinked(kind) if change.repo.name == name]
    return next(change for change in changes if change.opened > world.at(share))


def plan_quarters(world: World) -> None:
    """Add other features of public repositories to the milestone of their quarter; some slip."""
    for repo in (repo for repo in REPOS.values() if repo.is_public):
        quarters = _quarters(world, repo)
        features = [c for c in world.changes if c.repo is repo and c.kind == "feature"]
        for change in (change for change in features if not change.milestone):
            index = sum(change.opened >= quarter.due for quarter in quarters)
            quarter, ended = quarters[index], change.merged or change.closed
            _schedule(change, quarter, change.opened)
            slipped = quarter.due + timedelta(days=2, hours=9)
            if ended and ended > slipped + timedelta(hours=15) and index + 1 < len(quarters):
                change.postpone(slipped, change.person.login, quarter)
                _schedule(change, quarters[index + 1], slipped)


def _quarters(world: World, repo: Repo) -> list[Milestone]:
    """Add a milestone for each quarter of the history and one more."""
    quarters: list[Milestone] = []
    first = world.begin.year * 4 + (world.begin.month - 1) // 3
    while not quarters or quarters[-1].opened < world.end:
        number = first + len(quarters)
        start, due = (datetime(n // 4, n % 4 * 3 + 1, 1) for n in (number, number + 1))
        opened = max(start - timedelta(days=10), world.begin) + timedelta(hours=8)
        title, closed = f"{number // 4} Q{number % 4 + 1}", due + timedelta(days=2, hours=10)
        quarters.append(Milestone(repo, title, opened, due, closed))
    world.milestones += quarters
    return quarters
