"""Reader of survey exports: rows of people become counts of answers by team, item and value.

The ledger gets neither names nor addresses, times or rows: only how many people of a team gave a
value, and shuffled comments without their team.
"""

from __future__ import annotations

import io
import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from collectors.characters import clean
from collectors.errors import SourceError
from collectors.imports.dates import MONTH_FIRST, ORDERS, PossibleTimes, possible_orders
from collectors.imports.formats import SURVEY
from collectors.imports.partial import text_problem
from collectors.imports.surveys.layouts import (
    ADDRESSES,
    CSV,
    IDENTITY,
    MONKEY,
    RESPONSE_IDS,
    TOOL_COLUMNS,
    Layout,
    check_widths,
    lay_out,
    time_of,
    tool_of,
)
from collectors.imports.surveys.mapping import Item, Survey, SurveyMap
from collectors.imports.surveys.rows import Row
from collectors.imports.surveys.scales import plain
from collectors.imports.surveys.workbook import is_archive, read_archive
from collectors.imports.tabular import (
    parse_lines,
    quote,
    read_text,
    separator_of,
    without_blanks,
)
from collectors.ledger.store import Store

#: items that a table without `--as survey` needs, unless a tool is recognized
LEAST_ITEMS = 2
#: bytes of a file in which its header ends
MOST_HEADER = 1 << 20
#: number of a question before its text
NUMBERED = re.compile(r"^(?:q(?:uestion)? ?)?\d{1,2} ?[.):-] ?")
#: most weeks in a row with answers that are one wave if no waves are configured
MOST_WEEKS = 6
#: characters of a comment and of a team's name
MOST_TEXT, MOST_TEAM = 2000, 100
#: marks of answers that only try the form
TESTS = frozenset(("test", "tester", "testing", "test user", "test test"))
TEST_ADDRESS = re.compile(r"(test[\w.-]*|[\w.-]+\+test\d*)@.*|.*@example\.(com|org|net)")
FINISHED = frozenset(("", "completed", "complete", "finished", "true", "1", "yes"))
#: states of Qualtrics in which 1, 2 and 8 are previews, tests and spam
STATUSES = (FINISHED - {"1"}) | {"0", "4", "32", "36", "ip address", "imported", "ex"}
#: links, addresses, logins, numbers of items and phone numbers in comments
NAMES = re.compile(
    r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|www\.\S+|(?<!\w)[@#][\w./-]+"
    r"|\b[A-Z]{2,10}-\d+\b|\+?\d[\d ()/-]{7,}\d"
)
WORD = re.compile(r"[^\W\d_]{3,}")
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Response:
    """A person's answers; ``identity`` is that of the form tool, and leaves this module never."""

    line: int
    at: datetime
    has_time: bool
    identity: str
    team: str
    values: tuple[int | None, ...]
    comments: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was answered."""
        return not any(self.comments) and all(value is None for value in self.values)


@dataclass(frozen=True)
class Period:
    """Days of a wave, and the day through which an export must reach to be final."""

    start: date
    end: date
    final_on: date


@dataclass(frozen=True)
class ParsedSurvey:
    """Counts of answers by wave, team, item and value, and comments by wave and item."""

    survey: Survey
    source: str
    row_count: int
    counts: Mapping[tuple[Period, str, Item | None, int | None], int]
    comments: Sequence[tuple[Period, str, str]]
    unread_columns: Sequence[str]
    digest: str
    notes: Sequence[str] = field(default_factory=tuple)
    kind: str = SURVEY
    has_copy: bool = False

    @property
    def identity(self) -> str:
        """Return the kind with the mapping that the counts depend on."""
        return identity_of(self.digest)

    @property
    def time_range(self) -> tuple[datetime, datetime] | None:
        """First and last day of its waves."""
        periods = {key[0] for key in self.counts}
        if not periods:
            return None
        first, last = min(item.start for item in periods), max(item.end for item in periods)
        return datetime.combine(first, time()), datetime.combine(last, time())

    def write(self, ledger: Store, import_id: str) -> None:
        """Insert the counts and the comments into the ledger."""
        answers = [
            {
                "import_id": import_id,
                "line": line,
                "survey": self.survey.key,
                "opens_on": period.start,
                "closes_on": period.end,
                "final_on": period.final_on,
                "team": team or None,
                "item": item.key if item else None,
                "version": item.version if item else None,
                "scale": item.scale.name if item and item.scale else None,
                "polarity": item.polarity if item else None,
                "value": value,
                "answers": count,
            }
            for line, ((period, team, item, value), count) in enumerate(
                sorted(self.counts.items(), key=_order), start=1
            )
        ]
        comments = [
            {
                "import_id": import_id,
                "line": line,
                "survey": self.survey.key,
                "opens_on": period.start,
                "item": item,
                "comment": text,
            }
            for line, (period, item, text) in enumerate(self.comments, start=1)
        ]
        ledger.merge("imported_survey_answers", answers)
        ledger.merge("imported_survey_comments", comments)


def _order(row: tuple[tuple[Period, str, Item | None, int | None], int]) -> tuple[object, ...]:
    (period, team, item, value), _ = row
    return period.start, team, item.key if item else "", -1 if value is None else value


def identity_of(digest: str) -> str:
    """Return the part of the identity of an import that changes with the mapping."""
    return f"{SURVEY} {digest}"


def read(name: str, content: bytes, kind: str | None, mapping: SurveyMap) -> ParsedSurvey | None:
    """Return the content of an export of a survey; None if it is none.

    With the kind of surveys, other files are errors.

    Raises SourceError with file, line and column.
    """
    is_archived = is_archive(content)
    if kind not in (None, SURVEY):
        return None
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and kind is None:
        return None
    if kind is None and not is_archived and not _has_items(name, content[:MOST_HEADER], mapping):
        return None
    lines = _lines(name, content)
    layout = lay_out(lines)
    survey, columns = _best(layout, mapping) if layout else (mapping.surveys[0], {})
    is_known = layout is not None and layout.tool != CSV
    if layout and (len(columns) >= LEAST_ITEMS or (columns and is_known)):
        return _Reader(name, layout, survey, columns, mapping).parsed()
    if kind is None:
        return None
    where = f"{name}, line {lines[0].number}, column 1"
    if layout is None:
        raise SourceError(f"{where}: no column of times; export the time of each answer")
    if columns:
        return _Reader(name, layout, survey, columns, mapping).parsed()
    headers = [quote(clean(text)) for text in layout.headers if text][:8]
    raise SourceError(
        f"{where}: no column is an item of a survey; name them under [[surveys.items]] in "
        f"surveys.toml. Columns: {', '.join(headers)}"
    )


def _has_items(name: str, beginning: bytes, mapping: SurveyMap) -> bool:
    """Return whether the header of a file has an item; files of other kinds may be large."""
    try:
        text = read_text(name, beginning)
        lines = parse_lines(name, io.StringIO(text, newline=""), separator_of(text))
        headers = [next(lines, None)]
        if headers[0] and tool_of(headers[0].cells):  # two tools have questions in a second row
            headers.append(next(lines, None))
    except SourceError:
        return False
    layouts = [Layout(CSV, header.cells, (), -1) for header in headers if header]
    return any(_columns(layout, survey) for layout in layouts for survey in mapping.surveys)


def _lines(name: str, content: bytes) -> list[Row]:
    """Return the rows of a file, header first; raises SourceError."""
    archive = read_archive(name, content) if is_archive(content) else content
    if isinstance(archive, bytes):
        text = read_text(name, archive)
        table = [
            Row(line.number, [cell.strip() for cell in line.cells])
            for line in parse_lines(name, io.StringIO(text, newline=""), separator_of(text))
        ]
        table = [line for n, line in enumerate(table) if n < 2 or any(line.cells)]
        for line in table[-5:]:
            texts = [cell for cell in line.cells if cell]
            if len(texts) == 1 and (problem := text_problem(texts[0])):
                raise SourceError(f"{name}, line {line.number}: {problem}")
    else:
        width = max((len(row.cells) for row in archive), default=0)
        table = [Row(row.number, [*row.cells, *[""] * (width - len(row.cells))]) for row in archive]
    if not table or not any(table[0].cells):
        raise SourceError(f"{name}, line 1: the file is empty; export or save it again")
    width = max(len(without_blanks(line.cells)) for line in table[:2])
    return [Row(line.number, without_blanks(line.cells, width)) for line in table]


def _best(layout: Layout, mapping: SurveyMap) -> tuple[Survey, dict[int, Item]]:
    """Return the survey with the most items among the columns, and its columns."""
    matches = [(survey, _columns(layout, survey)) for survey in mapping.surveys]
    return max(matches, key=lambda match: len(match[1]))


def _columns(layout: Layout, survey: Survey) -> dict[int, Item]:
    """Return the items of a survey by the index of their column."""
    by_header = {header: item for item in survey.items for header in item.headers}
    columns = {}
    for index, text in enumerate(layout.headers):
        header = plain(text)
        row = re.fullmatch(r".*\[(.+)\]", header)
        bare = plain(re.sub(r" \((?:required|optional)\)$", "", NUMBERED.sub("", header)))
        item = (
            by_header.get(header) or (row and by_header.get(plain(row[1]))) or by_header.get(bare)
        )
        if item and index != layout.time:
            columns[index] = item
    return columns


class _Reader:
    """Reader of one export."""

    def __init__(
        self,
        name: str,
        layout: Layout,
        survey: Survey,
        columns: Mapping[int, Item],
        mapping: SurveyMap,
    ) -> None:
        self.name, self.layout, self.survey = name, layout, survey
        self.columns, self.mapping = columns, mapping
        self.items = [item for item in columns.values() if item.scale]
        self.texts = [item for item in columns.values() if not item.scale]
        self.dropped: Counter[str] = Counter()

    def parsed(self) -> ParsedSurvey:
        """Return the counts of the export."""
        self._check_columns()
        check_widths(self.name, self.layout)
        team = self.layout.index(frozenset(map(plain, self.survey.team_columns)))
        by_period = {
            period: self._distinct(group)
            for period, group in self._by_period(list(self._responses(team))).items()
        }
        if not self.mapping.are_comments_read:
            self._check_comments([item for group in by_period.values() for item in group])
        counts: Counter[tuple[Period, str, Item | None, int | None]] = Counter()
        comments: list[tuple[Period, str, str]] = []
        for period, group in by_period.items():
            for response in group:
                counts[period, response.team, None, None] += 1
                for item, value in zip(self.items, response.values, strict=True):
                    counts[period, response.team, item, value] += 1
                for item, text in zip(self.texts, response.comments, strict=True):
                    comments += [(period, item.key, text)] if text else []
        secrets.SystemRandom().shuffle(comments)
        used = {*self.columns, self.layout.time, *(() if team is None else (team,))}
        unread, people = self._unread(used)
        row_count = sum(len(group) for group in by_period.values())
        if not row_count:
            reasons = ", ".join(self._notes()) or "no rows"
            raise SourceError(f"{self.name}: no answers ({reasons}); export all responses")
        notes = [*self._notes(), *([f"{', '.join(people)} not kept"] if people else [])]
        return ParsedSurvey(
            self.survey,
            self.layout.tool,
            row_count,
            counts,
            comments,
            unread,
            self.mapping.digest,
            notes,
        )

    def _check_comments(self, responses: Sequence[Response]) -> None:
        """Raise SourceError if comments may name people: a person has to read them first."""
        names = self._people_names()
        lines = {line.number: line.cells for line in self.layout.rows}
        columns = [index for index, item in self.columns.items() if not item.scale]
        places = [
            (response.line, index)
            for response in responses
            for index in columns
            if _may_name_people(lines[response.line][index], names)
        ]
        if places:
            count = "a comment" if len(places) == 1 else f"{len(places):,} comments"
            raise self._error(
                *min(places),
                f"{count} may name people, by a name, login, address, link or number; read the "
                "comments, remove names, then `headway import --comments-read`",
            )

    def _people_names(self) -> frozenset[str]:
        """Return the words of names and addresses in the columns that identify people."""
        columns = [n for n, text in enumerate(self.layout.headers) if plain(text) in IDENTITY]
        texts = [line.cells[n].partition("@")[0] for line in self.layout.rows for n in columns]
        words = {word.casefold() for text in texts for word in WORD.findall(text)}
        return frozenset(words - {"anonymous"})

    def _notes(self) -> list[str]:
        return [f"{reason}: {count:,}" for reason, count in self.dropped.items()]

    def _unread(self, used: set[int]) -> tuple[list[str], list[str]]:
        """Return the headers of columns that no item is in, and of those that name people."""
        rest = [text for n, text in enumerate(self.layout.headers) if text and n not in used]
        people = [clean(text) for text in rest if plain(text) in IDENTITY]
        unread = [clean(text) for text in rest if plain(text) not in IDENTITY | TOOL_COLUMNS]
        return list(dict.fromkeys(unread)), list(dict.fromkeys(people))

    def _error(self, line: int, column: int, message: str) -> SourceError:
        return SourceError(f"{self.name}, line {line}, column {column + 1}: {message}")

    def _check_columns(self) -> None:
        """Raise SourceError if two columns are the same item."""
        columns: dict[str, int] = {}
        for index, item in self.columns.items():
            if item.key in columns:
                first = columns[item.key] + 1
                message = f"a second column of {item.key}, first in column {first}; keep one"
                raise self._error(1, index, message)
            columns[item.key] = index

    def _responses(self, team: int | None) -> Iterator[Response]:
        """Yield the rows that are answers."""
        layout = self.layout
        times = self._times()
        address = layout.index(ADDRESSES)
        response_id = layout.index(RESPONSE_IDS)
        people = [n for n, text in enumerate(layout.headers) if plain(text) in IDENTITY]
        states = [
            (n, STATUSES if plain(text) == "status" else FINISHED)
            for n, text in enumerate(layout.headers)
            if plain(text) in ("response type", "finished", "status")
        ]
        for line in layout.rows:
            cells = line.cells
            if any(plain(cells[n]) not in valid for n, valid in states):
                self.dropped["unfinished"] += 1
            elif line.number not in times:
                self.dropped["without a time"] += 1
            elif _is_test([cells[n] for n in people] + ([] if team is None else [cells[team]])):
                self.dropped["test answers"] += 1
            else:
                identity = ""
                if address is not None and plain(cells[address]) not in ("", "anonymous"):
                    identity = f"address {plain(cells[address])}"
                elif response_id is not None and cells[response_id]:
                    identity = f"id {cells[response_id]}"
                at, has_time = times[line.number]
                response = Response(
                    line.number,
                    at,
                    has_time,
                    identity,
                    "" if team is None else clean(cells[team])[:MOST_TEAM],
                    tuple(
                        self._value(line, index, item)
                        for index, item in self.columns.items()
                        if item.scale
                    ),
                    tuple(
                        _comment(cells[index])
                        for index, item in self.columns.items()
                        if not item.scale
                    ),
                )
                if response.is_empty:
                    self.dropped["empty"] += 1
                else:
                    yield response

    def _value(self, line: Row, index: int, item: Item) -> int | None:
        """Return an answer; raises SourceError with the texts of its column."""
        scale = item.scale
        assert scale is not None
        text = line.cells[index]
        try:
            return scale.value(text)
        except ValueError as error:
            texts = Counter(row.cells[index] for row in self.layout.rows if row.cells[index])
            examples = ", ".join(quote(clean(word)) for word, _ in texts.most_common(6))
            message = f"{quote(clean(text))} {error}; in this column: {examples}"
            raise self._error(line.number, index, message) from None

    def _times(self) -> dict[int, tuple[datetime, bool]]:
        """Return the time of each row, and whether it is more than a day."""
        cells: dict[int, PossibleTimes] = {}
        texts = {line.number: line.cells[self.layout.time] for line in self.layout.rows}
        for number, text in texts.items():
            if text:
                times = time_of(text)
                if not times:
                    message = f"{quote(clean(text))} is not a time; export it again"
                    raise self._error(number, self.layout.time, message)
                cells[number] = times
        orders = possible_orders(cells.values())
        preferred = self.survey.date_order or (MONTH_FIRST if self.layout.tool == MONKEY else "")
        if len(orders) > 1 and preferred:
            orders = {preferred}
        allowed = sorted(orders)
        result = {}
        for number, cell in cells.items():
            if not allowed or (len(allowed) > 1 and not cell.is_unambiguous):
                message = f"{cell.conflict(bool(allowed))}; write date_order = {ORDERS[0]!r} or "
                message += f"{ORDERS[1]!r} under [[surveys]] in surveys.toml"
                if not allowed:
                    message = f"{cell.conflict(False)}; export it again"
                raise self._error(number, self.layout.time, message)
            at = cell.by_order[allowed[0]]
            result[number] = at, at.time() != time()
        return result

    def _distinct(self, responses: Sequence[Response]) -> list[Response]:
        """Return a wave without repeated responses: the last of a person, one of two equal."""
        latest: dict[str | int, Response] = {}
        for response in sorted(responses, key=lambda item: (item.at, item.line)):
            latest[response.identity or response.line] = response
        distinct: dict[object, Response] = {}
        for response in latest.values():
            answer = (response.at, response.team, response.values, response.comments)
            distinct[answer if response.has_time else response.line] = response
        if repeated := len(responses) - len(distinct):
            self.dropped["duplicates"] += repeated
        return list(distinct.values())

    def _by_period(self, responses: Sequence[Response]) -> dict[Period, list[Response]]:
        """Return the responses by wave; those outside all waves are dropped."""
        groups: dict[Period, list[Response]] = {}
        if self.survey.waves:
            for response in responses:
                day = response.at.date()
                wave = next(
                    (wave for wave in self.survey.waves if wave.opens_on <= day <= wave.closes_on),
                    None,
                )
                if wave is None:
                    self.dropped["outside the waves"] += 1
                else:
                    period = Period(wave.opens_on, wave.closes_on, wave.closes_on)
                    groups.setdefault(period, []).append(response)
            return groups
        start, weeks = date.min, list[list[Response]]()
        last = date.min
        by_week: dict[date, list[Response]] = {}
        for response in responses:
            day = response.at.date()
            by_week.setdefault(day - timedelta(days=day.weekday()), []).append(response)
        for week in sorted(by_week):
            if not weeks or week - last > WEEK:
                start = week
                weeks.append([])
            if (week - start) // WEEK >= MOST_WEEKS:
                raise self._error(
                    by_week[week][0].line,
                    self.layout.time,
                    f"answers in more than {MOST_WEEKS} weeks in a row; write opens_on and "
                    "closes_on of each wave under [[surveys.waves]] in surveys.toml",
                )
            weeks[-1] += by_week[week]
            last = week
        for group in weeks:
            days = [response.at.date() for response in group]
            first = min(days) - timedelta(days=min(days).weekday())
            end = max(days) + timedelta(days=6 - max(days).weekday())
            groups[Period(first, end, end + WEEK)] = group
        return groups


def _is_test(cells: Sequence[str]) -> bool:
    return any(plain(cell) in TESTS or TEST_ADDRESS.fullmatch(plain(cell)) for cell in cells)


def _may_name_people(text: str, names: Set[str]) -> bool:
    """Return whether a comment has a name of the file, or what identifies a person or item."""
    has_name = any(word.casefold() in names for word in WORD.findall(text))
    return has_name or NAMES.search(text) is not None


def _comment(text: str) -> str:
    """Return a comment without links, logins, numbers of items and marks of formulas."""
    masked = NAMES.sub("…", clean(text))[:MOST_TEXT]
    masked = masked.lstrip("=+-@ \t")
    return masked if re.search(r"\w", masked) and plain(masked) not in TESTS else ""
