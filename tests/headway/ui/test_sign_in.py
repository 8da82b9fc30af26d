"""Sign-in: at a provider, behind a proxy, and what a reader gets who may see nothing."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from headway.ui.access import Access
from queries.catalog.catalog import QUESTIONS
from tests.headway.cli.test_serve import is_up
from tests.support.command import Desk, Running, free_port, wait_until
from tests.support.github_server import Server
from tests.support.machine import ROOT
from tests.support.oidc_provider import CLIENT, SECRET, Provider, provided

ACCESS = Access(("acme.example",), ("guest@partner.example",), 12, "", ())
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MAY_NOT = "This address may not see the dashboard."


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider that signs in whom a test names."""
    with provided() as result:
        yield result


@pytest.fixture(scope="module")
def site(
    offices: tuple[Server, Desk], provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Running]]:
    """A dashboard with sign-in at the provider, and its log of requests."""
    port = free_port()
    desk = Desk(tmp_path_factory.mktemp("sign-in"))
    (desk.folder / "headway.toml").write_text(
        f"""[sign_in]
metadata_url = "{provider.metadata_url}"
client_id = "{CLIENT}"
address = "http://127.0.0.1:{port}"
domains = ["acme.example"]
addresses = ["guest@partner.example"]
"""
    )
    words = ("serve", "--port", str(port), "--data", str(offices[1].folder / "data"))
    secrets = {"HEADWAY_OIDC_SECRET": SECRET, "HEADWAY_COOKIE_SECRET": "c" * 40}
    with desk.start(*words, "--log-requests", "--log", "json", env=secrets) as running:
        wait_until(lambda: is_up(port), 60)
        yield f"http://127.0.0.1:{port}", running


@pytest.fixture(scope="module")
def used_page(browser: Browser) -> Iterator[Page]:
    """Yield a page of the browser for all tests: its second visit takes a third of the time."""
    with contextlib.closing(browser.new_page()) as page:
        yield page


@pytest.fixture
def page(used_page: Page) -> Page:
    """Return the page of a reader without a cookie."""
    used_page.context.clear_cookies()
    used_page.set_extra_http_headers({})
    return used_page


def sign_in(
    page: Page, url: str, provider: Provider, claims: dict[str, object], age_s: float = 0
) -> None:
    """Open the dashboard and sign in as a person with these claims."""
    provider.claims, provider.age_s = claims, age_s
    page.goto(url)
    with page.expect_event(
        "framenavigated", lambda frame: frame.url.rstrip("/") == url, timeout=60_000
    ):
        page.get_by_role("button", name="Sign in").click(timeout=30_000)


def is_empty(page: Page) -> None:
    """Fail if a page shows more than the product's name and the questions."""
    expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=30_000)
    questions = {question.text for question in QUESTIONS}
    for text in ("Headway", *questions):
        expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=30_000)
    lines = {line for line in page.inner_text("body").splitlines() if line.strip()}
    assert len(lines - questions) <= 6, lines
    assert not re.search(r"\d", page.inner_text("body"))
    assert page.locator("nav, svg[role=img], .stPlotlyChart").count() == 0


def test_signed_out_reader_sees_the_questions_only(page: Page, site: tuple[str, Running]) -> None:
    page.goto(f"{site[0]}/sql?sql=select+42+as+answer")
    is_empty(page)


def test_person_of_an_allowed_domain_sees_the_answers_and_signs_out(
    page: Page, site: tuple[str, Running], provider: Provider
) -> None:
    url, running = site
    claims: dict[str, object] = {"email": "Ada@ACME.example", "email_verified": True}
    sign_in(page, url, provider, claims)
    expect(page.get_by_role("heading", name="Guardrails").first).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Board page").click()
    report = download.value.path().read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>") and "Guardrails" in report
    cookies = page.context.cookies()
    (cookie,) = [item for item in cookies if item["name"] == "_streamlit_user"]
    assert cookie.get("httpOnly") is True
    page.context.clear_cookies(name="_streamlit_user")
    value = cookie.get("value", "")
    tampered = value[:8] + ("A" if value[8] != "A" else "B") + value[9:]
    page.context.add_cookies([{**cookie, "value": tampered}])  # type: ignore[typeddict-item]
    page.reload()
    is_empty(page)
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.reload()
    page.get_by_role("button", name="Sign out").click(timeout=60_000)
    is_empty(page)
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.reload()
    is_empty(page)
    lines = [json.loads(line) for line in running.read("err").splitlines() if "{" in line]
    requests = [line for line in lines if line["event"] == "request"]
    assert {("GET", "/", 200), ("WEBSOCKET", "/_stcore/stream", 101)} <= {
        (line["method"], line["path"], line["status"]) for line in requests
    }
    assert {key for line in requests for key in line} == {
        *("time", "level", "event", "text"),
        *("method", "path", "status", "milliseconds"),
    }
    text = running.read("err").lower()
    for private in ("acme.example", "answer", "_streamlit_user", "code=", SECRET):
        assert private not in text, private


#: addresses, whether they are verified, seconds since the sign-in, and the reason to refuse
REFUSED = (
    ("eve@other.example", True, 0, MAY_NOT),
    ("eve@acme.example.evil.example", True, 0, MAY_NOT),
    ("eve@acme.example", False, 0, "has not verified"),
    ("ada@acme.example", True, 13 * 3600, "session has ended"),
)


def test_person_who_may_not_see_it_sees_the_questions_only(
    page: Page, site: tuple[str, Running], provider: Provider
) -> None:
    for email, is_verified, age_s, reason in REFUSED:
        page.context.clear_cookies()
        claims: dict[str, object] = {"email": email, "email_verified": is_verified}
        sign_in(page, site[0], provider, claims, age_s)
        expect(page.get_by_text(reason)).to_be_visible(timeout=30_000)
        is_empty(page)


@pytest.mark.parametrize(
    "address",
    [
        "eve@notacme.example",
        "eve@acme.example.evil.example",
        "eve@sub.acme.example",
        "eve@acme.example.",
        "eve@acme-example",
        "eve@acme.examp1e",
        "eve@\N{CYRILLIC SMALL LETTER A}cme.example",
        "eve@acme.example@evil.example",
        "eve@evil.example,ada@acme.example",
        "ada@acme.example\n",
        " ada@acme.example",
        "@acme.example",
        "acme.example",
        "guest@partner.example.evil.example",
        "other@partner.example",
        "",
        None,
        ["ada@acme.example"],
    ],
)
def test_look_alikes_of_an_address_are_refused(address: object) -> None:
    assert ACCESS.refusal_of(address).startswith(MAY_NOT)


def test_only_a_verified_and_recent_sign_in_is_enough() -> None:
    now = NOW.timestamp()
    good = {
        "is_logged_in": True,
        "email": "ada@acme.example",
        "email_verified": True,
        "iat": now - 60,
    }
    assert ACCESS.refusal(good, NOW) == ""
    assert ACCESS.refusal(good | {"email": "Guest@Partner.example"}, NOW) == ""
    assert ACCESS.refusal(good, NOW + timedelta(hours=12)) != ""
    for change in (
        {"is_logged_in": "true"},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"iat": None},
        {"iat": now + 3600},
        {"iat": f"{now}"},
        {"email": "\N{KELVIN SIGN}im@acme.example"},
    ):
        assert ACCESS.refusal(good | change, NOW) != "", change
        (name,) = change
        assert ACCESS.refusal({key: good[key] for key in good if key != name}, NOW) != ""


def status(url: str, **headers: str) -> tuple[int, str]:
    """Return status and text of a response."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(url, headers=lines), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_files_need_the_cookie_of_a_reader_who_may_see_them(site: tuple[str, Running]) -> None:
    url = f"{site[0]}/media/0123456789abcdef.csv"
    assert status(url) == (403, "Sign in to read this file.\n")
    assert status(url, Cookie="_streamlit_user=forged")[0] == 403
    assert status(url, X_Forwarded_Email="ada@acme.example")[0] == 403


@contextlib.contextmanager
def behind_proxy(folder: Path, data: Path, more: str = "") -> Iterator[str]:
    """Yield the URL of a dashboard behind a proxy that signs people in."""
    desk, port = Desk(folder), free_port()
    (folder / "headway.toml").write_text(
        f'[sign_in]\nproxy_header = "X-Forwarded-Email"\ndomains = ["acme.example"]\n{more}'
    )
    with desk.start("serve", "--port", str(port), "--data", str(data)):
        wait_until(lambda: is_up(port), 60)
        yield f"http://127.0.0.1:{port}"


def test_proxy_names_the_reader_in_its_header(
    page: Page, offices: tuple[Server, Desk], tmp_path: Path
) -> None:
    with behind_proxy(tmp_path, offices[1].folder / "data") as url:
        for address, heading in (
            ("ada@acme.example", "Guardrails"),
            ("eve@evil.example", "Headway"),
        ):
            page.set_extra_http_headers({"X-Forwarded-Email": address})
            page.goto(url)
            expect(page.get_by_role("heading", name=heading).first).to_be_visible(timeout=60_000)
            assert page.get_by_text(MAY_NOT).count() == (heading == "Headway")
        file = f"{url}/media/0123456789abcdef.csv"
        assert status(file)[0] == 403
        assert status(file, X_Forwarded_Email="ada@acme.example")[0] == 404
        # the client that uvicorn would believe is not who sent the request
        assert (
            status(file, X_Forwarded_Email="ada@acme.example", X_Forwarded_For="10.9.9.9")[0] == 404
        )
        assert status(f"{url}/ready") == (200, "ready\n")


def test_header_of_others_than_the_proxy_is_dropped(
    offices: tuple[Server, Desk], tmp_path: Path
) -> None:
    data = offices[1].folder / "data"
    with behind_proxy(tmp_path, data, 'proxies = ["10.0.0.7"]\n') as url:
        file = f"{url}/media/0123456789abcdef.csv"
        assert status(file, X_Forwarded_Email="ada@acme.example")[0] == 403
        forged = {"X_Forwarded_Email": "ada@acme.example", "X_Forwarded_For": "10.0.0.7"}
        assert status(file, **forged)[0] == 403


def test_readiness_follows_the_published_file(offices: tuple[Server, Desk], tmp_path: Path) -> None:
    desk, port = offices[1].copy(tmp_path / "desk"), free_port()
    url = f"http://127.0.0.1:{port}/ready"
    live = (desk.folder / "data" / "headway.duckdb").resolve()
    with desk.start("serve", "--port", str(port)):
        wait_until(lambda: is_up(port), 60)
        assert status(url) == (200, "ready\n")
        moved = live.rename(live.with_suffix(".moved"))
        assert status(url) == (503, "the published file was deleted\n")
        moved.rename(live)
        assert status(url) == (200, "ready\n")
        (desk.folder / "data" / "headway.duckdb").unlink()
        assert status(url) == (503, "nothing is published\n")
        assert status(url.replace("ready", "_stcore/health")) == (200, "ok")
        assert status(url, Host="evil.example")[0] == 421


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            'domains = ["a.example"]',
            "write either metadata_url (people sign in here) or proxy_header",
        ),
        ('metadata_url = "http://id.example"', "not a web address"),
        ('proxy_header = "X-User"', "domains and addresses are empty"),
        ('proxy_header = "X-User"\ndomains = ["@a.example"]', "is not a domain"),
        (
            'proxy_header = "X-User"\ndomains = ["a.example"]\nproxies = ["proxy"]',
            "not an IP address",
        ),
        (
            'metadata_url = "https://id.example"\naddresses = ["a@b.example"]',
            "client_id is missing",
        ),
        (
            'metadata_url = "https://id.example"\nclient_id = "1"\naddress = "https://a.example"\n'
            'domains = ["a.example"]',
            "no secret for sign-in; set HEADWAY_OIDC_SECRET to the client's secret",
        ),
    ],
)
def test_incomplete_settings_are_one_line(tmp_path: Path, table: str, message: str) -> None:
    (tmp_path / "headway.toml").write_text(f"[sign_in]\n{table}\n")
    done = Desk(tmp_path).run("serve", "--port", str(free_port()))
    assert done.code == 64
    assert message in done.problem


def test_every_fragment_checks_its_reader() -> None:
    files = [*(ROOT / "headway" / "ui").rglob("*.py"), ROOT / "dashboard.py"]
    direct = [path.name for path in files if "st.fragment" in path.read_text(encoding="utf-8")]
    assert sorted(direct) == ["filters.py", "sign_in.py"]
