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
from typing import Any, Literal

import duckdb
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    ViewportSize,
    expect,
)

from queries.read.snapshot import LINK
from tests.support.command import free_port

ROOT = Path(__file__).parents[2]
WIDE: ViewportSize = {"width": 1400, "height": 900}
Scheme = Literal["light", "dark"]
#: pages to use again, by browser and options of their context
PAGES: dict[tuple[Browser, str], Page] = {}


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
def opened(
    browser: Browser,
    url: str,
    viewport: ViewportSize = WIDE,
    color_scheme: Scheme = "light",
    **options: Any,
) -> Iterator[Page]:
    """Yield a page at an address; fail on requests to other hosts and on errors.

    A page without a failure is used again, as it has compiled Streamlit's scripts: two of the three
    seconds of a new one. ``options`` are those of its context.
    """
    key = (browser, repr(sorted(options.items())))
    page = PAGES.pop(key, None) or browser.new_context(**options).new_page()
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=color_scheme, media="screen")
    errors: list[str] = []
    host = "/".join(url.split("/")[:3])
    own = (host, host.replace("http", "ws"), "data:", "blob:")

    def check_request(request: Request) -> None:
        if not request.url.startswith(own):
            errors.append(request.url)

    def check_message(message: ConsoleMessage) -> None:
        if message.type == "error" and not probes(message):
            errors.append(message.text)

    def add_error(error: Error) -> None:
        errors.append(str(error))

    page.on("request", check_request)
    page.on("pageerror", add_error)
    page.on("console", check_message)
    try:
        page.goto(url)
        yield page
    except BaseException:
        page.context.close()
        raise
    page.remove_listener("request", check_request)
    page.remove_listener("pageerror", add_error)
    page.remove_listener("console", check_message)
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    PAGES[key] = page
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
