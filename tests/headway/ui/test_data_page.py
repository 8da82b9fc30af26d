"""Data page: completeness, missing items and unknown counts."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries.catalog.catalog import extra_page
from queries.text.completeness import totals_notes, totals_sentence
from tests.support import facts
from tests.support.machine import ROOT

DATA = extra_page("data")
TABLES = Path(__file__).parent / "data_page.txt"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """Return the dashboard on a data folder, opened before anything was published."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()


def text_of(app: AppTest, **query: str) -> str:
    """Return all text of the page."""
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(DATA.file).run()
    assert not app.exception
    elements = [*app.main.header, *app.main.markdown, *app.main.caption, *app.main.info]
    texts = [f"{element.value}" for element in elements] + [
        block.proto.body for block in app.get("html")
    ]
    return (
        html.unescape(re.sub(r"<[^>]+>", "", "\n".join(texts)))
        .replace("\\", "")
        .replace("\N{NO-BREAK SPACE}", " ")
    )


def test_missing_items_are_listed_by_repository_and_month(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, facts.read_tables(TABLES))
    text = text_of(app, repo="acme/web")
    assert (
        "All 3 repositories are synced through 27 Feb 2026. Of 33 pull requests and issues " in text
    )
    assert "issues that GitHub counts, 30 are here." in text
    assert (
        "1 more is here that GitHub does not count. GitHub's counts are those of its search, "
        "for whole days" in text
    )
    assert (
        "Without a count: 1 repository that the token cannot search or that is not counted yet."
        in text
    )
    assert "GitHub lists 5 discussions, and 4 are here. 2 changed items are not read yet." in text
    assert (
        "The last refresh started on 28 Feb 2026 (UTC). Failed: acme/app; their earlier data "
        "is still used." in text
    )
    assert "Only repository" not in text
    assert [len(frame.value) for frame in app.main.dataframe] == [4, 3, 2, 1]
    missing = app.main.dataframe[0].value.set_index("repo")["missing_here"]
    assert missing["acme/shop"] == 3 and pd.isna(missing["acme/app"]), (
        "without a count, the number of missing items is unknown"
    )


def test_complete_data_lists_no_month(app: AppTest, demo: Path, tmp_path: Path) -> None:
    (tmp_path / "headway.duckdb").symlink_to((demo / "headway.duckdb").resolve())
    text = text_of(app)
    assert re.search(
        r"All 6 repositories are synced through 27 Jan 2027. Of [\d,]+ pull requests .* all "
        r"are here\.",
        text,
    )
    assert "In every counted month, this data agrees with GitHub." in text
    assert "without a failure." in text


def test_imports_alone_have_no_agreement(app: AppTest, empty: Path, tmp_path: Path) -> None:
    tables = facts.read_tables(TABLES)
    imported = [row for row in tables["repositories"] if row["is_imported"] == "true"]
    facts.published(tmp_path, empty, {"repositories": imported})
    text = text_of(app)
    assert "There is no GitHub repository, only imported data." in text
    assert "There is no refresh yet." in text and "Imported projects" in text


def row(**inputs: object) -> dict[str, object]:
    """Return the totals of repositories without counts."""
    names = (
        "at_github",
        "missing_here",
        "missing_there",
        "counted_until",
        "discussions_at_github",
        "still_to_come",
    )
    values = {
        "repositories": 2,
        "read_repositories": 2,
        "read_through": date(2026, 2, 27),
        "uncounted_repositories": 2,
    }
    return dict.fromkeys(names) | values | inputs


def test_unknown_counts_are_not_agreement() -> None:
    assert totals_sentence(row()) == (
        "All 2 repositories are synced through 27 Feb 2026. GitHub's own counts of them are "
        "unknown."
    )
    assert totals_notes(row()) == [
        "The token cannot search them, or nothing was opened in them by then."
    ]
    assert (
        totals_sentence(row(read_repositories=0))
        == "No GitHub repository is completely synced yet."
    )
    assert totals_sentence(row(read_repositories=1)).startswith(
        "1 of 2 repositories are synced through 27 Feb 2026. "
    )
    item = row(repositories=1, read_repositories=1, at_github=1, missing_here=0)
    assert totals_sentence(item).startswith(
        "The only repository is synced through 27 Feb 2026. Of 1 pull requests"
    )
