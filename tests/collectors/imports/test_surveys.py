"""Exports of surveys: each form tool's quirks, identity that is dropped, and files out of order."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.errors import SourceError
from collectors.imports.surveys.mapping import SurveyMap, read_mapping
from collectors.imports.surveys.reader import ParsedSurvey, read
from collectors.ledger.opening import open_ledger
from tests.support.command import Desk
from tests.support.importing import desk_with, inbox, kill_and_import_again, write
from tests.support.workbook import archive, sheet, workbook

SAMPLES = Path(__file__).parent / "surveys"
MUTANTS = int(os.environ.get("HEADWAY_MUTANTS", "300"))
KILLS = 4
BURNOUT = "In the last 2 weeks, to what extent have you felt burned out from your work?"
EXCITED = "How excited are you about the work you did?"
#: 2026-08-20 09:30 and 2026-08-21 19:06:23 as Excel counts days
MICROSOFT = (
    (
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        BURNOUT,
        EXCITED,
        "Team",
        "Points - x",
    ),
    (1, 46254.39, 46254.395833333336, "anonymous", "", "Slightly", 4, "App", 1),
    (2, 46254.39, 46254.395833333336, "anonymous", "", "Very much", 2.0, "App", 1),
    (3, 46255.79, 46255.796099537036, "anonymous", "", "Prefer not to say", 5, "", 0),
)
PLAIN = "date,team,burnout,excitement\n2026-08-20,App,1,2\n2026-08-21,App,3,4\n"
WAVES = """
[[surveys]]
key = "pulse"
team_column = "Squad"
date_order = "day first"

[[surveys.items]]
key = "load"
texts = ["My workload is fine"]
scale = "agreement"

[[surveys.waves]]
opens_on = 2026-08-03
closes_on = 2026-08-14
invited = { App = 9, Checkout = 12 }
"""


def parsed(name: str, content: bytes, kind: str | None = None, path: Path | None = None) -> Any:
    """Return the content of an export; fail if it is none."""
    result = read(name, content, kind, read_mapping(path) if path else SurveyMap())
    assert isinstance(result, ParsedSurvey)
    return result


def counts(survey: ParsedSurvey, item: str = "") -> dict[tuple[str, int | None], int]:
    """Return how many people of a team gave each value of an item, or answered at all."""
    return {
        (team, value): count
        for (_, team, about, value), count in survey.counts.items()
        if (about.key if about else "") == item
    }


def sample(name: str) -> ParsedSurvey:
    """Return the content of a sample."""
    survey: ParsedSurvey = parsed(name, (SAMPLES / name).read_bytes())
    return survey


def weeks(survey: ParsedSurvey) -> set[str]:
    """Return the first days of the waves."""
    return {str(period.start) for period, *_ in survey.counts}


def test_google_forms_download() -> None:
    survey = sample("google_forms.csv")
    assert survey.source == "google forms"
    # ann answered twice, and counts with her later answer
    assert counts(survey) == {("Checkout", None): 2, ("App", None): 1}
    assert counts(survey, "burnout") == {
        ("Checkout", 4): 1,
        ("Checkout", 1): 1,
        ("App", None): 1,
    }
    assert counts(survey, "flow") == {("Checkout", 2): 1, ("Checkout", 4): 1, ("App", 3): 1}
    assert [(item, text) for _, item, text in survey.comments] == [("built", "HYPERLINK(1)")]
    assert survey.unread_columns == ["Anything else?"]
    assert survey.notes == ["test answers: 1", "duplicates: 1", "Email Address not kept"]
    assert weeks(survey) == {"2026-08-17"}


def test_google_sheet_in_spanish() -> None:
    survey = sample("google_sheet_es.csv")
    assert survey.source == "google forms"
    # 20/08 gives the order of day and month for all
    assert weeks(survey) == {"2026-08-10"}
    assert counts(survey, "burnout") == {("App", 1): 1, ("App", 3): 1}
    assert counts(survey, "excitement") == {("App", 4): 1, ("App", 5): 1}


def test_google_download_with_spanish_hours() -> None:
    survey = sample("google_spanish.csv")
    assert counts(survey, "burnout") == {("App", 5): 1}
    assert weeks(survey) == {"2026-08-17"}


def test_typeform_export_without_unfinished_answers() -> None:
    survey = sample("typeform.csv")
    assert survey.source == "typeform"
    assert counts(survey, "burnout") == {("App", 3): 1, ("App", 4): 1}
    assert survey.unread_columns == ["Choice A"]
    assert survey.notes == ["unfinished: 1", "#, Network ID not kept"]


def test_microsoft_forms_workbook() -> None:
    survey = parsed("pulse.xlsx", workbook(MICROSOFT))
    assert survey.source == "microsoft forms"
    assert counts(survey, "burnout") == {("App", 2): 1, ("App", 4): 1, ("", None): 1}
    assert counts(survey, "excitement") == {("App", 4): 1, ("App", 2): 1, ("", 5): 1}
    assert survey.unread_columns == ["Points - x"]
    assert weeks(survey) == {"2026-08-17"}


def test_surveymonkey_has_two_rows_of_headers() -> None:
    survey = sample("surveymonkey.csv")
    assert survey.source == "surveymonkey"
    # 08/03 is the third of August, as in the United States
    assert weeks(survey) == {"2026-08-03"}
    assert counts(survey, "burnout") == {("App", 2): 1, ("App", 4): 1}
    assert counts(survey, "excitement") == {("App", 5): 1, ("App", None): 1}
    assert [text for *_, text in survey.comments] == ["A thing"]
    assert survey.unread_columns == ["Pick any, please [Red]", "Pick any, please [Blue]"]


def test_plain_csv_from_excel_in_german() -> None:
    survey = sample("plain_1252.csv")
    assert survey.source == "csv"
    # equal answers of one day can be those of two people
    assert counts(survey, "burnout") == {("Zürich", 1): 3}
    assert counts(survey, "excitement") == {("Zürich", 3): 2, ("Zürich", 5): 1}


def test_archive_with_one_csv_is_read() -> None:
    survey = parsed("Pulse.csv.zip", archive({"Pulse.csv": PLAIN}))
    assert counts(survey) == {("App", None): 2}


def test_weeks_without_answers_separate_waves() -> None:
    rows = "".join(f"2026-{day},App,3,3\n" for day in ("08-20", "08-25", "09-08", "09-15"))
    survey = parsed("a.csv", ("date,team,burnout,excitement\n" + rows).encode())
    assert {(str(p.start), str(p.end), str(p.final_on)) for p, *_ in survey.counts} == {
        ("2026-08-17", "2026-08-30", "2026-09-06"),
        ("2026-09-07", "2026-09-20", "2026-09-27"),
    }


def test_settings_name_waves_items_and_the_column_of_teams(tmp_path: Path) -> None:
    path = tmp_path / "surveys.toml"
    path.write_text(WAVES)
    content = (
        "Timestamp,Squad,My workload is fine,burnout\n"
        "03/08/2026 09:00:00,App,Strongly agree,2\n"
        "12/08/2026 09:00:00,App,Disagree,2\n"
        "11/09/2026 09:00:00,App,Disagree,2\n"
    )
    survey = parsed("a.csv", content.encode(), path=path)
    assert counts(survey, "load") == {("App", 5): 1, ("App", 2): 1}
    assert survey.notes == ["outside the waves: 1"]
    assert weeks(survey) == {"2026-08-03"}
    assert [wave.invited for wave in read_mapping(path).surveys[0].waves] == [
        {"": 21, "App": 9, "Checkout": 12}
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[surveys]]\nkeys = 1", "surveys[1].keys: unknown key; known: key, team_column"),
        ("[[surveys]]\nkey = 1", "surveys[1].key: must be text"),
        ('[[surveys]]\nkey = "own"', "surveys[1].items: no items; add [[surveys.items]]"),
        (WAVES.replace("= 9", "= -9"), "surveys[1].waves[1].invited: must be a number of people"),
        (WAVES.replace("08-14", "08-01"), "surveys[1].waves[1].closes_on: is before opens_on"),
        (WAVES + WAVES[WAVES.index("[[surveys.w") :], "surveys[1].waves: 2026-08-03 is before"),
        (WAVES.replace("agreement", "mood"), "surveys[1].items[1].scale: write extent, amount"),
        ("surveys = 1", "surveys: write [[surveys]]"),
        ("[", "not TOML (Invalid"),
    ],
)
def test_wrong_settings_are_one_line_with_the_key(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "surveys.toml"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        read_mapping(path)
    assert str(caught.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            PLAIN.replace(",3,4", ",so so,4"),
            "line 3, column 3: 'so so' is not on the scale 1-5; in this column: '1', 'so so'",
        ),
        (
            PLAIN.replace(",3,4", ",9,4"),
            "line 3, column 3: '9' is outside the scale from 1 to 5; in this column: '1', '9'",
        ),
        (
            PLAIN.replace(",3,4", ",=1+2,4"),
            "line 3, column 3: '=1+2' is not on the scale 1-5; in this column: '1', '=1+2'",
        ),
        (
            PLAIN.replace("2026-08-21", "yesterday"),
            "line 3, column 1: 'yesterday' is not a time; export it again",
        ),
        (
            PLAIN.replace("2026-08-20", "02/08/2026").replace("2026-08-21", "03/08/2026"),
            "line 2, column 1: this may be 2026-08-02 or 2026-02-08; write date_order = "
            "'day first' or 'month first' under [[surveys]] in surveys.toml",
        ),
        (PLAIN.replace(",3,4", ",3"), "line 3, column 4: 3 cells where the header has 4"),
        (
            PLAIN.replace("team,", "Burnout,"),
            "line 1, column 3: a second column of burnout, first in column 2; keep one",
        ),
        ("date,team,burnout,excitement\n", "no answers (no rows); export all responses"),
    ],
)
def test_wrong_cell_is_named_and_nothing_is_read(content: str, problem: str) -> None:
    with pytest.raises(SourceError) as caught:
        read("a.csv", content.encode(), None, SurveyMap())
    message = str(caught.value).removeprefix("a.csv, ").removeprefix("a.csv: ")
    assert message.startswith(problem)


def test_workbook_without_items_is_no_survey() -> None:
    assert read("a.xlsx", workbook([("day", "cost"), (46254, 3)]), None, SurveyMap()) is None


def test_person_counts_once_in_a_wave_of_two_weeks() -> None:
    rows = "2026-08-20 10:00:00,a@b.co,1,1\n2026-08-25 10:00:00,A@b.co,5,5\n"
    survey = parsed("a.csv", f"Timestamp,Email,burnout,excitement\n{rows}".encode())
    assert counts(survey, "burnout") == {("", 5): 1}


def test_large_file_of_another_kind_is_read_to_its_header_only() -> None:
    content = b"key,title,opened_at,closed_at\n" + b'SHOP-1,"broken\n' * 99
    assert read("a.csv", content, None, SurveyMap()) is None


def test_file_without_items_names_its_columns() -> None:
    assert read("a.csv", b"date,mood\n2026-08-20,4\n", None, SurveyMap()) is None
    with pytest.raises(SourceError) as caught:
        read("a.csv", b"date,mood\n2026-08-20,4\n", "survey", SurveyMap())
    assert str(caught.value) == (
        "a.csv, line 1, column 1: no column is an item of a survey; name them under "
        "[[surveys.items]] in surveys.toml. Columns: 'date', 'mood'"
    )


BOMB = sheet("<row r='1'><c r='A1'><v>1</v></c></row>" + " " * (70 << 20))
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>' + sheet("&c;")
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "content", "problem"),
    [
        (SHEET, BOMB, "'xl/worksheets/sheet1.xml' unpacks to over 64 MB"),
        (SHEET, LAUGHS, "it defines entities, which no spreadsheet does"),
        (SHEET, sheet("<row r='2'><c r='XFD9'><v>1</v></c></row>"), "line 2, column 16384: above"),
        (
            SHEET,
            sheet("<row r='2'><c r='B2'><f>1+1</f><v>2</v></c></row>"),
            "line 2, column 2: a formula; save the sheet with values",
        ),
        (
            SHEET,
            sheet("<row r='1'><c r='A1' t='s'><v>77</v></c></row>"),
            "line 1, column 1: no text of the workbook",
        ),
        (SHEET, "<worksheet", "damaged at 'xl/worksheets/sheet1.xml'"),
        ("xl/workbook.xml", LAUGHS, "it defines entities"),
        (SHEET, sheet(""), "line 1: the file is empty"),
    ],
)
def test_hostile_workbook_is_one_error(part: str, content: str, problem: str) -> None:
    with pytest.raises(SourceError) as caught:
        read("a.xlsx", workbook(MICROSOFT, {part: content}), None, SurveyMap())
    assert str(caught.value).removeprefix("a.xlsx, ").removeprefix("a.xlsx: ").startswith(problem)


def test_links_of_a_workbook_are_never_followed() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId3" Target="file:///etc/passwd" TargetMode="External"/>'
        "</Relationships>"
    )
    with pytest.raises(SourceError, match="it has no sheet"):
        read(
            "a.xlsx", workbook(MICROSOFT, {"xl/_rels/workbook.xml.rels": links}), None, SurveyMap()
        )


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0 old", archive({"a.csv": "a", "b.csv": "b"})]
)
def test_other_archive_is_one_error(content: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read("a.xlsx", content, None, SurveyMap())
    assert re.fullmatch(r"a\.xlsx: [^\n]+", str(caught.value))


def originals() -> dict[str, bytes]:
    """Return the samples and a workbook."""
    by_key = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*.csv"))}
    return by_key | {"pulse.xlsx": workbook(MICROSOFT), "a.zip": archive({"a.csv": PLAIN})}


ORIGINALS = originals()
PIECES = [
    b'"',
    b",",
    b"\n",
    b";",
    b"\0",
    b"\xff",
    b"<",
    b"&",
    b"9" * 40,
    b"2026-02-30",
    b"PK\x03\x04",
]
EDITS = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["cut", "put", "repeat", "change", "end"]),
    st.integers(1, 60),
    st.sampled_from(PIECES),
    st.integers(0, 255),
)


@settings(
    max_examples=MUTANTS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(name=st.sampled_from(sorted(ORIGINALS)), edits=st.lists(EDITS, min_size=1, max_size=4))
def test_damaged_export_is_read_whole_or_is_one_error_line(
    name: str, edits: list[tuple[float, str, int, bytes, int]]
) -> None:
    result = bytearray(ORIGINALS[name])
    for where, label, length, piece, byte in edits:
        index = int(where * (len(result) + 1))
        if label == "cut":
            del result[index : index + length]
        elif label == "put":
            result[index:index] = piece
        elif label == "repeat":
            result[index:index] = result[index : index + length]
        elif label == "change":
            result[index : index + 1] = bytes([byte])
        else:
            del result[index:]
    try:
        survey = read(name, bytes(result), "survey", SurveyMap())
    except SourceError as error:
        assert re.fullmatch(rf"{re.escape(name)}[,:] [^\n]{{1,500}}", str(error)), str(error)
        return
    assert survey is not None
    people: Counter[Any] = Counter()
    for (period, team, item, value), count in survey.counts.items():
        assert value is None or (item and item.scale and 1 <= value <= 5)
        people[period, team, item.key if item else ""] += count
    # of each item there are as many answers, or none, as people
    for (period, team, _), count in people.items():
        assert count == people[period, team, ""]


def ledger(desk: Desk) -> dict[str, Any]:
    """Return what the ledger holds of surveys, without the order of comments."""
    path = desk.folder / "data" / "ledger.duckdb"
    if not path.exists():
        return {}
    with open_ledger(path, "test", read_only=True) as store:
        answers = store.rows("from imported_survey_answers order by all")
        comments = store.rows("select * exclude (line) from imported_survey_comments order by all")
        imports = store.rows("select kind, source, rows_read, file from imports order by file")
    return {"answers": answers, "comments": comments, "imports": imports}


def desk_in(folder: Path) -> Desk:
    """Return a desk with the samples."""
    return desk_with(folder, SAMPLES)


def test_import_keeps_no_identity_and_no_copy(tmp_path: Path) -> None:
    desk = desk_in(tmp_path / "desk")
    done = desk.run("import", "google_forms.csv", "--no-publish")
    assert done.code == 0
    assert done.err.splitlines()[0].endswith(
        "google_forms.csv: survey from google forms, 3 rows, 2026-08-17 to 2026-08-23, "
        "test answers: 1, duplicates: 1, Email Address not kept; not read: Anything else?"
    )
    assert inbox(desk) == {}
    stored = (desk.folder / "data" / "ledger.duckdb").read_bytes()
    for name in (b"ann@", b"bob", b"cy@", b"acme.dev/x", b"2026-08-20 12:10"):
        assert name not in stored
    before = ledger(desk)
    assert (
        desk.run("import", "google_forms.csv", "--no-publish")
        .err.splitlines()[-1]
        .endswith("imported before")
    )
    assert ledger(desk) == before


def test_new_settings_read_a_file_of_the_inbox_again(tmp_path: Path) -> None:
    desk = desk_in(tmp_path / "desk")
    write(desk.folder / "data" / "inbox" / "a.csv", PLAIN)
    assert desk.run("refresh", "inbox", "--no-publish").code == 0
    waves = {row["closes_on"] for row in ledger(desk)["answers"]}
    assert [str(day) for day in waves] == ["2026-08-23"]
    toml = WAVES.replace("08-03", "08-18").replace("08-14", "08-28").replace("Squad", "team")
    write(desk.folder / "data" / "seeds" / "surveys.toml", toml)
    assert desk.run("refresh", "surveys", "inbox", "--no-publish").code == 0
    waves = {row["closes_on"] for row in ledger(desk)["answers"]}
    assert sorted(map(str, waves)) == ["2026-08-23", "2026-08-28"]


def test_killed_import_leaves_a_whole_file_or_none(tmp_path: Path) -> None:
    kill_and_import_again(
        tmp_path,
        desk_in,
        ledger,
        ("import", "google_forms.csv", "surveymonkey.csv", "--no-publish"),
        "surveymonkey.csv: survey",
        [0.02 * number for number in range(KILLS)],
    )
