"""The demo company's customers: what they report, who answers when, and how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import ENGINEER, HOME, PRODUCT, REPOS, Person, Repo, later
from headway.demo.items import Issue
from headway.demo.sayings import FIRST_WORDS, REPORTS, SECOND_WORDS, SPELLINGS, TOLD
from headway.demo.words import CLOSING
from headway.demo.world import World

#: reports a week at first, and how many more in the end: the shop grows
REPORTS_A_WEEK, GROWTH = 2.4, 0.4
WHERE = {"web": 0.45, "mobile": 0.35, "api": 0.2}
KINDS = {"bug": 0.45, "customer feedback": 0.3, "feature request": 0.25}
#: working hours to the first answer in the middle, how much they vary, and what agents that sort reports save
ANSWER_HOURS, ANSWER_SPREAD, ANSWER_CHANGE = 5.0, 1.35, -0.1
#: how a report begins: an answer, a close without a word, the author's own close, or nothing
STARTS = {"answered": 0.82, "closed": 0.04, "withdrawn": 0.06, "never": 0.08}
#: how answered ones end; what a pull request closes is closed by hand where none fits
ENDS = {
    "pull request": 0.42,
    "by hand": 0.22,
    "not planned": 0.1,
    "duplicate": 0.06,
    "author": 0.06,
    "stale": 0.04,
    "open": 0.1,
}
RESOLUTION_DAYS, RESOLUTION_SPREAD = 9.0, 1.0
PEER_FIRST, REOPENED = 0.15, 0.05
#: feedback that colleagues pass on is answered so often
PASSED_ON_ANSWERED = 0.85
#: the accounts that have left GitHub since
LEFT = 0.02
#: the feedback that is found to be UX debt
DEBT_SHARE = 0.12
LABELS = {"bug": ("bug", "customer feedback"), "customer feedback": ("customer feedback",)}


def plan_customers(world: World) -> None:
    """Add what customers report, and answers to what colleagues pass on for them."""
    rng, at = world.chance.rng, world.begin
    for issue in (issue for issue in world.issues if issue.labels == ("customer feedback",)):
        person = answerer(world, issue.repo, issue.opened)
        if person.login != issue.author and rng.random() < PASSED_ON_ANSWERED:
            issue.comments.append(
                (answered_at(world, issue.repo, issue.opened, person), person.login)
            )
    while True:
        age = (at - world.begin) / (world.end - world.begin)
        at += timedelta(weeks=rng.expovariate(REPORTS_A_WEEK * (1 + GROWTH * age)))
        if at >= world.end:
            break
        _report(world, REPOS[world.chance.pick(WHERE, "customers")], at)


def customer(world: World) -> str:
    """Return one of the customers; some write much more than others."""
    index = int(world.chance.rng.paretovariate(0.7)) - 1
    index %= len(FIRST_WORDS) * len(SECOND_WORDS)
    return f"{FIRST_WORDS[index % len(FIRST_WORDS)]}-{SECOND_WORDS[index % len(SECOND_WORDS)]}"


def answerer(world: World, repo: Repo, at: datetime) -> Person:
    """Return who answers customers there: engineers and product people of the owners."""
    crew = [p for p in world.members(repo.owner, at.date()) if p.role in (ENGINEER, PRODUCT)]
    return world.chance.rng.choice(crew)


def answered_at(world: World, repo: Repo, since: datetime, person: Person) -> datetime:
    """Return when somebody answers, in their working hours."""
    effect = world.effect(repo.owner, since)
    hours = (
        ANSWER_HOURS
        * (1 + ANSWER_CHANGE * effect)
        * world.chance.spread(ANSWER_SPREAD, "answer", effect > 0)
    )
    return later(since, hours, person.zone) + timedelta(seconds=world.chance.rng.randint(5, 50))


def _report(world: World, repo: Repo, opened: datetime) -> None:
    chance, rng = world.chance, world.chance.rng
    kind = chance.pick(KINDS, "report")
    thing = rng.choice([thing for things in repo.areas.values() for thing in things])
    author = "" if chance.happens(LEFT, "left") else customer(world)
    title = rng.choice(REPORTS[kind]).format(thing=thing)
    issue = Issue(repo, opened.replace(microsecond=0), author, title, rng.choice(TOLD))
    world.issues.append(issue)
    person = answerer(world, repo, opened)
    answer = answered_at(world, repo, issue.opened, person)
    if repo.name == "web":  # a bot thanks for the report, at once
        issue.comments.append(
            (issue.opened + timedelta(seconds=rng.randint(20, 90)), "github-actions")
        )
    if chance.happens(PEER_FIRST, "peer"):
        peer = customer(world)
        if peer != author:
            issue.comments.append((issue.opened + (answer - issue.opened) * rng.random(), peer))
    start = chance.pick(STARTS, "start", opened >= world.rollout)
    if start == "withdrawn" and author:
        issue.close(issue.opened + (answer - issue.opened) * rng.uniform(0.2, 0.9), author)
        if rng.random() < 0.5:  # a word after that is no answer
            issue.comments.append((answer, person.login))
    elif start == "closed":
        issue.close(answer, person.login, rng.choice(("NOT_PLANNED", "DUPLICATE", "COMPLETED")))
    elif start != "never":
        issue.comments.append((answer, person.login))
        for name in LABELS.get(kind, (kind,))[: rng.randint(1, 2)]:
            issue.label(answer + timedelta(seconds=rng.randint(20, 400)), person.login, name)
        if kind == "customer feedback" and chance.happens(DEBT_SHARE, "debt"):
            name = chance.pick(SPELLINGS[repo.name], "spelling", repo.name)
            issue.label(answer + timedelta(minutes=rng.randint(10, 90)), person.login, name)
        if author and rng.random() < 0.4:
            issue.comments.append((answer + timedelta(hours=rng.lognormvariate(1, 1.2)), author))
        _end(world, issue, answer, person, kind)


def _end(world: World, issue: Issue, answer: datetime, person: Person, kind: str) -> None:
    chance, rng = world.chance, world.chance.rng
    end, login = chance.pick(ENDS, "end"), person.login
    days = RESOLUTION_DAYS * chance.spread(RESOLUTION_SPREAD, "resolution")
    over = later(answer + timedelta(days=days), rng.random() * 5, HOME)
    if end == "pull request" and _link(world, issue, over, kind):
        return
    if end in ("pull request", "by hand"):
        issue.close(over, login)
        if issue.author and chance.happens(REOPENED, "customer again"):
            again = over + timedelta(days=rng.uniform(0.2, 9))
            issue.reopen(again, issue.author)
            issue.comments.append((later(again, rng.random() * 9, person.zone), login))
            issue.close(later(again + timedelta(days=rng.lognormvariate(1, 1)), 1, HOME), login)
    elif end == "author":
        issue.close(over, issue.author or login)
    elif end == "stale":
        issue.close(over + timedelta(days=60), "github-actions", "NOT_PLANNED")
    elif end != "open":
        issue.close(over, login, "DUPLICATE" if end == "duplicate" else "NOT_PLANNED")


def _link(world: World, issue: Issue, over: datetime, kind: str) -> bool:
    """Let a pull request that is merged around then close it, if there is one."""
    kinds = ("feature",) if kind == "feature request" else ("fix",)
    result = [
        c for c in world.free(*kinds) if c.repo is issue.repo and not c.milestone and c.merged
    ]
    fitting = [
        c
        for c in result
        if c.opened > issue.opened + timedelta(hours=1) and c.merged and c.merged >= over
    ]
    change = next(iter(fitting), None)
    if change is None or change.opened > over + timedelta(days=25):
        return False
    issue.title = world.chance.rng.choice(REPORTS[kind]).format(thing=change.thing)
    change.link(issue, world.chance.rng.choice(CLOSING))
    return True
