"""Surveys: each wave is published once, after it closed, with the cells that may be shown.

The ledger remembers every published wave, so that no two snapshots together reveal a small group.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from queries.publish.build import add
from queries.sql_files import ROOT, Row, read_sql
from queries.statistics.surveys import (
    Cell,
    Level,
    Wave,
    level,
    plausible,
    response_rate,
    shown_cells,
)

#: fewest comments of a wave
LEAST_COMMENTS = 10
PERIOD = ("survey", "opens_on", "closes_on")
ITEM = ("item", "version", "scale", "polarity")
NUMBERS = tuple(Level.__dataclass_fields__)
CELL_COLUMNS = (*PERIOD, "team", *ITEM, "frequencies", "members", "is_shown", *NUMBERS)
PLAUSIBLE = ("mean_plausible", "favourable_plausible")
COMMENT_COLUMNS = (*PERIOD, "item", "position", "comment")
Period = tuple[str, date, date]
Item = tuple[str, int, str, int]


@dataclass
class Answers:
    """Answers to one wave: by item, team and value, and people who answered by team."""

    period: Period
    loaded: tuple[datetime, datetime]
    by_item: dict[Item, dict[str, dict[int, int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    people: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Membership:
    """People by days and team, with published teams only."""

    rows: Sequence[tuple[str, str | None, date, date]]

    def members(self, start: date, end: date) -> dict[str, frozenset[str]]:
        """Return the people of each team in some days, and of all under ''."""
        teams: dict[str, set[str]] = defaultdict(set)
        for login, team, from_on, to_on in self.rows:
            if from_on <= end and to_on >= start:
                teams[""].add(login)
                if team:
                    teams[team].add(login)
        return {team: frozenset(people) for team, people in teams.items()}


def publish_surveys(db: duckdb.DuckDBPyConnection, k: int, as_of: date) -> None:
    """Create ``survey_scores`` and ``survey_comments``, and the tables of what is new in them."""
    stored = _rows(db, "select * from ledger.published_survey_cells")
    membership = Membership(db.execute(_sql("survey_members")).fetchall())
    waves = _published(stored)
    new: list[dict[str, Any]] = []
    for answers in _candidates(db, stored):
        new += _cells(answers, membership, _invited(db, answers.period), waves, k)
    cells = [row for row in (*stored, *new) if row["closes_on"] <= as_of]
    scores = [_with_plausible(row) for row in _large([row for row in cells if row["is_shown"]], k)]
    columns = (*CELL_COLUMNS, *PLAUSIBLE)
    add(db, "survey_scores", survey_scores_frame=_frame(columns, scores))
    known = _rows(db, "select * from ledger.published_survey_comments")
    names = {name for row in membership.rows for name in row[:2] if name}
    new_comments = _comments(db, new, names)
    comments = [row for row in (*known, *new_comments) if row["closes_on"] <= as_of]
    add(db, "survey_comments", survey_comments_frame=_frame(COMMENT_COLUMNS, comments))
    db.register("new_survey_cells_frame", _frame(CELL_COLUMNS, new))
    db.register("new_survey_comments_frame", _frame(COMMENT_COLUMNS, new_comments))
    for name in ("cells", "comments"):
        db.execute(
            f"create temp table new_survey_{name} as from ledger.published_survey_{name} limit 0"
        )
        db.execute(f"insert into new_survey_{name} by name from new_survey_{name}_frame")


def _candidates(db: duckdb.DuckDBPyConnection, stored: Sequence[Row]) -> list[Answers]:
    """Return the waves that are not published yet, oldest first.

    Of waves of one survey that overlap, the one that was published first stays, or else the newest.
    """
    answers: dict[Period, Answers] = {}
    for row in _rows(db, _sql("survey_answers")):
        period = (row["survey"], row["opens_on"], row["closes_on"])
        wave = answers.setdefault(period, Answers(period, row["loaded"]))
        wave.loaded = max(wave.loaded, row["loaded"])
        team = (row["team"] or "").casefold()
        if row["item"] is None:
            wave.people[team] = wave.people.get(team, 0) + row["answers"]
        elif row["scale"] is not None and row["value"] is not None:
            item = (row["item"], row["version"], row["scale"], row["polarity"])
            counts = wave.by_item[item][team]
            counts[row["value"]] = counts.get(row["value"], 0) + row["answers"]
    periods = [(row["survey"], row["opens_on"], row["closes_on"]) for row in stored]
    waves = []
    newest_first = sorted(answers.values(), key=lambda wave: wave.loaded, reverse=True)
    for wave in newest_first:
        if not any(_overlap(wave.period, other) for other in periods):
            waves.append(wave)
            periods.append(wave.period)
    return sorted(waves, key=lambda wave: wave.period)


def _overlap(period: Period, other: Period) -> bool:
    return period[0] == other[0] and period[1] <= other[2] and other[1] <= period[2]


def _published(stored: Iterable[Row]) -> dict[tuple[str, Item], list[Wave]]:
    """Return the published waves of each item, with their published cells."""
    groups: dict[tuple[Period, Item], list[Row]] = defaultdict(list)
    for row in stored:
        period = (row["survey"], row["opens_on"], row["closes_on"])
        groups[period, _item(row)].append(row)
    waves: dict[tuple[str, Item], list[Wave]] = defaultdict(list)
    for (period, item), rows in groups.items():
        if wave := _wave(rows):
            waves[period[0], item].append(wave)
    return waves


def _wave(rows: Iterable[Row]) -> Wave | None:
    """Return the published cells of one item in one wave; None without any."""
    cells = {row["team"]: _stored_cell(row) for row in rows if row["is_shown"]}
    whole = cells.pop(None, None)
    return Wave(whole, cells) if whole else None


def _stored_cell(row: Row) -> Cell:
    return Cell(tuple(row["frequencies"]), frozenset(row["members"] or ()), row["polarity"])


def _item(row: Row) -> Item:
    return row["item"], row["version"], row["scale"], row["polarity"]


def _cells(
    answers: Answers,
    membership: Membership,
    invited: Mapping[str, int],
    published: dict[tuple[str, Item], list[Wave]],
    k: int,
) -> list[dict[str, Any]]:
    """Return every cell of a wave for the ledger, and add its published ones to ``published``."""
    survey, start, end = answers.period
    members = membership.members(start, end)
    names = {name.casefold(): name for name in members if name}
    waves: dict[Item, tuple[Wave, Wave | None]] = {}
    for item, by_team in answers.by_item.items():
        least, most = map(int, item[2].split("-"))
        whole = _cell(by_team.values(), (least, most), members.get("", frozenset()), item[3])
        teams = {
            names[team]: _cell([counts], (least, most), members[names[team]], item[3])
            for team, counts in by_team.items()
            if team in names
        }
        wave = Wave(whole, teams)
        public = shown_cells(wave, published[survey, item], k)
        waves[item] = wave, public
        if public:
            published[survey, item].append(public)
    visible = {name for _, public in waves.values() if public for name in public.teams}
    rest = sum(count for team, count in answers.people.items() if names.get(team) not in visible)
    rates: dict[str | None, float | None] = {
        None: response_rate(sum(answers.people.values()), _size("", invited, members))
    }
    if rest == 0 or rest >= k:
        for team, count in answers.people.items():
            if team in names and names[team] in visible:
                rates[names[team]] = response_rate(count, _size(names[team], invited, members))
    period = dict(zip(PERIOD, answers.period, strict=True))
    rows: list[dict[str, Any]] = []
    for item, (wave, public) in waves.items():
        least = int(item[2].split("-")[0])
        cells: list[tuple[str | None, Cell]] = [(None, wave.whole), *wave.teams.items()]
        for cell_team, cell in cells:
            is_shown = public is not None and (cell_team is None or cell_team in public.teams)
            row = period | dict(zip(ITEM, item, strict=True)) | {"team": cell_team}
            row |= {"frequencies": list(cell.frequencies), "members": sorted(cell.members)}
            row |= {"is_shown": is_shown, **dict.fromkeys(NUMBERS)}
            if is_shown:
                size = _size(cell_team or "", invited, members)
                n = _fewest(waves.values(), cell_team)
                row |= vars(level(cell, least, n, k, size, rates.get(cell_team)))
            rows.append(row)
    return rows


def _fewest(waves: Iterable[tuple[Wave, Wave | None]], team: str | None) -> int:
    """Return the answers to the published item of a cell that has the fewest."""
    return min(
        public.whole.n if team is None else public.teams[team].n
        for _, public in waves
        if public and (team is None or team in public.teams)
    )


def _cell(
    parts: Iterable[Mapping[int, int]],
    scale: tuple[int, int],
    members: frozenset[str],
    polarity: int,
) -> Cell:
    parts = list(parts)
    values = range(scale[0], scale[1] + 1)
    frequencies = tuple(sum(part.get(value, 0) for part in parts) for value in values)
    return Cell(frequencies, members, polarity)


def _with_plausible(row: Row) -> dict[str, Any]:
    """Return a published row with the numbers of the plausible case, null without a rate."""
    numbers: Sequence[float | None] = (None, None)
    if row["response_rate"] is not None:
        least = int(row["scale"].split("-")[0])
        numbers = plausible(_stored_cell(row), least, row["response_rate"])
    return {**row, **dict(zip(PLAUSIBLE, numbers, strict=True))}


def _size(
    team: str, invited: Mapping[str, int], members: Mapping[str, frozenset[str]]
) -> int | None:
    """Return the people invited; without a number those who are known."""
    if team in invited or invited:
        return invited.get(team)
    return len(members[team]) if team in members else None


def _invited(db: duckdb.DuckDBPyConnection, period: Period) -> dict[str, int]:
    """Return the people invited to a wave by team, and in all under ''."""
    rows = db.execute(
        "select coalesce(team, ''), invited from ledger.survey_waves where survey = $survey "
        "and opens_on = $opens_on and closes_on = $closes_on and invited is not null",
        dict(zip(PERIOD, period, strict=True)),
    ).fetchall()
    return dict(rows)


def _large(scores: Sequence[Row], k: int) -> list[Row]:
    """Return the published rows that may still be shown, as if ``k`` was raised since."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in scores:
        groups[tuple(row[name] for name in (*PERIOD, *ITEM))].append(row)
    rows: list[Row] = []
    for group in groups.values():
        wave = _wave(group)
        large = shown_cells(wave, (), k) if wave else None
        if large:
            rows += [row for row in group if row["team"] is None or row["team"] in large.teams]
    return rows


def _comments(
    db: duckdb.DuckDBPyConnection, cells: Sequence[Row], names: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the comments of new waves, shuffled and without names of people and teams."""
    closes = {(row["survey"], row["opens_on"]): row["closes_on"] for row in cells}
    texts: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    for row in _rows(db, _sql("survey_comments")):
        if (row["survey"], row["opens_on"]) in closes:
            texts[row["survey"], row["opens_on"], row["item"]].append(row["comment"])
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest_first)) or r"(?!)"
    hidden = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
    rows: list[dict[str, Any]] = []
    for (survey, opens_on, item), comments in texts.items():
        if len(comments) < LEAST_COMMENTS:
            continue
        secrets.SystemRandom().shuffle(comments)
        values = [(survey, opens_on, closes[survey, opens_on], item)] * len(comments)
        rows += [
            dict(zip(COMMENT_COLUMNS, (*value, position, hidden.sub("…", text)), strict=True))
            for position, (value, text) in enumerate(zip(values, comments, strict=True), start=1)
        ]
    return rows


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    result = db.execute(sql)
    names = [name for name, *_ in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _frame(columns: Sequence[str], rows: Sequence[Row]) -> pd.DataFrame:
    values = [[row[name] for name in columns] for row in rows]
    return pd.DataFrame(values, columns=list(columns), dtype=object)


def _sql(name: str) -> str:
    return read_sql(ROOT / "shared" / f"{name}.sql").statement
