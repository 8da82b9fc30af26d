"""Attempts, rework by people and hand-off of the pull requests of agents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.support.independent.recorded import PullKey
from tests.support.independent.rules import Accounts, Rules
from tests.support.independent.view import Commit, Pull

Row = dict[str, object]
MERGE = re.compile(r"merge (?:branch|remote|pull request|main\b|master\b|\S+ into )", re.I | re.A)
TAGS = re.compile(r"(?:\s*\[[^\]]*\])+", re.A)
THIRTY_DAYS = timedelta(days=30)
UNSEEN = "not observable"
Pulls = Mapping[PullKey, tuple[Pull, Mapping[str, Any]]]


def agent_rows(
    pulls: Pulls, links: list[tuple[PullKey, PullKey]], accounts: Accounts, rules: Rules
) -> list[Row]:
    """Return the rows of ``agent_changes``; no rule of the product drops the need of a review."""
    agents = {
        key: (pull, row)
        for key, (pull, row) in pulls.items()
        if row["authorship"] == "agent" and row["author_kind"] != "bot"
    }
    issues: dict[PullKey, str] = {}
    for pull_key, (repo, number) in links:
        text = f"{repo}#{number}"
        issues[pull_key] = min(text, issues.get(pull_key, text))
    work: dict[tuple[str, str], list[PullKey]] = {}
    for key, (pull, _) in sorted(agents.items(), key=lambda item: (item[1][0].opened_at, item[0])):
        work.setdefault((pull.repo, issues.get(key) or title_of(pull)), []).append(key)
    rows = []
    for keys in work.values():
        chains: list[list[PullKey]] = []
        for key in keys:
            if chains and not begins_anew(agents[chains[-1][-1]][0], agents[key][0], key in issues):
                chains[-1].append(key)
            else:
                chains.append([key])
        for chain in chains:
            first = agents[chain[0]][0]
            for attempt, key in enumerate(chain, start=1):
                pull, row = agents[key]
                rework, reason = human_rework(pull, row, accounts, rules)
                rows.append(
                    {
                        "repo": pull.repo,
                        "number": pull.number,
                        "first_number": first.number,
                        "first_opened_at": first.opened_at,
                        "attempt": attempt,
                        "attempts": len(chain),
                        "human_rework": rework,
                        "human_rework_reason": reason,
                        "needs_review": True,
                        "hand_off": hand_off(row, rework),
                    }
                )
    return rows


def title_of(pull: Pull) -> str:
    """Return the words of a title with its author, or the number if there are none."""
    letters = TAGS.sub("", pull.title.lower(), count=1) if TAGS.match(pull.title) else pull.title
    words = " ".join(re.findall(r"[^\W_]+", letters.lower()))
    return f"{words} by {pull.author.lower()}" if words and pull.author else f"n {pull.number}"


def begins_anew(before: Pull, pull: Pull, has_issue: bool) -> bool:
    """Return whether a pull request is new work after the one before."""
    if before.merged_at and before.merged_at < pull.opened_at:
        return True
    return not has_issue and before.opened_at < pull.opened_at - THIRTY_DAYS


def human_rework(
    pull: Pull, row: Mapping[str, Any], accounts: Accounts, rules: Rules
) -> tuple[str, str | None]:
    """Return whether a person reworked a pull request until its end, and how."""
    kinds = [
        commit_kind(commit, accounts, rules)
        for commit in pull.commits
        if not MERGE.match(commit.message)
    ]
    if "agent" not in kinds:
        return UNSEEN, "no commit of the agent itself"
    later = kinds[kinds.index("agent") :]
    end: datetime = row["closed_at"] or datetime.max
    author = (pull.author or "").lower()
    has_request = any(
        review.state == "CHANGES_REQUESTED"
        and accounts.is_human(review.author)
        and (review.author or "").lower() != author
        and review.at <= end
        for review in pull.reviews
    )
    has_push = any(
        event.kind == "HeadRefForcePushedEvent" and accounts.is_human(event.actor)
        for event in pull.events
        if event.at <= end
    )
    reasons = {
        "commit of a person": "human" in later,
        "changes requested": has_request,
        "force push of a person": has_push,
    }
    reason = next((name for name, is_so in reasons.items() if is_so), None)
    if reason:
        return "yes", reason
    return (UNSEEN, "commit of an unknown author") if None in later else ("no", None)


def commit_kind(commit: Commit, accounts: Accounts, rules: Rules) -> str | None:
    """Return whose commit it is: agent, bot or human; None if that is not known."""
    identity = {
        "login": [commit.author_login] if commit.author_login else [],
        "email": [commit.author_email] if commit.author_email else [],
    }
    own = {
        rule.gives
        for rule in rules.signals
        if rule.tier != "low" and rule.field in identity and rule.matches(identity)
    }
    if "agent" in own:
        return "agent"
    return "bot" if "automation" in own else accounts.kind(commit.author_login)


def hand_off(row: Mapping[str, Any], rework: str) -> str | None:
    """Return whether work was handed off, or why not."""
    if row["state"] != "merged":
        return "open" if row["state"] == "open" else "not merged"
    if row["durability"] in (None, "undone", "provisional"):
        return None if row["durability"] is None else f"{row['durability']}"
    if rework == "yes":
        return "reworked"
    if not row["is_independently_reviewed"]:
        return "merged unreviewed"
    return UNSEEN if rework == UNSEEN else "handed off"
