"""Insiders of a company and machines, recognised by their acts on GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.github_server import serve
from tests.support.independent.examples import comment, dataset, event, issue, pull

DAY = "2026-09-02"
#: machines with the accounts of users, of which the product knows the login
ROBOTS = (
    "k8s-ci-robot",
    "CLAassistant",
    "coveralls",
    "pytorchmergebot",
    "googlebot",
    "rustbot",
    "jenkinsbot",
    "acme-bot",
    "acme-aibot",
)
MACHINE, QUICK_PERSON = "acme-greetings", "nora"


def robots() -> dict[str, Any]:
    """Return pull requests that a machine answers after a minute and bob after ten hours."""
    pulls = [
        pull(
            number,
            f"{DAY}T10:00:00Z",
            comments=[comment(login, f"{DAY}T10:01:00Z")],
            reviews=[comment("bob", f"{DAY}T20:00:00Z", "APPROVED")],
            merged_at="2026-09-03T10:00:00Z",
            merged_by="bob",
        )
        for number, login in enumerate(ROBOTS, start=1)
    ]
    merged = {"merged_at": f"{DAY}T11:00:00Z"}
    pulls += [
        pull(20, f"{DAY}T10:00:00Z", author="scala-steward", merged_by="bob", **merged),
        pull(
            21,
            f"{DAY}T10:00:00Z",
            reviews=[comment("pytorchmergebot", f"{DAY}T10:01:00Z", "APPROVED")],
            merged_by="alice",
            **merged,
        ),
    ]
    return dataset(pulls, name="robots/shop", captured_at="2026-10-01T00:00:00Z")


def quick_accounts() -> dict[str, Any]:
    """Return pull requests that a machine answers in ten seconds, and a person mostly later."""
    pulls = [
        pull(
            number,
            f"{DAY}T1{number}:00:00Z",
            comments=[
                comment(MACHINE, f"{DAY}T1{number}:00:10Z"),
                comment(QUICK_PERSON, f"{DAY}T1{number}:00:{30 + 5 * number}Z"),
            ],
        )
        for number in range(1, 6)
    ]
    return dataset(pulls, name="quick/shop", captured_at="2026-10-01T00:00:00Z")


def private_members() -> dict[str, Any]:
    """Return work of members whom GitHub calls contributors, and of customers."""
    pulls = [
        pull(
            1,
            f"{DAY}T10:00:00Z",
            author="ann",
            association="CONTRIBUTOR",
            merged_at=f"{DAY}T13:00:00Z",
            merged_by="bob",
        )
    ]

    def question(number: int, author: str, day: str, **members: Any) -> dict[str, Any]:
        about = {"author": author, "association": "CONTRIBUTOR"}
        return issue(number, f"{day}T10:00:00Z", **about, **members)

    later = "2026-09-03"
    closed = {"state": "CLOSED", "state_reason": "COMPLETED", "closed_at": f"{later}T11:00:00Z"}
    issues = [
        question(100, "zoe", later, comments=[comment("bob", f"{later}T11:00:00Z")]),
        question(101, "zoe", later, comments=[comment("ann", f"{later}T12:00:00Z")]),
        question(110, "bob", later),
        question(111, "bob", "2026-09-01"),
        question(120, "zoe", later, events=[event("Labeled", f"{later}T10:30:00Z", label="x")]),
        question(121, "alice", later, comments=[comment("zoe", f"{later}T10:40:00Z")]),
        question(122, "alice", "2026-09-04"),
        question(130, "zoe", later, **closed),
        question(
            131,
            "zoe",
            later,
            events=[event("Closed", f"{later}T11:00:00Z", actor="bob")],
            **closed,
        ),
    ]
    labels = [{"name": "x", "color": "ffffff", "description": ""}]
    return dataset(
        pulls,
        name="hidden/shop",
        issues=issues,
        labels=labels,
        captured_at="2026-10-01T00:00:00Z",
    )


@pytest.fixture(scope="module")
def desk(schema_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with the published repositories."""
    parts = {
        "robots/shop": robots(),
        "quick/shop": quick_accounts(),
        "hidden/shop": private_members(),
    }
    with serve(parts, schema=schema_path) as github:
        desk = Desk(tmp_path_factory.mktemp("insiders"))
        text = f"[github]\nrepos = {json.dumps([*parts])}\nbase_url = {json.dumps(github.url)}\n"
        (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
        done = desk.run("refresh")
        assert done.code == 0, done.err
        yield desk


def test_known_machines_with_accounts_of_users_do_not_count_as_people(desk: Desk) -> None:
    rows = desk.rows(
        "select number, pickup_hours, author_kind, is_merged_unreviewed from pull_requests "
        "where repo = 'robots/shop' order by number"
    )
    assert rows == [
        *((number, 10, "human", False) for number in range(1, len(ROBOTS) + 1)),
        (20, None, "bot", True),
        (21, None, "human", True),
    ]


def test_account_that_answers_many_items_within_seconds_is_a_machine(desk: Desk) -> None:
    rows = desk.rows(
        "select round(pickup_hours * 3600) from pull_requests where repo = 'quick/shop' "
        "order by number"
    )
    assert rows == [(35,), (40,), (45,), (50,), (55,)]


def test_rules_lists_accounts_that_answer_within_a_minute(desk: Desk) -> None:
    done = desk.run("rules")
    assert done.code == 0
    table = done.out.split("accounts that answer within a minute\n")[1].splitlines()
    assert [line.split() for line in table[:3]] == [
        ["account", "answered", "within_a_minute", "counts_as"],
        [MACHINE, "5", "5", "machine"],
        [QUICK_PERSON, "5", "5", "person"],
    ]


def test_who_merged_or_triaged_is_inside_from_that_day(desk: Desk) -> None:
    rows = desk.rows(
        "select number, is_outside_author, is_feedback, response_hours from issues "
        "where repo = 'hidden/shop' and number < 130 order by number"
    )
    assert rows == [
        (100, True, True, 1),  # bob had merged the day before
        (101, True, True, None),  # ann only wrote what bob merged
        (110, False, False, None),
        (111, True, True, None),  # before the first merge
        (120, True, True, None),  # a label is no answer
        (121, True, True, None),  # alice set a label half an hour later; zoe is a customer
        (122, False, False, None),
    ]


def test_close_without_a_known_closer_resolves_nothing(desk: Desk) -> None:
    rows = desk.rows(
        "select number, state, state_reason, closed_by_kind, response_hours from issues "
        "where repo = 'hidden/shop' and number >= 130 order by number"
    )
    assert rows == [
        (130, "closed", "unknown", None, None),
        (131, "closed", "completed", "human", 1),
    ]
    kinds = desk.rows("select outcome_id, kind from outcomes")
    assert kinds == [("hidden/shop#131", "feedback resolved")]
