"""The page Knowledge: areas without guidance, stale documents, and the next step without files."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from queries.catalog.catalog import page
from queries.read.listings import listing_query
from queries.statistics.windows import Window
from queries.text.knowledge_text import areas_sentence, outcomes_sentence
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


@pytest.mark.parametrize(
    ("own", "owner", "stale", "sentence"),
    [
        (0, 0, 0, "Of the area that changes, 1 has no guidance of its own and 1 has no owner."),
        (90, 0, 0, "Of the area that changes, 1 has no owner."),
        (90, 90, 0, "No lack in the area that changes: fresh guidance of its own, and an owner."),
    ],
)
def test_sentence_about_areas_names_what_lacks(
    own: int, owner: int, stale: int, sentence: str
) -> None:
    percents = {"own_guidance": own, "owner": owner, "stale_guidance": stale}
    row = {f"{name}_percent": value for name, value in percents.items()}
    assert areas_sentence([row]) == sentence


def test_file_without_a_history_is_named(app: AppTest, empty: Path, tmp_path: Path) -> None:
    tables = dict(facts.read_tables(TABLES))
    file = {"repo": "acme/shop", "path": ".github/copilot-instructions.md", "kind": "copilot"}
    tables["knowledge_files"] = [file, file | {"path": "SECURITY.md", "kind": "security"}]
    facts.published(tmp_path, empty, tables)
    text = text_of(app)
    assert (
        "No change is known to be covered by a file, because their history is not known: "
        "acme/shop/.github/copilot-instructions.md." in text
    )


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
            "rework_observed": 10,
            "reworked_percent": 20,
            "reworked_alike_percent": None,
        },
        {
            "guidance": "without",
            "opened": 40,
            "merged_percent": 70,
            "merged_alike_percent": 75,
            "rework_observed": 12,
            "reworked_percent": 50,
            "reworked_alike_percent": None,
        },
    ]
    merged = (
        "90 % of agents' changes with guidance of their own were merged, 70 % of those without; "
        "80 % and 75 % within the same repositories and sizes."
    )
    assert outcomes_sentence(rows) == (
        f"{merged} 20 % of merged changes with guidance whose rework can be observed were "
        "reworked by people, 50 % of those without. This is an association, not an effect."
    )
    assert outcomes_sentence([rows[0] | {"rework_observed": 9}, rows[1]]) == (
        f"{merged} Rework by people cannot be compared: it can be observed for 9 and 12 merged "
        "changes, and each side needs 10. This is an association, not an effect."
    )
    assert outcomes_sentence([rows[0] | {"opened": 9}, rows[1]]) == (
        "Too few changes by agents to compare with and without guidance: each side needs 10."
    )
    assert outcomes_sentence(rows[1:]).startswith("Too few changes by agents")


#: number, guided files of two, size, whether it was merged, rework by people, durability
AGENTS = """
11 2 S yes yes durable
12 2 S yes no  undone
13 1 S yes no  provisional
14 2 S no  yes -
15 2 L yes no  durable
16 0 S yes yes durable
17 0 S no  no  -
18 0 S yes not undone
19 0 M yes yes durable
"""


def test_outcomes_by_coverage_are_those_counted_by_hand(empty: Path, tmp_path: Path) -> None:
    pulls: list[facts.Row] = []
    coverage: list[facts.Row] = []
    agents: list[facts.Row] = []
    for line in AGENTS.split("\n")[1:-1]:
        number, scoped, size, merged, rework, durability = line.split()
        key = {"repo": "acme/shop", "number": number}
        merged_at = {"merged_at": "2026-02-03 09:00"} if merged == "yes" else {}
        lasted = {} if durability == "-" else {"durability": durability}
        opened = {"opened_at": "2026-02-02 09:00", "authorship": "agent", "size_band": size}
        pulls.append(key | opened | merged_at | lasted)
        coverage.append(key | {"area": "src", "files": "2", "scoped": scoped})
        human_rework = "not observable" if rework == "not" else rework
        agents.append(key | {"human_rework": human_rework})
    tables = {
        "pull_requests": pulls,
        "knowledge_coverage": coverage,
        "agent_changes": agents,
    }
    snapshot = facts.published(tmp_path, empty, tables)
    window = Window(date(2026, 1, 1), date(2026, 3, 1))
    query = listing_query("", "knowledge_outcomes", window, repo=None, team=None)
    values = [tuple(row) for row in query.rows(snapshot).itertuples(index=False)]
    # opened, merged, undone, merged alike, rework observed, reworked, reworked alike: of the size
    # S 3 of 4 and 2 of 3 were merged, and 1 of 3 and 1 of 1 of the observed ones reworked
    assert values == [
        ("with guidance of their own", 5, 80, 33, 75, 4, 25, 33),
        ("without", 4, 75, 33, 67, 2, 100, 100),
    ]
