"""UX debt of the demo company: it grows until the rollout, and shrinks slowly afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, EFFECTS, REPOS
from headway.demo.items import Change, Issue, settle
from headway.demo.texts import CLOSING
from headway.demo.world import World

#: issues a week: opened, and resolved before and after the rollout
OPENED, RESOLVED_BEFORE, RESOLVED_AFTER = 2.2, 1.75, 3.4
#: weeks after the rollout of a big sale, and the factor of what is resolved then
SALE, SALE_FACTOR = range(19, 24), 0.3
REPO_SHARES = {"web": 0.42, "mobile": 0.32, "api": 0.06, "platform": 0.1, "pipeline": 0.1}
#: how it is resolved; closed by hand if no pull request fits
ENDS: dict[str, float] = DATA["ends"]["debt"]
PUSHED_SHARE, LABELLED_LATER, LABELLED_AGAIN = 0.08, 0.18, 0.6
STALE_AFTER = timedelta(days=80)
REOPENED = {0: 0.88, 1: 0.08, 2: 0.04}
#: relative weights of young issues, and of changes by agents, which get such work
YOUNG, YOUNG_DAYS, AGENT_WEIGHT = 6.0, 30.0, 6.0


def plan_debt(world: World) -> None:
    """Open and resolve debt in the order of time."""
    stock = dict[Issue, datetime]()
    steps = [(at, True) for at in world.times(OPENED)]
    steps += [(at, False) for at in world.times(RESOLVED_AFTER)]
    for at, is_new in sorted(steps):
        if is_new:
            issue, since = _open(world, at)
            stock[issue] = since
            continue
        effect = world.effect(EFFECTS.teams[0], at)
        rate = RESOLVED_BEFORE + (RESOLVED_AFTER - RESOLVED_BEFORE) * effect
        if effect and (at - world.rollout).days // 7 in SALE:
            rate *= SALE_FACTOR
        if world.happens(rate / RESOLVED_AFTER):
            _resolve_next(world, stock, at)


def _resolve_next(world: World, stock: dict[Issue, datetime], at: datetime) -> None:
    """Resolve an issue of the stock, mostly a young one, or the oldest one as stale."""
    ripe = [issue for issue, since in stock.items() if since < at]
    if not ripe:
        return
    if (end := world.pick(ENDS)) == "stale":
        issue = min(ripe, key=lambda row: stock[row])
    else:
        ages = [(at - stock[row]).days for row in ripe]
        weights = [1 + YOUNG * 2 ** (-age / YOUNG_DAYS) for age in ages]
        issue = world.rng.choices(ripe, weights)[0]
    if again := _resolve(world, issue, end, world.soon(at, 6)):
        stock[issue] = again
    else:
        del stock[issue]


def _open(world: World, at: datetime) -> tuple[Issue, datetime]:
    """Add an issue and return the time of its label, which may be later."""
    rng, repo = world.rng, REPOS[world.pick(REPO_SHARES)]
    opened = since = world.soon(at, 9)
    title, body = world.describe(DATA["debt"], repo), rng.choice(DATA["debt_contexts"])
    issue = world.open_issue(repo, opened, title, body)
    name = world.pick(repo.debt_labels)
    if world.happens(LABELLED_LATER):
        issue.labels = ("bug",) if world.happens(0.5) else ()
        since = opened + timedelta(days=rng.lognormvariate(2, 1))
        issue.label(since, world.member(repo.owner, opened).login, name)
    elif world.happens(0.3):  # GitHub's form sets labels in the next moment
        issue.label(opened + timedelta(seconds=rng.randint(1, 40)), issue.author, name)
    else:
        issue.labels = (name,)
    return issue, since


def _resolve(world: World, issue: Issue, end: str, at: datetime) -> datetime | None:
    """Resolve an issue and return the time from which it is debt again, if ever."""
    rng = world.rng
    if end == "stale" and at - issue.opened < STALE_AFTER:
        end = "not planned"
    crew = [issue.author, *(person.login for person in world.members(issue.repo.owner, at))]
    actor = rng.choice(crew)
    change = _change(world, issue, at) if end == "pull request" else None
    if end == "unlabelled":
        label = next(name for name in issue.current_labels if name in issue.repo.debt_labels)
        issue.add(at, "UnlabeledEvent", actor, label={"name": label})
        if not world.happens(LABELLED_AGAIN):
            issue.close(at + world.span(1, 60), actor)
            return None
        again = at + world.span(1, 30)
        issue.label(again, actor, label)
        return again
    if change and change.merged:
        issue.title = world.describe(DATA["debt"], component=change.component)
        change.link(issue, rng.choice(CLOSING))
        login, at = change.person.login, change.merged
        issue.assign(change.opened - timedelta(minutes=20), login, login)
    elif end in ("pull request", "by hand"):
        closer = None
        if world.happens(PUSHED_SHARE):
            closer = {"__typename": "Commit", "oid": world.oid()}
            world.pushes.append((issue.repo, at, closer["oid"], f"Tidy up: {issue.title}"))
        issue.close(at, actor, closer=closer)
    else:
        settle(issue, end, at, actor)
    times = world.pick(REOPENED)
    for index in range(times):
        if index:
            at += world.span(1, 12)
            issue.close(at, actor)
        at += world.span(1, 25)
        issue.reopen(at, rng.choice((issue.author, actor)))
    return at if times else None


def _change(world: World, issue: Issue, at: datetime) -> Change | None:
    """Return a pull request of these two weeks that can close the issue."""
    start, kinds = at - timedelta(days=3), ("fix", "feature", "refactor")
    changes = [
        change
        for change in world.unlinked(issue.repo, start, start + timedelta(weeks=2), *kinds)
        if change.opened > issue.opened + timedelta(hours=2) and not change.milestone
    ]
    weights = [AGENT_WEIGHT if change.is_by_agent else 1.0 for change in changes]
    return world.rng.choices(changes, weights)[0] if changes else None
