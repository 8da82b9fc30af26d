"""Dashboards behind nginx with deploy/nginx.conf: ``python -m tests.bench.proxy DATA``.

Prints how long viewers wait with one process and with several, with a new snapshot in the middle.
Fails unless readers stay with one process each and no page fails.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

import duckdb
from playwright.sync_api import sync_playwright

from queries.read.snapshot import LINK, current
from tests.bench.pages import LOAD_SECONDS, VIEWERS, click, link
from tests.bench.viewers import DASHBOARD, Served, server
from tests.support.command import free_port, wait_until
from tests.support.dashboard import is_up
from tests.support.machine import ROOT, chromium

READERS = 8
MAIN = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    log_format readers '$upstream_addr $cookie_headway_process';
    access_log {folder}/access readers;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


def settings(port: int, ports: list[int], folder: Path) -> str:
    """Return nginx's settings for these dashboards, without TLS, on a port of this machine."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r".*ssl_certificate.*\n", "", text).replace("Secure; ", "")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    servers = "".join(f"    server 127.0.0.1:{process};\n" for process in ports)
    text, count = re.subn(r"(    server 127\.0\.0\.1:\d+;\n)+", servers, text)
    assert count == 1
    return MAIN.format(folder=folder, servers=text)


@contextmanager
def proxied(data: Path, processes: int, folder: Path) -> Iterator[tuple[int, list[Served]]]:
    """Yield the port of nginx in front of some dashboards of a data folder, and these."""
    with ExitStack() as stack:
        dashboards = [stack.enter_context(server(DASHBOARD, data)) for _ in range(processes)]
        port = free_port()
        path = folder / "nginx.conf"
        text = settings(port, [served.port for served in dashboards], folder)
        path.write_text(text, encoding="utf-8")
        nginx = stack.enter_context(subprocess.Popen(["nginx", "-c", str(path)]))
        stack.callback(nginx.terminate)
        wait_until(lambda: is_up(f"http://127.0.0.1:{port}/_stcore/health"))
        yield port, dashboards


def main() -> None:
    """Print who reads from which process, then how long viewers wait."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--seconds", type=float, default=LOAD_SECONDS)
    options = parser.parse_args()
    published = current(options.data).path
    for processes in (1, options.processes):
        with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
            folder, data = Path(scratch), Path(scratch) / "data"
            data.mkdir()
            link(data, published)
            port, dashboards = stack.enter_context(proxied(data, processes, folder))
            if processes > 1:
                read_pages(port, processes, folder / "access")
            load(port, dashboards, data, options.viewers, options.seconds)


def read_pages(port: int, processes: int, log: Path) -> None:
    """Open pages in browsers, and print how many processes served them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu"])
        for _ in range(READERS):
            page = browser.new_context().new_page()
            for name in ("", "cycle-time"):
                page.goto(f"http://127.0.0.1:{port}/{name}")
                page.get_by_role("heading").first.wait_for(timeout=60_000)
            page.context.close()
        browser.close()
    by_reader = defaultdict(set)
    for line in log.read_text(encoding="utf-8").splitlines():
        process, reader = line.split()
        if reader != "-":
            by_reader[reader].add(process)
    used = set().union(*by_reader.values())
    print(f"{len(by_reader)} readers, {len(used)} of {processes} processes")
    if len(used) < 2 or any(len(names) > 1 for names in by_reader.values()):
        sys.exit(f"readers changed their process: {dict(by_reader)}")


def load(port: int, dashboards: list[Served], data: Path, viewers: int, seconds: float) -> None:
    """Print how long viewers wait before and after a new snapshot in the middle."""
    copy = data / "copy.duckdb"
    shutil.copyfile((data / LINK).resolve(), copy)
    with duckdb.connect(str(copy)) as db:
        db.execute("update snapshot set id = id || ' again'")
    waits: list[list[float]] = [[], []]
    errors: list[BaseException] = []
    began = time.monotonic()

    def view(seed: int) -> None:
        try:
            for half, part in enumerate(waits, start=1):
                click(port, seed, [""], began + half * seconds / 2, part)
        except BaseException as error:
            errors.append(error)

    used = sum(served.cpu for served in dashboards)
    threads = [threading.Thread(target=view, args=(seed,)) for seed in range(viewers)]
    for thread in threads:
        thread.start()
    time.sleep(seconds / 2)
    link(data, copy)
    for thread in threads:
        thread.join()
    used = sum(served.cpu for served in dashboards) - used
    memory = sum(served.memory for served in dashboards)
    for title, part in zip(("before", "after"), waits, strict=True):
        print(
            f"{len(dashboards)} processes, {viewers} viewers, {title} a new snapshot: "
            f"p50 {median(part):.2f} s, p95 {quantiles(part, n=20)[-1]:.2f} s, {len(part)} runs"
        )
    runs = sum(map(len, waits))
    print(f"  {used * 1000 / runs:.0f} ms of CPU a run, {memory:,.0f} MB, {len(errors)} errors")
    if errors:
        sys.exit(f"a page failed: {errors[0]}")


if __name__ == "__main__":
    main()
