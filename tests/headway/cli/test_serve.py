"""Commands `serve` and `demo`: the page opens, and synthetic data stays out of real data."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.request import urlopen

import duckdb
import pytest
from playwright.sync_api import Browser

from queries.read.snapshot import LINK
from tests.support.command import Desk, Running, children, free_port, wait_until
from tests.support.github_server import Server


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
        page.get_by_role("heading", name="Guardrails").first.wait_for(timeout=60_000)
        page.get_by_role("link", name="Data through").wait_for()
        return page.inner_text("body")


def test_the_demo_is_served_until_something_real_is_published(
    offices: tuple[Server, Desk], browser: Browser, tmp_path: Path
) -> None:
    desk, port = Desk(tmp_path / "desk"), free_port()
    with desk.start("serve", "--demo", env={"PORT": str(port)}) as running:
        wait_until(lambda: is_up(port), 90)
        assert running.read("err").splitlines()[:2] == [
            "nothing is published yet: building the demo company",
            f"Headway is at http://127.0.0.1:{port}, without sign-in, for this machine only "
            "(stop it with Ctrl-C)",
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


SECRETS = {"GITHUB_TOKEN": "token-1", "ANTHROPIC_ADMIN_KEY": "key-2", "HEADWAY_WEBHOOK": "hook-3"}


@pytest.fixture(scope="module")
def dashboard(
    offices: tuple[Server, Desk], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, int]]:
    """A dashboard of a named snapshot with a second host name, in a folder with an apostrophe."""
    desk = offices[1].copy(tmp_path_factory.mktemp("serve") / "o'brien's desk")
    snapshot = desk.folder / "kept.duckdb"
    shutil.copy((desk.folder / "data" / LINK).resolve(), snapshot)
    snapshot.chmod(0o600)
    with duckdb.connect(str(snapshot)) as db:
        db.execute("update snapshot set as_of = '2026-06-30'")
    port = free_port()
    options = ("--port", str(port), "--snapshot", str(snapshot), "--host", "Headway.Example.com")
    with desk.start("serve", *options, env=SECRETS) as running:
        wait_until(lambda: is_up(port), 60)
        yield running, port


def test_named_snapshot_is_served(dashboard: tuple[Running, int], browser: Browser) -> None:
    assert "30 Jun 2026" in page_text(browser, dashboard[1])


def test_the_dashboard_inherits_no_secret(dashboard: tuple[Running, int]) -> None:
    process = Path("/proc") / str(dashboard[0].pid)
    assert "headway.ui.server" in (process / "cmdline").read_text("utf-8")
    variables = dict(
        item.split("=", 1) for item in (process / "environ").read_text("utf-8").split("\0") if item
    )
    assert {"PATH", "HOME", "HEADWAY_DATA", "HEADWAY_SNAPSHOT"} == set(variables)
    assert children(dashboard[0].pid) == []


PATHS = (
    "/",
    "/budget",
    "/favicon.png",
    "/static/js/none.js",
    "/_stcore/health",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/media/none.csv",
)
FOREIGN_HOSTS: tuple[list[str], ...] = (
    ["evil.example"],
    ["localhost.evil.example"],
    ["localhost:80@evil.example"],
    ["evil.example/localhost"],
    ["192.0.2.2:{port}"],
    ["localhost", "evil.example"],
    [""],
    [],
)
OWN_HOSTS = ("localhost:{port}", "127.0.0.1", "[::1]:{port}", "HEADWAY.example.com.")
CLOSE = "Connection: close\r\n"
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


def request(port: int, path: str, hosts: Sequence[str], more: str = "") -> tuple[int, str]:
    """Return the status and the headers of a response, in lower case."""
    names = "".join(f"Host: {host.replace('{port}', str(port))}\r\n" for host in hosts)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        head = f"GET {path} HTTP/1.1\r\n{names}{more or CLOSE}\r\n"
        client.sendall(head.encode())
        response = client.makefile("rb")
        status = int(response.readline().split()[1])
        lines = iter(response.readline, b"\r\n")
        return status, b"".join(line for line in lines if line).decode("latin-1").lower()


def test_requests_of_other_hosts_are_refused_on_every_path(
    dashboard: tuple[Running, int],
) -> None:
    port = dashboard[1]
    for path in PATHS:
        for hosts in FOREIGN_HOSTS:
            assert request(port, path, hosts)[0] in (400, 421), (path, hosts)
    for host in OWN_HOSTS:
        assert request(port, "/_stcore/health", [host])[0] == 200, host
    assert request(port, "http://localhost/", ["evil.example"])[0] == 421
    origin = f"{UPGRADE}Origin: http://evil.example\r\n"
    assert request(port, "/_stcore/stream", ["evil.example"], origin)[0] == 403
    assert request(port, "/_stcore/stream", ["localhost"], origin)[0] == 403
    assert request(port, "/_stcore/stream", ["localhost"], UPGRADE)[0] == 101


def test_every_response_has_security_headers(dashboard: tuple[Running, int]) -> None:
    for path, host in [(path, "localhost") for path in PATHS] + [("/", "evil.example")]:
        headers = request(dashboard[1], path, [host])[1]
        for line in (
            "content-security-policy: default-src 'self'; script-src 'self' 'sha256-",
            "frame-ancestors 'none'",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
        ):
            assert line in headers, (path, host)
        assert "unsafe-eval" not in headers
        assert headers.count("'unsafe-inline'") == headers.count("style-src 'self' 'unsafe-inline'")
    with urlopen(f"http://127.0.0.1:{dashboard[1]}/_stcore/host-config", timeout=20) as answer:
        assert json.loads(answer.read())["allowedOrigins"] == []


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_the_network_reads_the_dashboard_only_with_a_flag(tmp_path: Path, address: str) -> None:
    desk, port = Desk(tmp_path), free_port()
    words = ("serve", "--port", str(port), "--address", address)
    done = desk.run(*words)
    assert done.code == 64
    assert done.problem == (
        f"on {address} anyone on the network can read the dashboard, which has no sign-in; write "
        "[sign_in] into headway.toml, put a proxy in front of 127.0.0.1, or confirm with "
        "--anyone-on-the-network"
    )
    with desk.start(*words, "--anyone-on-the-network") as running:
        running.wait_for("stop it with Ctrl-C")
        assert running.read("err").splitlines()[0] == (
            f"anyone who reaches {address}, port {port}, can read the dashboard: it has no sign-in"
        )


@pytest.mark.parametrize("name", ["https://headway.example.com", "headway.example.com:443", "*"])
def test_a_host_is_named_without_scheme_port_and_wildcard(tmp_path: Path, name: str) -> None:
    done = Desk(tmp_path).run("serve", "--port", str(free_port()), "--host", name)
    assert (done.code, done.problem) == (
        64,
        f"--host {name} is not a host name; write it without https://, port and path",
    )
