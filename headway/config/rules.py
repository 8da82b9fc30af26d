"""Rules and exchange rates: the product's seeds and the user's CSV files."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

import duckdb
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from collectors.errors import SourceError
from collectors.imports import tabular
from collectors.imports.formats import normalize_header
from headway.config.errors import SettingsError
from headway.config.fields import (
    PRODUCT,
    Expression,
    ShellPattern,
    Table,
    Text,
    explain,
    shell_expression,
)
from headway.config.files import write_whole
from queries.publish.settings import ExchangeRate, Rule
from queries.sql_files import ROOT

SEEDS = ROOT / "seeds"
RATES = "exchange_rates.csv"


class AiSignal(Table):
    """A sign that AI wrote or reviewed a change."""

    rule: Text
    tier: Literal["high", "medium", "low"]
    field: Literal[
        "login",
        "email",
        "branch",
        "label",
        "title",
        "body",
        "comment",
        "message",
        "text",
        "trailer",
    ]
    pattern: Expression
    kind: Literal["agent", "assistant", "automation"]
    tool: str = ""

    @property
    def value(self) -> str:
        """The kind of authorship that a match means."""
        return self.kind


class WorkType(Table):
    """A sign of the type of work of a change."""

    rule: Text
    field: Literal[
        "title",
        "body",
        "branch",
        "label",
        "linked_type",
        "linked_label",
        "paths",
        "reference",
        "size",
        "title_words",
    ]
    pattern: Expression
    work_type: Text
    repo: ShellPattern = ""

    @property
    def value(self) -> str:
        """The type of work that a match means."""
        return self.work_type


def _read_limit(value: Any) -> Any:
    """Return a number of a CSV file as a whole number."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


Limit = Annotated[Annotated[int, Field(ge=0, le=10**9)] | None, BeforeValidator(_read_limit)]


class PathClass(Table):
    """A sign of the class of a changed file."""

    rule: Text
    pattern: Expression
    kind: Literal["lock", "manifest", "generated", "test", "knowledge", "docs", "config", "source"]
    field: Literal["path"] = "path"

    @property
    def value(self) -> str:
        """The class of files that a match means."""
        return self.kind


class WorkCategory(Table):
    """A sign of the category of work, with limits of the lines and files of source."""

    rule: Text
    field: Literal[
        "title",
        "branch",
        "label",
        "linked_label",
        "paths",
        "classes",
        "largest",
        "work_type",
    ]
    pattern: Expression
    category: Literal[
        "dependencies",
        "docs",
        "routine tests",
        "boilerplate",
        "migration",
        "basic debugging",
        "debugging",
        "design work",
        "product work",
    ]
    repo: ShellPattern = ""
    max_lines: Limit = None
    max_files: Limit = None
    min_lines: Limit = None
    min_areas: Limit = None
    min_deleted: Limit = None

    @property
    def value(self) -> str:
        """The category of work that a match means."""
        return self.category


class ReviewRule(Table):
    """Changes of some categories that need no review, up to a number of lines of source."""

    rule: Text
    pattern: Expression
    repo: ShellPattern = ""
    max_lines: Limit = None
    field: Literal["work_category"] = "work_category"

    @property
    def value(self) -> str:
        """Return the meaning of a match."""
        return "needs no review"


class LabelRule(Table):
    """A sign of the kind of an issue, a pull request, a role or an environment."""

    rule: Text
    kind: Literal[
        "hotfix",
        "incident",
        "ux debt",
        "experiment",
        "feedback",
        "capability",
        "not planned",
        "decision kept",
        "decision killed",
        "decision inconclusive",
        "production",
        "not production",
        "engineering",
        "merged",
    ]
    field: Literal[
        "label",
        "title",
        "branch",
        "milestone",
        "category",
        "author",
        "role",
        "type",
        "environment",
        "tag",
    ]
    pattern: Expression

    @property
    def value(self) -> str:
        """The kind that a match means."""
        return self.kind


class DeploymentRule(Table):
    """A sign that a run of a workflow, or a tag, is a deployment."""

    rule: Text
    field: Literal["workflow", "tag"]
    pattern: Expression
    environment: Text = "production"
    repo: ShellPattern = ""

    @property
    def value(self) -> str:
        """The environment that a match is deployed to."""
        return self.environment


RuleRow = AiSignal | WorkType | LabelRule | DeploymentRule | PathClass | WorkCategory | ReviewRule
KINDS: dict[str, type[RuleRow]] = {
    "ai_signals": AiSignal,
    "work_types": WorkType,
    "label_rules": LabelRule,
    "deployments": DeploymentRule,
    "path_classes": PathClass,
    "work_categories": WorkCategory,
    "review_rules": ReviewRule,
}
#: Fields of the kinds that are no kind of an issue or a pull request.
OTHER_FIELDS = {"engineering": "role", "production": "environment", "not production": "environment"}
#: limits of a work category
LIMITS = ("max_lines", "max_files", "min_lines", "min_areas", "min_deleted")
LABEL_KINDS: tuple[str, ...] = get_args(LabelRule.model_fields["kind"].annotation)


def _check_currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise ValueError(f"{reprlib.repr(text)} is not a currency; write a code such as EUR")
    return text.upper()


def _read_day(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return date.fromisoformat(text)
    raise ValueError(f"{reprlib.repr(text)} is not a date; write YYYY-MM-DD")


class Rate(BaseModel):
    """A row of ``exchange_rates.csv``."""

    currency: Annotated[str, AfterValidator(_check_currency)]
    from_on: Annotated[date, BeforeValidator(_read_day)]
    usd: Decimal = Field(gt=0)


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Row(Generic[M]):
    """The values of one row, and the place of each column: file, line and column."""

    values: M
    where: Callable[[str], str]


def read_rows(path: Path, model: type[M], context: object = None) -> list[Row[M]]:
    """Return the rows of a CSV file with the columns of a model; none if there is no file.

    ``context`` is that of the model's validation. Raises SettingsError with file, line and column.
    """
    fields = model.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    optional = [name for name in fields if name not in required]
    try:
        records = tabular.read_records(path, required, optional) if path.exists() else []
        return [Row(_row_values(record, model, context), record.where) for record in records]
    except SourceError as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None


def _row_values(record: tabular.Record, model: type[M], context: object) -> M:
    fields = model.model_fields
    cells = {
        name: cell for name, cell in record.values.items() if cell or fields[name].is_required()
    }
    try:
        return model.model_validate(cells, context=context)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0])
        raise record.error(column, f"{column}: {explain(first)}") from None


def read_rates(path: Path) -> list[ExchangeRate]:
    """Return the user's exchange rates; none if there is no file. Raises SettingsError."""
    rows = [row.values for row in read_rows(path, Rate)]
    return [ExchangeRate(row.currency, row.from_on, row.usd) for row in rows]


def is_on(row: RuleRow) -> bool:
    """Return whether a rule can match; a rule on references has no pattern."""
    return bool(row.pattern) or row.field == "reference"


@cache
def product_rules(kind: str) -> tuple[RuleRow, ...]:
    """Return the product's rules of a kind."""
    rows = read_rows(SEEDS / f"{kind}.csv", KINDS[kind], context=PRODUCT)
    return tuple(row.values for row in rows)


def check_names(kind: str, rows: Sequence[Row[RuleRow]]) -> None:
    """Raise SettingsError for a repeated name, or an empty pattern without a product's rule."""
    product = [row.rule for row in product_rules(kind)]
    names: set[str] = set()
    for row in rows:
        name = row.values.rule
        if name in names:
            raise SettingsError(
                f"{row.where('rule')}: a second rule {reprlib.repr(name)}; give it another name"
            )
        names.add(name)
        if not is_on(row.values) and name not in product:
            close = difflib.get_close_matches(name, product, 1)
            hint = (
                f"did you mean {close[0]}?"
                if close
                else "write one, or the name of a product's rule"
            )
            raise SettingsError(
                f"{row.where('pattern')}: the pattern of {reprlib.repr(name)} is empty; {hint}"
            )


def rules_in_force(own: Mapping[str, Sequence[RuleRow]], user_seeds: Path) -> list[Rule]:
    """Return the rules in force: of the settings, of the user's files, then the product's.

    A rule replaces a later one with its name; with an empty pattern it switches it off.
    """
    rules: list[Rule] = []
    for kind, model in KINDS.items():
        rows = read_rows(user_seeds / f"{kind}.csv", model)
        check_names(kind, rows)
        by_name: dict[str, tuple[str, RuleRow]] = {}
        for source, values in (
            *(("headway.toml", row) for row in own.get(kind, ())),
            *(("user", row.values) for row in rows),
            *(("product", row) for row in product_rules(kind)),
        ):
            by_name.setdefault(values.rule, (source, values))
        in_force = [(source, values) for source, values in by_name.values() if is_on(values)]
        rules += [_rule(kind, n, source, values) for n, (source, values) in enumerate(in_force, 1)]
    return rules


def _rule(kind: str, position: int, source: str, row: RuleRow) -> Rule:
    return Rule(
        kind=kind,
        rule=row.rule,
        position=position,
        field=row.field,
        pattern=row.pattern or None,
        value=row.value,
        tier=getattr(row, "tier", None),
        tool=getattr(row, "tool", None) or None,
        source=source,
        repositories=shell_expression([repo]) if (repo := getattr(row, "repo", "")) else None,
        **{name: getattr(row, name, None) for name in LIMITS},
    )


def add_label_rule(rules: Sequence[Rule], user_seeds: Path, label: str, kind: str) -> str:
    """Add a user's rule that a label (role, environment) means a kind, and return what was done.

    Raises SettingsError for an unknown kind, and for a label that already means another.
    """
    if kind not in LABEL_KINDS:
        known = ", ".join(LABEL_KINDS)
        raise SettingsError(f"{reprlib.repr(kind)} is not a kind; write one of {known}")
    if not label.strip() or not label.isprintable():
        raise SettingsError(f"{reprlib.repr(label)} is not a label; copy it from the issue")
    field = OTHER_FIELDS.get(kind, "label")
    by_name = {rule.rule: rule for rule in rules if rule.kind == "label_rules"}
    for rule in by_name.values():
        if rule.field != field or not _matches(rule.pattern or "", label):
            continue
        if rule.value == kind:
            return f"{label} already means {kind}, by the rule {rule.rule}"
        if not (rule.value == "experiment" and kind.startswith("decision ")):
            raise SettingsError(
                f"{reprlib.repr(label)} already means {rule.value}, by the rule {rule.rule} "
                f"({rule.source}); change that rule first"
            )
    stem = name = re.sub(r"[\W_]+", "-", f"{kind} {label}".lower()).strip("-")
    number = 1
    while name in by_name:
        number += 1
        name = f"{stem}-{number}"
    pattern = f"^{re.escape(label.strip())}$".replace(r"\ ", " ")
    path = user_seeds / "label_rules.csv"
    row = {"rule": name, "kind": kind, "field": field, "pattern": pattern}
    _append(path.resolve(), row)
    return f"{label} now means {kind}, by the rule {name} in {path}"


def _matches(pattern: str, text: str) -> bool:
    """Return whether a rule's pattern matches, as at publish."""
    sql = "select regexp_matches(?, ?, 'i')"
    return bool(duckdb.execute(sql, [text, pattern]).fetchall()[0][0])


def _append(path: Path, row: Mapping[str, str]) -> None:
    """Add a row to a valid CSV file, in its columns and with its separator: all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes() if path.exists() else b""
    before = tabular.read_text(str(path), content)
    columns = list(row)
    if before.strip():
        header = tabular.read_table(str(path), content).header
        columns = [normalize_header(name) for name in header]
    text = io.StringIO(newline="")
    end = "\r\n" if "\r\n" in before else "\n"
    separator = tabular.separator_of(before)
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    if not before.strip():
        writer.writerow(columns)
    elif not before.endswith("\n"):
        text.write(end)
    writer.writerow([row[column] for column in columns])
    is_marked = content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    write_whole(path, (before + text.getvalue()).encode("utf-8-sig" if is_marked else "utf-8"))
