"""How the demo company's pull requests go from ready to merged, or elsewhere: reviewers, rounds, comments, bots."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import PEOPLE, ROLLOUT, TEAMS, Person, later
from headway.demo.items import Change
from headway.demo.words import COMMITS
from headway.demo.world import World

#: working hours from ready to the first response, and from there to the merge, in the middle
PICKUP_HOURS, REVIEW_HOURS = 2.8, 4.0
PICKUP_SPREAD, REVIEW_SPREAD = 1.15, 1.2
EFFORT = {
    "feature": 1.3,
    "fix": 0.9,
    "refactor": 1.1,
    "chore": 0.7,
    "test": 0.8,
    "docs": 0.7,
    "experiment": 0.9,
}
FATES = {"merged": 0.911, "reopened": 0.012, "abandoned": 0.073, "forgotten": 0.004}
ROUNDS = {1: 0.6, 2: 0.28, 3: 0.12}


def review(world: World, change: Change, zone: float) -> None:
    """Let a pull request that has been opened be read, discussed, merged or dropped; ``zone`` is its author's."""
    chance = world.chance
    ready = change.ready or change.opened
    era = ready >= world.rollout
    reviewer = pick_reviewer(world, change)
    _bots(world, change, ready)
    fate = chance.pick(FATES, "fate", change.team, era)
    alone = 0.14 if change.kind in ("chore", "docs") else 0.05
    if fate == "merged" and chance.happens(alone, "alone", change.team, era):
        change.merged, change.merged_by = (
            later(ready, chance.rng.lognormvariate(-1, 1), zone),
            change.person.login,
        )
        return
    effect = world.effect(change.team, ready)
    crowded = ready >= world.rollout + timedelta(weeks=ROLLOUT.pickup_after_weeks)
    pickup = (
        PICKUP_HOURS
        * TEAMS[change.team].pace[1]
        * (1 + (ROLLOUT.pickup_change * effect if crowded else 0))
    )
    pickup *= chance.spread(PICKUP_SPREAD, "pickup", change.team, era)
    hours = (
        REVIEW_HOURS
        * TEAMS[change.team].pace[2]
        * EFFORT[change.kind]
        * (1 + ROLLOUT.review_change * effect)
    )
    hours *= chance.spread(REVIEW_SPREAD, "review", change.team, era)
    first = chance.after(ready, min(pickup, 250), reviewer.zone)
    last = chance.after(first, min(hours, 300), zone)
    if fate in ("abandoned", "forgotten"):
        _drop(world, change, reviewer, first, zone, fate == "abandoned")
        return
    _read(world, change, reviewer, first, last, hours, zone)
    if fate == "reopened":
        last = _reopen(world, change, last, zone)
    _turns(world, change, reviewer, ready, first, last)
    change.merged = last
    change.merged_by = change.person.login
    if chance.happens(0.25, "merger", change.team):
        change.merged_by = reviewer.login
    elif change.repo.name in ("web", "api") and chance.rng.random() < 0.08:
        change.merged_by = "github-merge-queue"


def pick_reviewer(world: World, change: Change) -> Person:
    """Return who reads it: mostly somebody of the same team, the more experienced more often."""
    rng = world.chance.rng
    rest_rows = [
        person
        for person in world.members(change.team, change.opened.date())
        if person != change.person
    ]
    if rng.random() < 0.15 or not rest_rows:
        day = change.opened.date()
        rest_rows = [p for p in PEOPLE if p != change.person and p.team_on(day, world.until)]
    weights = [{"junior": 0.5, "mid": 1.0, "senior": 1.6, "staff": 2.0}[p.level] for p in rest_rows]
    weights = [
        w if p.role == "engineering" else w * 0.25 for w, p in zip(weights, rest_rows, strict=True)
    ]
    return rng.choices(rest_rows, weights)[0]


def _read(
    world: World,
    change: Change,
    reviewer: Person,
    first: datetime,
    last: datetime,
    hours: float,
    zone: float,
) -> None:
    """The rounds from the first response to the merge: reviews, answers, and commits that follow them."""
    chance, rng = world.chance, world.chance.rng
    rounds = chance.pick(ROUNDS, "rounds", change.team)
    if chance.happens(0.2, "comment first", change.team):
        change.comments.append((first, reviewer.login))
        times = [later(first, hours * (n + rng.random()) / rounds, zone) for n in range(rounds)]
    else:
        times = [
            first,
            *(later(first, hours * (n + rng.random()) / rounds, zone) for n in range(1, rounds)),
        ]
    for n, at in enumerate(times):
        at = min(at, last)
        is_last = n == rounds - 1
        state = (
            "APPROVED" if is_last else rng.choice(("CHANGES_REQUESTED", "COMMENTED", "COMMENTED"))
        )
        change.reviews.append((at, reviewer.login, state))
        if not is_last:
            answer = min(later(at, rng.lognormvariate(0, 0.8), zone), last)
            change.comments.append((answer, change.person.login))
            change.commits.append((answer, rng.choice(COMMITS), change.author))
    if rng.random() < 0.22:
        second = pick_reviewer(world, change)
        if second != reviewer:
            change.reviews.append(
                (min(later(first, hours * rng.random(), zone), last), second.login, "APPROVED")
            )
    if rng.random() < 0.02:
        change.comments.append((later(last, rng.uniform(1, 30), zone), reviewer.login))


def _reopen(world: World, change: Change, last: datetime, zone: float) -> datetime:
    """Close it when it could have been merged, take it up again later, and return when it is merged."""
    rng, person = world.chance.rng, change.person.login
    again = later(last, rng.uniform(6, 60), zone)
    change.events.append((last, {"__typename": "ClosedEvent", "actor": person}))
    change.events.append((again, {"__typename": "ReopenedEvent", "actor": person}))
    return later(again, rng.uniform(0.5, 12), zone)


def _turns(
    world: World, change: Change, reviewer: Person, ready: datetime, first: datetime, last: datetime
) -> None:
    """What else happens on the way now and then: early remarks on drafts, back to draft, force pushes."""
    rng, person = world.chance.rng, change.person.login
    if change.opened_as_draft and change.author == person and rng.random() < 0.07:
        early = change.opened + (ready - change.opened) * rng.uniform(0.3, 0.9)
        change.comments.append((early, reviewer.login))
    elif not change.opened_as_draft and rng.random() < 0.02:
        back, again = (first + (last - first) * share for share in (0.2, 0.7))
        change.events.append((back, {"__typename": "ConvertToDraftEvent", "actor": person}))
        change.events.append((again, {"__typename": "ReadyForReviewEvent", "actor": person}))
    if rng.random() < 0.1:
        pushed = ready + (last - ready) * rng.random()
        change.events.append(
            (pushed, {"__typename": "HeadRefForcePushedEvent", "actor": change.author})
        )


def _drop(
    world: World, change: Change, reviewer: Person, first: datetime, zone: float, is_closed: bool
) -> None:
    """Close it unmerged after a while, or leave it open for good; some never were called ready."""
    rng = world.chance.rng
    if change.opened_as_draft and rng.random() < 0.5:
        change.events = [
            (at, event)
            for at, event in change.events
            if event["__typename"] != "ReadyForReviewEvent"
        ]
        change.ready = None
    elif rng.random() < 0.6:
        change.comments.append((first, reviewer.login))
        if rng.random() < 0.5:
            change.reviews.append(
                (first, reviewer.login, rng.choice(("CHANGES_REQUESTED", "COMMENTED")))
            )
    if is_closed:
        change.closed = later(first, rng.lognormvariate(3, 1), zone)
        change.closed_by = rng.choice((change.person.login, change.person.login, reviewer.login))


def _bots(world: World, change: Change, ready: datetime) -> None:
    """Reports and reviews of machines, which count as nobody's response."""
    rng = world.chance.rng
    if change.repo.name == "web" and rng.random() < 0.6:
        change.comments.append((change.opened + timedelta(minutes=3), "vercel"))
    if change.repo.name in ("web", "api", "pipeline") and rng.random() < 0.5:
        change.comments.append((change.opened + timedelta(minutes=rng.randint(6, 25)), "codecov"))
    if change.repo.name == "mobile" and rng.random() < 0.4:
        change.reviews.append(
            (ready + timedelta(minutes=rng.randint(2, 9)), "coderabbitai", "COMMENTED")
        )
    if rng.random() < 0.4 * world.effect(change.team, ready):
        at = ready + timedelta(minutes=rng.randint(1, 12))
        change.reviews.append((at, "copilot-pull-request-reviewer", "COMMENTED"))
