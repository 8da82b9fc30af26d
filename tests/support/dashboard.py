"""The dashboard in a browser, served by its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import Browser, Locator, Page, expect

from queries.read.snapshot import LINK
from tests.support.command import free_port

ROOT = Path(__file__).parents[2]


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Yield the URL of a dashboard for a data folder."""
    port = free_port()
    command = [sys.executable, "-m", "headway.ui.server", str(port), "127.0.0.1", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "HEADWAY_DATA": str(data)}, stdout=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 30
            while not is_up(f"{url}/_stcore/health"):
                assert server.poll() is None and time.monotonic() < deadline, (
                    "the dashboard did not start"
                )
                time.sleep(0.1)
            yield url
        finally:
            server.terminate()


def is_up(url: str) -> bool:
    """Return whether a server responds."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """Yield a page in a new context; fail on requests to other hosts and on errors."""
    context = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
    page = context.new_page()
    errors: list[str] = []
    host = "/".join(url.split("/")[:3])
    own = (host, host.replace("http", "ws"), "data:", "blob:")
    page.on(
        "request",
        lambda request: None if request.url.startswith(own) else errors.append(request.url),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            errors.append(message.text) if message.type == "error" and not probes(message) else None
        ),
    )
    page.goto(url)
    yield page
    context.close()
    assert errors == []


def probes(message: Any) -> bool:
    """Return whether a console message is about Streamlit's search for its server."""
    return "/_stcore/" in message.location.get("url", "")


def ready(page: Page) -> None:
    """Wait until the page is completely drawn."""
    expect(page.locator("h1")).to_be_attached(timeout=20_000)
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached(timeout=20_000)


def unfold(page: Page, title: str) -> Locator:
    """Open a section, and return it."""
    section = page.locator("details").filter(
        has=page.locator("summary strong").get_by_text(title, exact=True)
    )
    if section.count() and section.get_attribute("open") is None:
        section.locator("summary").click()
        expect(section.get_by_role("radiogroup", name="Evidence: ")).to_be_attached(timeout=20_000)
        ready(page)
    return section


def show(page: Page, panel: str, label: str) -> None:
    """Choose one of the tabs of a panel's evidence."""
    unfold(page, panel)
    page.get_by_role("radiogroup", name=f"Evidence: {panel}", exact=True).get_by_role(
        "radio", name=label, exact=True
    ).click()
    ready(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a control by keyboard."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.keyboard.type(option)
    page.keyboard.press("Enter")


def printed(page: Page) -> str:
    """Return the SQL on the page."""
    return page.locator("[data-testid=stCode] code").first.inner_text()


def run(data: Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query on the published file, with plain DuckDB.

    Another test may have the file open, so it is attached.
    """
    with duckdb.connect() as db:
        db.execute(f"attach '{(data / LINK).resolve()}' as published (read_only)")
        db.execute("use published")
        result = db.execute(sql.replace("\N{NO-BREAK SPACE}", " "))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def leads(page: Page) -> list[str]:
    """Return the lead sentences of a page."""
    return [
        text.replace("\N{NO-BREAK SPACE}", " ")
        for text in page.locator("[data-testid=stHtml] p").all_inner_texts()
    ]


def chart(page: Page, panel: str) -> Locator:
    """Return the chart of a panel."""
    return page.get_by_role("figure", name=f"chart. {panel}")
