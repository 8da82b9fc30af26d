"""Connected data and next steps in words, typed by hand."""

from __future__ import annotations

from queries.text.next_steps import connected_sentence, next_steps

COMPLETE = {
    "repositories": 3,
    "unsynced_repositories": 0,
    "imported_projects": 1,
    "pull_requests": 1200,
    "unclassified": 119,
    "with_team": 900,
    "with_role": 800,
    "issues": 1,
    "feedback": 4,
    "ux_debt": 5,
    "experiments": 6,
    "shipments": 7,
    "people_months": 12,
    "spend_rows": 9,
    "survey_waves": 2,
}


def test_complete_data_needs_no_step() -> None:
    assert next_steps(COMPLETE, 0) == []
    assert connected_sentence(COMPLETE) == (
        "6 of 6 sources connected: 3 repositories, 1 imported project, 1,200 pull requests, "
        "1 issue, 7 deployments and releases, 6 experiments, people.csv, spend, pulse survey."
    )


def test_each_lack_has_its_step() -> None:
    lacks = {
        "unsynced_repositories": (2, "2 of 3 repositories not completely synced"),
        "unclassified": (120, "120 of 1,200 pull requests without a work type"),
        "ux_debt": (0, "No item counts as UX debt"),
        "with_team": (0, "No team in people.csv has enough people to be named"),
        "people_months": (0, "No people.csv: teams and roles unknown"),
        "shipments": (0, "No deployment and no release"),
        "spend_rows": (0, "No spend"),
        "survey_waves": (0, "No pulse survey"),
    }
    for column, (count, lack) in lacks.items():
        (step,) = next_steps(COMPLETE | {column: count}, 0)
        assert step.lack == lack
        assert step.step.count("`") in (2, 4)
    assert [step.lack for step in next_steps(COMPLETE, 24)] == ["24 labels match no rule"]
    assert [step.lack for step in next_steps(COMPLETE, 1)] == ["1 label matches no rule"]


def test_nothing_connected_begins_with_a_repository() -> None:
    empty = dict.fromkeys(COMPLETE, 0)
    assert connected_sentence(empty) == "Nothing is connected yet."
    assert next_steps(empty, 0)[0].step == "`headway init --repo OWNER/NAME`"
