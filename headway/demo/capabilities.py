"""What the demo company's customers and colleagues can do that they could not before: issues and milestones."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import HISTORY, HOME, PRODUCT, REPOS, Repo, later
from headway.demo.items import Change, Issue, Milestone
from headway.demo.sayings import CAPABILITIES, CAPABILITY_BODY, DEAD_ENDS, PART
from headway.demo.world import World

#: the share of the history in which each is begun: more of them, and faster, where agents came
BEGUN = tuple(0.01 + 0.062 * index for index in range(10)) + tuple(
    0.62 + 0.0225 * index for index in range(16)
)
WITHIN = timedelta(days=75)
#: every so many of them rests on something that had to be repaired
SHAKY = 6
#: what becomes of them, in turn; every third is a milestone
FATES = ("delivered", "delivered", "open", "delivered", "dropped", "delivered", "delivered")


def plan_capabilities(world: World) -> None:
    """Gather features into capabilities, and deliver most of them."""
    for index, ((name, label), share) in enumerate(zip(CAPABILITIES, BEGUN, strict=True)):
        begun = later(world.begin + HISTORY * share, world.chance.rng.random() * 8, HOME)
        changes = _parts(world, name, begun, index % SHAKY == 0)
        fate = FATES[index % len(FATES)]
        last = max((change.merged for change in changes if change.merged), default=begun)
        done = later(
            last + timedelta(days=world.chance.rng.uniform(0.2, 5)),
            world.chance.rng.random() * 8,
            HOME,
        )
        if index % 3 == 1:
            _plan_milestone(
                world, name, label, begun, changes, done if fate == "delivered" else None
            )
        else:
            _plan_issue(world, name, label, begun, changes, fate, done)


def _parts(world: World, name: str, begun: datetime, is_shaky: bool) -> list[Change]:
    """Features of the same repository, and one of the service that the shop's rest on; few had to be repaired."""
    rng = world.chance.rng
    result = [
        c for c in world.free("feature") if begun + timedelta(days=1) < c.opened < begun + WITHIN
    ]
    if not is_shaky:
        items: list[Issue | Change] = [*world.issues, *world.changes]
        repaired = {mentioned for item in items for _, mentioned in item.notes}
        result = [change for change in result if change not in repaired]
    result = [change for change in result if not change.milestone]
    own = [change for change in result if change.repo.name == name]
    selected = rng.sample(
        own, min(rng.choices((1, 2, 3, 4, 6, 9), (1, 3, 4, 4, 3, 2))[0], len(own))
    )
    if name in ("web", "mobile"):
        selected += [change for change in result if change.repo.name == "api"][:1]
    return sorted(selected, key=lambda change: change.opened)


def _product(world: World, name: str, day: datetime) -> str:
    crew = world.members(REPOS[name].owner, day.date())
    return next(person.login for person in crew if person.role == PRODUCT)


def _plan_issue(
    world: World,
    name: str,
    label: str,
    begun: datetime,
    changes: list[Change],
    fate: str,
    done: datetime,
) -> None:
    rng, author = world.chance.rng, _product(world, name, begun)
    issue = Issue(REPOS[name], begun, author, label[0].upper() + label[1:], CAPABILITY_BODY)
    way = rng.random()
    if way < 0.2:
        issue.label(begun + timedelta(days=rng.uniform(1, 20)), author, "capability")
    elif way < 0.35:
        issue.title = f"Capability: {label}"
    else:
        issue.labels = ("capability",)
    world.issues.append(issue)
    for change in changes:
        change.link(issue, PART, is_closing=False)
    if changes and rng.random() < 0.35 and fate == "delivered" and changes[-1].repo is issue.repo:
        newest = max(changes, key=lambda change: change.merged or change.opened)
        newest.is_closing = True  # the last of them closes it
        newest.notes = [
            ("Closes #%d" if note[1] is issue else note[0], note[1]) for note in newest.notes
        ]
    elif fate == "delivered":
        issue.close(done, author)
    elif fate == "dropped":
        issue.close(done, author, "NOT_PLANNED")


def _plan_milestone(
    world: World,
    name: str,
    label: str,
    begun: datetime,
    changes: list[Change],
    done: datetime | None,
) -> None:
    """A milestone with the features, and requests that it answers."""
    repo, author = REPOS[name], _product(world, name, begun)
    milestone = Milestone(
        repo, f"Capability: {label}", begun, (begun + WITHIN).replace(hour=0, minute=0), done
    )
    world.milestones.append(milestone)
    for change in (change for change in changes if change.repo is repo):
        _put(change, milestone, change.opened + timedelta(minutes=5))
    requests = [
        issue for issue in world.issues if issue.repo is repo and issue.labels == ("feature",)
    ]
    near = [
        issue for issue in requests if begun < issue.opened < begun + WITHIN and not issue.milestone
    ]
    for index, issue in enumerate(near[:4]):
        issue.plan_for(later(issue.opened + timedelta(hours=5), 1, HOME), author, milestone)
        if index == len(near[:4]) - 1:  # the last that was asked for is left for another time
            issue.postpone(later(issue.opened + timedelta(days=9), 1, HOME), author, milestone)


def _put(change: Change, milestone: Milestone, at: datetime) -> None:
    """Put a pull request into a milestone."""
    event = {
        "__typename": "MilestonedEvent",
        "actor": change.person.login,
        "milestoneTitle": milestone.title,
    }
    change.milestone = milestone
    change.events.append((min(at, change.merged or change.closed or at), event))


# -- dead ends --------------------------------------------------------------------------------------------------------


def plan_dead_ends(world: World) -> None:
    """Let some folders come with a feature and go months later, with all that is in them."""
    for name, path, label, (come, deleted) in DEAD_ENDS:
        first = _next(world, name, "feature", come)
        first.title = (
            first.title.partition(": ")[0] + f": add the {label}"
            if ": " in first.title
            else f"Add the {label}"
        )
        first.files.append((path, 48, 0, "ADDED"))
        last = _next(world, name, "refactor", deleted)
        last.title, last.files = f"Remove the {label}", [(path, 0, 48, "DELETED")]
        for change in (first, last):
            at, message, login = change.commits[0]
            change.commits[0] = (at, "\n\n".join([change.title, *message.split("\n\n")[1:]]), login)


def _next(world: World, name: str, kind: str, share: float) -> Change:
    """The first merged pull request of a kind after a part of the history."""
    result = [change for change in world.free(kind) if change.repo.name == name]
    return next(change for change in result if change.opened > world.begin + HISTORY * share)


# -- quarters ---------------------------------------------------------------------------------------------------------


def plan_quarters(world: World) -> None:
    """Put features that customers see into the milestone of their quarter, if they are in none; some slip."""
    for repo in (repo for repo in REPOS.values() if repo.is_public):
        quarters = _quarters(world, repo)
        features = [
            change for change in world.changes if change.repo is repo and change.kind == "feature"
        ]
        for change in (change for change in features if not change.milestone):
            index = next(
                index for index, quarter in enumerate(quarters) if change.opened < quarter.due
            )
            quarter, ended = quarters[index], change.merged or change.closed
            _put(change, quarter, change.opened)
            if ended and ended > quarter.due + timedelta(days=3) and index + 1 < len(quarters):
                _slip(change, quarter, quarters[index + 1])


def _slip(change: Change, quarter: Milestone, following: Milestone) -> None:
    moved = quarter.due + timedelta(days=2, hours=9)
    event = {
        "__typename": "DemilestonedEvent",
        "actor": change.person.login,
        "milestoneTitle": quarter.title,
    }
    change.events.append((moved, event))
    _put(change, following, moved)


def _quarters(world: World, repo: Repo) -> list[Milestone]:
    """Add a milestone for each quarter of the history and one more, planned ten days ahead, closed two days after."""
    result, first = list[Milestone](), world.begin.year * 4 + (world.begin.month - 1) // 3
    while not result or result[-1].created < world.end:
        quarter = first + len(result)
        start, due = (datetime(n // 4, n % 4 * 3 + 1, 1) for n in (quarter, quarter + 1))
        created = max(start - timedelta(days=10), world.begin) + timedelta(hours=8)
        title = f"{quarter // 4} Q{quarter % 4 + 1}"
        result.append(Milestone(repo, title, created, due, due + timedelta(days=2, hours=10)))
    world.milestones += result
    return result
