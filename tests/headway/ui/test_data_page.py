"""The page about what was read: a leader reads whether all of it is here, what is not, and what is not known."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries.catalog.catalog import beside
from queries.text.completeness import totals_asides, totals_sentence
from tests.support import facts
from tests.support.machine import ROOT

DATA = beside("data")
TABLES = Path(__file__).parent / "data_page.txt"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """The dashboard on a data folder."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)


def text_of(app: AppTest, **query: str) -> str:
    """All text of the page."""
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
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


def test_what_is_missing_is_told_by_repository_and_month(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, facts.read_tables(TABLES))
    text = text_of(app, repo="acme/web")
    assert (
        "All 3 repositories were read through 27 Feb 2026; of 33 pull requests and issues " in text
    )
    assert "issues that GitHub counts, 30 are here." in text
    assert (
        "1 more is here that GitHub does not count. GitHub's count is that of its search, of complete days"
        in text
    )
    assert (
        "Not counted, as GitHub's search does not show it or was not asked yet: 1 of the repositories."
        in text
    )
    assert "GitHub lists 5 discussions, and 4 are here. 2 that changed are still to come." in text
    assert (
        "The last refresh began on 28 Feb 2026 (UTC); acme/app failed, and what was read before stays."
        in text
    )
    assert "Filters change nothing here" in text and "Only repository" not in text
    assert [len(frame.value) for frame in app.main.dataframe] == [4, 3, 2, 1]
    missing = app.main.dataframe[0].value.set_index("repo")["missing_here"]
    assert missing["acme/shop"] == 3 and pd.isna(missing["acme/app"]), (
        "what was not counted is not known"
    )


def test_where_all_of_it_is_here_no_month_is_listed(
    app: AppTest, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "headway.duckdb").symlink_to((demo / "headway.duckdb").resolve())
    text = text_of(app)
    assert re.search(
        r"All 6 repositories were read through 27 Jan 2027; of [\d,]+ pull requests .* all are here\.",
        text,
    )
    assert "In every month that was counted there are as many here as at GitHub." in text
    assert "and nothing failed." in text


def test_without_repositories_or_counts_it_says_what_is_not_known(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    tables = facts.read_tables(TABLES)
    imported = [row for row in tables["repositories"] if row["is_imported"] == "true"]
    facts.published(tmp_path, empty, {"repositories": imported})
    text = text_of(app)
    assert "No repository of GitHub has been read; imports tell of themselves only." in text
    assert "No refresh has been noted yet." in text and "Imported projects" in text


def row(**inputs: object) -> dict[str, object]:
    """The totals of repositories in which nothing was counted."""
    names = (
        "at_github",
        "missing_here",
        "missing_there",
        "counted_until",
        "discussions_at_github",
        "still_to_come",
    )
    known_values = {
        "repositories": 2,
        "read_repositories": 2,
        "read_through": date(2026, 2, 27),
        "uncounted_repositories": 2,
    }
    return dict.fromkeys(names) | known_values | inputs


def test_what_is_not_known_is_not_told_as_agreement() -> None:
    assert totals_sentence(row()) == (
        "All 2 repositories were read through 27 Feb 2026; what GitHub itself counts in them is not known."
    )
    assert totals_asides(row()) == [
        "Its search does not show them to this token, or nothing was opened in them by then."
    ]
    assert (
        totals_sentence(row(read_repositories=0))
        == "No repository of GitHub has been read to its end yet."
    )
    assert totals_sentence(row(read_repositories=1)).startswith(
        "1 of 2 repositories were read through 27 Feb 2026; "
    )
    item = row(repositories=1, read_repositories=1, at_github=1, missing_here=0)
    assert totals_sentence(item).startswith(
        "The one repository was read through 27 Feb 2026; of 1 pull requests"
    )
