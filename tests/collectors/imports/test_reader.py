"""Reader of exports: rows of each tool typed by hand, spellings of tables, and mistakes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import SourceError
from collectors.imports import reader, vocabulary
from collectors.imports.dates import parse_time
from collectors.imports.formats import KINDS, LEDGER_COLUMNS, TIME_COLUMNS
from collectors.imports.reader import ParsedTable
from tests.support.facts import read_tables

SAMPLES = Path(__file__).parent / "exports"
EXPECTED = read_tables(SAMPLES / "expected.txt")
SOURCES = {
    "jira.csv": ("items", "jira"),
    "linear.csv": ("items", "linear"),
    "pagerduty.csv": ("incidents", "pagerduty"),
    "growthbook.json": ("experiments", "growthbook"),
    "growthbook.csv": ("experiments", "growthbook"),
    **{f"{kind}.csv": (kind, "generic") for kind in KINDS},
}
MUTANTS = 500
POSITION = r"(, line \d+, column \d+|, line \d+|, experiment \d+(, \w+)?|)"

INCIDENTS = "key,title,opened_at,resolved_at\n"
ITEMS = "key,title,status,opened_at,first_response_at,closed_at\n"
EXPERIMENTS = "key,title,started_at,decided_at,decision\n"
DEPLOYMENTS = "repo,commit,deployed_at,status\n"
MISTAKES = {
    "": "line 1: the file is empty; export or save it again",
    "\n \n": "line 1: the file is empty; export or save it again",
    "a,b\n1,2\n": (
        "line 1, column 1: unknown format. Known: FOCUS files and exports of Jira, Linear, "
        "PagerDuty, Gr"
    ),
    "key,title,opened_at,closed_at,resolved_at\n": (
        "line 1, column 1: its columns fit more than one kind; choose with"
    ),
    "key,title,opened_at,resolved_at,Key\n": "line 1, column 5: duplicate column key; keep one",
    INCIDENTS
    + "A,x,2026-01-01\n": "line 2, column 4: 3 cells where the header has 4; export it again",
    INCIDENTS + "A,x,2026-01-01,,y\n": (
        "line 2, column 5: 5 cells where the header has 4; put texts that contain a separator"
    ),
    INCIDENTS
    + 'A,"x"y,2026-01-01,\n': "line 2: not CSV (',' expected after '\"'); fix the quotes there",
    INCIDENTS + 'A,x,2026-01-01,\nB,"x\n\n,2026-01-01,\n': (
        "line 3: not CSV (unexpected end of data); fix the quotes"
    ),
    INCIDENTS + "A,x\0,2026-01-01,\n": "line 2: not text; save it as CSV UTF-8",
    INCIDENTS + ",x,2026-01-01,\n": "line 2, column 1: the key is empty; write one",
    INCIDENTS + "A,x,,\n": "line 2, column 3: opened is empty; write a time",
    INCIDENTS
    + "A,x,soon,\n": "line 2, column 3: 'soon' is not a time; write 2026-11-19 or 2026-11-19 14:05",
    INCIDENTS + "A,x,2026-02-30,\n": "line 2, column 3: '2026-02-30' is not a time",
    INCIDENTS + "A,x,1026-02-03,\n": "line 2, column 3: '1026-02-03' is not a time",
    INCIDENTS + "A,x,2026-02-03,2026-02-02\n": "line 2, column 4: before opened; swap the times",
    INCIDENTS + "A,x,2026-02-03,\n\nB,x,2026-02-03,\nA,x,2026-02-03,\n": (
        "line 5, column 1: duplicate key 'A', first in line 2, column 1; keep one"
    ),
    INCIDENTS + "A,x,03/04/2026,\n": (
        "line 2, column 3: this may be 2026-04-03 or 2026-03-04; write times such as"
    ),
    INCIDENTS + "A,x,13/04/2026,\nB,x,04/13/2026,\n": (
        "line 2, column 3: day and month have another order in other"
    ),
    ITEMS + "SHOP,x,open,2026-01-01,,\n": (
        "line 2, column 1: 'SHOP' does not end in a number of up to 9 digits"
    ),
    ITEMS + "12,x,open,2026-01-01,,\n": (
        "line 2, column 1: no project; write keys such as SHOP-12, or add a column"
    ),
    ITEMS + "A-1,x,open,2026-01-01,,\nA_1,x,open,2026-01-01,,\n": (
        "line 3, column 1: duplicate key 'A_1', first in"
    ),
    ITEMS + "A-1,x,Done,2026-01-01,,\n": (
        "line 2, column 6: 'Done' without a date; write the day it was closed"
    ),
    ITEMS
    + "A-1,x,open,2026-01-02,2026-01-01,\n": "line 2, column 5: before opened; swap the times",
    EXPERIMENTS + "E,x,2026-01-01,2026-01-02,perhaps\n": (
        "line 2, column 5: 'perhaps' is not a decision; write kept,"
    ),
    EXPERIMENTS + "E,x,2026-01-01,,won\n": (
        "line 2, column 4: 'won' without a date; write the day it was decided"
    ),
    EXPERIMENTS + "E,x,2026-01-01,2026-01-02,\n": (
        "line 2, column 5: a date without a decision; write kept, killed or"
    ),
    DEPLOYMENTS + "shop,abc1234,2026-01-01,\n": (
        "line 2, column 1: 'shop' is no repository; write owner/name"
    ),
    DEPLOYMENTS + "a/b,,2026-01-01,\n": "line 2, column 2: the commit is empty; write one",
    DEPLOYMENTS + "a/b,abc1234,,\n": "line 2, column 3: deployed is empty; write a time",
    DEPLOYMENTS + "a/b,abc1234,2026-01-01,maybe\n": (
        "line 2, column 4: 'maybe' is not a status; write succeeded, failed or pending"
    ),
    DEPLOYMENTS + "a/b,abc1234,2026-01-01,\na/b,abc1234,2026-01-01,\n": (
        "line 3, column 1: duplicate key 'a/b producti...1-01 00:00:00', first in"
    ),
    '{"experiments": [': "line 1, column 18: not JSON (Expecting value)",
    '{"experiments": 3}': "line 1: no list of experiments; save the response of the API",
    '[{"name": "x"}]': "line 1, column 1: unknown JSON. Known JSON: GrowthBook's experiments, `cc",
    '{"experiments": [{"name": "x"}]}': "experiment 1: not an experiment of GrowthBook: no id",
    '[{"id": 7, "name": "x", "status": "concluded", "latest": "2026-08-20"}]': (
        "line 1, column 1: looks like experiments of another tool; write a CSV (key, title"
    ),
    '{"data": [{"id": "x", "name": "X", "hypothesis": "y"}], "pagination": {}}': (
        "line 1, column 1: looks like experiments of another tool"
    ),
    '{"experiments": [{"_id": "x", "name": "X"}]}': (
        "line 1, column 1: looks like experiments of another tool"
    ),
    "[]": "line 1, column 1: unknown JSON",
    '{"experiments": [{"id": "a"}], "hasMore": true}': (
        "line 1, column 1: has_more is true: a part of the export; save all its pages in one file"
    ),
    "key,title,opened_at,Done\nA-1,x,2026-01-01,\n": (
        "line 1, column 1: looks like items; the column closed_at is missing: is it `Done`?"
    ),
    "Showing 1–100 of 540\nkey,title,opened_at,closed_at\nA-1,x,2026-01-01,\n": (
        "line 1: 'Showing 1–100 of 540': a part of the export; export it whole"
    ),
    "key,title,opened_at,closed_at\nA-1,x,2026-01-01,\nExport limit reached,,,\n": (
        "line 3: 'Export limit reached': a part of the export; export it whole"
    ),
    '[{"id": "a", "phases": 3}]': "experiment 1, phases: not a list of phases",
    '[{"id": "a", "name": "x", "status": "stopped", "results": "maybe"}]': (
        "experiment 1, results: 'maybe' is no"
    ),
    '[{"id": "a", "phases": [{"dateStarted": "x"}]}]': (
        "experiment 1, dateStarted: 'x' is not a time"
    ),
    '[{"id": "a"}, {"id": "a"}]': (
        "experiment 2, id: duplicate key 'a', first in experiment 1, id; keep one"
    ),
}
TIMES_WRITTEN = {
    "2026-11-19": "2026-11-19 00:00",
    "2026-11-19 14:05": "2026-11-19 14:05",
    "2026-11-19T14:05:09Z": "2026-11-19 14:05",
    "2026-11-19T14:05:09.123+02:00": "2026-11-19 12:05",
    "2026-11-19T14:05:09-0530": "2026-11-19 19:35",
    "2026-11-19 14:05:09 UTC": "2026-11-19 14:05",
    "2026-11-19 14:05:09 +0100": "2026-11-19 13:05",
    "2026/11/19 9:05": "2026-11-19 09:05",
    "19/Nov/26 2:05 PM": "2026-11-19 14:05",
    "19/Nov/26 12:05 am": "2026-11-19 00:05",
    "19/Nov/2026 14:05": "2026-11-19 14:05",
    "19-Nov-26": "2026-11-19 00:00",
    "19 November 2026": "2026-11-19 00:00",
    "Nov 19, 2026": "2026-11-19 00:00",
    "Nov 19, 2026, 2:05 PM": "2026-11-19 14:05",
    "19.11.2026": "2026-11-19 00:00",
    "19.11.26 14:05": "2026-11-19 14:05",
    "Thu Nov 19 2026 14:05:09 GMT+0000 (GMT+00:00)": "2026-11-19 14:05",
    "Thu Nov 19 2026 14:05:09 GMT-0800 (Pacific Standard Time)": "2026-11-19 22:05",
    "11/19/2026 14:05": "2026-11-19 14:05",
    "19/11/2026": "2026-11-19 00:00",
    "11/11/26": "2026-11-11 00:00",
}
NO_TIMES = [
    "",
    "soon",
    "2026",
    "2026-13-01",
    "19/Nox/26",
    "31/Apr/26",
    "2026-11-19 25:00",
    "13:05 PM",
    "1/2",
    "20261119",
    "2026-11-19 14:05 CET",
    "19/Nov/26 14:05 PM",
    "1989-01-01",
    "14/13/2026",
]


def sample(name: str) -> bytes:
    """Return the bytes of a sample."""
    return (SAMPLES / name).read_bytes()


def as_typed(value: Any) -> str | None:
    """Return a value as the hand-typed tables write it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return (
        (", ".join(value) or None)
        if isinstance(value, list)
        else None
        if value is None
        else str(value)
    )


@pytest.mark.parametrize("name", SOURCES)
def test_sample_equals_rows_typed_by_hand(name: str) -> None:
    export = reader.read(name, sample(name))
    assert (export.kind, export.source) == SOURCES[name]
    result = [{column: as_typed(value) for column, value in row.items()} for row in export.rows]
    assert [set(row) for row in result] == [{"line", *LEDGER_COLUMNS[export.kind]}] * len(result)
    empty = dict.fromkeys(["line", *LEDGER_COLUMNS[export.kind]])
    assert result == [empty | dict(row) for row in EXPECTED[name]]


def test_every_sample_has_expected_rows_and_every_column_a_value() -> None:
    assert (
        set(EXPECTED)
        == set(SOURCES)
        == {path.name for path in SAMPLES.iterdir()} - {"expected.txt"}
    )
    for kind in KINDS:
        rows = [row for name, (its, _) in SOURCES.items() if its == kind for row in EXPECTED[name]]
        assert {column for row in rows for column, value in row.items() if value} == {
            "line",
            *LEDGER_COLUMNS[kind],
        }


def test_unread_columns_are_named_and_not_stored() -> None:
    export = reader.read("jira.csv", sample("jira.csv"))
    assert export.unread_columns == [
        "Issue id",
        "Project name",
        "Priority",
        "Assignee",
        "Reporter",
        "Reporter Id",
        "Last Viewed",
        "Description",
        "Sprint",
        "Custom field (Story Points)",
        "Comment",
    ]
    for name in SOURCES:
        text = str(reader.read(name, sample(name)).rows)
        assert not re.search(r"\w@\w|Alice|Bob|Carol|Steps|first look|ship it|Fewer", text), name
    assert reader.read(
        "a.csv", b'key,title,started_on,"owner\n\x1b[1mbob@a.example"\n'
    ).unread_columns == ["owner […@…"]


def read_plain(text: bytes) -> ParsedTable:
    """Return the content of ``incidents.csv`` in another spelling."""
    return reader.read("incidents.csv", text)


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
        lambda text: re.sub(r"[^,\n]+|(?<=,)(?=[,\n])", r'"\g<0>"', text).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: (
            text.replace("key,title", "Key , TITLE").replace("opened_at", "Opened at").encode()
        ),
        lambda text: text.replace("opened_at", "created_on").encode(),
        lambda text: "".join(
            f"{','.join(reversed(line.split(',')))}\n" for line in text.splitlines()
        ).encode(),
    ],
)
def test_table_is_read_in_every_spelling(written: Callable[[str], bytes]) -> None:
    text = sample("incidents.csv").decode().replace("Mails", "Grüße")
    plain = read_plain(text.encode())
    other = read_plain(written(text))
    shift = other.rows[0]["line"] - 2
    assert [row | {"line": row["line"] - shift} for row in other.rows] == list(plain.rows)
    assert (other.kind, other.source, other.unread_columns) == ("incidents", "generic", [])


def test_blank_lines_are_skipped_and_a_table_may_be_empty() -> None:
    text = sample("incidents.csv").decode().replace("\n", "\n\n , \n")
    assert [row["key"] for row in read_plain(text.encode()).rows] == ["INC-1", "INC-2"]
    empty = read_plain(INCIDENTS.encode())
    assert (list(empty.rows), empty.time_range) == ([], None)


@pytest.mark.parametrize("text", TIMES_WRITTEN)
def test_times_are_read_as_tools_write_them(text: str) -> None:
    reading = parse_time(text)
    assert reading and {f"{time:%Y-%m-%d %H:%M}" for time in reading.by_order.values()} == {
        TIMES_WRITTEN[text]
    }


@pytest.mark.parametrize("text", NO_TIMES)
def test_invalid_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("opened", "resolved", "expected"),
    [
        (["03/04/2026", "13/04/2026"], ["", ""], "2026-04-03"),
        (["03/04/2026", "04/13/2026"], ["", ""], "2026-03-04"),
        (
            ["03/04/2026", "05/06/2026"],
            ["25/06/2026", ""],
            "2026-04-03",
        ),  # decided by the other column
        (["03/04/2026 9:00 PM", "05/06/2026 9:00 PM"], ["06/25/2026", ""], "2026-03-04"),
        (["03.04.2026", "05.06.2026"], ["", ""], "2026-04-03"),
        (["04/04/2026", "05/05/2026"], ["", ""], "2026-04-04"),  # the same either way
    ],
)
def test_order_of_day_and_month_is_decided_by_the_whole_column(
    opened: list[str], resolved: list[str], expected: str
) -> None:
    lines = [
        f"{key},x,{start},{end}" for key, start, end in zip("AB", opened, resolved, strict=True)
    ]
    first = read_plain((INCIDENTS + "\n".join(lines)).encode()).rows[0]["opened_at"]
    assert f"{first:%Y-%m-%d}" == expected


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_error_is_one_line_with_its_position(text: str) -> None:
    with pytest.raises(SourceError) as raised:
        reader.read("in/a.csv", text.encode())
    assert str(raised.value).startswith(f"in/a.csv, {MISTAKES[text]}")
    assert "\n" not in str(raised.value)


def test_kind_requires_its_generic_columns() -> None:
    both = b"key,title,opened_at,closed_at,resolved_at\nA-1,x,2026-01-01,,\n"
    assert [reader.read("a.csv", both, kind).kind for kind in ("items", "incidents")] == [
        "items",
        "incidents",
    ]
    assert reader.read("a.json", sample("growthbook.json"), "experiments").source == "growthbook"
    with pytest.raises(
        SourceError,
        match="column 1: items need key, title, opened_at, closed_at; the column key is",
    ):
        reader.read("jira.csv", sample("jira.csv"), "items")


def test_unknown_encoding_is_an_error_with_advice() -> None:
    for content, message in {
        b"PK\x03\x04rest": "a.csv: an Excel workbook; save it as CSV UTF-8",
        b"key,title\nA,\x81\n": (
            "a.csv, line 2: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8"
        ),
        b"\xff\xfea": "a.csv, line 1: neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8",
        b"[" * 100_000: "a.csv, line 1: not JSON that can be read",
    }.items():
        with pytest.raises(SourceError) as raised:
            reader.read("a.csv", content)
        assert str(raised.value) == message


def test_end_before_start_becomes_the_start() -> None:
    text = sample("pagerduty.csv").replace(b"2026-10-01T10:45", b"2026-10-01T09:45")
    row = reader.read("pagerduty.csv", text).rows[0]
    assert row["resolved_at"] == row["opened_at"]


def test_short_line_is_an_error_only_if_a_read_column_is_missing() -> None:
    text = sample("linear.csv").decode().replace('"u-4","","","",""', '"u-4","","",""')
    with pytest.raises(SourceError, match=r"line 6, column 34: 33 cells where the header has 34"):
        reader.read("linear.csv", text.encode())
    cut = "\n".join(
        line.removesuffix(',""') for line in sample("growthbook.csv").decode().splitlines()
    ).encode()
    assert (
        reader.read("a.csv", cut.replace(b",Bob Roy", b"")).rows == reader.read("a.csv", cut).rows
    )


def test_vocabulary_maps_each_word() -> None:
    decisions = {
        "Rolled out": "kept",
        "SHIPPED": "kept",
        "won": "kept",
        "Rolled-back": "killed",
        "lost": "killed",
        "Stopped": "killed",
        "did not finish": "inconclusive",
        "": "",
        "N/A": "",
        "?": "",
        "soon": None,
    }
    assert {word: vocabulary.decision(word) for word in decisions} == decisions
    for ended in (
        "Won't Do",
        "Won’t fix",
        "Duplicate",
        "Cannot Reproduce",
        "Canceled",
        "cancelled",
        "Declined",
    ):
        assert (
            vocabulary.resolution(ended, "Closed")
            == vocabulary.resolution("", ended)
            == "not planned"
        )
    for ended in ("Done", "Fixed", "Resolved", "Completed", "", "Answered in chat"):
        assert vocabulary.resolution(ended, "Closed") == "completed"
    kinds = {
        "outside": "outside",
        "Customer": "outside",
        "inside": "inside",
        "Employee": "inside",
        "Ann Lee": None,
    }
    assert {word: vocabulary.author_kind(word) for word in kinds} == kinds
    keys = {
        "SHOP-12": ("SHOP", 12),
        "a/b#7": ("a/b", 7),
        "12": ("", 12),
        "SHOP": None,
        "X-1234567890": None,
    }
    assert {key: vocabulary.split_key(key) for key in keys} == keys


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some damaged bytes."""
    result = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        index = chance.randrange(len(result) + 1)
        match chance.randrange(6):
            case 0:
                del result[index : index + chance.randint(1, 40)]
            case 1:
                result[index:index] = chance.choice(
                    [b'"', b",", b"\n", b"\r", b";", b"\0", b"\xff", b"\xc3", b"{", b"e9"]
                )
            case 2:
                result[index:index] = result[index : index + chance.randint(1, 200)]
            case 3:
                result[index : index + 1] = bytes([chance.randrange(256)])
            case 4:
                del result[index:]
            case _:
                result[index : index + 10] = chance.choice(
                    [b"2026-02-30", b"01/02/2026", b"19/Nov/26 ", b"9" * 5000]
                )
    return bytes(result)


@pytest.mark.parametrize("name", SOURCES)
def test_damaged_file_is_read_whole_or_is_one_error_line(name: str) -> None:
    read = 0
    for number in range(MUTANTS // len(SOURCES) + 1):
        content = mutated(sample(name), random.Random(f"{name} {number}"))
        try:
            export = reader.read("in/file", content)
        except SourceError as error:
            assert re.fullmatch(rf"in/file{POSITION}: [^\n]{{1,400}}", str(error)), error
        else:
            read += 1
            check_rows(export)
    assert 0 < read < MUTANTS // len(SOURCES)


def check_rows(export: ParsedTable) -> None:
    """Fail where rows are not what the ledger may hold."""
    assert (
        len({row["key"] for row in export.rows})
        == len({row["line"] for row in export.rows})
        == len(export.rows)
    )
    for row in export.rows:
        assert (
            row["key"]
            and row.get("title", "-")
            and set(row) == {"line", *LEDGER_COLUMNS[export.kind]}
        )
        times = [row[name] for name in TIME_COLUMNS[export.kind] if row[name]]
        assert not times or (times[0] == min(times) or export.kind == "experiments")
        if export.kind == "experiments":
            assert (row["decision"] is None) == (row["decided_at"] is None)
        if export.kind == "items":
            assert (row["resolution"] is None) == (row["closed_at"] is None)
