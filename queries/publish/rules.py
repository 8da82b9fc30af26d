"""The rules in force: the product's seeds, the user's seeds and headway.toml, as rows of one table."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import io
import itertools
import re
import reprlib
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from queries.errors import SettingsError
from queries.publish.files import write_whole
from queries.publish.settings import Row, Settings

SEEDS = Path(__file__).parents[1] / "sql" / "seeds"
#: the files of rules: their columns, and which column says what a match means
FILES: dict[str, tuple[tuple[str, ...], str]] = {
    "ai_signals": (("rule", "tier", "field", "pattern", "kind", "tool"), "kind"),
    "work_types": (("rule", "field", "pattern", "work_type"), "work_type"),
    "label_rules": (("rule", "kind", "field", "pattern"), "kind"),
}
ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "ai_signals": {
        "tier": ("high", "medium", "low"),
        "field": (
            "login",
            "email",
            "branch",
            "label",
            "title",
            "body",
            "message",
            "text",
            "trailer",
        ),
        "kind": ("agent", "assistant", "automation"),
    },
    "work_types": {
        "field": ("title", "body", "branch", "label", "linked_label", "paths", "reference")
    },
    "label_rules": {
        "field": ("label", "title", "branch", "milestone", "category", "author", "role", "type"),
        "kind": (
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
            "engineering",
        ),
    },
}


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule or setting, as a row of the published table ``rules``; a lower position is tried first."""

    kind: str
    rule: str
    position: int
    field: str | None
    pattern: str | None
    value: str
    tier: str | None
    tool: str | None
    source: str


def compile_rules(settings: Settings, user_seeds: Path) -> list[Rule]:
    """Return every rule and setting in force.

    The user's rules come before the product's, and one with the same name replaces it; with an empty pattern it
    switches it off. Raises SettingsError, which names file, line and column.
    """
    rules: list[Rule] = []
    for kind in FILES:
        product = read_seed(SEEDS / f"{kind}.csv", kind, "product")
        own = [*settings.rules.get(kind, ()), *read_seed(user_seeds / f"{kind}.csv", kind, "user")]
        for row in own:
            _check(kind, row)
        _check_names(kind, own, product)
        by_name: dict[str, Row] = {}
        for row in [*own, *product]:
            by_name.setdefault(row.values["rule"], row)
        rules += [
            _rule(kind, index, row) for index, row in enumerate(filter(_is_on, by_name.values()), 1)
        ]
    visible = ("people", "durable_days", "failure_days", "small_group")
    values = [(name, str(getattr(settings, name))) for name in visible]
    stored = dict.fromkeys(str(github.keep_bodies).lower() for github in settings.githubs)
    values.append(("keep_bodies", " and ".join(stored)))
    return rules + [
        Rule("settings", name, index, None, None, value, None, None, "headway.toml")
        for index, (name, value) in enumerate(values, 1)
    ]


def add_label_rule(settings: Settings, user_seeds: Path, label: str, kind: str) -> str:
    """Add a rule to the user's own that a label means a kind (a role, for engineering), and return what was done.

    Raises SettingsError for a kind that is none, and for a label that means something else already.
    """
    kinds = ALLOWED["label_rules"]["kind"]
    if kind not in kinds:
        raise SettingsError(f"{reprlib.repr(kind)} is no kind; write one of {', '.join(kinds)}")
    if not label.strip() or not label.isprintable():
        raise SettingsError(f"{reprlib.repr(label)} is no label; write it as it is on the issue")
    field = "role" if kind == "engineering" else "label"
    by_name = {
        rule.rule: rule
        for rule in compile_rules(settings, user_seeds)
        if rule.kind == "label_rules"
    }
    for rule in by_name.values():
        if rule.field == field and _is_match(rule.pattern or "", label):
            if rule.value == kind:
                return f"{label} is {kind} already, by the rule {rule.rule}"
            if not (rule.value == "experiment" and kind.startswith("decision ")):
                message = f"{reprlib.repr(label)} is {rule.value} already, by the rule {rule.rule}"
                raise SettingsError(f"{message} ({rule.source}); change that rule first")
    stem = re.sub(r"[\W_]+", "-", f"{kind} {label}".lower()).strip("-")
    name = next(
        name
        for n in itertools.count(1)
        if (name := f"{stem}-{n}" if n > 1 else stem) not in by_name
    )
    pattern = f"^{re.escape(label.strip())}$".replace(r"\ ", " ")
    path = (user_seeds / "label_rules.csv").resolve()
    _append(path, FILES["label_rules"][0], (name, kind, field, pattern))
    return f"{label} is {kind} now, by the rule {name} in {user_seeds / 'label_rules.csv'}"


def _is_match(pattern: str, text: str) -> bool:
    """Whether a pattern matches, as the models do it."""
    rows = duckdb.execute("select regexp_matches(?, ?, 'i')", [text, pattern]).fetchone()
    return bool(rows and rows[0])


def _append(path: Path, header: Sequence[str], row: Sequence[str]) -> None:
    """Add a row to a file of rules: all of it, or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes().decode("utf-8") if path.exists() else ""
    text = io.StringIO(newline="")
    end = "\r\n" if "\r\n" in before else "\n"
    writer = csv.writer(text, lineterminator=end)
    if not before.strip("\ufeff"):
        writer.writerow(header)
    elif not before.endswith("\n"):
        text.write(end)
    writer.writerow(row)
    write_whole(path, (before + text.getvalue()).encode())


def text_markers(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the patterns that look at bodies and messages: what must be kept where bodies are not."""
    return tuple(
        r.pattern
        for r in rules
        if r.pattern
        and r.kind == "ai_signals"
        and r.tier != "low"
        and r.field in ("body", "message", "text", "trailer")
    )


def read_seed(path: Path, kind: str, source: str) -> list[Row]:
    """Return the rows of one file of rules; none where the user has no such file.

    Raises SettingsError where it is not a table of the right columns; what the cells say is not checked yet.
    """
    if source == "user" and not path.exists():
        return []
    columns, _ = FILES[kind]
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            line = reader.line_num
            if tuple(header) != columns:
                raise SettingsError(
                    f"{path}, line 1, column 1: the header must be {','.join(columns)}"
                )
            rows: list[Row] = []
            for cells in reader:
                line = reader.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(columns):
                    raise SettingsError(
                        f"{path}, line {line}, column {min(len(cells), len(columns)) + 1}: {len(cells)} cells where "
                        f"there should be {len(columns)}; add or remove a comma, or put a pattern with commas in quotes"
                    )
                values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
                where = {
                    name: f"{path}, line {line}, column {index}"
                    for index, name in enumerate(columns, 1)
                }
                rows.append(Row(source, values, where))
    except csv.Error as error:
        raise SettingsError(
            f"{path}, after line {line}: not CSV ({error}); mend the quotes there"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8 text; save it again as CSV UTF-8") from None
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    return rows


def _check(kind: str, row: Row) -> None:
    """Raise SettingsError for what no rule of this kind may say."""
    for name in ("rule", FILES[kind][1]):
        if not row.values[name].strip():
            raise SettingsError(f"{row.where[name]}: {name} is empty; write one")
    for name, allowed in ALLOWED[kind].items():
        if row.values[name] not in allowed:
            message = f"{name} is {reprlib.repr(row.values[name])}"
            raise SettingsError(f"{row.where[name]}: {message}; write one of {', '.join(allowed)}")
    if problem := not_a_pattern(row.values["pattern"]):
        raise SettingsError(
            f"{row.where['pattern']}: not a regular expression ({problem}); mend it"
        )


def _check_names(kind: str, own: Sequence[Row], product: Sequence[Row]) -> None:
    """Raise SettingsError for a name given twice in one place, and for switching off what is not there."""
    known_values = [row.values["rule"] for row in product]
    visited: set[tuple[str, str]] = set()
    for row in own:
        name = row.values["rule"]
        if (row.source, name) in visited:
            raise SettingsError(
                f"{row.where['rule']}: a second rule {reprlib.repr(name)}; give it another name"
            )
        visited.add((row.source, name))
        if not _is_on(row) and name not in known_values:
            close = difflib.get_close_matches(name, known_values, 1)
            hint = (
                f"did you mean {close[0]}?"
                if close
                else "write one, or the name of a rule to switch off"
            )
            raise SettingsError(
                f"{row.where['pattern']}: the pattern of {reprlib.repr(name)} is empty; {hint}"
            )


def not_a_pattern(text: str) -> str:
    """Return what is wrong with a pattern; nothing where it is right.

    DuckDB's engine matches it; Python's picks the lines to keep where bodies are not, so it must be right for both.
    """
    try:
        duckdb.execute("select regexp_matches('', ?, 'i')", [text]).fetchone()
        with warnings.catch_warnings(action="error"):
            re.compile(text, re.I | re.M)
    except duckdb.Error as error:
        return " ".join(str(error).partition(": ")[2].split())
    except (re.error, OverflowError, RecursionError, FutureWarning, DeprecationWarning) as error:
        return " ".join(str(error).split())
    return ""


def _is_on(row: Row) -> bool:
    """Whether a rule can match anything; one that follows references needs no pattern."""
    return bool(row.values["pattern"]) or row.values["field"] == "reference"


def _rule(kind: str, place: int, row: Row) -> Rule:
    values = row.values
    return Rule(
        kind,
        values["rule"],
        place,
        values["field"],
        values["pattern"] or None,
        values[FILES[kind][1]],
        values.get("tier"),
        values.get("tool") or None,
        row.source,
    )
