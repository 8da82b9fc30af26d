"""Reports, requests and discussions of the demo company's customers, with their answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, REPOS, Person, Repo, later, post
from headway.demo.items import Discussion, Issue, settle
from headway.demo.texts import CLOSING
from headway.demo.world import World

REPORTS_A_WEEK, DISCUSSIONS_A_WEEK = 3.2, 1.0
REPO_SHARES = {"web": 0.45, "mobile": 0.35, "api": 0.2}
REPORT_KINDS = {"bug": 0.45, "customer feedback": 0.3, "feature request": 0.25}
#: median of working hours to the first answer
ANSWER_HOURS, ANSWER_SPREAD = 5.0, 1.2
#: first response to a report
STARTS = {"answered": 0.82, "closed": 0.04, "withdrawn": 0.06, "never": 0.08}
#: end of an answered report; closed by hand if no pull request fits
ENDS: dict[str, float] = DATA["ends"]["reports"]
RESOLUTION_DAYS, RESOLUTION_SPREAD = 9.0, 1.0
#: shares: another customer answers first, reopened, forwarded feedback with an answer,
#: deleted accounts, and feedback labelled as UX debt
PEER_FIRST, REOPENED, FORWARDED_ANSWERED, DELETED, DEBT_SHARE = 0.15, 0.05, 0.85, 0.02, 0.12
LABELS = {"bug": ("bug", "customer feedback")}
CATEGORIES = {"Q&A": 0.62, "Ideas": 0.3, "General": 0.08}
CLOSE_REASONS = {"RESOLVED": 0.2, "OUTDATED": 0.12, "DUPLICATE": 0.05, "REOPENED": 0.03, "": 0.6}


def plan_customers(world: World) -> None:
    """Add the reports of customers, and answers to forwarded feedback."""
    for issue in world.issues:
        if issue.labels == ("customer feedback",):
            person = _answerer(world, issue.repo, issue.opened)
            if person.login != issue.author and world.happens(FORWARDED_ANSWERED):
                issue.comment(_answered_at(world, issue.opened, person), person.login)
    for at in world.times(REPORTS_A_WEEK):
        _report(world, REPOS[world.pick(REPO_SHARES)], at)


def _customer(world: World) -> str:
    """Return a customer; some write much more than others."""
    first, second = DATA["customer_first_words"], DATA["customer_second_words"]
    index = (int(world.rng.paretovariate(0.7)) - 1) % (len(first) * len(second))
    return f"{first[index % len(first)]}-{second[index % len(second)]}"


def _answerer(world: World, repo: Repo, at: datetime) -> Person:
    return world.member(repo.owner, at, "engineering", "product")


def _answered_at(world: World, since: datetime, person: Person) -> datetime:
    """Return the time of an answer, in the person's working hours."""
    hours = ANSWER_HOURS * world.spread(ANSWER_SPREAD)
    return later(since, hours, person.zone) + timedelta(seconds=world.rng.randint(5, 50))


def _report(world: World, repo: Repo, opened: datetime) -> None:
    """Add a report with its first response."""
    rng, kind = world.rng, world.pick(REPORT_KINDS)
    author = "" if world.happens(DELETED) else _customer(world)
    title, body = world.describe(DATA["reports"][kind], repo), rng.choice(DATA["remarks"])
    issue = world.open_issue(repo, opened, title, body, by=author)
    person = _answerer(world, repo, opened)
    login, answer = person.login, _answered_at(world, opened, person)
    span = answer - opened
    if repo.name == "web":
        issue.comment(opened + timedelta(seconds=rng.randint(20, 90)), "github-actions")
    if (peer := _customer(world)) != author and world.happens(PEER_FIRST):
        issue.comment(opened + span * rng.random(), peer)
    start = world.pick(STARTS)
    if start == "withdrawn" and author:
        issue.close(opened + span * rng.uniform(0.2, 0.9), author)
        if world.happens(0.5):
            issue.comment(answer, login)
    elif start == "closed":
        issue.close(answer, login, rng.choice(("NOT_PLANNED", "DUPLICATE", "COMPLETED")))
    elif start != "never":
        issue.comment(answer, login)
        for name in LABELS.get(kind, (kind,))[: rng.randint(1, 2)]:
            issue.label(answer + timedelta(seconds=rng.randint(20, 400)), login, name)
        if kind == "customer feedback" and world.happens(DEBT_SHARE):
            name = world.pick(repo.debt_labels)
            issue.label(answer + timedelta(minutes=rng.randint(10, 90)), login, name)
        _end(world, issue, answer, person, kind)


def _end(world: World, issue: Issue, answer: datetime, person: Person, kind: str) -> None:
    """Resolve, decline or leave an answered report."""
    login, end = person.login, world.pick(ENDS)
    days = RESOLUTION_DAYS * world.spread(RESOLUTION_SPREAD)
    closed = world.soon(answer + timedelta(days=days + 60 * (end == "stale")), 5)
    if end == "pull request" and _link(world, issue, closed, kind):
        return
    if end in ("pull request", "by hand"):
        issue.close(closed, login)
        if issue.author and world.happens(REOPENED):
            again = closed + world.span(0.2, 9)
            issue.reopen(again, issue.author)
            issue.comment(later(again, world.rng.random() * 9, person.zone), login)
            issue.close(later(again + timedelta(days=world.spread(1)), 1), login)
    elif end != "open":
        settle(issue, end, closed, issue.author or login if end == "author" else login)


def _link(world: World, issue: Issue, closed: datetime, kind: str) -> bool:
    """Let the next fitting pull request close a report; return False without one."""
    work = "feature" if kind == "feature request" else "fix"
    for change in world.unlinked(issue.repo, closed, closed + timedelta(days=30), work):
        if change.opened > issue.opened + timedelta(hours=1) and not change.milestone:
            issue.title = world.describe(DATA["reports"][kind], component=change.component)
            change.link(issue, world.rng.choice(CLOSING))
            return True
    return False


def plan_discussions(world: World) -> None:
    """Add questions and ideas with their answers."""
    rng = world.rng
    for opened in world.times(DISCUSSIONS_A_WEEK):
        repo, category = REPOS[world.pick(REPO_SHARES)], world.pick(CATEGORIES)
        person, author = _answerer(world, repo, opened), _customer(world)
        title = world.describe(DATA["questions"][category], repo)
        discussion = Discussion(repo, opened, author, title, category=category)
        world.discussions.append(discussion)
        answered, best = _answered_at(world, opened, person), None
        if world.happens(0.3):  # another customer is faster
            best = discussion.comment(opened + (answered - opened) * rng.random(), _customer(world))
        if world.happens(0.1):
            continue
        if best and world.happens(0.5):
            best["replies"].append(post(answered, person.login))
        else:
            best = discussion.comment(answered, person.login)
        at = later(answered + timedelta(hours=rng.lognormvariate(2.5, 1.2)), 1)
        if category == "Q&A" and world.happens(0.7):
            discussion.answer, discussion.answered, discussion.answered_by = best, at, author
        elif reason := world.pick(CLOSE_REASONS):
            discussion.reason = reason
            discussion.closed_at = None if reason == "REOPENED" else at + world.span(2, 40)
