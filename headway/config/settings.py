"""Settings file ``headway.toml``, read strictly: an error names file, line, column and key."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from headway.config.errors import SettingsError
from headway.config.fields import (
    Address,
    ListOf,
    Month,
    Owner,
    Repository,
    RepositoryPath,
    ShellPattern,
    Table,
    Text,
    Variable,
    explain,
)
from headway.config.files import read_text, write_whole
from headway.config.rules import KINDS, AiSignal, LabelRule, Row, RuleRow, WorkType, check_names
from queries.catalog.metric import DURABLE_DAYS, FAILURE_DAYS

EXAMPLE = Path(__file__).parents[2] / "headway.example.toml"
HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]")
ASSIGNMENT = re.compile(r"\s*([\w.\"'-]+)\s*=")
SECRET_NAMES = ("token", "github_token", "access_token", "password", "secret")
Days = Annotated[int, Field(ge=1, le=365)]
#: table, index of the table, key
Location = tuple[str, int, str | None]


class GitHubTable(Table):
    """One GitHub: its repositories, owners and credentials."""

    repos: ListOf[Repository] = ()
    orgs: ListOf[Owner] = ()
    include: ListOf[ShellPattern] = ()
    exclude: ListOf[ShellPattern] = ()
    forks: bool = False
    base_url: Address = "https://api.github.com"
    token_env: Variable = "GITHUB_TOKEN"
    app_id: Annotated[int, Field(ge=1, le=10**12)] | None = None
    app_key_env: Variable = ""
    keep_bodies: bool = True
    experiments: ListOf[RepositoryPath] = ("experiments.csv", "experiments")


class PublishTable(Table):
    """Privacy and periods of the published file."""

    people: Literal["none", "pseudonyms", "names"] = "none"
    durable_days: Days = DURABLE_DAYS
    failure_days: Days = FAILURE_DAYS
    small_group: Annotated[int, Field(ge=1, le=1000)] = 5


class CheckTable(Table):
    """Thresholds of ``headway check``."""

    budget_share: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    budget_risk: Annotated[float, Field(ge=0.01, le=1)] = 0.5
    webhook_env: Variable = "HEADWAY_WEBHOOK"


class SpendTable(Table):
    """Scope of spend."""

    scope: ListOf[Text] = ()
    copilot_orgs: ListOf[Owner] = ()
    allow_http: ListOf[Text] = ()


class RolloutTable(Table):
    """A dated change."""

    name: Text
    on: date
    transition_days: Annotated[int, Field(ge=0, le=365)] = 0


class BudgetTable(Table):
    """Dollars for one month, or for each month from one on."""

    month: Month | None = None
    from_: Month | None = Field(None, alias="from")
    usd: Annotated[int, Field(ge=0, le=10**12)]


class DecisionTable(Table):
    """A decision about a tool."""

    tool: Text
    decision: Literal["adopt", "trial", "hold", "retire"]
    on: date


def _as_list(value: Any) -> Any:
    """Return one or several [github] tables as a list, the default one if there is none."""
    return (value or [{}]) if isinstance(value, list | tuple) else [value]


class Settings(Table):
    """The settings with their defaults, as tables of the file."""

    github: Annotated[ListOf[GitHubTable], BeforeValidator(_as_list)] = (GitHubTable(),)
    publish: PublishTable = PublishTable()
    check: CheckTable = CheckTable()
    spend: SpendTable = SpendTable()
    rollouts: ListOf[RolloutTable] = ()
    budgets: ListOf[BudgetTable] = ()
    tool_decisions: ListOf[DecisionTable] = ()
    ai_signals: ListOf[AiSignal] = ()
    work_types: ListOf[WorkType] = ()
    label_rules: ListOf[LabelRule] = ()

    @property
    def rules(self) -> dict[str, tuple[RuleRow, ...]]:
        """Rules by kind."""
        return {kind: getattr(self, kind) for kind in KINDS}


TABLES: dict[str, type[Table]] = {
    "github": GitHubTable,
    "publish": PublishTable,
    "check": CheckTable,
    "spend": SpendTable,
}
ARRAYS: dict[str, type[Table]] = {
    "rollouts": RolloutTable,
    "budgets": BudgetTable,
    "tool_decisions": DecisionTable,
    **KINDS,
}


def read_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises SettingsError, one line with file, line, column and what to do.
    """
    try:
        return parse_settings(path, read_text(path))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run `headway init` to write it") from None


def parse_settings(path: Path, text: str) -> Settings:
    """Return the settings in a text; raises SettingsError as ``read_settings`` does."""
    locate = partial(_locate, text.splitlines())
    try:
        settings = Settings.model_validate(_parse_toml(path, text))
    except ValidationError as error:
        problems = [(*_problem(item), item["type"] != "extra_forbidden") for item in error.errors()]
        location, message, value, _ = min(problems, key=lambda item: (item[-1], locate(item[0])))
        raise SettingsError(f"{_where(path, locate(location, value))}: {message}") from None
    for location, message in _conflicts(settings):
        raise SettingsError(f"{_where(path, locate(location))}: {message}")
    for kind, rows in settings.rules.items():
        check_names(kind, [Row(row, _places(path, text, kind, n)) for n, row in enumerate(rows)])
    return settings


def write_settings(path: Path, github: GitHubTable) -> None:
    """Write the annotated example with the repositories, owners and address of one GitHub."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for key in ("repos", "orgs", "base_url"):
        line = f"{key} = {json.dumps(getattr(github, key), ensure_ascii=False)}"
        text = re.sub(rf"^{key} = .*$", line.replace("\\", r"\\"), text, flags=re.M)
    parse_settings(path, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


def _parse_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{path}: nested too deeply; see headway.example.toml") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        message, _, end = str(error).partition(" (at ")
        where = f", {end.rstrip(')').replace('end of document', 'at its end')}" if end else ""
        raise SettingsError(f"{path}{where}: not TOML ({message}); correct it there") from None


def _problem(error: ErrorDetails) -> tuple[Location, str, Any]:
    """Return location, message and value of a validation error."""
    table, *path = error["loc"]
    index = path.pop(0) if path and isinstance(path[0], int) else 0
    key = str(path[0]) if path else None
    location = (str(table), int(index), key)
    name = key or str(table)
    if error["type"] == "extra_forbidden":
        model = (TABLES | ARRAYS)[str(table)] if key else None
        return location, _unknown(name, model), None
    if error["type"] == "missing":
        return location, f"{name} is missing; add it to this table", None
    if key:
        return location, f"{name}: {explain(error)}", error["input"]
    if name in ARRAYS:
        return location, f"{name} is a list of tables; write [[{name}]] above each", None
    return location, f"{name} is a table; write [{name}] above its keys", None


def _unknown(name: str, table: type[Table] | None) -> str:
    """Return the message for an unknown key of a table, or of the file."""
    if name.lower() in SECRET_NAMES:
        return "no token belongs in this file; set GITHUB_TOKEN, or run `gh auth login`"
    known = _keys(table) if table else [*TABLES, *ARRAYS]
    if close := difflib.get_close_matches(name, known, 1):
        return f"unknown key {reprlib.repr(name)}; did you mean {close[0]}?"
    home = next((other for other, model in TABLES.items() if name in _keys(model)), "")
    hint = f"it belongs under [{home}]" if home else f"known here: {', '.join(known)}"
    return f"unknown key {reprlib.repr(name)}; {hint}"


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def _conflicts(settings: Settings) -> Iterator[tuple[Location, str]]:
    """Yield what is wrong with valid tables together."""
    servers: set[tuple[str, int]] = set()
    variables: set[str] = set()
    for index, github in enumerate(settings.github):
        for key, other in (("app_id", "app_key_env"), ("app_key_env", "app_id")):
            if getattr(github, key) and not getattr(github, other):
                yield ("github", index, key), f"{other} is missing; a GitHub App needs both"
        url = urlsplit(github.base_url)
        server = (url.hostname or "").lower(), url.port or (443 if url.scheme == "https" else 80)
        if server in servers:
            message = f"{github.base_url} is repeated; put its repos and orgs under one [[github]]"
            yield ("github", index, "base_url"), message
        servers.add(server)
        if github.app_id is None:
            if github.token_env in variables:  # no GitHub may see the token of another
                message = f"{github.token_env} is for another GitHub; name another variable"
                yield ("github", index, "token_env"), message
            variables.add(github.token_env)
    months: set[tuple[str | None, str | None]] = set()
    for index, budget in enumerate(settings.budgets):
        if bool(budget.month) == bool(budget.from_):
            message = 'write either month or from, such as month = "2026-11"'
            yield ("budgets", index, None), message
        if (budget.month, budget.from_) in months:
            message = f"{budget.month or budget.from_} has a budget already; keep one"
            yield ("budgets", index, None), message
        months.add((budget.month, budget.from_))


def _places(path: Path, text: str, kind: str, index: int) -> Any:
    lines = text.splitlines()
    return lambda key: _where(path, _locate(lines, (kind, index, key)))


def _where(path: Path, position: tuple[int, int]) -> str:
    return f"{path}, line {position[0]}, column {position[1]}"


def _locate(lines: list[str], location: Location, value: object = None) -> tuple[int, int]:
    """Return line and column of a value, of its key, or else of its table."""
    places: dict[Location, tuple[int, int]] = {}
    counts: dict[str, int] = {}
    table, index = "", 0
    for number, line in enumerate(lines, 1):
        if head := HEAD.match(line):
            table = head[1].strip("\"'")
            index = counts.get(table, 0)
            counts[table] = index + 1
            places.setdefault((table, index, None), (number, line.index("[") + 1))
        elif key := ASSIGNMENT.match(line):
            position = (number, key.start(1) + 1)
            places.setdefault((table, index, key[1].strip("\"'")), position)
    name, index, key_name = location
    candidates: list[Location] = [
        location,
        ("", 0, f"{name}.{key_name}"),
        (name, index, None),
        ("", 0, name),
    ]
    first = next((places[item] for item in candidates if item in places), (1, 1))
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        for number, line in enumerate(lines[first[0] - 1 :], first[0]):
            if (start := line.find(quoted)) >= 0:
                return number, start + 1
    return first
