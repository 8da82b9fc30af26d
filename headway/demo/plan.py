"""The demo company's work, week by week: what is started, by whom, with which help, and how it goes through review."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from headway.demo.company import (
    DESIGNER,
    ENGINEER,
    HISTORY,
    HOME,
    PRODUCT,
    REPOS,
    ROLLOUT,
    TEAMS,
    Repo,
    is_workday,
    later,
)
from headway.demo.items import Change, Issue
from headway.demo.review import review
from headway.demo.text import files, plain, text, title
from headway.demo.words import CLOSING, COMMITS, ISSUES, LABELS, OPENED_LATER, SEEN
from headway.demo.world import AGENT_LOGINS, World

#: how much of a team's work is what, and the working hours that it takes to code
MIX = {
    "feature": 0.35,
    "fix": 0.25,
    "refactor": 0.11,
    "chore": 0.11,
    "test": 0.07,
    "docs": 0.07,
    "experiment": 0.04,
}
CODING_HOURS = {
    "feature": 21.0,
    "fix": 11.0,
    "refactor": 15.0,
    "chore": 6.5,
    "test": 10.0,
    "docs": 6.0,
    "experiment": 17.0,
}
CODING_SPREAD = 1.05
#: coding time of work that an agent or assistant took part in, relative to other work of the same team and weeks
AI_CODING = 0.6
#: which helpers: the authors or branches that show an agent, and the traces that show an assistant
HELPERS_BEFORE = {"copilot trailer": 0.5, "cursor trailer": 0.3, "claude trailer": 0.2}
HELPERS_AFTER = {
    "copilot": 0.22,
    "devin": 0.08,
    "codex branch": 0.11,
    "claude branch": 0.11,
    "claude trailer": 0.26,
    "cursor trailer": 0.12,
    "copilot trailer": 0.1,
}
TRAILERS = {
    "claude trailer": "Co-Authored-By: Claude <noreply@anthropic.com>",
    "claude branch": "Co-Authored-By: Claude <noreply@anthropic.com>",
    "cursor trailer": "Co-authored-by: Cursor <cursoragent@cursor.com>",
    "copilot trailer": "Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
}
#: what tells the kind of work, if anything does
SIGNALS = {
    "label and title": 0.33,
    "title": 0.26,
    "label": 0.17,
    "linked issue": 0.08,
    "branch": 0.06,
    "none": 0.1,
}
WILLING = {
    ENGINEER: dict.fromkeys(MIX, 1.0),
    DESIGNER: {"feature": 0.25, "fix": 0.15, "docs": 0.3, "experiment": 0.4},
    PRODUCT: {"feature": 0.08, "docs": 0.45, "experiment": 0.4},
}
#: how much more those whose role is not engineering take up where agents came, relative to before
WILLING_GROWTH = 1.4
SHARE = {"junior": 0.75, "mid": 1.0, "senior": 1.1, "staff": 0.8}


def plan_work(world: World) -> None:
    """Add what people and agents start, week by week, to the world."""
    chance, due = (
        world.chance,
        {(team, kind): world.chance.rng.random() for team in TEAMS for kind in MIX},
    )
    monday = world.begin - timedelta(days=world.begin.weekday())
    while monday < world.end:
        days = [monday + timedelta(days=n) for n in range(7)]
        days = [day for day in days if is_workday(day.date()) and world.begin <= day < world.end]
        for team, ways in TEAMS.items():
            kinds: list[str] = []
            for kind, share in MIX.items() if days else ():
                rate = (
                    ways.weekly
                    * share
                    * len(days)
                    / 5
                    * _season(monday)
                    * (0.75 + 0.5 * chance.uniform(team, kind))
                )
                if kind == "feature":
                    rate *= 1 + ROLLOUT.feature_change * world.effect(team, monday)
                due[team, kind] += rate
                kinds += [kind] * int(due[team, kind])
                due[team, kind] %= 1
            chance.rng.shuffle(kinds)
            for kind in kinds:
                _start(
                    world,
                    team,
                    kind,
                    chance.rng.choices(days, [1.0 if d.weekday() < 4 else 0.7 for d in days])[0],
                )
        monday += timedelta(weeks=1)


def _season(monday: datetime) -> float:
    """Fewer things are started in the summer and in the week before Christmas."""
    return (
        0.8 if monday.month == 8 else 0.55 if monday.month == 12 and 15 <= monday.day < 24 else 1.0
    )


def _start(world: World, team: str, kind: str, day: datetime) -> None:
    """Plan one piece of work that is started on a day."""
    chance, rng = world.chance, world.chance.rng
    effect, era = world.effect(team, day), day >= world.rollout
    crew = [p for p in world.members(team, day.date()) if kind in WILLING[p.role]]
    keen = 1 + WILLING_GROWTH * effect
    weights = [
        WILLING[p.role][kind] * SHARE[p.level] * (1 if p.role == ENGINEER else keen) for p in crew
    ]
    person = rng.choices(crew, weights)[0]
    zone = person.zone - (6 if rng.random() < 0.06 else 0)  # some evenings
    share = ROLLOUT.ai_share_before + (ROLLOUT.ai_share_after - ROLLOUT.ai_share_before) * effect
    helper = None
    if chance.happens(share, "ai", team, era):
        helper = chance.pick(
            HELPERS_AFTER if rng.random() < effect else HELPERS_BEFORE, "helper", team, era
        )
    repo, folder = _place(world, team, kind, day)
    thing = rng.choice(repo.areas[folder])
    touched = files(rng, repo, folder, thing, kind)
    start = chance.after(day - timedelta(hours=zone), 11 * rng.random(), zone)
    coding = (
        CODING_HOURS[kind] * TEAMS[team].pace[0] * chance.spread(CODING_SPREAD, "coding", team, era)
    )
    coding *= (
        (1 + ROLLOUT.coding_change * effect) / _ai_pace(share) * _ai_pace(ROLLOUT.ai_share_before)
    )
    ready = chance.after(start, min(coding * (AI_CODING if helper else 1), 500), zone)
    is_agent = helper in AGENT_LOGINS
    is_draft = is_agent or chance.happens(0.2, "draft", team)
    opened = (
        start
        if is_agent
        else later(start, coding * rng.uniform(0.2, 0.6), zone)
        if is_draft
        else ready
    )
    opened = min(opened, ready)
    signal = chance.pick(SIGNALS, "signal", kind, era)
    author = AGENT_LOGINS.get(helper or "", person.login)
    change = Change(
        repo=repo,
        opened=opened + timedelta(seconds=7),
        author=author,
        title=title(rng, repo, folder, thing, kind, "title" in signal),
        body=text(rng, thing, kind),
        labels=(LABELS[kind],) if "label" in signal else (),
        kind=kind,
        team=team,
        person=person,
        branch="",
        files=touched,
        oid=chance.oid(),
        opened_as_draft=is_draft,
    )
    change.ready = max(ready, change.opened)
    change.branch = _branch(rng, change, helper, signal)
    _write_commits(rng, change, helper, start)
    if signal == "linked issue" or chance.happens(0.18, "linked", team):
        _link(world, change, thing)
    if is_agent:
        _hand_off(rng, change)
    elif is_draft:
        change.events.append(
            (change.ready, {"__typename": "ReadyForReviewEvent", "actor": person.login})
        )
    review(world, change, zone)
    world.changes.append(change)


def _ai_pace(share: float) -> float:
    """How long coding takes on average where this share of the work has help."""
    return 1 - share * (1 - AI_CODING)


def _place(world: World, team: str, kind: str, day: datetime) -> tuple[Repo, str]:
    """The repository and folder of a piece of work; now and then it is not the team's own ground."""
    chance, rng = world.chance, world.chance.rng
    age = (day - world.begin) / HISTORY
    if (
        kind == "docs"
        and chance.happens(0.55, "docs", team)
        and not world.is_archived(REPOS["docs"], day)
    ):
        return REPOS["docs"], rng.choice(list(REPOS["docs"].areas))
    if chance.happens(0.05, "foreign", team):
        repo, homes = REPOS[rng.choice([name for name in REPOS if name != "docs"])], None
    else:
        repo, homes = REPOS[chance.pick(TEAMS[team].repos, "repo", team)], TEAMS[team].homes
    folders = [folder for folder in repo.areas if OPENED_LATER.get(folder, 0) <= age]
    own = [folder for folder in folders if homes and folder in homes] or folders
    weights = [
        1 / (2 + index) + (0.5 if folder in OPENED_LATER else 0) for index, folder in enumerate(own)
    ]
    return repo, rng.choices(own, weights)[0]


def _branch(rng: Random, change: Change, helper: str | None, signal: str) -> str:
    words = [
        word
        for word in plain(change.title).lower().split()
        if word.isalnum() and word not in ("a", "the", "to")
    ]
    slug = "-".join(words[:6])
    if helper in AGENT_LOGINS or (helper or "").endswith("branch"):
        kind = (helper or "").split()[0]
        return (
            f"{kind}/{rng.randrange(1_600_000_000, 1_800_000_000)}-{slug}"
            if kind == "devin"
            else f"{kind}/{slug}"
        )
    prefix = {"feature": "feat", "experiment": "exp", "refactor": "refactor", "test": "test"}.get(
        change.kind, change.kind
    )
    return f"{change.person.login}/{slug}" if signal == "none" else f"{prefix}/{slug}"


def _write_commits(rng: Random, change: Change, helper: str | None, start: datetime) -> None:
    """The commits up to ready, the first at the start of work, and the traces of who helped."""
    ready = change.ready or change.opened
    trailer = TRAILERS.get(helper or "", "")
    if helper in AGENT_LOGINS:
        trailer = f"Co-authored-by: {change.person.login} <{change.person.login}@users.noreply.github.com>"
        change.commits.append((start, "Initial plan", change.author))
        start += timedelta(minutes=rng.randint(4, 40))
    places = sorted(
        rng.random() for _ in range(rng.choices((0, 1, 2, 4), (0.45, 0.3, 0.18, 0.07))[0])
    )
    if rng.random() < 0.005:
        start -= timedelta(days=rng.randint(95, 200))  # an old branch that was taken up again
    times = [min(start, ready), *(start + (ready - start) * index for index in places)]
    for index, at in enumerate(times):
        message = rng.choice(COMMITS) if index else change.title
        change.commits.append(
            (at, f"{message}\n\n{trailer}" if trailer else message, change.author)
        )
    if helper == "claude trailer" and rng.random() < 0.5:
        change.body += "\n\nGenerated with [Claude Code](https://claude.com/claude-code)"
    elif helper == "devin":
        change.body += (
            f"\n\nLink to Devin run: https://app.devin.ai/sessions/{rng.getrandbits(64):016x}"
        )


def _hand_off(rng: Random, change: Change) -> None:
    """Show who called the agent's work ready and, where the agent is one that is assigned, who asked for it."""
    person, agent, at = change.person.login, change.author, change.opened
    if agent == AGENT_LOGINS["copilot"]:
        if rng.random() < 0.7:  # else the agent takes the task up by itself
            change.events.append(
                (at, {"__typename": "AssignedEvent", "actor": person, "assignee": agent})
            )
        change.events.append(
            (at, {"__typename": "AssignedEvent", "actor": agent, "assignee": person})
        )
    change.events.append(
        (change.ready or at, {"__typename": "ReadyForReviewEvent", "actor": person})
    )


def _link(world: World, change: Change, thing: str) -> None:
    """Give the change an issue that it closes."""
    rng = world.chance.rng
    label = (
        "feature"
        if change.kind == "feature"
        else rng.choice(("bug", "bug", "ux debt", "customer feedback"))
    )
    if change.kind in ("docs", "chore", "test", "refactor", "experiment"):
        label = LABELS[change.kind]
    phrase = rng.choice(ISSUES.get(label, (plain(change.title),))).format(thing=thing)
    opened = later(
        change.opened - timedelta(days=rng.lognormvariate(2, 1) + 1), rng.random() * 8, HOME
    )
    opened = max(opened, world.begin + timedelta(hours=rng.uniform(1, 3)))
    if opened < change.opened:
        crew = world.members(change.team, opened.date())
        author = rng.choice(crew).login
        issue = Issue(
            change.repo, opened, author, phrase[0].upper() + phrase[1:], rng.choice(SEEN), (label,)
        )
        change.link(issue, rng.choice(CLOSING))
        world.issues.append(issue)
