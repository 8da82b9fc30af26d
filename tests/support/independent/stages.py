"""The life of one pull request.

Its state, who is responsible, its stages and the answers it got.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.support.independent.recorded import BOT_SUFFIX
from tests.support.independent.rules import Accounts, co_author_emails
from tests.support.independent.view import Pull, Remark

TOO_OLD = timedelta(days=90)
NO_REPLY = re.compile(r"^(?:\d+\+)?([a-z\d_-]+(?:\[bot\])?)@users\.noreply\.github\.com$", re.I)


@dataclass(frozen=True)
class State:
    """Stages of a pull request at the cutoff; a response counts until ``end``."""

    state: str
    closed_at: datetime | None
    reopened_count: int
    end: datetime
    is_draft: bool
    was_draft: bool
    ready_at: datetime | None


def state_of(pull: Pull, cutoff: datetime) -> State:
    """Return the state that events tell (a source without events has its closing as one)."""
    turns = [e for e in pull.events if e.kind in ("ClosedEvent", "ReopenedEvent")]
    if pull.merged_at:
        state, closed_at = "merged", pull.merged_at
    elif turns and turns[-1].kind == "ClosedEvent":
        state, closed_at = "closed", turns[-1].at
    else:
        state, closed_at = "open", None
    end = closed_at or cutoff
    drafts = [e for e in pull.events if e.kind in ("ReadyForReviewEvent", "ConvertToDraftEvent")]
    ready = [e.at for e in drafts if e.kind == "ReadyForReviewEvent" and e.at <= end]
    return State(
        state=state,
        closed_at=closed_at,
        reopened_count=sum(e.kind == "ReopenedEvent" for e in turns),
        end=end,
        is_draft=drafts[-1].kind == "ConvertToDraftEvent" if drafts else pull.opened_as_draft,
        was_draft=pull.opened_as_draft or any(e.kind == "ConvertToDraftEvent" for e in drafts),
        ready_at=(ready[0] if ready else None) if pull.opened_as_draft else pull.opened_at,
    )


def start_of(pull: Pull) -> tuple[datetime | None, datetime, str]:
    """Return the first commit's author date, the start of the work and the rule for it."""
    first = min((commit.authored_at for commit in pull.commits), default=None)
    if first is None or first > pull.opened_at:
        return first, pull.opened_at, "opened"
    if pull.opened_at - first > TOO_OLD:
        return first, pull.opened_at, "first commit too old"
    return first, first, "first commit"


def responsible_for(
    pull: Pull, accounts: Accounts, known_emails: dict[str, str]
) -> tuple[str | None, str | None]:
    """Return the human who answers for a pull request, and the rule that found them."""
    if pull.author is None:
        return None, None
    if accounts.is_human(pull.author):
        return pull.author, "author"
    inputs = [e for e in pull.events if e.kind == "AssignedEvent"]
    for event in inputs:
        if (
            event.assignee
            and event.assignee.lower() == pull.author.lower()
            and accounts.is_human(event.actor)
        ):
            return event.actor, "assigner"
    requested = (
        [e.assignee for e in inputs]
        if pull.assignees is None
        else sorted(pull.assignees, key=str.lower)
    )
    helped = [
        _account(email, known_emails) for email in co_author_emails(c.message for c in pull.commits)
    ]
    for people, rule in (
        (requested, "assignee"),
        (helped, "co-author"),
        ([pull.merged_by], "merger"),
    ):
        for login in people:
            if accounts.is_human(login):
                return login, rule
    return None, None


def _account(email: str, known_emails: dict[str, str]) -> str | None:
    """The account behind an address; None for a bot's."""
    match = NO_REPLY.match(email)
    if match:
        return None if BOT_SUFFIX.search(match[1]) else match[1]
    return known_emails.get(email.lower())


@dataclass(frozen=True)
class Answers:
    """First responses by a human who is neither author nor responsible, and all reviews."""

    response_at: datetime | None
    review_at: datetime | None
    approval_at: datetime | None
    had_early_feedback: bool
    reviews: list[Remark]


def answers_to(pull: Pull, state: State, responsible: str | None, accounts: Accounts) -> Answers:
    """Return the answers that came between opening and end."""
    involved = {login.lower() for login in (pull.author, responsible) if login}

    def counts(remark: Remark) -> bool:
        is_other = (
            accounts.is_human(remark.author) and (remark.author or "").lower() not in involved
        )
        return is_other and pull.opened_at <= remark.at <= state.end

    reviews = [r for r in pull.reviews if counts(r)]
    times = [r.at for r in [*reviews, *filter(counts, pull.comments)]]
    early = [at for at in times if state.ready_at is None or at < state.ready_at]
    return Answers(
        response_at=min(times, default=None),
        review_at=min((r.at for r in reviews), default=None),
        approval_at=min((r.at for r in reviews if r.state == "APPROVED"), default=None),
        had_early_feedback=pull.opened_as_draft and bool(early),
        reviews=reviews,
    )


def hours(begin: datetime | None, end: datetime | None) -> float | None:
    """Return the hours between two times, None where one is missing."""
    return None if begin is None or end is None else (end - begin).total_seconds() / 3600


def stage_hours(
    started_at: datetime,
    ready_at: datetime | None,
    response_at: datetime | None,
    merged_at: datetime | None,
) -> dict[str, float | None]:
    """Return coding, pickup, review and cycle time.

    The first three add up to the last where all are there.
    """
    ready = max(started_at, ready_at) if ready_at else None
    answered = max(ready, response_at) if ready and response_at else None
    if answered and merged_at:
        answered = min(answered, merged_at)
    return {
        "coding_hours": hours(started_at, ready),
        "pickup_hours": hours(ready, answered),
        "review_hours": hours(answered, merged_at),
        "cycle_hours": hours(started_at, merged_at),
    }
