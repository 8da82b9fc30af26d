"""Planned work of the demo company: who starts which pull requests, with which AI help."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from headway.demo.company import (
    CODE_REPOS,
    DATA,
    DOCS,
    EFFECTS,
    REPOS,
    TEAMS,
    Repo,
    is_workday,
    later,
)
from headway.demo.items import Change
from headway.demo.review import review
from headway.demo.texts import CLOSING, KINDS, Task, plain
from headway.demo.world import World

CODING_SPREAD = 0.7
#: coding time with AI help, relative to other work of the same team and weeks
AI_CODING = 0.6
#: an agent's account or branch, or the trailer of an assistant
HELPERS: dict[str, dict[str, float]] = {era: DATA["helpers"][era] for era in ("before", "after")}
AGENT_LOGINS: dict[str, str] = DATA["helpers"]["logins"]
TRAILERS: dict[str, str] = DATA["helpers"]["trailers"]
#: what shows the kind of work, if anything does
SIGNALS: dict[str, float] = DATA["signals"]
#: how likely people of a role do a kind of work
WILLING = {
    "engineering": dict.fromkeys(KINDS, 1.0),
    "design": {"feature": 0.25, "fix": 0.15, "docs": 0.3, "experiment": 0.4},
    "product": {"feature": 0.08, "docs": 0.45, "experiment": 0.4},
}
#: relative growth of the work of people outside engineering after the rollout
WILLING_GROWTH = 1.4
LEVEL_SHARES = {"junior": 0.75, "mid": 1.0, "senior": 1.1, "staff": 0.8}


def plan_work(world: World) -> None:
    """Add the work that people and agents start."""
    shares = {kind: row.share for kind, row in KINDS.items()}
    for name, team in TEAMS.items():
        for at in world.times(team.weekly * (1 + EFFECTS.feature_change) * 7 / 5):
            day = at.replace(hour=0, minute=0, second=0)
            growth = EFFECTS.feature_change * world.effect(name, day)
            kinds = shares | {"feature": shares["feature"] * (1 + growth)}
            chance = _season(day) * sum(kinds.values()) / (1 + EFFECTS.feature_change)
            if is_workday(day.date()) and world.happens(chance):
                _start(world, name, world.pick(kinds), day)


def _season(day: datetime) -> float:
    """Return the relative amount of work: less in August, before Christmas and on Fridays."""
    if day.month == 12 and 15 <= day.day < 24:
        return 0.55
    return (0.8 if day.month == 8 else 1.0) * (1.05 if day.weekday() < 4 else 0.8)


def _start(world: World, team: str, kind: str, day: datetime) -> None:
    """Add a pull request that is started on a day."""
    rng, effect = world.rng, world.effect(team, day)
    crew = [person for person in world.members(team, day) if kind in WILLING[person.role]]
    growth = 1 + WILLING_GROWTH * effect
    weights = [
        WILLING[p.role][kind] * LEVEL_SHARES[p.level] * (1 if p.is_engineer else growth)
        for p in crew
    ]
    person = rng.choices(crew, weights)[0]
    zone = person.zone - (6 if world.happens(0.06) else 0)  # some evenings
    share = EFFECTS.ai_share_before + (EFFECTS.ai_share_after - EFFECTS.ai_share_before) * effect
    helper = ""
    if world.happens(share):
        helper = world.pick(HELPERS["after" if world.happens(effect) else "before"])
    repo, folder = _location(world, team, kind, day)
    task = Task(rng, repo, folder, rng.choice(repo.areas[folder]), kind)
    start = world.after(day - timedelta(hours=zone), 11 * rng.random(), zone)
    coding = KINDS[kind].coding_hours * TEAMS[team].pace[0] * (1 + EFFECTS.coding_change * effect)
    # the known change includes the growing share of faster work
    coding *= world.spread(CODING_SPREAD) * _pace(EFFECTS.ai_share_before) / _pace(share)
    ready = world.after(start, min(coding * (AI_CODING if helper else 1), 500), zone)
    is_agent = helper in AGENT_LOGINS
    is_draft = is_agent or world.happens(0.2)
    opened = start if is_agent else ready
    if is_draft and not is_agent:
        opened = min(later(start, coding * rng.uniform(0.2, 0.6), zone), ready)
    signal = world.pick(SIGNALS)
    change = Change(
        repo,
        opened + timedelta(seconds=7),
        AGENT_LOGINS.get(helper, person.login),
        task.title("title" in signal),
        task.description(),
        (KINDS[kind].label,) if "label" in signal else (),
        kind=kind,
        team=team,
        person=person,
        oid=world.oid(),
        component=task.component,
        files=task.files(),
        is_opened_as_draft=is_draft,
    )
    change.ready = max(ready, change.opened)
    change.branch = _branch(rng, change, helper, signal)
    _commit(rng, change, helper, start)
    if signal == "linked issue" or world.happens(0.18):
        _link(world, change, task.component)
    if helper == "copilot":
        if world.happens(0.7):  # otherwise the agent starts by itself
            change.assign(change.opened, person.login, change.author)
        change.assign(change.opened, change.author, person.login)
    if is_draft:
        change.add(change.ready, "ReadyForReviewEvent", person.login)
    review(world, change, zone)
    world.changes.append(change)


def _pace(share: float) -> float:
    """Return the relative coding time if this share of the work has AI help."""
    return 1 - share * (1 - AI_CODING)


def _location(world: World, team: str, kind: str, day: datetime) -> tuple[Repo, str]:
    """Return the repository and folder of a piece of work, mostly the team's own."""
    if kind == "docs" and world.happens(0.55) and not world.is_archived(DOCS, day):
        return DOCS, world.rng.choice(list(DOCS.areas))
    is_foreign = world.happens(0.05)
    repo = world.rng.choice(CODE_REPOS) if is_foreign else REPOS[world.pick(TEAMS[team].repos)]
    opened_later: dict[str, float] = DATA["opened_later"]
    folders = [area for area in repo.areas if opened_later.get(area, 0) <= world.share(day)]
    if not is_foreign:
        folders = [area for area in folders if area in TEAMS[team].folders] or folders
    return repo, world.pick(
        {area: 1 / (2 + n) + 0.5 * (area in opened_later) for n, area in enumerate(folders)}
    )


def _branch(rng: Random, change: Change, helper: str, signal: str) -> str:
    words = [word for word in plain(change.title).lower().split() if word.isalnum()]
    slug = "-".join([word for word in words if word not in ("a", "the", "to")][:6])
    if helper == "devin":
        return f"devin/{rng.randrange(1_600_000_000, 1_800_000_000)}-{slug}"
    if helper in AGENT_LOGINS or helper.endswith("branch"):
        return f"{helper.split()[0]}/{slug}"
    return f"{change.person.login if signal == 'none' else KINDS[change.kind].branch}/{slug}"


def _commit(rng: Random, change: Change, helper: str, start: datetime) -> None:
    """Add the commits until it is ready, with the traces of AI help."""
    ready, trailer = change.ready or change.opened, TRAILERS.get(helper, "")
    if helper in AGENT_LOGINS:
        login = change.person.login
        trailer = f"Co-authored-by: {login} <{login}@users.noreply.github.com>"
        change.commits.append((start, "Initial plan", change.author))
        start += timedelta(minutes=rng.randint(4, 40))
    count = rng.choices((0, 1, 2, 4), (0.45, 0.3, 0.18, 0.07))[0]
    shares = sorted(rng.random() for _ in range(count))
    times = [min(start, ready), *(start + (ready - start) * share for share in shares)]
    for index, at in enumerate(times):
        message = rng.choice(DATA["commits"]) if index else change.title
        text = f"{message}\n\n{trailer}" if trailer else message
        change.commits.append((at, text, change.author))
    if helper == "claude trailer" and rng.random() < 0.5:
        change.body += "\n\nGenerated with [Claude Code](https://claude.com/claude-code)"


def _link(world: World, change: Change, component: str) -> None:
    """Add an issue that the change closes."""
    rng = world.rng
    label = rng.choice(("bug", "bug", "ux debt", "customer feedback"))
    label = label if change.kind == "fix" else KINDS[change.kind].label
    opened = later(change.opened - timedelta(days=rng.lognormvariate(2, 1) + 1), rng.random() * 8)
    opened = max(opened, world.begin + timedelta(hours=rng.uniform(1, 3)))
    if opened < change.opened:
        phrases = DATA["issues"].get(label, [plain(change.title)])
        title, body = world.describe(phrases, component=component), rng.choice(DATA["contexts"])
        login = world.member(change.team, opened).login
        issue = world.open_issue(change.repo, opened, title, body, label, by=login)
        change.link(issue, rng.choice(CLOSING))
