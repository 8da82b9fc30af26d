"""Experiments of the demo company in issues, pull requests and an experiment platform."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, HOST, MOBILE, REPOS, Json, Repo
from headway.demo.items import Change, Issue, Item
from headway.demo.world import World

#: pull requests of an experiment: fewer after the rollout
SIZES_BEFORE, SIZES_AFTER = {1: 0.3, 2: 0.3, 3: 0.25, 5: 0.15}, {1: 0.55, 2: 0.35, 3: 0.1}
#: share with an issue; the others are one pull request
TRACKED = 0.7
PIECES_WITHIN = timedelta(days=60)
DECISION_DAYS = 24.0
#: share of the kept ones that a feature brings to all customers
ROLLED_OUT = 0.4
SHIPPED_DECISIONS = {"kept": 0.36, "killed": 0.25, "inconclusive": 0.17, "": 0.22}
UNSHIPPED_DECISIONS = {"killed": 0.42, "inconclusive": 0.18, "": 0.4}
#: experiments without a pull request, and on the platform: by parts of the history
LOOSE = (((0.0, 0.55), 4), ((0.6, 0.97), 17))
ON_PLATFORM = (((0.02, 0.57), 6), ((0.6, 0.99), 16))
MOBILE_LABELS = {"kept": "success", "killed": "failed", "inconclusive": "inconclusive"}


def plan_experiments(world: World) -> None:
    """Group experimental pull requests by issue, decide most, and add those of the platform."""
    rng = world.rng
    tracked, alone = _track(world)
    for issue, changes in tracked.items():
        merges = [c.merged for c in changes if c.merged and c.merged < world.end]
        _decide(world, issue, min(merges) if merges else None)
    for change in alone:
        if change.merged and world.happens(0.7, "labelled"):
            decisions = {key: weight for key, weight in SHIPPED_DECISIONS.items() if key}
            label = _label(change, world.pick(decisions, "alone"))
            change.label(_decided_at(world, change.merged), change.person.login, label)
    for share, count in LOOSE:
        for _ in range(count):
            repo = REPOS[rng.choice(("web", "mobile", "pipeline"))]
            at = world.soon(world.at(rng.uniform(*share)), 6)
            _decide(world, _open(world, repo, at), None)
    _plan_platform(world, [*tracked, *alone])


def _track(world: World) -> tuple[dict[Issue, list[Change]], list[Change]]:
    """Return the issues with their pull requests, and the pull requests without an issue."""
    tracked, alone, missing = dict[Issue, list[Change]](), list[Change](), dict[Issue, int]()
    for change in sorted(world.changes, key=lambda change: change.opened):
        if change.kind != "experiment":
            continue
        era, issue = change.opened >= world.rollout, change.issue
        if issue:  # a merge does not close an experiment; the decision does
            change.notes = [note for note in change.notes if note[1] is not issue]
        else:
            issue = next((issue for issue in missing if _fits(issue, change)), None)
        if not issue and world.happens(TRACKED, "tracked", era):
            before = world.soon(change.opened - world.days(1, 6), 6)
            before = max(min(before, change.opened - timedelta(hours=1)), world.begin)
            issue = _open(world, change.repo, before)
            issue.title = world.describe(DATA["experiments"], component=change.component)
        if not issue:
            alone.append(change)
            continue
        missing.setdefault(issue, world.pick(SIZES_AFTER if era else SIZES_BEFORE, "size", era))
        missing[issue] -= 1
        if missing[issue] == 0:
            del missing[issue]
        change.link(issue, "Part of #%d", is_closing=False)
        tracked.setdefault(issue, []).append(change)
    return tracked, alone


def _fits(issue: Issue, change: Change) -> bool:
    is_near = timedelta(hours=1) < change.opened - issue.opened < PIECES_WITHIN
    return issue.repo is change.repo and is_near


def _open(world: World, repo: Repo, opened: datetime) -> Issue:
    """Add the issue of an experiment; some get their label days later."""
    rng = world.rng
    title = world.describe(DATA["experiments"], repo)
    issue = world.open_issue(repo, opened, title, rng.choice(DATA["hypotheses"]))
    if rng.random() < 0.15:
        at = opened + world.days(0.5, 6)
        issue.label(at, issue.author, "experiment")
    elif rng.random() < 0.1:
        issue.title = f"Experiment: {title}"
    else:
        issue.labels = ("experiment",)
    return issue


def _decided_at(world: World, since: datetime) -> datetime:
    """Return the time of a decision on something visible to customers since then."""
    days = DECISION_DAYS * world.spread(0.55, "decision")
    return world.soon(since + timedelta(days=days), 5)


def _label(item: Item, decision: str) -> str:
    if item.repo is MOBILE:
        return f"experiment: {MOBILE_LABELS[decision]}"
    return f"decision: {decision}"


def _decide(world: World, issue: Issue, shipped: datetime | None) -> None:
    """Decide an experiment by a label, by a close, or not at all."""
    rng = world.rng
    decisions = SHIPPED_DECISIONS if shipped else UNSHIPPED_DECISIONS
    decision = world.pick(decisions, "experiment", shipped is None)
    at = _decided_at(world, shipped or issue.opened)
    actor = world.member(issue.repo.owner, at).login
    reason = "NOT_PLANNED" if decision == "killed" else "COMPLETED"
    if decision == "kept" and world.happens(ROLLED_OUT, "rolled out"):
        features = [c for _, c in world.unlinked("feature") if c.repo is issue.repo]
        near = [c for c in features if abs(c.opened - at) < timedelta(days=12)]
        for change in near[:1]:
            change.link(issue, "Brings #%d to all customers.", is_closing=False)
    if not decision:
        if world.happens(0.3, "reopened"):  # the last merge closed it by mistake
            issue.close(at, actor)
            issue.reopen(at + world.days(0.2, 3), actor)
    elif (decision == "inconclusive" and shipped) or world.happens(0.6, "decision label"):
        issue.label(at, actor, _label(issue, decision))
        if world.happens(0.8, "closed after decision"):
            issue.close(at + timedelta(minutes=rng.randint(1, 3000)), actor, reason)
    else:
        issue.close(at, actor, reason)


def _plan_platform(world: World, items: list[Issue | Change]) -> None:
    """Add the experiments of the platform; a few are tracked on GitHub too."""
    rng = world.rng
    for share, count in ON_PLATFORM:
        for _ in range(count):
            repo = REPOS[rng.choice(("web", "web", "mobile"))]
            at = world.soon(world.at(rng.uniform(*share)), 6)
            trial = _add_trial(world, world.describe(DATA["experiments"], repo), at)
            trial["repo"] = repo.full_name if rng.random() < 0.7 else None
    public = [item for item in items if item.repo.name in ("web", "mobile")]
    for item in sorted(public, key=lambda item: item.opened)[::12]:
        trial = _add_trial(world, item.title, item.opened, item)
        trial["repo"] = item.repo.full_name


def _add_trial(world: World, title: str, started: datetime, item: Item | None = None) -> Json:
    """Add a row of the platform's export and return it."""
    rng, started, shipped = world.rng, started.replace(microsecond=0), None
    key = f"exp_{rng.getrandbits(36):09x}"
    if world.happens(0.85, "on platform"):
        shipped = started + timedelta(hours=round(rng.uniform(4, 200)))
    decisions = SHIPPED_DECISIONS if shipped else UNSHIPPED_DECISIONS
    decision = world.pick(decisions, "platform", shipped is None)
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
