"""Settings file ``headway.toml``, read strictly: an error names file, line, column and key."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from headway.config.errors import SettingsError
from headway.config.fields import (
    AccountName,
    Address,
    Domain,
    Header,
    Identifier,
    IpAddress,
    ListOf,
    MailAddress,
    Month,
    Owner,
    Quarter,
    Repository,
    RepositoryPath,
    ShellPattern,
    Table,
    Text,
    Variable,
    WebAddress,
    explain,
)
from headway.config.files import read_text, write_whole
from headway.config.rules import (
    KINDS,
    AiSignal,
    DeploymentRule,
    LabelRule,
    PathClass,
    ReviewRule,
    Row,
    RuleRow,
    WorkCategory,
    WorkType,
    check_names,
)
from queries.catalog.catalog import METRICS
from queries.catalog.catalog import metric as catalogued
from queries.catalog.guardrails import MARGINS
from queries.catalog.metric import DURABLE_DAYS, FAILURE_DAYS
from queries.catalog.offload import CATEGORIES
from queries.publish.settings import KEEP_DAILY, KEEP_LAST, KEEP_WEEKLY, TRANSITION_DAYS

EXAMPLE = Path(__file__).with_name("headway.example.toml")
HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]")
ASSIGNMENT = re.compile(r"\s*([\w.\"'-]+)\s*=")
SECRET_NAMES = ("token", "github_token", "access_token", "password", "secret")
Days = Annotated[int, Field(ge=1, le=365)]
Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[float, Field(ge=0, le=10)]
#: people that a published group has at least, unless the settings say otherwise
SMALL_GROUP = 5
#: table, index of the table, key
Location = tuple[str, int, str | None]


def _check_folder(text: str) -> str:
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("no key belongs in this file; the environment holds the store's keys")
    return text


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
    allow_http: ListOf[Text] = ()


class PublishTable(Table):
    """Privacy, periods and retention of the published file."""

    people: Literal["none", "pseudonyms", "names"] = "none"
    durable_days: Days = DURABLE_DAYS
    failure_days: Days = FAILURE_DAYS
    small_group: Annotated[int, Field(ge=2, le=1000)] = SMALL_GROUP
    keep_last: Annotated[int, Field(ge=1, le=1000)] = KEEP_LAST
    keep_daily: Annotated[int, Field(ge=0, le=3660)] = KEEP_DAILY
    keep_weekly: Annotated[int, Field(ge=0, le=520)] = KEEP_WEEKLY


class TargetTable(Table):
    """A place beside the published file that gets its tables."""

    kind: Literal["parquet", "postgresql"]
    folder: Annotated[str, AfterValidator(_check_folder)] = ""
    url_env: Variable = "HEADWAY_POSTGRESQL_URL"
    schema_: Annotated[Identifier, Field(alias="schema")] = "headway"


class UsageTable(Table):
    """A query for usage that a database or a folder holds."""

    account: AccountName = ""
    url_env: Variable | Literal[""] = ""
    folder: Annotated[str, AfterValidator(_check_folder)] = ""
    file: str = ""
    shipped: Literal["", "litellm", "focus", "opentelemetry"] = ""
    days_back: Days = 7
    history_days: Annotated[int, Field(ge=1, le=3660)] = 365
    timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300


class CheckTable(Table):
    """Thresholds of ``headway check``."""

    budget_share: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    budget_risk: Annotated[float, Field(ge=0.01, le=1)] = 0.5
    webhook_env: Variable = "HEADWAY_WEBHOOK"


class SignInTable(Table):
    """Readers of the dashboard: people of an OIDC provider, or of a proxy that signs in."""

    metadata_url: WebAddress = ""
    client_id: str = ""
    client_secret_env: Variable = "HEADWAY_OIDC_SECRET"
    cookie_secret_env: Variable = "HEADWAY_COOKIE_SECRET"
    address: WebAddress = ""
    domains: ListOf[Domain] = ()
    addresses: ListOf[MailAddress] = ()
    session_hours: Annotated[float, Field(ge=0.01, le=720)] = 12
    proxy_header: Header = ""
    proxies: ListOf[IpAddress] = ("127.0.0.1", "::1")


class SpendTable(Table):
    """Scope of spend."""

    scope: ListOf[Text] = ()
    copilot_orgs: ListOf[Owner] = ()
    allow_http: ListOf[Text] = ()


class RolloutTable(Table):
    """A dated change of some teams, or of everybody."""

    name: Text
    on: date
    transition_days: Annotated[int, Field(ge=0, le=365)] = TRANSITION_DAYS
    teams: ListOf[Text] = ()


class BaselineTable(Table):
    """A quarter with which later ones are compared."""

    quarter: Quarter


class ClosedTable(Table):
    """Days on which nobody works, such as a shutdown; both are part of it."""

    name: Text
    from_: date = Field(alias="from")
    to: date


class MarginsTable(Table):
    """Margins of guardrails: points of a share, or a ratio."""

    revert_rate: Share = MARGINS["revert_rate"]
    change_failure_rate: Share = MARGINS["change_failure_rate"]
    unreviewed_merge_share: Share = MARGINS["unreviewed_merge_share"]
    time_to_restore: Ratio = MARGINS["time_to_restore"]
    review_load: Ratio = MARGINS["review_load"]


def _check_metric(name: str) -> str:
    """Check that a metric exists."""
    names = [row.name for row in METRICS]
    if name in names:
        return name
    close = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {close[0]}?" if close else "docs/metrics.md lists them"
    raise ValueError(f"{reprlib.repr(name)} is not a metric; {hint}")


def _check_category(name: str) -> str:
    """Check that a work category exists."""
    if name and name not in CATEGORIES:
        raise ValueError(f"{reprlib.repr(name)} is not one of {', '.join(CATEGORIES)}")
    return name


class ExpectationTable(Table):
    """A target of a metric by a day, with its owner."""

    metric: Annotated[Text, AfterValidator(_check_metric)]
    target: Annotated[float, Field(ge=-(10**12), le=10**12)]
    by: date
    category: Annotated[str, AfterValidator(_check_category)] = ""
    scope: Text = "org"
    owner: str = ""
    why: str = ""
    from_: date | None = Field(None, alias="from")
    at_most: bool | None = None
    guardrail: Annotated[str, AfterValidator(lambda name: name and _check_metric(name))] = ""


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
    targets: Annotated[ListOf[TargetTable], Field(alias="publish.targets")] = ()
    check: CheckTable = CheckTable()
    spend: SpendTable = SpendTable()
    usage: Annotated[ListOf[UsageTable], Field(alias="spend.queries")] = ()
    sign_in: SignInTable = SignInTable()
    guardrail_margins: MarginsTable = MarginsTable()
    rollouts: ListOf[RolloutTable] = ()
    baselines: ListOf[BaselineTable] = ()
    closed_periods: ListOf[ClosedTable] = ()
    budgets: ListOf[BudgetTable] = ()
    tool_decisions: ListOf[DecisionTable] = ()
    expectations: ListOf[ExpectationTable] = ()
    ai_signals: ListOf[AiSignal] = ()
    work_types: ListOf[WorkType] = ()
    label_rules: ListOf[LabelRule] = ()
    deployments: ListOf[DeploymentRule] = ()
    path_classes: ListOf[PathClass] = ()
    work_categories: ListOf[WorkCategory] = ()
    review_rules: ListOf[ReviewRule] = ()

    @property
    def rules(self) -> dict[str, tuple[RuleRow, ...]]:
        """Rules by kind."""
        return {kind: getattr(self, kind) for kind in KINDS}


MODELS: dict[str, type[Table]] = {
    field.alias or name: (get_args(field.annotation) or (field.annotation,))[0]
    for name, field in Settings.model_fields.items()
}
NAMES = ("github", "publish", "check", "spend", "sign_in", "guardrail_margins")
TABLES = {name: MODELS[name] for name in NAMES}
ARRAYS = {name: model for name, model in MODELS.items() if name not in TABLES}


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
    lines = text.splitlines()
    try:
        settings = Settings.model_validate(_flat(_parse_toml(path, text)))
    except ValidationError as error:
        unknown = [item for item in error.errors() if item["type"] == "extra_forbidden"]
        problems = [_problem(item) for item in unknown or error.errors()]
        location, message, value = min(problems, key=lambda item: _locate(lines, item[0]))
        raise SettingsError(f"{_where(path, lines, location, value)}: {message}") from None
    for location, message in _conflicts(settings):
        raise SettingsError(f"{_where(path, lines, location)}: {message}")
    for kind, rows in settings.rules.items():
        places = [_places(path, lines, kind, index) for index in range(len(rows))]
        check_names(kind, list(map(Row, rows, places)))
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
        raise SettingsError(f"{path}: nested too deeply; write it as `headway init` does") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        message, _, end = str(error).partition(" (at ")
        where = f", {end.rstrip(')').replace('end of document', 'at its end')}" if end else ""
        raise SettingsError(f"{path}{where}: not TOML ({message}); correct it there") from None


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with its tables of tables beside the others, under their full names."""
    result = dict(document)
    for name in ARRAYS:
        outer, _, inner = name.partition(".")
        if inner and isinstance(table := result.get(outer), dict) and inner in table:
            result[outer] = {key: value for key, value in table.items() if key != inner}
            result[name] = table[inner]
    return result


def _problem(error: ErrorDetails) -> tuple[Location, str, Any]:
    """Return location, message and value of a validation error."""
    table, *keys = error["loc"][:3]
    table, index = str(table), keys.pop(0) if keys and isinstance(keys[0], int) else 0
    key = str(keys[0]) if keys else None
    name, value = key or table, None
    if error["type"] == "extra_forbidden":
        message = _unknown(name, MODELS[table] if key else Settings)
    elif error["type"] == "missing":
        message = f"{name} is missing; add it to this table"
    elif key:
        message, value = f"{name}: {explain(error)}", error["input"]
    elif name in ARRAYS:
        message = f"{name} is a list of tables; write [[{name}]] above each"
    else:
        message = f"{name} is a table; write [{name}] above its keys"
    return (table, int(index), key), message, value


def _unknown(name: str, model: type[Table]) -> str:
    """Return the message for an unknown key of a table, or of the file."""
    if name.lower() in SECRET_NAMES:
        return "no token belongs in this file; set GITHUB_TOKEN, or run `gh auth login`"
    known = [field.alias or key for key, field in model.model_fields.items()]
    homes = [f"[{table}]" for table, other in TABLES.items() if name in other.model_fields]
    hint = f"known here: {', '.join(known)}"
    if homes:
        hint = f"it belongs under {homes[0]}"
    elif close := difflib.get_close_matches(name, known, 1):
        hint = f"did you mean {close[0]}?"
    return f"unknown key {reprlib.repr(name)}; {hint}"


def _conflicts(settings: Settings) -> Iterator[tuple[Location, str]]:
    """Yield what is wrong with valid tables together."""
    known: set[tuple[object, ...]] = set()

    def is_repeated(*value: object) -> bool:
        is_known = value in known
        known.add(value)
        return is_known

    for index, github in enumerate(settings.github):
        for key, other in (("app_id", "app_key_env"), ("app_key_env", "app_id")):
            if getattr(github, key) and not getattr(github, other):
                yield ("github", index, key), f"{other} is missing; a GitHub App needs both"
        url = urlsplit(github.base_url)
        port = url.port or (443 if url.scheme == "https" else 80)
        if is_repeated("server", (url.hostname or "").lower(), port):
            message = f"{github.base_url} is repeated; put its repos and orgs under one [[github]]"
            yield ("github", index, "base_url"), message
        # no GitHub may see the token of another
        if github.app_id is None and is_repeated("variable", github.token_env):
            message = f"{github.token_env} is for another GitHub; name another variable"
            yield ("github", index, "token_env"), message
    yield from _sign_in_conflicts(settings.sign_in)
    for index, target in enumerate(settings.targets):
        if target.kind == "parquet" and not target.folder:
            message = (
                'folder is missing; write a folder or an address such as "s3://bucket/headway"'
            )
            yield ("publish.targets", index, None), message
        address = target.folder if target.kind == "parquet" else (target.url_env, target.schema_)
        if is_repeated(target.kind, address):
            yield ("publish.targets", index, "kind"), "this target is repeated; keep one"
    for index, query in enumerate(settings.usage):
        location: Location = ("spend.queries", index, None)
        if bool(query.url_env) == bool(query.folder):
            yield location, "write either url_env, for a database, or folder, for Parquet files"
        if bool(query.file) == bool(query.shipped):
            yield location, 'write either file, or shipped, such as shipped = "litellm"'
        if is_repeated("query", query.account or query.shipped or Path(query.file).stem):
            yield location, "this query has the name of another; give each an account"
    for index, rollout in enumerate(settings.rollouts):
        if is_repeated("rollout", rollout.name, rollout.on):
            yield (
                ("rollouts", index, "name"),
                f"{rollout.name} of {rollout.on} is repeated; keep one",
            )
    for index, baseline in enumerate(settings.baselines):
        if is_repeated("baseline", baseline.quarter):
            yield ("baselines", index, "quarter"), f"{baseline.quarter} is repeated; keep one"
    for index, closed in enumerate(settings.closed_periods):
        if closed.to < closed.from_:
            message = f"to: must not be before from, {closed.from_}; it is the last closed day"
            yield ("closed_periods", index, "to"), message
        if is_repeated("closed", closed.name, closed.from_):
            message = f"{closed.name} of {closed.from_} is repeated; keep one"
            yield ("closed_periods", index, "name"), message
    for index, expectation in enumerate(settings.expectations):
        about = catalogued(expectation.metric)
        if expectation.from_ and expectation.from_ >= expectation.by:
            message = f"by: must be after from, {expectation.from_}"
            yield ("expectations", index, "by"), message
        if expectation.category and not about.has_category:
            message = f"{expectation.metric} has no pull requests, so it has no work category"
            yield ("expectations", index, "category"), message
        if expectation.scope != "org" and "team" not in about.of.parts:
            message = f"{expectation.metric} is not measured by team; remove scope"
            yield ("expectations", index, "scope"), message
        if is_repeated("expectation", *vars(expectation).values()):
            yield ("expectations", index, None), "this expectation is repeated; keep one"
    for index, budget in enumerate(settings.budgets):
        if bool(budget.month) == bool(budget.from_):
            message = 'write either month or from, such as month = "2026-11"'
            yield ("budgets", index, None), message
        if is_repeated(budget.month, budget.from_):
            message = f"{budget.month or budget.from_} has a budget already; keep one"
            yield ("budgets", index, None), message


def _sign_in_conflicts(table: SignInTable) -> Iterator[tuple[Location, str]]:
    """Yield keys of [sign_in] that are missing or exclude each other."""
    if table == SignInTable():
        return
    if bool(table.metadata_url) == bool(table.proxy_header):
        message = "write either metadata_url (people sign in here) or proxy_header"
        yield ("sign_in", 0, None), message
    for name in ("client_id", "address") if table.metadata_url else ():
        if not getattr(table, name):
            yield ("sign_in", 0, "metadata_url"), f"{name} is missing; sign-in needs it"
    if not table.domains and not table.addresses:
        message = "domains and addresses are empty; name who may see the dashboard"
        yield ("sign_in", 0, None), message


def _places(path: Path, lines: list[str], kind: str, index: int) -> Callable[[str], str]:
    return lambda key: _where(path, lines, (kind, index, key))


def _where(path: Path, lines: list[str], location: Location, value: object = None) -> str:
    line, column = _locate(lines, location, value)
    return f"{path}, line {line}, column {column}"


def _locate(lines: list[str], location: Location, value: object = None) -> tuple[int, int]:
    """Return line and column of a value, of its key, or else of its table."""
    places: dict[Location, tuple[int, int]] = {}
    counts = Counter[str]()
    table, index = "", 0
    for number, line in enumerate(lines, 1):
        if head := HEAD.match(line):
            table = head[1].strip("\"'")
            index, counts[table] = counts[table], counts[table] + 1
            places.setdefault((table, index, None), (number, line.index("[") + 1))
        elif key := ASSIGNMENT.match(line):
            position = (number, key.start(1) + 1)
            places.setdefault((table, index, key[1].strip("\"'")), position)
    name, of_table, member = location
    dotted, bare = ("", 0, f"{name}.{member}"), ("", 0, name)
    candidates = (location, dotted, (name, of_table, None), bare)
    first = next((places[item] for item in candidates if item in places), (1, 1))
    quoted = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else "\n"
    texts = [(number, line.find(quoted) + 1) for number, line in enumerate(lines, 1)]
    return next((text for text in texts if text[1] and text[0] >= first[0]), first)
