"""Connected data as a sentence, and the steps that would answer more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from queries.sql_files import Row

#: sentences about roles or teams that a metric needs, if no pull request has one
UNKNOWN = {
    name: f"No {noun} is known. Write {name} into data/seeds/people.csv, then run "
    "headway refresh people."
    for name, noun in (("roles", "role"), ("teams", "team"))
}
#: the count of pull requests that have what a metric needs
KNOWN = {"roles": "with_role", "teams": "with_team"}
#: least share of pull requests without a work type that makes a step
MUCH_UNCLASSIFIED = 0.1
#: columns of each kind of source; one of them is above 0 if it is connected
SOURCES = (
    ("repositories", "imported_projects"),
    ("shipments",),
    ("ux_debt", "experiments", "feedback"),
    ("people_months",),
    ("spend_rows",),
    ("survey_waves",),
)
PEOPLE = "write `data/seeds/people.csv`, then run `headway refresh people`"


@dataclass(frozen=True)
class NextStep:
    """A lack of data, the questions that more data would answer, and the step in Markdown."""

    lack: str
    answer: str
    step: str


def connected_sentence(row: Row) -> str:
    """Return what is published."""
    counts = (
        (row["repositories"], "repository", "repositories"),
        (row["imported_projects"], "imported project", "imported projects"),
        (row["pull_requests"], "pull request", "pull requests"),
        (row["issues"], "issue", "issues"),
        (row["shipments"], "deployment or release", "deployments and releases"),
        (row["experiments"], "experiment", "experiments"),
    )
    parts = [f"{n:,} {noun if n == 1 else plural}" for n, noun, plural in counts if n]
    parts += ["people.csv"] * bool(row["people_months"]) + ["spend"] * bool(row["spend_rows"])
    parts += ["pulse survey"] * bool(row["survey_waves"])
    connected = sum(any(row[column] for column in columns) for columns in SOURCES)
    if not parts:
        return "Nothing is connected yet."
    return f"{connected} of {len(SOURCES)} sources connected: {', '.join(parts)}."


def next_steps(row: Row, unmatched_labels: int) -> list[NextStep]:
    """Return the steps that would answer more, the most useful first."""
    return [*_repositories(row), *_classes(row, unmatched_labels), *_people(row), *_sources(row)]


def _repositories(row: Row) -> Iterator[NextStep]:
    total, unsynced = row["repositories"], row["unsynced_repositories"]
    if not total and not row["imported_projects"]:
        yield NextStep("No repository", "any answer", "`headway init --repo OWNER/NAME`")
    if unsynced:
        lack = f"{unsynced:,} of {total:,} repositories not completely synced"
        yield NextStep(lack, "answers about all of them", "`headway refresh`")


def _classes(row: Row, unmatched_labels: int) -> Iterator[NextStep]:
    total, unclassified = row["pull_requests"], row["unclassified"]
    if total and unclassified >= MUCH_UNCLASSIFIED * total:
        lack = f"{unclassified:,} of {total:,} pull requests without a work type"
        yield NextStep(lack, "new work and all features", "`headway rules`")
    if unmatched_labels:
        verb = "label matches" if unmatched_labels == 1 else "labels match"
        answer = "what these items are"
        yield NextStep(f"{unmatched_labels:,} {verb} no rule", answer, "`headway rules`")
    names = {"ux_debt": "UX debt", "experiments": "experiment", "feedback": "feedback"}
    kinds = [kind for column, kind in names.items() if not row[column]]
    if kinds and total + row["issues"]:
        answer = "what is resolved or decided, and how soon customers are answered"
        step = f'`headway rules --map LABEL "{kinds[0].lower()}"`'
        yield NextStep(f"No item counts as {' or '.join(kinds)}", answer, step)


def _people(row: Row) -> Iterator[NextStep]:
    answer = "answers by team, and what other roles ship"
    if not row["people_months"]:
        yield NextStep("No people.csv: teams and roles unknown", answer, PEOPLE)
    elif not row["with_team"]:
        yield NextStep("No team in people.csv has enough people to be named", answer, PEOPLE)


def _sources(row: Row) -> Iterator[NextStep]:
    if not row["shipments"]:
        step = "record deployments or releases on GitHub, then run `headway refresh`"
        yield NextStep("No deployment and no release", "how often what ships fails", step)
    if not row["spend_rows"]:
        answer = "cost per outcome, spend without outcomes, budget and tools"
        yield NextStep("No spend", answer, "`headway import spend.csv`")
    if not row["survey_waves"]:
        answer = "how people feel"
        yield NextStep("No pulse survey", answer, "`headway pulse`, which prints its questions")
