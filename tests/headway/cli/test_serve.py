"""Commands `serve` and `demo`: the page opens, and synthetic data stays out of real data."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser

from tests.support.command import Desk, wait_until
from tests.support.github_server import Server


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def is_up(port: int) -> bool:
    """Return whether a dashboard answers."""
    with (
        contextlib.suppress(OSError),
        urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer,
    ):
        return bool(answer.read() == b"ok")
    return False


def page_text(browser: Browser, port: int) -> str:
    """Return the text that a reader sees."""
    with contextlib.closing(browser.new_page()) as page:
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("heading", name="cycle time").first.wait_for(timeout=60_000)
        return page.inner_text("body")


def test_the_demo_is_served_until_something_real_is_published(
    offices: tuple[Server, Desk], browser: Browser, tmp_path: Path
) -> None:
    desk, port = Desk(tmp_path / "desk"), free_port()
    with desk.start("serve", "--demo", env={"PORT": str(port)}) as running:
        wait_until(lambda: is_up(port), 90)
        assert running.read("err").splitlines()[:2] == [
            "nothing is published yet: building the demo company",
            f"Headway is at http://127.0.0.1:{port} (stop it with Ctrl-C)",
        ]
        assert "synthetic" in page_text(browser, port)
        done = desk.run("serve", "--port", str(port))
        assert (done.code, done.out) == (64, "")
        message = (
            f"cannot listen on 127.0.0.1, port {port} (Address already in use); choose another "
            f"with --port or --address"
        )
        assert done.problem == message

    desk.set_up(offices[0].url)
    assert desk.run("refresh").code == 0
    assert desk.rows("select is_synthetic from snapshot") == [(False,)]
    assert {repo for (repo,) in desk.rows("select repo from repositories")} == {
        "acme/shop",
        "acme/infra",
    }
    demo = desk.run(
        "sql",
        "--csv",
        "--data",
        "data/demo",
        "select is_synthetic, count(*) as n from snapshot group by all",
    )
    assert demo.out == "is_synthetic,n\ntrue,1\n"
    assert (
        "Synthetic company: no real team did any of this."
        in desk.run("answers", "--data", "data/demo").out
    )

    elsewhere = Desk(tmp_path / "elsewhere")
    options = ("--demo", "--port", str(port))
    with elsewhere.start("serve", *options, env={"HEADWAY_DATA": str(desk.folder / "data")}):
        wait_until(lambda: is_up(port), 60)
        assert "synthetic" not in page_text(browser, port)
    assert elsewhere.files() == {}


def test_named_snapshot_in_a_folder_with_an_apostrophe_is_served(
    offices: tuple[Server, Desk], browser: Browser, tmp_path: Path
) -> None:
    desk, port = offices[1].copy(tmp_path / "o'brien's desk"), free_port()
    assert desk.run("publish", "--as-of", "2026-06-30").code == 0
    (snapshot,) = (desk.folder / "data" / "snapshots").glob("as-of-2026-06-30-*.duckdb")
    with desk.start("serve", "--port", str(port), "--snapshot", str(snapshot)):
        wait_until(lambda: is_up(port), 60)
        assert "30 Jun 2026" in page_text(browser, port)
