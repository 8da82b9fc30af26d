"""The demo company's UX debt: a stock that grows until agents come, and shrinks slowly after that."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from headway.demo.company import HOME, REPOS, Repo, later
from headway.demo.items import Change, Issue
from headway.demo.rows import labels
from headway.demo.sayings import DEBT, DEBT_SEEN, SPELLINGS
from headway.demo.words import CLOSING
from headway.demo.world import World

#: issues a week that come in, and that leave: before the rollout and after it, and in the month after the big sale
COMING, LEAVING_BEFORE, LEAVING_AFTER = 2.1, 1.5, 3.5
BAD_MONTH_AFTER, BAD_MONTH = timedelta(weeks=19), (1.6, 0.3)
WHERE = {"web": 0.42, "mobile": 0.32, "api": 0.06, "platform": 0.1, "pipeline": 0.1}
#: how it leaves; what is closed by a pull request is closed by hand where none fits
WAYS = {
    "pull request": 0.5,
    "by hand": 0.18,
    "not planned": 0.1,
    "wontfix": 0.04,
    "duplicate": 0.05,
    "stale": 0.07,
    "unlabelled": 0.06,
}
#: what is closed by hand with a commit that is pushed without a pull request
PUSHED = 0.08
STALE_AFTER = timedelta(days=80)
AGAIN = {0: 0.88, 1: 0.08, 2: 0.04}
LABELLED_LATER, LABELLED_AGAIN = 0.18, 0.6
#: how much rather the young leave
YOUNG, YOUNG_DAYS = 6.0, 30.0
#: how much rather a change of an agent is the one that closes it: it is handed such work
AGENTS_SHARE = 6.0


def plan_debt(world: World) -> None:
    """Let debt come and go, week by week."""
    chance, stock = world.chance, dict[Issue, datetime]()
    back: list[tuple[datetime, Issue]] = []
    changes = _changes(world)
    coming = leaving = 0.0
    week = world.begin
    while week < world.end:
        is_bad = timedelta() <= week - world.rollout - BAD_MONTH_AFTER < timedelta(weeks=5)
        more, fewer = BAD_MONTH if is_bad else (1, 1)
        effect = world.effect("storefront", week)
        coming += COMING * more * (0.5 + chance.uniform("debt comes"))
        leaving += (LEAVING_BEFORE + (LEAVING_AFTER - LEAVING_BEFORE) * effect) * fewer
        leaving *= 0.4 + 1.2 * chance.uniform("debt goes")
        for _ in range(int(coming)):
            issue, since = _open(world, week + timedelta(days=5 * chance.rng.random()))
            stock[issue] = since
        for at, issue in [row for row in back if row[0] < week]:
            stock[issue] = at
            back.remove((at, issue))
        ripe = {issue: since for issue, since in stock.items() if since < week}
        for _ in range(min(int(leaving), len(ripe))):
            way = chance.pick(WAYS, "debt leaves")
            issue = (
                min(ripe, key=lambda row: ripe[row])
                if way == "stale"
                else _choose(world, ripe, week)
            )
            del ripe[issue], stock[issue]
            ready = later(
                week + timedelta(days=5 * chance.rng.random()), chance.rng.random() * 6, HOME
            )
            back += _leave(world, issue, way, ready, changes)
        coming, leaving = coming % 1, leaving % 1
        week += timedelta(weeks=1)


def _changes(world: World) -> dict[tuple[Repo, int], list[Change]]:
    """What may close debt, by repository and the week of its merge."""
    result = defaultdict(list)
    for change in world.free("fix", "feature", "refactor"):
        if change.merged and not change.milestone:
            result[change.repo, (change.merged - world.begin).days // 7].append(change)
    return result


def _open(world: World, at: datetime) -> tuple[Issue, datetime]:
    """Add an issue, and return since when it is known to be debt: for some, that is after a while."""
    chance, rng = world.chance, world.chance.rng
    repo = REPOS[chance.pick(WHERE, "debt in")]
    opened = later(at, rng.random() * 9, HOME)
    author = rng.choice(world.members(repo.owner, opened.date())).login
    thing = rng.choice([thing for things in repo.areas.values() for thing in things])
    issue, since = Issue(repo, opened, author, _title(world, thing), rng.choice(DEBT_SEEN)), opened
    name = chance.pick(SPELLINGS[repo.name], "spelling", repo.name)
    if chance.happens(LABELLED_LATER, "labelled later"):
        issue.labels = ("bug",) if rng.random() < 0.5 else ()
        since = opened + timedelta(days=rng.lognormvariate(2, 1))
        issue.label(since, rng.choice(world.members(repo.owner, opened.date())).login, name)
    elif rng.random() < 0.3:  # GitHub's form sets labels in the next moment
        issue.label(opened + timedelta(seconds=rng.randint(1, 40)), author, name)
    else:
        issue.labels = (name,)
    world.issues.append(issue)
    return issue, since


def _title(world: World, thing: str) -> str:
    return world.chance.rng.choice(DEBT).format(thing=thing)


def _choose(world: World, stock: dict[Issue, datetime], week: datetime) -> Issue:
    """One of the stock, rather a young one."""
    weights = [
        1 + YOUNG * 2 ** (-max((week - since).days, 0) / YOUNG_DAYS) for since in stock.values()
    ]
    return world.chance.rng.choices(list(stock), weights)[0]


def _spelling(issue: Issue) -> str:
    return next(name for name in labels(issue) if name in SPELLINGS[issue.repo.name])


def _leave(
    world: World,
    issue: Issue,
    way: str,
    at: datetime,
    changes: dict[tuple[Repo, int], list[Change]],
) -> list[tuple[datetime, Issue]]:
    """Let an issue leave the stock, and return when it is back in it, if ever."""
    chance, rng = world.chance, world.chance.rng
    if way == "stale" and at - issue.opened < STALE_AFTER:
        way = "not planned"
    actor = rng.choice(
        [issue.author, *(p.login for p in world.members(issue.repo.owner, at.date()))]
    )
    if way == "unlabelled":
        name = _spelling(issue)
        issue.unlabel(at, actor, name)
        if not chance.happens(LABELLED_AGAIN, "labelled again"):
            issue.close(at + timedelta(days=rng.uniform(1, 60)), actor)
            return []
        again = at + timedelta(days=rng.uniform(1, 30))
        issue.label(again, actor, name)
        return [(again, issue)]
    if way == "pull request" and (change := _change(world, issue, at, changes)) and change.merged:
        issue.title = _title(world, change.thing)
        change.link(issue, rng.choice(CLOSING))
        issue.assign(
            change.opened - timedelta(minutes=20), change.person.login, change.person.login
        )
        at = change.merged
    elif way in ("pull request", "by hand"):
        issue.close(
            at, actor, closer=_push(world, issue, at) if chance.happens(PUSHED, "pushed") else None
        )
    elif way == "wontfix":
        issue.label(at - timedelta(minutes=4), actor, "wontfix")
        issue.close(at, actor)
    elif way == "stale":
        issue.label(at - timedelta(days=7), "github-actions", "stale")
        issue.comments.append((at - timedelta(days=7), "github-actions"))
        issue.close(at, "github-actions", "NOT_PLANNED")
    else:
        issue.close(at, actor, "DUPLICATE" if way == "duplicate" else "NOT_PLANNED")
    return _reopen(world, issue, at, actor)


def _change(
    world: World, issue: Issue, at: datetime, changes: dict[tuple[Repo, int], list[Change]]
) -> Change | None:
    """A pull request of that week or the next that may have closed it."""
    week = (at - world.begin).days // 7
    result = changes[issue.repo, week] + changes[issue.repo, week + 1]
    fitting = [c for c in result if not c.closes and c.opened - timedelta(hours=2) > issue.opened]
    if not fitting:
        return None
    weights = [AGENTS_SHARE if _is_agents(change) else 1.0 for change in fitting]
    return world.chance.rng.choices(fitting, weights)[0]


def _push(world: World, issue: Issue, at: datetime) -> str:
    """Push a commit to the default branch that closes an issue, and return its id."""
    oid = world.chance.oid()
    world.pushes.append((issue.repo.name, at, oid, f"Tidy up: {issue.title}"))
    return oid


def _is_agents(change: Change) -> bool:
    return change.author != change.person.login or change.branch.startswith(("codex/", "claude/"))


def _reopen(world: World, issue: Issue, at: datetime, actor: str) -> list[tuple[datetime, Issue]]:
    """Open some again, once or twice, and return when they are back for good."""
    chance, rng = world.chance, world.chance.rng
    times = chance.pick(AGAIN, "again")
    for time in range(times):
        if time:
            at += timedelta(days=rng.uniform(1, 12))
            issue.close(at, actor)
        at += timedelta(days=rng.uniform(1, 25))
        issue.reopen(at, rng.choice((issue.author, actor)))
    return [(at, issue)] if times else []
