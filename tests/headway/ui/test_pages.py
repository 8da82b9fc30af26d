"""Pages in a browser, and the SQL that they print."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pandas as pd
import pytest
import streamlit as st
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from streamlit.testing.v1 import AppTest

from headway.ui.charts import durations, figure
from headway.ui.parts.pictures import SAVE_AS_SVG
from headway.ui.parts.text import slug
from queries.catalog import catalog
from queries.catalog.catalog import PAGES, QUESTIONS
from queries.catalog.scope import Scope
from queries.read import charts, evidence, filters, headlines
from queries.read.numbers import Numbers
from queries.read.snapshot import LINK, current
from queries.text.sentences import format_value
from tests.support import facts
from tests.support.counting import is_close
from tests.support.dashboard import (
    Scheme,
    chart,
    choose,
    leads,
    opened,
    printed,
    ready,
    run,
    served,
    show,
    unfold,
)

ROOT = Path(__file__).parents[3]
#: words and numbers of the overview, filters included
MOST_WORDS, MOST_NUMBERS = 370, 90
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
#: axe's rule that all content is in landmarks; Streamlit draws open lists outside of them
OUTSIDE = "region"
AXE, BACKGROUNDS = Axe(), {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}
CYCLE_TIME, EXPERIENCE = catalog.page("cycle-time"), catalog.page("experience")
COMPANY = Path(__file__).parent / "pages.txt"


@pytest.fixture(scope="module")
def site(demo: Path) -> Iterator[str]:
    """Yield the URL of a dashboard with the demo company."""
    with served(demo) as url:
        yield url


def test_headlines_and_charts_are_what_the_printed_sql_gives(
    browser: Browser, site: str, demo: Path
) -> None:
    panel = catalog.panels(CYCLE_TIME)[0]
    metric = panel.metrics[0]
    with opened(browser, f"{site}/{CYCLE_TIME.name}") as page:
        ready(page)
        unfold(page, panel.title)
        sentence = leads(page)[0]
        show(page, panel.title, "SQL")
        for row in run(demo, printed(page)):
            assert f"{format_value(row['estimate'], metric.unit)}" in sentence
            assert f"n = {row['n']:,}" in sentence
        before = printed(page)
        choose(page, "Behind which number", f"{metric.title}, by week")
        page.wait_for_function(
            "before => document.querySelector('[data-testid=stCode] code').innerText.trim() "
            "!== before.trim()",
            arg=before,
        )
        weeks = run(demo, printed(page))
        page.get_by_text("Show weeks").last.click()
        plot = chart(page, panel.title).first.locator(".js-plotly-plot")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.js-plotly-plot')]"
            ".some(plot => plot.data && plot.data[0].customdata)"
        )
        drawn = plot.evaluate("plot => ['y', 'customdata'].map(name => [...plot.data[0][name]])")
        assert [start for start, *_ in drawn[1]] == [f"{row['start_on']}" for row in weeks]
        assert drawn[0] == pytest.approx(
            [None if row["estimate"] is None else row["estimate"] / 24 for row in weeks]
        )
        assert [n for _, n, _ in drawn[1]] == [row["n"] for row in weeks]


def test_rows_come_as_csv_and_parquet_and_the_chart_as_html(
    browser: Browser, site: str, demo: Path
) -> None:
    panel = catalog.panels(CYCLE_TIME)[0]
    with opened(browser, f"{site}/{CYCLE_TIME.name}") as page:
        ready(page)
        show(page, panel.title, "SQL")
        newest = run(demo, printed(page))[-1]
        show(page, panel.title, "Rows")
        expect(page.get_by_role("region", name="Rows of")).to_be_visible()
        show(page, panel.title, "Download")
        csv, parquet = (
            read(downloaded(page, name))
            for read, name in ((csv_frame, "Rows as CSV"), (parquet_frame, "Rows as Parquet"))
        )
        assert len(csv) == len(parquet) > 0
        assert parquet["counts_as"].isin(["counted", "unfinished"]).sum() == newest["n"]
        text = downloaded(page, "Chart as HTML").decode()
        assert panel.title in text and "synthetic data" in text
        assert not any(f'"{placeholder}"' in text for placeholder in figure.COLOURS)


def csv_frame(content: bytes) -> pd.DataFrame:
    """Return the rows of a CSV file."""
    return pd.read_csv(io.BytesIO(content))


def parquet_frame(content: bytes) -> pd.DataFrame:
    """Return the rows of a Parquet file."""
    return pd.read_parquet(io.BytesIO(content))


def test_every_chart_is_saved_as_svg_and_png(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/{CYCLE_TIME.name}?weeks=true") as page:
        ready(page)
        title = page.locator("h1").inner_text().partition("improving")[2].strip()
        page.locator(".js-plotly-plot").first.hover()
        assert title
        for name, text, svg, png in (
            ("cycle-time-of-features-by-quarter", title, "SVG", "PNG"),
            ("cycle-time-by-week", "Cycle time", SAVE_AS_SVG, "Download plot as a PNG"),
        ):
            drawn = ElementTree.fromstring(downloaded(page, svg, f"{name}.svg"))
            assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
            assert any(text in part for part in drawn.itertext())
            assert downloaded(page, png, f"{name}.png").startswith(b"\x89PNG")


def downloaded(page: Page, button: str, file: str = "") -> bytes:
    """Return the file of a download button, which has a name if one is given."""
    with page.expect_download() as result:
        page.get_by_role("button", name=button, exact=True).click()
    assert file in ("", result.value.suggested_filename)
    return Path(result.value.path()).read_bytes()


@pytest.mark.parametrize(
    ("page", "scope"),
    [
        *((page.name, Scope()) for page in PAGES),
        (CYCLE_TIME.name, Scope(team="App")),
        (CYCLE_TIME.name, Scope(work_type="fix", authorship="no signal")),
        ("experience", Scope(repo="fernhill-demo/web")),
    ],
)
def test_every_number_of_a_panel_is_what_its_sql_gives(demo: Path, page: str, scope: Scope) -> None:
    snapshot = current(demo)
    period = next(iter(filters.periods(filters.snapshot_info(snapshot)).values()))
    numbers = Numbers(snapshot, scope)
    for panel in catalog.panels(catalog.page(page)):
        reported = [
            headlines.metric_headlines(snapshot, metric, scope, period.end_on).all
            for metric in panel.headlines
        ]
        flat = [headline for item in reported for headline in item]
        result = evidence.evidence(snapshot, panel, flat, period, scope)
        for headline, behind in zip(flat, result, strict=False):
            rows = {row["start_on"]: row for row in run(demo, behind.sql)}
            now, later = rows[headline.window.start_on], rows[headline.baseline_window.start_on]
            assert (now["n"], now["n_missing"]) == (headline.n_current, headline.n_missing)
            assert later["n"] == headline.n_baseline
            assert is_close(now["estimate"], headline.current)
            assert is_close(later["estimate"], headline.baseline)
        for behind in result[len(flat) :]:
            if behind.label.endswith("by quarter"):
                drawn = numbers.quarters(behind.metric, period)
            else:
                drawn = charts.chart_frame(numbers, behind.metric, period)
            assert [row["n"] for row in run(demo, behind.sql)] == drawn["n"].tolist()


def test_what_came_in_and_what_left_is_drawn_as_its_sql_gives_it(
    browser: Browser, site: str, demo: Path
) -> None:
    panel = catalog.panels(EXPERIENCE)[0]
    with opened(browser, f"{site}/{EXPERIENCE.name}") as page:
        ready(page)
        show(page, panel.title, "SQL")
        choose(page, "Behind which number", f"{panel.metrics[0].title}, arrivals and departures")
        expect(page.locator("[data-testid=stCode] code").first).to_contain_text("as unlabelled")
        weeks = run(demo, printed(page))
        plot = page.get_by_role("figure", name=panel.title).locator(".js-plotly-plot")
        drawn = plot.evaluate("plot => plot.data.map(trace => [trace.name, [...trace.y]])")
        columns = {"open": "open", "arrived": "entered"} | {
            way: way for way in durations.DEPARTURES
        }
        signs = {"open": 1, "arrived": 1}
        assert len(weeks) > 50 and len(drawn) == 5
        for name, values in drawn:
            assert values == [signs.get(name, -1) * row[columns[name]] for row in weeks], name


# -- state -----------------------------------------------------------------------------------------


def test_a_filter_changes_address_and_numbers_and_the_link_is_the_state(
    browser: Browser, site: str
) -> None:
    with opened(browser, f"{site}/{CYCLE_TIME.name}") as page:
        ready(page)
        before = page.locator("h1").inner_text()
        choose(page, "Team", "App")
        expect(page.get_by_text("Only team App")).to_be_visible()
        choose(page, "Range of the charts", "Last 26 weeks")
        page.wait_for_url("**period=Last+26+weeks*")
        ready(page)
        link, after = page.url, page.locator("h1").inner_text()
        assert "team=App" in link
        assert after != before
        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_role("heading", name="Guardrails:")).to_be_visible(timeout=20_000)
        assert "team=App" in page.url
        page.get_by_role("button", name="Reset").click()
        expect(page.get_by_text("Only team App")).to_have_count(0)
        assert "team" not in page.url
    with opened(browser, link) as page:
        ready(page)
        assert page.locator("h1").inner_text() == after
        expect(page.get_by_text("Exploratory")).to_have_count(0)  # teams are judged


def test_each_change_is_a_step_of_the_history_and_evidence_is_in_the_link(
    browser: Browser, site: str
) -> None:
    with opened(browser, site) as page:
        ready(page)
        page.get_by_role("link", name=CYCLE_TIME.heading, exact=True).click()
        page.wait_for_url(f"**/{CYCLE_TIME.name}")
        ready(page)
        choose(page, "Team", "App")  # at once after a change of pages
        expect(page.get_by_text("Only team App")).to_be_visible(timeout=20_000)
        page.wait_for_timeout(500)
        ready(page)
        page.get_by_role("radio", name="SQL", exact=True).click()
        page.wait_for_url("**evidence=sql*")
        link = page.url
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("button", name="Close")).to_have_count(0, timeout=20_000)
        page.go_back()
        expect(page.get_by_role("button", name="Close")).to_be_visible(timeout=20_000)
        page.go_back()
        page.go_back()
        expect(page.get_by_text("Only team App")).to_have_count(0, timeout=20_000)
        assert page.url.endswith(CYCLE_TIME.name)
    with opened(browser, f"{link.replace('sql', 'rows')}&find=zzzz") as page:
        ready(page)
        expect(page.get_by_text("0 pull requests, newest first.")).to_be_visible(timeout=20_000)


def test_unknown_value_of_the_address_is_named(app: AppTest, demo: Path, tmp_path: Path) -> None:
    link(tmp_path, demo)
    at(app, CYCLE_TIME.file, team="Harbour")
    (warning,) = [element.value.replace("\\", "") for element in app.warning]
    assert warning.startswith("There is no team “Harbour” (renamed, or too few people to show).")


def test_new_snapshot_appears_without_reload(
    browser: Browser, demo: Path, empty: Path, tmp_path: Path
) -> None:
    company = tmp_path / "company"
    company.mkdir()
    facts.published(company, empty, facts.read_tables(COMPANY))
    data = tmp_path / "data"
    data.mkdir()
    with served(data) as url, opened(browser, f"{url}/{CYCLE_TIME.name}") as page:
        expect(page.locator("h1")).to_have_text("Nothing is published yet", timeout=20_000)
        expect(page.get_by_text("headway refresh")).to_be_visible()
        link(data, company)
        expect(page.get_by_text(CYCLE_TIME.title)).to_be_visible(timeout=20_000)
        ready(page)
        unfold(page, catalog.panels(CYCLE_TIME)[0].title)
        assert leads(page)[0].startswith(
            "Half of the features opened in 2025-Q4 were merged within 12 hours of starting"
        )
        assert "(n = 2)" in leads(page)[0]
        expect(page.get_by_text("acme/old (synced through 2 Nov 2025)")).to_be_visible()
        assert "synthetic" not in page.inner_text("body")
        assert not any(word in page.inner_text("body") for word in ("Log in", "Sign in", "alice"))
        link(data, demo)
        expect(page.get_by_text("all of this is synthetic")).to_be_visible(timeout=20_000)


def link(data: Path, published: Path) -> None:
    """Replace the published file, as a publish does."""
    fresh = data / "fresh"
    fresh.symlink_to((published / LINK).resolve())
    fresh.replace(data / LINK)


# -- looks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "paths"),
    [
        (
            "light",
            (
                "",
                "capabilities?weeks=true",
                "guardrails?weeks=true",
                "tools?open-how-many-tools=true",
            ),
        ),
        ("dark", (f"{CYCLE_TIME.name}?weeks=true", "experience?weeks=true", "budget")),
    ],
)
def test_pages_fit_a_phone_and_say_what_charts_show(
    browser: Browser, site: str, scheme: Scheme, paths: tuple[str, ...]
) -> None:
    address, is_phone = f"{site}/{paths[0]}", {"has_touch": True, "is_mobile": True}
    with opened(browser, address, PHONE, scheme, **is_phone) as page:
        fits_a_phone(page, paths[0])
        for path in paths[1:]:
            page.goto(f"{site}/{path}")
            fits_a_phone(page, path)


def fits_a_phone(page: Page, path: str) -> None:
    """Fail if a page is wider than a phone, or if a chart has no text or no colours."""
    ready(page)
    expect(page.get_by_text("all of this is synthetic")).to_be_visible(timeout=60_000)
    plots = page.locator("[data-testid=stPlotlyChart]")
    if path:
        expect(plots.last.locator(".main-svg").first).to_be_attached(timeout=60_000)
    else:
        expect(page.get_by_role("img", name=" by quarter: ").nth(3)).to_be_attached()
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        assert height <= 1600
    for nth in range(plots.count()):
        assert len(plots.nth(nth).get_attribute("aria-label") or "") > 30
    if path.startswith(CYCLE_TIME.name):
        show(page, catalog.panels(CYCLE_TIME)[0].title, "How this is measured")
        expect(page.get_by_text("Only work type feature.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
    colours = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot .js-line')].map(line => "
        "getComputedStyle(line).stroke)"
    )
    assert bool(colours) == bool(path) and not any(
        colour.startswith("rgb(0, 0, ") for colour in colours
    )  # the theme's are put in


def test_overview_is_one_screen(browser: Browser, site: str) -> None:
    with opened(browser, site, viewport=DESKTOP) as page:
        ready(page)
        expect(page.get_by_role("img", name=" by quarter: ").nth(3)).to_be_attached()
        main = page.locator("[data-testid=stMain]")
        element = main.element_handle()
        page.wait_for_function(  # until its fonts are there, a text may take a line more
            "([element, most]) => element.scrollHeight <= most", arg=[element, DESKTOP["height"]]
        )
        text = main.inner_text()
        assert len(text.split()) <= MOST_WORDS
        assert len(re.findall(r"\d[\d,.]*", text)) <= MOST_NUMBERS


def test_axe_finds_no_violation(browser: Browser, site: str) -> None:
    """Every page with evidence and a section open, light and dark; filters open on the first."""
    with opened(browser, site, viewport=DESKTOP) as page:
        ready(page)
        assert violations(page) == []
        page.get_by_role("combobox", name="Team", exact=True).click()
        assert violations(page, without=OUTSIDE) == []
        page.keyboard.press("Escape")
        for content in (*catalog.PAGES, *catalog.EXTRA_PAGES):
            menu = page.locator("[data-testid=stSidebarNav]")
            menu.get_by_role("link", name=content.heading, exact=True).click()
            page.wait_for_url(f"**/{content.name}*")
            ready(page)
            sections = page.locator("details:not([open]) > summary").first
            for part in (sections, page.get_by_role("radio", name="SQL", exact=True).first):
                if part.count():
                    part.click()
                    ready(page)
            assert violations(page) == [], content.name


def violations(page: Page, without: str = "") -> list[tuple[str, str, str]]:
    """Return scheme, rule and place of each violation that axe finds; contrast also if dark."""
    nodes: list[tuple[str, str, str]] = []
    schemes: tuple[tuple[Scheme, list[str]], ...] = (("dark", ["color-contrast"]), ("light", []))
    for scheme, rules in schemes:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stApp")).to_have_css("background-color", BACKGROUNDS[scheme])
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        options |= {"runOnly": rules} if rules else {}
        options |= {"rules": {without: {"enabled": False}}} if without else {}
        response = AXE.run(page, options=options).response
        nodes += [
            (scheme, rule["id"], node["html"])
            for rule in response["violations"]
            for node in rule["nodes"]
        ]
    return nodes


def test_the_page_about_data_fits_a_phone_and_its_totals_are_what_its_sql_gives(
    browser: Browser, site: str, demo: Path
) -> None:
    with opened(browser, f"{site}/data", viewport=PHONE, color_scheme="dark") as page:
        ready(page)
        show(page, "Does it agree with GitHub?", "SQL")
        (totals,) = run(demo, printed(page))
        assert (
            totals["missing_here"]
            == totals["missing_there"]
            == totals["uncounted_repositories"]
            == 0
        )
        assert (
            f"Of {totals['at_github']:,} pull requests and issues that GitHub counts, all are here."
            in leads(page)[0]
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# -- states without a browser ----------------------------------------------------------------------


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """The dashboard on an empty data folder, opened before anything is published."""
    monkeypatch.setenv("HEADWAY_DATA", str(tmp_path))
    monkeypatch.chdir(ROOT)
    st.cache_data.clear()  # small files made by hand share the id of the empty one
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()


def page_text(app: AppTest) -> str:
    """Return all text of a page, without escapes."""
    elements = [
        *app.main.markdown,
        *app.main.caption,
        *app.main.info,
        *app.main.warning,
        *app.main.title,
    ]
    return (
        "\n".join(str(element.value) for element in elements)
        .replace("\\", "")
        .replace("\N{NO-BREAK SPACE}", " ")
    )


def at(app: AppTest, page: str, **query: str) -> AppTest:
    """Return the dashboard at a page with URL parameters."""
    for name, value in query.items():
        app.query_params[name] = value
    if page:
        app.switch_page(page)
    app.run()
    assert not app.exception
    return app


def test_empty_snapshot_shows_rules_and_how_to_add_one(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    link(tmp_path, empty.parents[1])
    assert "No feature was opened" in page_text(at(app, CYCLE_TIME.file))
    assert "Rules for work type feature, and how to add yours" in [
        box.label for box in app.expander
    ]
    assert any("[[work_types]]" in block.value for block in app.code)


def test_filters_without_matches_show_a_notice(app: AppTest, empty: Path, tmp_path: Path) -> None:
    facts.published(tmp_path, empty, facts.read_tables(COMPANY))
    text = page_text(at(app, CYCLE_TIME.file, repo="acme/old", authorship="assisted"))
    assert "No pull request matches repository acme/old, authorship assisted." in text
    assert "Exploratory: no verdict exists for a filtered view." in text
    app.button[0].click().run()
    assert "No pull request matches" not in page_text(app)


def test_silent_company_is_shown_through_its_last_week(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    tables = facts.read_tables(COMPANY)
    tables |= {"pull_requests": tables["pull_requests"][:1], "issues": []}
    facts.published(tmp_path, empty, tables)
    text = page_text(at(app, CYCLE_TIME.file))
    assert "Nothing has happened since 5 Aug 2025, so periods end there" in text


def test_every_page_of_the_catalogue_has_its_file_and_every_question_its_line(
    app: AppTest, demo: Path, tmp_path: Path
) -> None:
    link(tmp_path, demo)
    text = page_text(at(app, ""))
    assert "Next steps" not in text
    assert all((ROOT / page.file).is_file() for page in PAGES)
    lines = "".join(part.proto.body for part in app.get("html"))
    assert all(question.short in lines for question in QUESTIONS if question.name != "guardrail")


@pytest.mark.parametrize("is_mapped", [False, True])
def test_page_without_rule_matches_shows_how_to_map_a_label(
    app: AppTest, empty: Path, tmp_path: Path, is_mapped: bool
) -> None:
    tables = facts.read_tables(COMPANY)
    with duckdb.connect() as db:  # another test may have the file open
        db.execute(f"attach '{empty}' as empty (read_only)")
        rules = db.execute("select columns(*)::varchar from empty.rules")
        names = [name for name, *_ in rules.description]
        tables["rules"] = [dict(zip(names, row, strict=True)) for row in rules.fetchall()]
    if is_mapped:
        interval = {
            "repo": "acme/shop",
            "number": "101",
            "kind": "ux debt",
            "entered_at": "2026-01-06 09:00",
        }
        tables["issue_intervals"] = [interval]
    facts.published(tmp_path, empty, tables)
    text = page_text(at(app, EXPERIENCE.file))
    headers = [header.value for header in app.header]
    assert ("No rule for ux debt has matched an item." in text) == (not is_mapped)
    assert ("Age of open UX debt" in headers) == is_mapped  # else as empty as the first
    if not is_mapped:
        lead = (
            "Not measured in 2025-Q4: no issue had been marked as UX debt by then in the synced "
            "repositories."
        )
        assert any(lead in item.proto.body for item in app.get("html"))
        assert app.code[0].value == 'headway rules --map LABEL "ux debt"'


def test_overview_of_own_data_lists_next_steps(app: AppTest, empty: Path, tmp_path: Path) -> None:
    facts.published(tmp_path, empty, facts.read_tables(COMPANY))
    text = page_text(at(app, ""))
    assert "1 of 6 sources connected: 2 repositories, 5 pull requests, 3 issues." in text
    for line in (
        "- **3 labels match no rule.** To see what these items are: ",
        "- **No item counts as UX debt or experiment or feedback.** To see what is resolved ",
        "- **No people.csv: teams and roles unknown.** To see answers by team, ",
        "- **No deployment and no release.** To see ",
        "- **No spend.** To see cost per outcome, ",
        "- **No pulse survey.** To see how people feel: `headway pulse`, ",
    ):
        assert line in text


def test_filtered_overview_has_no_next_steps(app: AppTest, empty: Path, tmp_path: Path) -> None:
    facts.published(tmp_path, empty, facts.read_tables(COMPANY))
    assert "Next steps" not in page_text(at(app, "", repo="acme/shop"))


def test_overview_of_an_empty_file_names_the_first_step(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    link(tmp_path, empty.parents[1])
    text = page_text(at(app, ""))
    assert "Nothing is connected yet." in text
    assert "- **No repository.** To see any answer: `headway init --repo OWNER/NAME`." in text


def test_unknown_roles_are_not_said_to_have_shipped_nothing(
    app: AppTest, empty: Path, tmp_path: Path
) -> None:
    facts.published(tmp_path, empty, facts.read_tables(COMPANY))
    text = page_text(at(app, catalog.page("capabilities").file))
    assert "No role is known. Write roles into data/seeds/people.csv, then run" in text
    assert "No team is known. Write teams into data/seeds/people.csv, then run" in text
    assert "No person outside engineering roles shipped" not in text


def test_panel_without_the_filter_is_of_the_whole_organisation(
    app: AppTest, demo: Path, tmp_path: Path
) -> None:
    link(tmp_path, demo)
    panel = catalog.panels(EXPERIENCE)[2]
    opened_panel = {f"open-{slug(panel.title)}": "true"}
    text = page_text(at(app, EXPERIENCE.file, team="App", **opened_panel))
    assert "Whole organisation: issues have no team." in text
    assert len(app.get("plotly_chart")) == 1
