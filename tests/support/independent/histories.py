"""Histories of one repository made by dice.

Issues, discussions, pull requests and deployments in any order of events.

What happens is legal on GitHub (nothing is closed twice), and no more plausible than it has to be.
"""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta
from typing import Any

Raw = dict[str, Any]
PEOPLE = ["ann", "bob", "cem", "dee", "eva"]  # ann and bob belong to the project
ACTORS = [*PEOPLE, "renovate", "copilot-swe-agent", None]
LABELS = [
    "papercut",
    "a11y",
    "experiment",
    "experiment: kept",
    "result: killed",
    "customer feedback",
    "sev-1",
]
LABELS += ["capability", "enhancement", "bug", "wontfix", "hotfix"]
TITLES = [
    "Change",
    "feat: change",
    "fix: change",
    "spike: change",
    "UX debt: change",
    "Experiment: change",
]
TITLES += ["Capability: change", "[Incident] change"]
MILESTONES = ["Capability: one", "Sprint 1"]
START = datetime(2025, 1, 6)
DAYS = 300


class Dice(random.Random):
    """Chance, and the writing of it."""

    def stamp(self, after: float, before: float) -> tuple[float, str]:
        """Return an hour between two, and how GitHub writes it."""
        hour = self.uniform(after, before)
        return hour, f"{START + timedelta(seconds=int(hour * 3600)):%Y-%m-%dT%H:%M:%SZ}"

    def some(self, values: list[Any], most: int) -> list[Any]:
        """Return up to so many of the values."""
        return self.sample(values, self.randint(0, most))


def history(seed: int, count: int = 60) -> Raw:
    """Return the dataset of the repository ``dice/SEED`` with so many numbers.

    Odd seeds release, even ones deploy.
    """
    dice, name = Dice(seed), f"dice/{seed}"
    kinds = dice.choices(["issue", "pull", "discussion"], [4, 4, 1], k=count)
    numbers = {kind: [n for n, own in enumerate(kinds, 1) if own == kind] for kind in set(kinds)}
    commits: dict[str, Raw] = {}
    issues = [_item(dice, n) for n in numbers["issue"]]
    pulls = [_pull(dice, name, n, numbers, commits) for n in numbers["pull"]]
    merged = sorted((p for p in pulls if p["merged_at"]), key=lambda pull: str(pull["merged_at"]))
    branched = _branch(seed, merged, commits)
    landed = [(p["merged_at"], p["merge_commit"]) for p in merged if p["base_ref"] == "main"]
    for before, after in itertools.pairwise(merged):
        after["body"] += dice.choice(["", f" Reverts #{before['number']}"])
    for event in (e for issue in issues for e in issue["events"] if e["type"] == "ClosedEvent"):
        closers = [p["number"] for p in merged if p["merged_at"] <= event["created_at"]]
        event["closer"] = dice.choice([None, None, *closers[-1:]])
    return {
        "format": 1,
        "captured_at": "2026-01-05T00:00:00Z",
        "repository": {
            "name_with_owner": name,
            "database_id": seed,
            "default_branch": "main",
            "created_at": "2025-01-01T00:00:00Z",
        },
        "users": {"renovate": {"type": "Bot"}, "copilot-swe-agent": {"type": "Bot"}},
        "labels": [],
        "issues": issues,
        "pulls": pulls,
        "discussions": [_discussion(dice, n) for n in numbers.get("discussion", [])],
        "milestones": [
            {"number": index, "title": title, "created_at": "2025-01-02T00:00:00Z", "due_on": None}
            | {"closed_at": dice.stamp(0, DAYS * 24)[1] if dice.random() < 0.5 else None}
            for index, title in enumerate(MILESTONES, 1)
        ],
        "commits": commits,
        "history": [oid for _, oid in reversed(landed)],
        "releases": [
            {
                "tag": f"v{index}",
                "name": "",
                "oid": oid,
                "created_at": at,
                "is_prerelease": dice.random() < 0.3,
            }
            for index, (at, oid) in enumerate(landed)
            if seed % 2 and dice.random() < 0.3
        ]
        + [
            {"tag": f"v1.{index}", "name": "", "oid": oid, "created_at": at, "is_prerelease": False}
            for index, (at, oid) in enumerate(branched)
            if seed % 2
        ],
        "deployments": [
            _deployment(dice, at, oid, index)
            for index, (at, oid) in enumerate(landed)
            if not seed % 2 and dice.random() < 0.5
        ]
        + [
            _deployment(dice, at, oid, 1000 + index)
            for index, (at, oid) in enumerate(branched)
            if not seed % 2
        ],
        "files": {},
        "texts": {},
    }


def _branch(seed: int, merged: list[Raw], commits: dict[str, Raw]) -> list[tuple[str, str]]:
    """Give merge commits their parents, and return time and commit of what other branches ship.

    Some merges go to a branch that begins at the last merge before them.
    """
    dice, shipped, head = Dice(f"branches of {seed}"), list[tuple[str, str]](), list[str]()
    for pull in merged:
        oid, at = pull["merge_commit"], datetime.fromisoformat(pull["merged_at"])
        commits[oid]["parents"] = commits[pull["head_oid"]]["parents"] = list(head)
        if dice.random() >= 0.2:
            head = [oid]
            continue
        pull["base_ref"] = "release/1"
        tip, days = f"{oid[:-1]}b", sorted(dice.uniform(0, 9) for _ in range(2))
        stamps = [f"{at + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}" for day in days]
        times = {"authored_at": stamps[0], "committed_at": stamps[0]}
        commits[tip] = commits[oid] | {"oid": tip, "parents": [oid]} | times
        shipped.append((stamps[1], dice.choice([oid, tip])))
    return shipped


def _about(dice: Dice, number: int) -> tuple[float, Raw]:
    hour, opened = dice.stamp(0, DAYS * 24)
    author = dice.choice(ACTORS)
    message = [
        {
            "author": who,
            "association": _association(who),
            "body": "",
            "created_at": at,
            "updated_at": at,
        }
        for who in dice.choices(ACTORS, k=dice.randint(0, 4))
        for at in [dice.stamp(hour, hour + 24 * 20)[1]]
    ]
    comments = sorted(message, key=lambda row: str(row["created_at"]))
    about = {
        "number": number,
        "title": f"{dice.choice(TITLES)} {number}",
        "body": "",
        "author": author,
    }
    return hour, about | {
        "association": _association(author),
        "created_at": opened,
        "comments": comments,
    }


def _association(login: str | None) -> str:
    return "MEMBER" if login in ("ann", "bob") else "NONE"


def _item(dice: Dice, number: int, is_pull: bool = False) -> Raw:
    """An issue, or what a pull request shares with one, which is not closed yet."""
    hour, about = _about(dice, number)
    labels, events, is_closed, closed_at = set[str](), list[Raw](), False, None
    for _ in range(dice.randint(0, 8)):
        soon = dice.random() < 0.2
        hour, at = dice.stamp(hour + 2 / 3600, hour + (0.02 if soon else 24 * 15))
        event: Raw = {"created_at": at, "actor": dice.choice(ACTORS)}
        turn = dice.random()
        if turn < 0.4 and not is_pull:
            is_closed = not is_closed
            closed_at = at if is_closed else None
            event["type"] = "ClosedEvent" if is_closed else "ReopenedEvent"
            if is_closed:
                event["state_reason"] = dice.choice(
                    ["COMPLETED", "COMPLETED", "NOT_PLANNED", "DUPLICATE"]
                )
        else:
            label = dice.choice(LABELS)
            event |= {
                "type": "UnlabeledEvent" if label in labels else "LabeledEvent",
                "label": label,
            }
            labels ^= {label}
        events.append(event)
    about |= {
        "milestone": dice.choice([None, None, *MILESTONES]),
        "assignees": [],
        "events": events,
    }
    about |= {
        "labels": sorted(labels),
        "closed_at": closed_at,
        "state": "CLOSED" if closed_at else "OPEN",
    }
    stamps = [about["created_at"], *(row["created_at"] for row in [*events, *about["comments"]])]
    return about | {"updated_at": max(stamps), "state_reason": None}


def _pull(
    dice: Dice, name: str, number: int, numbers: dict[str, list[int]], commits: dict[str, Raw]
) -> Raw:
    row = _item(dice, number, is_pull=True)
    opened = (
        datetime.fromisoformat(row["created_at"]).replace(tzinfo=None) - START
    ).total_seconds() / 3600
    oids = [f"{name[5:]:0>3}{number:04x}{index}".ljust(40, "a") for index in (0, 1)]
    merged, at = dice.stamp(opened + 1, opened + 24 * 10)
    is_merged = dice.random() < 0.8
    path = f"src/{dice.choice(['one', 'two'])}/file.py"
    file = [path, 4, 2, dice.choice(["MODIFIED", "MODIFIED", "DELETED"])]
    for oid, time in zip(oids, (row["created_at"], at), strict=True):
        login = row["author"] or "ann"
        commits[oid] = {"oid": oid, "message": row["title"], "parents": [], "files": [file[:3]]}
        commits[oid] |= {"authored_at": time, "committed_at": time}
        commits[oid] |= {
            f"{side}_{label}": login
            for side in ("author", "committer")
            for label in ("login", "name")
        }
    reviews = [
        {
            "author": who,
            "association": _association(who),
            "body": "",
            "state": "APPROVED",
            "comments": [],
        }
        | {"created_at": moment, "updated_at": moment}
        for who in dice.some(ACTORS, 3)
        for moment in [dice.stamp(opened, merged + 24)[1]]
    ]
    other = dice.choice(numbers["pull"])
    row["body"] = dice.choice(["", "", f"Reverts #{other}", f"See #{other}"])
    if is_merged:
        row["events"] += [
            {"type": kind, "created_at": at, "actor": "ann"}
            for kind in ("MergedEvent", "ClosedEvent")
        ]
    stamps = [row["updated_at"], *(review["created_at"] for review in reviews)]
    return row | {
        "updated_at": max([*stamps, at] if is_merged else stamps),
        "state": "MERGED" if is_merged else "OPEN",
        "closed_at": at if is_merged else None,
        "merged_at": at if is_merged else None,
        "merged_by": "ann" if is_merged else None,
        "merge_commit": oids[1] if is_merged else None,
        "base_ref": "main",
        "head_ref": dice.choice(["topic", "hotfix/x", "codex/x"]),
        "head_oid": oids[0],
        "head_repository": name,
        "closing_issues": dice.some(numbers["issue"], 3) if dice.random() < 0.6 else [],
        "reviews": sorted(reviews, key=lambda review: str(review["created_at"])),
        "commits": oids[:1],
        "additions": 4,
        "deletions": 2,
        "changed_files": 1,
        "files": [file],
    }


def _discussion(dice: Dice, number: int) -> Raw:
    hour, about = _about(dice, number)
    answered, closed = dice.stamp(hour, hour + 24 * 9)[1], dice.stamp(hour, hour + 24 * 9)[1]
    is_answered, is_closed = dice.random() < 0.4, dice.random() < 0.5
    return about | {
        "category": {"name": dice.choice(["Q&A", "General"]), "is_answerable": True},
        "labels": dice.some(LABELS, 2),
        "closed_at": closed if is_closed else None,
        "state_reason": dice.choice(["RESOLVED", "OUTDATED", "DUPLICATE"]) if is_closed else None,
        "answer_chosen_at": answered if is_answered else None,
        "answer_chosen_by": dice.choice(ACTORS) if is_answered else None,
    }


def _deployment(dice: Dice, at: str, oid: str, index: int) -> Raw:
    landed = datetime.fromisoformat(at) + timedelta(hours=dice.uniform(0, 30))
    times = [f"{landed + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}" for hour in range(4)]
    states = dice.sample(
        ["IN_PROGRESS", "SUCCESS", "FAILURE", "ERROR", "INACTIVE"], dice.randint(0, 3)
    )
    return {
        "database_id": 100 + index,
        "environment": dice.choice(["production", "production", "staging"]),
        "oid": oid,
        "created_at": times[0],
        "statuses": [
            {"state": state, "created_at": at} for state, at in zip(states, times[1:], strict=False)
        ],
    }
