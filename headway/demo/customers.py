"""Reports, requests and discussions of the demo company's customers, with their answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import CODE_REPOS, DATA, REPOS, Json, Person, Repo, later, post
from headway.demo.items import Discussion, Issue
from headway.demo.texts import CLOSING
from headway.demo.world import World

BACKLOG_A_WEEK, DISCUSSIONS_A_WEEK = 2.0, 1.45
#: reports a week at first, and their growth over the history
REPORTS_A_WEEK, GROWTH = 2.4, 0.4
REPO_SHARES = {"web": 0.45, "mobile": 0.35, "api": 0.2}
REPORT_KINDS = {"bug": 0.45, "customer feedback": 0.3, "feature request": 0.25}
BACKLOG_KINDS = {"feature": 0.45, "bug": 0.4, "customer feedback": 0.15}
#: median of working hours to the first answer, and its change by agents that sort reports
ANSWER_HOURS, ANSWER_SPREAD, ANSWER_CHANGE = 5.0, 1.35, -0.1
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


def plan_backlog(world: World) -> None:
    """Add issues without a pull request: resolved, declined, or open."""
    rng = world.rng
    for at in world.times(BACKLOG_A_WEEK):
        opened, repo = world.soon(at, 3), rng.choice(CODE_REPOS)
        label = rng.choices(list(BACKLOG_KINDS), list(BACKLOG_KINDS.values()))[0]
        title = world.describe(DATA["issues"][label], repo)
        issue = world.open_issue(repo, opened, title, rng.choice(DATA["contexts"]), label)
        if rng.random() < 0.55:
            closed = later(opened + timedelta(days=rng.lognormvariate(3, 1)), 1)
            reason = rng.choice(("COMPLETED", "COMPLETED", "NOT_PLANNED"))
            issue.close(closed, issue.author, reason)


def plan_customers(world: World) -> None:
    """Add the reports of customers, and answers to forwarded feedback."""
    for issue in world.issues:
        if issue.labels == ("customer feedback",):
            person = _answerer(world, issue.repo, issue.opened)
            if person.login != issue.author and world.rng.random() < FORWARDED_ANSWERED:
                issue.comment(_answered_at(world, issue.repo, issue.opened, person), person.login)
    for at in world.times(REPORTS_A_WEEK, GROWTH):
        _report(world, REPOS[world.pick(REPO_SHARES, "customers")], at)


def _customer(world: World) -> str:
    """Return a customer; some write much more than others."""
    first, second = DATA["customer_first_words"], DATA["customer_second_words"]
    index = (int(world.rng.paretovariate(0.7)) - 1) % (len(first) * len(second))
    return f"{first[index % len(first)]}-{second[index % len(second)]}"


def _answerer(world: World, repo: Repo, at: datetime) -> Person:
    return world.member(repo.owner, at, "engineering", "product")


def _answered_at(world: World, repo: Repo, since: datetime, person: Person) -> datetime:
    """Return the time of an answer, in the person's working hours."""
    effect = world.effect(repo.owner, since)
    hours = ANSWER_HOURS * (1 + ANSWER_CHANGE * effect)
    hours *= world.spread(ANSWER_SPREAD, "answer", effect > 0)
    return later(since, hours, person.zone) + timedelta(seconds=world.rng.randint(5, 50))


def _report(world: World, repo: Repo, opened: datetime) -> None:
    """Add a report with its first response."""
    rng = world.rng
    kind = world.pick(REPORT_KINDS, "report")
    author = "" if world.happens(DELETED, "deleted account") else _customer(world)
    title, body = world.describe(DATA["reports"][kind], repo), rng.choice(DATA["remarks"])
    issue = world.open_issue(repo, opened, title, body, by=author)
    person = _answerer(world, repo, opened)
    login, answer = person.login, _answered_at(world, repo, opened, person)
    span = answer - opened
    if repo.name == "web":
        issue.comment(opened + timedelta(seconds=rng.randint(20, 90)), "github-actions")
    if world.happens(PEER_FIRST, "peer"):
        peer = _customer(world)
        if peer != author:
            issue.comment(opened + span * rng.random(), peer)
    start = world.pick(STARTS, "start", opened >= world.rollout)
    if start == "withdrawn" and author:
        issue.close(opened + span * rng.uniform(0.2, 0.9), author)
        if rng.random() < 0.5:
            issue.comment(answer, login)
    elif start == "closed":
        issue.close(answer, login, rng.choice(("NOT_PLANNED", "DUPLICATE", "COMPLETED")))
    elif start != "never":
        issue.comment(answer, login)
        for name in LABELS.get(kind, (kind,))[: rng.randint(1, 2)]:
            issue.label(answer + timedelta(seconds=rng.randint(20, 400)), login, name)
        if kind == "customer feedback" and world.happens(DEBT_SHARE, "debt"):
            name = world.pick(repo.debt_labels, "debt label", repo.name)
            issue.label(answer + timedelta(minutes=rng.randint(10, 90)), login, name)
        if author and rng.random() < 0.4:
            issue.comment(answer + timedelta(hours=rng.lognormvariate(1, 1.2)), author)
        _end(world, issue, answer, person, kind)


def _end(world: World, issue: Issue, answer: datetime, person: Person, kind: str) -> None:
    """Resolve, decline or leave an answered report."""
    rng, login = world.rng, person.login
    end = world.pick(ENDS, "end")
    days = RESOLUTION_DAYS * world.spread(RESOLUTION_SPREAD, "resolution")
    closed = world.soon(answer + timedelta(days=days), 5)
    if end == "pull request" and _link(world, issue, closed, kind):
        return
    if end in ("pull request", "by hand"):
        issue.close(closed, login)
        if issue.author and world.happens(REOPENED, "customer again"):
            again = closed + world.days(0.2, 9)
            issue.reopen(again, issue.author)
            issue.comment(later(again, rng.random() * 9, person.zone), login)
            issue.close(later(again + timedelta(days=rng.lognormvariate(1, 1)), 1), login)
    elif end == "author":
        issue.close(closed, issue.author or login)
    elif end == "stale":
        issue.close(closed + timedelta(days=60), "github-actions", "NOT_PLANNED")
    elif end != "open":
        issue.close(closed, login, "DUPLICATE" if end == "duplicate" else "NOT_PLANNED")


def _link(world: World, issue: Issue, closed: datetime, kind: str) -> bool:
    """Let the next fitting pull request close a report; return False without one."""
    work = "feature" if kind == "feature request" else "fix"
    for merged, change in world.candidates(issue, 1, work):
        if merged >= closed:
            if change.opened > closed + timedelta(days=25):
                return False
            issue.title = world.describe(DATA["reports"][kind], component=change.component)
            change.link(issue, world.rng.choice(CLOSING))
            return True
    return False


def plan_discussions(world: World) -> None:
    """Add questions and ideas with their answers."""
    rng = world.rng
    for opened in world.times(DISCUSSIONS_A_WEEK):
        repo = REPOS[world.pick(REPO_SHARES, "discussions")]
        category, person = world.pick(CATEGORIES, "category"), _answerer(world, repo, opened)
        author = _customer(world)
        if world.happens(0.12, "colleague"):
            author = _answerer(world, repo, opened).login
        title = world.describe(DATA["questions"][category], repo)
        discussion = Discussion(repo, opened, author, title, category=category)
        world.discussions.append(discussion)
        if repo.name == "web" and category == "Q&A":
            discussion.comment(opened + timedelta(seconds=40), "github-actions")
        answer, peer = _answered_at(world, repo, opened, person), None
        if world.happens(0.3, "peer answers"):
            at = opened + (answer - opened) * rng.uniform(0.1, 0.9)
            peer = discussion.comment(at, _customer(world))
        if world.happens(0.1, "no answer") or person.login == author:
            continue
        if peer and world.happens(0.5, "reply"):
            peer["replies"].append(post(answer, person.login))
            best = peer
        else:
            best = discussion.comment(answer, person.login)
            if world.happens(0.5, "thanks"):
                thanked = answer + timedelta(hours=world.rng.lognormvariate(1, 1))
                best["replies"].append(post(thanked, author))
        if peer and world.happens(0.25, "peer accepted"):
            best = peer
        _close(world, discussion, best, answer)


def _close(world: World, discussion: Discussion, best: Json, answer: datetime) -> None:
    """Accept an answer, close the discussion, or leave it open."""
    rng = world.rng
    at = later(answer + timedelta(hours=rng.lognormvariate(2.5, 1.2)), 1)
    if discussion.category == "Q&A" and world.happens(0.7, "accepted"):
        discussion.answer, discussion.answered = best, at
        discussion.answered_by = rng.choice((discussion.author, best["author"]["login"]))
        return
    discussion.reason = world.pick(CLOSE_REASONS, "discussion closed") or None
    if discussion.reason and discussion.reason != "REOPENED":
        discussion.closed_at = at + world.days(2, 40)
