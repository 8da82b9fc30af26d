"""Cost of pages: CPU time of each, many viewers at once, idle tabs, and the first page.

``python -m tests.bench.pages DATA`` measures a published folder; with ``--root FOLDER`` another
version of the project in the same run.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from queries.catalog.catalog import EXTRA_PAGES, PAGES
from tests.bench.viewers import DASHBOARD, Served, Viewer, server
from tests.support.dashboard import ROOT

NAMES = ("", *(page.name for page in (*PAGES, *EXTRA_PAGES)))
#: a view that no server draws beforehand
COLD = urlencode({"period": "Last 26 weeks"})
WARM_RUNS = 5
VIEWERS, THINK_SECONDS, IDLE_SECONDS = 50, 5.0, 30.0


def main() -> None:
    """Print the figures of one published folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--root", type=Path, action="append", default=[])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=("each", "load", "idle"), action="append")
    options = parser.parse_args()
    for root in (ROOT, *options.root):
        print(f"{root}")
        measure(options.data, root, options.seconds, options.only or ("each", "load", "idle"))


def measure(data: Path, root: Path, seconds: float, parts: Sequence[str]) -> None:
    """Print the figures of one version."""
    steps: dict[str, Callable[[Served], None]] = {
        "each": each_page,
        "load": lambda served: load(served, seconds),
        "idle": idle_tabs,
    }
    for part in parts:
        with server(DASHBOARD, data, root) as served:
            steps[part](served)


def each_page(served: Served) -> None:
    """Print the CPU milliseconds of each page: never drawn, drawn before, and its size."""
    viewer = Viewer(served.port)
    viewer.run("")
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
    """Print how long viewers wait with five seconds between clicks, and the memory."""
    for title, queries in (("default views", [""]), ("views at random", at_random())):
        waits: list[float] = []
        ends_at = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_click, args=(served.port, seed, queries, ends_at, waits))
            for seed in range(VIEWERS)
        ]
        before = served.memory
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cuts = quantiles(waits, n=20)
        print(
            f"{VIEWERS} viewers, {title}: p50 {median(waits):.2f} s, p95 {cuts[-1]:.2f} s, "
            f"{len(waits)} runs, {before:,.0f} to {served.memory:,.0f} MB"
        )


def at_random() -> list[str]:
    """Return the queries of views with filters."""
    periods = ("Last 52 weeks", "Last 26 weeks", "Last 13 weeks", "All time")
    kinds = ("feature", "fix", "other")
    return [
        urlencode({"period": period, "work_type": kind}) for period in periods for kind in kinds
    ]


def _click(
    port: int, seed: int, queries: Sequence[str], ends_at: float, waits: list[float]
) -> None:
    dice = random.Random(seed)
    time.sleep(dice.random() * THINK_SECONDS)
    viewer = Viewer(port)
    while time.monotonic() < ends_at:
        wait, _ = viewer.run(dice.choice(NAMES), dice.choice(queries))
        waits.append(wait)
        time.sleep(THINK_SECONDS)
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
