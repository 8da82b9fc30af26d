"""Two dashboards behind nginx with deploy/nginx.conf: ``python -m tests.bench.proxy DATA``.

Fails unless readers stay with one process each, both processes have readers, and pages are drawn.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.command import free_port, wait_until
from tests.support.dashboard import is_up, served
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


def settings(port: int, urls: list[str], folder: Path) -> str:
    """Return nginx's settings for these dashboards, without TLS, on a port of this machine."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r".*ssl_certificate.*\n", "", text).replace("Secure; ", "")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    for old, url in zip(("127.0.0.1:8501", "127.0.0.1:8502"), urls, strict=True):
        text = text.replace(old, url.removeprefix("http://"))
    return MAIN.format(folder=folder, servers=text)


def main() -> None:
    """Start everything, read pages, and print who read from which process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = [stack.enter_context(served(Path(sys.argv[1]))) for _ in range(2)]
        port = free_port()
        path = folder / "nginx.conf"
        path.write_text(settings(port, urls, folder), encoding="utf-8")
        nginx = stack.enter_context(subprocess.Popen(["nginx", "-c", str(path)]))
        stack.callback(nginx.terminate)
        wait_until(lambda: is_up(f"http://127.0.0.1:{port}/_stcore/health"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu"])
        for _ in range(READERS):
            page = browser.new_context().new_page()
            for name in ("", "cycle-time"):
                page.goto(f"http://127.0.0.1:{port}/{name}")
                page.get_by_role("heading").first.wait_for(timeout=60_000)
            page.context.close()
        browser.close()
        by_reader = defaultdict(set)
        for line in (folder / "access").read_text(encoding="utf-8").splitlines():
            process, reader = line.split()
            if reader != "-":
                by_reader[reader].add(process)
    processes = set().union(*by_reader.values())
    print(f"{len(by_reader)} readers, {len(processes)} processes")
    if len(processes) != 2 or any(len(names) > 1 for names in by_reader.values()):
        sys.exit(f"readers changed their process: {dict(by_reader)}")


if __name__ == "__main__":
    main()
