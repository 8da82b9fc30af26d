"""Mapping of surveys: which column is which item, and when each wave was open.

The shipped pulse needs no file. ``data/seeds/surveys.toml`` adds waves, invited people and items.
"""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from collectors.errors import SourceError
from collectors.imports.dates import ORDERS
from collectors.imports.surveys.scales import SCALES, Scale, plain

#: largest size of the file in bytes
MAX_SIZE = 1 << 20
#: most points of a scale
MOST_POINTS = 11


@dataclass(frozen=True)
class Item:
    """A question. ``polarity`` is -1 if a high answer is bad; ``scale`` is None for free text."""

    key: str
    texts: Sequence[str]
    scale: Scale | None
    polarity: int = 1
    version: int = 1

    @cached_property
    def headers(self) -> frozenset[str]:
        """Return the headers by which its column is known."""
        return frozenset(map(plain, (self.key, *self.texts)))


@dataclass(frozen=True)
class Wave:
    """Days on which a survey was open, both included, and the people invited, '' for all."""

    opens_on: date
    closes_on: date
    invited: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """A survey: its items, its column of teams and its waves."""

    key: str
    items: Sequence[Item]
    team_columns: Sequence[str]
    waves: Sequence[Wave] = ()
    date_order: str = ""


#: the six items of docs/pulse.md
PULSE = Survey(
    "pulse",
    (
        Item(
            "burnout",
            (
                "In the last 2 weeks, to what extent have you felt burned out from your work?",
                "In the last two weeks, to what extent have you felt burned out from your work?",
            ),
            SCALES["extent"],
            polarity=-1,
        ),
        Item(
            "frustration",
            (
                "In the last 2 weeks, to what extent did friction or frustration get in the way "
                "of your work?",
                "In the last two weeks, to what extent did friction or frustration get in the way "
                "of your work?",
            ),
            SCALES["amount"],
            polarity=-1,
        ),
        Item(
            "excitement",
            (
                "How excited are you about the work you did?",
                "In the last 2 weeks, how excited were you about the work you did?",
            ),
            SCALES["extent"],
        ),
        Item(
            "flow",
            (
                "How often did you reach a high level of focus or 'flow'?",
                'How often did you reach a high level of focus or "flow"?',
                "In the last 2 weeks, how often did you reach a high level of focus or 'flow'?",
            ),
            SCALES["frequency"],
        ),
        Item("ai_help", ("Did AI tools make you more effective?",), SCALES["degree"]),
        Item(
            "built",
            ("What did you build that you could not have built before?",),
            None,
        ),
    ),
    ("Team", "Which team are you in?", "Your team", "What is your team?"),
)


@dataclass(frozen=True)
class SurveyMap:
    """All surveys of an installation; ``are_comments_read`` if a person has read the comments."""

    surveys: Sequence[Survey] = (PULSE,)
    are_comments_read: bool = False

    @cached_property
    def digest(self) -> str:
        """Return a hash of everything that the reading of a file depends on."""
        return hashlib.sha256(repr(self.surveys).encode()).hexdigest()[:16]


def read_mapping(path: Path) -> SurveyMap:
    """Return the surveys of a file, with the shipped pulse; raises SourceError.

    An error names the file and the key.
    """
    if not path.exists():
        return SurveyMap()
    try:
        content = path.read_bytes()
        if len(content) > MAX_SIZE:
            raise SourceError(f"{path}: above {MAX_SIZE >> 20} MB")
        document = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] or "nested too deeply"
        raise SourceError(f"{path}: not TOML ({reason})") from None
    try:
        return SurveyMap(tuple(_surveys(document)))
    except _KeyError as error:
        raise SourceError(f"{path}: {error}") from None


class _KeyError(ValueError):
    """A key with a wrong value."""


def _surveys(document: Mapping[str, Any]) -> Sequence[Survey]:
    _allow(document, "", ("surveys",))
    surveys: dict[str, Survey] = {PULSE.key: PULSE}
    for index, table in enumerate(_tables(document, "surveys", ""), 1):
        survey = _survey(table, f"surveys[{index}]")
        if survey.key in surveys and surveys[survey.key] is not PULSE:
            raise _KeyError(f"surveys[{index}].key: {survey.key!r} is there twice; name each once")
        surveys[survey.key] = survey
    return list(surveys.values())


def _survey(table: Mapping[str, Any], at: str) -> Survey:
    _allow(table, at, ("key", "team_column", "date_order", "items", "waves"))
    key = _text(table, "key", at)
    default = PULSE if key == PULSE.key else Survey(key, (), PULSE.team_columns)
    items = [_item(row, f"{at}.items[{n}]") for n, row in _numbered(table, "items", at)]
    names = [item.key for item in items]
    if len(set(names)) < len(names):
        raise _KeyError(f"{at}.items: an item is there twice; name each once")
    default_items = [item for item in default.items if item.key not in names]
    if not (items or default_items):
        raise _KeyError(f"{at}.items: no items; add [[surveys.items]]")
    order = _text(table, "date_order", at) if "date_order" in table else ""
    if order and order not in ORDERS:
        raise _KeyError(f"{at}.date_order: write {' or '.join(map(repr, ORDERS))}")
    columns = [_text(table, "team_column", at)] if "team_column" in table else default.team_columns
    waves = sorted(
        (_wave(row, f"{at}.waves[{n}]") for n, row in _numbered(table, "waves", at)),
        key=lambda wave: wave.opens_on,
    )
    for earlier, later in itertools.pairwise(waves):
        if later.opens_on <= earlier.closes_on:
            raise _KeyError(
                f"{at}.waves: {later.opens_on} is before the wave of {earlier.opens_on} closes; "
                "waves do not overlap"
            )
    return replace(
        default,
        items=(*default_items, *items),
        team_columns=tuple(columns),
        waves=tuple(waves),
        date_order=order,
    )


def _item(table: Mapping[str, Any], at: str) -> Item:
    _allow(table, at, ("key", "texts", "scale", "polarity", "version"))
    texts = table.get("texts", [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _KeyError(f"{at}.texts: must be a list of texts")
    polarity, version = table.get("polarity", 1), table.get("version", 1)
    if polarity not in (1, -1):
        raise _KeyError(f"{at}.polarity: write 1, or -1 if a high answer is bad")
    if not isinstance(version, int) or not 1 <= version <= 1000:
        raise _KeyError(f"{at}.version: must be a whole number from 1")
    scale = _scale(table.get("scale", "text"), f"{at}.scale")
    return Item(_text(table, "key", at), tuple(texts), scale, int(polarity), version)


def _scale(value: Any, at: str) -> Scale | None:
    """Return a scale by its kind, its words in order from the lowest, or its two ends."""
    if value == "text":
        return None
    if isinstance(value, str) and value in SCALES:
        return SCALES[value]
    if isinstance(value, list) and 2 <= len(value) <= MOST_POINTS:
        if all(type(end) is int for end in value) and len(value) == 2:
            least, most = value
            if 0 <= least < most <= MOST_POINTS - 1:
                return Scale(f"{least}-{most}", least, most, {})
        elif all(isinstance(word, str) for word in value):
            words = {plain(word): number for number, word in enumerate(value, start=1)}
            if len(words) == len(value):
                return Scale(f"1-{len(value)}", 1, len(value), words)
    kinds = ", ".join(SCALES)
    raise _KeyError(f"{at}: write {kinds}, text, [1, 7], or all words from the lowest to the most")


def _wave(table: Mapping[str, Any], at: str) -> Wave:
    _allow(table, at, ("opens_on", "closes_on", "invited"))
    days = []
    for name in ("opens_on", "closes_on"):
        day = table.get(name)
        if not isinstance(day, date) or isinstance(day, datetime):
            raise _KeyError(f"{at}.{name}: must be a date, such as 2026-08-03")
        days.append(day)
    if days[1] < days[0]:
        raise _KeyError(f"{at}.closes_on: is before opens_on")
    invited = table.get("invited", {})
    counts = invited if isinstance(invited, dict) else {"": invited}
    if not all(type(count) is int and 0 < count < 10**6 for count in counts.values()):
        raise _KeyError(f"{at}.invited: must be a number of people, or one for each team")
    if counts and "" not in counts:
        counts = {"": sum(counts.values())} | counts
    return Wave(days[0], days[1], counts)


def _numbered(table: Mapping[str, Any], key: str, at: str) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(_tables(table, key, at), 1))


def _tables(table: Mapping[str, Any], key: str, at: str) -> Sequence[Mapping[str, Any]]:
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _KeyError(f"{_under(at, key)}: write [[{_under(at, key).partition('[')[0]}]]")
    return rows


def _text(table: Mapping[str, Any], key: str, at: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise _KeyError(f"{_under(at, key)}: must be text")
    return " ".join(value.split())


def _allow(table: Mapping[str, Any], at: str, keys: Sequence[str]) -> None:
    for key in table:
        if key not in keys:
            raise _KeyError(f"{_under(at, key)}: unknown key; known: {', '.join(keys)}")


def _under(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
