"""Cost of pages: CPU time of each, a new snapshot, many viewers, idle tabs, and the first page.

``python -m tests.bench.pages`` measures the demo, with DATA a published folder; with ``--root
FOLDER`` another version of the project in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import duckdb
from playwright.sync_api import Browser, sync_playwright

from queries.catalog.catalog import EXTRA_PAGES, PAGES
from queries.read.snapshot import LINK, current
from tests.bench.viewers import DASHBOARD, LIMIT, Served, Viewer, server
from tests.support.dashboard import ROOT
from tests.support.facts import demo_file
from tests.support.machine import chromium

NAMES = ("", *(page.name for page in (*PAGES, *EXTRA_PAGES)))
#: a view that no server draws beforehand
COLD = urlencode({"period": "Last 26 weeks"})
WARM_RUNS = 5
VIEWERS, THINK_SECONDS, IDLE_SECONDS = 50, 5.0, 30.0
#: seconds of each of the two runs with many viewers
LOAD_SECONDS = 60.0
#: seconds in which a server draws a new snapshot before readers see it
SWITCH_SECONDS = 15.0
#: a page of Streamlit with four charts, and browsers that open it
HELLO = """
import plotly.graph_objects as go
import streamlit as st

st.title("Hello")
for number in range(4):
    figure = go.Figure(go.Scatter(x=list(range(52)), y=[number * week for week in range(52)]))
    st.plotly_chart(figure, key=f"chart {number}")
"""
OPENINGS = 3
PARTS = ("each", "switch", "load", "idle", "first")


def main() -> None:
    """Print the figures of one published folder, or of the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--root", type=Path, action="append", default=[])
    parser.add_argument("--seconds", type=float, default=LOAD_SECONDS)
    parser.add_argument("--only", choices=PARTS, action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or of_demo(Path(folder))
        for root in (ROOT, *options.root):
            print(f"{root}")
            measure(data, root, options.seconds, options.only or PARTS)


def of_demo(folder: Path) -> Path:
    """Publish the demo into a folder, and return it."""
    demo_file(folder)
    return folder


def measure(
    data: Path, root: Path = ROOT, seconds: float = LOAD_SECONDS, parts: Sequence[str] = PARTS
) -> None:
    """Print the figures of one version; NothingPublishedError without a published file."""
    published = current(data).path
    steps: dict[str, Callable[[Served, Path], None]] = {
        "each": lambda served, _: each_page(served),
        "switch": new_snapshot,
        "load": lambda served, _: load(served, seconds),
        "idle": lambda served, _: idle_tabs(served),
        "first": lambda served, _: first_page(served),
    }
    for part in parts:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            link(folder, published)
            with server(DASHBOARD, folder, root) as served:
                steps[part](served, folder)


def link(folder: Path, published: Path) -> None:
    """Make a file the live snapshot of a folder, as a publish does."""
    fresh = folder / "fresh"
    fresh.symlink_to(published)
    fresh.replace(folder / LINK)


def each_page(served: Served) -> None:
    """Print the CPU milliseconds of each page: never drawn, drawn before, and its size."""
    viewer = Viewer(served.port)
    first, _ = cpu_of(served, viewer, "", "")
    print(f"{'first page':14} {first:8.0f} ms with the imports")
    settle(served)
    cold_sum = warm_sum = 0.0
    for name in NAMES:
        cold, _ = cpu_of(served, viewer, name, COLD)
        warm, sent = zip(
            *(cpu_of(served, viewer, name, COLD) for _ in range(WARM_RUNS)), strict=True
        )
        cold_sum, warm_sum = cold_sum + cold, warm_sum + median(warm)
        print(
            f"{name or 'overview':14} {cold:8.0f} ms cold {median(warm):6.0f} ms warm "
            f"{sent[-1] / 1000:6.0f} kB"
        )
    count = len(NAMES)
    print(
        f"{'mean':14} {cold_sum / count:8.0f} ms cold {warm_sum / count:6.0f} ms warm, "
        f"{served.memory:,.0f} MB"
    )
    viewer.close()


def new_snapshot(served: Served, folder: Path) -> None:
    """Print the CPU milliseconds of the first views of a new snapshot, drawn before readers ask."""
    viewer, names = Viewer(served.port), ("", *(page.name for page in PAGES))
    for name in names:
        viewer.run(name)
    copy = folder / "copy.duckdb"
    shutil.copyfile((folder / LINK).resolve(), copy)
    with duckdb.connect(str(copy)) as db:
        db.execute("update snapshot set id = id || ' again'")
    time.sleep(2)
    before = served.cpu
    link(folder, copy)
    time.sleep(SWITCH_SECONDS)
    drawn = served.cpu - before
    costs = [cpu_of(served, viewer, name, "")[0] for name in names]
    listed = ", ".join(f"{cost:.0f}" for cost in costs)
    print(f"new snapshot: drawn in {drawn:.2f} s of CPU, then {listed} ms for its first views")
    viewer.close()


def first_page(served: Served) -> None:
    """Print the seconds until Chromium has drawn the overview, and a page with four charts."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "hello.py"
        script.write_text(HELLO, encoding="utf-8")
        hello = ("-m", "streamlit", "run", str(script), "--server.port", "{port}")
        options = ("--server.headless", "true", "--browser.gatherUsageStats", "false")
        browser = playwright.chromium.launch(executable_path=chromium())
        with server((*hello, *options), Path(folder)) as other:
            for title, own, charts in (("overview", served, 0), ("hello", other, 4)):
                times = [opening(browser, own, charts) for _ in range(OPENINGS)]
                listed = ", ".join(f"{seconds:.1f}" for seconds in times)
                print(f"first page in Chromium: {title} {listed} s")
        browser.close()


def opening(browser: Browser, served: Served, charts: int) -> float:
    """Return the seconds in which a new browser draws a page with this many charts."""
    context = browser.new_context()
    page, began = context.new_page(), time.perf_counter()
    page.goto(f"http://127.0.0.1:{served.port}/")
    page.locator("h1").first.wait_for(timeout=LIMIT * 1000)
    if charts:
        page.locator(".js-plotly-plot").nth(charts - 1).wait_for(timeout=LIMIT * 1000)
    done = page.locator("[data-test-script-state=notRunning]")
    done.wait_for(state="attached", timeout=LIMIT * 1000)
    took = time.perf_counter() - began
    context.close()
    return took


def settle(served: Served) -> None:
    """Wait until the server does nothing more."""
    while True:
        before = served.cpu
        time.sleep(0.5)
        if served.cpu - before < 0.02:
            return


def cpu_of(served: Served, viewer: Viewer, name: str, query: str) -> tuple[float, int]:
    """Return the CPU milliseconds of a run and the bytes sent."""
    before = served.cpu
    _, sent = viewer.run(name, query)
    time.sleep(0.05)  # what follows a run belongs to it
    return (served.cpu - before) * 1000, sent


def load(served: Served, seconds: float) -> None:
    """Print how long viewers wait with five seconds between clicks, CPU and memory."""
    for title, queries in (("default views", [""]), ("views at random", at_random())):
        waits: list[float] = []
        ends_at = time.monotonic() + seconds
        threads = [
            threading.Thread(target=click, args=(served.port, seed, queries, ends_at, waits))
            for seed in range(VIEWERS)
        ]
        before, used = served.memory, served.cpu
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cuts, each = quantiles(waits, n=20), (served.cpu - used) * 1000 / len(waits)
        print(
            f"{VIEWERS} viewers, {title}: p50 {median(waits):.2f} s, p95 {cuts[-1]:.2f} s, "
            f"{len(waits)} runs of {each:.0f} ms of CPU, {before:,.0f} to {served.memory:,.0f} MB, "
            f"load of the machine {os.getloadavg()[0]:.0f}"
        )


def at_random() -> list[str]:
    """Return the queries of views with filters."""
    periods = ("Last 52 weeks", "Last 26 weeks", "Last 13 weeks", "All time")
    kinds = ("feature", "fix", "other")
    return [
        urlencode({"period": period, "work_type": kind}) for period in periods for kind in kinds
    ]


def click(port: int, seed: int, queries: Sequence[str], ends_at: float, waits: list[float]) -> None:
    """View pages with pauses until a time, and add the seconds of each to a list."""
    dice = random.Random(seed)
    time.sleep(dice.random() * THINK_SECONDS)
    viewer = Viewer(port)
    while time.monotonic() < ends_at:
        wait, _ = viewer.run(dice.choice(NAMES), dice.choice(queries))
        waits.append(wait)
        # equal pauses would keep viewers in step whom one slow view brought together
        time.sleep(dice.uniform(0.5, 1.5) * THINK_SECONDS)
    viewer.close()


def idle_tabs(served: Served) -> None:
    """Print the share of a core that tabs take which nobody touches."""
    viewers = [Viewer(served.port) for _ in range(VIEWERS)]
    for viewer in viewers:
        viewer.run("cycle-time")
    settle(served)
    dice, ends_at = random.Random(1), time.monotonic() + IDLE_SECONDS
    due = [
        (time.monotonic() + dice.random() * seconds, index, fragment, seconds)
        for index, viewer in enumerate(viewers)
        for fragment, seconds in viewer.polls.items()
    ]
    before, polls = served.cpu, 0
    while due and (first := min(due))[0] < ends_at:
        at, index, fragment, seconds = first
        due.remove(first)
        time.sleep(max(0.0, at - time.monotonic()))
        viewers[index].run("cycle-time", fragment=fragment)
        polls += 1
        due.append((at + seconds, index, fragment, seconds))
    time.sleep(max(0.0, ends_at - time.monotonic()))
    share = (served.cpu - before) / IDLE_SECONDS
    print(f"{VIEWERS} idle tabs: {share:.3f} of a core, {polls} polls in {IDLE_SECONDS:.0f} s")
    for viewer in viewers:
        viewer.close()


if __name__ == "__main__":
    main()
