"""The published tables, put together from the parts.

One row per pull request, area, release and repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.independent.agents import agent_rows
from tests.support.independent.counts import reconciliation_rows
from tests.support.independent.delivery import (
    area_rows,
    durability,
    first_deployment,
    first_release,
    first_shipped,
    is_for_default_branch,
    release_rows,
)
from tests.support.independent.experiments import find_experiments
from tests.support.independent.groups import People, read_people
from tests.support.independent.issues import Clerk, first_acts
from tests.support.independent.outcomes import Milestone, Registrar
from tests.support.independent.recorded import PullKey, Window, bare, moment, window_of
from tests.support.independent.rework import Rework, find_rework
from tests.support.independent.rules import (
    Accounts,
    Rules,
    authorship,
    is_engineering,
    read_rules,
    work_type,
)
from tests.support.independent.shipping import (
    change_failure_rows,
    deployment_rows,
    existing_areas,
    incident_rows,
    milestone_rows,
    names_of,
    read_deployments,
)
from tests.support.independent.stages import (
    answers_to,
    hours,
    responsible_for,
    stage_hours,
    start_of,
    state_of,
)
from tests.support.independent.tickets import Imports, imported_tickets, read_tickets
from tests.support.independent.view import Issue, Pull, Release, Repo, show

SEEDS = Path(__file__).parents[3] / "queries" / "sql" / "seeds"
Row = dict[str, object]
Tables = dict[str, list[Row]]


def compute(
    datasets: dict[str, dict[str, Any]],
    as_of: date,
    people_csv: Path | None = None,
    seeds: Path = SEEDS,
    durable_days: int = 14,
    k: int = 5,
    observed_at: str | None = None,
    failure_days: int = 7,
    imports: Imports | None = None,
) -> Tables:
    """Return the rows of the tables of facts, by table.

    ``datasets`` are parsed dataset files under any key; ``observed_at`` (ISO, UTC) is when they
    were looked at, by default after the last change. Times are naive UTC, labels are sorted lists.
    """
    brought = imports or Imports()
    cutoff = datetime.combine(as_of + timedelta(days=1), time())
    observed = moment(observed_at) if observed_at else None
    visible = [show(raw, observed, cutoff) for raw in datasets.values()]
    repos = sorted((repo for repo in visible if repo), key=lambda repo: repo.name.lower())
    rules = read_rules(seeds)
    known_types = {
        (bare(login) or "").lower(): user["type"]
        for raw in datasets.values()
        for login, user in raw.get("users", {}).items()
    }
    accounts = Accounts(known_types, rules.accounts)
    by_name = names_of(brought, cutoff)
    rework = find_rework(repos, rules, by_name)
    people = read_people(people_csv, k, lambda role: is_engineering(role, rules))
    durable_for = timedelta(days=durable_days)
    issues = {issue.key: issue for repo in repos for issue in repo.issues.values()}
    judge = Judge(
        cutoff, durable_for, rules, accounts, people, _known_emails(repos), rework, issues
    )
    tables: Tables = {"pull_requests": [], "pull_request_areas": [], "releases": [], "rework": []}
    tables["reconciliation"] = reconciliation_rows(datasets.values(), as_of, observed)
    pulls: dict[PullKey, tuple[Pull, Row]] = {}
    for repo in repos:
        sources = {number: first_release(repo, pull) for number, pull in repo.pulls.items()}
        rows = {
            number: judge.row(repo, pull, sources[number]) for number, pull in repo.pulls.items()
        }
        pulls |= {pull.key: (pull, rows[number]) for number, pull in repo.pulls.items()}
        tables["pull_requests"] += rows.values()
        tables["pull_request_areas"] += area_rows(
            repo, {number: row["team"] for number, row in rows.items()}
        )
        tables["releases"] += release_rows(
            repo, [release for release in sources.values() if release]
        )
    tables["rework"] = [
        {
            "repo": r.repo,
            "number": r.number,
            "by_repo": r.by_repo,
            "by_number": r.by_number,
            "by_key": r.by_key,
        }
        | {"kind": r.kind, "happened_at": r.happened_at}
        for r in rework
    ]
    raws = [
        (repo, datasets[key])
        for key in datasets
        for repo in repos
        if repo.name == _name(datasets[key])
    ]
    clerk = Clerk(
        rules,
        accounts,
        people,
        {key: row["authorship"] for key, (_, row) in pulls.items()},
        first_acts(datasets.values(), min(observed or cutoff, cutoff)),
    )
    return tables | _of_issues(
        [(repo, raw, window_of(raw, observed, cutoff)) for repo, raw in raws],
        judge,
        clerk,
        pulls,
        brought,
        timedelta(days=failure_days),
    )


def _name(raw: dict[str, Any]) -> object:
    return raw["repository"]["name_with_owner"]


def _of_issues(
    repos: list[tuple[Repo, dict[str, Any], Window]],
    judge: Judge,
    clerk: Clerk,
    pulls: dict[PullKey, tuple[Pull, Row]],
    imports: Imports,
    failure: timedelta,
) -> Tables:
    """The tables of issues, of what was shipped and of outcomes."""
    cutoff, rework = judge.cutoff, judge.rework
    tickets = [ticket for _, raw, window in repos for ticket in read_tickets(raw, window)]
    tickets += imported_tickets(imports, cutoff)
    known_values = {ticket.key: ticket for ticket in tickets if ticket.item_key is None}
    links = sorted(
        (key, issue)
        for key, (pull, _) in pulls.items()
        for issue in pull.closes
        if issue in known_values
    )
    deployments = {repo.name: read_deployments(raw, window) for repo, raw, window in repos}
    by_name = names_of(imports, cutoff)
    milestones = [
        row for repo, raw, window in repos for row in milestone_rows(repo, raw, window, clerk)
    ]
    experiments = find_experiments(tickets, pulls, links, imports, clerk, cutoff)
    capabilities = [
        Milestone(
            str(m["repo"]),
            int(str(m["number"])),
            str(m["title"]),
            str(m["url"]),
            _time(m["closed_at"]),
        )
        for m in milestones
        if m["is_capability"]
    ]
    registrar = Registrar(
        {ticket.key: ticket for ticket in tickets},
        pulls,
        links,
        capabilities,
        experiments,
        rework,
        clerk,
        judge.durable_for,
        cutoff,
    )
    outcomes, outcome_items = registrar.rows()
    return {
        "agent_changes": agent_rows(pulls, links, judge.accounts, judge.rules),
        "issues": [clerk.row(ticket) for ticket in tickets],
        "issue_intervals": [row for ticket in tickets for row in clerk.interval_rows(ticket)],
        "pull_request_issues": [
            {
                "repo": pulls[p][0].repo,
                "number": p[1],
                "issue_repo": known_values[i].repo,
                "issue_number": i[1],
            }
            for p, i in links
        ],
        "milestones": milestones,
        "areas": [row for repo, _, _ in repos for row in existing_areas(repo)],
        "deployments": [
            row for repo, _, _ in repos for row in deployment_rows(repo, deployments[repo.name])
        ],
        "incidents": incident_rows(tickets, imports, clerk, cutoff),
        "change_failures": [
            row
            for repo, _, _ in repos
            for row in change_failure_rows(repo, deployments[repo.name], rework, by_name, failure)
        ],
        "experiments": [experiment.row() for experiment in experiments],
        "outcomes": outcomes,
        "outcome_items": outcome_items,
        "review_load": judge.loads(list(pulls.values())),
    }


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


@dataclass(frozen=True)
class Judge:
    """Inputs of every row; ``emails`` has the account of an address."""

    cutoff: datetime
    durable_for: timedelta
    rules: Rules
    accounts: Accounts
    people: People
    emails: dict[str, str]
    rework: list[Rework]
    issues: dict[PullKey, Issue]

    @cached_property
    def reverting(self) -> set[PullKey]:
        """The pull requests that revert another one."""
        return {row.by for row in self.rework if row.kind == "revert" and row.by}

    def row(self, repo: Repo, pull: Pull, release: Release | None) -> Row:
        """Return one row of ``pull_requests``."""
        state = state_of(pull, self.cutoff)
        first_commit_at, started_at, start_rule = start_of(pull)
        responsible, responsible_rule = responsible_for(pull, self.accounts, self.emails)
        last_day = (self.cutoff - timedelta(days=1)).date()
        team, role, has_engineering_role = self.people.group(
            responsible,
            pull.opened_at.date(),
            state.closed_at.date() if state.closed_at else last_day,
        )
        answers = answers_to(pull, state, responsible, self.accounts)
        linked = [self.issues[key] for key in pull.closes if key in self.issues]
        kind, kind_rule = work_type(pull, linked, pull.key in self.reverting, self.rules)
        authored, authored_rule, tool = authorship(pull, self.rules)
        released_at = release.published_at if release else None
        deployed_at = first_deployment(repo, pull)
        left_at = first_shipped(repo, pull)
        own = [row for row in self.rework if (row.repo, row.number) == (pull.repo, pull.number)]
        return {
            "repo": repo.name,
            "number": pull.number,
            "title": pull.title,
            "url": f"https://github.com/{repo.name}/pull/{pull.number}",
            "author": pull.author,
            "author_kind": self.accounts.kind(pull.author),
            "responsible": responsible,
            "responsible_rule": responsible_rule,
            "role": role,
            "team": team,
            "author_association": pull.association,
            "work_type": kind,
            "work_type_rule": kind_rule,
            "authorship": authored,
            "authorship_rule": authored_rule,
            "ai_tool": tool,
            "state": state.state,
            "base_branch": pull.base,
            "is_default_base": is_for_default_branch(repo, pull),
            "is_draft": state.is_draft,
            "was_draft": state.was_draft,
            "opened_at": pull.opened_at,
            "started_at": started_at,
            "start_rule": start_rule,
            "ready_at": state.ready_at,
            "first_commit_at": first_commit_at,
            "first_response_at": answers.response_at,
            "first_review_at": answers.review_at,
            "first_approval_at": answers.approval_at,
            "merged_at": pull.merged_at,
            "closed_at": state.closed_at,
            "reopened_count": state.reopened_count,
            "merged_by_kind": self.accounts.kind(pull.merged_by),
            "released_at": released_at,
            "deployed_at": deployed_at,
            **stage_hours(started_at, state.ready_at, answers.response_at, pull.merged_at),
            "lead_hours": hours(started_at, left_at),
            "had_early_feedback": answers.had_early_feedback,
            "additions": pull.additions,
            "deletions": pull.deletions,
            "changed_files": pull.changed_files,
            "size_band": size_band(pull.additions + pull.deletions),
            "is_merged_unreviewed": answers.review_at is None if pull.merged_at else None,
            "is_independently_reviewed": answers.review_at is not None,
            "is_revert": kind == "revert" or pull.key in self.reverting,
            "reverted_at": min(
                (row.happened_at for row in own if row.kind == "revert"), default=None
            ),
            "durability": durability(repo, pull, self.rework, self.durable_for, self.cutoff),
            "labels": sorted(pull.labels),
            "is_engineering_role": has_engineering_role,
            "milestone": pull.milestone,
            "reviewer_count": len({(review.author or "").lower() for review in answers.reviews}),
        }

    def loads(self, pulls: list[tuple[Pull, Row]]) -> list[Row]:
        """Return rows of ``review_load``, with reviewers counted by pull request and week."""
        reviews = [review for pull, row in pulls for review in self._reviews(pull, row)]
        for week in {review[0] for review in reviews}:
            self._hide_small_teams([review for review in reviews if review[0] == week])
        return [row | {"week": week, "reviewers": len(people)} for week, people, row in reviews]

    def _hide_small_teams(self, reviews: list[tuple[date, set[str], Row]]) -> None:
        """Remove the teams of a week whose reviewers, or those of all other rows, are few."""
        teams: dict[object, set[str]] = {}
        for _, people, row in reviews:
            teams.setdefault(row["team"], set()).update(people)
        order = sorted((len(people), str(name)) for name, people in teams.items() if name)
        large = [name for size, name in order if size >= self.people.k]
        rest = {who for name, people in teams.items() if name not in large for who in people}
        if 0 < len(rest) < self.people.k:
            large = large[1:]
        for _, _, row in reviews:
            row["team"] = row["team"] if row["team"] in large else None

    def _reviews(self, pull: Pull, row: Row) -> list[tuple[date, set[str], Row]]:
        """Return week, reviewers and other columns of each week with reviews."""
        if row["author_kind"] == "bot":
            return []
        responsible = row["responsible"]
        state = state_of(pull, self.cutoff)
        reviews = answers_to(
            pull, state, str(responsible) if responsible else None, self.accounts
        ).reviews
        weeks: dict[date, set[str]] = {}
        for review in reviews:
            monday = review.at.date() - timedelta(days=review.at.weekday())
            weeks.setdefault(monday, set()).add((review.author or "").lower())
        lines = pull.additions + pull.deletions
        about = {"repo": pull.repo, "number": pull.number, "team": row["team"], "lines": lines}
        return [(week, people, dict(about)) for week, people in sorted(weeks.items())]


def size_band(lines: int) -> str:
    """Return the band of a number of changed lines."""
    return next(
        (band for band, most in (("XS", 10), ("S", 50), ("M", 250), ("L", 1000)) if lines <= most),
        "XL",
    )


def _known_emails(repos: list[Repo]) -> dict[str, str]:
    """The account of each address among the authors of all pull requests' commits.

    Of several the first by name.
    """
    by_key: dict[str, str] = {}
    for commit in (
        commit for repo in repos for pull in repo.pulls.values() for commit in pull.commits
    ):
        if commit.author_email and commit.author_login:
            email = commit.author_email.lower()
            by_key[email] = min(
                by_key.get(email, commit.author_login), commit.author_login, key=str.lower
            )
    return by_key
