"""The picture of the overview in the README: ``make picture`` renews it from the demo."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import ViewportSize, expect, sync_playwright

from headway.demo.publish import build_demo
from tests.support import machine
from tests.support.dashboard import opened, ready, served

PICTURE = machine.ROOT / "docs" / "overview.png"
#: last day of the demo's history, so that only a change of the product changes the picture
LAST_DAY = date(2026, 11, 29)


def take_picture(data: Path, target: Path) -> None:
    """Write a picture of the first screen of a data folder's overview."""
    size: ViewportSize = {"width": 1280, "height": 900}
    with sync_playwright() as playwright, served(data) as url:
        chromium = playwright.chromium.launch(executable_path=machine.chromium())
        with opened(chromium, url, viewport=size, color_scheme="light") as page:
            ready(page)
            expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
            page.screenshot(path=target)
        chromium.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        build_demo(Path(folder), LAST_DAY)
        take_picture(Path(folder) / "demo", PICTURE)
