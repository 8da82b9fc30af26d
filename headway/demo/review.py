"""Reviews of the demo company's pull requests: responses, rounds, merges, and bots."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import DATA, EFFECTS, PEOPLE, TEAMS, Person, later
from headway.demo.items import Change
from headway.demo.texts import KINDS
from headway.demo.world import World

#: medians in working hours: from ready to the first response, and from there to the merge
PICKUP_HOURS, REVIEW_HOURS = 6.0, 9.0
PICKUP_SPREAD, REVIEW_SPREAD = 0.75, 0.7
FATES = {"merged": 0.911, "reopened": 0.012, "abandoned": 0.073, "forgotten": 0.004}
ROUNDS = {1: 0.6, 2: 0.28, 3: 0.12}
REVIEWER_WEIGHTS = {"junior": 0.5, "mid": 1.0, "senior": 1.6, "staff": 2.0}
#: first response and merge
Span = tuple[datetime, datetime]
#: first response and reviewer
Answer = tuple[datetime, str]


def review(world: World, change: Change, zone: float) -> None:
    """Review, then merge or abandon a pull request; ``zone`` is its author's."""
    rng, team, person = world.rng, change.team, change.person.login
    ready = change.ready or change.opened
    effect, fate = world.effect(team, ready), world.pick(FATES)
    reviewer = _reviewer(world, change)
    _add_bots(world, change, ready)
    alone = world.guarded(EFFECTS.unreviewed, team, ready)
    if fate == "merged" and world.happens(alone):
        change.merged = later(ready, rng.lognormvariate(-1, 1), zone)
        change.merged_by = person
        return
    pickup = PICKUP_HOURS * TEAMS[team].pace[1] * (1 + EFFECTS.pickup_change * effect)
    pickup *= world.spread(PICKUP_SPREAD)
    hours = REVIEW_HOURS * TEAMS[team].pace[2] * (1 + EFFECTS.review_change * effect)
    hours *= KINDS[change.kind].review_effort * world.spread(REVIEW_SPREAD)
    first = world.after(ready, min(pickup, 250), reviewer.zone)
    last = world.after(first, min(hours, 300), zone)
    if fate in ("abandoned", "forgotten"):
        _abandon(world, change, (first, reviewer.login), zone, is_closed=fate == "abandoned")
        return
    _add_rounds(world, change, reviewer, (first, last), hours, zone)
    if fate == "reopened":
        again = later(last, rng.uniform(6, 60), zone)
        change.add(last, "ClosedEvent", person)
        change.add(again, "ReopenedEvent", person)
        last = later(again, rng.uniform(0.5, 12), zone)
    if not change.is_opened_as_draft and world.happens(0.02):
        change.add(first + (last - first) * 0.2, "ConvertToDraftEvent", person)
        change.add(first + (last - first) * 0.7, "ReadyForReviewEvent", person)
    change.merged, change.merged_by = last, reviewer.login if world.happens(0.25) else person
    if change.repo.name in ("web", "api") and world.happens(0.06):
        change.merged_by = "github-merge-queue"


def _reviewer(world: World, change: Change) -> Person:
    """Return a reviewer, mostly of the same team and experienced."""
    rng, day = world.rng, change.opened
    crew = [person for person in world.members(change.team, day) if person != change.person]
    if rng.random() < 0.15 or not crew:
        crew = [p for p in PEOPLE if p != change.person and p.team_on(day.date(), world.until)]
    weights = [REVIEWER_WEIGHTS[p.level] * (1 if p.is_engineer else 0.25) for p in crew]
    return rng.choices(crew, weights)[0]


def _add_rounds(
    world: World, change: Change, reviewer: Person, span: Span, hours: float, zone: float
) -> None:
    """Add the reviews from the first response to the merge, with answers and commits."""
    rng, (first, last) = world.rng, span
    rounds = world.pick(ROUNDS)
    times = [later(first, hours * (n + rng.random()) / rounds, zone) for n in range(rounds)]
    if world.happens(0.2):
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
    second = _reviewer(world, change)
    if second != reviewer and world.happens(0.22):
        at = min(later(first, hours * rng.random(), zone), last)
        change.reviews.append((at, second.login, "APPROVED"))


def _abandon(world: World, change: Change, answer: Answer, zone: float, is_closed: bool) -> None:
    """Close it unmerged, or leave it open; some never become ready."""
    rng, (first, reviewer) = world.rng, answer
    if change.is_opened_as_draft and world.happens(0.5):
        change.events = [e for e in change.events if e["__typename"] != "ReadyForReviewEvent"]
        change.ready = None
    elif world.happens(0.6):
        change.reviews.append((first, reviewer, rng.choice(("CHANGES_REQUESTED", "COMMENTED"))))
    if is_closed:
        actor = rng.choice((change.person.login, change.person.login, reviewer))
        change.add(later(first, rng.lognormvariate(3, 1), zone), "ClosedEvent", actor)


def _add_bots(world: World, change: Change, ready: datetime) -> None:
    """Add reports and reviews by bots, which are no response of a person."""
    minutes = timedelta(minutes=world.rng.randint(3, 12))
    if change.repo.name in ("web", "api", "pipeline") and world.happens(0.55):
        bot = "vercel" if change.repo.name == "web" else "codecov"
        change.comment(change.opened + minutes, bot)
    if change.repo.name == "mobile" and world.happens(0.4):
        change.reviews.append((ready + minutes, "coderabbitai", "COMMENTED"))
    if world.happens(0.4 * world.effect(change.team, ready)):
        bot = "copilot-pull-request-reviewer"
        change.reviews.append((ready + minutes, bot, "COMMENTED"))
