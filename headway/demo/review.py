"""Reviews of the demo company's pull requests: pickup, rounds, merges, and bots."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, PEOPLE, ROLLOUT, TEAMS, Person, later
from headway.demo.items import Change
from headway.demo.texts import KINDS
from headway.demo.world import World

#: medians in working hours: from ready to the first response, and from there to the merge
PICKUP_HOURS, REVIEW_HOURS = 2.8, 4.0
PICKUP_SPREAD, REVIEW_SPREAD = 1.15, 1.2
FATES = {"merged": 0.911, "reopened": 0.012, "abandoned": 0.073, "forgotten": 0.004}
ROUNDS = {1: 0.6, 2: 0.28, 3: 0.12}
REVIEWER_WEIGHTS = {"junior": 0.5, "mid": 1.0, "senior": 1.6, "staff": 2.0}
#: first response and merge
Span = tuple[datetime, datetime]


def review(world: World, change: Change, zone: float) -> None:
    """Review, then merge or abandon a pull request; ``zone`` is its author's."""
    rng = world.rng
    ready, team, person = change.ready or change.opened, change.team, change.person.login
    era, effect = ready >= world.rollout, world.effect(team, ready)
    reviewer = _reviewer(world, change)
    _add_bots(world, change, ready)
    fate = world.pick(FATES, "fate", team, era)
    alone = 0.14 if change.kind in ("chore", "docs") else 0.05
    if fate == "merged" and world.happens(alone, "alone", team, era):
        change.merged = later(ready, rng.lognormvariate(-1, 1), zone)
        change.merged_by = person
        return
    pickup = PICKUP_HOURS * TEAMS[team].pace[1] * world.spread(PICKUP_SPREAD, "pickup", team, era)
    if ready >= world.rollout + timedelta(weeks=ROLLOUT.pickup_after_weeks):
        pickup *= 1 + ROLLOUT.pickup_change * effect
    hours = REVIEW_HOURS * TEAMS[team].pace[2] * world.spread(REVIEW_SPREAD, "review", team, era)
    hours *= KINDS[change.kind].review_effort * (1 + ROLLOUT.review_change * effect)
    first = world.after(ready, min(pickup, 250), reviewer.zone)
    last = world.after(first, min(hours, 300), zone)
    if fate in ("abandoned", "forgotten"):
        _abandon(world, change, reviewer, first, zone, is_closed=fate == "abandoned")
        return
    _add_rounds(world, change, reviewer, (first, last), hours, zone)
    if fate == "reopened":
        again = later(last, rng.uniform(6, 60), zone)
        change.add(last, "ClosedEvent", person)
        change.add(again, "ReopenedEvent", person)
        last = later(again, rng.uniform(0.5, 12), zone)
    if change.is_opened_as_draft and change.author == person and rng.random() < 0.07:
        early = change.opened + (ready - change.opened) * rng.uniform(0.3, 0.9)
        change.comment(early, reviewer.login)
    elif not change.is_opened_as_draft and rng.random() < 0.02:
        change.add(first + (last - first) * 0.2, "ConvertToDraftEvent", person)
        change.add(first + (last - first) * 0.7, "ReadyForReviewEvent", person)
    if rng.random() < 0.1:
        pushed = ready + (last - ready) * rng.random()
        change.add(pushed, "HeadRefForcePushedEvent", change.author)
    change.merged, change.merged_by = last, person
    if world.happens(0.25, "merger", team):
        change.merged_by = reviewer.login
    elif change.repo.name in ("web", "api") and rng.random() < 0.08:
        change.merged_by = "github-merge-queue"


def _reviewer(world: World, change: Change) -> Person:
    """Return a reviewer, mostly of the same team and experienced."""
    rng, day = world.rng, change.opened
    crew = [person for person in world.members(change.team, day) if person != change.person]
    if rng.random() < 0.15 or not crew:
        employees = [p for p in PEOPLE if p.team_on(day.date(), world.until)]
        crew = [person for person in employees if person != change.person]
    weights = [REVIEWER_WEIGHTS[p.level] * (1 if p.is_engineer else 0.25) for p in crew]
    return rng.choices(crew, weights)[0]


def _add_rounds(
    world: World, change: Change, reviewer: Person, span: Span, hours: float, zone: float
) -> None:
    """Add the reviews from the first response to the merge, with answers and commits."""
    rng, (first, last) = world.rng, span
    rounds = world.pick(ROUNDS, "rounds", change.team)
    times = [later(first, hours * (n + rng.random()) / rounds, zone) for n in range(rounds)]
    if world.happens(0.2, "comment first", change.team):
        change.comment(first, reviewer.login)
    else:
        times[0] = first
    for at in [min(at, last) for at in times[:-1]]:
        state = rng.choice(("CHANGES_REQUESTED", "COMMENTED", "COMMENTED"))
        change.reviews.append((at, reviewer.login, state))
        answer = min(later(at, rng.lognormvariate(0, 0.8), zone), last)
        change.comment(answer, change.person.login)
        change.commits.append((answer, rng.choice(DATA["commits"]), change.author))
    change.reviews.append((min(times[-1], last), reviewer.login, "APPROVED"))
    if rng.random() < 0.22:
        second = _reviewer(world, change)
        if second != reviewer:
            at = min(later(first, hours * rng.random(), zone), last)
            change.reviews.append((at, second.login, "APPROVED"))
    if rng.random() < 0.02:
        change.comment(later(last, rng.uniform(1, 30), zone), reviewer.login)


def _abandon(
    world: World, change: Change, reviewer: Person, first: datetime, zone: float, is_closed: bool
) -> None:
    """Close it unmerged, or leave it open; some never become ready."""
    rng = world.rng
    if change.is_opened_as_draft and rng.random() < 0.5:
        events = [row for row in change.events if row["__typename"] != "ReadyForReviewEvent"]
        change.events, change.ready = events, None
    elif rng.random() < 0.6:
        change.comment(first, reviewer.login)
        if rng.random() < 0.5:
            state = rng.choice(("CHANGES_REQUESTED", "COMMENTED"))
            change.reviews.append((first, reviewer.login, state))
    if is_closed:
        actor = rng.choice((change.person.login, change.person.login, reviewer.login))
        change.add(later(first, rng.lognormvariate(3, 1), zone), "ClosedEvent", actor)


def _add_bots(world: World, change: Change, ready: datetime) -> None:
    """Add reports and reviews by bots, which are no response of a person."""
    rng, repo = world.rng, change.repo.name

    def after(at: datetime, first: int, last: int) -> datetime:
        return at + timedelta(minutes=rng.randint(first, last))

    if repo == "web" and rng.random() < 0.6:
        change.comment(after(change.opened, 3, 3), "vercel")
    if repo in ("web", "api", "pipeline") and rng.random() < 0.5:
        change.comment(after(change.opened, 6, 25), "codecov")
    if repo == "mobile" and rng.random() < 0.4:
        change.reviews.append((after(ready, 2, 9), "coderabbitai", "COMMENTED"))
    if rng.random() < 0.4 * world.effect(change.team, ready):
        bot = "copilot-pull-request-reviewer"
        change.reviews.append((after(ready, 1, 12), bot, "COMMENTED"))
