"""The overview, the verdicts above each page, and the report: typed answers in, words out."""

from __future__ import annotations

import html
import re
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from headway.ui.parts import overview_html
from queries.catalog import catalog
from queries.publish.archive import keep
from queries.read.overview import overview, unchanged_band
from queries.read.snapshot import LINK, Snapshot
from tests.support import facts
from tests.support.command import Desk
from tests.support.webhook import webhook

ROOT = Path(__file__).parents[3]
COMPANY = facts.read_tables(Path(__file__).parent / "overview.txt")
TAG = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)


@pytest.fixture
def snapshot(empty: Path, tmp_path: Path) -> Snapshot:
    """A published file with the typed answers."""
    return facts.published(tmp_path, empty, company())


def company() -> facts.Tables:
    """Return the typed tables; a text of an answer is empty where it is null in the fixture."""
    tables = dict(COMPANY)
    about = {"definition": "Items of `a kind`.", "definition_hash": "0123456789abcdef"}
    tables["answers"] = [
        {**row}
        | about
        | {name: row[name] or "" for name in ("event", "quarter", "scope")}
        | {"variant": row["variant"] or "raw"}
        for row in COMPANY["answers"]
    ]
    return tables


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A user's folder beside the published file."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, snapshot: Snapshot) -> AppTest:
    """The dashboard on that file."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)


def drawn(app: AppTest, page: str = "", **query: str) -> list[str]:
    """Return title and HTML parts of a page as text without tags."""
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(page).run()
    assert not app.exception
    parts = [str(title.value) for title in app.main.title]
    parts += [str(header.value) for header in app.main.subheader]
    return parts + [text_of(part.proto.body) for part in app.get("html")]


def markdown(app: AppTest) -> str:
    """Return the Markdown of a page without escapes."""
    texts = "\n".join(str(part.value) for part in app.main.markdown)
    return texts.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")


def text_of(document: str) -> str:
    """Return the text of HTML, one blank between words."""
    return " ".join(
        html.unescape(TAG.sub(" ", document)).replace("\N{NO-BREAK SPACE}", " ").split()
    )


def test_overview_begins_with_the_rollout(app: AppTest) -> None:
    text = "\n".join(drawn(app))
    assert (
        "Since agents, features ship faster, but that is not proven a gain. "
        "More changes are reverted." in text
    )
    assert (
        "Are features faster? ? not proven Features take 4.8 days instead of 5.6 days. "
        "More changes are reverted · 446 and 493 pull requests −14 % (−27 to −6)" in text
    )
    assert (
        "– not measured Not measured yet. Ask six questions: headway pulse prints the survey."
        in text
    )
    assert (
        "Do users get more? ▲ improving 25 experiments were decided, 9 before. Q3 2026 against Q2"
        in text
    )
    assert "Guardrails: 1 of 2 is worse" in text
    assert "▼ Revert rate 8 % was 2 % · worse" in text


def test_overview_of_a_quarter(app: AppTest) -> None:
    text = "\n".join(drawn(app, compare="quarter"))
    assert "Q3 2026 against Q2: more experiments are decided." in text
    assert (
        "Do users get more? ▲ improving 25 experiments were decided, 9 before. +16 (+6 to +26)"
        in text
    )
    assert (
        "Features take about as long as before: 4.6 days, was 4.8 days. "
        "220 and 230 pull requests" in text
    )
    assert "Guardrails: none is worse" in text


def test_overview_of_a_team_says_what_is_of_the_whole_organisation(app: AppTest) -> None:
    text = "\n".join(drawn(app, compare="quarter", team="checkout"))
    assert "9 and 12 pull requests; a verdict needs 20 on each side" in text
    assert "25 experiments were decided, 9 before. whole organisation" in text


def test_page_begins_with_its_answer_and_the_guardrail_in_the_way(app: AppTest) -> None:
    text = "\n".join(drawn(app, catalog.page("cycle-time").file))
    assert (
        "? not proven Features take 4.8 days instead of 5.6 days. It is not proven a gain: "
        "8 % of merged changes are reverted, " in text
    )
    assert "−14 % (−27 to −6) · 446 and 493 pull requests" in text
    closed = [box.label.replace("\\", "") for box in app.expander]
    assert "**Where the time goes** · pickup time 8.5 hours, no clear change" in closed
    captions = [str(caption.value).replace("\\", "") for caption in app.main.caption]
    assert "Question 2 of 5 · How has our cycle time on features changed?" in captions
    assert "Guardrail in the way:** revert rate 8 %, was 2 % " in markdown(app)


def test_each_team_is_listed_once_beside_the_others(app: AppTest) -> None:
    (table,) = [
        part
        for part in drawn(app, catalog.page("cycle-time").file, compare="quarter")
        if part.startswith("Teams side by side")
    ]
    assert table == "Teams side by side team before since change checkout 4 days 4 days 0 %"


def test_decided_verdicts_are_listed_with_the_quarter_after(app: AppTest) -> None:
    text = drawn(app, catalog.extra_page("verdicts").file)
    assert (
        "7 verdicts since 13 Jul 2026: 4 no clear change, 1 improving, 1 not proven, 1 worse."
        in text
    )
    rows = app.main.dataframe[0].value.to_dict("records")
    assert {
        "decided": "13 Jul 2026",
        "number": "Experiments decided",
        "compared": "Q2 2026 against Q1",
        "verdict": "= no clear change",
        "before": "8",
        "after": "9",
        "change": "+1 (−9 to +11)",
        "next quarter": "25",
    } in rows
    assert "Since agents, 5 Jan 2026, 26 weeks" in {row["compared"] for row in rows}


def test_page_of_an_empty_file_has_no_verdicts(
    monkeypatch: pytest.MonkeyPatch, empty: Path
) -> None:
    monkeypatch.setenv("HEADWAY_DATA", str(empty.parents[1]))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
    text = "\n".join(drawn(app))
    assert "No answer yet: no complete quarter has a number." in text
    assert "Guardrails: nothing to measure yet" in text


def test_unchanged_band_reaches_as_far_as_the_interval() -> None:
    row = {"baseline": 100.0, "effect_kind": "ratio", "lo": 0.0, "hi": 3.0}
    time, share, mean = (
        catalog.metric(name) for name in ("feature_cycle_time", "change_failure_rate", "burnout")
    )
    assert unchanged_band(time, row) == (50.0, 200.0)
    assert unchanged_band(time, row | {"effect_kind": "difference", "hi": 30.0}) == (85.0, 115.0)
    assert unchanged_band(time, row | {"lo": None}) is None
    low = {"baseline": 0.25, "effect_kind": "difference", "lo": -0.5, "hi": 0.5}
    assert unchanged_band(share, low) == (0.0, 0.75)
    assert unchanged_band(mean, low | {"baseline": 1.25, "hi": 7.5}) == (1.0, 5.0)


def test_strip_has_colour_only_with_a_word(snapshot: Snapshot) -> None:
    data = overview(snapshot, "org", "", "quarter")
    strips = {
        item.metric.name: overview_html.strip(item.metric, item.row)
        for line in data.lines
        for item in (line.main, *line.other_answers)
        if item
    }
    assert 'class="strip good"' in strips["experiments_decided"]
    assert 'class="strip quiet"' in strips["feature_cycle_time"]
    assert 'aria-label="−4.2 % (−30 to +30)"' in strips["feature_cycle_time"]


def test_quarters_of_a_number_are_named_for_those_who_do_not_see_them(snapshot: Snapshot) -> None:
    (answer,) = [
        line.main
        for line in overview(snapshot, "org", "", "quarter").lines
        if line.main and line.main.metric.name == "feature_cycle_time"
    ]
    strokes = overview_html.strokes(answer.metric, answer.quarters, "2026-Q3", "2026-Q4")
    assert (
        'aria-label="Cycle time of features by quarter: 2026-Q3: 4.6 days, 2026-Q4: 5 days"'
        in strokes
    )
    assert [name.split() for name in re.findall(r'<i class="([^"]*)"', strokes)] == [
        ["judged"],
        ["running", "event"],
    ]


def test_report_prints_writes_and_says_the_same(desk: Desk, snapshot: Snapshot) -> None:
    folder = snapshot.path.parent
    printed = desk.run("report", "--data", str(folder))
    assert printed.code == 0
    assert printed.out.splitlines()[0] == (
        "Since agents, features ship faster, but that is not proven a gain. "
        "More changes are reverted."
    )
    assert (
        "Are features faster? Not proven. Features take 4.8 days instead of 5.6 days."
        in printed.out
    )
    file = desk.folder / "report.html"
    assert desk.run("report", "--data", str(folder), "--out", str(file)).code == 0
    document = file.read_text(encoding="utf-8")
    assert "Features take 4.8 days instead of 5.6 days." in text_of(document)
    assert "as decided on 24 Aug 2026" in document
    assert "Items of <code>a kind</code>. Definition 012345." in document
    assert not re.search(r"<script|https?://|src=|href=", document)
    earlier = desk.run("report", "--data", str(folder), "--quarter", "2026-Q2")
    assert "Q2 2026 against Q1: nothing changed by more than it usually does." in earlier.out


def test_report_of_a_quarter_has_the_rollout_teams_of_its_time(
    desk: Desk, empty: Path, tmp_path: Path
) -> None:
    data = tmp_path / "archived"
    data.mkdir()
    rollout = {"kind": "rollout", "name": "Agents", "happened_on": "2026-01-05"}
    for file, teams in (("first", "[app, checkout]"), ("second", "[app, checkout, growth]")):
        (data / LINK).unlink(missing_ok=True)
        with duckdb.connect(str(data / LINK)) as db:
            facts.fill(db, empty, {**company(), "events": [rollout | {"teams": teams}]})
        keep((data / LINK).resolve(), data, file)
    words = ("report", "--data", str(data), "--compare", "rollout")
    assert "In the 3 rollout teams, features take 4.8 days" in desk.run(*words).out
    archived = desk.run(*words, "--quarter", "2026-Q3").out
    assert "In the 2 rollout teams, features take 4.8 days" in archived


def test_report_is_posted_to_the_webhook(desk: Desk, snapshot: Snapshot) -> None:
    (desk.folder / "headway.toml").write_text("", encoding="utf-8")
    words = ("report", "--data", str(snapshot.path.parent), "--slack")
    without = desk.run(*words)
    assert (without.code, "set HEADWAY_WEBHOOK to its URL" in without.err) == (1, True)
    with webhook("/s3cret") as hook:
        assert desk.run(*words, env={"HEADWAY_WEBHOOK": hook.url}).code == 0
    ((path, _, message),) = hook.posted
    assert path == "/s3cret"
    assert message["text"].splitlines()[0].startswith("Since agents, features ship faster")
    assert len(message["text"].splitlines()) == 6


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--quarter", "Q2"], "'Q2' is no quarter; write it as 2026-Q3"),
        (["--quarter", "2020-Q1"], "no answer is published about 2020-Q1"),
        (["--out", "missing/report.html"], "report.html: No such file or directory"),
    ],
)
def test_report_refuses_what_it_cannot_do(
    desk: Desk, snapshot: Snapshot, arguments: list[str], problem: str
) -> None:
    done = desk.run("report", "--data", str(snapshot.path.parent), *arguments)
    assert done.code != 0
    assert problem in done.err
    assert "Traceback" not in done.err
