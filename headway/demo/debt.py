"""UX debt of the demo company: it grows until the rollout, and shrinks slowly afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, REPOS
from headway.demo.items import Change, Issue
from headway.demo.texts import CLOSING
from headway.demo.world import World

#: issues a week: opened, and resolved before and after the rollout
OPENED, RESOLVED_BEFORE, RESOLVED_AFTER = 2.1, 1.5, 3.5
#: factors in the five weeks after the big sale
BAD_MONTH_AFTER, BAD_MONTH = timedelta(weeks=19), (1.6, 0.3)
REPO_SHARES = {"web": 0.42, "mobile": 0.32, "api": 0.06, "platform": 0.1, "pipeline": 0.1}
#: how it is resolved; closed by hand if no pull request fits
ENDS: dict[str, float] = DATA["ends"]["debt"]
PUSHED_SHARE, LABELLED_LATER, LABELLED_AGAIN = 0.08, 0.18, 0.6
STALE_AFTER = timedelta(days=80)
REOPENED = {0: 0.88, 1: 0.08, 2: 0.04}
#: relative weights of young issues, and of changes by agents, which get such work
YOUNG, YOUNG_DAYS, AGENT_WEIGHT = 6.0, 30.0, 6.0


def plan_debt(world: World) -> None:
    """Open and resolve debt, week by week."""
    rng, stock = world.rng, dict[Issue, datetime]()
    opened = resolved = 0.0
    week = world.begin
    while week < world.end:
        is_bad = timedelta() <= week - world.rollout - BAD_MONTH_AFTER < timedelta(weeks=5)
        more, fewer = BAD_MONTH if is_bad else (1, 1)
        effect = world.effect("storefront", week)
        opened += OPENED * more * (0.5 + world.uniform("debt opened"))
        resolved += (RESOLVED_BEFORE + (RESOLVED_AFTER - RESOLVED_BEFORE) * effect) * fewer
        resolved *= 0.4 + 1.2 * world.uniform("debt resolved")
        for _ in range(int(opened)):
            issue, since = _open(world, week + timedelta(days=5 * rng.random()))
            stock[issue] = since
        ripe = [issue for issue, since in stock.items() if since < week]
        for _ in range(min(int(resolved), len(ripe))):
            end = world.pick(ENDS, "debt end")
            if end == "stale":
                issue = min(ripe, key=lambda row: stock[row])
            else:
                ages = [max((week - stock[row]).days, 0) for row in ripe]
                weights = [1 + YOUNG * 2 ** (-age / YOUNG_DAYS) for age in ages]
                issue = rng.choices(ripe, weights)[0]
            ripe.remove(issue)
            at = world.soon(week + timedelta(days=5 * rng.random()), 6)
            if again := _resolve(world, issue, end, at):
                stock[issue] = again
            else:
                del stock[issue]
        opened, resolved = opened % 1, resolved % 1
        week += timedelta(weeks=1)


def _open(world: World, at: datetime) -> tuple[Issue, datetime]:
    """Add an issue and return the time of its label, which may be later."""
    rng = world.rng
    repo = REPOS[world.pick(REPO_SHARES, "debt in")]
    opened = since = world.soon(at, 9)
    title, body = world.describe(DATA["debt"], repo), rng.choice(DATA["debt_contexts"])
    issue = world.open_issue(repo, opened, title, body)
    name = world.pick(repo.debt_labels, "debt label", repo.name)
    if world.happens(LABELLED_LATER, "labelled later"):
        issue.labels = ("bug",) if rng.random() < 0.5 else ()
        since = opened + timedelta(days=rng.lognormvariate(2, 1))
        issue.label(since, world.member(repo.owner, opened).login, name)
    elif rng.random() < 0.3:  # GitHub's form sets labels in the next moment
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
    actor, change = rng.choice(crew), None
    if end == "unlabelled":
        label = next(name for name in issue.current_labels if name in issue.repo.debt_labels)
        issue.add(at, "UnlabeledEvent", actor, label={"name": label})
        if not world.happens(LABELLED_AGAIN, "labelled again"):
            issue.close(at + world.days(1, 60), actor)
            return None
        again = at + world.days(1, 30)
        issue.label(again, actor, label)
        return again
    if end == "pull request":
        change = _change(world, issue, at)
    if change and change.merged:
        issue.title = world.describe(DATA["debt"], component=change.component)
        change.link(issue, rng.choice(CLOSING))
        login, at = change.person.login, change.merged
        issue.assign(change.opened - timedelta(minutes=20), login, login)
    elif end in ("pull request", "by hand"):
        closer = None
        if world.happens(PUSHED_SHARE, "pushed"):
            closer = {"__typename": "Commit", "oid": world.oid()}
            world.pushes.append((issue.repo, at, closer["oid"], f"Tidy up: {issue.title}"))
        issue.close(at, actor, closer=closer)
    elif end == "wontfix":
        issue.label(at - timedelta(minutes=4), actor, "wontfix")
        issue.close(at, actor)
    elif end == "stale":
        issue.label(at - timedelta(days=7), "github-actions", "stale")
        issue.comment(at - timedelta(days=7), "github-actions")
        issue.close(at, "github-actions", "NOT_PLANNED")
    else:
        issue.close(at, actor, "DUPLICATE" if end == "duplicate" else "NOT_PLANNED")
    times = world.pick(REOPENED, "debt reopened")
    for index in range(times):
        if index:
            at += world.days(1, 12)
            issue.close(at, actor)
        at += world.days(1, 25)
        issue.reopen(at, rng.choice((issue.author, actor)))
    return at if times else None


def _change(world: World, issue: Issue, at: datetime) -> Change | None:
    """Return a pull request of these two weeks that can close the issue."""
    start = at - timedelta(days=3)
    changes = [
        change
        for merged, change in world.candidates(issue, 2, "fix", "feature", "refactor")
        if timedelta() <= merged - start < timedelta(weeks=2)
    ]
    weights = [AGENT_WEIGHT if change.is_by_agent else 1.0 for change in changes]
    return world.rng.choices(changes, weights)[0] if changes else None
