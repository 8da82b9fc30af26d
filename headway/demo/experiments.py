"""Experiments of the demo company in issues, pull requests and an experiment platform."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, EFFECTS, HOST, REPOS, Json, Repo
from headway.demo.items import Change, Issue, Item
from headway.demo.world import World

#: share with an issue; the others are one pull request
TRACKED = 0.7
DECISION_DAYS = 24.0
#: share of the kept ones that a feature brings to all customers
ROLLED_OUT = 0.4
SHIPPED_DECISIONS = {"kept": 0.36, "killed": 0.25, "inconclusive": 0.17, "": 0.22}
UNSHIPPED_DECISIONS = {"killed": 0.42, "inconclusive": 0.18, "": 0.4}
#: a week, before and after the rollout: without a pull request, and on the platform
LOOSE, ON_PLATFORM = (0.06, 0.3), (0.1, 0.4)
MOBILE_LABELS = {"kept": "success", "killed": "failed", "inconclusive": "inconclusive"}


def plan_experiments(world: World) -> None:
    """Group experimental pull requests by issue, decide most, and add those of the platform."""
    tracked, alone = _track(world)
    for issue, change in tracked.items():
        is_shipped = change.merged and change.merged < world.end
        _decide(world, issue, change.merged if is_shipped else None)
    for change in alone:
        if change.merged and world.happens(0.7):
            decisions = {key: weight for key, weight in SHIPPED_DECISIONS.items() if key}
            label = _label(change, world.pick(decisions))
            change.label(_decided_at(world, change.merged), change.person.login, label)
    for at in _times(world, LOOSE):
        repo = REPOS[world.rng.choice(("web", "mobile", "pipeline"))]
        _decide(world, _open(world, repo, world.soon(at, 6)), None)
    for at in _times(world, ON_PLATFORM):
        repo = REPOS[world.rng.choice(("web", "web", "mobile"))]
        trial = _add_trial(world, world.describe(DATA["experiments"], repo), world.soon(at, 6))
        trial["repo"] = repo.full_name if world.happens(0.7) else None
    public = [item for item in (*tracked, *alone) if item.repo.name in ("web", "mobile")]
    for item in sorted(public, key=lambda item: item.opened)[::16]:
        _add_trial(world, item.title, item.opened, item)["repo"] = item.repo.full_name


def _times(world: World, rates: tuple[float, float]) -> list[datetime]:
    """Return random times at a rate a week before, and one after the rollout."""
    before, after = rates
    return [
        at
        for at in world.times(after)
        if world.happens(before / after + (1 - before / after) * world.effect(EFFECTS.teams[0], at))
    ]


def _track(world: World) -> tuple[dict[Issue, Change], list[Change]]:
    """Return the issues with their pull requests, and the pull requests without an issue."""
    tracked, alone = dict[Issue, Change](), list[Change]()
    for change in [change for change in world.changes if change.kind == "experiment"]:
        issue = change.issue
        if issue:  # a merge does not close an experiment; the decision does
            change.notes = [note for note in change.notes if note[1] is not issue]
        elif world.happens(TRACKED):
            before = world.soon(change.opened - world.span(1, 6), 6)
            before = max(min(before, change.opened - timedelta(hours=1)), world.begin)
            issue = _open(world, change.repo, before)
            issue.title = world.describe(DATA["experiments"], component=change.component)
        if issue:
            change.link(issue, "Part of #%d", is_closing=False)
            tracked[issue] = change
        else:
            alone.append(change)
    return tracked, alone


def _open(world: World, repo: Repo, opened: datetime) -> Issue:
    """Add the issue of an experiment; some get their label days later."""
    title = world.describe(DATA["experiments"], repo)
    issue = world.open_issue(repo, opened, title, world.rng.choice(DATA["hypotheses"]))
    if world.happens(0.15):
        issue.label(opened + world.span(0.5, 6), issue.author, "experiment")
    elif world.happens(0.1):
        issue.title = f"Experiment: {title}"
    else:
        issue.labels = ("experiment",)
    return issue


def _decided_at(world: World, since: datetime) -> datetime:
    """Return the time of a decision on something visible to customers since then."""
    return world.soon(since + timedelta(days=DECISION_DAYS * world.spread(0.55)), 5)


def _label(item: Item, decision: str) -> str:
    if item.repo.name == "mobile":
        return f"experiment: {MOBILE_LABELS[decision]}"
    return f"decision: {decision}"


def _decide(world: World, issue: Issue, shipped: datetime | None) -> None:
    """Decide an experiment by a label, by a close, or not at all."""
    decision = world.pick(SHIPPED_DECISIONS if shipped else UNSHIPPED_DECISIONS)
    at = _decided_at(world, shipped or issue.opened)
    actor = world.member(issue.repo.owner, at).login
    reason = "NOT_PLANNED" if decision == "killed" else "COMPLETED"
    if decision == "kept" and world.happens(ROLLED_OUT):
        near = timedelta(days=12)
        features = world.unlinked(issue.repo, at - near, at + near, "feature")
        for change in [change for change in features if change.opened > at - near][:1]:
            change.link(issue, "Brings #%d to all customers.", is_closing=False)
    if not decision:
        if world.happens(0.3):  # the last merge closed it by mistake
            issue.close(at, actor)
            issue.reopen(at + world.span(0.2, 3), actor)
    elif (decision == "inconclusive" and shipped) or world.happens(0.6):
        issue.label(at, actor, _label(issue, decision))
        if world.happens(0.8):
            issue.close(at + timedelta(minutes=world.rng.randint(1, 3000)), actor, reason)
    else:
        issue.close(at, actor, reason)


def _add_trial(world: World, title: str, started: datetime, item: Item | None = None) -> Json:
    """Add a row of the platform's export and return it."""
    rng, started, shipped = world.rng, started.replace(microsecond=0), None
    key = f"exp_{rng.getrandbits(36):09x}"
    if world.happens(0.85):
        shipped = started + timedelta(hours=round(rng.uniform(4, 200)))
    decision = world.pick(SHIPPED_DECISIONS if shipped else UNSHIPPED_DECISIONS)
    decided = _decided_at(world, shipped or started) if decision else None
    shipped, decided = (at if at and at < world.end else None for at in (shipped, decided))
    trial = {
        "key": key,
        "title": title,
        "url": f"https://experiments.{HOST}/experiment/{key}",
        "started_at": started,
        "shipped_at": shipped,
        "decided_at": decided,
        "decision": decision if decided else None,
        "updated_at": max(at for at in (started, shipped, decided) if at),
    }
    world.trials.append((trial, item))
    return trial
