"""Page about how people feel: waves, hidden teams, comments, and the step to a first wave."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from headway.ui.charts import survey_chart
from queries.read.listings import records
from queries.read.snapshot import Snapshot, listing
from queries.text.survey_text import answers_sentence, hidden_sentence, waves_sentence
from tests.support import facts
from tests.support.machine import ROOT

PAGE = "headway/ui/pages/feelings.py"
TABLES = facts.read_tables(Path(__file__).parent / "feelings.txt")


@pytest.fixture
def snapshot(empty: Path, tmp_path: Path) -> Snapshot:
    """Return a published file with two waves of the pulse."""
    return facts.published(tmp_path, empty, TABLES)


def page(monkeypatch: pytest.MonkeyPatch, data: Path) -> AppTest:
    """Return the page on the published file of a folder."""
    monkeypatch.setenv("HEADWAY_DATA", str(data))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    """Return the text of a page."""
    parts = [*app.main.markdown, *app.main.caption, *app.main.info, *app.main.code]
    return (
        "\n".join(str(part.value) for part in parts)
        .replace("\\", "")
        .replace("\N{NO-BREAK SPACE}", " ")
    )


def test_page_without_a_wave_has_the_next_step(
    monkeypatch: pytest.MonkeyPatch, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, {"repositories": TABLES["repositories"]})
    content = text(page(monkeypatch, tmp_path))
    assert "No wave of a pulse survey has been published yet." in content
    assert "`headway pulse` prints six questions" in content
    assert "headway import answers.csv" in content


def test_page_has_the_newest_wave_and_its_response_rate(
    monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot, tmp_path: Path
) -> None:
    content = text(page(monkeypatch, tmp_path))
    assert waves_sentence(records(listing(snapshot, "survey_waves"))) == (
        "2 waves. In the newest, 3 Aug 2026 to 7 Aug 2026: burnout 2.4, excitement 3.6."
    )
    assert (
        "At least 20 people answered, about 75 % of those invited. In a plausible case, in which "
        "the others are less content, burnout would be 2.5. If all of them had given the lowest or "
        "the highest answer, it would be 2.1 or 3.1." in content
    )
    assert "A pulse, not a diagnosis." in content


def test_team_without_numbers_is_named_as_hidden(snapshot: Snapshot) -> None:
    rows = records(listing(snapshot, "survey_teams"))
    assert [(row["team"], row["n"], row["burnout"], row["excitement"]) for row in rows] == [
        ("App", None, None, None),
        ("Checkout", 5, 2.8, None),
    ]
    assert hidden_sentence(rows).startswith("Hidden: App. A team needs enough answers, favourable")
    assert hidden_sentence(rows[1:]) == ""


def test_comments_are_those_of_the_newest_wave_that_has_some(snapshot: Snapshot) -> None:
    comments = [row["comment"] for row in records(listing(snapshot, "survey_comments"))]
    assert comments == ["A price engine", "Nothing new"]


def test_unknown_response_rate_has_the_next_step(snapshot: Snapshot) -> None:
    rows = records(listing(snapshot, "survey_waves"))[:1]
    assert waves_sentence(rows) == "1 wave. In the newest, 6 Jul 2026 to 10 Jul 2026: burnout 2.6."
    assert answers_sentence(rows) == (
        "At least 10 people answered. The response rate is not known: write `invited` into "
        "surveys.toml."
    )


def test_chart_has_each_interval_and_a_text_alternative(snapshot: Snapshot) -> None:
    rows = records(listing(snapshot, "survey_waves"))
    items = {
        name: [row for row in rows if row["item"] == name] for name in ("burnout", "excitement")
    }
    drawing = survey_chart.waves("Waves", "by wave", items)
    burnout, excitement = drawing.figure["data"]
    assert burnout["y"] == [2.6, 2.4]
    assert burnout["error_y"]["array"] == pytest.approx([0.5, 0.2])
    assert burnout["error_y"]["arrayminus"] == pytest.approx([0.4, 0.2])
    # items of one wave are beside each other
    assert (burnout["x"], excitement["x"]) == (
        pytest.approx([-0.035, 0.965]),
        pytest.approx([1.035]),
    )
    assert drawing.alt == (
        "Waves, by wave. Waves of 6 Jul 2026, 3 Aug 2026: Burnout 2.6, 2.4; Excitement 3.6."
    )
