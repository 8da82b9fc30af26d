"""Layouts of form tools: header rows, times, and columns that identify a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.errors import SourceError
from collectors.imports.dates import PossibleTimes, parse_time
from collectors.imports.surveys.rows import Row
from collectors.imports.surveys.scales import plain

GOOGLE, TYPEFORM, MICROSOFT, MONKEY, QUALTRICS, CSV = (
    "google forms",
    "typeform",
    "microsoft forms",
    "surveymonkey",
    "qualtrics",
    "csv",
)
#: headers of each tool, those of its time first
SIGNATURES = {
    MONKEY: ("end date", "respondent id", "collector id"),
    TYPEFORM: ("submit date (utc)", "network id"),
    MICROSOFT: ("completion time", "start time"),
    QUALTRICS: ("recordeddate", "responseid", "finished"),
}
#: headers of the first column of Google Forms
GOOGLE_TIMES = frozenset(
    [
        "timestamp",
        "marca temporal",
        "carimbo de data/hora",
        "horodateur",
        "zeitstempel",
        "informazioni cronologiche",
        "tijdstempel",
        "タイムスタンプ",
    ]
)
TIMES = frozenset(
    ["date", "day", "time", "submitted at", "submitted_at", "submitted on", "week", "created at"]
)
#: halves of the day beside a clock in German, Japanese, Korean and Chinese
HALVES = (
    (r"([\d:]+) vorm\.$", "AM"),
    (r"([\d:]+) nachm\.$", "PM"),
    (r"(?:午前|오전|上午) ?([\d:]+)$", "AM"),
    (r"(?:午後|오후|下午) ?([\d:]+)$", "PM"),
)
#: headers of columns that identify a person
IDENTITY = frozenset(
    [
        "id",
        "#",
        "username",
        "user name",
        "email",
        "email address",
        "e-mail",
        "e-mail address",
        "name",
        "full name",
        "first name",
        "last name",
        "login",
        "user",
        "user id",
        "ip address",
        "network id",
        "custom data 1",
        "respondent id",
        "collector id",
        "responseid",
        "ipaddress",
        "recipientlastname",
        "recipientfirstname",
        "recipientemail",
        "externalreference",
        "locationlatitude",
        "locationlongitude",
        "dirección de correo electrónico",
        "adresse e-mail",
        "nom d'utilisateur",
        "e-mail-adresse",
        "nutzername",
        "nombre de usuario",
        "endereço de e-mail",
        "nome de usuário",
    ]
)
ADDRESSES = frozenset(header for header in IDENTITY if "mail" in header) | {
    "username",
    "nutzername",
}
#: columns of one response each
RESPONSE_IDS = frozenset(("respondent id", "responseid", "#", "id"))
#: further columns of the tools
TOOL_COLUMNS = frozenset(
    [
        "response type",
        "start date (utc)",
        "stage date (utc)",
        "submit date (utc)",
        "start time",
        "completion time",
        "last modified time",
        "start date",
        "end date",
        "tags",
        "ending",
        "score",
        "total points",
        "quiz feedback",
        "startdate",
        "enddate",
        "status",
        "progress",
        "duration (in seconds)",
        "finished",
        "recordeddate",
        "distributionchannel",
        "userlanguage",
    ]
)
#: part of the cells of a first column that are times
MOST_TIMES = 0.9
EXCEL_DAYS = re.compile(r"\d{5}(\.\d+)?")


@dataclass(frozen=True)
class Layout:
    """Tool of a file, with its headers, its rows, and the index of the column of times."""

    tool: str
    headers: Sequence[str]
    rows: Sequence[Row]
    time: int

    def index(self, names: frozenset[str]) -> int | None:
        """Return the first column with one of these headers; None without one."""
        return next((at for at, text in enumerate(self.headers) if plain(text) in names), None)


def tool_of(headers: Sequence[str]) -> str | None:
    """Return the tool with these headers; None if they are of no other tool than Google's."""
    names = {plain(header) for header in headers}
    return next((tool for tool, signature in SIGNATURES.items() if names >= {*signature}), None)


def lay_out(lines: Sequence[Row]) -> Layout | None:
    """Return the layout of a table; None if no column can be that of the times."""
    header = [plain(cell) for cell in lines[0].cells]
    if tool := tool_of(lines[0].cells):
        rows, headers = lines[1:], list(lines[0].cells)
        second = rows[0].cells if rows else ()
        if tool == MONKEY:
            headers, rows = _two_rows(headers, second), rows[1:]
        elif tool == QUALTRICS:
            is_third = len(rows) > 1 and "importid" in rows[1].cells[0].lower()
            headers, rows = _question_texts(headers, second), rows[2 if is_third else 1 :]
        return Layout(tool, headers, rows, header.index(SIGNATURES[tool][0]))
    tool = GOOGLE if header[0] in GOOGLE_TIMES else CSV
    time = 0 if tool == GOOGLE else next((n for n, name in enumerate(header) if name in TIMES), 0)
    cells = [line.cells[time] for line in lines[1:] if len(line.cells) > time and line.cells[time]]
    times = sum(1 for cell in cells if time_of(cell))
    if tool == CSV and header[time] not in TIMES and times < MOST_TIMES * max(len(cells), 1):
        return None
    return Layout(tool, lines[0].cells, lines[1:], time)


def _two_rows(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return one header a column from SurveyMonkey's two rows of headers."""
    headers, question = [], ""
    for index in range(max(len(first), len(second))):
        name = first[index] if index < len(first) else ""
        choice = second[index] if index < len(second) else ""
        question = name or question
        is_plain = plain(choice) in ("", "response", "open-ended response")
        headers.append(question if is_plain else f"{question} [{choice}]")
    return headers


def _question_texts(ids: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return Qualtrics' own headers by their ids, and those of questions by their texts.

    A row of a matrix is ``stem - row`` under an id such as Q2_1.
    """
    headers = []
    for index, name in enumerate(ids):
        text = texts[index] if index < len(texts) else ""
        stem, _, row = text.rpartition(" - ")
        if plain(name) in IDENTITY | TOOL_COLUMNS:
            headers.append(name)
        else:
            headers.append(f"{stem} [{row}]" if stem and re.search(r"_\d+$", name) else text)
    return headers


def check_widths(name: str, layout: Layout) -> None:
    """Raise SourceError for a row with more or fewer cells than the header."""
    width = len(layout.headers)
    for line in layout.rows:
        cells = len(line.cells)
        if cells != width:
            raise SourceError(
                f"{name}, line {line.number}, column {min(cells, width) + 1}: {cells} cells where "
                f"the header has {width}; export it again"
            )


def time_of(text: str) -> PossibleTimes | None:
    """Return the times that a cell can mean, as form tools and Excel write them."""
    text = " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())
    if EXCEL_DAYS.fullmatch(text):
        text = _excel_day(float(text))
    text = re.sub(r"([AaPp])\.\s?[Mm]\.", r"\1m", text)
    # the week is that of the respondent's clock, so that its zone is of no account
    text = re.sub(r" (?!AM$|PM$)[A-Z]{2,5}(?:[+-]\d{1,2}(?::?\d\d)?)?$", "", text)
    for pattern, half in HALVES:
        text = re.sub(pattern, rf"\1 {half}", text)
    return parse_time(text)


def _excel_day(days: float) -> str:
    """Return the time of a date as Excel counts it, in days since 1899-12-30."""
    return str(datetime(1899, 12, 30) + timedelta(seconds=round(days * 86400)))
