"""Teams and roles of people.csv over time, and those that may be published on a day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.support.independent.recorded import bare

#: published team and role, and whether the role is one of engineering
Group = tuple[str | None, str | None, bool | None]
NO_GROUP: Group = (None, None, None)


@dataclass(frozen=True)
class Membership:
    """One line of people.csv."""

    login: str
    team: str | None
    role: str | None
    first_on: date
    last_on: date


@dataclass
class People:
    """Teams and roles of people over time, and the groups that may be published."""

    members: list[Membership]
    k: int
    is_engineering: Callable[[str], bool]
    _groups: dict[date, dict[str, Group]] = field(default_factory=dict)

    def groups(self, on: date) -> dict[str, Group]:
        """Return the group in which each person is published on a day."""
        if on not in self._groups:
            self._groups[on] = self._choose(on)
        return self._groups[on]

    def group(self, login: str | None, first_on: date, last_on: date) -> Group:
        """Return the published group of a person, if it is one on each of some days."""
        if login is None:
            return NO_GROUP
        team, role, is_engineering = self.groups(first_on).get(login.lower(), NO_GROUP)
        days = self._days(first_on, last_on)
        if all((team, role, is_engineering) in self.groups(day).values() for day in days):
            return team, role, is_engineering
        return (team if all(self.has_team(team, day) for day in days) else None), None, None

    def has_team(self, team: object, on: date) -> bool:
        """Return whether a team is named on a day."""
        return any(team == group[0] for group in self.groups(on).values())

    def _days(self, first_on: date, last_on: date) -> set[date]:
        """Return the first day, and those on which a membership begins or has ended."""
        days = {member.first_on for member in self.members}
        days |= {m.last_on + timedelta(days=1) for m in self.members if m.last_on < date.max}
        return {first_on} | {day for day in days if first_on <= day <= last_on}

    def _choose(self, on: date) -> dict[str, Group]:
        present = [m for m in self.members if m.first_on <= on <= m.last_on]
        result = {member.login: NO_GROUP for member in present}
        ways: list[Callable[[Membership], Group]] = [
            lambda m: (m.team, m.role, self._kind(m)),
            lambda m: (m.team, None, None),
            lambda m: (None, m.role, self._kind(m)),
            lambda m: (None, None, self._kind(m)),
        ]
        for index, way in enumerate(ways):
            sizes: Counter[Hashable] = Counter(map(way, present))
            for member in present:
                group = way(member)
                is_complete = member.team and member.role if index == 0 else group != NO_GROUP
                if sizes[group] >= self.k and is_complete:
                    result[member.login] = group
            present = [member for member in present if result[member.login] == NO_GROUP]
        return result

    def _kind(self, member: Membership) -> bool | None:
        return None if member.role is None else self.is_engineering(member.role)


def read_people(path: Path | None, k: int, is_engineering: Callable[[str], bool]) -> People:
    """Return the people of a people.csv; nobody without one."""
    if path is None:
        return People([], k, is_engineering)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row.get("login") or "").strip()]
    members = [
        Membership(
            login=(bare(row["login"].strip()) or "").lower(),
            team=(row.get("team") or "").strip() or None,
            role=(row.get("role") or "").strip() or None,
            first_on=_day(row.get("from")) or date.min,
            last_on=_day(row.get("to")) or date.max,
        )
        for row in rows
    ]
    return People(members, k, is_engineering)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text.strip()) if text and text.strip() else None
