"""The page Knowledge: areas without guidance, stale documents, and the next step without files."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries.catalog.catalog import page
from queries.text.knowledge_text import outcomes_sentence
from tests.support import facts
from tests.support.machine import ROOT

TABLES = Path(__file__).parent / "knowledge_page.txt"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """Return the dashboard on a data folder, opened before anything was published."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()


def text_of(app: AppTest) -> str:
    """Return all text of the page."""
    app.switch_page(page("knowledge").file).run()
    assert not app.exception
    elements = [*app.main.header, *app.main.markdown, *app.main.caption, *app.main.info]
    texts = [f"{element.value}" for element in elements]
    texts += [block.proto.body for block in app.get("html")]
    texts += [f"{block.label}" for block in app.main.expander]
    text = html.unescape(re.sub(r"<[^>]+>", "", "\n".join(texts)))
    return text.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def test_areas_and_documents_without_guidance_are_named(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, facts.read_tables(TABLES))
    text = text_of(app)
    assert (
        "Of the 2 areas that change most, 1 has no guidance of its own, 1 has no owner, "
        "and 1 has stale guidance." in text
    )
    assert "2 documents guide changes: 1 stale, 1 without an owner." in text
    areas = app.main.dataframe[0].value
    assert list(areas["area"]) == ["src/cart", "src/pay"]
    assert list(areas["changes"]) == [2, 1]


def test_page_without_files_says_the_next_step(app: AppTest, empty: Path, tmp_path: Path) -> None:
    tables = facts.read_tables(TABLES)
    facts.published(tmp_path, empty, {"repositories": tables["repositories"]})
    assert "have been read. Run `headway refresh`." in text_of(app)


def test_outcomes_are_an_association_of_enough_changes() -> None:
    rows = [
        {
            "guidance": "with guidance of their own",
            "opened": 10,
            "merged_percent": 90,
            "merged_alike_percent": 80,
        },
        {"guidance": "without", "opened": 40, "merged_percent": 70, "merged_alike_percent": 75},
    ]
    assert outcomes_sentence(rows) == (
        "90 % of agents' changes with guidance of their own were merged, 70 % of those without; "
        "80 % and 75 % within the same repositories and sizes. This is an association, not an "
        "effect."
    )
    assert outcomes_sentence([rows[0] | {"opened": 9}, rows[1]]) == (
        "Too few changes by agents to compare with and without guidance: each side needs 10."
    )
    assert outcomes_sentence(rows[1:]).startswith("Too few changes by agents")
