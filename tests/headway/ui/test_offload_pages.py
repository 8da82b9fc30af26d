"""Pages about offload and expectations, drawn from small tables written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from headway.ui.parts.text import slug
from queries.catalog import catalog
from tests.support import facts
from tests.support.facts import Row, Tables

ROOT = Path(__file__).parents[3]
OFFLOAD = catalog.page("offload")
EXPECTATIONS = catalog.extra_page("expectations")
REPO = "acme/shop"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """Return the dashboard on a data folder."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)


def text_of(app: AppTest, file: str = "") -> str:
    """Return all text of a page."""
    app.run()
    if file:
        app.switch_page(file).run()
    assert not app.exception
    main = app.main
    elements = [*main.title, *main.header, *main.markdown, *main.caption, *main.info]
    texts = [f"{element.value}" for element in elements]
    tables = [frame.value.to_csv(index=False) for frame in main.dataframe]
    bodies = (block.proto.body for block in app.get("html"))
    text = "\n".join([*texts, *tables, *bodies])
    return text.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def changes(count: int, first: int, category: str, authorship: str) -> list[Row]:
    """Return changes that were merged in January and lasted."""
    return [
        {
            **{"repo": REPO, "number": f"{number}", "author_kind": "human", "state": "merged"},
            **{"work_category": category, "authorship": authorship, "durability": "durable"},
            **{"opened_at": "2026-01-05", "merged_at": "2026-01-06", "is_default_base": "true"},
        }
        for number in range(first, first + count)
    ]


def tables(agents: int) -> Tables:
    """Return ten changes in docs, of which agents have some, and ten in product work."""
    pull_requests = [
        *changes(agents, 1, "docs", "agent"),
        *changes(10 - agents, 1 + agents, "docs", "no signal"),
        *changes(10, 20, "product work", "no signal"),
    ]
    agent_changes = [
        {
            **{"repo": REPO, "number": f"{number}", "first_number": f"{number}"},
            **{"first_opened_at": "2026-01-05", "attempt": "1", "human_rework": rework},
            "hand_off": hand_off,
        }
        for number, rework, hand_off in (
            (1, "no", "handed off"),
            (2, "no", "handed off"),
            (3, "yes", "reworked"),
            (4, "not observable", "not observable"),
        )[:agents]
    ]
    all_tables: Tables = {
        "repositories": [{"repo": REPO, "is_imported": "false", "synced_until": "2026-03-01"}],
        "pull_requests": pull_requests,
    }
    return {**all_tables, "agent_changes": agent_changes} if agents else all_tables


def expectation(position: int, state: str, **more: str) -> Row:
    """Return a row of expectations."""
    return {
        **{"position": f"{position}", "metric": "offload_share", "scope": "org", "n": "26"},
        **{"is_at_most": "false", "target": "0.6", "by_on": "2026-02-22", "state": state},
        **{"value": "0.5", "least": "0.5", "most": "0.75", "owner": "@cto", "reason": "decided"},
        **{"guardrail": "revert_rate", "guardrail_value": "0.1", "guardrail_baseline": "0.02"},
        **{"sentence": f"Sentence {position}.", "decided_on": "2026-02-28"},
    } | more


def test_offload_page_shows_category_by_author_with_bounds(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, tables(agents=4))
    text = text_of(app, OFFLOAD.file)
    assert OFFLOAD.title in text
    # 4 of 10, or 4 and half of 6; none of 10, or half of them
    assert (
        "By their signals, the share of agents is highest in docs (at least 40 %) and lowest in "
        "product work (at least 0 %)." in text
    )
    assert "docs,10,4,0,6,40 % to 70 %,2 of 4,0,1 of 3" in text
    assert "product work,10,0,0,10,0 % to 50 %,–,0,not observable" in text


def test_offload_page_without_agents_says_the_next_step(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, tables(agents=0))
    text = text_of(app, OFFLOAD.file)
    assert "No change of an agent in this period." in text
    assert "run `headway rules` to see what its signals match" in text


def test_expectations_are_listed_by_urgency_and_summed_up_on_the_overview(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    rows = [
        expectation(1, "met"),
        expectation(2, "on course", lo="0.4", hi="0.8", decided_on=""),
        expectation(3, "missed", category="docs"),
        expectation(4, "not proven", owner=""),
    ]
    plain: list[Row] = [{name: value or None for name, value in row.items()} for row in rows]
    facts.published(tmp_path, empty, {**tables(agents=4), "expectations": plain})
    text = text_of(app, EXPECTATIONS.file)
    assert "4 expectations: 1 missed, 1 not proven, 1 on course, 1 met." in text
    assert "Sentence 3." in text and "Sentence 1." not in text
    lines = [line for line in text.splitlines() if "at least 60 % by 22 Feb 2026" in line]
    assert [line.split(",")[0] for line in lines] == [
        "▼ missed",
        "? not proven",
        "△ on course",
        "▲ met",
    ]
    assert "Offload share of docs" in lines[0] and "revert rate: 2 % → 10 %" in lines[0]
    assert ",nobody," in lines[1] and ",40 % to 80 %,@cto," in lines[2]
    assert "Expectations: 1 missed, 1 not proven, 1 on course, 1 met" in text_of(
        app, "headway/ui/pages/overview.py"
    )


def test_chart_of_an_expectation_has_its_category_and_its_target(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    docs = [
        {**change, "number": f"{number}", "opened_at": day, "merged_at": day}
        for number, (day, change) in enumerate(
            (day, change)
            for day, agents in (("2025-11-03", 1), ("2026-01-05", 4))
            for kind, count in (("agent", agents), ("no signal", 10 - agents))
            for change in changes(count, 1, "docs", kind)
        )
    ]
    other = changes(10, 100, "product work", "no signal")
    row = expectation(1, "on course", category="docs", decided_on="")
    plain: Row = {name: value or None for name, value in row.items()}
    repositories = tables(agents=0)["repositories"]
    content = {
        "repositories": repositories,
        "pull_requests": [*docs, *other],
        "expectations": [plain],
    }
    facts.published(tmp_path, empty, content)
    name = "Offload share of docs, at least 60 % by 22 Feb 2026"
    assert "Numbers by quarter" in text_of(app, EXPECTATIONS.file)
    app.query_params[f"open-{slug(name)}"] = "true"
    text = text_of(app, EXPECTATIONS.file)
    assert '="Offload share by quarter: 2025-Q4: 10 %, 2026-Q1: 40 %, target 60 % by 22' in text
    assert "Offload share by quarter, %. Lower bounds are drawn." in text


def test_without_expectations_the_page_says_the_next_step(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, tables(agents=4))
    text = text_of(app, EXPECTATIONS.file)
    assert "Nothing is expected yet." in text and "then run headway publish" in text
