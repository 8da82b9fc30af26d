"""Spend pages: parts of changes, missing data, forecasts and tools."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from headway.ui.charts.spend_charts import DOLLARS, fan, stacked
from headway.ui.charts.time_series import Chart
from headway.ui.parts.text import slug
from queries.catalog.catalog import EXTRA_PAGES, page
from queries.catalog.metric import Page
from queries.read.listings import ListingQuery, listing_query, records
from queries.read.snapshot import current
from queries.sql_files import ROOT, read_sql
from queries.statistics.windows import Window
from queries.text.sentences import dollars
from queries.text.spend_text import PARTS, missing_sentence, period_notes, period_sentence
from tests.support import facts, spend_facts
from tests.support.dashboard import opened, printed, ready, run, served, show, unfold
from tests.support.spend_facts import Q3, Q4

COST = page("cost")
#: sections of the page that are closed at first
OPEN = "open-why-spend-changed=true&open-spend-over-time=true"
WINDOW = Window(Q4, date(2025, 12, 29))
SPLIT = (("before_start", Q3), ("before_end", Q4), ("start_on", Q4), ("end_on", WINDOW.end_on))


# -- the split of a change -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books(empty: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the tables of a published file, without rows."""
    with duckdb.connect() as db:
        facts.fill(db, empty, {})
        yield db


def split(db: duckdb.DuckDBPyConnection, rows: Sequence[facts.Row]) -> list[Mapping[str, object]]:
    """The parts of the change between the two quarters: all together, then each segment."""
    db.execute("delete from spend")
    facts.insert(db, "spend", rows)
    result = db.execute(read_sql(ROOT / "listings" / "spend_split.sql").text, dict(SPLIT))
    names = [name for name, *_ in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_a_change_is_split_into_volume_mix_price_new_and_retired(
    books: duckdb.DuckDBPyConnection,
) -> None:
    rows = [
        # tokens grow from 200 to 300: at old prices $30 would be $45; the cheaper model grew
        spend_facts.paid(Q3, "anthropic", "api", 10, model="small", tokens="100"),
        spend_facts.paid(Q3, "anthropic", "api", 20, model="large", tokens="100"),
        spend_facts.paid(Q4, "anthropic", "api", 24, model="small", tokens="200"),
        spend_facts.paid(Q4, "anthropic", "api", 20, model="large", tokens="100"),
        spend_facts.paid(Q3, "github", "copilot", 5),
        spend_facts.paid(Q4, "github", "copilot", 7),
        spend_facts.paid(Q4, "cursor", "cursor", 3.5),
        spend_facts.paid(Q3, "openai", "api", 1.25),
        spend_facts.paid(Q4, "openai", "api", 99) | {"is_counted": "false"},
        spend_facts.paid(Q4, "openai", "api", 99) | {"charge": "tax"},
    ]
    total, *segments = split(books, rows)
    reported = {name: float(f"{total[name]}") for name in ("before_usd", *PARTS, "after_usd")}
    assert reported == {
        "before_usd": 36.25,
        "volume_usd": 17,
        "mix_usd": -5,
        "price_usd": 4,
        "new_usd": 3.5,
        "retired_usd": -1.25,
        "after_usd": 54.5,
    }
    assert [(row["model"] or row["tool"], row["unit"]) for row in segments] == [
        ("small", "tokens"),
        ("cursor", "new"),
        ("copilot", "dollars"),
        ("api", "retired"),
        ("large", "tokens"),
    ]


AMOUNTS = some.decimals(-50, 5000, places=6).map(float)
PAID = some.builds(
    spend_facts.paid,
    some.sampled_from([Q3, Q4]),
    some.sampled_from(["anthropic", "openai"]),
    some.sampled_from(["api", "code"]),
    AMOUNTS | some.none(),
    model=some.sampled_from(["a", "b", "c"]),
    tokens=some.none() | some.integers(0, 10**12).map(str),
    requests=some.none() | some.integers(0, 10**6).map(str),
)


@settings(max_examples=60)
@given(rows=some.lists(PAID, min_size=1, max_size=14))
def test_the_parts_add_up_to_the_change_exactly(
    books: duckdb.DuckDBPyConnection, rows: list[facts.Row]
) -> None:
    for row in split(books, rows):
        before, after = (Decimal(f"{row[name]}") for name in ("before_usd", "after_usd"))
        assert sum(Decimal(f"{row[part]}") for part in PARTS) == after - before


def test_what_a_tool_costs_is_all_that_was_spent_under_its_names(
    books: duckdb.DuckDBPyConnection,
) -> None:
    for name in ("spend", "outcomes", "outcome_items", "pull_requests"):
        books.execute(f"delete from {name}")
    facts.insert(
        books,
        "pull_requests",
        [
            {
                "repo": "a/b",
                "number": f"{n}",
                "team": "web",
                "ai_tool": tool,
                "merged_at": "2025-11-04",
            }
            for n, tool in ((1, "GitHub Copilot"), (2, "GitHub Copilot"), (3, "Cursor"), (4, None))
        ],
    )
    facts.insert(
        books,
        "outcomes",
        [
            {"outcome_id": f"{n}", "happened_on": "2025-11-05", "durability": durability}
            for n, durability in ((1, "durable"), (3, "undone"), (4, "provisional"))
        ],
    )
    facts.insert(
        books,
        "outcome_items",
        [
            {"outcome_id": outcome, "repo": "a/b", "number": number}
            for outcome, number in (("1", "1"), ("1", "2"), ("3", "3"), ("4", "4"))
        ],
    )
    facts.insert(
        books,
        "spend",
        [
            spend_facts.paid(Q4, "github", "copilot", 10),
            spend_facts.paid(Q4, "microsoft", "github copilot", 2.5),
            spend_facts.paid(Q4, "other", "pilot", 99),
        ],
    )
    sql = read_sql(ROOT / "listings" / "tool_outcomes.sql").text
    rows = books.execute(sql, {"start_on": Q4, "end_on": WINDOW.end_on}).df()
    assert records(rows[["tool", "outcomes", "durable", "undone", "provisional", "cost_usd"]]) == [
        {
            "tool": "Cursor",
            "outcomes": 1,
            "durable": 0,
            "undone": 1,
            "provisional": 0,
            "cost_usd": None,
        },
        {
            "tool": "GitHub Copilot",
            "outcomes": 1,
            "durable": 1,
            "undone": 0,
            "provisional": 0,
            "cost_usd": 12.5,
        },
        {
            "tool": "no trace",
            "outcomes": 1,
            "durable": 0,
            "undone": 0,
            "provisional": 1,
            "cost_usd": None,
        },
    ]


# -- words and figures -----------------------------------------------------------------------------


def test_amounts_have_cents_below_ten_dollars() -> None:
    assert [dollars(usd) for usd in (0, 3, 1.5, -2.25, 9.999, 12.34, 1234567.8, -0.001)] == [
        "$0",
        "$3",
        "$1.50",
        "−$2.25",
        "$10",
        "$12",
        "$1,234,568",
        "$0",
    ]


def test_month_is_compared_with_its_budget_if_there_is_one() -> None:
    (row,) = (dict(row) for row in spend_facts.tables()["forecasts"])
    values: dict[str, object] = row | {
        name: float(row[name] or 0)
        for name in ("spent", "point", "lo", "hi", "budget_usd", "coverage")
    }
    values |= {
        name: date.fromisoformat(row[name] or "")
        for name in ("made_on", "breach_on", "counted_until")
    }
    values |= {"p_over_budget": 1.0, "coverage_n": 20, "reason": None, "break_on": None}
    assert period_sentence(values) == (
        "In February 2026, at least $504 was spent by 28 Feb 2026, 126 % of a budget of $400; "
        "spend is complete through 25 Feb 2026. $504 is expected by its end (80 % interval: $500 "
        "to $510)."
    )
    assert period_notes(values) == [
        "The budget was exceeded on 23 Feb 2026.",
        "The probability of exceeding it is 100 %.",
        "The interval was right in 80 % of 20 past forecasts with the same horizon; 80 % is "
        "the target.",
    ]
    nothing = values | dict.fromkeys(
        ("lo", "hi", "budget_usd", "p_over_budget", "breach_on", "coverage")
    )
    bare = nothing | {"reason": "no interval: it needs 42 days of history, and there are 20"}
    late = bare | {"counted_until": date(2025, 12, 31)}
    assert period_sentence(late) == (
        "Spend is known only through 31 Dec 2025, so not yet for February 2026. $504 is "
        "expected by its end."
    )
    assert (
        period_sentence(bare)
        == "In February 2026, at least $504 was spent by 28 Feb 2026; spend is complete through "
        "25 Feb 2026. $504 is expected by its end."
    )
    assert period_notes(bare) == [
        "It has no budget; add one under [[budgets]] in headway.toml.",
        "There is no interval: it needs 42 days of history, and there are 20.",
    ]
    reason = "no forecast: it needs 28 days of history and has 20"
    thin = bare | dict.fromkeys(("point", "seats")) | {"reason": reason}
    assert period_sentence(thin) == (
        "In February 2026, at least $504 was spent by 28 Feb 2026; spend is complete through "
        f"25 Feb 2026. There is {reason}."
    )
    assert period_notes(thin) == []
    passed = thin | {"budget_usd": 400.0, "breach_on": date(2026, 2, 23)}
    assert period_notes(passed) == ["The budget was exceeded on 23 Feb 2026."]
    likely = passed | {"breach_on": date(2026, 2, 27)}  # after the last final day, before today
    assert period_notes(likely) == ["The budget was probably exceeded about 27 Feb 2026."]


def test_missing_data_of_a_quarter_is_counted() -> None:
    row = {
        "days_known": 40,
        "days": 91,
        "first_day": date(2025, 11, 1),
        "last_day": date(2025, 12, 10),
        "outcomes": 4,
    }
    assert missing_sentence(row, "2025-Q4") == (
        "2025-Q4 needs final spend of 33 more days (40 of 73 are known, between 1 Nov 2025 and "
        "10 Dec 2025) and 1 more outcome that lasted (4 of 5 are known)."
    )
    assert missing_sentence(row | {"days_known": 73, "outcomes": 5}, "2025-Q4") is None


@pytest.fixture(scope="module")
def company(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the company that pays."""
    data = tmp_path_factory.mktemp("paying")
    facts.published(data, empty, spend_facts.tables())
    return data


def test_provisional_spend_is_hatched_and_fan_ends_with_its_interval(company: Path) -> None:
    snapshot = current(company)
    period = Window(date(2026, 2, 2), date(2026, 3, 1))
    result = listing_query("Spend", "spend_by_week", period, by="provider").rows(snapshot)
    drawn = stacked(Chart("Spend", "by week", DOLLARS, period), result, "week", "new")
    bars = {
        (trace["name"], trace["marker"]["pattern"]["shape"]): trace
        for trace in drawn.figure["data"]
    }
    assert set(bars) == {
        (name, look)
        for name, own in (("anthropic", ""), ("cursor", "."), ("github", "x"))
        for look in (own, "/")
    }
    assert bars["anthropic", ""]["y"] == [105, 105, 105, 45] and bars["anthropic", "/"]["y"] == [45]
    assert "4 weeks, from $126 to $108, together $486" in drawn.alt and drawn.notes == (
        "Hatched: new.",
    )
    rows = records(ListingQuery("Month", "month_ahead").rows(snapshot))
    drawn = fan(Chart("Month", "February", DOLLARS, period), rows, date(2026, 2, 23))
    assert (
        "Spent through 28 Feb 2026: $504." in drawn.alt
        and "80 % interval: $500 to $510." in drawn.alt
    )
    label = drawn.figure["layout"]["annotations"][0]["text"]
    assert label.replace("<br>", " ") == "over budget on 23 Feb"


# -- pages without a browser -----------------------------------------------------------------------


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """The dashboard, opened before anything was published; ``at`` sets its data folder."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT.parents[1])
    st.cache_data.clear()
    return AppTest.from_file(str(ROOT.parents[1] / "dashboard.py"), default_timeout=30).run()


#: closed sections whose text the tests read
SECTIONS = ("Basis", "Why spend changed", "Spend over time", "Cost per outcome", "What if")


def at(app: AppTest, data: Path, file: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """All text of a page of a data folder."""
    monkeypatch.setenv("HEADWAY_DATA", str(data))
    for title in SECTIONS:
        app.query_params[f"open-{slug(title)}"] = "true"
    app.switch_page(file).run()
    assert not app.exception
    elements = [
        *app.main.header,
        *app.main.markdown,
        *app.main.caption,
        *app.main.info,
        *app.main.warning,
    ]
    texts = [f"{element.value}" for element in elements] + [
        block.proto.body for block in app.get("html")
    ]
    return (
        html.unescape(re.sub(r"<[^>]+>", "", "\n".join(texts)))
        .replace("\\", "")
        .replace("\N{NO-BREAK SPACE}", " ")
    )


def closed_lines(app: AppTest) -> dict[str, str]:
    """Return the text of each section's line by its title."""
    labels = (block.label.replace("\\", "") for block in app.main.expander)
    lines = (label.replace("\N{NO-BREAK SPACE}", " ").partition("** · ") for label in labels)
    return {name.removeprefix("**"): text for name, _, text in lines}


@pytest.mark.parametrize("spend_page", [COST, *EXTRA_PAGES[:2]], ids=lambda page: page.name)
def test_page_without_spend_shows_how_to_import_it(
    app: AppTest, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spend_page: Page
) -> None:
    facts.published(tmp_path, empty, {})
    assert "There is no spend data yet." in at(app, tmp_path, spend_page.file, monkeypatch)
    assert (
        app.code[0].value.startswith("day,cost_usd\n")
        and "headway import spend.csv" in app.code[1].value
    )


def test_cost_per_outcome_has_its_basis(
    app: AppTest, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = at(app, company, COST.file, monkeypatch)
    assert "Each outcome that lasted cost $273 of AI spend in 2025-Q4 (n = 6)" in text
    assert (
        "Based on $1,638 of final spend, known for 91 of 91 days, and 6 outcomes: feedback "
        "resolved 4, "
        "feature merged 2. 17 % of them have unknown durability, and 33 % of them are not "
        "linked to an issue. "
        "Left out: 1 undone." in text
    )
    assert (
        "Spend rose by $637 from Q3 2025 to Q4 2025, from $1,001 to $1,638: "
        "+$455 by price, +$182 by new tools and models." in text
    )
    assert "Largest changes: +$455 sonnet of claude code, +$182 cursor." in text
    assert "Counted as $0 because the price is unknown: 3 rows of other (generic)." in text


def test_few_days_of_spend_show_the_missing_data(
    app: AppTest, empty: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tables = dict(spend_facts.tables()) | {"outcomes": list(spend_facts.outcomes())[:6]}
    tables["spend"] = [
        spend_facts.paid(date(2025, 12, day), "other", "api", 5) for day in range(1, 11)
    ]
    facts.published(tmp_path, empty, tables)
    text = at(app, tmp_path, COST.file, monkeypatch)
    assert (
        "Q4 2025 needs final spend of 63 more days (10 of 73 are known, between 1 Dec 2025 and "
        "10 Dec 2025) and 3 more outcomes that lasted (2 of 5 are known)." in text
    )
    assert (
        "Not split: final spend is known for only 0 of the 91 days of Q3 2025 and 10 of the "
        "91 days "
        "of Q4 2025; 80 % are needed." in text
    )


def test_budget_answers_what_if_and_names_the_divisor(
    app: AppTest, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = at(app, company, EXTRA_PAGES[0].file, monkeypatch)
    assert "126 % of a budget of $400" in text
    lines = closed_lines(app)
    cost = "AI cost $56 per active author in January 2026 (n = 10), after $56 in December 2025"
    assert lines["Spend per active author"] == cost
    share = "In December 2025, web spent 59 % of $558; 19 % is unattributed"
    assert lines["Spend by team"] == share
    assert "$504 is expected by the end of February 2026" in text
    app.number_input(key="seats").set_value(3650).run()
    lead = "\n".join(block.proto.body for block in app.get("html"))
    assert "$360 more than now" in lead  # $120 a day for the three days that are not final


def test_tools_have_effective_number_and_outcomes(
    app: AppTest, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = at(app, company, EXTRA_PAGES[1].file, monkeypatch)
    # 1 / (0.75² + 0.25²) = 1.6
    assert (
        "In January 2026, 2 tools cost money. 100 % of the spend is for tools with a decision."
        in text
    )
    lines = closed_lines(app)
    concentrated = "Spend is as concentrated as on 1.6 equally large tools, 2.0 in December 2025"
    assert lines["How many tools"] == concentrated
    traces = "Outcomes with traces of a tool: Cursor 2, Claude Code 1"
    assert lines["Outcomes by tool"] == traces
    assert lines["Tools by team"] == "1 of 1 team with traces of tools used several"


# -- in a browser ----------------------------------------------------------------------------------


def test_the_waterfall_is_what_its_sql_gives_and_bars_change_with_the_choice(
    browser: Browser, company: Path
) -> None:
    with served(company) as site, opened(browser, f"{site}/cost?{OPEN}") as at_cost:
        ready(at_cost)
        lead = at_cost.locator("[data-testid=stHtml] p").filter(has_text="$273")
        expect(lead.first).to_be_visible()
        show(at_cost, "Why spend changed", "SQL")
        total, *_ = run(company, printed(at_cost))
        plot = at_cost.get_by_role("figure", name="Why spend changed").locator(".js-plotly-plot")
        names, values = plot.evaluate("plot => [[...plot.data[0].y], [...plot.data[0].x]]")
        assert names == ["Q3 2025", "price", "new", "Q4 2025"]
        assert values == [
            float(total[name]) for name in ("before_usd", "price_usd", "new_usd", "after_usd")
        ]
        unfold(at_cost, "Spend over time")
        at_cost.get_by_role("radio", name="By tool").click()
        bars = at_cost.get_by_role("figure", name="Spend over time")
        expect(bars).to_have_attribute("aria-label", re.compile("claude code"))
        at_cost.set_viewport_size({"width": 390, "height": 844})
        assert at_cost.evaluate("document.documentElement.scrollWidth") <= 390
