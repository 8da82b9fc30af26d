"""Figures of every page are valid, small, and legible at every width."""

from __future__ import annotations

import html
import itertools
import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import plotly.graph_objects
import plotly.offline
import pytest
from playwright.sync_api import Browser, Page
from streamlit.testing.v1 import AppTest

from headway.ui.charts.panel_chart import draw_panel
from headway.ui.parts import question_html
from headway.ui.parts.chart import CheckedFigure
from headway.ui.parts.question import axis_of
from headway.ui.parts.style import QUESTION_STYLE, STYLE
from headway.ui.parts.text import slug
from queries.catalog import catalog
from queries.catalog.catalog import EXTRA_PAGES, PAGES
from queries.catalog.scope import Scope
from queries.read import filters
from queries.read.expectations import Target
from queries.read.overview import overview
from queries.read.panels import events, panels_data
from queries.read.snapshot import current
from queries.statistics.windows import CLOSED, Event, Window
from tests.support.dashboard import Scheme, opened, ready, served

ROOT = Path(__file__).parents[3]
#: characters of a figure as it is sent
MOST_CHARACTERS = 32_000
#: sections that pages draw closed, and panels with the name of their first number
OPENED = (
    *(
        panel.title
        for page in PAGES
        for panel in catalog.panels(page)
        if panel.metrics[0].is_headline and panel.title == panel.metrics[0].title
    ),
    "Why spend changed",
    "Spend over time",
    "Spend per engineer",
    "Spend by team",
    "How many tools",
    "Cost by decision",
)
WIDTHS = (390, 820, 1280, 1920)
ALL_PAGES, CYCLE_TIME = (*PAGES, *EXTRA_PAGES), "cycle-time"
#: pixels of the page beside a figure on a phone, and the width of the widest figure
BESIDE, WIDEST = 32, 1016
#: milliseconds in which the figures of a page follow its width
SETTLED = 1500
#: milliseconds in which a browser draws all figures, on a machine that runs other tests
MOST_MILLISECONDS = 120_000
#: pages in the dashboard itself; all of them, light and dark, in make soak
ON_PAGES = [(CYCLE_TIME, "dark")]
if "HEADWAY_CHART_PAGES" in os.environ:
    ON_PAGES = [(page.name, scheme) for page in ALL_PAGES for scheme in ("light", "dark")]
#: how far boxes of letters may touch: they have empty space above and below
SLACK = 2.0
#: names of the figures with texts over each other, or outside the figure
FAULTS = """slack => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot, nth) => {
  const name = (plot.closest('[data-figure]') || plot).dataset.figure || `figure ${nth}`;
  const frame = plot.querySelector('.main-svg').getBoundingClientRect();
  const texts = [...plot.querySelectorAll('.main-svg text')]
    .filter(text => text.textContent.trim() && !text.closest('.hoverlayer, .modebar'))
    .map(text => ({words: text.textContent, box: text.getBoundingClientRect()}))
    .filter(({box}) => box.width > 0);
  const cut = texts.filter(({box}) =>
    box.left < frame.left - 1 || box.right > frame.right + 1 ||
    box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  const over = texts.flatMap((one, index) => texts.slice(index + 1).filter(other =>
    Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > slack &&
    Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > slack
  ).map(other => `${name}: ${one.words} | ${other.words}`));
  return [...cut.map(({words}) => `${name}: ${words} is cut off`), ...over];
})"""
#: names of the charts of quarters with texts over each other, or outside the page
QUARTER_FAULTS = """slack => [...document.querySelectorAll('.hw .plot')].flatMap(plot => {
  const walker = document.createTreeWalker(plot, NodeFilter.SHOW_TEXT), texts = [];
  const name = plot.getAttribute('aria-label').split(':')[0];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    texts.push({words: walker.currentNode.textContent, box: range.getBoundingClientRect()});
  }
  const end = plot.getBoundingClientRect().right;
  return texts.flatMap((one, index) => [
    ...(one.box.left < 0 || one.box.right > end + 16 ? [`${name}: ${one.words} is cut off`] : []),
    ...texts.slice(index + 1).filter(other =>
      Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > slack &&
      Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > slack
    ).map(other => `${name}: ${one.words} | ${other.words}`)]);
})"""
#: events beside those of the demo
MORE_EVENTS = [
    Event("most spend on some-model-4-5", date(2026, 5, 18), timedelta(0), "model change"),
    Event("Summer", date(2026, 7, 20), timedelta(days=21), CLOSED),
]


@pytest.fixture(scope="module")
def specifications(demo: Path) -> dict[str, str]:
    """Return the figures of all pages as they are sent, by page and text alternative."""
    return drawn_panels(demo) | drawn_pages(demo)


def drawn_panels(demo: Path) -> dict[str, str]:
    """Return the charts of all panels, by quarter and by week."""
    snapshot, result = current(demo), {}
    period = next(iter(filters.periods(filters.snapshot_info(snapshot)).values()))
    for page in PAGES:
        for data in panels_data(snapshot, catalog.panels(page), period, Scope()):
            for is_weekly in (False, True):
                drawing = draw_panel(data, "by quarter · synthetic data", period, is_weekly)
                if drawing:
                    name = f"{page.name}: {data.panel.title}{', weeks' if is_weekly else ''}"
                    result[name] = json.dumps(CheckedFigure(drawing.figure).to_dict())
    return result


def drawn_pages(demo: Path) -> dict[str, str]:
    """Return the charts that pages draw with closed sections and rows of answers opened."""
    main, result = sys.modules["__main__"], {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADWAY_DATA", str(demo))
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
        for title in OPENED:
            app.query_params[f"open-{slug(title)}"] = "true"
        app.query_params["evidence"] = "rows"
        app.run()
        for page in ALL_PAGES:
            app.switch_page(page.file).run()
            assert not app.exception, page.name
            for element in app.get("plotly_chart"):
                assert element.proto.alt
                result[f"{page.name}: {element.proto.alt[:60]}"] = element.proto.spec
    sys.modules["__main__"] = main  # AppTest replaced it
    return result


def drawn_quarters(demo: Path) -> str:
    """Return the charts of quarters of all headlines as HTML, with events and a target."""
    snapshot = current(demo)
    items = overview(snapshot, "org", "", "").all_answers
    marked = [*events(snapshot, Window(date(2020, 1, 1), date(2030, 1, 1))), *MORE_EVENTS]
    charts = []
    for item in items:
        known = [row["current"] for row in item.quarters if row["current"] is not None]
        target = Target(known[0], date(2027, 3, 31)) if known else None
        charts.append(question_html.quarters(item, axis_of(item), marked, target))
    assert sum(map(bool, charts)) > 10
    style = f"<style>{STYLE}{QUESTION_STYLE} body {{ font-family: sans-serif }}</style>"
    return f'{style}<div class="hw">{"".join(charts)}</div>'


def test_figures_are_valid_and_small(specifications: dict[str, str]) -> None:
    assert len(specifications) > 40
    for name, text in specifications.items():
        plotly.graph_objects.Figure(json.loads(text))
        assert len(text) < MOST_CHARACTERS, name


def test_ticks_are_not_repeated(specifications: dict[str, str]) -> None:
    for name, text in specifications.items():
        layout = json.loads(text)["layout"]
        days = layout["xaxis"].get("tickvals", [])
        assert len(days) == len(set(days)), name
        months = layout["xaxis"].get("ticktext", [])
        assert all(month != following for month, following in itertools.pairwise(months)), name


def test_labels_of_figures_are_apart_and_whole(
    browser: Browser, specifications: dict[str, str], demo: Path
) -> None:
    page = browser.new_page()
    page.set_content(document(specifications, drawn_quarters(demo)), timeout=MOST_MILLISECONDS)
    for width in sorted({min(width - BESIDE, WIDEST) for width in WIDTHS}):
        resize(page, width)
        assert page.evaluate(FAULTS, SLACK) == [], width
        assert page.evaluate(QUARTER_FAULTS, SLACK) == [], width
    page.close()


def document(specifications: dict[str, str], more: str) -> str:
    """Return a page of figures that adapt to its width, and more HTML."""
    figures: list[dict[str, Any]] = [json.loads(text) for text in specifications.values()]
    places = "".join(
        f'<div id="figure{index}" data-figure="{html.escape(name, quote=True)}"></div>'
        for index, name in enumerate(specifications)
    )
    draw = "".join(
        f"Plotly.newPlot('figure{index}', {json.dumps(figure)}, {{responsive: false}});"
        for index, figure in enumerate(figures)
    )
    script = plotly.offline.get_plotlyjs()
    return (
        f'<body style="margin:0;width:358px">{places}{more}<script>{script}</script>'
        f"<script>{draw}</script></body>"
    )


def resize(page: Page, width: int) -> None:
    """Give all figures a width."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(
        """async width => {
          document.body.style.width = `${width}px`;
          for (const plot of document.querySelectorAll('.js-plotly-plot'))
            await Plotly.relayout(plot, {width, 'font.family': 'sans-serif'});
        }""",
        width,
    )


@pytest.mark.parametrize(("path", "scheme"), ON_PAGES)
def test_labels_on_pages_are_apart_and_whole(
    browser: Browser, demo: Path, path: str, scheme: Scheme
) -> None:
    with served(demo) as url, opened(browser, f"{url}/{path}", color_scheme=scheme) as page:
        ready(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(SETTLED)
            assert page.evaluate(FAULTS, SLACK) == [], width
            assert page.evaluate(QUARTER_FAULTS, SLACK) == [], width
