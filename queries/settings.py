"""headway.toml, read strictly: an unknown key or a wrong value is an error that names its line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from queries.errors import SettingsError

EXAMPLE = Path(__file__).parent.parent / "headway.example.toml"
REPO = re.compile(r"^[\w.-]+/[\w.-]+$")
PEOPLE = ("none", "pseudonyms", "names")
#: the tables of the file: for each key the types it may have
TABLES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "github": {"repos": list, "orgs": list, "base_url": str, "keep_bodies": bool},
    "publish": {"people": str, "durable_days": int, "small_group": int},
}
#: the arrays of tables; rules have the columns of the files in seeds/
ARRAYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "rollouts": {"name": str, "on": date, "transition_days": int},
    "ai_signals": {"rule": str, "tier": str, "field": str, "pattern": str, "kind": str, "tool": str},
    "work_types": {"rule": str, "field": str, "pattern": str, "work_type": str},
    "label_rules": {"rule": str, "kind": str, "field": str, "pattern": str},
}
REQUIRED = {"rollouts": ("name", "on")}
TYPE_NAMES = {str: "text in quotes", bool: "true or false", int: "a whole number", list: "a list", date: "a date"}


@dataclass(frozen=True)
class Rollout:
    """A dated change, such as a tool given to everybody; days in transition count as neither before nor after."""

    name: str
    on: date
    transition_days: int = 0


@dataclass(frozen=True)
class Settings:
    """What headway.toml says, with its defaults."""

    repos: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    base_url: str = "https://api.github.com"
    keep_bodies: bool = True
    people: str = "none"
    durable_days: int = 14
    small_group: int = 5
    rollouts: tuple[Rollout, ...] = ()
    #: rules by the name of their seed file
    rules: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)


def read_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises SettingsError, one line that names file, line and column, and what would be right.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{path}: not there; run `headway init` to write it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); it must be UTF-8 text") from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"line {place[1]}, column {place[2]}" if place else "at its end"
        raise SettingsError(f"{path}, {where}: {str(error).partition(' (at ')[0]}; mend the TOML there") from None
    _Reader(path, text).check(found)
    github, publish = found.get("github", {}), found.get("publish", {})
    return Settings(
        **{**github, "repos": tuple(github.get("repos", ())), "orgs": tuple(github.get("orgs", ()))},
        **publish,
        rollouts=tuple(Rollout(**row) for row in found.get("rollouts", ())),
        rules={name: tuple(found[name]) for name in ARRAYS if name != "rollouts" and name in found},
    )


def write_settings(path: Path, settings: Settings) -> None:
    """Write a settings file: the annotated example, with these repositories, owners and address in it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for key in ("repos", "orgs", "base_url"):
        value = getattr(settings, key)
        shown = json.dumps(list(value) if isinstance(value, tuple) else value)
        text = re.sub(rf"^{key} = .*$", f"{key} = {shown}".replace("\\", r"\\"), text, flags=re.M)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    try:
        read_settings(part)
        part.replace(path)
    except SettingsError as error:
        part.unlink()
        raise SettingsError(str(error).replace(str(part), str(path))) from None


@dataclass(frozen=True)
class _Reader:
    """Checks the parsed file, and finds the line of what is wrong."""

    path: Path
    text: str

    def check(self, found: Mapping[str, Any]) -> None:
        for name, value in found.items():
            if name in TABLES and isinstance(value, dict):
                self._check_table(name, value, TABLES[name])
            elif name in ARRAYS and isinstance(value, list) and all(isinstance(row, dict) for row in value):
                for index, row in enumerate(value):
                    self._check_table(name, row, ARRAYS[name], index)
                    missing = [key for key in REQUIRED.get(name, ARRAYS[name]) if key not in row]
                    if missing and not (name == "ai_signals" and set(missing) <= {"tool"}):
                        raise self._error(name, None, index, f"needs {', '.join(missing)}")
            else:
                raise self._error(name, None, 0, self._unknown(name, [*TABLES, *ARRAYS]))
        self._check_values(found)

    def _check_table(self, table: str, row: Mapping[str, Any], known: Mapping[str, Any], index: int = 0) -> None:
        for key, value in row.items():
            if key not in known:
                raise self._error(table, key, index, self._unknown(key, list(known)))
            if not isinstance(value, known[key]) or (known[key] is int and isinstance(value, bool)):
                raise self._error(table, key, index, f"{key} must be {TYPE_NAMES[known[key]]}")

    def _check_values(self, found: Mapping[str, Any]) -> None:
        github, publish = found.get("github", {}), found.get("publish", {})
        for repo in github.get("repos", ()):
            if not isinstance(repo, str) or not REPO.match(repo):
                raise self._error("github", "repos", 0, f"{repo!r} is not a repository; write owner/name")
        for org in github.get("orgs", ()):
            if not isinstance(org, str) or not re.match(r"^[\w.-]+$", org):
                raise self._error("github", "orgs", 0, f"{org!r} is not an owner's name; write it without a slash")
        if not re.match(r"^https?://[^\s/@]+", github.get("base_url", "https://x")):
            raise self._error("github", "base_url", 0, "base_url must be an address such as https://HOST/api/v3")
        if publish.get("people", "none") not in PEOPLE:
            raise self._error("publish", "people", 0, f"people must be one of {', '.join(PEOPLE)}")
        for key, least in (("durable_days", 1), ("small_group", 1)):
            if publish.get(key, least) < least:
                raise self._error("publish", key, 0, f"{key} must be at least {least}")
        for index, row in enumerate(found.get("rollouts", ())):
            if row.get("transition_days", 0) < 0:
                raise self._error("rollouts", "transition_days", index, "transition_days must not be negative")

    def _unknown(self, name: str, known: list[str]) -> str:
        close = difflib.get_close_matches(name, known, 1)
        return f"unknown key {name!r}" + (f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known)}")

    def _error(self, table: str, key: str | None, index: int, message: str) -> SettingsError:
        line, column = self._place(table, key, index)
        return SettingsError(f"{self.path}, line {line}, column {column}: {message}")

    def _place(self, table: str, key: str | None, index: int) -> tuple[int, int]:
        """Line and column of a key in the nth table of a name; of the table's head, or the file's first line."""
        heads, here, place = -1, False, (1, 1)
        for number, line in enumerate(self.text.splitlines(), 1):
            if head := re.match(r"\s*\[\[?\s*([\w.\"-]+)", line):
                here = head[1].strip('"') == table
                heads += here
                if here and heads == index:
                    place = (number, line.index("[") + 1)
            name = key if here or key is None else None
            found = re.match(rf'\s*"?{re.escape(name or table)}"?\s*=', line)
            if found and ((here and heads == index) or not key):
                return number, len(found[0]) - len(found[0].lstrip()) + 1
        return place
