"""Quirks of exports of surveys, one by one: times, headers, separators, scales and comments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import SourceError
from collectors.imports.surveys.mapping import SurveyMap, read_mapping
from collectors.imports.surveys.reader import read
from tests.support.workbook import archive, workbook

BURNOUT = '"In the last 2 weeks, to what extent have you felt burned out from your work?"'
EXCITED = '"How excited are you about the work you did?"'
BUILT = '"What did you build that you could not have built before?"'
QUALTRICS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,"
    "ResponseId,RecipientLastName,RecipientEmail,DistributionChannel,UserLanguage,Q1,Q2_1,Q2_1_DO\n"
    "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,"
    "Recorded Date,Response ID,Recipient Last Name,Recipient Email,Distribution Channel,"
    f'User Language,{BURNOUT},"Your work - How excited are you about the work you did?",Order\n'
    '"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}"' + ',"{}"' * 15 + "\n"
)
#: settings of an item for tests of scales
ITEM = '[[surveys]]\nkey = "own"\n[[surveys.items]]\nkey = "item"\ntexts = ["Item?"]\nscale = {}\n'


def answers(content: str | bytes, mapping: SurveyMap | None = None) -> dict[str, list[int | None]]:
    """Return the answers to each item of an export, and the weeks under ''."""
    data = content if isinstance(content, bytes) else content.encode()
    survey = read("a.csv", data, "survey", mapping or SurveyMap())
    assert survey is not None
    result: dict[str, list[int | None]] = {}
    for (_, _, item, value), count in survey.counts.items():
        if item:
            result.setdefault(item.key, []).extend([value] * count)
    return {key: sorted(values, key=str) for key, values in result.items()}


def first_days(content: str) -> set[str]:
    """Return the first days of the waves of an export."""
    survey = read("a.csv", content.encode(), "survey", SurveyMap())
    assert survey is not None
    return {f"{period.start}" for period, *_ in survey.counts}


def error(content: str, mapping: SurveyMap | None = None) -> str:
    """Return the error of an export."""
    with pytest.raises(SourceError) as caught:
        read("a.csv", content.encode(), "survey", mapping or SurveyMap())
    return str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        "Timestamp",
        "Marca temporal",
        "Carimbo de data/hora",
        "Horodateur",
        "Zeitstempel",
        "Informazioni cronologiche",
        "Tijdstempel",
        "タイムスタンプ",
        "Aikaleima",  # of no list: a first column of times is that of the times
    ],
)
def test_column_of_times_in_any_language(header: str) -> None:
    content = f"{header},burnout,excitement\n20/08/2026 09:10:00,2,4\n"
    assert answers(content) == {"burnout": [2], "excitement": [4]}


@pytest.mark.parametrize(
    ("time", "week"),
    [
        ("2026/08/20 9:10:00 AM GMT-3", "2026-08-17"),
        ("2026/08/20 12:10:00 AM GMT+5:30", "2026-08-17"),
        ("2026/08/20 9:10:00\u202fPM GMT+1", "2026-08-17"),
        ("2022/02/13 10:26:52 p.\u00a0m. GMT-3", "2022-02-07"),
        ("8/20/2026 9:10:00", "2026-08-17"),
        ("20/08/2026 09:10:00", "2026-08-17"),
        ("20.08.2026 09:10", "2026-08-17"),
        ("29-12-2018 23:46", "2018-12-24"),  # of Typeform, saved by Excel
        ("7/27/26 19:06:23", "2026-07-27"),  # of Microsoft Forms
        ("46254.395833", "2026-08-17"),
        ("2020-07-17 18:52:45", "2020-07-13"),
        ("2026/08/20 9:10:00 AM EST", "2026-08-17"),
        ("2026/08/23 11:10:00 nachm. MESZ", "2026-08-17"),  # a Sunday
        ("2026/08/20 오전 9:10:00", "2026-08-17"),
        ("2026-08-20T09:10:00.123Z", "2026-08-17"),
    ],
)
def test_time_is_cut_to_its_week(time: str, week: str) -> None:
    assert first_days(f"Timestamp,burnout,excitement\n{time},2,4\n") == {week}


@pytest.mark.parametrize(
    "content",
    [
        # multiple choices are one cell, or a column each with the same title
        f'"Timestamp",{BURNOUT},{EXCITED},"Tools"\n"2026/08/20 9:10:00 AM GMT-3","2","4","A;B"\n',
        f"Timestamp,{BURNOUT},{EXCITED},Tools,Tools\n8/20/2026 9:10:00,2,4,A,B\n",
        # numbers before questions, marks behind them, and a line for Excel
        f"sep=;\nTimestamp;{BURNOUT[0]}1. {BURNOUT[1:]};{EXCITED[0]}Q2: {EXCITED[1:-1]} (required)"
        '"\n8/20/2026 9:10:00;2;4\n',
        # SurveyMonkey saved by Excel in Europe
        f"Respondent ID;Collector ID;Start Date;End Date;IP Address;{BURNOUT};{EXCITED}\n"
        ";;;;;Response;Response\n"
        "118;5;08/03/2026 09:00:00;08/03/2026 09:05:00;10.0.0.1;Slightly;4 out of 5\n",
        # a grid, and the same title twice
        "Timestamp,How? [burnout],How? [excitement]\n8/20/2026 9:10:00,2,4\n",
        # Typeform before 2022, with tags in its titles
        f'#,{BURNOUT[0]}<strong>{BURNOUT[1:-1]}</strong>",{EXCITED},Start Date (UTC),'
        "Submit Date (UTC),Network ID\nab,2,4,2026-08-20 08:00:00,2026-08-20 08:01:00,9f\n",
        # Microsoft Forms saved by Excel: Id, semicolons, decimal commas, choices that end with one
        f"Id;Start time;Completion time;Email;Name;Last modified time;{BURNOUT};{EXCITED};Which?;"
        "Feedback - Which?\n1;7/27/26 19:00:23;7/27/26 19:06:23;anonymous;;;Slightly;4,0;"
        '"A;B;";\n',
        # SurveyMonkey with an empty second row, and with a matrix
        f"Respondent ID,Collector ID,Start Date,End Date,IP Address,{BURNOUT},{EXCITED}\n,,,,,,\n"
        "118,5,08/03/2026 09:00:00,08/03/2026 09:05:00,10.0.0.1,Slightly,4\n",
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,How were the weeks?,\n"
        f",,,,,{BURNOUT},{EXCITED}\n"
        "118,5,08/03/2026 09:00:00,08/03/2026 09:05:00,10.0.0.1,Slightly,4\n",
        # byte order marks, tabs and UTF-16
        "\ufeffdate;burnout;excitement\n2026-08-20;2,0;4\n",
        "date\tburnout\texcitement\n2026-08-20\t2\t4\n",
        "date,burnout,excitement\n2026-08-20,2,4\n".encode("utf-16"),
        "date;burnout;excitement\n2026-08-20;etwas;4\n".encode("cp1252"),
        archive(
            {"__MACOSX/._Pulse.csv": "x", "A.csv": "date,burnout,excitement\n2026-08-20,2,4\n"}
        ),
        archive({"Pulse.csv": "date,burnout,excitement\n2026-08-20,2,4\n"}),
        workbook(
            [
                ("ID", "Start time", "Completion time", "burnout", "excitement"),
                (1, 46254.39, 46254.395833, 2, 4),
            ]
        ),
    ],
)
def test_header_or_separator_of_each_tool(content: str | bytes) -> None:
    assert answers(content) == {"burnout": [2], "excitement": [4]}


def test_qualtrics_export_without_previews_and_unfinished_answers() -> None:
    rows = [
        ("IP Address", "True", "R_1", "Slightly", "Extremely"),
        ("0", "1", "R_2", "2", "5"),
        ("Survey Preview", "True", "R_3", "Extremely", "Extremely"),
        ("1", "1", "R_4", "5", "5"),
        ("8", "1", "R_5", "5", "5"),
        ("IP Address", "FALSE", "R_6", "5", "5"),
        ("IP Address", "True", "R_1", "Moderately", "Extremely"),
    ]
    lines = [
        f"2020-07-17 18:50:00,2020-07-17 18:52:00,{status},1.1.1.1,100,120,{done},"
        f"2020-07-17 18:52:{at:02},{key},Smith,{key}@b.co,email,EN,{burnout},{excited},1|2"
        for at, (status, done, key, burnout, excited) in enumerate(rows)
    ]
    content = QUALTRICS + "\n".join(lines)
    survey = read("a.csv", content.encode(), None, SurveyMap())
    assert survey and survey.source == "qualtrics"
    assert answers(content) == {"burnout": [2, 3], "excitement": [5, 5]}
    assert survey.notes == [
        "unfinished: 4",
        "duplicates: 1",
        "IPAddress, ResponseId, RecipientLastName, RecipientEmail not kept",
    ]
    assert survey.unread_columns == ["Order"]


@pytest.mark.parametrize(
    ("scale", "texts", "values"),
    [
        ('"frequency"', ("Always", "never", "SOMETIMES "), [1, 3, 5]),
        # numbered from the other end, the words decide
        ('"frequency"', ("1 - Always", "5 - Never", "Rarely (4)"), [1, 2, 5]),
        ('"frequency"', ("1 – jamais", "toujours (5)", "3. à l'occasion"), [1, 3, 5]),
        ('"agreement"', ("Neutral", "Somewhat agree", "strongly disagree"), [1, 3, 4]),
        ("[0, 10]", ("10 - Extremely likely", "0 = Not at all likely", "7"), [0, 10, 7]),
        ('["no", "sometimes", "yes"]', ("Yes", "no", "Sometimes."), [1, 2, 3]),
        ('"extent"', ("Überhaupt nicht", "extrêmement", "Mucho", "moderadamente"), [1, 3, 4, 5]),
        ('"extent"', ("“Very much”", "4/5", "Rather not say", "\uff11"), [1, 4, 4, None]),
        ('"agreement"', ("5 (Strongly agree)", "1 - strongly agree"), [5, 5]),
        ('["always", "often", "never"]', ("Often", "never"), [2, 3]),
        ('"extent"', ("N/A", "Don’t know", "Prefer not to say", "", "2"), [2] + [None] * 3),
    ],
)
def test_answers_in_words_and_numbers(
    tmp_path: Path, scale: str, texts: tuple[str, ...], values: list[Any]
) -> None:
    path = tmp_path / "surveys.toml"
    path.write_text(ITEM.format(scale) + '[[surveys.items]]\nkey = "other"\n')
    rows = "".join(f'2026-08-20,"{text}",said\n' for text in texts if text)
    content = f"date,Item?,other\n{rows}"
    assert answers(content, read_mapping(path)) == {"item": values}


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("01-May", "'01-May' is a date; format the column as text and export it again"),
        ("10", "'10' is outside the scale from 1 to 5"),
        ("2,5", "'2,5' is not on the scale 1-5"),
    ],
)
def test_damaged_answer_is_named(cell: str, problem: str) -> None:
    message = error(f'date,burnout,excitement\n2026-08-20,"{cell}",3\n')
    assert message.startswith(f"a.csv, line 2, column 2: {problem}")


def test_language_of_the_form_is_not_kept() -> None:
    content = (
        "Zeitstempel,Team,burnout,frustration\n20.08.2026 09:10:00,App,Not at all,gar nicht\n"
        "20.08.2026 09:11:00,App,pas du tout,a lot\n20.08.2026 09:12:00,App,Äußerst,nada\n"
    )
    assert answers(content) == {"burnout": [1, 1, 5], "frustration": [1, 1, 4]}


@pytest.mark.parametrize(
    "comment",
    [
        "with Smith a thing",
        "ask zed@other.example",
        "see @cy",
        "closes #12",
        "see https://acme.dev/x",
        "SHOP-12",
        "call +49 30 1234567",
    ],
)
def test_comment_that_may_name_people_waits_for_a_reader(comment: str) -> None:
    content = (
        f"Timestamp,Email Address,burnout,{BUILT}\n8/20/2026 9:10:00,ann.smith@acme.dev,1,A thing\n"
        f'8/20/2026 9:11:00,bo@acme.dev,1,"{comment}"\n'
    )
    assert error(content) == (
        "a.csv, line 3, column 4: a comment may name people, by a name, login, address, link or "
        "number; read the comments, remove names, then `headway import "
        "--comments-read`"
    )
    survey = read("a.csv", content.encode(), None, SurveyMap(are_comments_read=True))
    assert survey
    texts = " ".join(text for *_, text in survey.comments)
    assert not re.search(r"zed|@cy|#12|acme|SHOP|4930|49 30", texts)
