"""`headway check` fails over a budget, says by how much, and posts what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from collectors.ledger.opening import open_ledger
from headway.cli import webhook as webhooks
from queries.publish.settings import Budget, PublishSettings
from queries.read.snapshot import LINK, Snapshot, listing
from tests.support.canned_server import Canned, canned
from tests.support.command import Desk
from tests.support.facts import AS_OF, fill, published
from tests.support.refreshing import publish_tables
from tests.support.webhook import Hook, webhook

SECRET = "/services/T0/B0/s3cret"
MONTH = {
    "made_on": "2026-11-17",
    "period": "2026-11",
    "counted_until": "2026-11-16",
    "spent": "18200.4",
    "seats": "0",
    "point": "27400.2",
    "lo": "25100",
    "hi": "30200",
    "budget_usd": "20000",
    "p_over_budget": "0.973",
    "breach_on": "2026-11-20",
}
#: a check of budgets alone: the published day may have any age
CHECK = ("check", "--max-age-days", "100000")
PROBLEM = (
    "2026-11: at least $18,200 of a budget of $20,000 spent by 2026-11-17 (91 %); $27,400 expected "
    "at its end (80 % interval "
    "$25,100 to $30,200); a chance of 97 % to end over it; passed about 2026-11-20"
)
PASSED = MONTH | {"spent": "20500", "p_over_budget": "1", "breach_on": "2026-11-16"}
SAFE = MONTH | {"p_over_budget": "0.4", "breach_on": None}
SHORT = MONTH | {"lo": None, "hi": None, "p_over_budget": None}
SHORT_PROBLEM = (
    "2026-11: at least $18,200 of a budget of $20,000 spent by 2026-11-17 (91 %); $27,400 expected "
    "at its end; "
    "passed about 2026-11-20"
)
NOTHING = MONTH | {
    "budget_usd": "0",
    "spent": "3",
    "point": "3",
    "lo": None,
    "hi": None,
    "p_over_budget": "1",
}


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook on this machine."""
    with webhook(SECRET) as result:
        yield result


def desk(folder: Path, empty: Path, *rows: Mapping[str, str | None]) -> Desk:
    """A desk with a published forecast."""
    (folder / "data").mkdir()
    with duckdb.connect(str(folder / "data" / LINK)) as db:
        fill(db, empty, {"forecasts": [dict(row) for row in rows]})
    return Desk(folder)


def over(snapshot: Snapshot, share: float = 1.0, risk: float = 0.5) -> list[str]:
    """Return the problems of budgets in a check."""
    return list(listing(snapshot, "over_budget", share=share, risk=risk)["problem"])


@pytest.mark.parametrize(
    ("row", "share", "risk", "message"),
    [
        (MONTH, 1.0, 0.5, PROBLEM),
        (MONTH, 1.0, 0.98, ""),
        (SAFE, 1.0, 0.5, ""),
        (SAFE, 1.0, 0.4, PROBLEM.replace("97", "40").partition("; passed")[0]),
        (SAFE, 0.9, 0.5, PROBLEM.replace("97", "40").partition("; passed")[0]),
        (SAFE, 0.92, 0.5, ""),
        (SHORT, 1.0, 0.5, SHORT_PROBLEM),
        (SHORT | {"point": "20000"}, 1.0, 0.5, ""),
        (MONTH | {"budget_usd": None, "p_over_budget": None}, 0.1, 0.1, ""),
    ],
)
def test_a_line_says_how_much_and_when(
    tmp_path: Path,
    empty: Path,
    row: Mapping[str, str | None],
    share: float,
    risk: float,
    message: str,
) -> None:
    snapshot = published(tmp_path, empty, {"forecasts": [dict(row)]})
    assert over(snapshot, share, risk) == ([message] if message else [])


def test_what_was_passed_is_told_as_past_and_a_budget_of_nothing_can_be_passed(
    tmp_path: Path, empty: Path
) -> None:
    rows: list[Mapping[str, str | None]] = [PASSED, NOTHING | {"period": "2026"}]
    nothing, month = over(published(tmp_path, empty, {"forecasts": rows}))
    assert month.endswith(
        "(103 %); $27,400 expected at its end (80 % interval $25,100 to $30,200); "
        "a chance of 100 % to end over it; passed on 2026-11-16"
    )
    assert nothing.startswith(
        "2026: at least $3 of a budget of $0 spent by 2026-11-17 (over 100 %); $3 expected at its "
        "end; "
    )


def test_over_budget_exits_3_and_posts_the_line(tmp_path: Path, empty: Path, hook: Hook) -> None:
    at = desk(tmp_path, empty, MONTH, SAFE | {"period": "2026"})
    done = at.run(*CHECK, env={"HEADWAY_WEBHOOK": hook.url})
    assert (done.code, done.out, done.err) == (3, f"{PROBLEM}\n", "")
    assert hook.posted == [(SECRET, "application/json", {"text": PROBLEM})]


def test_within_budget_nothing_is_posted_and_the_settings_say_what_that_is(
    tmp_path: Path, empty: Path, hook: Hook
) -> None:
    at = desk(tmp_path, empty, SAFE)
    done = at.run(*CHECK, env={"HEADWAY_WEBHOOK": hook.url})
    assert (done.code, done.err, hook.posted) == (0, "", [])
    (tmp_path / "headway.toml").write_text(
        '[check]\nbudget_share = 0.9\nwebhook_env = "OUR_HOOK"\n', encoding="utf-8"
    )
    done = at.run(
        *CHECK, env={"OUR_HOOK": f" {hook.url}\n", "HEADWAY_WEBHOOK": "http://127.0.0.1:1/wrong"}
    )
    assert (done.code, done.err, len(hook.posted)) == (3, "", 1)
    (tmp_path / "headway.toml").write_text("[check]\nbudget_risk = 0.3\n", encoding="utf-8")
    assert at.run(*CHECK).code == 3
    (tmp_path / "headway.toml").write_text("[check]\nbudget_risk = 3\n", encoding="utf-8")
    assert at.run(*CHECK).code == 64


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (404, "the webhook returned 404. Check its URL"),
        (302, "the webhook returned 302. Check its URL"),
        (500, "the webhook returned 500. Check its URL"),
    ],
)
def test_a_post_that_is_refused_is_one_line_without_the_address(
    tmp_path: Path, empty: Path, hook: Hook, status: int, problem: str
) -> None:
    hook.status = status
    done = desk(tmp_path, empty, MONTH).run(*CHECK, env={"HEADWAY_WEBHOOK": hook.url})
    assert (done.code, done.out, done.problem) == (3, f"{PROBLEM}\n", problem)
    assert len(hook.posted) == 1


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (f"http://127.0.0.1:1{SECRET}", "ConnectionError"),
        (f"nonsense{SECRET}", "MissingSchema"),
        (f"ftp://127.0.0.1{SECRET}", "InvalidSchema"),
        (f"http://[{SECRET}", "InvalidURL"),
        (f"http://127.0.0.1:99999{SECRET}", "InvalidURL"),
        (f"http://\udc80{SECRET}", "InvalidURL"),
    ],
)
def test_an_address_that_cannot_be_reached_is_one_line_without_it(
    tmp_path: Path, empty: Path, address: str, problem: str
) -> None:
    done = desk(tmp_path, empty, MONTH).run(*CHECK, env={"HEADWAY_WEBHOOK": address})
    assert (done.code, done.out) == (3, f"{PROBLEM}\n")
    assert done.problem == f"the webhook cannot be reached ({problem}). Check its URL"
    assert "s3cret" not in done.out + done.err


def test_markup_is_posted_as_what_it_says(tmp_path: Path, empty: Path, hook: Hook) -> None:
    at = desk(tmp_path, empty, MONTH | {"period": "<!channel> & co"})
    assert at.run(*CHECK, env={"HEADWAY_WEBHOOK": hook.url}).code == 3
    assert hook.posted[0][2]["text"].startswith("&lt;!channel&gt; &amp; co: at least $18,200")


def test_budgets_are_published(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.duckdb", "test"):
        pass
    tables = publish_tables(
        tmp_path, AS_OF, PublishSettings(budgets=(Budget(date(2026, 11, 1), 20, is_from=True),))
    )
    assert tables["budget"] == [(date(2026, 11, 1), 20), (date(2026, 12, 1), 20)]
    assert tables["forecasts"] == tables["forecast_days"] == []


@pytest.mark.parametrize(
    ("body", "drip_s", "problem"), [(b"x" * 200, 0.02, "TooSlow"), (b"x" * 200_000, 0, "TooLarge")]
)
def test_answer_of_the_webhook_is_bounded(
    body: bytes, drip_s: float, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "DEADLINE_S", 0.5)
    with canned([Canned(body=body, drip_s=drip_s)]) as server:
        text = webhooks.post(f"{server.url}{SECRET}", ["over budget"])
    assert text == f"the webhook cannot be reached ({problem}Error). Check its URL"
