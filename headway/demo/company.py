"""The demo company: its people, teams and repositories, its working hours, and the rollout whose effect is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from headway.demo.words import AREAS

HOST = "demo.headway.invalid"
OWNER = "fernhill-demo"
HISTORY = timedelta(days=731)
WORKDAY_START, WORKDAY_END = time(8), time(19)


@dataclass(frozen=True)
class Rollout:
    """What changed in ``teams`` when coding agents came, once the ramp was over: relative changes, and shares.

    These numbers are put into the history, so they are what an honest dashboard finds in it, give or take the noise of
    real work. The other team got nothing, and nothing changes there.

    Coding, pickup and review time change in working hours; the clock follows, nights and weekends included. Pickup time
    stays as it was for the first ``pickup_after_weeks`` and grows then, because more work waits for the same reviewers.
    Features are counted as they are started. AI shares are of the pull requests that people or agents open (bots
    aside); revert shares are of those of them that are merged.

    More follows without exact sizes: the stock of UX debt shrinks slowly, more experiments are started, more is shipped
    by people whose role is not engineering, and what the platform team ships fails more often.
    """

    teams: tuple[str, ...] = ("storefront", "mobile", "platform")
    ramp_weeks: int = 4
    coding_change: float = -0.35
    pickup_change: float = 0.10
    pickup_after_weeks: int = 26
    review_change: float = 0.10
    feature_change: float = 0.15
    ai_share_before: float = 0.04
    ai_share_after: float = 0.45
    revert_share_before: float = 0.02
    revert_share_after: float = 0.03


ROLLOUT = Rollout()


def rollout_on(until: date) -> date:
    """Return the day of the rollout: the first Monday of the month 10 months before that of ``until``."""
    months = until.year * 12 + until.month - 1 - 10
    first = date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=-first.weekday() % 7)


@dataclass(frozen=True)
class Person:
    """Somebody who works there; ``zone`` is their offset from UTC in hours, habits included.

    Weeks are counted back from the week in which the history ends; people come, leave and move on Mondays.
    """

    login: str
    role: str
    level: str
    zone: float
    team: str
    moved_to: str | None = None
    moved_weeks_ago: int = 0
    joined_weeks_ago: int | None = None
    left_weeks_ago: int | None = None

    def team_on(self, day: date, until: date) -> str | None:
        """Return the team on a day, or None before the person came and after they left."""
        if self.joined_weeks_ago is not None and day < monday(until, self.joined_weeks_ago):
            return None
        if self.left_weeks_ago is not None and day >= monday(until, self.left_weeks_ago):
            return None
        moved = self.moved_to and day >= monday(until, self.moved_weeks_ago)
        return self.moved_to if moved else self.team


def monday(until: date, weeks_ago: int) -> date:
    """Return a Monday, counted back from the week in which the history ends."""
    return until - timedelta(days=until.weekday(), weeks=weeks_ago)


ENGINEER, DESIGNER, PRODUCT = "engineering", "design", "product"
WEST, HOME, EAST = -5.0, 1.0, 5.5
PEOPLE = (
    Person("mosskettle", ENGINEER, "staff", HOME, "storefront"),
    Person("tinbirdie", ENGINEER, "senior", HOME + 0.5, "storefront"),
    Person("paperlantern9", ENGINEER, "senior", HOME, "storefront"),
    Person("oakandinkwell", ENGINEER, "mid", WEST, "storefront"),
    Person("quietkiln", ENGINEER, "mid", HOME - 0.5, "storefront"),
    Person("brambleloop", ENGINEER, "junior", HOME, "storefront", joined_weeks_ago=70),
    Person("saltmarshy", ENGINEER, "mid", HOME, "storefront", left_weeks_ago=38),
    Person("plumbobbin", DESIGNER, "senior", HOME, "storefront"),
    Person("inkthimble", DESIGNER, "mid", WEST, "storefront"),
    Person("bluecolander", PRODUCT, "senior", HOME, "storefront"),
    Person("copperfinch7", ENGINEER, "staff", EAST, "mobile"),
    Person("driftnettle", ENGINEER, "senior", EAST, "mobile"),
    Person("hazelspool", ENGINEER, "senior", HOME, "mobile"),
    Person("pixelthrush", ENGINEER, "mid", EAST - 0.5, "mobile"),
    Person("fogandferry", ENGINEER, "junior", EAST, "mobile"),
    Person("velvetgourd", DESIGNER, "senior", EAST, "mobile"),
    Person("marblewren", DESIGNER, "mid", EAST, "mobile", joined_weeks_ago=88),
    Person("softanvil", PRODUCT, "senior", EAST, "mobile"),
    Person("rustlingpine", ENGINEER, "staff", HOME, "platform"),
    Person("ninepinfox", ENGINEER, "senior", WEST, "platform"),
    Person("lowtideling", ENGINEER, "senior", HOME + 0.5, "platform"),
    Person("gravelharp", ENGINEER, "mid", WEST - 0.5, "platform"),
    Person("emberquill", ENGINEER, "mid", HOME, "platform"),
    Person("wickerowl", ENGINEER, "junior", HOME, "platform", joined_weeks_ago=61),
    Person("slatepebble", PRODUCT, "mid", HOME, "platform"),
    Person("clovermitten", ENGINEER, "staff", HOME, "data"),
    Person("peatlantern", ENGINEER, "senior", HOME, "data"),
    Person("barleykite", ENGINEER, "senior", WEST, "data"),
    Person("tallowmoth", ENGINEER, "mid", EAST, "data"),
    Person(
        "juniperdot", ENGINEER, "mid", HOME - 0.5, "data", moved_to="platform", moved_weeks_ago=74
    ),
    Person("otterbasket", ENGINEER, "junior", WEST, "data"),
    Person(
        "sundialmouse", ENGINEER, "mid", HOME, "storefront", moved_to="data", moved_weeks_ago=44
    ),
    Person("chalkmeadow", DESIGNER, "mid", HOME, "data"),
    Person("pewterlark", PRODUCT, "senior", WEST, "data"),
    Person("threadneedler", PRODUCT, "mid", HOME, "data"),
)
BY_LOGIN = {person.login: person for person in PEOPLE}
#: accounts that are not users
BOTS = (
    "dependabot",
    "renovate",
    "github-actions",
    "github-merge-queue",
    "codecov",
    "vercel",
    "coderabbitai",
    "copilot-swe-agent",
    "copilot-pull-request-reviewer",
    "devin-ai-integration",
)


@dataclass(frozen=True)
class Repo:
    """A repository; days between releases are None where there are none, ``archived_weeks_ago`` where it is in use."""

    name: str
    repo_id: int
    language: str
    suffix: str
    topics: tuple[str, ...]
    update_bot: str | None = None
    release_days: int | None = None
    has_deployments: bool = False
    #: whether customers see it, and open issues there
    is_public: bool = False
    archived_weeks_ago: int | None = None

    @property
    def full_name(self) -> str:
        """The name with its owner."""
        return f"{OWNER}/{self.name}"

    @property
    def owner(self) -> str:
        """The team that looks after it."""
        return OWNERS[self.name]

    @property
    def areas(self) -> dict[str, tuple[str, ...]]:
        """Its folders and what lives in them."""
        return AREAS[self.name]

    def archived_on(self, until: date) -> date | None:
        """Return the day on which it was archived."""
        return None if self.archived_weeks_ago is None else monday(until, self.archived_weeks_ago)


OWNERS = {
    "web": "storefront",
    "api": "platform",
    "mobile": "mobile",
    "platform": "platform",
    "pipeline": "data",
    "docs": "storefront",
}
REPOS = {
    "web": Repo(
        "web", 730_001, "TypeScript", "tsx", ("shop", "frontend"), "dependabot", 7, is_public=True
    ),
    "api": Repo("api", 730_002, "Python", "py", ("shop", "backend"), "dependabot", 10, True, True),
    "mobile": Repo(
        "mobile", 730_003, "Kotlin", "kt", ("shop", "app"), "dependabot", 14, is_public=True
    ),
    "platform": Repo("platform", 730_004, "Go", "go", ("infrastructure",), "renovate", 14),
    "pipeline": Repo("pipeline", 730_005, "Python", "py", ("data", "analytics"), "renovate"),
    "docs": Repo("docs", 730_006, "MDX", "md", ("handbook",), archived_weeks_ago=30),
}


@dataclass(frozen=True)
class Team:
    """How a team works: pull requests a week, where, and how slow it is at coding, picking up and reviewing."""

    weekly: float
    repos: dict[str, float]
    pace: tuple[float, float, float]
    #: which folders of a repository that it shares are its own
    homes: tuple[str, ...] = ()


TEAMS = {
    "storefront": Team(
        10.0,
        {"web": 0.86, "api": 0.14},
        (1.0, 1.0, 1.0),
        ("app/orders", "app/catalog", "app/gifting"),
    ),
    "mobile": Team(
        7.0, {"mobile": 0.88, "api": 0.12}, (1.15, 1.3, 1.15), ("app/accounts", "app/notifications")
    ),
    "platform": Team(
        7.2, {"platform": 0.55, "api": 0.45}, (0.9, 0.8, 1.1), ("app/payments", "app/shipping")
    ),
    "data": Team(6.8, {"pipeline": 0.9, "api": 0.1}, (1.05, 1.1, 0.9), ("app/subscriptions",)),
}


def people_csv(until: date) -> str:
    """Return the demo's people.csv: one line for each person and team, with inclusive dates counted from ``until``."""
    lines = ["login,email,team,role,level,from,to"]
    for person in PEOPLE:
        begin = (
            "" if person.joined_weeks_ago is None else f"{monday(until, person.joined_weeks_ago)}"
        )
        end = (
            ""
            if person.left_weeks_ago is None
            else f"{monday(until, person.left_weeks_ago) - timedelta(days=1)}"
        )
        spells = [(person.team, begin, end)]
        if person.moved_to:
            moved_on = monday(until, person.moved_weeks_ago)
            spells = [
                (person.team, begin, f"{moved_on - timedelta(days=1)}"),
                (person.moved_to, f"{moved_on}", end),
            ]
        for team, first, last in spells:
            columns = (
                person.login,
                address(person.login),
                team,
                person.role,
                person.level,
                first,
                last,
            )
            lines.append(",".join(columns))
    return "\n".join(lines) + "\n"


def address(login: str) -> str:
    """Return a person's e-mail address."""
    return f"{login}@example.invalid"


# -- working hours ----------------------------------------------------------------------------------------------------


def is_workday(day: date) -> bool:
    """Whether people work that day: not at weekends, and not between the years."""
    return (
        day.weekday() < 5
        and not (day.month == 12 and day.day >= 24)
        and not (day.month == 1 and day.day == 1)
    )


def later(at: datetime, hours: float, zone: float) -> datetime:
    """Return the moment (UTC) after so many working hours of somebody in that zone."""
    offset = timedelta(hours=zone)
    local, remaining = at + offset, timedelta(hours=hours)
    while True:
        start, end = (datetime.combine(local.date(), hour) for hour in (WORKDAY_START, WORKDAY_END))
        local = max(local, start)
        if is_workday(local.date()) and local + remaining <= end:
            return (local + remaining - offset).replace(microsecond=0)
        if is_workday(local.date()):
            remaining -= max(end - local, timedelta())
        local = datetime.combine(local.date() + timedelta(days=1), time())
