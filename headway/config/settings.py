"""headway.toml, read strictly: an unknown key or a wrong value is an error that names its line."""

from __future__ import annotations

import difflib
import json
import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from headway.config.github import KEYS as GITHUB
from headway.config.github import conflicts, github_of
from headway.config.validation import (
    Key,
    from_to,
    not_a_month,
    not_a_variable,
    not_an_owner,
    not_empty,
    one_of,
)
from queries.errors import SettingsError
from queries.publish.files import write_whole
from queries.publish.settings import Budget, GitHubSettings, Rollout, Row, Settings, ToolDecision

EXAMPLE = Path(__file__).parents[2] / "headway.example.toml"
HEAD = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]")
ASSIGNED = re.compile(r"\s*([\w.\"'-]+)\s*=")
TOKENS = ("token", "github_token", "access_token", "password", "secret")


def _columns(*names: str) -> dict[str, Key]:
    """The columns of a kind of rules; what may stand in them is checked with the files of rules."""
    return {name: Key(str, is_required=name != "tool") for name in names}


TABLES: dict[str, dict[str, Key]] = {
    "publish": {
        "people": Key(str, one_of("none", "pseudonyms", "names")),
        "durable_days": Key(int, from_to(1, 365)),
        "failure_days": Key(int, from_to(1, 365)),
        "small_group": Key(int, from_to(1, 1000)),
    },
    "check": {
        "budget_share": Key(float, from_to(0.01, 100)),
        "budget_risk": Key(float, from_to(0.01, 1)),
        "webhook_env": Key(str, not_a_variable),
    },
    "spend": {
        "scope": Key(str, not_empty, is_list=True),
        "copilot_orgs": Key(str, not_an_owner, is_list=True),
    },
}
ARRAYS: dict[str, dict[str, Key]] = {
    "rollouts": {
        "name": Key(str, not_empty, is_required=True),
        "on": Key(date, is_required=True),
        "transition_days": Key(int, from_to(0, 365)),
    },
    "budgets": {
        "month": Key(str, not_a_month),
        "from": Key(str, not_a_month),
        "usd": Key(int, from_to(0, 10**12), is_required=True),
    },
    "tool_decisions": {
        "tool": Key(str, not_empty, is_required=True),
        "decision": Key(str, one_of("adopt", "trial", "hold", "retire"), is_required=True),
        "on": Key(date, is_required=True),
    },
    "ai_signals": _columns("rule", "tier", "field", "pattern", "kind", "tool"),
    "work_types": _columns("rule", "field", "pattern", "work_type"),
    "label_rules": _columns("rule", "kind", "field", "pattern"),
}


def read_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises SettingsError, one line that names file, line and column, and what would be right.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: not there; run `headway init` to write it") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    return parse_settings(path, text)


def parse_settings(path: Path, text: str) -> Settings:
    """Return the settings in the text of a file; raises SettingsError as ``read_settings`` does."""
    try:
        result = tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{path}: nested too deeply; see headway.example.toml") from None
    except (
        ValueError
    ) as error:  # a TOMLDecodeError, or Python's own for a number of thousands of digits
        match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = (
            f", line {match[1]}, column {match[2]}"
            if match
            else ", at its end"
            if "(at end" in str(error)
            else ""
        )
        raise SettingsError(
            f"{path}{where}: not TOML ({str(error).partition(' (at ')[0]}); mend it there"
        ) from None
    reader = _Reader(path, text)
    reader.check(result)
    values = {name: value for table in TABLES for name, value in result.get(table, {}).items()}
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Settings(
        githubs=tuple(map(github_of, _rows(result.get("github", {})))) or (GitHubSettings(),),
        **values,
        rollouts=tuple(Rollout(**row) for row in result.get("rollouts", ())),
        budgets=tuple(reader.budgets(result.get("budgets", ()))),
        tool_decisions=tuple(ToolDecision(**row) for row in result.get("tool_decisions", ())),
        rules={
            name: reader.rows(name, rows)
            for name, rows in result.items()
            if "pattern" in ARRAYS.get(name, ())
        },
    )


def _rows(value: Any) -> list[Any]:
    """The tables under one name, whether it is written as one or several times."""
    return value if isinstance(value, list) else [value]


def write_settings(path: Path, github: GitHubSettings) -> None:
    """Write a settings file: the annotated example, with the repositories, owners and address of one GitHub in it.

    Raises SettingsError, before anything is written, where one of them is wrong.
    """
    text = EXAMPLE.read_text(encoding="utf-8")
    for key in ("repos", "orgs", "base_url"):
        line = f"{key} = {json.dumps(getattr(github, key), ensure_ascii=False)}"
        text = re.sub(rf"^{key} = .*$", line.replace("\\", r"\\"), text, flags=re.M)
    parse_settings(path, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


class _Reader:
    """Checks the parsed file, and finds the line of what is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.places = _places(self.lines)

    def check(self, result: Mapping[str, Any]) -> None:
        for name, value in result.items():
            if name == "github":
                if not all(isinstance(row, dict) for row in _rows(value)):
                    raise self._error(
                        name, None, 0, "github is a table; write [github] above its keys"
                    )
                for index, row in enumerate(_rows(value)):
                    self._check_table(name, row, GITHUB, index)
                for index, key, message in conflicts(_rows(value)):
                    raise self._error(name, key, index, message)
            elif name in TABLES:
                if not isinstance(value, dict):
                    raise self._error(
                        name, None, 0, f"{name} is a table; write [{name}] above its keys"
                    )
                self._check_table(name, value, TABLES[name])
            elif name in ARRAYS:
                if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
                    raise self._error(
                        name, None, 0, f"{name} is a list of tables; write [[{name}]] above each"
                    )
                for index, row in enumerate(value):
                    self._check_table(name, row, ARRAYS[name], index)
            else:
                raise self._error(name, None, 0, _unknown(name, ["github", *TABLES, *ARRAYS]))

    def rows(self, table: str, result: list[Mapping[str, str]]) -> tuple[Row, ...]:
        """Return the rules of one kind with the place of each value."""
        return tuple(
            Row("headway.toml", row, {key: self._where(table, key, index) for key in ARRAYS[table]})
            for index, row in enumerate(result)
        )

    def budgets(self, result: Sequence[Mapping[str, Any]]) -> Iterator[Budget]:
        """Yield the budgets; each is for one month, or from one on, and there is one of each."""
        visited = set()
        for index, row in enumerate(result):
            if len({"month", "from"} & set(row)) != 1:
                raise self._error(
                    "budgets", None, index, 'write either month or from, such as month = "2026-11"'
                )
            budget = Budget(
                date.fromisoformat(f"{row.get('month', row.get('from'))}-01"),
                row["usd"],
                "from" in row,
            )
            if (budget.month, budget.is_from) in visited:
                raise self._error(
                    "budgets", None, index, f"{budget.month:%Y-%m} has a budget already; keep one"
                )
            visited.add((budget.month, budget.is_from))
            yield budget

    def _check_table(
        self, table: str, row: Mapping[str, Any], known_values: Mapping[str, Key], index: int = 0
    ) -> None:
        for name, value in row.items():
            if name not in known_values:
                raise self._error(table, name, index, _unknown(name, list(known_values)))
            key = known_values[name]
            if isinstance(value, list) != key.is_list:
                raise self._error(table, name, index, f"{name} must be {key.words}")
            for item in value if key.is_list else [value]:
                if not key.is_of_type(item):
                    raise self._error(table, name, index, f"{name} must be {key.words}")
                if problem := key.problem(item):
                    raise self._error(table, name, index, f"{name}: {problem}", item)
        for name, key in known_values.items():
            if key.is_required and name not in row:
                raise self._error(table, None, index, f"{name} is missing; add it, {key.words}")

    def _error(
        self, table: str, key: str | None, index: int, message: str, value: object = None
    ) -> SettingsError:
        return SettingsError(f"{self._where(table, key, index, value)}: {message}")

    def _where(self, table: str, key: str | None, index: int, value: object = None) -> str:
        """File, line and column of a value or key in the nth table of a name; of the table where it is not found."""
        tries = [
            (table, index, key),
            ("", 0, f"{table}.{key}"),
            (table, index, None),
            ("", 0, table),
        ]
        line, column = next((self.places[item] for item in tries if item in self.places), (1, 1))
        for number, text in enumerate(
            self.lines[line - 1 :] if isinstance(value, str) else (), line
        ):
            if (start := text.find(json.dumps(value, ensure_ascii=False))) >= 0:
                line, column = number, start + 1
                break
        return f"{self.path}, line {line}, column {column}"


def _places(lines: list[str]) -> dict[tuple[str, int, str | None], tuple[int, int]]:
    """Line and column of each head of a table (key None) and each key, by table, number of that table, and key."""
    by_key: dict[tuple[str, int, str | None], tuple[int, int]] = {}
    counts: dict[str, int] = {}
    table, index = "", 0
    for number, line in enumerate(lines, 1):
        if head := HEAD.match(line):
            table = head[1].strip("\"'")
            index = counts.get(table, 0)
            counts[table] = index + 1
            by_key.setdefault((table, index, None), (number, line.index("[") + 1))
        elif key := ASSIGNED.match(line):
            by_key.setdefault((table, index, key[1].strip("\"'")), (number, key.start(1) + 1))
    return by_key


def _unknown(name: str, known_values: list[str]) -> str:
    if name.lower() in TOKENS:
        return "no token belongs in this file; set GITHUB_TOKEN, or run `gh auth login`"
    if close := difflib.get_close_matches(name, known_values, 1):
        return f"unknown key {reprlib.repr(name)}; did you mean {close[0]}?"
    home = next((table for table, keys in {"github": GITHUB, **TABLES}.items() if name in keys), "")
    hint = f"it belongs under [{home}]" if home else f"known here: {', '.join(known_values)}"
    return f"unknown key {reprlib.repr(name)}; {hint}"
