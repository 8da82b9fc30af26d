"""The demo company's discussions: questions and ideas, who answers them first, and which answer is chosen."""

from __future__ import annotations

from datetime import datetime, timedelta

from headway.demo.company import REPOS, later
from headway.demo.customers import WHERE, answered_at, answerer, customer
from headway.demo.items import Comment, Discussion
from headway.demo.sayings import QUESTIONS
from headway.demo.world import World

DISCUSSIONS_A_WEEK = 1.45
CATEGORIES = {"Q&A": 0.62, "Ideas": 0.3, "General": 0.08}
#: who opens them and who is heard first
BY_COLLEAGUE, PEER_FIRST, NEVER = 0.12, 0.3, 0.1
#: what becomes of questions that were answered, and of everything else
CHOSEN, PEER_CHOSEN = 0.7, 0.25
CLOSED = {"RESOLVED": 0.2, "OUTDATED": 0.12, "DUPLICATE": 0.05, "REOPENED": 0.03, None: 0.6}


def plan_discussions(world: World) -> None:
    """Add what is asked and proposed."""
    rng, at = world.chance.rng, world.begin
    while (at := at + timedelta(weeks=rng.expovariate(DISCUSSIONS_A_WEEK))) < world.end:
        _discuss(world, at.replace(microsecond=0))


def _discuss(world: World, opened: datetime) -> None:
    chance, rng = world.chance, world.chance.rng
    repo, category = REPOS[chance.pick(WHERE, "discussions")], chance.pick(CATEGORIES, "category")
    thing = rng.choice([thing for things in repo.areas.values() for thing in things])
    title, person = (
        rng.choice(QUESTIONS[category]).format(thing=thing),
        answerer(world, repo, opened),
    )
    author = (
        answerer(world, repo, opened).login
        if chance.happens(BY_COLLEAGUE, "colleague asks")
        else customer(world)
    )
    result = Discussion(repo, opened, author, title[0].upper() + title[1:], category)
    world.discussions.append(result)
    if repo.name == "web" and category == "Q&A":
        result.comments.append(Comment(opened + timedelta(seconds=40), "github-actions"))
    answer = answered_at(world, repo, opened, person)
    peer = None
    if chance.happens(PEER_FIRST, "peer answers"):
        peer = Comment(opened + (answer - opened) * rng.uniform(0.1, 0.9), customer(world))
        result.comments.append(peer)
    if chance.happens(NEVER, "no answer") or person.login == author:
        return
    if peer and chance.happens(0.5, "reply"):
        peer.replies.append((answer, person.login))
        best = peer
    else:
        best = Comment(answer, person.login)
        result.comments.append(best)
        if chance.happens(0.5, "thanks"):
            best.replies.append((answer + timedelta(hours=rng.lognormvariate(1, 1)), author))
    _settle(
        world, result, peer if peer and chance.happens(PEER_CHOSEN, "peer chosen") else best, answer
    )


def _settle(world: World, result: Discussion, best: Comment, answer: datetime) -> None:
    """Choose an answer, or close it, or leave it as it is."""
    chance, rng = world.chance, world.chance.rng
    at = later(answer + timedelta(hours=rng.lognormvariate(2.5, 1.2)), 1, 1)
    if result.category == "Q&A" and chance.happens(CHOSEN, "chosen"):
        result.answer, result.answered, result.answered_by = (
            best,
            at,
            rng.choice((result.author, best.author)),
        )
        return
    result.reason = chance.pick(CLOSED, "discussion closed")
    if result.reason and result.reason != "REOPENED":
        result.closed = at + timedelta(days=rng.uniform(2, 40))
