"""The demo company's experiments: what is started, shipped and decided, in issues, pull requests and a platform."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import HISTORY, HOME, REPOS, Repo, later
from headway.demo.items import Change, Issue, Trial
from headway.demo.sayings import DECISIONS, HYPOTHESES, PART, TRIALS
from headway.demo.world import World

#: how many pull requests an experiment takes, before the rollout and after it: agents make the pieces smaller
SIZES_BEFORE, SIZES_AFTER = {1: 0.3, 2: 0.3, 3: 0.25, 5: 0.15}, {1: 0.55, 2: 0.35, 3: 0.1}
#: how many get an issue; the others are only a pull request
TRACKED = 0.7
PIECES_WITHIN = timedelta(days=60)
DECISION_DAYS = 24.0
#: so many of those that are kept take a feature to bring them to everybody
ROLLED_OUT = 0.4
#: what becomes of those that were shipped, and of those that were not
SHIPPED_FATES = {"kept": 0.36, "killed": 0.27, "inconclusive": 0.15, None: 0.22}
UNSHIPPED_FATES = {"killed": 0.45, "inconclusive": 0.15, None: 0.4}
#: experiments without a pull request, and those in the platform: before the rollout and after it
LOOSE, ON_PLATFORM = (4, 12), (6, 13)


def plan_experiments(world: World) -> None:
    """Put the experiments' pull requests into issues, decide most of them, and add those of the platform."""
    tracked, alone = _track(world)
    for issue, changes in tracked.items():
        merges = [
            change.merged for change in changes if change.merged and change.merged < world.end
        ]
        _decide(world, issue, min(merges) if merges else None)
    for change in alone:
        if change.merged and world.chance.happens(0.7, "labelled"):
            decided = _when(world, change.merged)
            decision = world.chance.pick(
                {key: w for key, w in SHIPPED_FATES.items() if key}, "alone"
            )
            name = _label(change, decision)
            event = {
                "__typename": "LabeledEvent",
                "actor": change.person.login,
                "label": {"name": name},
            }
            change.events.append((decided, event))
    for share, count in zip(((0.0, 0.55), (0.6, 0.97)), LOOSE, strict=True):
        for _ in range(count):
            _decide(
                world,
                _open(
                    world,
                    REPOS[world.chance.rng.choice(("web", "mobile", "pipeline"))],
                    _at(world, share),
                ),
                None,
            )
    _plan_platform(world, [*tracked, *alone])


def _track(world: World) -> tuple[dict[Issue, list[Change]], list[Change]]:
    """The issues of experiments with their pull requests, and the pull requests that have none."""
    chance, rng = world.chance, world.chance.rng
    tracked, alone, missing = dict[Issue, list[Change]](), list[Change](), dict[Issue, int]()
    for change in sorted(world.changes, key=lambda change: change.opened):
        if change.kind != "experiment":
            continue
        era, own = change.opened >= world.rollout, change.closes
        sizes = SIZES_AFTER if era else SIZES_BEFORE
        fitting = [issue for issue in missing if _fits(issue, change)]
        if own:  # it would have closed its issue; but an experiment is over when it is decided
            change.notes = [note for note in change.notes if note[1] is not own]
            issue = own
        elif fitting:
            issue = fitting[0]
        elif chance.happens(TRACKED, "tracked", era):
            before = later(
                change.opened - timedelta(days=rng.uniform(1, 6)), rng.random() * 6, HOME
            )
            issue = _open(
                world,
                change.repo,
                max(min(before, change.opened - timedelta(hours=1)), world.begin),
            )
            issue.title = rng.choice(TRIALS).format(thing=change.thing)
        else:
            alone.append(change)
            continue
        missing.setdefault(issue, chance.pick(sizes, "size", era))
        missing[issue] -= 1
        if missing[issue] == 0:
            del missing[issue]
        change.link(issue, PART, is_closing=False)
        tracked.setdefault(issue, []).append(change)
    return tracked, alone


def _fits(issue: Issue, change: Change) -> bool:
    return (
        issue.repo is change.repo
        and timedelta(hours=1) < change.opened - issue.opened < PIECES_WITHIN
    )


def _at(world: World, share: tuple[float, float]) -> datetime:
    """A moment of working time in a part of the history."""
    rng = world.chance.rng
    return later(world.begin + HISTORY * rng.uniform(*share), rng.random() * 6, HOME)


def _open(world: World, repo: Repo, opened: datetime) -> Issue:
    """Add the issue of an experiment; some get their label days later."""
    rng = world.chance.rng
    thing = rng.choice([thing for things in repo.areas.values() for thing in things])
    author = rng.choice(world.members(repo.owner, opened.date())).login
    title = rng.choice(TRIALS).format(thing=thing)
    issue = Issue(repo, opened, author, title, rng.choice(HYPOTHESES))
    if rng.random() < 0.15:
        issue.label(opened + timedelta(days=rng.uniform(0.5, 6)), author, "experiment")
    elif rng.random() < 0.1:
        issue.title = f"Experiment: {title}"
    else:
        issue.labels = ("experiment",)
    world.issues.append(issue)
    return issue


def _when(world: World, since: datetime) -> datetime:
    """When something is decided that customers have seen since then."""
    chance = world.chance
    return later(
        since + timedelta(days=DECISION_DAYS * chance.spread(0.55, "decision")),
        chance.rng.random() * 5,
        HOME,
    )


def _label(item: Issue | Change, decision: str) -> str:
    return DECISIONS["experiment" if item.repo.name == "mobile" else "decision"][decision]


def _decide(world: World, issue: Issue, shipped: datetime | None) -> None:
    """Decide an experiment by a label, by closing it, or not at all."""
    chance, rng = world.chance, world.chance.rng
    fate = chance.pick(
        SHIPPED_FATES if shipped else UNSHIPPED_FATES, "fate of experiment", shipped is None
    )
    at = _when(world, shipped or issue.opened)
    actor = rng.choice(world.members(issue.repo.owner, at.date())).login
    reason = "NOT_PLANNED" if fate == "killed" else "COMPLETED"
    if fate == "kept" and chance.happens(ROLLED_OUT, "rolled out"):
        near = [
            c
            for c in world.free("feature")
            if c.repo is issue.repo and abs(c.opened - at) < timedelta(days=12)
        ]
        for change in near[:1]:
            change.link(issue, "Brings #%d to everybody.", is_closing=False)
    if fate is None:
        if chance.happens(
            0.3, "taken up again"
        ):  # closed with the last merge, then opened again to look at numbers
            issue.close(at, actor)
            issue.reopen(at + timedelta(days=rng.uniform(0.2, 3)), actor)
        return
    if (fate == "inconclusive" and shipped) or chance.happens(0.6, "decision label"):
        issue.label(at, actor, _label(issue, fate))
        if chance.happens(0.8, "closed after decision"):
            issue.close(at + timedelta(minutes=rng.randint(1, 3000)), actor, reason)
    else:
        issue.close(at, actor, reason)


def _plan_platform(world: World, items: list[Issue | Change]) -> None:
    """Add the experiments of the platform; a few of them are those of the tracker."""
    rng = world.chance.rng
    shared = sorted(
        (item for item in items if item.repo.name in ("web", "mobile")),
        key=lambda item: item.opened,
    )[::12]
    for share, count in zip(((0.02, 0.57), (0.6, 0.99)), ON_PLATFORM, strict=True):
        for _ in range(count):
            repo = REPOS[rng.choice(("web", "web", "mobile"))]
            thing = rng.choice([thing for things in repo.areas.values() for thing in things])
            trial = _trial(world, rng.choice(TRIALS).format(thing=thing), _at(world, share))
            trial.repo = repo if rng.random() < 0.7 else None
    for item in shared:
        trial = _trial(world, item.title, item.opened)
        trial.item, trial.repo = item, item.repo


def _trial(world: World, title: str, started: datetime) -> Trial:
    """Add an experiment to the platform."""
    chance, rng = world.chance, world.chance.rng
    started = started.replace(microsecond=0)
    trial = Trial(f"exp_{rng.getrandbits(36):09x}", title, None, started)
    if chance.happens(0.85, "on platform"):
        trial.shipped = started + timedelta(hours=round(rng.uniform(4, 200)))
    trial.decision = chance.pick(
        SHIPPED_FATES if trial.shipped else UNSHIPPED_FATES, "platform", trial.shipped is None
    )
    trial.decided = _when(world, trial.shipped or started) if trial.decision else None
    world.trials.append(trial)
    return trial
