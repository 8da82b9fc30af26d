"""Demo company: people, teams, repositories, working hours, and the effects of its rollout."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

#: people, teams, repositories and word lists
DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("company.toml").read_text("utf-8"))
Json = dict[str, Any]
HOST = "demo.headway.invalid"
OWNER = "fernhill-demo"
WORKDAY_START, WORKDAY_END = time(8), time(19)
#: offset from UTC in hours of people who coordinate the work
HOME = 1.0


@dataclass(frozen=True)
class Effects:
    """Known effects of coding agents on ``teams``, as relative changes and shares.

    The history is generated with these numbers, so an honest dashboard measures them after the
    transition, within the noise of real work. Nothing changes in the other teams.

    Coding, pickup and review time change in working hours, and clock time follows. Features are
    counted when they are started. AI shares are of pull requests opened by people or agents.
    In the quarter of the rollout more changes are merged without review, and more of them are
    reverted. Then every change needs a review, and both shares are lower than before.

    Effects without exact sizes: UX debt shrinks, more experiments start, and people outside
    engineering ship more.
    """

    teams: tuple[str, ...] = ("Checkout", "App", "Growers", "Platform")
    transition_weeks: int = 2
    coding_change: float = -0.6
    pickup_change: float = -0.5
    review_change: float = -0.5
    feature_change: float = 0.15
    ai_share_before: float = 0.04
    ai_share_after: float = 0.45
    #: before the rollout, in its quarter, and from ``recovery`` on
    reverted: tuple[float, float, float] = (0.03, 0.09, 0.008)
    unreviewed: tuple[float, float, float] = (0.12, 0.36, 0.01)

    @property
    def transition_days(self) -> int:
        """The days of the transition."""
        return 7 * self.transition_weeks


EFFECTS = Effects()


def month_start(until: date, months_ago: int) -> date:
    """Return the first day of a month, counted back from the month of the last day."""
    months = until.year * 12 + until.month - 1 - months_ago
    return date(months // 12, months % 12 + 1, 1)


def monday(until: date, weeks_ago: int) -> date:
    """Return a Monday, counted back from the week of the last day."""
    return until - timedelta(days=until.weekday(), weeks=weeks_ago)


@dataclass(frozen=True)
class Person:
    """Employee with team changes on Mondays; ``zone`` is the offset from UTC in hours."""

    login: str
    role: str
    level: str
    zone: float
    team: str
    moved_to: str = ""
    moved_weeks_ago: int = 0
    joined_weeks_ago: int | None = None
    left_weeks_ago: int | None = None

    @property
    def is_engineer(self) -> bool:
        """True for engineers, who get seats."""
        return self.role == "engineering"

    @property
    def email(self) -> str:
        """The work address."""
        return f"{self.login}@example.invalid"

    def periods(self, until: date) -> list[tuple[str, date | None, date | None]]:
        """Return each team with the first day and the day after the last, None if open."""
        start, end = (
            None if weeks is None else monday(until, weeks)
            for weeks in (self.joined_weeks_ago, self.left_weeks_ago)
        )
        if not self.moved_to:
            return [(self.team, start, end)]
        moved_on = monday(until, self.moved_weeks_ago)
        return [(self.team, start, moved_on), (self.moved_to, moved_on, end)]

    def team_on(self, day: date, until: date) -> str | None:
        """Return the team on a day, or None outside the employment."""
        for team, start, end in self.periods(until):
            if (start or day) <= day < (end or date.max):
                return team
        return None


PEOPLE = tuple(Person(*row[:5], **dict(*row[5:])) for row in DATA["people"])
BY_LOGIN = {person.login: person for person in PEOPLE}
#: bots with the addresses of those that write commits
BOTS: dict[str, str] = DATA["bots"]


def account(login: str | None) -> Json | None:
    """Return an account; deleted ones are null."""
    return {"__typename": "Bot" if login in BOTS else "User", "login": login} if login else None


def author_members(login: str) -> Json:
    """Return the author of a document and the role in the repository."""
    association = "MEMBER" if login in BY_LOGIN else "CONTRIBUTOR" if login in BOTS else "NONE"
    return {"authorAssociation": association, "author": account(login)}


def post(at: datetime, login: str) -> Json:
    """Return a comment or a reply."""
    return {"createdAt": at} | author_members(login)


@dataclass(frozen=True, eq=False)
class Repo:
    """Repository with its owner team; ``voice`` selects the titles of its work."""

    name: str
    repo_id: int
    language: str
    suffix: str
    topics: list[str]
    owner: str
    voice: str
    service: str = ""
    update_bot: str = ""
    #: days between releases, 0 without releases
    release_days: int = 0
    has_deployments: bool = False
    #: visible to customers, who open issues in it
    is_public: bool = False
    archived_weeks_ago: int | None = None
    #: share of shipments that fail by other causes than reverts
    failure_share: float = 0.0
    #: files of chores
    configuration: list[str] = field(default_factory=list)
    #: names of its UX debt, by weight
    debt_labels: dict[str, float] = field(default_factory=dict)
    #: packages and files of the update bot
    dependencies: dict[str, Any] = field(default_factory=dict)
    #: folders with the components in each
    areas: dict[str, list[str]] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name with its owner."""
        return f"{OWNER}/{self.name}"

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"https://{HOST}/{self.full_name}"

    @property
    def components(self) -> list[str]:
        """The components of all folders."""
        return [component for area in self.areas.values() for component in area]


REPOS = {name: Repo(name, **row) for name, row in DATA["repos"].items()}
DOCS = REPOS["docs"]
CODE_REPOS = [repo for repo in REPOS.values() if repo is not DOCS]


@dataclass(frozen=True)
class Team:
    """Team with its pull requests a week, their repositories, and its own folders of shared ones.

    ``pace`` holds factors of the coding, pickup and review time.
    """

    weekly: float
    repos: dict[str, float]
    pace: tuple[float, float, float]
    folders: list[str]


TEAMS = {name: Team(**row) for name, row in DATA["teams"].items()}


def people_csv(until: date) -> str:
    """Return people.csv with one line for each person and team; both dates are inclusive."""
    lines = ["login,email,team,role,level,from,to"]
    for person in PEOPLE:
        for team, start, end in person.periods(until):
            last = end and end - timedelta(days=1)
            columns = (person.login, person.email, team, person.role, person.level)
            lines.append(",".join([*columns, f"{start or ''}", f"{last or ''}"]))
    return "\n".join(lines) + "\n"


def is_workday(day: date) -> bool:
    """Return False at weekends, between Christmas and the new year, and on January 1."""
    is_holiday = (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day == 1)
    return day.weekday() < 5 and not is_holiday


def later(at: datetime, hours: float, zone: float = HOME) -> datetime:
    """Return the time (UTC) after a number of working hours in a zone."""
    offset = timedelta(hours=zone)
    local, remaining = at + offset, timedelta(hours=hours)
    while True:
        start, end = (datetime.combine(local.date(), hour) for hour in (WORKDAY_START, WORKDAY_END))
        local = max(local, start)
        if is_workday(local.date()):
            if local + remaining <= end:
                return (local + remaining - offset).replace(microsecond=0)
            remaining -= max(end - local, timedelta())
        local = datetime.combine(local.date() + timedelta(days=1), time())
