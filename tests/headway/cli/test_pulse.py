"""Pulse from the form to the answer: import, publish once, and the command `pulse`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.imports.surveys.mapping import PULSE, SurveyMap, read_mapping
from collectors.imports.surveys.reader import read
from tests.support.command import Desk
from tests.support.github_server import Server
from tests.support.importing import inbox, write
from tests.support.machine import ROOT

PAGE = (ROOT / "docs" / "pulse.md").read_text(encoding="utf-8")
#: burnout and excitement of people by team; Platform and Data would be small groups
ANSWERS = {
    "Checkout": [(2, 4), (3, 4), (1, 5), (2, 3), (4, 2)],
    "Growth": [(3, 3), (3, 2), (4, 3), (5, 1), (2, 4)],
    "Platform": [(1, 5), (2, 4)],
    "Data": [(3, 3)],
}
WAVE = """[[surveys]]
key = "pulse"

[[surveys.waves]]
opens_on = 2026-02-02
closes_on = 2026-02-06
invited = 16
"""


@pytest.fixture(scope="module")
def desk(offices: tuple[Server, Desk], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk of the company with a wave that was published."""
    desk = offices[1].copy(tmp_path_factory.mktemp("pulse") / "desk")
    write(desk.folder / "data" / "seeds" / "surveys.toml", WAVE)
    write(desk.folder / "pulse.csv", export())
    done = desk.run("import", "pulse.csv")
    assert done.code == 0, done
    assert "survey from google forms, 13 rows, 2026-02-02 to 2026-02-06" in done.err
    return desk


def export(more: str = "") -> str:
    """Return an export of the form, with more rows at its end."""
    rows = [
        f"2026-02-0{2 + n % 4} 10:{n:02}:{at:02},{team},{burnout},{excitement}"
        for at, (team, answers) in enumerate(ANSWERS.items())
        for n, (burnout, excitement) in enumerate(answers)
    ]
    return "\n".join(["Timestamp,Team,burnout,excitement", *rows, more])


def test_published_wave_has_the_numbers_of_its_answers(desk: Desk) -> None:
    rows = desk.rows(
        "select team, item, n, mean, favourable, response_rate from survey_scores order by all"
    )
    # 13 of 16; burnout 35 / 13 = 2.69, at most 2 of 13: 6; excitement 43 / 13 = 3.31, 6 of 13
    whole = [
        ("burnout", 10, 2.7, 0.45, 0.8),
        ("excitement", 10, 3.3, 0.45, 0.8),
    ]
    assert [row[1:] for row in rows if row[0] is None] == whole
    # without Growth the rest would be 3 people; Checkout and Growth have 5 answers each
    assert {row[0] for row in rows} - {None} <= {"Checkout", "Growth"}
    assert len({row[0] for row in rows}) == 2


def test_answer_of_the_third_question_is_that_of_the_wave(desk: Desk) -> None:
    (row,) = desk.rows(
        "select current, n_current, verdict, sentence from answers "
        "where metric = 'burnout' and quarter = '2026-Q1' and comparison = 'quarter before'"
    )
    assert row[:2] == (2.7, 1)
    assert row[3].startswith("Burnout was 2.7 on a scale from 1 to 5 in 2026-Q1")


def test_later_export_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    own = desk.copy(tmp_path / "desk")
    before = own.rows("from survey_scores order by all")
    write(own.folder / "later.csv", export("2026-02-06 09:00:00,Platform,5,1"))
    assert own.run("import", "later.csv").code == 0
    assert own.rows("from survey_scores order by all") == before
    assert inbox(own) == inbox(desk)


def test_command_prints_the_form_and_the_answers_so_far(desk: Desk) -> None:
    lines = desk.run("pulse").out.splitlines()
    for item in PULSE.items:
        assert any(line.endswith(item.texts[0]) for line in lines)
    assert lines[-1] == (
        "Wave of 2 Feb 2026 to 6 Feb 2026: 13 answers of 16 people invited (81 %), export of "
        "2 Nov 2026."
    )
    assert not re.search(r"https?:", "\n".join(lines))


def test_command_without_answers_names_the_next_step(tmp_path: Path) -> None:
    done = Desk(tmp_path).run("pulse")
    assert done.code == 0
    assert done.out.splitlines()[-1] == (
        "No answers are imported yet: `headway import FILE` reads the export of your form."
    )


def test_open_wave_waits_for_a_later_export(desk: Desk, tmp_path: Path) -> None:
    own = desk.copy(tmp_path / "desk")
    write(own.folder / "data" / "seeds" / "surveys.toml", WAVE.replace("02-0", "03-0"))
    at = datetime(2026, 3, 4, 9, tzinfo=UTC)
    write(own.folder / "new.csv", export().replace("2026-02", "2026-03"), at)
    assert own.run("import", "new.csv").code == 0
    assert own.rows("select count(distinct wave) from survey_scores") == [(1,)]
    assert (
        own.run("pulse")
        .out.splitlines()[-1]
        .endswith("It is published from an export after 6 Mar 2026.")
    )


def test_wrong_settings_are_one_line(desk: Desk, tmp_path: Path) -> None:
    own = desk.copy(tmp_path / "desk")
    write(own.folder / "data" / "seeds" / "surveys.toml", WAVE.replace("invited = 16", "days = 3"))
    problem = "surveys[1].waves[1].days: unknown key; known: opens_on, closes_on, invited"
    done = own.run("refresh", "surveys", "--no-publish")
    assert done.code == 1
    assert f"{problem}; until then the last valid surveys.toml is used" in done.err
    assert problem in own.run("import", "pulse.csv").problem


def test_page_of_docs_has_the_questions_and_answers_of_the_form() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.M))
    assert table == {item.key: item.texts[0] for item in PULSE.items}
    for item in PULSE.items:
        words = re.search(rf"^\| `{item.key}` \| [^|]+ \| ([^|]+) \|", PAGE, re.M)
        assert words
        if item.scale:
            values = [item.scale.value(word) for word in words[1].split(",")]
            assert values == [1, 2, 3, 4, 5]


def test_settings_of_the_page_of_docs_are_valid(tmp_path: Path) -> None:
    (text,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)
    (tmp_path / "surveys.toml").write_text(text, encoding="utf-8")
    (survey,) = read_mapping(tmp_path / "surveys.toml").surveys
    assert [item.key for item in survey.items][-1] == "workload"
    assert survey.waves[0].invited == {"": 21, "Checkout": 12, "App": 9}


def test_pasted_form_maps_itself() -> None:
    header = ",".join(f'"{item.texts[0]}"' for item in PULSE.items)
    survey = read(
        "a.csv",
        f"Timestamp,Team,{header}\n2026-02-02 10:00,,1,2,3,4,5,x\n".encode(),
        None,
        SurveyMap(),
    )
    assert survey and survey.row_count == 1
    assert not survey.unread_columns
