"""The SQL page: queries, their results as rows, chart and files, and their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from headway.ui.charts.quick_chart import quick_chart
from queries.catalog import catalog
from queries.errors import SqlError
from queries.read.query import Limits
from queries.read.snapshot import LINK
from queries.read.tables import RunningQuery
from tests.support.dashboard import opened, ready, served

PAGE = catalog.extra_page("sql").name
#: counts for hours
ENDLESS = "select count(*) from range(1000000) a, range(1000000) b where a.range % 7 = b.range % 11"


@pytest.fixture(scope="module")
def site(demo: Path) -> Iterator[str]:
    """Yield the URL of a dashboard with the demo company."""
    with served(demo) as url:
        yield url


def ask(page: Page, statement: str) -> None:
    """Write a query and run it."""
    page.get_by_role("textbox", name="Query").fill(statement)
    page.get_by_role("button", name="Run", exact=True).click()


def test_query_of_a_link_runs_and_next_ones_replace_it(browser: Browser, site: str) -> None:
    link = f"{site}/{PAGE}?sql={quote('select 40 + 2 as sum')}"
    with opened(browser, link) as page:
        expect(page.get_by_text("1 rows, data through")).to_be_visible(timeout=30_000)
        ready(page)
        ask(page, "select * from read_text('/etc/passwd')")
        expect(page.get_by_text("file system operations are disabled")).to_be_visible()
        ask(page, "select range as n from range(20000)")
        expect(page.get_by_text("The first 10,000 rows of more")).to_be_visible(timeout=20_000)
        assert "range" in page.url


def test_stop_ends_a_query_and_the_next_one_runs(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/{PAGE}") as page:
        ready(page)
        ask(page, ENDLESS)
        page.get_by_role("button", name="Stop").click(timeout=20_000)
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
        ask(page, "select 'next' as word")
        expect(page.get_by_text("1 rows, data through")).to_be_visible(timeout=20_000)


def test_sql_of_a_number_opens_on_the_page(browser: Browser, site: str) -> None:
    page_of = catalog.page("guardrails")
    with opened(browser, f"{site}/{page_of.name}") as page:
        ready(page)
        panel = catalog.panels(page_of)[0].title
        page.get_by_role("radiogroup", name=f"Evidence: {panel}").get_by_role(
            "radio", name="SQL", exact=True
        ).click()
        page.get_by_role("link", name="Open on the SQL page").click()
        expect(page.get_by_text("rows, data through")).to_be_visible(timeout=30_000)


def rows(demo: Path, statement: str) -> pd.DataFrame:
    """Return the rows of a query."""
    with RunningQuery((demo / LINK).resolve(), statement, Limits(seconds=30)) as query:
        assert query.wait(30)
        return query.result().rows


def test_days_and_times_are_read_as_such(demo: Path) -> None:
    frame = rows(
        demo,
        "select date '2026-01-05' as day, timestamp '2026-01-05 10:30:00' as at, 'x' as word, "
        "1.5 as number, null as nothing",
    )
    (row,) = frame.to_dict("records")
    assert (row["day"], row["at"]) == (date(2026, 1, 5), pd.Timestamp("2026-01-05 10:30"))
    assert (row["word"], row["number"]) == ("x", 1.5)
    assert pd.isna(row["nothing"])


def test_query_that_takes_too_long_ends_with_one_sentence(demo: Path) -> None:
    with RunningQuery((demo / LINK).resolve(), ENDLESS, Limits(seconds=1)) as query:
        assert query.wait(20)
        with pytest.raises(SqlError, match="takes longer than 1 s"):
            query.result()


def test_stopped_query_has_no_result(demo: Path) -> None:
    with RunningQuery((demo / LINK).resolve(), ENDLESS, Limits()) as query:
        assert not query.wait(0.1)
    with pytest.raises(SqlError):
        query.result()


@pytest.mark.parametrize(
    ("columns", "kinds"),
    [
        ({"day": [date(2026, 1, 5), date(2026, 1, 12)], "n": [1, 2]}, ["scatter"]),
        ({"team": ["a", "b"], "n": [1, 2], "cost": [0.5, None]}, ["bar", "bar"]),
        ({"n": [1, 2], "m": [3, 4]}, None),
        ({"team": ["a", "b"], "word": ["x", "y"]}, None),
        ({"team": ["a"], "n": [1]}, None),
    ],
)
def test_chart_of_any_rows(columns: dict[str, list[Any]], kinds: list[str] | None) -> None:
    drawn = quick_chart(pd.DataFrame(columns), "Result", "2 rows")
    assert (None if drawn is None else [trace["type"] for trace in drawn.figure["data"]]) == kinds
