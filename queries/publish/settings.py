"""Settings of a publish, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from queries.catalog.metric import DURABLE_DAYS, FAILURE_DAYS


def any_of(patterns: Sequence[str]) -> str:
    """Return the regular expression that matches what any of some shell patterns does, for Python and DuckDB alike."""
    return "|".join(f"(?:{_expression(pattern)})" for pattern in patterns)


def _expression(pattern: str) -> str:
    signs = {"*": ".*", "?": ".", "[": "[", "]": "]", "[!": "[^", "-": "-"}
    return "".join(signs.get(sign) or re.escape(sign) for sign in re.findall(r"\[!|.", pattern))


@dataclass(frozen=True)
class GitHubSettings:
    """One GitHub: ``owner/name`` repositories, owners whose repositories are all read, and how to reach it."""

    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    #: shell patterns on owner/name: which repositories of the owners are read; all of them without any
    include: tuple[str, ...] = ()
    #: and which of those are not
    exclude: tuple[str, ...] = ()
    #: whether an owner's forks are read
    forks: bool = False
    base_url: str = "https://api.github.com"
    #: the variable of the environment that holds the token; never the token
    token_env: str = "GITHUB_TOKEN"
    #: the GitHub App that asks instead of a person, and the variable that holds its private key or the path to it
    app_id: int | None = None
    app_key_env: str = ""
    keep_bodies: bool = True
    #: files and folders of repositories that hold experiments
    experiments: tuple[str, ...] = ("experiments.csv", "experiments")

    @property
    def included(self) -> str:
        """The regular expression for the whole name of the owners' repositories that are read."""
        return any_of(self.include) if self.include else ".*"

    @property
    def excluded(self) -> str:
        """The regular expression for the whole name of those that are not; it matches no name without patterns."""
        return any_of(self.exclude)


@dataclass(frozen=True)
class Rollout:
    """A dated change, such as a tool given to everybody; days in transition count as neither before nor after."""

    name: str
    on: date
    transition_days: int = 0


@dataclass(frozen=True)
class Budget:
    """Dollars for a month, by its first day, or for each month from it on."""

    month: date
    usd: int
    is_from: bool = False


@dataclass(frozen=True)
class ToolDecision:
    """What was decided about a tool on a day: adopt, trial, hold or retire."""

    tool: str
    decision: str
    on: date


@dataclass(frozen=True)
class Row:
    """A rule as somebody wrote it: its source, its values by column, and where each stands: file, line and column."""

    source: str
    values: Mapping[str, str]
    where: Mapping[str, str]


@dataclass(frozen=True)
class Settings:
    """What headway.toml says, with its defaults."""

    #: each GitHub that is read; of two that have a repository of the same name, the first shows it under that name
    githubs: tuple[GitHubSettings, ...] = (GitHubSettings(),)
    people: str = "none"
    durable_days: int = DURABLE_DAYS
    failure_days: int = FAILURE_DAYS
    small_group: int = 5
    #: `headway check` fails where so much of a budget is spent, or with such a chance of ending over it
    budget_share: float = 1.0
    budget_risk: float = 0.5
    #: the variable of the environment that holds the address to post to; never the address
    webhook_env: str = "HEADWAY_WEBHOOK"
    #: the tools and accounts whose spend counts; all without any
    scope: tuple[str, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    budgets: tuple[Budget, ...] = ()
    tool_decisions: tuple[ToolDecision, ...] = ()
    #: rules by the name of their seed file
    rules: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    #: organisations whose GitHub Copilot is read
    copilot_orgs: tuple[str, ...] = ()
