"""The rules in force: the product's seeds, the user's seeds and headway.toml, as rows of one table."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from queries.errors import SettingsError
from queries.settings import Settings

SEEDS = Path(__file__).parent / "seeds"
#: the files of rules: their columns, and which column says what a match means
FILES: dict[str, tuple[tuple[str, ...], str]] = {
    "ai_signals": (("rule", "tier", "field", "pattern", "kind", "tool"), "kind"),
    "work_types": (("rule", "field", "pattern", "work_type"), "work_type"),
    "label_rules": (("rule", "kind", "field", "pattern"), "kind"),
}
ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "ai_signals": {
        "tier": ("high", "medium", "low"),
        "field": ("login", "email", "branch", "label", "title", "body", "message", "text", "trailer"),
        "kind": ("agent", "assistant", "automation"),
    },
    "work_types": {"field": ("title", "body", "branch", "label", "linked_label", "paths", "reference")},
    "label_rules": {"field": ("label", "title", "branch"), "kind": ("hotfix", "incident")},
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
        given = [("headway.toml", dict(row)) for row in settings.rules.get(kind, ())]
        given += [("user", row) for row in read_seed(user_seeds / f"{kind}.csv", kind, required=False)]
        given += [("product", row) for row in read_seed(SEEDS / f"{kind}.csv", kind)]
        for source, row in given:
            if source == "headway.toml":
                _check_row(kind, row, f"headway.toml, [[{kind}]] {row['rule']}")
        named: dict[str, tuple[str, dict[str, str]]] = {}
        for source, row in given:
            named.setdefault(row["rule"], (source, row))
        kept = [(s, row) for s, row in named.values() if row["pattern"] or row["field"] == "reference"]
        rules += [_rule(kind, place, source, row) for place, (source, row) in enumerate(kept, 1)]
    shown = ("people", "durable_days", "small_group", "keep_bodies")
    values = [(name, str(getattr(settings, name)).lower()) for name in shown]
    return rules + [
        Rule("settings", name, place, None, None, value, None, None, "headway.toml")
        for place, (name, value) in enumerate(values, 1)
    ]


def text_markers(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the patterns that look at bodies and messages: what must be kept where bodies are not."""
    return tuple(
        r.pattern for r in rules
        if r.pattern and r.kind == "ai_signals" and r.tier != "low"
        and r.field in ("body", "message", "text", "trailer")
    )  # fmt: skip


def read_seed(path: Path, kind: str, required: bool = True) -> list[dict[str, str]]:
    """Return the rows of one file of rules; none where an optional file is not there."""
    if not required and not path.exists():
        return []
    columns, _ = FILES[kind]
    rows: list[dict[str, str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if tuple(header) != columns:
                raise SettingsError(f"{path}, line 1, column 1: the header must be {','.join(columns)}")
            for cells in reader:
                if len(cells) != len(columns):
                    raise SettingsError(
                        f"{path}, line {reader.line_num}, column {min(len(cells), len(columns)) + 1}: "
                        f"{len(cells)} cells where there should be {len(columns)}"
                    )
                row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
                _check_row(kind, row, f"{path}, line {reader.line_num}")
                rows.append(row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from None
    return rows


def _check_row(kind: str, row: Mapping[str, str], where: str) -> None:
    columns = FILES[kind][0]
    for name, allowed in ALLOWED[kind].items():
        if row[name] not in allowed:
            place = f"column {columns.index(name) + 1} ({name})"
            raise SettingsError(f"{where}, {place}: {row[name]!r} must be one of {', '.join(allowed)}")
    if not row["rule"]:
        raise SettingsError(f"{where}, column 1 (rule): a rule needs a name")
    if not row[FILES[kind][1]]:
        raise SettingsError(
            f"{where}, column {columns.index(FILES[kind][1]) + 1} ({FILES[kind][1]}): must not be empty"
        )
    try:
        duckdb.execute("select regexp_matches('', ?, 'i')", [row["pattern"]]).fetchone()
    except duckdb.Error as error:
        place = f"column {columns.index('pattern') + 1} (pattern)"
        raise SettingsError(f"{where}, {place}: not a regular expression ({str(error).splitlines()[0]})") from None


def _rule(kind: str, place: int, source: str, row: Mapping[str, str]) -> Rule:
    meaning = row[FILES[kind][1]]
    return Rule(
        kind, row["rule"], place, row["field"], row["pattern"] or None, meaning,
        row.get("tier"), row.get("tool") or None, source,
    )  # fmt: skip
